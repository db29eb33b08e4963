"""What one version of a plan changes in another, line by line, for people to read.

Two definitions of one campaign go in; out come the units and rules that were added, dropped
or changed and the cells whose number differs, each with the number before and after. Versions
themselves are kept by ``survey_app.services.plan_versions``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from questionnaires.model import Campaign, Design, QuotaRule, Text
from sampling.quotas import expand_quotas, grouped


class ChangeKind(StrEnum):
    """What happened to a line of the plan."""

    ADDED = "added"
    DROPPED = "dropped"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions of a plan.

    Attributes
    ----------
    kind
        What happened.
    rule, unit
        Code of the rule, empty where a unit itself came or went; code of the unit, or None
        where the whole line is meant.
    what
        Which property of it.
    before, after
        As they are printed; empty for what was not there.
    ballots
        How many more ballots the change asks for; negative for fewer. [ballots]

    """

    kind: ChangeKind
    rule: str
    unit: str | None
    what: Text
    before: str
    after: str
    ballots: int = 0


BALLOTS = Text("số phiếu", "ballots")
LINE = Text("dòng phân bổ", "line of the plan")
UNIT = Text("đơn vị được đánh giá", "assessed unit")
PEOPLE = Text("số người hiện có", "people there are")
EACH_UNIT = Text("số người mỗi đơn vị", "people per unit")
FIELDS = {
    "form": Text("mẫu phiếu", "form"),
    "group": Text("đối tượng", "respondents"),
    "unit_kind": Text("loại đơn vị", "kind of unit"),
    "design": Text("cách trả lời", "design"),
    "fee_vnd": Text("thù lao một phiếu (đồng)", "fee for a ballot (VND)"),
    "top_up_from": Text("đối tượng lấy bổ sung", "topped up from"),
    "clause": Text("điều, khoản", "clause"),
    "wording": Text("nguyên văn", "wording"),
}
"""Properties of a rule beside its numbers, in the order they are read."""


def plan_changes(before: Campaign, after: Campaign) -> tuple[Change, ...]:
    """Compare two versions of a plan.

    Returns
    -------
    tuple of Change
        Units first, then lines in the order of the new plan, dropped lines last; empty when
        nothing changed. Their ``ballots`` add up to the difference of the totals.

    """
    changes = [
        *_of_units(before, after),
        *(change for rule in after.rules for change in _of_rule(rule, before, after)),
    ]
    changes += [
        Change(
            ChangeKind.DROPPED,
            rule.code,
            None,
            LINE,
            _printed(before, rule),
            "",
            -before.ballots_of(rule),
        )
        for rule in before.rules
        if rule.code not in after.rule_by_code
    ]
    return tuple(changes)


def _of_units(before: Campaign, after: Campaign) -> Iterator[Change]:
    for unit in after.units:
        if unit.code not in before.unit_by_code:
            yield Change(ChangeKind.ADDED, "", unit.code, UNIT, "", unit.name)
    for unit in before.units:
        if unit.code not in after.unit_by_code:
            yield Change(ChangeKind.DROPPED, "", unit.code, UNIT, unit.name, "")


def _of_rule(rule: QuotaRule, before: Campaign, after: Campaign) -> Iterator[Change]:
    old = before.rule_by_code.get(rule.code)
    if old is None:
        yield Change(
            ChangeKind.ADDED, rule.code, None, LINE, "", _printed(after, rule),
            after.ballots_of(rule),
        )  # fmt: skip
        return
    for name, what in FIELDS.items():
        was, now = getattr(old, name), getattr(rule, name)
        if was != now:
            yield Change(
                ChangeKind.CHANGED, rule.code, None, what, _value(was, before), _value(now, after)
            )
    yield from _of_cells(old, rule, before, after)
    yield from _of_people(old, rule)


def _of_people(old: QuotaRule, rule: QuotaRule) -> Iterator[Change]:
    """One line per unit whose people were counted anew."""
    for unit in dict.fromkeys((*old.populations, *rule.populations)):
        was, now = old.populations.get(unit), rule.populations.get(unit)
        if was != now:
            yield Change(
                ChangeKind.CHANGED,
                rule.code,
                unit,
                PEOPLE,
                "–" if was is None else grouped(was),
                "–" if now is None else grouped(now),
            )


def _of_cells(
    old: QuotaRule, rule: QuotaRule, before: Campaign, after: Campaign
) -> Iterator[Change]:
    """One line where every unit changes alike, else one line per unit."""
    was = {cell.unit: cell.target for cell in expand_quotas(before) if cell.rule == old.code}
    now = {cell.unit: cell.target for cell in expand_quotas(after) if cell.rule == rule.code}
    units = list(dict.fromkeys((*was, *now)))
    moved = {(was.get(unit, 0), now.get(unit, 0)) for unit in units}
    if len(moved) == 1 and len(units) > 1:
        ((one, other),) = moved
        if one != other:
            yield Change(
                ChangeKind.CHANGED, rule.code, None, EACH_UNIT, grouped(one), grouped(other),
                (other - one) * len(units),
            )  # fmt: skip
        return
    for unit in units:
        one, other = was.get(unit, 0), now.get(unit, 0)
        if one != other:
            yield Change(
                ChangeKind.CHANGED, rule.code, unit, BALLOTS, grouped(one), grouped(other),
                other - one,
            )  # fmt: skip


def _printed(campaign: Campaign, rule: QuotaRule) -> str:
    return f"{rule.wording} ({grouped(campaign.ballots_of(rule))} phiếu)"


def _value(value: object, campaign: Campaign) -> str:
    """Print a property as the office says it."""
    groups = {group.code: group.label.vi for group in campaign.groups}
    match value:
        case None:
            return "–"
        case Design():
            return {Design.OWN: "riêng", Design.CROSS: "chung"}[value]
        case int():
            return grouped(value)
        case _:
            return groups.get(str(value), str(value))
