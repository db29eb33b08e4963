"""Words the exported tables use for codes: groups, questions, states, sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from analysis.index import LeafState
from analysis.publish import Published, PublishState
from questionnaires.model import BLANK, NO_OPINION, UNREADABLE, Question, Source
from survey_app.models import Campaign
from survey_app.services.definitions import definition_of, form_of

SOURCES: Final = {
    Source.SELF: "Thẩm định",
    Source.SURVEY: "Điều tra",
    Source.IMPORTED: "Nhập từ ngoài",
}

LEAF_STATES: Final = {
    LeafState.SCORED: "tính điểm",
    LeafState.FULL: "không áp dụng, điểm tối đa",
    LeafState.EXCLUDED: "không áp dụng, loại",
    LeafState.MISSING: "chưa có điểm",
    LeafState.RESCALED: "chưa có điểm, loại",
}

ROUNDS: Final = {
    "self": "Tự chấm",
    "round_1": "Thẩm định lần 1",
    "explained": "Giải trình",
    "round_2": "Thẩm định lần 2",
    "imported": "Nhập từ ngoài",
}

BALLOT_STATES: Final = {
    "counted": "được tính",
    "not_met": "không làm việc với đơn vị",
    "over_target": "vượt chỉ tiêu",
    "set_aside": "để riêng",
    "invalid": "không hợp lệ",
    "excluded": "bị loại",
}

NOT_CHOICES: Final = {
    NO_OPINION: "Không biết",
    BLANK: "Để trống",
    UNREADABLE: "Không đọc được",
}

CLOSED: Final = "không công bố"


def published_text(published: Published) -> str:
    """Say whether everyone may see a figure, and why not."""
    if published.state is PublishState.PUBLISHED and not published.reason:
        return ""
    return published.reason.text.vi


@dataclass(frozen=True)
class Naming:
    """Labels of one campaign, from its frozen definitions."""

    kinds: Mapping[str, str]
    rules: Mapping[str, str]
    questions: Mapping[tuple[str, str], Question]

    @classmethod
    def of(cls, campaign: Campaign) -> Naming:
        """Read the labels of a campaign."""
        definition = definition_of(campaign)
        groups = {group.code: group.label.vi for group in definition.groups}
        return cls(
            kinds={kind: label.vi for kind, label in definition.unit_kinds.items()},
            rules={rule.code: groups.get(rule.group, rule.group) for rule in definition.rules},
            questions={
                (form, question.code): question
                for form in definition.forms
                for question in form_of(campaign, form).questions
            },
        )

    def kind(self, code: str) -> str:
        """Name of a kind of unit."""
        return self.kinds.get(code, code)

    def group(self, rules: str) -> str:
        """Names of one rule, or of several joined by ``+``."""
        return "; ".join(self.rules.get(rule, rule) for rule in rules.split("+"))

    def question(self, form: str, code: str) -> str:
        """Text of a question."""
        found = self.questions.get((form, code))
        return found.label.vi if found else code

    def choice(self, form: str, question: str, code: str) -> str:
        """Label of a choice."""
        if code in NOT_CHOICES:
            return NOT_CHOICES[code]
        found = self.questions.get((form, question))
        choices = found.scale.choices if found and found.scale else ()
        return next((choice.label.vi for choice in choices if choice.code == code), code)
