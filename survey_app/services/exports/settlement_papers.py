"""Papers of the settlement: one unit's advance paid back, and the whole campaign's account.

Paid, returned and counted stand side by side, each difference with its explanation, totals in
words. Who may print them when is decided by ``services.settlement``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from questionnaires.vietnamese_numbers import dong_in_words
from questionnaires.wording import vi_number
from sampling.fees import Payee
from survey_app.formats import day
from survey_app.models import Campaign, Verdict
from survey_app.services.exports.look import Column
from survey_app.services.exports.papers import Paper, Papers
from survey_app.services.money_numbers import Gap, Money, PayLine, UnitMoney
from survey_app.services.paper_words import place_of
from survey_app.services.respondent_kinds import RuleKinds
from survey_app.services.substitutions import CellMix

LINES: Final = (
    Column("STT", 5, "code"),
    Column("Nội dung chi", 33),
    Column("Chỉ tiêu", 8, "count"),
    Column("Thu về", 8, "count"),
    Column("Được tính", 8, "count"),
    Column("Người ký", 8, "count"),
    Column("Mức chi (đồng)", 10, "count"),
    Column("Phải trả (đồng)", 13, "count"),
    Column("Đã chi (đồng)", 13, "count"),
    Column("Chênh lệch (đồng)", 12, "count"),
    Column("Giải thích", 30, "wrap"),
)
UNITS: Final = (
    Column("STT", 5, "code"),
    Column("Đơn vị", 34),
    Column("Đã tạm ứng", 14, "amount"),
    Column("Phải trả", 14, "amount"),
    Column("Đã chi", 14, "amount"),
    Column("Nộp lại", 13, "amount"),
    Column("Chi thêm", 13, "amount"),
)
FEES: Final = (
    Column("STT", 5, "code"),
    Column("Nội dung chi", 44),
    Column("Mức chi (đồng)", 11, "count"),
    Column("Số lượng dự toán", 11, "count"),
    Column("Dự toán (đồng)", 14, "count"),
    Column("Số lượng quyết toán", 11, "count"),
    Column("Quyết toán (đồng)", 14, "count"),
)
SUBSTITUTIONS: Final = (
    Column("STT", 5, "code"),
    Column("Đơn vị", 22),
    Column("Đối tượng kế hoạch", 26, "wrap"),
    Column("Đối tượng bổ sung", 22, "wrap"),
    Column("Số chỗ", 8, "count"),
    Column("Lý do", 30, "wrap"),
    Column("Người đề nghị", 18, "wrap"),
    Column("Quyết định", 24, "wrap"),
)
VERDICTS: Final = {
    Verdict.ASKED: "chưa quyết định",
    Verdict.GRANTED: "đồng ý",
    Verdict.REFUSED: "không đồng ý",
}
GAPS: Final = {
    Gap.NO_LIST: "chưa có bảng kê",
    Gap.AMOUNT: "lệch số tiền",
    Gap.PEOPLE: "lệch số người",
    Gap.MARKS: "lệch danh sách",
}
TOO_FEW: Final = "ít người, không tách"


@dataclass(frozen=True)
class Account:
    """Everything the account of a campaign prints."""

    money: Money
    kinds: Sequence[RuleKinds]
    mixes: Sequence[CellMix]
    groups: dict[str, str]


# --- one unit ----------------------------------------------------------------------------


def unit_settlement_paper(campaign: Campaign, unit: UnitMoney, account: Account) -> bytes:
    """Write the settlement of what one unit was advanced."""
    papers = Papers(campaign, "Giấy thanh toán tiền tạm ứng")
    paper = papers.paper(
        f"Thanh toán {unit.unit.code}", "GIẤY THANH TOÁN TIỀN TẠM ỨNG", LINES, landscape=True
    )
    paper.line(f"Điều tra lấy phiếu về {unit.unit.name}", "middle")
    paper.line(f"({campaign.title})", "italic")
    paper.next += 1
    paper.line("I. Số tiền đã tạm ứng:")
    for advance in unit.advances:
        if not advance.struck_out:
            paper.line(
                f"    Ngày {day(advance.paid_on)}: {vi_number(advance.amount_vnd)} đồng, người "
                f"nhận {advance.receiver}"
            )
    paper.line(f"    Cộng: {vi_number(unit.advanced_vnd)} đồng.")
    paper.line(f"II. Số tiền đã chi ({_basis(account.money)}):")
    _lines(paper, unit.lines, account.groups)
    paper.next += 1
    back = unit.to_return_vnd
    what = "Tạm ứng chi không hết, nộp lại" if back >= 0 else "Chi quá số tạm ứng, đề nghị chi thêm"
    paper.line(f"III. {what}: {vi_number(abs(back))} đồng.")
    paper.line(f"Bằng chữ: {dong_in_words(abs(back))}.", "words")
    paper.signatures(
        place_of(campaign.organisation),
        ("NGƯỜI ĐỀ NGHỊ THANH TOÁN", "KẾ TOÁN", "THỦ TRƯỞNG ĐƠN VỊ"),
    )
    return papers.close()


def _basis(money: Money) -> str:
    paid = "mọi phiếu thu về" if money.basis == "returned" else "phiếu hợp lệ"
    return f"thù lao tính theo {paid}"


def _lines(paper: Paper, lines: Iterable[PayLine], groups: dict[str, str]) -> None:
    paper.header()
    first = paper.next
    owed = paid = 0
    for place, line in enumerate(lines, 1):
        paper.row((str(place), _whom(line, groups), *_figures(line)))
        owed, paid = owed + line.owed_vnd, paid + line.paid_vnd
    paper.total("Cộng", first, {7: owed, 8: paid, 9: paid - owed})
    paper.line(f"Đã chi, bằng chữ: {dong_in_words(paid)}.", "words")


def _whom(line: PayLine, groups: dict[str, str]) -> str:
    if line.rule is None:
        return "Điều tra viên"
    return f"{line.code} · {groups.get(line.group, line.group)}"


def _figures(line: PayLine) -> tuple[int | str | None, ...]:
    state = line.state
    forms = (state.target, line.returned, state.counted) if line.rule else (None, None, None)
    return (
        *forms,
        line.paid.people if line.paid else 0,
        line.rate_vnd,
        line.owed_vnd,
        line.paid_vnd,
        line.difference_vnd,
        "; ".join(part for part in (_not_counted(line), *_explained(line)) if part),
    )


def _explained(line: PayLine) -> Iterator[str]:
    """Yield what explains the differences, each named where there are several."""
    said = {gap: line.explanation(gap) for gap in line.gaps}
    for words in dict.fromkeys(filter(None, said.values())):
        about = ", ".join(GAPS[gap] for gap in said if said[gap] == words)
        yield f"{about}: {words}" if len(said) > 1 else words


def _not_counted(line: PayLine) -> str:
    """Say why ballots that came back are not counted."""
    state = line.state
    parts = (
        (state.invalid, "không hợp lệ"),
        (state.excluded, "bị loại"),
        (state.over_target, "vượt chỉ tiêu"),
        (state.set_aside, "để riêng"),
    )
    said = ", ".join(f"{vi_number(n)} {what}" for n, what in parts if n)
    return f"không tính: {said}" if said else ""


# --- the campaign ------------------------------------------------------------------------


def campaign_settlement_paper(campaign: Campaign, account: Account) -> bytes:
    """Write the account of a whole campaign: units, fees, every line, kinds, substitutions."""
    papers = Papers(campaign, "Quyết toán kinh phí điều tra")
    _units(papers, account)
    _fees(papers, account)
    _details(papers, account)
    _kinds(papers, account)
    _substitutions(papers, account)
    return papers.close()


def _units(papers: Papers, account: Account) -> None:
    campaign, money = papers.campaign, account.money
    paper = papers.paper("Tổng hợp", "QUYẾT TOÁN KINH PHÍ ĐIỀU TRA XÃ HỘI HỌC", UNITS)
    paper.line(f"({campaign.title})", "italic")
    paper.line(f"Đơn vị tính: đồng; {_basis(money)}", "italic")
    paper.header()
    first = paper.next
    sums = [0] * 5
    for place, unit in enumerate(money.units, 1):
        back = unit.to_return_vnd
        row = [unit.advanced_vnd, unit.owed_vnd, unit.paid_vnd, max(0, back), max(0, -back)]
        sums = [a + b for a, b in zip(sums, row, strict=True)]
        paper.row((str(place), f"{unit.unit.code} · {unit.unit.name}", *row))
    for line in money.shared:
        row = [0, line.owed_vnd, line.paid_vnd, 0, 0]
        sums = [a + b for a, b in zip(sums, row, strict=True)]
        what = f"{_whom(line, account.groups)} (đánh giá chung, cơ quan chủ trì trả)"
        paper.row((None, what, *row))
    paper.total("Tổng cộng", first, dict(enumerate(sums, 2)))
    paper.line(f"Đã chi, bằng chữ: {dong_in_words(money.paid_vnd)}.", "words")
    paper.signatures(place_of(campaign.organisation), ("NGƯỜI LẬP", "KẾ TOÁN", "THỦ TRƯỞNG ĐƠN VỊ"))


def _fees(papers: Papers, account: Account) -> None:
    money = account.money
    paper = papers.paper("Dự toán, quyết toán", "DỰ TOÁN VÀ QUYẾT TOÁN THEO NỘI DUNG CHI", FEES)
    paper.line("Quyết toán là số phải trả theo phiếu và đơn vị đã điều tra.", "italic")
    paper.header()
    first = paper.next
    for place, (planned, owed) in enumerate(money.fee_lines, 1):
        paper.row(
            (
                str(place),
                f"{planned.code} · {planned.label.vi}"
                if planned.payee is Payee.RESPONDENT
                else f"Điều tra viên: {planned.label.vi}",
                planned.rate_vnd,
                planned.quantity,
                planned.amount_vnd,
                owed.quantity,
                owed.amount_vnd,
            )
        )
    paper.total("Tổng cộng", first, {4: money.budget.total_vnd, 6: money.owed_vnd})
    paper.line(f"Phải trả, bằng chữ: {dong_in_words(money.owed_vnd)}.", "words")


def _details(papers: Papers, account: Account) -> None:
    paper = papers.paper("Chi tiết", "CHI TIẾT THEO ĐƠN VỊ VÀ DÒNG PHÂN BỔ", LINES, landscape=True)
    paper.header()
    first = paper.next
    lines = account.money.lines
    for place, line in enumerate(lines, 1):
        unit = line.unit.name if line.unit else "mọi đơn vị"
        paper.row((str(place), f"{unit} · {_whom(line, account.groups)}", *_figures(line)))
    owed = sum(line.owed_vnd for line in lines)
    paid = sum(line.paid_vnd for line in lines)
    paper.total("Cộng", first, {7: owed, 8: paid, 9: paid - owed})


def _kinds(papers: Papers, account: Account) -> None:
    for kinds in account.kinds:
        columns = (
            Column("STT", 5, "code"),
            Column("Đơn vị", 34),
            *(Column(label.vi, 13, "count") for label in kinds.labels.values()),
            Column("Số người", 10, "count"),
        )
        paper = papers.paper(f"Đối tượng {kinds.rule.code}", "ĐỐI TƯỢNG THỰC TẾ TRẢ LỜI", columns)
        whom = account.groups.get(kinds.rule.group, kinds.rule.group)
        paper.line(f"{kinds.rule.code} · {whom}", "middle")
        paper.line(
            "Đếm theo câu người trả lời tự khai trên phiếu thu về, không theo danh sách ký nhận; "
            "ô có quá ít người không được tách.",
            "italic",
        )
        paper.header()
        for place, unit in enumerate(kinds.units, 1):
            counts = unit.counts
            told = [counts.get(code, 0) if counts else TOO_FEW for code in kinds.labels]
            paper.row((str(place), unit.unit.name, *told, unit.people))
        total = kinds.total
        told = [total.get(code, 0) if total else TOO_FEW for code in kinds.labels]
        paper.row((None, "Cộng", *told, kinds.people), bold=True)


def _substitutions(papers: Papers, account: Account) -> None:
    requests = [(mix, one) for mix in account.mixes for one in reversed(mix.requests)]
    if not requests:
        return
    paper = papers.paper(
        "Lấy bổ sung", "ĐỐI TƯỢNG LẤY BỔ SUNG TRONG CÙNG Ô CHỈ TIÊU", SUBSTITUTIONS, landscape=True
    )
    paper.header()
    for place, (mix, one) in enumerate(requests, 1):
        decided = VERDICTS[one.state] + (f", {one.decided_by}" if one.decided_by else "")
        paper.row(
            (
                str(place),
                f"{mix.cell.rule.code} · {mix.cell.unit.name}",
                account.groups.get(one.planned, one.planned),
                account.groups.get(one.actual, one.actual),
                one.places,
                one.reason,
                one.asked_by,
                f"{decided}: {one.note}" if one.note else decided,
            )
        )
