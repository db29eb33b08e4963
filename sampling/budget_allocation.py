"""How many whole forms a budget buys where they cost differently, and how to spend it best.

The variance of the estimated total is made as small as the budget allows. Equal costs make it
a problem of a given total, solved exactly by ``sampling.integer_allocation``; with unequal
costs an integer program decides, or the result says how far from the best it can be. Real
numbers of forms: ``sampling.continuous_allocation``.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from math import floor, isfinite
from operator import mul
from typing import Final

import numpy as np

from questionnaires.model import Text
from sampling.allocation import (
    PROOF_GAP,
    Allocation,
    FloatArray,
    Goal,
    IntArray,
    Method,
    Strata,
    bounds_sentence,
    variance_sentence,
    within_variance,
)
from sampling.arguments import require
from sampling.boxes import Box, divided
from sampling.claims import exact
from sampling.integer_allocation import integer_for_total
from sampling.integer_program import (
    TIME_LIMIT,
    choose_steps,
    common_unit,
    whole_best,
    windows,
)
from sampling.wording import counted, figure

OBJECTIVE_SCALE: Final = 1e3
"""A typical step saves this much for the solver, which stops at a gap of 1e-6."""


def integer_for_budget(budget: float, strata: Strata, *, seconds: float = TIME_LIMIT) -> Allocation:
    """Spend at most ``budget`` so that the variance of the estimated total is least.

    Parameters
    ----------
    budget
        Pays at least every minimum; read as printed, like the costs. [unit of the costs]
    strata
        A stratum whose people differ gets one form at least; one without spread keeps its
        minimum.
    seconds
        Longest search; the result says whether it was enough. [seconds]

    Returns
    -------
    Allocation
        Its objective is the variance of the estimated total. Money that buys nothing useful
        any more is left.

    Raises
    ------
    ValueError
        If the budget does not pay the minima (the least budget is named), or the costs are too
        fine to be added exactly.

    References
    ----------
    Cochran (1977), *Sampling Techniques*, 3rd ed., section 5.5, in real numbers; the windows of
    the integer program follow from its Lagrangian.

    """
    lowest, highest = strata.whole_bounds()
    require((isfinite(budget), f"budget={budget} must be a finite number"))
    unit = common_unit(strata.costs)
    prices = np.array([int(exact(cost) / unit) for cost in strata.costs], dtype=np.int64)
    money, least = floor(exact(budget) / unit), int(prices @ lowest)
    require(
        (money >= least, f"budget={budget:,} is below {float(least * unit):,}, what minima cost")
    )
    if sum(map(mul, prices.tolist(), highest.tolist())) <= money:
        forms, bound = highest, within_variance(strata.spreads, highest)
    elif (prices == prices[0]).all():
        forms = integer_for_total(money // int(prices[0]), strata).n.astype(np.int64)
        bound = within_variance(strata.spreads, forms)
    else:
        forms, bound = _search(money, prices, strata, (lowest, highest), seconds)
    return _result(budget, strata, forms, bound)


def _search(
    money: int,
    prices: IntArray,
    strata: Strata,
    bounds: tuple[IntArray, IntArray],
    seconds: float,
) -> tuple[IntArray, float]:
    """Forms, and a bound of what they leave of ``sum A^2 / n``; money and prices are whole."""
    squares, price = strata.spreads**2, prices.astype(float)
    real = _real(money, price, strata, bounds)
    forms = _start(money, prices, strata, np.floor(real).astype(np.int64), bounds)
    reached = within_variance(strata.spreads, forms)
    multiplier = _multiplier(price, squares, real, bounds)
    nearest = whole_best(multiplier * price, squares, bounds)
    taken = float(multiplier * (price @ nearest - money))
    lagrangian = within_variance(strata.spreads, nearest) + taken
    if reached - lagrangian <= PROOF_GAP**2 * reached:
        return forms, reached
    window = windows(multiplier * price, squares, nearest, reached - lagrangian, bounds)
    owner, held = window.strata, window.held
    gains = squares[owner] / (held * (held + 1))
    scale = float(np.median(gains)) / OBJECTIVE_SCALE if gains.size else 1.0
    chosen = choose_steps(
        window,
        -gains / scale,
        price[owner][None, :] / price.max(),
        np.array([(money - float(prices @ window.low)) / price.max()]),
        seconds=seconds,
    )
    if chosen.forms is not None and int(prices @ chosen.forms) <= money:
        found = within_variance(strata.spreads, chosen.forms)
        forms, reached = (chosen.forms, found) if found < reached else (forms, reached)
    if window.complete:
        proved = within_variance(strata.spreads, window.low) + chosen.bound * scale
        lagrangian = max(lagrangian, proved)
    return forms, min(lagrangian, reached)


def _real(
    money: int, price: FloatArray, strata: Strata, bounds: tuple[IntArray, IntArray]
) -> FloatArray:
    """Spend the money best in real numbers."""
    lowest, highest = (side.astype(float) for side in bounds)
    one = np.zeros(price.size, dtype=np.int64)
    box = Box(strata.spreads / np.sqrt(price), lowest, highest, one)
    return box.spend(price, np.array([float(money)]))


def _multiplier(
    price: FloatArray, squares: FloatArray, real: FloatArray, bounds: tuple[IntArray, IntArray]
) -> float:
    """Variance that one more unit of money would save where forms are real numbers."""
    lowest, highest = bounds
    saving = divided(squares, price * real**2)
    inside = (lowest < real) & (real < highest)
    able = inside if inside.any() else real < highest
    return float(np.median(saving[inside]) if inside.any() else saving[able].max())


def _start(
    money: int,
    prices: IntArray,
    strata: Strata,
    floors: IntArray,
    bounds: tuple[IntArray, IntArray],
) -> IntArray:
    """Round down, then buy what saves most for its price as long as the money lasts."""
    lowest, highest = bounds
    forms = floors if int(prices @ floors) <= money else lowest
    left, held, most = money - int(prices @ forms), forms.tolist(), highest.tolist()
    price, rank = prices.tolist(), strata.rank.tolist()
    worth = (strata.spreads**2 / prices).tolist()

    def offer(stratum: int) -> tuple[float, int, int]:
        k = held[stratum]
        return -worth[stratum] / (k * (k + 1)), rank[stratum], stratum

    offers = [offer(stratum) for stratum in range(len(held)) if held[stratum] < most[stratum]]
    heapify(offers)
    while offers:
        _, _, stratum = heappop(offers)
        if price[stratum] <= left:
            left -= price[stratum]
            held[stratum] += 1
            if held[stratum] < most[stratum]:
                heappush(offers, offer(stratum))
    return np.array(held, dtype=np.int64)


def _result(budget: float, strata: Strata, forms: IntArray, bound: float) -> Allocation:
    """Word the result; ``bound`` is of ``sum A^2 / n``."""
    spent = float(strata.costs @ forms)
    money, used, left = figure(budget), figure(spent), figure(max(0.0, budget - spent))
    size, count = figure(int(forms.sum())), counted(forms.size, strata.noun)
    removed = float(strata.sizes @ strata.deviations**2)
    done = Text(
        f"Phân bổ trong phạm vi kinh phí {money.vi} để phương sai của ước lượng tổng số nhỏ nhất: "
        f"{size.vi} phiếu cho {count.vi}, chi {used.vi}, còn lại {left.vi}.",
        f"Least variance of the estimated total within a budget of {money.en}: {size.en} forms "
        f"for {count.en}, {used.en} spent, {left.en} left.",
    )
    return Allocation(
        forms,
        Method.BUDGET,
        Goal.VARIANCE,
        strata.variance(forms),
        max(0.0, bound - removed),
        trace=(done, *bounds_sentence(strata, forms), variance_sentence(strata, forms)),
    )
