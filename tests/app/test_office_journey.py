"""A coordinator runs a campaign from pages alone: created, opened, printed, closed."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from questionnaires.criteria_workbook import write_template
from questionnaires.loader import load_criteria
from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import AuditEntry, Campaign, Slip, State
from survey_app.services import campaigns
from tests.builders import CLERK, CampaignBuilder, Staff, small_definition, token_in

SLUG = "bo_trach_2020"
HERE = f"/campaigns/{SLUG}"


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def send(client: FlaskClient, page: str, action: str, **data: object) -> TestResponse:
    """Press a button of ``page``: its form goes to ``action`` with the page's own mark."""
    form = text(client.get(page))
    return client.post(action, data={"csrf_token": token_in(form), **data}, buffered=True)


def campaign() -> Campaign:
    db.session.expire_all()
    return campaigns.campaign_by_slug(SLUG)


@pytest.fixture
def coordinator(staff: Staff) -> FlaskClient:
    return staff("coordinator")


def test_from_the_plan_to_cards_in_hand(app: Flask, coordinator: FlaskClient):
    created = send(
        coordinator,
        "/campaigns/new",
        "/campaigns/new",
        shipped=SLUG,
        opens=today().isoformat(),
        closes=(today() + timedelta(days=4)).isoformat(),
    )
    assert created.location == HERE
    assert "Có thể mở đợt điều tra" in text(coordinator.get(HERE))

    plan = text(coordinator.get(f"{HERE}/plan"))
    for total in ("1.092", "2.016", "3.108", "2.049", "28.360.000"):
        assert total in plan

    sheet = text(coordinator.get(f"{HERE}/open"))
    digest = re.search(r'name="sha256"[^>]*value="([0-9a-f]{64})"', sheet)
    assert digest is not None
    unread = send(coordinator, f"{HERE}/open", f"{HERE}/open", sha256=digest[1])
    assert unread.status_code == 400
    assert campaign().state is State.DRAFT
    opened = send(coordinator, f"{HERE}/open", f"{HERE}/open", sha256=digest[1], confirm="y",
                  undecided="y")  # fmt: skip
    assert opened.location == HERE
    assert campaign().state is State.COLLECTING

    issued = send(
        coordinator, f"{HERE}/slips", f"{HERE}/slips/issue", rule="CX4", unit="X01", count=3
    )
    assert issued.status_code == 302
    printed = send(coordinator, f"{HERE}/slips", f"{HERE}/slips/print", rule="CX4", unit="X01")
    assert printed.mimetype == "application/pdf"
    assert printed.headers["Cache-Control"] == "no-store"
    codes = qr_texts(printed.data)
    assert len(codes) == 3
    for code in codes:
        assert re.fullmatch(r"HTTPS://KS\.EXAMPLE\.GOV\.VN/P/BT20/CX4/X01#(\d{4}-){3}\d{4}", code)
    hashes = {slip.code_hash for slip in db.session.scalars(select(Slip))}
    keys = app.extensions["cchc.keys"]
    typed = [code.partition("#")[2].replace("-", "") for code in codes]
    assert {keys.slip_hash(code) for code in typed} == hashes
    trail = str([entry.data for entry in db.session.scalars(select(AuditEntry))])
    assert not any(code in trail for code in typed)


def qr_texts(pdf: bytes) -> list[str]:
    """Read every QR code of a PDF from its picture, as a phone would."""
    found = []
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        picture = page.render(scale=4).to_pil().convert("L")
        found += [code.text for code in zxingcpp.read_barcodes(picture)]
    document.close()
    return found


def test_a_booklet_of_a_crossed_rule_prints_with_its_serial(
    make_campaign: CampaignBuilder, coordinator: FlaskClient
):
    make_campaign()

    printed = send(
        coordinator, f"{HERE}/sheets", f"{HERE}/sheets/print", rule="CH1", unit="", count=1
    )

    assert printed.mimetype == "application/pdf"
    serials = set(qr_texts(printed.data))
    assert len(serials) == 1
    assert re.fullmatch(r"HTTPS://KS\.EXAMPLE\.GOV\.VN/S/\d{8}", serials.pop())


def test_a_plan_that_does_not_add_up_shows_why_and_cannot_be_opened(coordinator: FlaskClient):
    right = small_definition()
    wrong = replace(right, rules=(replace(right.rules[0], stated_total=40), *right.rules[1:]))
    campaigns.load_campaign(wrong, actor=CLERK)

    page = text(coordinator.get(f"{HERE}/open"))
    forced = send(
        coordinator,
        f"{HERE}/open",
        f"{HERE}/open",
        sha256=campaigns.opening_sheet(SLUG).sha256,
        confirm="y",
        undecided="y",
    )

    assert re.search(r"<button[^>]*disabled", page)
    assert "kế hoạch ghi 40 phiếu" in page
    assert forced.status_code == 409
    assert campaign().state is State.DRAFT


