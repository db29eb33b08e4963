"""Lists of people or of one-stop-desk files, read row by row.

What the columns hold is known by now (``questionnaires.roster_columns``). ``read_roster`` reads
every row and names everything that is wrong, cell by cell. Who stands in a list twice is
found by ``questionnaires.roster_duplicates``; nothing is kept here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from questionnaires.errors import Mistake
from questionnaires.grids import Grid, GridCell
from questionnaires.names import Match, NameBook, plain, tidy
from questionnaires.phones import phone_numbers
from questionnaires.plan_table import whole_number
from questionnaires.roster_columns import JOINED, Column, ReadColumn, row_number, split

LENGTHS: Final = {
    Column.NAME: 200, Column.OFFICE: 200, Column.PHONE: 40,
    Column.ADDRESS: 300, Column.STRATUM: 100, Column.KEY: 64,
}  # fmt: skip
"""Longest text of each. [characters]"""

SUMMING: Final = re.compile(r"(tong( cong| so)?|cong)( \d+)?( (nguoi|ho so))?")
IDENTITY: Final = re.compile(r"0\d{11}")
TELEPHONE: Final = re.compile(r"(?:\+84|0)[\d .-]+")
NOTHING: Final = frozenset(("", "-", "–", "x", "0", "không", "không có", "chưa có"))

MOST_NAMES: Final = 400
"""Different unit names a list may have; more are no units but something else."""

LARGEST_SIZE: Final = 1_000_000_000
"""Largest measure of size; more is a slip of the finger. [persons, files]"""


@dataclass(frozen=True, slots=True)
class ReadUnit:
    """A name in the unit column, in how many rows, and which unit it may be."""

    match: Match
    rows: int


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One sound row.

    Attributes
    ----------
    number
        Row of the table as people see it; the heading counts.
    key
        What the office calls it, or the row number in five digits.
    unit
        As typed; empty where the list has no such column, or the cell is empty.
    size
        Measure of size, or None.
    phone, phones
        As it is kept, and its numbers in their one form; none where it cannot be read.

    """

    number: int
    key: str
    name: str
    unit: str = ""
    office: str = ""
    stratum: str = ""
    size: int | None = None
    phone: str = ""
    phones: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True, slots=True)
