"""Workbooks from outside: opened behind a fence, read cell by cell.

A workbook that a unit sends may be huge, broken, or made to hurt. :func:`open_fenced` looks
at the archive before anything is parsed and refuses what no office table needs. The ``*_in``
functions then read one cell and return either its value or the :class:`Mistake` in it, named
as people name it (``Bộ tiêu chí!E14``), so that a reader can collect every mistake of a file.
Used by ``questionnaires.criteria_workbook`` and by the import of self-scores.
"""

from __future__ import annotations

import math
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from questionnaires.errors import DefinitionError, Mistake

MAX_BYTES: Final = 5_000_000
"""Largest file that is opened. [bytes]"""

MAX_UNPACKED: Final = 40_000_000
"""Largest sum of what the archive declares its members to unpack to. [bytes]"""

MAX_MEMBERS: Final = 300
MAX_SHEETS: Final = 30
MAX_ROWS: Final = 5_000
MAX_COLUMNS: Final = 200
MAX_CELLS: Final = 100_000
"""Most cells of all sheets, counted in their text before it is parsed."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a table may be; ``cells`` counts all sheets of a workbook."""

    rows: int = MAX_ROWS
    columns: int = MAX_COLUMNS
    cells: int = MAX_CELLS


TABLE: Final = Bounds()
"""Bounds of a table of an office; a list of people may be longer."""

CELL_TAG: Final = re.compile(rb"<(?:\w+:)?c[\s/>]")
ENTITY: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
SHEET_MEMBER: Final = re.compile(r"xl/worksheets/[^/]+\.xml")

NUMBER: Final = re.compile(r"-?\d{1,9}(?:[.,]\d{1,9})?")
SIGNIFICANT: Final = 15
"""Decimal digits a spreadsheet keeps; what lies beyond is noise of the binary number."""

AnyCell = Cell | MergedCell


def open_fenced(
    file: Path | BinaryIO | bytes, filename: str, *, computed: bool = False, bounds: Bounds = TABLE
) -> Workbook:
    """Open an .xlsx workbook without trusting it.

    Parameters
    ----------
    file
        A path, an open binary file or the bytes themselves.
    filename
        The name its sender knows it by; it stands in every mistake.
    computed
        Whether formulas are read as the values their program left beside them.
    bounds
        How large it may be.

    Raises
    ------
    DefinitionError
        If it is no .xlsx workbook, is encrypted, or is larger than an office table can be.

    """
    data = _bytes_of(file)
    mistake = _outside(data, filename)
    if mistake is None:
        mistake = _inside(data, filename, bounds)
    if mistake is not None:
        raise DefinitionError([mistake])
    try:
        book = load_workbook(BytesIO(data), keep_links=False, rich_text=False, data_only=computed)
    except Exception as error:  # openpyxl lets every kind of error through on a broken file
        raise DefinitionError([_unreadable(filename)]) from error
    too_large = [
        Mistake(
            filename,
            sheet.title,
            f"trang tính dùng đến ô {sheet.dimensions.rpartition(':')[2]}",
            f"xóa các dòng, cột thừa (nhiều nhất {bounds.rows} dòng, {bounds.columns} cột)",
        )
        for sheet in book.worksheets
        if sheet.max_row > bounds.rows or sheet.max_column > bounds.columns
    ]
    if too_large:
        raise DefinitionError(too_large)
    return book


def place_of(cell: AnyCell) -> str:
    """Name a cell as people do: ``Bộ tiêu chí!E14``."""
    return f"{cell.parent.title}!{cell.coordinate}"


def mistake_in(cell: AnyCell, filename: str, problem: str, remedy: str) -> Mistake:
    """Return a mistake that stands in ``cell``."""
    return Mistake(filename, place_of(cell), problem, remedy)


