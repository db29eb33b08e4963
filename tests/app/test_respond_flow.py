"""The respondent's way without a script: from the code to the receipt, and each refusal."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import Ballot, Slip, Status
from survey_app.security import grouped, new_code
from survey_app.services import campaigns, slips
from survey_app.services.definitions import rule_form
from tests.builders import CLERK, cell, full_answers, make_slips

UNITS = ("P01", "P02", "P03")


def ask(client, slip_or_code, rule, unit=None, **more):
    code = getattr(slip_or_code, "code", slip_or_code)
    data = {"campaign": "BT20", "rule": rule, "unit": unit or "", "code": code}
    return client.post("/p/state", data=data, **more)


def answers_of(slip, **changes):
    return full_answers(rule_form(slip_campaign(), slip.rule)) | changes


def slip_campaign():
    return campaigns.campaign_by_slug("bo_trach_2020")


def send(client, slip, unit, **changes):
    path = f"/p/BT20/{slip.rule.code}/{unit}"
    return client.post(path, data={"code": slip.code, **answers_of(slip), **changes})


def receipt_in(page):
    return re.search(r"\b\d{5}-\d{5}\b", page.text)[0]


def ballots():
    db.session.rollback()
    return list(db.session.scalars(select(Ballot)))


def accepted(campaign, rule, unit):
    db.session.rollback()
    return cell(campaign, rule, unit).accepted


# --- own people --------------------------------------------------------------------------


def test_a_code_opens_the_form_and_travels_on_hidden(make_campaign, client):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]

    page = ask(client, slip, "CX4", "X01")

    assert page.status_code == 200
    assert f'name="code" value="{slip.code}"' in page.text
    assert 'name="Q01"' in page.text
    assert 'id="start"' not in page.text


@pytest.mark.parametrize("typed", [grouped, " ".join, lambda code: f" {code}\n", ".".join])
def test_a_code_may_be_typed_in_groups_of_any_look(make_campaign, client, typed):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]

    page = ask(client, typed(slip.code), "CX4", "X01")

    assert 'name="Q01"' in page.text


def test_a_filled_form_gives_a_receipt_and_takes_its_place(make_campaign, client):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]

    page = send(client, slip, "X01")

    assert page.status_code == 200
    assert "Đã nộp phiếu" in page.text
    assert re.search(r'class="number">\d{5}-\d{5}<', page.text)
    assert "nhận thù lao" in page.text
    assert accepted(campaign, "CX4", "X01") == 1
    assert ballots()[0].answers == answers_of(slip)


def test_where_nobody_is_paid_the_receipt_speaks_of_no_fee(make_campaign, client):
    slip = make_slips(make_campaign(), "CH4", "P01")[0]

    page = send(client, slip, "P01")

    assert "Đã nộp phiếu" in page.text
    assert "thù lao" not in page.text


def test_sending_again_and_opening_again_show_the_same_receipt(make_campaign, client):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]

    pages = [send(client, slip, "X01"), send(client, slip, "X01"), ask(client, slip, "CX4", "X01")]

    assert len({receipt_in(page) for page in pages}) == 1
    assert len(ballots()) == 1


def test_a_receipt_can_be_seen_again_after_the_last_day(make_campaign, client):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]
    receipt = receipt_in(send(client, slip, "X01"))
    campaigns.close_campaign(campaign.slug, "đã đủ phiếu", actor=CLERK)

    assert receipt_in(ask(client, slip, "CX4", "X01")) == receipt


def test_mistakes_are_listed_on_top_with_links_and_the_answers_stay(make_campaign, client):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]
    partly = answers_of(slip)
    del partly["Q02"], partly["Q05"]

    page = client.post("/p/BT20/CX4/X01", data={"code": slip.code, **partly})

    assert page.status_code == 422
    assert "<title>Lỗi:" in page.text
    assert "còn 2 câu cần xem lại" in page.text
    links = re.findall(r'<a href="#([^"]+)">(Câu \d+)</a>', page.text)
    assert links == [("Q02-0", "Câu 2"), ("Q05-0", "Câu 5")]
    assert all(f'id="{target}"' in page.text for target, _label in links)
    assert page.text.count("Xin chọn một câu trả lời.</p>") == 3  # the summary and two places
    assert page.text.count(" checked") == len(partly)
    assert not ballots()


def test_free_text_comes_back_as_text_and_never_as_markup(make_campaign, client):
    slip = make_slips(make_campaign(), "CH4", "P01")[0]
    partly = answers_of(slip, Q14="<script>alert('xin chào')</script>")
    del partly["Q01"]

    page = client.post("/p/BT20/CH4/P01", data={"code": slip.code, **partly})

    assert "<script>alert" not in page.text
    assert html.escape("<script>alert") in page.text


def test_the_other_language_can_be_had_at_every_step(make_campaign, client):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]
    refused, opened = ask(client, "1", "CX4", "X01"), ask(client, slip, "CX4", "X01")

    english = client.post(
        "/p/state?lang=en",
        data={"campaign": "BT20", "rule": "CX4", "unit": "X01", "code": slip.code},
    )

    assert 'href="/p/BT20/CX4/X01?lang=en"' in refused.text
    assert 'action="/p/state?lang=en"' in opened.text
    assert 'action="/p/BT20/CX4/X01?lang=en"' in english.text
    assert campaigns.form_of(slip_campaign(), "CX4").title.en in english.text


# --- each refusal, before the first question ---------------------------------------------


def honest(page, *said):
    assert 'type="radio"' not in page.text
    for sentence in said:
        assert sentence in page.text


def test_a_mistyped_code_is_told_apart_from_an_unknown_one(make_campaign, client):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]
    swapped = slip.code[:-1] + str((int(slip.code[-1]) + 1) % 10)

    honest(ask(client, swapped, "CX4", "X01"), "Mã phiếu chưa đúng", 'id="code"', swapped)
    honest(ask(client, "", "CX4", "X01"), "Mã phiếu chưa đúng")
    honest(ask(client, new_code(), "CX4", "X01"), "Không tìm thấy mã phiếu này", 'id="code"')


def test_too_many_wrong_codes_wait_and_a_right_one_does_not(make_campaign, client):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]
    for _ in range(30):
        ask(client, new_code(), "CX4", "X01")

    wrong, right = ask(client, new_code(), "CX4", "X01"), ask(client, slip, "CX4", "X01")

    honest(wrong, "Đã gõ sai quá nhiều lần", "10 phút")
    assert wrong.status_code == 429
    assert 'name="Q01"' in right.text


def test_a_revoked_slip_says_where_to_get_another(make_campaign, client):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]
    slips.revoke_slip(campaign.slug, slip.number, "phiếu bị mất", actor=CLERK)

    page = ask(client, slip, "CX4", "X01")

    honest(page, "Phiếu mời này đã được thu hồi", "người đã phát phiếu")
    assert 'id="code"' not in page.text


def test_a_code_of_another_form_leads_to_it(make_campaign, client):
    slip = make_slips(make_campaign(), "CX4", "X02")[0]

    page = ask(client, slip, "CX4", "X01")
    offer = page.text.split("Mã đúng")[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', offer))
    there = client.post("/p/state", data=fields)

    honest(page, "Mã này thuộc một phiếu khác")
    assert 'action="/p/BT20/CX4/X02"' in there.text


def test_before_the_first_day_a_slip_waits(make_campaign, client):
    campaign = make_campaign(opens=today() + timedelta(days=2), closes=today() + timedelta(days=4))
    slip = make_slips(campaign, "CX4", "X01")[0]

    page, told = client.get("/p/BT20/CX4/X01"), ask(client, slip, "CX4", "X01")

    honest(page, "Đợt lấy ý kiến chưa mở")
    honest(told, "Đợt lấy ý kiến chưa mở", "vẫn còn giá trị")
    assert told.status_code == 403


def test_a_draft_is_not_open_whatever_its_dates_say(make_campaign, client):
    make_campaign(opened=False)

    honest(client.get("/p/BT20/CX4/X01"), "Đợt lấy ý kiến chưa mở")


def test_after_closing_a_slip_that_was_not_used_is_refused_kindly(make_campaign, client):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]
    campaigns.close_campaign(campaign.slug, "hết thời gian", actor=CLERK)

    honest(ask(client, slip, "CX4", "X01"), "Đã kết thúc nhận phiếu qua mạng")
    honest(send(client, slip, "X01"), "Đã kết thúc nhận phiếu qua mạng")
    assert not ballots()


def test_a_full_cell_is_said_before_the_first_question_and_on_the_receipt(make_campaign, client):
    campaign = make_campaign(per_unit={"CX4": 1})
    one, other = make_slips(campaign, "CX4", "X01", 2)
    send(client, one, "X01")

    page = ask(client, other, "CX4", "X01")
    receipt = send(client, other, "X01")

    assert page.text.index("vẫn được nhận và để riêng") < page.text.index('name="Q01"')
    assert "Phiếu được để riêng" in receipt.text
    assert {ballot.status for ballot in ballots()} == {Status.COUNTED, Status.OVER_TARGET}


# --- crossed rules -----------------------------------------------------------------------


def test_a_crossed_slip_lists_its_units_with_what_is_left(make_campaign, client):
    campaign = make_campaign(units=(*UNITS, "X01", "X02"))
    slip = make_slips(campaign, "CH3")[0]

    before = ask(client, slip, "CH3")
    after = send(client, slip, "P02")

    assert "Còn 3 trên 3 đơn vị" in before.text
    assert before.text.count("Năm qua không làm việc") == 3
    assert "Đã nhận phiếu về" in after.text
    assert "Còn 2 trên 3 đơn vị" in after.text
    assert 'value="P02"' not in after.text


def test_after_the_last_unit_the_receipt_is_shown_and_the_slip_is_spent(make_campaign, client):
    campaign = make_campaign(units=(*UNITS, "X01", "X02"))
    slip = make_slips(campaign, "CH3")[0]

    pages = [send(client, slip, unit) for unit in UNITS]

    assert "Đã nộp phiếu" in pages[-1].text
    assert len({receipt_in(page) for page in pages}) == 1
    assert receipt_in(ask(client, slip, "CH3")) == receipt_in(pages[0])
    assert len(ballots()) == 3
    db.session.rollback()
    assert db.session.scalar(select(Slip.used).where(Slip.number == slip.number))


def test_a_person_is_asked_about_himself_with_the_first_unit_only(make_campaign, client):
    campaign = make_campaign(units=(*UNITS, "X01", "X02"))
    slip = make_slips(campaign, "CH3")[0]
    profile = [question.code for question in rule_form(campaign, slip.rule).profile_questions]
    first = ask(client, slip, "CH3", "P01")
    send(client, slip, "P01")

    second = ask(client, slip, "CH3", "P02")
    send(client, slip, "P02")

    assert profile
    assert all(f'name="{code}"' in first.text for code in profile)
    assert not any(f'name="{code}"' in second.text for code in profile)
    given = sorted(len(ballot.answers.keys() & set(profile)) for ballot in ballots())
    assert given == [0, len(profile)]


def test_a_unit_one_did_not_work_with_takes_one_tap_and_no_place(make_campaign, client):
    campaign = make_campaign(units=(*UNITS, "X01", "X02"))
    slip = make_slips(campaign, "CH3")[0]

    page = client.post("/p/BT20/CH3/P01", data={"code": slip.code, "met": "0"})

    assert "năm qua Ông/Bà không làm việc với" in page.text
    assert "Còn 2 trên 3 đơn vị" in page.text
    assert [(ballot.met, ballot.status, ballot.answers) for ballot in ballots()] == [
        (False, Status.INVALID, {})
    ]
    assert accepted(campaign, "CH3", "P01") == 0


def test_own_people_cannot_say_they_never_met_their_unit(make_campaign, client):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]

    page = client.post("/p/BT20/CX4/X01", data={"code": slip.code, "met": "0"})

    assert page.status_code == 422
    assert "không làm việc với đơn vị này" not in ask(client, slip, "CX4", "X01").text
    assert not ballots()


def test_a_unit_that_is_done_shows_the_list_instead_of_its_form(make_campaign, client):
    campaign = make_campaign(units=(*UNITS, "X01", "X02"))
    slip = make_slips(campaign, "CH3")[0]
    send(client, slip, "P01")

    page = ask(client, slip, "CH3", "P01")

    assert "Còn 2 trên 3 đơn vị" in page.text
    assert 'type="radio"' not in page.text


# --- for the script ----------------------------------------------------------------------


def test_the_script_is_told_what_a_code_opens_without_the_form_again(make_campaign, client):
    slip = make_slips(make_campaign(), "CX4", "X01")[0]
    json = {"Accept": "application/json"}

    opened = ask(client, slip, "CX4", "X01", headers=json).get_json()
    refused = ask(client, new_code(), "CX4", "X01", headers=json).get_json()

    assert opened == {"open": True, "profile": True, "html": "", "draft": {}}
    assert refused["open"] is False
    assert refused["box"] is True
    assert "Không tìm thấy mã phiếu này" in refused["html"]


# --- nonsense ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [{"Q01": "8"}, {"Q99": "1"}, {"Q01": ["5", "4"]}, {"csrf_token": "x"}, {"Q14": "\x00"}],
)
def test_what_no_page_sends_is_refused_with_a_page(make_campaign, client, changes):
    slip = make_slips(make_campaign(), "CH4", "P01")[0]

    page = send(client, slip, "P01", **changes)

    assert page.status_code == 400
    assert "không khớp với mẫu phiếu" in page.text
    assert not ballots()


@pytest.mark.parametrize(
    "body",
    [
        b"code=%ED%A0%80&Q01=5",
        b"code=%00&campaign=%00&rule=%FF&unit=%F0%9F%92%A9",
        b"&&&===;;;",
        "code=٢٣&campaign=BT20&rule=CH4&unit=P01".encode(),
        b"campaign=BT20&rule=CH4&unit=P01&code=" + b"9" * 100_000,
    ],
)
@pytest.mark.parametrize("path", ["/p/state", "/p/BT20/CH4/P01"])
def test_garbage_is_answered_with_a_page_and_never_breaks_the_server(
    make_campaign, client, path, body
):
    make_campaign()

    page = client.post(path, data=body, content_type="application/x-www-form-urlencoded")

    assert 400 <= page.status_code < 500
    assert "<h1" in page.text or "<h2" in page.text


def test_a_huge_body_is_refused_without_being_read(make_campaign, client):
    make_campaign()

    page = client.post("/p/BT20/CH4/P01", data={"code": "1", "Q14": "a" * 300_000})

    assert page.status_code == 413
    assert "không đọc được" in page.text
