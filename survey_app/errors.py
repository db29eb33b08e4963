"""What the office is told when something cannot be done.

A service raises :class:`SurveyError` with a Vietnamese sentence that can be shown as it
is; one handler in ``survey_app`` turns it into a page, the command line prints it and
exits with 1.
"""

from __future__ import annotations

from collections.abc import Sequence


class SurveyError(Exception):
    """Something a person asked for cannot be done, and why.

    Attributes
    ----------
    message
        One Vietnamese sentence: what, where, and what to do.
    status
        HTTP status of the page that says so.
    details
        Further lines, one mistake each; a file with ten mistakes has ten.

    """

    status = 400

    def __init__(
        self, message: str, *, status: int | None = None, details: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)
        if status is not None:
            self.status = status

    def __str__(self) -> str:
        return "\n".join((self.message, *(f"  - {line}" for line in self.details)))


class NotFoundError(SurveyError):
    """The thing named does not exist, or is not yours to see."""

    status = 404


class ForbiddenError(SurveyError):
    """You may not do this, and who may."""

    status = 403


class ConflictError(SurveyError):
    """It was possible a moment ago, or would contradict what is already stored."""

    status = 409
