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
from survey_app.services.ballots import submit_ballot
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
        "https://ks.example.gov.vn/p", "ftp://ks.example.gov.vn", "https://127.1",
        "https://localhost.", "https://a:b@ks.example.gov.vn", "https://ks.example.gov.vn#x",
        "https://ks.test", "https://may.internal",
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


def test_a_cut_tail_of_the_trail_is_found(make_campaign):
    campaign = make_campaign()
    slips.issue_slips(campaign.slug, "CX4", "X01", 1, actor=CLERK)
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    db.session.delete(last)
    db.session.commit()

    assert broken_link() is not None


def test_a_begun_crossed_slip_cannot_be_printed_again_or_replaced(make_campaign):
    campaign = make_campaign()
    slip = make_slips(campaign, "CH3")[0]
    submit_ballot("BT20", "CH3", "P01", slip.code, {"Q01": "4"}, address="a")

    with pytest.raises(SurveyError, match="Không in được"):
        slips.print_slips(campaign.slug, numbers=[slip.number], actor=CLERK)
    with pytest.raises(SurveyError, match="không thay được"):
        slips.reissue_slip(campaign.slug, slip.number, "làm rách", actor=CLERK)
    assert submit_ballot("BT20", "CH3", "P02", slip.code, {"Q01": "4"}, address="a").first


def test_revoking_a_begun_slip_takes_no_place_from_those_still_out(make_campaign):
    campaign = make_campaign()
    begun, _out = make_slips(campaign, "CH3", count=2)
    submit_ballot("BT20", "CH3", "P01", begun.code, {"Q01": "4"}, address="a")

    slips.revoke_slip(campaign.slug, begun.number, "nghỉ việc", actor=CLERK)

    assert cell(campaign, "CH3", "P01").reserved == 1
    assert cell(campaign, "CH3", "P02").reserved >= 1
    assert quota.recount(campaign.slug).wrong == ()


def test_a_revoked_slip_still_repeats_the_receipt_of_what_it_answered(make_campaign):
    campaign = make_campaign()
    slip = make_slips(campaign, "CH3")[0]
    first = submit_ballot("BT20", "CH3", "P01", slip.code, {"Q01": "4"}, address="a")
    slips.revoke_slip(campaign.slug, slip.number, "nghỉ việc", actor=CLERK)

    again = submit_ballot("BT20", "CH3", "P01", slip.code, {"Q01": "4"}, address="a")

    assert again == replace(first, first=False)
    with pytest.raises(SurveyError, match="thu hồi"):
        submit_ballot("BT20", "CH3", "P02", slip.code, {"Q01": "4"}, address="a")


def test_nobody_prints_or_revokes_slips_about_the_unit_he_works_in(make_campaign, staff):
    campaign = make_campaign()
    number = slips.issue_slips(campaign.slug, "CX4", "X01", 1, actor=CLERK)[0]
    insider = staff.actor("coordinator", belongs=["X01"], slug=campaign.slug)

    with pytest.raises(SurveyError, match="công tác tại"):
        slips.print_slips(campaign.slug, rule_code="CX4", unit_code="X01", actor=insider)
    with pytest.raises(SurveyError, match="công tác tại"):
        slips.revoke_slip(campaign.slug, number, "phát nhầm", actor=insider)


def test_a_reason_longer_than_the_trail_keeps_is_refused_with_a_sentence(make_campaign):
    campaign = make_campaign()
    number = slips.issue_slips(campaign.slug, "CX4", "X01", 1, actor=CLERK)[0]

    with pytest.raises(SurveyError, match="lý do"):
        slips.revoke_slip(campaign.slug, number, "dài" * 2000, actor=CLERK)
