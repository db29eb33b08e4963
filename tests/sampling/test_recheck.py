"""Who is called again, and what it says about an enumerator."""

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.frames import make_frame
from sampling.permanent_numbers import permanent_numbers
from sampling.precision import wilson_interval
from sampling.recheck import By, Flag, RecheckAnswer, agreement_rates, draw_recheck
from sampling.selection import verify_draw

SEED = "84310 27755 90126 33841"
LIST = "BT20/participations"


def people(**counts):
    return {f"{name}-{n:03}": name for name, count in counts.items() for n in range(count)}


def called(enumerator, agreed, contradicted=0, silent=0, unit="X01"):
    return (
        [RecheckAnswer(enumerator, unit, asked=True, same_enumerator=True)] * agreed
        + [RecheckAnswer(enumerator, unit, asked=False)] * contradicted
        + [RecheckAnswer(enumerator, unit, asked=None)] * silent
    )


def test_a_tenth_of_each_enumerators_people_is_called_and_one_of_the_smallest_list():
    draw = draw_recheck(people(An=60, Binh=31, Chi=2), "0.1", seed=SEED, frame_id=LIST)

    strata = [drawn.stratum for drawn in draw.chosen]
    assert {name: strata.count(name) for name in strata} == {"An": 6, "Binh": 4, "Chi": 1}
    assert len(draw.chosen) + len(draw.reserve) == 93


def test_those_with_the_smallest_public_numbers_are_called_and_the_reserve_follows_on():
    listed = people(An=20)

    draw = draw_recheck(listed, "0.25", seed=SEED, frame_id=LIST)

    numbers = permanent_numbers(listed, seed=SEED, frame_id=LIST)
    order = [key for _, key in sorted(zip(numbers, listed, strict=True))]
    assert [drawn.key for drawn in draw.chosen] + list(draw.reserve_of("An")) == order


def test_an_inspector_repeats_the_draw_from_the_list():
    listed = people(An=20, Binh=7)
    draw = draw_recheck(listed, Fraction(1, 5), seed=SEED, frame_id=LIST)

    again = make_frame(LIST, reversed(listed), strata=reversed(listed.values()))
    assert verify_draw(draw, again).equal


@given(
    st.dictionaries(
        st.text("abcdefgh", min_size=1), st.sampled_from(["An", "Bình", "Chi"]), min_size=1
    ),
    st.fractions(Fraction(1, 100), 1),
    st.randoms(use_true_random=False),
)
def test_nobody_escapes_and_the_order_of_the_list_does_not_matter(listed, share, random):
    rows = list(listed.items())
    shuffled = dict(random.sample(rows, len(rows)))

    draw = draw_recheck(listed, share, seed=SEED, frame_id=LIST)

    assert draw == draw_recheck(shuffled, share, seed=SEED, frame_id=LIST)
    for name in set(listed.values()):
        count = list(listed.values()).count(name)
        chosen = [drawn for drawn in draw.chosen if drawn.stratum == name]
        assert len(chosen) == ceil(share * count) >= 1
        assert all(listed[drawn.key] == name for drawn in chosen)


def test_a_share_is_exact_and_everybody_has_an_enumerator():
    with pytest.raises(ValueError, match=r"exact number; participations without .*: k2"):
        draw_recheck({"k1": "An", "k2": " "}, 0.1, seed=SEED, frame_id=LIST)
    with pytest.raises(ValueError, match=r"share=1.5 must lie in \(0, 1\]"):
        draw_recheck({"k1": "An"}, "1.5", seed=SEED, frame_id=LIST)


def test_an_enumerator_below_the_set_rate_is_flagged_and_chance_is_told_from_certainty():
    answers = [*called("An", 9, 1), *called("Bình", 8, 2), *called("Chi", 3, 7)]

    an, binh, chi = agreement_rates(answers, By.ENUMERATOR, set_rate="0.9")

    assert (an.rate, an.flag) == (0.9, Flag.NONE)
    assert (binh.rate, binh.flag) == (0.8, Flag.BELOW)
    assert (chi.rate, chi.flag) == (0.3, Flag.SURELY_BELOW)
    assert binh.limits == wilson_interval(8, 10)
    assert chi.limits.high < 0.9 < binh.limits.high


def test_people_who_were_not_reached_are_no_contradiction():
    (an,) = agreement_rates(called("An", 3, silent=7), By.ENUMERATOR, set_rate="0.9")
    (binh,) = agreement_rates(called("Bình", 0, silent=4), By.ENUMERATOR, set_rate="0.9")

    assert (an.called, an.reached, an.rate, an.flag) == (10, 3, 1.0, Flag.NONE)
    assert (binh.rate, binh.limits, binh.flag) == (None, None, Flag.UNKNOWN)


def test_contradictions_are_counted_by_question():
    answers = [
        RecheckAnswer("An", "X01", asked=True, same_enumerator=False, paid=False),
        RecheckAnswer("An", "X01", asked=True, same_enumerator=True, paid=False),
        RecheckAnswer("An", "X01", asked=False),
        RecheckAnswer("An", "X01", asked=True, same_enumerator=True, paid=True),
        RecheckAnswer("An", "X01", asked=True),
    ]

    (an,) = agreement_rates(answers, By.ENUMERATOR, set_rate="0.9")

    assert (an.not_asked, an.other_enumerator, an.not_paid) == (1, 1, 2)
    assert (an.reached, an.agreed) == (5, 2)


def test_the_same_calls_are_counted_by_unit():
    answers = [*called("An", 5), *called("An", 1, 4, unit="X02"), *called("Bình", 5, unit="X02")]

    first, second = agreement_rates(answers, By.UNIT, set_rate="0.8")

    assert (first.code, first.agreed, first.flag) == ("X01", 5, Flag.NONE)
    assert (second.code, second.agreed, second.reached) == ("X02", 6, 10)


def test_calling_everybody_on_a_short_list_leaves_nothing_to_chance():
    answers = called("An", 4, 1)

    (sampled,) = agreement_rates(answers, By.ENUMERATOR, set_rate="0.9")
    (census,) = agreement_rates(answers, By.ENUMERATOR, set_rate="0.9", listed={"An": 5})

    assert (sampled.flag, census.flag) == (Flag.BELOW, Flag.SURELY_BELOW)


def test_more_people_cannot_be_called_than_are_listed():
    with pytest.raises(ValueError, match=r"lie in \[0, 1\]; more people called than listed: An"):
        agreement_rates(called("An", 4), By.ENUMERATOR, set_rate="90", listed={"An": 3})