def test_every_mistake_of_an_uploaded_plan_is_shown_at_once(coordinator: FlaskClient):
    broken = b"slug: x y\nyear: nam\nrules: []\n"

    answer = send(
        coordinator,
        "/campaigns/new",
        "/campaigns/new",
        shipped=SLUG,
        file=(io.BytesIO(broken), "ke_hoach.yaml"),
    )

    page = text(answer)
    assert answer.status_code == 400
    assert "ke_hoach.yaml" in page
    for place in ("short_code", "title", "year"):
        assert place in page
    assert db.session.scalar(select(func.count()).select_from(Campaign)) == 0


def test_a_deadline_moves_and_a_campaign_ends_only_with_a_reason(
    make_campaign: CampaignBuilder, coordinator: FlaskClient
):
    make_campaign()
    later = today() + timedelta(days=9)

    silent = send(coordinator, HERE, f"{HERE}/deadline", closes=later.isoformat(), reason="")
    assert silent.status_code == 400
    assert "Hãy ghi lý do." in text(silent)
    send(coordinator, HERE, f"{HERE}/deadline", closes=later.isoformat(), reason="mưa lũ")
    assert campaign().closes == later

    unsure = send(coordinator, HERE, f"{HERE}/close", reason="đã đủ phiếu")
    assert unsure.status_code == 400
    assert campaign().state is State.COLLECTING
    send(coordinator, HERE, f"{HERE}/close", reason="đã đủ phiếu", confirm="y")
    assert campaign().state is State.CLOSED


def test_a_lost_slip_is_replaced_by_number(
    make_campaign: CampaignBuilder, coordinator: FlaskClient
):
    make_campaign()
    send(coordinator, f"{HERE}/slips", f"{HERE}/slips/issue", rule="CX4", unit="X01", count=1)

    send(
        coordinator,
        f"{HERE}/slips",
        f"{HERE}/slips/revoke",
        number=1,
        reason="bị ướt",
        reissue="1",
    )

    db.session.expire_all()
    slips = {slip.number: slip for slip in db.session.scalars(select(Slip))}
    assert slips[1].revoked_reason == "bị ướt"
    assert slips[2].revoked_on is None
    assert "bị ướt" in text(coordinator.get(f"{HERE}/slips?rule=CX4"))


def test_without_a_public_address_the_page_says_why_and_offers_paper(
    app: Flask, make_campaign: CampaignBuilder, coordinator: FlaskClient
):
    make_campaign()
    app.extensions["cchc"] = replace(app.extensions["cchc"], base_url=None)
    send(coordinator, f"{HERE}/slips", f"{HERE}/slips/issue", rule="CX4", unit="X01", count=1)

    page = text(coordinator.get(f"{HERE}/slips"))
    refused = send(coordinator, f"{HERE}/slips", f"{HERE}/slips/print", rule="CX4", unit="X01")
    sheets = send(
        coordinator, f"{HERE}/sheets", f"{HERE}/sheets/print", rule="CX4", unit="X01", count=1
    )

    assert "Đợt điều tra vẫn làm trọn vẹn trên giấy" in page
    assert refused.status_code == 400
    assert "in phiếu giấy" in text(refused)
    assert re.fullmatch(r"\d{8}", qr_texts(sheets.data)[0])


def test_an_office_brings_its_own_criteria_and_is_told_every_wrong_cell(
    make_campaign: CampaignBuilder, staff: Staff
):
    make_campaign()
    analyst = staff("analyst")
    page = f"{HERE}/criteria"
    template = analyst.get(f"{page}/commune.xlsx")
    own = replace(load_criteria("commune"), code="cua_xa")
    good = io.BytesIO()
    write_template(good, own)

    broken = send(analyst, page, page, file=(io.BytesIO(b"khong phai"), "sai.xlsx"))
    silent = send(analyst, page, page, file=(io.BytesIO(good.getvalue()), "xa.xlsx"))
    taken = send(
        analyst, page, page, file=(io.BytesIO(good.getvalue()), "xa.xlsx"), reason="theo QĐ mới"
    )

    assert template.mimetype.endswith("spreadsheetml.sheet")
    assert broken.status_code == 400
    assert "sai.xlsx" in text(broken)
    assert silent.status_code == 400
    assert taken.status_code == 302
    current = campaigns.criteria_of(campaign(), "commune")
    assert current is not None
    assert current.code == "cua_xa"


def test_simulated_data_says_so_on_every_page_of_the_campaign(staff: Staff):
    campaigns.load_campaign(small_definition(), actor=CLERK, simulated=True)
    viewer = staff("viewer")

    for page in ("", "/plan", "/criteria"):
        assert "DỮ LIỆU MÔ PHỎNG" in text(viewer.get(f"{HERE}{page}"))
