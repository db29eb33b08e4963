"""Wrong codes and passwords are limited per address; a right code never is.

A whole office shares one address, so only failures count: 30 codes in ten minutes (design,
section 3a). Each campaign's wrong codes are counted together too, so that guessing from
many addresses is seen. An address is kept nowhere, only its HMAC under a key of the day;
counts are emptied as windows pass.
"""

from __future__ import annotations

import time
from typing import Final

import structlog
from flask import current_app
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import WrongTry
from survey_app.services.transactions import transaction

WINDOW_SECONDS: Final = 600
MOST_CODES: Final = 30
MOST_PASSWORDS: Final = 10
ALARM: Final = 300
"""Wrong codes of one campaign in one window that people who mistype do not reach. [tries]"""


def _mark(kind: str, who: str) -> str:
    keys = current_app.extensions["cchc.keys"]
    return f"{kind}:{keys.address_mark(who, today().isoformat())}"


def _window() -> int:
    return int(time.time()) // WINDOW_SECONDS


def too_many(kind: str, who: str, most: int = MOST_CODES) -> bool:
    """Whether an address (or account) has used up its wrong tries in this window."""
    return _tries(_mark(kind, who)) >= most


def _tries(mark: str) -> int:
    tries = db.session.scalar(
        select(func.sum(WrongTry.tries)).where(WrongTry.mark == mark, WrongTry.window == _window())
    )
    return tries or 0


def note_wrong(kind: str, who: str, *, campaign: str | None = None) -> None:
    """Count one more wrong try; of a campaign's codes too, where it names one."""
    window = _window()
    with transaction() as session:
        session.execute(delete(WrongTry).where(WrongTry.window < window - 1))
        _count(session, _mark(kind, who), window)
        if campaign is None:
            return
        if _count(session, f"campaign:{campaign}", window) == ALARM:
            structlog.get_logger().warning("many wrong codes", campaign=campaign)


def _count(session: Session, mark: str, window: int) -> int:
    dialect = session.connection().dialect.name
    row = (sqlite if dialect == "sqlite" else postgresql).insert(WrongTry)
    tries = session.scalar(
        row.values(mark=mark, window=window, tries=1)
        .on_conflict_do_update(
            index_elements=["mark", "window"], set_={"tries": WrongTry.tries + 1}
        )
        .returning(WrongTry.tries)
    )
    return int(tries or 0)


def guessing(campaign: str) -> int | None:
    """Return the wrong codes of a campaign in this window, or None below the alarm."""
    tries = _tries(f"campaign:{campaign}")
    return tries if tries >= ALARM else None
