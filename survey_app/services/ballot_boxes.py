"""What every ballot of one quota rule needs to know, read once per process.

A *box* is fixed while the plan version and the confirmed settings stay the same: which
cell each unit has, which questions are kept, which form version is named. What may change
any minute (state, dates, plan version) is a campaign's *standing*: one row, read every
time. Used by ``services.ballots`` on the respondents' road, where each statement counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from questionnaires.model import Design
from survey_app.errors import NotFoundError
from survey_app.extensions import db
from survey_app.models import IN_FORCE, Campaign, PlanVersion, State
from survey_app.services.definitions import definition_of, form_version, rule_form
from survey_app.services.plans import cells_of_rule, rule_by_code

STANDING: Final = (
    Campaign.id,
    Campaign.state,
    Campaign.opens,
    Campaign.closes,
    Campaign.simulated,
    Campaign.confirmed_sha256,
    Campaign.short_code,
    select(func.max(PlanVersion.id))
    .where(PlanVersion.campaign_id == Campaign.id, PlanVersion.state.in_(IN_FORCE))
    .scalar_subquery()
    .label("plan_id"),
)
"""Columns of a :class:`Standing`, in its order, for a statement that reads more."""

_STANDING = select(*STANDING).where(Campaign.short_code == bindparam("short_code"))


@dataclass(frozen=True, slots=True)
class Standing:
    """A campaign as it stands this moment."""

    id: int
    state: State
    opens: date
    closes: date
    simulated: bool
    confirmed_sha256: str | None
    short_code: str
    plan_id: int


@dataclass(frozen=True, slots=True)
class BoxUnit:
    """One unit of a box and the cell its ballots are counted in."""

    code: str
    name: str
    unit_id: int
    cell_id: int


@dataclass(frozen=True, slots=True)
class BallotBox:
    """One quota rule as its ballots need it; ``units`` by code, in plan order."""

    rule_id: int
    rule_code: str
    crossed: bool
    form_version_id: int
    units: Mapping[str, BoxUnit]
    unit_questions: frozenset[str]
    profile_questions: frozenset[str]
    no_contact_fills_place: bool


_BOXES: dict[tuple[int, int, str | None, str], BallotBox] = {}


def standing_of(connection: Connection, short_code: str) -> Standing:
    """Read how a campaign stands.

    Raises
    ------
    NotFoundError
        If no campaign has that short code.

    """
    row = connection.execute(_STANDING, {"short_code": short_code.upper()}).first()
    if row is None:
        raise NotFoundError(
            "Địa chỉ này không thuộc đợt lấy ý kiến nào. Hãy quét lại mã QR trên phiếu mời."
        )
    return Standing(*row)


def box_of(standing: Standing, rule_code: str) -> BallotBox:
    """Return the box of a rule, from memory when it has been opened before.

    Raises
    ------
    NotFoundError
        If the plan has no such rule.

    """
    key = (standing.id, standing.plan_id, standing.confirmed_sha256, rule_code.upper())
    if standing.confirmed_sha256 is None:  # a draft may still change under the same key
        return _read(standing, rule_code)
    if key not in _BOXES:
        _BOXES[key] = _read(standing, rule_code)
    return _BOXES[key]


def _read(standing: Standing, rule_code: str) -> BallotBox:
    campaign = db.session.get_one(Campaign, standing.id)
    rule = rule_by_code(campaign, rule_code)
    form = rule_form(campaign, rule)
    return BallotBox(
        rule_id=rule.id,
        rule_code=rule.code,
        crossed=rule.design is Design.CROSS,
        form_version_id=form_version(campaign, rule.form).id,
        units={
            cell.unit.code: BoxUnit(cell.unit.code, cell.unit.name, cell.unit_id, cell.id)
            for cell in cells_of_rule(db.session(), rule, None)
        },
        unit_questions=frozenset(question.code for question in form.unit_questions),
        profile_questions=frozenset(question.code for question in form.profile_questions),
        no_contact_fills_place=definition_of(campaign).settings.no_contact_fills_place,
    )
