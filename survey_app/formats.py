"""Numbers, money and dates as an official prints them: ``1.092``, ``86,50%``, ``18/3/2021``.

One function each, used by pages (as Jinja filters), sheets and the command line. The
language follows the page; Vietnamese is the default everywhere else.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from flask import Flask, has_request_context
from flask_babel import get_locale

from survey_app.security import grouped

HANOI: Final = ZoneInfo("Asia/Ho_Chi_Minh")
NOTHING: Final = "–"

WHOLE: Final = re.compile(
    r"(?P<digits>[0-9]{1,15}"
    r"|[0-9]{1,3}(?P<mark>[. \u00a0\u202f])[0-9]{3}(?:(?P=mark)[0-9]{3}){0,3})"
    r"\s*(?:đ|đồng|vnđ|vnd|phiếu|người|%)?",
    re.IGNORECASE,
)
"""A whole number as people type it, with what it counts or without."""

Number = int | float | Decimal


def language() -> str:
    """Language of the page being made; Vietnamese outside a request."""
    return str(get_locale() or "vi")[:2] if has_request_context() else "vi"


def _separated(value: Number, digits: int) -> str:
    exact = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    text = f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,f}"
    return text if language() == "en" else text.translate(str.maketrans(",.", ".,"))


def number(value: Number | None, digits: int = 0) -> str:
    """``1.092``; half up; a dash where there is no number."""
    return NOTHING if value is None or value != value else _separated(value, digits)  # noqa: PLR0124 - NaN


def typed_number(text: str) -> int | None:
    """Read ``3.000.000``, ``3 000 000``, ``3000000`` or ``3.000.000 đ``; None if it is none."""
    found = WHOLE.fullmatch(text.strip())
    return int(re.sub("[^0-9]", "", found["digits"])) if found else None


def dotted(value: int) -> str:
    """``3.000.000`` as it stands in a box to type in, whatever the language of the page."""
    return f"{value:,}".replace(",", ".")


def points(value: Number | None, digits: int = 2) -> str:
    """``12,50``."""
    return number(value, digits)


def percent(value: Number | None, digits: int = 2) -> str:
    """``86,50%`` from 86.5."""
    text = number(value, digits)
    return text if text == NOTHING else f"{text}%"


def money(value: Number | None) -> str:
    """``28.360.000 đ``."""
    text = number(value)
    return text if text == NOTHING else f"{text}\N{NO-BREAK SPACE}đ"


def day(value: date | None) -> str:
    """``18/3/2021``."""
    return NOTHING if value is None else f"{value.day}/{value.month}/{value.year}"


def moment(value: datetime | None) -> str:
    """``18/3/2021 09:05`` in Hanoi."""
    if value is None:
        return NOTHING
    there = value.astimezone(HANOI)
    return f"{day(there)} {there:%H:%M}"


def today() -> date:
    """Today in Hanoi, whatever zone the server is in."""
    return datetime.now(HANOI).date()


_MARKS: Final = {mark: place for place, mark in enumerate("\u0300\u0309\u0303\u0301\u0323", 1)}
_LETTERS: Final = {
    letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz", 1)
}


def vietnamese_order(name: str) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    """Sort key by the Vietnamese alphabet: Đ after D, letters first and tones second.

    Order of letters and tones (ngang, huyền, hỏi, ngã, sắc, nặng) as in TCVN 5712 and
    school dictionaries.
    """
    import unicodedata  # noqa: PLC0415 - only sorting needs it

    letters: list[int] = []
    tones: list[int] = []
    for sign in unicodedata.normalize("NFD", name.lower().replace("đ", "\uf000")):
        base = sign.replace("\uf000", "đ")
        if base in _MARKS:
            tones[-1:] = [_MARKS[base]]
        elif base in "\u0306\u0302\u031b":  # ă, â ê ô, ơ ư: letters of their own
            whole = unicodedata.normalize("NFC", chr(-letters[-1]) + base if letters else base)
            letters[-1:] = [-ord(whole)]
        else:
            letters.append(-ord(base))
            tones.append(0)
    placed = tuple(_LETTERS.get(chr(-code), 0 if chr(-code) == " " else 40) for code in letters)
    return placed, tuple(tones), name


def register(app: Flask) -> None:
    """Give pages the formats as filters."""
    for function in (number, dotted, points, percent, money, day, moment):
        app.template_filter(function.__name__)(function)
    app.template_filter("groups")(grouped)
