"""Drawing from a list on pages: decided, drawn, called, drawn again, taken along.

What a draw takes is decided by ``services.draw_plans``; drawing is ``services.draws``.
"""

from __future__ import annotations

import io
from typing import Final

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectChoice

from questionnaires.plan_table import whole_number
from survey_app.edges import LARGEST
from survey_app.errors import SurveyError
from survey_app.formats import number as printed
from survey_app.forms.rosters import BY_LABELS, METHOD_LABELS, DrawForm, ReleaseForm, with_rules
from survey_app.models import Campaign, Draw, Roster
from survey_app.permissions import Permission
from survey_app.services import draws
from survey_app.services.campaigns import campaign_by_slug, definition_of
from survey_app.services.contacts import are_kept
from survey_app.services.draw_lists import draw_workbook
from survey_app.services.draw_plans import By, DrawOrder, Method, preview_draw, usual_order
from survey_app.services.plans import plan_of
from survey_app.services.rosters import OPEN_STATES, roster_of
from survey_app.views.access import actor, needs
from survey_app.views.rosters import forget

bp = Blueprint("draws", __name__, url_prefix="/campaigns/<slug>/rosters/<int:roster_id>")
bp.after_request(forget)

SHOWN_AT_ONCE: Final = 300
"""People one page shows before a part must be chosen."""


@bp.get("/draw")
@needs(Permission.ROSTERS)
def new(slug: str, roster_id: int) -> ResponseReturnValue:
    """Show what a draw for a line of the plan would take."""
    campaign = campaign_by_slug(slug)
    roster = roster_of(campaign, roster_id)
    order = usual_order(campaign, roster, request.args.get("rule") or None)
    return _new(campaign, roster, order, _form(campaign, roster, order))


@bp.post("/draw")
@needs(Permission.ROSTERS)
def decide(slug: str, roster_id: int) -> ResponseReturnValue:
    """Weigh what was typed, take the plan's numbers, or draw."""
    campaign = campaign_by_slug(slug)
    roster = roster_of(campaign, roster_id)
    form = with_rules(DrawForm(), plan_of(campaign).rules, roster.group)
    usual = usual_order(campaign, roster)
    if not form.validate_on_submit():
        return _new(campaign, roster, usual, form, status=400)
    act = request.form.get("act")
    by = By(form.by.data)
    numbers, wrong = ({}, []) if act == "plan" else _typed(by)
    order = DrawOrder(
        rule=form.rule.data or None,
        method=Method(form.method.data),
        by=by,
        numbers=numbers,
        take_short=form.take_short.data,
        answer_percent=form.answer_percent.data or 0,
        batch=form.batch.data or 0,
        seed=form.seed.data or "",
        reason=form.reason.data or "",
    )
    if wrong:
        return _new(campaign, roster, order, form, wrong=wrong, status=400)
    if act != "draw":
        return _new(campaign, roster, order, form)
    try:
        number = draws.draw_people(slug, roster_id, order, actor=actor())
    except SurveyError as error:
        return _new(campaign, roster, order, form, refusal=error, status=error.status)
    flash(_("Đã rút mẫu, lần số %(number)s.", number=number), "good")
    return redirect(url_for("draws.draw", slug=slug, roster_id=roster_id, number=number))


def _typed(by: By) -> tuple[dict[str, int], list[str]]:
    """Read the numbers of the parts, and which of them are none."""
    numbers: dict[str, int] = {}
    wrong: list[str] = []
    head = f"n:{by}:"
    for name, text in request.form.items():
        if not name.startswith(head) or not text.strip():
            continue
        number = whole_number(text)
        if number is None or number > LARGEST:
            wrong.append(f"{name.removeprefix(head)}: “{text}”")
        else:
            numbers[name.removeprefix(head)] = number
    return numbers, wrong


def _form(campaign: Campaign, roster: Roster, order: DrawOrder) -> DrawForm:
    form = DrawForm(
        formdata=None,
        rule=order.rule or "",
        method=order.method.value,
        by=order.by.value,
        answer_percent=order.answer_percent,
        batch=order.batch,
    )
    return with_rules(form, plan_of(campaign).rules, roster.group)


