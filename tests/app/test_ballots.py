"""A respondent's ballot: exactly once, exactly within the quota, and nobody's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import Ballot, Slip, Status
from survey_app.security import check_digit, new_code
from survey_app.services import campaigns, decisions, quota, slips
from survey_app.services.ballots import submit_ballot
from survey_app.services.definitions import rule_form
from survey_app.services.opened_slips import SlipError, open_slip
from tests.builders import CLERK, bo_trach, cell, full_answers, make_slips

HERE = "203.0.113.7"


def send(campaign, slip, unit=None, answers=None, **more):
    form = rule_form(campaign, slip.rule)
    return submit_ballot(
        campaign.short_code,
        slip.rule.code,
        unit or slip.unit.code,
        slip.code,
        full_answers(form) if answers is None else answers,
        address=HERE,
        **more,
    )


def test_a_ballot_takes_one_place_and_spends_its_slip(make_campaign):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]

    receipt = send(campaign, slip)

    assert receipt.status is Status.COUNTED
    assert (cell(campaign, "CX4", "X01").accepted, cell(campaign, "CX4", "X01").returned) == (1, 1)
    assert db.session.scalar(select(Slip.used).where(Slip.number == slip.number))


def test_sending_twice_gives_the_first_receipt_and_one_ballot(make_campaign):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]

    first, second = send(campaign, slip), send(campaign, slip, answers={})

    assert second == replace(first, first=False)
    assert db.session.query(Ballot).count() == 1
    assert cell(campaign, "CX4", "X01").accepted == 1


def test_a_ballot_for_a_full_cell_is_kept_aside_and_not_counted(make_campaign):
    campaign = make_campaign(per_unit={"CX4": 1})
    one, other = make_slips(campaign, "CX4", "X01", 2)

    send(campaign, one)
    receipt = send(campaign, other)

    assert receipt.status is Status.OVER_TARGET
    assert cell(campaign, "CX4", "X01").accepted == 1
    assert cell(campaign, "CX4", "X01").reserved == 0


def test_an_excluded_place_is_free_and_the_next_in_line_is_drawn_by_the_seed(make_campaign):
    campaign = make_campaign(per_unit={"CX4": 1})
    papers = make_slips(campaign, "CX4", "X01", 5)
    for paper in papers:
        send(campaign, paper)
    place = cell(campaign, "CX4", "X01")
    counted = db.session.scalars(select(Ballot).where(Ballot.status == Status.COUNTED)).one()
    counted.status, counted.reason = Status.EXCLUDED, "loại để thử"
    place.accepted = 0
    db.session.commit()

    admitted = decisions.admit_next(campaign.slug, place.id, "phiếu trước bị loại", actor=CLERK)

    assert admitted
    assert cell(campaign, "CX4", "X01").accepted == 1
    with pytest.raises(campaigns.ConflictError, match="đã đủ 1 phiếu"):
        decisions.admit_next(campaign.slug, place.id, "thêm một phiếu", actor=CLERK)


def test_a_crossed_person_answers_unit_by_unit_and_may_resume(make_campaign):
    campaign = make_campaign()
    slip = make_slips(campaign, "CH3")[0]

    first = send(campaign, slip, "P01")
    opened = open_slip(campaign.short_code, "CH3", None, slip.code, address=HERE)

    assert (first.units_done, first.units_total) == (1, 3)
    assert [unit.done for unit in opened.units] == [True, False, False]
    send(campaign, slip, "P02", met=False, answers={})
    last = send(campaign, slip, "P03")
    assert (last.units_done, last.number) == (3, first.number)
    with pytest.raises(SlipError) as used:
        open_slip(campaign.short_code, "CH3", None, slip.code, address=HERE)
    assert (used.value.state, used.value.receipt) == ("used", first.number)


def test_profile_items_are_asked_once_per_person(make_campaign):
    campaign = make_campaign()
    slip = make_slips(campaign, "CH3")[0]
    profile = {q.code for q in rule_form(campaign, slip.rule).profile_questions}

    send(campaign, slip, "P02", met=False, answers={})
    assert open_slip(campaign.short_code, "CH3", None, slip.code, address=HERE).profile_needed
    send(campaign, slip, "P01")
    send(campaign, slip, "P03")

    kept = [set(ballot.answers) & profile for ballot in db.session.scalars(select(Ballot))]
    assert sorted(map(len, kept)) == [0, 0, len(profile)]


def test_ballots_of_one_person_share_a_rater_mark_and_nothing_else(make_campaign):
    campaign = make_campaign()
    one, other = make_slips(campaign, "CH3", count=2)
    for paper in (one, other):
        for unit in ("P01", "P02"):
            send(campaign, paper, unit)

    ballots = db.session.scalars(select(Ballot)).all()

    assert len({ballot.rater for ballot in ballots}) == 2
    assert len({ballot.submission_key for ballot in ballots}) == 4
    columns = {column.name for column in Ballot.__table__.columns}
    assert columns.isdisjoint({"slip_id", "address", "created_at", "user_id", "receipt"})


def test_not_having_worked_with_a_unit_is_returned_reported_and_takes_no_place(make_campaign):
    campaign = make_campaign()
    slip = make_slips(campaign, "CH3")[0]

    receipt = send(campaign, slip, "P01", met=False, answers={"Q01": "1"})

    ballot = db.session.scalars(select(Ballot)).one()
    assert (receipt.status, ballot.met, ballot.answers) == (Status.INVALID, False, {})
    assert cell(campaign, "CH3", "P01").accepted == 0
    assert cell(campaign, "CH3", "P01").returned == 1


def test_a_campaign_may_say_that_not_having_worked_together_fills_the_place(make_campaign):
    settings = replace(bo_trach().settings, no_contact_fills_place=True)
    campaign = make_campaign(settings=settings)

    receipt = send(campaign, make_slips(campaign, "CH3")[0], "P01", met=False, answers={})

    assert receipt.status is Status.COUNTED


@pytest.mark.parametrize(
    ("spoil", "state"),
    [
        (lambda code: code[:-1] + str((int(code[-1]) + 1) % 10), "wrong"),
        (lambda code: code[:12], "wrong"),
        (lambda code: "O" + code[1:], "wrong"),
        (lambda _code: new_code(), "unknown"),
    ],
)
def test_a_wrong_code_says_so_before_the_first_question(make_campaign, spoil, state):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]

    with pytest.raises(SlipError) as refused:
        open_slip(campaign.short_code, "CX4", "X01", spoil(slip.code), address=HERE)

    assert refused.value.state == state


def test_wrong_codes_are_limited_and_a_right_code_never_is(make_campaign):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]
    states = []
    for _ in range(32):
        with pytest.raises(SlipError) as refused:
            open_slip(campaign.short_code, "CX4", "X01", new_code(), address=HERE)
        states.append(refused.value.state)

    opened = open_slip(campaign.short_code, "CX4", "X01", slip.code, address=HERE)

    assert states == ["unknown"] * 30 + ["limited"] * 2
    assert opened.units[0].code == "X01"


def test_a_code_says_where_it_belongs_when_used_on_another_page(make_campaign):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]

    with pytest.raises(SlipError) as refused:
        open_slip(campaign.short_code, "CX4", "X02", slip.code, address=HERE)

    assert (refused.value.state, refused.value.path) == ("elsewhere", "/p/BT20/CX4/X01")


def test_a_revoked_slip_opens_nothing_and_frees_its_place(make_campaign):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]
    held = cell(campaign, "CX4", "X01").reserved

    slips.revoke_slip(campaign.slug, slip.number, "mất phiếu", actor=CLERK)

    assert (held, cell(campaign, "CX4", "X01").reserved) == (1, 0)
    with pytest.raises(SlipError) as refused:
        send(campaign, slip)
    assert refused.value.state == "revoked"


def test_printing_again_makes_a_new_code_and_the_old_paper_is_dead(make_campaign):
    campaign = make_campaign()
    old = make_slips(campaign, "CX4", "X01")[0]

    new = slips.print_slips(campaign.slug, numbers=[old.number], actor=CLERK)[0]

    assert new.number == old.number
    with pytest.raises(SlipError, match="Không có phiếu mời"):
        send(campaign, old)
    assert send(campaign, new).status is Status.COUNTED


def test_answers_are_refused_before_the_opening_day_and_after_the_last(make_campaign):
    campaign = make_campaign(opens=today() + timedelta(days=1), closes=today() + timedelta(days=2))
    slip = make_slips(campaign, "CX4", "X01")[0]
    with pytest.raises(SlipError) as early:
        send(campaign, slip)
    campaign.opens = campaign.closes = today() - timedelta(days=1)
    db.session.commit()
    with pytest.raises(SlipError) as late:
        send(campaign, slip)

    assert (early.value.state, late.value.state) == ("not_open", "closed")


def test_a_closed_campaign_still_repeats_the_receipt_of_a_ballot_it_has(make_campaign):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]
    first = send(campaign, slip)
    campaigns.close_campaign(campaign.slug, "hết thời hạn", actor=CLERK)

    assert send(campaign, slip) == replace(first, first=False)


def test_counters_equal_rows_and_a_recount_proves_and_repairs_it(make_campaign):
    campaign = make_campaign(per_unit={"CX4": 2})
    for paper in make_slips(campaign, "CX4", "X01", 3):
        send(campaign, paper)
    crossed = make_slips(campaign, "CH1", count=2)[0]
    send(campaign, crossed, "P01", met=False, answers={})
    assert quota.recount(campaign.slug).wrong == ()
    cell(campaign, "CX4", "X01").accepted = 1
    db.session.commit()

    found = quota.recount(campaign.slug, fix=True, actor=CLERK)

    assert [(w.rule, w.unit, w.counter, w.kept, w.true) for w in found.wrong] == [
        ("CX4", "X01", "accepted", 1, 2)
    ]
    assert quota.recount(campaign.slug).wrong == ()


def test_a_check_digit_catches_every_wrong_digit_and_every_swap_of_neighbours():
    code = new_code()
    for place in range(16):
        for digit in "0123456789":
            changed = code[:place] + digit + code[place + 1 :]
            assert (check_digit(changed) == "0") == (changed == code)
    for place in range(15):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        assert (check_digit(swapped) == "0") == (swapped == code)
