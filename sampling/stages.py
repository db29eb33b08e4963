"""Drawing in stages: districts of a province, communes of these, hamlets, households.

The national satisfaction survey takes 6 districts, 3 communes in each, 2 hamlets in each and
250 households in each hamlet, 9.000 in all. ``draw_stages`` draws stage by stage with
``sampling.selection.draw_sample`` and asks for a list only when its parent was drawn, since
nobody has the households of hamlets that were not. Every unit keeps its inclusion probability
at each stage; their product is its own, and the inverse of that its design weight.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from questionnaires.model import Text
from sampling.arguments import is_whole, require
from sampling.frames import Frame, make_frame
from sampling.selection import Draw, DrawPlan, Method, Verification, draw_sample, verify_draw

Path = tuple[str, ...]
"""Keys from the first stage down; ``()`` is the whole, ``("H1", "X03")`` a commune of H1."""

Children = Callable[[Path], Frame]
"""Gives the list below a unit; the lists of two units must have different names."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a draw.

    Attributes
    ----------
    name
        What is drawn: "huyện", "xã", "thôn", "hộ".
    n
        Drawn below each unit of the stage before; all there are where it has fewer.
    method
        How; by size, the sizes of the lists count.
    reserve
        Kept in reserve below each unit.

    """

    name: str
    n: int
    method: Method = Method.SIMPLE
    reserve: int = 0


@dataclass(frozen=True, slots=True)
class StagedUnit:
    """One unit of the last stage that was drawn.

    Attributes
    ----------
    path
        Its key, after those of the units it lies in.
    probabilities
        Inclusion probability at each stage, given the stage before. (0-1]

    """

    path: Path
    probabilities: tuple[float, ...]

    @property
    def probability(self) -> float:
        """Inclusion probability over all stages. (0-1]."""
        return prod(self.probabilities)

    @property
    def weight(self) -> float:
        """Units of the population it stands for."""
        return 1 / self.probability


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A unit with fewer units below it than were to be drawn; it gave all of them.

    Attributes
    ----------
    path
        The unit.
    stage
        Name of the stage that fell short.
    wanted, available
        Units to be drawn, and those there were.

    """

    path: Path
    stage: str
    wanted: int
    available: int


@dataclass(frozen=True, slots=True)
class StagedDraw:
    """A draw in stages, with all that is needed to repeat it.

    Attributes
    ----------
    seed, shifted, stages
        What was decided before.
    draws
        The draw below each unit, by path; reserves and digests of the lists are in them.
    units
        Units of the last stage, in the order of the draws.
    short
        Where there were not enough.

    """

    seed: str
    stages: tuple[Stage, ...]
    draws: Mapping[Path, Draw]
    units: tuple[StagedUnit, ...]
    short: tuple[Shortfall, ...]
    shifted: bool = False


def draw_stages(
    children: Children, stages: Sequence[Stage], *, seed: str, shifted: bool = False
) -> StagedDraw:
    """Draw the first stage from ``children(())``, then below each unit drawn, and so on.

    Parameters
    ----------
    children
        Gives the list below a unit. A stage draws from the list as a whole; its strata
        play no part.
    stages
        From the top down, at least one.
    seed, shifted
        As in :class:`sampling.selection.DrawPlan`; one seed serves all lists, for each has
        its own name.

    Raises
    ------
    ValueError
        If there is no stage, a stage draws nobody, or two lists have the same name.

    References
    ----------
    Särndal, Swensson & Wretman (1992), *Model Assisted Survey Sampling*, §4.4.

    """
    empty = [
        stage.name
        for stage in stages
        if not (is_whole(stage.n) and is_whole(stage.reserve)) or stage.n < 1 or stage.reserve < 0
    ]
    require(
        (len(stages) > 0, Text("Chưa có giai đoạn nào để rút.", "there is no stage to draw")),
        (
            not empty,
            Text(
                f"Giai đoạn {', '.join(empty)}: phải chọn ít nhất 1 và dự phòng từ 0 trở lên, đều "
                "là số nguyên.",
                f"stage {', '.join(empty)} must draw at least 1 and reserve at least 0",
            ),
        ),
    )
    draws: dict[Path, Draw] = {}
    short: list[Shortfall] = []
    above = [StagedUnit((), ())]
    for stage in stages:
        below: list[StagedUnit] = []
        for unit in above:
            frame = children(unit.path)
            able = _able(frame, stage.method)
            if able < stage.n:
                short.append(Shortfall(unit.path, stage.name, stage.n, able))
            plan = DrawPlan(stage.method, seed, min(stage.n, able), stage.reserve, shifted)
            draw = draws[unit.path] = draw_sample(frame, plan)
            below += [
                StagedUnit((*unit.path, row.key), (*unit.probabilities, row.probability))
                for row in draw.chosen
            ]
        above = below
    _refuse_shared_names(draw.frame_id for draw in draws.values())
    return StagedDraw(seed, tuple(stages), draws, tuple(above), tuple(short), shifted)


