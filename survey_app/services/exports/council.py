"""The council's workbook: every number down to counts, as live formulas.

Counts stand in "Số lượt chọn"; the group means of "Điều tra" are formulas over them, the
points of "Tiêu chí" over those, the components and the index over these, so that a member of
the council can click from a rank to the ticks behind it. It shows small groups and is
therefore restricted (design, promise 7). Survey sheets are written by ``council_survey``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final

from analysis.index import LeafState
from analysis.results import CriterionResult, IndexResult, UnitResult
from questionnaires.model import CriteriaSet, GroupWeights, Question, Source
from survey_app.services.exports.council_survey import S_PART, S_WEIGHT
from survey_app.services.exports.look import (
    FIRST,
    Book,
    Cell,
    Column,
    Formula,
    Grid,
    Span,
    cell_name,
)
from survey_app.services.exports.words import (
    LEAF_STATES,
    ROUNDS,
    SOURCES,
    Naming,
    published_text,
)
from survey_app.services.index_runs import is_provisional
from survey_app.services.run_settings import WEIGHTING_NAMES, setting_lines

OUT_OF_SUMS: Final = (LeafState.EXCLUDED, LeafState.RESCALED)

CRITERIA: Final = (
    Column("Mã đơn vị", 8, "code"),
    Column("Đơn vị", 26),
    Column("Lĩnh vực", 8, "code"),
    Column("Tiêu chí", 9, "code"),
    Column("Tên tiêu chí", 52, "wrap"),
    Column("Nguồn điểm", 14),
    Column("Cách tính", 20),
    Column("Điểm tối đa", 9, "points"),
    Column("Tối đa được tính", 9, "points"),
    Column("Vòng chấm", 16),
    Column("Điểm", 9, "points"),
    Column("Nếu theo mẫu phiếu", 10, "points"),
    Column("Nếu nhóm bằng nhau", 10, "points"),
    Column("Nếu gộp phiếu", 10, "points"),
    Column("Công bố", 34, "wrap"),
)
C_COMPONENT, C_SOURCE, C_STATE, C_MAX, C_APPLICABLE, C_POINTS = 2, 5, 6, 7, 8, 10

COMPONENTS: Final = (
    Column("Mã đơn vị", 8, "code"),
    Column("Đơn vị", 30),
    Column("Lĩnh vực", 8, "code"),
    Column("Tên lĩnh vực", 52, "wrap"),
    Column("Điểm", 10, "points"),
    Column("Tối đa được tính", 10, "points"),
    Column("Chỉ số thành phần (%)", 12, "percent"),
    Column("Công bố", 34, "wrap"),
)

RANKS: Final = (
    Column("Hạng", 7, "count"),
    Column("Mã", 7, "code"),
    Column("Đơn vị", 34),
    Column("Điểm thẩm định", 11, "points"),
    Column("Điểm điều tra", 11, "points"),
    Column("Điểm nhập ngoài", 11, "points"),
    Column("Tổng điểm", 10, "points"),
    Column("Tối đa được tính", 10, "points"),
    Column("Thưởng, phạt", 9, "points"),
    Column("Chưa làm tròn (%)", 12, "exact"),
    Column("Chỉ số (%)", 10, "percent"),
    Column("Xếp loại", 13, "code"),
    Column("Ghi chú", 34, "wrap"),
)
R_SOURCES: Final = ((3, Source.SELF), (4, Source.SURVEY), (5, Source.IMPORTED))
GUIDE: Final = (
    "Bảng này dành cho hội đồng, có số liệu của nhóm nhỏ: không sao chép, không công bố.",
    "Bắt đầu từ trang Xếp hạng; bấm vào một ô để thấy công thức và đi tới trang nguồn.",
    "Đường đi: Xếp hạng → Lĩnh vực, Tiêu chí → Điều tra → Số lượt chọn.",
    "Trung bình của một câu hỏi = Σ (số lượt chọn × điểm phần trăm) / số trả lời hợp lệ.",
    "“Không biết”, để trống và không đọc được: không tính.",
    "Trung bình của một nhóm = trung bình của các câu hỏi thuộc tiêu chí.",
    "Điểm điều tra = điểm tối đa × Σ (trọng số × trung bình nhóm) / 100.",
    "Nhóm không có trả lời hợp lệ: trọng số được chia cho các nhóm còn lại.",
    "Chỉ số thành phần = điểm / tối đa được tính × 100.",
    "Chỉ số = tổng điểm / tổng tối đa được tính × 100, cộng thưởng, trừ phạt.",
    "Cột “Công bố” nói số nào không được công bố và vì sao.",
)
R_TOTAL, R_MAX, R_BONUS, R_EXACT, R_INDEX, R_BAND = 6, 7, 8, 9, 10, 11


def rounded(expression: str, decimals: int) -> str:
    """Round half up; the inner step takes away what binary numbers add in the 15th digit."""
    return f"ROUND(ROUND({expression},10),{decimals})"


class CouncilBook:
    """The sheets that need no survey detail; ``council_survey`` writes the other two."""

    def __init__(self, book: Book, result: IndexResult, naming: Naming) -> None:
        self.book, self.result, self.naming = book, result, naming
        self.decimals = result.settings.decimals
        self.units = [unit for kind in result.criteria for unit in result.units_of(kind)]
        self.unit_rows: dict[str, Span] = {}
        self.leaf_row: dict[tuple[str, str], int] = {}
        row = FIRST
        for unit in self.units:
            self.unit_rows[unit.code] = Span(row, row + len(unit.criteria) - 1)
            for leaf in unit.criteria:
                self.leaf_row[unit.code, leaf.code] = row
                row += 1
        self.band_rows: dict[str, Span] = {}

    # --- criteria ------------------------------------------------------------------------

    def write_criteria(
        self, grid: Grid, survey: Grid, groups: Mapping[tuple[str, str], Span]
    ) -> None:
        """Write one row per unit and leaf; survey points are formulas over ``survey``."""
        grid.columns(CRITERIA)
        top = grid.next
        grid.header(CRITERIA, freeze=5)
        for unit in self.units:
            criteria = self.result.criteria[unit.kind]
            for leaf in unit.criteria:
                span = groups.get((unit.code, leaf.code))
                points = self._points_cell(grid.next, leaf, survey, span)
                grid.row(CRITERIA, self._leaf(grid.next, unit, leaf, criteria, points))
        grid.filter(top, CRITERIA)

    def _points_cell(
        self, row: int, leaf: CriterionResult, survey: Grid, span: Span | None
    ) -> Cell:
        maximum = cell_name(C_MAX, row)
        if leaf.state is LeafState.FULL:
            return Formula(f"={maximum}", leaf.points)
        if span is not None and leaf.state in {LeafState.SCORED, LeafState.MISSING}:
            return self._survey_points(maximum, survey, span, leaf)
        return leaf.points

    @staticmethod
    def _leaf(
        row: int, unit: UnitResult, leaf: CriterionResult, criteria: CriteriaSet, points: Cell
    ) -> Sequence[Cell]:
        state, maximum = cell_name(C_STATE, row), cell_name(C_MAX, row)
        out = ",".join(f'{state}="{LEAF_STATES[out]}"' for out in OUT_OF_SUMS)
        counted = Decimal(0) if leaf.state in OUT_OF_SUMS else leaf.max_points
        definition = criteria.by_code[leaf.code]
        others = dict(leaf.alternatives or {})
        if leaf.weighting is not None:
            others[leaf.weighting.value] = leaf.points
        return (
            unit.code,
            unit.name,
            criteria.component_of(leaf.code).code,
            leaf.code,
            definition.title.vi,
            SOURCES[definition.source] if definition.source else "",
            LEAF_STATES[leaf.state],
            leaf.max_points,
            Formula(f"=IF(OR({out}),0,{maximum})", counted),
            ROUNDS.get(leaf.round, ""),
            points,
            *(
                others.get(weighting.value)
                for weighting in (GroupWeights.BY_FORM, GroupWeights.EQUAL, GroupWeights.POOLED)
            ),
            published_text(leaf.published),
        )

    def _survey_points(
        self, maximum: str, survey: Grid, span: Span, leaf: CriterionResult
    ) -> Formula:
        parts = survey.area(S_PART, span.first, span.last)
        weights = survey.area(S_WEIGHT, span.first, span.last)
        reached = f"{maximum}*SUM({parts})/100"
        if self.result.settings.rounding == "criterion":
            reached = rounded(reached, self.decimals)
        return Formula(f'=IF(SUM({weights})=0,"",{reached})', leaf.points)

    # --- components ----------------------------------------------------------------------

    def write_components(self, grid: Grid, criteria: Grid) -> None:
        """Write one row per unit and component, as sums over ``criteria``."""
        grid.columns(COMPONENTS)
        top = grid.next
        grid.header(COMPONENTS, freeze=4)
        for unit in self.units:
            tree = self.result.criteria[unit.kind]
            for component in unit.components:
                spans = list(self._runs(unit, component.code, tree))
                lacking = LEAF_STATES[LeafState.MISSING]
                states = [criteria.area(C_STATE, s.first, s.last) for s in spans]
                missing = "+".join(f'COUNTIF({area},"{lacking}")' for area in states)
                points = ",".join(criteria.area(C_POINTS, s.first, s.last) for s in spans)
                maxima = ",".join(criteria.area(C_APPLICABLE, s.first, s.last) for s in spans)
                reached, most = cell_name(4, grid.next), cell_name(5, grid.next)
                percent = rounded(f"{reached}/{most}*100", self.decimals)
                grid.row(
                    COMPONENTS,
                    (
                        unit.code,
                        unit.name,
                        component.code,
                        tree.by_code[component.code].title.vi,
                        Formula(f'=IF({missing}>0,"",SUM({points}))', component.points),
                        Formula(f"=SUM({maxima})", component.max_points),
                        Formula(f'=IF(OR({reached}="",{most}=0),"",{percent})', component.index),
                        published_text(component.published),
                    ),
                )
        grid.filter(top, COMPONENTS)

    def _runs(self, unit: UnitResult, component: str, tree: CriteriaSet) -> Iterator[Span]:
        """Yield the unbroken pieces of rows of a component's leaves."""
        rows = [
            self.leaf_row[unit.code, leaf.code]
            for leaf in unit.criteria
            if tree.component_of(leaf.code).code == component
        ]
        for _, piece in groupby(enumerate(rows), key=lambda pair: pair[1] - pair[0]):
            found = [row for _, row in piece]
            yield Span(found[0], found[-1])

    # --- ranks ---------------------------------------------------------------------------

    def write_ranks(self, grid: Grid, criteria: Grid, settings: Grid) -> dict[str, Span]:
        """Write one table per kind of unit, best first; return where each stands."""
        grid.columns(RANKS)
        grid.sheet.freeze_panes(3, 3)
        spans: dict[str, Span] = {}
        for kind in self.result.criteria:
            grid.prose(self.naming.kind(kind), "section")
            grid.header(RANKS)
            units = sorted(self.result.units_of(kind), key=lambda u: (u.rank is None, u.rank or 0))
            spans[kind] = Span(grid.next, grid.next + len(units) - 1)
            for unit in units:
                grid.row(RANKS, self._rank(grid, unit, criteria, settings, spans[kind]))
            grid.next += 1
        return spans

    def _rank(
        self, grid: Grid, unit: UnitResult, criteria: Grid, settings: Grid, span: Span
    ) -> Sequence[Cell]:
        row, rows = grid.next, self.unit_rows[unit.code]
        at = {place: cell_name(place, row) for place in range(len(RANKS))}
        states = criteria.area(C_STATE, rows.first, rows.last)
        sources = criteria.area(C_SOURCE, rows.first, rows.last)
        points = criteria.area(C_POINTS, rows.first, rows.last)
        maxima = criteria.area(C_APPLICABLE, rows.first, rows.last)
        lacking = LEAF_STATES[LeafState.MISSING]
        chosen = self.result.settings
        exact = f"MAX({at[R_TOTAL]}/{at[R_MAX]}*100+{at[R_BONUS]},0)"
        if chosen.index_cap is not None:
            exact = f"MIN({exact},{chosen.index_cap})"
        judged = at[R_INDEX] if chosen.rank_on == "printed" else at[R_EXACT]
        place = self._place(grid, judged, span) if span.first < span.last else '""'
        return (
            Formula(f'=IF({judged}="","",{place})', unit.rank),
            unit.code,
            unit.name,
            *(
                Formula(
                    f'=IF(COUNTIFS({sources},"{SOURCES[source]}",{states},"{lacking}")>0,"",'
                    f'SUMIF({sources},"{SOURCES[source]}",{points}))',
                    unit.points_by_source[source.value],
                )
                if source.value in unit.points_by_source
                else None
                for _, source in R_SOURCES
            ),
            Formula(f'=IF(COUNTIF({states},"{lacking}")>0,"",SUM({points}))', unit.points),
            Formula(f"=SUM({maxima})", unit.max_points),
            unit.adjustment,
            Formula(f'=IF(OR({at[R_TOTAL]}="",{at[R_MAX]}=0),"",{exact})', unit.index_unrounded),
            Formula(f'=IF({at[R_EXACT]}="","",{rounded(at[R_EXACT], self.decimals)})', unit.index),
            self._band(unit, judged, settings),
            self._note(unit),
        )

    def _place(self, grid: Grid, judged: str, span: Span) -> str:
        column = R_INDEX if self.result.settings.rank_on == "printed" else R_EXACT
        values = grid.area(column, span.first, span.last)
        better = f"ISNUMBER({values})*({values}>{judged}+0.000000001)"
        if self.result.settings.ties == "dense":
            better = f"{better}/(COUNTIF({values},{values})+(COUNTIF({values},{values})=0))"
        return f"SUMPRODUCT({better})+1"

    def _band(self, unit: UnitResult, judged: str, settings: Grid) -> Cell:
        span = self.band_rows.get(unit.kind)
        if span is None:
            return unit.band
        minima = settings.area(1, span.first, span.last)
        labels = settings.area(0, span.first, span.last)
        return Formula(
            f'=IF({judged}="","",IFERROR(LOOKUP({judged},{minima},{labels}),""))', unit.band
        )

    @staticmethod
    def _note(unit: UnitResult) -> str:
        if unit.index is None:
            return f"Chưa có điểm: {', '.join(unit.missing)}"
        if is_provisional(unit):
            return "Tạm tính theo điểm tự chấm, chưa thẩm định"
        return f"Đã loại vì chưa có điểm: {', '.join(unit.missing)}" if unit.missing else ""

    # --- settings ------------------------------------------------------------------------

    def write_settings(
        self, grid: Grid, scales: Mapping[str, Question], codes: Sequence[str]
    ) -> dict[str, int]:
        """Write scales, bands and settings; return the row of each scale.

        Parameters
        ----------
        grid
            The sheet.
        scales
            Scale code -> a question on it.
        codes
            Choice codes in the order of the columns of counts.

        """
        columns = (Column("Thang", 38), *(Column(code, 12, "points") for code in codes))
        grid.columns(columns)
        grid.prose("Điểm phần trăm của từng phương án (ô trống: không tính)", "section")
        grid.header(columns)
        rows: dict[str, int] = {}
        for code, question in scales.items():
            rows[code] = grid.next
            percents = {c.code: c.percent for c in question.scale.choices} if question.scale else {}
            grid.row(columns, (code, *(percents.get(choice) for choice in codes)))
        bands = (Column("Xếp loại", 38), Column("Từ (%)", 12, "points"))
        for kind, criteria in self.result.criteria.items():
            grid.next += 1
            grid.prose(f"Xếp loại – {self.naming.kind(kind)}", "section")
            grid.header(bands)
            ordered = sorted(criteria.bands, key=lambda band: band.minimum)
            self.band_rows[kind] = Span(grid.next, grid.next + len(ordered) - 1)
            for band in ordered:
                grid.row(bands, (band.label, band.minimum))
        grid.next += 1
        grid.prose("Thiết lập", "section")
        for line in setting_lines(self.result):
            grid.put(grid.next, 0, line.name.vi, "wrap")
            grid.put(grid.next, 1, line.value.vi, "plain")
            grid.next += 1
        return rows

    # --- summary -------------------------------------------------------------------------

    def write_summary(
        self, grid: Grid, facts: Sequence[tuple[str, str]], ranks: Grid, spans: Mapping[str, Span]
    ) -> None:
        """Write what a member of the council reads first."""
        grid.sheet.set_column(0, 0, 46)
        grid.sheet.set_column(1, 6, 15)
        for name, said in facts:
            grid.put(grid.next, 0, name, "plain")
            grid.put(grid.next, 1, said, "plain")
            grid.next += 1
        for kind, span in spans.items():
            grid.next += 1
            grid.prose(self.naming.kind(kind), "section")
            indices = [u.index for u in self.result.units_of(kind) if u.index is not None]
            area = ranks.area(R_INDEX, span.first, span.last)
            bands = ranks.area(R_BAND, span.first, span.last)
            self._fact(
                grid, "Số đơn vị có chỉ số", Formula(f"=COUNT({area})", len(indices)), "count"
            )
            for heading, function, value in (
                ("Trung bình (%)", "AVERAGE", _mean(indices)),
                ("Cao nhất (%)", "MAX", max(indices, default=None)),
                ("Thấp nhất (%)", "MIN", min(indices, default=None)),
            ):
                text = f'=IF(COUNT({area})=0,"",{function}({area}))'
                self._fact(grid, heading, Formula(text, value), "percent")
            for band in self.result.criteria[kind].bands:
                n = sum(unit.band == band.label for unit in self.result.units_of(kind))
                text = f'=COUNTIF({bands},"{band.label}")'
                self._fact(grid, f"Xếp loại {band.label}", Formula(text, n), "count")
        if self.result.warnings:
            grid.next += 1
            grid.prose("Những điều cần biết", "section")
            for warning in self.result.warnings:
                grid.sheet.merge_range(
                    grid.next, 0, grid.next, 6, f"– {warning.vi}", self.book.looks["bad"]
                )
                grid.sheet.set_row(grid.next, 15.5 * (1 + len(warning.vi) // 125))
                grid.next += 1

    @staticmethod
    def _fact(grid: Grid, name: str, cell: Cell, look: str) -> None:
        grid.put(grid.next, 0, name, "text")
        grid.put(grid.next, 1, cell, look)
        grid.next += 1

    def write_guide(self, grid: Grid) -> None:
        """Write how to read the book."""
        grid.sheet.set_column(0, 0, 130)
        for line in (*GUIDE, self._weighting_line(), self._rounding_line()):
            grid.put(grid.next, 0, line, "prose")
            grid.next += 1

    def _weighting_line(self) -> str:
        name = WEIGHTING_NAMES[self.result.settings.group_weights].vi
        return f"Trọng số nhóm chính thức: {name}. Các cách khác in bên cạnh để so sánh."

    def _rounding_line(self) -> str:
        return (
            f"Làm tròn số học đến {self.decimals} chữ số. Trong công thức, ROUND(…,10) bỏ sai số "
            "nhị phân của Excel trước khi làm tròn."
        )


def _mean(values: Sequence[Decimal]) -> Decimal | None:
    return sum(values, Decimal(0)) / len(values) if values else None
