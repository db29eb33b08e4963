"""How many people a wanted precision needs.

``size_for_proportion``, ``size_for_mean`` and ``size_for_mean_cv`` go from a margin of error
to completed questionnaires and to invitations, for finite lists, clustered designs and people
who do not answer. The way back is in ``sampling.precision``; the size at which two units can
be told apart is in ``sampling.detectable``; names to keep in reserve are in
``sampling.reserves``.

Sizes are ceilings; one part in 10⁹ over a whole number is taken for floating-point dust.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, log1p, sqrt
from typing import Final

from questionnaires.model import Text
from sampling.arguments import Condition, between, must, positive, require
from sampling.precision import MARGIN, SD, SHARE, design_conditions, normal_quantile

DUST: Final = 1e-9
"""Relative excess over a whole number that is not rounded up. [0-1]"""


class Interval(StrEnum):
    """Which interval of a proportion is meant to be no wider than the margin."""

    WALD = "wald"
    """p ± margin; misleads near 0 and 1."""
    WILSON = "wilson"
    """Score interval, the one that is reported."""
    LOG_ODDS = "log_odds"
    """Symmetric in the log odds; stays inside 0 and 1."""


@dataclass(frozen=True, slots=True)
class SampleSize:
    """People an estimate needs.

    Attributes
    ----------
    exact
        Completed questionnaires before rounding up. [persons]
    n
        Completed questionnaires. [persons]
    issued
        People to be invited so that ``n`` may be expected to answer. [persons]
    population
        People there are, or None when there are very many. [persons]

    """

    exact: float
    n: int
    issued: int
    population: int | None = None

    @property
    def missing(self) -> int:
        """Invitations for which there is nobody. [persons]."""
        return 0 if self.population is None else max(0, self.issued - self.population)


def size_for_proportion(
    margin: float,
    *,
    p: float = 0.5,
    population: int | None = None,
    deff: float = 1.0,
    response_rate: float = 1.0,
    alpha: float = 0.05,
    interval: Interval = Interval.WALD,
) -> SampleSize:
    """Size at which the interval of one proportion is no wider than twice ``margin``.

    Parameters
    ----------
    margin
        Half the width of the interval; below 0.5, or below 1 for ``Interval.WALD``. [0-1]
    p
        Expected proportion, strictly between 0 and 1; 0.5 is the most demanding. [0-1]
    population
        People the sample is drawn from without replacement, at least 1; None when there
        are very many. [persons]
    deff
        Design effect: variance of the design over that of a simple random sample.
    response_rate
        Share of the invited who answer. (0-1]
    alpha
        1 minus the confidence. (0-1)
    interval
        Which interval is meant.

    Raises
    ------
    ValueError
        If an argument lies outside its range; names all of them.

    Notes
    -----
    With ``n0`` the size for an endless population, times the design effect, the finite one
    is ``N n0 / (N - 1 + n0)``. For the log odds it is ``1 / (N / ((N - 1) n0) + 1 / N)``, as
    PracTools 1.7.5 has it: at most about half a person less than the first form would ask.

    References
    ----------
    Cochran (1977), *Sampling Techniques*, 3rd ed., §4.4. Valliant, Dever & Kreuter (2018),
    *Practical Tools for Designing and Weighting Survey Samples*, 2nd ed., §3.2. Wilson
    (1927), *JASA* 22.

    """
    widest = 1.0 if interval is Interval.WALD else 0.5
    require(
        between(MARGIN, margin, most=widest),
        between(SHARE, p),
        *design_conditions(population, deff, alpha),
        response_condition(response_rate),
    )
    exact = deff * _simple_size(margin, p, normal_quantile(alpha), interval)
    if population is not None and interval is Interval.LOG_ODDS:
        exact = finite_size(exact * (population - 1) / population, population)
    else:
        exact = finite_size(exact, population, less=1)
    return sample_size(exact, population, response_rate)


def size_for_mean(
    margin: float,
    sd: float,
    *,
    population: int | None = None,
    deff: float = 1.0,
    response_rate: float = 1.0,
    alpha: float = 0.05,
) -> SampleSize:
    """Size at which a mean has the given margin of error.

    Parameters
    ----------
    margin
        Half the width of the interval, above 0. [points]
    sd
        Standard deviation in the population (divisor N - 1), above 0; on a scale of 1 to 5
        usually 0.8 to 1.0 and never much above 2. [points]
    population, deff, response_rate, alpha
        As in :func:`size_for_proportion`.

    Raises
    ------
    ValueError
        If an argument lies outside its range; names all of them.

    References
    ----------
    Cochran (1977), *Sampling Techniques*, 3rd ed., §4.6.

    """
    require(
        positive(MARGIN, margin),
        positive(SD, sd),
        *design_conditions(population, deff, alpha),
        response_condition(response_rate),
    )
    return _size_of_mean(normal_quantile(alpha) * sd / margin, population, deff, response_rate)


def size_for_mean_cv(
    cv: float,
    population_cv: float,
    *,
    population: int | None = None,
    deff: float = 1.0,
    response_rate: float = 1.0,
) -> SampleSize:
    """Size at which a mean has the given coefficient of variation.

    Parameters
    ----------
    cv
        Standard error over mean that is wanted, above 0.
    population_cv
        Standard deviation over mean in the population, above 0.
    population, deff, response_rate
        As in :func:`size_for_proportion`.

    Raises
    ------
    ValueError
        If an argument lies outside its range; names all of them.

    References
    ----------
    Valliant, Dever & Kreuter (2018), 2nd ed., §3.2.

    """
    require(
        positive(Text("Hệ số biến thiên cần đạt", "cv"), cv),
        positive(Text("Hệ số biến thiên của tổng thể", "population_cv"), population_cv),
        *design_conditions(population, deff),
        response_condition(response_rate),
    )
    return _size_of_mean(population_cv / cv, population, deff, response_rate)


def finite_size(endless: float, population: int | None, *, less: int = 0) -> float:
    """Size among few people where ``endless`` would do among very many.

    ``less`` is 1 for a proportion, whose variance has the divisor N, else 0.
    """
    return endless if population is None else population * endless / (population - less + endless)


def sample_size(exact: float, population: int | None, response_rate: float) -> SampleSize:
    """Round a size up to whole people and ask as many as will bring them."""
    n = max(1, _whole(exact))
    return SampleSize(exact, n, _whole(n / response_rate), population)


def response_condition(response_rate: float) -> Condition:
    """Say what a share of people who answer must be, and whether it is."""
    name = Text("Tỷ lệ trả lời", "response_rate")
    if 0 < response_rate <= 1:
        return positive(name, response_rate)
    wanted = Text("phải lớn hơn 0 và nhiều nhất là 1", "lie in (0, 1]")
    return must(name, response_rate, wanted, holds=False)


def _whole(number: float) -> int:
    return ceil(number * (1 - DUST))


def _size_of_mean(
    ratio: float, population: int | None, deff: float, response_rate: float
) -> SampleSize:
    """Size from ``ratio`` = standard deviation over the standard error that is wanted."""
    return sample_size(finite_size(deff * ratio**2, population), population, response_rate)


def _simple_size(margin: float, p: float, z: float, interval: Interval) -> float:
    """Size for a simple random sample from an endless population, not rounded."""
    pq = p * (1 - p)
    if interval is Interval.WALD:
        return z**2 * pq / margin**2
    if interval is Interval.WILSON:
        # Half width = margin is a quadratic in t = z² / n; below is its positive root, in the
        # form that subtracts nothing.
        a, b = 0.25 - margin**2, pq - 2 * margin**2
        root = sqrt(b * b + 4 * a * margin**2)
        t = 2 * margin**2 / (root + b) if b > 0 else (root - b) / (2 * a)
        return z**2 / t
    # The limits are p / (p + q k) and p / (p + q / k) with log k = z / sqrt(n p q); the
    # difference of the two is twice the margin for this k, which may be hardly above 1.
    b = margin * (p**2 + (1 - p) ** 2)
    square = b * b - (2 * margin * pq) ** 2
    above = b + square / (sqrt(pq**2 + square) + pq) + 2 * margin * pq
    return z**2 / (pq * log1p(above / (pq * (1 - 2 * margin))) ** 2)
