"""Those who answered stand for those like them who did not.

The second step of weighting: people who were asked are put into classes known for all of
them, and the weight of the silent is carried by the answers of their class. A class that is
too small, or whose answers would carry too much, is merged with a neighbour, and the result
says which and into what. Weights before this step come from ``sampling.weights``, known totals
after it from ``sampling.raking`` and ``sampling.calibration``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, inf

import numpy as np
import numpy.typing as npt

from questionnaires.model import Text
from sampling.arguments import AT_LEAST_ONE, NOT_NEGATIVE, must, require
from sampling.weights import Array, checked_weights
from sampling.wording import written

FEWEST_RESPONDENTS = 10
"""Respondents a non-response class needs to stand alone. [persons]"""

LARGEST_FACTOR = 2.5
"""Largest factor a non-response class may have before it is merged."""


@dataclass(frozen=True, slots=True)
class ResponseClass:
    """People whose answers stand for each other's silence.

    Attributes
    ----------
    labels
        Classes it was merged from, in their order; one if it stands alone.
    issued, respondents
        People asked and people who answered. [persons]
    factor
        Weight asked over weight that answered; what a respondent's weight is multiplied by.

    """

    labels: tuple[str, ...]
    issued: int
    respondents: int
    factor: float


@dataclass(frozen=True, slots=True)
class Collapse:
    """A class that could not stand alone, what it was merged with, and why.

    ``merged`` and ``into`` are labels of the classes as they were just before.
    """

    merged: tuple[str, ...]
    into: tuple[str, ...]
    respondents: int
    factor: float


@dataclass(frozen=True, slots=True, eq=False)
class NonresponseAdjustment:
    """Weights after non-response, and the classes they come from.

    Attributes
    ----------
    weights : (n,) ndarray
        0 for those who did not answer; adds up to what all weights added up to. [persons]
    classes
        Classes used, in order.
    collapsed
        Merges that were needed, in the order they were made.
    within_limits
        False when even all classes together have too few respondents or too large a factor.

    """

    weights: Array
    classes: tuple[ResponseClass, ...]
    collapsed: tuple[Collapse, ...]
    within_limits: bool


def adjust_for_nonresponse(
    weights: npt.ArrayLike,
    responded: npt.ArrayLike,
    classes: Sequence[str],
    *,
    order: Sequence[str] | None = None,
    fewest_respondents: int = FEWEST_RESPONDENTS,
    largest_factor: float = LARGEST_FACTOR,
) -> NonresponseAdjustment:
    """Let those who answered stand for those of their class who did not.

    A class is merged while it has fewer than ``fewest_respondents`` answers or a factor above
    ``largest_factor``: the smallest of them first, with the neighbour in ``order`` whose
    response rate is nearest, the earlier one if both are as near.

    Parameters
    ----------
    weights : (n,) array_like
        Design weights of everybody who was asked, above 0. [persons]
    responded : (n,) array_like of bool
        Whether they answered.
    classes : (n,) sequence of str
        Class of each person, known for silent ones too.
    order
        Labels so that alike classes are neighbours; alphabetical when left out.
    fewest_respondents, largest_factor
        Limits of a class. [persons, no unit]

    Raises
    ------
    ValueError
        If lengths differ, a weight is not above 0, a class is missing from ``order`` or
        nobody answered.

    References
    ----------
    Valliant, Dever & Kreuter (2018), *Practical Tools for Designing and Weighting Survey
    Samples*, 2nd ed., ch. 13.

    """
    weight = checked_weights(weights)
    answered = np.asarray(responded, dtype=bool)
    label = np.asarray([str(name) for name in classes], dtype=object)
    present = sorted(set(label.tolist()))
    listed = present if order is None else [str(name) for name in order]
    missing = sorted(set(present) - set(listed))
    silent = int(np.sum(weight <= 0))
    require(
        (
            weight.shape == answered.shape == label.shape,
            Text(
                f"Có {written(weight.size)} trọng số, {written(answered.size)} dấu trả lời, "
                f"{written(label.size)} lớp; phải bằng nhau.",
                f"shapes {weight.shape}, {answered.shape}, {label.shape} differ",
            ),
        ),
        (bool(answered.any()), Text("Không ai trả lời.", "nobody answered")),
        (
            not silent,
            Text(
                f"Có {written(silent)} trọng số không lớn hơn 0; mọi người được hỏi phải có trọng "
                "số.",
                f"{silent} weights are not above 0",
            ),
        ),
        (
            not missing,
            Text(
                f"Thứ tự các lớp còn thiếu: {', '.join(missing)}.",
                f"classes missing from the order: {', '.join(missing)}",
            ),
        ),
        must(
            Text("Số người trả lời ít nhất của một lớp", "fewest_respondents"),
            fewest_respondents,
            NOT_NEGATIVE,
            holds=fewest_respondents >= 0,
        ),
        must(
            Text("Hệ số lớn nhất của một lớp", "largest_factor"),
            largest_factor,
            AT_LEAST_ONE,
            holds=largest_factor >= 1,
        ),
    )

    tallies = [
        _tally(weight, answered, label == name, (name,)) for name in listed if name in present
    ]
    collapsed: list[Collapse] = []
    while len(tallies) > 1:
        failing = [
            (tally.respondents, -tally.factor, at)
            for at, tally in enumerate(tallies)
            if tally.respondents < fewest_respondents or tally.factor > largest_factor
        ]
        if not failing:
            break
        at = min(failing)[-1]
        into = _nearest(tallies, at)
        one, other = tallies[at], tallies[into]
        collapsed.append(Collapse(one.labels, other.labels, one.respondents, one.factor))
        first = min(at, into)
        merged = tallies[first].labels + tallies[first + 1].labels
        tallies[first : first + 2] = [_tally(weight, answered, np.isin(label, merged), merged)]
    factor_of = {name: tally.factor for tally in tallies for name in tally.labels}
    factors = np.array([factor_of[name] for name in label.tolist()])
    return NonresponseAdjustment(
        weights=np.where(answered, weight * factors, 0.0),
        classes=tuple(tallies),
        collapsed=tuple(collapsed),
        within_limits=all(
            tally.respondents >= fewest_respondents and tally.factor <= largest_factor
            for tally in tallies
        ),
    )


def _tally(
    weight: Array,
    answered: npt.NDArray[np.bool_],
    inside: npt.NDArray[np.bool_],
    labels: tuple[str, ...],
) -> ResponseClass:
    asked, heard = fsum(weight[inside]), fsum(weight[inside & answered])
    return ResponseClass(
        labels=labels,
        issued=int(inside.sum()),
        respondents=int((inside & answered).sum()),
        factor=asked / heard if heard else inf,
    )


def _nearest(tallies: Sequence[ResponseClass], at: int) -> int:
    """Neighbour of one class whose response rate is nearest."""
    neighbours = [other for other in (at - 1, at + 1) if 0 <= other < len(tallies)]
    rate = [1 / tally.factor for tally in tallies]
    return min(neighbours, key=lambda other: abs(rate[other] - rate[at]))
