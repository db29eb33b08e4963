"""One total divided among parts in whole numbers, by shares, with nothing lost.

``apportion`` knows largest remainder and the divisor methods. Arithmetic that decides is exact
(integers and fractions), so that equal claims are seen to be equal and go by a stated order.
A table with both margins fixed is rounded in ``sampling.controlled_rounding``; shares that
follow from strata are in ``sampling.allocation_rules``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from enum import StrEnum
from fractions import Fraction
from math import isfinite, lcm
from typing import Final

import numpy as np

from questionnaires.model import Text
from sampling.allocation import FloatArray, IntArray
from sampling.amounts import check_total, whole_total
from sampling.arguments import require
from sampling.claims import Number, Queue, exact, hand_out
from sampling.wording import written


class Apportionment(StrEnum):
    """How fractions of a form are settled."""

    LARGEST_REMAINDER = "largest_remainder"
    """Whole parts first, then the largest fractions (Hamilton)."""
    WEBSTER = "webster"
    """Rounds at the half; favours neither small nor large parts (Sainte-Laguë)."""
    HUNTINGTON_HILL = "huntington_hill"
    """Rounds at the geometric mean; every part with a weight gets one if the total allows."""
    ADAMS = "adams"
    """Rounds up; favours small parts, every part with a weight gets one."""
    DHONDT = "dhondt"
    """Rounds down; favours large parts (Jefferson)."""


MINIMUM: Final = Text("Mức tối thiểu", "minimum")
MAXIMUM: Final = Text("Mức tối đa", "maximum")

FIRST_IS_SURE: Final = (Apportionment.HUNTINGTON_HILL, Apportionment.ADAMS)
"""Methods whose divisor of the first form is 0: its claim beats every other."""


def apportion(
    total: int,
    weights: Sequence[Number],
    *,
    method: Apportionment = Apportionment.LARGEST_REMAINDER,
    minimum: int | Sequence[int] = 0,
    maximum: int | Sequence[int] | None = None,
    rank: Sequence[int] | None = None,
) -> IntArray:
    """Divide ``total`` in proportion to ``weights``.

    Parameters
    ----------
    total
        To be divided. [forms]
    weights : (H,)
        Not negative. A float is read as it is printed: 0.1 is a tenth. A part of weight 0
        gets its minimum.
    method
        How fractions are settled.
    minimum, maximum : whole number or (H,)
        Bounds; no upper bound when left out. [forms]
    rank : (H,)
        Place in which equal claims are served, all different, 0 first. By default the larger
        weight, then the earlier part.

    Returns
    -------
    (H,) ndarray of int
        Adds up to ``total`` exactly. Largest remainder rounds the shares as the bounds leave
        them: parts that would break a bound stand at it, and the others divide the rest in
        proportion. Divisor methods meet claims ``weight / divisor`` in order. [forms]

    Raises
    ------
    ValueError
        If the weights cannot be shared by, or no division within the bounds has this total.

    References
    ----------
    Balinski & Young (2001), *Fair Representation*, 2nd ed.

    >>> apportion(100, [1, 1, 1]).tolist()
    [34, 33, 33]
    """
    shares = _weights(weights)
    lowest, highest = _bounds(shares, minimum, maximum, whole_total(total))
    total = check_total(total, lowest, highest)
    places = _places(shares, rank)
    if method is Apportionment.LARGEST_REMAINDER:
        return _largest_remainder(total, shares, lowest, highest, places)
    if method in FIRST_IS_SURE:
        first = np.clip(1, lowest, highest)
        if first.sum() > total:
            return _first_forms(total, lowest, first, places)
        lowest = first
    guess = float(sum(shares)) / max(total, 1)
    floats = np.array([float(share) for share in shares])
    queue = Queue(
        lowest,
        highest,
        lambda level: _held(method, floats / level),
        lambda part, held: shares[part] ** 2 / _squared_divisor(method, held),
        places,
        guess or 1.0,
    )
    return hand_out(queue, lambda held: int(held.sum()) >= total)


def _weights(weights: Sequence[Number]) -> list[Fraction]:
    finite = [isinstance(weight, int | Fraction) or isfinite(weight) for weight in weights]
    require(
        (len(weights) > 0, Text("Chưa có phần nào để chia.", "there are no parts")),
        (
            all(finite),
            Text("Số người của các phần phải hữu hạn.", f"weights={weights} are not finite"),
        ),
    )
    shares = [exact(weight) for weight in weights]
    require(
        (
            all(share >= 0 for share in shares),
            Text("Số người của các phần không được âm.", f"weights={weights} must not be negative"),
        ),
        (
            any(share > 0 for share in shares),
            Text("Số người của mọi phần đều bằng 0 nên không chia được.", "all weights are 0"),
        ),
    )
    return shares


def _bounds(
    shares: Sequence[Fraction],
    minimum: int | Sequence[int],
    maximum: int | Sequence[int] | None,
    total: int,
) -> tuple[IntArray, IntArray]:
    """Bounds in which every part of weight 0 stands at its minimum."""
    shape = (len(shares),)
    lowest, highest = np.asarray(minimum), np.asarray(total if maximum is None else maximum)
    bounds = ((MINIMUM, lowest), (MAXIMUM, highest))
    require(
        *(
            (
                b.shape in {(), shape},
                Text(
                    f"{n.vi} phải là một số cho tất cả hoặc {written(shape[0])} số.",
                    f"{n.en} must be one number or {shape[0]}",
                ),
            )
            for n, b in bounds
        ),
        *(
            (
                b.dtype.kind in "iu",
                Text(f"{n.vi} phải là số nguyên.", f"{n.en}={b} must be whole"),
            )
            for n, b in bounds
        ),
    )
    lowest, highest = (np.broadcast_to(b, shape).astype(np.int64) for b in (lowest, highest))
    if maximum is None:
        highest = np.maximum(lowest, highest)
    weightless = np.array([share == 0 for share in shares])
    require(
        (
            bool((lowest >= 0).all()),
            Text(f"{MINIMUM.vi} không được âm.", f"minimum={minimum} must not be negative"),
        ),
        (
            bool((lowest <= highest).all()),
            Text(
                "Có phần mà mức tối thiểu lớn hơn mức tối đa.",
                f"minimum={minimum} exceeds maximum={maximum}",
            ),
        ),
    )
    return lowest, np.where(weightless, lowest, highest)


def _places(shares: Sequence[Fraction], rank: Sequence[int] | None) -> IntArray:
    if rank is None:
        order = sorted(range(len(shares)), key=lambda part: -shares[part])
        places = np.empty(len(shares), dtype=np.int64)
        places[order] = np.arange(len(shares))
        return places
    places = np.asarray(rank, dtype=np.int64)
    require(
        (
            places.shape == (len(shares),) and len(set(places.tolist())) == len(shares),
            Text(
                f"Thứ tự ưu tiên phải có {written(len(shares))} số khác nhau.",
                f"rank needs {len(shares)} different places",
            ),
        )
    )
    return places


def _first_forms(total: int, lowest: IntArray, first: IntArray, places: IntArray) -> IntArray:
    """Fewer forms than parts that must have one: they go by rank."""
    forms = lowest.copy()
    waiting = np.flatnonzero(first > lowest)
    served = waiting[np.argsort(places[waiting])][: total - int(lowest.sum())]
    forms[served] += 1
    return forms


def _largest_remainder(
    total: int, shares: Sequence[Fraction], lowest: IntArray, highest: IntArray, places: IntArray
) -> IntArray:
    """Round the shares as the bounds leave them; all in integers over one denominator."""
    whole = lcm(*(share.denominator for share in shares))
    weights = [share.numerator * (whole // share.denominator) for share in shares]
    low, high = lowest.tolist(), highest.tolist()
    scale = _scale(total, weights, low, high)
    above, below = scale.numerator, scale.denominator
    quotas = [
        min(max(above * weight, below * least), below * most)
        for weight, least, most in zip(weights, low, high, strict=True)
    ]
    forms = np.array([quota // below for quota in quotas], dtype=np.int64)
    order = sorted(range(len(quotas)), key=lambda part: (-(quotas[part] % below), places[part]))
    forms[order[: total - int(forms.sum())]] += 1
    return forms


def _scale(total: int, weights: Sequence[int], low: Sequence[int], high: Sequence[int]) -> Fraction:
    """Find ``t`` with ``sum clip(t weight, low, high)`` equal to ``total``."""
    parts = [part for part in zip(weights, low, high, strict=True) if part[0]]
    fixed = total - sum(least for weight, least in zip(weights, low, strict=True) if not weight)

    def spent(t: Fraction) -> Fraction:
        a, b = t.numerator, t.denominator
        return Fraction(sum(min(max(a * w, b * least), b * most) for w, least, most in parts), b)

    points = sorted(
        {Fraction(0)} | {Fraction(bound, w) for w, *bounds in parts for bound in bounds}
    )
    last = points[max(0, bisect_right(points, Fraction(fixed), key=spent) - 1)]
    free = [(w, least, most) for w, least, most in parts if least <= last * w < most]
    return last + (fixed - spent(last)) / sum(w for w, *_ in free) if free else last


def _held(method: Apportionment, x: FloatArray) -> FloatArray:
    """Forms whose divisor is at most ``x``, the weight over the level."""
    held: dict[Apportionment, Callable[[], FloatArray]] = {
        Apportionment.WEBSTER: lambda: np.floor(x + 0.5),
        Apportionment.HUNTINGTON_HILL: lambda: np.floor(0.5 + np.sqrt(0.25 + x * x)),
        Apportionment.ADAMS: lambda: np.floor(x) + 1,
        Apportionment.DHONDT: lambda: np.floor(x),
    }
    return held[method]()


def _squared_divisor(method: Apportionment, held: int) -> Fraction:
    """Square of what a weight is divided by to claim the form after ``held``."""
    if method is Apportionment.HUNTINGTON_HILL:
        return Fraction(held * (held + 1))
    divisor = {
        Apportionment.WEBSTER: Fraction(2 * held + 1, 2),
        Apportionment.ADAMS: Fraction(held),
        Apportionment.DHONDT: Fraction(held + 1),
    }
    return divisor[method] ** 2
