"""Who may open the fieldwork pages, and what each of them may decide there."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from survey_app.extensions import db
from survey_app.models import Ballot, Campaign, Status
from survey_app.services.definitions import rule_form
from survey_app.services.entries import key_sheet, print_sheets
from survey_app.services.plans import rule_by_code
from tests.builders import CLERK, Staff, cell, full_answers, token_in

CELL = "/campaigns/bo_trach_2020/field/CX2/X01"
FIELD = "/campaigns/bo_trach_2020/field"


def keyed(campaign: Campaign, count: int) -> list[str]:
    """Key ``count`` sheets of CX2 about X01; returns their serials."""
    answers = full_answers(rule_form(campaign, rule_by_code(campaign, "CX2")))
    serials = [p.serial for p in print_sheets(campaign.slug, "CX2", "X01", count, actor=CLERK)]
    for serial in serials:
        key_sheet(campaign.slug, serial, "X01", answers, actor=CLERK)
    return serials


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("role", "status"),
    [("coordinator", 200), ("analyst", 200), ("viewer", 200), ("enumerator", 403)],
)
def test_who_sees_the_matrix(make_campaign, staff: Staff, role, status):
    make_campaign()

    assert staff(role).get(FIELD).status_code == status


def test_a_stranger_is_sent_to_the_login_and_learns_nothing_of_a_serial(make_campaign, client):
    (serial,) = keyed(make_campaign(), 1)

    for path in (FIELD, CELL, f"/s/{serial}", "/s/12345674", "/campaigns/bo_trach_2020/key"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert "/login" in answer.location


def test_a_refresh_brings_the_changing_part_only(make_campaign, staff: Staff):
    make_campaign()

    answer = staff("viewer").get(FIELD, headers={"HX-Request": "true"}).get_data(as_text=True)

    assert "<html" not in answer
    assert answer.count('id="field"') == 1


def test_the_filter_leaves_out_full_cells_and_keeps_the_others(make_campaign, staff: Staff):
    keyed(make_campaign(per_unit={"CX2": 2}), 2)
    viewer = staff("viewer")

    assert f'href="{CELL}"' in text(viewer, FIELD)
    page = text(viewer, f"{FIELD}?missing=1")
    assert f'href="{CELL}"' not in page
    assert f'href="{CELL.replace("X01", "X02")}"' in page


def test_a_viewer_reads_a_cell_and_decides_nothing(make_campaign, staff: Staff):
    campaign = make_campaign()
    (serial,) = keyed(campaign, 1)
    viewer = staff("viewer")

    page = text(viewer, CELL)

    assert "Phiếu đã về" in page
    assert f"{serial[:4]}-{serial[4:]}" not in page
    assert 'name="reason"' not in page
    answer = viewer.post(
        f"{CELL}/exclude",
        data={"serial": serial, "reason": "không thích", "csrf_token": token_in(page)},
    )
    assert answer.status_code == 403
    assert cell(campaign, "CX2", "X01").accepted == 1


@pytest.mark.parametrize(("role", "named"), [("coordinator", True), ("analyst", False)])
def test_serials_are_named_to_those_who_work_with_sheets(make_campaign, staff: Staff, role, named):
    (serial,) = keyed(make_campaign(), 1)

    assert (f"{serial[:4]}-{serial[4:]}" in text(staff(role), CELL)) is named


def test_a_coordinator_excludes_by_serial_and_then_admits_the_ballot_kept_aside(
    make_campaign, staff: Staff
):
    campaign = make_campaign(per_unit={"CX2": 1})
    first, _second = keyed(campaign, 2)
    hoa = staff("coordinator")
    full = text(hoa, CELL)
    token = token_in(full)

    hoa.post(
        f"{CELL}/exclude",
        data={"serial": first, "reason": "không đúng đối tượng", "csrf_token": token},
    )
    freed = text(hoa, CELL)
    hoa.post(f"{CELL}/admit", data={"reason": "bù phiếu đã loại", "csrf_token": token})

    assert "chưa có chỗ" in full
    assert "chưa có chỗ" not in freed
    assert Status.OVER_TARGET not in _statuses()
    assert cell(campaign, "CX2", "X01").accepted == 1


def test_a_coordinator_decides_nothing_about_the_unit_he_works_in(make_campaign, staff: Staff):
    campaign = make_campaign()
    (serial,) = keyed(campaign, 1)
    hoa = staff("coordinator", belongs=("X01",), slug=campaign.slug)

    page = text(hoa, CELL)
    answer = hoa.post(
        f"{CELL}/exclude",
        data={"serial": serial, "reason": "không thích", "csrf_token": token_in(page)},
    )

    assert "công tác tại đơn vị này" in page
    assert answer.status_code == 403
    assert cell(campaign, "CX2", "X01").accepted == 1


def test_a_keyed_sheet_shows_its_answers_to_the_person_who_keyed_it_only(
    make_campaign, staff: Staff
):
    campaign = make_campaign()
    lan = staff("enumerator", keys=("X01",), slug=campaign.slug)
    hoa = staff("coordinator")
    (sheet,) = print_sheets(campaign.slug, "CX2", "X01", 1, actor=CLERK)
    form = rule_form(campaign, rule_by_code(campaign, "CX2"))
    key_sheet(
        campaign.slug, sheet.serial, "X01", full_answers(form), actor=staff.actor("enumerator")
    )
    path = f"/campaigns/{campaign.slug}/key/{sheet.serial}"

    own, other = text(lan, path), text(hoa, path)

    assert own.count(" checked") == len(full_answers(form))
    assert other.count(" checked") == 0
    assert "enumerator@cchc.test" in other
    assert "Đang tính vào chỉ tiêu." in other
    assert "nhập lại toàn bộ từ tờ phiếu" in other
    assert "nhập lại toàn bộ từ tờ phiếu" not in own
    assert 'name="reason" required' in other


def test_a_refused_correction_gives_back_what_was_typed_and_none_of_the_earlier_answers(
    make_campaign, staff: Staff
):
    campaign = make_campaign()
    (serial,) = keyed(campaign, 1)
    hoa = staff("coordinator")
    path = f"/campaigns/{campaign.slug}/key/{serial}"
    typed = {"units": "X01", "X01:Q01": "1", "reason": "đọc nhầm dòng"}

    answer = hoa.post(path, data=typed | {"csrf_token": token_in(text(hoa, path))})

    assert answer.status_code == 400
    assert answer.get_data(as_text=True).count(" checked") == 1


@pytest.mark.parametrize("typed", ["12345", "1234-5678", "abc"])
def test_a_mistyped_serial_is_said_beside_its_box(make_campaign, staff: Staff, typed):
    campaign = make_campaign()
    lan = staff("enumerator", keys=("X01",), slug=campaign.slug)

    answer = lan.get(f"/campaigns/{campaign.slug}/key?serial={typed}")

    assert answer.status_code == 400
    assert typed in answer.get_data(as_text=True)


def _statuses() -> set[Status]:
    db.session.rollback()
    return {ballot.status for ballot in db.session.query(Ballot)}
