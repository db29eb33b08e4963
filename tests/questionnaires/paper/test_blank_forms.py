from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from questionnaires.loader import load_campaign, load_questionnaire
from questionnaires.model import Design, Kind
from questionnaires.paper.blank_forms import Sheet, blank_form, sheet_pages
from questionnaires.paper.layout import NO_CONTACT
from tests.questionnaires.paper.build import (
    GROUP,
    STYLE,
    UNITS,
    bo_trach_forms,
    codes,
    pdf,
    questionnaire,
    rule,
    scale,
    section,
    texts,
)

RULES = ("CH1", "CH2", "CH3", "CH4", "CX1-HD", "CX1-LD", "CX2", "CX3", "CX4")


@pytest.mark.parametrize("code", RULES)
def test_every_page_of_the_plan_carries_its_serial_in_digits_and_in_a_code(code):
    data = pdf(sheet_pages(bo_trach_forms()[code], [Sheet("12345678", "Thị trấn Phong Nha")]))

    words = texts(data)
    assert codes(data) == [["HTTPS://KS.BOTRACH.GOV.VN/S/12345678"]] * len(words)
    for number, page in enumerate(words, 1):
        assert page.count("1234-5678") == 2
        assert f"Trang {number}/{len(words)}" in page
        assert "Thị trấn Phong Nha" in page


def test_without_a_public_address_the_code_is_the_bare_serial():
    style = replace(STYLE, base_url=None)
    form = blank_form(questionnaire(section(["Thái độ phục vụ"])), rule(), GROUP, style)

    data = pdf(form.pages(Sheet("12345678", "Phòng Y tế")))

    assert codes(data) == [["12345678"]]
    assert "http" not in texts(data)[0].lower()


def test_the_sheet_says_what_it_is_how_to_mark_it_and_until_when():
    form = blank_form(questionnaire(section(["Thái độ phục vụ"])), rule(), GROUP, STYLE)

    words = texts(pdf(form.pages(Sheet("12345678", "Phòng Y tế"))))[0]

    for said in (
        "UBND HUYỆN BỐ TRẠCH",
        "Phiếu lấy ý kiến",
        "Mẫu phiếu CH4 · Năm 2020 · Mẫu minh hoạ",
        "Phòng Y tế",
        "Doanh nghiệp, tổ chức, người dân",
        "18/3/2021",
        "Đánh dấu X vào MỘT ô",
        "Chọn nhầm: tô đen kín ô sai rồi đánh X vào ô đúng",
        "Q01 Thái độ phục vụ",
    ):
        assert said in words


def test_demo_sheets_say_so_on_every_page():
    style = replace(STYLE, simulated=True)
    form = blank_form(questionnaire(section(["Thái độ"] * 40)), rule(), GROUP, style)

    words = texts(pdf(form.pages(Sheet("12345678", "Phòng Y tế"))))

    assert len(words) > 1
    assert all("DỮ LIỆU MÔ PHỎNG" in page for page in words)


@pytest.mark.parametrize("code", [code for code in RULES if code not in {"CH1", "CH3", "CX3"}])
def test_an_own_sheet_asks_every_question_once_with_the_codes_of_its_choices(code):
    campaign = load_campaign("bo_trach_2020")
    asked = load_questionnaire(campaign.rule_by_code[code].form).asked_of(
        campaign.rule_by_code[code]
    )

    fields = list(bo_trach_forms()[code].layout.fields)

    assert [field.id for field in fields] == [question.code for question in asked.questions]
    for field, question in zip(fields, asked.questions, strict=True):
        printed = tuple(box.code for box in field.boxes)
        assert printed == (question.scale.codes if question.scale else ())
        assert (field.kind == "text") == (question.kind is Kind.TEXT)


@pytest.mark.parametrize("code", ["CH1", "CH3", "CX3"])
def test_a_booklet_asks_every_unit_question_about_every_unit(code):
    campaign = load_campaign("bo_trach_2020")
    quota = campaign.rule_by_code[code]
    asked = load_questionnaire(quota.form).asked_of(quota)
    units = [unit.code for unit in campaign.units_of(quota)]

    fields = [field.id for field in bo_trach_forms()[code].layout.fields]

    wanted = [f"{NO_CONTACT}@{unit}" for unit in units]
    wanted += [question.code for question in asked.profile_questions]
    wanted += [f"{question.code}@{unit}" for question in asked.unit_questions for unit in units]
    assert sorted(fields) == sorted(wanted)


