"""Reading paper back: what an enumerator keys from a sheet is settled into ballots.

An *entry* is one reading of one sheet about one unit; it is judged
(``services.paper_answers``), claims a place (``services.quota``) and becomes one ballot,
all in one transaction. A second reading of the same sheet and unit needs a reason: it is
a new entry, the old ballot is excluded and the new one claims for itself. A booklet is
keyed whole, question by question as it is printed, or unit by unit. The trail says
serial and cell, never an answer. What may be keyed, and by whom: ``services.keying``.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app
from sqlalchemy.orm import Session

from questionnaires.model import Questionnaire
from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.formats import today
from survey_app.models import (
    Ballot,
    Campaign,
    Channel,
    Entry,
    EntrySource,
    QuotaCell,
    Sheet,
    SheetState,
    Status,
)
from survey_app.security import Keys, grouped
from survey_app.services.audit import Actor, record
from survey_app.services.ballots import NO_CONTACT, OVER_TARGET
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.definitions import definition_of
from survey_app.services.keying import (
    KeyLine,
    SheetToKey,
    already_keyed,
    cells_of_sheet,
    cells_to_key,
    entries_in_force,
    form_of_sheet,
    need_open,
    profile_given,
    refuse_unassigned,
    sheet_to_key,
)
from survey_app.services.paper_answers import judge, read_answers
from survey_app.services.quota import claim_place, mark_returned, release_place
from survey_app.services.sheets import PrintedSheet, locked_sheet, print_sheets, void_sheet
from survey_app.services.transactions import transaction

__all__ = [
    "KeyLine",
    "Keyed",
    "PrintedSheet",
    "Reading",
    "SheetToKey",
    "cells_to_key",
    "key_booklet",
    "key_sheet",
    "print_sheets",
    "sheet_to_key",
    "void_sheet",
]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was keyed about one unit: question code to code; ``met`` False needs none."""

    answers: Mapping[str, str]
    met: bool = True


@dataclass(frozen=True, slots=True)
class Keyed:
    """What became of one reading; ``reason`` is None only when it was counted."""

    status: Status
    reason: str | None
    revision: int

    @property
    def text(self) -> str:
        """What the enumerator reads after saving."""
        if self.status is Status.COUNTED:
            return "tính vào chỉ tiêu"
        if self.status is Status.OVER_TARGET:
            return "để riêng vì ô đã đủ chỉ tiêu"
        return f"không hợp lệ: {self.reason}"


def key_sheet(
    slug: str,
    serial: str,
    unit_code: str,
    answers: Mapping[str, str],
    *,
    met: bool = True,
    reason: str | None = None,
    actor: Actor,
) -> Keyed:
    """Settle one reading of one sheet about one unit; see :func:`key_booklet`."""
    readings = {unit_code: Reading(answers, met)}
    return key_booklet(slug, serial, readings, reason=reason, actor=actor)[unit_code]


def key_booklet(
    slug: str,
    serial: str,
    readings: Mapping[str, Reading],
    *,
    reason: str | None = None,
    actor: Actor,
) -> dict[str, Keyed]:
    """Settle what was keyed from one sheet, all units or none.

    Parameters
    ----------
    slug, serial
        The campaign, and the eight digits at the head of the sheet.
    readings
        Unit code to what was keyed about it. Profile answers go with one unit of a
        booklet, the first one keyed with contact.
    reason
        Why units keyed before are keyed again.
    actor
        Who keys; never a person who works in one of the units.

    Returns
    -------
    dict
        Unit code to what became of it.

    Raises
    ------
    ConflictError
        If the campaign is not collecting, the sheet is void, or a unit was keyed before
        and no reason is given.
    ForbiddenError
        If a unit is not the actor's to key.
    SurveyError
        With every wrong code, by unit and question; nothing is stored then.

    """
    if not readings:
        raise SurveyError("Chưa nhập đơn vị nào của phiếu này.")
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_open(campaign)
        sheet = locked_sheet(session, campaign, serial)
        if sheet.state is SheetState.VOID:
            raise ConflictError(f"Phiếu {grouped(serial)} đã hủy: {sheet.void_reason}.")
        of_sheet = {cell.unit.code: cell for cell in cells_of_sheet(session, sheet)}
        if unknown := [code for code in readings if code not in of_sheet]:
            raise NotFoundError(
                f"Phiếu {grouped(serial)} không hỏi về đơn vị {', '.join(unknown)}."
            )
        cells = {code: cell for code, cell in of_sheet.items() if code in readings}
        refuse_unassigned(session, actor, sheet.rule, [cell.unit for cell in cells.values()])
        earlier = entries_in_force(session, sheet)
        again = [earlier[cell.unit_id] for cell in cells.values() if cell.unit_id in earlier]
        if again and not (reason or "").strip():
            raise already_keyed(serial, again)
        if again:
            need_reason(reason or "")
        clean = _checked(form_of_sheet(sheet), readings, cells, earlier)
        done = {
            code: _Settling(session, campaign, sheet, cell, actor).settle(
                clean[code], earlier.get(cell.unit_id), (reason or "").strip()
            )
            for code, cell in cells.items()
        }
        if len({cell.unit_id for cell in cells.values()} | set(earlier)) == len(of_sheet):
            sheet.state = SheetState.SETTLED
        record(
            session,
            actor,
            "entry.correct" if again else "entry.key",
            f"{slug} {grouped(serial)}",
            cells=[f"{sheet.rule.code}/{code}" for code in cells],
            revisions=[keyed.revision for keyed in done.values()],
            reason=reason if again else None,
        )
    return done


