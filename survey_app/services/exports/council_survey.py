"""The survey half of the council's workbook: counts, and the group means made of them.

"Số lượt chọn" has one row per unit, criterion, group and question; "Điều tra" one row per
unit, criterion and group, whose mean and weight are formulas. ``council`` takes it from
there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Final

from analysis.results import CriterionResult, GroupResult, IndexResult, QuestionResult, UnitResult
from questionnaires.model import BLANK, NO_OPINION, UNREADABLE, GroupWeights, Question
from survey_app.services.exports.look import FIRST, Column, Formula, Grid, Span, cell_name
from survey_app.services.exports.words import NOT_CHOICES, Naming, published_text

SURVEY: Final = (
    Column("Mã đơn vị", 8, "code"),
    Column("Đơn vị", 26),
    Column("Tiêu chí", 9, "code"),
    Column("Tên tiêu chí", 46, "wrap"),
    Column("Nhóm", 9, "code"),
    Column("Đối tượng", 36, "wrap"),
    Column("Mẫu phiếu", 8, "code"),
    Column("Số người trả lời", 9, "count"),
    Column("Trung bình (%)", 11, "percent"),
    Column("Phần (chưa quy về 1)", 11, "weight"),
    Column("Trọng số", 10, "weight"),
    Column("Trọng số × trung bình", 12, "weight"),
    Column("Công bố", 36, "wrap"),
)
S_FORM, S_PEOPLE, S_MEAN, S_RAW, S_WEIGHT, S_PART = 6, 7, 8, 9, 10, 11

COUNT_KEYS: Final = (
    Column("Mã đơn vị", 8, "code"),
    Column("Đơn vị", 22),
    Column("Tiêu chí", 9, "code"),
    Column("Nhóm", 9, "code"),
    Column("Mẫu phiếu", 8, "code"),
    Column("Câu", 7, "code"),
    Column("Nội dung câu hỏi", 58, "wrap"),
    Column("Thang", 7, "code"),
)
UNCOUNTED: Final = (NO_OPINION, BLANK, UNREADABLE)

Part = tuple[UnitResult, CriterionResult, GroupResult]


class SurveySheets:
    """Where every group and question stands, and how they are written."""

    def __init__(self, result: IndexResult, naming: Naming) -> None:
        self.result, self.naming = result, naming
        asked = [
            question
            for (form, code), question in naming.questions.items()
            if question.scored and question.scale is not None
        ]
        self.scales: dict[str, Question] = {}
        for question in asked:
            if question.scale is not None:
                self.scales.setdefault(question.scale.code, question)
        self.codes: tuple[str, ...] = tuple(
            sorted(
                {
                    choice.code
                    for question in asked
                    for choice in (question.scale.choices if question.scale else ())
                    if choice.percent is not None
                }
            )
        )
        self.group_rows: dict[tuple[str, str], Span] = {}
        self.question_rows: dict[tuple[str, str, str], Span] = {}
        group_row = question_row = FIRST
        for unit, leaf in self._leaves():
            self.group_rows[unit.code, leaf.code] = Span(
                group_row, group_row + len(leaf.groups) - 1
            )
            group_row += len(leaf.groups)
            for group in leaf.groups:
                last = question_row + len(group.questions) - 1
                self.question_rows[unit.code, leaf.code, group.rule] = Span(question_row, last)
                question_row = last + 1

    def _leaves(self) -> Iterator[tuple[UnitResult, CriterionResult]]:
        for kind in self.result.criteria:
            for unit in self.result.units_of(kind):
                for leaf in unit.criteria:
                    if leaf.groups:
                        yield unit, leaf

    @cached_property
    def count_columns(self) -> tuple[Column, ...]:
        """Columns of the sheet of counts; choices by code."""
        return (
            *COUNT_KEYS,
            *(Column(f"Mã {code}", 7, "count") for code in self.codes),
            *(Column(NOT_CHOICES[code], 9, "count") for code in UNCOUNTED),
            Column("Hợp lệ", 8, "count"),
            Column("Trung bình (%)", 11, "percent"),
        )

    def write_groups(self, grid: Grid, counts: Grid) -> None:
        """Write one row per unit, criterion and group, over the means in ``counts``."""
        grid.columns(SURVEY)
        top = grid.next
        grid.header(SURVEY, freeze=5)
        mean_place = len(self.count_columns) - 1
        for unit, leaf in self._leaves():
            criterion = self.result.criteria[unit.kind].by_code[leaf.code]
            span = self.group_rows[unit.code, leaf.code]
            for group in leaf.groups:
                row = grid.next
                questions = self.question_rows[unit.code, leaf.code, group.rule]
                means = counts.area(mean_place, questions.first, questions.last)
                mean, weight = cell_name(S_MEAN, row), cell_name(S_WEIGHT, row)
                raw = grid.area(S_RAW, span.first, span.last)
                part = group.weight * group.mean if group.mean is not None else Decimal(0)
                grid.row(
                    SURVEY,
                    (
                        unit.code,
                        unit.name,
                        leaf.code,
                        criterion.title.vi,
                        group.rule,
                        self.naming.group(group.rule),
                        group.form,
                        group.people,
                        Formula(f'=IF(COUNT({means})=0,"",AVERAGE({means}))', group.mean),
                        self._raw_weight(grid, row, span, leaf, group),
                        Formula(
                            f"=IF(SUM({raw})=0,0,{cell_name(S_RAW, row)}/SUM({raw}))", group.weight
                        ),
                        Formula(f'=IF({mean}="",0,{weight}*{mean})', part),
                        published_text(group.published),
                    ),
                )
        grid.filter(top, SURVEY)

    def _raw_weight(
        self, grid: Grid, row: int, span: Span, leaf: CriterionResult, group: GroupResult
    ) -> Formula:
        """Write the share of a group before shares are made to add up to 1."""
        mean, people = cell_name(S_MEAN, row), cell_name(S_PEOPLE, row)
        match leaf.weighting:
            case GroupWeights.BY_FORM:
                forms = grid.area(S_FORM, span.first, span.last)
                everyone = grid.area(S_PEOPLE, span.first, span.last)
                share = f"{people}/SUMIF({forms},{cell_name(S_FORM, row)},{everyone})"
                of_form = sum(g.people for g in leaf.groups if g.form == group.form)
                value = Decimal(group.people) / of_form if of_form else Decimal(0)
            case GroupWeights.EQUAL:
                share, value = "1", Decimal(1)
            case GroupWeights.POOLED:
                share, value = people, Decimal(group.people)
            case _:
                value = self._stated_weight(leaf.code, group.rule)
                share = f"{value:f}"
        if group.mean is None:
            value = Decimal(0)
        return Formula(f'=IF({mean}="",0,{share})', value)

    def _stated_weight(self, criterion: str, rule: str) -> Decimal:
        own = next(
            (
                criteria.by_code[criterion].group_weights
                for criteria in self.result.criteria.values()
                if criterion in criteria.by_code
                and rule in criteria.by_code[criterion].group_weights
            ),
            self.result.settings.explicit_weights,
        )
        return Decimal(own.get(rule, 0))

    def write_counts(self, grid: Grid, settings: Grid, scale_rows: Mapping[str, int]) -> None:
        """Write one row per unit, criterion, group and question."""
        columns = self.count_columns
        grid.columns(columns)
        top = grid.next
        grid.header(columns, freeze=6)
        for unit, leaf in self._leaves():
            for group in leaf.groups:
                for question in group.questions:
                    self._count(grid, settings, scale_rows, (unit, leaf, group), question)
        grid.filter(top, columns)

    def _count(
        self,
        grid: Grid,
        settings: Grid,
        scale_rows: Mapping[str, int],
        part: Part,
        question: QuestionResult,
    ) -> None:
        unit, leaf, group = part
        columns = self.count_columns
        row, first = grid.next, len(COUNT_KEYS)
        last = first + len(self.codes) - 1
        asked = self.naming.questions[group.form, question.question]
        scale = asked.scale.code if asked.scale else ""
        ticks = f"{cell_name(first, row)}:{cell_name(last, row)}"
        scale_row = scale_rows[scale]
        percents = settings.strip(scale_row, 1, len(self.codes))
        valid = cell_name(len(columns) - 2, row)
        grid.row(
            columns,
            (
                unit.code,
                unit.name,
                leaf.code,
                group.rule,
                group.form,
                question.question,
                asked.label.vi,
                scale,
                *(question.counts.get(code) for code in (*self.codes, *UNCOUNTED)),
                Formula(f"=SUMPRODUCT({ticks},--ISNUMBER({percents}))", question.valid),
                Formula(f'=IF({valid}=0,"",SUMPRODUCT({ticks},{percents})/{valid})', question.mean),
            ),
        )
