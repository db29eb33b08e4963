"""A database that does not answer: said plainly, safe to repeat, and nothing quoted in a log."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from survey_app.extensions import db
from survey_app.models import Ballot
from survey_app.services import ballots
from survey_app.services.definitions import rule_form
from survey_app.services.plans import rule_by_code
from survey_app.views import coordinate, respond
from tests.builders import full_answers, make_slips

SECRET = "ý kiến không được ghi vào nhật ký"


def busy(*_args, **_kwargs):
    statement = f"INSERT INTO ballots {SECRET}"
    raise OperationalError(statement, {"answers": SECRET}, sqlite3.OperationalError("is locked"))


def broken(*_args, **_kwargs):
    raise KeyError(SECRET)


@pytest.fixture
def sent(make_campaign, client):
    campaign = make_campaign()
    (slip,) = make_slips(campaign, "CX4", "X01", 1)
    form = rule_form(campaign, rule_by_code(campaign, "CX4"))
    fields = full_answers(form) | {"code": slip.code}
    return lambda language="vi": client.post(f"/p/BT20/CX4/X01?lang={language}", data=fields)


@pytest.mark.parametrize(("language", "said"), [("vi", "chưa ghi được gì"), ("en", "is busy")])
def test_a_busy_database_keeps_nothing_says_so_and_the_same_form_counts_once_later(
    sent, monkeypatch, capsys, language, said
):
    with monkeypatch.context() as patch:
        patch.setattr(ballots, "claim_returned_place", busy)
        refused = sent(language)

    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "5"
    assert said in refused.text
    assert db.session.scalar(select(func.count(Ballot.id))) == 0
    logged = capsys.readouterr()
    assert '"OperationalError"' in logged.out + logged.err
    assert SECRET not in logged.out + logged.err

    assert sent(language).status_code == sent(language).status_code == 200
    assert db.session.scalar(select(func.count(Ballot.id))) == 1


def test_a_fault_of_ours_is_one_sentence_and_quotes_no_answer(sent, app, monkeypatch, capsys):
    monkeypatch.setattr(respond, "submit_ballot", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    answer = sent()

    assert answer.status_code == 500
    assert "Máy chủ gặp lỗi" in answer.text
    logged = capsys.readouterr()
    assert '"KeyError"' in logged.out + logged.err
    assert "submit_ballot" in logged.out + logged.err
    assert SECRET not in logged.out + logged.err


def test_an_office_page_says_it_too(make_campaign, staff, monkeypatch):
    campaign = make_campaign()
    hoa = staff("coordinator")
    monkeypatch.setattr(coordinate, "matrix", busy)

    answer = hoa.get(f"/campaigns/{campaign.slug}/field")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "Máy chủ đang bận" in answer.text
