"""Re-checks (phúc tra): drawn from the lists by a public seed, called, and entered.

Everybody on the lists gets a place in the order to be called: first those the draw chose, then
the reserve, so a draw is repeated from its own calls and who comes next when somebody cannot
be reached is nobody's choice. Calls are about the fieldwork; they meet no ballot. What the
answers say is ``services.recheck_results``, the draw itself ``sampling.recheck``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from math import ceil
from typing import Final

from sqlalchemy import func, select, update
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
)
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.participation import need_opened
from survey_app.services.plans import plan_of
from survey_app.services.transactions import transaction

NOBODY: Final = "-"
"""Begins the stratum of people without an enumerator; they are drawn by unit."""

FAILED: Final = (CallState.NOT_REACHED, CallState.REFUSED)


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
    wrong = []
    if not 8 <= len(text) <= 200 or any(ord(sign) < ord(" ") for sign in text):  # noqa: PLR2004
        wrong.append("số công khai (hạt giống) dài từ 8 đến 200 ký tự")
    if not 0 < share <= 1:
        wrong.append("tỷ lệ gọi lại phải từ 1% đến 100%")
    if not 0 <= least_rate <= 1:
        wrong.append("mức tối thiểu phải từ 0% đến 100%")
    if wrong:
        raise SurveyError("Chưa rút được danh sách phúc tra.", details=wrong)
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
            {key_of(one): stratum_of(one) for one in people},
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
        by_key = {key_of(one): one.id for one in people}
        session.add_all(
            RecheckCall(recheck_id=recheck.id, participation_id=by_key[one.key], line=line)
            for line, one in enumerate(chain(drawn.chosen, drawn.reserve), 1)
        )
        record(
            session, actor, "recheck.draw", f"{slug}/{number}",
            seed=text, share=share, least_rate=least_rate, listed=len(people),
            drawn=len(drawn.chosen), sha256=drawn.frame_digest,
        )  # fmt: skip
        return recheck


def frame_id(campaign: Campaign, number: int) -> str:
    """Name of the list a re-check is drawn from, as its public numbers have it."""
    return f"{campaign.short_code}/phuc-tra/{number}"


def key_of(person: Participation) -> str:
    """Name of a line as it is printed: rule, unit, line; ``CX4/X01/007``."""
    unit = person.unit.code if person.unit else NOBODY
    return f"{person.rule.code}/{unit}/{person.line:03}"


def stratum_of(person: Participation) -> str:
    """Whose people a person is drawn among: the enumerator's, or the unit's without one."""
    if person.enumerator_id is not None:
        return f"{person.enumerator_id:06}"
    return f"{NOBODY}{person.unit.code if person.unit else person.rule.code}"


def _everybody(session: Session, campaign: Campaign) -> list[Participation]:
    return list(
        session.scalars(
            select(Participation)
            .join(Participation.rule)
            .where(QuotaRule.plan_version_id == plan_of(campaign, session).id)
            .options(joinedload(Participation.rule), joinedload(Participation.unit))
        )
    )


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


def all_calls(recheck: Recheck, session: Session | None = None) -> list[RecheckCall]:
    """Return everybody of the draw in the order to be called, with their lists."""
    return list(
        (session or db.session).scalars(
            select(RecheckCall)
            .where(RecheckCall.recheck_id == recheck.id)
            .order_by(RecheckCall.line)
            .options(
                joinedload(RecheckCall.participation).options(
                    joinedload(Participation.rule),
                    joinedload(Participation.unit),
                    joinedload(Participation.enumerator),
                )
            )
        )
    )


def due_calls(recheck: Recheck, calls: Sequence[RecheckCall]) -> list[RecheckCall]:
    """Return who is to be called: the chosen, and one of the reserve for each who failed.

    Whoever was called stays, also when another one was reached after all.
    """
    listed = Counter(stratum_of(call.participation) for call in calls)
    places = {name: ceil(recheck.share * count) for name, count in listed.items()}
    due = []
    for call in calls:
        stratum = stratum_of(call.participation)
        if places[stratum] > 0 or call.state is not CallState.WAITING:
            due.append(call)
            places[stratum] -= call.state not in FAILED
    return due


def may_call(call: RecheckCall, actor: Actor) -> bool:
    """Whether a person may ask about this one: neither the enumerator nor of the unit."""
    person = call.participation
    asked_himself = actor.user_id is not None and person.enumerator_id == actor.user_id
    return not asked_himself and person.unit_id not in actor.belongs


def next_call(calls: Iterable[RecheckCall], actor: Actor, after: int = 0) -> RecheckCall | None:
    """Return the next call that waits, behind a line first and then from the start."""
    waiting = [c for c in calls if c.state is CallState.WAITING and may_call(c, actor)]
    return next((call for call in waiting if call.line > after), waiting[0] if waiting else None)


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
    wrong = []
    if said.state is CallState.WAITING:
        wrong.append("hãy chọn kết quả cuộc gọi")
    if said.state is CallState.REACHED and said.was_asked is None:
        wrong.append("gọi được thì phải ghi câu 1: có được hỏi hay không")
    if len(said.note) > 400:  # noqa: PLR2004 - the column's own length
        wrong.append("ghi chú dài nhất 400 ký tự")
    if wrong:
        raise SurveyError("Chưa ghi được cuộc gọi.", details=wrong)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        recheck = recheck_of(campaign, number, session)
        call = _due(session, recheck, line)
        if not may_call(call, actor):
            raise ForbiddenError(
                "Người này do chính Ông/Bà hỏi, hoặc thuộc đơn vị Ông/Bà công tác; hãy để người "
                "khác gọi."
            )
        reached = said.state is CallState.REACHED
        asked = said.was_asked if reached else None
        by_somebody = call.participation.enumerator_id is not None
        call.state = said.state
        call.was_asked = asked
        call.right_person = said.right_person if asked and by_somebody else None
        call.was_paid = said.was_paid if reached and call.participation.fee_vnd else None
        call.note, call.caller, call.called_on = said.note.strip(), actor.name, today()
        record(session, actor, "recheck.call", f"{slug}/{number}", calls=1)


def _due(session: Session, recheck: Recheck, line: int) -> RecheckCall:
    calls = all_calls(recheck, session)
    for call in due_calls(recheck, calls):
        if call.line == line:
            return call
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
            due = due_calls(recheck, all_calls(recheck, session))
            if any(call.state is CallState.WAITING for call in due):
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
