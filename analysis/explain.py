"""A number walked back: index, component, criterion, group, question, counts.

``explain_criterion`` opens one criterion of one unit. Restricted, it shows everything; for
everyone else it goes down as far as promise 4 of the design allows, and says at every step
that is closed why it is closed. Group means carry their publish state already
(``analysis.publish``); distributions are judged by ``analysis.distributions``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from analysis.distributions import closed_questions, pooled_answers
from analysis.index import LeafState
from analysis.publish import Published, PublishState, Reason
from analysis.results import (
    ComponentResult,
    CriterionResult,
    GroupResult,
    IndexResult,
    UnitResult,
)
from questionnaires.model import Criterion, GroupWeights


@dataclass(frozen=True, slots=True)
class ExplainedQuestion:
    """The answers of one group, or of groups shown as one, to one question.

    ``counts`` (choice code -> answers) and ``valid`` are None where they are not shown.
    """

    question: str
    counts: Mapping[str, int] | None
    valid: int | None
    state: PublishState
    reason: Reason


@dataclass(frozen=True, slots=True)
class ExplainedGroup:
    """One group, or groups of one form shown as one.

    Attributes
    ----------
    rules
        Codes of the quota rules it speaks for.
    people
        Who gave a valid answer; None where the mean is not shown. [persons]
    weight
        Share in the criterion. [0-1]
    mean
        Percent of full marks; None without a valid answer or where it is not shown.
    state, reason
        What everyone may see, also in the restricted explanation.

    """

    rules: tuple[str, ...]
    form: str
    people: int | None
    weight: Decimal
    mean: Decimal | None
    state: PublishState
    reason: Reason
    questions: tuple[ExplainedQuestion, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One criterion of one unit, and what stands above and below it.

    ``points`` is None when there are none or they are not shown: ``published`` tells.
    ``alternatives`` are restricted.
    """

    unit: UnitResult
    component: ComponentResult
    criterion: Criterion
    state: LeafState
    points: Decimal | None
    max_points: Decimal
    round: str
    published: Published
    weighting: GroupWeights | None
    groups: tuple[ExplainedGroup, ...]
    without_answers: tuple[str, ...]
    alternatives: Mapping[str, Decimal | None]
    restricted: bool


def explain_criterion(
    result: IndexResult, unit: str, criterion: str, *, restricted: bool
) -> Explanation:
    """Open one criterion of one unit.

    Parameters
    ----------
    result
        From ``analysis.compute.compute_index``.
    unit, criterion
        Codes; the criterion is a leaf.
    restricted
        True for the council and the analyst, who see every count; False for everyone.

    Raises
    ------
    KeyError
        If the unit or the criterion is not in the result.

    """
    found = result.unit_by_code[unit]
    criteria = result.criteria[found.kind]
    definition = criteria.by_code[criterion]
    leaf = found.criterion(criterion)
    component = found.component(criteria.component_of(criterion).code)
    return Explanation(
        unit=found,
        component=component,
        criterion=definition,
        state=leaf.state,
        points=leaf.points if restricted else leaf.published.value,
        max_points=leaf.max_points,
        round=leaf.round,
        published=leaf.published,
        weighting=leaf.weighting,
        groups=restricted_groups(leaf)
        if restricted
        else public_groups(
            leaf, k_mean=result.settings.k_mean, k_distribution=result.settings.k_distribution
        ),
        without_answers=leaf.without_answers,
        alternatives=dict(leaf.alternatives or {}) if restricted else {},
        restricted=restricted,
    )


def restricted_groups(criterion: CriterionResult) -> tuple[ExplainedGroup, ...]:
    """Every group with every count."""
    return tuple(
        ExplainedGroup(
            rules=(group.rule,),
            form=group.form,
            people=group.people,
            weight=group.weight,
            mean=group.mean,
            state=group.published.state,
            reason=group.published.reason,
            questions=tuple(
                ExplainedQuestion(
                    question.question,
                    question.counts,
                    question.valid,
                    PublishState.PUBLISHED,
                    Reason.NONE,
                )
                for question in group.questions
            ),
        )
        for group in criterion.groups
    )


def public_groups(
    criterion: CriterionResult, *, k_mean: int, k_distribution: int
) -> tuple[ExplainedGroup, ...]:
    """Show the groups as everyone may see them: small ones joined, closed ones empty.

    Parameters
    ----------
    criterion
        A leaf of a unit.
    k_mean, k_distribution
        People a mean and a distribution need. [persons]

    """
    joined: dict[tuple[str, ...], list[GroupResult]] = {}
    for group in criterion.groups:
        joined.setdefault(group.published.members, []).append(group)
    return tuple(
        _public_group(rules, groups, k_mean, k_distribution) for rules, groups in joined.items()
    )


def _public_group(
    rules: tuple[str, ...], groups: Sequence[GroupResult], k_mean: int, k_distribution: int
) -> ExplainedGroup:
    published = groups[0].published
    closed = published.state is PublishState.SUPPRESSED
    pooled = pooled_answers(groups)
    hidden = set(pooled) if closed else closed_questions(groups, pooled, k_mean, k_distribution)
    return ExplainedGroup(
        rules=rules,
        form=groups[0].form,
        people=None if closed else sum(group.people for group in groups),
        weight=sum((group.weight for group in groups), Decimal(0)),
        mean=published.value,
        state=published.state,
        reason=published.reason,
        questions=tuple(
            ExplainedQuestion(
                code, None, None, PublishState.SUPPRESSED, _why(published, valid, k_distribution)
            )
            if code in hidden
            else ExplainedQuestion(code, counts, valid, PublishState.PUBLISHED, Reason.NONE)
            for code, (counts, valid) in pooled.items()
        ),
    )


def _why(published: Published, valid: int, k_distribution: int) -> Reason:
    if published.state is PublishState.SUPPRESSED:
        return published.reason
    return Reason.SMALL if valid < k_distribution else Reason.COMPLEMENTARY
