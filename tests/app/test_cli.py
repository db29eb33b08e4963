"""The command line as a script sees it: what it prints, what it leaves, how it exits."""

from __future__ import annotations

import io
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import click
import pypdfium2
import pytest
import zxingcpp
from click.testing import Result
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select, update

from questionnaires import loader
from questionnaires.criteria_workbook import read_workbook, write_template
from survey_app.cli import cli
from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import (
    Assignment,
    Campaign,
    IndexRun,
    QuotaCell,
    Round,
    Sheet,
    Slip,
    State,
    User,
)
from survey_app.services import campaigns
from tests.app.scores import Scorer, column_of, fill_ballots, row_of, sheet_of
from tests.builders import CLERK, small_definition

SLUG = "bo_trach_2020"
CCHC = Path(sys.executable).with_name("cchc")

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """``run("campaign", "list")`` is one call of ``cchc``; the test then sees what it did."""
    runner = app.test_cli_runner()

    def called(*words: object, exits: int = 0, typed: str | None = None) -> Result:
        result = runner.invoke(cli, [str(word) for word in words], input=typed)
        db.session.rollback()
        db.session.expire_all()
        assert result.exit_code == exits, f"{result.output}\n{result.exception!r}"
        return result

    return called


def state() -> State:
    return campaigns.campaign_by_slug(SLUG).state


def how_many(model: type) -> int | None:
    return db.session.scalar(select(func.count()).select_from(model))


def qr_texts(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path.read_bytes())
    found = [
        code.text
        for page in document
        for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil().convert("L"))
    ]
    document.close()
    return found


# --- help and exit codes -----------------------------------------------------------------


