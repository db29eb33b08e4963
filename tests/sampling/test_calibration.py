"""Known totals are hit within the bounds, as near to the design weights as can be, or refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from sampling.calibration import Auxiliaries, Distance, calibrate, margin_columns
from sampling.raking import Margin, rake
from sampling.weights import weight_quality

BOUNDED = [Distance.LOGIT, Distance.BOUNDED_LINEAR]
FREE = [Distance.LINEAR, Distance.RAKING]
WEIGHTS = np.array([10.0, 20, 15, 30, 25])
VISITS = np.array([[1, 1], [1, 2], [1, 0], [1, 4], [1, 3.0]])


def known(totals, values=VISITS, names=("people", "visits")):
    return Auxiliaries(np.asarray(values, dtype=float), np.asarray(totals, dtype=float), names)


def bounds_of(distance):
    return (0.5, 2.0) if distance in BOUNDED else None


@pytest.mark.parametrize("distance", Distance)
def test_known_totals_of_amounts_are_hit(distance):
    found = calibrate(WEIGHTS, known([110, 280]), distance=distance, bounds=bounds_of(distance))

    assert VISITS.T @ found.weights == pytest.approx([110, 280], rel=1e-8)
    assert found.weights == pytest.approx(WEIGHTS * found.factors)
    assert found.largest_error <= 1e-8


@pytest.mark.parametrize("distance", Distance)
def test_weights_that_hit_their_totals_already_stay_as_they_are(distance):
    totals = VISITS.T @ WEIGHTS

    found = calibrate(WEIGHTS, known(totals), distance=distance, bounds=bounds_of(distance))

    assert found.factors == pytest.approx(np.ones(5), abs=1e-12)
    assert found.steps == 0


def test_linear_factors_are_those_of_regression():
    totals = np.array([110, 280.0])

    found = calibrate(WEIGHTS, known(totals))

    matrix = (VISITS.T * WEIGHTS) @ VISITS
    slope = np.linalg.solve(matrix, totals - VISITS.T @ WEIGHTS)
    assert found.multipliers == pytest.approx(slope)
    assert found.factors == pytest.approx(1 + VISITS @ slope)


def test_raking_by_newton_and_by_turns_gives_the_same_weights():
    margins = [
        Margin("sex", ("F", "F", "F", "M", "M"), {"F": 60, "M": 40}),
        Margin("age", ("old", "young", "young", "old", "young"), {"old": 30, "young": 70}),
    ]

    found = calibrate(WEIGHTS, margin_columns(WEIGHTS, margins), distance=Distance.RAKING)

    assert found.weights == pytest.approx(rake(WEIGHTS, margins, tolerance=1e-12).weights)


def test_bounded_linear_weights_are_the_nearest_of_all_within_the_bounds():
    rng = np.random.default_rng(7)
    weights, x = rng.uniform(5, 20, 12), np.column_stack([np.ones(12), rng.integers(0, 6, 12)])
    totals = x.T @ (weights * np.where(x[:, 1] > 2, 1.35, 0.85))

    found = calibrate(
        weights, known(totals, x), distance=Distance.BOUNDED_LINEAR, bounds=(0.8, 1.4)
    )

    best = minimize(
        lambda g: weights @ (g - 1) ** 2,
        np.ones(12),
        jac=lambda g: 2 * weights * (g - 1),
        bounds=[(0.8, 1.4)] * 12,
        constraints={"type": "eq", "fun": lambda g: x.T @ (weights * g) - totals},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    assert found.at_bound.any()
    assert found.factors == pytest.approx(best.x, abs=1e-5)


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(
            st.floats(1, 50), st.floats(0.55, 1.9), st.integers(-20, 20), st.sampled_from("abc")
        ),
        min_size=1,
        max_size=40,
    ),
    st.sampled_from(BOUNDED),
    st.data(),
)
def test_totals_that_factors_within_the_bounds_reach_are_always_reached(rows, distance, data):
    weights, factors, amounts, groups = map(np.array, zip(*rows, strict=True))
    x = np.column_stack([np.ones(len(rows)), amounts, *(groups == c for c in "abc")])
    totals = (weights * factors) @ x
    names = ("people", "amount", "a", "b", "c")
    order = data.draw(st.permutations(range(len(rows))))

    found = calibrate(weights, known(totals, x, names), distance=distance, bounds=(0.5, 2))
    shuffled = calibrate(
        weights[order] * 3, known(totals * 3, x[order], names), distance=distance, bounds=(0.5, 2)
    )

    gross = weights @ np.abs(x)
    size = np.where(np.abs(totals) > 1e-6 * gross, np.abs(totals), gross)
    assert np.all(np.abs(found.weights @ x - totals) <= 1e-8 * size)
    assert np.all((found.factors >= 0.5 - 1e-12) & (found.factors <= 2 + 1e-12))
    assert shuffled.factors == pytest.approx(found.factors[order], abs=1e-5)


@pytest.mark.parametrize("distance", BOUNDED)
def test_totals_out_of_reach_fail_with_the_one_that_is_missed_most(distance):
    margins = [
        Margin("sex", ("F", "F", "M", "M"), {"F": 30, "M": 10}),
        Margin("age", ("old", "young", "old", "young"), {"old": 38, "young": 2}),
    ]
    weights = np.full(4, 10.0)

    # young people weigh 20 and factors from 0.5 on leave at least 10
    with pytest.raises(ValueError, match=r"no factors within \[0.5, 2\] .*: age=young wants 2,"):
        calibrate(weights, margin_columns(weights, margins), distance=distance, bounds=(0.5, 2))


def test_no_positive_factors_give_women_a_larger_place_than_old_people_if_all_women_are_old():
    margins = [
        Margin("sex", ("F", "M", "M"), {"F": 60, "M": 40}),
        Margin("age", ("old", "old", "young"), {"old": 50, "young": 50}),
    ]

    columns = margin_columns(np.ones(3), margins)

    with pytest.raises(ValueError, match=r"no factors within \[0, inf\] hit the totals: .* wants"):
        calibrate([1, 1, 1], columns, distance=Distance.RAKING)
    assert calibrate([1, 1, 1], columns).weights.min() < 0  # linear factors go below zero instead


@pytest.mark.parametrize("distance", FREE)
def test_columns_that_depend_on_each_other_need_totals_that_do_too(distance):
    twice = VISITS[:, [0, 0]]

    assert calibrate(WEIGHTS, known([120, 120], twice), distance=distance).factors == (
        pytest.approx(np.full(5, 1.2))
    )
    with pytest.raises(ValueError, match="hit the totals"):
        calibrate(WEIGHTS, known([120, 130], twice), distance=distance)


def test_a_total_only_the_very_bounds_reach_is_called_an_edge():
    totals = 2.0 * WEIGHTS.sum()
    one = known([totals], VISITS[:, :1], ("people",))

    edge = calibrate(WEIGHTS, one, distance=Distance.BOUNDED_LINEAR, bounds=(0.5, 2))

    assert edge.at_bound.all()
    assert weight_quality(edge.weights, at_bound=edge.at_bound).share_at_bound == 1
    beyond = known([totals * (1 + 5e-7)], VISITS[:, :1], ("people",))
    with pytest.raises(ValueError, match=r"within \[0.5, 2\] reach the totals only at their edge"):
        calibrate(WEIGHTS, beyond, distance=Distance.LOGIT, bounds=(0.5, 2))


def test_people_without_weight_stay_without():
    found = calibrate([0, *WEIGHTS], known([110, 280], [[1, 99], *VISITS]))

    assert found.weights[0] == 0
    assert found.weights[1:] == pytest.approx(calibrate(WEIGHTS, known([110, 280])).weights)


def test_a_column_whose_total_is_zero_can_be_hit():
    centred = VISITS - [0, 2]

    found = calibrate(WEIGHTS, known([100, 0], centred))

    assert found.weights @ centred[:, 1] == pytest.approx(0, abs=1e-9)


def test_margins_become_one_column_for_each_category():
    columns = margin_columns([1, 1, 1], [Margin("sex", ("F", "M", "F"), {"F": 8, "M": 4})])

    assert columns.names == ("sex=F", "sex=M")
    assert columns.values.tolist() == [[1, 0], [0, 1], [1, 0]]
    assert columns.totals.tolist() == [8, 4]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"distance": Distance.LOGIT}, "must be 0 <= L < 1 < U"),
        ({"distance": Distance.LOGIT, "bounds": (1, 2)}, r"bounds \(1, 2\) of the logit"),
        ({"distance": Distance.BOUNDED_LINEAR, "bounds": (-1, 2)}, r"bounds \(-1, 2\)"),
        ({"distance": Distance.RAKING, "bounds": (0.5, 2)}, "raking distance has no bounds"),
        ({"weights": [1, 2]}, r"2 weights, 2 totals and 2 names do not fit .*\(5, 2\)"),
        ({"weights": [0] * 5}, "no weight is above 0"),
        ({"auxiliaries": known([np.nan, 1])}, "must be finite"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments, said):
    given = {"weights": WEIGHTS, "auxiliaries": known([110, 280]), **arguments}

    with pytest.raises(ValueError, match=said):
        calibrate(given.pop("weights"), given.pop("auxiliaries"), **given)
