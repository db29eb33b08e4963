"""The annex of a plan as a workbook: one sheet a kind of unit and one that adds them up.

Every sum is a live formula: whoever tries another number sees what it does to the totals, to
the money and to the totals the decision prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from questionnaires.vietnamese_numbers import dong_in_words
from survey_app.printing.workbook_file import Cell, PaperBook, PaperSheet, Sum, at
from survey_app.services.plan_annex import Annex, AnnexRule
from survey_app.services.plan_papers import PaidLine, PlanPaper, need_annex

SUMMARY: Final = "Tổng hợp"

S_CODE, S_GROUP, S_FORM, S_DESIGN, S_UNITS, S_PEOPLE, S_BALLOTS, S_RATE, S_AMOUNT = range(9)
SUMMARY_COLUMNS: Final = (
    ("Dòng", 22, "code"),
    ("Đối tượng", 70, "text"),
    ("Mẫu phiếu", 18, "code"),
    ("Cách lấy", 18, "code"),
    ("Số đơn vị", 18, "count"),
    ("Số người", 20, "count"),
    ("Số phiếu", 20, "count"),
    ("Mức chi (đồng)", 26, "count"),
    ("Thành tiền (đồng)", 32, "count"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an annex stands in the book: its sheet, its first and last unit."""

    annex: Annex
    sheet: PaperSheet
    first: int
    last: int

    def column(self, rule: AnnexRule) -> int:
        """Column of a line of the plan."""
        return FIRST_RULE + self.annex.rules.index(rule)

    def targets(self, rule: AnnexRule) -> str:
        """Address of the ballots of a line."""
        return self.sheet.area(self.column(rule), self.first, self.last)


FIRST_RULE: Final = 2


def write_annex_workbook(paper: PlanPaper) -> bytes:
    """Return the annexes of a plan as a workbook.

    Raises
    ------
    ConflictError
        If the plan has none.

    """
    book = PaperBook(need_annex(paper).imprint)
    places = [_annex(book, annex, paper) for annex in paper.annexes]
    _summary(book, paper, places)
    return book.close()


# --- one kind of unit --------------------------------------------------------------------


def _annex(book: PaperBook, annex: Annex, paper: PlanPaper) -> Place:
    rules = annex.rules
    sheet = book.sheet(annex.label, (12, 78, *(30 for _ in rules), 24))
    sheet.across(annex.label, "label")
    sheet.across(annex.subject, "title")
    sheet.across(paper.attached, "attached")
    sheet.gap()
    headings = ("STT", "Đơn vị", *(f"{rule.code}\n{rule.group}" for rule in rules), "Cộng")
    sheet.headings(headings, freeze=FIRST_RULE)
    first = sheet.next
    last_rule = FIRST_RULE + len(rules) - 1
    looks = ("code", "text", *("count" for _ in rules), "total")
    for place, unit in enumerate(annex.units, 1):
        here = sheet.next
        across = f"=SUM({at(here, FIRST_RULE)}:{at(here, last_rule)})"
        sheet.row(
            (
                place,
                unit.name,
                *(annex.targets.get((unit.code, rule.code), 0) for rule in rules),
                Sum(across, annex.of_unit(unit.code)),
            ),
            looks,
        )
    done = Place(annex, sheet, first, sheet.next - 1)
    _totals(done)
    for note in annex.notes:
        sheet.across(note, "note")
    return done


def _totals(place: Place) -> None:
    """Add up down and across, and say that both agree."""
    sheet, annex = place.sheet, place.annex
    looks = ["strong", "strong", *("total" for _ in annex.rules), "total"]
    total_column = FIRST_RULE + len(annex.rules)
    down = [
        Sum(f"=SUM({at(place.first, n)}:{at(place.last, n)})", value)
        for n, value in enumerate(
            (*(annex.of_rule(rule.code) for rule in annex.rules), annex.total), FIRST_RULE
        )
    ]
    row = sheet.row(("", "Tổng cộng (phiếu)", *down), looks)
    people = [_people(place, rule) for rule in annex.rules]
    everybody = f"=SUM({at(row + 1, FIRST_RULE)}:{at(row + 1, total_column - 1)})"
    asked = sum(rule.people for rule in annex.rules)
    sheet.row(("", "Số người trả lời", *people, Sum(everybody, asked)), looks)
    across = f"SUM({at(row, FIRST_RULE)}:{at(row, total_column - 1)})"
    sheet.put(
        sheet.next,
        1,
        Sum(
            f'=IF({across}={at(row, total_column)},"Cộng ngang khớp cộng dọc",'
            '"CỘNG NGANG KHÔNG KHỚP CỘNG DỌC")',
            "Cộng ngang khớp cộng dọc",
        ),
        "plain",
    )
    sheet.next += 1


def _people(place: Place, rule: AnnexRule) -> Sum:
    """People of a shared line are as many as it asks about any one unit."""
    function = "MAX" if rule.crossed else "SUM"
    column = place.column(rule)
    area = f"{at(place.first, column)}:{at(place.last, column)}"
    return Sum(f"={function}({area})", rule.people)


