"""Lists of people on pages: read, confirmed, looked at; contacts deleted.

What a list means is read by ``services.roster_reading``; samples are drawn in ``views.draws``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from questionnaires.model import Text
from questionnaires.roster_columns import Column
from questionnaires.roster_duplicates import Duplicate
from survey_app.errors import SurveyError
from survey_app.formats import number as printed
from survey_app.forms.rosters import ConfirmForm, FactsForm, ListForm, ReasonForm, with_groups
from survey_app.models import Campaign, Roster, RosterKind
from survey_app.permissions import Permission
from survey_app.services import rosters
from survey_app.services.campaigns import campaign_by_slug, definition_of
from survey_app.services.contacts import are_kept, contacts_of, due_rosters, purge_due, purge_roster
from survey_app.services.roster_reading import (
    GUESSED,
    LEFT_OUT,
    NO_UNIT,
    RosterChoices,
    RosterPreview,
    grid_of_file,
    grid_of_paste,
    packed,
    preview_roster,
    unpacked,
)
from survey_app.services.rosters import OPEN_STATES, RosterFacts, contacts_until, roster_of
from survey_app.views.access import actor, needs

bp = Blueprint("rosters", __name__, url_prefix="/campaigns/<slug>/rosters")

UNDECIDED: Final = "?"
NONE: Final = "none"
IGNORED: Final = "-"
EVERY: Final = "*"

GROUPS_SHOWN: Final = 200
"""Groups of rows that may be one person a page shows; the rest is treated as proposed."""

ROWS_SHOWN: Final = 8
PEOPLE_ON_A_PAGE: Final = 100


@bp.after_request
def forget(answer: Response) -> Response:
    """Names and telephones are not left in a browser's store."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


# --- all lists ---------------------------------------------------------------------------


@bp.get("")
@needs(Permission.ROSTERS)
def lists(slug: str) -> ResponseReturnValue:
    """Show the lists of a campaign."""
    campaign = campaign_by_slug(slug)
    lines = rosters.rosters_of(campaign)
    return render_template(
        "rosters/lists.html",
        campaign=campaign,
        groups=_group_labels(campaign, [line.roster for line in lines]),
        lines=lines,
        due=due_rosters(campaign),
        form=FactsForm(formdata=None),
        looking=campaign.state in OPEN_STATES,
    )


@bp.post("/purge")
@needs(Permission.ROSTERS)
def purge(slug: str) -> ResponseReturnValue:
    """Delete the contacts whose day has passed."""
    done = purge_due(slug, actor=actor())
    flash(
        _(
            "Đã xóa %(contacts)s liên hệ của %(lists)s danh sách đến hạn.",
            contacts=printed(sum(purged.contacts for purged in done)),
            lists=printed(len(done)),
        ),
        "good" if done else "info",
    )
    return redirect(url_for("rosters.lists", slug=slug))


# --- a new one ---------------------------------------------------------------------------


@bp.get("/new")
@needs(Permission.ROSTERS)
def new(slug: str) -> ResponseReturnValue:
    """Ask for a list."""
    campaign = campaign_by_slug(slug)
    form = ListForm(formdata=None, contacts_until=contacts_until(campaign))
    return _new(campaign, form)


@bp.post("/new")
@needs(Permission.ROSTERS)
def read(slug: str) -> ResponseReturnValue:
    """Show what a list would become; nothing is kept."""
    campaign = campaign_by_slug(slug)
    form = with_groups(ListForm(), definition_of(campaign).groups)
    if not form.validate_on_submit():
        return _new(campaign, form, status=400)
    file = form.file.data
    try:
        grid = (
            grid_of_file(file.read(), file.filename or "")
            if file
            else grid_of_paste(form.text.data or "")
        )
        carried = packed(grid)
        preview = preview_roster(slug, grid, RosterKind(form.kind.data), RosterChoices())
    except SurveyError as error:
        return _new(campaign, form, refusal=error, status=400)
    confirm = ConfirmForm(formdata=None, obj=None, data=form.data | {"packed": carried})
    return _preview(campaign, confirm, preview, RosterChoices())


@bp.post("/take")
@needs(Permission.ROSTERS)
def take(slug: str) -> ResponseReturnValue:
    """Keep a list that was confirmed, or look at it again with other choices."""
    campaign = campaign_by_slug(slug)
    form = with_groups(ConfirmForm(), definition_of(campaign).groups)
    choices = _choices(skip_faulty=bool(form.skip_faulty.data))
    kind = RosterKind(form.kind.data) if form.kind.data in set(RosterKind) else RosterKind.PEOPLE
    try:
        grid = unpacked(form.packed.data or "")
    except SurveyError as error:
        empty = ListForm(formdata=None, contacts_until=contacts_until(campaign))
        return _new(campaign, empty, refusal=error, status=400)
    refusal = None
    again = request.form.get("act") != "take"
    if form.validate_on_submit() and not again:
        facts = RosterFacts(
            form.name.data, kind, form.group.data, form.contacts_until.data, form.source.data or ""
        )
        try:
            roster_id = rosters.take_roster(slug, grid, choices, facts, actor=actor())
            flash(_("Đã lưu danh sách “%(name)s”.", name=form.name.data), "good")
            return redirect(url_for("rosters.roster", slug=slug, roster_id=roster_id))
        except SurveyError as error:
            refusal = error
    preview = preview_roster(slug, grid, kind, choices)
    status = 200 if again and not form.errors else 400
    return _preview(campaign, form, preview, choices, refusal=refusal, status=status)


