"""What stands behind the number of a place with an open code, and a kiosk's secret.

The number is public and read at every opening; nothing is decided here but whether a kiosk
knows its secret. What a place takes is decided by ``services.posters``.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from questionnaires.model import Text
from survey_app.errors import NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.models import PlaceKind, Poster
from survey_app.security import SERIAL_DIGITS, is_sound, typed_digits
from survey_app.services.challenges import SOLVE_AGAIN
from survey_app.services.definitions import definition_of
from survey_app.services.opened_slips import own_keys
from survey_app.services.wrong_tries import note_wrong, too_many


class PlaceError(SurveyError):
    """A place takes no ballot, and why.

    Attributes
    ----------
    state
        closed, not_open, over, locked (a kiosk without its secret), limited, day_full,
        address_full or spent.

    """

    def __init__(self, state: str, message: str, *, status: int = 403) -> None:
        super().__init__(message, status=status)
        self.state = state


@dataclass(frozen=True, slots=True)
class Place:
    """What stands behind the number of a place.

    Attributes
    ----------
    number, kind, name
        Of the place itself.
    campaign, rule, unit
        Codes, as in the address of a slip of the same cell.
    group
        Who is asked, in the words of the plan.
    closed
        Whether the place has been closed.

    """

    number: str
    kind: PlaceKind
    name: str
    campaign: str
    rule: str
    unit: str
    group: Text
    closed: bool

    @property
    def is_kiosk(self) -> bool:
        """Whether it is a device of the office."""
        return self.kind is PlaceKind.KIOSK


def place_of(number: str) -> Place:
    """Return what stands behind the number of a place.

    Raises
    ------
    NotFoundError
        If no place has that number.

    """
    digits = typed_digits(number)
    poster = None
    if len(digits) == SERIAL_DIGITS and is_sound(digits):
        poster = db.session.scalar(select(Poster).where(Poster.number == digits))
    if poster is None:
        raise NotFoundError(
            "Không có điểm lấy ý kiến nào mang số này. Xin so lại tám chữ số in dưới mã QR."
        )
    group = next(
        group.label
        for group in definition_of(poster.campaign).groups
        if group.code == poster.rule.group
    )
    return Place(
        number=poster.number,
        kind=poster.kind,
        name=poster.name,
        campaign=poster.campaign.short_code,
        rule=poster.rule.code,
        unit=poster.unit.code,
        group=group,
        closed=poster.closed_on is not None,
    )


def need_secret(place: Place, secret: str, address: str) -> None:
    """Refuse a kiosk that does not know its secret; wrong ones are limited."""
    if not place.is_kiosk:
        return
    digits = typed_digits(secret)
    kept = db.session.scalar(select(Poster.secret_hash).where(Poster.number == place.number))
    if digits and kept == own_keys().kiosk_hash(place.number, digits):
        return
    if digits and too_many("kiosk", address):
        raise PlaceError(
            "limited", "Có quá nhiều lần nhập sai từ mạng này. Xin đợi 10 phút.", status=429
        )
    if digits:
        note_wrong("kiosk", address)
    raise PlaceError(
        "locked",
        "Máy này chưa được mở khóa. Cán bộ một cửa mở lại địa chỉ có mã máy đã được giao.",
        status=SOLVE_AGAIN,  # what waits on the kiosk goes on waiting
    )
