"""Telephone numbers as people type them, brought to one form.

``0912.345.678``, ``+84912345678``, ``84 912 345 678`` and the ``912345678`` of a spreadsheet
that lost its zero are one number, ``0912345678``. Used where lists of people are compared
(``questionnaires.roster_duplicates``); nothing is remembered.
"""

from __future__ import annotations

import re
from typing import Final

SEVERAL: Final = re.compile(r"[/;,&+](?=\D*\d)|\s-\s|\b(?:hoặc|và)\b", re.IGNORECASE)
"""What stands between two numbers in one cell; a plus or comma before the first is its own."""

MOBILE: Final = re.compile(r"0[35789]\d{8}")
FIXED: Final = re.compile(r"02\d{9}")

SINCE_2018: Final = {
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78",
    "123": "83", "124": "84", "125": "85", "127": "81", "129": "82",
    "162": "32", "163": "33", "164": "34", "165": "35", "166": "36",
    "167": "37", "168": "38", "169": "39", "186": "56", "188": "58", "199": "59",
}  # fmt: skip
"""Mobile prefixes of eleven digits and what they became in 2018; old lists still have them."""


def phone_numbers(text: str) -> tuple[str, ...] | None:
    """Return the numbers in a cell in their one form.

    Parameters
    ----------
    text
        A cell: nothing, one number or several, with any signs between the digits.

    Returns
    -------
    tuple of str or None
        Ten digits for a mobile and eleven for a fixed line, each once, as ordered; None when
        some part of the cell is no Vietnamese number.

    >>> phone_numbers("+84 912 345 678 / 0232.3862.123")
    ('0912345678', '02323862123')
    """
    whole = _number(text)
    parts = [text] if whole else [part for part in SEVERAL.split(text) if part.strip(" -–.")]
    numbers = [_number(part) for part in parts]
    found = tuple(dict.fromkeys(number for number in numbers if number is not None))
    return None if None in numbers else found


def _number(part: str) -> str | None:
    digits = _national(re.sub(r"\D", "", part))
    old = SINCE_2018.get(digits[1:4]) if len(digits) == 11 and digits[1] == "1" else None  # noqa: PLR2004 - the number is said by the line
    number = f"0{old}{digits[4:]}" if old else digits
    return number if MOBILE.fullmatch(number) or FIXED.fullmatch(number) else None


def _national(digits: str) -> str:
    """Put one zero before the digits, in place of the country's code or of none."""
    digits = digits.removeprefix("00") if digits.startswith("0084") else digits
    if digits.startswith("84") and len(digits) > 9:  # noqa: PLR2004 - 84x xxx xxx is a mobile
        digits = digits[2:]
    return f"0{digits.removeprefix('0')}"
