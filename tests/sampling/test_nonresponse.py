"""The silent are carried by those like them; classes too small are merged in the open."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.nonresponse import Collapse, adjust_for_nonresponse


def sample(**classes):
    """Build weights of 1, answers and labels out of (asked, answered) by class."""
    labels = [name for name, (asked, _) in classes.items() for _ in range(asked)]
    answered = [place < heard for asked, heard in classes.values() for place in range(asked)]
    return np.ones(len(labels)), answered, labels


def test_an_answer_stands_for_the_silence_of_its_own_class():
    weights, answered, labels = sample(young=(40, 20), old=(30, 24))

    adjusted = adjust_for_nonresponse(weights, answered, labels)

    assert adjusted.weights[:40].tolist() == [2.0] * 20 + [0.0] * 20
    assert adjusted.weights[40:64].tolist() == [1.25] * 24
    assert (adjusted.collapsed, adjusted.within_limits) == ((), True)


def test_weights_count_in_a_factor_and_not_heads():
    adjusted = adjust_for_nonresponse(
        [1.0] * 10 + [5.0] * 2, [True] * 10 + [False] * 2, ["all"] * 12
    )

    assert adjusted.classes[0].factor == 2
    assert adjusted.classes[0].issued == 12


def test_a_class_with_fewer_than_ten_answers_joins_the_neighbour_that_answers_alike():
    weights, answered, labels = sample(a=(30, 27), b=(12, 9), c=(40, 28))

    adjusted = adjust_for_nonresponse(weights, answered, labels)

    assert [found.labels for found in adjusted.classes] == [("a",), ("b", "c")]
    assert adjusted.collapsed == (Collapse(("b",), ("c",), respondents=9, factor=12 / 9),)
    assert adjusted.classes[1].factor == 52 / 37


def test_a_class_whose_answers_carry_more_than_two_and_a_half_is_merged():
    weights, answered, labels = sample(a=(40, 15), b=(40, 30))

    adjusted = adjust_for_nonresponse(weights, answered, labels)

    assert [collapse.merged for collapse in adjusted.collapsed] == [("a",)]
    assert set(adjusted.weights) == {0.0, 80 / 45}


def test_exactly_ten_answers_and_a_factor_of_exactly_two_and_a_half_may_stay():
    weights, answered, labels = sample(a=(25, 10), b=(40, 30))

    assert adjust_for_nonresponse(weights, answered, labels).collapsed == ()


def test_a_class_in_which_nobody_answered_is_carried_by_its_neighbour():
    weights, answered, labels = sample(a=(20, 18), b=(5, 0), c=(20, 12))

    adjusted = adjust_for_nonresponse(weights, answered, labels)

    assert adjusted.collapsed == (Collapse(("b",), ("c",), respondents=0, factor=np.inf),)
    assert adjusted.weights.sum() == pytest.approx(45)


def test_classes_are_merged_again_until_all_of_them_can_stand():
    weights, answered, labels = sample(a=(4, 3), b=(4, 3), c=(4, 3), d=(40, 20))

    adjusted = adjust_for_nonresponse(weights, answered, labels)

    assert [(one.merged, one.into) for one in adjusted.collapsed] == [
        (("a",), ("b",)),
        (("c",), ("a", "b")),
        (("a", "b", "c"), ("d",)),
    ]
    assert [found.labels for found in adjusted.classes] == [("a", "b", "c", "d")]


def test_too_few_answers_in_all_are_used_and_said():
    weights, answered, labels = sample(a=(8, 4), b=(2, 1))

    adjusted = adjust_for_nonresponse(weights, answered, labels)

    assert len(adjusted.classes) == 1
    assert not adjusted.within_limits


def test_neighbours_are_those_of_the_given_order():
    weights, answered, labels = sample(a=(20, 18), b=(20, 18), c=(9, 8))
    order = ["c", "a", "b"]

    adjusted = adjust_for_nonresponse(weights, answered, labels, order=order)

    assert [found.labels for found in adjusted.classes] == [("c", "a"), ("b",)]


@given(st.data())
def test_no_weight_is_lost_and_the_order_of_rows_does_not_matter(data):
    rows = data.draw(
        st.lists(
            st.tuples(st.floats(0.5, 9), st.booleans(), st.sampled_from("abcd")),
            min_size=1,
            max_size=60,
        )
    )
    weights, answered, labels = zip(*[*rows, (1.0, True, "a")], strict=True)
    order = data.draw(st.permutations(range(len(labels))))

    adjusted = adjust_for_nonresponse(weights, answered, labels)
    shuffled = adjust_for_nonresponse(
        [weights[n] for n in order], [answered[n] for n in order], [labels[n] for n in order]
    )

    assert adjusted.weights.sum() == pytest.approx(sum(weights))
    assert shuffled.weights.tolist() == adjusted.weights[list(order)].tolist()
    assert shuffled.classes == adjusted.classes
    if adjusted.within_limits:
        assert all(f.respondents >= 10 and f.factor <= 2.5 for f in adjusted.classes)


def test_everything_that_does_not_fit_is_said_at_once():
    with pytest.raises(ValueError, match=r"nobody answered; 1 weights .*; .* order: b"):
        adjust_for_nonresponse([1, 0], [False, False], ["a", "b"], order=["a"])
    with pytest.raises(ValueError, match="differ"):
        adjust_for_nonresponse([1, 1], [True], ["a", "b"])
