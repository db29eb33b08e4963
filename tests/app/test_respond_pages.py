"""The page of an address: the same bytes for everyone, small, and nothing written by opening."""

from __future__ import annotations

import base64
import gzip
import re
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import func, select

from survey_app import create_app, kept_replies
from survey_app.extensions import Model, db
from survey_app.formats import day, today
from survey_app.forms.compiled import compiled_page, script
from survey_app.services import campaigns, pages
from tests.builders import CLERK, bo_trach, full_answers, make_slips

ALL_PAGES = [
    (rule.code, unit.code) for rule in bo_trach().rules for unit in bo_trach().units_of(rule)[:1]
]


def rows() -> dict[str, int]:
    db.session.rollback()
    return {
        name: db.session.scalar(select(func.count()).select_from(table))
        for name, table in Model.metadata.tables.items()
    }


@pytest.fixture
def nothing_kept(monkeypatch):
    """Read what stands at an address at each request."""
    monkeypatch.setattr(pages, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(kept_replies, "SECONDS", -1.0)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("rule", "unit"), ALL_PAGES)
def test_every_form_fits_in_ten_kilobytes_of_one_request(
    make_campaign, client, rule, unit, language
):
    make_campaign(whole=True)

    page = client.get(f"/p/BT20/{rule}/{unit}?lang={language}", headers={"Accept-Encoding": "gzip"})

    assert page.status_code == 200
    assert page.headers["Content-Encoding"] == "gzip"
    assert len(page.data) <= 10_000
    assert len(script().gzip) <= 6_000
    html = gzip.decompress(page.data).decode()
    assert f'<html lang="{language}">' in html
    assert not re.findall(r"https?://|<img|<link|@import|@font-face|url\(", html)
    assert re.findall(r'src="([^"]+)"', html) == [f"/p/respond-{script().tag}.js"]


def test_the_page_is_the_same_bytes_for_everyone_and_in_both_cases(make_campaign, client, app):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]
    before = client.get("/p/BT20/CX4/X01")
    client.post(
        "/p/state", data={"campaign": "BT20", "rule": "CX4", "unit": "X01", "code": slip.code}
    )

    others = [
        client.get("/P/BT20/CX4/X01"),
        client.get("/p/bt20/cx4/x01"),
        app.test_client().get("/p/BT20/CX4/X01", headers={"User-Agent": "Zalo/22.11"}),
    ]

    assert slip.code not in before.text
    assert {page.data for page in others} == {before.data}
    assert {page.headers["ETag"] for page in others} == {before.headers["ETag"]}


def test_opening_writes_nothing_and_sets_no_cookie(make_campaign, client):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]
    before = rows()

    answers = [
        client.get("/p/BT20/CX4/X01"),
        client.head("/p/BT20/CX4/X01"),
        client.get("/p/BT20/CH3"),
        client.get("/p/BT20/CX4/X99"),
        client.post(
            "/p/state", data={"campaign": "BT20", "rule": "CX4", "unit": "X01", "code": slip.code}
        ),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 200]
    assert rows() == before
    assert not any("Set-Cookie" in answer.headers for answer in answers)


