"""Places with an open code: exact beside paper, guarded, and forgetful of who stood there."""

from __future__ import annotations

import base64
import json
import re
import secrets
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from altcha import Challenge, Payload, solve_challenge
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select, update

from survey_app.errors import ConflictError, ForbiddenError, NotFoundError, SurveyError
from survey_app.extensions import Model, db
from survey_app.formats import HANOI, today
from survey_app.models import (
    AuditEntry,
    Ballot,
    Campaign,
    Channel,
    GuardCount,
    PlaceKind,
    Poster,
    QuotaCell,
    SpentChallenge,
    Status,
)
from survey_app.services import campaigns, challenges, poster_guards, quota
from survey_app.services.challenges import UnsolvedError, need_solved, new_challenge
from survey_app.services.decisions import admit_next
from survey_app.services.place_numbers import PlaceError, place_of
from survey_app.services.places import (
    add_place,
    close_place,
    new_secret,
    place_lines,
    posters_to_print,
)
from survey_app.services.poster_guards import Flag, Guards
from survey_app.services.posters import begin_form, submit_at_place
from survey_app.services.set_aside import (
    admit_set_aside,
    exclude_set_aside,
    set_aside_since,
    waiting_at,
)
from tests.builders import CLERK, cell, make_slips

NEVER = Guards(burst=0, same_answers=0, seconds_per_item=0, night_from=0, night_to=0)
"""No flag: most tests are about something else."""


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """Solving is paid for on phones, not in tests."""
    monkeypatch.setattr(challenges, "COST", 1)
    monkeypatch.setattr(challenges, "LEAST_TRIES", 1)
    monkeypatch.setattr(challenges, "MOST_TRIES", 3)


@pytest.fixture
def campaign(make_campaign):
    return make_campaign(per_unit={"CX4": 4})


@pytest.fixture
def at(campaign):
    """``at(burst=2)`` is a new poster for CX4 × X01 with those guards."""

    def placed(unit: str = "X01", kind: PlaceKind = PlaceKind.POSTER, **guards):
        new = add_place(
            campaign.slug, "CX4", unit, "Bộ phận một cửa – bàn 2",
            kind=kind, guards=replace(NEVER, **guards), actor=CLERK,
        )  # fmt: skip
        return (place_of(new.number), new.secret) if new.secret else place_of(new.number)

    return placed


def key() -> str:
    return secrets.token_hex(16)


def solved(place) -> str:
    challenge = Challenge.from_dict(new_challenge(place.number))
    return Payload(challenge, solve_challenge(challenge)).to_base64()


def send(place, answers=None, **more):
    sent = {"key": key(), "solution": solved(place)} | more
    return submit_at_place(place, answers or {"Q01": "5"}, **sent)


def ballots(**wanted):
    db.session.rollback()
    return list(db.session.scalars(select(Ballot).filter_by(**wanted)))


