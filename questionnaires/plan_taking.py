"""From a confirmed reading to a plan: which rules it changes, and whether it adds up.

``questionnaires.plan_table`` and ``questionnaires.plan_lines`` read; a person confirms names
and designs; :func:`take_plan` returns the campaign with its new lines, or every mistake. Units
and rules the table does not mention stay as they are, unless it is said to be the whole plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from questionnaires.check_campaigns import check_campaign
from questionnaires.errors import DefinitionError, Mistake
from questionnaires.model import Campaign, Design, Group, QuotaRule, StatedTotal, Text
from questionnaires.names import NameBook, plain
from questionnaires.plan_table import PlanReading, ReadLine
from questionnaires.plan_units import NEW, SKIP, take_units
from questionnaires.wording import vi_number

__all__ = ["NEW", "SKIP", "Choices", "restated", "take_plan", "with_design"]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person confirmed about a reading.

    Attributes
    ----------
    units
        Heading as typed -> code of the unit, ``NEW`` with a kind of unit, or ``SKIP``. Certain
        names need no entry.
    rules
        Place of the line -> code of the rule, ``NEW`` with a form, or ``SKIP``. Certain
        lines need no entry.
    designs
        Place of the line -> design; the rule's own where it is left out.
    total
        Ballots the decision states for these lines, where the table prints no total.
        [ballots]
    others
        Kind of the units whose headings are like no unit there is; None to ask about each.
    whole
        Whether the table is the whole plan: what it does not name is left out.

    """

    units: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    designs: Mapping[str, Design] = field(default_factory=dict)
    total: int | None = None
    others: str | None = None
    whole: bool = False


def take_plan(campaign: Campaign, reading: PlanReading, choices: Choices | None = None) -> Campaign:
    """Return the campaign with the lines of the table in place of its own.

    Parameters
    ----------
    campaign
        The plan as it stands.
    reading
        The table.
    choices
        What was confirmed; None when everything was certain.

    Raises
    ------
    DefinitionError
        With every mistake: those of the table, names nobody confirmed, units of a kind that
        the table leaves out, totals that do not agree.

    """
    taker = _Taker(campaign, reading, choices or Choices())
    taken = taker.take()
    mistakes = [*reading.mistakes, *taker.mistakes]
    if not mistakes:
        mistakes += check_campaign(taken, reading.source)
    if mistakes:
        raise DefinitionError(mistakes)
    return taken


def with_design(rule: QuotaRule, design: Design) -> QuotaRule:
    """Return a rule of another design; people who rate every unit are not topped up."""
    top_up_from = None if design is Design.CROSS else rule.top_up_from
    return replace(rule, design=design, top_up_from=top_up_from)


def restated(campaign: Campaign) -> Campaign:
    """Return a plan whose printed totals follow its lines, as a new decision prints them."""
    rules = tuple(replace(rule, stated_total=campaign.ballots_of(rule)) for rule in campaign.rules)
    totals = {rule.code: rule.stated_total for rule in rules}
    return replace(
        campaign,
        rules=rules,
        stated_totals=tuple(
            replace(stated, total=sum(totals.get(code, 0) for code in stated.rules))
            for stated in campaign.stated_totals
        ),
    )


