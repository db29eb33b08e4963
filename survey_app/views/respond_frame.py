"""What every door for respondents shares: no token, small bodies, refusals in their frame.

The code in the body is the authority, so posts need no CSRF token; replies are private unless
a view says otherwise, and go out small.
"""

from __future__ import annotations

import gzip
from typing import Final

from flask import Blueprint, Response, jsonify, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from survey_app.errors import SurveyError
from survey_app.forms.compiled import LANGUAGES, page_look
from survey_app.headers import add_missing
from survey_app.troubles import BUSY, FAILED

LARGEST_BODY: Final = 256 * 1024
"""One form with three free texts of 2.000 Vietnamese letters, 9 bytes each as a browser writes
them, is a fifth of it. [bytes]"""

WORTH_SQUEEZING: Final = 600
"""Shorter replies go out as they are. [bytes]"""

CACHED: Final = "public, max-age=60"
OUR_HEADERS: Final = (
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
)


def behave_like_respond(bp: Blueprint, *, largest: int = LARGEST_BODY) -> None:
    """Give a blueprint the manners of a respondents' door.

    Parameters
    ----------
    bp
        The door.
    largest
        Longest body it takes. [bytes]

    """
    bp.record_once(lambda setup: _need_no_token(setup.app.extensions.get("csrf"), bp))

    def limit_body() -> None:
        request.max_content_length = request.max_form_memory_size = largest

    bp.before_request(limit_body)
    bp.after_request(_private)
    bp.register_error_handler(SurveyError, _sorry)
    bp.register_error_handler(HTTPException, _sorry_http)


def _need_no_token(csrf: object, bp: Blueprint) -> None:
    if csrf is not None:
        csrf.exempt(bp)  # type: ignore[attr-defined]  # Flask-WTF ships no types


def language_asked() -> str:
    """Return the language a page is furnished in."""
    asked = request.args.get("lang")
    return asked if asked in LANGUAGES else "vi"


def asks_json() -> bool:
    """Whether the script asks, and not a browser that shows pages."""
    return request.headers.get("Accept") == "application/json"


def takes_gzip() -> bool:
    """Whether the reply may be compressed."""
    return "gzip" in request.accept_encodings


def same_for_everyone(html: bytes, squeezed_html: bytes, etag: str) -> Response:
    """Send a page that is drawn already and the same for everybody."""
    squeezed = takes_gzip()
    response = Response(squeezed_html if squeezed else html, mimetype="text/html")
    response.headers["Cache-Control"] = CACHED
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(f"{etag}-gz" if squeezed else etag)
    if squeezed:
        response.headers["Content-Encoding"] = "gzip"
    response.make_conditional(request)
    return response


def not_kept(why: str) -> Response:
    """Tell the script that an answer was refused; all others, and the one before it, are kept."""
    response = jsonify(kept=False, why=why)
    response.status_code = 422
    return response


def _sorry(error: SurveyError) -> tuple[str, int]:
    """Show a refusal in the respondents' own frame."""
    with force_locale(language_asked()):
        heading = _("Không tìm thấy phiếu") if error.status == 404 else _("Chưa nhận được")  # noqa: PLR2004 - the number is said by the line
        return _problem(heading, _(error.message)), error.status


def _sorry_http(error: HTTPException) -> tuple[str, int]:
    """Say in plain words what was sent wrongly."""
    with force_locale(language_asked()):
        message = _("Nội dung gửi lên không đọc được. Xin mở lại phiếu từ mã QR rồi thử lại.")
        if error.code is None or error.code >= 500:  # noqa: PLR2004 - the number is said by the line
            message = _(BUSY if error.code == 503 else FAILED)  # noqa: PLR2004 - the number is said by the line
        return _problem(_("Chưa nhận được"), message), error.code or 500


def _problem(heading: str, message: str) -> str:
    return render_template(
        "respond/problem.html", heading=heading, message=message, look=page_look()
    )


def _private(response: Response) -> Response:
    """Keep answers out of caches and send them small."""
    add_missing(response, OUR_HEADERS)
    if "Content-Encoding" not in response.headers and response.status_code != 304:  # noqa: PLR2004 - the number is said by the line
        response.headers["Vary"] = "Accept-Encoding"
        if response.content_length is not None and response.content_length < WORTH_SQUEEZING:
            return response
        if takes_gzip():
            # nobody else can put text into this reply, so its length betrays no code
            response.set_data(gzip.compress(response.get_data(), 1))
            response.headers["Content-Encoding"] = "gzip"
    return response
