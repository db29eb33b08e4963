"""What the guards of a place set aside, judged by a person who sees no answer.

Admitting takes an unreserved place where there is one and keeps the ballot aside as over the
target where there is none; excluding says why. One by one it goes in the order the campaign's
seed fixed, or all that carry one flag at one place. What was kept before anybody knew better
is set aside since a day, and then judged the same way. Nobody decides about the unit he or she
works in (design, promise 3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.errors import ConflictError
from survey_app.extensions import db
from survey_app.formats import day
from survey_app.models import Ballot, Campaign, Poster, QuotaCell, State, Status
from survey_app.security import grouped
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.decisions import lot, need_undecided
from survey_app.services.places import find_place
from survey_app.services.poster_guards import Flag
from survey_app.services.posters import NO_ROOM, SET_ASIDE
from survey_app.services.quota import claim_place, claim_unreserved_place, release_place
from survey_app.services.scope import forbid_own_unit
from survey_app.services.transactions import transaction

LONGEST_REASON: Final = 400
"""As a ballot keeps it; the trail has the whole. [characters]"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one place has waiting: ballots in all, and by flag (one ballot may carry several)."""

    total: int
    by_flag: Mapping[Flag, int]


@dataclass(frozen=True, slots=True)
class Admitted:
    """What became of ballots that were admitted: into the quota, or kept aside when full."""

    counted: int
    over_target: int


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was set aside again: ballots that had a place, and ones kept aside without."""

    counted: int
    over_target: int


def waiting_at(poster: Poster) -> Waiting:
    """Count what one place has waiting for a person."""
    total = 0
    by_flag: Counter[Flag] = Counter()
    for flags, n in db.session.execute(
        select(Ballot.flags, func.count())
        .where(Ballot.poster_id == poster.id, Ballot.status == Status.SET_ASIDE)
        .group_by(Ballot.flags)
    ):
        total += n
        for flag in (flags or "").split():
            by_flag[Flag(flag)] += n
    return Waiting(total, {flag: by_flag[flag] for flag in Flag if by_flag[flag]})


def admit_set_aside(
    slug: str, number: str, flag: Flag | None, reason: str, *, every: bool = False, actor: Actor
) -> Admitted:
    """Take the next ballot a place has set aside, or every one with a flag, as sound.

    Parameters
    ----------
    slug, number
        The campaign and the place.
    flag
        Only ballots that carry it; any where None.
    reason
        Why; kept in the trail.
    every
        All of them, in the order of the seed, instead of the next.

    Raises
    ------
    ConflictError
        If none is waiting.

    """
    need_reason(reason)
    with transaction() as session:
        campaign, poster, chosen = _chosen(session, slug, number, flag, actor, every=every)
        counted = 0
        cell = _locked_cell(session, poster)
        for ballot in chosen:
            if _claim(session, campaign, cell):
                ballot.status, ballot.reason = Status.COUNTED, None
                counted += 1
            else:
                ballot.status, ballot.reason = Status.OVER_TARGET, NO_ROOM
        record(
            session,
            actor,
            "places.admit",
            f"{slug}/{grouped(poster.number)}",
            flag=flag,
            ballots=len(chosen),
            counted=counted,
            reason=reason,
        )
    return Admitted(counted, len(chosen) - counted)


def exclude_set_aside(
    slug: str, number: str, flag: Flag | None, reason: str, *, every: bool = False, actor: Actor
) -> int:
    """Leave the next ballot a place has set aside, or every one with a flag, out for good.

    Returns
    -------
    int
        How many were left out; they stay stored, with the reason.

    Raises
    ------
    ConflictError
        If none is waiting.

    """
    need_reason(reason)
    with transaction() as session:
        _campaign, poster, chosen = _chosen(session, slug, number, flag, actor, every=every)
        for ballot in chosen:
            ballot.status, ballot.reason = Status.EXCLUDED, reason.strip()
        record(
            session,
            actor,
            "places.exclude",
            f"{slug}/{grouped(poster.number)}",
            flag=flag,
            ballots=len(chosen),
            reason=reason,
        )
    return len(chosen)


def set_aside_since(slug: str, number: str, since: date, reason: str, *, actor: Actor) -> TakenBack:
    """Set aside everything a place brought since a day, counted or over the target.

    For stuffing that is found out later: places are free again at once, the ballots carry
    ``Flag.LATER`` beside what they carried, and wait for a person like any other.

    Parameters
    ----------
    slug, number
        The campaign and the place.
    since
        First day of what is set aside.
    reason
        Why; kept with the ballots and in the trail.

    Raises
    ------
    ConflictError
        If the place brought nothing since, or the index is approved.

    """
    need_reason(reason)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        need_undecided(campaign)
        poster = find_place(campaign, number, session)
        forbid_own_unit(actor, poster.unit)
        cell = _locked_cell(session, poster)  # before the ballots, as who admits the next does
        kept = session.scalars(
            select(Ballot)
            .where(
                Ballot.poster_id == poster.id,
                Ballot.status.in_((Status.COUNTED, Status.OVER_TARGET)),
                Ballot.received_on >= since,
            )
            .with_for_update()
        ).all()
        if not kept:
            raise ConflictError(
                f"Từ ngày {day(since)} điểm này không có phiếu nào được tính hay vượt chỉ tiêu để "
                "để riêng. Hãy xem lại ngày."
            )
        counted = sum(ballot.status is Status.COUNTED for ballot in kept)
        for ballot in kept:
            _take_back(session, cell, ballot, reason)
        record(
            session,
            actor,
            "places.set_aside",
            f"{slug}/{grouped(poster.number)}",
            since=since.isoformat(),
            ballots=len(kept),
            counted=counted,
            reason=reason,
        )
    return TakenBack(counted, len(kept) - counted)


def _take_back(session: Session, cell_id: int, ballot: Ballot, reason: str) -> None:
    if ballot.status is Status.COUNTED:
        release_place(session, cell_id)
    flags = {*(ballot.flags or "").split(), Flag.LATER.value}
    ballot.flags = " ".join(flag for flag in Flag if flag in flags)
    ballot.status = Status.SET_ASIDE
    ballot.reason = f"{SET_ASIDE}: {reason.strip()}"[:LONGEST_REASON]


def _chosen(
    session: Session, slug: str, number: str, flag: Flag | None, actor: Actor, *, every: bool
) -> tuple[Campaign, Poster, Sequence[Ballot]]:
    """Return the ballots to be judged, in the order fixed before any came in."""
    campaign = campaign_by_slug(slug, session)
    need_undecided(campaign)
    poster = find_place(campaign, number, session)
    forbid_own_unit(actor, poster.unit)
    waiting = session.scalars(
        select(Ballot)
        .where(Ballot.poster_id == poster.id, Ballot.status == Status.SET_ASIDE)
        .with_for_update()
    ).all()
    found = [one for one in waiting if flag is None or flag in (one.flags or "").split()]
    if not found:
        raise ConflictError("Điểm này không còn phiếu nào chờ xem với dấu hiệu ấy.")
    found.sort(key=lambda ballot: lot(campaign.seed, ballot))
    return campaign, poster, found if every else found[:1]


def _locked_cell(session: Session, poster: Poster) -> int:
    return session.scalars(
        select(QuotaCell.id)
        .where(QuotaCell.rule_id == poster.rule_id, QuotaCell.unit_id == poster.unit_id)
        .with_for_update()
    ).one()


def _claim(session: Session, campaign: Campaign, cell_id: int) -> bool:
    """Take a place no slip holds; after collection none holds any."""
    if campaign.state is State.COLLECTING:
        return claim_unreserved_place(session.connection(), cell_id)
    return claim_place(session, cell_id)
