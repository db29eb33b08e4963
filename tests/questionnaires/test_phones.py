"""One telephone number however it is typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.phones import phone_numbers


@pytest.mark.parametrize(
    "typed",
    [
        "0912345678",
        "0912.345.678",
        "0912 345 678",
        "0912-345-678",
        "0912 - 345 - 678",
        "+84912345678",
        "84 912 345 678",
        "+84 (0)912 345 678",
        "0084 912345678",
        "912345678",  # a spreadsheet took the zero
        "ĐT: 0912 345 678 (Zalo)",
    ],
)
def test_every_way_of_typing_a_mobile_is_one_number(typed):
    assert phone_numbers(typed) == ("0912345678",)


def test_fixed_lines_and_mobiles_with_the_country_in_their_prefix_stay_themselves():
    assert phone_numbers("0232.3862.123") == ("02323862123",)
    assert phone_numbers("0842345678") == phone_numbers("842345678") == ("0842345678",)
    assert phone_numbers("84842345678") == ("0842345678",)


def test_numbers_of_before_2018_are_those_they_became():
    assert phone_numbers("0123 456 7890") == ("0834567890",)
    assert phone_numbers("01691234567") == ("0391234567",)


@pytest.mark.parametrize(
    "typed",
    [
        "0912345678/0987654321",
        "0912345678, 0987 654 321",
        "0912345678 - 0987654321",
        "0912345678 và +84987654321",
        "0912345678; 0987654321; 0912.345.678",
    ],
)
def test_a_cell_may_hold_two_numbers(typed):
    assert phone_numbers(typed) == ("0912345678", "0987654321")


@pytest.mark.parametrize("typed", ["không nhớ", "12345", "09123456789012", "0912345678/123"])
def test_what_is_no_number_is_not_guessed(typed):
    assert phone_numbers(typed) is None


def test_an_empty_cell_has_no_number():
    assert phone_numbers("") == phone_numbers("  ") == ()


@given(
    prefix=st.sampled_from("35789"),
    rest=st.text("0123456789", min_size=8, max_size=8),
    between=st.lists(st.sampled_from(["", " ", ".", "-"]), min_size=9, max_size=9),
    head=st.sampled_from(["0", "+84", "84", "0084", "+84 0"]),
)
def test_signs_between_the_digits_never_matter(prefix, rest, between, head):
    typed = head + "".join(a + b for a, b in zip(prefix + rest, between, strict=True))

    assert phone_numbers(typed) == (f"0{prefix}{rest}",)
