"""The keying page of one sheet: its rows in the order of the paper, and what comes back.

A form about one unit is a row per question. A booklet is printed question by question
with a row per unit (``questionnaires.paper.booklet``), so it is keyed that way too: the
profile, the units the person has not worked with, then each question down the units.
``layout`` makes the rows, ``readings`` turns the posted fields into what
``services.entries`` stores. Field names: ``P04:Q03``, ``:P1`` for the profile, ``met:P04``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from questionnaires.model import Choice, Kind, Question
from questionnaires.paper.layout import NO_CONTACT_CODE
from survey_app.models import Unit
from survey_app.services.entries import Reading, SheetToKey

NO_CONTACT_FIELD = "met"


@dataclass(frozen=True, slots=True)
class Row:
    """One line to key.

    Attributes
    ----------
    name
        Of its field in the posted form.
    tag, label
        What stands before the boxes on paper: number or code, and the words.
    choices
        Boxes in printed order; empty for free text.
    value
        What is keyed so far.
    unit
        Code of the unit the row is about; empty for the profile.
    contact
        Whether it is the "not worked with" box of the unit.

    """

    name: str
    tag: str
    label: str
    choices: tuple[Choice, ...]
    value: str
    unit: str
    contact: bool = False


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows under one heading; ``legend`` says what the codes of its boxes mean."""

    tag: str
    title: str
    rows: tuple[Row, ...]

    @property
    def legend(self) -> tuple[Choice, ...]:
        """Choices all rows share, empty where they differ."""
        scales = [row.choices for row in self.rows if row.choices]
        return scales[0] if scales and all(one == scales[0] for one in scales) else ()


def layout(
    sheet: SheetToKey, units: tuple[Unit, ...], typed: Mapping[str, str], language: str
) -> list[RowGroup]:
    """Return the rows of a page about ``units`` of a sheet, in the order of its paper.

    ``typed`` is what a refused page held; otherwise a single unit shows its reading in
    force to the person who keyed it, and empty boxes to everybody else.
    """
    return list(_Page(sheet, units, typed, language).groups())


@dataclass(frozen=True, slots=True)
class _Page:
    sheet: SheetToKey
    units: tuple[Unit, ...]
    typed: Mapping[str, str]
    language: str

    def groups(self) -> Iterator[RowGroup]:
        """Yield profile, contact and questions as they are printed."""
        booklet = len(self.units) > 1
        crossed = self.sheet.sheet.unit_id is None
        profile = any(self.sheet.asks_profile(unit.code) for unit in self.units)
        sections = self.sheet.form.sections
        for section in sections if crossed else ():
            if section.profile and profile:
                yield self._section(section.title.in_language(self.language), section.questions)
        if crossed:
            yield RowGroup(
                NO_CONTACT_CODE,
                _("Năm qua không làm việc với đơn vị này"),
                tuple(self._contact(place, unit) for place, unit in self._numbered()),
            )
        for section in sections:
            if section.profile and (crossed or not profile):
                continue
            if not booklet:
                yield self._section(section.title.in_language(self.language), section.questions)
                continue
            for question in section.questions:
                yield RowGroup(
                    question.code,
                    question.label.in_language(self.language),
                    tuple(
                        self._row(question, str(place), unit.name, unit.code)
                        for place, unit in self._numbered()
                    ),
                )

    def _numbered(self) -> list[tuple[int, Unit]]:
        """Units with the number they have on paper, where every unit of the rule stands."""
        return [
            (place, unit)
            for place, unit in enumerate(self.sheet.printed_units, 1)
            if unit in self.units
        ]

    def _section(self, title: str, questions: tuple[Question, ...]) -> RowGroup:
        unit = self.units[0].code
        profile = self.sheet.form.profile_questions
        rows = tuple(
            self._row(
                question,
                question.code,
                question.label.in_language(self.language),
                "" if question in profile else unit,
            )
            for question in questions
        )
        return RowGroup("", title, rows)

    def _row(self, question: Question, tag: str, label: str, unit: str) -> Row:
        name = f"{unit}:{question.code}"
        choices = (
            question.scale.choices if question.scale and question.kind is not Kind.TEXT else ()
        )
        return Row(name, tag, label, choices, self._value(name, unit, question.code), unit)

    def _contact(self, place: int, unit: Unit) -> Row:
        name = f"{NO_CONTACT_FIELD}:{unit.code}"
        before = self.sheet.keyed.get(unit.code)
        value = self.typed.get(name, "")
        if not self.typed and before is not None and before.met is False:
            value = NO_CONTACT_CODE
        return Row(name, str(place), unit.name, (), value, unit.code, contact=True)

    def _value(self, name: str, unit: str, question: str) -> str:
        if self.typed or len(self.units) > 1:
            return self.typed.get(name, "")
        before = self.sheet.keyed.get(unit or self.units[0].code)
        return before.answers.get(question, "") if before and before.answers else ""


def readings(units: tuple[Unit, ...], typed: Mapping[str, str]) -> dict[str, Reading]:
    """Return what was keyed about each unit of the page.

    The profile goes with the first unit that was met. On a booklet a unit without a single
    key is left for later; a page about one unit is always read.
    """
    profile = {name[1:]: value for name, value in typed.items() if name.startswith(":") and value}
    found: dict[str, Reading] = {}
    for unit in units:
        if typed.get(f"{NO_CONTACT_FIELD}:{unit.code}") == NO_CONTACT_CODE:
            found[unit.code] = Reading({}, met=False)
            continue
        prefix = f"{unit.code}:"
        answers = {
            name.removeprefix(prefix): value
            for name, value in typed.items()
            if name.startswith(prefix) and value.strip()
        }
        if answers or len(units) == 1:
            found[unit.code] = Reading(profile | answers)
            profile = {}
    return found
