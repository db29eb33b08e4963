"""A form to an XLSForm workbook, with a column for every language it is written in.

KoboToolbox and ODK open it; ``questionnaires.xlsform`` reads it back to the same form.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO, Final

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from questionnaires import xlsform_columns as at
from questionnaires.languages import BOTH, name_of, texts_of
from questionnaires.model import Question, Questionnaire, Scale, Text

WIDE: Final = 48
NARROW: Final = 16
Row = dict[str, str]


def write_xlsform(target: Path | BinaryIO, form: Questionnaire) -> None:
    """Write a form as an XLSForm workbook.

    Parameters
    ----------
    target
        Path of the .xlsx file, or a binary file open for writing.
    form
        Whole, as its file has it.

    """
    spoken = _Spoken(form)
    rows = [{"type": "note", "name": at.INTRO, **spoken(at.LABEL, form.intro)}]
    scales: dict[str, Scale] = {}
    for section in form.sections:
        rows.append(
            {
                "type": "begin_group",
                "name": section.code,
                at.PROFILE: _yes(section.profile),
                **spoken(at.LABEL, section.title),
            }
        )
        for question in section.questions:
            rows.append(_question(question, spoken))
            if question.scale is not None:
                scales.setdefault(question.scale.code, question.scale)
        rows.append({"type": "end_group"})
    choices = [
        {
            "list_name": scale.code,
            "name": choice.code,
            at.PERCENT: "" if choice.percent is None else f"{choice.percent.normalize():f}",
            **spoken(at.LABEL, choice.label),
        }
        for scale in scales.values()
        for choice in scale.choices
    ]
    settings = {
        "form_title": form.title.vi,
        "form_id": form.code,
        "default_language": f"{name_of('vi')} (vi)",
        at.SAMPLE: _yes(form.sample),
        **spoken(at.TITLE, form.title),
    }
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, options)
    cell = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    head = book.add_format({"num_format": "@", "bold": True})
    for name, listed in ((at.SURVEY, rows), (at.CHOICES, choices), (at.SETTINGS, [settings])):
        _fill(book.add_worksheet(name), listed, head, cell)
    book.close()


class _Spoken:
    """Columns of a text in every language the form uses anywhere."""

    def __init__(self, form: Questionnaire) -> None:
        used = (code for _place, text in texts_of(form) for code in text.others)
        self._names = {
            code: name_of(code, form.languages) or code for code in dict.fromkeys((*BOTH, *used))
        }

    def __call__(self, column: str, text: Text) -> Row:
        said = {"vi": text.vi, "en": text.en, **text.others}
        return {
            at.heading(column, name, code): said.get(code, "") for code, name in self._names.items()
        }


def _question(question: Question, spoken: _Spoken) -> Row:
    return {
        "type": f"select_one {question.scale.code}" if question.scale else "text",
        "name": question.code,
        "required": _yes(question.required),
        at.KIND: str(question.kind),
        at.CRITERION: question.criterion or "",
        at.RULES: " ".join(question.rules),
        **spoken(at.LABEL, question.label),
        **(spoken(at.HINT, question.hint) if question.hint else {}),
    }


def _yes(value: bool) -> str:  # noqa: FBT001 - a cell says yes or no
    return "yes" if value else "no"


def _fill(sheet: Worksheet, rows: list[Row], head: Any, cell: Any) -> None:  # noqa: ANN401 - formats of a library without types
    columns = list(dict.fromkeys(column for row in rows for column in row))
    for number, column in enumerate(columns):
        sheet.set_column(number, number, WIDE if "::" in column and "(" in column else NARROW)
        sheet.write_string(0, number, column, head)
        for line, row in enumerate(rows, 1):
            if row.get(column):
                sheet.write_string(line, number, row[column], cell)
    sheet.freeze_panes(1, 0)
