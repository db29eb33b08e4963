"""The respondent's door: open an address, say what a code opens, take a filled form.

``GET /p/<campaign>/<rule>[/<unit>]`` is the same bytes for everyone and changes nothing.
``POST /p/state`` says what a code opens: the form, the list of units, or why not.
``POST /p/<campaign>/<rule>/<unit>`` takes one ballot. The code in the body is the
authority, so there is no session, no cookie and no CSRF token; sending again shows the
same receipt. The script of the page asks ``state`` for JSON; everything else is HTML.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, Response, jsonify, render_template, request
from flask.blueprints import BlueprintSetupState
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from questionnaires.model import Design
from survey_app.errors import SurveyError
from survey_app.forms.compiled import (
    LANGUAGES,
    POLICY,
    compiled_form,
    compiled_page,
    compiled_receipt,
    draw,
    page_look,
)
from survey_app.forms.compiled import (
    script as page_script,
)
from survey_app.forms.questionnaire import numbers
from survey_app.models import Status
from survey_app.security import typed_digits
from survey_app.services.ballots import Receipt, submit_ballot
from survey_app.services.drafts import keep_draft
from survey_app.services.opened_slips import OpenedSlip, SlipError, open_slip
from survey_app.services.pages import SlipAddress, slip_address
from survey_app.troubles import BUSY, FAILED
from survey_app.views.access import public

bp = Blueprint("respond", __name__)

LARGEST_BODY: Final = 256 * 1024
"""A form with every free text at its longest is a tenth of it. [bytes]"""

WORTH_SQUEEZING: Final = 600
"""Shorter replies go out as they are. [bytes]"""

CACHED: Final = "public, max-age=60"
RETYPED: Final = frozenset({"wrong", "unknown", "limited", "elsewhere"})
"""States after which the code box stays: another code may be the right one."""


# --- opening -----------------------------------------------------------------------------


@bp.get("/P/<campaign>/<rule>", defaults={"unit": None})
@bp.get("/P/<campaign>/<rule>/<unit>")
@bp.get("/p/<campaign>/<rule>", defaults={"unit": None})
@bp.get("/p/<campaign>/<rule>/<unit>")
@public
def opened(campaign: str, rule: str, unit: str | None) -> Response:
    """Show the page of an address: the same bytes for everyone."""
    page = compiled_page(campaign, rule, unit, _language())
    request.environ[POLICY] = page.csp
    squeezed = _takes_gzip()
    response = Response(page.gzip if squeezed else page.html, mimetype="text/html")
    response.headers["Cache-Control"] = CACHED
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(f"{page.etag}-gz" if squeezed else page.etag)
    if squeezed:
        response.headers["Content-Encoding"] = "gzip"
    response.make_conditional(request)
    return response


@bp.get("/p/respond-<tag>.js")
@public
def script(tag: str) -> Response:
    """Send the one script; its address changes with its text, so it may be kept for ever."""
    sent = page_script()
    squeezed = _takes_gzip()
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
    with force_locale(_language()):
        try:
            slip = _open(address, code)
        except SlipError as error:
            return _refused(address, code, error)
        if address.unit is None or _done(slip, address):
            return _list(address, code, slip)
        full = next(unit.full for unit in slip.units if unit.code == address.unit)
        said = _fragment("full", address) if full else Markup()
        draft = slip.drafts.get(address.unit, {})
        if _asks_json():
            return jsonify(open=True, profile=slip.profile_needed, html=said, draft=draft)
        form_ = compiled_form(address, _language(), profile=slip.profile_needed)
        return _page(address, said=said, drawn=form_.drawn_with(draft, _language()), code=code)


# --- keeping a half-filled form ----------------------------------------------------------


@bp.post("/p/draft")
@public
def draft() -> Response:
    """Keep what has been answered so far; the script sends it after every answer."""
    form = request.form
    address = slip_address(form.get("campaign", ""), form.get("rule", ""), form.get("unit", ""))
    code = typed_digits(form.get("code", ""))
    with force_locale(_language()):
        try:
            _keep(address, code)
        except SlipError as error:
            return _refused(address, code, error)
        return jsonify(kept=True)


def _keep(address: SlipAddress, code: str) -> None:
    answers = compiled_form(address, _language()).validate(request.form).answers
    keep_draft(
        address.campaign,
        address.rule,
        address.unit or "",
        code,
        answers,
        address=request.remote_addr or "",
    )


# --- taking a form -----------------------------------------------------------------------


@bp.post("/P/<campaign>/<rule>/<unit>")
@bp.post("/p/<campaign>/<rule>/<unit>")
@public
def submit(campaign: str, rule: str, unit: str) -> Response:
    """Take a filled form once; a refresh or a second sending shows the same receipt."""
    address = slip_address(campaign, rule, unit)
    code = typed_digits(request.form.get("code", ""))
    met = request.form.get("met") != "0" or not address.asks_for_contact
    with force_locale(_language()):
        try:
            if request.form.get("keep"):
                _keep(address, code)
                return _kept(address, code)
            answers: Mapping[str, str] = {}
            if met:
                profile = address.design is Design.OWN or _profile_needed(address, code)
                form = compiled_form(address, _language(), profile=profile)
                checked = form.validate(request.form)
                if checked.errors:
                    _open(address, code)  # a code that opens nothing is said first
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
            return _received(address, code, receipt, met=met)
        except SlipError as error:
            return _refused(address, code, error)


def _open(address: SlipAddress, code: str) -> OpenedSlip:
    unit = address.unit if address.design is Design.OWN else None
    return open_slip(address.campaign, address.rule, unit, code, address=request.remote_addr or "")


def _done(slip: OpenedSlip, address: SlipAddress) -> bool:
    return any(unit.done for unit in slip.units if unit.code == address.unit)


def _profile_needed(address: SlipAddress, code: str) -> bool:
    """Whether this person's profile is still to be taken; not when all is answered."""
    try:
        return _open(address, code).profile_needed
    except SlipError as error:
        if error.state == "used":
            return False
        raise


