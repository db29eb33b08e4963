"""What stands around the quotas: offices that help, a timetable, draws in stages, no rules."""

import json
from dataclasses import replace
from datetime import date

import pytest

from questionnaires.checks import check_campaign, check_campaign_without_sums, check_together
from questionnaires.errors import DefinitionError
from questionnaires.freezing import canonical_json, to_mapping
from questionnaires.loader import campaign_from
from questionnaires.model import Design, Office, Source, Stage, Step
from tests.questionnaires.builders import (
    WORD,
    make_campaign,
    make_criteria,
    make_form,
    make_leaf,
    make_rule,
)

STEP = Step("1", WORD, "trước ngày 15/12/2020", "Phòng Nội vụ", due=date(2020, 12, 14))
STAGES = (Stage(WORD, 2), Stage(WORD, 1, listed=40))


def problems(campaign):
    return [mistake.problem for mistake in check_campaign(campaign)]


def test_offices_steps_and_stages_survive_being_frozen():
    campaign = make_campaign(
        offices=(Office("P01", "Phòng Nội vụ", ("people",)), Office("V01", "Viện")),
        timetable=(replace(STEP, partners=("Tổ Thư ký",), starts=date(2020, 11, 1)), STEP),
        rules=(make_rule(stages=STAGES),),
    )

    assert campaign_from(json.loads(canonical_json(campaign))) == campaign


def test_a_campaign_frozen_before_there_were_offices_is_still_read():
    mapping = to_mapping(make_campaign())
    for key in ("offices", "timetable"):
        del mapping[key]
    for rule in mapping["rules"]:
        del rule["stages"]

    assert campaign_from(mapping) == make_campaign()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"offices": (Office("P01", "A"), Office("P01", "B"))}, "mã cơ quan này dùng 2 lần"),
        ({"offices": (Office("X1", "Xã 1"),)}, "trùng mã một đơn vị được đánh giá"),
        ({"offices": (Office("P01", "A", ("nobody",)),)}, "không có đối tượng “nobody”"),
        ({"timetable": (STEP, STEP)}, "mã bước này dùng 2 lần"),
        ({"timetable": (replace(STEP, starts=date(2021, 1, 1)),)}, "sau hạn 14/12/2020"),
        (
            {"rules": (make_rule(stages=(Stage(WORD, 2, listed=1),)),)},
            "lấy 2 từ danh sách chỉ có 1",
        ),
        (
            {"rules": (make_rule(stages=STAGES, design=Design.CROSS),)},
            "chỉ dùng khi mỗi đơn vị có cùng một số người riêng",
        ),
    ],
)
def test_what_contradicts_itself_is_named(changes, said):
    assert any(said in problem for problem in problems(make_campaign(**changes)))


def test_a_draw_comes_to_the_ballots_its_line_asks_about_each_unit():
    adds_up = make_campaign(rules=(make_rule(stages=STAGES),))
    too_many = make_campaign(rules=(make_rule(stages=(Stage(WORD, 3), Stage(WORD, 2))),))

    assert problems(adds_up) == []
    assert problems(too_many) == [
        "các bước chọn mẫu 3 chữ × 2 chữ = 6 người, nhưng dòng này cần 2 phiếu về mỗi đơn vị"
    ]
    assert check_campaign_without_sums(too_many) == []  # it can be loaded and corrected


def test_a_mistake_in_a_row_is_found_by_the_rows_own_code():
    mapping = to_mapping(make_campaign(timetable=(STEP,)))
    mapping["timetable"][0]["due"] = "32/12/2020"

    with pytest.raises(DefinitionError) as refused:
        campaign_from(mapping)

    assert [mistake.where for mistake in refused.value.mistakes] == ["1 › due"]


def test_a_campaign_may_ask_nobody_when_all_its_points_are_given():
    campaign = make_campaign(rules=(), stated_totals=(), groups=())
    given = make_criteria(make_leaf(source=Source.SELF), make_leaf("1.2", source=Source.IMPORTED))

    assert check_together(campaign, [], [given]) == []


def test_a_campaign_that_asks_nobody_cannot_have_survey_criteria():
    campaign = make_campaign(rules=(), stated_totals=(), groups=())

    found = check_together(campaign, [], [make_criteria()])

    assert [mistake.where for mistake in found] == ["1.1"]


def test_forms_may_go_on_asking_about_criteria_whose_points_are_imported():
    imported = make_criteria(make_leaf(source=Source.IMPORTED))
    appraised = make_criteria(make_leaf(source=Source.SELF))

    assert check_together(make_campaign(), [make_form()], [imported]) == []
    assert check_together(make_campaign(), [make_form()], [appraised]) != []
