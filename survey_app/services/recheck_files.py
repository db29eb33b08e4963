"""Workbooks of a re-check: the sheet for callers, the minutes for the council."""

from __future__ import annotations

from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.exports import XLSX, ExportFile
from survey_app.services.exports.recheck_papers import call_sheet, minutes_paper
from survey_app.services.recheck_places import may_call
from survey_app.services.recheck_results import results_of
from survey_app.services.rechecks import calls_at, due_of, recheck_of
from survey_app.services.transactions import transaction


def call_sheet_file(slug: str, number: int, *, actor: Actor) -> ExportFile:
    """Write the call sheet of those this person may call; noted in the trail."""
    campaign = campaign_by_slug(slug)
    recheck = recheck_of(campaign, number)
    due = [place for place in due_of(recheck) if may_call(place, actor)]
    data = call_sheet(campaign, recheck, list(zip(due, calls_at(due), strict=True)))
    with transaction() as session:
        record(session, actor, "recheck.print", f"{slug}/{number}", calls=len(due))
    return ExportFile(f"{slug}_phuc-tra-{number}_phieu-goi.xlsx", data, XLSX)


def minutes_file(slug: str, number: int) -> ExportFile:
    """Write what the council is told: rates by unit and by enumerator, without respondents."""
    campaign = campaign_by_slug(slug)
    data = minutes_paper(campaign, results_of(recheck_of(campaign, number)))
    return ExportFile(f"{slug}_phuc-tra-{number}_ket-qua.xlsx", data, XLSX)
