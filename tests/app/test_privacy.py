"""What is kept and what cannot be hidden: said on one public page, and where answers are given."""

from __future__ import annotations

import re

import pytest

from survey_app.models import Ballot, Draft, Entry, GuardCount
from survey_app.services.drafts import KEPT_DAYS
from tests.builders import make_slips

ROADS = ("Phiếu mời có mã", "Mã QR dán tại quầy", "Máy tại bộ phận một cửa", "Phiếu giấy")


def sections(page):
    """Heading to the text below it."""
    return dict(re.findall(r"<h2>([^<]+)</h2>\s*<p>(.*?)</p>", page.text, re.DOTALL))


def sentences(text):
    return [part for part in re.split(r"(?<=\.)\s", text.strip()) if part]


def test_each_road_has_one_sentence_for_what_is_kept_and_one_for_what_cannot_be_hidden(client):
    said = sections(client.get("/p/privacy"))

    for road in ROADS:
        kept, hidden_not = sentences(said[road])
        assert "lưu" in kept
        assert hidden_not.startswith("Điều không che được")
        assert "nhóm dưới 5 người" in hidden_not
        assert "tự viết về mình" in hidden_not


def test_the_law_is_named_with_its_number_and_its_day(client):
    page = client.get("/p/privacy").text

    assert "Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15, có hiệu lực từ ngày 01/01/2026" in page
    assert (
        "Law on Personal Data Protection, No. 91/2025/QH15" in client.get("/p/privacy?lang=en").text
    )


def test_one_asks_the_office_that_runs_the_campaign(make_campaign, client):
    campaign = make_campaign()

    assert campaign.organisation in client.get("/p/privacy-BT20").text
    assert campaign.organisation in client.get("/p/privacy-bt20").text
    assert client.get("/p/privacy-XX99").status_code == 404
    assert client.get("/p/privacy-%00").status_code == 404


def test_the_page_is_public_small_and_changes_nothing(make_campaign, client, app):
    make_campaign()
    page = client.get("/p/privacy-BT20?lang=en", headers={"Accept-Encoding": "gzip"})

    assert page.status_code == 200
    assert "public" in page.headers["Cache-Control"]
    assert len(page.data) <= 10_000
    assert "Set-Cookie" not in page.headers
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert app.view_functions["privacy.page"].permission == "public"
    assert client.post("/p/privacy").status_code == 405


def test_every_page_a_respondent_meets_leads_there(make_campaign, client):
    campaign = make_campaign()
    slip = make_slips(campaign, "CH3")[0]
    data = {"campaign": "BT20", "rule": "CH3", "code": slip.code}
    pages = [
        client.get("/p/BT20/CX4/X01"),
        client.get("/p/BT20/CH3"),
        client.get("/p/XX99/CH3"),
        client.post("/p/state", data=data),
        client.post("/p/state", data=data | {"unit": "P01"}),
        client.post("/p/by-question", data=data),
        client.post("/p/state", data=data | {"code": "1"}),
    ]

    for page in pages:
        assert re.search(r'<a href="/p/privacy(-BT20)?"', page.text)


@pytest.mark.parametrize("address", ["/p/BT20/CX4/X01", "/p/BT20/CH3"])
def test_before_answering_one_reads_the_two_sentences_of_the_slip(make_campaign, client, address):
    make_campaign()

    page = client.get(address).text

    welcome = re.search(r'<div id="welcome">\s*<p>(.*?) <a href="([^"]+)"', page, re.DOTALL)
    assert len(sentences(welcome[1])) == 2
    assert welcome[2] == "/p/privacy-BT20"
    assert 'type="checkbox"' not in page


def test_what_the_page_says_is_what_the_tables_can_hold(client):
    page = client.get("/p/privacy").text

    answers = {"answers", "received_on", "rater", "poster_id", "flags"}
    place = {"id", "cell_id", "form_version_id", "channel", "met", "status", "reason"}
    assert set(Ballot.__table__.columns.keys()) == answers | place | {"submission_key"}
    assert set(Draft.__table__.columns.keys()) == {"mark", "campaign_id", "sealed", "expires"}
    assert {"person_id", "at"} <= set(Entry.__table__.columns.keys())
    assert set(GuardCount.__table__.columns.keys()) == {"mark", "n", "until"}
    assert f"sau {KEPT_DAYS} ngày" in page
