"""Re-checks: drawn by a public seed, called in order, told to the council; no ballot is met."""

from __future__ import annotations

import io
import re
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from sqlalchemy import inspect, select, update

from survey_app.errors import ConflictError, ForbiddenError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.models import AuditEntry, CallState, Participation, Recheck, RecheckCall
from survey_app.services import campaigns
from survey_app.services.participation import add_people, remove_people
from survey_app.services.recheck_files import call_sheet_file, minutes_file
from survey_app.services.recheck_places import next_place, places_of
from survey_app.services.recheck_results import Flag, repeats, results_of
from survey_app.services.rechecks import (
    Said,
    calls_at,
    draw_calls,
    due_of,
    enter_call,
    forget_phones,
    recheck_of,
)
from tests.builders import CLERK, token_in

SEED = "84310 27755 90126 33841"
YES = Said(CallState.REACHED, was_asked=True, right_person=True, was_paid=True)
NO = Said(CallState.REACHED, was_asked=False)
GONE = Said(CallState.NOT_REACHED)


@pytest.fixture
def campaign(make_campaign):
    return make_campaign()


@pytest.fixture
def lan(campaign, staff):
    return staff.actor("enumerator", keys=("X01", "X02"), slug=campaign.slug)


def people(campaign, unit, count, enumerator=None, rule="CX4"):
    names = [
        f"Người {chr(65 + n // 26)}{chr(65 + n % 26)}; Thôn 1; 09120{n:05}" for n in range(count)
    ]
    text = "\n".join(names)
    who = enumerator.user_id if enumerator else None
    add_people(campaign.slug, rule, unit, text, enumerator_id=who, actor=enumerator or CLERK)


def draw(campaign, share="0.1", least="0.8", seed=SEED):
    made = draw_calls(campaign.slug, seed, Decimal(share), Decimal(least), actor=CLERK)
    return made.number


def due(campaign, number=1):
    db.session.expire_all()
    return calls_at(due_of(recheck_of(campaign, number)))


def enter(campaign, line, said, actor=CLERK, number=1):
    enter_call(campaign.slug, number, line, said, actor=actor)


def results(campaign, number=1):
    db.session.expire_all()
    return results_of(recheck_of(campaign, number))


# --- the draw ----------------------------------------------------------------------------


def test_a_share_of_every_enumerators_people_is_called_and_of_those_without_one(campaign, lan):
    people(campaign, "X01", 25, lan)
    people(campaign, "X03", 4)

    draw(campaign)

    chosen = due(campaign)
    units = [call.participation.unit.code for call in chosen]
    assert sorted(units) == ["X01", "X01", "X01", "X03"]
    assert len(places_of(recheck_of(campaign, 1).id)) == 29


def test_a_draw_comes_out_again_from_the_same_lists_and_seed(campaign, lan):
    people(campaign, "X01", 25, lan)
    draw(campaign)
    people(campaign, "X02", 3, lan)  # lists may grow; the draw is of its day

    assert repeats(campaign, recheck_of(campaign, 1))
    draw(campaign, seed="một dãy khác hẳn")
    first, second = (
        [call.participation.line for call in due(campaign, number)] for number in (1, 2)
    )
    assert first != second


def test_a_list_that_was_tampered_with_is_seen(campaign, lan):
    people(campaign, "X01", 25, lan)
    draw(campaign)
    db.session.execute(update(Participation).where(Participation.line == 1).values(line=99))
    db.session.commit()

    assert not repeats(campaign, recheck_of(campaign, 1))


def test_who_was_drawn_stays_on_the_list(campaign, lan):
    people(campaign, "X01", 3, lan)
    draw(campaign)

    with pytest.raises(ConflictError, match="Không bỏ được"):
        remove_people(
            campaign.slug, "CX4", "X01", {due(campaign)[0].participation_id}, "ghi nhầm người",
            actor=CLERK,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("seed", "share", "least", "wrong"),
    [
        ("ngắn", "0", "2", 3),
        (SEED, "1.5", "0.8", 1),
        (SEED, "0.1", "-0.1", 1),
        ("x" * 201, "0.1", "0.8", 1),
    ],
)
def test_everything_wrong_with_a_draw_is_told_at_once(campaign, seed, share, least, wrong):
    with pytest.raises(SurveyError) as refused:
        draw(campaign, share, least, seed)

    assert len(refused.value.details) == wrong


def test_there_is_nothing_to_draw_from_empty_lists(campaign):
    with pytest.raises(ConflictError, match="Chưa có ai"):
        draw(campaign)


# --- calls -------------------------------------------------------------------------------


