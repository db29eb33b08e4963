"""Who has been scored in which round, and how far appraisal moved from the self-score.

Points are only compared here; they come in through ``selfscores`` and go into the index
through ``frames``. The last appraisal stands: round 2 where there is one, else round 1; the
unit's own score never decides by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from questionnaires.model import CriteriaSet, Criterion, Source, Text
from survey_app.models import Campaign, Round, Unit
from survey_app.services.definitions import criteria_set_of, current_criteria, definition_of
from survey_app.services.score_columns import Given, scored_leaves
from survey_app.services.score_desk import current_scores

SHOWN_ROUNDS: Final = (Round.SELF, Round.ROUND_1, Round.EXPLAINED, Round.ROUND_2)

Scores = Mapping[tuple[Round, str], Given]


@dataclass(frozen=True, slots=True)
class RoundTotal:
    """One round of one unit.

    Attributes
    ----------
    scored, expected
        Criteria with points or a mark, and criteria there are.
    not_applicable
        Criteria marked as not applicable.
    points
        Sum. [points]

    """

    scored: int
    expected: int
    not_applicable: int
    points: Decimal

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return self.scored == self.expected


@dataclass(frozen=True, slots=True)
class UnitStatus:
    """One unit in the table of rounds.

    ``final`` are the appraised points in force [points]; ``difference`` is what appraisal
    changed against the self-score, over the criteria that have both.
    """

    unit: Unit
    max_points: Decimal
    rounds: Mapping[Round, RoundTotal | None]
    final: RoundTotal | None
    difference: Decimal | None


@dataclass(frozen=True, slots=True)
class KindStatus:
    """Units of one kind; ``has_imported`` says that a round of imported points exists."""

    kind: str
    label: Text
    units: tuple[UnitStatus, ...]
    has_imported: bool

    @property
    def size(self) -> int:
        """Units there are."""
        return len(self.units)

    def done(self, round_: Round) -> int:
        """Units with anything in a round."""
        return sum(unit.rounds[round_] is not None for unit in self.units)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One criterion of one unit through the rounds; ``final`` is the appraised one in force."""

    criterion: Criterion
    rounds: Mapping[Round, Given | None]
    final: Given | None

    @property
    def difference(self) -> Decimal | None:
        """Appraised less self-scored. [points]."""
        own = self.rounds[Round.SELF]
        if self.final is None or own is None or None in (self.final.points, own.points):
            return None
        return (self.final.points or Decimal(0)) - (own.points or Decimal(0))

    @property
    def unconfirmed(self) -> bool:
        """Whether the unit says it does not apply and the appraisal has not said so."""
        own = self.rounds[Round.SELF]
        says_no = own is not None and own.not_applicable
        return says_no and not (self.final is not None and self.final.not_applicable)


def status_table(campaign: Campaign) -> tuple[KindStatus, ...]:
    """Return every unit that has a criteria set, by kind, with its rounds."""
    scores = current_scores(campaign)
    labels = definition_of(campaign).unit_kinds
    table = []
    for kind, version in current_criteria(campaign).items():
        criteria = criteria_set_of(version)
        units = tuple(
            _status(unit, criteria, scores.get(unit.code, {}))
            for unit in campaign.units
            if unit.kind == kind
        )
        imported = bool(criteria.leaves_from(Source.IMPORTED))
        table.append(KindStatus(kind, labels.get(kind, Text(kind, kind)), units, imported))
    order = [unit.kind for unit in campaign.units]
    return tuple(sorted(table, key=lambda row: order.index(row.kind) if row.units else 0))


def compare(campaign: Campaign, unit: Unit) -> tuple[Comparison, ...]:
    """Return the criteria people score a unit on, in printed order, through the rounds."""
    version = current_criteria(campaign).get(unit.kind)
    if version is None:
        return ()
    scores = current_scores(campaign).get(unit.code, {})
    criteria = criteria_set_of(version)
    return tuple(
        Comparison(
            leaf,
            {round_: scores.get((round_, leaf.code)) for round_ in (*SHOWN_ROUNDS, Round.IMPORTED)},
            _final(leaf, scores),
        )
        for leaf in criteria.leaves
        if leaf.source is not Source.SURVEY
    )


def _status(unit: Unit, criteria: CriteriaSet, scores: Scores) -> UnitStatus:
    leaves = scored_leaves(criteria, Round.SELF)
    finals = {leaf.code: final for leaf in leaves if (final := _final(leaf, scores)) is not None}
    moved = [
        final.points - own.points
        for code, final in finals.items()
        if (own := scores.get((Round.SELF, code))) is not None
        and own.points is not None
        and final.points is not None
    ]
    return UnitStatus(
        unit=unit,
        max_points=sum((leaf.max_points for leaf in leaves), Decimal(0)),
        rounds={
            round_: _total(
                {code: given for (r, code), given in scores.items() if r is round_},
                len(scored_leaves(criteria, round_)),
            )
            for round_ in (*SHOWN_ROUNDS, Round.IMPORTED)
        },
        final=_total(finals, len(leaves)),
        difference=sum(moved, Decimal(0)) if moved else None,
    )


def _final(leaf: Criterion, scores: Scores) -> Given | None:
    if leaf.source is Source.IMPORTED:
        return scores.get((Round.IMPORTED, leaf.code))
    return scores.get((Round.ROUND_2, leaf.code)) or scores.get((Round.ROUND_1, leaf.code))


def _total(given: Mapping[str, Given], expected: int) -> RoundTotal | None:
    if not given:
        return None
    return RoundTotal(
        scored=len(given),
        expected=expected,
        not_applicable=sum(line.not_applicable for line in given.values()),
        points=sum((line.points or Decimal(0) for line in given.values()), Decimal(0)),
    )
