"""The plan: versions of it, its quota rules, and one cell per rule and unit."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from questionnaires.model import Design
from survey_app.extensions import Model
from survey_app.models.campaign import Unit
from survey_app.models.types import Moment, now, one_of, words


class PlanState(StrEnum):
    """Where a plan version stands."""

    DRAFT = "draft"
    """In force before anybody approved it; the campaign is not open yet."""
    PROPOSED = "proposed"
    """An amendment waiting for its decision; the version before it stays in force."""
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    """An amendment that was given up."""


IN_FORCE: Final = (PlanState.DRAFT, PlanState.APPROVED)
"""States of the one version whose cells are filled."""


class PlanVersion(Model):
    """The quota as one decision paper fixed it.

    ``definition`` holds groups, rules and stated totals in the words of the campaign file,
    under its digest; it never changes. The rules and cells below are those of the version in
    force and move to the next one when it comes, so a ballot's cell is always the same row.
    """

    __tablename__ = "plan_versions"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("number = 1 OR reason <> ''", name="amendment_has_a_reason"),
        CheckConstraint(
            "state <> 'withdrawn' OR (withdrawn_at IS NOT NULL AND withdrawn_why <> '')",
            name="withdrawal_has_a_reason",
        ),
        one_of("state", PlanState),
        *(
            Index(
                f"uq_plan_versions_one_{name}",
                "campaign_id",
                unique=True,
                sqlite_where=text(condition),
                postgresql_where=text(condition),
            )
            for name, condition in (
                ("in_force", "state IN ('draft', 'approved')"),
                ("proposed", "state = 'proposed'"),
            )
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    number: Mapped[int]
    state: Mapped[PlanState] = mapped_column(words(PlanState), default=PlanState.DRAFT)
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(400), default="")
    author: Mapped[str] = mapped_column(String(200), default="")
    decision: Mapped[str] = mapped_column(String(200), default="")
    approved_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_by: Mapped[str] = mapped_column(String(200), default="")
    withdrawn_why: Mapped[str] = mapped_column(String(400), default="")

    rules: Mapped[list[QuotaRule]] = relationship(order_by="QuotaRule.position")

    @property
    def needs_decision(self) -> bool:
        """Whether no decision has been written down for it yet, and one still may be."""
        waiting = (PlanState.DRAFT, PlanState.PROPOSED, PlanState.APPROVED)
        return not self.decision and self.state in waiting


class QuotaRule(Model):
    """One line of the plan (see ``questionnaires.model.QuotaRule``)."""

    __tablename__ = "quota_rules"
    __table_args__ = (
        UniqueConstraint("plan_version_id", "code"),
        CheckConstraint("per_unit > 0", name="per_unit_is_positive"),
        CheckConstraint("fee_vnd >= 0", name="fee_is_not_negative"),
        one_of("design", Design),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_version_id: Mapped[int] = mapped_column(ForeignKey("plan_versions.id"), index=True)
    code: Mapped[str] = mapped_column(String(16))
    form: Mapped[str] = mapped_column(String(16))
    group: Mapped[str] = mapped_column(String(64))
    unit_kind: Mapped[str] = mapped_column(String(32))
    per_unit: Mapped[int]
    design: Mapped[Design] = mapped_column(words(Design))
    fee_vnd: Mapped[int]
    top_up_from: Mapped[str | None] = mapped_column(String(64))
    clause: Mapped[str] = mapped_column(String(64))
    wording: Mapped[str] = mapped_column(String(600))
    position: Mapped[int]

    plan_version: Mapped[PlanVersion] = relationship(back_populates="rules")
    cells: Mapped[list[QuotaCell]] = relationship(back_populates="rule")


class QuotaCell(Model):
    """Ballots wanted from one group about one unit, and how many are in.

    ``accepted`` is kept by ``services.quota`` in the transaction of the ballot itself;
    ``issued`` counts slips and sheets that are out for the cell and ``returned`` the
    ballots that came back on them, so the places they hold can be told (promise 3).
    ``cchc campaign recount`` compares all three with the rows.
    """

    __tablename__ = "quota_cells"
    __table_args__ = (
        UniqueConstraint("rule_id", "unit_id"),
        CheckConstraint("target >= 0", name="target_not_negative"),
        CheckConstraint("accepted BETWEEN 0 AND target", name="accepted_within_target"),
        CheckConstraint("issued >= 0", name="issued_not_negative"),
        CheckConstraint("returned >= 0", name="returned_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("quota_rules.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    target: Mapped[int]
    accepted: Mapped[int] = mapped_column(default=0)
    issued: Mapped[int] = mapped_column(default=0)
    returned: Mapped[int] = mapped_column(default=0)

    rule: Mapped[QuotaRule] = relationship(back_populates="cells")
    unit: Mapped[Unit] = relationship()

    @property
    def reserved(self) -> int:
        """Places held for slips and sheets that are still out; between 0 and target."""
        return max(0, min(self.target - self.accepted, self.issued - self.returned))

    @property
    def missing(self) -> int:
        """Places still to fill; ballots."""
        return self.target - self.accepted
