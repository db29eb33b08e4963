"""How many forms each unit gets so that no unit is known worse than it need be.

The default when units will be ranked: ``equal_precision`` makes the largest standard error, or
the largest coefficient of variation, as small as a total allows. A unit is one stratum, or
several inside it among which its forms are spread at their best. Whole forms by default, with
the exact optimum; what another goal would give is in ``sampling.integer_allocation``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from heapq import heapify, heappop, heappush
from math import sqrt

import numpy as np
import numpy.typing as npt

from questionnaires.model import Text
from sampling.allocation import (
    Allocation,
    FloatArray,
    Goal,
    IntArray,
    Method,
    Strata,
    bounds_sentence,
    unasked_sentence,
)
from sampling.amounts import check_total, fits
from sampling.arguments import require
from sampling.boxes import Box, divided
from sampling.claims import Queue, exact, hand_out
from sampling.wording import counted, figure, written

UNITS = Text("đơn vị", "units")


def equal_precision(
    total: float,
    strata: Strata,
    *,
    units: Sequence[str] | None = None,
    means: npt.ArrayLike | None = None,
    priorities: npt.ArrayLike = 1.0,
    integer: bool = True,
) -> Allocation:
    """Spread a total so that the least precise unit is as precise as it can be.

    Parameters
    ----------
    total
        To hand out, between the sums of the bounds; whole with ``integer``. [forms]
    strata
        Sizes, deviations and bounds; costs play no part.
    units : (H,)
        Code of the unit each stratum lies in; every stratum is a unit when left out.
    means : scalar or (H,) array_like, optional
        Means of the answers, positive. With them the coefficient of variation of the unit's
        mean is equalised, without them its standard error.
    priorities : scalar or (D,) array_like
        Positive, in the order in which units first appear; the squared error of a unit is
        multiplied by it. A unit of priority 4 shall have half the error of the others.
    integer
        Whether forms are whole. A continuous result may give a stratum less than one form.

    Returns
    -------
    Allocation
        Its objective is the largest error, times the root of the priority. Units at their
        upper bounds keep their error, and the rest is made equal among the others. Equal
        claims go to the larger unit, then to the earlier code or position.

    Raises
    ------
    ValueError
        If the total does not fit the bounds, or another argument cannot be used.

    References
    ----------
    Wesołowski & Wieczorkowski (2017), *Communications in Statistics: Theory and Methods* 46,
    2212-2231, for real numbers; whole forms go one by one to the worst unit.

    >>> equal_precision(100, Strata.of([500, 1000, 8000], [0.8, 0.8, 1.2])).n.tolist()
    [23, 24, 53]
    """
    errors = _Errors.of(strata, units, means, priorities)
    if integer:
        lowest, highest = strata.whole_bounds()
        whole = check_total(total, lowest, highest)
        forms: FloatArray | IntArray
        if errors.simple:
            queue = errors.queue(lowest, highest)
            forms = hand_out(queue, lambda held: int(held.sum()) >= whole)
        else:
            forms = errors.one_by_one(whole, lowest, highest)
        objective = bound = errors.largest(forms)
    else:
        forms, more = errors.continuous(Box.around(strata, strata.spreads).check_total(total))
        objective, bound = errors.largest(forms), errors.largest(more)
    return Allocation(
        forms,
        Method.EQUAL_PRECISION,
        Goal.STANDARD_ERROR if means is None else Goal.CV,
        objective,
        bound,
        trace=_sentences(total, errors, forms, cv=means is not None),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Errors:
    """Squared errors of ``D`` units, ``(sum A^2 / n - sum N S^2) factor``.

    Attributes
    ----------
    unit : (H,)
        Number of the unit of each stratum.
    scales : (D,)
        What the total of a unit is divided by: people, or their sum of answers.
    priorities : (D,)
        Multiply the squared error.
    means : (H,) or None
        As given.
    places : (D,)
        Who goes first when units of several strata claim equally.
    noun
        What a unit is called.

    """

    strata: Strata
    unit: IntArray
    scales: FloatArray
    priorities: FloatArray
    means: FloatArray | None
    places: IntArray
    noun: Text

    @classmethod
    def of(
        cls,
        strata: Strata,
        units: Sequence[str] | None,
        means: npt.ArrayLike | None,
        priorities: npt.ArrayLike,
    ) -> _Errors:
        shape = strata.sizes.shape
        mean = None if means is None else np.asarray(means, dtype=float)
        codes = range(shape[0]) if units is None else units
        number = {code: place for place, code in enumerate(dict.fromkeys(codes))}
        priority = np.asarray(priorities, dtype=float)
        require(
            (
                len(codes) == shape[0],
                Text(
                    f"{written(shape[0])} tầng cần chừng ấy đơn vị, nhưng chỉ có "
                    f"{written(len(codes))}.",
                    f"{shape[0]} strata need as many units, not {len(codes)}",
                ),
            ),
            (
                mean is None or fits(mean, shape[0]),
                Text(
                    f"Trung bình phải là số lớn hơn 0: một số cho tất cả hoặc {written(shape[0])} "
                    "số.",
                    f"means must be positive, one or {shape[0]} of them",
                ),
            ),
            (
                fits(priority, len(number)),
                Text(
                    f"Mức ưu tiên phải là số lớn hơn 0: một số cho tất cả hoặc "
                    f"{written(len(number))} số, mỗi đơn vị một số.",
                    f"priorities must be positive, one or {len(number)} of them",
                ),
            ),
        )
        unit = np.array([number[code] for code in codes], dtype=np.int64)
        mean = None if mean is None else np.broadcast_to(mean, shape)
        scales = np.bincount(unit, strata.sizes if mean is None else strata.sizes * mean)
        people = np.bincount(unit, strata.sizes)
        places = np.empty(len(number), dtype=np.int64)
        places[np.lexsort((np.array(list(number)), -people))] = np.arange(len(number))
        return cls(
            strata,
            unit,
            scales.astype(float),
            np.broadcast_to(priority, (len(number),)),
            mean,
            places,
            strata.noun if units is None else UNITS,
        )

    @property
    def simple(self) -> bool:
        """Whether every stratum is a unit."""
        return self.scales.size == self.unit.size

    @property
    def factors(self) -> FloatArray:
        """What the variance of a unit's total is multiplied by."""
        return np.where(self.scales > 0, divided(self.priorities, self.scales**2), 0.0)

    @property
    def removable(self) -> FloatArray:
        """``sum N S^2`` of every unit: the variance of the total that a census removes."""
        return self._sums(self.strata.sizes * self.strata.deviations**2)

    def squared(self, forms: FloatArray | IntArray) -> FloatArray:
        """Squared errors of the units, without rounding dust below 0."""
        inside = self._sums(divided(self.strata.spreads**2, forms.astype(float)))
        return np.maximum(inside - self.removable, 0) * self.factors

    def largest(self, forms: FloatArray | IntArray) -> float:
        """Largest error."""
        return sqrt(float(self.squared(forms).max()))

    def continuous(self, total: float) -> tuple[FloatArray, FloatArray]:
        """Forms that add up to ``total``, and forms of a hair more and a smaller error."""
        squares = self.strata.spreads**2
        box = Box.around(self.strata, self.strata.spreads, self.unit)

        def forms_for(error: float) -> FloatArray:
            return box.reach(
                squares, divided(np.full(self.scales.size, error), self.factors) + self.removable
            )

        everything = forms_for(0.0)
        if everything.sum() <= total:
            return everything, everything
        low = high = float(self.squared(np.maximum(everything, 1)).max()) or 1.0
        while forms_for(high).sum() > total:
            high *= 4
        while forms_for(low).sum() <= total:
            low /= 4
        middle = sqrt(low) * sqrt(high)
        while low < middle < high:
            low, high = (middle, high) if forms_for(middle).sum() > total else (low, middle)
            middle = sqrt(low) * sqrt(high)
        return forms_for(high), forms_for(low)

    def queue(self, lowest: IntArray, highest: IntArray) -> Queue:
        """Claims of units of one stratum: the squared error as it is."""
        strata = self.strata
        squares, per_error = strata.spreads**2, divided(np.ones_like(self.factors), self.factors)

        def held_at(error: float) -> FloatArray:
            return 1 + np.floor(divided(squares, error * per_error + self.removable))

        @cache
        def squared(
            size: float, deviation: float, mean: float, priority: float, held: int
        ) -> Fraction:
            relative = exact(deviation) ** 2 / exact(mean) ** 2 * exact(priority)
            return relative * (Fraction(1, held) - 1 / exact(size))

        def claim(part: int, held: int) -> Fraction:
            mean = 1.0 if self.means is None else float(self.means[part])
            size, deviation = float(strata.sizes[part]), float(strata.deviations[part])
            return squared(size, deviation, mean, float(self.priorities[part]), held)

        guess = float(self.squared(np.maximum(lowest, 1)).max())
        return Queue(lowest, highest, held_at, claim, strata.rank, guess or 1.0)

    def one_by_one(self, total: int, lowest: IntArray, highest: IntArray) -> IntArray:
        """Give form after form to the worst unit, there to the stratum that gains most.

        Inside a unit that is the best way to spend any number of forms, so no unit can reach
        its error with fewer.
        """
        rank, squares = self.strata.rank.tolist(), (self.strata.spreads**2).tolist()
        held, most = lowest.tolist(), highest.tolist()
        error, factor = self.squared(lowest).tolist(), self.factors.tolist()
        inside: list[list[tuple[float, int, int]]] = [[] for _ in error]

        def join(stratum: int) -> None:
            k = held[stratum]
            if k < most[stratum]:
                gain = squares[stratum] / (k * (k + 1))
                heappush(inside[unit[stratum]], (-gain, rank[stratum], stratum))

        unit = self.unit.tolist()
        for stratum in range(len(held)):
            join(stratum)
        places: list[int] = self.places.tolist()
        worst = [(-error[d], places[d], d) for d, waiting in enumerate(inside) if waiting]
        heapify(worst)
        for _ in range(total - sum(held)):
            _, _, d = heappop(worst)
            gain, _, stratum = heappop(inside[d])
            held[stratum] += 1
            error[d] += gain * factor[d]
            join(stratum)
            if inside[d]:
                heappush(worst, (-error[d], places[d], d))
        return np.array(held, dtype=np.int64)

    def _sums(self, values: FloatArray) -> FloatArray:
        sums: FloatArray = np.bincount(self.unit, values).astype(float)
        return sums


