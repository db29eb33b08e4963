"""A campaign opens only when its plan adds up and every setting was confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from questionnaires.loader import load_criteria
from survey_app.errors import ConflictError, SurveyError
from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import AuditEntry, FormVersion, Roster, RosterKind, State
from survey_app.services import campaigns, plans
from survey_app.services.definitions import form_of
from tests.builders import CLERK, bo_trach, small_definition


@pytest.fixture
def whole(app):
    return campaigns.load_campaign(bo_trach(), actor=CLERK)


def test_bo_trach_2020_is_192_cells_3108_ballots_2049_people_and_28360000_dong(whole):
    campaign = campaigns.campaign_by_slug(whole)

    overview = plans.plan_overview(campaign)

    assert len(plans.cells_of(campaign)) == 192
    assert (overview.ballots, overview.people, overview.total_fee_vnd) == (3108, 2049, 28_360_000)
    crossed = {
        line.rule.code: line.people for line in overview.rules if line.rule.design == "cross"
    }
    assert crossed == {"CH1": 3, "CH3": 56, "CX3": 13}


def test_the_opening_sheet_prints_the_plans_own_totals(whole):
    totals = {total.label: total for total in campaigns.opening_sheet(whole).totals}

    stated = [total.stated for total in totals.values()]
    assert stated == [39, 195, 728, 130, 420, 56, 336, 364, 840, 1092, 2016, 3108]
    assert all(total.ok for total in totals.values())


def test_a_plan_that_does_not_add_up_cannot_be_opened(app):
    rules = tuple(
        replace(rule, stated_total=782) if rule.code == "CH3" else rule for rule in bo_trach().rules
    )
    slug = campaigns.load_campaign(replace(bo_trach(), rules=rules), actor=CLERK)
    sheet = campaigns.opening_sheet(slug)

    with pytest.raises(ConflictError) as refused:
        campaigns.open_campaign(slug, confirmed_sha256=sheet.sha256, actor=CLERK)

    assert any("782" in line and "728" in line for line in refused.value.details)
    assert campaigns.campaign_by_slug(slug).state is State.DRAFT


def test_what_was_not_confirmed_is_not_opened(whole):
    seen = campaigns.opening_sheet(whole).sha256
    campaigns.extend_deadline(whole, today() + timedelta(days=9), "đổi thời hạn", actor=CLERK)

    with pytest.raises(ConflictError, match="đã thay đổi"):
        campaigns.open_campaign(whole, confirmed_sha256=seen, actor=CLERK)


def test_the_opening_sheet_names_every_setting_that_moves_a_number(whole):
    lines = {line.name: line.value for line in campaigns.opening_sheet(whole).lines}

    assert lines["Q4"] == "100 / 60 / 20 / 0 / –"
    assert lines["S5"] == "100 / 75 / 50 / 25 / 0 / –"
    assert {lines["CH1"], lines["CH3"], lines["CX3"]} == {"chung"}
    assert lines["CX4"] == "riêng"


def test_a_draft_may_be_loaded_again_and_an_open_campaign_may_not(make_campaign):
    make_campaign(opened=False)
    campaign = make_campaign()

    with pytest.raises(ConflictError, match="không còn là"):
        campaigns.load_campaign(bo_trach(), actor=CLERK)
    assert campaign.state is State.COLLECTING


def test_a_deadline_moves_forward_with_a_reason_and_never_into_the_past(make_campaign):
    campaign = make_campaign()
    with pytest.raises(SurveyError, match="lý do"):
        campaigns.extend_deadline(campaign.slug, today() + timedelta(days=9), " ", actor=CLERK)
    with pytest.raises(SurveyError, match="đã qua"):
        campaigns.extend_deadline(
            campaign.slug, today() - timedelta(days=1), "nhầm ngày", actor=CLERK
        )

    campaigns.extend_deadline(campaign.slug, today() + timedelta(days=9), "mưa lũ", actor=CLERK)

    assert campaigns.campaign_by_slug(campaign.slug).closes == today() + timedelta(days=9)
    said = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "campaign.extend"))
    assert said.one().data["reason"] == "mưa lũ"


def test_a_frozen_form_reads_back_as_it_was_loaded(make_campaign):
    campaign = make_campaign()

    versions = db.session.scalars(select(FormVersion)).all()

    assert len(versions) == 8
    assert form_of(campaign, "CX4").code == "CX4"
    assert len(form_of(campaign, "CX4").scored_questions) > 10


def test_an_own_criteria_set_takes_the_place_of_the_sample_and_the_old_one_stays(make_campaign):
    campaign = make_campaign()
    own = replace(load_criteria("commune"), code="commune-qd314", sample=False)
    with pytest.raises(SurveyError, match="lý do"):
        campaigns.import_criteria(campaign.slug, own, "", actor=CLERK)

    campaigns.import_criteria(campaign.slug, own, "theo Quyết định 314", actor=CLERK)

    campaign = campaigns.campaign_by_slug(campaign.slug)
    assert campaigns.criteria_of(campaign, "commune").code == "commune-qd314"
    assert campaigns.definition_of(campaign).criteria["commune"] == "commune-qd314"


def test_a_draft_that_has_a_list_of_people_is_not_replaced(app):
    slug = campaigns.load_campaign(small_definition(), actor=CLERK)
    campaign = campaigns.campaign_by_slug(slug)
    db.session.add(
        Roster(
            campaign_id=campaign.id,
            name="Giao dịch quý I",
            kind=RosterKind.PEOPLE,
            group="citizens",
            source="ds.xlsx",
            author=CLERK.name,
            contacts_until=today(),
        )
    )
    db.session.commit()

    with pytest.raises(ConflictError, match="đã có danh sách người"):
        campaigns.load_campaign(small_definition(), actor=CLERK)
