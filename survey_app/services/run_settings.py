"""Every setting a run was computed with, in words an official reads.

The same lines stand on the page of a run and in its workbooks; they come from the frozen
result, not from the campaign as it is today.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from analysis.index import Missing
from analysis.results import IndexResult
from questionnaires.model import GroupWeights, Settings, Text

WEIGHTINGS: Final = {
    GroupWeights.BY_FORM: Text(
        "theo mẫu phiếu: các mẫu bằng nhau, các nhóm cùng mẫu gộp theo số người",
        "by form: forms are equal, groups of one form are pooled by people",
    ),
    GroupWeights.EQUAL: Text("mỗi nhóm bằng nhau", "every group is equal"),
    GroupWeights.POOLED: Text("gộp mọi người trả lời", "all respondents pooled"),
    GroupWeights.EXPLICIT: Text("trọng số ghi rõ cho từng nhóm", "a stated weight for each group"),
}

WEIGHTING_NAMES: Final = {
    GroupWeights.BY_FORM: Text("theo mẫu phiếu", "by form"),
    GroupWeights.EQUAL: Text("bằng nhau", "equal"),
    GroupWeights.POOLED: Text("gộp", "pooled"),
    GroupWeights.EXPLICIT: Text("ghi rõ", "explicit"),
}

ROUNDING: Final = {
    "criterion": Text(
        "từng tiêu chí, làm tròn số học trước khi cộng", "each criterion, half up, before adding"
    ),
    "none": Text("không làm tròn trước khi cộng", "nothing is rounded before adding"),
}
RANK_ON: Final = {
    "printed": Text("số đã in", "printed values"),
    "unrounded": Text("số chưa làm tròn", "unrounded values"),
}
TIES: Final = {
    "min": Text("cùng điểm cùng hạng: 1, 2, 2, 4", "equal values share a rank: 1, 2, 2, 4"),
    "dense": Text("cùng điểm cùng hạng: 1, 2, 2, 3", "equal values share a rank: 1, 2, 2, 3"),
}
SATISFACTION: Final = {
    "top2_share": Text("tỷ lệ hài lòng và rất hài lòng", "share of satisfied and very satisfied"),
    "mean_percent": Text("mức hài lòng trung bình", "mean level of satisfaction"),
}
MISSING: Final = {
    Missing.REFUSE: Text(
        "đơn vị thiếu điểm thì chưa có chỉ số", "a unit that lacks points has no index"
    ),
    Missing.RESCALE: Text(
        "tiêu chí thiếu điểm được loại khỏi cả hai vế", "criteria without points leave both sums"
    ),
}


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting: its name and its value, for people."""

    name: Text
    value: Text


def setting_lines(result: IndexResult) -> tuple[SettingLine, ...]:
    """Return every setting of a run."""
    chosen = result.settings
    lines = [SettingLine(name, value(chosen)) for name, value in _LINES]
    lines.append(
        SettingLine(
            Text("Tiêu chí chưa có điểm", "Criteria without points"), MISSING[result.missing]
        )
    )
    return tuple(lines)


def _plain(value: object) -> Text:
    return Text(str(value), str(value))


def _percent(value: Decimal) -> Text:
    text = f"{(value * 100).normalize():f}%"
    return Text(text.replace(".", ","), text)


def _people(count: int) -> Text:
    return Text(f"{count} người", f"{count} people")


def _weights(chosen: Settings) -> Text:
    if chosen.group_weights is not GroupWeights.EXPLICIT:
        return WEIGHTINGS[chosen.group_weights]
    stated = "; ".join(f"{code} {weight}" for code, weight in chosen.explicit_weights.items())
    return Text(stated.replace(".", ","), stated)


def _cap(chosen: Settings) -> Text:
    if chosen.index_cap is None:
        return Text("không có", "none")
    return _percent(chosen.index_cap / 100)


_LINES: Final[tuple[tuple[Text, Callable[[Settings], Text]], ...]] = (
    (Text("Trọng số nhóm đối tượng", "Weights of respondent groups"), _weights),
    (Text("Làm tròn", "Rounding"), lambda s: ROUNDING[s.rounding]),
    (Text("Số chữ số thập phân", "Decimals"), lambda s: _plain(s.decimals)),
    (Text("Xếp hạng theo", "Ranked on"), lambda s: RANK_ON[s.rank_on]),
    (Text("Khi bằng điểm", "Ties"), lambda s: TIES[s.ties]),
    (Text("Trần của chỉ số", "Ceiling of the index"), _cap),
    (
        Text("Phiếu giấy hợp lệ khi trả lời từ", "A paper ballot is valid from"),
        lambda s: _percent(s.valid_share),
    ),
    (
        Text("“Không làm việc với đơn vị này” chiếm chỉ tiêu", "“No contact” fills a place"),
        lambda s: Text("có", "yes") if s.no_contact_fills_place else Text("không", "no"),
    ),
    (Text("Hài lòng tính theo", "Satisfaction is"), lambda s: SATISFACTION[s.satisfaction]),
    (
        Text("Công bố điểm trung bình từ", "Means are published from"),
        lambda s: _people(s.k_mean),
    ),
    (
        Text("Công bố phân bố trả lời từ", "Distributions are published from"),
        lambda s: _people(s.k_distribution),
    ),
)
