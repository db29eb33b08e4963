"""The door of a place with an open code: a poster on a wall, a kiosk at the desk.

``GET /q/<number>`` is the same bytes for everyone and changes nothing. ``POST /q/challenge``
gives the script what it needs before the first question, or says why nothing is asked here.
``POST /q/<number>`` takes one ballot; the key its page drew makes a second sending show the
same receipt. There is no session and no cookie.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, jsonify, request
from flask_babel import force_locale
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from survey_app.errors import SurveyError
from survey_app.forms.compiled import POLICY, Script, compiled_form, draw
from survey_app.forms.page_languages import LANGUAGES
from survey_app.forms.place_pages import (
    SCRIPTS,
    draw_part,
    draw_place,
    place_page,
    place_policy,
    script,
)
from survey_app.forms.questionnaire import numbers
from survey_app.services.challenges import UnsolvedError
from survey_app.services.pages import SlipAddress, slip_address
from survey_app.services.place_numbers import Place, PlaceError, place_of
from survey_app.services.posters import KEY, begin_form, submit_at_place
from survey_app.views.access import public
from survey_app.views.respond_frame import behave_like_respond, same_for_everyone

bp = Blueprint("posters", __name__)
behave_like_respond(bp)

OWN: Final = frozenset({"key", "altcha", "secret", "seconds", "late"})
"""Fields of the page itself that travel with the answers."""

FOR_EVER: Final = "public, max-age=31536000, immutable"


@bp.get("/Q/<number>")
@bp.get("/q/<number>")
@public
def opened(number: str) -> Response:
    """Show the page of a place: the same bytes for everyone."""
    place, address = _at(number)
    page = place_page(place, address, _language())
    request.environ[POLICY] = place_policy()
    return same_for_everyone(page.html, page.gzip, page.etag)


@bp.get("/q/<any(poster, solver):name>-<tag>.js")
@public
def part(name: str, tag: str) -> Response:
    """Send a script of the places; its address changes with its text."""
    if name not in SCRIPTS:
        raise NotFound
    sent: Script = script(name)
    squeezed = _takes_gzip()
    response = Response(sent.gzip if squeezed else sent.plain, mimetype="text/javascript")
    response.headers["Cache-Control"] = FOR_EVER if tag == sent.tag else "no-store"
    response.headers["Vary"] = "Accept-Encoding"
    if squeezed:
        response.headers["Content-Encoding"] = "gzip"
    return response


@bp.post("/q/challenge")
@public
def challenge() -> tuple[Response, int]:
    """Give a page its challenge, or say why nothing is asked here now."""
    with force_locale(_language()):
        place, address = _at(request.form.get("place", ""))
        try:
            begun = begin_form(
                place,
                secret=request.form.get("secret", ""),
                address=request.remote_addr or "",
            )
        except PlaceError as error:
            said = draw_part("refusal", place, address, error=error)
            return jsonify(open=False, html=said), error.status
        said = draw_part("full", place, address) if begun.full else Markup()
        return jsonify(open=True, html=said, challenge=begun.challenge), 200


@bp.post("/Q/<number>")
@bp.post("/q/<number>")
@public
def submit(number: str) -> Response:
    """Take one ballot; a refresh or a second sending shows the same receipt."""
    form = request.form
    with force_locale(_language()):
        place, address = _at(number)
        try:
            checked = compiled_form(address, _language()).validate(_answers())
            if checked.errors:
                return _with_mistakes(place, address)
            receipt = submit_at_place(
                place,
                checked.answers,
                key=form.get("key", ""),
                solution=form.get("altcha", ""),
                secret=form.get("secret", ""),
                seconds=form.get("seconds", ""),
                late=form.get("late") == "1",
                address=request.remote_addr or "",
            )
        except (PlaceError, UnsolvedError) as error:
            return _refused(place, address, error)
        said = draw_part("receipt", place, address, receipt=receipt)
        return Response(draw_place(place, address, said=said), mimetype="text/html")


def _at(number: str) -> tuple[Place, SlipAddress]:
    place = place_of(number)
    return place, slip_address(place.campaign, place.rule, place.unit)


def _answers() -> MultiDict[str, str]:
    """Return what was sent without the fields of the page itself."""
    sent = request.form.items(multi=True)
    return MultiDict([(name, value) for name, value in sent if name not in OWN])


def _refused(place: Place, address: SlipAddress, error: SurveyError) -> Response:
    """Say why nothing was taken, and the way out."""
    said = draw_part("refusal", place, address, error=error)
    html = draw_place(place, address, said=said, failed=True)
    return Response(html, status=error.status, mimetype="text/html")


def _with_mistakes(place: Place, address: SlipAddress) -> Response:
    """Show the form again with its answers, a summary of mistakes and each in its place."""
    language = _language()
    form = compiled_form(address, language)
    filled = form.fields(_answers())
    filled.validate()
    said = draw_part(
        "mistakes",
        place,
        address,
        language=language,
        numbers=numbers(form.questionnaire),
        mistakes=[
            (question, filled[question.code].errors[0])
            for question in form.questionnaire.questions
            if filled[question.code].errors
        ],
    )
    key = request.form.get("key", "")
    html = draw_place(
        place,
        address,
        said=said,
        drawn=draw(form.questionnaire, filled, language),
        key=key if KEY.fullmatch(key) else "",
        failed=True,
    )
    return Response(html, status=422, mimetype="text/html")


def _language() -> str:
    asked = request.args.get("lang")
    return asked if asked in LANGUAGES else LANGUAGES[0]


def _takes_gzip() -> bool:
    return "gzip" in request.accept_encodings
