"""Numbers, money, days and names as an official writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app import formats
from survey_app.security import grouped, is_sound, new_serial, typed_digits


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (formats.number(1092), "1.092"),
        (formats.percent(Decimal("86.5")), "86,50%"),
        (formats.percent(Decimal("89.455")), "89,46%"),
        (formats.points(Decimal("12.345")), "12,35"),
        (formats.money(28_360_000), "28.360.000\N{NO-BREAK SPACE}đ"),
        (formats.number(None), "–"),
        (formats.number(float("nan")), "–"),
        (formats.day(date(2021, 3, 18)), "18/3/2021"),
        (formats.moment(datetime(2021, 3, 18, 17, 5, tzinfo=UTC)), "19/3/2021 00:05"),
    ],
)
def test_print_is_vietnamese(said, meant):
    assert said == meant


def test_names_sort_by_the_vietnamese_alphabet_with_d_bar_after_d():
    names = ["Đồng Trạch", "Đại Trạch", "Dân tộc", "Ea", "Êa", "Hoàn Lão", "Hòa Trạch", "Cự Nẫm"]

    assert sorted(names, key=formats.vietnamese_order) == [
        "Cự Nẫm", "Dân tộc", "Đại Trạch", "Đồng Trạch", "Ea", "Êa", "Hòa Trạch", "Hoàn Lão",
    ]  # fmt: skip


@given(st.decimals(-(10**9), 10**9, places=4), st.integers(0, 3))
def test_rounding_is_half_up_whatever_the_number(value, digits):
    said = formats.number(value, digits).replace(".", "").replace(",", ".")

    assert abs(Decimal(said) - value) <= Decimal(5).scaleb(-digits - 1)


def test_a_serial_is_eight_digits_with_their_check_digit_and_reads_back_as_typed():
    serial = new_serial()

    assert len(serial) == 8
    assert is_sound(serial)
    assert typed_digits(grouped(serial)) == typed_digits(f" {serial[:4]} {serial[4:]} ") == serial
    assert typed_digits("１２３４") == "1234"
    assert typed_digits("12O4") == "12O4"