def test_for_each_who_cannot_be_reached_the_next_in_the_drawn_order_is_called(campaign, lan):
    people(campaign, "X01", 20, lan)
    draw(campaign)
    first, second = (call.line for call in due(campaign))

    enter(campaign, first, GONE)
    enter(campaign, second, YES)

    assert [(c.line, c.state) for c in due(campaign)] == [
        (1, CallState.NOT_REACHED), (2, CallState.REACHED), (3, CallState.WAITING),
    ]  # fmt: skip
    with pytest.raises(NotFoundError):
        enter(campaign, 4, YES)


def test_an_answer_that_was_given_counts_also_when_another_one_was_reached_after_all(campaign, lan):
    people(campaign, "X01", 10, lan)
    draw(campaign)
    enter(campaign, 1, GONE)
    enter(campaign, 2, NO)

    enter(campaign, 1, YES)

    assert [call.line for call in due(campaign)] == [1, 2]
    (line,) = results(campaign).units
    assert (line.rate.reached, line.rate.agreed) == (2, 1)


def test_only_the_reached_answer_and_who_was_not_asked_names_nobody(campaign, lan):
    people(campaign, "X01", 2, lan)
    draw(campaign, share="1")

    enter(campaign, 1, Said(CallState.REACHED, was_asked=False, right_person=True, was_paid=False))
    enter(campaign, 2, Said(CallState.REFUSED, was_asked=True, was_paid=True))

    first, second = due(campaign)
    assert (first.was_asked, first.right_person, first.was_paid) == (False, None, False)
    assert (second.was_asked, second.was_paid) == (None, None)


def test_a_reached_person_answered_at_least_the_first_question(campaign, lan):
    people(campaign, "X01", 2, lan)
    draw(campaign)

    with pytest.raises(SurveyError, match="câu 1"):
        enter(campaign, 1, Said(CallState.REACHED))
    with pytest.raises(SurveyError) as refused:
        enter(campaign, 1, Said(CallState.WAITING, note="x" * 401))
    assert len(refused.value.details) == 2


def test_nobody_is_asked_about_a_fee_the_plan_does_not_pay(campaign):
    people(campaign, "P01", 3, rule="CH2")
    draw(campaign)

    enter(campaign, 1, YES)

    (call,) = due(campaign)
    assert (call.was_asked, call.right_person, call.was_paid) == (True, None, None)


def test_neither_the_enumerator_nor_a_colleague_of_the_unit_calls(campaign, staff):
    hoa = staff.actor("coordinator")
    own = staff.actor("coordinator", email="cx@cchc.test", belongs=("X01",), slug=campaign.slug)
    people(campaign, "X01", 3, hoa)
    draw(campaign)

    for actor in (hoa, own):
        with pytest.raises(ForbiddenError):
            enter(campaign, 1, YES, actor)
        assert next_place(due_of(recheck_of(campaign, 1)), actor) is None
    assert next_place(due_of(recheck_of(campaign, 1)), CLERK).line == 1


def test_telephones_are_kept_while_somebody_waits_to_be_called(campaign, lan):
    people(campaign, "X01", 3, lan)
    draw(campaign)

    with pytest.raises(ConflictError, match="còn người chưa gọi"):
        forget_phones(campaign.slug, "đã phúc tra xong", actor=CLERK)
    enter(campaign, 1, YES)
    assert forget_phones(campaign.slug, "đã phúc tra xong", actor=CLERK) == 3


# --- results -----------------------------------------------------------------------------


def test_a_unit_and_an_enumerator_below_the_set_rate_are_told_to_the_council(campaign, lan, staff):
    minh = staff.actor("enumerator", email="minh@cchc.test", keys=("X03",), slug=campaign.slug)
    people(campaign, "X01", 10, lan)
    people(campaign, "X03", 10, minh)
    draw(campaign, share="1")
    for call in due(campaign):
        bad = call.participation.unit.code == "X01" and call.participation.line > 2
        enter(campaign, call.line, NO if bad else YES)

    found = results(campaign)

    assert [(line.name, line.rate.flag) for line in found.flagged] == [
        ("Thị trấn Hoàn Lão", Flag.SURELY_BELOW), ("enumerator@cchc.test", Flag.SURELY_BELOW),
    ]  # fmt: skip
    good = next(line for line in found.units if line.code == "X03")
    assert (good.rate.rate, good.rate.flag) == (1.0, Flag.NONE)
    assert good.rate.limits.low > 0.99  # everybody on the list was asked


