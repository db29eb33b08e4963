"""What the columns of a list of people hold, guessed from headings and first values.

An office sends what it has: columns in any order under any heading. ``propose_columns`` says
what each most likely holds; a person confirms it; ``questionnaires.roster_table`` then reads
the rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from questionnaires.grids import Grid, GridCell
from questionnaires.names import NameBook, plain


class Column(StrEnum):
    """What a column of a list holds."""

    NAME = "name"
    UNIT = "unit"
    """The assessed unit the person is asked about."""
    OFFICE = "office"
    """Where the person works, in any words."""
    PHONE = "phone"
    ADDRESS = "address"
    STRATUM = "stratum"
    SIZE = "size"
    KEY = "key"
    """What the office finds the row by: a file number, never a phone or identity number."""


JOINED: Final = {Column.NAME: " ", Column.ADDRESS: ", "}
"""Things that may be spread over columns (họ đệm, tên; thôn, xã), and what joins them."""

HEADINGS: Final[Mapping[Column, re.Pattern[str]]] = {
    column: re.compile(pattern)
    for column, pattern in {
        Column.PHONE: r"(so )?(dien thoai|dt|sdt|dtdd|di dong|zalo|phone|mobile|tel|lien he)\b.*"
        r"|so lien (lac|he).*",
        Column.ADDRESS: r"(dia chi|noi o|cho o|noi cu tru|thuong tru|tam tru|address)\b.*",
        Column.KEY: r"ma( so)?( ho so| bien nhan| nguoi| dan bieu| khach hang| dinh danh ho so)?"
        r"|so (ho so|bien nhan|tiep nhan|phieu tiep nhan)|ma .*ho so.*|id|key",
        Column.NAME: r"ho( va)?( chu)?( ten)?( dem| lot| ten dem)?|(ho (va )?)?ten.*|chu ho( so)?"
        r"|nguoi (nop|dan|yeu cau|giao dich|lam thu tuc).*|cong dan|ca nhan.*|(full ?)?name",
        Column.OFFICE: r"co quan.*|don vi cong tac.*|noi (cong tac|lam viec).*|cong ty|to chuc"
        r"|chuc (vu|danh).*|office|workplace",
        Column.UNIT: r"(ten )?don vi.*|(ten )?(xa|phuong|thi tran)\b.*|(ten )?phong( ban)?"
        r"|(noi|co quan) (nop|giai quyet|tiep nhan).*|ubnd.*|unit",
        Column.SIZE: r"so (nguoi|ho|ho so|giao dich|lan|luot|lao dong|nhan khau|khau|thu tuc)\b.*"
        r"|quy mo.*|size",
        Column.STRATUM: r"tang|linh vuc.*|loai.*|doi tuong|nhom.*|thon.*|to dan pho|khu vuc.*"
        r"|gioi tinh|stratum",
    }.items()
}
"""Headings in plain letters, asked in this order."""

PRIVATE: Final = re.compile(r".*\b(cccd|cmnd|cmt|can cuoc|dinh danh|so giay to|ho chieu)\b.*")
"""Identity numbers are never proposed: nothing here needs them."""

NUMBERING: Final = re.compile(r"(so )?(stt|tt|thu tu)|so tt|no")
HEADING_ROWS: Final = 12
"""Rows from the top among which the headings are looked for."""

SAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """One column as it stands: its letter, heading, first values, and what it is taken for."""

    letter: str
    heading: str
    samples: tuple[str, ...]
    holds: Column | None


def row_number(row: Sequence[GridCell]) -> int:
    """Return the number of a row as people see it."""
    return int(re.sub(r"\D", "", row[0].place))


def heading_row(grid: Grid) -> int | None:
    """Return the number of the row that looks most like headings, or None."""
    best, most = None, 0
    for row in grid.rows[:HEADING_ROWS]:
        known = [_heading(cell.text) for cell in row if cell.text]
        if Column.NAME in known and len(set(known) - {None}) > most:
            best, most = row_number(row), len(set(known) - {None})
    return best


def propose_columns(grid: Grid, heading: int | None, units: NameBook) -> tuple[ReadColumn, ...]:
    """Say what each column most likely holds.

    Parameters
    ----------
    grid
        The list.
    heading
        Row of its headings, or None.
    units
        Names of the assessed units: a column most of whose first rows are such names is the
        unit column whatever its heading says.

    """
    head, body = split(grid, heading)
    taken: set[Column] = set()
    columns = []
    for place in range(grid.width):
        text = head[place].text if head else ""
        values = [row[place].text for row in body[:50] if row[place].text]
        holds = Column.UNIT if _are_units(values, units) else _heading(text)
        if holds in taken and holds not in JOINED:
            holds = None
        if holds is not None:
            taken.add(holds)
        letter = re.sub(r"\d", "", grid.rows[0][place].place)
        samples = () if PRIVATE.fullmatch(plain(text)) else tuple(dict.fromkeys(values))[:SAMPLES]
        columns.append(ReadColumn(letter, text, samples, holds))
    return tuple(columns)


def split(
    grid: Grid, heading: int | None
) -> tuple[Sequence[GridCell], Sequence[Sequence[GridCell]]]:
    """Return the heading row, empty where there is none, and the rows below it."""
    if heading is None:
        return (), grid.rows
    head = next((row for row in grid.rows if row_number(row) == heading), ())
    return head, [row for row in grid.rows if row_number(row) > heading]


def _heading(text: str) -> Column | None:
    words = plain(text)
    if not words or NUMBERING.fullmatch(words) or PRIVATE.fullmatch(words):
        return None
    return next((column for column, form in HEADINGS.items() if form.fullmatch(words)), None)


def _are_units(values: Sequence[str], units: NameBook) -> bool:
    distinct = set(values)
    sure = sum(units.match(value).code is not None for value in distinct)
    return bool(distinct) and 2 * sure > len(distinct)
