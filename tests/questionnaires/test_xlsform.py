"""A form goes through an XLSForm workbook and comes back the same, in every language."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import load_workbook

from questionnaires.errors import DefinitionError
from questionnaires.languages import offered
from questionnaires.loader import (
    available,
    digest,
    load_questionnaire,
    questionnaire_from,
    to_mapping,
)
from questionnaires.xlsform import read_xlsform, write_xlsform


def written(form):
    file = BytesIO()
    write_xlsform(file, form)
    return file.getvalue()


def with_a_made_up_language(form, code="hmn", name=None):
    """Every text in brackets: nobody could take it for a translation."""

    def speak(value):
        if isinstance(value, dict):
            if {"vi", "en"} <= value.keys():
                return {**value, code: f"[{value['en']}]"}
            return {key: speak(inner) for key, inner in value.items()}
        return [speak(inner) for inner in value] if isinstance(value, list) else value

    return questionnaire_from(speak(to_mapping(form)) | {"languages": {code: name} if name else {}})


def changed(form, sheet, cell, value):
    book = load_workbook(BytesIO(written(form)))
    book[sheet][cell] = value
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def mistakes_of(data):
    with pytest.raises(DefinitionError) as caught:
        read_xlsform(data, "phieu.xlsx")
    return caught.value.mistakes


@pytest.mark.parametrize("code", available().forms)
def test_every_form_that_ships_comes_back_with_the_same_digest(code):
    form = load_questionnaire(code)

    again = read_xlsform(written(form), "phieu.xlsx")

    assert again == form
    assert digest(again) == digest(form)


@pytest.mark.parametrize("name", [None, "Tiếng thử"])
def test_further_languages_stand_in_columns_with_their_name_and_code(name):
    form = with_a_made_up_language(load_questionnaire("CX4"), name=name)

    data = written(form)
    headings = [cell.value for cell in load_workbook(BytesIO(data))["survey"][1]]

    assert f"label::{name or 'Hmoob'} (hmn)" in headings
    assert {"label::Tiếng Việt (vi)", "label::English (en)"} <= set(headings)
    again = read_xlsform(data, "phieu.xlsx")
    assert digest(again) == digest(form)
    assert offered(again) == ("vi", "en", "hmn")


def test_a_language_with_gaps_is_refused_as_in_a_yaml_file():
    form = with_a_made_up_language(load_questionnaire("CH3"))
    book = load_workbook(BytesIO(written(form)))
    column = next(c.column_letter for c in book["survey"][1] if c.value.endswith("(hmn)"))

    (mistake,) = mistakes_of(changed(form, "survey", f"{column}4", None))

    assert mistake.problem == "ngôn ngữ “hmn” còn thiếu 1 chỗ: Q01"


@pytest.mark.parametrize(
    ("cell", "value", "problem"),
    [
        ("A4", "select_multiple Q4", "loại dòng “select_multiple Q4” chưa dùng được ở đây"),
        ("A4", "begin_repeat", "loại dòng “begin_repeat” chưa dùng được ở đây"),
        ("A4", "begin_group", "loại dòng “begin_group” chưa dùng được ở đây"),
        ("A3", "note", "câu hỏi đứng ngoài nhóm"),
        ("A4", "=1+1", None),
    ],
)
def test_what_our_forms_are_not_made_of_is_refused_by_its_row(cell, value, problem):
    mistakes = mistakes_of(changed(load_questionnaire("CH3"), "survey", cell, value))

    assert any(mistake.where.startswith("survey!A") for mistake in mistakes)
    assert problem is None or problem in {mistake.problem for mistake in mistakes}


def test_a_condition_is_not_passed_over_in_silence():
    form = load_questionnaire("CH3")
    book = load_workbook(BytesIO(written(form)))
    sheet = book["survey"]
    column = sheet.max_column + 1
    sheet.cell(1, column, "relevant")
    sheet.cell(4, column, "${Q01} = '4'")
    file = BytesIO()
    book.save(file)

    (mistake,) = mistakes_of(file.getvalue())

    assert mistake.where == "survey!A4"
    assert "relevant" in mistake.problem


def test_a_workbook_without_its_sheets_names_each():
    book = load_workbook(BytesIO(written(load_questionnaire("CH3"))))
    del book["choices"], book["settings"]
    file = BytesIO()
    book.save(file)

    assert [mistake.where for mistake in mistakes_of(file.getvalue())] == ["choices", "settings"]


def test_a_form_made_elsewhere_needs_only_what_xlsform_has(tmp_path):
    form = load_questionnaire("CH3")
    book = load_workbook(BytesIO(written(form)))
    for sheet in book.worksheets:
        for cell in sheet[1]:
            if cell.value == "cchc::loai":
                cell.value = "ghi chú của tôi"
    path = tmp_path / "phieu.xlsx"
    book.save(path)

    again = read_xlsform(path, path.name)

    assert replace(again, sample=form.sample) == form
