"""``cchc user``, ``cchc backup``, ``cchc nightly``, ``cchc serve``."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app

from survey_app.cli.common import COMMAND_LINE, table
from survey_app.formats import number
from survey_app.models import Capacity
from survey_app.permissions import ROLES
from survey_app.services import accounts


@click.group()
def user() -> None:
    """Tài khoản của cán bộ."""


@user.command()
@click.argument("email")
@click.option("--name", default="", help="Họ tên hiện trên trang.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(list(ROLES)))
@click.option("--password", help="Bỏ trống để tạo mật khẩu ngẫu nhiên, chỉ in một lần.")
def add(email: str, name: str, roles: tuple[str, ...], password: str | None) -> None:
    """Tạo tài khoản EMAIL.

    \b
    Ví dụ: cchc user add dieuphoi@donvi.vn --role coordinator --name "Phòng Nội vụ"
    """
    made = accounts.add_user(email, name, roles, actor=COMMAND_LINE, password=password)[1]
    click.echo(f"Đã tạo {email} ({', '.join(roles)}).")
    if made:
        click.echo(f"Mật khẩu, chỉ hiện lần này: {made}")


@user.command("list")
def list_() -> None:
    """Liệt kê tài khoản.

    \b
    Ví dụ: cchc user list
    """
    table(
        ("tài khoản", "họ tên", "vai trò", "trạng thái"),
        [
            (
                u.email,
                u.name,
                ", ".join(role.name for role in u.roles),
                "đang dùng" if u.active else "đã khóa",
            )
            for u in accounts.all_users()
        ],
    )


@user.command()
@click.argument("email")
@click.argument("slug")
@click.argument("units", nargs=-1, required=True)
@click.option("--rule", help="Chỉ một dòng phân bổ.")
@click.option("--belongs", is_flag=True, help="Người này công tác tại đơn vị (không được nhập).")
def assign(
    email: str, slug: str, units: tuple[str, ...], rule: str | None, *, belongs: bool
) -> None:
    """Phân công EMAIL nhập phiếu của các đơn vị UNITS trong đợt SLUG.

    \b
    Ví dụ: cchc user assign nhaplieu@donvi.vn bo_trach_2020 X01 X02 X03
    """
    new = accounts.assign(
        email,
        slug,
        units,
        rule_code=rule,
        capacity=Capacity.BELONGS if belongs else Capacity.KEYS,
        actor=COMMAND_LINE,
    )
    click.echo(f"{email}: thêm {new} phân công.")


@click.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
def backup(path: Path) -> None:
    """Sao lưu cơ sở dữ liệu vào tệp PATH khi máy chủ vẫn chạy, rồi mở lại để kiểm tra.

    Khóa (thư mục keys) không nằm trong bản sao: cất riêng.

    \b
    Ví dụ: cchc backup /sao-luu/cchc-2026-11-22.sqlite
    """
    from survey_app.services.backups import backup as make  # noqa: PLC0415 - rarely needed

    click.echo(make(path, actor=COMMAND_LINE))


@click.command()
def nightly() -> None:
    """Xóa những gì đã hết ngày giữ: liên hệ, phiếu làm dở, số đếm để chặn gửi hàng loạt.

    \b
    Ví dụ: cchc nightly
    """
    from survey_app.services.contacts import purge_due  # noqa: PLC0415 - rarely needed
    from survey_app.services.poster_guards import forget_counts  # noqa: PLC0415 - rarely needed
    from survey_app.services.sealed_drafts import purge_drafts  # noqa: PLC0415 - rarely needed

    forget_counts()
    done = purge_due(None, actor=COMMAND_LINE)
    contacts = sum(purged.contacts + purged.phones for purged in done)
    click.echo(f"Đã xóa {number(contacts)} liên hệ, {number(purge_drafts())} phiếu làm dở.")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Chạy máy chủ trên một máy của cơ quan (máy lớn: xem deploy/).

    \b
    Ví dụ: cchc serve --port 8000
    """
    from survey_app.server import serve as run  # noqa: PLC0415 - serving only

    app = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001 - the app itself, not its proxy
    click.echo(f"http://{host}:{port}/")
    run(app, host=host, port=port)
