"""Blank paper forms of a campaign with their serials."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import BinaryIO

from questionnaires.model import Campaign as Definition
from questionnaires.model import Design
from questionnaires.paper.blank_forms import Sheet, SheetStyle, blank_form, sheet_pages
from questionnaires.paper.display import Page
from questionnaires.paper.render import write_pdf
from survey_app.formats import day
from survey_app.models import Campaign
from survey_app.printing.common import counted, ticking
from survey_app.services.definitions import definition_of, rule_form
from survey_app.services.sheets import PrintedSheet
from survey_app.services.slips import base_url


def write_sheets(
    campaign: Campaign,
    sheets: Sequence[PrintedSheet],
    stream: BinaryIO,
    *,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Draw blank forms as one PDF, in the order given.

    Parameters
    ----------
    campaign, sheets
        The campaign, and sheets just made (``services.sheets.print_sheets``). Without a
        public address their QR holds the bare serial.
    stream
        Where the file goes.
    progress
        Called with 1 after each sheet.

    Returns
    -------
    int
        Pages. [A4]

    Raises
    ------
    ValueError
        If there is no sheet.

    """
    style = SheetStyle(
        title=campaign.title,
        organisation=campaign.organisation,
        year=campaign.year,
        deadline=day(campaign.closes),
        base_url=base_url(),
        simulated=campaign.simulated,
    )
    return write_pdf(
        stream,
        _pages(campaign, definition_of(campaign), ticking(sheets, progress), style),
        title=f"Phiếu giấy {campaign.short_code}",
        author=campaign.organisation,
    )


def _pages(
    campaign: Campaign, definition: Definition, sheets: Iterable[PrintedSheet], style: SheetStyle
) -> Iterator[Page]:
    """Set each rule's form once, then yield its copies."""
    for code, copies in groupby(sheets, key=lambda sheet: sheet.rule.code):
        first = next(copies)
        rule = definition.rule_by_code[code]
        units = definition.units_of(rule) if rule.design is Design.CROSS else ()
        group = next(group.label.vi for group in definition.groups if group.code == rule.group)
        together = counted(len(units), definition.unit_kinds[rule.unit_kind].vi)
        form = blank_form(rule_form(campaign, first.rule), rule, group, style, units)
        yield from sheet_pages(
            form,
            (
                Sheet(sheet.serial, sheet.unit.name if sheet.unit else together)
                for sheet in chain([first], copies)
            ),
        )
