"""The blank paper form of one quota rule, and its sheets with serials.

``blank_form`` sets a questionnaire once: the backdrops of its pages and the layout that
names every box. ``sheet_pages`` then adds to each copy only what is its own, so thousands
of sheets stream into one small PDF (``render.write_pdf``). Whether a rule gets a form about
one unit or a booklet follows from its design.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from questionnaires.model import NO_OPINION, Design, Questionnaire, QuotaRule, Unit
from questionnaires.paper.blocks import DENSITIES, NO_OPINION_WIDTH, TAG, Block, Density, Grid
from questionnaires.paper.booklet import booklet_groups
from questionnaires.paper.display import Backdrop, Page
from questionnaires.paper.flow import flow
from questionnaires.paper.furniture import (
    NEXT_TOP,
    QR_AREA,
    SheetStyle,
    first_head,
    frame,
    next_head,
    personal,
)
from questionnaires.paper.layout import (
    BOTTOM,
    MEASURE,
    NO_CONTACT,
    PITCH,
    Layout,
    LayoutPage,
    corner_squares,
)
from questionnaires.paper.own_form import form_groups, in_columns

PITCH_MAX = 16.0
LABEL_MEASURE = 82.0
"""Room a question should have beside its boxes. [mm]"""

SERIAL_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Sheet:
    """One copy of a form.

    Attributes
    ----------
    serial
        Eight digits, the last a check digit; printed in groups of four and in the QR.
    unit
        Name of the unit as it is printed; for a booklet what its units are called
        together (``13 phòng chuyên môn``).

    """

    serial: str
    unit: str

    def __post_init__(self) -> None:
        if len(self.serial) != SERIAL_DIGITS or not self.serial.isdecimal():
            msg = f"serial {self.serial!r} is not {SERIAL_DIGITS} digits; take it from the register"
            raise ValueError(msg)


@dataclass(frozen=True)
class BlankForm:
    """A form ready to be printed any number of times."""

    layout: Layout
    backdrops: tuple[Backdrop, ...]
    style: SheetStyle
    panel_top: float

    def pages(self, sheet: Sheet) -> Iterator[Page]:
        """Yield the pages of one sheet."""
        for number, backdrop in enumerate(self.backdrops):
            panel_top = self.panel_top if number == 0 else None
            items = personal(sheet.serial, sheet.unit, self.style, panel_top)
            yield Page(tuple(items), backdrop)


def blank_form(
    questionnaire: Questionnaire,
    rule: QuotaRule,
    group: str,
    style: SheetStyle,
    units: Sequence[Unit] = (),
) -> BlankForm:
    """Set the form of one quota rule.

    Parameters
    ----------
    questionnaire
        What the people of the rule are asked: ``questionnaire.asked_of(rule)``.
    group
        Who answers, as printed (``Người dân, doanh nghiệp``).
    units
        Units of a crossed rule, in printed order; not used for an own rule.

    Returns
    -------
    BlankForm
        On as few pages as the smallest type allows, and on those as generously set as
        they have room for.

    Raises
    ------
    ValueError
        If a crossed rule has no units, the form asks nothing, one question is taller than
        a page, or a letter is not in the font.

    """
    if not questionnaire.questions:
        msg = f"{questionnaire.code} asks the people of {rule.code} nothing; add a question"
        raise ValueError(msg)
    crossed = rule.design is Design.CROSS
    if crossed and not units:
        msg = f"the booklet of {rule.code} has no unit to ask about; give its units"
        raise ValueError(msg)
    head, panel_top, top = first_head(questionnaire, group, style)
    columns = _set_columns(questionnaire, units if crossed else (), top)
    pages = []
    backdrops = []
    for number, column in enumerate(columns, start=1):
        items = [*frame(number, len(columns), style, rule.code), *column.items]
        items += head if number == 1 else next_head(questionnaire)
        backdrops.append(Backdrop(tuple(items)))
        pages.append(LayoutPage(number, QR_AREA, corner_squares(), column.fields))
    layout = Layout(questionnaire.code, rule.code, tuple(pages))
    return BlankForm(layout, tuple(backdrops), style, panel_top)


def sheet_pages(form: BlankForm, sheets: Iterable[Sheet]) -> Iterator[Page]:
    """Yield the pages of many sheets, one at a time."""
    for sheet in sheets:
        yield from form.pages(sheet)


def _set_columns(questionnaire: Questionnaire, units: Sequence[Unit], top: float) -> list[Block]:
    """Choose the fewest pages; on those, uncut sections first, then the loosest setting."""
    fewest = len(_set(questionnaire, units, top, DENSITIES[-1], whole=False))
    settings = (
        _set(questionnaire, units, top, density, whole=whole)
        for whole in (True, False)
        for density in DENSITIES
    )
    return next(columns for columns in settings if len(columns) <= fewest)


def _set(
    questionnaire: Questionnaire,
    units: Sequence[Unit],
    top: float,
    density: Density,
    *,
    whole: bool,
) -> list[Block]:
    grid = Grid(density, _tag_width(questionnaire), _pitch(questionnaire))
    if units:
        groups = booklet_groups(questionnaire, units, grid)
    else:
        groups = form_groups(questionnaire, grid)
    return flow(groups, top + density.space, NEXT_TOP, BOTTOM, whole=whole)


def _tag_width(questionnaire: Questionnaire) -> float:
    """Width of the column of codes: the widest code and a gap, in mm."""
    return max(TAG.width_of(question.code) for question in questionnaire.questions) + 2.6


def _pitch(questionnaire: Questionnaire) -> float:
    """One pitch for all scales of a form, so that their columns stand in line, in mm."""
    widest = max(
        (
            len([code for code in question.scale.codes if code != NO_OPINION])
            for question in questionnaire.questions
            if question.scale and in_columns(question.scale)
        ),
        default=1,
    )
    room = MEASURE - LABEL_MEASURE - NO_OPINION_WIDTH
    return max(PITCH, min(PITCH_MAX, room / max(widest, 1)))


__all__ = ["NO_CONTACT", "BlankForm", "Sheet", "SheetStyle", "blank_form", "sheet_pages"]
