"""A crossed slip question by question: each post keeps a page and draws the next one.

``POST /p/by-question`` opens the way where it was left (or at ``show``), and takes the page of
``at``: its answers are kept whatever button was pressed, then ``go`` says where to. Units that
are finished on "next" are sent. ``POST /p/by-question/keep`` keeps a page for the script, after
every answer, and once more, as ``late``, for a page that waited for a network: it sends nothing
and overwrites nothing. Fields are named ``<question>.<unit>``; a refresh repeats a page and
changes nothing. An answer that is refused leaves the one kept before. What is asked in which
order is said in ``services.by_question``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from flask import Blueprint, Response, jsonify, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from questionnaires.model import Questionnaire
from survey_app.forms.compiled import compiled_form, page_look
from survey_app.forms.questionnaire import LONGEST_TEXT, ForeignFormError
from survey_app.models import Status
from survey_app.security import typed_digits
from survey_app.services.ballots import Receipt, submit_ballot
from survey_app.services.by_question import (
    PROFILE,
    Drafts,
    Step,
    keep_page,
    minutes_left,
    needed_of,
    resumed_at,
    send_finished,
    steps_of,
    still_open,
)
from survey_app.services.opened_slips import OpenedSlip, SlipError
from survey_app.services.pages import SlipAddress, slip_address
from survey_app.views.access import public
from survey_app.views.respond_answers import (
    fragment,
    list_of_units,
    open_at,
    received,
    refused,
)
from survey_app.views.respond_answers import page as whole_page
from survey_app.views.respond_frame import behave_like_respond, language_asked, not_kept

bp = Blueprint("by_question", __name__)

LARGEST_PAGE: Final = 3 * 512 * 1024
"""The last page of a slip for 28 units, two full texts under each: 2.000 letters of 9 bytes, as
a browser writes a Vietnamese letter into a form, come to 1.008.000. [bytes]"""

behave_like_respond(bp, largest=LARGEST_PAGE)

FURNITURE: Final = frozenset({"campaign", "rule", "code", "at", "go", "none", "show", "late"})
"""Fields of the page itself that travel with the answers."""


NOTHING: Final = Markup()


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that is not taken: what was typed, and why."""

    typed: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is still to be put right about one unit."""

    unit: str
    name: str
    question: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What came from one page, judged.

    Attributes
    ----------
    about
        Unit code -> question code -> answer; what was emptied is empty, what is not taken absent.
    person
        Answers of the page about the person, likewise.
    refused
        (unit, question) -> what is not taken; the unit is empty for the person.

    """

    about: dict[str, dict[str, str]] = field(default_factory=dict)
    person: dict[str, str] = field(default_factory=dict)
    refused: dict[tuple[str, str], Refused] = field(default_factory=dict)


@bp.post("/p/by-question")
@public
def page() -> Response:
    """Keep the page that was sent, if any, and draw the one the person goes to."""
    return _answered(_turn)


@bp.post("/p/by-question/keep")
@public
def keep() -> Response:
    """Keep what is answered so far; the script sends it after every answer."""

    def kept(address: SlipAddress, code: str) -> Response:
        step, late = _step(address.form, request.form.get("at", "")), bool(request.form.get("late"))
        sent, _drafts = _keep(address, code, step, late=late)
        for one in sent.refused.values():
            return not_kept(one.reason)
        return jsonify(kept=True)

    return _answered(kept)


def _answered(take: Any) -> Response:  # noqa: ANN401 - one of the two doors above
    address = slip_address(request.form.get("campaign", ""), request.form.get("rule", ""))
    code = typed_digits(request.form.get("code", ""))
    with force_locale(language_asked()):
        try:
            response: Response = take(address, code)
        except SlipError as error:
            response = refused(address, code, error)
    return response


def _turn(address: SlipAddress, code: str) -> Response:
    slip = open_at(address, code)
    if not steps_of(address.form, profile=False):
        return list_of_units(address, code, slip)
    if not (at := request.form.get("at")):
        return _draw(address, code, slip, _opened_at(address.form, slip))
    step = _step(address.form, at)
    sent, drafts = _keep(address, code, step)
    if unit := request.form.get("none"):
        return _not_met(address, code, unit, step)
    if (go := request.form.get("go")) in {"list", "back"}:
        return _leave(address, code, step, sent, to_list=go == "list")
    return _onward(address, code, step, sent, drafts)


