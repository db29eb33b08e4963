"""What an allocation is: strata go in, forms per stratum come out, with the reason in words.

``Strata`` says what is known before the survey and what is allowed; ``Allocation`` is the one
result of every method, whether a rule was followed or something was minimised. The methods:

* ``sampling.allocation_rules``: fixed, equal, proportional, square root, power;
* ``sampling.continuous_allocation``: Neyman and cost-optimal in real numbers;
* ``sampling.integer_allocation``: the exact optimum in whole forms;
* ``sampling.budget_allocation``: whole forms of unequal cost within a budget;
* ``sampling.equal_precision``: every unit as precise as the others, for a ranking;
* ``sampling.precision_targets``: the smallest sample that meets several targets.

One total is divided without strata in ``sampling.apportionment``, a table with both margins
in ``sampling.controlled_rounding``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from questionnaires.model import Text
from sampling.amounts import one_or_each
from sampling.arguments import MOST_PEOPLE, Condition, RefusedError, require
from sampling.wording import counted, figure, joined, percent, written

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]

PROOF_GAP: Final = 1e-9
"""An optimum is proved when objective and bound differ by no more than this. [relative]"""

NAMED: Final = 5
"""Strata an error names before it counts the rest."""

DEVIATIONS: Final = (1e-100, 1e100)
"""Range of deviations above 0; beyond it their squares have no place in floating point."""

DUST: Final = 1e-12
"""Variance left by a census, which is rounding error. [share of what a census removes]"""

STRATA: Final = Text("tầng", "strata")


class Method(StrEnum):
    """How forms were handed out."""

    FIXED = "fixed"
    EQUAL = "equal"
    PROPORTIONAL = "proportional"
    SQUARE_ROOT = "square_root"
    POWER = "power"
    OPTIMAL = "optimal"
    BUDGET = "budget"
    EQUAL_PRECISION = "equal_precision"
    TARGETS = "targets"
    ROUNDING = "rounding"


class Goal(StrEnum):
    """What the objective of an allocation measures."""

    RULE = "rule"
    """A rule was followed, nothing was minimised."""
    VARIANCE = "variance"
    """Variance of the estimated total."""
    FORMS = "forms"
    """Size of the sample."""
    COST = "cost"
    """Cost of the sample, in the unit of ``Strata.costs``."""
    STANDARD_ERROR = "standard_error"
    """Largest standard error of a unit's mean."""
    CV = "cv"
    """Largest coefficient of variation of a unit's mean. [share]"""
    DISTANCE = "distance"
    """Sum of absolute changes of the cells of a table."""