def rows(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def refused(place, **more) -> str:
    with pytest.raises(PlaceError) as caught:
        send(place, **more)
    return caught.value.state


# --- the quota -----------------------------------------------------------------------------


def test_a_poster_takes_only_places_that_no_slip_holds(campaign, at):
    place = at()
    make_slips(campaign, "CX4", "X01", 3)

    became = [send(place).status for _ in range(3)]

    assert became == [Status.COUNTED, Status.OVER_TARGET, Status.OVER_TARGET]
    assert [one.reason for one in ballots(status=Status.OVER_TARGET)] == [
        "đã hết chỗ dành cho phiếu không qua phiếu mời"
    ] * 2
    there = cell(campaign, "CX4", "X01")
    assert (there.accepted, there.issued, there.returned) == (1, 3, 0)
    assert quota.recount(campaign.slug).wrong == ()


def test_a_slip_that_came_back_frees_what_it_held_and_no_more(campaign, at):
    from survey_app.services.ballots import submit_ballot

    place = at()
    slips = make_slips(campaign, "CX4", "X01", 3)
    submit_ballot("BT20", "CX4", "X01", slips[0].code, {"Q01": "5"}, address="a")

    assert [send(place).status for _ in range(2)] == [Status.COUNTED, Status.OVER_TARGET]
    for slip in slips[1:]:
        receipt = submit_ballot("BT20", "CX4", "X01", slip.code, {"Q01": "5"}, address="a")
        assert receipt.status is Status.COUNTED
    assert cell(campaign, "CX4", "X01").accepted == 4
    assert quota.recount(campaign.slug).wrong == ()


def test_a_ballot_remembers_its_place_and_nothing_of_who_stood_there(campaign, at):
    place = at()
    begin_form(place, secret="", address="203.113.4.77")
    sent = key()
    send(place, key=sent, address="203.113.4.77")

    stored = ballots()[0]
    assert (stored.channel, stored.received_on) == (Channel.POSTER, today())
    assert stored.poster_id == db.session.scalar(select(Poster.id))
    columns = {column["name"] for column in inspect(db.engine).get_columns("ballots")}
    assert not {name for name in columns if "addr" in name or "time" in name or name == "at"}
    everything = "".join(
        repr(row)
        for table in Model.metadata.sorted_tables
        for row in db.session.execute(select(table))
    )
    assert "203.113.4.77" not in everything
    assert sent not in everything


def test_what_is_counted_until_midnight_tells_no_hour(at, monkeypatch):
    place = at(burst=5, same_answers=5)
    begin_form(place, secret="", address="203.113.4.77")
    send(place)
    counted = db.session.scalars(select(GuardCount)).all()

    lasting = {row.until for row in counted if not row.mark.startswith("burst:")}
    (hour,) = (row.until for row in counted if row.mark.startswith("burst:"))
    address = next(row.mark for row in counted if row.mark.startswith("address:"))

    assert len(lasting) == 1
    assert (60 * lasting.pop() + 7 * 3600) % 86_400 == 0
    assert hour % 60 == 0
    assert len(address.rsplit(":", 1)[1]) == 4  # sixteen bits fit thousands of addresses


def test_a_mark_tells_neither_its_place_nor_its_minute(at, monkeypatch):
    place = at(burst=5, same_answers=5)
    here = datetime(2026, 3, 4, 10, 21, tzinfo=HANOI)
    monkeypatch.setattr(poster_guards.time, "time", here.timestamp)
    monkeypatch.setattr(poster_guards, "hanoi_now", lambda: here)
    begin_form(place, secret="", address="203.113.4.77")
    send(place)
    counted = {row.mark: row.until for row in db.session.scalars(select(GuardCount))}

    assert {mark.split(":")[0] for mark in counted} == {"address", "answers", "burst", "day"}
    minute = str(int(here.timestamp()) // 60)
    for mark in counted:
        assert re.fullmatch(r"(address:[0-9a-f]{16}:[0-9a-f]{4})|([a-z]+:[0-9a-f]{32})", mark)
        assert not [one for one in (place.number, minute, "2026-03-04") if one in mark]
    until = next(counted[mark] for mark in counted if mark.startswith("burst:"))
    assert until * 60 == datetime(2026, 3, 4, 11, tzinfo=HANOI).timestamp()


@pytest.mark.parametrize("kind", list(PlaceKind))
def test_what_no_guard_looks_back_at_goes_with_the_next_form_begun_anywhere(at, monkeypatch, kind):
    send(at(burst=5))
    other = at("X02", kind=kind)
    place, secret = other if isinstance(other, tuple) else (other, "")
    before = set(db.session.scalars(select(GuardCount.mark)))
    later = challenges.time.time() + 2 * 86_400
    monkeypatch.setattr(poster_guards.time, "time", lambda: later)

    begin_form(place, secret=secret, address="a")

    db.session.rollback()
    assert before
    assert not before & set(db.session.scalars(select(GuardCount.mark)))


# --- challenges ----------------------------------------------------------------------------


def test_a_second_sending_gets_the_first_receipt_and_another_ballot_is_refused(campaign, at):
    place = at()
    mine, work = key(), solved(place)
    first = send(place, key=mine, solution=work)

    again = send(place, key=mine, solution=work)
    with_new_work = send(place, key=mine)
    without = send(place, key=mine, solution="")

    assert first.first
    assert {first.number} == {again.number, with_new_work.number, without.number}
    assert not again.first
    assert refused(place, solution=work) == "spent"
    assert (rows(Ballot), rows(SpentChallenge)) == (1, 1)


def altered(work: str, **changes) -> str:
    payload = json.loads(base64.b64decode(work))
    for path, value in changes.items():
        *way, last = path.split("__")
        part = payload
        for step in way:
            part = part[step]
        part[last] = value
    return base64.b64encode(json.dumps(payload).encode()).decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"challenge__parameters__data__place": "12345674"},
        {"challenge__parameters__data__made": 1},
        {"challenge__parameters__cost": 0},
        {"challenge__parameters__expiresAt": 9_999_999_999},
        {"challenge__parameters__nonce": "00" * 16},
        {"challenge__parameters": "x"},
        {"challenge__signature": "0" * 64},
        {"challenge__signature": None},
        {"solution__derivedKey": "00" * 32},
        {"solution__derivedKey": 7},
        {"solution": []},
    ],
)
def test_a_forged_challenge_brings_nothing(at, changes):
    place = at()

    with pytest.raises(UnsolvedError):
        send(place, solution=altered(solved(place), **changes))

    assert rows(Ballot) == 0


