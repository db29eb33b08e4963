"""One line of the plan on the desk: what its numbers mean, and what cannot be asked of people."""

from __future__ import annotations

import re

import pytest

from survey_app.services import campaigns
from survey_app.services.definitions import definition_of
from survey_app.services.plan_versions import approve_plan
from survey_app.services.plans import plan_of
from survey_app.services.what_if import what_it_tells
from tests.app.test_planning_pages import numbers, pasted, post, url, weigh
from tests.builders import CLERK, make_slips, small_definition


@pytest.fixture
def campaign(make_campaign):
    return make_campaign()


@pytest.fixture
def draft(app):
    slug = campaigns.load_campaign(small_definition(), actor=CLERK)
    return campaigns.campaign_by_slug(slug)


def row_of(page, unit):
    return re.search(rf"<tr[^>]*><th[^>]*><span[^>]*>{unit}<.*?</tr>", page, re.DOTALL)[0]


def test_fewer_people_than_asked_are_said_in_the_cell_and_claim_no_precision(campaign, staff):
    page = weigh(staff("coordinator"), campaign, "CX4", **{"of:X01": "5"}).get_data(as_text=True)

    assert "ít hơn số phiếu" in row_of(page, "X01")
    assert "±" not in row_of(page, "X01")
    assert "±0,32" in row_of(page, "X02")


def test_fewer_people_than_asked_are_a_census_where_nobody_fills_in(campaign, staff):
    page = weigh(staff("coordinator"), campaign, "CX2", **{"of:X01": "5"}).get_data(as_text=True)

    assert "hỏi hết" in row_of(page, "X01")
    assert "±" not in row_of(page, "X01")


@pytest.mark.parametrize("act", ["look", "keep", "allocate"])
def test_ballots_are_not_asked_of_nobody(campaign, staff, act):
    answered = weigh(staff("coordinator"), campaign, "CX4", act, amount="60",
                     reason="đếm lại", **{"of:X01": "0"})  # fmt: skip

    page = answered.get_data(as_text=True)
    assert answered.status_code == 400
    assert "Nơi có 0 người thì không lấy được phiếu" in page
    assert numbers(page)["X01"] == 30
    assert plan_of(campaign).number == 1


def test_where_nobody_is_nobody_is_asked_and_the_rest_is_shared_out(campaign, staff):
    people = {"of:X01": "0", "n:X01": "0", "of:X02": "200", "of:X03": "200"}

    page = weigh(staff("coordinator"), campaign, "CX4", "allocate",
                 way="equal", amount="60", **people).get_data(as_text=True)  # fmt: skip

    assert numbers(page) == {"X01": 0, "X02": 30, "X03": 30}


def test_a_budget_that_is_too_small_says_the_least_in_dong(campaign, staff):
    answered = weigh(staff("coordinator"), campaign, "CX4", "allocate", way="budget", amount="5")

    page = answered.get_data(as_text=True)
    assert answered.status_code == 400
    assert "5\N{NO-BREAK SPACE}đ chưa đủ cho 3 đơn vị" in page
    assert "ít nhất 30.000\N{NO-BREAK SPACE}đ" in page
    assert "000.000 người" not in page


def test_a_budget_for_more_people_than_there_are_says_the_most_in_dong(campaign, staff):
    people = {"of:X01": "40", "of:X02": "40", "of:X03": "40"}

    page = weigh(staff("coordinator"), campaign, "CX4", "allocate",
                 way="budget", amount="9000000", **people).get_data(as_text=True)  # fmt: skip

    assert "số người hiện có chỉ cho nhiều nhất 1.200.000\N{NO-BREAK SPACE}đ" in page


def test_a_line_whose_people_rate_all_loses_its_other_group_and_says_so(draft, staff):
    hoa = staff("coordinator")
    typed = {"design": "cross", "n:all": "14", "of:all": "10"}

    page = weigh(hoa, draft, "CX4", **typed).get_data(as_text=True)
    kept = weigh(hoa, draft, "CX4", "keep", reason="cùng người chấm các xã", **typed)

    assert "dòng này bỏ phần lấy bổ sung từ" in page
    assert page.count("cần 14 người nhưng chỉ có 10") == 1
    assert "phần thiếu lấy bổ sung" not in page
    assert kept.status_code == 302
    rule = definition_of(draft).rule_by_code["CX4"]
    assert (rule.design.value, rule.top_up_from) == ("cross", None)
    _tells, short = what_it_tells(draft)
    assert [sentence.vi.count("chỉ có 10") for sentence in short] == [1]


