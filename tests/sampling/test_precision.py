"""How exact a number of answers is; the guide's formula as the guide prints it."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from sampling.precision import (
    Limits,
    margin_of_mean,
    margin_of_proportion,
    slovin,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("population", "margin", "n"),
    [
        (10_000, "0.05", 385),
        (1_000, "0.05", 286),
        (500, "0.05", 223),
        (1_200, "0.03", 577),
        (28, "0.05", 27),
        (3, "0.05", 3),
    ],
)
def test_the_guide_formula_gives_the_sizes_of_the_guide(population, margin, n):
    assert slovin(population, margin).n == n


def test_a_size_that_comes_out_whole_is_not_rounded_up():
    # 100 / (1 + 100 / 100) is 50 exactly; in floating point it may be 50.000000000000004.
    assert slovin(100, Decimal("0.1")).n == 50


@given(st.integers(1, 10**9), st.fractions(Fraction(1, 1000), Fraction(1, 2)))
def test_the_size_never_exceeds_the_list_nor_one_over_the_squared_margin(population, margin):
    size = slovin(population, margin)

    assert 1 <= size.n <= population
    assert size.exact < 1 / margin**2
    assert 0 <= size.n - size.exact < 1


@pytest.mark.parametrize(
    ("population", "margin", "said"),
    [
        (0, "0.05", "^population=0 must be at least 1$"),
        (10, "0", r"^margin=0 must lie in \(0, 1\)$"),
        (0, "1", r"at least 1; margin=1 must lie in \(0, 1\)$"),
        (3000, 0.05, "margin=0.05 must be text or an exact number"),
    ],
)
def test_an_empty_list_or_an_impossible_margin_is_refused(population, margin, said):
    with pytest.raises(ValueError, match=said):
        slovin(population, margin)


def test_nobody_cannot_answer_and_no_list_is_made_up_for_it():
    with pytest.raises(ValueError, match=r"^n=0 must be at least 1$"):
        margin_of_mean(0, 0.9)


def test_margins_are_those_of_the_textbook():
    # 1,96 · 0,5 / √100; 1,96 · 0,9 / √30; the first again in a list of 400, (400 - 100) / 399.
    assert margin_of_proportion(100) == pytest.approx(0.0979982, abs=1e-7)
    assert margin_of_mean(30, 0.9) == pytest.approx(0.3220549, abs=1e-7)
    assert margin_of_proportion(100, population=400) == pytest.approx(
        0.0979982 * (300 / 399) ** 0.5, abs=1e-7
    )


@given(st.integers(2, 500), st.floats(0.02, 0.98), st.floats(0.5, 4), st.sampled_from([0.01, 0.05]))
def test_margins_shrink_to_nothing_as_a_list_is_asked_in_full(population, p, deff, alpha):
    sizes = range(1, population + 1)
    proportions = [
        margin_of_proportion(n, p=p, population=population, deff=deff, alpha=alpha) for n in sizes
    ]
    means = [margin_of_mean(n, 0.9, population=population, deff=deff, alpha=alpha) for n in sizes]

    for margins in (proportions, means):
        assert margins[-1] == 0
        assert all(later < earlier for earlier, later in pairwise(margins))


@pytest.mark.parametrize("size", [10, 30, 100])
def test_a_mean_lies_within_its_stated_margin_in_95_of_100_samples(size):
    rng = np.random.default_rng(8)
    scores = rng.choice([1, 2, 3, 4, 5], p=[0.03, 0.07, 0.2, 0.45, 0.25], size=200).astype(float)
    margin = margin_of_mean(size, scores.std(ddof=1), population=200)

    samples = np.array([rng.choice(scores, size, replace=False) for _ in range(2000)])
    covered = np.abs(samples.mean(axis=1) - scores.mean()) <= margin

    assert 0.93 <= covered.mean() <= 0.97


def test_a_share_lies_within_its_stated_margin_in_95_of_100_samples():
    rng = np.random.default_rng(9)
    margin = margin_of_proportion(100, p=0.6, population=400)

    shares = rng.hypergeometric(240, 160, 100, size=5000) / 100

    assert 0.93 <= (np.abs(shares - 0.6) <= margin).mean() <= 0.97


def test_the_wilson_interval_is_the_one_of_the_literature():
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    for successes, n, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        limits = wilson_interval(successes, n)
        assert (limits.low, limits.high) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 300), st.data())
def test_a_wilson_interval_holds_its_share_and_turns_with_it(n, data):
    agreed = data.draw(st.integers(0, n))
    population = data.draw(st.none() | st.integers(n, 1000))

    limits = wilson_interval(agreed, n, population=population)
    mirrored = wilson_interval(n - agreed, n, population=population)

    assert 0 <= limits.low <= agreed / n <= limits.high <= 1
    assert limits.low == pytest.approx(1 - mirrored.high, abs=1e-12)


def test_who_asked_everybody_has_no_interval():
    assert wilson_interval(3, 4, population=4) == Limits(0.75, 0.75)


@pytest.mark.parametrize("n", [10, 30, 100])
def test_wilson_intervals_cover_shares_of_all_sizes_in_95_of_100_samples(n):
    # Exactly, from the binomial: counts are whole, so single shares waver around the 95 %.
    shares = np.linspace(0.02, 0.98, 385)
    limits = [wilson_interval(agreed, n) for agreed in range(n + 1)]
    low, high = (np.array([getattr(ends, end) for ends in limits]) for end in ("low", "high"))

    chances = binom.pmf(np.arange(n + 1), n, shares[:, None])
    covered = (chances * ((low <= shares[:, None]) & (shares[:, None] <= high))).sum(axis=1)

    assert covered.mean() == pytest.approx(0.95, abs=0.01)
    assert covered.min() > 0.83


def test_everything_that_is_wrong_is_named_at_once():
    with pytest.raises(ValueError, match=r"n=20 .* population=10; p=0 .*; deff=-1 .*; alpha=2"):
        margin_of_proportion(20, p=0, population=10, deff=-1, alpha=2)
    with pytest.raises(ValueError, match=r"successes=7 must lie between 0 and n=5"):
        wilson_interval(7, 5)
    with pytest.raises(ValueError, match="sd=0 must be above 0"):
        margin_of_mean(5, 0)
