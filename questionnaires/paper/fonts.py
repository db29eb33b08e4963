"""The shipped fonts: how wide a letter is, where a line breaks, what is missing.

Pages never depend on what a machine has installed: Liberation Sans and Serif 2.1.5 lie in
``fonts/`` beside their licence (OFL 1.1). Widths come from the font files themselves, so a
line that fits here fits in the PDF to a hundredth of a millimetre. Liberation 1.x must not
be used instead: it lacks 92 Vietnamese letters. Paragraphs are set in ``typography``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import product
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont as FontFile
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONT_FOLDER: Final = Path(__file__).parent / "fonts"

MM_PER_POINT: Final = 25.4 / 72

_BALANCE_MM: Final = 0.5

_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_LOWER = (
    *(unicodedata.normalize("NFC", v + tone) for v, tone in product("aăâeêioôơuưy", _TONES)),
    *"bcdđghklmnpqrstvx",
)
VIETNAMESE_LETTERS: Final = "".join(_LOWER) + "".join(letter.upper() for letter in _LOWER)
"""The 89 letters of the Vietnamese alphabet with their tones, in both cases: 178."""

# A no-break space must stay where it is, so only the spaces that may break are listed; a
# stroke between two words ("không biết / không có ý kiến") never opens a line.
_SPACE = re.compile(r"[ \t\r\n]+")
_BREAK = re.compile(r" (?![/–—-](?: |$))")


class Face(StrEnum):
    """A shipped font; its value is its file name and its name in the PDF."""

    SANS = "LiberationSans-Regular"
    SANS_BOLD = "LiberationSans-Bold"
    SERIF = "LiberationSerif-Regular"
    SERIF_BOLD = "LiberationSerif-Bold"


@dataclass(frozen=True, slots=True)
class Metrics:
    """Advance widths of a face by Unicode code point, as shares of the type size."""

    advances: Mapping[int, float]


def font_path(face: Face) -> Path:
    """Return the file of a shipped font."""
    return FONT_FOLDER / f"{face.value}.ttf"


@cache
def metrics(face: Face) -> Metrics:
    """Read the advance widths of a face; the file is opened once."""
    with FontFile(font_path(face), lazy=True) as file:
        per_em = file["head"].unitsPerEm
        widths = file["hmtx"].metrics
        return Metrics(
            {code: widths[glyph][0] / per_em for code, glyph in file.getBestCmap().items()}
        )


def missing_letters(face: Face, letters: str = VIETNAMESE_LETTERS) -> str:
    """Return the letters a face cannot draw; a shipped face returns an empty string."""
    known = metrics(face).advances
    return "".join(letter for letter in letters if ord(letter) not in known)


@cache
def register_fonts() -> None:
    """Make the shipped faces known to ReportLab; repeating it does nothing."""
    for face in Face:
        pdfmetrics.registerFont(TTFont(face.value, str(font_path(face))))


def nfc(text: str) -> str:
    """Compose letters and tones: ReportLab would draw a combining tone beside its letter."""
    return unicodedata.normalize("NFC", text)


def width_mm(text: str, face: Face, size_pt: float) -> float:
    """Return how long a line of composed text becomes, in mm.

    Raises
    ------
    ValueError
        If the face has no glyph for a letter; printing would leave an empty box.

    """
    advances = metrics(face).advances
    try:
        return sum(advances[ord(letter)] for letter in text) * size_pt * MM_PER_POINT
    except KeyError:
        missing = missing_letters(face, text)
        msg = f"{face.value} cannot draw {missing!r} of {text!r}; use a letter the font has"
        raise ValueError(msg) from None


def wrap(text: str, face: Face, size_pt: float, measure_mm: float) -> tuple[str, ...]:
    """Break a text into lines no longer than the measure.

    Parameters
    ----------
    text
        Any text; it is composed (NFC) first. No-break spaces (U+00A0) hold.
    size_pt
        Type size. [pt]
    measure_mm
        Longest line allowed. [mm]

    Returns
    -------
    tuple of str
        Lines in reading order; empty for an empty text. A word longer than the measure is
        broken between letters rather than printed over its neighbour.

    """
    return _fill(_words(text, face, size_pt, measure_mm), face, size_pt, measure_mm)


def balanced(text: str, face: Face, size_pt: float, measure_mm: float) -> tuple[str, ...]:
    """Break a text into as few lines as ``wrap`` does, but of nearly equal length.

    A heading or a question reads better as two like lines than as one long line and a
    lonely word.
    """
    words = _words(text, face, size_pt, measure_mm)
    lines = _fill(words, face, size_pt, measure_mm)
    if len(lines) <= 1:
        return lines
    short, long = max(width for _, width in words), measure_mm
    while long - short > _BALANCE_MM:
        middle = (short + long) / 2
        if len(tried := _fill(words, face, size_pt, middle)) > len(lines):
            short = middle
        else:
            lines, long = tried, middle
    return lines


def _words(text: str, face: Face, size_pt: float, measure_mm: float) -> list[tuple[str, float]]:
    """Cut composed text where a line may end; each piece with its width in mm."""
    if not (joined := _SPACE.sub(" ", nfc(text)).strip(" ")):
        return []
    words = []
    for word in _BREAK.split(joined):
        width = width_mm(word, face, size_pt)
        if width <= measure_mm:
            words.append((word, width))
        else:
            words += _pieces(word, face, size_pt, measure_mm)
    return words


def _pieces(word: str, face: Face, size_pt: float, measure_mm: float) -> list[tuple[str, float]]:
    """Cut a word so that each piece fits; at least one letter a piece."""
    pieces = [("", 0.0)]
    for letter in word:
        piece, width = pieces[-1]
        wider = width + width_mm(letter, face, size_pt)
        if piece and wider > measure_mm:
            pieces.append((letter, wider - width))
        else:
            pieces[-1] = (piece + letter, wider)
    return pieces


def _fill(
    words: Sequence[tuple[str, float]], face: Face, size_pt: float, measure_mm: float
) -> tuple[str, ...]:
    """Put as many words on each line as fit."""
    space = width_mm(" ", face, size_pt)
    lines: list[list[str]] = []
    used = 0.0
    for word, width in words:
        if lines and used + space + width <= measure_mm:
            lines[-1].append(word)
            used += space + width
        else:
            lines.append([word])
            used = width
    return tuple(" ".join(line) for line in lines)
