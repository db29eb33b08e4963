"""The coordinator's numbers: what the matrix says is what the ballots are."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from survey_app.errors import NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import Ballot, Campaign, Channel, Entry, QuotaCell, Sheet, Status
from survey_app.services.ballots import submit_ballot
from survey_app.services.campaigns import campaign_by_slug, close_campaign
from survey_app.services.decisions import admit_next, exclude_ballot
from survey_app.services.definitions import rule_form
from survey_app.services.entries import key_sheet, print_sheets, void_sheet
from survey_app.services.field_numbers import CellState
from survey_app.services.fieldwork import call_text, cell_detail, matrix
from survey_app.services.plans import rule_by_code
from survey_app.services.quota import recount
from tests.builders import CLERK, Staff, cell, full_answers, make_slips


def answers_for(campaign: Campaign, rule: str) -> dict[str, str]:
    return full_answers(rule_form(campaign, rule_by_code(campaign, rule)))


def keyed(campaign: Campaign, rule: str, unit: str, count: int = 1) -> list[str]:
    """Print and key ``count`` sheets; returns their serials."""
    answers = answers_for(campaign, rule)
    serials = [p.serial for p in print_sheets(campaign.slug, rule, unit, count, actor=CLERK)]
    for serial in serials:
        key_sheet(campaign.slug, serial, unit, answers, actor=CLERK)
    return serials


def test_the_matrix_of_bo_trach_has_its_192_cells_and_3108_places(make_campaign):
    found = matrix(make_campaign(whole=True), CLERK)

    assert len(found.cells) == 192
    assert found.total.target == 3108
    assert [(len(t.units), len(t.rules)) for t in found.kinds] == [(13, 4), (28, 5)]
    assert [t.total.target for t in found.kinds] == [1092, 2016]
    assert found.by_rule["CX1-HD"].target == 420


def test_the_matrix_needs_few_statements_however_many_cells_there_are(make_campaign):
    campaign = make_campaign(whole=True)
    statements: list[str] = []
    event.listen(
        db.engine, "before_cursor_execute", lambda _c, _k, said, *_: statements.append(said)
    )

    matrix(campaign, CLERK)

    assert len([said for said in statements if said.startswith("SELECT")]) <= 6


def test_a_cell_tells_counted_reserved_missing_and_the_road(make_campaign):
    campaign = make_campaign(per_unit={"CX2": 5})
    keyed(campaign, "CX2", "X01", 2)
    slip = make_slips(campaign, "CX2", "X01", 2)[0]
    submit_ballot(
        campaign.short_code,
        "CX2",
        "X01",
        slip.code,
        answers_for(campaign, "CX2"),
        address="203.0.113.7",
    )

    state = matrix(campaign, CLERK).cells["X01", "CX2"]

    assert (state.target, state.counted, state.missing, state.reserved) == (5, 3, 2, 1)
    assert state.by_channel == {Channel.ONLINE: 1, Channel.PAPER: 2}


@pytest.mark.parametrize(
    ("counted", "tone"), [(0, "empty"), (1, "under"), (7, "under"), (8, "nearly"), (10, "full")]
)
def test_the_tone_of_a_cell_follows_its_share(counted, tone):
    assert CellState(target=10, counted=counted).tone == tone


def test_places_of_a_closed_campaign_are_held_for_nobody(make_campaign):
    slug = make_campaign().slug
    print_sheets(slug, "CX2", "X01", 3, actor=CLERK)
    close_campaign(slug, "đã hết thời hạn", actor=CLERK)

    assert matrix(campaign_by_slug(slug), CLERK).total.reserved == 0


def test_days_left_count_today_and_the_last_day(make_campaign):
    campaign = make_campaign(opens=today(), closes=today() + timedelta(days=3))

    found = matrix(campaign, CLERK)

    assert found.days_left == 4
    assert found.per_day == -(-found.total.target // 4)
    assert found.forecast is None


def test_the_forecast_keeps_todays_pace_and_never_passes_a_target(make_campaign):
    campaign = make_campaign(opens=today(), closes=today() + timedelta(days=3))
    keyed(campaign, "CX2", "X01", 2)
    keyed(campaign, "CX1-LD", "X01", 2)

    found = matrix(campaign, CLERK)

    assert found.forecast == 2 * 4 + 2


def test_the_units_to_call_are_those_with_the_largest_share_missing(make_campaign):
    campaign = make_campaign()
    keyed(campaign, "CX2", "X02", 12)
    keyed(campaign, "CX2", "X01", 2)

    found = matrix(campaign, CLERK)

    codes = [call.unit.code for call in found.calls]
    assert codes[-2:] == ["X01", "X02"]
    first = found.calls[-2]
    assert first.last_on == today()
    said = call_text(campaign, found, first)
    assert f"2/{first.state.target}" in said
    assert "CX4: 30 phiếu" in said


def test_a_kept_aside_ballot_waits_for_a_decision_once_a_place_is_free(make_campaign):
    campaign = make_campaign(per_unit={"CX2": 2})
    serials = keyed(campaign, "CX2", "X01", 3)
    before = matrix(campaign, CLERK)
    exclude_ballot(campaign.slug, serials[0], None, "không đúng đối tượng", actor=CLERK)

    after = matrix(campaign, CLERK)

    assert [(r.code, u.code, s.waiting) for r, u, s in before.waiting] == [("CX2", "X01", False)]
    assert [s.waiting for _, _, s in after.waiting] == [True]


def test_a_cell_opens_into_its_ballots_by_reason_and_its_sheets(make_campaign):
    campaign = make_campaign(per_unit={"CX2": 2})
    serials = keyed(campaign, "CX2", "X01", 3)
    exclude_ballot(campaign.slug, serials[0], None, "không đúng đối tượng", actor=CLERK)

    detail = cell_detail(campaign, "CX2", "X01", CLERK)

    assert {(line.status, line.reason): line.n for line in detail.lines} == {
        (Status.COUNTED, None): 1,
        (Status.OVER_TARGET, "đã đủ chỉ tiêu của ô"): 1,
        (Status.EXCLUDED, "không đúng đối tượng"): 1,
    }
    assert {sheet.serial for sheet in detail.sheets} == set(serials)
    assert {sheet.keyed_on for sheet in detail.sheets} == {today()}


def test_a_cell_the_plan_does_not_have_is_not_found(make_campaign):
    with pytest.raises(NotFoundError):
        cell_detail(make_campaign(), "CX2", "P01", CLERK)


def test_an_enumerator_sees_the_numbers_of_his_units_only(make_campaign, staff: Staff):
    campaign = make_campaign()
    lan = staff.actor("enumerator", keys=("X01",), slug=campaign.slug)

    assert {unit for unit, _ in matrix(campaign, lan).cells} == {"X01"}
    with pytest.raises(NotFoundError):
        cell_detail(campaign, "CX2", "X02", lan)


@pytest.mark.parametrize("seed", range(3))
def test_after_any_sequence_of_acts_the_numbers_equal_the_rows(make_campaign, seed):
    rng = random.Random(seed)  # noqa: S311 - a repeatable sequence of acts, not a secret
    campaign = make_campaign(units=("P01", "P02", "X01", "X02"), per_unit={"CX2": 4, "CX3": 3})
    slug, answers = campaign.slug, answers_for(campaign, "CX2")
    blank = dict.fromkeys(answers, ".")
    for _ in range(25):
        unit = rng.choice(("X01", "X02"))
        try:
            _act(rng, campaign, unit, answers if rng.random() < 0.8 else blank)
        except SurveyError:  # refused acts must leave the numbers alone as well
            db.session.rollback()

    db.session.expire_all()
    found = matrix(campaign, CLERK)
    rows = Counter((b.cell_id, b.status) for b in db.session.scalars(select(Ballot)))
    for one in db.session.scalars(select(QuotaCell)):
        state = found.cells[one.unit.code, one.rule.code]
        assert state.counted == one.accepted == rows[one.id, Status.COUNTED]
        assert state.over_target == rows[one.id, Status.OVER_TARGET]
        assert state.invalid == rows[one.id, Status.INVALID]
        assert state.excluded == rows[one.id, Status.EXCLUDED]
        assert state.online + state.paper == state.counted <= state.target
    assert found.agrees
    assert recount(slug).wrong == ()


def _act(rng: random.Random, campaign: Campaign, unit: str, answers: dict[str, str]) -> None:
    """Do one random thing that the office can do to cell CX2 x unit."""
    slug = campaign.slug
    sheets = list(
        db.session.scalars(select(Sheet.serial).join(Sheet.unit).where(Sheet.rule.has(code="CX2")))
    )
    done = list(
        db.session.scalars(select(Sheet.serial).join(Entry, Entry.sheet_id == Sheet.id).distinct())
    )
    act = rng.choice(("key", "key", "key", "correct", "exclude", "admit", "void", "online"))
    if act == "key":
        serial = print_sheets(slug, "CX2", unit, 1, actor=CLERK)[0].serial
        key_sheet(slug, serial, unit, answers, actor=CLERK)
    elif act == "correct" and done:
        serial = rng.choice(done)
        of_unit = db.session.scalars(select(Sheet).where(Sheet.serial == serial)).one().unit.code
        key_sheet(slug, serial, of_unit, answers, reason="nhập nhầm dòng", actor=CLERK)
    elif act == "exclude" and done:
        exclude_ballot(slug, rng.choice(done), None, "không đúng đối tượng", actor=CLERK)
    elif act == "admit":
        admit_next(slug, cell(campaign, "CX2", unit).id, "bù phiếu đã loại", actor=CLERK)
    elif act == "void":
        print_sheets(slug, "CX2", unit, 1, actor=CLERK)
        void_sheet(slug, rng.choice(sheets or ["12345674"]), "bị rách", actor=CLERK)
    elif act == "online":
        slip = make_slips(campaign, "CX3")[0]
        submit_ballot(
            campaign.short_code,
            "CX3",
            unit,
            slip.code,
            answers_for(campaign, "CX3"),
            met=rng.random() < 0.7,
            address="203.0.113.7",
        )
