"""A workbook from outside is opened behind a fence and read cell by cell."""

import contextlib
import zipfile
from datetime import datetime
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from questionnaires.errors import DefinitionError, Mistake
from questionnaires.workbook import (
    MAX_BYTES,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_MEMBERS,
    MAX_ROWS,
    MAX_UNPACKED,
    code_in,
    decimal_in,
    merged_mistakes,
    open_fenced,
    place_of,
    text_in,
)


def saved(book):
    file = BytesIO()
    book.save(file)
    return file.getvalue()


ORDINARY = saved(Workbook())


@pytest.fixture
def cell():
    book = Workbook()
    book.active.title = "Bộ tiêu chí"
    return book.active["E14"]


def refused(data, filename="bang.xlsx"):
    with pytest.raises(DefinitionError) as caught:
        open_fenced(data, filename)
    (mistake,) = caught.value.mistakes
    assert mistake.path == filename
    return mistake.problem


def zipped(members):
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return file.getvalue()


def test_an_ordinary_workbook_opens_from_bytes_file_and_path(tmp_path):
    data = saved(Workbook())
    path = tmp_path / "bang.xlsx"
    path.write_bytes(data)

    for source in (data, BytesIO(data), path):
        assert open_fenced(source, "bang.xlsx").sheetnames == ["Sheet"]


@pytest.mark.parametrize("filename", ["bang.xls", "bang.xlsm", "bang.csv", "bang"])
def test_only_xlsx_is_opened(filename):
    assert "không phải tệp .xlsx" in refused(saved(Workbook()), filename)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Not a workbook at all",
        zipped({"readme.txt": "hello"}),
        saved(Workbook())[:-300],
        zipped({"[Content_Types].xml": "<broken"}),
    ],
)
def test_a_broken_file_is_refused_in_plain_words(data):
    assert "không đọc được như một bảng tính" in refused(data)


@settings(max_examples=60)
@given(place=st.floats(0, 1, exclude_max=True), bits=st.integers(1, 255))
def test_a_file_damaged_on_the_way_opens_or_is_refused_but_never_breaks_the_reader(place, bits):
    data = bytearray(ORDINARY)
    data[int(place * len(data))] ^= bits

    with contextlib.suppress(DefinitionError):
        assert open_fenced(bytes(data), "bang.xlsx").worksheets


def test_a_file_beyond_the_size_limit_is_refused_unread():
    assert "lớn hơn 5 MB" in refused(b"x" * (MAX_BYTES + 1))


def test_an_archive_that_unpacks_to_a_mountain_is_refused_by_what_it_declares():
    assert "lớn bất thường" in refused(
        zipped({"xl/worksheets/sheet1.xml": " " * (MAX_UNPACKED + 1)})
    )


def test_an_archive_with_too_many_members_is_refused():
    assert "lớn bất thường" in refused(zipped({f"m{n}": "" for n in range(MAX_MEMBERS + 1)}))


def test_a_sheet_with_too_many_cells_is_refused_before_it_is_parsed():
    assert "lớn bất thường" in refused(zipped({"xl/worksheets/a.xml": "<c/>" * (MAX_CELLS + 1)}))


def test_entities_in_a_member_are_refused():
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'

    assert "không đọc được" in refused(zipped({"xl/workbook.xml": bomb}))


@pytest.mark.parametrize(("row", "column"), [(MAX_ROWS + 1, 1), (1, MAX_COLUMNS + 1)])
def test_a_lonely_cell_far_outside_is_refused(row, column):
    book = Workbook()
    book.active.cell(row, column, "x")

    assert "trang tính dùng đến ô" in refused(saved(book))


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, "3"),
        (2.5, "2.5"),
        (0.1 + 0.2, "0.3"),
        ("2,5", "2.5"),
        ("2.5", "2.5"),
        (" 12 ", "12"),
        ("-1,25", "-1.25"),
    ],
)
def test_a_number_is_read_with_decimal_comma_or_point(cell, value, number):
    cell.value = value

    assert decimal_in(cell, "bang.xlsx") == Decimal(number)


def test_an_empty_cell_is_neither_zero_nor_a_mistake(cell):
    assert decimal_in(cell, "bang.xlsx") is None
    assert text_in(cell, "bang.xlsx") == ""


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("=1+1", "công thức"),
        ("năm", "“năm” không phải số"),
        ("1.092,5", "không phải số"),
        ("2,5 điểm", "không phải số"),
        (datetime(2021, 5, 2), "ngày"),  # noqa: DTZ001 - what Excel makes of 2.5
        (True, "đúng/sai"),
        ("#REF!", "báo lỗi #REF!"),
    ],
)
def test_what_is_no_number_is_named_by_sheet_and_cell(cell, value, said):
    cell.value = value

    mistake = decimal_in(cell, "bang.xlsx")

    assert isinstance(mistake, Mistake)
    assert (mistake.path, mistake.where) == ("bang.xlsx", "Bộ tiêu chí!E14")
    assert said in mistake.problem


def test_a_code_that_became_a_number_is_a_mistake_since_its_last_zero_may_be_lost(cell):
    cell.value = 1.1
    assert isinstance(code_in(cell, "bang.xlsx"), Mistake)

    cell.value = "1.10"
    assert code_in(cell, "bang.xlsx") == "1.10"

    cell.value = 3
    assert code_in(cell, "bang.xlsx") == "3"


def test_text_is_one_line_of_composed_letters(cell):
    cell.value = "  Cải cách\n hành chính "

    assert text_in(cell, "bang.xlsx") == "Cải cách hành chính"
    assert place_of(cell) == "Bộ tiêu chí!E14"


def test_merged_cells_matter_in_the_table_and_not_above_it(cell):
    sheet = cell.parent
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("A12:B13")

    (mistake,) = merged_mistakes(sheet, "bang.xlsx", first_row=10)

    assert mistake.where == "Bộ tiêu chí!A12:B13"
