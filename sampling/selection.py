"""Who is drawn from a list, in a way that can be repeated before an inspector.

``draw_sample`` draws from a ``sampling.frames.Frame`` as a ``DrawPlan`` says; everything
random comes from the plan's public seed through ``sampling.permanent_numbers``, so that
``verify_draw`` can do it again and say "equal", or what differs. The steps themselves are in
``sampling.mechanisms``; several stages in ``sampling.stages``; how long a reserve must be
and when its names are called in ``sampling.reserves``.

A draw in public goes like this: publish ``frame.digest`` and ``seed_digest``; then the seed;
then the draw, chosen people and reserve.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from questionnaires.model import Text
from sampling.arguments import RefusedError, is_whole, require
from sampling.frames import Frame, Size
from sampling.mechanisms import (
    inclusion_probabilities,
    pareto_ranks,
    pps_systematic_rows,
    systematic_rows,
)
from sampling.permanent_numbers import BITS, permanent_numbers, start_bits
from sampling.wording import written

ALGORITHM: Final = "sha256-53/1"
"""Version of everything that decides who is drawn; a change of one step is a new version."""

SHOWN: Final = 5
"""Keys a difference shows before it stops."""


class Method(StrEnum):
    """How rows are drawn inside a stratum."""

    SIMPLE = "simple"
    """Simple random without replacement: the smallest permanent numbers."""
    SYSTEMATIC = "systematic"
    """Every (N/n)-th row of the sorted list, from a random start on."""
    PPS_SYSTEMATIC = "pps_systematic"
    """Proportional to size, in equal steps down the sorted list."""
    PPS_PARETO = "pps_pareto"
    """Proportional to size by permanent numbers; keeps people over the years. The stated
    probabilities are wanted ones; it meets each to within a few per cent of itself."""

    @property
    def by_size(self) -> bool:
        """Whether large rows are drawn more often."""
        return self in (Method.PPS_SYSTEMATIC, Method.PPS_PARETO)


@dataclass(frozen=True, slots=True)
class DrawPlan:
    """What is decided before a draw.

    Attributes
    ----------
    method
        How rows are drawn in every stratum.
    seed
        One public line of text.
    sizes
        Rows to be drawn: by stratum, or one number for the list as a whole, whose strata
        then play no part. [rows]
    reserve
        Rows to be kept in reserve, likewise; a list that is too short gives what it has,
        a stratum nobody is drawn from gives none. [rows]
    shifted
        Negative coordination: avoid those the same seed and list chose without it.

    """

    method: Method
    seed: str
    sizes: int | Mapping[str, int]
    reserve: int | Mapping[str, int] = 0
    shifted: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """One row that was drawn, or stands in reserve.

    ``probability`` is that of being drawn in the first place, reserve left aside. (0-1]
    """

    key: str
    stratum: str
    probability: float

    @property
    def weight(self) -> float:
        """Rows of the list it stands for."""
        return 1 / self.probability


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw with all that is needed to repeat it.

    Attributes
    ----------
    plan
        What was decided before.
    frame_id, frame_digest, sorted_by
        Of the list it was drawn from.
    chosen
        Strata by name; inside one in list order when systematic, else in random order.
    reserve
        Strata by name; inside one in the order it is called: by rank of Pareto sampling,
        which is the same random order continued where the draw itself was by such ranks.
    algorithm
        Version of the steps.

    """

    plan: DrawPlan
    frame_id: str
    frame_digest: str
    sorted_by: str
    chosen: tuple[Drawn, ...]
    reserve: tuple[Drawn, ...]
    algorithm: str = ALGORITHM

    def reserve_of(self, stratum: str = "") -> tuple[str, ...]:
        """Keys in reserve of one stratum, in the order they are called."""
        return tuple(drawn.key for drawn in self.reserve if drawn.stratum == stratum)


@dataclass(frozen=True, slots=True)
class Verification:
    """What a repetition found; no differences mean that it is the same draw."""

    differences: tuple[Text, ...] = field(default=())

    @property
    def equal(self) -> bool:
        """Whether the draw was repeated exactly."""
        return not self.differences


