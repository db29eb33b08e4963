"""What goes into an allocation and what comes out: checks, bounds, words."""

import numpy as np
import pytest

from questionnaires.model import Text
from sampling.allocation import Allocation, Goal, Method, Strata, suggested_method
from sampling.integer_allocation import integer_for_total
from sampling.wording import counted, figure, percent


def test_everything_wrong_with_the_strata_is_named_at_once():
    with pytest.raises(ValueError, match="negative size in X02") as caught:
        Strata.of(
            [100, -1, 50, 40],
            [0.8, 0.8, -0.8, 0.8],
            minimum=[0, 0, 0, 30],
            maximum=[100, 0, 60, 20],
            costs=[1, 1, 1, 0],
            codes=["X01", "X02", "X03", "X04"],
        )

    message = str(caught.value)
    assert "negative deviation in X03" in message
    assert "cost that is not positive in X04" in message
    assert "minimum above maximum in X04" in message
    assert "maximum above size in X02, X03" in message


def test_strata_without_codes_are_named_by_position_and_many_are_counted():
    with pytest.raises(ValueError, match=r"stratum 2, stratum 3, .*stratum 6 and 2 more"):
        Strata.of([10, 1, 1, 1, 1, 1, 1, 1], minimum=2)


@pytest.mark.parametrize("sizes", [[], 7, [[1, 2]], [1, np.nan], [np.inf, 2]])
def test_sizes_that_are_no_row_of_numbers_are_refused(sizes):
    with pytest.raises(ValueError, match=r"sizes must be one row|not finite"):
        Strata.of(sizes)


def test_a_row_of_the_wrong_length_or_a_code_used_twice_is_refused():
    with pytest.raises(ValueError, match="deviations must be one number or 3 of them"):
        Strata.of([1, 2, 3], [1, 2])
    with pytest.raises(ValueError, match="3 strata need as many different codes"):
        Strata.of([1, 2, 3], codes=["a", "b", "a"])


def test_a_census_has_no_sampling_variance_and_an_unasked_stratum_an_infinite_one():
    strata = Strata.of([10, 20], [0.5, 2.0])

    assert strata.variance(np.array([10, 20])) == pytest.approx(0)
    assert strata.variance(np.array([10, 0])) == np.inf


def test_the_variance_is_that_of_repeated_draws():
    rng = np.random.default_rng(2020)
    people = [rng.normal(3, 1, 60), rng.normal(4, 0.4, 200)]
    strata = Strata.of([60, 200], [group.std(ddof=1) for group in people])
    forms = np.array([12, 25])

    totals = [
        sum(
            group.size * rng.choice(group, n, replace=False).mean()
            for group, n in zip(people, forms, strict=True)
        )
        for _ in range(4000)
    ]

    assert np.var(totals) == pytest.approx(strata.variance(forms), rel=0.08)


def test_a_rule_is_never_called_an_optimum():
    allocation = Allocation(np.array([3, 4]), Method.EQUAL)

    assert allocation.goal is Goal.RULE
    assert not allocation.proved
    assert allocation.gap is None
    assert allocation.explanation.vi == ""


def test_an_unproved_result_says_how_far_from_the_best_it_can_be():
    allocation = Allocation(np.array([3, 4]), Method.BUDGET, Goal.VARIANCE, 100.0, 99.5)

    assert not allocation.proved
    assert allocation.gap == pytest.approx(0.005)
    assert "Chưa chứng minh được" in allocation.explanation.vi
    assert "không quá 0,5%" in allocation.explanation.vi
    assert "no more than 0.5%" in allocation.explanation.en


def test_what_was_handed_out_cannot_be_changed_afterwards():
    allocation = integer_for_total(10, Strata.of([50, 60]))

    with pytest.raises(ValueError, match="read-only"):
        allocation.n[0] = 7


def test_an_explanation_calls_the_strata_what_the_planner_calls_them():
    strata = Strata.of([2000, 900, 30], minimum=20, maximum=30, noun=Text("xã", "communes"))

    allocation = integer_for_total(75, strata)

    assert allocation.explanation.vi.startswith(
        "Phân bổ tối ưu (Neyman) theo số nguyên: 75 phiếu cho 3 xã;"
    )
    assert "Có 1 xã ở mức tối thiểu, 1 xã ở mức tối đa." in allocation.explanation.vi
    assert allocation.explanation.vi.endswith(
        "Đã chứng minh: không có phương án phân bổ nào tốt hơn."
    )
    assert "75 forms for 3 communes" in allocation.explanation.en


def test_equal_precision_is_offered_first_when_units_will_be_ranked():
    assert suggested_method(ranked=True) is Method.EQUAL_PRECISION
    assert suggested_method(ranked=False) is Method.PROPORTIONAL


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (1092, "1.092", "1,092"),
        (28_360_000.0, "28.360.000", "28,360,000"),
        (0.15348, "0,1535", "0.1535"),
        (2.5, "2,5", "2.5"),
        (0, "0", "0"),
        (-3.25, "-3,25", "-3.25"),
        (float("nan"), "không xác định", "undefined"),
    ],
)
def test_figures_are_printed_the_vietnamese_and_the_english_way(value, vi, en):
    assert (figure(value).vi, figure(value).en) == (vi, en)


def test_shares_and_counts_are_printed_with_what_they_count():
    assert percent(0.0042).vi == "0,42%"
    assert counted(3321, Text("xã", "communes")).vi == "3.321 xã"


def test_everything_wrong_with_the_shapes_is_said_at_once():
    with pytest.raises(ValueError, match=r"deviations must .*; minimum must .*; costs must "):
        Strata.of([10, 20], [1, 2, 3], minimum=[1, 2, 3], costs=[1])


def test_a_code_too_many_is_refused_even_if_it_is_there_twice():
    with pytest.raises(ValueError, match="2 strata need as many different codes"):
        Strata.of([10, 20], codes=["a", "a", "b"])


@pytest.mark.parametrize(
    ("size", "deviation", "said"),
    [(1e18, 1.0, "size above 1e"), (10, 1e-300, "deviation that is not 0"), (10, 1e300, "deviat")],
)
def test_what_floating_point_cannot_square_and_add_is_refused(size, deviation, said):
    with pytest.raises(ValueError, match=said):
        Strata.of([size, 20], [deviation, 1])


def test_a_census_leaves_no_variance_not_even_dust():
    allocation = integer_for_total(60, Strata.of([10, 20, 30], 0.9))

    assert allocation.objective == 0
    assert "Phương sai của ước lượng tổng số: 0." in allocation.explanation.vi
