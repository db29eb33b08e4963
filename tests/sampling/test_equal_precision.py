"""Forms handed out so that no unit is known worse than it need be."""

import csv
import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling.allocation import Goal, Strata
from sampling.allocation_rules import allocate_equal
from sampling.equal_precision import equal_precision

FOLDER = Path(__file__).parent / "oracles" / "S07"
DOPT = json.loads((FOLDER / "oracle.json").read_text("utf-8"))["expected"]["dopt"]


def squared_errors(strata, forms, units, means):
    """Squared CV of every unit, by the formula and nothing else."""
    variance, answers = {}, {}
    for h, unit in enumerate(units):
        size, deviation = strata.sizes[h], strata.deviations[h]
        within = size**2 * deviation**2 * (1 / forms[h] - 1 / size)
        variance[unit] = variance.get(unit, 0) + within
        answers[unit] = answers.get(unit, 0) + size * means[h]
    return {unit: max(0, variance[unit]) / answers[unit] ** 2 for unit in variance}


def test_four_domains_get_the_common_cv_of_stratallo():
    with (FOLDER / "bethel_strata.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    sizes, means, deviations = ([float(row[name]) for row in rows] for name in ("N", "M1", "S1"))
    strata, units = Strata.of(sizes, deviations), [row["DOM1"] for row in rows]

    real = equal_precision(DOPT["n"], strata, units=units, means=means, integer=False)
    whole = equal_precision(DOPT["n"], strata, units=units, means=means)

    assert real.n == pytest.approx(DOPT["alloc"], rel=1e-7)
    assert real.objective**2 == pytest.approx(DOPT["common_cv2"], rel=1e-9)
    assert real.total == pytest.approx(DOPT["n"], rel=1e-12)
    assert real.proved
    assert whole.total == DOPT["n"]
    assert real.objective <= whole.objective <= 1.01 * real.objective


@st.composite
def small_plans(draw):
    """Few strata, so that every allocation can be tried."""
    size = draw(st.integers(1, 4))

    def row(values):
        return np.array(draw(st.lists(values, min_size=size, max_size=size)))

    sizes = row(st.integers(2, 6))
    strata = Strata.of(
        sizes,
        row(st.sampled_from([0.3, 0.5, 1.0, 2.0])),
        minimum=1,
        maximum=np.maximum(1, sizes - row(st.integers(0, 2))),
    )
    units = draw(st.none() | st.lists(st.sampled_from("abc"), min_size=size, max_size=size))
    total = draw(st.integers(size, int(strata.maximum.sum())))
    return strata, units, row(st.sampled_from([1.0, 2.0, 3.0])), total


@settings(max_examples=60)
@given(small_plans())
def test_no_allocation_has_a_smaller_worst_unit_when_all_are_tried(plan):
    strata, units, means, total = plan
    codes = units or range(strata.sizes.size)

    whole = equal_precision(total, strata, units=units, means=means)
    real = equal_precision(total, strata, units=units, means=means, integer=False)

    best = min(
        max(squared_errors(strata, forms, codes, means).values())
        for forms in product(*(range(1, int(most) + 1) for most in strata.maximum))
        if sum(forms) == total
    )
    assert whole.n.sum() == total
    assert whole.objective**2 == pytest.approx(best, rel=1e-9, abs=1e-12)
    assert max(squared_errors(strata, whole.n, codes, means).values()) == pytest.approx(
        best, rel=1e-9, abs=1e-12
    )
    assert real.objective <= whole.objective + 1e-9
    assert real.total == pytest.approx(total, rel=1e-9)


@given(
    st.lists(st.integers(20, 5000), min_size=2, max_size=30),
    st.integers(0, 400),
    st.randoms(use_true_random=False),
)
def test_units_of_one_stratum_get_the_same_with_and_without_unit_codes(sizes, more, random):
    deviations = [random.choice([0.5, 0.9, 1.3]) for _ in sizes]
    codes = [f"X{i:02}" for i in range(len(sizes))]
    strata = Strata.of(sizes, deviations, minimum=2, codes=codes)
    total = min(2 * len(sizes) + more, sum(sizes))

    plain = equal_precision(total, strata)
    coded = equal_precision(total, strata, units=codes)

    assert plain.n.sum() == coded.n.sum() == total
    assert plain.objective == pytest.approx(coded.objective, rel=1e-9)


def test_the_worst_commune_is_known_better_than_with_thirty_forms_each():
    rng = np.random.default_rng(28)
    strata = Strata.of(rng.integers(900, 9000, 28), rng.uniform(0.5, 1.3, 28), minimum=10)

    even, precise = allocate_equal(840, strata), equal_precision(840, strata)

    def worst(allocation):
        errors = squared_errors(strata, allocation.n, range(28), np.ones(28))
        return max(errors.values()) ** 0.5

    assert precise.total == even.total == 840
    assert worst(precise) == pytest.approx(precise.objective)
    assert worst(precise) < 0.8 * worst(even)


def test_large_populations_with_equal_spread_get_equal_numbers():
    strata = Strata.of([10**6, 10**8, 10**7], 0.9)

    assert equal_precision(91, strata).n.tolist() == [30, 31, 30]


def test_a_unit_that_cannot_give_more_keeps_its_error_and_the_others_go_on():
    strata = Strata.of([1000, 1000, 1000], [2.0, 1.0, 0.5], maximum=[20, 1000, 1000])

    allocation = equal_precision(270, strata)

    assert allocation.n.tolist() == [20, 193, 57]
    errors = squared_errors(strata, allocation.n, range(3), np.ones(3))
    assert allocation.objective == pytest.approx(errors[0] ** 0.5)
    assert errors[1] == pytest.approx(errors[2], rel=0.05)


def test_a_unit_of_priority_four_has_half_the_error():
    strata = Strata.of([10**7, 10**7], 1.0)

    allocation = equal_precision(500, strata, priorities=[4, 1], integer=False)

    assert allocation.n == pytest.approx([400, 100], rel=1e-4)
    assert "căn bậc hai của mức ưu tiên" in allocation.explanation.vi


def test_with_means_the_cv_is_equalised_and_without_them_the_standard_error():
    strata = Strata.of([10**7, 10**7], 1.0)

    by_error, by_cv = equal_precision(100, strata), equal_precision(100, strata, means=[1, 3])

    assert by_error.n.tolist() == [50, 50]
    assert by_error.goal is Goal.STANDARD_ERROR
    assert by_cv.n.tolist() == [90, 10]
    assert by_cv.goal is Goal.CV
    assert "hệ số biến thiên lớn nhất trong các" in by_cv.explanation.vi


def test_the_order_of_rows_does_not_matter_when_units_have_codes():
    sizes, deviations = np.array([50, 50, 50, 80, 80]), np.array([1, 1, 1, 0.7, 0.7])
    codes, order = list("abcde"), [3, 0, 4, 2, 1]

    straight = equal_precision(44, Strata.of(sizes, deviations, codes=codes))
    turned = equal_precision(
        44, Strata.of(sizes[order], deviations[order], codes=[codes[i] for i in order])
    )

    assert turned.n.tolist() == straight.n[order].tolist()


def test_a_unit_without_people_or_without_spread_needs_nothing():
    strata = Strata.of([0, 100, 100], [1.0, 0.0, 1.0])

    for integer in (True, False):
        assert equal_precision(40, strata, integer=integer).n.tolist() == [0, 0, 40]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"units": ["a"]}, "2 strata need as many units, not 1"),
        ({"means": [1, 0]}, "means must be positive"),
        ({"means": [1, 2, 3]}, "one or 2 of them"),
        ({"priorities": [1, -1]}, "priorities must be positive"),
        ({"units": ["a", "a"], "priorities": [1, 2]}, "one or 1 of them"),
    ],
)
def test_arguments_that_do_not_fit_the_strata_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        equal_precision(10, Strata.of([50, 60]), **wrong)


@pytest.mark.parametrize("integer", [True, False])
def test_a_total_the_bounds_do_not_allow_is_refused(integer):
    with pytest.raises(ValueError, match="total=111 must lie between 4 and 110"):
        equal_precision(111, Strata.of([50, 60], minimum=2), integer=integer)


def test_the_explanation_names_the_goal_and_the_range_of_errors():
    allocation = equal_precision(60, Strata.of([500, 700], 0.8))

    assert allocation.explanation.vi == (
        "Phân bổ bảo đảm độ chính xác đồng đều: 60 phiếu cho 2 tầng, sao cho sai số chuẩn lớn nhất "
        "trong các tầng là nhỏ nhất. Sai số chuẩn lớn nhất 0,1429, nhỏ nhất 0,1416. Đã chứng "
        "minh: không có phương án phân bổ nào tốt hơn."
    )
