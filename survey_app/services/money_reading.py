"""The money of a campaign read from plan, ballots, lists of names and entries.

``money_of`` lays everything side by side; what it means is ``services.money_numbers``, what is
entered ``services.money``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import and_, case, func, or_, select

from questionnaires.model import Campaign as CampaignDefinition
from questionnaires.model import Design
from sampling.fees import BallotCount, Fees, Payee, fees_by_unit, plan_fees, settle_fees
from survey_app.errors import NotFoundError
from survey_app.extensions import db
from survey_app.models import (
    Advance,
    Campaign,
    Participation,
    QuotaRule,
    SignedList,
    State,
    Unit,
)
from survey_app.services.audit import Actor
from survey_app.services.definitions import definition_of
from survey_app.services.field_numbers import CellState, Matrix
from survey_app.services.fieldwork import matrix
from survey_app.services.money_numbers import Money, Names, PayLine, UnitMoney
from survey_app.services.plans import plan_of

OPEN: Final = (State.DRAFT, State.PLANNED, State.COLLECTING)
"""States in which ballots still come in."""

MOST_ENUMERATORS: Final = 100
"""More people never asked in one unit. [persons]"""


def money_of(campaign: Campaign) -> Money:
    """Lay budget, advances, what came back and what was paid side by side."""
    definition = definition_of(campaign)
    found = matrix(campaign, Actor.system())
    closed = campaign.state not in OPEN
    owed = settle_fees(definition, _ballots(found), _surveyed(found, closed=closed))
    budget = plan_fees(definition)
    lists = _signed_lists(campaign)
    lines = _lines(campaign, found, owed, lists)
    lines += _enumerators(definition, found, owed, lists)
    own: defaultdict[int, list[PayLine]] = defaultdict(list)
    for line in lines:
        if line.unit is not None:
            own[line.unit.id].append(line)
    advances = _advances(campaign)
    planned = {
        one.unit: one.total_vnd for one in fees_by_unit(definition, _own(definition, budget))
    }
    return Money(
        units=tuple(
            UnitMoney(
                unit=unit,
                budget_vnd=planned.get(unit.code, 0),
                advances=tuple(advances[unit.id]),
                lines=tuple(own[unit.id]),
            )
            for unit in found.units
        ),
        shared=tuple(line for line in lines if line.unit is None),
        budget=budget,
        owed=owed,
        basis=definition.settings.fee_basis,
        closed=closed,
    )


def unit_money(found: Money, unit_code: str) -> UnitMoney:
    """Return the money of one unit.

    Raises
    ------
    NotFoundError
        If the plan asks nothing about it.

    """
    unit = found.by_unit.get(unit_code.upper())
    if unit is None:
        raise NotFoundError(f"Kế hoạch không lấy phiếu về đơn vị “{unit_code}”.")
    return unit


def pay_line(found: Money, rule_code: str, unit_code: str | None) -> PayLine:
    """Return one paid line.

    Raises
    ------
    NotFoundError
        If the plan pays nothing there.

    """
    lines = unit_money(found, unit_code).lines if unit_code else found.shared
    for line in lines:
        if line.code.casefold() == rule_code.casefold():
            return line
    where = "ở đơn vị này" if unit_code else "trong các dòng chung cho mọi đơn vị"
    raise NotFoundError(f"Kế hoạch không trả thù lao cho dòng “{rule_code}” {where}.")


def _ballots(found: Matrix) -> dict[tuple[str, str], BallotCount]:
    return {
        (rule, unit): BallotCount(returned(state), state.counted)
        for (unit, rule), state in found.cells.items()
    }


def returned(state: CellState) -> int:
    """Ballots of a cell that came back, whatever became of them. [ballots]."""
    aside = state.over_target + state.set_aside
    return state.counted + aside + state.invalid + state.excluded


def _surveyed(found: Matrix, *, closed: bool) -> set[str]:
    """Units whose enumerators are paid: full ones, and at the close any that was surveyed."""
    return {
        unit.code
        for unit in found.units
        if found.by_unit[unit.code].missing <= 0
        or (closed and returned(found.by_unit[unit.code]) > 0)
    }


def _own(definition: CampaignDefinition, fees: Fees) -> Fees:
    """Leave out those who rate all units: no unit is handed their money."""
    crossed = {rule.code for rule in definition.rules if rule.design is Design.CROSS}
    return Fees(
        tuple(
            item
            for item in fees.items
            if item.payee is Payee.ENUMERATOR or item.code not in crossed
        )
    )


Key = tuple[int | None, int | None]
"""Rule and unit of a list by id: no unit for all of them, no rule for enumerators."""


def _lines(
    campaign: Campaign, found: Matrix, owed: Fees, lists: Mapping[Key, SignedList]
) -> list[PayLine]:
    paid_for = {
        (item.code, item.unit): item.quantity
        for item in owed.items
        if item.payee is Payee.RESPONDENT
    }
    names = _names(campaign)
    cells: defaultdict[tuple[QuotaRule, Unit | None], list[tuple[str, CellState]]]
    cells = defaultdict(list)
    units = {unit.code: unit for unit in found.units}
    for rule in found.rules:
        for code, unit in units.items():
            if (code, rule.code) in found.cells:
                whose = None if rule.design is Design.CROSS else unit
                cells[rule, whose].append((code, found.cells[code, rule.code]))
    lines = []
    for (rule, whose), together in cells.items():
        key = (rule.id, whose.id if whose else None)
        if not (rule.fee_vnd or key in lists):
            continue
        listed, states = names.get(key, Names()), [state for _code, state in together]
        asked = rule.per_unit if whose is None else states[0].target
        rated = sum(state.target > 0 for state in states)
        lines.append(
            PayLine(
                rule,
                whose,
                _added(states),
                sum(paid_for.get((rule.code, code), 0) for code, _state in together),
                rule.fee_vnd,
                lists.get(key),
                listed,
                most_people=max(asked, *(returned(state) for state in states)),
                most_each_vnd=max(rule.fee_vnd * max(rated, 1), listed.most_fee_vnd),
            )
        )
    return lines


def _enumerators(
    definition: CampaignDefinition, found: Matrix, owed: Fees, lists: Mapping[Key, SignedList]
) -> list[PayLine]:
    """Return a line for each unit whose enumerators the plan pays, or who signed already."""
    done = {item.unit: item.quantity for item in owed.items if item.payee is Payee.ENUMERATOR}
    rates = definition.enumerator_fees_vnd
    return [
        PayLine(
            None,
            unit,
            CellState(),
            done.get(unit.code, 0),
            rates.get(unit.kind, 0),
            lists.get((None, unit.id)),
            most_people=MOST_ENUMERATORS,
            most_each_vnd=rates.get(unit.kind, 0),
        )
        for unit in found.units
        if rates.get(unit.kind) or (None, unit.id) in lists
    ]


def _added(states: Sequence[CellState]) -> CellState:
    return states[0] if len(states) == 1 else sum(states, CellState())


def _names(campaign: Campaign) -> Mapping[Key, Names]:
    rows = db.session.execute(
        select(
            Participation.rule_id,
            Participation.unit_id,
            func.count(),
            func.count(case((Participation.signed, 1))),
            func.coalesce(func.sum(case((Participation.signed, Participation.fee_vnd))), 0),
            func.max(Participation.fee_vnd),
        )
        .join(Participation.rule)
        .where(QuotaRule.plan_version_id == plan_of(campaign).id)
        .group_by(Participation.rule_id, Participation.unit_id)
    )
    return {
        (rule, unit): Names(listed, marked, int(vnd), most)
        for rule, unit, listed, marked, vnd, most in rows
    }


def _signed_lists(campaign: Campaign) -> Mapping[Key, SignedList]:
    plan = plan_of(campaign).id
    found = db.session.scalars(
        select(SignedList)
        .outerjoin(SignedList.rule)
        .outerjoin(SignedList.unit)
        .where(
            SignedList.superseded.is_(False),
            or_(
                QuotaRule.plan_version_id == plan,
                and_(SignedList.rule_id.is_(None), Unit.campaign_id == campaign.id),
            ),
        )
    )
    return {(one.rule_id, one.unit_id): one for one in found}


def _advances(campaign: Campaign) -> defaultdict[int, list[Advance]]:
    found: defaultdict[int, list[Advance]] = defaultdict(list)
    for one in db.session.scalars(
        select(Advance)
        .join(Advance.unit)
        .where(Unit.campaign_id == campaign.id)
        .order_by(Advance.paid_on, Advance.id)
    ):
        found[one.unit_id].append(one)
    return found
