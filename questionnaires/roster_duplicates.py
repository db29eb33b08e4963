"""Who stands in a list twice, however the name and the number were typed.

Names are the same when their syllables and tones are, wherever the tone mark stands; numbers
when ``questionnaires.phones`` brings them to one form. Rows come from
``questionnaires.roster_table``; a person decides which of them stay.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from questionnaires.names import plain, spoken
from questionnaires.roster_table import RosterRow

POLITE: Final = re.compile(r"(?:ông|bà|anh|chị|cô|chú)\s+(?=\S+\s)", re.IGNORECASE)
"""Before a name of two words or more it is no part of it."""


class Sameness(StrEnum):
    """How sure it is that rows are one person."""

    SURE = "sure"
    """Same name, same telephone."""
    LIKELY = "likely"
    """Same name and workplace, or unit where a telephone is missing; or same telephone and a
    name alike but for its marks."""
    PHONE = "phone"
    """Same telephone, other names: a family, an office, or a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Rows that may be one person.

    Attributes
    ----------
    sameness
        How sure it is.
    rows
        Row numbers in order of the list, at least two; the first would stay.

    """

    sameness: Sameness
    rows: tuple[int, ...]


Key = tuple[str, ...]


def find_duplicates(
    rows: Sequence[RosterRow], *, within_unit: bool = False
) -> tuple[Duplicate, ...]:
    """Find rows that may be one person.

    Parameters
    ----------
    rows
        The list.
    within_unit
        Whether the same person at two units is only likely one too many: a list of files
        dealt with may name a citizen at two desks, who is asked about both.

    Returns
    -------
    tuple of Duplicate
        Surest first, then by row. Rows found together once are not told again.

    """
    keys = _Keys(rows, within_unit=within_unit)
    found: list[Duplicate] = []
    told: defaultdict[int, set[int]] = defaultdict(set)
    for sameness, key in (
        (Sameness.SURE, keys.sure),
        (Sameness.LIKELY, keys.likely),
        (Sameness.PHONE, keys.phone),
    ):
        for together in _together(rows, key):
            if set.intersection(*(told[number] for number in together)):
                continue
            for number in together:
                told[number].add(len(found))
            found.append(Duplicate(sameness, together))
    return tuple(found)


class _Keys:
    """What rows must share to be told together."""

    def __init__(self, rows: Sequence[RosterRow], *, within_unit: bool) -> None:
        self.within_unit = within_unit
        self.names = {row.number: spoken(POLITE.sub("", row.name)) for row in rows}
        self.unreachable = {
            (self.names[row.number], row.unit) for row in rows if row.unit and not row.phones
        }

    def sure(self, row: RosterRow) -> Iterator[Key]:
        unit = row.unit if self.within_unit else ""
        yield from ((self.names[row.number], phone, unit) for phone in row.phones)

    def likely(self, row: RosterRow) -> Iterator[Key]:
        name = self.names[row.number]
        yield from (("number", plain(name), phone) for phone in row.phones)
        if row.office:
            yield ("office", name, spoken(row.office))
        if (name, row.unit) in self.unreachable:  # two telephones would tell them apart
            yield ("unit", name, row.unit)

    def phone(self, row: RosterRow) -> Iterator[Key]:
        yield from ((phone,) for phone in row.phones)


def _together(
    rows: Sequence[RosterRow], keys: Callable[[RosterRow], Iterable[Key]]
) -> list[tuple[int, ...]]:
    """Rows that share a key, by first row; rows that share several keys once."""
    groups: defaultdict[Key, list[int]] = defaultdict(list)
    for row in rows:
        for key in dict.fromkeys(keys(row)):
            groups[key].append(row.number)
    return sorted({tuple(group) for group in groups.values() if len(group) > 1})
