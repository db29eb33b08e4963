"""Places with an open code: added, counted, closed; a kiosk gets its secret once.

A place belongs to one cell of an own rule: at a poster anybody answers about the unit whose
desk it hangs at. What comes in there is taken by ``services.posters``; what was set aside is
judged by ``services.set_aside``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from questionnaires.model import Design
from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import (
    Ballot,
    Campaign,
    PlaceKind,
    Poster,
    QuotaCell,
    State,
    Status,
)
from survey_app.security import grouped, new_code, new_serial, typed_digits
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.opened_slips import own_keys
from survey_app.services.plans import cell_of
from survey_app.services.poster_guards import Guards
from survey_app.services.scope import forbid_own_unit
from survey_app.services.slips import base_url, check_base_url
from survey_app.services.transactions import transaction

LONGEST_NAME: Final = 120
MOST: Final = 100_000
"""Largest cap and largest guard. [ballots]"""


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A place just added; ``secret`` is that of a kiosk and is known only now."""

    number: str
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One place and what came from it; every number is ballots.

    ``cell`` is where they are counted; ``unreserved`` are places of it that no slip holds.
    """

    poster: Poster
    cell: QuotaCell
    today: int
    total: int
    counted: int
    over_target: int
    set_aside: int

    @property
    def unreserved(self) -> int:
        """Places left for ballots without a slip."""
        return self.cell.missing - self.cell.reserved


def add_place(
    slug: str,
    rule_code: str,
    unit_code: str,
    name: str,
    *,
    kind: PlaceKind = PlaceKind.POSTER,
    guards: Guards | None = None,
    actor: Actor,
) -> NewPlace:
    """Open a place for one cell.

    Parameters
    ----------
    slug, rule_code, unit_code
        The cell; its rule must have people of its own for each unit.
    name
        Where it is ("Bộ phận một cửa – bàn 2").
    kind
        A poster, or a kiosk, which gets a secret.
    guards
        Caps and thresholds; the defaults where None.

    Raises
    ------
    SurveyError
        If the name is missing or a guard makes no sense.
    ConflictError
        If the campaign is not open, or the rule is answered about every unit at once.

    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise SurveyError(
            f"Hãy ghi tên điểm đặt mã, dài nhất {LONGEST_NAME} ký tự, "
            "ví dụ “Bộ phận một cửa – bàn 2”."
        )
    guards = guards or Guards()
    _need_sense(guards)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        _need_open(campaign)
        cell = cell_of(campaign, rule_code, unit_code, session)
        if cell.rule.design is not Design.OWN:
            raise ConflictError(
                f"Dòng {cell.rule.code} do cùng một nhóm người đánh giá mọi đơn vị nên chỉ dùng "
                "phiếu mời. Hãy chọn dòng có người riêng của từng đơn vị."
            )
        forbid_own_unit(actor, cell.unit)
        number = _free_number(session)
        secret = new_code() if kind is PlaceKind.KIOSK else None
        session.add(
            Poster(
                campaign_id=campaign.id,
                number=number,
                kind=kind,
                rule_id=cell.rule_id,
                unit_id=cell.unit_id,
                name=name,
                secret_hash=own_keys().kiosk_hash(number, secret) if secret else None,
                opened_on=today(),
                **asdict(guards),
            )
        )
        record(
            session,
            actor,
            "places.add",
            f"{slug}/{grouped(number)}",
            kind=kind,
            cell=f"{cell.rule.code}/{cell.unit.code}",
            name=name,
            **asdict(guards),
        )
    return NewPlace(number, secret)


def _need_sense(guards: Guards) -> None:
    wrong = [
        f"{label}: từ {least} đến {most}"
        for label, value, least, most in (
            ("Số phiếu tối đa một ngày", guards.per_day, 1, MOST),
            ("Số lượt tối đa một ngày từ một mạng", guards.per_address, 1, MOST),
            ("Số phiếu trong 10 phút", guards.burst, 0, MOST),
            ("Số phiếu trùng câu trả lời", guards.same_answers, 0, MOST),
            ("Số giây mỗi câu", guards.seconds_per_item, 0, 60),
            ("Giờ bắt đầu đêm", guards.night_from, 0, 23),
            ("Giờ hết đêm", guards.night_to, 0, 23),
        )
        if not least <= value <= most
    ]
    if wrong:
        raise SurveyError("Mức bảo vệ của điểm đặt mã chưa hợp lệ.", details=wrong)


def _need_open(campaign: Campaign) -> None:
    if campaign.state is State.DRAFT:
        raise ConflictError(
            "Đợt điều tra còn là dự thảo. Hãy kiểm tra và mở đợt rồi mới thêm điểm đặt mã."
        )
    if campaign.state not in (State.PLANNED, State.COLLECTING):
        raise ConflictError("Đợt điều tra đã đóng; không thêm điểm đặt mã được nữa.")


