"""From a filled workbook back to points, or to every mistake in it at once.

A sheet is read by the headings ``score_sheets`` wrote, so a moved column or an inserted row
does no harm; single cells are judged in ``score_cells``. Nothing here writes: ``read_sheet``
says what a file holds and what is wrong with it, and ``selfscores.import_scores`` decides
what becomes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from openpyxl.worksheet.worksheet import Worksheet

from questionnaires.errors import Mistake
from questionnaires.model import CriteriaSet, Criterion, NotApplicable
from questionnaires.wording import vi_number
from questionnaires.workbook import merged_mistakes
from survey_app.models import Round
from survey_app.services.score_cells import Cells
from survey_app.services.score_columns import (
    CODE,
    COLUMNS,
    HEAD_CAMPAIGN,
    HEAD_CRITERIA,
    HEAD_ROUND,
    HEAD_UNIT,
    HEADS,
    ROUND_LABELS,
    Given,
    scored_leaves,
)

ROWS_OF_HEAD: Final = 20
READ_KEYS: Final = frozenset({"code", "max", "points", "na", "evidence", "note"})
MAY_BE_BLANK: Final = frozenset({Round.EXPLAINED, Round.ROUND_2})
"""Rounds in which an empty row means: nothing to say, what was given before stands."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the campaign knows of one unit.

    Attributes
    ----------
    criteria, criteria_sha256
        Its criteria set, and the digest a fresh template bears.
    given
        (round, leaf code) -> current scores of all rounds.

    """

    criteria: CriteriaSet
    criteria_sha256: str
    given: Mapping[tuple[Round, str], Given]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file says.

    Attributes
    ----------
    unit
        Code of the unit; None when the head names none that is known.
    lines
        Leaf code -> what was given; only to be used when there is no mistake.
    cells
        Leaf code -> address of its points, to speak about a line later.
    mistakes
        In the order of the sheet.

    """

    unit: str | None
    lines: Mapping[str, Given] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()

    def refused(self, *mistakes: Mistake) -> Reading:
        """Return the reading with further mistakes."""
        return replace(self, mistakes=(*self.mistakes, *mistakes))


def read_sheet(
    file: str, sheet: Worksheet, campaign: str, round_: Round, units: Mapping[str, Expected]
) -> Reading:
    """Read one sheet against what is expected of its unit.

    Parameters
    ----------
    file
        Name shown in mistakes.
    sheet
        Read with its formulas, not with their cached values.
    campaign
        Slug the head must name.
    round_
        Round that is being imported.
    units
        By code.

    """
    cells = Cells(file, sheet)
    top = next((row for row in range(1, ROWS_OF_HEAD + 1) if cells.text(row, 1) == CODE.heading), 0)
    if not top:
        cells.wrong(
            "",
            f"không thấy dòng tiêu đề bắt đầu bằng “{CODE.heading}” ở cột A",
            "dùng mẫu tải từ trang Điểm tự chấm và giữ nguyên dòng tiêu đề",
        )
        return Reading(None, mistakes=tuple(cells.mistakes))
    head = _read_head(cells, top, campaign, round_, units)
    columns = _find_columns(cells, top, round_)
    cells.mistakes += merged_mistakes(sheet, file, top)
    if head is None or columns is None:
        return Reading(head.unit if head else None, mistakes=tuple(cells.mistakes))
    rows = _Rows(cells, columns, round_, head, units[head.unit])
    rows.read(top)
    return Reading(head.unit, rows.lines, rows.places, tuple(cells.mistakes))


@dataclass(frozen=True, slots=True)
class _Head:
    """Unit of the sheet, and where it names its criteria set."""

    unit: str
    criteria_cell: str
    criteria_sha256: str


