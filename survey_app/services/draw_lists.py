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
from survey_app.services.exports.look import Book, Cell, Column, Grid
from survey_app.services.rosters import roster_of
from survey_app.services.transactions import transaction

TITLE: Final = "DANH SÁCH NGƯỜI ĐƯỢC MỜI TRẢ LỜI"
LINE_HEIGHT: Final = 27
"""Room to sign. [points]"""

MOST_SHEETS: Final = 200
"""Sheets of one workbook; more parts stand on one sheet, one after the other."""

NUMBER: Final = Column("STT", 6, "code")
NAME: Final = Column("Họ và tên", 26, "wrap")
OFFICE: Final = Column("Nơi công tác", 26, "wrap")
KEY: Final = Column("Mã trong danh sách", 14, "code")
PHONE: Final = Column("Điện thoại", 14, "wrap")
ADDRESS: Final = Column("Địa chỉ", 30, "wrap")
CALLED: Final = Column("Mẫu", 12, "code")
SIGNED: Final = Column("Ký nhận phiếu", 18, "text")
NOTE: Final = Column("Ghi chú (không gặp, từ chối, chuyển đi…)", 26, "text")


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
    book = Book(
        title=TITLE,
        subtitle=f"{roster.name} · lần rút {draw.number}"
        + (f" · dòng {draw.rule}" if draw.rule else ""),
        simulated=campaign.simulated,
        decimals=0,
    )
    columns = _columns(people, contacts)
    parts = [(part, list(called)) for part, called in groupby(people, key=lambda each: each.part)]
    if len(parts) > MOST_SHEETS:
        parts = [("", list(people))]
    names: set[str] = set()
    for part, called in parts:
        label = _label(draw, part, called)
        grid = book.sheet(_sheet_name(part, label, names))
        _fill(grid, columns, called, contacts)
    return book.close()


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
    grid: Grid,
    columns: Sequence[Column],
    people: Sequence[Called],
    contacts: dict[int, Contact],
) -> None:
    grid.columns(columns)
    grid.header(columns, freeze=2)
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
        grid.sheet.set_row(grid.next, LINE_HEIGHT)
        grid.row(columns, [cells.get(column, "") for column in columns])
    _sign(grid, columns)


def _sign(grid: Grid, columns: Sequence[Column]) -> None:
    """Room for those who answer for the list."""
    grid.next += 1
    right = columns.index(SIGNED)
    for row, left_text, right_text in (
        (grid.next, "Người lập danh sách", "Điều tra viên"),
        (grid.next + 1, "(ký, ghi rõ họ tên)", "(ký, ghi rõ họ tên)"),
    ):
        look = "section" if row == grid.next else "plain"
        grid.put(row, 1, left_text, look)
        grid.put(row, right, right_text, look)
    grid.next += 2


def _label(draw: Draw, part: str, called: Sequence[Called]) -> str:
    """Name a part as people do."""
    if by_of(draw) is By.UNIT and called[0].person.unit is not None:
        return called[0].person.unit.name
    return part or "Cả danh sách"


def _sheet_name(part: str, label: str, taken: set[str]) -> str:
    """Return a name no other sheet has, without the signs a workbook refuses."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", f"{part} {label}" if part != label else label)
    name = " ".join(plain.split())[:28] or "Danh sách"
    while name.casefold() in taken:
        name = f"{name[:25]} {len(taken) + 1}"
    taken.add(name.casefold())
    return name


def _ascii(part: str | None) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "", part or "")
