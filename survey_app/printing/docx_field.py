"""Papers of the field as Word files: the list of enumerators, records of handed-over forms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from questionnaires.wording import vi_number
from survey_app.printing.docx_parts import FILLED_IN, Paper
from survey_app.security import grouped
from survey_app.services.field_papers import (
    EnumeratorList,
    Handover,
    HandoverLine,
    HandoverPaper,
)
from survey_app.services.paper_words import DOTS, LONG_DOTS, Align, Column, Table, written_day

SIGN: Final = "(Ký, ghi rõ họ tên)"
ROW_MM: Final = 10
"""Height of a row somebody signs in. [mm]"""
SHORT_ROW_MM: Final = 8
"""Height of a row somebody writes a number in. [mm]"""
HALF_PAGE_PT: Final = 60
"""Room for a signature that shares the page with a table."""

ENUMERATORS: Final = (
    Column("STT", 12, Align.CENTER),
    Column("Đơn vị được điều tra", 58),
    Column("Họ và tên điều tra viên", 52),
    Column("Dòng phiếu", 32),
    Column("Số phiếu", 18, Align.RIGHT),
    Column("Chức vụ, nơi công tác", 45),
    Column("Ký tên", 30),
)
HANDOVER: Final = (
    Column("STT", 11, Align.CENTER),
    Column("Dòng, đối tượng", 55),
    Column("Loại phiếu", 23),
    Column("Số ghi trên phiếu", 28),
    Column("Đã in", 14, Align.RIGHT),
    Column("Giao", 14, Align.RIGHT),
    Column("Nhận lại", 15, Align.RIGHT),
)
LISTED: Final = "(theo bảng kê)"
SERIALS_ACROSS: Final = 3
SERIALS: Final = (Column("Số phiếu", 26, Align.CENTER), Column("Giao", 13), Column("Nhận", 14))


def write_enumerators(listed: EnumeratorList) -> bytes:
    """Return the list of enumerators as a Word file, across the page."""
    file = Paper(listed.imprint, landscape=True)
    file.letterhead(listed.letterhead, numbered=False)
    file.title("DANH SÁCH ĐIỀU TRA VIÊN", listed.subject)
    file.table(
        Table(
            ENUMERATORS,
            tuple(
                (str(place), line.unit, line.name, line.rules, vi_number(line.target), "", "")
                for place, line in enumerate(listed.lines, 1)
            ),
            row_mm=ROW_MM,
        ),
        tied=True,
    )
    lacking = f"; {vi_number(listed.unassigned)} đơn vị chưa phân công" if listed.unassigned else ""
    file.line(
        f"Danh sách có {vi_number(listed.people)} điều tra viên của "
        f"{vi_number(listed.units)} đơn vị{lacking}.",
        with_next=True,
    )
    file.signatures(
        [(("NGƯỜI LẬP DANH SÁCH",), SIGN), (("THỦ TRƯỞNG CƠ QUAN",), "(Ký, họ tên, đóng dấu)")]
    )
    return file.close()


def write_handovers(paper: HandoverPaper) -> bytes:
    """Return the records of handed-over forms as a Word file, each in a part of its own."""
    file = Paper(paper.imprint)
    for place, record in enumerate(paper.records):
        if place:
            file.new_part(landscape=False)
        _record(file, record, paper)
    return file.close()


def _record(file: Paper, record: Handover, paper: HandoverPaper) -> None:
    file.letterhead(paper.letterhead, day=False)
    file.title("BIÊN BẢN", f"Bàn giao {record.about}")
    file.line(f"Đợt điều tra: {paper.subject}.")
    day = f"ngày {DOTS} tháng {DOTS} năm {DOTS}"
    file.line(f"Hôm nay, {day}, tại {LONG_DOTS[:4]}, chúng tôi gồm:", FILLED_IN)
    for side, name in (("1. Bên giao", paper.giver), ("2. Bên nhận", record.receiver)):
        file.line(f"{side}: {name or LONG_DOTS}", "Heading 2")
        file.line(f"Ông (bà): {LONG_DOTS[:13]} Chức vụ: {LONG_DOTS[:8]}", FILLED_IN)
    file.line("Hai bên giao, nhận các phiếu sau:")
    file.table(Table(HANDOVER, tuple(_rows(record)), row_mm=SHORT_ROW_MM))
    file.line(
        f"Hạn trả lời của đợt: hết ngày {written_day(paper.closes)}. Biên bản được lập "
        "thành 02 bản có giá trị như nhau, mỗi bên giữ 01 bản./."
    )
    how = f"{SIGN}\nNgày {DOTS}/{DOTS}/{DOTS}"
    sides = ("BÊN GIAO", "BÊN NHẬN", "BÊN NỘP LẠI", "BÊN NHẬN LẠI")
    file.signatures([((side,), how) for side in sides], room=HALF_PAGE_PT)
    for line in record.lines:
        if line.sheets:
            _serials(file, line)


def _rows(record: Handover) -> Iterator[tuple[str, ...]]:
    """One row for each kind of form of a rule; one to fill in where nothing is printed."""
    for place, line in enumerate(record.lines, 1):
        named = f"{line.rule}: {line.group} (chỉ tiêu {vi_number(line.target)})"
        for nth, printed in enumerate(line.kinds):
            first = ("", line.rule) if nth else (str(place), named)
            count = vi_number(printed.count)
            numbers = printed.numbers or (LISTED if printed.count else "")
            yield (*first, printed.kind, numbers, count, "", "")


def _serials(file: Paper, line: HandoverLine) -> None:
    """List the serials of a rule, each with a place to tick when given and when returned."""
    kind = "quyển phiếu" if line.booklets else "phiếu giấy"
    count = vi_number(len(line.sheets))
    file.line(f"Bảng kê {count} {kind} dòng {line.rule}", "Heading 2")
    down = -(-len(line.sheets) // SERIALS_ACROSS)
    rows = []
    for row in range(down):
        cells = [cell for serial in line.sheets[row::down] for cell in (grouped(serial), "", "")]
        rows.append((*cells, *[""] * (len(SERIALS) * SERIALS_ACROSS - len(cells))))
    file.table(Table(SERIALS * SERIALS_ACROSS, tuple(rows)))
