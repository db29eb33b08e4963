"""The register of handed-over forms as a workbook: one row a kind of form, kept while it runs.

What was given and what came back is typed in; what is still out is a live formula.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from survey_app.printing.workbook_file import Cell, PaperBook, PaperSheet, Sum, at
from survey_app.security import grouped
from survey_app.services.field_papers import Handover, HandoverPaper
from survey_app.services.paper_words import written_day

PRINTED, GIVEN, BACK, OUT = 6, 7, 8, 9
COLUMNS: Final = (
    ("STT", 12, "code"),
    ("Bên nhận", 52, "text"),
    ("Dòng", 20, "code"),
    ("Đối tượng", 58, "text"),
    ("Loại phiếu", 24, "text"),
    ("Số ghi trên phiếu", 34, "text"),
    ("Đã in", 16, "count"),
    ("Giao", 16, "count"),
    ("Nhận lại", 16, "count"),
    ("Chưa nộp", 16, "count"),
    ("Bên giao ký", 28, "text"),
    ("Bên nhận ký", 28, "text"),
)


def write_handover_workbook(paper: HandoverPaper) -> bytes:
    """Return the register, and a sheet with the serials of every printed form."""
    book = PaperBook(paper.imprint)
    sheet = book.sheet("Bàn giao", [width for _name, width, _look in COLUMNS])
    sheet.across("SỔ THEO DÕI BÀN GIAO PHIẾU ĐIỀU TRA", "title")
    sheet.across(paper.subject, "attached")
    sheet.across(f"Hạn trả lời của đợt: hết ngày {written_day(paper.closes)}", "attached")
    sheet.gap()
    sheet.headings([name for name, _width, _look in COLUMNS], freeze=2)
    looks = [look for _name, _width, look in COLUMNS]
    first = sheet.next
    for record in paper.records:
        for cells in _rows(record):
            row = sheet.next
            place = row - first + 1
            out = f'=IF({at(row, GIVEN)}="","",{at(row, GIVEN)}-{at(row, BACK)})'
            sheet.row((place, *cells, None, None, Sum(out, ""), None, None), looks)
    _totals(sheet, first, sum(_printed(record) for record in paper.records))
    sheet.sign(("NGƯỜI LẬP", "THỦ TRƯỞNG CƠ QUAN"))
    _serials(book, paper)
    return book.close()


def _rows(record: Handover) -> Iterator[tuple[Cell, ...]]:
    receiver = record.receiver or f"({record.about})"
    for line in record.lines:
        for form in line.kinds:
            yield (receiver, line.rule, line.group, form.kind, form.numbers, form.count)


def _printed(record: Handover) -> int:
    return sum(len(line.sheets) + len(line.slips) for line in record.lines)


def _totals(sheet: PaperSheet, first: int, printed: int) -> None:
    last = sheet.next - 1
    values = {PRINTED: printed, GIVEN: 0, BACK: 0, OUT: 0}
    cells: list[Cell] = [
        Sum(f"=SUM({at(first, place)}:{at(last, place)})", values[place])
        if place in values
        else "Tổng cộng" if place == 1 else None
        for place in range(len(COLUMNS))
    ]  # fmt: skip
    sheet.row(cells, ["total" if place in values else "strong" for place in range(len(COLUMNS))])


def _serials(book: PaperBook, paper: HandoverPaper) -> None:
    """List sheets by serial, each with a place to tick when given and when returned."""
    listed = [
        (record.receiver or f"({record.about})", line.rule, grouped(serial))
        for record in paper.records
        for line in record.lines
        for serial in line.sheets
    ]
    if not listed:
        return
    sheet = book.sheet("Bảng kê số phiếu", (14, 80, 26, 34, 22, 22, 50))
    sheet.across("BẢNG KÊ SỐ PHIẾU GIẤY", "title")
    sheet.gap()
    headings = ("STT", "Bên nhận", "Dòng", "Số phiếu", "Giao", "Nhận lại", "Ghi chú")
    sheet.headings(headings, freeze=2)
    looks = ("code", "text", "code", "code", "code", "code", "text")
    for place, (receiver, rule, serial) in enumerate(listed, 1):
        sheet.row((place, receiver, rule, serial, None, None, None), looks)