def _sentences(
    total: float, errors: _Errors, forms: FloatArray | IntArray, *, cv: bool
) -> tuple[Text, ...]:
    reached = np.sqrt(errors.squared(forms))
    worst, best = figure(float(reached.max())), figure(float(reached.min()))
    size, noun = figure(total), errors.noun
    count = counted(errors.scales.size, noun)
    what = (
        Text("Hệ số biến thiên", "coefficient of variation")
        if cv
        else Text("Sai số chuẩn", "standard error")
    )
    weighted = Text(
        "Các giá trị này đã nhân với căn bậc hai của mức ưu tiên.",
        "These figures are multiplied by the square root of the priority.",
    )
    return (
        Text(
            f"Phân bổ bảo đảm độ chính xác đồng đều: {size.vi} phiếu cho {count.vi}, sao cho "
            f"{what.vi.lower()} lớn nhất trong các {noun.vi} là nhỏ nhất.",
            f"Equal precision: {size.en} forms for {count.en}, so that the largest "
            f"{what.en} among the {noun.en} is as small as possible.",
        ),
        *bounds_sentence(errors.strata, forms),
        *unasked_sentence(errors.strata, forms),
        Text(
            f"{what.vi} lớn nhất {worst.vi}, nhỏ nhất {best.vi}.",
            f"Largest {what.en} {worst.en}, smallest {best.en}.",
        ),
        *([weighted] if (errors.priorities != 1).any() else []),
    )
