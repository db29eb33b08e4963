"""When the server itself fails: what the page says, and what the log keeps.

A database that is busy, restarting or full is no fault of the visitor: the page says that
nothing was stored and that sending again is safe. The log keeps where it failed and never
with what, because an exception's message may quote an answer.
"""

from __future__ import annotations

import traceback
from types import TracebackType
from typing import Final

import structlog
from flask import Flask, Response, current_app, make_response, request
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import ServiceUnavailable

from survey_app.edges import RESPONDENTS

RETRY_SECONDS: Final = 5

AWAY: Final = "cchc.database_away"
"""Where a request keeps the failure that ``views.plain_road`` met."""

NEAREST: Final = 8
"""Frames of a failure that are logged: a database that is away fails with every request."""

BUSY: Final = (
    "Máy chủ đang bận hoặc đang bảo trì nên chưa ghi được gì. Hãy quay lại trang trước và gửi lại "
    "sau ít phút; gửi lại không bị tính hai lần."
)

FAILED: Final = "Máy chủ gặp lỗi. Dữ liệu đã xác nhận không mất. Hãy thử lại sau ít phút."


class SurveyServer(Flask):
    """Flask, with a log that keeps the place of a failure and not its words."""

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        """Log one failure that no handler took."""
        note_failure(exc_info[1])


def register(app: Flask) -> None:
    """Turn a database that does not answer into ``503``, said by each door in its own frame."""
    app.register_error_handler(OperationalError, _unavailable)
    app.before_request(_tried_before)


def note_failure(error: BaseException | None) -> None:
    """Log where an exception came from; its words only where no respondent's can be in them."""
    quotes = isinstance(error, DBAPIError) or request.blueprint in RESPONDENTS
    structlog.get_logger().error(
        "failure",
        kind=type(error).__name__,
        says="" if quotes else str(error),
        place=traceback.format_tb(error.__traceback__, limit=-NEAREST) if error else [],
        endpoint=request.endpoint,
    )


def _tried_before() -> None:
    """Give up at once where the short way has waited for the database already."""
    error = request.environ.get(AWAY)
    if error is not None:
        raise error


def _unavailable(error: OperationalError) -> Response:
    note_failure(error)
    response = make_response(current_app.handle_user_exception(ServiceUnavailable()))
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response
