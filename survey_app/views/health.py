"""Two answers for whoever watches the server: it runs, and it can still keep a ballot."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from survey_app.services.readiness import prove_writing
from survey_app.views.access import public

bp = Blueprint("health", __name__)


def _plain(text: str, status: int) -> Response:
    answer = Response(f"{text}\n", status=status, mimetype="text/plain")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/live")
@public
def live() -> Response:
    """Say that the process answers."""
    return _plain("live", 200)


@bp.get("/ready")
@public
def ready() -> Response:
    """Say whether a write works; 503 when it does not."""
    try:
        prove_writing()
    except SQLAlchemyError:
        return _plain("not ready: the database refuses to write", 503)
    return _plain("ready", 200)
