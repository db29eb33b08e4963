"""Papers people sign for their fee: lists of respondents and of enumerators.

What is on them comes from ``services.field_lists``; names are printed, telephones are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from questionnaires.vietnamese_numbers import dong_in_words
from questionnaires.wording import vi_number
from survey_app.models import Campaign, Unit
from survey_app.services.exports.look import Column
from survey_app.services.exports.papers import Papers
from survey_app.services.paper_words import place_of
from survey_app.services.participation_lists import PeopleList

PAID: Final = (
    Column("STT", 5, "code"),
    Column("Họ và tên", 27),
    Column("Cơ quan, địa chỉ", 32),
    Column("Số tiền (đồng)", 13, "count"),
    Column("Ký nhận", 18),
)
UNPAID: Final = (
    Column("STT", 5, "code"),
    Column("Họ và tên", 30),
    Column("Cơ quan, địa chỉ", 40),
    Column("Ký tên", 20),
)
ENUMERATORS: Final = (
    Column("STT", 5, "code"),
    Column("Đơn vị được điều tra", 31),
    Column("Điều tra viên", 27),
    Column("Số tiền (đồng)", 13, "count"),
    Column("Ký nhận", 19),
)

DOTS: Final = "." * 110
"""Room to write the sum by hand on a list nobody stands on yet."""


@dataclass(frozen=True, slots=True)
class EnumeratorLine:
    """One surveyed unit: who went there (several names, or none yet) and the fee. [VND]."""

    unit: Unit
    names: tuple[str, ...]
    fee_vnd: int


def respondents_paper(
    campaign: Campaign, lists: Sequence[PeopleList], groups: dict[str, str]
) -> bytes:
    """Write one sheet for each list, with empty lines up to the number the plan asks for."""
    papers = Papers(campaign, "Danh sách người trả lời ký nhận")
    for one in lists:
        unit = f" {one.unit.code}" if one.unit else ""
        columns = PAID if one.fee_vnd else UNPAID
        title = "DANH SÁCH NGƯỜI TRẢ LỜI PHIẾU KÝ NHẬN THÙ LAO"
        paper = papers.paper(
            f"{one.rule.code}{unit}",
            title if one.fee_vnd else "DANH SÁCH NGƯỜI TRẢ LỜI PHIẾU",
            columns,
        )
        paper.line(_about(one, groups), "middle")
        paper.line(f"({campaign.title})", "italic")
        paper.header()
        first = paper.next
        for person in one.people:
            paid = (person.fee_vnd,) if one.fee_vnd else ()
            paper.row((str(person.line), person.name, person.office, *paid, None), tall=True)
        last = max((person.line for person in one.people), default=0)
        for line in range(last + 1, last + 1 + max(0, one.wanted - len(one.people))):
            paper.row((str(line), *[None] * (len(columns) - 1)), tall=True)
        if one.fee_vnd:
            paper.total("Cộng", first, {3: one.total_vnd if one.people else None})
            words = f"{dong_in_words(one.total_vnd)}." if one.people else DOTS
            paper.line(f"Bằng chữ: {words}", "words")
        paper.signatures(
            place_of(campaign.organisation),
            ("NGƯỜI LẬP DANH SÁCH", "XÁC NHẬN CỦA ĐƠN VỊ"),
        )
    return papers.close()


def _about(one: PeopleList, groups: dict[str, str]) -> str:
    whom = groups.get(one.rule.group, one.rule.group)
    about = one.unit.name if one.unit else "mọi đơn vị được đánh giá"
    fee = f"; mức chi: {vi_number(one.fee_vnd)} đồng/người" if one.fee_vnd else ""
    return (
        f"Mẫu phiếu {one.rule.form}; đối tượng: {whom}; đánh giá: {about}; "
        f"kế hoạch: {vi_number(one.wanted)} người{fee}"
    )


def enumerators_paper(campaign: Campaign, lines: Sequence[EnumeratorLine]) -> bytes:
    """Write the list of enumerators with their fee by unit."""
    papers = Papers(campaign, "Danh sách điều tra viên ký nhận thù lao")
    paper = papers.paper("Điều tra viên", "DANH SÁCH ĐIỀU TRA VIÊN KÝ NHẬN THÙ LAO", ENUMERATORS)
    paper.line(f"({campaign.title})", "italic")
    paper.header()
    first = paper.next
    for place, line in enumerate(lines, 1):
        unit = f"{line.unit.code} · {line.unit.name}"
        paper.row((str(place), unit, ", ".join(line.names), line.fee_vnd, None), tall=True)
    total = sum(line.fee_vnd for line in lines)
    paper.total("Cộng", first, {3: total})
    paper.line(f"Bằng chữ: {dong_in_words(total)}.", "words")
    paper.signatures(
        place_of(campaign.organisation), ("NGƯỜI LẬP DANH SÁCH", "KẾ TOÁN", "THỦ TRƯỞNG ĐƠN VỊ")
    )
    return papers.close()
