"""Slips: numbered, reserved, printed once, revoked by number; only where phones can go."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from survey_app.errors import SurveyError
from survey_app.extensions import db
from survey_app.models import AuditEntry, Slip
from survey_app.services import campaigns, quota, slips
from survey_app.services.audit import broken_link
from tests.builders import CLERK, cell, make_slips


def test_issuing_a_rule_reserves_exactly_what_the_plan_asks_for(make_campaign):
    campaign = make_campaign()

    numbers = slips.issue_slips(campaign.slug, "CX4", actor=CLERK)
    again = slips.issue_slips(campaign.slug, "CX4", actor=CLERK)

    assert (len(numbers), again) == (3 * 30, [])
    assert cell(campaign, "CX4", "X02").reserved == 30
    assert quota.recount(campaign.slug).wrong == ()


def test_a_crossed_slip_is_out_for_every_unit_of_its_rule(make_campaign):
    campaign = make_campaign()

    slips.issue_slips(campaign.slug, "CH1", actor=CLERK)

    assert [cell(campaign, "CH1", unit).reserved for unit in ("P01", "P02", "P03")] == [3, 3, 3]


def test_spare_slips_never_reserve_more_than_the_target(make_campaign):
    campaign = make_campaign()

    slips.issue_slips(campaign.slug, "CX4", "X01", 40, actor=CLERK)

    assert cell(campaign, "CX4", "X01").reserved == 30


def test_the_database_keeps_a_hash_and_never_a_code(make_campaign):
    campaign = make_campaign()
    paper = make_slips(campaign, "CX4", "X01")[0]

    stored = db.session.scalars(select(Slip)).one()

    assert paper.code not in repr(vars(stored))
    assert len(stored.code_hash) == 64
    assert all(paper.code not in str(e.data) for e in db.session.scalars(select(AuditEntry)))


def test_one_wrong_number_stops_the_whole_print_and_every_one_is_named(make_campaign):
    campaign = make_campaign()
    good, dead = slips.issue_slips(campaign.slug, "CX4", "X01", 2, actor=CLERK)
    slips.revoke_slip(campaign.slug, dead, "phát nhầm", actor=CLERK)

    with pytest.raises(SurveyError) as refused:
        slips.print_slips(campaign.slug, numbers=[good, dead, 999], actor=CLERK)

    assert list(refused.value.details) == ["số 999: không có", f"số {dead}: đã thu hồi"]
    assert db.session.scalar(select(func.count(Slip.printed_on))) == 0


def test_a_reissued_slip_takes_the_place_of_the_lost_one(make_campaign):
    campaign = make_campaign()
    lost = make_slips(campaign, "CX4", "X01")[0]

    number = slips.reissue_slip(campaign.slug, lost.number, "rơi mất", actor=CLERK)

    assert number != lost.number
    assert cell(campaign, "CX4", "X01").issued == 1


@pytest.mark.parametrize(
    "address",
    [
        None, "", "http://ks.example.gov.vn", "https://localhost", "https://127.0.0.1:8443",
        "https://[::1]", "https://0.0.0.0", "https://may-tinh", "https://may.local",
        "https://ks.example.gov.vn/p", "ftp://ks.example.gov.vn",
    ],
)  # fmt: skip
def test_an_address_phones_cannot_reach_is_refused_for_printing(address):
    with pytest.raises(SurveyError):
        slips.check_base_url(address, simulated=False)


def test_a_public_address_and_any_address_of_a_demonstration_are_printed():
    slips.check_base_url("https://ks.example.gov.vn", simulated=False)
    slips.check_base_url("http://127.0.0.1:8000", simulated=True)


def test_a_campaign_without_a_public_address_refuses_slips_and_lives_on_paper(make_campaign, app):
    campaign = make_campaign()
    app.extensions["cchc"] = replace(app.extensions["cchc"], base_url=None)
    slips.issue_slips(campaign.slug, "CX4", "X01", 1, actor=CLERK)

    with pytest.raises(SurveyError, match="trọn vẹn trên giấy"):
        slips.print_slips(campaign.slug, rule_code="CX4", actor=CLERK)


def test_what_staff_did_is_a_chain_and_a_changed_link_is_found(make_campaign):
    campaign = make_campaign()
    slips.issue_slips(campaign.slug, "CX4", "X01", 1, actor=CLERK)
    assert broken_link() is None
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "slips.issue")).one()
    entry.actor = "ai đó khác"
    db.session.commit()

    assert broken_link().id == entry.id
    assert campaigns.campaign_by_slug(campaign.slug).slug == campaign.slug
