"""The money of a campaign once it is counted: lines, units, differences and balances.

Pure arithmetic; ``services.money_reading`` counts and ``sampling.fees`` knows the rates. A
*line* is a paid rule in one unit, a rule whose people rate all units, or the enumerators of a
unit: what its signed list paid, what came back, what was counted and who stands on the list of
names are side by side, and each difference needs an explanation, again when its figures move.
Cash is advanced to units, so only their own lines are settled against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from sampling.fees import Balance, FeeLine, Fees, Payee
from survey_app.models import Advance, QuotaRule, SignedList, Unit
from survey_app.services.field_numbers import CellState

ENUMERATORS: Final = "ĐTV"
"""Stands where other lines have the code of their rule; rules have plain letters only."""


class Gap(StrEnum):
    """In what the signed list of a line differs from what came back."""

    NO_LIST = "no_list"
    """Something is owed and no signed list was handed in."""
    AMOUNT = "amount"
    """It paid another sum than is owed."""
    PEOPLE = "people"
    """Other people than forms that are paid for."""
    MARKS = "marks"
    """Other people than the list of names has marked as signed."""


EXPLAINABLE: Final = (Gap.AMOUNT, Gap.PEOPLE, Gap.MARKS)
"""Differences words can explain; a list that is missing has to be handed in."""


@dataclass(frozen=True, slots=True)
class Names:
    """The list of names beside a line.

    ``marked`` of the ``listed`` people have signed, for ``marked_vnd`` together; nobody of
    them receives more than ``most_fee_vnd``.
    """

    listed: int = 0
    marked: int = 0
    marked_vnd: int = 0
    most_fee_vnd: int = 0


@dataclass(frozen=True, slots=True)
class PayLine:
    """One paid rule in one unit or of all units together, or the enumerators of a unit.

    Attributes
    ----------
    rule, unit
        No unit where the same people rate all of them, no rule for enumerators.
    state
        Targets and ballots by what became of them. [ballots]
    paid_for
        Ballots that are paid by the campaign's basis; 1 for enumerators of a surveyed unit.
    rate_vnd
        For one of them. [VND]
    paid
        The signed list in force, or None.
    names
        Who stands on the list of names.
    most_people
        More cannot have signed: people the plan asks for, people called in their stead
        included, or ballots that came back if they are more. [persons]
    most_each_vnd
        More no person can have received; of enumerators, all of them together. [VND]

    """

    rule: QuotaRule | None
    unit: Unit | None
    state: CellState
    paid_for: int
    rate_vnd: int
    paid: SignedList | None
    names: Names = Names()
    most_people: int = 0
    most_each_vnd: int = 0

    @property
    def code(self) -> str:
        """Code of the rule, or what stands for it."""
        return self.rule.code if self.rule else ENUMERATORS

    @property
    def group(self) -> str:
        """Code of the group, or what stands for it."""
        return self.rule.group if self.rule else ENUMERATORS

    @property
    def key(self) -> tuple[str, str]:
        """What names it in its campaign: unit (empty for all of them) and line."""
        return (self.unit.code if self.unit else "", self.code)

    @property
    def returned(self) -> int:
        """Ballots that came back, whatever became of them. [ballots]."""
        state = self.state
        aside = state.over_target + state.set_aside
        return state.counted + aside + state.invalid + state.excluded

    @property
    def owed_vnd(self) -> int:
        """Owed for what came back. [VND]."""
        return self.paid_for * self.rate_vnd

    @property
    def paid_vnd(self) -> int:
        """What people signed for. [VND]."""
        return self.paid.amount_vnd if self.paid else 0

    @property
    def difference_vnd(self) -> int:
        """Paid less owed. [VND]."""
        return self.paid_vnd - self.owed_vnd

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What somebody has to explain."""
        if self.paid is None:
            return (Gap.NO_LIST,) if self.owed_vnd or self.names.marked else ()
        found = []
        if self.difference_vnd:
            found.append(Gap.AMOUNT)
        if self.rule and self.unit and self.paid.people != self.paid_for:
            found.append(Gap.PEOPLE)
        if self.names.listed and self.paid.people != self.names.marked:
            found.append(Gap.MARKS)
        return tuple(found)

    def against(self, gap: Gap) -> int:
        """Return the number a difference is measured against."""
        match gap:
            case Gap.PEOPLE:
                return self.paid_for
            case Gap.MARKS:
                return self.names.marked
            case _:
                return self.owed_vnd

    def words(self, gap: Gap) -> tuple[str, int | None]:
        """Return what was said about a difference and the number it was said for."""
        found = self.paid.explanations.get(gap.value) if self.paid else None
        return (found["said"], found["against"]) if found else ("", None)

    def explanation(self, gap: Gap) -> str:
        """Return what explains a difference; empty once the number moved it was said for."""
        said, against = self.words(gap)
        return said if against == self.against(gap) else ""

    @property
    def open_gaps(self) -> tuple[Gap, ...]:
        """Differences nobody has explained."""
        return tuple(gap for gap in self.gaps if not self.explanation(gap))

    @property
    def is_explained(self) -> bool:
        """Whether it agrees, or its signed list says of each difference why it does not."""
        return not self.open_gaps

    def most_vnd(self, people: int) -> int:
        """Return what so many people can have received at most. [VND]."""
        return self.most_each_vnd * (people if self.rule else min(people, 1))


