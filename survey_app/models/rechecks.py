"""Re-checks (phúc tra): some who took part are called and asked three questions.

Their answers are about the fieldwork, kept apart from ballots and joined with none.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Model
from survey_app.models.payments import Participation
from survey_app.models.types import Moment, now, one_of, words


class Recheck(Model):
    """One draw of people to call, from a public seed; ``share`` of each enumerator's list.

    ``least_rate`` is the share of "yes" below which a unit or an enumerator is flagged. [0-1]
    """

    __tablename__ = "rechecks"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("share > 0 AND share <= 1", name="share_is_a_share"),
        CheckConstraint("least_rate >= 0 AND least_rate <= 1", name="rate_is_a_share"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    number: Mapped[int]
    seed: Mapped[str] = mapped_column(String(200))
    share: Mapped[Decimal] = mapped_column(Numeric(5, 4))
    least_rate: Mapped[Decimal] = mapped_column(Numeric(5, 4))
    frame_sha256: Mapped[str] = mapped_column(String(64))
    author: Mapped[str] = mapped_column(String(200))
    drawn_at: Mapped[datetime] = mapped_column(Moment, default=now)

    calls: Mapped[list[RecheckCall]] = relationship(
        order_by="RecheckCall.line", back_populates="recheck"
    )


class CallState(StrEnum):
    """How a call ended."""

    WAITING = "waiting"
    REACHED = "reached"
    NOT_REACHED = "not_reached"
    REFUSED = "refused"


class RecheckCall(Model):
    """One person to call: asked, by the enumerator named, paid.

    An answer is None until it is given; only a reached person has answers.
    """

    __tablename__ = "recheck_calls"
    __table_args__ = (
        UniqueConstraint("recheck_id", "line"),
        UniqueConstraint("recheck_id", "participation_id"),
        CheckConstraint(
            "state = 'reached' "
            "OR (was_asked IS NULL AND right_person IS NULL AND was_paid IS NULL)",
            name="only_the_reached_answer",
        ),
        one_of("state", CallState),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recheck_id: Mapped[int] = mapped_column(ForeignKey("rechecks.id"), index=True)
    participation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participations.id"))
    line: Mapped[int]
    state: Mapped[CallState] = mapped_column(words(CallState), default=CallState.WAITING)
    was_asked: Mapped[bool | None]
    right_person: Mapped[bool | None]
    was_paid: Mapped[bool | None]
    note: Mapped[str] = mapped_column(String(400), default="")
    caller: Mapped[str] = mapped_column(String(200), default="")
    called_on: Mapped[date | None]

    recheck: Mapped[Recheck] = relationship(back_populates="calls")
    participation: Mapped[Participation] = relationship()
