"""A delegate answers question by question on a phone, stops, goes on elsewhere, changes ways."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from survey_app.extensions import db
from survey_app.models import Ballot
from survey_app.services.definitions import rule_form
from tests.builders import cell, make_slips

DEPARTMENTS = tuple(f"P{number:02d}" for number in range(1, 14))


@pytest.fixture
def campaign(make_campaign):
    return make_campaign(units=(*DEPARTMENTS, "X01", "X02"))


def enter(page: Page, code: str) -> None:
    page.goto("/p/BT20/CH3")
    page.get_by_label("Mã phiếu").fill(code)
    page.get_by_role("button", name="Bắt đầu").click()
    expect(page.get_by_role("button", name="Trả lời theo từng câu hỏi")).to_be_visible()


def by_question(page: Page) -> None:
    page.get_by_role("button", name="Trả lời theo từng câu hỏi").click()


def tick(page: Page, row: int, units: slice = slice(None)) -> None:
    for unit in page.locator("[data-ask]").all()[units]:
        unit.locator("label").nth(row).click()


def stored() -> list[Ballot]:
    db.session.rollback()
    return list(db.session.scalars(select(Ballot)))


def begin_on(page: Page, code: str, total: int, *, scripts: bool) -> None:
    """The profile, two questions about all units, and five units of the third; then no power."""
    enter(page, code)
    expect(page.locator("main")).to_contain_text("Còn khoảng 21 phút")
    by_question(page)
    expect(page.get_by_role("heading", name="Về Ông/Bà")).to_be_visible()
    page.locator("fieldset").first.locator("label").first.click()
    page.get_by_role("button", name="Tiếp").click()
    for number in (1, 2):
        expect(page.get_by_text(f"Câu {number} trên {total}")).to_be_visible()
        tick(page, 1)
        page.get_by_role("button", name="Tiếp").click()
    expect(page.get_by_text(f"Câu 3 trên {total}")).to_be_visible()
    tick(page, 2, slice(5))
    if scripts:
        expect(page.locator("#count")).to_have_text("Còn 8 đơn vị ở câu này")
        expect(page.locator("#state")).to_have_text("Đã lưu")
    else:
        page.get_by_role("button", name="Lưu lại, về danh sách đơn vị").click()
        expect(page.get_by_role("heading", name="Còn 13 trên 13 đơn vị")).to_be_visible()
    page.context.close()


def one_unit_on_its_own_form(page: Page) -> None:
    page.get_by_role("button", name=re.compile("đã trả lời 3 trên")).first.click()
    page.locator("[data-ask]").first.wait_for()
    for question in page.locator("[data-ask]").all()[3:]:
        question.locator("label").first.click()
    page.get_by_role("button", name="Nộp phiếu").click()
    expect(page.get_by_role("heading", name="Còn 12 trên 13 đơn vị")).to_be_visible()


def third_question_with_a_unit_not_met_and_one_forgotten(page: Page, total: int) -> None:
    expect(page.get_by_text(f"Câu 3 trên {total}")).to_be_visible()
    expect(page.locator("input:checked")).to_have_count(4)
    page.get_by_role("button", name=re.compile("^Năm qua không làm việc")).last.click()
    expect(page.get_by_text("Đã ghi nhận: năm qua")).to_be_visible()
    expect(page.locator("[data-ask]")).to_have_count(11)
    tick(page, 2, slice(4, 10))
    page.get_by_role("button", name="Tiếp").click()
    expect(page).to_have_title(re.compile("^Lỗi:"))
    page.locator("#said a").click()
    expect(page.locator("[data-ask]").last.locator("input").first).to_be_focused()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Tiếp").click()


def back_and_on_again(page: Page, number: int, total: int) -> None:
    page.get_by_role("button", name="Quay lại câu trước").click()
    expect(page.get_by_text(f"Câu {number - 1} trên {total}")).to_be_visible()
    expect(page.locator("input:checked")).to_have_count(11)
    page.get_by_role("button", name="Tiếp").click()
    expect(page.get_by_text(f"Câu {number} trên {total}")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_thirteen_units_question_by_question_on_two_devices_and_both_ways(
    campaign, open_page, scripts
):
    slip = make_slips(campaign, "CH3")[0]
    form = rule_form(campaign, slip.rule)
    total = sum(question.required for question in form.unit_questions)
    begin_on(open_page(java_script_enabled=scripts), slip.code, total, scripts=scripts)

    page = open_page(java_script_enabled=scripts)
    enter(page, slip.code)
    one_unit_on_its_own_form(page)
    by_question(page)
    third_question_with_a_unit_not_met_and_one_forgotten(page, total)
    for number in range(4, total + 1):
        expect(page.get_by_text(f"Câu {number} trên {total}")).to_be_visible()
        if number == 5:
            back_and_on_again(page, number, total)
        assert len(stored()) == 2
        tick(page, 0)
        page.get_by_role("button", name="Nộp phiếu" if number == total else "Tiếp").click()

    expect(page.get_by_role("heading", name="Đã nộp phiếu")).to_be_visible()
    ballots = stored()
    assert len(ballots) == 13
    profile = {question.code for question in form.profile_questions}
    assert sum(bool(profile & ballot.answers.keys()) for ballot in ballots) == 1
    assert sum(len(ballot.answers) >= total for ballot in ballots) == 12
    assert sum(cell(campaign, "CH3", unit).accepted for unit in DEPARTMENTS) == 12


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_a_page_of_units_fits_the_screen_and_the_thumb(campaign, open_page, width):
    slip = make_slips(campaign, "CH3")[0]
    page = open_page(viewport={"width": width, "height": 740})
    enter(page, slip.code)
    by_question(page)
    page.get_by_role("button", name="Tiếp").click()
    expect(page.locator("[data-ask]")).to_have_count(13)

    sizes = page.locator("fieldset label, #answers button:not(.unseen)").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_enter_goes_on_and_never_means_i_did_not_meet_them(campaign, open_page):
    slip = make_slips(campaign, "CH3")[0]
    page = open_page()
    enter(page, slip.code)
    by_question(page)
    page.get_by_role("button", name="Tiếp").click()
    expect(page.locator("[data-ask]")).to_have_count(13)

    page.locator("[data-ask] input").first.focus()
    page.keyboard.press("Enter")

    expect(page).to_have_title(re.compile("^Lỗi:"))
    assert stored() == []


def test_without_a_network_a_page_waits_and_goes_on_by_itself(campaign, open_page):
    slip = make_slips(campaign, "CH3")[0]
    page = open_page()
    enter(page, slip.code)
    by_question(page)
    page.get_by_role("button", name="Tiếp").click()
    expect(page.locator("[data-ask]")).to_have_count(13)
    page.route("**/p/by-question**", lambda route: route.abort())
    tick(page, 1)
    expect(page.locator("#state")).to_have_text("Đang chờ mạng — đừng đóng trang")
    page.get_by_role("button", name="Tiếp").click()
    expect(page.locator("#state")).to_have_text("Đang chờ mạng — đừng đóng trang")

    page.unroute("**/p/by-question**")
    page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.get_by_text("Câu 2 trên")).to_be_visible()
    page.get_by_role("button", name="Quay lại câu trước").click()
    expect(page.locator("input:checked")).to_have_count(13)
