"""The table of a decision becomes a plan, or one list of everything that is wrong with it."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from questionnaires.errors import DefinitionError
from questionnaires.grids import grid_of_csv, grid_of_text, grid_of_workbook
from questionnaires.loader import load_campaign
from questionnaires.model import Design
from questionnaires.plan_lines import looks_like_lines, read_lines
from questionnaires.plan_table import known_units, read_table, whole_number
from questionnaires.plan_taking import Choices, take_plan

PLAN = load_campaign("bo_trach_2020")
DEPARTMENTS = [unit for unit in PLAN.units if unit.kind == "department"]
COMMUNES = [unit for unit in PLAN.units if unit.kind == "commune"]
WORDS = "\n".join(rule.wording for rule in PLAN.rules)


def rows(numbers=None, units=DEPARTMENTS, rules=("CH1", "CH2", "CH3", "CH4")):
    """Rows of a table as a decision prints it: groups down, units across, totals around."""
    label = {group.code: group.label.vi for group in PLAN.groups}
    body = []
    for place, code in enumerate(rules):
        rule = PLAN.rule_by_code[code]
        wanted = (numbers or {}).get(code, [rule.per_unit] * len(units))
        body.append([str(place + 1), label[rule.group], rule.form, *map(str, wanted)])
    sums = [sum(int(row[3 + i] or 0) for row in body) for i in range(len(units))]
    for row in body:
        row.append(str(sum(int(n or 0) for n in row[3:])))
    head = ["STT", "Đối tượng", "Mẫu phiếu", *(unit.name for unit in units), "Tổng cộng"]
    return [head, *body, ["", "Tổng cộng", "", *map(str, sums), str(sum(sums))]]


def pasted(table):
    return "\n".join("\t".join(row) for row in table)


def read(table):
    return read_table(grid_of_text(pasted(table)), PLAN)


def mistakes(action):
    with pytest.raises(DefinitionError) as caught:
        action()
    return "\n".join(str(mistake) for mistake in caught.value.mistakes)


def test_the_nine_lines_of_the_plan_are_read_in_its_own_words():
    reading = read_lines(f"a) Phòng chuyên môn\n{WORDS}\nTổng số phiếu: 3.108 phiếu", PLAN)

    assert [line.rule for line in reading.lines] == [rule.code for rule in PLAN.rules]
    assert [line.total for line in reading.lines] == [rule.stated_total for rule in PLAN.rules]
    assert reading.total == 3108
    assert reading.mistakes == ()
    assert take_plan(PLAN, reading).rules == PLAN.rules


def test_a_line_that_is_off_by_one_and_a_total_that_is_off_are_both_named():
    wrong = WORDS.replace("= 195 phiếu", "= 196 phiếu").replace("30 người x", "0 người x")

    said = mistakes(lambda: take_plan(PLAN, read_lines(wrong + "\nTổng: 3.108 phiếu", PLAN)))

    assert "15 × 13 = 195 phiếu, nhưng dòng ghi 196 phiếu" in said
    assert "hỏi 0 người" in said
    assert "“Tổng: 3.108 phiếu” ghi tổng 3.108 phiếu nhưng cộng lại được 3.109 phiếu" in said


def test_a_line_about_more_units_than_there_are_is_refused():
    wrong = WORDS.replace("10 người * 13 phòng = 130", "10 người * 14 phòng = 140")

    said = mistakes(lambda: take_plan(PLAN, read_lines(wrong, PLAN)))

    assert "dòng ghi 14 đơn vị nhưng đợt này có 13" in said


@pytest.mark.parametrize("turned", [False, True])
def test_a_table_is_read_whichever_way_it_lies(turned):
    table = rows()
    table = [list(row) for row in zip(*table, strict=True)] if turned else table

    reading = read(table)
    taken = take_plan(PLAN, reading)

    assert reading.mistakes == ()
    assert [line.rule for line in reading.lines] == ["CH1", "CH2", "CH3", "CH4"]
    assert [unit.match.code for unit in reading.units] == [unit.code for unit in DEPARTMENTS]
    assert taken.rules == PLAN.rules
    assert {total.total for total in taken.stated_totals} >= {1092, 3108}


def test_numbers_may_differ_from_unit_to_unit_and_a_unit_may_be_left_out():
    numbers = {"CH2": [15] * 10 + [8, 5, ""]}

    taken = take_plan(PLAN, read(rows(numbers)))

    rule = taken.rule_by_code["CH2"]
    assert (rule.per_unit, rule.targets) == (15, {"P11": 8, "P12": 5, "P13": 0})
    assert taken.ballots_of(rule) == rule.stated_total == 163
    assert DEPARTMENTS[-1] not in taken.units_of(rule)
    assert taken.rule_by_code["CX4"] == PLAN.rule_by_code["CX4"]


def test_a_crossed_rule_cannot_ask_one_unit_more_than_another():
    said = mistakes(lambda: take_plan(PLAN, read(rows({"CH3": [56] * 12 + [50]}))))

    assert "số phiếu không khác nhau được" in said


@pytest.mark.parametrize(
    ("row", "column", "text", "said"),
    [
        (1, -1, "40", "dòng “Lãnh đạo UBND huyện” ghi tổng 40 phiếu nhưng cộng lại được 39"),
        (-1, 3, "85", "cột “Văn phòng HĐND và UBND” ghi tổng 85 phiếu nhưng cộng lại được 84"),
        (-1, -1, "1.093", "dòng “Tổng cộng” ghi tổng 1.093 phiếu nhưng cộng lại được 1.092"),
        (2, 5, "mười", "F3: “mười” không phải số phiếu"),
        (2, 5, "-3", "F3: “-3” không phải số phiếu"),
        (2, 5, "1,5", "F3: “1,5” không phải số phiếu"),
        (0, 4, "Văn phòng HĐND và UBND", "D1, E1: “văn phòng hđnd và ubnd” có 2 lần"),
        (0, 4, "Phòng Ngoại giao", "chưa rõ “Phòng Ngoại giao” là đơn vị nào"),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_taken(row, column, text, said):
    table = rows()
    table[row][column] = text

    assert said in mistakes(lambda: take_plan(PLAN, read(table)))


def test_a_line_without_anybody_is_refused():
    assert "không có phiếu nào" in mistakes(lambda: take_plan(PLAN, read(rows({"CH4": [""] * 13}))))


def test_every_mistake_is_said_at_once():
    table = rows()
    table[1][-1], table[2][5], table[0][6] = "40", "mười", "Phòng X"

    said = mistakes(lambda: take_plan(PLAN, read(table)))

    assert "40" in said
    assert "mười" in said
    assert "Phòng X" in said


def test_a_doubtful_name_is_taken_only_when_it_is_confirmed():
    table = rows()
    table[0][3 + 3] = "Phòng Kế hoạch - Tài chính"
    reading = read(table)

    said = mistakes(lambda: take_plan(PLAN, reading))
    taken = take_plan(PLAN, reading, Choices(units={"Phòng Kế hoạch - Tài chính": "P04"}))

    assert "chọn đơn vị (Phòng Tài chính - Kế hoạch)" in said
    assert taken.rules == PLAN.rules


def test_a_table_that_forgets_a_unit_is_refused():
    said = mistakes(lambda: take_plan(PLAN, read(rows(units=DEPARTMENTS[:-1]))))

    assert "dòng CH2 thiếu cột cho Phòng Dân tộc" in said


def test_a_table_without_totals_needs_the_total_of_the_decision():
    table = [row[:-1] for row in rows()[:-1]]

    said = mistakes(lambda: take_plan(PLAN, read(table)))
    off = mistakes(lambda: take_plan(PLAN, read(table), Choices(total=1091)))
    taken = take_plan(PLAN, read(table), Choices(total=1092))

    assert "ghi tổng số phiếu theo quyết định" in said
    assert "quyết định ghi 1.091 phiếu nhưng các dòng cộng lại được 1.092" in off
    assert taken.rules == PLAN.rules


def test_a_line_the_campaign_did_not_have_becomes_a_rule_of_the_form_that_is_chosen():
    label = "Tổ dân phố, trưởng thôn"
    table = rows(units=COMMUNES, rules=("CX2", "CX3"))
    table.insert(3, ["3", label, "", *["4"] * 28, "112"])
    table[-1] = ["", "Tổng cộng", "", *["29"] * 28, "812"]
    reading = read(table)
    new = reading.lines[2]

    assert f"chưa rõ “{label}” là dòng phân bổ nào" in mistakes(lambda: take_plan(PLAN, reading))
    taken = take_plan(PLAN, reading, Choices(rules={new.place: "new:CX4"}))
    crossed = take_plan(
        PLAN,
        reading,
        Choices(rules={new.place: "new:CX4"}, designs={new.place: Design.CROSS}),
    )

    rule = taken.rule_by_code["CX4-2"]
    assert (rule.form, rule.per_unit, rule.design) == ("CX4", 4, Design.OWN)
    assert taken.ballots_of(rule) == 112
    assert label in {group.label.vi for group in taken.groups}
    assert crossed.rule_by_code["CX4-2"].design is Design.CROSS


def test_a_workbook_and_a_csv_file_say_the_same_as_the_pasted_table():
    table = rows()
    book = Workbook()
    for row in [["KẾ HOẠCH PHÂN BỔ PHIẾU"], *table]:
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    book.active.merge_cells("A1:H1")
    file = io.BytesIO()
    book.save(file)
    text = "\n".join(";".join(row) for row in table).encode("utf-8-sig")

    from_book = read_table(grid_of_workbook(file.getvalue(), "kh.xlsx"), PLAN)
    from_csv = read_table(grid_of_csv(text, "kh.csv"), PLAN)

    assert take_plan(PLAN, from_book).rules == take_plan(PLAN, from_csv).rules == PLAN.rules


def test_a_merged_cell_inside_the_table_is_refused_by_its_place():
    book = Workbook()
    for row in rows():
        book.active.append(row)
    book.active.merge_cells("D2:E2")
    file = io.BytesIO()
    book.save(file)

    said = mistakes(lambda: grid_of_workbook(file.getvalue(), "kh.xlsx"))

    assert "kh.xlsx: Sheet!D2:E2: các ô bị gộp" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "bảng trống"),
        (" \n\t\n", "bảng trống"),
        ("a\tb\n" * 10_000, "bảng có 10000 dòng"),
        ("xin chào", "không có dòng phân bổ nào"),
    ],
)
def test_what_is_no_plan_gets_one_clear_message(text, said):
    assert said in mistakes(lambda: take_plan(PLAN, read_table(grid_of_text(text), PLAN)))


def test_ten_thousand_wrong_cells_are_summed_up():
    table = rows(units=COMMUNES, rules=("CX2",))
    table += [[str(i), f"nhóm {i}", "", *["?"] * 28, "0"] for i in range(400)]

    assert "lỗi nữa" in mistakes(lambda: take_plan(PLAN, read(table)))


def test_lines_and_tables_are_told_apart():
    assert looks_like_lines(WORDS)
    assert not looks_like_lines(pasted(rows()))


@given(st.integers(0, 9_999_999))
def test_a_number_is_read_back_however_it_was_grouped(number):
    assert whole_number(str(number)) == number
    assert whole_number(f"{number:,}".replace(",", ".")) == number
    assert whole_number(f"{number:,}".replace(",", " ")) == number


@given(st.lists(st.integers(0, 40), min_size=13, max_size=13).filter(any))
def test_what_is_taken_is_what_the_table_says(numbers):
    taken = take_plan(PLAN, read(rows({"CH4": numbers})))

    rule = taken.rule_by_code["CH4"]
    assert [rule.target_of(unit.code) for unit in DEPARTMENTS] == numbers
    assert replace(rule, per_unit=10, targets={}, stated_total=130) == PLAN.rule_by_code["CH4"]


ELSEWHERE = ["Xã Sông Đà", "Xã Núi Cấm", "Thị trấn Cửa Tùng"]


def elsewhere(rules=("CX1-LD", "CX4")):
    """The table of another district: not one of its units is known."""
    units = [replace(COMMUNES[0], name=name) for name in ELSEWHERE]
    return rows({code: [4, 5, 6] for code in rules}, units, rules)


@pytest.mark.parametrize("turned", [False, True])
def test_the_table_of_another_district_brings_its_own_units(turned):
    table = elsewhere()
    table = [list(column) for column in zip(*table, strict=True)] if turned else table
    reading = read(table)

    taken = take_plan(PLAN, reading, Choices(others="commune", whole=True))

    assert [(unit.code, unit.name) for unit in taken.units] == [
        ("X29", "Xã Sông Đà"), ("X30", "Xã Núi Cấm"), ("X31", "Thị trấn Cửa Tùng"),
    ]  # fmt: skip
    assert {unit.kind for unit in taken.units} == {"commune"}
    assert [rule.code for rule in taken.rules] == ["CX1-LD", "CX4"]
    assert [taken.ballots_of(rule) for rule in taken.rules] == [15, 15]
    assert [stated.total for stated in taken.stated_totals] == [30]


def test_a_new_unit_joins_those_that_are_there_when_its_name_is_confirmed():
    units = [*COMMUNES, replace(COMMUNES[0], name="Xã Sông Đà")]
    rules = [rule.code for rule in PLAN.rules if rule.unit_kind == "commune"]
    reading = read(rows({code: [4] * 29 for code in rules}, units, rules))

    assert "Xã Sông Đà" in mistakes(lambda: take_plan(PLAN, reading))
    taken = take_plan(PLAN, reading, Choices({"Xã Sông Đà": "new:commune"}))

    assert taken.units[-1].name == "Xã Sông Đà"
    assert taken.unit_by_code["X29"].kind == "commune"
    assert all(len(taken.units_of(taken.rule_by_code[code])) == 29 for code in rules)


def test_a_name_like_a_known_one_is_never_taken_for_a_new_unit_unasked():
    units = [*COMMUNES[:-1], replace(COMMUNES[0], name=COMMUNES[-1].name[:-1] + "x")]
    rules = [rule.code for rule in PLAN.rules if rule.unit_kind == "commune"]
    reading = read(rows({code: [4] * 28 for code in rules}, units, rules))

    said = mistakes(lambda: take_plan(PLAN, reading, Choices(others="commune")))

    assert COMMUNES[-1].name in said


DECISION = """2.2. Đối tượng và phân bổ số lượng phiếu điều tra
a) Đánh giá cấp huyện: 1.092 phiếu
{department}
b) Đánh giá cấp xã: 2.016 phiếu
{commune}
- Thù lao cho người trả lời phiếu điều tra cấp xã: 10.000đ/phiếu;
Hoàn thành trước ngày **19/3/2021** và gửi phiếu về Phòng Nội vụ."""


def decision():
    return DECISION.format(
        **{
            kind: "\n".join(f"- {r.wording}" for r in PLAN.rules if r.unit_kind == kind)
            for kind in ("department", "commune")
        }
    )


@pytest.mark.parametrize(
    "worn",
    [
        lambda text: text,
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: text.replace("\n- ", "\n-\t"),
        lambda text: text.replace(" = ", " =\n"),
        lambda text: text.replace("1.092", "1,092").replace(" x ", " × "),
    ],
    ids=["as printed", "NFD", "bullets of Word", "broken as from a PDF", "English thousands"],
)
def test_the_pages_of_a_decision_are_read_with_the_totals_of_their_headings(worn):
    text = worn(decision())

    assert looks_like_lines(text)
    reading = read_lines(text, PLAN)

    assert [line.rule for line in reading.lines] == [rule.code for rule in PLAN.rules]
    assert reading.total == 3108
    assert take_plan(PLAN, reading).rules == PLAN.rules


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("2.016", "2.017", "ghi tổng 2.017 phiếu nhưng cộng lại được 2.016 phiếu"),
        ("1.092", "9.999", "ghi tổng 9.999 phiếu nhưng cộng lại được 1.092 phiếu"),
        ("b) Đánh giá", "Tổng cấp huyện: 1.902 phiếu\nb) Đánh giá",
         "ghi tổng 1.902 phiếu nhưng cộng lại được 1.092 phiếu"),
    ],
)  # fmt: skip
def test_each_printed_total_is_checked_not_only_the_largest(right, wrong, said):
    reading = read_lines(decision().replace(right, wrong, 1), PLAN)

    assert said in mistakes(lambda: take_plan(PLAN, reading))


def test_a_number_for_every_unit_needs_no_product():
    text = "- Cán bộ, công chức cấp xã: mỗi xã 20 phiếu (CX2)\nTổng cộng: 560 phiếu"
    reading = read_lines(text, PLAN)

    taken = take_plan(PLAN, reading)

    assert taken.rule_by_code["CX2"].per_unit == 20
    assert taken.ballots_of(taken.rule_by_code["CX2"]) == 560


def test_a_line_about_ballots_that_cannot_be_read_has_to_be_left_out_on_purpose():
    text = decision() + "\n- Hộ gia đình: khoảng 40 hộ ở các xã ven sông (CX4)"
    reading = read_lines(text, PLAN)
    place = reading.lines[-1].place

    assert "Hộ gia đình" in mistakes(lambda: take_plan(PLAN, reading))
    assert "không đọc được số phiếu" in mistakes(
        lambda: take_plan(PLAN, reading, Choices(rules={place: "CX4"}))
    )
    assert take_plan(PLAN, reading, Choices(rules={place: ""})).rules == PLAN.rules


def test_every_row_of_totals_is_checked():
    table = rows()
    table.insert(3, ["", "Cộng CH1, CH2", "", *["18"] * 13, "234"])
    read_good = read(table)
    table[3][5] = "19"

    assert take_plan(PLAN, read_good).ballots_of(PLAN.rule_by_code["CH2"]) == 195
    assert "ghi tổng 19 phiếu nhưng cộng lại được 18 phiếu" in mistakes(
        lambda: take_plan(PLAN, read(table))
    )


def test_names_of_offices_and_a_second_heading_row_may_stand_above_the_table():
    table = rows()
    width = len(table[0])
    above = [["UBND HUYỆN BỐ TRẠCH", *[""] * (width - 1)], ["PHỤ LỤC", *[""] * (width - 1)],
             ["TỔNG HỢP PHÂN BỔ SỐ LƯỢNG PHIẾU", *[""] * (width - 1)]]  # fmt: skip
    first = ["STT", "Đối tượng", "Mẫu phiếu", "Phòng", *[""] * (width - 5), "Tổng cộng"]
    second = ["", "", "", *table[0][3:-1], ""]

    reading = read([*above * 2, first, second, *table[1:]])

    assert reading.total == 1092
    assert [line.total for line in reading.lines] == [39, 195, 728, 130]
    assert take_plan(PLAN, reading).rules == PLAN.rules


def test_a_cell_of_two_lines_from_word_is_one_cell():
    lines = pasted(rows()).split("\n")
    lines[0] = lines[0].replace("Mẫu phiếu", "Mẫu\nphiếu", 1)
    lines[2] = lines[2].replace("Công chức", "Công\nchức", 1)

    reading = read_table(grid_of_text("BẢNG PHÂN BỔ\n" + "\n".join(lines)), PLAN)

    assert not reading.mistakes
    assert [line.rule for line in reading.lines] == ["CH1", "CH2", "CH3", "CH4"]


def test_a_rank_that_contradicts_is_asked_about():
    book = known_units(PLAN)
    town = next(unit for unit in COMMUNES if unit.name.startswith("Thị trấn"))
    bare_name = town.name.removeprefix("Thị trấn ")

    assert book.match(f"TT. {bare_name}").code == town.code
    assert book.match(f"UBND {town.name.lower()}").code == town.code
    assert book.match(bare_name).code == town.code
    asked = book.match(f"Xã {bare_name}")
    assert (asked.code, asked.proposals) == (None, (town.code,))


def workbook(table, then=lambda _: None):
    book = Workbook()
    sheet = book.active
    for row in table:
        sheet.append([int(text) if text.isdecimal() else text or None for text in row])
    then(sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_headings_merged_over_two_rows_are_read_and_merged_numbers_are_not():
    table = rows()
    width = len(table[0])
    first = ["STT", "Đối tượng", "Mẫu phiếu", "Phòng", *[""] * (width - 5), "Tổng cộng"]
    table = [["ỦY BAN NHÂN DÂN", *[""] * (width - 1)], first, ["", "", "", *table[0][3:-1], ""],
             *table[1:]]  # fmt: skip

    def merge(sheet):
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("B2:B3")
        sheet.merge_cells(start_row=2, end_row=2, start_column=4, end_column=width - 1)

    grid = grid_of_workbook(workbook(table, merge), "a.xlsx", headed=True)

    assert take_plan(PLAN, read_table(grid, PLAN)).rules == PLAN.rules
    data = workbook(table, lambda sheet: sheet.merge_cells("D5:E5"))
    said = read_table(grid_of_workbook(data, "a.xlsx", headed=True), PLAN).mistakes
    assert "D5:E5" in str(said[0])
    assert any("dòng" in str(mistake) for mistake in said[1:])  # and all else that is wrong


def test_a_form_merged_over_its_rows_stands_in_each():
    rules = ("CX1-HD", "CX1-LD")
    table = rows(units=COMMUNES, rules=rules)
    table[2][2] = ""

    grid = grid_of_workbook(
        workbook(table, lambda sheet: sheet.merge_cells("C2:C3")), "a.xlsx", headed=True
    )

    assert [line.form for line in read_table(grid, PLAN).lines] == ["CX1", "CX1"]


def test_what_is_shown_is_read_and_a_formula_without_a_value_is_named():
    def hide(sheet):
        other = sheet.parent.create_sheet("Nháp", 0)
        other.append(["bỏ", "đi"])
        other.sheet_state = "hidden"

    grid = grid_of_workbook(workbook(rows(), hide), "a.xlsx", headed=True)

    assert take_plan(PLAN, read_table(grid, PLAN)).rules == PLAN.rules

    def sums(sheet):
        sheet["E3"] = "=10+5"

    said = read_table(grid_of_workbook(workbook(rows(), sums), "a.xlsx", headed=True), PLAN)
    assert "E3: công thức chưa có kết quả" in str(said.mistakes[0])


def test_the_unicode_text_of_excel_is_a_table_too():
    grid = grid_of_csv(pasted(rows()).encode("utf-16"), "a.csv")

    assert take_plan(PLAN, read_table(grid, PLAN)).rules == PLAN.rules
