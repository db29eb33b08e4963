"""Where the database meets pandas: the only file that knows both.

Two frames go into a computation: ballots as ``analysis.tallies`` reads them and scores as
``analysis.given`` reads them. Each has a digest that depends on what it says and on nothing
else: neither on the order of rows, nor on which database they lie in. What is done with them
is asked of ``index_runs``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final

import pandas as pd
from sqlalchemy import select

from questionnaires.model import CriteriaSet, Criterion, Source
from survey_app.extensions import db
from survey_app.models import Ballot, Campaign, CriteriaVersion, QuotaCell, QuotaRule, Score, Unit
from survey_app.services.definitions import criteria_set_of

BALLOT_COLUMNS: Final = ("unit", "rule", "status", "met", "rater", "answers")
SCORE_COLUMNS: Final = ("unit", "criterion", "round", "points", "not_applicable")


@dataclass(frozen=True, slots=True)
class Frame:
    """A table and its digest (SHA-256, hexadecimal)."""

    table: pd.DataFrame
    sha256: str


def ballots_frame(campaign: Campaign) -> Frame:
    """Return every ballot of a campaign, of any status.

    One row per ballot; columns ``BALLOT_COLUMNS``: codes of unit and rule, status, whether
    the person had to do with the unit, the person's random mark, and the answers as a
    mapping of question code to choice code.
    """
    rows = db.session.execute(
        select(Unit.code, QuotaRule.code, Ballot.status, Ballot.met, Ballot.rater, Ballot.answers)
        .join(QuotaCell, Ballot.cell_id == QuotaCell.id)
        .join(QuotaRule, QuotaCell.rule_id == QuotaRule.id)
        .join(Unit, QuotaCell.unit_id == Unit.id)
        .where(Unit.campaign_id == campaign.id)
    )
    return _frame(
        BALLOT_COLUMNS,
        [
            (unit, rule, str(status), bool(met), rater, dict(answers))
            for unit, rule, status, met, rater, answers in rows
        ],
    )


def scores_frame(campaign: Campaign, criteria: Mapping[str, CriteriaVersion]) -> Frame:
    """Return the scores in force of every unit, criterion and round.

    A score that was given to a criterion the set in force no longer has, or has with other
    words or another maximum, is left out: its criterion is then without points, which the
    computation reports.

    Parameters
    ----------
    campaign
        Whose scores.
    criteria
        Criteria version in force by kind of unit.

    """
    found = db.session.execute(
        select(
            Unit.code,
            Unit.kind,
            Score.criteria_version_id,
            Score.criterion,
            Score.round,
            Score.points,
            Score.not_applicable,
        )
        .join(Score, Score.unit_id == Unit.id)
        .where(Unit.campaign_id == campaign.id, Score.current)
    )
    versions = {
        version.id: version
        for version in db.session.scalars(
            select(CriteriaVersion).where(CriteriaVersion.campaign_id == campaign.id)
        )
    }
    return _frame(
        SCORE_COLUMNS,
        [
            (unit, criterion, round_.value, points, bool(not_applicable))
            for unit, kind, given_in, criterion, round_, points, not_applicable in found
            if kind in criteria and _still_stands(criterion, versions[given_in], criteria[kind])
        ],
    )


def _still_stands(code: str, given_in: CriteriaVersion, in_force: CriteriaVersion) -> bool:
    if given_in.id == in_force.id:
        return True
    before = _leaf(criteria_set_of(given_in), code)
    now = _leaf(criteria_set_of(in_force), code)
    return (
        before is not None
        and now is not None
        and now.source is not Source.SURVEY
        and (before.title, before.max_points, before.source)
        == (now.title, now.max_points, now.source)
    )


def _leaf(criteria: CriteriaSet, code: str) -> Criterion | None:
    return next((leaf for leaf in criteria.leaves if leaf.code == code), None)


def _frame(columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Frame:
    ordered = sorted(((_line(row), row) for row in rows), key=itemgetter(0))
    digest = hashlib.sha256("\n".join(line for line, _ in ordered).encode())
    table = pd.DataFrame([row for _, row in ordered], columns=list(columns), dtype=object)
    return Frame(table, digest.hexdigest())


def _line(row: tuple[Any, ...]) -> str:
    """Write one row the same way everywhere; points lose zeros that mean nothing."""
    return json.dumps(
        [f"{value.normalize():f}" if isinstance(value, Decimal) else value for value in row],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
