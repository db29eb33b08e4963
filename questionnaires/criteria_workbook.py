"""An office's own criteria set, from the workbook it was written in.

``read_workbook`` collects every mistake of the file by sheet and cell and takes nothing from
a file that has one; ``write_template`` (``questionnaires.criteria_template``) makes the
workbook. What stands where is said once, in ``questionnaires.criteria_columns``; whether the
plan's forms ask about every survey criterion is a later question, for
``questionnaires.checks.check_together``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from questionnaires import criteria_columns as at
from questionnaires.check_criteria_sets import check_criteria, criteria_items
from questionnaires.criteria_template import write_template
from questionnaires.errors import DefinitionError, Mistake
from questionnaires.model import Band, CriteriaSet, Criterion, NotApplicable, Source, Text
from questionnaires.wording import vi_number
from questionnaires.workbook import (
    code_in,
    decimal_in,
    merged_mistakes,
    mistake_in,
    open_fenced,
    text_in,
)

__all__ = ["read_workbook", "write_template"]

WEIGHT: Final = re.compile(r"([A-Z0-9-]+)\s*=\s*(\d{1,6}(?:[.,]\d{1,6})?)")

Key = TypeVar("Key")


def read_workbook(file: Path | BinaryIO | bytes, filename: str) -> CriteriaSet:
    """Read a criteria set from a workbook made by ``write_template``.

    Parameters
    ----------
    file
        A path, an open binary file or the bytes themselves.
    filename
        The name its sender knows it by; it stands in every mistake.

    Returns
    -------
    CriteriaSet
        Sound in itself: ``check_criteria`` finds nothing in it.

    Raises
    ------
    DefinitionError
        With every mistake of the file, each named by sheet and cell.

    """
    book = open_fenced(file, filename)
    reader = _Reader(book, filename)
    criteria = reader.read()
    if reader.mistakes:
        raise DefinitionError(reader.mistakes)
    return criteria


@dataclass(slots=True)
class _Row:
    """One line of the table as it was read; what could not be read is None."""

    number: int
    code: str
    parent: str | None
    title: Text
    points: Decimal | None
    source: Source | None
    weights: dict[str, Decimal]
    policy: NotApplicable
    owner: str


@dataclass(slots=True)
class _Reader:
    """One workbook on its way to a criteria set, and the mistakes met so far."""

    book: Workbook
    filename: str
    mistakes: list[Mistake] = field(default_factory=list)

    def read(self) -> CriteriaSet:
        sheets = {sheet.title for sheet in self.book.worksheets}  # a chart is no table
        missing = [name for name in (at.CRITERIA, at.BANDS) if name not in sheets]
        for name in missing:
            problem = f"không có trang tính “{name}”"
            remedy = "dùng tệp mẫu của phần mềm và giữ nguyên tên các trang"
            self.mistakes.append(Mistake(self.filename, "cả tệp", problem, remedy))
        if missing:
            raise DefinitionError(self.mistakes)
        table, bands = self.book[at.CRITERIA], self.book[at.BANDS]
        self.mistakes += merged_mistakes(table, self.filename, at.TABLE_HEAD)
        self.mistakes += merged_mistakes(bands, self.filename, at.BAND_HEAD)
        self._headings_are_ours(table)
        rows = self._rows(table)
        self._tree(table, rows)
        band_rows = self._bands(bands)
        criteria = self._assemble(table, rows, tuple(band_rows.values()))
        places = {row.code: f"{at.CRITERIA}!{at.CODE.letter}{row.number}" for row in reversed(rows)}
        places |= {
            band.label: f"{at.BANDS}!{at.BAND_LABEL.letter}{number}"
            for number, band in band_rows.items()
        }
        # sums say nothing while some of their parts are unreadable
        check = criteria_items if self.mistakes else check_criteria
        self.mistakes += [
            replace(mistake, where=places.get(mistake.where, mistake.where))
            for mistake in check(criteria, self.filename)
        ]
        return criteria

    # --- cells ---

    def _say(self, sheet: Worksheet, place: str, problem: str, remedy: str) -> None:
        self.mistakes.append(mistake_in(sheet[place], self.filename, problem, remedy))

    def _text(self, sheet: Worksheet, place: str, *, needed: str = "") -> str:
        """Read text; ``needed`` names what is missing when the cell is empty."""
        value = text_in(sheet[place], self.filename)
        if isinstance(value, Mistake):
            self.mistakes.append(value)
            return ""
        if not value and needed:
            self._say(sheet, place, f"thiếu {needed}", "điền vào ô này")
        return value

    def _code(self, sheet: Worksheet, place: str) -> str:
        value = code_in(sheet[place], self.filename)
        if isinstance(value, Mistake):
            self.mistakes.append(value)
            return ""
        return value

    def _number(self, sheet: Worksheet, place: str) -> Decimal | None:
        value = decimal_in(sheet[place], self.filename)
        if isinstance(value, Mistake):
            self.mistakes.append(value)
            # a stand-in: the cell is wrong, not empty, and must not be reported twice
            return Decimal(1)
        return value

    def _option(self, sheet: Worksheet, place: str, options: Mapping[Key, at.Option]) -> Key | None:
        """Read one entry of a drop-down list, however it is capitalised."""
        text = self._text(sheet, place)
        if not text:
            return None
        for key, option in options.items():
            if option.label.casefold() == text.casefold():
                return key
        remedy = f"chọn một trong: {', '.join(option.label for option in options.values())}"
        self._say(sheet, place, f"“{text}” không có trong danh sách", remedy)
        return next(iter(options))

    # --- the table ---

    def _headings_are_ours(self, sheet: Worksheet) -> None:
        for column in at.COLUMNS:
            place = f"{column.letter}{at.TABLE_HEAD}"
            if self._text(sheet, place).casefold() != column.heading.casefold():
                remedy = "giữ nguyên thứ tự và tên cột của tệp mẫu"
                self._say(sheet, place, f"không phải cột “{column.heading}”", remedy)

    def _rows(self, sheet: Worksheet) -> list[_Row]:
        letters = [column.letter for column in at.COLUMNS]
        return [
            self._row(sheet, number)
            for number in range(at.FIRST_ROW, sheet.max_row + 1)
            if any(sheet[f"{letter}{number}"].value is not None for letter in letters)
        ]

    def _row(self, sheet: Worksheet, number: int) -> _Row:
        def place(column: at.Column) -> str:
            return f"{column.letter}{number}"

        code = self._code(sheet, place(at.CODE))
        if not code and sheet[place(at.CODE)].value is None:
            self._say(sheet, place(at.CODE), "thiếu mã tiêu chí", "ghi mã như trong văn bản")
        return _Row(
            number=number,
            code=code,
            parent=self._code(sheet, place(at.PARENT)) or None,
            title=Text(
                self._text(sheet, place(at.TITLE_VI), needed="tên tiêu chí"),
                self._text(sheet, place(at.TITLE_EN), needed="tên tiếng Anh"),
            ),
            points=self._number(sheet, place(at.POINTS)),
            source=self._option(sheet, place(at.SOURCE), at.SOURCES),
            weights=self._weights(sheet, place(at.WEIGHTS)),
            policy=self._option(sheet, place(at.NOT_APPLICABLE), at.POLICIES)
            or NotApplicable.REFUSE,
            owner=self._text(sheet, place(at.OWNER)),
        )

    def _weights(self, sheet: Worksheet, place: str) -> dict[str, Decimal]:
        """Read ``CH1=1; CH4=2,5``."""
        weights: dict[str, Decimal] = {}
        for part in filter(None, map(str.strip, self._text(sheet, place).split(";"))):
            match = WEIGHT.fullmatch(part)
            if match is None:
                problem = f"“{part}” không phải “mã dòng phân bổ = trọng số”"
                self._say(sheet, place, problem, "ghi dạng CH1=1; CH4=2,5")
            elif match[1] in weights:
                self._say(sheet, place, f"trọng số của {match[1]} ghi hai lần", "giữ một số")
            else:
                weights[match[1]] = Decimal(match[2].replace(",", "."))
        return weights

    def _tree(self, sheet: Worksheet, rows: list[_Row]) -> None:
        """Find what is wrong between the rows: codes, parents, points of leaves."""
        if not rows:
            place = f"{at.CODE.letter}{at.FIRST_ROW}"
            self._say(sheet, place, "bảng không có tiêu chí nào", "điền các tiêu chí từ dòng này")
        above: dict[str, int] = {}
        parents = {row.parent for row in rows}
        for row in rows:
            code_place = f"{at.CODE.letter}{row.number}"
            parent_place = f"{at.PARENT.letter}{row.number}"
            if row.code and row.code in above:
                problem = f"mã {row.code} đã có ở ô {at.CODE.letter}{above[row.code]}"
                self._say(sheet, code_place, problem, "cho mỗi tiêu chí một mã riêng")
            if row.parent is not None and row.parent not in above:
                problem = f"tiêu chí cha “{row.parent}” không có ở các dòng trên"
                self._say(sheet, parent_place, problem, "sửa mã cha hoặc đưa tiêu chí cha lên trên")
            prefix = row.code.rpartition(".")[0]
            if row.parent is None and prefix in above:
                problem = f"thiếu mã cha: {row.code} nằm trong {prefix}"
                self._say(sheet, parent_place, problem, f"ghi {prefix} vào ô này")
            if row.code:
                above.setdefault(row.code, row.number)
            self._leaf_or_branch(sheet, row, leaf=row.code not in parents)

    def _leaf_or_branch(self, sheet: Worksheet, row: _Row, *, leaf: bool) -> None:
        points, source = (f"{column.letter}{row.number}" for column in (at.POINTS, at.SOURCE))
        if leaf and (row.points is None or row.points <= 0):
            problem = "thiếu điểm tối đa của tiêu chí không có tiêu chí con"
            if row.points is not None:
                problem = f"điểm tối đa là {vi_number(row.points)}"
            self._say(sheet, points, problem, "ghi điểm tối đa, lớn hơn 0")
            row.points = Decimal(1)  # a stand-in, so that it is not reported again by its code
        if leaf and row.source is None:
            self._say(sheet, source, "thiếu nguồn điểm", "chọn một mục trong danh sách")
        if not leaf and row.source is not None:
            problem = "tiêu chí có tiêu chí con thì không tự có nguồn điểm"
            self._say(sheet, source, problem, "xóa nội dung ô này")

    def _bands(self, sheet: Worksheet) -> dict[int, Band]:
        """Read the bands by row."""
        bands = {}
        for number in range(at.FIRST_BAND, sheet.max_row + 1):
            places = (f"{at.BAND_LABEL.letter}{number}", f"{at.BAND_MINIMUM.letter}{number}")
            if all(sheet[place].value is None for place in places):
                continue
            label = self._text(sheet, places[0], needed="tên mức xếp loại")
            minimum = self._number(sheet, places[1])
            if minimum is None:
                self._say(sheet, places[1], "thiếu ngưỡng của mức", "ghi tỷ lệ %, mức cuối ghi 0")
            else:
                bands[number] = Band(label, minimum)
        return bands

    # --- the whole ---

    def _assemble(self, sheet: Worksheet, rows: list[_Row], bands: tuple[Band, ...]) -> CriteriaSet:
        """Put the set together; of rows that share a code, reported before, one is kept."""

        def head(line: at.Heading) -> str:
            return f"{at.HEADING_COLUMN}{line.row}"

        below: dict[str | None, Decimal] = {}
        criteria = {}
        for row in reversed(rows):  # children first
            points = below.get(row.code, Decimal(0)) if row.points is None else row.points
            below[row.parent] = below.get(row.parent, Decimal(0)) + points
            if row.code:
                criteria[row.code] = Criterion(
                    row.code, row.title, row.parent, points, row.source, row.policy,
                    row.owner, row.weights,
                )  # fmt: skip
        stated = self._number(sheet, head(at.TOTAL))
        reached = below.get(None, Decimal(0))
        if not self.mistakes and stated not in (None, reached):
            problem = (
                f"bộ tiêu chí ghi tổng {vi_number(stated or 0)} điểm nhưng các lĩnh vực cộng lại "
                f"được {vi_number(reached)} điểm"
            )
            self._say(sheet, head(at.TOTAL), problem, "sửa điểm tối đa hoặc tổng điểm")
        return CriteriaSet(
            code=self._text(sheet, head(at.SET_CODE), needed="mã bộ tiêu chí"),
            title=Text(
                self._text(sheet, head(at.SET_TITLE_VI), needed="tên bộ tiêu chí"),
                self._text(sheet, head(at.SET_TITLE_EN), needed="tên tiếng Anh"),
            ),
            unit_kind=self._text(sheet, head(at.UNIT_KIND), needed="loại đơn vị"),
            criteria=tuple(reversed(criteria.values())),
            bands=bands,
            sample=self._option(sheet, head(at.NATURE), at.NATURES) or False,
        )
