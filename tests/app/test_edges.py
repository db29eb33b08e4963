"""What comes at the doors of the office: broken text, huge numbers, strangers, stale pages."""

from __future__ import annotations

import ast
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

import survey_app
from survey_app import HTTP_SENTENCES, STALE_PAGE, create_app
from survey_app.config import Config
from survey_app.extensions import db
from survey_app.models import StoredSession
from survey_app.models.types import now
from tests.builders import CampaignBuilder, Staff, token_in

HERE = "/campaigns/bo_trach_2020"
TOO_LARGE = ["2147483648", "9" * 22, "9" * 5000]


@pytest.fixture
def everybody(make_campaign: CampaignBuilder, staff: Staff) -> FlaskClient:
    make_campaign()
    return staff("administrator", "coordinator", "analyst")


def sessions() -> int:
    return db.session.scalar(select(func.count()).select_from(StoredSession)) or 0


def english() -> dict[str, str]:
    catalogue = Path(survey_app.__file__).parent / "translations/en/LC_MESSAGES/messages.po"
    return {m.id: m.string for m in read_po(io.BytesIO(catalogue.read_bytes()))}


# --- text and numbers that no database keeps ---------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/campaigns/bo%00",
        "/campaigns/bo%ED%A0%80",
        "/trail?who=%00",
        "/trail?%01=who",
        f"{HERE}/field/CX%00/X01",
        f"{HERE}/key/1234%1B",
        f"{HERE}/slips?rule=CX2&unit=%00",
    ],
)
def test_an_address_with_a_character_nobody_can_keep_is_refused(everybody, path):
    assert everybody.get(path).status_code == 400


@pytest.mark.parametrize("sign", ["\0", "\x1b"])
def test_a_form_with_a_control_character_is_refused_and_one_with_lines_is_not(everybody, sign):
    token = token_in(everybody.get("/users").get_data(as_text=True))
    person = {"email": "lan@cchc.test", "roles": "viewer", "csrf_token": token}

    refused = everybody.post("/users", data=person | {"name": f"Lan{sign}Anh"})
    taken = everybody.post("/users", data=person | {"name": "Lan\tAnh"})

    assert (refused.status_code, taken.status_code) == (400, 200)


def test_signing_in_takes_no_json_that_could_hide_such_a_character(client: FlaskClient):
    token = token_in(client.get("/login").get_data(as_text=True))

    answer = client.post(
        "/login",
        json={"email": "a\0@cchc.test", "password": "mat-khau-dai"},
        headers={"X-CSRFToken": token},
    )

    assert answer.status_code == 400


def test_a_number_no_column_holds_names_nothing(everybody):
    paths = (f"{HERE}/index/{{}}", f"{HERE}/index/{{}}/X01", "/users/{}")

    answers = [everybody.get(path.format(n)).status_code for path in paths for n in TOO_LARGE]

    assert answers == [404] * 9


def test_the_trail_has_an_end_whatever_page_is_asked_for(everybody):
    pages = (*TOO_LARGE, "-1", "0", "x")

    answers = [everybody.get(f"/trail?page={page}").status_code for page in pages]

    assert answers == [200] * 6


def test_a_slip_number_no_column_holds_is_a_mistake_of_the_form(everybody):
    token = token_in(everybody.get(f"{HERE}/slips").get_data(as_text=True))
    marks = [{"csrf_token": token, "number": number} for number in (*TOO_LARGE, "0", "-1")]

    answers = [
        everybody.post(f"{HERE}/slips/{what}", data=mark | fields).status_code
        for mark in marks
        for what, fields in (
            ("revoke", {"reason": "bị mất phiếu"}),
            ("print", {"rule": "CX2", "unit": "X01"}),
        )
    ]

    assert answers == [400] * 10


# --- strangers leave nothing behind ------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", f"{HERE}/key", "/users", "/password", "/nowhere", "/?lang=en"]
)
def test_a_strangers_look_at_a_page_stores_no_session(app: Flask, client: FlaskClient, path):
    answer = client.get(path)

    assert answer.status_code in (302, 404)
    assert "Set-Cookie" not in answer.headers
    assert sessions() == 0


