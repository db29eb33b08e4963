"""Papers of a campaign in a real browser: what a coordinator downloads is what it says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Page, expect

from survey_app.services.entries import print_sheets
from survey_app.services.participation import add_people
from tests.builders import CLERK, Staff, make_slips
from tests.journeys.conftest import DESK

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"


@pytest.fixture
def hoa(open_page: Callable[..., Page], staff: Staff, make_campaign, *, script: bool) -> Page:
    """A coordinator on the papers of a campaign whose forms are printed and people listed."""
    campaign = make_campaign()
    staff.user("enumerator", keys=("X01",), slug=campaign.slug)
    make_slips(campaign, "CX4", "X01", 3)
    print_sheets(campaign.slug, "CX2", "X01", 2, actor=CLERK)
    add_people(campaign.slug, "CX4", "X01", "Lê An; Thôn 1\nTrần Bình; Thôn 2", actor=CLERK)
    page = open_page(viewport=DESK, java_script_enabled=script)
    page.goto("/login")
    page.get_by_label("Tên đăng nhập").fill(staff.user("coordinator").email)
    page.get_by_label("Mật khẩu").fill(staff.password)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(f"/campaigns/{campaign.slug}/plan")
    page.get_by_role("link", name="Mọi văn bản").click()
    return page


def taken(page: Page, press: str, folder: Path) -> Path:
    """Press what downloads a file, and keep it."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=press, exact=True).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def lines_of(path: Path) -> list[str]:
    """Every paragraph of a Word file in its order, those in tables too."""
    body = Document(str(path)).element.body
    texts = ("".join(t.text or "" for t in p.iter("{*}t")) for p in body.iter("{*}p"))
    return [text for text in texts if text]


def words_of(book: Workbook) -> list[str]:
    return [
        str(cell)
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    ]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_coordinator_takes_the_plan_its_annex_lists_and_a_handover_record(
    hoa: Page, tmp_path: Path, *, script: bool
):
    expect(hoa.get_by_role("heading", level=1)).to_have_text("Văn bản")
    expect(hoa.locator(".tabs [aria-current]")).to_have_text("Kế hoạch")

    plan = lines_of(taken(hoa, "Kế hoạch (Word)", tmp_path))
    assert {NATION, "Độc lập - Tự do - Hạnh phúc", "KẾ HOẠCH", "Nơi nhận:", "Phụ lục I"} <= {*plan}
    assert any("(bằng chữ: " in line for line in plan)
    assert "Các cơ quan, đơn vị có tên trong Kế hoạch này tổ chức thực hiện./." in plan

    annex = load_workbook(taken(hoa, "Phụ lục (Excel)", tmp_path), data_only=True)
    assert {"Phụ lục I", "Thị trấn Hoàn Lão", "Tổng cộng (phiếu)"} <= {*words_of(annex)}

    keyers = lines_of(taken(hoa, "Danh sách (Word)", tmp_path))
    assert {NATION, "DANH SÁCH ĐIỀU TRA VIÊN", "Ký tên"} <= {*keyers}

    hoa.get_by_label("Đơn vị").select_option("X01")
    record = lines_of(taken(hoa, "Biên bản (Word)", tmp_path))
    assert "Bàn giao phiếu điều tra về Thị trấn Hoàn Lão" in record
    assert {"Bảng kê 2 phiếu giấy dòng CX2", "BÊN GIAO", "BÊN NHẬN LẠI"} <= {*record}
    assert not any("Thị trấn Phong Nha" in line for line in record)

    hoa.get_by_role("link", name="Danh sách người trả lời ký nhận thù lao").click()
    hoa.get_by_role("link", name="2/30").click()
    signed = words_of(load_workbook(taken(hoa, "Tải danh sách ký nhận", tmp_path), data_only=True))
    assert {NATION, "DANH SÁCH NGƯỜI TRẢ LỜI PHIẾU KÝ NHẬN THÙ LAO", "Lê An", "Ký nhận"} <= {
        *signed
    }
    assert "Bằng chữ: Hai mươi nghìn đồng." in signed
