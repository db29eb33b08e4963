"""The plans that ship beside Bố Trạch: what their sources say, and what is ours in them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import prod

import pytest

from questionnaires.checks import check_together
from questionnaires.freezing import canonical_json
from questionnaires.loader import ROOT, load_campaign, load_criteria, load_questionnaire
from questionnaires.model import Design, Kind, Source
from questionnaires.paper.blank_forms import blank_form
from tests.questionnaires.paper.build import STYLE

SLUGS = (
    "thanh_xuan_2023", "ha_noi_2019", "commune_2024", "commune_satisfaction_2024",
    "two_tier_2026", "sipas_sample",
)  # fmt: skip
FORMS = ("QH1", "QH2", "QH3", "XP1", "XP2", "XP3", "XP4", "SIPAS")
CRITERIA = (
    "district", "ha_noi_department", "ha_noi_district", "commune_2024", "commune_satisfaction",
    "commune_two_tier", "sipas",
)  # fmt: skip
NINE_BODIES = {
    "Văn phòng UBND thành phố", "Sở Tư pháp", "Sở Nội vụ", "Sở Kế hoạch và Đầu tư",
    "Sở Tài chính", "Sở Thông tin và Truyền thông", "Sở Khoa học và Công nghệ",
    "Sở Lao động - Thương binh và Xã hội", "Thanh tra thành phố",
}  # fmt: skip


def points_of(criteria):
    """Points by source, for the sources there are."""
    found = {source: criteria.leaves_from(source) for source in Source}
    return {
        source.value: sum(leaf.max_points for leaf in leaves)
        for source, leaves in found.items()
        if leaves
    }


def owners_of(*codes):
    return {leaf.owner for code in codes for leaf in load_criteria(code).leaves}


@pytest.fixture(params=SLUGS)
def plan(request):
    return load_campaign(request.param)


@pytest.fixture(params=FORMS)
def form(request):
    return load_questionnaire(request.param)


# --- every plan ---


def test_a_plan_its_forms_and_its_criteria_fit_together(plan):
    forms = [load_questionnaire(code) for code in plan.forms]
    criteria = [load_criteria(code) for code in plan.criteria.values()]

    assert check_together(plan, forms, criteria) == []


def test_a_file_says_in_both_languages_what_is_ours_in_it(plan):
    head = (ROOT / "campaigns" / f"{plan.slug}.yaml").read_text(encoding="utf-8").split("slug:")[0]

    assert "MẪU" in head
    assert "SAMPLE" in head


def test_a_plan_with_invented_units_marks_everything_as_simulated(plan):
    invented = [unit.name for unit in plan.units if "mẫu" in unit.name]

    assert plan.sample is bool(invented)
    assert len(invented) in {0, len(plan.units)}


def test_no_two_plans_share_an_address():
    codes = [load_campaign(slug).short_code for slug in (*SLUGS, "bo_trach_2020")]

    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("code", CRITERIA)
def test_a_criteria_set_says_that_it_is_a_sample(code):
    criteria = load_criteria(code)

    assert criteria.sample
    assert "mẫu" in criteria.title.vi
    assert "sample" in criteria.title.en
    assert all(leaf.owner for leaf in criteria.leaves)


@pytest.mark.parametrize(
    ("code", "points"),
    [
        ("district", {"self": 70, "survey": 30}),
        ("ha_noi_department", {"self": 70, "imported": 30}),
        ("ha_noi_district", {"self": 70, "imported": 30}),
        ("commune_2024", {"self": 70, "imported": 30}),
        ("commune_satisfaction", {"survey": 30}),
        ("commune_two_tier", {"self": 70, "survey": 30}),
        ("sipas", {"survey": 100}),
    ],
)
def test_points_come_from_where_the_plan_takes_them(code, points):
    assert points_of(load_criteria(code)) == points


# --- every form ---


def test_scored_sections_have_four_to_six_items_of_one_scale(form):
    for section in form.sections:
        scored = [question for question in section.questions if question.scored]
        if scored:
            assert 4 <= len(scored) <= 6, section.code
            assert len({question.scale.code for question in scored}) == 1


def test_offices_are_rated_in_four_levels_and_services_in_five(form):
    scale = "S5" if form.code in {"QH3", "XP4", "SIPAS"} else "Q4"

    assert {question.scale.code for question in form.scored_questions} == {scale}


def test_a_form_is_a_sample_and_asks_nobody_for_a_name(form):
    texts = [question for question in form.questions if question.kind is Kind.TEXT]

    assert form.sample
    assert all("không ghi họ tên" in text.hint.vi for text in texts)
    for question in form.profile_questions:
        assert not question.required
        assert question.scale.choices[-1].label.vi == "Không muốn trả lời"


def test_every_sentence_has_its_own_english(form):
    for question in form.questions:
        assert question.label.en != question.label.vi
        assert question.label.en.isascii()


def test_a_form_fits_on_three_pages_of_paper(plan):
    labels = {group.code: group.label.vi for group in plan.groups}

    for rule in plan.rules:
        asked = load_questionnaire(rule.form).asked_of(rule)
        sheet = blank_form(asked, rule, labels[rule.group], STYLE, plan.units_of(rule))
        assert len(sheet.backdrops) <= (3 if rule.form == "SIPAS" else 2), rule.code


# --- Thanh Xuân 2023 ---


def test_the_district_is_assessed_and_its_offices_and_wards_are_not():
    plan = load_campaign("thanh_xuan_2023")
    senders = {
        group: [office.name for office in plan.offices if group in office.groups]
        for group in ("department_heads", "ward_leaders")
    }

    assert [unit.name for unit in plan.units] == ["UBND quận Thanh Xuân"]
    assert len(senders["department_heads"]) == 7
    assert len(senders["ward_leaders"]) == 11
    assert owners_of("district") <= {office.name for office in plan.offices}


def test_five_groups_are_asked_about_the_district_in_the_order_of_the_plan():
    plan = load_campaign("thanh_xuan_2023")
    labels = {group.code: group.label.vi for group in plan.groups}

    assert [labels[rule.group] for rule in plan.rules] == [
        "Đại biểu HĐND quận",
        "Trưởng phòng, Phó Trưởng phòng chuyên môn thuộc quận",
        "Chủ tịch, Phó Chủ tịch UBND các phường",
        "Doanh nghiệp, tổ chức",
        "Người dân",
    ]
    assert all("mẫu" in rule.wording for rule in plan.rules)


def test_the_districts_survey_criteria_are_those_its_plan_names():
    criteria = load_criteria("district")

    assert len(criteria.components) == 8
    assert {leaf.code: leaf.title.vi[:28] for leaf in criteria.leaves_from(Source.SURVEY)} == {
        "1.6.2": "Tác động của tuyên truyền đố",
        "1.7": "Sử dụng nguồn lực (nhân lực,",
        "2.5": "Tính kịp thời trong phát hiệ",
        "2.6": "Tác động của tuyên truyền, p",
        "3.5": "Thực hiện quy định về xin lỗ",
        "3.6.1": "Hài lòng về tiếp cận dịch vụ",
        "3.6.2": "Hài lòng về tổ chức giải quy",
        "3.6.3": "Hài lòng về công chức giải q",
        "3.6.4": "Hài lòng về kết quả giải quy",
        "3.6.5": "Hài lòng về việc tiếp nhận, ",
        "4.4": "Tính hợp lý trong sắp xếp, k",
        "4.5": "Kết quả thực hiện chức năng,",
        "6.5": "Thực hiện tiết kiệm, chống l",
        "6.6": "Tính hiệu quả của việc quản ",
        "6.7": "Tác động của chế độ tự chủ, ",
        "6.8": "Bảo đảm phương tiện, điều ki",
        "8.1.1": "Trách nhiệm giải trình của c",
        "8.1.2": "Cơ hội tham gia vào quá trìn",
    }


def test_ward_leaders_do_not_rate_the_wards():
    plan = load_campaign("thanh_xuan_2023")
    form = load_questionnaire("QH2")

    rated = {
        rule: {q.criterion for q in form.asked_of(plan.rule_by_code[rule]).scored_questions}
        for rule in ("QH2-P", "QH2-X")
    }

    assert rated["QH2-P"] - rated["QH2-X"] == {"4.5"}


def test_the_survey_ends_on_the_last_day_of_the_assessed_year():
    plan = load_campaign("thanh_xuan_2023")

    assert plan.closes == plan.assessed_to == date(2023, 12, 31)


# --- Hà Nội 2019 ---


def test_thirty_districts_are_twelve_urban_ones_a_town_and_seventeen_rural_ones():
    plan = load_campaign("ha_noi_2019")
    districts = [unit.name.split()[1] for unit in plan.units if unit.kind == "district"]

    assert {word: districts.count(word) for word in ("quận", "thị", "huyện")} == {
        "quận": 12, "thị": 1, "huyện": 17,
    }  # fmt: skip
    assert sum(unit.kind == "city_department" for unit in plan.units) == 22


def test_nine_bodies_guide_the_assessment_and_are_assessed_themselves():
    plan = load_campaign("ha_noi_2019")
    guidance = plan.timetable[0]

    assert owners_of("ha_noi_department", "ha_noi_district") == NINE_BODIES
    assert {unit.name for unit in plan.units} >= NINE_BODIES
    assert {guidance.lead, *guidance.partners} == NINE_BODIES
    assert guidance.due == date(2019, 11, 29)


def test_the_citys_survey_is_the_institutes_and_its_points_are_imported():
    plan = load_campaign("ha_noi_2019")

    assert plan.rules == ()
    assert len(plan.timetable) == 6
    for code in plan.criteria.values():
        criteria = load_criteria(code)
        imported = criteria.leaves_from(Source.IMPORTED)
        assert [criteria.component_of(leaf.code) for leaf in imported] == list(criteria.components)


# --- communes 2024 ---


def test_seven_steps_lead_from_november_to_the_publication():
    steps = load_campaign("commune_2024").timetable

    assert [(step.code, step.due) for step in steps] == [
        ("1", date(2024, 11, 30)),
        ("2", date(2024, 12, 14)),  # before 15 December
        ("3", date(2024, 12, 30)),  # before 31 December
        ("4", date(2025, 1, 10)),
        ("5", date(2025, 1, 15)),
        ("6", date(2025, 1, 19)),  # before 20 January
        ("7", date(2025, 1, 30)),  # before 31 January
    ]
    assert steps[0].starts == date(2024, 11, 1)


def test_five_offices_appraise_their_own_domains_beside_internal_affairs():
    plan = load_campaign("commune_2024")

    assert {office.name for office in plan.offices} == owners_of("commune_2024")
    assert len(plan.offices) == 6


def test_satisfaction_points_carry_over_leaf_by_leaf_and_unit_by_unit():
    index, survey = (load_campaign(s) for s in ("commune_2024", "commune_satisfaction_2024"))
    imported = load_criteria("commune_2024").leaves_from(Source.IMPORTED)
    surveyed = load_criteria("commune_satisfaction").leaves_from(Source.SURVEY)

    assert index.units == survey.units
    assert [replace(leaf, source=Source.SURVEY) for leaf in imported] == list(surveyed)
    assert survey.closes == index.timetable[2].due


# --- two tiers 2026 ---


def test_a_province_of_124_communes_wants_8928_ballots():
    plan = load_campaign("two_tier_2026")
    words = [unit.name.split(" mẫu")[0] for unit in plan.units]

    assert {word: words.count(word) for word in set(words)} == {
        "Xã": 103, "Phường": 20, "Đặc khu": 1,
    }  # fmt: skip
    assert sum(rule.per_unit for rule in plan.rules) == 72
    assert sum(plan.ballots_of(rule) for rule in plan.rules) == 8928
    assert all(rule.design is Design.OWN for rule in plan.rules)


def test_nothing_of_the_district_level_is_left_after_july_2025():
    plan = load_campaign("two_tier_2026")
    definitions = [plan, *map(load_questionnaire, plan.forms), load_criteria("commune_two_tier")]

    for definition in definitions:
        text = canonical_json(definition).lower()
        assert not any(word in text for word in ("huyện", "thị trấn", "district", "township"))


# --- SIPAS ---


def test_households_are_drawn_in_six_by_three_by_two_by_two_hundred_and_fifty():
    rule = load_campaign("sipas_sample").rules[0]

    assert [stage.taken for stage in rule.stages] == [6, 3, 2, 31]
    assert prod(stage.listed or stage.taken for stage in rule.stages) == 9000
    assert prod(stage.taken for stage in rule.stages) == rule.per_unit == 1116
    assert 36525 // 1170 == 31  # the nation in 2024: people and hamlets


def test_the_satisfaction_form_has_two_halves_of_fifty_points():
    criteria = load_criteria("sipas")
    form = load_questionnaire("SIPAS")
    asked = [question.criterion for question in form.scored_questions]

    assert [half.max_points for half in criteria.components] == [Decimal(50), Decimal(50)]
    assert asked.count("1.3") == 9  # groups of policies
    assert [code for code in dict.fromkeys(asked) if code.startswith("2.")] == [
        "2.1", "2.2", "2.3", "2.4", "2.5",
    ]  # fmt: skip
    assert set(asked) == {leaf.code for leaf in criteria.leaves}
