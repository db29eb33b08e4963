"""A reserve is as long as chance demands, and is called in order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from sampling.reserves import (
    Dispositions,
    Release,
    release,
    reserve_size,
    response_rates,
)


def test_thirty_answers_at_85_per_cent_need_ten_names_in_reserve():
    assert reserve_size(30, 0.85) == 10


@given(st.integers(1, 500), st.floats(0.05, 0.99), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_reserve_is_the_shortest_that_is_long_enough(n, rate, assurance):
    reserve = reserve_size(n, rate, assurance=assurance)

    assert binom.sf(n - 1, n + reserve, rate) >= assurance - 1e-9
    if reserve:
        assert binom.sf(n - 1, n + reserve - 1, rate) < assurance + 1e-9


def test_sample_and_reserve_bring_the_wanted_answers_in_95_of_100_surveys():
    rng = np.random.default_rng(15)

    answers = rng.binomial(30 + reserve_size(30, 0.85), 0.85, 20_000)
    with_one_less = rng.binomial(30 + reserve_size(30, 0.85) - 1, 0.85, 20_000)

    assert (answers >= 30).mean() > 0.95 > (with_one_less >= 30).mean()


@pytest.mark.parametrize(("n", "rate"), [(0, 0.5), (30, 1.0)])
def test_no_reserve_where_nobody_is_wanted_or_everybody_answers(n, rate):
    assert reserve_size(n, rate) == 0


def test_whole_batches_are_called_in_order():
    names = tuple("ABCDEFGHIJ")

    first = release(names, released=0, missing=4, batch=3)
    second = release(names, released=first.released, missing=1, batch=3)
    last = release(names, released=second.released, missing=5, batch=3)

    assert first == Release(tuple("ABCDEF"), 6, 0)
    assert second == Release(tuple("GHI"), 9, 0)
    assert last == Release(("J",), 10, 4)
    assert release(names, released=10, missing=2, batch=3) == Release((), 10, 2)


def test_nobody_is_called_while_nobody_is_missing():
    assert release("ABC", released=0, missing=0, batch=2).keys == ()


def test_a_batch_once_begun_is_worked_to_its_end():
    with pytest.raises(ValueError, match="released=2 must be whole batches of 3, or all 10"):
        release("ABCDEFGHIJ", released=2, missing=1, batch=3)


def test_response_rates_are_those_of_aapor():
    rates = response_rates(
        Dispositions(
            complete=60, partial=5, refused=10, not_reached=15, other=2, unknown=10, not_eligible=8
        )
    )

    assert rates.eligible_share == pytest.approx(92 / 100)
    assert rates.minimum == pytest.approx(60 / 102)
    assert rates.estimated == pytest.approx(60 / (92 + 9.2))
    assert rates.with_partial == pytest.approx(65 / (92 + 9.2))
    assert rates.refusal == pytest.approx(10 / (92 + 9.2))
    assert rates.contact == pytest.approx(77 / (92 + 9.2))


def test_where_all_is_known_every_rate_counts_the_same_people():
    rates = response_rates(Dispositions(complete=80, refused=20, not_eligible=7))

    assert rates.minimum == rates.estimated == rates.with_partial == 0.8


def test_no_rate_is_no_zero():
    rates = response_rates(Dispositions(not_eligible=3))

    assert rates.eligible_share == 0
    assert rates.minimum is None
    assert rates.estimated is None
    assert response_rates(Dispositions()).eligible_share is None


def test_everything_that_is_wrong_is_named_at_once():
    with pytest.raises(ValueError, match=r"n=-1 .*response_rate=0 .*assurance=1"):
        reserve_size(-1, 0, assurance=1)
    with pytest.raises(ValueError, match=r"batch=0 .*missing=-1 .*released=9"):
        release("ABC", released=9, missing=-1, batch=0)
    with pytest.raises(ValueError, match="a count is negative"):
        response_rates(Dispositions(complete=-1))
