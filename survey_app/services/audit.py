"""The trail of what staff did: written inside the act's own transaction, chained by hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from survey_app.extensions import db
from survey_app.models import AuditEntry, AuditHead
from survey_app.models.types import now
from survey_app.permissions import ROLES, Permission

GENESIS: Final = "0" * 64

_ENTRIES = cast("Table", AuditEntry.__table__)
_HEAD = cast("Table", AuditHead.__table__)
_LOCK = update(_HEAD).values(hash=_HEAD.c.hash).returning(_HEAD.c.hash)
_BEGIN = insert(_HEAD)
_APPEND = insert(_ENTRIES)
_ADVANCE = update(_HEAD).values(hash=bindparam("new"))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a signed-in person, or the command line.

    Attributes
    ----------
    name
        What the trail prints.
    user_id
        None for the command line.
    roles
        Role names.
    keys, belongs
        Ids of units the person keys, and of units the person works in.

    """

    name: str
    user_id: int | None = None
    roles: frozenset[str] = frozenset()
    keys: frozenset[int] = field(default=frozenset())
    belongs: frozenset[int] = field(default=frozenset())

    @classmethod
    def system(cls, name: str = "cchc") -> Actor:
        """Return the command line: every role, no unit."""
        return cls(name=name, roles=frozenset(ROLES))

    def may(self, permission: Permission) -> bool:
        """Whether one of the person's roles allows it."""
        return any(permission in ROLES.get(role, ()) for role in self.roles)


def record(session: Session, actor: Actor, action: str, thing: str, **data: Any) -> None:  # noqa: ANN401 - JSON
    """Append one act to the chain; part of the caller's transaction.

    The head row is locked by its update, so two acts cannot follow the same one.
    """
    connection = session.connection()
    previous = connection.scalar(_LOCK)
    if previous is None:
        previous = GENESIS
        connection.execute(_BEGIN, {"id": 1, "hash": GENESIS})
    entry = AuditEntry(
        at=now(),
        actor=actor.name,
        action=action,
        object=thing,
        data=json.loads(json.dumps(data, default=str)),
        previous_hash=previous,
    )
    entry.hash = chained_hash(entry)
    said = {column.key: getattr(entry, column.key) for column in _ENTRIES.columns}
    del said["id"]
    connection.execute(_APPEND, said)
    connection.execute(_ADVANCE, {"new": entry.hash})


def chained_hash(entry: AuditEntry) -> str:
    """Hash of an entry over everything in it and the entry before."""
    said = json.dumps(
        [
            entry.at.isoformat(),
            entry.actor,
            entry.action,
            entry.object,
            entry.data,
            entry.previous_hash,
        ],
        ensure_ascii=False,
        sort_keys=True,
    )
    return hashlib.sha256(said.encode()).hexdigest()


def broken_link() -> AuditEntry | None:
    """Return the first entry that does not follow from the one before it, or None.

    The last entry is returned when the head says that more followed: a cut tail.
    """
    previous, last = GENESIS, None
    for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)):
        if entry.previous_hash != previous or entry.hash != chained_hash(entry):
            return entry
        previous, last = entry.hash, entry
    head = db.session.scalar(select(AuditHead.hash))
    return last if head is not None and head != previous else None
