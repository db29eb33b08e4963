"""The workbook a unit or an appraiser fills in, and how it looks.

One sheet per unit and round. The head names the campaign, the unit, the round and the
criteria set by its digest; below it one row per appraised criterion under the headings of
its components. Only the white cells can be typed in; totals are live formulas written with
their values. What stands in which column is said in ``score_columns``.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from math import ceil
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from questionnaires.model import CriteriaSet, Criterion
from survey_app.models import Round
from survey_app.services.score_columns import (
    COLUMNS,
    HEADS,
    HELP,
    NOT_APPLICABLE_MARK,
    ROUND_LABELS,
    SHEET,
    SIMULATED,
    Column,
    Given,
    scored_leaves,
)

LINE_HEIGHT: Final = 15.5
"""Of 11-point text. [points]"""
LINES_AT_MOST: Final = 12
LETTERS: Final = 0.92
"""Width of a letter of running text, where column widths count digits."""


@dataclass(frozen=True, slots=True)
class SheetHead:
    """What the head of the sheet says."""

    campaign: str
    organisation: str
    unit: str
    unit_name: str
    round: Round
    criteria_title: str
    criteria_sha256: str
    simulated: bool


def write_sheet(
    head: SheetHead,
    criteria: CriteriaSet,
    given: Mapping[tuple[Round, str], Given],
) -> bytes:
    """Write the workbook of one unit and round.

    Parameters
    ----------
    head
        Who and what; ``head.round`` chooses the columns.
    criteria
        The tree; branches without a leaf of this round are left out.
    given
        (round, leaf code) -> what is already known. Earlier rounds are shown locked, the
        round itself is filled in, so that a correction starts from what stands.

    Returns
    -------
    bytes
        An .xlsx file.

    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    _Writer(book, head, criteria, given).write()
    book.close()
    return out.getvalue()


