"""What the ballots of a plan can tell, and where there are not people enough for it.

``cell_precisions`` puts a margin of error beside every cell; ``rule_precisions`` says in one
sentence per rule how far two units must lie apart to be told apart; ``short_cells`` lists the
cells that ask more people than there are. The cells are those of ``sampling.quotas``, the
formulas those of ``sampling.precision`` and ``sampling.detectable``; this module only meets
one with the other. It speaks of random samples: forms filled at a counter by whoever comes
have an error that no formula knows.

People are counted, not ballots: in a cell of a ``cross`` rule stand its ``per_unit`` people,
the same in every cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from questionnaires.model import Campaign, Design, QuotaRule, Text
from sampling.arguments import listing, require
from sampling.detectable import detectable_difference
from sampling.precision import margin_of_mean, margin_of_proportion
from sampling.quotas import QuotaCell, expand_quotas, grouped

Populations = Mapping[tuple[str, str], int]
"""People by (rule, unit): of the rule's group, entitled to rate the unit. Under a ``cross``
rule it is the one pool the raters come from. A cell that is left out has very many."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What must be supposed before anybody has answered.

    Attributes
    ----------
    sd
        Standard deviation of one person's score on the scale 1-5. [points]
    p
        Expected proportion; 0.5 is the most demanding. [0-1]
    deff
        Design effect inside a unit.
    rho
        Correlation of two ballots of one person of a ``cross`` rule; None: independent.
    alpha, power
        1 minus the confidence; the chance to notice a difference. (0-1)

    """

    sd: float = 0.9
    p: float = 0.5
    deff: float = 1.0
    rho: float | None = None
    alpha: float = 0.05
    power: float = 0.8


@dataclass(frozen=True, slots=True)
class CellPrecision:
    """How exactly one cell will be known when it is filled.

    Attributes
    ----------
    rule, unit
        Codes; together they name the cell.
    n
        People who answer: the target, or all there are when it asks more. [persons]
    population
        People there are, or None when there are very many. [persons]
    margin_points
        Margin of error of the mean on the scale 1-5. [points]
    margin_share
        Margin of error of a proportion. [0-1]

    """

    rule: str
    unit: str
    n: int
    population: int | None
    margin_points: float
    margin_share: float

    @property
    def is_census(self) -> bool:
        """Whether everybody is asked, so that no sampling error is left."""
        return self.n == self.population


@dataclass(frozen=True, slots=True)
class RulePrecision:
    """What one rule can say about two units.

    Attributes
    ----------
    rule
        Code of the quota rule.
    least, most
        Fewest and most people who answer about a unit. [persons]
    units
        Units with a cell that somebody answers.
    ballots
        Ballots of the rule; more than its people when they rate every unit. [ballots]
    detectable
        Smallest difference that any two units show, on the scale 1-5: that of the pair
        known worst. None with fewer than two units. [points]
    sentence
        The same for a reader.

    """

    rule: str
    least: int
    most: int
    units: int
    ballots: int
    detectable: float | None
    sentence: Text


@dataclass(frozen=True, slots=True)
class ShortCell:
    """A cell that asks more people than there are. [persons]."""

    rule: str
    unit: str
    wanted: int
    population: int
    sentence: Text


def cell_precisions(
    campaign: Campaign,
    *,
    populations: Populations | None = None,
    assumptions: Assumptions | None = None,
    cells: Iterable[QuotaCell] | None = None,
) -> tuple[CellPrecision, ...]:
    """Put a margin of error beside every cell.

    Parameters
    ----------
    campaign
        The plan.
    populations
        People by (rule, unit); a rule that is topped up from another group is not limited
        by them. [persons]
    assumptions
        Standard deviation, design effect and the like.
    cells
        Cells to judge, as in :func:`sampling.quotas.quota_totals`; those of the plan when
        left out.

    Returns
    -------
    tuple of CellPrecision
        In the order of the cells; those nobody can answer are left out.

    Raises
    ------
    ValueError
        If ``populations`` names cells the plan does not have or is negative, or differs
        between the cells of a ``cross`` rule; names all.

    """
    given = assumptions or Assumptions()
    return tuple(
        _cell_precision(cell, _limiting(campaign.rule_by_code[cell.rule], cell, population), given)
        for cell, population in _peopled(campaign, populations, cells)
        if cell.target > 0 and (population != 0 or campaign.rule_by_code[cell.rule].top_up_from)
    )


def rule_precisions(
    campaign: Campaign,
    *,
    populations: Populations | None = None,
    assumptions: Assumptions | None = None,
    cells: Iterable[QuotaCell] | None = None,
) -> tuple[RulePrecision, ...]:
    """Say for every rule what it cannot tell apart.

    Parameters and errors are those of :func:`cell_precisions`.

    Returns
    -------
    tuple of RulePrecision
        In plan order; rules nobody can answer are left out.

    """
    given = assumptions or Assumptions()
    by_rule: dict[str, list[CellPrecision]] = {rule.code: [] for rule in campaign.rules}
    for cell in cell_precisions(campaign, populations=populations, assumptions=given, cells=cells):
        by_rule[cell.rule].append(cell)
    return tuple(
        _rule_precision(campaign, rule, by_rule[rule.code], given)
        for rule in campaign.rules
        if by_rule[rule.code]
    )


def short_cells(
    campaign: Campaign, populations: Populations, *, cells: Iterable[QuotaCell] | None = None
) -> tuple[ShortCell, ...]:
    """List every cell that asks more people than there are.

    Parameters and errors are those of :func:`cell_precisions`.

    Returns
    -------
    tuple of ShortCell
        In the order of the cells; empty when there are people enough.

    """
    return tuple(
        ShortCell(
            cell.rule, cell.unit, cell.target, population, _shortage(campaign, cell, population)
        )
        for cell, population in _peopled(campaign, populations, cells)
        if population is not None and population < cell.target
    )


def _peopled(
    campaign: Campaign, populations: Populations | None, cells: Iterable[QuotaCell] | None
) -> tuple[tuple[QuotaCell, int | None], ...]:
    """Meet the cells with their people, or None; refuse people who belong to no cell."""
    given = populations or {}
    plan = expand_quotas(campaign)
    judged = plan if cells is None else tuple(cells)
    known = {(cell.rule, cell.unit) for cell in (*plan, *judged)}
    unknown = [f"{rule} {unit}" for rule, unit in given if (rule, unit) not in known]
    negative = [f"{rule} {unit}" for (rule, unit), people in given.items() if people < 0]
    crossed = {rule.code for rule in campaign.rules if rule.design is Design.CROSS}
    pools = {(c.rule, c.target, given.get((c.rule, c.unit))) for c in judged if c.rule in crossed}
    uneven = sorted(rule for rule, n in Counter(pool[0] for pool in pools).items() if n > 1)
    require(
        listing(Text("Kế hoạch không có ô", "the plan has no cell"), unknown, mark=""),
        listing(Text("Số người âm ở ô", "negative population in"), negative, mark=""),
        (
            not uneven,
            Text(
                f"Người của dòng {', '.join(uneven)} chấm mọi đơn vị: chỉ có một chỉ tiêu, một số "
                "người.",
                f"the people of {', '.join(uneven)} rate every unit: one target, one population",
            ),
        ),
    )
    return tuple((cell, given.get((cell.rule, cell.unit))) for cell in judged)


def _limiting(rule: QuotaRule, cell: QuotaCell, population: int | None) -> int | None:
    """Return the people of a cell; no limit where another group fills the places it leaves."""
    if population is not None and population < cell.target and rule.top_up_from:
        return None
    return population


def _cell_precision(cell: QuotaCell, population: int | None, given: Assumptions) -> CellPrecision:
    n = cell.target if population is None else min(cell.target, population)
    return CellPrecision(
        cell.rule,
        cell.unit,
        n,
        population,
        margin_of_mean(n, given.sd, population=population, deff=given.deff, alpha=given.alpha),
        margin_of_proportion(
            n, p=given.p, population=population, deff=given.deff, alpha=given.alpha
        ),
    )


def _rule_precision(
    campaign: Campaign, rule: QuotaRule, cells: list[CellPrecision], given: Assumptions
) -> RulePrecision:
    crossed = rule.design is Design.CROSS
    people = [cell.n for cell in cells]
    detectable = None
    if len(cells) > 1:
        worst, second = sorted(cells, key=lambda cell: -cell.margin_points)[:2]
        detectable = detectable_difference(
            worst.n,
            second.n,
            given.sd,
            population1=worst.population,
            population2=second.population,
            deff=given.deff,
            rho=given.rho if crossed else None,
            alpha=given.alpha,
            power=given.power,
        )
    return RulePrecision(
        rule.code,
        min(people),
        max(people),
        len(cells),
        sum(people),
        detectable,
        _limit(campaign, rule, cells, detectable, given),
    )


def _limit(
    campaign: Campaign,
    rule: QuotaRule,
    cells: list[CellPrecision],
    detectable: float | None,
    given: Assumptions,
) -> Text:
    """Say what the rule cannot tell apart, with its own numbers."""
    asked, chance = _asked(campaign, rule, cells), _chance(rule, given)
    if detectable is None:
        margin = cells[0].margin_points
        return Text(
            f"{asked.vi}: chỉ có một đơn vị nên không xếp hạng; sai số ±{_comma(margin)} điểm "
            "(thang 1–5).",
            f"{asked.en}: a single unit, so no ranking; margin of error ±{margin:.2f} points "
            "(scale 1–5).",
        )
    if detectable == 0:
        return Text(
            f"{asked.vi}: hỏi hết mọi người nên không còn sai số chọn mẫu.",
            f"{asked.en}: everybody is asked, so no sampling error is left.",
        )
    return Text(
        f"{asked.vi} không phân biệt được hai đơn vị lân cận chênh dưới {_comma(detectable)} "
        f"điểm (thang 1–5; {chance.vi}).",
        f"{asked.en} cannot tell apart two neighbouring units less than {detectable:.2f} points "
        f"apart (scale 1–5; {chance.en}).",
    )


def _asked(campaign: Campaign, rule: QuotaRule, cells: list[CellPrecision]) -> Text:
    """Say who is asked: ballots of each unit, or the people who rate them all."""
    kind = campaign.unit_kinds[rule.unit_kind]
    least, most = min(cell.n for cell in cells), max(cell.n for cell in cells)
    if rule.design is Design.CROSS:
        ballots = sum(cell.n for cell in cells)
        return Text(
            f"{rule.code}: {grouped(most)} người cùng chấm {len(cells)} đơn vị ({kind.vi}; "
            f"{grouped(ballots)} phiếu nhưng chỉ là {grouped(most)} người)",
            f"{rule.code}: {most:,} people rating the same {len(cells)} units ({kind.en}; "
            f"{ballots:,} ballots but only {most:,} people)",
        )
    number = Text(
        grouped(least) if least == most else f"{grouped(least)}–{grouped(most)}",
        f"{least:,}" if least == most else f"{least:,}–{most:,}",
    )
    return Text(
        f"{rule.code}: {number.vi} phiếu mỗi đơn vị ({kind.vi})",
        f"{rule.code}: {number.en} ballots per unit ({kind.en})",
    )


def _chance(rule: QuotaRule, given: Assumptions) -> Text:
    """Say what was supposed."""
    confidence, power = 100 * (1 - given.alpha), 100 * given.power
    shared = Text("", "")
    if rule.design is Design.CROSS:
        shared = (
            Text(", coi phiếu của một người là độc lập", ", ballots of a person independent")
            if given.rho is None
            else Text(f", tương quan {_comma(given.rho)}", f", correlation {given.rho:.2f}")
        )
    return Text(
        f"độ lệch chuẩn {_comma(given.sd)}, tin cậy {confidence:.0f}%, khả năng phát hiện "
        f"{power:.0f}%{shared.vi}",
        f"standard deviation {given.sd:.2f}, confidence {confidence:.0f}%, power "
        f"{power:.0f}%{shared.en}",
    )


def _shortage(campaign: Campaign, cell: QuotaCell, population: int) -> Text:
    """Say it of one unit; of a ``cross`` rule in the same words for every unit."""
    rule = campaign.rule_by_code[cell.rule]
    crossed = rule.design is Design.CROSS
    where = "" if crossed else f", {campaign.unit_by_code[cell.unit].name}"
    remedy = Text(
        "hãy giảm chỉ tiêu hoặc hỏi hết số người này",
        "lower the target or ask all of them",
    )
    if rule.top_up_from and not crossed:
        labels = {group.code: group.label for group in campaign.groups}
        other = labels.get(rule.top_up_from, Text(rule.top_up_from, rule.top_up_from))
        remedy = Text(f"phần thiếu lấy bổ sung từ {other.vi}", f"topped up from {other.en}")
    return Text(
        f"{rule.code}{where}: cần {grouped(cell.target)} người nhưng chỉ có "
        f"{grouped(population)}; {remedy.vi}.",
        f"{rule.code}{where}: {cell.target:,} people are wanted, but there are only "
        f"{population:,}; {remedy.en}.",
    )


def _comma(points: float) -> str:
    return f"{points:.2f}".replace(".", ",")
