"""Slips and paper forms: issued, printed as a download, revoked, voided.

A print is a POST that answers with a PDF. A slip's code exists in that answer only: it is
drawn into a file without a name and never kept (``survey_app.printing``).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import groupby
from typing import BinaryIO

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey_app.errors import SurveyError
from survey_app.formats import number
from survey_app.forms.office import IssueForm, OfficeForm, PrintForm, SheetForm, SlipForm, with_plan
from survey_app.models import Campaign, State
from survey_app.permissions import Permission
from survey_app.printing import passing_file, write_cards, write_sheets
from survey_app.services import sheets as paper
from survey_app.services import slips as slip_services
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.keying import cells_to_key, serial_of
from survey_app.services.plans import plan_of
from survey_app.views.access import actor, needs

bp = Blueprint("prints", __name__, url_prefix="/campaigns/<slug>")


# --- slips -------------------------------------------------------------------------------


@bp.get("/slips")
@needs(Permission.SLIPS)
def slips(slug: str) -> ResponseReturnValue:
    """Slips by rule and unit, and what can be done with them."""
    return _slips(campaign_by_slug(slug))


@bp.post("/slips/issue")
@needs(Permission.SLIPS)
def issue(slug: str) -> ResponseReturnValue:
    """Issue numbered slips for a rule, for one unit or all."""
    campaign = campaign_by_slug(slug)
    form = with_plan(IssueForm(), plan_of(campaign).rules, campaign.units)
    if not form.validate_on_submit():
        return _slips(campaign, form, status=400)
    issued = slip_services.issue_slips(
        slug, form.rule.data, form.unit.data or None, form.count.data, actor=actor()
    )
    if issued:
        flash(
            _(
                "Đã phát hành %(count)s phiếu mời của dòng %(rule)s.",
                count=number(len(issued)),
                rule=form.rule.data,
            ),
            "good",
        )
    else:
        flash(_("Dòng %(rule)s đã phát hành đủ phiếu mời.", rule=form.rule.data), "info")
    return _to_slips(slug, form.rule.data)


@bp.post("/slips/print")
@needs(Permission.SLIPS)
def print_slips(slug: str) -> ResponseReturnValue:
    """Answer with the PDF of slips not printed yet, or of one slip again."""
    campaign = campaign_by_slug(slug)
    form = with_plan(PrintForm(), plan_of(campaign).rules, campaign.units)
    if not form.validate_on_submit():
        raise SurveyError(_("Chưa in được."), details=form.mistakes())
    again = form.number.data
    printed = slip_services.print_slips(
        slug,
        numbers=None if again is None else [again],
        rule_code=form.rule.data,
        unit_code=form.unit.data or None,
        actor=actor(),
    )
    if not printed:
        flash(_("Không có phiếu mời nào chờ in. Hãy phát hành trước."), "info")
        return _to_slips(slug, form.rule.data)
    return _pdf(
        lambda stream: write_cards(campaign, printed, stream),
        "phieu-moi",
        campaign.short_code,
        form.rule.data,
        form.unit.data,
    )


@bp.post("/slips/revoke")
@needs(Permission.SLIPS)
def revoke(slug: str) -> ResponseReturnValue:
    """Take one slip out of use, or replace it by a new one."""
    campaign = campaign_by_slug(slug)
    form = SlipForm()
    if not form.validate_on_submit() or form.number.data is None:
        return _slips(campaign, revoke_form=form, status=400)
    reason = form.reason.data or ""
    if "reissue" in request.form:
        new = slip_services.reissue_slip(slug, form.number.data, reason, actor=actor())
        flash(
            _(
                "Đã thu hồi phiếu mời số %(old)s, phát hành số %(new)s thay thế; hãy in phiếu mới.",
                old=form.number.data,
                new=new,
            ),
            "good",
        )
    else:
        slip_services.revoke_slip(slug, form.number.data, reason, actor=actor())
        flash(_("Đã thu hồi phiếu mời số %(number)s.", number=form.number.data), "good")
    return redirect(url_for("prints.slips", slug=slug))


def _slips(
    campaign: Campaign,
    issue_form: IssueForm | None = None,
    revoke_form: SlipForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    rules = plan_of(campaign).rules
    chosen = next((rule for rule in rules if rule.code == request.args.get("rule")), None)
    unit = request.args.get("unit") or None
    lines = slip_services.slip_overview(campaign)
    page = render_template(
        "publish/slips.html",
        campaign=campaign,
        by_rule=[(rule, list(own)) for rule, own in groupby(lines, key=lambda line: line.rule)],
        chosen=chosen,
        unit=unit,
        numbered=slip_services.slip_list(campaign, chosen.code, unit) if chosen else [],
        issue_form=issue_form
        or with_plan(IssueForm(formdata=None, rule=chosen and chosen.code), rules, campaign.units),
        print_form=OfficeForm(formdata=None),
        revoke_form=revoke_form or SlipForm(formdata=None),
        base_url=slip_services.base_url(),
        no_address=_why_not_printable(campaign),
        live=campaign.state in (State.DRAFT, State.PLANNED, State.COLLECTING),
        printable=campaign.state in (State.PLANNED, State.COLLECTING),
    )
    return page, status


def _why_not_printable(campaign: Campaign) -> str | None:
    """Say why slips cannot be printed here, or None when they can."""
    try:
        slip_services.check_base_url(slip_services.base_url(), simulated=campaign.simulated)
    except SurveyError as error:
        return error.message
    return None


def _to_slips(slug: str, rule: str) -> ResponseReturnValue:
    return redirect(url_for("prints.slips", slug=slug, rule=rule, _anchor=rule))


# --- paper forms -------------------------------------------------------------------------


@bp.get("/sheets")
@needs(Permission.PRINT_FORMS)
def sheets(slug: str) -> ResponseReturnValue:
    """Paper forms by rule and unit."""
    return _sheets(campaign_by_slug(slug))


@bp.post("/sheets/print")
@needs(Permission.PRINT_FORMS)
def print_sheets(slug: str) -> ResponseReturnValue:
    """Make sheets with fresh serials and answer with their PDF."""
    campaign = campaign_by_slug(slug)
    form = with_plan(IssueForm(), plan_of(campaign).rules, campaign.units)
    if not form.validate_on_submit():
        return _sheets(campaign, form, status=400)
    printed = paper.print_sheets(
        slug, form.rule.data, form.unit.data or None, form.count.data, actor=actor()
    )
    return _pdf(
        lambda stream: write_sheets(campaign, printed, stream),
        "phieu-giay",
        campaign.short_code,
        form.rule.data,
        form.unit.data,
    )


@bp.post("/sheets/void")
@needs(Permission.PRINT_FORMS)
def void(slug: str) -> ResponseReturnValue:
    """Declare a sheet spoiled or lost."""
    campaign = campaign_by_slug(slug)
    form = SheetForm()
    if not form.validate_on_submit():
        return _sheets(campaign, void_form=form, status=400)
    serial = serial_of(form.serial.data or "")
    paper.void_sheet(slug, serial, form.reason.data or "", actor=actor())
    flash(_("Đã hủy phiếu giấy; chỗ của phiếu được trả lại cho chỉ tiêu."), "good")
    return redirect(url_for("prints.sheets", slug=slug))


def _sheets(
    campaign: Campaign,
    print_form: IssueForm | None = None,
    void_form: SheetForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    rules = plan_of(campaign).rules
    lines = cells_to_key(campaign.slug, actor=actor())
    page = render_template(
        "publish/sheets.html",
        campaign=campaign,
        by_rule=[(rule, list(own)) for rule, own in groupby(lines, key=lambda line: line.rule)],
        print_form=print_form or with_plan(IssueForm(formdata=None), rules, campaign.units),
        void_form=void_form or SheetForm(formdata=None),
        printable=campaign.state is State.COLLECTING,
    )
    return page, status


# --- the file ----------------------------------------------------------------------------


def _pdf(draw: Callable[[BinaryIO], int], *name: str | None) -> Response:
    """Draw into a file without a name and send it as a download nobody may keep a copy of."""
    stream = passing_file()
    draw(stream)  # type: ignore[arg-type]  # narrower than the library says
    length = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    answer = send_file(
        stream,
        mimetype="application/pdf",
        as_attachment=True,
        download_name="-".join(part for part in name if part) + ".pdf",
    )
    answer.content_length = length
    answer.headers["Cache-Control"] = "no-store"
    return answer
