"""The app: collecting, keeping and showing.

``create_app`` is the only place where parts are put together. ``surface`` says which
routes a process serves: ``respond`` (forms, receipts, health; no pandas, scipy or
matplotlib is imported), ``office`` (everything staff use) or ``all``. Read next:
``permissions`` (who may), ``models`` (what is kept), ``services`` (what can be done).
"""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Final

import structlog
from flask import (
    Flask,
    Request,
    Response,
    current_app,
    has_request_context,
    render_template,
    request,
    session,
)
from flask.sessions import SessionInterface
from flask_babel import Babel, gettext
from flask_security import Security, SQLAlchemyUserDatastore
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from survey_app import edges, formats, sign_in, troubles
from survey_app.config import Config
from survey_app.errors import SurveyError
from survey_app.extensions import db
from survey_app.headers import harden
from survey_app.kept_replies import KeptReplies
from survey_app.security import Keys
from survey_app.troubles import BUSY, FAILED, SurveyServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

SURFACES: Final = {
    "respond": ("respond", "by_question", "privacy", "posters", "health"),
    "office": (
        "health",
        "auth",
        "admin",
        "publish",
        "planning",
        "rosters",
        "draws",
        "prints",
        "places",
        "papers",
        "previews",
        "criteria",
        "coordinate",
        "fieldwork",
        "participation",
        "money",
        "signed_lists",
        "rechecks",
        "appraise",
        "analyse",
    ),
}

LANGUAGES: Final = ("vi", "en")

CHEAP_HASH: Final = {"argon2__time_cost": 1, "argon2__memory_cost": 1024}
"""Tests sign in hundreds of times; the algorithm is the same, its price is not."""


class NoSessions(SessionInterface):
    """Respondents have no session: the code in the body is the authority."""

    def open_session(self, app: Flask, request: Request) -> None:
        """Open none."""


def create_app(config: Config | None = None, surface: str = "all") -> Flask:
    """Build the app for one process.

    Parameters
    ----------
    config
        Where things are kept; read from the environment when None.
    surface
        ``respond``, ``office`` or ``all``: which routes this process serves.

    Raises
    ------
    RuntimeError
        If a route declares no permission.

    """
    config = config or Config.from_environment()
    config.home.mkdir(parents=True, exist_ok=True)
    app = SurveyServer("survey_app")
    app.config.update(config.flask())
    app.extensions["cchc"] = config
    app.extensions["cchc.keys"] = Keys(config.key("pepper"))
    db.init_app(app)
    if surface != "respond":
        _migrate(app, config)
    Babel(app, locale_selector=page_language)
    formats.register(app)
    app.add_template_filter(in_page_language)
    edges.register(app)
    names = [name for key, listed in SURFACES.items() if surface in (key, "all") for name in listed]
    if surface == "respond":
        app.session_interface = NoSessions()
    else:
        _open_office(app)
    for name in dict.fromkeys(names):
        app.register_blueprint(import_module(f"survey_app.views.{name}").bp)
    troubles.register(app)
    app.register_error_handler(SurveyError, _say)
    app.register_error_handler(HTTPException, _say_http)
    app.after_request(harden)
    from survey_app.views.access import refuse_undeclared  # noqa: PLC0415 - after the routes

    refuse_undeclared(app)
    _put_before(app, config.proxies, answers=surface != "office")
    _configure_logs()
    return app


def _migrate(app: Flask, config: Config) -> None:
    """Let commands of this process change the schema; respondents' workers spare the memory."""
    from flask_migrate import Migrate  # noqa: PLC0415 - 11 MB that respondents' workers spare

    Migrate(app, db, directory=str(config.migrations), render_as_batch=True)


def _put_before(app: Flask, proxies: int, *, answers: bool) -> None:
    """Put the middleware on: the nearest to the app first."""
    chain: WSGIApplication = app.wsgi_app
    if answers:
        from survey_app.views.plain_road import PlainRoad  # noqa: PLC0415 - respondents only

        chain = KeptReplies(PlainRoad(app, chain))
    if proxies:
        chain = ProxyFix(chain, x_for=proxies, x_proto=proxies, x_host=proxies)
    app.wsgi_app = chain  # type: ignore[method-assign,assignment]  # how WSGI middleware is put on


