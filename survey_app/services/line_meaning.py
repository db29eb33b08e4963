"""What a line of a pasted table asks of people, for the design that is chosen beside it.

Shown before the table is taken, so it reads the line itself and not the plan it will make;
once it is taken, ``services.what_if`` says the same and more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from questionnaires.model import Campaign as CampaignDefinition
from questionnaires.model import Design, QuotaRule, Text
from questionnaires.plan_table import PlanReading, ReadLine
from questionnaires.plan_taking import NEW, Choices
from survey_app.models import Campaign
from survey_app.services.definitions import definition_of
from survey_app.services.what_if import loses_top_up, minutes_of


@dataclass(frozen=True, slots=True)
class LineMeaning:
    """What one line means.

    Attributes
    ----------
    people
        To find; each gets one link. [persons]
    ballots_per_person, minutes_per_person
        What one of them is asked. [ballots, minutes]
    loses
        That the line will no longer be topped up, or None.

    """

    people: int
    ballots_per_person: int
    minutes_per_person: int
    loses: Text | None


def line_meanings(
    campaign: Campaign, reading: PlanReading, choices: Choices
) -> dict[str, LineMeaning]:
    """Return what the lines of a table mean by their place; unknown and empty ones are left out."""
    definition = definition_of(campaign)
    return dict(_meanings(campaign, definition, reading, choices))


def _meanings(
    campaign: Campaign, definition: CampaignDefinition, reading: PlanReading, choices: Choices
) -> Iterator[tuple[str, LineMeaning]]:
    for line in reading.lines:
        chosen = choices.rules.get(line.place, line.rule) or ""
        rule = definition.rule_by_code.get(chosen)
        form = rule.form if rule else chosen.removeprefix(NEW)
        asked = _asked(definition, line, rule)
        if form not in definition.forms or not asked:
            continue
        design = choices.designs.get(line.place, rule.design if rule else Design.OWN)
        crossed = design is Design.CROSS
        each = len(asked) if crossed else 1
        yield (
            line.place,
            LineMeaning(
                max(asked) if crossed else sum(asked),
                each,
                ceil(each * minutes_of(campaign, form)),
                loses_top_up(definition, rule, design) if rule else None,
            ),
        )


def _asked(definition: CampaignDefinition, line: ReadLine, rule: QuotaRule | None) -> list[int]:
    """Return the people each unit of a line wants. [persons]."""
    if line.per_unit is None:
        return [number for number in line.numbers.values() if number]
    units = line.units_stated
    if units is None:
        units = sum(unit.kind == rule.unit_kind for unit in definition.units) if rule else 0
    return [line.per_unit] * units if line.per_unit else []
