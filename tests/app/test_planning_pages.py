"""The planner's desk: a table is read, confirmed, proposed; a version gets its decision."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import Workbook

from survey_app.formats import today
from survey_app.models import PlanState
from survey_app.services import campaigns
from survey_app.services.definitions import definition_of
from survey_app.services.plans import plan_of
from tests.builders import CLERK, cell, small_definition, token_in


@pytest.fixture
def campaign(make_campaign):
    return make_campaign()


@pytest.fixture
def draft(app):
    slug = campaigns.load_campaign(small_definition(), actor=CLERK)
    return campaigns.campaign_by_slug(slug)


def pasted(campaign, code="CX4", numbers=(25, 20, 15), heads=None):
    """The communes' part of a plan as a table with totals."""
    definition = definition_of(campaign)
    units = [u.name for u in definition.units if u.kind == "commune"]
    assert len(units) == len(numbers)
    group = {g.code: g.label.vi for g in definition.groups}[definition.rule_by_code[code].group]
    rows = [
        ["Đối tượng", *(heads or units), "Tổng cộng"],
        [group, *map(str, numbers), str(sum(numbers))],
        ["Tổng cộng", *map(str, numbers), str(sum(numbers))],
    ]
    return "\n".join("\t".join(row) for row in rows)


def url(campaign, rest):
    return f"/campaigns/{campaign.slug}/plan/{rest}"


def post(browser, path, start, **fields):
    page = browser.get(start).get_data(as_text=True)
    fields["csrf_token"] = token_in(page)
    return browser.post(path, data=fields)


def test_a_table_is_shown_first_and_changes_nothing(campaign, staff):
    hoa = staff("coordinator")

    answer = post(hoa, url(campaign, "table"), url(campaign, "table"), text=pasted(campaign))

    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Bảng cộng khớp" in page
    assert "Nhận kế hoạch này" in page
    assert cell(campaign, "CX4", "X01").target == 30
    assert plan_of(campaign).number == 1


def test_a_confirmed_table_waits_for_its_decision_and_then_counts(campaign, staff):
    hoa = staff("coordinator")

    taken = post(
        hoa, url(campaign, "take"), url(campaign, "table"),
        text=pasted(campaign), act="take", reason="theo văn bản số 12",
    )  # fmt: skip
    versions = hoa.get(taken.location).get_data(as_text=True)
    approved = post(
        hoa, url(campaign, "versions/2/approve"), url(campaign, "versions"),
        decision="12/QĐ-UBND", approved_on=today().isoformat(),
    )  # fmt: skip

    assert taken.status_code == approved.status_code == 302
    assert "chờ quyết định" in versions
    assert "theo văn bản số 12" in versions
    targets = [cell(campaign, "CX4", unit).target for unit in ("X01", "X02")]
    assert targets == [25, 20]
    assert "12/QĐ-UBND" in hoa.get(url(campaign, "versions")).get_data(as_text=True)


def test_a_table_that_is_off_by_one_is_refused_with_its_cell(campaign, staff):
    wrong = pasted(campaign).replace("60", "61")
    hoa = staff("coordinator")

    shown = post(hoa, url(campaign, "table"), url(campaign, "table"), text=wrong)
    forced = post(
        hoa, url(campaign, "take"), url(campaign, "table"),
        text=wrong, act="take", reason="theo văn bản số 12",
    )  # fmt: skip

    assert shown.status_code == forced.status_code == 400
    assert "ghi tổng 61 phiếu nhưng cộng lại được 60 phiếu" in shown.get_data(as_text=True)
    assert "Nhận kế hoạch này" not in shown.get_data(as_text=True)
    assert plan_of(campaign).number == 1


