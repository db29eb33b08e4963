"""Tables from outside: pasted from Excel or Word, or sent as CSV or a workbook.

Whatever it came as, a :class:`Grid` is rows of cells that know where they stood, so that a
mistake can be pointed at. What the cells mean is asked by ``questionnaires.plan_table`` and
by the import of rosters.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from questionnaires.errors import DefinitionError, Mistake
from questionnaires.names import tidy
from questionnaires.workbook import MAX_BYTES, merged_mistakes, open_fenced

MAX_ROWS: Final = 5_000
MAX_COLUMNS: Final = 200

PASTED: Final = "bảng dán"
"""Name of a pasted table in mistakes."""


@dataclass(frozen=True, slots=True)
class GridCell:
    """Text of one cell, NFC, spaces folded, and where people find it (``B4``)."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A rectangular table; short rows are filled up with empty cells.

    Attributes
    ----------
    source
        Name of the file, or ``PASTED``.
    rows
        Rows with at least one filled cell, in order.

    """

    source: str
    rows: tuple[tuple[GridCell, ...], ...]

    @property
    def width(self) -> int:
        """Columns. [columns]."""
        return len(self.rows[0]) if self.rows else 0

    def turned(self) -> Grid:
        """Return the same cells with rows and columns exchanged."""
        return Grid(self.source, tuple(zip(*self.rows, strict=True)))

    def mistake(self, place: str, problem: str, remedy: str) -> Mistake:
        """Return a mistake in this table."""
        return Mistake(self.source, place, problem, remedy)


def grid_of_text(text: str, source: str = PASTED) -> Grid:
    """Read a table pasted from Excel or Word, or the text of a CSV file.

    Cells are parted by tabs where there is one, else by the semicolons or commas of CSV.

    Raises
    ------
    DefinitionError
        If there is nothing in it, or more than a plan can have.

    """
    if len(text) > MAX_BYTES:
        raise DefinitionError([_too_large(source, "dài hơn 5 MB")])
    first = next((line for line in text.splitlines() if line.strip()), "")
    mark = "\t" if "\t" in text else max(";,", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=False))
    except csv.Error as error:
        problem = "không đọc được như một bảng (dấu ngoặc kép mở mà không đóng?)"
        raise DefinitionError(
            [Mistake(source, "cả bảng", problem, "chép lại bảng từ Excel rồi dán")]
        ) from error
    return _grid(source, [[tidy(cell) for cell in row] for row in rows])


def grid_of_csv(data: bytes, filename: str) -> Grid:
    """Read a CSV file, UTF-8 with or without a mark.

    Raises
    ------
    DefinitionError
        If it is not UTF-8, empty, or larger than a plan can be.

    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = "không phải CSV mã hóa UTF-8"
        remedy = "trong Excel chọn Save As → CSV UTF-8, hoặc gửi tệp .xlsx"
        raise DefinitionError([Mistake(filename, "cả tệp", problem, remedy)]) from error
    return grid_of_text(text, filename)


def grid_of_workbook(data: bytes, filename: str) -> Grid:
    """Read the first sheet of a workbook that holds anything.

    Raises
    ------
    DefinitionError
        If it cannot be opened, is empty, has merged cells or error values; names each.

    """
    book = open_fenced(data, filename, computed=True)
    for sheet in book.worksheets:
        cells = [[_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        if not any(text for row in cells for text in row):
            continue
        mistakes = [*_merged(sheet, filename), *_errors(sheet, filename)]
        if mistakes:
            raise DefinitionError(mistakes)
        return _grid(filename, cells)
    raise DefinitionError([_empty(filename)])


def _merged(sheet: Worksheet, filename: str) -> Iterator[Mistake]:
    """Yield merged areas inside the table; a merged title line above it does no harm."""
    filled = [row for row in sheet.iter_rows() if sum(cell.value is not None for cell in row) > 1]
    if filled:
        yield from merged_mistakes(sheet, filename, filled[0][0].row or 1)


def _errors(sheet: Worksheet, filename: str) -> Iterator[Mistake]:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "e":
                problem = f"ô báo lỗi {cell.value}"
                yield Mistake(filename, cell.coordinate, problem, "gõ lại nội dung của ô")


def _text(value: object) -> str:
    """Return a cell as it would be typed; ``15.0`` is ``15``."""
    match value:
        case None:
            return ""
        case bool():
            return str(value)
        case float() if value.is_integer():
            return str(int(value))
        case float():
            return str(Decimal(repr(value))).replace(".", ",")
        case datetime() | date():
            return f"{value:%d/%m/%Y}"
        case _:
            return tidy(str(value))


def _grid(source: str, rows: list[list[str]]) -> Grid:
    """Square the rows up, leave empty ones out, and remember where each cell stood."""
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(row)]
    width = max((max(i for i, text in enumerate(row) if text) for _, row in filled), default=-1) + 1
    if not filled:
        raise DefinitionError([_empty(source)])
    if max(len(filled), width) > MAX_ROWS or min(len(filled), width) > MAX_COLUMNS:
        raise DefinitionError([_too_large(source, f"có {len(filled)} dòng, {width} cột")])
    return Grid(
        source,
        tuple(
            tuple(
                GridCell(text, f"{get_column_letter(column)}{number}")
                for column, text in enumerate((*row, *[""] * width)[:width], start=1)
            )
            for number, row in filled
        ),
    )


def _empty(source: str) -> Mistake:
    return Mistake(source, "cả bảng", "bảng trống", "chép cả bảng, kể cả dòng tiêu đề, rồi dán lại")


def _too_large(source: str, size: str) -> Mistake:
    remedy = f"xóa dòng thừa; nhiều nhất {MAX_ROWS} dòng và {MAX_COLUMNS} cột"
    return Mistake(source, "cả bảng", f"bảng {size}", remedy)
