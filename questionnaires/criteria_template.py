"""The workbook in which an office writes its own criteria set, empty or filled.

Three sheets: what to do, the tree of criteria, the bands. ``questionnaires.criteria_workbook``
reads it back; the columns are described once, in ``questionnaires.criteria_columns``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from questionnaires import criteria_columns as at
from questionnaires.model import CriteriaSet, Criterion
from questionnaires.wording import vi_number

INK, HEAD, FIELD, TOP, RULE = "#1F2A37", "#1D4E6B", "#FFF9E5", "#E8EFF3", "#B8C4CC"
DIGITS: Final = "0.###"
LINE: Final = 16.5
"""Height of one line of text in a cell. [points]"""
LETTERS: Final = 1.25
"""Letters of running Vietnamese text in one unit of column width, on the safe side."""
GUIDE_WIDTHS: Final = (24, 74)
EXAMPLE_BANDS: Final = (
    ("Xuất sắc", 90), ("Tốt", 80), ("Khá", 70), ("Trung bình", 50), ("Yếu", 0)
)  # fmt: skip
STEPS: Final = (
    f"Điền phần đầu trang “{at.CRITERIA}”: mã, tên, loại đơn vị, tổng điểm.",
    (
        "Mỗi lĩnh vực, tiêu chí, tiêu chí thành phần một dòng, theo thứ tự trong văn bản; cấp "
        "trên đứng trước cấp dưới."
    ),
    f"Sửa các mức ở trang “{at.BANDS}” theo quy định của địa phương.",
    "Không gộp ô, không dùng công thức, không đổi tên trang, không thêm cột.",
    (
        "Lưu dạng .xlsx rồi nhập vào phần mềm. Nếu có lỗi, mọi lỗi được báo một lần theo từng ô "
        "và không dòng nào được nhận."
    ),
)


def write_template(target: Path | BinaryIO, criteria: CriteriaSet | None = None) -> None:
    """Write the workbook of a criteria set, or an empty one to start from.

    Titles in languages other than Vietnamese and English are not written.

    Parameters
    ----------
    target
        Path of the .xlsx file, or a binary file open for writing.
    criteria
        The set to fill in; None leaves the table empty, with usual bands as an example.

    """
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, options)
    pen = _Pen(book)
    _guide(book.add_worksheet(at.GUIDE), pen)
    table = book.add_worksheet(at.CRITERIA)
    _table(table, pen, criteria)
    _bands(book.add_worksheet(at.BANDS), pen, criteria)
    table.activate()
    book.close()


class _Pen:
    """The cell formats of the workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        plain = {"font_name": "Times New Roman", "font_size": 12, "font_color": INK}
        wrapped = plain | {"text_wrap": True, "valign": "top"}
        boxed = wrapped | {"border": 1, "border_color": RULE}

        def make(**changes: object) -> Format:
            return book.add_format(boxed | changes)

        self.title = book.add_format(plain | {"bold": True, "font_size": 16, "font_color": HEAD})
        self.text = book.add_format(wrapped)
        self.label = book.add_format(plain | {"bold": True, "valign": "top"})
        self.hint = book.add_format(
            plain | {"italic": True, "font_color": "#5B6770", "valign": "top"}
        )
        self.number = book.add_format(plain | {"num_format": DIGITS, "align": "left"})
        typed = {"num_format": '"Đã nhập: "0.###" điểm"', "align": "left"}
        self.typed = book.add_format(plain | typed | {"italic": True, "font_color": "#5B6770"})
        self.head = make(
            bold=True, font_color="#FFFFFF", bg_color=HEAD, valign="vcenter", align="center"
        )
        self.field = make(bg_color=FIELD, num_format="@")
        self.field_number = make(bg_color=FIELD, num_format=DIGITS, align="left")
        # rows of the table, by depth: component, criterion, sub-criterion and deeper
        self.cell = [
            make(num_format="@", bold=True, bg_color=TOP),
            make(num_format="@"),
            make(num_format="@", align="left", indent=2),
        ]
        self.code = [self.cell[0], self.cell[1], self.cell[1]]
        self.points = [
            make(num_format=DIGITS, align="center", bold=True, bg_color=TOP),
            make(num_format=DIGITS, align="center"),
            make(num_format=DIGITS, align="center"),
        ]


