"""One line of the plan on the desk: what its numbers mean before anybody is asked.

``desk_of`` puts margin of error, detectable difference, people, time and money beside the
numbers a person types; ``allocate`` fills them in by one of five methods and says in words
what it did. Nothing is kept here: ``keep_line`` proposes the plan through
``services.plan_versions``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from questionnaires.model import Campaign as CampaignDefinition
from questionnaires.model import Design, QuotaRule, Text, Unit
from questionnaires.plan_taking import restated, with_design
from sampling.detectable import detectable_difference
from sampling.plan_precision import (
    Assumptions,
    CellPrecision,
    ShortCell,
    cell_precisions,
    rule_precisions,
    short_cells,
)
from sampling.workload import workload_by_rule
from survey_app.errors import NotFoundError, SurveyError
from survey_app.models import Campaign
from survey_app.services.audit import Actor
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.definitions import definition_of, form_of
from survey_app.services.plan_versions import propose_plan

SECONDS_PER_ITEM: Final = 12
"""Reading and ticking one question, before a campaign has times of its own. [seconds]"""


class Way(StrEnum):
    """The five methods of the screen."""

    FIXED = "fixed"
    EQUAL = "equal"
    PROPORTIONAL = "proportional"
    EQUAL_PRECISION = "equal_precision"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class LineDraft:
    """What somebody typed about one line of the plan.

    Attributes
    ----------
    design
        ``own`` or ``cross``.
    numbers
        Unit -> ballots wanted; of a ``cross`` rule the same for all. [ballots]
    populations
        Unit -> people there are; a unit that is left out has very many. [persons]
    fee_vnd
        Paid for one ballot. [VND]

    """

    design: Design
    numbers: Mapping[str, int]
    populations: Mapping[str, int] = field(default_factory=dict)
    fee_vnd: int = 0


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One cell with what its number means.

    ``margin_points`` is on the scale 1-5, ``margin_share`` of a proportion [0-1];
    ``detectable`` is the smallest difference to a unit with the usual number of ballots that
    would be noticed [points]. None where nobody is asked, and where another group fills the
    places its own people cannot: nobody knows how many those others are.
    """

    unit: Unit
    number: int
    population: int | None
    margin_points: float | None
    margin_share: float | None
    detectable: float | None
    is_census: bool
    is_short: bool
    cost_vnd: int


@dataclass(frozen=True, slots=True)
class Desk:
    """One line of the plan and what it means.

    Attributes
    ----------
    rule
        The line as drafted.
    rows
        One per unit of the kind, in plan order.
    people, slips, ballots
        To find, to print, to come back.
    ballots_per_person, minutes_per_person
        What one of them is asked.
    cost_vnd, plan_cost_vnd
        Of this line and of all lines, without enumerators. [VND]
    sentence
        How far two units must lie apart; None where nobody is asked.
    warnings
        Cells that ask more people than there are; a line that loses its other group.

    """

    rule: QuotaRule
    rows: tuple[DeskRow, ...]
    people: int
    slips: int
    ballots: int
    ballots_per_person: int
    minutes_per_person: int
    cost_vnd: int
    plan_cost_vnd: int
    sentence: Text | None
    warnings: tuple[Text, ...]


def draft_of(definition: CampaignDefinition, code: str) -> LineDraft:
    """Return a line of the plan as it stands.

    Raises
    ------
    NotFoundError
        If the plan has no such line.

    """
    rule = _rule(definition, code)
    units = _units(definition, rule)
    return LineDraft(
        rule.design,
        {unit.code: rule.target_of(unit.code) for unit in units},
        dict(rule.populations),
        rule.fee_vnd,
    )


