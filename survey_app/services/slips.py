"""Slips: numbered rights to answer that belong to nobody.

Issuing gives a slip its public number and reserves its place; printing draws its code,
which exists only in the print stream: the database keeps a hash, and printing again makes
a new code, so a lost print is dead paper. Revoking names the public number.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import case, func, insert, select
from sqlalchemy.orm import Session, joinedload

from questionnaires.model import Design
from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import Campaign, QuotaRule, Slip, State, Unit
from survey_app.security import new_code
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.plans import cells_of, rule_by_code, unit_by_code
from survey_app.services.quota import mark_issued
from survey_app.services.scope import forbid_own_unit
from survey_app.services.transactions import transaction

MOST_AT_ONCE: Final = 20_000

NOWHERE: Final = (".localhost", ".local", ".internal", ".test", ".example", ".invalid")
"""Names that no public server answers to (RFC 2606, RFC 6761, RFC 6762)."""


@dataclass(frozen=True, slots=True)
class PrintedSlip:
    """A slip as it goes to paper: the only time its code is known."""

    number: int
    code: str
    rule: QuotaRule
    unit: Unit | None


@dataclass(frozen=True, slots=True)
class SlipLine:
    """Slips of one rule and unit (all units for a crossed rule)."""

    rule: QuotaRule
    unit: Unit | None
    issued: int
    printed: int
    used: int
    revoked: int


def check_base_url(base_url: str | None, *, simulated: bool) -> None:
    """Refuse to print an address that a respondent's phone cannot reach.

    Raises
    ------
    SurveyError
        If there is none, or it is this machine's own, or it is not ``https``; a simulated
        campaign may print anything but nothing.

    """
    if not base_url:
        raise SurveyError(
            "Chưa có địa chỉ công khai (CCHC_BASE_URL), nên không in được phiếu mời có mã QR. "
            "Đợt điều tra vẫn làm trọn vẹn trên giấy: hãy in phiếu giấy."
        )
    if simulated:
        return
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    beyond = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if parts.scheme != "https" or not host or beyond:
        raise SurveyError(
            f"Địa chỉ “{base_url}” không dùng để in được. Hãy đặt CCHC_BASE_URL dạng "
            "https://tên-miền, không có đường dẫn phía sau."
        )
    if not _is_reachable(host):
        raise SurveyError(
            f"Điện thoại không tới được địa chỉ “{base_url}”. Hãy đặt CCHC_BASE_URL là tên miền "
            "công khai của máy chủ rồi in lại."
        )


def _is_reachable(host: str) -> bool:
    """Whether phones outside this machine can find a host; a LAN address counts."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.removesuffix(".")
        letters = any(sign.isalpha() for sign in name)  # 127.1 is an address in disguise
        return "." in name and letters and not name.endswith(NOWHERE)
    return not (address.is_loopback or address.is_unspecified or address.is_link_local)


def base_url() -> str | None:
    """Public address of this installation, or None."""
    return current_app.extensions["cchc"].base_url


def issue_slips(
    slug: str,
    rule_code: str,
    unit_code: str | None = None,
    count: int | None = None,
    *,
    actor: Actor,
) -> list[int]:
    """Issue numbered slips and reserve their places.

    Parameters
    ----------
    slug, rule_code
        The campaign and the quota rule.
    unit_code
        One unit of an ``own`` rule; all of its units when left out. A crossed rule takes
        none: its slips open every unit.
    count
        Slips per unit (``own``) or in all (``cross``); what the plan asks for, less what is
        out already, when left out. [slips]
    actor
        Who issues them.

    Returns
    -------
    list of int
        Public numbers, ascending.

    Raises
    ------
    SurveyError
        If the campaign is closed, the unit does not fit the rule, or the count is absurd.

    """
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_live(campaign)
        rule = rule_by_code(campaign, rule_code, session)
        numbers: list[int] = []
        for unit_id, wanted in _wanted(session, campaign, rule, unit_code, count):
            numbers += _add(session, campaign, rule, unit_id, wanted)
        record(
            session,
            actor,
            "slips.issue",
            f"{slug}/{rule.code}/{unit_code or '*'}",
            count=len(numbers),
            first=min(numbers, default=None),
            last=max(numbers, default=None),
        )
    return numbers


