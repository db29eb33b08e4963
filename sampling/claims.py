"""Handing out forms one at a time to whoever claims the next one most, without counting so far.

A part that holds ``k`` forms claims the next one with a number that falls as ``k`` grows.
Handing out in order of claims is the divisor methods of apportionment, the exact integer
Neyman allocation (Wright) and the minimax allocation alike. All forms above a level of claim
are counted at once, the level is bisected, and only the few claims too near to the last one
for floating point are put in order by exact fractions.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from typing import Final, TypeAlias

import numpy as np

from sampling.allocation import FloatArray, IntArray

Number: TypeAlias = int | float | Decimal | Fraction

FEW: Final = 32
"""Claims left between two levels that are put in order one by one."""

BRACKET: Final = 1e-12
"""Levels this near are not told apart any further. [relative]"""

MARGIN: Final = 1e-10
"""Claims this near to a level count as undecided, for floating point. [relative]"""

FIRST_STRIDE: Final = 1.05
"""First step from the guessed level; every further one is twice as long on a log scale."""


@dataclass(frozen=True, slots=True, eq=False)
class Queue:
    """Parts that claim forms.

    Attributes
    ----------
    lowest, highest : (H,)
        Forms every part gets at least and at most. [forms]
    held_at
        Level -> (H,) forms a part holds once every claim of at least that level is met, bounds
        aside; falls as the level rises.
    claim
        (part, forms held) -> its exact claim to the next one.
    rank : (H,)
        Who goes first when claims are equal, 0 before 1.
    level
        A guess of the last claim met, positive.

    """

    lowest: IntArray
    highest: IntArray
    held_at: Callable[[float], FloatArray]
    claim: Callable[[int, int], Fraction]
    rank: IntArray
    level: float = 1.0

    def bounded(self, level: float) -> IntArray:
        """Forms held when every claim of at least ``level`` within the bounds is met."""
        return np.clip(self.held_at(level), self.lowest, self.highest).astype(np.int64)


def hand_out(queue: Queue, enough: Callable[[IntArray], bool]) -> IntArray:
    """Meet claims from the strongest on until there are enough.

    Parameters
    ----------
    queue
        The parts; ``highest`` must be enough.
    enough
        (H,) forms held -> whether no more are needed; once true it stays true as forms are
        added.

    Returns
    -------
    (H,) ndarray of int
        The first holding, in order of claims, that is enough. Equal claims go by ``rank``.
        [forms]

    """
    if enough(queue.lowest):
        return queue.lowest.copy()
    high, low = _bracket(queue, enough)
    held = queue.bounded(high * (1 + MARGIN))
    undecided = queue.bounded(low * (1 - MARGIN)) - held
    parts = np.flatnonzero(undecided)
    parts = parts[np.argsort(queue.rank[parts])]
    turns = [
        (part, first + more)
        for part, first, claims in zip(
            parts.tolist(), held[parts].tolist(), undecided[parts].tolist(), strict=True
        )
        for more in range(claims)
    ]
    # in a tuple, a claim that many parts share is known to be equal without arithmetic
    turns.sort(key=lambda turn: (queue.claim(*turn),), reverse=True)
    served = np.array([part for part, _ in turns])

    def after(turn: int) -> IntArray:
        return held + np.bincount(served[:turn], minlength=held.size)

    return after(bisect_left(range(len(turns)), x=True, key=lambda turn: enough(after(turn))))


def _bracket(queue: Queue, enough: Callable[[IntArray], bool]) -> tuple[float, float]:
    """Find two levels, of which only the lower is enough, with few claims between them."""
    high = low = queue.level
    above = below = queue.bounded(high)
    stride = FIRST_STRIDE
    while enough(above):
        low, below = high, above
        high *= stride
        above = queue.bounded(high)
        stride *= stride
    while not enough(below):
        high, above = low, below
        low /= stride
        below = queue.bounded(low)
        stride *= stride
    while int((below - above).sum()) > FEW and high > low * (1 + BRACKET):
        middle = sqrt(high) * sqrt(low)
        between = queue.bounded(middle)
        if enough(between):
            low, below = middle, between
        else:
            high, above = middle, between
    return high, low


def exact(number: Number | np.generic) -> Fraction:
    """Read a number as it is printed: 0.1 is a tenth.

    Equal claims can then be seen to be equal.
    """
    plain = number.item() if isinstance(number, np.generic) else number
    return Fraction(repr(plain)) if isinstance(plain, float) else Fraction(plain)