def _open_office(app: Flask) -> None:
    """Accounts, server-side sessions and protection against forged posts."""
    from survey_app.models import Role, User  # noqa: PLC0415 - office workers only
    from survey_app.sessions import DatabaseSessions  # noqa: PLC0415 - office workers only

    app.config |= {
        "SESSION_REFRESH_EACH_REQUEST": False,
        "SECURITY_PASSWORD_HASH": "argon2",
        **({"SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": CHEAP_HASH} if app.testing else {}),
        "SECURITY_PASSWORD_SALT": app.extensions["cchc"].key("salt").hex(),
        "SECURITY_PASSWORD_LENGTH_MIN": 10,
        "SECURITY_PASSWORD_COMPLEXITY_CHECKER": None,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_SEND_REGISTER_EMAIL": False,
        "SECURITY_LOGIN_URL": "/login",
        "SECURITY_LOGOUT_URL": "/logout",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_CHANGE_URL": "/password",
        "SECURITY_POST_LOGIN_VIEW": "/",
        "SECURITY_POST_LOGOUT_VIEW": "/login",
        "SECURITY_POST_CHANGE_VIEW": "/",
        "SECURITY_DEFAULT_REMEMBER_ME": False,
        "SECURITY_FRESHNESS": timedelta(minutes=-1),  # no page asks for the password again
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_REDIRECT_BEHAVIOR": None,
        "SECURITY_STATIC_FOLDER": None,
        **sign_in.settings(),
    }
    app.session_interface = DatabaseSessions(app)
    CSRFProtect(app)
    Security(app, SQLAlchemyUserDatastore(db, User, Role), register_blueprint=True)


def page_language() -> str:
    """Language of the page: asked for in the address, remembered, or Vietnamese."""
    asked = request.args.get("lang") if has_request_context() else LANGUAGES[0]
    return asked if asked in LANGUAGES else remembered_language()


def remembered_language() -> str:
    """Language the signed-in person chose; respondents' pages have no session."""
    chosen = session.get("language") if "security" in current_app.extensions else None
    return str(chosen) if chosen in LANGUAGES else "vi"


def in_page_language(sentence: str) -> str:
    """Return a refusal in the language of the page; one that was put together stays as it is."""
    return gettext(sentence)


def _say(error: SurveyError) -> tuple[str, int]:
    """Show a service's refusal as a page, or as a fragment where htmx asked."""
    partial = request.headers.get("HX-Request") == "true"
    name = "error_fragment.html" if partial else "error.html"
    return render_template(name, error=error), error.status


HTTP_SENTENCES: Final = {
    400: "Dữ liệu gửi lên không đọc được. Hãy quay lại, kiểm tra rồi gửi lại.",
    401: "Hãy đăng nhập để tiếp tục.",
    403: "Tài khoản của bạn không có quyền làm việc này.",
    404: "Không có trang này. Hãy kiểm tra lại địa chỉ hoặc quay về trang đầu.",
    405: "Trang này không nhận cách gửi đó. Hãy quay lại và dùng nút trên trang.",
    413: "Tệp gửi lên quá lớn. Hãy chia nhỏ rồi gửi lại.",
    429: "Quá nhiều lần thử. Hãy đợi vài phút rồi thử lại.",
    503: BUSY,
}

STALE_PAGE: Final = (
    "Phiên đăng nhập đã kết thúc hoặc trang này mở quá lâu, nên chưa lưu gì. "
    "Hãy tải lại trang, đăng nhập nếu được hỏi, rồi gửi lại."
)


def _say_http(error: HTTPException) -> Response | tuple[str, int]:
    """Say in plain Vietnamese what the web's own errors mean."""
    if isinstance(error, SecurityError):  # a host that is not ours: no page has an address there
        return Response(HTTP_SENTENCES[404], status=error.code, mimetype="text/plain")
    if isinstance(error, CSRFError):
        return _say(SurveyError(STALE_PAGE))
    if error.response is not None or error.code is None or error.code < 400:  # noqa: PLR2004 - the number is said by the line
        return error.get_response()  # type: ignore[return-value]  # wider than the library says
    return _say(SurveyError(HTTP_SENTENCES.get(error.code, FAILED), status=error.code))


def _configure_logs() -> None:
    """Log as JSON lines; nothing about a respondent is ever passed to a logger."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
