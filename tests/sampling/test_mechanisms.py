"""The steps of a draw on bare numbers, against the reference."""

import csv
import json
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.mechanisms import (
    inclusion_probabilities,
    pareto_ranks,
    pps_systematic_rows,
    systematic_rows,
)

FOLDER = Path(__file__).parent / "oracles" / "S09"
ORACLE = json.loads((FOLDER / "oracle.json").read_text())
CASES = ORACLE["expected"]["cases"]
with (FOLDER / "pps_frame.csv").open() as file:
    SIZES = [Decimal(row["size"]) for row in csv.DictReader(file)]

sizes = st.lists(st.integers(0, 1000), min_size=1, max_size=40)
starts = st.integers(0, 2**53 - 1).map(lambda bits: Fraction(bits, 2**53))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"n={case['n']}")
def test_inclusion_probabilities_are_those_of_the_reference(case):
    tolerance = {key: ORACLE["tolerance"][key] for key in ("rel", "abs")}

    assert inclusion_probabilities(SIZES, case["n"]) == pytest.approx(case["pik"], **tolerance)


@pytest.mark.parametrize(
    ("n", "drawn"), [(case["n"], drawn) for case in CASES for drawn in case["systematic"]]
)
def test_pps_systematic_draws_the_rows_of_the_reference(n, drawn):
    rows = pps_systematic_rows(SIZES, n, Fraction(str(drawn["u"])))

    assert [row + 1 for row in rows] == drawn["ids"]


@given(sizes, st.data())
def test_probabilities_add_up_and_keep_the_proportion_of_sizes(sizes, data):
    n = data.draw(st.integers(0, sum(size > 0 for size in sizes)))

    probabilities = inclusion_probabilities(sizes, n)

    assert probabilities.sum() == pytest.approx(n)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    free = [(p, size) for p, size in zip(probabilities, sizes, strict=True) if 0 < p < 1]
    for (p, size), (other_p, other_size) in combinations(free[:5], 2):
        assert p * other_size == pytest.approx(other_p * size)
    if free:  # whoever is certain is larger than all who are left to chance
        largest = max(size for _, size in free)
        for p, size in zip(probabilities, sizes, strict=True):
            assert p < 1 or size >= largest


@given(sizes, starts, st.data())
def test_pps_systematic_draws_exactly_n_rows_with_a_size(sizes, start, data):
    n = data.draw(st.integers(0, sum(size > 0 for size in sizes)))

    rows = pps_systematic_rows(sizes, n, start)

    assert len(set(rows)) == len(rows) == n
    assert rows == sorted(rows)
    assert all(sizes[row] > 0 for row in rows)


@pytest.mark.parametrize("n", [1, 3, 7, 10])
def test_over_all_starts_every_row_is_drawn_as_often_as_it_should(n):
    # With whole sizes the sample only changes at multiples of 1 / (total · n!): a fine grid of
    # starts meets the probabilities exactly.
    of_rows = [5, 1, 0, 9, 2, 2, 30, 4, 1, 1, 6, 3]
    grid = 5040 * sum(of_rows)
    hits = np.zeros(len(of_rows))
    for place in range(0, grid, 997):  # 997 is prime to the grid
        hits[pps_systematic_rows(of_rows, n, Fraction(place, grid))] += 1

    frequencies = hits / len(range(0, grid, 997))
    assert frequencies == pytest.approx(inclusion_probabilities(of_rows, n), abs=0.01)


@given(st.integers(1, 500), starts, st.data())
def test_systematic_steps_are_even(count, start, data):
    n = data.draw(st.integers(1, count))

    rows = systematic_rows(count, n, start)

    assert len(set(rows)) == n
    assert 0 <= rows[0] <= count / n
    assert rows[-1] < count
    gaps = np.diff(rows)
    assert all(count // n <= gap <= -(-count // n) for gap in gaps)


@given(st.integers(1, 200), starts, st.data())
def test_equal_sizes_make_a_systematic_sample_of_a_pps_one(count, start, data):
    n = data.draw(st.integers(0, count - 1))

    assert pps_systematic_rows([7] * count, n, start) == systematic_rows(count, n, start)


def test_a_step_that_ends_on_a_row_takes_the_next_one():
    # 10 · 3 / 10 is 3 exactly: the fourth row, though 0.1 · 3 is a little more in floating point.
    assert systematic_rows(10, 10, Fraction(0)) == list(range(10))
    assert pps_systematic_rows([1, 1, 2], 2, Fraction(0)) == [0, 2]
    assert pps_systematic_rows([1, 1, 2], 2, Fraction(1, 2)) == [1, 2]


@given(st.lists(st.integers(0, 2**53 - 1), min_size=1, max_size=50, unique=True), st.data())
def test_with_equal_chances_pareto_ranks_keep_the_order_of_the_numbers(bits, data):
    numbers = np.array(bits) / 2**53
    chance = data.draw(st.floats(0.001, 0.999))

    ranks = pareto_ranks(numbers, np.full(len(bits), chance))

    assert (np.diff(ranks[np.argsort(numbers)]) >= 0).all()


def test_the_certain_come_first_and_the_impossible_never():
    ranks = pareto_ranks(np.array([0.9, 0.1, 0.2]), np.array([1.0, 0.5, 0.0]))

    assert ranks.tolist() == [0, pytest.approx(1 / 9), np.inf]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"n={case['n']}")
def test_pareto_sampling_meets_the_wanted_probabilities_to_a_few_per_cent(case):
    wanted = inclusion_probabilities(SIZES, case["n"])
    rng = np.random.default_rng(14)
    draws = 20_000
    hits = np.zeros(len(wanted))
    for _ in range(draws):
        hits[np.argsort(pareto_ranks(rng.random(len(wanted)), wanted))[: case["n"]]] += 1

    noise = np.sqrt(wanted * (1 - wanted) / draws)
    assert (np.abs(hits / draws - wanted) <= 0.04 * wanted + 4 * noise).all()


def test_more_rows_than_have_a_size_are_refused():
    with pytest.raises(ValueError, match="cannot draw 3 of 2 rows with a size above 0"):
        inclusion_probabilities([1, 0, 2], 3)
    with pytest.raises(ValueError, match=r"cannot draw 5 of 4 rows; start=1 must lie in \[0, 1\)"):
        systematic_rows(4, 5, Fraction(1))
    with pytest.raises(ValueError, match="start=-1"):
        pps_systematic_rows([1, 2], 1, Fraction(-1))
