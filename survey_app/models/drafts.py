"""Answers that are not sent yet, sealed so that only the code opens them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.extensions import Model


class Draft(Model):
    """What one person has answered about one unit so far.

    ``mark`` comes from the code under a key of its own and joins nothing; the text is
    enciphered by a key made of the code, which is kept nowhere, and filled up so that its
    length tells nothing. A draft goes when its ballot is stored, and on its day.
    """

    __tablename__ = "drafts"
    __table_args__ = ({"sqlite_with_rowid": False},)

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires: Mapped[date]
