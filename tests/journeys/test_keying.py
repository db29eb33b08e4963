"""An enumerator with a pile of paper and one hand on the number keys, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from survey_app.extensions import db
from survey_app.models import Ballot, Campaign, Entry, Status
from survey_app.services.definitions import rule_form
from survey_app.services.entries import key_sheet, print_sheets
from survey_app.services.plans import rule_by_code
from tests.builders import CLERK, Staff, full_answers
from tests.journeys.conftest import PHONE

DESK = {"width": 1366, "height": 768}


@pytest.fixture
def sign_in(open_page: Callable[..., Page], staff: Staff) -> Callable[..., Page]:
    """Open an address and sign in by keyboard on the way to it."""

    def signed_in(path: str, email: str, **options: object) -> Page:
        page = open_page(**{"viewport": DESK, **options})
        page.goto(path, wait_until="networkidle")
        for field, typed in (("email", email), ("password", staff.password)):
            page.locator(f"[name={field}]").focus()
            page.keyboard.type(typed)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/campaigns/" in url and "login" not in url)
        page.wait_for_load_state("networkidle")
        return page

    return signed_in


def printed(campaign: Campaign, rule: str, unit: str | None, count: int) -> list[str]:
    return [p.serial for p in print_sheets(campaign.slug, rule, unit, count, actor=CLERK)]


def stored() -> list[Ballot]:
    db.session.rollback()
    return list(db.session.scalars(select(Ballot).order_by(Ballot.submission_key)))


def questions(campaign: Campaign, rule: str) -> list[str]:
    form = rule_form(campaign, rule_by_code(campaign, rule))
    return [question.code for question in form.questions if question.scale is not None]


def test_two_sheets_are_keyed_with_the_number_keys_alone(make_campaign, staff, sign_in):
    campaign = make_campaign()
    lan = staff.user("enumerator", keys=("X01",), slug=campaign.slug).email
    first, second = printed(campaign, "CX2", "X01", 2)
    codes = questions(campaign, "CX2")
    page = sign_in(f"/campaigns/{campaign.slug}/key", lan)

    expect(page.locator("#serial")).to_be_focused()
    page.keyboard.type(first)
    page.keyboard.press("Enter")
    expect(page.locator(".key-row.current")).to_be_visible()  # the page is listening
    page.keyboard.type("7")  # no such box: said, and nothing moves
    expect(page.locator("[data-says]")).to_contain_text("7")
    page.keyboard.type("44" + "-" + "1" + "." + "/")  # the second row is put right
    page.keyboard.type("9" * (len(codes) - 4))
    expect(page.locator("[data-count]")).to_have_text(str(len(codes)))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("tính vào chỉ tiêu")
    expect(page.locator("#serial")).to_be_focused()
    page.keyboard.type(f"https://ks.example.gov.vn/S/{second}")  # a hand scanner types the QR
    page.keyboard.press("Enter")
    expect(page.locator(".key-row.current")).to_be_visible()  # the page is listening
    page.keyboard.type("9" * len(codes))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text(f"{second[:4]}-{second[4:]}")

    answers = sorted("".join(b.answers[c] for c in codes) for b in stored())
    assert answers == sorted(["41./" + "9" * (len(codes) - 4), "9" * len(codes)])
    assert {ballot.status for ballot in stored()} == {Status.COUNTED}


def test_enter_finds_the_row_that_was_jumped_over_instead_of_saving(make_campaign, staff, sign_in):
    campaign = make_campaign()
    lan = staff.user("enumerator", keys=("X01",), slug=campaign.slug).email
    (serial,) = printed(campaign, "CX2", "X01", 1)
    codes = questions(campaign, "CX2")
    page = sign_in(f"/campaigns/{campaign.slug}/key/{serial}", lan)

    page.keyboard.press("ArrowDown")
    page.keyboard.type("9" * (len(codes) - 1))
    page.locator(".key-row").last.locator("input").first.focus()
    page.keyboard.press("Enter")

    expect(page.locator(".key-row.current .key-tag")).to_have_text(codes[0])
    assert stored() == []


def test_a_booklet_is_keyed_in_the_order_of_its_paper(make_campaign, staff, sign_in):
    campaign = make_campaign()
    lan = staff.user("enumerator", keys=("P01", "P02", "P03"), slug=campaign.slug).email
    (serial,) = printed(campaign, "CH1", None, 1)
    codes = questions(campaign, "CH1")
    page = sign_in(f"/campaigns/{campaign.slug}/key/{serial}", lan)

    page.keyboard.type(".0")  # the second unit was not worked with
    page.keyboard.press("Enter")
    page.keyboard.type("41" * len(codes))  # each question: P01, then P03
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("không làm việc")

    by_unit = {b.cell.unit.code: b for b in stored()}
    assert set(by_unit["P01"].answers.values()) == {"4"}
    assert set(by_unit["P03"].answers.values()) == {"1"}
    assert not by_unit["P02"].met
    assert {one.status for one in by_unit.values()} == {Status.COUNTED, Status.INVALID}


def test_a_sheet_keyed_before_shows_by_whom_and_asks_why(make_campaign, staff, sign_in):
    campaign = make_campaign()
    form = rule_form(campaign, rule_by_code(campaign, "CX2"))
    (serial,) = printed(campaign, "CX2", "X01", 1)
    hoa = staff.actor("coordinator", email="hoa@cchc.test")
    key_sheet(campaign.slug, serial, "X01", full_answers(form), actor=hoa)
    lan = staff.user("enumerator", keys=("X01",), slug=campaign.slug).email
    page = sign_in(f"/campaigns/{campaign.slug}/key/{serial}", lan)

    expect(page.locator("form.keying .notice")).to_contain_text("hoa@cchc.test")
    page.keyboard.type("1" * len(questions(campaign, "CX2")))
    page.keyboard.type("nhập nhầm dòng")  # the reason has the focus after the last row
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("tính vào chỉ tiêu")

    db.session.rollback()
    entries = db.session.scalars(select(Entry).order_by(Entry.revision)).all()
    assert [entry.reason for entry in entries] == [None, "nhập nhầm dòng"]
    assert sorted(ballot.status for ballot in stored()) == [Status.COUNTED, Status.EXCLUDED]


def test_the_qr_of_a_sheet_leads_through_the_login_to_its_page_on_a_phone_without_script(
    make_campaign, staff, sign_in
):
    campaign = make_campaign()
    lan = staff.user("enumerator", keys=("X01",), slug=campaign.slug).email
    (serial,) = printed(campaign, "CX2", "X01", 1)
    page = sign_in(f"/S/{serial}", lan, viewport=PHONE, java_script_enabled=False)

    for row in page.locator(".key-row").all():
        row.locator(".box").first.click()
    page.locator("form.keying button[type=submit]").click()
    expect(page.get_by_role("status").first).to_contain_text("tính vào chỉ tiêu")

    assert [ballot.status for ballot in stored()] == [Status.COUNTED]


def test_a_half_keyed_page_comes_back_with_every_key_and_the_list_of_what_is_missing(
    make_campaign, staff, sign_in
):
    campaign = make_campaign()
    lan = staff.user("enumerator", keys=("X01",), slug=campaign.slug).email
    (serial,) = printed(campaign, "CX2", "X01", 1)
    codes = questions(campaign, "CX2")
    page = sign_in(f"/campaigns/{campaign.slug}/key/{serial}", lan, java_script_enabled=False)

    page.locator(".key-row").first.locator(".box").nth(1).click()
    page.locator("form.keying button[type=submit]").click()

    expect(page.locator(".notice-bad li")).to_have_count(min(12, len(codes) - 1))
    expect(page.locator(".key-row").first.locator("input").nth(1)).to_be_checked()
    assert stored() == []


def test_the_progress_page_fits_a_phone_and_leads_to_the_cell(make_campaign, staff, sign_in):
    campaign = make_campaign()
    (serial,) = printed(campaign, "CX2", "X01", 1)
    form = rule_form(campaign, rule_by_code(campaign, "CX2"))
    key_sheet(campaign.slug, serial, "X01", full_answers(form), actor=CLERK)
    hoa = staff.user("coordinator").email
    page = sign_in(f"/campaigns/{campaign.slug}/field", hoa, viewport=PHONE)

    wide = page.evaluate("document.documentElement.scrollWidth")
    page.locator("a[href$='/field/CX2/X01']").first.click()
    page.locator(f"input[value='{serial}']").check()
    page.locator("form[action$='/exclude'] [name=reason]").fill("không đúng đối tượng")
    page.locator("form[action$='/exclude'] button").click()

    expect(page.get_by_role("status").first).to_contain_text("Đã loại phiếu")
    assert wide == PHONE["width"]
    assert [ballot.status for ballot in stored()] == [Status.EXCLUDED]
