"""The short way of an ordinary ballot says exactly what the whole app would have said."""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from survey_app import create_app
from survey_app.extensions import db
from survey_app.models import Ballot, Status
from survey_app.security import new_code
from survey_app.services.definitions import rule_form
from survey_app.services.wrong_tries import _mark, _tries
from survey_app.views import plain_road, respond
from survey_app.views.plain_road import PlainRoad
from tests.builders import cell, full_answers, make_slips

PAGE = "/p/BT20/CX4/X01"
OWN_PAGE_OF_A_CROSSED_RULE = "/p/BT20/CH3/P01"


@dataclass
class Door:
    """A process that serves respondents only; ``passed`` are the paths that reached Flask."""

    app: Flask
    passed: list[str] = field(default_factory=list)

    def flask(self, environ, start_response):
        self.passed.append(environ["PATH_INFO"])
        return Flask.wsgi_app(self.app, environ, start_response)

    def post(self, path, fields, **environ):
        """Post a form as a phone does."""
        return reply_of(PlainRoad(self.app, self.flask), path, fields, **environ)

    def post_whole(self, path, fields, **environ):
        """Post the same to the whole app, without the short way."""
        whole = partial(Flask.wsgi_app, self.app)
        return reply_of(whole, path, fields, **environ)


@pytest.fixture
def door(app, config):
    """The ``app`` fixture stays the office that prints the slips."""
    respondents = create_app(config, surface="respond")
    yield Door(respondents)
    with respondents.app_context():
        db.engine.dispose()


def reply_of(way, path, fields, *, accept="text/html", encoding="gzip", **environ):
    body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "ks.example.gov.vn",
        "SERVER_PORT": "443",
        "HTTP_HOST": "ks.example.gov.vn",
        "HTTP_ACCEPT": accept,
        "HTTP_ACCEPT_ENCODING": encoding,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "192.0.2.7",
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
    } | environ
    said = []
    reply = way(environ, lambda status, headers, _error=None: said.append((status, headers)))
    text = b"".join(reply)
    if hasattr(reply, "close"):
        reply.close()
    db.session.rollback()
    status, headers = said[-1]
    named = {name.lower(): value for name, value in headers}
    assert len(named) == len(headers)
    if named.get("content-encoding") == "gzip":
        text = gzip.decompress(text)
    return status, named, text.decode()


def alike(one, other):
    """Compare two replies; lengths of gzip may differ, texts and headers may not."""
    lengths = {"content-length"}
    assert one[0] == other[0]
    assert {k: v for k, v in one[1].items() if k not in lengths} == {
        k: v for k, v in other[1].items() if k not in lengths
    }
    assert one[2] == other[2]


def state_of(code, unit="X01", rule="CX4"):
    return {"campaign": "BT20", "rule": rule, "unit": unit, "code": code}


def filled(campaign, slip, **changes):
    return {"code": slip.code} | full_answers(rule_form(campaign, slip.rule)) | changes


@pytest.mark.parametrize("encoding", ["gzip, deflate, br", "identity"])
def test_an_ordinary_ballot_never_reaches_flask_and_gets_the_same_reply(
    make_campaign, door, encoding
):
    campaign = make_campaign()
    first, second = make_slips(campaign, "CX4", "X01", count=2)
    whole = door.post_whole(PAGE, filled(campaign, first), encoding=encoding)
    opened = door.post_whole("/p/state", state_of(second.code), accept="application/json")
    door.passed.clear()

    state = door.post("/p/state", state_of(second.code), accept="application/json")
    ballot = door.post(PAGE, filled(campaign, second), encoding=encoding)
    again = door.post(PAGE, filled(campaign, second), encoding=encoding)
    first_again = door.post(PAGE, filled(campaign, first), encoding=encoding)

    assert door.passed == []
    alike(state, opened)
    alike(first_again, whole)
    alike(again, ballot)
    assert ballot[0] == "200 OK"
    assert cell(campaign, "CX4", "X01").accepted == 2


def test_a_draft_comes_back_the_same_by_both_ways(make_campaign, door):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]
    some = dict(list(filled(campaign, slip).items())[:4])
    door.post("/p/draft", some | state_of(slip.code), accept="application/json")
    ask = {"accept": "application/json"}
    whole = door.post_whole("/p/state", state_of(slip.code), **ask)
    door.passed.clear()

    short = door.post("/p/state", state_of(slip.code), **ask)

    assert door.passed == []
    assert '"Q01"' in short[2]
    alike(short, whole)


