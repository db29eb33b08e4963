"""Every method of ``sampling`` on a file: allocation, draws, weights, rounding.

``cchc sample`` calls these; on the screen ``services.what_if`` offers five of the methods.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

import numpy as np

from questionnaires.model import Text
from sampling.allocation import Allocation, Strata
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
from sampling.nonresponse import adjust_for_nonresponse
from sampling.precision_targets import cv_target, meet_targets
from sampling.raking import Margin, poststratify, rake
from sampling.selection import DrawPlan, Method, draw_sample
from sampling.stages import Stage, draw_stages, frames_of_paths
from sampling.weights import weight_quality
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
    targets
        Of ``targets``: variable -> largest coefficient of variation; the file has columns
        ``mean <variable>`` and ``sd <variable>``.

    """

    way: Way
    amount: float = 0.0
    exponent: float = 0.5
    continuous: bool = False
    targets: Mapping[str, float] | None = None


def allocate_file(sheet: Sheet, wish: Wish) -> Answer:
    """Allocate forms to the strata of a file."""
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
            means = sheet.numbers("mean")
            return allocate_power(
                wish.amount, strata, means=means, exponent=wish.exponent, integer=whole
            )
        case Way.EQUAL_PRECISION:
            units = sheet.texts("unit") if sheet.has("unit") else None
            return equal_precision(wish.amount, strata, units=units, integer=whole)
        case _:
            return _targets(sheet, strata, wish)


PLAIN: Final[Mapping[Way, Callable[[float, Strata, bool], Allocation]]] = {
    Way.FIXED: lambda each, strata, _whole: allocate_fixed(int(each), strata),
    Way.EQUAL: lambda total, strata, whole: allocate_equal(total, strata, integer=whole),
    Way.PROPORTIONAL: lambda total, strata, whole: allocate_proportional(
        total, strata, integer=whole
    ),
    Way.SQUARE_ROOT: lambda total, strata, whole: allocate_square_root(
        total, strata, integer=whole
    ),
    Way.OPTIMAL: lambda total, strata, whole: (
        integer_for_total(int(total), strata) if whole else continuous_for_total(total, strata)
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


def apportion_seats(total: int, weights: list[Decimal], method: str) -> Answer:
    """Share a total by one of the five methods of apportionment."""
    seats = apportion(total, weights, method=Apportionment(method)).tolist()
    rows = [(str(w), number(n)) for w, n in zip(weights, seats, strict=True)]
    said = Text("Tổng được giữ nguyên.", "The total is kept.")
    return Answer(("phần", "số phiếu"), (*rows, ("cộng", number(sum(seats)))), said)


def round_file(sheet: Sheet) -> Answer:
    """Round a table of units and groups so that both margins keep their rounded totals."""
    names = [name for name in sheet.columns if name not in {"ma", "code"}]
    table = np.array([sheet.numbers(name) for name in names]).T
    found = round_table(table)
    rows = zip(sheet.texts("code"), found.n.tolist(), strict=True)
    return Answer(
        ("mã", *names),
        tuple((code, *(number(n) for n in row)) for code, row in rows),
        found.explanation,
    )


@dataclass(frozen=True, slots=True)
class DrawWish:
    """What is asked of a draw: method, public seed, rows (of each stratum), reserve."""

    method: str
    seed: str
    n: int
    reserve: int = 0
    stratified: bool = False
    shifted: bool = False


def draw_file(sheet: Sheet, wish: DrawWish) -> Answer:
    """Draw a sample and its reserve from the list in a file."""
    strata = sheet.texts("stratum") if wish.stratified else None
    frame = make_frame(
        sheet.source,
        sheet.texts("code"),
        strata=strata,
        sizes=[Decimal(str(n)) for n in sheet.numbers("size")] if sheet.has("size") else None,
        sort_keys=sheet.texts("sort") if sheet.has("sort") else None,
        sorted_by="thu tu" if sheet.has("sort") else "",
    )
    names = sorted(set(strata)) if strata else []
    sizes: int | dict[str, int] = dict.fromkeys(names, wish.n) if names else wish.n
    reserve: int | dict[str, int] = dict.fromkeys(names, wish.reserve) if names else wish.reserve
    draw = draw_sample(
        frame, DrawPlan(Method(wish.method), wish.seed, sizes, reserve, shifted=wish.shifted)
    )
    rows = [
        (str(place), kind, row.stratum, row.key, number(row.probability, 6))
        for kind, listed in (("chọn", draw.chosen), ("dự phòng", draw.reserve))
        for place, row in enumerate(listed, start=1)
    ]
    said = Text(
        f"Danh sách {draw.frame_digest}; hạt giống công khai “{wish.seed}”. Chạy lại lệnh này với "
        "cùng danh sách và hạt giống cho đúng kết quả này.",
        f"List {draw.frame_digest}; public seed “{wish.seed}”. The same list and seed give "
        "the same draw.",
    )
    return Answer(("thứ tự", "loại", "tầng", "mã", "xác suất"), tuple(rows), said)


def draw_stages_file(sheet: Sheet, taken: list[int], seed: str) -> Answer:
    """Draw in stages from a list of last-stage units.

    The first columns of the file are the stages from the top down (province, commune, hamlet,
    household); ``taken`` says how many of each are drawn below each unit of the one before.
    """
    names = list(sheet.columns)[: len(taken)]
    if len(names) < len(taken):
        raise SurveyError(
            f"{sheet.source} có {len(names)} cột nhưng cần {len(taken)} giai đoạn.",
            details=["mỗi giai đoạn một cột, từ rộng đến hẹp: tỉnh, xã, thôn, hộ"],
        )
    paths = zip(*(sheet.columns[name] for name in names), strict=True)
    frames = frames_of_paths(paths, frame_id=sheet.source)
    stages = [Stage(name, n) for name, n in zip(names, taken, strict=True)]
    found = draw_stages(frames.__getitem__, stages, seed=seed)
    rows = [
        (*unit.path, number(unit.probability, 8), number(unit.weight, 2)) for unit in found.units
    ]
    said = Text(
        f"{number(len(rows))} {names[-1]}; hạt giống công khai “{seed}”. "
        f"{number(len(found.short))} nơi không đủ để chọn.",
        f"{len(rows)} drawn; public seed “{seed}”. {len(found.short)} places had too few.",
    )
    return Answer((*names, "xác suất", "trọng số"), tuple(rows), said)


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
        Calibration instead of raking, and its bounds.

    """

    classes: str | None = None
    poststrata: Mapping[str, Mapping[str, float]] | None = None
    margins: Mapping[str, Mapping[str, float]] | None = None
    distance: str | None = None
    bounds: tuple[float, float] | None = None


def weigh_file(sheet: Sheet, wish: WeightWish) -> Answer:
    """Weight the respondents of a file; every step keeps the column before."""
    keys = sheet.texts("code")
    columns: dict[str, list[float]] = {"thiết kế": sheet.numbers("weight", 1.0)}
    weights = np.array(columns["thiết kế"])
    answered = np.ones(len(keys), dtype=bool)
    if wish.classes:
        answered = np.array(sheet.numbers("responded")) > 0
        adjusted = adjust_for_nonresponse(weights, answered, sheet.texts(wish.classes))
        weights = adjusted.weights
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
    return Answer(("mã", *columns), tuple(rows), said)
