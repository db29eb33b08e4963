"""``cchc money`` and ``cchc recheck``: advances, the settlement, calls to people who answered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey_app.cli.common import COMMAND_LINE, Amount, Day, table, write
from survey_app.formats import day, number, percent
from survey_app.formats import money as vnd
from survey_app.models import CallState
from survey_app.services.campaigns import campaign_by_slug

if TYPE_CHECKING:
    from survey_app.services.recheck_results import RateLine

# Workbooks and intervals bring pandas and scipy; the other commands start without them.
# ruff: noqa: PLC0415 - a command loads only what it needs

ANSWER = click.Choice(["yes", "no"])
FLAGS = {
    "none": "đạt",
    "below": "dưới mức (có thể do ngẫu nhiên)",
    "surely_below": "dưới mức",
    "unknown": "chưa gặp được ai",
}


@click.group()
def money() -> None:
    """Kinh phí: tạm ứng, đối chiếu, quyết toán."""


@money.command()
@click.argument("slug")
@click.argument("unit")
@click.argument("amount", type=Amount())
@click.option("--receiver", required=True, help="Người nhận tiền.")
@click.option("--on", "paid_on", type=Day(), required=True, help="Ngày giao tiền.")
@click.option("--note", default="", help="Ghi chú.")
def advance(slug: str, unit: str, amount: int, *, receiver: str, paid_on: date, note: str) -> None:
    """Ghi khoản tạm ứng AMOUNT đồng cho đơn vị UNIT của đợt SLUG.

    \b
    Ví dụ: cchc money advance bo_trach_2020 X01 790.000 --receiver "Trần Văn Bình" \\
             --on 22/11/2026
    """
    from survey_app.services.money import pay_advance

    pay_advance(
        slug, unit, amount, receiver=receiver, paid_on=paid_on, note=note, actor=COMMAND_LINE
    )
    click.echo(f"Đã ghi tạm ứng {vnd(amount)} cho {unit.upper()} ngày {day(paid_on)}.")


@money.command("list")
@click.argument("slug")
def list_(slug: str) -> None:
    """Đối chiếu tạm ứng, phải trả, đã chi của từng đơn vị trong đợt SLUG.

    \b
    Ví dụ: cchc money list bo_trach_2020
    """
    from survey_app.services.money_reading import money_of

    found = money_of(campaign_by_slug(slug))
    rows = [
        (
            one.unit.code,
            one.unit.name,
            *(number(n) for n in (one.advanced_vnd, one.owed_vnd, one.paid_vnd)),
            number(one.to_return_vnd),
            f"{len(one.unexplained)} dòng cần giải thích" if one.unexplained else "",
        )
        for one in found.units
    ]
    rows += [
        (line.code, "dòng chung", "0", number(line.owed_vnd), number(line.paid_vnd), "0",
         "" if line.is_explained else "cần giải thích")
        for line in found.shared
    ]  # fmt: skip
    table(("mã", "đơn vị", "tạm ứng", "phải trả", "đã chi", "nộp lại", "ghi chú"), rows)
    click.echo(
        f"Dự toán {vnd(found.budget.total_vnd)}, tạm ứng {vnd(found.advanced_vnd)}, phải trả "
        f"{vnd(found.owed_vnd)}, đã chi {vnd(found.paid_vnd)}."
    )


@money.command()
@click.argument("slug")
@click.option("--unit", help="Chỉ một đơn vị.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Tệp .xlsx để điền."
)
@click.option(
    "--import", "filled", type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Tệp .xlsx đã điền.",
)  # fmt: skip
def lists(slug: str, *, unit: str | None, output: Path | None, filled: Path | None) -> None:
    """Ghi nhiều bảng kê ký nhận của đợt SLUG một lần: tải bảng ra tệp, điền, rồi nhập lại.

    \b
    Ví dụ: cchc money lists bo_trach_2020 -o bang_ke.xlsx
           cchc money lists bo_trach_2020 --import bang_ke.xlsx
    """
    from survey_app.services.signed_list_sheets import import_lists, lists_workbook

    if (output is None) == (filled is None):
        raise click.UsageError("Hãy ghi một trong hai: -o TỆP để tải ra, --import TỆP để nhập.")
    if output is not None:
        write(output, lists_workbook(slug, unit, actor=COMMAND_LINE).data)
    if filled is not None:
        kept = import_lists(slug, filled.read_bytes(), filled.name, actor=COMMAND_LINE)
        click.echo(f"Đã ghi {number(kept)} bảng kê.")


@money.command()
@click.argument("slug")
@click.option("--unit", help="Chỉ một đơn vị: giấy thanh toán tạm ứng.")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False),
    help="Tệp .xlsx.",
)  # fmt: skip
def settle(slug: str, *, unit: str | None, output: Path) -> None:
    """In quyết toán của đợt SLUG, hoặc thanh toán tạm ứng của một đơn vị, ra tệp.

    \b
    Ví dụ: cchc money settle bo_trach_2020 -o quyet_toan.xlsx
           cchc money settle bo_trach_2020 --unit X01 -o x01.xlsx
    """
    from survey_app.services import settlement

    made = (
        settlement.settle_unit(slug, unit, actor=COMMAND_LINE)
        if unit
        else settlement.settle_campaign(slug, actor=COMMAND_LINE)
    )
    write(output, made.data)


@click.group()
def recheck() -> None:
    """Phúc tra: rút danh sách, ghi cuộc gọi, kết quả."""


@recheck.command()
@click.argument("slug")
@click.option("--seed", required=True, help="Số công khai để rút.")
@click.option("--share", default=10, show_default=True, help="Phần trăm người mỗi điều tra viên.")
@click.option("--least", default=80, show_default=True, help="Mức tối thiểu, phần trăm.")
def draw(slug: str, *, seed: str, share: int, least: int) -> None:
    """Rút danh sách phúc tra của đợt SLUG bằng một số công khai.

    \b
    Ví dụ: cchc recheck draw bo_trach_2020 --seed "84310 27755 90126" --share 10
    """
    from survey_app.services import recheck_results, rechecks

    made = rechecks.draw_calls(
        slug, seed, Decimal(share) / 100, Decimal(least) / 100, actor=COMMAND_LINE
    )
    found = recheck_results.results_of(rechecks.recheck_of(campaign_by_slug(slug), made.number))
    click.echo(
        f"Lần phúc tra số {made.number}: gọi {number(found.due)} trong {number(found.listed)} "
        f"người. Mã băm danh sách {made.frame_sha256}."
    )


@recheck.command()
@click.argument("slug")
@click.argument("recheck_number", metavar="NUMBER", type=int)
@click.argument("line", type=int)
@click.option("--state", type=click.Choice(["reached", "not_reached", "refused"]), required=True)
@click.option("--asked", type=ANSWER, help="Câu 1: có được mời trả lời không.")
@click.option("--right-person", type=ANSWER, help="Câu 2: có đúng người hỏi không.")
@click.option("--paid", type=ANSWER, help="Câu 3: đã nhận thù lao chưa.")
@click.option("--note", default="", help="Ghi chú.")
def enter(
    slug: str,
    recheck_number: int,
    line: int,
    *,
    state: str,
    asked: str | None,
    right_person: str | None,
    paid: str | None,
    note: str,
) -> None:
    """Ghi kết quả gọi dòng LINE của lần phúc tra NUMBER, đợt SLUG.

    \b
    Ví dụ: cchc recheck enter bo_trach_2020 1 7 --state reached --asked yes --paid no
    """
    from survey_app.services import rechecks

    said = rechecks.Said(CallState(state), _said(asked), _said(right_person), _said(paid), note)
    rechecks.enter_call(slug, recheck_number, line, said, actor=COMMAND_LINE)
    click.echo(f"Đã ghi cuộc gọi dòng {line}.")


@recheck.command()
@click.argument("slug")
@click.argument("recheck_number", metavar="NUMBER", type=int)
@click.option("--again", is_flag=True, help="Rút lại để kiểm tra; khác thì mã thoát là 1.")
def show(slug: str, recheck_number: int, *, again: bool) -> None:
    """Kết quả lần phúc tra NUMBER của đợt SLUG: tỷ lệ theo đơn vị và điều tra viên.

    \b
    Ví dụ: cchc recheck show bo_trach_2020 1 --again
    """
    from survey_app.services import recheck_results, rechecks

    campaign = campaign_by_slug(slug)
    made = rechecks.recheck_of(campaign, recheck_number)
    found = recheck_results.results_of(made)
    click.echo(
        f"Gọi {number(found.due - found.waiting)}/{number(found.due)}, gặp được "
        f"{number(found.reached)}, mức tối thiểu {percent(made.least_rate * 100, 0)}."
    )
    for title, lines in (("đơn vị", found.units), ("điều tra viên", found.enumerators)):
        if lines:
            table((title, "gặp", "xác nhận", "tỷ lệ", "khoảng 95%", "nhận xét"),
                  [_rate(line) for line in lines])  # fmt: skip
    if again:
        same = recheck_results.repeats(campaign, made)
        click.echo("Rút lại: đúng." if same else "Rút lại: KHÁC, danh sách đã bị sửa.")
        if not same:
            raise SystemExit(1)


def _said(answer: str | None) -> bool | None:
    return None if answer is None else answer == "yes"


def _rate(line: RateLine) -> tuple[str, ...]:
    rate, limits = line.rate, line.rate.limits
    return (
        line.name,
        number(rate.reached),
        number(rate.agreed),
        percent(None if rate.rate is None else rate.rate * 100, 0),
        f"{number(limits.low * 100)}–{percent(limits.high * 100, 0)}" if limits else "",
        FLAGS[rate.flag.value],
    )
