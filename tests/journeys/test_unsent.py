"""No network, a lost reply, another device, a closed tab: what was answered is not lost."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from survey_app.extensions import db
from survey_app.models import Ballot, Draft
from survey_app.services.slips import revoke_slip
from tests.builders import CLERK, make_slips
from tests.journeys.test_respondent import answer_all, receipt_on

SENT = "Đã nộp phiếu"
PATIENCE = 40_000
"""A letter that fails once is sent again after a quarter of a minute. [ms]"""
DELIVERED = "Phiếu chờ gửi đã nộp xong"
TOLD = re.compile(rf"{DELIVERED}: \d{{5}}-\d{{5}}")
REFUSED = "Một phiếu chờ gửi chưa được nhận; xin báo người đã phát phiếu"
WAITING = "Đang chờ mạng — đừng đóng trang"


def rows(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def opened(page: Page, slip) -> None:
    page.goto(f"/p/BT20/CX4/X01#{slip.code}")
    expect(page.locator("#answers")).to_be_visible()


def submit(page: Page) -> None:
    page.get_by_role("button", name="Nộp phiếu").click()


def test_half_a_form_goes_on_another_device(make_campaign, open_page):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]
    first, second = open_page(), open_page()
    opened(first, slip)
    first.locator("[data-ask]").first.locator("label").nth(1).click()
    expect(first.locator("#state")).to_have_text("Đã lưu")

    opened(second, slip)

    expect(second.locator("#state")).to_have_text("Đã mở lại phần làm dở")
    expect(second.locator("[data-ask]").first.locator("input").nth(1)).to_be_checked()
    answer_all(second)
    submit(second)
    expect(second.get_by_role("heading", name=SENT)).to_be_visible()
    assert (rows(Ballot), rows(Draft)) == (1, 0)


def test_without_script_a_pause_is_a_button(make_campaign, open_page):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]
    page = open_page(java_script_enabled=False)
    page.goto("/p/BT20/CX4/X01")
    for half in range(2):
        page.get_by_label("Mã phiếu").fill(slip.code)
        page.get_by_role("button", name="Bắt đầu").click()
        if half == 0:
            page.locator("[data-ask]").first.locator("label").nth(1).click()
            page.get_by_role("button", name="Lưu lại, làm tiếp sau").click()
            expect(page.get_by_role("heading", name="Đã lưu, chưa nộp")).to_be_visible()

    expect(page.locator("[data-ask]").first.locator("input").nth(1)).to_be_checked()


def test_a_lost_reply_is_asked_for_again_and_there_is_one_ballot(make_campaign, open_page):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]
    page = open_page()
    opened(page, slip)
    answer_all(page)
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and len(lost) < 2:
            lost.append(route.fetch().text())  # the server has it, the phone does not know
            route.abort()
        else:
            route.continue_()

    page.route("**/p/BT20/CX4/X01", lose)
    submit(page)
    expect(page.locator("#state")).to_have_text(WAITING)
    for _ in range(3):
        page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.get_by_role("heading", name=SENT)).to_be_visible()
    assert rows(Ballot) == 1
    assert receipt_on(page) in lost[0]


def test_a_page_that_is_not_ours_is_no_answer(make_campaign, open_page):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]
    page = open_page()
    opened(page, slip)
    answer_all(page)
    portal = {"content_type": "text/html", "body": "<h1>Đăng nhập Wi-Fi</h1>"}
    page.route("**/p/BT20/CX4/X01", lambda route: route.fulfill(**portal))
    submit(page)
    expect(page.locator("#state")).to_have_text(WAITING)
    page.unroute("**/p/BT20/CX4/X01")
    page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.get_by_role("heading", name=SENT)).to_be_visible()
    assert rows(Ballot) == 1


def waiting_letters(page: Page) -> int:
    return page.evaluate(
        """() => new Promise((done) => {
            const opening = indexedDB.open("cchc", 1);
            opening.onsuccess = () => {
                const box = opening.result.transaction("unsent").objectStore("unsent");
                box.count().onsuccess = (event) => done(event.target.result);
            };
        })"""
    )


def sent_without_a_network(page: Page, slip) -> None:
    """Fill in a form, send it into the void and leave the page."""
    opened(page, slip)
    answer_all(page)
    page.route("**/p/BT20/**", lambda route: route.abort())
    submit(page)
    expect(page.locator("#state")).to_have_text(WAITING)
    page.goto("about:blank")
    page.unroute_all()


def test_a_letter_left_on_a_shared_phone_shows_the_next_person_nothing(make_campaign, open_page):
    first, second = make_slips(make_campaign(), "CX4", "X01", count=2)
    page = open_page()
    sent_without_a_network(page, first)

    page.goto(f"/p/BT20/CX4/X01#{second.code}")
    expect(page.locator("#answers")).to_be_visible()
    expect(page.locator("#arrived, #state").filter(has_text=TOLD)).to_have_count(
        1, timeout=PATIENCE
    )

    assert first.code not in page.content()
    assert waiting_letters(page) == 0
    assert page.locator("#answers [name=code]").input_value() == second.code
    assert rows(Ballot) == 1


def test_a_letter_that_is_refused_later_is_not_called_delivered(make_campaign, open_page):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]
    page = open_page()
    sent_without_a_network(page, slip)
    revoke_slip(campaign.slug, slip.number, "phát nhầm", actor=CLERK)

    page.goto("/p/BT20/CX4/X01")

    expect(page.locator("#arrived")).to_have_text(REFUSED, timeout=PATIENCE)
    assert (rows(Ballot), waiting_letters(page)) == (0, 1)


def test_a_browser_that_keeps_nothing_still_waits_for_the_network(make_campaign, open_page):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]
    page = open_page()
    page.add_init_script("delete window.indexedDB; Object.defineProperty(window, 'indexedDB', "
                         "{get() { throw new Error('blocked'); }});")  # fmt: skip
    opened(page, slip)
    answer_all(page)
    page.route("**/p/BT20/CX4/X01", lambda route: route.abort())
    submit(page)
    expect(page.locator("#state")).to_have_text(WAITING)
    page.unroute_all()
    page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.get_by_role("heading", name=SENT)).to_be_visible()
    assert rows(Ballot) == 1
