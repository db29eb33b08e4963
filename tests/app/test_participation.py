"""Lists of those who answered: pasted, sorted, signed, and joined with no ballot."""

from __future__ import annotations

import io
import re
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from sqlalchemy import inspect, select

from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.models import AuditEntry, Ballot, Participation, Slip
from survey_app.services import campaigns
from survey_app.services.field_lists import respondents_file
from survey_app.services.participation import add_people, mark_signed, remove_people
from survey_app.services.participation_lists import people_list, people_lists
from survey_app.services.people_reading import read_people
from survey_app.services.rechecks import draw_calls, forget_phones, phones_kept
from tests.builders import CLERK, small_definition, token_in

THREE = "Trần Thị Bình; Thôn 2; 0912 345 678\nNguyễn Văn Ân; Thôn 1\nĐỗ Minh Anh; Thôn 3"


@pytest.fixture
def campaign(make_campaign):
    return make_campaign()


def listed(campaign, rule="CX4", unit="X01", actor=CLERK):
    db.session.expire_all()
    return people_list(campaign, rule, unit, actor).people


def add(campaign, text, rule="CX4", unit="X01", **options):
    return add_people(campaign.slug, rule, unit, text, actor=CLERK, **options)


def ids(campaign, *lines):
    return {person.id for person in listed(campaign) if person.line in lines}


def sign(campaign, shown, signed):
    shown, signed = ids(campaign, *shown), ids(campaign, *signed)
    return mark_signed(campaign.slug, "CX4", "X01", shown, signed, actor=CLERK)


def remove(campaign, *lines):
    gone = ids(campaign, *lines)
    return remove_people(campaign.slug, "CX4", "X01", gone, "ghi nhầm người", actor=CLERK)


# --- reading a paste ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "person"),
    [
        ("Nguyễn Văn An\tCông ty Hòa Bình\t0912.345.678",
         ("Nguyễn Văn An", "Công ty Hòa Bình", "0912345678")),
        ("12\tNguyễn Văn An\tThôn 1\t912345678", ("Nguyễn Văn An", "Thôn 1", "0912345678")),
        ("3. Nguyễn Văn An; Thôn 1", ("Nguyễn Văn An", "Thôn 1", "")),
        ("Nguyễn Văn An, Hội Nông dân, thôn 3, +84 912 345 678",
         ("Nguyễn Văn An", "Hội Nông dân, thôn 3", "0912345678")),
        ("Nguyễn Văn An; 0912345678", ("Nguyễn Văn An", "", "0912345678")),
        ("Nguyễn  Văn   An", ("Nguyễn Văn An", "", "")),
        ("=HYPERLINK(1); Thôn 1", ("=HYPERLINK(1)", "Thôn 1", "")),
    ],
)  # fmt: skip
def test_a_line_is_read_however_it_was_typed(line, person):
    (found,), wrong = read_people(line)

    assert (found.name, found.office, found.phone) == person
    assert wrong == []


def test_a_line_of_headings_and_empty_lines_are_nobody():
    people, wrong = read_people("STT\tHọ và tên\tCơ quan\n\n1\tLê An\tThôn 1\n\n")

    assert [person.name for person in people] == ["Lê An"]
    assert wrong == []


def test_every_wrong_line_is_told_at_once_and_nothing_is_kept(campaign):
    text = "Lê An; Thôn 1\n12345\nTrần B; Thôn; không có\na; b; c; d\n" + "x" * 201

    with pytest.raises(SurveyError) as refused:
        add(campaign, text)

    assert len(refused.value.details) == 4
    assert "dòng 2: thiếu họ tên" in refused.value.details
    assert listed(campaign) == ()


def test_a_paste_of_thousands_is_a_slip_of_the_finger():
    people, wrong = read_people("\n".join(f"Người {n}a" for n in range(2001)))

    assert people == []
    assert "nhiều nhất 2000" in wrong[0]


# --- a list ------------------------------------------------------------------------------


def test_names_are_laid_in_the_order_of_the_alphabet_not_of_answering(campaign):
    add(campaign, THREE)

    people = listed(campaign)

    assert [(p.line, p.name) for p in people] == [
        (1, "Đỗ Minh Anh"), (2, "Nguyễn Văn Ân"), (3, "Trần Thị Bình"),
    ]  # fmt: skip
    assert {person.fee_vnd for person in people} == {10_000}


def test_who_is_added_later_is_laid_among_the_others_and_keeps_no_order(campaign):
    add(campaign, THREE)
    sign(campaign, [1, 2, 3], [2])

    for name in ("Võ Văn Bảy", "Lê Thị Ánh"):
        add(campaign, name)

    assert [(p.name, p.signed) for p in listed(campaign)] == [
        ("Đỗ Minh Anh", False), ("Lê Thị Ánh", False), ("Nguyễn Văn Ân", True),
        ("Võ Văn Bảy", False), ("Trần Thị Bình", False),
    ]  # fmt: skip
    assert [person.line for person in listed(campaign)] == [1, 2, 3, 4, 5]


