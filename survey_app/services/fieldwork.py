"""How the fieldwork stands: the unit x group matrix of one campaign, and one cell of it.

A coordinator has a few days to fill every quota cell. ``matrix`` counts the ballots of all
cells in one grouped statement and says what is missing, what it takes per day, whom to
call and where a kept-aside ballot waits for a decision; ``cell_detail`` opens one cell.
Counts only: nothing here reads an answer. Who changes what: ``services.ballots``
(exclude, admit), ``services.entries`` (keying), ``services.slips`` (codes that are out).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import func, select

from survey_app.errors import NotFoundError
from survey_app.extensions import db
from survey_app.formats import HANOI, number, today
from survey_app.formats import day as printed_day
from survey_app.models import (
    Ballot,
    Campaign,
    Channel,
    Entry,
    QuotaCell,
    QuotaRule,
    Sheet,
    State,
    Status,
    Unit,
)
from survey_app.services.audit import Actor
from survey_app.services.field_numbers import Call, CellState, Matrix
from survey_app.services.plans import cell_of, cells_of, plan_of
from survey_app.services.scope import visible_units


@dataclass(frozen=True, slots=True)
class StatusLine:
    """Ballots of one cell with one fate: status, channel, contact, reason; ``n`` ballots."""

    status: Status
    channel: Channel
    met: bool
    reason: str | None
    n: int


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One paper sheet keyed in a cell: serial, day, how often read, and its fate."""

    serial: str
    keyed_on: date
    revision: int
    status: Status
    reason: str | None


@dataclass(frozen=True, slots=True)
class CellDetail:
    """One cell opened: its numbers, the fates of what came back, and the sheets keyed."""

    cell: QuotaCell
    state: CellState
    lines: tuple[StatusLine, ...]
    sheets: tuple[SheetLine, ...]

    @property
    def rule(self) -> QuotaRule:
        """The line of the plan."""
        return self.cell.rule

    @property
    def unit(self) -> Unit:
        """The unit it is about."""
        return self.cell.unit


def matrix(campaign: Campaign, actor: Actor) -> Matrix:
    """Count every cell the actor may see; four statements whatever the size.

    ``counted`` comes from the ballots themselves, so the screen is right even when a
    counter is not; ``agrees`` says whether they are equal.
    """
    seen = {unit.id for unit in visible_units(campaign, actor)}
    cells = [cell for cell in cells_of(campaign) if cell.unit_id in seen]
    tallies: dict[int, Counter[str]] = {cell.id: Counter() for cell in cells}
    by_day: Counter[date] = Counter()
    last_on: dict[str, date] = {}
    unit_of = {cell.id: cell.unit.code for cell in cells}
    for row in db.session.execute(
        select(
            Ballot.cell_id,
            Ballot.status,
            Ballot.channel,
            Ballot.met,
            Ballot.received_on,
            func.count(),
        )
        .join(QuotaCell, Ballot.cell_id == QuotaCell.id)
        .join(QuotaRule, QuotaCell.rule_id == QuotaRule.id)
        .where(QuotaRule.plan_version_id == plan_of(campaign).id)
        .group_by(Ballot.cell_id, Ballot.status, Ballot.channel, Ballot.met, Ballot.received_on)
    ):
        cell_id, status, channel, met, day, n = row
        if cell_id not in tallies:
            continue
        _tally(tallies[cell_id], status, channel, met=met, n=n)
        if status is Status.COUNTED:
            by_day[day] += n
        unit = unit_of[cell_id]
        last_on[unit] = max(day, last_on.get(unit, day))
    now = today()
    over = now > campaign.closes
    return Matrix(
        units=tuple(sorted({cell.unit for cell in cells}, key=lambda unit: unit.position)),
        rules=tuple(dict.fromkeys(cell.rule for cell in cells)),
        cells={
            (cell.unit.code, cell.rule.code): _state(campaign, cell, tallies[cell.id])
            for cell in cells
            if cell.target or tallies[cell.id]
        },
        by_day=dict(sorted(by_day.items())),
        last_on=last_on,
        closes=campaign.closes,
        days_left=0 if over else (campaign.closes - max(now, campaign.opens)).days + 1,
        days_gone=max(0, (min(now, campaign.closes) - campaign.opens).days + 1),
        agrees=all(cell.accepted == tallies[cell.id]["counted"] for cell in cells),
    )