@pytest.mark.parametrize(
    "work",
    ["", "x", "e30=", "bnVsbA==", "W10=", "é", "A" * 5000, base64.b64encode(b"\xff\xfe").decode(),
     base64.b64encode(b'{"challenge":' + b"[" * 2000).decode()],
)  # fmt: skip
def test_what_is_no_answer_to_a_challenge_is_refused(at, work):
    with pytest.raises(UnsolvedError):
        send(at(), solution=work)


def test_a_challenge_of_another_place_or_past_its_time_brings_nothing(at, monkeypatch):
    here, there = at(), at("X02")
    elsewhere, mine = solved(there), solved(here)

    with pytest.raises(UnsolvedError):
        send(here, solution=elsewhere)
    later = challenges.time.time() + challenges.VALID_SECONDS + 1
    monkeypatch.setattr(challenges.time, "time", lambda: later)
    with pytest.raises(UnsolvedError):
        send(here, solution=mine)
    assert rows(Ballot) == 0


def test_the_time_taken_is_what_the_server_signed(at, monkeypatch):
    clock = [float(int(challenges.time.time()))]
    monkeypatch.setattr(challenges.time, "time", lambda: clock[0])
    work = solved(at())
    clock[0] += 90

    number = json.loads(base64.b64decode(work))["challenge"]["parameters"]["data"]["place"]

    assert need_solved(work, number).seconds == 90


def test_a_spent_challenge_is_forgotten_once_it_is_past_its_time(at, monkeypatch):
    send(at())
    poster_guards.forget_counts()
    assert rows(SpentChallenge) == 1

    later = challenges.time.time() + challenges.VALID_SECONDS + 86_400
    monkeypatch.setattr(challenges.time, "time", lambda: later)
    poster_guards.forget_counts()

    assert (rows(SpentChallenge), rows(GuardCount)) == (0, 0)


# --- caps and flags ------------------------------------------------------------------------


