"""How results say in words what was done: numbers and sentences in Vietnamese and English.

Used by results and by refusals (``sampling.arguments``); nothing here computes.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import floor, inf, isfinite, log10, nan
from numbers import Real
from typing import Final

from questionnaires.model import Text

SIGNIFICANT_DIGITS: Final = 4
"""Digits of a computed figure; enough to compare two plans."""

LARGEST_WHOLE: Final = 1e15
"""Floats that are whole are printed as whole numbers below this."""

_VIETNAMESE: Final = str.maketrans(",.", ".,")


def figure(value: float | Decimal | Fraction) -> Text:
    """Print a number: whole above a thousand, else with four significant digits.

    >>> figure(28360000.0).vi, figure(0.15348).vi, figure(0.15348).en
    ('28.360.000', '0,1535', '0.1535')
    """
    value = as_float(value)
    if not isfinite(value):
        return Text("không xác định", "undefined")
    decimals = SIGNIFICANT_DIGITS - 1 - floor(log10(abs(value))) if value else 0
    english = f"{value:,.{max(0, decimals)}f}"
    if "." in english:
        english = english.rstrip("0").rstrip(".")
    return Text(english.translate(_VIETNAMESE), english)


def as_float(value: float | Decimal | Fraction) -> float:
    """Return a number as a float; infinite or undefined where none can hold it."""
    try:
        return float(value)
    except OverflowError:
        return inf
    except ValueError:
        return nan


def written(value: object) -> str:
    """Print a number that was given, digit for digit, the Vietnamese way.

    >>> written(1092), written(0.05), written(3000.0), written("1/0")
    ('1.092', '0,05', '3.000', '1/0')
    """
    if isinstance(value, float):
        if not isfinite(value):
            return figure(value).vi
        value = int(value) if value.is_integer() and abs(value) < LARGEST_WHOLE else value
    if isinstance(value, Real | Decimal) and not isinstance(value, bool | Fraction):
        return f"{value:,}".translate(_VIETNAMESE)
    return str(value)


def counted(number: int, noun: Text) -> Text:
    """Print a number of things: ``1.092 tầng``."""
    printed = figure(number)
    return Text(f"{printed.vi} {noun.vi}", f"{printed.en} {noun.en}")


def percent(share: float) -> Text:
    """Print a share as a percentage: ``0,42%``."""
    printed = figure(100 * share)
    return Text(f"{printed.vi}%", f"{printed.en}%")


def joined(sentences: Iterable[Text]) -> Text:
    """Put sentences one after the other."""
    kept = tuple(sentences)
    return Text(
        " ".join(sentence.vi for sentence in kept), " ".join(sentence.en for sentence in kept)
    )
