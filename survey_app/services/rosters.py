"""Lists of people who may be asked: taken in, looked at, given up.

How a list is read stands in ``services.roster_reading``; who is drawn from it in
``services.draws``; telephones and addresses are kept apart and go first, see
``services.contacts``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session, joinedload

from questionnaires.grids import Grid
from questionnaires.names import tidy
from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.formats import day, today
from survey_app.models import (
    Campaign,
    Contact,
    Draw,
    Participation,
    Person,
    Roster,
    RosterKind,
    State,
    Unit,
)
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.definitions import definition_of
from survey_app.services.roster_reading import RosterChoices, RosterPreview, preview_roster
from survey_app.services.transactions import transaction

OPEN_STATES: Final = (State.DRAFT, State.PLANNED, State.COLLECTING)
"""States in which people may still be looked for."""

KEEP: Final = timedelta(days=180)
"""After the last day: time to call people again, to pay, to settle, to answer complaints."""

LONGEST: Final = timedelta(days=730)
"""Contacts are not kept longer than this after the last day."""


@dataclass(frozen=True, slots=True)
class RosterFacts:
    """What is said about a list as a whole.

    Attributes
    ----------
    name
        Unlike that of any other list of the campaign; part of every draw.
    kind
        People, or files dealt with.
    group
        Code of the group its people belong to.
    source
        Who gave it; the name of the file where nothing is said.
    contacts_until
        Last day telephones and addresses are kept.

    """

    name: str
    kind: RosterKind
    group: str
    contacts_until: date
    source: str = ""


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One list as the list of lists shows it. [persons, draws]."""

    roster: Roster
    people: int
    contacts: int
    draws: int


@dataclass(frozen=True, slots=True)
class People:
    """A page of the people of one list.

    ``by_unit`` counts the whole list, by unit code or empty; ``total`` those that match.
    """

    people: tuple[Person, ...]
    total: int
    by_unit: Mapping[str, int]


def take_roster(
    slug: str, grid: Grid, choices: RosterChoices, facts: RosterFacts, *, actor: Actor
) -> int:
    """Keep a list as it was confirmed.

    Parameters
    ----------
    slug
        The campaign.
    grid
        The list.
    choices
        What was confirmed about its columns, units and duplicates.
    facts
        What it is.
    actor
        Who takes it in.

    Returns
    -------
    int
        Id of the list.

    Raises
    ------
    SurveyError
        With everything that is wrong; then nothing is kept.

    """
    preview = preview_roster(slug, grid, facts.kind, choices)
    if not preview.is_ready:
        raise SurveyError(
            f"Danh sách còn {len(preview.mistakes)} lỗi; chưa lưu gì.",
            details=[str(mistake) for mistake in preview.mistakes],
        )
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        _need_sound(session, campaign, facts)
        roster = Roster(
            campaign_id=campaign.id,
            name=tidy(facts.name),
            kind=facts.kind,
            group=facts.group,
            source=(tidy(facts.source) or preview.reading.source)[:200],
            author=actor.name,
            contacts_until=facts.contacts_until,
        )
        session.add(roster)
        session.flush()
        contacts = _store(session, roster, preview)
        record(
            session, actor, "roster.import", slug,
            list=roster.name, kind=roster.kind, group=roster.group, people=len(preview.rows),
            contacts=contacts, contacts_until=roster.contacts_until,
            duplicates_dropped=len(preview.dropped), faulty_left_out=len(preview.reading.faulty),
            units_left_out=preview.left_out,
        )  # fmt: skip
        return roster.id


def need_open(campaign: Campaign) -> None:
    """Refuse to look for people when the campaign is over.

    Raises
    ------
    ConflictError
        If it is closed.

    """
    if campaign.state not in OPEN_STATES:
        raise ConflictError(
            "Đợt điều tra đã đóng; không nhập danh sách, rút mẫu hay gọi dự phòng nữa."
        )


def contacts_until(campaign: Campaign) -> date:
    """Return the day contacts are kept until when nobody chooses another."""
    return max(campaign.closes, today()) + KEEP


def _need_sensible(campaign: Campaign, until: date) -> None:
    """Refuse a day that has passed, or lies too far off.

    Raises
    ------
    SurveyError
        With the days one may choose from.

    """
    latest = max(campaign.closes, today()) + LONGEST
    if not today() <= until <= latest:
        raise SurveyError(
            f"Không giữ liên hệ đến {day(until)} được: chỉ chọn từ hôm nay đến {day(latest)}, "
            "nhiều nhất hai năm sau hạn trả lời."
        )


def _need_sound(session: Session, campaign: Campaign, facts: RosterFacts) -> None:
    need_open(campaign)
    _need_sensible(campaign, facts.contacts_until)
    name = tidy(facts.name)
    if not 3 <= len(name) <= 200:  # noqa: PLR2004 - the column, and "a" names nothing
        raise SurveyError("Tên danh sách dài từ 3 đến 200 ký tự, ví dụ “Hồ sơ một cửa quý III”.")
    groups = {group.code for group in definition_of(campaign).groups}
    if facts.group not in groups:
        raise SurveyError(
            f"Kế hoạch không có đối tượng “{facts.group}”. Các đối tượng: "
            f"{', '.join(sorted(groups))}."
        )
    same = select(Roster.id).where(Roster.campaign_id == campaign.id, Roster.name == name)
    if session.scalar(same) is not None:
        raise ConflictError(f"Đợt này đã có danh sách “{name}”. Hãy đặt tên khác.")


