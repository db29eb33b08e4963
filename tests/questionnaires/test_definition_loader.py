"""A definition file is read strictly, and all its mistakes are named at once."""

import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest

import questionnaires
from questionnaires.errors import DefinitionError
from questionnaires.loader import (
    campaign_from,
    criteria_from,
    load_campaign,
    load_criteria,
    load_questionnaire,
    questionnaire_from,
    to_mapping,
)
from tests.questionnaires.builders import make_campaign, make_criteria, make_form

TEN_MISTAKES = """\
code: F9
title: {vi: Phiếu thử}
intro: {vi: Xin trả lời, en: Please answer}
scales:
  L3:
    - {code: "12", label: {vi: Cao, en: High}, percent: 120}
    - {code: "1", label: {vi: Thấp, en: Low}, percent: 0}
    - {code: "9", label: {vi: Không biết, en: Do not know}}
sections:
  - code: A
    title: {vi: Phần, en: Part}
    questions:
      - {code: Q01, label: {vi: Hỏi, en: Ask}, kind: scale, scale: Q4, criterion: 3.10}
      - {code: Q02, label: {vi: Hỏi, en: Ask}, kind: scale, scale: Q5, criterion: "3.1"}
      - {code: Q03, label: {vi: Hỏi, en: Ask}, kind: choice, scale: Q4}
      - {code: Q04, label: {vi: Hỏi, en: Ask}, kind: scale, scale: Q4, colour: red}
      - {code: Q05, label: {vi: Hỏi, en: Ask}, kind: scale, scale: L3, criterion: "3.1"}
      - {code: Q05, label: {vi: Hỏi, en: Ask}, kind: scale, scale: Q4, criterion: "3.1"}
      - {code: Q07, label: {vi: Hỏi, en: Ask}, kind: text}
      - {code: Q08, code: Q08, label: {vi: Hỏi, en: Ask}, kind: text, required: false}
"""


def load_text(name):
    return (Path(questionnaires.__file__).parent / name).read_text(encoding="utf-8")


@pytest.fixture
def write(tmp_path):
    def write_file(text, name="thu.yaml"):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return write_file


def mistakes_of(load, *args):
    with pytest.raises(DefinitionError) as caught:
        load(*args)
    return caught.value.mistakes


def said(mistakes):
    return {(mistake.where, mistake.problem) for mistake in mistakes}


def test_a_form_with_ten_mistakes_reports_all_ten_with_place_and_remedy(write):
    mistakes = mistakes_of(load_questionnaire, write(TEN_MISTAKES))

    assert said(mistakes) == {
        ("title › en (dòng 2)", "thiếu bản tiếng Anh"),
        ("thang L3, phương án 12", "mã “12” không phải một chữ số"),
        ("thang L3, phương án 12", "tỷ lệ điểm 120 nằm ngoài khoảng 0–100"),
        (
            "A › Q01 › criterion (dòng 13)",
            "“3.1” được YAML hiểu là số, ngày hoặc đúng/sai, không phải chữ",
        ),
        ("Q02", "không có thang “Q5”"),
        ("A › Q03 › kind (dòng 15)", "“choice” không phải giá trị được dùng"),
        ("A › Q04 › colour (dòng 16)", "không có trường nào tên như vậy"),
        ("Q05", "mã câu hỏi này dùng 2 lần"),
        ("Q07", "câu trả lời tự do không được bắt buộc"),
        ("dòng 20", "khóa “code” đã có ở trên"),
    }
    assert {mistake.path for mistake in mistakes} == {"thu.yaml"}
    assert all(mistake.remedy for mistake in mistakes)


def test_a_message_names_file_place_and_remedy_in_one_sentence(write):
    mistakes = mistakes_of(load_questionnaire, write(TEN_MISTAKES))

    assert (
        "thu.yaml: A › Q04 › colour (dòng 16): không có trường nào tên như vậy. "
        "Cách sửa: sửa tên hoặc xóa “colour”."
    ) in {str(mistake) for mistake in mistakes}


def test_a_criterion_that_cannot_be_read_does_not_make_orphans_of_its_children():
    mapping = to_mapping(make_criteria())
    mapping["criteria"][0]["title"] = "chỉ một ngôn ngữ"
    mapping["criteria"][2]["source"] = "khảo sát"

    mistakes = mistakes_of(criteria_from, mapping)

    assert [mistake.where for mistake in mistakes] == [
        "criteria › 1 › title",
        "criteria › 1.2 › source",
    ]


def test_mistakes_of_a_plan_are_found_although_some_of_its_lines_cannot_be_read(write):
    text = load_text("campaigns/bo_trach_2020.yaml")
    text = text.replace("code: X28", "code: X27").replace("code: P13", "code: p13")
    text = text.replace("per_unit: 56", "per_unit: năm mươi sáu").replace("year: 2020\n", "")

    mistakes = mistakes_of(load_campaign, write(text))

    assert {(mistake.where.partition(" (")[0]) for mistake in mistakes} == {
        "year",
        "CH3 › per_unit",
        "X27",
        "p13",
    }


