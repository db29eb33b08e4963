"""Where every box of a printed form lies: the grid of the page and the layout file.

The layout is frozen with the form it was printed from and kept as JSON: whoever reads a
sheet later, person or program, must never compute it again. Millimetres from the top left
corner; a box is the middle of its printed outline. Pages are built in ``blank_forms``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from questionnaires.paper.display import A4_MM

# What a reader of scans was measured with; see docs/paper.md before changing one. [mm]
MARGIN: Final = 10.0
SQUARE: Final = 6.0
BOX: Final = 4.8
BOX_LINE: Final = 0.3
BOX_CLEAR: Final = 2.5
PITCH: Final = 15.0
ROW: Final = 8.7
QR_SIZE: Final = 20.0
FOOT_FREE: Final = 8.0

LEFT: Final = MARGIN + SQUARE
RIGHT: Final = A4_MM[0] - MARGIN - SQUARE
MEASURE: Final = RIGHT - LEFT
BOTTOM: Final = A4_MM[1] - MARGIN - FOOT_FREE
"""The last row ends here; signatures and the page number come below. [mm]"""

NO_CONTACT: Final = "no_contact"
"""Question of a booklet: "năm qua tôi không làm việc với đơn vị này"."""

NO_CONTACT_CODE: Final = "0"
"""Printed at the no-contact box; no scale may use it beside other choices."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle on the page, in mm."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """One box to mark: the code printed beside it and the middle of its outline, in mm."""

    code: str
    x: float
    y: float
    w: float = BOX
    h: float = BOX


@dataclass(frozen=True, slots=True)
class Field:
    """One question about one unit as it stands on one page.

    Attributes
    ----------
    question, unit
        Codes; the unit is None where the whole sheet is about one unit, or where the
        question is about the person.
    kind
        ``single``: one mark at most; ``text``: handwriting in ``area``.
    boxes
        In printed order; empty for text.

    """

    question: str
    unit: str | None
    kind: str
    boxes: tuple[PlacedBox, ...] = ()
    area: Area | None = None

    @property
    def id(self) -> str:
        """``Q01``, or ``Q01@P04`` in a booklet."""
        return self.question if self.unit is None else f"{self.question}@{self.unit}"

    def moved_down(self, dy: float) -> Field:
        """Return the field shifted down by ``dy``, in mm."""
        return replace(
            self,
            boxes=tuple(replace(box, y=box.y + dy) for box in self.boxes),
            area=replace(self.area, y=self.area.y + dy) if self.area else None,
        )


@dataclass(frozen=True, slots=True)
class LayoutPage:
    """One side of the form: its QR, its four corner squares, its fields."""

    number: int
    qr: Area
    squares: tuple[Area, ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Every page of one form as printed for one quota rule."""

    form: str
    rule: str
    pages: tuple[LayoutPage, ...]

    @property
    def fields(self) -> Iterator[Field]:
        """Fields in the order of the paper."""
        return (field for page in self.pages for field in page.fields)

    def as_json(self) -> dict[str, Any]:
        """Return plain lists and numbers in hundredths of a millimetre.

        One page: ``{"sheet_page": 1, "qr": {x, y, w, h}, "fiducials": [...], "fields":
        [{"id": "Q01@P04", "question", "unit", "type", "area", "boxes": [{"code", x, y, w,
        h}]}]}``.
        """
        return {
            "form": self.form,
            "rule": self.rule,
            "page_size_mm": list(A4_MM),
            "pages": [
                {
                    "sheet_page": page.number,
                    "qr": _rounded(page.qr),
                    "fiducials": [_rounded(square) for square in page.squares],
                    "fields": [
                        {
                            "id": field.id,
                            "question": field.question,
                            "unit": field.unit,
                            "type": field.kind,
                            "area": _rounded(field.area) if field.area else None,
                            "boxes": [_rounded(box) for box in field.boxes],
                        }
                        for field in page.fields
                    ],
                }
                for page in self.pages
            ],
        }

    @property
    def sha256(self) -> str:
        """Name of this layout: equal when and only when every box is where it was."""
        canonical = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def corner_squares() -> tuple[Area, Area, Area, Area]:
    """Return the four corner squares: top left, top right, bottom left, bottom right."""
    width, height = A4_MM
    right, bottom = width - MARGIN - SQUARE, height - MARGIN - SQUARE
    return (
        Area(MARGIN, MARGIN, SQUARE, SQUARE),
        Area(right, MARGIN, SQUARE, SQUARE),
        Area(MARGIN, bottom, SQUARE, SQUARE),
        Area(right, bottom, SQUARE, SQUARE),
    )


def _rounded(place: Area | PlacedBox) -> dict[str, Any]:
    return {
        name: round(value, 2) if isinstance(value, float) else value
        for name, value in asdict(place).items()
    }
