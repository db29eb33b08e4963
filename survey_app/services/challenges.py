"""Challenges that put a price on a ballot given without a slip (ALTCHA, proof of work).

A phone looks for a number whose derived key begins as the challenge says, while the person
answers; the server makes the challenge and recognises its answer by two HMACs. A challenge
carries its place and the moment it was made, both signed, so that the time taken is judged
without trusting the phone. It tells no person from a program; it only costs something.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any, Final, cast

from flask import current_app
from sqlalchemy import Connection, Table, delete
from sqlalchemy.dialects import postgresql, sqlite

from survey_app.errors import SurveyError
from survey_app.models import SpentChallenge

ALGORITHM: Final = "PBKDF2/SHA-256"
COST: Final = 5000
"""Rounds of one try. [rounds]"""

LEAST_TRIES: Final = 100
MOST_TRIES: Final = 200
"""Between them lies the number: one or two seconds on a cheap phone. [tries]"""

VALID_SECONDS: Final = 3 * 86_400
"""A phone without a network sends its ballot up to three days later. [s]"""

LONGEST: Final = 4000
"""Longest answer to a challenge; ours are a fifth of it. [characters]"""

SOLVE_AGAIN: Final = 428
"""Status that tells the script of the page to solve a new challenge and send again."""

_SPENT = cast("Table", SpentChallenge.__table__)


class UnsolvedError(SurveyError):
    """What was sent carries no right answer to a challenge of this place that is still valid."""

    status = SOLVE_AGAIN

    def __init__(self) -> None:
        super().__init__(
            "Chưa nhận được phiếu: bước kiểm tra tự động của điện thoại chưa xong hoặc đã hết hạn."
        )


@dataclass(frozen=True, slots=True)
class Solved:
    """A challenge that was answered rightly.

    Attributes
    ----------
    mark
        Names it among those that are spent.
    seconds
        Since it was made. [s]
    expires
        Day since 1970-01-01 from which it need not be remembered. [days]

    """

    mark: str
    seconds: float
    expires: int


def new_challenge(place: str) -> dict[str, Any]:
    """Make a challenge for one place, as the script takes it."""
    from altcha import create_challenge  # noqa: PLC0415 - only where posters hang

    made = int(time.time())
    challenge = create_challenge(
        ALGORITHM,
        COST,
        counter=LEAST_TRIES + secrets.randbelow(MOST_TRIES - LEAST_TRIES + 1),
        expires_at=made + VALID_SECONDS,
        data={"place": place, "made": made},
        hmac_secret=_key("challenge"),
        hmac_key_secret=_key("answer"),
    )
    return cast("dict[str, Any]", challenge.to_dict())


def need_solved(payload: str, place: str) -> Solved:
    """Judge the answer to a challenge.

    Parameters
    ----------
    payload
        Challenge and solution as base64 of JSON, from the respondent's page.
    place
        The place it must have been made for.

    Raises
    ------
    UnsolvedError
        If it is missing, forged, expired, wrong, or of another place.

    """
    from altcha import verify_solution  # noqa: PLC0415 - only where posters hang

    if not payload or len(payload) > LONGEST or not payload.isascii():
        raise UnsolvedError
    found = verify_solution(payload, _key("challenge"), hmac_key_secret=_key("answer"))
    if not found.verified:
        raise UnsolvedError
    # signed by us from here on, so it reads as we wrote it
    parameters = json.loads(base64.b64decode(payload))["challenge"]["parameters"]
    if parameters["data"]["place"] != place:
        raise UnsolvedError
    return Solved(
        mark=hashlib.sha256(parameters["nonce"].encode()).hexdigest(),
        seconds=time.time() - parameters["data"]["made"],
        expires=parameters["expiresAt"] // 86_400 + 1,
    )


def spend(connection: Connection, solved: Solved) -> bool:
    """Remember a challenge as spent; False when it was spent before."""
    row = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(_SPENT)
    mine = row.values(mark=solved.mark, expires=solved.expires).on_conflict_do_nothing()
    return connection.execute(mine.returning(_SPENT.c.mark)).first() is not None


def forget_spent(connection: Connection) -> None:
    """Forget challenges that have expired: nobody can use them any more."""
    today = int(time.time()) // 86_400
    connection.execute(delete(_SPENT).where(_SPENT.c.expires <= today))


def _key(purpose: str) -> bytes:
    """Return a key of our own; kept outside the database, read once per process."""
    keys = current_app.extensions.setdefault("cchc.challenge_keys", {})
    if purpose not in keys:
        own = current_app.extensions["cchc"].key("altcha")
        keys[purpose] = hmac.digest(own, purpose.encode(), "sha256")
    return cast("bytes", keys[purpose])
