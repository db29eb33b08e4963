"""Staff accounts: who they are, what they may do, and which units they key or belong to."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any, Final

from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask_security.utils import hash_password
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.models import Assignment, Campaign, Capacity, Role, Unit, User
from survey_app.permissions import ROLE_LABELS, ROLES
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.plans import rule_by_code, unit_by_code
from survey_app.services.transactions import transaction

LEAST_PASSWORD: Final = 10


def actor_of(user: Any) -> Actor:  # noqa: ANN401 - flask-security's proxy
    """Return a signed-in user as services know people."""
    assignments = user.assignments
    return Actor(
        name=user.email,
        user_id=user.id,
        roles=frozenset(role.name for role in user.roles),
        keys=frozenset(a.unit_id for a in assignments if a.capacity is Capacity.KEYS),
        belongs=frozenset(a.unit_id for a in assignments if a.capacity is Capacity.BELONGS),
    )


def add_user(
    email: str,
    name: str,
    roles: Iterable[str],
    *,
    actor: Actor,
    password: str | None = None,
) -> tuple[User, str | None]:
    """Create an account; without a password a random one is made and returned once.

    Raises
    ------
    SurveyError
        If the address is not one, a role is unknown, or the account exists; every fault at
        once.

    """
    wanted = list(dict.fromkeys(roles))
    faults = _faults(email, wanted, password)
    if faults:
        raise SurveyError("Chưa tạo được tài khoản.", details=faults)
    chosen = password or secrets.token_urlsafe(12)
    hashed = hash_password(chosen)
    with transaction() as session:
        known = email.strip().lower()
        if session.scalar(select(User.id).where(User.email == known)) is not None:
            raise ConflictError(f"Đã có tài khoản {known}.")
        user = User(email=known, name=name.strip(), password=hashed)
        user.roles = _roles(session, wanted)
        session.add(user)
        session.flush()
        record(session, actor, "users.add", known, roles=wanted)
    return user, None if password else chosen


def _faults(email: str, roles: list[str], password: str | None) -> list[str]:
    faults = []
    try:
        validate_email(email, **current_app.config["SECURITY_EMAIL_VALIDATOR_ARGS"])
    except EmailNotValidError:
        faults.append(f"“{email}” không phải tên đăng nhập (ví dụ dieuphoi@donvi.vn)")
    if not roles:
        faults.append("cần ít nhất một vai trò")
    faults += [
        f"không có vai trò “{role}”; chọn trong: {', '.join(ROLES)}"
        for role in roles
        if role not in ROLES
    ]
    if password is not None and len(password) < LEAST_PASSWORD:
        faults.append(f"mật khẩu cần ít nhất {LEAST_PASSWORD} ký tự")
    return faults


def _roles(session: Session, names: Iterable[str]) -> list[Role]:
    found = []
    for name in names:
        role = session.scalar(select(Role).where(Role.name == name))
        if role is None:
            role = Role(name=name, description=ROLE_LABELS[name][0])
            session.add(role)
        found.append(role)
    return found


def _user(session: Session, email: str) -> User:
    user = session.scalar(select(User).where(User.email == email.strip().lower()))
    if user is None:
        raise NotFoundError(f"Không có tài khoản “{email}”.")
    return user


def set_roles(email: str, roles: Iterable[str], *, actor: Actor) -> None:
    """Replace a person's roles; the last active administrator keeps that role."""
    wanted = list(dict.fromkeys(roles))
    unknown = [role for role in wanted if role not in ROLES]
    if unknown or not wanted:
        raise SurveyError(f"Vai trò phải thuộc: {', '.join(ROLES)}.")
    with transaction() as session:
        user = _user(session, email)
        if "administrator" not in wanted:
            _keep_an_administrator(session, user)
        before = [role.name for role in user.roles]
        user.roles = _roles(session, wanted)
        record(session, actor, "users.roles", user.email, before=before, after=wanted)


def set_active(email: str, *, active: bool, actor: Actor) -> None:
    """Let a person sign in, or not any more; nothing of theirs is deleted."""
    with transaction() as session:
        user = _user(session, email)
        if not active:
            _keep_an_administrator(session, user)
        user.active = active
        record(session, actor, "users.active", user.email, active=active)


