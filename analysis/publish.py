"""What may be shown, so that nobody can ask who said what (design, promise 4).

A mean needs ``k_mean`` people and a distribution ``k_distribution``; fewer are merged within
their form, or suppressed. A suppressed mean must not follow from what is shown: criterion
points and their weights are published, so they are a margin, and when one unknown mean is
left in it a second group is hidden too. In the same way the points of a criterion that rest
on fewer than ``k_mean`` people are hidden, and enough of their neighbours that no published
sum gives them away. The official score always uses the hidden numbers; hiding concerns
showing only. ``analysis.tables`` applies these states; no page decides for itself.

References
----------
Hundepool et al. (2012), *Statistical Disclosure Control*, ch. 4 (cell suppression).

"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from analysis.rounding import nearly_exact, on_one_denominator, total
from questionnaires.model import Text

K_ALIKE: Final = 10
"""People a group needs before it may be shown that all of them answered alike. [persons]."""

NOTHING: Final = Fraction(0)

SAME_DIRECTION: Final = 1e-9
"""Relative length below which the rest of a projection is rounding noise."""


class PublishState(StrEnum):
    """Whether a number may be shown to everyone."""

    PUBLISHED = "published"
    MERGED = "merged"
    SUPPRESSED = "suppressed"


class Reason(StrEnum):
    """Why a number is merged, suppressed or empty."""

    NONE = ""
    NO_ANSWERS = "no_answers"
    SMALL = "small"
    ALIKE = "alike"
    MERGED = "merged"
    COMPLEMENTARY = "complementary"

    @property
    def text(self) -> Text:
        """The reason for a reader."""
        return REASONS[self]


REASONS: Final[Mapping[Reason, Text]] = {
    Reason.NONE: Text("", ""),
    Reason.NO_ANSWERS: Text("Không có câu trả lời hợp lệ", "No valid answer"),
    Reason.SMALL: Text(
        "Không công bố vì có quá ít người trả lời", "Not published: too few people answered"
    ),
    Reason.ALIKE: Text(
        "Không công bố vì mọi người trong nhóm nhỏ này trả lời giống nhau",
        "Not published: everybody in this small group answered alike",
    ),
    Reason.MERGED: Text(
        "Gộp các nhóm cùng mẫu phiếu vì có nhóm quá ít người",
        "Groups of one form are joined because one of them is too small",
    ),
    Reason.COMPLEMENTARY: Text(
        "Không công bố để không suy ra được số liệu của nhóm nhỏ",
        "Not published, so that the figure of a small group cannot be worked out",
    ),
}


@dataclass(frozen=True, slots=True)
class Published:
    """A number as everyone may see it.

    Attributes
    ----------
    value
        None when it is suppressed or there is none.
    state, reason
        Never to be left out beside the value.
    members
        Codes of the groups the value speaks for, more than one when merged.

    """

    value: Decimal | None
    state: PublishState
    reason: Reason = Reason.NONE
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupCell:
    """One group in the breakdown of a criterion, as ``protect_groups`` needs it.

    Attributes
    ----------
    people
        With a valid answer. [persons]
    mean
        None without a valid answer. [0-100]
    weight
        In the published criterion points, up to a factor common to the criterion.
    alike
        Whether every question has all its valid answers on one choice; asked only below
        ``K_ALIKE`` people.

    """

    rule: str
    form: str
    people: int
    mean: Fraction | None
    weight: int
    alike: bool

    def unsafe(self, k_mean: int, k_alike: int) -> Reason:
        """Why the mean may not be shown by itself; false where it may."""
        if self.people < k_mean:
            return Reason.SMALL
        return Reason.ALIKE if self.people < k_alike and self.alike else Reason.NONE


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The groups of a criterion as everyone may see them.

    Attributes
    ----------
    groups
        Rule code -> its published mean; merged rules share one.
    exposed
        True when the criterion points alone give a suppressed mean away, because no other
        group has a part in them: then the points must be hidden themselves.

    """

    groups: Mapping[str, Published]
    exposed: bool


