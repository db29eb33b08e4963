"""Units are handed to enumerators by load; nobody gets the unit he or she works in."""

from __future__ import annotations

import pytest

from survey_app.errors import ConflictError, SurveyError
from survey_app.models import Capacity
from survey_app.services import accounts
from survey_app.services.handing_out import hand_out, propose_hands
from tests.builders import CLERK, token_in


def enumerators(*names):
    for name in names:
        accounts.add_user(
            f"{name}@cchc.test", name, ("enumerator",), password="mat-khau-thu-nghiem", actor=CLERK
        )


def units_of(proposal):
    return {hand.user.email[0]: {unit.code for unit, _ in hand.units} for hand in proposal.hands}


def test_units_stay_whole_and_loads_are_as_equal_as_they_can_be(make_campaign):
    campaign = make_campaign(units=("P01", "P02", "X01", "X02"))
    enumerators("an", "binh")

    proposal = propose_hands(campaign.slug)

    taken = units_of(proposal)
    assert taken["a"] | taken["b"] == {"P01", "P02", "X01", "X02"}
    assert not taken["a"] & taken["b"]
    assert proposal.longest == max(hand.minutes for hand in proposal.hands)
    assert proposal.longest >= proposal.shortest_possible
    assert len({hand.ballots for hand in proposal.hands}) == 1


def test_nobody_gets_the_unit_he_works_in(make_campaign):
    campaign = make_campaign(units=("P01", "P02", "X01", "X02"))
    enumerators("an", "binh")
    for unit in ("X01", "P01"):
        accounts.assign("an@cchc.test", campaign.slug, [unit], capacity=Capacity.BELONGS,
                        actor=CLERK)  # fmt: skip

    assert units_of(propose_hands(campaign.slug))["b"] >= {"X01", "P01"}


def test_only_open_units_are_handed_out_and_taking_leaves_none(make_campaign):
    campaign = make_campaign(units=("P01", "P02", "X01", "X02"))
    enumerators("an", "binh")
    accounts.assign("an@cchc.test", campaign.slug, ["X01"], actor=CLERK)

    proposal = propose_hands(campaign.slug)
    added = hand_out(campaign.slug, actor=CLERK)

    assert set().union(*units_of(proposal).values()) == {"P01", "P02", "X02"}
    assert added == 3
    with pytest.raises(ConflictError, match="Mọi đơn vị"):
        propose_hands(campaign.slug)


def test_without_enumerators_it_says_what_to_do(make_campaign):
    with pytest.raises(SurveyError, match="Chưa có điều tra viên"):
        propose_hands(make_campaign().slug)


def test_where_nobody_may_take_a_unit_another_person_is_asked_for(make_campaign):
    campaign = make_campaign(units=("P01", "P02", "X01", "X02"))
    enumerators("an")
    accounts.assign("an@cchc.test", campaign.slug, ["X01"], capacity=Capacity.BELONGS, actor=CLERK)

    with pytest.raises(SurveyError, match="thêm điều tra viên khác"):
        propose_hands(campaign.slug)


def test_the_page_shows_the_proposal_and_takes_it(make_campaign, staff):
    campaign = make_campaign(units=("P01", "P02", "X01", "X02"))
    enumerators("an", "binh")
    hoa = staff("coordinator")
    path = f"/campaigns/{campaign.slug}/people/proposal"

    page = hoa.get(path).get_data(as_text=True)
    taken = hoa.post(path, data={"csrf_token": token_in(page)})
    people = hoa.get(taken.location).get_data(as_text=True)

    assert "an@cchc.test" in page
    assert "Mọi đơn vị đã có người nhập phiếu" in people
