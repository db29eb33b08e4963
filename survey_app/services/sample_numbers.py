"""Sizes, margins and reserves from single numbers, said in words for ``cchc sample``."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from questionnaires.model import Text
from sampling.detectable import (
    crossed_information,
    detectable_difference,
    detectable_difference_of_proportions,
    size_per_unit,
    size_per_unit_of_proportions,
)
from sampling.guide import compare_slovin
from sampling.precision import margin_of_mean, margin_of_proportion, wilson_interval
from sampling.reserves import Dispositions, reserve_size, response_rates
from sampling.sample_size import (
    Interval,
    SampleSize,
    size_for_mean,
    size_for_mean_cv,
    size_for_proportion,
)
from sampling.substitution import plan_substitution
from sampling.wording import joined, percent
from survey_app.formats import number
from survey_app.services.sampling_files import Answer

OF_EACH: Final = Text("Số người của mỗi đơn vị.", "People of each unit.")


def size(
    margin: float,
    *,
    sd: float | None,
    p: float,
    population: int | None,
    deff: float,
    response: float,
    kind: Interval = Interval.WALD,
    alpha: float = 0.05,
) -> Answer:
    """Return the people a proportion needs, or a mean where ``sd`` is given."""
    found = (
        size_for_proportion(
            margin,
            p=p,
            population=population,
            deff=deff,
            response_rate=response,
            alpha=alpha,
            interval=kind,
        )
        if sd is None
        else size_for_mean(
            margin, sd, population=population, deff=deff, response_rate=response, alpha=alpha
        )
    )
    return _sized(found, _supposed(alpha))


def size_for_cv(
    cv: float, population_cv: float, *, population: int | None, deff: float, response: float
) -> Answer:
    """Return the people a mean needs for a coefficient of variation."""
    found = size_for_mean_cv(
        cv, population_cv, population=population, deff=deff, response_rate=response
    )
    said = Text("Hệ số biến thiên của trung bình.", "Coefficient of variation of the mean.")
    return _sized(found, said)


def compare(
    difference: float,
    *,
    sd: float,
    population: int | None,
    deff: float,
    response: float,
    rho: float | None,
    alpha: float = 0.05,
    power: float = 0.8,
) -> Answer:
    """Return the people each of two units needs so that a difference of means is noticed."""
    found = size_per_unit(
        difference,
        sd,
        population=population,
        deff=deff,
        response_rate=response,
        rho=rho,
        alpha=alpha,
        power=power,
    )
    return _sized(found, joined((OF_EACH, _supposed(alpha, power))))


def compare_shares(
    shares: tuple[float, float],
    *,
    population: int | None,
    deff: float,
    response: float,
    rho: float | None,
    alpha: float = 0.05,
    power: float = 0.8,
) -> Answer:
    """Return the people each of two units needs so that their proportions are told apart."""
    found = size_per_unit_of_proportions(
        *shares,
        population=population,
        deff=deff,
        response_rate=response,
        rho=rho,
        alpha=alpha,
        power=power,
    )
    return _sized(found, joined((OF_EACH, _supposed(alpha, power))))


def _supposed(alpha: float, power: float | None = None) -> Text:
    """Say the confidence, and the chance to notice."""
    sure = percent(1 - alpha)
    if power is None:
        return Text(f"Độ tin cậy {sure.vi}.", f"{sure.en} confidence.")
    chance = percent(power)
    return Text(
        f"Độ tin cậy {sure.vi}, khả năng phát hiện {chance.vi}.",
        f"{sure.en} confidence, power {chance.en}.",
    )


def _sized(found: SampleSize, said: Text) -> Answer:
    rows = [
        ("trước khi làm tròn", number(found.exact, 2)),
        ("phiếu trả lời", number(found.n)),
        ("người cần mời", number(found.issued)),
    ]
    if found.missing:
        rows.append(("thiếu người để mời", number(found.missing)))
    return Answer(("cỡ mẫu", "người"), tuple(rows), said)


def slovin(
    population: int,
    margin: Decimal,
    *,
    deff: float = 1.0,
    response: float = 1.0,
    alpha: float = 0.05,
) -> Answer:
    """Return the guide's size beside the correct one, and what the formula leaves out."""
    found = compare_slovin(population, margin, deff=deff, response_rate=response, alpha=alpha)
    rows = (
        ("theo công thức Slovin", number(found.guide.n)),
        ("cỡ mẫu đúng", number(found.correct.n)),
        ("người cần mời", number(found.correct.issued)),
    )
    defects = "\n".join(f"  - {defect.vi}" for defect in found.defects)
    english = "\n".join(f"  - {defect.en}" for defect in found.defects)
    return Answer(
        ("cách tính", "người"),
        rows,
        Text(f"{found.sentence.vi}\n{defects}", f"{found.sentence.en}\n{english}"),
    )


