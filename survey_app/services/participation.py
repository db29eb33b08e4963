"""Who took part: names entered for signatures and fees, one list of each rule and unit.

A list knows no ballot and no slip: no key, no day and no order is shared with them (design,
promise 4). It is laid anew by the alphabet whenever somebody is added, so its lines say nothing
about who answered first. Lists are read by ``services.participation_lists``; what was paid on
a whole list is ``services.money``; who is called again is ``services.rechecks``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey_app.errors import ConflictError, SurveyError
from survey_app.formats import vietnamese_order
from survey_app.models import Campaign, Participation, RecheckCall, Unit
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.participation_lists import (
    PeopleList,
    enumerators_for,
    need_opened,
    open_list,
)
from survey_app.services.people_reading import TypedPerson, plain, read_people
from survey_app.services.transactions import transaction


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
        found = open_list(session, campaign, rule_code, unit_code, actor, lock=True)
        wrong += _twice(people, found.people)
        if wrong:
            raise SurveyError(
                f"Chưa nhận danh sách: có {len(wrong)} chỗ phải sửa, chưa lưu gì.", details=wrong
            )
        _need_enumerator(campaign, found.unit, enumerator_id, actor)
        added = [
            Participation(
                rule_id=found.rule.id,
                unit_id=found.unit.id if found.unit else None,
                enumerator_id=enumerator_id,
                name=person.name,
                office=person.office,
                phone=person.phone,
                fee_vnd=found.fee_vnd,
            )
            for person in people
        ]
        _lay(session, found.people, added)
        record(session, actor, "participation.add", _name(slug, found), people=len(people))
    return len(people)


def mark_signed(
    slug: str,
    rule_code: str,
    unit_code: str | None,
    shown: Collection[UUID],
    signed: Collection[UUID],
    *,
    actor: Actor,
) -> int:
    """Note who signed for the fee, among the people a page showed.

    Returns
    -------
    int
        People whose mark changed. [persons]

    """
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_opened(campaign)
        found = open_list(session, campaign, rule_code, unit_code, actor, lock=True)
        changed = 0
        for person in found.people:
            if person.id in shown and person.signed != (person.id in signed):
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
    chosen: Collection[UUID],
    reason: str,
    *,
    actor: Actor,
) -> int:
    """Take names off a list that did not sign and that no re-check drew.

    Raises
    ------
    ConflictError
        If some of them signed or were drawn; all are named by their line.

    """
    need_reason(reason)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_opened(campaign)
        found = open_list(session, campaign, rule_code, unit_code, actor, lock=True)
        gone = [person for person in found.people if person.id in chosen]
        if not gone:
            raise SurveyError("Hãy chọn ít nhất một dòng để bỏ.")
        drawn = _drawn(session, gone)
        kept = [f"dòng {one.line}: đã ký nhận" for one in gone if one.signed]
        kept += [f"dòng {one.line}: đã vào danh sách phúc tra" for one in gone if one.id in drawn]
        if kept:
            raise ConflictError("Không bỏ được các dòng này; chưa bỏ dòng nào.", details=kept)
        session.execute(
            delete(Participation).where(Participation.id.in_([person.id for person in gone]))
        )
        _lay(session, [person for person in found.people if person not in gone], [])
        record(
            session, actor, "participation.remove", _name(slug, found),
            people=len(gone), reason=reason.strip(),
        )  # fmt: skip
    return len(gone)


def _lay(session: Session, listed: Sequence[Participation], added: Sequence[Participation]) -> None:
    """Lay a list out by the alphabet, so that no line tells who was entered when.

    Lines a re-check drew from keep their numbers; whoever comes later follows them.
    """
    drawn = bool(_drawn(session, listed))
    moving = list(added) if drawn else [*listed, *added]
    last = max((person.line for person in listed), default=0) if drawn else 0
    for line, person in enumerate(moving, 1):
        person.line = -line  # out of the way of the lines given next
    session.add_all(added)
    session.flush()
    for line, person in enumerate(sorted(moving, key=by_alphabet), last + 1):
        person.line = line
    session.flush()


def _drawn(session: Session, people: Iterable[Participation]) -> set[UUID]:
    """Return which of them a re-check drew from."""
    return set(
        session.scalars(
            select(RecheckCall.participation_id).where(
                RecheckCall.participation_id.in_([person.id for person in people])
            )
        )
    )


def by_alphabet(person: Participation) -> tuple[object, ...]:
    """Sort key of a Vietnamese name: the given name first, then the whole of it."""
    return vietnamese_order(person.name.split()[-1]), vietnamese_order(person.name), person.office


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
        raise SurveyError("Điều tra viên được chọn không được phân công ở đơn vị này.")


def _name(slug: str, found: PeopleList) -> str:
    return f"{slug}/{found.rule.code}/{found.unit.code if found.unit else '*'}"
