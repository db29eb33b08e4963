"""The workbook for everyone: it starts at criterion points and shows no small group.

Every figure comes from ``analysis.tables`` with the publish states applied; a figure that is
closed is the word "không công bố" and its reason, never a number. The council's workbook is
``council``.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from analysis import tables
from analysis.index import LeafState
from analysis.results import IndexResult
from questionnaires.model import Source
from survey_app.services.exports.look import Book, Cell, Column, Grid
from survey_app.services.exports.words import (
    BALLOT_STATES,
    CLOSED,
    LEAF_STATES,
    SOURCES,
    Naming,
)
from survey_app.services.index_runs import is_provisional
from survey_app.services.run_settings import setting_lines

RANKS: Final = (
    Column("Hạng", 7, "count"),
    Column("Mã", 7, "code"),
    Column("Đơn vị", 36),
    Column("Điểm thẩm định", 11, "points"),
    Column("Điểm điều tra", 11, "points"),
    Column("Điểm nhập ngoài", 11, "points"),
    Column("Tổng điểm", 10, "points"),
    Column("Tối đa được tính", 10, "points"),
    Column("Thưởng, phạt", 9, "points"),
    Column("Chỉ số (%)", 10, "percent"),
    Column("Xếp loại", 13, "code"),
    Column("Ghi chú", 36, "wrap"),
)
COMPONENTS: Final = (
    Column("Mã", 7, "code"),
    Column("Đơn vị", 30),
    Column("Lĩnh vực", 8, "code"),
    Column("Tên lĩnh vực", 52, "wrap"),
    Column("Điểm", 13, "points"),
    Column("Tối đa được tính", 10, "points"),
    Column("Chỉ số thành phần (%)", 13, "percent"),
    Column("Vì sao không công bố", 44, "wrap"),
)
CRITERIA: Final = (
    Column("Mã", 7, "code"),
    Column("Đơn vị", 28),
    Column("Tiêu chí", 9, "code"),
    Column("Tên tiêu chí", 56, "wrap"),
    Column("Nguồn điểm", 13),
    Column("Cách tính", 22),
    Column("Điểm tối đa", 9, "points"),
    Column("Điểm", 13, "points"),
    Column("Vì sao không công bố", 44, "wrap"),
)
GROUPS: Final = (
    Column("Mã", 7, "code"),
    Column("Tiêu chí", 9, "code"),
    Column("Nhóm", 16, "code"),
    Column("Đối tượng", 48, "wrap"),
    Column("Mẫu phiếu", 8, "code"),
    Column("Số người trả lời", 13, "count"),
    Column("Trung bình (%)", 13, "percent"),
    Column("Ghi chú", 46, "wrap"),
)
COUNTS: Final = (
    Column("Mã", 7, "code"),
    Column("Tiêu chí", 9, "code"),
    Column("Nhóm", 16, "code"),
    Column("Mẫu phiếu", 8, "code"),
    Column("Câu", 7, "code"),
    Column("Nội dung câu hỏi", 56, "wrap"),
    Column("Phương án", 26),
    Column("Số lượt chọn", 13, "count"),
    Column("Ghi chú", 44, "wrap"),
)
SATISFACTION: Final = (
    Column("Mã", 7, "code"),
    Column("Đơn vị", 30),
    Column("Mẫu phiếu", 8, "code"),
    Column("Số người trả lời", 13, "count"),
    Column("Trả lời hợp lệ", 13, "count"),
    Column("Hài lòng và rất hài lòng (%)", 14, "percent"),
    Column("Mức hài lòng trung bình (%)", 14, "percent"),
    Column("Vì sao không công bố", 44, "wrap"),
)

NOTES: Final = (
    "Không để lộ ai đã trả lời thế nào: số liệu của nhóm quá ít người được gộp hoặc bỏ.",
    "Điểm trung bình của một nhóm chỉ công bố khi có từ {k_mean} người.",
    "Phân bố câu trả lời chỉ công bố khi có từ {k_distribution} người.",
    "Có số của nhóm lớn cũng không công bố, để không tính ngược ra được nhóm nhỏ.",
    "Chỉ số, hạng và xếp loại luôn tính trên đủ số liệu, kể cả phần không công bố.",
    "Bộ tiêu chí và mẫu phiếu ghi “mẫu” là mẫu minh hoạ, không phải văn bản chính thức.",
)


def write_public(
    book: Book, result: IndexResult, naming: Naming, facts: Sequence[tuple[str, str]]
) -> None:
    """Write every sheet of the public workbook."""
    _summary(book.sheet("Tóm tắt", landscape=False), result, naming, facts)
    _ranks(book.sheet("Xếp hạng"), result, naming)
    for name, columns, rows, freeze in (
        ("Lĩnh vực", COMPONENTS, _components(result), 4),
        ("Tiêu chí", CRITERIA, _criteria(result), 4),
        ("Nhóm trả lời", GROUPS, _groups(result, naming), 3),
        ("Số lượt chọn", COUNTS, _counts(result, naming), 5),
        ("Hài lòng", SATISFACTION, _satisfaction(result), 3),
    ):
        grid = book.sheet(name)
        grid.columns(columns)
        top = grid.next
        grid.header(columns, freeze=freeze)
        for row in rows:
            grid.row(columns, row)
        grid.filter(top, columns)
    grid = book.sheet("Thiết lập", landscape=False)
    grid.sheet.set_column(0, 0, 46)
    grid.sheet.set_column(1, 1, 70)
    for line in setting_lines(result):
        grid.put(grid.next, 0, line.name.vi, "wrap")
        grid.put(grid.next, 1, line.value.vi, "wrap")
        grid.next += 1
    grid = book.sheet("Về việc không công bố", landscape=False)
    grid.sheet.set_column(0, 0, 100)
    chosen = result.settings
    for note in NOTES:
        text = note.format(k_mean=chosen.k_mean, k_distribution=chosen.k_distribution)
        grid.prose(text, "prose")


def _summary(
    grid: Grid, result: IndexResult, naming: Naming, facts: Sequence[tuple[str, str]]
) -> None:
    grid.sheet.set_column(0, 0, 40)
    grid.sheet.set_column(1, 3, 16)
    for name, value in facts:
        grid.put(grid.next, 0, name, "plain")
        grid.put(grid.next, 1, value, "plain")
        grid.next += 1
    bands = (
        Column("Xếp loại", 40),
        Column("Số đơn vị", 16, "count"),
        Column("Tỷ lệ (%)", 16, "percent"),
    )
    for kind in result.criteria:
        grid.next += 1
        grid.prose(naming.kind(kind), "section")
        grid.header(bands)
        for row in tables.band_table(result, kind).to_dict("records"):
            grid.row(bands, (row["band"] or "Tất cả", row["n"], row["percent"]))
    grid.next += 1
    grid.prose("Phiếu thu về", "section")
    counts = tables.ballot_table(result).groupby("status")["n"].sum()
    for status, n in counts.items():
        grid.put(grid.next, 0, BALLOT_STATES.get(str(status), str(status)), "text")
        grid.put(grid.next, 1, int(n), "count")
        grid.next += 1
    if result.warnings:
        grid.next += 1
        grid.prose("Những điều cần biết", "section")
        for warning in result.warnings:
            grid.sheet.merge_range(
                grid.next, 0, grid.next, 3, f"– {warning.vi}", grid.owner.looks["bad"]
            )
            grid.sheet.set_row(grid.next, 15.5 * (1 + len(warning.vi) // 80))
            grid.next += 1


def _ranks(grid: Grid, result: IndexResult, naming: Naming) -> None:
    grid.columns(RANKS)
    grid.sheet.freeze_panes(3, 3)
    for kind in result.criteria:
        grid.prose(naming.kind(kind), "section")
        grid.header(RANKS)
        table = tables.summary_table(result, kind, restricted=False)
        for row in table.to_dict("records"):
            unit = result.unit_by_code[row["unit"]]
            grid.row(
                RANKS,
                (
                    row["rank"],
                    row["unit"],
                    row["name"],
                    *(
                        _shown(row[source], closed=source in unit.points_by_source)
                        if source in row
                        else None
                        for source in ("self", "survey", "imported")
                    ),
                    row["points"],
                    row["max_points"],
                    row["adjustment"],
                    row["index"],
                    row["band"],
                    _note(row["missing"], provisional=is_provisional(unit)),
                ),
            )
        grid.next += 1


def _note(missing: str, *, provisional: bool) -> str:
    if missing:
        return f"Chưa có điểm: {missing}"
    return "Tạm tính theo điểm tự chấm, chưa thẩm định" if provisional else ""


def _shown(value: Any, *, closed: bool = True) -> Cell:  # noqa: ANN401 - a cell of a frame
    """Show a number, or the word that stands for a closed one."""
    if value is None or value != value:  # noqa: PLR0124 - only NaN differs from itself
        return CLOSED if closed else None
    return Decimal(value) if isinstance(value, Decimal) else int(value)


def _rows(result: IndexResult, table: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any table of analysis.tables
    return [
        row
        for kind in result.criteria
        for row in table(result, kind, restricted=False).to_dict("records")
    ]


def _components(result: IndexResult) -> list[Sequence[Cell]]:
    return [
        (
            row["unit"],
            row["name"],
            row["component"],
            row["title"],
            _shown(row["points"], closed=row["points"] is None and bool(row["reason"])),
            row["max_points"],
            _shown(row["index"], closed=bool(row["reason"])),
            row["reason"],
        )
        for row in _rows(result, tables.component_table)
    ]


def _criteria(result: IndexResult) -> list[Sequence[Cell]]:
    return [
        (
            row["unit"],
            row["name"],
            row["criterion"],
            row["title"],
            SOURCES[Source(row["source"])],
            LEAF_STATES[LeafState(row["leaf_state"])],
            row["max_points"],
            _shown(row["points"], closed=bool(row["reason"])),
            row["reason"],
        )
        for row in _rows(result, tables.criteria_table)
    ]


def _groups(result: IndexResult, naming: Naming) -> list[Sequence[Cell]]:
    return [
        (
            row["unit"],
            row["criterion"],
            row["rules"],
            naming.group(row["rules"]),
            row["form"],
            _shown(row["people"], closed=bool(row["reason"])),
            _shown(row["mean"], closed=bool(row["reason"])),
            row["reason"],
        )
        for row in _rows(result, tables.group_table)
    ]


def _counts(result: IndexResult, naming: Naming) -> list[Sequence[Cell]]:
    return [
        (
            row["unit"],
            row["criterion"],
            row["rules"],
            row["form"],
            row["question"],
            naming.question(row["form"], row["question"]),
            naming.choice(row["form"], row["question"], row["choice"]) if row["choice"] else CLOSED,
            _shown(row["n"]),
            row["reason"],
        )
        for row in _rows(result, tables.question_table)
    ]


def _satisfaction(result: IndexResult) -> list[Sequence[Cell]]:
    return [
        (
            row["unit"],
            result.unit_by_code[row["unit"]].name,
            row["form"],
            *(
                _shown(row[key], closed=bool(row["reason"]))
                for key in ("people", "valid", "top2_share", "mean_percent")
            ),
            row["reason"],
        )
        for row in tables.satisfaction_table(result, restricted=False).to_dict("records")
    ]
