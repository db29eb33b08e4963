"""Weights that hit known totals and stay as near to the design weights as they can.

Every weight is multiplied by a factor ``g`` near 1, so that weighted sums over the sample equal
known sums over the population. What "near" means is the ``Distance``: linear (regression
weights), raking (never below zero), and two with bounds on every factor. ``calibrate`` takes
columns of amounts; ``margin_columns`` makes them out of the margins of ``sampling.raking``.

Totals that no factors within the bounds can hit are refused with the total that is missed
most, found by linear programming; there is no nearest answer that looks like a result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.special import expit

from questionnaires.model import Text
from sampling.arguments import RefusedError, require
from sampling.raking import Margin, check_margins
from sampling.weights import NO_WEIGHT, Array, checked_weights
from sampling.wording import figure, written

TOLERANCE = 1e-8
"""Largest relative difference between a known total and its weighted sum."""

MOST_STEPS = 100
"""Newton steps after which totals are said to be out of reach."""

MOST_HALVINGS = 50
PRECISE = 1e-12
"""Relative error at which Newton stops; ``TOLERANCE`` is what it must have reached."""

IMPOSSIBLE = 1e-6
"""Relative error that cannot be avoided, above the tolerance of linear programming."""

CANCELLED = 1e-6
"""Part of the gross sum below which a total counts as nothing but its cancelled amounts."""

AT_BOUND = 1e-6
"""Distance of a factor from a bound at which it counts as standing there."""


class Distance(StrEnum):
    """How far a factor is from 1, and so which factors are chosen (Deville & Särndal)."""

    LINEAR = "linear"
    """``g(t) = 1 + t``: regression weights; may fall below zero."""
    RAKING = "raking"
    """``g(t) = exp t``: the weights of raking, for amounts as well as counts."""
    LOGIT = "logit"
    """Between two bounds, which it approaches and never reaches."""
    BOUNDED_LINEAR = "bounded_linear"
    """``1 + t`` cut at two bounds, where some factors may stand."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Weights that hit every known total.

    Attributes
    ----------
    weights : (n,) ndarray
        [persons]
    factors : (n,) ndarray
        What each weight was multiplied by, ``g``.
    multipliers : (p,) ndarray
        Lagrange multipliers ``lambda``, one for each total.
    at_bound : (n,) ndarray of bool
        Whose factor stands at a bound.
    distance, bounds
        What was asked for.
    steps
        Newton steps taken.
    largest_error
        Largest difference between a total and its weighted sum, relative to the total; to the
        sum of absolute amounts where these cancel out.

    """

    weights: Array
    factors: Array
    multipliers: Array
    at_bound: npt.NDArray[np.bool_]
    distance: Distance
    bounds: tuple[float, float]
    steps: int
    largest_error: float


@dataclass(frozen=True, slots=True, eq=False)
class Auxiliaries:
    """What is known of the sample and of the population.

    Attributes
    ----------
    values : (n, p) ndarray
        Amount of each person in each column; 1 or 0 for a category.
    totals : (p,) ndarray
        Sum of each column over the population.
    names
        What each column is called in a message.

    """

    values: Array
    totals: Array
    names: tuple[str, ...]


def margin_columns(weights: npt.ArrayLike, margins: Sequence[Margin]) -> Auxiliaries:
    """Write margins as columns of ones and zeros, one for each category.

    Raises
    ------
    ValueError
        If the margins do not fit the sample or each other (``sampling.raking.check_margins``).

    """
    check_margins(checked_weights(weights), margins)
    columns = [
        (np.asarray(margin.labels, dtype=object) == category, total, f"{margin.name}={category}")
        for margin in margins
        for category, total in margin.totals.items()
    ]
    inside, totals, names = zip(*columns, strict=True)
    return Auxiliaries(np.column_stack(inside).astype(float), np.array(totals, dtype=float), names)


def calibrate(
    weights: npt.ArrayLike,
    auxiliaries: Auxiliaries,
    *,
    distance: Distance = Distance.LINEAR,
    bounds: tuple[float, float] | None = None,
) -> Calibration:
    """Multiply weights by factors ``g(x' lambda)`` so that all known totals are hit.

    Parameters
    ----------
    weights : (n,) array_like
        Not negative; 0 stays 0. [persons]
    auxiliaries
        Columns and their totals. Columns may depend on each other as long as the totals do
        in the same way.
    distance
        Which factors count as near to 1.
    bounds
        Lowest and highest factor, ``0 <= L < 1 < U``; for the two bounded distances only.

    Raises
    ------
    ValueError
        If the arguments do not fit, or no factors within the bounds hit the totals. Then the
        total that is missed most is named, with the nearest sum that can be reached.

    References
    ----------
    Deville & Särndal (1992), *JASA* 87, 376-382.

    """
    weight = checked_weights(weights)
    limits = _check(weight, auxiliaries, distance, bounds)
    carrying = weight > 0
    x, kind = _alike(auxiliaries.values[carrying])
    together = np.bincount(kind, weight[carrying]).astype(float)
    size = _size(auxiliaries.totals, together @ np.abs(x))
    problem = _Problem(together, x / size, auxiliaries.totals / size, distance, limits)

    multipliers, steps = _newton(problem)
    found, _, _ = _curve(problem.x @ multipliers, distance, limits)
    error = problem.error(found)
    largest = float(np.abs(error).max())
    if largest > TOLERANCE:
        raise RefusedError(_why_not(problem, auxiliaries, size, error, steps))

    factors = np.ones(weight.shape)
    factors[carrying] = found[kind]
    return Calibration(
        weights=weight * factors,
        factors=factors,
        multipliers=multipliers / size,
        at_bound=carrying & np.isclose(factors[:, None], limits, rtol=0, atol=AT_BOUND).any(axis=1),
        distance=distance,
        bounds=limits,
        steps=steps,
        largest_error=largest,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    """People alike are one row; columns are divided by their totals: errors are relative."""

    weight: Array
    x: Array
    totals: Array
    distance: Distance
    limits: tuple[float, float]

    def error(self, factors: Array) -> Array:
        """Return what is missing of each total, as a share of it."""
        return np.asarray(self.totals - (self.weight * factors) @ self.x)


def _size(totals: Array, gross: Array) -> Array:
    """Return what errors are relative to: the total, or the gross sum where amounts cancel."""
    size = np.where(np.abs(totals) > CANCELLED * gross, np.abs(totals), gross)
    return np.where(size > 0, size, 1.0)


def _alike(values: Array) -> tuple[Array, npt.NDArray[np.intp]]:
    """Rows that differ, once each, and which of them every row is; alike rows share a factor."""
    as_bytes = np.dtype((np.void, values.shape[1] * values.itemsize))
    rows = np.ascontiguousarray(values).view(as_bytes).reshape(-1)
    _, first, kind = np.unique(rows, return_index=True, return_inverse=True)
    return values[first], kind


def _curve(t: Array, distance: Distance, limits: tuple[float, float]) -> tuple[Array, Array, Array]:
    """Factor ``g(t)``, its slope, and its integral from a fixed point."""
    low, high = limits
    if distance is Distance.LINEAR:
        return 1 + t, np.ones_like(t), t + t**2 / 2
    if distance is Distance.RAKING:
        factor = np.exp(t)
        return factor, factor, factor
    if distance is Distance.BOUNDED_LINEAR:
        inside = np.clip(t, low - 1, high - 1)
        integral = inside + inside**2 / 2 + (1 + inside) * (t - inside)
        return 1 + inside, (inside == t).astype(float), integral
    steepness = (high - low) / ((1 - low) * (high - 1))
    shifted = steepness * t + np.log((1 - low) / (high - 1))
    part = expit(shifted)
    slope = steepness * (high - low) * part * (1 - part)
    integral = low * t + (high - low) / steepness * np.logaddexp(0, shifted)
    return low + (high - low) * part, slope, integral


def _newton(problem: _Problem) -> tuple[Array, int]:
    """Minimise the dual, ``sum d G(x' lambda) - lambda' T``, whose gradient is the error.

    The dual is convex. Its matrix is kept from vanishing, where many factors stand at a bound,
    by a part of the first one that shrinks with the error; the step is halved until the dual
    falls or the error does.
    """
    design, x, totals = problem.weight, problem.x, problem.totals
    first = (x.T * design) @ x
    multipliers = np.zeros(totals.size)

    def at(place: Array) -> tuple[float, Array, Array]:
        with np.errstate(over="ignore", invalid="ignore"):  # a step too long is halved
            factor, slope, integral = _curve(x @ place, problem.distance, problem.limits)
            return float(design @ integral - place @ totals), problem.error(factor), slope

    dual, error, slope = at(multipliers)
    for done in range(MOST_STEPS):
        worst = np.abs(error).max()
        if worst <= PRECISE:
            return multipliers, done
        matrix = (x.T * (design * slope)) @ x + min(worst, 1e-4) * first
        step = np.linalg.lstsq(matrix, error, rcond=None)[0]
        for halving in range(MOST_HALVINGS):
            length = 0.5**halving
            trial = multipliers + length * step
            new_dual, new_error, new_slope = at(trial)
            if (
                new_dual <= dual - 1e-4 * length * (step @ error)
                or np.abs(new_error).max() <= worst / 2
            ):
                break
        else:
            return multipliers, done
        multipliers, dual, error, slope = trial, new_dual, new_error, new_slope
    return multipliers, MOST_STEPS


def _why_not(
    problem: _Problem, auxiliaries: Auxiliaries, size: Array, error: Array, steps: int
) -> Text:
    """Say which total cannot be hit, by the least that all must be missed together."""
    low, high = problem.limits
    missed = _least_missed(problem)
    allowed = Text(_limits_in_words(low, high), f"factors within [{low:g}, {high:g}]")
    if np.abs(missed).max() > IMPOSSIBLE:
        error = missed
        said = Text(
            f"Không hệ số nào {allowed.vi} đạt được các tổng", f"no {allowed.en} hit the totals"
        )
    else:
        said = Text(
            f"Hệ số {allowed.vi} chỉ đạt được các tổng khi đứng hết ở giới hạn; sau "
            f"{written(steps)} bước vẫn chưa đạt",
            f"{allowed.en} reach the totals only at their edge; not hit in {steps} steps",
        )
    at = int(np.abs(error).argmax())
    name, wanted = auxiliaries.names[at], float(auxiliaries.totals[at])
    reached = wanted - float(error[at] * size[at])
    return Text(
        f"{said.vi}: {name} cần {written(wanted)}, gần nhất là {figure(reached).vi}.",
        f"{said.en}: {name} wants {wanted:.10g}, nearest is {reached:.10g}",
    )


def _limits_in_words(low: float, high: float) -> str:
    if high < inf:
        return f"từ {written(low)} đến {written(high)}"
    return "không âm" if low == 0 else "dương hay âm"


def _least_missed(problem: _Problem) -> Array:
    """Smallest sum of relative errors any factors within the limits leave, total by total."""
    one = np.eye(problem.totals.size)
    low, high = problem.limits
    found = linprog(
        c=np.r_[np.zeros(problem.weight.size), np.ones(2 * problem.totals.size)],
        A_eq=np.hstack([problem.x.T * problem.weight, one, -one]),
        b_eq=problem.totals,
        bounds=[(low, high)] * problem.weight.size + [(0, inf)] * (2 * problem.totals.size),
        method="highs",
    )
    short, over = np.split(np.asarray(found.x)[problem.weight.size :], 2)
    return np.asarray(short - over)


def _check(
    weight: Array,
    auxiliaries: Auxiliaries,
    distance: Distance,
    bounds: tuple[float, float] | None,
) -> tuple[float, float]:
    """Check the arguments and return the limits of the factors."""
    values, totals, names = auxiliaries.values, auxiliaries.totals, auxiliaries.names
    bounded = distance in {Distance.LOGIT, Distance.BOUNDED_LINEAR}
    low, high = bounds or (1.0, 1.0)
    sizes = f"{weight.size} weights, {totals.size} totals and {len(names)} names"
    require(
        (bool(weight.any()), NO_WEIGHT),
        (
            values.shape == (weight.size, totals.size) and len(names) == totals.size > 0,
            Text(
                f"Các cột không vừa với {written(weight.size)} trọng số, {written(totals.size)} "
                f"tổng và {written(len(names))} tên.",
                f"{sizes} do not fit columns of shape {values.shape}",
            ),
        ),
        (
            bool(np.isfinite(values).all() and np.isfinite(totals).all()),
            Text(
                "Số liệu của các cột và các tổng phải là số hữu hạn.",
                "columns and totals must be finite numbers",
            ),
        ),
        (
            bounded or bounds is None,
            Text(
                f"Cách hiệu chỉnh {distance} không có giới hạn hệ số; muốn có giới hạn hãy chọn "
                "logit hoặc bounded_linear.",
                f"the {distance} distance has no bounds; take logit or bounded_linear",
            ),
        ),
        (
            not bounded or (0 <= low < 1 < high < inf),
            Text(
                f"Cách hiệu chỉnh {distance} cần hai giới hạn hệ số: số dưới từ 0 đến dưới 1, số "
                "trên lớn hơn 1.",
                f"bounds {bounds} of the {distance} distance must be 0 <= L < 1 < U",
            ),
        ),
    )
    if bounded:
        return low, high
    return (0.0 if distance is Distance.RAKING else -inf), inf