def test_a_place_that_had_its_ballots_of_the_day_begins_no_form_and_keeps_what_was_begun(
    campaign, at
):
    place = at(per_day=2)
    under_way = solved(place)
    send(place)
    send(place)

    with pytest.raises(PlaceError, match="đủ số phiếu của một ngày") as caught:
        begin_form(place, secret="", address="a")
    mine = key()
    receipt = send(place, key=mine, solution=under_way)
    again = send(place, key=mine, solution=under_way)

    assert caught.value.state == "day_full"
    assert (receipt.status, again.status) == (Status.SET_ASIDE, Status.SET_ASIDE)
    assert rows(Ballot) == 3
    aside = ballots(status=Status.SET_ASIDE)[0]
    assert (aside.flags, aside.reason) == ("crowd", "chờ xem: quá số phiếu một ngày")
    assert cell(campaign, "CX4", "X01").accepted == 2
    with pytest.raises(PlaceError):
        begin_form(place, secret="", address="a")


def test_forms_begun_from_one_address_are_limited_and_from_the_next_are_not(at):
    place = at(per_address=2)
    for _ in range(2):
        begin_form(place, secret="", address="203.113.4.77")

    with pytest.raises(PlaceError) as caught:
        begin_form(place, secret="", address="203.113.4.77")

    assert caught.value.state == "address_full"
    begin_form(place, secret="", address="203.113.4.78")
    begin_form(place, secret="", address="2405:4802:1::1")
    begin_form(place, secret="", address="2405:4802:1::2")
    with pytest.raises(PlaceError):  # a phone has all of its half of an address
        begin_form(place, secret="", address="2405:4802:1::3")


def test_a_place_with_no_room_says_so_before_the_first_question(campaign, at):
    place = at()
    assert not begin_form(place, secret="", address="a").full
    make_slips(campaign, "CX4", "X01", 4)

    assert begin_form(place, secret="", address="a").full


@pytest.mark.parametrize(
    ("accepted", "issued", "returned"),
    [(0, 0, 0), (3, 0, 0), (4, 0, 0), (3, 1, 0), (3, 1, 1), (4, 0, 2), (3, 0, 9), (1, 2, 0)],
)
def test_what_a_page_is_told_of_room_is_what_a_ballot_finds(
    campaign, at, accepted, issued, returned
):
    place = at()
    there = cell(campaign, "CX4", "X01").id
    counters = {"accepted": accepted, "issued": issued, "returned": returned}
    db.session.execute(update(QuotaCell).where(QuotaCell.id == there).values(**counters))
    db.session.commit()

    full = begin_form(place, secret="", address="a").full

    assert full == (accepted + max(0, issued - returned) >= 4)
    assert send(place).status is (Status.OVER_TARGET if full else Status.COUNTED)


def test_many_at_once_are_set_aside_and_those_after_a_pause_are_not(at, monkeypatch):
    place = at(burst=2)

    for _ in range(3):
        send(place)
    later = challenges.time.time() + 11 * 60
    monkeypatch.setattr(poster_guards.time, "time", lambda: later)
    send(place)

    assert Counter(one.flags for one in ballots()) == {None: 3, "burst": 1}


def test_the_same_answers_again_and_again_are_set_aside_and_others_are_not(at):
    place, other = at(same_answers=2), at("X02", same_answers=2)

    for _ in range(3):
        send(place, {"Q01": "5", "Q02": "4"})
    send(place, {"Q01": "5", "Q02": "3"})
    send(other, {"Q01": "5", "Q02": "4"})

    assert Counter(one.flags for one in ballots()) == {None: 4, "duplicate": 1}


@pytest.mark.parametrize(
    ("hour", "hours", "night"),
    [(23, (22, 5), True), (4, (22, 5), True), (5, (22, 5), False), (12, (22, 5), False),
     (13, (12, 14), True), (14, (12, 14), False), (3, (0, 0), False)],
)  # fmt: skip
def test_the_hours_between_which_nobody_is_at_the_desk(at, monkeypatch, hour, hours, night):
    place = at(night_from=hours[0], night_to=hours[1])
    there = poster_guards.hanoi_now().replace(hour=hour)
    monkeypatch.setattr(poster_guards, "hanoi_now", lambda: there)

    send(place)

    assert ballots()[0].flags == ("night" if night else None)


