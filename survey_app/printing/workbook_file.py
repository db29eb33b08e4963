"""Workbooks an office prints and signs: A4 across, headings on every page, sums that live.

A :class:`Sum` is a formula with the value it has now, so that a preview which does not compute
shows what Excel does. The same paper gives the same bytes, as with Word files.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from survey_app.printing.lengths import lines_of
from survey_app.services.paper_words import Imprint

FONT: Final = "Times New Roman"
A4: Final = 9
POINTS: Final = 12
LINE_PT: Final = 15.5
ROOM_PT: Final = 2.5
"""Height of a line of text, and what a row has besides. [pt]"""
GAP_PT: Final = 6
LETTER_MM: Final = 1.852
"""Width of a letter, by which columns of a workbook are measured. [mm]"""
BOLD: Final = ("head", "strong")
COUNT: Final = '#,##0;-#,##0;"–"'


@dataclass(frozen=True, slots=True)
class Sum:
    """A live formula and the value it has when the file is written."""

    formula: str
    value: int | str


Cell = str | int | Sum | None


class PaperBook:
    """A workbook being written."""

    def __init__(self, imprint: Imprint) -> None:
        self.imprint = imprint
        self._out = io.BytesIO()
        self.book = xlsxwriter.Workbook(self._out, {"in_memory": True})
        made = imprint.made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        self.book.set_properties(
            {
                "title": imprint.title,
                "subject": imprint.subject,
                "author": imprint.author,
                "created": made,
            }
        )
        base: dict[str, Any] = {"font_name": FONT, "font_size": POINTS, "valign": "vcenter"}
        cell = base | {"border": 1, "text_wrap": True}
        number = cell | {"num_format": COUNT, "align": "right", "text_wrap": False, "indent": 1}
        looks: dict[str, dict[str, Any]] = {
            "office": base | {"bold": True},
            "mark": base | {"bold": True, "align": "right"},
            "label": base | {"bold": True, "align": "center"},
            "title": base | {"bold": True, "align": "center", "text_wrap": True},
            "attached": base | {"italic": True, "align": "center"},
            "plain": base,
            "note": base | {"text_wrap": True, "valign": "top"},
            "section": base | {"bold": True},
            "head": cell | {"bold": True, "align": "center"},
            "text": cell,
            "code": cell | {"align": "center"},
            "count": number,
            "strong": cell | {"bold": True},
            "total": number | {"bold": True},
            "sign": base | {"bold": True, "align": "center", "valign": "top"},
        }
        self.looks = {name: self.book.add_format(look) for name, look in looks.items()}

    def sheet(self, name: str, widths: Sequence[float]) -> PaperSheet:
        """Add a sheet with columns of these widths. [mm]."""
        return PaperSheet(self, name, widths)

    def close(self) -> bytes:
        """Finish and return the file."""
        self.book.close()
        return self._out.getvalue()


class PaperSheet:
    """One sheet; rows and columns are counted from 0, addresses are what Excel shows."""

    def __init__(self, owner: PaperBook, name: str, widths: Sequence[float]) -> None:
        self.owner, self.name = owner, name
        self.widths, self.columns = widths, len(widths)
        self.sheet: Worksheet = owner.book.add_worksheet(name)
        self.next = 0
        for place, width in enumerate(widths):
            self.sheet.set_column(place, place, width / LETTER_MM)
        self.sheet.set_landscape()
        self.sheet.set_paper(A4)
        self.sheet.set_margins(left=1.18, right=0.79, top=0.79, bottom=0.79)  # 30, 20 mm
        self.sheet.fit_to_pages(1, 0)
        self.sheet.hide_gridlines(2)
        if owner.imprint.marks:
            marks = " · ".join(owner.imprint.marks).replace("&", "&&")
            self.sheet.set_header(f'&R&"{FONT},Bold"&12{marks}')
        self.sheet.set_footer(f'&C&"{FONT},Regular"&12Trang &P/&N')
        self.sheet.set_default_row(LINE_PT + ROOM_PT)

    def put(self, row: int, place: int, cell: Cell, look: str) -> None:
        """Write one cell; text stays text whatever it begins with."""
        style = self.owner.looks[look]
        if isinstance(cell, Sum):
            self.sheet.write_formula(row, place, cell.formula, style, cell.value)
        elif cell is None or cell == "":
            self.sheet.write_blank(row, place, None, style)
        elif isinstance(cell, str):
            self.sheet.write_string(row, place, cell, style)
        else:
            self.sheet.write_number(row, place, cell, style)

    def row(self, cells: Sequence[Cell], looks: Sequence[str]) -> int:
        """Write one row of a table and return where it stands."""
        for place, (cell, look) in enumerate(zip(cells, looks, strict=True)):
            self.put(self.next, place, cell, look)
        lines = max(  # a program that opens the file need not measure the text again
            lines_of(cell, POINTS, width, bold=look in BOLD)
            for cell, look, width in zip(cells, looks, self.widths, strict=True)
            if isinstance(cell, str)
        )
        self.sheet.set_row(self.next, LINE_PT * lines + ROOM_PT)
        self.next += 1
        return self.next - 1

    def across(self, text: str, look: str) -> None:
        """Write a line over all columns."""
        self.merged(self.next, 0, self.columns - 1, text, look)
        lines = lines_of(text, POINTS, sum(self.widths))
        self.sheet.set_row(self.next, LINE_PT * lines + ROOM_PT)
        self.next += 1

    def gap(self) -> None:
        """Leave a little room."""
        self.sheet.set_row(self.next, GAP_PT)
        self.next += 1

    def merged(self, row: int, first: int, last: int, cell: Cell, look: str) -> None:
        """Write one cell over several columns."""
        if last > first:
            self.sheet.merge_range(row, first, row, last, "", self.owner.looks[look])
        self.put(row, first, cell, look)

    def headings(self, headings: Sequence[str], *, freeze: int) -> None:
        """Write the headings of a table: repeated on every page, kept in sight on the screen."""
        row = self.row(headings, ["head"] * len(headings))
        self.sheet.repeat_rows(row)
        self.sheet.freeze_panes(row + 1, freeze)

    def sign(self, signers: Sequence[str]) -> None:
        """Write who signs, side by side, with room under them."""
        self.next += 1
        share = self.columns // len(signers)
        for place, signer in enumerate(signers):
            first = place * share
            last = self.columns - 1 if place == len(signers) - 1 else first + share - 1
            self.merged(self.next, first, last, signer, "sign")
        self.sheet.set_row(self.next, 96)
        self.next += 1

    def area(self, place: int, first: int, last: int) -> str:
        """Address of a piece of a column, from anywhere in the book: ``'Phụ lục I'!C6:C18``."""
        top, bottom = at(first, place), at(last, place)
        return f"'{self.name}'!{top}:{bottom}"


def at(row: int, place: int) -> str:
    """Address of a cell of the same sheet: ``C6``."""
    return xl_rowcol_to_cell(row, place)
