"""Lists of people: nothing kept before it is confirmed, nobody twice, contacts gone on time."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from survey_app.errors import ConflictError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.formats import day, today
from survey_app.models import (
    AuditEntry,
    Contact,
    Participation,
    Person,
    QuotaRule,
    Roster,
    RosterKind,
)
from survey_app.services import campaigns, contacts, rosters
from survey_app.services.roster_reading import (
    LEFT_OUT,
    NO_UNIT,
    RosterChoices,
    grid_of_paste,
    packed,
    preview_roster,
    unpacked,
)
from tests.builders import CLERK, token_in

LIST = """Mã hồ sơ\tHọ và tên\tXã, thị trấn\tĐiện thoại\tĐịa chỉ
H1\tNguyễn Văn Hoà\tTT Hoàn Lão\t0912.345.678\tTDP 1
H2\tNGUYỄN VĂN HÒA\tHoàn Lão\t+84 912 345 678\tTDP 1
H3\tTrần Thị Lan\tHoàn Lão\t0987654321\tTDP 2
H4\tLê Văn Bình\tHoàn Lão\t0987654321\tTDP 2"""


@pytest.fixture
def campaign(make_campaign):
    return make_campaign()


def facts(campaign, **changed):
    values = {
        "name": "Hồ sơ một cửa quý III",
        "kind": RosterKind.PEOPLE,
        "group": campaigns.definition_of(campaign).rule_by_code["CX4"].group,
        "contacts_until": rosters.contacts_until(campaign),
    }
    return rosters.RosterFacts(**values | changed)


def take(campaign, text=LIST, choices=None, **changed):
    grid = grid_of_paste(text)
    return rosters.take_roster(
        campaign.slug, grid, choices or RosterChoices(), facts(campaign, **changed), actor=CLERK
    )


def preview(campaign, text=LIST, kind=RosterKind.PEOPLE, **chosen):
    return preview_roster(campaign.slug, grid_of_paste(text), kind, RosterChoices(**chosen))


def names(roster_id):
    return list(
        db.session.scalars(
            select(Person.name).where(Person.roster_id == roster_id).order_by(Person.position)
        )
    )


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


# --- taking a list in --------------------------------------------------------------------


def test_a_list_is_kept_with_its_units_and_its_contacts_apart(campaign):
    roster_id = take(campaign)

    people = db.session.scalars(select(Person).order_by(Person.position)).all()
    assert [person.key for person in people] == ["H1", "H3", "H4"]
    assert {person.unit.code for person in people} == {"X01"}
    assert people[0].contact.phone == "0912345678"
    assert (people[0].contact.address, people[0].stratum) == ("TDP 1", "")
    assert "0912" not in repr([vars(person) for person in people])
    assert rosters.roster_of(campaign, roster_id).source == "bảng dán"


def test_the_trail_names_the_list_and_numbers_but_nobody(campaign):
    take(campaign)

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "roster.import")).one()
    assert (entry.data["people"], entry.data["contacts"], entry.data["duplicates_dropped"]) == (
        3, 3, 1,
    )  # fmt: skip
    assert not re.search(r"Nguyễn|Hoà|Lan|0912|H1", str(entry.data))


def test_the_second_of_two_surely_equal_rows_is_dropped_unless_somebody_keeps_it(campaign):
    proposed = preview(campaign)
    kept = preview(campaign, shown=frozenset({2, 3}))
    shared = preview(campaign, shown=frozenset({2, 3, 4, 5}), dropped=frozenset({5}))

    assert proposed.dropped == {3}
    assert (kept.dropped, len(kept.rows)) == (frozenset(), 4)
    assert shared.dropped == {5}
    assert preview(campaign, dropped=frozenset({99})).dropped == {3}


def test_a_citizen_with_files_at_two_desks_stays_at_both(campaign):
    text = LIST + "\nH5\tTrần Thị Lan\tPhong Nha\t0987 654 321\tTDP 2"

    people = preview(campaign, text)
    files = preview(campaign, text, RosterKind.TRANSACTIONS)

    assert people.dropped == {3, 6}
    assert files.dropped == {3}


def test_a_doubtful_unit_is_asked_about_and_nothing_is_kept(campaign):
    text = LIST.replace("TT Hoàn Lão", "Hoan Lao").replace("Lan\tHoàn Lão", "Lan\t")

    asked = preview(campaign, text)
    with pytest.raises(SurveyError, match="còn 2 lỗi; chưa lưu gì") as refused:
        take(campaign, text)

    assert not asked.is_ready
    assert any("“Hoan Lao” (1 dòng)" in line for line in refused.value.details)
    assert any("ô để trống (1 dòng)" in line for line in refused.value.details)
    assert count(Roster) == count(Person) == count(Contact) == 0


def test_an_unknown_unit_is_chosen_left_out_or_stands_under_none(campaign):
    text = LIST.replace("TT Hoàn Lão", "Hoan Lao").replace("Lan\tHoàn Lão", "Lan\tXã Lạ")

    ready = preview(campaign, text, units={"Hoan Lao": "X01", "Xã Lạ": LEFT_OUT})
    loose = preview(campaign, text, units={"Hoan Lao": "X01", "Xã Lạ": NO_UNIT})
    forged = preview(campaign, text, units={"Hoan Lao": "X99", "Xã Lạ": NO_UNIT})

    assert (ready.is_ready, ready.left_out, ready.by_unit) == (True, 1, {"X01": 2})
    assert loose.by_unit == {"X01": 2, "": 1}
    assert not forged.is_ready


def test_faulty_rows_are_listed_all_at_once_and_may_be_left_out(campaign):
    text = LIST.replace("Trần Thị Lan", "").replace("H4", "H1")

    strict = preview(campaign, text)
    lenient = preview(campaign, text, skip_faulty=True)

    assert [mistake.where for mistake in strict.mistakes] == ["B4", "A5"]
    assert lenient.is_ready
    assert [row.key for row in lenient.rows] == ["H1"]


def test_a_column_that_was_guessed_wrong_is_chosen(campaign):
    from questionnaires.roster_columns import Column

    text = LIST.replace("Họ và tên", "Ai")
    chosen = {"A": None, "B": Column.NAME, "C": Column.UNIT, "D": Column.PHONE, "E": None}

    assert not preview(campaign, text).is_ready
    found = preview(campaign, text, heading=1, columns=chosen)
    assert found.is_ready
    assert found.rows[0].key == "00002"
    assert found.rows[0].address == ""


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "ab"}, "từ 3 đến 200"),
        ({"group": "nobody"}, "không có đối tượng"),
        ({"contacts_until": today() - timedelta(days=1)}, "hai năm"),
        ({"contacts_until": today() + timedelta(days=3000)}, "hai năm"),
    ],
)
def test_a_list_has_a_name_a_group_and_an_end_of_its_contacts(campaign, changed, said):
    with pytest.raises(SurveyError, match=said):
        take(campaign, **changed)

    assert count(Roster) == 0


def test_two_lists_of_a_campaign_have_two_names_and_a_closed_campaign_takes_none(campaign):
    take(campaign)

    with pytest.raises(ConflictError, match="đã có danh sách"):
        take(campaign)
    campaigns.close_campaign(campaign.slug, "hết hạn thu phiếu", actor=CLERK)
    db.session.rollback()
    with pytest.raises(ConflictError, match="đã đóng"):
        take(campaign, name="Danh sách khác")


def test_contacts_are_kept_half_a_year_after_the_last_day_when_nobody_says_otherwise(campaign):
    assert rosters.contacts_until(campaign) == campaign.closes + timedelta(days=180)


def test_a_list_taken_in_by_mistake_can_be_given_up_whole(campaign):
    roster_id = take(campaign)

    rosters.give_up_roster(campaign.slug, roster_id, "nhập nhầm tệp", actor=CLERK)

    assert count(Roster) == count(Person) == count(Contact) == 0
    with pytest.raises(NotFoundError):
        rosters.roster_of(campaign, roster_id)


def test_the_page_carries_the_list_and_a_forged_one_is_refused():
    grid = grid_of_paste("\n\nHọ tên\tSĐT\n\nNguyễn Văn A\t0912345678")

    assert unpacked(packed(grid)) == grid
    assert grid.rows[1][0].place == "A5"
    for forged in ("", "x", "eJw", packed(grid)[:-8], "AAAA" * 100):
        with pytest.raises(SurveyError, match="không đọc lại được"):
            unpacked(forged)


def test_ten_thousand_rows_are_read_and_kept(campaign):
    lines = [f"Người {n}\tHoàn Lão\t09{n:08d}" for n in range(10_000)]
    text = "Họ tên\tĐơn vị\tSĐT\n" + "\n".join(lines)

    assert len(packed(grid_of_paste(text))) < 950_000
    roster_id = take(campaign, text)

    assert len(names(roster_id)) == 10_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "bảng trống"),
        ("Họ tên\tSĐT", "không có người nào"),
        ("Họ tên\n" + "A\n" * 15_001, "15002 dòng"),
        ("Cột lạ\tCột khác\na\tb", "chưa biết cột nào là họ tên"),
    ],
)
def test_what_is_no_list_is_said_and_nothing_is_kept(campaign, text, said):
    with pytest.raises(SurveyError) as refused:
        take(campaign, text)

    assert said in str(refused.value)
    assert count(Roster) == 0


# --- contacts ----------------------------------------------------------------------------


def someone_took_part(roster_id, campaign):
    rule = db.session.scalars(select(QuotaRule).where(QuotaRule.code == "CX4")).one()
    person = db.session.scalars(select(Person).where(Person.roster_id == roster_id)).first()
    for line, person_id in enumerate((person.id, None), start=1):
        db.session.add(
            Participation(
                rule_id=rule.id,
                unit_id=person.unit_id,
                person_id=person_id,
                line=line,
                name="Ai đó",
                phone="0912345678",
            )
        )
    db.session.commit()


def age(roster_id, days):
    db.session.get(Roster, roster_id).contacts_until = today() - timedelta(days=days)
    db.session.commit()


def test_contacts_go_the_day_after_and_names_stay(campaign):
    first, second = take(campaign), take(campaign, name="Danh sách khác")
    someone_took_part(first, campaign)
    age(first, 0)

    assert contacts.purge_due(actor=CLERK) == ()
    age(first, 1)
    (purged,) = contacts.purge_due(campaign.slug, actor=CLERK)

    assert (purged.name, purged.contacts, purged.phones) == ("Hồ sơ một cửa quý III", 3, 1)
    assert contacts.contacts_of(rosters.roster_of(campaign, first)) == 0
    assert contacts.contacts_of(rosters.roster_of(campaign, second)) == 3
    assert len(names(first)) == 3
    assert rosters.roster_of(campaign, first).contacts_deleted_on == today()
    assert not contacts.are_kept(rosters.roster_of(campaign, first))
    assert contacts.purge_due(actor=CLERK) == ()


def test_people_who_took_part_without_a_list_lose_their_phones_half_a_year_after_the_end(
    campaign,
):
    roster_id = take(campaign)
    someone_took_part(roster_id, campaign)
    campaign.opens = campaign.closes = today() - timedelta(days=181)
    db.session.commit()

    (purged,) = contacts.purge_due(actor=CLERK)

    assert (purged.name, purged.phones) == (None, 1)
    phones = db.session.scalars(select(Participation.phone).order_by(Participation.line)).all()
    assert phones == ["0912345678", ""]


def test_a_purge_is_in_the_trail_with_counts_only(campaign):
    roster_id = take(campaign)

    contacts.purge_roster(campaign.slug, roster_id, "người dân yêu cầu", actor=CLERK)

    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "contacts.purge")
    ).one()
    assert entry.data == {
        "list": "Hồ sơ một cửa quý III",
        "contacts": 3,
        "phones": 0,
        "reason": "người dân yêu cầu",
    }
    with pytest.raises(ConflictError, match="đã xóa ngày"):
        contacts.purge_roster(campaign.slug, roster_id, "lần nữa cho chắc", actor=CLERK)


# --- pages -------------------------------------------------------------------------------


def url(campaign, rest=""):
    return f"/campaigns/{campaign.slug}/rosters{rest}"


def send(browser, campaign, text=LIST, **fields):
    page = browser.get(url(campaign, "/new")).get_data(as_text=True)
    until = re.search(r'name="contacts_until"[^>]*value="([^"]+)"', page)[1]
    data = {
        "kind": "people", "name": "Hồ sơ quý III", "contacts_until": until, "text": text,
        "group": campaigns.definition_of(campaign).rule_by_code["CX4"].group,
    }  # fmt: skip
    return browser.post(
        url(campaign, "/new"), data=data | fields | {"csrf_token": token_in(page)},
        content_type="multipart/form-data",
    )  # fmt: skip


def typed(page):
    """What the preview would send as it stands."""
    data = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
    data.pop("drop", None)
    data["kind"] = "people"
    for name, options in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL
    ):
        chosen = re.search(r'<option[^>]*value="([^"]*)"[^>]* selected', options) or re.search(
            r'<option selected value="([^"]*)"', options
        )
        data[name] = chosen[1] if chosen else ""
    data.pop("skip_faulty", None)
    data["drop"] = re.findall(r'name="drop" value="(\d+)" checked', page)
    return data


def test_a_list_is_shown_first_and_kept_when_it_is_confirmed(campaign, staff):
    hoa = staff("coordinator")

    shown = send(hoa, campaign)
    page = shown.get_data(as_text=True)
    kept_before = count(Roster)
    taken = hoa.post(url(campaign, "/take"), data=typed(page) | {"act": "take"})
    roster = hoa.get(taken.location).get_data(as_text=True)

    assert (shown.status_code, kept_before) == (200, 0)
    assert "Lưu danh sách 3 dòng" in page
    assert taken.status_code == 302
    assert "Trần Thị Lan" in roster
    assert "0987654321" not in roster  # contacts are in the file to take along only
    assert taken.headers["Cache-Control"] == shown.headers["Cache-Control"] == "no-store"


def test_choices_of_the_page_are_taken_with_it(campaign, staff):
    hoa = staff("coordinator")
    page = send(hoa, campaign, LIST.replace("TT Hoàn Lão", "Hoan Lao")).get_data(as_text=True)
    data = typed(page)

    kept_all = hoa.post(
        url(campaign, "/take"), data=data | {"act": "take", "drop": [], "unit:Hoan Lao": "X01"}
    )

    assert "chưa rõ là đơn vị nào" in page
    assert "Lưu danh sách" not in page
    assert kept_all.status_code == 302
    assert len(names(db.session.scalars(select(Roster.id)).one())) == 4


def test_a_workbook_is_read_and_its_title_line_does_no_harm(campaign, staff):
    book = Workbook()
    book.active.append(["DANH SÁCH"])
    book.active.merge_cells("A1:E1")
    for line in LIST.split("\n"):
        book.active.append(line.split("\t"))
    file = io.BytesIO()
    book.save(file)

    page = send(
        staff("coordinator"), campaign, "", file=(io.BytesIO(file.getvalue()), "hồ sơ.xlsx")
    ).get_data(as_text=True)

    assert "Lưu danh sách 3 dòng" in page
    assert "hồ sơ.xlsx" not in re.sub(r'value="[^"]*"', "", page)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": ""}, "bảng trống"),
        ({"name": ""}, "Hãy đặt tên"),
        ({"group": ""}, "Hãy chọn đối tượng"),
        ({"contacts_until": "mai"}, "Ngày không hợp lệ"),
        ({"file": (b"x", "a.pdf")}, "Hãy chọn tệp .xlsx hoặc .csv."),
        ({"file": (b"\xe1\x80", "a.csv")}, "CSV UTF-8"),
    ],
)
def test_bad_input_gets_one_clear_page_and_nothing_is_kept(campaign, staff, fields, said):
    if "file" in fields:
        data, name = fields["file"]
        fields = {"file": (io.BytesIO(data), name)}
    answer = send(staff("coordinator"), campaign, **fields)

    assert answer.status_code == 400
    assert said in answer.get_data(as_text=True)
    assert count(Roster) == 0


def test_a_page_that_lost_its_list_says_so(campaign, staff):
    hoa = staff("coordinator")
    token = token_in(hoa.get(url(campaign, "/new")).get_data(as_text=True))

    answer = hoa.post(
        url(campaign, "/take"), data={"act": "take", "packed": "hỏng", "csrf_token": token}
    )

    assert answer.status_code == 400
    assert "Hãy gửi lại danh sách" in answer.get_data(as_text=True)


def test_due_contacts_are_shown_and_deleted_with_a_button(campaign, staff):
    roster_id = take(campaign)
    age(roster_id, 1)
    hoa = staff("coordinator")
    page = hoa.get(url(campaign)).get_data(as_text=True)

    answer = hoa.post(url(campaign, "/purge"), data={"csrf_token": token_in(page)})
    after = hoa.get(answer.location).get_data(as_text=True)

    assert "1 danh sách đã quá ngày" in page
    assert "Đã xóa 3 liên hệ của 1 danh sách đến hạn." in after
    assert f"đã xóa {day(today())}" in after
    assert count(Contact) == 0


def test_contacts_and_lists_are_deleted_with_a_reason_only(campaign, staff):
    roster_id = take(campaign)
    hoa = staff("coordinator")
    page = hoa.get(url(campaign, f"/{roster_id}")).get_data(as_text=True)
    token = token_in(page)

    silent = hoa.post(url(campaign, f"/{roster_id}/contacts"), data={"csrf_token": token})
    hoa.post(url(campaign, f"/{roster_id}/contacts"),
             data={"csrf_token": token, "reason": "người dân yêu cầu"})  # fmt: skip
    gone = hoa.post(url(campaign, f"/{roster_id}/give-up"),
                    data={"csrf_token": token, "reason": "nhập nhầm tệp"})  # fmt: skip

    assert silent.status_code == 400
    assert gone.status_code == 302
    assert count(Contact) == count(Roster) == 0


def test_a_long_list_is_paged_and_narrowed_to_one_unit(campaign, staff):
    lines = [f"Người {n}\t{'Hoàn Lão' if n % 2 else 'X02'}\t09{n:08d}" for n in range(150)]
    roster_id = take(campaign, "Họ tên\tĐơn vị\tSĐT\n" + "\n".join(lines))
    hoa = staff("coordinator")

    first = hoa.get(url(campaign, f"/{roster_id}")).get_data(as_text=True)
    second = hoa.get(url(campaign, f"/{roster_id}?page=2")).get_data(as_text=True)
    one = hoa.get(url(campaign, f"/{roster_id}?unit=X01")).get_data(as_text=True)

    assert "Trang 1/2 · 150 dòng" in first
    assert "Người 149" in second
    assert "Trang 1/1 · 75 dòng" in one


def test_only_a_coordinator_opens_lists(campaign, staff):
    take(campaign)

    for role in ("enumerator", "analyst", "viewer", "administrator"):
        assert staff(role).get(url(campaign)).status_code == 403