def test_quicker_than_anybody_reads_is_set_aside(at, monkeypatch):
    place = at(seconds_per_item=2)
    quick, slow = solved(place), solved(place)
    answers = {f"Q{n:02}": "5" for n in range(1, 11)}
    send(place, answers, solution=quick)
    later = challenges.time.time() + 25
    monkeypatch.setattr(challenges.time, "time", lambda: later)
    send(place, answers, solution=slow)

    assert sorted(one.flags or "" for one in ballots()) == ["", "speed"]
    aside = ballots(status=Status.SET_ASIDE)[0]
    assert aside.reason == "chờ xem: trả lời quá nhanh"


def test_what_is_set_aside_takes_no_place(campaign, at):
    send(at(seconds_per_item=9))

    assert cell(campaign, "CX4", "X01").accepted == 0
    assert quota.recount(campaign.slug).wrong == ()


def test_the_defaults_set_no_careful_person_aside(campaign, monkeypatch):
    there = poster_guards.hanoi_now().replace(hour=9)
    monkeypatch.setattr(poster_guards, "hanoi_now", lambda: there)
    new = add_place(campaign.slug, "CX4", "X01", "Bàn 1", actor=CLERK)
    place = place_of(new.number)
    work = solved(place)
    later = challenges.time.time() + 120
    monkeypatch.setattr(challenges.time, "time", lambda: later)

    assert send(place, {f"Q{n:02}": "4" for n in range(1, 26)}, solution=work).status is (
        Status.COUNTED
    )


# --- judged by a person --------------------------------------------------------------------


def aside(place, n: int, answers=None) -> None:
    for number in range(n):
        send(place, answers or {"Q01": str(1 + number % 5)})


def test_admitting_takes_the_next_by_lot_and_only_a_place_that_nobody_holds(campaign, at):
    place = at(seconds_per_item=9)
    aside(place, 3)
    order = sorted(ballots(), key=lambda one: lot_of(campaign, one))
    make_slips(campaign, "CX4", "X01", 3)

    first = admit_set_aside(campaign.slug, place.number, None, "đã xem điểm", actor=CLERK)
    rest = admit_set_aside(
        campaign.slug, place.number, Flag.SPEED, "đã xem điểm", every=True, actor=CLERK
    )

    assert (first.counted, first.over_target) == (1, 0)
    assert (rest.counted, rest.over_target) == (0, 2)
    assert [one.id for one in ballots(status=Status.COUNTED)] == [order[0].id]
    assert cell(campaign, "CX4", "X01").accepted == 1
    assert quota.recount(campaign.slug).wrong == ()


def lot_of(campaign: Campaign, ballot: Ballot) -> bytes:
    from survey_app.services.decisions import lot

    return lot(campaign.seed, ballot)


def test_excluding_all_of_one_flag_at_one_place_leaves_the_others(campaign, at):
    quick, copied = at(seconds_per_item=9), at("X01", same_answers=1)
    aside(quick, 2)
    for _ in range(3):
        send(copied, {"Q01": "1"})

    left_out = exclude_set_aside(
        campaign.slug, copied.number, Flag.DUPLICATE, "một người gửi nhiều lần",
        every=True, actor=CLERK,
    )  # fmt: skip

    assert left_out == 2
    assert {one.reason for one in ballots(status=Status.EXCLUDED)} == {"một người gửi nhiều lần"}
    poster = db.session.scalar(select(Poster).where(Poster.number == quick.number))
    assert waiting_at(poster).by_flag == {Flag.SPEED: 2}
    assert rows(Ballot) == 5  # nothing is deleted
    said = db.session.scalars(
        select(AuditEntry.data).where(AuditEntry.action == "places.exclude")
    ).one()
    assert (said["ballots"], said["flag"]) == (2, "duplicate")
    with pytest.raises(ConflictError):
        exclude_set_aside(campaign.slug, copied.number, None, "không còn gì", actor=CLERK)


