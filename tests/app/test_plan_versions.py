"""A plan is amended with a reason and a decision; what has come in is never pushed out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from questionnaires.model import Design, Unit
from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.formats import HANOI, today
from survey_app.models import Advance, PlanState
from survey_app.models import Unit as UnitRow
from survey_app.services import campaigns, quota
from survey_app.services.ballots import submit_ballot
from survey_app.services.definitions import definition_of
from survey_app.services.plan_versions import (
    approve_plan,
    displaced,
    history,
    propose_plan,
    withdraw_plan,
)
from survey_app.services.plans import plan_of
from tests.builders import CLERK, cell, make_slips, small_definition

WHY = "theo văn bản chấn chỉnh"


def amended(definition, code, **changed):
    """Change one rule and let its printed totals follow."""
    rules = tuple(replace(r, **changed) if r.code == code else r for r in definition.rules)
    plan = replace(definition, rules=rules)
    rules = tuple(replace(rule, stated_total=plan.ballots_of(rule)) for rule in plan.rules)
    plan = replace(plan, rules=rules)
    totals = tuple(
        replace(t, total=sum(plan.ballots_of(plan.rule_by_code[c]) for c in t.rules))
        for t in plan.stated_totals
    )
    return replace(plan, stated_totals=totals)


def propose(campaign, code, **changed):
    plan = amended(definition_of(campaign), code, **changed)
    return propose_plan(campaign.slug, plan, WHY, actor=CLERK)


def answer(campaign, rule, unit, count):
    for slip in make_slips(campaign, rule, unit, count):
        submit_ballot(campaign.short_code, rule, unit, slip.code, {"Q01": "5"}, address="a")


def test_an_amendment_waits_for_its_decision_and_then_moves_the_targets(make_campaign):
    campaign = make_campaign()
    answer(campaign, "CX4", "X01", 2)
    place = cell(campaign, "CX4", "X01").id

    number = propose(campaign, "CX4", per_unit=35)
    waiting = cell(campaign, "CX4", "X01").target
    approve_plan(campaign.slug, number, "Số 12/QĐ-UBND", today(), actor=CLERK)

    after = cell(campaign, "CX4", "X01")
    assert waiting == 30
    assert (after.id, after.target, after.accepted) == (place, 35, 2)
    plan = plan_of(campaign)
    assert (plan.number, plan.state, plan.decision) == (2, PlanState.APPROVED, "Số 12/QĐ-UBND")
    assert definition_of(campaign).rule_by_code["CX4"].per_unit == 35
    assert [line.version.state for line in history(campaign)] == [
        PlanState.APPROVED,
        PlanState.SUPERSEDED,
    ]
    assert quota.recount(campaign.slug).wrong == ()


def test_a_filled_cell_cannot_fall_below_what_it_holds(make_campaign):
    campaign = make_campaign()
    answer(campaign, "CX4", "X01", 12)

    with pytest.raises(ConflictError, match="đã có 12 phiếu được tính") as refused:
        propose(campaign, "CX4", targets={"X01": 11})

    assert "X01" in str(refused.value) or "Hoàn Lão" in str(refused.value)
    assert propose(campaign, "CX4", targets={"X01": 12}) == 2


def test_ballots_that_came_between_proposal_and_decision_are_not_pushed_out(make_campaign):
    campaign = make_campaign()
    number = propose(campaign, "CX4", targets={"X01": 10})
    answer(campaign, "CX4", "X01", 11)

    with pytest.raises(ConflictError, match="đã có 11 phiếu"):
        approve_plan(campaign.slug, number, "12/QĐ-UBND", today(), actor=CLERK)

    assert plan_of(campaign).number == 1


def test_raising_a_target_admits_nobody_by_itself(make_campaign):
    campaign = make_campaign(per_unit={"CX4": 10})
    answer(campaign, "CX4", "X01", 12)

    number = propose(campaign, "CX4", per_unit=12)
    approve_plan(campaign.slug, number, "12/QĐ-UBND", today(), actor=CLERK)

    held = cell(campaign, "CX4", "X01")
    assert (held.target, held.accepted) == (12, 10)


@pytest.mark.parametrize(
    ("rule", "changed", "said"),
    [
        ("CX4", {"design": Design.CROSS}, "không đổi được cách trả lời"),
        ("CX4", {"form": "CX2"}, "không đổi được mẫu phiếu"),
        ("CX4", {"per_unit": 9}, "cùng phía với 10"),
    ],
)
def test_what_printed_papers_rely_on_stays_once_the_campaign_is_open(
    make_campaign, rule, changed, said
):
    campaign = make_campaign(per_unit={"CX4": 30})

    with pytest.raises(ConflictError) as refused:
        propose(campaign, rule, **changed)

    assert said in str(refused.value)


def test_a_line_of_an_open_campaign_is_not_dropped(make_campaign):
    campaign = make_campaign()
    plan = definition_of(campaign)
    fewer = replace(plan, rules=plan.rules[:-1])
    fewer = replace(
        fewer,
        stated_totals=tuple(
            replace(t, rules=tuple(c for c in t.rules if c in fewer.rule_by_code))
            for t in fewer.stated_totals
        ),
    )

    with pytest.raises(ConflictError, match="Không bỏ được dòng"):
        propose_plan(campaign.slug, amended(fewer, "none"), WHY, actor=CLERK)


def test_a_plan_that_does_not_add_up_is_refused_with_everything_that_is_wrong(make_campaign):
    campaign = make_campaign()
    plan = definition_of(campaign)
    rules = tuple(replace(rule, stated_total=rule.stated_total + 1) for rule in plan.rules)

    with pytest.raises(ConflictError) as refused:
        propose_plan(campaign.slug, replace(plan, rules=rules), WHY, actor=CLERK)

    assert len(refused.value.details) == len(plan.rules)


def test_a_draft_campaign_takes_the_new_version_at_once(make_campaign):
    slug = campaigns.load_campaign(small_definition(), actor=CLERK)
    campaign = campaigns.campaign_by_slug(slug)

    number = propose(campaign, "CX2", targets={"X01": 3})

    assert plan_of(campaign).number == number == 2
    assert cell(campaign, "CX2", "X01").target == 3
    approve_plan(slug, 2, "314/QĐ-UBND", today(), actor=CLERK)
    sheet = campaigns.opening_sheet(slug)
    campaigns.open_campaign(slug, confirmed_sha256=sheet.sha256, actor=CLERK)
    assert plan_of(campaign).decision == "314/QĐ-UBND"


def test_a_newer_proposal_is_refused_while_one_waits_and_loses_nothing_of_it(make_campaign):
    campaign = make_campaign()
    first = propose(campaign, "CX4", per_unit=20)

    with pytest.raises(ConflictError) as refused:
        propose(campaign, "CX2", per_unit=14)

    assert f"Bản sửa số {first}" in refused.value.details[0]
    assert "phê duyệt hoặc rút" in refused.value.details[0]
    assert [line.version.state for line in history(campaign)] == [
        PlanState.PROPOSED,
        PlanState.APPROVED,
    ]


def test_a_withdrawn_version_says_who_gave_it_up_when_and_why(make_campaign):
    campaign = make_campaign()
    number = propose(campaign, "CX4", per_unit=20)

    withdraw_plan(campaign.slug, number, "đề xuất nhầm", actor=CLERK)

    gone = history(campaign)[0].version
    assert (gone.state, gone.reason) == (PlanState.WITHDRAWN, WHY)
    assert (gone.withdrawn_by, gone.withdrawn_why) == (CLERK.name, "đề xuất nhầm")
    assert gone.withdrawn_at.astimezone(HANOI).date() == today()
    with pytest.raises(ConflictError, match="không chờ phê duyệt"):
        approve_plan(campaign.slug, number, "12/QĐ-UBND", today(), actor=CLERK)
    assert propose(campaign, "CX4", per_unit=21) == number + 1


def test_an_amended_plan_of_a_draft_needs_its_approval_again(app):
    campaign = campaigns.campaign_by_slug(campaigns.load_campaign(small_definition(), actor=CLERK))
    approve_plan(campaign.slug, 1, "314/QĐ-UBND", today(), actor=CLERK)

    propose(campaign, "CX2", per_unit=14)
    propose(campaign, "CX2", per_unit=15)

    newest = history(campaign)[0]
    assert newest.version.state is PlanState.DRAFT
    assert newest.lost_approval
    assert newest.approved.decision == "314/QĐ-UBND"
    approve_plan(campaign.slug, 3, "400/QĐ-UBND", today(), actor=CLERK)
    assert not history(campaign)[0].lost_approval


def test_a_campaign_opened_without_a_decision_gets_it_afterwards_once(make_campaign):
    campaign = make_campaign()
    before = plan_of(campaign).needs_decision

    approve_plan(campaign.slug, 1, "314/QĐ-UBND", today(), actor=CLERK)

    assert before
    assert (plan_of(campaign).state, plan_of(campaign).decision) == (
        PlanState.APPROVED,
        "314/QĐ-UBND",
    )
    with pytest.raises(ConflictError, match="không chờ phê duyệt"):
        approve_plan(campaign.slug, 1, "315/QĐ-UBND", today(), actor=CLERK)


def test_a_target_below_what_is_in_and_out_warns_and_forbids_nothing(make_campaign):
    campaign = make_campaign()
    answer(campaign, "CX4", "X01", 26)
    make_slips(campaign, "CX4", "X01", 3)

    number = propose(campaign, "CX4", targets={"X01": 27})

    (warning,) = history(campaign)[0].displaced
    assert "26 phiếu được tính và 3 phiếu đã phát chưa về" in warning
    assert "Chỉ tiêu 27 không đủ chỗ cho 2 phiếu" in warning
    approve_plan(campaign.slug, number, "12/QĐ-UBND", today(), actor=CLERK)
    assert cell(campaign, "CX4", "X01").target == 27
    assert displaced(campaign, definition_of(campaign)) == []


def test_each_version_says_what_it_changed_and_who_wanted_it(make_campaign):
    campaign = make_campaign()
    number = propose(campaign, "CX4", targets={"X01": 20})

    newest, _first = history(campaign)

    (change,) = newest.changes
    assert (change.rule, change.unit, change.after) == ("CX4", "X01", "20")
    assert (newest.version.number, newest.version.reason) == (number, WHY)
    assert newest.version.author == CLERK.name


@pytest.mark.parametrize("decision", ["", "x", "a" * 201])
def test_a_decision_has_a_number(make_campaign, decision):
    campaign = make_campaign()
    number = propose(campaign, "CX4", per_unit=20)

    with pytest.raises(SurveyError, match="số, ký hiệu"):
        approve_plan(campaign.slug, number, decision, today(), actor=CLERK)


def test_what_cannot_be_is_refused(make_campaign):
    campaign = make_campaign()
    number = propose(campaign, "CX4", per_unit=20)

    with pytest.raises(SurveyError, match="chưa đến"):
        approve_plan(campaign.slug, number, "12/QĐ", today() + timedelta(days=1), actor=CLERK)
    with pytest.raises(NotFoundError):
        approve_plan(campaign.slug, 99, "12/QĐ", today(), actor=CLERK)
    withdraw_plan(campaign.slug, number, "đề xuất nhầm", actor=CLERK)
    with pytest.raises(ConflictError, match="không khác"):
        propose_plan(campaign.slug, definition_of(campaign), WHY, actor=CLERK)
    with pytest.raises(SurveyError, match="lý do"):
        propose_plan(campaign.slug, amended(definition_of(campaign), "CX4", per_unit=21), "",
                     actor=CLERK)  # fmt: skip
    campaigns.close_campaign(campaign.slug, "hết hạn thu phiếu", actor=CLERK)
    db.session.rollback()
    with pytest.raises(ConflictError, match="đã đóng"):
        propose(campaign, "CX4", per_unit=21)


def with_units(definition, add=(), drop=()):
    """The same plan for other units, its printed totals following."""
    units = [*(u for u in definition.units if u.code not in drop), *add]
    plan = replace(definition, units=tuple(units))
    return amended(plan, plan.rules[0].code)


NEW_COMMUNE = Unit(code="X99", name="Xã Mới", kind="commune")


def test_units_of_a_draft_come_and_go_with_its_plan(app):
    campaign = campaigns.campaign_by_slug(campaigns.load_campaign(small_definition(), actor=CLERK))
    first = definition_of(campaign)

    propose_plan(campaign.slug, with_units(first, [NEW_COMMUNE], ["X01"]), WHY, actor=CLERK)

    assert cell(campaign, "CX4", "X99").target == first.rule_by_code["CX4"].per_unit
    now = definition_of(campaign)
    assert "X01" not in now.unit_by_code
    assert now.unit_by_code["X99"].name == "Xã Mới"
    changes = {(c.kind.value, c.unit) for c in history(campaign)[0].changes if not c.rule}
    assert changes == {("added", "X99"), ("dropped", "X01")}
    with pytest.raises(NotFoundError):
        cell(campaign, "CX4", "X01")


def test_a_unit_about_which_something_is_kept_does_not_go(app):
    campaign = campaigns.campaign_by_slug(campaigns.load_campaign(small_definition(), actor=CLERK))
    unit = db.session.scalars(select(UnitRow).where(UnitRow.code == "X01")).one()
    advance = Advance(
        unit_id=unit.id, receiver="Thủ quỹ", amount_vnd=1, paid_on=today(), author="a"
    )
    db.session.add(advance)
    db.session.commit()

    with pytest.raises(ConflictError) as refused:
        propose_plan(
            campaign.slug, with_units(definition_of(campaign), drop=["X01"]), WHY, actor=CLERK
        )

    assert "tiền tạm ứng" in refused.value.details[0]
    assert plan_of(campaign).number == 1


def test_units_stay_once_papers_are_out(make_campaign):
    campaign = make_campaign()

    with pytest.raises(ConflictError) as refused:
        propose_plan(
            campaign.slug, with_units(definition_of(campaign), [NEW_COMMUNE]), WHY, actor=CLERK
        )

    assert any("không thêm, không bỏ đơn vị" in line for line in refused.value.details)
