"""The parts a form is shown in: four to six questions on one scale under one heading.

A section of the file may be longer, as the paper's is; on a phone it is broken into parts
that say how far one is ("Phần 2 trên 4 (1/3)"). Nothing of the definition changes: order,
numbers and hash stay, and the paper form keeps its sections.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from questionnaires.model import Question, Questionnaire, Text

MOST: Final = 6
"""Questions in one part, and in a section that needs no parts. [questions]"""


@dataclass(frozen=True, slots=True)
class Part:
    """What stands under one heading.

    Attributes
    ----------
    title, profile
        Of its section.
    section, sections
        Place of the section among those about the unit, and how many there are; 0 for the
        profile, which is not counted.
    part, parts
        Place of this part in its section, and how many there are.

    """

    title: Text
    profile: bool
    section: int
    sections: int
    part: int
    parts: int
    questions: tuple[Question, ...]


def parts_of(form: Questionnaire) -> tuple[Part, ...]:
    """Break a form into the parts it is shown in, in the order of the paper."""
    sections = sum(not section.profile for section in form.sections)
    place, shown = 0, []
    for section in form.sections:
        place += not section.profile
        broken = broken_up(section.questions)
        shown += [
            Part(
                title=section.title,
                profile=section.profile,
                section=0 if section.profile else place,
                sections=sections,
                part=number,
                parts=len(broken),
                questions=questions,
            )
            for number, questions in enumerate(broken, 1)
        ]
    return tuple(shown)


def broken_up(questions: Sequence[Question]) -> list[tuple[Question, ...]]:
    """Break the questions of one section up where they are more than ``MOST``.

    Neighbours on one scale stay together in parts of four to six (seven make four and
    three); questions on different scales come into different parts. A short section stays
    whole, whatever its scales.
    """
    if len(questions) <= MOST:
        return [tuple(questions)]
    runs = groupby(questions, key=lambda question: question.scale and question.scale.code)
    return [part for _scale, run in runs for part in _evenly(tuple(run))]


def _evenly(run: tuple[Question, ...]) -> Iterator[tuple[Question, ...]]:
    """Yield as few parts as will do, their lengths at most one apart, longer ones first."""
    parts = -(-len(run) // MOST)
    at = 0
    for number in range(parts):
        size = -(-(len(run) - at) // (parts - number))
        yield run[at : at + size]
        at += size
