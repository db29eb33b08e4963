"""Filled score workbooks, as units and appraisers would send them."""

from __future__ import annotations

import io
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import insert

from questionnaires.model import CriteriaSet, Criterion
from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import Ballot, Campaign, Channel, Round, Status
from survey_app.services import selfscores
from survey_app.services.audit import Actor
from survey_app.services.definitions import criteria_of, form_version, rule_form
from survey_app.services.plans import cells_of
from survey_app.services.score_columns import SHEET, Given, scored_leaves
from survey_app.services.selfscores import ImportReport
from tests.builders import CLERK


def sheet_of(data: bytes) -> Worksheet:
    return load_workbook(io.BytesIO(data))[SHEET]


def row_of(sheet: Worksheet, code: str) -> int:
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == code)


def column_of(sheet: Worksheet, heading: str) -> int:
    top = row_of(sheet, "Mã")
    return next(
        place for place in range(1, sheet.max_column + 1) if sheet.cell(top, place).value == heading
    )


@dataclass
class Scorer:
    """``scorer.workbook("P02")`` is a sound workbook; ``lines`` changes single criteria."""

    campaign: Campaign

    def criteria(self, kind: str) -> CriteriaSet:
        found = criteria_of(self.campaign, kind)
        assert found is not None
        return found

    def leaves(self, kind: str) -> tuple[Criterion, ...]:
        return scored_leaves(self.criteria(kind), Round.SELF)

    def workbook(
        self,
        code: str,
        round_: Round = Round.SELF,
        *,
        share: Decimal = Decimal("0.8"),
        lines: Mapping[str, Given] | None = None,
    ) -> bytes:
        unit = next(unit for unit in self.campaign.units if unit.code == code)
        given = dict(selfscores.current_scores(self.campaign).get(code, {}))
        for leaf in scored_leaves(self.criteria(unit.kind), round_):
            own = given.get((Round.SELF, leaf.code))
            if round_ is Round.SELF or own is None:
                line = Given(leaf.max_points * share, evidence="Báo cáo số 12/BC-UBND")
            else:
                line = Given(own.points, own.not_applicable)
            given[round_, leaf.code] = (lines or {}).get(leaf.code, line)
        return selfscores.score_template(self.campaign, unit, round_, given)

    def bring(
        self,
        code: str,
        round_: Round = Round.SELF,
        *,
        lines: Mapping[str, Given] | None = None,
        actor: Actor = CLERK,
        reason: str = "",
    ) -> ImportReport:
        files = [(f"{code}.xlsx", self.workbook(code, round_, lines=lines))]
        return selfscores.import_scores(self.campaign.slug, files, round_, reason, actor=actor)

    def import_all(self, *rounds: Round) -> None:
        for round_ in rounds:
            files = [(f"{u.code}.xlsx", self.workbook(u.code, round_)) for u in self.campaign.units]
            report = selfscores.import_scores(self.campaign.slug, files, round_, actor=CLERK)
            assert not report.mistakes


def fill_ballots(
    campaign: Campaign, *, seed: int = 20201092, short: Mapping[str, int] | None = None
) -> int:
    """Fill every cell with seeded ballots; ``short`` leaves only so many in cells of a rule."""
    rng = random.Random(seed)  # noqa: S311 - seeded on purpose, nothing secret
    rows = []
    for cell in cells_of(campaign):
        form = rule_form(campaign, cell.rule)
        asked = [q for q in form.unit_questions if q.scale is not None]
        for place in range((short or {}).get(cell.rule.code, cell.target)):
            answers = {q.code: rng.choice(q.scale.codes) for q in asked if q.scale}
            rows.append(
                {
                    "id": uuid.UUID(int=rng.getrandbits(128), version=4),
                    "rater": f"{cell.rule.code}-{cell.unit.code}-{place}"[:32],
                    "cell_id": cell.id,
                    "form_version_id": form_version(campaign, cell.rule.form).id,
                    "channel": Channel.PAPER,
                    "answers": answers,
                    "met": place != 1,
                    "received_on": today(),
                    "status": Status.COUNTED,
                    "submission_key": f"{rng.getrandbits(200):x}",
                }
            )
    db.session.execute(insert(Ballot), rows)
    db.session.commit()
    return len(rows)
