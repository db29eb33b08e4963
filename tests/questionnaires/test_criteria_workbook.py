"""An office writes its own criteria set in a workbook; mistakes come back by cell."""

from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from questionnaires.criteria_columns import POLICIES, SOURCES
from questionnaires.criteria_workbook import read_workbook, write_template
from questionnaires.errors import DefinitionError
from questionnaires.loader import load_criteria
from questionnaires.model import Source
from tests.questionnaires.builders import make_criteria, make_leaf

WEIGHTS = {"CH1": Decimal(1), "CX1-HD": Decimal("2.5")}


def written(criteria=None):
    file = BytesIO()
    write_template(file, criteria)
    return file.getvalue()


@pytest.fixture
def edited():
    """Return a function that writes cells into the department's workbook."""

    def edit(sheet="Bộ tiêu chí", **cells):
        book = load_workbook(BytesIO(written(load_criteria("department"))))
        for place, value in cells.items():
            book[sheet][place] = value
        file = BytesIO()
        book.save(file)
        return file.getvalue()

    return edit


def mistakes_of(data):
    with pytest.raises(DefinitionError) as caught:
        read_workbook(data, "bang.xlsx")
    return {mistake.where: mistake.problem for mistake in caught.value.mistakes}


@pytest.mark.parametrize("code", ["department", "commune"])
def test_a_shipped_set_comes_back_from_its_workbook_as_it_was(code):
    criteria = load_criteria(code)

    assert read_workbook(written(criteria), "bang.xlsx") == criteria


def test_group_weights_come_back_too():
    criteria = make_criteria(make_leaf(group_weights=WEIGHTS), sample=False)

    assert read_workbook(written(criteria), "bang.xlsx") == criteria


def test_a_workbook_saved_again_by_a_spreadsheet_program_reads_the_same(edited):
    assert read_workbook(edited(), "bang.xlsx") == load_criteria("department")


def test_numbers_typed_with_a_decimal_comma_are_taken(edited):
    # 1.1.2 has 2.5 points in the sample
    assert read_workbook(edited(E13="2,5"), "bang.xlsx") == load_criteria("department")


def test_the_empty_workbook_asks_for_what_it_needs():
    assert set(mistakes_of(written())) == {
        "Bộ tiêu chí!C2",
        "Bộ tiêu chí!C3",
        "Bộ tiêu chí!C4",
        "Bộ tiêu chí!C5",
        "Bộ tiêu chí!A10",
    }


def test_eleven_mistakes_are_reported_as_eleven_each_in_its_cell(edited):
    mistakes = mistakes_of(
        edited(
            A12="1.1.2",  # 1.1.1 becomes a second 1.1.2, one row above it
            B15="",
            C16=None,
            E16="=1+1",
            F19="Khảo sát",
            G20="CH1",
            E22=None,
            H23="Tùy",
            F10="Tự chấm và thẩm định",
            B24="9",
            E26=-1,
        )
    )

    assert mistakes == {
        "Bộ tiêu chí!A13": "mã 1.1.2 đã có ở ô A12",
        "Bộ tiêu chí!B15": "thiếu mã cha: 1.2.1 nằm trong 1.2",
        "Bộ tiêu chí!C16": "thiếu tên tiêu chí",
        "Bộ tiêu chí!E16": "ô chứa công thức",
        "Bộ tiêu chí!F19": "“Khảo sát” không có trong danh sách",
        "Bộ tiêu chí!G20": "“CH1” không phải “mã dòng phân bổ = trọng số”",
        "Bộ tiêu chí!E22": "thiếu điểm tối đa của tiêu chí không có tiêu chí con",
        "Bộ tiêu chí!H23": "“Tùy” không có trong danh sách",
        "Bộ tiêu chí!F10": "tiêu chí có tiêu chí con thì không tự có nguồn điểm",
        "Bộ tiêu chí!B24": "tiêu chí cha “9” không có ở các dòng trên",
        "Bộ tiêu chí!E26": "điểm tối đa là -1",
    }


def test_a_set_that_does_not_add_up_says_so_at_its_total(edited):
    (problem,) = mistakes_of(edited(E13=3)).items()

    assert problem == (
        "Bộ tiêu chí!C6",
        "bộ tiêu chí ghi tổng 100 điểm nhưng các lĩnh vực cộng lại được 100,5 điểm",
    )


def test_a_branch_that_says_another_sum_than_its_children_is_found_in_its_row(edited):
    mistakes = mistakes_of(edited(E11=4, C6=100.5))

    assert "ghi tối đa 4 điểm" in mistakes["Bộ tiêu chí!A11"]


def test_bands_are_checked_in_their_own_sheet(edited):
    mistakes = mistakes_of(edited("Xếp loại", B5=95, B7="nửa", A8=None))

    assert mistakes == {
        "Xếp loại!A5": "ngưỡng 95 không thấp hơn ngưỡng 90 của “Xuất sắc” đứng trên",
        "Xếp loại!B7": "“nửa” không phải số",
        "Xếp loại!A8": "thiếu tên mức xếp loại",
    }


def test_merged_cells_and_moved_columns_are_refused(edited):
    book = load_workbook(BytesIO(edited(C9="Tên")))
    book["Bộ tiêu chí"].merge_cells("I14:I15")
    file = BytesIO()
    book.save(file)

    assert mistakes_of(file.getvalue()) == {
        "Bộ tiêu chí!I14:I15": "các ô bị gộp (merge)",
        "Bộ tiêu chí!C9": "không phải cột “Tên tiêu chí”",
    }


def test_a_workbook_of_another_kind_is_refused(edited):
    book = load_workbook(BytesIO(edited()))
    book["Xếp loại"].title = "Hạng"
    file = BytesIO()
    book.save(file)

    assert mistakes_of(file.getvalue()) == {"cả tệp": "không có trang tính “Xếp loại”"}


def test_sources_are_offered_as_a_list_and_the_sum_has_its_value():
    criteria = load_criteria("commune")
    sheet = load_workbook(BytesIO(written(criteria)))["Bộ tiêu chí"]
    values = load_workbook(BytesIO(written(criteria)), data_only=True)["Bộ tiêu chí"]

    # a comma inside a label would make two entries of it
    assert not any("," in option.label for option in (*SOURCES.values(), *POLICIES.values()))
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}

    assert lists["F10:F509"] == '"Tự chấm và thẩm định,Điều tra xã hội học,Nhập từ nguồn khác"'
    assert sheet["D6"].value == "=SUM(E10:E509)"
    assert values["D6"].value == 100


def test_a_title_that_looks_like_a_formula_stays_text():
    criteria = make_criteria(make_leaf(owner="=1+1"), make_leaf("1.2", source=Source.SELF))

    book = load_workbook(BytesIO(written(criteria)))

    assert book["Bộ tiêu chí"]["I11"].data_type == "s"
    assert read_workbook(written(criteria), "bang.xlsx") == criteria
