"""Workbooks that are printed and signed: head of the office, title, table, words, signatures.

A :class:`Paper` is one sheet of one paper; text is always written as text and sums are live
formulas with their value. What stands on which paper is told by the modules beside this one;
tables of results have a look of their own (``look``).
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate
from math import ceil
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from survey_app.models import Campaign
from survey_app.services.exports.look import A4, FONT, SIMULATED, Column
from survey_app.services.paper_words import dated, letterhead

STATE: Final = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
LINE: Final = "#444444"
ROW: Final = 24
"""Height of a row somebody signs in. [points]"""
LETTERS_A_LINE: Final = 1.1
"""Small letters of the paper's size that fit into one unit of column width."""
STATE_WIDTH: Final = 42
"""Width of the state's name in bold capitals. [column width]"""
WIDE, NARROW = 1.4, 0.6
"""A capital, and a full stop, in small letters."""

AMOUNT: Final = '#,##0;-#,##0;"–"'
"""Money, where most lines have none."""
DATED_WIDTH: Final = 34
"""Width of the line of place and day. [column width]"""
SEALED: Final = ("THỦ TRƯỞNG", "XÁC NHẬN", "TM.")
"""Who signs with the seal of an office."""

Cell = str | int | float | None

FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\]")
LONGEST_NAME: Final = 31


class Papers:
    """A workbook of papers of one campaign."""

    def __init__(self, campaign: Campaign, title: str) -> None:
        self._out = io.BytesIO()
        self.book = xlsxwriter.Workbook(self._out, {"in_memory": True})
        self.book.set_properties({"title": title, "subject": campaign.title})
        self.campaign, self.names = campaign, set[str]()
        base: dict[str, Any] = {"font_name": FONT, "font_size": 12, "valign": "vcenter"}
        middle = base | {"align": "center", "text_wrap": True}
        cell = base | {"border": 1, "border_color": LINE, "text_wrap": True}
        bold = {"bold": True}
        text = cell | {"indent": 1}
        number = cell | {"align": "right", "indent": 1, "num_format": "#,##0", "text_wrap": False}
        table = {
            "text": text,
            "wrap": text,
            "code": cell | {"align": "center"},
            "count": number,
            "amount": number | {"num_format": AMOUNT},
            "percent": number | {"num_format": "0.0%"},
        }
        looks = {
            "left": base | {"text_wrap": True},
            "middle": middle,
            "strong": middle | bold,
            "motto": middle | bold | {"underline": 1},
            "title": middle | bold | {"font_size": 14},
            "italic": middle | {"italic": True},
            "banner": middle | bold | {"font_color": "#B42318"},
            "words": base | {"italic": True, "text_wrap": True},
            "head": cell | bold | {"align": "center"},
            **table,
            **{f"{name}-bold": look | bold for name, look in table.items()},
        }
        self.looks = {name: self.book.add_format(look) for name, look in looks.items()}

    def paper(
        self, name: str, title: str, columns: Sequence[Column], *, landscape: bool = False
    ) -> Paper:
        """Add a paper with its head and title."""
        return Paper(self, self._free(name), title, columns, landscape=landscape)

    def close(self) -> bytes:
        """Finish and return the file."""
        self.book.close()
        return self._out.getvalue()

    def _free(self, name: str) -> str:
        """Return a name no sheet has yet and Excel takes."""
        plain = FORBIDDEN.sub(" ", name).strip("' ")[:LONGEST_NAME]
        free, n = plain, 1
        while free.casefold() in self.names:
            n += 1
            free = f"{plain[: LONGEST_NAME - 4]} ({n})"
        self.names.add(free.casefold())
        return free