def test_nobody_judges_or_opens_a_place_of_the_unit_he_works_in(campaign, at, staff):
    place = at(seconds_per_item=9)
    aside(place, 1)
    inside = staff.actor("coordinator", belongs=["X01"], slug=campaign.slug)

    for verb, what in (
        (admit_set_aside, None),
        (exclude_set_aside, None),
        (set_aside_since, today()),
    ):
        with pytest.raises(ForbiddenError):
            verb(campaign.slug, place.number, what, "tôi biết rõ", actor=inside)
    with pytest.raises(ForbiddenError):
        add_place(campaign.slug, "CX4", "X01", "Bàn 9", actor=inside)
    with pytest.raises(ForbiddenError):
        close_place(campaign.slug, place.number, "tôi không thích", actor=inside)


def test_an_approved_index_is_not_touched(campaign, at):
    place = at(seconds_per_item=9)
    aside(place, 1)
    db.session.execute(update(Campaign).values(state="approved"))
    db.session.commit()

    with pytest.raises(ConflictError, match="phê duyệt"):
        admit_set_aside(campaign.slug, place.number, None, "đã xem điểm", actor=CLERK)
    with pytest.raises(ConflictError, match="phê duyệt"):
        set_aside_since(campaign.slug, place.number, today(), "gửi hàng loạt", actor=CLERK)


def test_stuffing_found_out_later_is_set_aside_since_a_day_and_frees_its_places(campaign, at):
    place, other = at(seconds_per_item=9), at()
    aside(place, 1)
    admit_set_aside(campaign.slug, place.number, None, "đã xem điểm", actor=CLERK)
    db.session.execute(update(Poster).values(seconds_per_item=0))
    db.session.execute(update(Ballot).values(received_on=today() - timedelta(days=2)))
    db.session.commit()
    old = ballots()[0].id
    send(other)
    aside(place, 3)  # two find a place

    done = set_aside_since(
        campaign.slug, place.number, today() - timedelta(days=1), "gửi hàng loạt", actor=CLERK
    )

    assert (done.counted, done.over_target) == (2, 1)
    assert {one.id for one in ballots(status=Status.COUNTED, poster_id=poster_id(place))} == {old}
    assert {(one.flags, one.reason) for one in ballots(status=Status.SET_ASIDE)} == {
        ("later", "chờ xem: gửi hàng loạt")
    }
    assert cell(campaign, "CX4", "X01").accepted == 2
    assert quota.recount(campaign.slug).wrong == ()
    said = db.session.scalars(
        select(AuditEntry.data).where(AuditEntry.action == "places.set_aside")
    ).one()
    assert (said["ballots"], said["counted"], said["reason"]) == (3, 2, "gửi hàng loạt")

    set_aside_since(campaign.slug, place.number, today() - timedelta(9), "x" * 400, actor=CLERK)
    assert ballots(id=old)[0].flags == "speed later"
    assert cell(campaign, "CX4", "X01").accepted == 1
    with pytest.raises(ConflictError, match="không có phiếu nào"):
        set_aside_since(campaign.slug, place.number, today(), "gửi hàng loạt", actor=CLERK)
    with pytest.raises(SurveyError, match="lý do"):
        set_aside_since(campaign.slug, place.number, today(), "x", actor=CLERK)

    back = admit_set_aside(campaign.slug, place.number, None, "đã hỏi quầy", actor=CLERK)
    out = exclude_set_aside(
        campaign.slug, place.number, Flag.LATER, "gửi hàng loạt", every=True, actor=CLERK
    )
    assert (back.counted, out, rows(Ballot)) == (1, 3, 5)
    assert cell(campaign, "CX4", "X01").accepted == 2
    assert quota.recount(campaign.slug).wrong == ()


