"""Staff see a form as respondents do and may answer it; nothing of that is kept."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from survey_app.extensions import db
from survey_app.models import Ballot, Draft
from tests.builders import token_in


@pytest.fixture
def campaign(make_campaign):
    return make_campaign()


def page_of(browser, campaign, rule):
    return browser.get(f"/campaigns/{campaign.slug}/preview/{rule}/page")


def test_every_line_of_the_plan_can_be_seen_and_is_named_by_who_answers(campaign, staff):
    hoa = staff("coordinator")

    frame = hoa.get(f"/campaigns/{campaign.slug}/preview").get_data(as_text=True)

    rules = re.findall(r'/preview/([\w-]+)"', frame)
    assert {"CH1", "CX3", "CX4"} <= set(rules)
    for rule in rules:
        page = page_of(hoa, campaign, rule)
        assert page.status_code == 200
        assert 'name="Q01"' in page.get_data(as_text=True)
        assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
        assert "script-src" in page.headers["Content-Security-Policy"]


def test_answering_is_judged_as_on_the_phone_and_forgotten(campaign, staff):
    hoa = staff("coordinator")
    url = f"/campaigns/{campaign.slug}/preview/CX4/page"
    page = page_of(hoa, campaign, "CX4").get_data(as_text=True)
    first: dict[str, str] = {}
    for box in re.findall(r"<input[^>]*type=\"radio\"[^>]*>", page):
        name, value = (re.search(rf'{key}="(\w+)"', box)[1] for key in ("name", "value"))
        first.setdefault(name, value)

    none = hoa.post(url, data={"csrf_token": token_in(page)})
    full = hoa.post(url, data=first | {"csrf_token": token_in(page)})
    foreign = hoa.post(url, data={"evil": "1", "csrf_token": token_in(page)})

    assert none.status_code == 422
    assert "Chưa nộp được" in none.get_data(as_text=True)
    assert "Phiếu này nộp được" in full.get_data(as_text=True)
    assert foreign.status_code == 400
    for model in (Ballot, Draft):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0


def test_a_form_is_not_shown_to_strangers(campaign, client):
    assert page_of(client, campaign, "CX4").status_code in (302, 401)
