"""What was uploaded: single workbooks or a ZIP of them, unpacked inside a fence.

A ZIP is measured before anything of it is read and is never written to disk, so names that
climb out of a folder and files that unfold without end do no harm. A file that cannot be
read is one mistake among others; the rest of the ZIP goes on. What the sheets say is asked
of ``score_reading``.
"""

from __future__ import annotations

import hashlib
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from questionnaires.errors import DefinitionError, Mistake
from survey_app.services.score_sheets import SHEET

FILES_AT_MOST: Final = 300
MIB: Final = 1024 * 1024
WORKBOOK_AT_MOST: Final = 3 * MIB
UNFOLDED_AT_MOST: Final = 24 * MIB
MEMBERS_AT_MOST: Final = 200
ROWS_AT_MOST: Final = 2000
COLUMNS_AT_MOST: Final = 60
SUFFIX: Final = ".xlsx"
LITTER: Final = ("__MACOSX/", "~$", ".")
"""Beginnings of names that machines leave in a ZIP and nobody means."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """One file as it came: its workbook, or why it cannot be read."""

    name: str
    data: bytes
    mistake: Mistake | None = None

    @property
    def sha256(self) -> str:
        """Digest of the content, kept with every score that came from it."""
        return hashlib.sha256(self.data).hexdigest()


def unpack(files: Iterable[tuple[str, bytes]]) -> list[Uploaded]:
    """List every workbook of an upload, those inside of ZIP files too.

    Parameters
    ----------
    files
        (name, content) as they came from a page or a folder.

    """
    found: list[Uploaded] = []
    for name, data in files:
        if name.casefold().endswith(".zip"):
            found += _from_zip(name, data)
        else:
            found.append(_judged(name, data))
    return found


def _from_zip(name: str, data: bytes) -> Iterator[Uploaded]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        yield _refused(name, name, "tệp ZIP hỏng hoặc không phải tệp ZIP", "nén lại rồi tải lên")
        return
    with archive:
        members = [member for member in archive.infolist() if _meant(member)]
        if len(members) > FILES_AT_MOST:
            yield _refused(
                name, name, f"có {len(members)} tệp, quá {FILES_AT_MOST}", "chia thành nhiều ZIP"
            )
            return
        for member in members:
            yield _from_member(name, archive, member)


def _meant(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    return not member.is_dir() and not (
        member.filename.startswith(LITTER[0]) or path.name.startswith(LITTER)
    )


def _from_member(zip_name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Uploaded:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    shown = f"{zip_name}/{path.name}"
    if path.is_absolute() or ".." in path.parts or ":" in member.filename:
        return _refused(
            shown, member.filename, "đường dẫn trong ZIP đi ra ngoài thư mục", "nén lại các tệp"
        )
    if member.flag_bits & 1:
        return _refused(shown, path.name, "tệp đặt mật khẩu", "bỏ mật khẩu rồi nén lại")
    if member.file_size > WORKBOOK_AT_MOST:
        return _too_large(shown, member.file_size)
    try:
        with archive.open(member) as stream:  # the stated size may lie: read one byte more
            data = stream.read(WORKBOOK_AT_MOST + 1)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError):
        return _refused(shown, path.name, "không giải nén được", "nén lại rồi tải lên")
    return _judged(shown, data)


def _judged(name: str, data: bytes) -> Uploaded:
    if not name.casefold().endswith(SUFFIX):
        return _refused(
            name, name, "không phải tệp Excel .xlsx", "lưu thành .xlsx (Excel Workbook)"
        )
    if len(data) > WORKBOOK_AT_MOST:
        return _too_large(name, len(data))
    return Uploaded(name, data)


def _too_large(name: str, size: int) -> Uploaded:
    return _refused(
        name,
        name,
        f"lớn {size / MIB:.1f} MB, quá {WORKBOOK_AT_MOST // MIB} MB".replace(".", ","),
        "bỏ hình ảnh và bảng thừa trong tệp",
    )


def _refused(name: str, where: str, problem: str, remedy: str) -> Uploaded:
    return Uploaded(name, b"", Mistake(name, where, problem, remedy))


def open_sheet(uploaded: Uploaded) -> Worksheet:
    """Open the sheet of points of one workbook.

    Raises
    ------
    DefinitionError
        If the file is no workbook, unfolds to more than it should, or has no such sheet.

    """
    name = uploaded.name
    if uploaded.mistake is not None:
        raise DefinitionError([uploaded.mistake])
    try:
        _measure(uploaded)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles it does not know
            book = load_workbook(io.BytesIO(uploaded.data), keep_links=False)
    except DefinitionError:
        raise
    except Exception as error:  # a broken file may break openpyxl anywhere
        mistake = Mistake(name, name, "không đọc được tệp Excel", "mở bằng Excel rồi lưu lại .xlsx")
        raise DefinitionError([mistake]) from error
    if SHEET not in book.sheetnames:
        mistake = Mistake(name, name, f"không có trang “{SHEET}”", "dùng mẫu tải từ phần mềm")
        raise DefinitionError([mistake])
    sheet = book[SHEET]
    if (
        not isinstance(sheet, Worksheet)
        or sheet.max_row > ROWS_AT_MOST
        or sheet.max_column > COLUMNS_AT_MOST
    ):
        mistake = Mistake(name, SHEET, "trang quá nhiều dòng hoặc cột", "xoá dòng, cột thừa")
        raise DefinitionError([mistake])
    return sheet


def _measure(uploaded: Uploaded) -> None:
    """Refuse a workbook that unfolds to more than a score sheet ever needs."""
    with zipfile.ZipFile(io.BytesIO(uploaded.data)) as archive:
        members = archive.infolist()
        unfolded = sum(member.file_size for member in members)
    if len(members) > MEMBERS_AT_MOST or unfolded > UNFOLDED_AT_MOST:
        mistake = Mistake(
            uploaded.name,
            uploaded.name,
            "tệp Excel chứa quá nhiều dữ liệu",
            "chép riêng trang chấm điểm sang mẫu mới",
        )
        raise DefinitionError([mistake])
