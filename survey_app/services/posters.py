"""A ballot given without a slip: at a poster, or on a kiosk at the desk.

``begin_form`` gives a page what it needs before the first question, ``submit_at_place`` stores
one ballot in one transaction: the challenge is spent, the guards judge, an unreserved place is
claimed. Caps refuse in ``begin_form`` only; what a person has answered is kept. What stands
behind a number is in ``services.place_numbers``, what staff do about places in
``services.places``, about what was set aside in ``services.set_aside``.
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import Connection, Table, and_, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from survey_app.errors import SurveyError
from survey_app.extensions import db
from survey_app.formats import day, today
from survey_app.models import (
    Ballot,
    Campaign,
    Channel,
    Poster,
    QuotaCell,
    QuotaRule,
    State,
    Status,
    Unit,
)
from survey_app.services.ballot_boxes import STANDING, BallotBox, Standing, box_of
from survey_app.services.challenges import (
    Solved,
    need_solved,
    new_challenge,
    spend,
)
from survey_app.services.opened_slips import own_keys
from survey_app.services.place_numbers import Place, PlaceError, need_secret
from survey_app.services.poster_guards import (
    FLAG_WORDS,
    Arrival,
    Flag,
    begun_from,
    day_is_full,
    flags_of,
    forget_counts,
)
from survey_app.services.quota import claim_unreserved_place, has_unreserved_place
from survey_app.services.transactions import write_together

NO_ROOM: Final = "đã hết chỗ dành cho phiếu không qua phiếu mời"
SET_ASIDE: Final = "chờ xem"

KEY: Final = re.compile(r"[0-9a-f]{32}")
"""The random key of one ballot, drawn by its page."""

LONGEST_TAKEN: Final = 86_400
"""A kiosk that says it took longer than a day is believed a day. [s]"""

_BALLOTS = cast("Table", Ballot.__table__)
_STORE = insert(_BALLOTS)
_FIRST = select(Ballot.status).where(Ballot.submission_key == bindparam("key"))
_PLACE = (
    select(Poster.__table__, QuotaRule.code.label("rule_code"), Unit.code.label("unit_code"))
    .add_columns(QuotaCell.id.label("cell_id"))
    .add_columns(
        *(column.label(f"campaign_{name}") for column, name in zip(
            STANDING, ("id_", "state", "opens", "closes", "simulated", "sha", "short", "plan"),
            strict=True,
        ))
    )
    .join(Campaign, Campaign.id == Poster.campaign_id)
    .join(QuotaRule, QuotaRule.id == Poster.rule_id)
    .join(Unit, Unit.id == Poster.unit_id)
    .join(QuotaCell, and_(QuotaCell.rule_id == Poster.rule_id, QuotaCell.unit_id == Poster.unit_id))
    .where(Poster.number == bindparam("place"))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Begun:
    """What a page gets before the first question.

    Attributes
    ----------
    challenge
        To be solved while the person answers; None on a kiosk, whose secret is enough.
    full
        Whether no place is left that no slip holds: the ballot would be kept aside.

    """

    challenge: Mapping[str, Any] | None
    full: bool


@dataclass(frozen=True, slots=True)
class PlaceReceipt:
    """What a person is told after sending; a second sending is told the same."""

    number: str
    status: Status
    first: bool


def begin_form(place: Place, *, secret: str, address: str) -> Begun:
    """Give a page what it needs before the first question, or say why it may not ask.

    Parameters
    ----------
    place
        Where the person stands.
    secret
        Of a kiosk, as typed; nothing on a poster.
    address
        Network address: on a poster counted for the day, on a kiosk to limit wrong secrets.

    Raises
    ------
    PlaceError
        If the place takes no ballot now.

    """

    def begin(connection: Connection) -> Begun:
        found = _found(connection, place)
        if day_is_full(connection, place.number, found.per_day):
            raise PlaceError(
                "day_full",
                "Hôm nay điểm này đã nhận đủ số phiếu của một ngày. Xin quay lại ngày mai, hoặc "
                "xin một phiếu mời tại quầy.",
                status=429,
            )
        if not place.is_kiosk and begun_from(connection, place.number, address) > found.per_address:
            raise PlaceError(
                "address_full",
                "Từ mạng này hôm nay đã có quá nhiều lượt trả lời ở điểm này. Xin dùng mạng di "
                "động của Ông/Bà, hoặc xin một phiếu mời tại quầy.",
                status=429,
            )
        return Begun(None, not has_unreserved_place(connection, found.cell_id))

    need_secret(place, secret, address)
    forget_counts(at_once=False)
    if place.is_kiosk:
        with db.engine.connect() as connection:
            return begin(connection)
    begun = write_together((place.rule, place.unit), begin)
    return Begun(new_challenge(place.number), begun.full)


def submit_at_place(
    place: Place,
    answers: Mapping[str, str],
    *,
    key: str,
    solution: str = "",
    secret: str = "",
    seconds: str = "",
    late: bool = False,
    address: str = "",
) -> PlaceReceipt:
    """Store one person's answers once: counted, kept aside when full, set aside when odd.

    A second call with the same key returns the first receipt and changes nothing.

    Parameters
    ----------
    place
        Where the person stands.
    answers
        Question code -> choice code or text, validated against the rule's form.
    key
        Random, drawn by the page: 32 hexadecimal digits.
    solution
        Of the challenge, on a poster.
    secret, seconds, late
        Of a kiosk: its secret; the time it saw the person take, and whether the ballot waited
        on it, both believed because of the secret.
    address
        Network address, to limit wrong secrets of a kiosk; nothing else is done with it.

    Raises
    ------
    PlaceError
        If the place takes no ballot now, or the challenge has brought another one.
    UnsolvedError
        If no right answer to a challenge came along.

    """
    if not KEY.fullmatch(key):
        raise SurveyError("Phiếu gửi lên thiếu khóa của trang. Xin mở lại trang từ mã QR.")
    mark = own_keys().place_key(place.number, key)
    need_secret(place, secret, address)
    solved = None
    if not place.is_kiosk:
        first = _first_of(mark)
        if first is not None:  # its challenge may have expired since
            return _receipt(place, key, first, first=False)
        solved = need_solved(solution, place.number)
    took = solved.seconds if solved else min(int(seconds), LONGEST_TAKEN) if _whole(seconds) else 0
    came = Arrival(answers, took, late=late and place.is_kiosk)
    forget_counts(at_once=False)

    def take(connection: Connection) -> PlaceReceipt:
        before = connection.scalar(_FIRST, {"key": mark})
        if before is None and solved is not None:
            before = _spend(connection, solved, mark)
        if before is not None:
            return _receipt(place, key, before, first=False)
        status = _store(connection, _found(connection, place), came, mark)
        return _receipt(place, key, status, first=True)

    try:
        return write_together((place.rule, place.unit), take)
    except IntegrityError:  # another sending with the same key was a moment quicker
        first = _first_of(mark)
        if first is None:
            raise
        return _receipt(place, key, first, first=False)


def _spend(connection: Connection, solved: Solved, mark: str) -> Status | None:
    """Spend the challenge; return the status of a ballot it has brought under the same key."""
    if spend(connection, solved):
        return None
    before = connection.scalar(_FIRST, {"key": mark})
    if before is None:
        raise PlaceError(
            "spent",
            "Lượt trả lời này đã được dùng cho một phiếu khác. Xin mở lại trang từ mã QR.",
            status=409,
        )
    return before


def _store(connection: Connection, found: Any, came: Arrival, mark: str) -> Status:  # noqa: ANN401 - a row of _PLACE
    """Judge the ballot, claim a place for it where it may have one, and keep it."""
    box = box_of(Standing(*found[-len(STANDING) :]), found.rule_code)
    kept = _kept(came.answers, box)
    came = Arrival(kept, came.seconds, late=came.late)
    flags = flags_of(connection, found.number, found, came)
    status, reason = _status(connection, found.cell_id, flags)
    connection.execute(
        _STORE,
        {
            "id": uuid.uuid4(),
            "rater": secrets.token_hex(16),
            "cell_id": found.cell_id,
            "form_version_id": box.form_version_id,
            "channel": Channel(found.kind.value),
            "answers": kept,
            "met": True,
            "received_on": today(),
            "status": status,
            "reason": reason,
            "submission_key": mark,
            "poster_id": found.id,
            "flags": " ".join(flags) or None,
        },
    )
    return status


def _status(
    connection: Connection, cell_id: int, flags: tuple[Flag, ...]
) -> tuple[Status, str | None]:
    if flags:
        return Status.SET_ASIDE, f"{SET_ASIDE}: {', '.join(FLAG_WORDS[flag] for flag in flags)}"
    if claim_unreserved_place(connection, cell_id):
        return Status.COUNTED, None
    return Status.OVER_TARGET, NO_ROOM


def _kept(answers: Mapping[str, str], box: BallotBox) -> dict[str, str]:
    asked = box.unit_questions | box.profile_questions
    return {code: value for code, value in answers.items() if value and code in asked}


def _found(connection: Connection, place: Place) -> Any:  # noqa: ANN401 - a row of _PLACE
    """Read the place as it stands now; refuse one that takes nothing."""
    found = connection.execute(_PLACE, {"place": place.number}).one()
    standing = Standing(*found[-len(STANDING) :])
    if found.closed_on is not None:
        raise PlaceError("closed", "Điểm lấy ý kiến này đã đóng. Xin cảm ơn Ông/Bà.")
    if standing.state in (State.DRAFT, State.PLANNED) or (
        standing.state is State.COLLECTING and today() < standing.opens
    ):
        raise PlaceError(
            "not_open",
            f"Đợt lấy ý kiến mở từ ngày {day(standing.opens)}. Xin quay lại từ ngày đó.",
        )
    if standing.state is not State.COLLECTING or today() > standing.closes:
        raise PlaceError(
            "over", f"Đợt lấy ý kiến đã kết thúc ngày {day(standing.closes)}. Xin cảm ơn Ông/Bà."
        )
    return found


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10  # noqa: PLR2004 - no wait is longer


def _first_of(mark: str) -> Status | None:
    with db.engine.connect() as connection:
        return connection.scalar(_FIRST, {"key": mark})


def _receipt(place: Place, key: str, status: Status, *, first: bool) -> PlaceReceipt:
    return PlaceReceipt(own_keys().place_receipt(place.number, key), status, first)