def test_lines_a_recheck_drew_from_keep_their_numbers(campaign):
    add(campaign, THREE)
    draw_calls(campaign.slug, "84310 27755", Decimal("0.1"), Decimal("0.8"), actor=CLERK)

    add(campaign, "Lê Thị Ánh\nAn Văn An")

    assert [(p.line, p.name) for p in listed(campaign)][2:] == [
        (3, "Trần Thị Bình"), (4, "An Văn An"), (5, "Lê Thị Ánh"),
    ]  # fmt: skip


def test_who_rates_every_unit_is_paid_for_every_unit_on_one_list(campaign):
    add(campaign, "Lê An; Phòng Nội vụ", "CX3", None)

    (person,) = listed(campaign, "CX3", None)

    assert person.unit_id is None
    assert person.fee_vnd == 3 * 10_000


def test_a_name_twice_is_refused_unless_something_tells_two_people_apart(campaign):
    add(campaign, THREE)

    with pytest.raises(SurveyError) as refused:
        add(campaign, "trần thị BÌNH; Thôn 9; 0912345678\nLê An; Thôn 1\nLe An;thon 1")
    added = add(campaign, "Trần Thị Bình; Thôn 2; 0987654321")

    assert len(refused.value.details) == 2
    assert "dòng 3 của danh sách" in refused.value.details[0]
    assert added == 1


def test_a_signature_is_marked_among_the_lines_that_were_shown(campaign):
    add(campaign, THREE)

    sign(campaign, [1, 2, 3], [1, 2])
    changed = sign(campaign, [2, 3], [3])

    assert changed == 2
    assert [person.signed for person in listed(campaign)] == [True, False, True]


def test_who_signed_stays_on_the_list_until_the_mark_is_taken_off(campaign):
    add(campaign, THREE)
    sign(campaign, [1], [1])

    with pytest.raises(ConflictError) as refused:
        remove(campaign, 1, 2)
    gone = remove(campaign, 2)

    assert refused.value.details == ("dòng 1: đã ký nhận",)
    assert gone == 1
    people = listed(campaign)
    assert [(p.line, p.name) for p in people] == [(1, "Đỗ Minh Anh"), (2, "Trần Thị Bình")]
    with pytest.raises(SurveyError, match="ít nhất một dòng"):
        remove(campaign)


def test_a_list_of_a_plan_that_is_a_draft_cannot_be_kept(app):
    slug = campaigns.load_campaign(small_definition(), actor=CLERK)

    with pytest.raises(ConflictError, match="chưa mở"):
        add_people(slug, "CX4", "X01", THREE, actor=CLERK)


# --- who sees which list -----------------------------------------------------------------


def test_an_enumerator_keeps_the_lists_of_the_units_he_keys_and_no_others(campaign, staff):
    lan = staff.actor("enumerator", keys=("X01",), slug=campaign.slug)

    mine = people_lists(campaign, lan)
    add_people(campaign.slug, "CX4", "X01", THREE, enumerator_id=lan.user_id, actor=lan)

    assert {line.unit.code for line in mine} == {"X01"}
    with pytest.raises(NotFoundError):
        people_list(campaign, "CX4", "X02", lan)
    with pytest.raises(NotFoundError):
        people_list(campaign, "CX3", None, lan)
    assert {person.enumerator_id for person in listed(campaign)} == {lan.user_id}


def test_only_who_keys_the_unit_is_noted_as_its_enumerator(campaign, staff):
    lan = staff.actor("enumerator", keys=("X02",), slug=campaign.slug)

    with pytest.raises(SurveyError, match="không được phân công"):
        add(campaign, THREE, enumerator_id=lan.user_id)


def test_more_names_than_places_is_said_to_whoever_keeps_the_list(make_campaign, staff):
    campaign = make_campaign(per_unit={"CX4": 2})
    add(campaign, THREE)
    lan = staff("enumerator", keys=("X01",), slug=campaign.slug)

    page = lan.get(f"/campaigns/{campaign.slug}/participants/CX4/X01").get_data(as_text=True)
    lists = lan.get(f"/campaigns/{campaign.slug}/participants").get_data(as_text=True)

    assert "Danh sách nhiều hơn kế hoạch 1 tên" in page
    assert "1 danh sách có nhiều tên hơn số chỗ" in lists


def test_a_telephone_on_the_lists_of_two_units_is_counted_for_the_coordinator_only(campaign, staff):
    add(campaign, "Trần Thị Bình; Thôn 2; 0912 345 678\nLê An; Thôn 1; 0987 654 321")
    add(campaign, "Trần Văn Bình; Thôn 5; +84 912 345 678", unit="X02")
    add(campaign, "Lê An; UBND; 0987 654 321", rule="CX2")  # the same unit: two lists, one person

    url = f"/campaigns/{campaign.slug}/participants"
    hoa = staff("coordinator").get(url).get_data(as_text=True)
    lan = staff("enumerator", keys=("X01",), slug=campaign.slug).get(url).get_data(as_text=True)

    assert "1 số điện thoại đứng trong danh sách của hai đơn vị trở lên" in hoa
    assert "số điện thoại đứng trong" not in lan
    assert "0912" not in hoa


