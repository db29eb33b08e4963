"""``cchc slips`` and ``cchc forms``: invitations with codes, and paper forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from survey_app.cli.common import COMMAND_LINE
from survey_app.formats import number
from survey_app.printing import write_cards, write_sheets
from survey_app.services import campaigns, entries, plans
from survey_app.services import slips as services


@click.group()
def slips() -> None:
    """Phiếu mời có mã QR."""


@slips.command()
@click.argument("slug")
@click.option("--rule", help="Một dòng phân bổ; bỏ trống là mọi dòng.")
@click.option("--unit", help="Một đơn vị của dòng dùng riêng.")
@click.option("--count", type=int, help="Số phiếu; bỏ trống là theo chỉ tiêu.")
def issue(slug: str, rule: str | None, unit: str | None, count: int | None) -> None:
    """Phát số phiếu mời cho đợt SLUG và giữ chỗ trong chỉ tiêu; chưa in.

    \b
    Ví dụ: cchc slips issue bo_trach_2020 --rule CX4 --unit X17
           cchc slips issue bo_trach_2020
    """
    campaign = campaigns.campaign_by_slug(slug)
    rules = [rule] if rule else [r.code for r in plans.plan_of(campaign).rules]
    total = 0
    with click.progressbar(rules, label="Phát phiếu mời") as bar:
        for code in bar:
            total += len(services.issue_slips(slug, code, unit, count, actor=COMMAND_LINE))
    click.echo(
        f"Đã phát {number(total)} phiếu mời. In: cchc slips print {slug} --out phieu_moi.pdf"
    )


@slips.command("print")
@click.argument("slug")
@click.option("--rule", help="Một dòng phân bổ.")
@click.option("--unit", help="Một đơn vị.")
@click.option("--number", "numbers", type=int, multiple=True, help="In lại phiếu số này (mã mới).")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Tệp PDF."
)
def print_(
    slug: str, rule: str | None, unit: str | None, numbers: tuple[int, ...], out: Path
) -> None:
    """In phiếu mời chưa in của đợt SLUG ra PDF; mã chỉ có trên giấy.

    \b
    Ví dụ: cchc slips print bo_trach_2020 --rule CX4 --unit X17 --out cx4_x17.pdf
    """
    campaign = campaigns.campaign_by_slug(slug)
    papers = services.print_slips(
        slug, numbers=numbers or None, rule_code=rule, unit_code=unit, actor=COMMAND_LINE
    )
    if not papers:
        click.echo("Không có phiếu mời nào chưa in. Phát thêm: cchc slips issue", err=True)
        raise SystemExit(1)
    with _drawing(out, "In phiếu mời", len(papers)) as (pdf, tell):
        pages = write_cards(campaign, papers, pdf, progress=tell)
    click.echo(f"{number(len(papers))} phiếu mời, {number(pages)} trang: {out}")


@slips.command()
@click.argument("slug")
@click.argument("number_", metavar="NUMBER", type=int)
@click.option("--reason", required=True, help="Lý do, lưu vào nhật ký.")
@click.option("--reissue", is_flag=True, help="Phát ngay một phiếu khác thay thế.")
def revoke(slug: str, number_: int, reason: str, *, reissue: bool) -> None:
    """Thu hồi phiếu mời số NUMBER của đợt SLUG.

    \b
    Ví dụ: cchc slips revoke bo_trach_2020 123 --reason "mất phiếu" --reissue
    """
    if reissue:
        new = services.reissue_slip(slug, number_, reason, actor=COMMAND_LINE)
        click.echo(f"Đã thu hồi số {number_}, thay bằng số {new} (chưa in).")
    else:
        services.revoke_slip(slug, number_, reason, actor=COMMAND_LINE)
        click.echo(f"Đã thu hồi số {number_}.")


@click.group()
def forms() -> None:
    """Phiếu giấy."""


@forms.command("print")
@click.argument("slug")
@click.option("--rule", required=True, help="Dòng phân bổ, ví dụ CX4.")
@click.option("--unit", help="Một đơn vị; bỏ trống là mọi đơn vị.")
@click.option("--count", type=int, help="Số phiếu mỗi đơn vị; bỏ trống là theo chỉ tiêu.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Tệp PDF."
)
def print_forms(slug: str, rule: str, unit: str | None, count: int | None, out: Path) -> None:
    """In phiếu giấy có số seri của đợt SLUG ra PDF.

    \b
    Ví dụ: cchc forms print bo_trach_2020 --rule CX4 --unit X17 --out cx4_x17.pdf
    """
    campaign = campaigns.campaign_by_slug(slug)
    sheets = entries.print_sheets(slug, rule, unit, count, actor=COMMAND_LINE)
    with _drawing(out, "In phiếu giấy", len(sheets)) as (pdf, tell):
        pages = write_sheets(campaign, sheets, pdf, progress=tell)
    click.echo(f"{number(len(sheets))} phiếu giấy, {number(pages)} trang: {out}")


@contextmanager
def _drawing(
    out: Path, label: str, papers: int
) -> Iterator[tuple[BinaryIO, Callable[[int], None]]]:
    """Open a PDF to be drawn, with a progress bar over its papers."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with click.progressbar(length=papers, label=label) as bar, out.open("wb") as pdf:
        yield pdf, bar.update
