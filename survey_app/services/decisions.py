"""What staff decide about ballots without seeing an answer: exclude, and admit the next.

Excluding a ballot frees its place; raising a target admits nobody by itself; admitting
takes the next kept-aside ballot in a random order fixed by the campaign's seed. Nobody
decides about the unit he or she works in (design, promise 3).
"""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import ConflictError, ForbiddenError, NotFoundError
from survey_app.models import (
    Ballot,
    Campaign,
    Entry,
    QuotaCell,
    Sheet,
    State,
    Status,
)
from survey_app.security import grouped, typed_digits
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.plans import unit_by_code
from survey_app.services.quota import claim_place, claim_unreserved_place, release_place
from survey_app.services.scope import forbid_own_unit
from survey_app.services.transactions import transaction


def exclude_ballot(
    slug: str, serial: str, unit_code: str | None, reason: str, *, actor: Actor
) -> Status:
    """Leave the ballot of a paper sheet out of the tallies; its place is free again.

    Parameters
    ----------
    slug, serial
        The campaign and the serial printed on the sheet.
    unit_code
        The unit, where the sheet is a booklet about several.
    reason
        Why; kept with the ballot and in the trail.
    actor
        Who decides.

    Returns
    -------
    Status
        What the ballot was before.

    Raises
    ------
    ForbiddenError
        If the actor works in the unit, or keyed the sheet and so knows its answers.
    SurveyError
        If the sheet is unknown or not keyed, or its ballot is excluded already.

    """
    need_reason(reason)
    digits = typed_digits(serial)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_undecided(campaign)
        entry = _entry(session, campaign, digits, unit_code)
        forbid_own_unit(actor, entry.unit)
        if actor.user_id is not None and entry.person_id == actor.user_id:
            raise ForbiddenError(
                f"Phiếu {grouped(digits)} do chính Ông/Bà nhập nên Ông/Bà đã biết câu trả lời; "
                "hãy để người khác quyết định."
            )
        ballot = session.get(Ballot, entry.ballot_id, with_for_update=True)
        if ballot is None or ballot.status is Status.EXCLUDED:
            raise ConflictError(f"Phiếu {grouped(digits)} đã bị loại trước đó.")
        before = ballot.status
        if before is Status.COUNTED:
            release_place(session, ballot.cell_id)
        ballot.status, ballot.reason = Status.EXCLUDED, reason.strip()
        record(
            session,
            actor,
            "ballots.exclude",
            f"{slug}/{grouped(digits)}/{entry.unit.code}",
            before=before,
            reason=reason,
        )
    return before


def need_undecided(campaign: Campaign) -> None:
    """Refuse decisions about ballots once the index is approved.

    Raises
    ------
    ConflictError
        If it is.

    """
    if campaign.state in (State.APPROVED, State.PUBLISHED):
        raise ConflictError("Kết quả đã được phê duyệt; không loại hay nhận thêm phiếu được nữa.")


def _entry(session: Session, campaign: Campaign, digits: str, unit_code: str | None) -> Entry:
    found = (
        select(Entry)
        .join(Entry.sheet)
        .where(Sheet.campaign_id == campaign.id, Sheet.serial == digits)
        .order_by(Entry.revision.desc())
    )
    if unit_code:
        found = found.where(Entry.unit_id == unit_by_code(campaign, unit_code, session).id)
    entries = session.scalars(found).all()
    units = {entry.unit_id for entry in entries}
    if not entries:
        raise NotFoundError(
            f"Chưa có phiếu nào mang số {grouped(digits)} được nhập. Hãy kiểm tra lại số seri."
        )
    if len(units) > 1:
        raise ConflictError(
            f"Quyển phiếu {grouped(digits)} đánh giá {len(units)} đơn vị. Hãy chọn đơn vị."
        )
    return entries[0]


def admit_next(slug: str, cell_id: int, reason: str, *, actor: Actor) -> bool:
    """Count the next kept-aside ballot of a cell that has a free place.

    Returns
    -------
    bool
        False when no ballot is kept aside in the cell.

    Raises
    ------
    ConflictError
        If the cell has no free place.

    """
    need_reason(reason)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_undecided(campaign)
        cell = session.get(QuotaCell, cell_id, with_for_update=True)
        if cell is None or cell.unit.campaign_id != campaign.id:
            raise NotFoundError("Không có ô chỉ tiêu này.")
        forbid_own_unit(actor, cell.unit)
        waiting = session.scalars(
            select(Ballot).where(Ballot.cell_id == cell.id, Ballot.status == Status.OVER_TARGET)
        ).all()
        if not waiting:
            return False
        if not _claimed(session, campaign, cell):
            # places that slips hold are no place for a ballot given without one
            waiting = [ballot for ballot in waiting if ballot.poster_id is None]
            if not waiting or not claim_place(session, cell.id):
                raise ConflictError(_full(cell))
        chosen = min(waiting, key=lambda ballot: lot(campaign.seed, ballot))
        chosen.status, chosen.reason = Status.COUNTED, None
        record(
            session,
            actor,
            "ballots.admit",
            f"{slug}/{cell.rule.code}/{cell.unit.code}",
            waiting=len(waiting),
            reason=reason,
        )
    return True


def _claimed(session: Session, campaign: Campaign, cell: QuotaCell) -> bool:
    """Take a place that any kept-aside ballot may have; after collection no slip holds one."""
    if campaign.state is State.COLLECTING:
        return claim_unreserved_place(session.connection(), cell.id)
    return claim_place(session, cell.id)


def _full(cell: QuotaCell) -> str:
    if cell.missing > 0:
        return (
            f"Ô {cell.rule.code} – {cell.unit.name} chỉ còn chỗ đang giữ cho phiếu đã phát. Phiếu "
            "qua mã dán chỉ nhận được khi có chỗ không ai giữ."
        )
    return (
        f"Ô {cell.rule.code} – {cell.unit.name} đã đủ {cell.target} phiếu. Chỉ nhận thêm "
        "được khi một phiếu bị loại hoặc chỉ tiêu được nâng."
    )


def lot(seed: str, ballot: Ballot) -> bytes:
    """Place of a ballot in the order the campaign's seed fixed before any came in."""
    return hashlib.sha256(f"{seed}:{ballot.id.hex}".encode()).digest()
