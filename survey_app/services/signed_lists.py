"""Signed lists of what was paid, entered one at a time or many together, all or none.

What a list may say is decided by ``services.signed_list_checks``. A list that was entered before
is replaced and stays. Lists as a workbook are ``services.signed_list_sheets``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import NotFoundError, SurveyError
from survey_app.models import QuotaRule, SignedList, Unit
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.money_numbers import EXPLAINABLE, Gap, PayLine
from survey_app.services.money_reading import money_of, pay_line
from survey_app.services.participation_lists import need_opened
from survey_app.services.signed_list_checks import (
    WHY,
    Box,
    Entered,
    Key,
    Typed,
    Wrong,
    with_list,
    wrong_in,
)
from survey_app.services.transactions import transaction


class ListsRefusedError(SurveyError):
    """Lists that cannot be kept; ``wrong`` names each box by list."""

    def __init__(self, message: str, wrong: Mapping[Key, Wrong]) -> None:
        alone = len(wrong) == 1
        super().__init__(
            message,
            details=[
                said if alone else f"{name_of(key)}: {said}"
                for key, boxes in wrong.items()
                for said in boxes.values()
            ],
        )
        self.wrong = wrong


def name_of(key: Key) -> str:
    """Name a list: ``X01 · CX4``."""
    return " · ".join(part for part in key if part)


# --- entering ----------------------------------------------------------------------------


def enter_signed_list(
    slug: str,
    line_code: str,
    unit_code: str | None,
    *,
    people: int,
    amount_vnd: int,
    signed_on: date,
    why: Mapping[Gap, str] | None = None,
    actor: Actor,
) -> PayLine:
    """Enter the signed list of one line; one that was entered before is replaced.

    Parameters
    ----------
    slug, line_code, unit_code
        The line: a rule, or ``ENUMERATORS``; no unit for a rule whose people rate all units.
    people, amount_vnd
        Who signed, and for how much. [persons, VND]
    signed_on
        Day of the list.
    why
        What explains each difference; needed where there is one.

    Raises
    ------
    ListsRefusedError
        If figures cannot be, or a difference is not explained; every difference is told.

    """
    campaign = campaign_by_slug(slug)
    line = pay_line(money_of(campaign), line_code, unit_code)
    entered = Entered(people, amount_vnd, signed_on, why or {})
    if wrong := wrong_in(line, entered, campaign.assessed_from):
        gaps_only = wrong.keys() <= set(WHY.values())
        message = "Bảng kê không khớp; hãy giải thích từng chênh lệch." if gaps_only else ""
        raise ListsRefusedError(message or "Chưa ghi được bảng kê.", {line.key: wrong})
    _keep(slug, [(line, entered)], actor)
    return with_list(line, entered)


def enter_typed_lists(slug: str, typed: Mapping[Key, Typed], *, actor: Actor) -> int:
    """Enter lists as they were typed, all or none; blank ones are left alone.

    Returns
    -------
    int
        Lists that are new or changed. [lists]

    Raises
    ------
    ListsRefusedError
        If any box of any list is wrong, or a difference is not explained.

    """
    campaign = campaign_by_slug(slug)
    lines = {line.key: line for line in money_of(campaign).lines}
    wrong: dict[Key, Wrong] = {}
    good: list[tuple[PayLine, Entered]] = []
    for key, one in typed.items():
        line = lines.get(key)
        if line is None:
            raise NotFoundError(f"Kế hoạch không chi tiền cho dòng {name_of(key)}.")
        if one.is_blank:
            if line.paid:
                said = "bảng kê đã ghi không xóa được; không chi thì ghi 0"
                wrong[key] = {Box.PEOPLE: said}
            continue
        entered, unread = one.read()
        if _is_in_force(line, entered):
            continue
        if faults := unread | wrong_in(line, entered, campaign.assessed_from):
            wrong[key] = faults
        else:
            good.append((line, entered))
    if wrong:
        boxes = sum(map(len, wrong.values()))
        raise ListsRefusedError(f"Chưa ghi bảng kê nào: có {boxes} ô phải sửa.", wrong)
    return _keep(slug, good, actor)


def _keep(slug: str, lists: Iterable[tuple[PayLine, Entered]], actor: Actor) -> int:
    """Put lists into force in one transaction, those that say nothing new left out."""
    rows: list[tuple[SignedList, str, dict[str, Any]]] = []
    for line, entered in lists:
        found = with_list(line, entered)
        if found.paid is None or _says_the_same(line.paid, found.paid):
            continue
        found.paid.author = actor.name
        unit = line.unit.code if line.unit else "*"
        said = {
            "people": entered.people, "vnd": entered.amount_vnd, "on": entered.signed_on,
            "returned": line.returned, "counted": line.state.counted,
            "owed_vnd": line.owed_vnd, "explained": len(found.paid.explanations),
        }  # fmt: skip
        rows.append((found.paid, f"{slug}/{line.code}/{unit}", said))
    if not rows:
        return 0
    with transaction() as session:
        need_opened(campaign_by_slug(slug, session))
        _lock(session, [made for made, _name, _said in rows])
        for made, name, said in rows:
            _supersede(session, made)
            session.add(made)
            record(session, actor, "money.list", name, **said)
    return len(rows)


def _says_the_same(before: SignedList | None, now: SignedList) -> bool:
    return before is not None and all(
        getattr(before, name) == getattr(now, name)
        for name in ("people", "amount_vnd", "signed_on", "explanations")
    )


def _is_in_force(line: PayLine, entered: Entered) -> bool:
    """Whether nothing new was typed; a difference that came up since is left open."""
    paid, figures = line.paid, (entered.people, entered.amount_vnd, entered.signed_on)
    return (
        paid is not None
        and figures == (paid.people, paid.amount_vnd, paid.signed_on)
        and all(entered.why.get(gap, "") == line.explanation(gap) for gap in EXPLAINABLE)
    )


def _lock(session: Session, lists: Iterable[SignedList]) -> None:
    """Let lists of the same lines follow each other."""
    rules = {one.rule_id for one in lists if one.rule_id}
    units = {one.unit_id for one in lists if not one.rule_id}
    for model, ids in ((QuotaRule, rules), (Unit, units)):
        if ids:
            rows = select(model.id).where(model.id.in_(ids)).order_by(model.id)
            session.execute(rows.with_for_update())


def _supersede(session: Session, entered: SignedList) -> None:
    """Put the list aside that this one replaces."""
    for older in session.scalars(
        select(SignedList).where(
            SignedList.rule_id.is_not_distinct_from(entered.rule_id),
            SignedList.unit_id.is_not_distinct_from(entered.unit_id),
            SignedList.superseded.is_(False),
        )
    ):
        older.superseded = True
