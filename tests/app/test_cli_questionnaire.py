"""A form file is checked, and goes to a workbook for translating and back."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from questionnaires.loader import digest, load_questionnaire
from survey_app.cli import cli


def run(*words):
    return CliRunner().invoke(cli, ["questionnaire", *map(str, words)])


def test_a_form_goes_to_a_workbook_gets_a_language_and_comes_back_as_yaml(tmp_path):
    book, text = tmp_path / "cx4.xlsx", tmp_path / "cx4.yaml"
    assert run("write", "CX4", book).exit_code == 0
    table = load_workbook(book)
    for sheet in table.worksheets:
        for head in list(sheet[1]):
            if str(head.value).endswith("(en)"):
                column = sheet.max_column + 1
                sheet.cell(1, column, head.value.replace("English (en)", "Tiếng thử (xqx)"))
                for line in range(2, sheet.max_row + 1):
                    if words := sheet.cell(line, head.column).value:
                        sheet.cell(line, column, f"[{words}]")
    table.save(book)

    checked = run("check", book)
    back = run("write", book, text)

    assert "Tiếng Việt (vi), English (en), Tiếng thử (xqx)" in checked.output
    assert back.exit_code == 0
    form = load_questionnaire(text)
    assert form.title.in_language("xqx").startswith("[")
    assert f"Dấu: {digest(form)}" in checked.output


def test_a_shipped_form_written_as_yaml_is_the_same_form(tmp_path):
    run("write", "CH1", tmp_path / "ch1.yaml")

    assert digest(load_questionnaire(tmp_path / "ch1.yaml")) == digest(load_questionnaire("CH1"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "khong-co.xlsx"), "Không có tệp"),
        (("check", "CX99"), "không có “CX99”"),
        (("write", "CX4", "cx4.docx"), "phải là .xlsx hoặc .yaml"),
    ],
)
def test_a_refusal_is_a_sentence_and_not_a_trace(words, said):
    result = run(*words)

    assert result.exit_code == 1
    assert said in result.output
