"""Five ways to spread the ballots of a line over its units, each explained in words.

The arithmetic is ``sampling.allocation_rules`` and ``sampling.equal_precision``; what comes in
and out here is what the screen and the command line speak of. Loaded only when somebody asks,
because it brings scipy with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from questionnaires.model import Text
from sampling.allocation import Allocation, Strata
from sampling.allocation_rules import allocate_equal, allocate_fixed, allocate_proportional
from sampling.arguments import RefusedError
from sampling.equal_precision import equal_precision
from survey_app.errors import SurveyError
from survey_app.formats import money, number
from survey_app.services.refusals import in_words
from survey_app.services.what_if import Way

UNITS = Text("đơn vị", "units")

VERY_MANY: Final = 1_000_000
"""Stands for a population nobody has counted, and is never said aloud. [persons]"""


def spread(
    way: Way, amount: int, sizes: Sequence[int | None], codes: Sequence[str], fee_vnd: int
) -> tuple[list[int], Text]:
    """Return ballots per unit and what was done.

    Parameters
    ----------
    way, amount
        See ``services.what_if.allocate``.
    sizes, codes
        People of each unit, None where nobody has counted them, and its code. [persons]
    fee_vnd
        Paid for one ballot; needed for a budget. [VND]

    Raises
    ------
    SurveyError
        If the amount does not fit the units.

    """
    if amount < 1:
        raise SurveyError("Hãy ghi một số từ 1 trở lên để phân bổ.")
    people = [VERY_MANY if size is None else size for size in sizes]
    least = [min(1, size) for size in people]
    most = VERY_MANY if None in sizes else sum(people)

    def as_typed(ballots: int) -> str:
        return money(ballots * fee_vnd) if way is Way.BUDGET else f"{number(ballots)} phiếu"

    bought = Text("", "")
    typed = money(amount) if way is Way.BUDGET else as_typed(amount)
    if way is Way.BUDGET:
        if not fee_vnd:
            raise SurveyError("Dòng này không trả thù lao nên không chia theo kinh phí được.")
        paid, amount = amount, amount // fee_vnd
        bought = Text(
            f"Kinh phí {typed}, mỗi phiếu {money(fee_vnd)}: đủ cho {number(amount)} phiếu. ",
            f"A budget of {paid} VND at {fee_vnd} VND a ballot pays for {amount} ballots. ",
        )
    if way is not Way.FIXED and amount < sum(least):
        raise SurveyError(
            f"{typed} chưa đủ cho {number(sum(least))} đơn vị, mỗi đơn vị ít nhất một phiếu; hãy "
            f"ghi ít nhất {as_typed(sum(least))}."
        )
    if way is not Way.FIXED and amount > most:
        limit = "phần mềm chia một dòng" if None in sizes else "số người hiện có chỉ cho"
        raise SurveyError(f"{typed} là quá nhiều: {limit} nhiều nhất {as_typed(most)}.")
    try:
        found = _allocated(way, amount, Strata.of(people, minimum=least, codes=codes, noun=UNITS))
    except RefusedError as error:
        few = [code for code, size in zip(codes, people, strict=True) if size < max(1, amount)]
        if way is Way.FIXED and few:
            raise SurveyError(
                "Không phân bổ được: có đơn vị ít người hơn số phiếu.", details=few
            ) from error
        raise SurveyError("Không tính được.", details=in_words(error)) from error
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