def new_password(email: str, *, actor: Actor) -> str:
    """Give a person a fresh random password, returned once."""
    made = secrets.token_urlsafe(12)
    hashed = hash_password(made)
    with transaction() as session:
        user = _user(session, email)
        user.password = hashed
        user.fs_uniquifier = secrets.token_hex(32)  # signs the person out everywhere
        record(session, actor, "users.password", user.email)
    return made


def _keep_an_administrator(session: Session, leaving: User) -> None:
    others = session.scalar(
        select(User.id)
        .join(User.roles)
        .where(Role.name == "administrator", User.active, User.id != leaving.id)
    )
    if others is None and any(role.name == "administrator" for role in leaving.roles):
        raise ConflictError("Phải còn ít nhất một người quản trị đang hoạt động.")


def assign(
    email: str,
    slug: str,
    unit_codes: Iterable[str],
    *,
    rule_code: str | None = None,
    capacity: Capacity = Capacity.KEYS,
    actor: Actor,
) -> int:
    """Give a person units to key, or say which unit he or she works in.

    Returns
    -------
    int
        Assignments that are new. [units]

    Raises
    ------
    ConflictError
        If a unit to key is the person's own.

    """
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        user = _user(session, email)
        rule = rule_by_code(campaign, rule_code, session) if rule_code else None
        units = [unit_by_code(campaign, code, session) for code in dict.fromkeys(unit_codes)]
        held = session.scalars(select(Assignment).where(Assignment.user_id == user.id)).all()
        other = Capacity.BELONGS if capacity is Capacity.KEYS else Capacity.KEYS
        clash = {a.unit_id for a in held if a.capacity is other} & {unit.id for unit in units}
        if clash:
            names = ", ".join(unit.name for unit in units if unit.id in clash)
            raise ConflictError(
                f"{user.email} công tác tại {names} nên không được nhập phiếu của đơn vị đó."
            )
        known = {(a.unit_id, a.rule_id) for a in held if a.capacity is capacity}
        new = [
            Assignment(
                user_id=user.id,
                unit_id=unit.id,
                rule_id=rule.id if rule else None,
                capacity=capacity,
            )
            for unit in units
            if (unit.id, rule.id if rule else None) not in known
        ]
        session.add_all(new)
        record(
            session,
            actor,
            "users.assign",
            user.email,
            campaign=slug,
            units=[unit.code for unit in units],
            rule=rule_code,
            capacity=capacity,
        )
    return len(new)


def unassign(email: str, assignment_id: int, *, actor: Actor) -> None:
    """Take one assignment back."""
    with transaction() as session:
        user = _user(session, email)
        held = session.get(Assignment, assignment_id)
        if held is None or held.user_id != user.id:
            raise NotFoundError("Không có phân công này.")
        what = f"{held.capacity} {held.unit.code}"
        session.execute(delete(Assignment).where(Assignment.id == assignment_id))
        record(session, actor, "users.unassign", user.email, what=what)


def all_users() -> list[User]:
    """Return every account, by sign-in name, with roles and assignments loaded."""
    return list(
        db.session.scalars(
            select(User)
            .order_by(User.email)
            .options(
                selectinload(User.roles),
                selectinload(User.assignments).selectinload(Assignment.unit),
                selectinload(User.assignments).selectinload(Assignment.rule),
            )
        )
    )


def user_by_id(user_id: int) -> User:
    """Return an account by its number.

    Raises
    ------
    NotFoundError
        If there is none.

    """
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFoundError("Không có tài khoản này. Xem danh sách ở trang Người dùng.")
    return user


def keyers_of(campaign: Campaign) -> dict[int, list[User]]:
    """Return who keys each unit of a campaign, by unit id."""
    found = db.session.scalars(
        select(Assignment)
        .join(Assignment.unit)
        .where(Unit.campaign_id == campaign.id, Assignment.capacity == Capacity.KEYS)
        .options(selectinload(Assignment.user))
    )
    keyers: dict[int, list[User]] = {}
    for assignment in found:
        keyers.setdefault(assignment.unit_id, []).append(assignment.user)
    return keyers
