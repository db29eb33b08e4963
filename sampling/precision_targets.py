"""The smallest sample that meets several precision targets at once.

A target bounds the variance of one estimated total in one domain. ``meet_targets`` finds the
cheapest allocation that meets all of them: in whole forms by an integer program, or in real
numbers. The continuous optimum comes with a lower bound from its dual
(``sampling.targets_dual``), so a result always says how far from the best it can be. One target
alone and equal costs: ``sampling.integer_allocation``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from time import monotonic

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array, diags_array, vstack
from scipy.sparse.csgraph import connected_components

from questionnaires.model import Text
from sampling.allocation import (
    NAMED,
    PROOF_GAP,
    Allocation,
    FloatArray,
    Goal,
    IntArray,
    Method,
    Strata,
    bounds_sentence,
)
from sampling.arguments import TINY, Condition, require
from sampling.boxes import BoolArray, divided
from sampling.integer_program import TIME_LIMIT, common_unit
from sampling.targets_dual import TOLERANCE, Targets, solve_dual
from sampling.targets_integer import solve_integer
from sampling.wording import counted, figure, written


@dataclass(frozen=True, slots=True, eq=False)
class PrecisionTarget:
    """The precision wanted of one estimated total.

    Attributes
    ----------
    name
        What is estimated and where, for messages.
    deviations : (H,)
        Standard deviation of this variable in every stratum. [unit of the answers]
    variance
        Largest variance of the estimated total of the domain.
    domain : (H,) of bool
        The strata it is about.

    """

    name: str
    deviations: FloatArray
    variance: float
    domain: BoolArray


def cv_target(
    name: str,
    strata: Strata,
    *,
    means: npt.ArrayLike,
    deviations: npt.ArrayLike,
    cv: float,
    domain: npt.ArrayLike = True,
) -> PrecisionTarget:
    """State a target as a coefficient of variation of an estimated total or mean.

    Parameters
    ----------
    name
        What is estimated and where.
    strata
        Their sizes are used.
    means, deviations : scalar or (H,) array_like
        Of the variable in each stratum.
    cv
        Largest coefficient of variation, positive. [share]
    domain : (H,) array_like of bool
        The strata it is about; all by default.

    Raises
    ------
    ValueError
        If the coefficient is not positive or the domain has no total to relate it to.

    """
    shape = strata.sizes.shape
    given = np.asarray(domain, dtype=bool), np.asarray(means, float), np.asarray(deviations, float)
    require(
        (
            TINY <= cv <= 1 / TINY,
            Text(
                f"{name}: hệ số biến thiên {written(cv)} phải lớn hơn 0.",
                f"{name}: cv={cv} must be positive",
            ),
        ),
        (
            all(values.shape in {(), shape} for values in given),
            Text(
                f"{name}: cần một hoặc {written(shape[0])} số trung bình, độ lệch và lĩnh vực.",
                f"{name}: means, deviations and domain must be one or {shape[0]} values",
            ),
        ),
    )
    inside, mean, deviation = (np.broadcast_to(values, shape) for values in given)
    total = float((strata.sizes * mean)[inside].sum())
    require(
        (
            total != 0 and isfinite(total),
            Text(
                f"{name}: số người nhân trung bình cộng lại là {written(total)} nên không có hệ "
                "số biến thiên.",
                f"{name}: the total of the domain is {total}",
            ),
        )
    )
    return PrecisionTarget(name, deviation, (cv * total) ** 2, inside)


def meet_targets(
    strata: Strata,
    targets: Sequence[PrecisionTarget],
    *,
    integer: bool = True,
    seconds: float = TIME_LIMIT,
) -> Allocation:
    """Find the cheapest allocation that meets every target.

    Parameters
    ----------
    strata
        Sizes, bounds and costs; deviations are those of the targets.
    targets
        At least one.
    integer
        Whether forms are whole. A continuous result may give a stratum less than one form.
    seconds
        Longest search for whole forms; the result says whether it was enough. [seconds]

    Returns
    -------
    Allocation
        Every target is met to 1e-9. Its objective is the number of forms where every form
        costs 1, else the cost. Strata no target needs get their minimum. Targets that share no
        stratum are solved apart.

    Raises
    ------
    ValueError
        If a target is not usable, or cannot be met within the bounds; all such are named. Also
        if whole forms are wanted and the costs are too fine to be added exactly.

    References
    ----------
    Bethel (1989), *Survey Methodology* 15, 47-57; Chromy (1987), *Proceedings of the Section on
    Survey Research Methods*, ASA, 194-199.

    """
    lowest, highest = strata.minimum, strata.maximum
    if integer:
        lowest, highest = np.ceil(lowest), np.floor(highest)
    loads = _loads(strata, targets, highest)
    lowest = np.maximum(lowest, _needed(loads, highest, integer=integer))
    room = lowest <= highest
    problem = Text(
        "không có số phiếu nguyên nào giữa mức tối thiểu và mức tối đa",
        "no whole number is allowed",
    )
    require(strata.judged(problem, ~room))
    forms, bound, parts = lowest.copy(), float(strata.costs @ lowest), _parts(loads)
    unit = common_unit(strata.costs) if integer else Fraction(1)
    deadline, binding = monotonic() + seconds, np.zeros(len(targets), dtype=bool)
    for left, (rows, columns) in zip(range(len(parts), 0, -1), parts, strict=True):
        part = Targets(
            loads[rows][:, columns].toarray(),
            strata.costs[columns],
            lowest[columns],
            highest[columns],
        )
        solution = solve_dual(part)
        forms[columns], least = solution.forms, solution.bound
        if integer:
            share = (deadline - monotonic()) / left
            forms[columns], least = solve_integer(part, solution, unit, share)
        bound += least - float(part.costs @ part.lowest)
        binding[rows] = solution.alpha > TOLERANCE * least
    names = [target.name for target, binds in zip(targets, binding, strict=True) if binds]
    return _result(strata, forms, bound, names, integer=integer, asked=len(targets))


def _loads(
    strata: Strata, targets: Sequence[PrecisionTarget], highest: FloatArray
) -> csr_array[np.float64]:
    """``a_vh``: share of what target ``v`` allows that one form in stratum ``h`` uses.

    Refuses targets that cannot be used, and those that even the upper bounds miss.
    """
    shape = strata.sizes.shape
    require((len(targets) > 0, Text("Chưa có yêu cầu nào.", "there is no target")))
    require(*(condition for target in targets for condition in _usable(target, shape)))
    rows = []
    for target in targets:
        deviations = target.deviations * target.domain
        allowed = target.variance + float(strata.sizes @ deviations**2)
        squares = (strata.sizes * deviations) ** 2
        rows.append(csr_array(divided(squares, np.full(shape, allowed))[None, :]))
    loads = csr_array(vstack(rows))
    least = np.asarray(loads @ divided(np.ones(shape), highest))
    require(
        *(
            (
                used <= 1 + TOLERANCE,
                Text(
                    f"{target.name}: hỏi đến mức tối đa ở mọi nơi vẫn không đạt; hãy nới yêu cầu "
                    "này hoặc nâng mức tối đa.",
                    f"{target.name}: even the upper bounds do not reach it",
                ),
            )
            for used, target in zip(least, targets, strict=True)
        )
    )
    # a target missed by rounding error only is met exactly at the upper bounds
    return csr_array(diags_array(1 / np.maximum(least, 1)) @ loads)


def _usable(target: PrecisionTarget, shape: tuple[int, ...]) -> tuple[Condition, ...]:
    fits = target.deviations.shape == shape == target.domain.shape
    numbers = np.append(target.deviations, target.variance)
    return (
        (
            fits,
            Text(
                f"{target.name}: cần {written(shape[0])} độ lệch chuẩn và lĩnh vực.",
                f"{target.name}: deviations and domain need {shape[0]} values",
            ),
        ),
        (
            bool(np.isfinite(numbers).all() and (numbers >= 0).all()),
            Text(
                f"{target.name}: độ lệch chuẩn và phương sai phải là số hữu hạn, không âm.",
                f"{target.name}: deviations and variance must be finite and not negative",
            ),
        ),
    )


def _needed(loads: csr_array[np.float64], highest: FloatArray, *, integer: bool) -> FloatArray:
    """Forms a stratum needs for some target though all others stand at their upper bounds."""
    rows, columns = loads.nonzero()
    at_most = loads.data / highest[columns]
    room = 1 - (np.bincount(rows, at_most, minlength=loads.shape[0])[rows] - at_most)
    needed = np.zeros(highest.size)
    np.maximum.at(needed, columns, loads.data / np.maximum(room, at_most))
    if integer:
        needed = np.ceil(needed * (1 - TOLERANCE))
    return np.minimum(needed, highest)


def _parts(loads: csr_array[np.float64]) -> list[tuple[IntArray, IntArray]]:
    """Targets and strata that have to do with each other, directly or through others."""
    n_targets, n_strata = loads.shape
    rows, columns = loads.nonzero()
    size = n_targets + n_strata
    links = coo_array((loads.data, (rows, columns + n_targets)), shape=(size, size))
    _, part = connected_components(links, directed=False)
    return [
        (np.flatnonzero(part[:n_targets] == number), np.flatnonzero(part[n_targets:] == number))
        for number in np.unique(part[rows])
    ]


def _result(
    strata: Strata,
    forms: FloatArray,
    bound: float,
    binding: Sequence[str],
    *,
    integer: bool,
    asked: int,
) -> Allocation:
    cost = float(strata.costs @ forms)
    by_forms = bool((strata.costs == 1).all())
    size, money = figure(float(forms.sum())), figure(cost)
    count = counted(forms.size, strata.noun)
    how = Text("số nguyên", "whole forms") if integer else Text("chưa làm tròn", "before rounding")
    goal = (
        Text("Cỡ mẫu nhỏ nhất", "Smallest sample")
        if by_forms
        else Text(f"Chi phí thấp nhất ({money.vi})", f"Least cost ({money.en})")
    )
    if cost - bound > PROOF_GAP * cost:
        goal = Text(f"{goal.vi} tìm được", f"{goal.en} found")
    trace = [
        Text(
            f"{goal.vi} đáp ứng {asked} yêu cầu về độ chính xác (phương pháp "
            f"Bethel–Chromy, {how.vi}): {size.vi} phiếu cho {count.vi}.",
            f"{goal.en} that meets {asked} precision targets (Bethel and Chromy, "
            f"{how.en}): {size.en} forms for {count.en}.",
        ),
        *bounds_sentence(strata, forms),
    ]
    if binding:
        more = len(binding) - NAMED
        listed = "; ".join(binding[:NAMED])
        vi, en = (f" và {more} yêu cầu khác", f" and {more} more") if more > 0 else ("", "")
        trace.append(
            Text(
                f"Yêu cầu quyết định cỡ mẫu: {listed}{vi}.",
                f"Targets that decide the size: {listed}{en}.",
            )
        )
    return Allocation(
        forms.astype(np.int64) if integer else forms,
        Method.TARGETS,
        Goal.FORMS if by_forms else Goal.COST,
        cost,
        min(bound, cost),
        trace=tuple(trace),
    )
