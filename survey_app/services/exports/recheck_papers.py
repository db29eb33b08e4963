"""Papers of a re-check: the sheet callers write on, and the minutes for the council.

The call sheet holds names and telephones and is for callers only; the minutes hold rates and
nobody's name but the enumerators'.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from questionnaires.wording import vi_number
from survey_app.formats import day
from survey_app.models import CallState, Campaign, Recheck, RecheckCall
from survey_app.services.exports.look import Column
from survey_app.services.exports.papers import Paper, Papers
from survey_app.services.paper_words import place_of
from survey_app.services.recheck_places import Place
from survey_app.services.recheck_results import Flag, RateLine, Results

CALLS: Final = (
    Column("Dòng", 6, "code"),
    Column("Họ và tên", 22, "wrap"),
    Column("Cơ quan, địa chỉ", 23, "wrap"),
    Column("Điện thoại", 13, "wrap"),
    Column("Danh sách", 13, "code"),
    Column("Điều tra viên theo danh sách", 18, "wrap"),
    Column("1. Có được hỏi?", 10, "code"),
    Column("2. Đúng người hỏi?", 10, "code"),
    Column("3. Đã nhận tiền?", 10, "code"),
    Column("Kết quả gọi", 11, "code"),
    Column("Ghi chú", 15, "wrap"),
)
PLACE: Final = Column("STT", 5, "code")
RATES: Final = (
    Column("Đã gọi", 7, "count"),
    Column("Gặp được", 7, "count"),
    Column("Xác nhận", 8, "count"),
    Column("Không được hỏi", 9, "count"),
    Column("Không đúng người", 9, "count"),
    Column("Không nhận tiền", 9, "count"),
    Column("Tỷ lệ xác nhận", 8, "percent"),
    Column("Khoảng tin cậy từ", 8, "percent"),
    Column("đến", 8, "percent"),
    Column("Nhận xét", 20, "wrap"),
)
ANSWERS: Final = {True: "Có", False: "Không", None: ""}
BLANK: Final = "Có / Không"
STATES: Final = {
    CallState.WAITING: "",
    CallState.REACHED: "gặp được",
    CallState.NOT_REACHED: "không gặp",
    CallState.REFUSED: "từ chối",
}
FLAGS: Final = {
    Flag.NONE: "đạt",
    Flag.BELOW: "dưới mức, có thể do ngẫu nhiên",
    Flag.SURELY_BELOW: "dưới mức",
    Flag.UNKNOWN: "chưa gặp được ai",
}
QUESTIONS: Final = (
    "Câu 1. Ông/Bà có được mời trả lời phiếu lấy ý kiến này không?",
    "Câu 2. Người hỏi hoặc đưa phiếu có phải là người ghi trong danh sách không?",
    "Câu 3. Ông/Bà đã nhận thù lao chưa?",
    "Không hỏi về nội dung đã trả lời trong phiếu. Không gặp sau ba lần gọi: ghi “không gặp”.",
)


def call_sheet(
    campaign: Campaign, recheck: Recheck, calls: Sequence[tuple[Place, RecheckCall]]
) -> bytes:
    """Write the sheet for callers; what was entered stands on it already."""
    papers = Papers(campaign, "Phiếu gọi phúc tra")
    paper = papers.paper(f"Phúc tra {recheck.number}", "PHIẾU GỌI PHÚC TRA", CALLS, landscape=True)
    paper.line(f"({campaign.title})", "italic")
    paper.line(_drawn(recheck), "italic")
    paper.next += 1
    for question in QUESTIONS:
        paper.line(question)
    paper.header()
    for place, call in calls:
        person = call.participation
        who = person.enumerator
        waits = call.state is CallState.WAITING
        asked, right, paid = (
            (BLANK if waits else ANSWERS[answer]) if applies else "–"
            for answer, applies in (
                (call.was_asked, True),
                (call.right_person, who is not None),
                (call.was_paid, person.fee_vnd > 0),
            )
        )
        paper.row(
            (
                str(call.line),
                person.name,
                person.office,
                person.phone,
                place.person.key,
                (who.name or who.email) if who else "",
                asked,
                right,
                paid,
                STATES[call.state],
                call.note,
            ),
            tall=True,
        )
    paper.signatures(place_of(campaign.organisation), ("NGƯỜI GỌI", "NGƯỜI GIÁM SÁT"))
    return papers.close()


def minutes_paper(campaign: Campaign, results: Results) -> bytes:
    """Write what the council is told: rates, intervals and who is below the set rate."""
    papers = Papers(campaign, "Kết quả phúc tra")
    number = results.recheck.number
    for whom, lines in (("Đơn vị", results.units), ("Điều tra viên", results.enumerators)):
        by = f"{whom[0].lower()}{whom[1:]}"
        title = f"BẢNG TỔNG HỢP KẾT QUẢ PHÚC TRA THEO {by.upper()}"
        columns = (PLACE, Column(whom, 30, "wrap"), *RATES)
        paper = papers.paper(f"Theo {by}", title, columns, landscape=True)
        paper.line(f"({campaign.title})", "italic")
        paper.line(_drawn(results.recheck), "italic")
        paper.next += 1
        paper.line(
            f"Lần phúc tra số {number}: {vi_number(results.listed)} người trong danh sách, gọi "
            f"{vi_number(results.due - results.waiting)} người, gặp được "
            f"{vi_number(results.reached)}, không gặp hoặc từ chối {vi_number(results.failed)}, "
            f"còn {vi_number(results.waiting)} người chưa gọi."
        )
        _rates(paper, lines)
        paper.next += 1
        paper.line(
            "Xác nhận: không câu trả lời nào trái với danh sách. Khoảng tin cậy 95% "
            "theo Wilson. Người không gặp được không bị coi là trái danh sách.",
            "words",
        )
        paper.signatures(place_of(campaign.organisation), ("NGƯỜI LẬP", "TM. HỘI ĐỒNG THẨM ĐỊNH"))
    return papers.close()


def _drawn(recheck: Recheck) -> str:
    return (
        f"Rút ngày {day(recheck.drawn_at.date())} bằng số công khai “{recheck.seed}”, tỷ lệ "
        f"{_share(recheck.share)}, mức tối thiểu {_share(recheck.least_rate)}, mã băm danh sách "
        f"{recheck.frame_sha256[:16]}…"
    )


def _share(share: object) -> str:
    return f"{float(str(share)) * 100:.4g}%".replace(".", ",")


def _rates(paper: Paper, lines: Sequence[RateLine]) -> None:
    paper.header()
    for place, line in enumerate(lines, 1):
        rate, limits = line.rate, line.rate.limits
        figures = (
            rate.called,
            rate.reached,
            rate.agreed,
            rate.not_asked,
            rate.other_enumerator,
            rate.not_paid,
            rate.rate,
            limits.low if limits else None,
            limits.high if limits else None,
            FLAGS[rate.flag],
        )
        paper.row((str(place), line.name, *figures), bold=line.is_flagged)