def _store(session: Session, roster: Roster, preview: RosterPreview) -> int:
    """Write people, then what reaches them; return how many can be reached."""
    ids = dict(
        session.execute(
            select(Unit.code, Unit.id).where(Unit.campaign_id == roster.campaign_id)
        ).all()
    )
    session.execute(
        insert(Person),
        [
            {
                "roster_id": roster.id, "unit_id": ids.get(row.unit), "key": row.key,
                "name": row.name, "office": row.office, "stratum": row.stratum,
                "size": row.size, "position": position,
            }
            for position, row in enumerate(preview.rows, start=1)
        ],
    )  # fmt: skip
    person_of = dict(
        session.execute(select(Person.key, Person.id).where(Person.roster_id == roster.id)).all()
    )
    reached = [
        {"person_id": person_of[row.key], "phone": row.phone, "address": row.address}
        for row in preview.rows
        if row.phone or row.address
    ]
    if reached:
        session.execute(insert(Contact), reached)
    return len(reached)


def give_up_roster(slug: str, roster_id: int, reason: str, *, actor: Actor) -> str:
    """Delete a list nobody was drawn from: taken in by mistake, it should not be kept.

    Returns
    -------
    str
        Its name.

    Raises
    ------
    ConflictError
        If somebody was drawn from it or took part.

    """
    need_reason(reason)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        roster = roster_of(campaign, roster_id, session)
        people = select(Person.id).where(Person.roster_id == roster.id)
        drawn = session.scalar(select(Draw.id).where(Draw.roster_id == roster.id).limit(1))
        took_part = session.scalar(
            select(Participation.id).where(Participation.person_id.in_(people)).limit(1)
        )
        if drawn is not None or took_part is not None:
            raise ConflictError(
                f"Danh sách “{roster.name}” đã được dùng để rút mẫu hoặc chi trả nên phải giữ lại "
                "để kiểm tra. Có thể xóa riêng số điện thoại và địa chỉ."
            )
        name = roster.name
        count = session.scalar(select(func.count()).select_from(people.subquery()))
        for statement in (
            delete(Contact).where(Contact.person_id.in_(people)),
            delete(Person).where(Person.roster_id == roster.id),
            delete(Roster).where(Roster.id == roster.id),
        ):
            session.execute(statement, execution_options={"synchronize_session": False})
        session.expunge_all()
        record(session, actor, "roster.give_up", slug, list=name, people=count, reason=reason)
    return name


def rosters_of(campaign: Campaign) -> tuple[RosterLine, ...]:
    """Return the lists of a campaign, newest first."""
    found = db.session.scalars(
        select(Roster).where(Roster.campaign_id == campaign.id).order_by(Roster.id.desc())
    ).all()
    ids = [roster.id for roster in found]
    people = dict(
        db.session.execute(
            select(Person.roster_id, func.count())
            .where(Person.roster_id.in_(ids))
            .group_by(Person.roster_id)
        ).all()
    )
    contacts = dict(
        db.session.execute(
            select(Person.roster_id, func.count(Contact.person_id))
            .join(Contact, Contact.person_id == Person.id)
            .where(Person.roster_id.in_(ids))
            .group_by(Person.roster_id)
        ).all()
    )
    draws = dict(
        db.session.execute(
            select(Draw.roster_id, func.count())
            .where(Draw.roster_id.in_(ids))
            .group_by(Draw.roster_id)
        ).all()
    )
    return tuple(
        RosterLine(roster, *(counts.get(roster.id, 0) for counts in (people, contacts, draws)))
        for roster in found
    )


def roster_of(campaign: Campaign, roster_id: int, session: Session | None = None) -> Roster:
    """Return a list of a campaign.

    Raises
    ------
    NotFoundError
        If the campaign has none with this number.

    """
    found = (session or db.session).scalar(
        select(Roster).where(Roster.campaign_id == campaign.id, Roster.id == roster_id)
    )
    if found is None:
        raise NotFoundError(f"Đợt “{campaign.title}” không có danh sách số {roster_id}.")
    return found


def people_of(
    roster: Roster, *, unit: str | None = None, skip: int = 0, count: int = 100
) -> People:
    """Return a page of a list, in its order.

    Parameters
    ----------
    roster
        The list.
    unit
        Code of one unit, empty for people under none, None for all.
    skip, count
        Which page. [persons]

    """
    chosen = select(Person).outerjoin(Person.unit).where(Person.roster_id == roster.id)
    if unit is not None:
        chosen = chosen.where(Unit.code == unit if unit else Person.unit_id.is_(None))
    people = db.session.scalars(
        chosen.options(joinedload(Person.unit)).order_by(Person.position).offset(skip).limit(count)
    ).all()
    total = db.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    by_unit = db.session.execute(
        select(Unit.code, func.count())
        .select_from(Person)
        .outerjoin(Person.unit)
        .where(Person.roster_id == roster.id)
        .group_by(Unit.code)
    ).all()
    return People(tuple(people), total, {code or "": count for code, count in by_unit})
