"""The one place that decides which units a member of staff sees and may act on."""

from __future__ import annotations

from sqlalchemy import select

from survey_app.errors import ForbiddenError
from survey_app.extensions import db
from survey_app.models import Campaign, Unit
from survey_app.permissions import Permission
from survey_app.services.audit import Actor


def visible_units(campaign: Campaign, actor: Actor) -> list[Unit]:
    """Return the units a person sees, in plan order: all, or those he or she keys."""
    units = list(
        db.session.scalars(
            select(Unit).where(Unit.campaign_id == campaign.id).order_by(Unit.position)
        )
    )
    if actor.may(Permission.FIELD_VIEW) or actor.may(Permission.SCORES_VIEW):
        return units
    return [unit for unit in units if unit.id in actor.keys]


def forbid_own_unit(actor: Actor, unit: Unit) -> None:
    """Refuse an act on the ballots of the unit a person works in (promise 3).

    Raises
    ------
    ForbiddenError
        If the person belongs to the unit.

    """
    if unit.id in actor.belongs:
        raise ForbiddenError(
            f"Ông/Bà công tác tại {unit.name} nên không được nhập, xét hay loại phiếu đánh giá "
            "đơn vị mình. Hãy giao cho người của đơn vị khác."
        )
