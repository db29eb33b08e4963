"""Copies of the database that are consistent while people go on working.

A copy lies in ``CCHC_HOME/backups``, readable by its owner only, and is never sent through
a page: it holds every answer. Keys (``CCHC_HOME/keys``) are kept apart on purpose; without
them no printed slip opens a form, so they are copied once, to another place.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from flask import current_app

from survey_app.config import Config
from survey_app.errors import ConflictError, SurveyError
from survey_app.extensions import db
from survey_app.formats import HANOI, number
from survey_app.models.types import now
from survey_app.services.audit import Actor, record
from survey_app.services.transactions import transaction

LONGEST_SECONDS: Final = 900
BYTES_PER_MB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Backup:
    """One copy; its size in bytes."""

    name: str
    size: int
    made: datetime


def backup_folder() -> Path:
    """Return the folder of copies, made when it is missing."""
    config: Config = current_app.extensions["cchc"]
    folder = config.home / "backups"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def all_backups() -> list[Backup]:
    """Return the copies, newest first."""
    copies = [
        Backup(file.name, file.stat().st_size, datetime.fromtimestamp(file.stat().st_mtime, HANOI))
        for file in backup_folder().glob("cchc-*")
    ]
    return sorted(copies, key=lambda copy: copy.made, reverse=True)


def make_backup(*, actor: Actor) -> Backup:
    """Copy the database into the folder of copies, under the moment it was made.

    Raises
    ------
    SurveyError
        If the copy could not be finished (see :func:`backup`).

    """
    moment = now().astimezone(HANOI)
    ending = "sqlite" if db.engine.dialect.name == "sqlite" else "dump"
    path = backup_folder() / f"cchc-{moment:%Y%m%d-%H%M%S-%f}.{ending}"
    backup(path, actor=actor)
    return Backup(path.name, path.stat().st_size, moment)


def backup(path: Path, *, actor: Actor) -> str:
    """Copy the database as it is now and open the copy again; people may go on writing.

    SQLite writes a defragmented copy (``VACUUM INTO``) whose pages are then all checked;
    PostgreSQL is dumped by ``pg_dump`` in its custom format, whose list is then read by
    ``pg_restore``.

    Returns
    -------
    str
        One sentence: where the copy is and how large.

    Raises
    ------
    SurveyError
        If there is a file of that name, or the copy could not be finished or read again;
        a half-made file is removed.

    """
    if path.exists():
        message = f"Đã có tệp {path.name}. Hãy đặt tên khác cho bản sao."
        raise ConflictError(message)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.touch(mode=0o600)
        if db.engine.dialect.name == "sqlite":
            _copy_sqlite(draft)
        else:
            _dump_postgresql(draft)
        draft.rename(path)
    except (OSError, subprocess.SubprocessError, sqlite3.Error) as error:
        message = (
            "Chưa sao lưu được; dữ liệu đang dùng không bị ảnh hưởng. Hãy kiểm tra chỗ trống của "
            "ổ đĩa, quyền ghi thư mục rồi thử lại."
        )
        details = [f"{type(error).__name__}: {error}"]
        raise SurveyError(message, status=503, details=details) from error
    finally:
        draft.unlink(missing_ok=True)
    size = path.stat().st_size
    with transaction() as session:
        record(session, actor, "backup.make", path.name, size=size)
    return f"Đã sao lưu vào {path} ({number(size / BYTES_PER_MB, 1)} MB) và mở lại kiểm tra được."


def _copy_sqlite(path: Path) -> None:
    """Copy into an empty file, then have every page of the copy checked."""
    connection = db.engine.raw_connection()  # outside a transaction, as VACUUM must be
    try:
        connection.cursor().execute("VACUUM INTO ?", (str(path),))
    finally:
        connection.close()
    with closing(sqlite3.connect(path)) as copy:
        verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)


def _dump_postgresql(path: Path) -> None:
    url = db.engine.url
    address = url.set(drivername="postgresql", password=None).render_as_string()
    environment = {**os.environ, "PGPASSWORD": url.password or ""}  # never on the command line
    for command in (
        ["pg_dump", "--format=custom", f"--file={path}", f"--dbname={address}"],
        ["pg_restore", "--list", str(path)],
    ):
        subprocess.run(  # noqa: S603 - our own arguments, no shell
            command, check=True, timeout=LONGEST_SECONDS, capture_output=True, env=environment
        )