def _free_number(session: Session) -> str:
    """Draw a number no place has; ten million of them are enough for every wall."""
    while session.scalar(select(Poster.id).where(Poster.number == (drawn := new_serial()))):
        pass
    return drawn


def new_secret(slug: str, number: str, reason: str, *, actor: Actor) -> str:
    """Give a kiosk another secret and return it; the old one opens nothing any more."""
    need_reason(reason)
    with transaction() as session:
        poster = find_place(campaign_by_slug(slug, session), number, session)
        _need_standing(poster)
        if poster.kind is not PlaceKind.KIOSK:
            raise ConflictError("Chỉ máy đặt tại quầy có mã máy; mã dán không có.")
        forbid_own_unit(actor, poster.unit)
        secret = new_code()
        poster.secret_hash = own_keys().kiosk_hash(poster.number, secret)
        record(session, actor, "places.secret", f"{slug}/{grouped(poster.number)}", reason=reason)
    return secret


def close_place(slug: str, number: str, reason: str, *, actor: Actor) -> None:
    """Close a place: from now on it takes nothing; what came from it stays.

    Raises
    ------
    ConflictError
        If it is closed already.

    """
    need_reason(reason)
    with transaction() as session:
        poster = find_place(campaign_by_slug(slug, session), number, session)
        _need_standing(poster)
        forbid_own_unit(actor, poster.unit)
        poster.closed_on, poster.closed_reason = today(), reason.strip()
        record(session, actor, "places.close", f"{slug}/{grouped(poster.number)}", reason=reason)


def _need_standing(poster: Poster) -> None:
    if poster.closed_on is not None:
        raise ConflictError(f"Điểm {grouped(poster.number)} đã đóng trước đó.")


def find_place(campaign: Campaign, number: str, session: Session | None = None) -> Poster:
    """Return a place of the campaign by its printed number.

    Raises
    ------
    NotFoundError
        If the campaign has none.

    """
    digits = typed_digits(number)
    found = (session or db.session).scalar(
        select(Poster).where(Poster.campaign_id == campaign.id, Poster.number == digits)
    )
    if found is None:
        raise NotFoundError(f"Đợt “{campaign.title}” không có điểm đặt mã số {grouped(digits)}.")
    return found


def place_lines(campaign: Campaign) -> list[PlaceLine]:
    """Return every place with its counts, open ones first, then by unit and rule."""
    rows = db.session.execute(
        select(Poster, QuotaCell)
        .join(
            QuotaCell,
            (QuotaCell.rule_id == Poster.rule_id) & (QuotaCell.unit_id == Poster.unit_id),
        )
        .where(Poster.campaign_id == campaign.id)
    ).all()
    counts = _counts(campaign)
    lines = [
        PlaceLine(poster, cell, *counts.get(poster.id, (0, 0, 0, 0, 0))) for poster, cell in rows
    ]
    return sorted(
        lines,
        key=lambda line: (
            line.poster.closed_on is not None,
            line.poster.unit.position,
            line.poster.rule.position,
            line.poster.name,
        ),
    )


def _counts(campaign: Campaign) -> dict[int, Any]:
    """Count ballots by place: today, all, counted, kept aside, set aside."""

    def of(status: Status) -> Any:  # noqa: ANN401 - a column
        return func.count(case((Ballot.status == status, 1)))

    rows = db.session.execute(
        select(
            Ballot.poster_id,
            func.count(case((Ballot.received_on == today(), 1))),
            func.count(),
            of(Status.COUNTED),
            of(Status.OVER_TARGET),
            of(Status.SET_ASIDE),
        )
        .join(Poster, Poster.id == Ballot.poster_id)
        .where(Poster.campaign_id == campaign.id)
        .group_by(Ballot.poster_id)
    )
    return {poster_id: numbers for poster_id, *numbers in rows}


def place_url(number: str, secret: str | None = None) -> str:
    """Return the public address of a place; with the secret of a kiosk in the fragment."""
    path = f"{base_url() or ''}/q/{number}"
    return f"{path}#{grouped(secret)}" if secret else path


def posters_to_print(slug: str, numbers: list[str] | None = None) -> list[Poster]:
    """Return the places whose posters may be printed: open ones, or those asked for.

    Raises
    ------
    SurveyError
        If the public address cannot be printed, or a place asked for is a kiosk or closed.

    """
    campaign = campaign_by_slug(slug)
    check_base_url(base_url(), simulated=campaign.simulated)
    if not numbers:
        return [
            line.poster
            for line in place_lines(campaign)
            if line.poster.closed_on is None and line.poster.kind is PlaceKind.POSTER
        ]
    found = [find_place(campaign, number) for number in numbers]
    for poster in found:
        _need_standing(poster)
        if poster.kind is PlaceKind.KIOSK:
            raise ConflictError(
                f"Điểm {grouped(poster.number)} là máy đặt tại quầy, không in tờ dán: người dân "
                "trả lời ngay trên máy."
            )
    return found
