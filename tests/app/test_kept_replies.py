"""A public page is given again for a second; nothing else is ever kept."""

from __future__ import annotations

import pytest

from survey_app import kept_replies
from survey_app.kept_replies import KeptReplies


class Asked:
    """An app that counts how often it is asked."""

    def __init__(self, status="200 OK", cache="public, max-age=60"):
        self.times = 0
        self.status, self.cache = status, cache

    def __call__(self, _environ, start_response):
        self.times += 1
        start_response(self.status, [("Cache-Control", self.cache)])
        return [str(self.times).encode()]


def get(app, path="/p/BT20/CX4/X01", **changed):
    said = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "wsgi.url_scheme": "https", **changed}
    body = b"".join(app(environ, lambda status, headers: said.append((status, headers))))
    return body, said[0][0]


def test_the_same_page_is_asked_for_once_in_a_second(monkeypatch):
    asked = Asked()
    app = KeptReplies(asked)
    clock = [100.0]
    monkeypatch.setattr(kept_replies.time, "monotonic", lambda: clock[0])

    first = [get(app) for _ in range(5)]
    clock[0] += kept_replies.SECONDS + 0.1
    later = get(app)

    assert first == [(b"1", "200 OK")] * 5
    assert later == (b"2", "200 OK")


@pytest.mark.parametrize(
    "changed",
    [
        {"QUERY_STRING": "lang=en"},
        {"HTTP_ACCEPT_ENCODING": "gzip"},
        {"HTTP_HOST": "khac.example.gov.vn"},
        {"wsgi.url_scheme": "http"},
        {"PATH_INFO": "/p/BT20/CX4/X02"},
    ],
    ids=["language", "encoding", "host", "scheme", "unit"],
)
def test_what_makes_another_page_is_asked_for(changed):
    asked = Asked()
    app = KeptReplies(asked)
    get(app)

    get(app, **changed)

    assert asked.times == 2


@pytest.mark.parametrize(
    ("asked", "changed"),
    [
        (Asked(cache="no-store"), {}),
        (Asked(cache="private"), {}),
        (Asked(status="404 NOT FOUND"), {}),
        (Asked(), {"REQUEST_METHOD": "POST"}),
        (Asked(), {"HTTP_IF_NONE_MATCH": "x"}),
        (Asked(), {"PATH_INFO": "/campaigns/bo_trach_2020"}),
    ],
    ids=["not to be kept", "private", "not found", "a ballot", "known already", "staff"],
)
def test_nothing_but_public_pages_is_kept(asked, changed):
    app = KeptReplies(asked)

    get(app, **changed)
    get(app, **changed)

    assert asked.times == 2


def test_only_so_many_are_kept(monkeypatch):
    monkeypatch.setattr(kept_replies, "MOST", 3)
    app = KeptReplies(Asked())

    for unit in range(20):
        get(app, f"/p/BT20/CX4/X{unit}")

    assert len(app._kept) <= 3
