"""Hostile bytes at the product's own server: a refusal or a closed line, and it goes on serving."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from survey_app.config import Config
from survey_app.models import Campaign
from survey_app.services.definitions import rule_form
from survey_app.services.plans import rule_by_code
from survey_app.services.slips import PrintedSlip
from tests.app.strangers import FORM, PAGE, RULE, TEXT, UNIT, stored
from tests.builders import full_answers, make_slips

HEAD = b"HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
PATH = PAGE.encode()
SENT = b"Content-Type: %s\r\n" % FORM.encode()
PATIENCE = 30


def get(path: bytes, more: bytes = b"") -> bytes:
    return b"GET %s %s%s\r\n" % (path, HEAD, more)


def post(more: bytes, body: bytes = b"code=1") -> bytes:
    return b"POST %s %s%s\r\n%s" % (PATH, HEAD, more, body)


BYTES: dict[str, bytes] = {
    "null_in_a_path": get(b"/p/BT20/CX\x004"),
    "escaped_null": get(b"/p/BT20/CX%004/X01"),
    "bytes_in_a_path": get(b"/p/\xed\xa0\x80/\xff"),
    "escaped_surrogate": get(b"/p/%ED%A0%80/%FF/X01?lang=%ED%A0%80"),
    "bad_escapes": get(b"/p/%zz/%/%4"),
    "bytes_in_a_query": get(PATH + b"?lang=\xff\xfe"),
    "way_up": get(b"/p/../../etc/passwd"),
    "escaped_way_up": get(b"/static/%2e%2e/%2e%2e/etc/passwd"),
    "way_up_of_windows": get(b"/static/..%5c..%5cwin.ini"),
    "null_in_a_file_name": get(b"/static/respond.js%00"),
    "surrogate_in_a_file_name": get(b"/static/%ED%A0%80"),
    "very_long_file_name": get(b"/static/" + b"a" * 5000),
    "two_hundred_kilobytes_of_path": get(b"/" + b"a" * 200_000),
    "whole_address": get(b"http://evil.example" + PATH),
    "no_host": b"GET %s HTTP/1.1\r\nConnection: close\r\n\r\n" % PATH,
    "script_as_host": b'GET %s HTTP/1.1\r\nHost: \xff"<script>\r\n\r\n' % PATH,
    "strange_host": b"GET %s HTTP/1.1\r\nHost: a b/@c:99999999\r\n\r\n" % PATH,
    "first_http": b"GET /\r\n\r\n",
    "every_byte": bytes(range(256)) * 4 + b"\r\n\r\n",
    "tls": bytes.fromhex("16030100c8010000c40303") + bytes(200),
    "second_http": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "web_socket": get(
        PATH, b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n"
    ),
    "unknown_verb": b"FOO %s %s\r\n" % (PATH, HEAD),
    "verb_of_bytes": b"G\xffT %s %s\r\n" % (PATH, HEAD),
    "every_option": b"OPTIONS * %s\r\n" % HEAD,
    "connect": b"CONNECT x:80 %s\r\n" % HEAD,
    "header_with_null": get(PATH, b"X: a\0b\r\n"),
    "header_of_bytes": get(PATH, b"Cookie: \xed\xa0\x80=1\r\nAccept-Language: \xff\r\n"),
    "three_hundred_kilobytes_of_header": get(PATH, b"X: " + b"a" * 300_000 + b"\r\n"),
    "five_thousand_headers": get(PATH, b"".join(b"X%d: 1\r\n" % n for n in range(5000))),
    "strange_ranges": get(PATH, b"Range: bytes=0-0,1-1,99999999999-,-\r\n"),
    "negative_length": post(b"Content-Length: -1\r\n"),
    "length_in_words": post(b"Content-Length: abc\r\n"),
    "length_of_twenty_digits": post(SENT + b"Content-Length: 99999999999999999999\r\n"),
    "ten_gigabytes_announced": post(SENT + b"Content-Length: 10000000000\r\n"),
    "ten_megabytes": post(SENT + b"Content-Length: 10000000\r\n", b"a" * 10_000_000),
    "two_lengths": post(SENT + b"Content-Length: 6\r\nContent-Length: 3\r\n"),
    "length_and_chunks": post(
        SENT + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", b"6\r\ncode=1\r\n0\r\n\r\n"
    ),
    "bad_chunk": post(SENT + b"Transfer-Encoding: chunked\r\n", b"zz\r\ncode=1\r\n0\r\n\r\n"),
    "hidden_chunks": post(SENT + b"Transfer-Encoding : chunked\r\nContent-Length: 6\r\n"),
    "type_of_bytes": post(b"Content-Type: \xff;=;charset=\xfe\r\nContent-Length: 6\r\n"),
    "awaited": post(SENT + b"Expect: 100-continue\r\nContent-Length: 6\r\n"),
}


@pytest.fixture
def campaign(make_campaign) -> Campaign:
    return make_campaign()


@pytest.fixture
def slip(campaign: Campaign) -> PrintedSlip:
    return make_slips(campaign, RULE, UNIT)[0]


@pytest.fixture
def form(campaign: Campaign, slip: PrintedSlip) -> dict[str, str]:
    """A complete form, with every question answered."""
    answers = full_answers(rule_form(campaign, rule_by_code(campaign, RULE)))
    return {"code": slip.code, **answers, TEXT: "Ý kiến của tôi"}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "server.log"


@pytest.fixture
def server(slip, config: Config, log: Path, monkeypatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
    from field import Server

    with Server(config.home, config.database_url, workers=1, log=log) as running:
        yield running


def first_line(port: int, sent: bytes, *, then_hang_up: bool = False) -> bytes:
    """What the server answers; nothing where it hangs up."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as line:
        try:
            line.sendall(sent)
            if then_hang_up:
                line.shutdown(socket.SHUT_WR)
            return line.recv(4096).split(b"\r\n")[0]
        except TimeoutError:
            raise
        except OSError:  # it has hung up already
            return b""


def test_no_bytes_make_the_server_fail(server, log, slip):
    said = {name: first_line(server.port, sent, then_hang_up=True) for name, sent in BYTES.items()}

    failed = {name: line for name, line in said.items() if line.startswith(b"HTTP/1.1 5")}
    assert failed == {}
    assert first_line(server.port, get(PATH)) == b"HTTP/1.1 200 OK"
    assert "Traceback" not in log.read_text()
    assert stored() == {}


def test_a_form_the_network_cut_is_no_ballot_and_the_whole_one_is(server, form, log):
    body = urlencode(form).encode()
    head = SENT + b"Content-Length: %d\r\n" % len(body)
    places = [len(body) - 1, body.index(b"&Q17="), body.index(b"&Q18=") + 9, len(body) // 2, 0]

    cut = [first_line(server.port, post(head, body[:n]), then_hang_up=True) for n in places]

    assert [line for line in cut if line.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5"))] == []
    assert stored() == {}
    assert first_line(server.port, post(head, body)) == b"HTTP/1.1 200 OK"
    kept = {name: value for name, value in form.items() if name != "code"}
    assert [json.dumps(row, sort_keys=True) for row in stored().values()] == [
        json.dumps(kept, sort_keys=True)
    ]
    assert form["code"] not in log.read_text()
