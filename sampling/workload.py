"""Who carries which ballots, and how long it takes.

``workload_by_rule`` says what a plan asks of respondents: people, ballots of each, minutes of
each, for a person of an ``own`` rule (one unit) and of a ``cross`` rule (a booklet about every
unit). ``field_tasks`` cuts the plan into what an enumerator can carry, ``assign_tasks`` hands
it out: a commune stays in one pair of hands where it can, nobody carries ballots about the
unit he is attached to, and the longest day is kept short. What the hands are paid is answered
in ``sampling.fees``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import ceil

from questionnaires.model import Campaign, Design, Text
from sampling.arguments import ABOVE_ZERO, listing, must, require
from sampling.quotas import people_by_rule


@dataclass(frozen=True, slots=True)
class RuleWorkload:
    """What one quota rule asks of the people who answer.

    Attributes
    ----------
    rule, design
        Code of the rule; ``cross`` people answer about every unit.
    people
        People who must be found. [persons]
    ballots
        Ballots they fill together. [ballots]
    ballots_per_person, minutes_per_person
        Ballots one of them fills, and the time it takes, rounded up. [ballots, minutes]

    """

    rule: str
    design: Design
    people: int
    ballots: int
    ballots_per_person: int
    minutes_per_person: int


@dataclass(frozen=True, slots=True)
class FieldTask:
    """Ballots that are carried together: a cell, or one person's booklet of a crossed rule.

    Attributes
    ----------
    rule
        Code of the quota rule.
    place
        Unit of a cell, by which tasks are kept together; None for a booklet, which goes alone.
    number
        0 for a cell; 1, 2, ... for the booklets of a rule.
    about
        Units the ballots are about.
    ballots, minutes
        Their number and the time they take, rounded up. [ballots, minutes]

    """

    rule: str
    place: str | None
    number: int
    about: tuple[str, ...]
    ballots: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Load:
    """What one enumerator carries. [minutes] in the order of handing out."""

    enumerator: str
    tasks: tuple[FieldTask, ...]

    @property
    def minutes(self) -> int:
        """Time all tasks take. [minutes]."""
        return sum(task.minutes for task in self.tasks)

    @property
    def ballots(self) -> int:
        """Ballots of all tasks. [ballots]."""
        return sum(task.ballots for task in self.tasks)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Tasks handed out to enumerators.

    Attributes
    ----------
    loads
        One for each enumerator, in the order they were given; some may be empty.
    lower_bound
        No way of handing out the same parcels has a shorter longest load. [minutes]
    split
        Places that were too long for one person and are in several hands.
    too_long
        Enumerators whose load exceeds the limit that was set.

    """

    loads: tuple[Load, ...]
    lower_bound: int
    split: tuple[str, ...]
    too_long: tuple[str, ...]

    @property
    def makespan(self) -> int:
        """Longest load. [minutes]."""
        return max(load.minutes for load in self.loads)

    @property
    def proved(self) -> bool:
        """Whether no other way of handing out has a shorter longest load."""
        return self.makespan == self.lower_bound


@dataclass(frozen=True, slots=True)
class _Parcel:
    """Tasks that go to one person: a whole place, a piece of one, or a booklet."""

    tasks: tuple[FieldTask, ...]
    minutes: int
    refused_by: frozenset[str]


def workload_by_rule(
    campaign: Campaign, minutes_per_ballot: Mapping[str, int | Decimal]
) -> tuple[RuleWorkload, ...]:
    """Say what each rule of a plan asks of the people who answer, in plan order.

    Parameters
    ----------
    campaign
        The plan.
    minutes_per_ballot
        Time one ballot takes, by form. [minutes]

    Returns
    -------
    tuple of RuleWorkload
        ``ballots_per_person`` is 1 for an ``own`` rule and the number of units for a
        ``cross`` rule.

    Raises
    ------
    ValueError
        If a form has no time, or one that is not above 0; all are named.

    """
    _check_minutes(campaign, minutes_per_ballot)
    people = people_by_rule(campaign)
    lines = []
    for rule in campaign.rules:
        each = len(campaign.units_of(rule)) if rule.design is Design.CROSS else 1
        minutes = ceil(each * Fraction(minutes_per_ballot[rule.form]))
        ballots = people[rule.code] * each
        lines.append(
            RuleWorkload(rule.code, rule.design, people[rule.code], ballots, each, minutes)
        )
    return tuple(lines)


