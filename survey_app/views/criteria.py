"""Criteria sets on pages: what each unit kind is scored by, and the office's own set.

The workbook's columns are explained in the workbook itself
(``questionnaires.criteria_template``); what replacing a set means is in
``services.campaigns.import_criteria``.
"""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from questionnaires.criteria_workbook import read_workbook, write_template
from questionnaires.errors import DefinitionError, Mistake
from questionnaires.model import CriteriaSet, Source
from survey_app.errors import NotFoundError
from survey_app.forms.office import CriteriaForm
from survey_app.models import Campaign
from survey_app.permissions import Permission
from survey_app.services.campaigns import campaign_by_slug, definition_of, import_criteria
from survey_app.services.definitions import criteria_set_of, current_criteria
from survey_app.views.access import actor, needs

bp = Blueprint("criteria", __name__, url_prefix="/campaigns/<slug>/criteria")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@needs(Permission.CAMPAIGN_VIEW)
def sets(slug: str) -> ResponseReturnValue:
    """Show the set in force for each unit kind."""
    return _sets(campaign_by_slug(slug), CriteriaForm(formdata=None))


@bp.get("/<kind>.xlsx")
@needs(Permission.CAMPAIGN_VIEW)
def workbook(slug: str, kind: str) -> ResponseReturnValue:
    """Send the set as a workbook, to be changed and brought back."""
    campaign = campaign_by_slug(slug)
    if kind not in definition_of(campaign).unit_kinds:
        raise NotFoundError(_("Đợt này không đánh giá loại đơn vị “%(kind)s”.", kind=kind))
    version = current_criteria(campaign).get(kind)
    stream = BytesIO()
    write_template(stream, criteria_set_of(version) if version else None)
    stream.seek(0)
    name = f"bo-tieu-chi-{campaign.short_code}-{kind}.xlsx"
    return send_file(stream, mimetype=XLSX, as_attachment=True, download_name=name)


@bp.post("")
@needs(Permission.CRITERIA_EDIT)
def bring(slug: str) -> ResponseReturnValue:
    """Take an office's own set, or show every mistake of it by cell."""
    campaign = campaign_by_slug(slug)
    form = CriteriaForm()
    if not form.validate_on_submit():
        return _sets(campaign, form, status=400)
    file = form.file.data
    try:
        criteria = read_workbook(file.stream, file.filename)
    except DefinitionError as error:
        return _sets(campaign, form, error.mistakes, status=400)
    import_criteria(slug, criteria, form.reason.data or "", actor=actor())
    flash(_("Đã áp dụng bộ tiêu chí “%(title)s”.", title=criteria.title.vi), "good")
    return redirect(url_for("criteria.sets", slug=slug, _anchor=criteria.unit_kind))


def _sets(
    campaign: Campaign,
    form: CriteriaForm,
    mistakes: tuple[Mistake, ...] = (),
    status: int = 200,
) -> ResponseReturnValue:
    definition = definition_of(campaign)
    versions = current_criteria(campaign)
    shown = [
        (
            kind,
            label,
            versions.get(kind),
            criteria_set_of(versions[kind]) if kind in versions else None,
        )
        for kind, label in definition.unit_kinds.items()
    ]
    page = render_template(
        "publish/criteria.html",
        campaign=campaign,
        shown=shown,
        points=points_by_code,
        form=form,
        mistakes=mistakes,
    )
    return page, status


def points_by_code(criteria: CriteriaSet) -> dict[str, dict[Source | None, Decimal]]:
    """Add up the points of every node, in all (under None) and by source."""
    sums: dict[str, dict[Source | None, Decimal]] = {}
    for leaf in criteria.leaves:
        for node in criteria.ancestry(leaf.code):
            own = sums.setdefault(node.code, {})
            for source in (None, leaf.source):
                own[source] = own.get(source, Decimal(0)) + leaf.max_points
    return sums
