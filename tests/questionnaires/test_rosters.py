"""Lists as offices send them: any columns, any headings, everything wrong at once."""

from __future__ import annotations

import unicodedata

import pytest

from questionnaires.grids import grid_of_text
from questionnaires.names import NameBook
from questionnaires.roster_columns import Column, heading_row, propose_columns
from questionnaires.roster_duplicates import Sameness, find_duplicates
from questionnaires.roster_table import RosterRow, read_roster

UNITS = NameBook({"X01": "Thị trấn Hoàn Lão", "X02": "Xã Hòa Trạch", "X03": "Xã Đồng Trạch"})

LIST = """DANH SÁCH CÔNG DÂN GIAO DỊCH
TT\tHọ và tên\tXã, thị trấn\tSố ĐT\tĐịa chỉ\tLĩnh vực\tSố hồ sơ giải quyết\tSố CCCD
1\tNguyễn Văn Hoà\tTT Hoàn Lão\t0912.345.678\tTDP 1\tĐất đai\t2\t044123456789
2\tTrần Thị Lan\tHoà Trạch\t+84 987 654 321\tThôn 2\tTư pháp\t1\t044123456780
Tổng cộng\t2"""


def grid(text):
    return grid_of_text(text)


def read(text, **chosen):
    """Read with the proposal, some columns chosen otherwise by letter."""
    table = grid(text)
    heading = heading_row(table)
    columns = propose_columns(table, heading, UNITS)
    from dataclasses import replace

    columns = [replace(c, holds=chosen.get(c.letter, c.holds)) for c in columns]
    return read_roster(table, heading, columns, UNITS)


def test_columns_are_proposed_from_their_headings():
    table = grid(LIST)

    columns = propose_columns(table, heading_row(table), UNITS)

    assert heading_row(table) == 2
    assert [column.holds for column in columns] == [
        None,
        Column.NAME,
        Column.UNIT,
        Column.PHONE,
        Column.ADDRESS,
        Column.STRATUM,
        Column.SIZE,
        None,  # identity numbers are never asked for
    ]
    assert columns[1].samples == ("Nguyễn Văn Hoà", "Trần Thị Lan", "2")
    assert columns[-1].samples == ()  # nor shown


@pytest.mark.parametrize(
    ("heading", "holds"),
    [
        ("Họ tên", Column.NAME),
        ("HỌ, TÊN CHỦ HỘ", Column.NAME),
        ("Người nộp hồ sơ", Column.NAME),
        ("Tên doanh nghiệp", Column.NAME),
        ("Điện thoại liên hệ", Column.PHONE),
        ("SĐT", Column.PHONE),
        ("Nơi cư trú", Column.ADDRESS),
        ("Đơn vị công tác", Column.OFFICE),
        ("Chức vụ", Column.OFFICE),
        ("Đơn vị", Column.UNIT),
        ("Mã hồ sơ", Column.KEY),
        ("Số biên nhận", Column.KEY),
        ("Số nhân khẩu", Column.SIZE),
        ("Thôn/TDP", Column.STRATUM),
        ("Số CMND/CCCD", None),
        ("Ghi chú", None),
    ],
)
def test_headings_of_vietnamese_offices_are_known(heading, holds):
    columns = propose_columns(grid(f"{heading}\tx\nA\tb"), 1, UNITS)

    assert columns[0].holds is holds


def test_a_column_of_unit_names_is_the_unit_column_whatever_its_heading_says():
    columns = propose_columns(grid("Họ tên\tNơi làm\nA\tXã Hoà Trạch\nB\tĐồng Trạch"), 1, UNITS)

    assert columns[1].holds is Column.UNIT


def test_rows_are_read_with_their_units_phones_and_sizes_and_the_total_is_no_person():
    reading = read(LIST)

    first, second = reading.rows
    assert (first.name, first.phone, first.size) == ("Nguyễn Văn Hoà", "0912345678", 2)
    assert second.phones == ("0987654321",)
    assert {unit.match.code for unit in reading.units} == {"X01", "X02"}
    assert (first.key, second.key) == ("00003", "00004")  # rows of the file
    assert reading.mistakes == reading.row_mistakes == ()


def test_family_and_given_name_may_stand_apart():
    reading = read("Họ đệm\tTên\tSĐT\nNguyễn Văn\tHòa\t0912345678")

    assert reading.rows[0].name == "Nguyễn Văn Hòa"


def test_every_faulty_cell_is_named_and_its_row_set_aside():
    reading = read(
        "Mã hồ sơ\tHọ tên\tSố lượt\n"
        "H1\tA\t1\nH1\tB\t2\nH3\t\t3\nH4\tD\tnhiều\n\tE\t5\n0912345678\tF\t6\n044123456789\tG\t7"
    )

    said = {mistake.where: mistake.problem for mistake in reading.row_mistakes}
    assert [row.key for row in reading.rows] == ["H1"]
    assert set(said) == {"A3", "B4", "C5", "A6", "A7", "A8"}
    assert "đã có ở dòng 2" in said["A3"]
    assert "số định danh" in said["A8"]
    assert reading.faulty == {3, 4, 5, 6, 7, 8}


