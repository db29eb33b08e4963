"""The index computed, frozen, approved and published (design, section 5 and promise 9).

A run names everything it was made of by digest: the ballots, the scores, the criteria sets,
every setting, the seed of the campaign and the code; equal inputs give equal results, digest
for digest. A run never changes: only its state moves on, and a published run gives way to a
later one with a reason. Who sees which run is decided here too, for every page and every
file: ``visible_runs`` and ``visible_run``. What goes in comes from ``run_inputs``, numbers
from ``analysis``, workbooks are written by ``exports``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import event, func, inspect, select

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
from survey_app.services.definitions import criteria_set_of, form_of
from survey_app.services.run_inputs import code_version, inputs_of, too_close
from survey_app.services.transactions import transaction

KEPT_RESULTS: Final = 8
COMPUTABLE: Final = frozenset(State) - {State.DRAFT}
APPROVABLE: Final = frozenset({State.CLOSED, State.APPRAISING, State.APPROVED, State.PUBLISHED})
RELEASED: Final = (RunState.PUBLISHED, RunState.SUPERSEDED)

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
    inputs = inputs_of(campaign)
    try:
        result = compute_index(
            inputs.definition,
            {kind: criteria_set_of(version) for kind, version in inputs.versions.items()},
            {code: form_of(campaign, code) for code in inputs.definition.forms},
            inputs.ballots.table,
            inputs.scores.table,
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
            frame_sha256=inputs.ballots.sha256,
            scores_sha256=inputs.scores.sha256,
            criteria_sha256=inputs.criteria_sha256,
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
        If answers are still being collected, ballots, scores or criteria changed after the
        run, a unit has no index, or a score in it was never appraised; names every reason.

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

    Raises
    ------
    ConflictError
        If the run is not approved, or in some cell it counts a few ballots more or less
        than a run published before; names every such cell.

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
        released = session.scalars(
            select(IndexRun)
            .where(IndexRun.campaign_id == campaign.id, IndexRun.state.in_(RELEASED))
            .order_by(IndexRun.number)
        ).all()
        for before in released:
            _refuse_near(before, run)
        for before in (other for other in released if other.state is RunState.PUBLISHED):
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


def visible_runs(campaign: Campaign, actor: Actor) -> list[IndexRun]:
    """Return the runs a person may see, newest first.

    Two runs a few ballots apart give away what those few answered, so runs that were never
    published are for those who compute them or hold the council's figures.
    """
    query = select(IndexRun).where(IndexRun.campaign_id == campaign.id)
    if not _sees_unpublished(actor):
        query = query.where(IndexRun.state.in_(RELEASED))
    return list(db.session.scalars(query.order_by(IndexRun.number.desc())))


def visible_run(
    campaign: Campaign, number: int, actor: Actor, *, ranking_only: bool = False
) -> IndexRun:
    """Return one run, as far as a person may see it; every page and every file asks here.

    Parameters
    ----------
    campaign, number, actor
        Which run, and for whom.
    ranking_only
        Whether only its ranking will be shown. Of a superseded run most people see no more.

    Raises
    ------
    NotFoundError
        If there is none of that number that the person may know of.
    ForbiddenError
        If it was superseded and more than its ranking is asked for.

    """
    run = run_by_number(campaign, number)
    if run.state not in RELEASED and not _sees_unpublished(actor):
        raise _no_such_run(campaign, number)
    if not ranking_only and not sees_whole(run, actor):
        raise ForbiddenError(
            f"Lần tính số {number} đã được thay bằng lần khác; chỉ còn xem được bảng xếp hạng."
        )
    return run


def sees_whole(run: IndexRun, actor: Actor) -> bool:
    """Whether a person sees a run down to its published counts, or at most its ranking."""
    return run.state is RunState.PUBLISHED or _sees_unpublished(actor)


def run_by_number(campaign: Campaign, number: int, session: Any = None) -> IndexRun:  # noqa: ANN401 - plain or scoped session
    """Return one run of a campaign, whoever asks; what is shown goes by ``visible_run``.

    Raises
    ------
    NotFoundError
        If there is none of that number.

    """
    run = (session or db.session).scalar(
        select(IndexRun).where(IndexRun.campaign_id == campaign.id, IndexRun.number == number)
    )
    if run is None:
        raise _no_such_run(campaign, number)
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


def _refuse_unless(actor: Actor) -> None:
    if not actor.may(Permission.INDEX_RUN):
        raise ForbiddenError("Chỉ người phân tích được tính và phê duyệt chỉ số.")


def _sees_unpublished(actor: Actor) -> bool:
    return actor.may(Permission.INDEX_RUN) or actor.may(Permission.EXPORT_COUNCIL)


def _no_such_run(campaign: Campaign, number: int) -> NotFoundError:
    return NotFoundError(f"Đợt “{campaign.title}” không có lần tính số {number}.")


def _refuse_near(before: IndexRun, run: IndexRun) -> None:
    if cells := (*too_close(result_of(before), result_of(run)),):
        few = result_of(run).settings.k_mean
        raise ConflictError(
            f"Chưa công bố được lần tính số {run.number}: so với lần số {before.number} đã công "
            f"bố, có ô chỉ chênh dưới {few} phiếu, nên ai có cả hai bảng tính ra được câu trả "
            "lời của ít người.",
            details=cells,
        )


def _not_approvable(campaign: Campaign, run: IndexRun) -> Iterable[str]:
    if run.state is not RunState.COMPUTED:
        yield "Lần tính này đã được phê duyệt hoặc công bố."
    if campaign.state not in APPROVABLE:
        yield "Đợt điều tra chưa đóng; số phiếu còn thay đổi."
    yield from inputs_of(campaign).changed_since(run)
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
