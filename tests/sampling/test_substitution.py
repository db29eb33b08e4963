"""Enterprises run short, citizens top up: inside one cell, in the open."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.substitution import (
    KindCount,
    Substitution,
    SubstitutionPlan,
    mix_of_cell,
    plan_substitution,
)

ORACLE = json.loads((Path(__file__).parent / "oracles/S01/oracle.json").read_text("utf-8"))


def decision(**changes):
    return Substitution(
        **{
            "rule": "CX4",
            "unit": "X07",
            "planned_kind": "enterprise",
            "actual_kind": "citizen",
            "places": 13,
            "reason": "Xã chỉ có 7 doanh nghiệp",
            "decided_by": "Phòng Nội vụ",
            **changes,
        }
    )


@pytest.mark.parametrize(
    "case", ORACLE["expected"]["substitution_cases"], ids=lambda case: case["commune"]
)
def test_citizens_fill_the_places_enterprises_cannot(case):
    plan = plan_substitution(
        case["enterprises_wanted"],
        case["citizens_wanted"],
        wanted_listed=case["enterprises_available"],
    )

    assert {"enterprise": plan.wanted, "citizen": plan.top_up} == case["expected"]
    assert (plan.target, plan.short) == (case["target"], 0)


def test_a_shortfall_stays_a_shortfall():
    plan = plan_substitution(20, 10, wanted_listed=7, top_up_listed=20)

    assert plan == SubstitutionPlan(20, 10, wanted=7, top_up=20, short=3)
    assert plan.substituted == 10


def test_citizens_the_plan_wanted_anyway_substitute_nobody():
    assert plan_substitution(20, 10, wanted_listed=20, top_up_listed=8).substituted == 0


@given(
    wanted=st.integers(0, 100),
    top_up=st.integers(0, 100),
    wanted_listed=st.integers(0, 100),
    top_up_listed=st.none() | st.integers(0, 100),
)
def test_every_place_is_filled_by_people_there_are_or_reported_short(
    wanted, top_up, wanted_listed, top_up_listed
):
    plan = plan_substitution(
        wanted, top_up, wanted_listed=wanted_listed, top_up_listed=top_up_listed
    )

    assert plan.wanted + plan.top_up + plan.short == wanted + top_up
    assert 0 <= plan.wanted <= min(wanted, wanted_listed)
    assert 0 <= plan.top_up <= (wanted + top_up if top_up_listed is None else top_up_listed)
    assert plan.short == 0 or plan.top_up == top_up_listed


def test_every_number_below_zero_is_named():
    with pytest.raises(ValueError, match=r"wanted=-1, top_up_listed=-2"):
        plan_substitution(-1, 5, wanted_listed=3, top_up_listed=-2)


def test_a_decision_says_its_reason_and_who_took_it():
    with pytest.raises(ValueError, match=r"CX4/X07: reason is empty; decided_by is empty"):
        decision(reason=" ", decided_by="")


def test_nobody_replaces_himself_and_no_decision_is_about_nobody():
    with pytest.raises(ValueError, match=r"places=0 is not at least 1; “citizen” replaces"):
        decision(planned_kind="citizen", places=0)


def test_both_kinds_stay_visible_beside_the_plan():
    mix = mix_of_cell(
        {"enterprise": 20, "citizen": 10},
        [decision(places=8), decision(places=5), decision(places=2, actual_kind="cooperative")],
    )

    assert mix == (
        KindCount("enterprise", planned=20, given_up=15, taken_over=0),
        KindCount("citizen", planned=10, given_up=0, taken_over=13),
        KindCount("cooperative", planned=0, given_up=0, taken_over=2),
    )
    assert [count.actual for count in mix] == [5, 23, 2]


@given(st.lists(st.integers(1, 5), max_size=4), st.randoms(use_true_random=False))
def test_the_target_never_moves_and_the_order_of_decisions_does_not_matter(places, random):
    planned = {"enterprise": 20, "citizen": 10}
    decisions = [decision(places=number) for number in places]
    shuffled = random.sample(decisions, len(decisions))

    mix = mix_of_cell(planned, decisions)

    assert sum(count.actual for count in mix) == 30
    assert mix_of_cell(planned, shuffled) == mix


def test_places_never_leave_their_cell():
    with pytest.raises(ValueError, match="CX4/X07, CX4/X08"):
        mix_of_cell({"enterprise": 20}, [decision(), decision(unit="X08")])


def test_places_the_plan_does_not_have_cannot_be_given_up():
    with pytest.raises(ValueError, match="26 of 20 places of “enterprise”"):
        mix_of_cell({"enterprise": 20}, [decision(), decision()])
    with pytest.raises(ValueError, match="3 places of “factory”, which the plan does not"):
        mix_of_cell({"enterprise": 20}, [decision(planned_kind="factory", places=3)])