class _Taker:
    def __init__(self, campaign: Campaign, reading: PlanReading, choices: Choices) -> None:
        units = take_units(
            campaign, reading, choices.units, others=choices.others, only=choices.whole
        )
        self.campaign = units.campaign
        self.unit_of = units.code_of
        self.unclear = units.unclear
        self.mistakes = list(units.mistakes)
        self.reading = reading
        self.choices = choices
        self.groups = list(campaign.groups)

    def take(self) -> Campaign:
        """Replace or add a rule for every line that is not skipped."""
        rules = dict(self.campaign.rule_by_code)
        taken: list[str] = []
        for line in self.reading.lines:
            rule = self._rule(line, rules)
            if rule is None:
                continue
            if rule.code in taken:
                self._note(line.place, f"dòng {rule.code} có hai lần", "chọn dòng phân bổ khác")
                continue
            taken.append(rule.code)
            rules[rule.code] = rule
        if self.choices.whole and taken:
            rules = {code: rules[code] for code in taken}
        plan = replace(self.campaign, groups=tuple(self.groups), rules=tuple(rules.values()))
        return replace(plan, stated_totals=self._totals(plan, taken))

    def _rule(self, line: ReadLine, rules: Mapping[str, QuotaRule]) -> QuotaRule | None:
        chosen = self.choices.rules.get(line.place, line.rule)
        if chosen == SKIP:
            return None
        numbers = {
            self.unit_of[name]: n for name, n in line.numbers.items() if name in self.unit_of
        }
        if chosen is not None and chosen in rules:
            base = rules[chosen]
        elif chosen is not None and chosen.removeprefix(NEW) in self.campaign.forms:
            base = self._new_rule(line, chosen.removeprefix(NEW), rules, numbers)
        else:
            self._note(line.place, f"chưa rõ “{line.label}” là dòng phân bổ nào",
                       "chọn dòng phân bổ hoặc bỏ dòng này")  # fmt: skip
            return None
        if not line.is_read:
            problem = f"không đọc được số phiếu của “{line.label}”"
            remedy = "viết lại dạng “15 người x 13 phòng = 195 phiếu”, hoặc bỏ dòng này"
            self._note(line.place, problem, remedy)
            return None
        base = with_design(base, self.choices.designs.get(line.place, base.design))
        if line.per_unit is not None:
            return self._uniform(base, line)
        return self._by_unit(base, line, numbers)

    def _uniform(self, rule: QuotaRule, line: ReadLine) -> QuotaRule:
        """Every unit of the kind gets the same number, and the line says how many they are."""
        units = [unit for unit in self.campaign.units if unit.kind == rule.unit_kind]
        if line.units_stated not in (None, len(units)):
            kind = self.campaign.unit_kinds[rule.unit_kind].vi
            self._note(
                line.place,
                f"dòng ghi {line.units_stated} đơn vị nhưng đợt này có {len(units)} ({kind})",
                "sửa số đơn vị, hoặc dán bảng có từng đơn vị",
            )
        per_unit = line.per_unit or 0
        total = per_unit * len(units) if line.total is None else line.total
        return replace(rule, per_unit=per_unit, targets={}, stated_total=total)

    def _by_unit(self, rule: QuotaRule, line: ReadLine, numbers: Mapping[str, int]) -> QuotaRule:
        units = [unit.code for unit in self.campaign.units if unit.kind == rule.unit_kind]
        strange = [code for code in numbers if code not in units]
        if strange:
            names = ", ".join(self.campaign.unit_by_code[code].name for code in strange)
            self._note(line.place, f"dòng {rule.code} không hỏi về {names}", "để trống các ô ấy")
        headed = set(self.unit_of.values())
        absent = [code for code in units if code not in headed]
        if absent and not self.unclear:
            names = ", ".join(self.campaign.unit_by_code[code].name for code in absent[:5])
            more = f" và {len(absent) - 5} đơn vị nữa" if len(absent) > 5 else ""  # noqa: PLR2004 - the number is said by the line
            self._note(
                line.place,
                f"dòng {rule.code} thiếu cột cho {names}{more}",
                "thêm cột; để trống ô nếu không lấy phiếu",
            )
        wanted = {code: numbers.get(code, 0) for code in units}
        asked = Counter(n for n in wanted.values() if n)
        if not asked:
            return rule
        most = max(asked.values())
        usual = max(n for n, times in asked.items() if times == most)
        return replace(
            rule,
            per_unit=usual,
            targets={code: n for code, n in wanted.items() if n != usual},
            stated_total=sum(wanted.values()) if line.total is None else line.total,
        )

    def _new_rule(
        self, line: ReadLine, form: str, rules: Mapping[str, QuotaRule], numbers: Iterable[str]
    ) -> QuotaRule:
        """Make a rule for a line the campaign did not have; its people are asked about all."""
        kinds = {self.campaign.unit_by_code[code].kind for code in numbers}
        same_form = [rule.unit_kind for rule in rules.values() if rule.form == form]
        kind = next(iter(kinds)) if len(kinds) == 1 else same_form[0]
        code = next(
            name for name in (form, *(f"{form}-{n}" for n in range(2, 100))) if name not in rules
        )
        return QuotaRule(
            code=code,
            clause=self.reading.source,
            wording=line.label,
            form=form,
            group=self._group(line.label),
            unit_kind=kind,
            per_unit=1,
            design=Design.OWN,
            stated_total=0,
        )

    def _group(self, label: str) -> str:
        """Return the group of that name, or make one."""
        labels = {group.code: group.label.vi for group in self.groups}
        if code := NameBook(labels).match(label).code:
            return code
        stem = "_".join(plain(label).split())[:40] or "group"
        code = next(
            name for name in (stem, *(f"{stem}_{n}" for n in range(2, 100))) if name not in labels
        )
        self.groups.append(Group(code, Text(label, label)))
        return code

    def _totals(self, plan: Campaign, taken: list[str]) -> tuple[StatedTotal, ...]:
        """Keep printed totals of other lines; state what the table, or the person, says."""
        if not taken or self.unclear:
            return plan.stated_totals
        stated = self.reading.total if self.reading.total is not None else self.choices.total
        if stated is None and all(line.total is not None for line in self.reading.lines):
            stated = sum(plan.rule_by_code[code].stated_total for code in taken)
        if stated is None:
            self._note("cả bảng", "bảng không in tổng số phiếu nên không đối chiếu được",
                       "ghi tổng số phiếu theo quyết định")  # fmt: skip
            return plan.stated_totals
        added = sum(plan.ballots_of(plan.rule_by_code[code]) for code in taken)
        if stated != added:
            problem = (
                f"quyết định ghi {vi_number(stated)} phiếu nhưng các dòng cộng lại được "
                f"{vi_number(added)} phiếu"
            )
            self._note("tổng số phiếu", problem, "đối chiếu với quyết định rồi sửa số sai")
        every = tuple(rule.code for rule in plan.rules)
        others_only = set(every) - set(taken)
        kept = [total for total in plan.stated_totals if set(total.rules) <= others_only]
        totals = [*kept, StatedTotal(f"Tổng theo {self.reading.source}", tuple(taken), stated)]
        if others_only:
            others = sum(rule.stated_total for rule in plan.rules if rule.code not in taken)
            totals.append(StatedTotal("Tổng cộng", every, others + stated))
        return tuple(totals)

    def _note(self, place: str, problem: str, remedy: str) -> None:
        self.mistakes.append(Mistake(self.reading.source, place, problem, remedy))
