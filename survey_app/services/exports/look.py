"""How every exported workbook looks: one paper size, one set of formats, one way of writing.

A cell is text, a number, nothing, or a :class:`Formula` with the value it has now, so that a
preview which does not compute shows the same as Excel does. Text is always written as text:
whatever begins with ``=`` in somebody's explanation stays a sentence.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from analysis.rounding import half_up

SIMULATED: Final = "DỮ LIỆU MÔ PHỎNG"
FONT: Final = "Times New Roman"
LINE: Final = "#B8C2CC"
A4: Final = 9
ROUNDED: Final = ("points", "percent")
TITLE_ROWS: Final = 3
FIRST: Final = TITLE_ROWS + 1
"""Row of the first line of a long table: the rows of title and one of headings."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A live formula and the value it has when the file is written; None shows empty."""

    text: str
    value: Decimal | float | str | None


@dataclass(frozen=True, slots=True)
class Span:
    """Rows of a table that belong together, both ends included."""

    first: int
    last: int


Cell = str | int | Decimal | Formula | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: heading, width in letters, and the look of its cells.

    ``look`` is one of ``text``, ``wrap``, ``code``, ``count``, ``points``, ``percent``,
    ``weight``, ``exact``.
    """

    heading: str
    width: float
    look: str = "text"


class Book:
    """A workbook being written.

    Where it is not ``exact``, points and percents are stored as they are printed: digits
    that a cell only hides can be read by whoever clicks on it.
    """

    def __init__(
        self, *, title: str, subtitle: str, simulated: bool, decimals: int, exact: bool = True
    ) -> None:
        self._out = io.BytesIO()
        self.book = xlsxwriter.Workbook(self._out, {"in_memory": True})
        self.book.set_properties({"title": title, "subject": subtitle})
        self.book.set_calc_mode("auto")
        self.title, self.subtitle, self.simulated = title, subtitle, simulated
        self.decimals, self.exact = decimals, exact
        base: dict[str, Any] = {"font_name": FONT, "font_size": 11, "valign": "top"}
        cell = base | {"border": 1, "border_color": LINE}
        number = cell | {"align": "right"}
        digits = "0." + "0" * decimals if decimals else "0"
        looks: dict[str, dict[str, Any]] = {
            "title": base | {"font_size": 15, "bold": True},
            "sub": base | {"font_color": "#44525F"},
            "banner": base | {"bold": True, "font_color": "#B42318"},
            "section": base | {"bold": True, "font_size": 12},
            "plain": base,
            "prose": base | {"text_wrap": True},
            "bad": base | {"text_wrap": True, "font_color": "#8A4B00"},
            "head": cell
            | {"bold": True, "bg_color": "#DDE6EE", "align": "center", "valign": "vcenter"}
            | {"text_wrap": True},
            "text": cell,
            "wrap": cell | {"text_wrap": True},
            "code": cell | {"align": "center"},
            "count": number | {"num_format": "#,##0"},
            "points": number | {"num_format": f"#,##{digits}"},
            "percent": number | {"num_format": f"#,##{digits}"},
            "weight": number | {"num_format": "0.0000"},
            "exact": number | {"num_format": "0.000000"},
        }
        self.looks = {name: self.book.add_format(look) for name, look in looks.items()}

    def sheet(self, name: str, *, landscape: bool = True) -> Grid:
        """Add a sheet with title, banner, page set-up, header and footer."""
        return Grid(self, name, landscape=landscape)

    def close(self) -> bytes:
        """Finish and return the file."""
        self.book.close()
        return self._out.getvalue()


class Grid:
    """One sheet; rows are counted from 0, addresses are what Excel shows."""

    def __init__(self, book: Book, name: str, *, landscape: bool) -> None:
        self.owner, self.name = book, name
        self.sheet = book.book.add_worksheet(name)
        self.next = 0
        self.put(0, 0, f"{book.title}", "title")
        self.put(1, 0, f"{name} · {book.subtitle}", "sub")
        if book.simulated:
            self.put(2, 0, SIMULATED, "banner")
        self.next = TITLE_ROWS
        if landscape:
            self.sheet.set_landscape()
        self.sheet.set_paper(A4)
        self.sheet.set_margins(0.5, 0.5, 0.7, 0.6)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.hide_gridlines(2)
        banner = f"   {SIMULATED}" if book.simulated else ""
        self.sheet.set_header(f"&L&9{_header_text(book.title)}&R&9{banner}")
        self.sheet.set_footer("&L&9&A&R&9Trang &P/&N")

    def put(self, row: int, place: int, cell: Cell, look: str) -> None:
        """Write one cell."""
        style = self.owner.looks[look]
        if isinstance(cell, Formula):
            value: Any = cell.value
            value = float(value) if isinstance(value, Decimal) else value
            self.sheet.write_formula(row, place, cell.text, style, "" if value is None else value)
        elif cell is None:
            self.sheet.write_blank(row, place, None, style)
        elif isinstance(cell, str):
            self.sheet.write_string(row, place, cell, style)
        else:
            if isinstance(cell, Decimal) and not self.owner.exact and look in ROUNDED:
                cell = half_up(cell, self.owner.decimals)
            self.sheet.write_number(row, place, float(cell), style)

    def prose(self, text: str, look: str = "plain") -> None:
        """Write one line of text and go on to the next row."""
        self.put(self.next, 0, text, look)
        self.next += 1

    def columns(self, columns: Sequence[Column]) -> None:
        """Set widths."""
        for place, column in enumerate(columns):
            self.sheet.set_column(place, place, column.width)

    def header(self, columns: Sequence[Column], *, freeze: int | None = None) -> None:
        """Write the headings of a table; ``freeze`` keeps them and that many columns in sight."""
        for place, column in enumerate(columns):
            self.put(self.next, place, column.heading, "head")
        self.sheet.set_row(self.next, 34)
        if freeze is not None:
            self.sheet.freeze_panes(self.next + 1, freeze)
            self.sheet.repeat_rows(self.next)
        self.next += 1

    def row(self, columns: Sequence[Column], cells: Sequence[Cell]) -> None:
        """Write one row of a table."""
        for place, (column, cell) in enumerate(zip(columns, cells, strict=True)):
            closed = isinstance(cell, str) and column.look not in {"text", "wrap", "code"}
            self.put(self.next, place, cell, "code" if closed else column.look)
        self.next += 1

    def filter(self, top: int, columns: Sequence[Column]) -> None:
        """Let people filter a long table whose headings stand in row ``top``."""
        self.sheet.autofilter(top, 0, max(top, self.next - 1), len(columns) - 1)

    def area(self, place: int, first: int, last: int) -> str:
        """Address of a piece of a column from another sheet: ``'Tiêu chí'!$K$5:$K$9``."""
        letter = xl_col_to_name(place)
        return f"'{self.name}'!${letter}${first + 1}:${letter}${last + 1}"

    def strip(self, row: int, first: int, last: int) -> str:
        """Address of a piece of a row from another sheet: ``'Thiết lập'!$B$5:$F$5``."""
        left, right = xl_col_to_name(first), xl_col_to_name(last)
        return f"'{self.name}'!${left}${row + 1}:${right}${row + 1}"


def cell_name(place: int, row: int) -> str:
    """Address of a cell of the same sheet: ``K5``."""
    return f"{xl_col_to_name(place)}{row + 1}"


def _header_text(text: str) -> str:
    return text.replace("&", "&&")[:180]
