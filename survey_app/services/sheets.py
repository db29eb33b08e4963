"""Paper that is out: sheets with a serial, printed for a cell or, crossed, for a rule.

A sheet opens nothing without a login, so its serial may stand in clear. It holds a place
of its cell (a booklet one of every cell of its rule) until it comes back or is voided.
The page itself is drawn by ``survey_app.printing``; what comes back is read by
``services.entries``.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.model import Design
from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.formats import number, today
from survey_app.models import (
    Campaign,
    Entry,
    FormVersion,
    QuotaRule,
    Sheet,
    SheetState,
    State,
    Unit,
)
from survey_app.security import grouped, new_serial
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.plans import cell_of, cells_of, rule_by_code
from survey_app.services.quota import mark_issued
from survey_app.services.scope import forbid_own_unit
from survey_app.services.transactions import transaction

MOST_SHEETS = 5000
"""Sheets made in one go; more is a slip of the finger."""


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """One sheet as it is printed; ``unit`` is None for a booklet of all units."""

    serial: str
    rule: QuotaRule
    unit: Unit | None


def print_sheets(
    slug: str,
    rule_code: str,
    unit_code: str | None = None,
    count: int | None = None,
    *,
    actor: Actor,
) -> list[PrintedSheet]:
    """Make sheets with fresh serials and hold a place for each.

    Parameters
    ----------
    slug, rule_code
        The campaign and the line of the plan.
    unit_code
        One unit of an ``own`` rule; None makes sheets for all its units. A ``cross`` rule
        has booklets of all units and takes none.
    count
        Sheets per unit, or booklets; None makes as many as the plan wants.

    Returns
    -------
    list of PrintedSheet
        In the order of the plan.

    Raises
    ------
    SurveyError
        If the campaign is not collecting, or rule, unit and count do not fit together.

    """
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        if campaign.state is not State.COLLECTING:
            raise ConflictError(
                "Chỉ in phiếu giấy khi đợt điều tra đang thu phiếu: mẫu phiếu chỉ cố định sau "
                "khi mở đợt."
            )
        rule = rule_by_code(campaign, rule_code, session)
        cells = [cell for cell in cells_of(campaign, session) if cell.rule_id == rule.id]
        crossed = rule.design is Design.CROSS
        if crossed and unit_code is not None:
            raise SurveyError(
                f"{rule_code} là phiếu chéo: mỗi người một cuốn cho mọi đơn vị, không in riêng "
                "từng đơn vị. Hãy bỏ chọn đơn vị."
            )
        if unit_code is not None:
            cells = [cell_of(campaign, rule_code, unit_code, session)]
        wanted: list[tuple[Unit | None, int]] = (
            [(None, rule.per_unit if count is None else count)]
            if crossed
            else [(cell.unit, cell.target if count is None else count) for cell in cells]
        )
        total = sum(n for _, n in wanted)
        if total > MOST_SHEETS or any(n < 1 for _, n in wanted):
            raise SurveyError(
                f"Số phiếu phải từ 1, mỗi lần in không quá {number(MOST_SHEETS)} phiếu; "
                f"đang yêu cầu {number(total)}. Hãy chia nhỏ."
            )
        serials = iter(_fresh_serials(session, total))
        version = session.scalars(
            select(FormVersion)
            .where(FormVersion.campaign_id == campaign.id, FormVersion.code == rule.form)
            .order_by(FormVersion.id.desc())
        ).first()
        if version is None:
            raise NotFoundError(f"Đợt “{campaign.title}” không có mẫu phiếu {rule.form}.")
        printed = []
        for unit, n in wanted:
            for _ in range(n):
                printed.append(PrintedSheet(next(serials), rule, unit))
                session.add(
                    Sheet(
                        campaign_id=campaign.id,
                        serial=printed[-1].serial,
                        rule_id=rule.id,
                        unit_id=unit.id if unit else None,
                        form_version_id=version.id,
                        printed_on=today(),
                    )
                )
            mark_issued(session, rule, unit.id if unit else None, n)
        record(
            session,
            actor,
            "sheets.print",
            f"{slug} {rule_code}",
            unit=unit_code,
            sheets=total,
            first=grouped(printed[0].serial),
        )
    return printed


def void_sheet(slug: str, serial: str, reason: str, *, actor: Actor) -> None:
    """Declare a sheet spoiled or lost; the places it held are free again.

    A sheet that has been keyed cannot be voided: its ballots are excluded instead. Nobody
    voids a sheet about the unit he or she works in.
    """
    need_reason(reason)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        sheet = locked_sheet(session, campaign, serial)
        if sheet.unit is not None:
            forbid_own_unit(actor, sheet.unit)
        if sheet.state is SheetState.VOID:
            raise ConflictError(f"Phiếu {grouped(serial)} đã hủy trước đó: {sheet.void_reason}.")
        if session.scalar(select(Entry.id).where(Entry.sheet_id == sheet.id).limit(1)):
            raise ConflictError(
                f"Phiếu {grouped(serial)} đã được nhập nên không hủy được. Nếu phiếu không hợp "
                "lệ, hãy loại phiếu ở trang tiến độ và ghi lý do."
            )
        sheet.state, sheet.void_reason = SheetState.VOID, reason.strip()
        mark_issued(session, sheet.rule, sheet.unit_id, -1)
        record(session, actor, "sheets.void", f"{slug} {grouped(serial)}", reason=reason.strip())


def locked_sheet(session: Session, campaign: Campaign, serial: str) -> Sheet:
    """Return a sheet of the campaign, held until the transaction ends.

    Raises
    ------
    NotFoundError
        If no sheet of the campaign has the serial.

    """
    sheet = session.scalar(
        select(Sheet)
        .where(Sheet.campaign_id == campaign.id, Sheet.serial == serial)
        .with_for_update(of=Sheet)
    )
    if sheet is None:
        raise no_such_sheet(serial)
    return sheet


def no_such_sheet(serial: str) -> NotFoundError:
    """Return what to say about an unknown serial."""
    return NotFoundError(
        f"Không có phiếu giấy số {grouped(serial)} trong đợt này. Hãy xem lại số ở đầu phiếu."
    )


def _fresh_serials(session: Session, count: int) -> list[str]:
    """Draw serials no sheet of any campaign has, so that one scan names one sheet."""
    taken = set(session.scalars(select(Sheet.serial)))
    fresh: list[str] = []
    while len(fresh) < count:
        serial = new_serial()
        if serial not in taken:
            taken.add(serial)
            fresh.append(serial)
    return fresh
