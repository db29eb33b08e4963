"""How people can be reached: kept apart, kept for a while, deleted before anything else.

A telephone or an address is needed while people are visited, called again and paid. On the
day after a list's ``contacts_until`` they go, by ``cchc roster purge`` every night or by
hand; names, draws and signed lists stay, and draws can still be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import CursorResult, Delete, Update, delete, func, select, update
from sqlalchemy.orm import Session

from survey_app.errors import ConflictError
from survey_app.extensions import db
from survey_app.formats import day, today
from survey_app.models import (
    Campaign,
    Contact,
    Participation,
    Person,
    PlanVersion,
    QuotaRule,
    Roster,
)
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.rosters import KEEP, roster_of
from survey_app.services.transactions import transaction


@dataclass(frozen=True, slots=True)
class Purged:
    """Contacts deleted of one list; ``name`` is None for people who were on no list."""

    campaign: str
    name: str | None
    contacts: int
    phones: int
    """Telephone numbers taken off the list of those who took part."""


def are_kept(roster: Roster) -> bool:
    """Whether contacts of a list may still be used."""
    return roster.contacts_deleted_on is None and roster.contacts_until >= today()


def due_rosters(campaign: Campaign) -> list[Roster]:
    """Return lists of a campaign whose contacts should be gone, and are not."""
    return list(
        db.session.scalars(
            select(Roster)
            .where(
                Roster.campaign_id == campaign.id,
                Roster.contacts_deleted_on.is_(None),
                Roster.contacts_until < today(),
            )
            .order_by(Roster.id)
        )
    )


def purge_due(slug: str | None = None, *, actor: Actor) -> tuple[Purged, ...]:
    """Delete every contact whose day has passed, in one campaign or in all.

    Safe to call every night: what is gone is not told again.

    Returns
    -------
    tuple of Purged
        One for each list that lost something or was marked now.

    """
    wanted = select(Campaign).order_by(Campaign.id)
    done: list[Purged] = []
    with transaction() as session:
        if slug is not None:
            wanted = wanted.where(Campaign.id == campaign_by_slug(slug, session).id)
        for campaign in session.scalars(wanted):
            lists = session.scalars(
                select(Roster)
                .where(Roster.campaign_id == campaign.id, Roster.contacts_until < today())
                .order_by(Roster.id)
            )
            found = [_purge(session, campaign, roster) for roster in lists]
            found.append(_purge_unlisted(session, campaign))
            done += [purged for purged in found if purged is not None]
        for purged in done:
            record(
                session, actor, "contacts.purge", purged.campaign,
                list=purged.name, contacts=purged.contacts, phones=purged.phones,
            )  # fmt: skip
    return tuple(done)


def purge_roster(slug: str, roster_id: int, reason: str, *, actor: Actor) -> Purged:
    """Delete the contacts of one list before its day.

    Raises
    ------
    ConflictError
        If they are gone already.

    """
    need_reason(reason)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        roster = roster_of(campaign, roster_id, session)
        if roster.contacts_deleted_on is not None:
            raise ConflictError(
                f"Liên hệ của danh sách “{roster.name}” đã xóa ngày "
                f"{day(roster.contacts_deleted_on)}."
            )
        purged = _purge(session, campaign, roster)
        assert purged is not None  # noqa: S101 - it was not marked before
        record(
            session, actor, "contacts.purge", slug,
            list=roster.name, contacts=purged.contacts, phones=purged.phones, reason=reason,
        )  # fmt: skip
    return purged


def _purge(session: Session, campaign: Campaign, roster: Roster) -> Purged | None:
    people = select(Person.id).where(Person.roster_id == roster.id)
    contacts = _count(session, delete(Contact).where(Contact.person_id.in_(people)))
    phones = _count(
        session,
        update(Participation)
        .where(Participation.person_id.in_(people), Participation.phone != "")
        .values(phone=""),
    )
    first = roster.contacts_deleted_on is None
    if first:
        roster.contacts_deleted_on = today()
    if not (first or contacts or phones):
        return None
    return Purged(campaign.slug, roster.name, contacts, phones)


def _purge_unlisted(session: Session, campaign: Campaign) -> Purged | None:
    """Take telephones off people who took part and were on no list."""
    if campaign.closes + KEEP >= today():
        return None
    rules = (
        select(QuotaRule.id)
        .join(PlanVersion, QuotaRule.plan_version_id == PlanVersion.id)
        .where(PlanVersion.campaign_id == campaign.id)
    )
    phones = _count(
        session,
        update(Participation)
        .where(
            Participation.rule_id.in_(rules),
            Participation.person_id.is_(None),
            Participation.phone != "",
        )
        .values(phone=""),
    )
    return Purged(campaign.slug, None, 0, phones) if phones else None


def _count(session: Session, statement: Delete | Update) -> int:
    done = session.execute(statement, execution_options={"synchronize_session": False})
    return done.rowcount if isinstance(done, CursorResult) else 0


def contacts_of(roster: Roster) -> int:
    """Count the contacts a list still has."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Contact)
            .join(Person, Person.id == Contact.person_id)
            .where(Person.roster_id == roster.id)
        )
        or 0
    )