def test_the_sign_in_form_is_remembered_for_half_an_hour_and_written_once(client: FlaskClient):
    client.get("/login")
    first = db.session.scalars(select(StoredSession)).one()
    kept = (first.id, first.data, first.expires)
    client.get("/login")
    client.get("/")
    client.get("/password")

    db.session.expire_all()
    second = db.session.scalars(select(StoredSession)).one()
    assert (second.id, second.data, second.expires) == kept
    assert second.expires <= now() + timedelta(minutes=30)


def test_signing_in_lasts_the_day_and_signing_out_leaves_no_session(staff: Staff):
    client = staff("viewer")
    lasting = db.session.scalars(select(StoredSession.expires)).one()
    token = token_in(client.get("/").get_data(as_text=True))

    client.post("/logout", data={"csrf_token": token})

    assert lasting > now() + timedelta(hours=11)
    assert sessions() == 0
    assert client.get("/").location == "/login?next=/"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(make_campaign, staff: Staff):
    make_campaign()
    person = staff.user("viewer")
    client = staff.app.test_client()
    asked = f"{HERE}/field?missing=1"

    door = client.get(asked).location
    token = token_in(client.get(door).get_data(as_text=True))
    answer = client.post(
        door,
        data={"email": person.email, "password": staff.password, "csrf_token": token},
    )

    assert answer.location.endswith(asked)


def test_the_only_doors_of_the_library_are_those_the_office_uses(app: Flask):
    doors = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("security")}

    assert doors == {"/login", "/logout", "/password"}


# --- refusals ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "sentence"), [("vi", STALE_PAGE), ("en", "Your sign-in session has ended")]
)
@pytest.mark.parametrize("mark", [{}, {"csrf_token": "cũ"}])
def test_a_page_that_was_open_too_long_says_so(everybody, language, sentence, mark):
    answer = everybody.post(f"/users?lang={language}", data=mark)

    assert answer.status_code == 400
    assert sentence in answer.get_data(as_text=True)


def test_a_refusal_is_english_on_an_english_page(staff: Staff):
    page = staff("viewer").get("/users?lang=en")

    assert page.status_code == 403
    assert "Your account is not allowed to do this." in page.get_data(as_text=True)
    assert "quyền" not in page.get_data(as_text=True)


def test_a_refusal_that_repeats_what_was_typed_shows_it_as_text(everybody):
    typed = everybody.get(f"{HERE}/key?serial=<b>100%s</b>").get_data(as_text=True)
    asked = everybody.get("/s/<b>100%25s").get_data(as_text=True)

    for page in (typed, asked):
        assert "<b>100%s" not in page
        assert "&lt;b&gt;100%s" in page


def fixed_refusals() -> dict[str, str]:
    """Sentences of errors that are written in one piece, with the place they stand at."""
    found = dict.fromkeys((*HTTP_SENTENCES.values(), STALE_PAGE), "survey_app")
    kinds = {"SurveyError", "NotFoundError", "ForbiddenError", "ConflictError"}
    for path in Path(survey_app.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in kinds
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found[node.args[0].value] = f"{path.name}:{node.lineno}"
    return found


def test_every_fixed_refusal_has_english():
    said = fixed_refusals()
    known = english()

    assert len(said) > 30
    assert {place: sentence for sentence, place in said.items() if not known.get(sentence)} == {}


# --- whose house it is -------------------------------------------------------------------


def test_only_the_host_names_of_the_installation_are_answered(config: Config):
    app = create_app(replace(config, hosts=("ks.example.gov.vn",)))
    client = app.test_client()

    own = client.get("/login", base_url="https://ks.example.gov.vn")
    others = [
        client.open("/login", method=method, base_url="https://evil.example")
        for method in ("GET", "POST")
    ]

    with app.app_context():
        db.engine.dispose()
    assert own.status_code == 200
    assert [answer.status_code for answer in others] == [400, 400]
    assert all("evil.example" not in answer.get_data(as_text=True) for answer in others)


def test_the_host_names_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("CCHC_HOME", str(tmp_path))
    monkeypatch.setenv("CCHC_TRUSTED_HOSTS", "ks.example.gov.vn, noibo.example.gov.vn")

    hosts = Config.from_environment().hosts

    assert hosts == ("ks.example.gov.vn", "noibo.example.gov.vn")
