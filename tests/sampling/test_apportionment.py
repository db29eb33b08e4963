"""One total divided in whole numbers: methods, bounds, ties."""

import csv
import json
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sampling.apportionment import Apportionment, apportion

ORACLES = Path(__file__).parent / "oracles"
SEATS = json.loads((ORACLES / "S06" / "oracle.json").read_text("utf-8"))["expected"]["cases"]
HOUSE = json.loads((ORACLES / "S04" / "oracle.json").read_text("utf-8"))["expected"]
NAMES = {
    "largest_remainder": Apportionment.LARGEST_REMAINDER,
    "saintelague": Apportionment.WEBSTER,
    "huntington": Apportionment.HUNTINGTON_HILL,
    "adams": Apportionment.ADAMS,
    "dhondt": Apportionment.DHONDT,
}
DIVISORS = {
    Apportionment.WEBSTER: lambda k: Fraction(2 * k + 1, 2) ** 2,
    Apportionment.HUNTINGTON_HILL: lambda k: Fraction(k * (k + 1)),
    Apportionment.ADAMS: lambda k: Fraction(k) ** 2,
    Apportionment.DHONDT: lambda k: Fraction(k + 1) ** 2,
}
METHODS = st.sampled_from(list(Apportionment))
WEIGHTS = st.lists(st.integers(0, 60), min_size=1, max_size=9).filter(any)


@pytest.mark.parametrize("case", SEATS)
@pytest.mark.parametrize("name", NAMES)
def test_every_method_agrees_with_an_independent_implementation(case, name):
    seats = apportion(case["seats"], case["weights"], method=NAMES[name])

    assert seats.tolist() == case["result"][name]


def test_the_house_of_2020_is_apportioned_as_the_census_bureau_did():
    with (ORACLES / "S04" / "house2020.csv").open(encoding="utf-8", newline="") as lines:
        population = [int(row["population"]) for row in csv.DictReader(lines)]

    seats = apportion(HOUSE["n"], population, method=Apportionment.HUNTINGTON_HILL)

    assert seats.tolist() == list(HOUSE["seats"].values())


@given(WEIGHTS, st.integers(0, 200), METHODS, st.data())
def test_the_total_is_kept_and_bounds_are_held(weights, total, method, data):
    size = len(weights)
    least = data.draw(st.lists(st.integers(0, 5), min_size=size, max_size=size))
    room = data.draw(st.lists(st.integers(0, 60), min_size=size, max_size=size))
    most = [low + more for low, more in zip(least, room, strict=True)]
    able = sum(high if w else low for w, low, high in zip(weights, least, most, strict=True))
    assume(sum(least) <= total <= able)

    parts = apportion(total, weights, method=method, minimum=least, maximum=most).tolist()

    assert sum(parts) == total
    assert all(low <= n <= high for low, n, high in zip(least, parts, most, strict=True))
    assert all(n == low for w, n, low in zip(weights, parts, least, strict=True) if w == 0)


@given(WEIGHTS, st.integers(0, 300))
def test_by_largest_remainder_no_part_is_a_whole_form_off_its_share(weights, total):
    parts = apportion(total, weights)

    assert all(
        abs(n - Fraction(total * w, sum(weights))) < 1 for n, w in zip(parts, weights, strict=True)
    )


@given(WEIGHTS, st.integers(0, 200), st.sampled_from(list(DIVISORS)))
def test_by_a_divisor_method_no_part_claims_a_form_more_than_its_holder(weights, total, method):
    parts = apportion(total, weights, method=method).tolist()

    def claim(part, held):
        divisor = DIVISORS[method](held)
        return Fraction(weights[part]) ** 2 / divisor if divisor else float("inf")

    positive = [part for part, weight in enumerate(weights) if weight]
    weakest = min((claim(p, parts[p] - 1) for p in positive if parts[p]), default=float("inf"))
    assert max(claim(p, parts[p]) for p in positive) <= weakest


