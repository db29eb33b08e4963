"""Other people in the same cell: asked for, decided, both kinds visible; who came by their word."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from survey_app.errors import ConflictError, ForbiddenError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.models import Ballot, Verdict
from survey_app.services import campaigns
from survey_app.services.ballots import submit_ballot
from survey_app.services.respondent_kinds import kinds_of
from survey_app.services.substitutions import (
    ask_substitution,
    decide_substitution,
    mix_of,
    mixes,
    waiting_requests,
)
from tests.builders import CLERK, cell, make_slips, token_in

WHY = "cả xã chỉ có 18 doanh nghiệp"


@pytest.fixture
def campaign(make_campaign):
    return make_campaign()


def ask(campaign, places=12, rule="CX4", unit="X01", actor=CLERK):
    return ask_substitution(campaign.slug, rule, unit, places, WHY, actor=actor)


def mix(campaign):
    db.session.expire_all()
    return mix_of(campaign, "CX4", "X01")


def test_planned_and_actual_kind_stand_side_by_side_and_the_target_stays(campaign):
    number = ask(campaign)
    before = mix(campaign)
    decide_substitution(campaign.slug, number, granted=True, actor=CLERK)

    kinds = {kind.kind: (kind.planned, kind.actual) for kind in mix(campaign).kinds}

    assert {kind.kind for kind in before.kinds} == {"commune_clients"}
    assert kinds == {"commune_clients": (30, 18), "citizens": (0, 12)}
    assert cell(campaign, "CX4", "X01").target == 30
    (one,) = mix(campaign).requests
    assert (one.reason, one.asked_by, one.decided_by) == (WHY, CLERK.name, CLERK.name)


def test_a_refusal_says_why_and_frees_the_places(campaign):
    number = ask(campaign, 20)

    with pytest.raises(SurveyError, match="lý do"):
        decide_substitution(campaign.slug, number, granted=False, actor=CLERK)
    decide_substitution(campaign.slug, number, granted=False, note="vẫn còn hộ kinh doanh",
                        actor=CLERK)  # fmt: skip

    assert mix(campaign).left == 30
    assert mix(campaign).requests[0].state is Verdict.REFUSED
    with pytest.raises(ConflictError, match="đã được"):
        decide_substitution(campaign.slug, number, granted=True, actor=CLERK)


@pytest.mark.parametrize("places", [0, -1, 31])
def test_places_stay_inside_the_cell(campaign, places):
    with pytest.raises(ConflictError, match="chỉ tiêu 30"):
        ask(campaign, places)


def test_what_others_asked_for_is_not_asked_for_twice(campaign):
    ask(campaign, 20)

    with pytest.raises(ConflictError, match="còn 10 chỗ"):
        ask(campaign, 11)


def test_a_rule_without_a_top_up_asks_nobody_else(campaign):
    with pytest.raises(ConflictError, match="Kế hoạch không cho"):
        ask(campaign, 1, rule="CX2")


def test_a_target_that_fell_meanwhile_is_seen_when_it_is_decided(campaign):
    number = ask(campaign, 12)
    here = cell(campaign, "CX4", "X01")
    here.target = 8
    db.session.commit()

    with pytest.raises(ConflictError, match="chỉ còn 8 chỗ"):
        decide_substitution(campaign.slug, number, granted=True, actor=CLERK)


def test_an_enumerator_asks_for_his_units_and_a_colleague_of_the_unit_does_not_decide(
    campaign, staff
):
    lan = staff.actor("enumerator", keys=("X01",), slug=campaign.slug)
    hoa = staff.actor("coordinator", belongs=("X01",), slug=campaign.slug)
    number = ask(campaign, 5, actor=lan)

    with pytest.raises(NotFoundError):
        ask(campaign, 5, unit="X02", actor=lan)
    with pytest.raises(ForbiddenError):
        decide_substitution(campaign.slug, number, granted=True, actor=hoa)
    assert waiting_requests(campaign, lan) == 1
    assert [one.cell.unit.code for one in mixes(campaign, lan)] == ["X01"]


def test_nothing_is_asked_for_when_collection_is_closed(campaign):
    campaigns.close_campaign(campaign.slug, "hết hạn thu phiếu", actor=CLERK)

    with pytest.raises(ConflictError, match="đang thu phiếu"):
        ask(campaign)


def test_requests_are_sent_and_decided_on_pages(campaign, staff):
    lan = staff("enumerator", keys=("X01",), slug=campaign.slug)
    hoa = staff("coordinator")
    home = f"/campaigns/{campaign.slug}/participants"
    token = token_in(lan.get(f"{home}/CX4/X01").get_data(as_text=True))

    empty = lan.post(f"{home}/CX4/X01/substitute", data={"csrf_token": token, "places": "",
                                                         "reason": WHY})  # fmt: skip
    sent = lan.post(f"{home}/CX4/X01/substitute", data={"csrf_token": token, "places": "12",
                                                        "reason": WHY})  # fmt: skip
    seen = lan.get(f"{home}/substitutions").get_data(as_text=True)
    page = hoa.get(f"{home}/substitutions").get_data(as_text=True)
    number = re.search(r"/substitutions/(\d+)", page)[1]
    silent = hoa.post(f"{home}/substitutions/{number}",
                      data={"csrf_token": token_in(page), "verdict": "refused"})  # fmt: skip
    done = hoa.post(f"{home}/substitutions/{number}",
                    data={"csrf_token": token_in(page), "verdict": "granted"})  # fmt: skip

    assert (empty.status_code, sent.status_code) == (400, 302)
    assert "chờ quyết định" in seen
    assert "Ghi quyết định" not in seen
    assert (silent.status_code, done.status_code) == (400, 302)
    assert "Người dân" in hoa.get(f"{home}/substitutions").get_data(as_text=True)


# --- who came, by their own word ---------------------------------------------------------


def answer(campaign, unit, ticks, rule="CX4"):
    for slip, tick in zip(make_slips(campaign, rule, unit, len(ticks)), ticks, strict=True):
        said = {"Q01": "5", "P1": tick} if tick else {"Q01": "5"}
        submit_ballot(campaign.short_code, rule, unit, slip.code, said, address="a")


def close(campaign):
    campaigns.close_campaign(campaign.slug, "hết hạn thu phiếu", actor=CLERK)
    return campaigns.campaign_by_slug(campaign.slug)


def test_kinds_are_counted_from_what_people_ticked_once_collection_is_closed(campaign):
    answer(campaign, "X01", ["1"] * 6 + ["2"] * 4 + [""])

    early = kinds_of(campaign)
    (found,) = kinds_of(close(campaign))

    assert early == ()
    assert found.rule.code == "CX4"
    (unit,) = found.units
    assert unit.counts == {"1": 6, "2": 4, "": 1}
    assert found.total == {"1": 6, "2": 4, "": 1}


def test_a_cell_of_few_people_is_not_broken_down_nor_given_away_by_the_total(campaign):
    answer(campaign, "X01", ["1"] * 11)
    answer(campaign, "X02", ["2"] * 9)

    (found,) = kinds_of(close(campaign))

    assert [(one.unit.code, one.people, one.counts is None) for one in found.units] == [
        ("X01", 11, False), ("X02", 9, True),
    ]  # fmt: skip
    assert found.total is None


def test_small_cells_that_are_many_together_may_stand_in_the_total(campaign):
    for unit in ("X01", "X02"):
        answer(campaign, unit, ["1"] * 3 + ["2"] * 2)

    (found,) = kinds_of(close(campaign))

    assert {one.counts for one in found.units} == {None}
    assert found.total == {"1": 6, "2": 4}


def test_a_rule_that_may_not_ask_the_profile_tells_no_kinds(make_campaign):
    campaign = make_campaign(per_unit={"CX4": 9, "CH4": 9})
    answer(campaign, "X01", ["1"] * 9)
    db.session.execute(update(Ballot).values(answers={"P1": "1"}))
    db.session.commit()

    assert kinds_of(close(campaign)) == ()
