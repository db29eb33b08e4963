"""The continuous problem behind several precision targets, and a bound that proves it.

Minimise ``sum c n`` with ``sum_h a_vh / n_h <= 1`` for every target ``v`` and
``m <= n <= M``. For multipliers ``alpha >= 0`` the Lagrangian is least at
``n_h = clip(sqrt(sum_v alpha_v a_vh / c_h), m_h, M_h)``, and its value there bounds the cost of
every allocation from below. The dual is concave and smooth: bounded L-BFGS comes near its top
and Newton steps finish. Read ``sampling.precision_targets`` first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import brentq, minimize

from sampling.allocation import FloatArray

TOLERANCE: Final = 1e-9
"""Targets are met, and the gap of the dual is closed, to this. [relative]"""

NEWTON_STEPS: Final = 60
ROUNDS: Final = 20
"""Rounds of Newton steps; one is enough but for targets whose strata all stand at bounds."""

RIDGE: Final = 1e-12
"""Added to the diagonal of the Hessian, relative to it, where targets bind the same strata."""

DUST: Final = 1e-14
"""Rounding error of a value of the dual. [relative]"""


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """A continuous problem.

    Attributes
    ----------
    loads : (V, H)
        ``a``; every stratum loads some target.
    costs, lowest, highest : (H,)
        ``c > 0`` and the bounds ``0 < m <= M``; all targets are met at ``M``.

    """

    loads: FloatArray
    costs: FloatArray
    lowest: FloatArray
    highest: FloatArray

    def pulls(self, alpha: FloatArray) -> FloatArray:
        """``sum_v alpha_v a_vh``."""
        pulls: FloatArray = alpha @ self.loads
        return pulls

    def forms(self, alpha: FloatArray) -> FloatArray:
        """Where the Lagrangian is least."""
        forms: FloatArray = np.clip(
            np.sqrt(self.pulls(alpha) / self.costs), self.lowest, self.highest
        )
        return forms

    def excess(self, forms: FloatArray) -> FloatArray:
        """By how much each target is missed; negative where it is met with room. [share]."""
        excess: FloatArray = self.loads @ (1 / forms) - 1
        return excess

    def bound(self, alpha: FloatArray) -> float:
        """Value of the dual: no allocation that meets the targets costs less."""
        forms = self.forms(alpha)
        return float(self.costs @ forms + alpha @ self.excess(forms))


@dataclass(frozen=True, slots=True, eq=False)
class DualSolution:
    """Forms that meet every target, the multipliers, and the bound they prove."""

    forms: FloatArray
    alpha: FloatArray
    bound: float


def solve_dual(targets: Targets) -> DualSolution:
    """Find the cheapest forms in real numbers.

    Returns
    -------
    DualSolution
        ``forms`` meet every target to rounding error whatever the solver reached; how good they
        are is their cost against ``bound``.

    References
    ----------
    Chromy (1987), *Proceedings of the Section on Survey Research Methods*, ASA, 194-199;
    Bethel (1989), *Survey Methodology* 15, 47-57.

    """
    alone = np.sqrt(targets.loads * targets.costs).sum(axis=1) ** 2
    start = np.where(alone > 0, alone, 1.0)

    def fall(beta: FloatArray) -> float:
        return -targets.bound(beta * start)

    def slope(beta: FloatArray) -> FloatArray:
        return -targets.excess(targets.forms(beta * start)) * start

    near = minimize(
        fall,
        np.full(start.size, 1 / start.size),
        jac=slope,
        method="L-BFGS-B",
        bounds=[(0.0, None)] * start.size,
        options={"ftol": DUST},
    )
    alpha: FloatArray = np.maximum(near.x, 0) * start
    for _ in range(ROUNDS):
        alpha = _newton(targets, alpha, start)
        forms, bound = _repaired(targets, targets.forms(alpha)), targets.bound(alpha)
        if float(targets.costs @ forms) - bound <= TOLERANCE * bound:
            break
        excess = targets.excess(targets.forms(alpha))
        for target in np.flatnonzero(np.where(alpha > 0, np.abs(excess), excess) > TOLERANCE):
            alpha[target] = _best_multiplier(targets, alpha, int(target), float(start[target]))
    return DualSolution(forms, alpha, bound)


def _best_multiplier(targets: Targets, alpha: FloatArray, target: int, guess: float) -> float:
    """Top of the dual along one multiplier, for where its curvature misleads Newton."""

    def slope(value: float) -> float:
        there = alpha.copy()
        there[target] = value
        return float(targets.excess(targets.forms(there))[target]) - RIDGE

    if slope(0.0) <= 0:
        return 0.0
    high = guess
    while slope(high) > 0:
        high *= 2
    return float(brentq(slope, 0.0, high))


def _newton(targets: Targets, alpha: FloatArray, start: FloatArray) -> FloatArray:
    """Climb the dual by Newton steps over the multipliers that are not held at 0."""
    value = targets.bound(alpha)
    for _ in range(NEWTON_STEPS):
        forms = targets.forms(alpha)
        slope = targets.excess(forms)
        free = (alpha > 0) | (slope > 0)
        if np.abs(slope[free]).max(initial=0) <= TOLERANCE / 1000:
            break
        moving = (targets.lowest < forms) & (forms < targets.highest)
        weight = np.where(moving, 1 / (2 * targets.costs * forms**3), 0.0)
        hessian = (targets.loads[free] * weight) @ targets.loads[free].T
        scale = float(np.diag(hessian).max(initial=0)) or 1.0
        step = np.zeros_like(alpha)
        step[free] = np.linalg.solve(
            hessian + RIDGE * scale * np.eye(hessian.shape[0]), slope[free]
        )
        step = np.minimum(step, start)
        better = _step_up(targets, alpha, step, value)
        if better is None:
            break
        alpha, value = better
    return alpha


def _step_up(
    targets: Targets, alpha: FloatArray, step: FloatArray, value: float
) -> tuple[FloatArray, float] | None:
    """Shorten a step until the dual does not fall; None when only standing still is left."""
    length = 1.0
    while length > RIDGE:
        there = np.maximum(alpha + length * step, 0)
        reached = targets.bound(there)
        if reached >= value - DUST * abs(value) and (there != alpha).any():
            return there, reached
        length /= 2
    return None


def _repaired(targets: Targets, forms: FloatArray) -> FloatArray:
    """Raise forms by as little as meets every target."""
    missed = float(targets.excess(forms).max())
    while missed > RIDGE:
        forms = np.minimum(forms * (1 + 2 * missed), targets.highest)
        missed = float(targets.excess(forms).max()) if (forms < targets.highest).any() else 0.0
    return forms
