"""Wrong codes are limited per address; a right code never is (design, section 3a).

A whole office shares one address, so only failures count: 30 in ten minutes. The address
is kept nowhere, only its HMAC under a key of the day; counts are emptied as windows pass.
"""

from __future__ import annotations

import time
from typing import Final

from flask import current_app
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import WrongTry
from survey_app.services.transactions import transaction

WINDOW_SECONDS: Final = 600
MOST: Final = 30


def _mark(kind: str, address: str) -> str:
    keys = current_app.extensions["cchc.keys"]
    return f"{kind}:{keys.address_mark(address, today().isoformat())}"


def _window() -> int:
    return int(time.time()) // WINDOW_SECONDS


def too_many(kind: str, address: str, most: int = MOST) -> bool:
    """Whether an address has used up its wrong tries in this window."""
    tries = db.session.scalar(
        select(func.sum(WrongTry.tries)).where(
            WrongTry.mark == _mark(kind, address), WrongTry.window == _window()
        )
    )
    return (tries or 0) >= most


def note_wrong(kind: str, address: str) -> None:
    """Count one more wrong try of an address."""
    window = _window()
    with transaction() as session:
        session.execute(delete(WrongTry).where(WrongTry.window < window - 1))
        insert = (sqlite if session.bind.dialect.name == "sqlite" else postgresql).insert(WrongTry)  # type: ignore[union-attr]
        session.execute(
            insert.values(mark=_mark(kind, address), window=window, tries=1).on_conflict_do_update(
                index_elements=["mark", "window"], set_={"tries": WrongTry.tries + 1}
            )
        )
