"""Points given by people: which round is in force, and what is wrong with the frame.

Self-scores are appraised, explained and appraised again; imported points come from an
institute. The last appraisal is in force; a self-score stands only until it is appraised,
and a unit's own word never makes a criterion not applicable. Points from answers are
computed in ``analysis.scores``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import pandas as pd

from questionnaires.model import Campaign, CriteriaSet, Source

ROUNDS: Final = ("self", "explained", "round_1", "round_2", "imported")
"""Steps of a score; the last one there is, is in force."""

UNAPPRAISED: Final = frozenset({"self", "explained"})
"""Steps in which only the unit itself has spoken."""

SCORE_COLUMNS: Final = ("unit", "criterion", "round", "points")


@dataclass(frozen=True, slots=True)
class Given:
    """The score in force of one unit on one criterion. ``points`` None: none. [points]."""

    round: str
    points: Decimal | None
    not_applicable: bool

    @property
    def appraised(self) -> bool:
        """Whether somebody other than the unit has spoken."""
        return self.round not in UNAPPRAISED


@dataclass(frozen=True, slots=True)
class GivenScores:
    """Scores in force, by unit and criterion."""

    by_unit: Mapping[str, Mapping[str, Given]]

    def points_of(self, unit: str) -> dict[str, Decimal | None]:
        """Points of a unit by criterion. [points]."""
        return {code: given.points for code, given in self.by_unit.get(unit, {}).items()}

    def not_applicable_of(self, unit: str) -> frozenset[str]:
        """Criteria an appraiser declared not applicable to a unit."""
        return frozenset(
            code
            for code, given in self.by_unit.get(unit, {}).items()
            if given.not_applicable and given.appraised
        )

    def round_of(self, unit: str, criterion: str) -> str:
        """Step the score in force comes from; empty without one."""
        given = self.by_unit.get(unit, {}).get(criterion)
        return given.round if given else ""


def read_scores(
    scores: pd.DataFrame, campaign: Campaign, criteria_sets: Mapping[str, CriteriaSet]
) -> GivenScores:
    """Find the score in force of every unit and criterion.

    Parameters
    ----------
    scores
        One row per (unit, criterion, round). Columns: ``unit``, ``criterion`` (codes of a
        leaf that is not surveyed); ``round``, one of ``ROUNDS``; ``points``, Decimal, None
        where there are none [points]; optionally ``not_applicable``, bool. Rows may come in
        any order; a frame that holds only the rows in force gives the same result.
    campaign, criteria_sets
        What the codes must fit; units whose kind has no criteria set are left out.

    Raises
    ------
    ValueError
        Naming every unknown unit, criterion or round, every survey criterion, every float,
        and every row given twice.

    """
    if missing := [column for column in SCORE_COLUMNS if column not in scores.columns]:
        msg = f"scores lack the columns {', '.join(missing)}"
        raise ValueError(msg)
    flags = (
        scores["not_applicable"].tolist() if "not_applicable" in scores else [False] * len(scores)
    )
    rows = zip(*(scores[column].tolist() for column in SCORE_COLUMNS), flags, strict=True)
    rules = _Rules(campaign, criteria_sets)
    mistakes: list[str] = []
    rounds: dict[tuple[str, str], dict[str, Given]] = {}
    for unit, criterion, step, value, flag in rows:
        points = None if value is None or value != value else value  # noqa: PLR0124 - NaN
        wrong = rules.mistake(unit, criterion, step, points)
        known = rounds.setdefault((unit, criterion), {})
        if wrong is None and step in known:
            wrong = "is given twice"
        if wrong is not None:
            mistakes.append(f"{unit} {criterion} {step}: {wrong}")
            continue
        known[step] = Given(step, None if flag else points, bool(flag))
    if mistakes:
        raise ValueError("; ".join(sorted(mistakes)))
    by_unit: dict[str, dict[str, Given]] = {}
    for (unit, criterion), known in rounds.items():
        if campaign.unit_by_code[unit].kind in criteria_sets:
            in_force = max(known, key=ROUNDS.index)
            by_unit.setdefault(unit, {})[criterion] = known[in_force]
    return GivenScores(by_unit)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What a row of the frame must fit."""

    campaign: Campaign
    criteria_sets: Mapping[str, CriteriaSet]

    def mistake(self, unit: str, criterion: str, step: str, points: object) -> str | None:
        known = self.campaign.unit_by_code.get(unit)
        if known is None:
            return "unknown unit"
        if step not in ROUNDS:
            return f"unknown round, use one of {', '.join(ROUNDS)}"
        if points is not None and not isinstance(points, (Decimal, int)):
            return f"points must be Decimal, not {type(points).__name__}"
        criteria = self.criteria_sets.get(known.kind)
        return None if criteria is None else self._misplaced(criterion, criteria)

    @staticmethod
    def _misplaced(criterion: str, criteria: CriteriaSet) -> str | None:
        leaf = criteria.by_code.get(criterion)
        if leaf is None or leaf.source is None:
            return f"no leaf of the criteria set {criteria.code}"
        if leaf.source is Source.SURVEY:
            return "its points come from the survey and cannot be given"
        return None
