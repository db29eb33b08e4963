"""Papers of the field: who goes out for each unit, and which forms were handed to whom.

A handover record names forms as they are printed: serials of sheets and booklets, ranges of
the public numbers of slips. Neither leads to a ballot or to a person (promise 4). Word files
and workbooks of both are made in ``survey_app.printing``; lists that respondents sign for
their fee come from ``services.participation``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from questionnaires.model import Design
from survey_app.errors import ConflictError
from survey_app.extensions import db
from survey_app.formats import vietnamese_order
from survey_app.models import (
    Assignment,
    Campaign,
    Capacity,
    QuotaCell,
    QuotaRule,
    Sheet,
    SheetState,
    Slip,
    Unit,
)
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.definitions import definition_of
from survey_app.services.paper_words import Imprint, Letterhead, imprint, letterhead
from survey_app.services.plans import cells_of, plan_of, unit_by_code

EVERY_RULE: Final = "mọi dòng"

Key = tuple[int, int | None]
"""A rule and a unit, by id; no unit for a rule whose people rate all."""


# --- enumerators -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EnumeratorLine:
    """One person for one unit; no name where nobody is assigned yet.

    ``rules`` are those the person looks after, ``target`` their ballots about the unit.
    """

    unit: str
    name: str
    rules: str
    target: int


@dataclass(frozen=True, slots=True)
class EnumeratorList:
    """Who goes out for which unit, in plan order. ``people`` are different ones."""

    imprint: Imprint
    letterhead: Letterhead
    subject: str
    lines: tuple[EnumeratorLine, ...]
    people: int
    units: int
    unassigned: int


def enumerator_list(slug: str) -> EnumeratorList:
    """List the people who key each unit, by unit; units without anybody keep an empty line.

    Raises
    ------
    ConflictError
        If the campaign asks nobody.

    """
    campaign = campaign_by_slug(slug)
    cells = _asked(campaign)
    held = list(
        db.session.scalars(
            select(Assignment)
            .join(Assignment.unit)
            .where(Unit.campaign_id == campaign.id, Assignment.capacity == Capacity.KEYS)
            .options(joinedload(Assignment.user), joinedload(Assignment.rule))
        )
    )
    active = [assignment for assignment in held if assignment.user.active]
    by_unit: dict[int, list[Assignment]] = defaultdict(list)
    for assignment in active:
        by_unit[assignment.unit_id].append(assignment)
    asked = _by_unit(cells)
    units = [unit for unit in campaign.units if unit.id in asked]
    lines = [line for unit in units for line in _lines_of(unit, by_unit[unit.id], asked[unit.id])]
    return EnumeratorList(
        imprint=imprint(campaign, plan_of(campaign), "Danh sách điều tra viên"),
        letterhead=letterhead(campaign.organisation, "DS"),
        subject=campaign.title,
        lines=tuple(lines),
        people=len({assignment.user_id for assignment in active if assignment.unit_id in asked}),
        units=len(units),
        unassigned=sum(not by_unit[unit.id] for unit in units),
    )


def _lines_of(
    unit: Unit, held: Sequence[Assignment], cells: Sequence[QuotaCell]
) -> list[EnumeratorLine]:
    """One line a person of a unit, by name; one empty line where there is none."""
    codes: dict[str, set[str | None]] = defaultdict(set)
    for one in held:
        codes[one.user.name or one.user.email].add(one.rule.code if one.rule else None)
    if not codes:
        return [EnumeratorLine(unit.name, "", "", sum(cell.target for cell in cells))]
    lines = []
    for name in sorted(codes, key=vietnamese_order):
        mine = [cell for cell in cells if {None, cell.rule.code} & codes[name]]
        rules = EVERY_RULE if None in codes[name] else ", ".join(c.rule.code for c in mine)
        lines.append(EnumeratorLine(unit.name, name, rules, sum(cell.target for cell in mine)))
    return lines


def _by_unit(cells: Iterable[QuotaCell]) -> dict[int, list[QuotaCell]]:
    found: dict[int, list[QuotaCell]] = defaultdict(list)
    for cell in cells:
        found[cell.unit_id].append(cell)
    return found


def _asked(campaign: Campaign) -> list[QuotaCell]:
    """Return the cells that want ballots.

    Raises
    ------
    ConflictError
        If there are none.

    """
    cells = [cell for cell in cells_of(campaign) if cell.target]
    if not cells:
        raise ConflictError("Kế hoạch này không phân bổ phiếu điều tra nên không có văn bản này.")
    return cells


# --- handovers ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Printed:
    """Forms of one kind: slips by the ranges of their numbers, sheets by a list of their own."""

    kind: str
    numbers: str
    count: int


@dataclass(frozen=True, slots=True)
class HandoverLine:
    """Forms of one rule that were printed for a receiver.

    Attributes
    ----------
    rule, group
        Code of the rule, and who answers.
    target
        Forms the plan wants: one a person. [forms]
    booklets
        Whether each of its sheets is about all units.
    sheets
        Serials of sheets (booklets for people who rate all units) that are not void.
    slips
        Public numbers of printed slips that are not revoked, ascending.

    """

    rule: str
    group: str
    target: int
    booklets: bool
    sheets: tuple[str, ...]
    slips: tuple[int, ...]

    @property
    def kinds(self) -> tuple[Printed, ...]:
        """What was printed, by kind; one empty line to fill in where nothing was."""
        sheets = Printed("Quyển phiếu" if self.booklets else "Phiếu giấy", "", len(self.sheets))
        slips = Printed("Phiếu mời", ranges(self.slips), len(self.slips))
        return tuple(kind for kind in (sheets, slips) if kind.count) or (Printed("", "", 0),)


@dataclass(frozen=True, slots=True)
class Handover:
    """What one receiver is handed. ``unit`` is None for a rule whose people rate all units."""

    unit: str | None
    receiver: str
    about: str
    lines: tuple[HandoverLine, ...]


@dataclass(frozen=True, slots=True)
class HandoverPaper:
    """Records of a campaign's handovers, one a unit, then one a shared rule."""

    imprint: Imprint
    letterhead: Letterhead
    giver: str
    subject: str
    closes: date
    records: tuple[Handover, ...]


