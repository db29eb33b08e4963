"""Versions of a plan: proposed with a reason, approved with a decision, never rewritten.

Before a campaign opens a new version simply takes the place of the last, as a draft, even when
the last was approved. Afterwards it waits as a proposal until somebody enters the decision it
rests on, and no other is taken while it waits. What stands in a version's way is told by
``services.plan_obstacles``, how it becomes rows by ``services.plan_rows``, what it changes by
``sampling.plan_changes``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.model import Campaign as CampaignDefinition
from sampling.plan_changes import Change, plan_changes
from sampling.quotas import quota_totals
from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.formats import day, today
from survey_app.models import Campaign, PlanState, PlanVersion, State
from survey_app.models.types import now
from survey_app.services import plan_obstacles
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.definitions import definition_under
from survey_app.services.plan_obstacles import displaced
from survey_app.services.plan_rows import new_version, put_in_force
from survey_app.services.plans import plan_of
from survey_app.services.transactions import transaction

__all__ = [
    "CHANGEABLE",
    "Change",
    "VersionLine",
    "approve_plan",
    "displaced",
    "history",
    "obstacles",
    "propose_plan",
    "version_of",
    "waiting_version",
    "withdraw_plan",
]

CHANGEABLE = (State.DRAFT, State.PLANNED, State.COLLECTING)
"""States in which a plan may still be amended."""


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version as the list of versions shows it.

    Attributes
    ----------
    version, ballots
        The version, and what it asks for. [ballots]
    changes
        Against the version it was made from.
    approved
        The last version before it that has a decision, or None.
    displaced
        Of one that waits: the cells where it leaves no place for forms that are out.

    """

    version: PlanVersion
    ballots: int
    changes: tuple[Change, ...]
    approved: PlanVersion | None
    displaced: tuple[str, ...] = ()

    @property
    def lost_approval(self) -> bool:
        """Whether an approved plan was amended, so that a new decision is needed."""
        return self.version.state is PlanState.DRAFT and self.approved is not None


def history(campaign: Campaign) -> tuple[VersionLine, ...]:
    """Return every version of a plan, newest first, with what each changed."""
    versions = db.session.scalars(
        select(PlanVersion)
        .where(PlanVersion.campaign_id == campaign.id)
        .order_by(PlanVersion.number)
    ).all()
    lines: list[VersionLine] = []
    base: CampaignDefinition | None = None
    approved: PlanVersion | None = None
    for version in versions:
        definition = definition_under(campaign, version)
        lines.append(
            VersionLine(
                version,
                quota_totals(definition).total,
                plan_changes(base, definition) if base else (),
                approved,
                tuple(displaced(campaign, definition))
                if version.state is PlanState.PROPOSED
                else (),
            )
        )
        if version.state is not PlanState.WITHDRAWN:
            base = definition
        if version.decision:
            approved = version
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
        _need_open(campaign)
        current = plan_of(campaign, session)
        _need_possible(_all_obstacles(session, campaign, plan))
        if not plan_changes(definition_under(campaign, current), plan):
            raise ConflictError("Bản sửa không khác kế hoạch đang áp dụng.")
        opened = campaign.state is not State.DRAFT
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
    """Write down the decision a version rests on; one that waits comes into force by it.

    The version a campaign was opened with may get its decision afterwards, once.

    Raises
    ------
    ConflictError
        If it has its decision, was given up, or what has come in stands in its way.
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
        if not version.needs_decision:
            raise ConflictError(f"Bản kế hoạch số {number} không chờ phê duyệt.")
        if version.state is PlanState.PROPOSED:
            plan = definition_under(campaign, version)
            _need_open(campaign)
            _need_possible(plan_obstacles.obstacles(session, campaign, plan))
            plan_of(campaign, session).state = PlanState.SUPERSEDED
            session.flush()
            put_in_force(session, campaign, version)
        version.state = PlanState.APPROVED
        version.decision, version.approved_on = decision.strip(), approved_on
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
        version.withdrawn_at, version.withdrawn_by = now(), actor.name
        version.withdrawn_why = reason.strip()
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
    """Return what keeps a plan from being proposed, one Vietnamese sentence each."""
    return _all_obstacles(db.session(), campaign, plan)


def waiting_version(campaign: Campaign, session: Session | None = None) -> PlanVersion | None:
    """Return the amendment that waits for its decision; there is at most one."""
    return (session or db.session).scalar(
        select(PlanVersion).where(
            PlanVersion.campaign_id == campaign.id, PlanVersion.state == PlanState.PROPOSED
        )
    )


def _all_obstacles(session: Session, campaign: Campaign, plan: CampaignDefinition) -> list[str]:
    """Return what stands in the way of a new version: an older one that waits, and the rest."""
    problems = plan_obstacles.obstacles(session, campaign, plan)
    if waiting := waiting_version(campaign, session):
        problems.insert(
            0,
            f"Bản sửa số {waiting.number} ({waiting.author}: {waiting.reason}) đang chờ quyết "
            "định. Hãy phê duyệt hoặc rút bản ấy ở trang “Các bản kế hoạch” trước.",
        )
    return problems


def _need_open(campaign: Campaign) -> None:
    if campaign.state not in CHANGEABLE:
        raise ConflictError("Đợt điều tra đã đóng; không sửa kế hoạch được nữa.")


def _need_possible(problems: Sequence[str]) -> None:
    if problems:
        raise ConflictError(
            f"Chưa áp dụng được bản sửa: còn {len(problems)} điều vướng mắc.", details=problems
        )
