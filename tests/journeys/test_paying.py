"""Substituting, paying and re-checking in a real browser, with and without script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from survey_app.extensions import db
from survey_app.models import Campaign
from survey_app.services import campaigns
from survey_app.services.ballots import submit_ballot
from survey_app.services.money_reading import money_of
from survey_app.services.participation import add_people
from survey_app.services.participation_lists import people_list
from survey_app.services.substitutions import mix_of
from tests.builders import CLERK, Staff, make_slips
from tests.journeys.conftest import DESK, PHONE

NAMES = """STT\tHọ và tên\tNơi ở\tĐiện thoại
1\tTrần Thị Bình\tThôn 2\t0912 345 678
2\tNguyễn Văn Ân\tThôn 1\t0912 345 679
3\tĐỗ Minh Anh\tThôn 3\t"""


@pytest.fixture
def sign_in(open_page: Callable[..., Page], staff: Staff) -> Callable[..., Page]:
    """``sign_in(email, path)`` is a person at a desk; ``viewport=PHONE`` with a phone."""

    def signed_in(email: str, path: str, **options: object) -> Page:
        page = open_page(**{"viewport": DESK, **options})
        page.goto("/login")
        page.get_by_label("Tên đăng nhập").fill(email)
        page.get_by_label("Mật khẩu").fill(staff.password)
        page.get_by_role("button", name="Đăng nhập").click()
        page.wait_for_url(lambda url: "login" not in url)
        page.goto(path)
        return page

    return signed_in


def ballots(campaign: Campaign, count: int) -> None:
    for slip in make_slips(campaign, "CX4", "X01", count):
        submit_ballot(campaign.short_code, "CX4", "X01", slip.code, {"Q01": "5"}, address="a")


@pytest.mark.parametrize("script", [True, False])
def test_people_are_listed_others_asked_for_and_the_request_decided(
    make_campaign, staff, sign_in, *, script
):
    campaign = make_campaign()
    home = f"/campaigns/{campaign.slug}/participants"
    lan_email = staff.user("enumerator", keys=("X01",), slug=campaign.slug).email
    hoa_email = staff.user("coordinator").email
    lan = sign_in(lan_email, home, viewport=PHONE, java_script_enabled=script)

    lan.get_by_role("link", name="0/30").click()
    lan.get_by_label("Người trả lời").fill(NAMES)
    lan.get_by_role("button", name="Thêm vào danh sách").click()
    expect(lan.get_by_text("Đã thêm 3 người vào danh sách.")).to_be_visible()
    lan.get_by_label("Nguyễn Văn Ân đã ký").check()
    lan.get_by_role("button", name="Lưu chữ ký").click()
    expect(lan.get_by_text("Đã lưu chữ ký của 1 người.")).to_be_visible()
    lan.get_by_text("Xin lấy bổ sung", exact=True).click()
    lan.get_by_label("Số chỗ xin lấy bổ sung").fill("12")
    lan.locator("#why-other").fill("cả xã chỉ có 18 doanh nghiệp")
    lan.get_by_role("button", name="Gửi đề nghị").click()
    expect(lan.get_by_text("điều phối sẽ quyết định")).to_be_visible()

    hoa = sign_in(hoa_email, home, java_script_enabled=script)
    hoa.get_by_role("button", name="Đề nghị lấy bổ sung (1)").click()
    hoa.get_by_label("Đồng ý", exact=True).check()
    hoa.get_by_role("button", name="Ghi quyết định").click()
    expect(hoa.get_by_text("Đã đồng ý đề nghị số 1.")).to_be_visible()
    row = hoa.get_by_role("row", name="Người dân (lấy bổ sung)")
    expect(row).to_contain_text("+12")

    db.session.rollback()
    assert [one.actual for one in mix_of(campaign, "CX4", "X01").kinds] == [18, 12]
    people = people_list(campaign, "CX4", "X01", CLERK).people
    assert [(p.name, p.signed) for p in people] == [
        ("Đỗ Minh Anh", False), ("Nguyễn Văn Ân", True), ("Trần Thị Bình", False),
    ]  # fmt: skip


@pytest.mark.parametrize("script", [True, False])
def test_cash_is_advanced_paid_by_a_signed_list_and_settled(
    make_campaign, staff, sign_in, tmp_path: Path, *, script
):
    campaign = make_campaign()
    slug = campaign.slug
    ballots(campaign, 3)
    add_people(slug, "CX4", "X01", "Lê An; Thôn 1\nTrần Bình; Thôn 2", actor=CLERK)
    hoa = sign_in(staff.user("coordinator").email, f"/campaigns/{slug}/money",
                  java_script_enabled=script)  # fmt: skip

    hoa.get_by_role("link", name="Thị trấn Hoàn Lão").click()
    money = hoa.get_by_label("Số tiền (đồng)")
    money.press_sequentially("3.000.000")
    hoa.get_by_label("Người nhận").fill("Trần Văn Bình")
    hoa.get_by_role("button", name="Ghi tạm ứng").click()
    expect(hoa.get_by_text("Vượt dự toán của đơn vị 2.210.000")).to_be_visible()
    expect(money).to_have_value("3.000.000")
    money.fill("790 000")
    hoa.get_by_role("button", name="Ghi tạm ứng").click()
    expect(hoa.get_by_text("Đã ghi tạm ứng 790.000")).to_be_visible()

    hoa.get_by_role("link", name="CX4").click()
    hoa.get_by_role("link", name="Mở danh sách").click()
    hoa.get_by_role("button", name="Tất cả đã ký").click()
    expect(hoa.get_by_text("Đã lưu chữ ký của 2 người.")).to_be_visible()
    hoa.goto(f"/campaigns/{slug}/money/units/X01/CX4")
    expect(hoa.get_by_label("Số người ký")).to_have_value("2")
    expect(hoa.get_by_label("Số tiền đã chi")).to_have_value("20.000")
    hoa.get_by_role("button", name="Ghi bảng kê").click()
    expect(hoa.get_by_text("hãy giải thích từng chênh lệch")).to_be_visible()
    hoa.get_by_label("Vì sao số tiền khác").fill("một người không đến nhận tiền")
    hoa.get_by_label("Vì sao số người khác").fill("một người không đến nhận tiền")
    hoa.get_by_role("button", name="Ghi bảng kê").click()
    expect(hoa.get_by_text("Đã ghi bảng kê của dòng CX4.")).to_be_visible()
    expect(hoa.get_by_text("một người không đến nhận tiền").first).to_be_visible()
    expect(hoa.get_by_role("button", name="Giấy thanh toán tạm ứng")).to_have_count(0)

    campaigns.close_campaign(slug, "hết hạn thu phiếu", actor=CLERK)
    hoa.goto(f"/campaigns/{slug}/money")
    expect(hoa.get_by_text("Còn 1 dòng chưa giải thích")).to_be_visible()
    hoa.get_by_role("link", name="trên một trang").click()
    hoa.get_by_label("Số người ký: ĐTV, Thị trấn Hoàn Lão").fill("2")
    hoa.get_by_label("Số tiền đã chi: ĐTV, Thị trấn Hoàn Lão").press_sequentially("200.000")
    hoa.get_by_role("button", name="Ghi các bảng kê").click()
    expect(hoa.get_by_text("Đã ghi 1 bảng kê.")).to_be_visible()
    hoa.goto(f"/campaigns/{slug}/money/units/X01")
    expect(hoa.get_by_text("Nộp lại, bằng chữ: Năm trăm bảy mươi nghìn đồng.")).to_be_visible()
    with hoa.expect_download() as taken:
        hoa.get_by_role("button", name="Giấy thanh toán tạm ứng").click()
    paper = tmp_path / taken.value.suggested_filename
    taken.value.save_as(paper)
    said = [str(c.value) for row in load_workbook(paper).active.iter_rows() for c in row]
    assert "III. Tạm ứng chi không hết, nộp lại: 570.000 đồng." in said
    hoa.goto(f"/campaigns/{slug}/money")
    expect(hoa.get_by_role("button", name="Tải quyết toán")).to_be_visible()
    db.session.rollback()
    assert money_of(campaign).by_unit["X01"].to_return_vnd == 570_000


@pytest.mark.parametrize("script", [True, False])
def test_people_are_drawn_called_one_after_another_and_the_council_is_told(
    make_campaign, staff, sign_in, *, script
):
    campaign = make_campaign()
    home = f"/campaigns/{campaign.slug}/rechecks"
    lan = staff.actor("enumerator", keys=("X01",), slug=campaign.slug)
    names = "\n".join(f"Người {chr(65 + n)}; Thôn 1; 09120000{n:02}" for n in range(20))
    add_people(campaign.slug, "CX4", "X01", names, enumerator_id=lan.user_id, actor=lan)
    phone = sign_in(staff.user("coordinator").email, home, viewport=PHONE,
                    java_script_enabled=script)  # fmt: skip

    phone.get_by_label("Số công khai để rút").fill("84310 27755 90126 33841")
    phone.get_by_role("button", name="Rút danh sách").click()
    expect(phone.get_by_text("Đã rút danh sách phúc tra lần 1.")).to_be_visible()
    phone.get_by_role("button", name="Gọi người kế tiếp").click()
    expect(phone.get_by_role("button", name="09120000")).to_be_visible()
    phone.get_by_label("Không gặp được").check()
    phone.get_by_role("button", name="Lưu, gọi người kế tiếp").click()
    for _ in range(2):  # the other one, and one of the reserve
        phone.get_by_label("Gặp được", exact=True).check()
        phone.get_by_role("group", name="1. Ông/Bà").get_by_label("Không", exact=True).check()
        phone.get_by_role("button", name="Lưu, gọi người kế tiếp").click()
    expect(phone.get_by_text("Không còn ai chờ gọi.")).to_be_visible()
    expect(phone.get_by_role("alert")).to_contain_text(
        "Báo hội đồng: 2 đơn vị, điều tra viên dưới mức tối thiểu 80%"
    )
    phone.get_by_role("button", name="Rút lại để kiểm tra").click()
    expect(phone.get_by_text("ra đúng những người này")).to_be_visible()

    viewer = sign_in(staff.user("viewer").email, f"{home}/1", java_script_enabled=script)
    expect(viewer.get_by_role("alert")).to_contain_text("Thị trấn Hoàn Lão")
    expect(viewer.locator("main")).not_to_contain_text("Người A")
