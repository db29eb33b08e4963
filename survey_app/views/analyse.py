"""The index on pages: runs, their rankings, one unit opened down to its counts, exports.

Computing, approving and publishing are ``services.index_runs``, which also decides who sees
which run; what is shown of one is decided by ``services.index_pages``. Only the council's
workbook goes further, and asking for it is a POST because it leaves a line in the trail.
"""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey_app.forms.analysis import ApproveForm, PublishForm, RunForm
from survey_app.models import RunState
from survey_app.permissions import Permission
from survey_app.services import exports, index_pages, index_runs
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.run_settings import setting_lines
from survey_app.views.access import actor, needs

bp = Blueprint("analyse", __name__, url_prefix="/campaigns/<slug>/index")

STATE_BADGES = {
    RunState.COMPUTED: ("Đã tính", "info"),
    RunState.APPROVED: ("Đã phê duyệt", "good"),
    RunState.PUBLISHED: ("Đã công bố", "good"),
    RunState.SUPERSEDED: ("Đã được thay", "none"),
}

EVENTS = {
    "index.run": "Tính chỉ số",
    "index.approve": "Phê duyệt",
    "index.publish": "Công bố",
    "index.supersede": "Được thay bằng lần tính khác",
    "index.export": "Xuất bảng của hội đồng",
}


@bp.get("")
@needs(Permission.INDEX_VIEW)
def runs(slug: str) -> ResponseReturnValue:
    """Every run the person may see, newest first, and the button for the next one."""
    campaign = campaign_by_slug(slug)
    return render_template(
        "analyse/runs.html",
        campaign=campaign,
        runs=index_runs.visible_runs(campaign, actor()),
        form=RunForm(formdata=None),
        badges=STATE_BADGES,
        computable=campaign.state in index_runs.COMPUTABLE,
    )


@bp.post("")
@needs(Permission.INDEX_RUN)
def compute(slug: str) -> ResponseReturnValue:
    """Compute the next run and show it."""
    form = RunForm()
    if not form.validate_on_submit():
        return redirect(url_for("analyse.runs", slug=slug))
    run = index_runs.run_index(slug, actor=actor(), missing=form.missing.data)
    flash(_("Đã tính chỉ số, lần số %(n)s.", n=run.number), "good")
    return redirect(url_for("analyse.run", slug=slug, number=run.number))


@bp.get("/<int:number>")
@needs(Permission.INDEX_VIEW)
def run(slug: str, number: int) -> ResponseReturnValue:
    """Rankings of a run, what was noticed, and every setting."""
    return _run(slug, number, ApproveForm(formdata=None), PublishForm(formdata=None))


@bp.post("/<int:number>/approve")
@needs(Permission.INDEX_RUN)
def approve(slug: str, number: int) -> ResponseReturnValue:
    """Approve a run."""
    form = ApproveForm()
    if not form.validate_on_submit():
        return _run(slug, number, form, PublishForm(formdata=None), status=400)
    index_runs.approve_run(slug, number, actor=actor())
    flash(_("Đã phê duyệt lần tính số %(n)s.", n=number), "good")
    return redirect(url_for("analyse.run", slug=slug, number=number))


@bp.post("/<int:number>/publish")
@needs(Permission.INDEX_RUN)
def publish(slug: str, number: int) -> ResponseReturnValue:
    """Publish a run; the one published before gives way."""
    form = PublishForm()
    if not form.validate_on_submit():
        return _run(slug, number, ApproveForm(formdata=None), form, status=400)
    index_runs.publish_run(slug, number, form.reason.data, actor=actor())
    flash(_("Đã công bố lần tính số %(n)s.", n=number), "good")
    return redirect(url_for("analyse.run", slug=slug, number=number))


@bp.get("/<int:number>/public.xlsx")
@needs(Permission.EXPORT_PUBLIC)
def public_workbook(slug: str, number: int) -> ResponseReturnValue:
    """Offer the workbook everyone may have."""
    return _file(exports.public_workbook(slug, number, actor=actor()))


@bp.get("/<int:number>/results.csv")
@needs(Permission.EXPORT_PUBLIC)
def results_csv(slug: str, number: int) -> ResponseReturnValue:
    """Ranks and components, one line per unit."""
    return _file(exports.results_csv(slug, number, actor=actor()))


@bp.post("/<int:number>/council.xlsx")
@needs(Permission.EXPORT_COUNCIL)
def council_workbook(slug: str, number: int) -> ResponseReturnValue:
    """Offer the council's workbook, down to counts; noted in the trail."""
    return _file(exports.council_workbook(slug, number, actor=actor()))


@bp.get("/<int:number>/<unit_code>")
@needs(Permission.INDEX_VIEW)
def unit(slug: str, number: int, unit_code: str) -> ResponseReturnValue:
    """One unit opened: components, criteria, groups, questions, counts."""
    campaign = campaign_by_slug(slug)
    found = index_runs.visible_run(campaign, number, actor())
    result = index_runs.result_of(found)
    return render_template(
        "analyse/unit.html",
        campaign=campaign,
        run=found,
        page=index_pages.unit_page(campaign, result, unit_code),
        settings=result.settings,
        sources={
            "self": _("Thẩm định"),
            "survey": _("Điều tra xã hội học"),
            "imported": _("Nhập từ ngoài"),
        },
        states={
            "full": _("không áp dụng, được điểm tối đa"),
            "excluded": _("không áp dụng, loại khỏi cả hai vế"),
            "missing": _("chưa có điểm"),
            "rescaled": _("chưa có điểm, loại khỏi cả hai vế"),
        },
        rounds={
            "self": _("điểm tự chấm"),
            "explained": _("điểm đề nghị khi giải trình"),
            "round_1": _("thẩm định lần 1"),
            "round_2": _("thẩm định lần 2"),
            "imported": _("nhập từ ngoài"),
        },
    )


def _run(
    slug: str, number: int, approve_form: ApproveForm, publish_form: PublishForm, status: int = 200
) -> ResponseReturnValue:
    campaign = campaign_by_slug(slug)
    found = index_runs.visible_run(campaign, number, actor(), ranking_only=True)
    result = index_runs.result_of(found)
    page = render_template(
        "analyse/run.html",
        campaign=campaign,
        run=found,
        whole=index_runs.sees_whole(found, actor()),
        rankings=index_pages.rankings(campaign, result),
        warnings=result.warnings,
        settings=setting_lines(result),
        decimals=result.settings.decimals,
        history=index_runs.history_of(campaign, found),
        events=EVENTS,
        badges=STATE_BADGES,
        approve_form=approve_form,
        publish_form=publish_form,
    )
    return page, status


def _file(export: exports.ExportFile) -> ResponseReturnValue:
    return send_file(
        BytesIO(export.data),
        mimetype=export.mimetype,
        as_attachment=True,
        download_name=export.name,
    )