def suggested_method(*, ranked: bool) -> Method:
    """Name the method to offer first: equal precision when units will be ranked."""
    return Method.EQUAL_PRECISION if ranked else Method.PROPORTIONAL


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """What is known of ``H`` strata before the survey, and how many forms each may get.

    Made by ``Strata.of``, which checks it.

    Attributes
    ----------
    sizes : (H,)
        People. [persons]
    deviations : (H,)
        Standard deviation of the answers, with divisor ``N - 1``. [unit of the answers]
    minimum, maximum : (H,)
        Bounds; equal ones fix a stratum. Whole-form methods round them inwards. [forms]
    costs : (H,)
        Cost of one form. [any unit, the same for all]
    codes
        Names for tie-breaking and messages; empty when strata go by position.
    noun
        What a stratum is called in explanations, such as "đơn vị", "units".

    """

    sizes: FloatArray
    deviations: FloatArray
    minimum: FloatArray
    maximum: FloatArray
    costs: FloatArray
    codes: tuple[str, ...] = ()
    noun: Text = STRATA

    @classmethod
    def of(
        cls,
        sizes: npt.ArrayLike,
        deviations: npt.ArrayLike = 1.0,
        *,
        minimum: npt.ArrayLike = 0,
        maximum: npt.ArrayLike | None = None,
        costs: npt.ArrayLike = 1.0,
        codes: Sequence[str] = (),
        noun: Text = STRATA,
    ) -> Strata:
        """Check and keep strata; one number stands for all of them.

        Parameters
        ----------
        sizes : (H,) array_like
            People, not negative. [persons]
        deviations : scalar or (H,) array_like
            Standard deviations, not negative; left out, all are taken as equal.
        minimum : scalar or (H,) array_like
            Forms every stratum gets at least. [forms]
        maximum : scalar or (H,) array_like, optional
            Forms it gets at most, no more than there are people; everybody by default. [forms]
        costs : scalar or (H,) array_like
            Cost of one form, positive.
        codes
            One name for each stratum, all different, or none.
        noun
            What a stratum is called in explanations.

        Raises
        ------
        ValueError
            With everything that is wrong.

        """
        people = np.array(sizes, dtype=float)
        if people.ndim != 1 or not people.size:
            raise RefusedError(
                Text(
                    "Số người phải là một cột có ít nhất một số.",
                    f"sizes must be one row of at least one number, not of shape {people.shape}",
                )
            )
        given = {
            "deviations": deviations,
            "minimum": minimum,
            "maximum": np.floor(people) if maximum is None else maximum,
            "costs": costs,
        }
        rows = {name: np.asarray(values, dtype=float) for name, values in given.items()}
        require(*(one_or_each(name, row, people.size) for name, row in rows.items()))
        filled = {name: np.broadcast_to(row, people.shape).copy() for name, row in rows.items()}
        strata = cls(people, **filled, codes=tuple(codes), noun=noun)
        strata._check()
        return strata

    def _check(self) -> None:
        numbers = (self.sizes, self.deviations, self.minimum, self.maximum, self.costs)
        most, (least, largest) = written(MOST_PEOPLE), DEVIATIONS
        squared = (self.deviations >= least) & (self.deviations <= largest)
        wrong = (
            ("có số không hữu hạn", "a number that is not finite",
             ~np.isfinite(np.vstack(numbers).sum(axis=0))),
            ("số người âm", "negative size", self.sizes < 0),
            (f"số người quá {most}", f"size above {MOST_PEOPLE:g}", self.sizes > MOST_PEOPLE),
            ("độ lệch chuẩn âm", "negative deviation", self.deviations < 0),
            ("độ lệch chuẩn quá nhỏ hoặc quá lớn",
             f"deviation that is not 0 nor within {DEVIATIONS}", (self.deviations > 0) & ~squared),
            ("mức tối thiểu âm", "negative minimum", self.minimum < 0),
            ("chi phí một phiếu phải lớn hơn 0", "cost that is not positive", self.costs <= 0),
            ("mức tối thiểu lớn hơn mức tối đa", "minimum above maximum",
             self.minimum > self.maximum),
            ("mức tối đa lớn hơn số người", "maximum above size", self.maximum > self.sizes),
        )  # fmt: skip
        require(
            *(self.judged(Text(vi, en), mask) for vi, en, mask in wrong),
            (
                not self.codes or len(set(self.codes)) == len(self.codes) == self.sizes.size,
                Text(
                    f"Cần {written(self.sizes.size)} mã khác nhau, mỗi {self.noun.vi} một mã.",
                    f"{self.sizes.size} strata need as many different codes",
                ),
            ),
        )

    @property
    def spreads(self) -> FloatArray:
        """Size times deviation, ``A = N S``; what Neyman allocation follows."""
        return self.sizes * self.deviations

    @property
    def rank(self) -> IntArray:
        """Place of each stratum when claims are equal: larger first, then by code or position."""
        last_key = np.array(self.codes) if self.codes else np.arange(self.sizes.size)
        rank = np.empty(self.sizes.size, dtype=np.int64)
        rank[np.lexsort((last_key, -self.sizes))] = np.arange(self.sizes.size)
        return rank

    def variance(self, forms: FloatArray | IntArray) -> float:
        """Variance of the estimated total, ``sum A^2 / n - sum N S^2``.

        Infinite when a stratum whose people differ is asked nobody; exactly 0 for a census.
        """
        removable = float(self.sizes @ self.deviations**2)
        left = within_variance(self.spreads, forms) - removable
        return left if abs(left) > DUST * removable else 0.0

    def whole_bounds(self) -> tuple[IntArray, IntArray]:
        """Bounds in whole forms of a method that spends forms where they help.

        A stratum whose people differ needs one form at least, or its total has no estimate;
        one whose people are all alike keeps its minimum.

        Raises
        ------
        ValueError
            If no whole number lies between the bounds of a stratum.

        """
        differs = self.spreads > 0
        lowest = np.ceil(self.minimum)
        lowest[differs] = np.maximum(lowest[differs], 1)
        highest = np.where(differs, np.floor(self.maximum), lowest)
        empty = (lowest > highest) | (lowest > self.maximum)
        problem = Text(
            "cần ít nhất 1 phiếu (hoặc mức tối thiểu đã ghi), nhưng mức tối đa không cho phép",
            "no whole number of forms is allowed",
        )
        require(self.judged(problem, empty))
        return lowest.astype(np.int64), highest.astype(np.int64)

    def named(self, mask: npt.NDArray[np.bool_]) -> Text:
        """Name the strata of ``mask``: codes, or positions from 1."""
        places = np.flatnonzero(mask)
        shown, more = places[:NAMED].tolist(), len(places) - NAMED
        if len(self.codes) == len(self.sizes):
            vi = en = [self.codes[i] for i in shown]
        else:
            vi = [f"{self.noun.vi} thứ {i + 1}" for i in shown]
            en = [f"stratum {i + 1}" for i in shown]
        others = counted(more, Text(f"{self.noun.vi} khác", "more"))
        rest = Text(f" và {others.vi}", f" and {others.en}") if more > 0 else Text("", "")
        return Text(", ".join(vi) + rest.vi, ", ".join(en) + rest.en)

    def judged(self, problem: Text, mask: npt.NDArray[np.bool_]) -> Condition:
        """Say that no stratum of ``mask`` may be there."""
        names = self.named(mask)
        return not mask.any(), Text(f"{names.vi}: {problem.vi}.", f"{problem.en} in {names.en}")


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """Forms per stratum, how good that is, and what was done.

    Attributes
    ----------
    n : (H,)
        Whole numbers, or real ones from a continuous method. Of a rounded table, its
        cells. [forms]
    method, goal
        How it was made, and what ``objective`` measures.
    objective
        Value reached; None where a rule was followed.
    bound
        No allowed allocation can have a smaller objective; None where a rule was followed.
    proved
        Whether objective and bound agree, so that nothing better exists. Never true of a rule.
    trace
        What was done and what came out, one sentence each.

    """

    n: FloatArray | IntArray
    method: Method
    goal: Goal = Goal.RULE
    objective: float | None = None
    bound: float | None = None
    proved: bool = field(init=False)
    trace: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        self.n.setflags(write=False)
        object.__setattr__(self, "proved", self.gap is not None and self.gap <= PROOF_GAP)

    @property
    def gap(self) -> float | None:
        """How far the objective may be above the best possible. [share of the objective].

        None where nothing was minimised, or the best possible is as undefined as what was found.
        """
        if self.objective is None or self.bound is None or not isfinite(self.objective):
            return None
        above = max(0.0, self.objective - self.bound)
        return above / abs(self.objective) if above else 0.0

    @property
    def total(self) -> float:
        """Forms in all; a whole number unless the method is continuous. [forms]."""
        return int(self.n.sum()) if self.n.dtype.kind == "i" else float(self.n.sum())

    @property
    def explanation(self) -> Text:
        """The whole trace, and for an optimiser whether the optimum is proved."""
        return joined((*self.trace, *self._verdict()))

    def _verdict(self) -> tuple[Text, ...]:
        if self.gap is None:
            return ()
        if self.proved:
            return (
                Text(
                    "Đã chứng minh: không có phương án phân bổ nào tốt hơn.",
                    "Proved: no other allocation is better.",
                ),
            )
        gap = percent(self.gap)
        return (
            Text(
                "Chưa chứng minh được đây là phương án tối ưu: giá trị đạt được có thể còn cao "
                f"hơn giá trị tốt nhất, nhưng không quá {gap.vi}.",
                "Not proved to be the optimum: the value reached may be above the best one, "
                f"but by no more than {gap.en}.",
            ),
        )


