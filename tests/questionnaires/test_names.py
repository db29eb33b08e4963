"""Names of units as people type them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.loader import load_campaign
from questionnaires.names import Likeness, NameBook, plain, tidy

UNITS = {unit.code: unit.name for unit in load_campaign("bo_trach_2020").units}
BOOK = NameBook(UNITS)


@pytest.mark.parametrize(
    ("typed", "code", "likeness"),
    [
        ("Xã Thượng Trạch", "X25", Likeness.SAME),
        ("  xã   THƯỢNG trạch ", "X25", Likeness.SAME),
        ("x25", "X25", Likeness.SAME),
        ("Xã Hoà Trạch", "X11", Likeness.TONE_PLACE),
        ("Hoà Trạch", "X11", Likeness.RANK),
        ("TT. Hoàn Lão", "X01", Likeness.RANK),
        ("UBND thị trấn Hoàn Lão", "X01", Likeness.RANK),
        ("Tài chính – Kế hoạch", "P04", Likeness.RANK),
    ],
)
def test_what_leaves_no_doubt_is_taken(typed, code, likeness):
    assert (BOOK.match(typed).code, BOOK.match(typed).likeness) == (code, likeness)


@pytest.mark.parametrize(
    ("typed", "proposed", "likeness"),
    [
        ("Phòng Kế hoạch - Tài chính", "P04", Likeness.ORDER),
        ("Thuong Trach", "X25", Likeness.NO_MARKS),
        ("Thượng Trach", "X25", Likeness.NO_MARKS),
        ("Xã Thượng Trậch", "X25", Likeness.NO_MARKS),
        ("Xã Thựng Trạch", "X25", Likeness.NEAR),
    ],
)
def test_what_leaves_a_doubt_is_proposed_and_not_taken(typed, proposed, likeness):
    found = BOOK.match(typed)

    assert found.code is None
    assert found.likeness is likeness
    assert found.proposals[0] == proposed


def test_a_name_of_nobody_has_no_proposal():
    assert BOOK.match("Ngân hàng Nhà nước").proposals == ()
    assert BOOK.match("").proposals == ()


def test_two_of_one_name_are_both_proposed_and_neither_is_taken():
    book = NameBook({"A": "Xã Tân Lập", "B": "Phường Tân Lập", "C": "Xã Tân Lập"})

    assert book.match("Xã Tân Lập").code is None
    assert book.match("Xã Tân Lập").proposals == ("A", "C")
    assert set(book.match("Tân Lập").proposals) == {"A", "B", "C"}
    assert book.match("Phường Tân Lập").code == "B"


@given(st.sampled_from(sorted(UNITS)), st.sampled_from(["NFC", "NFD", "NFKC"]), st.booleans())
def test_the_form_of_the_letters_and_the_case_do_not_matter(code, form, upper):
    name = unicodedata.normalize(form, UNITS[code])

    assert BOOK.match(name.upper() if upper else name).code == code


def test_plain_letters_are_ascii():
    assert plain("Phường Đống Đa – Hoàn Kiếm") == "phuong dong da hoan kiem"
    assert tidy("a –  b\u00a0c") == "a - b c"
