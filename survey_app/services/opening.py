"""What is shown before a campaign opens: every setting with its value and meaning.

A plan that does not add up cannot be opened, and nothing opens that was not confirmed:
``opening_sheet`` carries a digest of all it shows, and ``services.campaigns.open_campaign``
asks for it back (design, section 5).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from questionnaires.checks import check_together
from questionnaires.freezing import canonical_json
from questionnaires.model import Campaign as CampaignDefinition
from questionnaires.model import CriteriaSet, Design, GroupWeights, Questionnaire
from sampling.fees import plan_fees
from sampling.quotas import people, people_by_rule, quota_totals
from survey_app.errors import NotFoundError
from survey_app.extensions import db
from survey_app.formats import day, money, number, percent
from survey_app.models import Campaign, FormVersion, PlanVersion
from survey_app.services.definitions import (
    criteria_set_of,
    current_criteria,
    definition_of,
    questionnaire_of,
)
from survey_app.services.plans import last_approved, plan_of


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One choice that moves a number: where it belongs, its value, what the value means."""

    group: str
    name: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class TotalLine:
    """One total of the plan beside what its lines add up to. In ballots, persons and VND."""

    label: str
    stated: int
    computed: int
    people: int
    fee_vnd: int
    ok: bool


@dataclass(frozen=True, slots=True)
class OpeningSheet:
    """Everything a person confirms by opening, and a digest of it.

    ``problems`` keep it from opening; ``undecided`` is a warning to be confirmed by itself:
    the plan has no decision. Empty when it has one.
    """

    campaign: Campaign
    lines: tuple[SettingLine, ...]
    totals: tuple[TotalLine, ...]
    problems: tuple[str, ...]
    undecided: str
    sha256: str


def problems_of(campaign: Campaign) -> tuple[str, ...]:
    """Return what keeps a campaign from opening, one sentence each."""
    definition = definition_of(campaign)
    sets = [criteria_set_of(version) for version in current_criteria(campaign).values()]
    found = check_together(definition, forms_of(campaign).values(), sets)
    return tuple(str(mistake) for mistake in found)


def forms_of(campaign: Campaign) -> dict[str, Questionnaire]:
    """Return the frozen forms of a campaign by code."""
    versions = db.session.scalars(
        select(FormVersion).where(FormVersion.campaign_id == campaign.id).order_by(FormVersion.id)
    )
    return {version.code: questionnaire_of(version) for version in versions}


def opening_sheet(slug: str) -> OpeningSheet:
    """Lay out what opening the campaign means.

    Raises
    ------
    NotFoundError
        If there is no such campaign.

    """
    campaign = db.session.scalar(select(Campaign).where(Campaign.slug == slug))
    if campaign is None:
        raise NotFoundError(f"Không có đợt điều tra “{slug}”.")
    definition, plan = definition_of(campaign), plan_of(campaign)
    forms = forms_of(campaign)
    sets = {kind: criteria_set_of(v) for kind, v in current_criteria(campaign).items()}
    parts: list[CampaignDefinition | Questionnaire | CriteriaSet] = [definition]
    parts += forms.values()
    parts += [sets[kind] for kind in sorted(sets)]
    decided = f"{plan.number} {plan.decision} {plan.approved_on if plan.decision else ''}"
    shown = "\n".join((*(canonical_json(part) for part in parts), decided))
    undecided = _undecided(plan)
    lines = (
        _decision(plan, undecided),
        *_dates(definition),
        *_rules(definition),
        *_scales(forms),
        *_scoring(definition),
        *_publication(definition),
        *(
            SettingLine(
                _("Bộ tiêu chí và xếp loại"),
                str(definition.unit_kinds.get(kind, kind)),
                str(chosen.title),
                "; ".join(f"{band.label} ≥ {percent(band.minimum, 0)}" for band in chosen.bands),
            )
            for kind, chosen in sets.items()
        ),
    )
    return OpeningSheet(
        campaign=campaign,
        lines=lines,
        totals=_totals(definition),
        problems=problems_of(campaign),
        undecided=undecided,
        sha256=hashlib.sha256(shown.encode()).hexdigest(),
    )


def _undecided(plan: PlanVersion) -> str:
    """Say that a plan has no decision, and which decision an amendment made void."""
    if plan.decision:
        return ""
    last = last_approved(plan)
    if last is None:
        return _("Bản kế hoạch số %(number)s chưa ghi quyết định phê duyệt.", number=plan.number)
    return _(
        "Bản kế hoạch số %(number)s sửa bản số %(last)s đã phê duyệt theo %(decision)s và chưa ghi "
        "quyết định phê duyệt lại.",
        number=plan.number,
        last=last.number,
        decision=last.decision,
    )


