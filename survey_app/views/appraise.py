"""Scores on pages: workbooks out and in, who has handed in, self-score beside appraisal.

What a workbook must look like is in ``services.score_sheets``; what is refused and why, in
``services.score_reading``. The index made of the points is at ``views.analyse``.
"""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, render_template, send_file
from flask.typing import ResponseReturnValue

from survey_app.errors import NotFoundError
from survey_app.forms.analysis import ROUND_CHOICES, ScoresForm
from survey_app.models import Campaign, Round, Unit
from survey_app.permissions import Permission
from survey_app.services import appraisal, selfscores
from survey_app.services.campaigns import campaign_by_slug
from survey_app.views.access import actor, needs

bp = Blueprint("appraise", __name__, url_prefix="/campaigns/<slug>/scores")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@needs(Permission.SCORES_VIEW)
def scores(slug: str) -> ResponseReturnValue:
    """Units and rounds, templates, and the door for filled workbooks."""
    return _scores(campaign_by_slug(slug), ScoresForm(formdata=None))


@bp.post("")
@needs(Permission.SCORES_IMPORT)
def bring(slug: str) -> ResponseReturnValue:
    """Take filled workbooks and say what became of each."""
    form = ScoresForm()
    if not form.validate_on_submit():
        return _scores(campaign_by_slug(slug), form, status=400)
    report = selfscores.import_scores(
        slug,
        [(upload.filename or "", upload.read()) for upload in form.files.data],
        Round(form.round.data),
        form.reason.data or "",
        actor=actor(),
    )
    status = 200 if report.accepted else 400
    return _scores(campaign_by_slug(slug), ScoresForm(formdata=None), report, status)


@bp.get("/templates/<round_name>.zip")
@needs(Permission.SCORES_VIEW)
def templates(slug: str, round_name: str) -> ResponseReturnValue:
    """Every unit's workbook of one round."""
    campaign, round_ = campaign_by_slug(slug), _round(round_name)
    return send_file(
        BytesIO(selfscores.all_templates(campaign, round_)),
        mimetype="application/zip",
        as_attachment=True,
        download_name=selfscores.archive_name(campaign, round_),
    )


@bp.get("/templates/<round_name>/<unit_code>.xlsx")
@needs(Permission.SCORES_VIEW)
def template(slug: str, round_name: str, unit_code: str) -> ResponseReturnValue:
    """One unit's workbook of one round."""
    campaign, round_ = campaign_by_slug(slug), _round(round_name)
    unit = _unit(campaign, unit_code)
    return send_file(
        BytesIO(selfscores.score_template(campaign, unit, round_)),
        mimetype=XLSX,
        as_attachment=True,
        download_name=selfscores.template_name(unit, round_),
    )


@bp.get("/<unit_code>")
@needs(Permission.SCORES_VIEW)
def unit(slug: str, unit_code: str) -> ResponseReturnValue:
    """One unit's criteria through the rounds."""
    campaign = campaign_by_slug(slug)
    assessed = _unit(campaign, unit_code)
    return render_template(
        "appraise/unit.html",
        campaign=campaign,
        unit=assessed,
        lines=appraisal.compare(campaign, assessed),
        rounds=Round,
        round_labels=dict(ROUND_CHOICES),
    )


def _scores(
    campaign: Campaign,
    form: ScoresForm,
    report: selfscores.ImportReport | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "appraise/scores.html",
        campaign=campaign,
        form=form,
        report=report,
        kinds=appraisal.status_table(campaign),
        shown_rounds=appraisal.SHOWN_ROUNDS,
        rounds=Round,
        round_labels=dict(ROUND_CHOICES),
        open_for_scores=campaign.state in selfscores.OPEN_FOR_SCORES,
    )
    return page, status


def _round(name: str) -> Round:
    try:
        return Round(name)
    except ValueError as error:
        raise NotFoundError(f"Không có vòng chấm “{name}”.") from error


def _unit(campaign: Campaign, code: str) -> Unit:
    for unit in campaign.units:
        if unit.code == code:
            return unit
    raise NotFoundError(f"Đợt này không có đơn vị mã “{code}”.")
