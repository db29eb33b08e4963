"""A pasted or sent table on its way to becoming a plan: looked at, confirmed, proposed.

Nothing is kept between the two steps: the page sends the table again with what was confirmed.
Reading is ``questionnaires.plan_table`` and ``questionnaires.plan_lines``; keeping is
``services.plan_versions``.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from string import ascii_uppercase

from questionnaires.errors import DefinitionError, Mistake
from questionnaires.grids import Grid, grid_of_csv, grid_of_text, grid_of_workbook
from questionnaires.model import Campaign as CampaignDefinition
from questionnaires.plan_lines import looks_like_lines, read_lines
from questionnaires.plan_table import PlanReading, read_table
from questionnaires.plan_taking import Choices, take_plan
from sampling.plan_changes import Change, plan_changes
from survey_app.errors import SurveyError
from survey_app.services.audit import Actor
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.definitions import definition_of
from survey_app.services.plan_versions import obstacles, propose_plan


@dataclass(frozen=True, slots=True)
class PlanPreview:
    """What a table would do to a plan, before anything is kept.

    Attributes
    ----------
    reading
        What was recognised.
    taken
        The plan it makes; None while something is wrong.
    mistakes
        What is wrong with the table or with what was confirmed.
    obstacles
        Why the plan cannot come into force though the table is sound; sentences.
    changes
        What it would change in the plan in force.

    """

    reading: PlanReading
    taken: CampaignDefinition | None
    mistakes: tuple[Mistake, ...]
    obstacles: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def is_ready(self) -> bool:
        """Whether it can be proposed."""
        return self.taken is not None and not self.obstacles and bool(self.changes)


def text_of_file(slug: str, data: bytes, filename: str) -> str:
    """Return a sent workbook or CSV file as the text that would have been pasted.

    Raises
    ------
    SurveyError
        With every mistake of the file and of the table in it.

    """
    try:
        if filename.lower().endswith(".csv"):
            grid = grid_of_csv(data, filename)
        else:
            grid = grid_of_workbook(data, filename, headed=True)
    except DefinitionError as error:
        raise _refused(error) from error
    if grid.mistakes:  # a pasted text could not tell of merged cells
        reading = read_table(grid, definition_of(campaign_by_slug(slug)))
        raise _refused(DefinitionError(reading.mistakes))
    return _pasted(grid)


def preview_plan(slug: str, text: str, choices: Choices) -> PlanPreview:
    """Read a table against a campaign and say what it would change.

    Raises
    ------
    SurveyError
        If it is no table at all.

    """
    campaign = campaign_by_slug(slug)
    definition = definition_of(campaign)
    try:
        reading = (
            read_lines(text, definition)
            if looks_like_lines(text)
            else read_table(grid_of_text(text), definition)
        )
    except DefinitionError as error:
        raise _refused(error) from error
    try:
        taken = take_plan(definition, reading, choices)
    except DefinitionError as error:
        return PlanPreview(reading, None, error.mistakes, (), ())
    return PlanPreview(
        reading, taken, (), tuple(obstacles(campaign, taken)), plan_changes(definition, taken)
    )


def take_table(slug: str, text: str, choices: Choices, reason: str, *, actor: Actor) -> int:
    """Propose the plan a confirmed table makes; return the number of its version.

    Raises
    ------
    SurveyError
        With everything that is wrong; then nothing is kept.

    """
    preview = preview_plan(slug, text, choices)
    if preview.taken is None:
        raise SurveyError(
            f"Bảng còn {len(preview.mistakes)} lỗi; chưa lưu gì.",
            details=[str(mistake) for mistake in preview.mistakes],
        )
    return propose_plan(slug, preview.taken, reason, actor=actor)


def _refused(error: DefinitionError) -> SurveyError:
    details = [str(mistake) for mistake in error.mistakes]
    return SurveyError("Không đọc được bảng; chưa lưu gì.", details=details)


def _pasted(grid: Grid) -> str:
    """Write a table as it would be pasted; its rows stay where they stood in the file."""
    rows: list[list[str]] = []
    for row in grid.rows:
        number = int(row[0].place.lstrip(ascii_uppercase))
        rows += [[]] * (number - 1 - len(rows))
        rows.append([cell.text for cell in row])
    written = io.StringIO()
    csv.writer(written, delimiter="\t", lineterminator="\n").writerows(rows)
    return written.getvalue()
