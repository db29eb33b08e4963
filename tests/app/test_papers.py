"""Papers a Phòng Nội vụ signs: the plan and its annex, enumerators, handed-over forms."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from click.testing import CliRunner
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from openpyxl import load_workbook

from questionnaires import loader
from survey_app.cli.plan import plan as commands
from survey_app.errors import ConflictError, NotFoundError
from survey_app.models import PlanState
from survey_app.printing.annex_workbook import write_annex_workbook
from survey_app.printing.docx_field import write_enumerators, write_handovers
from survey_app.printing.docx_plan import annex_table, write_annex, write_plan
from survey_app.printing.handover_workbook import write_handover_workbook
from survey_app.services import accounts, campaigns, plan_versions, sheets
from survey_app.services.definitions import definition_of
from survey_app.services.field_papers import enumerator_list, handover_paper, ranges
from survey_app.services.paper_words import (
    letterhead,
    named_decision,
    place_of,
    units_named,
    written_day,
)
from survey_app.services.plan_papers import papers_of, plan_paper
from survey_app.services.slips import revoke_slip
from survey_app.services.what_if import draft_of, keep_line
from tests.builders import CLERK, bo_trach, make_slips, small_definition

SHIPPED = loader.available().campaigns


def loaded(definition):
    return campaigns.campaign_by_slug(campaigns.load_campaign(definition, actor=CLERK))


@pytest.fixture
def bo_trach_draft(app):
    return loaded(bo_trach())


def amended(campaign, code="CX4", unit="X01", number=25, reason="xã ít giao dịch"):
    """Propose fewer ballots of one cell and return the number of the version."""
    draft = draft_of(definition_of(campaign), code)
    changed = replace(draft, numbers={**draft.numbers, unit: number})
    return keep_line(campaign.slug, code, changed, reason, actor=CLERK)


def words(data):
    """Every paragraph of a Word file, those in cells too, one a line."""
    body = Document(io.BytesIO(data)).element.body
    return "\n".join(
        "".join(piece.text or "" for piece in paragraph.iter(qn("w:t")))
        for paragraph in body.iter(qn("w:p"))
    )


def tables(data):
    return [
        [[cell.text for cell in row.cells] for row in table.rows]
        for table in Document(io.BytesIO(data)).tables
    ]


def vi_int(text):
    return 0 if text == "–" else int(text.replace(".", ""))


# --- the plan ----------------------------------------------------------------------------


def test_the_paper_of_bo_trach_says_what_its_plan_says(bo_trach_draft):
    text = words(write_plan(plan_paper(bo_trach_draft.slug)))

    for said in (
        "ỦY BAN NHÂN DÂN",
        "HUYỆN BỐ TRẠCH",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "KẾ HOẠCH",
        "a) Đánh giá cấp huyện: 1.092 phiếu",
        "- Lãnh đạo UBND huyện: 03 người x 13 phòng = 39 phiếu (theo mẫu phiếu CH1);",
        "b) Đánh giá cấp xã: 2.016 phiếu",
        "Tổng số: 3.108 phiếu của 2.049 người trả lời",
        "Thu phiếu từ ngày 15/3/2021 đến hết ngày 18/3/2021.",
        "từ ngày 01/01/2020 đến hết ngày 31/12/2020",
        "Tổng kinh phí: 28.360.000 đồng (bằng chữ: Hai mươi tám triệu ba trăm sáu mươi nghìn đồng)",
        "TM. ỦY BAN NHÂN DÂN",
        "Phụ lục I",
        "Phụ lục II",
        "Tổng cộng các Phụ lục: 1.092 + 2.016 = 3.108 phiếu.",
    ):
        assert said in text, said


def test_legal_grounds_end_with_semicolons_and_the_last_with_a_full_stop(bo_trach_draft):
    word = Document(io.BytesIO(write_plan(plan_paper(bo_trach_draft.slug))))

    grounds = [p.text for p in word.paragraphs if p.style.name == "Căn cứ"]

    assert [text[:24] for text in grounds] == [
        "Căn cứ Quyết định số 314",
        "Căn cứ Kế hoạch của UBND",
    ]
    assert [text[-1] for text in grounds] == [";", "."]
    assert word.styles["Căn cứ"].font.italic


def test_what_only_a_person_can_know_stays_dots(bo_trach_draft):
    text = words(write_plan(plan_paper(bo_trach_draft.slug)))

    assert "Số: ……/KH-UBND" in text
    assert "Bố Trạch, ngày …… tháng …… năm ……" in text
    assert (
        "(Kèm theo Kế hoạch số ……/KH-UBND ngày …… tháng …… năm …… của UBND huyện Bố Trạch)" in text
    )
    assert "1. Cơ quan chủ trì: ……" in text
    assert "CHỦ TỊCH" not in text


def test_the_decision_of_an_approved_plan_is_a_ground_of_it(bo_trach_draft):
    plan_versions.approve_plan(bo_trach_draft.slug, 1, "12/QĐ-UBND", date(2021, 2, 5), actor=CLERK)

    text = words(write_plan(plan_paper(bo_trach_draft.slug)))

    assert (
        "Căn cứ Văn bản số 12/QĐ-UBND ngày 05/02/2021 phê duyệt phân bổ số phiếu điều tra "
        "(bản số 1)."
    ) in text
    assert "Số: ……/KH-UBND" in text


def test_a_plan_approved_under_its_own_number_carries_number_and_day(bo_trach_draft):
    plan_versions.approve_plan(
        bo_trach_draft.slug, 1, "Kế hoạch số 9/KH-UBND", date(2021, 3, 9), actor=CLERK
    )

    text = words(write_plan(plan_paper(bo_trach_draft.slug)))

    assert "Số: 9/KH-UBND" in text
    assert "Bố Trạch, ngày 09 tháng 3 năm 2021" in text
    assert "(Kèm theo Kế hoạch số 9/KH-UBND ngày 09/3/2021 của UBND huyện Bố Trạch)" in text
    assert "phê duyệt phân bổ số phiếu" not in text


def test_pages_are_those_of_decree_30(bo_trach_draft):
    word = Document(io.BytesIO(write_plan(plan_paper(bo_trach_draft.slug))))

    for place, section in enumerate(word.sections):
        size = (round(section.page_width / Mm(1)), round(section.page_height / Mm(1)))
        left, *others = (
            round(margin / Mm(1))
            for margin in (
                section.left_margin, section.top_margin,
                section.bottom_margin, section.right_margin,
            )
        )  # fmt: skip
        assert size == ((297, 210) if place else (210, 297))
        assert (left, others) == (30, [20, 20, 20])
        numbers = [
            "PAGE" in "".join(t.text for t in header._element.iter(qn("w:instrText")))
            for header in (section.first_page_header, section.header)
        ]
        assert numbers == [False, True]
        assert section._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"
    for style in word.styles:
        if style.element.rPr is not None and style.font.name:
            assert style.font.name == "Times New Roman"
    assert word.styles["Normal"].font.size in (Pt(13), Pt(14))


def test_headings_of_a_long_table_repeat_on_every_page(bo_trach_draft):
    word = Document(io.BytesIO(write_annex(plan_paper(bo_trach_draft.slug))))

    assert len(word.tables) == 2
    for table in word.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_a_line_whose_number_was_amended_says_both(make_campaign):
    campaign = make_campaign()
    number = amended(campaign)

    before = words(write_plan(plan_paper(campaign.slug)))
    proposed = words(write_plan(plan_paper(campaign.slug, number)))

    now = "số phiếu theo bản phân bổ này: "
    assert f"{now}90 phiếu" in before  # the small plan has 3 communes, its wording says 840
    assert f"{now}85 phiếu" in proposed


def test_versions_that_wait_can_be_put_on_paper_and_those_given_up_cannot(make_campaign):
    campaign = make_campaign()
    number = amended(campaign)

    assert [(line.number, line.in_force) for line in papers_of(campaign)] == [(1, True), (2, False)]
    plan_versions.withdraw_plan(campaign.slug, number, "nhập nhầm tệp", actor=CLERK)

    assert [line.number for line in papers_of(campaign)] == [1]
    with pytest.raises(ConflictError, match="đã rút"):
        plan_paper(campaign.slug, number)
    with pytest.raises(NotFoundError, match="không có bản kế hoạch số 7"):
        plan_paper(campaign.slug, 7)


def test_a_version_that_was_replaced_says_so_on_every_page(bo_trach_draft):
    amended(bo_trach_draft)
    campaign = campaigns.campaign_by_slug(bo_trach_draft.slug)
    versions = plan_versions.history(campaign)

    data = write_plan(plan_paper(campaign.slug, 1))

    assert versions[-1].version.state is PlanState.SUPERSEDED
    for section in Document(io.BytesIO(data)).sections:
        for header in (section.first_page_header, section.header):
            assert "BẢN PHÂN BỔ SỐ 1 ĐÃ ĐƯỢC THAY" in header.paragraphs[0].text


def test_a_plan_that_does_not_add_up_is_not_put_on_paper(app):
    whole = bo_trach()
    rules = tuple(
        replace(rule, stated_total=rule.stated_total + 1) if rule.code in ("CH1", "CX4") else rule
        for rule in whole.rules
    )
    campaign = loaded(replace(whole, rules=rules))

    with pytest.raises(ConflictError, match="2 chỗ") as refused:
        plan_paper(campaign.slug)

    assert [line[:8] for line in refused.value.details] == ["Dòng CH1", "Dòng CX4"]
    assert papers_of(campaign)[0].wrong == 2


def test_simulated_data_is_named_on_every_page_of_every_paper(app):
    definition = replace(bo_trach(), sample=True)
    campaign = loaded(definition)
    paper = plan_paper(campaign.slug)
    handed = handover_paper(campaign.slug)

    for data in (
        write_plan(paper), write_annex(paper),
        write_enumerators(enumerator_list(campaign.slug)), write_handovers(handed),
    ):  # fmt: skip
        for section in Document(io.BytesIO(data)).sections:
            for header in (section.first_page_header, section.header):
                assert "DỮ LIỆU MÔ PHỎNG" in header.paragraphs[0].text
    for data in (write_annex_workbook(paper), write_handover_workbook(handed)):
        for sheet in load_workbook(io.BytesIO(data)):
            assert "DỮ LIỆU MÔ PHỎNG" in sheet.oddHeader.right.text


@pytest.mark.parametrize("slug", SHIPPED)
def test_every_shipped_plan_can_be_put_on_paper(app, slug):
    definition = loader.load_campaign(slug)
    campaign = loaded(definition)
    paper = plan_paper(campaign.slug)

    text = words(write_plan(paper))

    assert definition.title in text
    for rule in definition.rules:
        assert rule.wording.strip().rstrip(".;") in text
    for step in definition.timetable:
        assert step.title.vi in text
    if definition.rules:
        assert sum(annex.total for annex in paper.annexes) == sum(
            map(definition.ballots_of, definition.rules)
        )
    else:
        with pytest.raises(ConflictError, match="không có phụ lục"):
            write_annex(paper)


# --- the annex ---------------------------------------------------------------------------


@pytest.mark.parametrize(("slug", "cells"), [("bo_trach_2020", 192), ("two_tier_2026", 620)])
def test_the_annex_reconciles_both_ways(app, slug, cells):
    definition = loader.load_campaign(slug)
    paper = plan_paper(loaded(definition).slug)

    printed = tables(write_annex(paper))

    assert sum(len(table) - 3 for table in printed) == len(definition.units)
    numbers = [[[vi_int(c) for c in row[2:]] for row in table[1:-1]] for table in printed]
    assert sum(len(row) - 1 for table in numbers for row in table[:-1]) == cells
    for rows in numbers:
        *units, total = rows
        assert all(sum(row[:-1]) == row[-1] for row in rows)
        assert [sum(column) for column in zip(*units, strict=True)] == total
    assert sum(rows[-1][-1] for rows in numbers) == sum(
        map(definition.ballots_of, definition.rules)
    )


def test_a_unit_nobody_is_asked_about_has_a_dash(bo_trach_draft):
    amended(bo_trach_draft, number=0)
    paper = plan_paper(bo_trach_draft.slug)

    table = annex_table(paper.annexes[1])

    assert table.rows[0][-2] == "–"
    assert table.totals[0][-2:] == ("810", "1.986")


def values_and_formulas(data):
    both = [load_workbook(io.BytesIO(data), data_only=computed) for computed in (True, False)]
    return both[0], both[1]


def test_sums_of_the_workbook_are_live_and_already_computed(bo_trach_draft):
    values, formulas = values_and_formulas(write_annex_workbook(plan_paper(bo_trach_draft.slug)))

    checked = 0
    for sheet in formulas.worksheets[:-1]:
        shown = values[sheet.title]
        for row in sheet.iter_rows():
            for cell in row:
                found = re.fullmatch(r"=SUM\(([A-Z]+\d+:[A-Z]+\d+)\)", str(cell.value))
                if found:
                    area = [c.value or 0 for line in shown[found[1]] for c in line]
                    assert shown[cell.coordinate].value == sum(area), cell.coordinate
                    checked += 1
    assert checked == (13 + 5 + 3) + (28 + 6 + 5)  # rows, totals, people of own rules and of all
    summary = values["Tổng hợp"]
    said = {c.value for row in summary.iter_rows() for c in row}
    assert {3108, 2049, 28_360_000} <= said
    assert "Bằng chữ: Hai mươi tám triệu ba trăm sáu mươi nghìn đồng." in said
    marks = [c.value for row in summary.iter_rows() for c in row if c.value in ("khớp", "LỆCH")]
    assert marks == ["khớp"] * 3


def test_the_workbook_is_set_up_to_be_printed(bo_trach_draft):
    book = load_workbook(io.BytesIO(write_annex_workbook(plan_paper(bo_trach_draft.slug))))

    assert book.sheetnames == ["Phụ lục I", "Phụ lục II", "Tổng hợp"]
    for sheet in book:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows
        assert sheet.freeze_panes


def test_names_are_text_whatever_they_look_like(app):
    definition = small_definition()
    odd = "=1+1 <b>&\"'"
    units = tuple(replace(u, name=odd if u.code == "X01" else u.name) for u in definition.units)
    campaign = loaded(replace(definition, units=units))
    paper, handed = plan_paper(campaign.slug), handover_paper(campaign.slug)

    assert odd in words(write_plan(paper))
    assert odd in words(write_handovers(handed))
    for data in (write_annex_workbook(paper), write_handover_workbook(handed)):
        cells = [
            c for sheet in load_workbook(io.BytesIO(data)) for r in sheet.iter_rows() for c in r
        ]
        assert {c.data_type for c in cells if c.value == odd} == {"s"}


def test_the_same_plan_gives_the_same_bytes(bo_trach_draft):
    slug = bo_trach_draft.slug
    writers = (
        lambda: write_plan(plan_paper(slug)),
        lambda: write_annex(plan_paper(slug)),
        lambda: write_annex_workbook(plan_paper(slug)),
        lambda: write_enumerators(enumerator_list(slug)),
        lambda: write_handovers(handover_paper(slug)),
        lambda: write_handover_workbook(handover_paper(slug)),
    )

    for write in writers:
        data = write()
        assert data == write()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert not [name for name in archive.namelist() if "thumbnail" in name]


# --- enumerators -------------------------------------------------------------------------


def test_enumerators_are_listed_by_unit_with_room_to_sign(make_campaign, staff):
    campaign = make_campaign()
    for name, email, units in (
        ("Trần Văn Ân", "an@x.vn", ["X01"]),
        ("Đỗ Thị Bình", "binh@x.vn", ["X01", "P02"]),
        ("Người đã nghỉ", "nghi@x.vn", ["X03"]),
    ):
        accounts.add_user(email, name, ["enumerator"], password=staff.password, actor=CLERK)
        rule = "CX4" if units == ["X01"] else None
        accounts.assign(email, campaign.slug, units, rule_code=rule, actor=CLERK)
    accounts.set_active("nghi@x.vn", active=False, actor=CLERK)

    listed = enumerator_list(campaign.slug)
    (rows,) = tables(write_enumerators(listed))[2:3]

    assert [(line.unit, line.name, line.rules, line.target) for line in listed.lines] == [
        ("Văn phòng HĐND và UBND", "", "", 84),
        ("Phòng Nội vụ", "Đỗ Thị Bình", "mọi dòng", 84),
        ("Phòng Tư pháp", "", "", 84),
        ("Thị trấn Hoàn Lão", "Đỗ Thị Bình", "mọi dòng", 72),
        ("Thị trấn Hoàn Lão", "Trần Văn Ân", "CX4", 30),
        ("Thị trấn Phong Nha", "", "", 72),
        ("Thị trấn Nông trường Việt Trung", "", "", 72),
    ]
    assert (listed.people, listed.units, listed.unassigned) == (2, 6, 4)
    assert rows[0][-1] == "Ký tên"
    assert all(row[-1] == "" for row in rows[1:])


# --- handovers ---------------------------------------------------------------------------


def test_a_handover_names_what_was_printed_for_the_unit(make_campaign):
    campaign = make_campaign()
    printed = sheets.print_sheets(campaign.slug, "CX2", "X01", actor=CLERK)
    sheets.void_sheet(campaign.slug, printed[0].serial, "in hỏng một tờ", actor=CLERK)
    numbers = [slip.number for slip in make_slips(campaign, "CX4", "X01", 5)]
    make_slips(campaign, "CX4", "X02", 2)
    revoke_slip(campaign.slug, numbers[2], "mất phiếu mời", actor=CLERK)

    (record,) = handover_paper(campaign.slug, "X01").records
    by_rule = {line.rule: line for line in record.lines}

    assert record.receiver == "Thị trấn Hoàn Lão"
    assert set(by_rule) == {"CX1-HD", "CX1-LD", "CX2", "CX4"}  # CX3 is handed to its own people
    assert set(by_rule["CX2"].sheets) == {sheet.serial for sheet in printed[1:]}
    assert by_rule["CX4"].slips == tuple(n for n in numbers if n != numbers[2])
    data = write_handovers(handover_paper(campaign.slug, "X01"))
    assert f"{numbers[0]:04d}–{numbers[1]:04d}; {numbers[3]:04d}–{numbers[4]:04d}" in words(data)
    assert f"{printed[1].serial[:4]}-{printed[1].serial[4:]}" in words(data)
    assert printed[0].serial[:4] + "-" + printed[0].serial[4:] not in words(data)


def test_shared_forms_have_a_record_of_their_own(make_campaign):
    campaign = make_campaign()
    sheets.print_sheets(campaign.slug, "CX3", actor=CLERK)

    records = handover_paper(campaign.slug).records

    assert [record.unit for record in records] == ["P01", "P02", "P03", "X01", "X02", "X03"] + [
        None
    ] * 3
    shared = {record.lines[0].rule: record for record in records if record.unit is None}
    assert set(shared) == {"CH1", "CH3", "CX3"}
    (line,) = shared["CX3"].lines
    assert (len(line.sheets), line.target, line.kinds[0].kind) == (13, 13, "Quyển phiếu")


def test_a_record_has_blanks_and_four_signatures(make_campaign):
    campaign = make_campaign()

    text = words(write_handovers(handover_paper(campaign.slug, "X02")))

    for side in ("BÊN GIAO", "BÊN NHẬN", "BÊN NỘP LẠI", "BÊN NHẬN LẠI"):
        assert f"\n{side}\n" in text
    assert "2. Bên nhận: Thị trấn Phong Nha" in text
    assert "Hôm nay, ngày …… tháng …… năm ……" in text


def test_what_is_still_out_is_a_live_formula(make_campaign):
    campaign = make_campaign()
    make_slips(campaign, "CX4", "X01", 3)

    values, formulas = values_and_formulas(write_handover_workbook(handover_paper(campaign.slug)))

    rows = list(formulas["Bàn giao"].iter_rows(values_only=True))
    (x01,) = [row for row in rows if row[1] == "Thị trấn Hoàn Lão" and row[2] == "CX4"]
    assert x01[5:7] == ("0001–0003", 3)
    assert x01[9].startswith("=IF(H")
    totals = [
        row for row in values["Bàn giao"].iter_rows(values_only=True) if row[1] == "Tổng cộng"
    ]
    assert totals[0][6:10] == (3, 0, 0, 0)
    assert values.sheetnames == ["Bàn giao"]  # no sheet was printed, so there is no list of them


def test_a_unit_that_is_not_there_and_a_plan_that_asks_nobody_are_refused(make_campaign):
    campaign = make_campaign()
    silent = loaded(loader.load_campaign("commune_2024"))

    with pytest.raises(NotFoundError):
        handover_paper(campaign.slug, "X99")
    for make in (handover_paper, enumerator_list):
        with pytest.raises(ConflictError, match="không phân bổ phiếu"):
            make(silent.slug)


# --- pages and commands ------------------------------------------------------------------


def url(campaign, rest=""):
    return f"/campaigns/{campaign.slug}/papers{rest}"


FILES = (
    "/plan.docx", "/annex.docx", "/annex.xlsx",
    "/enumerators.docx", "/handover.docx", "/handover.xlsx", "/handover.docx?unit=X01",
)  # fmt: skip


def test_a_coordinator_downloads_every_paper(make_campaign, staff):
    campaign = make_campaign()
    hoa = staff("coordinator")

    plan = hoa.get(f"/campaigns/{campaign.slug}/plan").get_data(as_text=True)
    page = hoa.get(url(campaign)).get_data(as_text=True)

    assert url(campaign, "/plan.docx") in plan
    assert url(campaign) in plan
    for place in FILES[:-1]:
        assert url(campaign, place) in page, place
    for place in FILES:
        answer = hoa.get(url(campaign, place))
        assert answer.status_code == 200
        assert answer.data[:2] == b"PK"
        assert answer.headers["Cache-Control"] == "no-store"
        kind = place[1:].split("?")[0].split(".")[1]
        assert answer.headers["Content-Disposition"].endswith(f".{kind}")


def test_names_and_numbers_of_forms_are_for_those_who_hand_them_out(make_campaign, staff):
    campaign = make_campaign()
    minh = staff("viewer")

    page = minh.get(url(campaign)).get_data(as_text=True)

    assert minh.get(url(campaign, "/plan.docx")).status_code == 200
    assert "enumerators.docx" not in page
    assert "handover" not in page
    for place in FILES[3:]:
        assert minh.get(url(campaign, place)).status_code == 403


def test_papers_stay_vietnamese_on_an_english_page(make_campaign, staff):
    campaign = make_campaign(whole=True)
    hoa = staff("coordinator")

    page = hoa.get(url(campaign, "?lang=en")).get_data(as_text=True)
    text = words(hoa.get(url(campaign, "/plan.docx?lang=en")).data)

    assert "3,108 ballots" in page
    assert "Tổng số: 3.108 phiếu" in text
    assert "28.360.000 đồng" in text


def test_the_page_offers_the_version_that_waits_for_its_decision(make_campaign, staff):
    campaign = make_campaign()
    amended(campaign)
    hoa = staff("coordinator")

    page = hoa.get(url(campaign)).get_data(as_text=True)

    assert "chờ quyết định" in page
    assert url(campaign, "/plan.docx?version=2") in page
    assert "85 phiếu" in words(hoa.get(url(campaign, "/plan.docx?version=2")).data)
    assert hoa.get(url(campaign, "/plan.docx?version=9")).status_code == 404


def test_asking_for_papers_leaves_no_trace(make_campaign, staff):
    from survey_app.extensions import db
    from survey_app.models import AuditEntry

    campaign = make_campaign()
    hoa = staff("coordinator")
    before = db.session.query(AuditEntry).count()

    for place in FILES:
        hoa.get(url(campaign, place))

    assert db.session.query(AuditEntry).count() == before


@pytest.mark.parametrize(
    ("kind", "name", "rest"),
    [
        ("plan", "ke hoach.docx", []),
        ("annex", "phu_luc.docx", []),
        ("annex", "phu_luc.xlsx", ["--version", "1"]),
        ("enumerators", "dtv.docx", []),
        ("handover", "x01.docx", ["--unit", "X01"]),
        ("handover", "so.xlsx", []),
    ],
)
def test_the_command_writes_the_same_papers(make_campaign, tmp_path, kind, name, rest):
    campaign = make_campaign()
    out = tmp_path / name

    done = CliRunner().invoke(
        commands, ["paper", campaign.slug, "--kind", kind, "--out", str(out), *rest]
    )

    assert done.exit_code == 0, done.output
    assert name in done.output
    assert zipfile.is_zipfile(out)


def test_the_command_refuses_a_kind_of_file_it_cannot_write(make_campaign, tmp_path):
    campaign = make_campaign()

    done = CliRunner().invoke(
        commands, ["paper", campaign.slug, "--out", str(tmp_path / "ke_hoach.xlsx")]
    )

    assert done.exit_code == 2
    assert ".docx" in done.output


# --- words -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("organisation", "place", "lines"),
    [
        ("UBND huyện Bố Trạch", "Bố Trạch", ("ỦY BAN NHÂN DÂN", "HUYỆN BỐ TRẠCH")),
        ("UBND thị trấn Hoàn Lão", "Hoàn Lão", ("ỦY BAN NHÂN DÂN", "THỊ TRẤN HOÀN LÃO")),
        ("UBND thành phố Hà Nội", "Hà Nội", ("ỦY BAN NHÂN DÂN", "THÀNH PHỐ HÀ NỘI")),
        ("UBND phường 7", "Phường 7", ("ỦY BAN NHÂN DÂN", "PHƯỜNG 7")),
        ("UBND tỉnh", "……………", ("ỦY BAN NHÂN DÂN", "TỈNH ……")),
        ("Sở Nội vụ", "……………", ("SỞ NỘI VỤ",)),
    ],
)
def test_the_head_follows_from_the_name_of_the_office(organisation, place, lines):
    head = letterhead(organisation, "KH")

    assert head.organisation == lines
    assert place_of(organisation).startswith(place)
    assert head.symbol == ("KH-UBND" if organisation.startswith("UBND") else "KH-……")


def test_days_decisions_units_and_numbers_are_named_as_papers_do():
    assert written_day(date(2021, 3, 5)) == "05/3/2021"
    assert written_day(date(2021, 2, 15)) == "15/02/2021"
    assert named_decision("12/QĐ-UBND") == "Văn bản số 12/QĐ-UBND"
    assert named_decision("Quyết định số 12/QĐ-UBND") == "Quyết định số 12/QĐ-UBND"
    assert units_named(["a", "b"], "UBND xã, thị trấn") == "2 UBND xã, thị trấn"
    assert units_named(["a"] * 13, "Phòng chuyên môn") == "13 phòng chuyên môn"
    assert units_named(["UBND quận Thanh Xuân"], "UBND quận") == "UBND quận Thanh Xuân"
    assert ranges([1, 2, 3, 7, 9, 10]) == "0001–0003; 0007; 0009–0010"
    assert ranges([]) == ""