def _read_head(
    cells: Cells, top: int, campaign: str, round_: Round, units: Mapping[str, Expected]
) -> _Head | None:
    rows = {cells.text(row, 1): row for row in range(1, top) if cells.text(row, 1) in HEADS}
    said = {name: cells.text(rows[name], 2) if name in rows else "" for name in HEADS}
    place = {name: f"B{rows[name]}" if name in rows else "A1" for name in HEADS}
    if said[HEAD_CAMPAIGN] != campaign:
        cells.wrong(
            place[HEAD_CAMPAIGN],
            f"tệp của đợt “{said[HEAD_CAMPAIGN]}”, không phải đợt “{campaign}”",
            "tải mẫu của đúng đợt này",
        )
    if said[HEAD_ROUND] != ROUND_LABELS[round_]:
        cells.wrong(
            place[HEAD_ROUND],
            f"tệp của vòng “{said[HEAD_ROUND]}”, đang nhập vòng “{ROUND_LABELS[round_]}”",
            "chọn đúng vòng chấm khi nhập, hoặc dùng mẫu của vòng này",
        )
    if said[HEAD_UNIT] not in units:
        cells.wrong(
            place[HEAD_UNIT],
            f"không có đơn vị mã “{said[HEAD_UNIT]}” trong đợt này",
            "ghi đúng mã đơn vị như trong danh sách của đợt",
        )
        return None
    return _Head(said[HEAD_UNIT], place[HEAD_CRITERIA], said[HEAD_CRITERIA])


def _find_columns(cells: Cells, top: int, round_: Round) -> dict[str, int] | None:
    headings: dict[str, list[int]] = {}
    for place in range(1, cells.sheet.max_column + 1):
        headings.setdefault(cells.text(top, place).casefold(), []).append(place)
    wanted = [column for column in COLUMNS[round_] if column.key in READ_KEYS]
    found: dict[str, int] = {}
    for column in wanted:
        places = headings.get(column.heading.casefold(), [])
        if len(places) == 1:
            found[column.key] = places[0]
        else:
            cells.wrong(
                f"dòng {top}",
                f"{'có nhiều cột' if places else 'thiếu cột'} “{column.heading}”",
                f"giữ đúng một cột “{column.heading}” như trong mẫu",
            )
    return found if len(found) == len(wanted) else None


