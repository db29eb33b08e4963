"""The bricks of a form: a heading, a row of boxes, a list of choices, ruled lines.

A :class:`Block` is a strip over the full measure whose heights count from its own top; it
is never cut. Which bricks a questionnaire becomes is decided in ``own_form`` and
``booklet``; ``flow`` lays them down the pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from questionnaires.model import NO_OPINION, Choice
from questionnaires.paper.display import Box, Item, Line, moved
from questionnaires.paper.fonts import Face
from questionnaires.paper.layout import (
    BOX,
    BOX_CLEAR,
    BOX_LINE,
    LEFT,
    RIGHT,
    ROW,
    Area,
    Field,
    PlacedBox,
)
from questionnaires.paper.typography import Align, Style, paragraph, run, set_lines

RULE = 0.4
HAIRLINE = 0.15
GREY = 0.62
TAG = Style(Face.SANS_BOLD, 8, shade=0.35)
CODE = Style(Face.SANS, 8, shade=0.3)
CHOICE = Style(Face.SANS, 8.5, leading=1.18)
COLUMN = Style(Face.SANS, 8, leading=1.18)
HEADING = Style(Face.SANS_BOLD, 10.5, leading=1.2)
CELL_LINES = 2
"""Lines the words of a choice may take beside its box."""
COLUMN_GAP = 1.0
"""White between the labels of two columns. [mm]"""
LIST_COLUMNS = 6
LIST_GRID = 3
LIST_START = LEFT + 60.0
"""Where the choices of a list begin. [mm]"""
LINE_START = LEFT + 70.0
"""Where the line to write on begins beside a unit. [mm]"""
NO_OPINION_WIDTH = 21.0
"""The last column is wider: "no opinion" is not one more step of the scale. [mm]"""


@dataclass(frozen=True, slots=True)
class Density:
    """How generously a form is set; the loosest that needs the fewest pages is taken.

    Attributes
    ----------
    label
        Style of the questions.
    row, pad
        Least height of a row, and white above and below its text. [mm]
    space
        White above a heading. [mm]

    """

    label: Style
    row: float
    pad: float
    space: float


DENSITIES = (
    Density(Style(Face.SANS, 10.5), 11.0, 1.7, 5.0),
    Density(Style(Face.SANS, 10), 10.0, 1.4, 4.2),
    Density(Style(Face.SANS, 10), 9.2, 1.1, 3.6),
    Density(Style(Face.SANS, 9.5), ROW, 0.9, 2.8),
    Density(Style(Face.SANS, 9, leading=1.18), ROW, 0.7, 2.2),
)


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns every row of a form shares.

    Attributes
    ----------
    tag
        Width of the column of question codes. [mm]
    pitch
        Distance of two box columns, at least ``PITCH``. [mm]

    """

    density: Density
    tag: float
    pitch: float

    def centres(self, choices: Sequence[Choice]) -> tuple[float, ...]:
        """Return the middle of each box column, right-aligned on the page, in mm."""
        centres = []
        right = RIGHT
        for choice in reversed(choices):
            width = self.column_width(choice)
            centres.append(right - width / 2)
            right -= width
        return tuple(reversed(centres))

    def column_width(self, choice: Choice) -> float:
        """Return the width of one box column, in mm."""
        return max(self.pitch, NO_OPINION_WIDTH) if choice.code == NO_OPINION else self.pitch

    def label_end(self, choices: Sequence[Choice]) -> float:
        """Return where the text left of the boxes must end, in mm."""
        return self.centres(choices)[0] - max(self.pitch / 2, BOX / 2 + BOX_CLEAR) - 1.0


@dataclass(frozen=True, slots=True)
class Block:
    """A strip of the page that is never cut; heights count from its top, in mm."""

    height: float
    items: tuple[Item, ...] = ()
    fields: tuple[Field, ...] = ()

    def at(self, top: float) -> Block:
        """Return the block with its top at ``top`` of the page, in mm."""
        return Block(
            self.height,
            tuple(moved(item, 0, top) for item in self.items),
            tuple(field.moved_down(top) for field in self.fields),
        )


