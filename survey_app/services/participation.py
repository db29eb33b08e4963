"""Who took part: lists for signatures and fees, one of each rule and unit.

A list knows no ballot and no slip: no key, no day and no order is shared with them (design,
promise 4). Names are laid in the order of the alphabet as they come in, so the lines say
nothing about who answered first. What was paid on a whole list is ``services.money``; who is
called again is ``services.rechecks``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session

from questionnaires.model import Design
from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.formats import vietnamese_order
from survey_app.models import (
    Campaign,
    Participation,
    QuotaRule,
    RecheckCall,
    State,
    Unit,
    User,
)
from survey_app.permissions import Permission
from survey_app.services.accounts import keyers_of
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.people_reading import TypedPerson, plain, read_people
from survey_app.services.plans import cell_of, cells_of, cells_of_rule, plan_of, rule_by_code
from survey_app.services.scope import visible_units
from survey_app.services.transactions import transaction


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


# --- reading -----------------------------------------------------------------------------


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
    return _opened(db.session(), campaign, rule_code, unit_code, actor)


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


# --- writing -----------------------------------------------------------------------------


def add_people(
    slug: str,
    rule_code: str,
    unit_code: str | None,
    text: str,
    *,
    enumerator_id: int | None = None,
    actor: Actor,
) -> int:
    """Add pasted names to a list, in the order of the alphabet.

    Parameters
    ----------
    slug, rule_code, unit_code
        The list; no unit for a rule whose people rate all units.
    text
        One person a line: name, office, telephone.
    enumerator_id
        Who asked them, where it is known.
    actor
        Who adds them.

    Returns
    -------
    int
        People added. [persons]

    Raises
    ------
    SurveyError
        If lines are wrong or name somebody twice; all of them are told and nothing is kept.

    """
    people, wrong = read_people(text)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_opened(campaign)
        found = _opened(session, campaign, rule_code, unit_code, actor, lock=True)
        wrong += _twice(people, found.people)
        if wrong:
            raise SurveyError(
                f"Chưa nhận danh sách: có {len(wrong)} chỗ phải sửa, chưa lưu gì.", details=wrong
            )
        _need_enumerator(campaign, found.unit, enumerator_id, actor)
        last = max((person.line for person in found.people), default=0)
        session.add_all(
            Participation(
                rule_id=found.rule.id,
                unit_id=found.unit.id if found.unit else None,
                enumerator_id=enumerator_id,
                line=line,
                name=person.name,
                office=person.office,
                phone=person.phone,
                fee_vnd=found.fee_vnd,
            )
            for line, person in enumerate(sorted(people, key=by_alphabet), last + 1)
        )
        record(session, actor, "participation.add", _name(slug, found), people=len(people))
    return len(people)


def mark_signed(
    slug: str,
    rule_code: str,
    unit_code: str | None,
    shown: Collection[int],
    signed: Collection[int],
    *,
    actor: Actor,
) -> int:
    """Note who signed for the fee, among the lines a page showed.

    Returns
    -------
    int
        Lines that changed. [persons]

    """
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_opened(campaign)
        found = _opened(session, campaign, rule_code, unit_code, actor, lock=True)
        changed = 0
        for person in found.people:
            if person.line in shown and person.signed != (person.line in signed):
                person.signed = not person.signed
                changed += 1
        if changed:
            record(
                session, actor, "participation.sign", _name(slug, found),
                changed=changed, signed=found.signed, of=len(found.people),
            )  # fmt: skip
    return changed


def remove_people(
    slug: str,
    rule_code: str,
    unit_code: str | None,
    lines: Collection[int],
    reason: str,
    *,
    actor: Actor,
) -> int:
    """Take names off a list that nobody signed at and no re-check drew.

    Raises
    ------
    ConflictError
        If some of them signed or were drawn; all are named by their line.

    """
    need_reason(reason)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_opened(campaign)
        found = _opened(session, campaign, rule_code, unit_code, actor, lock=True)
        chosen = [person for person in found.people if person.line in lines]
        if not chosen:
            raise SurveyError("Hãy chọn ít nhất một dòng để bỏ.")
        drawn = set(
            session.scalars(
                select(RecheckCall.participation_id).where(
                    RecheckCall.participation_id.in_([person.id for person in chosen])
                )
            )
        )
        kept = [f"dòng {one.line}: đã ký nhận" for one in chosen if one.signed]
        kept += [f"dòng {one.line}: đã vào danh sách phúc tra" for one in chosen if one.id in drawn]
        if kept:
            raise ConflictError("Không bỏ được các dòng này; chưa bỏ dòng nào.", details=kept)
        session.execute(
            delete(Participation).where(Participation.id.in_([person.id for person in chosen]))
        )
        record(
            session, actor, "participation.remove", _name(slug, found),
            people=len(chosen), reason=reason.strip(),
        )  # fmt: skip
    return len(chosen)


# --- what all of them need ---------------------------------------------------------------


def need_opened(campaign: Campaign) -> None:
    """Refuse lists of a plan that may still be replaced.

    Raises
    ------
    ConflictError
        If the campaign has not been opened.

    """
    if campaign.state in (State.DRAFT, State.PLANNED):
        raise ConflictError("Đợt điều tra chưa mở; mở đợt rồi mới lập danh sách và chi tiền.")


def by_alphabet(person: TypedPerson) -> tuple[object, ...]:
    """Sort key of a Vietnamese name: the given name first, then the whole of it."""
    return vietnamese_order(person.name.split()[-1]), vietnamese_order(person.name), person.office


def _opened(
    session: Session,
    campaign: Campaign,
    rule_code: str,
    unit_code: str | None,
    actor: Actor,
    *,
    lock: bool = False,
) -> PeopleList:
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


def _twice(people: Iterable[TypedPerson], listed: Iterable[Participation]) -> list[str]:
    """Name the lines whose person stands on the list or in the paste already."""
    known: dict[tuple[str, ...], str] = {}
    for one in listed:
        for mark in _marks(one.name, one.office, one.phone):
            known[mark] = f"dòng {one.line} của danh sách"
    wrong = []
    for person in people:
        marks = _marks(person.name, person.office, person.phone)
        if place := next((known[mark] for mark in marks if mark in known), None):
            wrong.append(
                f"dòng {person.place}: “{person.name}” đã có ở {place}; nếu là người khác, hãy "
                "ghi thêm cơ quan hoặc số điện thoại"
            )
        known |= {mark: f"dòng {person.place} vừa dán" for mark in marks if mark not in known}
    return wrong


def _marks(name: str, office: str, phone: str) -> list[tuple[str, ...]]:
    """Return what tells a person: name and telephone, or all three where there is none."""
    marks: list[tuple[str, ...]] = [(plain(name), plain(office), phone)]
    return [*marks, (plain(name), phone)] if phone else marks


def _need_enumerator(
    campaign: Campaign, unit: Unit | None, enumerator_id: int | None, actor: Actor
) -> None:
    known = {user.id for user in enumerators_for(campaign, unit, actor)}
    if enumerator_id is not None and enumerator_id not in known:
        raise SurveyError("Người điều tra được chọn không được phân công ở đơn vị này.")


def _name(slug: str, found: PeopleList) -> str:
    return f"{slug}/{found.rule.code}/{found.unit.code if found.unit else '*'}"
