"""What is kept of an answer and what cannot be hidden: one public page, road by road.

``GET /p/privacy-<campaign>`` names whom to ask; ``GET /p/privacy`` is the same page for those
who come from nowhere. Addresses of slips have two parts or three after ``/p``, so no campaign
can stand here. The sentences on answering pages and here are the same:
``respond/privacy_words.html``.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask_babel import force_locale

from survey_app.forms.compiled import page_look
from survey_app.forms.page_languages import LANGUAGES
from survey_app.services.drafts import KEPT_DAYS
from survey_app.services.pages import organisation_of
from survey_app.views.access import public
from survey_app.views.respond_frame import CACHED, behave_like_respond

bp = Blueprint("privacy", __name__)
behave_like_respond(bp)


@bp.get("/p/privacy", defaults={"campaign": None})
@bp.get("/p/privacy-<campaign>")
@public
def page(campaign: str | None) -> Response:
    """Say what is kept, what cannot be hidden, which law holds and whom to ask."""
    organisation = None if campaign is None else organisation_of(campaign)
    asked = request.args.get("lang")
    with force_locale(asked if asked in LANGUAGES else LANGUAGES[0]):
        html = render_template(
            "respond/privacy.html",
            look=page_look(),
            organisation=organisation,
            kept_days=KEPT_DAYS,
        )
    response = Response(html, mimetype="text/html")
    response.headers["Cache-Control"] = CACHED
    response.add_etag()
    response.make_conditional(request)
    return response