# --- bricks ------------------------------------------------------------------------------


def heading(grid: Grid, title: str, choices: Sequence[Choice] = (), *, tag: str = "") -> Block:
    """Set a title on the left, the labels of the box columns on the right, a rule below."""
    style = HEADING if not tag else Style(Face.SANS_BOLD, grid.density.label.size_pt, 1.2)
    left = LEFT + (grid.tag if tag else 0.0)
    measure = (grid.label_end(choices) if choices else RIGHT) - left
    lines = style.tidy_lines_of(title, measure)
    measures = [grid.column_width(choice) - COLUMN_GAP for choice in choices]
    labels = [
        COLUMN.balanced_lines_of(choice.label.vi, width)
        for choice, width in zip(choices, measures, strict=True)
    ]
    text_height = max(
        style.height_of(len(lines)), *(COLUMN.height_of(len(label)) for label in labels), 0.0
    )
    bottom = text_height + 1.3
    # Titles stand on the rule like the labels beside them, so short ones line up.
    top = text_height - style.height_of(len(lines))
    items: list[Item] = [*set_lines(left, top, measure, lines, style).runs]
    if tag:
        items.append(run(LEFT, top + style.ascent_mm, tag, TAG))
    centres = grid.centres(choices) if choices else ()
    for centre, width, label in zip(centres, measures, labels, strict=True):
        top = text_height - COLUMN.height_of(len(label))
        items += set_lines(centre - width / 2, top, width, label, COLUMN, align=Align.CENTRE).runs
    items.append(Line(LEFT, bottom, RIGHT, bottom, RULE))
    return Block(bottom, tuple(items))


def box_row(
    grid: Grid,
    words: str,
    choices: Sequence[Choice],
    question: str,
    unit: str | None = None,
    *,
    tag: str = "",
) -> Block:
    """Set a label on the left and one box for each choice on the right."""
    style, left = grid.density.label, LEFT + grid.tag
    measure = grid.label_end(choices) - left
    lines = style.tidy_lines_of(words, measure)
    height = max(grid.density.row, style.height_of(len(lines)) + 2 * grid.density.pad)
    middle = height / 2
    items = label(grid, tag, lines, middle, measure)
    boxes = []
    for centre, choice in zip(grid.centres(choices), choices, strict=True):
        drawn, box = coded_box(centre - BOX / 2, middle, choice.code)
        items += drawn
        boxes.append(box)
    items.append(_row_rule(height))
    return Block(height, tuple(items), (Field(question, unit, "single", tuple(boxes)),))


