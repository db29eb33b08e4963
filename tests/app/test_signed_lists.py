"""Signed lists of many lines: typed on one page, or in a workbook that goes out and comes back."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from survey_app.errors import SurveyError
from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import AuditEntry, SignedList
from survey_app.services import campaigns
from survey_app.services.ballots import submit_ballot
from survey_app.services.money_numbers import ENUMERATORS, Gap
from survey_app.services.money_reading import money_of
from survey_app.services.participation import add_people, mark_signed
from survey_app.services.participation_lists import people_list
from survey_app.services.signed_list_checks import Box, Typed
from survey_app.services.signed_list_sheets import import_lists, lists_workbook
from survey_app.services.signed_lists import enter_typed_lists
from tests.builders import CLERK, make_slips, token_in

WHY = "một người không đến nhận tiền"
DAY = f"{today():%d/%m/%Y}"


@pytest.fixture
def campaign(make_campaign):
    """Three ballots and two signed names in X01, one ballot in X02."""
    campaign = make_campaign()
    answer(campaign, 3)
    answer(campaign, 1, "X02")
    add_people(campaign.slug, "CX4", "X01", "Lê An\nTrần Bình\nVõ Chi", actor=CLERK)
    ids = [one.id for one in people_list(campaign, "CX4", "X01", CLERK).people]
    mark_signed(campaign.slug, "CX4", "X01", ids, ids[:2], actor=CLERK)
    return campaign


def answer(campaign, count, unit="X01"):
    for slip in make_slips(campaign, "CX4", unit, count):
        submit_ballot(campaign.short_code, "CX4", unit, slip.code, {"Q01": "5"}, address="a")


def typed(people, amount, why="", day=DAY):
    boxes = {Box.PEOPLE: people, Box.AMOUNT: amount, Box.DAY: day}
    return Typed(boxes | dict.fromkeys((Box.WHY_AMOUNT, Box.WHY_PEOPLE, Box.WHY_MARKS), why))


def enter(campaign, lists):
    return enter_typed_lists(campaign.slug, lists, actor=CLERK)


def lines(campaign):
    db.session.rollback()
    db.session.expire_all()
    found = money_of(campaigns.campaign_by_slug(campaign.slug)).lines
    return {line.key: line for line in found}


# --- many together -----------------------------------------------------------------------


def test_lists_of_many_lines_are_kept_together_and_blank_ones_left_alone(campaign):
    kept = enter(campaign, {
        ("X01", "CX4"): typed("2", "20.000", WHY),
        ("X02", "CX4"): typed("1", "10 000"),
        ("X03", "CX4"): typed("", " "),
        ("X02", ENUMERATORS): typed("2", "200.000 đ", "trả trước khi đơn vị đủ phiếu"),
    })  # fmt: skip

    found = lines(campaign)
    assert kept == 3
    assert found["X01", "CX4"].is_explained
    assert found["X02", "CX4"].paid_vnd == 10_000
    assert found["X03", "CX4"].paid is None
    assert found["X02", ENUMERATORS].paid.people == 2
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "money.list"))
    assert len(entries.all()) == 3


def test_one_wrong_box_keeps_every_list_out_and_all_wrong_boxes_are_told(campaign):
    with pytest.raises(SurveyError) as refused:
        enter(campaign, {
            ("X01", "CX4"): typed("900", "9.000.000", WHY),
            ("X02", "CX4"): typed("một", "10.000", day="31/2/2021"),
            ("X03", "CX4"): typed("1", ""),
            ("", "CX3"): typed("1", "10.000", "xxxxxx"),
        })  # fmt: skip

    wrong = refused.value.wrong
    assert {key: set(boxes) for key, boxes in wrong.items()} == {
        ("X01", "CX4"): {Box.PEOPLE},
        ("X02", "CX4"): {Box.PEOPLE, Box.DAY},
        ("X03", "CX4"): {Box.AMOUNT},
        ("", "CX3"): {Box.WHY_AMOUNT},
    }
    assert "X01 · CX4: 900 người ký nhưng" in refused.value.details[0]
    assert db.session.scalars(select(SignedList)).all() == []


def test_a_list_that_was_entered_is_not_wiped_by_an_empty_line(campaign):
    enter(campaign, {("X02", "CX4"): typed("1", "10.000")})

    with pytest.raises(SurveyError, match="không xóa được"):
        enter(campaign, {("X02", "CX4"): typed("", "")})


def test_saving_the_page_again_changes_nothing_and_confirms_no_old_explanation(campaign):
    one = {("X01", "CX4"): typed("2", "20.000", WHY)}
    enter(campaign, one)
    again = enter(campaign, one)
    answer(campaign, 1)
    blank = enter(campaign, {("X01", "CX4"): typed("2", "20.000")})

    assert (again, blank) == (0, 0)
    assert lines(campaign)["X01", "CX4"].open_gaps == (Gap.AMOUNT, Gap.PEOPLE)


# --- a page ------------------------------------------------------------------------------


def test_a_page_holds_every_line_and_says_each_mistake_under_its_box(campaign, staff):
    hoa = staff("coordinator")
    url = f"/campaigns/{campaign.slug}/money/units/X01/lists"
    page = hoa.get(url).get_data(as_text=True)
    token = token_in(page)

    def post(**fields):
        named = {name.replace("_", ":", 1) + ":CX4": value for name, value in fields.items()}
        return hoa.post(url, data={"csrf_token": token} | named)

    filled = hoa.post(url, data={"csrf_token": token, "act": "fill"}).get_data(as_text=True)
    day = today().isoformat()
    wrong = post(people_X01="900", amount_X01="9.000.000", on_X01=day)
    bare = post(people_X01="2", amount_X01="20.000", on_X01=day)
    told = hoa.post(url, data={
        "csrf_token": token, "people:X01:CX4": "2", "amount:X01:CX4": "20.000", "on:X01:CX4": day,
        "why_amount:X01:CX4": WHY, "why_people:X01:CX4": WHY,
    })  # fmt: skip
    after = hoa.get(f"{url}?open=1").get_data(as_text=True)

    assert page.count('name="people:') == 5  # four rules and the enumerators
    assert 'name="people:X01:CX4" type="text" value=""' in page
    assert 'name="amount:X01:CX4" type="text" value="20.000"' in filled
    assert wrong.status_code == 400
    assert 'id="people-X01-CX4-error"' in wrong.get_data(as_text=True)
    assert bare.get_data(as_text=True).count("Hãy giải thích bằng vài từ.") == 2
    assert told.status_code == 302
    assert "Đã ghi 1 bảng kê." in after
    assert "people:X01:CX4" not in after


def test_the_whole_campaign_comes_in_parts_of_units(make_campaign, staff):
    campaign = make_campaign(whole=True)
    hoa = staff("coordinator")
    url = f"/campaigns/{campaign.slug}/money/lists"

    first = hoa.get(url).get_data(as_text=True)
    second = hoa.get(f"{url}?part=2").get_data(as_text=True)

    assert "people::CX3" in first
    assert "people:P01:ĐTV" in first
    assert "people:X28:CX4" in second
    assert "people::CX3" not in second


# --- a workbook --------------------------------------------------------------------------


@pytest.fixture
def book(campaign):
    """The workbook of X01 and X02 as it goes out, its sheet, and a way to write into it."""

    class Filled:
        def __init__(self):
            self.book = load_workbook(io.BytesIO(lists_workbook(campaign.slug, actor=CLERK).data))
            self.sheet = self.book.active
            rows = list(self.sheet.iter_rows())
            head = next(row for row in rows if row[0].value == "Mã đơn vị")
            self.columns = {cell.value: cell.column for cell in head}
            self.rows = {(row[0].value or "", row[2].value): row[0].row for row in rows}

        def cell(self, key, heading):
            return self.sheet.cell(self.rows[key], self.columns[heading])

        def take(self):
            out = io.BytesIO()
            self.book.save(out)
            return import_lists(campaign.slug, out.getvalue(), "bang-ke.xlsx", actor=CLERK)

    return Filled()


PEOPLE, AMOUNT = "Số người ký", "Số tiền đã chi (đồng)"


def test_a_workbook_goes_out_with_those_marked_as_signed_and_comes_back(campaign, book):
    assert book.cell(("X01", "CX4"), PEOPLE).value == 2
    assert book.cell(("X01", "CX4"), AMOUNT).value == 20_000
    assert book.cell(("X02", "CX4"), PEOPLE).value is None
    for heading in ("Vì sao số tiền khác số phải trả", "Vì sao số người khác số phiếu"):
        book.cell(("X01", "CX4"), heading).value = WHY
    book.cell(("X02", "CX4"), PEOPLE).value = "1"
    book.cell(("X02", "CX4"), AMOUNT).value = "10.000"
    book.cell(("X02", "CX4"), "Ngày bảng kê").value = today()

    kept = book.take()

    found = lines(campaign)
    assert kept == 2
    assert found["X01", "CX4"].is_explained
    assert found["X02", "CX4"].paid.signed_on == today()


def test_every_mistake_of_a_workbook_is_told_by_its_cell(book):
    book.cell(("X01", "CX4"), PEOPLE).value = 900
    book.cell(("X02", "CX4"), AMOUNT).value = 2.5
    book.cell(("X02", ENUMERATORS), PEOPLE).value = 1
    book.cell(("X02", ENUMERATORS), AMOUNT).value = 200_000

    with pytest.raises(SurveyError) as refused:
        book.take()

    told = "\n".join(refused.value.details)
    for key, heading in (
        (("X01", "CX4"), PEOPLE),
        (("X02", "CX4"), PEOPLE),
        (("X02", "CX4"), AMOUNT),
        (("X02", ENUMERATORS), "Vì sao số tiền khác số phải trả"),
    ):
        assert f"ô {book.cell(key, heading).coordinate}: " in told
    assert refused.value.message == "Chưa ghi bảng kê nào: tệp có 4 chỗ phải sửa."


def test_a_workbook_of_another_campaign_or_with_strange_lines_is_refused(book):
    book.sheet.cell(book.rows["X02", "CX4"], 1).value = "X99"
    book.sheet.cell(book.rows["X03", "CX4"], 1).value = "X01"
    with pytest.raises(SurveyError) as strange:
        book.take()
    book.sheet["A2"].value = "Bảng kê ký nhận · mã đợt: thanh_xuan_2023"
    with pytest.raises(SurveyError, match="tệp của đợt “thanh_xuan_2023”"):
        book.take()
    book.sheet.delete_cols(book.columns[AMOUNT])
    with pytest.raises(SurveyError, match="thiếu cột Số tiền đã chi"):
        book.take()

    assert "“CX4” của đơn vị “X99”" in strange.value.details[0]
    assert "có hai lần" in strange.value.details[1]


def test_a_file_that_is_no_workbook_gets_one_clear_page(campaign, staff):
    hoa = staff("coordinator")
    url = f"/campaigns/{campaign.slug}/money/lists"
    token = token_in(hoa.get(url).get_data(as_text=True))

    def send(name, data):
        fields = {"csrf_token": token, "file": (io.BytesIO(data), name)}
        return hoa.post(f"{url}/import", data=fields, content_type="multipart/form-data")

    broken = send("a.xlsx", b"PK but not really")
    picture = send("a.png", b"x")
    out = hoa.post(f"{url}/workbook", data={"csrf_token": token})
    back = send("b.xlsx", out.data)

    assert broken.status_code == 400
    assert "Chưa ghi bảng kê nào" in broken.get_data(as_text=True)
    assert "Hãy chọn tệp .xlsx" in picture.get_data(as_text=True)
    assert back.status_code == 400  # X01 is prefilled with two of three
    assert "ký nhận 20.000" in back.get_data(as_text=True)


def test_lists_are_the_coordinators(campaign, staff):
    for role in ("enumerator", "analyst", "viewer"):
        assert staff(role).get(f"/campaigns/{campaign.slug}/money/lists").status_code == 403
