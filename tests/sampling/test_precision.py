"""Sample sizes as the guide prints them."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.precision import slovin


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


@pytest.mark.parametrize(("population", "margin"), [(0, "0.05"), (10, "0"), (10, "1")])
def test_an_empty_list_or_an_impossible_margin_is_refused(population, margin):
    with pytest.raises(ValueError, match="must be at least 1"):
        slovin(population, margin)
