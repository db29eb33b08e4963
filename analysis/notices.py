"""What the reader of an index must be told: every place where a rule had to step in.

A notice is a sentence in Vietnamese and English. None of them changes a number; they say
which numbers rest on less than they seem to. They are made from the results of
``analysis.compute`` and printed on top of every table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from analysis.given import GivenScores
from analysis.index import LeafState
from analysis.results import CriterionResult, UnitResult
from questionnaires.model import (
    BLANK,
    NO_OPINION,
    UNREADABLE,
    CriteriaSet,
    Settings,
    Source,
    Text,
)


def notices_of(
    units: Iterable[UnitResult],
    given: GivenScores,
    settings: Settings,
    criteria_sets: Mapping[str, CriteriaSet],
) -> tuple[Text, ...]:
    """Collect every notice about a computation, most serious first."""
    units = tuple(units)
    return (
        *_missing(units),
        *_not_appraised(given),
        *_shared_weights(units),
        *_no_opinion(units, settings, criteria_sets),
        *_hidden(units),
    )


def _missing(units: Iterable[UnitResult]) -> Iterator[Text]:
    for unit in units:
        if not unit.missing:
            continue
        codes = ", ".join(unit.missing)
        if unit.index is None:
            yield Text(
                vi=f"{unit.name}: chưa có điểm của {codes} nên chưa tính được chỉ số "
                "và không xếp hạng.",
                en=f"{unit.name}: no points for {codes}, so there is no index and no rank.",
            )
        else:
            yield Text(
                vi=f"{unit.name}: chưa có điểm của {codes}; các tiêu chí này được loại khỏi "
                "cả tử số và mẫu số.",
                en=f"{unit.name}: no points for {codes}; these criteria leave both sums.",
            )


def _not_appraised(given: GivenScores) -> Iterator[Text]:
    waiting = sum(
        not score.appraised for scores in given.by_unit.values() for score in scores.values()
    )
    if waiting:
        yield Text(
            vi=f"{waiting} điểm mới là điểm tự chấm, chưa qua thẩm định.",
            en=f"{waiting} points are self-scores that nobody has appraised.",
        )


def _shared_weights(units: Iterable[UnitResult]) -> Iterator[Text]:
    shared: Counter[str] = Counter()
    for unit in units:
        for criterion in unit.criteria:
            if criterion.points is not None:
                shared.update(criterion.without_answers)
    for rule, times in sorted(shared.items()):
        yield Text(
            vi=f"Nhóm {rule} không có câu trả lời hợp lệ ở {times} lượt tiêu chí – đơn vị; "
            "trọng số được chia cho các nhóm còn lại.",
            en=f"Group {rule} has no valid answer for {times} criteria of units; "
            "its weight is shared among the other groups.",
        )


def _no_opinion(
    units: Iterable[UnitResult], settings: Settings, criteria_sets: Mapping[str, CriteriaSet]
) -> Iterator[Text]:
    surveyed = {
        (kind, leaf.code)
        for kind, criteria in criteria_sets.items()
        for leaf in criteria.leaves_from(Source.SURVEY)
    }
    silent: Counter[tuple[str, str]] = Counter()
    ticked: Counter[tuple[str, str]] = Counter()
    for unit in units:
        for criterion in unit.criteria:
            if (unit.kind, criterion.code) in surveyed:
                _count_opinions(criterion, silent, ticked)
    for (form, question), n in sorted(ticked.items()):
        share = Decimal(silent[form, question]) / n if n else Decimal(0)
        if n and share >= settings.no_opinion_warning:
            percent = f"{100 * share:.0f}"
            yield Text(
                vi=f"Mẫu {form}, câu {question}: {percent}% chọn “Không biết / không có ý kiến”.",
                en=f"Form {form}, question {question}: {percent}% have no opinion.",
            )


def _count_opinions(
    criterion: CriterionResult,
    silent: Counter[tuple[str, str]],
    ticked: Counter[tuple[str, str]],
) -> None:
    for group in criterion.groups:
        for question in group.questions:
            key = (group.form, question.question)
            silent[key] += question.counts.get(NO_OPINION, 0)
            unticked = question.counts.get(BLANK, 0) + question.counts.get(UNREADABLE, 0)
            ticked[key] += sum(question.counts.values()) - unticked


def _hidden(units: Iterable[UnitResult]) -> Iterator[Text]:
    touched = [
        unit.name
        for unit in units
        if unit.hidden and any(c.state is LeafState.SCORED for c in unit.criteria)
    ]
    if touched:
        yield Text(
            vi=f"Điểm một số tiêu chí không công bố được vì quá ít người trả lời: "
            f"{', '.join(touched)}.",
            en=f"Points of some criteria cannot be published because too few people "
            f"answered: {', '.join(touched)}.",
        )