class _Rows:
    """The rows below the headings, read one after the other."""

    def __init__(
        self,
        cells: Cells,
        columns: Mapping[str, int],
        round_: Round,
        head: _Head,
        expected: Expected,
    ) -> None:
        self.cells, self.columns, self.round = cells, columns, round_
        self.head, self.expected = head, expected
        self.leaves = {leaf.code: leaf for leaf in scored_leaves(expected.criteria, round_)}
        self.lines: dict[str, Given] = {}
        self.places: dict[str, str] = {}
        self.differs = False

    def read(self, top: int) -> None:
        """Fill ``lines`` and ``places``; whatever is wrong goes to the cells' mistakes."""
        for row in range(top + 1, self.cells.sheet.max_row + 1):
            self._read_row(row, self.cells.code(row, self.columns["code"]))
        if absent := [code for code in self.leaves if code not in self.places]:
            self.differs = True
            self.cells.wrong(
                "",
                f"thiếu dòng của tiêu chí {', '.join(absent)}",
                "thêm lại các dòng đó như trong mẫu",
            )
        if self.differs and self.head.criteria_sha256 != self.expected.criteria_sha256:
            self.cells.wrong(
                self.head.criteria_cell,
                "tệp làm theo một bản khác của bộ tiêu chí",
                "tải mẫu mới và chuyển điểm sang",
            )

    def _at(self, row: int, key: str) -> str:
        return self.cells.address(row, self.columns[key])

    def _read_row(self, row: int, code: str) -> None:
        if code in self.places:
            self.cells.wrong(
                self._at(row, "code"),
                f"tiêu chí {code} đã có điểm ở ô {self.places[code]}",
                "chỉ giữ một dòng cho mỗi tiêu chí",
            )
        elif code in self.leaves:
            self.places[code] = self._at(row, "points")
            self._check_maximum(row, self.leaves[code])
            line = self._line(row, self.leaves[code])
            if line is not None:
                self.lines[code] = line
        elif code in self.expected.criteria.by_code:
            self._refuse_points(row, code)
        else:
            self._refuse_unknown(row, code)

    def _check_maximum(self, row: int, leaf: Criterion) -> None:
        if self.cells.number(row, self.columns["max"]) != leaf.max_points:
            self.differs = True
            self.cells.wrong(
                self._at(row, "max"),
                f"điểm tối đa của {leaf.code} phải là {vi_number(leaf.max_points)}",
                "không sửa cột điểm tối đa; tải mẫu mới nếu bộ tiêu chí đã đổi",
            )

    def _refuse_points(self, row: int, code: str) -> None:
        """Refuse points typed on a branch, or on a criterion that is scored elsewhere."""
        place = self.columns["points"]
        is_leaf = any(leaf.code == code for leaf in self.expected.criteria.leaves)
        if self.cells.is_blank(row, place) or (
            not is_leaf and self.cells.is_formula(row, place)  # the template's own subtotal
        ):
            return
        why = (
            "lấy điểm từ nguồn khác, không chấm ở vòng này"
            if is_leaf
            else "là nhóm tiêu chí, điểm do các tiêu chí con cộng lại"
        )
        self.cells.wrong(self._at(row, "points"), f"{code} {why}", "để trống ô này")

    def _refuse_unknown(self, row: int, code: str) -> None:
        if code:
            self.differs = True
            self.cells.wrong(
                self._at(row, "code"),
                f"không có tiêu chí “{code}” trong bộ tiêu chí của đơn vị này",
                "ghi đúng mã tiêu chí như trong mẫu, hoặc xóa dòng",
            )
            return
        for key in ("points", "na", "evidence", "note"):
            place = self.columns.get(key)
            if place is None or self.cells.is_blank(row, place):
                continue
            if key == "points" and self.cells.is_formula(row, place):  # the total
                continue
            self.cells.wrong(
                self.cells.address(row, place),
                "có nội dung nhưng dòng không có mã tiêu chí",
                "ghi mã tiêu chí ở cột A, hoặc xóa dòng",
            )
            return

    def _line(self, row: int, leaf: Criterion) -> Given | None:
        cells, columns = self.cells, self.columns
        before = len(cells.mistakes)
        line = Given(
            points=cells.points(row, columns["points"], leaf.code, leaf.max_points),
            not_applicable=cells.mark(row, columns["na"]),
            evidence=cells.words(row, columns["evidence"]) if "evidence" in columns else "",
            note=cells.words(row, columns["note"]),
        )
        if len(cells.mistakes) > before:
            return None
        if line.points is None and not line.not_applicable:
            self._judge_blank(row, leaf.code, line)
            return None
        if line.not_applicable and line.points is not None:
            cells.wrong(
                self._at(row, "na"),
                f"{leaf.code} vừa có điểm vừa đánh dấu không áp dụng",
                "xóa một trong hai",
            )
        if line.not_applicable and leaf.not_applicable is NotApplicable.REFUSE:
            cells.wrong(
                self._at(row, "na"),
                f"tiêu chí {leaf.code} luôn áp dụng cho mọi đơn vị",
                "xóa dấu x và chấm điểm",
            )
        for problem, remedy in _unexplained(self.round, leaf.code, line, self.expected.given):
            cells.wrong(self._at(row, "note"), problem, remedy)
        return line

    def _judge_blank(self, row: int, code: str, line: Given) -> None:
        cell = self._at(row, "points")
        if self.round not in MAY_BE_BLANK:
            self.cells.wrong(cell, f"tiêu chí {code} chưa có điểm", "nhập điểm, hoặc đánh dấu x")
        elif (self.round, code) in self.expected.given:
            self.cells.wrong(
                cell,
                f"tiêu chí {code} đã có điểm ở vòng này, không xóa được",
                "ghi lại điểm đang có, hoặc điểm mới",
            )
        elif line.note or line.evidence:
            self.cells.wrong(cell, f"tiêu chí {code} có lời ghi nhưng chưa có điểm", "nhập điểm")


def _unexplained(
    round_: Round, code: str, line: Given, given: Mapping[tuple[Round, str], Given]
) -> Iterator[tuple[str, str]]:
    """Yield what must be explained in words and is not (the plan, II.1)."""
    if line.note:
        return
    if round_ is Round.SELF and line.not_applicable:
        yield f"{code} đánh dấu không áp dụng mà không giải trình", "ghi vì sao không áp dụng"
    elif round_ is Round.SELF and not line.evidence:
        yield (
            f"{code} không có tài liệu kiểm chứng mà cũng không giải trình",
            "ghi tài liệu kiểm chứng, hoặc giải trình cách chấm",
        )
    elif round_ is Round.EXPLAINED:
        yield f"{code} có điểm đề nghị mà không giải trình", "ghi lời giải trình"
    elif round_ is Round.IMPORTED and not line.evidence:
        yield f"{code} không ghi nguồn", "ghi văn bản công bố kết quả"
    elif round_ in {Round.ROUND_1, Round.ROUND_2}:
        earlier = Round.SELF if round_ is Round.ROUND_1 else Round.ROUND_1
        before = given.get((earlier, code))
        if before is not None and not before.gives_the_same(line):
            said = ROUND_LABELS[earlier].lower()
            yield f"{code} khác kết quả {said} mà không có lý do", "ghi lý do"
