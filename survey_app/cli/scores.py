"""``cchc scores``, ``cchc criteria``, ``cchc index``: points in, index out."""

from __future__ import annotations

from pathlib import Path

import click

from survey_app.cli.common import COMMAND_LINE, table, write
from survey_app.errors import SurveyError
from survey_app.formats import moment, number, percent
from survey_app.models import IndexRun, Round
from survey_app.services import campaigns

# Workbooks and computations bring pandas; a command that needs none starts without it.
# ruff: noqa: PLC0415 - a command loads only what it needs

ROUNDS = click.Choice([round_.value for round_ in Round])


@click.group()
def scores() -> None:
    """Điểm tự chấm và điểm thẩm định."""


@scores.command()
@click.argument("slug")
@click.option("--round", "round_", type=ROUNDS, default="self", show_default=True)
@click.option("--unit", help="Một đơn vị; bỏ trống là mọi đơn vị trong một tệp ZIP.")
@click.option("--out", type=click.Path(path_type=Path), help="Tệp, hoặc thư mục để ghi vào.")
def template(slug: str, round_: str, unit: str | None, out: Path | None) -> None:
    """Ghi biểu mẫu Excel để đơn vị tự chấm (hoặc Tổ thẩm định chấm).

    \b
    Ví dụ: cchc scores template bo_trach_2020 --out bieu_mau/
           cchc scores template bo_trach_2020 --round round_1 --unit P02
    """
    from survey_app.services import selfscores
    from survey_app.services.plans import unit_by_code

    campaign = campaigns.campaign_by_slug(slug)
    chosen = Round(round_)
    if unit:
        found = unit_by_code(campaign, unit)
        name = selfscores.template_name(found, chosen)
        data = selfscores.score_template(campaign, found, chosen)
    else:
        name = selfscores.archive_name(campaign, chosen)
        data = selfscores.all_templates(campaign, chosen)
    out = out or Path()
    write(out / name if out.is_dir() or not out.suffix else out, data)


@scores.command("import")
@click.argument("slug")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--round", "round_", type=ROUNDS, default="self", show_default=True)
@click.option("--reason", default="", help="Lý do, khi điểm đã nhập thay đổi.")
def import_(slug: str, files: tuple[Path, ...], round_: str, reason: str) -> None:
    """Nhập các biểu mẫu đã điền FILES (.xlsx hoặc .zip); thoát 1 khi có tệp bị từ chối.

    \b
    Ví dụ: cchc scores import bo_trach_2020 tu_cham.zip
           cchc scores import bo_trach_2020 P02.xlsx --round round_1 --reason "theo biên bản"
    """
    from survey_app.services import selfscores

    report = selfscores.import_scores(
        slug,
        [(file.name, file.read_bytes()) for file in files],
        Round(round_),
        reason,
        actor=COMMAND_LINE,
    )
    click.echo(f"Đã nhận {len(report.accepted)} đơn vị.")
    for refused in report.refused:
        click.echo(f"Từ chối {refused.file}: {len(refused.mistakes)} lỗi", err=True)
        for mistake in refused.mistakes:
            click.echo(f"  {mistake}", err=True)
    if report.missing:
        click.echo(f"Còn thiếu {len(report.missing)} đơn vị: {', '.join(report.missing)}")
    if report.refused:
        raise SystemExit(1)


@click.group()
def criteria() -> None:
    """Bộ tiêu chí của cơ quan."""


@criteria.command("template")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--slug", help="Đợt điều tra có bộ tiêu chí làm mẫu.")
@click.option("--kind", default="department", show_default=True, help="Loại đơn vị.")
def criteria_template(out: Path, slug: str | None, kind: str) -> None:
    """Ghi biểu mẫu Excel của bộ tiêu chí ra tệp OUT; bỏ --slug để nhận biểu mẫu trống.

    \b
    Ví dụ: cchc criteria template bo_tieu_chi_phong.xlsx --slug bo_trach_2020
    """
    from questionnaires.criteria_workbook import write_template

    chosen = None
    if slug:
        chosen = campaigns.criteria_of(campaigns.campaign_by_slug(slug), kind)
        if chosen is None:
            raise SurveyError(f"Đợt {slug} không có bộ tiêu chí cho loại đơn vị “{kind}”.")
    write_template(out, chosen)
    click.echo(f"Đã ghi {out}.")


