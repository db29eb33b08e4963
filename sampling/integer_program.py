"""Whole forms under several limits, as a small integer program with a proof.

A separable problem has the Lagrangian ``sum p_h n_h + q_h / n_h``, up to a constant. Its least
value over whole numbers bounds every solution from below, and once a feasible solution is known,
``windows`` says which values of each ``n_h`` can still be part of a better one. Every value in a
window but the first is a *step* that is taken or not, one binary each, and HiGHS chooses among
the steps. Used by ``sampling.precision_targets`` and ``sampling.budget_allocation``.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp

from questionnaires.model import Text
from sampling.allocation import FloatArray, IntArray
from sampling.arguments import require
from sampling.boxes import divided
from sampling.claims import exact
from sampling.quiet import quiet_output
from sampling.wording import figure

MOST_STEPS: Final = 5000
"""Binaries given to the solver; with more, windows are cut and prove nothing by themselves."""

CORE: Final = 1000
"""Steps nearest to a tie, the only ones tried where there are too many strata for more."""

TIME_LIMIT: Final = 10.0
"""Longest search. [seconds]"""

EDGE: Final = 1e-7
"""Room given at the ends of a window to floating point. [forms]"""

FINEST: Final = 10**9
"""Parts the largest cost may be divided into by the unit common to all costs."""

ROW_SCALE: Final = 1e4
"""Rows are multiplied by this: the solver tolerates 1e-6 in a row."""


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Values ``low .. high`` each stratum may take.

    ``complete`` when every better solution lies within.
    """

    low: IntArray
    high: IntArray
    complete: bool

    @property
    def strata(self) -> IntArray:
        """Stratum of each step."""
        return np.repeat(np.arange(self.low.size), self.high - self.low)

    @property
    def held(self) -> IntArray:
        """Forms held before each step."""
        first = np.cumsum(self.high - self.low) - (self.high - self.low)
        strata = self.strata
        held: IntArray = self.low[strata] + np.arange(strata.size) - first[strata]
        return held


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """What the solver found: forms, or None, and a bound of the sum of the steps' prices."""

    forms: IntArray | None
    bound: float


def whole_best(
    prices: FloatArray, pulls: FloatArray, bounds: tuple[IntArray, IntArray]
) -> IntArray:
    """Whole numbers within the bounds at which each ``p n + q / n`` is least."""
    best = np.floor(0.5 + 0.5 * np.sqrt(1 + 4 * pulls / prices))
    return np.clip(best, *bounds).astype(np.int64)


def windows(
    prices: FloatArray,
    pulls: FloatArray,
    best: IntArray,
    slack: float,
    bounds: tuple[IntArray, IntArray],
) -> Windows:
    """Values of each stratum that raise the Lagrangian by no more than ``slack``.

    Parameters
    ----------
    prices, pulls : (H,)
        ``p`` and ``q`` of ``p n + q / n``; prices are positive.
    best : (H,)
        From ``whole_best``; at least 1 where there is a pull. [forms]
    slack
        Feasible value less Lagrangian bound, not negative.
    bounds
        Least and most forms. [forms]

    """
    limit = prices * best + divided(pulls, best.astype(float)) + slack
    root = limit + np.sqrt(np.maximum(limit**2 - 4 * prices * pulls, 0))
    low = np.clip(np.ceil(2 * pulls / root - EDGE), *bounds).astype(np.int64)
    high = np.clip(np.floor(root / (2 * prices) + EDGE), *bounds).astype(np.int64)
    low, high = np.minimum(low, best), np.maximum(high, best)
    if int((high - low).sum()) <= MOST_STEPS:
        return Windows(low, high, complete=True)
    reach = MOST_STEPS // (2 * best.size)
    if not reach:
        return _core(prices, pulls, best, (low, high))
    return Windows(np.maximum(low, best - reach), np.minimum(high, best + reach), complete=False)


def _core(
    prices: FloatArray, pulls: FloatArray, best: IntArray, ends: tuple[IntArray, IntArray]
) -> Windows:
    """Of one step down and one up for every stratum, those that raise the Lagrangian least."""
    low, high = ends
    lost, gained = (divided(pulls, best * (best + side).astype(float)) for side in (-1, 1))
    down = np.where(low < best, lost - prices, np.inf)
    up = np.where(best < high, prices - gained, np.inf)
    worst = np.partition(np.concatenate([down, up]), CORE)[CORE]
    return Windows(best - (down < worst), best + (up < worst), complete=False)


def choose_steps(
    window: Windows,
    prices: FloatArray,
    rows: npt.NDArray[np.float64],
    limits: FloatArray,
    *,
    seconds: float,
) -> Chosen:
    """Take the steps of least price with ``rows @ taken <= limits``.

    Steps of a stratum are interchangeable in price or in every row, and fall in the other, so
    the first ones are taken first without being told.

    Parameters
    ----------
    window
        The steps.
    prices : (B,)
        Price of each step, negative for a gain.
    rows, limits : (V, B), (V,)
        What steps spend, of magnitude 1 or so.
    seconds
        Time limit.

    """
    if not prices.size:
        met = bool((limits >= 0).all())
        return Chosen(window.low if met else None, 0.0 if met else np.inf)
    with quiet_output():
        found = milp(
            prices,
            integrality=np.ones(prices.size, dtype=np.int64),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(rows * ROW_SCALE, ub=limits * ROW_SCALE),
            options={"time_limit": max(seconds, 0.01), "mip_rel_gap": 0.0},
        )
    bound = -np.inf if found.mip_dual_bound is None else float(found.mip_dual_bound)
    if found.x is None:
        return Chosen(None, bound)
    taken = np.round(found.x).astype(np.int64)
    forms = window.low + np.bincount(window.strata, taken, minlength=window.low.size)
    return Chosen(forms.astype(np.int64), bound)


def common_unit(costs: FloatArray) -> Fraction:
    """Largest amount of which every cost is a multiple; costs are read as printed.

    Raises
    ------
    ValueError
        If it is too small beside the costs for sums of them to stay exact.

    """
    ratios = [exact(cost) for cost in np.unique(costs)]
    below = lcm(*(ratio.denominator for ratio in ratios))
    unit = Fraction(gcd(*(int(ratio * below) for ratio in ratios)), below)
    finest = max(ratios) / FINEST
    require(
        (
            unit >= finest,
            Text(
                f"Chi phí các phiếu lẻ quá nhỏ (chỉ cùng chia hết cho {figure(float(unit)).vi}); "
                "hãy làm tròn chi phí.",
                f"costs are multiples of {float(unit):g} only; round them",
            ),
        )
    )
    return unit
