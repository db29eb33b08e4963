"""Exports: the council's numbers are the screen's numbers, and the public book hides enough."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from questionnaires.model import GroupWeights, Settings
from survey_app.errors import ConflictError, ForbiddenError, NotFoundError, SurveyError
from survey_app.extensions import db
from survey_app.models import AuditEntry, Campaign, Round, State
from survey_app.services import backups, exports, index_pages, index_runs
from survey_app.services.exports.look import Book
from survey_app.services.exports.public import write_public
from survey_app.services.exports.text import field, safe
from survey_app.services.exports.words import CLOSED
from tests.app.scores import Scorer, fill_ballots
from tests.builders import CLERK, CampaignBuilder, Staff

FEW = ("P01", "P02", "X01", "X02")


@pytest.fixture
def campaign(make_campaign: CampaignBuilder) -> Campaign:
    return computed(make_campaign(units=FEW))


def computed(campaign: Campaign) -> Campaign:
    fill_ballots(campaign)
    Scorer(campaign).import_all(Round.SELF, Round.ROUND_1)
    index_runs.run_index(campaign.slug, actor=CLERK)
    return campaign


def opened(export: exports.ExportFile) -> Workbook:
    return load_workbook(io.BytesIO(export.data), data_only=True)


def rows_of(book: Workbook, sheet: str, first: str) -> list[dict[str, object]]:
    """Rows of every table of a sheet whose first heading is ``first``."""
    found: list[dict[str, object]] = []
    heading: list[object] | None = None
    for row in book[sheet].iter_rows(values_only=True):
        if row[0] == first:
            heading = list(row)
        elif heading is not None and row[1] is not None:
            found.append(dict(zip(heading, row, strict=True)))
    return found


def fact(book: Workbook, name: str) -> str:
    """What the first sheet says beside a name."""
    rows = book["Tóm tắt"].iter_rows(values_only=True)
    return next(str(row[1]) for row in rows if row[0] == name)


def without_values(data: bytes) -> bytes:
    """Take the written value out of every formula cell, so that somebody has to compute."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename.startswith("xl/worksheets/sheet"):
                content = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", content)
            new.writestr(item, content)
    return out.getvalue()


def recalculated(data: bytes, folder: Path) -> Workbook:
    """Let LibreOffice compute every formula."""
    office = shutil.which("soffice")
    assert office, "LibreOffice computes the workbooks: apt-get install libreoffice-calc"
    source = folder / "book.xlsx"
    source.write_bytes(without_values(data))
    subprocess.run(
        [
            office,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(folder / "out"),
            str(source),
        ],
        check=True,
        capture_output=True,
    )
    return load_workbook(folder / "out" / "book.xlsx", data_only=True)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(group_weights=GroupWeights.POOLED, ties="dense", decimals=1),
        Settings(group_weights=GroupWeights.EQUAL, rounding="none", rank_on="unrounded"),
    ],
    ids=["by_form", "pooled_dense", "equal_unrounded"],
)
def test_every_formula_computes_to_the_value_it_was_written_with(
    settings: Settings, make_campaign: CampaignBuilder, tmp_path: Path
):
    campaign = computed(make_campaign(units=FEW, settings=settings))
    data = exports.council_workbook(campaign.slug, 1, actor=CLERK).data

    written, live = load_workbook(io.BytesIO(data), data_only=True), load_workbook(io.BytesIO(data))
    computed_again = recalculated(data, tmp_path)

    compared = 0
    wrong = []
    for sheet in live.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                before = written[sheet.title][cell.coordinate].value
                after = computed_again[sheet.title][cell.coordinate].value
                compared += 1
                if isinstance(before, int | float) and isinstance(after, int | float):
                    same = after == pytest.approx(before, abs=1e-9)
                else:
                    same = (before or "") == (after or "")
                if not same:
                    wrong.append((sheet.title, cell.coordinate, before, after))
    assert compared > 1000
    assert wrong == []


