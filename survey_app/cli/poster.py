"""``cchc poster``: places with an open code, their posters and the secrets of kiosks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from survey_app.cli.common import COMMAND_LINE, Day, table
from survey_app.formats import number
from survey_app.models import PlaceKind
from survey_app.security import grouped
from survey_app.services import places
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.poster_guards import Guards
from survey_app.services.set_aside import set_aside_since

USUAL = Guards()


@click.group()
def poster() -> None:
    """Mã QR dán tại quầy và máy trả lời tại chỗ."""


@poster.command()
@click.argument("slug")
@click.option("--rule", required=True, help="Dòng phân bổ có người riêng của từng đơn vị.")
@click.option("--unit", required=True, help="Đơn vị được đánh giá.")
@click.option("--name", required=True, help="Tên điểm, ví dụ “Bộ phận một cửa – bàn 2”.")
@click.option("--kiosk", is_flag=True, help="Máy đặt tại quầy, có mã máy riêng.")
@click.option("--per-day", default=USUAL.per_day, show_default=True, help="Phiếu tối đa một ngày.")
@click.option(
    "--per-address",
    default=USUAL.per_address,
    show_default=True,
    help="Lượt tối đa một ngày từ một mạng.",
)
@click.option(
    "--burst",
    default=USUAL.burst,
    show_default=True,
    help="Để riêng khi trong 10 phút đã có quá chừng này phiếu; 0 là không xét.",
)
@click.option(
    "--same-answers",
    default=USUAL.same_answers,
    show_default=True,
    help="Để riêng khi một ngày đã có quá chừng này phiếu giống hệt nhau; 0 là không xét.",
)
@click.option(
    "--seconds-per-item",
    default=USUAL.seconds_per_item,
    show_default=True,
    help="Để riêng khi mỗi câu trả lời nhanh hơn chừng này giây; 0 là không xét.",
)
@click.option(
    "--night",
    nargs=2,
    type=int,
    default=(USUAL.night_from, USUAL.night_to),
    show_default=True,
    help="Để riêng phiếu gửi giữa hai giờ này; bằng nhau là không xét.",
)
def add(
    slug: str,
    *,
    rule: str,
    unit: str,
    name: str,
    per_day: int,
    per_address: int,
    burst: int,
    same_answers: int,
    seconds_per_item: int,
    night: tuple[int, int],
    kiosk: bool,
) -> None:
    """Thêm một điểm đặt mã cho đợt SLUG.

    \b
    Ví dụ: cchc poster add bo_trach_2020 --rule CX4 --unit X17 --name "Bộ phận một cửa"
           cchc poster add bo_trach_2020 --rule CX4 --unit X17 --name "Máy ở quầy" --kiosk
    """
    new = places.add_place(
        slug,
        rule,
        unit,
        name,
        kind=PlaceKind.KIOSK if kiosk else PlaceKind.POSTER,
        guards=Guards(per_day, per_address, burst, same_answers, seconds_per_item, *night),
        actor=COMMAND_LINE,
    )
    click.echo(f"Đã thêm điểm {grouped(new.number)}.")
    if new.secret is None:
        click.echo(f"In: cchc poster print {slug} --number {new.number} --out ma_dan.pdf")
    else:
        click.echo(f"Địa chỉ mở máy, chỉ hiện lần này: {places.place_url(new.number, new.secret)}")


@poster.command("list")
@click.argument("slug")
def list_(slug: str) -> None:
    """Liệt kê các điểm đặt mã của đợt SLUG và số phiếu từng điểm.

    \b
    Ví dụ: cchc poster list bo_trach_2020
    """
    lines = places.place_lines(campaign_by_slug(slug))
    if not lines:
        click.echo("Chưa có điểm đặt mã nào. Thêm: cchc poster add")
        return
    table(
        ("số", "loại", "ô", "hôm nay", "tất cả", "được tính", "chờ xem", "còn chỗ", "tên"),
        [
            (
                grouped(line.poster.number),
                ("máy" if line.poster.kind is PlaceKind.KIOSK else "mã dán")
                + (", đã đóng" if line.poster.closed_on else ""),
                f"{line.poster.rule.code}/{line.poster.unit.code}",
                number(line.today),
                number(line.total),
                number(line.counted),
                number(line.set_aside),
                number(line.unreserved),
                line.poster.name,
            )
            for line in lines
        ],
    )


@poster.command("print")
@click.argument("slug")
@click.option("--number", "numbers", multiple=True, help="Chỉ điểm số này; bỏ trống là mọi điểm.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Tệp PDF."
)
def print_(slug: str, numbers: tuple[str, ...], out: Path) -> None:
    """In tờ dán A4 của các điểm còn mở của đợt SLUG ra PDF.

    \b
    Ví dụ: cchc poster print bo_trach_2020 --out ma_dan.pdf
    """
    from survey_app.printing.posters import write_posters  # noqa: PLC0415 - brings ReportLab

    chosen = places.posters_to_print(slug, list(numbers))
    if not chosen:
        click.echo("Không có điểm nào để in. Thêm: cchc poster add", err=True)
        raise SystemExit(1)
    out.parent.mkdir(parents=True, exist_ok=True)
    with click.progressbar(length=len(chosen), label="In mã dán") as bar, out.open("wb") as pdf:
        pages = write_posters(campaign_by_slug(slug), chosen, pdf, progress=bar.update)
    click.echo(f"{number(pages)} tờ dán: {out}")


@poster.command()
@click.argument("slug")
@click.argument("number_", metavar="NUMBER")
@click.option("--reason", required=True, help="Lý do, lưu vào nhật ký.")
def close(slug: str, number_: str, reason: str) -> None:
    """Đóng điểm số NUMBER của đợt SLUG; phiếu đã nhận vẫn còn.

    \b
    Ví dụ: cchc poster close bo_trach_2020 1234-5678 --reason "hết đợt trực"
    """
    places.close_place(slug, number_, reason, actor=COMMAND_LINE)
    click.echo(f"Đã đóng điểm {number_}.")


@poster.command("set-aside")
@click.argument("slug")
@click.argument("number_", metavar="NUMBER")
@click.option("--since", required=True, type=Day(), help="Từ ngày nào, ví dụ 18/3/2021.")
@click.option("--reason", required=True, help="Lý do, lưu cùng phiếu và vào nhật ký.")
def set_aside(slug: str, number_: str, since: date, reason: str) -> None:
    """Để riêng mọi phiếu đã nhận của điểm số NUMBER từ một ngày, chờ người xem.

    \b
    Ví dụ: cchc poster set-aside bo_trach_2020 1234-5678 --since 18/3/2021 --reason "gửi hàng loạt"
    """
    done = set_aside_since(slug, number_, since, reason, actor=COMMAND_LINE)
    click.echo(
        f"Đã để riêng {number(done.counted)} phiếu đã tính (chỗ đã trả lại) và "
        f"{number(done.over_target)} phiếu vượt chỉ tiêu."
    )
