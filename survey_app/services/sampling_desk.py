"""Forms shared among the strata of a file by any method, and tables rounded.

``cchc sample`` calls these; on the screen ``services.what_if`` offers five of the methods. Draws
are in ``services.sampling_draws``, weights in ``services.sampling_weights``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

import numpy as np

from questionnaires.model import Text
from sampling.allocation import Allocation, Strata
from sampling.allocation_rules import (
    allocate_equal,
    allocate_fixed,
    allocate_power,
    allocate_proportional,
    allocate_square_root,
)
from sampling.amounts import whole_total
from sampling.apportionment import Apportionment, apportion
from sampling.budget_allocation import integer_for_budget
from sampling.continuous_allocation import (
    continuous_for_budget,
    continuous_for_total,
    continuous_for_variance,
)
from sampling.controlled_rounding import round_table
from sampling.equal_precision import equal_precision
from sampling.integer_allocation import integer_for_total, integer_for_variance
from sampling.precision_targets import cv_target, meet_targets
from survey_app.errors import SurveyError
from survey_app.formats import number
from survey_app.services.sampling_files import Answer, Sheet


class Way(StrEnum):
    """Methods of allocation by the name they have on the command line."""

    FIXED = "fixed"
    EQUAL = "equal"
    PROPORTIONAL = "proportional"
    SQUARE_ROOT = "square-root"
    POWER = "power"
    OPTIMAL = "optimal"
    EQUAL_PRECISION = "equal-precision"
    BUDGET = "budget"
    VARIANCE = "variance"
    TARGETS = "targets"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of an allocation.

    Attributes
    ----------
    way
        The method.
    amount
        Forms in all; of each stratum for ``fixed``; money for ``budget``; the largest variance
        of the total for ``variance``; unused for ``targets``.
    exponent
        Of ``power``.
    continuous
        Real numbers instead of whole forms.
    relative
        Of ``equal-precision``: equal coefficients of variation, by the column of means.
    targets
        Of ``targets``: (variable, column) -> largest coefficient of variation of the total of
        the variable, in all strata where the column is empty, else in each of its domains; the
        file has columns ``mean <variable>`` and ``sd <variable>``.

    """

    way: Way
    amount: float = 0.0
    exponent: float = 0.5
    continuous: bool = False
    relative: bool = False
    targets: Mapping[tuple[str, str], float] = field(default_factory=dict)


def allocate_file(sheet: Sheet, wish: Wish) -> Answer:
    """Allocate forms to the strata of a file."""
    sheet.check_numbers("size", "deviation", "minimum", "maximum", "cost")
    codes = sheet.texts("code")
    sizes = sheet.numbers("size")
    strata = Strata.of(
        sizes,
        sheet.numbers("deviation", 1.0),
        minimum=sheet.numbers("minimum", 0),
        maximum=[min(a, b) for a, b in zip(sheet.numbers("maximum", np.inf), sizes, strict=True)],
        costs=sheet.numbers("cost", 1.0),
        codes=codes,
    )
    found = _allocated(sheet, strata, wish)
    rows = zip(codes, found.n.tolist(), strict=True)
    digits = 4 if wish.continuous else 0
    return Answer(
        ("mã", "số phiếu"),
        (*((code, number(n, digits)) for code, n in rows), ("cộng", number(found.total, digits))),
        found.explanation,
    )


def _allocated(sheet: Sheet, strata: Strata, wish: Wish) -> Allocation:
    whole = not wish.continuous
    if wish.way in PLAIN:
        return PLAIN[wish.way](wish.amount, strata, whole)
    match wish.way:
        case Way.POWER:
            return allocate_power(
                wish.amount,
                strata,
                means=sheet.numbers("mean"),
                exponent=wish.exponent,
                importance=sheet.numbers("importance") if sheet.has("importance") else None,
                integer=whole,
            )
        case Way.EQUAL_PRECISION:
            units = sheet.texts("unit") if sheet.has("unit") else None
            rows = zip(units or sheet.texts("code"), sheet.numbers("priority", 1.0), strict=True)
            return equal_precision(
                wish.amount,
                strata,
                units=units,
                means=sheet.numbers("mean") if wish.relative else None,
                priorities=list(_one_each(rows).values()),
                integer=whole,
            )
        case _:
            return _targets(sheet, strata, wish)


