"""Disclosure control, tested by playing the attacker who has everything that is published."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.publish import (
    GroupCell,
    PublishState,
    Reason,
    determined,
    hide_points,
    protect_groups,
)

PUBLISHED, MERGED, SUPPRESSED = PublishState


def cell(rule, people, mean="80", weight=1, *, form=None, alike=False):
    return GroupCell(
        rule=rule,
        form=form or rule.split("-")[0],
        people=people,
        mean=None if mean is None else Fraction(mean),
        weight=weight,
        alike=alike,
    )


def states(*cells, **options):
    shown = protect_groups(cells, k_mean=5, **options)
    return {rule: (group.state, group.reason) for rule, group in shown.groups.items()}


def test_two_leaders_are_merged_into_the_delegates_who_filled_the_same_form():
    shown = protect_groups(
        [
            cell("CX1-HD", 15, "90", 15),
            cell("CX1-LD", 2, "50", 2),
            cell("CX2", 12, weight=17),
            cell("CX4", 30, weight=34),
        ],
        k_mean=5,
    )

    merged = shown.groups["CX1-LD"]
    assert merged == shown.groups["CX1-HD"]
    assert (merged.state, merged.reason) == (MERGED, Reason.MERGED)
    assert set(merged.members) == {"CX1-HD", "CX1-LD"}
    assert merged.value == Decimal("85.294117647059")  # (15 × 90 + 2 × 50) / 17
    assert shown.groups["CX2"].state is PUBLISHED


def test_three_district_leaders_are_hidden_and_the_next_smallest_group_with_them():
    assert states(cell("CH1", 3), cell("CH2", 15), cell("CH3", 56), cell("CH4", 10)) == {
        "CH1": (SUPPRESSED, Reason.SMALL),
        "CH2": (PUBLISHED, Reason.NONE),
        "CH3": (PUBLISHED, Reason.NONE),
        "CH4": (SUPPRESSED, Reason.COMPLEMENTARY),
    }


def test_a_group_whose_satisfaction_is_published_is_no_cover_while_another_is_left():
    shown = states(
        cell("CH1", 3), cell("CH2", 15), cell("CH3", 56), cell("CH4", 10), keep=frozenset({"CH4"})
    )

    assert shown["CH2"] == (SUPPRESSED, Reason.COMPLEMENTARY)
    assert shown["CH4"] == (PUBLISHED, Reason.NONE)


def test_two_small_groups_cover_each_other():
    assert states(cell("CH1", 3), cell("CH2", 4, "70"), cell("CH3", 56))["CH3"] == (
        PUBLISHED, Reason.NONE,
    )  # fmt: skip


def test_two_small_groups_cover_nothing_when_everybody_gave_full_marks():
    shown = states(cell("CH1", 3, "100"), cell("CH2", 4, "100"), cell("CH3", 56), cell("CH4", 60))

    assert shown["CH3"] == (SUPPRESSED, Reason.COMPLEMENTARY)
    assert shown["CH4"] == (PUBLISHED, Reason.NONE)


@pytest.mark.parametrize(("people", "state"), [(9, SUPPRESSED), (10, PUBLISHED)])
def test_a_group_of_one_mind_is_shown_from_ten_people_on(people, state):
    shown = states(cell("CH2", people, alike=True), cell("CH3", 20), cell("CH4", 30))

    assert shown["CH2"][0] is state


def test_a_small_group_without_weight_needs_no_cover():
    shown = states(cell("CH1", 3, weight=0), cell("CH2", 15, weight=1))

    assert shown == {"CH1": (SUPPRESSED, Reason.SMALL), "CH2": (PUBLISHED, Reason.NONE)}


def test_a_silent_group_has_nothing_to_hide():
    shown = states(cell("CH1", 0, None, 0), cell("CH2", 15, weight=1))

    assert shown["CH1"] == (PUBLISHED, Reason.NO_ANSWERS)


def test_points_that_rest_on_one_small_group_expose_it():
    assert protect_groups([cell("CH1", 3, weight=1)], k_mean=5).exposed
    assert not protect_groups([cell("CH1", 3), cell("CH2", 15)], k_mean=5).exposed


cells = st.lists(
    st.tuples(
        st.sampled_from(["CX1", "CX2", "CX3"]),
        st.integers(0, 40),
        st.fractions(0, 100, max_denominator=30),
        st.integers(0, 5),
        st.booleans(),
    ),
    min_size=1,
    max_size=7,
).map(
    lambda drawn: [
        GroupCell(
            rule=f"{form}-{i}",
            form=form,
            people=people,
            mean=mean if people else None,
            weight=weight if people else 0,
            alike=alike,
        )
        for i, (form, people, mean, weight, alike) in enumerate(drawn)
    ]
)


@given(cells, st.sets(st.integers(0, 6)))
def test_the_attacker_cannot_solve_for_a_hidden_mean(drawn, kept):
    keep = frozenset(drawn[i].rule for i in kept if i < len(drawn))

    shown = protect_groups(drawn, k_mean=5, keep=keep)

    asked = [c for c in drawn if c.mean is not None]
    place = {c.rule: i for i, c in enumerate(asked)}
    known = [[float(c.weight) for c in asked]]  # the criterion points
    for group in {g.members: g for g in shown.groups.values()}.values():
        if group.value is None:
            continue
        members = [asked[place[rule]] for rule in group.members]
        by_weight = any(c.weight for c in members)
        row = np.zeros(len(asked))
        for c in members:
            row[place[c.rule]] = float(c.weight) if by_weight else c.people
        known.append(row)
    secret = [
        row
        for c, row in zip(asked, np.eye(len(asked)), strict=True)
        if c.people < 5 or shown.groups[c.rule].state is SUPPRESSED
    ]
    if secret and not shown.exposed:
        assert not determined(np.array(secret), np.array(known)).any()


@given(cells)
def test_every_shown_mean_speaks_for_enough_people(drawn):
    shown = protect_groups(drawn, k_mean=5)

    by_rule = {c.rule: c for c in drawn}
    for group in shown.groups.values():
        if group.value is not None:
            members = [by_rule[rule] for rule in group.members]
            weighted = any(c.weight for c in members)
            assert sum(c.people for c in members if c.weight or not weighted) >= 5
            assert (group.state is MERGED) == (len(group.members) > 1)
        else:
            assert group.reason is not Reason.NONE


@given(cells, st.randoms())
def test_what_is_shown_does_not_depend_on_the_order_of_groups(drawn, chance):
    shuffled = list(drawn)
    chance.shuffle(shuffled)

    one, two = (protect_groups(order, k_mean=5).groups for order in (drawn, shuffled))

    for rule, group in one.items():
        assert (two[rule].value, two[rule].state, two[rule].reason) == (
            group.value, group.state, group.reason,
        )  # fmt: skip


def test_the_attacker_solves_two_equations_in_two_unknowns():
    both = np.array([[1.0, 1.0], [1.0, 2.0]])

    assert determined(np.eye(2), both).all()
    assert not determined(np.eye(2), both[:1]).any()
    assert not determined(np.eye(2), np.zeros((0, 2))).any()


NODES = {
    "1": frozenset({"1.1", "1.2", "1.3"}),
    "2": frozenset({"2.1"}),
    **{code: frozenset({code}) for code in ("1.1", "1.2", "1.3", "2.1")},
}
EVERYTHING = frozenset({"1.1", "1.2", "1.3", "2.1"})


def test_a_leaf_at_risk_takes_one_neighbour_along():
    hidden = hide_points({"1.2"}, NODES, [EVERYTHING], ["1.1", "1.3", "2.1", "1", "2"])

    assert hidden == {"1.1", "1.2"}


def test_a_leaf_alone_in_its_component_hides_the_component_and_another():
    hidden = hide_points({"2.1"}, NODES, [EVERYTHING], ["1.1", "1.2", "1.3", "2", "1"])

    assert {"2", "2.1", "1"} < hidden


@given(st.sets(st.sampled_from(sorted(EVERYTHING)), min_size=1))
def test_no_leaf_at_risk_follows_from_what_is_left(sensitive):
    order = ["1.1", "1.2", "1.3", "2.1", "1", "2"]

    hidden = hide_points(sensitive, NODES, [EVERYTHING], order)

    leaves = sorted(EVERYTHING)
    vector = {name: [float(leaf in codes) for leaf in leaves] for name, codes in NODES.items()}
    known = [[1.0] * 4, *(row for name, row in vector.items() if name not in hidden)]
    assert not determined(np.array([vector[c] for c in sensitive]), np.array(known)).any()
    assert sensitive <= hidden


def test_nothing_at_risk_hides_nothing():
    assert hide_points(set(), NODES, [EVERYTHING], []) == frozenset()
