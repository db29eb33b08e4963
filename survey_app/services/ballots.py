"""A respondent's answers: exactly once, exactly within the quota, and nobody's.

``open_slip`` says what a code opens before the first question; ``submit_ballot`` stores
one unit's answers in one transaction with its place in the quota. Statements go through
Core, six for a ballot: this is the road everybody takes in the last hour. Paper comes
through ``services.entries``; what staff decide about ballots is in ``services.decisions``.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import current_app
from sqlalchemy import Connection, Table, bindparam, insert, select, update

from survey_app.errors import NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.formats import day, today
from survey_app.models import (
    Ballot,
    Campaign,
    Channel,
    QuotaCell,
    QuotaRule,
    Slip,
    State,
    Status,
    Unit,
)
from survey_app.security import CODE_DIGITS, Keys, is_sound, typed_digits
from survey_app.services.ballot_boxes import BallotBox, BoxUnit, Standing, box_of, standing_of
from survey_app.services.plans import rule_by_code
from survey_app.services.quota import claim_returned_place
from survey_app.services.transactions import write_connection
from survey_app.services.wrong_tries import note_wrong, too_many

OVER_TARGET = "đã đủ chỉ tiêu của ô"
NO_CONTACT = "không làm việc với đơn vị này"

_BALLOTS = cast("Table", Ballot.__table__)
_SLIPS = cast("Table", Slip.__table__)

# Built once: putting a statement together costs more than SQLite needs to run it.
_SLIP = select(Slip.id, Slip.rule_id, Slip.unit_id, Slip.revoked_on, Slip.campaign_id).where(
    Slip.code_hash == bindparam("hash")
)
_LOCKED_SLIP = _SLIP.with_for_update()
_STORED = select(Ballot.submission_key, Ballot.status, Ballot.met).where(
    Ballot.submission_key.in_(bindparam("keys", expanding=True))
)
_FULL = select(QuotaCell.id).where(
    QuotaCell.id.in_(bindparam("cells", expanding=True)), QuotaCell.accepted >= QuotaCell.target
)
_STORE = insert(_BALLOTS)
_PROGRESS = (
    update(_SLIPS)
    .where(Slip.id == bindparam("slip"))
    .values(begun=True, used=bindparam("wholly_used"))
)


class SlipError(SurveyError):
    """A code opens nothing, and why.

    Attributes
    ----------
    state
        unknown, wrong, limited, revoked, used, not_open, closed or elsewhere.
    receipt
        The receipt of a used slip.
    path
        Where an ``elsewhere`` code belongs.

    """

    def __init__(
        self,
        state: str,
        message: str,
        *,
        status: int = 403,
        receipt: str | None = None,
        path: str | None = None,
    ) -> None:
        super().__init__(message, status=status)
        self.state, self.receipt, self.path = state, receipt, path


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """One unit on a person's list: answered already, and whether its cell is full."""

    code: str
    name: str
    done: bool
    full: bool


@dataclass(frozen=True, slots=True)
class OpenedSlip:
    """What a right code opens."""

    units: tuple[UnitProgress, ...]
    profile_needed: bool
    receipt: str
    simulated: bool

    @property
    def done(self) -> int:
        """Units answered."""
        return sum(unit.done for unit in self.units)


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


@dataclass(frozen=True, slots=True)
class _Found:
    """A slip that opens this page: its row, its units, and what is stored for each."""

    slip_id: int
    digits: str
    revoked: bool
    units: tuple[BoxUnit, ...]
    stored: Mapping[str, tuple[Status, bool]]
    """Unit code -> status of its ballot, and whether the person had met the unit."""


class _NoSlipError(Exception):
    """No slip has this code; told to the person outside any transaction."""


def page_of(short_code: str, rule_code: str) -> tuple[Campaign, QuotaRule]:
    """Return the campaign and rule of a respondent's page.

    Raises
    ------
    NotFoundError
        If the path names none.

    """
    campaign = db.session.scalar(select(Campaign).where(Campaign.short_code == short_code.upper()))
    if campaign is None:
        raise NotFoundError(
            "Địa chỉ này không thuộc đợt lấy ý kiến nào. Hãy quét lại mã QR trên phiếu mời."
        )
    return campaign, rule_by_code(campaign, rule_code)


