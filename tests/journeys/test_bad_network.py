"""A real phone where requests are cut, replies get lost and the system kills the browser."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from survey_app.extensions import db
from survey_app.models import Ballot, Draft
from tests.builders import make_slips
from tests.journeys.conftest import CHROMIUM, PHONE
from tests.journeys.test_respondent import answer_all, receipt_on

SENT = "Đã nộp phiếu"
WAITING = "Đang chờ mạng — đừng đóng trang"
PHONES = 5


def rows(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def network(live_server, monkeypatch):
    """What stands between phones and server in ``benchmarks/lossy.py``; sound at first."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(Path(__file__).parents[2] / "benchmarks")])
    from lossy import bad_network

    with bad_network(int(live_server.url.rsplit(":", 1)[1]), cut=0, lost=0, seed=2020) as sound:
        yield sound


def fill(page: Page, slip) -> None:
    page.goto(f"/p/BT20/CX4/X01#{slip.code}")
    expect(page.locator("#answers")).to_be_visible()
    answer_all(page)


def submit(page: Page) -> None:
    page.get_by_role("button", name="Nộp phiếu").click()


def knock_until_sent(page: Page) -> None:
    """Say again and again that there is a network, as a phone does that loses and finds it."""
    for _ in range(200):
        page.evaluate("dispatchEvent(new Event('online'))")
        page.wait_for_timeout(100)
        if page.get_by_role("heading", name=SENT).is_visible():
            return
    pytest.fail(f"never sent: {page.locator('#state').inner_text()}")


def test_every_phone_behind_a_bad_network_has_its_receipt_and_one_ballot(
    make_campaign, app, browser, network
):
    slips = make_slips(make_campaign(), "CX4", "X01", PHONES)
    receipts = {}
    for slip in slips:
        context = browser.new_context(
            base_url=f"http://127.0.0.1:{network.port}", viewport=PHONE, locale="vi-VN"
        )
        page = context.new_page()
        network.cut = network.lost = 0.0
        fill(page, slip)
        network.cut, network.lost = 0.3, 0.4
        submit(page)
        knock_until_sent(page)
        receipts[slip.code] = receipt_on(page)
        context.close()

    keys = app.extensions["cchc.keys"]
    assert {code: told.replace("-", "") for code, told in receipts.items()} == {
        slip.code: keys.receipt(slip.code) for slip in slips
    }
    assert (rows(Ballot), rows(Draft)) == (PHONES, 0)
    assert network.done.keys() > {"carried"}  # some were not


def test_a_browser_killed_while_a_form_waits_sends_it_once_when_it_is_opened_again(
    make_campaign, browser, live_server, tmp_path
):
    slip, other = make_slips(make_campaign(), "CX4", "X01", 2)

    def start():
        return browser.browser_type.launch_persistent_context(
            str(tmp_path), executable_path=CHROMIUM, args=["--no-sandbox"],
            base_url=live_server.url, viewport=PHONE,
        )  # fmt: skip

    page = start().pages[0]
    fill(page, slip)
    page.context.set_offline(True)
    submit(page)
    expect(page.locator("#state")).to_have_text(WAITING)
    kill_those_of(tmp_path)
    assert rows(Ballot) == 0

    context = start()
    page = context.pages[0]
    page.goto(f"/p/BT20/CX4/X01#{other.code}")  # whichever form is opened next

    delivered = page.locator("#arrived, #state").filter(has_text="Phiếu chờ gửi đã nộp xong")
    expect(delivered).to_have_count(1, timeout=40_000)
    assert rows(Ballot) == 1
    context.close()


def kill_those_of(profile: Path) -> None:
    """End every process of the browser that keeps its profile in this folder, by SIGKILL."""
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"--user-data-dir={profile}".encode() in found.read_bytes().split(b"\0"):
                os.kill(int(found.parent.name), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
