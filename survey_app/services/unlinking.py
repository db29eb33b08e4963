"""What a database remembers beside its columns, taken away when a campaign closes.

PostgreSQL stamps each row with the transaction that wrote it last (``xmin``) and keeps rows
in the order they came: a slip and the ballot answered on it carry the same stamp, so a
reader of the tables could join a printed number to its answers. Writing all of them again
in one transaction gives every row one stamp; clustering by random key loses the order.
Until a campaign closes only whoever can read the tables themselves could do this; see
``docs/security.md``. SQLite keeps no stamps, and its ballots lie in the order of their
random keys.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

ONE_STAMP: Final = (
    "UPDATE ballots SET rater = rater",
    "UPDATE slips SET begun = begun",
    "UPDATE quota_cells SET accepted = accepted",
    "CLUSTER ballots USING pk_ballots",
    "CLUSTER slips USING uq_slips_campaign_id_number",
    "CLUSTER quota_cells USING pk_quota_cells",
)


def unlink(session: Session) -> None:
    """Give every ballot, slip and counter one stamp and an order that says nothing."""
    if session.connection().dialect.name != "postgresql":
        return
    for statement in ONE_STAMP:
        session.execute(text(statement))
