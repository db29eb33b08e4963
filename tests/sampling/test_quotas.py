"""The plan of Bố Trạch 2020 as arithmetic: cells, totals, people, paper."""

from dataclasses import replace

import pytest

from questionnaires.loader import load_campaign
from questionnaires.model import StatedTotal
from sampling.quotas import (
    QuotaCell,
    expand_quotas,
    grouped,
    people_by_rule,
    quota_totals,
    sheets_needed,
    stated_differences,
)


@pytest.fixture(scope="module")
def campaign():
    return load_campaign("bo_trach_2020")


def test_bo_trach_2020_has_192_cells_that_add_up_to_the_decision_paper(campaign):
    cells = expand_quotas(campaign)
    totals = quota_totals(campaign)

    assert len(cells) == 192
    assert totals.by_rule == {
        "CH1": 39, "CH2": 195, "CH3": 728, "CH4": 130,
        "CX1-HD": 420, "CX1-LD": 56, "CX2": 336, "CX3": 364, "CX4": 840,
    }  # fmt: skip
    assert {form: totals.by_form[form] for form in ("CX1", "CX2", "CX3", "CX4")} == {
        "CX1": 476, "CX2": 336, "CX3": 364, "CX4": 840,
    }  # fmt: skip
    assert sorted(totals.by_unit_kind.values()) == [1092, 2016]
    assert totals.total == 3108
    assert stated_differences(campaign) == ()


def test_totals_follow_targets_that_were_changed_by_hand(campaign):
    first, *rest = expand_quotas(campaign)
    raised = [QuotaCell(first.rule, first.unit, first.target + 5), *rest]

    assert quota_totals(campaign, raised).total == 3113
    assert quota_totals(campaign, raised).by_rule["CH1"] == 44


def test_fewer_people_than_ballots_are_needed_where_people_rate_every_unit(campaign):
    needed = people_by_rule(campaign)

    assert [needed["CH1"], needed["CH3"], needed["CX3"]] == [3, 56, 13]
    assert sum(needed.values()) == 2049
    assert (sheets_needed(campaign).own, sheets_needed(campaign).booklets) == (1977, 72)


def test_a_plan_that_does_not_add_up_says_which_line_and_which_subtotal(campaign):
    wrong_line = replace(campaign.rule_by_code["CX1-HD"], stated_total=430)
    broken = replace(
        campaign,
        rules=tuple(wrong_line if r.code == "CX1-HD" else r for r in campaign.rules),
        stated_totals=(StatedTotal("cấp xã", ("CX1-HD", "CX1-LD"), 500),),
    )

    line, subtotal = stated_differences(broken)

    assert (line.where, line.stated, line.computed) == ("CX1-HD", 430, 420)
    assert "430 phiếu nhưng 15 người × 28 đơn vị = 420 phiếu" in line.sentence.vi
    assert (subtotal.stated, subtotal.computed) == (500, 476)
    assert "420 + 56 = 476" in subtotal.sentence.vi


def test_thousands_are_grouped_with_points():
    assert [grouped(n) for n in (56, 1092, 28_360_000)] == ["56", "1.092", "28.360.000"]