def desk_of(campaign: Campaign, code: str, draft: LineDraft) -> Desk:
    """Say what the drafted numbers of one line mean.

    Raises
    ------
    NotFoundError
        If the plan has no such line.

    """
    definition = definition_of(campaign)
    plan = drafted(definition, code, draft)
    rule = plan.rule_by_code[code]
    populations = {
        (code, unit.code): rule.populations[unit.code]
        for unit in plan.units_of(rule)
        if unit.code in rule.populations
    }
    line = replace(plan, rules=(rule,))
    exact = {cell.unit: cell for cell in cell_precisions(line, populations=populations)}
    short = {cell.unit: cell for cell in short_cells(line, populations)}
    said = rule_precisions(line, populations=populations)
    (load,) = workload_by_rule(line, {rule.form: minutes_of(campaign, rule.form)})
    lost = loses_top_up(definition, _rule(definition, code), draft.design)
    return Desk(
        rule=rule,
        rows=tuple(
            _row(rule, unit, exact.get(unit.code), is_short=unit.code in short)
            for unit in _units(plan, rule)
        ),
        people=load.people,
        slips=load.people,
        ballots=load.ballots,
        ballots_per_person=load.ballots_per_person,
        minutes_per_person=load.minutes_per_person,
        cost_vnd=plan.ballots_of(rule) * rule.fee_vnd,
        plan_cost_vnd=sum(plan.ballots_of(each) * each.fee_vnd for each in plan.rules),
        sentence=said[0].sentence if said else None,
        warnings=(
            *_once(plan, (cell for cell in short.values() if cell.population)),
            *([lost] if lost else []),
        ),
    )


def _row(rule: QuotaRule, unit: Unit, cell: CellPrecision | None, *, is_short: bool) -> DeskRow:
    number = rule.target_of(unit.code)
    known = None if is_short and rule.top_up_from else cell
    return DeskRow(
        unit,
        number,
        rule.populations.get(unit.code),
        known.margin_points if known else None,
        known.margin_share if known else None,
        _detectable(known, rule) if known else None,
        is_census=bool(known and known.is_census),
        is_short=is_short,
        cost_vnd=number * rule.fee_vnd,
    )


def what_it_tells(campaign: Campaign) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    """Return what the plan in force cannot tell apart, and the cells short of people.

    One sentence for each line, and one for each cell (or line with the same people for all
    units) that asks more people than its office has counted.
    """
    plan = definition_of(campaign)
    counted = {
        (rule.code, unit.code): rule.populations[unit.code]
        for rule in plan.rules
        for unit in plan.units_of(rule)
        if unit.code in rule.populations
    }
    said = rule_precisions(plan, populations=counted)
    short = short_cells(plan, counted)
    return tuple(each.sentence for each in said), _once(plan, short)


def _once(plan: CampaignDefinition, short: Iterable[ShortCell]) -> tuple[Text, ...]:
    """Return one sentence for each short cell, and one for a line whose people rate all."""
    crossed = {rule.code for rule in plan.rules if rule.design is Design.CROSS}
    said: dict[tuple[str, str], Text] = {}
    for cell in short:
        said.setdefault((cell.rule, "" if cell.rule in crossed else cell.unit), cell.sentence)
    return tuple(said.values())


def _detectable(cell: CellPrecision, rule: QuotaRule) -> float:
    usual = cell.n if rule.design is Design.CROSS else rule.per_unit
    pool = cell.population if rule.design is Design.CROSS else None
    return detectable_difference(
        cell.n, usual, Assumptions().sd, population1=cell.population, population2=pool
    )


def minutes_of(campaign: Campaign, form: str) -> Decimal:
    """Return the time one ballot takes, from the number of its questions. [minutes]."""
    return max(Decimal(1), Decimal(len(form_of(campaign, form).questions) * SECONDS_PER_ITEM) / 60)


def drafted(definition: CampaignDefinition, code: str, draft: LineDraft) -> CampaignDefinition:
    """Return the plan with one line as drafted; its printed totals follow."""
    rule = _rule(definition, code)
    numbers = {unit.code: draft.numbers.get(unit.code, 0) for unit in _units(definition, rule)}
    asked = Counter(number for number in numbers.values() if number)
    usual = max(asked, key=lambda number: (asked[number], number)) if asked else rule.per_unit
    populations = {code: n for code, n in draft.populations.items() if code in numbers}
    changed = replace(
        with_design(rule, draft.design),
        per_unit=usual,
        targets={code: number for code, number in numbers.items() if number != usual},
        populations=populations,
        fee_vnd=draft.fee_vnd,
    )
    rules = tuple(changed if each.code == rule.code else each for each in definition.rules)
    return restated(replace(definition, rules=rules))


