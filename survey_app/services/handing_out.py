"""Which enumerator takes which unit: a proposal by commune and load, and its taking.

Only units nobody keys yet are handed out, each to one person where it can be; nobody gets the
unit he or she works in. Booklets of shared rules lie with no unit and are not handed out. The
arithmetic is ``sampling.workload``; assignments are kept by ``services.accounts``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from questionnaires.model import Unit as UnitDefinition
from sampling.arguments import RefusedError
from sampling.workload import Assignment as HandedOut
from sampling.workload import FieldTask, assign_tasks, field_tasks
from survey_app.errors import ConflictError, SurveyError
from survey_app.extensions import db
from survey_app.models import Assignment, Campaign, Capacity, Role, User
from survey_app.services import accounts
from survey_app.services.audit import Actor
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.definitions import definition_of
from survey_app.services.what_if import minutes_of


@dataclass(frozen=True, slots=True)
class Hand:
    """What one enumerator would take.

    ``units`` are (unit, rules); no rules where all of the unit's are meant. [ballots, minutes]
    """

    user: User
    units: tuple[tuple[UnitDefinition, tuple[str, ...]], ...]
    ballots: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A way to hand the open units out.

    Attributes
    ----------
    hands
        One for each enumerator, by name.
    longest, shortest_possible
        Longest load, and what no other way can go below. [minutes]
    proved
        Whether nobody can do better.

    """

    hands: tuple[Hand, ...]
    longest: int
    shortest_possible: int
    proved: bool


def propose_hands(slug: str) -> Proposal:
    """Propose who takes the units that nobody keys yet.

    Raises
    ------
    SurveyError
        If there is no enumerator, or nobody may take a unit.
    ConflictError
        If every unit is in somebody's hands.

    """
    campaign = campaign_by_slug(slug)
    people = _enumerators()
    if not people:
        raise SurveyError(
            "Chưa có điều tra viên nào đang hoạt động. Hãy thêm tài khoản với vai trò này trước."
        )
    tasks = _open_tasks(campaign)
    if not tasks:
        raise ConflictError("Mọi đơn vị đã có người nhập phiếu; không còn gì để phân công.")
    codes = {unit.id: unit.code for unit in campaign.units}
    conflicts = {
        user.email: {
            codes[held.unit_id]
            for held in user.assignments
            if held.capacity is Capacity.BELONGS and held.unit_id in codes
        }
        for user in people
    }
    try:
        found = assign_tasks(tasks, [user.email for user in people], conflicts=conflicts)
    except RefusedError as error:
        raise SurveyError(
            "Không phân công được: có đơn vị mà mọi điều tra viên đều công tác tại đó. Hãy thêm "
            "điều tra viên khác."
        ) from error
    return _proposal(campaign, people, found, Counter(task.place for task in tasks))


def hand_out(slug: str, *, actor: Actor) -> int:
    """Take the proposal as it stands now; return how many assignments are new. [units]."""
    proposal = propose_hands(slug)
    wanted = [
        (hand.user.email, unit.code, rule)
        for hand in proposal.hands
        for unit, rules in hand.units
        for rule in rules or (None,)
    ]
    return sum(
        accounts.assign(email, slug, [unit], rule_code=rule, actor=actor)
        for email, unit, rule in wanted
    )


def _enumerators() -> list[User]:
    return list(
        db.session.scalars(
            select(User)
            .join(User.roles)
            .where(Role.name == "enumerator", User.active)
            .order_by(User.email)
            .options(selectinload(User.assignments))
        )
    )


def _open_tasks(campaign: Campaign) -> list[FieldTask]:
    """Return the cells of units that nobody keys; shared booklets lie with no unit."""
    definition = definition_of(campaign)
    keyed = set(
        db.session.scalars(select(Assignment.unit_id).where(Assignment.capacity == Capacity.KEYS))
    )
    taken = {unit.code for unit in campaign.units if unit.id in keyed}
    minutes = {form: minutes_of(campaign, form) for form in definition.forms}
    return [
        task
        for task in field_tasks(definition, minutes)
        if task.place is not None and task.place not in taken
    ]


def _proposal(
    campaign: Campaign, people: list[User], found: HandedOut, whole: Counter[str | None]
) -> Proposal:
    units = definition_of(campaign).unit_by_code
    by_email = {user.email: user for user in people}
    hands = []
    for load in found.loads:
        rules: dict[str, list[str]] = {}
        for task in load.tasks:
            rules.setdefault(task.place or "", []).append(task.rule)
        hands.append(
            Hand(
                by_email[load.enumerator],
                tuple(
                    (units[place], () if len(mine) == whole[place] else tuple(mine))
                    for place, mine in sorted(rules.items())
                ),
                load.ballots,
                load.minutes,
            )
        )
    return Proposal(tuple(hands), found.makespan, found.lower_bound, found.proved)
