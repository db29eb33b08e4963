"""What a reader of scans and a person with a pen need, on any form that can be written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questionnaires.model import Choice, Design, Kind, Question, Scale, Section, Unit
from questionnaires.paper.blank_forms import BlankForm, Sheet, blank_form
from questionnaires.paper.display import A4_MM, Box, Qr, Rect, TextRun
from questionnaires.paper.fonts import VIETNAMESE_LETTERS
from questionnaires.paper.layout import BOTTOM, MARGIN, PITCH, ROW
from questionnaires.paper.render import qr_runs
from tests.questionnaires.paper.build import (
    STYLE,
    bo_trach_forms,
    bounds,
    overlap,
    questionnaire,
    rule,
    text,
)

WORD = st.text(VIETNAMESE_LETTERS, min_size=1, max_size=14)


def label(words: int) -> st.SearchStrategy[str]:
    return st.lists(WORD, min_size=1, max_size=words).map(" ".join)


@st.composite
def scales(draw):
    codes = draw(st.permutations("0123456789"))[: draw(st.integers(1, 10))]
    return Scale("S", tuple(Choice(code, text(draw(label(5)))) for code in codes))


@st.composite
def sections(draw, number):
    shared = draw(scales())
    questions = []
    for n in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(Kind))
        of = {Kind.SCALE: shared, Kind.SINGLE: draw(scales()), Kind.TEXT: None}[kind]
        questions.append(Question(f"Q{number}{n}", text(draw(label(30))), kind, of))
    profile = draw(st.booleans())
    return Section(str(number), text(draw(label(8))), tuple(questions), profile=profile)


@st.composite
def forms(draw):
    parts = [draw(sections(number)) for number in range(draw(st.integers(1, 3)))]
    asked = questionnaire(*parts, title=draw(label(20)), intro=draw(label(40)))
    units = tuple(
        Unit(f"P{n:02d}", draw(label(8)), "department") for n in range(draw(st.integers(1, 5)))
    )
    design = draw(st.sampled_from(Design))
    return blank_form(asked, rule(design), draw(label(12)), STYLE, units), draw(label(10))


def check(form: BlankForm, unit: str) -> None:
    width, height = A4_MM
    for placed, page in zip(form.layout.pages, form.pages(Sheet("12345678", unit)), strict=True):
        items = list(page.all_items)
        runs = [bounds(item) for item in items if isinstance(item, TextRun)]
        boxes = [box for field in placed.fields for box in field.boxes]
        outlines = [(b.x, b.y, b.x + b.w, b.y + b.h) for b in boxes]
        squares = [(s.x, s.y, s.x + s.w, s.y + s.h) for s in placed.squares]
        drawn = {(i.x, i.y, i.w, i.h) for i in items if isinstance(i, Box)}

        # the layout names boxes that are printed, and a marked box is all of 4.8 mm
        assert all((b.x, b.y, b.w, b.h) in drawn for b in boxes)
        assert all((b.w, b.h) == (4.8, 4.8) for b in boxes)
        # a margin of 10 mm stays free, and 8 mm more under the last row
        for left, top, right, bottom in map(bounds, items):
            assert left >= MARGIN - 1e-6
            assert top >= MARGIN - 1e-6
            assert right <= width - MARGIN + 1e-6
            assert bottom <= height - MARGIN + 1e-6
        assert all(outline[3] <= BOTTOM for outline in outlines)
        # boxes of a row are 15 mm apart, rows 8.7 mm; nothing is written within 2.5 mm of one
        for n, one in enumerate(boxes):
            for other in boxes[:n]:
                assert abs(one.x - other.x) >= PITCH - 1e-6 or abs(one.y - other.y) >= ROW - 1e-6
        for outline in outlines:
            assert not any(beside(outline, run) for run in runs)
        # no two lines of text touch, and none touches a square
        for n, one in enumerate(runs):
            assert not any(overlap(one, other) for other in runs[:n])
            assert not any(overlap(one, square) for square in squares)
        # the quiet zone of the code is white
        code = next(item for item in items if isinstance(item, Qr))
        quiet = 4 * code.size / qr_runs(code.text)[0]
        ink = [bounds(i) for i in items if isinstance(i, (TextRun, Rect, Box))]
        assert not any(overlap(bounds(code), one, quiet) for one in ink)


def beside(outline, run):
    """Say whether a text stands in a box, or within 2.5 mm left or right of it."""
    left, top, right, bottom = outline
    return overlap((left - 2.5, top, right + 2.5, bottom), run)


@pytest.mark.parametrize(
    "code", ["CH1", "CH2", "CH3", "CH4", "CX1-HD", "CX1-LD", "CX2", "CX3", "CX4"]
)
def test_the_forms_of_the_plan_keep_the_rules_of_the_page(code):
    check(bo_trach_forms()[code], "Phòng Lao động - Thương binh và Xã hội")


@settings(max_examples=40)
@given(forms())
def test_any_form_keeps_the_rules_of_the_page_however_long_its_words(drawn):
    check(*drawn)


def test_the_smallest_code_keeps_its_larger_quiet_zone():
    form = bo_trach_forms()["CX2"]

    check(replace(form, style=replace(STYLE, base_url=None)), "Phòng Y tế")