def _choices(*, skip_faulty: bool) -> RosterChoices:
    """Return what the page says about columns, unit names and rows."""
    form = request.form
    heading = form.get("heading", GUESSED, type=int)
    moved = heading != form.get("heading_was", heading, type=int)
    columns = {
        name.removeprefix("col:"): Column(value) if value in set(Column) else None
        for name, value in form.items()
        if name.startswith("col:")
    }
    meant = {IGNORED: LEFT_OUT, NONE: NO_UNIT}
    units = {
        name.removeprefix("unit:"): meant.get(value, value)
        for name, value in form.items()
        if name.startswith("unit:") and value != UNDECIDED
    }
    return RosterChoices(
        heading=max(heading, GUESSED),
        columns=None if moved or not columns else columns,
        units=units,
        shown=frozenset(_numbers(form.get("shown", ""))),
        dropped=frozenset(_numbers(",".join(form.getlist("drop")))),
        skip_faulty=skip_faulty,
    )


def _numbers(text: str) -> Iterator[int]:
    return (int(part) for part in text.split(",") if part.isdecimal() and len(part) < 8)  # noqa: PLR2004 - the number is said by the line


def _new(
    campaign: Campaign,
    form: ListForm,
    *,
    refusal: SurveyError | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "rosters/new.html",
        campaign=campaign,
        form=with_groups(form, definition_of(campaign).groups),
        refusal=refusal,
        looking=campaign.state in OPEN_STATES,
    )
    return page, status


def _preview(
    campaign: Campaign,
    form: ConfirmForm,
    preview: RosterPreview,
    choices: RosterChoices,
    *,
    refusal: SurveyError | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    definition = definition_of(campaign)
    offered = preview.duplicates[:GROUPS_SHOWN]
    page = render_template(
        "rosters/preview.html",
        campaign=campaign,
        form=with_groups(form, definition.groups),
        definition=definition,
        preview=preview,
        choices=choices,
        columns=Column,
        offered=offered,
        shown=sorted(_shown(offered)),
        rows_shown=ROWS_SHOWN,
        refusal=refusal,
        left_out=LEFT_OUT,
        no_unit=NO_UNIT,
    )
    return page, status


def _shown(offered: tuple[Duplicate, ...]) -> set[int]:
    return {number for duplicate in offered for number in duplicate.rows[:ROWS_SHOWN]}


# --- one list ----------------------------------------------------------------------------


@bp.get("/<int:roster_id>")
@needs(Permission.ROSTERS)
def roster(slug: str, roster_id: int) -> ResponseReturnValue:
    """Show one list: who stands on it, how long contacts are kept, what was drawn."""
    return _roster(campaign_by_slug(slug), roster_id)


@bp.post("/<int:roster_id>/contacts")
@needs(Permission.ROSTERS)
def delete_contacts(slug: str, roster_id: int) -> ResponseReturnValue:
    """Delete the contacts of a list before their day."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _roster(campaign_by_slug(slug), roster_id, contacts_form=form, status=400)
    purged = purge_roster(slug, roster_id, form.reason.data or "", actor=actor())
    flash(_("Đã xóa %(count)s liên hệ.", count=printed(purged.contacts)), "good")
    return redirect(url_for("rosters.roster", slug=slug, roster_id=roster_id))


@bp.post("/<int:roster_id>/give-up")
@needs(Permission.ROSTERS)
def give_up(slug: str, roster_id: int) -> ResponseReturnValue:
    """Delete a list nobody was drawn from."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _roster(campaign_by_slug(slug), roster_id, give_up_form=form, status=400)
    name = rosters.give_up_roster(slug, roster_id, form.reason.data or "", actor=actor())
    flash(_("Đã xóa danh sách “%(name)s”.", name=name), "good")
    return redirect(url_for("rosters.lists", slug=slug))


def _roster(
    campaign: Campaign,
    roster_id: int,
    *,
    contacts_form: ReasonForm | None = None,
    give_up_form: ReasonForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    found = roster_of(campaign, roster_id)
    unit = request.args.get("unit", EVERY)
    part = max(1, request.args.get("page", 1, type=int))
    people = rosters.people_of(
        found,
        unit=None if unit == EVERY else unit,
        skip=(part - 1) * PEOPLE_ON_A_PAGE,
        count=PEOPLE_ON_A_PAGE,
    )
    page = render_template(
        "rosters/roster.html",
        campaign=campaign,
        roster=found,
        group=_group_labels(campaign, [found])[found.group],
        people=people,
        contacts=contacts_of(found),
        kept=are_kept(found),
        unit=unit,
        page=part,
        pages=max(1, -(-people.total // PEOPLE_ON_A_PAGE)),
        contacts_form=contacts_form or ReasonForm(formdata=None),
        give_up_form=give_up_form or ReasonForm(formdata=None),
        looking=campaign.state in OPEN_STATES,
    )
    return page, status


def _group_labels(campaign: Campaign, found: Iterable[Roster]) -> dict[str, Text]:
    """Name the groups of lists; one that an amended plan no longer has keeps its code."""
    known = {group.code: group.label for group in definition_of(campaign).groups}
    return {each.group: known.get(each.group, Text(each.group, each.group)) for each in found}
