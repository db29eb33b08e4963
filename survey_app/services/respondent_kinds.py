"""Who answered, by their own word: enterprises, producers, citizens.

The plan names a group, a decision in the field may let another one in
(``services.substitutions``); who came in the end is what people ticked about themselves. It is
counted from the ballots and never from the lists of names. Promise 4 holds: nothing is told
while ballots come in, nothing of rules that are asked no profile, and a cell with fewer than
``k_distribution`` people is not broken down, nor a total that would give such cells away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from questionnaires.model import Design, Question, Text
from survey_app.extensions import db
from survey_app.models import Ballot, Campaign, QuotaCell, QuotaRule, State, Unit
from survey_app.services.definitions import definition_of, rule_form
from survey_app.services.plans import plan_of

KIND_SCALE: Final = "TYPE"
"""Scale of the profile question that asks in what capacity somebody answers."""

STILL_OPEN: Final = (State.DRAFT, State.PLANNED, State.COLLECTING)

NO_ANSWER: Final = ""
"""Stands for those who ticked nothing."""


@dataclass(frozen=True, slots=True)
class UnitKinds:
    """People of one cell by kind; ``counts`` is None where they are too few. [persons]."""

    unit: Unit
    people: int
    counts: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class RuleKinds:
    """People of one rule by kind.

    Attributes
    ----------
    rule
        Line of the plan.
    labels
        Code of the choice -> label, in printed order; the empty code ticked nothing.
    units
        Its cells in plan order; empty where the same people rate all units.
    people
        All of them, told or not. [persons]
    total
        Over all cells; None where it would give a small cell away. [persons]

    """

    rule: QuotaRule
    labels: Mapping[str, Text]
    units: tuple[UnitKinds, ...]
    people: int
    total: Mapping[str, int] | None


def kinds_of(campaign: Campaign) -> tuple[RuleKinds, ...]:
    """Count who answered, for each rule that asks; nothing before collection is closed."""
    if campaign.state in STILL_OPEN:
        return ()
    enough = definition_of(campaign).settings.k_distribution
    found = []
    for rule in plan_of(campaign).rules:
        question = _kind_question(campaign, rule)
        if question is not None and question.scale is not None:
            labels = {one.code: one.label for one in question.scale.choices}
            labels[NO_ANSWER] = Text("Không trả lời câu này", "Left the question empty")
            found.append(_rule_kinds(rule, labels, _counts(rule, question), enough))
    return tuple(kinds for kinds in found if kinds.people)


def _kind_question(campaign: Campaign, rule: QuotaRule) -> Question | None:
    """Return the question about the kind of respondent, where the rule may ask it."""
    asked = rule_form(campaign, rule).profile_questions
    return next((one for one in asked if one.scale and one.scale.code == KIND_SCALE), None)


def _counts(rule: QuotaRule, question: Question) -> dict[Unit, Counter[str]]:
    """Count every form that came back from somebody who knows the unit, by cell and tick."""
    ticked = Ballot.answers[question.code].as_string()
    each = (
        select(Ballot.cell_id.label("cell_id"), func.coalesce(ticked, NO_ANSWER).label("ticked"))
        .join(QuotaCell, Ballot.cell_id == QuotaCell.id)
        .where(QuotaCell.rule_id == rule.id, Ballot.met)
        .subquery()
    )
    if rule.design is Design.CROSS:  # the profile stands with one ballot of each person
        each = select(each).where(each.c.ticked != NO_ANSWER).subquery()
    rows = db.session.execute(
        select(each.c.cell_id, each.c.ticked, func.count()).group_by(each.c.cell_id, each.c.ticked)
    )
    cells = (
        select(QuotaCell.id, Unit)
        .join(Unit, QuotaCell.unit_id == Unit.id)
        .where(QuotaCell.rule_id == rule.id)
        .order_by(Unit.position)
    )
    units: dict[int, Unit] = dict(db.session.execute(cells).all())
    known = {one.code for one in question.scale.choices} if question.scale else set()
    counts: dict[Unit, Counter[str]] = {unit: Counter() for unit in units.values()}
    for cell_id, code, n in rows:
        counts[units[cell_id]][code if code in known else NO_ANSWER] += n
    return counts


def _rule_kinds(
    rule: QuotaRule, labels: Mapping[str, Text], counts: Mapping[Unit, Counter[str]], enough: int
) -> RuleKinds:
    total = sum(counts.values(), Counter())
    people = {unit: found.total() for unit, found in counts.items()}
    units: tuple[UnitKinds, ...] = ()
    hidden = 0
    if rule.design is Design.OWN:
        units = tuple(
            UnitKinds(unit, n, dict(counts[unit]) if n >= enough else None)
            for unit, n in people.items()
            if n
        )
        hidden = sum(one.people for one in units if one.counts is None)
    told = sum(people.values()) >= enough and (hidden == 0 or hidden >= enough)
    return RuleKinds(rule, labels, units, sum(people.values()), dict(total) if told else None)
