"""The decision a plan rests on: written down, shown before opening, asked for again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from survey_app.formats import day, today
from survey_app.models import State
from survey_app.services import campaigns
from survey_app.services.plan_versions import approve_plan
from survey_app.services.plans import plan_of
from tests.app.test_plan_versions import answer, propose
from tests.builders import CLERK, make_slips, small_definition, token_in


@pytest.fixture
def draft(app):
    slug = campaigns.load_campaign(small_definition(), actor=CLERK)
    return campaigns.campaign_by_slug(slug)


def url(campaign, rest):
    return f"/campaigns/{campaign.slug}/{rest}"


def text(answer):
    return answer.get_data(as_text=True)


def send(browser, path, start, **fields):
    return browser.post(path, data=fields | {"csrf_token": token_in(text(browser.get(start)))})


def open_it(browser, campaign, **fields):
    sheet = campaigns.opening_sheet(campaign.slug)
    here = url(campaign, "open")
    return send(browser, here, here, sha256=sheet.sha256, confirm="y", **fields)


def test_a_plan_without_a_decision_is_opened_only_when_that_is_confirmed(draft, staff):
    hoa = staff("coordinator")

    page = text(hoa.get(url(draft, "open")))
    silent = open_it(hoa, draft)
    opened = open_it(hoa, draft, undecided="y")

    assert "Bản kế hoạch số 1 chưa ghi quyết định phê duyệt." in page
    assert silent.status_code == 400
    assert "Hãy đánh dấu để xác nhận." in text(silent)
    assert opened.status_code == 302
    assert campaigns.campaign_by_slug(draft.slug).state is State.COLLECTING
    assert "chưa ghi quyết định phê duyệt" in text(hoa.get(url(draft, "plan/versions")))


def test_the_opening_sheet_names_the_decision_and_asks_no_more(draft, staff):
    hoa = staff("coordinator")
    approve_plan(draft.slug, 1, "314/QĐ-UBND", today(), actor=CLERK)

    page = text(hoa.get(url(draft, "open")))
    opened = open_it(hoa, draft)

    assert f"314/QĐ-UBND, ngày {day(today())}" in page
    assert "undecided" not in page
    assert opened.status_code == 302


def test_what_was_confirmed_before_the_decision_is_not_what_opens_after_it(draft):
    seen = campaigns.opening_sheet(draft.slug).sha256
    approve_plan(draft.slug, 1, "314/QĐ-UBND", today(), actor=CLERK)

    assert campaigns.opening_sheet(draft.slug).sha256 != seen


def test_an_amended_draft_says_that_its_approval_is_gone(draft, staff):
    approve_plan(draft.slug, 1, "314/QĐ-UBND", today(), actor=CLERK)
    propose(draft, "CX2", per_unit=14)
    hoa = staff("coordinator")

    versions, opening = (text(hoa.get(url(draft, at))) for at in ("plan/versions", "open"))

    assert "sửa kế hoạch đã phê duyệt (bản số 1, 314/QĐ-UBND)" in versions
    assert "sửa bản số 1 đã phê duyệt theo 314/QĐ-UBND" in opening


def test_a_decision_of_tomorrow_is_refused_with_the_form_still_there(make_campaign, staff):
    campaign = make_campaign()
    number = propose(campaign, "CX4", per_unit=20)
    hoa = staff("coordinator")

    answered = send(
        hoa, url(campaign, f"plan/versions/{number}/approve"), url(campaign, "plan/versions"),
        decision="12/QĐ-UBND", approved_on=(today() + timedelta(days=1)).isoformat(),
    )  # fmt: skip

    page = text(answered)
    assert answered.status_code == 400
    assert "chưa đến" in page
    assert 'value="12/QĐ-UBND"' in page
    assert plan_of(campaign).number == 1


def test_a_refused_withdrawal_keeps_the_page_and_shows_errors_at_its_own_version(
    make_campaign, staff
):
    campaign = make_campaign()
    number = propose(campaign, "CX4", per_unit=20)
    hoa = staff("coordinator")
    here = url(campaign, "plan/versions")

    silent = text(send(hoa, f"{here}/{number}/withdraw", here, reason=""))
    again = send(hoa, f"{here}/1/withdraw", here, reason="đề xuất nhầm")

    assert silent.count('<details class="disclosed" open>') == 1
    assert again.status_code == 409
    assert "không chờ phê duyệt" in text(again)
    assert "Bản số 2" in text(again)


def test_who_gave_a_version_up_stands_in_the_list(make_campaign, staff):
    campaign = make_campaign()
    number = propose(campaign, "CX4", per_unit=20)
    hoa = staff("coordinator")
    here = url(campaign, "plan/versions")

    send(hoa, f"{here}/{number}/withdraw", here, reason="văn bản đã bị thay")

    assert "coordinator@cchc.test: văn bản đã bị thay" in text(hoa.get(here))


def test_forms_that_lose_their_place_are_named_before_anybody_approves(make_campaign, staff):
    campaign = make_campaign()
    answer(campaign, "CX4", "X01", 26)
    make_slips(campaign, "CX4", "X01", 3)
    propose(campaign, "CX4", targets={"X01": 27})

    page = text(staff("coordinator").get(url(campaign, "plan/versions")))

    assert "không đủ chỗ cho 2 phiếu" in page


def test_while_an_amendment_waits_the_desks_say_so(make_campaign, staff):
    campaign = make_campaign()
    propose(campaign, "CX4", per_unit=20)
    hoa = staff("coordinator")

    for at in ("plan/table", "plan/rules/CX4"):
        assert "Bản sửa số 2 đang chờ quyết định" in text(hoa.get(url(campaign, at)))


def test_the_demonstrations_decision_is_the_one_its_plan_names():
    from survey_app.cli.demo import DECISION
    from tests.builders import bo_trach

    number, on = DECISION
    assert f"{number} ngày {on:%d/%m/%Y}" in bo_trach().legal_basis[0]
