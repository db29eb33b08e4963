"""The planner's desk: a table read and confirmed, versions proposed, approved, given up.

What a table means is read by ``services.plan_reading``; what a version may change is decided
by ``services.plan_versions``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from questionnaires.model import Design, Text
from questionnaires.plan_table import whole_number
from questionnaires.plan_taking import NEW, SKIP, Choices
from survey_app.edges import LARGEST
from survey_app.errors import SurveyError
from survey_app.formats import today
from survey_app.forms.planning import (
    ApproveForm,
    LineForm,
    TableForm,
    TakeForm,
    WithdrawForm,
)
from survey_app.models import Campaign, State
from survey_app.permissions import Permission
from survey_app.services.campaigns import campaign_by_slug, definition_of
from survey_app.services.line_meaning import line_meanings
from survey_app.services.plan_reading import PlanPreview, preview_plan, take_table, text_of_file
from survey_app.services.plan_versions import (
    CHANGEABLE,
    approve_plan,
    displaced,
    history,
    waiting_version,
    withdraw_plan,
)
from survey_app.services.what_if import (
    LineDraft,
    Way,
    allocate,
    desk_of,
    draft_of,
    drafted,
    keep_line,
    need_people,
)
from survey_app.views.access import actor, needs, wants_partial

bp = Blueprint("planning", __name__, url_prefix="/campaigns/<slug>/plan")

UNDECIDED: Final = "?"
LEFT_OUT: Final = "-"


# --- a table -----------------------------------------------------------------------------


@bp.get("/table")
@needs(Permission.CAMPAIGN_EDIT)
def table(slug: str) -> ResponseReturnValue:
    """Ask for the table of the decision."""
    return _table(campaign_by_slug(slug), TableForm(formdata=None))


@bp.post("/table")
@needs(Permission.CAMPAIGN_EDIT)
def read(slug: str) -> ResponseReturnValue:
    """Show what the table would change; nothing is kept."""
    campaign = campaign_by_slug(slug)
    form = TableForm()
    if not form.validate_on_submit():
        return _table(campaign, form, status=400)
    try:
        file = form.file.data
        if file:
            form.text.data = text_of_file(slug, file.read(), file.filename or "")
        preview = preview_plan(slug, form.text.data or "", _choices())
    except SurveyError as error:
        return _table(campaign, form, refusal=error, status=400)
    return _table(campaign, form, preview, status=200 if preview.is_ready else 400)


@bp.post("/take")
@needs(Permission.CAMPAIGN_EDIT)
def take(slug: str) -> ResponseReturnValue:
    """Propose the plan of a table whose names were confirmed."""
    campaign = campaign_by_slug(slug)
    text, form = TableForm(), TakeForm()
    preview, refusal = None, None
    again = request.form.get("act") != "take"
    valid = form.total.validate(form) if again else form.validate_on_submit()
    choices = _choices(form.total.data, whole=form.whole.data)
    try:
        preview = preview_plan(slug, text.text.data or "", choices)
        if valid and not again and preview.is_ready:
            return _taken(campaign, text.text.data or "", choices, form.reason.data or "")
    except SurveyError as error:
        refusal = error
    status = 200 if again and valid and not refusal else 400
    return _table(campaign, text, preview, refusal=refusal, take=form, status=status)


def _taken(campaign: Campaign, text: str, choices: Choices, reason: str) -> ResponseReturnValue:
    number = take_table(campaign.slug, text, choices, reason, actor=actor())
    _say_kept(campaign, number)
    return redirect(url_for("planning.versions", slug=campaign.slug))


def _say_kept(campaign: Campaign, number: int) -> None:
    """Say that a version was kept, and what it still needs."""
    said = _("Đã ghi bản kế hoạch số %(number)s, đang dùng; hãy ghi quyết định phê duyệt của bản "
             "này.", number=number)  # fmt: skip
    if campaign.state is not State.DRAFT:
        said = _("Đã ghi bản sửa số %(number)s; có hiệu lực khi ghi quyết định.", number=number)
    flash(said, "good")


def _choices(total: int | None = None, *, whole: bool = False) -> Choices:
    """Return what the selects of the page say about headings and lines."""

    def chosen(prefix: str) -> dict[str, str]:
        return {
            name.removeprefix(prefix): SKIP if value == LEFT_OUT else value
            for name, value in request.form.items()
            if name.startswith(prefix) and value != UNDECIDED
        }

    designs = {
        place: Design(value) for place, value in chosen("design:").items() if value in set(Design)
    }
    others = request.form.get("others") or None
    return Choices(chosen("unit:"), chosen("rule:"), designs, total, others, whole)


def _table(
    campaign: Campaign,
    form: TableForm,
    preview: PlanPreview | None = None,
    *,
    refusal: SurveyError | None = None,
    take: TakeForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    definition = definition_of(campaign)
    page = render_template(
        "planning/table.html",
        campaign=campaign,
        definition=definition,
        groups={group.code: group.label for group in definition.groups},
        form=form,
        take=take or TakeForm(formdata=None),
        preview=preview,
        refusal=refusal,
        choices=_choices(),
        meanings=line_meanings(campaign, preview.reading, _choices()) if preview else {},
        changeable=campaign.state in CHANGEABLE,
        draft=campaign.state is State.DRAFT,
        new=NEW,
        waiting=waiting_version(campaign),
        displaced=displaced(campaign, preview.taken) if preview and preview.taken else (),
    )
    return page, status


# --- one line ----------------------------------------------------------------------------


@bp.get("/rules/<code>")
@needs(Permission.CAMPAIGN_VIEW)
def line(slug: str, code: str) -> ResponseReturnValue:
    """Show one line of the plan with what its numbers mean."""
    campaign = campaign_by_slug(slug)
    draft = draft_of(definition_of(campaign), code)
    form = LineForm(formdata=None, design=draft.design, fee_vnd=draft.fee_vnd)
    return _line(campaign, code, draft, form)


@bp.post("/rules/<code>")
@needs(Permission.CAMPAIGN_EDIT)
def try_line(slug: str, code: str) -> ResponseReturnValue:
    """Weigh typed numbers, fill them in by a method, or propose them as a new version."""
    campaign = campaign_by_slug(slug)
    form, said = LineForm(), None
    draft, wrong = _typed(draft_of(definition_of(campaign), code), form)
    if not form.validate_on_submit() or wrong:
        return _line(campaign, code, draft, form, wrong=wrong, status=400)
    act = request.form.get("act")
    try:
        need_people(campaign, draft)
        if act == "keep":
            number = keep_line(slug, code, draft, form.reason.data or "", actor=actor())
            _say_kept(campaign, number)
            return redirect(url_for("planning.versions", slug=slug))
        if act == "allocate":
            draft, said = allocate(campaign, code, draft, Way(form.way.data), form.amount.data or 0)
    except SurveyError as error:
        return _line(campaign, code, draft, form, refusal=error, status=error.status)
    return _line(campaign, code, draft, form, said=said)


def _typed(draft: LineDraft, form: LineForm) -> tuple[LineDraft, list[str]]:
    """Read the numbers of the units, and which of them are none."""
    design = Design(form.design.data) if form.design.data in set(Design) else draft.design
    wrong: list[str] = []

    def numbers(prefix: str, names: Iterable[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for name in names:
            text = request.form.get(f"{prefix}:{name}", "").strip()
            number = whole_number(text)
            if text and (number is None or number > LARGEST):
                wrong.append(f"{name}: “{text}”")
            elif number is not None:
                found[name] = number
        return found

    wanted = numbers("n", draft.numbers)
    known = numbers("of", draft.numbers)
    if design is Design.CROSS:  # one number stands for all units
        shared = numbers("n", ["all"]).get("all", max(wanted.values(), default=0))
        pool = numbers("of", ["all"]).get("all")
        wanted = dict.fromkeys(draft.numbers, shared)
        known = {} if pool is None else dict.fromkeys(draft.numbers, pool)
    return LineDraft(design, wanted, known, form.fee_vnd.data or 0), wrong


def _line(
    campaign: Campaign,
    code: str,
    draft: LineDraft,
    form: LineForm,
    *,
    wrong: Sequence[str] = (),
    refusal: SurveyError | None = None,
    said: Text | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    definition = definition_of(campaign)
    template = "planning/_desk.html" if wants_partial() else "planning/line.html"
    page = render_template(
        template,
        campaign=campaign,
        definition=definition,
        group={g.code: g.label for g in definition.groups}[definition.rule_by_code[code].group],
        desk=desk_of(campaign, code, draft),
        displaced=displaced(campaign, drafted(definition, code, draft)),
        waiting=waiting_version(campaign),
        form=form,
        wrong=wrong,
        refusal=refusal,
        said=said,
        editable=campaign.state in CHANGEABLE and actor().may(Permission.CAMPAIGN_EDIT),
        frozen=campaign.state is not State.DRAFT,
    )
    return page, status


# --- versions ----------------------------------------------------------------------------


@bp.get("/versions")
@needs(Permission.CAMPAIGN_VIEW)
def versions(slug: str) -> ResponseReturnValue:
    """Show every version, what it changed, who wanted it and the decision it rests on."""
    return _versions(campaign_by_slug(slug))


@bp.post("/versions/<int:number>/approve")
@needs(Permission.CAMPAIGN_EDIT)
def approve(slug: str, number: int) -> ResponseReturnValue:
    """Write down the decision a version rests on; what waited comes into force."""
    form, refusal = ApproveForm(), None
    if form.validate_on_submit() and form.approved_on.data:
        decision, on = form.decision.data or "", form.approved_on.data
        try:
            approve_plan(slug, number, decision, on, actor=actor())
        except SurveyError as error:
            refusal = error
        else:
            flash(_("Đã ghi quyết định; bản kế hoạch số %(number)s có hiệu lực.", number=number),
                  "good")  # fmt: skip
            return redirect(url_for("planning.versions", slug=slug))
    return _versions(campaign_by_slug(slug), number, approving=form, refusal=refusal)


@bp.post("/versions/<int:number>/withdraw")
@needs(Permission.CAMPAIGN_EDIT)
def withdraw(slug: str, number: int) -> ResponseReturnValue:
    """Give a proposed version up."""
    form, refusal = WithdrawForm(), None
    if form.validate_on_submit():
        try:
            withdraw_plan(slug, number, form.reason.data or "", actor=actor())
        except SurveyError as error:
            refusal = error
        else:
            flash(_("Đã rút bản sửa số %(number)s.", number=number), "good")
            return redirect(url_for("planning.versions", slug=slug))
    return _versions(campaign_by_slug(slug), number, withdrawing=form, refusal=refusal)


def _versions(
    campaign: Campaign,
    at: int | None = None,
    *,
    approving: ApproveForm | None = None,
    withdrawing: WithdrawForm | None = None,
    refusal: SurveyError | None = None,
) -> ResponseReturnValue:
    """Show the versions; ``at`` is the one whose form came back."""
    page = render_template(
        "planning/versions.html",
        campaign=campaign,
        definition=definition_of(campaign),
        lines=history(campaign),
        at=at,
        approving=approving,
        withdrawing=withdrawing,
        refusal=refusal,
        approve_form=ApproveForm(formdata=None, approved_on=today()),
        withdraw_form=WithdrawForm(formdata=None),
        changeable=campaign.state in CHANGEABLE,
    )
    return page, 200 if at is None else refusal.status if refusal else 400