def choice_list(
    grid: Grid,
    words: str,
    choices: Sequence[Choice],
    question: str,
    unit: str | None = None,
    *,
    tag: str,
) -> Block:
    """Set a label on the left, the choices in as many columns as their words allow."""
    columns = _list_columns(choices)
    rows = -(-len(choices) // columns)
    # Four choices in three columns stand as two and two, not as three and one, and short
    # lists keep the columns of the lists above them.
    per_row = -(-len(choices) // rows)
    cell = (RIGHT - LIST_START) / max(per_row, min(columns, LIST_GRID))
    texts = [CHOICE.tidy_lines_of(choice.label.vi, _cell_measure(cell)) for choice in choices]
    row = max(grid.density.row, *(CHOICE.height_of(len(t)) + 1.0 for t in texts))
    style, measure = grid.density.label, LIST_START - LEFT - grid.tag - BOX_CLEAR - 1.5
    lines = style.tidy_lines_of(words, measure)
    label_height = style.height_of(len(lines)) + 2 * grid.density.pad
    height = max(row * rows, label_height)
    # Beside several rows the question starts level with the first one.
    below = (len(lines) - 1) * style.line_mm / 2
    middle = min(height / 2, row / 2 + below) if rows > 1 else height / 2
    items = label(grid, tag, lines, middle, measure)
    boxes = []
    top = (height - row * rows) / 2
    for number, (choice, text) in enumerate(zip(choices, texts, strict=True)):
        x = LIST_START + number % per_row * cell
        y = top + (number // per_row + 0.5) * row
        drawn, box = coded_box(x, y, choice.code)
        text_top = y - CHOICE.height_of(len(text)) / 2
        beside = set_lines(x + _WORDS, text_top, _cell_measure(cell), text, CHOICE)
        items += [*drawn, *beside.runs]
        boxes.append(box)
    items.append(_row_rule(height))
    return Block(height, tuple(items), (Field(question, unit, "single", tuple(boxes)),))


def ruled_lines(grid: Grid, words: str, question: str, *, tag: str, lines: int = 2) -> Block:
    """Set a label over the full measure and dotted lines to write on."""
    style, left = grid.density.label, LEFT + grid.tag
    text = paragraph(left, grid.density.pad, RIGHT - left, words, style)
    items: list[Item] = [*text.runs, run(LEFT, grid.density.pad + style.ascent_mm, tag, TAG)]
    top = grid.density.pad + text.height
    items += [_dotted(left, top + (n + 1) * ROW) for n in range(lines)]
    area = Area(left, top, RIGHT - left, lines * ROW)
    return Block(top + lines * ROW + 1.0, tuple(items), (Field(question, None, "text", area=area),))


def ruled_row(grid: Grid, words: str, question: str, unit: str, *, tag: str) -> Block:
    """Set a unit on the left and one line to write on beside it."""
    style, left, start = grid.density.label, LEFT + grid.tag, LINE_START
    lines = style.tidy_lines_of(words, start - left - 2.0)
    height = max(ROW, style.height_of(len(lines)) + 2 * grid.density.pad)
    items = label(grid, tag, lines, height / 2, start - left - 2.0)
    items.append(_dotted(start, height - 1.2))
    area = Area(start, 0.0, RIGHT - start, height)
    return Block(height, tuple(items), (Field(question, unit, "text", area=area),))


def coded_box(x: float, middle: float, code: str) -> tuple[list[Item], PlacedBox]:
    """Draw one box with its left edge at ``x`` and the code the enumerator keys beside it."""
    box = PlacedBox(code, x, middle - BOX / 2)
    return [
        Box(box.x, box.y, box.w, box.h, BOX_LINE),
        run(x + BOX + BOX_CLEAR, middle + CODE.digit_mm / 2, code, CODE),
    ], box


_WORDS = BOX + BOX_CLEAR + 3.4
"""From the left edge of a box to the words of its choice. [mm]"""


def _list_columns(choices: Sequence[Choice]) -> int:
    """Return the most columns in which every choice takes at most two uncut lines."""
    for columns in range(min(len(choices), LIST_COLUMNS), 1, -1):
        measure = _cell_measure((RIGHT - LIST_START) / columns)
        # More columns than the common grid only where every choice is a short word.
        lines = CELL_LINES if columns <= LIST_GRID else 1
        if all(
            len(CHOICE.lines_of(choice.label.vi, measure)) <= lines
            and _longest_word(choice.label.vi) <= measure
            for choice in choices
        ):
            return columns
    return 1


def _cell_measure(cell: float) -> float:
    """Room for the words of a choice in a cell of the list, in mm."""
    return cell - _WORDS - BOX_CLEAR


def _longest_word(text: str) -> float:
    return max(CHOICE.width_of(word) for word in text.split())


def label(
    grid: Grid,
    tag: str,
    lines: Sequence[str],
    middle: float,
    measure: float,
    *,
    left: float = LEFT,
) -> list[Item]:
    """Set a question around the middle of its row, its code or number before it."""
    style = grid.density.label
    # Optical middle: capitals and digits, not the rare stacked tones, stand beside the box.
    first = middle + style.digit_mm / 2 - (len(lines) - 1) * style.line_mm / 2
    text = set_lines(left + grid.tag, first - style.ascent_mm, measure, lines, style)
    return [*text.runs, *([run(left, first, tag, TAG)] if tag else [])]


def _row_rule(y: float) -> Line:
    return Line(LEFT, y, RIGHT, y, HAIRLINE, GREY)


def _dotted(x: float, y: float) -> Line:
    return Line(x, y, RIGHT, y, 0.2, 0.5, (0.3, 0.9))
