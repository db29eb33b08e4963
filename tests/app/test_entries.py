"""Paper comes back: what one keyed sheet becomes, and what nobody can do to it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from questionnaires.model import Questionnaire
from survey_app.errors import ConflictError, ForbiddenError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.models import (
    AuditEntry,
    Ballot,
    Campaign,
    Channel,
    Entry,
    Sheet,
    SheetState,
    Status,
)
from survey_app.security import is_sound
from survey_app.services.audit import Actor
from survey_app.services.campaigns import close_campaign
from survey_app.services.decisions import exclude_ballot
from survey_app.services.definitions import rule_form
from survey_app.services.entries import (
    Reading,
    cells_to_key,
    key_booklet,
    key_sheet,
    print_sheets,
    sheet_to_key,
    void_sheet,
)
from survey_app.services.keying import serial_of
from survey_app.services.plans import rule_by_code
from survey_app.services.quota import recount
from tests.builders import CLERK, Staff, bo_trach, cell, full_answers

WHY = "nhập nhầm dòng"


def form_for(campaign: Campaign, rule: str) -> Questionnaire:
    return rule_form(campaign, rule_by_code(campaign, rule))


def one_sheet(campaign: Campaign, rule: str = "CX2", unit: str | None = "X01") -> str:
    return print_sheets(campaign.slug, rule, unit, 1, actor=CLERK)[0].serial


def answered(form: Questionnaire, scored: int) -> dict[str, str]:
    """Answer ``scored`` scored questions, leave the other scored ones blank."""
    answers = full_answers(form)
    for question in form.scored_questions[scored:]:
        answers[question.code] = "."
    return answers


def test_a_keyed_sheet_is_one_counted_paper_ballot_and_gives_its_reserved_place(make_campaign):
    campaign = make_campaign()
    serial = one_sheet(campaign)
    assert cell(campaign, "CX2", "X01").reserved == 1
    answers = full_answers(form_for(campaign, "CX2"))

    keyed = key_sheet(campaign.slug, serial, "X01", answers, actor=CLERK)

    assert (keyed.status, keyed.reason, keyed.revision) == (Status.COUNTED, None, 1)
    ballot = db.session.scalars(select(Ballot)).one()
    assert (ballot.channel, ballot.answers) == (Channel.PAPER, answers)
    after = cell(campaign, "CX2", "X01")
    assert (after.accepted, after.issued, after.returned, after.reserved) == (1, 1, 1, 0)
    assert db.session.scalars(select(Sheet)).one().state is SheetState.SETTLED


def test_printing_makes_as_many_sheets_as_the_plan_wants_with_sound_serials(make_campaign):
    campaign = make_campaign()

    own = print_sheets(campaign.slug, "CX2", actor=CLERK)
    booklets = print_sheets(campaign.slug, "CH1", actor=CLERK)

    assert len(own) == 3 * 12
    assert len(booklets) == 3
    assert all(sheet.unit is None for sheet in booklets)
    serials = [sheet.serial for sheet in own + booklets]
    assert len(set(serials)) == len(serials)
    assert all(is_sound(serial) for serial in serials)
    assert {cell(campaign, "CH1", unit).issued for unit in ("P01", "P02", "P03")} == {3}


@pytest.mark.parametrize(
    ("rule", "unit", "count"), [("CH1", "P01", None), ("CX2", "P01", 1), ("CX2", "X01", 0)]
)
def test_a_print_order_that_does_not_fit_the_plan_prints_nothing(make_campaign, rule, unit, count):
    campaign = make_campaign()

    with pytest.raises(SurveyError):
        print_sheets(campaign.slug, rule, unit, count, actor=CLERK)

    assert db.session.scalar(select(func.count()).select_from(Sheet)) == 0
    assert cell(campaign, "CX2", "X01").issued == 0


def test_fewer_than_seventy_percent_of_scored_questions_is_received_and_takes_no_place(
    make_campaign,
):
    campaign = make_campaign()
    form = form_for(campaign, "CX2")
    asked = len(form.scored_questions)
    needed = -(-7 * asked // 10)

    short = key_sheet(
        campaign.slug, one_sheet(campaign), "X01", answered(form, needed - 1), actor=CLERK
    )
    enough = key_sheet(
        campaign.slug, one_sheet(campaign), "X01", answered(form, needed), actor=CLERK
    )

    assert short.status is Status.INVALID
    assert f"{needed - 1}/{asked}" in (short.reason or "")
    assert enough.status is Status.COUNTED
    after = cell(campaign, "CX2", "X01")
    assert (after.accepted, after.returned) == (1, 2)


def test_khong_biet_is_an_answer_but_a_blank_or_an_unreadable_mark_is_not(make_campaign):
    campaign = make_campaign()
    form = form_for(campaign, "CX2")

    fates = {
        code: key_sheet(
            campaign.slug,
            one_sheet(campaign),
            "X01",
            full_answers(form) | {q.code: code for q in form.scored_questions},
            actor=CLERK,
        ).status
        for code in ("9", ".", "/")
    }

    assert fates == {"9": Status.COUNTED, ".": Status.INVALID, "/": Status.INVALID}
    kept = [
        ballot.answers[form.scored_questions[0].code]
        for ballot in db.session.scalars(select(Ballot))
    ]
    assert sorted(kept) == [".", "/", "9"]


def test_a_sheet_that_comes_when_the_cell_is_full_is_kept_aside_and_not_counted(make_campaign):
    campaign = make_campaign(per_unit={"CX2": 1})
    answers = full_answers(form_for(campaign, "CX2"))

    fates = [
        key_sheet(campaign.slug, one_sheet(campaign), "X01", answers, actor=CLERK) for _ in range(2)
    ]

    assert [fate.status for fate in fates] == [Status.COUNTED, Status.OVER_TARGET]
    assert "đủ" in fates[1].text
    assert cell(campaign, "CX2", "X01").accepted == 1


def test_every_mistake_of_a_keyed_sheet_is_told_at_once_and_nothing_is_stored(make_campaign):
    campaign = make_campaign()
    serial = one_sheet(campaign)
    answers = full_answers(form_for(campaign, "CX2"))
    answers |= {"Q01": "7", "Q02": "", "Q99": "1"}

    with pytest.raises(SurveyError) as refused:
        key_sheet(campaign.slug, serial, "X01", answers, actor=CLERK)

    assert [line.split(":")[0] for line in refused.value.details] == ["Q01", "Q02", "Q99"]
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 0
    assert cell(campaign, "CX2", "X01").returned == 0


def test_a_second_keying_without_a_reason_is_refused(make_campaign):
    campaign = make_campaign()
    serial = one_sheet(campaign)
    answers = full_answers(form_for(campaign, "CX2"))
    key_sheet(campaign.slug, serial, "X01", answers, actor=CLERK)

    with pytest.raises(ConflictError, match="đã được nhập"):
        key_sheet(campaign.slug, serial, "X01", answers, actor=CLERK)

    assert db.session.scalar(select(func.count()).select_from(Entry)) == 1


def test_a_correction_is_a_new_entry_and_the_old_ballot_stays_excluded(make_campaign):
    campaign = make_campaign()
    serial = one_sheet(campaign)
    form = form_for(campaign, "CX2")
    key_sheet(campaign.slug, serial, "X01", full_answers(form), actor=CLERK)

    keyed = key_sheet(
        campaign.slug, serial, "X01", full_answers(form, "4"), reason=WHY, actor=CLERK
    )

    assert (keyed.status, keyed.revision) == (Status.COUNTED, 2)
    ballots = {b.status: b for b in db.session.scalars(select(Ballot))}
    assert ballots[Status.EXCLUDED].reason == f"đính chính bởi lần nhập 2: {WHY}"
    assert ballots[Status.EXCLUDED].rater == ballots[Status.COUNTED].rater
    entries = db.session.scalars(select(Entry).order_by(Entry.revision)).all()
    assert [(entry.revision, entry.reason) for entry in entries] == [(1, None), (2, WHY)]
    after = cell(campaign, "CX2", "X01")
    assert (after.accepted, after.returned) == (1, 1)


def test_a_correction_in_a_full_cell_keeps_its_own_place(make_campaign):
    campaign = make_campaign(per_unit={"CX2": 1})
    serial = one_sheet(campaign)
    form = form_for(campaign, "CX2")
    key_sheet(campaign.slug, serial, "X01", full_answers(form), actor=CLERK)

    keyed = key_sheet(
        campaign.slug, serial, "X01", full_answers(form, "4"), reason=WHY, actor=CLERK
    )

    assert keyed.status is Status.COUNTED
    assert cell(campaign, "CX2", "X01").accepted == 1


def test_a_correction_that_makes_a_ballot_invalid_frees_its_place(make_campaign):
    campaign = make_campaign()
    serial = one_sheet(campaign)
    form = form_for(campaign, "CX2")
    key_sheet(campaign.slug, serial, "X01", full_answers(form), actor=CLERK)

    keyed = key_sheet(campaign.slug, serial, "X01", answered(form, 0), reason=WHY, actor=CLERK)

    assert keyed.status is Status.INVALID
    assert cell(campaign, "CX2", "X01").accepted == 0


def test_an_excluded_ballot_does_not_come_back_by_way_of_a_correction(make_campaign):
    campaign = make_campaign()
    serial = one_sheet(campaign)
    answers = full_answers(form_for(campaign, "CX2"))
    key_sheet(campaign.slug, serial, "X01", answers, actor=CLERK)
    exclude_ballot(campaign.slug, serial, None, "không đúng đối tượng", actor=CLERK)

    with pytest.raises(ConflictError, match="không đúng đối tượng"):
        key_sheet(campaign.slug, serial, "X01", answers, reason=WHY, actor=CLERK)

    assert cell(campaign, "CX2", "X01").accepted == 0


def test_a_booklet_is_one_ballot_per_unit_of_one_person_and_settles_when_all_are_keyed(
    make_campaign,
):
    campaign = make_campaign()
    serial = one_sheet(campaign, "CH1", None)
    answers = full_answers(form_for(campaign, "CH1"))

    key_booklet(
        campaign.slug, serial, {"P01": Reading(answers), "P02": Reading(answers)}, actor=CLERK
    )
    state_between = db.session.scalars(select(Sheet)).one().state
    key_sheet(campaign.slug, serial, "P03", answers, actor=CLERK)

    db.session.expire_all()
    ballots = db.session.scalars(select(Ballot)).all()
    assert len(ballots) == 3
    assert len({ballot.rater for ballot in ballots}) == 1
    assert state_between is SheetState.PRINTED
    assert db.session.scalars(select(Sheet)).one().state is SheetState.SETTLED


def test_a_booklet_with_one_wrong_unit_stores_no_unit(make_campaign):
    campaign = make_campaign()
    serial = one_sheet(campaign, "CH1", None)
    answers = full_answers(form_for(campaign, "CH1"))

    with pytest.raises(SurveyError) as refused:
        key_booklet(
            campaign.slug,
            serial,
            {"P01": Reading(answers), "P02": Reading(answers | {"Q01": "8"})},
            actor=CLERK,
        )

    assert [line.split(":")[0] for line in refused.value.details] == ["P02 · Q01"]
    assert db.session.scalar(select(func.count()).select_from(Ballot)) == 0


def test_the_profile_of_a_booklet_is_asked_once_and_kept_with_the_first_unit_met(make_campaign):
    campaign = make_campaign()
    serial = one_sheet(campaign, "CH3", None)
    form = form_for(campaign, "CH3")
    assert form.profile_questions
    whole = full_answers(form)
    profile = {q.code for q in form.profile_questions}
    about = {code: value for code, value in whole.items() if code not in profile}

    key_sheet(campaign.slug, serial, "P01", {}, met=False, actor=CLERK)
    asked_after_no_contact = sheet_to_key(campaign.slug, serial, actor=CLERK).profile_needed
    key_sheet(campaign.slug, serial, "P02", whole, actor=CLERK)
    page = sheet_to_key(campaign.slug, serial, actor=CLERK)
    with pytest.raises(SurveyError):
        key_sheet(campaign.slug, serial, "P03", whole, actor=CLERK)
    key_sheet(campaign.slug, serial, "P03", about, actor=CLERK)

    assert asked_after_no_contact
    assert not page.profile_needed
    assert page.asks_profile("P02")
    with_profile = [b for b in db.session.scalars(select(Ballot)) if profile & set(b.answers)]
    assert len(with_profile) == 1


@pytest.mark.parametrize(("fills", "status"), [(True, Status.COUNTED), (False, Status.INVALID)])
def test_no_contact_fills_a_place_only_where_the_campaign_says_so(make_campaign, fills, status):
    settings = replace(bo_trach().settings, no_contact_fills_place=fills)
    campaign = make_campaign(settings=settings)
    serial = one_sheet(campaign, "CH1", None)

    keyed = key_sheet(campaign.slug, serial, "P01", {}, met=False, actor=CLERK)

    assert keyed.status is status
    ballot = db.session.scalars(select(Ballot)).one()
    assert (ballot.met, ballot.answers) == (False, {})
    assert cell(campaign, "CH1", "P01").accepted == int(fills)


def test_an_enumerator_keys_the_units_assigned_to_him_and_no_other(make_campaign, staff: Staff):
    campaign = make_campaign()
    lan = staff.actor("enumerator", keys=("X01",), slug=campaign.slug)
    answers = full_answers(form_for(campaign, "CX2"))
    other = one_sheet(campaign, "CX2", "X02")

    keyed = key_sheet(campaign.slug, one_sheet(campaign), "X01", answers, actor=lan)
    with pytest.raises(ForbiddenError):
        key_sheet(campaign.slug, other, "X02", answers, actor=lan)
    with pytest.raises(ForbiddenError):
        sheet_to_key(campaign.slug, other, actor=lan)

    assert keyed.status is Status.COUNTED
    assert {line.unit.code for line in cells_to_key(campaign.slug, actor=lan) if line.unit} == {
        "X01"
    }


@pytest.mark.parametrize("role", ["coordinator", "enumerator"])
def test_nobody_keys_or_sees_the_sheets_of_the_unit_he_works_in(make_campaign, staff: Staff, role):
    campaign = make_campaign()
    lan = staff.actor(role, keys=("X02",), belongs=("X01",), slug=campaign.slug)
    serial = one_sheet(campaign)

    with pytest.raises(ForbiddenError, match="công tác"):
        key_sheet(campaign.slug, serial, "X01", full_answers(form_for(campaign, "CX2")), actor=lan)
    with pytest.raises(ForbiddenError, match="công tác"):
        sheet_to_key(campaign.slug, serial, actor=lan)

    assert cell(campaign, "CX2", "X01").returned == 0


def test_a_closed_campaign_takes_no_more_sheets(make_campaign):
    campaign = make_campaign()
    serial = one_sheet(campaign)
    close_campaign(campaign.slug, "hết thời gian thu phiếu", actor=CLERK)

    with pytest.raises(ConflictError):
        key_sheet(
            campaign.slug, serial, "X01", full_answers(form_for(campaign, "CX2")), actor=CLERK
        )
    with pytest.raises(ConflictError):
        print_sheets(campaign.slug, "CX2", "X01", 1, actor=CLERK)


def test_a_void_sheet_gives_its_places_back_and_is_not_keyed(make_campaign):
    campaign = make_campaign()
    serial = one_sheet(campaign, "CH1", None)

    void_sheet(campaign.slug, serial, "bị rách", actor=CLERK)

    assert {cell(campaign, "CH1", unit).issued for unit in ("P01", "P02", "P03")} == {0}
    with pytest.raises(ConflictError, match="bị rách"):
        key_sheet(
            campaign.slug, serial, "P01", full_answers(form_for(campaign, "CH1")), actor=CLERK
        )


def test_nobody_voids_a_sheet_about_the_unit_he_works_in(make_campaign, staff: Staff):
    campaign = make_campaign()
    hoa = staff.actor("coordinator", belongs=("X01",), slug=campaign.slug)
    serial = one_sheet(campaign)

    with pytest.raises(ForbiddenError, match="công tác"):
        void_sheet(campaign.slug, serial, "bị rách", actor=hoa)
    void_sheet(campaign.slug, one_sheet(campaign, "CX2", "X02"), "bị rách", actor=hoa)

    assert (cell(campaign, "CX2", "X01").issued, cell(campaign, "CX2", "X02").issued) == (1, 0)


def test_only_the_person_who_keyed_a_sheet_sees_its_answers_again(make_campaign, staff: Staff):
    campaign = make_campaign()
    lan = staff.actor("enumerator", keys=("P01", "P02"), slug=campaign.slug)
    hoa = staff.actor("coordinator")
    serial = one_sheet(campaign, "CH3", None)
    answers = full_answers(form_for(campaign, "CH3"))
    key_sheet(campaign.slug, serial, "P01", {}, met=False, actor=lan)
    key_sheet(campaign.slug, serial, "P02", answers, actor=lan)

    own = sheet_to_key(campaign.slug, serial, actor=lan)
    other = sheet_to_key(campaign.slug, serial, actor=hoa)

    assert [(own.keyed[unit].met, own.keyed[unit].answers) for unit in ("P01", "P02")] == [
        (False, {}),
        (True, answers),
    ]
    for unit in ("P01", "P02"):
        assert (other.keyed[unit].met, other.keyed[unit].answers) == (None, None)
        assert other.keyed[unit].person == "enumerator@cchc.test"
        assert other.asks_profile(unit) == own.asks_profile(unit) == (unit == "P02")


def test_whoever_keyed_a_sheet_does_not_decide_to_exclude_it(make_campaign, staff: Staff):
    campaign = make_campaign()
    hoa, mai = (staff.actor("coordinator", email=f"{name}@cchc.test") for name in ("hoa", "mai"))
    serial = one_sheet(campaign)
    answers = full_answers(form_for(campaign, "CX2"))
    key_sheet(campaign.slug, serial, "X01", answers, actor=hoa)

    with pytest.raises(ForbiddenError, match="do chính Ông/Bà nhập"):
        exclude_ballot(campaign.slug, serial, None, "không đúng đối tượng", actor=hoa)
    still = cell(campaign, "CX2", "X01").accepted
    exclude_ballot(campaign.slug, serial, None, "không đúng đối tượng", actor=mai)

    assert (still, cell(campaign, "CX2", "X01").accepted) == (1, 0)


@pytest.mark.parametrize("sign", [0x00, 0x1B, 0xD800, 0xFFFD])
def test_free_text_keyed_with_a_character_nobody_can_read_is_refused(make_campaign, sign):
    campaign = make_campaign()
    serial = one_sheet(campaign, "CX4")
    form = form_for(campaign, "CX4")
    text = next(q.code for q in form.questions if q.scale is None)

    with pytest.raises(SurveyError) as refused:
        key_sheet(
            campaign.slug,
            serial,
            "X01",
            full_answers(form) | {text: f"góp{chr(sign)}ý"},
            actor=CLERK,
        )

    assert [line.split(":")[0] for line in refused.value.details] == [text]
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 0


def test_a_keyed_sheet_cannot_be_voided(make_campaign):
    campaign = make_campaign()
    serial = one_sheet(campaign)
    key_sheet(campaign.slug, serial, "X01", full_answers(form_for(campaign, "CX2")), actor=CLERK)

    with pytest.raises(ConflictError):
        void_sheet(campaign.slug, serial, "bị rách", actor=CLERK)

    assert recount(campaign.slug).wrong == ()


def test_two_people_keying_one_sheet_at_once_make_one_first_entry(make_campaign, app: Flask):
    campaign = make_campaign()
    slug, serial = campaign.slug, one_sheet(campaign)
    answers = full_answers(form_for(campaign, "CX2"))
    start = Barrier(4)

    def key(name: str) -> str:
        with app.app_context():
            start.wait()
            try:
                return key_sheet(slug, serial, "X01", answers, actor=Actor.system(name)).status
            except ConflictError:
                return "conflict"

    with ThreadPoolExecutor(4) as pool:
        fates = sorted(pool.map(key, ("an", "binh", "chi", "dung")))

    db.session.rollback()  # let go of what was read before the race
    assert fates == ["conflict"] * 3 + ["counted"]
    after = cell(campaign, "CX2", "X01")
    assert (after.accepted, after.returned) == (1, 1)
    assert recount(slug).wrong == ()


def test_the_trail_names_serial_and_cell_and_never_an_answer(make_campaign):
    campaign = make_campaign()
    serial = one_sheet(campaign, "CX4")
    form = form_for(campaign, "CX4")
    text = next(q.code for q in form.questions if q.scale is None)
    answers = full_answers(form) | {text: "một lời góp ý không được lộ"}

    key_sheet(campaign.slug, serial, "X01", answers, actor=CLERK)

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "entry.key")).one()
    said = entry.object + json.dumps(entry.data, ensure_ascii=False)
    assert f"{serial[:4]}-{serial[4:]}" in said
    assert "CX4/X01" in said
    assert "góp ý" not in said
    assert "Q01" not in said


@pytest.mark.parametrize(
    "typed",
    ["{s}", "{a}-{b}", " {a} {b} ", "https://ks.example.gov.vn/s/{s}", "HTTPS://KS.VN/S/{s}"],
)
def test_a_serial_may_be_typed_or_scanned(make_campaign, typed):
    serial = one_sheet(make_campaign())

    assert serial_of(typed.format(s=serial, a=serial[:4], b=serial[4:])) == serial


def test_a_serial_with_one_wrong_digit_or_two_swapped_names_no_sheet(make_campaign):
    serial = one_sheet(make_campaign())
    wrong = [serial[:3] + str((int(serial[3]) + 1) % 10) + serial[4:]]
    wrong += [
        serial[:i] + serial[i + 1] + serial[i] + serial[i + 2 :]
        for i in range(7)
        if serial[i] != serial[i + 1]
    ]

    for typed in wrong:
        with pytest.raises(SurveyError):
            serial_of(typed)


def test_an_unknown_sheet_is_said_to_be_unknown(make_campaign):
    campaign = make_campaign()

    with pytest.raises(NotFoundError, match="1234-5674"):
        sheet_to_key(campaign.slug, "12345674", actor=CLERK)
