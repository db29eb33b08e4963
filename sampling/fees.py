"""What a campaign pays: respondents by the ballot, enumerators by the unit.

``plan_fees`` says what the plan will cost before anybody has answered, ``settle_fees`` what
is owed for what came back. Both are lists of the smallest amounts there are, one for each cell
and one for each surveyed unit; ``Fees.lines`` adds them up by quota rule and kind of unit,
``fees_by_unit`` by commune and department, and ``balance_advances`` lays them beside the cash
a unit was handed. Rates are those of the campaign file; who receives how much by name is kept
by the participation lists (``survey_app.services.rosters``), which know no ballot. Ballots
wanted come from ``sampling.quotas``; an amount in words from
``questionnaires.vietnamese_numbers``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from questionnaires.model import Campaign, Text
from sampling.arguments import listing, require
from sampling.quotas import QuotaCell, expand_quotas

NOT_CELLS: Final = Text("Kế hoạch không có ô", "not cells of the plan")
NOT_UNITS: Final = Text("Kế hoạch không có đơn vị", "not units of the plan")


class Payee(StrEnum):
    """Who is paid by a fee line."""

    RESPONDENT = "respondent"
    ENUMERATOR = "enumerator"


@dataclass(frozen=True, slots=True)
class FeeItem:
    """The smallest amount of a budget: one cell, or the enumerators of one unit.

    Attributes
    ----------
    payee
        Respondents are paid by the ballot, enumerators by the unit.
    code
        Quota rule of the respondents, or kind of unit of the enumerators.
    unit
        Unit the ballots are about, or the enumerators went to.
    label
        What the amount is for.
    quantity
        Ballots of a cell; 1 for a surveyed unit, 0 before it is done. [ballots, units]
    rate_vnd
        Paid for one of them. [VND]

    """

    payee: Payee
    code: str
    unit: str
    label: Text
    quantity: int
    rate_vnd: int

    @property
    def amount_vnd(self) -> int:
        """Quantity times rate. [VND]."""
        return self.quantity * self.rate_vnd


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One line of the budget: a quota rule, or a kind of unit, over all units.

    ``quantity`` is in ballots for respondents and in units for enumerators.
    """

    payee: Payee
    code: str
    label: Text
    quantity: int
    rate_vnd: int

    @property
    def amount_vnd(self) -> int:
        """Quantity times rate. [VND]."""
        return self.quantity * self.rate_vnd


@dataclass(frozen=True, slots=True)
class UnitFees:
    """What is paid in one commune or department. [VND]."""

    unit: str
    respondents_vnd: int
    enumerators_vnd: int

    @property
    def total_vnd(self) -> int:
        """Everything that is paid there. [VND]."""
        return self.respondents_vnd + self.enumerators_vnd


@dataclass(frozen=True, slots=True)
class Fees:
    """A budget or a settlement; whoever is paid nothing by the plan is left out."""

    items: tuple[FeeItem, ...]

    @property
    def lines(self) -> tuple[FeeLine, ...]:
        """Items added up by rule, then by kind of unit, in plan order."""
        quantities: Counter[tuple[Payee, str]] = Counter()
        for item in self.items:
            quantities[item.payee, item.code] += item.quantity
        first = {(item.payee, item.code): item for item in reversed(self.items)}
        return tuple(
            FeeLine(payee, code, first[payee, code].label, quantity, first[payee, code].rate_vnd)
            for (payee, code), quantity in quantities.items()
        )

    @property
    def total_vnd(self) -> int:
        """Everything that is paid; 28.360.000 in Bố Trạch. [VND]."""
        return sum(item.amount_vnd for item in self.items)

    def subtotal_vnd(self, payee: Payee) -> int:
        """Add up what one kind of payee receives. [VND]."""
        return sum(item.amount_vnd for item in self.items if item.payee is payee)


@dataclass(frozen=True, slots=True)
class BallotCount:
    """Ballots of one cell that came back, and those of them that count. [ballots]."""

    returned: int
    valid: int


@dataclass(frozen=True, slots=True)
class Balance:
    """Cash a unit was handed beside what it owes its people (hoàn ứng). [VND]."""

    unit: str
    advanced_vnd: int
    owed_vnd: int

    @property
    def to_return_vnd(self) -> int:
        """Cash the unit brings back; below zero it has still to receive. [VND]."""
        return self.advanced_vnd - self.owed_vnd


def plan_fees(campaign: Campaign, cells: Iterable[QuotaCell] | None = None) -> Fees:
    """Budget of the plan: every wanted ballot returned, every unit surveyed.

    Parameters
    ----------
    campaign
        Its rules and kinds of unit carry the rates.
    cells
        Cells to pay for; those of the plan itself when left out. A plan whose targets were
        changed by hand passes its own.

    Raises
    ------
    ValueError
        If a cell is not one of the plan, comes twice or has a negative target; all are named.

    """
    chosen = expand_quotas(campaign) if cells is None else tuple(cells)
    named = Counter((cell.rule, cell.unit) for cell in chosen)
    wanted = {(cell.rule, cell.unit): cell.target for cell in chosen}
    require(
        listing(NOT_CELLS, _strange(campaign, wanted)),
        listing(
            Text("Ô ghi hai lần", "cells named twice"),
            [_name(key) for key, times in named.items() if times > 1],
        ),
        listing(
            Text("Chỉ tiêu âm", "targets below zero"),
            [_name(key) for key, target in wanted.items() if target < 0],
        ),
    )
    return _fees(campaign, wanted, campaign.unit_by_code)


