"""The plan of Bố Trạch 2020, number by number, and its two sample criteria sets."""

from datetime import date
from decimal import Decimal

import pytest

from questionnaires.checks import check_together
from questionnaires.loader import available, load_campaign, load_criteria, load_questionnaire
from questionnaires.model import Design, Source


@pytest.fixture(scope="module")
def plan():
    return load_campaign("bo_trach_2020")


def test_the_plan_its_forms_and_its_criteria_fit_together(plan):
    forms = [load_questionnaire(code) for code in plan.forms]
    criteria = [load_criteria(code) for code in plan.criteria.values()]

    assert check_together(plan, forms, criteria) == []


def test_everything_that_ships_can_be_loaded():
    shipped = available()

    assert "bo_trach_2020" in shipped.campaigns
    for load, codes in (
        (load_questionnaire, shipped.forms),
        (load_campaign, shipped.campaigns),
        (load_criteria, shipped.criteria),
    ):
        for code in codes:
            load(code)


def test_thirteen_departments_and_twenty_eight_communes_are_assessed(plan):
    codes = {kind: [u.code for u in plan.units if u.kind == kind] for kind in plan.unit_kinds}

    assert codes == {
        "department": [f"P{number:02d}" for number in range(1, 14)],
        "commune": [f"X{number:02d}" for number in range(1, 29)],
    }


def test_each_line_asks_as_many_people_as_the_plan_prints(plan):
    lines = [
        (rule.code, rule.per_unit, len(plan.units_of(rule)), rule.stated_total)
        for rule in plan.rules
    ]

    assert lines == [
        ("CH1", 3, 13, 39),
        ("CH2", 15, 13, 195),
        ("CH3", 56, 13, 728),
        ("CH4", 10, 13, 130),
        ("CX1-HD", 15, 28, 420),
        ("CX1-LD", 2, 28, 56),
        ("CX2", 12, 28, 336),
        ("CX3", 13, 28, 364),
        ("CX4", 30, 28, 840),
    ]
    assert [stated.total for stated in plan.stated_totals] == [1092, 2016, 3108]


def test_every_line_quotes_its_own_numbers_from_the_plan(plan):
    for rule in plan.rules:
        assert f"= {rule.stated_total} phiếu" in rule.wording
        assert rule.clause == ("II.2.2a" if rule.unit_kind == "department" else "II.2.2b")


def test_three_groups_rate_every_unit_and_all_others_their_own(plan):
    crossed = {rule.code: rule.per_unit for rule in plan.rules if rule.design is Design.CROSS}

    assert crossed == {"CH1": 3, "CH3": 56, "CX3": 13}


def test_people_are_2049_where_ballots_are_3108(plan):
    people = sum(
        rule.per_unit * (1 if rule.design is Design.CROSS else len(plan.units_of(rule)))
        for rule in plan.rules
    )

    assert people == 2049


def test_fees_come_to_28_360_000_dong(plan):
    answers = sum(rule.fee_vnd * rule.per_unit * len(plan.units_of(rule)) for rule in plan.rules)
    enumerators = sum(plan.enumerator_fees_vnd[unit.kind] for unit in plan.units)

    assert (answers, enumerators) == (20_160_000, 8_200_000)
    assert answers + enumerators == 28_360_000


def test_citizens_fill_the_places_of_missing_enterprises(plan):
    topped_up = {rule.code: rule.top_up_from for rule in plan.rules if rule.top_up_from}

    assert topped_up == {"CX4": "citizens"}


def test_before_the_19th_makes_the_18th_the_last_full_day(plan):
    assert (plan.opens, plan.closes) == (date(2021, 3, 15), date(2021, 3, 18))
    assert (plan.assessed_from, plan.assessed_to) == (date(2020, 1, 1), date(2020, 12, 31))


def test_a_hundred_points_are_seventy_appraised_and_thirty_by_survey():
    for code in ("department", "commune"):
        criteria = load_criteria(code)
        points = {
            source: sum(leaf.max_points for leaf in criteria.leaves_from(source))
            for source in Source
        }

        assert criteria.max_points == 100
        assert points == {Source.SELF: 70, Source.SURVEY: 30, Source.IMPORTED: 0}
        assert len(criteria.components) == 7


def test_the_department_set_has_the_shape_of_the_published_framework():
    criteria = load_criteria("department")
    depth = [len(list(criteria.ancestry(criterion.code))) for criterion in criteria.criteria]
    of_component = [
        (
            sum(
                c.code.startswith(f"{top.code}.") and c.code.count(".") == 1
                for c in criteria.criteria
            ),
            sum(
                c.code.startswith(f"{top.code}.") and c.code.count(".") == 2
                for c in criteria.criteria
            ),
        )
        for top in criteria.components
    ]

    assert [depth.count(level) for level in (1, 2, 3)] == [7, 29, 22]
    assert of_component == [(6, 8), (4, 0), (6, 4), (2, 0), (5, 2), (4, 0), (2, 8)]


def test_the_sample_sets_say_that_they_are_samples():
    for code in ("department", "commune"):
        criteria = load_criteria(code)

        assert criteria.sample
        assert "mẫu" in criteria.title.vi
        assert "sample" in criteria.title.en
        assert all(leaf.owner for leaf in criteria.leaves)
        assert [(band.label, band.minimum) for band in criteria.bands] == [
            ("Xuất sắc", Decimal(90)),
            ("Tốt", Decimal(80)),
            ("Khá", Decimal(70)),
            ("Trung bình", Decimal(50)),
            ("Yếu", Decimal(0)),
        ]
