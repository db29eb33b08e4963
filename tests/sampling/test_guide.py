"""The guide's formula is never quoted alone."""

import pytest

from sampling.guide import compare_slovin


def test_the_correct_size_stands_beside_the_one_of_the_guide():
    plain = compare_slovin(10_000, "0.05")

    assert (plain.guide.n, plain.correct.n) == (385, 370)
    assert plain.sentence.vi == (
        "Công thức của hướng dẫn cho 385 người; tính đúng cần 370 phiếu trả lời, tức mời 370 người."
    )


def test_clusters_and_refusals_which_the_guide_forgets_make_it_too_small():
    clustered = compare_slovin(10_000, "0.05", deff=1.5, response_rate=0.85)

    assert clustered.guide.n == 385
    assert (clustered.correct.n, clustered.correct.issued) == (545, 642)


def test_seven_defects_are_named_in_both_languages_with_their_own_numbers():
    defects = compare_slovin(10_000, "0.05").defects

    assert len(defects) == 7
    assert all(defect.vi and defect.en for defect in defects)
    assert "95,45%" in defects[0].vi
    assert "28 người phải hỏi 27" in defects[5].vi
    assert "1/e² = 400 (e = 5%)" in defects[5].vi
    assert "1/e² = 1,111 (e = 3%)" in compare_slovin(10_000, "0.03").defects[5].en


def test_an_impossible_margin_is_refused():
    with pytest.raises(ValueError, match=r"lie in \(0, 1\)"):
        compare_slovin(100, "1")
