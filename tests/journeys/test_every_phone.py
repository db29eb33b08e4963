"""A slip from its QR code to its receipt on the phones people have, and in what they open it with.

Four widths with scripts and without; then the browsers inside Zalo and Facebook, which block
storage, workers and windows, lose the part of an address after its #, or are simply old.
Nothing may be said in a console on the way. ``docs/phones.md`` is the same list for real ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from survey_app.security import grouped
from tests.journeys.respondents import SENT, Phone, Respondents, phone, serve_respondents

OWN = ("CX4", "X01")
CROSSED = "CH3"
UNITS = 3

ZALO = (
    "Mozilla/5.0 (Linux; Android 8.1.0; SM-J260G Build/M1AJB; wv) AppleWebKit/537.36 (KHTML, like "
    "Gecko) Version/4.0 Chrome/121.0.0.0 Mobile Safari/537.36 Zalo android/24010590 ZaloLanguage/vi"
)
FACEBOOK = (
    "Mozilla/5.0 (Linux; Android 10; CPH2083 Build/QP1A; wv) AppleWebKit/537.36 (KHTML, like "
    "Gecko) Version/4.0 Chrome/121.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/447.0.0.27.109;]"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/12.1 Mobile/15E148 Safari/604.1"
)

NOTHING_KEPT = """
const blocked = { get() { throw new DOMException("blocked", "SecurityError"); } };
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"])
  Object.defineProperty(window, name, blocked);
Object.defineProperty(Document.prototype, "cookie", { ...blocked, set() { blocked.get(); } });
"""
NO_HELPERS = """
delete window.Worker; delete window.SharedWorker; delete window.BroadcastChannel;
delete Navigator.prototype.serviceWorker; delete Navigator.prototype.locks;
delete window.speechSynthesis; delete window.SpeechSynthesisUtterance;
window.open = () => null;
for (const ask of ["alert", "confirm", "prompt"])
  window[ask] = () => { throw new Error("blocked"); };
"""
NO_HISTORY = """
for (const name of ["pushState", "replaceState"])
  History.prototype[name] = () => { throw new DOMException("blocked", "SecurityError"); };
"""
OLD = "delete SubmitEvent.prototype.submitter; delete window.requestIdleCallback;"


@dataclass(frozen=True)
class Kind:
    """A browser people open slips with.

    Attributes
    ----------
    name
        What it is called in a test's name.
    init
        Script that takes away what it lacks.
    after
        What the app that opened it hangs on the address.
    loses
        Whether the code after the # is lost on the way, so that it has to be typed.
    options
        Of the browser's context: what it calls itself.

    """

    name: str
    init: str = ""
    after: str = ""
    loses: bool = False
    options: dict[str, Any] = field(default_factory=dict)


KINDS = (
    Kind("zalo", NOTHING_KEPT + NO_HELPERS, options={"user_agent": ZALO}),
    Kind(
        "facebook",
        NOTHING_KEPT + NO_HELPERS,
        after="?fbclid=IwAR0x",
        options={"user_agent": FACEBOOK},
    ),
    Kind("no-history", NO_HISTORY, options={"user_agent": ZALO}),
    Kind("nothing-at-all", NOTHING_KEPT + NO_HELPERS + NO_HISTORY + OLD),
    Kind("fragment-lost", NOTHING_KEPT, loses=True, options={"user_agent": FACEBOOK}),
    Kind("old-iphone", OLD, options={"user_agent": IPHONE}),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Respondents]:
    with serve_respondents(tmp_path_factory.mktemp("phones")) as served:
        yield served


@contextmanager
def a_phone(browser: Browser, world: Respondents, ballots: int, **options: Any) -> Iterator[Phone]:
    """Take a phone; afterwards so many ballots are stored and its console is empty."""
    before = world.ballots()
    with phone(browser, world, **options) as one:
        yield one
        assert one.faults == []
    assert world.ballots() == before + ballots


def answer_every_unit(one: Phone) -> None:
    for left in range(UNITS, 0, -1):
        expect(one.page.locator("button.unit")).to_have_count(left)
        one.page.locator("button.unit").first.click()
        one.answer_all(row=left % 2)
        fits(one)
        one.send()
    assert one.receipt()


def fits(one: Phone) -> None:
    width = one.page.viewport_size["width"]
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_a_slip_is_answered_at_every_width(
    browser: Browser, world: Respondents, width: int, *, scripts: bool
):
    size = {"width": width, "height": 740}
    slip = world.slip(*OWN)
    with a_phone(browser, world, 1, scripts=scripts, viewport=size) as one:
        one.open(slip, *OWN)
        one.answer_all()
        fits(one)
        one.send()
        expect(one.page.get_by_role("heading", name=SENT)).to_be_visible()
        assert one.receipt()
        fits(one)


@pytest.mark.parametrize(
    ("width", "scripts"), [(320, True), (360, False), (768, True), (1280, False)]
)
def test_a_crossed_slip_is_answered_unit_by_unit_at_every_width(
    browser: Browser, world: Respondents, width: int, *, scripts: bool
):
    size = {"width": width, "height": 740}
    slip = world.slip(CROSSED)
    with a_phone(browser, world, UNITS, scripts=scripts, viewport=size) as one:
        one.open(slip, CROSSED)
        fits(one)
        answer_every_unit(one)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_slip_is_answered_in_a_browser_that_blocks(
    browser: Browser, world: Respondents, kind: Kind
):
    slip = world.slip(*OWN)
    address = f"/p/BT20/CX4/X01{kind.after}"
    with a_phone(browser, world, 1, init=kind.init, **kind.options) as one:
        one.page.goto(address if kind.loses else f"{address}#{grouped(slip.code)}")
        if kind.loses:
            one.type_code(slip.code)
        one.answer_all()
        expect(one.page.locator("#state")).to_have_text("Đã lưu")
        one.send()

        expect(one.page.get_by_role("heading", name=SENT)).to_be_visible()
        assert one.receipt()


@pytest.mark.parametrize("kind", KINDS[:4], ids=lambda kind: kind.name)
def test_a_crossed_slip_is_answered_in_a_browser_that_blocks(
    browser: Browser, world: Respondents, kind: Kind
):
    slip = world.slip(CROSSED)
    address = f"/p/BT20/{CROSSED}{kind.after}"
    with a_phone(browser, world, UNITS, init=kind.init, **kind.options) as one:
        one.page.goto(address if kind.loses else f"{address}#{grouped(slip.code)}")
        if kind.loses:
            one.type_code(slip.code)
        answer_every_unit(one)


@pytest.mark.parametrize("init", ["", OLD], ids=["new", "old"])
def test_the_button_that_was_tapped_is_the_one_that_counts(
    browser: Browser, world: Respondents, init: str
):
    slip = world.slip(*OWN)
    with a_phone(browser, world, 0, init=init) as one:
        one.open_form(slip, *OWN)
        one.answer_all()
        one.page.locator("[name=keep]").click()

        expect(one.page.get_by_role("heading", name="Đã lưu, chưa nộp")).to_be_visible()


def test_a_mark_after_the_address_that_is_no_code_asks_for_the_code(
    browser: Browser, world: Respondents
):
    with a_phone(browser, world, 0) as one:
        for mark in ("%", "%E0%A4%A", "top", "1234"):
            one.page.goto(f"/p/BT20/CX4/X01#{mark}")
            one.page.reload()
            expect(one.page.locator("#start")).to_be_visible()
            assert one.page.locator("#code").input_value() == ""
