"""Versions of a plan: proposed with a reason, approved with a decision, never rewritten.

Before a campaign opens a new version simply takes the place of the last. Afterwards it waits
as a proposal until somebody enters the decision it rests on; a cell that has been filled
cannot fall below what it holds. How a version becomes rows is in ``services.plan_rows``; what
it changes is told by ``sampling.plan_changes``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from questionnaires.checks import check_campaign
from questionnaires.model import Campaign as CampaignDefinition
from questionnaires.model import QuotaRule as RuleDefinition
from sampling.plan_changes import Change, plan_changes
from sampling.quotas import expand_quotas, quota_totals
from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.formats import day, today
from survey_app.formats import number as printed
from survey_app.models import (
    Advance,
    Campaign,
    Participation,
    Person,
    PlanState,
    PlanVersion,
    Score,
    Sheet,
    Slip,
    State,
    Unit,
)
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.definitions import definition_of, definition_under
from survey_app.services.plan_rows import new_version, put_in_force
from survey_app.services.plans import cells_of, plan_of
from survey_app.services.transactions import transaction

__all__ = [
    "CHANGEABLE",
    "Change",
    "VersionLine",
    "approve_plan",
    "history",
    "obstacles",
    "propose_plan",
    "version_of",
    "withdraw_plan",
]

CHANGEABLE = (State.DRAFT, State.PLANNED, State.COLLECTING)
"""States in which a plan may still be amended."""


KEPT = (
    ("điểm", Score.unit_id),
    ("danh sách người", Person.unit_id),
    ("người tham gia", Participation.unit_id),
    ("tiền tạm ứng", Advance.unit_id),
)
"""What may be kept about a unit and would be lost with it."""


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version as the list of versions shows it."""

    version: PlanVersion
    ballots: int
    changes: tuple[Change, ...]
    """Against the version before it."""


def history(campaign: Campaign) -> tuple[VersionLine, ...]:
    """Return every version of a plan, newest first, with what each changed."""
    versions = db.session.scalars(
        select(PlanVersion)
        .where(PlanVersion.campaign_id == campaign.id)
        .order_by(PlanVersion.number)
    ).all()
    lines: list[VersionLine] = []
    base: CampaignDefinition | None = None
    for version in versions:
        definition = definition_under(campaign, version)
        changes = plan_changes(base, definition) if base else ()
        lines.append(VersionLine(version, quota_totals(definition).total, changes))
        if version.state is not PlanState.WITHDRAWN:
            base = definition
    return tuple(reversed(lines))


def propose_plan(slug: str, plan: CampaignDefinition, reason: str, *, actor: Actor) -> int:
    """Keep a new version of the plan.

    A draft campaign has it in force at once; an open one when ``approve_plan`` is called.

    Parameters
    ----------
    slug
        The campaign.
    plan
        Its definition with other groups, rules and stated totals.
    reason
        Why.
    actor
        Who proposes it.

    Returns
    -------
    int
        Number of the version.

    Raises
    ------
    ConflictError
        If it cannot come into force, naming everything in its way; or changes nothing.

    """
    need_reason(reason)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        if campaign.state not in CHANGEABLE:
            raise ConflictError("Đợt điều tra đã đóng; không sửa kế hoạch được nữa.")
        current = plan_of(campaign, session)
        _need_possible(session, campaign, plan)
        if not plan_changes(definition_under(campaign, current), plan):
            raise ConflictError("Bản sửa không khác kế hoạch đang áp dụng.")
        opened = campaign.state is not State.DRAFT
        for older in _proposals(session, campaign):
            older.state = PlanState.WITHDRAWN
        if not opened:
            current.state = PlanState.SUPERSEDED
        session.flush()
        version = new_version(
            session,
            campaign,
            plan,
            PlanState.PROPOSED if opened else PlanState.DRAFT,
            reason=reason.strip(),
            author=actor.name,
        )
        if not opened:
            put_in_force(session, campaign, version)
        record(
            session, actor, "plan.propose", slug,
            number=version.number, sha256=version.sha256, reason=reason,
        )  # fmt: skip
        return version.number


def approve_plan(slug: str, number: int, decision: str, approved_on: date, *, actor: Actor) -> None:
    """Bring a version into force under the number and date of its decision.

    Raises
    ------
    ConflictError
        If it is not waiting, or what has come in meanwhile stands in its way.
    SurveyError
        If the decision is not named or lies in the future.

    """
    if not 3 <= len(decision.strip()) <= 200:  # noqa: PLR2004 - "Số 314/QĐ-UBND", not "x"
        raise SurveyError("Hãy ghi số, ký hiệu của quyết định, ví dụ 314/QĐ-UBND.")
    if approved_on > today():
        raise SurveyError(f"Ngày quyết định {day(approved_on)} chưa đến.")
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        version = version_of(campaign, number, session)
        if version.state not in (PlanState.DRAFT, PlanState.PROPOSED):
            raise ConflictError(f"Bản kế hoạch số {number} không chờ phê duyệt.")
        if campaign.state not in CHANGEABLE:
            raise ConflictError("Đợt điều tra đã đóng; không sửa kế hoạch được nữa.")
        if version.state is PlanState.PROPOSED:
            _need_possible(session, campaign, definition_under(campaign, version))
            plan_of(campaign, session).state = PlanState.SUPERSEDED
            session.flush()
        version.state = PlanState.APPROVED
        version.decision, version.approved_on = decision.strip(), approved_on
        session.flush()
        put_in_force(session, campaign, version)
        record(
            session, actor, "plan.approve", slug,
            number=number, decision=decision, on=approved_on, sha256=version.sha256,
        )  # fmt: skip


