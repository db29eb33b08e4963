"""Hostile requests: whatever comes in any other field, a refusal is a sentence and never a failure.

Every text of ``tests.app.hostile`` as a choice, a code, a place, a part of an address, a
language and a header, at every door for respondents; then requests that are broken as such.
"""

from __future__ import annotations

import gzip
import io
import itertools
import re
from urllib.parse import quote_from_bytes, urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.extensions import db
from survey_app.models import Campaign, Draft, PlaceKind
from survey_app.services.definitions import rule_form
from survey_app.services.places import add_place
from survey_app.services.plans import rule_by_code
from survey_app.services.slips import PrintedSlip
from tests.app.hostile import ALL, KEPT, as_kept, as_sent
from tests.app.strangers import (
    FORM,
    PAGE,
    RULE,
    TEXT,
    UNIT,
    Strangers,
    complaint,
    encoded,
    stored,
)
from tests.builders import CLERK, full_answers, make_slips

LONGEST_LINE = 8000
"""No server reads a longer address. [bytes]"""


@pytest.fixture
def send(app: Flask) -> Strangers:
    app.config["PROPAGATE_EXCEPTIONS"] = False  # as in the field: a failure is a page
    return Strangers(app)


@pytest.fixture
def campaign(make_campaign) -> Campaign:
    return make_campaign(per_unit={RULE: 200})


@pytest.fixture
def slip(campaign: Campaign) -> PrintedSlip:
    return make_slips(campaign, RULE, UNIT)[0]


@pytest.fixture
def answers(campaign: Campaign) -> dict[str, str]:
    return full_answers(rule_form(campaign, rule_by_code(campaign, RULE)))


# --- every other field -------------------------------------------------------------------


def failures(
    send: Strangers, path: str, sound: dict[str, str], fields: tuple[str, ...]
) -> dict[tuple[str, str], str]:
    """Fields of a door and texts they do not take well; each text knocks at a third of them."""
    wrong = {}
    for place, field in enumerate(fields):
        for turn, (name, text) in enumerate(ALL.items()):
            if (place + turn) % 3 == 0:
                reply = send(path, encoded({**sound, field: text}))
                wrong[field, name] = complaint(reply) if reply.status_code >= 400 else ""
    return {place: what for place, what in wrong.items() if what}


def test_no_text_is_a_choice_of_a_scale(send, slip, answers):
    sound = {"code": slip.code, **answers}

    wrong = {
        (question, name): complaint(send(PAGE, encoded({**sound, question: text})))
        for question in ("Q01", "Q16", "P1")
        for name, text in ALL.items()
        if name != "choice_code"
    }

    assert {place: what for place, what in wrong.items() if what} == {}
    assert stored() == {}


@pytest.mark.parametrize(
    ("path", "to"),
    [("/p/state", {"Accept": "application/json"}), ("/p/draft", {}), (PAGE, {})],
    ids=["state", "draft", "ballot"],
)
def test_no_text_is_a_code(send, slip, answers, path, to):
    here = {"campaign": "BT20", "rule": RULE, "unit": UNIT} if path != PAGE else answers

    wrong = {
        name: complaint(send(path, encoded({**here, "code": text}), headers=to))
        for name, text in ALL.items()
    }

    assert {name: what for name, what in wrong.items() if what} == {}
    assert db.session.scalars(select(Draft)).all() == []


@pytest.mark.parametrize("path", ["/p/state", "/p/draft"])
def test_no_text_is_a_place_of_a_slip(send, slip, path):
    sound = {"campaign": "BT20", "rule": RULE, "unit": UNIT, "code": slip.code}

    wrong = {
        (field, name): complaint(send(path, encoded({**sound, field: text})))
        for field in ("campaign", "rule", "unit")
        for name, text in ALL.items()
    }

    assert {place: what for place, what in wrong.items() if what} == {}


def test_no_text_is_a_part_of_an_address(send, slip, answers):
    wrong = {}
    for place, (name, text) in itertools.product(range(3), ALL.items()):
        if len(as_sent(text)) > LONGEST_LINE:
            continue
        parts_ = ["BT20", RULE, UNIT]
        parts_[place] = quote_from_bytes(as_sent(text), safe="")
        path = "/p/" + "/".join(parts_)
        wrong[place, name, "GET"] = complaint(send(path))
        wrong[place, name, "POST"] = complaint(send(path, encoded({"code": slip.code, **answers})))

    assert {place: what for place, what in wrong.items() if what} == {}
    assert stored() == {}