def verify_stages(staged: StagedDraw, children: Children) -> Verification:
    """Repeat a draw in stages and say what differs, list by list.

    Parameters
    ----------
    staged
        The draw as it was recorded.
    children
        The lists it claims to come from, read again; only those below recorded units are
        asked for.

    """
    differences: list[Text] = []
    for path, draw in staged.draws.items():
        where = " › ".join(path) or draw.frame_id
        differences += [
            Text(f"{where}: {text.vi}", f"{where}: {text.en}")
            for text in verify_draw(draw, children(path)).differences
        ]
    if (
        not differences
        and draw_stages(children, staged.stages, seed=staged.seed, shifted=staged.shifted) != staged
    ):
        differences.append(
            Text(
                "Các giai đoạn, xác suất hoặc chỗ thiếu ghi khác với lần rút lại.",
                "Stages, probabilities or shortfalls were recorded differently.",
            )
        )
    return Verification(tuple(differences))


def frames_of_paths(paths: Iterable[Path], *, frame_id: str) -> dict[Path, Frame]:
    """Make the list below every unit from the full list of last-stage units.

    Parameters
    ----------
    paths
        Units of the last stage, all as long; any order.
    frame_id
        Name of the whole; the list below a unit is called ``frame_id/H1/X03``.

    Returns
    -------
    dict of Frame
        By path, fit for ``draw_stages(frames.__getitem__, …)``. The size of a unit is the
        number of last-stage units in it.

    Raises
    ------
    ValueError
        If the paths differ in length, come twice, or lead to lists of one name.

    """
    leaves = [tuple(path) for path in paths]
    require(
        (
            len({len(path) for path in leaves}) == 1,
            Text(
                "Mọi dòng phải có cùng số giai đoạn và phải có ít nhất một dòng.",
                "paths must have one length",
            ),
        )
    )
    require((bool(leaves[0]), Text("Chưa có giai đoạn nào.", "paths must not be empty")))
    sizes = Counter(path[:depth] for path in leaves for depth in range(1, len(path) + 1))
    twice = [" › ".join(path) for path in leaves if sizes[path] > 1]
    shown = ", ".join(sorted(set(twice))[:5])
    require(
        (
            not twice,
            Text(f"Có dòng ghi hai lần: {shown}.", f"paths come twice: {shown}"),
        )
    )
    below: dict[Path, list[str]] = {}
    for path in sizes:
        below.setdefault(path[:-1], []).append(path[-1])
    names = {parent: "/".join((frame_id, *parent)) for parent in below}
    _refuse_shared_names(names.values())
    return {
        parent: make_frame(names[parent], keys, sizes=[sizes[*parent, key] for key in keys])
        for parent, keys in below.items()
    }


def _able(frame: Frame, method: Method) -> int:
    """Rows of a list that can be drawn."""
    return sum(size > 0 for size in frame.sizes) if method.by_size else len(frame.keys)


def _refuse_shared_names(names: Iterable[str]) -> None:
    """One name, one list: two lists of one name would share their random numbers."""
    twice = [name for name, times in Counter(names).items() if times > 1]
    require(
        (
            not twice,
            Text(
                f"Có nhiều danh sách cùng tên {', '.join(twice)}; mỗi danh sách phải có tên riêng.",
                f"several lists are called {', '.join(twice)}",
            ),
        )
    )
