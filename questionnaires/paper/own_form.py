"""A questionnaire about one unit, as groups of rows in the order of the paper.

Questions that share a scale stand under one heading with the labels of its columns; a
question with a list of its own prints the words beside the boxes; free text gets lines.
Forms about many units at once are in ``booklet``; pages are made in ``blank_forms``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from questionnaires.model import Kind, Question, Questionnaire, Scale, Section
from questionnaires.paper.blocks import (
    Block,
    Grid,
    box_row,
    choice_list,
    heading,
    ruled_lines,
)
from questionnaires.paper.flow import Group

COLUMNS_MAX = 7
"""More choices than this are printed as a list: their columns would eat the question."""

AGAIN = " (tiếp theo)"


def form_groups(questionnaire: Questionnaire, grid: Grid) -> list[Group]:
    """Return every section as groups of rows; a new scale begins a new group."""
    return [group for section in questionnaire.sections for group in section_groups(section, grid)]


def section_groups(section: Section, grid: Grid) -> Iterator[Group]:
    """Yield the groups of one section; the first carries its title."""
    title = section.title.vi
    for scale, questions in groupby(section.questions, key=_shared_scale):
        rows = tuple(_row(question, grid, scale) for question in questions)
        choices = scale.choices if scale else ()
        # Lists and lines after a scale need no labels above them, only their own rows.
        head = heading(grid, title, choices) if title or scale else Block(0.0)
        again = heading(grid, section.title.vi + AGAIN, choices)
        yield Group(head, rows, again, grid.density.space if title or scale else 0.0)
        title = ""


def in_columns(scale: Scale) -> bool:
    """Whether the choices of a scale can stand in columns beside the question."""
    return len(scale.choices) <= COLUMNS_MAX


def _shared_scale(question: Question) -> Scale | None:
    """Return the scale whose labels stand above the boxes; None for lists and text."""
    if question.kind is Kind.SCALE and question.scale and in_columns(question.scale):
        return question.scale
    return None


def _row(question: Question, grid: Grid, scale: Scale | None) -> Block:
    label = question.label.vi
    if scale is not None:
        return box_row(grid, label, scale.choices, question.code, tag=question.code)
    if question.scale is not None:
        return choice_list(grid, label, question.scale.choices, question.code, tag=question.code)
    return ruled_lines(grid, label, question.code, tag=question.code)