@criteria.command("import")
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@click.option("--reason", default="", help="Lý do thay bộ tiêu chí khi đợt đã mở.")
def criteria_import(slug: str, file: Path, reason: str) -> None:
    """Nhập bộ tiêu chí của cơ quan từ tệp Excel FILE vào đợt SLUG.

    \b
    Ví dụ: cchc criteria import bo_trach_2020 bo_tieu_chi_phong.xlsx --reason "QĐ 314"
    """
    from questionnaires.criteria_workbook import read_workbook

    read = read_workbook(file, file.name)
    campaigns.import_criteria(slug, read, reason, actor=COMMAND_LINE)
    click.echo(
        f"{read.title}: {len(read.leaves)} tiêu chí chấm điểm, {number(read.max_points, 2)} điểm."
    )


@click.group()
def index() -> None:
    """Chỉ số: tính, xem, xuất."""


@index.command()
@click.argument("slug")
@click.option("--rescale", is_flag=True, help="Quy đổi khi thiếu điểm thay vì để trống.")
def run(slug: str, *, rescale: bool) -> None:
    """Tính chỉ số của đợt SLUG và đóng băng thành một lần tính.

    \b
    Ví dụ: cchc index run bo_trach_2020
    """
    from survey_app.services.index_runs import result_of, run_index

    done = run_index(slug, actor=COMMAND_LINE, missing="rescale" if rescale else "refuse")
    click.echo(f"Lần tính {done.number}, mã băm {done.result_sha256[:12]}.")
    for warning in result_of(done).warnings:
        click.echo(f"  ! {warning}")


@index.command()
@click.argument("slug")
@click.option("--number", "number_", type=int, help="Lần tính; bỏ trống là lần mới nhất.")
def show(slug: str, number_: int | None) -> None:
    """In bảng xếp hạng của một lần tính.

    \b
    Ví dụ: cchc index show bo_trach_2020
    """
    campaign = campaigns.campaign_by_slug(slug)
    chosen = _run(slug, number_)
    click.echo(f"Lần tính {chosen.number} ({moment(chosen.at)}), {chosen.state}")
    for kind in dict.fromkeys(unit.kind for unit in campaign.units):
        lines = sorted(
            (line for line in chosen.results if line.unit.kind == kind),
            key=lambda line: (line.rank is None, line.rank or 0, line.unit.position),
        )
        table(
            ("hạng", "đơn vị", "điểm", "tối đa", "chỉ số", "xếp loại"),
            [
                (
                    number(line.rank),
                    line.unit.name,
                    number(line.points, 2),
                    number(line.max_points, 2),
                    percent(line.index),
                    line.band or "–",
                )
                for line in lines
            ],
        )
        click.echo()


@index.command()
@click.argument("slug")
@click.option("--number", "number_", type=int, help="Lần tính; bỏ trống là lần mới nhất.")
@click.option("--kind", type=click.Choice(["council", "public", "csv"]), default="public")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
def export(slug: str, number_: int | None, kind: str, out: Path) -> None:
    """Xuất một lần tính: sổ của Hội đồng (hạn chế), sổ công bố, hoặc CSV.

    \b
    Ví dụ: cchc index export bo_trach_2020 --kind council --out hoi_dong.xlsx
    """
    from survey_app.services import exports

    chosen = _run(slug, number_)
    make = {
        "council": exports.council_workbook,
        "public": exports.public_workbook,
        "csv": exports.results_csv,
    }[kind]
    write(out, make(slug, chosen.number, actor=COMMAND_LINE).data)


def _run(slug: str, number_: int | None) -> IndexRun:
    from survey_app.services.index_runs import visible_run, visible_runs

    campaign = campaigns.campaign_by_slug(slug)
    if number_ is not None:
        return visible_run(campaign, number_, COMMAND_LINE)
    runs = visible_runs(campaign, COMMAND_LINE)
    if not runs:
        raise SurveyError(f"Đợt {slug} chưa có lần tính nào. Hãy chạy: cchc index run {slug}")
    return runs[0]
