"""A poster scanned on a phone and a kiosk at the desk, in a real browser."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from survey_app.extensions import db
from survey_app.models import Ballot, Channel, PlaceKind, Status
from survey_app.services import challenges
from survey_app.services.places import add_place
from survey_app.services.poster_guards import Guards
from tests.builders import CLERK
from tests.journeys.axe import violations
from tests.journeys.conftest import DESK
from tests.journeys.test_respondent import answer_all, receipt_on

SENT = "Đã nộp phiếu"
NEVER = Guards(burst=0, same_answers=0, seconds_per_item=0, night_from=0, night_to=0)


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    monkeypatch.setattr(challenges, "COST", 50)


@pytest.fixture
def place(make_campaign):
    """``place()`` is the number of a new poster; of a kiosk, number and secret."""
    campaign = make_campaign()

    def added(kind: PlaceKind = PlaceKind.POSTER, **guards):
        new = add_place(
            campaign.slug, "CX4", "X01", "Bộ phận một cửa – bàn 2",
            kind=kind, guards=replace(NEVER, **guards), actor=CLERK,
        )  # fmt: skip
        return (new.number, new.secret) if new.secret else new.number

    return added


def ballots() -> list[Ballot]:
    db.session.rollback()
    return list(db.session.scalars(select(Ballot)))


def submit(page: Page) -> None:
    page.locator(".send button").click()


def test_a_citizen_scans_answers_and_sees_a_receipt(place, open_page):
    page = open_page()
    page.goto(f"/Q/{place()}")
    expect(page.get_by_text("Bộ phận một cửa – bàn 2")).to_be_visible()
    answer_all(page)
    submit(page)

    expect(page.get_by_role("heading", name=SENT)).to_be_visible()
    assert receipt_on(page)
    stored = ballots()
    assert [(one.status, one.channel) for one in stored] == [(Status.COUNTED, Channel.POSTER)]
    assert len(stored[0].answers) > 5


THROWS = "window.Worker = function () { throw new Error('blocked'); };"
FAILS = "window.Worker = class { postMessage() { setTimeout(this.onerror); } terminate() {} };"


@pytest.mark.parametrize("blocked", [THROWS, FAILS])
def test_where_workers_are_blocked_the_page_solves_by_itself(place, open_page, blocked):
    page = open_page()
    page.add_init_script(blocked)
    page.goto(f"/q/{place()}")
    answer_all(page)
    submit(page)

    expect(page.get_by_role("heading", name=SENT)).to_be_visible()
    assert len(ballots()) == 1


def test_where_nothing_can_be_solved_the_page_says_the_way(place, open_page):
    page = open_page()
    page.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined });")
    page.add_init_script("window.Worker = undefined;")
    page.goto(f"/q/{place()}")
    page.locator("[data-ask] label").first.dispatch_event("pointerdown")  # it may hide at once

    expect(page.get_by_role("link", name="mở trang nhập mã phiếu")).to_be_visible()
    expect(page.locator("#answers")).to_be_hidden()


def test_without_script_the_page_says_so_and_leads_to_the_page_of_slips(place, open_page):
    page = open_page(java_script_enabled=False)
    page.goto(f"/q/{place()}")

    expect(page.get_by_text("không chạy được bước kiểm tra tự động")).to_be_visible()
    expect(page.locator("#answers")).to_be_hidden()
    page.get_by_role("link", name="mở trang nhập mã phiếu").click()
    expect(page.get_by_label("Mã phiếu")).to_be_visible()


def test_opening_asks_the_server_for_nothing_until_somebody_touches_the_page(place, open_page):
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.method))
    page.goto(f"/q/{place()}")
    page.wait_for_timeout(500)
    assert "POST" not in asked

    with page.expect_request("**/q/challenge"):
        page.mouse.wheel(0, 300)


def test_a_lost_reply_and_a_network_that_was_away_make_one_ballot(place, open_page):
    page = open_page()
    page.goto(f"/q/{place()}")
    answer_all(page)
    lost: list[str] = []

    def lose(route):
        if route.request.method == "POST" and len(lost) < 2:
            lost.append(route.fetch().text())  # the server has it, the phone does not know
            route.abort()
        else:
            route.continue_()

    page.route(re.compile(r"/q/\d{8}$"), lose)
    submit(page)
    expect(page.locator("#state")).to_have_text("Đang chờ mạng — đừng đóng trang")
    for _ in range(3):
        page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.get_by_role("heading", name=SENT)).to_be_visible()
    assert len(ballots()) == 1
    assert receipt_on(page) in lost[0]


def test_a_ballot_that_waits_longer_than_its_challenge_gets_another(place, open_page, monkeypatch):
    number = place()
    page = open_page()
    page.goto(f"/q/{number}")
    monkeypatch.setattr(challenges, "VALID_SECONDS", -1)
    answer_all(page)
    page.wait_for_timeout(500)
    monkeypatch.setattr(challenges, "VALID_SECONDS", 600)
    submit(page)

    expect(page.get_by_role("heading", name=SENT)).to_be_visible()
    assert len(ballots()) == 1


def test_a_full_day_is_said_at_the_first_touch_with_the_way_out(place, open_page):
    number = place(per_day=1)
    first, second = open_page(), open_page()
    first.goto(f"/q/{number}")
    answer_all(first)
    submit(first)
    expect(first.get_by_role("heading", name=SENT)).to_be_visible()

    second.goto(f"/q/{number}")
    second.locator("[data-ask] label").first.click()

    expect(second.get_by_role("heading", name="Hôm nay điểm này đã nhận đủ phiếu")).to_be_visible()
    expect(second.locator("#answers")).to_be_hidden()


def test_mistakes_are_shown_and_the_same_ballot_goes_on(place, open_page):
    page = open_page()
    page.goto(f"/q/{place()}")
    page.locator("[data-ask] label").first.click()
    submit(page)
    expect(page.get_by_role("heading", name="Chưa nộp được")).to_be_visible()

    answer_all(page)
    submit(page)

    expect(page.get_by_role("heading", name=SENT)).to_be_visible()


# --- kiosk ---------------------------------------------------------------------------------


@pytest.fixture
def kiosk(place, open_page):
    """A kiosk that was opened with its secret, its clock in the hands of the test."""
    number, secret = place(PlaceKind.KIOSK)
    page = open_page(viewport=DESK)
    page.clock.install()
    page.goto(f"/q/{number}#{secret}")
    expect(page.locator("#answers")).to_be_visible()
    return page


def checked(page: Page) -> int:
    return page.locator("#answers :checked").count()


def unsent(page: Page) -> int:
    return page.evaluate(
        """() => new Promise((done) => {
            const opening = indexedDB.open("cchc", 1);
            opening.onupgradeneeded = () => done(0);
            opening.onsuccess = () => {
                const asked = opening.result.transaction("unsent").objectStore("unsent").count();
                asked.onsuccess = () => done(asked.result);
            };
        })"""
    )


def test_a_kiosk_hides_its_secret_and_wipes_the_screen_after_each_ballot(kiosk):
    assert "#" not in kiosk.url
    entries = kiosk.evaluate("history.length")
    for n in (1, 2):
        answer_all(kiosk)
        submit(kiosk)
        expect(kiosk.get_by_role("heading", name=SENT)).to_be_visible()
        receipt = receipt_on(kiosk)
        kiosk.clock.run_for(3000)
        expect(kiosk.locator("#wipe-left")).to_have_text(re.compile("^[67]$"))
        kiosk.clock.run_for(8000)

        expect(kiosk.locator("#answers")).to_be_visible()
        assert receipt not in kiosk.content()
        assert checked(kiosk) == 0
        assert len(ballots()) == n
    assert unsent(kiosk) == 0
    assert kiosk.evaluate("history.length") == entries
    assert {one.channel for one in ballots()} == {Channel.KIOSK}


def test_the_count_down_of_a_kiosk_can_be_stopped_and_then_asks_after_a_pause(kiosk):
    answer_all(kiosk)
    submit(kiosk)
    kiosk.get_by_role("button", name="Giữ lại màn hình này").click()
    kiosk.clock.run_for(60_000)
    expect(kiosk.get_by_role("heading", name=SENT)).to_be_visible()

    kiosk.clock.run_for(31_000)
    expect(kiosk.get_by_role("dialog")).to_be_visible()
    kiosk.clock.run_for(31_000)

    expect(kiosk.get_by_role("heading", name=SENT)).to_be_hidden()
    expect(kiosk.locator("#answers")).to_be_visible()


def test_a_kiosk_left_alone_asks_and_wipes_and_whoever_is_there_goes_on(kiosk):
    kiosk.locator("[data-ask] label").first.click()
    kiosk.clock.run_for(91_000)
    expect(kiosk.get_by_role("dialog")).to_contain_text("Ông/Bà còn trả lời không?")
    kiosk.get_by_role("button", name="Tôi còn trả lời").click()
    expect(kiosk.get_by_role("dialog")).to_be_hidden()
    assert checked(kiosk) == 1

    kiosk.clock.run_for(91_000)
    expect(kiosk.get_by_role("dialog")).to_be_visible()
    kiosk.clock.run_for(31_000)

    expect(kiosk.get_by_role("dialog")).to_be_hidden()
    assert checked(kiosk) == 0
    kiosk.clock.run_for(300_000)  # an untouched form asks nobody anything
    expect(kiosk.get_by_role("dialog")).to_be_hidden()
    assert ballots() == []


def test_a_kiosk_without_a_network_takes_the_next_person_and_sends_later(kiosk):
    kiosk.route("**/*", lambda route: route.abort())
    for row in (1, 2):
        answer_all(kiosk, row=row)
        submit(kiosk)
        expect(kiosk.get_by_role("heading", name="Phiếu đã được giữ trên máy này")).to_be_visible()
        kiosk.get_by_role("button", name="Xong, xóa màn hình ngay").click()
        expect(kiosk.locator("#answers")).to_be_visible()
        assert checked(kiosk) == 0
    assert unsent(kiosk) == 2
    assert ballots() == []

    kiosk.locator("[data-ask] label").first.click()
    kiosk.unroute("**/*")
    kiosk.clock.run_for(16_000)

    expect(kiosk.locator("#state")).to_have_text("Phiếu chờ gửi đã nộp xong")
    assert checked(kiosk) == 1  # whoever is at the screen is not disturbed
    for _ in range(100):
        if unsent(kiosk) == 0:
            break
        kiosk.clock.run_for(16_000)
    assert unsent(kiosk) == 0
    assert len(ballots()) == 2


def test_a_photographed_kiosk_address_opens_nothing(place, open_page):
    number, secret = place(PlaceKind.KIOSK)
    page = open_page()
    page.goto(f"/q/{number}")
    expect(page.get_by_role("heading", name="Máy này chưa được mở khóa")).to_be_visible()
    expect(page.locator("#answers")).to_be_hidden()

    page.goto(f"/q/{number}#{secret[::-1]}")
    expect(page.locator("#said")).to_contain_text("Máy này chưa được mở khóa")
    expect(page.locator("#answers")).to_be_hidden()


def test_a_kiosk_goes_back_to_vietnamese_for_the_next_person(kiosk):
    kiosk.get_by_role("link", name="English").click()
    expect(kiosk.get_by_role("button", name="Submit").last).to_be_visible()
    answer_all(kiosk)
    submit(kiosk)
    expect(kiosk.locator(".receipt")).to_be_visible()

    kiosk.locator("#wipe-now").click()

    expect(kiosk.get_by_role("button", name="Nộp phiếu").last).to_be_visible()
    assert kiosk.url.split("/")[-1].isdigit()
    assert db.session.scalar(select(func.count()).select_from(Ballot)) == 1


# --- for everybody -------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_of_a_poster_is_accessible(place, open_page, scheme):
    number = place(per_day=1)
    page = open_page(color_scheme=scheme, bypass_csp=True)
    page.goto(f"/q/{number}")
    found = violations(page)
    page.locator("[data-ask] label").first.click()
    submit(page)
    page.get_by_role("heading", name="Chưa nộp được").wait_for()
    found += violations(page)
    answer_all(page)
    submit(page)
    page.locator(".receipt").wait_for()
    found += violations(page)
    page.goto(f"/q/{number}")
    page.locator("[data-ask] label").first.click()
    page.get_by_role("heading", name="Hôm nay điểm này đã nhận đủ phiếu").wait_for()
    found += violations(page)

    assert found == []


def test_every_state_of_a_kiosk_is_accessible(place, open_page):
    number, secret = place(PlaceKind.KIOSK)
    page = open_page(viewport=DESK, bypass_csp=True)
    page.goto(f"/q/{number}")
    found = violations(page)
    page.goto(f"/q/{number}?lang=vi#{secret}")
    page.locator("#answers").wait_for()
    page.evaluate("document.getElementById('idle').showModal()")
    found += violations(page)
    page.evaluate("document.getElementById('idle').close()")
    answer_all(page)
    submit(page)
    page.locator("#wipe").wait_for()
    found += violations(page)

    assert found == []
    sizes = page.locator("#wipe button").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 44


@pytest.mark.parametrize("width", [320, 768])
def test_nothing_of_a_poster_is_cut_off(place, open_page, width):
    page = open_page(viewport={"width": width, "height": 740})
    page.goto(f"/q/{place()}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    answer_all(page)
    submit(page)
    page.locator(".receipt").wait_for()

    assert page.evaluate("document.documentElement.scrollWidth") <= width
