"""Public replies, given again for a moment without asking the app.

The page of an address is the same bytes for everyone (design, 3a). When thousands open it in
the last hour, a process answers from memory for a second at a time; whatever else is asked
goes to the app. Only what says ``Cache-Control: public`` is kept, and only whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SECONDS: Final = 1.0
MOST: Final = 400
"""Replies kept at once: some ten megabytes. [replies]"""

PUBLIC: Final = ("/p/", "/P/", "/q/", "/Q/")


@dataclass(frozen=True, slots=True)
class _Reply:
    until: float
    status: str
    headers: list[tuple[str, str]]
    body: bytes


class KeptReplies:
    """WSGI middleware before the app."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._kept: dict[tuple[Any, ...], _Reply] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or let the app answer and keep what is public."""
        if (
            environ["REQUEST_METHOD"] != "GET"
            or "HTTP_IF_NONE_MATCH" in environ
            or not environ["PATH_INFO"].startswith(PUBLIC)
        ):
            return self._app(environ, start_response)
        key = (
            environ["PATH_INFO"],
            environ.get("QUERY_STRING"),
            environ.get("HTTP_ACCEPT_ENCODING"),
            environ.get("HTTP_HOST"),
            environ["wsgi.url_scheme"],
        )
        reply = self._kept.get(key)
        if reply is None or reply.until < time.monotonic():
            reply = _asked(self._app, environ)
            if _is_public(reply):
                if len(self._kept) >= MOST:
                    self._kept.clear()
                self._kept[key] = reply
        start_response(reply.status, list(reply.headers))
        return [reply.body]


def _asked(app: WSGIApplication, environ: WSGIEnvironment) -> _Reply:
    """Let the app answer; read the answer whole."""
    told: list[tuple[str, list[tuple[str, str]]]] = []

    def start(
        status: str, headers: list[tuple[str, str]], _error: object = None
    ) -> Callable[[bytes], object]:
        told.append((status, headers))
        return lambda _data: None

    parts = app(environ, start)
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    status, headers = told[-1]
    return _Reply(time.monotonic() + SECONDS, status, headers, body)


def _is_public(reply: _Reply) -> bool:
    return reply.status.startswith("200") and any(
        name.lower() == "cache-control" and value.startswith("public")
        for name, value in reply.headers
    )
