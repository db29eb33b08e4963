"""What a computation of the index returns, and how it is kept.

An ``IndexResult`` holds everything a number can be walked back to: unit, component,
criterion, group, question, counts; with the publish state beside every figure that could
point at a person. It is complete and therefore restricted; what everyone may see is cut out
of it by ``analysis.tables``. ``to_dict`` and ``from_dict`` keep it as JSON without loss
(decimals are text), so that a frozen run reads back as it was. It is made by
``analysis.compute``.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import cache, cached_property
from typing import Any

from analysis.index import LeafState, Missing
from analysis.publish import Published
from questionnaires.model import CriteriaSet, GroupWeights, Settings, Text


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """The answers of one group to one question; ``mean`` in percent of full marks.

    ``counts`` has every choice of the scale and ``9``, ``.``, ``/`` (no opinion, blank,
    unreadable); ``valid`` are those that earn a percent. [answers]
    """

    question: str
    counts: Mapping[str, int]
    valid: int
    mean: Decimal | None


@dataclass(frozen=True, slots=True)
class GroupResult:
    """One group's part in a survey criterion. ``published`` is its mean for everyone.

    ``people`` gave a valid answer [persons], ``weight`` is the share in the criterion
    [0-1], ``mean`` in percent of full marks.
    """

    rule: str
    form: str
    people: int
    weight: Decimal
    mean: Decimal | None
    published: Published
    questions: tuple[QuestionResult, ...]


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One leaf of one unit.

    Attributes
    ----------
    points
        As they were added: rounded where the campaign rounds criteria; None when missing or
        excluded. [points]
    max_points
        Of the criterion. [points]
    round
        Step of the appraisal the points come from; empty for survey points.
    published
        The points for everyone.
    weighting
        How the groups were joined; None for a leaf that is not surveyed.
    groups, without_answers
        Empty for a leaf that is not surveyed; see ``analysis.scores.SurveyScore``.
    alternatives
        Points under the weightings that are not official; restricted, because together with
        the official points they give small groups away. [points]

    """

    code: str
    state: LeafState
    points: Decimal | None
    max_points: Decimal
    round: str
    published: Published
    weighting: GroupWeights | None = None
    groups: tuple[GroupResult, ...] = ()
    alternatives: Mapping[str, Decimal | None] | None = None
    without_answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComponentResult:
    """One component of one unit.

    ``index`` is printed, ``index_unrounded`` is not [percent]; ``max_points`` is the
    applicable maximum [points]; ``published`` is the printed index for everyone.
    """

    code: str
    points: Decimal | None
    max_points: Decimal
    index: Decimal | None
    index_unrounded: Decimal | None
    published: Published


@dataclass(frozen=True, slots=True)
class UnitResult:
    """One unit.

    Attributes
    ----------
    points, max_points
        Sum of the leaves and applicable maximum. [points]
    points_by_source
        Sum of the leaves by source (``self``, ``survey``, ``imported``); None while one of
        them is missing. [points]
    adjustment
        Bonus and penalty. [percentage points]
    index, index_unrounded
        Printed, and before rounding; None when a leaf is missing and was not rescaled.
        [percent]
    rank, band
        Among the units of its kind; None without an index.
    missing
        Leaves without points, also when they were rescaled away.
    hidden
        Figures of this unit that are not for everyone: codes of criteria and components,
        and ``source:survey`` and the like for sums by source.

    """

    code: str
    name: str
    kind: str
    criteria: tuple[CriterionResult, ...]
    components: tuple[ComponentResult, ...]
    points: Decimal | None
    max_points: Decimal
    points_by_source: Mapping[str, Decimal | None]
    adjustment: Decimal
    index: Decimal | None
    index_unrounded: Decimal | None
    rank: int | None
    band: str | None
    missing: tuple[str, ...]
    hidden: tuple[str, ...] = ()

    def criterion(self, code: str) -> CriterionResult:
        """One leaf by code."""
        return next(leaf for leaf in self.criteria if leaf.code == code)

    def component(self, code: str) -> ComponentResult:
        """One component by code."""
        return next(component for component in self.components if component.code == code)


@dataclass(frozen=True, slots=True)
class SatisfactionResult:
    """Satisfaction with one unit on one form, both definitions. [percent].

    ``published`` says of each definition what everyone may see (a share is a distribution
    and needs more people than a mean); ``people`` [persons], ``valid`` [answers].
    """

    unit: str
    form: str
    people: int
    valid: int
    top2_share: Decimal | None
    mean_percent: Decimal | None
    published: Mapping[str, Published]
    """By name of the definition: ``top2_share`` and ``mean_percent``."""


@dataclass(frozen=True, slots=True)
class BallotCount:
    """Ballots of one unit, rule and status; ``not_met`` is a status of its own. [ballots]."""

    unit: str
    rule: str
    status: str
    n: int


@dataclass(frozen=True)
class IndexResult:
    """A whole computation: every unit, every setting, every warning.

    ``criteria`` are the sets used, by kind of unit; ``sample`` says that the campaign is a
    demonstration.
    """

    campaign: str
    title: str
    year: int
    sample: bool
    settings: Settings
    missing: Missing
    criteria: Mapping[str, CriteriaSet]
    units: tuple[UnitResult, ...]
    satisfaction: tuple[SatisfactionResult, ...]
    ballots: tuple[BallotCount, ...]
    warnings: tuple[Text, ...]

    @cached_property
    def unit_by_code(self) -> Mapping[str, UnitResult]:
        """Units by their printed code."""
        return {unit.code: unit for unit in self.units}

    def units_of(self, kind: str) -> tuple[UnitResult, ...]:
        """Units of one kind, in plan order."""
        return tuple(unit for unit in self.units if unit.kind == kind)

    def to_dict(self) -> dict[str, Any]:
        """Write everything as JSON types; decimals become text."""
        encoded: dict[str, Any] = _encoded(self)
        return encoded

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> IndexResult:
        """Read what ``to_dict`` wrote; the two are equal."""
        result: IndexResult = _decoded(cls, data)
        return result


def _encoded(value: Any) -> Any:  # noqa: ANN401  JSON is untyped by nature
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if is_dataclass(value):
        cls: Any = type(value)
        return {name: _encoded(getattr(value, name)) for name in _types(cls)}
    if isinstance(value, Mapping):
        return {str(key): _encoded(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_encoded(item) for item in value]
    return value


@cache
def _types(cls: Any) -> dict[str, Any]:  # noqa: ANN401  dataclasses have no type of their own
    hints = typing.get_type_hints(cls)
    return {item.name: hints[item.name] for item in fields(cls)}


def _decoded(cls: Any, data: Mapping[str, Any]) -> Any:  # noqa: ANN401  see _types
    return cls(**{name: _read(hint, data[name]) for name, hint in _types(cls).items()})


def _read(hint: Any, value: Any) -> Any:  # noqa: ANN401  JSON is untyped by nature
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if value is None:
        return None
    if origin in {typing.Union, types.UnionType}:
        return _read(next(a for a in arguments if a is not type(None)), value)
    if origin is tuple:
        return tuple(_read(arguments[0], item) for item in value)
    if origin is not None:
        return {key: _read(arguments[1], item) for key, item in value.items()}
    if is_dataclass(hint):
        return _decoded(hint, value)
    return hint(value) if issubclass(hint, (Decimal, Enum)) else value
