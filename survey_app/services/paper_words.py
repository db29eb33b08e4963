"""Parts of a written paper that are the same in all of them, in the office's own forms.

A paper opens with a :class:`Letterhead`; what stands in it follows from the name of the
organisation, and whatever only a person can know (a number, a day, who signs) stays dots.
Papers say what, in Vietnamese whatever the language of the page; how they are set is
``survey_app.printing``. The plan's own words come together in ``services.plan_papers``, those
of the field in ``services.field_papers``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from questionnaires.wording import vi_number
from survey_app.models import Campaign, PlanVersion

DOTS: Final = "……"
"""Stands where a person writes a word."""
LONG_DOTS: Final = "…" * 16
SENTENCE_ENDS: Final = ".;:,"
"""What a stored line may end with and a paper sets itself."""
SIMULATED: Final = "DỮ LIỆU MÔ PHỎNG"

_COMMITTEE: Final = re.compile(r"(?:UBND|Ủy ban nhân dân|Uỷ ban nhân dân)\s+(.+)", re.IGNORECASE)
_RANK: Final = re.compile(
    r"(tỉnh|thành phố|quận|huyện|thị xã|xã|phường|thị trấn|đặc khu)(?:\s+(.+))?", re.IGNORECASE
)
_NUMBERED: Final = re.compile(r"(?:kế hoạch\s+)?(?:số:?\s+)?(\d+)\s*/\s*(KH\S*)", re.IGNORECASE)
_NAMED: Final = re.compile(r"[^\W\d]+\s", re.UNICODE)


class Align(StrEnum):
    """Where the text of a column stands."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: heading, width [mm], side."""

    heading: str
    width: float
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; ``totals`` are the last ones and print bold.

    ``row_mm`` is the least height of a row, where somebody signs in it.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[tuple[str, ...], ...] = ()
    row_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph; ``strong`` ones head what follows."""

    text: str
    strong: bool = False


Part = Line | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of a paper: its heading in capitals and what stands under it."""

    heading: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes, under which number, where and when; an empty number or day stays dots.

    ``organisation`` is one name on one or two lines, in capitals.
    """

    organisation: tuple[str, ...]
    symbol: str
    place: str
    number: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a file says about itself, and what stands at the top of its every page.

    Everything follows from the plan version, so the same plan gives the same file.
    """

    title: str
    subject: str
    author: str
    made_at: datetime
    marks: tuple[str, ...] = ()


def imprint(campaign: Campaign, version: PlanVersion, title: str, *marks: str) -> Imprint:
    """Return what a paper of a plan version says about itself."""
    simulated = (SIMULATED,) if campaign.simulated else ()
    return Imprint(
        title=f"{title} – {campaign.title}",
        subject=f"Bản phân bổ số {version.number}",
        author=campaign.organisation,
        made_at=version.created_at,
        marks=(*simulated, *marks),
    )


def letterhead(
    organisation: str, kind: str, decision: str = "", day: date | None = None
) -> Letterhead:
    """Return the head of a paper of an organisation.

    Parameters
    ----------
    organisation
        As the campaign has it (``UBND huyện Bố Trạch``).
    kind
        Abbreviation of the kind of paper (``KH``, ``BB``).
    decision, day
        The decision on the plan; where it is the number of this very kind of paper
        (``245/KH-UBND``), number and day are filled in.

    """
    committee = _COMMITTEE.fullmatch(organisation.strip())
    symbol = f"{kind}-UBND" if committee else f"{kind}-{DOTS}"
    own = _NUMBERED.fullmatch(decision.strip()) if kind == "KH" else None
    return Letterhead(
        organisation=_lines(organisation, committee),
        symbol=own[2] if own else symbol,
        place=place_of(organisation),
        number=own[1] if own else "",
        day=day if own else None,
    )


def is_committee(organisation: str) -> bool:
    """Whether the organisation is a People's Committee, whose papers are signed in its name."""
    return _COMMITTEE.fullmatch(organisation.strip()) is not None


def place_of(organisation: str) -> str:
    """Return the place in the line of the date: ``Bố Trạch``; dots where no name is known."""
    committee = _COMMITTEE.fullmatch(organisation.strip())
    ranked = _RANK.fullmatch(committee[1]) if committee else None
    if ranked is None or not ranked[2]:
        return LONG_DOTS[:6]
    rank, name = ranked[1], ranked[2]
    return f"{rank[0].upper()}{rank[1:]} {name}" if name[0].isdigit() else name


def _lines(organisation: str, committee: re.Match[str] | None) -> tuple[str, ...]:
    if committee is None:
        return (organisation.upper(),)
    nameless = _RANK.fullmatch(committee[1])
    place = committee[1] if nameless is None or nameless[2] else f"{committee[1]} {DOTS}"
    return ("ỦY BAN NHÂN DÂN", place.upper())


def named_decision(decision: str) -> str:
    """Name a decision as a sentence does: ``Văn bản số 12/QĐ-UBND`` from a bare number."""
    text = decision.strip()
    return text if _NAMED.match(text) else f"Văn bản số {text}"


def is_own_number(decision: str) -> bool:
    """Whether the decision on a plan is the plan itself: ``245/KH-UBND``."""
    return _NUMBERED.fullmatch(decision.strip()) is not None


def written_day(day: date) -> str:
    """``15/3/2021``, ``05/01/2021``: small days and months have a zero, as papers write them."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)  # noqa: PLR2004 - NĐ 30/2020
    return f"{day.day:02d}/{month}/{day.year}"


def dated(place: str, day: date | None) -> str:
    """Return the line of place and date, to be filled in where the day is not known."""
    if day is None:
        return f"{place}, ngày {DOTS} tháng {DOTS} năm {DOTS}"
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)  # noqa: PLR2004 - NĐ 30/2020
    return f"{place}, ngày {day.day:02d} tháng {month} năm {day.year}"


def units_named(names: Sequence[str], kind: str) -> str:
    """Name units together: ``13 phòng chuyên môn``, ``28 UBND xã, thị trấn``; one by its name."""
    if len(names) == 1:
        return names[0]
    begins_a_word = kind[1:2].islower()
    return f"{vi_number(len(names))} {kind[0].lower() + kind[1:] if begins_a_word else kind}"


def roman(number: int) -> str:
    """Write the number of a part of a paper, from 1 to 39, as ``IV``."""
    ones = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
    return "X" * (number // 10) + ones[number % 10]
