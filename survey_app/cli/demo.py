"""``cchc demo``: a whole campaign on this machine, filled with answers nobody gave.

The first run takes Bố Trạch 2020 as it is written, moves it to today, opens it, fills it,
computes its index and serves it; further runs find it there and serve it again. It lives
in its own folder under ``instance`` and touches nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import click
import flask_migrate
from flask import current_app

from questionnaires import loader
from survey_app import create_app
from survey_app.config import Config
from survey_app.extensions import db, without_durability
from survey_app.formats import number, today
from survey_app.models import Capacity, Round, State
from survey_app.permissions import ROLE_LABELS, ROLES
from survey_app.printing import write_cards, write_sheets
from survey_app.services import accounts, campaigns, plan_versions, plans, slips
from survey_app.services.audit import Actor
from survey_app.services.sheets import PrintedSheet

# The computation brings pandas; ``cchc demo --help`` and serving start without it.
# ruff: noqa: PLC0415 - a command loads only what it needs

SLUG: Final = "bo_trach_2020"
DAYS: Final = 4
SEED: Final = 2020
DECISION: Final = ("314/QĐ-UBND", date(2021, 1, 29))
"""The first ground of the plan; a plan of one's own is approved with its own decision."""
DONE: Final = "demo-ready"
CLERK: Final = Actor.system("demo")
KEYED_BY_ENUMERATOR: Final = 14
"""Units the demo's enumerator keys: half the communes. [units]"""


@click.command()
@click.option("--no-serve", is_flag=True, help="Chuẩn bị xong thì dừng, không chạy máy chủ.")
@click.option("--empty", is_flag=True, help="Dừng sau khi mở đợt, để người điền phiếu.")
@click.option("--lan", is_flag=True, help="Phục vụ TLS trên địa chỉ mạng nội bộ cho điện thoại.")
@click.option("--port", type=int, help="Cổng; mặc định 8000, với --lan là 8443.")
@click.option(
    "--home", type=click.Path(path_type=Path, file_okay=False), help="Thư mục của bản chạy thử."
)
def demo(*, no_serve: bool, empty: bool, lan: bool, port: int | None, home: Path | None) -> None:
    """Chạy thử trọn vẹn trên Bố Trạch 2020 với dữ liệu mô phỏng.

    \b
    Ví dụ: cchc demo
           cchc demo --no-serve
           cchc demo --lan
    """
    from survey_app.cli.serving import lan_address, make_certificate
    from survey_app.server import serve

    host = lan_address() if lan else "127.0.0.1"
    port = port or (8443 if lan else 8000)
    base = f"{'https' if lan else 'http'}://{host}:{port}"
    home = (home or Path("instance") / ("demo-empty" if empty else "demo")).resolve()
    config = Config(
        home=home,
        database_url=f"sqlite:///{home / 'cchc.sqlite'}",
        base_url=base,
        secure_cookies=lan,
    )
    _start_over_if_broken(home)
    app = create_app(config)
    with app.app_context():
        passwords = _prepare(home, empty=empty)
        _say(base, passwords, home, empty=empty)
    if no_serve:
        return
    certificate = make_certificate(host, home / "tls") if lan else None
    if certificate:
        click.echo("Điện thoại sẽ cảnh báo chứng chỉ tự ký: chọn tiếp tục (chỉ dùng khi chạy thử).")
    serve(app, host=host, port=port, certificate=certificate)


def _start_over_if_broken(home: Path) -> None:
    """Forget a demonstration that was interrupted while it was being filled."""
    if home.exists() and not (home / DONE).exists():
        for path in home.glob("cchc.sqlite*"):
            path.unlink()
    home.mkdir(parents=True, exist_ok=True)


@contextmanager
def _step(label: str) -> Iterator[None]:
    click.echo(f"{label} … ", nl=False)
    yield
    click.echo("xong")


def _prepare(home: Path, *, empty: bool) -> dict[str, str]:
    """Make the demonstration, or find it; return a fresh password per role."""
    with _step("Tạo hoặc nâng cấp cơ sở dữ liệu"):
        flask_migrate.upgrade(directory=str(current_app.extensions["cchc"].migrations))
    if (home / DONE).exists():
        _keep_open()
        _print_free_slips(home)
        return {role: accounts.new_password(_email(role), actor=CLERK) for role in ROLES}
    with without_durability(db.engine):
        with _step("Nạp Bố Trạch 2020, chuyển về hôm nay"):
            campaigns.load_campaign(
                loader.load_campaign(SLUG),
                actor=CLERK,
                opens=today(),
                closes=today() + timedelta(days=DAYS),
                simulated=True,
            )
        with _step("Ghi quyết định phê duyệt, kiểm tra và mở đợt (192 ô, 3.108 phiếu)"):
            plan_versions.approve_plan(SLUG, 1, *DECISION, actor=CLERK)
            sheet = campaigns.opening_sheet(SLUG)
            campaigns.open_campaign(SLUG, confirmed_sha256=sheet.sha256, actor=CLERK)
        passwords = _make_staff()
        if not empty:
            _fill(home)
        _print_free_slips(home)
    (home / DONE).touch()
    return passwords


