"""Amounts in words: read back by a parser that shares nothing with the writer."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.vietnamese_numbers import dong_in_words, number_in_words

SPOKEN = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4,
    "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9,
}  # fmt: skip


def heard(words):
    """Understand a spoken number: split at the largest scale word, from the left."""
    for scale, value in (("tỷ", 10**9), ("triệu", 10**6), ("nghìn", 10**3), ("trăm", 100)):
        if scale in words:
            # "một nghìn tỷ tỷ": the last tỷ multiplies everything before it
            at = len(words) - 1 - words[::-1].index(scale)
            return heard(words[:at]) * value + heard(words[at + 1 :])
    if "mươi" in words:
        return SPOKEN[words[0]] * 10 + heard(words[2:])
    if words[:1] == ["mười"]:
        return 10 + heard(words[1:])
    if words[:1] == ["linh"]:
        return heard(words[1:])
    return SPOKEN[words[0]] if words else 0


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Không đồng"),
        (5, "Năm đồng"),
        (10, "Mười đồng"),
        (14, "Mười bốn đồng"),
        (15, "Mười lăm đồng"),
        (11, "Mười một đồng"),
        (20, "Hai mươi đồng"),
        (21, "Hai mươi mốt đồng"),
        (24, "Hai mươi tư đồng"),
        (25, "Hai mươi lăm đồng"),
        (100, "Một trăm đồng"),
        (101, "Một trăm linh một đồng"),
        (104, "Một trăm linh bốn đồng"),
        (105, "Một trăm linh năm đồng"),
        (110, "Một trăm mười đồng"),
        (555, "Năm trăm năm mươi lăm đồng"),
        (1_000, "Một nghìn đồng"),
        (2_005, "Hai nghìn không trăm linh năm đồng"),
        (10_000, "Mười nghìn đồng"),
        (200_000, "Hai trăm nghìn đồng"),
        (1_000_001, "Một triệu không trăm linh một đồng"),
        (1_015_000, "Một triệu không trăm mười lăm nghìn đồng"),
        (20_160_000, "Hai mươi triệu một trăm sáu mươi nghìn đồng"),
        (28_360_000, "Hai mươi tám triệu ba trăm sáu mươi nghìn đồng"),
        (1_000_000_000, "Một tỷ đồng"),
        (3_000_000_050, "Ba tỷ không trăm năm mươi đồng"),
        (21_004_000_000, "Hai mươi mốt tỷ không trăm linh bốn triệu đồng"),
        (1_000_000_000_000, "Một nghìn tỷ đồng"),
        (2_005_000_000_000, "Hai nghìn không trăm linh năm tỷ đồng"),
        (10**18, "Một tỷ tỷ đồng"),
    ],
)
def test_amounts_are_written_as_an_accountant_reads_them(amount, words):
    assert dong_in_words(amount) == words


@given(st.integers(0, 10**20) | st.integers(0, 10_000) | st.integers(0, 30).map(lambda k: 10**k))
def test_what_is_written_is_heard_as_the_same_number(number):
    assert heard(number_in_words(number).split()) == number


@given(st.integers(0, 10**15))
def test_no_word_stands_where_vietnamese_says_another(number):
    words = number_in_words(number).split()
    pairs = set(itertools.pairwise(words))

    assert not pairs & {("mươi", "một"), ("mươi", "bốn"), ("mươi", "năm"), ("mười", "năm")}
    assert not pairs & {("mười", "mốt"), ("mười", "tư"), ("linh", "mốt"), ("linh", "tư")}
    assert not pairs & {("linh", "lăm"), ("linh", "không"), ("một", "mươi"), ("không", "mươi")}


@pytest.mark.parametrize("amount", [-1, 1.5, True, "1000"])
def test_only_whole_amounts_that_are_not_negative_can_be_written(amount):
    with pytest.raises(ValueError, match="whole number that is not negative"):
        dong_in_words(amount)
