"""A run laid out for the screen: rankings, and one unit opened down to its counts.

What is shown is what everyone may see (``analysis.explain``, not restricted), also to staff:
the council's workbook is the one place where small groups stand open, and its export is
audited (design, promise 7).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from analysis.explain import ExplainedGroup, ExplainedQuestion, Explanation, explain_criterion
from analysis.publish import Reason
from analysis.results import ComponentResult, IndexResult, UnitResult
from questionnaires.model import (
    BLANK,
    NO_OPINION,
    UNREADABLE,
    CriteriaSet,
    Criterion,
    Question,
    Text,
)
from survey_app.errors import NotFoundError
from survey_app.models import Campaign
from survey_app.services.definitions import definition_of, form_of
from survey_app.services.index_runs import is_provisional

UNPRINTED_CHOICES = {
    NO_OPINION: Text("Không biết / không có ý kiến", "Do not know / no opinion"),
    BLANK: Text("Để trống", "Left blank"),
    UNREADABLE: Text("Không đọc được", "Unreadable"),
}


@dataclass(frozen=True, slots=True)
class RankedUnit:
    """One line of a ranking; ``provisional`` rests on self-scores nobody has appraised."""

    unit: UnitResult
    provisional: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """Units of one kind, best first; those without an index stand last."""

    kind: str
    label: Text
    criteria: CriteriaSet
    rows: tuple[RankedUnit, ...]

    @property
    def bands(self) -> Mapping[str, int]:
        """Band -> units in it."""
        reached = [row.unit.band for row in self.rows]
        return {band.label: reached.count(band.label) for band in self.criteria.bands}

    @property
    def mean(self) -> Decimal | None:
        """Mean of the printed indices of the units that have one. [percent]."""
        values = [row.unit.index for row in self.rows if row.unit.index is not None]
        return sum(values, Decimal(0)) / len(values) if values else None


@dataclass(frozen=True, slots=True)
class CountLine:
    """One choice of a question: its label and how often it was ticked. [answers]."""

    code: str
    label: Text
    percent: Decimal | None
    n: int


@dataclass(frozen=True, slots=True)
class OpenedQuestion:
    """One question of a group; ``counts`` is empty where ``reason`` says why."""

    code: str
    label: Text
    counts: tuple[CountLine, ...]
    valid: int | None
    reason: Text | None


@dataclass(frozen=True, slots=True)
class OpenedGroup:
    """One group, or several shown as one."""

    group: ExplainedGroup
    label: Text
    reason: Text | None
    questions: tuple[OpenedQuestion, ...]


@dataclass(frozen=True, slots=True)
class OpenedCriterion:
    """One leaf: its points, why they may be closed, and the groups it comes from."""

    criterion: Criterion
    found: Explanation
    reason: Text | None
    groups: tuple[OpenedGroup, ...]


@dataclass(frozen=True, slots=True)
class OpenedComponent:
    """One component and its leaves; ``points`` is None where they are not shown."""

    criterion: Criterion
    component: ComponentResult
    points: Decimal | None
    reason: Text | None
    leaves: tuple[OpenedCriterion, ...]


@dataclass(frozen=True, slots=True)
class UnitPage:
    """One unit opened."""

    row: RankedUnit
    criteria: CriteriaSet
    components: tuple[OpenedComponent, ...]
    of: int
    """Units of its kind that have a rank."""


def rankings(campaign: Campaign, result: IndexResult) -> tuple[Ranking, ...]:
    """Return the ranking of each kind of unit, in plan order of the kinds."""
    labels = definition_of(campaign).unit_kinds
    kinds = dict.fromkeys(unit.kind for unit in campaign.units)
    return tuple(
        Ranking(
            kind, labels.get(kind, Text(kind, kind)), result.criteria[kind], _ranked(result, kind)
        )
        for kind in kinds
        if kind in result.criteria
    )


def unit_page(campaign: Campaign, result: IndexResult, code: str) -> UnitPage:
    """Open one unit of a run.

    Raises
    ------
    NotFoundError
        If the run does not know the unit.

    """
    unit = result.unit_by_code.get(code)
    if unit is None:
        raise NotFoundError(f"Lần tính này không có đơn vị mã “{code}”.")
    words = _Words(campaign)
    criteria = result.criteria[unit.kind]
    return UnitPage(
        row=RankedUnit(unit, is_provisional(unit)),
        criteria=criteria,
        components=tuple(
            OpenedComponent(
                criterion=criteria.by_code[component.code],
                component=component,
                points=None if component.code in unit.hidden else component.points,
                reason=_why(component.published.reason),
                leaves=tuple(
                    words.opened(explain_criterion(result, code, leaf.code, restricted=False))
                    for leaf in criteria.leaves
                    if criteria.component_of(leaf.code).code == component.code
                ),
            )
            for component in unit.components
        ),
        of=sum(other.rank is not None for other in result.units_of(unit.kind)),
    )


def _ranked(result: IndexResult, kind: str) -> tuple[RankedUnit, ...]:
    units = sorted(result.units_of(kind), key=lambda unit: (unit.rank is None, unit.rank or 0))
    return tuple(RankedUnit(unit, is_provisional(unit)) for unit in units)


def _why(reason: Reason) -> Text | None:
    return reason.text if reason else None


class _Words:
    """Labels of groups, questions and choices, from the frozen forms."""

    def __init__(self, campaign: Campaign) -> None:
        definition = definition_of(campaign)
        groups = {group.code: group.label for group in definition.groups}
        self.rules = {rule.code: groups.get(rule.group) for rule in definition.rules}
        self.questions: dict[tuple[str, str], Question] = {
            (form, question.code): question
            for form in definition.forms
            for question in form_of(campaign, form).questions
        }

    def opened(self, found: Explanation) -> OpenedCriterion:
        """Put words to one explained criterion."""
        return OpenedCriterion(
            criterion=found.criterion,
            found=found,
            reason=_why(found.published.reason),
            groups=tuple(self._group(group) for group in found.groups),
        )

    def _group(self, group: ExplainedGroup) -> OpenedGroup:
        labels = [label for rule in group.rules if (label := self.rules.get(rule))]
        return OpenedGroup(
            group=group,
            label=Text("; ".join(x.vi for x in labels), "; ".join(x.en for x in labels)),
            reason=_why(group.reason),
            questions=tuple(self._question(group.form, question) for question in group.questions),
        )

    def _question(self, form: str, found: ExplainedQuestion) -> OpenedQuestion:
        question = self.questions.get((form, found.question))
        choices = {
            choice.code: choice
            for choice in (question.scale.choices if question and question.scale else ())
        }
        counts = found.counts or {}
        order = [*choices, *(code for code in counts if code not in choices)]
        return OpenedQuestion(
            code=found.question,
            label=question.label if question else Text(found.question, found.question),
            counts=tuple(
                CountLine(
                    code,
                    choices[code].label if code in choices else UNPRINTED_CHOICES[code],
                    choices[code].percent if code in choices else None,
                    counts[code],
                )
                for code in order
                if code in counts
            ),
            valid=found.valid,
            reason=_why(found.reason),
        )
