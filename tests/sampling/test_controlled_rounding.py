"""A table rounded to whole forms with both margins kept."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling.allocation import Goal
from sampling.controlled_rounding import round_table


@st.composite
def tables(draw):
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    tenths = draw(st.lists(st.integers(0, 60), min_size=rows * columns, max_size=rows * columns))
    return np.array(tenths).reshape(rows, columns) / 10


def steps_from(rounded, real):
    """Whether every number is rounded to a neighbour: never by a whole form."""
    return (np.abs(rounded - real) < 1 - 1e-9).all()


@given(tables())
def test_cells_margins_and_total_are_all_rounded_to_neighbours(table):
    n = round_table(table).n

    assert steps_from(n, table)
    assert steps_from(n.sum(axis=0), table.sum(axis=0))
    assert steps_from(n.sum(axis=1), table.sum(axis=1))
    assert steps_from(n.sum(), table.sum())


@settings(max_examples=60)
@given(tables())
def test_of_all_roundings_with_the_stated_margins_the_nearest_is_taken(table):
    margins = round_table(table).n
    rows, columns = margins.sum(axis=1), margins.sum(axis=0)

    allocation = round_table(table, row_totals=rows, column_totals=columns)

    choices = [
        np.array(cells).reshape(table.shape)
        for cells in product(*({int(np.floor(x)), int(np.ceil(x))} for x in table.ravel()))
    ]
    best = min(
        np.abs(cells - table).sum()
        for cells in choices
        if (cells.sum(axis=1) == rows).all() and (cells.sum(axis=0) == columns).all()
    )
    assert allocation.n.sum(axis=1).tolist() == rows.tolist()
    assert allocation.n.sum(axis=0).tolist() == columns.tolist()
    assert allocation.objective == pytest.approx(best, abs=1e-9)
    assert allocation.goal is Goal.DISTANCE


def test_ballots_of_28_communes_by_five_groups_keep_the_totals_of_the_decision():
    population = np.array([900 + 173 * (i % 11) for i in range(28)])
    groups = np.array([420, 56, 336, 364, 840])
    share = population[:, None] / population.sum() * groups

    per_commune = np.full(28, 72)
    table = share * (per_commune / share.sum(axis=1))[:, None]
    for _ in range(200):  # both margins of the real table first agree with the decision
        table *= groups / table.sum(axis=0)
        table *= (per_commune / table.sum(axis=1))[:, None]

    allocation = round_table(table, row_totals=per_commune, column_totals=groups)

    assert allocation.n.sum(axis=0).tolist() == groups.tolist()
    assert set(allocation.n.sum(axis=1)) == {72}
    assert steps_from(allocation.n, table)
    assert "28 hàng × 5 cột, 2.016 phiếu" in allocation.explanation.vi


def test_whole_cells_stay_as_they_are_in_spite_of_floating_point():
    table = [[0.1 + 0.2 + 2.7, 4], [1, 2.0000000001]]

    assert round_table(table).n.tolist() == [[3, 4], [1, 2]]
    assert round_table([[0.1 + 0.2 + 2.7]], row_totals=[3], column_totals=[3]).n.tolist() == [[3]]


@pytest.mark.parametrize(
    ("totals", "message"),
    [
        ({"row_totals": [4, 7], "column_totals": [4, 6]}, "row totals add up to 11, column.* 10"),
        (
            {"row_totals": [9, 1], "column_totals": [4, 6]},
            "row 1 shall be 9 but its cells round to 3 to 5; row 2 shall be 1",
        ),
        ({"row_totals": [4, 6], "column_totals": [2, 8]}, "column 1 shall be 2 .*; column 2 "),
        ({"row_totals": [4, 6]}, "must be given together"),
        ({"row_totals": [4.5, 5.5], "column_totals": [4, 6]}, "row totals must be 2 whole"),
        ({"row_totals": [4, 6], "column_totals": [10]}, "column totals must be 2 whole"),
    ],
)
def test_totals_that_rounding_cannot_reach_are_refused_by_name(totals, message):
    with pytest.raises(ValueError, match=message):
        round_table([[1.5, 2.5], [2.5, 3.5]], **totals)


def test_totals_that_only_together_are_impossible_are_refused():
    # each line alone could do it, but the open cells lie where they do not help both
    table = [[0.5, 1, 1], [1, 0.5, 1], [1, 1, 0.5]]

    with pytest.raises(ValueError, match="no rounding of the cells has all these totals at once"):
        round_table(table, row_totals=[3, 2, 2], column_totals=[2, 3, 2])


@pytest.mark.parametrize("table", [[], [1, 2], [[1, -1]], [[1, float("nan")]]])
def test_what_is_no_table_of_forms_is_refused(table):
    with pytest.raises(ValueError, match=r"table must have|finite and not negative"):
        round_table(table)


def test_both_stated_margins_are_judged_at_once():
    with pytest.raises(ValueError, match=r"row totals must .*; column totals must "):
        round_table([[1.5, 2.5]], row_totals=[float("inf")], column_totals=[2])
