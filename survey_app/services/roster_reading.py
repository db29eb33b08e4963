"""A list of people on its way in: read, mapped, looked at, confirmed.

Nothing is kept between the steps: the page carries the list with it, packed, and what was
chosen. Reading is ``questionnaires.roster_table``, duplicates are found by
``questionnaires.roster_duplicates``; keeping is ``services.rosters``.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from questionnaires.errors import DefinitionError, Mistake
from questionnaires.grids import Grid, grid_of_csv, grid_of_rows, grid_of_text, grid_of_workbook
from questionnaires.plan_table import capped, known_units
from questionnaires.roster_columns import (
    Column,
    ReadColumn,
    heading_row,
    propose_columns,
    row_number,
)
from questionnaires.roster_duplicates import Duplicate, Sameness, find_duplicates
from questionnaires.roster_table import RosterReading, RosterRow, read_roster
from questionnaires.workbook import Bounds
from survey_app.errors import SurveyError
from survey_app.models import RosterKind
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.definitions import definition_of

LIST: Final = Bounds(rows=15_000, cells=225_000)
"""How large a list may be."""

MOST_PACKED: Final = 950_000
"""Characters of a packed list a page carries between its steps."""

MOST_UNPACKED: Final = 20_000_000

GUESSED: Final = -1
"""Row of the headings when nobody chose one."""

NO_HEADING: Final = 0

LEFT_OUT: Final = "-"
"""Chosen for a unit name whose rows are left out."""

NO_UNIT: Final = ""
"""Chosen for a unit name whose people stand under no unit."""


@dataclass(frozen=True, slots=True)
class RosterChoices:
    """What a person chose about a list.

    Attributes
    ----------
    heading
        Row of the headings, ``NO_HEADING`` or ``GUESSED``.
    columns
        Letter of a column -> what it holds, or None; None altogether for the proposal.
    units
        Name as typed -> code of the unit, ``NO_UNIT`` or ``LEFT_OUT``. Certain names need no
        entry.
    shown
        Rows that were offered for dropping; the others are treated as proposed.
    dropped
        Rows of those that a person wants dropped.
    skip_faulty
        Whether rows with a mistake are left out.

    """

    heading: int = GUESSED
    columns: Mapping[str, Column | None] | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    shown: frozenset[int] = frozenset()
    dropped: frozenset[int] = frozenset()
    skip_faulty: bool = False


@dataclass(frozen=True, slots=True)
class RosterPreview:
    """What a list would become, before anything is kept.

    Attributes
    ----------
    reading
        What was recognised.
    rows
        Who would be kept; ``unit`` is a code, or empty.
    duplicates
        Rows that may be one person; their rows, by number, in ``row_of``.
    dropped
        Rows of those that would not be kept.
    left_out
        Rows whose unit name was left out. [rows]
    mistakes
        What keeps the list from being taken.
    by_unit
        Code of the unit, or empty -> people kept.

    """

    reading: RosterReading
    rows: tuple[RosterRow, ...]
    duplicates: tuple[Duplicate, ...]
    row_of: Mapping[int, RosterRow]
    dropped: frozenset[int]
    left_out: int
    mistakes: tuple[Mistake, ...]
    by_unit: Mapping[str, int]

    @property
    def is_ready(self) -> bool:
        """Whether it can be taken."""
        return not self.mistakes and bool(self.rows)

    @property
    def with_contact(self) -> int:
        """People with a telephone or an address."""
        return sum(bool(row.phone or row.address) for row in self.rows)


# --- the list itself ---------------------------------------------------------------------


def grid_of_file(data: bytes, filename: str) -> Grid:
    """Read a sent workbook or CSV file.

    Raises
    ------
    SurveyError
        With every mistake of the file.

    """
    read = grid_of_csv if filename.lower().endswith(".csv") else grid_of_workbook
    try:
        return read(data, filename, LIST)
    except DefinitionError as error:
        raise _refused(error) from error


def grid_of_paste(text: str) -> Grid:
    """Read a pasted list.

    Raises
    ------
    SurveyError
        If it is no table at all, or too long.

    """
    try:
        return grid_of_text(text, bounds=LIST)
    except DefinitionError as error:
        raise _refused(error) from error


def packed(grid: Grid) -> str:
    """Return a list as text that a page can carry; places of cells are kept.

    Raises
    ------
    SurveyError
        If it is too long even so.

    """
    rows: list[list[str]] = []
    for row in grid.rows:
        rows += [[]] * (row_number(row) - 1 - len(rows))
        rows.append([cell.text for cell in row])
    text = json.dumps([grid.source, rows], ensure_ascii=False).encode()
    carried = base64.b64encode(zlib.compress(text, 9)).decode()
    if len(carried) > MOST_PACKED:
        raise SurveyError(
            "Danh sách quá dài để xem trước một lần; chưa lưu gì. Hãy bỏ các cột không dùng, "
            "hoặc chia theo đơn vị rồi nhập từng phần."
        )
    return carried


def unpacked(carried: str) -> Grid:
    """Return the list a page carried.

    Raises
    ------
    SurveyError
        If it is not one of ours.

    """
    try:
        inflate = zlib.decompressobj()
        data = inflate.decompress(base64.b64decode(carried, validate=True), MOST_UNPACKED)
        source, rows = json.loads(data if inflate.eof else b"")
        return grid_of_rows(str(source), _texts(rows), LIST)
    except (binascii.Error, zlib.error, TypeError, ValueError, RecursionError) as error:
        raise SurveyError(
            "Danh sách đi kèm trang này không đọc lại được; chưa lưu gì. Hãy gửi lại danh sách."
        ) from error


def _texts(rows: Iterable[Iterable[object]]) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in rows]


def _refused(error: DefinitionError) -> SurveyError:
    details = [str(mistake) for mistake in error.mistakes]
    return SurveyError("Không đọc được danh sách; chưa lưu gì.", details=details)


# --- what it would become ----------------------------------------------------------------


def preview_roster(
    slug: str, grid: Grid, kind: RosterKind, choices: RosterChoices
) -> RosterPreview:
    """Say what a list would become with what was chosen about it.

    Parameters
    ----------
    slug
        The campaign whose units the list names.
    grid
        The list.
    kind
        Of people, or of files dealt with: then a person at two units is asked at both.
    choices
        What was chosen so far.

    """
    units = known_units(definition_of(campaign_by_slug(slug)))
    heading = heading_row(grid) if choices.heading == GUESSED else choices.heading or None
    columns = _chosen(propose_columns(grid, heading, units), choices.columns)
    reading = read_roster(grid, heading, columns, units)
    mistakes = [*reading.mistakes, *([] if choices.skip_faulty else reading.row_mistakes)]
    codes: dict[str, str] = {}
    for unit in reading.units:
        code = choices.units.get(unit.match.typed, unit.match.code)
        if code is None or code not in (*units.known, NO_UNIT, LEFT_OUT):
            typed = f"“{unit.match.typed}”" if unit.match.typed else "ô để trống"
            problem = f"{typed} ({unit.rows} dòng) chưa rõ là đơn vị nào"
            mistakes.append(grid.mistake("cột đơn vị", problem, "chọn đơn vị ở dưới"))
        codes[unit.match.typed] = code or NO_UNIT
    placed = [replace(row, unit=codes.get(row.unit, NO_UNIT)) for row in reading.rows]
    listed = [row for row in placed if row.unit != LEFT_OUT]
    duplicates = find_duplicates(listed, within_unit=kind is RosterKind.TRANSACTIONS)
    dropped = _dropped(duplicates, choices)
    kept = tuple(row for row in listed if row.number not in dropped)
    if not kept and not mistakes:
        mistakes.append(
            grid.mistake("cả bảng", "không còn dòng nào để nhận", "giữ lại ít nhất một dòng")
        )
    return RosterPreview(
        reading=reading,
        rows=kept,
        duplicates=duplicates,
        row_of={row.number: row for row in listed},
        dropped=dropped,
        left_out=len(placed) - len(listed),
        mistakes=tuple(capped(mistakes, grid.source)),
        by_unit=Counter(row.unit for row in kept),
    )


def proposed_drops(duplicates: Iterable[Duplicate]) -> frozenset[int]:
    """Return the rows one would drop: of people who surely stand there twice, all but the first."""
    return frozenset(
        number
        for duplicate in duplicates
        if duplicate.sameness is Sameness.SURE
        for number in duplicate.rows[1:]
    )


def _dropped(duplicates: Iterable[Duplicate], choices: RosterChoices) -> frozenset[int]:
    found = {number for duplicate in duplicates for number in duplicate.rows}
    unseen = proposed_drops(duplicates) - choices.shown
    return frozenset(unseen | (choices.dropped & found))


def _chosen(
    proposed: tuple[ReadColumn, ...], columns: Mapping[str, Column | None] | None
) -> tuple[ReadColumn, ...]:
    if columns is None:
        return proposed
    return tuple(replace(each, holds=columns.get(each.letter, each.holds)) for each in proposed)
