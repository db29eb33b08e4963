"""What is typed of a signed list, and what is wrong with it.

A list is compared with what came back, with the names of those who took part and with what the
plan asks for: figures that cannot be are refused, and every other difference needs a word of
its own. Nothing here writes: see ``services.signed_lists``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from survey_app.formats import dotted, money, number, typed_number
from survey_app.models import SignedList
from survey_app.services.money import LONGEST_WORDS, says_why, wrong_amount, wrong_day
from survey_app.services.money_numbers import EXPLAINABLE, Gap, PayLine

DAYS: Final = ("%Y-%m-%d", "%d/%m/%Y")
"""Days as a browser sends them and as people write them."""

Key = tuple[str, str]
"""Codes of unit (empty for all of them) and line: ``PayLine.key``."""


class Box(StrEnum):
    """What is typed of one list."""

    PEOPLE = "people"
    AMOUNT = "amount"
    DAY = "on"
    WHY_AMOUNT = "why_amount"
    WHY_PEOPLE = "why_people"
    WHY_MARKS = "why_marks"


WHY: Final = {Gap.AMOUNT: Box.WHY_AMOUNT, Gap.PEOPLE: Box.WHY_PEOPLE, Gap.MARKS: Box.WHY_MARKS}

Wrong = Mapping[Box, str]


@dataclass(frozen=True, slots=True)
class Entered:
    """Figures of one list; None where what was typed is none. [persons, VND]."""

    people: int | None
    amount_vnd: int | None
    signed_on: date | None
    why: Mapping[Gap, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Typed:
    """One list as it was typed, box by box."""

    boxes: Mapping[Box, str]

    def __getitem__(self, box: Box) -> str:
        """Return what stands in a box."""
        return self.boxes.get(box, "").strip()

    @property
    def is_blank(self) -> bool:
        """Whether nobody typed figures."""
        return not (self[Box.PEOPLE] or self[Box.AMOUNT])

    def read(self) -> tuple[Entered, dict[Box, str]]:
        """Return the figures, and which boxes hold none."""
        people, amount = typed_number(self[Box.PEOPLE]), typed_number(self[Box.AMOUNT])
        signed_on = _day(self[Box.DAY])
        wrong = {}
        if people is None:
            wrong[Box.PEOPLE] = _no_number(self[Box.PEOPLE], "số người ký")
        if amount is None:
            wrong[Box.AMOUNT] = _no_number(self[Box.AMOUNT], "số tiền đã chi")
        if signed_on is None:
            wrong[Box.DAY] = "hãy ghi ngày của bảng kê, ví dụ 22/11/2026"
        why = {gap: self[box] for gap, box in WHY.items()}
        return Entered(people, amount, signed_on, why), wrong


def with_list(line: PayLine, entered: Entered) -> PayLine:
    """Return a line as it would be with a list."""
    found = replace(
        line,
        paid=SignedList(
            rule_id=line.rule.id if line.rule else None,
            unit_id=line.unit.id if line.unit else None,
            people=entered.people,
            amount_vnd=entered.amount_vnd,
            signed_on=entered.signed_on,
            explanations={},
        ),
    )
    if found.paid is not None:
        found.paid.explanations = {
            gap.value: {"said": entered.why.get(gap, "").strip(), "against": line.against(gap)}
            for gap in found.gaps
            if entered.why.get(gap, "").strip()
        }
    return found


# --- what is wrong -----------------------------------------------------------------------


def wrong_in(line: PayLine, entered: Entered, earliest: date) -> dict[Box, str]:
    """Say what is wrong with a list, box by box; figures that were not read are left out."""
    people, amount, on = entered.people, entered.amount_vnd, entered.signed_on
    told = {
        Box.PEOPLE: "" if people is None else _too_many(line, people),
        Box.AMOUNT: "" if amount is None else _too_much(line, people, amount),
        Box.DAY: "" if on is None else wrong_day(on, earliest),
    }
    for gap, said in entered.why.items():
        if len(said) > LONGEST_WORDS:
            told[WHY[gap]] = f"giải thích dài nhất {LONGEST_WORDS} ký tự"
    if people is not None and amount is not None and not told[Box.PEOPLE] + told[Box.AMOUNT]:
        found = with_list(line, entered)
        for gap in found.gaps:
            if not says_why(entered.why.get(gap, "")):
                told[WHY[gap]] = told_gap(found, gap)
    return {box: said for box, said in told.items() if said}


def _too_many(line: PayLine, people: int) -> str:
    """Say why so many people cannot have signed; empty if they can."""
    if people < 0:
        return "số người ký phải từ 0"
    listed = line.names.listed
    if listed and people > listed:
        return (
            f"{number(people)} người ký nhưng danh sách người trả lời chỉ có {number(listed)} "
            "tên; hãy nhập đủ tên trước"
        )
    if people <= line.most_people:
        return ""
    if line.rule is None:
        return f"{number(people)} điều tra viên ở một đơn vị là quá nhiều"
    return (
        f"{number(people)} người ký nhưng kế hoạch chỉ lấy {number(line.state.target)} phiếu "
        f"(kể cả lấy bổ sung) và {number(line.returned)} phiếu thu về"
    )


def _too_much(line: PayLine, people: int | None, amount: int) -> str:
    """Say why nobody can have paid so much; empty if it can be."""
    if said := wrong_amount(amount, 0):
        return said
    if people is None or people < 0 or amount <= line.most_vnd(people):
        return ""
    if line.rule is None:
        return f"ký nhận {money(amount)}, kế hoạch trả điều tra viên {money(line.most_each_vnd)}"
    return (
        f"{number(people)} người ký nhận {money(amount)}: mỗi người nhiều nhất "
        f"{money(line.most_each_vnd)}, cộng {money(line.most_vnd(people))}"
    )


def told_gap(line: PayLine, gap: Gap) -> str:
    """Say in what a line does not agree."""
    people = number(line.paid.people if line.paid else 0)
    sentences = {
        Gap.NO_LIST: f"phải trả {money(line.owed_vnd)} nhưng chưa có bảng kê ký nhận",
        Gap.AMOUNT: f"ký nhận {money(line.paid_vnd)}, phải trả {money(line.owed_vnd)}",
        Gap.PEOPLE: f"{people} người ký, {number(line.paid_for)} phiếu được trả tiền",
        Gap.MARKS: (
            f"{people} người trong bảng kê, {number(line.names.marked)} người được đánh dấu đã ký "
            "trong danh sách"
        ),
    }
    return sentences[gap]


def told_before(line: PayLine, gap: Gap) -> str:
    """Say what explained a difference while its figures were others; empty if nothing did."""
    said, against = line.words(gap)
    if against is None or line.explanation(gap):
        return ""
    figure = money(against) if gap is Gap.AMOUNT else number(against)
    return f" (số so sánh trước là {figure}, giải thích “{said}”; số đã đổi, hãy giải thích lại)"


def told_gaps(line: PayLine) -> list[str]:
    """Say in what a line does not agree and nobody explained, one sentence each."""
    return [told_gap(line, gap) + told_before(line, gap) for gap in line.open_gaps]


# --- boxes -------------------------------------------------------------------------------


def typed_of(line: PayLine, today: date, *, marked: bool = False) -> Typed:
    """Fill the boxes of a line with its list; ``marked`` with who signed where it has none."""
    names = line.names
    boxes = {Box.DAY: today.isoformat()}
    if line.paid is not None:
        boxes = {
            Box.PEOPLE: dotted(line.paid.people),
            Box.AMOUNT: dotted(line.paid.amount_vnd),
            Box.DAY: line.paid.signed_on.isoformat(),
        }
    elif marked and names.marked:
        boxes |= {Box.PEOPLE: dotted(names.marked), Box.AMOUNT: dotted(names.marked_vnd)}
    return Typed(boxes | {WHY[gap]: line.explanation(gap) for gap in EXPLAINABLE})


def gaps_of(line: PayLine, typed: Typed) -> tuple[Gap, ...]:
    """Return the differences a list would have as it is typed; none while it has no figures."""
    entered, _unread = typed.read()
    if entered.people is None or entered.amount_vnd is None:
        return ()
    return with_list(line, entered).gaps


def _day(text: str) -> date | None:
    for form in DAYS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _no_number(text: str, what: str) -> str:
    return f"“{text[:30]}” không phải {what}; ghi như 3.000.000" if text else f"hãy ghi {what}"