def _guide(sheet: Worksheet, pen: _Pen) -> None:
    sheet.hide_gridlines(2)
    for number, width in enumerate(GUIDE_WIDTHS):
        sheet.set_column(number, number, width)
    sheet.write_string("A1", "Nhập bộ tiêu chí của địa phương", pen.title)
    row = 2
    for number, step in enumerate(STEPS, 1):
        sheet.write_string(row, 0, f"Bước {number}", pen.label)
        sheet.write_string(row, 1, step, pen.text)
        _fit(sheet, row, [(step, GUIDE_WIDTHS[1])])
        row += 1
    for title, lines in (
        (f"Phần đầu trang “{at.CRITERIA}”", [(line.label, line.help) for line in at.HEADINGS]),
        (
            f"Các cột trang “{at.CRITERIA}”",
            [(f"{column.letter}. {column.heading}", column.help) for column in at.COLUMNS],
        ),
        (at.SOURCE.heading, list(at.SOURCES.values())),
        (at.NOT_APPLICABLE.heading, list(at.POLICIES.values())),
    ):
        row += 1
        sheet.merge_range(row, 0, row, 1, title, pen.head)
        for name, text in lines:
            row += 1
            sheet.write_string(row, 0, name, pen.cell[1])
            sheet.write_string(row, 1, text, pen.cell[1])
            _fit(sheet, row, [(text, GUIDE_WIDTHS[1])])
        row += 1
    _page(sheet, landscape=False)


def _table(sheet: Worksheet, pen: _Pen, criteria: CriteriaSet | None) -> None:
    for column in at.COLUMNS:
        sheet.set_column(f"{column.letter}:{column.letter}", column.width)
        sheet.write_string(f"{column.letter}{at.TABLE_HEAD}", column.heading, pen.head)
    sheet.set_row(at.TABLE_HEAD - 1, 34)
    sheet.write_string("A1", "BỘ TIÊU CHÍ", pen.title)
    _heading(sheet, pen, criteria)
    rows = criteria.criteria if criteria else ()
    for row, criterion in enumerate(rows, at.FIRST_ROW):
        _criterion(sheet, pen, row, criterion, _depth(criteria, criterion))
    for row in range(at.FIRST_ROW + len(rows), at.FIRST_ROW + max(len(rows), 40)):
        for column in at.COLUMNS:
            form = pen.points[1] if column is at.POINTS else pen.cell[1]
            sheet.write_blank(f"{column.letter}{row}", None, form)
    _drop_down(sheet, at.SOURCE, _labels(at.SOURCES))
    _drop_down(sheet, at.NOT_APPLICABLE, _labels(at.POLICIES))
    sheet.freeze_panes(at.TABLE_HEAD, 3)
    sheet.repeat_rows(at.TABLE_HEAD - 1)
    _page(sheet, landscape=True)


def _heading(sheet: Worksheet, pen: _Pen, criteria: CriteriaSet | None) -> None:
    """Write the lines above the table; beside the total, what has been typed so far."""
    given: dict[at.Heading, str] = {at.NATURE: at.NATURES[False].label}
    total = Decimal(100)
    if criteria is not None:
        total = criteria.max_points
        given = {
            at.SET_CODE: criteria.code,
            at.SET_TITLE_VI: criteria.title.vi,
            at.SET_TITLE_EN: criteria.title.en,
            at.UNIT_KIND: criteria.unit_kind,
            at.NATURE: at.NATURES[criteria.sample].label,
        }
    for line in at.HEADINGS:
        cell = f"{at.HEADING_COLUMN}{line.row}"
        sheet.write_string(f"A{line.row}", line.label, pen.label)
        sheet.write_string(f"D{line.row}", line.help, pen.hint)
        sheet.write_string(cell, given.get(line, ""), pen.field)
        _fit(sheet, line.row - 1, [(given.get(line, ""), at.TITLE_VI.width)])
    sheet.write_number(f"{at.HEADING_COLUMN}{at.TOTAL.row}", float(total), pen.field_number)
    typed = criteria.max_points if criteria else Decimal(0)
    letter = at.POINTS.letter
    area = f"{letter}{at.FIRST_ROW}:{letter}{at.LAST_ROW}"
    sheet.write_formula(f"D{at.TOTAL.row}", f"=SUM({area})", pen.typed, float(typed))
    sheet.data_validation(
        f"{at.HEADING_COLUMN}{at.NATURE.row}",
        {"validate": "list", "source": _labels(at.NATURES)},
    )


