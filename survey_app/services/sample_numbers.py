"""Sizes, margins and reserves from single numbers, said in words for ``cchc sample``."""

from __future__ import annotations

from decimal import Decimal

from questionnaires.model import Text
from sampling.detectable import (
    crossed_information,
    detectable_difference,
    detectable_difference_of_proportions,
    size_per_unit,
)
from sampling.guide import compare_slovin
from sampling.precision import margin_of_mean, margin_of_proportion, wilson_interval
from sampling.reserves import Dispositions, reserve_size, response_rates
from sampling.sample_size import Interval, SampleSize, size_for_mean, size_for_proportion
from sampling.substitution import plan_substitution
from survey_app.formats import number
from survey_app.services.sampling_files import Answer


def size(
    margin: float,
    *,
    sd: float | None,
    p: float,
    population: int | None,
    deff: float,
    response: float,
    kind: Interval = Interval.WALD,
) -> Answer:
    """Return the people a proportion needs, or a mean where ``sd`` is given."""
    found = (
        size_for_proportion(
            margin, p=p, population=population, deff=deff, response_rate=response, interval=kind
        )
        if sd is None
        else size_for_mean(margin, sd, population=population, deff=deff, response_rate=response)
    )
    return _sized(found, Text("Độ tin cậy 95%.", "95% confidence."))


def compare(
    difference: float,
    *,
    sd: float,
    population: int | None,
    deff: float,
    response: float,
    rho: float | None,
) -> Answer:
    """Return the people each of two units needs so that a difference of means is noticed."""
    found = size_per_unit(
        difference, sd, population=population, deff=deff, response_rate=response, rho=rho
    )
    said = Text(
        "Của mỗi đơn vị; độ tin cậy 95%, khả năng phát hiện 80%.",
        "Of each unit; 95% confidence, power 80%.",
    )
    return _sized(found, said)


def _sized(found: SampleSize, said: Text) -> Answer:
    rows = [
        ("trước khi làm tròn", number(found.exact, 2)),
        ("phiếu trả lời", number(found.n)),
        ("người cần mời", number(found.issued)),
    ]
    if found.missing:
        rows.append(("thiếu người để mời", number(found.missing)))
    return Answer(("cỡ mẫu", "người"), tuple(rows), said)


def slovin(population: int, margin: Decimal, *, deff: float = 1.0, response: float = 1.0) -> Answer:
    """Return the guide's size beside the correct one, and what the formula leaves out."""
    found = compare_slovin(population, margin, deff=deff, response_rate=response)
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
) -> Answer:
    """Return margins of one unit and the smallest difference of two that is noticed.

    With ``units`` the same people rate them all, and are counted as people.
    """
    points = margin_of_mean(n, sd, population=population, deff=deff)
    share = margin_of_proportion(n, p=p, population=population, deff=deff)
    least = detectable_difference(
        n, other, sd, population1=population, population2=population, deff=deff, rho=rho
    )
    shares = detectable_difference_of_proportions(
        n, other, p, population1=population, population2=population, deff=deff, rho=rho
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
    said = Text(
        "Độ tin cậy 95%, khả năng phát hiện 80%, chọn người ngẫu nhiên.",
        "95% confidence, power 80%, people drawn at random.",
    )
    return Answer(("mẫu", "giá trị"), tuple(rows), said)


def interval(successes: int, n: int, *, population: int | None, deff: float) -> Answer:
    """Return the Wilson interval of a counted share."""
    limits = wilson_interval(successes, n, population=population, deff=deff)
    ends = (("tỷ lệ", successes / n), ("từ", limits.low), ("đến", limits.high))
    rows = tuple((name, f"{number(100 * share, 1)}%") for name, share in ends)
    said = Text("Khoảng Wilson, độ tin cậy 95%.", "Wilson interval, 95% confidence.")
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
