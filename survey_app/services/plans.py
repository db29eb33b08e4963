"""The plan in force: its rules, its cells, and what it asks for in people and money."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from sampling.fees import Payee, plan_fees
from sampling.quotas import people_by_rule
from survey_app.errors import NotFoundError
from survey_app.extensions import db
from survey_app.models import IN_FORCE, Campaign, PlanVersion, QuotaCell, QuotaRule, Unit
from survey_app.services.definitions import definition_of


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One quota rule: units it meets, people it needs, ballots it brings, what it costs.

    ``uneven`` says that the number differs from unit to unit.
    """

    rule: QuotaRule
    units: int
    people: int
    ballots: int
    fee_vnd: int
    uneven: bool = False


@dataclass(frozen=True, slots=True)
class PlanOverview:
    """The plan in people, ballots and money (VND)."""

    rules: tuple[RuleLine, ...]
    people: int
    ballots: int
    fee_vnd: int
    enumerator_fee_vnd: int
    total_fee_vnd: int


def plan_of(campaign: Campaign, session: Session | None = None) -> PlanVersion:
    """Return the plan version in force."""
    found = (session or db.session).scalar(
        select(PlanVersion).where(
            PlanVersion.campaign_id == campaign.id, PlanVersion.state.in_(IN_FORCE)
        )
    )
    if found is None:
        raise NotFoundError(f"Đợt “{campaign.title}” chưa có kế hoạch phân bổ phiếu.")
    return found


def last_approved(plan: PlanVersion) -> PlanVersion | None:
    """Return the last version before one that has a decision, or None."""
    return db.session.scalar(
        select(PlanVersion)
        .where(
            PlanVersion.campaign_id == plan.campaign_id,
            PlanVersion.number < plan.number,
            PlanVersion.decision != "",
        )
        .order_by(PlanVersion.number.desc())
    )


def cells_of(campaign: Campaign, session: Session | None = None) -> list[QuotaCell]:
    """Return the cells of the plan in force, by rule and unit in plan order, both loaded."""
    plan = plan_of(campaign, session)
    return list(
        (session or db.session).scalars(
            select(QuotaCell)
            .join(QuotaCell.rule)
            .join(QuotaCell.unit)
            .where(QuotaRule.plan_version_id == plan.id)
            .order_by(QuotaRule.position, Unit.position)
            .options(contains_eager(QuotaCell.rule), contains_eager(QuotaCell.unit))
        )
    )


def cells_of_rule(session: Session, rule: QuotaRule, unit_id: int | None) -> list[QuotaCell]:
    """Return the cells of one rule, or of one unit in it, in plan order, units loaded."""
    found = (
        select(QuotaCell)
        .join(QuotaCell.unit)
        .where(QuotaCell.rule_id == rule.id)
        .order_by(Unit.position)
        .options(contains_eager(QuotaCell.unit))
    )
    if unit_id is not None:
        found = found.where(QuotaCell.unit_id == unit_id)
    return list(session.scalars(found))


def rule_by_code(campaign: Campaign, code: str, session: Session | None = None) -> QuotaRule:
    """Return a rule of the plan in force.

    Raises
    ------
    NotFoundError
        If the plan has no such rule; the known ones are listed.

    """
    rules = plan_of(campaign, session).rules
    for rule in rules:
        if rule.code.casefold() == code.casefold():
            return rule
    known = ", ".join(rule.code for rule in rules)
    raise NotFoundError(f"Kế hoạch không có dòng phân bổ “{code}”. Các dòng: {known}.")


def unit_by_code(campaign: Campaign, code: str, session: Session | None = None) -> Unit:
    """Return a unit of the campaign.

    Raises
    ------
    NotFoundError
        If the campaign does not assess it.

    """
    unit = (session or db.session).scalar(
        select(Unit).where(Unit.campaign_id == campaign.id, Unit.code == code.upper())
    )
    if unit is None:
        raise NotFoundError(f"Đợt “{campaign.title}” không đánh giá đơn vị “{code}”.")
    return unit


def cell_of(
    campaign: Campaign, rule_code: str, unit_code: str, session: Session | None = None
) -> QuotaCell:
    """Return the cell of a rule and a unit.

    Raises
    ------
    NotFoundError
        If the rule does not ask about that unit.

    """
    rule = rule_by_code(campaign, rule_code, session)
    unit = unit_by_code(campaign, unit_code, session)
    cell = (session or db.session).scalar(
        select(QuotaCell).where(QuotaCell.rule_id == rule.id, QuotaCell.unit_id == unit.id)
    )
    if cell is None:
        raise NotFoundError(f"Dòng {rule.code} không lấy phiếu về {unit.name}.")
    return cell


def plan_overview(campaign: Campaign) -> PlanOverview:
    """Add the plan up in people, ballots and money."""
    definition = definition_of(campaign)
    people = people_by_rule(definition)
    fees = plan_fees(definition)
    paid = {line.code: line.amount_vnd for line in fees.lines if line.payee is Payee.RESPONDENT}
    cells = cells_of(campaign)
    lines = []
    for rule in plan_of(campaign).rules:
        targets = [cell.target for cell in cells if cell.rule_id == rule.id and cell.target]
        lines.append(
            RuleLine(
                rule,
                len(targets),
                people[rule.code],
                sum(targets),
                paid.get(rule.code, 0),
                uneven=len(set(targets)) > 1,
            )
        )
    return PlanOverview(
        rules=tuple(lines),
        people=sum(line.people for line in lines),
        ballots=sum(line.ballots for line in lines),
        fee_vnd=sum(paid.values()),
        enumerator_fee_vnd=fees.subtotal_vnd(Payee.ENUMERATOR),
        total_fee_vnd=fees.total_vnd,
    )