class RosterReading:
    """A list as it was read.

    Attributes
    ----------
    source
        Name of the file or of the pasted table.
    heading
        Row of the headings, or None where there are none.
    columns
        In order.
    rows
        Rows without a mistake.
    units
        Different names of the unit column, most frequent first.
    mistakes
        What must be mended or chosen before anything can be taken.
    row_mistakes
        Wrong cells; their rows can be left out.
    faulty
        Numbers of those rows.
    odd_phones
        Places of telephone numbers that cannot be read; they are kept as they are.

    """

    source: str
    heading: int | None
    columns: tuple[ReadColumn, ...]
    rows: tuple[RosterRow, ...] = ()
    units: tuple[ReadUnit, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    row_mistakes: tuple[Mistake, ...] = ()
    faulty: frozenset[int] = field(default=frozenset())
    odd_phones: tuple[str, ...] = ()

    def has(self, column: Column) -> bool:
        """Whether some column is taken for it."""
        return any(each.holds is column for each in self.columns)


def read_roster(
    grid: Grid, heading: int | None, columns: Sequence[ReadColumn], units: NameBook
) -> RosterReading:
    """Read a list whose columns are known.

    Parameters
    ----------
    grid
        The list.
    heading
        Row of its headings, or None.
    columns
        As proposed, or as a person chose.
    units
        Names of the assessed units.

    """
    mistakes = list(_choices_wrong(grid, columns))
    if mistakes:
        return RosterReading(grid.source, heading, tuple(columns), mistakes=tuple(mistakes))
    reader = _Reader(grid, columns)
    rows = reader.read(split(grid, heading)[1])
    if not rows and not reader.mistakes:
        remedy = "chép cả các dòng danh sách, hoặc chọn lại dòng tiêu đề"
        mistakes.append(grid.mistake("cả bảng", "không có người nào dưới tiêu đề", remedy))
    names = Counter(row.unit for row in rows) if reader.places[Column.UNIT] else Counter()
    if len(names) > MOST_NAMES:
        remedy = "chọn lại cột đơn vị; nơi công tác là nội dung khác"
        problem = f"có {len(names)} tên khác nhau"
        mistakes.append(grid.mistake("cột đơn vị", problem, remedy))
        names = Counter()
    return RosterReading(
        grid.source, heading, tuple(columns), rows,
        units=tuple(ReadUnit(units.match(name), count) for name, count in names.most_common()),
        mistakes=tuple(mistakes),
        row_mistakes=tuple(reader.mistakes),
        faulty=frozenset(reader.faulty),
        odd_phones=tuple(reader.odd_phones),
    )  # fmt: skip


def _choices_wrong(grid: Grid, columns: Sequence[ReadColumn]) -> Iterator[Mistake]:
    chosen = Counter(column.holds for column in columns if column.holds is not None)
    if Column.NAME not in chosen:
        yield grid.mistake("tiêu đề", "chưa biết cột nào là họ tên", "chọn cột họ tên ở trên")
    for holds, count in chosen.items():
        if count > 1 and holds not in JOINED:
            letters = ", ".join(column.letter for column in columns if column.holds is holds)
            yield grid.mistake(f"cột {letters}", "các cột này được chọn cho cùng một nội dung",
                               "chỉ giữ một cột, các cột kia chọn “bỏ qua”")  # fmt: skip


class _Reader:
    """Reads rows into people and gathers what is wrong."""

    def __init__(self, grid: Grid, columns: Sequence[ReadColumn]) -> None:
        self.grid = grid
        self.places = {
            holds: [place for place, column in enumerate(columns) if column.holds is holds]
            for holds in Column
        }
        self.mistakes: list[Mistake] = []
        self.faulty: set[int] = set()
        self.odd_phones: list[str] = []
        self._keys: dict[str, int] = {}

    def read(self, rows: Sequence[Sequence[GridCell]]) -> tuple[RosterRow, ...]:
        """Read rows; the faulty ones are left out."""
        found = [self._row(row) for row in rows if not self._says_nothing(row)]
        return tuple(row for row in found if row.number not in self.faulty)

    def _says_nothing(self, row: Sequence[GridCell]) -> bool:
        """Whether a row is a sum, or holds nothing in any column that is read."""
        first = next(cell.text for cell in row if cell.text)
        used = (row[place].text for places in self.places.values() for place in places)
        return not any(used) or bool(SUMMING.fullmatch(plain(first)))

    def _row(self, row: Sequence[GridCell]) -> RosterRow:
        number = row_number(row)
        name = self._text(row, Column.NAME)
        if not name:
            self._note(row, Column.NAME, "thiếu họ tên", "ghi họ tên")
        phone, phones = self._phone(row)
        return RosterRow(
            number=number,
            key=self._key(row, number),
            name=name,
            unit=self._text(row, Column.UNIT),
            office=self._text(row, Column.OFFICE),
            stratum=self._text(row, Column.STRATUM),
            size=self._size(row),
            phone=phone,
            phones=phones,
            address=self._text(row, Column.ADDRESS),
        )

    def _text(self, row: Sequence[GridCell], column: Column) -> str:
        texts = [_visible(row[place].text) for place in self.places[column]]
        text = JOINED.get(column, "").join(text for text in texts if text)
        if len(text) > LENGTHS.get(column, len(text)):
            self._note(row, column, f"dài {len(text)} ký tự",
                       f"viết gọn còn nhiều nhất {LENGTHS[column]} ký tự")  # fmt: skip
        return text

    def _phone(self, row: Sequence[GridCell]) -> tuple[str, tuple[str, ...]]:
        text = self._text(row, Column.PHONE)
        if text.casefold() in NOTHING:
            return "", ()
        numbers = phone_numbers(text)
        if numbers is None:
            self.odd_phones.append(row[self.places[Column.PHONE][0]].place)
            return text, ()
        return ", ".join(numbers)[: LENGTHS[Column.PHONE]], numbers

    def _size(self, row: Sequence[GridCell]) -> int | None:
        text = self._text(row, Column.SIZE)
        if not text:
            return None
        size = whole_number(text)
        if not size or size > LARGEST_SIZE:
            self._note(row, Column.SIZE, f"“{text}” không phải quy mô",
                       "ghi số nguyên từ 1, ví dụ 12")  # fmt: skip
        return size

    def _key(self, row: Sequence[GridCell], number: int) -> str:
        """Return what names the row for good; it stays when contacts are deleted."""
        if not self.places[Column.KEY]:
            return f"{number:05d}"
        key = self._text(row, Column.KEY)
        if not key:
            self._note(row, Column.KEY, "thiếu mã", "ghi mã, hoặc bỏ qua cột mã")
        elif _points_at_person(key):
            problem = "mã là số điện thoại hoặc số định danh cá nhân"
            remedy = "bỏ qua cột này hoặc dùng số hồ sơ, vì mã còn lại khi liên hệ bị xóa"
            self._note(row, Column.KEY, problem, remedy)
        elif key in self._keys:
            problem = f"mã “{key}” đã có ở dòng {self._keys[key]}"
            self._note(row, Column.KEY, problem, "cho mỗi dòng một mã")
        self._keys.setdefault(key, number)
        return key

    def _note(self, row: Sequence[GridCell], column: Column, problem: str, remedy: str) -> None:
        place = row[self.places[column][0]].place
        self.mistakes.append(self.grid.mistake(place, problem, remedy))
        self.faulty.add(row_number(row))


def _visible(text: str) -> str:
    """Drop what nobody sees and no database keeps: controls, joiners of pasted pages."""
    return text if text.isprintable() else tidy("".join(filter(str.isprintable, text)))


def _points_at_person(key: str) -> bool:
    """Whether a key is the number of a telephone or of an identity card."""
    if not TELEPHONE.fullmatch(key):
        return False
    return bool(IDENTITY.fullmatch(re.sub(r"\D", "", key))) or bool(phone_numbers(key))
