"""From the written plan to one target number per cell.

A *rule* is a line of the decision paper; a *cell* is that line met with one unit.
``expand_quotas`` turns rules into cells; ``quota_totals`` adds them back up, so the result
can be laid beside the paper and ticked off; ``stated_differences`` does the ticking.
``people`` and ``sheets_needed`` say what stands behind the ballots: who must be found and
what must be printed. Who fills a place instead of somebody else is answered in
``sampling.substitution``, money in ``sampling.fees``. Nothing here knows about persons, links
or databases: see ``survey_app.services.plans`` and ``survey_app.services.slips`` for those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from questionnaires.model import Campaign, Design, QuotaRule, Text


@dataclass(frozen=True, slots=True)
class QuotaCell:
    """Ballots wanted from one quota rule about one unit.

    Attributes
    ----------
    rule, unit
        Codes; together they name the cell.
    target
        Ballots wanted. [ballots]

    """

    rule: str
    unit: str
    target: int


@dataclass(frozen=True, slots=True)
class QuotaTotals:
    """The cells of a plan added up in the four ways the paper prints them. [ballots]."""

    by_rule: Mapping[str, int]
    by_form: Mapping[str, int]
    by_unit_kind: Mapping[str, int]
    total: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A number the plan prints that its own lines do not add up to.

    Attributes
    ----------
    where
        Code of the rule, or label of the subtotal.
    stated, computed
        As printed, and as the lines say. [ballots]
    sentence
        The same for a reader, in Vietnamese and English.

    """

    where: str
    stated: int
    computed: int
    sentence: Text


@dataclass(frozen=True, slots=True)
class SheetsNeeded:
    """Paper for a campaign run without phones.

    Attributes
    ----------
    own
        Sheets about one unit, one for each person of an ``own`` rule. [sheets]
    booklets
        Booklets about all units, one for each person of a ``cross`` rule. [booklets]

    """

    own: int
    booklets: int


def expand_quotas(campaign: Campaign) -> tuple[QuotaCell, ...]:
    """Meet every rule with every unit it is about.

    Returns
    -------
    tuple of QuotaCell
        In plan order: by rule, then by unit. 192 cells in Bố Trạch 2020.

    """
    return tuple(
        QuotaCell(rule.code, unit.code, rule.target_of(unit.code))
        for rule in campaign.rules
        for unit in campaign.units_of(rule)
    )


def quota_totals(campaign: Campaign, cells: Iterable[QuotaCell] | None = None) -> QuotaTotals:
    """Add cells up per rule, per form, per kind of unit, and in all.

    Parameters
    ----------
    campaign
        The plan; it knows the form and the kind of unit of a rule.
    cells
        Cells to add; those of the plan itself when left out. A plan whose targets were
        changed by hand passes its own.

    """
    by_rule, by_form, by_unit_kind = (
        Counter(dict.fromkeys(keys, 0))
        for keys in (campaign.rule_by_code, campaign.forms, campaign.unit_kinds)
    )
    for cell in expand_quotas(campaign) if cells is None else cells:
        rule = campaign.rule_by_code[cell.rule]
        by_rule[rule.code] += cell.target
        by_form[rule.form] += cell.target
        by_unit_kind[rule.unit_kind] += cell.target
    return QuotaTotals(dict(by_rule), dict(by_form), dict(by_unit_kind), by_rule.total())


def stated_differences(campaign: Campaign) -> tuple[Difference, ...]:
    """Compare every total the plan prints with what its lines add up to.

    Returns
    -------
    tuple of Difference
        Lines first, then subtotals, in plan order; empty when the plan adds up. A plan
        with differences must not be opened.

    """
    computed = quota_totals(campaign).by_rule
    lines = [
        Difference(
            rule.code, rule.stated_total, computed[rule.code], _line_sentence(rule, campaign)
        )
        for rule in campaign.rules
        if rule.stated_total != computed[rule.code]
    ]
    for subtotal in campaign.stated_totals:
        total = sum(computed.get(code, 0) for code in subtotal.rules)
        if total == subtotal.total:
            continue
        terms = " + ".join(grouped(computed.get(code, 0)) for code in subtotal.rules)
        sentence = Text(
            vi=f"“{subtotal.label}”: kế hoạch ghi {grouped(subtotal.total)} phiếu "
            f"nhưng các dòng cộng lại là {terms} = {grouped(total)} phiếu.",
            en=f"“{subtotal.label}”: the plan states {subtotal.total} ballots, "
            f"but its lines add up to {total}.",
        )
        lines.append(Difference(subtotal.label, subtotal.total, total, sentence))
    return tuple(lines)


def _line_sentence(rule: QuotaRule, campaign: Campaign) -> Text:
    n_units, total = len(campaign.units_of(rule)), campaign.ballots_of(rule)
    product = Text(f"{rule.per_unit} người × {n_units} đơn vị", f"{rule.per_unit} × {n_units}")
    if rule.targets:
        product = Text(f"{n_units} đơn vị cộng lại", f"its {n_units} units")
    return Text(
        vi=f"Dòng {rule.code} (mục {rule.clause}): kế hoạch ghi {grouped(rule.stated_total)} "
        f"phiếu nhưng {product.vi} = {grouped(total)} phiếu.",
        en=f"Line {rule.code} (clause {rule.clause}): the plan states {rule.stated_total} "
        f"ballots, but {product.en} = {total}.",
    )


def people(campaign: Campaign, rule: QuotaRule) -> int:
    """People who must be found for one rule. [persons].

    A ``cross`` rule needs ``per_unit`` people whatever the number of units, since each of
    them rates all; an ``own`` rule needs a person for every ballot.
    """
    return rule.per_unit if rule.design is Design.CROSS else campaign.ballots_of(rule)


def people_by_rule(campaign: Campaign) -> dict[str, int]:
    """People behind the ballots of each rule, in plan order; 2.049 in Bố Trạch. [persons]."""
    return {rule.code: people(campaign, rule) for rule in campaign.rules}


def sheets_needed(campaign: Campaign) -> SheetsNeeded:
    """Count what must be printed when nobody answers by phone.

    One sheet for each person of an ``own`` rule, one booklet of all units for each person
    of a ``cross`` rule: 1.977 and 72 in Bố Trạch, where 3.108 ballots are wanted.
    """
    needed = people_by_rule(campaign)
    own = sum(needed[rule.code] for rule in campaign.rules if rule.design is Design.OWN)
    return SheetsNeeded(own=own, booklets=sum(needed.values()) - own)


def grouped(number: int) -> str:
    """Print a whole number the Vietnamese way: ``1.092``."""
    return f"{number:,}".replace(",", ".")
