"""The mechanics of drawing, on bare numbers: who is in, and with what probability.

``inclusion_probabilities`` makes them proportional to size; ``systematic_rows`` and
``pps_systematic_rows`` walk down a list in equal steps; ``pareto_ranks`` puts people in a
random order that respects unequal probabilities. Lists, strata, seeds and reserves are the
business of ``sampling.selection``.

Steps are walked in whole numbers, so a step never falls on the wrong side of a person by
floating-point dust, on any machine.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from math import lcm

import numpy as np
import numpy.typing as npt

from questionnaires.model import Text
from sampling.arguments import Condition, is_whole, must, require
from sampling.frames import Size
from sampling.wording import written


def inclusion_probabilities(sizes: Sequence[Size], n: int) -> npt.NDArray[np.float64]:
    """Make inclusion probabilities proportional to size, at most 1, adding up to ``n``.

    A row whose share would reach 1 is taken for certain and removed; the others share the
    rest, until none is too large.

    Parameters
    ----------
    sizes : (N,)
        Exact numbers from 0 on. [any unit]
    n
        Rows to be drawn, at most the number of sizes above 0.

    Returns
    -------
    (N,) ndarray of float
        0 for size 0. [0-1]

    Raises
    ------
    ValueError
        If there are not ``n`` sizes above 0.

    References
    ----------
    Särndal, Swensson & Wretman (1992), *Model Assisted Survey Sampling*, §3.6.2.

    """
    whole = _whole_sizes(sizes, n)
    certain = _certain(whole, n)
    free, total = n - len(certain), sum(whole) - sum(whole[row] for row in certain)
    return np.array(
        [1.0 if row in certain else free * size / total for row, size in enumerate(whole)]
        if free
        else [float(row in certain) for row in range(len(whole))]
    )


def systematic_rows(count: int, n: int, start: Fraction) -> list[int]:
    """Take every (N/n)-th row of a list from a random start on.

    Parameters
    ----------
    count
        Rows of the list, N.
    n
        Rows to be drawn, between 0 and N.
    start
        Random start as a share of the step, in [0, 1).

    Returns
    -------
    list of int
        Rows ``floor((start + i) N / n)`` for i = 0 … n - 1, from 0 on.

    Raises
    ------
    ValueError
        If an argument lies outside its range; names all of them.

    References
    ----------
    Cochran (1977), *Sampling Techniques*, 3rd ed., §8.1.

    """
    require(_rows_condition(n, count, Text("dòng", "rows")), _start_condition(start))
    return _steps(count, n, start)


def pps_systematic_rows(sizes: Sequence[Size], n: int, start: Fraction) -> list[int]:
    """Walk down the cumulated inclusion probabilities in steps of 1.

    Row k is drawn when one of ``start``, ``start + 1``, … lies in [C(k-1), C(k)); certain
    rows are drawn beforehand.

    Parameters
    ----------
    sizes, n
        As in :func:`inclusion_probabilities`.
    start
        Random start in [0, 1).

    Returns
    -------
    list of int
        The ``n`` rows drawn, in list order, from 0 on.

    Raises
    ------
    ValueError
        If an argument lies outside its range.

    References
    ----------
    Madow (1949), *Ann. Math. Statist.* 20, 333-354.

    """
    require(_start_condition(start))
    whole = _whole_sizes(sizes, n)
    certain = _certain(whole, n)
    others = [row for row in range(len(whole)) if row not in certain]
    cumulated = list(accumulate(whole[row] for row in others))
    steps = _steps(cumulated[-1] if cumulated else 0, n - len(certain), start)
    return sorted([*certain, *(others[bisect_right(cumulated, step)] for step in steps)])


def pareto_ranks(
    numbers: npt.NDArray[np.float64], probabilities: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Rank people for Pareto sampling: the n smallest are drawn, the next are the reserve.

    Parameters
    ----------
    numbers : (N,)
        Permanent random numbers, in [0, 1).
    probabilities : (N,)
        Wanted inclusion probabilities. [0-1]

    Returns
    -------
    (N,) ndarray of float
        ``u (1 - p) / (p (1 - u))``; 0 for the certain, infinite for those never drawn. With
        equal probabilities the order is that of the numbers.

    References
    ----------
    Rosén (1997), *J. Statist. Plann. Inference* 62, 159-191.

    """
    possible = probabilities > 0
    ranks = np.full(numbers.shape, np.inf)
    u, p = numbers[possible], probabilities[possible]
    ranks[possible] = u * (1 - p) / (p * (1 - u))
    return ranks


def _steps(total: int, n: int, start: Fraction) -> list[int]:
    """Floor of ``(start + i) total / n``, exactly."""
    above, below = start.numerator, start.denominator
    return [(above + i * below) * total // (n * below) for i in range(n)]


def _whole_sizes(sizes: Sequence[Size], n: int) -> list[int]:
    """Bring sizes to a common denominator; refuse to draw more rows than have a size."""
    able = sum(size > 0 for size in sizes)
    require(_rows_condition(n, able, Text("dòng có quy mô lớn hơn 0", "rows with a size above 0")))
    if all(isinstance(size, int) for size in sizes):
        return [int(size) for size in sizes]
    exact = [Fraction(size) for size in sizes]
    scale = lcm(*(size.denominator for size in exact))
    return [int(size * scale) for size in exact]


def _certain(sizes: Sequence[int], n: int) -> set[int]:
    """Rows too large to be left to chance."""
    certain: set[int] = set()
    total = sum(sizes)
    while True:
        free = n - len(certain)
        found = [
            row
            for row, size in enumerate(sizes)
            if row not in certain and size > 0 and size * free >= total
        ]
        if not found:
            return certain
        certain.update(found)
        total -= sum(sizes[row] for row in found)


def _rows_condition(n: int, able: int, what: Text) -> Condition:
    return is_whole(n) and 0 <= n <= able, Text(
        f"Không chọn được {written(n)} trong {written(able)} {what.vi}.",
        f"cannot draw {n} of {able} {what.en}",
    )


def _start_condition(start: Fraction) -> Condition:
    wanted = Text("phải từ 0 đến dưới 1", "lie in [0, 1)")
    return must(Text("Điểm xuất phát", "start"), start, wanted, holds=0 <= start < 1)
