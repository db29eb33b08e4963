"""What keeps a campaign from being opened, and how it is said."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from questionnaires.checks import (
    check_campaign,
    check_criteria,
    check_questionnaire,
    check_sums,
    check_together,
)
from questionnaires.loader import load_campaign, shared_scales
from questionnaires.model import (
    Band,
    Choice,
    Criterion,
    Design,
    GroupWeights,
    Kind,
    Scale,
    Section,
    Settings,
    Source,
    StatedTotal,
    Text,
    Unit,
)
from tests.questionnaires.builders import (
    WORD,
    make_campaign,
    make_criteria,
    make_form,
    make_leaf,
    make_question,
    make_rule,
)

Q4, NV = shared_scales()["Q4"], shared_scales()["NV"]


def problems(mistakes):
    return [mistake.problem for mistake in mistakes]


def scale(*choices):
    listed = [
        Choice(code, Text(f"mức {number}", "level"), None if p is None else Decimal(p))
        for number, (code, p) in enumerate(choices)
    ]
    return Scale("T", tuple(listed))


def test_boring_definitions_have_no_mistakes():
    assert check_together(make_campaign(), [make_form()], [make_criteria()]) == []


# --- a plan that does not add up ---


def change_rule(plan, code, **changes):
    rules = (replace(rule, **changes) if rule.code == code else rule for rule in plan.rules)
    return replace(plan, rules=tuple(rules))


def test_a_line_says_what_the_plan_prints_and_what_it_comes_to():
    plan = change_rule(load_campaign("bo_trach_2020"), "CH3", stated_total=782)

    (mistake,) = check_sums(plan)

    assert mistake.path == "campaigns/bo_trach_2020.yaml"
    assert mistake.where == "CH3 (mục II.2.2a)"
    assert mistake.problem == "kế hoạch ghi 782 phiếu, nhưng 56 người × 13 đơn vị = 728 phiếu"


def test_subtotals_say_what_their_lines_come_to():
    plan = change_rule(load_campaign("bo_trach_2020"), "CH3", per_unit=57, stated_total=741)

    mistakes = check_sums(plan)

    assert [mistake.where for mistake in mistakes] == ["a) Đánh giá cấp huyện", "Tổng số phiếu"]
    assert mistakes[0].problem == (
        "kế hoạch ghi 1.092 phiếu, nhưng cộng lại được 1.105 phiếu "
        "(CH1 39 + CH2 195 + CH3 741 + CH4 130)"
    )
    assert mistakes[1].problem.startswith(
        "kế hoạch ghi 3.108 phiếu, nhưng cộng lại được 3.121 phiếu"
    )


def test_a_forgotten_commune_is_found_in_every_line_and_total_it_belongs_to():
    plan = load_campaign("bo_trach_2020")
    plan = replace(plan, units=plan.units[:-1])

    assert [mistake.where.partition(" (")[0] for mistake in check_sums(plan)] == [
        "CX1-HD",
        "CX1-LD",
        "CX2",
        "CX3",
        "CX4",
        "b) Đánh giá cấp xã",
        "Tổng số phiếu",
    ]


def test_a_plan_without_a_total_of_all_lines_cannot_be_compared():
    plan = load_campaign("bo_trach_2020")

    (mistake,) = check_sums(replace(plan, stated_totals=plan.stated_totals[:2]))

    assert mistake.where == "stated_totals"


# --- a plan that contradicts itself ---

TWO_UNITS = tuple(Unit(f"X{n}", f"Xã {n}", "commune") for n in (1, 2))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"units": (*TWO_UNITS, Unit("X2", "Xã 3", "commune"))}, "dùng 2 lần"),
        ({"units": (*TWO_UNITS, Unit("X3", "Xã 2", "commune"))}, "liệt kê 2 lần"),
        ({"units": (*TWO_UNITS, Unit("X/3", "Xã 3", "commune"))}, "địa chỉ trên phiếu mời"),
        ({"units": (*TWO_UNITS, Unit("X3", "Xã 3", "commune", "X3"))}, "trực thuộc chính nó"),
        ({"units": (*TWO_UNITS, Unit("X3", "Xã 3", "ward"))}, "không có loại đơn vị “ward”"),
        ({"short_code": "bt 20"}, "địa chỉ trên phiếu mời"),
        ({"slug": "Bố Trạch"}, "không dùng được"),
        ({"closes": date(2021, 2, 28)}, "opens 01/03/2021 đứng sau closes 28/02/2021"),
        ({"assessed_from": date(2021, 1, 1)}, "đứng sau assessed_to"),
        ({"year": 2022}, "nằm ngoài thời kỳ đánh giá"),
        ({"rules": (make_rule(group="nobody"),)}, "không có đối tượng “nobody”"),
        ({"rules": (make_rule(top_up_from="nobody"),)}, "không có đối tượng “nobody”"),
        ({"rules": (make_rule(top_up_from="people"),)}, "từ chính đối tượng people"),
        (
            {"rules": (make_rule(design=Design.CROSS, top_up_from="citizens"),)},
            "không lấy bổ sung được",
        ),
        ({"rules": (make_rule(unit_kind="ward"),)}, "không có loại đơn vị “ward”"),
        ({"units": ()}, "không lấy phiếu về đơn vị nào thuộc loại “commune”"),
        (
            {"units": TWO_UNITS[:1], "rules": (make_rule(design=Design.CROSS),)},
            "chỉ có một đơn vị",
        ),
        ({"stated_totals": (StatedTotal("Tổng", ("F2",), 6),)}, "không có dòng phân bổ “F2”"),
        ({"stated_totals": (StatedTotal("Tổng", ("F1", "F1"), 6),)}, "dùng 2 lần"),
        ({"criteria": {}}, "loại đơn vị “commune” chưa có bộ tiêu chí"),
        ({"criteria": {"commune": "small", "ward": "small"}}, "không có loại đơn vị “ward”"),
        ({"enumerator_fees_vnd": {"ward": 1}}, "không có loại đơn vị “ward”"),
        ({"settings": Settings(valid_share=Decimal(70))}, "nằm ngoài khoảng 0–1"),
        ({"settings": Settings(index_cap=Decimal(0))}, "index_cap"),
        ({"settings": Settings(k_mean=20)}, "ít người hơn điểm trung bình"),
        ({"settings": Settings(explicit_weights={"F1": Decimal(1)})}, "group_weights là by_form"),
        ({"settings": Settings(GroupWeights.EXPLICIT)}, "thiếu trọng số của F1"),
        (
            {"settings": Settings(GroupWeights.EXPLICIT, {"F1": Decimal(1), "F2": Decimal(1)})},
            "không có dòng phân bổ “F2”",
        ),
        ({"settings": Settings(GroupWeights.EXPLICIT, {"F1": Decimal(0)})}, "không dương"),
    ],
)
def test_a_plan_that_contradicts_itself_says_where(changes, said):
    assert any(said in problem for problem in problems(check_campaign(make_campaign(**changes))))


# --- a form that cannot be printed, keyed or counted ---


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (make_question(code="câu 1"), "mã câu hỏi “câu 1” không dùng được"),
        (make_question(scale=None), "thiếu thang"),
        (make_question(kind=Kind.SINGLE), "mới được tính điểm"),
        (make_question(scale=NV), "phương án 0, 1, 2, 3, 4 của thang NV chưa có tỷ lệ điểm"),
        (make_question(scale=scale(("2", 100), ("1", 0))), "không kết thúc bằng phương án 9"),
        (
            make_question(
                scale=scale(
                    ("9", 100),
                )
            ),
            "không được tính điểm",
        ),
        (make_question(scale=scale(("2", 101), ("1", 0), ("9", None))), "ngoài khoảng 0–100"),
        (
            make_question(scale=scale(("3", 100), ("2", 20), ("1", 60), ("9", None))),
            "tỷ lệ điểm 100, 20, 60 không tăng dần hoặc giảm dần",
        ),
        (make_question(scale=scale(("2", 5), ("1", 5), ("9", None))), "không tăng dần"),
        (make_question(scale=scale(("1", 9), ("1", 5), ("9", None))), "dùng 2 lần"),
        (make_question(scale=scale(("10", 9), ("1", 5), ("9", None))), "không phải một chữ số"),
        (
            make_question(kind=Kind.TEXT, criterion=None, required=False),
            "câu trả lời tự do không có thang",
        ),
        (
            make_question(kind=Kind.TEXT, criterion=None, scale=None),
            "câu trả lời tự do không được bắt buộc",
        ),
    ],
)
def test_a_question_that_cannot_be_asked_or_counted_says_why(question, said):
    assert any(said in problem for problem in problems(check_questionnaire(make_form(question))))


def test_choices_that_read_the_same_are_a_mistake():
    twice = Scale(
        "T", (Choice("2", WORD, Decimal(100)), Choice("1", WORD, Decimal(0)), Q4.choices[-1])
    )

    assert check_questionnaire(make_form(make_question(scale=twice))) != []


def test_a_form_that_counts_for_nothing_is_a_mistake():
    form = make_form(make_question(criterion=None))

    assert problems(check_questionnaire(form)) == [
        "không câu hỏi nào gắn với tiêu chí nên phiếu không cho điểm nào"
    ]


def test_profile_items_are_neither_scored_nor_required():
    section = Section("TT", WORD, (make_question("P1"),), profile=True)
    form = make_form(sections=(*make_form().sections, section))

    assert problems(check_questionnaire(form)) == [
        "câu về bản thân người trả lời không được bắt buộc",
        "câu về bản thân người trả lời không được tính điểm",
    ]


def test_an_empty_section_an_odd_code_and_two_scales_of_one_name_are_mistakes():
    other = replace(shared_scales()["S5"], code="Q4")
    form = make_form(make_question(), make_question("Q02", scale=other), code="mẫu 1")
    form = replace(form, sections=(*form.sections, Section("B", WORD, ())))

    assert [mistake.where for mistake in check_questionnaire(form)] == ["mẫu 1", "Q02", "B"]


# --- criteria that do not add up ---


@pytest.mark.parametrize(
    ("criteria", "said"),
    [
        (make_criteria(make_leaf(max_points=Decimal(0))), "điểm tối đa là 0"),
        (make_criteria(make_leaf(max_points=Decimal("0.0001"))), "quá ba chữ số thập phân"),
        (make_criteria(make_leaf(), make_leaf()), "dùng 2 lần"),
        (make_criteria(make_leaf(source=None)), "không có nguồn điểm"),
        (make_criteria(make_leaf("1,1")), "mã tiêu chí “1,1” không dùng được"),
        (
            make_criteria(make_leaf(source=Source.SELF, group_weights={"F1": Decimal(1)})),
            "chỉ dùng cho tiêu chí điều tra xã hội học",
        ),
        (make_criteria(make_leaf(group_weights={"F1": Decimal(0)})), "không dương"),
        (make_criteria(criteria=()), "không có tiêu chí nào"),
        (make_criteria(bands=()), "chưa có mức xếp loại nào"),
        (make_criteria(bands=(Band("Đạt", Decimal(50)),)), "dưới 50 không thuộc mức nào"),
        (
            make_criteria(bands=(Band("Kém", Decimal(0)), Band("Tốt", Decimal(80)))),
            "không thấp hơn ngưỡng 0 của “Kém”",
        ),
        (make_criteria(bands=(Band("Tốt", Decimal(101)), Band("Kém", Decimal(0)))), "0–100"),
    ],
)
def test_a_criteria_set_that_cannot_be_computed_says_where(criteria, said):
    assert any(said in problem for problem in problems(check_criteria(criteria)))


def test_a_branch_says_what_its_children_add_up_to():
    branch = Criterion("1", WORD, None, Decimal(41), Source.SELF)

    criteria = make_criteria(criteria=(branch, make_leaf()))

    assert problems(check_criteria(criteria)) == [
        "có tiêu chí con nên không tự có nguồn điểm",
        "ghi tối đa 41 điểm nhưng các tiêu chí con cộng lại được 40 điểm (1.1: 40)",
    ]


# --- definitions that do not fit each other ---


def together(campaign=None, forms=None, criteria=None):
    return check_together(
        campaign or make_campaign(),
        [make_form()] if forms is None else forms,
        [make_criteria()] if criteria is None else criteria,
    )


def test_missing_forms_and_sets_are_named():
    assert problems(together(forms=[], criteria=[])) == [
        "không có mẫu phiếu “F1”",
        "không có bộ tiêu chí “small”",
    ]


def test_a_set_for_another_kind_of_unit_is_a_mistake():
    (mistake,) = together(criteria=[make_criteria(unit_kind="department")])

    assert mistake.problem == "bộ tiêu chí “small” dành cho loại đơn vị “department”"


@pytest.mark.parametrize("criterion", ["1.2", "1", "9.9"])
def test_answers_count_for_survey_criteria_only(criterion):
    form = make_form(make_question(), make_question("Q02", criterion=criterion))

    (mistake,) = together(forms=[form])

    assert mistake.path == "forms/f1.yaml"
    assert mistake.where == "Q02"
    assert mistake.remedy == "dùng một trong: 1.1"


def test_a_survey_criterion_that_nobody_is_asked_about_is_a_mistake():
    criteria = make_criteria(make_leaf(), make_leaf("1.2"))

    (mistake,) = together(criteria=[criteria])

    assert (mistake.path, mistake.where) == ("criteria/small.yaml", "1.2")


def test_an_item_for_a_rule_that_does_not_use_the_form_is_a_mistake():
    form = make_form(make_question(), make_question("Q02", rules=("F1-HD",)))

    (mistake,) = together(forms=[form])

    assert mistake.problem == "dòng phân bổ “F1-HD” không dùng mẫu phiếu này"


def test_people_who_are_asked_nothing_that_counts_are_a_mistake():
    campaign = make_campaign(
        rules=(make_rule("F1-A"), make_rule("F1-B")),
        stated_totals=(StatedTotal("Tổng", ("F1-A", "F1-B"), 12),),
    )
    form = make_form(make_question(rules=("F1-A",)))

    assert problems(together(campaign, forms=[form])) == [
        "người của dòng F1-B không được hỏi câu nào tính điểm"
    ]


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({"F1": Decimal(1), "F2": Decimal(1)}, ["có trọng số cho “F2”"]),
        ({"F2": Decimal(1)}, ["có trọng số cho “F2”", "thiếu trọng số của F1"]),
    ],
)
def test_explicit_weights_of_a_criterion_name_the_rules_that_answer_it(weights, said):
    mistakes = together(criteria=[make_criteria(make_leaf(group_weights=weights))])

    assert len(mistakes) == len(said)
    for problem, beginning in zip(problems(mistakes), said, strict=True):
        assert problem.startswith(beginning)
