"""Every method of ``sampling`` on a file: allocation, draws, weights, rounding.

``cchc sample`` calls these; on the screen ``services.what_if`` offers five of the methods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

import numpy as np

from questionnaires.model import Text
from sampling.allocation import Allocation, Strata, whole_total
from sampling.allocation_rules import (
    allocate_equal,
    allocate_fixed,
    allocate_power,
    allocate_proportional,
    allocate_square_root,
)
from sampling.apportionment import Apportionment, apportion
from sampling.budget_allocation import integer_for_budget
from sampling.calibration import Distance, calibrate, margin_columns
from sampling.continuous_allocation import (
    continuous_for_budget,
    continuous_for_total,
    continuous_for_variance,
)
from sampling.controlled_rounding import round_table
from sampling.equal_precision import equal_precision
from sampling.frames import make_frame
from sampling.integer_allocation import integer_for_total, integer_for_variance
from sampling.nonresponse import NonresponseAdjustment, adjust_for_nonresponse
from sampling.precision_targets import cv_target, meet_targets
from sampling.raking import Margin, poststratify, rake
from sampling.selection import DrawPlan, Method, draw_sample
from sampling.stages import Stage, draw_stages, frames_of_paths
from sampling.weights import trim_weights, weight_quality
from sampling.wording import joined
from survey_app.errors import SurveyError
from survey_app.formats import number
from survey_app.services.sampling_files import Answer, Sheet


class Way(StrEnum):
    """Methods of allocation by the name they have on the command line."""

    FIXED = "fixed"
    EQUAL = "equal"
    PROPORTIONAL = "proportional"
    SQUARE_ROOT = "square-root"
    POWER = "power"
    OPTIMAL = "optimal"
    EQUAL_PRECISION = "equal-precision"
    BUDGET = "budget"
    VARIANCE = "variance"
    TARGETS = "targets"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of an allocation.

    Attributes
    ----------
    way
        The method.
    amount
        Forms in all; of each stratum for ``fixed``; money for ``budget``; the largest variance
        of the total for ``variance``; unused for ``targets``.
    exponent
        Of ``power``.
    continuous
        Real numbers instead of whole forms.
    relative
        Of ``equal-precision``: equal coefficients of variation, by the column of means.
    targets
        Of ``targets``: variable -> largest coefficient of variation; the file has columns
        ``mean <variable>`` and ``sd <variable>``.

    """

    way: Way
    amount: float = 0.0
    exponent: float = 0.5
    continuous: bool = False
    relative: bool = False
    targets: Mapping[str, float] | None = None


def allocate_file(sheet: Sheet, wish: Wish) -> Answer:
    """Allocate forms to the strata of a file."""
    sheet.check_numbers("size", "deviation", "minimum", "maximum", "cost")
    codes = sheet.texts("code")
    sizes = sheet.numbers("size")
    strata = Strata.of(
        sizes,
        sheet.numbers("deviation", 1.0),
        minimum=sheet.numbers("minimum", 0),
        maximum=[min(a, b) for a, b in zip(sheet.numbers("maximum", np.inf), sizes, strict=True)],
        costs=sheet.numbers("cost", 1.0),
        codes=codes,
    )
    found = _allocated(sheet, strata, wish)
    rows = zip(codes, found.n.tolist(), strict=True)
    digits = 4 if wish.continuous else 0
    return Answer(
        ("mã", "số phiếu"),
        (*((code, number(n, digits)) for code, n in rows), ("cộng", number(found.total, digits))),
        found.explanation,
    )


def _allocated(sheet: Sheet, strata: Strata, wish: Wish) -> Allocation:
    whole = not wish.continuous
    if wish.way in PLAIN:
        return PLAIN[wish.way](wish.amount, strata, whole)
    match wish.way:
        case Way.POWER:
            return allocate_power(
                wish.amount,
                strata,
                means=sheet.numbers("mean"),
                exponent=wish.exponent,
                importance=sheet.numbers("importance") if sheet.has("importance") else None,
                integer=whole,
            )
        case Way.EQUAL_PRECISION:
            units = sheet.texts("unit") if sheet.has("unit") else None
            rows = zip(units or sheet.texts("code"), sheet.numbers("priority", 1.0), strict=True)
            return equal_precision(
                wish.amount,
                strata,
                units=units,
                means=sheet.numbers("mean") if wish.relative else None,
                priorities=list(_one_each(rows).values()),
                integer=whole,
            )
        case _:
            return _targets(sheet, strata, wish)