def commands(group: click.Group, *words: str) -> Iterator[tuple[str, ...]]:
    """Every command of ours; ``db`` is the migration library's own."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from () if name == "db" else commands(command, *words, name)
        else:
            yield (*words, name)


@pytest.mark.parametrize("words", list(commands(cli)), ids=" ".join)
def test_every_command_explains_itself_with_an_example_that_names_it(words: tuple[str, ...]):
    from click.testing import CliRunner

    said = CliRunner().invoke(cli, [*words, "--help"])

    assert said.exit_code == 0
    assert f"Ví dụ: cchc {' '.join(words)}" in said.output


def test_the_commands_of_the_plan_are_all_there():
    assert {" ".join(words) for words in commands(cli)} >= {
        *(f"campaign {verb}" for verb in ("list", "load", "check", "open", "extend", "close")),
        "campaign recount",
        "campaign status",
        *(f"slips {verb}" for verb in ("issue", "print", "revoke")),
        "forms print",
        *(f"{noun} {verb}" for noun in ("scores", "criteria") for verb in ("template", "import")),
        *(f"index {verb}" for verb in ("run", "show", "export")),
        *(f"user {verb}" for verb in ("add", "list", "assign")),
        "backup",
        "serve",
        "demo",
    }


@pytest.mark.parametrize(
    ("words", "code", "stream", "says"),
    [
        (("--version",), 0, "stdout", "cchc"),
        (("demo", "--help"), 0, "stdout", "--no-serve"),
        (("campaign", "lisst"), 2, "stderr", "lisst"),
        (("campaign", "extend", SLUG, "hôm nào"), 2, "stderr", "không phải ngày"),
        (("campaign", "check", SLUG), 1, "stderr", "cchc db upgrade"),
    ],
    ids=["version", "demo", "no such command", "not a day", "no tables"],
)
def test_a_process_ends_with_a_code_a_script_can_trust(tmp_path: Path, words, code, stream, says):
    environment = {**os.environ, "CCHC_HOME": str(tmp_path / "home")}
    environment.pop("CCHC_DATABASE_URL", None)

    done = subprocess.run(
        [CCHC, *words], capture_output=True, text=True, check=False, env=environment
    )

    assert done.returncode == code
    assert says in getattr(done, stream)
    assert "Traceback" not in done.stderr


# --- a campaign's life -------------------------------------------------------------------


def test_a_campaign_lives_from_load_to_close(run: Run):
    assert "Chưa có đợt nào" in run("campaign", "list").output

    days = [(today() + timedelta(days=n)) for n in (0, 4, 9)]
    opens, closes, later = (f"{day.day}/{day.month}/{day.year}" for day in days)
    loaded = run("campaign", "load", SLUG, "--opens", opens, "--closes", days[1].isoformat())
    for figure in ("192 ô", "3.108 phiếu", "2.049 người", "28.360.000\xa0đ"):
        assert figure in loaded.output
    assert "mở được" in run("campaign", "check", SLUG).output

    shown = run("campaign", "open", SLUG, typed="n\n", exits=1)
    assert "ghi 1.092, cộng được 1.092 phiếu" in shown.output
    assert state() is State.DRAFT
    run("campaign", "open", SLUG, typed="y\n")
    assert state() is State.COLLECTING
    assert SLUG in run("campaign", "list").output
    assert closes in run("campaign", "list").output

    run("campaign", "extend", SLUG, later, exits=2)  # without a reason
    run("campaign", "extend", SLUG, later, "--reason", "mưa lũ")
    assert campaigns.campaign_by_slug(SLUG).closes == days[2]
    table = run("campaign", "status", SLUG).output
    assert re.search(r"^CH3 +0 +728 ", table, re.MULTILINE)
    assert "192 ô, 0 số đếm lệch" in run("campaign", "recount", SLUG).output

    run("campaign", "close", SLUG, typed="n\n", exits=1)
    assert state() is State.COLLECTING
    run("campaign", "close", SLUG, "--yes")
    assert state() is State.CLOSED
    assert "đã đóng" in run("campaign", "close", SLUG, "--yes", exits=1).stderr.lower()


def test_a_plan_with_ten_mistakes_is_told_ten_and_leaves_nothing(run: Run, tmp_path: Path):
    text = (Path(loader.__file__).parent / "campaigns" / f"{SLUG}.yaml").read_text("utf-8")
    wrong = (
        *(
            (f"{{code: X{n:02}, kind: commune,", f"{{code: X{n:02}, kind: comune,")
            for n in range(1, 8)
        ),
        ("group: department_clients\n", "group: khach\n"),
        ("group: council_delegates\n", "group: dai_bieu\n"),
        ("top_up_from: citizens", "top_up_from: nhan_dan"),
    )
    for right, mistaken in wrong:
        assert right in text
        text = text.replace(right, mistaken)
    plan = tmp_path / "ke_hoach.yaml"
    plan.write_text(text, "utf-8")

    refused = run("campaign", "load", plan, exits=1)

    lines = [line for line in refused.stderr.splitlines() if line.startswith("ke_hoach.yaml: ")]
    for place in (*(f"X{n:02}" for n in range(1, 8)), "CH4", "CX1-HD", "CX4"):
        assert any(f": {place}" in line for line in lines), refused.stderr
    assert len(lines) >= 10
    assert all("Cách sửa: " in line for line in lines)
    assert how_many(Campaign) == 0


def test_a_plan_that_does_not_add_up_is_checked_out_loud_and_not_opened(run: Run):
    right = small_definition()
    wrong = replace(right, rules=(replace(right.rules[0], stated_total=40), *right.rules[1:]))
    campaigns.load_campaign(wrong, actor=CLERK)

    assert "kế hoạch ghi 40 phiếu" in run("campaign", "check", SLUG, exits=1).stderr
    run("campaign", "open", SLUG, "--yes", exits=1)

    assert state() is State.DRAFT


def test_a_counter_that_is_off_is_found_named_and_put_right(run: Run, make_campaign):
    make_campaign()
    chosen = select(QuotaCell.id).limit(1).scalar_subquery()
    db.session.execute(update(QuotaCell).where(QuotaCell.id == chosen).values(accepted=1))
    db.session.commit()

    found = run("campaign", "recount", SLUG, exits=1)
    fixed = run("campaign", "recount", SLUG, "--fix")

    assert "ghi 1, thật 0" in found.output
    assert "1 số đếm lệch, đã sửa" in fixed.output
    assert "0 số đếm lệch" in run("campaign", "recount", SLUG).output


# --- paper -------------------------------------------------------------------------------


def test_slips_are_issued_printed_once_and_revoked_by_number(
    run: Run, make_campaign, tmp_path: Path
):
    make_campaign()
    pdf = tmp_path / "in" / "phieu.pdf"

    assert (
        "3 phiếu mời"
        in run("slips", "issue", SLUG, "--rule", "CX4", "--unit", "X01", "--count", 3).output
    )
    assert "3 phiếu mời, 1 trang" in run("slips", "print", SLUG, "--out", pdf).output
    first = qr_texts(pdf)
    run("slips", "print", SLUG, "--out", tmp_path / "nua.pdf", exits=1)  # nothing is waiting
    run("slips", "print", SLUG, "--number", 2, "--out", pdf)
    again = qr_texts(pdf)
    run("slips", "revoke", SLUG, 1, "--reason", "bị mất", "--reissue")
    run("slips", "revoke", SLUG, 1, "--reason", "bị mất", exits=1)

    assert len(set(first)) == 3
    assert len(again) == 1
    assert not set(again) & set(first)  # a new print is a new code
    assert not (tmp_path / "nua.pdf").exists()
    slips = {slip.number: slip for slip in db.session.scalars(select(Slip))}
    assert set(slips) == {1, 2, 3, 4}
    assert slips[1].revoked_reason == "bị mất"


def test_without_a_public_address_slips_are_not_printed_but_paper_is(
    app: Flask, run: Run, make_campaign, tmp_path: Path
):
    make_campaign()
    app.extensions["cchc"] = replace(app.extensions["cchc"], base_url=None)
    run("slips", "issue", SLUG, "--rule", "CX4", "--unit", "X01", "--count", 1)
    pdf = tmp_path / "phieu.pdf"

    refused = run("slips", "print", SLUG, "--out", pdf, exits=1)
    run("forms", "print", SLUG, "--rule", "CX4", "--unit", "X01", "--count", 2, "--out", pdf)

    assert "in phiếu giấy" in refused.stderr
    serials = {sheet.serial for sheet in db.session.scalars(select(Sheet))}
    assert len(serials) == 2
    assert set(qr_texts(pdf)) == serials


# --- points and index --------------------------------------------------------------------


def test_score_workbooks_go_out_as_a_zip_and_a_wrong_one_is_refused_with_every_mistake(
    run: Run, make_campaign, tmp_path: Path
):
    campaign = make_campaign(units=("P01", "P02", "X01", "X02"))
    archive = tmp_path / "mau.zip"
    run("scores", "template", SLUG, "--out", archive)
    with zipfile.ZipFile(archive) as names:
        assert [name.split("_")[1] for name in names.namelist()] == ["P01", "P02", "X01", "X02"]

    scorer = Scorer(campaign)
    wrong = tmp_path / "P02.xlsx"
    book = load_workbook(io.BytesIO(scorer.workbook("P02")))
    sheet = book.active
    points = column_of(sheet, "Điểm tự chấm")
    leaves = scorer.leaves("department")
    for leaf, value in zip(leaves, (99, -1, "nhiều"), strict=False):
        sheet.cell(row_of(sheet, leaf.code), points).value = value
    book.save(wrong)
    right = tmp_path / "P01.xlsx"
    right.write_bytes(scorer.workbook("P01"))

    refused = run("scores", "import", SLUG, right, wrong, exits=1)

    assert "Đã nhận 1 đơn vị." in refused.output
    assert "Từ chối P02.xlsx: 3 lỗi" in refused.stderr
    for leaf in leaves[:3]:
        cell = sheet.cell(row_of(sheet, leaf.code), points).coordinate
        assert re.search(rf"^  P02\.xlsx: .*\b{cell}\b", refused.stderr, re.MULTILINE)
    assert "Còn thiếu 3 đơn vị: Phòng Nội vụ, " in refused.output

    wrong.write_bytes(scorer.workbook("P02"))
    assert "Đã nhận 1 đơn vị." in run("scores", "import", SLUG, wrong).output
    run("scores", "import", SLUG, tmp_path / "khong-co.xlsx", exits=2)


def test_one_units_workbook_is_written_where_it_is_asked_for(
    run: Run, make_campaign, tmp_path: Path
):
    make_campaign(units=("P01", "P02", "X01", "X02"))

    run("scores", "template", SLUG, "--unit", "P02", "--out", tmp_path)
    run("scores", "template", SLUG, "--unit", "P77", "--out", tmp_path, exits=1)

    (written,) = tmp_path.glob("*_P02_*.xlsx")
    assert row_of(sheet_of(written.read_bytes()), "Mã")


def test_a_criteria_set_goes_out_and_comes_back_or_is_refused_by_cell(
    run: Run, make_campaign, tmp_path: Path
):
    make_campaign()
    empty, own = tmp_path / "trong.xlsx", tmp_path / "phong.xlsx"
    run("criteria", "template", empty)
    run("criteria", "template", own, "--slug", SLUG, "--kind", "department")
    shipped = campaigns.criteria_of(campaigns.campaign_by_slug(SLUG), "department")
    assert read_workbook(own, own.name) == shipped
    write_template(own, replace(loader.load_criteria("department"), code="cua_huyen"))

    run("criteria", "import", SLUG, own, exits=1)  # the campaign is open: a reason is needed
    taken = run("criteria", "import", SLUG, own, "--reason", "theo QĐ 314")
    refused = run("criteria", "import", SLUG, empty, "--reason", "theo QĐ 314", exits=1)
    run("criteria", "template", own, "--slug", SLUG, "--kind", "thanh_pho", exits=1)

    assert "100,00 điểm" in taken.output
    assert refused.stderr.count("Cách sửa:") > 1
    assert all(line.startswith("trong.xlsx: ") for line in refused.stderr.splitlines())


def test_the_index_is_run_shown_and_exported_three_ways(run: Run, make_campaign, tmp_path: Path):
    campaign = make_campaign(units=("P01", "P02", "X01", "X02"))
    assert "chưa có lần tính nào" in run("index", "show", SLUG, exits=1).stderr
    fill_ballots(campaign)
    Scorer(campaign).import_all(Round.SELF, Round.ROUND_1)

    run("index", "run", SLUG)
    shown = run("index", "show", SLUG).output
    for kind in ("council", "public", "csv"):
        run("index", "export", SLUG, "--kind", kind, "--out", tmp_path / "so" / kind)

    results = db.session.scalars(select(IndexRun)).one().results
    assert len(results) == 4
    for line in results:
        figure = f"{line.index.quantize(Decimal('0.01'))}%".replace(".", ",")
        assert re.search(rf"^ *{line.rank}  {line.unit.name} .*{figure}", shown, re.MULTILINE)
    for kind in ("council", "public"):
        with (tmp_path / "so" / kind).open("rb") as book:
            assert "Xếp hạng" in load_workbook(book).sheetnames
    assert len((tmp_path / "so" / "csv").read_text("utf-8-sig").splitlines()) >= 5
    run("index", "export", SLUG, "--number", 7, "--out", tmp_path / "so" / "x", exits=1)


# --- people and copies -------------------------------------------------------------------


def test_people_are_added_listed_and_given_units(run: Run, make_campaign):
    make_campaign()

    added = run("user", "add", "Lan@BoTrach.local", "--role", "enumerator", "--name", "Lê Văn Lan")
    run("user", "add", "lan@botrach.local", "--role", "viewer", exits=1)  # there is one
    run("user", "add", "minh@botrach.local", "--role", "king", exits=2)
    run("user", "add", "minh", "--role", "viewer", exits=1)
    assigned = run("user", "assign", "lan@botrach.local", SLUG, "X01", "X02")
    run("user", "assign", "lan@botrach.local", SLUG, "X77", exits=1)

    assert re.search(r"chỉ hiện lần này: \S{10,}", added.output)
    assert "thêm 2 phân công" in assigned.output
    assert "Lê Văn Lan" in run("user", "list").output
    assert how_many(User) == 1
    assert how_many(Assignment) == 2


def test_a_backup_opens_and_holds_the_campaign(run: Run, make_campaign, tmp_path: Path):
    make_campaign()
    copy = tmp_path / "sao-luu" / "cchc.copy"

    said = run("backup", copy)
    run("backup", copy, exits=1)  # it is never written over

    assert str(copy) in said.output
    if db.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(copy)) as opened:
            assert opened.execute("SELECT slug FROM campaigns").fetchall() == [(SLUG,)]
    else:
        tool = shutil.which("pg_restore")
        assert tool
        listed = subprocess.run([tool, "--list", copy], capture_output=True, text=True, check=True)
        assert "TABLE DATA public campaigns" in listed.stdout