def _checked(
    form: Questionnaire,
    readings: Mapping[str, Reading],
    cells: Mapping[str, QuotaCell],
    earlier: Mapping[int, Entry],
) -> dict[str, Reading]:
    """Return the readings clean, or raise once with the mistakes of every unit."""
    clean: dict[str, Reading] = {}
    mistakes: list[str] = []
    given: set[int] = {
        unit_id for unit_id, entry in earlier.items() if profile_given(form, entry.answers)
    }
    for code, cell in cells.items():
        reading = readings[code]
        if not reading.met:
            clean[code] = Reading({}, met=False)
            continue
        questions = form.unit_questions if given - {cell.unit_id} else form.questions
        given.add(cell.unit_id)
        try:
            clean[code] = Reading(read_answers(questions, reading.answers))
        except SurveyError as error:
            where = f"{code} · " if len(cells) > 1 else ""
            mistakes += [where + line for line in error.details]
    if mistakes:
        raise SurveyError(
            f"Phiếu còn {len(mistakes)} chỗ chưa nhập hoặc có mã sai; chưa lưu gì.",
            details=mistakes,
        )
    return clean


@dataclass(frozen=True, slots=True)
class _Settling:
    """One unit of a sheet on its way into a ballot."""

    session: Session
    campaign: Campaign
    sheet: Sheet
    cell: QuotaCell
    actor: Actor

    def settle(self, reading: Reading, before: Entry | None, reason: str) -> Keyed:
        """Store the reading and the ballot it becomes."""
        if before is None:
            mark_returned(self.session, self.cell.id)
        else:
            self._replace(before, reason)
        revision = 1 if before is None else before.revision + 1
        status, why = self._judged(reading)
        keys: Keys = current_app.extensions["cchc.keys"]
        ballot = Ballot(
            id=uuid.uuid4(),
            rater=keys.sheet_rater(self.sheet.serial),
            cell_id=self.cell.id,
            form_version_id=self.sheet.form_version_id,
            channel=Channel.PAPER,
            answers=dict(reading.answers),
            met=reading.met,
            received_on=today(),
            status=status,
            reason=why,
            submission_key=keys.sheet_key(self.sheet.serial, self.cell.unit.code, revision),
        )
        self.session.add(
            Entry(
                sheet_id=self.sheet.id,
                unit_id=self.cell.unit_id,
                revision=revision,
                source=EntrySource.KEY1,
                person_id=self.actor.user_id,
                answers=dict(reading.answers),
                met=reading.met,
                reason=reason if before else None,
                ballot=ballot,
            )
        )
        self.session.flush()
        return Keyed(status, why, revision)

    def _judged(self, reading: Reading) -> tuple[Status, str | None]:
        """Say what becomes of the ballot; claims its place where it counts."""
        settings = definition_of(self.campaign).settings
        if not reading.met:
            if not settings.no_contact_fills_place:
                return Status.INVALID, NO_CONTACT
        else:
            scored = form_of_sheet(self.sheet).scored_questions
            found = judge(scored, reading.answers, settings.valid_share)
            if not found.valid:
                return Status.INVALID, found.reason
        if claim_place(self.session, self.cell.id):
            return Status.COUNTED, None
        return Status.OVER_TARGET, OVER_TARGET

    def _replace(self, before: Entry, reason: str) -> None:
        """Take the ballot of the earlier reading out; its place is free again."""
        old = self.session.get(Ballot, before.ballot_id, with_for_update=True)
        if old is None:
            return
        if old.status is Status.EXCLUDED:
            raise ConflictError(
                f"Phiếu {grouped(self.sheet.serial)} ({self.cell.unit.code}) đã bị loại: "
                f"{old.reason}. Phiếu đã loại không đính chính được; hãy hỏi điều phối."
            )
        if old.status is Status.COUNTED:
            release_place(self.session, self.cell.id)
        old.status = Status.EXCLUDED
        # whole in the new entry; here it shares its column with what goes before it
        old.reason = f"đính chính bởi lần nhập {before.revision + 1}: {reason}"[:400]
