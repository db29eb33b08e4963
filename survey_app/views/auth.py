"""The first page after signing in, and the language of the pages.

Signing in and changing the password are Flask-Security's own routes (``templates/security``
and ``survey_app.sign_in``); the menu is ``views.shell``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import user_logged_in
from flask_security import current_user

from survey_app.errors import SurveyError
from survey_app.models import Campaign, State, User
from survey_app.services.campaigns import all_campaigns
from survey_app.services.wrong_tries import MOST_PASSWORDS, note_wrong, too_many
from survey_app.views import shell
from survey_app.views.access import actor, ask_to_sign_in, public

bp = Blueprint("auth", __name__)

OK: Final = 200
LANGUAGES: Final = ("vi", "en")
DRAFT: Final = (State.DRAFT,)
OPEN: Final = (State.PLANNED, State.COLLECTING)
AFTER: Final = (State.CLOSED, State.APPRAISING, State.APPROVED, State.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that may come next in a campaign, and when it does."""

    endpoint: str
    states: tuple[State, ...]
    sentence: str


STEPS: Final = (
    Step("publish.opening", DRAFT, "Xem lại mọi thiết lập và mở đợt điều tra"),
    Step("publish.plan", DRAFT, "Đối chiếu số phiếu với kế hoạch"),
    Step("criteria.sets", DRAFT, "Nạp bộ tiêu chí của cơ quan"),
    Step("coordinate.field", OPEN, "Theo dõi tiến độ từng ô chỉ tiêu"),
    Step("prints.slips", OPEN, "Phát hành và in phiếu mời"),
    Step("prints.sheets", OPEN, "In phiếu giấy"),
    Step("fieldwork.cells", (*OPEN, State.CLOSED), "Nhập phiếu giấy"),
    Step("appraise.scores", (*OPEN, *AFTER), "Nạp điểm tự chấm, điểm thẩm định"),
    Step("analyse.runs", (*OPEN, *AFTER), "Tính và xem chỉ số"),
    Step("coordinate.field", AFTER, "Xem số phiếu đã thu"),
)


@bp.get("/")
@public
def home() -> ResponseReturnValue:
    """Campaigns this person works in and what comes next; for anybody who has signed in."""
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    campaigns = [(campaign, next_steps(campaign)) for campaign in all_campaigns(actor())]
    return render_template("auth/home.html", campaigns=campaigns)


def next_steps(campaign: Campaign) -> list[shell.Link]:
    """Links to what this person can do next in a campaign."""
    return [
        shell.Link(_(step.sentence), url_for(step.endpoint, slug=campaign.slug), current=False)
        for step in STEPS
        if campaign.state in step.states and shell.may_open(step.endpoint)
    ]


@bp.before_app_request
def refuse_guessing() -> None:
    """Stop an address and an account from trying passwords without end."""
    if _signing_in() and too_many("password", _who(), MOST_PASSWORDS):
        raise SurveyError(
            "Sai mật khẩu quá nhiều lần. Hãy đợi 10 phút rồi thử lại, "
            "hoặc nhờ người quản trị cấp mật khẩu mới.",
            status=429,
        )


@bp.after_app_request
def count_guess(response: Response) -> Response:
    """Count a sign-in that showed the form again instead of opening the door."""
    if _signing_in() and response.status_code == OK:
        note_wrong("password", _who())
    return response


def _signing_in() -> bool:
    return request.method == "POST" and request.endpoint == "security.login"


def _who() -> str:
    return f"{request.remote_addr} {request.form.get('email', '').strip().lower()}"


@bp.before_app_request
def remember_language() -> None:
    """Keep the language asked for in the address; respondents have no session to keep it in."""
    asked = request.args.get("lang")
    if asked in LANGUAGES and not request.path.startswith(("/p/", "/P/")):
        session["language"] = asked


@bp.record_once
def prepare(state: object) -> None:
    """Give the app's templates their frame, and a person's pages the person's language."""
    app = state.app  # type: ignore[attr-defined]  # attached here, read here
    shell.register(app)
    app.extensions["security"].unauthn_handler(lambda *_asked, **_headers: ask_to_sign_in())
    user_logged_in.connect(speak_with, app)


def speak_with(_app: object, user: User) -> None:
    """Show the pages in the language of the account from sign-in on."""
    session.setdefault("language", user.language)