def test_council_screen_and_csv_say_the_same(campaign):
    result = index_runs.result_of(index_runs.run_by_number(campaign, 1))
    screen = {
        row.unit.name: (row.unit.rank, row.unit.index)
        for ranking in index_pages.rankings(campaign, result)
        for row in ranking.rows
    }

    council = rows_of(
        opened(exports.council_workbook(campaign.slug, 1, actor=CLERK)), "Xếp hạng", "Hạng"
    )
    public = rows_of(
        opened(exports.public_workbook(campaign.slug, 1, actor=CLERK)), "Xếp hạng", "Hạng"
    )
    text = exports.results_csv(campaign.slug, 1, actor=CLERK).data.decode("utf-8-sig")
    lines = [line for line in csv.reader(text.splitlines(), delimiter=";") if line[1] != "Hạng"]

    assert len(screen) == 4
    for book in (council, public):
        found = {
            row["Đơn vị"]: (row["Hạng"], Decimal(str(row["Chỉ số (%)"])).quantize(Decimal("0.01")))
            for row in book
        }
        assert found == screen
    assert {line[3]: (int(line[1]), Decimal(line[4].replace(",", "."))) for line in lines} == screen


def test_the_public_workbook_never_contains_a_suppressed_value(campaign):
    result = index_runs.result_of(index_runs.run_by_number(campaign, 1))
    secret = {
        (unit.code, leaf.code, group.rule)
        for unit in result.units
        for leaf in unit.criteria
        for group in leaf.groups
        if group.published.state == "suppressed"
    }

    book = opened(exports.public_workbook(campaign.slug, 1, actor=CLERK))

    groups = rows_of(book, "Nhóm trả lời", "Mã")
    counts = rows_of(book, "Số lượt chọn", "Mã")
    assert secret
    for row in groups:
        if (row["Mã"], row["Tiêu chí"], row["Nhóm"]) in secret:
            assert row["Trung bình (%)"] == CLOSED
            assert row["Số người trả lời"] == CLOSED
            assert row["Ghi chú"]
    for row in counts:
        if (row["Mã"], row["Tiêu chí"], row["Nhóm"]) in secret:
            assert row["Số lượt chọn"] == CLOSED
    shown = {(r["Mã"], r["Tiêu chí"], r["Nhóm"]) for r in groups if r["Trung bình (%)"] != CLOSED}
    assert shown
    assert not shown & secret
    assert "Điều tra" not in book.sheetnames


def test_criterion_points_that_are_closed_stay_closed_in_the_public_workbook(make_campaign):
    campaign = make_campaign(
        units=FEW, per_unit={"CX1-HD": 1, "CX1-LD": 1, "CX2": 1, "CX3": 1, "CX4": 1}
    )
    computed(campaign)
    result = index_runs.result_of(index_runs.run_by_number(campaign, 1))
    closed = {
        (unit.code, leaf.code): leaf.points
        for unit in result.units_of("commune")
        for leaf in unit.criteria
        if leaf.published.state == "suppressed"
    }

    rows = rows_of(opened(exports.public_workbook(campaign.slug, 1, actor=CLERK)), "Tiêu chí", "Mã")

    assert closed
    found = {(row["Mã"], row["Tiêu chí"]): row for row in rows}
    for key in closed:
        assert found[key]["Điểm"] == CLOSED
        assert found[key]["Vì sao không công bố"]


def test_the_councils_workbook_is_restricted_and_leaves_a_line_in_the_trail(campaign, staff: Staff):
    with pytest.raises(ForbiddenError):
        exports.council_workbook(campaign.slug, 1, actor=staff.actor("viewer"))

    exports.council_workbook(campaign.slug, 1, actor=staff.actor("analyst"))

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "index.export")).one()
    assert entry.object == "bo_trach_2020/1"


def test_a_workbook_of_a_frozen_run_is_written_once_for_each_state(campaign, monkeypatch):
    written: list[Book] = []

    def counted(book: Book, *rest: Any) -> None:
        written.append(book)
        write_public(book, *rest)

    monkeypatch.setattr(exports, "write_public", counted)
    once = exports.public_workbook(campaign.slug, 1, actor=CLERK).data
    again = exports.public_workbook(campaign.slug, 1, actor=CLERK).data
    db.session.get_one(Campaign, campaign.id).state = State.CLOSED
    db.session.commit()
    index_runs.approve_run(campaign.slug, 1, actor=CLERK)
    approved = exports.public_workbook(campaign.slug, 1, actor=CLERK)

    assert again is once
    assert len(written) == 2
    assert fact(opened(approved), "Tình trạng") == "đã phê duyệt"
    for _ in range(2 * exports.KEPT_BOOKS):
        index_runs.run_index(campaign.slug, actor=CLERK)
    for number in range(2, 2 * exports.KEPT_BOOKS + 2):
        book = opened(exports.public_workbook(campaign.slug, number, actor=CLERK))
        assert f"Lần tính số {number}," in str(book["Tóm tắt"]["A2"].value)
    assert len(exports._books) == exports.KEPT_BOOKS


