"""The short way of an ordinary ballot, before Flask is asked.

In the last hour nearly every request is one of two: a right code asks what it opens, and a
complete form comes back. A third of their price was the frame around the view, so both are
answered here with the same services, the same compiled form and the same bytes. Whatever is
not plain (a mistake, a crossed slip, a wrong code, another language, a trouble) gets no answer
here and goes to ``views.respond``, which is complete without this file; sending twice is
harmless, so a request that turns out not to be plain is simply asked again.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.sansio.utils import host_is_trusted

from questionnaires.model import Design
from survey_app.forms.compiled import kept_form, kept_receipt, policy
from survey_app.headers import EVERY_REPLY, OVER_TLS
from survey_app.models import Status
from survey_app.services.ballots import submit_ballot
from survey_app.services.opened_slips import open_slip
from survey_app.services.pages import slip_address
from survey_app.troubles import AWAY
from survey_app.views.respond_frame import OUR_HEADERS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LARGEST: Final = 64 * 1024
"""Longest body read here. [bytes]"""

MOST_FIELDS: Final = 200
PREFIX: Final = "/p/"
STATE: Final = "/p/state"
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
LANGUAGE: Final = "vi"

COMMON: Final = dict(EVERY_REPLY) | dict(OUR_HEADERS) | {"Vary": "Accept-Encoding"}

Reply = tuple[dict[str, str], bytes]


class _Fields(dict[str, str]):
    """Fields sent once each, as a validator reads them."""

    def getlist(self, key: str) -> list[str]:
        """Return the value sent under a name, in a list."""
        return [self[key]] if key in self else []


class PlainRoad:
    """WSGI middleware before the app."""

    def __init__(self, flask: Flask, app: WSGIApplication) -> None:
        self._flask, self._app = flask, app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer what is plain; pass everything else on as it came."""
        reply = self._answer(environ) if self._may_be_plain(environ) else None
        if reply is None:
            return self._app(environ, start_response)
        headers, body = reply
        if environ["wsgi.url_scheme"] == "https":
            headers |= OVER_TLS
        headers["Content-Length"] = str(len(body))
        start_response("200 OK", list(headers.items()))
        return [body]

    def _may_be_plain(self, environ: WSGIEnvironment) -> bool:
        length = environ.get("CONTENT_LENGTH") or ""
        return (
            environ["REQUEST_METHOD"] == "POST"
            and environ["PATH_INFO"].startswith(PREFIX)
            and not environ.get("QUERY_STRING")
            and environ.get("CONTENT_TYPE", "").startswith(FORM)
            and length.isdecimal()
            and int(length) <= LARGEST
            and host_is_trusted(environ.get("HTTP_HOST"), self._flask.config["TRUSTED_HOSTS"])
        )

    def _answer(self, environ: WSGIEnvironment) -> Reply | None:
        body = _read(environ)
        environ["wsgi.input"] = io.BytesIO(body)  # Flask may have to read it again
        if len(body) < int(environ["CONTENT_LENGTH"]):
            return None  # the network cut it: what is missing may be an answer
        try:
            pairs = parse_qsl(
                body.decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=MOST_FIELDS,
            )
            fields = _Fields(pairs)
            if len(fields) != len(pairs):
                return None
            with self._flask.app_context():
                if environ["PATH_INFO"] == STATE:
                    return self._state(fields, environ.get("HTTP_ACCEPT", ""))
                return _ballot(environ, fields)
        except OperationalError as error:
            environ[AWAY] = error  # waiting for the database a second time helps nobody
            return None
        except Exception:  # noqa: BLE001 - Flask says what is wrong, and logs no answer
            return None

    def _state(self, fields: _Fields, accept: str) -> Reply | None:
        """Open one unit's form for the script."""
        address = slip_address(
            fields.get("campaign", ""), fields.get("rule", ""), fields.get("unit")
        )
        if accept != JSON or address.design is not Design.OWN or address.unit is None:
            return None
        slip = open_slip(
            address.campaign, address.rule, address.unit, fields.get("code", ""), address=None
        )
        if any(unit.full for unit in slip.units):
            return None
        draft = slip.drafts.get(address.unit, {})
        state = {"open": True, "profile": slip.profile_needed, "html": "", "draft": draft}
        text = self._flask.json.dumps(state, separators=(",", ":"))
        return COMMON | {"Content-Type": JSON}, f"{text}\n".encode()


def _read(environ: WSGIEnvironment) -> bytes:
    """Return what came of the body; a line that broke leaves less than was announced."""
    try:
        return bytes(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    except OSError:
        return b""


def _ballot(environ: WSGIEnvironment, fields: _Fields) -> Reply | None:
    """Take one complete form, and thank with the page that is drawn already."""
    campaign, rule, unit = environ["PATH_INFO"].removeprefix(PREFIX).split("/")
    address = slip_address(campaign, rule, unit)
    form, page = kept_form(address, LANGUAGE), kept_receipt(address, LANGUAGE)
    if form is None or page is None or address.design is not Design.OWN or "keep" in fields:
        return None
    checked = form.validate(fields)
    if checked.errors:
        return None
    code = fields.get("code", "")
    receipt = submit_ballot(
        address.campaign, address.rule, address.unit or unit, code, checked.answers, address=None
    )
    if receipt.status is not Status.COUNTED:
        return None
    headers = COMMON | {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy(),
    }
    squeezed = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
    if squeezed:
        headers["Content-Encoding"] = "gzip"
    return headers, page.filled(code, receipt.number, squeezed=squeezed)
