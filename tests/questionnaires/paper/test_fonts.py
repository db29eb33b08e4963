from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth

from questionnaires.paper.fonts import (
    FONT_FOLDER,
    VIETNAMESE_LETTERS,
    Face,
    balanced,
    font_path,
    metrics,
    missing_letters,
    nfc,
    register_fonts,
    width_mm,
    wrap,
)

WORDS = st.lists(st.text(VIETNAMESE_LETTERS + "/–-,.?", min_size=1, max_size=12), max_size=30)


def test_the_vietnamese_alphabet_has_178_letters_with_tones_in_both_cases():
    assert len(set(VIETNAMESE_LETTERS)) == 178
    assert unicodedata.is_normalized("NFC", VIETNAMESE_LETTERS)


@pytest.mark.parametrize("face", Face)
def test_every_shipped_face_draws_every_vietnamese_letter(face):
    assert missing_letters(face) == ""


@pytest.mark.parametrize("face", Face)
def test_no_vietnamese_letter_is_an_empty_glyph(face):
    assert all(metrics(face).advances[ord(letter)] > 0.2 for letter in VIETNAMESE_LETTERS)


def test_a_letter_the_font_lacks_is_named_before_anything_is_printed():
    assert missing_letters(Face.SANS, "ký ✓") == "✓"

    with pytest.raises(ValueError, match="✓"):
        width_mm("Đúng ✓", Face.SANS, 10)


def test_the_licence_lies_beside_the_fonts():
    licence = (FONT_FOLDER / "OFL.txt").read_text(encoding="utf-8")

    assert "SIL OPEN FONT LICENSE" in licence
    assert "Copyright (c) 2012 Red Hat, Inc." in licence
    assert all(font_path(face).is_file() for face in Face)


def test_our_widths_are_those_the_pdf_is_drawn_with():
    register_fonts()
    words = "Nơi tiếp nhận hồ sơ dễ tìm, có biển chỉ dẫn rõ ràng"

    points = stringWidth(words, Face.SERIF_BOLD.value, 11)

    assert width_mm(words, Face.SERIF_BOLD, 11) == pytest.approx(points * 25.4 / 72, rel=1e-3)


@given(WORDS, st.floats(6, 160))
def test_no_line_is_longer_than_the_measure_and_no_letter_is_lost(words, measure):
    text = " ".join(words)

    for lines in (wrap(text, Face.SANS, 10, measure), balanced(text, Face.SANS, 10, measure)):
        assert all(width_mm(line, Face.SANS, 10) <= measure + 1e-9 for line in lines)
        assert "".join(lines).replace(" ", "") == nfc(text).replace(" ", "")


@given(WORDS, st.floats(30, 160))
def test_evening_lines_out_costs_no_line(words, measure):
    text = " ".join(words)

    assert len(balanced(text, Face.SANS, 10, measure)) == len(wrap(text, Face.SANS, 10, measure))


def test_a_stroke_between_two_answers_does_not_open_a_line():
    lines = wrap("Không biết / không có ý kiến", Face.SANS, 8, 17)

    assert lines[0] == "Không biết /"


def test_combining_tones_are_composed():
    decomposed = unicodedata.normalize("NFD", "Tiếng Việt")

    assert wrap(decomposed, Face.SANS, 10, 100) == ("Tiếng Việt",)
