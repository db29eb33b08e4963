"""What a code opens, and why not: asked before the first question and again before storing.

``open_slip`` answers a page; ``find_slip`` is the same judgement inside the transaction of
``services.ballots``, with the slip locked. A code is the authority for everything, and a
right one is never limited.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import Connection, and_, bindparam, select

from survey_app.errors import SurveyError
from survey_app.extensions import db
from survey_app.formats import day, today
from survey_app.models import (
    Ballot,
    Campaign,
    Draft,
    QuotaCell,
    QuotaRule,
    Slip,
    State,
    Status,
    Unit,
)
from survey_app.security import CODE_DIGITS, Keys, is_sound, typed_digits
from survey_app.services.ballot_boxes import (
    STANDING,
    BallotBox,
    BoxUnit,
    Standing,
    box_of,
    standing_of,
)
from survey_app.services.sealed_drafts import drafts_of, open_draft
from survey_app.services.wrong_tries import note_wrong, too_many
from survey_app.statements import Prepared

_FIND = (
    select(
        Slip.id,
        Slip.rule_id,
        Slip.unit_id,
        Slip.revoked_on,
        Slip.begun,
        (QuotaCell.accepted >= QuotaCell.target).label("full"),
        Draft.sealed,
        *STANDING,
    )
    .join(Campaign, Campaign.id == Slip.campaign_id)
    .outerjoin(
        QuotaCell, and_(QuotaCell.rule_id == Slip.rule_id, QuotaCell.unit_id == Slip.unit_id)
    )
    .outerjoin(Draft, and_(Draft.mark == bindparam("mark"), Draft.expires >= bindparam("day")))
    .where(Slip.code_hash == bindparam("hash"))
)
_SLIP, _LOCKED_SLIP = Prepared(_FIND), Prepared(_FIND.with_for_update(of=Slip))
_STORED = select(Ballot.submission_key, Ballot.status, Ballot.met).where(
    Ballot.submission_key.in_(bindparam("keys", expanding=True))
)
_FULL = select(QuotaCell.id).where(
    QuotaCell.id.in_(bindparam("cells", expanding=True)), QuotaCell.accepted >= QuotaCell.target
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
    drafts: Mapping[str, Mapping[str, str]]
    """Unit code -> what has been answered and not sent."""

    @property
    def done(self) -> int:
        """Units answered."""
        return sum(unit.done for unit in self.units)


@dataclass(frozen=True, slots=True)
class FoundSlip:
    """A slip that opens this page: its row, its units, and what is stored for each."""

    standing: Standing
    box: BallotBox
    slip_id: int
    digits: str
    revoked: bool
    full: bool
    """Whether the cell of its one unit takes no more; False for a crossed slip."""
    draft: bytes | None
    """What is not sent yet about the unit of the page, sealed."""
    units: tuple[BoxUnit, ...]
    stored: Mapping[str, tuple[Status, bool]]
    """Unit code -> status of its ballot, and whether the person had met the unit."""


class NoSlipError(Exception):
    """No slip has this code; told to the person outside any transaction."""


def open_slip(
    short_code: str, rule_code: str, unit_code: str | None, code: str, *, address: str | None
) -> OpenedSlip:
    """Say what a code opens on one page, before the first question.

    Parameters
    ----------
    short_code, rule_code, unit_code
        The page's path; no unit for a crossed rule.
    code
        As typed: 16 digits, with or without spaces and dashes.
    address
        Network address, to limit wrong codes; a right code is never limited. None leaves
        counting and wording of a wrong code to the caller.

    Raises
    ------
    SlipError
        If the code opens nothing here; its ``state`` says why.
    NoSlipError
        If no slip has the code and ``address`` is None.

    """
    digits = typed_digits(code)
    try:
        with db.engine.connect() as connection:
            found = find_slip(connection, short_code, rule_code, unit_code, digits)
            receipt = own_keys().receipt(digits)
            if len(found.stored) == len(found.units):
                sentence = "Phiếu mời này đã được dùng để trả lời."
                raise SlipError("used", sentence, status=409, receipt=receipt)
            need_valid(found)
            need_collecting(found.standing)
            full = _full(connection, found)
            drafts = _drafts(connection, found)
    except NoSlipError:
        if address is None:
            raise
        raise wrong_code(short_code, digits, address) from None
    return OpenedSlip(
        units=tuple(
            UnitProgress(unit.code, unit.name, unit.code in found.stored, unit.cell_id in full)
            for unit in found.units
        ),
        profile_needed=profile_needed(found),
        receipt=receipt,
        simulated=found.standing.simulated,
        drafts=drafts,
    )


def find_slip(
    connection: Connection,
    short_code: str,
    rule_code: str,
    unit_code: str | None,
    digits: str,
    *,
    lock: bool = False,
) -> FoundSlip:
    """Find the slip behind a code and judge it against the page it is used on."""
    own = own_keys()
    slip = None
    if len(digits) == CODE_DIGITS and is_sound(digits):
        query = _LOCKED_SLIP if lock else _SLIP
        mark = own.draft_mark(digits, (unit_code or "").upper())
        slip = query.first(connection, hash=own.slip_hash(digits), mark=mark, day=today())
    if slip is None or slip.short_code != short_code.upper():
        standing_of(connection, short_code)  # an address of no campaign is said first
        raise NoSlipError
    standing = Standing(*slip[-len(STANDING) :])
    box = box_of(standing, rule_code)
    here = None if box.crossed or unit_code is None else box.units.get(unit_code.upper())
    if slip.rule_id != box.rule_id or slip.unit_id != (here.unit_id if here else None):
        raise _elsewhere(connection, standing, slip)
    units = (here,) if here else tuple(box.units.values())
    stored: dict[str, tuple[Status, bool]] = {}
    if slip.begun:
        unit_of = {own.submission_key(digits, unit.code): unit.code for unit in units}
        rows = connection.execute(_STORED, {"keys": list(unit_of)})
        stored = {unit_of[key]: (status, met) for key, status, met in rows}
    return FoundSlip(
        standing=standing,
        box=box,
        slip_id=slip[0],
        digits=digits,
        revoked=slip.revoked_on is not None,
        full=bool(slip.full),
        draft=slip.sealed,
        units=units,
        stored=stored,
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


def wrong_code(short_code: str, digits: str, address: str) -> SlipError:
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


def _full(connection: Connection, found: FoundSlip) -> set[int]:
    """Cells that take no more ballots; of one unit it came with the slip."""
    if not found.box.crossed:
        return {found.units[0].cell_id} if found.full else set()
    return set(connection.scalars(_FULL, {"cells": [unit.cell_id for unit in found.units]}))


def _drafts(connection: Connection, found: FoundSlip) -> dict[str, dict[str, str]]:
    """Answers that were not sent yet, by unit; of one unit they came with the slip."""
    if not found.box.crossed:
        unit = found.units[0].code
        answers = open_draft(found.digits, unit, found.draft) if found.draft else {}
        return {unit: answers} if answers else {}
    left = [unit.code for unit in found.units if unit.code not in found.stored]
    return drafts_of(connection, found.digits, left)


def profile_needed(found: FoundSlip) -> bool:
    """Whether the person has still to be asked the profile, which is asked once."""
    return bool(found.box.profile_questions) and not any(met for _, met in found.stored.values())


def need_valid(found: FoundSlip) -> None:
    """Refuse what a revoked slip has not answered yet."""
    if found.revoked:
        raise SlipError(
            "revoked",
            "Phiếu mời này đã được thu hồi. Hãy hỏi người đã phát phiếu để nhận phiếu mới.",
        )


def need_collecting(standing: Standing) -> None:
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


def own_keys() -> Keys:
    """Return what is derived from the pepper of this app."""
    return current_app.extensions["cchc.keys"]
