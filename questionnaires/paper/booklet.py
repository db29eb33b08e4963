"""A questionnaire about many units at once: for each question, a row for each unit.

The people of a ``cross`` rule rate every unit. Reading a question once and running down the
units keeps their yardstick the same, and fills a page as fast as a form about one unit. The
first page asks which units the person has not worked with; those rows stay empty. Forms
about one unit are in ``own_form``; pages are made in ``blank_forms``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from questionnaires.model import Kind, Question, Questionnaire, Section, Unit
from questionnaires.paper.blocks import (
    CELL_LINES,
    GREY,
    HAIRLINE,
    HEADING,
    Block,
    Grid,
    box_row,
    choice_list,
    coded_box,
    heading,
    label,
    ruled_row,
)
from questionnaires.paper.display import Item, Line
from questionnaires.paper.flow import Group
from questionnaires.paper.fonts import Face
from questionnaires.paper.layout import (
    BOX,
    BOX_CLEAR,
    LEFT,
    MEASURE,
    NO_CONTACT,
    NO_CONTACT_CODE,
    Field,
)
from questionnaires.paper.own_form import AGAIN, in_columns, section_groups
from questionnaires.paper.typography import Style, paragraph

NO_CONTACT_TITLE = "Đơn vị không làm việc cùng"
NO_CONTACT_HELP = (
    "Năm qua Ông/Bà không làm việc với đơn vị nào thì đánh dấu X vào ô của đơn vị đó và để "
    "trống dòng của đơn vị đó ở mọi câu hỏi sau."
)
KEEP_ROWS = 3
GUTTER = 6.0
BROKEN_NAMES = 0.1
"""Share of names that may take two lines in the no-contact list."""


def booklet_groups(questionnaire: Questionnaire, units: Sequence[Unit], grid: Grid) -> list[Group]:
    """Return the profile, the no-contact list, then one group of unit rows a question."""
    groups: list[Group] = []
    for section in questionnaire.sections:
        if section.profile:
            groups += section_groups(section, grid)
    groups.append(_no_contact_group(units, grid))
    for section in questionnaire.sections:
        if not section.profile:
            groups += _unit_groups(section, units, grid)
    return groups


def _unit_groups(section: Section, units: Sequence[Unit], grid: Grid) -> Iterator[Group]:
    """Yield one group for each question; the first stands under the title of the section."""
    title: Block | None = _section_title(section.title.vi)
    for question in section.questions:
        scale = question.scale
        choices = scale.choices if scale and in_columns(scale) else ()
        head = heading(grid, question.label.vi, choices, tag=question.code)
        again = heading(grid, question.label.vi + AGAIN, choices, tag=question.code)
        yield Group(
            _stacked(title, head) if title else head,
            tuple(_unit_row(question, str(n), unit, grid) for n, unit in enumerate(units, 1)),
            again,
            grid.density.space + 1.5,
            KEEP_ROWS,
        )
        title = None


def _unit_row(question: Question, number: str, unit: Unit, grid: Grid) -> Block:
    if question.kind is Kind.TEXT or question.scale is None:
        return ruled_row(grid, unit.name, question.code, unit.code, tag=number)
    brick = box_row if in_columns(question.scale) else choice_list
    choices = question.scale.choices
    return brick(grid, unit.name, choices, question.code, unit.code, tag=number)


def _section_title(title: str) -> Block:
    text = paragraph(LEFT, 0.0, MEASURE, title, HEADING)
    return Block(text.height + 3.0, text.runs)


def _stacked(upper: Block, lower: Block) -> Block:
    placed = lower.at(upper.height)
    return Block(upper.height + lower.height, (*upper.items, *placed.items))


def _no_contact_group(units: Sequence[Unit], grid: Grid) -> Group:
    """Return the list of units with one box each, two units a row."""
    head = heading(grid, NO_CONTACT_TITLE)
    small = Style(Face.SANS, 9)
    help_text = paragraph(LEFT, head.height + 1.2, MEASURE, NO_CONTACT_HELP, small)
    opened = replace(
        head, height=head.height + 1.2 + help_text.height + 1.2, items=head.items + help_text.runs
    )
    numbered = [(str(number), unit) for number, unit in enumerate(units, 1)]
    columns = _no_contact_columns(units, grid)
    rows = tuple(
        _no_contact_row(numbered[start : start + columns], columns, grid)
        for start in range(0, len(numbered), columns)
    )
    again = heading(grid, NO_CONTACT_TITLE + AGAIN)
    return Group(opened, rows, again, grid.density.space, KEEP_ROWS)


def _no_contact_columns(units: Sequence[Unit], grid: Grid) -> int:
    """Return three columns where nearly every name takes one line in them, else two."""
    style, measure = grid.density.label, _name_measure(3, grid)
    lines = [len(style.lines_of(unit.name, measure)) for unit in units]
    broken = sum(1 for count in lines if count > 1)
    return 3 if max(lines) <= CELL_LINES and broken <= BROKEN_NAMES * len(units) else 2


def _cell(columns: int) -> float:
    return (MEASURE - (columns - 1) * GUTTER) / columns


def _name_measure(columns: int, grid: Grid) -> float:
    """Room for the name of a unit in one cell of the list, in mm."""
    return _cell(columns) - grid.tag - BOX - 2 * BOX_CLEAR - 3.0


def _no_contact_row(units: Sequence[tuple[str, Unit]], columns: int, grid: Grid) -> Block:
    style, cell, measure = grid.density.label, _cell(columns), _name_measure(columns, grid)
    texts = [style.tidy_lines_of(unit.name, measure) for _, unit in units]
    height = max(
        grid.density.row,
        *(style.height_of(len(text)) + 2 * grid.density.pad for text in texts),
    )
    items: list[Item] = []
    fields = []
    for place, ((number, unit), text) in enumerate(zip(units, texts, strict=True)):
        left = LEFT + place * (cell + GUTTER)
        drawn, box = coded_box(left + cell - BOX - BOX_CLEAR - 2.0, height / 2, NO_CONTACT_CODE)
        items += [*label(grid, number, text, height / 2, measure, left=left), *drawn]
        items.append(Line(left, height, left + cell, height, HAIRLINE, GREY))
        fields.append(Field(NO_CONTACT, unit.code, "single", (box,)))
    return Block(height, tuple(items), tuple(fields))