# --- taking a page -----------------------------------------------------------------------


def _keep(
    address: SlipAddress, code: str, step: Step, *, late: bool = False
) -> tuple[Sent, Drafts]:
    sent = _read(address, step)
    drafts = keep_page(
        address.campaign,
        address.rule,
        code,
        sent.about,
        person=sent.person,
        late=late,
        address=request.remote_addr or "",
    )
    return sent, drafts


def _read(address: SlipAddress, step: Step) -> Sent:
    """Judge the fields of a page as those of the units' own forms are judged.

    Raises
    ------
    ForeignFormError
        If something was sent that this page does not ask.

    """
    validate = compiled_form(address, language_asked()).validate
    asked = {question.code for question in (step.asked, *step.optional) if question}
    units: dict[str, MultiDict[str, str]] = {}
    for name in request.form:
        question, dot, unit = name.partition(".")
        if name in FURNITURE:
            continue
        if question not in asked or bool(dot) == (step.code == PROFILE):
            raise ForeignFormError
        units.setdefault(unit, MultiDict()).setlist(question, request.form.getlist(name))
    sent = Sent()
    for unit, fields in units.items():
        checked = validate(fields)
        told = sent.about.setdefault(unit, {}) if unit else sent.person
        for question, typed in fields.items():
            if typed.strip() and question in checked.errors:
                sent.refused[unit, question] = Refused(typed, checked.errors[question])
            else:
                told[question] = checked.answers.get(question, "")
    return sent


def _onward(address: SlipAddress, code: str, step: Step, sent: Sent, drafts: Drafts) -> Response:
    """Send what is finished, then go on to the next page unless this one has gaps."""
    held = {unit for unit, _question in sent.refused}
    receipts = send_finished(
        address.campaign,
        address.rule,
        code,
        address.form,
        {unit: answers for unit, answers in drafts.items() if unit not in held},
        address=request.remote_addr or "",
    )
    last = next(reversed(receipts.values()), None)
    if last is not None and last.units_done == last.units_total:
        said = fragment("receipt", address, number=last.number, became=_became(receipts))
        return whole_page(address, said=said, code=code)
    slip = open_at(address, code)
    said = _sent_units(address, slip, receipts)
    mistakes = _mistakes(slip, step, sent)
    if not mistakes:
        return _draw(address, code, slip, _neighbour(address.form, slip, step, 1), said=said)
    summary = fragment("by_question_mistakes", address, mistakes=mistakes)
    return _draw(address, code, slip, step, said=said + summary, mistakes=mistakes, sent=sent)


def _leave(address: SlipAddress, code: str, step: Step, sent: Sent, *, to_list: bool) -> Response:
    """Go to the list or a page back; gaps may stay, but what was refused is said first."""
    slip = open_at(address, code)
    if mistakes := _refusals(slip, sent):
        summary = fragment("by_question_mistakes", address, mistakes=mistakes)
        return _draw(address, code, slip, step, said=summary, mistakes=mistakes, sent=sent)
    if to_list:
        return list_of_units(address, code, slip)
    return _draw(address, code, slip, _neighbour(address.form, slip, step, -1))


def _refusals(slip: OpenedSlip, sent: Sent) -> list[Mistake]:
    name_of = {unit.code: unit.name for unit in slip.units if not unit.done}
    return [
        Mistake(unit, name_of[unit], question, refused.reason)
        for (unit, question), refused in sent.refused.items()
        if unit in name_of
    ]


def _mistakes(slip: OpenedSlip, step: Step, sent: Sent) -> list[Mistake]:
    """Return what keeps a page from being left: units without an answer, texts too long."""
    name_of = {unit.code: unit.name for unit in slip.units if not unit.done}
    found = _refusals(slip, sent)
    if step.asked is None:
        return found
    missing = [unit for unit in name_of if step.code not in slip.drafts.get(unit, {})]
    reason = _("Xin chọn một câu trả lời.")
    return [Mistake(unit, name_of[unit], step.code, reason) for unit in missing] + found


