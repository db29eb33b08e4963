"""Whether a criteria set is sound in itself: points that add up, bands that cover them.

``criteria_items`` judges single criteria, also in a file that is only partly readable;
``check_criteria`` is the whole judgement. Whether every survey criterion is asked about is
a question to the plan and its forms: see ``questionnaires.checks``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Final

from questionnaires.check_forms import FULL_MARKS, repeated
from questionnaires.errors import Mistake
from questionnaires.model import Band, CriteriaSet, Criterion, Source
from questionnaires.wording import vi_number

CRITERION_CODE: Final = re.compile(r"[0-9A-Za-z]+([.-][0-9A-Za-z]+)*")
FINEST_POINTS: Final = Decimal("0.001")
"""Points are kept as NUMERIC(8,3). [points]"""


def check_criteria(criteria: CriteriaSet, path: str | None = None) -> list[Mistake]:
    """Return every mistake of a criteria set, in printed order; empty when it is sound."""
    path = path or f"criteria/{criteria.code}.yaml"
    mistakes = [*criteria_items(criteria, path), *_sums(criteria, path)]
    if not criteria.criteria:
        problem = "bộ tiêu chí không có tiêu chí nào"
        mistakes.append(Mistake(path, criteria.code, problem, "thêm các tiêu chí"))
    if not criteria.bands:
        problem = "chưa có mức xếp loại nào"
        mistakes.append(Mistake(path, criteria.code, problem, "thêm các mức vào mục bands"))
    return mistakes


def criteria_items(criteria: CriteriaSet, path: str) -> list[Mistake]:
    """Return the mistakes that can be seen in single criteria and in the bands."""
    mistakes = [
        *repeated(path, "tiêu chí", (criterion.code for criterion in criteria.criteria)),
        *repeated(path, "mức xếp loại", (band.label for band in criteria.bands)),
        *_bands(path, criteria.bands),
    ]
    leaves = {leaf.code for leaf in criteria.leaves}
    for criterion in criteria.criteria:
        if not CRITERION_CODE.fullmatch(criterion.code):
            problem = f"mã tiêu chí “{criterion.code}” không dùng được"
            remedy = "dùng chữ, số và dấu chấm, ví dụ 3.4.1"
            mistakes.append(Mistake(path, criterion.code, problem, remedy))
        if criterion.code in leaves:
            mistakes += _leaf(path, criterion)
        elif criterion.group_weights:
            problem = "trọng số nhóm đặt ở tiêu chí có tiêu chí con"
            remedy = "chuyển trọng số xuống tiêu chí điều tra xã hội học bên dưới"
            mistakes.append(Mistake(path, criterion.code, problem, remedy))
    return mistakes


def _leaf(path: str, leaf: Criterion) -> Iterator[Mistake]:
    if leaf.max_points <= 0:
        problem = f"điểm tối đa là {vi_number(leaf.max_points)}"
        yield Mistake(path, leaf.code, problem, "ghi điểm tối đa lớn hơn 0")
    elif leaf.max_points % FINEST_POINTS:
        problem = f"điểm tối đa {vi_number(leaf.max_points)} quá ba chữ số thập phân"
        yield Mistake(path, leaf.code, problem, "làm tròn đến 0,001 điểm")
    if leaf.group_weights and leaf.source is not Source.SURVEY:
        problem = "trọng số nhóm chỉ dùng cho tiêu chí điều tra xã hội học"
        yield Mistake(path, leaf.code, problem, "bỏ group_weights hoặc sửa source: survey")
    for code, weight in leaf.group_weights.items():
        if weight <= 0:
            problem = f"trọng số {vi_number(weight)} của {code} không dương"
            yield Mistake(path, leaf.code, problem, "dùng số lớn hơn 0")


def _bands(path: str, bands: tuple[Band, ...]) -> Iterator[Mistake]:
    for band in bands:
        if not 0 <= band.minimum <= FULL_MARKS:
            problem = f"ngưỡng {vi_number(band.minimum)} nằm ngoài khoảng 0–100"
            yield Mistake(path, band.label, problem, "viết ngưỡng từ 0 đến 100")
    for upper, lower in pairwise(bands):
        if upper.minimum <= lower.minimum:
            problem = (
                f"ngưỡng {vi_number(lower.minimum)} không thấp hơn ngưỡng "
                f"{vi_number(upper.minimum)} của “{upper.label}” đứng trên"
            )
            yield Mistake(path, lower.label, problem, "xếp các mức từ cao xuống thấp")
    if bands and bands[-1].minimum > 0:
        problem = f"kết quả dưới {vi_number(bands[-1].minimum)} không thuộc mức nào"
        yield Mistake(path, bands[-1].label, problem, "thêm mức cuối có ngưỡng 0")


def _sums(criteria: CriteriaSet, path: str) -> Iterator[Mistake]:
    """Compare every branch with its children; a leaf without a source counts nowhere."""
    leaves = {leaf.code for leaf in criteria.leaves}
    for criterion in criteria.criteria:
        if criterion.code in leaves:
            if criterion.source is None:
                problem = "không có tiêu chí con và không có nguồn điểm"
                remedy = "ghi source: self, survey hoặc imported"
                yield Mistake(path, criterion.code, problem, remedy)
            continue
        if criterion.source is not None:
            problem = "có tiêu chí con nên không tự có nguồn điểm"
            yield Mistake(path, criterion.code, problem, "bỏ source ở tiêu chí này")
        children = [c for c in criteria.criteria if c.parent == criterion.code]
        total = sum((child.max_points for child in children), Decimal(0))
        if total != criterion.max_points:
            parts = " + ".join(f"{c.code}: {vi_number(c.max_points)}" for c in children)
            problem = (
                f"ghi tối đa {vi_number(criterion.max_points)} điểm nhưng các tiêu chí con cộng "
                f"lại được {vi_number(total)} điểm ({parts})"
            )
            yield Mistake(path, criterion.code, problem, "sửa điểm của tiêu chí con hoặc của nó")
