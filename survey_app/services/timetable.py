"""The plan's timetable, and which of its steps is due today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from questionnaires.model import Step


class When(StrEnum):
    """How a step lies to a day."""

    PAST = "past"
    NOW = "now"
    LATER = "later"
    UNDATED = "undated"
    """The plan names no last day."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """One row of the timetable."""

    step: Step
    when: When


def step_lines(steps: Iterable[Step], on: date) -> tuple[StepLine, ...]:
    """Say of every step whether it is over, under way or to come.

    A step whose first day the plan does not name begins when those before it are over.
    """
    lines: list[StepLine] = []
    for step in steps:
        waits = any(line.when in (When.NOW, When.LATER) for line in lines)
        lines.append(StepLine(step, _when(step, on, waits=waits)))
    return tuple(lines)


def _when(step: Step, on: date, *, waits: bool) -> When:
    if step.due is None:
        return When.UNDATED
    if step.due < on:
        return When.PAST
    begun = not waits if step.starts is None else step.starts <= on
    return When.NOW if begun else When.LATER