# --- answers, as a page or for the script ------------------------------------------------


def _kept(address: SlipAddress, code: str) -> Response:
    """Say that the answers wait, and how to go on; a crossed slip goes back to its list."""
    said = _fragment("kept", address, code=code)
    if address.design is Design.CROSS:
        return _list(address, code, _open(address, code), said)
    return _page(address, said=said, box=True, typed=None)


def _received(address: SlipAddress, code: str, receipt: Receipt, *, met: bool) -> Response:
    """Show the receipt after the last unit, or the list with what is left."""
    if receipt.units_done == receipt.units_total:
        page = compiled_receipt(address, _language(), became=_became(receipt.status))
        return Response(page.with_numbers(code, receipt.number), mimetype="text/html")
    told = {"number": receipt.number, "met": met, "became": _became(receipt.status)}
    thanks = _fragment("thanks", address, **told)
    return _list(address, code, _open(address, code), thanks)


def _became(status: Status) -> str:
    """Say honestly what became of a ballot that takes no place."""
    if status is Status.OVER_TARGET:
        return _("Phiếu được để riêng vì đơn vị này đã đủ chỉ tiêu; chỉ dùng khi cần bổ sung.")
    return ""


def _list(
    address: SlipAddress, code: str, slip: OpenedSlip, thanks: Markup | None = None
) -> Response:
    """Show the units of a crossed rule with what is done and what is left."""
    whole = replace(address, unit=None, unit_name=None)
    units = _fragment(
        "units", whole, code=code, units=slip.units, drafts=slip.drafts, thanks=thanks
    )
    return _said(whole, code, units, 200, box=False)


def _refused(address: SlipAddress, code: str, error: SlipError) -> Response:
    """Say on its own honest page why a code opens nothing; a used one shows its receipt."""
    if error.state == "used":
        said = _fragment("receipt", address, number=error.receipt, again=True)
        return _said(address, code, said, 200, box=False, head=False)
    other = None
    if error.path is not None:
        other = slip_address(*error.path.removeprefix("/p/").split("/"))
    said = _fragment("note", address, state=error.state, code=code, other=other)
    return _said(address, code, said, error.status, box=error.state in RETYPED)