def draw_sample(frame: Frame, plan: DrawPlan) -> Draw:
    """Draw a sample and its reserve.

    Parameters
    ----------
    frame
        The list; the order of its rows never matters.
    plan
        Method, seed and sizes.

    Returns
    -------
    Draw
        The same for the same list and plan, on any machine.

    Raises
    ------
    ValueError
        If a stratum has fewer rows (or, by size, fewer rows with a size) than are to be
        drawn, or sizes and strata do not match; names all strata.

    References
    ----------
    Ohlsson (1995) (permanent numbers); Cochran (1977), *Sampling Techniques*, 3rd ed.,
    ch. 5 and 8; Madow (1949); Rosén (1997).

    """
    rows_of = _rows_of(frame, plan)
    sizes, reserve = _by_stratum(plan.sizes, rows_of), _by_stratum(plan.reserve, rows_of)
    _check_sizes(frame, plan, rows_of, sizes, reserve)
    numbers = permanent_numbers(
        frame.keys, seed=plan.seed, frame_id=frame.frame_id, shifted=plan.shifted
    )
    chosen: list[Drawn] = []
    waiting: list[Drawn] = []
    for stratum, rows in rows_of.items():
        of_rows, n = [frame.sizes[row] for row in rows], sizes[stratum]
        probabilities = _probabilities(plan.method, of_rows, n)
        order = _random_order(numbers[list(rows)], probabilities)
        taken = _taken(plan.method, of_rows, n, order, _start(frame, plan, stratum))
        out = set(taken)
        kept = [place for place in order if place not in out][: reserve.get(stratum, 0)]
        for places, drawn in ((taken, chosen), (kept, waiting)):
            drawn.extend(
                Drawn(frame.keys[rows[place]], stratum, float(probabilities[place]))
                for place in places
            )
    return Draw(plan, frame.frame_id, frame.digest, frame.sorted_by, tuple(chosen), tuple(waiting))


def verify_draw(draw: Draw, frame: Frame) -> Verification:
    """Repeat a draw from its list and say what differs.

    Parameters
    ----------
    draw
        The draw as it was recorded.
    frame
        The list it claims to come from, read again.

    """
    if draw.algorithm != ALGORITHM:
        sentence = Text(
            f"Mẫu được rút theo thuật toán {draw.algorithm}; phiên bản này chỉ rút lại được "
            f"{ALGORITHM}.",
            f"The draw used algorithm {draw.algorithm}; this version repeats {ALGORITHM} only.",
        )
        return Verification((sentence,))
    differences = [
        Text(f"{vi}: ghi “{was}”, nay là “{now}”.", f"{en}: “{was}” was recorded, now “{now}”.")
        for vi, en, was, now in (
            ("Tên danh sách", "Name of the list", draw.frame_id, frame.frame_id),
            ("Mã băm danh sách", "Digest of the list", draw.frame_digest, frame.digest),
            ("Thứ tự sắp xếp", "Sort order", draw.sorted_by, frame.sorted_by),
        )
        if was != now
    ]
    try:
        again = draw_sample(frame, draw.plan)
    except RefusedError as error:
        reasons = " ".join(text.vi for text in error.said)
        sentence = Text(f"Không rút lại được: {reasons}", f"The draw cannot be repeated: {error}.")
        return Verification((*differences, sentence))
    for part, was, now in (
        (Text("Mẫu chính", "Sample"), draw.chosen, again.chosen),
        (Text("Mẫu dự phòng", "Reserve"), draw.reserve, again.reserve),
    ):
        differences += _differences(part, was, now)
    return Verification(tuple(differences))


def _rows_of(frame: Frame, plan: DrawPlan) -> Mapping[str, Sequence[int]]:
    """Rows of each stratum; one nameless stratum when one number is to be drawn."""
    return frame.rows_of if isinstance(plan.sizes, Mapping) else {"": range(len(frame.keys))}


def _by_stratum(wanted: int | Mapping[str, int], rows_of: Mapping[str, object]) -> dict[str, int]:
    return dict(wanted) if isinstance(wanted, Mapping) else dict.fromkeys(rows_of, wanted)


