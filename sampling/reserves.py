"""How many names wait in reserve, when they are called, and what share answered.

``reserve_size`` says how many names a draw must keep behind the sample
(``sampling.selection`` draws them in order); ``release`` calls them in that order and in
whole batches, never "whoever is there"; ``response_rates`` judges what came of all names
that were called. Taking citizens where enterprises are short is another matter: see
``sampling.substitution``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from scipy.special import betainc

from questionnaires.model import Text
from sampling.arguments import (
    AT_LEAST_ONE,
    COUNTABLE,
    MOST_PEOPLE,
    NOT_NEGATIVE,
    between,
    must,
    require,
)
from sampling.sample_size import response_condition
from sampling.wording import written


@dataclass(frozen=True, slots=True)
class Release:
    """Names called from a reserve.

    Attributes
    ----------
    keys
        Called now, in order.
    released
        Called so far, these included. [names]
    uncovered
        Places for which no name is left. [persons]

    """

    keys: tuple[str, ...]
    released: int
    uncovered: int


@dataclass(frozen=True, slots=True)
class Dispositions:
    """What became of every name that was called, in the classes of AAPOR. [persons].

    Attributes
    ----------
    complete, partial
        Answered in full; answered too little to count (``Settings.valid_share``).
    refused, not_reached, other
        Entitled to answer, but unwilling, never met, or kept from it.
    unknown
        Nobody found out whether they are entitled.
    not_eligible
        Not entitled: moved away, had no transaction, are under age.

    """

    complete: int = 0
    partial: int = 0
    refused: int = 0
    not_reached: int = 0
    other: int = 0
    unknown: int = 0
    not_eligible: int = 0


@dataclass(frozen=True, slots=True)
class ResponseRates:
    """Shares of the entitled; None where nobody is entitled. [0-1].

    Attributes
    ----------
    eligible_share
        Entitled among those of whom it is known; used for the unknown. AAPOR's *e*.
    minimum
        Complete, all unknown counted as entitled. AAPOR RR1.
    estimated
        Complete, the unknown counted by ``eligible_share``. AAPOR RR3.
    with_partial
        Complete or partial, likewise. AAPOR RR4.
    refusal, contact
        Refused; met at all. AAPOR REF2, CON2.

    """

    eligible_share: float | None
    minimum: float | None
    estimated: float | None
    with_partial: float | None
    refusal: float | None
    contact: float | None


def reserve_size(n: int, response_rate: float, *, assurance: float = 0.95) -> int:
    """Names to keep in reserve so that ``n`` people answer with great probability.

    Parameters
    ----------
    n
        Answers wanted, 0 or more. [persons]
    response_rate
        Chance that a person called answers. (0-1]
    assurance
        Probability with which sample and reserve together must bring ``n``. (0-1)

    Returns
    -------
    int
        The smallest R with ``P(Bin(n + R, response_rate) >= n) >= assurance``; 10 for
        n = 30 and 85 %, where dividing would keep only 6. [names]

    Raises
    ------
    ValueError
        If an argument lies outside its range; names all of them.

    Notes
    -----
    ``P(Bin(n + R, p) >= n)`` is the regularised incomplete beta function ``I_p(n, R + 1)``.

    """
    people = Text("Số phiếu cần", "n")
    require(
        must(people, n, NOT_NEGATIVE, holds=n >= 0),
        must(people, n, COUNTABLE, holds=n <= MOST_PEOPLE),
        response_condition(response_rate),
        between(Text("Khả năng đủ phiếu", "assurance"), assurance),
    )

    def enough(reserve: int) -> bool:
        return n == 0 or float(betainc(n, reserve + 1, response_rate)) >= assurance

    if enough(0):
        return 0
    low, high = 0, 1
    while not enough(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def release(reserve: Sequence[str], *, released: int, missing: int, batch: int) -> Release:
    """Call the next names of a reserve: as many whole batches as the missing places need.

    A batch once called is worked to its end, or the easy people of each batch would be
    asked and the others left out.

    Parameters
    ----------
    reserve
        Keys in the order of the draw.
    released
        Names called before: whole batches, or all. [names]
    missing
        Places still empty after those. [persons]
    batch
        Names called together, at least 1. [names]

    Raises
    ------
    ValueError
        If an argument lies outside its range; names all of them.

    """
    require(
        must(Text("Số tên mỗi đợt", "batch"), batch, AT_LEAST_ONE, holds=batch >= 1),
        must(Text("Số chỗ còn thiếu", "missing"), missing, NOT_NEGATIVE, holds=missing >= 0),
        (
            0 <= released <= len(reserve)
            and (released == len(reserve) or released % max(batch, 1) == 0),
            Text(
                f"Số tên đã gọi là {written(released)} nhưng phải là trọn các đợt {written(batch)} "
                f"tên, hoặc hết cả {written(len(reserve))} tên.",
                f"released={released} must be whole batches of {batch}, or all {len(reserve)}",
            ),
        ),
    )
    batches = -(-missing // batch)
    keys = tuple(reserve[released : released + batches * batch])
    return Release(keys, released + len(keys), max(0, missing - len(keys)))


def response_rates(counts: Dispositions) -> ResponseRates:
    """Judge the names that were called, sample and released reserve together.

    Raises
    ------
    ValueError
        If a count is negative.

    References
    ----------
    AAPOR (2023), *Standard Definitions*, 10th ed.

    """
    require(
        (
            min(astuple(counts)) >= 0,
            Text("Số người của mỗi kết quả gọi không được âm.", f"a count is negative: {counts}"),
        )
    )
    answered = counts.complete + counts.partial
    entitled = answered + counts.refused + counts.not_reached + counts.other
    known = entitled + counts.not_eligible
    eligible_share = _share(entitled, known)
    all_entitled = entitled + (eligible_share or 0.0) * counts.unknown
    return ResponseRates(
        eligible_share=eligible_share,
        minimum=_share(counts.complete, entitled + counts.unknown),
        estimated=_share(counts.complete, all_entitled),
        with_partial=_share(answered, all_entitled),
        refusal=_share(counts.refused, all_entitled),
        contact=_share(answered + counts.refused + counts.other, all_entitled),
    )


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
