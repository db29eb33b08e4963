from __future__ import annotations

import io
from xml.etree import ElementTree as ET

import pytest

from questionnaires.paper.blank_forms import Sheet, sheet_pages
from questionnaires.paper.display import Page, Qr
from questionnaires.paper.render import page_svg, qr_runs, write_pdf
from tests.questionnaires.paper.build import bo_trach_forms, codes, pdf, texts

SVG = "{http://www.w3.org/2000/svg}"


def sheets(number):
    return [Sheet(f"{20000000 + 7919 * n:08d}", "Xã Bắc Trạch") for n in range(number)]


def test_printing_again_gives_the_same_bytes():
    form = bo_trach_forms()["CX2"]

    assert pdf(sheet_pages(form, sheets(3))) == pdf(sheet_pages(form, sheets(3)))


def test_a_hundred_sheets_carry_the_form_once():
    form = bo_trach_forms()["CX2"]

    one, hundred = pdf(sheet_pages(form, sheets(1))), pdf(sheet_pages(form, sheets(100)))

    assert hundred.count(b"/Subtype /Form") == 1
    assert len(hundred) - len(one) < 99 * 2500


def test_pages_stream_one_by_one_and_progress_is_told():
    form = bo_trach_forms()["CX2"]
    drawn, told = [], []

    def pages():
        for page in sheet_pages(form, sheets(4)):
            drawn.append(len(told))
            yield page

    written = write_pdf(io.BytesIO(), pages(), title="x", progress=told.append)

    assert written == 4
    assert told == [1, 2, 3, 4]
    assert drawn == [0, 1, 2, 3]


def test_a_file_without_pages_is_refused():
    with pytest.raises(ValueError, match="no page"):
        write_pdf(io.BytesIO(), [], title="x")


@pytest.mark.parametrize(
    ("address", "modules"),
    [
        ("12345678", 21),
        ("HTTPS://KS.BOTRACH.GOV.VN/S/12345678", 29),
        ("HTTPS://KS.BOTRACH.GOV.VN/P/BT20/CX4/17#1234-5678-9012-3456", 33),
    ],
)
def test_addresses_in_capitals_give_small_codes(address, modules):
    assert qr_runs(address)[0] == modules


def test_a_scanner_reads_every_code_of_any_length():
    addresses = [f"HTTPS://KS.GOV.VN/S/{n:08d}{'X' * (n % 60)}" for n in range(0, 4000, 211)]

    read = codes(pdf(Page((Qr(80, 80, 30, address),)) for address in addresses))

    assert read == [[address] for address in addresses]


def test_a_code_is_not_shown_by_repr():
    assert "1234" not in repr(Qr(0, 0, 30, "HTTPS://X/P#1234"))


def test_the_preview_shows_the_texts_and_boxes_of_the_print():
    form = bo_trach_forms()["CX2"]
    page = next(form.pages(Sheet("12345678", "Xã Bắc Trạch")))

    drawing = ET.fromstring(page_svg(page))  # noqa: S314 - our own drawing

    words = " ".join(node.text or "" for node in drawing.iter(f"{SVG}text"))
    print_words = texts(pdf([page]))[0]
    assert sorted(words.split()) == sorted(print_words.split())
    outlines = {
        (float(node.get("x", 0)), float(node.get("y", 0)))
        for node in drawing.iter(f"{SVG}rect")
        if node.get("fill") == "none"
    }
    boxes = {(round(b.x, 2), round(b.y, 2)) for f in form.layout.fields for b in f.boxes}
    assert boxes
    assert boxes <= outlines