def text_in(cell: AnyCell, filename: str) -> str | Mistake:
    """Return the text of a cell, NFC, spaces folded; empty text for an empty cell."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return _formula(cell, filename)
    if cell.data_type == "e":
        problem = f"ô báo lỗi {value}"
        return mistake_in(cell, filename, problem, "gõ lại nội dung của ô")
    if isinstance(value, date | time | timedelta | bool):
        problem = "ô bị đổi thành ngày, giờ hoặc đúng/sai"
        return mistake_in(cell, filename, problem, "định dạng ô là Text rồi gõ lại")
    return " ".join(unicodedata.normalize("NFC", str(value)).split())


def code_in(cell: AnyCell, filename: str) -> str | Mistake:
    """Return a code as printed; a code that became a number may have lost its last zero."""
    if isinstance(cell.value, float):
        problem = f"mã {str(cell.value).replace('.', ',')} là số: 1.10 và 1.1 không phân biệt được"
        return mistake_in(cell, filename, problem, "định dạng ô là Text rồi gõ lại mã")
    return text_in(cell, filename)


def decimal_in(cell: AnyCell, filename: str) -> Decimal | Mistake | None:
    """Return the number of a cell, or None when it is empty.

    Numbers typed as text are taken with a decimal comma or point (``2,5``, ``2.5``).
    Formulas are refused: what counts is the number its sender saw and answers for.
    """
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return Decimal(f"{value:.{SIGNIFICANT}g}")
    text = text_in(cell, filename)
    if isinstance(text, Mistake) or not text:
        return text or None
    if not NUMBER.fullmatch(text):
        problem = f"“{text}” không phải số"
        return mistake_in(cell, filename, problem, "chỉ ghi số, ví dụ 2,5")
    return Decimal(text.replace(",", "."))


def merged_mistakes(sheet: Worksheet, filename: str, first_row: int) -> Iterator[Mistake]:
    """Yield a mistake for every merged area that reaches into the rows of the table.

    Only the first of merged cells holds a value, so a merged table says less than it shows.
    """
    for area in sheet.merged_cells.ranges:
        if area.max_row >= first_row:
            problem = "các ô bị gộp (merge)"
            remedy = "bỏ gộp ô (Unmerge Cells) rồi ghi giá trị vào từng ô"
            yield Mistake(filename, f"{sheet.title}!{area.coord}", problem, remedy)


# --- the fence ---------------------------------------------------------------------------


def _bytes_of(file: Path | BinaryIO | bytes) -> bytes:
    """Read at most one byte more than is allowed."""
    if isinstance(file, bytes):
        return file
    if isinstance(file, Path):
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    return file.read(MAX_BYTES + 1)


def _outside(data: bytes, filename: str) -> Mistake | None:
    """Judge the file by its name, size and first bytes."""
    if not filename.lower().endswith(".xlsx"):
        problem = "không phải tệp .xlsx"
        return Mistake(filename, "cả tệp", problem, "mở bằng Excel và lưu lại dạng .xlsx")
    if len(data) > MAX_BYTES:
        problem = f"tệp lớn hơn {MAX_BYTES // 1_000_000} MB"
        return Mistake(filename, "cả tệp", problem, "xóa hình ảnh, trang tính thừa rồi lưu lại")
    if not zipfile.is_zipfile(BytesIO(data)):
        return _unreadable(filename)
    return None


def _inside(data: bytes, filename: str, bounds: Bounds) -> Mistake | None:
    """Judge the archive by what it declares, then its members by their text."""
    too_large = Mistake(
        filename,
        "cả tệp",
        "nội dung giải nén lớn bất thường",
        "chép bảng sang tệp mẫu mới rồi gửi lại",
    )
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            sheets = [member for member in members if SHEET_MEMBER.fullmatch(member.filename)]
            # zipfile never unpacks more of a member than it declares
            declared = sum(member.file_size for member in members)
            crowded = len(members) > MAX_MEMBERS or len(sheets) > MAX_SHEETS
            if crowded or declared > MAX_UNPACKED:
                return too_large
            cells = 0
            for member in members:
                text = archive.read(member)
                cells += len(CELL_TAG.findall(text)) if member in sheets else 0
                if ENTITY.search(text) and member.filename.endswith((".xml", ".rels")):
                    return _unreadable(filename)
                if cells > bounds.cells:
                    return too_large
    except (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, OSError):
        return _unreadable(filename)
    return None


def _unreadable(filename: str) -> Mistake:
    problem = "không đọc được như một bảng tính .xlsx (tệp hỏng hoặc có mật khẩu)"
    return Mistake(filename, "cả tệp", problem, "bỏ mật khẩu, lưu lại dạng .xlsx rồi gửi lại")


def _formula(cell: AnyCell, filename: str) -> Mistake:
    remedy = "chép ô rồi dán giá trị (Paste Special, Values)"
    return mistake_in(cell, filename, "ô chứa công thức", remedy)
