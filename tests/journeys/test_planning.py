"""A plan is pasted, amended and weighed in a real browser, with and without script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from survey_app.extensions import db
from survey_app.services import campaigns
from survey_app.services.definitions import definition_of
from survey_app.services.plans import plan_of
from tests.builders import CLERK, Staff, cell, small_definition
from tests.journeys.conftest import DESK


@pytest.fixture
def hoa(open_page: Callable[..., Page], staff: Staff) -> Callable[..., Page]:
    """``hoa(path)`` is the coordinator at her desk, signed in."""
    user = staff.user("coordinator")
    email = user.email

    def opened(path: str, **options: object) -> Page:
        page = open_page(viewport=DESK, **options)
        page.goto("/login")
        page.get_by_label("Tên đăng nhập").fill(email)
        page.get_by_label("Mật khẩu").fill(staff.password)
        page.get_by_role("button", name="Đăng nhập").click()
        page.goto(path)
        return page

    return opened


def table(campaign, heads, numbers):
    group = {g.code: g.label.vi for g in definition_of(campaign).groups}["commune_clients"]
    rows = [
        ["Đối tượng", *heads, "Tổng cộng"],
        [group, *map(str, numbers), str(sum(numbers))],
        ["Tổng cộng", *map(str, numbers), str(sum(numbers))],
    ]
    return "\n".join("\t".join(row) for row in rows)


@pytest.mark.parametrize("script", [True, False])
def test_the_table_of_a_decision_is_pasted_corrected_confirmed_and_approved(
    make_campaign, hoa, *, script
):
    campaign = make_campaign()
    slug = campaign.slug
    page = hoa(f"/campaigns/{slug}/plan", java_script_enabled=script)
    page.get_by_role("button", name="Nhận bảng phân bổ").click()

    heads = ["Thị trấn Hoàn Lão", "TT. Phong Nha", "Viet Trung"]
    box = page.get_by_label("Bảng hoặc các dòng của quyết định")
    box.fill(table(campaign, heads, [25, 20, 15]))
    page.get_by_role("button", name="Đọc bảng").click()
    expect(page.get_by_text("2 trên 3 tên nhận ra chắc chắn")).to_be_visible()
    page.get_by_label("Đơn vị của “Viet Trung”").select_option("X03")
    page.get_by_role("button", name="Xem lại với các lựa chọn trên").click()
    expect(page.get_by_text("Bảng cộng khớp")).to_be_visible()
    page.get_by_label("Lý do").fill("theo văn bản chấn chỉnh số 12")
    page.get_by_role("button", name="Nhận kế hoạch này").click()

    newest = page.locator("#version-2")
    expect(newest.get_by_text("chờ quyết định")).to_be_visible()
    newest.get_by_text("Ghi quyết định phê duyệt").click()
    newest.get_by_label("Số, ký hiệu quyết định").fill("12/QĐ-UBND")
    newest.get_by_role("button", name="Phê duyệt").click()

    expect(page.get_by_text("bản kế hoạch số 2 có hiệu lực")).to_be_visible()
    db.session.rollback()
    assert plan_of(campaign).decision == "12/QĐ-UBND"
    targets = [cell(campaign, "CX4", unit).target for unit in ("X01", "X02", "X03")]
    assert targets == [25, 20, 15]


def test_a_table_that_is_off_by_one_stays_in_the_box_with_its_mistake(make_campaign, hoa):
    campaign = make_campaign()
    page = hoa(f"/campaigns/{campaign.slug}/plan/table")
    wrong = table(campaign, ["X01", "X02", "X03"], [25, 20, 15]).replace("60", "61")

    box = page.get_by_label("Bảng hoặc các dòng của quyết định")
    box.fill(wrong)
    page.get_by_role("button", name="Đọc bảng").click()

    expect(page.get_by_text("ghi tổng 61 phiếu nhưng cộng lại được 60 phiếu").first).to_be_visible()
    expect(box).to_have_value(wrong)
    assert page.get_by_role("button", name="Nhận kế hoạch này").count() == 0


def test_a_line_is_weighed_as_it_is_typed_filled_in_and_kept(app, hoa):
    slug = campaigns.load_campaign(small_definition(), actor=CLERK)
    campaign = campaigns.campaign_by_slug(slug)
    page = hoa(f"/campaigns/{slug}/plan/rules/CX4")
    expect(page.get_by_text("±0,32").first).to_be_visible()

    page.get_by_label("Số phiếu về Thị trấn Phong Nha").fill("40")
    page.get_by_label("Số phiếu về Thị trấn Phong Nha").blur()
    expect(page.get_by_text("±0,28").first).to_be_visible()
    for unit, people in (("X01", "100"), ("X02", "200"), ("X03", "300")):
        page.locator(f"#of-{unit}").fill(people)
        page.locator(f"#of-{unit}").blur()
    page.get_by_label("Cách phân bổ").select_option("proportional")
    page.get_by_label("Số phiếu hoặc số tiền").fill("60")
    page.get_by_role("button", name="Điền số phiếu").click()
    expect(page.get_by_text("Phân bổ tỷ lệ: 60 phiếu")).to_be_visible()
    expect(page.get_by_label("Số phiếu về Thị trấn Phong Nha")).to_have_value("20")
    page.get_by_label("Lý do sửa").fill("theo số giao dịch năm trước")
    page.get_by_role("button", name="Lưu bản này").click()

    expect(page.get_by_role("heading", name="Các bản kế hoạch")).to_be_visible()
    db.session.rollback()
    assert [cell(campaign, "CX4", unit).target for unit in ("X01", "X02", "X03")] == [10, 20, 30]
