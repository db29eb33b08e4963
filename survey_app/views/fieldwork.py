"""The enumerator's pages: the sheets to key, and one sheet on one dense page.

``cells`` lists the work and takes a serial (typed, or sent by a hand scanner); ``sheet``
shows the rows in the order of the paper and saves them; ``scanned`` is what the QR on a
sheet opens. What a sheet becomes is decided by ``services.entries``.
"""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey_app.errors import NotFoundError, SurveyError
from survey_app.formats import language
from survey_app.forms.keying import layout, readings
from survey_app.models import State, Status, Unit
from survey_app.permissions import Permission
from survey_app.security import grouped
from survey_app.services.campaigns import campaign_by_slug, definition_of
from survey_app.services.entries import (
    Keyed,
    SheetToKey,
    cells_to_key,
    key_booklet,
    sheet_to_key,
)
from survey_app.services.keying import campaign_of_serial, serial_of
from survey_app.views.access import actor, needs

bp = Blueprint("fieldwork", __name__)


@bp.get("/campaigns/<slug>/key")
@needs(Permission.KEY)
def cells(slug: str) -> ResponseReturnValue:
    """Show what there is to key; ``?serial=`` goes to that sheet."""
    typed, wrong = request.args.get("serial", ""), None
    if typed:
        try:
            return redirect(url_for(".sheet", slug=slug, serial=serial_of(typed)))
        except SurveyError as error:
            wrong = error
    return _cells(slug, typed, wrong)


@bp.get("/campaigns/<slug>/key/<serial>")
@needs(Permission.KEY)
def sheet(slug: str, serial: str) -> ResponseReturnValue:
    """Show one sheet to key: the whole booklet, or one unit of it (``?unit=``)."""
    try:
        found = sheet_to_key(slug, serial_of(serial), actor=actor())
    except SurveyError as error:
        return _cells(slug, serial, error)
    return _page(slug, found, _asked(found, request.args.get("unit")), {})


@bp.post("/campaigns/<slug>/key/<serial>")
@needs(Permission.KEY)
def save(slug: str, serial: str) -> ResponseReturnValue:
    """Settle what was keyed; a refusal shows the page again with every key kept."""
    typed = request.form.to_dict()
    found = sheet_to_key(slug, serial_of(serial), actor=actor())
    listed = set(request.form.getlist("units"))
    units = tuple(unit for unit in found.units if unit.code in listed)
    try:
        done = key_booklet(
            slug,
            found.sheet.serial,
            readings(units, typed),
            reason=typed.get("reason"),
            actor=actor(),
        )
    except SurveyError as error:
        now = sheet_to_key(slug, found.sheet.serial, actor=actor())
        return _page(slug, now, units, typed, error)
    flash(*_said(found.sheet.serial, done))
    if len(listed) > 1 and len(done) < len(units):
        return redirect(url_for(".sheet", slug=slug, serial=found.sheet.serial))
    return redirect(url_for(".cells", slug=slug))


@bp.get("/s/<serial>")
@bp.get("/S/<serial>")
@needs(Permission.KEY)
def scanned(serial: str) -> ResponseReturnValue:
    """Go from the QR of a printed sheet to its keying page."""
    digits = serial_of(serial)
    return redirect(url_for(".sheet", slug=campaign_of_serial(digits).slug, serial=digits))


def _cells(slug: str, typed: str, wrong: SurveyError | None) -> ResponseReturnValue:
    campaign = campaign_by_slug(slug)
    lines = cells_to_key(slug, actor=actor())
    page = render_template(
        "fieldwork/cells.html",
        campaign=campaign,
        lines=lines,
        names={g.code: g.label.in_language(language()) for g in definition_of(campaign).groups},
        typed=typed,
        wrong=wrong,
        collecting=campaign.state is State.COLLECTING,
    )
    return page, wrong.status if wrong else 200


def _asked(found: SheetToKey, unit_code: str | None) -> tuple[Unit, ...]:
    """Return the units of the page: the one asked for, or those still to key."""
    if unit_code:
        units = tuple(unit for unit in found.units if unit.code == unit_code)
        if not units:
            raise NotFoundError(
                f"Phiếu {grouped(found.sheet.serial)} không có đơn vị {unit_code} để bạn nhập."
            )
        return units
    return found.open_units or found.units[:1]


def _page(
    slug: str,
    found: SheetToKey,
    units: tuple[Unit, ...],
    typed: dict[str, str],
    wrong: SurveyError | None = None,
) -> ResponseReturnValue:
    groups = layout(found, units, typed, language())
    page = render_template(
        "fieldwork/sheet.html",
        campaign=campaign_by_slug(slug),
        sheet=found,
        units=units,
        groups=groups,
        rows=sum(len(group.rows) for group in groups),
        filled=sum(bool(row.value) for group in groups for row in group.rows),
        before=[found.keyed[unit.code] for unit in units if unit.code in found.keyed],
        typed=typed,
        wrong=wrong,
    )
    return page, wrong.status if wrong else 200


def _said(serial: str, done: dict[str, Keyed]) -> tuple[str, str]:
    """Return what became of a sheet in one sentence, and its tone."""
    if len(done) == 1:
        keyed = next(iter(done.values()))
        fate = _fate(keyed)
        tones = {Status.COUNTED: "good", Status.OVER_TARGET: "warn"}
        tone = tones.get(keyed.status, "bad")
    else:
        fates = Counter(_fate(keyed) for keyed in done.values())
        fate = "; ".join(_("%(n)s đơn vị %(fate)s", n=n, fate=one) for one, n in fates.items())
        tone = "good" if {k.status for k in done.values()} == {Status.COUNTED} else "warn"
    return _("Đã nhập phiếu %(serial)s: %(fate)s.", serial=grouped(serial), fate=fate), tone


def _fate(keyed: Keyed) -> str:
    if keyed.status is Status.COUNTED:
        return _("tính vào chỉ tiêu")
    if keyed.status is Status.OVER_TARGET:
        return _("để riêng vì ô đã đủ chỉ tiêu")
    return _("không hợp lệ: %(reason)s", reason=keyed.reason or "")
