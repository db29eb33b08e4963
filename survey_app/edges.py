"""What every page refuses before anybody looks at it: text that no database can keep.

PostgreSQL stores neither NUL nor half a surrogate pair, a workbook no control character,
and no number of ours passes ``LARGEST``. Respondents' pages answer for themselves
(``forms.questionnaire`` words it for the question); staff pages are guarded here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from flask import Flask, request
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter, Map

LARGEST: Final = 2_147_483_647
"""Largest number a column of ours holds."""

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
    if request.blueprint == "respond":
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
