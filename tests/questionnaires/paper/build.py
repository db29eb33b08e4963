"""Small forms, cards and the eyes that look at them again: PDF to text, picture and QR."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import pypdfium2 as pdfium
import zxingcpp

from questionnaires.loader import load_campaign, load_questionnaire
from questionnaires.model import (
    NO_OPINION,
    Choice,
    Design,
    Kind,
    Question,
    Questionnaire,
    QuotaRule,
    Scale,
    Section,
    Text,
    Unit,
)
from questionnaires.paper.blank_forms import BlankForm, SheetStyle, blank_form
from questionnaires.paper.cards import Card, CardStyle
from questionnaires.paper.display import Box, Item, Line, Page, Qr, Rect, TextRun
from questionnaires.paper.fonts import MM_PER_POINT, width_mm
from questionnaires.paper.render import write_pdf

STYLE = SheetStyle(
    "Chỉ số CCHC năm 2020", "UBND huyện Bố Trạch", 2020, "18/3/2021", "https://ks.botrach.gov.vn"
)
CARD_STYLE = CardStyle(
    "Chỉ số CCHC năm 2020", "UBND huyện Bố Trạch", "18/3/2021", "ks.botrach.gov.vn"
)
GROUP = "Doanh nghiệp, tổ chức, người dân"
UNITS = tuple(
    Unit(f"P{number:02d}", name, "department")
    for number, name in enumerate(
        ("Văn phòng HĐND và UBND", "Phòng Nông nghiệp và Phát triển nông thôn", "Phòng Y tế"), 1
    )
)


def text(words: str) -> Text:
    return Text(words, words)


def scale(*labels: str, no_opinion: bool = True) -> Scale:
    choices = [Choice(str(len(labels) - n), text(label)) for n, label in enumerate(labels)]
    if no_opinion:
        choices.append(Choice(NO_OPINION, text("Không biết / không có ý kiến")))
    return Scale("S", tuple(choices))


Q4 = scale("Rất tốt", "Tốt", "Trung bình", "Kém")


def questionnaire(
    *sections: Section, title: str = "Phiếu lấy ý kiến", intro: str = "Kính gửi"
) -> Questionnaire:
    return Questionnaire("CH4", text(title), text(intro), sections)


def section(labels: Sequence[str], of: Scale | None = Q4, kind: Kind = Kind.SCALE) -> Section:
    questions = tuple(
        Question(f"Q{number:02d}", text(label), kind, of) for number, label in enumerate(labels, 1)
    )
    return Section("A", text("Thủ tục hành chính"), questions)


def rule(design: Design = Design.OWN) -> QuotaRule:
    return QuotaRule("CH4", "", "", "CH4", "citizens", "department", 10, design, 130)


@cache
def bo_trach_forms() -> dict[str, BlankForm]:
    """The nine rules of the plan, each set as its people get it."""
    campaign = load_campaign("bo_trach_2020")
    labels = {group.code: group.label.vi for group in campaign.groups}
    return {
        one.code: blank_form(
            load_questionnaire(one.form).asked_of(one),
            one,
            labels[one.group],
            STYLE,
            campaign.units_of(one),
        )
        for one in campaign.rules
    }


def cards(number: int) -> Iterator[Card]:
    for n in range(number):
        code = f"123456789012{n:04d}"
        dashed = f"1234-5678-9012-{n:04d}"
        address = f"HTTPS://KS.BOTRACH.GOV.VN/P/BT20/CX4/17#{dashed}"
        yield Card(address, code, f"{n:04d}", "Xã Bắc Trạch", GROUP, "CX4")


def pdf(pages: Iterable[Page]) -> bytes:
    stream = io.BytesIO()
    write_pdf(stream, pages, title="Thử")
    return stream.getvalue()


def texts(data: bytes) -> list[str]:
    """Return what a reader can copy from each page, with line ends as spaces."""
    with pdfium.PdfDocument(data) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def codes(data: bytes) -> list[list[str]]:
    """Return the QR texts of each page as a scanner at 200 dpi would read them."""
    with pdfium.PdfDocument(data) as document:
        pictures = [page.render(scale=200 / 72, grayscale=True).to_pil() for page in document]
    return [
        [found.text for found in zxingcpp.read_barcodes(picture, zxingcpp.BarcodeFormat.QRCode)]
        for picture in pictures
    ]


Bounds = tuple[float, float, float, float]


def bounds(item: Item) -> Bounds:
    """Return left, top, right, bottom; a text reaches from its tallest to its deepest letter."""
    match item:
        case TextRun():
            size = item.size_pt * MM_PER_POINT
            right = item.x + width_mm(item.text, item.face, item.size_pt)
            return item.x, item.y - 0.92 * size, right, item.y + 0.23 * size
        case Line():
            left, right = sorted((item.x1, item.x2))
            top, bottom = sorted((item.y1, item.y2))
            return left, top, right, bottom
        case Qr():
            return item.x, item.y, item.x + item.size, item.y + item.size
        case Rect() | Box():
            return item.x, item.y, item.x + item.w, item.y + item.h


def overlap(one: Bounds, other: Bounds, clear: float = 0.0) -> bool:
    """Say whether two rectangles come nearer than ``clear`` in both directions. [mm]"""
    nearest = clear - 1e-6
    return (
        one[0] < other[2] + nearest
        and other[0] < one[2] + nearest
        and one[1] < other[3] + nearest
        and other[1] < one[3] + nearest
    )
