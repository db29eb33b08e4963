"""How long a line of Times New Roman becomes, measured in the shipped face of the same widths."""

from __future__ import annotations

import math
from typing import Final

from questionnaires.paper.fonts import MM_PER_POINT, Face, metrics

USUAL: Final = 0.5
"""Width of a letter the face does not have, as a share of the type size."""
FILLED: Final = 0.94
"""Share of a line that words fill on the average, where they are not cut."""


def text_width(text: str, points: float, *, bold: bool = True) -> float:
    """Return the length of a line. [mm]."""
    advances = metrics(Face.SERIF_BOLD if bold else Face.SERIF).advances
    return sum(advances.get(ord(sign), USUAL) for sign in text) * points * MM_PER_POINT


def lines_of(text: str, points: float, width: float, *, bold: bool = True) -> int:
    """Return how many lines a text takes in a column; words that break early are allowed for."""
    lengths = (text_width(line, points, bold=bold) for line in text.split("\n"))
    return sum(max(1, math.ceil(length / (FILLED * width))) for length in lengths)
