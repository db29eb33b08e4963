"""The table of a decision, read against the campaign it is for.

Groups may stand in rows and units in columns or the other way round; or the decision lists
lines ("15 người x 13 phòng = 195 phiếu"), read by ``questionnaires.plan_lines``. Either way
the result is a :class:`PlanReading`: which names were recognised, which must be confirmed,
what the numbers and the printed totals are, and everything that is wrong. Nothing is taken
here; ``questionnaires.plan_taking`` makes a plan of it once its names are confirmed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from questionnaires.errors import Mistake
from questionnaires.grids import Grid, GridCell
from questionnaires.model import Campaign, QuotaRule
from questionnaires.names import Match, NameBook
from questionnaires.wording import vi_number

TOTAL: Final = re.compile(r"(?:tổng(?! hợp)|cộng|t\.? ?cộng)\b.*|tc|t/c|total|∑", re.IGNORECASE)
NUMBERING: Final = re.compile(r"stt|tt|số tt|#|no\.?", re.IGNORECASE)
FORM_COLUMN: Final = re.compile(r"(?:ký hiệu )?(?:mẫu|mẫu phiếu|form|phiếu)", re.IGNORECASE)
GROUPED: Final = re.compile(r"\d{1,3}(?:[., \u00a0]\d{3})+|\d{1,7}")
"""Ballots are whole, so a comma before three digits parts thousands too."""

HEADING_ROWS: Final = 15
"""Rows in which the heading is looked for: the names of offices may stand above it."""

NOTHING: Final = frozenset(("", "-", "–", "x", "0"))
"""What a cell may hold where nobody is asked."""

MOST_MISTAKES: Final = 200
"""Mistakes that are listed; more of them help nobody."""


@dataclass(frozen=True, slots=True)
class ReadUnit:
    """A heading that names a unit, and which one it may be."""

    place: str
    match: Match


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line of the plan as it was read.

    Attributes
    ----------
    place, label
        Where it stands, and its words.
    rules
        Codes of the quota rules it may be, best first; a single one is certain when
        ``rule`` names it.
    rule
        The rule it certainly is, or None.
    form
        Code of the form it names, or None.
    numbers
        Heading of a unit -> ballots. [ballots]
    per_unit
        People of every unit, where the line says so instead of naming units. [persons]
    units_stated
        Units the line says it meets; None in a table, and where "every" may be of two kinds.
        [units]
    total
        Ballots the line itself prints, or None. [ballots]

    """

    place: str
    label: str
    rules: tuple[str, ...]
    rule: str | None
    form: str | None
    numbers: dict[str, int] = field(default_factory=dict)
    per_unit: int | None = None
    units_stated: int | None = None
    total: int | None = None

    @property
    def is_read(self) -> bool:
        """Whether there is a number in it; else it is mended or left out on purpose."""
        return bool(self.numbers) or self.per_unit is not None

    @property
    def ballots(self) -> int | None:
        """Ballots it comes to; None where that depends on how many units there are."""
        if self.per_unit is None:
            return sum(self.numbers.values())
        if self.total is None and self.units_stated is not None:
            return self.per_unit * self.units_stated
        return self.total


@dataclass(frozen=True, slots=True)
class PlanReading:
    """What stands in a table, and what is wrong with it.

    Attributes
    ----------
    source
        Name of the file or of the pasted table.
    units, lines
        As read, in order.
    unit_totals
        Heading of a unit -> ballots the table prints for it. [ballots]
    total
        Ballots the table prints in all, or None. [ballots]
    mistakes
        Everything that must be mended in the table itself.

    """

    source: str
    units: tuple[ReadUnit, ...]
    lines: tuple[ReadLine, ...]
    unit_totals: dict[str, int]
    total: int | None
    mistakes: tuple[Mistake, ...]


def read_table(grid: Grid, campaign: Campaign) -> PlanReading:
    """Read a table of groups and units.

    Parameters
    ----------
    grid
        The table with its headings.
    campaign
        Whose units and quota rules the headings name.

    """
    return _Reader(_lying(grid, campaign), campaign).read()


def known_units(campaign: Campaign) -> NameBook:
    """Lay the names of the units of a campaign open."""
    return NameBook({unit.code: unit.name for unit in campaign.units})


class LineBook:
    """Which quota rule a line of a table or of a text means."""

    def __init__(self, campaign: Campaign) -> None:
        self.rules = campaign.rules
        labels = {group.code: group.label.vi for group in campaign.groups}
        self._codes = {rule.code.casefold(): rule.code for rule in campaign.rules}
        self._by_label = NameBook({rule.code: labels.get(rule.group, "") for rule in self.rules})
        self._by_wording = NameBook({rule.code: _opening(rule) for rule in self.rules})
        self._forms = {form.casefold(): form for form in campaign.forms}

    def form_in(self, text: str) -> str | None:
        """Return the form whose code stands in a text."""
        found = [self._forms[word] for word in re.findall(r"\w+", text.casefold())
                 if word in self._forms]  # fmt: skip
        return found[0] if found else None

    def find(self, label: str, form: str | None) -> tuple[str | None, tuple[str, ...]]:
        """Return the rule a label certainly means, and those it may mean, best first."""
        if code := self._codes.get(label.casefold()):
            return code, (code,)
        of_form = [rule.code for rule in self.rules if form is None or rule.form == form]
        for book in (self._by_wording, self._by_label):
            match = book.match(label)
            fitting = tuple(code for code in match.proposals if code in of_form)
            certain = match.likeness is not None and match.likeness.is_certain
            if len(fitting) == 1 and (certain or form is not None):
                return fitting[0], fitting
            if fitting:
                return None, fitting
        if form is not None and len(of_form) == 1:
            return of_form[0], tuple(of_form)
        return None, tuple(of_form) if form is not None else ()


