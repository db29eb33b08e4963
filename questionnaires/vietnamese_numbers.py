"""Numbers read aloud in Vietnamese, as papers that pay money must write them.

``dong_in_words`` is the line "bằng chữ" under a total; ``number_in_words`` is the reading
itself. Numbers in figures (``1.092``, ``28.360.000 đ``) are printed where they stand.

The reading goes by groups of three digits: *nghìn*, *triệu*, and *tỷ*, which starts again
above itself (*nghìn tỷ*, *triệu tỷ*, *tỷ tỷ*). A group of nothing but zeros is not read; a
group after the first is read in full, so 2.005 is *hai nghìn không trăm linh năm*.
"""

from __future__ import annotations

from typing import Final

DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
AFTER_TEN: Final = {5: "lăm"}
"""Units that change their name after *mười*."""
AFTER_TENS: Final = {1: "mốt", 4: "tư", 5: "lăm"}
"""Units that change their name after *hai mươi*, *ba mươi*, and so on."""
SCALES: Final = ("", "nghìn", "triệu")
BILLION: Final = 10**9


def dong_in_words(amount: int) -> str:
    """Write an amount of money out, as under the total of a payment list.

    >>> dong_in_words(28_360_000)
    'Hai mươi tám triệu ba trăm sáu mươi nghìn đồng'

    Parameters
    ----------
    amount
        Not negative: a refund is an amount of its own, said in words of its own. [VND]

    Raises
    ------
    ValueError
        If the amount is negative or not a whole number.

    """
    words = f"{number_in_words(amount)} đồng"
    return words[0].upper() + words[1:]


def number_in_words(number: int) -> str:
    """Read a whole number that is not negative, in small letters.

    >>> number_in_words(1_005_024)
    'một triệu không trăm linh năm nghìn không trăm hai mươi tư'

    Raises
    ------
    ValueError
        If the number is negative or not whole.

    """
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        msg = f"only a whole number that is not negative can be read out, not {number!r}"
        raise ValueError(msg)
    return " ".join(_read(number)) if number else DIGITS[0]


def _read(number: int, *, in_full: bool = False) -> list[str]:
    """Read a number above 0; ``in_full`` says the hundreds even when there are none."""
    billions, rest = divmod(number, BILLION)
    words = [*_read(billions, in_full=in_full), "tỷ"] if billions else []
    for power in (2, 1, 0):
        group = rest // 1000**power % 1000
        if group:
            words += _read_group(group, in_full=in_full or bool(words))
            words += [SCALES[power]] if power else []
    return words


def _read_group(group: int, *, in_full: bool) -> list[str]:
    hundreds, tens, units = group // 100, group // 10 % 10, group % 10
    words = [DIGITS[hundreds], "trăm"] if hundreds or in_full else []
    if tens == 0:
        return words + (["linh"] if words and units else []) + ([DIGITS[units]] if units else [])
    words += ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
    renamed = AFTER_TEN if tens == 1 else AFTER_TENS
    return words + ([renamed.get(units, DIGITS[units])] if units else [])