def field_tasks(
    campaign: Campaign, minutes_per_ballot: Mapping[str, int | Decimal]
) -> tuple[FieldTask, ...]:
    """Cut a plan into what an enumerator can carry.

    A cell of an ``own`` rule is one task at its unit. A person of a ``cross`` rule is visited
    once, with the booklet of all units, and is one task of no place.

    Parameters
    ----------
    campaign
        The plan.
    minutes_per_ballot
        Time one ballot takes in the field, by form. [minutes]

    Raises
    ------
    ValueError
        If a form has no time, or one that is not above 0; all are named.

    """
    _check_minutes(campaign, minutes_per_ballot)
    tasks: list[FieldTask] = []
    for rule in campaign.rules:
        each = Fraction(minutes_per_ballot[rule.form])
        units = tuple(unit.code for unit in campaign.units_of(rule))
        if rule.design is Design.CROSS:
            minutes = ceil(len(units) * each)
            tasks += [
                FieldTask(rule.code, None, number, units, len(units), minutes)
                for number in range(1, rule.per_unit + 1)
            ]
        else:
            tasks += [
                FieldTask(rule.code, unit, 0, (unit,), ballots, ceil(ballots * each))
                for unit in units
                if (ballots := rule.target_of(unit))
            ]
    return tuple(tasks)


def assign_tasks(
    tasks: Iterable[FieldTask],
    enumerators: Sequence[str],
    *,
    conflicts: Mapping[str, Collection[str]] | None = None,
    most_minutes: int | None = None,
) -> Assignment:
    """Hand tasks out so that the longest load is short, longest parcel first.

    The tasks of a place are one parcel, unless they take longer than ``most_minutes``; then
    each goes alone. Parcels go, longest first, to whoever has least among those who may take
    them. Equal parcels go in the order of their codes and equal loads by name, so the order of
    rows changes nothing. This is a heuristic: without conflicts the longest load is at most
    4/3 of the shortest possible, and ``lower_bound`` says how far it can be from it.

    Parameters
    ----------
    tasks
        From ``field_tasks``, or some of them.
    enumerators
        Their codes or names, each once, at least one.
    conflicts
        Units each enumerator is attached to; he takes no ballot about them.
    most_minutes
        Longest load wanted for one person; None for no limit. [minutes]

    Returns
    -------
    Assignment
        Every task in exactly one load.

    Raises
    ------
    ValueError
        If there is nobody to carry, a name or task comes twice, a conflict names a stranger,
        the limit is not above 0, or nobody may take a task; all are named.

    References
    ----------
    Graham (1969), *SIAM J. Appl. Math.* 17, 416-429 (longest processing time).

    """
    attached = {name: frozenset(units) for name, units in (conflicts or {}).items()}
    parcels, split = _parcels(tasks, attached, most_minutes)
    _check_assignment(parcels, enumerators, attached, most_minutes)
    carried: dict[str, list[FieldTask]] = {name: [] for name in enumerators}
    minutes = dict.fromkeys(enumerators, 0)
    for parcel in parcels:
        takers = (name for name in enumerators if name not in parcel.refused_by)
        taker = min(takers, key=lambda name: (minutes[name], name))
        carried[taker] += parcel.tasks
        minutes[taker] += parcel.minutes
    return Assignment(
        loads=tuple(Load(name, tuple(carried[name])) for name in enumerators),
        lower_bound=_lower_bound(parcels, len(enumerators)),
        split=split,
        too_long=tuple(
            name
            for name in enumerators
            if most_minutes is not None and minutes[name] > most_minutes
        ),
    )


