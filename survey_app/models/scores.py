"""Points given by people, and frozen computations of the index."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Model
from survey_app.models.campaign import CriteriaVersion, Unit
from survey_app.models.types import Moment, now, one_of, words


class Round(StrEnum):
    """Steps of a score from the unit to the council."""

    SELF = "self"
    ROUND_1 = "round_1"
    EXPLAINED = "explained"
    ROUND_2 = "round_2"
    IMPORTED = "imported"


class Score(Model):
    """Points of one unit on one criterion in one round; a change is a new row with a reason.

    ``not_applicable`` has no points. ``note`` is the unit's explanation or the
    appraiser's reason; ``evidence`` lists the documents by name and number.
    """

    __tablename__ = "scores"
    __table_args__ = (
        Index(
            "uq_scores_one_current_per_unit_criterion_round",
            "unit_id",
            "criterion",
            "round",
            unique=True,
            sqlite_where=text("current"),
            postgresql_where=text("current"),
        ),
        CheckConstraint("points >= 0 AND points <= max_points", name="points_within_maximum"),
        CheckConstraint("not_applicable OR points IS NOT NULL", name="score_has_points"),
        CheckConstraint(
            "revision = 1 OR coalesce(length(reason), 0) > 0", name="changed_score_has_a_reason"
        ),
        one_of("round", Round),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    criteria_version_id: Mapped[int] = mapped_column(ForeignKey("criteria_versions.id"))
    criterion: Mapped[str] = mapped_column(String(16))
    round: Mapped[Round] = mapped_column(words(Round))
    points: Mapped[Decimal | None] = mapped_column(Numeric(8, 3))
    max_points: Mapped[Decimal] = mapped_column(Numeric(8, 3))
    not_applicable: Mapped[bool] = mapped_column(default=False)
    evidence: Mapped[str] = mapped_column(String(2000), default="")
    note: Mapped[str] = mapped_column(String(2000), default="")
    revision: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str | None] = mapped_column(String(400))
    current: Mapped[bool] = mapped_column(default=True)
    source_sha256: Mapped[str | None] = mapped_column(String(64))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Moment, default=now)

    unit: Mapped[Unit] = relationship()
    criteria_version: Mapped[CriteriaVersion] = relationship()


class RunState(StrEnum):
    """A run is computed, then approved and published, and superseded, never changed."""

    COMPUTED = "computed"
    APPROVED = "approved"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class IndexRun(Model):
    """A frozen computation: what went in by hash, every setting, and what came out."""

    __tablename__ = "index_runs"
    __table_args__ = (UniqueConstraint("campaign_id", "number"), one_of("state", RunState))

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    number: Mapped[int]
    state: Mapped[RunState] = mapped_column(words(RunState), default=RunState.COMPUTED)
    frame_sha256: Mapped[str] = mapped_column(String(64))
    scores_sha256: Mapped[str] = mapped_column(String(64))
    criteria_sha256: Mapped[dict[str, str]] = mapped_column(JSON)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    code_version: Mapped[str] = mapped_column(String(64))
    seed: Mapped[str] = mapped_column(String(64))
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    result_sha256: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Moment, default=now)

    results: Mapped[list[IndexResult]] = relationship(back_populates="run")


class IndexResult(Model):
    """One unit's line of a run; None means it could not be computed, and is never 0."""

    __tablename__ = "index_results"
    __table_args__ = (UniqueConstraint("run_id", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("index_runs.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    points: Mapped[Decimal | None] = mapped_column(Numeric(8, 3))
    max_points: Mapped[Decimal | None] = mapped_column(Numeric(8, 3))
    index: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    rank: Mapped[int | None]
    band: Mapped[str | None] = mapped_column(String(64))

    run: Mapped[IndexRun] = relationship(back_populates="results")
    unit: Mapped[Unit] = relationship()
