"""What a criteria file may contain: from YAML to ``CriteriaSet``."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import (
    Field,
)

from questionnaires.model import (
    Band,
    CriteriaSet,
    Criterion,
    NotApplicable,
    Source,
)
from questionnaires.schema_edge import Edge, Exact, TextIn, Words


class BandIn(Edge):
    """A class of results."""

    label: Words
    minimum: Exact

    def value(self) -> Band:
        """Return the band."""
        return Band(self.label, self.minimum)


class CriterionIn(Edge):
    """One node of the tree; a branch may leave ``max_points`` out."""

    code: Words
    title: TextIn
    parent: Words | None = None
    max_points: Exact | None = None
    source: Annotated[Source | None, Field(strict=False)] = None
    not_applicable: Annotated[NotApplicable, Field(strict=False)] = NotApplicable.REFUSE
    owner: str = ""
    group_weights: dict[Words, Exact] = Field(default_factory=dict)

    def value(self, below: Decimal) -> Criterion:
        """Return the criterion; ``below`` is what its children add up to, in points."""
        return Criterion(
            code=self.code,
            title=self.title.text(),
            parent=self.parent,
            max_points=below if self.max_points is None else self.max_points,
            source=self.source,
            not_applicable=self.not_applicable,
            owner=self.owner.strip(),
            group_weights=dict(self.group_weights),
        )


class CriteriaSetIn(Edge):
    """A tree of criteria; every parent stands before its children, as on paper."""

    code: Words
    title: TextIn
    unit_kind: Words
    max_points: Exact | None = None
    criteria: list[CriterionIn]
    bands: list[BandIn]
    sample: bool = True

    def value(self) -> CriteriaSet:
        """Return the set; branches without points of their own get the sum below them."""
        below: dict[str | None, Decimal] = {}
        criteria = []
        for row in reversed(self.criteria):  # children first
            criterion = row.value(below.get(row.code, Decimal(0)))
            below[row.parent] = below.get(row.parent, Decimal(0)) + criterion.max_points
            criteria.append(criterion)
        return CriteriaSet(
            code=self.code,
            title=self.title.text(),
            unit_kind=self.unit_kind,
            criteria=tuple(reversed(criteria)),
            bands=tuple(band.value() for band in self.bands),
            sample=self.sample,
        )
