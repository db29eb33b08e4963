"""What is odd about a ballot that came without a slip, judged when it arrives.

Caps refuse before the first question only: so many ballots a day for the place, so many forms
a day begun from one network address. Answers somebody has given are never thrown away: flags
set them aside, for a person to judge. Too many in a day or at once, the same answers again and
again, deep in the night, quicker than anybody reads. What was counted for this lies in
``guard_counts`` for as long as it is needed; with a ballot stay the words of its flags.

Every mark is an HMAC under a key of the day, so a row tells neither its place nor its minute.

An address is looked at when a form is begun, never when answers come, and is kept as sixteen
bits of an HMAC under a key of the day: enough to count by, too little to find it again.
"""

from __future__ import annotations

import ipaddress
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, cast

from flask import current_app
from sqlalchemy import Connection, Table, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from survey_app.extensions import db
from survey_app.formats import HANOI
from survey_app.models import GuardCount
from survey_app.services.challenges import forget_spent
from survey_app.services.opened_slips import own_keys
from survey_app.services.transactions import transaction

BURST_MINUTES: Final = 10
"""How far back the guard against many at once looks. [minutes]"""

_COUNTS = cast("Table", GuardCount.__table__)
_SUM = select(func.coalesce(func.sum(_COUNTS.c.n), 0)).where(
    _COUNTS.c.mark.in_(bindparam("marks", expanding=True))
)


class Flag(StrEnum):
    """Why a ballot waits for a person; the order is that in which they are written."""

    BURST = "burst"
    CROWD = "crowd"
    """Beyond the cap of the day: its form was begun before the cap was reached."""
    DUPLICATE = "duplicate"
    NIGHT = "night"
    SPEED = "speed"
    LATER = "later"
    """Set aside by a person after it had been kept; never by a guard."""


FLAG_WORDS: Final = {
    Flag.BURST: "gửi dồn dập",
    Flag.CROWD: "quá số phiếu một ngày",
    Flag.DUPLICATE: "trùng câu trả lời",
    Flag.NIGHT: "gửi ban đêm",
    Flag.SPEED: "trả lời quá nhanh",
    Flag.LATER: "để riêng sau khi nhận",
}
"""As they stand in the reason of a ballot."""


@dataclass(frozen=True, slots=True)
class Guards:
    """Settings of one place; the defaults are meant to refuse no honest person.

    Attributes
    ----------
    per_day, per_address
        Most ballots a day; most forms a day begun from one address, which a whole office or a
        mobile network may share.
    burst, same_answers, seconds_per_item, night_from, night_to
        When a ballot is set aside; see ``models.Poster``.

    """

    per_day: int = 200
    per_address: int = 100
    burst: int = 12
    same_answers: int = 3
    seconds_per_item: int = 1
    night_from: int = 22
    night_to: int = 5


@dataclass(frozen=True, slots=True)
class Arrival:
    """A ballot as it comes to a place.

    Attributes
    ----------
    answers
        As they will be stored.
    seconds
        Taken to answer. [s]
    late
        It waited on a kiosk for a network, so the hour of its coming says nothing.

    """

    answers: Mapping[str, str]
    seconds: float
    late: bool = False


def hanoi_now() -> datetime:
    """Return this moment on the clocks of the place."""
    return datetime.now(HANOI)


def begun_from(connection: Connection, place: str, address: str) -> int:
    """Count one more form begun at a place from an address today; return how many it makes."""
    day = hanoi_now().date().isoformat()
    keys = own_keys()
    there = keys.guard_mark("place", day, place)[:16]
    mark = keys.guard_mark("address", day, place, _network(address))[:4]
    return _count(connection, f"address:{there}:{mark}", _end_of_day())


def day_is_full(connection: Connection, place: str, most: int) -> bool:
    """Whether a place has had its ballots of today."""
    return _seen(connection, [_day_mark(place)]) >= most


