"""What was uploaded: single workbooks or a ZIP of them, unpacked inside a fence.

A ZIP is measured before anything of it is read and is never written to disk, so names that
climb out of a folder and files that unfold without end do no harm. A file that cannot be
read is one mistake among others; the rest of the ZIP goes on. What the sheets say is asked
of ``score_reading``.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from openpyxl.worksheet.worksheet import Worksheet

from questionnaires.errors import DefinitionError, Mistake
from questionnaires.workbook import MAX_BYTES, open_fenced
from survey_app.services.score_columns import SHEET

FILES_AT_MOST: Final = 300
UNPACKED_AT_MOST: Final = 100_000_000
"""Of all files of one ZIP together. [bytes]"""
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
            found.append(Uploaded(name, data))
    return found


def _from_zip(name: str, data: bytes) -> Iterator[Uploaded]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        yield _refused(name, name, "tệp ZIP hỏng hoặc không phải tệp ZIP", "nén lại rồi tải lên")
        return
    with archive:
        members = [member for member in archive.infolist() if _meant(member)]
        declared = sum(member.file_size for member in members)
        if len(members) > FILES_AT_MOST or declared > UNPACKED_AT_MOST:
            problem = f"có {len(members)} tệp, giải nén được {declared / 1e6:.0f} MB: quá nhiều"
            yield _refused(name, name, problem, "chia thành nhiều tệp ZIP")
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
    if member.file_size > MAX_BYTES:
        return _refused(shown, path.name, "tệp quá lớn", "bỏ hình ảnh và trang tính thừa")
    try:
        data = archive.read(member)  # zipfile never unpacks more than was declared
    except (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, OSError):
        return _refused(shown, path.name, "không giải nén được", "nén lại rồi tải lên")
    return Uploaded(shown, data)


def _refused(name: str, where: str, problem: str, remedy: str) -> Uploaded:
    return Uploaded(name, b"", Mistake(name, where, problem, remedy))


def open_sheet(uploaded: Uploaded) -> Worksheet:
    """Open the sheet of points of one workbook.

    Raises
    ------
    DefinitionError
        If the file is refused at the fence (``questionnaires.workbook``) or has no such sheet.

    """
    name = uploaded.name
    if uploaded.mistake is not None:
        raise DefinitionError([uploaded.mistake])
    book = open_fenced(uploaded.data, name)
    sheet = next((sheet for sheet in book.worksheets if sheet.title == SHEET), None)
    if sheet is None:
        mistake = Mistake(name, "cả tệp", f"không có trang “{SHEET}”", "dùng mẫu tải từ phần mềm")
        raise DefinitionError([mistake])
    return sheet
