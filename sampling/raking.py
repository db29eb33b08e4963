"""Weights that add up to known counts of the population.

``poststratify`` hits one set of counts in one step; ``rake`` hits the margins of several, one
after the other, until all of them hold. Margins that contradict each other are refused before
anything is computed. With bounds on the factors, or with totals of amounts instead of counts,
see ``sampling.calibration``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, inf

import numpy as np
import numpy.typing as npt

from questionnaires.model import Text
from sampling.arguments import RefusedError, require
from sampling.weights import Array, alike, checked_weights
from sampling.wording import figure, written

CONSISTENT = 1e-9
"""Relative difference the sums of two margins may have and still be one population."""


@dataclass(frozen=True, slots=True)
class Margin:
    """One known distribution of the population.

    Attributes
    ----------
    name
        What is known, such as ``sex``.
    labels
        Category of each person of the sample, in the order of the weights.
    totals
        People of the population in each category. [persons]

    """

    name: str
    labels: tuple[str, ...]
    totals: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Raking:
    """Weights that hit every margin.

    Attributes
    ----------
    weights : (n,) ndarray
        [persons]
    rounds
        Times all margins were gone through.
    largest_error
        Largest relative difference between a margin and its weights.

    """

    weights: Array
    rounds: int
    largest_error: float


@dataclass(frozen=True, slots=True, eq=False)
class Poststratification:
    """Weights that add up to known counts, stratum by stratum.

    ``factors`` says by how much the weights of each stratum were multiplied.
    """

    weights: Array
    factors: Mapping[str, float]


def poststratify(
    weights: npt.ArrayLike, strata: Sequence[str], totals: Mapping[str, float]
) -> Poststratification:
    """Multiply the weights of each stratum so that they add up to its known count.

    Parameters
    ----------
    weights : (n,) array_like
        Not negative; 0 for those who did not answer. [persons]
    strata : (n,) sequence of str
        Stratum of each person.
    totals
        People in each stratum of the population. [persons]

    Raises
    ------
    ValueError
        If a stratum has no known count, a count is not above 0, or a counted stratum has
        nobody to carry it; all are named.

    References
    ----------
    Holt & Smith (1979), *JRSS A* 142, 33-46.

    """
    weight = checked_weights(weights)
    label = np.asarray([str(name) for name in strata], dtype=object)
    require(alike(weight.size, label.size, Text("nhóm", "strata")))
    sums = {name: fsum(weight[label == name]) for name in sorted({*label.tolist(), *totals})}
    lists = (
        (Text("Chưa biết số người của nhóm", "no known count"),
         [name for name in sums if name not in totals]),
        (Text("Số người không lớn hơn 0", "count not above 0"),
         [name for name, total in totals.items() if not 0 < total < inf]),
        (Text("Không có người trả lời trong nhóm", "nobody who answered"),
         [name for name in totals if not sums[name]]),
    )  # fmt: skip
    require(
        *(
            (not names, Text(f"{p.vi}: {', '.join(names)}.", f"{p.en}: {', '.join(names)}"))
            for p, names in lists
        )
    )
    factors = {name: total / sums[name] for name, total in totals.items()}
    return Poststratification(weight * np.array([factors[name] for name in label]), factors)


def rake(
    weights: npt.ArrayLike,
    margins: Sequence[Margin],
    *,
    tolerance: float = 1e-8,
    most_rounds: int = 1000,
) -> Raking:
    """Post-stratify by one margin after the other until all of them hold.

    Parameters
    ----------
    weights : (n,) array_like
        Not negative; 0 for those who did not answer. [persons]
    margins
        Known distributions, whose totals describe one population.
    tolerance
        Largest relative difference that counts as hit.
    most_rounds
        Rounds after which the margins are said to be out of reach.

    Raises
    ------
    ValueError
        If margins and weights do not fit (see ``check_margins``), or a margin cannot be hit;
        the worst one is named with what it wants and what was reached.

    References
    ----------
    Deming & Stephan (1940), *Ann. Math. Stat.* 11, 427-444.

    """
    weight = checked_weights(weights).copy()
    check_margins(weight, margins)
    tables = []
    for margin in margins:
        categories = list(margin.totals)
        place = {category: at for at, category in enumerate(categories)}
        codes = np.array([place[label] for label in margin.labels])
        wanted = np.array([margin.totals[category] for category in categories], dtype=float)
        tables.append((codes, wanted, [f"{margin.name}={category}" for category in categories]))
    for done in range(1, most_rounds + 1):
        for codes, wanted, _ in tables:
            weight *= (wanted / np.bincount(codes, weight, wanted.size))[codes]
        errors = [
            np.abs(np.bincount(codes, weight, wanted.size) / wanted - 1)
            for codes, wanted, _ in tables
        ]
        largest = max(float(error.max()) for error in errors)
        if largest <= tolerance:
            return Raking(weight, done, largest)
    worst = max(range(len(tables)), key=lambda at: errors[at].max())
    codes, wanted, names = tables[worst]
    at = int(errors[worst].argmax())
    reached = np.bincount(codes, weight, wanted.size)[at]
    raise RefusedError(
        Text(
            f"Không đạt được các biên sau {written(most_rounds)} vòng: {names[at]} cần "
            f"{written(wanted[at])}, mới đạt {figure(reached).vi}.",
            f"margins not hit after {most_rounds} rounds: {names[at]} wants {wanted[at]:.10g}, "
            f"reached {reached:.10g}",
        )
    )


def check_margins(weight: Array, margins: Sequence[Margin]) -> None:
    """Refuse margins that contradict each other or the sample, naming everything wrong.

    Raises
    ------
    ValueError
        If there is no margin, labels and weights differ in number, a category of the sample
        has no total, a total is not above 0 or nobody can carry it, or the margins do not add
        up to the same population.

    """
    said = [] if margins else [Text("Chưa có biên nào.", "there is no margin")]
    for margin in margins:
        if len(margin.labels) != weight.size:
            said.append(
                Text(
                    f"{margin.name}: có {written(len(margin.labels))} nhãn cho "
                    f"{written(weight.size)} trọng số.",
                    f"{margin.name}: {len(margin.labels)} labels for {weight.size} weights",
                )
            )
            continue
        carrying = {label for label, w in zip(margin.labels, weight, strict=True) if w > 0}
        empty = {c for c, t in margin.totals.items() if not 0 < t < inf}
        lists = (
            ("chưa có số người của", "no total for", set(margin.labels) - set(margin.totals)),
            ("số người phải lớn hơn 0 ở", "total not above 0 for", empty),
            ("không ai trả lời thuộc", "nobody who answered in", set(margin.totals) - carrying),
        )
        said += [
            Text(
                f"{margin.name}: {vi} {', '.join(sorted(names))}.",
                f"{margin.name}: {en} {', '.join(sorted(names))}",
            )
            for vi, en, names in lists
            if names
        ]
    sums = {margin.name: fsum(margin.totals.values()) for margin in margins}
    if sums and max(sums.values()) - min(sums.values()) > CONSISTENT * max(sums.values()):
        vi = ", ".join(f"{name} {written(total)}" for name, total in sums.items())
        en = ", ".join(f"{name} {total:.12g}" for name, total in sums.items())
        said.append(
            Text(
                f"Các biên cộng lại ra những tổng số người khác nhau: {vi}.",
                f"margins add up to different populations: {en}",
            )
        )
    if said:
        raise RefusedError(*said)
