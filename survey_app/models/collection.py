"""What came back: ballots, and the paper sheets and entries some of them came from.

A ballot knows its cell, its form version and the day, and nothing about a person, an
address or a time (promise 4). Entries point to the ballot they were settled into; a
ballot never points back.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Model
from survey_app.models.campaign import FormVersion, Unit
from survey_app.models.plan import QuotaCell, QuotaRule
from survey_app.models.types import Moment, now, one_of, words


class Status(StrEnum):
    """What became of a ballot; every status but ``counted`` has a reason."""

    COUNTED = "counted"
    OVER_TARGET = "over_target"
    SET_ASIDE = "set_aside"
    INVALID = "invalid"
    EXCLUDED = "excluded"


class Channel(StrEnum):
    """The road a ballot came by."""

    ONLINE = "online"
    """On a slip."""
    PAPER = "paper"
    POSTER = "poster"
    KIOSK = "kiosk"


class Ballot(Model):
    """One settled answer of one person about one unit.

    ``answers`` maps question code to choice code (or text). ``met`` is False for "năm qua
    tôi không làm việc với đơn vị này": returned, not scored. ``rater`` is shared by the
    ballots of one person and by nothing else. The key is random and the table has no row
    order on SQLite, so nothing tells who came first. ``poster_id`` is the public place a
    ballot without a slip came from; ``flags`` are the words of what was odd about it.
    """

    __tablename__ = "ballots"
    __table_args__ = (
        UniqueConstraint("submission_key"),
        one_of("status", Status),
        one_of("channel", Channel),
        CheckConstraint(
            "status = 'counted' OR coalesce(length(reason), 0) > 0",
            name="ballot_left_out_has_a_reason",
        ),
        Index("ix_ballots_cell_status", "cell_id", "status"),
        CheckConstraint(
            "(channel IN ('poster', 'kiosk')) = (poster_id IS NOT NULL)",
            name="only_a_place_has_a_poster",
        ),
        Index("ix_ballots_rater", "rater"),
        Index(
            "ix_ballots_poster",
            "poster_id",
            "received_on",
            sqlite_where=text("poster_id IS NOT NULL"),  # ballots on slips pay nothing for it
            postgresql_where=text("poster_id IS NOT NULL"),
        ),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    rater: Mapped[str] = mapped_column(String(32))
    cell_id: Mapped[int] = mapped_column(ForeignKey("quota_cells.id"))
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_versions.id"))
    channel: Mapped[Channel] = mapped_column(words(Channel))
    answers: Mapped[dict[str, str]] = mapped_column(JSON)
    met: Mapped[bool] = mapped_column(default=True)
    received_on: Mapped[date]
    status: Mapped[Status] = mapped_column(words(Status))
    reason: Mapped[str | None] = mapped_column(String(400))
    submission_key: Mapped[str] = mapped_column(String(64))
    poster_id: Mapped[int | None] = mapped_column(ForeignKey("posters.id"))
    flags: Mapped[str | None] = mapped_column(String(60))

    cell: Mapped[QuotaCell] = relationship()
    form_version: Mapped[FormVersion] = relationship()


class SheetState(StrEnum):
    """Where a printed form is."""

    PRINTED = "printed"
    SETTLED = "settled"
    VOID = "void"


class Sheet(Model):
    """One printed paper form with its serial; a booklet of all units for a crossed rule."""

    __tablename__ = "sheets"
    __table_args__ = (
        UniqueConstraint("campaign_id", "serial"),
        one_of("state", SheetState),
        CheckConstraint(
            "state <> 'void' OR coalesce(length(void_reason), 0) > 0",
            name="void_sheet_has_a_reason",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    serial: Mapped[str] = mapped_column(String(8))
    rule_id: Mapped[int] = mapped_column(ForeignKey("quota_rules.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_versions.id"))
    printed_on: Mapped[date]
    state: Mapped[SheetState] = mapped_column(words(SheetState), default=SheetState.PRINTED)
    void_reason: Mapped[str | None] = mapped_column(String(400))

    rule: Mapped[QuotaRule] = relationship()
    unit: Mapped[Unit | None] = relationship()
    form_version: Mapped[FormVersion] = relationship()


class EntrySource(StrEnum):
    """How a sheet was read."""

    KEY1 = "key1"
    KEY2 = "key2"
    SCAN = "scan"
    ONLINE = "online"


class Entry(Model):
    """One reading of a sheet about one unit; a correction is a new entry with a reason.

    ``ballot_id`` is the ballot it was settled into. ``revision`` counts readings of the
    same sheet and unit from 1; the highest one is in force.
    """

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("sheet_id", "unit_id", "revision"),
        one_of("source", EntrySource),
        CheckConstraint(
            "revision = 1 OR coalesce(length(reason), 0) > 0", name="correction_has_a_reason"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    revision: Mapped[int]
    source: Mapped[EntrySource] = mapped_column(words(EntrySource))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    met: Mapped[bool] = mapped_column(default=True)
    differences: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(String(400))
    ballot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("ballots.id"))
    at: Mapped[datetime] = mapped_column(Moment, default=now)

    sheet: Mapped[Sheet] = relationship()
    unit: Mapped[Unit] = relationship()
    ballot: Mapped[Ballot | None] = relationship()