def _decision(plan: PlanVersion, undecided: str) -> SettingLine:
    return SettingLine(
        _("Kế hoạch"),
        _("Quyết định phê duyệt"),
        _("chưa ghi quyết định phê duyệt")
        if undecided
        else _("%(decision)s, ngày %(day)s", decision=plan.decision, day=day(plan.approved_on)),
        undecided or _("Bản kế hoạch số %(number)s.", number=plan.number),
    )


def _totals(definition: CampaignDefinition) -> tuple[TotalLine, ...]:
    computed = quota_totals(definition).by_rule
    asked = people_by_rule(definition)
    fees = {line.code: line.amount_vnd for line in plan_fees(definition).lines}
    lines = [
        TotalLine(
            f"{rule.code} · {rule.wording}",
            rule.stated_total,
            computed[rule.code],
            asked[rule.code],
            fees.get(rule.code, 0),
            rule.stated_total == computed[rule.code],
        )
        for rule in definition.rules
    ]
    for total in definition.stated_totals:
        known = [code for code in total.rules if code in computed]
        added = sum(computed[code] for code in known)
        lines.append(
            TotalLine(
                total.label,
                total.total,
                added,
                sum(asked[code] for code in known),
                sum(fees.get(code, 0) for code in known),
                total.total == added,
            )
        )
    return tuple(lines)


def _dates(definition: CampaignDefinition) -> tuple[SettingLine, ...]:
    group = _("Thời gian")
    return (
        SettingLine(group, _("Mở"), day(definition.opens), _("Từ ngày này phiếu mời có hiệu lực.")),
        SettingLine(
            group,
            _("Hạn trả lời trực tuyến"),
            day(definition.closes),
            _("Hết ngày này không nhận phiếu trực tuyến; phiếu giấy vẫn nhập đến khi đóng đợt."),
        ),
        SettingLine(
            group,
            _("Thời kỳ đánh giá"),
            f"{day(definition.assessed_from)} – {day(definition.assessed_to)}",
            _("Người trả lời đánh giá kết quả của thời kỳ này."),
        ),
        *(
            SettingLine(
                group,
                f"{step.code}. {step.title}",
                step.wording if step.due is None else day(step.due),
                step.lead,
            )
            for step in definition.timetable
        ),
    )


def _rules(definition: CampaignDefinition) -> tuple[SettingLine, ...]:
    group = _("Ai trả lời về đơn vị nào")
    lines = []
    for rule in definition.rules:
        units = len(definition.units_of(rule))
        count, ballots = people(definition, rule), definition.ballots_of(rule)
        if rule.design is Design.CROSS:
            value = _("chung")
            meaning = _(
                "%(people)s người, mỗi người trả lời về cả %(units)s đơn vị: %(ballots)s phiếu.",
                people=number(count),
                units=number(units),
                ballots=number(ballots),
            )
        elif rule.targets:
            value = _("riêng")
            meaning = _(
                "Số người khác nhau theo đơn vị: %(people)s người, %(ballots)s phiếu.",
                people=number(count),
                ballots=number(ballots),
            )
        else:
            value = _("riêng")
            meaning = _(
                "Mỗi đơn vị có %(per_unit)s người riêng: %(people)s người, %(ballots)s phiếu.",
                per_unit=number(rule.per_unit),
                people=number(count),
                ballots=number(ballots),
            )
        lines.append(SettingLine(group, rule.code, value, meaning))
    return tuple(lines)


def _scales(forms: dict[str, Questionnaire]) -> tuple[SettingLine, ...]:
    group = _("Thang điểm")
    scales = {
        question.scale.code: question.scale
        for form in forms.values()
        for question in form.scored_questions
        if question.scale is not None
    }
    return tuple(
        SettingLine(
            group,
            code,
            " / ".join(
                number(choice.percent) if choice.percent is not None else "–"
                for choice in scale.choices
            ),
            "; ".join(
                f"{choice.label} = "
                + (percent(choice.percent, 0) if choice.percent is not None else _("không tính"))
                for choice in scale.choices
            ),
        )
        for code, scale in scales.items()
    )


