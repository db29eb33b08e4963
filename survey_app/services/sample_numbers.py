"""Sizes, margins and reserves from single numbers, said in words for ``cchc sample``."""

from __future__ import annotations

from decimal import Decimal

from questionnaires.model import Text
from sampling.detectable import detectable_difference
from sampling.guide import compare_slovin
from sampling.precision import margin_of_mean, margin_of_proportion
from sampling.reserves import reserve_size
from sampling.sample_size import size_for_mean, size_for_proportion
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
) -> Answer:
    """Return the people a proportion needs, or a mean where ``sd`` is given."""
    found = (
        size_for_proportion(margin, p=p, population=population, deff=deff, response_rate=response)
        if sd is None
        else size_for_mean(margin, sd, population=population, deff=deff, response_rate=response)
    )
    rows = [
        ("trước khi làm tròn", number(found.exact, 2)),
        ("phiếu trả lời", number(found.n)),
        ("người cần mời", number(found.issued)),
    ]
    if found.missing:
        rows.append(("thiếu người để mời", number(found.missing)))
    return Answer(("cỡ mẫu", "người"), tuple(rows), Text("Độ tin cậy 95%.", "95% confidence."))


def slovin(population: int, margin: Decimal) -> Answer:
    """Return the guide's size beside the correct one, and what the formula leaves out."""
    found = compare_slovin(population, margin)
    rows = (
        ("theo công thức Slovin", number(found.guide.n)),
        ("cỡ mẫu đúng", number(found.correct.n)),
    )
    defects = "\n".join(f"  - {defect.vi}" for defect in found.defects)
    english = "\n".join(f"  - {defect.en}" for defect in found.defects)
    return Answer(
        ("cách tính", "người"),
        rows,
        Text(f"{found.sentence.vi}\n{defects}", f"{found.sentence.en}\n{english}"),
    )


def precision(
    n: int, other: int, *, sd: float, population: int | None, deff: float, rho: float | None
) -> Answer:
    """Return margins of one unit and the smallest difference of two that is noticed."""
    points = margin_of_mean(n, sd, population=population, deff=deff)
    share = margin_of_proportion(n, population=population, deff=deff)
    least = detectable_difference(
        n, other, sd, population1=population, population2=population, deff=deff, rho=rho
    )
    rows = (
        ("sai số điểm (thang 1–5)", f"±{number(points, 2)}"),
        ("sai số tỷ lệ", f"±{number(100 * share, 1)}%"),
        ("chênh lệch hai đơn vị nhận ra được", number(least, 2)),
    )
    said = Text(
        "Độ tin cậy 95%, khả năng phát hiện 80%, chọn người ngẫu nhiên.",
        "95% confidence, power 80%, people drawn at random.",
    )
    return Answer(("mẫu", "giá trị"), rows, said)


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
