"""The edge: what counts as a word, a number, a day and a sentence in a definition file.

Strict on purpose: an unknown key, a number where a code belongs or a percent that lost digits
on the way is a mistake, never a guess. The three kinds of files are described on this ground
in ``schema_forms``, ``schema_campaigns`` and ``schema_criteria``; ``questionnaires.wording``
has the sentences for what goes wrong here.
"""

from __future__ import annotations

import math
import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, LiteralString

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from questionnaires.languages import PATTERN
from questionnaires.model import Text

# kinds of mistakes of our own; ``questionnaires.wording`` has the sentences
NOT_A_DAY: Final = "not_a_day"
NOT_A_NUMBER: Final = "not_a_number"
INEXACT: Final = "inexact_number"
UNQUOTED: Final = "unquoted"

PLAIN_NUMBER: Final = re.compile(r"-?\d{1,9}(\.\d{1,6})?")


def _wrong(kind: LiteralString, value: object) -> PydanticCustomError:
    """Name a mistake by its kind and the value that is to blame."""
    return PydanticCustomError(kind, "{value}", {"value": str(value)})


def _exact(value: object) -> Decimal:
    """Take a number only when no digit can have been lost on the way from the file."""
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and PLAIN_NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    # 2.5 is the same number in binary and on paper, 0.1 is not
    if isinstance(value, float) and math.isfinite(value) and Decimal(value) == Decimal(repr(value)):
        return Decimal(repr(value))
    raise _wrong(INEXACT if isinstance(value, float) else NOT_A_NUMBER, value)


def _day(value: object) -> object:
    """Read a day from JSON, where it is text; YAML brings a date already."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise _wrong(NOT_A_DAY, value) from None
    return value


def _words(value: object) -> object:
    """Refuse what only looks empty: code 3.4 without quotes is a number in YAML."""
    if isinstance(value, int | float | date) and not isinstance(value, str):
        raise _wrong(UNQUOTED, value)
    return value


Words = Annotated[
    str, BeforeValidator(_words), StringConstraints(strip_whitespace=True, min_length=1)
]
Exact = Annotated[Decimal, BeforeValidator(_exact)]
Day = Annotated[date, BeforeValidator(_day)]
Language = Annotated[str, StringConstraints(pattern=PATTERN)]


class Edge(BaseModel):
    """Strict mapping: nothing is converted silently and nothing unknown is ignored."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class TextIn(Edge):
    """``{vi: ..., en: ..., <further language>: ...}``; both first ones are needed."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)
    __pydantic_extra__: dict[Language, Words]
    vi: Words
    en: Words

    def text(self) -> Text:
        """Return the sentence with its further languages."""
        return Text(self.vi, self.en, dict(self.__pydantic_extra__ or {}))