def test_a_doubtful_name_is_proposed_and_taken_when_it_is_chosen(campaign, staff):
    names = [u.name for u in definition_of(campaign).units if u.kind == "commune"]
    typed = "Hoan Lao"
    table = pasted(campaign, heads=[typed, *names[1:]])
    hoa = staff("coordinator")

    shown = post(hoa, url(campaign, "table"), url(campaign, "table"), text=table)
    again = post(
        hoa, url(campaign, "take"), url(campaign, "table"),
        **{"text": table, "act": "again", f"unit:{typed}": "X01"},
    )  # fmt: skip
    taken = post(
        hoa, url(campaign, "take"), url(campaign, "table"),
        **{"text": table, "act": "take", "reason": "đổi chỉ tiêu", f"unit:{typed}": "X01"},
    )  # fmt: skip

    page = shown.get_data(as_text=True)
    assert re.search(r'<option value="X01" selected>Có phải: Thị trấn Hoàn Lão', page)
    assert "Bảng cộng khớp" in again.get_data(as_text=True)
    assert taken.status_code == 302


def test_a_workbook_and_the_pasted_table_are_one_road(campaign, staff):
    book = Workbook()
    for row in pasted(campaign).split("\n"):
        book.active.append([int(c) if c.isdigit() else c for c in row.split("\t")])
    file = io.BytesIO()
    book.save(file)
    hoa = staff("coordinator")

    answer = post(
        hoa, url(campaign, "table"), url(campaign, "table"),
        file=(io.BytesIO(file.getvalue()), "phân bổ.xlsx"),
    )  # fmt: skip

    assert answer.status_code == 200
    assert "Nhận kế hoạch này" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "bảng trống"), ("a\tb\n" * 6000, "nhiều nhất 5000 dòng"), ("chào", "không có dòng")],
)
def test_what_is_no_table_gets_one_clear_page(campaign, staff, text, said):
    hoa = staff("coordinator")

    answer = post(hoa, url(campaign, "table"), url(campaign, "table"), text=text)

    assert answer.status_code == 400
    assert said in answer.get_data(as_text=True)


def test_a_table_that_pushes_ballots_out_says_which_cell(campaign, staff, make_campaign):
    from survey_app.services.ballots import submit_ballot
    from tests.builders import make_slips

    for slip in make_slips(campaign, "CX4", "X01", 26):
        submit_ballot(campaign.short_code, "CX4", "X01", slip.code, {"Q01": "5"}, address="a")
    hoa = staff("coordinator")

    answer = post(hoa, url(campaign, "table"), url(campaign, "table"), text=pasted(campaign))

    page = answer.get_data(as_text=True)
    assert "đã có 26 phiếu được tính" in page
    assert "Nhận kế hoạch này" not in page


def test_a_draft_takes_the_table_at_once(draft, staff):
    hoa = staff("coordinator")

    post(
        hoa, url(draft, "take"), url(draft, "table"),
        text=pasted(draft), act="take", reason="bảng của quyết định",
    )  # fmt: skip

    assert (plan_of(draft).number, plan_of(draft).state) == (2, PlanState.DRAFT)
    assert cell(draft, "CX4", "X02").target == 20


def test_a_draft_becomes_the_plan_of_another_place_by_its_table(draft, staff):
    hoa = staff("coordinator")
    table = pasted(draft, heads=["Xã Sông Đà", "Xã Núi Cấm", "Thị trấn Cửa Tùng"])

    def send(**fields):
        return post(hoa, url(draft, "take"), url(draft, "table"), text=table, **fields)

    asked = send(act="again").get_data(as_text=True)
    shown = send(act="again", others="commune", whole="y").get_data(as_text=True)
    taken = send(act="take", others="commune", whole="y", reason="quyết định của xã")

    assert "3 tên không giống đơn vị nào của đợt" in asked
    assert "Thị trấn Cửa Tùng" in shown
    assert "Nhận kế hoạch này" in shown
    assert taken.status_code == 302
    now = definition_of(draft)
    assert [unit.name for unit in now.units] == ["Xã Sông Đà", "Xã Núi Cấm", "Thị trấn Cửa Tùng"]
    assert [rule.code for rule in now.rules] == ["CX4"]
    assert "Xã Núi Cấm" in hoa.get(taken.location).get_data(as_text=True)