@pytest.mark.parametrize("path", ["/p/by-question", "/p/by-question/keep"])
def test_the_door_question_by_question_fails_at_no_text(send, campaign, path):
    slip = make_slips(campaign, "CH3")[0]
    sound = {"campaign": "BT20", "rule": "CH3", "code": slip.code, "at": "Q01", "Q01.P01": "3"}
    fields = ("campaign", "rule", "code", "at", "go", "none", "show", "Q01.P01", "Q01")

    assert failures(send, path, sound, fields) == {}


def test_the_door_of_a_poster_fails_at_no_text(send, campaign, answers):
    place = add_place(
        campaign.slug, RULE, UNIT, "Bộ phận một cửa", kind=PlaceKind.POSTER, actor=CLERK
    )
    sent = {**answers, "key": "0" * 32, "altcha": "x", "seconds": "90"}
    own = ("key", "altcha", "secret", "seconds", "late", TEXT)

    assert failures(send, "/q/challenge", {"place": place.number}, ("place", "secret")) == {}
    assert failures(send, f"/q/{place.number}", sent, own) == {}
    assert stored() == {}


def test_no_text_is_the_number_of_a_place(send, campaign):
    texts = {name: text for name, text in ALL.items() if len(as_sent(text)) < LONGEST_LINE}

    wrong = {
        (name, verb): complaint(send(f"/q/{quote_from_bytes(as_sent(text), safe='')}", body))
        for name, text in texts.items()
        for verb, body in (("GET", None), ("POST", b"Q01=5"))
    }

    assert {name: what for name, what in wrong.items() if what} == {}


def test_a_language_nobody_speaks_is_vietnamese(send, slip):
    plain = send(PAGE).get_data()

    for name, text in ALL.items():
        if len(as_sent(text)) > LONGEST_LINE:
            continue
        reply = send(f"{PAGE}?lang={quote_from_bytes(as_sent(text))}&{name}=1")
        assert (reply.status_code, reply.get_data()) == (200, plain), name


HEADERS = ("Accept", "Accept-Encoding", "Accept-Language", "Cookie", "If-None-Match", "Range",
           "User-Agent", "Referer", "X-Forwarded-For", "X-CSRFToken", "Origin")  # fmt: skip


def test_no_header_breaks_a_page_or_is_sent_back(send, slip, answers):
    code = {"campaign": "BT20", "rule": RULE, "unit": UNIT, "code": slip.code}
    for name, text in ALL.items():
        line = re.sub(r"[\r\n\0]", " ", as_sent(text)[:4000].decode("latin-1"))
        headers = dict.fromkeys(HEADERS, f"{line} dấu".encode().decode("latin-1"))

        page = send(PAGE, headers=headers)
        state = send("/p/state", encoded(code), headers=headers)

        assert page.status_code in (200, 304), name
        assert state.status_code == 200, name
        for reply in (page, state):
            assert "dấu".encode().decode("latin-1") not in str(reply.headers), name


# --- broken requests ---------------------------------------------------------------------

BOUNDARY = "multipart/form-data; boundary=x"


def parts(*fields: tuple[str, bytes]) -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    lines = [head % (name.encode(), value) for name, value in fields]
    return b"".join(lines) + b"--x--\r\n"


