from __future__ import annotations

from dataclasses import replace

import pytest

from questionnaires.paper.cards import CARD_H, CARD_W, Card, card_pages
from questionnaires.paper.display import Qr, TextRun
from questionnaires.paper.render import qr_runs
from questionnaires.paper.typography import grouped
from tests.questionnaires.paper.build import CARD_STYLE, bounds, cards, codes, overlap, pdf, texts


def test_every_card_opens_with_a_camera_what_its_code_opens_by_hand():
    printed = list(cards(13))

    data = pdf(card_pages(printed, CARD_STYLE))

    read = [text for page in codes(data) for text in page]
    assert sorted(read) == sorted(card.address for card in printed)
    words = texts(data)
    assert len(words) == 2
    for number, card in enumerate(printed):
        assert grouped(card.code) in words[number // 8]
        assert f"Số {card.number}" in words[number // 8]


def test_a_card_says_all_a_person_needs():
    words = texts(pdf(card_pages(cards(1), CARD_STYLE)))[0]

    for said in (
        "UBND HUYỆN BỐ TRẠCH",
        "Chỉ số CCHC năm 2020",
        "Xã Bắc Trạch",
        "Doanh nghiệp, tổ chức, người dân",
        "18/3/2021",
        "ks.botrach.gov.vn",
        "Quét mã QR bằng camera điện thoại",
        "không ai biết Ông/Bà đã trả lời thế nào",
    ):
        assert said in words


@pytest.mark.parametrize(("simulated", "banners"), [(True, 8), (False, 0)])
def test_demo_cards_say_so_on_every_card(simulated, banners):
    style = replace(CARD_STYLE, simulated=simulated)

    words = texts(pdf(card_pages(cards(8), style)))[0]

    assert words.count("DỮ LIỆU MÔ PHỎNG") == banners


def test_a_code_never_shows_in_a_log():
    card = next(cards(1))

    assert "1234" not in repr(card)


def test_a_card_can_be_cut_out_whole_and_nothing_on_it_collides():
    long = Card(
        "HTTPS://KHAOSAT.CCHC.QUANGBINH.GOV.VN/P/BT20/CX4/17#1234-5678-9012-3456",
        "1234567890123456",
        "0123",
        "Trung tâm Phục vụ hành chính công và Kiểm soát thủ tục hành chính thị trấn Việt Trung",
        "Công chức, viên chức, người lao động các phòng, đơn vị thuộc Uỷ ban nhân dân huyện",
        "CX4",
    )
    style = replace(
        CARD_STYLE,
        title="Xác định Chỉ số cải cách hành chính các phòng chuyên môn và cấp xã năm 2020",
        base_url_words="khaosat.cchc.quangbinh.gov.vn",
        simulated=True,
    )

    page = next(card_pages([long] * 8, style))

    typed = "".join(texts(pdf([page]))[0].split())
    assert typed.count("khaosat.cchc.quangbinh.gov.vn") == 8
    marks = [bounds(item) for item in page.all_items if isinstance(item, (TextRun, Qr))]
    for left, top, right, bottom in marks:
        column, row = int((left - 10) // CARD_W), int((top - 10) // CARD_H)
        assert left - 10 >= column * CARD_W + 3
        assert right - 10 <= (column + 1) * CARD_W - 3
        assert bottom - 10 <= (row + 1) * CARD_H - 3
    pairs = [(a, b) for n, a in enumerate(marks) for b in marks[:n]]
    assert not [pair for pair in pairs if overlap(*pair)]
    ink = [bounds(item) for item in page.all_items if not isinstance(item, Qr)]
    for code in [item for item in page.all_items if isinstance(item, Qr)]:
        assert code.size >= 25
        quiet = 4 * code.size / qr_runs(code.text)[0]
        assert not any(overlap(bounds(code), one, quiet) for one in ink)


def test_the_last_page_prints_no_empty_cards():
    *_, last = card_pages(cards(9), CARD_STYLE)

    sentences = [item for item in last.all_items if isinstance(item, TextRun)]
    assert sum("Phiếu không ghi tên" in item.text for item in sentences) == 1