def _opening(rule: QuotaRule) -> str:
    """Words of the decision before the numbers begin."""
    return re.split(r"[:(]|\d", rule.wording, maxsplit=1)[0]


def whole_number(text: str) -> int | None:
    """Return a number written as ``1092``, ``1.092`` or ``1 092``; None if it is not one."""
    text = re.sub(r"\s*(?:phiếu|người)$", "", text.strip(), flags=re.IGNORECASE)
    return int(re.sub(r"\D", "", text)) if GROUPED.fullmatch(text) else None


def _lying(grid: Grid, campaign: Campaign) -> Grid:
    """Turn the table so that units stand in its heading row."""
    units = known_units(campaign)
    turned = grid.turned()

    def most(side: Grid, known: Callable[[list[str]], int]) -> int:
        rows = ([cell.text for cell in row if _is_words(cell.text)] for row in side.rows)
        return max((known(texts) for texts in islice(rows, HEADING_ROWS)), default=0)

    def named(texts: list[str]) -> int:
        return sum(units.knows(text) for text in texts)

    across, down = most(grid, named), most(turned, named)
    if across or down:
        return turned if down > across else grid
    lines = LineBook(campaign)  # a table of new units only: its lines tell how it lies

    def lined(texts: list[str]) -> int:
        return len({rule for text in texts for rule in lines.find(text, lines.form_in(text))[1]})

    return turned if most(grid, lined) > most(turned, lined) else grid


def _is_words(text: str) -> bool:
    return bool(text) and whole_number(text) is None


@dataclass(frozen=True, slots=True)
class _Sum:
    """A row of totals, and how many lines stood before it."""

    place: str
    label: str
    numbers: dict[str, int]
    total: int | None
    after: int


def _added(lines: Iterable[ReadLine]) -> Counter[str]:
    added: Counter[str] = Counter()
    for line in lines:
        added.update(line.numbers)
    return added