def open_slip(
    short_code: str, rule_code: str, unit_code: str | None, code: str, *, address: str
) -> OpenedSlip:
    """Say what a code opens on one page, before the first question.

    Parameters
    ----------
    short_code, rule_code, unit_code
        The page's path; no unit for a crossed rule.
    code
        As typed: 16 digits, with or without spaces and dashes.
    address
        Network address, to limit wrong codes; a right code is never limited.

    Raises
    ------
    SlipError
        If the code opens nothing here; its ``state`` says why.

    """
    digits = typed_digits(code)
    try:
        with db.engine.connect() as connection:
            standing = standing_of(connection, short_code)
            box = box_of(standing, rule_code)
            found = _found(connection, standing, box, unit_code, digits)
            receipt = _keys().receipt(digits)
            if len(found.stored) == len(found.units):
                sentence = "Phiếu mời này đã được dùng để trả lời."
                raise SlipError("used", sentence, status=409, receipt=receipt)
            _need_valid(found)
            _need_collecting(standing)
            full = _full(connection, found.units)
    except _NoSlipError:
        raise _wrong_code(short_code, digits, address) from None
    return OpenedSlip(
        units=tuple(
            UnitProgress(unit.code, unit.name, unit.code in found.stored, unit.cell_id in full)
            for unit in found.units
        ),
        profile_needed=_profile_needed(box, found),
        receipt=receipt,
        simulated=standing.simulated,
    )


def _found(
    connection: Connection,
    standing: Standing,
    box: BallotBox,
    unit_code: str | None,
    digits: str,
    *,
    lock: bool = False,
) -> _Found:
    """Find the slip behind a code and judge it against the page it is used on."""
    if len(digits) != CODE_DIGITS or not is_sound(digits):
        raise _NoSlipError
    keys = _keys()
    query = _LOCKED_SLIP if lock else _SLIP
    slip = connection.execute(query, {"hash": keys.slip_hash(digits)}).first()
    if slip is None or slip.campaign_id != standing.id:
        raise _NoSlipError
    here = None if box.crossed or unit_code is None else box.units.get(unit_code.upper())
    if slip.rule_id != box.rule_id or slip.unit_id != (here.unit_id if here else None):
        raise _elsewhere(connection, standing, slip)
    units = (here,) if here else tuple(box.units.values())
    unit_of = {keys.submission_key(digits, unit.code): unit.code for unit in units}
    stored = connection.execute(_STORED, {"keys": list(unit_of)})
    return _Found(
        slip_id=slip.id,
        digits=digits,
        revoked=slip.revoked_on is not None,
        units=units,
        stored={unit_of[key]: (status, met) for key, status, met in stored},
    )


def _elsewhere(connection: Connection, standing: Standing, slip: Any) -> SlipError:  # noqa: ANN401 - a row
    """Say where a code belongs that was used on another slip's page."""
    rule = connection.scalar(select(QuotaRule.code).where(QuotaRule.id == slip.rule_id))
    unit = connection.scalar(select(Unit.code).where(Unit.id == slip.unit_id))
    path = "/".join(part for part in (standing.short_code, rule, unit) if part)
    return SlipError(
        "elsewhere",
        "Mã này thuộc một phiếu khác. Hãy mở đúng địa chỉ in trên phiếu mời.",
        path=f"/p/{path}",
    )


def _wrong_code(short_code: str, digits: str, address: str) -> SlipError:
    """Count a wrong code and say what is wrong with it."""
    if too_many("code", address):
        return SlipError(
            "limited",
            "Có quá nhiều lần nhập sai từ mạng này. Hãy đợi 10 phút rồi nhập lại; "
            "mã đúng vẫn vào được ngay.",
            status=429,
        )
    note_wrong("code", address, campaign=short_code.upper()[:12])
    if len(digits) == CODE_DIGITS and is_sound(digits):
        return SlipError(
            "unknown",
            "Không có phiếu mời nào mang mã này. Hãy kiểm tra lại mã in trên phiếu, "
            "hoặc hỏi người đã phát phiếu.",
        )
    return SlipError(
        "wrong",
        f"Mã chưa đúng: mã có {CODE_DIGITS} chữ số. Hãy so lại từng nhóm bốn số trên phiếu mời.",
        status=400,
    )


def _full(connection: Connection, units: tuple[BoxUnit, ...]) -> set[int]:
    """Cells that take no more ballots."""
    return set(connection.scalars(_FULL, {"cells": [unit.cell_id for unit in units]}))