def test_a_plan_that_does_not_add_up_is_loaded_so_that_it_can_be_shown(write):
    text = load_text("campaigns/bo_trach_2020.yaml").replace("stated_total: 39", "stated_total: 93")

    assert load_campaign(write(text)).rule_by_code["CH1"].stated_total == 93


def test_a_set_whose_total_is_not_what_its_criteria_add_up_to_is_refused(write):
    text = load_text("criteria/commune.yaml").replace("max_points: 100\n", "max_points: 110\n")

    (mistake,) = mistakes_of(load_criteria, write(text))

    assert mistake.problem == (
        "bộ tiêu chí ghi tổng 110 điểm nhưng các tiêu chí cộng lại được 100 điểm"
    )


def test_a_branch_without_points_of_its_own_gets_the_sum_below_it():
    mapping = to_mapping(make_criteria())
    mapping["criteria"][0]["max_points"] = None

    assert criteria_from(mapping).by_code["1"].max_points == 100


def test_a_ring_of_parents_cannot_be_loaded():
    mapping = to_mapping(make_criteria())
    mapping["criteria"][0]["parent"] = "1.1"

    (mistake,) = mistakes_of(criteria_from, mapping)

    assert mistake.problem == "tiêu chí cha “1.1” không đứng trước nó"


@pytest.mark.parametrize(("written", "meant"), [(60, "60"), ("2.5", "2.5"), (2.5, "2.5")])
def test_numbers_that_lose_no_digit_are_taken(written, meant):
    mapping = to_mapping(make_criteria())
    mapping["bands"][0]["minimum"] = written

    assert criteria_from(mapping).bands[0].minimum == Decimal(meant)


@pytest.mark.parametrize("written", [0.1, float("nan"), float("inf"), "1e9", "2,5", True, [1]])
def test_numbers_that_may_have_lost_a_digit_are_refused(written):
    mapping = to_mapping(make_criteria())
    mapping["bands"][0]["minimum"] = written

    (mistake,) = mistakes_of(criteria_from, mapping)

    assert mistake.where == "Đạt › minimum"


def test_decomposed_letters_become_one_letter_each(write):
    text = unicodedata.normalize("NFD", load_text("forms/ch1.yaml"))

    assert load_questionnaire(write(text)) == load_questionnaire("CH1")


def test_a_file_saved_by_notepad_with_a_byte_order_mark_is_read(tmp_path):
    file = tmp_path / "ch1.yaml"
    file.write_text(load_text("forms/ch1.yaml"), encoding="utf-8-sig")

    assert load_questionnaire(file) == load_questionnaire("CH1")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "tệp trống"),
        ("code: [A", "không đọc được YAML"),
        ("a: &x 1\nb: *x\n", "bí danh"),
        ("!!python/object/apply:os.getcwd []", "không đọc được YAML"),
        ("- just\n- a list\n", "phải là các cặp khóa: giá trị"),
        ("x" * 1_000_001, "quá giới hạn"),
        ("[" * 5_000, "không đọc được YAML"),
    ],
)
def test_a_file_that_is_no_definition_is_refused_in_plain_words(write, text, problem):
    mistakes = mistakes_of(load_campaign, write(text))

    assert problem in mistakes[0].problem


def test_a_file_in_another_encoding_is_refused_in_plain_words(tmp_path):
    file = tmp_path / "cu.yaml"
    file.write_bytes("title: Phiếu".encode("utf-16"))

    (mistake,) = mistakes_of(load_questionnaire, file)

    assert "không phải UTF-8" in mistake.problem


@pytest.mark.parametrize("code", ["CH99", "../campaigns/bo_trach_2020", "", "a/b"])
def test_an_unknown_code_opens_no_file_and_names_what_there_is(code):
    (mistake,) = mistakes_of(load_questionnaire, code)

    assert "ch1, ch2" in mistake.remedy


def test_a_missing_file_is_named(tmp_path):
    (mistake,) = mistakes_of(load_questionnaire, tmp_path / "khong_co.yaml")

    assert mistake.path == "khong_co.yaml"


@pytest.mark.parametrize(
    ("build", "definition", "change", "where"),
    [
        (campaign_from, make_campaign(), {"opens": "2021-02-30"}, "opens"),
        (campaign_from, make_campaign(), {"year": "2020"}, "year"),
        (campaign_from, make_campaign(), {"settings": {"ties": "random"}}, "settings › ties"),
        (questionnaire_from, make_form(), {"title": {"vi": "a", "en": ""}}, "title › en"),
        (
            questionnaire_from,
            make_form(),
            {"title": {"vi": "a", "en": "b", "X1": "c"}},
            "title › X1",
        ),
        (questionnaire_from, make_form(), {"sections": {}}, "sections"),
        (criteria_from, make_criteria(), {"unit_kind": None}, "unit_kind"),
    ],
)
def test_a_field_of_the_wrong_type_is_never_guessed(build, definition, change, where):
    (mistake,) = mistakes_of(build, {**to_mapping(definition), **change})

    assert mistake.where == where
