"""One transaction of one service: it begins knowing that it will write, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from survey_app.extensions import db
from survey_app.turns import turn_to_write


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a session that commits when the block ends and rolls back when it raises.

    On SQLite it waits for its turn and takes the write lock at once (``BEGIN IMMEDIATE``).
    What the request read in ``db.session``, before it or inside it, is let go, so later
    reads see the new state.
    """
    db.session.rollback()
    with turn_to_write(db.engine), Session(db.engine, expire_on_commit=False) as session:
        session.connection(execution_options={"writes": True})
        yield session
        session.commit()
    db.session.rollback()


@contextmanager
def write_connection() -> Iterator[Connection]:
    """Open a bare connection that commits when the block ends: the respondents' road."""
    with (
        turn_to_write(db.engine),
        db.engine.connect().execution_options(writes=True) as connection,
        connection.begin(),
    ):
        yield connection
    db.session.rollback()
