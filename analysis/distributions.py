"""Which distributions of answers may be shown beside the mean they belong to.

A distribution needs ``k_distribution`` people. One that is closed can still be worked out:
a group mean is a sum over its questions, so when all other questions are shown the last one
follows; and a satisfaction over all questions is one more such sum. Both are asked here the
attacker's way, by linear algebra (``analysis.publish.determined``). Means themselves are
judged in ``analysis.publish``; ``analysis.explain`` and ``analysis.assess`` apply both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np

from analysis.publish import PublishState, determined
from analysis.results import CriterionResult, GroupResult


def pooled_answers(groups: Iterable[GroupResult]) -> dict[str, tuple[Mapping[str, int], int]]:
    """Question -> counts and valid answers of the groups together."""
    pooled: dict[str, tuple[Mapping[str, int], int]] = {}
    for question in chain.from_iterable(group.questions for group in groups):
        counts, valid = question.counts, question.valid
        if question.question in pooled:
            others, more = pooled[question.question]
            both = Counter(others)
            both.update(counts)
            counts, valid = both, valid + more
        pooled[question.question] = (counts, valid)
    return pooled


def closed_questions(
    groups: Sequence[GroupResult],
    pooled: Mapping[str, tuple[Mapping[str, int], int]],
    k_mean: int,
    k_distribution: int,
) -> set[str]:
    """Questions of a shown mean whose distribution would be, or would give away, a small one.

    The unknowns are the means of each rule on each question. Known are the pooled mean of
    every shown question and the group mean itself; wanted by an attacker are the pooled mean
    of every closed question and, of a rule with too few people, its mean on each question
    and over all of them. Questions are closed, fewest answers first, until none follows.
    """
    small = [group.rule for group in groups if group.people < k_mean]
    closed = {code for code, (_, valid) in pooled.items() if valid < k_distribution}
    if not small and not closed:
        return closed
    cells = [
        (group.rule, question.question, question.valid, group.weight, group.people)
        for group in groups
        for question in group.questions
        if question.valid
    ]
    answered = {rule: sum(cell[0] == rule for cell in cells) for rule in {c[0] for c in cells}}

    def pooled_mean(code: str) -> list[float]:
        return [float(valid) if question == code else 0.0 for _, question, valid, _, _ in cells]

    by_weight = any(group.weight for group in groups)
    margin = [
        float(weight if by_weight else people) / answered[rule]
        for rule, _, _, weight, people in cells
    ]
    guarded = [
        [float(i == j) for j in range(len(cells))]
        for i, cell in enumerate(cells)
        if cell[0] in small
    ] + [[float(cell[0] == rule) for cell in cells] for rule in small]
    order = sorted((code for code in pooled if pooled[code][1]), key=lambda code: pooled[code][1])
    for code in [*(c for c in order if c not in closed), None]:
        wanted = guarded + [pooled_mean(hidden) for hidden in order if hidden in closed]
        known = [margin, *(pooled_mean(shown) for shown in order if shown not in closed)]
        wanted = [row for row in wanted if any(row)]
        if code is None or not wanted or not determined(np.array(wanted), np.array(known)).any():
            break
        closed.add(code)
    return closed


def satisfaction_follows(
    criteria: Iterable[CriterionResult], form: str, *, k_mean: int, k_distribution: int
) -> bool:
    """Whether showing the satisfaction of a form would give a closed question away.

    The unknowns are the means of the form's questions about one unit. Known are those that
    are shown, the group mean of every criterion, and the satisfaction itself: the mean of
    all of them by valid answers.

    Parameters
    ----------
    criteria
        The leaves of the unit.
    form
        Code of a form of one quota rule, whose group means are all shown.
    k_mean, k_distribution
        People a mean and a distribution need. [persons]

    """
    blocks = [
        (
            [q for q in group.questions if q.valid],
            closed_questions([group], pooled_answers([group]), k_mean, k_distribution),
        )
        for criterion in criteria
        for group in criterion.groups
        if group.form == form and group.published.state is PublishState.PUBLISHED
    ]
    names = [question.question for asked, _ in blocks for question in asked]
    closed = set(chain.from_iterable(hidden for _, hidden in blocks)).intersection(names)
    if not closed:
        return False
    unit = np.eye(len(names))
    place = dict(zip(names, unit, strict=True))
    satisfied = sum(q.valid * place[q.question] for asked, _ in blocks for q in asked)
    known = [
        satisfied,
        *(place[name] for name in names if name not in closed),
        *(sum(place[q.question] for q in asked) for asked, _ in blocks if asked),
    ]
    wanted = [place[name] for name in names if name in closed]
    return bool(determined(np.array(wanted), np.array(known)).any())
