"""A respondent's answers: exactly once, exactly within the quota, and nobody's.

``submit_ballot`` stores one unit's answers in one transaction with its place in the quota;
what a code opens is judged by ``services.opened_slips``. Statements go through Core, five
for a ballot: this is the road everybody takes in the last hour. Paper comes through
``services.entries``; what staff decide about ballots is in ``services.decisions``.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection, Table, bindparam, insert, update

from survey_app.errors import NotFoundError
from survey_app.formats import today
from survey_app.models import Ballot, Channel, Slip, Status
from survey_app.security import typed_digits
from survey_app.services.ballot_boxes import BoxUnit
from survey_app.services.opened_slips import (
    FoundSlip,
    NoSlipError,
    SlipError,
    find_slip,
    need_collecting,
    need_valid,
    own_keys,
    profile_needed,
    wrong_code,
)
from survey_app.services.quota import claim_returned_place
from survey_app.services.sealed_drafts import remove_draft
from survey_app.services.transactions import write_together
from survey_app.statements import Prepared

__all__ = ["NO_CONTACT", "OVER_TARGET", "Receipt", "SlipError", "submit_ballot"]

OVER_TARGET = "đã đủ chỉ tiêu của ô"
NO_CONTACT = "không làm việc với đơn vị này"

_BALLOTS = cast("Table", Ballot.__table__)
_SLIPS = cast("Table", Slip.__table__)

_OF_PLACES = {"poster_id", "flags"}
_STORE = Prepared(insert(_BALLOTS), {*_BALLOTS.columns.keys()} - _OF_PLACES)
_PROGRESS = Prepared(
    update(_SLIPS)
    .where(Slip.id == bindparam("slip"))
    .values(begun=True, used=bindparam("wholly_used"))
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a respondent is told after sending; a second sending is told the same.

    ``first`` is False when the ballot had been stored before.
    """

    number: str
    status: Status
    units_done: int
    units_total: int
    first: bool


def submit_ballot(
    short_code: str,
    rule_code: str,
    unit_code: str,
    code: str,
    answers: Mapping[str, str],
    *,
    met: bool = True,
    address: str | None,
) -> Receipt:
    """Store one person's answers about one unit once: counted, or kept aside when full.

    A second call for the same slip and unit (a double click, a phone sending twice)
    returns the first receipt and changes nothing: the slip is locked while it answers, and
    the unique submission key stands behind that.

    Parameters
    ----------
    short_code, rule_code, unit_code
        The page and the unit answered about.
    code
        The slip's code; the authority for everything.
    answers
        Question code -> choice code or text, validated against the rule's form.
    met
        False for "năm qua tôi không làm việc với đơn vị này": returned, not scored.
    address
        Network address, to limit wrong codes. None leaves counting and wording of a wrong
        code to the caller.

    Raises
    ------
    SlipError
        If the code opens nothing here.
    NoSlipError
        If no slip has the code and ``address`` is None.

    """
    digits = typed_digits(code)

    def answer(connection: Connection) -> Receipt:
        found = find_slip(connection, short_code, rule_code, unit_code, digits, lock=True)
        unit = next((u for u in found.units if u.code == unit_code.upper()), None)
        if unit is None:
            raise NotFoundError(f"Phiếu {found.box.rule_code} không hỏi về đơn vị “{unit_code}”.")
        if unit.code in found.stored:
            return _receipt(found, unit, found.stored[unit.code][0], first=False)
        need_valid(found)
        need_collecting(found.standing)
        return _store(connection, found, unit, answers, met=met)

    try:
        return write_together((rule_code, unit_code), answer)
    except NoSlipError:
        if address is None:
            raise
        raise wrong_code(short_code, digits, address) from None


def _store(
    connection: Connection,
    found: FoundSlip,
    unit: BoxUnit,
    answers: Mapping[str, str],
    *,
    met: bool,
) -> Receipt:
    """Claim a place where the ballot takes one, and store it."""
    wants_place = met or found.box.no_contact_fills_place
    claimed = claim_returned_place(connection, unit.cell_id, wants_place=wants_place)
    status, reason = Status.COUNTED, None
    if not claimed:
        status, reason = (
            (Status.OVER_TARGET, OVER_TARGET) if wants_place else (Status.INVALID, NO_CONTACT)
        )
    own = own_keys()
    _STORE.run(
        connection,
        id=uuid.uuid4(),
        rater=own.rater_mark(found.digits),
        cell_id=unit.cell_id,
        form_version_id=found.box.form_version_id,
        channel=Channel.ONLINE,
        answers=_kept(answers, found) if met else {},
        met=met,
        received_on=today(),
        status=status,
        reason=reason,
        submission_key=own.submission_key(found.digits, unit.code),
    )
    if found.draft is not None:
        remove_draft(connection, found.digits, unit.code)
    last = len(found.stored) + 1 == len(found.units)
    if last or not found.stored:
        _PROGRESS.run(connection, slip=found.slip_id, wholly_used=last)
    return _receipt(found, unit, status, first=True)


def _kept(answers: Mapping[str, str], found: FoundSlip) -> dict[str, str]:
    """Answers as they are stored: no blanks, and the profile once per person only."""
    asked = found.box.unit_questions
    if profile_needed(found):
        asked |= found.box.profile_questions
    return {code: value for code, value in answers.items() if value and code in asked}


def _receipt(found: FoundSlip, unit: BoxUnit, status: Status, *, first: bool) -> Receipt:
    done = {*found.stored, unit.code}
    return Receipt(own_keys().receipt(found.digits), status, len(done), len(found.units), first)
