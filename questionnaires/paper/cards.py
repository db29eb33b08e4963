"""Slip cards: eight to an A4 page, to be cut apart and handed out.

A card carries the right to answer once and no name. It says what it is for, how to use it
by camera or by typing, and that nobody can tell who answered what. The code exists here
only on its way to the page: it is hidden from ``repr`` and written nowhere else. Sheets with
questions are in ``blank_forms``; drawing is in ``render``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from questionnaires.paper.display import A4_MM, Backdrop, Item, Line, Page, Qr, Rect, moved
from questionnaires.paper.fonts import Face
from questionnaires.paper.furniture import banner
from questionnaires.paper.layout import MARGIN
from questionnaires.paper.typography import Style, fitted, grouped, into, paragraph

COLUMNS: Final = 2
ROWS: Final = 4
PER_PAGE: Final = COLUMNS * ROWS
CARD_W: Final = (A4_MM[0] - 2 * MARGIN) / COLUMNS
CARD_H: Final = (A4_MM[1] - 2 * MARGIN) / ROWS
QR_SIZE: Final = 28.0

HOW: Final = "Quét mã QR bằng camera điện thoại, hoặc mở địa chỉ web rồi gõ mã phiếu."
ANONYMOUS: Final = "Phiếu không ghi tên: không ai biết Ông/Bà đã trả lời thế nào."

_INSET = 5.0
_TEXT_W = CARD_W - 2 * _INSET
_QR_X = CARD_W - _INSET - QR_SIZE
# The quiet zone of the smallest code (version 4, 33 modules) is 3.4 mm: nothing comes nearer.
_LEFT_W = _QR_X - _INSET - 4.0
_QR_Y = 17.6
_BAND_Y = 49.0
_BAND_H = 10.2
_CODE_W = 49.0
_WEB_X = _INSET + _CODE_W + 3.0
_WEB_W = _TEXT_W - _CODE_W - 5.0
_CAPTION_DROP = 2.8
"""From the top of the letters of a caption to the top of what it names. [mm]"""

_ORGANISATION = Style(Face.SANS_BOLD, 6.5, shade=0.25)
_TITLE = Style(Face.SANS_BOLD, 10)
_LONG_TITLE = Style(Face.SANS_BOLD, 7, leading=1.16)
_CAPTION = Style(Face.SANS, 6.5, shade=0.35)
_UNIT = Style(Face.SANS_BOLD, 10, leading=1.16)
_GROUP = Style(Face.SANS, 8, leading=1.16)
_VALUE = Style(Face.SANS_BOLD, 9)
_CODE = Style(Face.SANS_BOLD, 13)
_WEB = Style(Face.SANS_BOLD, 7.5)
"""The address to type: the host, the same for all, and below it the path of this card."""
_SMALL = Style(Face.SANS, 7.5)


@dataclass(frozen=True, slots=True)
class Card:
    """What is printed on one slip.

    Attributes
    ----------
    address
        Whole text of the QR, code included; capitals keep it small.
    code
        The sixteen digits a person types.
    number
        Public number, by which the slip can be revoked (``0123``).
    unit
        Unit to be rated, or for a crossed rule its units together (``13 phòng chuyên môn``).
    group, form
        Who answers, and the code of the form or rule.

    """

    address: str = field(repr=False)
    code: str = field(repr=False)
    number: str
    unit: str
    group: str
    form: str


@dataclass(frozen=True, slots=True)
class CardStyle:
    """What a campaign prints on all its cards.

    Attributes
    ----------
    title, organisation
        Of the campaign.
    deadline
        Last day to answer, as people write it (``18/3/2021``).
    base_url_words
        Host to type without the QR (``ks.botrach.gov.vn``); each card adds its own path.
    simulated
        Print "DỮ LIỆU MÔ PHỎNG" on every card.

    """

    title: str
    organisation: str
    deadline: str
    base_url_words: str
    simulated: bool = False


def card_pages(cards: Iterable[Card], style: CardStyle) -> Iterator[Page]:
    """Yield A4 pages of cards, row by row; the iterable is walked once.

    Raises
    ------
    ValueError
        If a letter is not in the font.

    """
    full = _backdrop(style, PER_PAGE)
    waiting = iter(cards)
    while batch := list(islice(waiting, PER_PAGE)):
        # A part-filled last page prints no empty frames: they would look like lost slips.
        backdrop = full if len(batch) == PER_PAGE else _backdrop(style, len(batch))
        items: list[Item] = []
        for place, card in enumerate(batch):
            items += _placed(_personal(card), place)
        yield Page(tuple(items), backdrop)


def _placed(items: Iterable[Item], place: int) -> list[Item]:
    """Move the items of one card to its place on the page."""
    row, column = divmod(place, COLUMNS)
    dx, dy = MARGIN + column * CARD_W, MARGIN + row * CARD_H
    return [moved(item, dx, dy) for item in items]


def _backdrop(style: CardStyle, count: int) -> Backdrop:
    """Set cut lines and everything that is the same on every card."""
    common = _common(style)
    items: list[Item] = []
    for place in range(count):
        items += _placed(common, place)
        items += _placed(_cut_lines(), place)
    return Backdrop(tuple(dict.fromkeys(items)))


def _cut_lines() -> list[Item]:
    corners = ((0.0, 0.0), (CARD_W, 0.0), (CARD_W, CARD_H), (0.0, CARD_H))
    sides = ((0, 1), (1, 2), (3, 2), (0, 3))
    return [Line(*corners[a], *corners[b], 0.15, 0.5, (1.2, 1.2)) for a, b in sides]


def _common(style: CardStyle) -> list[Item]:
    """Set what is the same on every card: head, deadline, web address, two sentences."""
    items: list[Item] = [Rect(_INSET, _BAND_Y, _TEXT_W, _BAND_H, 0.93)]
    tag = 31.0 if style.simulated else 0.0
    if style.simulated:
        items += banner(CARD_W - _INSET - tag + 1.0, 3.6, tag - 1.0, 4.2, size_pt=7.5)
    items += _line(_INSET, 4.2, _TEXT_W - tag, style.organisation.upper(), _ORGANISATION)
    items += _title(style.title)
    items.append(Line(_INSET, 14.2, CARD_W - _INSET, 14.2, 0.3))
    items += _line(_INSET, 38.9, _LEFT_W / 2, "Hạn trả lời", _CAPTION)
    items += _line(_INSET, 38.9 + _CAPTION_DROP, _LEFT_W / 2, style.deadline, _VALUE)
    items += _line(_INSET + 2.0, _BAND_Y + 1.1, _CODE_W, "Mã phiếu", _CAPTION)
    items += _line(_WEB_X, _BAND_Y + 1.1, _WEB_W, "Địa chỉ web", _CAPTION)
    items += _typed(_BAND_Y + 3.8, style.base_url_words)
    items += _line(_INSET, 60.1, _TEXT_W, HOW, _SMALL)
    items += _line(_INSET, 63.1, _TEXT_W, ANONYMOUS, _SMALL)
    return items


def _personal(card: Card) -> list[Item]:
    """Set what is on one card only; its baseline positions match ``_common``."""
    right = _INSET + _LEFT_W / 2
    return [
        Qr(_QR_X, _QR_Y, QR_SIZE, card.address),
        *_line(_INSET, 16.0, _LEFT_W, "Đơn vị được đánh giá", _CAPTION),
        *_lines(16.0 + _CAPTION_DROP, card.unit, _UNIT),
        *_line(_INSET, 27.6, _LEFT_W, "Người trả lời", _CAPTION),
        *_lines(27.6 + _CAPTION_DROP, card.group, _GROUP),
        *_line(right, 38.9, _LEFT_W / 2, f"Mẫu phiếu {card.form}", _CAPTION),
        *_line(right, 38.9 + _CAPTION_DROP, _LEFT_W / 2, f"Số {card.number}", _VALUE),
        *_line(_INSET + 2.0, _BAND_Y + 4.3, _CODE_W, grouped(card.code), _CODE),
        *_typed(_BAND_Y + 6.8, urlsplit(card.address).path.lower()),
    ]


def _title(text: str) -> Sequence[Item]:
    """Set the title in one line, or a long one in two smaller lines."""
    style = fitted(text, _TITLE, _TEXT_W, 1, 8.5)
    if len(style.lines_of(text, _TEXT_W)) == 1:
        return paragraph(_INSET, 9.0, _TEXT_W, text, style).runs
    return into(_INSET, 8.0, _TEXT_W, text, _LONG_TITLE, lines=2, smallest=5).runs


def _typed(top: float, text: str) -> Sequence[Item]:
    """Set a part of the web address in one line, however small: what is typed is never cut."""
    return paragraph(_WEB_X, top, _WEB_W, text, fitted(text, _WEB, _WEB_W, 1, 2)).runs


def _lines(top: float, text: str, style: Style) -> Sequence[Item]:
    """Set a name left of the QR in at most two lines."""
    return into(_INSET, top, _LEFT_W, text, style, lines=2, smallest=6).runs


def _line(x: float, top: float, measure: float, text: str, style: Style) -> Sequence[Item]:
    """Set one line, smaller where it would be too long."""
    return into(x, top, measure, text, style, lines=1, smallest=5).runs
