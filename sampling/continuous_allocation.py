"""How many forms each stratum gets, in real numbers, so that the estimated total varies least.

Neyman's allocation with costs: for a total, within a budget, or at the least cost for a
variance, always within the bounds of every stratum and exact (``sampling.boxes``). Rounding
such numbers gives no optimum: for whole forms see ``sampling.integer_allocation`` and
``sampling.budget_allocation``.
"""

from __future__ import annotations

import numpy as np

from questionnaires.model import Text
from sampling.allocation import (
    Allocation,
    FloatArray,
    Goal,
    Method,
    Strata,
    bounds_sentence,
    variance_sentence,
)
from sampling.amounts import BUDGET, VARIANCE, finite
from sampling.arguments import require
from sampling.boxes import ROUNDING, Box
from sampling.wording import counted, figure, written


def continuous_for_total(total: float, strata: Strata) -> Allocation:
    """Spread ``total`` forms so that the variance of the estimated total is least.

    Parameters
    ----------
    total
        Between the sums of the bounds. [forms]
    strata
        Their costs play no part. One without spread keeps its minimum.

    Raises
    ------
    ValueError
        If the total does not fit the bounds.

    References
    ----------
    Neyman (1934); Stenger & Gabler (2005), *Metrika* 61, 137-156, for the bounds.

    """
    box = Box.around(strata, strata.spreads)
    forms = box.spend(np.ones_like(strata.sizes), np.array([box.check_total(total)]))
    size, count = figure(total), counted(forms.size, strata.noun)
    return _least_variance(
        forms,
        strata,
        Text(
            f"Phân bổ tối ưu (Neyman), chưa làm tròn: {size.vi} phiếu cho {count.vi}, tỷ lệ "
            "với quy mô nhân độ lệch chuẩn.",
            f"Neyman allocation before rounding: {size.en} forms for {count.en}, in "
            "proportion to size times standard deviation.",
        ),
    )


def continuous_for_budget(budget: float, strata: Strata) -> Allocation:
    """Spend a budget so that the variance of the estimated total is least.

    Parameters
    ----------
    budget
        At least the cost of every minimum; what is above the cost of every maximum is left
        unspent. [unit of the costs]
    strata
        One without spread keeps its minimum.

    Raises
    ------
    ValueError
        If the budget does not pay the minima.

    References
    ----------
    Cochran (1977), *Sampling Techniques*, 3rd ed., sections 5.5 and 5.6.

    """
    box = Box.around(strata, strata.spreads / np.sqrt(strata.costs))
    least = float(strata.costs @ strata.minimum)
    money = finite(BUDGET, budget)
    require(
        (
            money >= least * (1 - ROUNDING),
            Text(
                f"Kinh phí {written(budget)} chưa đủ: riêng các mức tối thiểu cần "
                f"{figure(least).vi}.",
                f"budget={budget} is below {least:,}, the cost of every minimum",
            ),
        ),
    )
    forms = box.spend(strata.costs, np.array([money]))
    paid, spent = figure(money), figure(float(strata.costs @ forms))
    count = counted(forms.size, strata.noun)
    return _least_variance(
        forms,
        strata,
        Text(
            f"Phân bổ tối ưu trong phạm vi kinh phí {paid.vi}, chưa làm tròn: chi {spent.vi} cho "
            f"{count.vi}, có xét chi phí mỗi phiếu.",
            f"Optimum within a budget of {paid.en}, before rounding: {spent.en} is spent on "
            f"{count.en}, with the cost of a form considered.",
        ),
        Method.BUDGET,
    )


def continuous_for_variance(variance: float, strata: Strata) -> Allocation:
    """Find the cheapest allocation that keeps the variance of the estimated total in a bound.

    Parameters
    ----------
    variance
        Largest variance of the estimated total that is allowed.
    strata
        One without spread keeps its minimum.

    Returns
    -------
    Allocation
        Its objective is the cost.

    Raises
    ------
    ValueError
        If the variance is not a number, or cannot be reached within the bounds.

    References
    ----------
    Cochran (1977), *Sampling Techniques*, 3rd ed., section 5.5.

    """
    spreads, least = strata.spreads, strata.variance(strata.maximum)
    wanted = finite(VARIANCE, variance)
    allowed = wanted + float(strata.sizes @ strata.deviations**2)
    require(
        (
            wanted >= least - ROUNDING * abs(allowed),
            Text(
                f"Phương sai {written(variance)} không đạt được: hỏi đến mức tối đa vẫn còn "
                f"{figure(least).vi}.",
                f"variance={wanted:g} is out of reach: the upper bounds leave {least:g}",
            ),
        ),
    )
    forms = Box.around(strata, spreads / np.sqrt(strata.costs)).reach(
        spreads**2, np.array([allowed])
    )
    cost = float(strata.costs @ forms)
    limit, size, money = figure(wanted), figure(float(forms.sum())), figure(cost)
    return Allocation(
        forms,
        Method.OPTIMAL,
        Goal.COST,
        cost,
        cost,
        trace=(
            Text(
                f"Chi phí thấp nhất để phương sai của ước lượng tổng số không vượt quá {limit.vi}, "
                f"chưa làm tròn: {money.vi} cho {size.vi} phiếu.",
                f"Least cost for a variance of the estimated total of at most {limit.en}, before "
                f"rounding: {money.en} for {size.en} forms.",
            ),
            *bounds_sentence(strata, forms),
        ),
    )


def _least_variance(
    forms: FloatArray, strata: Strata, done: Text, method: Method = Method.OPTIMAL
) -> Allocation:
    variance = strata.variance(forms)
    return Allocation(
        forms,
        method,
        Goal.VARIANCE,
        variance,
        variance,
        trace=(done, *bounds_sentence(strata, forms), variance_sentence(strata, forms)),
    )
