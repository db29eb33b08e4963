"""A sample is drawn in public, called in order, and can be drawn again by anybody."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import delete, select, update

from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import AuditEntry, Draw, Person, Roster, RosterKind
from survey_app.services import campaigns, contacts, draws, rosters
from survey_app.services.draw_lists import draw_workbook
from survey_app.services.draw_plans import By, DrawOrder, Method, preview_draw, usual_order
from survey_app.services.roster_reading import RosterChoices, grid_of_paste
from tests.builders import CLERK, token_in

SEED = "48210573911264870335"
TOWNS = {"X01": "Hoàn Lão", "X02": "Phong Nha", "X03": "Nông trường Việt Trung"}


@pytest.fixture
def campaign(make_campaign):
    return make_campaign(per_unit={"CX4": 10})


def make_roster(campaign, people=None, *, name="Hồ sơ quý III", group="CX4", strata=True):
    """``people`` of each town; telephones differ, sizes are 1 to 5."""
    people = people or {"X01": 40, "X02": 30, "X03": 20}
    heads = "Họ tên\tĐơn vị\tSĐT\tĐịa chỉ\tLĩnh vực\tSố lượt"
    lines = [
        f"Người {town} {n}\t{TOWNS.get(town, '')}\t09{town[-1:]}{n:07d}\tThôn {n % 5}\t"
        f"{('Đất đai', 'Tư pháp')[n % 2] if strata else ''}\t{n % 5 + 1}"
        for town, count in people.items()
        for n in range(count)
    ]
    rule = campaigns.definition_of(campaign).rule_by_code[group]
    facts = rosters.RosterFacts(
        name, RosterKind.TRANSACTIONS, rule.group, rosters.contacts_until(campaign)
    )
    roster_id = rosters.take_roster(
        campaign.slug, grid_of_paste("\n".join([heads, *lines])),
        RosterChoices(units={"": ""}), facts, actor=CLERK,
    )  # fmt: skip
    return rosters.roster_of(campaign, roster_id)


def order(**changed):
    return DrawOrder(**{"rule": "CX4", "seed": SEED} | changed)


def draw(campaign, roster, **changed):
    number = draws.draw_people(campaign.slug, roster.id, order(**changed), actor=CLERK)
    return draws.draw_of(roster, number)


def chosen(drawn, part=None):
    return [called.person.name for called in draws.called_people(drawn, part)]


# --- what a draw takes -------------------------------------------------------------------


def test_numbers_come_from_the_plans_targets_and_the_reserve_from_who_will_answer(campaign):
    roster = make_roster(campaign)

    preview = preview_draw(campaign, roster, usual_order(campaign, roster))

    assert preview.order.rule == "CX4"
    assert [(part.code, part.listed, part.wanted, part.reserve) for part in preview.parts] == [
        ("X01", 40, 10, 6),
        ("X02", 30, 10, 6),
        ("X03", 20, 10, 6),
    ]
    assert preview.problems == ()
    assert (preview.wanted, preview.reserve) == (30, 18)


def test_the_digest_is_known_before_the_draw_and_is_the_one_recorded(campaign):
    roster = make_roster(campaign)
    before = preview_draw(campaign, roster, order()).frame.digest

    drawn = draw(campaign, roster)

    assert drawn.frame_sha256 == before
    assert (drawn.seed, drawn.method, drawn.rule, drawn.number) == (SEED, "simple", "CX4", 1)


def test_typed_numbers_take_the_place_of_the_plans(campaign):
    roster = make_roster(campaign)

    drawn = draw(campaign, roster, numbers={"X01": 3, "X03": 0})

    parts = {line.code: line.chosen for line in draws.reserve_lines(drawn)}
    assert parts == {"X01": 3, "X02": 10}


def test_a_short_list_is_refused_naming_every_unit_or_taken_whole(campaign):
    roster = make_roster(campaign, {"X01": 4, "X02": 9, "X03": 30})

    with pytest.raises(SurveyError) as refused:
        draw(campaign, roster)
    drawn = draw(campaign, roster, take_short=True)

    assert [line.split(":")[0] for line in refused.value.details] == [
        "Thị trấn Hoàn Lão",
        "Thị trấn Phong Nha",
    ]
    assert "cần 10 người nhưng danh sách chỉ có 4." in str(refused.value)
    assert {line.code: line.chosen for line in draws.reserve_lines(drawn)} == {
        "X01": 4, "X02": 9, "X03": 10,
    }  # fmt: skip


def test_units_the_plan_needs_and_the_list_lacks_are_told(campaign):
    roster = make_roster(campaign, {"X01": 40, "": 5})

    preview = preview_draw(campaign, roster, order())

    assert [(unit.code, target) for unit, target in preview.absent] == [("X02", 10), ("X03", 10)]
    assert [(part.code, part.wanted) for part in preview.parts] == [("X01", 10), ("", 0)]


def test_strata_share_the_plans_sum_by_their_size(campaign):
    roster = make_roster(campaign, {"X01": 30})

    preview = preview_draw(campaign, roster, order(by=By.STRATUM))

    assert [(part.code, part.listed, part.wanted) for part in preview.parts] == [
        ("Tư pháp", 15, 15),
        ("Đất đai", 15, 15),
    ]


def test_a_crossed_line_needs_its_people_once(campaign):
    roster = make_roster(campaign, {"": 80}, group="CH3")
    usual = usual_order(campaign, roster)

    preview = preview_draw(campaign, roster, usual)

    assert (usual.rule, usual.by) == ("CH3", By.LIST)
    assert preview.wanted == 56  # one person rates every department


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"seed": "1234567"}, "8 đến 200 ký tự"),
        ({"seed": "x" * 201}, "8 đến 200 ký tự"),
        ({"rule": None}, "Chưa có ai để rút"),
        ({"numbers": {"X77": 3}}, "không có phần nào là X77"),
        ({"numbers": {"X01": -1}}, "không được âm"),
        ({"answer_percent": 0}, "từ 1 đến 100 %"),
        ({"batch": 0}, "Mỗi đợt dự phòng"),
        ({"method": Method.PPS_PARETO}, "Chỉ rút ngẫu nhiên"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_nothing_is_kept(campaign, changed, said):
    roster = make_roster(campaign)

    with pytest.raises(SurveyError) as refused:
        draw(campaign, roster, **changed)

    assert said in str(refused.value)
    assert db.session.scalars(select(Draw)).all() == []


def test_a_list_without_units_strata_or_sizes_cannot_be_drawn_by_them(campaign):
    roster = make_roster(campaign, {"": 60}, strata=False)
    db.session.execute(update(Person).values(size=None))
    db.session.commit()

    for changed, said in (
        ({"by": By.UNIT}, "không có cột đơn vị"),
        ({"by": By.STRATUM}, "không có cột tầng"),
        ({"by": By.LIST, "method": Method.PPS_SYSTEMATIC}, "cần mọi người trong danh sách"),
    ):
        problems = preview_draw(campaign, roster, order(**changed)).problems
        assert said in " ".join(problems)


# --- drawing -----------------------------------------------------------------------------


@pytest.mark.parametrize("method", [Method.SIMPLE, Method.SYSTEMATIC, Method.PPS_SYSTEMATIC])
@pytest.mark.parametrize("by", list(By))
def test_every_way_of_drawing_is_repeated_to_the_person(campaign, method, by):
    roster = make_roster(campaign)

    drawn = draw(campaign, roster, method=method, by=by, numbers={"": 20} if by is By.LIST else {})

    checked = draws.verify(campaign.slug, roster.id, drawn.number)
    assert checked.equal, checked.differences
    assert len(set(chosen(drawn))) == len(drawn.result["chosen"]) > 0


def test_the_same_seed_and_list_choose_the_same_people_and_another_seed_others(campaign):
    first, second = make_roster(campaign), make_roster(campaign, name="Danh sách khác")

    here = draw(campaign, first)
    again = draw(campaign, first, reason="làm lại trước thanh tra")
    other_seed = draw(campaign, first, seed="99999999", reason="thử hạt giống khác")
    other_list = draw(campaign, second)

    assert chosen(here) == chosen(again)
    assert chosen(here) != chosen(other_seed)
    assert chosen(here) != chosen(other_list)  # the list's name is part of every number


def test_drawing_a_line_again_needs_a_reason_and_leaves_the_first_draw(campaign):
    roster = make_roster(campaign)
    draw(campaign, roster)

    with pytest.raises(ConflictError, match="đã rút cho dòng CX4 \\(lần 1\\)"):
        draw(campaign, roster, seed="99999999")
    again = draw(campaign, roster, seed="99999999", reason="thiếu người chứng kiến")

    assert again.number == 2
    assert [each.number for each in db.session.scalars(select(Draw).order_by(Draw.id))] == [1, 2]


def test_draws_verify_after_contacts_are_gone(campaign):
    roster = make_roster(campaign)
    drawn = draw(campaign, roster)

    contacts.purge_roster(campaign.slug, roster.id, "hết thời hạn giữ", actor=CLERK)

    assert draws.verify(campaign.slug, roster.id, drawn.number).equal


def test_a_list_that_was_mended_after_the_draw_is_found_out(campaign):
    roster = make_roster(campaign)
    drawn = draw(campaign, roster)
    gone = draws.called_people(drawn)[0].person
    db.session.execute(update(Person).where(Person.id == gone.id).values(key="99999"))
    db.session.commit()

    checked = draws.verify(campaign.slug, roster.id, drawn.number)

    assert not checked.equal
    assert "Mã băm danh sách" in checked.differences[0].vi


def test_a_list_that_was_drawn_from_is_not_given_up_and_a_closed_campaign_draws_none(campaign):
    roster = make_roster(campaign)
    draw(campaign, roster)

    with pytest.raises(ConflictError, match="phải giữ lại"):
        rosters.give_up_roster(campaign.slug, roster.id, "nhập nhầm tệp", actor=CLERK)
    campaigns.close_campaign(campaign.slug, "hết hạn thu phiếu", actor=CLERK)
    db.session.rollback()
    with pytest.raises(ConflictError, match="đã đóng"):
        draw(campaign, roster, reason="rút thêm lần nữa")


def test_the_trail_has_seed_digest_and_numbers_and_nobody(campaign):
    roster = make_roster(campaign)
    drawn = draw(campaign, roster)
    draws.release_batch(campaign.slug, roster.id, 1, "X01", "hai hộ đi vắng", actor=CLERK)

    entries = {
        entry.action: entry.data
        for entry in db.session.scalars(
            select(AuditEntry).where(AuditEntry.action.like("roster.%"))
        )
    }
    assert entries["roster.draw"]["seed"] == SEED
    assert entries["roster.draw"]["frame_sha256"] == drawn.frame_sha256
    assert (entries["roster.draw"]["chosen"], entries["roster.draw"]["reserve"]) == (30, 18)
    assert (entries["roster.release"]["called"], entries["roster.release"]["so_far"]) == (5, 5)
    assert "Người" not in str(entries)


# --- the reserve -------------------------------------------------------------------------


def test_the_reserve_is_called_in_whole_batches_in_its_order_and_ends(campaign):
    roster = make_roster(campaign)
    drawn = draw(campaign, roster, batch=4)
    waiting = [key for key, part, _ in drawn.result["reserve"] if part == "X02"]

    calls = [
        draws.release_batch(campaign.slug, roster.id, 1, "X02", "hai hộ đi vắng", actor=CLERK)
        for _ in range(2)
    ]

    drawn = draws.draw_of(roster, 1)
    called = [each for each in draws.called_people(drawn, "X02") if each.batch]
    assert calls == [4, 2]
    assert [each.person.key for each in called] == waiting
    assert [each.batch for each in called] == [1, 1, 1, 1, 2, 2]
    assert drawn.released == 6
    assert len(chosen(drawn, "X01")) == 10
    with pytest.raises(ConflictError, match="Không còn ai"):
        draws.release_batch(campaign.slug, roster.id, 1, "X02", "hai hộ đi vắng", actor=CLERK)


def test_names_of_the_reserve_that_were_not_called_are_shown_to_nobody(campaign, staff):
    roster = make_roster(campaign)
    drawn = draw(campaign, roster)
    waiting = {key for key, _part, _ in drawn.result["reserve"]}
    hidden = [p.name for p in db.session.scalars(select(Person)) if p.key in waiting]

    page = staff("coordinator").get(url(campaign, roster, "/draws/1")).get_data(as_text=True)
    book = draw_workbook(campaign.slug, roster.id, 1, actor=CLERK).data

    assert hidden
    written = {cell for row in cells(book) for cell in row}
    assert not [name for name in hidden if f">{name}<" in page or name in written]


def test_a_second_click_calls_no_second_batch(campaign):
    roster = make_roster(campaign)
    draw(campaign, roster)
    call = {"seen": 0, "actor": CLERK}

    draws.release_batch(campaign.slug, roster.id, 1, "X01", "hai hộ đi vắng", **call)
    with pytest.raises(ConflictError, match="sau khi trang này mở: nay là 5"):
        draws.release_batch(campaign.slug, roster.id, 1, "X01", "hai hộ đi vắng", **call)

    assert draws.draw_of(roster, 1).released == 5


def test_a_batch_needs_a_reason_a_part_and_a_draw(campaign):
    roster = make_roster(campaign)
    draw(campaign, roster)

    with pytest.raises(SurveyError, match="lý do"):
        draws.release_batch(campaign.slug, roster.id, 1, "X01", "", actor=CLERK)
    with pytest.raises(NotFoundError, match="không lấy ai"):
        draws.release_batch(campaign.slug, roster.id, 1, "P01", "hai hộ đi vắng", actor=CLERK)
    with pytest.raises(NotFoundError, match="không có lần rút"):
        draws.release_batch(campaign.slug, roster.id, 2, "X01", "hai hộ đi vắng", actor=CLERK)


# --- the list to take along --------------------------------------------------------------


def cells(data, sheet=None):
    book = load_workbook(io.BytesIO(data))
    sheets = [book[sheet]] if sheet else book.worksheets
    return [
        [c for c in row if c is not None] for s in sheets for row in s.iter_rows(values_only=True)
    ]


def test_the_list_has_a_sheet_for_each_unit_with_room_to_sign_and_no_day(campaign):
    roster = make_roster(campaign)
    draw(campaign, roster)
    draws.release_batch(campaign.slug, roster.id, 1, "X01", "hai hộ đi vắng", actor=CLERK)

    file = draw_workbook(campaign.slug, roster.id, 1, actor=CLERK)

    book = load_workbook(io.BytesIO(file.data))
    assert book.sheetnames[0] == "X01 Thị trấn Hoàn Lão"
    assert len(book.sheetnames) == 3
    rows = cells(file.data, book.sheetnames[0])
    head = next(row for row in rows if row[:1] == ["STT"])
    assert head == [
        "STT", "Họ và tên", "Mã trong danh sách", "Điện thoại", "Địa chỉ", "Mẫu",
        "Ký nhận phiếu", "Ghi chú (không gặp, từ chối, chuyển đi…)",
    ]  # fmt: skip
    assert sum("chính" in row for row in rows) == 10
    assert sum("dự phòng 1" in row for row in rows) == 5
    assert not re.search(r"\d+/\d+/20\d\d", str(rows))


def test_the_list_has_telephones_only_while_they_are_kept(campaign):
    roster = make_roster(campaign)
    draw(campaign, roster)
    with_phones = cells(draw_workbook(campaign.slug, roster.id, 1, actor=CLERK).data)
    db.session.get(Roster, roster.id).contacts_until = today() - timedelta(days=1)
    db.session.commit()

    due = cells(draw_workbook(campaign.slug, roster.id, 1, actor=CLERK).data)
    contacts.purge_due(actor=CLERK)
    gone = cells(draw_workbook(campaign.slug, roster.id, 1, part="X02", actor=CLERK).data)

    assert re.search(r"09\d{8}", str(with_phones))
    for rows in (due, gone):
        assert not re.search(r"09\d{8}|Thôn|Điện thoại", str(rows))
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "roster.list").order_by(AuditEntry.id)
    ).all()
    assert [entry.data["with_contacts"] for entry in entries] == [True, False, False]


def test_a_list_of_a_part_nobody_was_drawn_from_is_refused(campaign):
    roster = make_roster(campaign)
    draw(campaign, roster)

    with pytest.raises(SurveyError, match="Không có ai"):
        draw_workbook(campaign.slug, roster.id, 1, part="P01", actor=CLERK)


# --- pages -------------------------------------------------------------------------------


def url(campaign, roster, rest=""):
    return f"/campaigns/{campaign.slug}/rosters/{roster.id}{rest}"


def decide(browser, campaign, roster, act="look", **fields):
    """Post the page of a new draw as it stands, with some fields changed."""
    page = browser.get(url(campaign, roster, "/draw")).get_data(as_text=True)
    typed = dict(re.findall(r'name="(n:[^"]+)"[^>]*value="([^"]*)"', page))
    typed |= {"rule": "CX4", "method": "simple", "by": "unit", "answer_percent": "80", "batch": "5"}
    return browser.post(
        url(campaign, roster, "/draw"),
        data=typed | {"act": act, "csrf_token": token_in(page)} | fields,
    )


def test_a_sample_is_weighed_drawn_verified_and_called_on_pages(campaign, staff):
    roster = make_roster(campaign)
    hoa = staff("coordinator")

    looked = decide(hoa, campaign, roster, **{"n:unit:X01": "12"}).get_data(as_text=True)
    drawn = decide(hoa, campaign, roster, "draw", seed=SEED, **{"n:unit:X01": "12"})
    page = hoa.get(drawn.location + "?verify=1").get_data(as_text=True)
    answer = hoa.post(
        url(campaign, roster, "/draws/1/release"),
        data={"part": "0:X01", "reason": "hai hộ đi vắng", "csrf_token": token_in(page)},
    )
    one = hoa.get(answer.location).get_data(as_text=True)

    assert "Rút 32 người" in looked
    assert re.search(r"<code class=\"hash\">[0-9a-f]{64}</code>", looked)
    assert drawn.status_code == answer.status_code == 302
    assert "đúng mẫu này, không khác một người" in page
    assert SEED in page
    assert "Đã gọi 5 người dự phòng." in one
    assert "hai hộ đi vắng" in one
    assert one.count("dự phòng, đợt 1") == 5


def test_looking_draws_nothing_and_the_plans_numbers_come_back(campaign, staff):
    roster = make_roster(campaign)
    hoa = staff("coordinator")

    typed = decide(hoa, campaign, roster, **{"n:unit:X01": "12"}).get_data(as_text=True)
    again = decide(hoa, campaign, roster, "plan", **{"n:unit:X01": "12"}).get_data(as_text=True)
    whole = decide(hoa, campaign, roster, by="list").get_data(as_text=True)

    assert re.search(r'name="n:unit:X01"[^>]*value="12"', typed)
    assert re.search(r'name="n:unit:X01"[^>]*value="10"', again)
    assert re.search(r'name="n:list:"[^>]*value="30"', whole)
    assert db.session.scalars(select(Draw)).all() == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"n:unit:X01": "mười"}, "X01: “mười”"),
        ({"seed": "ngắn"}, "Số công khai dài từ 8"),
        ({"n:unit:X01": "41"}, "cần 41 người nhưng danh sách chỉ có 40"),
        ({"answer_percent": "0"}, "Số này phải từ 1 trở lên."),
        ({"batch": "x"}, "Hãy ghi một số nguyên"),
        ({"by": "moon"}, "Hãy chọn một mục"),
        ({"rule": "ZZ"}, "Hãy chọn một mục"),
    ],
)
def test_bad_input_gets_one_clear_page_and_draws_nothing(campaign, staff, fields, said):
    roster = make_roster(campaign)

    answer = decide(staff("coordinator"), campaign, roster, "draw", **{"seed": SEED} | fields)

    assert answer.status_code == 400
    assert said in answer.get_data(as_text=True)
    assert db.session.scalars(select(Draw)).all() == []


def test_a_list_is_downloaded_with_a_button_and_a_tampered_draw_is_told(campaign, staff):
    roster = make_roster(campaign)
    draw(campaign, roster)
    hoa = staff("coordinator")
    page = hoa.get(url(campaign, roster, "/draws/1")).get_data(as_text=True)

    book = hoa.post(
        url(campaign, roster, "/draws/1/list.xlsx"),
        data={"csrf_token": token_in(page), "part": "X03"},
    )
    db.session.execute(delete(Draw))
    db.session.commit()

    assert book.mimetype.endswith("spreadsheetml.sheet")
    assert "danh-sach-BT20-1-X03.xlsx" in book.headers["Content-Disposition"]
    assert book.headers["Cache-Control"] == "no-store"
    assert hoa.get(url(campaign, roster, "/draws/1")).status_code == 404
