"""The respondent's door: open an address, say what a code opens, take a filled form.

``GET /p/<campaign>/<rule>[/<unit>]`` is the same bytes for everyone and changes nothing.
``POST /p/state`` says what a code opens: the form, the list of units, or why not.
``POST /p/<campaign>/<rule>/<unit>`` takes one ballot. The code in the body is the
authority, so there is no session, no cookie and no CSRF token; sending again shows the
same receipt. The script of the page asks ``state`` for JSON; everything else is HTML.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_babel import force_locale
from markupsafe import Markup

from questionnaires.model import Design
from survey_app.forms.compiled import POLICY, compiled_form, compiled_page, draw, page_look
from survey_app.forms.compiled import script as page_script
from survey_app.forms.questionnaire import numbers
from survey_app.security import typed_digits
from survey_app.services.ballots import submit_ballot
from survey_app.services.drafts import keep_draft
from survey_app.services.opened_slips import OpenedSlip, SlipError
from survey_app.services.pages import SlipAddress, slip_address
from survey_app.views.access import public
from survey_app.views.respond_answers import (
    fragment,
    list_of_units,
    open_at,
    page,
    received,
    refused,
)
from survey_app.views.respond_frame import (
    asks_json,
    behave_like_respond,
    language_asked,
    not_kept,
    same_for_everyone,
    takes_gzip,
)

bp = Blueprint("respond", __name__)
behave_like_respond(bp)

# --- opening -----------------------------------------------------------------------------


@bp.get("/P/<campaign>/<rule>", defaults={"unit": None})
@bp.get("/P/<campaign>/<rule>/<unit>")
@bp.get("/p/<campaign>/<rule>", defaults={"unit": None})
@bp.get("/p/<campaign>/<rule>/<unit>")
@public
def opened(campaign: str, rule: str, unit: str | None) -> Response:
    """Show the page of an address: the same bytes for everyone."""
    page = compiled_page(campaign, rule, unit, language_asked())
    request.environ[POLICY] = page.csp
    return same_for_everyone(page.html, page.gzip, page.etag)


@bp.get("/p/respond-<tag>.js")
@public
def script(tag: str) -> Response:
    """Send the one script; its address changes with its text, so it may be kept for ever."""
    sent = page_script()
    squeezed = takes_gzip()
    response = Response(sent.gzip if squeezed else sent.plain, mimetype="text/javascript")
    fresh = tag == sent.tag
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if fresh else "no-store"
    )
    response.headers["Vary"] = "Accept-Encoding"
    if squeezed:
        response.headers["Content-Encoding"] = "gzip"
    return response


# --- what a code opens -------------------------------------------------------------------


@bp.post("/p/state")
@public
def state() -> Response:
    """Say what a code opens, before the first question."""
    form = request.form
    address = slip_address(form.get("campaign", ""), form.get("rule", ""), form.get("unit") or None)
    code = typed_digits(form.get("code", ""))
    with force_locale(language_asked()):
        try:
            slip = open_at(address, code)
        except SlipError as error:
            return refused(address, code, error)
        if address.unit is None or _done(slip, address):
            return list_of_units(address, code, slip)
        full = next(unit.full for unit in slip.units if unit.code == address.unit)
        said = fragment("full", address) if full else Markup()
        draft = slip.drafts.get(address.unit, {})
        if asks_json():
            return jsonify(open=True, profile=slip.profile_needed, html=said, draft=draft)
        form_ = compiled_form(address, language_asked(), profile=slip.profile_needed)
        return page(address, said=said, drawn=form_.drawn_with(draft, language_asked()), code=code)


# --- keeping a half-filled form ----------------------------------------------------------


@bp.post("/p/draft")
@public
def draft() -> Response:
    """Keep what has been answered so far; the script sends it after every answer."""
    form = request.form
    address = slip_address(form.get("campaign", ""), form.get("rule", ""), form.get("unit", ""))
    code = typed_digits(form.get("code", ""))
    with force_locale(language_asked()):
        try:
            too_much = _keep(address, code)
        except SlipError as error:
            return refused(address, code, error)
        for reason in too_much.values():
            return not_kept(reason)
        return jsonify(kept=True)


def _keep(address: SlipAddress, code: str) -> Mapping[str, str]:
    """Keep what may be kept; return what is refused and why. What was there before stays there."""
    checked = compiled_form(address, language_asked()).validate(request.form)
    too_much = {
        question: reason
        for question, reason in checked.errors.items()
        if request.form.get(question, "").strip()
    }
    keep_draft(
        address.campaign,
        address.rule,
        address.unit or "",
        code,
        checked.answers,
        staying=too_much.keys(),
        address=request.remote_addr or "",
    )
    return too_much


# --- taking a form -----------------------------------------------------------------------


@bp.post("/P/<campaign>/<rule>/<unit>")
@bp.post("/p/<campaign>/<rule>/<unit>")
@public
def submit(campaign: str, rule: str, unit: str) -> Response:
    """Take a filled form once; a refresh or a second sending shows the same receipt."""
    address = slip_address(campaign, rule, unit)
    code = typed_digits(request.form.get("code", ""))
    met = request.form.get("met") != "0" or not address.asks_for_contact
    with force_locale(language_asked()):
        try:
            if request.form.get("keep"):
                if too_much := _keep(address, code):
                    return _with_mistakes(address, code, profile=True, only=too_much)
                return _kept(address, code)
            answers: Mapping[str, str] = {}
            if met:
                profile = address.design is Design.OWN or _profile_needed(address, code)
                form = compiled_form(address, language_asked(), profile=profile)
                checked = form.validate(request.form)
                if checked.errors:
                    open_at(address, code)  # a code that opens nothing is said first
                    return _with_mistakes(address, code, profile=profile)
                answers = checked.answers
            receipt = submit_ballot(
                address.campaign,
                address.rule,
                address.unit or unit,
                code,
                answers,
                met=met,
                address=request.remote_addr or "",
            )
            return received(address, code, receipt, met=met)
        except SlipError as error:
            return refused(address, code, error)


def _done(slip: OpenedSlip, address: SlipAddress) -> bool:
    return any(unit.done for unit in slip.units if unit.code == address.unit)


def _profile_needed(address: SlipAddress, code: str) -> bool:
    """Whether this person's profile is still to be taken; not when all is answered."""
    try:
        return open_at(address, code).profile_needed
    except SlipError as error:
        if error.state == "used":
            return False
        raise


