"""How results say in words what was done: numbers and sentences in Vietnamese and English.

Used by ``sampling.allocation`` and what stands around it; nothing here computes.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import floor, isfinite, log10
from typing import Final

from questionnaires.model import Text

SIGNIFICANT_DIGITS: Final = 4
"""Digits of a computed figure; enough to compare two plans."""

_VIETNAMESE: Final = str.maketrans(",.", ".,")


def figure(value: float) -> Text:
    """Print a number: whole above a thousand, else with four significant digits.

    >>> figure(28360000.0).vi, figure(0.15348).vi, figure(0.15348).en
    ('28.360.000', '0,1535', '0.1535')
    """
    if not isfinite(value):
        return Text("không xác định", "undefined")
    decimals = SIGNIFICANT_DIGITS - 1 - floor(log10(abs(value))) if value else 0
    english = f"{value:,.{max(0, decimals)}f}"
    if "." in english:
        english = english.rstrip("0").rstrip(".")
    return Text(english.translate(_VIETNAMESE), english)


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
