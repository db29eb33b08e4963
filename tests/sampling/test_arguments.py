"""What cannot be computed is refused in both languages, whatever was typed."""

import ctypes
import os
import pickle
import threading
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from sampling.allocation import Strata
from sampling.allocation_rules import allocate_equal, allocate_fixed
from sampling.apportionment import apportion
from sampling.arguments import RefusedError
from sampling.budget_allocation import integer_for_budget
from sampling.continuous_allocation import (
    continuous_for_budget,
    continuous_for_total,
    continuous_for_variance,
)
from sampling.detectable import crossed_information, size_per_unit, size_per_unit_of_proportions
from sampling.equal_precision import equal_precision
from sampling.frames import make_frame
from sampling.integer_allocation import integer_for_total, integer_for_variance
from sampling.precision import margin_of_mean, slovin, wilson_interval
from sampling.quiet import quiet_output
from sampling.recheck import By, agreement_rates, draw_recheck
from sampling.reserves import reserve_size
from sampling.sample_size import Interval, size_for_mean, size_for_mean_cv, size_for_proportion
from sampling.selection import DrawPlan, Method, draw_sample
from sampling.stages import Stage, draw_stages, frames_of_paths
from sampling.wording import written

PLACES = Strata.of([100, 200], codes=["X01", "X02"])
PEOPLE = make_frame("DS", ["a", "b", "c"])


def test_a_refusal_is_english_in_a_notebook_and_says_every_mistake_in_both_languages():
    with pytest.raises(RefusedError) as caught:
        margin_of_mean(0, -1)

    refusal = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - made a line above
    assert str(refusal) == "n=0 must be at least 1; sd=-1 must be above 0"
    assert [text.vi for text in refusal.said] == [
        "Số người trả lời là 0 nhưng phải từ 1 trở lên.",
        "Độ lệch chuẩn là -1 nhưng phải lớn hơn 0.",
    ]


@pytest.mark.parametrize(
    ("number", "printed"),
    [(1092, "1.092"), (0.05, "0,05"), (30.0, "30"), (np.int64(1946), "1.946"), (1e-200, "1e-200"),
     (Decimal("28360000.5"), "28.360.000,5"), (Fraction(1, 3), "1/3"), (None, "None"),
     (float("nan"), "không xác định")],
)  # fmt: skip
def test_a_number_is_repeated_as_it_was_given(number, printed):
    assert written(number) == printed


@pytest.mark.parametrize(
    "ask",
    [
        lambda: size_for_proportion(1e-200),
        lambda: size_for_proportion(float("nan")),
        lambda: size_for_proportion(0.05, population=10**400),
        lambda: size_for_proportion(0.05, deff=1e300),
        lambda: size_for_proportion(0.05, alpha=1e-300),
        lambda: size_for_proportion(0.05, response_rate=1e-300),
        lambda: size_for_mean(1e-160, 1e160),
        lambda: size_for_mean_cv(1e-200, 1),
        lambda: size_per_unit(1e-200, 1),
        lambda: size_per_unit_of_proportions(1e-200, 0.5),
        lambda: crossed_information(10**400, 3),
        lambda: margin_of_mean(10**400, 1),
        lambda: wilson_interval(1, 10**400),
        lambda: reserve_size(10, 1e-300),
        lambda: slovin(3000, "1/0"),
        lambda: slovin(3000, "một phần hai mươi"),
        lambda: slovin(3000, Decimal("NaN")),
        lambda: draw_recheck({"k": "An"}, "1/0", seed="s", frame_id="DS"),
        lambda: agreement_rates([], By.UNIT, set_rate="1/0"),
        lambda: continuous_for_variance(Decimal("Infinity"), PLACES),
        lambda: integer_for_budget(Decimal("NaN"), PLACES),
        lambda: allocate_equal(10**400, PLACES),
        lambda: apportion(Decimal("9.5"), [1, 2]),
        lambda: allocate_fixed(2.5, PLACES),
        lambda: draw_sample(PEOPLE, DrawPlan(Method.SYSTEMATIC, "s", 1.5)),
        lambda: draw_sample(PEOPLE, DrawPlan(Method.SIMPLE, "s", 1, 1.5)),
        lambda: draw_stages(
            frames_of_paths([("a",), ("b",)], frame_id="DS").__getitem__,
            [Stage("xã", 1.5)],
            seed="s",
        ),
    ],
)
def test_what_no_arithmetic_can_hold_is_refused_in_words(ask):
    with pytest.raises(RefusedError) as caught:
        ask()

    assert all(text.vi.endswith(".") and text.en for text in caught.value.said)


@pytest.mark.parametrize("interval", list(Interval))
@pytest.mark.parametrize("margin", [1e-7, 1e-30, 1e-50])
def test_a_tiny_margin_still_has_its_size(interval, margin):
    size = size_for_proportion(margin, p=0.3, interval=interval)

    assert size.exact == pytest.approx(1.959963984540054**2 * 0.21 / margin**2, rel=1e-6)


@pytest.mark.parametrize("number", [Decimal, Fraction, np.int64])
def test_any_kind_of_number_is_a_total(number):
    assert allocate_equal(number(30), PLACES).n.tolist() == [15, 15]
    assert integer_for_total(number(30), PLACES).total == 30
    assert integer_for_budget(number(30), PLACES).total == 30
    assert integer_for_variance(number(3000), PLACES).total < 300
    assert equal_precision(number(30), PLACES, integer=False).total == pytest.approx(30)
    assert continuous_for_total(number(30), PLACES).total == pytest.approx(30)
    assert continuous_for_budget(number(30), PLACES).total == pytest.approx(30)
    assert continuous_for_variance(number(3000), PLACES).total < 300


@pytest.mark.parametrize(
    "spread",
    [
        lambda strata: continuous_for_total(20, strata),
        lambda strata: continuous_for_budget(20, strata),
        lambda strata: equal_precision(20, strata, integer=False),
    ],
)
def test_an_optimum_that_asks_nobody_somewhere_proves_nothing_and_says_so(spread):
    allocation = spread(Strata.of([100, 200], maximum=[0, 200], codes=["X01", "X02"]))

    assert not allocation.proved
    assert allocation.gap is None
    assert "vì không hỏi ai ở X01" in allocation.explanation.vi
    assert "Đã chứng minh" not in allocation.explanation.vi


def test_what_a_solver_prints_by_itself_does_not_reach_standard_output(capfd):
    library = ctypes.CDLL(None)

    with quiet_output(), quiet_output():
        library.puts(b"HighsMipSolverData::said by C")
        os.write(1, b"written to the descriptor\n")
    print("a row of the answer")  # noqa: T201 - this is what must come through
    library.puts(b"said afterwards")
    library.fflush(None)

    out, err = capfd.readouterr()
    assert sorted(out.splitlines()) == ["a row of the answer", "said afterwards"]
    assert "said by C" in err
    assert "written to the descriptor" in err


def test_threads_that_solve_at_once_give_standard_output_back(capfd):
    together = threading.Barrier(4)

    def solve():
        for _ in range(50):
            with quiet_output():
                os.write(1, b"noise\n")
        together.wait()

    threads = [threading.Thread(target=solve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os.write(1, b"answer\n")

    assert capfd.readouterr().out == "answer\n"
