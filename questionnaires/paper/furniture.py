"""What stands on every side of a form beside its questions.

Corner squares, QR and serial, the head, the panel that names the unit, how to mark, and the
page number. Text that differs from sheet to sheet (serial, QR, unit) is set here too, in
rooms the backdrop keeps free for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from questionnaires.model import Questionnaire
from questionnaires.paper.blocks import GREY, HAIRLINE
from questionnaires.paper.display import A4_MM, Box, Item, Line, Qr, Rect
from questionnaires.paper.fonts import Face
from questionnaires.paper.layout import (
    LEFT,
    MARGIN,
    MEASURE,
    QR_SIZE,
    RIGHT,
    SQUARE,
    Area,
    corner_squares,
)
from questionnaires.paper.typography import Style, fitted, grouped, into, paragraph, run

SIMULATED: Final = "DỮ LIỆU MÔ PHỎNG"
SAMPLE: Final = "Mẫu minh hoạ, không phải mẫu phiếu chính thức"
MARK_ONE: Final = "Đánh dấu X vào MỘT ô"
CORRECT: Final = "Chọn nhầm: tô đen kín ô sai rồi đánh X vào ô đúng"
KEYER: Final = "Dùng bút bi xanh hoặc đen. Chữ số cạnh ô dành cho người nhập phiếu."

# A bare serial makes the smallest symbol: its quiet zone, 4 of 21 modules, needs the most room.
QUIET: Final = 4.0
QR_AREA: Final = Area(RIGHT - QR_SIZE - QUIET, MARGIN, QR_SIZE, QR_SIZE)
HEAD_MEASURE: Final = QR_AREA.x - QUIET - LEFT
NEXT_TOP: Final = 43.0
"""Where questions start on every page but the first. [mm]"""

_TITLE = Style(Face.SANS_BOLD, 15, leading=1.18)
_SMALL_CAPS = Style(Face.SANS, 7, shade=0.35)
_META = Style(Face.SANS, 9, shade=0.2)
_BODY = Style(Face.SANS, 8.5, leading=1.24)
_VALUE = Style(Face.SANS_BOLD, 9.5, leading=1.16)
_UNIT = Style(Face.SANS_BOLD, 12.5, leading=1.16)
_SERIAL = Style(Face.SANS_BOLD, 11)
_FOOT = Style(Face.SANS, 8, shade=0.25)

_PANEL = 15.0
_UNIT_WIDTH = 84.0
_GROUP_WIDTH = 58.0
_INSET = 3.0


@dataclass(frozen=True, slots=True)
class SheetStyle:
    """What a campaign prints on all its forms.

    Attributes
    ----------
    title, organisation, year
        Of the campaign; the year is the one assessed.
    deadline
        Last day to hand the form in, as people write it (``18/3/2021``).
    base_url
        Address of the survey, a host without a path, or None when the campaign has none:
        the QR then holds the bare serial, for the hand scanner and the reader of scans.
    simulated
        Print "DỮ LIỆU MÔ PHỎNG" on every side.

    """

    title: str
    organisation: str
    year: int
    deadline: str
    base_url: str | None = None
    simulated: bool = False

    def sheet_address(self, serial: str) -> str:
        """Return the text of a sheet's QR; capitals keep the code small."""
        if self.base_url is None:
            return serial
        return f"{self.base_url.rstrip('/').upper()}/S/{serial}"


def frame(page: int, pages: int, style: SheetStyle, form: str) -> list[Item]:
    """Squares, banner and foot: the same on every side but for the page number."""
    width, height = A4_MM
    items: list[Item] = [Rect(s.x, s.y, s.w, s.h) for s in corner_squares()]
    if style.simulated:
        items += banner(LEFT + 3.0, MARGIN, HEAD_MEASURE - 3.0, SQUARE)
    baseline = height - MARGIN - SQUARE / 2 + _FOOT.digit_mm / 2
    items.append(run(LEFT + 3.0, baseline, f"Mẫu phiếu {form} · Năm {style.year}", _FOOT))
    number = f"Trang {page}/{pages}"
    items.append(run((width - _FOOT.width_of(number)) / 2, baseline, number, _FOOT))
    return items


def banner(x: float, y: float, width: float, height: float, *, size_pt: float = 10) -> list[Item]:
    """Say that the data are simulated, in a tinted band."""
    style = Style(Face.SANS_BOLD, size_pt)
    baseline = y + height / 2 + style.digit_mm / 2
    left = x + (width - style.width_of(SIMULATED)) / 2
    return [Rect(x, y, width, height, 0.88), run(left, baseline, SIMULATED, style)]


def first_head(
    questionnaire: Questionnaire, group: str, style: SheetStyle
) -> tuple[list[Item], float, float]:
    """Set the head of the first page.

    Returns
    -------
    list of Item
        Organisation, title, panel, introduction, how to mark.
    float
        Top of the panel, where :func:`unit_name` goes. [mm]
    float
        Where the questions start. [mm]

    """
    items: list[Item] = []
    y = MARGIN + SQUARE + 2.2
    meta = f"Mẫu phiếu {questionnaire.code} · Năm {style.year}"
    if questionnaire.sample:
        meta += f" · {SAMPLE}"
    lines = [
        (style.organisation.upper(), Style(Face.SANS_BOLD, 8.5, shade=0.2), 1.8),
        (questionnaire.title.vi, fitted(questionnaire.title.vi, _TITLE, HEAD_MEASURE, 2, 12), 1.4),
        (style.title, fitted(style.title, _META, HEAD_MEASURE, 1, 8), 0.8),
        (meta, _META, 0.6),
    ]
    for text, text_style, gap in lines:
        placed = paragraph(LEFT, y, HEAD_MEASURE, text, text_style, tidy=True)
        items += placed.runs
        y += placed.height + gap
    panel_top = max(y + 1.6, NEXT_TOP - 1.5)
    items += _panel(panel_top, group, style.deadline)
    y = panel_top + _PANEL + 3.0
    intro = paragraph(LEFT, y, MEASURE, questionnaire.intro.vi, _BODY)
    items += intro.runs
    y += intro.height + 2.6
    how, height = _how_to_mark(y)
    return items + how, panel_top, y + height


