"""Which units the headings of a table are: known ones, new ones, and those left out.

The first half of ``questionnaires.plan_taking``: a person has confirmed the headings, and the
campaign gets the units the decision names. Whether units may still come and go is decided by
the one who keeps the plan.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from questionnaires.errors import Mistake
from questionnaires.model import Campaign, QuotaRule, Unit
from questionnaires.names import plain
from questionnaires.plan_table import PlanReading, ReadUnit

SKIP: Final = ""
"""Chosen for a heading or a line that is left out."""

NEW: Final = "new:"
"""Before the kind of a unit, or the form of a line, that the campaign does not have yet."""


@dataclass(frozen=True, slots=True)
class TakenUnits:
    """The units of a table.

    Attributes
    ----------
    campaign
        With the new units, and without those that were left out.
    code_of
        Heading as typed -> code of the unit.
    mistakes
        Headings nobody confirmed, and units with two columns.
    unclear
        Whether a heading is still waiting; what its column lacks elsewhere follows from it.

    """

    campaign: Campaign
    code_of: Mapping[str, str]
    mistakes: tuple[Mistake, ...]
    unclear: bool


def take_units(
    campaign: Campaign,
    reading: PlanReading,
    chosen: Mapping[str, str],
    *,
    others: str | None = None,
    only: bool = False,
) -> TakenUnits:
    """Find, add and drop units as the headings of a table were confirmed.

    Parameters
    ----------
    campaign
        The plan as it stands.
    reading
        The table.
    chosen
        Heading as typed -> code of a unit, ``NEW`` with a kind of unit, or ``SKIP``. Certain
        names need no entry.
    others
        Kind of the units whose headings are like no unit there is; None to ask about each.
    only
        Whether units without a column leave the campaign.

    """
    units = list(campaign.units)
    found: dict[str, str] = {}
    mistakes: list[Mistake] = []
    unclear = False
    for unit in reading.units:
        typed = unit.match.typed
        code = chosen.get(typed, unit.match.code)
        if code is None and others and not unit.match.proposals:
            code = NEW + others
        if code == SKIP:
            continue
        kind = code.removeprefix(NEW) if code and code.startswith(NEW) else None
        if kind in campaign.unit_kinds:
            units.append(_new_unit(typed, str(kind), units))
            code = units[-1].code
        elif code is None or code not in campaign.unit_by_code:
            mistakes.append(_unknown(campaign, reading, unit))
            unclear = True
            continue
        if code in found.values():
            name = campaign.unit_by_code[code].name
            problem, remedy = f"“{name}” có hai cột", "chọn đơn vị khác hoặc bỏ một cột"
            mistakes.append(Mistake(reading.source, unit.place, problem, remedy))
            continue
        found[typed] = code
    if only and found and not unclear:
        headed = set(found.values())
        units = [unit for unit in units if unit.code in headed]
    return TakenUnits(_with_units(campaign, units), found, tuple(mistakes), unclear)


def _unknown(campaign: Campaign, reading: PlanReading, unit: ReadUnit) -> Mistake:
    offered = ", ".join(campaign.unit_by_code[code].name for code in unit.match.proposals)
    return Mistake(
        reading.source,
        unit.place,
        f"chưa rõ “{unit.match.typed}” là đơn vị nào",
        f"chọn đơn vị ({offered})" if offered else "chọn đơn vị, thêm đơn vị mới hoặc bỏ cột này",
    )


def _new_unit(name: str, kind: str, units: Iterable[Unit]) -> Unit:
    """Give the next code of its kind (``X28`` after ``X27``) and the parent of its like."""
    like = [unit for unit in units if unit.kind == kind]
    parents = {unit.parent for unit in like}
    return Unit(
        code=_next_code([unit.code for unit in like], kind, {unit.code for unit in units}),
        name=name,
        kind=kind,
        parent=parents.pop() if len(parents) == 1 else None,
    )


def _next_code(like: Iterable[str], kind: str, taken: set[str]) -> str:
    numbered = [match for code in like if (match := re.fullmatch(r"(\D*)(\d+)", code))]
    stem = Counter(match[1] for match in numbered).most_common(1)[0][0] if numbered else ""
    stem = stem or plain(kind)[:1].upper() or "D"
    width = max((len(match[2]) for match in numbered), default=2)
    number = 1 + max((int(match[2]) for match in numbered if match[1] == stem), default=0)
    while (code := f"{stem}{number:0{width}}") in taken:
        number += 1
    return code


def _with_units(campaign: Campaign, units: list[Unit]) -> Campaign:
    """Put the units in, and forget the numbers of those that are gone."""
    if len(units) == len(campaign.units) and all(
        unit.code in campaign.unit_by_code for unit in units
    ):
        return campaign
    codes = {unit.code for unit in units}
    return replace(
        campaign,
        units=tuple(units),
        rules=tuple(_among(rule, codes) for rule in campaign.rules),
    )


def _among(rule: QuotaRule, codes: set[str]) -> QuotaRule:
    return replace(
        rule,
        targets={code: n for code, n in rule.targets.items() if code in codes},
        populations={code: n for code, n in rule.populations.items() if code in codes},
    )
