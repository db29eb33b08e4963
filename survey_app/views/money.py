"""The money of the field: cash advanced by unit, signed lists, what came back, the settlement.

``overview`` lays all units side by side, ``unit`` and ``shared`` open one; papers are POSTs
because asking for one leaves a line in the trail. What agrees and what has to be explained is
decided by ``services.money_numbers``.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from questionnaires.vietnamese_numbers import dong_in_words
from survey_app.errors import NotFoundError, SurveyError
from survey_app.formats import language, money, today
from survey_app.forms.money import AdvanceForm, SignedListForm, StrikeForm
from survey_app.models import Campaign, State
from survey_app.permissions import Permission
from survey_app.services import field_lists, settlement
from survey_app.services.campaigns import campaign_by_slug, definition_of
from survey_app.services.money import pay_advance, strike_advance
from survey_app.services.money_numbers import ENUMERATORS, EXPLAINABLE, Gap, PayLine
from survey_app.services.money_reading import money_of, pay_line, unit_money
from survey_app.services.respondent_kinds import kinds_of
from survey_app.services.signed_list_checks import (
    WHY,
    Entered,
    told_before,
    told_gap,
    with_list,
)
from survey_app.services.signed_lists import ListsRefusedError, enter_signed_list
from survey_app.views.access import actor, needs
from survey_app.views.files import as_download

bp = Blueprint("money", __name__, url_prefix="/campaigns/<slug>/money")

UNITS_AT_ONCE: Final = 250


@bp.get("")
@needs(Permission.PAY)
def overview(slug: str) -> ResponseReturnValue:
    """Show budget, advances, debt, payments and what is left to explain."""
    campaign = campaign_by_slug(slug)
    part = max(1, request.args.get("part", 1, int))
    found = money_of(campaign)
    return render_template(
        "money/overview.html",
        campaign=campaign,
        money=found,
        units=found.units[(part - 1) * UNITS_AT_ONCE : part * UNITS_AT_ONCE],
        part=part,
        parts=-(-len(found.units) // UNITS_AT_ONCE),
        names=line_names(campaign),
        gaps=gap_labels(),
        kinds=kinds_of(campaign),
        in_words=dong_in_words,
        opened=campaign.state not in (State.DRAFT, State.PLANNED),
    )


@bp.get("/units/<unit>")
@needs(Permission.PAY)
def unit(slug: str, unit: str) -> ResponseReturnValue:
    """Open one unit: its advances, its lines, its balance."""
    return _unit(campaign_by_slug(slug), unit)


@bp.post("/units/<unit>/advances")
@needs(Permission.PAY)
def advance(slug: str, unit: str) -> ResponseReturnValue:
    """Enter cash handed to the unit."""
    campaign = campaign_by_slug(slug)
    here = unit_money(money_of(campaign), unit)
    form = AdvanceForm()
    form.earliest, form.left_vnd = campaign.assessed_from, here.budget_vnd - here.advanced_vnd
    if not form.validate_on_submit() or form.paid_on.data is None:
        return _unit(campaign, unit, form=form, status=400)
    try:
        pay_advance(
            slug,
            unit,
            form.amount.data or 0,
            receiver=form.receiver.data or "",
            paid_on=form.paid_on.data,
            note=form.note.data or "",
            actor=actor(),
        )
    except SurveyError as error:
        return _unit(campaign, unit, form=form, refusal=error, status=error.status)
    flash(_("Đã ghi tạm ứng %(amount)s.", amount=money(form.amount.data)), "good")
    return redirect(url_for(".unit", slug=slug, unit=unit))


@bp.post("/units/<unit>/advances/<int:number>/strike")
@needs(Permission.PAY)
def strike(slug: str, unit: str, number: int) -> ResponseReturnValue:
    """Strike an advance out that was entered by mistake."""
    campaign = campaign_by_slug(slug)
    form = StrikeForm()
    if not form.validate_on_submit():
        return _unit(campaign, unit, strike_form=form, status=400)
    strike_advance(slug, number, form.reason.data or "", actor=actor())
    flash(_("Đã gạch một khoản tạm ứng."), "good")
    return redirect(url_for(".unit", slug=slug, unit=unit))


@bp.get("/shared/<rule>")
@bp.get("/units/<unit>/<rule>")
@needs(Permission.PAY)
def line(slug: str, rule: str, unit: str | None = None) -> ResponseReturnValue:
    """Open one paid line with the form for its signed list."""
    return _line(campaign_by_slug(slug), rule, unit)


@bp.post("/shared/<rule>")
@bp.post("/units/<unit>/<rule>")
@needs(Permission.PAY)
def signed_list(slug: str, rule: str, unit: str | None = None) -> ResponseReturnValue:
    """Enter the signed list of a line."""
    campaign = campaign_by_slug(slug)
    form = SignedListForm()
    form.earliest = campaign.assessed_from
    if not form.validate_on_submit() or form.on.data is None:
        return _line(campaign, rule, unit, form=form, status=400)
    try:
        enter_signed_list(
            slug,
            rule,
            unit,
            people=form.people.data or 0,
            amount_vnd=form.amount.data or 0,
            signed_on=form.on.data,
            why={gap: form[box].data or "" for gap, box in WHY.items()},
            actor=actor(),
        )
    except ListsRefusedError as error:
        for wrong in error.wrong.values():
            for box, said in wrong.items():
                form[box].errors = [why_needed() if box in WHY.values() else said]
        return _line(campaign, rule, unit, form=form, refusal=error, status=error.status)
    flash(_("Đã ghi bảng kê của dòng %(rule)s.", rule=rule), "good")
    if unit:
        return redirect(url_for(".unit", slug=slug, unit=unit))
    return redirect(url_for(".overview", slug=slug))


# --- papers ------------------------------------------------------------------------------


@bp.post("/papers/<paper>")
@bp.post("/units/<unit>/papers/<paper>")
@needs(Permission.PAY)
def papers(slug: str, paper: str, unit: str | None = None) -> ResponseReturnValue:
    """Answer with a workbook to be signed, of one unit or of the campaign."""
    who = actor()
    match paper:
        case "settlement":
            made = (
                settlement.settle_unit(slug, unit, actor=who)
                if unit
                else settlement.settle_campaign(slug, actor=who)
            )
        case "respondents":
            made = field_lists.respondents_file(slug, None, unit, actor=who)
        case "enumerators" if not unit:
            made = field_lists.enumerators_file(slug, actor=who)
        case _:
            raise NotFoundError("Không có loại giấy này.")
    return as_download(made)


# --- pages -------------------------------------------------------------------------------


def _unit(
    campaign: Campaign,
    code: str,
    *,
    form: AdvanceForm | None = None,
    strike_form: StrikeForm | None = None,
    refusal: SurveyError | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    found = money_of(campaign)
    page = render_template(
        "money/unit.html",
        campaign=campaign,
        money=found,
        here=unit_money(found, code),
        names=line_names(campaign),
        gaps=gap_labels(),
        form=form or AdvanceForm(formdata=None, paid_on=today()),
        strike_form=strike_form or StrikeForm(formdata=None),
        refusal=refusal,
        in_words=dong_in_words,
        opened=campaign.state not in (State.DRAFT, State.PLANNED),
    )
    return page, status


def _line(
    campaign: Campaign,
    rule: str,
    unit: str | None,
    *,
    form: SignedListForm | None = None,
    refusal: SurveyError | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    found = pay_line(money_of(campaign), rule, unit)
    form = form or _filled(found)
    shown = _as_typed(found, form)
    page = render_template(
        "money/line.html",
        campaign=campaign,
        line=found,
        names=line_names(campaign),
        form=form,
        whys=[
            (form[WHY[gap]], told_gap(shown, gap) + told_before(found, gap))
            for gap in shown.gaps
            if gap in WHY
        ],
        refusal=refusal,
        in_words=dong_in_words,
        opened=campaign.state not in (State.DRAFT, State.PLANNED),
    )
    return page, status


def _as_typed(found: PayLine, form: SignedListForm) -> PayLine:
    """Return the line with the list in the form, to show the differences it would have."""
    people, amount = form.people.data, form.amount.data
    if people is None or amount is None:
        return found
    return with_list(found, Entered(people, amount, form.on.data))


def _filled(found: PayLine) -> SignedListForm:
    """Return the form with the list in force, or with the names marked as signed."""
    paid, names = found.paid, found.names
    if paid is not None:
        return SignedListForm(
            formdata=None,
            people=paid.people,
            amount=paid.amount_vnd,
            on=paid.signed_on,
            **{WHY[gap]: found.explanation(gap) for gap in EXPLAINABLE},
        )
    if names.marked:
        return SignedListForm(
            formdata=None, people=names.marked, amount=names.marked_vnd, on=today()
        )
    return SignedListForm(formdata=None, on=today())


def gap_labels() -> dict[Gap, str]:
    """Return what does not agree, in a few words."""
    return {
        Gap.NO_LIST: _("chưa có bảng kê"),
        Gap.AMOUNT: _("lệch số tiền"),
        Gap.PEOPLE: _("lệch số người"),
        Gap.MARKS: _("lệch danh sách"),
    }


def why_needed() -> str:
    """Ask for words in a box whose label names the difference."""
    return _("Hãy giải thích bằng vài từ.")


def line_names(campaign: Campaign) -> dict[str, str]:
    """Names of groups, unit kinds and enumerators in the language of the page."""
    definition = definition_of(campaign)
    texts = {group.code: group.label for group in definition.groups} | dict(definition.unit_kinds)
    named = {code: text.in_language(language()) for code, text in texts.items()}
    return named | {ENUMERATORS: _("Điều tra viên")}