class _Reader:
    """Reads one table whose units stand in columns."""

    def __init__(self, grid: Grid, campaign: Campaign) -> None:
        self.grid = grid
        self.units = known_units(campaign)
        self.lines = LineBook(campaign)
        self.mistakes = list(grid.mistakes)
        self.heading = self._heading()

    def read(self) -> PlanReading:
        """Read headings, then lines."""
        head = self._head()
        labels = self._label_columns(head)
        form = next((i for i, cell in enumerate(head) if FORM_COLUMN.fullmatch(cell.text)), None)
        whole = [i for i, cell in enumerate(head) if TOTAL.fullmatch(cell.text)]
        columns = [
            i
            for i, cell in enumerate(head)
            if cell.text and i not in {*labels, *whole, form} and not NUMBERING.fullmatch(cell.text)
        ]
        units = tuple(ReadUnit(head[i].place, self.units.match(head[i].text)) for i in columns)
        self._twice((unit.match.typed, unit.place) for unit in units)
        names = [head[i].text for i in columns]
        lines: list[ReadLine] = []
        sums: list[_Sum] = []
        for row in self.grid.rows[self.heading + 1 :]:
            label = " ".join(row[i].text for i in labels if row[i].text)
            numbers = self._numbers([row[i] for i in columns], names)
            stated = self._first_number([row[i] for i in whole])
            if TOTAL.fullmatch(label):
                sums.append(_Sum(row[0].place, label, numbers, stated, len(lines)))
            elif label or numbers:
                lines.append(self._line(row, label, row[form].text if form is not None else "",
                                        numbers, stated))  # fmt: skip
        if not units:
            self._note("cả bảng", "không thấy dòng tiêu đề có tên đơn vị",
                       "chép cả dòng tên phòng, xã rồi dán lại")  # fmt: skip
        if not lines:
            self._note("cả bảng", "không có dòng phân bổ nào", "chép cả các dòng đối tượng")
        self._twice((line.label, line.place) for line in lines)
        for line in lines:
            self._agree(line.place, f"dòng “{line.label}”", line.total, [line.ballots or 0])
        last = self._sums(lines, sums)
        return PlanReading(self.grid.source, units, tuple(lines), last.numbers if last else {},
                           last.total if last else None, self._listed())  # fmt: skip

    def _heading(self) -> int:
        """Row with most unit names among the first, else with most words."""
        rows = self.grid.rows[:HEADING_ROWS]
        texts = [[cell.text for cell in row if _is_words(cell.text)] for row in rows]
        known = [sum(self.units.knows(text) for text in row) for row in texts]
        counts = known if any(known) else [len(set(row)) for row in texts]
        return counts.index(max(counts)) if counts else 0

    def _head(self) -> list[GridCell]:
        """Headings of the columns; a heading of two rows has some in the row above."""
        head = list(self.grid.rows[self.heading])
        for row in self.grid.rows[max(0, self.heading - 2) : self.heading][::-1]:
            if sum(bool(cell.text) for cell in row) > 1:
                head = [cell if cell.text else above for cell, above in zip(head, row, strict=True)]
        return head

    def _label_columns(self, head: Sequence[GridCell]) -> list[int]:
        """Columns before the first unit that hold words and no running number."""
        first = next(
            (i for i, cell in enumerate(head) if self.units.match(cell.text).likeness), len(head)
        )
        body = self.grid.rows[self.heading + 1 :]
        return [
            i
            for i in range(min(first, len(head)))
            if not FORM_COLUMN.fullmatch(head[i].text)
            and not NUMBERING.fullmatch(head[i].text)
            and not TOTAL.fullmatch(head[i].text)
            and any(row[i].text and whole_number(row[i].text) is None for row in body)
        ]

    def _line(
        self, row: Sequence[GridCell], label: str, form_text: str, numbers: dict[str, int],
        total: int | None,
    ) -> ReadLine:  # fmt: skip
        place = row[0].place
        form = self.lines.form_in(form_text or label)
        rule, rules = self.lines.find(label, form)
        if not any(numbers.values()):
            self._note(place, f"dòng “{label}” không có phiếu nào", "điền số phiếu hoặc xóa dòng")
        return ReadLine(place, label, rules, rule, form, numbers, total=total)

    def _numbers(self, cells: Sequence[GridCell], names: Sequence[str]) -> dict[str, int]:
        numbers: dict[str, int] = {}
        for cell, name in zip(cells, names, strict=True):
            if cell.text.casefold() in NOTHING:
                continue
            number = whole_number(cell.text)
            if number is None:
                self._note(cell.place, f"“{cell.text}” không phải số phiếu",
                           "ghi số nguyên, ví dụ 15")  # fmt: skip
                continue
            numbers[name] = number
        return numbers

    def _first_number(self, cells: Iterable[GridCell]) -> int | None:
        for cell in cells:
            if cell.text.casefold() in NOTHING:
                continue
            number = whole_number(cell.text)
            if number is None:
                self._note(cell.place, f"“{cell.text}” không phải tổng số phiếu",
                           "ghi số nguyên, ví dụ 1.092")  # fmt: skip
            return number
        return None

    def _sums(self, lines: Sequence[ReadLine], sums: Sequence[_Sum]) -> _Sum | None:
        """Check every row of totals; return the last, which adds the whole table up.

        A row of totals before it may add up the lines above it, or those since another.
        """
        ends = [0, *(found.after for found in sums)]
        for place, found in enumerate(sums, start=1):
            blocks = [_added(lines[end : found.after]) for end in ends[:place]]
            blocks = blocks[:1] if place == len(sums) else blocks[::-1]
            for name, stated in found.numbers.items():
                self._agree(found.place, f"dòng “{found.label}”, cột “{name}”", stated,
                            [block[name] for block in blocks])  # fmt: skip
            self._agree(
                found.place, f"dòng “{found.label}”", found.total, [b.total() for b in blocks]
            )
        return sums[-1] if sums else None

    def _agree(self, place: str, what: str, stated: int | None, added: Sequence[int]) -> None:
        if stated is not None and stated not in added:
            self.mistakes.append(disagreement(self.grid.source, place, what, stated, added[0]))

    def _twice(self, names: Iterable[tuple[str, str]]) -> None:
        places: dict[str, list[str]] = {}
        for name, place in names:
            places.setdefault(name.casefold(), []).append(place)
        for name, found in places.items():
            if name and len(found) > 1:
                self._note(", ".join(found), f"“{name}” có {len(found)} lần", "xóa dòng, cột thừa")

    def _note(self, place: str, problem: str, remedy: str) -> None:
        self.mistakes.append(self.grid.mistake(place, problem, remedy))

    def _listed(self) -> tuple[Mistake, ...]:
        return tuple(capped(self.mistakes, self.grid.source))


def disagreement(source: str, place: str, what: str, stated: int, added: int) -> Mistake:
    """Return the mistake of a printed total that its numbers do not come to."""
    problem = (
        f"{what} ghi tổng {vi_number(stated)} phiếu nhưng cộng lại được {vi_number(added)} phiếu"
    )
    return Mistake(source, place, problem, "đối chiếu với quyết định rồi sửa số sai")


def capped(mistakes: Sequence[Mistake], source: str) -> Iterator[Mistake]:
    """Yield the first mistakes, and how many more there are."""
    yield from mistakes[:MOST_MISTAKES]
    if len(mistakes) > MOST_MISTAKES:
        rest = len(mistakes) - MOST_MISTAKES
        yield Mistake(source, "cả bảng", f"còn {vi_number(rest)} lỗi nữa", "sửa các lỗi trên trước")
