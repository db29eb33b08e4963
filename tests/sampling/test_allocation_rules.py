"""Rules that hand out forms without minimising anything."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.model import Text
from sampling.allocation import Goal, Method, Strata
from sampling.allocation_rules import (
    allocate_equal,
    allocate_fixed,
    allocate_power,
    allocate_proportional,
    allocate_square_root,
)

COMMUNES = Text("xã", "communes")


def test_thirty_citizens_of_each_of_28_communes_are_840_ballots():
    allocation = allocate_fixed(30, Strata.of([5000] * 28, noun=COMMUNES))

    assert allocation.total == 840
    assert allocation.explanation.vi == "Phân bổ cố định: mỗi xã 30 phiếu × 28 xã = 840 phiếu."


def test_a_department_of_nine_people_cannot_give_fifteen_ballots():
    strata = Strata.of([12, 9, 40], codes=["P01", "P02", "P03"])

    with pytest.raises(ValueError, match="15 is above the maximum of P01, P02"):
        allocate_fixed(15, strata)


def test_shares_follow_equality_size_its_root_and_its_variation():
    strata = Strata.of([100, 400, 900], [1, 1, 4])

    assert allocate_equal(60, strata).n.tolist() == [20, 20, 20]
    assert allocate_square_root(60, strata).n.tolist() == [10, 20, 30]
    assert allocate_proportional(70, strata).n.tolist() == [5, 20, 45]
    # CV is 1/2, 1/2, 2/1; times sizes to the power of 1/2
    power = allocate_power(75, strata, means=[2, 2, 2], importance=[100, 400, 900])
    assert power.n.tolist() == [5, 10, 60]


def test_the_power_rule_gives_neyman_shares_at_one_and_shares_by_cv_at_nought():
    strata = Strata.of([100, 400, 900], [1.0, 2.0, 0.5])

    neyman = allocate_power(100, strata, means=[4, 2, 3], exponent=1, integer=False)
    by_cv = allocate_power(100, strata, means=[4, 2, 3], exponent=0, integer=False)

    assert neyman.n == pytest.approx(100 * strata.spreads / strata.spreads.sum())
    cv = np.array([1 / 4, 2 / 2, 0.5 / 3])
    assert by_cv.n == pytest.approx(100 * cv / cv.sum())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"means": [1, 0, 2]}, "means must be positive"),
        ({"means": [1, float("inf"), 2]}, "one or 3 of them"),
        ({"means": 2, "exponent": 1.5}, "exponent=1.5 must lie between 0 and 1"),
        ({"means": 2, "importance": [1, 2]}, "importance must be 3 numbers"),
    ],
)
def test_a_power_rule_without_sense_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        allocate_power(10, Strata.of([10, 20, 30]), **wrong)


RULES = st.sampled_from([allocate_equal, allocate_proportional, allocate_square_root])


@given(RULES, st.lists(st.integers(1, 900), min_size=1, max_size=12), st.data())
def test_whole_forms_keep_the_total_and_stay_within_one_of_the_real_shares(rule, sizes, data):
    least = min(3, *sizes)
    strata = Strata.of(sizes, minimum=least)
    total = data.draw(st.integers(least * len(sizes), sum(sizes)))

    whole, real = rule(total, strata), rule(total, strata, integer=False)

    assert whole.n.sum() == total
    assert real.total == pytest.approx(total, rel=1e-12)
    assert (np.abs(whole.n - real.n) < 1 + 1e-9).all()
    assert (whole.n >= least).all()
    assert (whole.n <= sizes).all()


@given(RULES, st.permutations(range(6)))
def test_the_order_of_rows_does_not_matter_when_strata_have_codes(rule, order):
    sizes, codes = np.array([40, 40, 40, 90, 11, 11]), list("abcdef")

    straight = rule(50, Strata.of(sizes, codes=codes))
    turned = rule(50, Strata.of(sizes[order], codes=[codes[i] for i in order]))

    assert turned.n.tolist() == straight.n[order].tolist()


def test_what_is_left_over_goes_to_larger_units_first():
    assert allocate_equal(11, Strata.of([10, 30, 20])).n.tolist() == [3, 4, 4]


def test_a_rule_says_what_it_did_and_claims_no_optimum():
    allocation = allocate_proportional(60, Strata.of([10, 20, 900], minimum=5, noun=COMMUNES))

    assert (allocation.method, allocation.goal) == (Method.PROPORTIONAL, Goal.RULE)
    assert not allocation.proved
    assert allocation.explanation.vi == (
        "Phân bổ tỷ lệ: 60 phiếu chia cho 3 xã, theo tỷ lệ quy mô. Có 2 xã ở mức tối thiểu. "
        "Số lẻ được làm tròn theo phương pháp số dư lớn nhất nên tổng số phiếu giữ nguyên."
    )


@pytest.mark.parametrize("integer", [True, False])
def test_a_total_the_bounds_do_not_allow_is_refused(integer):
    with pytest.raises(ValueError, match="total=31 must lie between 3 and 30"):
        allocate_equal(31, Strata.of([10, 10, 10], minimum=1), integer=integer)
    with pytest.raises(ValueError, match=r"total=10.5 must be a whole number"):
        allocate_equal(10.5, Strata.of([10, 10, 10]))
