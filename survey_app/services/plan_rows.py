"""A plan version in rows: its rules and cells, kept the same rows from version to version.

Ballots, slips and sheets name a cell or a rule. When an amendment comes into force its
numbers are written into the rows that are there and new ones are added, so what has come in
stays where it was counted. Which versions there may be is decided by
``services.plan_versions``.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from questionnaires.freezing import to_mapping
from questionnaires.model import Campaign as CampaignDefinition
from questionnaires.model import QuotaRule as RuleDefinition
from sampling.quotas import expand_quotas
from survey_app.models import (
    Assignment,
    Campaign,
    PlanState,
    PlanVersion,
    QuotaCell,
    QuotaRule,
    Unit,
)
from survey_app.services.definitions import definition_under

PARTS = ("units", "groups", "rules", "stated_totals")
"""What of a campaign's definition is its plan."""


def new_version(
    session: Session,
    campaign: Campaign,
    definition: CampaignDefinition,
    state: PlanState,
    *,
    reason: str = "",
    author: str = "",
) -> PlanVersion:
    """Add the next version of a plan; its rows come with ``put_in_force``."""
    frozen = to_mapping(definition)
    part: dict[str, Any] = {name: frozen[name] for name in PARTS}
    text = json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    last = session.scalar(
        select(func.max(PlanVersion.number)).where(PlanVersion.campaign_id == campaign.id)
    )
    version = PlanVersion(
        campaign_id=campaign.id,
        number=(last or 0) + 1,
        state=state,
        definition=part,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        reason=reason,
        author=author,
    )
    session.add(version)
    session.flush()
    return version


def put_in_force(session: Session, campaign: Campaign, version: PlanVersion) -> None:
    """Write the numbers of a version into the rules and cells of its campaign.

    A cell the version leaves out stays with a target of 0; a rule or a unit it leaves out
    goes, which ``services.plan_versions`` allows only before anything was issued for it.
    """
    definition = definition_under(campaign, version)
    _drop_units(session, campaign, definition)
    units = _units(session, campaign, definition)
    old = session.scalars(
        select(QuotaRule).join(PlanVersion).where(PlanVersion.campaign_id == campaign.id)
    )
    rows = {row.code: row for row in old}
    for row in rows.values():
        row.plan_version_id = version.id
    for position, rule in enumerate(definition.rules):
        if rule.code not in rows:
            rows[rule.code] = QuotaRule(code=rule.code, plan_version_id=version.id)
        _write(rows[rule.code], rule, position)
    gone = [rows.pop(code) for code in list(rows) if code not in definition.rule_by_code]
    session.execute(delete(QuotaCell).where(QuotaCell.rule_id.in_([row.id for row in gone])))
    for row in gone:
        session.delete(row)
    session.add_all(rows.values())
    session.flush()
    targets = {(cell.rule, cell.unit): cell.target for cell in expand_quotas(definition)}
    cells = {
        (cell.rule.code, cell.unit.code): cell
        for cell in session.scalars(
            select(QuotaCell).where(QuotaCell.rule_id.in_([row.id for row in rows.values()]))
        )
    }
    for key, cell in cells.items():
        cell.target = targets.get(key, 0)
    session.add_all(
        QuotaCell(rule_id=rows[rule].id, unit_id=units[unit].id, target=target)
        for (rule, unit), target in targets.items()
        if (rule, unit) not in cells
    )
    session.flush()


def _drop_units(session: Session, campaign: Campaign, definition: CampaignDefinition) -> None:
    gone = (
        select(Unit.id)
        .where(Unit.campaign_id == campaign.id)
        .where(Unit.code.not_in([unit.code for unit in definition.units]))
    )
    session.execute(delete(QuotaCell).where(QuotaCell.unit_id.in_(gone)))
    session.execute(delete(Assignment).where(Assignment.unit_id.in_(gone)))
    session.execute(delete(Unit).where(Unit.id.in_(gone)))


def _units(session: Session, campaign: Campaign, definition: CampaignDefinition) -> dict[str, Unit]:
    """Return the units by code; those the version brings are added."""
    rows = {
        unit.code: unit
        for unit in session.scalars(select(Unit).where(Unit.campaign_id == campaign.id))
    }
    for position, unit in enumerate(definition.units):
        row = rows.get(unit.code)
        if row is None:
            row = rows[unit.code] = Unit(campaign_id=campaign.id, code=unit.code)
            session.add(row)
        row.name, row.kind, row.parent = unit.name, unit.kind, unit.parent
        row.population, row.position = unit.population, position
    session.flush()
    return rows


def _write(row: QuotaRule, rule: RuleDefinition, position: int) -> None:
    row.form = rule.form
    row.group = rule.group
    row.unit_kind = rule.unit_kind
    row.per_unit = rule.per_unit
    row.design = rule.design
    row.fee_vnd = rule.fee_vnd
    row.top_up_from = rule.top_up_from
    row.clause = rule.clause
    row.wording = rule.wording
    row.position = position
