"""The re-check desk: a draw, one call after another, and what the council is told.

Callers (coordinators) see names and telephones; everybody who sees the field sees rates and
flags and nobody's name but the enumerators'.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey_app.errors import SurveyError
from survey_app.formats import number as printed
from survey_app.forms.rechecks import ANSWERS, UNSAID, CallForm, DrawForm, ForgetForm
from survey_app.models import CallState, Campaign, RecheckCall, State
from survey_app.permissions import Permission
from survey_app.services import recheck_files, recheck_results, rechecks
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.recheck_places import Place, frame_id, may_call, next_place
from survey_app.views.access import actor, needs
from survey_app.views.files import as_download

bp = Blueprint("rechecks", __name__, url_prefix="/campaigns/<slug>/rechecks")

USUAL_SHARE, USUAL_LEAST = 10, 80
CALLS_AT_ONCE: Final = 250
"""Rows of one page of the call list."""


@bp.get("")
@needs(Permission.FIELD_VIEW)
def draws(slug: str) -> ResponseReturnValue:
    """Show every re-check, and the form for the next draw."""
    return _draws(campaign_by_slug(slug))


@bp.post("")
@needs(Permission.RECHECK)
def draw(slug: str) -> ResponseReturnValue:
    """Draw who is called."""
    campaign = campaign_by_slug(slug)
    form = DrawForm()
    if not form.validate_on_submit() or form.share.data is None or form.least.data is None:
        return _draws(campaign, form=form, status=400)
    try:
        made = rechecks.draw_calls(
            slug,
            form.seed.data or "",
            Decimal(form.share.data) / 100,
            Decimal(form.least.data) / 100,
            actor=actor(),
        )
    except SurveyError as error:
        return _draws(campaign, form=form, refusal=error, status=error.status)
    flash(_("Đã rút danh sách phúc tra lần %(number)s.", number=made.number), "good")
    return redirect(url_for(".calls", slug=slug, number=made.number))


@bp.post("/forget")
@needs(Permission.RECHECK)
def forget(slug: str) -> ResponseReturnValue:
    """Delete the telephone numbers of all lists."""
    campaign = campaign_by_slug(slug)
    form = ForgetForm()
    if not form.validate_on_submit():
        return _draws(campaign, forget_form=form, status=400)
    gone = rechecks.forget_phones(slug, form.reason.data or "", actor=actor())
    flash(_("Đã xóa số điện thoại của %(count)s người.", count=printed(gone)), "good")
    return redirect(url_for(".draws", slug=slug))


@bp.get("/<int:number>")
@needs(Permission.FIELD_VIEW)
def results(slug: str, number: int) -> ResponseReturnValue:
    """Show rates, intervals and flags; ``?again=1`` repeats the draw before one's eyes."""
    campaign = campaign_by_slug(slug)
    recheck = rechecks.recheck_of(campaign, number)
    again = request.args.get("again") == "1"
    return render_template(
        "rechecks/results.html",
        campaign=campaign,
        results=recheck_results.results_of(recheck),
        repeated=recheck_results.repeats(campaign, recheck) if again else None,
        frame_id=frame_id(campaign, number),
        flags=flag_labels(),
    )


@bp.post("/<int:number>/minutes")
@needs(Permission.FIELD_VIEW)
def minutes(slug: str, number: int) -> ResponseReturnValue:
    """Answer with the minutes for the council as a workbook."""
    return as_download(recheck_files.minutes_file(slug, number))


