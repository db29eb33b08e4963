"""Samples drawn from a file, in one stage or several, for ``cchc sample``.

The same list under the same name, with the same public seed, gives the same draw; how is said
in ``sampling.selection`` and ``sampling.stages``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from questionnaires.model import Text
from sampling.frames import make_frame
from sampling.selection import DrawPlan, Method, draw_sample
from sampling.stages import Stage, draw_stages, frames_of_paths
from survey_app.errors import SurveyError
from survey_app.formats import number
from survey_app.services.sampling_files import Answer, Sheet


@dataclass(frozen=True, slots=True)
class DrawWish:
    """What is asked of a draw.

    Attributes
    ----------
    method, seed
        How, and by which public line of text.
    n, reserve
        Rows drawn and kept in reserve: one number (for every stratum of a stratified draw),
        or by stratum. [rows]
    stratified
        Whether every stratum of the file is drawn from by itself.
    shifted
        Whether those are avoided who were chosen by the same seed.
    name
        Name of the list, part of every random number: another name draws others, a file may be
        called what it likes.

    """

    method: str
    seed: str
    name: str
    n: int | Mapping[str, int]
    reserve: int | Mapping[str, int] = 0
    stratified: bool = False
    shifted: bool = False


def draw_file(sheet: Sheet, wish: DrawWish) -> Answer:
    """Draw a sample and its reserve from the list in a file."""
    by_stratum = wish.stratified or isinstance(wish.n, Mapping) or isinstance(wish.reserve, Mapping)
    strata = sheet.texts("stratum") if by_stratum else None
    frame = make_frame(
        wish.name,
        sheet.texts("code"),
        strata=strata,
        sizes=[Decimal(str(n)) for n in sheet.numbers("size")] if sheet.has("size") else None,
        sort_keys=sheet.texts("sort") if sheet.has("sort") else None,
        sorted_by="thu tu" if sheet.has("sort") else "",
    )
    names = sorted(set(frame.strata)) if strata else []
    sizes, reserve = (
        dict.fromkeys(names, wanted) if names and isinstance(wanted, int) else wanted
        for wanted in (wish.n, wish.reserve)
    )
    draw = draw_sample(
        frame, DrawPlan(Method(wish.method), wish.seed, sizes, reserve, shifted=wish.shifted)
    )
    rows = [
        (str(place), kind, row.stratum, row.key, number(row.probability, 6))
        for kind, listed in (("chọn", draw.chosen), ("dự phòng", draw.reserve))
        for place, row in enumerate(listed, start=1)
    ]
    said = Text(
        f"Danh sách “{draw.frame_id}”, mã {draw.frame_digest}; số công khai “{wish.seed}”. "
        "Chạy lại lệnh này với cùng danh sách, cùng tên danh sách và số này cho đúng kết quả này.",
        f"List “{draw.frame_id}”, digest {draw.frame_digest}; public seed “{wish.seed}”. The "
        "same list, name of the list and seed give the same draw.",
    )
    return Answer(("thứ tự", "loại", "tầng", "mã", "xác suất"), tuple(rows), said)


def draw_stages_file(
    sheet: Sheet,
    taken: Sequence[int],
    *,
    seed: str,
    name: str,
    methods: Sequence[str] = (),
    reserve: int = 0,
) -> Answer:
    """Draw in stages from a list of last-stage units.

    The first columns of the file are the stages from the top down (province, commune, hamlet,
    household); ``taken`` says how many of each are drawn below each unit of the one before,
    ``methods`` how (simple random when left out; by size, the size is the number of last-stage
    units), ``reserve`` how many last-stage units stand by below each unit. ``name`` is that of
    the whole list, as in :class:`DrawWish`.
    """
    names = list(sheet.columns)[: len(taken)]
    if len(names) < len(taken):
        raise SurveyError(
            f"{sheet.source} có {len(names)} cột nhưng cần {len(taken)} giai đoạn.",
            details=["mỗi giai đoạn một cột, từ rộng đến hẹp: tỉnh, xã, thôn, hộ"],
        )
    paths = zip(*(sheet.columns[stage] for stage in names), strict=True)
    frames = frames_of_paths(paths, frame_id=name)
    ways = [Method(way) for way in methods] or [Method.SIMPLE] * len(names)
    if len(ways) != len(names):
        raise SurveyError(f"Cần {len(names)} phương pháp, mỗi giai đoạn một; có {len(ways)}.")
    spare = [0] * (len(names) - 1) + [reserve]
    stages = [Stage(*each) for each in zip(names, taken, ways, spare, strict=True)]
    found = draw_stages(frames.__getitem__, stages, seed=seed)
    rows = [
        (*unit.path, number(unit.probability, 8), number(unit.weight, 2), "chọn")
        for unit in found.units
    ]
    rows += [
        (*path, row.key, "", "", "dự phòng")
        for path, draw in found.draws.items()
        for row in draw.reserve
    ]
    said = Text(
        f"{number(len(found.units))} {names[-1]} của danh sách “{name}”; số công khai “{seed}”. "
        f"{number(len(found.short))} nơi không đủ để chọn.",
        f"{len(found.units)} drawn from the list “{name}”; public seed “{seed}”. "
        f"{len(found.short)} places had too few.",
    )
    return Answer((*names, "xác suất", "trọng số", "loại"), tuple(rows), said)
