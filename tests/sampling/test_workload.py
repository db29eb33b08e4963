"""Whole communes in few hands, nobody near his own office, and a bound on how good it is."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questionnaires.loader import load_campaign
from questionnaires.model import Design
from sampling.workload import FieldTask, assign_tasks, field_tasks, workload_by_rule

BO_TRACH = load_campaign("bo_trach_2020")
FIVE_MINUTES = dict.fromkeys(BO_TRACH.forms, 5)


def cell(place, minutes, rule="CX4"):
    return FieldTask(rule, place, 0, (place,), minutes, minutes)


def booklet(number, minutes, about):
    return FieldTask("CX3", None, number, about, len(about), minutes)


def shortest_by_enumeration(minutes, n_people, refused):
    """Longest load of the best of all ways of handing parcels out."""
    best = None
    for takers in product(range(n_people), repeat=len(minutes)):
        if any(taker in refused[parcel] for parcel, taker in enumerate(takers)):
            continue
        loads = [0] * n_people
        for parcel, taker in enumerate(takers):
            loads[taker] += minutes[parcel]
        best = max(loads) if best is None else min(best, max(loads))
    return best


# --- what is asked of respondents --------------------------------------------------------


def test_a_crossed_person_fills_a_booklet_and_others_one_ballot():
    lines = {line.rule: line for line in workload_by_rule(BO_TRACH, FIVE_MINUTES)}

    assert (lines["CH3"].people, lines["CH3"].ballots) == (56, 728)
    assert (lines["CH3"].ballots_per_person, lines["CH3"].minutes_per_person) == (13, 65)
    assert (lines["CX4"].people, lines["CX4"].ballots_per_person) == (840, 1)
    assert lines["CX4"].minutes_per_person == 5
    assert sum(line.ballots for line in lines.values()) == 3108


def test_half_minutes_are_added_up_before_they_are_rounded():
    minutes = {**FIVE_MINUTES, "CX3": Decimal("2.55")}

    lines = {line.rule: line for line in workload_by_rule(BO_TRACH, minutes)}

    assert lines["CX3"].minutes_per_person == 72  # 28 × 2.55 = 71.4


def test_every_form_without_minutes_is_named():
    with pytest.raises(ValueError, match="above 0; see CH1, CX4"):
        workload_by_rule(BO_TRACH, {**FIVE_MINUTES, "CH1": 0, "CX4": -1})


def test_field_tasks_hold_every_ballot_of_the_plan_once():
    tasks = field_tasks(BO_TRACH, FIVE_MINUTES)

    crossed = {rule.code for rule in BO_TRACH.rules if rule.design is Design.CROSS}
    assert sum(task.ballots for task in tasks) == 3108
    assert len(set(tasks)) == len(tasks)
    assert {task.rule for task in tasks if task.place is None} == crossed
    assert sum(task.rule == "CX3" for task in tasks) == 13


# --- handing out -------------------------------------------------------------------------


def test_every_commune_of_bo_trach_stays_in_one_pair_of_hands():
    tasks = [task for task in field_tasks(BO_TRACH, FIVE_MINUTES) if task.place]
    enumerators = [f"E{number}" for number in range(1, 8)]

    assignment = assign_tasks(tasks, enumerators)

    hands = [{task.place for task in load.tasks} for load in assignment.loads]
    assert sum(len(places) for places in hands) == len(set().union(*hands)) == 41
    assert sum(load.ballots for load in assignment.loads) == 3108 - 39 - 728 - 364
    assert assignment.split == assignment.too_long == ()


def test_equal_communes_are_handed_out_at_the_proved_optimum():
    assignment = assign_tasks([cell(f"X{n:02}", 360) for n in range(28)], list("ABCDE"))

    assert assignment.makespan == 6 * 360
    assert assignment.proved


def test_what_is_not_the_shortest_is_not_called_proved():
    # 5 5 4 4 3 3 3 on three people: longest first gives 11, while 5+4, 5+4, 3+3+3 gives 9.
    assignment = assign_tasks(
        [cell(f"X{n}", minutes) for n, minutes in enumerate((5, 5, 4, 4, 3, 3, 3))], list("ABC")
    )

    assert (assignment.makespan, assignment.lower_bound) == (11, 9)
    assert not assignment.proved


def test_nobody_carries_ballots_about_the_unit_he_is_attached_to():
    tasks = [cell("X01", 10), cell("X02", 10), cell("X03", 10), booklet(1, 30, ("X01", "X02"))]

    assignment = assign_tasks(tasks, ["An", "Bình"], conflicts={"An": ["X01"], "Bình": ["X03"]})

    carried = {load.enumerator: {t.place for t in load.tasks} for load in assignment.loads}
    assert {"X01", None} <= carried["Bình"]
    assert "X03" in carried["An"]


def test_what_one_person_must_carry_alone_bounds_the_longest_load():
    tasks = [cell("X01", 10), cell("X02", 10), cell("X03", 40), booklet(1, 30, ("X02", "X03"))]

    assignment = assign_tasks(tasks, ["An", "Bình"], conflicts={"An": ["X02", "X03"]})

    assert assignment.makespan == assignment.lower_bound == 80
    assert assignment.proved


def test_a_commune_too_long_for_one_person_is_split_by_rule_and_named():
    tasks = [cell("X01", 60, "CX1"), cell("X01", 50, "CX4"), cell("X02", 40)]

    assignment = assign_tasks(tasks, ["An", "Bình"], most_minutes=80)

    assert assignment.split == ("X01",)
    assert [load.minutes for load in assignment.loads] == [60, 90]
    assert assignment.too_long == ("Bình",)


@settings(max_examples=60)
@given(st.data())
def test_the_bound_is_never_above_the_best_of_all_ways(data):
    n_people = data.draw(st.integers(1, 3))
    minutes = data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=6))
    people = list("ABC")[:n_people]
    refused = [
        data.draw(st.sets(st.integers(0, n_people - 1), max_size=n_people - 1)) for _ in minutes
    ]
    tasks = [cell(f"X{n}", m) for n, m in enumerate(minutes)]
    conflicts = {
        name: [f"X{n}" for n in range(len(minutes)) if number in refused[n]]
        for number, name in enumerate(people)
    }

    assignment = assign_tasks(tasks, people, conflicts=conflicts)

    best = shortest_by_enumeration(minutes, n_people, refused)
    assert assignment.lower_bound <= best <= assignment.makespan
    if not any(refused):
        assert assignment.makespan <= 4 / 3 * best
    for load in assignment.loads:
        assert not {task.place for task in load.tasks} & set(conflicts[load.enumerator])
    assert sorted(t.place for load in assignment.loads for t in load.tasks) == sorted(
        task.place for task in tasks
    )


@given(st.permutations([cell(f"X{n}", 10 + n // 2) for n in range(6)]), st.permutations("ABC"))
def test_the_order_of_rows_and_names_changes_nothing(tasks, people):
    loads = {load.enumerator: load for load in assign_tasks(tasks, people).loads}

    first = assign_tasks([cell(f"X{n}", 10 + n // 2) for n in range(6)], list("ABC"))
    assert loads == {load.enumerator: load for load in first.loads}


def test_no_work_is_an_empty_load_for_everybody():
    assignment = assign_tasks([], ["An"])

    assert (assignment.makespan, assignment.lower_bound, assignment.proved) == (0, 0, True)


def test_everything_that_stops_an_assignment_is_said_at_once():
    with pytest.raises(ValueError, match="most_minutes=0") as error:
        assign_tasks(
            [cell("X01", 5), cell("X02", 5), cell("X02", 5)],
            ["An", "An"],
            conflicts={"An": ["X01"], "Chi": []},
            most_minutes=0,
        )
    for problem in ("carry nothing: Chi", "twice: CX4/X02", "take: CX4/X01", "named twice: An;"):
        assert problem in str(error.value)
    with pytest.raises(ValueError, match="there is no enumerator"):
        assign_tasks([cell("X01", 5)], [])
