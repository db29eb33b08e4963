"""The display list: what can lie on a page, in millimetres from its top left corner.

A page is a *backdrop*, which every copy of the page shares, and the few items that differ
from copy to copy (serial, QR, unit). The list is the single truth: ``render`` draws it as
PDF and SVG, and the boxes named in ``layout`` are the very boxes on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from questionnaires.paper.fonts import Face

A4_MM: Final = (210.0, 297.0)
"""Width and height of the paper. [mm]"""


@dataclass(frozen=True, slots=True)
class TextRun:
    """One line of text in one style.

    Attributes
    ----------
    x, y
        Left end of the baseline. [mm]
    text
        Composed (NFC); every letter is in the face.
    size_pt
        Type size. [pt]
    shade
        0 is black, 1 is white. [0-1]

    """

    x: float
    y: float
    text: str
    face: Face
    size_pt: float
    shade: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """A straight stroke, solid or dashed, in mm."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float = 0.2
    shade: float = 0.0
    dash: tuple[float, float] | None = None

    @property
    def y(self) -> float:
        """Upper end, in mm."""
        return min(self.y1, self.y2)


@dataclass(frozen=True, slots=True)
class Rect:
    """A filled rectangle: a corner square, a tinted band, in mm."""

    x: float
    y: float
    w: float
    h: float
    shade: float = 0.0


@dataclass(frozen=True, slots=True)
class Box:
    """An empty rectangle; x, y, w, h run along the middle of its printed outline, in mm."""

    x: float
    y: float
    w: float
    h: float
    line: float = 0.3
    shade: float = 0.0
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code; ``size`` is the symbol without its quiet zone, in mm.

    The text may carry a slip's code and is therefore kept out of ``repr``.
    """

    x: float
    y: float
    size: float
    text: str = field(repr=False)


Item = TextRun | Line | Rect | Box | Qr


def moved(item: Item, dx: float, dy: float) -> Item:
    """Return the item shifted right by ``dx`` and down by ``dy``, in mm."""
    if isinstance(item, Line):
        return replace(item, x1=item.x1 + dx, y1=item.y1 + dy, x2=item.x2 + dx, y2=item.y2 + dy)
    return replace(item, x=item.x + dx, y=item.y + dy)


@dataclass(frozen=True, eq=False)
class Backdrop:
    """What every copy of a page shares; a file draws it once.

    Two backdrops are the same only when they are one object, so a renderer can ask without
    comparing hundreds of items for each of thousands of pages.
    """

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet side: a backdrop and, over it, what is on this copy only."""

    items: tuple[Item, ...]
    backdrop: Backdrop | None = None
    size_mm: tuple[float, float] = A4_MM

    @property
    def all_items(self) -> Iterable[Item]:
        """Everything on the page, in drawing order."""
        return (*(self.backdrop.items if self.backdrop else ()), *self.items)
