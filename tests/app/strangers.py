"""Requests as anybody can send them, and what a refusal must say."""

from __future__ import annotations

import itertools
import re
from typing import Final
from urllib.parse import quote, quote_from_bytes

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey_app.extensions import db
from survey_app.models import Ballot
from tests.app.hostile import as_sent

RULE, UNIT, TEXT = "CX4", "X01", "Q18"
PAGE: Final = f"/p/BT20/{RULE}/{UNIT}"
FORM: Final = "application/x-www-form-urlencoded"
SENTENCE: Final = re.compile(r"\b(Xin|Hãy|xin|hãy)\b[^<]*\.")
"""Every refusal says in Vietnamese what to do."""


class Strangers:
    """Each request comes from another address, or wrong codes would soon be limited."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.places = itertools.count(1)

    def __call__(self, path: str, body: bytes | None = None, **options) -> TestResponse:
        place = next(self.places)
        address = f"10.0.{place // 250}.{place % 250}"
        options.setdefault("method", "GET" if body is None else "POST")
        if body is not None:
            options.setdefault("content_type", FORM)
        return self.client.open(
            path, data=body, environ_overrides={"REMOTE_ADDR": address}, **options
        )  # fmt: skip


def encoded(fields: dict[str, str | bytes]) -> bytes:
    return "&".join(
        f"{quote(name, safe='')}={quote_from_bytes(as_sent(value), safe='')}"
        for name, value in fields.items()
    ).encode()


def words_of(reply: TestResponse) -> str:
    """What the person reads: the page, or the part of it that the script puts in."""
    if reply.is_json:
        return str((reply.get_json() or {}).get("html", ""))
    return reply.get_data(as_text=True)


def complaint(reply: TestResponse) -> str:
    """What is wrong with a refusal; empty when it is one, with a sentence that helps."""
    told_the_script = reply.is_json and reply.get_json() and reply.get_json().get("open") is False
    if not 400 <= reply.status_code < 500 and not told_the_script:
        return f"{reply.status_code}"
    said = words_of(reply)
    return "" if SENTENCE.search(said) else f"{reply.status_code} without a sentence: {said[:200]}"


def stored() -> dict[str, dict[str, str]]:
    """Submission key to answers, as another connection reads them."""
    db.session.rollback()
    return {row.submission_key: row.answers for row in db.session.scalars(select(Ballot))}
