"""Lines of a decision in its own words: "15 người x 13 phòng = 195 phiếu (mẫu CH2)".

A line is a product, a number for each unit ("mỗi xã 20 phiếu"), a printed total, or words.
A line that speaks of ballots and cannot be read is shown and has to be left out on purpose:
nothing is passed over in silence. Read next: ``questionnaires.plan_table``, whose
:class:`PlanReading` they become.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from questionnaires.errors import Mistake
from questionnaires.grids import PASTED
from questionnaires.model import Campaign
from questionnaires.names import tidy
from questionnaires.plan_table import (
    LineBook,
    PlanReading,
    ReadLine,
    capped,
    disagreement,
    whole_number,
)
from questionnaires.wording import vi_number

NUMBER: Final = r"(?:\d{1,3}(?:[., ]\d{3})+|\d{1,7})(?![\d/])"
PEOPLE: Final = r"(?:người|đại biểu|phiếu|hộ|doanh nghiệp|tổ chức|hồ sơ)"
TIMES: Final = r"(?<![^\W\d])[x×*](?![^\W\d])"
"""A sign of multiplication, and never the first letter of "xã"."""

PRODUCT: Final = re.compile(
    rf"(?P<per>{NUMBER})\s*{PEOPLE}?[^=\d]{{0,60}}?{TIMES}\s*(?P<units>{NUMBER})", re.IGNORECASE
)
EACH: Final = re.compile(
    rf"\bmỗi\s[^\d;:=]{{1,40}}?(?P<per>{NUMBER})\s*{PEOPLE}"
    rf"|(?P<each>{NUMBER})\s*{PEOPLE}\s*/\s*[^\W\d]",
    re.IGNORECASE,
)
EQUALS: Final = re.compile(rf"=\s*(?P<total>{NUMBER})")
BALLOTS: Final = re.compile(rf"(?P<total>{NUMBER})\s*phiếu\b", re.IGNORECASE)
ASKS: Final = re.compile(rf"{NUMBER}\s*{PEOPLE}\b|\d\s*{TIMES}\s*\d", re.IGNORECASE)
"""Whether words are about a number of ballots or people at all."""

SUMMING: Final = re.compile(r"\b(?:tổng|cộng)\b", re.IGNORECASE)
CLAUSE: Final = re.compile(r"^\W*\d+(?:\.\d+)*[.)/]?\s+(?=[^\W\d])")
"""The number of a clause before its words: "2.2. Đối tượng"."""

BROKEN: Final = re.compile(r"([x×*=+])[ \t]*\n\s*")
"""A line that was broken after a sign, as text from a PDF is."""


@dataclass(frozen=True, slots=True)
class _Stated:
    """A total the text prints, and how many lines stood before it."""

    place: str
    words: str
    total: int
    after: int

    @property
    def sums(self) -> bool:
        """Whether it adds up what stands above, and is no heading of what stands below."""
        return SUMMING.search(self.words) is not None


def looks_like_lines(text: str) -> bool:
    """Whether a pasted text holds lines of a decision and no table."""
    rows = text.splitlines()
    if any(sum(bool(cell.strip()) for cell in row.split("\t")) > 2 for row in rows):  # noqa: PLR2004 - a bullet and its words are no table
        return False
    return any(_product_or_each(tidy(row)) for row in BROKEN.sub(r"\1 ", text).splitlines())


def _product_or_each(sentence: str) -> bool:
    return (PRODUCT.search(sentence) or EACH.search(sentence)) is not None


def read_lines(text: str, campaign: Campaign, source: str = PASTED) -> PlanReading:
    """Read every line that speaks of ballots, and check the totals the text prints.

    A total agrees when the lines right under it (a heading), the lines since the total
    before it, or all lines come to it.

    Parameters
    ----------
    text
        As pasted; one line of the plan per line of text.
    campaign
        Whose quota rules the lines name.

    """
    book = LineBook(campaign)
    lines: list[ReadLine] = []
    stated: list[_Stated] = []
    mistakes: list[Mistake] = []
    for number, raw in enumerate(BROKEN.sub(r"\1 ", text).splitlines(), start=1):
        sentence, place = CLAUSE.sub("", tidy(raw)), f"dòng {number}"
        form = book.form_in(sentence)
        ballots = BALLOTS.findall(sentence)
        if _product_or_each(sentence):
            lines.append(_line(sentence, place, form, book, campaign))
            mistakes += _mistakes_in(lines[-1], source)
        elif ballots and form is None:
            stated.append(_Stated(place, sentence, whole_number(ballots[-1]) or 0, len(lines)))
        elif ASKS.search(sentence):
            lines.append(_unread(sentence, place, form, book))
    if not lines:
        remedy = "dán các dòng dạng “15 người x 13 phòng = 195 phiếu”, hoặc dán cả bảng"
        mistakes.append(Mistake(source, "cả đoạn", "không có dòng phân bổ nào", remedy))
    total = _reconciled(lines, stated, source, mistakes)
    return PlanReading(source, (), tuple(lines), {}, total, tuple(capped(mistakes, source)))


def _line(
    sentence: str, place: str, form: str | None, book: LineBook, campaign: Campaign
) -> ReadLine:
    label = _label(sentence)
    rule, rules = book.find(label, form)
    product = PRODUCT.search(sentence)
    each = product or EACH.search(sentence)
    printed = EQUALS.findall(sentence)
    return ReadLine(
        place,
        label,
        rules,
        rule,
        form,
        per_unit=whole_number(next(filter(None, each.groups()))) if each else None,
        units_stated=whole_number(product["units"]) if product else _every(rules, campaign),
        total=whole_number(printed[-1]) if printed else None,
    )


def _every(rules: Sequence[str], campaign: Campaign) -> int | None:
    """Count the units that "every" means; None where it may mean those of two kinds."""
    kinds = {campaign.rule_by_code[code].unit_kind for code in rules}
    if len(kinds) != 1:
        return None
    return sum(unit.kind in kinds for unit in campaign.units)


def _unread(sentence: str, place: str, form: str | None, book: LineBook) -> ReadLine:
    """Return a line that has to be mended or left out on purpose."""
    _, rules = book.find(_label(sentence), form)
    return ReadLine(place, sentence, rules, None, form)


def _label(sentence: str) -> str:
    return re.split(r":|\d|\bmỗi\b", sentence, maxsplit=1)[0].strip(" -+*•–.") or sentence


def _mistakes_in(line: ReadLine, source: str) -> Iterator[Mistake]:
    per, units, total = line.per_unit, line.units_stated, line.total
    if not per or units == 0:
        problem = f"dòng “{line.label}” hỏi 0 người hoặc 0 đơn vị"
        yield Mistake(source, line.place, problem, "điền số người, số đơn vị hoặc xóa dòng")
    elif units is not None and total is not None and per * units != total:
        problem = (
            f"{vi_number(per)} × {vi_number(units)} = {vi_number(per * units)} phiếu, "
            f"nhưng dòng ghi {vi_number(total)} phiếu"
        )
        yield Mistake(source, line.place, problem, "đối chiếu với quyết định rồi sửa số sai")


def _reconciled(
    lines: Sequence[ReadLine], stated: Sequence[_Stated], source: str, mistakes: list[Mistake]
) -> int | None:
    """Check every printed total; return the one of all lines."""
    ballots = [line.ballots for line in lines]
    if not stated:
        return None
    if None in ballots:  # "every unit" of which kind is still to be said
        return stated[-1].total
    counts = [count or 0 for count in ballots]
    whole = sum(counts)
    ends = [0, *(total.after for total in stated), len(lines)]
    wrong: list[Mistake] = []
    for place, total in enumerate(stated, start=1):
        above = [sum(counts[end : total.after]) for end in ends[:place]]
        below = [sum(counts[total.after : end]) for end in ends[place + 1 :]]
        if total.total in (*above, *below):
            continue
        last = total.sums and place == len(stated)
        added = whole if last else above[-1] if total.sums or not below[0] else below[0]
        wrong.append(disagreement(source, total.place, f"“{total.words}”", total.total, added))
    mistakes += wrong
    agreed = whole in {total.total for total in stated} | {sum(total.total for total in stated)}
    return whole if agreed or wrong else None