@dataclass(frozen=True, slots=True)
class _Entity:
    """Groups of one form shown as one."""

    cells: tuple[GroupCell, ...]
    members: tuple[str, ...]
    people: int
    weight: int

    @classmethod
    def of(cls, *cells: GroupCell) -> _Entity:
        if len(cells) == 1:
            (cell,) = cells
            return cls(cells, (cell.rule,), cell.people, cell.weight)
        weight = sum(cell.weight for cell in cells)
        return cls(
            cells,
            tuple(cell.rule for cell in cells),
            # Members without weight are not in this mean and hide nobody in it.
            sum(cell.people for cell in cells if cell.weight or not weight),
            weight,
        )

    @property
    def mean(self) -> Fraction:
        """Mean of the members.

        Weighted as in the criterion points: any other mean of the members would be a second
        equation about them, and two equations give two small groups away.
        """
        weights = [cell.weight if self.weight else cell.people for cell in self.cells]
        means, per = on_one_denominator(
            [(c.mean or NOTHING).as_integer_ratio() for c in self.cells]
        )
        return Fraction(
            sum([w * m for w, m in zip(weights, means, strict=True)]), per * sum(weights)
        )

    def unsafe(self, k_mean: int, k_alike: int) -> Reason:
        if self.people < k_mean:
            return Reason.SMALL
        if self.people < k_alike and all(cell.alike for cell in self.cells):
            return Reason.ALIKE
        return Reason.NONE


def protect_groups(
    cells: Iterable[GroupCell],
    *,
    k_mean: int,
    k_alike: int = K_ALIKE,
    keep: frozenset[str] = frozenset(),
) -> Breakdown:
    """Decide which group means of one criterion and unit may be shown beside its points.

    Small groups are first merged with the next larger group of their form. What is still
    too small is suppressed, and if the published points would then leave a single unknown
    mean, or only means of exactly 0 or 100, the next smallest group is suppressed as well.

    Parameters
    ----------
    cells
        Every group of the criterion.
    k_mean, k_alike
        People a mean needs; people a group of one mind needs. [persons]
    keep
        Rules whose means are published elsewhere (satisfaction); they hide nothing, so they
        are taken as cover only when nothing else is left.

    """
    cells = list(cells)
    if not any(cell.unsafe(k_mean, k_alike) for cell in cells):
        return Breakdown({cell.rule: _open(cell) for cell in cells}, exposed=False)
    silent = {
        cell.rule: Published(None, PublishState.PUBLISHED, Reason.NO_ANSWERS, (cell.rule,))
        for cell in cells
        if cell.mean is None
    }
    entities = _merge([cell for cell in cells if cell.mean is not None], k_mean, k_alike)
    reasons = {entity.members: entity.unsafe(k_mean, k_alike) for entity in entities}
    cover = sorted(
        (e for e in entities if not reasons[e.members] and e.weight > 0),
        key=lambda e: (not keep.isdisjoint(e.members), e.people, e.members),
    )
    unknown = [e for e in entities if reasons[e.members] and e.weight > 0]
    while unknown and _given_away(unknown) and cover:
        unknown.append(cover.pop(0))
        reasons[unknown[-1].members] = Reason.COMPLEMENTARY
    shown = {
        rule: published
        for entity in entities
        for published in (_shown(entity, reasons[entity.members]),)
        for rule in entity.members
    }
    return Breakdown(
        {cell.rule: (silent | shown)[cell.rule] for cell in cells}, exposed=len(unknown) == 1
    )


