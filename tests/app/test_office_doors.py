"""Every door of the office opens to the roles it is declared for, and to nobody else."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from survey_app.permissions import ROLES, Permission
from tests.builders import CampaignBuilder, Staff, token_in

FOREIGN = ("static", "security.")


def office_doors(app: Flask, method: str) -> list[tuple[Rule, Permission]]:
    """Routes of a method that need a permission, with it."""
    return [
        (rule, app.view_functions[rule.endpoint].permission)
        for rule in app.url_map.iter_rules()
        if method in rule.methods
        and not rule.endpoint.startswith(FOREIGN)
        and app.view_functions[rule.endpoint].permission != "public"
    ]


def address(rule: Rule) -> str:
    """Fill a route's parts; whatever is not of the campaign may well not exist."""
    parts = {"slug": "bo_trach_2020", "rule": "CX4", "unit": "X01", "kind": "commune"}
    values = {name: parts.get(name, 1) for name in rule.arguments}
    built = rule.build(values)
    assert built is not None
    return built[1]


@pytest.mark.parametrize("role", ROLES)
def test_a_page_opens_to_its_roles_and_refuses_the_others(
    role: str, app: Flask, make_campaign: CampaignBuilder, staff: Staff
):
    make_campaign()
    client = staff(role)
    doors = office_doors(app, "GET")

    answers = {rule.endpoint: client.get(address(rule)).status_code for rule, _p in doors}

    assert len(doors) > 15
    wrong = {
        rule.endpoint: answers[rule.endpoint]
        for rule, permission in doors
        if (answers[rule.endpoint] == 403) == (permission in ROLES[role])
        or answers[rule.endpoint] >= 500
    }
    assert wrong == {}


@pytest.mark.parametrize("role", ROLES)
def test_a_button_is_refused_to_the_other_roles(
    role: str, app: Flask, make_campaign: CampaignBuilder, staff: Staff
):
    make_campaign()
    client = staff(role)
    token = token_in(client.get("/password").get_data(as_text=True))

    refused = {
        rule.endpoint: client.post(address(rule), data={"csrf_token": token}).status_code
        for rule, permission in office_doors(app, "POST")
        if permission not in ROLES[role]
    }

    assert set(refused.values()) == {403}


def test_a_stranger_is_sent_to_the_sign_in_page(app: Flask, client: FlaskClient):
    for rule, _permission in office_doors(app, "GET"):
        answer = client.get(address(rule))

        assert answer.status_code == 302, rule.rule
        assert answer.location.startswith("/login"), rule.rule


def test_nothing_is_sent_without_the_mark_of_our_own_page(
    app: Flask, make_campaign: CampaignBuilder, staff: Staff
):
    make_campaign()
    client = staff("administrator", "coordinator", "analyst")

    answers = {
        rule.endpoint: client.post(address(rule)).status_code
        for rule, _permission in office_doors(app, "POST")
    }

    assert set(answers.values()) == {400}


def test_the_menu_shows_only_doors_that_open(make_campaign: CampaignBuilder, staff: Staff):
    make_campaign()
    viewer = staff("viewer")

    page = viewer.get("/campaigns/bo_trach_2020").get_data(as_text=True)

    assert "/campaigns/bo_trach_2020/plan" in page
    for closed in ("/slips", "/sheets", "/people", "/open", "/deadline", "/close"):
        assert f"/campaigns/bo_trach_2020{closed}" not in page
    assert 'href="/users"' not in page


def test_no_page_carries_a_script_or_a_style_of_its_own(
    app: Flask, make_campaign: CampaignBuilder, staff: Staff
):
    make_campaign()
    client = staff("administrator", "coordinator", "analyst")

    for rule, _permission in office_doors(app, "GET"):
        answer = client.get(address(rule))
        if answer.mimetype != "text/html":
            continue
        page = answer.get_data(as_text=True)
        assert " style=" not in page, rule.rule
        framed = rule.endpoint == "previews.page"  # a respondent's page: its style goes by hash
        assert framed or "<style" not in page, rule.rule
        assert "<script>" not in page, rule.rule
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_a_wrong_password_says_nothing_about_the_account(client: FlaskClient, staff: Staff):
    staff.user("viewer", email="co@cchc.test")
    token = token_in(client.get("/login").get_data(as_text=True))

    pages = [
        client.post(
            "/login", data={"email": email, "password": "sai-mat-khau", "csrf_token": token}
        ).get_data(as_text=True)
        for email in ("co@cchc.test", "khong-co@cchc.test")
    ]

    for page in pages:
        assert "Tên đăng nhập hoặc mật khẩu không đúng." in page
    told = [re.sub(r'value="[^"]*"|khong-co|co@cchc', "", page) for page in pages]
    assert told[0] == told[1]


def test_the_language_asked_for_is_kept(make_campaign: CampaignBuilder, staff: Staff):
    make_campaign()
    client = staff("viewer")

    assert '<html lang="vi"' in client.get("/").get_data(as_text=True)
    client.get("/?lang=en")

    assert '<html lang="en"' in client.get("/campaigns/bo_trach_2020").get_data(as_text=True)


def test_a_person_changes_the_password_and_signs_out(staff: Staff):
    client = staff("viewer")
    page = client.get("/password").get_data(as_text=True)
    new = "mot cau dai de nho"

    changed = client.post(
        "/password",
        data={
            "password": staff.password,
            "new_password": new,
            "new_password_confirm": new,
            "csrf_token": token_in(page),
        },
    )
    home = client.get("/").get_data(as_text=True)
    client.post("/logout", data={"csrf_token": token_in(home)})

    assert changed.status_code == 302
    assert "Đã đổi mật khẩu." in home
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    ("new", "again", "sentence"),
    [
        ("mot cau dai", "mot cau khac", "Hai lần ghi mật khẩu mới không giống nhau."),
        ("ngan", "ngan", "Mật khẩu phải có ít nhất 10 ký tự."),
    ],
)
def test_mistakes_in_a_new_password_are_told_in_vietnamese(
    new: str, again: str, sentence: str, staff: Staff
):
    client = staff("viewer")
    token = token_in(client.get("/password").get_data(as_text=True))

    answer = client.post(
        "/password",
        data={
            "password": staff.password,
            "new_password": new,
            "new_password_confirm": again,
            "csrf_token": token,
        },
    )

    assert sentence in answer.get_data(as_text=True)