@bp.get("/<int:number>/calls")
@needs(Permission.RECHECK)
def calls(slug: str, number: int) -> ResponseReturnValue:
    """Show who is to be called, and how far it is."""
    campaign = campaign_by_slug(slug)
    recheck = rechecks.recheck_of(campaign, number)
    due = rechecks.due_of(recheck)
    part = max(1, request.args.get("part", 1, int))
    shown = due[(part - 1) * CALLS_AT_ONCE : part * CALLS_AT_ONCE]
    return render_template(
        "rechecks/calls.html",
        campaign=campaign,
        recheck=recheck,
        due=due,
        shown=list(zip(shown, rechecks.calls_at(shown), strict=True)),
        part=part,
        parts=-(-len(due) // CALLS_AT_ONCE),
        waiting=sum(place.state is CallState.WAITING for place in due),
        mine=[place.line for place in shown if may_call(place, actor())],
        states=state_labels(),
    )


@bp.post("/<int:number>/sheet")
@needs(Permission.RECHECK)
def sheet(slug: str, number: int) -> ResponseReturnValue:
    """Answer with the call sheet as a workbook."""
    return as_download(recheck_files.call_sheet_file(slug, number, actor=actor()))


@bp.get("/<int:number>/next")
@needs(Permission.RECHECK)
def next_call(slug: str, number: int) -> ResponseReturnValue:
    """Go to the next person to call; behind ``?after=`` first."""
    campaign = campaign_by_slug(slug)
    due = rechecks.due_of(rechecks.recheck_of(campaign, number))
    found = next_place(due, actor(), request.args.get("after", 0, int))
    if found is None:
        flash(_("Không còn ai chờ gọi."), "good")
        return redirect(url_for(".results", slug=slug, number=number))
    return redirect(url_for(".call", slug=slug, number=number, line=found.line))


@bp.get("/<int:number>/calls/<int:line>")
@needs(Permission.RECHECK)
def call(slug: str, number: int, line: int) -> ResponseReturnValue:
    """Show one person to call and the three questions."""
    campaign = campaign_by_slug(slug)
    found = _found(campaign, number, line)
    return _call(campaign, found, _entered(found.call))


@bp.post("/<int:number>/calls/<int:line>")
@needs(Permission.RECHECK)
def enter(slug: str, number: int, line: int) -> ResponseReturnValue:
    """Enter what came of the call and go to the next one."""
    campaign = campaign_by_slug(slug)
    found = _found(campaign, number, line)
    form = CallForm()
    if not form.validate_on_submit():
        return _call(campaign, found, form, status=400)
    said = rechecks.Said(
        state=CallState(form.state.data),
        was_asked=ANSWERS.get(form.was_asked.data),
        right_person=ANSWERS.get(form.right_person.data),
        was_paid=ANSWERS.get(form.was_paid.data),
        note=form.note.data or "",
    )
    try:
        rechecks.enter_call(slug, number, line, said, actor=actor())
    except SurveyError as error:
        return _call(campaign, found, form, refusal=error, status=error.status)
    flash(_("Đã ghi cuộc gọi dòng %(line)s.", line=line), "good")
    return redirect(url_for(".next_call", slug=slug, number=number, after=line))


# --- pages -------------------------------------------------------------------------------


def _draws(
    campaign: Campaign,
    *,
    form: DrawForm | None = None,
    forget_form: ForgetForm | None = None,
    refusal: SurveyError | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "rechecks/draws.html",
        campaign=campaign,
        results=[recheck_results.results_of(one) for one in rechecks.rechecks_of(campaign)],
        form=form or DrawForm(formdata=None, share=USUAL_SHARE, least=USUAL_LEAST),
        forget_form=forget_form or ForgetForm(formdata=None),
        phones=rechecks.phones_kept(campaign),
        refusal=refusal,
        opened=campaign.state not in (State.DRAFT, State.PLANNED),
    )
    return page, status


@dataclass(frozen=True, slots=True)
class _Found:
    """One call that is due, and how many wait."""

    place: Place
    call: RecheckCall
    left: int


def _found(campaign: Campaign, number: int, line: int) -> _Found:
    recheck = rechecks.recheck_of(campaign, number)
    due = rechecks.due_of(recheck)
    place = rechecks.due_place(recheck, due, line)
    (call,) = rechecks.calls_at([place])
    return _Found(place, call, sum(one.state is CallState.WAITING for one in due))


def _entered(found: RecheckCall) -> CallForm:
    """Return the form with what was entered before."""
    if found.state is CallState.WAITING:
        return CallForm(formdata=None)
    said = {value: name for name, value in ANSWERS.items()}
    return CallForm(
        formdata=None,
        state=found.state,
        was_asked=said.get(found.was_asked, UNSAID),
        right_person=said.get(found.right_person, UNSAID),
        was_paid=said.get(found.was_paid, UNSAID),
        note=found.note,
    )


def _call(
    campaign: Campaign,
    found: _Found,
    form: CallForm,
    *,
    refusal: SurveyError | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "rechecks/call.html",
        campaign=campaign,
        call=found.call,
        person=found.call.participation,
        recheck=found.call.recheck,
        left=found.left,
        key=found.place.person.key,
        mine=may_call(found.place, actor()),
        form=form,
        refusal=refusal,
    )
    return page, status


def state_labels() -> dict[CallState, tuple[str, str]]:
    """Name and tone of how a call ended."""
    return {
        CallState.WAITING: (_("chờ gọi"), "none"),
        CallState.REACHED: (_("gặp được"), "good"),
        CallState.NOT_REACHED: (_("không gặp"), "warn"),
        CallState.REFUSED: (_("từ chối"), "warn"),
    }


def flag_labels() -> dict[recheck_results.Flag, tuple[str, str]]:
    """Name and tone of how a rate stands to the set one."""
    flag = recheck_results.Flag
    return {
        flag.NONE: (_("đạt"), "good"),
        flag.BELOW: (_("dưới mức, có thể do ngẫu nhiên"), "warn"),
        flag.SURELY_BELOW: (_("dưới mức"), "bad"),
        flag.UNKNOWN: (_("chưa gặp được ai"), "none"),
    }
