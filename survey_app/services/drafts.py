"""Keeping a half-filled form while it is being filled in.

Whoever holds the code may go on later or on another device; nothing here is counted, and
nobody of the office can read it (``services.sealed_drafts``). A draft is removed in the
transaction that stores its ballot.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from survey_app.formats import today
from survey_app.security import typed_digits
from survey_app.services.opened_slips import (
    NoSlipError,
    find_slip,
    need_collecting,
    need_valid,
    wrong_code,
)
from survey_app.services.sealed_drafts import drafts_of, remove_draft, write_draft
from survey_app.services.transactions import write_together

KEPT_DAYS: Final = 14
"""Days a draft lives after its last answer, and never past the last day of the campaign."""


def keep_draft(
    short_code: str,
    rule_code: str,
    unit_code: str,
    code: str,
    answers: Mapping[str, str],
    *,
    staying: Collection[str] = (),
    address: str,
) -> None:
    """Keep what has been answered about one unit so far; an older draft gives way.

    Parameters
    ----------
    short_code, rule_code, unit_code
        The page and the unit answered about.
    code
        As typed; the authority, and the key.
    answers
        Question code -> choice code or text; none removes the draft.
    staying
        Codes of questions whose new answer was refused: the one kept before stays.
    address
        Network address, to limit wrong codes.

    Raises
    ------
    SlipError
        If the code opens nothing here any more.

    """
    digits = typed_digits(code)

    def keep(connection: Connection) -> None:
        found = find_slip(connection, short_code, rule_code, unit_code, digits, lock=True)
        unit = next((unit for unit in found.units if unit.code == unit_code.upper()), None)
        if unit is None or unit.code in found.stored:
            return  # the answers were sent meanwhile, perhaps by another device
        need_valid(found)
        need_collecting(found.standing)
        before = drafts_of(connection, digits, [unit.code]).get(unit.code, {}) if staying else {}
        told = {**{code: before[code] for code in staying if code in before}, **answers}
        if told:
            expires = min(found.standing.closes, today() + timedelta(days=KEPT_DAYS))
            write_draft(connection, found.standing.id, digits, unit.code, told, expires=expires)
        else:
            remove_draft(connection, digits, unit.code)

    try:
        write_together((rule_code, unit_code), keep)
    except NoSlipError:
        raise wrong_code(short_code, digits, address) from None
