"""``cchc sample``: the planner's science on the command line, on files or single numbers."""

from __future__ import annotations

from pathlib import Path

import click

from survey_app.cli.sample_numbers import NUMBERS
from survey_app.cli.sample_words import (
    by_domain,
    decimal,
    decimals,
    numbers,
    one_or_each,
    one_or_named,
    show,
    totals,
    wholes,
)
from survey_app.services import sampling_desk as desk
from survey_app.services import sampling_draws as draws
from survey_app.services import sampling_weights as weighing
from survey_app.services.sampling_files import read_sheet

NAME = click.option(
    "--name",
    required=True,
    help="Tên danh sách, ví dụ BT20/CX4: cùng tên, cùng số công khai thì rút lại đúng mẫu, dù tệp "
    "đổi tên.",
)
SEED = click.option("--seed", required=True, help="Số công khai: một dòng chữ.")
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def sample() -> None:
    """Chọn mẫu: phân bổ, cỡ mẫu, sai số, rút mẫu, trọng số."""


for _command in NUMBERS:
    sample.add_command(_command)


@sample.command()
@FILE
@click.option("--method", type=click.Choice([way.value for way in desk.Way]), required=True)
@click.option("--amount", help="Tổng số phiếu (fixed: mỗi tầng); hoặc kinh phí, phương sai.")
@click.option("--exponent", type=float, default=0.5, help="Số mũ của phương pháp power.")
@click.option(
    "--cv",
    "targets",
    multiple=True,
    help="Cho targets, nhiều lần được: BIẾN=0.05 cho cả danh sách, BIẾN:CỘT=0.1 cho từng nhóm của "
    "cột ấy.",
)
@click.option("--continuous", is_flag=True, help="Số thực thay vì số phiếu nguyên.")
@click.option("--relative", is_flag=True, help="equal-precision theo hệ số biến thiên.")
def allocate(
    file: Path, *, method: str, amount: str | None, exponent: float, targets: tuple[str, ...],
    continuous: bool, relative: bool,
) -> None:  # fmt: skip
    """Phân bổ phiếu cho các tầng trong FILE.

    Các cột CSV: mã, số người; nếu cần: độ lệch, tối thiểu, tối đa, chi phí, trung bình, đơn vị,
    ưu tiên, tầm quan trọng. Số người và tiền viết 1.946 hay 1946 đều được.

    \b
    Ví dụ: cchc sample allocate tang.csv --method equal-precision --amount 840
           cchc sample allocate tang.csv --method targets --cv "hài lòng=0.02" \\
               --cv "hài lòng:vùng=0.05" --cv "hài lòng:loại xã=0.08"
    """
    way = desk.Way(method)
    if amount is None and way is not desk.Way.TARGETS:
        msg = f"phương pháp {way} cần --amount"
        raise click.UsageError(msg)
    wish = desk.Wish(
        way,
        float(decimal(amount or "0", counted=True)),
        exponent,
        continuous=continuous,
        relative=relative,
        targets=by_domain(targets),
    )
    show(lambda: desk.allocate_file(read_sheet(file), wish))


@sample.command()
@click.argument("total", type=int)
@click.argument("weights", nargs=-1, required=True)
@click.option(
    "--method",
    type=click.Choice([method.value for method in desk.Apportionment]),
    default=desk.Apportionment.LARGEST_REMAINDER.value,
)
@click.option("--minimum", default="0", help="Ít nhất: một số, hoặc mỗi phần một số: 5,5,10.")
@click.option("--maximum", help="Nhiều nhất, viết như --minimum.")
def apportion(
    total: int, weights: tuple[str, ...], *, method: str, minimum: str, maximum: str | None
) -> None:
    """Chia TOTAL phiếu theo WEIGHTS (số người), giữ nguyên tổng.

    \b
    Ví dụ: cchc sample apportion 100 1946 9204 5024 --method webster
    """
    shares = decimals(weights, counted=True)
    least, most = one_or_each(minimum), None if maximum is None else one_or_each(maximum)
    show(lambda: desk.apportion_seats(total, shares, method, minimum=least, maximum=most))


@sample.command("round")
@FILE
@click.option("--rows", help="Tổng từng dòng, ví dụ 4,6; phải cùng --columns.")
@click.option("--columns", help="Tổng từng cột.")
def round_(file: Path, *, rows: str | None, columns: str | None) -> None:
    """Làm tròn bảng đơn vị × nhóm trong FILE, giữ tổng dòng và tổng cột.

    \b
    Ví dụ: cchc sample round bang.csv
    """
    down, across = (None if text is None else wholes(text) for text in (rows, columns))
    show(lambda: desk.round_file(read_sheet(file), row_totals=down, column_totals=across))


