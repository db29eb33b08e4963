"""Lists people sign for their fee, as workbooks: respondents and enumerators.

Making one with names leaves a line in the trail, with how many people stand on it and never
who. Handed-over forms are ``services.field_papers``, the
settlement is ``services.settlement``.
"""

from __future__ import annotations

from typing import Final

from survey_app.errors import NotFoundError
from survey_app.models import Campaign
from survey_app.services.accounts import keyers_of
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.definitions import definition_of
from survey_app.services.exports import XLSX, ExportFile
from survey_app.services.exports.list_papers import (
    EnumeratorLine,
    enumerators_paper,
    respondents_paper,
)
from survey_app.services.money_numbers import Money
from survey_app.services.money_reading import money_of
from survey_app.services.participation_lists import need_opened, people_list, people_lists
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


def groups_of(campaign: Campaign) -> dict[str, str]:
    """Names of the groups, for papers."""
    return {group.code: group.label.vi for group in definition_of(campaign).groups}
