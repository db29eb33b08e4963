"""A sample is drawn in a real browser: the list is sent, mended, drawn from, called, forgotten."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Page, expect

from survey_app.config import Config
from tests.builders import Staff
from tests.conftest import migrate
from tests.journeys.conftest import DESK, PHONE

LISTS = "/campaigns/bo_trach_2020/rosters"
SEED = "48210573911264870335"
EACH = 40


@pytest.fixture
def config(tmp_path) -> Config:
    """One journey on one database: SQLite, as on an office's own machine."""
    config = Config(
        home=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'cchc.sqlite'}",
        base_url="https://ks.example.gov.vn",
        testing=True,
        secure_cookies=False,
    )
    migrate(config)
    return config


def one_stop_desk_files() -> bytes:
    """Files of three towns; the last one repeats the first in another spelling."""
    book = Workbook()
    sheet = book.active
    sheet.append(["HỒ SƠ ĐÃ GIẢI QUYẾT QUÝ III"])
    sheet.append(["TT", "Mã hồ sơ", "Họ và tên", "Xã, thị trấn", "Điện thoại"])
    towns = ("Hoan Lao", "TT Phong Nha", "Thị trấn Nông trường Việt Trung")
    for n in range(3 * EACH):
        sheet.append([n + 1, f"H{n}", f"Người Thứ Hoà {n}", towns[n % 3], f"09{n:08d}"])
    sheet.append([3 * EACH + 1, "H999", "NGƯỜI THỨ HÒA 0", towns[0], "+84 900 000 000"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_sample_is_drawn_called_verified_and_its_contacts_forgotten(
    open_page: Callable[..., Page], make_campaign, staff: Staff, *, script: bool
):
    make_campaign(per_unit={"CX4": 10})
    staff.user("coordinator", email="hoa@botrach.local")
    hoa = open_page(viewport=DESK, java_script_enabled=script)
    sign_in(hoa, "hoa@botrach.local", staff.password)

    the_list_is_sent(hoa)
    its_doubts_are_settled(hoa)
    expect(hoa.locator(".stats")).to_contain_text(str(3 * EACH))
    the_sample_is_drawn(hoa)
    a_batch_is_called(hoa)
    rows = the_list_is_downloaded(hoa)
    assert sum("chính" in row for row in rows) == 10
    assert sum("dự phòng 1" in row for row in rows) == 5
    contacts_are_deleted(hoa)
    the_draw_is_repeated(hoa)
    if script:
        the_pages_fit_a_phone(hoa)


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/login")
    page.get_by_label("Tên đăng nhập").fill(email)
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập").click()


def the_list_is_sent(hoa: Page) -> None:
    hoa.goto(LISTS)
    hoa.get_by_role("button", name="Nhập danh sách").click()
    hoa.get_by_label("Một hồ sơ đã giải quyết").check()
    hoa.get_by_label("Tên danh sách").fill("Hồ sơ một cửa quý III")
    hoa.get_by_label("Đối tượng điều tra").select_option(
        label="Doanh nghiệp, cơ sở sản xuất, người dân có liên quan đến giao dịch"
    )
    hoa.get_by_label("Tệp danh sách").set_input_files(
        {
            "name": "ho_so.xlsx",
            "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "buffer": one_stop_desk_files(),
        }
    )
    hoa.get_by_role("button", name="Đọc danh sách").click()


def its_doubts_are_settled(hoa: Page) -> None:
    expect(hoa.locator("main")).to_contain_text("“Hoan Lao” (41 dòng) chưa rõ là đơn vị nào")
    expect(hoa.get_by_role("button", name=re.compile("Lưu danh sách"))).to_have_count(0)
    hoa.get_by_label("Đơn vị của “Hoan Lao”").select_option("X01")
    hoa.get_by_role("button", name="Xem lại với các lựa chọn trên").click()
    expect(hoa.get_by_label("Bỏ dòng 123")).to_be_checked()
    hoa.get_by_role("button", name=f"Lưu danh sách {3 * EACH} dòng").click()
    expect(hoa.get_by_role("status")).to_contain_text("Đã lưu danh sách")


def the_sample_is_drawn(hoa: Page) -> None:
    hoa.get_by_role("button", name="Rút mẫu").click()
    digest = hoa.locator("code.hash").inner_text()
    hoa.get_by_label("Số công khai").fill("ngắn")
    hoa.get_by_role("button", name="Rút 30 người").click()
    expect(hoa.get_by_role("alert").first).to_contain_text("Số công khai dài từ 8")
    hoa.get_by_label("Số công khai").fill(SEED)
    hoa.get_by_role("button", name="Rút 30 người").click()
    expect(hoa.get_by_role("status")).to_contain_text("Đã rút mẫu, lần số 1.")
    expect(hoa.locator("main")).to_contain_text(digest)
    expect(hoa.locator("main")).to_contain_text(SEED)


def a_batch_is_called(hoa: Page) -> None:
    hoa.get_by_label("Gọi ở").select_option(label="Thị trấn Hoàn Lão (còn 6 người)")
    hoa.get_by_label("Lý do").fill("hai hộ đi vắng dài ngày")
    hoa.get_by_role("button", name="Gọi đợt kế tiếp (nhiều nhất 5 người)").click()
    expect(hoa.get_by_role("status")).to_contain_text("Đã gọi 5 người dự phòng.")
    expect(hoa.get_by_text("dự phòng, đợt 1")).to_have_count(5)


def the_list_is_downloaded(hoa: Page) -> list[list[object]]:
    with hoa.expect_download() as waiting:
        hoa.get_by_role("button", name="Tải danh sách ký nhận của phần này").click()
    book = load_workbook(io.BytesIO(waiting.value.path().read_bytes()))
    assert book.sheetnames == ["X01 Thị trấn Hoàn Lão"]
    return [list(row) for row in book.active.iter_rows(values_only=True)]


def contacts_are_deleted(hoa: Page) -> None:
    hoa.get_by_role("link", name="Hồ sơ một cửa quý III").click()
    hoa.get_by_text("Xóa số điện thoại, địa chỉ ngay").click()
    hoa.get_by_label("Lý do").first.fill("hết việc phải gọi điện")
    hoa.get_by_role("button", name=f"Xóa {3 * EACH} liên hệ").click()
    expect(hoa.locator("main")).to_contain_text("Số điện thoại và địa chỉ đã xóa ngày")


def the_draw_is_repeated(hoa: Page) -> None:
    hoa.get_by_role("link", name="Lần 1").click()
    hoa.get_by_role("button", name="Rút lại để kiểm tra").click()
    expect(hoa.locator(".notice-good")).to_contain_text("đúng mẫu này, không khác một người")


def the_pages_fit_a_phone(hoa: Page) -> None:
    hoa.set_viewport_size(PHONE)
    draw = hoa.url.split("?", maxsplit=1)[0]
    for address in (LISTS, f"{LISTS}/new", draw, draw.partition("/draws")[0] + "/draw"):
        hoa.goto(address)
        width = hoa.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], address
