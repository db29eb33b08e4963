"""One cell of a filled sheet: points, a mark or words, or what is wrong with it.

``questionnaires.workbook`` reads cells; here they are judged as scores: within the maximum,
three decimals, a mark that is an ``x``. ``score_reading`` walks the rows and uses this for
every cell.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, TypeVar

from openpyxl.worksheet.worksheet import Worksheet

from questionnaires.errors import Mistake
from questionnaires.wording import vi_number
from questionnaires.workbook import code_in, decimal_in, text_in
from survey_app.services.score_columns import NOT_APPLICABLE_MARK

LONGEST_TEXT: Final = 2000
THOUSANDTH: Final = Decimal("0.001")
"""Points are kept with three decimals."""

Value = TypeVar("Value", str, Decimal)


class Cells:
    """The cells of one sheet, and the mistakes found in them.

    Parameters
    ----------
    file
        Name shown in mistakes.
    sheet
        Read with its formulas, not with their cached values.

    """

    def __init__(self, file: str, sheet: Worksheet) -> None:
        self.file, self.sheet = file, sheet
        self.mistakes: list[Mistake] = []

    def wrong(self, cell: str, problem: str, remedy: str) -> None:
        """Note one mistake at one cell of the sheet."""
        where = f"{self.sheet.title}!{cell}" if cell else str(self.sheet.title)
        self.mistakes.append(Mistake(self.file, where, problem, remedy))

    def address(self, row: int, place: int) -> str:
        """Name a cell as Excel shows it: ``E12``."""
        return str(self.sheet.cell(row, place).coordinate)

    def text(self, row: int, place: int) -> str:
        """Return the text of a cell of the head or the headings; empty where it has none."""
        found = text_in(self.sheet.cell(row, place), self.file)
        return "" if isinstance(found, Mistake) else found

    def is_blank(self, row: int, place: int) -> bool:
        """Whether nothing, or only space, stands in the cell."""
        value = self.sheet.cell(row, place).value
        return value is None or not str(value).strip()

    def is_formula(self, row: int, place: int) -> bool:
        """Whether the cell computes instead of holding."""
        return bool(self.sheet.cell(row, place).data_type == "f")

    def code(self, row: int, place: int) -> str:
        """Return the code of a criterion; one that Excel made a number or a date is refused."""
        return self._taken(code_in(self.sheet.cell(row, place), self.file)) or ""

    def number(self, row: int, place: int) -> Decimal | None:
        """Return a number, or None where there is none or it is wrong."""
        return self._taken(decimal_in(self.sheet.cell(row, place), self.file))

    def points(self, row: int, place: int, name: str, maximum: Decimal) -> Decimal | None:
        """Return the points of criterion ``name``, or None when there are none."""
        points, cell = self.number(row, place), self.address(row, place)
        if points is None:
            return None
        if points < 0:
            self.wrong(cell, f"điểm {vi_number(points)} nhỏ hơn 0", "nhập số từ 0 trở lên")
        elif points > maximum:
            self.wrong(
                cell,
                f"điểm {vi_number(points)} lớn hơn điểm tối đa {vi_number(maximum)} của {name}",
                f"nhập số không quá {vi_number(maximum)}",
            )
        elif points != points.quantize(THOUSANDTH):
            self.wrong(cell, "điểm có quá 3 chữ số thập phân", "làm tròn đến 3 chữ số")
        return points

    def mark(self, row: int, place: int) -> bool:
        """Whether the criterion is marked as not applicable."""
        text = (self._taken(text_in(self.sheet.cell(row, place), self.file)) or "").casefold()
        if text not in {"", NOT_APPLICABLE_MARK, "×"}:
            self.wrong(
                self.address(row, place),
                f"“{text[:40]}” không phải là dấu {NOT_APPLICABLE_MARK}",
                f"ghi {NOT_APPLICABLE_MARK}, hoặc để trống",
            )
            return False
        return bool(text)

    def words(self, row: int, place: int) -> str:
        """Return documents, an explanation or a reason."""
        text = self._taken(text_in(self.sheet.cell(row, place), self.file)) or ""
        if len(text) > LONGEST_TEXT:
            self.wrong(
                self.address(row, place),
                f"dài {len(text)} ký tự, quá {LONGEST_TEXT}",
                "rút gọn; nêu tên và số văn bản thay vì chép nội dung",
            )
        return text

    def _taken(self, found: Value | Mistake | None) -> Value | None:
        if isinstance(found, Mistake):
            self.mistakes.append(found)
            return None
        return found