def poster_id(place) -> int:
    return db.session.scalar(select(Poster.id).where(Poster.number == place.number))


def test_places_that_slips_hold_go_to_slips_also_when_the_next_is_admitted(campaign, at):
    place = at()
    make_slips(campaign, "CX4", "X01", 4)
    send(place)
    there = cell(campaign, "CX4", "X01").id

    with pytest.raises(ConflictError, match="đang giữ cho phiếu đã phát"):
        admit_next(campaign.slug, there, "còn thiếu phiếu", actor=CLERK)
    campaigns.close_campaign(campaign.slug, "hết hạn", actor=CLERK)

    assert admit_next(campaign.slug, there, "phiếu mời không về", actor=CLERK)
    assert cell(campaign, "CX4", "X01").accepted == 1


# --- places --------------------------------------------------------------------------------


def test_a_place_is_for_people_of_one_unit_in_an_open_campaign(make_campaign, campaign):
    with pytest.raises(ConflictError, match="chỉ dùng phiếu mời"):
        add_place(campaign.slug, "CX3", "X01", "Bàn 1", actor=CLERK)
    with pytest.raises(NotFoundError):
        add_place(campaign.slug, "CX4", "P01", "Bàn 1", actor=CLERK)
    for name in ("", "   ", "x" * 121):
        with pytest.raises(SurveyError, match="tên điểm"):
            add_place(campaign.slug, "CX4", "X01", name, actor=CLERK)
    with pytest.raises(SurveyError) as caught:
        add_place(
            campaign.slug, "CX4", "X01", "Bàn 1", guards=Guards(per_day=0, night_to=24), actor=CLERK
        )
    assert len(caught.value.details) == 2


def test_a_draft_and_a_closed_campaign_open_no_place(make_campaign):
    campaign = make_campaign(opened=False)

    with pytest.raises(ConflictError, match="dự thảo"):
        add_place(campaign.slug, "CX4", "X01", "Bàn 1", actor=CLERK)


def test_a_closed_place_takes_nothing_and_keeps_what_came(campaign, at):
    place = at()
    mine = key()
    receipt = send(place, key=mine)
    close_place(campaign.slug, place.number, "hết đợt trực", actor=CLERK)

    assert refused(place) == "closed"
    assert send(place, key=mine).number == receipt.number
    with pytest.raises(ConflictError):
        close_place(campaign.slug, place.number, "hết đợt trực", actor=CLERK)
    with pytest.raises(ConflictError):
        posters_to_print(campaign.slug, [place.number])
    line = place_lines(campaign)[0]
    assert (line.today, line.total, line.counted, line.unreserved) == (1, 1, 1, 3)


@pytest.mark.parametrize("moved", [timedelta(days=1), timedelta(days=-1)])
def test_outside_its_days_a_campaign_takes_nothing(campaign, at, moved):
    place = at()
    day = today() + moved
    days = {"opens": day, "closes": day} if moved.days > 0 else {"closes": day, "opens": day}
    db.session.execute(update(Campaign).values(**days))
    db.session.commit()

    assert refused(place) == ("not_open" if moved.days > 0 else "over")


# --- kiosks --------------------------------------------------------------------------------


def test_a_kiosk_needs_its_secret_and_no_challenge(campaign, at):
    place, secret = at(kind=PlaceKind.KIOSK)
    give = {"solution": "", "seconds": "60"}

    assert begin_form(place, secret=secret, address="a").challenge is None
    assert send(place, secret=secret, **give).status is Status.COUNTED
    for wrong in ("", "1234", secret[::-1], "không"):
        assert refused(place, secret=wrong, **give) == "locked"
    assert ballots()[0].channel is Channel.KIOSK


