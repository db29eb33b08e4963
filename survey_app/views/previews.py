"""Forms as respondents meet them, for staff: on a phone frame, as any group, in any language.

The frame holds the real questions and the real judge of ``forms.compiled``; what is sent from
it is judged and forgotten. Respondents' own pages are in ``views.respond``.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from questionnaires.languages import offered
from survey_app.errors import SurveyError
from survey_app.formats import language
from survey_app.forms.compiled import POLICY, compiled_form, draw, page_look
from survey_app.forms.page_languages import foreign, furniture, offers
from survey_app.permissions import Permission
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.definitions import definition_of, form_of
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
    chosen = definition.rule_by_code.get(code or "")
    form = form_of(campaign, chosen.form) if chosen else None
    return render_template(
        "previews/frame.html",
        campaign=campaign,
        definition=definition,
        groups={group.code: group.label for group in definition.groups},
        chosen=chosen,
        spoken=request.args.get("form"),
        languages=offers(form, current="") if form else [],
    )


@bp.get("/<rule>/page")
@needs(Permission.CAMPAIGN_VIEW)
def page(slug: str, rule: str) -> Response:
    """Draw what stands in the frame."""
    address = _address(slug, rule)
    spoken = _spoken(address)
    with force_locale(furniture(spoken)):
        return _page(address, compiled_form(address, spoken).drawn)


@bp.post("/<rule>/page")
@needs(Permission.CAMPAIGN_VIEW)
def judge(slug: str, rule: str) -> Response:
    """Judge what was filled in, say so, and keep nothing."""
    address = _address(slug, rule)
    spoken = _spoken(address)
    form = compiled_form(address, spoken)
    sent = MultiDict(request.form)
    sent.pop("csrf_token", None)
    with force_locale(furniture(spoken)):
        try:
            checked = form.validate(sent)
        except SurveyError as error:
            return _page(address, form.drawn, said=error.message, tone="bad", status=error.status)
        if not checked.errors:
            said = _("Phiếu này nộp được. Đây là xem thử nên không lưu gì.")
            return _page(address, form.drawn_with(checked.answers, spoken), said=said)
        filled = form.fields(sent)
        filled.validate()
        said = _("Chưa nộp được: còn %(n)s câu cần xem lại", n=len(checked.errors))
        drawn = draw(form.questionnaire, filled, spoken)
        return _page(address, drawn, said=said, tone="bad", status=422)


def _spoken(address: SlipAddress) -> str:
    """Return the language the form is asked for in; that of the staff's pages by default."""
    wish = request.args.get("form", "")
    return wish if wish in offered(address.form) else language()


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
    spoken = _spoken(address)
    html = render_template(
        "previews/page.html",
        address=address,
        look=page_look(),
        spoken=spoken,
        foreign=foreign(spoken, furniture(spoken)),
        drawn=drawn,
        said=said,
        tone=tone,
    )
    response = Response(html, status=status, mimetype="text/html")
    policy = request.environ.pop(POLICY).replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
