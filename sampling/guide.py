"""The sample size of the national guide, beside the correct one and what it leaves out.

The guide of the satisfaction survey prints ``n = N / (1 + N e²)`` (Slovin, Yamane), and an
office may have to quote it. ``compare_slovin`` never returns it alone: the size for one
proportion with the true confidence, the design effect and the response rate stands beside
it, and so do the defects. The two sizes come from ``sampling.precision.slovin`` and
``sampling.sample_size``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from questionnaires.model import Text
from sampling.precision import SlovinSize, slovin
from sampling.quotas import grouped
from sampling.sample_size import SampleSize, size_for_proportion
from sampling.wording import figure

SMALL_LIST: Final = 28
"""People of a small list, to show that the formula asks nearly all of them. [persons]"""


@dataclass(frozen=True, slots=True)
class SlovinComparison:
    """The guide's size and the correct one.

    Attributes
    ----------
    guide
        What the formula gives.
    correct
        The size for one proportion near one half, completed and invited.
    sentence
        Both numbers in words.
    defects
        What the formula leaves out, each in one sentence.

    """

    guide: SlovinSize
    correct: SampleSize
    sentence: Text
    defects: tuple[Text, ...]


def compare_slovin(
    population: int,
    margin: Decimal | Fraction | str,
    *,
    deff: float = 1.0,
    response_rate: float = 1.0,
    alpha: float = 0.05,
) -> SlovinComparison:
    """Lay the guide's size beside the correct one.

    Parameters
    ----------
    population, margin
        As in :func:`sampling.precision.slovin`. [persons], [share]
    deff, response_rate, alpha
        As in :func:`sampling.sample_size.size_for_proportion`; the formula knows none.

    Raises
    ------
    ValueError
        If an argument lies outside its range.

    References
    ----------
    Guide 1159/BNV-CCHC (2014), part III; Cochran (1977), *Sampling Techniques*, 3rd ed.,
    §4.4.

    """
    guide = slovin(population, margin)
    correct = size_for_proportion(
        float(Fraction(margin)),
        population=population,
        deff=deff,
        response_rate=response_rate,
        alpha=alpha,
    )
    return SlovinComparison(guide, correct, _sentence(guide, correct), _defects(Fraction(margin)))


def _sentence(guide: SlovinSize, correct: SampleSize) -> Text:
    return Text(
        vi=f"Công thức của hướng dẫn cho {grouped(guide.n)} người; tính đúng cần "
        f"{grouped(correct.n)} phiếu trả lời, tức mời {grouped(correct.issued)} người.",
        en=f"The guide's formula gives {guide.n:,} people; the correct size is "
        f"{correct.n:,} answers, that is {correct.issued:,} invitations.",
    )


def _defects(margin: Fraction) -> tuple[Text, ...]:
    small = slovin(SMALL_LIST, margin).n
    ceiling, percent = figure(float(1 / margin**2)), figure(float(100 * margin))
    return (
        Text(
            "Chỉ có một độ tin cậy: 95,45% (z = 2), không chọn được mức khác.",
            "It knows one confidence only, 95.45% (z = 2); no other can be chosen.",
        ),
        Text(
            "Chỉ dùng cho một tỷ lệ duy nhất, lấy bằng 50%.",
            "It is for one single proportion only, taken as 50%.",
        ),
        Text(
            "Không có hệ số thiết kế, dù cuộc điều tra chọn theo cụm (xã, thôn).",
            "It has no design effect, though the survey is clustered (communes, hamlets).",
        ),
        Text(
            "Không tính người không trả lời.",
            "It takes no account of people who do not answer.",
        ),
        Text(
            "Chỉ cho một cỡ mẫu chung, không phải cho từng đơn vị.",
            "It gives one size for the whole, none for each unit.",
        ),
        Text(
            f"Danh sách nhỏ thì gần như hỏi hết ({SMALL_LIST} người phải hỏi {small}); danh sách "
            f"lớn thì không bao giờ vượt 1/e² = {ceiling.vi} (e = {percent.vi}%).",
            f"A small list is asked nearly in full ({small} of {SMALL_LIST} people); for a large "
            f"one it never exceeds 1/e² = {ceiling.en} (e = {percent.en}%).",
        ),
        Text(
            "Không nói gì về điểm trung bình trên thang 5 mức.",
            "It says nothing about means on a five-point scale.",
        ),
    )
