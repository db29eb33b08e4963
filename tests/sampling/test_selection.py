"""A draw can be repeated in front of an inspector, and is fair."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from sampling.frames import make_frame
from sampling.selection import DrawPlan, Method, draw_sample, verify_draw

SEED, LIST = "20250614314159265358", "BT20/CX4/X17"
NAMES = (
    "Nguyễn Văn An", "Trần Thị Bình", "Lê Văn Cường", "Phạm Thị Dung", "Đỗ Văn Đạt",
    "Hoàng Thị Én", "Vũ Văn Giang", "Bùi Thị Hà",
)  # fmt: skip
# printf '20250614314159265358\nBT20/CX4/X17\n<name>' | sha256sum, sorted
IN_RANDOM_ORDER = (
    "Phạm Thị Dung", "Lê Văn Cường", "Nguyễn Văn An", "Trần Thị Bình", "Bùi Thị Hà",
    "Vũ Văn Giang", "Hoàng Thị Én", "Đỗ Văn Đạt",
)  # fmt: skip

HAMLETS = {f"Thôn {i:02}": size for i, size in enumerate([40, 3, 12, 7, 25, 9, 1, 18, 30, 5], 1)}


def hamlets(**columns):
    return make_frame("DS thôn", HAMLETS, sizes=HAMLETS.values(), **columns)


def keys(drawn):
    return tuple(row.key for row in drawn)


def test_a_simple_sample_is_the_smallest_numbers_and_its_reserve_the_next():
    frame = make_frame(LIST, NAMES)

    draw = draw_sample(frame, DrawPlan(Method.SIMPLE, SEED, 3, reserve=2))

    assert keys(draw.chosen) == IN_RANDOM_ORDER[:3]
    assert draw.reserve_of() == IN_RANDOM_ORDER[3:5]
    assert {row.probability for row in draw.chosen} == {3 / 8}
    assert draw.chosen[0].weight == pytest.approx(8 / 3)


def test_a_systematic_sample_walks_the_list_from_a_start_anyone_can_compute():
    # printf '20250614314159265358\nBT20/CX4/X17\nstart\n' | sha256sum: d1b808ea..., 0,8192.
    frame = make_frame(LIST, NAMES, sort_keys="12345678", sorted_by="số thứ tự")

    draw = draw_sample(frame, DrawPlan(Method.SYSTEMATIC, SEED, 3))

    start = int("d1b808eaa2a3fb96", 16) / 2**64
    places = [int((start + i) * 8 / 3) for i in range(3)]
    assert keys(draw.chosen) == tuple(NAMES[place] for place in places)
    assert draw.sorted_by == "số thứ tự"


@given(
    rows=st.permutations(list(HAMLETS.items())),
    method=st.sampled_from(list(Method)),
    n=st.integers(0, 10),
)
def test_the_order_of_rows_never_matters(rows, method, n):
    names, sizes = zip(*rows, strict=True)
    plan = DrawPlan(method, SEED, n, reserve=3)

    assert draw_sample(make_frame("DS thôn", names, sizes=sizes), plan) == draw_sample(
        hamlets(), plan
    )


@given(
    method=st.sampled_from(list(Method)),
    n=st.integers(0, 10),
    seed=st.text("0123456789", min_size=1),
)
def test_sample_and_reserve_share_nobody_and_hold_as_many_as_wanted(method, n, seed):
    draw = draw_sample(hamlets(), DrawPlan(method, seed, n, reserve=4))

    both = keys(draw.chosen) + keys(draw.reserve)
    assert len(draw.chosen) == n
    assert len(draw.reserve) == (min(4, 10 - n) if n else 0)
    assert len(set(both)) == len(both)


def test_a_person_who_is_added_displaces_at_most_one():
    before = draw_sample(make_frame(LIST, NAMES), DrawPlan(Method.SIMPLE, SEED, 4))
    after = draw_sample(make_frame(LIST, (*NAMES, "Ngô Văn Ích")), DrawPlan(Method.SIMPLE, SEED, 4))

    assert len(set(keys(before.chosen)) - set(keys(after.chosen))) <= 1


def test_half_a_turn_avoids_last_years_people():
    frame = make_frame("DS", [f"{i:04}" for i in range(400)])
    this_year = draw_sample(frame, DrawPlan(Method.SIMPLE, SEED, 150))

    next_year = draw_sample(frame, DrawPlan(Method.SIMPLE, SEED, 150, shifted=True))
    same_again = draw_sample(frame, DrawPlan(Method.SIMPLE, SEED, 150))

    assert not set(keys(this_year.chosen)) & set(keys(next_year.chosen))
    assert same_again == this_year


@pytest.mark.parametrize("method", Method)
def test_every_stratum_gives_its_own_number(method):
    strata = ["Xã A"] * 6 + ["Xã B"] * 4
    frame = hamlets(strata=strata)
    sizes = {"Xã A": 2, "Xã B": 3}

    draw = draw_sample(frame, DrawPlan(method, SEED, sizes, reserve={"Xã A": 1}))

    assert Counter(row.stratum for row in draw.chosen) == sizes
    assert [row.stratum for row in draw.reserve] == ["Xã A"]
    home = dict(zip(HAMLETS, strata, strict=True))
    assert all(home[row.key] == row.stratum for row in draw.chosen)


def test_a_list_too_short_for_its_reserve_gives_what_it_has():
    draw = draw_sample(make_frame(LIST, NAMES), DrawPlan(Method.SIMPLE, SEED, 6, reserve=10))

    assert len(draw.reserve) == 2


def test_all_strata_that_cannot_be_drawn_are_named():
    frame = hamlets(strata=["A"] * 6 + ["B"] * 4)

    with pytest.raises(
        ValueError, match=r"no size for B; .* no stratum C; cannot draw 7 of 6 in A"
    ):
        draw_sample(frame, DrawPlan(Method.SIMPLE, SEED, {"A": 7, "C": 1}))
    with pytest.raises(ValueError, match="reserve cannot be negative"):
        draw_sample(frame, DrawPlan(Method.SIMPLE, SEED, 3, reserve=-1))
    with pytest.raises(ValueError, match="cannot draw 2 of 1 rows"):
        draw_sample(
            make_frame("DS", ["a", "b"], sizes=[0, 5]), DrawPlan(Method.PPS_PARETO, SEED, 2)
        )


def frequencies(frame, plan, seeds):
    """Count how often each key is drawn over many public seeds."""
    hits = Counter()
    stated = {}
    for seed in range(seeds):
        for row in draw_sample(frame, replace(plan, seed=str(seed))).chosen:
            hits[row.key] += 1
            stated[row.key] = row.probability
    return hits, stated


@pytest.mark.parametrize("method", [Method.SIMPLE, Method.SYSTEMATIC, Method.PPS_SYSTEMATIC])
def test_people_are_drawn_as_often_as_is_stated(method):
    seeds = 2500
    hits, stated = frequencies(hamlets(), DrawPlan(method, "", 4), seeds)

    assert sum(stated.values()) == pytest.approx(4)
    for key, p in stated.items():
        noise = (p * (1 - p) / seeds) ** 0.5
        assert abs(hits[key] / seeds - p) <= 4 * noise, key


def test_pareto_draws_meet_their_wanted_probabilities():
    seeds = 2500
    hits, stated = frequencies(hamlets(), DrawPlan(Method.PPS_PARETO, "", 4), seeds)

    for key, p in stated.items():
        noise = (p * (1 - p) / seeds) ** 0.5
        assert abs(hits[key] / seeds - p) <= 0.05 * p + 4 * noise, key


def test_simple_samples_favour_no_pair_of_people():
    count, n, seeds = 8, 3, 3000
    frame = make_frame(LIST, NAMES)
    pairs = np.zeros((count, count))
    for seed in range(seeds):
        places = [
            NAMES.index(row.key)
            for row in draw_sample(frame, DrawPlan(Method.SIMPLE, str(seed), n)).chosen
        ]
        pairs[np.ix_(places, places)] += 1

    single = np.diag(pairs)
    expected = seeds * n / count
    # Counts of a fixed-size sample: the usual sum, times (N - 1) / (N - n), is chi-square.
    statistic = ((single - expected) ** 2 / expected).sum() * (count - 1) / (count - n)
    assert statistic < chi2.ppf(0.999, count - 1)
    together = n * (n - 1) / (count * (count - 1))
    noise = (together * (1 - together) / seeds) ** 0.5
    assert (np.abs(pairs[np.triu_indices(count, 1)] / seeds - together) <= 4 * noise).all()


@pytest.mark.parametrize("method", Method)
def test_an_honest_draw_is_repeated_exactly(method):
    draw = draw_sample(hamlets(), DrawPlan(method, SEED, 4, reserve=3))

    assert verify_draw(draw, hamlets()).equal


def test_a_mended_list_is_found_out():
    draw = draw_sample(make_frame(LIST, NAMES), DrawPlan(Method.SIMPLE, SEED, 3, reserve=2))
    mended = make_frame(LIST, tuple(name for name in NAMES if name != "Phạm Thị Dung"))

    found = verify_draw(draw, mended)

    assert not found.equal
    said = " ".join(text.vi for text in found.differences)
    assert "Mã băm danh sách" in said
    assert "Mẫu chính: 1 người không được rút lại: Phạm Thị Dung." in said
    assert "Mẫu chính: 1 người thiếu trong bản ghi: Trần Thị Bình." in said


def test_a_swapped_person_an_altered_order_and_an_altered_chance_are_found_out():
    frame = make_frame(LIST, NAMES)
    draw = draw_sample(frame, DrawPlan(Method.SIMPLE, SEED, 3, reserve=2))
    first, *others = draw.chosen

    swapped = replace(draw, chosen=(replace(first, key="Bùi Thị Hà"), *others))
    turned = replace(draw, reserve=draw.reserve[::-1])
    raised = replace(draw, chosen=(replace(first, probability=1.0), *others))

    assert "not drawn again: Bùi Thị Hà" in verify_draw(swapped, frame).differences[0].en
    assert verify_draw(turned, frame).differences[0].en == "Reserve: another order."
    assert "probabilities" in verify_draw(raised, frame).differences[0].en


def test_a_draw_that_cannot_be_repeated_says_why():
    frame = make_frame(LIST, NAMES)
    draw = draw_sample(frame, DrawPlan(Method.SIMPLE, SEED, 3))

    older = verify_draw(replace(draw, algorithm="sha256-53/0"), frame)
    shorter = verify_draw(draw, make_frame("khác", NAMES[:2]))

    assert "sha256-53/0" in older.differences[0].vi
    assert "cannot draw 3 of 2 rows" in shorter.differences[-1].en
    assert "Name of the list" in shorter.differences[0].en
