"""Other people in the same cell, where the plan's own are not there (plan II.2.2b).

Somebody in the field asks, with a number of places and a reason; a coordinator decides. The
target of the cell never moves, and planned and actual kind stay side by side: see
``sampling.substitution``. What respondents say of themselves is counted by
``services.respondent_kinds``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from sampling.substitution import KindCount, mix_of_cell
from sampling.substitution import Substitution as Decision
from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.models import (
    Campaign,
    QuotaCell,
    QuotaRule,
    State,
    Substitution,
    Unit,
    Verdict,
)
from survey_app.models.types import now
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.decisions import need_undecided
from survey_app.services.plans import cell_of, plan_of
from survey_app.services.scope import forbid_own_unit, visible_units
from survey_app.services.transactions import transaction


@dataclass(frozen=True, slots=True)
class CellMix:
    """One cell with the decisions about it.

    Attributes
    ----------
    cell
        With rule and unit.
    requests
        Every request, the newest first.
    kinds
        Planned and actual kind side by side, by decisions that were granted. [persons]
    left
        Places nobody asked for yet. [persons]

    """

    cell: QuotaCell
    requests: tuple[Substitution, ...]
    kinds: tuple[KindCount, ...]
    left: int

    @property
    def waiting(self) -> tuple[Substitution, ...]:
        """Requests without a decision."""
        return tuple(one for one in self.requests if one.state is Verdict.ASKED)


# --- reading -----------------------------------------------------------------------------


def mix_of(campaign: Campaign, rule_code: str, unit_code: str) -> CellMix:
    """Return one cell with the decisions about it."""
    cell = cell_of(campaign, rule_code, unit_code)
    return _mix(cell, _requests(db.session(), [cell]))


def mixes(campaign: Campaign, actor: Actor) -> tuple[CellMix, ...]:
    """Return every cell somebody asked about and the actor sees, those that wait first."""
    seen = {unit.id for unit in visible_units(campaign, actor)}
    cells = db.session.scalars(
        select(QuotaCell)
        .join(QuotaCell.rule)
        .join(QuotaCell.unit)
        .where(
            QuotaRule.plan_version_id == plan_of(campaign).id,
            QuotaCell.id.in_(select(Substitution.cell_id)),
        )
        .order_by(QuotaRule.position, Unit.position)
        .options(contains_eager(QuotaCell.rule), contains_eager(QuotaCell.unit))
    ).all()
    asked = _requests(db.session(), cells)
    found = [
        _mix(cell, [one for one in asked if one.cell_id == cell.id])
        for cell in cells
        if cell.unit_id in seen
    ]
    return tuple(sorted(found, key=lambda mix: not mix.waiting))


def waiting_requests(campaign: Campaign, actor: Actor) -> int:
    """Count requests that wait for a decision, among the cells the actor sees."""
    return sum(len(mix.waiting) for mix in mixes(campaign, actor))


def _requests(session: Session, cells: Iterable[QuotaCell]) -> list[Substitution]:
    return list(
        session.scalars(
            select(Substitution)
            .where(Substitution.cell_id.in_([cell.id for cell in cells]))
            .order_by(Substitution.id.desc())
        )
    )


def _mix(cell: QuotaCell, requests: Iterable[Substitution]) -> CellMix:
    asked = tuple(requests)
    granted = [
        Decision(
            rule=cell.rule.code,
            unit=cell.unit.code,
            planned_kind=one.planned,
            actual_kind=one.actual,
            places=one.places,
            reason=one.reason,
            decided_by=one.decided_by,
        )
        for one in asked
        if one.state is Verdict.GRANTED
    ]
    given = sum(one.places for one in granted)
    # A target that was lowered afterwards leaves the decisions as they were taken.
    planned: Mapping[str, int] = {cell.rule.group: max(cell.target, given)}
    held = sum(one.places for one in asked if one.state is not Verdict.REFUSED)
    return CellMix(cell, asked, mix_of_cell(planned, granted), max(0, cell.target - held))


# --- asking and deciding -----------------------------------------------------------------


def ask_substitution(
    slug: str, rule_code: str, unit_code: str, places: int, reason: str, *, actor: Actor
) -> int:
    """Ask that another kind of people may fill places of a cell.

    Parameters
    ----------
    slug, rule_code, unit_code
        The cell; its rule must name who tops it up.
    places
        How many. [persons]
    reason
        Why, in the words of whoever asks.
    actor
        Who asks.

    Returns
    -------
    int
        Number of the request.

    Raises
    ------
    ConflictError
        If the rule has nobody to top it up, the campaign is not collecting, or the cell has
        not that many places left to ask for.

    """
    need_reason(reason)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        if campaign.state is not State.COLLECTING:
            raise ConflictError("Chỉ xin lấy bổ sung khi đợt điều tra đang thu phiếu.")
        cell = cell_of(campaign, rule_code, unit_code, session)
        if cell.unit_id not in {unit.id for unit in visible_units(campaign, actor)}:
            raise NotFoundError("Đơn vị này ngoài phạm vi của bạn. Hãy nhờ điều phối phân công.")
        if cell.rule.top_up_from is None:
            raise ConflictError(
                f"Kế hoạch không cho lấy đối tượng khác ở dòng {cell.rule.code}; muốn đổi phải "
                "sửa kế hoạch."
            )
        cell = session.get_one(QuotaCell, cell.id, with_for_update=True)
        left = _mix(cell, _requests(session, [cell])).left
        if not 0 < places <= left:
            raise ConflictError(
                f"Ô {cell.rule.code} · {cell.unit.name} có chỉ tiêu {cell.target} phiếu, còn "
                f"{left} chỗ chưa xin bổ sung; không xin được {places} chỗ."
            )
        asked = Substitution(
            cell_id=cell.id,
            planned=cell.rule.group,
            actual=cell.rule.top_up_from,
            places=places,
            reason=reason.strip(),
            asked_by=actor.name,
        )
        session.add(asked)
        session.flush()
        record(
            session, actor, "substitution.ask", _name(slug, cell),
            number=asked.id, places=places, planned=asked.planned, actual=asked.actual,
            reason=reason.strip(),
        )  # fmt: skip
        return asked.id


def decide_substitution(
    slug: str, number: int, *, granted: bool, note: str = "", actor: Actor
) -> Substitution:
    """Grant or refuse a request.

    Raises
    ------
    NotFoundError
        If the campaign has no such request.
    ForbiddenError
        If the actor works in the unit.
    ConflictError
        If it is decided, or the cell no longer has the places.
    SurveyError
        If it is refused without a word.

    """
    if not granted:
        need_reason(note)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_undecided(campaign)
        asked = session.get(Substitution, number, with_for_update=True)
        if asked is None or asked.cell.unit.campaign_id != campaign.id:
            raise NotFoundError(f"Đợt “{campaign.title}” không có đề nghị bổ sung số {number}.")
        cell = session.get_one(QuotaCell, asked.cell_id, with_for_update=True)
        forbid_own_unit(actor, cell.unit)
        if asked.state is not Verdict.ASKED:
            raise ConflictError(f"Đề nghị số {number} đã được {asked.decided_by} quyết định.")
        others = [one for one in _requests(session, [cell]) if one.id != asked.id]
        room = _mix(cell, others).left
        if granted and asked.places > room:
            raise ConflictError(
                f"Chỉ tiêu của ô nay là {cell.target} phiếu, chỉ còn {room} chỗ để bổ sung; "
                f"đề nghị xin {asked.places} chỗ. Hãy từ chối và đề nghị xin lại."
            )
        if len(note.strip()) > 400:  # noqa: PLR2004 - the column's own length
            raise SurveyError("Ghi chú dài nhất 400 ký tự.")
        asked.state = Verdict.GRANTED if granted else Verdict.REFUSED
        asked.decided_by, asked.decided_at, asked.note = actor.name, now(), note.strip()
        record(
            session, actor, "substitution.decide", _name(slug, cell),
            number=number, verdict=asked.state, places=asked.places, note=note.strip(),
        )  # fmt: skip
        return asked


def _name(slug: str, cell: QuotaCell) -> str:
    return f"{slug}/{cell.rule.code}/{cell.unit.code}"
