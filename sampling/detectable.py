"""What difference between two units a plan can see.

``size_per_unit`` asks how many people each unit needs so that a given difference is noticed,
``detectable_difference`` how small a difference the people of a plan can notice; both exist
for means and for proportions. "Noticed" means: a two-sided test at level ``alpha`` finds it
with probability ``power``. One unit alone is the matter of ``sampling.precision``; the
sentence of a plan is made in ``sampling.plan_precision``.

People are counted, not ballots. Under a ``cross`` rule the same ``per_unit`` persons rate
every unit: 3 leaders and 13 departments are 39 ballots and still 3 people. Pass those 3 as
``n``, and as ``rho`` the correlation of two ballots of one person: who is severe with one
unit is severe with the next, so the severity drops out of the difference and its variance
shrinks by ``1 - rho``. ``rho=None`` treats the ballots as independent, which for a crossed
rule errs on the safe side; ``crossed_information`` shows what its ballots are worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

from questionnaires.model import Text
from sampling.arguments import TINY, Condition, at_least_one, between, must, positive, require
from sampling.precision import SD, SHARE, design_conditions, normal_quantile, people_condition
from sampling.sample_size import SampleSize, finite_size, response_condition, sample_size
from sampling.wording import written

HALVINGS: Final = 60
"""Halvings of the range 0-1 after which nothing is left of it in floating point."""


@dataclass(frozen=True, slots=True)
class CrossedInformation:
    """What the ballots of a crossed rule are worth.

    Attributes
    ----------
    people, ballots
        Persons asked, and the ballots they fill. [persons, ballots]
    level
        Independent ballots that would fix the mean over all units as well. [ballots]
    contrast
        People per unit, different ones in each, who would compare two units as well.
        [persons]

    """

    people: int
    ballots: int
    level: float
    contrast: float


def crossed_information(
    per_unit: int, units: int, *, rho: float | None = None
) -> CrossedInformation:
    """Count a crossed rule as people: its level is worth less than its ballots.

    Parameters
    ----------
    per_unit
        People who rate every unit, at least 1. [persons]
    units
        Units each of them rates, at least 1.
    rho
        Correlation of two ballots of one person; None when they are independent. [0-1)

    Raises
    ------
    ValueError
        If an argument lies outside its range; names all of them.

    References
    ----------
    Kish (1965), *Survey Sampling*, §5.4 (``1 + (b - 1) rho``) and §12.4 (``1 - rho``).

    """
    require(
        at_least_one(Text("Số người trả lời", "per_unit"), per_unit),
        at_least_one(Text("Số đơn vị", "units"), units),
        _rho_condition(rho),
    )
    shared, ballots = rho or 0.0, per_unit * units
    return CrossedInformation(
        people=per_unit,
        ballots=ballots,
        level=ballots / (1 + (units - 1) * shared),
        contrast=per_unit / (1 - shared),
    )


def size_per_unit(
    difference: float,
    sd: float,
    *,
    population: int | None = None,
    deff: float = 1.0,
    response_rate: float = 1.0,
    rho: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
) -> SampleSize:
    """Size in each of two units at which a difference of means is noticed.

    Parameters
    ----------
    difference
        Difference to be noticed, above 0. [points]
    sd
        Standard deviation inside a unit, above 0. [points]
    population
        People of each unit, or of the pool under a crossed rule; None when there are very
        many. [persons]
    deff
        Design effect inside a unit.
    response_rate
        Share of the invited who answer. (0-1]
    rho
        Correlation of the two ballots of a person who rates both units; None when each
        unit has its own people or nothing is known. [0-1)
    alpha, power
        Level of the two-sided test, and the chance to notice. (0-1)

    Returns
    -------
    SampleSize
        Of one unit; with ``rho`` they are the same people for both. [persons]

    Raises
    ------
    ValueError
        If an argument lies outside its range; names all of them.

    References
    ----------
    Cochran (1977), *Sampling Techniques*, 3rd ed., §4.6; Lohr (2022), *Sampling*, 3rd ed.,
    §2.6 (finite population).

    """
    require(
        positive(Text("Chênh lệch cần nhận ra", "difference"), difference),
        positive(SD, sd),
        *_conditions(population, deff, alpha, power, rho),
        response_condition(response_rate),
    )
    variance = 2 * sd**2 * (1 - (rho or 0.0))
    exact = deff * variance * (_reach(alpha, power) / difference) ** 2
    return sample_size(finite_size(exact, population), population, response_rate)


def size_per_unit_of_proportions(
    p1: float,
    p2: float,
    *,
    population: int | None = None,
    deff: float = 1.0,
    response_rate: float = 1.0,
    rho: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
) -> SampleSize:
    """Size in each of two units at which two different proportions are told apart.

    Parameters
    ----------
    p1, p2
        The proportions, different and strictly between 0 and 1. [0-1]
    population, deff, response_rate, rho, alpha, power
        As in :func:`size_per_unit`. A correlation that two answers with such different
        shares cannot have is taken as the largest they can.

    Raises
    ------
    ValueError
        If an argument lies outside its range; names all of them.

    """
    require(
        (
            all(TINY <= p < 1 for p in (p1, p2)),
            Text(
                f"Hai tỷ lệ là {written(p1)} và {written(p2)} nhưng phải lớn hơn 0 và nhỏ hơn 1.",
                f"p1={p1} and p2={p2} must lie in (0, 1)",
            ),
        ),
        (
            p1 != p2,
            Text(
                f"Hai tỷ lệ phải khác nhau; cả hai đang là {written(p1)}.",
                f"p1 and p2 must differ, both are {p1}",
            ),
        ),
        *_conditions(population, deff, alpha, power, rho),
        response_condition(response_rate),
    )
    variance = p1 * (1 - p1) + p2 * (1 - p2) - 2 * _covariance(p1, p2, rho)
    exact = deff * variance * (_reach(alpha, power) / (p1 - p2)) ** 2
    return sample_size(finite_size(exact, population, less=1), population, response_rate)


def detectable_difference(
    n1: int,
    n2: int,
    sd: float,
    *,
    population1: int | None = None,
    population2: int | None = None,
    deff: float = 1.0,
    rho: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float:
    """Smallest difference of two means that is noticed. [points].

    Parameters
    ----------
    n1, n2
        People who answer in each unit, at least 1 and at most its population. With
        ``rho`` they are the same people, so the numbers must be equal. [persons]
    sd
        Standard deviation inside a unit, above 0. [points]
    population1, population2
        People of each unit, or of the one pool under a crossed rule; None when there are
        very many. Where all of them are asked every difference is seen: 0. [persons]
    deff, rho, alpha, power
        As in :func:`size_per_unit`.

    Raises
    ------
    ValueError
        If an argument lies outside its range; names all of them.

    """
    require(
        positive(SD, sd),
        *_pair_conditions(n1, n2, population1, population2, rho),
        *_conditions(None, deff, alpha, power, rho),
    )
    unseen = _unseen(n1, population1) / n1 + _unseen(n2, population2) / n2
    return _reach(alpha, power) * sd * sqrt(deff * unseen * (1 - (rho or 0.0)))


def detectable_difference_of_proportions(
    n1: int,
    n2: int,
    p: float,
    *,
    population1: int | None = None,
    population2: int | None = None,
    deff: float = 1.0,
    rho: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float | None:
    """Smallest difference of two proportions that is noticed. [0-1].

    Parameters
    ----------
    n1, n2, population1, population2
        As in :func:`detectable_difference`.
    p
        Proportion in the first unit, strictly between 0 and 1. The second is taken on the
        side of one half, where the variance is larger: an equal difference to the other
        side is noticed all the more. [0-1]
    deff, rho, alpha, power
        As in :func:`size_per_unit_of_proportions`.

    Returns
    -------
    float or None
        None when even the widest difference is not noticed. [0-1]

    Raises
    ------
    ValueError
        If an argument lies outside its range; names all of them.

    """
    require(
        between(SHARE, p),
        *_pair_conditions(n1, n2, population1, population2, rho),
        *_conditions(None, deff, alpha, power, rho),
    )
    reach = _reach(alpha, power) * sqrt(deff)
    weight1 = _unseen_share(n1, population1) / n1
    weight2 = _unseen_share(n2, population2) / n2
    side = -1 if p > 0.5 else 1  # noqa: PLR2004 - the number is said by the line

    def noticed(difference: float) -> bool:
        other = p + side * difference
        variance = weight1 * p * (1 - p) + weight2 * other * (1 - other)
        shared = 2 * sqrt(weight1 * weight2) * _covariance(p, other, rho)
        return difference >= reach * sqrt(max(0.0, variance - shared))

    low, high = 0.0, max(p, 1 - p)
    if not noticed(high):
        return None
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if noticed(middle) else (middle, high)
    return high


def _reach(alpha: float, power: float) -> float:
    """Count the standard errors a difference must measure to be noticed."""
    return normal_quantile(alpha) + NormalDist().inv_cdf(power)


def _unseen(n: int, population: int | None) -> float:
    """Share of the people who are not asked: the correction of a mean."""
    return 1.0 if population is None else 1 - n / population


def _unseen_share(n: int, population: int | None) -> float:
    """Correction of a proportion, whose variance has the divisor N."""
    if population is None:
        return 1.0
    return 0.0 if n == population else (population - n) / (population - 1)


def _covariance(p1: float, p2: float, rho: float | None) -> float:
    """Covariance of two yes-no answers of one person, never beyond what their shares allow."""
    if rho is None:
        return 0.0
    most = min(p1, p2) * (1 - max(p1, p2))
    return min(rho * sqrt(p1 * (1 - p1) * p2 * (1 - p2)), most)


def _conditions(
    population: int | None, deff: float, alpha: float, power: float, rho: float | None
) -> tuple[Condition, ...]:
    wanted = Text("phải lớn hơn một nửa mức ý nghĩa và nhỏ hơn 1", "lie between alpha / 2 and 1")
    return (
        *design_conditions(population, deff, alpha),
        must(Text("Khả năng phát hiện", "power"), power, wanted, holds=alpha / 2 < power < 1),
        _rho_condition(rho),
    )


def _rho_condition(rho: float | None) -> Condition:
    wanted = Text("phải từ 0 đến dưới 1", "lie in [0, 1)")
    return must(Text("Tương quan", "rho"), rho, wanted, holds=rho is None or 0 <= rho < 1)


def _pair_conditions(
    n1: int, n2: int, population1: int | None, population2: int | None, rho: float | None
) -> tuple[Condition, ...]:
    return (
        people_condition(n1, population1, "1"),
        people_condition(n2, population2, "2"),
        (
            rho is None or (n1, population1) == (n2, population2),
            Text(
                "Có tương quan tức là cùng những người ấy chấm cả hai đơn vị: số người trả lời và "
                "số người của tổng thể phải như nhau.",
                "with rho the same people rate both units: n1, n2 and the populations must agree",
            ),
        ),
    )
