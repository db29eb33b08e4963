"""Signed lists of many lines on one page, or as a workbook that goes out and comes back.

``grid`` shows every line of a campaign (units in parts) or of one unit with boxes to type in;
what is wrong stands under its box. One line alone is ``views.money.line``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey_app.errors import SurveyError
from survey_app.formats import number, today
from survey_app.forms.money import ListsForm
from survey_app.models import Campaign, State
from survey_app.permissions import Permission
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.money_numbers import Money, PayLine
from survey_app.services.money_reading import money_of, unit_money
from survey_app.services.signed_list_checks import (
    WHY,
    Box,
    Key,
    Typed,
    gaps_of,
    told_before,
    told_gap,
    typed_of,
    with_list,
)
from survey_app.services.signed_list_sheets import import_lists, lists_workbook
from survey_app.services.signed_lists import ListsRefusedError, enter_typed_lists
from survey_app.views.access import actor, needs
from survey_app.views.files import as_download
from survey_app.views.money import line_names, why_needed

bp = Blueprint("signed_lists", __name__, url_prefix="/campaigns/<slug>/money")

UNITS_AT_ONCE: Final = 25


@bp.get("/lists")
@bp.get("/units/<unit>/lists")
@needs(Permission.PAY)
def grid(slug: str, unit: str | None = None) -> ResponseReturnValue:
    """Show the lines with boxes; ``?open=1`` leaves out those that agree or are explained."""
    return _grid(campaign_by_slug(slug), unit)


@bp.post("/lists")
@bp.post("/units/<unit>/lists")
@needs(Permission.PAY)
def enter(slug: str, unit: str | None = None) -> ResponseReturnValue:
    """Enter every list that was typed, or say what is wrong with each box."""
    campaign = campaign_by_slug(slug)
    typed = _typed()
    if request.form.get("act") == "fill":
        return _grid(campaign, unit, typed=typed, marked=True)
    try:
        kept = enter_typed_lists(slug, typed, actor=actor())
    except ListsRefusedError as error:
        return _grid(campaign, unit, typed=typed, refusal=error, status=error.status)
    flash(_("Đã ghi %(count)s bảng kê.", count=number(kept)), "good")
    return _back(slug, unit)


@bp.post("/lists/workbook")
@bp.post("/units/<unit>/lists/workbook")
@needs(Permission.PAY)
def workbook(slug: str, unit: str | None = None) -> ResponseReturnValue:
    """Answer with the lines as a workbook to fill in."""
    return as_download(lists_workbook(slug, unit, actor=actor()))


@bp.post("/lists/import")
@bp.post("/units/<unit>/lists/import")
@needs(Permission.PAY)
def bring(slug: str, unit: str | None = None) -> ResponseReturnValue:
    """Take a filled workbook."""
    campaign = campaign_by_slug(slug)
    form = ListsForm()
    if not form.validate_on_submit():
        return _grid(campaign, unit, form=form, status=400)
    file = form.file.data
    try:
        kept = import_lists(slug, file.read(), file.filename or "", actor=actor())
    except SurveyError as error:
        return _grid(campaign, unit, refusal=error, status=error.status)
    flash(_("Đã ghi %(count)s bảng kê.", count=number(kept)), "good")
    return _back(slug, unit)


def _back(slug: str, unit: str | None) -> ResponseReturnValue:
    part, only_open = request.args.get("part"), request.args.get("open")
    return redirect(url_for(".grid", slug=slug, unit=unit, part=part, open=only_open))


def _typed() -> dict[Key, Typed]:
    """Return the boxes of the page by list; a box is named ``people:X01:CX4``."""
    boxes: dict[Key, dict[Box, str]] = {}
    for name, value in request.form.items():
        box, _sign, key = name.partition(":")
        unit, _sign, line = key.partition(":")
        if box in set(Box) and line:
            boxes.setdefault((unit, line), {})[Box(box)] = value
    return {key: Typed(found) for key, found in boxes.items()}


def _grid(
    campaign: Campaign,
    unit: str | None,
    *,
    typed: Mapping[Key, Typed] | None = None,
    marked: bool = False,
    form: ListsForm | None = None,
    refusal: SurveyError | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    money = money_of(campaign)
    part = max(1, request.args.get("part", 1, int))
    only_open = request.args.get("open") == "1"
    typed = typed or {}
    lines = [
        line
        for line in _lines(money, unit, part)
        if line.key in typed or not only_open or not line.is_explained
    ]
    wrong = refusal.wrong if isinstance(refusal, ListsRefusedError) else {}
    page = render_template(
        "money/lists.html",
        campaign=campaign,
        here=unit_money(money, unit).unit if unit else None,
        rows=[_row(line, _boxes(line, typed, marked=marked), wrong) for line in lines],
        part=part,
        parts=1 if unit else -(-len(money.units) // UNITS_AT_ONCE),
        only_open=only_open,
        names=line_names(campaign),
        form=form or ListsForm(formdata=None),
        refusal=refusal,
        opened=campaign.state not in (State.DRAFT, State.PLANNED),
        today=today(),
    )
    return page, status


def _lines(money: Money, unit: str | None, part: int) -> Sequence[PayLine]:
    """Return the lines of a unit, or of a part of the units; those of all units come first."""
    if unit:
        return unit_money(money, unit).lines
    units = money.units[(part - 1) * UNITS_AT_ONCE : part * UNITS_AT_ONCE]
    own = [line for one in units for line in one.lines]
    return [*money.shared, *own] if part == 1 else own


def _boxes(line: PayLine, typed: Mapping[Key, Typed], *, marked: bool) -> Typed:
    found = typed.get(line.key)
    if found is None or (marked and found.is_blank):
        return typed_of(line, today(), marked=marked)
    return found


def _row(line: PayLine, typed: Typed, wrong: Mapping[Key, Mapping[Box, str]]) -> dict[str, object]:
    """Return what the page shows of a line: its boxes, their mistakes, what must be explained."""
    mine = dict(wrong.get(line.key, {}))
    gaps = () if mine.keys() & {Box.PEOPLE, Box.AMOUNT} else gaps_of(line, typed)
    found = with_list(line, typed.read()[0]) if gaps else line
    whys = {WHY[gap]: told_gap(found, gap) for gap in gaps if gap in WHY}
    unsaid = {box: why_needed() for box, told in whys.items() if mine.get(box) == told}
    before = {WHY[gap]: told_before(line, gap) for gap in WHY}
    return {
        "line": line,
        "typed": typed,
        "wrong": mine | unsaid,
        "whys": [(box, told + before[box]) for box, told in whys.items()],
    }
