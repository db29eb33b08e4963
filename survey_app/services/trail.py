"""Reading the trail of acts (``services.audit`` writes it)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from survey_app.extensions import db
from survey_app.models import AuditEntry
from survey_app.services.audit import broken_link


@dataclass(frozen=True, slots=True)
class Trail:
    """One page of acts, newest first.

    Attributes
    ----------
    total
        Acts that match. [entries]
    actions
        Every kind of act there is, for choosing.
    broken
        First entry that does not follow from the one before it, or None when the chain holds.
    head
        Hash of the newest entry; printed on minutes, it proves later that nothing changed.

    """

    entries: tuple[AuditEntry, ...]
    total: int
    actions: tuple[str, ...]
    broken: AuditEntry | None
    head: str | None


def read_trail(
    *, action: str | None = None, who: str | None = None, skip: int = 0, count: int = 50
) -> Trail:
    """Return a page of the trail and whether the whole chain holds.

    Parameters
    ----------
    action
        Only this kind of act.
    who
        Only acts of people whose name contains this.
    skip, count
        Which page. [entries]

    """
    chosen = select(AuditEntry)
    if action:
        chosen = chosen.where(AuditEntry.action == action)
    if who:
        chosen = chosen.where(AuditEntry.actor.icontains(who, autoescape=True))
    entries = db.session.scalars(
        chosen.order_by(AuditEntry.id.desc()).offset(skip).limit(count)
    ).all()
    total = db.session.scalar(select(func.count()).select_from(chosen.subquery()))
    kinds = db.session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action))
    head = db.session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1))
    return Trail(tuple(entries), total or 0, tuple(kinds), broken_link(), head)
