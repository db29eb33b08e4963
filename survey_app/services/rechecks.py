"""Re-checks (phúc tra): drawn from the lists by a public seed, called, and entered.

Everybody on the lists gets a place in the order to be called (``services.recheck_places``), so
a draw is repeated from its own calls and who comes next when somebody cannot be reached is
nobody's choice. Calls are about the fieldwork; they meet no ballot. What the answers say is
``services.recheck_results``, the draw itself ``sampling.recheck``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session, joinedload

from sampling.recheck import draw_recheck
from survey_app.errors import ConflictError, ForbiddenError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import (
    CallState,
    Campaign,
    Participation,
    QuotaRule,
    Recheck,
    RecheckCall,
    Unit,
)
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.participation_lists import need_opened
from survey_app.services.plans import plan_of
from survey_app.services.recheck_places import (
    Person,
    Place,
    due_places,
    frame_id,
    may_call,
    places_of,
)
from survey_app.services.transactions import transaction

AT_ONCE = 500
"""Calls loaded in one statement; databases bound the length of a list."""


@dataclass(frozen=True, slots=True)
class Said:
    """What came of one call; an answer is None where it was not asked or not given."""

    state: CallState
    was_asked: bool | None = None
    right_person: bool | None = None
    was_paid: bool | None = None
    note: str = ""


# --- the draw ----------------------------------------------------------------------------


def draw_calls(
    slug: str, seed: str, share: Decimal, least_rate: Decimal, *, actor: Actor
) -> Recheck:
    """Draw who is called, a share of every enumerator's people.

    Parameters
    ----------
    slug
        The campaign; everybody on its lists can be drawn.
    seed
        One public line, known to nobody before the lists were closed.
    share, least_rate
        Part of each enumerator's people, at least one; rate below which the council is told.
        [0-1]

    Raises
    ------
    SurveyError
        If the seed or a rate cannot be; everything that is wrong at once.
    ConflictError
        If the lists are empty.

    """
    text = " ".join(seed.split())
    _need_possible(text, share, least_rate)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_opened(campaign)
        people = _everybody(session, campaign)
        if not people:
            raise ConflictError(
                "Chưa có ai trong danh sách người trả lời nên không rút được. Hãy lập danh sách "
                "trước."
            )
        last = session.scalar(
            select(func.max(Recheck.number)).where(Recheck.campaign_id == campaign.id)
        )
        number = (last or 0) + 1
        drawn = draw_recheck(
            {one.key: one.stratum for one in people},
            share,
            seed=text,
            frame_id=frame_id(campaign, number),
        )
        recheck = Recheck(
            campaign_id=campaign.id,
            number=number,
            seed=text,
            share=share,
            least_rate=least_rate,
            frame_sha256=drawn.frame_digest,
            author=actor.name,
        )
        session.add(recheck)
        session.flush()
        by_key = {one.key: id_ for one, id_ in people.items()}
        session.execute(
            insert(RecheckCall),
            [
                {"recheck_id": recheck.id, "participation_id": by_key[one.key], "line": line}
                for line, one in enumerate(chain(drawn.chosen, drawn.reserve), 1)
            ],
        )
        record(
            session, actor, "recheck.draw", f"{slug}/{number}",
            seed=text, share=share, least_rate=least_rate, listed=len(people),
            drawn=len(drawn.chosen), sha256=drawn.frame_digest,
        )  # fmt: skip
        return recheck


def _need_possible(seed: str, share: Decimal, least_rate: Decimal) -> None:
    wrong = []
    if not 8 <= len(seed) <= 200 or any(ord(sign) < ord(" ") for sign in seed):  # noqa: PLR2004 - the number is said by the line
        wrong.append("số công khai dài từ 8 đến 200 ký tự")
    if not 0 < share <= 1:
        wrong.append("tỷ lệ gọi lại phải từ 1% đến 100%")
    if not 0 <= least_rate <= 1:
        wrong.append("mức tối thiểu phải từ 0% đến 100%")
    if wrong:
        raise SurveyError("Chưa rút được danh sách phúc tra.", details=wrong)


def _everybody(session: Session, campaign: Campaign) -> dict[Person, UUID]:
    rows = session.execute(
        select(
            QuotaRule.code,
            Unit.code,
            Participation.line,
            Participation.enumerator_id,
            Participation.id,
        )
        .join(QuotaRule, Participation.rule_id == QuotaRule.id)
        .outerjoin(Unit, Participation.unit_id == Unit.id)
        .where(QuotaRule.plan_version_id == plan_of(campaign, session).id)
    )
    return {Person(rule, unit, line, who): id_ for rule, unit, line, who, id_ in rows}


# --- reading -----------------------------------------------------------------------------


def rechecks_of(campaign: Campaign) -> list[Recheck]:
    """Return the re-checks of a campaign, newest first."""
    return list(
        db.session.scalars(
            select(Recheck)
            .where(Recheck.campaign_id == campaign.id)
            .order_by(Recheck.number.desc())
        )
    )


def recheck_of(campaign: Campaign, number: int, session: Session | None = None) -> Recheck:
    """Return a re-check by number.

    Raises
    ------
    NotFoundError
        If there is none.

    """
    found = (session or db.session).scalar(
        select(Recheck).where(Recheck.campaign_id == campaign.id, Recheck.number == number)
    )
    if found is None:
        raise NotFoundError(f"Đợt “{campaign.title}” không có lần phúc tra số {number}.")
    return found


def due_of(recheck: Recheck, session: Session | None = None) -> list[Place]:
    """Return who is to be called in one re-check, as light rows."""
    return due_places(recheck.share, places_of(recheck.id, session))


def calls_at(places: Sequence[Place], session: Session | None = None) -> list[RecheckCall]:
    """Open the calls of some places, with names and lists, in the same order."""
    found: dict[int, RecheckCall] = {}
    for first in range(0, len(places), AT_ONCE):
        ids = [place.call_id for place in places[first : first + AT_ONCE]]
        for call in (session or db.session).scalars(
            select(RecheckCall)
            .where(RecheckCall.id.in_(ids))
            .options(
                joinedload(RecheckCall.participation).options(
                    joinedload(Participation.rule),
                    joinedload(Participation.unit),
                    joinedload(Participation.enumerator),
                )
            )
        ):
            found[call.id] = call
    return [found[place.call_id] for place in places]


# --- entering ----------------------------------------------------------------------------


def enter_call(slug: str, number: int, line: int, said: Said, *, actor: Actor) -> None:
    """Enter what came of a call; entering it again puts a mistake right.

    Raises
    ------
    NotFoundError
        If the line is not among those to be called.
    ForbiddenError
        If the actor asked that person himself, or works in the unit.
    SurveyError
        If somebody was reached and answered nothing, or the note is too long.

    """
    _need_said(said)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        recheck = recheck_of(campaign, number, session)
        place = due_place(recheck, due_of(recheck, session), line)
        if not may_call(place, actor):
            raise ForbiddenError(
                "Người này do chính Ông/Bà hỏi, hoặc thuộc đơn vị Ông/Bà công tác; hãy để người "
                "khác gọi."
            )
        (call,) = calls_at([place], session)
        reached = said.state is CallState.REACHED
        asked = said.was_asked if reached else None
        by_somebody = place.person.enumerator_id is not None
        call.state = said.state
        call.was_asked = asked
        call.right_person = said.right_person if asked and by_somebody else None
        call.was_paid = said.was_paid if reached and call.participation.fee_vnd else None
        call.note, call.caller, call.called_on = said.note.strip(), actor.name, today()
        record(session, actor, "recheck.call", f"{slug}/{number}", calls=1)


def _need_said(said: Said) -> None:
    wrong = []
    if said.state is CallState.WAITING:
        wrong.append("hãy chọn kết quả cuộc gọi")
    if said.state is CallState.REACHED and said.was_asked is None:
        wrong.append("gọi được thì phải ghi câu 1: có được hỏi hay không")
    if len(said.note) > 400:  # noqa: PLR2004 - the column's own length
        wrong.append("ghi chú dài nhất 400 ký tự")
    if wrong:
        raise SurveyError("Chưa ghi được cuộc gọi.", details=wrong)


def due_place(recheck: Recheck, due: Sequence[Place], line: int) -> Place:
    """Return the place of a line among those to be called.

    Raises
    ------
    NotFoundError
        If it is none of them.

    """
    for place in due:
        if place.line == line:
            return place
    raise NotFoundError(
        f"Dòng {line} không nằm trong danh sách phải gọi của lần phúc tra số {recheck.number}."
    )


def phones_kept(campaign: Campaign) -> int:
    """Count people on the lists whose telephone is kept. [persons]."""
    kept = (
        select(func.count())
        .select_from(Participation)
        .join(Participation.rule)
        .where(QuotaRule.plan_version_id == plan_of(campaign).id, Participation.phone != "")
    )
    return db.session.scalar(kept) or 0


def forget_phones(slug: str, reason: str, *, actor: Actor) -> int:
    """Delete the telephone numbers of all lists, once nobody is to be called any more.

    Returns
    -------
    int
        People whose number was deleted. [persons]

    Raises
    ------
    ConflictError
        If a re-check has calls that wait.

    """
    need_reason(reason)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        for recheck in session.scalars(
            select(Recheck).where(Recheck.campaign_id == campaign.id).order_by(Recheck.number)
        ):
            if any(one.state is CallState.WAITING for one in due_of(recheck, session)):
                raise ConflictError(
                    f"Lần phúc tra số {recheck.number} còn người chưa gọi. Hãy gọi xong rồi mới "
                    "xóa số điện thoại."
                )
        chosen = (
            select(Participation.id)
            .join(Participation.rule)
            .where(
                QuotaRule.plan_version_id == plan_of(campaign, session).id,
                Participation.phone != "",
            )
        )
        ids = session.scalars(chosen).all()
        session.execute(update(Participation).where(Participation.id.in_(chosen)).values(phone=""))
        record(session, actor, "participation.forget", slug, phones=len(ids), reason=reason.strip())
    return len(ids)
