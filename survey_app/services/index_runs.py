"""The index computed, frozen, approved and published (design, section 5 and promise 9).

A run names everything it was made of by digest: the ballots, the scores, the criteria sets,
every setting, the seed of the campaign and the code; equal inputs give equal results, digest
for digest. A run never changes: only its state moves on, and a published run gives way to a
later one with a reason. Frames come from ``frames``, numbers from ``analysis``, workbooks
are written by ``exports``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event, func, inspect, select

import analysis
import questionnaires
from analysis.compute import compute_index
from analysis.given import UNAPPRAISED
from analysis.index import LeafState
from analysis.results import IndexResult, UnitResult
from survey_app.errors import ConflictError, ForbiddenError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.models import AuditEntry, Campaign, IndexRun, RunState, State
from survey_app.models import IndexResult as IndexLine
from survey_app.permissions import Permission
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug, need_reason
from survey_app.services.definitions import (
    criteria_set_of,
    current_criteria,
    definition_of,
    form_of,
)
from survey_app.services.frames import ballots_frame, scores_frame
from survey_app.services.transactions import transaction

DISTRIBUTION: Final = "cchc"
KEPT_RESULTS: Final = 8
COMPUTABLE: Final = frozenset(State) - {State.DRAFT}
APPROVABLE: Final = frozenset({State.CLOSED, State.APPRAISING, State.APPROVED, State.PUBLISHED})

_results: dict[str, IndexResult] = {}


def run_index(slug: str, *, actor: Actor, missing: str = "refuse") -> IndexRun:
    """Compute the index of a campaign and freeze it as the next run.

    Parameters
    ----------
    slug
        The campaign.
    actor
        Needs ``index.run``.
    missing
        ``refuse``: a unit with a criterion without points has no index. ``rescale``: the
        criterion leaves both sums, and the run says so.

    Raises
    ------
    ForbiddenError, ConflictError, SurveyError
        If the person may not, the campaign is a draft or has no criteria set, or the scores
        contradict the criteria; with every mistake.

    """
    _refuse_unless(actor)
    campaign = campaign_by_slug(slug)
    if campaign.state not in COMPUTABLE:
        raise ConflictError("Kế hoạch còn là bản nháp. Hãy mở đợt điều tra trước khi tính chỉ số.")
    versions = current_criteria(campaign)
    if not versions:
        raise ConflictError("Đợt này chưa có bộ tiêu chí. Hãy nhập bộ tiêu chí trước.")
    definition = definition_of(campaign)
    kinds = [k for k in dict.fromkeys(unit.kind for unit in definition.units) if k in versions]
    ballots = ballots_frame(campaign)
    scores = scores_frame(campaign, versions)
    try:
        result = compute_index(
            definition,
            {kind: criteria_set_of(versions[kind]) for kind in kinds},
            {code: form_of(campaign, code) for code in definition.forms},
            ballots.table,
            scores.table,
            missing=missing,
        )
    except ValueError as error:
        raise SurveyError(
            "Chưa tính được chỉ số vì dữ liệu không khớp với bộ tiêu chí.",
            details=str(error).split("; "),
        ) from error
    data = result.to_dict()
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign.id, with_for_update=True)
        last = session.scalar(
            select(func.max(IndexRun.number)).where(IndexRun.campaign_id == campaign.id)
        )
        run = IndexRun(
            campaign_id=campaign.id,
            number=(last or 0) + 1,
            frame_sha256=ballots.sha256,
            scores_sha256=scores.sha256,
            criteria_sha256={kind: versions[kind].sha256 for kind in kinds},
            settings=data["settings"] | {"missing": data["missing"]},
            code_version=code_version(),
            seed=campaign.seed,
            result=data,
            result_sha256=_digest(data),
            person_id=actor.user_id,
        )
        units = {unit.code: unit.id for unit in campaign.units}
        run.results = [_line(unit, units[unit.code]) for unit in result.units]
        session.add(run)
        record(
            session,
            actor,
            "index.run",
            _name(slug, run.number),
            frame=run.frame_sha256,
            scores=run.scores_sha256,
            result=run.result_sha256,
            missing=missing,
        )
    return run


def approve_run(slug: str, number: int, *, actor: Actor) -> None:
    """Approve a run; from then on it can be published.

    Raises
    ------
    ConflictError
        If answers are still being collected, a unit has no index, or a score in it was
        never appraised; names every reason.

    """
    _refuse_unless(actor)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        run = run_by_number(campaign, number, session)
        if problems := (*_not_approvable(campaign, run),):
            raise ConflictError(f"Chưa phê duyệt được lần tính số {number}.", details=problems)
        run.state = RunState.APPROVED
        if campaign.state is not State.PUBLISHED:
            campaign.state = State.APPROVED
        record(session, actor, "index.approve", _name(slug, number), result=run.result_sha256)


def publish_run(slug: str, number: int, reason: str, *, actor: Actor) -> None:
    """Publish an approved run; the one published before is superseded.

    Parameters
    ----------
    slug, number
        The run.
    reason
        Decision that orders it; where a run was published before, why it is replaced.
    actor
        Needs ``index.run``.

    """
    _refuse_unless(actor)
    need_reason(reason)
    with transaction() as session:
        campaign = campaign_by_slug(slug, session)
        run = run_by_number(campaign, number, session)
        if run.state is not RunState.APPROVED:
            raise ConflictError(
                f"Lần tính số {number} chưa được phê duyệt hoặc đã công bố; không công bố được."
            )
        before = session.scalar(
            select(IndexRun).where(
                IndexRun.campaign_id == campaign.id, IndexRun.state == RunState.PUBLISHED
            )
        )
        if before is not None:
            before.state = RunState.SUPERSEDED
            record(
                session,
                actor,
                "index.supersede",
                _name(slug, before.number),
                by=number,
                reason=reason,
            )
        run.state = RunState.PUBLISHED
        campaign.state = State.PUBLISHED
        record(session, actor, "index.publish", _name(slug, number), reason=reason)


def runs_of(campaign: Campaign) -> list[IndexRun]:
    """Return the runs of a campaign, newest first."""
    return list(
        db.session.scalars(
            select(IndexRun)
            .where(IndexRun.campaign_id == campaign.id)
            .order_by(IndexRun.number.desc())
        )
    )


def run_by_number(campaign: Campaign, number: int, session: Any = None) -> IndexRun:  # noqa: ANN401 - plain or scoped session
    """Return one run of a campaign.

    Raises
    ------
    NotFoundError
        If there is none of that number.

    """
    run = (session or db.session).scalar(
        select(IndexRun).where(IndexRun.campaign_id == campaign.id, IndexRun.number == number)
    )
    if run is None:
        raise NotFoundError(f"Đợt “{campaign.title}” không có lần tính số {number}.")
    return run


def result_of(run: IndexRun) -> IndexResult:
    """Read back what a run computed; the last few are kept in memory.

    Raises
    ------
    ConflictError
        If the stored result no longer has the digest it was frozen with.

    """
    if run.result_sha256 not in _results:
        if _digest(run.result) != run.result_sha256:
            raise ConflictError(
                f"Kết quả lưu của lần tính số {run.number} không khớp mã băm; "
                "hãy khôi phục từ bản sao lưu."
            )
        while len(_results) >= KEPT_RESULTS:
            _results.pop(next(iter(_results)))
        _results[run.result_sha256] = IndexResult.from_dict(run.result)
    return _results[run.result_sha256]


def forget_results() -> None:
    """Let go of the results kept in memory; the next look reads and checks the stored one."""
    _results.clear()


def history_of(campaign: Campaign, run: IndexRun) -> list[AuditEntry]:
    """Return what happened to a run, oldest first: computed, approved, published."""
    return list(
        db.session.scalars(
            select(AuditEntry)
            .where(
                AuditEntry.object == _name(campaign.slug, run.number),
                AuditEntry.action.startswith("index."),
            )
            .order_by(AuditEntry.id)
        )
    )


def is_provisional(unit: UnitResult) -> bool:
    """Whether an index rests on a self-score that nobody has appraised."""
    return any(
        leaf.round in UNAPPRAISED and leaf.state is LeafState.SCORED for leaf in unit.criteria
    )


@cache
def code_version() -> str:
    """Version of the package and digest of the sources that compute: ``0.1.0+3f9c…``.

    The digest covers every Python file of ``analysis`` and ``questionnaires``, so a changed
    line is a changed version whether or not somebody committed it.
    """
    digest = hashlib.sha256()
    for room in (analysis, questionnaires):
        root = Path(str(room.__file__)).parent
        for file in sorted(root.rglob("*.py")):
            digest.update(file.relative_to(root.parent).as_posix().encode())
            digest.update(file.read_bytes())
    return f"{metadata.version(DISTRIBUTION)}+{digest.hexdigest()[:16]}"


def _refuse_unless(actor: Actor) -> None:
    if not actor.may(Permission.INDEX_RUN):
        raise ForbiddenError("Chỉ người phân tích được tính và phê duyệt chỉ số.")


def _not_approvable(campaign: Campaign, run: IndexRun) -> Iterable[str]:
    if run.state is not RunState.COMPUTED:
        yield "Lần tính này đã được phê duyệt hoặc công bố."
    if campaign.state not in APPROVABLE:
        yield "Đợt điều tra chưa đóng; số phiếu còn thay đổi."
    result = result_of(run)
    for unit in result.units:
        if unit.index is None:
            yield f"{unit.name} chưa có chỉ số: thiếu điểm {', '.join(unit.missing)}."
        elif is_provisional(unit):
            yield f"{unit.name} còn điểm tự chấm chưa qua thẩm định."


def _line(unit: UnitResult, unit_id: int) -> IndexLine:
    return IndexLine(
        unit_id=unit_id,
        points=unit.points,
        max_points=unit.max_points,
        index=unit.index_unrounded,
        rank=unit.rank,
        band=unit.band,
    )


def _name(slug: str, number: int) -> str:
    return f"{slug}/{number}"


def _digest(data: Any) -> str:  # noqa: ANN401 - JSON is untyped by nature
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@event.listens_for(IndexRun, "before_update")
def _refuse_changes(_mapper: object, _connection: object, run: IndexRun) -> None:
    """Let only the state of a run move on; a frozen number stays frozen."""
    seen = inspect(run)
    moved = [
        column.key
        for column in seen.mapper.column_attrs
        if column.key != "state" and seen.attrs[column.key].history.has_changes()
    ]
    if moved:
        msg = f"run {run.number} is frozen; tried to change {', '.join(moved)}"
        raise ConflictError(msg)
