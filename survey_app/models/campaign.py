"""A campaign, the units it assesses, and the definitions it froze."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Model
from survey_app.models.types import Moment, now, one_of, words


class State(StrEnum):
    """Where a campaign stands (design, section 6)."""

    DRAFT = "draft"
    PLANNED = "planned"
    COLLECTING = "collecting"
    CLOSED = "closed"
    APPRAISING = "appraising"
    APPROVED = "approved"
    PUBLISHED = "published"


class Campaign(Model):
    """One year's survey and index.

    ``blueprint`` is the definition as loaded (``questionnaires.loader.to_mapping``), with
    its digest; dates may move later by an audited service, the definition does not.
    ``seed`` fixes the order in which kept-aside ballots are admitted.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        UniqueConstraint("slug"),
        UniqueConstraint("short_code"),
        CheckConstraint("opens <= closes", name="opens_before_it_closes"),
        CheckConstraint("assessed_from <= assessed_to", name="assessed_period_runs_forward"),
        one_of("state", State),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64))
    short_code: Mapped[str] = mapped_column(String(12))
    year: Mapped[int]
    title: Mapped[str] = mapped_column(String(400))
    organisation: Mapped[str] = mapped_column(String(200))
    opens: Mapped[date]
    closes: Mapped[date]
    assessed_from: Mapped[date]
    assessed_to: Mapped[date]
    state: Mapped[State] = mapped_column(words(State), default=State.DRAFT)
    blueprint: Mapped[dict[str, Any]] = mapped_column(JSON)
    blueprint_sha256: Mapped[str] = mapped_column(String(64))
    confirmed_sha256: Mapped[str | None] = mapped_column(String(64))
    seed: Mapped[str] = mapped_column(String(64))
    simulated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)

    units: Mapped[list[Unit]] = relationship(order_by="Unit.position", back_populates="campaign")


class Unit(Model):
    """An office that is assessed in one campaign; ``position`` is its place in the plan."""

    __tablename__ = "units"
    __table_args__ = (UniqueConstraint("campaign_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    code: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(32))
    parent: Mapped[str | None] = mapped_column(String(16))
    population: Mapped[int | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    successor: Mapped[str | None] = mapped_column(String(16))
    position: Mapped[int]

    campaign: Mapped[Campaign] = relationship(back_populates="units")


class FormVersion(Model):
    """A form frozen by its hash; never updated once a campaign has opened (promise 6)."""

    __tablename__ = "form_versions"
    __table_args__ = (UniqueConstraint("campaign_id", "code", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    code: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64))
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)


class CriteriaVersion(Model):
    """A criteria set of one unit kind; the newest ``current`` one is used, older ones stay."""

    __tablename__ = "criteria_versions"
    __table_args__ = (
        Index(
            "uq_criteria_versions_one_current_per_kind",
            "campaign_id",
            "unit_kind",
            unique=True,
            sqlite_where=text("current"),
            postgresql_where=text("current"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    unit_kind: Mapped[str] = mapped_column(String(32))
    code: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    current: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str] = mapped_column(String(400), default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
