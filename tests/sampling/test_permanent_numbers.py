"""Random numbers that can be worked out again with nothing but SHA-256."""

from unicodedata import normalize

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from sampling.permanent_numbers import permanent_numbers, seed_digest, start_bits

# printf '20250614314159265358\nBT20/CX4/X17\n<name>' | sha256sum: the first 16 digits.
NUMBERS = {
    "Nguyễn Văn An": "6a175e0619e0edde",
    "Trần Thị Bình": "6a908e482e0c14e7",
    "Lê Văn Cường": "5d829663803e0b35",
    "Đỗ Văn Đạt": "cd66657539a5e84a",
}
SEED, LIST = "20250614314159265358", "BT20/CX4/X17"


def test_numbers_are_the_first_53_bits_that_any_tool_computes():
    numbers = permanent_numbers(NUMBERS, seed=SEED, frame_id=LIST)

    expected = [(int(digits, 16) >> 11) / 2**53 for digits in NUMBERS.values()]
    assert numbers.tolist() == expected


def test_the_random_start_of_a_stratum_is_computed_from_four_lines():
    # printf 'seed\nlist\nstart\nstratum' | sha256sum
    expected = int("549c465a0eabb60e", 16) >> 11

    assert start_bits(seed="seed", frame_id="list", stratum="stratum") == expected


def test_the_digest_of_a_seed_is_that_of_its_text():
    assert seed_digest(SEED) == "60c7a3454d5f430f6919dce9115e6a414b4ac076d3d16bf622528061de2c7772"


def test_letters_composed_and_decomposed_are_the_same_person():
    decomposed = [normalize("NFD", name) for name in NUMBERS]

    assert decomposed != list(NUMBERS)
    assert (
        permanent_numbers(decomposed, seed=SEED, frame_id=LIST)
        == permanent_numbers(NUMBERS, seed=SEED, frame_id=LIST)
    ).all()


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n")), max_size=20))
def test_a_person_keeps_the_number_whoever_else_is_listed(keys):
    together = permanent_numbers(["Lê Văn Cường", *keys], seed=SEED, frame_id=LIST)
    alone = permanent_numbers(["Lê Văn Cường"], seed=SEED, frame_id=LIST)

    assert together[0] == alone[0]
    assert ((together >= 0) & (together < 1)).all()


def test_half_a_turn_and_half_a_turn_again_is_the_same_number():
    keys = [str(i) for i in range(1000)]
    numbers = permanent_numbers(keys, seed=SEED, frame_id=LIST)

    shifted = permanent_numbers(keys, seed=SEED, frame_id=LIST, shifted=True)

    assert (np.abs(shifted - numbers) == 0.5).all()
    bits = start_bits(seed=SEED, frame_id=LIST)
    turned = start_bits(seed=SEED, frame_id=LIST, shifted=True)
    assert abs(bits - turned) == 2**52


def test_numbers_spread_evenly_and_differ_between_seeds_and_lists():
    keys = [str(i) for i in range(20_000)]
    first, second, third = (
        permanent_numbers(keys, seed=seed, frame_id=frame)
        for seed, frame in (("1", "a"), ("2", "a"), ("1", "b"))
    )

    assert kstest(first, "uniform").pvalue > 0.001
    assert len(set(first)) == len(keys)
    # Correlations of independent numbers have a standard deviation of 1 / √20.000 = 0,007.
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.03
    assert abs(np.corrcoef(first, third)[0, 1]) < 0.03


@pytest.mark.parametrize(
    ("keys", "seed", "frame_id", "said"),
    [
        (["a"], "", "", r"seed must be one line of text; the list's name"),
        (["a"], "1\n2", "x", "seed must be one line"),
        (["a\nb"], "1", "x", "key holds a line break"),
    ],
)
def test_what_would_blur_the_lines_is_refused(keys, seed, frame_id, said):
    with pytest.raises(ValueError, match=said):
        permanent_numbers(keys, seed=seed, frame_id=frame_id)
