"""What stands beside the matrix: paper that is out, requests that wait, money so far.

``services.fieldwork`` counts the ballots; this module counts what goes with them. Nothing here
reads an answer or a name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from sampling.fees import BallotCount, Fees, Payee, plan_fees, settle_fees
from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import (
    Campaign,
    QuotaCell,
    QuotaRule,
    Sheet,
    SheetState,
    Substitution,
    Unit,
    Verdict,
)
from survey_app.services.definitions import definition_of
from survey_app.services.field_numbers import CellState, Matrix


@dataclass(frozen=True, slots=True)
class PaperLine:
    """The printed forms of one rule. [sheets; a booklet is one].

    ``out`` were printed and did not come back, ``settled`` were keyed, ``void`` were given up.
    """

    rule: QuotaRule
    out: int
    settled: int
    void: int


@dataclass(frozen=True, slots=True)
class OverIssued:
    """A cell with more forms and slips out than it has places left; ``by`` of them."""

    rule: QuotaRule
    unit: Unit
    by: int


@dataclass(frozen=True, slots=True)
class Request:
    """A request to ask another kind of people, waiting for a decision."""

    substitution: Substitution
    rule: QuotaRule
    unit: Unit


@dataclass(frozen=True, slots=True)
class BeyondPlan:
    """A cell in which more ballots are paid than the plan wants.

    ``state`` says what came back; ``by`` of them are beyond the target and cost ``vnd``.
    """

    rule: QuotaRule
    unit: Unit
    state: CellState
    by: int
    vnd: int


@dataclass(frozen=True, slots=True)
class MoneySoFar:
    """What the plan will cost, and what is owed for what has come back. [VND].

    ``beyond`` are cells that cost more than the plan says, the dearest first.
    """

    budget_vnd: int
    owed_vnd: int
    basis: str
    beyond: tuple[BeyondPlan, ...]

    @property
    def over_vnd(self) -> int:
        """Owed beyond the budget. [VND]."""
        return max(0, self.owed_vnd - self.budget_vnd)

    @property
    def beyond_vnd(self) -> int:
        """What the ballots beyond the plan cost. [VND]."""
        return sum(one.vnd for one in self.beyond)


@dataclass(frozen=True, slots=True)
class FieldSide:
    """Everything beside the matrix.

    ``silent`` are units that still lack ballots and had none since the day before yesterday.
    """

    silent: tuple[Unit, ...]
    paper: tuple[PaperLine, ...]
    over_issued: tuple[OverIssued, ...]
    requests: tuple[Request, ...]
    money: MoneySoFar


def side_of(campaign: Campaign, found: Matrix) -> FieldSide:
    """Count what goes with the cells a person sees."""
    return FieldSide(
        silent=tuple(_silent(found)),
        paper=_paper(found),
        over_issued=_over_issued(found),
        requests=_requests(found),
        money=_money(campaign, found),
    )


def returned(state: CellState) -> int:
    """Ballots of a cell that came back, whatever became of them. [ballots]."""
    return state.counted + state.over_target + state.set_aside + state.invalid + state.excluded


def _silent(found: Matrix) -> Iterable[Unit]:
    if not found.days_left or found.days_gone < 2:  # noqa: PLR2004 - yesterday must have been open
        return ()
    since = today() - timedelta(days=1)
    return (
        unit
        for unit in found.units
        if found.by_unit[unit.code].missing > 0
        and (unit.code not in found.last_on or found.last_on[unit.code] < since)
    )


def _paper(found: Matrix) -> tuple[PaperLine, ...]:
    counts: dict[int, Counter[SheetState]] = {}
    rows = db.session.execute(
        select(Sheet.rule_id, Sheet.state, func.count())
        .where(Sheet.rule_id.in_([rule.id for rule in found.rules]))
        .group_by(Sheet.rule_id, Sheet.state)
    )
    for rule_id, state, n in rows:
        counts.setdefault(rule_id, Counter())[state] += n
    return tuple(
        PaperLine(
            rule,
            counts[rule.id][SheetState.PRINTED],
            counts[rule.id][SheetState.SETTLED],
            counts[rule.id][SheetState.VOID],
        )
        for rule in found.rules
        if rule.id in counts
    )


def _over_issued(found: Matrix) -> tuple[OverIssued, ...]:
    rules = {rule.id: rule for rule in found.rules}
    units = {unit.id: unit for unit in found.units}
    cells = db.session.scalars(
        select(QuotaCell).where(
            QuotaCell.rule_id.in_(rules),
            QuotaCell.issued - QuotaCell.returned > QuotaCell.target - QuotaCell.accepted,
        )
    )
    return tuple(
        OverIssued(
            rules[cell.rule_id],
            units[cell.unit_id],
            cell.issued - cell.returned - (cell.target - cell.accepted),
        )
        for cell in cells
        if cell.unit_id in units
    )


def _requests(found: Matrix) -> tuple[Request, ...]:
    rules = {rule.id: rule for rule in found.rules}
    units = {unit.id: unit for unit in found.units}
    waiting = db.session.execute(
        select(Substitution, QuotaCell.rule_id, QuotaCell.unit_id)
        .join(QuotaCell, Substitution.cell_id == QuotaCell.id)
        .where(QuotaCell.rule_id.in_(rules), Substitution.state == Verdict.ASKED)
        .order_by(Substitution.id)
    )
    return tuple(
        Request(asked, rules[rule], units[unit]) for asked, rule, unit in waiting if unit in units
    )


def _money(campaign: Campaign, found: Matrix) -> MoneySoFar:
    """Owed are the ballots that came back and the enumerators of the units that are full."""
    plan = definition_of(campaign)
    ballots = {
        (rule, unit): BallotCount(returned=returned(state), valid=state.counted)
        for (unit, rule), state in found.cells.items()
    }
    done = {unit.code for unit in found.units if found.by_unit[unit.code].missing <= 0}
    owed = settle_fees(plan, ballots, done)
    return MoneySoFar(
        plan_fees(plan).total_vnd, owed.total_vnd, plan.settings.fee_basis, _beyond(found, owed)
    )


def _beyond(found: Matrix, owed: Fees) -> tuple[BeyondPlan, ...]:
    """Return the cells with more paid ballots than the plan wants, the dearest first."""
    rules = {rule.code: rule for rule in found.rules}
    units = {unit.code: unit for unit in found.units}
    cells = []
    for item in owed.items:
        state = found.cells.get((item.unit, item.code))
        if item.payee is Payee.RESPONDENT and state and item.quantity > state.target:
            by = item.quantity - state.target
            unit, rule = units[item.unit], rules[item.code]
            cells.append(BeyondPlan(rule, unit, state, by, by * item.rate_vnd))
    return tuple(sorted(cells, key=lambda cell: -cell.vnd))