def _profile_needed(box: BallotBox, found: _Found) -> bool:
    """Whether the person has still to be asked the profile, which is asked once."""
    return bool(box.profile_questions) and not any(met for _, met in found.stored.values())


def _need_valid(found: _Found) -> None:
    """Refuse what a revoked slip has not answered yet."""
    if found.revoked:
        raise SlipError(
            "revoked",
            "Phiếu mời này đã được thu hồi. Hãy hỏi người đã phát phiếu để nhận phiếu mới.",
        )


def _need_collecting(standing: Standing) -> None:
    """Refuse answers before the campaign opens and after its last day."""
    if standing.state in (State.DRAFT, State.PLANNED) or (
        standing.state is State.COLLECTING and today() < standing.opens
    ):
        raise SlipError(
            "not_open",
            f"Đợt lấy ý kiến mở từ ngày {day(standing.opens)}. Hãy quay lại từ ngày đó; "
            "mã vẫn còn nguyên giá trị.",
        )
    if standing.state is not State.COLLECTING or today() > standing.closes:
        raise SlipError(
            "closed",
            f"Đợt lấy ý kiến đã kết thúc ngày {day(standing.closes)}. Xin cảm ơn Ông/Bà.",
        )


def submit_ballot(
    short_code: str,
    rule_code: str,
    unit_code: str,
    code: str,
    answers: Mapping[str, str],
    *,
    met: bool = True,
    address: str,
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
        Network address, to limit wrong codes.

    Raises
    ------
    SlipError
        If the code opens nothing here.

    """
    digits = typed_digits(code)
    try:
        with write_connection() as connection:
            standing = standing_of(connection, short_code)
            box = box_of(standing, rule_code)
            found = _found(connection, standing, box, unit_code, digits, lock=True)
            unit = next((u for u in found.units if u.code == unit_code.upper()), None)
            if unit is None:
                raise NotFoundError(f"Phiếu {box.rule_code} không hỏi về đơn vị “{unit_code}”.")
            if unit.code in found.stored:
                return _receipt(found, unit, found.stored[unit.code][0], first=False)
            _need_valid(found)
            _need_collecting(standing)
            return _store(connection, box, found, unit, answers, met=met)
    except _NoSlipError:
        raise _wrong_code(short_code, digits, address) from None


def _store(
    connection: Connection,
    box: BallotBox,
    found: _Found,
    unit: BoxUnit,
    answers: Mapping[str, str],
    *,
    met: bool,
) -> Receipt:
    """Claim a place where the ballot takes one, and store it."""
    wants_place = met or box.no_contact_fills_place
    claimed = claim_returned_place(connection, unit.cell_id, wants_place=wants_place)
    status, reason = Status.COUNTED, None
    if not claimed:
        status, reason = (
            (Status.OVER_TARGET, OVER_TARGET) if wants_place else (Status.INVALID, NO_CONTACT)
        )
    keys = _keys()
    received = today()
    connection.execute(
        _STORE,
        {
            "id": uuid.uuid4(),
            "rater": keys.rater_mark(found.digits),
            "cell_id": unit.cell_id,
            "form_version_id": box.form_version_id,
            "channel": Channel.ONLINE,
            "answers": _kept(answers, box, found) if met else {},
            "met": met,
            "received_on": received,
            "status": status,
            "reason": reason,
            "submission_key": keys.submission_key(found.digits, unit.code),
        },
    )
    last = len(found.stored) + 1 == len(found.units)
    if last or not found.stored:
        connection.execute(_PROGRESS, {"slip": found.slip_id, "wholly_used": last})
    return _receipt(found, unit, status, first=True)


def _kept(answers: Mapping[str, str], box: BallotBox, found: _Found) -> dict[str, str]:
    """Answers as they are stored: no blanks, and the profile once per person only."""
    asked = box.unit_questions
    if _profile_needed(box, found):
        asked |= box.profile_questions
    return {code: value for code, value in answers.items() if value and code in asked}


def _receipt(found: _Found, unit: BoxUnit, status: Status, *, first: bool) -> Receipt:
    done = {*found.stored, unit.code}
    return Receipt(_keys().receipt(found.digits), status, len(done), len(found.units), first)


def _keys() -> Keys:
    return current_app.extensions["cchc.keys"]