def next_head(questionnaire: Questionnaire) -> list[Item]:
    """Set the head of every page but the first."""
    y = MARGIN + SQUARE + 2.2
    code = paragraph(LEFT, y, HEAD_MEASURE, f"Mẫu phiếu {questionnaire.code}", _VALUE)
    top = y + code.height + 0.6
    text = into(LEFT, top, HEAD_MEASURE, questionnaire.title.vi, _META, lines=1, smallest=7)
    return [*code.runs, *text.runs]


def personal(serial: str, unit: str, style: SheetStyle, panel_top: float | None) -> list[Item]:
    """Set what is on this sheet only: QR, serial, and the name of the unit.

    ``panel_top`` is None on every page but the first.
    """
    number = grouped(serial)
    x = QR_AREA.x + (QR_AREA.w - _SERIAL.width_of(number)) / 2
    label = "Số phiếu"
    label_x = QR_AREA.x + (QR_AREA.w - _SMALL_CAPS.width_of(label)) / 2
    baseline = QR_AREA.y + QR_AREA.h + QUIET + _SMALL_CAPS.ascent_mm
    foot = f"Số phiếu {number}"
    foot_line = A4_MM[1] - MARGIN - SQUARE / 2 + _FOOT.digit_mm / 2
    return [
        Qr(QR_AREA.x, QR_AREA.y, QR_AREA.w, style.sheet_address(serial)),
        run(label_x, baseline, label, _SMALL_CAPS),
        run(x, baseline + 4.2, number, _SERIAL),
        run(RIGHT - 3.0 - _FOOT.width_of(foot), foot_line, foot, _FOOT),
        *(_unit_name(unit, panel_top) if panel_top is not None else _unit_again(unit)),
    ]


def _unit_name(unit: str, panel_top: float) -> Sequence[Item]:
    measure = _UNIT_WIDTH - 2 * _INSET
    return into(LEFT + _INSET, panel_top + 4.6, measure, unit, _UNIT, lines=2, smallest=7).runs


def _unit_again(unit: str) -> Sequence[Item]:
    bold = Style(Face.SANS_BOLD, 11)
    return into(LEFT, 28.4, HEAD_MEASURE, unit, bold, lines=1, smallest=6).runs


def _panel(top: float, group: str, deadline: str) -> list[Item]:
    """Set the framed strip: which unit, who answers, until when."""
    second = LEFT + _UNIT_WIDTH
    third = second + _GROUP_WIDTH
    cells = (
        (LEFT, _UNIT_WIDTH, "ĐƠN VỊ ĐƯỢC ĐÁNH GIÁ", ""),
        (second, _GROUP_WIDTH, "NGƯỜI TRẢ LỜI", group),
        (third, RIGHT - third, "HẠN NỘP PHIẾU", deadline),
    )
    items: list[Item] = [Box(LEFT, top, MEASURE, _PANEL, 0.3, radius=1.2)]
    for x, width, label, value in cells:
        measure = width - 2 * _INSET
        items.append(run(x + _INSET, top + 3.6, label, _SMALL_CAPS))
        items += into(x + _INSET, top + 4.9, measure, value, _VALUE, lines=2, smallest=6).runs
        if x > LEFT:
            items.append(Line(x, top + 2.0, x, top + _PANEL - 2.0, HAIRLINE, GREY))
    return items


def _how_to_mark(top: float) -> tuple[list[Item], float]:
    """Show a marked box and a corrected one, with the sentence for each."""
    height = 10.4
    middle = top + height / 2
    sample = 4.0
    items: list[Item] = [Rect(LEFT, top, MEASURE, height, 0.93)]

    def box(x: float, *, cross: bool) -> list[Item]:
        y = middle - sample / 2
        white: list[Item] = [Rect(x, y, sample, sample, 1.0), Box(x, y, sample, sample)]
        if not cross:
            return [Rect(x, y, sample, sample, 0.0)]
        a, b = 0.7, sample - 0.7
        return [
            *white,
            Line(x + a, y + a, x + b, y + b, 0.5),
            Line(x + a, y + b, x + b, y + a, 0.5),
        ]

    bold = Style(Face.SANS_BOLD, 9, leading=1.2)
    plain = Style(Face.SANS, 8.5, leading=1.2)

    def words(x: float, measure: float, text: str, style: Style) -> None:
        size = style.height_of(len(style.lines_of(text, measure)))
        items.extend(paragraph(x, middle - size / 2, measure, text, style).runs)

    x = LEFT + _INSET
    items += box(x, cross=True)
    words(x + 6.5, 36.0, MARK_ONE, bold)
    x += 48.0
    items += [*box(x, cross=False), *box(x + 6.0, cross=True)]
    words(x + 12.5, 54.0, CORRECT, bold)
    x += 72.0
    words(x, RIGHT - _INSET - x, KEYER, plain)
    return items, height
