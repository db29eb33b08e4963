"""The exact optimum in whole forms, for a total and for a bound of the variance."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.allocation import Goal, Strata
from sampling.continuous_allocation import continuous_for_total
from sampling.integer_allocation import integer_for_total, integer_for_variance

ORACLES = Path(__file__).parent / "oracles"


def oracle(folder):
    return json.loads((ORACLES / folder / "oracle.json").read_text("utf-8"))["expected"]


def columns(folder, file, *names):
    with (ORACLES / folder / file).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [np.array([float(row[name]) for row in rows]) for name in names]


WRIGHT = oracle("S03")


@pytest.mark.parametrize("case", oracle("S02")["fixed_n"])
def test_no_allocation_of_a_small_total_is_better_when_all_are_tried(case):
    strata = Strata.of(case["N"], case["S"], minimum=case["lo"], maximum=case["hi"])

    allocation = integer_for_total(case["n"], strata)

    assert allocation.n.tolist() in case["optima"]
    assert allocation.objective == pytest.approx(case["variance_of_total"], rel=1e-10)
    assert allocation.proved


@pytest.mark.parametrize("case", WRIGHT["cases"])
def test_the_published_examples_of_wright_come_out(case):
    strata = Strata.of(WRIGHT["N"], np.sqrt(WRIGHT["S2"]), minimum=case["lo"], maximum=case["hi"])

    allocation = integer_for_total(case["n"], strata)

    assert allocation.n.tolist() == case["alloc"]
    assert allocation.objective == pytest.approx(case["v"], rel=1e-9)


@pytest.mark.parametrize("case", WRIGHT["ten_strata"]["cases"])
def test_totals_and_least_totals_of_ten_strata_agree_with_wright(case):
    ten = WRIGHT["ten_strata"]
    strata = Strata.of(ten["N"], ten["S"], minimum=case["lo"], maximum=case["hi"])

    if "v0_sqrt" in case:
        allocation = integer_for_variance(case["v0_sqrt"] ** 2, strata)
        assert allocation.goal is Goal.FORMS
    else:
        allocation = integer_for_total(case["n"], strata)

    assert allocation.n.tolist() == case["alloc"]
    assert allocation.total == case["n"]
    assert strata.variance(allocation.n) == pytest.approx(case["v"], rel=1e-9)


def test_the_seats_of_the_house_of_2020_are_an_optimal_allocation():
    (population,) = columns("S04", "house2020.csv", "population")
    seats = oracle("S04")["seats"]

    allocation = integer_for_total(435, Strata.of(population, minimum=1))

    assert allocation.n.tolist() == list(seats.values())


@pytest.mark.parametrize("case", [c for c in oracle("S05")["cases"] if "problem" not in c])
@pytest.mark.parametrize("bounds", ["integer_box", "integer_min1_maxN"])
def test_bounded_optima_are_as_good_as_those_of_stratallo(case, bounds):
    sizes, deviations, low, high = columns("S05", case["file"], "N", "S", "lo", "hi")
    boxed = {"minimum": low, "maximum": high} if bounds == "integer_box" else {"minimum": 1}
    strata = Strata.of(sizes, deviations, **boxed)

    allocation = integer_for_total(case["n"], strata)

    assert allocation.total == case["n"]
    assert allocation.objective == pytest.approx(case[bounds]["variance_of_total"], rel=1e-12)


@st.composite
def plans(draw):
    """Strata with bounds, and a total they allow."""
    size = draw(st.integers(1, 8))

    def row(values):
        return np.array(draw(st.lists(values, min_size=size, max_size=size)))

    sizes = row(st.integers(1, 400))
    strata = Strata.of(
        sizes,
        row(st.sampled_from([0.0, 0.1, 0.3, 0.5, 1.0, 1.25, 3.0])),
        minimum=np.minimum(sizes, row(st.integers(0, 5))),
        codes=[f"X{i:02}" for i in range(size)],
    )
    lowest, highest = strata.whole_bounds()
    return strata, draw(st.integers(int(lowest.sum()), int(highest.sum())))


@given(plans())
def test_every_form_is_handed_out_and_moving_one_never_helps(plan):
    strata, total = plan
    lowest, highest = strata.whole_bounds()

    allocation = integer_for_total(total, strata)

    n = allocation.n
    assert n.sum() == total
    assert ((lowest <= n) & (n <= highest)).all()
    squares = strata.spreads**2
    gain = np.where(n < highest, squares / np.maximum(n * (n + 1), 1), 0)
    loss = np.where(n > lowest, squares / np.maximum(n * (n - 1), 1), np.inf)
    assert gain.max() <= loss.min() * (1 + 1e-9)


@given(plans())
def test_whole_forms_are_never_better_than_real_ones(plan):
    strata, total = plan
    lowest, highest = strata.whole_bounds()
    same = Strata.of(strata.sizes, strata.deviations, minimum=lowest, maximum=highest)

    best = continuous_for_total(total, same)

    assert integer_for_total(total, strata).objective >= best.objective - 1e-9 * abs(best.objective)


@given(plans(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_when_strata_have_codes(plan, random):
    strata, total = plan
    order = list(range(strata.sizes.size))
    random.shuffle(order)
    shuffled = Strata.of(
        strata.sizes[order],
        strata.deviations[order],
        minimum=strata.minimum[order],
        codes=[strata.codes[i] for i in order],
    )

    assert integer_for_total(total, shuffled).n.tolist() == (
        integer_for_total(total, strata).n[order].tolist()
    )


@given(plans())
def test_the_least_total_for_a_variance_is_least(plan):
    strata, total = plan
    wanted = integer_for_total(total, strata).objective

    allocation = integer_for_variance(wanted, strata)

    lowest, _ = strata.whole_bounds()
    assert allocation.total <= total
    assert strata.variance(allocation.n) <= wanted + 1e-9 * (1 + abs(wanted))
    if allocation.total > lowest.sum():
        fewer = integer_for_total(int(allocation.total) - 1, strata)
        assert fewer.objective > wanted


def test_equal_gains_go_to_the_larger_stratum_then_to_the_earlier_code():
    # 3 × 0,1 and 1 × 0,3 are the same number, though not in floating point
    strata = Strata.of([10, 30, 10], [0.3, 0.1, 0.3], codes=["b", "c", "a"])

    assert integer_for_total(4, strata).n.tolist() == [1, 2, 1]
    assert integer_for_total(5, strata).n.tolist() == [1, 2, 2]


def test_a_stratum_that_is_all_alike_keeps_its_minimum():
    strata = Strata.of([100, 100], [0.0, 1.0], minimum=[3, 0])

    assert integer_for_total(50, strata).n.tolist() == [3, 47]
    with pytest.raises(ValueError, match="must lie between 4 and 103"):
        integer_for_total(104, strata)


def test_equal_bounds_fix_a_stratum():
    strata = Strata.of([100, 100, 100], minimum=[7, 0, 0], maximum=[7, 100, 100])

    assert integer_for_total(27, strata).n.tolist() == [7, 10, 10]


@pytest.mark.parametrize("total", [1, 201, 10.5, float("nan")])
def test_a_total_the_bounds_do_not_allow_is_refused(total):
    with pytest.raises(ValueError, match=f"total={total}"):
        integer_for_total(total, Strata.of([100, 100]))


def test_a_variance_out_of_reach_is_refused_with_what_can_be_reached():
    strata = Strata.of([100, 100], maximum=50)

    with pytest.raises(ValueError, match="out of reach: all 100 forms leave 200"):
        integer_for_variance(199, strata)
    with pytest.raises(ValueError, match="must be a finite number"):
        integer_for_variance(float("nan"), strata)
    assert integer_for_variance(200, strata).n.tolist() == [50, 50]


def test_bounds_without_a_whole_number_between_them_are_refused():
    with pytest.raises(ValueError, match="no whole number of forms is allowed in stratum 2"):
        integer_for_total(10, Strata.of([10, 10], minimum=[0, 2.2], maximum=[10, 2.8]))


def test_ten_thousand_equal_strata_share_to_within_one_form():
    allocation = integer_for_total(25_003, Strata.of(np.full(10_000, 300), 0.9))

    assert np.bincount(allocation.n)[2:].tolist() == [4997, 5003]
    assert allocation.n[:5003].min() == 3
