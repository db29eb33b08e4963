"""``cchc sample``: the planner's science on the command line, on files or single numbers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from survey_app.cli.common import table
from survey_app.services import sample_numbers
from survey_app.services import sampling_desk as desk
from survey_app.services.sampling_files import Answer, read_sheet, refused

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def sample() -> None:
    """Chọn mẫu: phân bổ, cỡ mẫu, sai số, rút mẫu, trọng số."""


@sample.command()
@FILE
@click.option("--method", type=click.Choice([way.value for way in desk.Way]), required=True)
@click.option("--amount", type=float, default=0.0, help="Tổng số phiếu; hoặc kinh phí, phương sai.")
@click.option("--exponent", type=float, default=0.5, help="Số mũ của phương pháp power.")
@click.option("--cv", "targets", multiple=True, help="BIẾN=0.05, cho targets; nhiều lần được.")
@click.option("--continuous", is_flag=True, help="Số thực thay vì số phiếu nguyên.")
def allocate(
    file: Path, *, method: str, amount: float, exponent: float, targets: tuple[str, ...],
    continuous: bool,
) -> None:  # fmt: skip
    """Phân bổ phiếu cho các tầng trong FILE.

    Các cột CSV: mã, số người; nếu cần: độ lệch, tối thiểu, tối đa, chi phí, trung bình, đơn vị.

    \b
    Ví dụ: cchc sample allocate tang.csv --method equal-precision --amount 840
           cchc sample allocate tang.csv --method targets --cv "hài lòng=0.05"
    """
    wish = desk.Wish(
        desk.Way(method), amount, exponent, continuous=continuous, targets=_numbers(targets)
    )
    _show(lambda: desk.allocate_file(read_sheet(file), wish))


@sample.command()
@click.argument("total", type=int)
@click.argument("weights", nargs=-1, required=True)
@click.option(
    "--method",
    type=click.Choice([method.value for method in desk.Apportionment]),
    default=desk.Apportionment.LARGEST_REMAINDER.value,
)
def apportion(total: int, weights: tuple[str, ...], method: str) -> None:
    """Chia TOTAL phiếu theo WEIGHTS, giữ nguyên tổng.

    \b
    Ví dụ: cchc sample apportion 100 1946 9204 5024 --method webster
    """
    shares = [_decimal(weight) for weight in weights]
    _show(lambda: desk.apportion_seats(total, shares, method))


@sample.command("round")
@FILE
def round_(file: Path) -> None:
    """Làm tròn bảng đơn vị × nhóm trong FILE, giữ tổng dòng và tổng cột.

    \b
    Ví dụ: cchc sample round bang.csv
    """
    _show(lambda: desk.round_file(read_sheet(file)))


@sample.command()
@FILE
@click.option("--n", type=int, required=True, help="Số dòng chọn (của mỗi tầng).")
@click.option("--seed", required=True, help="Hạt giống công khai: một dòng chữ.")
@click.option(
    "--method",
    type=click.Choice([method.value for method in desk.Method]),
    default=desk.Method.SIMPLE.value,
)
@click.option("--reserve", type=int, default=0, help="Số dòng dự phòng (của mỗi tầng).")
@click.option("--stratified", is_flag=True, help="Rút riêng từng tầng của cột “tầng”.")
@click.option("--avoid", is_flag=True, help="Tránh những dòng cùng hạt giống đã chọn.")
def draw(
    file: Path, *, n: int, seed: str, method: str, reserve: int, stratified: bool, avoid: bool
) -> None:
    """Rút mẫu và dự phòng từ danh sách FILE (CSV: mã, số người, tầng, thứ tự).

    \b
    Ví dụ: cchc sample draw danh_sach.csv --n 30 --reserve 10 --seed "Xổ số 22/11/2026: 48213"
    """
    wish = desk.DrawWish(method, seed, n, reserve, stratified=stratified, shifted=avoid)
    _show(lambda: desk.draw_file(read_sheet(file), wish))


@sample.command()
@FILE
@click.option("--take", required=True, help="Số đơn vị mỗi giai đoạn, ví dụ 6,3,2,31.")
@click.option("--seed", required=True, help="Hạt giống công khai: một dòng chữ.")
def stages(file: Path, take: str, seed: str) -> None:
    """Rút mẫu nhiều giai đoạn từ FILE: mỗi giai đoạn một cột, từ rộng đến hẹp.

    \b
    Ví dụ: cchc sample stages ho_dan.csv --take 6,3,2,31 --seed "Xổ số 22/11/2026: 48213"
    """
    taken = [int(_decimal(part)) for part in take.split(",")]
    _show(lambda: desk.draw_stages_file(read_sheet(file), taken, seed))


@sample.command()
@FILE
@click.option("--classes", help="Cột lớp không trả lời (cùng cột “trả lời” 0/1).")
@click.option("--poststratify", "strata", multiple=True, help="CỘT:nhóm=số,nhóm=số")
@click.option("--margin", "margins", multiple=True, help="CỘT:nhóm=số,nhóm=số; nhiều lần được.")
@click.option(
    "--calibrate",
    "distance",
    type=click.Choice([distance.value for distance in desk.Distance]),
    help="Hiệu chỉnh thay vì raking.",
)
@click.option("--bounds", help="Giới hạn hệ số, ví dụ 0.5,2.5.")
def weights(
    file: Path,
    *,
    classes: str | None,
    strata: tuple[str, ...],
    margins: tuple[str, ...],
    distance: str | None,
    bounds: str | None,
) -> None:
    """Tính trọng số cho những người trong FILE (CSV: mã, trọng số, trả lời và các cột nhóm).

    \b
    Ví dụ: cchc sample weights phieu.csv --classes lop --margin "giới:nam=480,nữ=520"
    """
    limits = tuple(_decimal(part) for part in bounds.split(",")) if bounds else ()
    if bounds and len(limits) != 2:  # noqa: PLR2004 - lower and upper
        raise click.BadParameter("--bounds cần hai số, ví dụ 0.5,2.5")
    wish = desk.WeightWish(
        classes,
        _totals(strata),
        _totals(margins),
        distance,
        (float(limits[0]), float(limits[1])) if limits else None,
    )
    _show(lambda: desk.weigh_file(read_sheet(file), wish))


@sample.command()
@click.option("--margin", type=float, required=True, help="Sai số: 0.05 (tỷ lệ) hoặc điểm.")
@click.option("--sd", type=float, help="Độ lệch chuẩn: cỡ mẫu cho điểm trung bình.")
@click.option("--p", type=float, default=0.5, help="Tỷ lệ dự kiến.")
@click.option("--population", type=int, help="Số người của tổng thể.")
@click.option("--deff", type=float, default=1.0, help="Hệ số thiết kế.")
@click.option("--response", type=float, default=1.0, help="Tỷ lệ trả lời dự kiến.")
def size(
    *, margin: float, sd: float | None, p: float, population: int | None, deff: float,
    response: float,
) -> None:  # fmt: skip
    """Cỡ mẫu cho một tỷ lệ hoặc một điểm trung bình.

    \b
    Ví dụ: cchc sample size --margin 0.05 --population 3000 --response 0.85
           cchc sample size --margin 0.3 --sd 0.9
    """
    _show(
        lambda: sample_numbers.size(
            margin, sd=sd, p=p, population=population, deff=deff, response=response
        )
    )


@sample.command()
@click.argument("population", type=int)
@click.argument("margin")
def slovin(population: int, margin: str) -> None:
    """Công thức Slovin của hướng dẫn, cỡ mẫu đúng và những điều công thức bỏ sót.

    \b
    Ví dụ: cchc sample slovin 3000 0.05
    """
    exact = _decimal(margin)
    _show(lambda: sample_numbers.slovin(population, exact))


@sample.command()
@click.argument("n", type=int)
@click.option("--other", type=int, help="Số người của đơn vị kia; mặc định như N.")
@click.option("--sd", type=float, default=0.9, help="Độ lệch chuẩn trên thang 1–5.")
@click.option("--population", type=int, help="Số người của đơn vị.")
@click.option("--deff", type=float, default=1.0)
@click.option("--rho", type=float, help="Tương quan khi cùng người chấm cả hai đơn vị.")
def precision(
    n: int, *, other: int | None, sd: float, population: int | None, deff: float, rho: float | None
) -> None:
    """Sai số của N người trả lời và chênh lệch nhỏ nhất giữa hai đơn vị nhận ra được.

    \b
    Ví dụ: cchc sample precision 30
           cchc sample precision 15 --population 20
    """
    _show(
        lambda: sample_numbers.precision(
            n, other or n, sd=sd, population=population, deff=deff, rho=rho
        )
    )


@sample.command()
@click.argument("n", type=int)
@click.argument("rate", type=float)
@click.option("--assurance", type=float, default=0.95, help="Khả năng đủ phiếu.")
def reserve(n: int, rate: float, assurance: float) -> None:
    """Số dự phòng để đủ N phiếu khi mỗi người trả lời với khả năng RATE.

    \b
    Ví dụ: cchc sample reserve 30 0.85
    """
    _show(lambda: sample_numbers.reserve(n, rate, assurance))


def _show(action: Callable[[], Answer]) -> None:
    answer = refused(action)
    if answer.rows:
        table(answer.head, answer.rows)
    click.echo(answer.said.vi)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        msg = f"“{text}” không phải số"
        raise click.BadParameter(msg) from None


def _numbers(pairs: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for pair in pairs:
        name, mark, value = pair.rpartition("=")
        if not mark:
            msg = f"“{pair}” phải có dạng tên=số"
            raise click.BadParameter(msg)
        found[name.strip()] = float(_decimal(value))
    return found


def _totals(given: tuple[str, ...]) -> dict[str, dict[str, float]] | None:
    found = {}
    for text in given:
        name, mark, rest = text.partition(":")
        if not mark:
            msg = f"“{text}” phải có dạng cột:nhóm=số,nhóm=số"
            raise click.BadParameter(msg)
        found[name.strip()] = _numbers(tuple(rest.split(",")))
    return found or None
