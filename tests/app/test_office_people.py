"""Accounts, assignments, the trail, backups and the two answers of a healthy server."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from survey_app.extensions import db
from survey_app.models import Assignment, AuditEntry, Capacity, User, WrongTry
from survey_app.views import health
from tests.app.test_office_journey import HERE, send, text
from tests.builders import CampaignBuilder, Staff, token_in


@pytest.fixture
def administrator(staff: Staff) -> FlaskClient:
    return staff("administrator")


def user_with(email: str) -> User:
    db.session.expire_all()
    found = db.session.scalar(select(User).where(User.email == email))
    assert found is not None
    return found


def test_a_new_password_is_shown_once_and_opens_the_account(app: Flask, administrator: FlaskClient):
    shown = send(
        administrator, "/users", "/users", name="Lê Thị A", email="a@xa.test", roles=["enumerator"]
    )
    password = re.search(r'id="password">([^<]+)<', text(shown))
    assert password is not None
    newcomer = app.test_client()
    token = token_in(text(newcomer.get("/login")))
    signed_in = newcomer.post(
        "/login", data={"email": "a@xa.test", "password": password[1], "csrf_token": token}
    )

    assert shown.headers["Cache-Control"] == "no-store"
    assert signed_in.location == "/"
    assert password[1] not in text(administrator.get("/users"))
    trail = str([entry.data for entry in db.session.scalars(select(AuditEntry))])
    assert password[1] not in trail


def test_an_account_stopped_by_the_administrator_no_longer_signs_in(
    staff: Staff, app: Flask, administrator: FlaskClient
):
    person = staff.user("viewer", email="v@xa.test")

    page = f"/users/{person.id}"
    send(administrator, page, f"{page}/active", confirm="y")
    client = app.test_client()
    token = token_in(text(client.get("/login")))
    refused = client.post(
        "/login", data={"email": "v@xa.test", "password": staff.password, "csrf_token": token}
    )

    assert not user_with("v@xa.test").active
    assert refused.status_code == 200
    assert client.get("/").status_code == 302


def test_the_last_administrator_keeps_the_role(administrator: FlaskClient):
    itself = user_with("administrator@cchc.test")

    page = f"/users/{itself.id}"
    refused = send(administrator, page, f"{page}/roles", roles=["viewer"])

    assert refused.status_code == 409
    assert [role.name for role in user_with(itself.email).roles] == ["administrator"]


def test_a_coordinator_assigns_units_and_takes_them_back(
    make_campaign: CampaignBuilder, staff: Staff
):
    make_campaign()
    person = staff.user("enumerator", email="e@xa.test")
    client = staff("coordinator")
    page = f"{HERE}/people"

    given = send(client, page, page, user=person.id, capacity="keys", rule="", units=["X01", "X02"])
    clash = send(client, page, page, user=person.id, capacity="belongs", rule="", units=["X01"])
    held = {
        assignment.unit.code: (assignment.id, assignment.capacity)
        for assignment in db.session.scalars(select(Assignment))
    }
    taken = send(client, page, f"{page}/{person.id}/{held['X01'][0]}/remove")

    assert given.status_code == 302
    assert clash.status_code == 409
    assert {code: capacity for code, (_id, capacity) in held.items()} == {
        "X01": Capacity.KEYS,
        "X02": Capacity.KEYS,
    }
    assert taken.status_code == 302
    db.session.expire_all()
    assert [a.unit.code for a in db.session.scalars(select(Assignment))] == ["X02"]


def test_the_trail_says_when_somebody_rewrote_it(
    make_campaign: CampaignBuilder, administrator: FlaskClient
):
    make_campaign()
    whole = text(administrator.get("/trail"))

    db.session.rollback()
    db.session.execute(
        update(AuditEntry).where(AuditEntry.action == "campaign.open").values(actor="ai khác")
    )
    db.session.commit()
    broken = text(administrator.get("/trail"))

    assert "Chuỗi nhật ký nguyên vẹn" in whole
    assert "campaign.open" in whole
    assert "Chuỗi nhật ký bị đứt" in broken


def test_a_backup_is_a_whole_database_readable_by_its_owner_only(
    app: Flask, make_campaign: CampaignBuilder, administrator: FlaskClient
):
    make_campaign()

    made = send(administrator, "/backups", "/backups")

    assert made.status_code == 302
    folder: Path = app.extensions["cchc"].home / "backups"
    copies = list(folder.iterdir())
    assert len(copies) == 1
    assert copies[0].stat().st_mode & 0o077 == 0
    assert copies[0].name in text(administrator.get("/backups"))
    if db.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(copies[0])) as copy:
            assert copy.execute("SELECT slug FROM campaigns").fetchall() == [("bo_trach_2020",)]
    else:
        assert copies[0].read_bytes().startswith(b"PGDMP")


def test_ready_means_that_a_write_works_and_leaves_nothing(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    def full_disk() -> None:
        message = "INSERT"
        raise OperationalError(message, {}, OSError("database or disk is full"))

    assert client.get("/live").status_code == 200
    assert client.get("/ready").status_code == 200
    assert db.session.scalars(select(WrongTry)).all() == []

    monkeypatch.setattr(health, "prove_writing", full_disk)

    assert client.get("/ready").status_code == 503
    assert client.get("/live").status_code == 200
