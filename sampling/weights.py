"""How many people of the population one respondent stands for.

Weights are made in steps, and each step keeps the columns before it (``WeightSteps``):
``design_weights`` from the draw, then those who did not answer (``sampling.nonresponse``), then
known totals (``sampling.raking``, ``sampling.calibration``), and ``trim_weights`` only when
somebody says so. ``weight_quality`` says what unequal weights cost. Probabilities of inclusion
come from the draw (``sampling.selection``); estimates and their errors from ``analysis``.

Arrays have one row per person, in any order: the same person gets the same weight wherever
he stands. Weights are in persons of the population.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from questionnaires.model import Text
from sampling.arguments import Condition, RefusedError, require
from sampling.wording import figure, written

Array = npt.NDArray[np.float64]

NO_WEIGHT = Text("Không trọng số nào lớn hơn 0.", "no weight is above 0")

ROUNDING = 1e-12
"""Relative difference that is dust of floating point."""


@dataclass(frozen=True, slots=True, eq=False)
class WeightSteps:
    """Columns of weights in the order they were made; nothing is overwritten.

    ``names`` and ``columns`` go together; each column is (n,) and read-only. [persons]
    """

    names: tuple[str, ...] = ()
    columns: tuple[Array, ...] = ()

    def then(self, name: str, weights: npt.ArrayLike) -> WeightSteps:
        """Return the same steps with one more column.

        Raises
        ------
        ValueError
            If the name is taken or the column has another length.

        """
        column = np.array(weights, dtype=float)
        column.flags.writeable = False
        shape = self.columns[0].shape if self.columns else column.shape
        require(
            (
                name not in self.names,
                Text(
                    f"Đã có bước “{name}”; các bước trước được giữ nguyên.",
                    f"a step “{name}” is there already; steps are kept",
                ),
            ),
            (
                column.shape == shape,
                Text(
                    f"Bước “{name}” không có đủ số người như các bước trước.",
                    f"step “{name}” has shape {column.shape}, not {shape}",
                ),
            ),
        )
        return WeightSteps((*self.names, name), (*self.columns, column))

    def __getitem__(self, name: str) -> Array:
        return self.columns[self.names.index(name)]

    @property
    def final(self) -> Array:
        """The newest column."""
        return self.columns[-1]


@dataclass(frozen=True, slots=True, eq=False)
class Trimming:
    """Weights that were cut on purpose.

    Attributes
    ----------
    weights : (n,) ndarray
        Adds up to what it added up to before. [persons]
    cap
        Largest weight allowed. [persons]
    trimmed
        Weights that now stand at the cap. [respondents]
    moved
        Weight taken from them and shared among the others. [persons]
    mean_before, mean_after
        Weighted mean of the values given, so that the cost is seen; NaN without values.

    """

    weights: Array
    cap: float
    trimmed: int
    moved: float
    mean_before: float
    mean_after: float


@dataclass(frozen=True, slots=True)
class WeightQuality:
    """What unequal weights cost.

    Attributes
    ----------
    n
        Weights above 0. [respondents]
    total, smallest, largest, ratio
        Their sum, ends, and largest over smallest. [persons; ratio has no unit]
    kish_deff, effective_n
        ``1 + CV²`` of the weights, and ``n`` divided by it. [respondents]
    share_at_bound
        Part of the respondents whose factor stands at a bound; 0 without bounds. [0-1]

    """

    n: int
    total: float
    smallest: float
    largest: float
    ratio: float
    kish_deff: float
    effective_n: float
    share_at_bound: float


def design_weights(*probabilities: npt.ArrayLike) -> Array:
    """Inverse of the probability of inclusion, multiplied over the stages of the draw.

    Parameters
    ----------
    *probabilities : (n,) array_like
        One array for each stage (commune, hamlet, household, ...), in (0, 1].

    Returns
    -------
    (n,) ndarray
        ``1 / (pi_1 pi_2 ...)``. [persons]

    Raises
    ------
    ValueError
        If there is no stage, shapes differ, or a probability lies outside (0, 1].

    References
    ----------
    Horvitz & Thompson (1952), *JASA* 47, 663-685.

    """
    stages = [np.asarray(stage, dtype=float) for stage in probabilities]
    shapes = [stage.shape for stage in stages]
    wrong = [int(np.sum(~((stage > 0) & (stage <= 1)))) for stage in stages]
    require(
        (
            len(set(shapes)) == 1 and len(shapes[0]) == 1,
            Text(
                "Mỗi giai đoạn phải có một xác suất cho mỗi người.",
                f"each stage needs one probability for each person; shapes are {shapes}",
            ),
        ),
        (
            not any(wrong),
            Text(
                "Xác suất phải lớn hơn 0 và nhiều nhất là 1; số xác suất sai ở từng giai đoạn: "
                f"{', '.join(map(written, wrong))}.",
                f"probabilities outside (0, 1], by stage: {wrong}",
            ),
        ),
    )
    return np.asarray(1 / np.prod(stages, axis=0), dtype=float)


def trim_weights(
    weights: npt.ArrayLike, cap: float, *, values: npt.ArrayLike | None = None
) -> Trimming:
    """Cut weights at ``cap`` and share what is cut among the others, in proportion.

    Known totals that were hit before are not hit afterwards; calibrate again, with bounds.

    Parameters
    ----------
    weights : (n,) array_like
        Not negative. [persons]
    cap
        Largest weight allowed. [persons]
    values : (n,) array_like, optional
        Something measured, so that the change of its mean is reported; NaN is left out.

    Raises
    ------
    ValueError
        If lengths differ, or so low a cap cannot hold the total.

    References
    ----------
    Potter (1990), *Proc. Survey Research Methods Section*, ASA, 225-230.

    """
    before = checked_weights(weights)
    value = np.full(before.shape, np.nan) if values is None else np.asarray(values, dtype=float)
    total, carriers = float(before.sum()), int((before > 0).sum())
    require(
        alike(before.size, value.size, Text("giá trị", "values")),
        (total > 0, NO_WEIGHT),
        (
            cap * carriers >= total * (1 - ROUNDING),
            Text(
                f"Cắt {written(carriers)} trọng số ở mức {written(cap)} thì không giữ được tổng "
                f"{figure(total).vi}; hãy đặt mức cắt từ {figure(total / max(carriers, 1)).vi} trở "
                "lên.",
                f"a cap of {cap:g} on {carriers} weights cannot hold their total {total:g}",
            ),
        ),
    )
    after = before.copy()
    capped = np.zeros(before.shape, dtype=bool)
    while (above := ~capped & (after > cap)).any():
        capped |= above
        after[capped] = cap
        free = after[~capped].sum()
        if free:
            after[~capped] *= (total - cap * capped.sum()) / free
    return Trimming(
        weights=after,
        cap=float(cap),
        trimmed=int(capped.sum()),
        moved=float(np.maximum(before - after, 0).sum()),
        mean_before=_mean(before, value),
        mean_after=_mean(after, value),
    )


def _mean(weight: Array, value: Array) -> float:
    known = np.isfinite(value)
    return float(weight[known] @ value[known] / weight[known].sum()) if known.any() else np.nan


def weight_quality(
    weights: npt.ArrayLike, *, at_bound: npt.ArrayLike | None = None
) -> WeightQuality:
    """Say how unequal weights are and how many equal ones they are worth.

    Parameters
    ----------
    weights : (n,) array_like
        Not negative; those that are 0 are left out. [persons]
    at_bound : (n,) array_like of bool, optional
        Whose factor stands at a bound (``Calibration.at_bound``).

    Raises
    ------
    ValueError
        If no weight is above 0 or lengths differ.

    References
    ----------
    Kish (1965), *Survey Sampling*, sec. 11.7.

    """
    weight = checked_weights(weights)
    bound = np.zeros(weight.shape) if at_bound is None else np.asarray(at_bound, dtype=float)
    used = weight[weight > 0]
    require(
        alike(weight.size, bound.size, Text("dấu ở giới hạn", "marks of a bound")),
        (used.size > 0, NO_WEIGHT),
    )
    deff = float(used.size * (used**2).sum() / used.sum() ** 2)
    return WeightQuality(
        n=used.size,
        total=float(used.sum()),
        smallest=float(used.min()),
        largest=float(used.max()),
        ratio=float(used.max() / used.min()),
        kish_deff=deff,
        effective_n=used.size / deff,
        share_at_bound=float(bound[weight > 0].mean()),
    )


def checked_weights(weights: npt.ArrayLike) -> Array:
    """Weights as an array; refused if they cannot be weights."""
    weight = np.asarray(weights, dtype=float)
    if weight.ndim != 1 or not weight.size or not np.isfinite(weight).all() or (weight < 0).any():
        raise RefusedError(
            Text(
                "Trọng số phải là số hữu hạn, không âm, mỗi người một số.",
                f"weights must be finite and not negative, one for each person; got {weight!r}",
            )
        )
    return weight


def alike(weights: int, others: int, what: Text) -> Condition:
    """Say that something has a value for every weight."""
    return weights == others, Text(
        f"Có {written(weights)} trọng số nhưng {written(others)} {what.vi}; phải bằng nhau.",
        f"{weights} weights and {others} {what.en}",
    )
