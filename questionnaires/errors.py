"""A mistake in a definition says where it is, what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong in one place.

    >>> print(Mistake("ch1.yaml", "Q05", "hai phương án cùng mã '4'", "cho mỗi phương án một mã"))
    ch1.yaml: Q05: hai phương án cùng mã '4'. Cách sửa: cho mỗi phương án một mã.
    """

    path: str
    where: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: {self.where}: {self.problem}. Cách sửa: {self.remedy}."


class DefinitionError(ValueError):
    """One or more definition files are wrong; carries every mistake, not the first."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)
