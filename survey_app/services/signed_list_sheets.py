"""Signed lists of many lines as one workbook: filled in on a desk, taken back all or none.

The sheet shows what came back, who stands on the lists of names and what is owed; its shaded
columns are typed in, prefilled with the lists in force or the names marked as signed. What a
list may say is decided by ``services.signed_lists``; a mistake is told by its cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from questionnaires.errors import DefinitionError, Mistake
from questionnaires.grids import Grid, GridCell, grid_of_workbook
from questionnaires.workbook import Bounds
from survey_app.errors import SurveyError
from survey_app.formats import day, today, typed_number
from survey_app.models import Campaign
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.exports import XLSX, ExportFile
from survey_app.services.exports.look import LINE, Book, Cell, Column
from survey_app.services.field_lists import groups_of
from survey_app.services.money_numbers import PayLine
from survey_app.services.money_reading import money_of, unit_money
from survey_app.services.participation_lists import need_opened
from survey_app.services.signed_list_checks import Box, Key, Typed, typed_of
from survey_app.services.signed_lists import ListsRefusedError, enter_typed_lists
from survey_app.services.transactions import transaction

SHEET: Final = "Bảng kê ký nhận"
UNIT, LINE_CODE = "Mã đơn vị", "Dòng"
SHOWN: Final = (
    Column(UNIT, 10, "code"),
    Column("Đơn vị", 26),
    Column(LINE_CODE, 10, "code"),
    Column("Đối tượng", 30),
    Column("Thu về", 8, "count"),
    Column("Được tính", 9, "count"),
    Column("Tên trong danh sách", 10, "count"),
    Column("Đã đánh dấu ký", 10, "count"),
    Column("Phải trả (đồng)", 13, "count"),
)
TYPED: Final = {
    Box.PEOPLE: Column("Số người ký", 9, "typed-count"),
    Box.AMOUNT: Column("Số tiền đã chi (đồng)", 13, "typed-count"),
    Box.DAY: Column("Ngày bảng kê", 12, "typed"),
    Box.WHY_AMOUNT: Column("Vì sao số tiền khác số phải trả", 30, "typed"),
    Box.WHY_PEOPLE: Column("Vì sao số người khác số phiếu", 30, "typed"),
    Box.WHY_MARKS: Column("Vì sao khác danh sách đã ký", 30, "typed"),
}
COLUMNS: Final = (*SHOWN, *TYPED.values())
HELP: Final = (
    "Điền các cột tô màu; để trống cả số người và số tiền thì dòng ấy không ghi. "
    "Chỗ nào khác nhau thì nói vì sao ở cột giải thích của chính chỗ ấy."
)
CAMPAIGN: Final = re.compile(r"mã đợt: (\S+)", re.IGNORECASE)
SHADE: Final = "#FFF6DD"
BOUNDS: Final = Bounds(rows=40_000, columns=40, cells=800_000)
MOST_MISTAKES: Final = 200


def lists_workbook(slug: str, unit_code: str | None = None, *, actor: Actor) -> ExportFile:
    """Write every line of a campaign, or of one unit, to be filled in.

    Raises
    ------
    NotFoundError
        If the plan asks nothing about the unit.

    """
    campaign = campaign_by_slug(slug)
    need_opened(campaign)
    money = money_of(campaign)
    lines = unit_money(money, unit_code).lines if unit_code else money.lines
    data = _write(campaign, lines)
    name = unit_code.upper() if unit_code else ""
    with transaction() as session:
        record(session, actor, "money.lists", f"{slug}/{name}".strip("/"), lines=len(lines))
    return ExportFile("_".join(filter(None, (slug, "bang-ke", name))) + ".xlsx", data, XLSX)


def _write(campaign: Campaign, lines: Sequence[PayLine]) -> bytes:
    title, simulated = campaign.title, campaign.simulated
    subtitle = f"mã đợt: {campaign.slug}"
    book = Book(title=title, subtitle=subtitle, simulated=simulated, decimals=0)
    base: dict[str, Any] = {"font_name": "Times New Roman", "font_size": 11, "valign": "top"}
    typed = base | {"border": 1, "border_color": LINE, "bg_color": SHADE, "text_wrap": True}
    book.looks |= {
        "typed": book.book.add_format(typed | {"num_format": "@"}),
        "typed-count": book.book.add_format(typed | {"num_format": "#,##0", "align": "right"}),
    }
    sheet = book.sheet(SHEET)
    sheet.columns(COLUMNS)
    sheet.prose(HELP)
    sheet.header(COLUMNS, freeze=3)
    groups, now = groups_of(campaign), today()
    for line in lines:
        for place, (column, cell) in enumerate(
            zip(COLUMNS, (*_shown(line, groups), *_filled(line, now)), strict=True)
        ):
            sheet.put(sheet.next, place, cell, column.look)
        sheet.next += 1
    return book.close()


def _shown(line: PayLine, groups: Mapping[str, str]) -> Iterator[Cell]:
    yield line.unit.code if line.unit else None
    yield line.unit.name if line.unit else "mọi đơn vị"
    yield line.code
    yield groups.get(line.group, line.group) if line.rule else "Điều tra viên"
    names = (line.returned, line.state.counted, line.names.listed, line.names.marked)
    yield from names if line.rule else (None,) * len(names)
    yield line.owed_vnd


def _filled(line: PayLine, now: date) -> Iterator[Cell]:
    typed = typed_of(line, now, marked=True)
    for box in TYPED:
        if box in (Box.PEOPLE, Box.AMOUNT):
            yield typed_number(typed[box])
        elif box is Box.DAY:
            yield day(date.fromisoformat(typed[box]))
        else:
            yield typed[box] or None


# --- back again --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Lists of a workbook as typed, where each of their boxes stands, and what is wrong."""

    typed: dict[Key, Typed]
    places: dict[Key, dict[Box, str]]
    mistakes: list[Mistake]


