"""Which figures of a unit are kept back when a criterion rests on too few people.

Points of such a criterion are a mean of those few. They are hidden, and so are enough of
their neighbours that no published sum (a component, a sum by source, the index) gives them
away. Group means inside a criterion are judged by ``analysis.publish``; ``analysis.assess``
asks both.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from analysis.publish import Published, PublishState, Reason, hide_points
from questionnaires.model import CriteriaSet, Source

SOURCE: Final = "source:"
"""Prefix of the names of sums by source among the figures of a unit."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Figures of a unit that are not shown: those at risk, and those that give them away."""

    sensitive: frozenset[str]
    hidden: frozenset[str]

    def publish(self, code: str, value: Decimal | None) -> Published:
        """Return a figure as everyone may see it."""
        if code not in self.hidden:
            return Published(value, PublishState.PUBLISHED)
        reason = Reason.SMALL if code in self.sensitive else Reason.COMPLEMENTARY
        return Published(None, PublishState.SUPPRESSED, reason)


@dataclass(frozen=True, slots=True)
class Tree:
    """The parts of a criteria set that decide which figure gives which away; hashable.

    Attributes
    ----------
    nodes
        Every criterion and every source, with the leaves it adds up.
    order
        The same names, those to be given up first at the front: appraised leaves, surveyed
        ones, components, sources; within each, the smallest maximum first.
    component
        Criterion -> its component.

    """

    nodes: tuple[tuple[str, frozenset[str]], ...]
    order: tuple[str, ...]
    component: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, criteria: CriteriaSet) -> Tree:
        """Take the shape of a criteria set."""
        leaves = {leaf.code: leaf for leaf in criteria.leaves}
        below: dict[str, set[str]] = {}
        for code in leaves:
            for node in criteria.ancestry(code):
                below.setdefault(node.code, set()).add(code)
        for source in Source:
            if codes := {leaf.code for leaf in criteria.leaves_from(source)}:
                below[f"{SOURCE}{source}"] = codes

        def cost(name: str) -> tuple[int, Decimal]:
            if name not in leaves:
                return (3 if name.startswith(SOURCE) else 2), Decimal(len(below[name]))
            leaf = leaves[name]
            return (1 if leaf.source is Source.SURVEY else 0), leaf.max_points

        return cls(
            nodes=tuple((name, frozenset(codes)) for name, codes in below.items()),
            order=tuple(sorted(below, key=cost)),
            component=tuple(
                (node.code, criteria.component_of(node.code).code) for node in criteria.criteria
            ),
        )


@lru_cache(maxsize=512)
def hidden_figures(tree: Tree, scored: frozenset[str], sensitive: frozenset[str]) -> frozenset[str]:
    """Choose what to hide around sensitive leaves of one unit.

    Figures of the same component are given up first. Only the index itself is always
    shown. Units of one kind mostly share one pattern, so the answer is remembered.

    Parameters
    ----------
    tree
        Shape of the criteria set.
    scored
        Leaves whose points nobody knows beforehand: neither missing nor not applicable.
    sensitive
        Those of them that must not be known.

    """
    component = dict(tree.component)
    touched = {component[code] for code in sensitive}
    nodes = {name: codes & scored for name, codes in tree.nodes if codes & scored}
    order = sorted(
        (name for name in tree.order if name in nodes),
        key=lambda name: component.get(name) not in touched,
    )
    return hide_points(sensitive, nodes, [scored], order)
