"""What the calls of a re-check say: how often people agree with the lists, and who is below.

Rates by unit and by enumerator come with a Wilson interval; whoever is below the set rate is
told to the council. The answers meet no ballot: they are about who asked and who paid.
``sampling.recheck`` computes; ``services.rechecks`` draws and enters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from sampling.recheck import Agreement, By, Flag, RecheckAnswer, agreement_rates, draw_recheck
from survey_app.extensions import db
from survey_app.models import CallState, Campaign, Recheck, Unit, User
from survey_app.services.recheck_places import (
    FAILED,
    Person,
    Place,
    due_places,
    frame_id,
    places_of,
)

__all__ = ["Flag", "RateLine", "Results", "repeats", "results_of"]


@dataclass(frozen=True, slots=True)
class RateLine:
    """One unit or enumerator: code, name as people say it, and the rates."""

    code: str
    name: str
    rate: Agreement

    @property
    def is_flagged(self) -> bool:
        """Whether the council is told."""
        return self.rate.flag in (Flag.BELOW, Flag.SURELY_BELOW)


@dataclass(frozen=True, slots=True)
class Results:
    """A re-check as it stands.

    Attributes
    ----------
    recheck
        Number, seed, share, set rate.
    listed, due
        People on the lists, and those to be called so far. [persons]
    waiting, reached, failed
        Of those due. [persons]
    units, enumerators
        Rates, flagged ones first.

    """

    recheck: Recheck
    listed: int
    due: int
    waiting: int
    reached: int
    failed: int
    units: tuple[RateLine, ...]
    enumerators: tuple[RateLine, ...]

    @property
    def flagged(self) -> tuple[RateLine, ...]:
        """Units, then enumerators, below the set rate."""
        return tuple(line for line in (*self.units, *self.enumerators) if line.is_flagged)


def results_of(recheck: Recheck) -> Results:
    """Add the calls of a re-check up."""
    places = places_of(recheck.id)
    due = due_places(recheck.share, places)
    states = Counter(place.state for place in due)
    return Results(
        recheck=recheck,
        listed=len(places),
        due=len(due),
        waiting=states[CallState.WAITING],
        reached=states[CallState.REACHED],
        failed=sum(states[state] for state in FAILED),
        units=_rates(recheck, places, due, By.UNIT),
        enumerators=_rates(recheck, places, due, By.ENUMERATOR),
    )


def repeats(campaign: Campaign, recheck: Recheck) -> bool:
    """Draw again from the same lists and seed, and say whether the same people come out."""
    people = [place.person for place in places_of(recheck.id)]
    again = draw_recheck(
        {person.key: person.stratum for person in people},
        recheck.share,
        seed=recheck.seed,
        frame_id=frame_id(campaign, recheck.number),
    )
    order = [one.key for one in (*again.chosen, *again.reserve)]
    same = order == [person.key for person in people]
    return same and again.frame_digest == recheck.frame_sha256


def _rates(
    recheck: Recheck, places: Sequence[Place], due: Sequence[Place], by: By
) -> tuple[RateLine, ...]:
    """Rates of units, or of enumerators; people without one are nobody's."""
    code = _unit_code if by is By.UNIT else _enumerator_code
    listed = Counter(code(place.person) for place in places)
    rates = agreement_rates(
        [
            _answer(place)
            for place in due
            if place.state is not CallState.WAITING and code(place.person)
        ],
        by,
        set_rate=recheck.least_rate,
        listed=listed,
    )
    names = _unit_names(recheck) if by is By.UNIT else _enumerator_names(places)
    lines = [
        RateLine(rate.code, names.get(rate.code, f"Danh sách chung {rate.code}"), rate)
        for rate in rates
    ]
    order = [Flag.SURELY_BELOW, Flag.BELOW, Flag.NONE, Flag.UNKNOWN]
    return tuple(sorted(lines, key=lambda line: (order.index(line.rate.flag), line.code)))


def _answer(place: Place) -> RecheckAnswer:
    return RecheckAnswer(
        enumerator=_enumerator_code(place.person),
        unit=_unit_code(place.person),
        asked=place.was_asked,
        same_enumerator=place.right_person,
        paid=place.was_paid,
    )


def _unit_code(person: Person) -> str:
    """Code of the unit; of the rule, where its people rate all units."""
    return person.unit or person.rule


def _enumerator_code(person: Person) -> str:
    return person.stratum if person.enumerator_id is not None else ""


def _unit_names(recheck: Recheck) -> dict[str, str]:
    found = select(Unit.code, Unit.name).where(Unit.campaign_id == recheck.campaign_id)
    return dict(db.session.execute(found).all())


def _enumerator_names(places: Sequence[Place]) -> dict[str, str]:
    codes = {place.person.enumerator_id: place.person.stratum for place in places}
    users = db.session.scalars(select(User).where(User.id.in_(codes.keys() - {None})))
    return {codes[user.id]: user.name or user.email for user in users}
