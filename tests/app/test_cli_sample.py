"""The planner's science on the command line: files in, rows and a sentence out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from survey_app.cli import cli
from survey_app.services.sampling_desk import Way

STRATA = """mã;số người;độ lệch;chi phí;trung bình;mean a;sd a
X01;1200;0,9;10;3,5;3,5;0,9
X02;300;0,8;20;3,4;3,4;0,8
X03;40;1,1;10;3,1;3,1;1,1
"""
PEOPLE = """mã,trọng số,trả lời,lớp,giới
a,10,1,A,nam
b,10,1,A,nữ
c,10,0,A,nam
d,20,1,B,nữ
e,20,1,B,nam
f,20,1,B,nữ
"""


@pytest.fixture
def run(tmp_path: Path):
    """``run(words, strata="...")`` writes the files, calls ``cchc sample`` and returns it."""

    def called(*words: object, exits: int = 0, **files: str) -> Result:
        for name, text in ({"strata": STRATA, "people": PEOPLE} | files).items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        said = [str(tmp_path / word) if str(word).endswith(".csv") else str(word) for word in words]
        result = CliRunner().invoke(cli, ["sample", *said])
        assert result.exit_code == exits, result.output
        return result

    return called


def shared(result: Result) -> dict[str, int]:
    found = re.findall(r"^(X\d+|cộng)\s+([\d.]+)$", result.output, re.MULTILINE)
    return {code: int(n.replace(".", "")) for code, n in found}


@pytest.mark.parametrize("way", [way for way in Way if way not in (Way.VARIANCE, Way.TARGETS)])
def test_every_method_keeps_what_it_was_given(run, way):
    amount = {Way.FIXED: 30, Way.BUDGET: 1000}.get(way, 90)

    numbers = shared(run("allocate", "strata.csv", "--method", way.value, "--amount", amount))

    whole = numbers.pop("cộng")
    assert whole == sum(numbers.values())
    if way is Way.BUDGET:
        assert 10 * numbers["X01"] + 20 * numbers["X02"] + 10 * numbers["X03"] <= 1000
    else:
        assert whole == 90


def test_a_target_asks_for_no_more_than_it_needs_and_says_so(run):
    targets = run("allocate", "strata.csv", "--method", "targets", "--cv", "a=0.02")
    variance = run("allocate", "strata.csv", "--method", "variance", "--amount", "10000")

    assert "Đã chứng minh" in targets.output
    assert shared(targets)["cộng"] < shared(variance)["cộng"] < 1540


def test_real_numbers_are_there_for_those_who_want_them(run):
    said = run("allocate", "strata.csv", "--method", "optimal", "--amount", 90, "--continuous")

    assert re.search(r"X01\s+\d+,\d{4}", said.output)


@pytest.mark.parametrize("method", ["largest_remainder", "webster", "huntington_hill", "adams"])
def test_an_apportionment_keeps_its_total(run, method):
    said = run("apportion", 100, 1946, 9204, 5024, "--method", method)

    assert re.search(r"cộng\s+100", said.output)


def test_a_draw_is_the_same_for_the_same_seed_and_another_for_another(run):
    again = [
        run("draw", "strata.csv", "--name", "DS", "--n", 2, "--seed", seed).output for seed in "aab"
    ]

    assert again[0] == again[1]
    assert re.search(r"[0-9a-f]{64}", again[0])
    assert again[0] != again[2]


def test_a_draw_in_stages_takes_so_many_below_each_and_multiplies_the_chances(run):
    rows = [f"T{t},X{t}{x},H{h}" for t in range(4) for x in range(3) for h in range(5)]

    said = run("stages", "s.csv", "--take", "2,2,1", "--seed", "a", "--name", "T",
               s="tỉnh,xã,hộ\n" + "\n".join(rows))  # fmt: skip

    drawn = re.findall(r"^\s*(T\d)\s+(X\d+)\s+(H\d)\s+([\d,]+)", said.output, re.MULTILINE)
    assert len(drawn) == 2 * 2 * 1
    assert len({province for province, *_ in drawn}) == 2
    assert {chance for *_, chance in drawn} == {"0,06666667"}  # 2/4 · 2/3 · 1/5


def test_weights_hit_their_margins_and_keep_every_step(run):
    said = run("weights", "people.csv", "--classes", "lớp", "--margin", "giới:nam=45,nữ=55")

    rows = re.findall(r"^([a-f])\s+([\d,]+)\s+([\d,]+)\s+([\d,]+)$", said.output, re.MULTILINE)
    final = {key: float(last.replace(",", ".")) for key, *_, last in rows}
    assert final["a"] + final["c"] + final["e"] == pytest.approx(45)
    assert final["c"] == 0
    assert "Kish" in said.output


def test_margins_that_cannot_be_hit_are_refused(run):
    said = run(
        "weights", "people.csv", "--margin", "giới:nam=90,nữ=10",
        "--calibrate", "bounded_linear", "--bounds", "0.9,1.1", exits=1,
    )  # fmt: skip

    assert "Không tính được" in said.output
    assert "giới" in said.output


def test_single_numbers_are_those_of_the_books(run):
    size = run("size", "--margin", "0.05").output
    precise = run("precision", 30).output
    slovin = run("slovin", 3000, "0,05").output
    reserve = run("reserve", 30, "0.85").output

    assert re.search(r"phiếu trả lời\s+385", size)
    assert re.search(r"nhận ra được\s+0,65", precise)
    assert re.search(r"Slovin\s+353", slovin)
    assert slovin.count("\n  - ") == 7
    assert re.search(r"dự phòng\s+10", reserve)


def test_a_table_is_rounded_with_both_margins_kept(run):
    said = run("round", "t.csv", t="mã,a,b\nu,1.5,2.5\nv,2.5,1.5\n")

    rows = [
        tuple(map(int, row))
        for row in re.findall(r"^[uv]\s+(\d)\s+(\d)$", said.output, re.MULTILINE)
    ]
    assert [sum(row) for row in rows] == [4, 4]
    assert [sum(column) for column in zip(*rows, strict=True)] == [4, 4]


@pytest.mark.parametrize(
    ("words", "files", "said"),
    [
        (("allocate", "people.csv", "--method", "equal", "--amount", 5), {}, "thiếu cột"),
        (
            ("allocate", "s.csv", "--method", "equal", "--amount", 5),
            {"s": "mã,số người\na,x\nb,y\n"},
            "dòng 3: “y”",
        ),
        (("allocate", "strata.csv", "--method", "equal", "--amount", 5000), {}, "Không tính được"),
        (("draw", "strata.csv", "--n", 9, "--seed", "a", "--name", "DS"), {}, "Không tính được"),
        (("round", "s.csv"), {"s": "mã,a,a\nu,1,2\n"}, "cột trùng tên"),
        (("round", "s.csv"), {"s": ""}, "bảng trống"),
    ],
)
def test_bad_input_gets_one_clear_message(run, words, files, said):
    assert said in run(*words, exits=1, **files).output
