"""A respondent's way in a real browser on a small phone, with the script and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from survey_app.extensions import db
from survey_app.models import Ballot
from survey_app.security import grouped
from tests.builders import cell, make_slips

DEPARTMENTS = tuple(f"P{number:02d}" for number in range(1, 14))


def answer_all(page: Page, row: int = 0) -> None:
    """Tap the same row of every question that has to be answered."""
    page.locator("[data-ask]").first.wait_for()
    for question in page.locator("[data-ask]").all():
        question.locator("label").nth(row).click()


def stored() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Ballot))


def receipt_on(page: Page) -> str:
    return re.search(r"\b\d{5}-\d{5}\b", page.locator("main").inner_text())[0]


def test_scanning_opens_the_form_and_the_code_leaves_the_address(make_campaign, open_page):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]
    page = open_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"/p/BT20/CX4/X01#{grouped(slip.code)}")

    expect(page.locator("#answers")).to_be_visible()
    expect(page.locator("#start")).to_be_hidden()
    assert "#" not in page.url
    assert not any(slip.code[:4] in url.split("#")[0] for url in asked)
    assert not page.context.cookies()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0

    expect(page.locator("#count")).to_have_text(re.compile(r"^Còn \d+ câu$"))
    answer_all(page)
    expect(page.locator("#left")).to_contain_text("Đã trả lời đủ")
    page.get_by_role("button", name="Nộp phiếu").click()

    expect(page.get_by_role("heading", name="Đã nộp phiếu")).to_be_visible()
    assert receipt_on(page)
    db.session.rollback()
    assert cell(campaign, "CX4", "X01").accepted == 1


def test_a_reload_finds_the_code_again_and_a_refreshed_receipt_is_the_same(
    make_campaign, open_page
):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]
    page = open_page()
    page.goto(f"/p/BT20/CX4/X01#{slip.code}")
    expect(page.locator("#answers")).to_be_visible()

    page.reload()
    expect(page.locator("#answers")).to_be_visible()
    answer_all(page)
    page.get_by_role("button", name="Nộp phiếu").click()
    expect(page.get_by_role("heading", name="Đã nộp phiếu")).to_be_visible()
    first = receipt_on(page)
    page.reload()

    assert receipt_on(page) == first
    assert stored() == 1


def test_two_quick_taps_send_one_ballot(make_campaign, open_page):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]
    page = open_page()
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto(f"/p/BT20/CX4/X01#{slip.code}")
    answer_all(page)

    page.get_by_role("button", name="Nộp phiếu").dblclick()

    expect(page.get_by_role("heading", name="Đã nộp phiếu")).to_be_visible()
    assert sent.count("POST") == 2  # what the code opens, and the ballot once
    assert stored() == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_a_code_is_typed_and_a_missing_digit_is_said(make_campaign, open_page, scripts):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]
    page = open_page(java_script_enabled=scripts)
    page.goto("/p/BT20/CX4/X01")

    page.get_by_label("Mã phiếu").fill(slip.code[:-1])
    page.get_by_role("button", name="Bắt đầu").click()
    expect(page.get_by_role("heading", name="Mã phiếu chưa đúng")).to_be_visible()
    page.get_by_label("Mã phiếu").fill(grouped(slip.code).replace("-", " "))
    page.get_by_role("button", name="Bắt đầu").click()
    answer_all(page)
    page.get_by_role("button", name="Nộp phiếu").click()

    expect(page.get_by_role("heading", name="Đã nộp phiếu")).to_be_visible()
    assert stored() == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_a_forgotten_question_is_one_tap_away_and_nothing_is_lost(
    make_campaign, open_page, scripts
):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]
    page = open_page(java_script_enabled=scripts)
    page.goto("/p/BT20/CX4/X01")
    page.get_by_label("Mã phiếu").fill(slip.code)
    page.get_by_role("button", name="Bắt đầu").click()
    page.locator("[data-ask]").first.wait_for()
    for question in page.locator("[data-ask]").all()[1:]:
        question.locator("label").nth(1).click()
    page.get_by_role("button", name="Nộp phiếu").click()

    expect(page).to_have_title(re.compile("^Lỗi:"))
    chosen = page.locator("input:checked").count()
    page.get_by_role("link", name="Câu 1", exact=True).click()
    expect(page.locator("#Q01-0")).to_be_focused()
    page.keyboard.press("Space")
    assert page.locator("input:checked").count() == chosen + 1
    page.get_by_role("button", name="Nộp phiếu").click()

    expect(page.get_by_role("heading", name="Đã nộp phiếu")).to_be_visible()


def test_thirteen_units_are_answered_on_two_devices_with_one_code(make_campaign, open_page):
    campaign = make_campaign(units=(*DEPARTMENTS, "X01", "X02"))
    slip = make_slips(campaign, "CH3")[0]
    first = open_page()
    first.goto(f"/p/BT20/CH3#{slip.code}")
    expect(first.get_by_role("heading", name="Còn 13 trên 13 đơn vị")).to_be_visible()
    for left in range(12, 7, -1):
        first.locator(".unit").first.click()
        answer_all(first)
        first.get_by_role("button", name="Nộp phiếu").click()
        expect(first.get_by_role("heading", name=f"Còn {left} trên 13 đơn vị")).to_be_visible()

    second = open_page(java_script_enabled=False)
    second.goto("/p/BT20/CH3")
    second.get_by_label("Mã phiếu").fill(slip.code)
    second.get_by_role("button", name="Bắt đầu").click()
    expect(second.get_by_role("heading", name="Còn 8 trên 13 đơn vị")).to_be_visible()
    second.get_by_role("button", name=re.compile("^Năm qua không làm việc")).first.click()
    expect(second.get_by_role("heading", name="Còn 7 trên 13 đơn vị")).to_be_visible()
    second.locator(".unit").first.click()
    second.get_by_role("button", name="Năm qua tôi không làm việc với đơn vị này").click()
    for left in range(6, 0, -1):
        expect(second.get_by_role("heading", name=f"Còn {left} trên 13 đơn vị")).to_be_visible()
        second.locator(".unit").first.click()
        answer_all(second, row=1)
        second.get_by_role("button", name="Nộp phiếu").click()

    expect(second.get_by_role("heading", name="Đã nộp phiếu")).to_be_visible()
    first.goto(f"/p/BT20/CH3#{slip.code}")
    expect(first.get_by_role("heading", name="đã được trả lời")).to_be_visible()
    assert receipt_on(first) == receipt_on(second)
    assert stored() == 13
    places = [cell(campaign, "CH3", unit).accepted for unit in DEPARTMENTS]
    assert sorted(places) == [0, 0, *[1] * 11]


TELEX = """
addEventListener("input", (event) => {
  const box = event.target, rules = [
    [/aa/g, "â"], [/aw/g, "ă"], [/ee/g, "ê"], [/oo/g, "ô"], [/dd/g, "đ"], [/ow/g, "ơ"],
    [/uw|w/g, "ư"], [/as/g, "á"], [/af/g, "à"], [/ar/g, "ả"], [/ax/g, "ã"], [/aj/g, "ạ"],
    [/es/g, "é"], [/os/g, "ó"], [/is/g, "í"], [/us/g, "ú"],
  ];
  if ("value" in box) for (const [keys, sign] of rules) box.value = box.value.replace(keys, sign);
}, true);
"""


def test_a_keyboard_with_telex_rules_changes_no_code(make_campaign, open_page):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]
    page = open_page()
    page.add_init_script(TELEX)
    page.goto("/p/BT20/CX4/X01")
    box = page.get_by_label("Mã phiếu")
    box.press_sequentially("tieengs Vieetj")
    assert box.input_value() != "tieengs Vieetj"  # the keyboard does change letters
    box.clear()

    box.press_sequentially(grouped(slip.code))

    assert box.input_value() == grouped(slip.code)
    assert box.get_attribute("inputmode") == "numeric"
    page.get_by_role("button", name="Bắt đầu").click()
    expect(page.locator("#answers")).to_be_visible()


def test_a_network_that_fails_is_said_and_the_code_stays(make_campaign, open_page):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]
    page = open_page()
    page.goto("/p/BT20/CX4/X01")
    page.route("**/p/state", lambda route: route.abort())

    page.get_by_label("Mã phiếu").fill(slip.code)
    page.get_by_role("button", name="Bắt đầu").click()

    expect(page.get_by_role("status")).to_contain_text("Chưa kết nối được máy chủ")
    assert page.get_by_label("Mã phiếu").input_value() == slip.code
    page.unroute("**/p/state")
    page.get_by_role("button", name="Bắt đầu").click()
    expect(page.locator("#answers")).to_be_visible()


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_rows_are_wide_enough_for_a_thumb_and_nothing_is_cut_off(make_campaign, open_page, width):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]
    page = open_page(viewport={"width": width, "height": 740})

    page.goto(f"/p/BT20/CX4/X01#{slip.code}")
    expect(page.locator("#answers")).to_be_visible()

    sizes = page.locator("fieldset label, #answers button").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "18px"
