"""``cchc money`` and ``cchc recheck`` as a script sees them."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook

from survey_app.cli import cli
from survey_app.extensions import db
from survey_app.services import campaigns
from survey_app.services.participation import add_people
from tests.builders import CLERK

SLUG = "bo_trach_2020"


@pytest.fixture
def run(app, make_campaign):
    make_campaign()
    runner = app.test_cli_runner()

    def called(*words, exits=0):
        result = runner.invoke(cli, [str(word) for word in words])
        db.session.rollback()
        db.session.expire_all()
        assert result.exit_code == exits, f"{result.output}\n{result.exception!r}"
        return result.output

    return called


def test_cash_is_advanced_listed_and_settled(run, tmp_path):
    paid = run("money", "advance", SLUG, "x01", "790.000", "--receiver", "Trần Bình",
               "--on", "1/3/2021")  # fmt: skip
    listed = run("money", "list", SLUG)
    early = run("money", "settle", SLUG, "-o", tmp_path / "a.xlsx", exits=1)
    campaigns.close_campaign(SLUG, "hết hạn thu phiếu", actor=CLERK)
    run("money", "settle", SLUG, "--unit", "X01", "-o", tmp_path / "x01.xlsx")
    run("money", "settle", SLUG, "-o", tmp_path / "all.xlsx")

    assert "790.000" in paid
    assert "X01" in listed
    assert "tạm ứng 790.000" in listed
    assert "còn thu phiếu" in early
    assert {path.name for path in tmp_path.glob("*.xlsx")} == {"x01.xlsx", "all.xlsx"}


def test_lists_go_out_as_a_workbook_and_come_back(run, tmp_path):
    path = tmp_path / "lists.xlsx"
    run("money", "lists", SLUG, "--unit", "X01", "-o", path)
    book = load_workbook(path)
    sheet = book.active
    top = next(row[0].row for row in sheet.iter_rows() if row[0].value == "Mã đơn vị")
    heads = {cell.value: cell.column for cell in sheet[top]}
    row = next(r for r in range(top, sheet.max_row + 1) if sheet.cell(r, 3).value == "ĐTV")
    sheet.cell(row, heads["Số người ký"]).value = 1
    sheet.cell(row, heads["Số tiền đã chi (đồng)"]).value = "200.000"
    book.save(path)

    bare = run("money", "lists", SLUG, "--import", path, exits=1)
    sheet.cell(
        row, heads["Vì sao số tiền khác số phải trả"]
    ).value = "trả trước khi đơn vị đủ phiếu"
    book.save(path)
    taken = run("money", "lists", SLUG, "--import", path)
    again = run("money", "lists", SLUG, "--import", path)
    both = run("money", "lists", SLUG, exits=2)

    assert f"ô M{row}" in bare
    assert "Đã ghi 1 bảng kê." in taken
    assert "Đã ghi 0 bảng kê." in again
    assert "một trong hai" in both


def test_a_refused_advance_exits_with_1_and_says_why(run):
    said = run("money", "advance", SLUG, "X01", 0, "--receiver", "x", "--on", "1/3/2021", exits=1)

    assert "số tiền phải từ" in said
    assert "người nhận" in said


def test_a_recheck_is_drawn_entered_shown_and_repeated(run):
    add_people(SLUG, "CX4", "X01", "Lê An; ; 0912345678\nTrần Bình\nVõ Chi", actor=CLERK)

    drawn = run("recheck", "draw", SLUG, "--seed", "84310 27755 90126", "--share", 10)
    run("recheck", "enter", SLUG, 1, 1, "--state", "reached", "--asked", "no")
    shown = run("recheck", "show", SLUG, 1, "--again")
    beyond = run("recheck", "enter", SLUG, 1, 3, "--state", "refused", exits=1)

    assert "gọi 1 trong 3" in drawn
    assert "Thị trấn Hoàn Lão" in shown
    assert "dưới mức" in shown
    assert "Rút lại: đúng." in shown
    assert "không nằm trong danh sách" in beyond
    assert "Lê An" not in shown
