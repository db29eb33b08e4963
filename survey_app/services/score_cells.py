"""One cell of a filled sheet: a number, a mark or words, or what is wrong with it.

Offices type decimal commas, Excel turns ``2.5`` into a day of May, and whole columns are
pasted as formulas; each is either understood or named with its cell. ``score_reading`` walks
the rows and uses this for every cell.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any, Final

from openpyxl.worksheet.worksheet import Worksheet

from questionnaires.errors import Mistake
from questionnaires.wording import vi_number
from survey_app.services.score_sheets import NOT_APPLICABLE_MARK

LONGEST_TEXT: Final = 2000
THOUSANDTH: Final = Decimal("0.001")
"""Points are kept with three decimals."""
FLOAT_NOISE: Final = 1e-9
DATES: Final = (date, time, timedelta)
PLAIN_NUMBER: Final = re.compile(r"[+-]?\d{1,5}(?:[.,]\d+)?")


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

    def value(self, row: int, place: int) -> Any:  # noqa: ANN401 - a cell holds anything
        """Return what the cell holds."""
        return self.sheet.cell(row, place).value

    def text(self, row: int, place: int) -> str:
        """Return what the cell shows, composed (NFC) and without space around it."""
        value = self.value(row, place)
        return "" if value is None else normal(str(value))

    def is_blank(self, row: int, place: int) -> bool:
        """Whether nothing, or only space, stands in the cell."""
        return not self.text(row, place)

    def is_formula(self, row: int, place: int) -> bool:
        """Whether the cell computes instead of holding."""
        return bool(self.sheet.cell(row, place).data_type == "f")

    def code(self, row: int, place: int) -> str:
        """Return the code of a criterion; codes such as 3.4 may have become a date."""
        if isinstance(self.value(row, place), DATES):
            self.wrong(
                self.address(row, place),
                "mã tiêu chí bị Excel đổi thành ngày tháng",
                "định dạng ô là Văn bản rồi gõ lại mã",
            )
            return ""
        return self.text(row, place)

    def points(self, row: int, place: int, name: str, maximum: Decimal) -> Decimal | None:
        """Return the points of criterion ``name``, or None when there are none or it is wrong."""
        cell = self.address(row, place)
        if self._refused_formula(row, place):
            return None
        points = self._number(self.value(row, place), cell)
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
        if self._refused_formula(row, place):
            return False
        text = self.text(row, place).casefold()
        if text in {"", NOT_APPLICABLE_MARK, "×"}:
            return bool(text)
        self.wrong(
            self.address(row, place),
            f"“{text[:40]}” không phải là dấu {NOT_APPLICABLE_MARK}",
            f"ghi {NOT_APPLICABLE_MARK}, hoặc để trống",
        )
        return False

    def words(self, row: int, place: int) -> str:
        """Return documents, an explanation or a reason."""
        if self._refused_formula(row, place):
            return ""
        text = self.text(row, place)
        if len(text) > LONGEST_TEXT:
            self.wrong(
                self.address(row, place),
                f"dài {len(text)} ký tự, quá {LONGEST_TEXT}",
                "rút gọn; nêu tên và số văn bản thay vì chép nội dung",
            )
        return text

    def _refused_formula(self, row: int, place: int) -> bool:
        if self.is_formula(row, place):
            self.wrong(
                self.address(row, place),
                "ô chứa công thức",
                "dán giá trị (Paste Values) thay cho công thức",
            )
            return True
        return False

    def _number(self, value: object, cell: str) -> Decimal | None:
        if value is None or (isinstance(value, str) and not normal(value)):
            return None
        if isinstance(value, DATES):
            self.wrong(
                cell,
                "Excel đã đổi số thành ngày tháng (thường do gõ dấu chấm)",
                "định dạng ô là Số rồi gõ lại, ví dụ 2,5",
            )
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
            return exact(value)
        text = unicodedata.normalize("NFKC", normal(str(value)))
        if isinstance(value, str) and PLAIN_NUMBER.fullmatch(text):
            return Decimal(text.replace(",", "."))
        self.wrong(cell, f"“{text[:40]}” không phải là số", "nhập một số, ví dụ 2,5")
        return None


def normal(text: str) -> str:
    """Compose letters and marks (NFC) and take off the space around."""
    return unicodedata.normalize("NFC", text).replace("\N{NO-BREAK SPACE}", " ").strip()


def folded(text: str) -> str:
    """Make headings comparable: one space between words, no capitals."""
    return " ".join(normal(text).casefold().split())


def exact(value: float) -> Decimal:
    """Return the number an office meant: 2.1 + 0.2 pasted as a value is 2.3."""
    near = Decimal(repr(round(value, 3)))
    return near if abs(value - float(near)) < FLOAT_NOISE else Decimal(repr(value))
