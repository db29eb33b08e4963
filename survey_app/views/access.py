"""Each route says who may use it; a route that says nothing stops the app from starting."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

from flask import Flask, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_security import current_user, url_for_security

from survey_app.errors import ForbiddenError
from survey_app.permissions import Permission
from survey_app.services.audit import Actor

View = TypeVar("View", bound=Callable[..., Any])

FOREIGN: Final = {"static", "security"}
"""Endpoints and blueprints of libraries, judged by hand: sign-in pages and public files."""


def public(view: View) -> View:
    """Declare that anybody may use the route."""
    view.permission = "public"  # type: ignore[attr-defined]  # attached here, read here
    return view


def needs(permission: Permission) -> Callable[[View], View]:
    """Declare the permission a route needs, and enforce it."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - any view
            if not current_user.is_authenticated:
                return ask_to_sign_in()
            if not actor().may(permission):
                raise ForbiddenError(
                    "Tài khoản của bạn không có quyền làm việc này. "
                    "Hãy liên hệ người quản trị để được cấp quyền."
                )
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # attached here, read here
        return guarded  # type: ignore[return-value]  # wider than the library says

    return declare


def ask_to_sign_in() -> ResponseReturnValue:
    """Send a stranger to the sign-in page, which leads back here; nothing is stored."""
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for_security("login", next=here))


def actor() -> Actor:
    """Return the signed-in person as services know them."""
    if "actor" not in g:
        from survey_app.services.accounts import actor_of  # noqa: PLC0415 - needs the models

        g.actor = actor_of(current_user)
    return g.actor


def refuse_undeclared(app: Flask) -> None:
    """Raise at start-up when a route declares no permission (design, security)."""
    silent = sorted(
        f"{rule.endpoint} ({rule.rule})"
        for rule in app.url_map.iter_rules()
        if not _is_foreign(rule.endpoint)
        and not hasattr(app.view_functions[rule.endpoint], "permission")
    )
    if silent:
        msg = f"routes without a declared permission: {', '.join(silent)}"
        raise RuntimeError(msg)


def _is_foreign(endpoint: str) -> bool:
    return endpoint.split(".", maxsplit=1)[0] in FOREIGN


def wants_partial() -> bool:
    """Whether htmx asks for a piece of the page."""
    return request.headers.get("HX-Request") == "true"
