"""The planner's science on files: a CSV in, rows and a sentence out, for ``cchc sample``.

Nothing here touches a campaign or a database. Headings are Vietnamese or English, numbers have
a decimal comma or point, and a file with ten mistakes is told all ten. People and money are
whole, so ``1.946`` of them is read as an office writes it: 1946. What each method does is said
in ``sampling``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from questionnaires.errors import DefinitionError
from questionnaires.grids import Grid, grid_of_csv
from questionnaires.model import Text
from questionnaires.names import plain
from sampling.arguments import RefusedError
from survey_app.errors import SurveyError
from survey_app.services.refusals import in_words

HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "code": ("ma", "code", "key", "khoa"),
    "size": ("so nguoi", "quy mo", "size", "population", "n"),
    "deviation": ("do lech chuan", "do lech", "deviation", "sd", "s"),
    "mean": ("trung binh", "mean"),
    "minimum": ("toi thieu", "minimum", "lo", "min"),
    "maximum": ("toi da", "maximum", "hi", "max"),
    "cost": ("chi phi", "cost"),
    "stratum": ("tang", "stratum", "nhom"),
    "sort": ("thu tu", "sort"),
    "unit": ("don vi", "unit"),
    "weight": ("trong so", "weight"),
    "responded": ("tra loi", "responded"),
    "priority": ("uu tien", "priority"),
    "importance": ("tam quan trong", "importance"),
}
"""Columns by name, and the headings that mean them, in plain letters."""

COUNTED: Final = frozenset({"size", "minimum", "maximum", "cost"})
"""Columns of people, forms and money."""

GROUPED: Final = re.compile(r"[1-9]\d{0,2}(?:[.,\s]\d{3})+")
"""Thousands as they are written: ``1.946``, ``28.360.000``, ``1 946``."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A read file: columns by heading in plain letters, in the order of the file."""

    source: str
    columns: Mapping[str, tuple[str, ...]]
    rows: int

    def has(self, name: str) -> bool:
        """Whether a known column is there."""
        return self._heading(name) is not None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a column as it stands; by its known name or by its heading.

        Raises
        ------
        SurveyError
            If there is no such column.

        """
        heading = self._heading(name)
        if heading is None:
            named = " / ".join(HEADINGS.get(name, (name,)))
            raise SurveyError(
                f"{self.source}: thiếu cột “{named}”.",
                details=[f"các cột có: {', '.join(self.columns)}"],
            )
        return self.columns[heading]

    def numbers(
        self, name: str, default: float | None = None, *, counted: bool = False
    ) -> list[float]:
        """Return a column of numbers; ``default`` for every row where it is missing.

        ``counted`` as in :func:`read_number`; columns of people, forms and money always are.

        Raises
        ------
        SurveyError
            Naming every cell that is no number.

        """
        if default is not None and not self.has(name):
            return [default] * self.rows
        found, wrong = self._read(name, default, counted=counted)
        if wrong:
            raise SurveyError(f"{self.source}, cột {name}: có ô không phải số.", details=wrong)
        return found

    def check_numbers(self, *names: str) -> None:
        """Judge the columns that are there together, so that one answer names every bad cell.

        Raises
        ------
        SurveyError
            Naming them; an empty cell is left to whoever needs it.

        """
        wrong = [
            f"cột {name}, {cell}"
            for name in names
            if self.has(name)
            for cell in self._read(name, 0.0)[1]
        ]
        if wrong:
            raise SurveyError(f"{self.source}: có ô không phải số.", details=wrong)

    def _read(
        self, name: str, default: float | None, *, counted: bool = False
    ) -> tuple[list[float], list[str]]:
        """Numbers of a column, and the cells that are none."""
        found: list[float] = []
        wrong: list[str] = []
        for row, text in enumerate(self.texts(name), start=2):
            read = read_number(text, counted=counted or name in COUNTED)
            number = default if read is None and not text else read
            if number is None:
                wrong.append(f"dòng {row}: “{text}”")
            else:
                found.append(float(number))
        return found, wrong

    def _heading(self, name: str) -> str | None:
        known = (plain(name), *HEADINGS.get(name, ()))
        return next((heading for heading in known if heading in self.columns), None)


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file with headings.

    Raises
    ------
    SurveyError
        If it cannot be read as one.

    """
    try:
        grid = grid_of_csv(path.read_bytes(), path.name)
    except DefinitionError as error:
        raise SurveyError(
            f"Không đọc được {path.name}.", details=[str(m) for m in error.mistakes]
        ) from error
    return _sheet(grid)


def refused(action: Callable[[], Answer]) -> Answer:
    """Run a computation; what the science refuses is said sentence by sentence.

    Raises
    ------
    SurveyError
        With every reason.

    """
    try:
        return action()
    except RefusedError as error:
        raise SurveyError("Không tính được.", details=in_words(error)) from error


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows under headings, and what they mean."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    said: Text


def _sheet(grid: Grid) -> Sheet:
    head, *body = grid.rows
    names = [plain(cell.text) for cell in head]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise SurveyError(f"{grid.source}: có cột trùng tên: {', '.join(twice)}.")
    if not body:
        raise SurveyError(f"{grid.source}: chỉ có dòng tiêu đề, không có dòng nào.")
    columns: dict[str, Sequence[str]] = {
        name: [row[place].text for row in body] for place, name in enumerate(names) if name
    }
    return Sheet(grid.source, {name: tuple(texts) for name, texts in columns.items()}, len(body))


def read_number(text: str, *, counted: bool = False) -> Decimal | None:
    """Return a number with a decimal comma or point; None if it is none, or not finite.

    ``counted`` is for what is whole (people, forms, money): three digits after a separator
    are thousands there.
    """
    plainly = text.strip()
    if counted and GROUPED.fullmatch(plainly):
        return Decimal(re.sub(r"\D", "", plainly))
    try:
        number = Decimal(plainly.replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
