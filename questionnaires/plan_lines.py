"""Lines of a decision in its own words: "15 người x 13 phòng = 195 phiếu (mẫu CH2)".

Read next: ``questionnaires.plan_table``, whose :class:`PlanReading` they become.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from questionnaires.errors import Mistake
from questionnaires.grids import PASTED
from questionnaires.model import Campaign
from questionnaires.names import tidy
from questionnaires.plan_table import LineBook, PlanReading, ReadLine, capped, whole_number
from questionnaires.wording import vi_number

NUMBER: Final = r"\d{1,3}(?:[. ]\d{3})+|\d{1,7}"

PRODUCT: Final = re.compile(
    rf"(?P<per>{NUMBER})\s*(?:người|đại biểu|phiếu|hộ|doanh nghiệp|tổ chức)?[^x×*=\d]{{0,60}}?"
    rf"\s*[x×*]\s*(?P<units>{NUMBER})\s*(?P<kind>[^=\d]{{0,80}}?)=\s*(?P<total>{NUMBER})\s*phiếu",
    re.IGNORECASE,
)

SUM: Final = re.compile(
    rf"(?P<label>[^:;\n]*\btổng[^:;\n\d]*)[:;]?\s*(?:(?:{NUMBER})\s*\+\s*[\d.+\s]*=\s*)?"
    rf"(?P<total>{NUMBER})\s*phiếu",
    re.IGNORECASE,
)


def looks_like_lines(text: str) -> bool:
    """Whether a pasted text holds lines of a decision and no table."""
    return "\t" not in text and PRODUCT.search(text) is not None


def read_lines(text: str, campaign: Campaign, source: str = PASTED) -> PlanReading:
    """Read every line with a product in it, and the total the text prints.

    Lines without numbers in them are headings and are passed over.

    Parameters
    ----------
    text
        As pasted; one line of the plan per line of text.
    campaign
        Whose quota rules the lines name.

    """
    book = LineBook(campaign)
    lines: list[ReadLine] = []
    mistakes: list[Mistake] = []
    stated: list[tuple[str, int]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        sentence, place = tidy(raw), f"dòng {number}"
        found = PRODUCT.search(sentence)
        if found is None:
            if summed := SUM.search(sentence):
                stated.append((place, whole_number(summed["total"]) or 0))
            continue
        line = _line(sentence, place, found, book)
        mistakes += _mistakes_in(line, source)
        lines.append(line)
    if not lines:
        remedy = "dán các dòng dạng “15 người x 13 phòng = 195 phiếu”, hoặc dán cả bảng"
        mistakes.append(Mistake(source, "cả đoạn", "không có dòng phân bổ nào", remedy))
    total = _whole(lines, stated, source, mistakes)
    return PlanReading(source, (), tuple(lines), {}, total, tuple(capped(mistakes, source)))


def _line(sentence: str, place: str, found: re.Match[str], book: LineBook) -> ReadLine:
    form = book.form_in(sentence[found.end() :]) or book.form_in(sentence)
    label = re.split(r":|\d", sentence, maxsplit=1)[0].strip(" -+*•–.")
    rule, rules = book.find(label, form)
    return ReadLine(
        place,
        label or sentence,
        rules,
        rule,
        form,
        per_unit=whole_number(found["per"]),
        units_stated=whole_number(found["units"]),
        total=whole_number(found["total"]),
    )


def _mistakes_in(line: ReadLine, source: str) -> Iterator[Mistake]:
    per, units, total = line.per_unit or 0, line.units_stated or 0, line.total or 0
    if not per or not units:
        problem = f"dòng “{line.label}” hỏi 0 người hoặc 0 đơn vị"
        yield Mistake(source, line.place, problem, "điền số người, số đơn vị hoặc xóa dòng")
    elif per * units != total:
        problem = (
            f"{vi_number(per)} × {vi_number(units)} = {vi_number(per * units)} phiếu, "
            f"nhưng dòng ghi {vi_number(total)} phiếu"
        )
        yield Mistake(source, line.place, problem, "đối chiếu với quyết định rồi sửa số sai")


def _whole(
    lines: list[ReadLine], stated: list[tuple[str, int]], source: str, mistakes: list[Mistake]
) -> int | None:
    """Return the largest total the text prints; it must be what all lines come to."""
    if not stated:
        return None
    place, total = max(stated, key=lambda found: found[1])
    added = sum(line.total or 0 for line in lines)
    if total != added:
        problem = (
            f"tổng ghi {vi_number(total)} phiếu nhưng các dòng cộng lại được "
            f"{vi_number(added)} phiếu"
        )
        mistakes.append(Mistake(source, place, problem, "đối chiếu với quyết định rồi sửa số sai"))
    return total