@given(WEIGHTS, st.integers(0, 100), st.sampled_from(list(DIVISORS)))
def test_by_a_divisor_method_a_larger_total_takes_from_nobody(weights, total, method):
    totals = [apportion(n, weights, method=method) for n in range(total, total + 4)]

    assert all((after >= before).all() for before, after in pairwise(totals))


@given(WEIGHTS, st.integers(0, 100), METHODS, st.fractions("0.01", 100))
def test_only_the_ratio_of_weights_matters(weights, total, method, scale):
    scaled = [scale * weight for weight in weights]

    assert (
        apportion(total, scaled, method=method).tolist()
        == apportion(total, weights, method=method).tolist()
    )


def test_a_decimal_fraction_is_the_same_weight_however_it_is_written():
    tenths = [0.1, Decimal("0.1"), Fraction(1, 10)]

    assert apportion(4, tenths).tolist() == [2, 1, 1]
    # in floating point 0,1 + 0,2 is more than 0,3
    assert apportion(1, [0.3, 0.1 + 0.2]).tolist() == [0, 1]
    assert apportion(1, [0.3, 0.3]).tolist() == [1, 0]


def test_equal_claims_go_to_the_larger_weight_then_to_the_earlier_part_or_as_told():
    # shares 2,5 and 0,5 and 0,5 and 0,5
    assert apportion(4, [5, 1, 1, 1]).tolist() == [3, 1, 0, 0]
    assert apportion(4, [5, 1, 1, 1], rank=[3, 2, 1, 0]).tolist() == [2, 0, 1, 1]
    assert apportion(2, [3, 1], method=Apportionment.WEBSTER).tolist() == [2, 0]
    told = apportion(2, [3, 1], method=Apportionment.WEBSTER, rank=[1, 0])
    assert told.tolist() == [1, 1]


def test_where_every_part_must_have_one_a_small_total_goes_to_the_larger_parts():
    assert apportion(2, [5, 9, 7], method=Apportionment.ADAMS).tolist() == [0, 1, 1]
    assert apportion(3, [5, 9, 7], method=Apportionment.HUNTINGTON_HILL).tolist() == [1, 1, 1]


def test_a_part_at_its_bound_leaves_the_rest_to_be_shared_in_proportion():
    parts = apportion(100, [1, 2, 3, 994], minimum=10, maximum=[100, 100, 100, 60])

    # the first stands at 10 and the last at 60; 30 are left for 2 : 3
    assert parts.tolist() == [10, 12, 18, 60]


@pytest.mark.parametrize("method", list(Apportionment))
@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ({"minimum": 4}, "total=10 must lie between 12 and"),
        ({"maximum": 3}, "total=10 must lie between 0 and 9"),
        ({"minimum": [1, 2]}, "minimum must be one number or 3"),
        ({"minimum": 1.5}, "minimum=1.5 must be whole"),
        ({"minimum": -1}, "must not be negative"),
        ({"minimum": 3, "maximum": [2, 9, 9]}, "exceeds maximum"),
        ({"rank": [0, 1, 1]}, "rank needs 3 different places"),
    ],
)
def test_bounds_that_cannot_be_kept_are_refused(method, bounds, message):
    with pytest.raises(ValueError, match=message):
        apportion(10, [1, 2, 3], method=method, **bounds)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([], "there are no parts"),
        ([0, 0], "all weights are 0"),
        ([1, -1], "must not be negative"),
        ([1, float("nan")], "not finite"),
    ],
)
def test_weights_that_cannot_be_shared_by_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        apportion(10, weights)


def test_a_large_plan_is_divided_without_counting_form_by_form():
    weights = [1 + (37 * i) % 997 for i in range(3_000)]

    for method in Apportionment:
        assert apportion(10**9, weights, method=method).sum() == 10**9


def test_a_total_may_be_a_whole_float_and_one_that_is_not_is_called_by_its_name():
    assert apportion(10.0, [1, 2, 3]).tolist() == [2, 3, 5]

    with pytest.raises(ValueError, match="total=nan must be a whole number"):
        apportion(float("nan"), [1, 2, 3])
