"""Weights of the respondents of a file, step by step, for ``cchc sample weights``.

Design weights, silence, known counts, known amounts, a cap: every step keeps the column before
it. What each does is said in ``sampling.weights`` and the modules it names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from questionnaires.model import Text
from sampling.calibration import Auxiliaries, Calibration, Distance, calibrate, margin_columns
from sampling.nonresponse import (
    FEWEST_RESPONDENTS,
    LARGEST_FACTOR,
    NonresponseAdjustment,
    adjust_for_nonresponse,
)
from sampling.raking import Margin, poststratify, rake
from sampling.weights import Trimming, WeightQuality, WeightSteps, trim_weights, weight_quality
from sampling.wording import joined
from survey_app.errors import SurveyError
from survey_app.formats import number
from survey_app.services.sampling_files import Answer, Sheet

Array: TypeAlias = npt.NDArray[np.float64]
Counts: TypeAlias = Mapping[str, Mapping[str, float]]
"""Column -> category -> people of the population."""


@dataclass(frozen=True, slots=True)
class Silence:
    """How those who answered stand for those who did not.

    Attributes
    ----------
    column
        Column of non-response classes.
    order
        Classes so that alike ones are neighbours; by the alphabet when empty.
    fewest, largest
        Respondents a class needs, and the largest factor it may have, before it is merged.

    """

    column: str
    order: Sequence[str] = ()
    fewest: int = FEWEST_RESPONDENTS
    largest: float = LARGEST_FACTOR


@dataclass(frozen=True, slots=True)
class WeightWish:
    """Steps of weighting, in the order they are taken; each may be left out.

    Attributes
    ----------
    silence
        Non-response.
    poststrata, margins
        Known counts: hit column after column, or all together by raking or calibration.
    amounts
        Column -> known total of what it holds, for calibration.
    distance, bounds
        Calibration instead of raking, and the bounds of its factors.
    cap
        Largest weight; what is above is shared among the others, last of all.

    """

    silence: Silence | None = None
    poststrata: Counts = field(default_factory=dict)
    margins: Counts = field(default_factory=dict)
    amounts: Mapping[str, float] = field(default_factory=dict)
    distance: str | None = None
    bounds: tuple[float, float] | None = None
    cap: float | None = None

    def __post_init__(self) -> None:
        """Refuse what would be passed over in silence."""
        wrong = []
        if self.distance and not (self.margins or self.amounts):
            wrong.append("hiệu chỉnh cần ít nhất một biên (--margin) hoặc một tổng (--total)")
        if self.amounts and not self.distance:
            wrong.append("tổng của một cột (--total) cần một cách hiệu chỉnh (--calibrate)")
        if self.bounds and not self.distance:
            wrong.append("giới hạn hệ số cần một cách hiệu chỉnh (--calibrate)")
        if wrong:
            raise SurveyError("Không tính được.", details=wrong)


def weigh_file(sheet: Sheet, wish: WeightWish) -> Answer:
    """Weight the respondents of a file; every step keeps the column before."""
    keys, weights = sheet.texts("code"), np.array(sheet.numbers("weight", 1.0))
    steps, said = WeightSteps().then("thiết kế", weights), []
    kept = np.arange(len(keys))
    if wish.silence:
        answered = np.array(sheet.numbers("responded")) > 0
        adjusted = _adjusted(weights, answered, sheet, wish.silence)
        weights, kept = adjusted.weights, np.flatnonzero(answered)
        steps = steps.then("không trả lời", weights)
        said += _merged(adjusted)
    for name, totals in wish.poststrata.items():
        (margin,) = _margins(sheet, kept, {name: totals})
        weights[kept] = poststratify(weights[kept], margin.labels, totals).weights
        steps = steps.then(f"hậu phân tầng {name}", weights)
    at_bound = None
    if wish.distance is not None:
        found = _calibrated(weights[kept], sheet, kept, wish, Distance(wish.distance))
        weights[kept], at_bound = found.weights, found.at_bound
    elif wish.margins:
        weights[kept] = rake(weights[kept], _margins(sheet, kept, wish.margins)).weights
    if wish.distance or wish.margins:
        steps = steps.then("hiệu chỉnh", weights)
    if wish.cap is not None:
        cut = trim_weights(weights[kept], wish.cap)
        weights[kept] = cut.weights
        steps = steps.then("cắt", weights)
        said.append(_trimmed(cut))
    said.append(_quality(weight_quality(weights[kept], at_bound=at_bound)))
    rows = zip(*(column.tolist() for column in steps.columns), strict=True)
    return Answer(
        ("mã", *steps.names),
        tuple(
            (key, *(number(weight, 6) for weight in row))
            for key, row in zip(keys, rows, strict=True)
        ),
        joined(said),
    )


def _adjusted(
    weights: Array, answered: npt.NDArray[np.bool_], sheet: Sheet, silence: Silence
) -> NonresponseAdjustment:
    return adjust_for_nonresponse(
        weights,
        answered,
        sheet.texts(silence.column),
        order=silence.order or None,
        fewest_respondents=silence.fewest,
        largest_factor=silence.largest,
    )


def _margins(sheet: Sheet, kept: npt.NDArray[np.intp], counts: Counts) -> list[Margin]:
    return [
        Margin(name, tuple(sheet.texts(name)[row] for row in kept), totals)
        for name, totals in counts.items()
    ]


def _calibrated(
    weights: Array,
    sheet: Sheet,
    kept: npt.NDArray[np.intp],
    wish: WeightWish,
    distance: Distance,
) -> Calibration:
    """Hit the margins and the amounts together."""
    amounts = [np.array(sheet.numbers(name, counted=True))[kept] for name in wish.amounts]
    columns = Auxiliaries(
        np.column_stack([*amounts, np.empty((kept.size, 0))]),
        np.array(list(wish.amounts.values())),
        tuple(wish.amounts),
    )
    if wish.margins:
        counted = margin_columns(weights, _margins(sheet, kept, wish.margins))
        columns = Auxiliaries(
            np.hstack([counted.values, columns.values]),
            np.concatenate([counted.totals, columns.totals]),
            (*counted.names, *columns.names),
        )
    return calibrate(weights, columns, distance=distance, bounds=wish.bounds)


def _trimmed(cut: Trimming) -> Text:
    return Text(
        f"{number(cut.trimmed)} trọng số bị cắt ở {number(cut.cap, 2)}; biên không còn giữ đúng.",
        f"{cut.trimmed} weights cut at {cut.cap:.2f}; margins no longer hold.",
    )


def _quality(quality: WeightQuality) -> Text:
    return Text(
        f"{number(quality.n)} người, tổng trọng số {number(quality.total, 2)}; hệ số thiết kế Kish "
        f"{number(quality.kish_deff, 3)}, cỡ mẫu hiệu dụng {number(quality.effective_n, 1)}; lớn "
        f"nhất/nhỏ nhất {number(quality.ratio, 2)}; "
        f"{number(100 * quality.share_at_bound, 1)}% ở giới hạn.",
        f"{quality.n} people, total weight {quality.total:.2f}; Kish deff {quality.kish_deff:.3f}, "
        f"effective n {quality.effective_n:.1f}; largest/smallest {quality.ratio:.2f}; "
        f"{100 * quality.share_at_bound:.1f}% at a bound.",
    )


def _merged(adjusted: NonresponseAdjustment) -> list[Text]:
    """Say which classes could not stand alone, and whether that was enough."""
    said = [
        Text(
            f"Lớp {'+'.join(merge.merged)} ({merge.respondents} người trả lời) gộp với "
            f"{'+'.join(merge.into)}.",
            f"Class {'+'.join(merge.merged)} ({merge.respondents} respondents) was merged with "
            f"{'+'.join(merge.into)}.",
        )
        for merge in adjusted.collapsed
    ]
    if not adjusted.within_limits:
        said.append(
            Text(
                "Gộp hết vẫn còn quá ít người trả lời hoặc hệ số quá lớn.",
                "Even all classes together have too few respondents or too large a factor.",
            )
        )
    return said
