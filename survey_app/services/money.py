"""Cash advanced to units, as it is entered, and what can be said of any entry of money.

Nothing entered is deleted: an advance is struck out with a reason. What people signed for is
``services.signed_lists``; ``services.money_reading`` lays everything side by side; the papers
of the settlement are ``services.settlement``.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.formats import day, money, today
from survey_app.models import Advance
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.money_numbers import UnitMoney
from survey_app.services.money_reading import money_of, unit_money
from survey_app.services.participation_lists import need_opened
from survey_app.services.transactions import transaction

MOST_VND: Final = 100_000_000_000
"""Nobody is handed more than a hundred thousand million in cash. [VND]"""

LONGEST_WORDS: Final = 400
LETTERS: Final = 4
"""Fewer different letters say nothing."""


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
        If the amount, the receiver or the day cannot be, or it is more than the plan pays there
        and the note does not say why; everything that is wrong at once.

    """
    campaign = campaign_by_slug(slug)
    need_opened(campaign)
    found = unit_money(money_of(campaign), unit_code)
    unit_id, code = found.unit.id, found.unit.code
    wrong = [wrong_amount(amount_vnd, 1), wrong_day(paid_on, campaign.assessed_from)]
    if not 2 <= len(receiver.strip()) <= 200:  # noqa: PLR2004 - a name; the column's own length
        wrong.append("hãy ghi tên người nhận tiền (nhiều nhất 200 ký tự)")
    if len(note) > LONGEST_WORDS:
        wrong.append(f"ghi chú dài nhất {LONGEST_WORDS} ký tự")
    if not wrong[0]:
        wrong.append(too_much(found, amount_vnd, note))
    if any(wrong):
        raise SurveyError("Chưa ghi được khoản tạm ứng.", details=[said for said in wrong if said])
    with transaction() as session:
        need_opened(campaign_by_slug(slug, session))
        advance = Advance(
            unit_id=unit_id,
            receiver=receiver.strip(),
            amount_vnd=amount_vnd,
            paid_on=paid_on,
            note=note.strip(),
            author=actor.name,
        )
        session.add(advance)
        session.flush()
        record(
            session, actor, "money.advance", f"{slug}/{code}",
            number=advance.id, vnd=amount_vnd, on=paid_on,
        )  # fmt: skip
        return advance.id


def too_much(unit: UnitMoney, amount_vnd: int, note: str = "") -> str:
    """Say that a unit would hold more than the plan pays there, unless the note says why."""
    together = unit.advanced_vnd + amount_vnd
    if together <= unit.budget_vnd or says_why(note):
        return ""
    return (
        f"tạm ứng {money(together)} là vượt dự toán {money(unit.budget_vnd)} của đơn vị; hãy ghi "
        "lý do vào ô Ghi chú"
    )


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


def wrong_day(on: date, earliest: date) -> str:
    """Say why money cannot have changed hands on a day; empty if it can."""
    if on > today():
        return f"ngày {day(on)} chưa đến"
    if on < earliest:
        return f"ngày {day(on)} trước thời kỳ đánh giá (từ {day(earliest)})"
    return ""


def wrong_amount(amount_vnd: int, least: int) -> str:
    """Say why nobody can have been handed an amount; empty if somebody can."""
    if least <= amount_vnd <= MOST_VND:
        return ""
    return f"số tiền phải từ {money(least)} đến {money(MOST_VND)}"


def says_why(text: str) -> bool:
    """Whether a text has words in it that may be a reason; “xxxxxx” has none."""
    words = re.findall(r"[^\W\d_]+", text)
    return len(words) > 1 and len(set("".join(words).casefold())) >= LETTERS
