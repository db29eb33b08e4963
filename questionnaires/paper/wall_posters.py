"""Wall posters: one A4 page with a QR code, hung where a unit receives people.

A poster carries no right and no secret, only the public address of its place: whoever stands
there scans it and answers. It names the unit in letters that are read from two metres, prints
the address and the number beside the code so that a code pasted over it is noticed, and says
what the code does not promise. Cards with the right to answer are in ``cards``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from questionnaires.paper.display import A4_MM, Item, Line, Page, Qr, Rect
from questionnaires.paper.fonts import Face
from questionnaires.paper.furniture import banner
from questionnaires.paper.typography import Align, Style, fitted, grouped, paragraph, set_lines

QR_SIZE: Final = 90.0
"""Side of the symbol; read from about a metre. [mm]"""

INVITE: Final = "Mời Ông/Bà cho ý kiến về sự phục vụ của"
HOW: Final = "Quét mã bằng camera điện thoại hoặc Zalo rồi trả lời ngay trên điện thoại."
WITHOUT: Final = "Không có điện thoại, hoặc không quét được: xin phiếu mời tại quầy."
PRIVATE: Final = (
    "Không hỏi họ tên, số điện thoại. Ai cũng trả lời được nên ý kiến qua mã dán không phải là "
    "mẫu được chọn ngẫu nhiên."
)

_MARGIN = 18.0
_MEASURE = A4_MM[0] - 2 * _MARGIN
_QR_X = (A4_MM[0] - QR_SIZE) / 2
_QR_Y = 108.0
# The quiet zone of the smallest code (29 modules) is 12.5 mm: nothing comes nearer.
_NAME_Y = 54.0
_NAME_H = 41.0
_PLACE_DROP = 8.0
_BAND_Y = _QR_Y + QR_SIZE + 13.0
_BAND_H = 20.0

_ORGANISATION = Style(Face.SANS_BOLD, 14, shade=0.2)
_TITLE = Style(Face.SANS, 12.5, leading=1.3, shade=0.2)
_INVITE = Style(Face.SANS, 19)
_UNIT = Style(Face.SANS_BOLD, 38, leading=1.2)
_PLACE = Style(Face.SANS, 13, shade=0.25)
_ADDRESS = Style(Face.SANS_BOLD, 22)
_NUMBER = Style(Face.SANS, 12, shade=0.25)
_HOW = Style(Face.SANS_BOLD, 13, leading=1.3)
_SMALL = Style(Face.SANS, 11.5, leading=1.3)
_DEADLINE = Style(Face.SANS_BOLD, 13)


@dataclass(frozen=True, slots=True)
class Poster:
    """What is printed on one poster.

    Attributes
    ----------
    address
        Whole text of the QR; capitals keep it small.
    typed
        The address as people type it (``ks.botrach.gov.vn/q/12345678``).
    number
        Of the place, eight digits.
    unit, group, place
        Who is rated, who is asked, and where the poster hangs.

    """

    address: str
    typed: str
    number: str
    unit: str
    group: str
    place: str


@dataclass(frozen=True, slots=True)
class PosterStyle:
    """What a campaign prints on all its posters.

    Attributes
    ----------
    title, organisation
        Of the campaign.
    deadline
        Last day to answer, as people write it (``18/3/2021``).
    simulated
        Print "DỮ LIỆU MÔ PHỎNG" on every poster.

    """

    title: str
    organisation: str
    deadline: str
    simulated: bool = False


def poster_pages(posters: Iterable[Poster], style: PosterStyle) -> Iterator[Page]:
    """Yield one A4 page for each poster.

    Raises
    ------
    ValueError
        If a letter is not in the font.

    """
    for poster in posters:
        yield Page((*_head(style), *_invitation(poster), *_code(poster), *_foot(style)))


def _head(style: PosterStyle) -> list[Item]:
    """Set who asks: the organisation and the campaign, and a rule below."""
    items: list[Item] = []
    if style.simulated:
        items += banner(A4_MM[0] / 2 - 40.0, 8.0, 80.0, 8.0, size_pt=13)
    items += _centred(20.0, style.organisation.upper(), _ORGANISATION, lines=1, smallest=9)
    items += _centred(27.5, style.title, _TITLE, lines=2, smallest=9)
    items.append(Line(_MARGIN, 40.5, A4_MM[0] - _MARGIN, 40.5, 0.4))
    return items


def _invitation(poster: Poster) -> list[Item]:
    """Set the invitation, the name of the unit as large as two lines allow, and who is asked."""
    unit = fitted(poster.unit, _UNIT, _MEASURE, 2, 18)
    lines = unit.tidy_lines_of(poster.unit, _MEASURE)
    height = unit.height_of(len(lines))
    top = _NAME_Y + (_NAME_H - height - _PLACE_DROP) / 2
    return [
        *_centred(45.0, INVITE, _INVITE, lines=1, smallest=14),
        *set_lines(_MARGIN, top, _MEASURE, lines, unit, align=Align.CENTRE).runs,
        *_centred(top + height + 3.0, f"Dành cho: {poster.group}", _PLACE, lines=1, smallest=8),
    ]


def _code(poster: Poster) -> list[Item]:
    """Set the QR and below it the address and the number, for those who type or compare."""
    return [
        Qr(_QR_X, _QR_Y, QR_SIZE, poster.address),
        Rect(_MARGIN, _BAND_Y, _MEASURE, _BAND_H, 0.93),
        *_centred(_BAND_Y + 3.0, poster.typed, _ADDRESS, lines=1, smallest=10),
        *_centred(
            _BAND_Y + 13.5,
            f"Số điểm: {grouped(poster.number)} · {poster.place}",
            _NUMBER,
            lines=1,
            smallest=8,
        ),
    ]


def _foot(style: PosterStyle) -> list[Item]:
    """Set how to answer, what the code does not promise, and until when."""
    top = _BAND_Y + _BAND_H + 5.5
    return [
        *_centred(top, HOW, _HOW, lines=1, smallest=10),
        *_centred(top + 8.0, WITHOUT, _SMALL, lines=1, smallest=9),
        *_centred(top + 15.0, PRIVATE, _SMALL, lines=2, smallest=9),
        Line(_MARGIN, top + 29.5, A4_MM[0] - _MARGIN, top + 29.5, 0.4),
        *_centred(
            top + 33.0, f"Trả lời trước hết ngày {style.deadline}", _DEADLINE, lines=1, smallest=9
        ),
    ]


def _centred(top: float, text: str, style: Style, *, lines: int, smallest: float) -> list[Item]:
    """Set a text in the middle, smaller until it takes no more than so many lines."""
    fit = fitted(text, style, _MEASURE, lines, smallest)
    return list(paragraph(_MARGIN, top, _MEASURE, text, fit, align=Align.CENTRE, tidy=True).runs)
