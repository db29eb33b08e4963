"""Draws in stages: the design of the national survey, and its probabilities."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.frames import make_frame
from sampling.selection import Method
from sampling.stages import Stage, draw_stages, frames_of_paths, verify_stages

SEED = "20250614314159265358"
NATIONAL = (Stage("huyện", 6), Stage("xã", 3), Stage("thôn", 2), Stage("hộ", 250))


def province(path):
    """Lists of a province with 20 districts, 15 communes, 8 hamlets, 300-309 households."""
    count = (20, 15, 8, 300 + len("".join(path)) % 10)[len(path)]
    return make_frame("/".join(("HN24", *path)), [f"{i:03}" for i in range(count)])


def small_tree():
    """Every household of a small district, unevenly spread."""
    return [
        (f"X{x}", f"T{t}", f"H{h}")
        for x, hamlets in enumerate([(3, 5), (2, 2, 4), (6,), (4, 3, 2, 5), (3, 3)])
        for t, households in enumerate(hamlets)
        for h in range(households)
    ]


def test_the_national_design_draws_9000_households_in_36_hamlets():
    draw = draw_stages(province, NATIONAL, seed=SEED)

    assert len(draw.units) == len({unit.path for unit in draw.units}) == 9000
    assert len({unit.path[:3] for unit in draw.units}) == 36
    assert Counter(Counter(unit.path[:2] for unit in draw.units).values()) == {500: 18}
    assert len(draw.draws) == 1 + 6 + 18 + 36
    assert draw.short == ()


def test_the_probability_of_a_household_is_the_product_of_its_stages():
    draw = draw_stages(province, NATIONAL, seed=SEED)

    for unit in draw.units[::997]:
        households = len(province(unit.path[:3]).keys)
        assert unit.probabilities == (6 / 20, 3 / 15, 2 / 8, 250 / households)
        assert unit.probability == pytest.approx(6 / 20 * 3 / 15 * 2 / 8 * 250 / households)
        assert unit.weight == pytest.approx(1 / unit.probability)


def test_the_same_seed_draws_the_same_households_and_another_seed_others():
    first, again, other = (draw_stages(province, NATIONAL, seed=s) for s in (SEED, SEED, "7"))

    assert first == again
    assert {unit.path for unit in first.units} != {unit.path for unit in other.units}
    assert verify_stages(first, province).equal


def test_lists_are_asked_for_only_where_their_parent_was_drawn():
    asked = []

    def watched(path):
        asked.append(path)
        return province(path)

    draw = draw_stages(watched, NATIONAL[:2], seed=SEED)

    assert asked == [(), *(key for key in draw.draws if key)]


def test_a_hamlet_with_too_few_households_gives_all_and_is_named():
    frames = frames_of_paths(small_tree(), frame_id="DS")
    stages = (Stage("xã", 5), Stage("thôn", 2), Stage("hộ", 4))

    draw = draw_stages(frames.__getitem__, stages, seed=SEED)

    assert ("X2",) in {lack.path for lack in draw.short}
    for lack in draw.short:
        inside = [unit for unit in draw.units if unit.path[: len(lack.path)] == lack.path]
        assert lack.available == len(frames[lack.path].keys) < lack.wanted
        assert all(unit.probabilities[len(lack.path)] == 1 for unit in inside)


@given(st.permutations(small_tree()))
def test_the_order_of_rows_never_matters(paths):
    stages = (Stage("xã", 2, Method.PPS_SYSTEMATIC), Stage("thôn", 1), Stage("hộ", 2))

    draw, plain = (
        draw_stages(frames_of_paths(rows, frame_id="DS").__getitem__, stages, seed=SEED)
        for rows in (paths, small_tree())
    )

    assert draw == plain


def test_communes_by_size_and_a_fixed_number_in_each_give_everybody_the_same_chance():
    paths = [(x, h) for x, _, h in small_tree()]
    households = [(x, f"{h}-{i}") for i, (x, h) in enumerate(paths)]
    frames = frames_of_paths(households, frame_id="DS")
    stages = (Stage("xã", 3, Method.PPS_SYSTEMATIC), Stage("hộ", 4))

    draw = draw_stages(frames.__getitem__, stages, seed=SEED)

    for unit in draw.units:
        assert unit.probability == pytest.approx(3 * 4 / len(households))


@pytest.mark.parametrize(
    "methods",
    [
        (Method.SIMPLE, Method.SIMPLE, Method.SIMPLE),
        (Method.PPS_SYSTEMATIC, Method.SYSTEMATIC, Method.SYSTEMATIC),
    ],
)
def test_households_are_drawn_as_often_as_is_stated(methods):
    frames = frames_of_paths(small_tree(), frame_id="DS")
    stages = tuple(
        Stage(name, n, method)
        for name, n, method in zip(("xã", "thôn", "hộ"), (2, 1, 2), methods, strict=True)
    )
    seeds = 1000
    hits, stated = Counter(), {}
    for seed in range(seeds):
        for unit in draw_stages(frames.__getitem__, stages, seed=str(seed)).units:
            hits[unit.path] += 1
            stated[unit.path] = unit.probability

    assert len(stated) == len(small_tree())
    for path, p in stated.items():
        noise = (p * (1 - p) / seeds) ** 0.5
        assert abs(hits[path] / seeds - p) <= 4 * noise, path
    # Each household drawn stands for 1 / p: on average they stand for all.
    total = sum(hits[path] / seeds / p for path, p in stated.items())
    assert total == pytest.approx(len(small_tree()), rel=0.03)


def test_each_hamlet_keeps_its_own_reserve_in_order():
    stages = (*NATIONAL[:3], replace(NATIONAL[3], reserve=20))

    draw = draw_stages(province, stages, seed=SEED)

    hamlets = [path for path in draw.draws if len(path) == 3]
    assert all(len(draw.draws[path].reserve_of()) == 20 for path in hamlets)
    chosen = {unit.path for unit in draw.units}
    assert not any(
        (*path, key) in chosen for path in hamlets for key in draw.draws[path].reserve_of()
    )


def test_a_mended_list_is_found_out_by_its_place():
    draw = draw_stages(province, NATIONAL, seed=SEED)
    mended = next(path for path in draw.draws if len(path) == 3)

    def lists(path):
        frame = province(path)
        return make_frame(frame.frame_id, frame.keys[1:]) if path == mended else frame

    found = verify_stages(draw, lists)

    assert not found.equal
    assert all(text.vi.startswith(" › ".join(mended)) for text in found.differences)


def test_an_altered_record_is_found_out():
    draw = draw_stages(province, NATIONAL[:2], seed=SEED)
    altered = replace(draw.units[0], probabilities=(1.0, 1.0))

    found = verify_stages(replace(draw, units=(altered, *draw.units[1:])), province)

    assert [text.en for text in found.differences] == [
        "Stages, probabilities or shortfalls were recorded differently."
    ]


def test_frames_of_paths_know_how_many_households_lie_below():
    frames = frames_of_paths(small_tree(), frame_id="DS")

    assert dict(zip(frames[()].keys, frames[()].sizes, strict=True)) == {
        "X0": 8, "X1": 8, "X2": 6, "X3": 14, "X4": 6,
    }  # fmt: skip
    assert frames["X1", "T2"].frame_id == "DS/X1/T2"
    assert sum(frames[()].sizes) == len(small_tree())


def test_what_cannot_be_drawn_is_refused_by_name():
    with pytest.raises(ValueError, match="no stage to draw"):
        draw_stages(province, (), seed=SEED)
    with pytest.raises(ValueError, match="stage xã must draw at least 1"):
        draw_stages(province, (Stage("huyện", 2), Stage("xã", 0)), seed=SEED)
    with pytest.raises(ValueError, match="several lists are called DS"):
        draw_stages(
            lambda _: make_frame("DS", ["a", "b"]), (Stage("xã", 2), Stage("thôn", 1)), seed=SEED
        )
    with pytest.raises(ValueError, match="paths must have one length"):
        frames_of_paths([("a",), ("a", "b")], frame_id="DS")
    with pytest.raises(ValueError, match="paths come twice: a › b"):
        frames_of_paths([("a", "b"), ("a", "b")], frame_id="DS")
    with pytest.raises(ValueError, match="several lists are called DS/a/b"):
        frames_of_paths([("a/b", "c", "1"), ("a", "b", "1")], frame_id="DS")
