"""Tables from outside: pasted from Excel or Word, or sent as CSV or a workbook.

Whatever it came as, a :class:`Grid` is rows of cells that know where they stood, so that a
mistake can be pointed at. What the cells mean is asked by ``questionnaires.plan_table`` and
by the import of rosters.
"""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from questionnaires.errors import DefinitionError, Mistake
from questionnaires.names import tidy
from questionnaires.workbook import MAX_BYTES, TABLE, Bounds, merged_mistakes, open_fenced

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
    mistakes
        What is wrong with cells though the rest can be read.

    """

    source: str
    rows: tuple[tuple[GridCell, ...], ...]
    mistakes: tuple[Mistake, ...] = ()

    @property
    def width(self) -> int:
        """Columns. [columns]."""
        return len(self.rows[0]) if self.rows else 0

    def turned(self) -> Grid:
        """Return the same cells with rows and columns exchanged."""
        return Grid(self.source, tuple(zip(*self.rows, strict=True)), self.mistakes)

    def mistake(self, place: str, problem: str, remedy: str) -> Mistake:
        """Return a mistake in this table."""
        return Mistake(self.source, place, problem, remedy)


def grid_of_text(text: str, source: str = PASTED, bounds: Bounds = TABLE) -> Grid:
    """Read a table pasted from Excel or Word, or the text of a CSV file.

    Cells are parted by tabs where there is one, else by the semicolons or commas of CSV.

    Raises
    ------
    DefinitionError
        If there is nothing in it, or more than ``bounds`` allows.

    """
    if len(text) > MAX_BYTES:
        raise DefinitionError([_too_large(source, "dài hơn 5 MB", bounds)])
    first = next((line for line in text.splitlines() if line.strip()), "")
    mark = "\t" if "\t" in text else max(";,", key=first.count)
    if mark == "\t" and '"' not in text:
        text = "\n".join(_whole_rows(text.splitlines()))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=False))
    except csv.Error as error:
        problem = "không đọc được như một bảng (dấu ngoặc kép mở mà không đóng?)"
        raise DefinitionError(
            [Mistake(source, "cả bảng", problem, "chép lại bảng từ Excel rồi dán")]
        ) from error
    return grid_of_rows(source, [[tidy(cell) for cell in row] for row in rows], bounds)


def _whole_rows(lines: Sequence[str]) -> Iterator[str]:
    """Yield rows of a table from Word, where a cell of two lines breaks its row in two.

    A row is whole with as many tabs as most have. Lines without any before the first whole
    row are titles; after it they are the beginning of a label that goes on.
    """
    tabs = [line.count("\t") for line in lines]
    width = max(set(tabs), key=lambda n: (tabs.count(n) if n else 0, n))
    begun, seen_whole = "", False
    for line in lines:
        joined = f"{begun} {line}" if begun else line
        if joined.count("\t") > width:  # they do not belong together after all
            yield begun
            joined = line
        seen_whole = seen_whole or joined.count("\t") == width
        open_row = 0 < joined.count("\t") < width or (seen_whole and "\t" not in joined)
        begun = joined if open_row and line.strip() else ""
        if not begun:
            yield joined
    if begun:
        yield begun


def grid_of_csv(data: bytes, filename: str, bounds: Bounds = TABLE) -> Grid:
    """Read a CSV file, UTF-8 with or without a mark, or Excel's "Unicode text".

    Raises
    ------
    DefinitionError
        If it is neither, empty, or larger than ``bounds`` allows.

    """
    try:
        text = data.decode(
            "utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
        )
    except UnicodeDecodeError as error:
        problem = "không phải CSV mã hóa UTF-8"
        remedy = "trong Excel chọn Save As → CSV UTF-8, hoặc gửi tệp .xlsx"
        raise DefinitionError([Mistake(filename, "cả tệp", problem, remedy)]) from error
    return grid_of_text(text, filename, bounds)


def grid_of_workbook(
    data: bytes, filename: str, bounds: Bounds = TABLE, *, headed: bool = False
) -> Grid:
    """Read the first sheet of a workbook that is shown and holds anything.

    Parameters
    ----------
    data, filename
        The file and the name its sender knows it by.
    bounds
        How large it may be.
    headed
        Whether headings may take several rows with merged cells, as those of a decision do;
        words merged downwards then stand in each of their rows, and wrong cells are named
        in the grid, so that they are told with everything else.

    Raises
    ------
    DefinitionError
        If it cannot be opened or is empty; if it is not headed, also where it has merged
        cells or error values; names each.

    """
    book = open_fenced(data, filename, computed=True, bounds=bounds)
    for sheet in sorted(book.worksheets, key=lambda sheet: sheet.sheet_state != "visible"):
        cells = [[_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        if not any(text for row in cells for text in row):
            continue
        mistakes = [*_errors(sheet, filename)]
        if headed:
            mistakes += _fill_down(sheet, cells, filename)
            mistakes += _uncomputed(data, sheet, filename, bounds)
            return replace(grid_of_rows(filename, cells, bounds), mistakes=tuple(mistakes))
        mistakes += _merged(sheet, filename)
        if mistakes:
            raise DefinitionError(mistakes)
        return grid_of_rows(filename, cells, bounds)
    raise DefinitionError([_empty(filename)])


def _merged(sheet: Worksheet, filename: str) -> Iterator[Mistake]:
    """Yield merged areas inside the table; a merged title line above it does no harm."""
    filled = [row for row in sheet.iter_rows() if sum(cell.value is not None for cell in row) > 1]
    if filled:
        yield from merged_mistakes(sheet, filename, filled[0][0].row or 1)


def _fill_down(sheet: Worksheet, cells: list[list[str]], filename: str) -> Iterator[Mistake]:
    """Let words of a merged area stand in each of its rows; yield merged numbers."""
    body = next((i for i, row in enumerate(cells) if sum(map(_is_number, row)) > 1), len(cells))
    for area in sheet.merged_cells.ranges:
        top, bottom, column = area.min_row - 1, area.max_row, area.min_col - 1
        words = cells[top][column]
        if bottom <= body:
            continue
        if _is_number(words) or not words:
            problem = "các ô đã gộp, không rõ số của ô nào"
            yield Mistake(filename, str(area), problem, "bỏ gộp ô rồi điền từng ô")
            continue
        for row in range(max(top, body), bottom):
            cells[row][column] = words


def _is_number(text: str) -> bool:
    return bool(text) and not text.strip("0123456789., ")


def _uncomputed(data: bytes, sheet: Worksheet, filename: str, bounds: Bounds) -> Iterator[Mistake]:
    """Yield formulas whose program left no value beside them."""
    written = open_fenced(data, filename, bounds=bounds)[sheet.title]
    for row in written.iter_rows():
        for cell in row:
            if cell.data_type == "f" and sheet[cell.coordinate].value is None:
                problem = "công thức chưa có kết quả"
                remedy = "mở tệp bằng Excel, lưu lại rồi gửi, hoặc gõ số"
                yield Mistake(filename, cell.coordinate, problem, remedy)


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


def grid_of_rows(source: str, rows: Sequence[Sequence[str]], bounds: Bounds = TABLE) -> Grid:
    """Square rows of tidy texts up, leave empty ones out, and remember where each cell stood.

    Raises
    ------
    DefinitionError
        If there is nothing in them, or more than ``bounds`` allows.

    """
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(row)]
    width = max((max(i for i, text in enumerate(row) if text) for _, row in filled), default=-1) + 1
    if not filled:
        raise DefinitionError([_empty(source)])
    longer, shorter = sorted((len(filled), width), reverse=True)
    if longer > bounds.rows or shorter > bounds.columns or longer * shorter > bounds.cells:
        size = f"có {len(filled)} dòng, {width} cột"
        raise DefinitionError([_too_large(source, size, bounds)])
    letters = [get_column_letter(column) for column in range(1, width + 1)]
    return Grid(
        source,
        tuple(
            tuple(
                GridCell(text, f"{letter}{number}")
                for letter, text in zip(letters, (*row, *[""] * width)[:width], strict=True)
            )
            for number, row in filled
        ),
    )


def _empty(source: str) -> Mistake:
    return Mistake(source, "cả bảng", "bảng trống", "chép cả bảng, kể cả dòng tiêu đề, rồi dán lại")


def _too_large(source: str, size: str, bounds: Bounds = TABLE) -> Mistake:
    remedy = f"xóa dòng thừa; nhiều nhất {bounds.rows} dòng và {bounds.columns} cột"
    return Mistake(source, "cả bảng", f"bảng {size}", remedy)
