"""Lists of people who may be asked, and the samples drawn from them.

A person of a list shares no key with a ballot or a slip. How to reach somebody stands in
``contacts``, apart from everything else, and is the first to be deleted on schedule.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Model
from survey_app.models.campaign import Unit
from survey_app.models.types import Moment, now, one_of, words


class RosterKind(StrEnum):
    """What one row of a list is."""

    PEOPLE = "people"
    TRANSACTIONS = "transactions"
    """One dealt-with file at a one-stop desk; the same person may stand there twice."""


class Roster(Model):
    """One imported list, and until when its contacts are kept."""

    __tablename__ = "rosters"
    __table_args__ = (UniqueConstraint("campaign_id", "name"), one_of("kind", RosterKind))

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[RosterKind] = mapped_column(words(RosterKind))
    group: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(200))
    author: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    contacts_until: Mapped[date]
    contacts_deleted_on: Mapped[date | None]

    people: Mapped[list[Person]] = relationship(order_by="Person.position", back_populates="roster")
    draws: Mapped[list[Draw]] = relationship(order_by="Draw.id", back_populates="roster")


class Person(Model):
    """One row of a list. ``key`` names it in draws and is unique in its list."""

    __tablename__ = "people"
    __table_args__ = (
        UniqueConstraint("roster_id", "key"),
        CheckConstraint("size IS NULL OR size > 0", name="size_is_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    roster_id: Mapped[int] = mapped_column(ForeignKey("rosters.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    office: Mapped[str] = mapped_column(String(200), default="")
    stratum: Mapped[str] = mapped_column(String(100), default="")
    size: Mapped[int | None]
    position: Mapped[int]

    roster: Mapped[Roster] = relationship(back_populates="people")
    unit: Mapped[Unit | None] = relationship()
    contact: Mapped[Contact | None] = relationship(back_populates="person")


class Contact(Model):
    """How to reach a person; gone when the list's ``contacts_until`` has passed."""

    __tablename__ = "contacts"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    phone: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(String(300), default="")

    person: Mapped[Person] = relationship(back_populates="contact")


class Draw(Model):
    """A sample and its reserve, drawn from a public seed so that it can be repeated.

    ``result`` is what ``sampling.selection`` returned: chosen keys in order, inclusion
    probabilities, reserve in order; and the batches of the reserve called since, by unit or
    stratum, with their reasons. ``released`` is how many names were called in all.
    """

    __tablename__ = "draws"
    __table_args__ = (
        UniqueConstraint("roster_id", "number"),
        CheckConstraint("released >= 0", name="released_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    roster_id: Mapped[int] = mapped_column(ForeignKey("rosters.id"), index=True)
    number: Mapped[int]
    rule: Mapped[str | None] = mapped_column(String(16))
    method: Mapped[str] = mapped_column(String(32))
    seed: Mapped[str] = mapped_column(String(200))
    frame_sha256: Mapped[str] = mapped_column(String(64))
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    released: Mapped[int] = mapped_column(default=0)
    author: Mapped[str] = mapped_column(String(200))
    drawn_at: Mapped[datetime] = mapped_column(Moment, default=now)

    roster: Mapped[Roster] = relationship(back_populates="draws")
