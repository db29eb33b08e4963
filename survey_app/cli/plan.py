"""``cchc plan``: read a table, list versions, approve or withdraw one, put it on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final

import click

from questionnaires.plan_taking import Choices
from survey_app.cli.common import COMMAND_LINE, Day, table, write
from survey_app.formats import day, moment, number
from survey_app.printing.annex_workbook import write_annex_workbook
from survey_app.printing.docx_field import write_enumerators, write_handovers
from survey_app.printing.docx_plan import write_annex, write_plan
from survey_app.printing.handover_workbook import write_handover_workbook
from survey_app.services import (
    field_papers,
    handing_out,
    plan_papers,
    plan_reading,
    plan_versions,
)
from survey_app.services.campaigns import campaign_by_slug

PAPERS: Final[dict[str, dict[str, Callable[[Any], bytes]]]] = {
    "plan": {".docx": write_plan},
    "annex": {".docx": write_annex, ".xlsx": write_annex_workbook},
    "enumerators": {".docx": write_enumerators},
    "handover": {".docx": write_handovers, ".xlsx": write_handover_workbook},
}
"""Papers by kind and by the end of the file's name."""


@click.group()
def plan() -> None:
    """Kế hoạch phân bổ: đọc bảng, các bản, phê duyệt, rút."""


@plan.command()
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", "units", multiple=True, help="Tên=mã đơn vị, Tên=new:loại, bỏ cột: Tên=")
@click.option("--rule", "rules", multiple=True, help="Chỗ=mã dòng, Chỗ=new:CX4, bỏ dòng: Chỗ=")
@click.option("--total", type=int, help="Tổng theo quyết định, khi bảng không in tổng.")
@click.option("--others", help="Loại đơn vị của các tên không giống đơn vị nào.")
@click.option("--whole", is_flag=True, help="Bảng là toàn bộ kế hoạch: bỏ đơn vị, dòng khác.")
@click.option("--take", is_flag=True, help="Ghi thành bản kế hoạch mới.")
@click.option("--reason", default="", help="Lý do, khi --take.")
def read(
    slug: str,
    file: Path,
    *,
    units: tuple[str, ...],
    rules: tuple[str, ...],
    total: int | None,
    others: str | None,
    reason: str,
    whole: bool,
    take: bool,
) -> None:
    """Đọc bảng phân bổ FILE (.xlsx, .csv hoặc .txt) cho đợt SLUG và cho biết sẽ đổi gì.

    \b
    Ví dụ: cchc plan read bo_trach_2020 phan_bo.xlsx
           cchc plan read bo_trach_2020 phan_bo.xlsx --unit "P. Tài chính=P04" \\
             --take --reason "theo Quyết định 12"
    """
    choices = Choices(_pairs(units), _pairs(rules), {}, total, others, whole)
    data = file.read_bytes()
    text = (
        data.decode("utf-8-sig")
        if file.suffix.lower() == ".txt"
        else plan_reading.text_of_file(slug, data, file.name)
    )
    preview = plan_reading.preview_plan(slug, text, choices)
    for mistake in preview.mistakes:
        click.echo(str(mistake), err=True)
    for obstacle in preview.obstacles:
        click.echo(obstacle, err=True)
    if preview.mistakes or preview.obstacles:
        raise SystemExit(1)
    if not preview.changes:
        click.echo("Bảng giống hệt kế hoạch đang áp dụng; không có gì để ghi.")
        return
    _print(preview.changes)
    if preview.taken:
        for warning in plan_versions.displaced(campaign_by_slug(slug), preview.taken):
            click.echo(f"! {warning}", err=True)
    if take:
        version = plan_reading.take_table(slug, text, choices, reason, actor=COMMAND_LINE)
        click.echo(f"Đã ghi bản kế hoạch số {version}.")


@plan.command()
@click.argument("slug")
def versions(slug: str) -> None:
    """Liệt kê các bản kế hoạch của đợt SLUG và điều mỗi bản đã sửa.

    \b
    Ví dụ: cchc plan versions bo_trach_2020
    """
    for line in plan_versions.history(campaign_by_slug(slug)):
        version = line.version
        decided = f" · {version.decision} {day(version.approved_on)}" if version.decision else ""
        click.echo(
            f"Bản {version.number} · {version.state} · {number(line.ballots)} phiếu · "
            f"{moment(version.created_at)} {version.author}{decided}"
        )
        if version.reason:
            click.echo(f"  {version.reason}")
        if line.changes:
            _print(line.changes)
        if version.withdrawn_at:
            who, when = version.withdrawn_by, moment(version.withdrawn_at)
            click.echo(f"  Rút {when} {who}: {version.withdrawn_why}")
        if line.lost_approval:
            click.echo("  Sửa bản đã phê duyệt: cần quyết định phê duyệt mới.")
        for warning in line.displaced:
            click.echo(f"  ! {warning}")