def broken(code: str, answers: dict[str, str]) -> dict[str, tuple[bytes, str]]:
    """Name to body and content type."""
    sound = {"code": code, **answers}
    form = encoded(sound)
    many = "&".join(f"f{n}=1" for n in range(1001)).encode()
    return {
        "nothing": (b"", FORM),
        "bad_percent": (form + b"&Q18=%&x=%zz%4", FORM),
        "a_name_twice": (form + b"&Q01=4", FORM),
        "code_twice_and_wrong_first": (b"code=1&" + form, FORM),
        "text_twice": (form + b"&Q18=a&Q18=b", FORM),
        "thousand_fields": (form + b"&" + many, FORM),
        "thousand_times_one": (form + b"&Q18=a" * 1001, FORM),
        "empty_names": (form + b"&=&=a&&&", FORM),
        "hostile_names": (form + b"&" + b"&".join(
            quote_from_bytes(as_sent(text)[:2000]).encode() + b"=1" for text in ALL.values()
        ), FORM),
        "own_field_of_the_database": (form + b"&status=counted&rater=x&id=1", FORM),
        "json": (b'{"code": "%s"}' % code.encode(), "application/json"),
        "plain": (form, "text/plain"),
        "xml": (b"<code>%s</code>" % code.encode(), "application/xml"),
        "no_type": (form, ""),
        "strange_type": (form, ";;;=\x00"),
        "octets": (bytes(range(256)), "application/octet-stream"),
        "multipart_without_boundary": (parts(("code", code.encode())), "multipart/form-data"),
        "multipart_cut": (parts(("code", code.encode()))[:-9], BOUNDARY),
        "multipart_other_boundary": (parts(("code", b"1")), "multipart/form-data; boundary=y"),
        "multipart_long_boundary": (form, f"multipart/form-data; boundary={'x' * 5000}"),
        "multipart_bad_header": (b"--x\r\nContent-Disposition\r\n\r\na\r\n--x--", BOUNDARY),
        "multipart_bad_charset": (
            parts(("code", b"\xff")).replace(
                b"\r\n\r\n", b"\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n"
            ), BOUNDARY),
        "multipart_thousand": (parts(*[(f"f{n}", b"1") for n in range(1001)]), BOUNDARY),
        "multipart_file_for_an_answer": (
            b'--x\r\nContent-Disposition: form-data; name="Q01"; filename="../../a"\r\n\r\n5\r\n'
            + parts(("code", code.encode())), BOUNDARY),
        "multipart_nested": (parts(("code", parts(("code", b"1")))), BOUNDARY),
        "squeezed": (gzip.compress(form), FORM),
        "semicolons": (form.replace(b"&", b";"), FORM),
    }  # fmt: skip


@pytest.mark.parametrize("path", [PAGE, "/p/state", "/p/draft"])
def test_a_broken_request_is_refused_with_a_sentence(send, slip, answers, path):
    code = slip.code

    wrong = {
        name: complaint(send(path, body, content_type=kind))
        for name, (body, kind) in broken(code, answers).items()
    }

    assert {name: what for name, what in wrong.items() if what} == {}
    assert stored() == {}


@pytest.mark.parametrize("claimed", ["utf-16", "\xe1\xba\xbf", "idna"])
def test_text_is_utf8_whatever_charset_is_claimed(send, slip, answers, claimed):
    body = encoded({"code": slip.code, **answers, TEXT: KEPT["composed"]})

    reply = send(PAGE, body, content_type=f"{FORM}; charset={claimed}")

    assert reply.status_code == 200
    assert [row[TEXT] for row in stored().values()] == [KEPT["composed"]]


def test_the_same_form_as_multipart_is_the_same_ballot(send, slip, answers):
    fields = {"code": slip.code, **answers, TEXT: KEPT["decomposed"]}
    body = parts(*[(name, value.encode()) for name, value in fields.items()])

    reply = send(PAGE, body, content_type=BOUNDARY)

    assert reply.status_code == 200
    assert [row[TEXT] for row in stored().values()] == [as_kept(KEPT["composed"])]


def test_a_body_of_ten_megabytes_is_refused_before_it_is_read(send, slip, answers):
    sound = urlencode({"code": slip.code, **answers}).encode()
    read = []

    class Counting(io.BytesIO):
        def read(self, size: int = -1) -> bytes:
            data = super().read(size)
            read.append(len(data))
            return data

    for path in (PAGE, "/p/state", "/p/draft"):
        stream = Counting(sound + b"&x=" + b"y" * 10_000_000)
        reply = send.client.open(
            path, method="POST", input_stream=stream, content_type=FORM,
            content_length=len(stream.getvalue()),
        )  # fmt: skip
        assert (reply.status_code, complaint(reply)) == (413, "")

    assert sum(read) < 1_000_000