def _said(
    address: SlipAddress,
    code: str,
    said: Markup,
    status: int,
    *,
    box: bool,
    head: bool = True,
) -> Response:
    """Answer with a fragment: alone for the script, on a page for everybody else."""
    if _asks_json():
        return jsonify(open=False, html=said, box=box, head=head)
    keeps = None if box else code
    response = _page(address, said=said, box=box, typed=code, code=keeps, head=head, failed=box)
    response.status_code = status
    return response


def _with_mistakes(address: SlipAddress, code: str, *, profile: bool) -> Response:
    """Show the form again with its answers, a summary of mistakes and each in its place."""
    language = _language()
    form = compiled_form(address, language, profile=profile)
    filled = form.fields(request.form)
    filled.validate()
    said = _fragment(
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
    response = _page(address, said=said, drawn=drawn, code=code, failed=True)
    response.status_code = 422
    return response


def _fragment(name: str, address: SlipAddress, **subject: Any) -> Markup:  # noqa: ANN401 - whatever the template or door takes
    text = render_template(f"respond/{name}.html", address=address, look=page_look(), **subject)
    return Markup(text)  # noqa: S704 - made by our own template, which escapes


def _page(address: SlipAddress, *, head: bool = True, **subject: Any) -> Response:  # noqa: ANN401 - whatever the template or door takes
    text = render_template(
        "respond/page.html", address=address, look=page_look(), head=head, **subject
    )
    return Response(text, mimetype="text/html")


# --- every reply -------------------------------------------------------------------------


def _language() -> str:
    asked = request.args.get("lang")
    return asked if asked in LANGUAGES else "vi"


def _asks_json() -> bool:
    return request.headers.get("Accept") == "application/json"


def _takes_gzip() -> bool:
    return "gzip" in request.accept_encodings


@bp.record_once
def _need_no_token(setup: BlueprintSetupState) -> None:
    """Take posts without a CSRF token: the code in the body is the authority."""
    if "csrf" in setup.app.extensions:
        setup.app.extensions["csrf"].exempt(bp)


@bp.before_request
def _limit_body() -> None:
    request.max_content_length = LARGEST_BODY


@bp.errorhandler(SurveyError)
def _sorry(error: SurveyError) -> tuple[str, int]:
    """Show a refusal in the respondents' own frame."""
    with force_locale(_language()):
        heading = _("Không tìm thấy phiếu") if error.status == 404 else _("Chưa nhận được")  # noqa: PLR2004 - the number is said by the line
        return _problem(heading, _(error.message)), error.status


@bp.errorhandler(HTTPException)
def _sorry_http(error: HTTPException) -> tuple[str, int]:
    """Say in plain words what was sent wrongly."""
    with force_locale(_language()):
        message = _("Nội dung gửi lên không đọc được. Xin mở lại phiếu từ mã QR rồi thử lại.")
        if error.code is None or error.code >= 500:  # noqa: PLR2004 - the number is said by the line
            message = _(BUSY if error.code == 503 else FAILED)  # noqa: PLR2004 - the number is said by the line
        return _problem(_("Chưa nhận được"), message), error.code or 500


def _problem(heading: str, message: str) -> str:
    return render_template(
        "respond/problem.html", heading=heading, message=message, look=page_look()
    )


@bp.after_request
def _private(response: Response) -> Response:
    """Keep answers out of caches and send them small."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
    if "Content-Encoding" not in response.headers and response.status_code != 304:  # noqa: PLR2004 - the number is said by the line
        response.headers["Vary"] = "Accept-Encoding"
        if response.content_length is not None and response.content_length < WORTH_SQUEEZING:
            return response
        if _takes_gzip():
            # nobody else can put text into this reply, so its length betrays no code
            response.set_data(gzip.compress(response.get_data(), 1))
            response.headers["Content-Encoding"] = "gzip"
    return response


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