@sample.command()
@FILE
@click.option("--n", required=True, help="Số dòng chọn; của mỗi tầng, hoặc A=30,B=12.")
@SEED
@NAME
@click.option(
    "--method",
    type=click.Choice([method.value for method in draws.Method]),
    default=draws.Method.SIMPLE.value,
)
@click.option("--reserve", default="0", help="Số dòng dự phòng, viết như --n.")
@click.option("--stratified", is_flag=True, help="Rút riêng từng tầng của cột “tầng”.")
@click.option("--avoid", is_flag=True, help="Tránh những dòng cùng số công khai đã chọn.")
def draw(
    file: Path, *, n: str, seed: str, name: str, method: str, reserve: str, stratified: bool,
    avoid: bool,
) -> None:  # fmt: skip
    """Rút mẫu và dự phòng từ danh sách FILE (CSV: mã, số người, tầng, thứ tự).

    \b
    Ví dụ: cchc sample draw danh_sach.csv --name BT20/CX4 --n 30 --reserve 10 \\
               --seed "Xổ số 22/11/2026: 48213"
    """
    wish = draws.DrawWish(
        method,
        seed,
        name,
        one_or_named(n),
        one_or_named(reserve),
        stratified=stratified,
        shifted=avoid,
    )
    show(lambda: draws.draw_file(read_sheet(file), wish))


@sample.command()
@FILE
@click.option("--take", required=True, help="Số đơn vị mỗi giai đoạn, ví dụ 6,3,2,31.")
@SEED
@NAME
@click.option("--method", "methods", help="Mỗi giai đoạn một cách: pps_systematic,simple,simple.")
@click.option("--reserve", type=int, default=0, help="Dự phòng của giai đoạn cuối, ở mỗi nơi.")
def stages(
    file: Path, *, take: str, seed: str, name: str, methods: str | None, reserve: int
) -> None:
    """Rút mẫu nhiều giai đoạn từ FILE: mỗi giai đoạn một cột, từ rộng đến hẹp.

    \b
    Ví dụ: cchc sample stages ho_dan.csv --name QB26/ho --take 6,3,2,31 \\
               --seed "Xổ số 22/11/2026: 48213"
    """
    taken, ways = wholes(take), methods.split(",") if methods else []
    known = [method.value for method in draws.Method]
    if wrong := [way for way in ways if way not in known]:
        msg = f"không có cách {', '.join(wrong)}; chọn trong {', '.join(known)}"
        raise click.BadParameter(msg)
    show(
        lambda: draws.draw_stages_file(
            read_sheet(file), taken, seed=seed, name=name, methods=ways, reserve=reserve
        )
    )


@sample.command()
@FILE
@click.option("--classes", help="Cột lớp không trả lời (cùng cột “trả lời” 0/1).")
@click.option("--class-order", help="Thứ tự các lớp, lớp giống nhau đứng cạnh: A,B,C.")
@click.option(
    "--fewest",
    type=int,
    default=weighing.FEWEST_RESPONDENTS,
    show_default=True,
    help="Lớp có ít người trả lời hơn thì gộp.",
)
@click.option(
    "--largest",
    type=float,
    default=weighing.LARGEST_FACTOR,
    show_default=True,
    help="Lớp có hệ số lớn hơn thì gộp.",
)
@click.option("--poststratify", "strata", multiple=True, help="CỘT:nhóm=số,nhóm=số")
@click.option("--margin", "margins", multiple=True, help="CỘT:nhóm=số,nhóm=số; nhiều lần được.")
@click.option(
    "--total", "amounts", multiple=True, help="CỘT=tổng đã biết của cột số ấy; cần --calibrate."
)
@click.option(
    "--calibrate",
    "distance",
    type=click.Choice([distance.value for distance in weighing.Distance]),
    help="Hiệu chỉnh thay vì raking.",
)
@click.option("--bounds", help="Giới hạn hệ số, ví dụ 0.5,2.5.")
@click.option("--cap", type=float, help="Cắt trọng số ở mức này, sau cùng.")
def weights(
    file: Path,
    *,
    classes: str | None,
    class_order: str | None,
    fewest: int,
    largest: float,
    strata: tuple[str, ...],
    margins: tuple[str, ...],
    amounts: tuple[str, ...],
    distance: str | None,
    bounds: str | None,
    cap: float | None,
) -> None:
    """Tính trọng số cho những người trong FILE (CSV: mã, trọng số, trả lời và các cột nhóm).

    \b
    Ví dụ: cchc sample weights phieu.csv --classes lop --margin "giới:nam=480,nữ=520"
           cchc sample weights phieu.csv --calibrate linear --total "số hồ sơ=28.360"
    """
    limits = decimals(bounds.split(",")) if bounds else []
    if bounds and len(limits) != 2:  # noqa: PLR2004 - lower and upper
        raise click.BadParameter("--bounds cần hai số, ví dụ 0.5,2.5")
    if class_order and not classes:
        raise click.UsageError("--class-order cần --classes")
    order = [label.strip() for label in class_order.split(",")] if class_order else []
    wish = weighing.WeightWish(
        weighing.Silence(classes, order, fewest, largest) if classes else None,
        totals(strata),
        totals(margins),
        numbers(amounts, counted=True),
        distance,
        (float(limits[0]), float(limits[1])) if limits else None,
        cap,
    )
    show(lambda: weighing.weigh_file(read_sheet(file), wish))