# --- privacy -----------------------------------------------------------------------------


def test_a_list_shares_no_key_and_no_day_with_ballots_and_slips(app):
    columns = {column["name"] for column in inspect(db.engine).get_columns("participations")}
    points_to = {
        key["referred_table"] for key in inspect(db.engine).get_foreign_keys("participations")
    }

    assert not points_to & {Ballot.__tablename__, Slip.__tablename__, "sheets", "quota_cells"}
    assert not [name for name in columns if re.search(r"_on$|_at$|date|day", name)]


def test_the_trail_names_lists_and_numbers_and_nobody(campaign):
    add(campaign, THREE)
    sign(campaign, [1, 2, 3], [1, 2, 3])
    respondents_file(campaign.slug, "CX4", "X01", actor=CLERK)
    forget_phones(campaign.slug, "đã phúc tra xong", actor=CLERK)

    said = [f"{e.object} {e.data}" for e in db.session.scalars(select(AuditEntry))]

    assert not [line for line in said if "Bình" in line or "0912" in line]
    assert [line for line in said if "'people': 3" in line]


def test_telephones_go_and_names_stay(campaign):
    add(campaign, THREE)

    gone = forget_phones(campaign.slug, "đã phúc tra xong", actor=CLERK)

    assert gone == 1
    assert phones_kept(campaign) == 0
    assert listed(campaign)[0].name == "Đỗ Minh Anh"


# --- paper and pages ---------------------------------------------------------------------


def test_the_list_for_signatures_has_a_line_for_everybody_the_plan_asks(campaign):
    add(campaign, THREE + "\n=SUM(A1); Thôn 4")

    file = respondents_file(campaign.slug, "CX4", "X01", actor=CLERK)
    sheet = load_workbook(io.BytesIO(file.data))["CX4 X01"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    table = [row for row in rows if str(row[0]).isdigit()]

    names = [row[1] for row in table[:4]]
    assert names == ["Đỗ Minh Anh", "Nguyễn Văn Ân", "Trần Thị Bình", "=SUM(A1)"]
    assert sheet.cell(rows.index(table[3]) + 1, 2).data_type == "s"
    assert len(table) == 30
    assert [row[3] for row in table[:5]] == [10_000] * 4 + [None]
    said = [str(value) for row in rows for value in row if value]
    assert "Bằng chữ: Bốn mươi nghìn đồng." in said
    assert not [text for text in said if "0912" in text]


def test_a_list_to_be_filled_by_hand_leaves_room_for_the_sum_and_its_words(campaign):
    file = respondents_file(campaign.slug, "CX4", "X01", actor=CLERK)

    sheet = load_workbook(io.BytesIO(file.data))["CX4 X01"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    (total,) = [row for row in rows if row[0] == "Cộng"]
    (words,) = [row[0] for row in rows if str(row[0]).startswith("Bằng chữ")]

    assert total[3] is None
    assert words.startswith("Bằng chữ: .....")
    assert round(sheet.page_margins.left * 25.4) == 30
    assert round(sheet.page_margins.right * 25.4) == 20


def test_one_workbook_holds_every_list_of_a_unit(campaign):
    file = respondents_file(campaign.slug, None, "X01", actor=CLERK)

    book = load_workbook(io.BytesIO(file.data))
    assert book.sheetnames == ["CX1-HD X01", "CX1-LD X01", "CX2 X01", "CX4 X01"]
    assert [cell.value for row in book["CX2 X01"].iter_rows() for cell in row].count("Ký nhận") == 1


def test_names_are_pasted_signed_and_printed_on_a_page(campaign, staff):
    lan = staff("enumerator", keys=("X01",), slug=campaign.slug)
    url = f"/campaigns/{campaign.slug}/participants/CX4/X01"
    token = token_in(lan.get(url).get_data(as_text=True))

    wrong = lan.post(
        f"{url}/add", data={"csrf_token": token, "text": "12345\nLê An", "enumerator": ""}
    )
    added = lan.post(f"{url}/add", data={"csrf_token": token, "text": THREE, "enumerator": ""})
    people = [str(person.id) for person in listed(campaign)]
    signed = lan.post(
        f"{url}/sign",
        data={"csrf_token": token, "shown": [*people, "x"], "signed": people[1], "act": "save"},
    )
    page = lan.get(url).get_data(as_text=True)
    paper = lan.post(f"{url}/print", data={"csrf_token": token})

    assert wrong.status_code == 400
    assert "dòng 1: thiếu họ tên" in wrong.get_data(as_text=True)
    assert "12345" in wrong.get_data(as_text=True)  # what was typed is not lost
    assert (added.status_code, signed.status_code) == (302, 302)
    assert "Đã lưu chữ ký của 1 người." in page
    assert page.count('name="signed"') == 3
    assert paper.headers["Cache-Control"] == "no-store"
    assert paper.data[:2] == b"PK"
    assert db.session.scalar(select(Participation.signed).where(Participation.line == 2))
