"""One transaction of one service: it begins knowing that it will write, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final, TypeVar, cast

from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from survey_app.extensions import db
from survey_app.turns import turn_to_write

Key = tuple[str, ...]
Result = TypeVar("Result")

MOST_TOGETHER: Final = 64
"""Ballots that share one commit at most."""


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


def write_together(key: Key, work: Callable[[Connection], Result]) -> Result:
    """Do ``work`` in a transaction of its own, or share one commit with those who wait.

    The respondents' road. On SQLite every commit waits for the disk, so whoever writes takes
    the others of this process along: each behind a savepoint, in the order of ``key``, all
    acknowledged by one commit. PostgreSQL shares its flushes by itself.

    Parameters
    ----------
    key
        What the work locks; work is done in this order.
    work
        Takes a connection; what it raises undoes its own writing only.

    """
    if db.engine.dialect.name == "sqlite":
        shared = current_app.extensions.setdefault("cchc.shared_commits", SharedCommits())
        return cast("Result", shared.write(key, work))
    with db.engine.connect() as connection, connection.begin():
        return work(connection)


@dataclass(slots=True)
class _Waiting:
    """One piece of work and what became of it."""

    key: Key
    work: Callable[[Connection], Any]
    done: bool = False
    result: Any = None
    error: BaseException | None = None

    def run(self, connection: Connection) -> None:
        connection.exec_driver_sql("SAVEPOINT mine")
        try:
            self.result = self.work(connection)
        except Exception as error:  # noqa: BLE001 - told to the one who waits for it
            self.error = error
            connection.exec_driver_sql("ROLLBACK TO mine")
        connection.exec_driver_sql("RELEASE mine")


class SharedCommits:
    """Threads of one process that wait to write; the first commits for all."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._listing, self._leading = Lock(), Lock()

    def write(self, key: Key, work: Callable[[Connection], Any]) -> Any:  # noqa: ANN401 - whatever the work returns
        """Wait until the work is committed, by this thread or by another."""
        mine = _Waiting(key, work)
        with self._listing:
            self._waiting.append(mine)
        with self._leading:
            while not mine.done:
                self._lead(mine)
        if mine.error is not None:
            raise mine.error
        return mine.result

    def _lead(self, mine: _Waiting) -> None:
        with self._listing:
            batch, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
        batch.sort(key=lambda item: item.key)
        try:
            with (
                turn_to_write(db.engine),
                db.engine.connect().execution_options(writes=True) as connection,
                connection.begin(),
            ):
                if len(batch) == 1:
                    mine.result = mine.work(connection)
                else:
                    for item in batch:
                        item.run(connection)
        except BaseException as error:
            for item in batch:  # nothing was kept: nobody is told that his was
                item.error = item.error or error
            raise
        finally:
            for item in batch:
                item.done = True
            db.session.rollback()
