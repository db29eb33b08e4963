"""How many whole forms each stratum gets so that the estimated total varies least.

Both answers are exact: the optimum for a given total, and the least total under one bound of
the variance. The step from ``k`` to ``k + 1`` forms lowers the variance by
``A^2 / (k (k + 1))``, which falls as ``k`` grows, so taking the largest steps first is best.
Real numbers of forms: ``sampling.continuous_allocation``; unequal costs:
``sampling.budget_allocation``.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Final

import numpy as np

from questionnaires.model import Text
from sampling.allocation import (
    Allocation,
    FloatArray,
    Goal,
    IntArray,
    Method,
    Strata,
    bounds_sentence,
    variance_sentence,
)
from sampling.amounts import VARIANCE, check_total, finite
from sampling.arguments import require
from sampling.claims import Queue, exact, hand_out
from sampling.wording import counted, figure, written

VARIANCE_TOLERANCE: Final = 1e-12
"""Rounding error forgiven when a variance meets its bound. [relative]"""


def integer_for_total(total: int, strata: Strata) -> Allocation:
    """Spread ``total`` forms so that the variance of the estimated total is least.

    Parameters
    ----------
    total
        Forms to hand out, between the sums of the bounds. [forms]
    strata
        Their costs play no part. A stratum whose people differ gets one form at least; one
        without spread keeps its minimum.

    Returns
    -------
    Allocation
        The optimum, proved; its objective is the variance of the estimated total. Where two
        strata gain equally the larger one comes first, then the earlier code or position.

    Raises
    ------
    ValueError
        If the total does not fit the bounds.

    References
    ----------
    Wright (2012), *The American Statistician* 66, 217-224; Wright (2017), *Statistics &
    Probability Letters* 129, 50-57.

    """
    lowest, highest = strata.whole_bounds()
    whole = check_total(total, lowest, highest)
    forms = hand_out(
        variance_queue(strata, lowest, highest, whole), lambda held: int(held.sum()) >= whole
    )
    size, count = figure(whole), counted(forms.size, strata.noun)
    variance = strata.variance(forms)
    return Allocation(
        forms,
        Method.OPTIMAL,
        Goal.VARIANCE,
        variance,
        variance,
        trace=(
            Text(
                f"Phân bổ tối ưu (Neyman) theo số nguyên: {size.vi} phiếu cho {count.vi}; "
                "mỗi phiếu tiếp theo dành cho nơi làm giảm phương sai nhiều nhất.",
                f"Optimum (Neyman) in whole forms: {size.en} forms for {count.en}; every "
                "next form goes where it lowers the variance most.",
            ),
            *bounds_sentence(strata, forms),
            variance_sentence(strata, forms),
        ),
    )


def integer_for_variance(variance: float, strata: Strata) -> Allocation:
    """Find the fewest forms that keep the variance of the estimated total within a bound.

    Parameters
    ----------
    variance
        Largest variance of the estimated total that is allowed.
    strata
        As in ``integer_for_total``.

    Returns
    -------
    Allocation
        The least total, proved; its objective is the number of forms. Of all allocations of
        that total it has the smallest variance. The bound is met to 1e-12 of the variance
        that forms can bring down.

    Raises
    ------
    ValueError
        If the variance is not a number, or cannot be reached within the bounds.

    References
    ----------
    Wright (2017), *Statistics & Probability Letters* 129, 50-57 (algorithm IV).

    """
    lowest, highest = strata.whole_bounds()
    least = strata.variance(highest)
    wanted = finite(VARIANCE, variance)
    allowed = wanted + float(strata.sizes @ strata.deviations**2)
    allowed += VARIANCE_TOLERANCE * abs(allowed)
    squares = strata.spreads**2

    def enough(held: IntArray) -> bool:
        return float((squares / np.maximum(held, 1)).sum()) <= allowed

    require(
        (
            enough(highest),
            Text(
                f"Phương sai {written(variance)} không đạt được: hỏi đủ "
                f"{written(int(highest.sum()))} phiếu cho phép vẫn còn {figure(least).vi}.",
                f"variance={wanted:g} is out of reach: all {highest.sum()} forms leave {least:g}",
            ),
        ),
    )
    forms = hand_out(variance_queue(strata, lowest, highest, int(highest.sum())), enough)
    total = int(forms.sum())
    size, limit, count = figure(total), figure(wanted), counted(forms.size, strata.noun)
    return Allocation(
        forms,
        Method.OPTIMAL,
        Goal.FORMS,
        total,
        total,
        trace=(
            Text(
                f"Cỡ mẫu nhỏ nhất để phương sai của ước lượng tổng số không vượt quá {limit.vi}: "
                f"{size.vi} phiếu cho {count.vi}.",
                f"Smallest sample whose estimated total has a variance of at most {limit.en}: "
                f"{size.en} forms for {count.en}.",
            ),
            *bounds_sentence(strata, forms),
            variance_sentence(strata, forms),
        ),
    )


def variance_queue(strata: Strata, lowest: IntArray, highest: IntArray, total: int) -> Queue:
    """Claims ``A^2 / (k (k + 1))`` of the strata; levels are those of its square root."""
    spreads = strata.spreads
    squares = (2 * spreads) ** 2

    def held_at(level: float) -> FloatArray:
        held: FloatArray = np.floor(0.5 + 0.5 * np.sqrt(1 + squares * (1 / level**2)))
        return held

    sizes, deviations = strata.sizes.tolist(), strata.deviations.tolist()

    @cache
    def gain(size: float, deviation: float, held: int) -> Fraction:
        return (exact(size) * exact(deviation)) ** 2 / (held * (held + 1))

    def claim(part: int, held: int) -> Fraction:
        return gain(sizes[part], deviations[part], held)

    guess = float(spreads.sum()) / max(total, 1)
    return Queue(lowest, highest, held_at, claim, strata.rank, guess or 1.0)