def _parcels(
    tasks: Iterable[FieldTask],
    attached: Mapping[str, frozenset[str]],
    most_minutes: int | None,
) -> tuple[list[_Parcel], tuple[str, ...]]:
    """Tie tasks into parcels, longest first; name the places that were split."""
    at: defaultdict[str, list[FieldTask]] = defaultdict(list)
    alone: list[tuple[FieldTask, ...]] = []
    for task in sorted(tasks, key=_order):
        if task.place is None:
            alone.append((task,))
        else:
            at[task.place].append(task)
    split = tuple(
        place
        for place, kept in at.items()
        if most_minutes is not None and sum(task.minutes for task in kept) > most_minutes
    )
    alone += [(task,) for place in split for task in at[place]]
    whole = [tuple(kept) for place, kept in at.items() if place not in split]

    @cache
    def refused_by(about: tuple[str, ...]) -> frozenset[str]:
        return frozenset(name for name, units in attached.items() if not units.isdisjoint(about))

    parcels = [
        _Parcel(
            kept,
            sum(task.minutes for task in kept),
            frozenset().union(*(refused_by(task.about) for task in kept)),
        )
        for kept in (*whole, *alone)
    ]
    parcels.sort(key=lambda parcel: (-parcel.minutes, _order(parcel.tasks[0])))
    return parcels, split


def _order(task: FieldTask) -> tuple[str, str, int]:
    return (task.place or "", task.rule, task.number)


def _lower_bound(parcels: Iterable[_Parcel], n_enumerators: int) -> int:
    """Longest load that cannot be avoided. [minutes].

    Parcels refused by the same people must go to the others, together with those refused by
    more; whatever holds for all parcels holds for these and their fewer takers.
    """
    by_refusal: defaultdict[frozenset[str], list[int]] = defaultdict(list)
    for parcel in parcels:
        by_refusal[parcel.refused_by].append(parcel.minutes)
    by_refusal.setdefault(frozenset(), [])
    return max(
        _bound_of_equals(
            [m for others, minutes in by_refusal.items() if others >= refused for m in minutes],
            n_enumerators - len(refused),
        )
        for refused in by_refusal
    )


def _bound_of_equals(minutes: list[int], n_takers: int) -> int:
    """Bound when anybody may take anything: the mean load, and the pigeonhole.

    Of the ``k m + 1`` longest parcels one of ``m`` people carries ``k + 1``, at the least the
    shortest of them. [minutes]
    """
    longest = sorted(minutes, reverse=True)
    pigeonhole = (
        sum(longest[k * n_takers - k : k * n_takers + 1])
        for k in range((len(longest) - 1) // n_takers + 1)
    )
    return max(ceil(Fraction(sum(minutes), n_takers)), *pigeonhole, 0)


def _check_minutes(campaign: Campaign, minutes_per_ballot: Mapping[str, int | Decimal]) -> None:
    wrong = [form for form in campaign.forms if not minutes_per_ballot.get(form, 0) > 0]
    problem = Text(
        "Số phút một phiếu phải trên 0; xem", "minutes of one ballot must be above 0; see"
    )
    require(listing(problem, wrong, mark=""))


def _check_assignment(
    parcels: Iterable[_Parcel],
    enumerators: Sequence[str],
    attached: Iterable[str],
    most_minutes: int | None,
) -> None:
    people = set(enumerators)
    tasks = Counter(task for parcel in parcels for task in parcel.tasks)
    stuck = [parcel.tasks[0] for parcel in parcels if parcel.refused_by >= people]
    require(
        (bool(people), Text("Chưa có điều tra viên nào.", "there is no enumerator")),
        must(
            Text("Số phút nhiều nhất của một người", "most_minutes"),
            most_minutes,
            ABOVE_ZERO,
            holds=most_minutes is None or most_minutes > 0,
        ),
        listing(
            Text("Điều tra viên ghi hai lần", "enumerators named twice"),
            [name for name, times in Counter(enumerators).items() if times > 1],
        ),
        listing(
            Text("Người không nhận việc lại có ghi nơi công tác",
                 "conflicts of people who carry nothing"),
            sorted(set(attached) - people),
        ),
        listing(
            Text("Việc giao hai lần", "tasks given twice"),
            [_name(task) for task, times in tasks.items() if times > 1],
        ),
        listing(
            Text("Không ai được nhận, vì mọi điều tra viên đều công tác tại đó", "nobody may take"),
            [_name(task) for task in stuck if people],
        ),
    )  # fmt: skip


def _name(task: FieldTask) -> str:
    return f"{task.rule}/{task.place or task.number}"
