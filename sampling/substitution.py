"""Who answers when the people a cell wants are not there.

Clause II.2.2b of the Bố Trạch plan: where there are not enough enterprises, citizens are asked
instead, in the same cell. ``plan_substitution`` says beforehand how many of each kind will
answer; a ``Substitution`` records one decision in the field, with its reason and who took it;
``mix_of_cell`` lays plan and decisions side by side, so that both kinds stay visible. The
target of the cell never moves and a shortfall that remains is a shortfall: nothing is scaled
up. Cells come from ``sampling.quotas``; what the change of kinds does to a score is said in
``analysis``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from questionnaires.model import Text
from sampling.arguments import RefusedError, require

TEXTS: Final = {
    "rule": "dòng phân bổ",
    "unit": "đơn vị",
    "planned_kind": "đối tượng theo kế hoạch",
    "actual_kind": "đối tượng trả lời thay",
    "reason": "lý do",
    "decided_by": "người quyết định",
}
"""Texts of a decision, and what they are called in Vietnamese."""


@dataclass(frozen=True, slots=True)
class SubstitutionPlan:
    """How the places of one cell are filled from two kinds of people.

    Attributes
    ----------
    planned_wanted, planned_top_up
        The mix the decision asks for: enterprises, citizens. [persons]
    wanted, top_up
        The mix there are people for. [persons]
    short
        Places nobody can fill. [persons]

    """

    planned_wanted: int
    planned_top_up: int
    wanted: int
    top_up: int
    short: int

    @property
    def target(self) -> int:
        """Places of the cell, filled or not. [persons]."""
        return self.planned_wanted + self.planned_top_up

    @property
    def substituted(self) -> int:
        """Places planned for the wanted kind that the other kind fills. [persons]."""
        return max(self.top_up - self.planned_top_up, 0)


@dataclass(frozen=True, slots=True)
class Substitution:
    """One decision to let another kind of people answer, inside one cell.

    Attributes
    ----------
    rule, unit
        Codes of the cell; the places never leave it.
    planned_kind, actual_kind
        Who should have answered, and who does.
    places
        How many of them, at least 1. [persons]
    reason
        Why, in the words of whoever decided.
    decided_by
        Who answers for it.

    Raises
    ------
    ValueError
        If the kinds are the same, no place is named, or a text is empty; all at once.

    """

    rule: str
    unit: str
    planned_kind: str
    actual_kind: str
    places: int
    reason: str
    decided_by: str

    def __post_init__(self) -> None:
        problems = [
            Text(f"{vi} còn trống", f"{name} is empty")
            for name, vi in TEXTS.items()
            if not getattr(self, name).strip()
        ]
        if self.places < 1:
            problems.append(
                Text("số chỗ phải từ 1 trở lên", f"places={self.places} is not at least 1")
            )
        if self.planned_kind == self.actual_kind:
            problems.append(
                Text(
                    f"“{self.planned_kind}” không thể thay cho chính mình",
                    f"“{self.planned_kind}” replaces itself",
                )
            )
        if problems:
            vi = "; ".join(problem.vi for problem in problems)
            en = "; ".join(problem.en for problem in problems)
            raise RefusedError(
                Text(
                    f"Thay người ở ô {self.rule}/{self.unit}: {vi}.",
                    f"substitution in {self.rule}/{self.unit}: {en}",
                )
            )


@dataclass(frozen=True, slots=True)
class KindCount:
    """One kind of people in one cell, as planned and as it came. [persons].

    ``given_up`` places went to other kinds, ``taken_over`` came from them.
    """

    kind: str
    planned: int
    given_up: int
    taken_over: int

    @property
    def actual(self) -> int:
        """People of this kind the cell now asks for. [persons]."""
        return self.planned - self.given_up + self.taken_over


def plan_substitution(
    wanted: int, top_up: int = 0, *, wanted_listed: int, top_up_listed: int | None = None
) -> SubstitutionPlan:
    """Fill a cell from the wanted kind of people, then from the kind that tops it up.

    With ``n = e + c`` places, ``E`` enterprises and ``C`` citizens on the lists:
    ``e' = min(e, E)``, ``c' = min(C, n - e')``, and ``n - e' - c'`` places stay empty.

    Parameters
    ----------
    wanted, top_up
        Places the plan gives to the wanted kind, and to the other kind anyway. [persons]
    wanted_listed
        People of the wanted kind there are. [persons]
    top_up_listed
        People of the other kind there are; None when there are always enough. [persons]

    Raises
    ------
    ValueError
        If a number is negative; every one that is, is named.

    """
    given = {
        "wanted": wanted,
        "top_up": top_up,
        "wanted_listed": wanted_listed,
        "top_up_listed": top_up_listed or 0,
    }
    negative = [f"{name}={number}" for name, number in given.items() if number < 0]
    require(
        (
            not negative,
            Text(
                "Số người không được âm.",
                f"people cannot be fewer than none: {', '.join(negative)}",
            ),
        )
    )
    target = wanted + top_up
    from_wanted = min(wanted, wanted_listed)
    rest = target - from_wanted
    from_top_up = rest if top_up_listed is None else min(rest, top_up_listed)
    return SubstitutionPlan(wanted, top_up, from_wanted, from_top_up, rest - from_top_up)


def mix_of_cell(
    planned: Mapping[str, int], substitutions: Iterable[Substitution]
) -> tuple[KindCount, ...]:
    """Lay the planned kinds of one cell beside the kinds that answer instead.

    Parameters
    ----------
    planned
        Places of each kind in the plan. [persons]
    substitutions
        Every decision taken about this cell, in any order.

    Returns
    -------
    tuple of KindCount
        Planned kinds in plan order, then kinds nobody planned by name; ``actual`` adds up to
        what ``planned`` adds up to.

    Raises
    ------
    ValueError
        If the decisions belong to more than one cell, or give up places the plan does not
        have.

    """
    decisions = tuple(substitutions)
    cells = sorted({(decision.rule, decision.unit) for decision in decisions})
    names = ", ".join(f"{rule}/{unit}" for rule, unit in cells)
    require(
        (
            len(cells) <= 1,
            Text(
                f"Chỗ của ô nào ở lại ô ấy; các quyết định này thuộc {names}.",
                f"places never leave their cell; these are about {names}",
            ),
        )
    )
    newcomers = sorted({decision.actual_kind for decision in decisions} - set(planned))
    counts = tuple(
        KindCount(
            kind=kind,
            planned=planned.get(kind, 0),
            given_up=sum(d.places for d in decisions if d.planned_kind == kind),
            taken_over=sum(d.places for d in decisions if d.actual_kind == kind),
        )
        for kind in (*planned, *newcomers)
    )
    problems = [
        Text(
            f"{count.given_up} trong {count.planned} chỗ của “{count.kind}”",
            f"{count.given_up} of {count.planned} places of “{count.kind}”",
        )
        for count in counts
        if count.given_up > count.planned
    ]
    problems += [
        Text(
            f"{d.places} chỗ của “{d.planned_kind}” mà kế hoạch không có",
            f"{d.places} places of “{d.planned_kind}”, which the plan does not ask for",
        )
        for d in decisions
        if d.planned_kind not in planned and d.planned_kind not in newcomers
    ]
    vi, en = ("; ".join(getattr(p, language) for p in problems) for language in ("vi", "en"))
    require((not problems, Text(f"Các quyết định nhường {vi}.", f"decisions give up {en}")))
    return counts
