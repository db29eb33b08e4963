"""From counts to criterion points, by the written formula and in exact numbers."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.satisfaction import satisfaction
from analysis.scores import (
    GroupScore,
    no_opinion_share,
    open_book,
    questions_of,
    raw_weights,
    score_criterion,
)
from analysis.tallies import tally
from questionnaires.model import GroupWeights, Source
from tests.analysis.builders import S5, ballots, form, leaf, question, rule

FORMS = {
    "CX1": form("CX1", question("Q1", "1"), question("Q2", "1", rules=("CX1-LD",))),
    "CX2": form("CX2", question("Q1", "1"), question("Q2", "1")),
    "CX4": form("CX4", question("Q1", "1", on=S5)),
}
RULES = {
    code: rule(code, n) for code, n in (("CX1-HD", 15), ("CX1-LD", 2), ("CX2", 12), ("CX4", 30))
}


def score(given, weighting=GroupWeights.BY_FORM, *, max_points="10", weights=None, own=None):
    criterion = leaf("1", max_points, Source.SURVEY, weights=own)
    return score_criterion(
        "A",
        criterion,
        questions_of("1", RULES.values(), FORMS),
        RULES,
        open_book(tally(ballots(*given), FORMS, RULES)),
        weighting=weighting,
        explicit_weights=weights or {},
    )


GIVEN = (
    ("A", "CX1-HD", [{"Q1": "1"}, {"Q1": "2"}, {"Q1": "9"}]),  # 80 from two people
    ("A", "CX1-LD", [{"Q1": "3", "Q2": "1"}]),  # 20 and 100: 60 from one person
    ("A", "CX2", [{"Q1": "1", "Q2": "2"}, {"Q1": "1"}]),  # 100 and 60: 80 from two
    ("A", "CX4", [{"Q1": "4"}, {"Q1": "5"}]),  # 87.5 from two
)


def test_a_group_mean_is_the_mean_over_questions_of_the_mean_of_valid_answers():
    means = {group.rule: group.mean for group in score(GIVEN).groups}

    assert means == {"CX1-HD": 80, "CX1-LD": 60, "CX2": 80, "CX4": Fraction(175, 2)}


@pytest.mark.parametrize(
    ("weighting", "points"),
    [
        # Forms equal, the delegates' two people and the leader pooled: (220/3 + 80 + 87.5) / 3.
        (GroupWeights.BY_FORM, Fraction(10, 100) * (Fraction(220, 3) + 80 + Fraction(175, 2)) / 3),
        (GroupWeights.EQUAL, Fraction(10, 100) * (80 + 60 + 80 + Fraction(175, 2)) / 4),
        (GroupWeights.POOLED, Fraction(10, 100) * (160 + 60 + 160 + 175) / 7),
    ],
)
def test_groups_are_joined_as_the_campaign_says_and_the_others_are_printed_beside(
    weighting, points
):
    scored = score(GIVEN, weighting)

    assert scored.points == points
    for other, beside in scored.alternatives.items():
        assert score(GIVEN, other).points == beside
    assert weighting not in scored.alternatives


def test_explicit_weights_come_from_the_campaign_or_from_the_criterion_itself():
    campaign_wide = {"CX2": Decimal(1), "CX4": Decimal(3)}

    by_campaign = score(GIVEN, GroupWeights.EXPLICIT, weights=campaign_wide)
    by_criterion = score(
        GIVEN, GroupWeights.EQUAL, own={"CX1-HD": Decimal("0.5"), "CX2": Decimal("0.5")}
    )

    assert by_campaign.points == Fraction(10, 100) * (80 + 3 * Fraction(175, 2)) / 4
    assert by_criterion.points == 8
    assert by_criterion.weighting is GroupWeights.EXPLICIT
    assert set(by_criterion.alternatives) == {
        GroupWeights.BY_FORM, GroupWeights.EQUAL, GroupWeights.POOLED,
    }  # fmt: skip


def test_one_leader_moves_three_of_thirty_points_when_groups_are_equal_and_less_by_form():
    def points(weighting, leader):
        people = [{"Q1": leader, "Q2": leader}, {"Q1": "1", "Q2": "1"}]
        return score(
            (
                ("A", "CX1-HD", [{"Q1": "1"}] * 15),
                ("A", "CX1-LD", people),
                ("A", "CX2", [{"Q1": "1", "Q2": "1"}] * 12),
                ("A", "CX4", [{"Q1": "5"}] * 30),
            ),
            weighting,
            max_points="30",
        ).points

    moved = {w: points(w, "1") - points(w, "4") for w in (GroupWeights.EQUAL, GroupWeights.BY_FORM)}

    assert moved[GroupWeights.EQUAL] == Fraction(30, 4) / 2
    assert moved[GroupWeights.BY_FORM] == Fraction(30, 3) / 17


def test_the_weight_of_a_silent_group_goes_to_the_others_and_is_reported():
    scored = score((("A", "CX2", [{"Q1": "9", "Q2": "9"}]), ("A", "CX4", [{"Q1": "3"}])))

    assert scored.points == 5
    assert set(scored.without_answers) == {"CX1-HD", "CX1-LD", "CX2"}
    assert Fraction(scored.weights["CX4"], scored.parts) == 1


def test_silence_is_not_a_bad_mark():
    scored = score((("A", "CX4", [{"Q1": "9"}, {}]),))

    assert scored.points is None
    assert all(group.mean is None and scored.weights[group.rule] == 0 for group in scored.groups)


def test_no_opinion_is_counted_nowhere_and_its_share_is_reported():
    silent = score((("A", "CX4", [{"Q1": "5"}, {"Q1": "9"}, {}]),))

    answered = next(group for group in silent.groups if group.rule == "CX4")
    assert answered.mean == 100
    assert no_opinion_share(answered.questions[0]) == Fraction(1, 2)
    assert no_opinion_share(silent.groups[0].questions[0]) is None


groups = st.lists(
    st.builds(
        GroupScore,
        rule=st.text("abcdef", min_size=1, max_size=3),
        form=st.sampled_from(["CX1", "CX2", "CX3"]),
        people=st.integers(1, 60),
        questions=st.just(()),
        mean_ratio=st.none()
        | st.fractions(0, 100, max_denominator=50).map(Fraction.as_integer_ratio),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda group: group.rule,
)


@given(groups, st.sampled_from(GroupWeights))
def test_a_group_weighs_what_its_weighting_says_and_nothing_without_an_answer(drawn, weighting):
    explicit = {group.rule: Decimal(i) / 7 for i, group in enumerate(drawn)}
    answered = [group for group in drawn if group.mean is not None]
    in_form = Counter[str]()
    for group in answered:
        in_form[group.form] += group.people
    said = {
        GroupWeights.BY_FORM: lambda group: Fraction(group.people, in_form[group.form]),
        GroupWeights.EQUAL: lambda _group: 1,
        GroupWeights.POOLED: lambda group: group.people,
        GroupWeights.EXPLICIT: lambda group: Fraction(explicit[group.rule]),
    }[weighting]

    weights = raw_weights(drawn, weighting, explicit)

    assert all(weights[group.rule] == 0 for group in drawn if group.mean is None)
    for one, other in pairwise(answered):
        assert weights[one.rule] * said(other) == weights[other.rule] * said(one)


@given(
    st.lists(st.sampled_from("12349"), max_size=20),
    st.lists(st.sampled_from("123459"), max_size=20),
)
def test_points_lie_between_nothing_and_the_maximum(officials, citizens):
    scored = score(
        (
            ("A", "CX2", [{"Q1": code, "Q2": code} for code in officials]),
            ("A", "CX4", [{"Q1": code} for code in citizens]),
        ),
        max_points="2.5",
    )

    for points in (scored.points, *scored.alternatives.values()):
        assert points is None or 0 <= points <= Fraction("2.5")


def test_satisfaction_is_the_share_of_the_two_best_levels_and_the_mean_percent():
    given = ballots(("A", "CX4", [{"Q1": code} for code in "5544319"]))

    (found,) = satisfaction(["A"], RULES.values(), FORMS, open_book(tally(given, FORMS, RULES)))

    assert (found.unit, found.form, found.people, found.valid) == ("A", "CX4", 6, 6)
    assert found.top2_share == Fraction(400, 6)
    assert found.mean_percent == Fraction(100 + 100 + 75 + 75 + 50 + 0, 6)


def test_satisfaction_without_answers_is_not_zero():
    book = open_book(tally(ballots(), FORMS, RULES))

    (found,) = satisfaction(["A"], RULES.values(), FORMS, book)

    assert (found.top2_share, found.mean_percent, found.valid) == (None, None, 0)