def _wanted(
    session: Session,
    campaign: Campaign,
    rule: QuotaRule,
    unit_code: str | None,
    count: int | None,
) -> list[tuple[int | None, int]]:
    """Which units get how many slips."""
    if count is not None and not 0 < count <= MOST_AT_ONCE:
        raise SurveyError(f"Số phiếu mời phải từ 1 đến {MOST_AT_ONCE}, không phải {count}.")
    live = session.execute(
        select(Slip.unit_id, func.count())
        .where(Slip.rule_id == rule.id, Slip.revoked_on.is_(None))
        .group_by(Slip.unit_id)
    )
    out = {row[0]: row[1] for row in live}
    if rule.design is Design.CROSS:
        if unit_code is not None:
            raise SurveyError(
                f"Dòng {rule.code} dùng chung cho mọi đơn vị: phát phiếu mời không cần chọn đơn vị."
            )
        return [(None, max(0, rule.per_unit - out.get(None, 0)) if count is None else count)]
    cells = [cell for cell in cells_of(campaign, session) if cell.rule_id == rule.id]
    if unit_code is not None:
        unit = unit_by_code(campaign, unit_code, session)
        cells = [cell for cell in cells if cell.unit_id == unit.id]
        if not cells:
            raise SurveyError(f"Dòng {rule.code} không lấy phiếu về {unit.name}.")
    return [
        (
            cell.unit_id,
            max(0, cell.target - out.get(cell.unit_id, 0)) if count is None else count,
        )
        for cell in cells
    ]


def _add(
    session: Session, campaign: Campaign, rule: QuotaRule, unit_id: int | None, count: int
) -> list[int]:
    session.execute(select(Campaign.id).where(Campaign.id == campaign.id).with_for_update())
    highest = session.scalar(select(func.max(Slip.number)).where(Slip.campaign_id == campaign.id))
    numbers = list(range((highest or 0) + 1, (highest or 0) + 1 + count))
    if numbers:
        session.execute(
            insert(Slip),
            [
                {"campaign_id": campaign.id, "number": n, "rule_id": rule.id, "unit_id": unit_id}
                for n in numbers
            ],
        )
        mark_issued(session, rule, unit_id, len(numbers))
    return numbers


def need_live(campaign: Campaign) -> None:
    """Refuse to hand out paper for a campaign that is not planned or collecting.

    Raises
    ------
    ConflictError
        If it is closed or further on.

    """
    if campaign.state not in (State.DRAFT, State.PLANNED, State.COLLECTING):
        raise ConflictError("Đợt điều tra đã đóng; không phát thêm phiếu được nữa.")


def print_slips(
    slug: str,
    *,
    actor: Actor,
    numbers: Sequence[int] | None = None,
    rule_code: str | None = None,
    unit_code: str | None = None,
) -> list[PrintedSlip]:
    """Draw codes for slips and return them for printing.

    Without ``numbers``: every slip of the rule (and unit) that was never printed. With
    them: those slips, printed before or not; the old code stops working. Begun and revoked
    slips are refused: a new code would let one person answer twice about a unit.

    Raises
    ------
    SurveyError
        If the public address cannot be printed, or a number is unknown, used or revoked;
        every such number is named and nothing changes.

    """
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_live(campaign)
        if campaign.state is State.DRAFT:
            raise ConflictError(
                "Đợt điều tra còn là dự thảo. Hãy kiểm tra và mở đợt rồi mới in phiếu mời."
            )
        check_base_url(base_url(), simulated=campaign.simulated)
        chosen = select(Slip).where(Slip.campaign_id == campaign.id)
        if rule_code is not None:
            chosen = chosen.where(Slip.rule_id == rule_by_code(campaign, rule_code, session).id)
        if unit_code is not None:
            chosen = chosen.where(Slip.unit_id == unit_by_code(campaign, unit_code, session).id)
        if numbers is None:
            chosen = chosen.where(Slip.printed_on.is_(None), Slip.revoked_on.is_(None))
        else:
            chosen = chosen.where(Slip.number.in_(numbers))
        slips = session.scalars(
            chosen.order_by(Slip.number)
            .options(joinedload(Slip.rule), joinedload(Slip.unit))
            .with_for_update(of=Slip)  # an answer on its way, or another print, comes first
        ).all()
        _refuse_unprintable(numbers, slips)
        for unit in {slip.unit for slip in slips if slip.unit is not None}:
            forbid_own_unit(actor, unit)
        keys = current_app.extensions["cchc.keys"]
        printed = [PrintedSlip(slip.number, new_code(), slip.rule, slip.unit) for slip in slips]
        for slip, paper in zip(slips, printed, strict=True):
            slip.code_hash = keys.slip_hash(paper.code)
            slip.printed_on = today()
        if printed:
            record(
                session,
                actor,
                "slips.print",
                slug,
                count=len(printed),
                first=printed[0].number,
                last=printed[-1].number,
            )
    return printed