def within_variance(spreads: FloatArray, forms: FloatArray | IntArray) -> float:
    """``sum A^2 / n``, the part of the variance that forms bring down; 0 / 0 counts as 0."""
    differs = spreads > 0
    if (forms[differs] <= 0).any():
        return float("inf")
    return float((spreads[differs] ** 2 / forms[differs]).sum())


def bounds_sentence(strata: Strata, forms: FloatArray | IntArray) -> tuple[Text, ...]:
    """Say how many strata were held at a bound; nothing when none was."""
    held = forms >= strata.maximum
    low = int(((forms <= strata.minimum) & ~held & (strata.minimum > 0)).sum())
    high = int(held.sum())
    few, many = counted(low, strata.noun), counted(high, strata.noun)
    vi = [f"{few.vi} ở mức tối thiểu"] * bool(low) + [f"{many.vi} ở mức tối đa"] * bool(high)
    en = [f"{few.en} at the minimum"] * bool(low) + [f"{many.en} at the maximum"] * bool(high)
    return (Text(f"Có {', '.join(vi)}.", f"{', '.join(en)}."),) if vi else ()


def variance_sentence(strata: Strata, forms: FloatArray | IntArray) -> Text:
    """Say what variance of the estimated total the forms leave, or who must be asked first."""
    if missing := unasked_sentence(strata, forms):
        return missing[0]
    variance = figure(strata.variance(forms))
    return Text(
        f"Phương sai của ước lượng tổng số: {variance.vi}.",
        f"Variance of the estimated total: {variance.en}.",
    )


def unasked_sentence(strata: Strata, forms: FloatArray | IntArray) -> tuple[Text, ...]:
    """Name strata whose people differ and of whom nobody is asked; nothing when there is none."""
    unasked = (strata.spreads > 0) & (forms <= 0)
    if not unasked.any():
        return ()
    names = strata.named(unasked)
    return (
        Text(
            f"Không ước lượng được tổng số vì không hỏi ai ở {names.vi}; hãy nâng mức tối đa hoặc "
            "tổng số phiếu.",
            f"The total has no estimate, since nobody is asked in {names.en}; raise the maximum or "
            "the number of forms.",
        ),
    )
