"""The list an enumerator takes along: who was drawn, and where each signs.

One sheet for each part of the draw. Telephones and addresses stand in it only while they are
kept; no slip number and no day ever does, so that a list cannot be laid beside ballots.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from sqlalchemy import select

from survey_app.errors import SurveyError
from survey_app.extensions import db
from survey_app.models import Campaign, Contact, Draw, Roster
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.contacts import are_kept
from survey_app.services.draws import By, Called, by_of, called_people, draw_of
from survey_app.services.exports import XLSX, ExportFile
from survey_app.services.exports.look import Column
from survey_app.services.exports.papers import Cell, Paper, Papers
from survey_app.services.paper_words import place_of
from survey_app.services.rosters import roster_of
from survey_app.services.transactions import transaction

TITLE: Final = "DANH SÁCH NGƯỜI ĐƯỢC MỜI TRẢ LỜI"
MOST_SHEETS: Final = 200
"""Sheets of one workbook; more parts stand on one sheet, one after the other."""

PORTRAIT: Final = 120
"""Columns up to this width stand on a page upright. [column width]"""

NUMBER: Final = Column("STT", 5, "code")
NAME: Final = Column("Họ và tên", 26, "wrap")
OFFICE: Final = Column("Nơi công tác", 26, "wrap")
KEY: Final = Column("Mã trong danh sách", 14, "code")
PHONE: Final = Column("Điện thoại", 14, "wrap")
ADDRESS: Final = Column("Địa chỉ", 30, "wrap")
CALLED: Final = Column("Mẫu", 12, "code")
SIGNED: Final = Column("Ký nhận phiếu", 16)
NOTE: Final = Column("Ghi chú (không gặp, từ chối, chuyển đi…)", 24)


def draw_workbook(
    slug: str, roster_id: int, number: int, *, part: str | None = None, actor: Actor
) -> ExportFile:
    """Write who is to be asked, with room to sign; noted in the trail.

    Parameters
    ----------
    slug, roster_id, number
        The draw.
    part
        One unit or stratum, or None for a sheet of each.
    actor
        Who takes the list.

    Raises
    ------
    SurveyError
        If nobody was drawn from the part.

    """
    campaign = campaign_by_slug(slug)
    roster = roster_of(campaign, roster_id)
    draw = draw_of(roster, number)
    people = called_people(draw, part)
    if not people:
        raise SurveyError("Không có ai trong phần này của lần rút để lập danh sách.")
    contacts = _contacts(people) if are_kept(roster) else {}
    data = _book(campaign, roster, draw, people, contacts)
    with transaction() as session:
        record(
            session, actor, "roster.list", slug,
            list=roster.name, number=number, part=part or None, people=len(people),
            with_contacts=bool(contacts),
        )  # fmt: skip
    name = "-".join(filter(None, ("danh-sach", campaign.short_code, str(number), _ascii(part))))
    return ExportFile(f"{name}.xlsx", data, XLSX)


def _contacts(people: Sequence[Called]) -> dict[int, Contact]:
    ids = [called.person.id for called in people]
    found = db.session.scalars(select(Contact).where(Contact.person_id.in_(ids)))
    return {contact.person_id: contact for contact in found}


def _book(
    campaign: Campaign,
    roster: Roster,
    draw: Draw,
    people: Sequence[Called],
    contacts: dict[int, Contact],
) -> bytes:
    papers = Papers(campaign, "Danh sách người được mời trả lời")
    columns = _columns(people, contacts)
    parts = [(part, list(called)) for part, called in groupby(people, key=lambda each: each.part)]
    if together := len(parts) > MOST_SHEETS:
        parts = [("", list(people))]
    across = sum(column.width for column in columns) > PORTRAIT
    for part, called in parts:
        label = "Mọi nơi" if together else _label(draw, part, called)
        paper = papers.paper(_sheet_name(part, label), TITLE, columns, landscape=across)
        line = f"; dòng phân bổ: {draw.rule}" if draw.rule else ""
        paper.line(f"{label}; rút lần {draw.number} từ danh sách “{roster.name}”{line}", "middle")
        paper.line(f"({campaign.title})", "italic")
        _fill(paper, columns, called, contacts)
    return papers.close()


def _columns(people: Sequence[Called], contacts: dict[int, Contact]) -> tuple[Column, ...]:
    """Return the columns that have something to say, and those to sign in."""
    with_office = any(called.person.office for called in people)
    has_phone = any(contact.phone for contact in contacts.values())
    has_address = any(contact.address for contact in contacts.values())
    chosen = (
        (NUMBER, True), (NAME, True), (OFFICE, with_office), (KEY, True),
        (PHONE, has_phone), (ADDRESS, has_address), (CALLED, True), (SIGNED, True), (NOTE, True),
    )  # fmt: skip
    return tuple(column for column, wanted in chosen if wanted)


def _fill(
    paper: Paper,
    columns: Sequence[Column],
    people: Sequence[Called],
    contacts: dict[int, Contact],
) -> None:
    paper.header()
    for line, called in enumerate(people, start=1):
        contact = contacts.get(called.person.id)
        cells: dict[Column, Cell] = {
            NUMBER: str(line),
            NAME: called.person.name,
            OFFICE: called.person.office,
            KEY: called.person.key,
            PHONE: contact.phone if contact else "",
            ADDRESS: contact.address if contact else "",
            CALLED: f"dự phòng {called.batch}" if called.batch else "chính",
        }
        paper.row([cells.get(column) for column in columns], tall=True)
    paper.signatures(
        place_of(paper.owner.campaign.organisation), ("NGƯỜI LẬP DANH SÁCH", "ĐIỀU TRA VIÊN")
    )


def _label(draw: Draw, part: str, called: Sequence[Called]) -> str:
    """Name a part as people do."""
    if by_of(draw) is By.UNIT and called[0].person.unit is not None:
        return called[0].person.unit.name
    return part or "Cả danh sách"


def _sheet_name(part: str, label: str) -> str:
    """Name a sheet so that it is found by code and by name."""
    return " ".join(f"{part} {label}".split()) if part != label else label


def _ascii(part: str | None) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "", part or "")
