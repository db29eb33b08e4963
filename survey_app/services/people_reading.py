"""A pasted list of people: name, office, telephone, one person a line.

Columns come from a spreadsheet (tabs) or are typed with semicolons or commas; a number in
front and a line of headings are left out. ``read_people`` reports every line that is wrong.
Who may be added to which list is decided by ``services.participation``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from questionnaires.names import tidy
from questionnaires.phones import phone_numbers

MOST_AT_ONCE: Final = 2000
"""Lines of one paste; more is a slip of the finger. [persons]"""

LONGEST: Final = 200
COLUMNS: Final = 3
HEADINGS: Final = frozenset({"stt", "tt", "họ và tên", "họ tên", "họ, tên", "tên"})
NUMBERED: Final = re.compile(r"^\d{1,4}[.)]\s*")
MOST_PHONES: Final = 3


@dataclass(frozen=True, slots=True)
class TypedPerson:
    """One line that was understood.

    ``place`` is its number in the paste; ``phone`` has digits alone, several with a space.
    """

    place: int
    name: str
    office: str = ""
    phone: str = ""


def plain(text: str) -> str:
    """Return a name without marks, case and spaces, to find it a second time."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(sign for sign in bare if sign.isalnum())


def read_people(text: str) -> tuple[list[TypedPerson], list[str]]:
    """Read a paste.

    Returns
    -------
    tuple of list
        People in the order typed, and one Vietnamese sentence for each line that is wrong.

    """
    people: list[TypedPerson] = []
    wrong: list[str] = []
    lines = [(place, line) for place, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_AT_ONCE:
        return [], [f"có {len(lines)} dòng; mỗi lần nhận nhiều nhất {MOST_AT_ONCE} dòng"]
    for order, (place, line) in enumerate(lines):
        cells = _cells(line)
        if order == 0 and any(cell.casefold() in HEADINGS for cell in cells):
            continue
        found = _person(place, cells)
        if isinstance(found, str):
            wrong.append(f"dòng {place}: {found}")
        else:
            people.append(found)
    if not lines:
        wrong.append("chưa có dòng nào")
    return people, wrong


def _cells(line: str) -> list[str]:
    """Split a line at tabs, else semicolons, else commas; numbers in front are dropped."""
    sign = next((sign for sign in "\t;," if sign in line), "\t")
    cells = [tidy(cell) for cell in line.split(sign)]
    if len(cells) > 1 and re.fullmatch(r"\d{1,4}\.?", cells[0]):
        cells = cells[1:]
    cells[0] = NUMBERED.sub("", cells[0])
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    if sign == "," and len(cells) > COLUMNS:  # an office with commas in it
        last = [cells.pop()] if phone_numbers(cells[-1]) else []
        cells = [cells[0], ", ".join(cells[1:]), *last]
    if len(cells) == COLUMNS - 1 and phone_numbers(cells[1]):
        cells.insert(1, "")
    return cells


def _person(place: int, cells: list[str]) -> TypedPerson | str:
    """Return the person of a line, or what is wrong with it."""
    if len(cells) > COLUMNS:
        return f"có {len(cells)} cột; chỉ cần họ tên, cơ quan (hoặc địa chỉ), điện thoại"
    name, office, phone = (*cells, "", "")[:COLUMNS]
    if not any(sign.isalpha() for sign in name):
        return "thiếu họ tên"
    if len(name) > LONGEST or len(office) > LONGEST:
        return f"họ tên, cơ quan dài nhất {LONGEST} ký tự"
    numbers = phone_numbers(phone)
    if numbers is None or len(numbers) > MOST_PHONES:
        return f"“{phone[:40]}” không phải số điện thoại"
    return TypedPerson(place, name, office, " ".join(numbers))