def flags_of(connection: Connection, place: str, guards: Any, came: Arrival) -> tuple[Flag, ...]:  # noqa: ANN401 - a Guards or a row with its columns
    """Judge one ballot, and note what is needed to judge the next."""
    there = hanoi_now()
    found = set()
    if _count(connection, _day_mark(place), _end_of_day()) > guards.per_day:
        found.add(Flag.CROWD)
    if not came.late:
        if _burst(connection, place) > guards.burst > 0:
            found.add(Flag.BURST)
        if _is_night(there.hour, guards.night_from, guards.night_to):
            found.add(Flag.NIGHT)
    if _same(connection, place, came.answers) > guards.same_answers > 0:
        found.add(Flag.DUPLICATE)
    if came.seconds < guards.seconds_per_item * len(came.answers):
        found.add(Flag.SPEED)
    return tuple(flag for flag in Flag if flag in found)


def _burst(connection: Connection, place: str) -> int:
    """Count one more ballot of this minute; return those of the last ten."""
    now = _minute()
    _count(connection, _minute_mark(place, now), _whole_hour(now + BURST_MINUTES))
    return _seen(connection, [_minute_mark(place, now - back) for back in range(BURST_MINUTES)])


def _seen(connection: Connection, marks: list[str]) -> int:
    return int(connection.execute(_SUM, {"marks": marks}).scalar_one())


def _same(connection: Connection, place: str, answers: Mapping[str, str]) -> int:
    """Count one more ballot of today with these answers; return how many it makes."""
    day = hanoi_now().date().isoformat()
    text = json.dumps(answers, sort_keys=True)
    mark = own_keys().guard_mark("answers", day, place, text)[:32]
    return _count(connection, f"answers:{mark}", _end_of_day())


def _is_night(hour: int, start: int, end: int) -> bool:
    if start <= end:
        return start <= hour < end
    return hour >= start or hour < end


def _network(address: str) -> str:
    """Return what counts as one address: of IPv6 the half that a household or phone is given."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4 or found.ipv4_mapped:  # noqa: PLR2004 - the number is said by the line
        return str(getattr(found, "ipv4_mapped", None) or found)
    return str(ipaddress.ip_network((found, 64), strict=False))


def _day_mark(place: str) -> str:
    day = hanoi_now().date().isoformat()
    return "day:" + own_keys().guard_mark("day", day, place)[:32]


def _minute_mark(place: str, minute: int) -> str:
    day = datetime.fromtimestamp(60 * minute, HANOI).date().isoformat()
    return "burst:" + own_keys().guard_mark("burst", day, place, str(minute))[:32]


def _minute() -> int:
    return int(time.time()) // 60


def _whole_hour(minute: int) -> int:
    """Return the next whole hour: what lies until then does not tell its minute."""
    return -(-minute // 60) * 60


def _end_of_day() -> int:
    """Return the minute of the coming midnight: what lies until then tells no hour."""
    there = hanoi_now()
    midnight = datetime.combine(there.date() + timedelta(days=1), datetime.min.time(), HANOI)
    return int(midnight.timestamp()) // 60


def _count(connection: Connection, mark: str, until: int) -> int:
    row = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(_COUNTS)
    one_more = row.values(mark=mark, n=1, until=until).on_conflict_do_update(
        index_elements=["mark"], set_={"n": _COUNTS.c.n + 1}
    )
    return int(connection.execute(one_more.returning(_COUNTS.c.n)).scalar_one())


def forget_counts(*, at_once: bool = True) -> None:
    """Empty what no guard looks back at any more.

    Parameters
    ----------
    at_once
        False: at most once a minute in this process, as the respondents' road asks.

    """
    last = current_app.extensions.setdefault("cchc.guards_emptied", {})
    if not at_once and last.get(db.engine) == _minute():
        return
    last[db.engine] = _minute()
    with transaction() as session:
        connection = session.connection()
        connection.execute(delete(_COUNTS).where(_COUNTS.c.until <= _minute()))
        forget_spent(connection)
