"""Totals, budgets and columns of numbers, read and judged before anything is handed out.

Whole, decimal and floating-point numbers are taken alike; what is no finite number, or lies
where no allocation can be, is refused in words (``sampling.arguments``).
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Final

import numpy as np
import numpy.typing as npt

from questionnaires.model import Text
from sampling.arguments import Condition, must, require
from sampling.wording import as_float, written

TOTAL: Final = Text("Tổng số phiếu", "total")
BUDGET: Final = Text("Kinh phí", "budget")
VARIANCE: Final = Text("Phương sai", "variance")

COLUMNS: Final = {
    "deviations": "Độ lệch chuẩn",
    "minimum": "Mức tối thiểu",
    "maximum": "Mức tối đa",
    "costs": "Chi phí",
}
"""What a column is called in Vietnamese."""


def finite(name: Text, value: float | Decimal | Fraction) -> float:
    """Return a total, a budget or a variance as a float.

    Raises
    ------
    RefusedError
        If it is not a finite number.

    """
    number = as_float(value)
    wanted = Text("phải là một số hữu hạn", "be a finite number")
    require(must(name, value, wanted, holds=isfinite(number)))
    return number


def whole_total(total: float | Decimal | Fraction) -> int:
    """Return the total as a whole number, or refuse it if it is none."""
    number = as_float(total)
    holds = isfinite(number) and total == int(total)
    wanted = Text("phải là một số nguyên", "be a whole number of forms")
    require(must(TOTAL, total, wanted, holds=holds))
    return int(total)


def check_total(
    total: float | Decimal | Fraction, lowest: npt.NDArray[np.int64], highest: npt.NDArray[np.int64]
) -> int:
    """Return the total as a whole number that the bounds allow.

    Raises
    ------
    RefusedError
        With the smallest and the largest total that can be handed out.

    """
    whole, least, most = whole_total(total), int(lowest.sum()), int(highest.sum())
    require(
        must(
            TOTAL,
            total,
            Text(
                f"phải từ {written(least)} đến {written(most)}, là tổng các mức tối thiểu và tổng "
                "các mức tối đa",
                f"lie between {least} and {most}, the sums of the bounds",
            ),
            holds=least <= whole <= most,
        )
    )
    return whole


def fits(values: npt.NDArray[np.float64], length: int) -> bool:
    """Whether positive finite numbers were given, one for all or one for each."""
    return values.shape in {(), (length,)} and bool(((values > 0) & np.isfinite(values)).all())


def one_or_each(name: str, row: npt.NDArray[np.float64], length: int) -> Condition:
    """Say that a column of strata has one number for all or one for each."""
    return (
        row.shape in {(), (length,)},
        Text(
            f"{COLUMNS[name]} phải là một số hoặc {written(length)} số.",
            f"{name} must be one number or {length} of them, not of shape {row.shape}",
        ),
    )
