"""The difference of two plans, as a coordinator reads it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from questionnaires.loader import load_campaign
from questionnaires.model import Design
from sampling.plan_changes import BALLOTS, EACH_UNIT, LINE, PEOPLE, ChangeKind, plan_changes
from sampling.quotas import quota_totals

PLAN = load_campaign("bo_trach_2020")


def amended(code, **changed):
    rules = (replace(rule, **changed) if rule.code == code else rule for rule in PLAN.rules)
    return replace(PLAN, rules=tuple(rules))


def test_a_plan_differs_in_nothing_from_itself():
    assert plan_changes(PLAN, PLAN) == ()


def test_a_number_that_changes_everywhere_is_one_line():
    (change,) = plan_changes(PLAN, amended("CX4", per_unit=25))

    assert (change.what, change.unit) == (EACH_UNIT, None)
    assert (change.before, change.after, change.ballots) == ("30", "25", -140)


def test_a_number_that_changes_in_two_units_is_two_lines():
    changes = plan_changes(PLAN, amended("CH2", targets={"P12": 8, "P13": 0}))

    assert [(c.what, c.unit, c.before, c.after, c.ballots) for c in changes] == [
        (BALLOTS, "P12", "15", "8", -7),
        (BALLOTS, "P13", "15", "0", -15),
    ]


def test_words_designs_and_fees_are_said_as_the_office_says_them():
    changes = plan_changes(PLAN, amended("CX2", design=Design.CROSS, fee_vnd=15000))

    assert [(c.what.vi, c.before, c.after) for c in changes] == [
        ("cách trả lời", "riêng", "chung"),
        ("thù lao một phiếu (đồng)", "10.000", "15.000"),
    ]


def test_people_counted_anew_are_a_change_without_ballots():
    (change,) = plan_changes(PLAN, amended("CX4", populations={"X01": 1200}))

    assert (change.what, change.unit, change.before, change.after, change.ballots) == (
        PEOPLE, "X01", "–", "1.200", 0,
    )  # fmt: skip


def test_lines_come_and_go_whole():
    fewer = replace(PLAN, rules=PLAN.rules[:-1])

    (dropped,) = plan_changes(PLAN, fewer)
    (added,) = plan_changes(fewer, PLAN)

    assert (dropped.kind, dropped.what, dropped.ballots) == (ChangeKind.DROPPED, LINE, -840)
    assert (added.kind, added.ballots) == (ChangeKind.ADDED, 840)


@given(
    st.dictionaries(
        st.sampled_from([unit.code for unit in PLAN.units if unit.kind == "commune"]),
        st.integers(0, 60),
    ),
    st.integers(1, 60),
)
def test_the_lines_add_up_to_the_difference_of_the_totals(targets, per_unit):
    after = amended("CX4", targets=targets, per_unit=per_unit)

    changes = plan_changes(PLAN, after)

    difference = quota_totals(after).total - quota_totals(PLAN).total
    assert sum(change.ballots for change in changes) == difference
