"""A form from an XLSForm workbook, and back: one spreadsheet for every language.

Taken is the part of XLSForm our forms are made of: one level of groups, ``select_one``,
``text`` and the note that introduces; everything else is refused by its row. The column
``label::Hmoob (hmn)`` brings a language and its name in one; a name counts as the file's own
where we would have said another. An empty ``required`` means "no", as XLSForm has it. Spaces
and line breaks in a cell are folded. Written by ``questionnaires.xlsform_writing``; the columns
are named in ``questionnaires.xlsform_columns``. What is read is judged as a YAML file is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from openpyxl.worksheet.worksheet import Worksheet

from questionnaires import xlsform_columns as at
from questionnaires.building import questionnaire_from
from questionnaires.check_forms import check_questionnaire
from questionnaires.errors import DefinitionError, Mistake
from questionnaires.languages import BOTH, name_of
from questionnaires.model import Questionnaire
from questionnaires.workbook import AnyCell, mistake_in, open_fenced, text_in
from questionnaires.xlsform_writing import write_xlsform

__all__ = ["read_xlsform", "write_xlsform"]


def read_xlsform(file: Path | BinaryIO | bytes, filename: str) -> Questionnaire:
    """Read a form from an XLSForm workbook.

    Parameters
    ----------
    file
        A path, an open binary file or the bytes themselves.
    filename
        The name its sender knows it by; it stands in every mistake.

    Raises
    ------
    DefinitionError
        With every mistake: cells that cannot be read and what XLSForm has and we have not;
        where there are none, everything a YAML file would be refused for.

    """
    book = open_fenced(file, filename)
    reading = _Reading(filename)
    sheets = {}
    for name in (at.SURVEY, at.CHOICES, at.SETTINGS):
        if name not in book.sheetnames:
            remedy = f"thêm trang tính “{name}” như XLSForm quy định"
            reading.mistakes.append(Mistake(filename, name, "thiếu trang tính này", remedy))
        else:
            sheets[name] = reading.rows(book[name])
    if reading.mistakes:
        raise DefinitionError(reading.mistakes)
    mapping = reading.form(sheets[at.SURVEY], sheets[at.CHOICES], sheets[at.SETTINGS])
    if reading.mistakes:
        raise DefinitionError(reading.mistakes)
    form = questionnaire_from(mapping, filename)
    if mistakes := check_questionnaire(form, filename):
        raise DefinitionError(mistakes)
    return form


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a sheet: what stands in its columns, and where it begins."""

    cells: Mapping[str, str]
    first: AnyCell

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def yes(self, column: str) -> bool:
        return self[column].lower() in {"yes", "true", "true()", "có"}

    def spoken(self, column: str) -> dict[str, str]:
        """Return the texts of a column by language; a bare column is Vietnamese."""
        said = {"vi": self[column]} if self[column] else {}
        for heading, text in self.cells.items():
            found = at.SPOKEN.fullmatch(heading)
            if found and found[1] == column and text:
                said[found[3]] = text
        return said


@dataclass
class _Reading:
    """Reads sheet after sheet and gathers what is wrong on the way."""

    filename: str
    mistakes: list[Mistake] = field(default_factory=list)

    def rows(self, sheet: Worksheet) -> list[_Row]:
        """Return the filled lines below the headings."""
        lines = [[self._text(cell) for cell in row] for row in sheet.iter_rows()]
        headings = lines[0] if lines else []
        return [
            _Row(dict(zip(headings, line, strict=False)), sheet.cell(number, 1))
            for number, line in enumerate(lines[1:], 2)
            if any(line)
        ]

    def _text(self, cell: AnyCell) -> str:
        text = text_in(cell, self.filename)
        if isinstance(text, Mistake):
            self.mistakes.append(text)
            return ""
        return text

    def form(self, survey: list[_Row], choices: list[_Row], settings: list[_Row]) -> dict[str, Any]:
        """Return the mapping a YAML file would have held."""
        said = settings[0] if settings else None
        title = said.spoken(at.TITLE) if said else {}
        mapping: dict[str, Any] = {
            "code": said["form_id"] if said else "",
            "title": {"vi": said["form_title"], **title} if said else {},
            "intro": {},
            "sample": said.yes(at.SAMPLE) if said else False,
            "scales": _scales(choices),
            "sections": [],
            "languages": _names([*survey, *choices, *settings]),
        }
        section: dict[str, Any] | None = None
        for row in survey:
            section = self._line(row, mapping, section)
        return mapping

    def _line(
        self, row: _Row, mapping: dict[str, Any], section: dict[str, Any] | None
    ) -> dict[str, Any] | None:
        """Take one line of the survey; return the group that is open after it."""
        kind, _, scale = row["type"].partition(" ")
        if kind in {"begin", "end"}:
            kind, scale = f"{kind}_{scale}", ""
        for column in at.UNUSED:
            if row[column]:
                self._wrong(row, f"cột “{column}” chưa dùng được", "bỏ trống cột này")
        match kind:
            case "note" if row["name"] == at.INTRO:
                mapping["intro"] = row.spoken(at.LABEL)
            case "begin_group" if section is None:
                section = {
                    "code": row["name"],
                    "title": row.spoken(at.LABEL),
                    "profile": row.yes(at.PROFILE),
                    "questions": [],
                }
                mapping["sections"].append(section)
            case "end_group":
                return None
            case "select_one" | "text" if section is not None:
                section["questions"].append(_question(row, scale))
            case "select_one" | "text":
                self._wrong(row, "câu hỏi đứng ngoài nhóm", "đặt giữa begin_group và end_group")
            case _:
                problem = f"loại dòng “{row['type']}” chưa dùng được ở đây"
                remedy = "dùng begin_group, end_group, select_one, text; nhóm không lồng nhau"
                self._wrong(row, problem, remedy)
        return section

    def _wrong(self, row: _Row, problem: str, remedy: str) -> None:
        self.mistakes.append(mistake_in(row.first, self.filename, problem, remedy))


def _question(row: _Row, scale: str) -> dict[str, Any]:
    criterion, hint = row[at.CRITERION], row.spoken(at.HINT)
    usual = ("scale" if criterion else "single") if scale else "text"
    return {
        "code": row["name"],
        "label": row.spoken(at.LABEL),
        "kind": row[at.KIND] or usual,
        "scale": scale or None,
        "criterion": criterion or None,
        "rules": row[at.RULES].split(),
        "required": row.yes("required"),
        "hint": hint or None,
    }


def _scales(choices: list[_Row]) -> dict[str, list[dict[str, Any]]]:
    scales: dict[str, list[dict[str, Any]]] = {}
    for row in choices:
        choice = {
            "code": row["name"],
            "label": row.spoken(at.LABEL),
            "percent": row[at.PERCENT] or None,
        }
        scales.setdefault(row["list_name"], []).append(choice)
    return scales


def _names(rows: list[_Row]) -> dict[str, str]:
    """Return names of languages that say something else than we would."""
    found = {
        said[3]: said[2].strip()
        for row in rows
        for heading in row.cells
        if (said := at.SPOKEN.fullmatch(heading))
    }
    return {
        code: name
        for code, name in found.items()
        if code not in BOTH and name not in {name_of(code), code}
    }