def test_an_amendment_can_be_withdrawn_with_a_reason_only(campaign, staff):
    hoa = staff("coordinator")
    post(
        hoa, url(campaign, "take"), url(campaign, "table"),
        text=pasted(campaign), act="take", reason="theo văn bản số 12",
    )  # fmt: skip

    silent = post(hoa, url(campaign, "versions/2/withdraw"), url(campaign, "versions"), reason="")
    post(
        hoa, url(campaign, "versions/2/withdraw"), url(campaign, "versions"), reason="nhập nhầm tệp"
    )

    assert silent.status_code == 400
    assert "đã rút" in hoa.get(url(campaign, "versions")).get_data(as_text=True)


def test_a_viewer_reads_versions_and_changes_nothing(campaign, staff):
    minh = staff("viewer")

    assert minh.get(url(campaign, "versions")).status_code == 200
    assert minh.get(url(campaign, "table")).status_code == 403
    assert "Nhận bảng phân bổ" not in minh.get(url(campaign, "versions")).get_data(as_text=True)


# --- one line ----------------------------------------------------------------------------


def weigh(browser, campaign, code, act="look", **fields):
    """Post the desk of a line as its page stands, with some numbers changed."""
    page = browser.get(url(campaign, f"rules/{code}")).get_data(as_text=True)
    typed = dict(re.findall(r'name="((?:n|of):[^"]+)"[^>]*value="([^"]*)"', page))
    rule = definition_of(campaign).rule_by_code[code]
    typed |= {"design": rule.design.value, "fee_vnd": rule.fee_vnd, "way": "equal"}
    return browser.post(
        url(campaign, f"rules/{code}"),
        data=typed | {"act": act, "csrf_token": token_in(page)} | fields,
    )


def numbers(page):
    return {unit: int(n) for unit, n in re.findall(r'name="n:([^"]+)"[^>]*value="(\d+)"', page)}


def test_the_desk_says_what_the_numbers_of_a_line_mean(campaign, staff):
    page = staff("coordinator").get(url(campaign, "rules/CX4")).get_data(as_text=True)

    assert "±0,32" in page  # 30 people, standard deviation 0.9: 1.96 · 0.9 / √30
    assert "không phân biệt được hai đơn vị lân cận chênh dưới 0,65 điểm" in page
    assert "900.000" in page


def test_weighing_changes_nothing_and_warns_of_people_who_are_not_there(campaign, staff):
    hoa = staff("coordinator")

    page = weigh(hoa, campaign, "CX4", **{"n:X01": "40", "of:X01": "25"}).get_data(as_text=True)

    assert numbers(page)["X01"] == 40
    assert "notice-warn" in page
    assert cell(campaign, "CX4", "X01").target == 30
    assert plan_of(campaign).number == 1


@pytest.mark.parametrize(
    "case",
    [
        ("fixed", 12, {"X01": 12, "X02": 12, "X03": 12}, "Phân bổ cố định"),
        ("equal", 36, {"X01": 12, "X02": 12, "X03": 12}, "Phân bổ đều"),
        ("proportional", 60, {"X01": 10, "X02": 20, "X03": 30}, "Phân bổ tỷ lệ"),
        ("budget", 360_000, None, "đủ cho 36 phiếu"),
        ("equal_precision", 60, None, "Đã chứng minh"),
    ],
)
def test_five_ways_fill_the_numbers_in_and_say_what_they_did(campaign, staff, case):
    way, amount, expected, said = case
    people = {"of:X01": "100", "of:X02": "200", "of:X03": "300"}

    answer = weigh(staff("coordinator"), campaign, "CX4", "allocate",
                   way=way, amount=str(amount), **people)  # fmt: skip

    page = answer.get_data(as_text=True)
    total = {"budget": 36, "fixed": 36}.get(way, amount)
    assert answer.status_code == 200
    assert said in page
    assert sum(numbers(page).values()) == total
    assert expected is None or numbers(page) == expected


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"way": "proportional", "amount": "60"}, "phải biết số người của từng đơn vị"),
        ({"way": "equal", "amount": "2"}, "2 phiếu chưa đủ cho 3 đơn vị"),
        ({"way": "equal", "amount": ""}, "số từ 1 trở lên"),
        ({"way": "fixed", "amount": "50", "of:X02": "20"}, "ít người hơn số phiếu"),
        ({"n:X01": "mười"}, "X01: “mười”"),
    ],
)
def test_what_cannot_be_allocated_is_said_and_what_was_typed_stays(campaign, staff, fields, said):
    answer = weigh(staff("coordinator"), campaign, "CX4", "allocate", **fields)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert said in page
    assert numbers(page)["X02"] == 30


