"""Whether the database still takes a write: the only honest sign of readiness.

A health check that only reads stays green on a full disk while every ballot is refused.
"""

from __future__ import annotations

import secrets

from sqlalchemy import delete

from survey_app.models import WrongTry
from survey_app.services.transactions import transaction


def prove_writing() -> None:
    """Write a row and take it back in one committed transaction; nothing of it stays.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        If the database cannot be reached, is read-only or full.

    """
    mark = secrets.token_hex(16)
    with transaction() as session:
        session.add(WrongTry(mark=mark, window=0, tries=0))
        session.flush()
        session.execute(delete(WrongTry).where(WrongTry.mark == mark))