def test_the_no_contact_boxes_stand_on_the_first_page():
    for code in ("CH1", "CH3", "CX3"):
        first, *later = bo_trach_forms()[code].layout.pages

        assert any(field.question == NO_CONTACT for field in first.fields)
        assert not any(field.question == NO_CONTACT for page in later for field in page.fields)


def test_the_codes_are_printed_beside_the_boxes():
    form = blank_form(questionnaire(section(["Thái độ phục vụ"])), rule(), GROUP, STYLE)
    page = next(form.pages(Sheet("12345678", "Phòng Y tế")))
    runs = [item for item in page.all_items if hasattr(item, "text")]

    for box in next(form.layout.fields).boxes:
        beside = [
            run.text
            for run in runs
            if 0 < run.x - (box.x + box.w) < 3 and box.y < run.y < box.y + box.h
        ]
        assert beside == [box.code]


def test_one_page_where_possible_and_the_plan_prints_on_double_sided_sheets_at_most():
    pages = {code: len(bo_trach_forms()[code].backdrops) for code in RULES}

    own = {code: count for code, count in pages.items() if code not in {"CH1", "CH3", "CX3"}}
    assert own == {"CH2": 1, "CH4": 2, "CX1-HD": 1, "CX1-LD": 1, "CX2": 1, "CX4": 2}


def test_a_new_scale_brings_its_own_labels_above_its_boxes():
    yes_no = scale("Có", "Không")
    first, second = section(["Thái độ"]), section(["Có bị gợi ý"], yes_no)
    form = blank_form(questionnaire(first, second), rule(), GROUP, STYLE)

    words = texts(pdf(form.pages(Sheet("12345678", "Phòng Y tế"))))[0]

    assert words.index("Rất tốt") < words.index("Thái độ") < words.index("Có bị gợi ý")
    three = [field for field in form.layout.fields if len(field.boxes) == 3]
    assert [box.code for box in three[0].boxes] == ["2", "1", "9"]


def test_the_layout_is_plain_json_and_its_name_moves_with_any_box():
    layout = bo_trach_forms()["CX2"].layout
    again = json.loads(json.dumps(layout.as_json()))

    assert again == layout.as_json()
    assert again["page_size_mm"] == [210.0, 297.0]
    page = again["pages"][0]
    assert len(page["fiducials"]) == 4
    assert page["qr"]["w"] >= 18
    assert page["fields"][0]["boxes"][0].keys() == {"code", "x", "y", "w", "h"}
    field = layout.pages[0].fields[0]
    moved = replace(layout.pages[0], fields=(field.moved_down(0.1), *layout.pages[0].fields[1:]))
    assert replace(layout, pages=(moved,)).sha256 != layout.sha256


def test_the_columns_of_all_scales_of_a_form_stand_in_line():
    fields = bo_trach_forms()["CX4"].layout.fields
    rows = [tuple(box.x for box in field.boxes) for field in fields if field.kind == "single"]
    matrix = [row for row in rows if len(row) == 6 and len(set(row)) == 6]

    assert matrix
    assert all(one == other for one, other in pairwise(matrix))


@pytest.mark.parametrize("serial", ["1234567", "123456789", "1234 678", "ABCD2345"])
def test_a_serial_is_eight_digits(serial):
    with pytest.raises(ValueError, match="not 8 digits"):
        Sheet(serial, "Phòng Y tế")


def test_a_booklet_without_units_and_a_form_without_questions_are_refused():
    with pytest.raises(ValueError, match="no unit"):
        blank_form(questionnaire(section(["Thái độ"])), rule(Design.CROSS), GROUP, STYLE)
    with pytest.raises(ValueError, match="nothing"):
        blank_form(questionnaire(), rule(), GROUP, STYLE, UNITS)
