"""``cchc sample`` on single numbers: sizes, margins, reserves, who fills whose place."""

from __future__ import annotations

import click

from survey_app.cli.sample_words import decimal, show
from survey_app.services import sample_numbers

ALPHA = click.option(
    "--alpha", type=float, default=0.05, show_default=True, help="Mức ý nghĩa: 1 trừ độ tin cậy."
)
POWER = click.option(
    "--power", type=float, default=0.8, show_default=True, help="Khả năng phát hiện."
)
RHO = click.option("--rho", type=float, help="Tương quan khi cùng người chấm cả hai đơn vị.")


@click.command()
@click.option("--margin", type=float, help="Sai số: 0.05 (tỷ lệ) hoặc điểm.")
@click.option("--sd", type=float, help="Độ lệch chuẩn: cỡ mẫu cho điểm trung bình.")
@click.option("--cv", type=float, help="Hệ số biến thiên cần đạt, thay cho --margin.")
@click.option("--population-cv", type=float, help="Độ lệch chuẩn chia trung bình của tổng thể.")
@click.option("--p", type=float, default=0.5, help="Tỷ lệ dự kiến.")
@click.option("--population", type=int, help="Số người của tổng thể.")
@click.option("--deff", type=float, default=1.0, help="Hệ số thiết kế.")
@click.option("--response", type=float, default=1.0, help="Tỷ lệ trả lời dự kiến.")
@ALPHA
@click.option(
    "--interval",
    type=click.Choice([kind.value for kind in sample_numbers.Interval]),
    default=sample_numbers.Interval.WALD.value,
    help="Khoảng tin cậy của tỷ lệ; gần 0 hay 1 nên dùng wilson.",
)
def size(
    *, margin: float | None, sd: float | None, cv: float | None, population_cv: float | None,
    p: float, population: int | None, deff: float, response: float, alpha: float, interval: str,
) -> None:  # fmt: skip
    """Cỡ mẫu cho một tỷ lệ, một điểm trung bình hoặc một hệ số biến thiên.

    \b
    Ví dụ: cchc sample size --margin 0.05 --population 3000 --response 0.85
           cchc sample size --margin 0.3 --sd 0.9
           cchc sample size --cv 0.05 --population-cv 0.4
    """
    if (margin is None) == (cv is None) or (cv is None) != (population_cv is None):
        raise click.UsageError("cần --margin, hoặc --cv cùng --population-cv")
    if cv is not None and population_cv is not None:
        few = (cv, population_cv)
        show(
            lambda: sample_numbers.size_for_cv(
                *few, population=population, deff=deff, response=response
            )
        )
        return
    show(
        lambda: sample_numbers.size(
            margin or 0.0,
            sd=sd,
            p=p,
            population=population,
            deff=deff,
            response=response,
            kind=sample_numbers.Interval(interval),
            alpha=alpha,
        )
    )


@click.command()
@click.argument("difference", type=float, required=False)
@click.option("--shares", type=(float, float), help="Hai tỷ lệ cần phân biệt, thay DIFFERENCE.")
@click.option("--sd", type=float, default=0.9, help="Độ lệch chuẩn trên thang 1–5.")
@click.option("--population", type=int, help="Số người của mỗi đơn vị.")
@click.option("--deff", type=float, default=1.0, help="Hệ số thiết kế.")
@click.option("--response", type=float, default=1.0, help="Tỷ lệ trả lời dự kiến.")
@RHO
@ALPHA
@POWER
def compare(
    difference: float | None, *, shares: tuple[float, float] | None, sd: float,
    population: int | None, deff: float, response: float, rho: float | None, alpha: float,
    power: float,
) -> None:  # fmt: skip
    """Cỡ mẫu mỗi đơn vị để nhận ra chênh lệch DIFFERENCE điểm giữa hai đơn vị.

    \b
    Ví dụ: cchc sample compare 0.65
           cchc sample compare --shares 0.8 0.7
    """
    if (difference is None) == (shares is None):
        raise click.UsageError("cần một chênh lệch điểm, hoặc hai tỷ lệ với --shares")
    if shares is not None:
        show(
            lambda: sample_numbers.compare_shares(
                shares,
                population=population,
                deff=deff,
                response=response,
                rho=rho,
                alpha=alpha,
                power=power,
            )
        )
        return
    show(
        lambda: sample_numbers.compare(
            difference or 0.0,
            sd=sd,
            population=population,
            deff=deff,
            response=response,
            rho=rho,
            alpha=alpha,
            power=power,
        )
    )


