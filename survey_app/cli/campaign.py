"""``cchc campaign``: load, check, open, extend, close, recount, status."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from questionnaires import loader
from survey_app.cli.common import COMMAND_LINE, Day, table
from survey_app.formats import day, money, number, percent
from survey_app.services import campaigns, fieldwork, plans, quota


@click.group()
def campaign() -> None:
    """Đợt điều tra: nạp, kiểm tra, mở, gia hạn, đóng."""


@campaign.command("list")
def list_() -> None:
    """Liệt kê các đợt điều tra.

    \b
    Ví dụ: cchc campaign list
    """
    rows = [
        (c.slug, c.short_code, str(c.state), day(c.opens), day(c.closes), c.title)
        for c in campaigns.all_campaigns(COMMAND_LINE)
    ]
    if not rows:
        click.echo("Chưa có đợt nào. Xem các kế hoạch có sẵn: cchc campaign blueprints")
        return
    table(("mã", "mã ngắn", "trạng thái", "mở", "hạn", "tên"), rows)


@campaign.command()
def blueprints() -> None:
    """Liệt kê các kế hoạch có sẵn để nạp.

    \b
    Ví dụ: cchc campaign blueprints
    """
    plans = [loader.load_campaign(slug) for slug in loader.available().campaigns]
    table(
        ("mã", "đơn vị", "phiếu", "tên"),
        [
            (
                plan.slug,
                number(len(plan.units)),
                number(sum(plan.ballots_of(rule) for rule in plan.rules)),
                f"{plan.title}{' (mẫu)' if plan.sample else ''}",
            )
            for plan in plans
        ],
    )


@campaign.command()
@click.argument("definition")
@click.option("--opens", type=Day(), help="Ngày mở thay ngày trong tệp.")
@click.option("--closes", type=Day(), help="Hạn trả lời trực tuyến thay ngày trong tệp.")
@click.option("--simulated", is_flag=True, help="Ghi “DỮ LIỆU MÔ PHỎNG” trên mọi trang và phiếu.")
def load(definition: str, opens: date | None, closes: date | None, *, simulated: bool) -> None:
    """Nạp kế hoạch DEFINITION (mã có sẵn hoặc đường dẫn tệp YAML) thành dự thảo.

    \b
    Ví dụ: cchc campaign load bo_trach_2020 --opens 22/11/2026 --closes 26/11/2026
           cchc campaign load ./ke_hoach_cua_toi.yaml
    """
    path = Path(definition)
    plan = loader.load_campaign(path if path.suffix else definition)
    slug = campaigns.load_campaign(
        plan, actor=COMMAND_LINE, opens=opens, closes=closes, simulated=simulated
    )
    stored = campaigns.campaign_by_slug(slug)
    overview = plans.plan_overview(stored)
    click.echo(
        f"Đã nạp {slug}: {len(plans.cells_of(stored))} ô, {number(overview.ballots)} phiếu, "
        f"{number(overview.people)} người, dự toán {money(overview.total_fee_vnd)}."
    )
    problems = campaigns.check_campaign(slug)
    if problems:
        click.echo(f"Còn {len(problems)} lỗi phải sửa trước khi mở: cchc campaign check {slug}")


@campaign.command()
@click.argument("slug")
def check(slug: str) -> None:
    """Kiểm tra đợt SLUG; thoát với mã 1 khi chưa mở được.

    \b
    Ví dụ: cchc campaign check bo_trach_2020
    """
    problems = campaigns.check_campaign(slug)
    for line in problems:
        click.echo(line, err=True)
    if problems:
        raise SystemExit(1)
    click.echo(f"{slug}: kế hoạch cộng khớp, định nghĩa đầy đủ; mở được.")


@campaign.command("open")
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Xác nhận mọi thiết lập đã được xem.")
def open_(slug: str, *, yes: bool) -> None:
    """Mở đợt SLUG sau khi xem và xác nhận từng thiết lập.

    \b
    Ví dụ: cchc campaign open bo_trach_2020
    """
    sheet = campaigns.opening_sheet(slug)
    group = ""
    for line in sheet.lines:
        if line.group != group:
            group = line.group
            click.echo(f"\n{group}")
        click.echo(f"  {line.name}: {line.value}\n      {line.meaning}")
    click.echo("\nTổng số")
    for total in sheet.totals:
        mark = "✓" if total.ok else "✗"
        click.echo(
            f"  {mark} {total.label}: ghi {number(total.stated)}, cộng được "
            f"{number(total.computed)} phiếu; {number(total.people)} người"
        )
    for problem in sheet.problems:
        click.echo(f"  ✗ {problem}", err=True)
    if sheet.undecided:
        click.echo(f"\n! {sheet.undecided}", err=True)
    if not sheet.problems and not yes:
        click.confirm("\nXác nhận mọi thiết lập trên và mở đợt điều tra?", abort=True)
    campaigns.open_campaign(slug, confirmed_sha256=sheet.sha256, actor=COMMAND_LINE)
    click.echo(f"Đã mở {slug} đến hết ngày {day(sheet.campaign.closes)}.")


@campaign.command()
@click.argument("slug")
@click.argument("closes", type=Day())
@click.option("--reason", required=True, help="Lý do, lưu vào nhật ký.")
def extend(slug: str, closes: date, reason: str) -> None:
    """Gia hạn trả lời trực tuyến của đợt SLUG đến hết ngày CLOSES.

    \b
    Ví dụ: cchc campaign extend bo_trach_2020 30/11/2026 --reason "mưa lũ ở ba xã"
    """
    campaigns.extend_deadline(slug, closes, reason, actor=COMMAND_LINE)
    click.echo(f"Hạn mới của {slug}: {day(closes)}.")


@campaign.command()
@click.argument("slug")
@click.option("--reason", default="hết thời hạn thu phiếu", show_default=True)
@click.option("--yes", is_flag=True, help="Không hỏi lại.")
def close(slug: str, reason: str, *, yes: bool) -> None:
    """Đóng đợt SLUG: không nhận phiếu trực tuyến và không nhập phiếu giấy nữa.

    \b
    Ví dụ: cchc campaign close bo_trach_2020 --yes
    """
    if not yes:
        click.confirm(f"Đóng {slug}? Sau khi đóng không nhập thêm phiếu được.", abort=True)
    campaigns.close_campaign(slug, reason, actor=COMMAND_LINE)
    click.echo(f"Đã đóng {slug}.")


@campaign.command()
@click.argument("slug")
@click.option("--fix", is_flag=True, help="Ghi lại số đếm đúng.")
def recount(slug: str, *, fix: bool) -> None:
    """So từng số đếm chỉ tiêu của đợt SLUG với chính các phiếu; thoát 1 khi lệch.

    \b
    Ví dụ: cchc campaign recount bo_trach_2020
    """
    campaign_ = campaigns.campaign_by_slug(slug)
    cells = len(plans.cells_of(campaign_))
    with click.progressbar(length=cells, label=f"Đếm lại {slug}") as bar:

        def walk(listed: object) -> object:
            for cell in listed:  # type: ignore[attr-defined]  # attached here, read here
                bar.update(1)
                yield cell

        found = quota.recount(slug, fix=fix, actor=COMMAND_LINE, each=walk)  # type: ignore[arg-type]  # narrower than the library says
    for wrong in found.wrong:
        where = f"{wrong.rule} {wrong.unit} {wrong.counter}"
        click.echo(f"  {where}: ghi {wrong.kept}, thật {wrong.true}")
    fixed = ", đã sửa" if found.fixed and found.wrong else ""
    click.echo(f"{found.cells} ô, {len(found.wrong)} số đếm lệch{fixed}.")
    if found.wrong and not fix:
        raise SystemExit(1)


@campaign.command()
@click.argument("slug")
def status(slug: str) -> None:
    """In tiến độ của đợt SLUG theo dòng phân bổ.

    \b
    Ví dụ: cchc campaign status bo_trach_2020
    """
    campaign_ = campaigns.campaign_by_slug(slug)
    grid = fieldwork.matrix(campaign_, COMMAND_LINE)
    click.echo(f"{campaign_.title}\n{campaign_.state}, hạn {day(campaign_.closes)}")
    rows = []
    for rule in grid.rules:
        states = [state for (_unit, code), state in grid.cells.items() if code == rule.code]
        target = sum(state.target for state in states)
        counted = sum(state.counted for state in states)
        rows.append(
            (
                rule.code,
                number(counted),
                number(target),
                percent(100 * counted / target if target else None, 1),
                number(sum(state.reserved for state in states)),
                number(sum(state.over_target for state in states)),
                number(sum(state.missing for state in states)),
            )
        )
    table(("dòng", "được tính", "chỉ tiêu", "%", "giữ chỗ", "để riêng", "còn thiếu"), rows)
