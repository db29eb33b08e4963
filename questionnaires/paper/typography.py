"""Setting paragraphs: a text, a style and a measure become text runs and a height.

The leading is at least 1.16 of the type size: the tallest Vietnamese letter (Ẵ) and the
deepest one (g) of the shipped fonts then never touch across two lines. Line breaks are
decided in ``fonts``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from questionnaires.paper.display import TextRun
from questionnaires.paper.fonts import MM_PER_POINT, Face, balanced, nfc, width_mm, wrap

_ASCENT = 0.92
_DESCENT = 0.23
_LONELY = 0.35
"""A last line shorter than this share of the measure looks left behind."""


class Align(StrEnum):
    """Where the lines of a paragraph stand in their measure."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Style:
    """Face, size [pt], leading as a share of the size, and shade (0 black - 1 white)."""

    face: Face
    size_pt: float
    leading: float = 1.24
    shade: float = 0.0

    @property
    def line_mm(self) -> float:
        """Distance of two baselines, in mm."""
        return self.size_pt * self.leading * MM_PER_POINT

    @property
    def ascent_mm(self) -> float:
        """From the baseline to the top of the tallest letter, in mm."""
        return self.size_pt * _ASCENT * MM_PER_POINT

    @property
    def digit_mm(self) -> float:
        """Height of a digit or capital without a tone, in mm."""
        return self.size_pt * 0.688 * MM_PER_POINT

    def height_of(self, lines: int) -> float:
        """Height of so many lines, from tallest to deepest letter, in mm."""
        if lines == 0:
            return 0.0
        return (lines - 1) * self.line_mm + self.size_pt * (_ASCENT + _DESCENT) * MM_PER_POINT

    def width_of(self, text: str) -> float:
        """Length of one line, in mm."""
        return width_mm(nfc(text), self.face, self.size_pt)

    def lines_of(self, text: str, measure_mm: float) -> tuple[str, ...]:
        """Break a text into lines no longer than the measure."""
        return wrap(text, self.face, self.size_pt, measure_mm)

    def tidy_lines_of(self, text: str, measure_mm: float) -> tuple[str, ...]:
        """Break a text into lines; a short last line is evened out with the others."""
        lines = self.lines_of(text, measure_mm)
        if len(lines) > 1 and self.width_of(lines[-1]) < _LONELY * measure_mm:
            return self.balanced_lines_of(text, measure_mm)
        return lines

    def balanced_lines_of(self, text: str, measure_mm: float) -> tuple[str, ...]:
        """Break a text into as few lines, of nearly equal length."""
        return balanced(text, self.face, self.size_pt, measure_mm)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Set text: its runs and its height, in mm."""

    runs: tuple[TextRun, ...]
    height: float


def run(x: float, baseline: float, text: str, style: Style) -> TextRun:
    """Set one line with its left end at ``x``, in mm."""
    return TextRun(x, baseline, nfc(text), style.face, style.size_pt, style.shade)


def set_lines(
    x: float,
    top: float,
    measure_mm: float,
    lines: Sequence[str],
    style: Style,
    *,
    align: Align = Align.LEFT,
) -> Paragraph:
    """Set lines that are already broken; ``top`` touches the tallest letter, in mm."""
    runs = []
    for number, line in enumerate(lines):
        slack = measure_mm - style.width_of(line)
        indent = {Align.LEFT: 0.0, Align.CENTRE: slack / 2, Align.RIGHT: slack}[align]
        baseline = top + style.ascent_mm + number * style.line_mm
        runs.append(run(x + indent, baseline, line, style))
    return Paragraph(tuple(runs), style.height_of(len(lines)))


def paragraph(
    x: float,
    top: float,
    measure_mm: float,
    text: str,
    style: Style,
    *,
    align: Align = Align.LEFT,
    tidy: bool = False,
) -> Paragraph:
    """Break and set a text below ``top`` in the given measure, in mm.

    ``tidy`` evens out a short last line: right for a name or a title, odd in a long text.
    """
    lines = (style.tidy_lines_of if tidy else style.lines_of)(text, measure_mm)
    return set_lines(x, top, measure_mm, lines, style, align=align)


def fitted(text: str, style: Style, measure_mm: float, lines: int, smallest_pt: float) -> Style:
    """Return the style, made smaller by half points until the text takes so many lines.

    A text that is still too long at ``smallest_pt`` keeps that size and more lines.
    """
    while style.size_pt > smallest_pt and len(style.lines_of(text, measure_mm)) > lines:
        style = replace(style, size_pt=max(smallest_pt, style.size_pt - 0.5))
    return style


def into(
    x: float, top: float, measure_mm: float, text: str, style: Style, *, lines: int, smallest: float
) -> Paragraph:
    """Set a text into a room of so many lines: smaller if need be, and cut with "…" at last.

    ``smallest`` is the least type size. [pt]
    """
    fit = fitted(text, style, measure_mm, lines, smallest)
    broken = fit.tidy_lines_of(text, measure_mm)
    if len(broken) > lines:
        *kept, last = fit.lines_of(text, measure_mm)[:lines]
        while fit.width_of(f"{last}…") > measure_mm:
            last = last[:-1].rstrip()
        broken = (*kept, f"{last}…")
    return set_lines(x, top, measure_mm, broken, fit)


def grouped(digits: str) -> str:
    """Cut digits into groups of four for reading aloud.

    >>> grouped("1234567890123456")
    '1234-5678-9012-3456'
    """
    return "-".join(digits[start : start + 4] for start in range(0, len(digits), 4))