def test_a_phone_that_cannot_be_read_is_kept_and_told():
    reading = read("Họ tên\tSĐT\nA\thỏi thôn\nB\t-\nC\t0912345678")

    assert [row.phone for row in reading.rows] == ["hỏi thôn", "", "0912345678"]
    assert reading.odd_phones == ("B2",)


def test_a_list_without_a_name_column_or_with_one_thing_twice_is_refused_at_once():
    none = read("Cột một\tCột hai\nA\tB")
    twice = read("Họ tên\tSĐT\tZalo\nA\t1\t2", C=Column.PHONE)

    assert "chưa biết cột nào là họ tên" in str(none.mistakes[0])
    assert "B, C" in str(twice.mistakes[0])
    assert none.rows == twice.rows == ()


def test_a_column_of_hundreds_of_names_is_no_unit_column():
    reading = read("Họ tên\tCông ty\n" + "\n".join(f"A{n}\tCông ty {n}" for n in range(401)),
                   B=Column.UNIT)  # fmt: skip

    assert "401 tên khác nhau" in str(reading.mistakes[0])


def test_signs_nobody_sees_are_dropped():
    reading = read("Họ tên\tSĐT\nNguyễn\u200b Văn\x07 Hòa\t0912345678")

    assert reading.rows[0].name == "Nguyễn Văn Hòa"


# --- duplicates --------------------------------------------------------------------------


def row(number, name, phone="", **more):
    return RosterRow(number, f"{number:05d}", name, phone=phone,
                     phones=(phone,) if phone else (), **more)  # fmt: skip


def found(*rows, **options):
    return [(each.sameness, each.rows) for each in find_duplicates(rows, **options)]


@pytest.mark.parametrize(
    "again",
    [
        "Nguyễn Văn Hoà",  # the tone on another vowel
        unicodedata.normalize("NFD", "Nguyễn Văn Hòa"),
        "NGUYỄN VĂN HÒA",
        "Nguyễn  văn   hòa",
        "Ông Nguyễn Văn Hòa",
    ],
)
def test_the_same_name_and_phone_is_the_same_person_however_it_is_typed(again):
    assert found(row(2, "Nguyễn Văn Hòa", "0912345678"), row(3, again, "0912345678")) == [
        (Sameness.SURE, (2, 3))
    ]


def test_the_same_name_alone_is_nobody_twice():
    assert found(row(2, "Nguyễn Văn An", "0911111111"), row(3, "Nguyễn Văn An", "0922222222")) == []
    assert found(row(2, "Nguyễn Văn An"), row(3, "Nguyễn Văn An")) == []


def test_the_same_name_and_workplace_is_likely_one_person():
    rows = (
        row(2, "Nguyễn Văn An", "0911111111", office="UBND xã Hòa Trạch"),
        row(3, "Nguyễn Văn An", "0922222222", office="UBND xã Hoà Trạch"),
    )

    assert found(*rows) == [(Sameness.LIKELY, (2, 3))]


def test_the_same_name_in_a_unit_is_likely_one_person_unless_two_phones_tell_them_apart():
    apart = (
        row(2, "Nguyễn Văn An", "0911111111", unit="X01"),
        row(3, "Nguyễn Văn An", "0922222222", unit="X01"),
    )

    assert found(*apart) == []
    assert found(apart[0], row(4, "Nguyễn Văn An", unit="X01")) == [(Sameness.LIKELY, (2, 4))]


def test_a_shared_phone_is_told_and_a_name_without_marks_is_likely():
    rows = (
        row(2, "Trần Thị Lan", "0912345678"),
        row(3, "Lê Văn Bình", "0912345678"),
        row(4, "Tran Thi Lan", "0912345678"),
    )

    assert found(*rows) == [(Sameness.LIKELY, (2, 4)), (Sameness.PHONE, (2, 3, 4))]


def test_rows_told_once_are_not_told_again():
    rows = [row(n, "Trần Thị Lan", "0912345678", office="UBND xã") for n in (2, 3, 5)]

    assert found(*rows) == [(Sameness.SURE, (2, 3, 5))]


def test_a_citizen_at_two_desks_is_asked_at_both_but_once_at_each():
    rows = (
        row(2, "Trần Thị Lan", "0912345678", unit="X01"),
        row(3, "Trần Thị Lan", "0912345678", unit="X02"),
        row(4, "Trần Thị Lan", "0912345678", unit="X01"),
    )

    assert found(*rows, within_unit=True) == [
        (Sameness.SURE, (2, 4)),
        (Sameness.LIKELY, (2, 3, 4)),
    ]
    assert found(*rows) == [(Sameness.SURE, (2, 3, 4))]