def test_answering_sets_no_cookie_either(make_campaign, client):
    campaign = make_campaign()
    slip = make_slips(campaign, "CX4", "X01")[0]
    form = campaigns.form_of(campaign, "CX4")

    answer = client.post("/p/BT20/CX4/X01", data={"code": slip.code, **full_answers(form)})

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_a_page_seen_before_is_not_sent_again(make_campaign, client):
    make_campaign()
    first = client.get("/p/BT20/CX4/X01")

    again = client.get("/p/BT20/CX4/X01", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert "max-age" in first.headers["Cache-Control"]


def test_the_policy_allows_the_style_of_the_page_and_nothing_from_elsewhere(make_campaign, client):
    make_campaign()

    page = client.get("/p/BT20/CX4/X01")

    css = re.search(r"<style>(.*)</style>", page.text, re.DOTALL)[1]
    digest = base64.b64encode(sha256(css.encode()).digest()).decode()
    policy = page.headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.findall(r"<[^>]+ (?:style|on\w+)=", page.text)


def test_answers_to_a_post_are_never_stored_by_anybody_between(make_campaign, client):
    make_campaign()

    said = client.post("/p/state", data={"campaign": "BT20", "rule": "CH3", "code": "1"})

    assert said.headers["Cache-Control"] == "no-store"
    assert said.headers["Referrer-Policy"] == "no-referrer"
    assert "style-src 'sha256-" in said.headers["Content-Security-Policy"]


def test_the_script_is_kept_for_ever_under_an_address_that_changes_with_it(client):
    sent = client.get(f"/p/respond-{script().tag}.js")
    old = client.get("/p/respond-0123456789ab.js")

    assert sent.mimetype == "text/javascript"
    assert "immutable" in sent.headers["Cache-Control"]
    assert old.data == sent.data
    assert old.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("nothing_kept")
def test_a_deadline_that_moves_is_on_the_page(make_campaign, client):
    campaign = make_campaign()
    later = today() + timedelta(days=9)
    first = client.get("/p/BT20/CX4/X01")

    campaigns.extend_deadline(campaign.slug, later, "mưa lũ kéo dài", actor=CLERK)
    second = client.get("/p/BT20/CX4/X01")

    assert day(later) not in first.text
    assert day(later) in second.text
    assert first.headers["ETag"] != second.headers["ETag"]


@pytest.mark.usefixtures("nothing_kept")
def test_a_page_is_drawn_once_while_nothing_on_it_changes(make_campaign, app):
    make_campaign()

    with app.test_request_context():
        first = compiled_page("BT20", "CX4", "X01", "vi")
        again = compiled_page("bt20", "cx4", "x01", "vi")
        english = compiled_page("BT20", "CX4", "X01", "en")

    assert again is first
    assert english.html != first.html


def test_a_form_is_drawn_only_while_answers_are_taken(make_campaign, client):
    make_campaign(opens=today() - timedelta(days=9), closes=today() - timedelta(days=1))

    page = client.get("/p/BT20/CX4/X01").text

    assert 'type="radio"' not in page
    assert "Đã kết thúc nhận phiếu qua mạng" in page
    assert "Xem lại biên nhận" in page


def test_nothing_is_chosen_beforehand_and_optional_questions_say_so(make_campaign, client):
    make_campaign()

    page = client.get("/p/BT20/CH4/P01").text

    form = campaigns.form_of(campaigns.campaign_by_slug("bo_trach_2020"), "CH4")
    optional = [question for question in form.questions if not question.required]
    assert " checked" not in page
    assert page.count("(không bắt buộc)</small>") == len(optional)
    assert page.count("<fieldset") == page.count("<legend>")
    assert not re.findall(r"<table|<select", page)


@pytest.mark.parametrize("rule", ["CH1", "CX1-LD"])
def test_the_profile_is_not_asked_where_few_people_answer(make_campaign, client, rule):
    campaign = make_campaign()
    form = campaigns.form_of(campaign, rule.split("-")[0])

    page = client.get(f"/p/BT20/{rule}/{'P01' if rule == 'CH1' else 'X01'}").text

    assert form.profile_questions
    assert not any(f'name="{question.code}"' in page for question in form.profile_questions)


def test_simulated_data_and_sample_forms_say_what_they_are(client):
    definition = replace(bo_trach(), opens=today(), closes=today())
    campaigns.load_campaign(definition, actor=CLERK, simulated=True)

    page = client.get("/p/BT20/CX4/X01").text

    assert "DỮ LIỆU MÔ PHỎNG" in page
    assert "Mẫu minh hoạ" in page


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/p/XX99/CX4/X01", "Không có phiếu nào ở địa chỉ này"),
        ("/p/BT20/CX9/X01", "Không có phiếu nào ở địa chỉ này"),
        ("/p/BT20/CX4/P01", "Không có phiếu nào ở địa chỉ này"),
        ("/p/BT20/CX4", "Địa chỉ còn thiếu mã đơn vị"),
        ("/p/BT20/%ED%A0%80/%00", "Không có phiếu nào ở địa chỉ này"),
    ],
)
def test_an_address_where_nothing_stands_says_so_kindly(make_campaign, client, path, said):
    make_campaign()

    page = client.get(path)

    assert page.status_code == 404
    assert said in page.text
    assert "style-src 'sha256-" in page.headers["Content-Security-Policy"]


def test_a_process_for_respondents_alone_says_its_errors_in_the_same_frame(config):
    respondents = create_app(config, surface="respond").test_client()

    page = respondents.get("/khong-co-trang-nay")

    assert page.status_code == 404
    assert "<style>" in page.text
    assert "style-src 'sha256-" in page.headers["Content-Security-Policy"]