class _Writer:
    """One sheet being written from the top to the bottom."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        head: SheetHead,
        criteria: CriteriaSet,
        given: Mapping[tuple[Round, str], Given],
    ) -> None:
        self.sheet = book.add_worksheet(SHEET)
        self.head, self.criteria, self.given = head, criteria, given
        self.columns = COLUMNS[head.round]
        self.leaves = {leaf.code for leaf in scored_leaves(criteria, head.round)}
        self.rows = _rows(criteria, self.leaves)
        body: dict[str, Any] = {
            "font_name": "Times New Roman",
            "font_size": 11,
            "valign": "top",
            "border": 1,
            "border_color": "#B8C2CC",
        }
        locked = body | {"bg_color": "#F1F4F7"}
        heading = body | {"bold": True, "bg_color": "#DDE6EE"}
        number = {"num_format": "#,##0.00#", "align": "right"}
        self.formats = {
            name: book.add_format(look)
            for name, look in {
                "title": {"font_name": "Times New Roman", "font_size": 14, "bold": True},
                "banner": {
                    "font_name": "Times New Roman",
                    "font_size": 12,
                    "bold": True,
                    "font_color": "#B42318",
                },
                "head": {"font_name": "Times New Roman", "font_size": 11, "bold": True},
                "plain": {"font_name": "Times New Roman", "font_size": 11},
                "help": {
                    "font_name": "Times New Roman",
                    "font_size": 11,
                    "italic": True,
                    "font_color": "#44525F",
                },
                "column": heading | {"text_wrap": True, "align": "center", "valign": "vcenter"},
                "branch": heading | {"text_wrap": True},
                "branch_number": heading | number,
                "text": locked | {"text_wrap": True, "indent": 1},
                "number": locked | number,
                "type_text": body | {"text_wrap": True, "locked": False},
                "type_number": body | number | {"locked": False},
                "type_mark": body | {"align": "center", "locked": False},
            }.items()
        }

    def write(self) -> None:
        """Write head, rows and total, and set up the page."""
        self.top = top = self._write_head()
        self._write_columns(top)
        last = top + len(self.rows)
        for line, criterion in enumerate(self.rows, start=top + 1):
            if criterion.code in self.leaves:
                self._write_leaf(line, criterion)
            else:
                self._write_branch(line, criterion, top)
        self._write_total(last + 1, top + 1, last)
        self._set_up(top, last + 1)

    def _write_head(self) -> int:
        head, look = self.head, self.formats
        self.sheet.write_string(
            0, 0, f"{ROUND_LABELS[head.round].upper()} – {head.unit_name}", look["title"]
        )
        self.sheet.write_string(1, 0, f"{head.organisation} · {head.criteria_title}", look["plain"])
        line = 2
        if head.simulated:
            self.sheet.write_string(line, 0, SIMULATED, look["banner"])
            line += 1
        values = (
            head.campaign,
            head.unit,
            head.unit_name,
            ROUND_LABELS[head.round],
            head.criteria_sha256,
        )
        for name, value in zip(HEADS, values, strict=True):
            self.sheet.write_string(line, 0, name, look["head"])
            self.sheet.write_string(line, 1, value, look["plain"])
            line += 1
        self.sheet.write_string(line, 0, HELP[head.round], look["help"])
        return line + 1

    def _write_columns(self, top: int) -> None:
        for place, column in enumerate(self.columns):
            self.sheet.set_column(place, place, column.width)
            self.sheet.write_string(top, place, column.heading, self.formats["column"])
        self.sheet.set_row(top, 46)

    def _write_leaf(self, line: int, leaf: Criterion) -> None:
        mine = self.given.get((self.head.round, leaf.code))
        self._make_room(line, leaf.title.vi, leaf.owner, mine)
        for place, column in enumerate(self.columns):
            if column.key == "max":
                self.sheet.write_number(line, place, float(leaf.max_points), self.formats["number"])
            elif column.key in {"code", "title", "owner"}:
                text = {"code": leaf.code, "title": leaf.title.vi, "owner": leaf.owner}[column.key]
                self.sheet.write_string(line, place, text, self.formats["text"])
            elif column.shows:
                self._write_shown(line, place, column.shows, leaf.code)
            else:
                self._write_input(line, place, column.key, leaf, mine)

    def _make_room(self, line: int, title: str, owner: str, mine: Given | None) -> None:
        """Give a row the height of its longest text; spreadsheets do not always do it."""
        texts = {"title": title, "owner": owner}
        if mine is not None:
            texts |= {"evidence": mine.evidence, "note": mine.note}
        for column in self.columns:
            if column.shows and column.shows[1] != "points":
                round_, field = column.shows
                earlier = self.given.get((round_, self.rows[line - self.top - 1].code))
                texts[column.key] = getattr(earlier, field, "")
        lines = max(
            ceil(len(texts.get(column.key, "")) * LETTERS / column.width) for column in self.columns
        )
        if lines > 1:  # a row of one line keeps growing by itself while people type
            self.sheet.set_row(line, LINE_HEIGHT * min(lines, LINES_AT_MOST))

    def _write_shown(self, line: int, place: int, shows: tuple[Round, str], code: str) -> None:
        round_, field = shows
        earlier = self.given.get((round_, code))
        if field == "points":
            if earlier is not None and earlier.points is not None:
                self.sheet.write_number(line, place, float(earlier.points), self.formats["number"])
            else:
                said = "không áp dụng" if earlier is not None else ""
                self.sheet.write_string(line, place, said, self.formats["text"])
        else:
            self.sheet.write_string(line, place, getattr(earlier, field, ""), self.formats["text"])

    def _write_input(
        self, line: int, place: int, key: str, leaf: Criterion, mine: Given | None
    ) -> None:
        if key == "points":
            look = self.formats["type_number"]
            if mine is not None and mine.points is not None:
                self.sheet.write_number(line, place, float(mine.points), look)
            else:
                self.sheet.write_blank(line, place, None, look)
            self.sheet.data_validation(line, place, line, place, _points_allowed(leaf.max_points))
        elif key == "na":
            look = self.formats["type_mark"]
            marked = mine is not None and mine.not_applicable
            self.sheet.write_string(line, place, NOT_APPLICABLE_MARK if marked else "", look)
            self.sheet.data_validation(line, place, line, place, _MARK_ALLOWED)
        else:
            said = getattr(mine, key, "")
            self.sheet.write_string(line, place, said, self.formats["type_text"])

    def _write_branch(self, line: int, branch: Criterion, top: int) -> None:
        below = self.rows[line - top :]
        under = [
            row.code
            for row in takewhile(lambda row: branch in self.criteria.ancestry(row.code), below)
        ]
        self._make_room(line, branch.title.vi, "", None)
        for place, column in enumerate(self.columns):
            if column.key in {"code", "title"}:
                text = branch.code if column.key == "code" else branch.title.vi
                self.sheet.write_string(line, place, text, self.formats["branch"])
            elif _adds_up(column):
                total = self._total(column, under)
                self._write_sum(line, place, line + 1, line + len(under), total)
            else:
                self.sheet.write_blank(line, place, None, self.formats["branch"])

    def _write_total(self, line: int, first: int, last: int) -> None:
        for place, column in enumerate(self.columns):
            if column.key == "title":
                self.sheet.write_string(line, place, "Tổng cộng", self.formats["branch"])
            elif _adds_up(column):
                codes = [criterion.code for criterion in self.rows]
                self._write_sum(line, place, first, last, self._total(column, codes))
            else:
                self.sheet.write_blank(line, place, None, self.formats["branch"])

    def _write_sum(self, line: int, place: int, first: int, last: int, value: Decimal) -> None:
        # SUBTOTAL leaves out the subtotals of branches inside, so a tree adds up once.
        self.sheet.write_formula(
            line,
            place,
            f"=SUBTOTAL(9,{xl_range(first, place, last, place)})",
            self.formats["branch_number"],
            float(value),
        )

    def _total(self, column: Column, codes: Sequence[str]) -> Decimal:
        leaves = [code for code in codes if code in self.leaves]
        if column.key == "max":
            return sum((self.criteria.by_code[code].max_points for code in leaves), Decimal(0))
        round_ = column.shows[0] if column.shows else self.head.round
        said = (self.given.get((round_, code)) for code in leaves)
        return sum((line.points for line in said if line and line.points is not None), Decimal(0))

    def _set_up(self, top: int, last: int) -> None:
        sheet, width = self.sheet, len(self.columns) - 1
        sheet.freeze_panes(top + 1, 2)
        sheet.protect(
            "", {"format_columns": True, "format_rows": True, "select_locked_cells": True}
        )
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(0.4, 0.4, 0.6, 0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)
        sheet.print_area(0, 0, last, width)
        note = f" – {SIMULATED}" if self.head.simulated else ""
        sheet.set_footer(f"&L{self.head.unit} {self.head.unit_name}{note}&RTrang &P/&N")
        first_white = next(
            place for place, column in enumerate(self.columns) if column.key == "points"
        )
        sheet.set_selection(xl_rowcol_to_cell(top + 1, first_white))


def _rows(criteria: CriteriaSet, leaves: set[str]) -> list[Criterion]:
    """Branches above the leaves of the round and the leaves, depth first in printed order."""
    wanted = {node.code for leaf in leaves for node in criteria.ancestry(leaf)}
    children: dict[str | None, list[Criterion]] = {}
    for criterion in criteria.criteria:
        if criterion.code in wanted:
            children.setdefault(criterion.parent, []).append(criterion)

    def below(parent: str | None) -> list[Criterion]:
        return [row for child in children.get(parent, ()) for row in (child, *below(child.code))]

    return below(None)


def _adds_up(column: Column) -> bool:
    return column.key in {"max", "points"} or (
        column.shows is not None and column.shows[1] == "points"
    )


def _points_allowed(maximum: Decimal) -> dict[str, Any]:
    most = f"{maximum.normalize():f}".replace(".", ",")
    return {
        "validate": "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": float(maximum),
        "error_title": "Điểm không hợp lệ",
        "error_message": f"Nhập số từ 0 đến {most}.",
    }


_MARK_ALLOWED: Final[dict[str, Any]] = {
    "validate": "list",
    "source": [NOT_APPLICABLE_MARK],
    "error_title": "Không áp dụng",
    "error_message": "Đánh dấu x, hoặc để trống.",
}
