"""From points to components, the index, ranks and bands.

A unit's leaves (appraised, surveyed, imported) are added up the criteria tree: component
index = points / applicable maximum × 100, index = Σ points / Σ applicable maximum × 100,
bonus and penalty after, capped. Arithmetic is exact (``Fraction``) until it is printed, and
``None`` is never 0: a missing leaf is refused or rescaled by a stated rule. Points come
from ``analysis.scores`` and from the appraisal; ``analysis.compute`` puts both together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from analysis.rounding import Exact, half_up, total
from questionnaires.model import Band, CriteriaSet, NotApplicable

TIE: Final = Fraction(1, 10**9)
"""Unrounded values closer than this share a rank."""


class Missing(StrEnum):
    """What happens to a unit with a leaf that has no points."""

    REFUSE = "refuse"
    """It has no index, and the list of what is missing."""
    RESCALE = "rescale"
    """The leaf leaves both sums, and the result says so."""


class LeafState(StrEnum):
    """How a leaf enters the sums."""

    SCORED = "scored"
    FULL = "full"
    """Not applicable, and the policy grants the maximum."""
    EXCLUDED = "excluded"
    """Not applicable, and out of both sums."""
    MISSING = "missing"
    """Without points."""
    RESCALED = "rescaled"
    """Without points, and out of both sums because the run was told so."""


@dataclass(frozen=True, slots=True)
class LeafPoints:
    """One leaf of one unit. ``points`` is None unless it is in the sums. [points]."""

    code: str
    points: Exact | None
    max_points: Decimal
    state: LeafState

    @property
    def in_sums(self) -> bool:
        """Whether it counts, above and below the line."""
        return self.state is LeafState.SCORED or self.state is LeafState.FULL


@dataclass(frozen=True, slots=True)
class Sum:
    """A branch of the tree, or the whole of it.

    Attributes
    ----------
    points, max_points
        Reached, and applicable maximum; points are None when a leaf is missing. [points]
    percent
        Points over maximum; None when points are, or when nothing applies. [0-100]

    """

    points: Fraction | None
    max_points: Decimal

    @property
    def percent(self) -> Fraction | None:
        """Index of the branch."""
        if self.points is None or not self.max_points:
            return None
        above, below = self.max_points.as_integer_ratio()
        return Fraction(100 * self.points.numerator * below, self.points.denominator * above)


@dataclass(frozen=True, slots=True)
class UnitSums:
    """The tree of one unit added up.

    Attributes
    ----------
    leaves
        In printed order.
    components
        By code of the component.
    total
        All leaves; its percent is the index before bonus and penalty.
    index
        After bonus and penalty, kept within 0 and the cap. [percent]
    missing
        Codes of the leaves without points, also when they were rescaled away.

    """

    leaves: tuple[LeafPoints, ...]
    components: Mapping[str, Sum]
    total: Sum
    index: Fraction | None
    missing: tuple[str, ...]


def add_up(
    criteria: CriteriaSet,
    points: Mapping[str, Exact | None],
    *,
    not_applicable: Iterable[str] = (),
    missing: Missing = Missing.REFUSE,
    adjustment: Decimal = Decimal(0),
    cap: Decimal | None = Decimal(100),
) -> UnitSums:
    """Add the leaves of one unit up the criteria tree.

    Parameters
    ----------
    criteria
        The tree with maxima and the not-applicable policy of each leaf.
    points
        Leaf code -> points, already rounded where the campaign says so; a leaf that is left
        out or None is missing. [points]
    not_applicable
        Codes of criteria declared not applicable; a branch stands for all its leaves.
    missing
        What to do about leaves without points.
    adjustment
        Bonus (positive) and penalty (negative), after the sum. [percentage points]
    cap
        Ceiling of the index, or None. [percent]

    Raises
    ------
    ValueError
        If a code is unknown, points lie outside 0 and the maximum, or a criterion that
        always applies is declared not applicable; names every one.

    """
    dropped = _leaves_under(criteria, not_applicable)
    _check(criteria, points, dropped)
    leaves = tuple(
        _leaf(code, criteria, points.get(code), missing, dropped=code in dropped)
        for code in (leaf.code for leaf in criteria.leaves)
    )
    whole = _sum(leaves)
    index = whole.percent
    if index is not None:
        index = max(index + Fraction(adjustment), Fraction(0))
        index = index if cap is None else min(index, Fraction(cap))
    branches: dict[str, list[LeafPoints]] = {part.code: [] for part in criteria.components}
    for leaf in leaves:
        branches[criteria.component_of(leaf.code).code].append(leaf)
    return UnitSums(
        leaves=leaves,
        components={code: _sum(branch) for code, branch in branches.items()},
        total=whole,
        index=index,
        missing=tuple(
            leaf.code for leaf in leaves if leaf.state in {LeafState.MISSING, LeafState.RESCALED}
        ),
    )


def rank(values: Mapping[str, Exact | None], *, ties: str = "min") -> dict[str, int | None]:
    """Rank units by value, the largest first.

    Parameters
    ----------
    values
        Unit -> value; None has no rank and moves nobody else's.
    ties
        ``min`` ranks 1, 2, 2, 4 and ``dense`` 1, 2, 2, 3. Values are equal when they differ
        by less than 1e-9 from the best of their rank.

    """
    ordered = sorted(
        ((Fraction(value), unit) for unit, value in values.items() if value is not None),
        key=lambda pair: -pair[0],
    )
    ranks: dict[str, int | None] = dict.fromkeys(values)
    current, best = 0, None
    for place, (value, unit) in enumerate(ordered, start=1):
        if best is None or best - value >= TIE:
            current, best = (current + 1 if ties == "dense" else place), value
        ranks[unit] = current
    return ranks


def band_of(value: Exact | None, bands: Sequence[Band]) -> str | None:
    """Label of the highest band the value reaches; None without a value or a band."""
    if value is None:
        return None
    reached = [band for band in bands if Fraction(value) >= Fraction(band.minimum)]
    return max(reached, key=lambda band: band.minimum).label if reached else None


def shares_of(counts: Mapping[str, int], decimals: int = 2) -> dict[str, Decimal]:
    """Percent of each count in their sum, each rounded half up by itself.

    The printed shares need not add up to 100; a total row is computed from the counts and
    never by adding printed shares. Without any count every share is 0.
    """
    whole = sum(counts.values()) or 1
    return {label: half_up(Fraction(100 * n, whole), decimals) for label, n in counts.items()}


def _leaf(
    code: str,
    criteria: CriteriaSet,
    points: Exact | None,
    missing: Missing,
    *,
    dropped: bool,
) -> LeafPoints:
    criterion = criteria.by_code[code]
    maximum = criterion.max_points
    if dropped and criterion.not_applicable is NotApplicable.FULL:
        return LeafPoints(code, maximum, maximum, LeafState.FULL)
    if dropped:
        return LeafPoints(code, None, maximum, LeafState.EXCLUDED)
    if points is None:
        rescale = missing is Missing.RESCALE
        return LeafPoints(code, None, maximum, LeafState.RESCALED if rescale else LeafState.MISSING)
    return LeafPoints(code, points, maximum, LeafState.SCORED)


def _sum(leaves: Iterable[LeafPoints]) -> Sum:
    leaves = list(leaves)
    states = [leaf.state for leaf in leaves]
    maximum = sum(
        [x.max_points for x in leaves if x.in_sums or x.state is LeafState.MISSING], Decimal(0)
    )
    if LeafState.MISSING in states:
        return Sum(None, maximum)
    return Sum(total([leaf.points for leaf in leaves if leaf.points is not None]), maximum)


def _leaves_under(criteria: CriteriaSet, codes: Iterable[str]) -> frozenset[str]:
    declared = set(codes)
    if unknown := sorted(declared - set(criteria.by_code)):
        msg = f"not-applicable criteria that are not in {criteria.code}: {', '.join(unknown)}"
        raise ValueError(msg)
    return frozenset(
        leaf.code
        for leaf in criteria.leaves
        if declared and any(node.code in declared for node in criteria.ancestry(leaf.code))
    )


def _check(
    criteria: CriteriaSet,
    points: Mapping[str, Exact | None],
    dropped: frozenset[str],
) -> None:
    leaves = {leaf.code: leaf for leaf in criteria.leaves}
    mistakes = [f"{code} is no leaf of {criteria.code}" for code in points if code not in leaves]
    mistakes += [
        f"{code} has {value} points, outside 0 to {leaves[code].max_points}"
        for code, value in points.items()
        if value is not None and code in leaves and not 0 <= value <= leaves[code].max_points
    ]
    mistakes += [
        f"{code} always applies and cannot be declared not applicable"
        for code in sorted(dropped)
        if leaves[code].not_applicable is NotApplicable.REFUSE
    ]
    if mistakes:
        raise ValueError("; ".join(mistakes))
