"""From counts to the survey points of one criterion.

``mean_g`` is the mean over the criterion's questions of the mean percent of the valid
answers of group g, a group being one quota rule. The points are
``max_points × Σ w_g · mean_g / 100``; ``w_g`` comes from the campaign (``by_form``,
``equal``, ``pooled``) or is given (``explicit``). Everything is an exact fraction of counts
until ``analysis.index`` rounds it. Counts come from ``analysis.tallies``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Final

from analysis.rounding import total
from analysis.tallies import Tallies
from questionnaires.model import (
    BLANK,
    NO_OPINION,
    UNREADABLE,
    Criterion,
    GroupWeights,
    Question,
    Questionnaire,
    QuotaRule,
)

Counts = Mapping[str, int]
"""Choice code -> answers. [answers]"""

COMPUTED_WEIGHTS: Final = (GroupWeights.BY_FORM, GroupWeights.EQUAL, GroupWeights.POOLED)
"""Weightings that need no numbers from the decision paper; those not official are printed
beside the official one."""


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """The answers of one group to one question.

    Attributes
    ----------
    counts
        Every choice of the scale, "no opinion", blank and unreadable. [answers]
    valid
        Answers that earn a percent. [answers]
    mean
        Mean percent of the valid answers; None without any. [0-100]

    """

    question: str
    counts: Counts
    valid: int
    mean: Fraction | None


@dataclass(frozen=True, slots=True)
class GroupScore:
    """One group's part in the points of a criterion.

    Attributes
    ----------
    people
        People with at least one valid answer. [persons]
    mean
        Mean over its questions; None without a valid answer. [0-100]
    weight
        Share in the criterion, 0 without a valid answer; the weights of a criterion that has
        points add up to 1. [0-1]

    """

    rule: str
    form: str
    people: int
    questions: tuple[QuestionScore, ...]
    mean: Fraction | None
    weight: Fraction


@dataclass(frozen=True, slots=True)
class SurveyScore:
    """The survey points of one unit on one criterion.

    Attributes
    ----------
    weighting
        How the groups were joined; ``explicit`` also where the criterion has weights of its
        own.
    points
        Under that weighting, unrounded; None when nobody gave a valid answer. [points]
    alternatives
        Points under the computed weightings that are not official, to print beside.
    without_answers
        Rules that were asked but gave no valid answer; their weight went to the others.

    """

    unit: str
    criterion: str
    max_points: Decimal
    weighting: GroupWeights
    groups: tuple[GroupScore, ...]
    points: Fraction | None
    alternatives: Mapping[GroupWeights, Fraction | None]
    without_answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """Tallies laid open for look-up by (unit, rule, question) and (unit, rule, criterion)."""

    counts: Mapping[tuple[str, str, str], Counts]
    people: Mapping[tuple[str, str, str], int]


def open_book(tallies: Tallies) -> Book:
    """Turn the frames of ``analysis.tallies`` into look-ups."""
    counts: dict[tuple[str, str, str], dict[str, int]] = {}
    answers = tallies.answers
    for unit, rule, question, choice, n in zip(
        *(answers[key].tolist() for key in ("unit", "rule", "question", "choice", "n")),
        strict=True,
    ):
        counts.setdefault((unit, rule, question), {})[choice] = n
    people = {
        (unit, rule, criterion): n
        for unit, rule, criterion, n in zip(
            *(tallies.respondents[key].tolist() for key in ("unit", "rule", "criterion", "n")),
            strict=True,
        )
    }
    return Book(counts, people)


@dataclass(frozen=True, slots=True)
class GradedQuestion:
    """What each answer to a question earns, in whole numbers.

    ``earns`` maps the choices that count to their percent times ``per``.
    """

    code: str
    earns: Mapping[str, int]
    per: int

    @classmethod
    def of(cls, question: Question) -> GradedQuestion:
        """Take the choices of a question that earn a percent."""
        percents = {
            choice.code: choice.percent.as_integer_ratio()
            for choice in (question.scale.choices if question.scale else ())
            if choice.percent is not None
        }
        per = lcm(*(below for _, below in percents.values()))
        earns = {code: above * (per // below) for code, (above, below) in percents.items()}
        return cls(question.code, earns, per)


def questions_of(
    criterion: str, rules: Iterable[QuotaRule], forms: Mapping[str, Questionnaire]
) -> dict[str, tuple[GradedQuestion, ...]]:
    """Questions that count for a criterion, by the code of each rule that is asked any."""
    asked = {
        rule.code: tuple(
            GradedQuestion.of(question)
            for question in forms[rule.form].asked_of(rule).scored_questions
            if question.criterion == criterion
        )
        for rule in rules
    }
    return {code: questions for code, questions in asked.items() if questions}


def score_criterion(
    unit: str,
    criterion: Criterion,
    questions: Mapping[str, tuple[GradedQuestion, ...]],
    rules: Mapping[str, QuotaRule],
    book: Book,
    *,
    weighting: GroupWeights,
    explicit_weights: Mapping[str, Decimal],
) -> SurveyScore:
    """Join the answers of all groups about one unit into criterion points.

    Parameters
    ----------
    unit, criterion
        Whose points on what.
    questions
        Questions of the criterion by rule, from ``questions_of``.
    rules
        Quota rules by code; their forms decide what ``by_form`` joins.
    book
        Counts, from ``open_book``.
    weighting, explicit_weights
        The campaign's choice. A criterion with ``group_weights`` of its own overrides both.
        A rule without an explicit weight counts nothing.

    """
    if criterion.group_weights:
        weighting, explicit_weights = GroupWeights.EXPLICIT, criterion.group_weights
    unweighted = [
        _group(unit, criterion.code, rules[code], asked, book) for code, asked in questions.items()
    ]
    raw = _raw_weights(unweighted, weighting, explicit_weights)
    whole = sum(raw.values()) or 1
    groups = tuple(
        GroupScore(g.rule, g.form, g.people, g.questions, g.mean, Fraction(raw[g.rule], whole))
        for g in unweighted
    )
    return SurveyScore(
        unit=unit,
        criterion=criterion.code,
        max_points=criterion.max_points,
        weighting=weighting,
        groups=groups,
        points=_points(criterion.max_points, groups, raw),
        alternatives={
            other: _points(criterion.max_points, groups, _raw_weights(groups, other, {}))
            for other in COMPUTED_WEIGHTS
            if other is not weighting
        },
        without_answers=tuple(g.rule for g in groups if g.mean is None),
    )


def group_weights(
    groups: Iterable[GroupScore],
    weighting: GroupWeights,
    explicit_weights: Mapping[str, Decimal] | None = None,
) -> dict[str, Fraction]:
    """Share of each group in a criterion.

    Returns
    -------
    dict
        Rule code -> weight. A group without a valid answer weighs 0 and its share goes to
        the others in proportion. The weights add up to 1, or are all 0 where no group that
        counts has a valid answer. [0-1]

    """
    raw = _raw_weights(list(groups), weighting, explicit_weights or {})
    whole = sum(raw.values()) or 1
    return {rule: Fraction(weight, whole) for rule, weight in raw.items()}


def _raw_weights(
    groups: Sequence[GroupScore],
    weighting: GroupWeights,
    explicit_weights: Mapping[str, Decimal],
) -> dict[str, int]:
    """Weights up to a common factor, in whole numbers."""
    answered = [group for group in groups if group.mean is not None]
    match weighting:
        case GroupWeights.BY_FORM:
            forms = Counter[str]()
            for group in answered:
                forms[group.form] += group.people
            per = lcm(*forms.values())
            raw = {group.rule: group.people * (per // forms[group.form]) for group in answered}
        case GroupWeights.EQUAL:
            raw = dict.fromkeys((group.rule for group in answered), 1)
        case GroupWeights.POOLED:
            raw = {group.rule: group.people for group in answered}
        case GroupWeights.EXPLICIT:
            ratios = {rule: w.as_integer_ratio() for rule, w in explicit_weights.items()}
            per = lcm(*(below for _, below in ratios.values()))
            exact = {rule: above * (per // below) for rule, (above, below) in ratios.items()}
            raw = {group.rule: exact.get(group.rule, 0) for group in answered}
    return {group.rule: raw.get(group.rule, 0) for group in groups}


def score_question(question: GradedQuestion, counts: Counts) -> QuestionScore:
    """Mean percent of the valid answers to one question."""
    valid = earned = 0
    for code, percent in question.earns.items():
        n = counts.get(code, 0)
        valid += n
        earned += n * percent
    mean = Fraction(earned, valid * question.per) if valid else None
    return QuestionScore(question.code, counts, valid, mean)


def no_opinion_share(score: QuestionScore) -> Fraction | None:
    """Share of "no opinion" among all who ticked something; None when nobody did. [0-1]."""
    ticked = sum(n for code, n in score.counts.items() if code not in {BLANK, UNREADABLE})
    return Fraction(score.counts.get(NO_OPINION, 0), ticked) if ticked else None


def _group(
    unit: str, criterion: str, rule: QuotaRule, questions: Iterable[GradedQuestion], book: Book
) -> GroupScore:
    scored = tuple(
        score_question(question, book.counts.get((unit, rule.code, question.code), {}))
        for question in questions
    )
    means = [score.mean for score in scored if score.mean is not None]
    return GroupScore(
        rule=rule.code,
        form=rule.form,
        people=book.people.get((unit, rule.code, criterion), 0),
        questions=scored,
        mean=total(means, over=len(means)) if means else None,
        weight=Fraction(0),
    )


def _points(
    max_points: Decimal, groups: Iterable[GroupScore], raw: Mapping[str, int]
) -> Fraction | None:
    """Points under weights that need not add up to 1."""
    terms = [
        (raw[group.rule], group.mean.numerator, group.mean.denominator)
        for group in groups
        if group.mean is not None and raw[group.rule]
    ]
    if not terms:
        return None
    per = lcm(*(below for _, _, below in terms))
    earned = sum(weight * above * (per // below) for weight, above, below in terms)
    maximum, of = max_points.as_integer_ratio()
    return Fraction(maximum * earned, of * per * sum(weight for weight, _, _ in terms) * 100)