def import_lists(slug: str, data: bytes, filename: str, *, actor: Actor) -> int:
    """Take a filled workbook; every mistake is told by its cell and nothing is kept then.

    Returns
    -------
    int
        Lists that are new or changed. [lists]

    Raises
    ------
    SurveyError
        If it cannot be read, is of another campaign, or any cell is wrong.

    """
    campaign = campaign_by_slug(slug)
    need_opened(campaign)
    known = {line.key for line in money_of(campaign).lines}
    try:
        sheet = _read(grid_of_workbook(data, filename, BOUNDS), slug, known)
    except DefinitionError as error:
        raise _refused(error.mistakes) from error
    if sheet.mistakes:
        raise _refused(sheet.mistakes)
    try:
        return enter_typed_lists(slug, sheet.typed, actor=actor)
    except ListsRefusedError as error:
        raise _refused(
            Mistake(filename, sheet.places[key][box], said, "sửa ô này rồi tải lên lại")
            for key, boxes in error.wrong.items()
            for box, said in boxes.items()
        ) from error


def _refused(mistakes: Iterable[Mistake]) -> SurveyError:
    told = [f"{one.where}: {one.problem}; cách sửa: {one.remedy}" for one in mistakes]
    more = [f"và {len(told) - MOST_MISTAKES} chỗ nữa"] if len(told) > MOST_MISTAKES else []
    return SurveyError(
        f"Chưa ghi bảng kê nào: tệp có {len(told)} chỗ phải sửa.",
        details=[*told[:MOST_MISTAKES], *more],
    )


def _read(grid: Grid, slug: str, known: set[Key]) -> _Sheet:
    rows = iter(grid.rows)
    headings: dict[str, int] = {}
    said = ""
    for row in rows:
        said = said or next((m[1] for cell in row if (m := CAMPAIGN.search(cell.text))), "")
        texts = {cell.text.casefold(): place for place, cell in enumerate(row) if cell.text}
        if UNIT.casefold() in texts and LINE_CODE.casefold() in texts:
            headings = texts
            break
    missing = [
        heading
        for heading in (UNIT, LINE_CODE, *(column.heading for column in TYPED.values()))
        if heading.casefold() not in headings
    ]
    sheet = _Sheet({}, {}, [])
    if missing:
        problem = f"thiếu cột {', '.join(missing)}"
        sheet.mistakes.append(grid.mistake("dòng tiêu đề", problem, "dùng tệp tải từ trang này"))
    elif said != slug:
        problem = f"tệp của đợt “{said}”, không phải đợt “{slug}”"
        sheet.mistakes.append(grid.mistake("A2", problem, "tải tệp của đúng đợt này"))
    else:
        for row in rows:
            _take(grid, row, headings, known, sheet)
    return sheet


def _take(
    grid: Grid, row: Sequence[GridCell], headings: Mapping[str, int], known: set[Key], sheet: _Sheet
) -> None:
    """Take one row; a row of another line, or of one that was there, is a mistake."""

    def cell(heading: str) -> GridCell:
        return row[headings[heading.casefold()]]

    key = (cell(UNIT).text.upper(), cell(LINE_CODE).text.upper())
    place = cell(LINE_CODE).place
    if not any(key):
        return
    if key not in known:
        problem = f"kế hoạch không chi tiền cho dòng “{key[1]}” của đơn vị “{key[0]}”"
        sheet.mistakes.append(grid.mistake(place, problem, "giữ nguyên mã như trong tệp tải về"))
    elif key in sheet.typed:
        problem = f"dòng {key[1]} của {key[0] or 'mọi đơn vị'} có hai lần"
        sheet.mistakes.append(grid.mistake(place, problem, "chỉ giữ một dòng"))
    else:
        found = {box: cell(column.heading) for box, column in TYPED.items()}
        sheet.typed[key] = Typed({box: one.text for box, one in found.items()})
        sheet.places[key] = {box: f"ô {one.place}" for box, one in found.items()}
