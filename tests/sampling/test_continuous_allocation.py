"""Neyman's allocation in real numbers within bounds: for a total, a budget, a variance."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.allocation import Goal, Strata
from sampling.continuous_allocation import (
    continuous_for_budget,
    continuous_for_total,
    continuous_for_variance,
)

FOLDER = Path(__file__).parent / "oracles" / "S05"
CASES = json.loads((FOLDER / "oracle.json").read_text("utf-8"))["expected"]["cases"]


def columns(file, *names):
    with (FOLDER / file).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [np.array([float(row[name]) for row in rows]) for name in names]


@pytest.mark.parametrize("case", [case for case in CASES if "problem" not in case])
@pytest.mark.parametrize("bounds", ["continuous_box", "continuous_upper_N"])
def test_bounded_optima_agree_with_stratallo(case, bounds):
    sizes, deviations, low, high = columns(case["file"], "N", "S", "lo", "hi")
    boxed = {"minimum": low, "maximum": high} if bounds == "continuous_box" else {}

    allocation = continuous_for_total(case["n"], Strata.of(sizes, deviations, **boxed))

    wanted = case[bounds]
    assert allocation.objective == pytest.approx(wanted["variance_of_total"], rel=1e-12)
    assert allocation.total == pytest.approx(case["n"], rel=1e-13)
    if wanted.get("alloc"):
        assert allocation.n == pytest.approx(wanted["alloc"], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("case", [case for case in CASES if "problem" in case])
def test_the_least_cost_for_a_variance_agrees_with_stratallo(case):
    sizes, deviations, costs = columns(case["file"], "N", "S", "cost")
    strata = Strata.of(sizes, deviations, maximum=0.9 * sizes, costs=costs)

    allocation = continuous_for_variance(case["V"], strata)

    assert allocation.goal is Goal.COST
    assert allocation.objective == pytest.approx(case["cost"], rel=1e-12)
    assert allocation.total == pytest.approx(case["n"], rel=1e-12)
    assert strata.variance(allocation.n) == pytest.approx(case["V"], rel=1e-12)
    if case["alloc"]:
        assert allocation.n == pytest.approx(case["alloc"], rel=1e-9)


def test_without_bounds_forms_follow_size_times_deviation():
    allocation = continuous_for_total(60, Strata.of([100, 200, 300], [3, 1, 0.5]))

    assert allocation.n == pytest.approx([60 * 300 / 650, 60 * 200 / 650, 60 * 150 / 650])


@st.composite
def bounded_strata(draw):
    size = draw(st.integers(1, 8))

    def row(low, high):
        return np.array(draw(st.lists(st.integers(low, high), min_size=size, max_size=size)))

    sizes = row(8, 4000) / 8
    minimum = sizes * row(0, 8) / 8 * draw(st.sampled_from([0, 0.25, 1]))
    return Strata.of(
        sizes,
        row(0, 300) / 100,
        minimum=minimum,
        maximum=minimum + (sizes - minimum) * row(1, 8) / 8,
        costs=row(1, 200) / 10,
    )


def optimal(strata, forms):
    """Whether moving money from any stratum to any other would not help."""
    saving = strata.spreads**2 / (strata.costs * np.maximum(forms, 1e-100) ** 2)
    up = np.where((forms < strata.maximum * (1 - 1e-9)) & (strata.spreads > 0), saving, 0)
    down = np.where(forms > strata.minimum * (1 + 1e-9), saving, np.inf)
    down[strata.spreads == 0] = np.inf
    return up.max() <= down.min() * (1 + 1e-6)


@given(bounded_strata(), st.integers(0, 50).map(lambda n: n / 50))
def test_a_budget_is_spent_within_the_bounds_and_no_shift_of_money_helps(strata, share):
    least = strata.costs @ strata.minimum
    most = strata.costs @ np.where(strata.spreads > 0, strata.maximum, strata.minimum)
    budget = float(least + share * (most - least))

    allocation = continuous_for_budget(budget, strata)

    n = allocation.n
    assert strata.costs @ n == pytest.approx(budget, rel=1e-9)
    assert ((strata.minimum <= n) & (n <= strata.maximum)).all()
    assert optimal(strata, n)


@given(bounded_strata(), st.integers(1, 50).map(lambda n: n / 50))
def test_the_least_cost_for_what_a_budget_reaches_is_that_budget(strata, share):
    least = strata.costs @ strata.minimum
    most = strata.costs @ np.where(strata.spreads > 0, strata.maximum, strata.minimum)
    spent = continuous_for_budget(float(least + share * (most - least)), strata)
    if not np.isfinite(spent.objective):
        return

    back = continuous_for_variance(spent.objective, strata)

    assert back.objective <= (strata.costs @ spent.n) * (1 + 1e-9)
    assert strata.variance(back.n) <= spent.objective + 1e-9 * (
        strata.sizes @ strata.deviations**2 + abs(spent.objective)
    )


def test_money_above_every_maximum_is_left():
    allocation = continuous_for_budget(1e6, Strata.of([10, 20], costs=[3, 5]))

    assert allocation.n.tolist() == [10, 20]


def test_what_bounds_do_not_allow_is_refused_with_what_they_allow():
    strata = Strata.of([100, 50], minimum=[5, 5], maximum=[60, 50], costs=2)

    with pytest.raises(ValueError, match="total=9 must lie between 10 and 110"):
        continuous_for_total(9, strata)
    with pytest.raises(ValueError, match=r"budget=19 is below 20\.0"):
        continuous_for_budget(19, strata)
    with pytest.raises(ValueError, match=r"out of reach: the upper bounds leave 66\.66"):
        continuous_for_variance(66, strata)


def test_the_explanation_says_that_nothing_is_rounded_yet():
    allocation = continuous_for_total(10.5, Strata.of([100, 50]))

    assert "10,5 phiếu cho 2 tầng" in allocation.explanation.vi
    assert "chưa làm tròn" in allocation.explanation.vi
    assert "before rounding" in allocation.explanation.en
