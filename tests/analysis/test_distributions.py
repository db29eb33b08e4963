"""Distributions beside a mean, and satisfaction beside both: the attacker's algebra."""

from decimal import Decimal

import pytest

from analysis.distributions import closed_questions, pooled_answers, satisfaction_follows
from analysis.index import LeafState
from analysis.publish import Published, PublishState
from analysis.results import CriterionResult, GroupResult, QuestionResult

SHOWN = Published(Decimal(80), PublishState.PUBLISHED)


def group(code, weight, *valid, prefix="Q"):
    """A group whose questions have these numbers of valid answers."""
    return GroupResult(
        rule=code,
        form="CX4",
        people=max(valid, default=0),
        weight=Decimal(weight),
        mean=Decimal(80),
        published=SHOWN,
        questions=tuple(
            QuestionResult(f"{prefix}{i}", {"1": n}, n, Decimal(80)) for i, n in enumerate(valid)
        ),
    )


def criterion(code, *valid):
    return CriterionResult(
        code=code,
        state=LeafState.SCORED,
        points=Decimal(1),
        max_points=Decimal(2),
        round="",
        published=SHOWN,
        groups=(group("CX4", "1", *valid, prefix=f"{code}-"),),
    )


@pytest.mark.parametrize(
    ("groups", "closed"),
    [
        ([group("HD", "1", 15, 14)], set()),
        ([group("HD", "1", 15, 2)], {"Q0", "Q1"}),  # the mean and Q0 would give Q1 away
        ([group("HD", "1", 15, 12, 2)], {"Q1", "Q2"}),  # the smallest of the others covers it
        ([group("HD", "1", 9)], {"Q0"}),
        ([group("HD", "1", 15, 0)], {"Q1"}),  # two people without an opinion are two people
        ([group("HD", "0.75", 15, 15), group("LD", "0.25", 5, 5)], set()),
        # Weighted otherwise than by people, two pooled questions and the mean would solve
        # for the mean of LD; closing one of them is enough.
        ([group("HD", "0.5", 15, 15), group("LD", "0.5", 2, 2)], {"Q0"}),
    ],
)
def test_a_distribution_is_closed_when_it_is_small_or_would_give_a_small_one_away(groups, closed):
    assert closed_questions(groups, pooled_answers(groups), 5, 10) == closed


@pytest.mark.parametrize(
    ("criteria", "follows"),
    [
        ([criterion("1", 15, 15), criterion("2", 15)], False),  # nothing is closed
        ([criterion("1", 9, 8), criterion("2", 15)], True),  # two unknowns, two equations
        ([criterion("1", 9, 9), criterion("2", 15)], False),  # the same equation twice
        ([criterion("1", 9, 8), criterion("2", 9, 7)], False),  # four unknowns, three equations
        ([criterion("1", 9, 9), criterion("2", 9, 7)], True),  # the second pair follows
        ([criterion("1", 0, 0), criterion("2", 15)], False),  # nobody answered
    ],
)
def test_satisfaction_is_one_more_equation_about_closed_questions(criteria, follows):
    assert satisfaction_follows(criteria, "CX4", k_mean=5, k_distribution=10) is follows
