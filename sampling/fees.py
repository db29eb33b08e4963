"""What a campaign pays: respondents by the ballot, enumerators by the unit.

``plan_fees`` says what the plan will cost before anybody has answered, ``settle_fees`` what
is owed for what came back. Rates are those of the campaign file; who receives how much by
name is kept by the participation lists (``survey_app.services.rosters``), which know no
ballot. Ballots wanted come from ``sampling.quotas``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from questionnaires.model import Campaign, Text
from sampling.quotas import quota_totals


class Payee(StrEnum):
    """Who is paid by a fee line."""

    RESPONDENT = "respondent"
    ENUMERATOR = "enumerator"


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One line of the budget.

    Attributes
    ----------
    payee
        Respondents are paid by the ballot, enumerators by the unit.
    code
        Quota rule of the respondents, or kind of unit of the enumerators.
    label
        What the line is for.
    quantity
        Ballots of a respondent line, units of an enumerator line. [ballots, units]
    rate_vnd
        Paid for one of them. [VND]

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
class Fees:
    """A budget or a settlement; lines nobody is paid for are left out."""

    lines: tuple[FeeLine, ...]

    @property
    def total_vnd(self) -> int:
        """Everything that is paid; 28.360.000 in Bố Trạch. [VND]."""
        return sum(line.amount_vnd for line in self.lines)

    def subtotal_vnd(self, payee: Payee) -> int:
        """Add up what one kind of payee receives. [VND]."""
        return sum(line.amount_vnd for line in self.lines if line.payee is payee)


@dataclass(frozen=True, slots=True)
class BallotCount:
    """Ballots of one rule that came back, and those of them that count. [ballots]."""

    returned: int
    valid: int


def plan_fees(campaign: Campaign) -> Fees:
    """Budget of the plan: every wanted ballot returned, every unit surveyed."""
    wanted = quota_totals(campaign).by_rule
    units = {
        kind: sum(unit.kind == kind for unit in campaign.units) for kind in campaign.unit_kinds
    }
    return _fees(campaign, wanted, units)


def settle_fees(
    campaign: Campaign, ballots: Mapping[str, BallotCount], units_done: Mapping[str, int]
) -> Fees:
    """Say what is owed for what came back.

    Parameters
    ----------
    campaign
        Its ``settings.fee_basis`` says whether every returned ballot is paid or only the
        valid ones.
    ballots
        Counts by quota rule; a rule that is left out returned nothing.
    units_done
        Units whose enumerators finished, by kind of unit. [units]

    Raises
    ------
    ValueError
        If a rule has more valid ballots than returned ones.

    """
    if wrong := [code for code, count in ballots.items() if count.valid > count.returned]:
        msg = f"more valid than returned ballots in {', '.join(wrong)}"
        raise ValueError(msg)
    by_return = campaign.settings.fee_basis == "returned"
    paid = {code: count.returned if by_return else count.valid for code, count in ballots.items()}
    return _fees(campaign, paid, units_done)


def _fees(campaign: Campaign, ballots: Mapping[str, int], units: Mapping[str, int]) -> Fees:
    groups = {group.code: group.label for group in campaign.groups}
    respondents = [
        FeeLine(
            Payee.RESPONDENT,
            rule.code,
            groups.get(rule.group, Text(rule.group, rule.group)),
            ballots.get(rule.code, 0),
            rule.fee_vnd,
        )
        for rule in campaign.rules
        if rule.fee_vnd
    ]
    enumerators = [
        FeeLine(Payee.ENUMERATOR, kind, campaign.unit_kinds[kind], units.get(kind, 0), rate)
        for kind, rate in campaign.enumerator_fees_vnd.items()
        if rate
    ]
    return Fees((*respondents, *enumerators))
