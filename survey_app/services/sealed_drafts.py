"""Half-filled forms under lock: the key is made of the code, which only the slip carries.

The pepper that goes into the key lies outside the database, so neither the database alone
nor the office can read a draft; rows carry no slip, no unit and no time but their last day.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from survey_app.formats import today
from survey_app.models import Draft
from survey_app.security import Keys
from survey_app.services.transactions import transaction
from survey_app.statements import Prepared

BLOCK: Final = 2048
"""A draft is filled up to a multiple of this, so that its length tells nothing. [bytes]"""

NONCE: Final = 12

_DRAFTS = cast("Table", Draft.__table__)
_READ = select(_DRAFTS.c.mark, _DRAFTS.c.sealed).where(
    _DRAFTS.c.mark.in_(bindparam("marks", expanding=True)), _DRAFTS.c.expires >= bindparam("day")
)
_REWRITE = Prepared(
    update(_DRAFTS)
    .where(_DRAFTS.c.mark == bindparam("this"))
    .values(sealed=bindparam("sealed"), expires=bindparam("expires"))
)
_WRITE = Prepared(insert(_DRAFTS), _DRAFTS.columns.keys())
_REMOVE = Prepared(delete(_DRAFTS).where(_DRAFTS.c.mark == bindparam("this")))


def write_draft(
    connection: Connection,
    campaign_id: int,
    digits: str,
    unit: str,
    answers: Mapping[str, str],
    *,
    expires: date,
) -> None:
    """Keep the answers about one unit until their day; an older draft gives way."""
    mark = _keys().draft_mark(digits, unit)
    sealed = _seal(digits, mark, answers)
    if _REWRITE.run(connection, this=mark, sealed=sealed, expires=expires) == 0:
        _WRITE.run(connection, mark=mark, campaign_id=campaign_id, sealed=sealed, expires=expires)


def drafts_of(
    connection: Connection, digits: str, units: Iterable[str]
) -> dict[str, dict[str, str]]:
    """Return the drafts of one person about some units, by unit."""
    unit_of = {_keys().draft_mark(digits, unit): unit for unit in units}
    rows = connection.execute(_READ, {"marks": list(unit_of), "day": today()})
    opened = {unit_of[mark]: open_draft(digits, unit_of[mark], sealed) for mark, sealed in rows}
    return {unit: answers for unit, answers in opened.items() if answers}


def open_draft(digits: str, unit: str, sealed: bytes) -> dict[str, str]:
    """Return the answers of a draft; none where it was tampered with."""
    mark = _keys().draft_mark(digits, unit)
    cipher = AESGCM(_keys().draft_key(digits))
    try:
        text = cipher.decrypt(sealed[:NONCE], sealed[NONCE:], mark.encode())
    except InvalidTag:
        return {}
    return cast("dict[str, str]", json.loads(text))


def remove_draft(connection: Connection, digits: str, unit: str) -> None:
    """Forget the draft of one person about one unit, in the transaction of its ballot."""
    _REMOVE.run(connection, this=_keys().draft_mark(digits, unit))


def forget_drafts(session: Session, campaign_id: int) -> int:
    """Forget every draft of a campaign; it takes no more answers. Return how many."""
    gone = session.execute(delete(Draft).where(Draft.campaign_id == campaign_id))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a delete counts its rows


def purge_drafts() -> int:
    """Forget every draft whose day has passed; return how many. Run every night."""
    with transaction() as session:
        gone = session.execute(delete(Draft).where(Draft.expires < today()))
        return int(gone.rowcount)  # type: ignore[attr-defined]  # a delete counts its rows


def _seal(digits: str, mark: str, answers: Mapping[str, str]) -> bytes:
    text = json.dumps(dict(answers), ensure_ascii=False, separators=(",", ":")).encode()
    padded = text + b" " * (-len(text) % BLOCK)
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(_keys().draft_key(digits)).encrypt(nonce, padded, mark.encode())


def _keys() -> Keys:
    keys: Keys = current_app.extensions["cchc.keys"]
    return keys
