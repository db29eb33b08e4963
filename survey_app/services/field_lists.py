"""Lists and records the field signs, as workbooks: respondents, enumerators, handovers.

Making one with names leaves a line in the trail, with how many people stand on it and never
who. The settlement has papers of its own (``services.settlement``).
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select

from questionnaires.model import Design
from survey_app.errors import NotFoundError
from survey_app.extensions import db
from survey_app.models import Campaign, QuotaRule, Sheet, SheetState, Unit
from survey_app.services.accounts import keyers_of
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.definitions import definition_of
from survey_app.services.exports import XLSX, ExportFile
from survey_app.services.exports.list_papers import (
    EnumeratorLine,
    HandoverLine,
    enumerators_paper,
    handover_paper,
    respondents_paper,
)
from survey_app.services.fieldwork import matrix
from survey_app.services.money_numbers import Money
from survey_app.services.money_reading import money_of, returned
from survey_app.services.participation import need_opened, people_list, people_lists
from survey_app.services.plans import plan_of, unit_by_code
from survey_app.services.slips import slip_overview
from survey_app.services.transactions import transaction

ALL: Final = "chung"
"""Stands for a unit in the name of a file about all units."""


def respondents_file(
    slug: str, rule_code: str | None, unit_code: str | None, *, actor: Actor
) -> ExportFile:
    """Write the list of one rule and unit, or of every rule of a unit, for signatures.

    Parameters
    ----------
    slug
        The campaign.
    rule_code
        One rule; every rule of the unit when None.
    unit_code
        The unit; None for rules whose people rate all units.

    Raises
    ------
    NotFoundError
        If there is no such list, or the person may not see it.

    """
    campaign = campaign_by_slug(slug)
    need_opened(campaign)
    codes = [rule_code] if rule_code else _rules_of(campaign, unit_code, actor)
    lists = [people_list(campaign, code, unit_code, actor) for code in codes]
    data = respondents_paper(campaign, lists, groups_of(campaign))
    name = "-".join(part for part in (rule_code, unit_code or ALL) if part)
    with transaction() as session:
        people = sum(len(one.people) for one in lists)
        record(session, actor, "participation.print", f"{slug}/{name}", people=people)
    return ExportFile(f"{slug}_ky-nhan_{name}.xlsx", data, XLSX)


def _rules_of(campaign: Campaign, unit_code: str | None, actor: Actor) -> list[str]:
    found = [
        line.rule.code
        for line in people_lists(campaign, actor)
        if (line.unit.code if line.unit else None) == unit_code
    ]
    if not found:
        raise NotFoundError("Không có danh sách nào của đơn vị này trong phạm vi của bạn.")
    return found


def enumerators_file(slug: str, *, actor: Actor) -> ExportFile:
    """Write the list of enumerators with what each unit pays them.

    While ballots come in the fee is the plan's; at the close only surveyed units pay.
    """
    campaign = campaign_by_slug(slug)
    need_opened(campaign)
    money = money_of(campaign)
    keyers = keyers_of(campaign)
    rates = _enumerator_fees(campaign, money)
    lines = [
        EnumeratorLine(
            one.unit,
            tuple(user.name or user.email for user in keyers.get(one.unit.id, ())),
            rates[one.unit.code],
        )
        for one in money.units
        if one.unit.code in rates
    ]
    data = enumerators_paper(campaign, lines)
    with transaction() as session:
        record(session, actor, "enumerators.print", slug, units=len(lines))
    return ExportFile(f"{slug}_nguoi-dieu-tra.xlsx", data, XLSX)


def _enumerator_fees(campaign: Campaign, money: Money) -> dict[str, int]:
    by_kind = definition_of(campaign).enumerator_fees_vnd
    return {
        one.unit.code: one.enumerator_vnd if money.closed else by_kind[one.unit.kind]
        for one in money.units
        if by_kind.get(one.unit.kind)
    }


def handover_file(slug: str, unit_code: str | None, *, actor: Actor) -> ExportFile:
    """Write the record of forms handed to a unit; of those for all units when None."""
    campaign = campaign_by_slug(slug)
    need_opened(campaign)
    unit = unit_by_code(campaign, unit_code) if unit_code else None
    lines = handover_lines(campaign, unit)
    if not lines:
        raise NotFoundError("Kế hoạch không có phiếu nào giao theo cách này.")
    data = handover_paper(campaign, unit, lines, groups_of(campaign))
    name = unit.code if unit else ALL
    with transaction() as session:
        record(session, actor, "handover.print", f"{slug}/{name}", forms=len(lines))
    return ExportFile(f"{slug}_giao-nhan_{name}.xlsx", data, XLSX)


def handover_lines(campaign: Campaign, unit: Unit | None) -> list[HandoverLine]:
    """Count forms that are out and back, by rule, for one unit or for the shared rules."""
    wanted = Design.CROSS if unit is None else Design.OWN
    unit_id = unit.id if unit else None
    slips = {
        line.rule.code: line.printed - min(line.printed, line.revoked)
        for line in slip_overview(campaign)
        if (line.unit.id if line.unit else None) == unit_id
    }
    of_unit = (
        select(Sheet.rule_id, func.count())
        .where(
            Sheet.campaign_id == campaign.id,
            Sheet.unit_id.is_not_distinct_from(unit_id),
            Sheet.state != SheetState.VOID,
        )
        .group_by(Sheet.rule_id)
    )
    sheets: dict[int, int] = dict(db.session.execute(of_unit).all())
    found = matrix(campaign, Actor.system())
    states = {
        rule.code: [
            state
            for (code, of_rule), state in found.cells.items()
            if of_rule == rule.code and (unit is None or code == unit.code)
        ]
        for rule in plan_of(campaign).rules
        if rule.design is wanted
    }
    return [
        HandoverLine(
            rule,
            _target(rule, sum(state.target for state in states[rule.code])),
            slips.get(rule.code, 0),
            sheets.get(rule.id, 0),
            sum(returned(state) for state in states[rule.code]),
        )
        for rule in plan_of(campaign).rules
        if states.get(rule.code)
    ]


def _target(rule: QuotaRule, ballots: int) -> int:
    """Forms to hand out: one booklet or slip a person where the same people rate all units."""
    return rule.per_unit if rule.design is Design.CROSS else ballots


def groups_of(campaign: Campaign) -> dict[str, str]:
    """Names of the groups, for papers."""
    return {group.code: group.label.vi for group in definition_of(campaign).groups}
