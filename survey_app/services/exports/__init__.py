"""Results leave the house: the council's workbook, the public one, and CSV.

The council's book (``council``, ``council_survey``) goes down to counts with live formulas; it
needs its own permission and every export of it is a line in the trail. The public book
(``public``) and the CSV (``text``) hold only what everyone may see. Which run a person gets a
file of is decided by ``index_runs.visible_run``, as for the pages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from analysis.results import IndexResult
from survey_app.errors import ForbiddenError
from survey_app.formats import language, moment
from survey_app.formats import number as printed
from survey_app.models import Campaign, IndexRun, RunState
from survey_app.permissions import Permission
from survey_app.services.audit import Actor, record
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.exports.council import CouncilBook
from survey_app.services.exports.council_survey import SurveySheets
from survey_app.services.exports.look import Book
from survey_app.services.exports.public import write_public
from survey_app.services.exports.text import results_text
from survey_app.services.exports.words import BALLOT_STATES, Naming
from survey_app.services.index_runs import is_provisional, result_of, visible_run
from survey_app.services.transactions import transaction

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv; charset=utf-8"
KEPT_BOOKS: Final = 4

_books: dict[tuple[object, ...], bytes] = {}

RUN_STATES: Final = {
    RunState.COMPUTED: "đã tính, chưa phê duyệt",
    RunState.APPROVED: "đã phê duyệt",
    RunState.PUBLISHED: "đã công bố",
    RunState.SUPERSEDED: "đã được thay bằng lần tính khác",
}


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A finished file and the name it is offered under."""

    name: str
    data: bytes
    mimetype: str


def council_workbook(slug: str, number: int, *, actor: Actor) -> ExportFile:
    """Write the council's workbook of a run; noted in the trail.

    Raises
    ------
    ForbiddenError
        If the person may not have figures of small groups.

    """
    if not actor.may(Permission.EXPORT_COUNCIL):
        raise ForbiddenError("Chỉ người phân tích được xuất bảng của hội đồng.")
    campaign, run, result = _found(slug, number, actor)
    data = _kept("council", campaign, run, lambda: _council(campaign, run, result))
    with transaction() as session:
        record(session, actor, "index.export", f"{slug}/{number}", book="council", bytes=len(data))
    return ExportFile(f"{slug}_lan-{number}_hoi-dong.xlsx", data, XLSX)


def public_workbook(slug: str, number: int, *, actor: Actor) -> ExportFile:
    """Write the workbook everyone may have, once the run is published."""
    _need_public(actor)
    campaign, run, result = _found(slug, number, actor)
    data = _kept("public", campaign, run, lambda: _public(campaign, run, result))
    return ExportFile(f"{slug}_lan-{number}_cong-khai.xlsx", data, XLSX)


def results_csv(slug: str, number: int, *, actor: Actor) -> ExportFile:
    """Write ranks and component indices as CSV; see ``text.results_text``."""
    _need_public(actor)
    campaign, _run, result = _found(slug, number, actor)
    text = results_text(result, Naming.of(campaign), simulated=campaign.simulated)
    return ExportFile(f"{slug}_lan-{number}.csv", text.encode("utf-8-sig"), CSV)


def _need_public(actor: Actor) -> None:
    if not actor.may(Permission.EXPORT_PUBLIC):
        raise ForbiddenError("Tài khoản của bạn không có quyền xuất kết quả.")


def _found(slug: str, number: int, actor: Actor) -> tuple[Campaign, IndexRun, IndexResult]:
    campaign = campaign_by_slug(slug)
    run = visible_run(campaign, number, actor)
    return campaign, run, result_of(run)


def _kept(kind: str, campaign: Campaign, run: IndexRun, write: Callable[[], bytes]) -> bytes:
    """Write a workbook, or give the one written before; the last few are kept in memory.

    A run is frozen, so everything its book says follows from the run, the state it has
    reached, the banner of the campaign and the language of the numbers.
    """
    key = (kind, language(), run.result_sha256, run.id, run.at, run.state, campaign.simulated)
    if key not in _books:
        while len(_books) >= KEPT_BOOKS:
            _books.pop(next(iter(_books)))
        _books[key] = write()
    return _books[key]


def _council(campaign: Campaign, run: IndexRun, result: IndexResult) -> bytes:
    naming = Naming.of(campaign)
    book = _book(campaign, run, result)
    writer, survey = CouncilBook(book, result, naming), SurveySheets(result, naming)
    summary = book.sheet("Tóm tắt", landscape=False)
    ranks = book.sheet("Xếp hạng")
    components, criteria = book.sheet("Lĩnh vực"), book.sheet("Tiêu chí")
    groups, counts = book.sheet("Điều tra"), book.sheet("Số lượt chọn")
    settings = book.sheet("Thiết lập")
    scale_rows = writer.write_settings(settings, survey.scales, survey.codes)
    survey.write_counts(counts, settings, scale_rows)
    survey.write_groups(groups, counts)
    writer.write_criteria(criteria, groups, survey.group_rows)
    writer.write_components(components, criteria)
    spans = writer.write_ranks(ranks, criteria, settings)
    writer.write_summary(summary, _facts(campaign, run, result), ranks, spans)
    writer.write_guide(book.sheet("Đọc bảng này", landscape=False))
    return book.close()


def _public(campaign: Campaign, run: IndexRun, result: IndexResult) -> bytes:
    book = _book(campaign, run, result, exact=False)
    write_public(book, result, Naming.of(campaign), _facts(campaign, run, result))
    return book.close()


def _book(campaign: Campaign, run: IndexRun, result: IndexResult, *, exact: bool = True) -> Book:
    provisional = any(is_provisional(unit) for unit in result.units)
    warning = " · TẠM TÍNH THEO ĐIỂM TỰ CHẤM" if provisional else ""
    return Book(
        title=f"Chỉ số cải cách hành chính năm {campaign.year} – {campaign.organisation}",
        subtitle=f"Lần tính số {run.number}, {moment(run.at)}{warning}",
        simulated=campaign.simulated,
        decimals=result.settings.decimals,
        exact=exact,
    )


def _facts(campaign: Campaign, run: IndexRun, result: IndexResult) -> list[tuple[str, str]]:
    ballots: dict[str, int] = {}
    for row in result.ballots:
        ballots[row.status] = ballots.get(row.status, 0) + row.n
    listed = "; ".join(
        f"{BALLOT_STATES.get(status, status)} {printed(n)}" for status, n in ballots.items()
    )
    return [
        ("Đợt", campaign.title),
        ("Tình trạng", RUN_STATES[run.state]),
        ("Phiếu", listed or "chưa có"),
        ("Mã băm kết quả", run.result_sha256),
        ("Mã băm phiếu", run.frame_sha256),
        ("Mã băm điểm", run.scores_sha256),
        *((f"Mã băm bộ tiêu chí {kind}", sha) for kind, sha in run.criteria_sha256.items()),
        ("Phiên bản phần mềm", run.code_version),
        ("Hạt giống", run.seed),
    ]
