"""Adding up, ranking and classing: published figures, an independent oracle, properties."""

import csv
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.index import LeafState, Missing, add_up, band_of, rank, shares_of
from analysis.rounding import half_up, nearly_exact, total
from questionnaires.model import Band, NotApplicable
from tests.analysis.builders import branch, criteria_set, leaf

ORACLE = Path(__file__).parents[1] / "oracles" / "S21_composite"


def rows(name):
    with (ORACLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def composite():
    """28 units × 8 components, empty where a component does not apply."""
    maxima = {row["component"]: row["max_points"] for row in rows("component_max.csv")}
    expected = json.loads((ORACLE / "oracle.json").read_text(encoding="utf-8"))["expected"]
    units = {
        row["unit"]: {code: Decimal(row[code]) for code in maxima if row[code]}
        for row in rows("components.csv")
    }
    return maxima, units, expected


def sums_of(maxima, points, dropped=()):
    kept = criteria_set(*(leaf(code, top) for code, top in maxima.items() if code not in dropped))
    codes = {criterion.code for criterion in kept.criteria}
    return add_up(
        kept,
        {code: value for code, value in points.items() if code in codes},
        not_applicable=codes - points.keys(),
    )


def printed_ranks(indices):
    ranks = rank({unit: half_up(index, 2) for unit, index in indices.items()})
    return [ranks[unit] for unit in indices]


def test_scores_components_and_ranks_agree_with_an_independent_formula(composite):
    maxima, units, expected = composite

    sums = {unit: sums_of(maxima, points) for unit, points in units.items()}

    scores = [float(s.index) for s in sums.values()]
    np.testing.assert_allclose(scores, expected["score"], rtol=1e-10)
    components = [
        [
            None if branch.percent is None else float(branch.percent)
            for branch in s.components.values()
        ]
        for s in sums.values()
    ]
    np.testing.assert_allclose(
        np.array(components, dtype=float),
        np.array(expected["component_pct"], dtype=float),
        rtol=1e-10,
    )
    assert printed_ranks({u: s.index for u, s in sums.items()}) == expected["rank_min_on_2dp"]


def test_leaving_one_component_out_agrees_with_an_independent_formula(composite):
    maxima, units, expected = composite

    for column, code in enumerate(maxima):
        indices = {u: sums_of(maxima, points, dropped={code}).index for u, points in units.items()}
        np.testing.assert_allclose(
            [float(index) for index in indices.values()],
            [row[column] for row in expected["leave_one_out_score"]],
            rtol=1e-10,
        )
        assert printed_ranks(indices) == [row[column] for row in expected["leave_one_out_rank"]]


def test_nam_dinh_2020_rounds_half_up_where_the_press_truncated():
    assert half_up(100 * Fraction("62.62") / 70, 2) == Decimal("89.46")
    assert half_up(100 * Fraction("61.46") / 70, 2) == Decimal("87.80")


def test_hue_2021_bands_print_shares_that_do_not_add_up_and_a_total_that_does():
    shares = shares_of({"Xuất sắc": 9, "Tốt": 62, "Khá": 41, "Trung bình": 24})

    assert [str(share) for share in shares.values()] == ["6.62", "45.59", "30.15", "17.65"]
    assert sum(shares.values()) == Decimal("100.01")
    assert shares_of({"tổng": 9 + 62 + 41 + 24}) == {"tổng": Decimal("100.00")}


def test_ha_noi_2023_gives_two_districts_the_second_place():
    printed = {
        "Đống Đa": Decimal("96.3"),
        "Nam Từ Liêm": Decimal("95.7"),
        "Hoàn Kiếm": Decimal("95.7"),
        "Cầu Giấy": Decimal("95.22"),
        "Phú Xuyên": Decimal("91.61"),
    }

    assert list(rank(printed).values()) == [1, 2, 2, 4, 5]
    assert list(rank(printed, ties="dense").values()) == [1, 2, 2, 3, 4]


def test_unrounded_values_tie_only_when_nothing_but_dust_separates_them():
    base = Fraction(90)

    assert rank({"a": base, "b": base - Fraction(1, 10**10)}) == {"a": 1, "b": 1}
    assert rank({"a": base, "b": base - Fraction(1, 10**8)}) == {"a": 1, "b": 2}


def test_a_unit_without_an_index_has_no_rank_and_moves_nobody():
    assert rank({"a": Decimal(80), "b": None, "c": Decimal(90)}) == {"a": 2, "b": None, "c": 1}


def test_a_band_is_reached_from_its_minimum_on():
    bands = (Band("Nhóm I", Decimal(80)), Band("Nhóm II", Decimal(70)))

    assert band_of(Decimal("80.00"), bands) == "Nhóm I"
    assert band_of(Decimal("79.99"), bands) == "Nhóm II"
    assert band_of(Decimal("69.99"), bands) is None
    assert band_of(None, bands) is None


TREE = criteria_set(
    branch("1"),
    leaf("1.1", "4", parent="1"),
    leaf("1.2", "6", parent="1", policy=NotApplicable.FULL),
    branch("2"),
    leaf("2.1", "5", parent="2"),
    leaf("2.2", "5", parent="2", policy=NotApplicable.REFUSE),
)
POINTS = {"1.1": Decimal(3), "1.2": Decimal(3), "2.1": Decimal(4), "2.2": Decimal(5)}


def test_an_excluded_criterion_leaves_both_sums():
    sums = add_up(TREE, POINTS, not_applicable={"1.1"})

    assert (sums.components["1"].points, sums.components["1"].max_points) == (3, 6)
    assert sums.index == Fraction(100 * 12, 16)


def test_a_criterion_granted_in_full_gives_the_maximum():
    sums = add_up(TREE, POINTS, not_applicable={"1.2"})

    assert (sums.components["1"].points, sums.components["1"].max_points) == (9, 10)
    assert [x.state for x in sums.leaves if x.code == "1.2"] == [LeafState.FULL]


def test_a_branch_that_does_not_apply_takes_all_its_leaves_along():
    both = criteria_set(branch("3"), leaf("3.1", "2", parent="3"), leaf("4", "8"))

    sums = add_up(both, {"4": Decimal(6)}, not_applicable={"3"})

    assert sums.components["3"].percent is None
    assert sums.index == 75


def test_nobody_drops_a_criterion_that_always_applies_and_every_mistake_is_named():
    with pytest.raises(
        ValueError, match=r"9\.9 is no leaf.*1\.1 has 5 points.*2\.2 always applies"
    ):
        add_up(TREE, {"9.9": Decimal(1), "1.1": Decimal(5)}, not_applicable={"2.2"})
    with pytest.raises(ValueError, match="not in set: 7"):
        add_up(TREE, {}, not_applicable={"7"})


def test_missing_points_are_refused_or_rescaled_but_never_zero():
    partial = {code: value for code, value in POINTS.items() if code != "2.1"}

    refused = add_up(TREE, partial)
    rescaled = add_up(TREE, partial, missing=Missing.RESCALE)

    assert (refused.index, refused.components["2"].points, refused.missing) == (
        None,
        None,
        ("2.1",),
    )
    assert refused.components["1"].percent == 60
    assert (rescaled.index, rescaled.missing) == (Fraction(100 * 11, 15), ("2.1",))


@pytest.mark.parametrize(
    ("adjustment", "cap", "index"),
    [("2", "100", 77), ("-5", "100", 70), ("30", "100", 100), ("30", None, 105), ("-80", "100", 0)],
)
def test_bonus_and_penalty_come_after_the_sum_and_the_index_is_capped(adjustment, cap, index):
    sums = add_up(
        TREE, POINTS, adjustment=Decimal(adjustment), cap=None if cap is None else Decimal(cap)
    )

    assert sums.index == index
    assert sums.total.percent == 75


points = st.decimals(0, 5, places=3)


@given(
    st.fixed_dictionaries(
        {"1.1": st.decimals(0, 4, places=3), "1.2": points, "2.1": points, "2.2": points}
    )
)
def test_dropping_a_criterion_never_changes_another_component(drawn):
    whole, without = add_up(TREE, drawn), add_up(TREE, drawn, not_applicable={"1.1"})

    assert without.components["2"] == whole.components["2"]
    assert without.total.max_points == whole.total.max_points - 4
    assert 0 <= without.index <= 100


@given(st.lists(st.decimals(0, 20, places=4), min_size=1, max_size=40))
def test_printed_columns_add_up_to_the_digit(values):
    printed = [half_up(value, 2) for value in values]
    tree = criteria_set(*(leaf(str(i), "20") for i in range(len(values))))

    sums = add_up(tree, {str(i): value for i, value in enumerate(printed)})

    assert sums.total.points == sum(printed)


@given(st.fractions(-1000, 1000), st.integers(0, 6))
def test_rounding_is_never_off_by_more_than_half_a_unit_and_halves_go_away_from_zero(value, digits):
    rounded = Fraction(half_up(value, digits))

    unit = Fraction(1, 10**digits)
    assert abs(rounded - value) <= unit / 2
    if abs(rounded - value) == unit / 2:
        assert abs(rounded) > abs(value)
    assert half_up(-value, digits) == -half_up(value, digits)


def test_halves_that_no_float_can_hold_go_up():
    assert half_up(Decimal("2.675"), 2) == Decimal("2.68")
    assert half_up(Fraction(1, 8), 2) == Decimal("0.13")
    assert nearly_exact(Fraction(1, 3)) == Decimal("0.333333333333")


@given(st.lists(st.fractions(-100, 100, max_denominator=1000), max_size=30))
def test_fractions_added_over_one_denominator_are_the_same_sum(values):
    assert total(values) == sum(values, Fraction(0))


@given(st.dictionaries(st.text(max_size=3), st.none() | st.decimals(0, 100, places=2), max_size=20))
def test_a_rank_is_one_more_than_the_number_of_better_units(values):
    ranks = rank(values)

    for unit, value in values.items():
        better = sum(
            other is not None and value is not None and other > value for other in values.values()
        )
        assert ranks[unit] == (None if value is None else better + 1)


@given(st.decimals(-(10**9), 10**9, places=5), st.integers(0, 4))
def test_a_decimal_and_its_fraction_round_to_the_same_digits_and_nothing_has_a_sign(value, digits):
    as_decimal, as_fraction = half_up(value, digits), half_up(Fraction(value), digits)

    assert str(as_decimal) == str(as_fraction)
    assert not str(as_decimal).startswith("-0") or as_decimal != 0
