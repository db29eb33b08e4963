"""Five ways to spread the ballots of a line over its units, each explained in words.

The arithmetic is ``sampling.allocation_rules`` and ``sampling.equal_precision``; what comes in
and out here is what the screen and the command line speak of. Loaded only when somebody asks,
because it brings scipy with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from questionnaires.model import Text
from sampling.allocation import Allocation, Strata
from sampling.allocation_rules import allocate_equal, allocate_fixed, allocate_proportional
from sampling.equal_precision import equal_precision
from survey_app.errors import SurveyError
from survey_app.formats import money, number
from survey_app.services.what_if import Way

UNITS = Text("đơn vị", "units")


def spread(
    way: Way, amount: int, sizes: Sequence[int], codes: Sequence[str], fee_vnd: int
) -> tuple[list[int], Text]:
    """Return ballots per unit and what was done.

    Parameters
    ----------
    way, amount
        See ``services.what_if.allocate``.
    sizes, codes
        People of each unit, and its code. [persons]
    fee_vnd
        Paid for one ballot; needed for a budget. [VND]

    Raises
    ------
    SurveyError
        If the amount does not fit the units.

    """
    if amount < 1:
        raise SurveyError("Hãy ghi một số từ 1 trở lên để phân bổ.")
    bought = Text("", "")
    if way is Way.BUDGET:
        if not fee_vnd:
            raise SurveyError("Dòng này không trả thù lao nên không chia theo kinh phí được.")
        paid, amount = amount, amount // fee_vnd
        bought = Text(
            f"Kinh phí {money(paid)}, mỗi phiếu {money(fee_vnd)}: đủ cho {number(amount)} phiếu. ",
            f"A budget of {paid} VND at {fee_vnd} VND a ballot pays for {amount} ballots. ",
        )
    everybody, least = sum(sizes), len(sizes)
    if way is not Way.FIXED and not least <= amount <= everybody:
        raise SurveyError(
            f"{number(amount)} phiếu không chia được cho {number(least)} đơn vị có "
            f"{number(everybody)} người; hãy ghi từ {number(least)} đến {number(everybody)}."
        )
    try:
        found = _allocated(way, amount, Strata.of(sizes, minimum=1, codes=codes, noun=UNITS))
    except ValueError as error:
        few = [code for code, size in zip(codes, sizes, strict=True) if size < max(1, amount)]
        raise SurveyError(
            "Không phân bổ được: có đơn vị ít người hơn số phiếu.",
            details=few if way is Way.FIXED else [],
        ) from error
    said = found.explanation
    return [int(n) for n in found.n], Text(bought.vi + said.vi, bought.en + said.en)


def _allocated(way: Way, amount: int, strata: Strata) -> Allocation:
    match way:
        case Way.FIXED:
            return allocate_fixed(amount, strata)
        case Way.EQUAL:
            return allocate_equal(amount, strata)
        case Way.PROPORTIONAL:
            return allocate_proportional(amount, strata)
        case Way.EQUAL_PRECISION | Way.BUDGET:
            return equal_precision(amount, strata)
