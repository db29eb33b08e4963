"""The index as a frozen run: reproducible, honest about self-scores, and never changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from survey_app.errors import ConflictError, ForbiddenError, NotFoundError
from survey_app.extensions import db
from survey_app.formats import percent, points
from survey_app.models import Ballot, Campaign, IndexRun, Round, RunState, State, Status
from survey_app.services import exports, frames, index_pages, index_runs
from survey_app.services.campaigns import campaign_by_slug, import_criteria
from survey_app.services.definitions import current_criteria
from survey_app.services.index_pages import UnitPage
from survey_app.services.score_columns import Given
from tests.app.scores import Scorer, fill_ballots
from tests.builders import CLERK, CampaignBuilder, Staff, cell

FEW = ("P01", "P02", "X01", "X02")


@pytest.fixture
def campaign(make_campaign: CampaignBuilder) -> Campaign:
    campaign = make_campaign(units=FEW)
    fill_ballots(campaign)
    return campaign


@pytest.fixture
def scorer(campaign: Campaign) -> Scorer:
    return Scorer(campaign)


def published(campaign: Campaign) -> IndexRun:
    """One more run of a closed campaign, approved and published."""
    run = index_runs.run_index(campaign.slug, actor=CLERK)
    index_runs.approve_run(campaign.slug, run.number, actor=CLERK)
    index_runs.publish_run(campaign.slug, run.number, "Quyết định 12/QĐ-UBND", actor=CLERK)
    return run


def drop_ballots(campaign: Campaign, rule: str, unit: str, n: int) -> None:
    """Exclude ballots of a cell that were counted."""
    counted = db.session.scalars(
        select(Ballot).where(
            Ballot.cell_id == cell(campaign, rule, unit).id, Ballot.status == Status.COUNTED
        )
    ).all()
    for ballot in [ballot for ballot in counted if ballot.met][:n]:
        ballot.status, ballot.reason = Status.EXCLUDED, "không đúng đối tượng"
    db.session.commit()


def close(campaign: Campaign) -> None:
    db.session.get_one(Campaign, campaign.id).state = State.CLOSED
    db.session.commit()


def page_of(campaign: Campaign, run: IndexRun, unit: str) -> UnitPage:
    return index_pages.unit_page(campaign, index_runs.result_of(run), unit)


def test_equal_inputs_give_equal_results_digest_for_digest(campaign, scorer):
    scorer.import_all(Round.SELF, Round.ROUND_1)

    one = index_runs.run_index(campaign.slug, actor=CLERK)
    two = index_runs.run_index(campaign.slug, actor=CLERK)

    assert (one.number, two.number) == (1, 2)
    assert one.result_sha256 == two.result_sha256
    assert one.frame_sha256 == two.frame_sha256
    assert one.scores_sha256 == two.scores_sha256


def test_the_digest_of_the_ballots_does_not_know_their_order(campaign):
    before = frames.ballots_frame(campaign)
    rows = [
        {column.key: getattr(ballot, column.key) for column in Ballot.__table__.columns}
        for ballot in db.session.scalars(select(Ballot))
    ]
    db.session.query(Ballot).delete()
    for row in reversed(rows):
        answers = dict(reversed(row["answers"].items()))
        db.session.add(Ballot(**row | {"answers": answers}))
    db.session.commit()

    assert frames.ballots_frame(campaign).sha256 == before.sha256


def test_one_other_answer_is_another_digest(campaign):
    before = frames.ballots_frame(campaign).sha256
    ballot = db.session.scalars(select(Ballot)).first()
    question = next(iter(ballot.answers))
    ballot.answers = ballot.answers | {question: "1" if ballot.answers[question] != "1" else "2"}
    db.session.commit()

    assert frames.ballots_frame(campaign).sha256 != before


def test_a_run_on_self_scores_says_so_and_cannot_be_approved(campaign, scorer):
    scorer.import_all(Round.SELF)
    close(campaign)

    run = index_runs.run_index(campaign.slug, actor=CLERK)

    result = index_runs.result_of(run)
    assert all(index_runs.is_provisional(unit) for unit in result.units)
    assert any("tự chấm" in warning.vi for warning in result.warnings)
    with pytest.raises(ConflictError) as refused:
        index_runs.approve_run(campaign.slug, run.number, actor=CLERK)
    assert len(refused.value.details) == len(result.units)


def test_the_second_appraisal_is_the_one_that_counts(campaign, scorer):
    scorer.import_all(Round.SELF, Round.ROUND_1)
    leaf = scorer.leaves("department")[0]
    scorer.bring(
        "P02", Round.ROUND_2, lines={leaf.code: Given(Decimal(0), note="Tài liệu của năm khác")}
    )

    result = index_runs.result_of(index_runs.run_index(campaign.slug, actor=CLERK))

    found = result.unit_by_code["P02"].criterion(leaf.code)
    assert (found.points, found.round) == (Decimal(0), "round_2")


def test_a_unit_that_drops_a_criterion_alone_has_no_index_until_appraisal_agrees(campaign, scorer):
    leaf = next(x for x in scorer.leaves("department") if x.not_applicable == "exclude")
    scorer.import_all(Round.SELF, Round.ROUND_1)
    whole = index_runs.result_of(index_runs.run_index(campaign.slug, actor=CLERK))
    dropped = {leaf.code: Given(None, not_applicable=True, note="Không có việc này trong năm")}
    scorer.bring("P02", Round.SELF, lines=dropped, reason="Đơn vị khai lại")

    alone = index_runs.result_of(index_runs.run_index(campaign.slug, actor=CLERK))
    scorer.bring("P02", Round.ROUND_1, lines=dropped, reason="Hội đồng đồng ý")
    agreed = index_runs.result_of(index_runs.run_index(campaign.slug, actor=CLERK))

    maxima = [r.unit_by_code["P02"].max_points for r in (whole, alone, agreed)]
    assert maxima == [100, 100, 100 - leaf.max_points]


def test_a_unit_without_scores_has_no_index_and_is_not_zero(campaign, scorer):
    scorer.bring("P01")

    result = index_runs.result_of(index_runs.run_index(campaign.slug, actor=CLERK))

    silent = result.unit_by_code["P02"]
    assert silent.index is None
    assert silent.rank is None
    assert result.unit_by_code["P01"].rank == 1


def test_a_number_walks_back_to_its_counts(campaign, scorer):
    scorer.import_all(Round.SELF, Round.ROUND_1)
    run = index_runs.run_index(campaign.slug, actor=CLERK)

    page = page_of(campaign, run, "X01")

    unit = page.row.unit
    assert sum(opened.points for opened in page.components) == unit.points
    for opened in page.components:
        assert sum(leaf.found.points for leaf in opened.leaves) == opened.points
    surveyed = next(
        leaf for opened in page.components for leaf in opened.leaves if len(leaf.groups) > 1
    )
    shown = [group for group in surveyed.groups if group.group.mean is not None]
    for group in shown:
        assert group.group.people >= 5
    asked = next(q for group in shown for q in group.questions if q.counts)
    assert sum(line.n for line in asked.counts if line.percent is not None) == asked.valid


def test_what_is_closed_says_why(campaign, scorer):
    scorer.import_all(Round.SELF, Round.ROUND_1)
    run = index_runs.run_index(campaign.slug, actor=CLERK)

    page = page_of(campaign, run, "P01")

    closed = [
        group
        for opened in page.components
        for leaf in opened.leaves
        for group in leaf.groups
        if group.group.mean is None
    ]
    assert closed  # three leaders answer about each department
    assert all(group.reason and group.reason.vi for group in closed)


def test_a_published_run_gives_way_to_a_later_one_and_stays(campaign, scorer, staff: Staff):
    scorer.import_all(Round.SELF, Round.ROUND_1)
    close(campaign)
    for _ in range(2):
        run = index_runs.run_index(campaign.slug, actor=CLERK)
        index_runs.approve_run(campaign.slug, run.number, actor=CLERK)

    index_runs.publish_run(campaign.slug, 1, "Quyết định 12/QĐ-UBND", actor=CLERK)
    index_runs.publish_run(campaign.slug, 2, "Sửa theo khiếu nại", actor=CLERK)

    db.session.rollback()
    states = {run.number: run.state for run in index_runs.visible_runs(campaign, CLERK)}
    assert states == {1: RunState.SUPERSEDED, 2: RunState.PUBLISHED}
    assert campaign_by_slug(campaign.slug).state is State.PUBLISHED
    history = index_runs.history_of(
        campaign, index_runs.run_by_number(campaign_by_slug(campaign.slug), 1)
    )
    assert [entry.action for entry in history] == [
        "index.run",
        "index.approve",
        "index.publish",
        "index.supersede",
    ]
    assert history[-1].data["reason"] == "Sửa theo khiếu nại"


def test_nothing_is_approved_while_answers_still_come_in(campaign, scorer):
    scorer.import_all(Round.SELF, Round.ROUND_1)
    run = index_runs.run_index(campaign.slug, actor=CLERK)

    with pytest.raises(ConflictError) as refused:
        index_runs.approve_run(campaign.slug, run.number, actor=CLERK)

    assert "chưa đóng" in str(refused.value)


def _ballots_changed(campaign: Campaign, _scorer: Scorer) -> None:
    drop_ballots(campaign, "CX2", "X01", 1)


def _scores_changed(_campaign: Campaign, scorer: Scorer) -> None:
    leaf = scorer.leaves("department")[0]
    lines = {leaf.code: Given(Decimal(0), note="Tài liệu của năm khác")}
    scorer.bring("P02", Round.ROUND_2, lines=lines)


def _criteria_changed(campaign: Campaign, scorer: Scorer) -> None:
    old = scorer.criteria("commune")
    changed = replace(old, title=replace(old.title, vi="Bộ tiêu chí khác"))
    import_criteria(campaign.slug, changed, "Sửa tên gọi", actor=CLERK)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_ballots_changed, "Phiếu"),
        (_scores_changed, "Điểm chấm"),
        (_criteria_changed, "Bộ tiêu chí"),
    ],
    ids=["ballots", "scores", "criteria"],
)
def test_a_run_that_is_no_longer_what_it_would_be_today_is_not_approved(
    campaign, scorer, change: Callable[[Campaign, Scorer], None], named: str
):
    scorer.import_all(Round.SELF, Round.ROUND_1)
    close(campaign)
    run = index_runs.run_index(campaign.slug, actor=CLERK)
    change(campaign, scorer)

    with pytest.raises(ConflictError) as refused:
        index_runs.approve_run(campaign.slug, run.number, actor=CLERK)

    assert refused.value.details == (f"{named} đã thay đổi sau khi tính lần số 1; hãy tính lại.",)
    again = index_runs.run_index(campaign.slug, actor=CLERK)
    index_runs.approve_run(campaign.slug, again.number, actor=CLERK)


@pytest.mark.parametrize("role", ["viewer", "coordinator"])
def test_a_run_that_is_not_published_is_for_those_who_compute_it(
    campaign, scorer, staff: Staff, role
):
    scorer.import_all(Round.SELF, Round.ROUND_1)
    close(campaign)
    published(campaign)
    index_runs.run_index(campaign.slug, actor=CLERK)
    person, analyst = staff(role), staff("analyst")
    here = f"/campaigns/{campaign.slug}/index"

    for end in ("", "/X01", "/public.xlsx", "/results.csv"):
        assert person.get(f"{here}/1{end}").status_code == 200
        assert person.get(f"{here}/2{end}").status_code == 404
        assert analyst.get(f"{here}/2{end}").status_code == 200
    listed = person.get(here).get_data(as_text=True)
    assert f'href="{here}/1"' in listed
    assert f'href="{here}/2"' not in listed


def test_of_a_superseded_run_everyone_keeps_the_ranking_and_no_more(campaign, scorer, staff: Staff):
    scorer.import_all(Round.SELF, Round.ROUND_1)
    close(campaign)
    published(campaign)
    published(campaign)
    viewer = staff("viewer")
    here = f"/campaigns/{campaign.slug}/index/1"

    page = viewer.get(here).get_data(as_text=True)

    unit = index_runs.result_of(index_runs.run_by_number(campaign, 1)).unit_by_code["P01"]
    assert unit.name in page
    assert percent(unit.index) in page
    assert f"{points(unit.points)}<small>" not in page
    assert 'class="component"' not in page
    assert f'href="{here}/' not in page
    for end in ("/P01", "/public.xlsx", "/results.csv"):
        assert viewer.get(f"{here}{end}").status_code == 403


def test_nobody_learns_whether_a_hidden_run_exists(campaign, scorer, staff: Staff):
    scorer.import_all(Round.SELF, Round.ROUND_1)
    index_runs.run_index(campaign.slug, actor=CLERK)
    viewer = staff.actor("viewer")

    said = []
    for number in (1, 7):
        with pytest.raises(NotFoundError) as refused:
            exports.results_csv(campaign.slug, number, actor=viewer)
        said.append(str(refused.value).replace(str(number), "n"))
    assert said[0] == said[1]
    assert index_runs.visible_runs(campaign, viewer) == []


@pytest.mark.parametrize("steps", [(1,), (4,), (5, 1)], ids=["one", "four", "five_then_one"])
def test_two_published_runs_do_not_lie_a_few_ballots_apart(campaign, scorer, steps):
    scorer.import_all(Round.SELF, Round.ROUND_1)
    close(campaign)
    published(campaign)
    *well, last = steps
    for n in well:
        drop_ballots(campaign, "CX2", "X01", n)
        published(campaign)
    before = index_runs.visible_runs(campaign, CLERK)[0]
    drop_ballots(campaign, "CX2", "X01", last)

    with pytest.raises(ConflictError) as refused:
        published(campaign)

    (cell_named,) = refused.value.details
    assert cell_named.startswith("Thị trấn Hoàn Lão, nhóm CX2: ")
    db.session.rollback()
    assert index_runs.run_by_number(campaign, before.number).state is RunState.PUBLISHED


def test_runs_far_enough_apart_or_equal_are_published(campaign, scorer):
    scorer.import_all(Round.SELF, Round.ROUND_1)
    close(campaign)
    published(campaign)
    published(campaign)
    drop_ballots(campaign, "CX2", "X01", 5)

    assert published(campaign).number == 3


def test_nobody_comes_back_near_a_superseded_run(campaign, scorer):
    scorer.import_all(Round.SELF, Round.ROUND_1)
    close(campaign)
    published(campaign)
    drop_ballots(campaign, "CX2", "X01", 5)
    published(campaign)
    back = db.session.scalars(select(Ballot).where(Ballot.status == Status.EXCLUDED)).all()
    for ballot in back[:4]:
        ballot.status = Status.COUNTED
    db.session.commit()

    with pytest.raises(ConflictError):
        published(campaign)


def test_a_frozen_number_cannot_be_changed(campaign):
    index_runs.run_index(campaign.slug, actor=CLERK)
    run = db.session.scalars(select(IndexRun)).one()
    run.result_sha256 = "0" * 64

    with pytest.raises(ConflictError):
        db.session.flush()
    db.session.rollback()


def test_a_result_that_was_touched_behind_our_back_is_not_shown(campaign):
    run = index_runs.run_index(campaign.slug, actor=CLERK)
    stored = dict(run.result) | {"title": "khác"}
    db.session.execute(IndexRun.__table__.update().values(result=stored))
    db.session.commit()
    index_runs.forget_results()

    with pytest.raises(ConflictError):
        index_runs.result_of(index_runs.run_by_number(campaign, 1))


def test_scores_of_a_changed_criterion_are_left_out_and_missed(campaign, scorer):
    scorer.import_all(Round.SELF, Round.ROUND_1)
    old = scorer.criteria("department")
    leaf = scorer.leaves("department")[0]
    changed = replace(
        old,
        criteria=tuple(
            replace(c, title=replace(c.title, vi="Việc khác hẳn")) if c.code == leaf.code else c
            for c in old.criteria
        ),
    )
    import_criteria(campaign.slug, changed, "Thay một tiêu chí", actor=CLERK)

    result = index_runs.result_of(index_runs.run_index(campaign.slug, actor=CLERK))

    assert result.unit_by_code["P01"].missing == (leaf.code,)
    assert len(current_criteria(campaign)) == 2


def test_only_the_analyst_runs_the_index(campaign, staff: Staff):
    with pytest.raises(ForbiddenError):
        index_runs.run_index(campaign.slug, actor=staff.actor("coordinator"))


def test_from_button_to_ranking_in_the_browser(campaign, scorer, staff: Staff):
    from tests.builders import token_in

    scorer.import_all(Round.SELF, Round.ROUND_1)
    client = staff("analyst")
    address = f"/campaigns/{campaign.slug}/index"
    token = token_in(client.get(address).get_data(as_text=True))

    answer = client.post(address, data={"csrf_token": token, "missing": "refuse"})

    assert answer.status_code == 302
    page = client.get(answer.location).get_data(as_text=True)
    assert "Xã Đồng Trạch" in page or "Phòng Nội vụ" in page
    unit = client.get(f"{address}/1/X01").get_data(as_text=True)
    assert unit.count("<details") > 20
