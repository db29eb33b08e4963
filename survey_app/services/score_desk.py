"""One import of scores under way: what is expected, what is refused, what is written.

``selfscores.import_scores`` opens a desk inside its transaction, hands it every file, and
reports. A changed score is a new row; the row before keeps its place with
``current = False`` (promise 9).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.errors import DefinitionError, Mistake
from survey_app.extensions import db
from survey_app.models import Campaign, CriteriaVersion, Round, Score, Unit
from survey_app.services.audit import Actor
from survey_app.services.definitions import criteria_set_of
from survey_app.services.score_columns import Given, scored_leaves
from survey_app.services.score_files import Uploaded, open_sheet
from survey_app.services.score_reading import Expected, Reading, read_sheet

APPRAISED: Final = frozenset({Round.ROUND_1, Round.ROUND_2, Round.IMPORTED})
"""Rounds in which somebody else judges the unit; its own people may not import them."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """One file that was taken. ``new``, ``changed`` and ``same`` count criteria."""

    file: str
    unit: str
    unit_name: str
    new: int
    changed: int
    same: int


def standing_scores(campaign: Campaign, session: Session) -> list[tuple[str, Score]]:
    """Return the rows in force with the code of their unit."""
    rows = session.execute(
        select(Unit.code, Score)
        .join(Score, Score.unit_id == Unit.id)
        .where(Unit.campaign_id == campaign.id, Score.current)
    )
    return [(code, score) for code, score in rows]


def current_scores(
    campaign: Campaign, session: Session | None = None
) -> dict[str, dict[tuple[Round, str], Given]]:
    """Return what stands: unit code -> (round, criterion) -> points and words."""
    found: dict[str, dict[tuple[Round, str], Given]] = {}
    for code, score in standing_scores(campaign, session or db.session()):
        found.setdefault(code, {})[score.round, score.criterion] = Given(
            score.points, score.not_applicable, score.evidence, score.note
        )
    return found


@dataclass(frozen=True)
class ScoreDesk:
    """One import into one round of one campaign, inside of one transaction."""

    session: Session
    campaign: Campaign
    round: Round
    reason: str
    actor: Actor
    versions: Mapping[str, CriteriaVersion]

    @cached_property
    def units(self) -> dict[str, Unit]:
        """Units that have a criteria set, by code, in plan order."""
        return {unit.code: unit for unit in self.campaign.units if unit.kind in self.versions}

    @cached_property
    def standing(self) -> dict[tuple[str, Round, str], Score]:
        """Rows in force."""
        return {
            (code, score.round, score.criterion): score
            for code, score in standing_scores(self.campaign, self.session)
        }

    @cached_property
    def expected(self) -> dict[str, Expected]:
        """What a file of each unit is read against."""
        given = current_scores(self.campaign, self.session)
        return {
            code: Expected(
                criteria=criteria_set_of(self.versions[unit.kind]),
                criteria_sha256=self.versions[unit.kind].sha256,
                given=given.get(code, {}),
            )
            for code, unit in self.units.items()
        }

    def read(self, upload: Uploaded) -> Reading:
        """Read one file, or say why it cannot be read."""
        try:
            sheet = open_sheet(upload)
        except DefinitionError as error:
            return Reading(None, mistakes=error.mistakes)
        return read_sheet(upload.name, sheet, self.campaign.slug, self.round, self.expected)

    def judge(self, upload: Uploaded, reading: Reading) -> Reading:
        """Refuse what reads well but may not be taken."""
        if reading.unit is None:
            return reading
        unit = self.units[reading.unit]
        if self.round in APPRAISED and unit.id in self.actor.belongs:
            return reading.refused(
                Mistake(
                    upload.name,
                    "cả tệp",
                    f"bạn thuộc {unit.name} nên không được thẩm định đơn vị này",
                    "để người khác nhập tệp này",
                )
            )
        if self.reason:
            return reading
        given = self.expected[unit.code].given
        return reading.refused(
            *(
                Mistake(
                    upload.name,
                    reading.cells[code],
                    f"{code} đã có kết quả khác ở vòng này",
                    "ghi lý do sửa điểm khi nhập, hoặc giữ kết quả cũ",
                )
                for code, line in reading.lines.items()
                if (self.round, code) in given and given[self.round, code] != line
            )
        )

    def take(self, upload: Uploaded, reading: Reading) -> Accepted:
        """Write the lines of a file without mistakes."""
        unit = self.units[str(reading.unit)]
        given = self.expected[unit.code].given
        counts = Counter[str]()
        for code, line in reading.lines.items():
            before = given.get((self.round, code))
            kind = "new" if before is None else "same" if before == line else "changed"
            counts[kind] += 1
            if kind != "same":
                self._write(unit, code, line, upload.sha256)
        return Accepted(
            upload.name, unit.code, unit.name, counts["new"], counts["changed"], counts["same"]
        )

    def _write(self, unit: Unit, code: str, line: Given, sha256: str) -> None:
        version = self.versions[unit.kind]
        old = self.standing.get((unit.code, self.round, code))
        if old is not None:
            old.current = False
            self.session.flush()  # one current row at a time, says the unique index
        self.session.add(
            Score(
                unit_id=unit.id,
                criteria_version_id=version.id,
                criterion=code,
                round=self.round,
                points=line.points,
                max_points=criteria_set_of(version).by_code[code].max_points,
                not_applicable=line.not_applicable,
                evidence=line.evidence,
                note=line.note,
                revision=1 if old is None else old.revision + 1,
                reason=None if old is None else self.reason,
                source_sha256=sha256,
                person_id=self.actor.user_id,
            )
        )

    def missing(self, accepted: Iterable[str]) -> tuple[str, ...]:
        """Names of the units without points in this round, ``accepted`` ones left out."""
        there = {code for code, round_, _ in self.standing if round_ is self.round} | set(accepted)
        return tuple(
            unit.name
            for code, unit in self.units.items()
            if code not in there and scored_leaves(self.expected[code].criteria, self.round)
        )
