"""The index of a campaign in one call: ballots and scores in, every number out.

The steps are those of the package: tally, score, round, add up, decide what may be shown,
rank. Each kind of unit has its own criteria set and its own ranking. Same input, same
output, in whatever order the rows come. Nothing is kept here: freezing a run with its
hashes is the job of ``survey_app.services.index_runs``; how a result is laid out is
answered in ``analysis.tables``.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

import pandas as pd

from analysis.assess import Assessor
from analysis.given import read_scores
from analysis.index import Missing, band_of, rank
from analysis.notices import notices_of
from analysis.results import BallotCount, IndexResult, SatisfactionResult, UnitResult
from analysis.scores import open_book
from analysis.tallies import BALLOT_KEYS, tally
from questionnaires.model import Campaign, CriteriaSet, Questionnaire, Settings


def compute_index(
    campaign: Campaign,
    criteria_sets: Mapping[str, CriteriaSet],
    forms: Mapping[str, Questionnaire],
    ballots: pd.DataFrame,
    scores: pd.DataFrame,
    *,
    not_applicable: Mapping[str, Collection[str]] | None = None,
    missing: Missing | str = Missing.REFUSE,
    adjustments: Mapping[str, Decimal] | None = None,
) -> IndexResult:
    """Compute criterion points, components, index, rank and band of every unit.

    Parameters
    ----------
    campaign
        Units, quota rules and settings.
    criteria_sets
        Criteria set by kind of unit; units of other kinds are left out.
    forms
        Forms by code, those of every rule.
    ballots
        One row per ballot; columns as ``analysis.tallies.tally`` says.
    scores
        One row per (unit, criterion, round); columns as ``analysis.given.read_scores`` says.
    not_applicable
        Unit -> criteria that do not apply to it, beside those marked in ``scores``.
    missing
        ``refuse``: a unit with a leaf without points has no index, and the others are
        ranked without it. ``rescale``: the leaf leaves both sums.
    adjustments
        Unit -> bonus (positive) or penalty (negative). [percentage points]

    Raises
    ------
    ValueError
        If a frame or a mapping names what the campaign does not know, or points break a
        rule; names every mistake of one step.

    """
    with _without_collector():
        return _computed(
            campaign,
            criteria_sets,
            forms,
            ballots,
            scores,
            not_applicable=not_applicable or {},
            missing=Missing(missing),
            adjustments=adjustments or {},
        )


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the search for cycles away: it is a quarter of the time, and here are none."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _computed(
    campaign: Campaign,
    criteria_sets: Mapping[str, CriteriaSet],
    forms: Mapping[str, Questionnaire],
    ballots: pd.DataFrame,
    scores: pd.DataFrame,
    *,
    not_applicable: Mapping[str, Collection[str]],
    missing: Missing,
    adjustments: Mapping[str, Decimal],
) -> IndexResult:
    if strangers := sorted({*not_applicable, *adjustments} - set(campaign.unit_by_code)):
        msg = f"unknown units: {', '.join(strangers)}"
        raise ValueError(msg)
    tallies = tally(ballots, forms, campaign.rule_by_code)
    given = read_scores(scores, campaign, criteria_sets)
    book = open_book(tallies)

    units: list[UnitResult] = []
    satisfied: list[SatisfactionResult] = []
    for kind, criteria in criteria_sets.items():
        assessor = Assessor(campaign, criteria, forms, book, missing)
        assessed = [
            assessor.assess(
                unit,
                given,
                not_applicable=not_applicable.get(unit.code, ()),
                adjustment=adjustments.get(unit.code, Decimal(0)),
            )
            for unit in campaign.units
            if unit.kind == kind
        ]
        units += _ranked(assessed, criteria, campaign.settings)
        satisfied += assessor.satisfaction(assessed)

    rows = zip(*(tallies.ballots[key].tolist() for key in (*BALLOT_KEYS, "n")), strict=True)
    return IndexResult(
        campaign=campaign.slug,
        title=campaign.title,
        year=campaign.year,
        sample=campaign.sample,
        settings=campaign.settings,
        missing=missing,
        criteria=dict(criteria_sets),
        units=tuple(units),
        satisfaction=tuple(satisfied),
        ballots=tuple(BallotCount(*row) for row in rows),
        warnings=notices_of(units, given, campaign.settings, criteria_sets),
    )


def _ranked(
    units: Iterable[UnitResult], criteria: CriteriaSet, settings: Settings
) -> list[UnitResult]:
    """Rank and class units of one kind, on printed or unrounded values alike.

    A unit that is the only one of its kind is classed but has no rank: it was compared with
    nobody.
    """
    units = list(units)
    printed = settings.rank_on == "printed"
    values = {unit.code: unit.index if printed else unit.index_unrounded for unit in units}
    alone = len(units) == 1
    ranks = dict.fromkeys(values) if alone else rank(values, ties=settings.ties)
    return [
        replace(
            unit,
            rank=ranks[unit.code],
            band=band_of(values[unit.code], criteria.bands),
        )
        for unit in units
    ]
