"""Half-filled forms: opened by the code alone, on any device, and gone when sent."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from questionnaires.model import Kind
from survey_app.extensions import db
from survey_app.formats import today
from survey_app.forms.questionnaire import LONGEST_TEXT
from survey_app.models import Ballot, Draft
from survey_app.services import campaigns
from survey_app.services.ballots import submit_ballot
from survey_app.services.definitions import rule_form
from survey_app.services.drafts import keep_draft
from survey_app.services.opened_slips import SlipError, open_slip
from survey_app.services.sealed_drafts import BLOCK, purge_drafts
from tests.builders import CLERK, make_slips


@pytest.fixture
def campaign(make_campaign):
    return make_campaign()


@pytest.fixture
def slip(campaign):
    return make_slips(campaign, "CX4", "X01", 1)[0]


@pytest.fixture
def text(campaign, slip):
    """Code of a question answered in words."""
    form = rule_form(campaign, slip.rule)
    return next(question.code for question in form.questions if question.kind is Kind.TEXT)


def keep(slip, unit="X01", rule="CX4", **answers):
    keep_draft("BT20", rule, unit, slip.code, answers, address="a")


def opened(slip, unit="X01", rule="CX4"):
    return open_slip("BT20", rule, unit, slip.code, address="a").drafts


def drafts():
    db.session.rollback()
    return list(db.session.scalars(select(Draft)))


def test_what_was_answered_comes_back_with_the_code_and_the_last_word_counts(slip):
    keep(slip, Q01="5", Q02="4")
    keep(slip, Q01="3")

    assert opened(slip) == {"X01": {"Q01": "3"}}
    assert len(drafts()) == 1


def test_taking_every_answer_back_leaves_nothing(slip):
    keep(slip, Q01="5")
    keep(slip)

    assert drafts() == []


def test_a_draft_is_readable_neither_in_the_database_nor_by_its_length(campaign):
    short, long = make_slips(campaign, "CX4", "X01", 2)
    keep(short, Q01="5")
    keep(long, **{f"Q{n:02}": "5" for n in range(1, 20)}, Q99="bí mật " * 40)

    rows = drafts()

    assert len({len(row.sealed) for row in rows}) == 1
    assert all(len(row.sealed) > BLOCK for row in rows)
    for row in rows:
        assert "bí mật".encode() not in row.sealed
        assert b"Q01" not in row.sealed
        assert short.code not in row.mark


def test_sending_the_form_forgets_its_draft_and_no_other(campaign, slip):
    other = make_slips(campaign, "CX4", "X01", 1)[0]
    keep(slip, Q01="5")
    keep(other, Q01="4")

    submit_ballot("BT20", "CX4", "X01", slip.code, {"Q01": "2"}, address="a")

    assert len(drafts()) == 1
    assert opened(other) == {"X01": {"Q01": "4"}}
    keep(slip, Q01="1")  # a late save of a device that did not know
    assert len(drafts()) == 1
    assert db.session.scalars(select(Ballot)).one().answers == {"Q01": "2"}


def test_each_unit_of_a_crossed_slip_has_its_own(campaign):
    slip = make_slips(campaign, "CX3", None, 1)[0]
    keep(slip, "X01", "CX3", Q01="5")
    keep(slip, "X02", "CX3", Q01="2")

    assert opened(slip, None, "CX3") == {"X01": {"Q01": "5"}, "X02": {"Q01": "2"}}


def test_a_wrong_code_keeps_nothing(campaign, slip):
    with pytest.raises(SlipError):
        keep_draft("BT20", "CX4", "X01", "1234", {"Q01": "5"}, address="a")

    assert drafts() == []


def test_a_draft_goes_on_its_day_and_when_the_campaign_closes(campaign, slip):
    keep(slip, Q01="5")
    last = drafts()[0].expires
    assert today() < last <= campaign.closes
    db.session.execute(update(Draft).values(expires=today() - timedelta(days=1)))
    db.session.commit()

    assert opened(slip) == {}
    assert purge_drafts() == 1
    keep(slip, Q01="5")
    campaigns.close_campaign(campaign.slug, "hết hạn", actor=CLERK)
    assert drafts() == []


def test_a_draft_that_was_tampered_with_opens_nothing(slip):
    keep(slip, Q01="5")
    db.session.execute(update(Draft).values(sealed=drafts()[0].sealed[:-1] + b"x"))
    db.session.commit()

    assert opened(slip) == {}


# --- at the door -------------------------------------------------------------------------


def fields(slip, **more):
    return {"campaign": "BT20", "rule": "CX4", "unit": "X01", "code": slip.code, **more}


def test_without_script_a_pause_is_a_button_and_the_code_goes_on(campaign, slip, client):
    paused = client.post("/p/BT20/CX4/X01", data={"code": slip.code, "Q01": "5", "keep": "1"})

    assert "Đã lưu, chưa nộp" in paused.get_data(as_text=True)
    assert db.session.scalars(select(Ballot)).first() is None
    page = client.post("/p/state", data=fields(slip)).get_data(as_text=True)
    assert re.findall(r'<input checked[^>]* name="Q01"[^>]* value="(.)"', page) == ["5"]


def test_the_script_keeps_each_answer_and_gets_them_back(campaign, slip, client):
    kept = client.post("/p/draft", data=fields(slip, Q01="5", Q02=""))
    state = client.post(
        "/p/state", data=fields(slip), headers={"Accept": "application/json"}
    ).get_json()

    assert kept.get_json() == {"kept": True}
    assert state["draft"] == {"Q01": "5"}


def test_what_no_form_asks_is_not_kept(campaign, slip, client):
    assert client.post("/p/draft", data=fields(slip, Q01="77")).status_code == 400
    assert client.post("/p/draft", data=fields(slip, evil="5")).status_code == 400
    assert drafts() == []


def test_the_list_of_a_crossed_slip_says_which_unit_is_begun(campaign, client):
    slip = make_slips(campaign, "CX3", None, 1)[0]
    paused = client.post("/p/BT20/CX3/X02", data={"code": slip.code, "Q01": "1", "keep": "1"})

    page = paused.get_data(as_text=True)
    assert "đã trả lời 1 trên 6 câu" in page
    assert "Còn 3 trên 3 đơn vị" in page


LONG = "dài " * 600


def test_a_text_too_long_is_said_and_leaves_the_one_kept_before(campaign, slip, client, text):
    client.post("/p/draft", data=fields(slip, Q01="5", **{text: "Cần thêm ghế"}))

    refused = client.post("/p/draft", data=fields(slip, Q01="4", **{text: LONG}))

    assert refused.status_code == 422
    assert refused.get_json()["kept"] is False
    assert "Xin viết ngắn lại" in refused.get_json()["why"]
    assert opened(slip) == {"X01": {"Q01": "4", text: "Cần thêm ghế"}}
    client.post("/p/draft", data=fields(slip, Q01="4", **{text: " "}))
    assert opened(slip) == {"X01": {"Q01": "4"}}


def test_a_text_too_long_with_nothing_before_it_keeps_the_other_answers(slip, client, text):
    client.post("/p/draft", data=fields(slip, Q01="4", **{text: LONG}))

    assert opened(slip) == {"X01": {"Q01": "4"}}


def test_without_script_a_pause_with_a_text_too_long_says_so_and_nothing_of_gaps(
    slip, client, text
):
    paused = client.post(
        "/p/BT20/CX4/X01", data={"code": slip.code, "Q01": "5", "keep": "1", text: LONG}
    )

    page = paused.get_data(as_text=True)
    assert paused.status_code == 422
    assert "Xin viết ngắn lại" in page
    assert LONG.strip() in page
    assert "Xin chọn một câu trả lời" not in page
    assert opened(slip) == {"X01": {"Q01": "5"}}


def test_the_form_itself_says_how_long_a_text_may_be(campaign, client, text):
    page = client.get("/p/BT20/CX4/X01").get_data(as_text=True)

    assert re.search(rf'<textarea[^>]* id="{text}"[^>]* maxlength="{LONGEST_TEXT}"', page)
