"""A campaign's life: loaded, checked, opened with every setting confirmed, closed.

Frozen definitions are read by ``services.definitions``; what stands in the plan is told by
``services.plans``; what is shown before opening by ``services.opening``.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from questionnaires.freezing import digest, to_mapping
from questionnaires.loader import load_criteria, load_questionnaire
from questionnaires.model import Campaign as CampaignDefinition
from questionnaires.model import CriteriaSet, Questionnaire
from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.formats import day, today
from survey_app.models import (
    Assignment,
    Campaign,
    CriteriaVersion,
    FormVersion,
    PlanState,
    PlanVersion,
    QuotaCell,
    QuotaRule,
    Roster,
    Slip,
    State,
    Unit,
)
from survey_app.models.types import now
from survey_app.services.audit import Actor, record
from survey_app.services.definitions import (
    criteria_of,
    definition_of,
    form_of,
    form_version,
    rule_form,
)
from survey_app.services.opening import OpeningSheet, opening_sheet, problems_of
from survey_app.services.plan_rows import new_version, put_in_force
from survey_app.services.plans import plan_of
from survey_app.services.sealed_drafts import forget_drafts
from survey_app.services.transactions import transaction
from survey_app.services.unlinking import unlink

__all__ = [
    "OpeningSheet",
    "all_campaigns",
    "campaign_by_slug",
    "check_campaign",
    "close_campaign",
    "criteria_of",
    "definition_of",
    "extend_deadline",
    "form_of",
    "form_version",
    "import_criteria",
    "load_campaign",
    "only_simulated",
    "open_campaign",
    "opening_sheet",
    "rule_form",
]


def all_campaigns(actor: Actor) -> list[Campaign]:
    """Return campaigns, newest first; an enumerator sees those of his units."""
    found = list(db.session.scalars(select(Campaign).order_by(Campaign.id.desc())))
    if actor.roles - {"enumerator"}:
        return found
    mine = set(db.session.scalars(select(Unit.campaign_id).where(Unit.id.in_(actor.keys))))
    return [campaign for campaign in found if campaign.id in mine]


def only_simulated() -> bool:
    """Whether all there is here is simulated: a demonstration."""
    return set(db.session.scalars(select(Campaign.simulated).distinct())) == {True}


def campaign_by_slug(slug: str, session: Session | None = None) -> Campaign:
    """Return a campaign by slug.

    Raises
    ------
    NotFoundError
        If there is none.

    """
    found = (session or db.session).scalar(select(Campaign).where(Campaign.slug == slug))
    if found is None:
        raise NotFoundError(f"Không có đợt điều tra “{slug}”. Xem danh sách ở trang đầu.")
    return found


def load_campaign(
    definition: CampaignDefinition,
    *,
    actor: Actor,
    forms: Mapping[str, Questionnaire] | None = None,
    criteria: Mapping[str, CriteriaSet] | None = None,
    opens: date | None = None,
    closes: date | None = None,
    simulated: bool = False,
) -> str:
    """Store a campaign as a draft: units, plan version 1, quota rules and cells.

    A draft of the same slug is replaced; anything further on is refused.

    Parameters
    ----------
    definition
        The plan; it may still not add up, then it cannot be opened.
    forms, criteria
        Definitions by code; those that ship with the product when left out.
    opens, closes
        Dates that replace the plan's own.
    simulated
        Marks everything made of it "DỮ LIỆU MÔ PHỎNG".

    Returns
    -------
    str
        The slug.

    """
    forms = forms or {code: load_questionnaire(code) for code in definition.forms}
    criteria = criteria or {
        code: load_criteria(code) for code in dict.fromkeys(definition.criteria.values())
    }
    frozen = to_mapping(definition)
    with transaction() as session:
        _make_way(session, definition)
        campaign = Campaign(
            slug=definition.slug,
            short_code=definition.short_code,
            year=definition.year,
            title=definition.title,
            organisation=definition.organisation,
            opens=opens or definition.opens,
            closes=closes or definition.closes,
            assessed_from=definition.assessed_from,
            assessed_to=definition.assessed_to,
            blueprint=frozen,
            blueprint_sha256=digest(definition),
            seed=secrets.token_hex(16),
            simulated=simulated or definition.sample,
        )
        if campaign.opens > campaign.closes:
            raise SurveyError(
                f"Ngày mở {day(campaign.opens)} sau ngày đóng {day(campaign.closes)}. "
                "Hãy chọn ngày đóng không sớm hơn ngày mở."
            )
        session.add(campaign)
        session.flush()
        put_in_force(session, campaign, new_version(session, campaign, definition, PlanState.DRAFT))
        for code, form in forms.items():
            session.add(
                FormVersion(
                    campaign_id=campaign.id,
                    code=code,
                    sha256=digest(form),
                    definition=to_mapping(form),
                )
            )
        for kind, code in definition.criteria.items():
            if code in criteria:
                session.add(_criteria_version(campaign, kind, criteria[code]))
        record(
            session,
            actor,
            "campaign.load",
            campaign.slug,
            blueprint=campaign.blueprint_sha256,
            opens=campaign.opens,
            closes=campaign.closes,
        )
    return definition.slug


def _make_way(session: Session, definition: CampaignDefinition) -> None:
    """Remove a draft of the same slug; refuse to touch anything further on."""
    same = session.scalar(
        select(Campaign).where(
            (Campaign.slug == definition.slug) | (Campaign.short_code == definition.short_code)
        )
    )
    if same is None:
        return
    if same.state is not State.DRAFT or same.slug != definition.slug:
        raise ConflictError(
            f"Đã có đợt “{same.title}” (mã {same.slug}, mã ngắn {same.short_code}) không còn là "
            "dự thảo. Hãy đổi slug và short_code trong tệp kế hoạch."
        )
    if session.scalar(select(Roster.id).where(Roster.campaign_id == same.id).limit(1)):
        raise ConflictError(
            f"Dự thảo “{same.title}” đã có danh sách người được nhập; nạp lại sẽ mất danh sách. "
            "Hãy xóa danh sách trước, hoặc sửa kế hoạch bằng bảng phân bổ."
        )
    units = select(Unit.id).where(Unit.campaign_id == same.id)
    plans = select(PlanVersion.id).where(PlanVersion.campaign_id == same.id)
    rules = select(QuotaRule.id).where(QuotaRule.plan_version_id.in_(plans))
    for statement in (
        delete(Assignment).where(Assignment.unit_id.in_(units)),
        delete(QuotaCell).where(QuotaCell.rule_id.in_(rules)),
        delete(Slip).where(Slip.campaign_id == same.id),
        delete(QuotaRule).where(QuotaRule.plan_version_id.in_(plans)),
        delete(PlanVersion).where(PlanVersion.campaign_id == same.id),
        delete(Unit).where(Unit.campaign_id == same.id),
        delete(FormVersion).where(FormVersion.campaign_id == same.id),
        delete(CriteriaVersion).where(CriteriaVersion.campaign_id == same.id),
        delete(Campaign).where(Campaign.id == same.id),
    ):
        session.execute(statement, execution_options={"synchronize_session": False})
    session.expunge_all()


def _criteria_version(
    campaign: Campaign, kind: str, criteria: CriteriaSet, reason: str = ""
) -> CriteriaVersion:
    return CriteriaVersion(
        campaign_id=campaign.id,
        unit_kind=kind,
        code=criteria.code,
        sha256=digest(criteria),
        definition=to_mapping(criteria),
        reason=reason,
    )


def check_campaign(slug: str) -> list[str]:
    """Return what keeps a campaign from opening, one Vietnamese sentence each."""
    return list(problems_of(campaign_by_slug(slug)))


def open_campaign(slug: str, *, confirmed_sha256: str, actor: Actor) -> None:
    """Open a campaign whose plan adds up and whose settings have been read and confirmed.

    Parameters
    ----------
    slug
        The campaign.
    confirmed_sha256
        Digest of the opening sheet that was shown; if anything changed since, it is shown
        again instead of opened.
    actor
        Who opens it.

    Raises
    ------
    ConflictError
        If it is open already, does not add up, or is not what was confirmed.

    """
    sheet = opening_sheet(slug)
    if sheet.problems:
        raise ConflictError(
            f"Chưa mở được đợt điều tra: còn {len(sheet.problems)} lỗi phải sửa.",
            details=sheet.problems,
        )
    if sheet.sha256 != confirmed_sha256:
        raise ConflictError(
            "Các thiết lập đã thay đổi sau khi được xem. Hãy xem lại rồi xác nhận lần nữa."
        )
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        if campaign.state not in (State.DRAFT, State.PLANNED):
            raise ConflictError(f"Đợt “{campaign.title}” đã được mở trước đó.")
        campaign.state = State.COLLECTING
        campaign.confirmed_sha256 = sheet.sha256
        plan = plan_of(campaign, session)
        if plan.state is PlanState.DRAFT:
            plan.state, plan.approved_on = PlanState.APPROVED, today()
        record(
            session, actor, "campaign.open", slug,
            confirmed=sheet.sha256, decision=plan.decision,
        )  # fmt: skip


def extend_deadline(slug: str, closes: date, reason: str, *, actor: Actor) -> None:
    """Move the last day of online answers, with a reason; never back before today."""
    need_reason(reason)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        if campaign.state not in (State.DRAFT, State.PLANNED, State.COLLECTING):
            raise ConflictError("Đợt điều tra đã đóng; không gia hạn được nữa.")
        if closes < max(campaign.opens, today()):
            raise SurveyError(
                f"Hạn mới {day(closes)} đã qua. Hãy chọn từ ngày "
                f"{day(max(campaign.opens, today()))} trở đi."
            )
        before, campaign.closes = campaign.closes, closes
        record(session, actor, "campaign.extend", slug, before=before, after=closes, reason=reason)


def close_campaign(slug: str, reason: str, *, actor: Actor) -> None:
    """End collection by phone and paper; places held for slips and sheets lapse."""
    need_reason(reason)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        if campaign.state is not State.COLLECTING:
            raise ConflictError("Đợt điều tra chưa mở hoặc đã đóng.")
        campaign.state = State.CLOSED
        session.flush()
        forget_drafts(session, campaign.id)
        unlink(session)
        record(session, actor, "campaign.close", slug, reason=reason, at=now())


def import_criteria(slug: str, criteria: CriteriaSet, reason: str, *, actor: Actor) -> None:
    """Put the office's own criteria set in force for its unit kind; the old one stays.

    Raises
    ------
    SurveyError
        If the unit kind is not the campaign's, or the index is approved already.

    """
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        if campaign.state in (State.APPROVED, State.PUBLISHED):
            raise ConflictError("Chỉ số đã được phê duyệt; không thay bộ tiêu chí được nữa.")
        kinds = {unit.kind for unit in campaign.units}
        if criteria.unit_kind not in kinds:
            raise SurveyError(
                f"Bộ tiêu chí dành cho loại đơn vị “{criteria.unit_kind}”, đợt này chỉ có "
                f"{', '.join(sorted(kinds))}. Hãy sửa loại đơn vị trong tệp."
            )
        old = session.scalar(
            select(CriteriaVersion).where(
                CriteriaVersion.campaign_id == campaign.id,
                CriteriaVersion.unit_kind == criteria.unit_kind,
                CriteriaVersion.current,
            )
        )
        if old is not None:
            if old.sha256 == digest(criteria):
                return
            if campaign.state is not State.DRAFT:
                need_reason(reason)
            old.current = False
            session.flush()
        session.add(_criteria_version(campaign, criteria.unit_kind, criteria, reason))
        record(
            session,
            actor,
            "criteria.import",
            slug,
            kind=criteria.unit_kind,
            code=criteria.code,
            sha256=digest(criteria),
            before=old.sha256 if old else None,
            reason=reason,
        )


def need_reason(reason: str) -> None:
    """Refuse a reason that says nothing, or that a database cannot keep.

    Raises
    ------
    SurveyError
        If it has fewer than five letters, more than 400, or a NUL among them.

    """
    if not 5 <= len(reason.strip()) <= 400 or "\0" in reason:  # noqa: PLR2004 - "sai" says nothing; "nhập sai" does
        raise SurveyError("Hãy ghi lý do (từ 5 đến 400 ký tự) để lưu vào nhật ký.")
