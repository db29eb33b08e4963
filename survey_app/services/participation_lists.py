"""Lists of who took part, as pages and papers read them.

One list belongs to a rule and a unit, or to a rule whose people rate all units. Who sees which
is decided here; what is entered, by ``services.participation``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from questionnaires.model import Design
from survey_app.errors import ConflictError, NotFoundError
from survey_app.extensions import db
from survey_app.formats import vietnamese_order
from survey_app.models import Campaign, Participation, QuotaRule, State, Unit, User
from survey_app.permissions import Permission
from survey_app.services.accounts import keyers_of
from survey_app.services.audit import Actor
from survey_app.services.plans import cell_of, cells_of, cells_of_rule, plan_of, rule_by_code
from survey_app.services.scope import visible_units


@dataclass(frozen=True, slots=True)
class ListLine:
    """One list as the page of all lists shows it; every number is people.

    ``unit`` is None for a rule whose people rate all units.
    """

    rule: QuotaRule
    unit: Unit | None
    wanted: int
    listed: int
    signed: int

    @property
    def over(self) -> int:
        """Names beyond the places of the plan. [persons]."""
        return max(0, self.listed - self.wanted)


@dataclass(frozen=True, slots=True)
class PeopleList:
    """One list opened.

    Attributes
    ----------
    rule, unit
        What it belongs to; no unit where its people rate all units.
    wanted
        People the plan asks for. [persons]
    fee_vnd
        What one of them receives by the plan. [VND]
    people
        In the order of the printed list.

    """

    rule: QuotaRule
    unit: Unit | None
    wanted: int
    fee_vnd: int
    people: tuple[Participation, ...]

    @property
    def over(self) -> int:
        """Names beyond the places of the plan. [persons]."""
        return max(0, len(self.people) - self.wanted)

    @property
    def signed(self) -> int:
        """People who signed for their fee. [persons]."""
        return sum(person.signed for person in self.people)

    @property
    def signed_vnd(self) -> int:
        """What they signed for. [VND]."""
        return sum(person.fee_vnd for person in self.people if person.signed)

    @property
    def total_vnd(self) -> int:
        """Fees of everybody on the list. [VND]."""
        return sum(person.fee_vnd for person in self.people)


def people_lists(campaign: Campaign, actor: Actor) -> list[ListLine]:
    """Return the lists a person may see, in plan order."""
    seen = {unit.id for unit in visible_units(campaign, actor)}
    whole = sees_crossed(actor)
    counts = {
        (rule_id, unit_id): (listed, signed)
        for rule_id, unit_id, listed, signed in db.session.execute(
            select(
                Participation.rule_id,
                Participation.unit_id,
                func.count(),
                func.count(case((Participation.signed, 1))),
            )
            .join(Participation.rule)
            .where(QuotaRule.plan_version_id == plan_of(campaign).id)
            .group_by(Participation.rule_id, Participation.unit_id)
        )
    }
    lines: dict[tuple[int, int | None], ListLine] = {}
    for cell in cells_of(campaign):
        crossed = cell.rule.design is Design.CROSS
        if not (whole if crossed else cell.unit_id in seen):
            continue
        key = (cell.rule_id, None if crossed else cell.unit_id)
        listed, signed = counts.get(key, (0, 0))
        wanted = cell.rule.per_unit if crossed else cell.target
        if key not in lines and (wanted or listed):
            unit = None if crossed else cell.unit
            lines[key] = ListLine(cell.rule, unit, wanted, listed, signed)
    return list(lines.values())


def people_list(
    campaign: Campaign, rule_code: str, unit_code: str | None, actor: Actor
) -> PeopleList:
    """Open one list.

    Raises
    ------
    NotFoundError
        If the plan has no such list, or the person may not see it.

    """
    return open_list(db.session(), campaign, rule_code, unit_code, actor)


def repeated_phones(campaign: Campaign) -> int:
    """Count telephone numbers that stand on the lists of two units or more."""
    units: defaultdict[str, set[int | None]] = defaultdict(set)
    rows = db.session.execute(
        select(Participation.phone, Participation.unit_id)
        .join(Participation.rule)
        .where(
            QuotaRule.plan_version_id == plan_of(campaign).id,
            Participation.phone != "",
            Participation.unit_id.is_not(None),
        )
    )
    for phones, unit_id in rows:
        for phone in phones.split():
            units[phone].add(unit_id)
    return sum(len(where) > 1 for where in units.values())


def enumerators_for(campaign: Campaign, unit: Unit | None, actor: Actor) -> list[User]:
    """Return who may have asked the people of a list: keyers of the unit, and the actor."""
    keyers = keyers_of(campaign)
    chosen = keyers.get(unit.id, []) if unit else [one for many in keyers.values() for one in many]
    found = {user.id: user for user in chosen}
    if actor.user_id is not None and actor.user_id not in found:
        found[actor.user_id] = db.session.get_one(User, actor.user_id)
    return sorted(found.values(), key=lambda user: vietnamese_order(user.name or user.email))


def sees_crossed(actor: Actor) -> bool:
    """Whether a person sees the lists of those who rate all units."""
    return actor.may(Permission.FIELD_VIEW)


def need_opened(campaign: Campaign) -> None:
    """Refuse lists of a plan that may still be replaced.

    Raises
    ------
    ConflictError
        If the campaign has not been opened.

    """
    if campaign.state in (State.DRAFT, State.PLANNED):
        raise ConflictError("Đợt điều tra chưa mở; mở đợt rồi mới lập danh sách và chi tiền.")


def open_list(
    session: Session,
    campaign: Campaign,
    rule_code: str,
    unit_code: str | None,
    actor: Actor,
    *,
    lock: bool = False,
) -> PeopleList:
    """Open one list in a session; ``lock`` holds it until the transaction ends.

    Raises
    ------
    NotFoundError
        If the plan has no such list, or the person may not see it.

    """
    rule = rule_by_code(campaign, rule_code, session)
    crossed = rule.design is Design.CROSS
    if crossed != (unit_code is None):
        raise NotFoundError(
            f"Người của dòng {rule.code} trả lời về mọi đơn vị nên chỉ có một danh sách chung."
            if crossed
            else f"Dòng {rule.code} có danh sách riêng của từng đơn vị; hãy chọn đơn vị."
        )
    if lock:
        session.execute(select(QuotaRule.id).where(QuotaRule.id == rule.id).with_for_update())
    people = select(Participation).where(Participation.rule_id == rule.id)
    if unit_code is None:
        allowed = sees_crossed(actor)
        unit, wanted = None, rule.per_unit
        rated = sum(cell.target > 0 for cell in cells_of_rule(session, rule, None))
        people = people.where(Participation.unit_id.is_(None))
    else:
        cell = cell_of(campaign, rule_code, unit_code, session)
        allowed = cell.unit_id in {one.id for one in visible_units(campaign, actor)}
        unit, wanted, rated = cell.unit, cell.target, 1
        people = people.where(Participation.unit_id == cell.unit_id)
    if not allowed:
        raise NotFoundError("Danh sách này ngoài phạm vi của bạn. Hãy nhờ điều phối phân công.")
    listed = tuple(session.scalars(people.order_by(Participation.line)))
    return PeopleList(rule, unit, wanted, rule.fee_vnd * rated, listed)