def _not_met(address: SlipAddress, code: str, unit: str, step: Step) -> Response:
    """Take "I did not deal with this unit", and stay on the page."""
    receipt = submit_ballot(
        address.campaign,
        address.rule,
        unit,
        code,
        {},
        met=False,
        address=request.remote_addr or "",
    )
    name = slip_address(address.campaign, address.rule, unit).unit_name
    here = replace(address, unit=unit, unit_name=name)
    if receipt.units_done == receipt.units_total:
        return received(here, code, receipt, met=False)
    said = fragment("thanks", here, number=receipt.number, met=False, became="")
    return _draw(address, code, open_at(address, code), step, said=said)


# --- where to ----------------------------------------------------------------------------


def _step(form: Questionnaire, code: str) -> Step:
    """Return the page a field names.

    Raises
    ------
    ForeignFormError
        If the form has no such page.

    """
    step = next((step for step in steps_of(form, profile=True) if step.code == code), None)
    if step is None:
        raise ForeignFormError
    return step


def _steps(form: Questionnaire, slip: OpenedSlip) -> tuple[Step, ...]:
    return steps_of(form, profile=slip.profile_needed)


def _opened_at(form: Questionnaire, slip: OpenedSlip) -> Step:
    """Return the page asked for, or the one where the person left off."""
    steps, wish = _steps(form, slip), request.form.get("show")
    named = next((step for step in steps if step.code == wish), None)
    return named or resumed_at(steps, still_open(slip), slip.drafts)


def _neighbour(form: Questionnaire, slip: OpenedSlip, step: Step, way: int) -> Step:
    """Return the page after this one (``way`` 1) or before it (-1)."""
    steps = _steps(form, slip)
    found = next((one for one in steps if one.number == step.number + way), None)
    if found is None and way > 0:  # the last page is done, an earlier one has gaps
        return resumed_at(steps, still_open(slip), slip.drafts)
    return found or steps[0]


# --- drawing -----------------------------------------------------------------------------


def _draw(
    address: SlipAddress,
    code: str,
    slip: OpenedSlip,
    step: Step,
    *,
    said: Markup = NOTHING,
    mistakes: Sequence[Mistake] = (),
    sent: Sent | None = None,
) -> Response:
    """Draw one page: a question and, under it, every unit that is left."""
    form, left = address.form, still_open(slip)
    refused = sent.refused if sent else {}
    answers = {unit: dict(slip.drafts.get(unit, {})) for unit in left}
    for (unit, question), one in refused.items():
        answers.get(unit, {})[question] = one.typed
    others = {question.code for question in needed_of(form)} - {step.code}
    html = render_template(
        "respond/by_question.html",
        address=address,
        look=page_look(),
        code=code,
        said=said,
        step=step,
        steps=_steps(form, slip),
        units=[unit for unit in slip.units if not unit.done],
        answers=answers,
        person=_person(slip),
        errors={(one.unit, one.question): one.reason for one in mistakes},
        ends=[unit for unit in left if step.asked and others <= answers[unit].keys()],
        minutes=minutes_left(form, left, slip.drafts),
        longest=LONGEST_TEXT,
    )
    return Response(html, status=422 if mistakes else 200, mimetype="text/html")


def _person(slip: OpenedSlip) -> Mapping[str, str]:
    """Return what is answered about the person; it stands with every unit."""
    return next(iter(slip.drafts.values()), {})


def _sent_units(address: SlipAddress, slip: OpenedSlip, receipts: Mapping[str, Receipt]) -> Markup:
    """Say which units were sent just now."""
    if not receipts:
        return NOTHING
    return fragment(
        "by_question_sent",
        address,
        names=[unit.name for unit in slip.units if unit.code in receipts],
        number=next(iter(receipts.values())).number,
        became=_became(receipts),
    )


def _became(receipts: Mapping[str, Receipt]) -> str:
    """Say honestly how many ballots take no place."""
    aside = sum(receipt.status is Status.OVER_TARGET for receipt in receipts.values())
    if not aside:
        return ""
    return _(
        "%(n)s phiếu được để riêng vì đơn vị đã đủ chỉ tiêu; chỉ dùng khi cần bổ sung.", n=aside
    )


@bp.app_context_processor
def _ways() -> dict[str, Any]:
    """Give the list of units what it says about time and progress."""
    return {"minutes_left": minutes_left, "needed_of": needed_of}
