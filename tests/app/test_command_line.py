"""Every method of the room is reachable as ``cchc sample``, and says what it does not do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import session

from sampling.arguments import RefusedError
from sampling.precision import margin_of_mean
from survey_app.cli import cli
from survey_app.services.refusals import in_words

STRATA = "mã;số người;chi phí;trung bình;ưu tiên\nX01;1.946;10.000;3,5;1\nX02;946;20.000;3,1;4\n"
LIST = "mã,tầng\n" + "\n".join(f"p{i},{'AB'[i % 2]}" for i in range(20))
HOMES = "tỉnh,xã,hộ\n" + "\n".join(
    f"T{t},X{t}{x},H{h}" for t in range(4) for x in range(3) for h in range(2 + 3 * x)
)
PEOPLE = "mã,trả lời,lớp,giới\na,1,A,nam\nb,1,A,nữ\nc,0,B,nam\nd,1,B,nữ\n"


@pytest.fixture
def run(tmp_path: Path):
    """``run(words)`` calls ``cchc sample`` beside the files above."""
    for name, text in {"s": STRATA, "l": LIST, "h": HOMES, "p": PEOPLE}.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")

    def called(*words: object, exits: int = 0) -> Result:
        said = [str(tmp_path / word) if str(word).endswith(".csv") else str(word) for word in words]
        result = CliRunner().invoke(cli, ["sample", *said])
        assert result.exit_code == exits, result.output
        return result

    return called


def numbers(result: Result) -> dict[str, int]:
    found = re.findall(r"^\s*(\S+)\s+([\d.]+)$", result.output, re.MULTILINE)
    return {code: int(n.replace(".", "")) for code, n in found}


def test_thousands_are_read_as_an_office_writes_them(run):
    allocated = run("allocate", "s.csv", "--method", "proportional", "--amount", "1.446")
    seats = run("apportion", 100, "1.946", "946")

    assert numbers(allocated) == {"X01": 973, "X02": 473, "cộng": 1446}
    assert numbers(seats)["1946"] == 67


@pytest.mark.parametrize("method", ["fixed", "optimal"])
def test_half_a_form_is_refused_and_not_cut_off(run, method):
    said = run("allocate", "s.csv", "--method", method, "--amount", "30.5", exits=1)

    assert "Tổng số phiếu là 30,5 nhưng phải là một số nguyên." in said.output


def test_a_method_that_needs_an_amount_asks_for_it(run):
    assert "cần --amount" in run("allocate", "s.csv", "--method", "equal", exits=2).output


def test_a_unit_of_priority_four_gets_about_half_the_error_relative_or_not(run):
    plain, relative = (
        numbers(run("allocate", "s.csv", "--method", "equal-precision", "--amount", 200, *more))
        for more in ((), ("--relative",))
    )

    assert plain["X02"] > 3 * plain["X01"]
    assert relative["X02"] > plain["X02"]


def test_an_apportionment_keeps_within_stated_bounds(run):
    seats = run("apportion", 30, 500, 900, 100, "--minimum", 5, "--maximum", "30,12,30")

    assert list(numbers(seats).values()) == [13, 12, 5, 30]


def test_stated_margins_of_a_table_are_kept(run, tmp_path):
    (tmp_path / "t.csv").write_text("mã,a,b\nu,1.5,2.5\nv,2.5,1.5\n", encoding="utf-8")

    said = run("round", "t.csv", "--rows", "3,5", "--columns", "4,4")
    wrong = run("round", "t.csv", "--rows", "3,9", "--columns", "4,4", exits=1)

    assert re.search(r"^u\s+1\s+2$", said.output, re.MULTILINE)
    assert "Dòng 2: tổng ghi 9, nhưng làm tròn các ô chỉ được từ 3 đến 5." in wrong.output


def test_strata_are_drawn_from_by_their_own_numbers_under_the_name_of_the_list(run):
    words = ("--n", "A=3,B=5", "--reserve", 2, "--seed", "s", "--name", "BT20/CX4")

    said = run("draw", "l.csv", *words).output

    assert len(re.findall(r"chọn\s+A", said)) == 3
    assert len(re.findall(r"chọn\s+B", said)) == 5
    assert len(re.findall(r"dự phòng\s+[AB]", said)) == 4
    assert "“BT20/CX4”" in said


def test_stages_are_drawn_by_size_with_a_reserve_at_the_last_one(run):
    ways = "pps_systematic,pps_systematic,simple"

    said = run("stages", "h.csv", "--take", "2,1,2", "--seed", "s", "--name", "H",
               "--method", ways, "--reserve", 1).output  # fmt: skip

    assert set(re.findall(r"([\d,]+)\s+chọn", said)) == {"15,00"}  # 60 households / 4
    assert said.count("chọn\n") == 4


@pytest.mark.parametrize("take", ["1,1.5", "nan", ""])
def test_a_stage_takes_whole_units(run, take):
    assert "không phải số nguyên" in run("stages", "h.csv", "--take", take, "--seed", "s",
                                         "--name", "H", exits=2).output  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--bounds", "0.5,2", "--margin", "giới:nam=50,nữ=50"), "cần một cách hiệu chỉnh"),
        (("--calibrate", "logit"), "cần ít nhất một biên"),
    ],
)
def test_what_would_be_passed_over_in_silence_is_refused(run, words, said):
    assert said in run("weights", "p.csv", *words, exits=1).output


def test_merged_classes_and_cut_weights_are_said(run):
    said = run("weights", "p.csv", "--classes", "lớp", "--cap", "1.4").output

    assert "Lớp B (1 người trả lời) gộp với A" in said
    assert "Gộp hết vẫn còn quá ít" in said
    assert "0 trọng số bị cắt ở 1,40" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("compare", "0.66"), r"phiếu trả lời\s+30$"),
        (("size", "--margin", "0.05", "--p", "0.02", "--interval", "wilson"), r"trả lời\s+52$"),
        (("slovin", 3000, "0.05", "--response", "0.85"), r"cần mời\s+402$"),
        (("precision", 3, "--units", 13, "--rho", "0.4"), r"mức chung\s+6,7$"),
        (("precision", 150, "--p", "0.8"), r"tỷ lệ nhận ra được\s+1[34],\d%$"),
        (("interval", 0, 10), r"đến\s+27,8%$"),
        (("substitute", 30, 12, "--others", 10), r"còn thiếu\s+8$"),
        (("rates", "--complete", 30, "--refused", 4, "--unknown", 2), r"\(RR1\)\s+83,3$"),
    ],
)
def test_single_numbers_are_those_of_the_science(run, words, said):
    assert re.search(said, run(*words).output, re.MULTILINE)


def test_every_word_that_is_no_number_is_named(run):
    said = run("apportion", 100, 5, "abc", "xyz", exits=2).output

    assert "“abc”, “xyz” không phải số" in said


def test_bad_cells_of_all_columns_are_named_at_once(run, tmp_path):
    (tmp_path / "b.csv").write_text("mã,số người,chi phí\na,x,1\nb,9,y\n", encoding="utf-8")

    said = run("allocate", "b.csv", "--method", "equal", "--amount", 5, exits=1).output

    assert "cột size, dòng 2: “x”" in said
    assert "cột cost, dòng 3: “y”" in said


def test_targets_of_several_columns_of_domains_are_met_together(run, tmp_path):
    rows = [f"X{i},{400 + 90 * i},{'AB'[i % 2]},{'RST'[i % 3]},3,1" for i in range(6)]
    head = "mã,số người,vùng,loại xã,mean a,sd a\n"
    (tmp_path / "d.csv").write_text(head + "\n".join(rows), encoding="utf-8")

    asked = [["a=0.03"], ["a:vùng=0.03"], ["a=0.03", "a:vùng=0.03", "a:loại xã=0.03"]]
    sizes = [
        numbers(run("allocate", "d.csv", "--method", "targets",
                    *(word for cv in each for word in ("--cv", cv))))["cộng"]
        for each in asked
    ]  # fmt: skip

    assert sizes[0] < sizes[1] < sizes[2]


def test_a_draw_needs_the_name_of_its_list_and_not_that_of_the_file(run, tmp_path):
    (tmp_path / "k.csv").write_text(LIST, encoding="utf-8")
    words = ("--n", 5, "--seed", "s", "--name", "BT20")

    assert run("draw", "l.csv", *words).output == run("draw", "k.csv", *words).output
    assert "--name" in run("draw", "l.csv", *words[:4], exits=2).output
    assert "--name" in run("stages", "h.csv", "--take", "1,1,1", "--seed", "s", exits=2).output


def test_weights_hit_known_amounts_and_known_counts_together(run, tmp_path):
    rows = ["a,1,nam,3", "b,1,nữ,5", "c,1,nam,4", "d,1,nữ,9"]
    (tmp_path / "w.csv").write_text("mã,trọng số,giới,hồ sơ\n" + "\n".join(rows), encoding="utf-8")

    said = run("weights", "w.csv", "--calibrate", "raking", "--margin", "giới:nam=50,nữ=50",
               "--total", "hồ sơ=520").output  # fmt: skip

    last = re.findall(r"^([a-d])\s.*\s([\d,]+)$", said, re.MULTILINE)
    weight = {key: float(value.replace(",", ".")) for key, value in last}
    assert weight["a"] + weight["c"] == pytest.approx(50, abs=1e-5)
    held = 3 * weight["a"] + 5 * weight["b"] + 4 * weight["c"] + 9 * weight["d"]
    assert held == pytest.approx(520, abs=1e-4)


def test_classes_are_merged_by_stated_limits_and_order(run):
    alone = run("weights", "p.csv", "--classes", "lớp", "--fewest", 1).output
    strict = run("weights", "p.csv", "--classes", "lớp", "--fewest", 1, "--largest", 1.5).output
    wrong = run("weights", "p.csv", "--classes", "lớp", "--class-order", "A,C", exits=1).output

    assert "gộp" not in alone
    assert "Lớp B (1 người trả lời) gộp với A" in strict
    assert "Thứ tự các lớp còn thiếu: B." in wrong


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("compare", "--shares", "0.8", "0.7"), r"phiếu trả lời\s+291$"),
        (("compare", "0.66", "--power", "0.9"), r"khả năng phát hiện 90%"),
        (("size", "--cv", "0.05", "--population-cv", "0.4"), r"phiếu trả lời\s+64$"),
        (("size", "--margin", "0.05", "--alpha", "0.01"), r"phiếu trả lời\s+664$"),
        (("size", "--margin", "0.05", "--alpha", "0.01"), r"Độ tin cậy 99%"),
        (("interval", 0, 10, "--alpha", "0.1"), r"đến\s+21,3%$"),
        (("precision", 30, "--alpha", "0.1"), r"tỷ lệ\s+±15,0%$"),
    ],
)
def test_levels_shares_and_coefficients_of_variation_can_be_stated(run, words, said):
    assert re.search(said, run(*words).output, re.MULTILINE)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("size",), "cần --margin"),
        (("size", "--margin", "0.1", "--cv", "0.1"), "cần --margin"),
        (("compare",), "cần một chênh lệch"),
        (("weights", "p.csv", "--class-order", "A,B"), "cần --classes"),
    ],
)
def test_half_a_question_is_not_answered(run, words, said):
    assert said in run(*words, exits=2).output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("size", "--margin", "1e-200"), "Sai số là 1e-200 nhưng nằm ngoài khoảng"),
        (("size", "--margin", "0"), "Sai số là 0 nhưng phải lớn hơn 0 và nhỏ hơn 1."),
        (("slovin", "0", "2"), "Số người của danh sách là 0 nhưng phải từ 1 trở lên."),
        (("draw", "l.csv", "--n", 30, "--seed", "s", "--name", "L"),
         "Không chọn được 30 trong 20 dòng."),
        (("weights", "p.csv", "--total", "x=1"), "cần một cách hiệu chỉnh"),
    ],
)  # fmt: skip
def test_the_science_refuses_in_vietnamese(run, words, said):
    assert said in run(*words, exits=1).output


def test_a_refusal_speaks_the_language_of_the_page(app):
    with pytest.raises(RefusedError) as caught:
        margin_of_mean(0, 0.9)

    assert in_words(caught.value) == ["Số người trả lời là 0 nhưng phải từ 1 trở lên."]
    with app.test_request_context("/"):
        session["language"] = "en"
        assert in_words(caught.value) == ["n=0 must be at least 1"]