@click.command()
@click.argument("population", type=int)
@click.argument("margin")
@click.option("--deff", type=float, default=1.0, help="Hệ số thiết kế của cỡ mẫu đúng.")
@click.option("--response", type=float, default=1.0, help="Tỷ lệ trả lời của cỡ mẫu đúng.")
@ALPHA
def slovin(population: int, margin: str, *, deff: float, response: float, alpha: float) -> None:
    """Công thức Slovin của hướng dẫn, cỡ mẫu đúng và những điều công thức bỏ sót.

    \b
    Ví dụ: cchc sample slovin 3000 0.05
    """
    exact = decimal(margin)
    show(
        lambda: sample_numbers.slovin(population, exact, deff=deff, response=response, alpha=alpha)
    )


@click.command()
@click.argument("n", type=int)
@click.option("--other", type=int, help="Số người của đơn vị kia; mặc định như N.")
@click.option("--sd", type=float, default=0.9, help="Độ lệch chuẩn trên thang 1–5.")
@click.option("--population", type=int, help="Số người của đơn vị.")
@click.option("--deff", type=float, default=1.0, help="Hệ số thiết kế.")
@RHO
@click.option("--p", type=float, default=0.5, help="Tỷ lệ dự kiến.")
@click.option("--units", type=int, help="Số đơn vị mà cùng N người này chấm.")
@ALPHA
@POWER
def precision(
    n: int, *, other: int | None, sd: float, population: int | None, deff: float,
    rho: float | None, p: float, units: int | None, alpha: float, power: float,
) -> None:  # fmt: skip
    """Sai số của N người trả lời và chênh lệch nhỏ nhất giữa hai đơn vị nhận ra được.

    \b
    Ví dụ: cchc sample precision 30
           cchc sample precision 15 --population 20
           cchc sample precision 3 --units 13 --rho 0.4
    """
    show(
        lambda: sample_numbers.precision(
            n,
            n if other is None else other,
            sd=sd,
            population=population,
            deff=deff,
            rho=rho,
            p=p,
            units=units,
            alpha=alpha,
            power=power,
        )
    )


@click.command()
@click.argument("n", type=int)
@click.argument("rate", type=float)
@click.option("--assurance", type=float, default=0.95, help="Khả năng đủ phiếu.")
def reserve(n: int, rate: float, assurance: float) -> None:
    """Số dự phòng để đủ N phiếu khi mỗi người trả lời với khả năng RATE.

    \b
    Ví dụ: cchc sample reserve 30 0.85
    """
    show(lambda: sample_numbers.reserve(n, rate, assurance))


@click.command()
@click.argument("successes", type=int)
@click.argument("n", type=int)
@click.option("--population", type=int, help="Số người của danh sách.")
@click.option("--deff", type=float, default=1.0, help="Hệ số thiết kế.")
@ALPHA
def interval(successes: int, n: int, *, population: int | None, deff: float, alpha: float) -> None:
    """Khoảng Wilson của tỷ lệ SUCCESSES trên N, như khi phúc tra.

    \b
    Ví dụ: cchc sample interval 27 30 --population 140
    """
    show(
        lambda: sample_numbers.interval(successes, n, population=population, deff=deff, alpha=alpha)
    )


@click.command()
@click.argument("n", type=int)
@click.argument("listed", type=int)
@click.option("--others", type=int, help="Số người lấy bổ sung hiện có; mặc định luôn đủ.")
def substitute(n: int, listed: int, *, others: int | None) -> None:
    """Ai trả lời khi cần N người mà danh sách chỉ có LISTED người đúng đối tượng.

    \b
    Ví dụ: cchc sample substitute 30 12 --others 10
    """
    show(lambda: sample_numbers.substitute(n, listed, others=others))


@click.command()
@click.option("--complete", type=int, required=True, help="Trả lời đủ.")
@click.option("--partial", type=int, default=0, help="Trả lời quá ít.")
@click.option("--refused", type=int, default=0, help="Từ chối.")
@click.option("--not-reached", type=int, default=0, help="Không gặp.")
@click.option("--other", type=int, default=0, help="Lý do khác.")
@click.option("--unknown", type=int, default=0, help="Chưa rõ có thuộc đối tượng.")
@click.option("--not-eligible", type=int, default=0, help="Không thuộc đối tượng.")
def rates(**counts: int) -> None:
    """Tỷ lệ trả lời của mọi tên đã gọi, kể cả dự phòng.

    \b
    Ví dụ: cchc sample rates --complete 30 --refused 4 --not-reached 3 --unknown 2
    """
    show(lambda: sample_numbers.rates(sample_numbers.Dispositions(**counts)))


NUMBERS = (size, compare, slovin, precision, interval, reserve, substitute, rates)
"""Commands that need no file."""
