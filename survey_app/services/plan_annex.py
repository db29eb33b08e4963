"""The annex of a plan: how many ballots of each line about each unit, one table a kind of unit.

The totals down and across are sums of the same cells, and those of the plan are theirs
(``sampling.quotas``). Word files and workbooks of it are made in ``survey_app.printing``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from questionnaires.model import Campaign as CampaignDefinition
from questionnaires.model import Design, QuotaRule, Unit
from questionnaires.wording import vi_number
from sampling.quotas import expand_quotas, people
from survey_app.services.paper_words import roman, units_named


@dataclass(frozen=True, slots=True)
class AnnexRule:
    """A column of the annex: a line of the plan.

    ``people`` answer; ``total`` are the ballots they bring; ``fee_vnd`` is paid for each.
    """

    code: str
    group: str
    form: str
    crossed: bool
    people: int
    total: int
    fee_vnd: int


@dataclass(frozen=True, slots=True)
class Annex:
    """Ballots of every line about every unit of one kind.

    Attributes
    ----------
    label
        ``Phụ lục``, or ``Phụ lục II`` where the plan has several.
    subject
        What is shared out, in capitals.
    kind, named
        What the units are: the code, and what people call them.
    rules, units
        Columns and rows, in plan order.
    targets
        Ballots by (unit, rule); a pair that is left out has none. [ballots]
    notes
        What the reader must know about the lines; sentences.

    """

    label: str
    subject: str
    kind: str
    named: str
    rules: tuple[AnnexRule, ...]
    units: tuple[Unit, ...]
    targets: Mapping[tuple[str, str], int]
    notes: tuple[str, ...]

    def of_unit(self, unit: str) -> int:
        """Ballots about a unit."""
        return sum(self.targets.get((unit, rule.code), 0) for rule in self.rules)

    def of_rule(self, rule: str) -> int:
        """Ballots of a line."""
        return sum(self.targets.get((unit.code, rule), 0) for unit in self.units)

    @property
    def total(self) -> int:
        """Ballots of the annex."""
        return sum(self.targets.values())


def annexes_of(definition: CampaignDefinition) -> tuple[Annex, ...]:
    """Lay a plan out by kind of unit; kinds nobody is asked about have no annex."""
    targets = {(cell.unit, cell.rule): cell.target for cell in expand_quotas(definition)}
    kinds = [
        kind
        for kind in definition.unit_kinds
        if any(rule.unit_kind == kind for rule in definition.rules)
    ]
    several = len(kinds) > 1
    return tuple(
        _annex(definition, kind, f"Phụ lục {roman(place)}" if several else "Phụ lục", targets)
        for place, kind in enumerate(kinds, 1)
    )


def _annex(
    definition: CampaignDefinition,
    kind: str,
    label: str,
    targets: Mapping[tuple[str, str], int],
) -> Annex:
    rules = tuple(rule for rule in definition.rules if rule.unit_kind == kind)
    units = tuple(unit for unit in definition.units if unit.kind == kind)
    codes = {rule.code for rule in rules}
    named = definition.unit_kinds[kind].vi
    about = units_named([unit.name for unit in units], named)
    return Annex(
        label=label,
        subject=f"PHÂN BỔ SỐ PHIẾU ĐIỀU TRA VỀ {about.upper()}",
        kind=kind,
        named=named,
        rules=tuple(_column(definition, rule) for rule in rules),
        units=units,
        targets={key: target for key, target in targets.items() if key[1] in codes},
        notes=tuple(_notes(definition, rules)),
    )


def _column(definition: CampaignDefinition, rule: QuotaRule) -> AnnexRule:
    groups = {group.code: group.label.vi for group in definition.groups}
    return AnnexRule(
        code=rule.code,
        group=groups[rule.group],
        form=rule.form,
        crossed=rule.design is Design.CROSS,
        people=people(definition, rule),
        total=definition.ballots_of(rule),
        fee_vnd=rule.fee_vnd,
    )


def _notes(definition: CampaignDefinition, rules: tuple[QuotaRule, ...]) -> list[str]:
    """Say who is asked about all units, and who fills places that stay empty."""
    groups = {group.code: group.label.vi for group in definition.groups}
    notes = [
        f"Dòng {rule.code}: {vi_number(rule.per_unit)} người trả lời chung, mỗi người trả lời "
        f"về {vi_number(len(definition.units_of(rule)))} đơn vị."
        for rule in rules
        if rule.design is Design.CROSS
    ]
    notes += [
        f"Dòng {rule.code}: nơi không đủ người thì lấy bổ sung từ: {groups[rule.top_up_from]}."
        for rule in rules
        if rule.top_up_from in groups
    ]
    return notes
