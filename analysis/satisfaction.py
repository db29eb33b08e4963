"""How satisfied people are with a unit, by the two definitions in use.

``top2_share`` is the share of "satisfied" and "very satisfied" among valid answers;
``mean_percent`` is the mean percent of full marks. No decision that could be read says which
one it means, so both are computed and the campaign says which is official
(``Settings.satisfaction``). Only questions on the five-level scale ``S5`` take part. Counts
come from ``analysis.scores.open_book``; what may be shown is decided in ``analysis.publish``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias

from analysis.rounding import on_one_denominator
from analysis.scores import Book, GradedQuestion, score_question
from questionnaires.model import Question, Questionnaire, QuotaRule

SCALE: Final = "S5"
"""Code of the scale of five levels of satisfaction."""

LEVELS_THAT_SATISFY: Final = 2
"""The two choices that earn most."""


Asked: TypeAlias = tuple[tuple[GradedQuestion, tuple[str, ...]], ...]
"""Questions with the choices that satisfy."""


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """One unit in the eyes of those who filled one form.

    Attributes
    ----------
    people
        The most valid answers any one question has: at least so many people answered.
        [persons]
    valid
        Valid answers to all its satisfaction questions. [answers]
    top2_share, mean_percent
        None without a valid answer. [percent]

    """

    unit: str
    form: str
    people: int
    valid: int
    top2_share: Fraction | None
    mean_percent: Fraction | None


def satisfaction_questions(form: Questionnaire, rule: QuotaRule) -> tuple[Question, ...]:
    """Questions about satisfaction that the people of one rule are asked."""
    return tuple(
        question
        for question in form.asked_of(rule).unit_questions
        if question.scale is not None and question.scale.code == SCALE
    )


def satisfaction(
    units: Iterable[str],
    rules: Iterable[QuotaRule],
    forms: Mapping[str, Questionnaire],
    book: Book,
) -> tuple[Satisfaction, ...]:
    """Compute both definitions for every unit and every form that asks for satisfaction.

    Parameters
    ----------
    units
        Codes of units of one kind.
    rules
        Quota rules about that kind of unit.
    forms
        Forms by code.
    book
        Counts, from ``analysis.scores.open_book``.

    """
    asked = {
        (rule.form, rule.code): tuple(
            (GradedQuestion.of(question), _best_choices(question)) for question in questions
        )
        for rule in rules
        if (questions := satisfaction_questions(forms[rule.form], rule))
    }
    return tuple(
        _of_unit(unit, form, {rule: q for (f, rule), q in asked.items() if f == form}, book)
        for unit in units
        for form in dict.fromkeys(form for form, _ in asked)
    )


def _of_unit(unit: str, form: str, asked: Mapping[str, Asked], book: Book) -> Satisfaction:
    valid = satisfied = people = 0
    earned: list[tuple[int, int]] = []
    for rule, questions in asked.items():
        most = 0
        for question, best in questions:
            score = score_question(question, book.counts.get((unit, rule, question.code), {}))
            if not score.valid:
                continue
            valid += score.valid
            earned.append(score.earned)
            satisfied += sum(score.counts.get(code, 0) for code in best)
            most = max(most, score.valid)
        people += most
    percents, per = on_one_denominator(earned)
    return Satisfaction(
        unit=unit,
        form=form,
        people=people,
        valid=valid,
        top2_share=Fraction(100 * satisfied, valid) if valid else None,
        mean_percent=Fraction(sum(percents), per * valid) if valid else None,
    )


def _best_choices(question: Question) -> tuple[str, ...]:
    choices = question.scale.choices if question.scale else ()
    ranked = sorted(
        (choice for choice in choices if choice.percent is not None),
        key=lambda choice: choice.percent or 0,
        reverse=True,
    )
    return tuple(choice.code for choice in ranked[:LEVELS_THAT_SATISFY])