# --- everything together -----------------------------------------------------------------


def _summary(book: PaperBook, paper: PlanPaper, places: list[Place]) -> None:
    sheet = book.sheet(SUMMARY, [width for _name, width, _look in SUMMARY_COLUMNS])
    sheet.across("TỔNG HỢP SỐ PHIẾU VÀ KINH PHÍ", "title")
    sheet.across(paper.attached, "attached")
    sheet.gap()
    sheet.headings([name for name, _width, _look in SUMMARY_COLUMNS], freeze=1)
    looks = [look for _name, _width, look in SUMMARY_COLUMNS]
    first = sheet.next
    rows: dict[str, int] = {}
    for place in places:
        for rule in place.annex.rules:
            rows[rule.code] = sheet.row(_rule(sheet.next, place, rule), looks)
    units = {place.annex.kind: place for place in places}
    for line in paper.budget:
        if not line.by_ballot:
            sheet.row(_enumerators(sheet.next, line, units.get(line.code)), looks)
    _grand_total(sheet, paper, places, first)
    _stated(sheet, paper, rows)


def _rule(row: int, place: Place, rule: AnnexRule) -> tuple[Cell, ...]:
    area = place.targets(rule)
    asked = sum(1 for key, n in place.annex.targets.items() if key[1] == rule.code and n)
    return (
        rule.code,
        rule.group,
        rule.form,
        "chung" if rule.crossed else "riêng",
        Sum(f'=COUNTIF({area},">0")', asked),
        Sum(f"={'MAX' if rule.crossed else 'SUM'}({area})", rule.people),
        Sum(f"=SUM({area})", rule.total),
        rule.fee_vnd,
        Sum(f"={at(row, S_BALLOTS)}*{at(row, S_RATE)}", rule.total * rule.fee_vnd),
    )


def _enumerators(row: int, line: PaidLine, place: Place | None) -> tuple[Cell, ...]:
    names = place.sheet.area(1, place.first, place.last) if place else None
    units: Cell = Sum(f"=COUNTA({names})", line.quantity) if names else line.quantity
    amount = Sum(f"={at(row, S_UNITS)}*{at(row, S_RATE)}", line.amount_vnd)
    return ("", line.what, "", "", units, None, None, line.rate_vnd, amount)


def _grand_total(sheet: PaperSheet, paper: PlanPaper, places: list[Place], first: int) -> None:
    rules = [rule for place in places for rule in place.annex.rules]
    sums = {
        S_PEOPLE: sum(rule.people for rule in rules),
        S_BALLOTS: sum(rule.total for rule in rules),
        S_AMOUNT: sum(line.amount_vnd for line in paper.budget),
    }
    last = sheet.next - 1
    row = sheet.next
    for place in range(len(SUMMARY_COLUMNS)):
        total = sums.get(place)
        area = f"{at(first, place)}:{at(last, place)}"
        cell = None if total is None else Sum(f"=SUM({area})", total)
        sheet.put(row, place, cell, "total")
    sheet.put(row, S_GROUP, "Tổng cộng", "strong")
    sheet.next += 1
    if sums[S_AMOUNT]:
        words = f"Bằng chữ: {dong_in_words(sums[S_AMOUNT])}."
        changed = "(số đã sửa: tải lại tệp để có số bằng chữ)"
        formula = f'=IF({at(row, S_AMOUNT)}={sums[S_AMOUNT]},"{words}","{changed}")'
        sheet.put(sheet.next, S_GROUP, Sum(formula, words), "plain")
    sheet.next += 2


def _stated(sheet: PaperSheet, paper: PlanPaper, rows: dict[str, int]) -> None:
    """Lay the totals the decision prints beside what its lines add up to."""
    if not paper.stated:
        return
    sheet.put(sheet.next, 0, "Đối chiếu với số kế hoạch ghi (phiếu)", "section")
    sheet.next += 1
    sheet.merged(sheet.next, 0, S_DESIGN, "Mục", "head")
    for place, heading in ((S_UNITS, "Ghi"), (S_PEOPLE, "Cộng lại"), (S_BALLOTS, "Đối chiếu")):
        sheet.put(sheet.next, place, heading, "head")
    sheet.next += 1
    for label, codes, total in paper.stated:
        row = sheet.next
        terms = ",".join(at(rows[code], S_BALLOTS) for code in codes)
        sheet.merged(row, 0, S_DESIGN, label, "text")
        sheet.put(row, S_UNITS, total, "count")
        sheet.put(row, S_PEOPLE, Sum(f"=SUM({terms})", total), "count")
        said = f'=IF({at(row, S_UNITS)}={at(row, S_PEOPLE)},"khớp","LỆCH")'
        sheet.put(row, S_BALLOTS, Sum(said, "khớp"), "code")
        sheet.next += 1
