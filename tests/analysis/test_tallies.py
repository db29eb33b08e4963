"""Counting ballots: every choice once, whatever the order, and parts add up."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from analysis.tallies import Tallies, merge_tallies, tally
from questionnaires.model import Kind, Question
from tests.analysis.builders import Q4, ballots, form, label, question, rule

FORM = form(
    "CX1",
    question("Q1", "1"),
    question("Q2", "1", rules=("CX1-LD",)),
    question("Q3", "2"),
    Question("Q9", label("góp ý"), Kind.TEXT),
)
RULES = {code: rule(code, n) for code, n in (("CX1-HD", 15), ("CX1-LD", 2))}

answers = st.dictionaries(
    st.sampled_from(["Q1", "Q3"]), st.sampled_from(["1", "2", "3", "4", "9", "/"])
)
rows = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from(sorted(RULES)), answers), max_size=30
)


def frame(drawn):
    return ballots(*((unit, code, [filled]) for unit, code, filled in drawn))


def n_of(tallies: Tallies, **keys: str) -> int:
    answers = tallies.answers
    for key, value in keys.items():
        answers = answers[answers[key] == value]
    return int(answers["n"].sum())


def in_key_order(frame: pd.DataFrame) -> pd.DataFrame:
    keys = [column for column in frame.columns if column != "n"]
    return frame.astype(object).sort_values(keys, ignore_index=True)


def assert_same(one: Tallies, two: Tallies) -> None:
    for name in ("answers", "respondents", "ballots"):
        assert_frame_equal(
            in_key_order(getattr(one, name)), in_key_order(getattr(two, name)), check_dtype=False
        )


def test_choices_no_opinion_blank_and_unreadable_are_counted_apart():
    given = ballots(
        ("A", "CX1-LD", [{"Q1": "1", "Q2": "9", "Q3": "/"}, {"Q1": "1", "Q9": "cảm ơn"}])
    )

    tallies = tally(given, {"CX1": FORM}, RULES)

    assert n_of(tallies, question="Q1", choice="1") == 2
    assert n_of(tallies, question="Q2", choice="9") == 1
    assert n_of(tallies, question="Q2", choice=".") == 1
    assert n_of(tallies, question="Q3", choice="/") == 1
    assert n_of(tallies, question="Q3", choice="4") == 0
    assert "Q9" not in set(tallies.answers["question"])


def test_a_rule_is_not_asked_the_questions_of_another():
    tallies = tally(ballots(("A", "CX1-HD", [{"Q1": "2"}])), {"CX1": FORM}, RULES)

    assert set(tallies.answers["question"]) == {"Q1", "Q3"}


def test_only_counted_ballots_of_people_who_met_the_unit_are_tallied():
    given = ballots(("A", "CX1-HD", [{"Q1": "1"}] * 4))
    given["status"] = ["counted", "counted", "over_target", "excluded"]
    given["met"] = [True, False, True, True]

    tallies = tally(given, {"CX1": FORM}, RULES)

    assert n_of(tallies, question="Q1") == 1
    assert dict(zip(tallies.ballots["status"], tallies.ballots["n"], strict=True)) == {
        "counted": 1, "excluded": 1, "not_met": 1, "over_target": 1,
    }  # fmt: skip


def test_people_are_those_with_a_valid_answer_and_a_rater_is_one_person():
    given = ballots(("A", "CX1-HD", [{"Q1": "1"}, {"Q1": "9"}, {"Q1": "2"}, {"Q1": "3"}]))
    given["rater"] = ["r1", "r2", "r3", "r3"]

    respondents = tally(given, {"CX1": FORM}, RULES).respondents

    assert respondents.set_index("criterion")["n"].to_dict() == {"1": 2, "2": 0}


def test_answers_may_come_as_json():
    given = ballots(("A", "CX1-HD", [{"Q1": "1"}, {"Q3": "2"}]), ("B", "CX1-LD", [{"Q2": "4"}]))
    written = given.assign(answers=given["answers"].map(json.dumps))

    assert_same(tally(written, {"CX1": FORM}, RULES), tally(given, {"CX1": FORM}, RULES))


@given(rows, st.randoms())
def test_the_order_of_ballots_does_not_matter(drawn, chance):
    shuffled = list(drawn)
    chance.shuffle(shuffled)

    one = tally(frame(drawn), {"CX1": FORM}, RULES)
    two = tally(frame(shuffled), {"CX1": FORM}, RULES)

    for name in ("answers", "respondents", "ballots"):
        assert_frame_equal(getattr(one, name), getattr(two, name))


@given(rows, st.integers(0, 30))
def test_the_tallies_of_parts_add_up_to_the_tally_of_the_whole(drawn, cut):
    whole = tally(frame(drawn), {"CX1": FORM}, RULES)
    parts = [tally(frame(part), {"CX1": FORM}, RULES) for part in (drawn[:cut], drawn[cut:])]

    assert_same(merge_tallies(parts), whole)


@given(rows)
def test_every_ballot_is_counted_once_in_every_question_it_was_asked(drawn):
    tallies = tally(frame(drawn), {"CX1": FORM}, RULES)

    assert n_of(tallies, question="Q1") == n_of(tallies, question="Q3") == len(drawn)
    assert n_of(tallies, question="Q2") == sum(code == "CX1-LD" for _, code, _ in drawn)
    assert tallies.ballots["n"].sum() == len(drawn)


def test_choices_off_their_scale_are_refused_and_all_are_named():
    given = ballots(("A", "CX1-HD", [{"Q1": "7"}, {"Q3": "12"}]))

    with pytest.raises(ValueError, match=r"CX1-HD Q1: '7', CX1-HD Q3: '12'"):
        tally(given, {"CX1": FORM}, RULES)


def test_a_frame_without_its_columns_or_with_unknown_rules_is_refused():
    with pytest.raises(ValueError, match="lack the columns status, answers"):
        tally(pd.DataFrame(columns=["unit", "rule"]), {"CX1": FORM}, RULES)
    with pytest.raises(ValueError, match="unknown quota rules: CX9"):
        tally(ballots(("A", "CX9", [{}])), {"CX1": FORM}, RULES)


def test_no_ballots_give_empty_tallies():
    tallies = tally(ballots(), {"CX1": FORM}, RULES)

    assert (len(tallies.answers), len(tallies.respondents), len(tallies.ballots)) == (0, 0, 0)
    assert Q4.percent_of("9") is None
