"""Sign-in sessions kept on the server, in the product's own database.

Flask-Session does the work; its SQLAlchemy storage makes its own table at start-up and
writes outside our transactions, so the four storage methods are here. A session lasts
``PERMANENT_SESSION_LIFETIME`` from the last change, reading it writes nothing, and only a
hash of its id is kept: a copied database opens no session. Strangers have none, but for
the mark of the sign-in form, which lasts ``STRANGER_LIFETIME``.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, Final

from flask import Flask, Response, request
from flask_session.base import ServerSideSession, ServerSideSessionInterface
from sqlalchemy import delete, select

from survey_app.extensions import db
from survey_app.models import StoredSession
from survey_app.models.types import now
from survey_app.services.transactions import transaction

STRANGER_LIFETIME: Final = timedelta(minutes=30)
"""How long a sign-in page may stand open."""


class DatabaseSessions(ServerSideSessionInterface):
    """Session storage on the app's database."""

    session_class = ServerSideSession

    def save_session(self, app: Flask, session: ServerSideSession, response: Response) -> None:
        """Keep what has changed, unless nobody has signed in and no form needs it."""
        if session.modified and not (_signed_in(session) or "csrf_token" in session):
            if request.cookies.get(self.get_cookie_name(app)) != session.sid:
                return  # nothing is stored under it
            session.clear()  # signed out: Flask-Session removes what is empty
        elif session.modified and not _signed_in(session):
            session["_fresh"] = False  # what Flask-Login marks a stranger with at every look
            if self._retrieve_session_data(self._get_store_id(session.sid)) == dict(session):
                return  # marked as it was
        super().save_session(app, session, response)

    def _get_store_id(self, sid: str) -> str:
        return hashlib.sha256(sid.encode()).hexdigest()

    def _retrieve_session_data(self, store_id: str) -> dict[str, Any] | None:
        data = db.session.scalar(
            select(StoredSession.data).where(
                StoredSession.id == store_id, StoredSession.expires > now()
            )
        )
        return None if data is None else self.serializer.decode(data)

    def _delete_session(self, store_id: str) -> None:
        with transaction() as session:
            session.execute(delete(StoredSession).where(StoredSession.id == store_id))

    def _upsert_session(
        self, session_lifetime: timedelta, session: ServerSideSession, store_id: str
    ) -> None:
        lifetime = session_lifetime if _signed_in(session) else STRANGER_LIFETIME
        with transaction() as writes:
            writes.execute(delete(StoredSession).where(StoredSession.expires <= now()))
            writes.merge(
                StoredSession(
                    id=store_id,
                    data=self.serializer.encode(session),
                    expires=now() + lifetime,
                )
            )


def _signed_in(session: ServerSideSession) -> bool:
    return "_user_id" in session