def _new(
    campaign: Campaign,
    roster: Roster,
    order: DrawOrder,
    form: DrawForm,
    *,
    wrong: list[str] | None = None,
    refusal: SurveyError | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "rosters/draw_new.html",
        campaign=campaign,
        roster=roster,
        form=form,
        preview=preview_draw(campaign, roster, order),
        wrong=wrong or [],
        refusal=refusal,
        looking=campaign.state in OPEN_STATES,
    )
    return page, status


# --- one draw ----------------------------------------------------------------------------


@bp.get("/draws/<int:number>")
@needs(Permission.ROSTERS)
def draw(slug: str, roster_id: int, number: int) -> ResponseReturnValue:
    """Show a draw; ``?verify=1`` draws it again, which changes nothing."""
    return _draw(campaign_by_slug(slug), roster_id, number)


@bp.post("/draws/<int:number>/release")
@needs(Permission.ROSTERS)
def release(slug: str, roster_id: int, number: int) -> ResponseReturnValue:
    """Call the next batch of a reserve."""
    campaign = campaign_by_slug(slug)
    found = draws.draw_of(roster_of(campaign, roster_id), number)
    form = _release_form(campaign, found, ReleaseForm())
    if not form.validate_on_submit():
        return _draw(campaign, roster_id, number, release_form=form, status=400)
    seen, _mark, part = (form.part.data or "").partition(":")
    called = draws.release_batch(
        slug, roster_id, number, part, form.reason.data or "",
        seen=int(seen) if seen.isdecimal() else None, actor=actor(),
    )  # fmt: skip
    flash(_("Đã gọi %(count)s người dự phòng.", count=printed(called)), "good")
    return redirect(
        url_for("draws.draw", slug=slug, roster_id=roster_id, number=number, part=part or None)
    )


@bp.post("/draws/<int:number>/list.xlsx")
@needs(Permission.ROSTERS)
def workbook(slug: str, roster_id: int, number: int) -> ResponseReturnValue:
    """Offer the list to take along; noted in the trail."""
    part = request.form.get("part") or None
    file = draw_workbook(slug, roster_id, number, part=part, actor=actor())
    answer: Response = send_file(
        io.BytesIO(file.data),
        mimetype=file.mimetype,
        as_attachment=True,
        download_name=file.name,
    )
    return answer


def _draw(
    campaign: Campaign,
    roster_id: int,
    number: int,
    *,
    release_form: ReleaseForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    roster = roster_of(campaign, roster_id)
    found = draws.draw_of(roster, number)
    lines = draws.reserve_lines(found)
    part = request.args.get("part")
    total = sum(line.chosen + line.released for line in lines)
    shown = part is not None or total <= SHOWN_AT_ONCE
    checked = draws.verify(campaign.slug, roster_id, number) if request.args.get("verify") else None
    page = render_template(
        "rosters/draw.html",
        campaign=campaign,
        roster=roster,
        draw=found,
        kept=are_kept(roster),
        lines=lines,
        labels=_labels(campaign, found),
        part=part,
        people=draws.called_people(found, part) if shown else (),
        shown=shown,
        checked=checked,
        by_label=BY_LABELS[draws.by_of(found)],
        method_label=METHOD_LABELS[Method(found.method)],
        release_form=release_form or _release_form(campaign, found, ReleaseForm(formdata=None)),
        looking=campaign.state in OPEN_STATES,
    )
    return page, status


def _labels(campaign: Campaign, found: Draw) -> dict[str, str]:
    """Name the parts of a draw as people do."""
    units = {unit.code: unit.name for unit in definition_of(campaign).units}
    by_unit = draws.by_of(found) is By.UNIT
    labels = {}
    for line in draws.reserve_lines(found):
        whole = _("Cả danh sách") if draws.by_of(found) is By.LIST else _("(để trống)")
        labels[line.code] = (units.get(line.code) if by_unit else line.code) or whole
    return labels


def _release_form(campaign: Campaign, found: Draw, form: ReleaseForm) -> ReleaseForm:
    labels = _labels(campaign, found)
    form.part.choices = [
        SelectChoice(
            f"{line.released}:{line.code}",
            _("%(part)s (còn %(count)s người)", part=labels[line.code], count=printed(line.left)),
        )
        for line in draws.reserve_lines(found)
        if line.left
    ]
    return form
