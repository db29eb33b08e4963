"""Paragraphs and tables as WordprocessingML, the text of which Word files are made.

The library behind ``docx_file`` keeps the file, its styles and pages; what stands on a page is
written here as text, so that a table of three thousand communes is made in a moment and a line
can be drawn where the library knows no borders. Widths are in mm, type in points.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final
from xml.sax.saxutils import escape

from docx.oxml.ns import nsdecls

from survey_app.services.paper_words import Align, Table

TWIPS_PER_MM: Final = 1440 / 25.4
TWIPS_PER_POINT: Final = 20
CELL_MARGIN_MM: Final = 1.2
RULE_BELOW_PT: Final = 2
"""From the foot of a line of text down to the line under it. [pt]"""
CELL: Final = "Ô bảng"
HEAD: Final = "Đầu bảng"
RULE: Final = "Kẻ ngang"
TIED_ROWS: Final = 2
ALL_SIDES: Final = ("top", "left", "bottom", "right", "insideH", "insideV")


def style_id(name: str) -> str:
    """Return what Word itself calls a style: ``Tenloai`` for ``Tên loại``."""
    plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in plain if sign.isascii() and sign.isalnum())


def paragraph(
    text: str,
    style: str,
    *,
    align: Align | None = None,
    strong: bool = False,
    points: float | None = None,
    before: float | None = None,
    after: float | None = None,
    with_next: bool = False,
) -> str:
    """Return a paragraph; line breaks stay, everything else is what its style says."""
    spaces = "".join(
        f' w:{name}="{value * TWIPS_PER_POINT:.0f}"'
        for name, value in (("before", before), ("after", after))
        if value is not None
    )
    layout = (
        f'<w:pStyle w:val="{style_id(style)}"/>',
        "<w:keepNext/>" if with_next else "",
        f"<w:spacing{spaces}/>" if spaces else "",
        f'<w:jc w:val="{align.value}"/>' if align else "",
    )
    size = f'<w:sz w:val="{points * 2:.0f}"/>' if points else ""
    look = f"<w:rPr>{'<w:b/>' if strong else ''}{size}</w:rPr>"
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n")
    )
    run = f"<w:r>{look}{lines}</w:r>" if text else ""
    return f"<w:p><w:pPr>{''.join(layout)}</w:pPr>{run}</w:p>"


def rule(length: float, within: float, *, after: float = 0) -> str:
    """Return a line of a length in the middle of a width, as an empty paragraph under it."""
    side = max(0, round((within - length) / 2 * TWIPS_PER_MM))
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style_id(RULE)}"/><w:pBdr>'
        '<w:bottom w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:pBdr>'
        f'<w:spacing w:before="{RULE_BELOW_PT * TWIPS_PER_POINT}"'
        f' w:after="{after * TWIPS_PER_POINT:.0f}"/>'
        f'<w:ind w:left="{side}" w:right="{side}"/></w:pPr></w:p>'
    )


def frame(cells: Sequence[Iterable[str]], widths: Sequence[float]) -> str:
    """Return cells without lines side by side, as a letterhead and signatures need."""
    made = "".join(
        _cell("".join(pieces), width) for pieces, width in zip(cells, widths, strict=True)
    )
    row = f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{made}</w:tr>"
    return _table(row, widths, lines=False, margin=0)


def ruled(table: Table, width: float, *, points: float | None = None, tied: bool = False) -> str:
    """Return a table with lines over a width; its headings repeat on every page.

    The last rows of a ``tied`` one stay on the page of what follows.
    """
    wanted = sum(column.width for column in table.columns)
    widths = [column.width / wanted * width for column in table.columns]
    sides = [column.align for column in table.columns]
    headings = [column.heading for column in table.columns]
    rows = [_row(headings, widths, [Align.CENTER] * len(widths), HEAD, points, repeated=True)]
    free = len(table.rows) - TIED_ROWS if tied else len(table.rows)
    rows += [
        _row(cells, widths, sides, CELL, points, least=table.row_mm, with_next=place >= free)
        for place, cells in enumerate(table.rows)
    ]
    rows += [_row(cells, widths, sides, CELL, points, strong=True) for cells in table.totals]
    return _table("".join(rows), widths, lines=True, margin=CELL_MARGIN_MM)


def _row(
    cells: Sequence[str],
    widths: Sequence[float],
    sides: Sequence[Align],
    style: str,
    points: float | None,
    *,
    repeated: bool = False,
    strong: bool = False,
    least: float = 0,
    with_next: bool = False,
) -> str:
    made = "".join(
        _cell(
            paragraph(text, style, align=side, strong=strong, points=points, with_next=with_next),
            width,
            middle=True,
        )
        for text, width, side in zip(cells, widths, sides, strict=True)
    )
    height = f'<w:trHeight w:val="{_twips(least)}" w:hRule="atLeast"/>' if least else ""
    head = "<w:tblHeader/>" if repeated else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{height}{head}</w:trPr>{made}</w:tr>"


def _cell(inside: str, width: float, *, middle: bool = False) -> str:
    align = '<w:vAlign w:val="center"/>' if middle else ""
    size = f'<w:tcW w:w="{_twips(width)}" w:type="dxa"/>'
    return f"<w:tc><w:tcPr>{size}{align}</w:tcPr>{inside}</w:tc>"


def _table(rows: str, widths: Sequence[float], *, lines: bool, margin: float) -> str:
    kind = "single" if lines else "nil"
    borders = "".join(
        f'<w:{side} w:val="{kind}" w:sz="4" w:space="0" w:color="000000"/>' for side in ALL_SIDES
    )
    inner = "".join(
        f'<w:{side} w:w="{_twips(margin)}" w:type="dxa"/>' for side in ("left", "right")
    )
    columns = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for width in widths)
    return (
        f"<w:tbl {nsdecls('w')}><w:tblPr>"
        f'<w:tblW w:w="{sum(map(_twips, widths))}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f"<w:tblCellMar>{inner}</w:tblCellMar></w:tblPr><w:tblGrid>{columns}</w:tblGrid>"
        f"{rows}</w:tbl>"
    )


def _twips(millimetres: float) -> int:
    return round(millimetres * TWIPS_PER_MM)
