"""A campaign's life on pages: created from a plan, checked, opened, extended, closed.

What is printed for it is in ``views.prints``, its criteria in ``views.criteria``; what each
step does and records is in ``services.campaigns``.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectChoice

from questionnaires.errors import DefinitionError, Mistake
from questionnaires.loader import available, load_campaign
from questionnaires.model import Campaign as Definition
from survey_app.formats import day, today
from survey_app.forms.office import CloseForm, ExtendForm, LoadForm, OpenForm
from survey_app.models import Campaign, State
from survey_app.permissions import Permission
from survey_app.services import campaigns
from survey_app.services.plans import cells_of, plan_of, plan_overview
from survey_app.services.timetable import step_lines
from survey_app.services.what_if import what_it_tells
from survey_app.views.access import actor, needs

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage

bp = Blueprint("publish", __name__, url_prefix="/campaigns")


# --- create ------------------------------------------------------------------------------


@bp.get("/new")
@needs(Permission.CAMPAIGN_EDIT)
def new() -> ResponseReturnValue:
    """Choose a plan."""
    return _new(_load_form())


@bp.post("/new")
@needs(Permission.CAMPAIGN_EDIT)
def load() -> ResponseReturnValue:
    """Store the chosen plan as a draft, or show every mistake of it."""
    form = _load_form()
    if not form.validate_on_submit():
        return _new(form, status=400)
    try:
        file = form.file.data
        definition = _uploaded(file) if file else load_campaign(form.shipped.data)
        slug = campaigns.load_campaign(
            definition,
            actor=actor(),
            opens=form.opens.data,
            closes=form.closes.data,
            simulated=form.simulated.data,
        )
    except DefinitionError as error:
        return _new(form, error.mistakes, status=400)
    flash(_("Đã tạo bản nháp. Hãy đối chiếu kế hoạch rồi mở đợt điều tra."), "good")
    return redirect(url_for("publish.overview", slug=slug))


def _load_form() -> LoadForm:
    form = LoadForm()
    plans = [load_campaign(slug) for slug in available().campaigns]
    form.shipped.choices = [
        SelectChoice(
            plan.slug,
            f"{plan.title} ({plan.organisation}){_(' – mẫu') if plan.sample else ''}",
        )
        for plan in sorted(plans, key=lambda plan: plan.sample)
    ]
    return form


def _new(
    form: LoadForm, mistakes: tuple[Mistake, ...] = (), status: int = 200
) -> ResponseReturnValue:
    return render_template("publish/new.html", form=form, mistakes=mistakes), status


def _uploaded(file: FileStorage) -> Definition:
    """Read an uploaded plan; its own name is what mistakes are reported under."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / Path(file.filename or "plan.yaml").name
        file.save(path)
        return load_campaign(path)


# --- look --------------------------------------------------------------------------------


@bp.get("/<slug>")
@needs(Permission.CAMPAIGN_VIEW)
def overview(slug: str) -> ResponseReturnValue:
    """Where the campaign stands, and what can be done with it as a whole."""
    return _overview(campaigns.campaign_by_slug(slug))


def _overview(
    campaign: Campaign,
    extend: ExtendForm | None = None,
    close: CloseForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "publish/overview.html",
        campaign=campaign,
        definition=campaigns.definition_of(campaign),
        plan=plan_overview(campaign),
        version=plan_of(campaign),
        problems=campaigns.check_campaign(campaign.slug) if campaign.state is State.DRAFT else [],
        extend=extend or ExtendForm(formdata=None),
        close=close or CloseForm(formdata=None),
        live=campaign.state in (State.DRAFT, State.PLANNED, State.COLLECTING),
    )
    return page, status


