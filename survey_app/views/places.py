"""The desk of places with an open code: what hangs where, what came, what waits for a person.

Counts only: nothing here shows an answer. Posters are printed as often as wanted, since they
carry no secret; the secret of a kiosk is shown once, in the answer to the request that made it.
"""

from __future__ import annotations

import os

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectChoice

from questionnaires.model import Design
from survey_app.errors import NotFoundError, SurveyError
from survey_app.formats import number as printed
from survey_app.forms.places import CloseForm, JudgeForm, PlaceForm, SinceForm, with_cells
from survey_app.models import Campaign, PlaceKind, QuotaCell, State
from survey_app.permissions import Permission
from survey_app.printing.common import passing_file
from survey_app.printing.posters import write_posters
from survey_app.security import grouped
from survey_app.services import places as services
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.plans import cells_of
from survey_app.services.poster_guards import Flag
from survey_app.services.set_aside import (
    admit_set_aside,
    exclude_set_aside,
    set_aside_since,
    waiting_at,
)
from survey_app.services.slips import base_url, check_base_url
from survey_app.views.access import actor, needs

bp = Blueprint("places", __name__, url_prefix="/campaigns/<slug>/places")


@bp.get("")
@needs(Permission.SLIPS)
def index(slug: str) -> ResponseReturnValue:
    """Show every place with its counts, and the form for one more."""
    return _index(campaign_by_slug(slug))


@bp.post("")
@needs(Permission.SLIPS)
def add(slug: str) -> ResponseReturnValue:
    """Add a place; the secret of a kiosk is in this answer and nowhere else."""
    campaign = campaign_by_slug(slug)
    form = with_cells(PlaceForm(), _cells(campaign))
    if not form.validate_on_submit():
        return _index(campaign, form, status=400)
    rule, unit = form.cell.data.split("/", 1)
    try:
        new = services.add_place(
            slug,
            rule,
            unit,
            form.name.data or "",
            kind=PlaceKind(form.kind.data),
            guards=form.guards(),
            actor=actor(),
        )
    except SurveyError as error:
        return _index(campaign, form, refusal=error, status=error.status)
    if new.secret is not None:
        return _secret(campaign, new.number, new.secret)
    flash(_("Đã thêm điểm %(number)s. Hãy in tờ dán.", number=grouped(new.number)), "good")
    return redirect(url_for(".place", slug=slug, number=new.number))


@bp.post("/print")
@needs(Permission.SLIPS)
def print_all(slug: str) -> ResponseReturnValue:
    """Answer with the posters of every open place, or of those asked for."""
    campaign = campaign_by_slug(slug)
    chosen = services.posters_to_print(slug, request.form.getlist("number"))
    if not chosen:
        flash(_("Chưa có mã dán nào để in."), "info")
        return redirect(url_for(".index", slug=slug))
    stream = passing_file()
    write_posters(campaign, chosen, stream)  # type: ignore[arg-type]  # narrower than the library says
    length = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    name = chosen[0].number if len(chosen) == 1 else "tat-ca"
    answer: Response = send_file(
        stream,
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"ma-dan-{campaign.short_code}-{name}.pdf",
    )
    answer.content_length = length
    return answer


@bp.get("/<number>")
@needs(Permission.SLIPS)
def place(slug: str, number: str) -> ResponseReturnValue:
    """Show one place: its counts, its guards, and what waits for a person."""
    return _place(campaign_by_slug(slug), number)


@bp.post("/<number>/close")
@needs(Permission.SLIPS)
def close(slug: str, number: str) -> ResponseReturnValue:
    """Close a place."""
    form = CloseForm()
    if not form.validate_on_submit():
        return _place(campaign_by_slug(slug), number, close_form=form, status=400)
    services.close_place(slug, number, form.reason.data or "", actor=actor())
    flash(_("Đã đóng điểm. Phiếu đã nhận vẫn còn nguyên."), "good")
    return redirect(url_for(".place", slug=slug, number=number))


@bp.post("/<number>/secret")
@needs(Permission.SLIPS)
def secret(slug: str, number: str) -> ResponseReturnValue:
    """Give a kiosk another secret; it is in this answer and nowhere else."""
    campaign = campaign_by_slug(slug)
    form = CloseForm()
    if not form.validate_on_submit():
        return _place(campaign, number, secret_form=form, status=400)
    made = services.new_secret(slug, number, form.reason.data or "", actor=actor())
    return _secret(campaign, services.find_place(campaign, number).number, made)