def _refuse_unprintable(numbers: Sequence[int] | None, slips: Sequence[Slip]) -> None:
    known = {slip.number for slip in slips}
    wrong = [f"số {number}: không có" for number in numbers or () if number not in known]
    for slip in slips:
        if slip.revoked_on is not None:
            wrong.append(f"số {slip.number}: đã thu hồi")
        elif slip.begun:
            wrong.append(f"số {slip.number}: đã dùng để trả lời")
    if wrong:
        sentence = "Không in được các phiếu mời sau; chưa phiếu nào thay đổi."
        raise SurveyError(sentence, details=wrong)


def revoke_slip(slug: str, number: int, reason: str, *, actor: Actor) -> None:
    """Take a slip out of use by its public number; its place is free again.

    Raises
    ------
    SurveyError
        If there is no such slip, it was revoked before, or its answers are in.

    """
    need_reason(reason)
    with transaction() as session:
        _revoke(session, campaign_by_slug(slug, session), number, reason, actor)


def _revoke(session: Session, campaign: Campaign, number: int, reason: str, actor: Actor) -> Slip:
    slip = session.scalar(
        select(Slip).where(Slip.campaign_id == campaign.id, Slip.number == number).with_for_update()
    )
    if slip is None:
        raise NotFoundError(f"Đợt “{campaign.title}” không có phiếu mời số {number}.")
    if slip.revoked_on is not None:
        raise ConflictError(f"Phiếu mời số {number} đã được thu hồi trước đó.")
    if slip.used:
        raise ConflictError(f"Phiếu mời số {number} đã được dùng để trả lời; không thu hồi được.")
    if slip.unit is not None:
        forbid_own_unit(actor, slip.unit)
    slip.revoked_on, slip.revoked_reason = today(), reason.strip()
    if not slip.begun:  # which units a begun one still holds is nobody's to know
        mark_issued(session, slip.rule, slip.unit_id, -1)
    record(session, actor, "slips.revoke", f"{campaign.slug}/{number}", reason=reason)
    return slip


def reissue_slip(slug: str, number: int, reason: str, *, actor: Actor) -> int:
    """Revoke a slip and issue another for the same rule and unit; return its number."""
    need_reason(reason)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_live(campaign)
        old = _revoke(session, campaign, number, reason, actor)
        if old.begun:
            raise ConflictError(
                f"Phiếu mời số {number} đang được trả lời dở; chỉ thu hồi được, không thay được, "
                "vì phiếu mới sẽ trả lời lại các đơn vị đã xong."
            )
        new = _add(session, campaign, old.rule, old.unit_id, 1)[0]
        record(session, actor, "slips.reissue", f"{slug}/{number}", number=new, reason=reason)
    return new


def slip_overview(campaign: Campaign) -> list[SlipLine]:
    """Count slips by rule and unit, in plan order."""
    counted = {
        (rule_id, unit_id): tuple(int(n) for n in numbers)
        for rule_id, unit_id, *numbers in db.session.execute(
            select(
                Slip.rule_id,
                Slip.unit_id,
                func.count(),
                func.count(Slip.printed_on),
                func.count(case((Slip.used, 1))),
                func.count(Slip.revoked_on),
            )
            .where(Slip.campaign_id == campaign.id)
            .group_by(Slip.rule_id, Slip.unit_id)
        )
    }
    lines: dict[tuple[int, int | None], SlipLine] = {}
    for cell in cells_of(campaign):
        crossed = cell.rule.design is Design.CROSS
        key = (cell.rule_id, None if crossed else cell.unit_id)
        if key not in lines:
            lines[key] = SlipLine(
                cell.rule, None if crossed else cell.unit, *counted.get(key, (0, 0, 0, 0))
            )
    return list(lines.values())


def slip_list(campaign: Campaign, rule_code: str, unit_code: str | None = None) -> list[Slip]:
    """Return the slips of a rule (and unit), by number."""
    chosen = select(Slip).where(
        Slip.campaign_id == campaign.id, Slip.rule_id == rule_by_code(campaign, rule_code).id
    )
    if unit_code is not None:
        chosen = chosen.where(Slip.unit_id == unit_by_code(campaign, unit_code).id)
    return list(db.session.scalars(chosen.order_by(Slip.number)))
