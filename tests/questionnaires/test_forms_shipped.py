"""The eight forms of the plan: what each of them asks, and of whom."""

import pytest

from questionnaires.checks import check_questionnaire
from questionnaires.loader import available, load_campaign, load_questionnaire, shared_scales
from questionnaires.model import NO_OPINION, Kind

FORMS = ("CH1", "CH2", "CH3", "CH4", "CX1", "CX2", "CX3", "CX4")


@pytest.fixture(params=FORMS)
def form(request):
    return load_questionnaire(request.param)


@pytest.fixture
def rules():
    return load_campaign("bo_trach_2020").rule_by_code


def test_the_forms_the_plan_names_are_shipped():
    assert set(FORMS) <= set(available().forms)


def test_every_form_is_sound_and_says_that_it_is_a_sample(form):
    assert check_questionnaire(form) == []
    assert form.sample


@pytest.mark.parametrize(
    ("code", "scored", "profile", "others"),
    [
        ("CH1", 10, 4, 0),
        ("CH2", 9, 4, 0),
        ("CH3", 8, 4, 0),
        ("CH4", 11, 4, 3),  # visits, extra payment, free text
        ("CX1", 11, 4, 0),
        ("CX2", 9, 4, 0),
        ("CX3", 6, 4, 0),
        ("CX4", 15, 4, 3),
    ],
)
def test_each_form_asks_as_many_items_as_its_description_lists(code, scored, profile, others):
    form = load_questionnaire(code)

    assert len(form.scored_questions) == scored
    assert len(form.profile_questions) == profile
    assert len(form.questions) == scored + profile + others


def test_scored_sections_have_four_to_six_items_of_one_scale(form):
    for section in form.sections:
        scored = [question for question in section.questions if question.scored]
        if scored:
            assert 4 <= len(scored) <= 6, section.code
            assert len({question.scale.code for question in scored}) == 1


def test_offices_are_rated_in_four_levels_and_services_in_five(form):
    scale = "S5" if form.code in {"CH4", "CX4"} else "Q4"

    assert {question.scale.code for question in form.scored_questions} == {scale}


def test_only_people_outside_the_offices_are_asked_for_free_text_and_told_to_write_no_names(form):
    texts = [question for question in form.questions if question.kind is Kind.TEXT]

    if form.code in {"CH4", "CX4"}:
        assert form.unit_questions[-1:] == tuple(texts)
        assert "không ghi họ tên" in texts[0].hint.vi
        assert not texts[0].required
    else:
        assert texts == []


def test_nobody_must_say_anything_about_themselves(form):
    for question in form.profile_questions:
        assert not question.required
        assert question.scale.choices[-1].label.vi == "Không muốn trả lời"


def test_every_scale_ends_with_an_answer_that_counts_nowhere():
    for scale in shared_scales().values():
        assert scale.codes[-1] == NO_OPINION
        assert scale.percent_of(NO_OPINION) is None


@pytest.mark.parametrize(
    ("code", "percents"),
    [("Q4", [100, 60, 20, 0]), ("S5", [100, 75, 50, 25, 0]), ("YN", [100, 0])],
)
def test_preset_scales_earn_what_the_design_says(code, percents):
    earned = [choice.percent for choice in shared_scales()[code].choices[:-1]]

    assert earned == percents


def test_three_district_leaders_and_two_commune_leaders_are_not_asked_who_they_are(rules):
    for form, rule in (("CH1", "CH1"), ("CX1", "CX1-LD")):
        assert load_questionnaire(form).profile_questions
        assert not load_questionnaire(form).asked_of(rules[rule]).profile_questions


def test_fifteen_delegates_and_ten_clients_are_asked_who_they_are(rules):
    for form, rule in (("CX1", "CX1-HD"), ("CH4", "CH4")):
        assert load_questionnaire(form).asked_of(rules[rule]).profile_questions


def test_delegates_and_leaders_share_a_form_but_for_one_item_each(rules):
    form = load_questionnaire("CX1")
    delegates = {q.code for q in form.asked_of(rules["CX1-HD"]).unit_questions}
    leaders = {q.code for q in form.asked_of(rules["CX1-LD"]).unit_questions}

    assert len(delegates) == len(leaders) == 10
    assert delegates ^ leaders == {"Q05", "Q06"}


def test_every_sentence_has_its_own_english(form):
    for question in form.questions:
        assert question.label.en != question.label.vi
        assert question.label.en.isascii() or "’" in question.label.en
