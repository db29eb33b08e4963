"""How many whole forms a budget buys where they cost differently, and how to spend it best.

The variance of the estimated total is made as small as the budget allows. Equal costs make it
a problem of a given total, solved exactly by ``sampling.integer_allocation``; with unequal
costs an integer program decides, or the result says how far from the best it can be. Real
numbers of forms: ``sampling.continuous_allocation``.
"""

from __future__ import annotations

from math import floor, sqrt
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
from sampling.amounts import BUDGET, finite
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
from sampling.wording import counted, figure, written

ROUNDS: Final = 100
"""Rounds of the first purchase; in a last one whoever claims most takes all that can be paid."""

LEVELS: Final = 1e-12
"""Levels of saving this near are not told apart. [relative]"""

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
    amount = finite(BUDGET, budget)
    unit = common_unit(strata.costs)
    prices = np.array([int(exact(cost) / unit) for cost in strata.costs], dtype=np.int64)
    money, least = floor(exact(amount) / unit), _cost(prices, lowest)
    require(
        (
            money >= least,
            Text(
                f"Kinh phí {written(budget)} chưa đủ: riêng các mức tối thiểu cần "
                f"{written(float(least * unit))}.",
                f"budget={budget} is below {float(least * unit):,}, what minima cost",
            ),
        )
    )
    if _cost(prices, highest) <= money:
        forms, bound = highest, within_variance(strata.spreads, highest)
    elif (prices == prices[0]).all():
        forms = integer_for_total(money // int(prices[0]), strata).n.astype(np.int64)
        bound = within_variance(strata.spreads, forms)
    else:
        forms, bound = _search(money, prices, strata, (lowest, highest), seconds)
    return _result(amount, strata, forms, bound)


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
    taken = float(multiplier * (_cost(prices, nearest) - money))
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
        np.array([(money - _cost(prices, window.low)) / price.max()]),
        seconds=seconds,
    )
    if chosen.forms is not None and _cost(prices, chosen.forms) <= money:
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
    """Round down, then buy what saves most for its price as long as the money lasts.

    In a round everything that saves more than some level is bought at once, then one more form
    each for whoever can still be paid. Somebody at the level cannot, and never will be: what is
    left only falls. So the work does not depend on how many forms the money buys.
    """
    lowest, highest = bounds
    forms = floors if _cost(prices, floors) <= money else lowest.copy()
    worth, left = strata.spreads**2 / prices, money - _cost(prices, forms)
    for last in (*[False] * ROUNDS, True):
        able = np.flatnonzero((forms < highest) & (prices <= left))
        if not able.size:
            break
        bought = _above_a_level(left, prices[able], worth[able], forms[able], highest[able])
        forms[able] += bought
        left -= _cost(prices[able], bought)
        saving = divided(worth, forms * (forms + 1.0))[able]
        for stratum in able[np.lexsort((strata.rank[able], -saving))].tolist():
            most = min(left // int(prices[stratum]), int(highest[stratum] - forms[stratum]))
            more = most if last else min(most, 1)
            forms[stratum] += more
            left -= more * int(prices[stratum])
    return forms


def _above_a_level(
    left: int, prices: IntArray, worth: FloatArray, held: IntArray, highest: IntArray
) -> IntArray:
    """Forms to buy so that all which save more than a level are held; the lowest level paid."""
    high = float((worth / (held * (held + 1.0))).max())
    low = float((worth / (highest * (highest + 1.0))).min())
    bought = np.zeros_like(held)
    while high > low * (1 + LEVELS):
        level = sqrt(low) * sqrt(high)
        more = whole_best(np.full(worth.shape, level), worth, (held, highest)) - held
        if float(prices.astype(float) @ more) <= left and _cost(prices, more) <= left:
            high, bought = level, more
        else:
            low = level
    return bought


def _cost(prices: IntArray, forms: IntArray) -> int:
    """Price of all forms; whole numbers of any length."""
    return sum(map(mul, prices.tolist(), forms.tolist()))


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
