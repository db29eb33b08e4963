"""A table of real numbers rounded to whole ones without breaking its row and column totals.

Units stand in rows, groups in columns. Each cell is rounded down or up, never further, and both
margins come out exactly: a transportation problem, whose linear program has a whole optimum by
itself. One total without a table is divided in ``sampling.apportionment``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from questionnaires.model import Text
from sampling.allocation import NAMED, Allocation, FloatArray, Goal, IntArray, Method
from sampling.arguments import Condition, RefusedError, require
from sampling.quiet import quiet_output
from sampling.wording import counted, figure, written

MOST: Final = 1e12
"""Largest cell; sums of larger ones would no longer be exact. [forms]"""

ROW: Final = Text("dòng", "row")
COLUMN: Final = Text("cột", "column")

WHOLE: Final = 1e-9
"""A number this near to a whole one is that one. [relative above 1]"""


def round_table(
    table: npt.ArrayLike,
    *,
    row_totals: npt.ArrayLike | None = None,
    column_totals: npt.ArrayLike | None = None,
) -> Allocation:
    """Round every cell down or up so that rows and columns have the wanted totals.

    Parameters
    ----------
    table : (R, C) array_like
        Not negative. [forms]
    row_totals, column_totals : (R,) and (C,) array_like of int, optional
        What rows and columns must add up to; both or none. Without them every margin and the
        grand total of the table are rounded down or up as well, which is always possible.
        [forms]

    Returns
    -------
    Allocation
        ``n`` is the table, (R, C). Of all roundings with these margins it changes the cells
        least; the objective is the sum of absolute changes, proved. Where several change them
        equally little, one of them.

    Raises
    ------
    ValueError
        If the totals are not whole, differ in sum, or cannot be reached by rounding cells down
        or up; rows and columns that alone cannot be are named with what they can be.

    References
    ----------
    Cox (1987), *Journal of the American Statistical Association* 82, 520-524.

    >>> round_table([[1.2, 2.8], [2.8, 3.2]], row_totals=[4, 6], column_totals=[4, 6]).n.tolist()
    [[1, 3], [3, 3]]
    """
    cells = np.array(table, dtype=float)
    flat = cells.ndim == 2 and cells.size > 0  # noqa: PLR2004 - rows and columns
    require(
        (
            flat,
            Text(
                "Bảng phải có dòng và cột.",
                f"table must have rows and columns, not shape {cells.shape}",
            ),
        )
    )
    require(
        (
            bool(((cells >= 0) & (cells <= MOST)).all()),
            Text(
                f"Các ô của bảng phải là số không âm, nhiều nhất {written(MOST)}.",
                f"cells must be finite and not negative, none above {MOST:g}",
            ),
        ),
        (
            (row_totals is None) == (column_totals is None),
            Text(
                "Phải ghi cả tổng các dòng và tổng các cột, hoặc không ghi tổng nào.",
                "row and column totals must be given together",
            ),
        ),
    )
    low, high = _neighbours(cells)
    if row_totals is None or column_totals is None:
        rows, columns = (_Totals(*_neighbours(cells.sum(axis=axis))) for axis in (1, 0))
        least, most = _neighbours(cells.sum())
        whole = _Totals(least[None], most[None])
    else:
        wanted = [np.asarray(totals, dtype=float) for totals in (row_totals, column_totals)]
        require(*map(_whole, (ROW, COLUMN), wanted, cells.shape))
        rows = _stated(ROW, wanted[0], low.sum(axis=1), high.sum(axis=1))
        columns = _stated(COLUMN, wanted[1], low.sum(axis=0), high.sum(axis=0))
        sums = int(rows.least.sum()), int(columns.least.sum())
        require(
            (
                sums[0] == sums[1],
                Text(
                    f"Tổng các dòng cộng lại là {written(sums[0])}, tổng các cột là "
                    f"{written(sums[1])}; hai số này phải bằng nhau.",
                    f"row totals add up to {sums[0]}, column totals to {sums[1]}",
                ),
            ),
            *rows.problems,
            *columns.problems,
        )
        whole = _Totals(np.array(sums[:1]), np.array(sums[:1]))
    rounded = _transport(cells, low, high, (rows, columns, whole))
    changed = float(np.abs(rounded - cells).sum())
    done = _sentence(rounded, changed, stated=row_totals is not None)
    return Allocation(rounded, Method.ROUNDING, Goal.DISTANCE, changed, changed, trace=(done,))


@dataclass(frozen=True, slots=True, eq=False)
class _Totals:
    """Least and most that each line of the table may add up to, and what is wrong with that."""

    least: IntArray
    most: IntArray
    problems: tuple[Condition, ...] = ()


def _neighbours(values: FloatArray) -> tuple[IntArray, IntArray]:
    """Whole numbers below and above; a number that is whole but for rounding error stays."""
    nearest = np.round(values)
    stays = np.abs(values - nearest) <= WHOLE * np.maximum(1, values)
    low = np.where(stays, nearest, np.floor(values)).astype(np.int64)
    return low, np.where(stays, low, low + 1)


def _whole(line: Text, totals: FloatArray, count: int) -> Condition:
    whole = (totals == np.round(totals)) & (np.abs(totals) <= MOST)
    fits = totals.shape == (count,) and bool(whole.all())
    return fits, Text(
        f"Tổng các {line.vi} phải là {written(count)} số nguyên.",
        f"{line.en} totals must be {count} whole numbers",
    )


def _stated(line: Text, wanted: FloatArray, low: IntArray, high: IntArray) -> _Totals:
    total = wanted.astype(np.int64)
    wrong = np.flatnonzero((total < low) | (total > high))
    problems = [
        Text(
            f"{line.vi.capitalize()} {i + 1}: tổng ghi {written(total[i])}, nhưng làm tròn các ô "
            f"chỉ được từ {written(low[i])} đến {written(high[i])}.",
            f"{line.en} {i + 1} shall be {total[i]} but its cells round to {low[i]} to {high[i]}",
        )
        for i in wrong[:NAMED]
    ]
    if more := wrong.size - min(wrong.size, NAMED):
        problems.append(Text(f"Còn {written(more)} {line.vi} khác.", f"{more} {line.en}s more"))
    return _Totals(total, total, tuple((False, problem) for problem in problems))


def _transport(
    cells: FloatArray, low: IntArray, high: IntArray, totals: tuple[_Totals, _Totals, _Totals]
) -> IntArray:
    """Choose which of the open cells are rounded up."""
    row, column = np.nonzero(high > low)
    rounded = low.copy()
    if row.size:
        place, one = np.arange(row.size), np.ones(row.size)
        sums = [
            csr_array((one, (line, place)), shape=(each.least.size, row.size))
            for line, each in zip((row, column, np.zeros_like(row)), totals, strict=True)
        ]
        settled = [low.sum(axis=1), low.sum(axis=0), low.sum()[None]]
        allowed = LinearConstraint(
            vstack(sums),
            np.concatenate([t.least - s for t, s in zip(totals, settled, strict=True)]),
            np.concatenate([t.most - s for t, s in zip(totals, settled, strict=True)]),
        )
        with quiet_output():
            found = milp(
                1 - 2 * (cells - low)[row, column],
                integrality=np.ones(row.size, dtype=np.int64),
                options={"mip_rel_gap": 0.0},
                bounds=Bounds(0, 1),
                constraints=allowed,
            )
        if found.x is None:
            raise RefusedError(
                Text(
                    "Không cách làm tròn nào cho cùng lúc mọi tổng đã ghi; hãy sửa tổng các dòng "
                    "hoặc các cột.",
                    "no rounding of the cells has all these totals at once",
                )
            )
        rounded[row, column] += np.round(found.x).astype(np.int64)
    return rounded


def _sentence(rounded: IntArray, changed: float, *, stated: bool) -> Text:
    size, moved = figure(int(rounded.sum())), figure(changed)
    rows = counted(rounded.shape[0], Text("hàng", "rows"))
    columns = counted(rounded.shape[1], Text("cột", "columns"))
    vi, en = (
        ("giữ đúng tổng từng hàng, từng cột", "row and column totals are kept")
        if stated
        else (
            "tổng từng hàng, từng cột cũng được làm tròn đến số nguyên liền kề",
            "row and column totals are rounded to neighbouring whole numbers as well",
        )
    )
    return Text(
        f"Làm tròn có kiểm soát bảng {rows.vi} × {columns.vi}, {size.vi} phiếu: mỗi ô làm tròn "
        f"xuống hoặc lên, {vi}. Tổng chênh lệch tuyệt đối {moved.vi} phiếu, nhỏ nhất có thể.",
        f"Controlled rounding of {rows.en} × {columns.en}, {size.en} forms: every cell is "
        f"rounded down or up, {en}. The changes add up to {moved.en} forms, the least possible.",
    )
