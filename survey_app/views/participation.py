"""Who answered, for signatures and fees; and requests to ask other people in the same cell.

An enumerator keeps the lists of the units he or she keys, a coordinator all of them. What a
list may hold is decided by ``services.participation``, a request by ``services.substitutions``.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey_app.errors import SurveyError
from survey_app.formats import language, number
from survey_app.forms.money import (
    DecideForm,
    PeopleForm,
    RemoveForm,
    SubstituteForm,
    number_or_none,
    with_enumerators,
)
from survey_app.models import Campaign, State, User, Verdict
from survey_app.permissions import Permission
from survey_app.services import participation, participation_lists, substitutions
from survey_app.services.campaigns import campaign_by_slug, definition_of
from survey_app.services.field_lists import respondents_file
from survey_app.services.respondent_kinds import kinds_of
from survey_app.views.access import actor, needs
from survey_app.views.files import as_download

bp = Blueprint("participation", __name__, url_prefix="/campaigns/<slug>/participants")

UNITS_AT_ONCE: Final = 250
"""Rows of one page; a country has thousands of units."""


@bp.get("")
@needs(Permission.PARTICIPATION)
def lists(slug: str) -> ResponseReturnValue:
    """Show every list the person may see, by unit."""
    campaign = campaign_by_slug(slug)
    found = participation_lists.people_lists(campaign, actor())
    units = list(dict.fromkeys(line.unit for line in found if line.unit))
    part = max(1, request.args.get("part", 1, int))
    return render_template(
        "participation/lists.html",
        campaign=campaign,
        lines=found,
        shared=[line for line in found if line.unit is None],
        units=units[(part - 1) * UNITS_AT_ONCE : part * UNITS_AT_ONCE],
        parts=-(-len(units) // UNITS_AT_ONCE),
        part=part,
        kinds=list(dict.fromkeys(unit.kind for unit in units)),
        by_cell={(line.unit, line.rule.code): line for line in found if line.unit},
        names=_names(campaign),
        waiting=substitutions.waiting_requests(campaign, actor()),
        over=[line for line in found if line.over],
        repeated=participation_lists.repeated_phones(campaign)
        if participation_lists.sees_crossed(actor())
        else 0,
    )


@bp.get("/<rule>")
@bp.get("/<rule>/<unit>")
@needs(Permission.PARTICIPATION)
def people(slug: str, rule: str, unit: str | None = None) -> ResponseReturnValue:
    """Open one list."""
    return _page(campaign_by_slug(slug), rule, unit)


@bp.post("/<rule>/add")
@bp.post("/<rule>/<unit>/add")
@needs(Permission.PARTICIPATION)
def add(slug: str, rule: str, unit: str | None = None) -> ResponseReturnValue:
    """Add pasted names, or say what is wrong with each line."""
    campaign = campaign_by_slug(slug)
    form = _people_form(campaign, rule, unit)
    if not form.validate_on_submit():
        return _page(campaign, rule, unit, form=form, status=400)
    try:
        added = participation.add_people(
            slug,
            rule,
            unit,
            form.text.data or "",
            enumerator_id=number_or_none(form.enumerator.data),
            actor=actor(),
        )
    except SurveyError as error:
        return _page(campaign, rule, unit, form=form, refusal=error, status=error.status)
    flash(_("Đã thêm %(count)s người vào danh sách.", count=number(added)), "good")
    return _to_list(slug, rule, unit)


@bp.post("/<rule>/sign")
@bp.post("/<rule>/<unit>/sign")
@needs(Permission.PARTICIPATION)
def sign(slug: str, rule: str, unit: str | None = None) -> ResponseReturnValue:
    """Note who signed, among the lines that were shown."""
    shown = _ids("shown")
    signed = shown if request.form.get("act") == "all" else _ids("signed")
    changed = participation.mark_signed(slug, rule, unit, shown, signed, actor=actor())
    flash(_("Đã lưu chữ ký của %(count)s người.", count=number(changed)), "good")
    return _to_list(slug, rule, unit)


@bp.post("/<rule>/remove")
@bp.post("/<rule>/<unit>/remove")
@needs(Permission.PARTICIPATION)
def remove(slug: str, rule: str, unit: str | None = None) -> ResponseReturnValue:
    """Take lines off a list, with a reason."""
    campaign = campaign_by_slug(slug)
    form = RemoveForm()
    if not form.validate_on_submit():
        return _page(campaign, rule, unit, remove_form=form, status=400)
    try:
        gone = participation.remove_people(
            slug, rule, unit, _ids("person"), form.reason.data or "", actor=actor()
        )
    except SurveyError as error:
        return _page(campaign, rule, unit, remove_form=form, refusal=error, status=error.status)
    flash(_("Đã bỏ %(count)s người khỏi danh sách.", count=number(gone)), "good")
    return _to_list(slug, rule, unit)


@bp.post("/<rule>/print")
@bp.post("/<rule>/<unit>/print")
@needs(Permission.PARTICIPATION)
def paper(slug: str, rule: str, unit: str | None = None) -> ResponseReturnValue:
    """Answer with the list for signatures as a workbook."""
    return as_download(respondents_file(slug, rule, unit, actor=actor()))


def _ids(name: str) -> set[UUID]:
    """People a form names; what is no id is nobody."""
    found = set()
    for text in request.form.getlist(name):
        with suppress(ValueError):
            found.add(UUID(text))
    return found


def _to_list(slug: str, rule: str, unit: str | None) -> ResponseReturnValue:
    return redirect(url_for(".people", slug=slug, rule=rule, unit=unit))


def _people_form(campaign: Campaign, rule: str, unit: str | None) -> PeopleForm:
    found = participation_lists.people_list(campaign, rule, unit, actor())
    users = participation_lists.enumerators_for(campaign, found.unit, actor())
    return with_enumerators(PeopleForm(), users, None)


def _likely(users: Sequence[User]) -> int | None:
    """Who probably asked: the enumerator at the page, or the one who keys the unit."""
    if actor().roles == {"enumerator"}:
        return actor().user_id
    keyers = [user.id for user in users if user.id != actor().user_id]
    return keyers[0] if len(keyers) == 1 else None


def _page(
    campaign: Campaign,
    rule: str,
    unit: str | None,
    *,
    form: PeopleForm | None = None,
    remove_form: RemoveForm | None = None,
    substitute_form: SubstituteForm | None = None,
    refusal: SurveyError | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    found = participation_lists.people_list(campaign, rule, unit, actor())
    if form is None:
        users = participation_lists.enumerators_for(campaign, found.unit, actor())
        form = with_enumerators(PeopleForm(formdata=None), users, _likely(users))
    may_ask = found.unit is not None and found.rule.top_up_from is not None
    page = render_template(
        "participation/people.html",
        campaign=campaign,
        found=found,
        names=_names(campaign),
        form=form,
        remove_form=remove_form or RemoveForm(formdata=None),
        substitute_form=substitute_form or SubstituteForm(formdata=None),
        mix=substitutions.mix_of(campaign, rule, unit) if may_ask and unit else None,
        verdicts=verdict_labels(),
        refusal=refusal,
        opened=campaign.state not in (State.DRAFT, State.PLANNED),
        collecting=campaign.state is State.COLLECTING,
    )
    return page, status


# --- other people in the same cell -------------------------------------------------------


@bp.post("/<rule>/<unit>/substitute")
@needs(Permission.PARTICIPATION)
def substitute(slug: str, rule: str, unit: str) -> ResponseReturnValue:
    """Ask that other people may fill places of the cell."""
    campaign = campaign_by_slug(slug)
    form = SubstituteForm()
    if not form.validate_on_submit():
        return _page(campaign, rule, unit, substitute_form=form, status=400)
    try:
        substitutions.ask_substitution(
            slug, rule, unit, form.places.data or 0, form.reason.data or "", actor=actor()
        )
    except SurveyError as error:
        return _page(campaign, rule, unit, substitute_form=form, refusal=error, status=error.status)
    flash(_("Đã gửi đề nghị lấy bổ sung; điều phối sẽ quyết định."), "good")
    return _to_list(slug, rule, unit)


@bp.get("/substitutions")
@needs(Permission.PARTICIPATION)
def requests(slug: str) -> ResponseReturnValue:
    """Show every request, those that wait first, with planned and actual kinds."""
    return _requests(campaign_by_slug(slug))


@bp.post("/substitutions/<int:number>")
@needs(Permission.BALLOTS_DECIDE)
def decide(slug: str, number: int) -> ResponseReturnValue:
    """Grant or refuse a request."""
    campaign = campaign_by_slug(slug)
    form = DecideForm()
    if not form.validate_on_submit():
        return _requests(campaign, form=form, number=number, status=400)
    granted = form.verdict.data == "granted"
    try:
        substitutions.decide_substitution(
            slug, number, granted=granted, note=form.note.data or "", actor=actor()
        )
    except SurveyError as error:
        return _requests(campaign, form=form, number=number, refusal=error, status=error.status)
    flash(
        _("Đã đồng ý đề nghị số %(number)s.", number=number)
        if granted
        else _("Đã từ chối đề nghị số %(number)s.", number=number),
        "good",
    )
    return redirect(url_for(".requests", slug=slug))


def _requests(
    campaign: Campaign,
    *,
    form: DecideForm | None = None,
    number: int | None = None,
    refusal: SurveyError | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "participation/requests.html",
        campaign=campaign,
        mixes=substitutions.mixes(campaign, actor()),
        names=_names(campaign),
        kinds=kinds_of(campaign) if actor().may(Permission.FIELD_VIEW) else (),
        verdicts=verdict_labels(),
        form=form or DecideForm(formdata=None),
        wrong=number,
        refusal=refusal,
        own_units=actor().belongs,
        collecting=campaign.state is State.COLLECTING,
    )
    return page, status


def verdict_labels() -> dict[Verdict, tuple[str, str]]:
    """Name and tone of where a request stands."""
    return {
        Verdict.ASKED: (_("chờ quyết định"), "warn"),
        Verdict.GRANTED: (_("đồng ý"), "good"),
        Verdict.REFUSED: (_("không đồng ý"), "bad"),
    }


def _names(campaign: Campaign) -> dict[str, str]:
    """Names of groups and unit kinds in the language of the page."""
    definition = definition_of(campaign)
    texts = {group.code: group.label for group in definition.groups} | dict(definition.unit_kinds)
    return {code: text.in_language(language()) for code, text in texts.items()}