def test_a_pasted_line_says_what_its_design_asks_of_people(draft, staff):
    hoa, table = staff("coordinator"), pasted(draft)

    own = post(hoa, url(draft, "table"), url(draft, "table"), text=table).get_data(as_text=True)
    place = re.search(r'name="design:([^"]+)"', own)[1]
    cross = post(
        hoa, url(draft, "take"), url(draft, "table"),
        **{"text": table, "act": "again", f"design:{place}": "cross"},
    ).get_data(as_text=True)  # fmt: skip

    assert "60 người (đường liên kết), mỗi người 1 phiếu, khoảng 5 phút" in own
    assert "25 người (đường liên kết), mỗi người 3 phiếu, khoảng 14 phút" in cross
    assert "dòng này bỏ phần lấy bổ sung từ" in cross


def test_a_shared_line_of_a_table_is_taken_without_its_other_group(draft, staff):
    hoa, table = staff("coordinator"), pasted(draft, numbers=(20, 20, 20))
    shown = post(hoa, url(draft, "table"), url(draft, "table"), text=table).get_data(as_text=True)
    place = re.search(r'name="design:([^"]+)"', shown)[1]

    taken = post(
        hoa, url(draft, "take"), url(draft, "table"),
        **{"text": table, "act": "take", "reason": "cùng người chấm", f"design:{place}": "cross"},
    )  # fmt: skip

    assert taken.status_code == 302
    assert definition_of(draft).rule_by_code["CX4"].top_up_from is None


def test_a_wrong_total_and_a_doubtful_name_are_both_said(campaign, staff):
    names = [u.name for u in definition_of(campaign).units if u.kind == "commune"]
    table = pasted(campaign, heads=["Hoan Lao", *names[1:]]).rpartition("\n")[0]
    table = "\n".join(line.rpartition("\t")[0] for line in table.split("\n"))
    hoa = staff("coordinator")

    for act in ("take", "again"):
        answered = post(
            hoa, url(campaign, "take"), url(campaign, "table"),
            text=table, act=act, total="sáu mươi", reason="theo văn bản số 12",
        )  # fmt: skip
        page = answered.get_data(as_text=True)
        assert answered.status_code == 400
        assert "Có phải: Thị trấn Hoàn Lão" in page
        assert re.search(r'id="total-error"><p class="error"', page)


def test_a_wrong_number_and_a_wrong_fee_are_both_said(campaign, staff):
    page = weigh(staff("coordinator"), campaign, "CX4",
                 fee_vnd="nhiều", **{"n:X01": "mười"}).get_data(as_text=True)  # fmt: skip

    assert "X01: “mười”" in page
    assert 'id="fee_vnd-error"' in page


def test_a_table_that_leaves_no_place_for_papers_that_are_out_warns_and_is_taken(campaign, staff):
    make_slips(campaign, "CX4", "X01", 28)
    hoa = staff("coordinator")

    shown = post(hoa, url(campaign, "table"), url(campaign, "table"), text=pasted(campaign))
    line = weigh(hoa, campaign, "CX4", **{"n:X01": "25"})

    for page in (shown.get_data(as_text=True), line.get_data(as_text=True)):
        assert "không đủ chỗ cho 3 phiếu" in page
    assert "Nhận kế hoạch này" in shown.get_data(as_text=True)


def test_a_draft_that_was_approved_is_told_that_its_new_version_is_not(draft, staff):
    approve_plan(draft.slug, 1, "314/QĐ-UBND", draft.opens, actor=CLERK)
    hoa = staff("coordinator")

    weigh(hoa, draft, "CX2", "keep", reason="xã ít giao dịch", **{"n:X01": "20"})

    page = hoa.get(url(draft, "versions")).get_data(as_text=True)
    assert "hãy ghi quyết định phê duyệt của bản này" in page
