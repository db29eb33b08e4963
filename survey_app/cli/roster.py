"""``cchc roster``: take a list in, draw from it, call its reserve, check, delete contacts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from questionnaires.roster_columns import Column
from questionnaires.roster_duplicates import Sameness
from survey_app.cli.common import COMMAND_LINE, Day, table, write
from survey_app.errors import SurveyError
from survey_app.formats import day, number
from survey_app.models import RosterKind
from survey_app.services import contacts, roster_reading, rosters
from survey_app.services.campaigns import campaign_by_slug

if TYPE_CHECKING:
    from survey_app.services.roster_reading import RosterPreview

# Drawing brings numpy and scipy; a command that needs neither starts without them.
# ruff: noqa: PLC0415 - a command loads only what it needs

KINDS = click.Choice([kind.value for kind in RosterKind])
METHODS = click.Choice(["simple", "systematic", "pps_systematic"])
PARTS = click.Choice(["unit", "stratum", "list"])


@click.group()
def roster() -> None:
    """Danh sách để rút mẫu: nhập, rút mẫu, gọi dự phòng, kiểm tra, xóa liên hệ."""


@roster.command("import")
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", required=True, help="Tên danh sách.")
@click.option("--kind", type=KINDS, default="people", show_default=True, help="Mỗi dòng là gì.")
@click.option("--group", required=True, help="Mã đối tượng điều tra.")
@click.option("--until", type=Day(), help="Giữ liên hệ đến; mặc định 180 ngày sau hạn trả lời.")
@click.option("--source", default="", help="Nơi cung cấp; mặc định là tên tệp.")
@click.option("--heading", type=int, default=-1, help="Dòng tiêu đề; 0 là không có.")
@click.option("--column", "columns", multiple=True, help="Chữ cái của cột=name, unit, phone…")
@click.option("--unit", "units", multiple=True, help="Tên trong danh sách=mã đơn vị; bỏ: Tên=-")
@click.option("--keep", type=int, multiple=True, help="Dòng trùng vẫn giữ.")
@click.option("--drop", type=int, multiple=True, help="Dòng có thể trùng muốn bỏ.")
@click.option("--skip-faulty", is_flag=True, help="Bỏ các dòng có lỗi.")
@click.option("--take", is_flag=True, help="Lưu danh sách.")
def import_(
    slug: str,
    file: Path,
    *,
    name: str,
    kind: str,
    group: str,
    until: date | None,
    source: str,
    heading: int,
    columns: tuple[str, ...],
    units: tuple[str, ...],
    keep: tuple[int, ...],
    drop: tuple[int, ...],
    skip_faulty: bool,
    take: bool,
) -> None:
    """Đọc danh sách FILE (.xlsx, .csv) cho đợt SLUG; chỉ lưu khi có --take.

    \b
    Ví dụ: cchc roster import bo_trach_2020 ho_so.xlsx --name "Hồ sơ quý III" \\
             --kind transactions --group citizen
           cchc roster import bo_trach_2020 ho_so.xlsx --name "Hồ sơ quý III" \\
             --kind transactions --group citizen --column C=phone --unit "Hoàn lão=X01" --take
    """
    grid = roster_reading.grid_of_file(file.read_bytes(), file.name)
    choices = roster_reading.RosterChoices(
        heading=heading,
        columns=_columns(columns) or None,
        units=_pairs(units),
        shown=frozenset((*keep, *drop)),
        dropped=frozenset(drop),
        skip_faulty=skip_faulty,
    )
    preview = roster_reading.preview_roster(slug, grid, RosterKind(kind), choices)
    _tell(preview)
    if not preview.is_ready:
        raise SystemExit(1)
    if not take:
        click.echo("Chưa lưu gì. Thêm --take để lưu.")
        return
    facts = rosters.RosterFacts(
        name,
        RosterKind(kind),
        group,
        until or rosters.contacts_until(campaign_by_slug(slug)),
        source,
    )
    made = rosters.take_roster(slug, grid, choices, facts, actor=COMMAND_LINE)
    click.echo(f"Đã lưu danh sách số {made}, liên hệ giữ đến {day(facts.contacts_until)}.")


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    """Read ``name=value``; the name may hold an equals sign, a value never does."""
    if wrong := [each for each in given if "=" not in each]:
        raise click.BadParameter(f"{', '.join(wrong)}: phải có dạng tên=giá trị")
    return {
        name.strip(): value.strip()
        for name, _mark, value in (each.rpartition("=") for each in given)
    }


def _columns(given: tuple[str, ...]) -> dict[str, Column | None]:
    known = {column.value for column in Column}
    chosen = _pairs(given)
    if wrong := [value for value in chosen.values() if value not in known | {"-", ""}]:
        raise click.BadParameter(f"{', '.join(wrong)}: chỉ có {', '.join(sorted(known))} và -")
    return {
        letter.upper(): Column(value) if value in known else None
        for letter, value in chosen.items()
    }


def _tell(preview: RosterPreview) -> None:
    """Print what was read; of people who may stand twice only their row numbers."""
    reading = preview.reading
    table(
        ("cột", "tiêu đề", "là"),
        [(each.letter, each.heading, each.holds or "-") for each in reading.columns],
    )
    for sameness, label in (
        (Sameness.SURE, "trùng"),
        (Sameness.LIKELY, "có thể trùng"),
        (Sameness.PHONE, "chung số điện thoại"),
    ):
        for duplicate in preview.duplicates:
            if duplicate.sameness is sameness:
                click.echo(f"{label}: dòng {', '.join(map(str, duplicate.rows))}")
    for place in reading.odd_phones:
        click.echo(f"{place}: số điện thoại không đọc được, giữ nguyên")
    for mistake in preview.mistakes:
        click.echo(str(mistake), err=True)
    click.echo(
        f"{number(len(preview.rows))} dòng sẽ lưu ({number(preview.with_contact)} có liên hệ), "
        f"{number(len(preview.dropped))} dòng trùng bỏ ra, "
        f"{number(len(reading.faulty))} dòng có lỗi, "
        f"{number(preview.left_out)} dòng của đơn vị bỏ ra."
    )


@roster.command("list")
@click.argument("slug")
def list_(slug: str) -> None:
    """Liệt kê các danh sách của đợt SLUG.

    \b
    Ví dụ: cchc roster list bo_trach_2020
    """
    table(
        ("số", "danh sách", "là", "đối tượng", "dòng", "liên hệ", "giữ đến", "lần rút"),
        [
            (
                str(line.roster.id),
                line.roster.name,
                line.roster.kind.value,
                line.roster.group,
                number(line.people),
                number(line.contacts),
                f"đã xóa {day(line.roster.contacts_deleted_on)}"
                if line.roster.contacts_deleted_on
                else day(line.roster.contacts_until),
                number(line.draws),
            )
            for line in rosters.rosters_of(campaign_by_slug(slug))
        ],
    )


@roster.command()
@click.argument("slug")
@click.argument("list_id", type=int)
@click.option("--rule", help="Dòng phân bổ; số người lấy theo kế hoạch.")
@click.option("--method", type=METHODS, default="simple", show_default=True)
@click.option("--by", type=PARTS, help="Rút riêng từng đơn vị, từng tầng, hay cả danh sách.")
@click.option("--size", "sizes", multiple=True, help="Số người: 30, hoặc X01=30, tên tầng=30.")
@click.option("--answer", type=int, default=80, show_default=True, help="Phần trăm trả lời.")
@click.option("--batch", type=int, default=5, show_default=True, help="Mỗi đợt dự phòng.")
@click.option("--take-short", is_flag=True, help="Nơi có ít người hơn: lấy tất cả.")
@click.option("--seed", default="", help="Số công khai; bỏ trống là chỉ xem.")
@click.option("--reason", default="", help="Lý do, khi rút lại.")
def draw(
    slug: str,
    list_id: int,
    *,
    rule: str | None,
    method: str,
    by: str | None,
    sizes: tuple[str, ...],
    answer: int,
    batch: int,
    take_short: bool,
    seed: str,
    reason: str,
) -> None:
    """Rút mẫu và dự phòng từ danh sách LIST_ID của đợt SLUG.

    \b
    Không có --seed: cho biết sẽ rút bao nhiêu và mã băm danh sách để công bố.
    Ví dụ: cchc roster draw bo_trach_2020 1 --rule CX4
           cchc roster draw bo_trach_2020 1 --rule CX4 --seed 48210573911264870335
    """
    from survey_app.services import draw_plans, draws

    campaign = campaign_by_slug(slug)
    found = rosters.roster_of(campaign, list_id)
    usual = draw_plans.usual_order(campaign, found, rule)
    order = draw_plans.DrawOrder(
        rule=rule,
        method=draw_plans.Method(method),
        by=draw_plans.By(by) if by else usual.by,
        numbers=_sizes(sizes),
        take_short=take_short,
        answer_percent=answer,
        batch=batch,
        seed=seed,
        reason=reason,
    )
    preview = draw_plans.preview_draw(campaign, found, order)
    table(
        ("phần", "trong danh sách", "kế hoạch", "rút", "dự phòng"),
        [
            (part.label or "-", *map(number, (part.listed, part.asked, part.wanted, part.reserve)))
            for part in preview.parts
        ],
    )
    for unit, target in preview.absent:
        click.echo(f"{unit.name}: kế hoạch cần {number(target)}, danh sách không có ai", err=True)
    click.echo(f"Danh sách: {preview.frame.frame_id}\nMã băm:    {preview.frame.digest}")
    if not seed:
        for problem in preview.problems:
            click.echo(problem, err=True)
        return
    made = draws.draw_people(slug, list_id, order, actor=COMMAND_LINE)
    click.echo(f"Đã rút lần số {made}: {number(preview.wanted)} người.")


def _sizes(given: tuple[str, ...]) -> dict[str, int]:
    sizes = {}
    for each in given:
        part, _mark, text = each.rpartition("=")
        if not text.isdecimal():
            raise click.BadParameter(f"“{each}” phải có dạng 30 hoặc X01=30")
        sizes[part.strip()] = int(text)
    return sizes


@roster.command()
@click.argument("slug")
@click.argument("list_id", type=int)
@click.argument("draw_number", type=int)
@click.option("--part", default="", help="Mã đơn vị hoặc tầng; bỏ trống khi rút cả danh sách.")
@click.option("--reason", required=True, help="Lý do.")
def release(slug: str, list_id: int, draw_number: int, *, part: str, reason: str) -> None:
    """Gọi đợt dự phòng kế tiếp của lần rút DRAW_NUMBER.

    \b
    Ví dụ: cchc roster release bo_trach_2020 1 1 --part X01 --reason "ba người đi vắng"
    """
    from survey_app.services import draws

    called = draws.release_batch(slug, list_id, draw_number, part, reason, actor=COMMAND_LINE)
    click.echo(f"Đã gọi {number(called)} người dự phòng.")


@roster.command()
@click.argument("slug")
@click.argument("list_id", type=int)
@click.argument("draw_number", type=int)
def verify(slug: str, list_id: int, draw_number: int) -> None:
    """Rút lại từ danh sách và số công khai đã ghi; thoát 1 khi không được đúng mẫu ấy.

    \b
    Ví dụ: cchc roster verify bo_trach_2020 1 1
    """
    from survey_app.services import draws

    checked = draws.verify(slug, list_id, draw_number)
    if checked.equal:
        click.echo("Rút lại được đúng mẫu này.")
        return
    raise SurveyError(
        "Rút lại không được mẫu này.", details=[line.vi for line in checked.differences]
    )


@roster.command("sheet")
@click.argument("slug")
@click.argument("list_id", type=int)
@click.argument("draw_number", type=int)
@click.option("--part", help="Một đơn vị hoặc tầng; bỏ trống là mỗi phần một trang tính.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Tệp để ghi vào.")
def sheet(slug: str, list_id: int, draw_number: int, *, part: str | None, out: Path | None) -> None:
    """Ghi danh sách ký nhận cho điều tra viên; có liên hệ khi còn được giữ.

    \b
    Ví dụ: cchc roster sheet bo_trach_2020 1 1 --part X01 --out hoan_lao.xlsx
    """
    from survey_app.services.draw_lists import draw_workbook

    file = draw_workbook(slug, list_id, draw_number, part=part, actor=COMMAND_LINE)
    write(out or Path(file.name), file.data)


@roster.command()
@click.argument("slug", required=False)
def purge(slug: str | None) -> None:
    """Xóa số điện thoại và địa chỉ đã quá ngày giữ; để chạy mỗi đêm.

    \b
    Ví dụ: cchc roster purge
           cchc roster purge bo_trach_2020
    """
    done = contacts.purge_due(slug, actor=COMMAND_LINE)
    for purged in done:
        what = f"danh sách “{purged.name}”" if purged.name else "người trả lời ngoài danh sách"
        click.echo(
            f"{purged.campaign}: {what}: {number(purged.contacts)} liên hệ, "
            f"{number(purged.phones)} số điện thoại trong danh sách chi trả."
        )
    if not done:
        click.echo("Không có liên hệ nào đến hạn.")
