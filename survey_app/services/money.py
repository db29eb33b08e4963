"""Money of the field as it is entered: cash advanced, signed lists of what was paid.

Nothing entered is deleted: an advance is struck out, a signed list replaced, both with a
reason. ``services.money_reading`` lays everything side by side; the papers of the settlement
are ``services.settlement``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.edges import LARGEST
from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.formats import day, money, number, today
from survey_app.models import Advance, QuotaRule, SignedList
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.money_numbers import Gap, PayLine
from survey_app.services.money_reading import money_of, pay_line
from survey_app.services.participation_lists import need_opened
from survey_app.services.plans import unit_by_code
from survey_app.services.transactions import transaction

MOST_VND: Final = 100_000_000_000
"""Nobody is handed more than a hundred thousand million in cash. [VND]"""


def pay_advance(
    slug: str,
    unit_code: str,
    amount_vnd: int,
    *,
    receiver: str,
    paid_on: date,
    note: str = "",
    actor: Actor,
) -> int:
    """Enter cash handed to a unit.

    Returns
    -------
    int
        Number of the entry.

    Raises
    ------
    SurveyError
        If the amount, the receiver or the day cannot be; everything that is wrong at once.

    """
    wrong = _impossible(amount_vnd, paid_on, least=1)
    if not 2 <= len(receiver.strip()) <= 200:  # noqa: PLR2004 - a name; the column's own length
        wrong.append("hãy ghi tên người nhận tiền (nhiều nhất 200 ký tự)")
    if len(note) > 400:  # noqa: PLR2004 - the column's own length
        wrong.append("ghi chú dài nhất 400 ký tự")
    if wrong:
        raise SurveyError("Chưa ghi được khoản tạm ứng.", details=wrong)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_opened(campaign)
        unit = unit_by_code(campaign, unit_code, session)
        advance = Advance(
            unit_id=unit.id,
            receiver=receiver.strip(),
            amount_vnd=amount_vnd,
            paid_on=paid_on,
            note=note.strip(),
            author=actor.name,
        )
        session.add(advance)
        session.flush()
        record(
            session, actor, "money.advance", f"{slug}/{unit.code}",
            number=advance.id, vnd=amount_vnd, on=paid_on,
        )  # fmt: skip
        return advance.id


def strike_advance(slug: str, number: int, reason: str, *, actor: Actor) -> Advance:
    """Strike out an advance that was entered by mistake; it stays, and counts nowhere.

    Raises
    ------
    NotFoundError
        If the campaign has no such entry.
    ConflictError
        If it is struck out already.

    """
    need_reason(reason)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        advance = session.get(Advance, number, with_for_update=True)
        if advance is None or advance.unit.campaign_id != campaign.id:
            raise NotFoundError("Không có khoản tạm ứng này.")
        if advance.struck_out:
            raise ConflictError("Khoản tạm ứng này đã bị gạch trước đó.")
        advance.struck_out = reason.strip()
        record(
            session, actor, "money.strike", f"{slug}/{advance.unit.code}",
            number=number, vnd=advance.amount_vnd, reason=reason.strip(),
        )  # fmt: skip
        return advance


def enter_signed_list(
    slug: str,
    rule_code: str,
    unit_code: str | None,
    *,
    people: int,
    amount_vnd: int,
    signed_on: date,
    explanation: str = "",
    actor: Actor,
) -> PayLine:
    """Enter the signed list of a rule and unit; one that was entered before is replaced.

    Parameters
    ----------
    slug, rule_code, unit_code
        The line; no unit for a rule whose people rate all units.
    people, amount_vnd
        Who signed, and for how much. [persons, VND]
    signed_on
        Day of the list.
    explanation
        Why it does not agree with what came back; needed when it does not.

    Raises
    ------
    SurveyError
        If figures cannot be, or a difference is not explained; every difference is told.

    """
    wrong = _impossible(amount_vnd, signed_on, least=0)
    if not 0 <= people <= LARGEST:
        wrong.append("số người ký phải từ 0")
    if len(explanation) > 400:  # noqa: PLR2004 - the column's own length
        wrong.append("giải thích dài nhất 400 ký tự")
    if wrong:
        raise SurveyError("Chưa ghi được bảng kê.", details=wrong)
    before = pay_line(money_of(campaign_by_slug(slug)), rule_code, unit_code)
    entered = SignedList(
        rule_id=before.rule.id,
        unit_id=before.unit.id if before.unit else None,
        people=people,
        amount_vnd=amount_vnd,
        signed_on=signed_on,
        explanation=explanation.strip(),
        author=actor.name,
    )
    line = replace(before, paid=entered)
    if line.gaps and len(explanation.strip()) < 5:  # noqa: PLR2004 - "sai" says nothing
        raise SurveyError(
            "Bảng kê không khớp; hãy giải thích từng chênh lệch.", details=told_gaps(line)
        )
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_opened(campaign)
        _supersede(session, entered)
        session.add(entered)
        record(
            session, actor, "money.list",
            f"{slug}/{before.rule.code}/{before.unit.code if before.unit else '*'}",
            people=people, vnd=amount_vnd, on=signed_on, returned=line.returned,
            counted=line.state.counted, owed_vnd=line.owed_vnd, explained=bool(entered.explanation),
        )  # fmt: skip
    return line


def _supersede(session: Session, entered: SignedList) -> None:
    """Put the list aside that this one replaces; two entered at once follow each other."""
    session.execute(select(QuotaRule.id).where(QuotaRule.id == entered.rule_id).with_for_update())
    for older in session.scalars(
        select(SignedList).where(
            SignedList.rule_id == entered.rule_id,
            SignedList.unit_id.is_not_distinct_from(entered.unit_id),
            SignedList.superseded.is_(False),
        )
    ):
        older.superseded = True


def _impossible(amount_vnd: int, on: date, *, least: int) -> list[str]:
    wrong = []
    if not least <= amount_vnd <= MOST_VND:
        wrong.append(f"số tiền phải từ {money(least)} đến {money(MOST_VND)}")
    if on > today():
        wrong.append(f"ngày {day(on)} chưa đến")
    return wrong


def told_gaps(line: PayLine) -> list[str]:
    """Say in what a line does not agree, one sentence each."""
    people = line.paid.people if line.paid else 0
    sentences = {
        Gap.NO_LIST: f"phải trả {money(line.owed_vnd)} nhưng chưa có bảng kê ký nhận",
        Gap.AMOUNT: f"ký nhận {money(line.paid_vnd)}, phải trả {money(line.owed_vnd)}",
        Gap.PEOPLE: f"{number(people)} người ký, {number(line.paid_for)} phiếu được trả tiền",
        Gap.MARKS: (
            f"{number(people)} người trong bảng kê, {number(line.marked)} người được đánh dấu đã "
            "ký trong danh sách"
        ),
    }
    return [sentences[gap] for gap in line.gaps]
