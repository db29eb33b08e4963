"""The numbers of the fieldwork, once they are counted: cells added up, paced and ranked.

Pure arithmetic over counts; ``services.fieldwork`` counts them. A cell is what came back
for one quota rule about one unit, a matrix all cells a person sees at one moment.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from typing import Final, Self

from survey_app.models import Channel, QuotaRule, Unit

NEARLY: Final = 0.8
"""Share of the target from which a cell is "nearly full". [0-1]"""

CALLS: Final = 8
"""Units named on the list of those to call."""


@dataclass(frozen=True, slots=True)
class CellState:
    """What came back for one cell, or for cells added up; every number is ballots.

    Attributes
    ----------
    target, counted
        Wanted, and taken into the quota.
    reserved
        Places held for slips and sheets that are still out.
    over_target, set_aside
        Kept aside: the cell was full, or someone has to look.
    invalid, excluded
        Received and not valid; taken out with a reason.
    no_contact
        "Năm qua không làm việc với đơn vị này", whatever became of them.
    online, paper, poster, kiosk
        Counted ballots by the road they came by.

    """

    target: int = 0
    counted: int = 0
    reserved: int = 0
    over_target: int = 0
    set_aside: int = 0
    invalid: int = 0
    excluded: int = 0
    no_contact: int = 0
    online: int = 0
    paper: int = 0
    poster: int = 0
    kiosk: int = 0

    def __add__(self, other: Self) -> Self:
        """Add two cells up."""
        return type(self)(
            *(getattr(self, one.name) + getattr(other, one.name) for one in fields(self))
        )

    @property
    def missing(self) -> int:
        """Places still to fill."""
        return self.target - self.counted

    @property
    def by_channel(self) -> dict[Channel, int]:
        """Counted ballots by channel; places with an open code only where there are any."""
        slips_and_sheets = {Channel.ONLINE: self.online, Channel.PAPER: self.paper}
        places = {Channel.POSTER: self.poster, Channel.KIOSK: self.kiosk}
        return slips_and_sheets | {channel: n for channel, n in places.items() if n}

    @property
    def percent(self) -> float:
        """Counted of the target; an empty target is full [percent]."""
        return 100 * self.counted / self.target if self.target else 100.0

    @property
    def tone(self) -> str:
        """Colour of the cell: ``empty``, ``under``, ``nearly`` or ``full``."""
        if self.missing <= 0:
            return "full"
        if not self.counted:
            return "empty"
        return "nearly" if self.counted >= NEARLY * self.target else "under"

    @property
    def waiting(self) -> bool:
        """Whether a kept-aside ballot could be admitted: one waits and a place is free."""
        return self.over_target > 0 and self.missing > 0


@dataclass(frozen=True, slots=True)
class Call:
    """One unit that is far behind, and what to tell it.

    ``per_day`` ballots a day are needed from now on; ``last_on`` is the day its last
    ballot came, None when none did; ``parts`` are (rule, missing), the largest first.
    """

    unit: Unit
    state: CellState
    per_day: int
    last_on: date | None
    parts: tuple[tuple[QuotaRule, int], ...]


@dataclass(frozen=True, slots=True)
class KindTable:
    """The rows and columns of one kind of unit, and their sum."""

    kind: str
    rules: tuple[QuotaRule, ...]
    units: tuple[Unit, ...]
    total: CellState


@dataclass(frozen=True)
class Matrix:
    """The whole field at one moment.

    Attributes
    ----------
    units, rules
        What the actor sees, in plan order.
    cells
        (unit code, rule code) to its state; a rule has no cell with units of other kinds.
    by_day
        Counted ballots by the day they came, first day first.
    last_on
        Unit code to the day of its last ballot.
    closes, days_left
        Last day for answers, and days to it, today included; 0 when it is over. [days]
    days_gone
        Days since opening, today included; 0 before. [days]
    agrees
        Whether the quota counters equal the ballots; if not, run ``cchc campaign recount``.

    """

    units: tuple[Unit, ...]
    rules: tuple[QuotaRule, ...]
    cells: Mapping[tuple[str, str], CellState]
    by_day: Mapping[date, int]
    last_on: Mapping[str, date]
    closes: date
    days_left: int
    days_gone: int
    agrees: bool

    @cached_property
    def total(self) -> CellState:
        """Everything added up."""
        return sum(self.cells.values(), CellState())

    @cached_property
    def by_rule(self) -> dict[str, CellState]:
        """Each rule added up over its units."""
        return self._added(1)

    @cached_property
    def by_unit(self) -> dict[str, CellState]:
        """Each unit added up over its rules."""
        return self._added(0)

    @property
    def progress(self) -> float:
        """Counted of all that is wanted [percent]."""
        return self.total.percent

    @property
    def per_day(self) -> int:
        """Ballots needed a day from now on, today included [ballots/day]."""
        return _per_day(self.total.missing, self.days_left)

    @property
    def forecast(self) -> int | None:
        """Ballots counted at the end if every cell keeps its pace; None without a pace.

        Pace = counted so far / days gone; a cell never passes its target.
        """
        if not self.days_gone or not self.days_left or not self.total.counted:
            return None
        longer = (self.days_gone + self.days_left - 1) / self.days_gone
        return sum(min(one.target, int(one.counted * longer)) for one in self.cells.values())

    @cached_property
    def kinds(self) -> tuple[KindTable, ...]:
        """One table per kind of unit."""
        tables = []
        for kind in dict.fromkeys(unit.kind for unit in self.units):
            units = tuple(unit for unit in self.units if unit.kind == kind)
            rules = tuple(rule for rule in self.rules if rule.unit_kind == kind)
            total = sum((self.by_unit[unit.code] for unit in units), CellState())
            tables.append(KindTable(kind, rules, units, total))
        return tuple(tables)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Units with the largest share missing, the worst first."""
        behind = [unit for unit in self.units if self.by_unit[unit.code].missing > 0]
        behind.sort(key=lambda unit: self.by_unit[unit.code].percent)
        return tuple(self._call(unit) for unit in behind[:CALLS])

    @cached_property
    def waiting(self) -> tuple[tuple[QuotaRule, Unit, CellState], ...]:
        """Cells where kept-aside ballots wait, those with a free place first."""
        rules = {rule.code: rule for rule in self.rules}
        units = {unit.code: unit for unit in self.units}
        found = [
            (rules[rule], units[unit], state)
            for (unit, rule), state in self.cells.items()
            if state.over_target
        ]
        return tuple(sorted(found, key=lambda one: not one[2].waiting))

    def _added(self, place: int) -> dict[str, CellState]:
        sums: dict[str, CellState] = {}
        for key, state in self.cells.items():
            sums[key[place]] = sums.get(key[place], CellState()) + state
        return sums

    def _call(self, unit: Unit) -> Call:
        state = self.by_unit[unit.code]
        parts = [
            (rule, self.cells[unit.code, rule.code].missing)
            for rule in self.rules
            if (unit.code, rule.code) in self.cells
        ]
        parts = sorted((part for part in parts if part[1] > 0), key=lambda part: -part[1])
        return Call(
            unit,
            state,
            _per_day(state.missing, self.days_left),
            self.last_on.get(unit.code),
            tuple(parts),
        )


def _per_day(missing: int, days: int) -> int:
    return math.ceil(max(0, missing) / max(1, days))