def precision(
    n: int,
    other: int,
    *,
    sd: float,
    population: int | None,
    deff: float,
    rho: float | None,
    p: float = 0.5,
    units: int | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
) -> Answer:
    """Return margins of one unit and the smallest difference of two that is noticed.

    With ``units`` the same people rate them all, and are counted as people.
    """
    points = margin_of_mean(n, sd, population=population, deff=deff, alpha=alpha)
    share = margin_of_proportion(n, p=p, population=population, deff=deff, alpha=alpha)
    least, shares = (
        noticed(
            n,
            other,
            expected,
            population1=population,
            population2=population,
            deff=deff,
            rho=rho,
            alpha=alpha,
            power=power,
        )
        for noticed, expected in (
            (detectable_difference, sd),
            (detectable_difference_of_proportions, p),
        )
    )
    rows = [
        ("sai số điểm (thang 1–5)", f"±{number(points, 2)}"),
        ("sai số tỷ lệ", f"±{number(100 * share, 1)}%"),
        ("chênh lệch hai đơn vị nhận ra được", number(least, 2)),
        (
            "chênh lệch hai tỷ lệ nhận ra được",
            "không có" if shares is None else f"{number(100 * shares, 1)}%",
        ),
    ]
    if units is not None:
        crossed = crossed_information(n, units, rho=rho)
        rows += [
            ("phiếu của những người này", number(crossed.ballots)),
            ("tương đương phiếu độc lập, mức chung", number(crossed.level, 1)),
            ("tương đương người mỗi đơn vị, so sánh", number(crossed.contrast, 1)),
        ]
    drawn = Text("Chọn người ngẫu nhiên.", "People drawn at random.")
    said = joined((_supposed(alpha, power), drawn))
    return Answer(("mẫu", "giá trị"), tuple(rows), said)


def interval(
    successes: int, n: int, *, population: int | None, deff: float, alpha: float = 0.05
) -> Answer:
    """Return the Wilson interval of a counted share."""
    limits = wilson_interval(successes, n, population=population, deff=deff, alpha=alpha)
    ends = (("tỷ lệ", successes / n), ("từ", limits.low), ("đến", limits.high))
    rows = tuple((name, f"{number(100 * share, 1)}%") for name, share in ends)
    said = joined((Text("Khoảng Wilson.", "Wilson interval."), _supposed(alpha)))
    return Answer(("khoảng tin cậy", "giá trị"), rows, said)


def substitute(n: int, listed: int, *, others: int | None) -> Answer:
    """Return who fills the places of a cell when the wanted kind of people is short."""
    plan = plan_substitution(n, wanted_listed=listed, top_up_listed=others)
    rows = (
        ("đúng đối tượng", number(plan.wanted)),
        ("lấy bổ sung", number(plan.top_up)),
        ("còn thiếu", number(plan.short)),
    )
    said = Text(
        "Chỉ tiêu của ô giữ nguyên; chỗ còn thiếu vẫn là thiếu.",
        "The target of the cell stays; what remains short is short.",
    )
    return Answer(("người trả lời", "người"), rows, said)


def rates(counts: Dispositions) -> Answer:
    """Return response rates of all names that were called."""
    found = response_rates(counts)
    named = (
        ("trả lời, tính cả người chưa rõ (RR1)", found.minimum),
        ("trả lời, ước lượng (RR3)", found.estimated),
        ("trả lời đủ hoặc một phần (RR4)", found.with_partial),
        ("từ chối (REF2)", found.refusal),
        ("gặp được (CON2)", found.contact),
    )
    rows = tuple((name, number(None if share is None else 100 * share, 1)) for name, share in named)
    return Answer(("tỷ lệ", "%"), rows, Text("Theo AAPOR (2023).", "After AAPOR (2023)."))


def reserve(n: int, rate: float, assurance: float) -> Answer:
    """Return the names to keep in reserve."""
    more = reserve_size(n, rate, assurance=assurance)
    rows = (
        ("phiếu cần", number(n)),
        ("dự phòng", number(more)),
        ("tổng số tên", number(n + more)),
    )
    said = Text(
        f"Khả năng đủ phiếu ít nhất {number(100 * assurance)}%.",
        f"The sample is complete with a chance of at least {100 * assurance:.0f}%.",
    )
    return Answer(("danh sách", "người"), rows, said)
