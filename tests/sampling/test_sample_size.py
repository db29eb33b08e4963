"""Sizes for a wanted precision, against the reference and against their own margins."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.precision import margin_of_mean, margin_of_proportion, wilson_interval
from sampling.sample_size import Interval, size_for_mean, size_for_mean_cv, size_for_proportion

ORACLE = json.loads((Path(__file__).parent / "oracles" / "S08" / "oracle.json").read_text())
CASES = ORACLE["expected"]["sample_size"]
INTERVALS = {
    "n_wald": Interval.WALD,
    "n_wilson": Interval.WILSON,
    "n_logodds": Interval.LOG_ODDS,
}


@pytest.mark.parametrize(
    ("case", "column"),
    [(c, name) for c in CASES for name in INTERVALS if c.get(name) is not None],
)
def test_sizes_for_a_proportion_are_those_of_the_reference(case, column):
    size = size_for_proportion(
        case["e"],
        p=case["p"],
        population=case["N"],
        alpha=case["alpha"],
        interval=INTERVALS[column],
    )

    assert size.exact == pytest.approx(case[column], **ORACLE["tolerance"])


def test_the_reference_covers_every_interval():
    counts = {name: sum(c.get(name) is not None for c in CASES) for name in INTERVALS}

    assert counts == {"n_wald": 24, "n_wilson": 6, "n_logodds": 24}


@pytest.mark.parametrize("case", [c for c in CASES if c["fn"] == "n_mean_cv"])
def test_sizes_for_a_relative_error_are_those_of_the_reference(case):
    size = size_for_mean_cv(case["cv0"], case["cvpop"], population=case["N"])

    assert size.exact == pytest.approx(case["n"], **ORACLE["tolerance"])


@pytest.mark.parametrize("case", [c for c in CASES if c["fn"] == "n_mean_moe_abs"])
def test_sizes_for_a_mean_are_those_of_the_reference(case):
    size = size_for_mean(case["e"], case["S2"] ** 0.5, population=case["N"], alpha=case["alpha"])

    assert size.exact == pytest.approx(case["n"], **ORACLE["tolerance"])


def test_a_size_that_comes_out_whole_brings_no_extra_questionnaire():
    # (0,45 / 0,03)² is 225; in floating point 225.00000000000006.
    assert size_for_mean_cv(0.03, 0.45).n == 225


@given(
    margin=st.floats(0.01, 0.3),
    p=st.floats(0.05, 0.95),
    population=st.none() | st.integers(2, 100_000),
    deff=st.floats(0.5, 3),
)
def test_the_size_is_the_smallest_that_keeps_the_margin(margin, p, population, deff):
    size = size_for_proportion(margin, p=p, population=population, deff=deff)

    assert 1 <= size.n <= (population or size.n)
    reached = margin_of_proportion(size.n, p=p, population=population, deff=deff)
    assert reached <= margin * (1 + 1e-6)
    if size.n > 1:
        assert margin_of_proportion(size.n - 1, p=p, population=population, deff=deff) > margin


@given(
    margin=st.floats(0.05, 1),
    sd=st.floats(0.5, 2),
    population=st.none() | st.integers(2, 100_000),
    deff=st.floats(0.5, 3),
)
def test_the_size_for_a_mean_is_the_smallest_that_keeps_the_margin(margin, sd, population, deff):
    size = size_for_mean(margin, sd, population=population, deff=deff)

    assert margin_of_mean(size.n, sd, population=population, deff=deff) <= margin * (1 + 1e-6)
    if size.n > 1:
        assert margin_of_mean(size.n - 1, sd, population=population, deff=deff) > margin


@pytest.mark.parametrize("population", [None, 500])
def test_a_wilson_size_brings_a_wilson_interval_of_that_width(population):
    size = size_for_proportion(0.05, p=0.2, population=population, interval=Interval.WILSON)

    limits = wilson_interval(round(size.n * 0.2), size.n, population=population)

    assert (limits.high - limits.low) / 2 == pytest.approx(0.05, abs=5e-4)


def test_who_does_not_answer_must_be_invited_too():
    size = size_for_proportion(0.05, population=500, response_rate=0.85)

    assert (size.n, size.issued, size.missing) == (218, 257, 0)


def test_a_list_shorter_than_its_invitations_says_how_many_are_missing():
    size = size_for_proportion(0.05, population=28, response_rate=0.85)

    assert (size.n, size.issued, size.missing) == (27, 32, 4)


def test_one_person_is_asked_whatever_the_interval():
    for interval in Interval:
        assert size_for_proportion(0.05, population=1, interval=interval).n == 1


def test_everything_that_is_wrong_is_named_at_once():
    with pytest.raises(ValueError, match=r"margin=0 .*p=1 .*population=0 .*response_rate=1.2"):
        size_for_proportion(0, p=1, population=0, response_rate=1.2)
    with pytest.raises(ValueError, match=r"margin=0.5 must lie in \(0, 0.5\)"):
        size_for_proportion(0.5, interval=Interval.WILSON)
    with pytest.raises(ValueError, match=r"margin=0 .*sd=-1"):
        size_for_mean(0, -1)
    with pytest.raises(ValueError, match=r"cv=0 .*population_cv=0"):
        size_for_mean_cv(0, 0)