# --- answers, as a page or for the script ------------------------------------------------


def _kept(address: SlipAddress, code: str) -> Response:
    """Say that the answers wait, and how to go on; a crossed slip goes back to its list."""
    said = fragment("kept", address, code=code)
    if address.design is Design.CROSS:
        return list_of_units(address, code, open_at(address, code), said)
    return page(address, said=said, box=True, typed=None)


def _with_mistakes(
    address: SlipAddress, code: str, *, profile: bool, only: Container[str] | None = None
) -> Response:
    """Show the form again with its answers, a summary of mistakes and each in its place.

    ``only`` names the questions that matter to somebody who pauses: gaps are no mistakes then.
    """
    language = language_asked()
    form = compiled_form(address, language, profile=profile)
    filled = form.fields(request.form)
    filled.validate()
    for field in filled:
        if only is not None and field.name not in only:
            field.errors = ()
    said = fragment(
        "mistakes",
        address,
        language=language,
        numbers=numbers(form.questionnaire),
        mistakes=[
            (question, filled[question.code].errors[0])
            for question in form.questionnaire.questions
            if filled[question.code].errors
        ],
    )
    drawn = draw(form.questionnaire, filled, language)
    response = page(address, said=said, drawn=drawn, code=code, failed=True)
    response.status_code = 422
    return response


# --- pages drawn elsewhere in the respondents' frame ----------------------------------------


@bp.after_app_request
def _allow_own_style(response: Response) -> Response:
    """Give pages drawn in the respondents' frame its policy, wherever they were drawn."""
    if POLICY in request.environ:
        response.headers["Content-Security-Policy"] = request.environ[POLICY]
    return response


@bp.app_context_processor
def _frame() -> dict[str, Any]:
    """Let error pages of a process that serves respondents only use their frame."""
    return {"page_look": page_look}
