"""The coordinator's screen: how far every quota cell is, and what to decide about it.

``field`` is the whole campaign on one page (refreshed as a fragment by htmx, or by
reloading), ``cell`` opens one cell; excluding and admitting go to ``services.decisions``.
Nothing here shows an answer.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey_app import charts
from survey_app.formats import language, today
from survey_app.models import Campaign, Channel, Round, State, Status
from survey_app.models.types import now
from survey_app.permissions import Permission
from survey_app.security import grouped, typed_digits
from survey_app.services.appraisal import status_table
from survey_app.services.campaigns import campaign_by_slug, definition_of
from survey_app.services.decisions import admit_next, exclude_ballot
from survey_app.services.field_numbers import NEARLY
from survey_app.services.field_side import side_of
from survey_app.services.fieldwork import call_text, cell_detail, find_cell, matrix
from survey_app.services.plans import plan_of
from survey_app.services.timetable import step_lines
from survey_app.services.wrong_tries import guessing
from survey_app.views.access import actor, needs, wants_partial

bp = Blueprint("coordinate", __name__)

UNITS_AT_ONCE: Final = 250
"""Rows of one kind of unit on one page of the matrix; a country has thousands. [units]"""


@bp.get("/campaigns/<slug>/field")
@needs(Permission.FIELD_VIEW)
def field(slug: str) -> ResponseReturnValue:
    """Show the whole field; ``?missing=1`` leaves out what is full."""
    campaign = campaign_by_slug(slug)
    if not plan_of(campaign).rules:
        return _no_survey(campaign)
    found = matrix(campaign, actor())
    part = max(1, request.args.get("part", 1, int))
    page = "coordinate/field_now.html" if wants_partial() else "coordinate/field.html"
    return render_template(
        page,
        campaign=campaign,
        field=found,
        side=side_of(campaign, found),
        names=_names(campaign),
        only_missing=request.args.get("missing") == "1",
        part=part,
        at_once=UNITS_AT_ONCE,
        shown=slice((part - 1) * UNITS_AT_ONCE, part * UNITS_AT_ONCE),
        parts=max(-(-len(table.units) // UNITS_AT_ONCE) for table in found.kinds)
        if found.kinds
        else 1,
        guesses=guessing(campaign.short_code),
        at=now(),
        nearly=100 * NEARLY,
        strip=charts.strip,
        days=charts.daily_bars(
            found.by_day,
            campaign.opens,
            max(campaign.opens, min(today(), campaign.closes)),
            found.per_day if found.days_left else 0,
        ),
        message=lambda call: call_text(campaign, found, call),
    )


def _no_survey(campaign: Campaign) -> str:
    """Say what is awaited where no ballots are."""
    may_see = actor().may(Permission.SCORES_VIEW)
    return render_template(
        "coordinate/no_survey.html",
        campaign=campaign,
        kinds=status_table(campaign) if may_see else (),
        rounds=Round,
        steps=step_lines(definition_of(campaign).timetable, today()),
    )


@bp.get("/campaigns/<slug>/field/<rule>/<unit>")
@needs(Permission.FIELD_VIEW)
def cell(slug: str, rule: str, unit: str) -> ResponseReturnValue:
    """Open one cell: what came back, by status, channel and reason, and its sheets."""
    campaign = campaign_by_slug(slug)
    detail = cell_detail(campaign, rule, unit, actor())
    return render_template(
        "coordinate/cell.html",
        campaign=campaign,
        detail=detail,
        names=_names(campaign),
        own_unit=detail.unit.id in actor().belongs,
        decided=campaign.state in (State.APPROVED, State.PUBLISHED),
        status_labels=status_labels(),
        channel_labels=channel_labels(),
        strip=charts.strip,
    )


@bp.post("/campaigns/<slug>/field/<rule>/<unit>/exclude")
@needs(Permission.BALLOTS_DECIDE)
def exclude(slug: str, rule: str, unit: str) -> ResponseReturnValue:
    """Leave one paper ballot out, by serial and reason."""
    serial = typed_digits(request.form.get("serial", ""))
    exclude_ballot(slug, serial, unit, request.form.get("reason", ""), actor=actor())
    flash(_("Đã loại phiếu %(serial)s.", serial=grouped(serial)), "good")
    return redirect(url_for(".cell", slug=slug, rule=rule, unit=unit))


@bp.post("/campaigns/<slug>/field/<rule>/<unit>/admit")
@needs(Permission.BALLOTS_DECIDE)
def admit(slug: str, rule: str, unit: str) -> ResponseReturnValue:
    """Count the next ballot kept aside in this cell."""
    found = find_cell(campaign_by_slug(slug), rule, unit, actor())
    admitted = admit_next(slug, found.id, request.form.get("reason", ""), actor=actor())
    if admitted:
        flash(_("Đã nhận một phiếu để riêng vào chỉ tiêu."), "good")
    else:
        flash(_("Ô này không còn phiếu nào để riêng."), "warn")
    return redirect(url_for(".cell", slug=slug, rule=rule, unit=unit))


def status_labels() -> dict[Status, tuple[str, str]]:
    """Name and tone of what can become of a ballot."""
    return {
        Status.COUNTED: (_("Tính vào chỉ tiêu"), "good"),
        Status.OVER_TARGET: (_("Để riêng (đã đủ)"), "warn"),
        Status.SET_ASIDE: (_("Để riêng (chờ xem)"), "warn"),
        Status.INVALID: (_("Không hợp lệ"), "bad"),
        Status.EXCLUDED: (_("Đã loại"), "none"),
    }


def channel_labels() -> dict[Channel, str]:
    """Name of the road a ballot came by."""
    return {
        Channel.ONLINE: _("Trực tuyến"),
        Channel.PAPER: _("Phiếu giấy"),
        Channel.POSTER: _("Mã dán"),
        Channel.KIOSK: _("Máy tại quầy"),
    }


def _names(campaign: Campaign) -> dict[str, str]:
    """Names of groups and unit kinds in the language of the page."""
    definition = definition_of(campaign)
    texts = {group.code: group.label for group in definition.groups} | dict(definition.unit_kinds)
    return {code: text.in_language(language()) for code, text in texts.items()}
