"""Forms as respondents meet them, for staff: on a phone frame, answered as any group.

The frame holds the real questions and the real judge of ``forms.compiled``; what is sent from
it is judged and forgotten. Respondents' own pages are in ``views.respond``.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from survey_app.errors import SurveyError
from survey_app.formats import language
from survey_app.forms.compiled import POLICY, compiled_form, draw, page_look
from survey_app.permissions import Permission
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.definitions import definition_of
from survey_app.services.pages import SlipAddress, slip_address
from survey_app.views.access import needs

bp = Blueprint("previews", __name__, url_prefix="/campaigns/<slug>/preview")


@bp.get("")
@bp.get("/<rule>")
@needs(Permission.CAMPAIGN_VIEW)
def frame(slug: str, rule: str | None = None) -> ResponseReturnValue:
    """Show the form of one line of the plan in a phone frame."""
    campaign = campaign_by_slug(slug)
    definition = definition_of(campaign)
    code = rule or next(iter(definition.rule_by_code), None)
    return render_template(
        "previews/frame.html",
        campaign=campaign,
        definition=definition,
        groups={group.code: group.label for group in definition.groups},
        chosen=definition.rule_by_code.get(code or ""),
    )


@bp.get("/<rule>/page")
@needs(Permission.CAMPAIGN_VIEW)
def page(slug: str, rule: str) -> Response:
    """Draw what stands in the frame."""
    address = _address(slug, rule)
    return _page(address, compiled_form(address, language()).drawn)


@bp.post("/<rule>/page")
@needs(Permission.CAMPAIGN_VIEW)
def judge(slug: str, rule: str) -> Response:
    """Judge what was filled in, say so, and keep nothing."""
    address = _address(slug, rule)
    form = compiled_form(address, language())
    sent = MultiDict(request.form)
    sent.pop("csrf_token", None)
    with force_locale(language()):
        try:
            checked = form.validate(sent)
        except SurveyError as error:
            return _page(address, form.drawn, said=error.message, tone="bad", status=error.status)
        if not checked.errors:
            said = _("Phiếu này nộp được. Đây là xem thử nên không lưu gì.")
            return _page(address, form.drawn_with(checked.answers, language()), said=said)
        filled = form.fields(sent)
        filled.validate()
        said = _("Chưa nộp được: còn %(n)s câu cần xem lại", n=len(checked.errors))
        drawn = draw(form.questionnaire, filled, language())
        return _page(address, drawn, said=said, tone="bad", status=422)


def _address(slug: str, rule: str) -> SlipAddress:
    """Return the address of the first unit people of the rule answer about."""
    campaign = campaign_by_slug(slug)
    definition = definition_of(campaign)
    found = definition.rule_by_code.get(rule)
    units = definition.units_of(found) if found else ()
    return slip_address(campaign.short_code, rule, units[0].code if units else None)


def _page(
    address: SlipAddress, drawn: str, *, said: str = "", tone: str = "good", status: int = 200
) -> Response:
    html = render_template(
        "previews/page.html",
        address=address,
        look=page_look(),
        drawn=drawn,
        said=said,
        tone=tone,
    )
    response = Response(html, status=status, mimetype="text/html")
    policy = request.environ.pop(POLICY).replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