def _check_sizes(
    frame: Frame,
    plan: DrawPlan,
    rows_of: Mapping[str, Sequence[int]],
    sizes: Mapping[str, int],
    reserve: Mapping[str, int],
) -> None:
    missing = sorted(rows_of.keys() - sizes.keys())
    unknown = sorted((sizes.keys() | reserve.keys()) - rows_of.keys())
    able = {
        stratum: sum(frame.sizes[row] > 0 for row in rows) if plan.method.by_size else len(rows)
        for stratum, rows in rows_of.items()
    }
    wrong = [
        (stratum, n)
        for stratum, n in sizes.items()
        if stratum in able and not (is_whole(n) and 0 <= n <= able[stratum])
    ]
    vi = "; ".join(
        f"{s and f'tầng {s}: '}{written(n)} trong {written(able[s])} dòng" for s, n in wrong
    )
    en = ", ".join(f"{n} of {able[s]}{s and f' in {s}'}" for s, n in wrong)
    require(
        (
            not missing,
            Text(
                f"Chưa ghi số dòng chọn của tầng {', '.join(missing)}.",
                f"no size for {', '.join(missing)}",
            ),
        ),
        (
            not unknown,
            Text(
                f"Danh sách không có tầng {', '.join(unknown)}.",
                f"the list has no stratum {', '.join(unknown)}",
            ),
        ),
        (not wrong, Text(f"Không chọn được {vi}.", f"cannot draw {en} rows")),
        (
            min(reserve.values(), default=0) >= 0,
            Text("Số dự phòng không được âm.", "a reserve cannot be negative"),
        ),
        (
            all(is_whole(n) for n in reserve.values()),
            Text("Số dự phòng phải là số nguyên.", "a reserve must be whole"),
        ),
    )


def _probabilities(method: Method, sizes: Sequence[Size], n: int) -> npt.NDArray[np.float64]:
    if method.by_size:
        return inclusion_probabilities(sizes, n)
    return np.full(len(sizes), n / len(sizes))


def _random_order(
    numbers: npt.NDArray[np.float64], probabilities: npt.NDArray[np.float64]
) -> list[int]:
    """Places by Pareto rank, then number, then list order; only those that can be drawn."""
    order = np.lexsort((numbers, pareto_ranks(numbers, probabilities)))
    return [int(place) for place in order[probabilities[order] > 0]]


def _start(frame: Frame, plan: DrawPlan, stratum: str) -> Fraction:
    """Random start of a stratum, in [0, 1)."""
    bits = start_bits(
        seed=plan.seed, frame_id=frame.frame_id, stratum=stratum, shifted=plan.shifted
    )
    return Fraction(bits, 2**BITS)


def _taken(
    method: Method, sizes: Sequence[Size], n: int, order: Sequence[int], start: Fraction
) -> list[int]:
    """Places, inside one stratum, of the rows that are drawn."""
    match method:
        case Method.SYSTEMATIC:
            return systematic_rows(len(sizes), n, start)
        case Method.PPS_SYSTEMATIC:
            return pps_systematic_rows(sizes, n, start)
        case _:
            return list(order[:n])


def _differences(part: Text, was: Sequence[Drawn], now: Sequence[Drawn]) -> list[Text]:
    if tuple(was) == tuple(now):
        return []
    before, after = [drawn.key for drawn in was], [drawn.key for drawn in now]
    gone, new = set(before) - set(after), set(after) - set(before)
    lines = [
        Text(
            f"{part.vi}: {len(keys)} người {vi}: {_some(keys)}.",
            f"{part.en}: {len(keys)} {en}: {_some(keys)}.",
        )
        for keys, vi, en in (
            ([key for key in before if key in gone], "không được rút lại", "not drawn again"),
            ([key for key in after if key in new], "thiếu trong bản ghi", "missing in the record"),
        )
        if keys
    ]
    if lines:
        return lines
    if before != after:
        return [Text(f"{part.vi}: khác thứ tự.", f"{part.en}: another order.")]
    return [
        Text(
            f"{part.vi}: khác tầng hoặc xác suất chọn.",
            f"{part.en}: other strata or probabilities.",
        )
    ]


def _some(keys: Sequence[str]) -> str:
    return ", ".join(keys[:SHOWN]) + (", …" if len(keys) > SHOWN else "")
