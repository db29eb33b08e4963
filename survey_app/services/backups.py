"""Copies of the database that are consistent while people go on working.

A copy lies in ``CCHC_HOME/backups``, readable by its owner only, and is never sent through
a page: it holds every answer. Keys (``CCHC_HOME/keys``) are kept apart on purpose; without
them no printed slip opens a form, so they are copied once, to another place.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from flask import current_app
from sqlalchemy import func, select

from survey_app.config import Config
from survey_app.errors import ConflictError, ForbiddenError, SurveyError
from survey_app.extensions import Model, db
from survey_app.formats import HANOI, number
from survey_app.models.types import now
from survey_app.permissions import Permission
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
        Where the copy is, how large, and that the keys are not in it.

    Raises
    ------
    SurveyError
        If the person may not, there is a file of that name, or the copy could not be
        finished, read again, or does not hold the rows there are; a half-made file is removed.

    """
    if not actor.may(Permission.BACKUP):
        message = "Chỉ người quản trị được sao lưu dữ liệu."
        raise ForbiddenError(message)
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
    keys = current_app.extensions["cchc"].home / "keys"
    return (
        f"Đã sao lưu vào {path} ({number(size / BYTES_PER_MB, 1)} MB) và mở lại kiểm tra được. "
        f"Khóa ở {keys} không có trong bản sao: hãy sao riêng và cất ở nơi khác."
    )


def _copy_sqlite(path: Path) -> None:
    """Copy into an empty file, then check every page of the copy and count its rows."""
    before = _rows_now()
    connection = db.engine.raw_connection()  # outside a transaction, as VACUUM must be
    try:
        connection.cursor().execute("VACUUM INTO ?", (str(path),))
    finally:
        connection.close()
    with closing(sqlite3.connect(path)) as copy:
        verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
        copied = {
            name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - a table of ours
            for name in before
        }
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)
    _compare(before, copied)


def _dump_postgresql(path: Path) -> None:
    """Dump, read the dump back, and count the rows it holds."""
    for tool in ("pg_dump", "pg_restore"):
        if shutil.which(tool) is None:
            message = (
                f"Máy chủ không có lệnh {tool}. Hãy cài bộ công cụ của PostgreSQL "
                "(apt-get install postgresql-client) rồi thử lại."
            )
            raise SurveyError(message, status=503)
    before = _rows_now()
    url = db.engine.url
    address = url.set(drivername="postgresql", password=None).render_as_string()
    _run(
        ["pg_dump", "--format=custom", f"--file={path}", f"--dbname={address}"], url.password or ""
    )
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "data.sql"
        _run(["pg_restore", "--data-only", f"--file={script}", str(path)], "")
        _compare(before, _rows_in_script(script))


def _run(command: list[str], password: str) -> None:
    environment = {**os.environ, "PGPASSWORD": password}  # never on the command line
    subprocess.run(  # noqa: S603 - our own arguments, no shell
        command, check=True, timeout=LONGEST_SECONDS, capture_output=True, env=environment
    )


def _rows_in_script(script: Path) -> dict[str, int]:
    """Count the lines between ``COPY table`` and the full stop that ends it."""
    rows: dict[str, int] = {}
    name: str | None = None
    with script.open(encoding="utf-8") as lines:
        for line in lines:
            if line == "\\.\n":
                name = None
            elif name is not None:
                rows[name] += 1
            elif line.startswith("COPY "):
                name = line.split()[1].rpartition(".")[2].strip('"')
                rows[name] = 0
    return rows


def _rows_now() -> dict[str, int]:
    """Table -> rows, as they are now."""
    with db.engine.connect() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Model.metadata.tables.items()
        }


def _compare(before: dict[str, int], copied: dict[str, int]) -> None:
    """Refuse a copy that holds other counts than there were just before or are just after."""
    after = _rows_now()
    wrong = [
        f"{name}: bản gốc {before[name]}, bản sao {copied.get(name, 0)}"
        for name in before
        if not min(before[name], after[name])
        <= copied.get(name, 0)
        <= max(before[name], after[name])
    ]
    if wrong:
        message = "Bản sao không đủ dữ liệu nên đã bỏ. Hãy sao lưu lại."
        raise SurveyError(message, status=503, details=wrong)