def _scoring(definition: CampaignDefinition) -> tuple[SettingLine, ...]:
    group = _("Cách tính điểm")
    chosen = definition.settings
    weights = {
        GroupWeights.BY_FORM: (
            _("theo mẫu phiếu"),
            _(
                "Các mẫu phiếu có trọng số bằng nhau; các dòng của cùng một mẫu gộp theo số "
                "phiếu hợp lệ."
            ),
        ),
        GroupWeights.EQUAL: (_("bằng nhau"), _("Mỗi nhóm đối tượng một phần bằng nhau.")),
        GroupWeights.POOLED: (_("gộp phiếu"), _("Mỗi phiếu hợp lệ một phần bằng nhau.")),
        GroupWeights.EXPLICIT: (
            _("ghi rõ"),
            "; ".join(f"{code}: {number(w, 2)}" for code, w in chosen.explicit_weights.items()),
        ),
    }
    return (
        SettingLine(group, _("Trọng số nhóm đối tượng"), *weights[chosen.group_weights]),
        SettingLine(
            group,
            _("Phiếu giấy hợp lệ"),
            _("từ %(share)s câu tính điểm", share=percent(chosen.valid_share * 100, 0)),
            _(
                "Phiếu trả lời ít hơn được ghi nhận là thu về nhưng không hợp lệ, không chiếm "
                "chỉ tiêu."
            ),
        ),
        SettingLine(
            group,
            _("“Không làm việc với đơn vị này”"),
            _("chiếm chỉ tiêu") if chosen.no_contact_fills_place else _("không chiếm chỉ tiêu"),
            _("Phiếu được ghi nhận là thu về, không tính điểm, báo cáo riêng."),
        ),
        SettingLine(
            group,
            _("Làm tròn"),
            _("từng tiêu chí") if chosen.rounding == "criterion" else _("không làm tròn"),
            _(
                "Làm tròn số học đến %(digits)s chữ số thập phân trước khi cộng.",
                digits=chosen.decimals,
            )
            if chosen.rounding == "criterion"
            else _("Cộng số chưa làm tròn; chỉ làm tròn khi in."),
        ),
        SettingLine(
            group,
            _("Xếp hạng"),
            (_("theo số đã in") if chosen.rank_on == "printed" else _("theo số chưa làm tròn")),
            _("Bằng điểm thì cùng hạng: 1, 2, 2, 4.")
            if chosen.ties == "min"
            else _("Bằng điểm thì cùng hạng: 1, 2, 2, 3."),
        ),
        SettingLine(
            group,
            _("Trần của chỉ số"),
            percent(chosen.index_cap, 0) if chosen.index_cap is not None else _("không có"),
            _("Áp dụng sau điểm thưởng, điểm trừ."),
        ),
        SettingLine(
            group,
            _("Tiêu chí không áp dụng"),
            _("theo từng tiêu chí"),
            _("Loại khỏi cả điểm đạt và điểm tối đa, hoặc cho điểm tối đa, như bộ tiêu chí ghi."),
        ),
    )


def _publication(definition: CampaignDefinition) -> tuple[SettingLine, ...]:
    group = _("Công bố và thù lao")
    chosen = definition.settings
    fees = plan_fees(definition)
    return (
        SettingLine(
            group,
            _("Số người ít nhất để công bố điểm trung bình"),
            number(chosen.k_mean),
            _("Nhóm nhỏ hơn được gộp hoặc không công bố."),
        ),
        SettingLine(
            group,
            _("Số người ít nhất để công bố phân bố trả lời"),
            number(chosen.k_distribution),
            _("Bảng nhỏ hơn được gộp hoặc không công bố."),
        ),
        SettingLine(
            group,
            _("Định nghĩa hài lòng chính thức"),
            _("tỷ lệ hài lòng và rất hài lòng")
            if chosen.satisfaction == "top2_share"
            else _("mức hài lòng trung bình"),
            _("Cả hai cách đều được in."),
        ),
        SettingLine(
            group,
            _("Cảnh báo “Không biết”"),
            _("từ %(share)s", share=percent(chosen.no_opinion_warning * 100, 0)),
            _("Câu hỏi có tỷ lệ cao hơn được đánh dấu trong báo cáo."),
        ),
        SettingLine(
            group,
            _("Chi thù lao"),
            _("mỗi phiếu thu về") if chosen.fee_basis == "returned" else _("mỗi phiếu hợp lệ"),
            _("Dự toán %(total)s.", total=money(fees.total_vnd)),
        ),
    )