@plan.command()
@click.argument("slug")
@click.argument("number", type=int)
@click.option("--decision", required=True, help="Số, ký hiệu quyết định.")
@click.option("--on", "approved_on", type=Day(), required=True, help="Ngày quyết định.")
def approve(slug: str, number: int, decision: str, approved_on: date) -> None:
    """Ghi quyết định phê duyệt bản kế hoạch NUMBER của đợt SLUG; bản ấy có hiệu lực.

    \b
    Ví dụ: cchc plan approve bo_trach_2020 2 --decision 12/QĐ-UBND --on 22/11/2026
    """
    plan_versions.approve_plan(slug, number, decision, approved_on, actor=COMMAND_LINE)
    click.echo(f"Bản kế hoạch số {number} có hiệu lực.")


@plan.command()
@click.argument("slug")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Lý do.")
def withdraw(slug: str, number: int, reason: str) -> None:
    """Rút bản sửa NUMBER đang chờ của đợt SLUG.

    \b
    Ví dụ: cchc plan withdraw bo_trach_2020 2 --reason "đề xuất nhầm"
    """
    plan_versions.withdraw_plan(slug, number, reason, actor=COMMAND_LINE)
    click.echo(f"Đã rút bản sửa số {number}.")


@plan.command()
@click.argument("slug")
@click.option("--take", is_flag=True, help="Ghi phân công.")
def hands(slug: str, *, take: bool) -> None:
    """Đề xuất điều tra viên nào nhận đơn vị nào trong đợt SLUG, theo khối lượng.

    \b
    Ví dụ: cchc plan hands bo_trach_2020 --take
    """
    found = handing_out.propose_hands(slug)
    table(
        ("điều tra viên", "đơn vị", "phiếu", "phút"),
        [
            (
                hand.user.email,
                ", ".join(unit.code for unit, _rules in hand.units) or "–",
                number(hand.ballots),
                number(hand.minutes),
            )
            for hand in found.hands
        ],
    )
    click.echo(
        f"Người nhiều việc nhất: {number(found.longest)} phút; không cách nào dưới "
        f"{number(found.shortest_possible)} phút."
    )
    if take:
        added = handing_out.hand_out(slug, actor=COMMAND_LINE)
        click.echo(f"Đã thêm {number(added)} phân công.")


@plan.command()
@click.argument("slug")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help=".docx hoặc .xlsx"
)
@click.option(
    "--kind", type=click.Choice(tuple(PAPERS)), default="plan", show_default=True, help="Văn bản."
)
@click.option("--version", "number_", type=int, help="Bản kế hoạch khác bản đang áp dụng.")
@click.option("--unit", help="Một đơn vị, với --kind handover.")
def paper(slug: str, out: Path, *, kind: str, number_: int | None, unit: str | None) -> None:
    """Lập văn bản của đợt SLUG theo Nghị định 30/2020/NĐ-CP để trình ký.

    plan: kế hoạch kèm phụ lục (.docx); annex: phụ lục phân bổ (.docx, .xlsx);
    enumerators: danh sách điều tra viên (.docx); handover: bàn giao phiếu (.docx, .xlsx).

    \b
    Ví dụ: cchc plan paper bo_trach_2020 --out ke_hoach.docx
           cchc plan paper bo_trach_2020 --kind annex --out phu_luc.xlsx
           cchc plan paper bo_trach_2020 --kind handover --unit X17 --out x17.docx
    """
    writers = PAPERS[kind]
    suffix = out.suffix.lower()
    if suffix not in writers:
        raise click.BadParameter(f"{kind} lập được dạng: {', '.join(writers)}", param_hint="--out")
    if kind in ("plan", "annex"):
        content: Any = plan_papers.plan_paper(slug, number_)
    elif kind == "handover":
        content = field_papers.handover_paper(slug, unit)
    else:
        content = field_papers.enumerator_list(slug)
    write(out, writers[suffix](content))


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for pair in given:
        name, mark, value = pair.partition("=")
        if not mark:
            raise click.BadParameter(f"“{pair}” phải có dạng tên=mã")
        pairs[name.strip()] = value.strip()
    return pairs


def _print(changes: Iterable[plan_versions.Change]) -> None:
    table(
        ("dòng", "đơn vị", "nội dung", "trước", "sau", "phiếu"),
        [
            (c.rule, c.unit or "cả dòng", c.what.vi, c.before, c.after, f"{c.ballots:+d}")
            for c in changes
        ],
    )