def test_silence_is_not_a_bad_mark(campaign, lan):
    people(campaign, "X01", 3, lan)
    draw(campaign)
    enter(campaign, 1, GONE)

    (line,) = results(campaign).units
    assert (line.rate.rate, line.rate.flag) == (None, Flag.UNKNOWN)
    assert results(campaign).flagged == ()


def test_the_call_sheet_is_for_callers_and_the_minutes_name_no_respondent(campaign, lan):
    people(campaign, "X01", 12, lan)
    draw(campaign)
    enter(campaign, 1, YES)
    chosen = [call.participation.name for call in due(campaign)]

    sheet = load_workbook(io.BytesIO(call_sheet_file(campaign.slug, 1, actor=CLERK).data))
    minutes = load_workbook(io.BytesIO(minutes_file(campaign.slug, 1).data))

    said = [str(c.value) for page in sheet for row in page.iter_rows() for c in row]
    told = [str(c.value) for page in minutes for row in page.iter_rows() for c in row]
    assert set(chosen) <= set(said)
    assert [text for text in said if text.startswith("0912")]
    assert minutes.sheetnames == ["Theo đơn vị", "Theo điều tra viên"]
    assert not [text for text in told if "Người A" in text or "0912" in text]
    assert "enumerator@cchc.test" in told


# --- privacy -----------------------------------------------------------------------------


def test_calls_meet_no_ballot_and_the_trail_holds_no_answer(campaign, lan):
    people(campaign, "X01", 3, lan)
    draw(campaign)
    enter(campaign, 1, Said(CallState.REACHED, was_asked=False, note="bảo là không biết"))

    keys = inspect(db.engine).get_foreign_keys(RecheckCall.__tablename__)
    said = [e.data for e in db.session.scalars(select(AuditEntry)) if e.action == "recheck.call"]

    assert {key["referred_table"] for key in keys} == {"rechecks", "participations"}
    assert said == [{"calls": 1}]


# --- pages -------------------------------------------------------------------------------


def test_a_draw_is_made_called_and_read_on_pages(campaign, lan, staff):
    people(campaign, "X01", 15, lan)
    hoa, viewer = staff("coordinator"), staff("viewer")
    home = f"/campaigns/{campaign.slug}/rechecks"
    token = token_in(hoa.get(home).get_data(as_text=True))

    def post(path, **fields):
        return hoa.post(f"{home}{path}", data={"csrf_token": token} | fields)

    bad = post("", seed="1", share="0", least="101")
    drawn = post("", seed=SEED, share="10", least="80")
    there = hoa.get(f"{home}/1/next").location
    page = hoa.get(there).get_data(as_text=True)
    silent = hoa.post(there, data={"csrf_token": token})
    odd = hoa.post(there, data={"csrf_token": token, "state": "waiting"})
    saved = hoa.post(there, data={"csrf_token": token, "state": "reached", "was_asked": "no",
                                  "right_person": "unsaid", "was_paid": "no"})  # fmt: skip
    again = hoa.get(there).get_data(as_text=True)
    seen = viewer.get(f"{home}/1?again=1").get_data(as_text=True)
    sheet = post("/1/sheet")

    assert bad.status_code == 400
    assert (drawn.status_code, drawn.location) == (302, f"{home}/1/calls")
    assert re.search(r'href="tel:09120\d+"', page)
    assert (silent.status_code, odd.status_code, saved.status_code) == (400, 400, 302)
    assert "after=1" in saved.location
    assert re.search(r'value="no"[^>]*checked|checked[^>]*value="no"', again)
    assert "Báo hội đồng" in seen
    assert "ra đúng những người này" in seen
    assert "Người A" not in seen
    assert sheet.headers["Cache-Control"] == "no-store"
    assert db.session.scalar(select(Recheck.share)) == Decimal("0.1")


def test_a_viewer_sees_rates_and_never_names(campaign, lan, staff):
    people(campaign, "X01", 5, lan)
    draw(campaign)
    viewer = staff("viewer")
    home = f"/campaigns/{campaign.slug}/rechecks"

    page = viewer.get(home).get_data(as_text=True)

    assert viewer.get(f"{home}/1/calls").status_code == 403
    assert viewer.get(f"{home}/1/calls/1").status_code == 403
    assert "Rút lần mới" not in page
    assert "Gọi người kế tiếp" not in page


def test_rechecks_go_on_after_the_campaign_is_closed(campaign, lan):
    people(campaign, "X01", 5, lan)
    campaigns.close_campaign(campaign.slug, "hết hạn thu phiếu", actor=CLERK)

    assert draw(campaign) == 1
    enter(campaign, 1, YES)