@dataclass(frozen=True, slots=True)
class UnitMoney:
    """The money of one unit.

    Attributes
    ----------
    unit
        Which.
    budget_vnd
        What the plan pays there, people of shared rules left aside. [VND]
    advances
        Cash it was handed, in the order of the days; struck-out entries among them.
    lines
        Its paid rules, and its enumerators after them.

    """

    unit: Unit
    budget_vnd: int
    advances: tuple[Advance, ...]
    lines: tuple[PayLine, ...]

    @property
    def advanced_vnd(self) -> int:
        """Cash it was handed. [VND]."""
        return sum(one.amount_vnd for one in self.advances if not one.struck_out)

    @property
    def owed_vnd(self) -> int:
        """Owed for what came back, with its enumerators. [VND]."""
        return sum(line.owed_vnd for line in self.lines)

    @property
    def enumerator_vnd(self) -> int:
        """Owed to its enumerators, once it is surveyed. [VND]."""
        return sum(line.owed_vnd for line in self.lines if line.rule is None)

    @property
    def paid_vnd(self) -> int:
        """Paid on signed lists, those of its enumerators among them. [VND]."""
        return sum(line.paid_vnd for line in self.lines)

    @property
    def over_budget_vnd(self) -> int:
        """Cash it was handed beyond what the plan pays there. [VND]."""
        return max(0, self.advanced_vnd - self.budget_vnd)

    @property
    def to_return_vnd(self) -> int:
        """Cash it brings back; below zero it has still to receive. [VND]."""
        return Balance(self.unit.code, self.advanced_vnd, self.paid_vnd).to_return_vnd

    @property
    def unexplained(self) -> tuple[PayLine, ...]:
        """Lines that keep it from being settled."""
        return tuple(line for line in self.lines if not line.is_explained)

    @property
    def is_moved(self) -> bool:
        """Whether any money is concerned."""
        return bool(self.advances or self.owed_vnd or self.paid_vnd)


@dataclass(frozen=True)
class Money:
    """The money of a campaign at one moment.

    Attributes
    ----------
    units
        In plan order.
    shared
        Rules whose people rate all units; paid by the office that runs the survey.
    budget, owed
        By the plan, and by what came back: ``sampling.fees``.
    basis
        ``returned`` or ``valid`` ballots are paid.
    closed
        Whether collection has ended, so that it can be settled.

    """

    units: tuple[UnitMoney, ...]
    shared: tuple[PayLine, ...]
    budget: Fees
    owed: Fees
    basis: str
    closed: bool

    @cached_property
    def by_unit(self) -> Mapping[str, UnitMoney]:
        """Units by code."""
        return {one.unit.code: one for one in self.units}

    @property
    def advanced_vnd(self) -> int:
        """Cash handed out. [VND]."""
        return sum(one.advanced_vnd for one in self.units)

    @property
    def owed_vnd(self) -> int:
        """Owed for what came back, with enumerators. [VND]."""
        return self.owed.total_vnd

    @property
    def shared_paid_vnd(self) -> int:
        """Paid on the lists of those who rate all units. [VND]."""
        return sum(line.paid_vnd for line in self.shared)

    @property
    def paid_vnd(self) -> int:
        """Paid on signed lists, those of enumerators among them. [VND]."""
        return sum(one.paid_vnd for one in self.units) + self.shared_paid_vnd

    @property
    def to_return_vnd(self) -> int:
        """Cash that units bring back in all, those that receive more left aside. [VND]."""
        return sum(max(0, one.to_return_vnd) for one in self.units)

    @property
    def to_pay_vnd(self) -> int:
        """Cash that units have still to receive in all. [VND]."""
        return sum(max(0, -one.to_return_vnd) for one in self.units)

    @property
    def lines(self) -> tuple[PayLine, ...]:
        """Every line: of the units, then of all units together."""
        return (*(line for one in self.units for line in one.lines), *self.shared)

    @property
    def unexplained(self) -> tuple[PayLine, ...]:
        """Lines that keep the campaign from being settled."""
        return tuple(line for line in self.lines if not line.is_explained)

    @cached_property
    def fee_lines(self) -> tuple[tuple[FeeLine, FeeLine], ...]:
        """Each line of the budget beside what is owed of it: rules, then kinds of unit."""
        owed = {(line.payee, line.code): line for line in self.owed.lines}
        return tuple((line, owed[line.payee, line.code]) for line in self.budget.lines)

    def subtotals_vnd(self, payee: Payee) -> tuple[int, int]:
        """Budget and debt of one kind of payee. [VND]."""
        return self.budget.subtotal_vnd(payee), self.owed.subtotal_vnd(payee)