def loses_top_up(definition: CampaignDefinition, rule: QuotaRule, design: Design) -> Text | None:
    """Say that a line loses the group that fills its places when the same people rate all."""
    if design is not Design.CROSS or rule.top_up_from is None:
        return None
    labels = {group.code: group.label for group in definition.groups}
    other = labels.get(rule.top_up_from, Text(rule.top_up_from, rule.top_up_from))
    return Text(
        f"{rule.code}: cùng những người ấy trả lời về mọi đơn vị nên không lấy bổ sung được; "
        f"khi lưu, dòng này bỏ phần lấy bổ sung từ “{other.vi}”.",
        f"{rule.code}: the same people rate every unit, so nobody can be added; when kept, this "
        f"line is no longer topped up from “{other.en}”.",
    )


def need_people(campaign: Campaign, draft: LineDraft) -> None:
    """Refuse ballots asked of nobody.

    Raises
    ------
    SurveyError
        Naming every unit that has 0 people and is to bring ballots.

    """
    names = {unit.code: unit.name for unit in definition_of(campaign).units}
    empty = [
        names[code]
        for code, number in draft.numbers.items()
        if number and draft.populations.get(code) == 0
    ]
    if empty:
        raise SurveyError(
            "Nơi có 0 người thì không lấy được phiếu. Hãy sửa số người hiện có, bỏ trống nếu chưa "
            "đếm, hoặc ghi 0 phiếu.",
            details=empty,
        )


def allocate(
    campaign: Campaign, code: str, draft: LineDraft, way: Way, amount: int
) -> tuple[LineDraft, Text]:
    """Fill the numbers of a line in and say what was done.

    Parameters
    ----------
    campaign, code, draft
        The line; its populations and fee are used where the method needs them.
    way
        One of the five methods.
    amount
        Ballots of each unit for ``fixed``; VND for ``budget``; ballots in all otherwise.

    Raises
    ------
    SurveyError
        If the method needs what is not known, or the amount does not fit.

    """
    from survey_app.services.spreading import spread  # noqa: PLC0415 - scipy, for this act only

    rule = _rule(definition_of(campaign), code)
    units = _units(definition_of(campaign), rule)
    if draft.design is Design.CROSS:
        raise SurveyError(
            "Người của dòng chung trả lời về mọi đơn vị nên không chia được; hãy ghi số người."
        )
    uncounted = [unit.name for unit in units if unit.code not in draft.populations]
    if way is Way.PROPORTIONAL and uncounted:
        raise SurveyError(
            "Muốn chia theo tỷ lệ phải biết số người của từng đơn vị; hãy điền cột “Số người hiện "
            "có”.",
            details=uncounted,
        )
    sizes = [draft.populations.get(unit.code) for unit in units]
    numbers, said = spread(way, amount, sizes, [unit.code for unit in units], draft.fee_vnd)
    filled = dict(zip([unit.code for unit in units], numbers, strict=True))
    return replace(draft, numbers=filled), said


def keep_line(slug: str, code: str, draft: LineDraft, reason: str, *, actor: Actor) -> int:
    """Propose the plan with one line as drafted; return the number of its version."""
    campaign = campaign_by_slug(slug)
    need_people(campaign, draft)
    return propose_plan(slug, drafted(definition_of(campaign), code, draft), reason, actor=actor)


def _rule(definition: CampaignDefinition, code: str) -> QuotaRule:
    by_code: dict[str, QuotaRule] = {rule.code.upper(): rule for rule in definition.rules}
    if code.upper() not in by_code:
        raise NotFoundError(f"Kế hoạch không có dòng phân bổ “{code}”.")
    return by_code[code.upper()]


def _units(definition: CampaignDefinition, rule: QuotaRule) -> list[Unit]:
    return [unit for unit in definition.units if unit.kind == rule.unit_kind]
