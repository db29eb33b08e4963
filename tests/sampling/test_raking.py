"""Weights that add up to what is known of the population, or none at all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.nonresponse import adjust_for_nonresponse
from sampling.raking import Margin, poststratify, rake

SEX = Margin("sex", ("F", "F", "F", "M", "M"), {"F": 60, "M": 40})
AGE = Margin("age", ("old", "young", "young", "old", "young"), {"old": 30, "young": 70})


def sums(weights, margin):
    return {
        category: sum(
            w for w, label in zip(weights, margin.labels, strict=True) if label == category
        )
        for category in margin.totals
    }


def test_post_strata_add_up_to_their_counts_and_keep_their_proportions():
    raised = poststratify([1, 3, 2, 2], ["F", "F", "M", "M"], {"F": 60, "M": 40})

    assert raised.weights.tolist() == [15, 45, 20, 20]
    assert raised.factors == {"F": 15, "M": 10}


def test_every_stratum_that_cannot_be_hit_is_named():
    with pytest.raises(ValueError, match="no known count: X; count not above 0: M; ") as error:
        poststratify([1, 1, 0], ["X", "M", "K"], {"M": 0, "K": 5, "F": 5})
    assert "nobody who answered: K, F" in str(error.value)


def test_all_margins_hold_after_raking():
    raked = rake([1] * 5, [SEX, AGE])

    assert raked.largest_error <= 1e-8
    for margin in (SEX, AGE):
        assert sums(raked.weights, margin) == pytest.approx(margin.totals, rel=1e-8)


def test_weights_that_hit_their_margins_already_stay_as_they_are():
    weights = [3.0, 8.0, 19.0, 7.0, 13.0]
    margins = [Margin(m.name, m.labels, sums(weights, m)) for m in (SEX, AGE)]

    raked = rake(weights, margins)

    assert raked.weights == pytest.approx(weights, rel=1e-12)
    assert raked.rounds == 1


@given(
    st.lists(
        st.tuples(
            st.floats(0.5, 5), st.floats(0.5, 2), st.sampled_from("FM"), st.sampled_from("abc")
        ),
        min_size=1,
        max_size=40,
    ),
    st.floats(0.1, 10),
)
def test_margins_are_hit_whatever_the_scale_and_the_order_of_rows(rows, scale):
    weights, factors, sexes, ages = map(np.array, zip(*rows, strict=True))
    margins = []
    for name, labels in (("sex", sexes), ("age", ages)):
        totals = {str(c): float((weights * factors)[labels == c].sum()) for c in set(labels)}
        margins.append(Margin(name, tuple(labels.tolist()), totals))
    backwards = [Margin(m.name, m.labels[::-1], m.totals) for m in margins]

    raked = rake(weights, margins, most_rounds=20_000)
    other = rake(weights[::-1] * scale, backwards, most_rounds=20_000)

    for margin in margins:
        assert sums(raked.weights, margin) == pytest.approx(margin.totals, rel=1e-7)
    assert other.weights[::-1] == pytest.approx(raked.weights, rel=1e-4)


def test_margins_of_two_populations_are_refused_before_anything_is_computed():
    other = Margin("age", AGE.labels, {"old": 30, "young": 71})

    with pytest.raises(ValueError, match="different populations: sex 100, age 101"):
        rake([1] * 5, [SEX, other])


def test_everything_that_is_wrong_with_margins_is_said_at_once():
    margins = [
        Margin("sex", ("F", "M", "X"), {"F": 60, "M": 40, "K": -1}),
        Margin("age", ("old",), {"old": 99}),
    ]

    with pytest.raises(ValueError, match="sex: no total for X; ") as error:
        rake([1, 0, 1], margins)
    for problem in ("above 0 for K", "answered in K, M", "age: 1 labels for 3 weights"):
        assert problem in str(error.value)
    with pytest.raises(ValueError, match="there is no margin"):
        rake([1], [])


def test_margins_no_weights_can_hit_fail_with_the_worst_of_them():
    # All women are old: 60 of them do not fit into 50 old people.
    margins = [
        Margin("sex", ("F", "M", "M"), {"F": 60, "M": 40}),
        Margin("age", ("old", "old", "young"), {"old": 50, "young": 50}),
    ]

    with pytest.raises(ValueError, match=r"margins not hit after 1000 rounds: .* wants"):
        rake([1, 1, 1], margins)


def test_known_margins_undo_the_bias_of_people_who_answer_unequally():
    """Old people answer nearly twice as often as young ones, and are more content."""
    rng = np.random.default_rng(20201092)
    sex, age = rng.choice(["F", "M"], 20_000), rng.choice(["old", "mid", "young"], 20_000)
    content = 50 + 15 * (age == "old") - 12 * (age == "young") + 6 * (sex == "F")
    answers_with = 0.45 * np.select([age == "old", age == "mid"], [1.9, 1.4], 1) + 0.06 * (
        sex == "F"
    )
    value = content + rng.normal(0, 10, content.size)
    known = {
        name: dict(zip(*np.unique(of, return_counts=True), strict=True))
        for name, of in (("sex", sex), ("age", age))
    }
    cells = np.char.add(sex, age)
    counts = dict(zip(*np.unique(cells, return_counts=True), strict=True))
    errors = {name: [] for name in ("plain", "classes", "strata", "raked")}

    for _ in range(150):
        drawn = rng.choice(20_000, 900, replace=False)
        answered = rng.random(900) < answers_with[drawn]
        here = drawn[answered]
        margins = [
            Margin("sex", tuple(sex[here]), known["sex"]),
            Margin("age", tuple(age[here]), known["age"]),
        ]
        design = np.full(900, 20_000 / 900)
        weights = {
            "plain": design[answered],
            "classes": adjust_for_nonresponse(design, answered, cells[drawn]).weights[answered],
            "strata": poststratify(design[answered], cells[here], counts).weights,
            "raked": rake(design[answered], margins).weights,
        }
        for name, w in weights.items():
            errors[name].append(w @ value[here] / w.sum() - value.mean())

    bias = {name: abs(np.mean(error)) for name, error in errors.items()}
    noise = {name: np.std(error) / np.sqrt(150) for name, error in errors.items()}
    assert bias["plain"] > 2.5
    for name in ("classes", "strata", "raked"):
        assert bias[name] < 0.1 * bias["plain"]
        assert bias[name] < 4 * noise[name]