def cell_detail(campaign: Campaign, rule_code: str, unit_code: str, actor: Actor) -> CellDetail:
    """Open one cell: its numbers by status, channel and reason.

    Raises
    ------
    NotFoundError
        If the plan has no such cell, or the actor may not see its unit.

    """
    cell = find_cell(campaign, rule_code, unit_code, actor)
    tally: Counter[str] = Counter()
    lines: list[StatusLine] = []
    for status, channel, met, reason, n in db.session.execute(
        select(Ballot.status, Ballot.channel, Ballot.met, Ballot.reason, func.count())
        .where(Ballot.cell_id == cell.id)
        .group_by(Ballot.status, Ballot.channel, Ballot.met, Ballot.reason)
    ):
        _tally(tally, status, channel, met=met, n=n)
        lines.append(StatusLine(status, channel, met, reason, n))
    order = list(Status)
    lines.sort(key=lambda line: (order.index(line.status), line.channel, -line.n))
    return CellDetail(cell, _state(campaign, cell, tally), tuple(lines), _sheets_in(cell))


def find_cell(campaign: Campaign, rule_code: str, unit_code: str, actor: Actor) -> QuotaCell:
    """Return the cell of a rule and a unit, or say that there is none to be seen."""
    cell = cell_of(campaign, rule_code, unit_code)
    if cell.unit_id not in {unit.id for unit in visible_units(campaign, actor)}:
        raise NotFoundError(
            f"Kế hoạch không có ô {rule_code} × {unit_code}, hoặc ô này ngoài phạm vi của bạn."
        )
    return cell


def call_text(campaign: Campaign, found: Matrix, call: Call) -> str:
    """Return a message to the unit, ready to be pasted; Vietnamese, no name in it."""
    parts = "; ".join(f"{rule.code}: {number(n)} phiếu" for rule, n in call.parts)
    ask = (
        f"Đề nghị đơn vị hoàn thành trước hết ngày {printed_day(found.closes)} "
        f"(mỗi ngày khoảng {number(call.per_day)} phiếu)."
        if found.days_left
        else "Đã hết hạn trả lời trực tuyến; đề nghị đơn vị nộp ngay các phiếu giấy còn lại."
    )
    return (
        f"Kính gửi {call.unit.name}: đến ngày {printed_day(today())}, đợt “{campaign.title}” đã có "
        f"{number(call.state.counted)}/{number(call.state.target)} phiếu về đơn vị, còn thiếu "
        f"{number(call.state.missing)} phiếu ({parts}). {ask} Trân trọng cảm ơn."
    )


def _tally(tally: Counter[str], status: Status, channel: Channel, *, met: bool, n: int) -> None:
    tally[status.value] += n
    if status is Status.COUNTED:
        tally[channel.value] += n
    if not met:
        tally["no_contact"] += n


def _sheets_in(cell: QuotaCell) -> tuple[SheetLine, ...]:
    """Return the sheets keyed in a cell by serial, each with its reading in force."""
    last: dict[str, SheetLine] = {}
    for serial, revision, at, status, reason in db.session.execute(
        select(Sheet.serial, Entry.revision, Entry.at, Ballot.status, Ballot.reason)
        .join(Sheet, Entry.sheet_id == Sheet.id)
        .join(Ballot, Entry.ballot_id == Ballot.id)
        .where(Sheet.rule_id == cell.rule_id, Entry.unit_id == cell.unit_id)
        .order_by(Sheet.serial, Entry.revision)
    ):
        keyed_on = at.astimezone(HANOI).date()
        last[serial] = SheetLine(serial, keyed_on, revision, status, reason)
    return tuple(last.values())


def _state(campaign: Campaign, cell: QuotaCell, tally: Mapping[str, int]) -> CellState:
    """Lay a cell and its counts together; a campaign no longer collecting holds no place."""
    named = {one.name: tally.get(one.name, 0) for one in fields(CellState)}
    held = cell.reserved if campaign.state is State.COLLECTING else 0
    return CellState(**named | {"target": cell.target, "reserved": held})
