"""Weights from the draw, trimmed on purpose, and what unequal ones cost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.weights import WeightSteps, design_weights, trim_weights, weight_quality

WEIGHTS = st.lists(st.floats(0.01, 1000), min_size=1, max_size=30)


def test_a_weight_is_the_inverse_of_the_probabilities_of_all_stages():
    weights = design_weights([0.5, 0.5], [0.1, 0.2], [1, 0.25])

    assert weights == pytest.approx([20, 40])


def test_a_probability_is_above_zero_and_never_above_one():
    with pytest.raises(ValueError, match=r"outside \(0, 1\], by stage: \[0, 2\]"):
        design_weights([0.5, 0.5, 1], [0, 1.5, 1])
    with pytest.raises(ValueError, match="one probability for each person"):
        design_weights([0.5, 0.5], [0.5])


def test_every_step_keeps_the_columns_before_it():
    first = WeightSteps().then("design", [1, 2, 3])
    both = first.then("raked", [2, 2, 2])

    assert (both.names, first.names) == (("design", "raked"), ("design",))
    assert both["design"].tolist() == [1, 2, 3]
    assert both.final.tolist() == [2, 2, 2]
    with pytest.raises(ValueError, match="read-only"):
        both.final[0] = 5


def test_a_step_can_neither_be_replaced_nor_lose_people():
    steps = WeightSteps().then("design", [1, 2, 3])

    with pytest.raises(ValueError, match=r"“design” is there already; .*shape \(2,\), not \(3,\)"):
        steps.then("design", [1, 2])


def test_a_trimmed_weight_is_shared_among_the_others_and_the_change_is_told():
    trimming = trim_weights([1, 1, 2, 6], 4, values=[1, 1, 1, 5])

    assert trimming.weights == pytest.approx([1.5, 1.5, 3, 4])
    assert (trimming.trimmed, trimming.moved) == (1, 2)
    assert (trimming.mean_before, trimming.mean_after) == pytest.approx((3.4, 2.6))


def test_a_weight_that_grows_over_the_cap_is_cut_too():
    assert trim_weights([1, 3.9, 5.1], 4).weights == pytest.approx([2, 4, 4])


@given(WEIGHTS, st.floats(1, 3))
def test_trimming_keeps_the_total_and_holds_the_cap(weights, room):
    cap = room * np.mean(weights)

    trimming = trim_weights(weights, cap)

    assert trimming.weights.sum() == pytest.approx(sum(weights))
    assert trimming.weights.max() <= cap * (1 + 1e-12)
    assert trimming.trimmed == 0 or max(weights) > cap * (1 - 1e-12)


def test_a_missing_answer_does_not_hide_what_trimming_does():
    assert trim_weights([1, 1, 2, 6], 4, values=[1, np.nan, 1, 5]).mean_after == pytest.approx(
        (1.5 + 3 + 20) / 8.5
    )


def test_a_cap_below_the_mean_weight_holds_nothing():
    with pytest.raises(ValueError, match="cap of 2 on 4 weights cannot hold their total 10"):
        trim_weights([1, 1, 2, 6], 2)


def test_unequal_weights_are_worth_fewer_equal_ones():
    quality = weight_quality([1, 1, 2, 4, 0], at_bound=[True, False, False, False, True])

    assert (quality.n, quality.total, quality.ratio) == (4, 8, 4)
    assert quality.kish_deff == pytest.approx(4 * 22 / 64)
    assert quality.effective_n == pytest.approx(64 / 22)
    assert quality.share_at_bound == 0.25


@given(WEIGHTS, st.floats(0.01, 100))
def test_the_cost_of_weights_knows_neither_scale_nor_order(weights, scale):
    quality = weight_quality(weights)
    other = weight_quality(np.array(weights[::-1]) * scale)

    assert quality.kish_deff >= 1 - 1e-12
    assert other.kish_deff == pytest.approx(quality.kish_deff)
    assert other.ratio == pytest.approx(quality.ratio)


@pytest.mark.parametrize("weights", [[], [-1, 2], [np.nan], [[1, 2]]])
def test_what_cannot_be_a_weight_is_refused(weights):
    with pytest.raises(ValueError, match="finite and not negative"):
        weight_quality(weights)


def test_nobody_at_all_has_no_quality():
    with pytest.raises(ValueError, match="3 marks of a bound; no weight is above 0"):
        weight_quality([0, 0], at_bound=[True, False, True])
