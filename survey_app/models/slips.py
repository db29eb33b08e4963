"""The right to answer: numbered slips that belong to nobody."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Model
from survey_app.models.campaign import Unit
from survey_app.models.plan import QuotaRule


class Slip(Model):
    """One person's anonymous right to answer.

    ``code_hash`` is None until the slip is printed: codes exist only in the print stream,
    and printing again makes a new code. ``unit_id`` is None for a crossed rule.
    ``begun`` is set with its first answer and ``used`` with its last; neither has a day, so
    that nothing lies beside ``ballots.received_on`` to be joined with.
    """

    __tablename__ = "slips"
    __table_args__ = (
        CheckConstraint("begun OR NOT used", name="used_slip_was_begun"),
        UniqueConstraint("campaign_id", "number"),
        UniqueConstraint("code_hash"),
        CheckConstraint(
            "revoked_on IS NULL OR coalesce(length(revoked_reason), 0) > 0",
            name="revoked_slip_has_a_reason",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    number: Mapped[int]
    code_hash: Mapped[str | None] = mapped_column(String(64))
    rule_id: Mapped[int] = mapped_column(ForeignKey("quota_rules.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    printed_on: Mapped[date | None]
    begun: Mapped[bool] = mapped_column(default=False)
    used: Mapped[bool] = mapped_column(default=False)
    revoked_on: Mapped[date | None]
    revoked_reason: Mapped[str | None] = mapped_column(String(400))

    rule: Mapped[QuotaRule] = relationship()
    unit: Mapped[Unit | None] = relationship()
