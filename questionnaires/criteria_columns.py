"""Where everything stands in the workbook of a criteria set, and in which words.

One description for ``questionnaires.criteria_template``, which writes the workbook, and for
``questionnaires.criteria_workbook``, which reads it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from questionnaires.model import NotApplicable, Source

GUIDE: Final = "Hướng dẫn"
CRITERIA: Final = "Bộ tiêu chí"
BANDS: Final = "Xếp loại"


class Column(NamedTuple):
    """A column of the sheet: its letter, heading, width in characters, and what to put in."""

    letter: str
    heading: str
    width: int
    help: str


CODE: Final = Column("A", "Mã", 8, "Mã in trong văn bản, ví dụ 3.4.1. Ô dạng chữ (Text).")
PARENT: Final = Column(
    "B", "Mã cha", 8, "Mã của lĩnh vực hoặc tiêu chí chứa nó; để trống nếu là lĩnh vực."
)
TITLE_VI: Final = Column("C", "Tên tiêu chí", 46, "Tên tiếng Việt, như trong văn bản.")
TITLE_EN: Final = Column("D", "Tên tiếng Anh", 34, "Tên tiếng Anh.")
POINTS: Final = Column(
    "E",
    "Điểm tối đa",
    8,
    "Chỉ ghi ở tiêu chí không có tiêu chí con; điểm của cấp trên tự cộng. Nhận cả 2,5 và 2.5.",
)
SOURCE: Final = Column("F", "Nguồn điểm", 18, "Chọn trong danh sách, ở tiêu chí có điểm tối đa.")
WEIGHTS: Final = Column(
    "G",
    "Trọng số nhóm",
    14,
    "Chỉ khi khác cách tính chung: dòng phân bổ = trọng số, ví dụ CH1=1; CH4=2,5.",
)
NOT_APPLICABLE: Final = Column(
    "H", "Khi không áp dụng", 16, "Chọn trong danh sách; để trống là “Luôn áp dụng”."
)
OWNER: Final = Column("I", "Cơ quan thẩm định", 22, "Phòng, ban thẩm định tiêu chí này.")

COLUMNS: Final = (
    CODE, PARENT, TITLE_VI, TITLE_EN, POINTS, SOURCE, WEIGHTS, NOT_APPLICABLE, OWNER
)  # fmt: skip


class Heading(NamedTuple):
    """A line above the table: its row, label, and what to put in."""

    row: int
    label: str
    help: str


SET_CODE: Final = Heading(2, "Mã bộ tiêu chí", "Chữ thường không dấu, ví dụ department_2021.")
SET_TITLE_VI: Final = Heading(3, "Tên bộ tiêu chí", "Tên tiếng Việt, như trong văn bản.")
SET_TITLE_EN: Final = Heading(4, "Tên tiếng Anh", "Tên tiếng Anh.")
UNIT_KIND: Final = Heading(
    5, "Loại đơn vị", "Mã loại đơn vị trong kế hoạch, ví dụ department hoặc commune."
)
TOTAL: Final = Heading(6, "Tổng điểm", "Tổng điểm tối đa của cả bộ, thường là 100.")
NATURE: Final = Heading(7, "Tính chất", "Chính thức, hoặc Mẫu minh hoạ.")

HEADINGS: Final = (SET_CODE, SET_TITLE_VI, SET_TITLE_EN, UNIT_KIND, TOTAL, NATURE)
HEADING_COLUMN: Final = "C"
TABLE_HEAD: Final = 9
FIRST_ROW: Final = 10
LAST_ROW: Final = 509
"""Rows prepared for criteria, from ``FIRST_ROW``; longer sets are read as well."""

BAND_HEAD: Final = 3
FIRST_BAND: Final = 4
LAST_BAND: Final = 23
BAND_LABEL: Final = Column("A", "Mức xếp loại", 24, "Ví dụ Xuất sắc; xếp từ cao xuống thấp.")
BAND_MINIMUM: Final = Column(
    "B", "Từ (% trở lên)", 16, "Kết quả từ ngưỡng này trở lên thuộc mức; mức cuối ghi 0."
)


class Option(NamedTuple):
    """One entry of a drop-down list and what it means.

    No comma in a label: spreadsheet programs would split it into two entries.
    """

    label: str
    help: str


SOURCES: Final[Mapping[Source, Option]] = {
    Source.SELF: Option(
        "Tự chấm và thẩm định", "Đơn vị tự chấm kèm tài liệu kiểm chứng, rồi thẩm định."
    ),
    Source.SURVEY: Option("Điều tra xã hội học", "Tính từ câu trả lời gắn với tiêu chí này."),
    Source.IMPORTED: Option("Nhập từ nguồn khác", "Lấy từ kết quả của cơ quan hoặc đợt khác."),
}
POLICIES: Final[Mapping[NotApplicable, Option]] = {
    NotApplicable.REFUSE: Option("Luôn áp dụng", "Không đơn vị nào được khai không áp dụng."),
    NotApplicable.EXCLUDE: Option("Không tính điểm", "Bỏ khỏi cả điểm đạt được và điểm tối đa."),
    NotApplicable.FULL: Option("Cho điểm tối đa", "Đơn vị được điểm tối đa của tiêu chí."),
}
NATURES: Final[Mapping[bool, Option]] = {
    False: Option("Chính thức", "Theo văn bản đã ban hành."),
    True: Option("Mẫu minh hoạ", "Để xem thử; mọi trang in đều ghi là mẫu."),
}
"""By ``CriteriaSet.sample``."""
