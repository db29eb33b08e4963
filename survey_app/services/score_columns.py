"""What the workbook of a unit holds: rounds, columns, and what each round asks for.

``score_sheets`` writes these columns and ``score_reading`` finds them again by their
headings; both read them here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from questionnaires.model import CriteriaSet, Criterion, Source
from survey_app.models import Round

SHEET: Final = "Chấm điểm"
NOT_APPLICABLE_MARK: Final = "x"
SIMULATED: Final = "DỮ LIỆU MÔ PHỎNG"

HEAD_CAMPAIGN: Final = "Đợt"
HEAD_UNIT: Final = "Mã đơn vị"
HEAD_NAME: Final = "Tên đơn vị"
HEAD_ROUND: Final = "Vòng chấm"
HEAD_CRITERIA: Final = "Bộ tiêu chí"
HEADS: Final = (HEAD_CAMPAIGN, HEAD_UNIT, HEAD_NAME, HEAD_ROUND, HEAD_CRITERIA)

ROUND_LABELS: Final[Mapping[Round, str]] = {
    Round.SELF: "Tự chấm điểm",
    Round.ROUND_1: "Thẩm định lần 1",
    Round.EXPLAINED: "Giải trình",
    Round.ROUND_2: "Thẩm định lần 2",
    Round.IMPORTED: "Kết quả nhập từ ngoài",
}

FILE_LABELS: Final[Mapping[Round, str]] = {
    Round.SELF: "tu-cham",
    Round.ROUND_1: "tham-dinh-1",
    Round.EXPLAINED: "giai-trinh",
    Round.ROUND_2: "tham-dinh-2",
    Round.IMPORTED: "nhap-ngoai",
}


@dataclass(frozen=True, slots=True)
class Given:
    """What one round says about one criterion.

    Attributes
    ----------
    points
        None when not applicable. [points]
    evidence
        Documents by name and number.
    note
        Explanation of the unit, or reason of the appraiser.

    """

    points: Decimal | None
    not_applicable: bool = False
    evidence: str = ""
    note: str = ""

    def gives_the_same(self, other: Given) -> bool:
        """Whether both give the same points, or both say it does not apply."""
        return (self.points, self.not_applicable) == (other.points, other.not_applicable)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a key for the reader, the heading people see, and how it is filled.

    ``shows`` names the earlier round and the field a locked column repeats.
    """

    key: str
    heading: str
    width: float
    shows: tuple[Round, str] | None = None


CODE: Final = Column("code", "Mã", 12)
TITLE: Final = Column("title", "Tiêu chí", 50)
MAXIMUM: Final = Column("max", "Điểm tối đa", 9)
OWNER: Final = Column("owner", "Cơ quan thẩm định", 20)
NA: Final = Column("na", "Không áp dụng (x)", 9)


def _points(heading: str) -> Column:
    return Column("points", heading, 10)


def _shown(heading: str, round_: Round, field: str, width: float = 10) -> Column:
    return Column(f"{round_.value}.{field}", heading, width, (round_, field))


_SELF_POINTS: Final = _shown("Điểm tự chấm", Round.SELF, "points")
_FIRST_POINTS: Final = _shown("Điểm thẩm định lần 1", Round.ROUND_1, "points")

COLUMNS: Final[Mapping[Round, tuple[Column, ...]]] = {
    Round.SELF: (
        CODE,
        TITLE,
        MAXIMUM,
        OWNER,
        _points("Điểm tự chấm"),
        NA,
        Column("evidence", "Tài liệu kiểm chứng", 30),
        Column("note", "Giải trình", 30),
    ),
    Round.ROUND_1: (
        CODE,
        TITLE,
        MAXIMUM,
        OWNER,
        _SELF_POINTS,
        _shown("Tài liệu kiểm chứng của đơn vị", Round.SELF, "evidence", 26),
        _shown("Giải trình của đơn vị", Round.SELF, "note", 26),
        _points("Điểm thẩm định"),
        NA,
        Column("note", "Lý do", 30),
    ),
    Round.EXPLAINED: (
        CODE,
        TITLE,
        MAXIMUM,
        OWNER,
        _SELF_POINTS,
        _FIRST_POINTS,
        _shown("Lý do thẩm định lần 1", Round.ROUND_1, "note", 26),
        _points("Điểm đề nghị"),
        NA,
        Column("evidence", "Tài liệu kiểm chứng bổ sung", 28),
        Column("note", "Giải trình", 30),
    ),
    Round.ROUND_2: (
        CODE,
        TITLE,
        MAXIMUM,
        OWNER,
        _SELF_POINTS,
        _FIRST_POINTS,
        _shown("Giải trình của đơn vị", Round.EXPLAINED, "note", 28),
        _points("Điểm thẩm định lần 2"),
        NA,
        Column("note", "Lý do", 30),
    ),
    Round.IMPORTED: (
        CODE,
        TITLE,
        MAXIMUM,
        OWNER,
        _points("Điểm"),
        NA,
        Column("evidence", "Nguồn, văn bản", 30),
        Column("note", "Ghi chú", 30),
    ),
}

HELP: Final[Mapping[Round, str]] = {
    Round.SELF: (
        "Chỉ nhập vào ô trắng. Mỗi tiêu chí có điểm hoặc dấu x; tiêu chí không có tài liệu kiểm "
        "chứng hoặc đánh dấu x phải có giải trình. Dấu x chỉ có hiệu lực khi thẩm định đồng ý."
    ),
    Round.ROUND_1: (
        "Chỉ nhập vào ô trắng. Điểm khác điểm tự chấm, hoặc khác ý kiến của đơn vị về việc không "
        "áp dụng, thì phải ghi lý do."
    ),
    Round.EXPLAINED: (
        "Chỉ nhập vào ô trắng, ở những tiêu chí đơn vị muốn giải trình; các dòng khác để trống."
    ),
    Round.ROUND_2: (
        "Chỉ nhập vào ô trắng. Để trống là giữ nguyên điểm thẩm định lần 1; điểm khác lần 1 thì "
        "phải ghi lý do."
    ),
    Round.IMPORTED: "Chỉ nhập vào ô trắng. Mỗi điểm phải ghi nguồn (văn bản công bố kết quả).",
}


def scored_leaves(criteria: CriteriaSet, round_: Round) -> tuple[Criterion, ...]:
    """Leaves a round gives points to: imported ones in their own round, else appraised ones."""
    source = Source.IMPORTED if round_ is Round.IMPORTED else Source.SELF
    return criteria.leaves_from(source)


def file_name(unit_code: str, unit_name: str, round_: Round) -> str:
    """Name a workbook by its unit without diacritics: ``phong-noi-vu_P02_tu-cham.xlsx``."""
    return f"{plain(unit_name)}_{unit_code}_{FILE_LABELS[round_]}.xlsx"


def plain(text: str) -> str:
    """Lower-case ASCII words joined by dashes, as a file name any machine can keep."""
    letters = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    kept = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", "-", kept).strip("-")
