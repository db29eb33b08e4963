"""What two units must differ by to be told apart."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sampling.detectable import (
    crossed_information,
    detectable_difference,
    detectable_difference_of_proportions,
    size_per_unit,
    size_per_unit_of_proportions,
)


def test_thirty_forms_per_commune_cannot_see_less_than_two_thirds_of_a_point():
    # (1,959964 + 0,841621) · 0,9 · √(2 / 30)
    assert detectable_difference(30, 30, 0.9) == pytest.approx(0.6510296, abs=1e-7)


@given(
    n=st.integers(1, 500),
    sd=st.floats(0.5, 2),
    extra=st.none() | st.integers(1, 1000),
    rho=st.none() | st.floats(0, 0.95),
    deff=st.floats(0.5, 3),
)
def test_the_size_for_a_difference_and_the_difference_of_a_size_are_inverse(
    n, sd, extra, rho, deff
):
    population = None if extra is None else n + extra

    difference = detectable_difference(
        n, n, sd, population1=population, population2=population, rho=rho, deff=deff
    )
    size = size_per_unit(difference, sd, population=population, rho=rho, deff=deff)

    assert size.exact == pytest.approx(n, rel=1e-9)
    assert size.n == n


@given(
    n=st.integers(5, 500),
    p=st.floats(0.05, 0.95),
    extra=st.none() | st.integers(1, 1000),
    rho=st.none() | st.floats(0, 0.95),
)
def test_the_same_holds_for_proportions(n, p, extra, rho):
    population = None if extra is None else n + extra
    difference = detectable_difference_of_proportions(
        n, n, p, population1=population, population2=population, rho=rho
    )
    assume(difference is not None)

    other = p - difference if p > 0.5 else p + difference
    assume(0.001 < other < 0.999)
    size = size_per_unit_of_proportions(p, other, population=population, rho=rho)

    assert size.exact == pytest.approx(n, rel=1e-6)


@given(n=st.integers(20, 500), p=st.floats(0.5, 0.95), rho=st.none() | st.floats(0, 0.95))
def test_a_difference_away_from_one_half_is_noticed_with_fewer_people(n, p, rho):
    difference = detectable_difference_of_proportions(n, n, p, rho=rho)
    assume(difference is not None and p + difference < 0.999 and p - difference > 0.001)

    outward = size_per_unit_of_proportions(p, p + difference, rho=rho)

    assert outward.exact <= n * (1 + 1e-6)


def test_answers_with_shares_far_apart_are_never_more_alike_than_they_can_be():
    # Of 90 and 30 in a hundred at least 60 change their answer, whatever the correlation: the
    # difference is 0 or 1 with share 0,6, and (1,959964 + 0,841621)² · 0,4 / 0,6 are needed.
    size = size_per_unit_of_proportions(0.9, 0.3, rho=0.95)

    assert size.exact == pytest.approx(2.801585**2 * 0.4 / 0.6, rel=1e-6)


def test_people_who_rate_both_units_see_more():
    independent = detectable_difference(13, 13, 0.9)
    crossed = detectable_difference(13, 13, 0.9, rho=0.5)

    assert crossed == pytest.approx(independent * 0.5**0.5)


def test_a_census_of_both_units_sees_every_difference():
    assert detectable_difference(7, 5, 0.9, population1=7, population2=5) == 0
    assert detectable_difference_of_proportions(
        7, 5, 0.8, population1=7, population2=5
    ) == pytest.approx(0, abs=1e-15)


def test_one_person_in_each_unit_cannot_tell_two_shares_apart():
    assert detectable_difference_of_proportions(1, 1, 0.8) is None


def test_a_crossed_rule_is_counted_as_people_not_ballots():
    leaders = crossed_information(3, 13, rho=0.4)

    assert (leaders.people, leaders.ballots) == (3, 39)
    # Thirty-nine ballots fix the mean over all units like seven independent ones, but compare
    # two units like five leaders of their own in each.
    assert leaders.level == pytest.approx(39 / (1 + 12 * 0.4))
    assert leaders.contrast == pytest.approx(5)
    assert crossed_information(3, 13).level == 39
    assert detectable_difference(3, 3, 0.9, rho=0.4) == pytest.approx(
        detectable_difference(5, 5, 0.9)
    )


def reject_share(first, second, alpha=1.959964):
    """Share of simulated pairs of samples in which a z test finds a difference."""
    spread = (
        first.var(axis=1, ddof=1) / first.shape[1] + second.var(axis=1, ddof=1) / (second.shape[1])
    )
    return np.mean(np.abs(first.mean(axis=1) - second.mean(axis=1)) > alpha * np.sqrt(spread))


def test_the_detectable_difference_is_found_with_the_stated_power():
    rng = np.random.default_rng(11)
    difference = detectable_difference(60, 40, 0.9, power=0.8)

    first = rng.normal(3.0, 0.9, (4000, 60))
    second = rng.normal(3.0 + difference, 0.9, (4000, 40))

    assert reject_share(first, second) == pytest.approx(0.8, abs=0.025)


def test_raters_of_both_units_find_it_with_the_stated_power():
    rng = np.random.default_rng(12)
    difference = detectable_difference(56, 56, 0.9, rho=0.6)
    shared = rng.normal(0, 0.9 * 0.6**0.5, (4000, 56))

    gap = (shared + rng.normal(difference, 0.9 * 0.4**0.5, (4000, 56))) - (
        shared + rng.normal(0, 0.9 * 0.4**0.5, (4000, 56))
    )
    found = np.abs(gap.mean(axis=1)) > 1.959964 * gap.std(axis=1, ddof=1) / 56**0.5

    assert found.mean() == pytest.approx(0.8, abs=0.025)


def test_two_shares_at_the_detectable_difference_are_told_apart_with_the_stated_power():
    rng = np.random.default_rng(13)
    difference = detectable_difference_of_proportions(150, 150, 0.8, power=0.8)
    first = rng.binomial(150, 0.8, 20_000) / 150
    second = rng.binomial(150, 0.8 - difference, 20_000) / 150

    error = np.sqrt((first * (1 - first) + second * (1 - second)) / 150)
    found = np.abs(first - second) > 1.959964 * error

    assert found.mean() == pytest.approx(0.8, abs=0.03)


def test_what_cannot_be_compared_is_refused_by_name():
    with pytest.raises(ValueError, match=r"sd=0 .*n1=9 .*population1=8; with rho .* must agree"):
        detectable_difference(9, 10, 0, population1=8, rho=0.5)
    with pytest.raises(ValueError, match=r"rho=1 must lie in \[0, 1\)"):
        size_per_unit(0.5, 0.9, rho=1)
    with pytest.raises(ValueError, match=r"must differ, both are 0.5"):
        size_per_unit_of_proportions(0.5, 0.5)
    with pytest.raises(ValueError, match="p=1 must lie"):
        detectable_difference_of_proportions(5, 5, 1)
    with pytest.raises(ValueError, match=r"per_unit=0 .*units=0"):
        crossed_information(0, 0)
