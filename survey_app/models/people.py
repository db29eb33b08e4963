"""Staff: accounts, roles, and what each person keys or belongs to.

Respondents have no row anywhere. ``Assignment`` with capacity ``keys`` gives an
enumerator cells to key; with ``belongs`` it says the person works in the unit and may
therefore not key, settle, exclude or admit its ballots (promise 3).
"""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from flask_security.core import RoleMixin, UserMixin
from flask_security.datastore import AsaList
from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, UniqueConstraint
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Model
from survey_app.models.campaign import Unit
from survey_app.models.plan import QuotaRule
from survey_app.models.types import Moment, now, one_of, words

roles_users = Table(
    "roles_users",
    Model.metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("role_id", ForeignKey("roles.id"), primary_key=True),
)


class Role(Model, RoleMixin):
    """administrator, coordinator, enumerator, analyst or viewer."""

    __tablename__ = "roles"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(32))
    description: Mapped[str] = mapped_column(String(200), default="")
    permissions: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))


class User(Model, UserMixin):
    """A member of staff who signs in; ``email`` may be any sign-in name with an @."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("email"), UniqueConstraint("fs_uniquifier"))

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(200), default="")
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), default=lambda: uuid.uuid4().hex)
    language: Mapped[str] = mapped_column(String(8), default="vi")
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)

    roles: Mapped[list[Role]] = relationship(secondary=roles_users)  # type: ignore[assignment]  # the library declares it otherwise
    assignments: Mapped[list[Assignment]] = relationship(back_populates="user")


class Capacity(StrEnum):
    """What ties a person to a unit."""

    KEYS = "keys"
    BELONGS = "belongs"


class Assignment(Model):
    """One unit (and one rule of it, or all) that a person keys or belongs to."""

    __tablename__ = "assignments"
    __table_args__ = (
        UniqueConstraint("user_id", "unit_id", "rule_id", "capacity"),
        one_of("capacity", Capacity),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("quota_rules.id"))
    capacity: Mapped[Capacity] = mapped_column(words(Capacity))

    user: Mapped[User] = relationship(back_populates="assignments")
    unit: Mapped[Unit] = relationship()
    rule: Mapped[QuotaRule | None] = relationship()


class WrongTry(Model):
    """Wrong codes and passwords of one address in one window; emptied as windows pass.

    ``mark`` is an HMAC of the address under a key that changes daily; the address itself
    is kept nowhere.
    """

    __tablename__ = "wrong_tries"

    mark: Mapped[str] = mapped_column(String(48), primary_key=True)
    window: Mapped[int] = mapped_column(primary_key=True)
    tries: Mapped[int]


class StoredSession(Model):
    """One sign-in session, under the hash of its id."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    expires: Mapped[datetime] = mapped_column(Moment, index=True)
