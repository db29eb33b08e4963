"""What there is to key, and who may key it: read before ``services.entries`` writes.

An enumerator keys the units assigned to him, a coordinator any; nobody keys a unit he
works in (promise 3). ``sheet_to_key`` opens one sheet, ``cells_to_key`` lists the work. Of
what is keyed, only the person who keyed it sees the answers: whoever may exclude a ballot
must not have read it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from questionnaires.model import Design, Questionnaire
from survey_app.errors import ConflictError, ForbiddenError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.formats import moment
from survey_app.models import (
    Assignment,
    Campaign,
    Capacity,
    Entry,
    QuotaCell,
    QuotaRule,
    Sheet,
    SheetState,
    State,
    Status,
    Unit,
    User,
)
from survey_app.permissions import Permission
from survey_app.security import SERIAL_DIGITS, grouped, is_sound, typed_digits
from survey_app.services.audit import Actor
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.definitions import questionnaire_of, rule_definition
from survey_app.services.plans import cells_of
from survey_app.services.scope import forbid_own_unit
from survey_app.services.sheets import no_such_sheet

SCANNED = re.compile(r"\S*/s/(\d{8})/?", re.IGNORECASE)
"""What a hand scanner sends; its first letters may be lost while a page is opening."""


@dataclass(frozen=True, slots=True)
class KeyedUnit:
    """The reading in force of one unit of a sheet, and what became of it.

    Attributes
    ----------
    answers, met
        What was keyed; None for everybody but the person who keyed it.
    profile
        Whether the reading carries the profile of its person.

    """

    answers: Mapping[str, str] | None
    met: bool | None
    profile: bool
    revision: int
    person: str
    at: datetime
    status: Status
    reason: str | None


@dataclass(frozen=True, slots=True)
class SheetToKey:
    """One sheet as the keying page needs it.

    Attributes
    ----------
    form
        As the people of its rule are asked it, in the version that was printed.
    printed_units
        Units of the sheet in plan order, as numbered on paper.
    units
        Those of them this person may key.
    keyed
        Unit code to its reading in force.
    profile_needed
        Whether a unit keyed now carries the profile answers.

    """

    sheet: Sheet
    form: Questionnaire
    printed_units: tuple[Unit, ...]
    units: tuple[Unit, ...]
    keyed: Mapping[str, KeyedUnit]
    profile_needed: bool

    @property
    def elsewhere(self) -> int:
        """Units of the booklet that others key."""
        return len(self.printed_units) - len(self.units)

    @property
    def open_units(self) -> tuple[Unit, ...]:
        """Units still to key, in plan order."""
        return tuple(unit for unit in self.units if unit.code not in self.keyed)

    def asks_profile(self, unit_code: str) -> bool:
        """Whether the reading of this unit carries the profile answers."""
        before = self.keyed.get(unit_code)
        return self.profile_needed or (before is not None and before.profile)


@dataclass(frozen=True, slots=True)
class KeyLine:
    """Work on one cell, or on the booklets of one crossed rule (``unit`` is None).

    ``printed`` and ``keyed`` are sheets, ``counted`` and ``target`` ballots of the cells
    this person keys.
    """

    rule: QuotaRule
    unit: Unit | None
    printed: int
    keyed: int
    counted: int
    target: int

    @property
    def to_key(self) -> int:
        """Sheets that are still out."""
        return self.printed - self.keyed


def serial_of(text: str) -> str:
    """Return the serial in what a person typed or a hand scanner sent.

    Raises
    ------
    SurveyError
        If it is not eight digits with a right check digit, or an address ending in them.

    """
    scanned = SCANNED.fullmatch(text.strip())
    serial = scanned[1] if scanned else typed_digits(text)
    if len(serial) != SERIAL_DIGITS or not is_sound(serial):
        raise SurveyError(
            f"Số phiếu “{text.strip()[:80]}” gõ sai. Số phiếu gồm 8 chữ số in ở đầu phiếu, "
            "ví dụ 1234-5674; hãy gõ hoặc quét lại."
        )
    return serial


def campaign_of_serial(serial: str) -> Campaign:
    """Return the campaign a scanned serial belongs to; serials are unique everywhere."""
    campaign = db.session.scalar(
        select(Campaign)
        .join(Sheet, Sheet.campaign_id == Campaign.id)
        .where(Sheet.serial == serial)
        .order_by(Campaign.id.desc())
    )
    if campaign is None:
        raise NotFoundError(f"Không có phiếu giấy số {grouped(serial)}.")
    return campaign


def sheet_to_key(slug: str, serial: str, *, actor: Actor) -> SheetToKey:
    """Open one sheet for keying.

    Raises
    ------
    NotFoundError
        If no sheet of the campaign has the serial.
    ForbiddenError
        If none of its units is the actor's to key.
    ConflictError
        If the campaign is not collecting, or the sheet is void.

    """
    campaign = campaign_by_slug(slug)
    need_open(campaign)
    sheet = db.session.scalar(
        select(Sheet).where(Sheet.campaign_id == campaign.id, Sheet.serial == serial)
    )
    if sheet is None:
        raise no_such_sheet(serial)
    if sheet.state is SheetState.VOID:
        raise ConflictError(f"Phiếu {grouped(serial)} đã hủy: {sheet.void_reason}.")
    cells = cells_of_sheet(db.session(), sheet)
    mine = keyable(db.session(), actor, sheet.rule, [cell.unit for cell in cells])
    if not mine:
        refuse_unassigned(db.session(), actor, sheet.rule, [cell.unit for cell in cells])
    form = form_of_sheet(sheet)
    in_force = entries_in_force(db.session(), sheet)
    return SheetToKey(
        sheet=sheet,
        form=form,
        printed_units=tuple(cell.unit for cell in cells),
        units=tuple(mine),
        keyed={
            unit.code: _keyed_unit(form, in_force[unit.id], actor)
            for unit in mine
            if unit.id in in_force
        },
        profile_needed=bool(form.profile_questions)
        and not any(profile_given(form, entry.answers) for entry in in_force.values()),
    )


def cells_to_key(slug: str, *, actor: Actor) -> list[KeyLine]:
    """List what this person keys, in plan order: one line per cell, one per crossed rule."""
    campaign = campaign_by_slug(slug)
    printed = _sheets_by(campaign, SheetState.PRINTED, SheetState.SETTLED)
    keyed = _sheets_by(campaign, SheetState.SETTLED)
    lines = []
    for rule, of_rule in groupby(cells_of(campaign), key=lambda cell: cell.rule):
        cells = list(of_rule)
        mine = keyable(db.session(), actor, rule, [cell.unit for cell in cells])
        cells = [cell for cell in cells if cell.unit in mine]
        shown: list[tuple[Unit | None, list[QuotaCell]]] = [(cell.unit, [cell]) for cell in cells]
        if cells and rule.design is Design.CROSS:
            shown = [(None, cells)]
        for unit, together in shown:
            key = (rule.id, unit.id if unit else None)
            counted = sum(cell.accepted for cell in together)
            target = sum(cell.target for cell in together)
            lines.append(
                KeyLine(rule, unit, printed.get(key, 0), keyed.get(key, 0), counted, target)
            )
    return lines


def keyable(session: Session, actor: Actor, rule: QuotaRule, units: Iterable[Unit]) -> list[Unit]:
    """Return the units whose sheets of this rule the actor may key, in the order given."""
    free = [unit for unit in units if unit.id not in actor.belongs]
    if not actor.may(Permission.KEY):
        return []
    if actor.may(Permission.BALLOTS_DECIDE):
        return free
    assigned = set(
        session.scalars(
            select(Assignment.unit_id).where(
                Assignment.user_id == actor.user_id,
                Assignment.capacity == Capacity.KEYS,
                or_(Assignment.rule_id.is_(None), Assignment.rule_id == rule.id),
            )
        )
    )
    return [unit for unit in free if unit.id in assigned]


def refuse_unassigned(
    session: Session, actor: Actor, rule: QuotaRule, units: Collection[Unit]
) -> None:
    """Refuse when one of the units is not the actor's to key.

    Raises
    ------
    ForbiddenError
        Saying whether it is his own unit, or one that others key.

    """
    mine = {unit.id for unit in keyable(session, actor, rule, units)}
    for unit in units:
        if unit.id in mine:
            continue
        forbid_own_unit(actor, unit)
        raise ForbiddenError(
            f"Phiếu {rule.code} về {unit.name} không thuộc phần việc nhập phiếu của bạn. "
            "Hãy nhờ điều phối phân công."
        )


def need_open(campaign: Campaign) -> None:
    """Refuse keying before a campaign opens and after a coordinator closed it.

    The last day of online answers does not matter: paper is keyed until it is closed.
    """
    if campaign.state is not State.COLLECTING:
        raise ConflictError(
            f"Đợt “{campaign.title}” không ở trạng thái thu phiếu nên không nhập phiếu được. "
            "Hãy hỏi điều phối."
        )


def already_keyed(serial: str, entries: Iterable[Entry]) -> ConflictError:
    """Return what to say when a sheet is keyed a second time without a reason."""
    entries = list(entries)
    return ConflictError(
        f"Phiếu {grouped(serial)} đã được nhập. Muốn sửa, hãy mở lại phiếu và ghi lý do đính "
        "chính.",
        details=[
            f"{entry.unit.name}: nhập lần {entry.revision} lúc {moment(entry.at)}"
            for entry in entries
        ],
    )


def form_of_sheet(sheet: Sheet) -> Questionnaire:
    """Return the form in the version printed on the sheet, as its rule is asked it."""
    campaign = db.session.get_one(Campaign, sheet.campaign_id)
    return questionnaire_of(sheet.form_version).asked_of(rule_definition(campaign, sheet.rule))


def cells_of_sheet(session: Session, sheet: Sheet) -> list[QuotaCell]:
    """Return the cells a sheet can fill: one, or every cell of its crossed rule."""
    cells = (
        select(QuotaCell)
        .join(QuotaCell.unit)
        .where(QuotaCell.rule_id == sheet.rule_id)
        .order_by(Unit.position)
        .options(joinedload(QuotaCell.unit))
    )
    if sheet.unit_id is not None:
        cells = cells.where(QuotaCell.unit_id == sheet.unit_id)
    return list(session.scalars(cells))


def entries_in_force(session: Session, sheet: Sheet) -> dict[int, Entry]:
    """Return the last reading of each unit of a sheet, by unit id."""
    found = session.scalars(
        select(Entry).where(Entry.sheet_id == sheet.id).order_by(Entry.revision)
    )
    return {entry.unit_id: entry for entry in found}


def profile_given(form: Questionnaire, answers: Mapping[str, str]) -> bool:
    """Whether a reading carries the profile of its person."""
    return any(question.code in answers for question in form.profile_questions)


def _keyed_unit(form: Questionnaire, entry: Entry, actor: Actor) -> KeyedUnit:
    own = actor.user_id is not None and entry.person_id == actor.user_id
    person = db.session.get(User, entry.person_id) if entry.person_id else None
    ballot = entry.ballot
    return KeyedUnit(
        answers=entry.answers if own else None,
        met=entry.met if own else None,
        profile=profile_given(form, entry.answers),
        revision=entry.revision,
        person=(person.name or person.email) if person else "cchc",
        at=entry.at,
        status=ballot.status if ballot else Status.SET_ASIDE,
        reason=ballot.reason if ballot else None,
    )


def _sheets_by(campaign: Campaign, *states: SheetState) -> dict[tuple[int, int | None], int]:
    """Count the sheets in these states by rule and unit."""
    return {
        (rule_id, unit_id): n
        for rule_id, unit_id, n in db.session.execute(
            select(Sheet.rule_id, Sheet.unit_id, func.count())
            .where(Sheet.campaign_id == campaign.id, Sheet.state.in_(states))
            .group_by(Sheet.rule_id, Sheet.unit_id)
        )
    }
