"""Places where anybody may answer: printed posters and kiosks, and what guards them.

A place is public: its number stands on the wall. A ballot remembers the place it came from
and nothing about who stood there. What is counted to guard a place lies in tables of its
own, under marks that no ballot carries, and is emptied when its time has passed.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Model
from survey_app.models.campaign import Campaign, Unit
from survey_app.models.plan import QuotaRule
from survey_app.models.types import one_of, words


class PlaceKind(StrEnum):
    """What stands at a place."""

    POSTER = "poster"
    """A QR code on a wall; people answer on their own phones."""
    KIOSK = "kiosk"
    """A device of the office at the desk, with a secret that a photograph does not show."""


class Poster(Model):
    """One place for one cell of an own rule.

    Attributes
    ----------
    number
        Printed, eight digits with a check digit; the whole address of the place.
    name
        Where it is, as people of the office say it.
    per_day, per_address
        Ballots in a day from which no form is begun and those under way are set aside, and
        most forms a day begun from one network address.
    burst
        Ballots in ten minutes from which the next are set aside; 0 never.
    same_answers
        Equal ballots in a day from which the next are set aside; 0 never.
    seconds_per_item
        Quicker ballots are set aside; 0 never. [s]
    night_from, night_to
        Hours between which ballots are set aside; equal for never. [h, Hanoi]
    secret_hash
        HMAC of the secret of a kiosk; a poster has none.

    """

    __tablename__ = "posters"
    __table_args__ = (
        UniqueConstraint("number"),
        one_of("kind", PlaceKind),
        CheckConstraint("per_day > 0", name="per_day_is_positive"),
        CheckConstraint("per_address > 0", name="per_address_is_positive"),
        CheckConstraint(
            "burst >= 0 AND same_answers >= 0 AND seconds_per_item >= 0",
            name="guards_are_not_negative",
        ),
        CheckConstraint(
            "night_from BETWEEN 0 AND 23 AND night_to BETWEEN 0 AND 23", name="hours_are_of_a_day"
        ),
        CheckConstraint(
            "(kind = 'kiosk') = (secret_hash IS NOT NULL)", name="only_a_kiosk_has_a_secret"
        ),
        CheckConstraint(
            "closed_on IS NULL OR coalesce(length(closed_reason), 0) > 0",
            name="closed_place_has_a_reason",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    number: Mapped[str] = mapped_column(String(8))
    kind: Mapped[PlaceKind] = mapped_column(words(PlaceKind))
    rule_id: Mapped[int] = mapped_column(ForeignKey("quota_rules.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    per_day: Mapped[int]
    per_address: Mapped[int]
    burst: Mapped[int]
    same_answers: Mapped[int]
    seconds_per_item: Mapped[int]
    night_from: Mapped[int]
    night_to: Mapped[int]
    secret_hash: Mapped[str | None] = mapped_column(String(64))
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    closed_reason: Mapped[str | None] = mapped_column(String(400))

    campaign: Mapped[Campaign] = relationship()
    rule: Mapped[QuotaRule] = relationship()
    unit: Mapped[Unit] = relationship()


class SpentChallenge(Model):
    """A challenge that has brought a ballot, until it would have expired anyway."""

    __tablename__ = "spent_challenges"
    __table_args__ = ({"sqlite_with_rowid": False},)

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires: Mapped[int]
    """Day since 1970-01-01 from which it may be forgotten. [days]"""


class GuardCount(Model):
    """How often something was seen at a place, for as long as its guard looks back.

    ``mark`` is an HMAC under a key of the day, behind the word of its guard: of a place, of a
    place and a minute, of a place and the answers of a ballot, or of a place and (cut to
    sixteen bits, so that it fits thousands of them) a network address.
    """

    __tablename__ = "guard_counts"
    __table_args__ = ({"sqlite_with_rowid": False},)

    mark: Mapped[str] = mapped_column(String(48), primary_key=True)
    n: Mapped[int]
    until: Mapped[int]
    """Minute since 1970-01-01 from which it is emptied, a midnight in Hanoi or a whole hour, so
    that it tells no moment. [minutes]"""
