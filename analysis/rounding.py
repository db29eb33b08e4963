"""Rounding half up, on exact numbers only.

Every figure that is printed or added in a printed column goes through ``half_up``. Binary
floats are not taken: 2.675 is not a float, and an office adds with a pocket calculator.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import cache
from math import lcm
from typing import Final, TypeAlias

Exact: TypeAlias = Decimal | Fraction
"""A number without rounding error."""

WIDE: Final = Context(prec=60)
"""Digits enough for any points and percents, whatever the caller's own context."""

EXACT_DECIMALS: Final = 12
"""Decimals kept of a number that is not meant to be rounded; far below any printed digit."""


def half_up(value: Exact, decimals: int) -> Decimal:
    """Round to ``decimals`` digits; a half goes away from zero, as officials round.

    >>> half_up(Fraction(6262, 70), 2)
    Decimal('89.46')
    """
    if isinstance(value, Decimal):  # the same answer, many times faster
        rounded = value.quantize(_digit(decimals), ROUND_HALF_UP, WIDE)
        return rounded or abs(rounded)  # nothing has no sign
    return ratio_half_up(*value.as_integer_ratio(), decimals)


@cache
def _digit(decimals: int) -> Decimal:
    return Decimal(1).scaleb(-decimals)


def ratio_half_up(above: int, below: int, decimals: int) -> Decimal:
    """Round ``above / below`` as ``half_up`` does; ``below`` is positive."""
    if above < 0:
        return -ratio_half_up(-above, below, decimals) + 0
    return Decimal((2 * above * 10**decimals + below) // (2 * below)).scaleb(-decimals, WIDE)


def as_printed(value: Exact, decimals: int) -> Decimal:
    """Write a number with ``decimals`` digits where that is exact, else as it is.

    Sums of rounded points stay short; a number nobody rounded keeps its digits.
    """
    if isinstance(value, Decimal) and value.as_tuple().exponent == -decimals:
        return value
    above, below = value.as_integer_ratio()
    exact = above * 10**decimals % below == 0
    return half_up(value, decimals if exact else EXACT_DECIMALS)


def nearly_exact(value: Fraction) -> Decimal:
    """Write a fraction as a decimal that no printed digit can tell from it."""
    return half_up(value, EXACT_DECIMALS)


def total(values: Iterable[Exact], *, over: int = 1) -> Fraction:
    """Add numbers over one denominator; many times faster than adding fractions in turn.

    ``over`` divides the sum: their number gives the mean.
    """
    scaled, whole = on_one_denominator([value.as_integer_ratio() for value in values])
    return Fraction(sum(scaled), whole * over)


def on_one_denominator(ratios: Sequence[tuple[int, int]]) -> tuple[list[int], int]:
    """Write fractions over their least common denominator: the numerators, and it."""
    whole = lcm(*[below for _, below in ratios])
    return [above * (whole // below) for above, below in ratios], whole
