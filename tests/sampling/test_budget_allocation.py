"""Whole forms of unequal cost within a budget."""

import json
from itertools import product
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling.allocation import Goal, Method, Strata
from sampling.budget_allocation import integer_for_budget
from sampling.continuous_allocation import continuous_for_budget
from sampling.integer_allocation import integer_for_total
from sampling.integer_program import MOST_STEPS, whole_best, windows

ORACLE = json.loads((Path(__file__).parent / "oracles" / "S02" / "oracle.json").read_text("utf-8"))


@pytest.mark.parametrize("case", ORACLE["expected"]["budget"])
def test_no_way_to_spend_a_small_budget_is_better_when_all_are_tried(case):
    strata = Strata.of(
        case["N"], case["S"], minimum=case["lo"], maximum=case["hi"], costs=case["cost"]
    )

    allocation = integer_for_budget(case["budget"], strata)

    assert allocation.n.tolist() in case["optima"]
    assert allocation.objective == pytest.approx(case["variance_of_total"], rel=1e-10)
    assert allocation.proved


@st.composite
def budgets(draw):
    size = draw(st.integers(1, 4))

    def row(values):
        return np.array(draw(st.lists(values, min_size=size, max_size=size)))

    sizes = row(st.integers(1, 7))
    strata = Strata.of(
        sizes,
        row(st.sampled_from([0.0, 0.4, 1.0, 1.1, 2.5])),
        minimum=np.minimum(sizes, row(st.integers(0, 2))),
        costs=row(st.sampled_from([1, 2, 7.5, 0.3, 12])),
    )
    lowest, highest = strata.whole_bounds()
    share = draw(st.integers(0, 22)) / 20
    least, most = float(strata.costs @ lowest), float(strata.costs @ highest)
    return strata, round(least + share * (most - least), 2)


@settings(max_examples=60)
@given(budgets())
def test_the_best_way_is_found_and_proved_and_the_budget_is_held(plan):
    strata, budget = plan
    lowest, highest = strata.whole_bounds()

    allocation = integer_for_budget(budget, strata)

    affordable = [
        strata.variance(np.array(forms))
        for forms in product(*(range(a, b + 1) for a, b in zip(lowest, highest, strict=True)))
        if strata.costs @ np.array(forms) <= budget + 1e-9
    ]
    assert strata.costs @ allocation.n <= budget + 1e-9
    assert allocation.objective == pytest.approx(min(affordable), rel=1e-9, abs=1e-9)
    assert allocation.proved


def test_two_hundred_strata_are_settled_and_near_what_real_numbers_reach():
    rng = np.random.default_rng(7)
    strata = Strata.of(
        rng.integers(50, 3000, 200),
        rng.uniform(0.5, 2, 200),
        minimum=2,
        costs=rng.choice([10_000, 15_000, 20_000, 35_000], 200),
    )

    allocation = integer_for_budget(100_000_000, strata)

    real = continuous_for_budget(100_000_000, strata)
    assert real.objective <= allocation.bound <= allocation.objective
    assert allocation.gap < 1e-6
    assert allocation.objective < 1.001 * real.objective
    assert strata.costs @ allocation.n <= 100_000_000


def test_with_equal_costs_it_is_the_optimum_of_the_total_the_budget_buys():
    strata = Strata.of([900, 400, 50], [0.6, 1.0, 2.0], costs=20_000)

    allocation = integer_for_budget(1_015_000, strata)

    assert allocation.n.tolist() == integer_for_total(50, strata).n.tolist()
    assert allocation.proved


def test_money_nobody_can_use_is_left_and_said():
    allocation = integer_for_budget(1000, Strata.of([10, 20], costs=[3, 5]))

    assert allocation.n.tolist() == [10, 20]
    assert (allocation.method, allocation.goal) == (Method.BUDGET, Goal.VARIANCE)
    assert "kinh phí 1.000 " in allocation.explanation.vi
    assert "30 phiếu cho 2 tầng, chi 130, còn lại 870." in allocation.explanation.vi


def test_when_time_runs_out_the_result_is_allowed_and_says_its_gap():
    rng = np.random.default_rng(11)
    strata = Strata.of(
        rng.integers(50, 3000, 400),
        rng.uniform(0.5, 2, 400),
        minimum=2,
        costs=rng.integers(10_000, 40_000, 400),
    )

    allocation = integer_for_budget(150_000_000, strata, seconds=0)

    assert strata.costs @ allocation.n <= 150_000_000
    assert 0 <= allocation.gap < 0.001
    assert allocation.proved == (allocation.gap <= 1e-9)


def test_a_budget_below_the_minima_is_refused_with_the_least_one():
    strata = Strata.of([10, 20], minimum=2, costs=[3.5, 5])

    with pytest.raises(ValueError, match=r"budget=16 is below 17\.0"):
        integer_for_budget(16, strata)
    with pytest.raises(ValueError, match="must be a finite number"):
        integer_for_budget(float("inf"), strata)


def test_costs_too_fine_to_be_added_exactly_are_refused():
    strata = Strata.of([10, 20], costs=[1 / 3, 1.0])

    with pytest.raises(ValueError, match="round them"):
        integer_for_budget(10, strata)


def test_a_census_too_dear_for_machine_integers_is_not_taken_as_paid():
    strata = Strata.of([1e12] * 12, costs=[99_999] + [1_000_000] * 11)

    allocation = integer_for_budget(1e8, strata, seconds=1)

    assert strata.costs @ allocation.n <= 1e8


def test_however_many_strata_there_are_the_solver_is_given_no_more_steps_than_it_can_try():
    rng = np.random.default_rng(7)
    prices, pulls = rng.uniform(1, 3, MOST_STEPS), rng.uniform(50, 500, MOST_STEPS)
    bounds = np.ones(MOST_STEPS, dtype=np.int64), np.full(MOST_STEPS, 90)
    best = whole_best(prices, pulls, bounds)

    window = windows(prices, pulls, best, 1e6, bounds)

    assert 0 < window.strata.size <= MOST_STEPS
    assert ((window.low <= best) & (best <= window.high)).all()
    assert not window.complete


@pytest.mark.parametrize(
    ("costs", "budget"),
    [([1, 999_999_937], 2.7e9), ([1, 3, 999_999_937], 3.4e9), ([1, 7, 1e6 + 3, 999_999_937], 5e9)],
)
def test_prices_a_billion_apart_take_no_longer_than_others(costs, budget):
    strata = Strata.of([1e9] * len(costs), costs=costs)
    started = monotonic()

    forms = integer_for_budget(budget, strata, seconds=1).n

    assert monotonic() - started < 3
    left = budget - strata.costs @ forms
    assert 0 <= left < min(costs)
