"""Real numbers that follow given rates as far as their bounds allow: ``n = clip(t r, m, M)``.

Every continuous optimum of an allocation has this form, with one ``t`` for each domain that
spends a total or reaches a variance exactly. Between the breakpoints ``m / r`` and ``M / r``
the same strata stand at their bounds, so ``t`` is found by bisection among the sorted
breakpoints of a domain and one division: no iteration, no tolerance. Used by
``sampling.continuous_allocation``, ``sampling.allocation_rules`` and
``sampling.equal_precision``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from questionnaires.model import Text
from sampling.allocation import FloatArray, IntArray, Strata
from sampling.amounts import TOTAL, finite
from sampling.arguments import must, require
from sampling.wording import figure

BoolArray: TypeAlias = npt.NDArray[np.bool_]

ROUNDING: Final = 1e-12
"""Rounding error forgiven when an amount meets the sum of the bounds. [relative]"""


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """Strata that get ``clip(t r, m, M)`` forms, with a ``t`` of their own in every domain.

    Attributes
    ----------
    rates : (H,)
        Not negative. A stratum of rate 0 stays at its minimum.
    minimum, maximum : (H,)
        Bounds, minimum <= maximum. [forms]
    domains : (H,)
        Number of the domain of each stratum, 0 to D - 1; every domain has a stratum.

    """

    rates: FloatArray
    minimum: FloatArray
    maximum: FloatArray
    domains: IntArray

    @classmethod
    def around(cls, strata: Strata, rates: FloatArray, domains: IntArray | None = None) -> Box:
        """Take the bounds of ``strata``; one domain unless told."""
        one = np.zeros(strata.sizes.size, dtype=np.int64)
        return cls(rates, strata.minimum, strata.maximum, one if domains is None else domains)

    def check_total(self, total: float) -> float:
        """Return a total that the bounds allow; refuse another, saying what they allow."""
        number = finite(TOTAL, total)
        least = float(self.minimum.sum())
        most = float(self.maximum[self.rates > 0].sum() + self.minimum[self.rates == 0].sum())
        wanted = Text(
            f"phải từ {figure(least).vi} đến {figure(most).vi}, là mức các giới hạn cho phép",
            f"lie between {least:g} and {most:g}, as bounds allow",
        )
        fits = least * (1 - ROUNDING) <= number <= most * (1 + ROUNDING)
        require(must(TOTAL, total, wanted, holds=fits))
        return number

    def forms(self, scale: FloatArray) -> FloatArray:
        """Forms of each stratum when domain ``d`` has ``t = scale[d]``."""
        forms: FloatArray = np.clip(scale[self.domains] * self.rates, self.minimum, self.maximum)
        return forms

    def spend(self, prices: FloatArray, amounts: FloatArray) -> FloatArray:
        """Find the forms of every domain whose price adds up to an amount.

        Parameters
        ----------
        prices : (H,)
            Price of one form, positive.
        amounts : (D,)
            To be spent; taken as what the bounds allow when it lies outside.

        Returns
        -------
        (H,) ndarray
            Forms. [forms]

        """
        last = self._last_breakpoints(
            lambda scale: self._sums(prices * self.forms(scale)) <= amounts
        )
        fixed, free = self._split(last)
        left = amounts - self._sums(prices * fixed)
        slope = self._sums(np.where(free, prices * self.rates, 0.0))
        return self._settled(last, fixed, free, divided(left, slope))

    def reach(self, squares: FloatArray, amounts: FloatArray) -> FloatArray:
        """Find the forms of every domain for which ``sum squares / n`` falls to an amount.

        Parameters
        ----------
        squares : (H,)
            Positive where the rate is positive, else 0.
        amounts : (D,)
            Positive; taken as what the bounds allow when it lies outside.

        Returns
        -------
        (H,) ndarray
            Forms. [forms]

        """
        last = self._last_breakpoints(
            lambda scale: self._sums(divided(squares, self.forms(scale))) >= amounts
        )
        fixed, free = self._split(last)
        left = amounts - self._sums(np.where(free, 0.0, divided(squares, fixed)))
        slope = self._sums(np.where(free, divided(squares, self.rates), 0.0))
        return self._settled(last, fixed, free, divided(slope, left))

    def _breakpoints(self) -> tuple[FloatArray, FloatArray]:
        moves = self.rates > 0
        low = np.where(moves, divided(self.minimum, self.rates), np.inf)
        high = np.where(moves, divided(self.maximum, self.rates), np.inf)
        return low, high

    def _last_breakpoints(self, holds: Callable[[FloatArray], BoolArray]) -> FloatArray:
        """Largest breakpoint of every domain at which ``holds`` is still true; at least 0."""
        low, high = self._breakpoints()
        count = int(self.domains.max()) + 1
        points = np.concatenate([np.zeros(count), low, high])
        owner = np.concatenate([np.arange(count), self.domains, self.domains])
        owner, points = owner[np.isfinite(points)], points[np.isfinite(points)]
        points = points[np.lexsort((points, owner))]
        ends = np.cumsum(np.bincount(owner, minlength=count))
        first, beyond = ends - np.bincount(owner, minlength=count), ends
        while (beyond - first > 1).any():
            middle = (first + beyond) // 2
            held = holds(points[middle]) & (middle > first)
            stays = middle == first
            first = np.where(held, middle, first)
            beyond = np.where(held | stays, beyond, middle)
        last: FloatArray = points[first]
        return last

    def _split(self, last: FloatArray) -> tuple[FloatArray, BoolArray]:
        """Forms of the strata that stand at a bound just above ``last``; which ones do not."""
        low, high = self._breakpoints()
        here = last[self.domains]
        free = (low <= here) & (here < high)
        at_bound = np.where(here >= high, self.maximum, self.minimum)
        return np.where(free, 0.0, at_bound), free

    def _settled(
        self, last: FloatArray, fixed: FloatArray, free: BoolArray, ratio: FloatArray
    ) -> FloatArray:
        """Forms when ``t`` is ``ratio``, but never left of the last breakpoint.

        The ratio is infinite in a domain without free strata, where it plays no part.
        """
        scale = np.where(np.isfinite(ratio), np.maximum(ratio, last), last)[self.domains]
        moving = np.clip(scale * self.rates, self.minimum, self.maximum)
        forms: FloatArray = np.where(free, moving, fixed)
        return forms

    def _sums(self, values: FloatArray) -> FloatArray:
        sums: FloatArray = np.bincount(self.domains, values).astype(float)
        return sums


def divided(above: FloatArray, below: FloatArray) -> FloatArray:
    """Divide where there is something to divide; nothing over nothing is nothing."""
    result = np.zeros(np.broadcast(above, below).shape)
    result[(below <= 0) & (above > 0)] = np.inf
    return np.divide(above, below, out=result, where=below > 0)