@bp.post("/<number>/set-aside")
@needs(Permission.BALLOTS_DECIDE)
def judge(slug: str, number: str) -> ResponseReturnValue:
    """Take or leave out the next ballot that was set aside, or all that carry one flag."""
    campaign = campaign_by_slug(slug)
    form = _judged(JudgeForm())
    if not form.validate_on_submit():
        return _place(campaign, number, judge_form=form, status=400)
    flag = Flag(form.flag.data) if form.flag.data else None
    every = request.form.get("every") == "1"
    reason = form.reason.data or ""
    if request.form.get("verb") == "exclude":
        left_out = exclude_set_aside(slug, number, flag, reason, every=every, actor=actor())
        flash(_("Đã loại %(n)s phiếu để riêng.", n=printed(left_out)), "good")
    else:
        done = admit_set_aside(slug, number, flag, reason, every=every, actor=actor())
        flash(
            _(
                "Đã nhận: %(counted)s phiếu vào chỉ tiêu, %(over)s phiếu để riêng vì hết chỗ.",
                counted=printed(done.counted),
                over=printed(done.over_target),
            ),
            "good",
        )
    return redirect(url_for(".place", slug=slug, number=number))


@bp.post("/<number>/since")
@needs(Permission.BALLOTS_DECIDE)
def since(slug: str, number: str) -> ResponseReturnValue:
    """Set aside everything the place brought since a day, to be judged like the rest."""
    form = SinceForm()
    if not form.validate_on_submit() or form.since.data is None:
        return _place(campaign_by_slug(slug), number, since_form=form, status=400)
    done = set_aside_since(slug, number, form.since.data, form.reason.data or "", actor=actor())
    flash(
        _(
            "Đã để riêng %(counted)s phiếu đã tính (chỗ đã trả lại) và %(over)s phiếu vượt chỉ "
            "tiêu. Hãy xem và quyết định ở mục Phiếu chờ xem.",
            counted=printed(done.counted),
            over=printed(done.over_target),
        ),
        "good",
    )
    return redirect(url_for(".place", slug=slug, number=number))


def _index(
    campaign: Campaign,
    form: PlaceForm | None = None,
    *,
    refusal: SurveyError | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    try:
        check_base_url(base_url(), simulated=campaign.simulated)
        no_address = ""
    except SurveyError as error:
        no_address = error.message
    page = render_template(
        "places/index.html",
        campaign=campaign,
        lines=services.place_lines(campaign),
        form=form or with_cells(PlaceForm(formdata=None), _cells(campaign)),
        refusal=refusal,
        opened=campaign.state in (State.PLANNED, State.COLLECTING),
        no_address=no_address,
        kinds=kind_labels(),
    )
    return page, status


def _place(
    campaign: Campaign,
    number: str,
    *,
    close_form: CloseForm | None = None,
    secret_form: CloseForm | None = None,
    judge_form: JudgeForm | None = None,
    since_form: SinceForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    poster = services.find_place(campaign, number)
    line = next((one for one in services.place_lines(campaign) if one.poster.id == poster.id), None)
    if line is None:  # its cell has gone with a plan
        raise NotFoundError("Điểm đặt mã này không còn ô chỉ tiêu trong kế hoạch.")
    page = render_template(
        "places/place.html",
        campaign=campaign,
        line=line,
        poster=poster,
        waiting=waiting_at(poster),
        url=services.place_url(poster.number),
        own_unit=poster.unit_id in actor().belongs,
        decided=campaign.state in (State.APPROVED, State.PUBLISHED),
        close_form=close_form or CloseForm(formdata=None),
        secret_form=secret_form or CloseForm(formdata=None),
        since_form=since_form or SinceForm(formdata=None),
        judge_form=judge_form or _judged(JudgeForm(formdata=None)),
        kinds=kind_labels(),
        flags=flag_labels(),
    )
    return page, status


def _secret(campaign: Campaign, number: str, made: str) -> ResponseReturnValue:
    """Show the secret of a kiosk this once."""
    page = render_template(
        "places/secret.html",
        campaign=campaign,
        poster=services.find_place(campaign, number),
        secret=grouped(made),
        url=services.place_url(number, made),
    )
    return page, 200, {"Cache-Control": "no-store"}


def _cells(campaign: Campaign) -> list[QuotaCell]:
    return [cell for cell in cells_of(campaign) if cell.rule.design is Design.OWN and cell.target]


def _judged(form: JudgeForm) -> JudgeForm:
    labels = flag_labels()
    form.flag.choices = [
        SelectChoice("", _("mọi dấu hiệu")),
        *(SelectChoice(flag.value, labels[flag]) for flag in Flag),
    ]
    return form


def kind_labels() -> dict[PlaceKind, str]:
    """Name of what stands at a place."""
    return {PlaceKind.POSTER: _("Mã dán"), PlaceKind.KIOSK: _("Máy tại quầy")}


def flag_labels() -> dict[Flag, str]:
    """Name of what was odd about a ballot."""
    return {
        Flag.BURST: _("Gửi dồn dập"),
        Flag.CROWD: _("Quá số phiếu một ngày"),
        Flag.DUPLICATE: _("Trùng câu trả lời"),
        Flag.NIGHT: _("Gửi ban đêm"),
        Flag.SPEED: _("Trả lời quá nhanh"),
        Flag.LATER: _("Để riêng sau khi nhận"),
    }