def test_whatever_is_not_plain_is_answered_by_the_whole_app(make_campaign, door):
    campaign = make_campaign(per_unit={"CX4": 1})
    used, full, other, crossed = (
        *make_slips(campaign, "CX4", "X01", count=1),
        *make_slips(campaign, "CX4", "X02", count=1),
        *make_slips(campaign, "CX4", "X03", count=1),
        *make_slips(campaign, "CH3", count=1),
    )
    door.post(PAGE, filled(campaign, used))
    cases = {
        "used": ("/p/state", state_of(used.code)),
        "elsewhere": ("/p/state", state_of(full.code)),
        "no such campaign": ("/p/state", state_of(other.code) | {"campaign": "XX99"}),
        "a list": ("/p/state", state_of(crossed.code, "", "CH3")),
        "a mistake": ("/p/BT20/CX4/X03", filled(campaign, other, Q01="")),
        "no choice of ours": ("/p/BT20/CX4/X03", filled(campaign, other, Q01="77")),
        "an unknown field": ("/p/BT20/CX4/X03", filled(campaign, other, Q99="1")),
        "said twice": ("/p/BT20/CX4/X03", b"code=1&code=2"),
        "no UTF-8": ("/p/BT20/CX4/X03", b"code=%ED%A0%80"),
        "not ASCII": ("/p/BT20/CX4/X03", "code=đ".encode()),
        "kept for later": ("/p/BT20/CX4/X03", filled(campaign, other, keep="1")),
        "another unit of nowhere": ("/p/BT20/CX4/X99", filled(campaign, other)),
        "a path of nowhere": ("/p/BT20/CX4", filled(campaign, other)),
    }
    for name, (path, fields) in cases.items():
        accept = "application/json" if path == "/p/state" else "text/html"
        door.passed.clear()
        short = door.post(path, fields, accept=accept)
        assert door.passed == [path], name
        alike(short, door.post_whole(path, fields, accept=accept))
    assert {ballot.status for ballot in db.session.scalars(select(Ballot))} == {Status.COUNTED}


def test_a_wrong_code_is_counted_once(make_campaign, door):
    make_campaign()

    door.post("/p/state", state_of(new_code()), accept="application/json")

    assert door.passed == ["/p/state"]
    assert _tries(db.session(), _mark("code", "192.0.2.7")) == 1


def test_a_ballot_over_the_target_is_told_so(make_campaign, door):
    campaign = make_campaign(per_unit={"CX4": 1})
    one, two = make_slips(campaign, "CX4", "X01", count=2)
    door.post(PAGE, filled(campaign, one))
    door.passed.clear()

    late = door.post(PAGE, filled(campaign, two))

    assert door.passed == [PAGE]
    assert "để riêng" in late[2]
    assert cell(campaign, "CX4", "X01").accepted == 1
    assert len(list(db.session.scalars(select(Ballot)))) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"QUERY_STRING": "lang=en"},
        {"CONTENT_TYPE": "multipart/form-data; boundary=x"},
        {"CONTENT_LENGTH": ""},
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": "9999999"},
        {"REQUEST_METHOD": "PUT"},
    ],
)
def test_a_request_of_another_shape_is_left_to_flask(make_campaign, door, changed):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]

    door.post(PAGE, filled(campaign, slip), **changed)

    assert door.passed == [PAGE]


def test_a_host_that_is_not_ours_gets_no_answer(make_campaign, door):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]
    door.app.config["TRUSTED_HOSTS"] = ["ks.example.gov.vn"]

    ours = door.post("/p/state", state_of(slip.code), accept="application/json")
    foreign = door.post(PAGE, filled(campaign, slip), HTTP_HOST="evil.example")

    assert (ours[0], door.passed) == ("200 OK", [PAGE])
    assert not foreign[0].startswith("200")
    assert cell(campaign, "CX4", "X01").accepted == 0


def test_a_database_that_is_away_is_waited_for_once(make_campaign, door, monkeypatch):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]
    door.post(PAGE, filled(campaign, make_slips(campaign, "CX4", "X01")[0]))
    waited = []

    def away(*_args, **_options):
        waited.append(1)
        raise OperationalError(None, None, Exception("locked"))

    monkeypatch.setattr(plain_road, "submit_ballot", away)
    monkeypatch.setattr(respond, "submit_ballot", away)

    status, headers, page = door.post(PAGE, filled(campaign, slip))

    assert (status[:3], headers["retry-after"], len(waited)) == ("503", "5", 1)
    assert "Máy chủ đang bận" in page


def test_a_line_that_breaks_is_no_failure_of_ours(make_campaign, door):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]

    class Broken(io.BytesIO):
        def read(self, *_):
            raise OSError

    status, *_ = door.post(PAGE, filled(campaign, slip), **{"wsgi.input": Broken()})

    assert status.startswith("4")
    assert cell(campaign, "CX4", "X01").accepted == 0
