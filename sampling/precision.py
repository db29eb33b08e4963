"""How many answers a number needs.

So far one formula: the one the guide of the national satisfaction survey prints, for
offices that must quote it. It is exact arithmetic, because a ceiling turns one bit of
floating-point dust into one more questionnaire. How a plan's quotas spread over cells is
answered in ``sampling.quotas``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil


@dataclass(frozen=True, slots=True)
class SlovinSize:
    """Sample size of the guide's formula, before and after rounding up.

    ``n`` is ``exact`` rounded up to a whole person. [persons]
    """

    exact: Fraction
    n: int


def slovin(population: int, margin: Decimal | Fraction | str) -> SlovinSize:
    """Sample size ``n = N / (1 + N e²)``, rounded up, as the guide prints it.

    It is the size for one proportion near one half with about 95 % confidence, drawn at
    random from the whole list. It knows no clusters and no refusals, gives one size for the
    whole and none per unit, and never exceeds ``1 / e²``.

    Parameters
    ----------
    population
        Transactions or persons of the list, at least 1. [persons]
    margin
        Margin of error ``e`` between 0 and 1, as text or an exact number; a float is not
        taken because 0.05 is not one. [share]

    Raises
    ------
    ValueError
        If the population is empty or the margin does not lie between 0 and 1.

    References
    ----------
    Guide 1159/BNV-CCHC (2014), part III; Yamane (1967), *Statistics*, 2nd ed., p. 886.

    """
    e = Fraction(margin)
    if population < 1 or not 0 < e < 1:
        msg = f"population={population} must be at least 1 and margin={margin} lie in (0, 1)"
        raise ValueError(msg)
    exact = population / (1 + population * e * e)
    return SlovinSize(exact, ceil(exact))
