"""What the plan of Bố Trạch can tell, and where it asks more people than there are."""

import subprocess
import sys
from dataclasses import replace

import pytest

from questionnaires.loader import load_campaign
from sampling.detectable import detectable_difference
from sampling.plan_precision import (
    Assumptions,
    cell_precisions,
    rule_precisions,
    short_cells,
)
from sampling.precision import margin_of_mean, margin_of_proportion
from sampling.quotas import QuotaCell, expand_quotas


@pytest.fixture(scope="module")
def campaign():
    return load_campaign("bo_trach_2020")


def of_rule(results, code):
    return next(result for result in results if result.rule == code)


def test_every_cell_of_the_plan_has_its_margin_of_error(campaign):
    cells = cell_precisions(campaign, populations={("CX4", "X01"): 60})

    assert [(cell.rule, cell.unit) for cell in cells] == [
        (cell.rule, cell.unit) for cell in expand_quotas(campaign)
    ]
    asked = {cell.unit: cell for cell in cells if cell.rule == "CX4"}
    assert asked["X02"].margin_points == margin_of_mean(30, 0.9)
    assert asked["X01"].margin_points == margin_of_mean(30, 0.9, population=60)
    assert asked["X01"].margin_share == margin_of_proportion(30, population=60)


def test_the_plan_says_with_its_own_numbers_what_thirty_forms_cannot_tell(campaign):
    citizens = of_rule(rule_precisions(campaign), "CX4")

    assert citizens.detectable == pytest.approx(0.651, abs=5e-4)
    assert citizens.sentence.vi.startswith(
        "CX4: 30 phiếu mỗi đơn vị (UBND xã, thị trấn) không phân biệt được hai đơn vị lân cận "
        "chênh dưới 0,65 điểm (thang 1–5;"
    )
    assert "less than 0.65 points apart" in citizens.sentence.en


def test_people_who_rate_all_units_are_counted_once(campaign):
    leaders = of_rule(rule_precisions(campaign, assumptions=Assumptions(rho=0.4)), "CH1")

    assert (leaders.most, leaders.ballots, leaders.units) == (3, 39, 13)
    assert leaders.detectable == detectable_difference(3, 3, 0.9, rho=0.4)
    assert "39 phiếu nhưng chỉ là 3 người" in leaders.sentence.vi
    assert "tương quan 0,40" in leaders.sentence.vi


def test_correlation_changes_nothing_where_each_unit_has_its_own_people(campaign):
    assert of_rule(rule_precisions(campaign, assumptions=Assumptions(rho=0.4)), "CX4") == of_rule(
        rule_precisions(campaign), "CX4"
    )


def test_the_two_units_known_worst_decide_what_a_rule_can_see(campaign):
    targets = {"X01": 10, "X02": 15}
    cells = [
        replace(cell, target=targets.get(cell.unit, cell.target)) if cell.rule == "CX4" else cell
        for cell in expand_quotas(campaign)
    ]

    citizens = of_rule(rule_precisions(campaign, cells=cells), "CX4")

    assert citizens.detectable == detectable_difference(10, 15, 0.9)
    assert citizens.sentence.vi.startswith("CX4: 10–30 phiếu mỗi đơn vị")


def test_a_rule_that_asks_everybody_has_no_sampling_error(campaign):
    staff = {("CH2", unit.code): 15 for unit in campaign.units if unit.kind == "department"}

    asked = of_rule(rule_precisions(campaign, populations=staff), "CH2")

    assert asked.detectable == 0
    assert "không còn sai số chọn mẫu" in asked.sentence.vi
    assert all(c.is_census for c in cell_precisions(campaign, populations=staff) if c.rule == "CH2")


def test_a_single_unit_is_not_compared(campaign):
    alone = replace(campaign, units=tuple(u for u in campaign.units if u.code == "X01"))

    citizens = of_rule(rule_precisions(alone), "CX4")

    assert citizens.detectable is None
    assert "chỉ có một đơn vị nên không xếp hạng; sai số ±0,32 điểm" in citizens.sentence.vi


def test_every_department_with_fewer_than_fifteen_staff_is_listed(campaign):
    staff = {("CH2", "P01"): 15, ("CH2", "P02"): 7, ("CH2", "P05"): 12}

    short = short_cells(campaign, staff)

    assert [(cell.unit, cell.wanted, cell.population) for cell in short] == [
        ("P02", 15, 7),
        ("P05", 15, 12),
    ]
    name = campaign.unit_by_code["P02"].name
    assert short[0].sentence.vi == (
        f"CH2, {name}: cần 15 người nhưng chỉ có 7; hãy giảm chỉ tiêu hoặc hỏi hết số người này."
    )


def test_places_that_citizens_fill_are_short_but_do_not_limit_the_cell(campaign):
    enterprises = {("CX4", "X01"): 0, ("CX4", "X02"): 12}

    cells = {c.unit: c for c in cell_precisions(campaign, populations=enterprises)[-28:]}

    assert cells["X01"].n == cells["X02"].n == 30
    assert cells["X02"].population is None
    short = short_cells(campaign, enterprises)
    assert [cell.unit for cell in short] == ["X01", "X02"]
    assert "phần thiếu lấy bổ sung từ Người dân" in short[0].sentence.vi


def test_cells_nobody_can_answer_have_no_margin(campaign):
    cells = cell_precisions(
        campaign,
        populations={("CH2", "P01"): 0},
        cells=[QuotaCell("CH2", "P01", 15), QuotaCell("CH2", "P02", 0), QuotaCell("CH2", "P03", 5)],
    )

    assert [cell.unit for cell in cells] == ["P03"]


def test_people_of_no_cell_and_uneven_pools_are_refused_together(campaign):
    populations = {("CH1", "P01"): 3, ("CH9", "P01"): 5, ("CH2", "P02"): -1}

    with pytest.raises(
        ValueError, match=r"no cell CH9 P01; negative .* CH2 P02; the people of CH1"
    ):
        short_cells(campaign, populations)


def test_what_plans_show_needs_no_numerical_library():
    script = (
        "import sys, sampling.plan_precision, sampling.guide, sampling.sample_size;"
        "print([name for name in ('pandas', 'scipy', 'numpy') if name in sys.modules])"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert loaded.stdout.strip() == "[]"
