"""Self-scores and appraised scores: workbooks out, points in, every mistake at once."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Callable
from decimal import Decimal

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select

from survey_app.errors import ConflictError, ForbiddenError
from survey_app.extensions import db
from survey_app.models import AuditEntry, Campaign, Round, Score, State, Unit
from survey_app.services import appraisal, selfscores
from survey_app.services.score_columns import SHEET, Given
from tests.app.scores import Scorer, column_of, row_of, sheet_of
from tests.builders import CLERK, CampaignBuilder, Staff

PAPER = "Báo cáo số 12/BC-UBND"


@pytest.fixture
def campaign(make_campaign: CampaignBuilder) -> Campaign:
    return make_campaign()


@pytest.fixture
def scorer(campaign: Campaign) -> Scorer:
    return Scorer(campaign)


def edited(data: bytes, change: Callable[[Worksheet], None]) -> bytes:
    """Open a workbook, change its sheet, and close it, as somebody in an office does."""
    book: Workbook = load_workbook(io.BytesIO(data))
    change(book[SHEET])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def unit_of(campaign: Campaign, code: str) -> Unit:
    return next(unit for unit in campaign.units if unit.code == code)


def zipped(files: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def test_the_zip_has_one_workbook_per_unit_named_without_diacritics(campaign):
    data = selfscores.all_templates(campaign, Round.SELF)

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
    assert len(names) == 6
    assert "phong-noi-vu_P02_tu-cham.xlsx" in names
    assert all(name.isascii() for name in names)


def test_a_template_has_a_row_for_every_appraised_criterion_and_none_for_surveyed_ones(
    campaign, scorer
):
    sheet = sheet_of(selfscores.score_template(campaign, unit_of(campaign, "P02"), Round.SELF))

    codes = {sheet.cell(row, 1).value for row in range(1, sheet.max_row + 1)}
    criteria = scorer.criteria("department")
    assert {leaf.code for leaf in scorer.leaves("department")} <= codes
    assert not {leaf.code for leaf in criteria.leaves if leaf.source == "survey"} & codes
    assert sum(leaf.max_points for leaf in scorer.leaves("department")) == 70


def test_totals_are_live_formulas_that_already_hold_their_value(campaign, scorer):
    data = scorer.workbook("P02", Round.SELF, share=Decimal("0.5"))

    shown = load_workbook(io.BytesIO(data), data_only=True)[SHEET]
    live = load_workbook(io.BytesIO(data))[SHEET]
    total = next(
        row for row in range(1, live.max_row + 1) if live.cell(row, 2).value == "Tổng cộng"
    )
    assert str(live.cell(total, 5).value).startswith("=SUBTOTAL(9,")
    assert shown.cell(total, 3).value == 70
    assert shown.cell(total, 5).value == pytest.approx(35)


def test_a_zip_with_many_kinds_of_mistakes_says_all_of_them_and_takes_the_sound_files(
    campaign, scorer
):
    first, second, third = (leaf for leaf in scorer.leaves("department")[:3])

    def spoil(sheet: Worksheet) -> None:
        points, na, note = (
            column_of(sheet, h) for h in ("Điểm tự chấm", "Không áp dụng (x)", "Giải trình")
        )
        sheet.cell(row_of(sheet, first.code), points).value = float(first.max_points) + 1
        sheet.cell(row_of(sheet, second.code), points).value = -1
        sheet.cell(row_of(sheet, third.code), points).value = "một"
        always = next(
            x
            for x in scorer.leaves("department")
            if x.not_applicable == "refuse" and x not in (first, second, third)
        )
        sheet.cell(row_of(sheet, always.code), points).value = None
        sheet.cell(row_of(sheet, always.code), na).value = "x"
        sheet.cell(row_of(sheet, always.code), note).value = "không có việc này"

    def unexplained(sheet: Worksheet) -> None:
        sheet.cell(row_of(sheet, first.code), column_of(sheet, "Tài liệu kiểm chứng")).value = None
        sheet.cell(row_of(sheet, second.code), column_of(sheet, "Điểm tự chấm")).value = "=1+1"
        sheet.cell(row_of(sheet, third.code), 1).value = "99.9"

    def merged(sheet: Worksheet) -> None:
        row = row_of(sheet, scorer.leaves("commune")[0].code)
        sheet.merge_cells(start_row=row, end_row=row + 1, start_column=8, end_column=8)

    def stranger(sheet: Worksheet) -> None:
        sheet.cell(
            next(r for r in range(1, 12) if sheet.cell(r, 1).value == "Mã đơn vị"), 2
        ).value = "P99"

    files = [
        ("p01.xlsx", edited(scorer.workbook("P01"), spoil)),
        ("p02.xlsx", edited(scorer.workbook("P02"), unexplained)),
        ("x01.xlsx", edited(scorer.workbook("X01"), merged)),
        ("la.xlsx", edited(scorer.workbook("P03"), stranger)),
        ("x02.xlsx", scorer.workbook("X02")),
        ("x02-ban-2.xlsx", scorer.workbook("X02")),
        ("ghi-chu.docx", b"not a workbook"),
        ("x03.xlsx", scorer.workbook("X03")),
        ("__MACOSX/x03.xlsx", b"litter"),
    ]

    report = selfscores.import_scores(
        campaign.slug, [("tat-ca.zip", zipped(files))], Round.SELF, actor=CLERK
    )

    said = "\n".join(str(mistake) for mistake in report.mistakes)
    assert [file.unit for file in report.accepted] == ["X03"]
    assert len(report.refused) == 7
    for problem in (
        "lớn hơn điểm tối đa",
        "nhỏ hơn 0",
        "“một” không phải số",
        "luôn áp dụng",
        "không có tài liệu kiểm chứng mà cũng không giải trình",
        "công thức",
        "không có tiêu chí “99.9”",
        f"thiếu dòng của tiêu chí {third.code}",
        "gộp",
        "không có đơn vị mã “P99”",
        "trong nhiều tệp",
        "không phải tệp .xlsx",
    ):
        assert problem in said, problem
    cell = f"{SHEET}!E{row_of(sheet_of(scorer.workbook('P01')), first.code)}"
    assert any(m.path == "tat-ca.zip/p01.xlsx" and m.where == cell for m in report.mistakes)
    assert set(report.missing) == {unit.name for unit in campaign.units if unit.code != "X03"}
    assert {unit.code for unit in db.session.scalars(select(Unit).join(Score))} == {"X03"}


def test_decimal_commas_and_decomposed_letters_are_understood(campaign, scorer):
    leaf = scorer.leaves("department")[0]

    def typed(sheet: Worksheet) -> None:
        row = row_of(sheet, leaf.code)
        sheet.cell(row, column_of(sheet, "Điểm tự chấm")).value = " 0,5 "
        sheet.cell(row, column_of(sheet, "Tài liệu kiểm chứng")).value = unicodedata.normalize(
            "NFD", PAPER
        )

    selfscores.import_scores(
        campaign.slug, [("p.xlsx", edited(scorer.workbook("P02"), typed))], Round.SELF, actor=CLERK
    )

    given = selfscores.current_scores(campaign)["P02"][Round.SELF, leaf.code]
    assert given.points == Decimal("0.5")
    assert given.evidence == PAPER


def test_importing_the_same_file_twice_changes_nothing(campaign, scorer):
    files = [("p02.xlsx", scorer.workbook("P02"))]

    selfscores.import_scores(campaign.slug, files, Round.SELF, actor=CLERK)
    again = selfscores.import_scores(campaign.slug, files, Round.SELF, actor=CLERK)

    assert (again.accepted[0].new, again.accepted[0].changed) == (0, 0)
    assert {score.revision for score in db.session.scalars(select(Score))} == {1}


def test_a_changed_score_needs_a_reason_and_the_old_one_stays(campaign, scorer):
    leaf = scorer.leaves("department")[0]
    before = [("p02.xlsx", scorer.workbook("P02"))]
    after = [("p02.xlsx", scorer.workbook("P02", share=Decimal("0.5")))]
    selfscores.import_scores(campaign.slug, before, Round.SELF, actor=CLERK)

    refused = selfscores.import_scores(campaign.slug, after, Round.SELF, actor=CLERK)
    taken = selfscores.import_scores(
        campaign.slug, after, Round.SELF, "Đơn vị gửi lại báo cáo", actor=CLERK
    )

    assert not refused.accepted
    assert "lý do" in str(refused.mistakes[0])
    assert taken.accepted[0].changed == len(scorer.leaves("department"))
    history = list(
        db.session.scalars(
            select(Score).where(Score.criterion == leaf.code).order_by(Score.revision)
        )
    )
    assert [(s.revision, s.current) for s in history] == [(1, False), (2, True)]
    assert history[1].reason == "Đơn vị gửi lại báo cáo"


def test_a_unit_cannot_drop_a_criterion_by_itself(campaign, scorer):
    leaf = next(x for x in scorer.leaves("department") if x.not_applicable != "refuse")
    own = {leaf.code: Given(None, not_applicable=True, note="Không có thủ tục hành chính")}

    report = selfscores.import_scores(
        campaign.slug, [("p02.xlsx", scorer.workbook("P02", lines=own))], Round.SELF, actor=CLERK
    )

    assert report.not_applicable == {"Phòng Nội vụ": (leaf.code,)}
    line = next(
        x for x in appraisal.compare(campaign, unit_of(campaign, "P02")) if x.criterion == leaf
    )
    assert line.unconfirmed


def test_an_appraiser_who_departs_from_the_self_score_gives_a_reason(campaign, scorer):
    scorer.import_all(Round.SELF)
    leaf = scorer.leaves("department")[0]
    silent = {leaf.code: Given(Decimal(0))}
    said = {leaf.code: Given(Decimal(0), note="Không có tài liệu")}

    refused = scorer.bring("P02", Round.ROUND_1, lines=silent)
    taken = scorer.bring("P02", Round.ROUND_1, lines=said)

    assert "khác kết quả tự chấm điểm mà không có lý do" in str(refused.mistakes[0])
    assert taken.accepted


def test_nobody_appraises_the_unit_he_works_in(campaign, scorer, staff: Staff):
    scorer.import_all(Round.SELF)
    own = staff.actor("analyst", belongs=["P02"], slug=campaign.slug)

    theirs = scorer.bring("P02", Round.ROUND_1, actor=own)
    others = scorer.bring("P01", Round.ROUND_1, actor=own)

    assert "bạn thuộc Phòng Nội vụ" in str(theirs.mistakes[0])
    assert others.accepted


def test_only_the_analyst_imports(campaign, scorer, staff: Staff):
    with pytest.raises(ForbiddenError):
        scorer.bring("P02", Round.SELF, actor=staff.actor("coordinator"))


def test_scores_are_closed_once_the_index_is_approved(campaign, scorer):
    data = scorer.workbook("P02")
    db.session.get_one(Campaign, campaign.id).state = State.APPROVED
    db.session.commit()

    with pytest.raises(ConflictError):
        selfscores.import_scores(campaign.slug, [("p.xlsx", data)], Round.SELF, actor=CLERK)


def test_a_file_of_another_round_is_refused(campaign, scorer):
    report = selfscores.import_scores(
        campaign.slug, [("p.xlsx", scorer.workbook("P02"))], Round.ROUND_1, actor=CLERK
    )

    assert "tệp của vòng “Tự chấm điểm”" in str(report.mistakes[0])


def test_a_path_that_climbs_out_of_the_zip_is_refused(campaign, scorer):
    data = zipped([("../../p02.xlsx", scorer.workbook("P02"))])

    report = selfscores.import_scores(campaign.slug, [("a.zip", data)], Round.SELF, actor=CLERK)

    assert "đi ra ngoài thư mục" in str(report.mistakes[0])


def test_an_import_is_one_line_in_the_trail(campaign, scorer):
    scorer.bring("P02", Round.SELF)

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "scores.import")).one()
    assert list(entry.data["accepted"]) == ["P02"]


def test_the_page_shows_the_report_by_file_and_cell(campaign, scorer, staff: Staff):
    from tests.builders import token_in

    client = staff("analyst")
    address = f"/campaigns/{campaign.slug}/scores"
    token = token_in(client.get(address).get_data(as_text=True))
    bad = edited(scorer.workbook("P02"), lambda sheet: sheet.merge_cells("H20:H21"))

    answer = client.post(
        address,
        data={"csrf_token": token, "round": "self", "files": [(io.BytesIO(bad), "p02.xlsx")]},
        content_type="multipart/form-data",
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "Chấm điểm!H20:H21" in page
    assert "Phòng Nội vụ" in page
