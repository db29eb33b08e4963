"""Cash advanced, paid by signed lists of returned forms, settled: side by side and explained."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import AuditEntry, SignedList
from survey_app.services import campaigns
from survey_app.services.ballots import submit_ballot
from survey_app.services.field_lists import enumerators_file
from survey_app.services.money import pay_advance, strike_advance
from survey_app.services.money_numbers import ENUMERATORS, Gap
from survey_app.services.money_reading import money_of, pay_line, unit_money
from survey_app.services.participation import add_people, mark_signed
from survey_app.services.participation_lists import people_list
from survey_app.services.settlement import settle_campaign, settle_unit
from survey_app.services.signed_list_checks import told_gaps
from survey_app.services.signed_lists import enter_signed_list
from tests.builders import CLERK, bo_trach, make_slips, small_definition, token_in

WHY = "một người không đến nhận tiền"


@pytest.fixture
def campaign(make_campaign):
    return make_campaign()


def answer(campaign, count, rule="CX4", unit="X01", **options):
    for slip in make_slips(campaign, rule, None if rule == "CX3" else unit, count):
        units = ("X01", "X02", "X03") if rule == "CX3" else (unit,)
        for one in units:
            submit_ballot(
                campaign.short_code, rule, one, slip.code, {"Q01": "5"}, address="a", **options
            )


def advance(campaign, amount=790_000, unit="X01", **options):
    given = {"receiver": "Trần Văn Bình", "paid_on": today(), "actor": CLERK} | options
    return pay_advance(campaign.slug, unit, amount, **given)


def sign(campaign, people, amount, explanation="", *, rule="CX4", unit="X01", on=None):
    why = dict.fromkeys(Gap, explanation) if explanation else {}
    return enter_signed_list(
        campaign.slug, rule, unit,
        people=people, amount_vnd=amount, signed_on=on or today(), why=why, actor=CLERK,
    )  # fmt: skip


def pay_enumerators(campaign, people=1, amount=200_000, *, unit="X01"):
    return sign(campaign, people, amount, rule=ENUMERATORS, unit=unit)


def sign_names(campaign, count):
    ids = [one.id for one in people_list(campaign, "CX4", "X01", CLERK).people]
    mark_signed(campaign.slug, "CX4", "X01", ids, ids[:count], actor=CLERK)


def seen(campaign):
    db.session.rollback()
    db.session.expire_all()
    return money_of(campaigns.campaign_by_slug(campaign.slug))


def close(campaign):
    campaigns.close_campaign(campaign.slug, "hết hạn thu phiếu", actor=CLERK)


# --- what is owed ------------------------------------------------------------------------


def test_the_budget_is_that_of_the_decision(make_campaign):
    whole = make_campaign(whole=True)

    found = seen(whole)

    assert found.budget.total_vnd == 28_360_000
    assert found.by_unit["X01"].budget_vnd == 590_000 + 200_000
    assert found.by_unit["P01"].budget_vnd == 200_000
    assert found.owed_vnd == 0


def test_every_returned_ballot_is_paid_or_only_the_valid_ones_as_the_campaign_says(make_campaign):
    settings = replace(bo_trach().settings, fee_basis="valid")
    campaign = make_campaign(settings=settings)
    answer(campaign, 3)
    answer(campaign, 2, met=False)

    line = pay_line(seen(campaign), "CX4", "X01")

    assert (line.returned, line.state.counted) == (5, 3)
    assert line.owed_vnd == 30_000


def test_paid_returned_and_counted_stand_side_by_side(campaign):
    answer(campaign, 3)
    answer(campaign, 2, met=False)
    add_people(campaign.slug, "CX4", "X01", "Lê An\nTrần Bình\nVõ Chi", actor=CLERK)
    sign_names(campaign, 2)

    line = pay_line(seen(campaign), "CX4", "X01")

    assert (line.returned, line.state.counted, line.state.invalid) == (5, 3, 2)
    assert (line.names.listed, line.names.marked, line.names.marked_vnd) == (3, 2, 20_000)
    assert line.owed_vnd == 50_000
    assert line.gaps == (Gap.NO_LIST,)


def test_who_rates_every_unit_is_paid_by_the_office_and_not_from_a_units_advance(campaign):
    answer(campaign, 1, rule="CX3")

    found = seen(campaign)

    (shared,) = found.shared
    assert (shared.rule.code, shared.returned, shared.owed_vnd) == ("CX3", 3, 30_000)
    assert found.by_unit["X01"].owed_vnd == 0
    assert found.owed_vnd == 30_000
    sign(campaign, 1, 30_000, rule="CX3", unit=None)
    assert seen(campaign).shared[0].is_explained


def test_enumerators_are_paid_for_a_full_unit_and_at_the_close_for_a_surveyed_one(campaign):
    answer(campaign, 1)

    before = seen(campaign).by_unit["X01"].enumerator_vnd
    close(campaign)
    after = seen(campaign)

    assert before == 0
    assert after.by_unit["X01"].enumerator_vnd == 200_000
    assert after.by_unit["X02"].enumerator_vnd == 0


# --- advances ----------------------------------------------------------------------------


def test_a_unit_brings_back_what_it_did_not_pay(campaign):
    answer(campaign, 3)
    advance(campaign)
    sign(campaign, 3, 30_000)
    close(campaign)
    pay_enumerators(campaign)

    unit = unit_money(seen(campaign), "X01")

    assert (unit.advanced_vnd, unit.paid_vnd) == (790_000, 230_000)
    assert unit.to_return_vnd == 560_000


def test_enumerators_are_owed_and_not_paid_until_they_signed(campaign):
    answer(campaign, 3)
    sign(campaign, 3, 30_000)
    advance(campaign)
    close(campaign)

    before = unit_money(seen(campaign), "X01")
    pay_enumerators(campaign)
    after = unit_money(seen(campaign), "X01")

    assert (before.owed_vnd, before.paid_vnd, before.to_return_vnd) == (230_000, 30_000, 760_000)
    assert [line.code for line in before.unexplained] == [ENUMERATORS]
    assert (after.paid_vnd, after.to_return_vnd) == (230_000, 560_000)
    assert after.unexplained == ()


def test_nobody_is_paid_where_nobody_signed(make_campaign):
    whole = make_campaign(per_unit=dict.fromkeys(
        ("CX1-HD", "CX1-LD", "CX2", "CX3", "CX4", "CH1", "CH2", "CH3", "CH4"), 1))  # fmt: skip
    answer(whole, 1)
    close(whole)

    found = seen(whole)

    assert found.owed_vnd > 200_000
    assert found.paid_vnd == 0


def test_enumerators_cannot_have_received_more_than_the_plan_pays_for_their_unit(campaign):
    answer(campaign, 3)
    close(campaign)

    with pytest.raises(SurveyError) as refused:
        pay_enumerators(campaign, people=2, amount=400_000)
    with pytest.raises(SurveyError, match="Bảng kê không khớp"):
        pay_enumerators(campaign, amount=150_000)
    shared = pay_enumerators(campaign, people=2)

    assert "kế hoạch trả điều tra viên 200.000" in refused.value.details[0]
    assert shared.is_explained


def test_an_advance_entered_by_mistake_is_struck_out_and_stays(campaign):
    wrong = advance(campaign, 7_900_000, note="ứng trước cho cả đợt")

    strike_advance(campaign.slug, wrong, "thừa một số 0", actor=CLERK)

    unit = unit_money(seen(campaign), "X01")
    assert unit.advanced_vnd == 0
    assert [one.struck_out for one in unit.advances] == ["thừa một số 0"]
    with pytest.raises(ConflictError, match="đã bị gạch"):
        strike_advance(campaign.slug, wrong, "thừa một số 0", actor=CLERK)
    with pytest.raises(NotFoundError):
        strike_advance(campaign.slug, 999, "thừa một số 0", actor=CLERK)


def test_everything_wrong_with_an_advance_is_told_at_once(campaign):
    with pytest.raises(SurveyError) as refused:
        advance(campaign, 0, receiver=" ", paid_on=today() + timedelta(days=1))

    assert len(refused.value.details) == 3
    with pytest.raises(SurveyError):
        advance(campaign, 10**12, note="ứng trước cho cả đợt")
    with pytest.raises(SurveyError, match="trước thời kỳ đánh giá"):
        advance(campaign, paid_on=campaign.assessed_from - timedelta(days=1))
    advance(campaign, 1, paid_on=campaign.assessed_from)
    with pytest.raises(NotFoundError):
        advance(campaign, unit="X99")


def test_more_cash_than_the_plan_pays_in_a_unit_needs_a_reason(campaign):
    advance(campaign, 700_000)

    with pytest.raises(SurveyError) as refused:
        advance(campaign, 100_000, note="xxxxxx")
    advance(campaign, 100_000, note="xã ở xa, ứng thêm tiền tàu xe")

    assert "tạm ứng 800.000\u00a0đ là vượt dự toán 790.000\u00a0đ" in refused.value.details[0]
    assert unit_money(seen(campaign), "X01").over_budget_vnd == 10_000


def test_no_cash_before_the_campaign_is_open(app):
    slug = campaigns.load_campaign(small_definition(), actor=CLERK)

    with pytest.raises(ConflictError, match="chưa mở"):
        pay_advance(slug, "X01", 1, receiver="Trần Bình", paid_on=today(), actor=CLERK)


# --- signed lists ------------------------------------------------------------------------


def test_a_list_that_agrees_needs_no_word_and_one_that_does_not_needs_one(campaign):
    answer(campaign, 3)

    with pytest.raises(SurveyError) as refused:
        sign(campaign, 2, 20_000)
    explained = sign(campaign, 2, 20_000, WHY)
    agreeing = sign(campaign, 3, 30_000)

    assert len(refused.value.details) == 2
    assert explained.is_explained
    assert agreeing.gaps == ()


def test_a_later_list_replaces_the_one_before_and_both_stay(campaign):
    answer(campaign, 3)
    sign(campaign, 2, 20_000, WHY)
    sign(campaign, 3, 30_000)

    lists = db.session.scalars(select(SignedList).order_by(SignedList.id)).all()

    assert [(one.people, one.superseded) for one in lists] == [(2, True), (3, False)]
    assert pay_line(seen(campaign), "CX4", "X01").paid_vnd == 30_000


def test_a_difference_that_comes_up_later_has_to_be_explained_again(campaign):
    answer(campaign, 3)
    sign(campaign, 3, 30_000)
    answer(campaign, 1)

    line = pay_line(seen(campaign), "CX4", "X01")

    assert line.gaps == (Gap.AMOUNT, Gap.PEOPLE)
    assert not line.is_explained


def test_the_list_and_the_marks_on_the_names_must_agree(campaign):
    answer(campaign, 2)
    add_people(campaign.slug, "CX4", "X01", "Lê An\nTrần Bình", actor=CLERK)
    sign_names(campaign, 1)

    with pytest.raises(SurveyError) as refused:
        sign(campaign, 2, 20_000)

    assert "1 người được đánh dấu" in refused.value.details[0]


def test_more_people_than_names_or_than_the_plan_asks_cannot_have_signed(campaign):
    answer(campaign, 3)
    with pytest.raises(SurveyError, match="kế hoạch chỉ lấy 30 phiếu"):
        sign(campaign, 900, 9_000_000, WHY)
    add_people(campaign.slug, "CX4", "X01", "Lê An\nTrần Bình", actor=CLERK)

    with pytest.raises(SurveyError, match="danh sách người trả lời chỉ có 2 tên"):
        sign(campaign, 3, 30_000, WHY)


def test_nobody_can_have_received_more_than_the_fee(campaign):
    answer(campaign, 3)

    with pytest.raises(SurveyError, match=r"mỗi người nhiều nhất 10\.000"):
        sign(campaign, 3, 31_000, WHY)
    answer(campaign, 1, rule="CX3")
    assert sign(campaign, 1, 30_000, rule="CX3", unit=None).is_explained  # three units rated


@pytest.mark.parametrize("words", ["xxxxxx", "aaa aaa", "12345 678", ".........", "lý"])
def test_letters_that_say_nothing_explain_nothing(campaign, words):
    answer(campaign, 3)

    with pytest.raises(SurveyError, match="hãy giải thích từng chênh lệch"):
        sign(campaign, 2, 20_000, words)


def test_each_difference_has_its_own_word_and_one_does_not_stand_for_another(campaign):
    answer(campaign, 3)

    with pytest.raises(SurveyError) as refused:
        enter_signed_list(
            campaign.slug, "CX4", "X01", people=2, amount_vnd=20_000, signed_on=today(),
            why={Gap.PEOPLE: WHY}, actor=CLERK,
        )  # fmt: skip

    assert refused.value.details == ("ký nhận 20.000\u00a0đ, phải trả 30.000\u00a0đ",)


def test_an_explanation_is_open_again_when_the_figures_move_it_was_given_for(campaign):
    answer(campaign, 3)
    sign(campaign, 2, 20_000, WHY)
    before = pay_line(seen(campaign), "CX4", "X01")
    answer(campaign, 1)

    after = pay_line(seen(campaign), "CX4", "X01")

    assert before.is_explained
    assert after.open_gaps == (Gap.AMOUNT, Gap.PEOPLE)
    assert after.explanation(Gap.AMOUNT) == ""
    assert f"số so sánh trước là 30.000\u00a0đ, giải thích “{WHY}”" in told_gaps(after)[0]


@pytest.mark.parametrize(
    ("people", "amount", "day"), [(-1, 0, 0), (1, -5, 0), (1, 10_000, 1), (1, 10**13, 0)]
)
def test_figures_that_cannot_be_are_refused(campaign, people, amount, day):
    with pytest.raises(SurveyError, match="Chưa ghi được bảng kê"):
        sign(campaign, people, amount, WHY, on=today() + timedelta(days=day))


# --- the settlement ----------------------------------------------------------------------


def test_nothing_is_settled_while_ballots_come_in(campaign):
    with pytest.raises(ConflictError, match="còn thu phiếu"):
        settle_campaign(campaign.slug, actor=CLERK)


def test_every_difference_without_a_word_keeps_the_settlement_from_being_printed(campaign):
    answer(campaign, 3)
    answer(campaign, 2, rule="CX2", unit="X02")
    answer(campaign, 1, rule="CX3")
    close(campaign)

    with pytest.raises(ConflictError) as refused:
        settle_campaign(campaign.slug, actor=CLERK)

    assert [line.split(":")[0] for line in refused.value.details] == [
        "CX4 · Thị trấn Hoàn Lão", "ĐTV · Thị trấn Hoàn Lão", "CX2 · Thị trấn Phong Nha",
        "ĐTV · Thị trấn Phong Nha", "ĐTV · Thị trấn Nông trường Việt Trung", "CX3 · dòng chung",
    ]  # fmt: skip


def test_a_units_settlement_adds_up_and_says_it_in_words(campaign):
    answer(campaign, 3)
    advance(campaign)
    sign(campaign, 2, 20_000, WHY)
    close(campaign)
    pay_enumerators(campaign)

    file = settle_unit(campaign.slug, "X01", actor=CLERK)

    sheet = load_workbook(io.BytesIO(file.data), data_only=False)["Thanh toán X01"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    said = [str(value) for row in rows for value in row if value is not None]
    (line,) = [row for row in rows if str(row[1]).startswith("CX4")]
    assert line[2:10] == [30, 3, 3, 2, 10_000, 30_000, 20_000, -10_000]
    assert line[10] == f"lệch số tiền, lệch số người: {WHY}"
    (went,) = [row for row in rows if row[1] == "Điều tra viên"]
    assert went[2:10] == [None, None, None, 1, 200_000, 200_000, 200_000, 0]
    assert "Đã chi, bằng chữ: Hai trăm hai mươi nghìn đồng." in said
    assert "III. Tạm ứng chi không hết, nộp lại: 570.000 đồng." in said
    assert "Bằng chữ: Năm trăm bảy mươi nghìn đồng." in said
    assert [text for text in said if text.startswith("=SUM(")]
    assert "THỦ TRƯỞNG ĐƠN VỊ" in said


def test_the_account_of_the_campaign_holds_units_fees_lines_kinds_and_substitutions(campaign):
    from survey_app.services.substitutions import ask_substitution, decide_substitution

    number = ask_substitution(campaign.slug, "CX4", "X01", 4, "không đủ doanh nghiệp", actor=CLERK)
    decide_substitution(campaign.slug, number, granted=True, actor=CLERK)
    answer(campaign, 12)
    sign(campaign, 12, 120_000)
    close(campaign)
    pay_enumerators(campaign)

    file = settle_campaign(campaign.slug, actor=CLERK)
    data = load_workbook(io.BytesIO(file.data), data_only=True)

    assert data.sheetnames == [
        "Tổng hợp", "Dự toán, quyết toán", "Chi tiết", "Đối tượng CX4", "Lấy bổ sung",
    ]  # fmt: skip
    totals = [c.value for row in data["Tổng hợp"].iter_rows() for c in row]
    assert totals[totals.index("Tổng cộng") :][2:5] == [0, 320_000, 320_000]
    settled = [e for e in db.session.scalars(select(AuditEntry)) if e.action == "money.settle"]
    assert settled[-1].data["paid_vnd"] == 320_000


def test_enumerators_sign_for_the_units_they_went_to(campaign, staff):
    staff.user("enumerator", keys=("X01",), slug=campaign.slug)

    def line():
        file = enumerators_file(campaign.slug, actor=CLERK)
        rows = load_workbook(io.BytesIO(file.data)).active.iter_rows(values_only=True)
        return next(row[2:] for row in rows if row[1] == "X01 · Thị trấn Hoàn Lão")

    planned = line()
    close(campaign)

    assert planned == ("enumerator@cchc.test", 200_000, None)
    assert line() == ("enumerator@cchc.test", 0, None)  # nobody was asked there


# --- pages -------------------------------------------------------------------------------


def test_cash_lists_and_the_settlement_on_pages(campaign, staff):
    answer(campaign, 3)
    hoa = staff("coordinator")
    home = f"/campaigns/{campaign.slug}/money"
    token = token_in(hoa.get(f"{home}/units/X01").get_data(as_text=True))

    def post(path, **fields):
        return hoa.post(f"{home}/{path}", data={"csrf_token": token} | fields)

    day = today().isoformat()
    empty = post("units/X01/advances", amount="ba triệu", receiver="", paid_on=day)
    paid = post("units/X01/advances", amount="790.000 đ", receiver="Trần Bình", paid_on=day)
    bare = post("units/X01/CX4", people="2", amount="20.000", on=day)
    told = post("units/X01/CX4", people="2", amount="20.000", on=day, why_amount=WHY,
                why_people=WHY)  # fmt: skip
    early = post("units/X01/papers/settlement")
    close(campaign)
    went = post(f"units/X01/{ENUMERATORS}", people="1", amount="200.000", on=day)
    page = hoa.get(home).get_data(as_text=True)
    unit = hoa.get(f"{home}/units/X01").get_data(as_text=True)
    file = post("units/X01/papers/settlement")
    strange = post("papers/bánh-chưng")

    assert empty.status_code == 400
    assert "Hãy ghi một số nguyên, ví dụ 25 hoặc 3.000.000." in empty.get_data(as_text=True)
    assert (paid.status_code, told.status_code, went.status_code) == (302, 302, 302)
    assert bare.status_code == 400
    assert "ký nhận 20.000" in bare.get_data(as_text=True)
    assert early.status_code == 409
    assert "Mọi chênh lệch đã được giải thích" in page
    assert "Tải quyết toán" in page
    assert WHY in unit
    assert "Giấy thanh toán tạm ứng" in unit
    assert file.data[:2] == b"PK"
    assert strange.status_code == 404


def test_a_day_to_come_is_told_together_with_the_other_boxes(campaign, staff):
    hoa = staff("coordinator")
    home = f"/campaigns/{campaign.slug}/money/units/X01"
    token = token_in(hoa.get(home).get_data(as_text=True))

    page = hoa.post(f"{home}/advances", data={
        "csrf_token": token, "amount": "3.000.000", "receiver": "", "note": "",
        "paid_on": (today() + timedelta(days=1)).isoformat(),
    }).get_data(as_text=True)  # fmt: skip

    assert "chưa đến." in page
    assert "Hãy ghi người nhận tiền." in page
    assert "Vượt dự toán của đơn vị 2.210.000\u00a0đ; hãy ghi lý do." in page
    assert 'value="3.000.000"' in page
    assert "Field must" not in page


def test_the_money_is_the_coordinators(campaign, staff):
    for role in ("enumerator", "analyst", "viewer", "administrator"):
        assert staff(role).get(f"/campaigns/{campaign.slug}/money").status_code == 403