class Paper:
    """One sheet; rows are counted from 0."""

    def __init__(
        self, owner: Papers, name: str, title: str, columns: Sequence[Column], *, landscape: bool
    ) -> None:
        self.owner, self.columns = owner, tuple(columns)
        self.sheet = owner.book.add_worksheet(name)
        self.next, self.last, self.half = 0, len(columns) - 1, len(columns) // 2
        self._set_page(landscape=landscape)
        for place, column in enumerate(self.columns):
            self.sheet.set_column(place, place, column.width)
        self._head()
        if owner.campaign.simulated:
            self.line(SIMULATED, "banner")
        self.next += 1
        self.line(title, "title")

    def _set_page(self, *, landscape: bool) -> None:
        if landscape:
            self.sheet.set_landscape()
        self.sheet.set_paper(A4)
        self.sheet.set_margins(left=1.18, right=0.79, top=0.79, bottom=0.79)  # 30, 20 mm
        self.sheet.fit_to_pages(1, 0)
        self.sheet.hide_gridlines(2)
        self.sheet.set_footer(f'&L&"{FONT},Regular"&9&A&R&"{FONT},Regular"&9Trang &P/&N')

    def _head(self) -> None:
        """Write the office on the left and the state on the right."""
        office = letterhead(self.owner.campaign.organisation, "DS").organisation
        total = sum(column.width for column in self.columns)
        half, width = self.last, self.columns[-1].width
        while half > 1 and width < max(total / 2, STATE_WIDTH):
            half -= 1
            width += self.columns[half].width
        self.half = half
        for row, (left, right) in enumerate(zip((*office, "")[:2], STATE, strict=True)):
            looks = ("strong", "strong") if row == 0 else ("strong", "motto")
            self._span(row, 0, half - 1, left, looks[0])
            self._span(row, half, self.last, right, looks[1])
        self.next = 2

    def _span(self, row: int, first: int, last: int, text: str, look: str) -> None:
        style = self.owner.looks[look]
        if first >= last:
            self.sheet.write_string(row, first, text, style)
        else:
            self.sheet.merge_range(row, first, row, last, "", style)
            self.sheet.write_string(row, first, text, style)
        lines = self._lines(text, first, last)
        if lines > 1:
            self.sheet.set_row(row, 16 * lines + 2)

    def _lines(self, text: str, first: int, last: int) -> int:
        """Lines a text needs in the columns it spans; Excel does not grow merged rows itself."""
        room = LETTERS_A_LINE * sum(column.width for column in self.columns[first : last + 1])
        letters = sum(WIDE if s.isupper() else NARROW if s in ".,; " else 1 for s in text)
        return max(1, ceil(letters / max(1, room)))

    def line(self, text: str, look: str = "left") -> None:
        """Write a line over the whole width."""
        self._span(self.next, 0, self.last, text, look)
        self.next += 1

    def header(self) -> None:
        """Write the headings of the table; they are repeated on every page."""
        self.next += 1
        for place, column in enumerate(self.columns):
            self.sheet.write_string(self.next, place, column.heading, self.owner.looks["head"])
        needed = [self._lines(c.heading, at, at) for at, c in enumerate(self.columns)]
        self.sheet.set_row(self.next, 17 * max(needed) + 4)
        self.sheet.repeat_rows(self.next)
        self.next += 1

    def row(self, cells: Sequence[Cell], *, tall: bool = False, bold: bool = False) -> None:
        """Write one row of the table."""
        for place, (column, cell) in enumerate(zip(self.columns, cells, strict=True)):
            self.put(self.next, place, cell, column.look, bold=bold)
        needed = [
            self._lines(cell, at, at) for at, cell in enumerate(cells) if isinstance(cell, str)
        ]
        self.sheet.set_row(self.next, max(ROW if tall else 18, 17 * max(needed, default=1)))
        self.next += 1

    def put(self, row: int, place: int, cell: Cell, look: str, *, bold: bool = False) -> None:
        """Write one cell; text stays text whatever it begins with."""
        if isinstance(cell, str) and look in {"count", "amount", "percent"}:
            look = "code"
        style = self.owner.looks[f"{look}-bold" if bold else look]
        if cell is None:
            self.sheet.write_blank(row, place, None, style)
        elif isinstance(cell, str):
            self.sheet.write_string(row, place, cell, style)
        else:
            self.sheet.write_number(row, place, cell, style)

    def total(self, label: str, first: int, sums: Mapping[int, int | None]) -> None:
        """Write a line of sums over the rows from ``first`` on: column -> its value.

        None leaves room to write the sum by hand.
        """
        for place in range(len(self.columns)):
            if place in sums:
                self._sum(place, first, sums[place])
            else:
                style = self.owner.looks["text-bold"]
                self.sheet.write_blank(self.next, place, None, style)
        self.sheet.set_row(self.next, 20)
        ahead = min(sums, default=self.last) - 1
        if ahead > 0:
            self._span(self.next, 0, ahead, label, "text-bold")
        else:
            self.sheet.write_string(self.next, 0, label, self.owner.looks["text-bold"])
        self.next += 1

    def _sum(self, place: int, first: int, value: int | None) -> None:
        if self.next == first or value is None:
            self.put(self.next, place, value, "count", bold=True)
            return
        area = f"{xl_rowcol_to_cell(first, place)}:{xl_rowcol_to_cell(self.next - 1, place)}"
        style = self.owner.looks["count-bold"]
        self.sheet.write_formula(self.next, place, f"=SUM({area})", style, value)

    def signatures(self, place: str, titles: Sequence[str], on: date | None = None) -> None:
        """Write the line of place and day and room for those who sign."""
        self.next += 1
        edges = self._shares(len(titles))
        start = edges[-2]
        while start and sum(column.width for column in self.columns[start:]) < DATED_WIDTH:
            start -= 1
        self._span(self.next, start, self.last, dated(place, on), "italic")
        self.next += 1
        for n, title in enumerate(titles):
            how = "(Ký, họ tên, đóng dấu)" if title.startswith(SEALED) else "(Ký, ghi rõ họ tên)"
            self._span(self.next, edges[n], edges[n + 1] - 1, title, "strong")
            self._span(self.next + 1, edges[n], edges[n + 1] - 1, how, "italic")
        self.next += 7

    def _shares(self, parts: int) -> list[int]:
        """Return the columns at which parts of about equal width begin, and the end."""
        ends = list(accumulate(column.width for column in self.columns))
        edges = [0]
        for n in range(1, parts):
            wanted = ends[-1] * n / parts
            possible = range(edges[-1] + 1, len(ends) - parts + n + 1)
            edges.append(min(possible, key=lambda at: abs(ends[at - 1] - wanted)))
        return [*edges, len(ends)]
