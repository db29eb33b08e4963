"""Whole forms for precision targets that share strata: a good start, then the best one.

The start follows the multipliers of the continuous optimum; an integer program over the windows
that could still be better ends the search or proves the start. Read
``sampling.precision_targets`` first.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np

from sampling.allocation import FloatArray, IntArray
from sampling.claims import Queue, exact, hand_out
from sampling.integer_program import EDGE, choose_steps, whole_best, windows
from sampling.targets_dual import TOLERANCE, DualSolution, Targets


def solve_integer(
    targets: Targets, solution: DualSolution, unit: Fraction, seconds: float
) -> tuple[IntArray, float]:
    """Find the cheapest whole forms, and a bound of their cost.

    Parameters
    ----------
    targets
        With whole bounds.
    solution
        The continuous optimum.
    unit
        Every cost is a multiple of it, so the bound is raised to the next one.
    seconds
        Time limit of the integer program. [seconds]

    """
    pulls = targets.pulls(solution.alpha)
    bounds = targets.lowest.astype(np.int64), targets.highest.astype(np.int64)
    nearest = whole_best(targets.costs, pulls, bounds)
    lagrangian = float(targets.costs @ nearest + pulls @ (1 / nearest) - solution.alpha.sum())
    bound = _raised(max(lagrangian, solution.bound), unit)
    best = _start(targets, solution.alpha, bounds)
    cost = float(targets.costs @ best)
    if cost <= bound * (1 + TOLERANCE):
        return best, bound
    window = windows(targets.costs, pulls, nearest, cost - lagrangian, bounds)
    strata, held = window.strata, window.held
    chosen = choose_steps(
        window,
        targets.costs[strata] / float(unit),
        -targets.loads[:, strata] / (held * (held + 1)),
        -targets.excess(window.low.astype(float)),
        seconds=seconds,
    )
    found = chosen.forms
    if found is not None and _met(targets, found) and targets.costs @ found < cost:
        best, cost = found, float(targets.costs @ found)
    if window.complete:
        proved = float(targets.costs @ window.low) + chosen.bound * float(unit)
        bound = max(bound, min(_raised(proved, unit), cost))
    return best, bound


def _start(targets: Targets, alpha: FloatArray, bounds: tuple[IntArray, IntArray]) -> IntArray:
    """Forms in the order in which they lower the Lagrangian, until all targets are met."""
    pulls, (lowest, highest) = targets.pulls(alpha) / targets.costs, bounds

    def held_at(level: float) -> FloatArray:
        held: FloatArray = np.floor(0.5 + 0.5 * np.sqrt(1 + 4 * pulls / level**2))
        return held

    def claim(part: int, held: int) -> Fraction:
        return exact(float(pulls[part])) / (held * (held + 1))

    queue = Queue(lowest, highest, held_at, claim, np.arange(pulls.size))
    if not _met(targets, np.where(pulls > 0, highest, lowest)):
        return _pruned(targets, alpha, highest)
    return _pruned(targets, alpha, hand_out(queue, lambda forms: _met(targets, forms)))


def _pruned(targets: Targets, alpha: FloatArray, forms: IntArray) -> IntArray:
    """Take back forms nobody needs, the dearest first, then those the Lagrangian misses least."""
    forms = forms.copy()
    room = TOLERANCE / 2 - targets.excess(forms.astype(float))
    missed = targets.pulls(alpha) / np.maximum(forms * (forms - 1), 1)
    for stratum in np.lexsort((missed, -targets.costs)):
        while forms[stratum] > targets.lowest[stratum]:
            held = int(forms[stratum])
            lost = targets.loads[:, stratum] / (held * (held - 1))
            if (lost > room).any():
                break
            forms[stratum] -= 1
            room -= lost
    return forms


def _met(targets: Targets, forms: IntArray) -> bool:
    return bool((targets.excess(forms.astype(float)) <= TOLERANCE).all())


def _raised(bound: float, unit: Fraction) -> float:
    """Raise a bound to the next multiple of the unit, but for rounding error."""
    return float(ceil(bound / float(unit) - EDGE) * unit)
