"""A list has one order and one digest, however its rows came."""

from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.frames import make_frame

ROWS = (
    ("Hộ 3", "Xã B", 4, "02"),
    ("Hộ 1", "Xã A", Decimal("2.50"), "10"),
    ("Hộ 2", "Xã A", 3, "02"),
)


def frame_of(rows):
    keys, strata, sizes, sort_keys = zip(*rows, strict=True)
    return make_frame("DS", keys, strata=strata, sizes=sizes, sort_keys=sort_keys, sorted_by="thôn")


def test_rows_are_sorted_by_what_is_stated_then_by_key():
    frame = frame_of(ROWS)

    assert frame.keys == ("Hộ 2", "Hộ 3", "Hộ 1")
    assert frame.strata == ("Xã A", "Xã B", "Xã A")
    assert frame.rows_of == {"Xã A": (0, 2), "Xã B": (1,)}


@given(st.permutations(ROWS))
def test_the_order_of_the_file_does_not_matter(rows):
    assert frame_of(rows) == frame_of(ROWS)
    assert frame_of(rows).digest == frame_of(ROWS).digest


def test_the_digest_is_that_of_the_printed_list():
    printed = "DS\tthôn\nHộ 2\tXã A\t3\t02\nHộ 3\tXã B\t4\t02\nHộ 1\tXã A\t5/2\t10"

    assert frame_of(ROWS).digest == sha256(printed.encode()).hexdigest()


@pytest.mark.parametrize("column", range(4))
def test_a_change_anywhere_changes_the_digest(column):
    row = list(ROWS[0])
    row[column] = 5 if column == 2 else row[column] + "0"

    assert frame_of([row, *ROWS[1:]]).digest != frame_of(ROWS).digest


def test_a_list_with_many_faults_names_them_all():
    with pytest.raises(ValueError, match="a list needs a name") as refused:
        make_frame(
            "",
            ["Đạt", "Đạt", "", "a\tb"],
            sizes=[1, -1, 0.5],
            sort_keys=["1", "2", "3", "4"],
        )

    for fault in (
        "a key is empty",
        "keys come twice: 'Đạt'",
        "tab or a line break",
        "not -1, 0.5",
        "4 keys, but strata, sizes and sort keys of [4, 3, 4] rows",
        "say in words what the list is sorted by",
    ):
        assert fault in str(refused.value)


def test_a_name_typed_in_two_unicode_forms_is_one_person_twice():
    with pytest.raises(ValueError, match="keys come twice: 'Hà'"):
        make_frame("DS", ["H\u00e0", "Ha\u0300"])


def test_an_empty_list_is_refused():
    with pytest.raises(ValueError, match="the list is empty"):
        make_frame("DS", [])
