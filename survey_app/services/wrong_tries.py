"""Wrong codes and passwords are limited per address; a right code never is.

A whole office shares one address, so only failures count: 30 codes in ten minutes (design,
section 3a). Each campaign's wrong codes are counted together too, so that guessing from
many addresses is seen. An address is kept nowhere, only its HMAC under a key of the day.
Counts are kept by the minute and emptied ten minutes later.
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

BUCKET_SECONDS: Final = 60
BUCKETS: Final = 10
"""Ten minutes that move on with the clock. [buckets]"""

MOST_CODES: Final = 30
MOST_PASSWORDS: Final = 10
ALARM: Final = 300
"""Wrong codes of one campaign in ten minutes that people who mistype do not reach. [tries]"""


def _mark(kind: str, who: str) -> str:
    keys = current_app.extensions["cchc.keys"]
    return f"{kind}:{keys.address_mark(who, today().isoformat())}"


def _bucket() -> int:
    return int(time.time()) // BUCKET_SECONDS


def too_many(kind: str, who: str, most: int = MOST_CODES) -> bool:
    """Whether an address (or account) has used up its wrong tries of the last ten minutes."""
    return _tries(db.session(), _mark(kind, who)) >= most


def _tries(session: Session, mark: str) -> int:
    tries = session.scalar(
        select(func.sum(WrongTry.tries)).where(
            WrongTry.mark == mark, WrongTry.window > _bucket() - BUCKETS
        )
    )
    return tries or 0


def note_wrong(kind: str, who: str, *, campaign: str | None = None) -> None:
    """Count one more wrong try; of a campaign's codes too, where it names one."""
    bucket = _bucket()
    with transaction() as session:
        session.execute(delete(WrongTry).where(WrongTry.window <= bucket - BUCKETS))
        _count(session, _mark(kind, who), bucket)
        if campaign is None:
            return
        _count(session, f"campaign:{campaign}", bucket)
        if _tries(session, f"campaign:{campaign}") == ALARM:
            structlog.get_logger().warning("many wrong codes", campaign=campaign)


def _count(session: Session, mark: str, bucket: int) -> None:
    dialect = session.connection().dialect.name
    row = (sqlite if dialect == "sqlite" else postgresql).insert(WrongTry)
    session.execute(
        row.values(mark=mark, window=bucket, tries=1).on_conflict_do_update(
            index_elements=["mark", "window"], set_={"tries": WrongTry.tries + 1}
        )
    )


def guessing(campaign: str) -> int | None:
    """Return a campaign's wrong codes of the last ten minutes, or None below the alarm."""
    tries = _tries(db.session(), f"campaign:{campaign}")
    return tries if tries >= ALARM else None