def _one_each(rows: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Priority of each unit, in the order of the file; rows of a unit must agree."""
    found: dict[str, float] = {}
    differ = {unit for unit, priority in rows if found.setdefault(unit, priority) != priority}
    if differ:
        raise SurveyError(
            "Một đơn vị chỉ có một mức ưu tiên.", details=[f"đơn vị {unit}" for unit in differ]
        )
    return found


PLAIN: Final[Mapping[Way, Callable[[float, Strata, bool], Allocation]]] = {
    Way.FIXED: lambda each, strata, _whole: allocate_fixed(whole_total(each), strata),
    Way.EQUAL: lambda total, strata, whole: allocate_equal(total, strata, integer=whole),
    Way.PROPORTIONAL: lambda total, strata, whole: allocate_proportional(
        total, strata, integer=whole
    ),
    Way.SQUARE_ROOT: lambda total, strata, whole: allocate_square_root(
        total, strata, integer=whole
    ),
    Way.OPTIMAL: lambda total, strata, whole: (
        integer_for_total(whole_total(total), strata)
        if whole
        else continuous_for_total(total, strata)
    ),
    Way.BUDGET: lambda budget, strata, whole: (
        integer_for_budget(budget, strata) if whole else continuous_for_budget(budget, strata)
    ),
    Way.VARIANCE: lambda variance, strata, whole: (
        integer_for_variance(variance, strata)
        if whole
        else continuous_for_variance(variance, strata)
    ),
}
"""Methods that need an amount and strata, and nothing else of the file."""


def _targets(sheet: Sheet, strata: Strata, wish: Wish) -> Allocation:
    """One target for each variable and domain."""
    if not wish.targets:
        raise SurveyError("Phương pháp targets cần ít nhất một --cv BIẾN=0.05.")
    targets = [
        cv_target(
            f"{variable} {domain}".strip(),
            strata,
            means=sheet.numbers(f"mean {variable}"),
            deviations=sheet.numbers(f"sd {variable}"),
            cv=cv,
            domain=[each == domain for each in domains],
        )
        for (variable, column), cv in wish.targets.items()
        for domains in [sheet.texts(column) if column else ("",) * sheet.rows]
        for domain in dict.fromkeys(domains)
    ]
    return meet_targets(strata, targets, integer=not wish.continuous)


def apportion_seats(
    total: int,
    weights: list[Decimal],
    method: str,
    *,
    minimum: int | Sequence[int] = 0,
    maximum: int | Sequence[int] | None = None,
) -> Answer:
    """Share a total by one of the five methods of apportionment, within bounds."""
    seats = apportion(
        total, weights, method=Apportionment(method), minimum=minimum, maximum=maximum
    ).tolist()
    rows = [(str(w), number(n)) for w, n in zip(weights, seats, strict=True)]
    said = Text("Tổng được giữ nguyên.", "The total is kept.")
    return Answer(("phần", "số phiếu"), (*rows, ("cộng", number(sum(seats)))), said)


def round_file(
    sheet: Sheet,
    *,
    row_totals: Sequence[int] | None = None,
    column_totals: Sequence[int] | None = None,
) -> Answer:
    """Round a table of units and groups so that both margins keep their totals.

    The totals are those stated, or without them the rounded ones of the table.
    """
    names = [name for name in sheet.columns if name not in {"ma", "code"}]
    table = np.array([sheet.numbers(name) for name in names]).T
    found = round_table(table, row_totals=row_totals, column_totals=column_totals)
    rows = zip(sheet.texts("code"), found.n.tolist(), strict=True)
    return Answer(
        ("mã", *names),
        tuple((code, *(number(n) for n in row)) for code, row in rows),
        found.explanation,
    )