def _one_each(rows: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Priority of each unit, in the order of the file; rows of a unit must agree."""
    found: dict[str, float] = {}
    differ = {unit for unit, priority in rows if found.setdefault(unit, priority) != priority}
    if differ:
        raise SurveyError(
            "Một đơn vị chỉ có một mức ưu tiên.", details=[f"đơn vị {unit}" for unit in differ]
        )
    return found


PLAIN: Final[Mapping[Way, Callable[[float, Strata, bool], Allocation]]] = {
    Way.FIXED: lambda each, strata, _whole: allocate_fixed(whole_total(each), strata),
    Way.EQUAL: lambda total, strata, whole: allocate_equal(total, strata, integer=whole),
    Way.PROPORTIONAL: lambda total, strata, whole: allocate_proportional(
        total, strata, integer=whole
    ),
    Way.SQUARE_ROOT: lambda total, strata, whole: allocate_square_root(
        total, strata, integer=whole
    ),
    Way.OPTIMAL: lambda total, strata, whole: (
        integer_for_total(whole_total(total), strata)
        if whole
        else continuous_for_total(total, strata)
    ),
    Way.BUDGET: lambda budget, strata, whole: (
        integer_for_budget(budget, strata) if whole else continuous_for_budget(budget, strata)
    ),
    Way.VARIANCE: lambda variance, strata, whole: (
        integer_for_variance(variance, strata)
        if whole
        else continuous_for_variance(variance, strata)
    ),
}
"""Methods that need an amount and strata, and nothing else of the file."""


def _targets(sheet: Sheet, strata: Strata, wish: Wish) -> Allocation:
    """One target per variable, and per domain where the file names domains."""
    if not wish.targets:
        raise SurveyError("Phương pháp targets cần ít nhất một --cv BIẾN=0.05.")
    domains = sheet.texts("linh vuc") if sheet.has("linh vuc") else ("",) * sheet.rows
    targets = [
        cv_target(
            f"{variable} {domain}".strip(),
            strata,
            means=sheet.numbers(f"mean {variable}"),
            deviations=sheet.numbers(f"sd {variable}"),
            cv=cv,
            domain=[each == domain for each in domains],
        )
        for variable, cv in wish.targets.items()
        for domain in dict.fromkeys(domains)
    ]
    return meet_targets(strata, targets, integer=not wish.continuous)


def apportion_seats(
    total: int,
    weights: list[Decimal],
    method: str,
    *,
    minimum: int | Sequence[int] = 0,
    maximum: int | Sequence[int] | None = None,
) -> Answer:
    """Share a total by one of the five methods of apportionment, within bounds."""
    seats = apportion(
        total, weights, method=Apportionment(method), minimum=minimum, maximum=maximum
    ).tolist()
    rows = [(str(w), number(n)) for w, n in zip(weights, seats, strict=True)]
    said = Text("Tổng được giữ nguyên.", "The total is kept.")
    return Answer(("phần", "số phiếu"), (*rows, ("cộng", number(sum(seats)))), said)


def round_file(
    sheet: Sheet,
    *,
    row_totals: Sequence[int] | None = None,
    column_totals: Sequence[int] | None = None,
) -> Answer:
    """Round a table of units and groups so that both margins keep their totals.

    The totals are those stated, or without them the rounded ones of the table.
    """
    names = [name for name in sheet.columns if name not in {"ma", "code"}]
    table = np.array([sheet.numbers(name) for name in names]).T
    found = round_table(table, row_totals=row_totals, column_totals=column_totals)
    rows = zip(sheet.texts("code"), found.n.tolist(), strict=True)
    return Answer(
        ("mã", *names),
        tuple((code, *(number(n) for n in row)) for code, row in rows),
        found.explanation,
    )


@dataclass(frozen=True, slots=True)
class DrawWish:
    """What is asked of a draw.

    Attributes
    ----------
    method, seed
        How, and by which public line of text.
    n, reserve
        Rows drawn and kept in reserve: one number (for every stratum of a stratified draw),
        or by stratum. [rows]
    stratified
        Whether every stratum of the file is drawn from by itself.
    shifted
        Whether those are avoided who were chosen by the same seed.
    name
        Name of the list, part of every random number; that of the file when empty.

    """

    method: str
    seed: str
    n: int | Mapping[str, int]
    reserve: int | Mapping[str, int] = 0
    stratified: bool = False
    shifted: bool = False
    name: str = ""


def draw_file(sheet: Sheet, wish: DrawWish) -> Answer:
    """Draw a sample and its reserve from the list in a file."""
    by_stratum = wish.stratified or isinstance(wish.n, Mapping) or isinstance(wish.reserve, Mapping)
    strata = sheet.texts("stratum") if by_stratum else None
    frame = make_frame(
        wish.name or sheet.source,
        sheet.texts("code"),
        strata=strata,
        sizes=[Decimal(str(n)) for n in sheet.numbers("size")] if sheet.has("size") else None,
        sort_keys=sheet.texts("sort") if sheet.has("sort") else None,
        sorted_by="thu tu" if sheet.has("sort") else "",
    )
    names = sorted(set(frame.strata)) if strata else []
    sizes, reserve = (
        dict.fromkeys(names, wanted) if names and isinstance(wanted, int) else wanted
        for wanted in (wish.n, wish.reserve)
    )
    draw = draw_sample(
        frame, DrawPlan(Method(wish.method), wish.seed, sizes, reserve, shifted=wish.shifted)
    )
    rows = [
        (str(place), kind, row.stratum, row.key, number(row.probability, 6))
        for kind, listed in (("chọn", draw.chosen), ("dự phòng", draw.reserve))
        for place, row in enumerate(listed, start=1)
    ]
    said = Text(
        f"Danh sách “{draw.frame_id}”, mã {draw.frame_digest}; số công khai “{wish.seed}”. "
        "Chạy lại lệnh này với cùng danh sách, cùng tên danh sách và số này cho đúng kết quả này.",
        f"List “{draw.frame_id}”, digest {draw.frame_digest}; public seed “{wish.seed}”. The "
        "same list, name of the list and seed give the same draw.",
    )
    return Answer(("thứ tự", "loại", "tầng", "mã", "xác suất"), tuple(rows), said)


def draw_stages_file(
    sheet: Sheet, taken: Sequence[int], seed: str, *, methods: Sequence[str] = (), reserve: int = 0
) -> Answer:
    """Draw in stages from a list of last-stage units.

    The first columns of the file are the stages from the top down (province, commune, hamlet,
    household); ``taken`` says how many of each are drawn below each unit of the one before,
    ``methods`` how (simple random when left out; by size, the size is the number of last-stage
    units), ``reserve`` how many last-stage units stand by below each unit.
    """
    names = list(sheet.columns)[: len(taken)]
    if len(names) < len(taken):
        raise SurveyError(
            f"{sheet.source} có {len(names)} cột nhưng cần {len(taken)} giai đoạn.",
            details=["mỗi giai đoạn một cột, từ rộng đến hẹp: tỉnh, xã, thôn, hộ"],
        )
    paths = zip(*(sheet.columns[name] for name in names), strict=True)
    frames = frames_of_paths(paths, frame_id=sheet.source)
    ways = [Method(way) for way in methods] or [Method.SIMPLE] * len(names)
    if len(ways) != len(names):
        raise SurveyError(f"Cần {len(names)} phương pháp, mỗi giai đoạn một; có {len(ways)}.")
    spare = [0] * (len(names) - 1) + [reserve]
    stages = [Stage(*each) for each in zip(names, taken, ways, spare, strict=True)]
    found = draw_stages(frames.__getitem__, stages, seed=seed)
    rows = [
        (*unit.path, number(unit.probability, 8), number(unit.weight, 2), "chọn")
        for unit in found.units
    ]
    rows += [
        (*path, row.key, "", "", "dự phòng")
        for path, draw in found.draws.items()
        for row in draw.reserve
    ]
    said = Text(
        f"{number(len(found.units))} {names[-1]}; số công khai “{seed}”. "
        f"{number(len(found.short))} nơi không đủ để chọn.",
        f"{len(found.units)} drawn; public seed “{seed}”. {len(found.short)} places had too few.",
    )
    return Answer((*names, "xác suất", "trọng số", "loại"), tuple(rows), said)


@dataclass(frozen=True, slots=True)
class WeightWish:
    """Steps of weighting, in the order they are taken; each may be left out.

    Attributes
    ----------
    classes
        Column of non-response classes.
    poststrata
        Column -> category -> people; one column.
    margins
        Columns -> category -> people, for raking or calibration.
    distance, bounds
        Calibration to the margins instead of raking, and its bounds.
    cap
        Largest weight; what is above is shared among the others, last of all.

    """

    classes: str | None = None
    poststrata: Mapping[str, Mapping[str, float]] | None = None
    margins: Mapping[str, Mapping[str, float]] | None = None
    distance: str | None = None
    bounds: tuple[float, float] | None = None
    cap: float | None = None

    def __post_init__(self) -> None:
        """Refuse what would be passed over in silence."""
        wrong = []
        if self.distance and not self.margins:
            wrong.append("hiệu chỉnh cần ít nhất một biên (--margin)")
        if self.bounds and not self.distance:
            wrong.append("giới hạn hệ số cần một cách hiệu chỉnh (--calibrate)")
        if wrong:
            raise SurveyError("Không tính được.", details=wrong)


def weigh_file(sheet: Sheet, wish: WeightWish) -> Answer:
    """Weight the respondents of a file; every step keeps the column before."""
    keys = sheet.texts("code")
    columns: dict[str, list[float]] = {"thiết kế": sheet.numbers("weight", 1.0)}
    weights = np.array(columns["thiết kế"])
    answered = np.ones(len(keys), dtype=bool)
    done: list[Text] = []
    if wish.classes:
        answered = np.array(sheet.numbers("responded")) > 0
        adjusted = adjust_for_nonresponse(weights, answered, sheet.texts(wish.classes))
        weights = adjusted.weights
        done += _merged(adjusted)
        columns["không trả lời"] = weights.tolist()
    kept = np.flatnonzero(answered)
    for name, totals in (wish.poststrata or {}).items():
        labels = [sheet.texts(name)[i] for i in kept]
        weights[kept] = poststratify(weights[kept], labels, totals).weights
        columns[f"hậu phân tầng {name}"] = weights.tolist()
    at_bound = None
    if wish.margins:
        margins = [
            Margin(name, tuple(sheet.texts(name)[i] for i in kept), totals)
            for name, totals in wish.margins.items()
        ]
        if wish.distance is None:
            weights[kept] = rake(weights[kept], margins).weights
        else:
            found = calibrate(
                weights[kept],
                margin_columns(weights[kept], margins),
                distance=Distance(wish.distance),
                bounds=wish.bounds,
            )
            weights[kept], at_bound = found.weights, found.at_bound
        columns["hiệu chỉnh"] = weights.tolist()
    if wish.cap is not None:
        cut = trim_weights(weights[kept], wish.cap)
        weights[kept] = cut.weights
        columns["cắt"] = weights.tolist()
        done.append(
            Text(
                f"{number(cut.trimmed)} trọng số bị cắt ở {number(cut.cap, 2)}; biên không còn giữ "
                "đúng.",
                f"{cut.trimmed} weights cut at {cut.cap:.2f}; margins no longer hold.",
            )
        )
    quality = weight_quality(weights[kept], at_bound=at_bound)
    said = Text(
        f"{number(quality.n)} người, tổng trọng số {number(quality.total, 2)}; hệ số thiết kế Kish "
        f"{number(quality.kish_deff, 3)}, cỡ mẫu hiệu dụng {number(quality.effective_n, 1)}; lớn "
        f"nhất/nhỏ nhất {number(quality.ratio, 2)}; "
        f"{number(100 * quality.share_at_bound, 1)}% ở giới hạn.",
        f"{quality.n} people, total weight {quality.total:.2f}; Kish deff {quality.kish_deff:.3f}, "
        f"effective n {quality.effective_n:.1f}; largest/smallest {quality.ratio:.2f}; "
        f"{100 * quality.share_at_bound:.1f}% at a bound.",
    )
    rows = (
        (key, *(number(column[i], 6) for column in columns.values())) for i, key in enumerate(keys)
    )
    return Answer(("mã", *columns), tuple(rows), joined((*done, said)))


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
