"""Beside the matrix: silent units, paper that is out, requests that wait, money so far."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import Ballot, Campaign, Substitution
from survey_app.services.ballots import submit_ballot
from survey_app.services.field_side import side_of
from survey_app.services.fieldwork import matrix
from survey_app.services.sheets import print_sheets
from tests.builders import CLERK, cell, make_slips


def side(campaign):
    db.session.expire_all()
    return side_of(campaign, matrix(campaign, CLERK))


def answer(campaign, rule, unit, count):
    for slip in make_slips(campaign, rule, unit, count):
        submit_ballot(campaign.short_code, rule, unit, slip.code, {"Q01": "5"}, address="a")


def days_ago(campaign, days):
    """Let the campaign have been open for some days, and its ballots be as old."""
    day = today() - timedelta(days=days)
    db.session.execute(update(Campaign).values(opens=day))
    db.session.execute(update(Ballot).values(received_on=day))
    db.session.commit()


def test_a_unit_without_a_ballot_since_yesterday_is_named_until_it_is_full(make_campaign):
    campaign = make_campaign(per_unit={"CX4": 2, "CX2": 1, "CX3": 1, "CX1-HD": 1, "CX1-LD": 1})
    answer(campaign, "CX4", "X01", 1)
    days_ago(campaign, 3)
    answer(campaign, "CX4", "X02", 1)

    silent = {unit.code for unit in side(campaign).silent}

    assert {"X01", "X03"} <= silent
    assert "X02" not in silent


def test_on_the_first_day_nobody_is_silent(make_campaign):
    assert side(make_campaign()).silent == ()


def test_paper_is_out_keyed_or_void_and_more_out_than_places_is_said(make_campaign):
    campaign = make_campaign(per_unit={"CX2": 3})
    print_sheets(campaign.slug, "CX2", "X01", 5, actor=CLERK)

    found = side(campaign)

    (line,) = found.paper
    assert (line.rule.code, line.out, line.settled, line.void) == ("CX2", 5, 0, 0)
    (over,) = found.over_issued
    assert (over.rule.code, over.unit.code, over.by) == ("CX2", "X01", 2)


def test_what_came_back_is_owed_by_the_fees_of_the_plan(make_campaign):
    campaign = make_campaign()
    before = side(campaign).money
    answer(campaign, "CX4", "X01", 3)

    after = side(campaign).money

    assert before.owed_vnd == 0
    assert after.owed_vnd == 3 * 10_000
    assert after.budget_vnd == before.budget_vnd > after.owed_vnd


def test_money_beyond_the_plan_says_in_which_cells_and_why(make_campaign, staff):
    campaign = make_campaign(per_unit={"CX4": 1})
    slips = make_slips(campaign, "CX4", "X01", 3)
    for slip in slips:
        submit_ballot(campaign.short_code, "CX4", "X01", slip.code, {"Q01": "5"}, address="a")

    money = side(campaign).money
    page = staff("coordinator").get(f"/campaigns/{campaign.slug}/field").get_data(as_text=True)

    (beyond,) = money.beyond
    assert (beyond.rule.code, beyond.unit.code, beyond.by, beyond.vnd) == ("CX4", "X01", 2, 20_000)
    assert money.over_vnd == 0
    assert "20.000\u00a0đ là của phiếu thu về ngoài chỉ tiêu" in page
    assert "2 vượt chỉ tiêu" in page


def test_a_request_for_other_people_waits_beside_the_matrix(make_campaign, staff):
    campaign = make_campaign()
    db.session.add(
        Substitution(
            cell_id=cell(campaign, "CX4", "X01").id,
            planned="commune_clients",
            actual="citizens",
            places=4,
            reason="không đủ doanh nghiệp",
            asked_by="lan@cchc.test",
        )
    )
    db.session.commit()

    (request,) = side(campaign).requests
    page = staff("coordinator").get(f"/campaigns/{campaign.slug}/field").get_data(as_text=True)

    assert (request.rule.code, request.unit.code, request.substitution.places) == ("CX4", "X01", 4)
    assert "Đề nghị lấy bổ sung" in page
    assert page.index('id="calls"') < page.index('id="waiting"') < page.index('id="money"')
