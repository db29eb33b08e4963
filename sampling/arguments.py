"""Arguments are judged together, so that one refusal names everything that is wrong.

Every public function of this room opens with :func:`require`; the arithmetic after it may
then trust its numbers. A refusal speaks English in a notebook and carries every sentence in
Vietnamese too, for pages and the command line. Totals and columns of numbers are judged in
``sampling.amounts``.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from numbers import Integral
from typing import Final

from questionnaires.model import Text
from sampling.wording import written

MOST_PEOPLE: Final = 1e12
"""Most people, forms or units there can be; larger whole numbers would not add up exactly."""

TINY: Final = 1e-50
"""Ratios of numbers below it, or above its inverse, have no squares in floating point."""

ABOVE_ZERO: Final = Text("phải lớn hơn 0", "be above 0")
AT_LEAST_ONE: Final = Text("phải từ 1 trở lên", "be at least 1")
NOT_NEGATIVE: Final = Text("không được âm", "not be negative")
WHOLE: Final = Text("phải là số nguyên", "be whole")
IN_REACH: Final = Text(
    "nằm ngoài khoảng phần mềm tính được (từ 10⁻⁵⁰ đến 10⁵⁰)", f"lie between {TINY:g} and 1e+50"
)
COUNTABLE: Final = Text(
    f"quá lớn; nhiều nhất là {written(MOST_PEOPLE)}", f"not exceed {MOST_PEOPLE:g}"
)

Condition = tuple[bool, Text]
"""A truth, and the sentence that is said when it is false."""


class RefusedError(ValueError):
    """A computation that cannot be done; says what is wrong and where.

    ``said`` has one sentence for each mistake, in both languages; ``str()`` joins them in
    English.

    >>> print(RefusedError(Text("Danh sách trống.", "the list is empty")))
    the list is empty
    """

    def __init__(self, *said: Text) -> None:
        super().__init__(*said)
        self.said = said

    def __str__(self) -> str:
        return "; ".join(text.en for text in self.said)


def require(*conditions: Condition) -> None:
    """Refuse arguments, naming all conditions that do not hold.

    Raises
    ------
    RefusedError
        If a condition is false; it carries the sentences of all such.

    """
    if wrong := [sentence for holds, sentence in conditions if not holds]:
        raise RefusedError(*wrong)


def must(name: Text, value: object, wanted: Text, *, holds: bool) -> Condition:
    """Say of one number what it must be: ``n=0 must be at least 1``."""
    return holds, Text(
        f"{name.vi} là {written(value)} nhưng {wanted.vi}.", f"{name.en}={value} must {wanted.en}"
    )


def listing(problem: Text, names: Sequence[str], *, mark: str = ":") -> Condition:
    """Say what is wrong with everybody who is named; nothing when nobody is."""
    listed = ", ".join(names)
    return not names, Text(f"{problem.vi}{mark} {listed}.", f"{problem.en}{mark} {listed}")


def positive(name: Text, value: float) -> Condition:
    """Say that a number must be above 0, and within what can be squared."""
    if not value > 0:
        return must(name, value, ABOVE_ZERO, holds=False)
    return must(name, value, IN_REACH, holds=TINY <= value <= 1 / TINY)


def between(name: Text, value: float, *, most: float = 1.0) -> Condition:
    """Say that a number must lie between 0 and ``most``, both left out."""
    if 0 < value < most:
        return must(name, value, IN_REACH, holds=value >= TINY)
    wanted = Text(f"phải lớn hơn 0 và nhỏ hơn {written(most)}", f"lie in (0, {most:g})")
    return must(name, value, wanted, holds=False)


def at_least_one(name: Text, value: int) -> Condition:
    """Say that people or units must be there, and not too many to be counted."""
    if value < 1:
        return must(name, value, AT_LEAST_ONE, holds=False)
    return must(name, value, COUNTABLE, holds=value <= MOST_PEOPLE)


def is_whole(value: object) -> bool:
    """Whether a number counts things: a whole one, and no truth value."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def exact_fraction(value: object) -> Fraction | None:
    """Read a number given as text or exactly; None if it is neither, like the float 0.05."""
    if not isinstance(value, int | str | Decimal | Fraction):
        return None
    try:
        return Fraction(value)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None


def must_be_exact(name: Text, value: object, number: Fraction | None) -> Condition:
    """Say that a number must have been given as text or exactly."""
    wanted = Text("phải là một số viết đúng, ví dụ 0,05", "be text or an exact number")
    return must(name, value, wanted, holds=number is not None)
