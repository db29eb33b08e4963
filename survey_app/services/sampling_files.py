"""The planner's science on files: a CSV in, rows and a sentence out, for ``cchc sample``.

Nothing here touches a campaign or a database. Headings are Vietnamese or English, numbers have
a decimal comma or point, and a file with ten mistakes is told all ten. What each method does
is said in ``sampling``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from questionnaires.errors import DefinitionError
from questionnaires.grids import Grid, grid_of_csv
from questionnaires.model import Text
from questionnaires.names import plain
from survey_app.errors import SurveyError

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
}
"""Columns by name, and the headings that mean them, in plain letters."""


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

    def numbers(self, name: str, default: float | None = None) -> list[float]:
        """Return a column of numbers; ``default`` for every row where it is missing.

        Raises
        ------
        SurveyError
            Naming every cell that is no number.

        """
        if default is not None and not self.has(name):
            return [default] * self.rows
        wrong, found = [], []
        for row, text in enumerate(self.texts(name), start=2):
            number = _number(text) if text or default is None else default
            if number is None:
                wrong.append(f"dòng {row}: “{text}”")
            else:
                found.append(number)
        if wrong:
            raise SurveyError(f"{self.source}, cột {name}: có ô không phải số.", details=wrong)
        return found

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
    """Run a computation; what the science refuses becomes one sentence.

    Raises
    ------
    SurveyError
        With the reason.

    """
    try:
        return action()
    except ValueError as error:
        raise SurveyError("Không tính được.", details=str(error).split("; ")) from error


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


def _number(text: str) -> float | None:
    try:
        return float(Decimal(text.strip().replace(",", ".")))
    except InvalidOperation:
        return None