def test_a_kept_workbook_is_for_nobody_who_may_not_see_the_run(campaign, staff: Staff):
    exports.public_workbook(campaign.slug, 1, actor=CLERK)

    with pytest.raises(NotFoundError):
        exports.public_workbook(campaign.slug, 1, actor=staff.actor("viewer"))


def test_every_taking_of_the_councils_workbook_is_in_the_trail(campaign):
    for _ in range(2):
        exports.council_workbook(campaign.slug, 1, actor=CLERK)

    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "index.export"))
    assert len(entries.all()) == 2


def test_the_public_hold_no_digits_that_are_not_printed(make_campaign: CampaignBuilder):
    campaign = computed(make_campaign(units=FEW, settings=Settings(rounding="none")))
    result = index_runs.result_of(index_runs.run_by_number(campaign, 1))
    assert any(len(str(unit.points)) > 8 for unit in result.units)

    book = opened(exports.public_workbook(campaign.slug, 1, actor=CLERK))
    text = exports.results_csv(campaign.slug, 1, actor=CLERK).data.decode("utf-8-sig")

    cells = [c for sheet in book.worksheets for row in sheet.iter_rows() for c in row]
    numbers = [c.value for c in cells if isinstance(c.value, int | float)]
    assert len(numbers) > 500
    assert [value for value in numbers if round(value, 2) != value] == []
    said = [text, *(str(c.value) for c in cells if c.data_type == "s")]
    assert [line for line in said if re.search(r"\d[,.]\d{4,}", line)] == []


def test_every_number_of_the_councils_workbook_has_a_format(campaign):
    book = opened(exports.council_workbook(campaign.slug, 1, actor=CLERK))

    bare = [
        (sheet.title, cell.coordinate)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float) and cell.number_format == "General"
    ]
    assert bare == []


@pytest.mark.parametrize("export", [exports.council_workbook, exports.public_workbook])
def test_thousands_of_ballots_are_printed_as_an_official_prints_them(
    export: Callable[..., exports.ExportFile], make_campaign: CampaignBuilder
):
    campaign = computed(make_campaign(units=FEW, per_unit={"CX4": 600}))

    said = fact(opened(export(campaign.slug, 1, actor=CLERK)), "Phiếu")

    assert re.search(r"được tính 1\.\d{3}\b", said)


def test_simulated_data_is_called_so_on_every_sheet(make_campaign: CampaignBuilder):
    campaign = make_campaign(units=FEW)
    db.session.get_one(Campaign, campaign.id).simulated = True
    db.session.commit()
    computed(campaign)

    for export in (exports.council_workbook, exports.public_workbook):
        book = opened(export(campaign.slug, 1, actor=CLERK))
        assert all(sheet["A3"].value == "DỮ LIỆU MÔ PHỎNG" for sheet in book.worksheets)
    text = exports.results_csv(campaign.slug, 1, actor=CLERK).data.decode("utf-8-sig")
    assert text.count("DỮ LIỆU MÔ PHỎNG") == 4


def test_text_that_looks_like_a_formula_is_text():
    assert safe("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert safe("-2 điểm") == "'-2 điểm"
    assert safe("Xã Đồng Trạch") == "Xã Đồng Trạch"
    assert field(Decimal("-1.50")) == "-1,50"


def test_a_backup_is_readable_by_its_owner_only_and_says_where_the_keys_are(
    campaign, tmp_path: Path
):
    copy = tmp_path / "ban-sao"

    said = backups.backup(copy, actor=CLERK)

    assert copy.stat().st_mode & 0o077 == 0
    assert "keys" in said
    with pytest.raises(ConflictError):
        backups.backup(copy, actor=CLERK)


def test_a_copy_that_lacks_rows_is_thrown_away(campaign, tmp_path: Path, monkeypatch):
    real = backups._rows_now()
    monkeypatch.setattr(backups, "_rows_now", lambda: real | {"ballots": real["ballots"] + 1})

    with pytest.raises(SurveyError) as refused:
        backups.backup(tmp_path / "ban-sao", actor=CLERK)

    assert "ballots" in str(refused.value)
    assert list(tmp_path.glob("*ban-sao*")) == []


def test_only_the_administrator_makes_a_backup(app, staff: Staff, tmp_path: Path):
    with pytest.raises(ForbiddenError):
        backups.backup(tmp_path / "ban-sao", actor=staff.actor("analyst"))

    assert not (tmp_path / "ban-sao").exists()