def _criterion(sheet: Worksheet, pen: _Pen, row: int, criterion: Criterion, depth: int) -> None:
    depth = min(depth, len(pen.cell) - 1)
    leaf = criterion.source is not None
    weights = "; ".join(f"{rule}={vi_number(w)}" for rule, w in criterion.group_weights.items())
    policy = at.POLICIES[criterion.not_applicable].label if leaf else ""
    for column, text in (
        (at.CODE, criterion.code),
        (at.PARENT, criterion.parent or ""),
        (at.TITLE_VI, criterion.title.vi),
        (at.TITLE_EN, criterion.title.en),
        (at.SOURCE, at.SOURCES[criterion.source].label if criterion.source else ""),
        (at.WEIGHTS, weights),
        (at.NOT_APPLICABLE, policy),
        (at.OWNER, criterion.owner),
    ):
        indented = column in (at.TITLE_VI, at.TITLE_EN)
        form = pen.cell[depth] if indented else pen.code[depth]
        sheet.write_string(f"{column.letter}{row}", text, form)
    titles = ((criterion.title.vi, at.TITLE_VI), (criterion.title.en, at.TITLE_EN))
    _fit(sheet, row - 1, [(text, column.width - depth) for text, column in titles])
    place = f"{at.POINTS.letter}{row}"
    if leaf:
        sheet.write_number(place, float(criterion.max_points), pen.points[depth])
    else:
        sheet.write_blank(place, None, pen.points[depth])


def _depth(criteria: CriteriaSet | None, criterion: Criterion) -> int:
    return len(list(criteria.ancestry(criterion.code))) - 1 if criteria else 0


def _bands(sheet: Worksheet, pen: _Pen, criteria: CriteriaSet | None) -> None:
    sheet.write_string("A1", "XẾP LOẠI", pen.title)
    for column in (at.BAND_LABEL, at.BAND_MINIMUM):
        sheet.set_column(f"{column.letter}:{column.letter}", column.width)
        sheet.write_string(f"{column.letter}{at.BAND_HEAD}", column.heading, pen.head)
    bands: list[tuple[str, float]] = list(EXAMPLE_BANDS)
    if criteria is not None:
        bands = [(band.label, float(band.minimum)) for band in criteria.bands]
    for row, (label, minimum) in enumerate(bands, at.FIRST_BAND):
        sheet.write_string(f"A{row}", label, pen.cell[1])
        sheet.write_number(f"B{row}", minimum, pen.points[1])
    for row in range(at.FIRST_BAND + len(bands), at.FIRST_BAND + len(bands) + 3):
        sheet.write_blank(f"A{row}", None, pen.cell[1])
        sheet.write_blank(f"B{row}", None, pen.points[1])
    sheet.set_column("C:C", 4)
    sheet.set_column("D:D", 64)
    sheet.write_string(f"D{at.BAND_HEAD}", at.BAND_LABEL.help, pen.hint)
    sheet.write_string(f"D{at.FIRST_BAND}", at.BAND_MINIMUM.help, pen.hint)
    _page(sheet, landscape=False)


def _fit(sheet: Worksheet, row: int, cells: Sequence[tuple[str, int]]) -> None:
    """Make a row (from 0) as high as its longest cell needs; each is (text, width)."""
    lines = max(math.ceil(max(len(text), 1) / (width * LETTERS)) for text, width in cells)
    sheet.set_row(row, lines * LINE)


def _labels(options: Mapping[Any, at.Option]) -> list[str]:
    return [option.label for option in options.values()]


def _drop_down(sheet: Worksheet, column: at.Column, values: list[str]) -> None:
    sheet.data_validation(
        f"{column.letter}{at.FIRST_ROW}:{column.letter}{at.LAST_ROW}",
        {
            "validate": "list",
            "source": values,
            "error_title": column.heading,
            "error_message": f"Chọn một trong: {', '.join(values)}.",
        },
    )


def _page(sheet: Worksheet, *, landscape: bool) -> None:
    """A4 in the margins of Decree 30/2020, as wide as one page."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.set_margins(left=1.18, right=0.59, top=0.79, bottom=0.79)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer('&C&"Times New Roman"&11&P/&N')