def test_a_line_is_kept_as_a_new_version_with_its_people(campaign, staff):
    hoa = staff("coordinator")

    kept = weigh(hoa, campaign, "CX4", "keep", reason="xã ít giao dịch",
                 **{"n:X03": "20", "of:X03": "80"})  # fmt: skip
    post(
        hoa, url(campaign, "versions/2/approve"), url(campaign, "versions"),
        decision="12/QĐ-UBND", approved_on=today().isoformat(),
    )  # fmt: skip

    assert kept.status_code == 302
    rule = definition_of(campaign).rule_by_code["CX4"]
    assert (rule.targets, rule.populations) == ({"X03": 20}, {"X03": 80})
    assert cell(campaign, "CX4", "X03").target == 20
    assert "tùy đơn vị" in hoa.get(url(campaign, "")[:-1]).get_data(as_text=True)


def test_a_draft_line_may_be_shared_by_all_units(draft, staff):
    hoa = staff("coordinator")

    kept = weigh(hoa, draft, "CX2", "keep", design="cross", reason="cùng người chấm các xã",
                 **{"n:all": "14"})  # fmt: skip

    rule = definition_of(draft).rule_by_code["CX2"]
    assert kept.status_code == 302
    assert (rule.design.value, rule.per_unit, rule.stated_total) == ("cross", 14, 42)
    assert cell(draft, "CX2", "X03").target == 14


def test_a_viewer_sees_the_desk_and_cannot_type(campaign, staff):
    minh = staff("viewer")
    page = minh.get(url(campaign, "rules/CX4")).get_data(as_text=True)

    assert "±0,32" in page
    assert 'name="n:' not in page
    assert minh.post(
        url(campaign, "rules/CX4"), data={"csrf_token": token_in(page)}
    ).status_code in (
        400,
        403,
    )


def test_the_plan_page_says_what_its_numbers_cannot_tell_and_where_people_are_short(
    make_campaign, staff
):
    campaign = make_campaign()
    hoa = staff("coordinator")
    before = hoa.get(f"/campaigns/{campaign.slug}/plan").get_data(as_text=True)
    weigh(hoa, campaign, "CX4", "keep", reason="xã ít giao dịch", **{"of:X03": "12"})
    post(
        hoa, url(campaign, "versions/2/approve"), url(campaign, "versions"),
        decision="12/QĐ-UBND", approved_on=today().isoformat(),
    )  # fmt: skip

    after = hoa.get(f"/campaigns/{campaign.slug}/plan").get_data(as_text=True)

    assert "không phân biệt được hai đơn vị lân cận chênh dưới 0,65 điểm" in before
    assert "notice-warn" not in before
    assert "notice-warn" in after


def test_a_workbook_tells_everything_that_is_wrong_at_once(campaign, staff):
    hoa = staff("coordinator")
    book = Workbook()
    for row in pasted(campaign).split("\n"):
        book.active.append([int(t) if t.isdecimal() else t for t in row.split("\t")])
    book.active.merge_cells("B2:C2")
    book.active["D2"] = "mười"
    file = io.BytesIO()
    book.save(file)

    answer = post(
        hoa, url(campaign, "table"), url(campaign, "table"),
        file=(io.BytesIO(file.getvalue()), "phân bổ.xlsx"),
    )  # fmt: skip

    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "B2:C2" in page
    assert "“mười” không phải số phiếu" in page