def handover_paper(slug: str, unit_code: str | None = None) -> HandoverPaper:
    """Say which forms are printed for whom.

    Parameters
    ----------
    slug
        The campaign.
    unit_code
        One unit; all of them and the shared rules when left out.

    Raises
    ------
    NotFoundError
        If there is no such campaign or unit.
    ConflictError
        If nothing is handed to that unit.

    """
    campaign = campaign_by_slug(slug)
    cells = _asked(campaign)
    chosen = unit_by_code(campaign, unit_code) if unit_code else None
    sheets, slips = _sheets(campaign), _slips(campaign)
    groups = {group.code: group.label.vi for group in definition_of(campaign).groups}

    def line(rule: QuotaRule, unit_id: int | None, target: int) -> HandoverLine:
        key = (rule.id, unit_id)
        return HandoverLine(
            rule=rule.code,
            group=groups[rule.group],
            target=target,
            booklets=rule.design is Design.CROSS,
            sheets=tuple(sheets.get(key, ())),
            slips=tuple(slips.get(key, ())),
        )

    own = _by_unit(cell for cell in cells if cell.rule.design is Design.OWN)
    units = [chosen] if chosen else campaign.units
    records = [
        Handover(unit.code, unit.name, f"phiếu điều tra về {unit.name}", tuple(lines))
        for unit in units
        if (lines := [line(c.rule, unit.id, c.target) for c in own.get(unit.id, ())])
    ]
    if chosen is None:
        shared = {c.rule.id: c.rule for c in cells if c.rule.design is Design.CROSS}
        records += [
            Handover(None, "", f"phiếu điều tra chung của {groups[rule.group]}",
                     (line(rule, None, rule.per_unit),))
            for rule in shared.values()
        ]  # fmt: skip
    if not records and chosen:
        raise ConflictError(
            f"Không bàn giao phiếu riêng cho {chosen.name}: phiếu về đơn vị này đều là phiếu chung."
        )
    return HandoverPaper(
        imprint=imprint(campaign, plan_of(campaign), "Biên bản bàn giao phiếu"),
        letterhead=letterhead(campaign.organisation, "BB"),
        giver=campaign.organisation,
        subject=campaign.title,
        closes=campaign.closes,
        records=tuple(records),
    )


def ranges(numbers: Iterable[int]) -> str:
    """Name ascending numbers shortly, as slips print them: ``0001–0030; 0035``."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return "; ".join(
        f"{first:04d}" if first == last else f"{first:04d}–{last:04d}" for first, last in runs
    )


def _sheets(campaign: Campaign) -> dict[Key, list[str]]:
    found: dict[Key, list[str]] = defaultdict(list)
    rows = db.session.execute(
        select(Sheet.rule_id, Sheet.unit_id, Sheet.serial)
        .where(Sheet.campaign_id == campaign.id, Sheet.state != SheetState.VOID)
        .order_by(Sheet.serial)
    )
    for rule_id, unit_id, serial in rows:
        found[rule_id, unit_id].append(serial)
    return found


def _slips(campaign: Campaign) -> dict[Key, list[int]]:
    found: dict[Key, list[int]] = defaultdict(list)
    rows = db.session.execute(
        select(Slip.rule_id, Slip.unit_id, Slip.number)
        .where(
            Slip.campaign_id == campaign.id,
            Slip.printed_on.is_not(None),
            Slip.revoked_on.is_(None),
        )
        .order_by(Slip.number)
    )
    for rule_id, unit_id, number in rows:
        found[rule_id, unit_id].append(number)
    return found