def _keep_open() -> None:
    """Give an older demonstration its four days again."""
    campaign = campaigns.campaign_by_slug(SLUG)
    if campaign.state is State.COLLECTING and campaign.closes < today():
        campaigns.extend_deadline(
            SLUG, today() + timedelta(days=DAYS), "làm mới bản chạy thử", actor=CLERK
        )


def _make_staff() -> dict[str, str]:
    passwords = {}
    for role in ROLES:
        made = accounts.add_user(_email(role), ROLE_LABELS[role][0], [role], actor=CLERK)[1]
        passwords[role] = made or ""
    communes = [
        unit.code for unit in campaigns.campaign_by_slug(SLUG).units if unit.kind == "commune"
    ]
    accounts.assign(
        _email("enumerator"),
        SLUG,
        communes[-KEYED_BY_ENUMERATOR:],
        capacity=Capacity.KEYS,
        actor=CLERK,
    )
    return passwords


def _email(role: str) -> str:
    return f"{role}@demo.test"


def _fill(home: Path) -> None:
    """Answer, key, decide, score and compute, through the services people use."""
    import numpy as np

    from survey_app.services.exports import council_workbook
    from survey_app.services.index_runs import run_index
    from survey_app.services.selfscores import import_scores
    from survey_app.services.simulation import Simulation

    overview = plans.plan_overview(campaigns.campaign_by_slug(SLUG))
    with click.progressbar(length=overview.ballots, label="Điền phiếu mô phỏng") as bar:
        simulation = Simulation(
            SLUG, coordinator=CLERK, enumerator=CLERK, rng=np.random.default_rng(SEED),
            tell=bar.update,
        )  # fmt: skip
        simulation.fill()
    _leave_paper(home, simulation.unreturned)
    samples = home / "bieu_mau_mau"
    samples.mkdir(exist_ok=True)
    for round_, name in ((Round.SELF, "tu_cham.zip"), (Round.ROUND_1, "tham_dinh.zip")):
        with _step(f"Nhập điểm từ {name}"):
            files = simulation.score_files(round_)
            (samples / name).write_bytes(files)
            import_scores(SLUG, [(name, files)], round_, actor=CLERK)
    with _step("Tính chỉ số và ghi sổ kết quả"):
        done = run_index(SLUG, actor=CLERK)
        made = council_workbook(SLUG, done.number, actor=CLERK)
        (home / made.name).write_bytes(made.data)


def _leave_paper(home: Path, papers: list[tuple[str, str]]) -> None:
    """Draw the sheets nobody has returned yet, for a person to fill and key."""
    campaign = campaigns.campaign_by_slug(SLUG)
    cell = plans.cells_of(campaign)[-1]
    sheets = [PrintedSheet(serial, cell.rule, cell.unit) for _unit, serial in papers]
    with (home / "phieu_giay_chua_nhap.pdf").open("wb") as pdf:
        write_sheets(campaign, sheets, pdf)


def _print_free_slips(home: Path) -> None:
    """Leave a few slips unused on paper, so a person can answer too.

    Printed anew at every start: the address may have changed, and a code is kept nowhere.
    """
    campaign = campaigns.campaign_by_slug(SLUG)
    if campaign.state is not State.COLLECTING:
        return
    last = plans.cells_of(campaign)[-1]
    numbers: list[int] = []
    for rule, unit, count in (
        (last.rule.code, last.unit.code, 3),
        ("CH1", None, 1),
        ("CX4", "X01", 1),
    ):
        free = [
            slip.number
            for slip in slips.slip_list(campaign, rule, unit)
            if not slip.begun and slip.revoked_on is None
        ][-count:]
        short = count - len(free)
        more = slips.issue_slips(SLUG, rule, unit, short, actor=CLERK) if short else []
        numbers += [*free, *more]
    printed = slips.print_slips(SLUG, numbers=numbers, actor=CLERK)
    with (home / "phieu_moi_dung_thu.pdf").open("wb") as pdf:
        write_cards(campaign, printed, pdf)


def _say(base: str, passwords: dict[str, str], home: Path, *, empty: bool) -> None:
    """Tell what is there and what to look at first."""
    campaign = campaigns.campaign_by_slug(SLUG)
    width = max(len(_email(role)) for role in ROLES)
    click.echo(f"\nDỮ LIỆU MÔ PHỎNG · {campaign.title}")
    click.echo(f"\n  {base}/\n")
    for role, password in passwords.items():
        click.echo(f"  {_email(role).ljust(width)}  {password}   {ROLE_LABELS[role][0]}")
    place = Path(os.path.relpath(home))
    click.echo("\nXem trước tiên:")
    click.echo(f"  1. Điều phối: tiến độ 192 ô         {base}/campaigns/{SLUG}/field")
    if not empty:
        click.echo(f"  2. Phân tích: chỉ số, xếp hạng      {base}/campaigns/{SLUG}/index")
    click.echo(f"  3. Trả lời một phiếu trên điện thoại: {place / 'phieu_moi_dung_thu.pdf'}")
    if not empty:
        click.echo(f"  4. Điều tra viên: nhập {place / 'phieu_giay_chua_nhap.pdf'} tại {base}/")
        click.echo(f"  5. Sổ của Hội đồng và biểu mẫu đã điền: {place}")
    click.echo(f"\n{number(len(plans.cells_of(campaign)))} ô. Dừng máy chủ: Ctrl+C.\n")
