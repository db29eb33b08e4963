"""The pieces every part of the app shares: the database and how it is opened.

Models import ``db`` and ``Model`` from here; ``survey_app.create_app`` binds them.
SQLite is opened for durability first (WAL, ``synchronous=FULL``); a transaction that will
write says so and starts with ``BEGIN IMMEDIATE``, so two writers never read the same
"before" (design, section 6).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, MetaData, event
from sqlalchemy.orm import DeclarativeBase

NAMING: Final = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    """Base of every table; constraint names are sentences."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Model)


@event.listens_for(Engine, "connect")
def _open_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - any driver's
    """Make SQLite keep what it acknowledged and wait for other writers."""
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # transactions are begun by _begin_sqlite
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=10000",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once where the transaction will write."""
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get("writes", False)
        begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
        connection.connection.driver_connection.execute(begin)  # type: ignore[union-attr]  # an open connection has a driver


@contextmanager
def without_durability(engine: Engine) -> Iterator[None]:
    """Let SQLite skip its flushes while data that nobody gave is written (the demo).

    Nothing is acknowledged to a person inside the block; the last thing it does is to put
    everything on disk.
    """

    def relax(connection: Any, _record: object) -> None:  # noqa: ANN401 - any driver's
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA synchronous=OFF")

    event.listen(engine, "connect", relax)
    engine.dispose()
    try:
        yield
    finally:
        event.remove(engine, "connect", relax)
        db.session.remove()  # a reader left open would hold the checkpoint for ten seconds
        engine.dispose()
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                connection.commit()
                connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]  # an open connection has a driver
