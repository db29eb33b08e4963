"""``cchc roster``: what a script is told, and that nothing is kept before it says so."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from survey_app.cli import cli
from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import Contact, Draw, Person, Roster

SLUG = "bo_trach_2020"
SEED = "48210573911264870335"


@pytest.fixture
def run(app, make_campaign):
    make_campaign(per_unit={"CX4": 10})
    runner = app.test_cli_runner()

    def called(*words: object, exits: int = 0) -> str:
        result = runner.invoke(cli, ["roster", *(str(word) for word in words)])
        db.session.rollback()
        db.session.expire_all()
        assert result.exit_code == exits, f"{result.output}\n{result.exception!r}"
        return result.output

    return called


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Thirty files at one desk, the last two of one person."""
    rows = [f"H{n};Người {n};Hoan Lao;09{n:08d}" for n in range(29)]
    rows.append("H29;NGƯỜI 28;Hoan Lao;+84 900 000 028")
    path = tmp_path / "ho_so.csv"
    path.write_text("\n".join(["Mã hồ sơ;Họ tên;Đơn vị;SĐT", *rows]), encoding="utf-8")
    return path


@pytest.fixture
def group(run):
    from survey_app.services.campaigns import campaign_by_slug, definition_of

    return definition_of(campaign_by_slug(SLUG)).rule_by_code["CX4"].group


def imported(run, file, group):
    run("import", SLUG, file, "--name", "Hồ sơ quý III", "--group", group,
        "--kind", "transactions", "--unit", "Hoan Lao=X01", "--take")  # fmt: skip
    return db.session.scalars(select(Roster.id)).one()


def test_a_list_is_only_looked_at_until_it_is_taken(run, file, group):
    said = run("import", SLUG, file, "--name", "Hồ sơ quý III", "--group", group,
               "--unit", "Hoan Lao=X01")  # fmt: skip

    assert "29 dòng sẽ lưu (29 có liên hệ), 1 dòng trùng bỏ ra" in said
    assert "trùng: dòng 30, 31" in said
    assert "Chưa lưu gì" in said
    assert "Người 28" not in said
    assert db.session.scalars(select(Roster)).all() == []
    assert imported(run, file, group)
    assert "29" in run("list", SLUG)


def test_a_doubtful_unit_stops_a_script_and_says_what_to_do(run, file, group):
    said = run("import", SLUG, file, "--name", "X Y Z", "--group", group, "--take", exits=1)

    assert "“Hoan Lao” (30 dòng) chưa rõ là đơn vị nào" in said
    assert db.session.scalars(select(Person)).all() == []


def test_columns_rows_and_days_are_chosen_by_options(run, file, group):
    until = today() + timedelta(days=40)
    run("import", SLUG, file, "--name", "Hồ sơ quý III", "--group", group, "--take",
        "--unit", "Hoan Lao=X01", "--keep", 31, "--column", "a=-", "--column", "D=phone",
        "--until", until.isoformat())  # fmt: skip

    roster = db.session.scalars(select(Roster)).one()
    keys = [person.key for person in roster.people]
    assert (len(keys), keys[0]) == (30, "00002")
    assert roster.contacts_until == until


def test_a_draw_tells_its_digest_first_and_can_be_verified_called_and_written(
    run, file, group, tmp_path
):
    roster = imported(run, file, group)

    looked = run("draw", SLUG, roster, "--rule", "CX4")
    drawn = run("draw", SLUG, roster, "--rule", "cx4", "--seed", SEED)
    digest = re.search(r"[0-9a-f]{64}", looked)[0]
    called = run("release", SLUG, roster, 1, "--part", "X01", "--reason", "hai hộ đi vắng")
    verified = run("verify", SLUG, roster, 1)
    run("sheet", SLUG, roster, 1, "--out", tmp_path / "ds.xlsx")

    draw = db.session.scalars(select(Draw)).one()
    assert (draw.frame_sha256, draw.rule, draw.released) == (digest, "CX4", 5)
    assert "Đã rút lần số 1: 10 người." in drawn
    assert "Đã gọi 5 người dự phòng." in called
    assert "Rút lại được đúng mẫu này." in verified
    assert load_workbook(tmp_path / "ds.xlsx").sheetnames == ["X01 Thị trấn Hoàn Lão"]


def test_a_changed_list_fails_its_check_with_exit_one(run, file, group):
    roster = imported(run, file, group)
    run("draw", SLUG, roster, "--rule", "CX4", "--seed", SEED)
    db.session.execute(update(Person).where(Person.key == "H3").values(key="H300"))
    db.session.commit()

    said = run("verify", SLUG, roster, 1, exits=1)

    assert "Mã băm danh sách" in said


def test_sizes_are_typed_for_the_whole_list_or_its_parts(run, file, group):
    roster = imported(run, file, group)

    run("draw", SLUG, roster, "--by", "list", "--size", 7, "--method", "systematic",
        "--seed", SEED)  # fmt: skip
    run("draw", SLUG, roster, "--size", "X01=4", "--seed", SEED, "--reason", "thêm một mẫu nhỏ")
    run("draw", SLUG, roster, "--size", "X09=4", "--seed", SEED, exits=1)
    run("draw", SLUG, roster, "--size", "bốn", exits=2)

    draws = db.session.scalars(select(Draw).order_by(Draw.number)).all()
    assert [len(draw.result["chosen"]) for draw in draws] == [7, 4]


def test_contacts_are_purged_every_night_and_told_once(run, file, group):
    imported(run, file, group)

    early = run("purge")
    db.session.execute(update(Roster).values(contacts_until=today() - timedelta(days=1)))
    db.session.commit()
    night = run("purge")
    next_night = run("purge", SLUG)

    assert "Không có liên hệ nào đến hạn." in early
    assert "danh sách “Hồ sơ quý III”: 29 liên hệ" in night
    assert "Không có liên hệ nào đến hạn." in next_night
    assert db.session.scalars(select(Contact)).all() == []