@bp.get("/<slug>/plan")
@needs(Permission.CAMPAIGN_VIEW)
def plan(slug: str) -> ResponseReturnValue:
    """Lay the plan's own words beside what they add up to, and every cell's target."""
    campaign = campaigns.campaign_by_slug(slug)
    definition = campaigns.definition_of(campaign)
    sheet = campaigns.opening_sheet(slug)
    tells, short = what_it_tells(campaign)
    grids = []
    cells = cells_of(campaign)
    for kind, label in definition.unit_kinds.items():
        mine = [cell for cell in cells if cell.rule.unit_kind == kind]
        if not mine:
            continue
        rules = list(dict.fromkeys(cell.rule for cell in mine))
        units = list(dict.fromkeys(cell.unit for cell in mine))
        targets = {(cell.unit.code, cell.rule.code): cell.target for cell in mine}
        grids.append((label, rules, units, targets))
    return render_template(
        "publish/plan.html",
        campaign=campaign,
        definition=definition,
        plan=plan_overview(campaign),
        version=plan_of(campaign),
        totals=sheet.totals,
        groups={group.code: group.label for group in definition.groups},
        grids=grids,
        tells=tells,
        short=short,
        steps=step_lines(definition.timetable, today()),
    )


# --- open, extend, close -----------------------------------------------------------------


@bp.get("/<slug>/open")
@needs(Permission.CAMPAIGN_EDIT)
def opening(slug: str) -> ResponseReturnValue:
    """Show every setting with its value and meaning before anything is fixed."""
    sheet = campaigns.opening_sheet(slug)
    return _opening(sheet, _confirmation(sheet, OpenForm(formdata=None)))


@bp.post("/<slug>/open")
@needs(Permission.CAMPAIGN_EDIT)
def open_(slug: str) -> ResponseReturnValue:
    """Open the campaign as it was read and confirmed."""
    sheet = campaigns.opening_sheet(slug)
    form = _confirmation(sheet, OpenForm())
    if not form.validate_on_submit():
        return _opening(sheet, form, status=400)
    campaigns.open_campaign(slug, confirmed_sha256=form.sha256.data or "", actor=actor())
    flash(_("Đã mở đợt điều tra. Bước tiếp theo: in phiếu mời hoặc phiếu giấy."), "good")
    return redirect(url_for("publish.overview", slug=slug))


def _confirmation(sheet: campaigns.OpeningSheet, form: OpenForm) -> OpenForm:
    """Ask about a missing decision only where it is missing."""
    if not sheet.undecided:
        del form.undecided
    return form


def _opening(
    sheet: campaigns.OpeningSheet, form: OpenForm, status: int = 200
) -> ResponseReturnValue:
    form.sha256.data = sheet.sha256
    groups = [
        (name, list(lines)) for name, lines in groupby(sheet.lines, key=lambda line: line.group)
    ]
    page = render_template(
        "publish/opening.html",
        campaign=sheet.campaign,
        sheet=sheet,
        groups=groups,
        form=form,
        opened=sheet.campaign.state not in (State.DRAFT, State.PLANNED),
    )
    return page, status


@bp.post("/<slug>/deadline")
@needs(Permission.CAMPAIGN_EDIT)
def extend(slug: str) -> ResponseReturnValue:
    """Move the last day of online answers."""
    campaign = campaigns.campaign_by_slug(slug)
    form = ExtendForm()
    if not form.validate_on_submit() or form.closes.data is None:
        return _overview(campaign, extend=form, status=400)
    campaigns.extend_deadline(slug, form.closes.data, form.reason.data or "", actor=actor())
    flash(_("Hạn trả lời mới: hết ngày %(day)s.", day=day(form.closes.data)), "good")
    return redirect(url_for("publish.overview", slug=slug))


@bp.post("/<slug>/close")
@needs(Permission.CAMPAIGN_EDIT)
def close(slug: str) -> ResponseReturnValue:
    """End collection."""
    campaign = campaigns.campaign_by_slug(slug)
    form = CloseForm()
    if not form.validate_on_submit():
        return _overview(campaign, close=form, status=400)
    campaigns.close_campaign(slug, form.reason.data or "", actor=actor())
    flash(_("Đã đóng đợt điều tra; không nhận thêm phiếu."), "good")
    return redirect(url_for("publish.overview", slug=slug))