def withdraw_plan(slug: str, number: int, reason: str, *, actor: Actor) -> None:
    """Give a proposed version up, with a reason.

    Raises
    ------
    ConflictError
        If it is not waiting.

    """
    need_reason(reason)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        version = version_of(campaign, number, session)
        if version.state is not PlanState.PROPOSED:
            raise ConflictError(f"Bản kế hoạch số {number} không chờ phê duyệt.")
        version.state = PlanState.WITHDRAWN
        record(session, actor, "plan.withdraw", slug, number=number, reason=reason)


def version_of(campaign: Campaign, number: int, session: Session | None = None) -> PlanVersion:
    """Return a version by number.

    Raises
    ------
    NotFoundError
        If there is none.

    """
    found = (session or db.session).scalar(
        select(PlanVersion).where(
            PlanVersion.campaign_id == campaign.id, PlanVersion.number == number
        )
    )
    if found is None:
        raise NotFoundError(f"Đợt “{campaign.title}” không có bản kế hoạch số {number}.")
    return found


def obstacles(campaign: Campaign, plan: CampaignDefinition) -> list[str]:
    """Return what keeps a plan from coming into force, one Vietnamese sentence each."""
    return _obstacles(db.session(), campaign, plan)


def _need_possible(session: Session, campaign: Campaign, plan: CampaignDefinition) -> None:
    if problems := _obstacles(session, campaign, plan):
        raise ConflictError(
            f"Chưa áp dụng được bản sửa: còn {len(problems)} điều vướng mắc.", details=problems
        )


def _obstacles(session: Session, campaign: Campaign, plan: CampaignDefinition) -> list[str]:
    problems = [str(mistake) for mistake in check_campaign(plan)]
    problems += _moved_units(session, campaign, plan)
    problems += _dropped(session, campaign, plan)
    if campaign.state is not State.DRAFT:
        current = definition_of(campaign)
        problems += [
            sentence
            for rule in plan.rules
            if (old := current.rule_by_code.get(rule.code)) is not None
            for sentence in _fixed(old, rule)
        ]
        unknown = sorted({rule.form for rule in plan.rules} - set(current.forms))
        problems += [
            f"Mẫu phiếu {form} không có trong đợt đã mở; dòng mới phải dùng mẫu đã có."
            for form in unknown
        ]
    wanted = {(cell.rule, cell.unit): cell.target for cell in expand_quotas(plan)}
    problems += [
        f"Ô {cell.rule.code} · {cell.unit.name} đã có {printed(cell.accepted)} phiếu được tính; "
        f"không giảm chỉ tiêu xuống {printed(wanted.get((cell.rule.code, cell.unit.code), 0))}."
        for cell in cells_of(campaign, session)
        if wanted.get((cell.rule.code, cell.unit.code), 0) < cell.accepted
    ]
    return problems


def _moved_units(session: Session, campaign: Campaign, plan: CampaignDefinition) -> Iterator[str]:
    """Units come and go only while nothing was issued and nothing is kept about them."""
    rows = {
        unit.code: unit
        for unit in session.scalars(select(Unit).where(Unit.campaign_id == campaign.id))
    }
    gone = [unit for code, unit in rows.items() if code not in plan.unit_by_code]
    if not gone and all(unit.code in rows for unit in plan.units):
        return
    issued = _any(session, Slip.campaign_id == campaign.id) or _any(
        session, Sheet.campaign_id == campaign.id
    )
    if issued or campaign.state is not State.DRAFT:
        yield "Đợt đã mở hoặc đã phát phiếu: không thêm, không bỏ đơn vị được đánh giá nữa."
        return
    for unit in gone:
        if kept := [what for what, key in KEPT if _any(session, key == unit.id)]:
            yield (
                f"Không bỏ được {unit.name}: đã có {', '.join(kept)}. Hãy xóa các mục ấy trước, "
                "hoặc giữ đơn vị."
            )


def _any(session: Session, condition: ColumnElement[bool]) -> bool:
    return bool(session.scalar(select(exists().where(condition))))


def _dropped(session: Session, campaign: Campaign, plan: CampaignDefinition) -> Iterator[str]:
    """Rules the plan leaves out go only while nothing was printed for them."""
    for rule in plan_of(campaign, session).rules:
        if rule.code in plan.rule_by_code:
            continue
        issued = _any(session, Slip.rule_id == rule.id) or _any(session, Sheet.rule_id == rule.id)
        if issued or campaign.state is not State.DRAFT:
            yield (
                f"Không bỏ được dòng {rule.code}: đợt đã mở hoặc đã phát phiếu. Hãy giữ dòng và "
                "giảm chỉ tiêu còn số phiếu đã thu."
            )


def _fixed(old: RuleDefinition, new: RuleDefinition) -> Iterator[str]:
    """Yield what printed slips and sheets rely on and the new rule would change."""
    for name, what in (
        ("form", "mẫu phiếu"), ("design", "cách trả lời (riêng/chung)"),
        ("unit_kind", "loại đơn vị"), ("group", "đối tượng"),
    ):  # fmt: skip
        if getattr(old, name) != getattr(new, name):
            yield f"Đợt đã mở: không đổi được {what} của dòng {new.code}."
    if old.may_ask_profile != new.may_ask_profile:
        yield (
            f"Dòng {new.code}: thông tin người trả lời chỉ được hỏi khi mỗi ô có từ 10 người; "
            "số mới làm phiếu đã phát khác đi. Hãy giữ số người cùng phía với 10."
        )


def _proposals(session: Session, campaign: Campaign) -> list[PlanVersion]:
    return list(
        session.scalars(
            select(PlanVersion).where(
                PlanVersion.campaign_id == campaign.id, PlanVersion.state == PlanState.PROPOSED
            )
        )
    )
