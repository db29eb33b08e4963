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

from analysis.rounding import on_one_denominator
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
    earned
        Percents of the valid answers added up, as numerator and denominator. [percent]

    """

    question: str
    counts: Counts
    valid: int
    earned: tuple[int, int]

    @property
    def mean_ratio(self) -> tuple[int, int] | None:
        """Mean percent of the valid answers, not reduced; None without any."""
        above, below = self.earned
        return (above, below * self.valid) if self.valid else None

    @property
    def mean(self) -> Fraction | None:
        """Mean percent of the valid answers; None without any. [0-100]."""
        ratio = self.mean_ratio
        return None if ratio is None else Fraction(*ratio)


@dataclass(frozen=True, slots=True)
class GroupScore:
    """One group's part in the points of a criterion.

    Attributes
    ----------
    people
        People with at least one valid answer. [persons]
    mean_ratio
        Mean over its questions as numerator and denominator, not reduced; None without a
        valid answer. [percent]

    """

    rule: str
    form: str
    people: int
    questions: tuple[QuestionScore, ...]
    mean_ratio: tuple[int, int] | None

    @property
    def mean(self) -> Fraction | None:
        """Mean over its questions; None without a valid answer. [0-100]."""
        return None if self.mean_ratio is None else Fraction(*self.mean_ratio)


@dataclass(frozen=True, slots=True)
class SurveyScore:
    """The survey points of one unit on one criterion.

    Attributes
    ----------
    weighting
        How the groups were joined; ``explicit`` also where the criterion has weights of its
        own.
    weights
        Parts of each rule in ``parts``, 0 without a valid answer.
    parts
        All weights together; 0 when no group that counts has a valid answer.
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
    weights: Mapping[str, int]
    parts: int
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
    groups = tuple(
        [
            _group(unit, criterion.code, rules[code], asked, book)
            for code, asked in questions.items()
        ]
    )
    earned = _Earned.by(groups, criterion.max_points)
    raw = raw_weights(groups, weighting, explicit_weights)
    points = earned.points(raw)
    others = [other for other in COMPUTED_WEIGHTS if other is not weighting]
    return SurveyScore(
        unit=unit,
        criterion=criterion.code,
        max_points=criterion.max_points,
        weighting=weighting,
        groups=groups,
        weights=raw,
        parts=sum(raw.values()),
        points=points,
        alternatives=dict.fromkeys(others, points)
        if len(earned.percents) == 1 and points is not None  # one group is all there is
        else {other: earned.points(raw_weights(groups, other, {})) for other in others},
        without_answers=tuple([g.rule for g in groups if g.mean_ratio is None]),
    )


def raw_weights(
    groups: Sequence[GroupScore],
    weighting: GroupWeights,
    explicit_weights: Mapping[str, Decimal],
) -> dict[str, int]:
    """Shares of the groups in a criterion, in whole numbers up to a common factor.

    A group without a valid answer weighs 0 and its share goes to the others in proportion.
    """
    answered = [group for group in groups if group.mean_ratio is not None]
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
    return QuestionScore(question.code, counts, valid, (earned, question.per))


def no_opinion_share(score: QuestionScore) -> Fraction | None:
    """Share of "no opinion" among all who ticked something; None when nobody did. [0-1]."""
    ticked = sum(n for code, n in score.counts.items() if code not in {BLANK, UNREADABLE})
    return Fraction(score.counts.get(NO_OPINION, 0), ticked) if ticked else None


def _group(
    unit: str, criterion: str, rule: QuotaRule, questions: Iterable[GradedQuestion], book: Book
) -> GroupScore:
    scored = tuple(
        [
            score_question(question, book.counts.get((unit, rule.code, question.code), {}))
            for question in questions
        ]
    )
    means = [ratio for score in scored if (ratio := score.mean_ratio) is not None]
    earned, per = on_one_denominator(means)
    return GroupScore(
        rule=rule.code,
        form=rule.form,
        people=book.people.get((unit, rule.code, criterion), 0),
        questions=scored,
        mean_ratio=(sum(earned), per * len(means)) if means else None,
    )


@dataclass(frozen=True, slots=True)
class _Earned:
    """Means of the groups of one criterion in whole numbers, for one weighting after another.

    ``percents`` are the means by rule times ``per``; ``full`` is the criterion's maximum as
    numerator and denominator.
    """

    percents: Mapping[str, int]
    per: int
    full: tuple[int, int]

    @classmethod
    def by(cls, groups: Iterable[GroupScore], max_points: Decimal) -> _Earned:
        """Take the means of the groups that gave a valid answer."""
        means = {g.rule: g.mean_ratio for g in groups if g.mean_ratio is not None}
        scaled, per = on_one_denominator(list(means.values()))
        return cls(dict(zip(means, scaled, strict=True)), per * 100, max_points.as_integer_ratio())

    def points(self, raw: Mapping[str, int]) -> Fraction | None:
        """Points under weights that need not add up to 1; None when nothing weighs."""
        weight = sum([raw[rule] for rule in self.percents])
        if not weight:
            return None
        earned = sum([raw[rule] * percent for rule, percent in self.percents.items()])
        maximum, of = self.full
        return Fraction(maximum * earned, of * self.per * weight)
