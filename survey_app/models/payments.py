"""Who took part, who was asked instead, and the money: for signatures, never for answers.

Nothing here shares a key, a day or an order with a ballot (promise 4): a participation has a
random id and no date; only whole lists and sums of money have days.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Model
from survey_app.models.campaign import Unit
from survey_app.models.people import User
from survey_app.models.plan import QuotaCell, QuotaRule
from survey_app.models.rosters import Person
from survey_app.models.types import Moment, now, one_of, words


class Participation(Model):
    """One person who took part; ``unit_id`` is None for a rule whose people rate all units.

    ``line`` is the place on the printed list of the rule and unit, by the alphabet; ``signed``
    says that the person signed for the fee. The table has no row order on SQLite, so nothing
    tells who came first.
    """

    __tablename__ = "participations"
    __table_args__ = (
        UniqueConstraint("rule_id", "unit_id", "line"),
        CheckConstraint("fee_vnd >= 0", name="fee_not_negative"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    rule_id: Mapped[int] = mapped_column(ForeignKey("quota_rules.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    enumerator_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    line: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    office: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    fee_vnd: Mapped[int] = mapped_column(default=0)
    signed: Mapped[bool] = mapped_column(default=False)

    rule: Mapped[QuotaRule] = relationship()
    unit: Mapped[Unit | None] = relationship()
    person: Mapped[Person | None] = relationship()
    enumerator: Mapped[User | None] = relationship()


class Verdict(StrEnum):
    """Where a request to ask another kind of people stands."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


class Substitution(Model):
    """Places of one cell that another kind of people may fill, asked for and decided.

    ``planned`` and ``actual`` are group codes; ``places`` of the cell's target. [persons]
    """

    __tablename__ = "substitutions"
    __table_args__ = (
        CheckConstraint("places > 0", name="places_are_positive"),
        CheckConstraint("planned <> actual", name="another_kind"),
        CheckConstraint("state = 'asked' OR decided_by <> ''", name="decision_has_a_name"),
        one_of("state", Verdict),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cell_id: Mapped[int] = mapped_column(ForeignKey("quota_cells.id"), index=True)
    planned: Mapped[str] = mapped_column(String(64))
    actual: Mapped[str] = mapped_column(String(64))
    places: Mapped[int]
    reason: Mapped[str] = mapped_column(String(400))
    asked_by: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[datetime] = mapped_column(Moment, default=now)
    state: Mapped[Verdict] = mapped_column(words(Verdict), default=Verdict.ASKED)
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    note: Mapped[str] = mapped_column(String(400), default="")

    cell: Mapped[QuotaCell] = relationship()


class Advance(Model):
    """Cash handed out for one unit before its forms came back (tạm ứng).

    ``struck_out`` says why an entry was a mistake; such an advance counts nowhere and stays.
    """

    __tablename__ = "advances"
    __table_args__ = (CheckConstraint("amount_vnd > 0", name="amount_is_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    receiver: Mapped[str] = mapped_column(String(200))
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    paid_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(400), default="")
    struck_out: Mapped[str] = mapped_column(String(400), default="")
    author: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime] = mapped_column(Moment, default=now)

    unit: Mapped[Unit] = relationship()


class SignedList(Model):
    """One signed list of payments; a later one of the same people replaces it.

    It is that of a rule and unit, of a rule whose people rate all units, or, without a rule,
    of the enumerators of a unit. ``people`` signed for ``amount_vnd``. ``explanations`` says of
    each difference why it is there and with which number the list was compared:
    ``{"amount": {"said": "…", "against": 270000}}``.
    """

    __tablename__ = "signed_lists"
    __table_args__ = (
        CheckConstraint("people >= 0 AND amount_vnd >= 0", name="figures_not_negative"),
        CheckConstraint("rule_id IS NOT NULL OR unit_id IS NOT NULL", name="list_of_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("quota_rules.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    people: Mapped[int]
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    signed_on: Mapped[date]
    explanations: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    superseded: Mapped[bool] = mapped_column(default=False)
    author: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime] = mapped_column(Moment, default=now)

    rule: Mapped[QuotaRule | None] = relationship()
    unit: Mapped[Unit | None] = relationship()
