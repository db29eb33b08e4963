"""Answers nobody gave: seeded, realistic ballots and scores for demonstrations and tests.

A unit has a latent quality, a person a severity; an answer is the choice whose percent lies
nearest to quality minus severity plus some noise. A few people tick the same box all the way
down, some have no opinion, some leave a line empty on paper, and some had nothing to do with
the unit. Whoever shows what comes out must say "DỮ LIỆU MÔ PHỎNG". Everything random takes
``rng``, so that a demonstration is the same twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from questionnaires.model import (
    NO_OPINION,
    Choice,
    CriteriaSet,
    Design,
    Kind,
    Question,
    Questionnaire,
    QuotaRule,
    Source,
)

QUALITY_MEAN: Final = 0.84
QUALITY_SPREAD: Final = 0.045
QUALITY_RANGE: Final = (0.74, 0.94)
"""Indices of districts and communes are published between about 75 and 92 percent."""

OUTSIDER_SEVERITY: Final = 0.05
INSIDER_SEVERITY: Final = -0.02
SEVERITY_SPREAD: Final = 0.07
"""Citizens and enterprises mark harder than officials; people differ among themselves."""

NOISE: Final = 0.17
"""Standard deviation of one answer around what its person thinks of the unit. [share]."""

STRAIGHT_LINE_SHARE: Final = 0.04
NO_OPINION_SHARE: Final = 0.05
NOT_MET_SHARE: Final = {Design.CROSS: 0.06, Design.OWN: 0.01}
"""Share of people who rate many units and had nothing to do with one of them."""

POINT_STEP: Final = Decimal("0.25")
"""Appraisers mark in quarters of a point."""

OVERRATED_SHARE: Final = 0.15
"""Share of self-scores that an appraisal lowers."""


@dataclass(frozen=True, slots=True)
class SimulatedScore:
    """Points a unit gave itself and points the appraisal left. [points]."""

    self_score: Decimal
    appraised_score: Decimal


def simulate_qualities(units: Sequence[str], rng: np.random.Generator) -> dict[str, float]:
    """Draw how good each unit is, as a share of full marks. [0-1]."""
    drawn = np.clip(rng.normal(QUALITY_MEAN, QUALITY_SPREAD, len(units)), *QUALITY_RANGE)
    return dict(zip(units, drawn.tolist(), strict=True))


def simulate_severity(rng: np.random.Generator, *, outsider: bool) -> float:
    """Draw how much below the quality a person marks. [share of full marks].

    ``outsider`` is a citizen or an enterprise; officials are milder.
    """
    centre = OUTSIDER_SEVERITY if outsider else INSIDER_SEVERITY
    return float(rng.normal(centre, SEVERITY_SPREAD))


def simulate_not_met(rule: QuotaRule, rng: np.random.Generator) -> bool:
    """Draw whether a person had nothing to do with the unit this year."""
    return bool(rng.random() < NOT_MET_SHARE[rule.design])


def simulate_answers(
    questionnaire: Questionnaire,
    quality: float,
    severity: float,
    rng: np.random.Generator,
    *,
    blank_share: float = 0.0,
) -> dict[str, str]:
    """Fill one form about one unit.

    Parameters
    ----------
    questionnaire
        The form as one rule sees it (``Questionnaire.asked_of``).
    quality, severity
        Of the unit and of the person. [share of full marks]
    rng
        Source of all chance.
    blank_share
        Share of questions left empty: 0 online, a little on paper. [0-1]

    Returns
    -------
    dict
        Question code -> choice code. Questions left empty and free text are left out.

    """
    straight = rng.random() < STRAIGHT_LINE_SHARE
    habit = quality - severity
    answers: dict[str, str] = {}
    for question in questionnaire.questions:
        if question.kind is Kind.TEXT or question.scale is None:
            continue
        opinion = habit if straight else habit + float(rng.normal(0, NOISE))
        chance = rng.random()
        if chance < blank_share:
            continue
        answers[question.code] = _answer(
            question, opinion, silent=not straight and chance > 1 - NO_OPINION_SHARE, rng=rng
        )
    return answers


def simulate_scores(
    criteria: CriteriaSet, quality: float, rng: np.random.Generator
) -> dict[str, SimulatedScore]:
    """Give a unit self-scores and appraised scores on every self-scored leaf."""
    return {
        leaf.code: _score(leaf.max_points, quality, rng)
        for leaf in criteria.leaves_from(Source.SELF)
    }


def _answer(question: Question, opinion: float, *, silent: bool, rng: np.random.Generator) -> str:
    choices = question.scale.choices if question.scale else ()
    graded = [choice for choice in choices if choice.percent is not None]
    if not graded:
        plain = [choice.code for choice in choices if choice.code != NO_OPINION]
        return plain[int(rng.integers(len(plain)))]
    if silent and any(choice.code == NO_OPINION for choice in choices):
        return NO_OPINION
    return min(graded, key=lambda choice: abs(_share(choice) - opinion)).code


def _share(choice: Choice) -> float:
    return float(choice.percent or 0) / 100


def _score(maximum: Decimal, quality: float, rng: np.random.Generator) -> SimulatedScore:
    steps = int(maximum / POINT_STEP)
    reached = float(np.clip(rng.normal(quality + 0.04, 0.12), 0, 1))
    appraised = min(maximum, POINT_STEP * round(reached * steps))
    claimed = appraised
    if rng.random() < OVERRATED_SHARE:
        claimed = min(maximum, appraised + POINT_STEP * int(rng.integers(1, 4)))
    return SimulatedScore(claimed, appraised)
