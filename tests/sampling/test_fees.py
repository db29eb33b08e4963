"""What the plan costs, what is owed at the close, and where."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.loader import load_campaign
from sampling.fees import (
    Balance,
    BallotCount,
    Fees,
    Payee,
    UnitFees,
    balance_advances,
    fees_by_unit,
    plan_fees,
    settle_fees,
)
from sampling.quotas import QuotaCell, expand_quotas

ORACLE = json.loads((Path(__file__).parent / "oracles/S01/oracle.json").read_text("utf-8"))
PRINTED = ORACLE["expected"]["fees_vnd"]
BO_TRACH = load_campaign("bo_trach_2020")


def test_the_plan_costs_what_the_decision_prints():
    fees = plan_fees(BO_TRACH)

    assert fees.total_vnd == PRINTED["total"] == 28_360_000
    assert fees.subtotal_vnd(Payee.RESPONDENT) == PRINTED["respondents_total"]
    enumerators = [line for line in fees.lines if line.payee is Payee.ENUMERATOR]
    assert {line.code: line.amount_vnd for line in enumerators} == {
        "department": PRINTED["enumerators_departments"],
        "commune": PRINTED["enumerators_communes"],
    }


def test_the_budget_has_one_line_for_each_paid_rule_in_plan_order():
    respondents = [line for line in plan_fees(BO_TRACH).lines if line.payee is Payee.RESPONDENT]

    assert [(line.code, line.quantity) for line in respondents] == [
        ("CX1-HD", 420), ("CX1-LD", 56), ("CX2", 336), ("CX3", 364), ("CX4", 840),
    ]  # fmt: skip
    assert {line.rate_vnd for line in respondents} == {PRINTED["respondent_commune_per_form"]}


def test_a_commune_is_handed_920_000_dong_and_a_department_200_000():
    by_unit = {fees.unit: fees for fees in fees_by_unit(BO_TRACH, plan_fees(BO_TRACH))}

    assert by_unit["X01"] == UnitFees("X01", 720_000, 200_000)
    assert by_unit["P01"] == UnitFees("P01", 0, 200_000)
    assert list(by_unit) == [unit.code for unit in BO_TRACH.units]
    assert sum(fees.total_vnd for fees in by_unit.values()) == 28_360_000


def test_a_raised_target_is_paid_for():
    cells = [
        replace(cell, target=35) if (cell.rule, cell.unit) == ("CX4", "X01") else cell
        for cell in expand_quotas(BO_TRACH)
    ]

    assert plan_fees(BO_TRACH, cells).total_vnd == 28_360_000 + 5 * 10_000


def test_a_budget_names_every_cell_that_is_wrong():
    cells = [
        QuotaCell("CX4", "P01", 30),
        QuotaCell("CX9", "X01", 30),
        QuotaCell("CX4", "X01", -1),
        QuotaCell("CX4", "X02", 1),
        QuotaCell("CX4", "X02", 1),
    ]

    with pytest.raises(ValueError, match="not cells of the plan: CX4/P01, CX9/X01; ") as error:
        plan_fees(BO_TRACH, cells)
    assert "cells named twice: CX4/X02; targets below zero: CX4/X01" in str(error.value)


@pytest.mark.parametrize(("basis", "owed"), [("returned", 300_000), ("valid", 280_000)])
def test_the_campaign_says_whether_invalid_ballots_are_paid(basis, owed):
    campaign = replace(BO_TRACH, settings=replace(BO_TRACH.settings, fee_basis=basis))

    fees = settle_fees(campaign, {("CX4", "X01"): BallotCount(returned=30, valid=28)}, {"X01"})

    assert fees.subtotal_vnd(Payee.RESPONDENT) == owed
    assert fees.subtotal_vnd(Payee.ENUMERATOR) == 200_000


@given(st.data())
def test_units_and_rules_add_up_to_the_same_settlement(data):
    ballots = {}
    for cell in data.draw(st.lists(st.sampled_from(expand_quotas(BO_TRACH)), max_size=30)):
        returned = data.draw(st.integers(0, cell.target))
        valid = data.draw(st.integers(0, returned))
        ballots[cell.rule, cell.unit] = BallotCount(returned, valid)
    done = data.draw(st.sets(st.sampled_from(sorted(BO_TRACH.unit_by_code))))

    fees = settle_fees(BO_TRACH, ballots, done)

    paid = {rule.code: rule.fee_vnd for rule in BO_TRACH.rules}
    by_hand = sum(count.returned * paid[rule] for (rule, _), count in ballots.items())
    assert fees.total_vnd == by_hand + 200_000 * len(done)
    assert fees.total_vnd == sum(line.amount_vnd for line in fees.lines)
    assert fees.total_vnd == sum(unit.total_vnd for unit in fees_by_unit(BO_TRACH, fees))
    assert type(fees.total_vnd) is int


def test_what_comes_back_exactly_as_planned_costs_the_budget():
    ballots = {
        (cell.rule, cell.unit): BallotCount(cell.target, cell.target)
        for cell in expand_quotas(BO_TRACH)
    }

    assert settle_fees(BO_TRACH, ballots, set(BO_TRACH.unit_by_code)) == plan_fees(BO_TRACH)


def test_a_settlement_names_everything_that_cannot_be():
    ballots = {
        ("CX4", "X01"): BallotCount(returned=1, valid=2),
        ("CX4", "X02"): BallotCount(returned=1, valid=-1),
        ("CX4", "P01"): BallotCount(returned=1, valid=1),
    }

    with pytest.raises(ValueError, match="not cells of the plan: CX4/P01; ") as error:
        settle_fees(BO_TRACH, ballots, {"X99"})
    assert "fewer than none: CX4/X01, CX4/X02; not units of the plan: X99" in str(error.value)


def test_cash_that_was_not_needed_comes_back_and_cash_that_was_missing_is_named():
    owed = settle_fees(
        BO_TRACH,
        {("CX4", "X01"): BallotCount(25, 25), ("CX4", "X03"): BallotCount(30, 30)},
        {"X01", "X03"},
    )

    balances = balance_advances(BO_TRACH, {"X01": 500_000, "X02": 200_000}, owed)

    assert balances == (
        Balance("X01", advanced_vnd=500_000, owed_vnd=450_000),
        Balance("X02", advanced_vnd=200_000, owed_vnd=0),
        Balance("X03", advanced_vnd=0, owed_vnd=500_000),
    )
    assert [line.to_return_vnd for line in balances] == [50_000, 200_000, -500_000]


def test_cash_cannot_have_gone_to_strangers_or_be_negative():
    with pytest.raises(ValueError, match="of the plan: X99; advances below zero: X01"):
        balance_advances(BO_TRACH, {"X99": 1, "X01": -1}, Fees(()))
