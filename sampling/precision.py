"""How exact a number of answers makes an estimate.

``margin_of_proportion`` and ``margin_of_mean`` give the margin of error of a cell from its
answers and its people; ``wilson_interval`` is the interval of a share that has been counted.
The way back, from a margin to people, is in ``sampling.sample_size``; two units are compared
in ``sampling.detectable``, a whole plan in ``sampling.plan_precision``.

``slovin`` is the formula the guide of the national satisfaction survey prints. It is exact
arithmetic, because a ceiling turns one bit of floating-point dust into one more
questionnaire; ``sampling.guide`` lays it beside the correct size.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, inf, sqrt
from statistics import NormalDist
from typing import Final

from questionnaires.model import Text
from sampling.arguments import (
    COUNTABLE,
    MOST_PEOPLE,
    Condition,
    at_least_one,
    between,
    exact_fraction,
    must,
    must_be_exact,
    positive,
    require,
)
from sampling.wording import written

SD: Final = Text("Độ lệch chuẩn", "sd")
SHARE: Final = Text("Tỷ lệ dự kiến", "p")
MARGIN: Final = Text("Sai số", "margin")

LEAST_ALPHA: Final = 1e-12
"""Smallest level: what is left of 1 after it must still be told from 1. [0-1]"""


@dataclass(frozen=True, slots=True)
class Limits:
    """Both ends of an interval of a share. [0-1]."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SlovinSize:
    """Sample size of the guide's formula, before and after rounding up.

    ``n`` is ``exact`` rounded up to a whole person. [persons]
    """

    exact: Fraction
    n: int


def margin_of_proportion(
    n: int,
    *,
    p: float = 0.5,
    population: int | None = None,
    deff: float = 1.0,
    alpha: float = 0.05,
) -> float:
    """Margin of error of a proportion: half the width of its Wald interval. [0-1].

    Parameters
    ----------
    n
        Answers, at least 1 and at most ``population``; a census has margin 0. [persons]
    p
        Expected proportion, strictly between 0 and 1; 0.5 gives the widest margin. [0-1]
    population
        People the sample is drawn from without replacement, at least 1; None when there
        are very many. [persons]
    deff
        Design effect: variance of the design over that of a simple random sample.
    alpha
        1 minus the confidence. (0-1)

    Raises
    ------
    ValueError
        If an argument lies outside its range; names all of them.

    """
    require(
        people_condition(n, population),
        between(SHARE, p),
        *design_conditions(population, deff, alpha),
    )
    return normal_quantile(alpha) * sqrt(p * (1 - p) / _effective_size(n, population, deff))


def margin_of_mean(
    n: int,
    sd: float,
    *,
    population: int | None = None,
    deff: float = 1.0,
    alpha: float = 0.05,
) -> float:
    """Margin of error of a mean: half the width of its interval. [points].

    The standard deviation is a planning value and taken as known, hence the normal
    quantile; an interval from few answers uses their own and is wider.

    Parameters
    ----------
    n
        Answers, at least 1 and at most ``population``; a census has margin 0. [persons]
    sd
        Standard deviation in the population (divisor N - 1), above 0; on a scale of 1 to 5
        usually 0.8 to 1.0 and never much above 2. [points]
    population, deff, alpha
        As in :func:`margin_of_proportion`.

    Raises
    ------
    ValueError
        If an argument lies outside its range; names all of them.

    """
    require(
        people_condition(n, population),
        positive(SD, sd),
        *design_conditions(population, deff, alpha),
    )
    unseen = 1.0 if population is None else 1 - n / population
    return normal_quantile(alpha) * sd * sqrt(deff * unseen / n)


def wilson_interval(
    successes: int,
    n: int,
    *,
    population: int | None = None,
    deff: float = 1.0,
    alpha: float = 0.05,
) -> Limits:
    """Wilson interval of a counted share, such as the agreements of a re-check.

    Parameters
    ----------
    successes
        Answers that agree, between 0 and ``n``. [answers]
    n
        Answers, at least 1 and at most ``population``. [answers]
    population, deff, alpha
        As in :func:`margin_of_proportion`; they change the effective size. Where everybody
        was asked both ends are the share itself.

    Raises
    ------
    ValueError
        If an argument lies outside its range; names all of them.

    References
    ----------
    Wilson (1927), *JASA* 22, 209-212.

    """
    require(
        people_condition(n, population),
        must(
            Text("Số người trả lời đúng", "successes"),
            successes,
            Text(f"phải từ 0 đến {written(n)}", f"lie between 0 and n={n}"),
            holds=0 <= successes <= n,
        ),
        *design_conditions(population, deff, alpha),
    )
    p = successes / n
    t = normal_quantile(alpha) ** 2 / _effective_size(n, population, deff)
    centre = (p + t / 2) / (1 + t)
    half = sqrt(t * p * (1 - p) + t * t / 4) / (1 + t)
    return Limits(max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half)))


def slovin(population: int, margin: Decimal | Fraction | str) -> SlovinSize:
    """Sample size ``n = N / (1 + N e²)``, rounded up, as the guide prints it.

    It is the size for one proportion near one half with about 95 % confidence, drawn at
    random from the whole list. What it leaves out is said by ``sampling.guide``, beside the
    correct size; quote the two together.

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
        If the population is empty, or the margin is inexact or outside (0, 1); names all.

    References
    ----------
    Guide 1159/BNV-CCHC (2014), part III; Yamane (1967), *Statistics*, 2nd ed., p. 886.

    """
    found = exact_fraction(margin)
    e = found or Fraction(0)
    wanted = Text("phải lớn hơn 0 và nhỏ hơn 1", "lie in (0, 1)")
    require(
        at_least_one(Text("Số người của danh sách", "population"), population),
        must_be_exact(MARGIN, margin, found),
        must(MARGIN, margin, wanted, holds=found is None or 0 < e < 1),
    )
    exact = population / (1 + population * e * e)
    return SlovinSize(exact, ceil(exact))


def normal_quantile(alpha: float) -> float:
    """Return the standard normal value exceeded in absolute size with probability ``alpha``."""
    return NormalDist().inv_cdf(1 - alpha / 2)


def design_conditions(
    population: int | None, deff: float, alpha: float = 0.05
) -> tuple[Condition, ...]:
    """Say what a population, a design effect and a level must be, and whether they are."""
    level = Text("phải lớn hơn 0 (ít nhất 10⁻¹²) và nhỏ hơn 1", "lie in (0, 1)")
    return (
        at_least_one(
            Text("Số người của tổng thể", "population"), 1 if population is None else population
        ),
        positive(Text("Hệ số thiết kế", "deff"), deff),
        must(Text("Mức ý nghĩa", "alpha"), alpha, level, holds=LEAST_ALPHA <= alpha < 1),
    )


def people_condition(n: int, population: int | None, unit: str = "") -> Condition:
    """Say how many people of a unit can answer, and whether ``n`` of them do."""
    name = Text(f"Số người trả lời{unit and f' ở đơn vị {unit}'}", f"n{unit}")
    if population is None:
        return at_least_one(name, n)
    wanted = Text(
        f"phải từ 1 đến {written(population)} (số người của tổng thể)",
        f"lie between 1 and population{unit}={population}",
    )
    if 1 <= n <= population:
        return must(name, n, COUNTABLE, holds=population <= MOST_PEOPLE)
    return must(name, n, wanted, holds=False)


def _effective_size(n: int, population: int | None, deff: float) -> float:
    """Independent answers that fix a proportion as well; endless for a census."""
    if population is None:
        return n / deff
    if n == population:
        return inf
    return n * (population - 1) / ((population - n) * deff)
