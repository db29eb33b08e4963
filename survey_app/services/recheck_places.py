"""Everybody of a re-check in the order to be called, as light rows: who is due, who is next.

The draw gives each person of the lists a line: first those it chose, stratum by stratum, then
the reserve. Who is due follows from the lines and from how calls ended, so it is computed and
kept nowhere. Rows come without names; ``services.rechecks`` opens a single call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.extensions import db
from survey_app.models import CallState, Campaign, Participation, QuotaRule, RecheckCall, Unit
from survey_app.services.audit import Actor

NOBODY: Final = "-"
"""Begins the stratum of people without an enumerator; they are drawn by unit."""

FAILED: Final = (CallState.NOT_REACHED, CallState.REFUSED)


@dataclass(frozen=True, slots=True)
class Person:
    """One line of a list as a draw sees it; no name.

    ``unit`` is None for people who rate all units; ``place`` is the line on the printed list.
    """

    rule: str
    unit: str | None
    place: int
    enumerator_id: int | None

    @property
    def key(self) -> str:
        """Name of the line as it is printed: rule, unit, line; ``CX4/X01/007``."""
        return f"{self.rule}/{self.unit or NOBODY}/{self.place:03}"

    @property
    def stratum(self) -> str:
        """Whose people it is drawn among: the enumerator's, or the unit's without one."""
        if self.enumerator_id is not None:
            return f"{self.enumerator_id:06}"
        return f"{NOBODY}{self.unit or self.rule}"


@dataclass(frozen=True, slots=True)
class Place:
    """One place in the order to be called; an answer is None where there is none."""

    call_id: int
    line: int
    person: Person
    unit_id: int | None
    state: CallState
    was_asked: bool | None
    right_person: bool | None
    was_paid: bool | None


def places_of(recheck_id: int, session: Session | None = None) -> list[Place]:
    """Return everybody of a re-check in the order to be called; one statement."""
    rows = (session or db.session).execute(
        select(
            RecheckCall.id,
            RecheckCall.line,
            QuotaRule.code,
            Unit.code,
            Participation.line,
            Participation.enumerator_id,
            Participation.unit_id,
            RecheckCall.state,
            RecheckCall.was_asked,
            RecheckCall.right_person,
            RecheckCall.was_paid,
        )
        .join(Participation, RecheckCall.participation_id == Participation.id)
        .join(QuotaRule, Participation.rule_id == QuotaRule.id)
        .outerjoin(Unit, Participation.unit_id == Unit.id)
        .where(RecheckCall.recheck_id == recheck_id)
        .order_by(RecheckCall.line)
    )
    return [
        Place(call_id, line, Person(rule, unit, place, enumerator_id), unit_id, state, *said)
        for call_id, line, rule, unit, place, enumerator_id, unit_id, state, *said in rows
    ]


def due_places(share: Decimal, places: Sequence[Place]) -> list[Place]:
    """Return who is to be called: the chosen, and one of the reserve for each who failed.

    Whoever was called stays, also when another one was reached after all.
    """
    listed = Counter(place.person.stratum for place in places)
    open_ = {name: ceil(share * count) for name, count in listed.items()}
    due = []
    for place in places:
        stratum = place.person.stratum
        if open_[stratum] > 0 or place.state is not CallState.WAITING:
            due.append(place)
            open_[stratum] -= place.state not in FAILED
    return due


def may_call(place: Place, actor: Actor) -> bool:
    """Whether a person may ask about this one: neither the enumerator nor of the unit."""
    asked_himself = actor.user_id is not None and place.person.enumerator_id == actor.user_id
    return not asked_himself and place.unit_id not in actor.belongs


def next_place(due: Iterable[Place], actor: Actor, after: int = 0) -> Place | None:
    """Return the next call that waits, behind a line first and then from the start."""
    waiting = [p for p in due if p.state is CallState.WAITING and may_call(p, actor)]
    return next((one for one in waiting if one.line > after), waiting[0] if waiting else None)


def frame_id(campaign: Campaign, number: int) -> str:
    """Name of the list a re-check is drawn from, as its public numbers have it."""
    return f"{campaign.short_code}/phuc-tra/{number}"
