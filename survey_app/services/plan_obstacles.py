"""What stands in the way of a version of a plan, and whom it would leave without a place.

``obstacles`` forbid: ballots are in, papers are printed, something is kept about a unit.
``displaced`` only warns: forms are out for which the new number leaves no place. Which
versions there are is kept by ``services.plan_versions``.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from questionnaires.checks import check_campaign
from questionnaires.model import Campaign as CampaignDefinition
from questionnaires.model import QuotaRule as RuleDefinition
from sampling.quotas import expand_quotas
from survey_app.extensions import db
from survey_app.formats import number as printed
from survey_app.models import (
    Advance,
    Campaign,
    Participation,
    Person,
    QuotaCell,
    Score,
    Sheet,
    Slip,
    State,
    Unit,
)
from survey_app.services.definitions import definition_of
from survey_app.services.plans import cells_of, plan_of

KEPT = (
    ("điểm", Score.unit_id),
    ("danh sách người", Person.unit_id),
    ("người tham gia", Participation.unit_id),
    ("tiền tạm ứng", Advance.unit_id),
)
"""What may be kept about a unit and would be lost with it."""


def obstacles(session: Session, campaign: Campaign, plan: CampaignDefinition) -> list[str]:
    """Return what keeps a plan from coming into force, one Vietnamese sentence each."""
    problems = [str(mistake) for mistake in check_campaign(plan)]
    problems += _moved_units(session, campaign, plan)
    problems += _dropped(session, campaign, plan)
    if campaign.state is not State.DRAFT:
        current = definition_of(campaign)
        problems += [
            sentence
            for rule in plan.rules
            if (old := current.rule_by_code.get(rule.code)) is not None
            for sentence in _fixed(old, rule)
        ]
        unknown = sorted({rule.form for rule in plan.rules} - set(current.forms))
        problems += [
            f"Mẫu phiếu {form} không có trong đợt đã mở; dòng mới phải dùng mẫu đã có."
            for form in unknown
        ]
    problems += [
        f"Ô {cell.rule.code} · {cell.unit.name} đã có {printed(cell.accepted)} phiếu được tính; "
        f"không giảm chỉ tiêu xuống {printed(wanted)}."
        for cell, wanted in _wanted(session, campaign, plan)
        if wanted < cell.accepted
    ]
    return problems


def displaced(campaign: Campaign, plan: CampaignDefinition) -> list[str]:
    """Return the cells whose forms are out for more places than a plan leaves, in sentences."""
    return [
        f"Ô {cell.rule.code} · {cell.unit.name}: đã có {printed(cell.accepted)} phiếu được tính và "
        f"{printed(cell.reserved)} phiếu đã phát chưa về. Chỉ tiêu {printed(wanted)} không đủ chỗ "
        f"cho {printed(cell.accepted + cell.reserved - wanted)} phiếu trong số đó; phiếu về sau "
        "được để riêng, không tính vào chỉ tiêu."
        for cell, wanted in _wanted(db.session(), campaign, plan)
        if cell.accepted <= wanted < cell.accepted + cell.reserved
    ]


def _wanted(
    session: Session, campaign: Campaign, plan: CampaignDefinition
) -> Iterator[tuple[QuotaCell, int]]:
    """Every cell there is with what the plan wants of it; 0 where it is left out. [ballots]."""
    targets = {(cell.rule, cell.unit): cell.target for cell in expand_quotas(plan)}
    for cell in cells_of(campaign, session):
        yield cell, targets.get((cell.rule.code, cell.unit.code), 0)


def _moved_units(session: Session, campaign: Campaign, plan: CampaignDefinition) -> Iterator[str]:
    """Units come and go only while nothing was issued and nothing is kept about them."""
    rows = {
        unit.code: unit
        for unit in session.scalars(select(Unit).where(Unit.campaign_id == campaign.id))
    }
    gone = [unit for code, unit in rows.items() if code not in plan.unit_by_code]
    if not gone and all(unit.code in rows for unit in plan.units):
        return
    issued = _any(session, Slip.campaign_id == campaign.id) or _any(
        session, Sheet.campaign_id == campaign.id
    )
    if issued or campaign.state is not State.DRAFT:
        yield "Đợt đã mở hoặc đã phát phiếu: không thêm, không bỏ đơn vị được đánh giá nữa."
        return
    for unit in gone:
        if kept := [what for what, key in KEPT if _any(session, key == unit.id)]:
            yield (
                f"Không bỏ được {unit.name}: đã có {', '.join(kept)}. Hãy xóa các mục ấy trước, "
                "hoặc giữ đơn vị."
            )


def _any(session: Session, condition: ColumnElement[bool]) -> bool:
    return bool(session.scalar(select(exists().where(condition))))


def _dropped(session: Session, campaign: Campaign, plan: CampaignDefinition) -> Iterator[str]:
    """Rules the plan leaves out go only while nothing was printed for them."""
    for rule in plan_of(campaign, session).rules:
        if rule.code in plan.rule_by_code:
            continue
        issued = _any(session, Slip.rule_id == rule.id) or _any(session, Sheet.rule_id == rule.id)
        if issued or campaign.state is not State.DRAFT:
            yield (
                f"Không bỏ được dòng {rule.code}: đợt đã mở hoặc đã phát phiếu. Hãy giữ dòng và "
                "giảm chỉ tiêu còn số phiếu đã thu."
            )


def _fixed(old: RuleDefinition, new: RuleDefinition) -> Iterator[str]:
    """Yield what printed slips and sheets rely on and the new rule would change."""
    for name, what in (
        ("form", "mẫu phiếu"), ("design", "cách trả lời (riêng/chung)"),
        ("unit_kind", "loại đơn vị"), ("group", "đối tượng"),
    ):  # fmt: skip
        if getattr(old, name) != getattr(new, name):
            yield f"Đợt đã mở: không đổi được {what} của dòng {new.code}."
    if old.may_ask_profile != new.may_ask_profile:
        yield (
            f"Dòng {new.code}: thông tin người trả lời chỉ được hỏi khi mỗi ô có từ 10 người; "
            "số mới làm phiếu đã phát khác đi. Hãy giữ số người cùng phía với 10."
        )