def test_a_new_secret_puts_the_old_one_out_of_use(campaign, at):
    place, old = at(kind=PlaceKind.KIOSK)

    new = new_secret(campaign.slug, place.number, "mất tờ ghi mã máy", actor=CLERK)

    assert refused(place, secret=old) == "locked"
    assert send(place, secret=new).status is Status.COUNTED
    assert new not in repr(db.session.scalars(select(AuditEntry.data)).all())


def test_wrong_secrets_of_a_kiosk_are_limited_and_the_right_one_is_not(at):
    place, secret = at(kind=PlaceKind.KIOSK)
    for _ in range(30):
        refused(place, secret="1234567890123456")

    assert refused(place, secret="1234567890123456") == "limited"
    assert send(place, secret=secret).status is Status.COUNTED


def test_what_waited_on_a_kiosk_is_not_blamed_for_coming_at_once_or_at_night(at, monkeypatch):
    place, secret = at(kind=PlaceKind.KIOSK, burst=1, night_from=22, night_to=5, seconds_per_item=2)
    there = poster_guards.hanoi_now().replace(hour=23)
    monkeypatch.setattr(poster_guards, "hanoi_now", lambda: there)

    for _ in range(3):
        send(place, secret=secret, seconds="30", late=True)
    send(place, secret=secret, seconds="1", late=True)
    send(place, secret=secret, seconds="30")

    assert Counter(one.flags for one in ballots()) == {None: 3, "speed": 1, "night": 1}


def test_a_database_that_forgets_its_places_keeps_their_ballots(at, app):
    send(at())
    db.session.remove()
    folder = str(app.extensions["cchc"].migrations)

    downgrade(directory=folder, revision="0004")
    upgrade(directory=folder)

    assert [(one.channel, one.poster_id) for one in ballots()] == [(Channel.ONLINE, None)]


# --- forty at once -------------------------------------------------------------------------

SENDERS = 8
EACH = 5

SENDER = """
import json, secrets, sys
from pathlib import Path
from altcha import Challenge, Payload, solve_challenge
from survey_app import create_app
from survey_app.config import Config
from survey_app.services import challenges
from survey_app.services.place_numbers import place_of
from survey_app.services.posters import submit_at_place

challenges.COST, challenges.LEAST_TRIES, challenges.MOST_TRIES = 1, 1, 3
app = create_app(Config(home=Path(sys.argv[1]), database_url=sys.argv[2], testing=True), "respond")
with app.app_context():
    place = place_of(sys.argv[3])
    sent = []
    for _ in range(int(sys.argv[4])):
        challenge = Challenge.from_dict(challenges.new_challenge(place.number))
        work = Payload(challenge, solve_challenge(challenge)).to_base64()
        sent += [(secrets.token_hex(16), work)] * 2
    sys.stdout.write("ready\\n"); sys.stdout.flush(); sys.stdin.readline()
    print(json.dumps([
        (key, submit_at_place(place, {"Q01": "5"}, key=key, solution=work).status.value)
        for key, work in sent
    ]))
"""


def test_forty_at_once_fill_ten_places_that_no_slip_holds(make_campaign, config):
    campaign = make_campaign(per_unit={"CX4": 16})
    make_slips(campaign, "CX4", "X01", 6)
    number = add_place(campaign.slug, "CX4", "X01", "Bàn 1", guards=NEVER, actor=CLERK).number
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", SENDER, config.home, config.database_url, number, str(EACH)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(SENDERS)
    ]  # fmt: skip
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"

    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    said = [tuple(line) for worker in workers for line in json.loads(worker.communicate()[0])]

    assert len(said) == 2 * SENDERS * EACH
    assert len(set(said)) == rows(Ballot) == SENDERS * EACH  # sent twice, stored once
    assert Counter(status for _key, status in set(said)) == {"counted": 10, "over_target": 30}
    assert cell(campaign, "CX4", "X01").accepted == 10
    assert quota.recount(campaign.slug).wrong == ()
