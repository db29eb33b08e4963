"""What every page refuses before anybody looks at it: text that no database can keep.

PostgreSQL stores neither NUL nor half a surrogate pair, a workbook no control character,
and no number of ours passes ``LARGEST``. Respondents' pages answer for themselves
(``forms.questionnaire`` words it for the question); staff pages are guarded here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import IO, Final
from urllib.parse import parse_qsl

from flask import Flask, Request, request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import BadRequest, ClientDisconnected
from werkzeug.formparser import FormDataParser
from werkzeug.routing import IntegerConverter, Map

LARGEST: Final = 2_147_483_647
"""Largest number a column of ours holds."""

RESPONDENTS: Final = frozenset({"respond", "by_question", "privacy", "posters"})
"""Blueprints whose visitors are respondents: they answer for themselves, and no log quotes them."""

MOST_DIGITS: Final = 10
"""Digits of ``LARGEST``; more are no number of ours, and thousands stop ``int``."""


class BoundedInteger(IntegerConverter):
    """``<int:…>`` of an address: what is too large for a column is simply not there."""

    regex = rf"\d{{1,{MOST_DIGITS}}}"

    def __init__(
        self,
        map: Map,  # noqa: A002 - Werkzeug's own name
        fixed_digits: int = 0,
        min: int | None = None,  # noqa: A002 - Werkzeug's own name
        max: int | None = LARGEST,  # noqa: A002 - Werkzeug's own name
    ) -> None:
        super().__init__(map, fixed_digits, min, max)


class WholeForms(FormDataParser):
    """Reads a plain form as it was sent, or not at all.

    Bytes that are no UTF-8 become U+FFFD, as in a multipart form, and are refused with it;
    Werkzeug would leave ``%ED%A0%80`` in the text as if it had been typed. A body the network
    cut short is refused too: not every server tells, and the first part may be a form.
    """

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        """Read a body; see :meth:`werkzeug.formparser.FormDataParser.parse`."""
        if mimetype != "application/x-www-form-urlencoded":
            return super().parse(stream, mimetype, content_length, options)
        body = stream.read()
        if len(body) < (content_length or 0):
            raise ClientDisconnected
        sent = body.decode("utf-8", "replace")
        fields = parse_qsl(sent, keep_blank_values=True, errors="replace")
        return stream, self.cls(fields), self.cls()


class EdgeRequest(Request):
    """A request whose forms came whole."""

    form_data_parser_class = WholeForms


def is_readable(text: str) -> bool:
    """Whether every character can be stored and read again.

    Controls, lone surrogates and the mark that replaces undecodable bytes are refused;
    new lines and tabs are text.
    """
    return all(
        sign in "\r\n\t" or (sign != "\ufffd" and unicodedata.category(sign) not in {"Cc", "Cs"})
        for sign in text
    )


def register(app: Flask) -> None:
    """Bound the numbers of addresses, and refuse unreadable text on every staff page.

    Call it before the routes are registered.
    """
    app.request_class = EdgeRequest
    app.url_map.converters["int"] = BoundedInteger
    app.before_request(refuse_unreadable)


def refuse_unreadable() -> None:
    """Refuse a request with a character nobody can keep.

    Raises
    ------
    BadRequest
        If the address, the query, a form field or a file's name has one; or if the body is
        JSON, which no page of ours sends.

    """
    if request.blueprint in RESPONDENTS:
        return
    if request.is_json or not all(is_readable(text) for text in _sent()):
        raise BadRequest


def _sent() -> Iterator[str]:
    """Yield every text the visitor chose."""
    yield from (str(value) for value in (request.view_args or {}).values())
    for fields in (request.args, request.form):
        for name, values in fields.lists():
            yield name
            yield from values
    for name, file in request.files.items(multi=True):
        yield name
        yield file.filename or ""
