"""Papers of a campaign as downloads: the plan, its annex, enumerators, handed-over forms.

What stands on them is told by ``services.plan_papers`` and ``services.field_papers``; how they
look is ``survey_app.printing``. Asking for one changes nothing.
"""

from __future__ import annotations

from io import BytesIO
from typing import Final

from flask import Blueprint, Response, render_template, request, send_file
from flask.typing import ResponseReturnValue

from survey_app.permissions import Permission
from survey_app.printing.annex_workbook import write_annex_workbook
from survey_app.printing.docx_field import write_enumerators, write_handovers
from survey_app.printing.docx_plan import write_annex, write_plan
from survey_app.printing.handover_workbook import write_handover_workbook
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.field_papers import enumerator_list, handover_paper
from survey_app.services.plan_papers import papers_of, plan_paper
from survey_app.views.access import needs

bp = Blueprint("papers", __name__, url_prefix="/campaigns/<slug>/papers")

MIMETYPES: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@bp.get("")
@needs(Permission.CAMPAIGN_VIEW)
def index(slug: str) -> ResponseReturnValue:
    """Show every paper there is to download."""
    campaign = campaign_by_slug(slug)
    versions = papers_of(campaign)
    return render_template(
        "papers/index.html",
        campaign=campaign,
        versions=versions,
        asking=any(line.in_force and line.ballots for line in versions),
    )


@bp.get("/plan.docx")
@needs(Permission.CAMPAIGN_VIEW)
def plan(slug: str) -> ResponseReturnValue:
    """Offer the plan with its annexes; ``version`` names one that is not in force."""
    return _file(write_plan(plan_paper(slug, _version())), slug, "ke-hoach", "docx")


@bp.get("/annex.docx")
@needs(Permission.CAMPAIGN_VIEW)
def annex(slug: str) -> ResponseReturnValue:
    """Offer the annexes alone."""
    return _file(write_annex(plan_paper(slug, _version())), slug, "phu-luc", "docx")


@bp.get("/annex.xlsx")
@needs(Permission.CAMPAIGN_VIEW)
def annex_workbook(slug: str) -> ResponseReturnValue:
    """Offer the annexes with live sums."""
    return _file(write_annex_workbook(plan_paper(slug, _version())), slug, "phu-luc", "xlsx")


@bp.get("/enumerators.docx")
@needs(Permission.ASSIGN)
def enumerators(slug: str) -> ResponseReturnValue:
    """Offer the list of enumerators by unit, with room to sign."""
    return _file(write_enumerators(enumerator_list(slug)), slug, "dieu-tra-vien", "docx")


@bp.get("/handover.docx")
@needs(Permission.PRINT_FORMS)
def handover(slug: str) -> ResponseReturnValue:
    """Offer the records of handed-over forms, of all units or of the one asked for."""
    unit = request.args.get("unit") or None
    name = f"ban-giao-{unit}" if unit else "ban-giao"
    return _file(write_handovers(handover_paper(slug, unit)), slug, name, "docx")


@bp.get("/handover.xlsx")
@needs(Permission.PRINT_FORMS)
def handover_workbook(slug: str) -> ResponseReturnValue:
    """Offer the register of handed-over forms, of all units or of the one asked for."""
    unit = request.args.get("unit") or None
    name = f"so-ban-giao-{unit}" if unit else "so-ban-giao"
    return _file(write_handover_workbook(handover_paper(slug, unit)), slug, name, "xlsx")


def _version() -> int | None:
    """Return the version of the plan that is asked for; None for the one in force."""
    return request.args.get("version", type=int)


def _file(data: bytes, slug: str, name: str, kind: str) -> Response:
    answer = send_file(
        BytesIO(data),
        mimetype=MIMETYPES[kind],
        as_attachment=True,
        download_name=f"{slug}_{name}.{kind}",
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
