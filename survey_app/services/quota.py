"""The quota is exact: one conditional update claims a place, in the ballot's transaction.

A slip or sheet that is out holds a place; a ballot given without one (posters, kiosks) claims
only where ``accepted`` and what is still out (``issued - returned``, never below 0) are together
below the target (design, promise 3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection, Table, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session

from questionnaires.model import Design
from survey_app.models import (
    Ballot,
    Channel,
    Entry,
    PlanVersion,
    QuotaCell,
    QuotaRule,
    Sheet,
    SheetState,
    Slip,
    Status,
)
from survey_app.services.audit import Actor, record
from survey_app.services.transactions import transaction
from survey_app.statements import Prepared

_CELLS = cast("Table", QuotaCell.__table__)
_ONE = update(_CELLS).where(_CELLS.c.id == bindparam("cell"))
_FREE = _CELLS.c.accepted < _CELLS.c.target
_CLAIM = _ONE.where(_FREE).values(accepted=_CELLS.c.accepted + 1)
_OUT = case((_CELLS.c.issued > _CELLS.c.returned, _CELLS.c.issued - _CELLS.c.returned), else_=0)
_UNRESERVED = _CELLS.c.accepted + _OUT < _CELLS.c.target
_HAS_UNRESERVED = select(_UNRESERVED).where(_CELLS.c.id == bindparam("cell"))
_CLAIM_UNRESERVED = _CLAIM.where(_UNRESERVED)
_RELEASE = _ONE.values(accepted=_CELLS.c.accepted - 1)
_BACK = _ONE.values(returned=_CELLS.c.returned + 1)
_TAKE_BACK = Prepared(_BACK.where(_FREE).values(accepted=_CELLS.c.accepted + 1))
_ONLY_BACK = Prepared(_BACK)


def claim_place(session: Session, cell_id: int) -> bool:
    """Take one place of the cell if one is left; say whether it was."""
    return session.connection().execute(_CLAIM, {"cell": cell_id}).rowcount == 1


def claim_returned_place(connection: Connection, cell_id: int, *, wants_place: bool) -> bool:
    """Note that a slip came back for the cell and take a place if it wants one.

    Returns
    -------
    bool
        Whether a place was taken; False when none is wanted or none is left.

    """
    if wants_place and _TAKE_BACK.run(connection, cell=cell_id) == 1:
        return True
    _ONLY_BACK.run(connection, cell=cell_id)
    return False


def claim_unreserved_place(connection: Connection, cell_id: int) -> bool:
    """Take one place that no slip or sheet holds, if one is left; say whether it was."""
    return connection.execute(_CLAIM_UNRESERVED, {"cell": cell_id}).rowcount == 1


def has_unreserved_place(connection: Connection, cell_id: int) -> bool:
    """Whether a place is left that no slip or sheet holds."""
    return bool(connection.execute(_HAS_UNRESERVED, {"cell": cell_id}).scalar_one())


def release_place(session: Session, cell_id: int) -> None:
    """Give one place back: a counted ballot has been excluded or corrected."""
    session.connection().execute(_RELEASE, {"cell": cell_id})


def mark_returned(session: Session, cell_id: int) -> None:
    """Note that one slip or sheet came back for the cell; it holds no place any more."""
    session.connection().execute(_BACK, {"cell": cell_id})


def mark_issued(session: Session, rule: QuotaRule, unit_id: int | None, change: int) -> None:
    """Note that ``change`` slips or sheets went out (or, below 0, were revoked or voided).

    A crossed slip is out for every cell of its rule.
    """
    of_rule = update(QuotaCell).where(QuotaCell.rule_id == rule.id)
    if rule.design is Design.OWN:
        of_rule = of_rule.where(QuotaCell.unit_id == unit_id)
    session.execute(of_rule.values(issued=QuotaCell.issued + change))


@dataclass(frozen=True, slots=True)
class WrongCount:
    """A counter that differs from its rows."""

    rule: str
    unit: str
    counter: str
    kept: int
    true: int


@dataclass(frozen=True, slots=True)
class Recount:
    """What a recount found; ``fixed`` says whether the true counts were written back."""

    cells: int
    wrong: tuple[WrongCount, ...]
    fixed: bool


def recount(
    slug: str,
    *,
    fix: bool = False,
    actor: Actor | None = None,
    each: Callable[[Iterable[QuotaCell]], Iterable[QuotaCell]] = iter,
) -> Recount:
    """Compare the three counters of every cell with the rows they count.

    Parameters
    ----------
    slug
        The campaign.
    fix
        Write the true counts back.
    actor
        Who asks; needed to fix.
    each
        Wraps the cells walked through, for a progress bar.

    """
    from survey_app.services.campaigns import campaign_by_slug  # noqa: PLC0415 - ring

    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        cells = session.scalars(
            select(QuotaCell)
            .join(QuotaRule)
            .join(PlanVersion)
            .where(PlanVersion.campaign_id == campaign.id)
            .order_by(QuotaCell.id)
        ).all()
        true = _true_counts(session, cells)
        wrong = []
        for cell in each(cells):
            for counter in ("accepted", "issued", "returned"):
                kept, counted = getattr(cell, counter), true[counter][cell.id]
                if kept == counted:
                    continue
                wrong.append(WrongCount(cell.rule.code, cell.unit.code, counter, kept, counted))
                if fix:
                    setattr(cell, counter, counted)
        if fix and wrong:
            record(
                session,
                actor or Actor.system(),
                "quota.recount",
                slug,
                fixed=[f"{w.rule} {w.unit} {w.counter}: {w.kept} → {w.true}" for w in wrong],
            )
        return Recount(len(cells), tuple(wrong), fix)


def _true_counts(session: Session, cells: Iterable[QuotaCell]) -> dict[str, Counter[int]]:
    """Count what the counters count: ballots in, papers out, papers back."""
    cells = list(cells)
    ids = [cell.id for cell in cells]
    rules = {cell.rule_id for cell in cells}
    accepted: Counter[int] = Counter()
    returned: Counter[int] = Counter()
    rows = session.execute(
        select(Ballot.cell_id, Ballot.channel, Ballot.status, func.count())
        .where(Ballot.cell_id.in_(ids))
        .group_by(Ballot.cell_id, Ballot.channel, Ballot.status)
    )
    for cell_id, channel, status, n in rows:
        if status is Status.COUNTED:
            accepted[cell_id] += n
        if channel is Channel.ONLINE:
            returned[cell_id] += n
    first_entries = session.execute(
        select(Sheet.rule_id, Entry.unit_id, func.count())
        .join(Sheet, Entry.sheet_id == Sheet.id)
        .where(Sheet.rule_id.in_(rules), Entry.revision == 1)
        .group_by(Sheet.rule_id, Entry.unit_id)
    )
    back = {(rule_id, unit_id): n for rule_id, unit_id, n in first_entries}
    out: Counter[tuple[int, int | None]] = Counter()
    for model, live in (
        (Slip, or_(Slip.revoked_on.is_(None), Slip.begun)),
        (Sheet, Sheet.state != SheetState.VOID),
    ):
        for rule_id, unit_id, n in session.execute(
            select(model.rule_id, model.unit_id, func.count())
            .where(model.rule_id.in_(rules), live)
            .group_by(model.rule_id, model.unit_id)
        ):
            out[rule_id, unit_id] += n
    issued: Counter[int] = Counter()
    for cell in cells:
        returned[cell.id] += back.get((cell.rule_id, cell.unit_id), 0)
        issued[cell.id] = out[cell.rule_id, cell.unit_id] + out[cell.rule_id, None]
    return {"accepted": accepted, "issued": issued, "returned": returned}
