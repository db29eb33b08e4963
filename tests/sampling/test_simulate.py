"""Simulated answers look like answers, and come out the same twice."""

import subprocess
import sys

import numpy as np
import pytest

from questionnaires.loader import load_campaign, load_criteria, load_questionnaire
from questionnaires.model import NO_OPINION, Kind
from sampling.simulate import (
    simulate_answers,
    simulate_not_met,
    simulate_qualities,
    simulate_scores,
    simulate_severity,
)


@pytest.fixture(scope="module")
def campaign():
    return load_campaign("bo_trach_2020")


def mean_percent(form, answers):
    percents = [
        float(question.scale.percent_of(filled[question.code]))
        for filled in answers
        for question in form.scored_questions
        if filled.get(question.code, NO_OPINION) != NO_OPINION
    ]
    return np.mean(percents)


@pytest.mark.parametrize(
    "code", ["CH1", "CH2", "CH3", "CH4", "CX1-HD", "CX1-LD", "CX2", "CX3", "CX4"]
)
def test_every_answer_is_a_choice_of_its_question_and_free_text_is_left_out(campaign, code):
    rule = campaign.rule_by_code[code]
    form = load_questionnaire(rule.form).asked_of(rule)
    rng = np.random.default_rng(1)

    for _ in range(50):
        answers = simulate_answers(form, 0.85, 0.0, rng)
        ticked = {q.code: q.scale.codes for q in form.questions if q.kind is not Kind.TEXT}
        assert answers.keys() == ticked.keys()
        assert all(answers[question] in codes for question, codes in ticked.items())


def test_better_units_and_milder_people_get_better_marks(campaign):
    rule = campaign.rule_by_code["CX4"]
    form = load_questionnaire("CX4").asked_of(rule)

    def mean(quality, severity):
        rng = np.random.default_rng(7)
        return mean_percent(
            form, [simulate_answers(form, quality, severity, rng) for _ in range(300)]
        )

    assert mean(0.9, 0.0) > mean(0.8, 0.0) > mean(0.8, 0.1)
    assert 75 < mean(0.85, 0.0) < 92


def test_the_same_seed_gives_the_same_campaign(campaign):
    form = load_questionnaire("CX4").asked_of(campaign.rule_by_code["CX4"])

    def draw():
        rng = np.random.default_rng(5)
        return (
            simulate_qualities(["X01", "X02"], rng),
            simulate_severity(rng, outsider=True),
            simulate_not_met(campaign.rule_by_code["CH3"], rng),
            simulate_answers(form, 0.8, 0.0, rng, blank_share=0.1),
        )

    assert draw() == draw()


def test_paper_has_blanks_and_some_people_have_no_opinion(campaign):
    form = load_questionnaire("CX4").asked_of(campaign.rule_by_code["CX4"])
    rng = np.random.default_rng(3)

    filled = [simulate_answers(form, 0.8, 0.0, rng, blank_share=0.1) for _ in range(100)]

    asked = sum(q.kind is not Kind.TEXT for q in form.questions)
    assert 0.85 < np.mean([len(answers) / asked for answers in filled]) < 0.95
    assert any(NO_OPINION in answers.values() for answers in filled)


def test_appraisal_never_raises_a_self_score_and_both_stay_within_the_maximum():
    criteria = load_criteria("commune")
    rng = np.random.default_rng(11)

    for quality in (0.75, 0.95):
        for code, score in simulate_scores(criteria, quality, rng).items():
            assert (
                0 <= score.appraised_score <= score.self_score <= criteria.by_code[code].max_points
            )


def test_workers_that_serve_respondents_load_no_pandas_and_no_scipy_through_the_plan():
    script = (
        "import sys, sampling.quotas, sampling.fees, sampling.precision;"
        "print([name for name in ('pandas', 'scipy', 'numpy') if name in sys.modules])"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert loaded.stdout.strip() == "[]"