def _merge(cells: Sequence[GroupCell], k_mean: int, k_alike: int) -> list[_Entity]:
    merged: list[_Entity] = []
    for form in dict.fromkeys([cell.form for cell in cells]):
        entities = [_Entity.of(cell) for cell in cells if cell.form == form]
        while len(entities) > 1:
            entities.sort(key=lambda entity: (entity.people, entity.members))
            small = next((e for e in entities if e.unsafe(k_mean, k_alike)), None)
            if small is None:
                break
            entities.remove(small)
            entities[0] = _Entity.of(*entities[0].cells, *small.cells)
        merged += entities
    return merged


def _given_away(unknown: Sequence[_Entity]) -> bool:
    """Whether the sum of the unknown means, which everyone can compute, says each of them."""
    if len(unknown) == 1:
        return True
    weight = sum(entity.weight for entity in unknown)
    return total(entity.weight * entity.mean for entity in unknown) in {0, 100 * weight}


def _shown(entity: _Entity, reason: Reason) -> Published:
    if reason:
        return Published(None, PublishState.SUPPRESSED, reason, entity.members)
    if len(entity.cells) == 1:
        return _open(entity.cells[0])
    return Published(nearly_exact(entity.mean), PublishState.MERGED, Reason.MERGED, entity.members)


def _open(cell: GroupCell) -> Published:
    mean = None if cell.mean is None else nearly_exact(cell.mean)
    return Published(mean, PublishState.PUBLISHED, Reason.NONE, (cell.rule,))


def determined(
    unknown: npt.NDArray[np.float64], known: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Say which linear functions follow from known ones.

    Parameters
    ----------
    unknown : (m, n) array
        Functions of n numbers an attacker wants, one per row.
    known : (k, n) array
        Functions whose values are published.

    Returns
    -------
    (m,) ndarray of bool
        True where a row of ``unknown`` lies in the span of ``known``.

    """
    if not known.size:
        return np.zeros(len(unknown), dtype=bool)
    _, sizes, directions = np.linalg.svd(known, full_matrices=False)
    span = directions[sizes > sizes.max(initial=0) * max(known.shape) * np.finfo(float).eps]
    rest = unknown - (unknown @ span.T) @ span
    inside: npt.NDArray[np.bool_] = np.linalg.norm(rest, axis=1) < SAME_DIRECTION * np.linalg.norm(
        unknown, axis=1
    )
    return inside


def hide_points(
    sensitive: Iterable[str],
    nodes: Mapping[str, frozenset[str]],
    margins: Iterable[frozenset[str]],
    order: Sequence[str],
) -> frozenset[str]:
    """Choose which figures of a unit must be hidden so that no sensitive leaf follows.

    Parameters
    ----------
    sensitive
        Leaves whose points may not be known.
    nodes
        Every figure that could be shown -> the leaves it adds up; a leaf has itself.
    margins
        Sums that are always shown (the index), as sets of leaves.
    order
        Names of figures in the order in which they are given up.

    Returns
    -------
    frozenset of str
        The sensitive leaves and the figures hidden for their sake. A leaf that follows from
        the margins alone stays in it, though it cannot be protected.

    """
    targets = sorted(sensitive)
    if not targets:
        return frozenset()
    margins = list(margins)

    def follows(hidden: set[str]) -> bool:
        # Leaves that are shown can be taken off every sum: only the hidden ones are unknown.
        unknown = sorted(leaf for leaf in nodes if leaf in hidden and nodes[leaf] == {leaf})
        sums = {members & hidden for name, members in nodes.items() if name not in hidden}
        sums |= {members & hidden for members in margins}
        known = [[float(leaf in members) for leaf in unknown] for members in sums if members]
        wanted = [[float(leaf == target) for leaf in unknown] for target in targets]
        return bool(determined(np.array(wanted), np.array(known)).any())

    hidden = set(targets)
    given_up: list[str] = []
    for name in order:
        if not follows(hidden):
            break
        if name not in hidden:
            given_up.append(name)
            hidden.add(name)
    for name in reversed(given_up):
        if not follows(hidden - {name}):
            hidden.remove(name)
    return frozenset(hidden)
