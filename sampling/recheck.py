"""Were these people really asked? A share of them is called again (phúc tra).

``draw_recheck`` draws from the participation list, enumerator by enumerator, by a public seed:
the draw can be repeated, and its reserve is called in order when somebody cannot be reached.
Each call has three questions: were you asked, by whom, were you paid. ``agreement_rates`` says
how often the answers agree with the list, for every enumerator or every unit, with an interval,
and flags those below a set rate. Answers about units are never part of it: participations and
ballots share no key. The draw itself is ``sampling.selection``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil

from questionnaires.model import Text
from sampling.arguments import exact_fraction, must, must_be_exact, require
from sampling.frames import make_frame
from sampling.precision import Limits, wilson_interval
from sampling.selection import Draw, DrawPlan, Method, draw_sample


class By(StrEnum):
    """Whose agreement is counted."""

    ENUMERATOR = "enumerator"
    UNIT = "unit"


class Flag(StrEnum):
    """How a rate stands to the set one."""

    NONE = "none"
    """At least the set rate."""
    BELOW = "below"
    """Below it, but the interval reaches it: it may be chance."""
    SURELY_BELOW = "surely_below"
    """Below it with the whole interval."""
    UNKNOWN = "unknown"
    """Nobody was reached: silence is not a bad mark."""


@dataclass(frozen=True, slots=True)
class RecheckAnswer:
    """What one person said when called again.

    Attributes
    ----------
    enumerator, unit
        As the participation list has them.
    asked, same_enumerator, paid
        Whether the person was asked, by that enumerator, and received the fee: True agrees
        with the list, False does not, None was not answered or does not apply.

    """

    enumerator: str
    unit: str
    asked: bool | None
    same_enumerator: bool | None = None
    paid: bool | None = None

    @property
    def reached(self) -> bool:
        """Whether anything was answered."""
        return (self.asked, self.same_enumerator, self.paid) != (None, None, None)

    @property
    def agrees(self) -> bool:
        """Whether something was answered and nothing contradicts the list."""
        return self.reached and False not in {self.asked, self.same_enumerator, self.paid}


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often the people of one enumerator or unit agree with the list.

    Attributes
    ----------
    code
        Enumerator or unit.
    called, reached, agreed
        [persons]
    not_asked, other_enumerator, not_paid
        Who contradicted the list, by question; one person may count in several. [persons]
    rate
        Agreed among reached; None when nobody was reached. [0-1]
    limits
        Wilson interval of the rate, or None.
    flag
        How the rate stands to the set one.

    """

    code: str
    called: int
    reached: int
    agreed: int
    not_asked: int
    other_enumerator: int
    not_paid: int
    rate: float | None
    limits: Limits | None
    flag: Flag


def draw_recheck(
    enumerator_of: Mapping[str, str],
    share: Decimal | Fraction | str,
    *,
    seed: str,
    frame_id: str,
) -> Draw:
    """Draw who is called again: a share of every enumerator's people, at least one of each.

    Parameters
    ----------
    enumerator_of
        Enumerator of each participation, by its key. The key names a participation, never a
        ballot.
    share
        Part to be called, rounded up for each enumerator; as text or an exact number, since
        the float 0.1 is more than a tenth. (0-1]
    seed, frame_id
        The public seed and the name of the list.

    Returns
    -------
    Draw
        Strata are enumerators; everybody who was not chosen stands in reserve, in the order
        to be called. ``sampling.selection.verify_draw`` repeats it.

    Raises
    ------
    ValueError
        If the share is inexact or outside (0, 1], or a participation has no key, no
        enumerator, or comes twice.

    """
    nameless = sorted(key for key, name in enumerator_of.items() if not name.strip())
    found = exact_fraction(share)
    part = found or Fraction(0)
    called = Text("Tỷ lệ gọi lại", "share")
    wanted = Text("phải lớn hơn 0 và nhiều nhất là 1", "lie in (0, 1]")
    require(
        must_be_exact(called, share, found),
        must(called, share, wanted, holds=found is None or 0 < part <= 1),
        (
            not nameless,
            Text(
                f"Có dòng chưa ghi điều tra viên: {', '.join(nameless)}.",
                f"participations without an enumerator: {', '.join(nameless)}",
            ),
        ),
    )
    frame = make_frame(frame_id, enumerator_of, strata=enumerator_of.values())
    listed = {name: len(rows) for name, rows in frame.rows_of.items()}
    sizes = {name: ceil(part * count) for name, count in listed.items()}
    reserve = {name: count - sizes[name] for name, count in listed.items()}
    return draw_sample(frame, DrawPlan(Method.SIMPLE, seed, sizes, reserve))


def agreement_rates(
    answers: Iterable[RecheckAnswer],
    by: By,
    *,
    set_rate: Decimal | Fraction | str,
    listed: Mapping[str, int] | None = None,
    alpha: float = 0.05,
) -> tuple[Agreement, ...]:
    """Say how often people called again agree with the list, and who is below a set rate.

    Parameters
    ----------
    answers
        One for each person called, reached or not.
    by
        Whether to count by enumerator or by unit.
    set_rate
        Rate below which the council is told, as text or an exact number. [0-1]
    listed
        Participations of each enumerator or unit on the list; intervals are narrower where
        much of a short list was called. None for as many as you like. [persons]
    alpha
        1 minus the confidence of the intervals. (0-1)

    Returns
    -------
    tuple of Agreement
        By code.

    Raises
    ------
    ValueError
        If the set rate lies outside [0, 1], or more people were called than are listed.

    References
    ----------
    Wilson (1927), *JASA* 22, 209-212.

    """
    calls: defaultdict[str, list[RecheckAnswer]] = defaultdict(list)
    for answer in answers:
        calls[answer.enumerator if by is By.ENUMERATOR else answer.unit].append(answer)
    exact = exact_fraction(set_rate)
    rate = Text("Mức đặt ra", "set_rate")
    inside = Text("phải từ 0 đến 1", "lie in [0, 1]")
    wanted = exact or Fraction(0)
    too_many = [
        code
        for code, called in calls.items()
        if listed is not None and len(called) > listed.get(code, 0)
    ]
    require(
        must_be_exact(rate, set_rate, exact),
        must(rate, set_rate, inside, holds=0 <= wanted <= 1),
        (
            not too_many,
            Text(
                f"Số người đã gọi nhiều hơn số người trong danh sách: "
                f"{', '.join(sorted(too_many))}.",
                f"more people called than listed: {', '.join(sorted(too_many))}",
            ),
        ),
    )
    return tuple(
        _agreement(code, calls[code], wanted, listed[code] if listed else None, alpha)
        for code in sorted(calls)
    )


def _agreement(
    code: str,
    called: list[RecheckAnswer],
    wanted: Fraction,
    listed: int | None,
    alpha: float,
) -> Agreement:
    reached = sum(answer.reached for answer in called)
    agreed = sum(answer.agrees for answer in called)
    limits = wilson_interval(agreed, reached, population=listed, alpha=alpha) if reached else None
    if limits is None:
        flag = Flag.UNKNOWN
    elif Fraction(agreed, reached) >= wanted:
        flag = Flag.NONE
    else:
        flag = Flag.SURELY_BELOW if limits.high < wanted else Flag.BELOW
    return Agreement(
        code=code,
        called=len(called),
        reached=reached,
        agreed=agreed,
        not_asked=sum(answer.asked is False for answer in called),
        other_enumerator=sum(answer.same_enumerator is False for answer in called),
        not_paid=sum(answer.paid is False for answer in called),
        rate=agreed / reached if reached else None,
        limits=limits,
        flag=flag,
    )