def settle_fees(
    campaign: Campaign,
    ballots: Mapping[tuple[str, str], BallotCount],
    units_done: Collection[str],
) -> Fees:
    """Say what is owed for what came back.

    Parameters
    ----------
    campaign
        Its ``settings.fee_basis`` says whether every returned ballot is paid or only the
        valid ones.
    ballots
        Counts by cell, keyed (rule, unit); a cell that is left out returned nothing.
    units_done
        Codes of the units whose enumerators finished.

    Raises
    ------
    ValueError
        If a cell has more valid ballots than returned ones or fewer than none, or a cell or
        unit is not one of the plan; all are named.

    """
    impossible = [
        _name(key) for key, count in ballots.items() if not 0 <= count.valid <= count.returned
    ]
    require(
        listing(NOT_CELLS, _strange(campaign, ballots)),
        listing(
            Text(
                "Số phiếu hợp lệ nhiều hơn số phiếu thu về, hoặc âm",
                "more valid than returned ballots, or fewer than none",
            ),
            impossible,
        ),
        listing(NOT_UNITS, sorted(set(units_done) - set(campaign.unit_by_code))),
    )
    by_return = campaign.settings.fee_basis == "returned"
    paid = {key: count.returned if by_return else count.valid for key, count in ballots.items()}
    return _fees(campaign, paid, units_done)


def fees_by_unit(campaign: Campaign, fees: Fees) -> tuple[UnitFees, ...]:
    """Add a budget or settlement up by unit, in plan order; unpaid units are left out."""
    paid: Counter[tuple[str, Payee]] = Counter()
    for item in fees.items:
        paid[item.unit, item.payee] += item.amount_vnd
    units = {unit for unit, _ in paid}
    return tuple(
        UnitFees(unit.code, paid[unit.code, Payee.RESPONDENT], paid[unit.code, Payee.ENUMERATOR])
        for unit in campaign.units
        if unit.code in units
    )


def balance_advances(
    campaign: Campaign, advanced_vnd: Mapping[str, int], owed: Fees
) -> tuple[Balance, ...]:
    """Lay the cash each unit was handed beside what is owed there.

    Parameters
    ----------
    campaign
        Gives the order of the units.
    advanced_vnd
        Cash by unit; a unit that is left out received none. [VND]
    owed
        The settlement.

    Returns
    -------
    tuple of Balance
        Every unit that received or owes anything, in plan order.

    Raises
    ------
    ValueError
        If cash went to units the plan does not have, or is negative; all are named.

    """
    require(
        listing(NOT_UNITS, sorted(set(advanced_vnd) - set(campaign.unit_by_code))),
        listing(
            Text("Tạm ứng âm", "advances below zero"),
            [unit for unit, cash in advanced_vnd.items() if cash < 0],
        ),
    )
    due = {line.unit: line.total_vnd for line in fees_by_unit(campaign, owed)}
    balances = (
        Balance(unit.code, advanced_vnd.get(unit.code, 0), due.get(unit.code, 0))
        for unit in campaign.units
    )
    return tuple(line for line in balances if line.advanced_vnd or line.owed_vnd)


def _fees(
    campaign: Campaign, ballots: Mapping[tuple[str, str], int], units_done: Collection[str]
) -> Fees:
    groups = {group.code: group.label for group in campaign.groups}
    respondents = [
        FeeItem(
            payee=Payee.RESPONDENT,
            code=rule.code,
            unit=unit.code,
            label=groups.get(rule.group, Text(rule.group, rule.group)),
            quantity=ballots.get((rule.code, unit.code), 0),
            rate_vnd=rule.fee_vnd,
        )
        for rule in campaign.rules
        if rule.fee_vnd
        for unit in campaign.units
        if unit.kind == rule.unit_kind
    ]
    enumerators = [
        FeeItem(
            payee=Payee.ENUMERATOR,
            code=kind,
            unit=unit.code,
            label=campaign.unit_kinds[kind],
            quantity=int(unit.code in units_done),
            rate_vnd=rate,
        )
        for kind, rate in campaign.enumerator_fees_vnd.items()
        if rate
        for unit in campaign.units
        if unit.kind == kind
    ]
    return Fees((*respondents, *enumerators))


def _strange(campaign: Campaign, cells: Iterable[tuple[str, str]]) -> list[str]:
    kinds = {unit.code: unit.kind for unit in campaign.units}
    rules = campaign.rule_by_code
    return [
        _name(key)
        for key in cells
        if key[0] not in rules or kinds.get(key[1]) != rules[key[0]].unit_kind
    ]


def _name(cell: tuple[str, str]) -> str:
    return "/".join(cell)
