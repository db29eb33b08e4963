"""Every plan that ships, walked as an office would: load, check, open, answer, score, compute.

Plans are thinned to a few units and ten ballots per cell and moved to today; all else stays.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from openpyxl import load_workbook

from analysis.results import IndexResult
from questionnaires import criteria_columns
from questionnaires.criteria_template import write_template
from questionnaires.criteria_workbook import read_workbook
from questionnaires.loader import available, load_campaign, load_criteria
from questionnaires.model import Campaign as Definition
from questionnaires.model import CriteriaSet, Source, StatedTotal
from sampling.simulate import simulate_answers, simulate_severity
from survey_app.formats import today
from survey_app.models import Campaign, Round, State
from survey_app.services import campaigns, exports, index_runs, selfscores, slips
from survey_app.services.ballots import submit_ballot
from survey_app.services.definitions import rule_form
from survey_app.services.plans import cells_of, plan_of
from survey_app.services.score_columns import Given
from tests.app.scores import Scorer
from tests.builders import CLERK

pytestmark = pytest.mark.usefixtures("app")

BALLOTS = 10
"""Most ballots per cell, enough for profile items and published means."""

BO_TRACH = ("P01", "P13", "X01", "X28")
HA_NOI = ("S01", "S02", "H01", "H13", "H30")
TWO_TIER = ("X001", "P001", "D001")
COMMUNES = ("X01", "X02", "X03")


def thinned(slug: str, *units: str) -> Definition:
    """The plan with a few units and ballots, collected from today on."""
    whole = load_campaign(slug)
    chosen = tuple(unit for unit in whole.units if not units or unit.code in units)
    few = replace(whole, units=chosen, opens=today(), closes=today() + timedelta(days=4))
    rules = tuple(
        replace(rule, per_unit=min(rule.per_unit, BALLOTS), stages=()) for rule in whole.rules
    )
    rules = tuple(replace(rule, stated_total=few.ballots_of(rule)) for rule in rules)
    stated = {rule.code: rule.stated_total for rule in rules}
    totals = tuple(
        StatedTotal(total.label, total.rules, sum(stated[code] for code in total.rules))
        for total in whole.stated_totals
    )
    return replace(few, rules=rules, stated_totals=totals)


def opened(slug: str) -> Campaign:
    assert campaigns.check_campaign(slug) == []
    sheet = campaigns.opening_sheet(slug)
    campaigns.open_campaign(slug, confirmed_sha256=sheet.sha256, actor=CLERK)
    return campaigns.campaign_by_slug(slug)


def answered(campaign: Campaign) -> int:
    """Let one person answer for every place of the plan, by slip and phone. [ballots]."""
    rng = np.random.default_rng(campaign.year)
    slug, short_code, sent = campaign.slug, campaign.short_code, 0
    forms = {rule.code: rule_form(campaign, rule) for rule in plan_of(campaign).rules}
    units: dict[str, list[str]] = {code: [] for code in forms}
    for cell in cells_of(campaign):
        units[cell.rule.code].append(cell.unit.code)
    for code, form in forms.items():
        numbers = slips.issue_slips(slug, code, actor=CLERK)
        for slip in slips.print_slips(slug, numbers=numbers, actor=CLERK):
            severity = simulate_severity(rng, outsider=True)
            for unit in [slip.unit.code] if slip.unit else units[code]:
                filled = simulate_answers(form, 0.85, severity, rng)
                submit_ballot(short_code, code, unit, slip.code, filled, address="test")
                sent += 1
    return sent


def published(slug: str) -> IndexResult:
    """Close, compute, approve and publish; what everybody may read then."""
    campaigns.close_campaign(slug, "hết hạn thu phiếu", actor=CLERK)
    run = index_runs.run_index(slug, actor=CLERK)
    index_runs.approve_run(slug, run.number, actor=CLERK)
    index_runs.publish_run(slug, run.number, "Quyết định công bố", actor=CLERK)
    assert campaigns.campaign_by_slug(slug).state is State.PUBLISHED
    return index_runs.result_of(index_runs.run_by_number(campaigns.campaign_by_slug(slug), 1))


def points_from_an_institute(campaign: Campaign, points: Mapping[str, Mapping[str, Given]]) -> None:
    """Import one table per unit in the round for points from outside."""
    scorer = Scorer(campaign)
    files = [
        (f"{unit}.xlsx", scorer.workbook(unit, Round.IMPORTED, lines=lines))
        for unit, lines in points.items()
    ]
    report = selfscores.import_scores(campaign.slug, files, Round.IMPORTED, actor=CLERK)
    assert not report.mistakes
    assert not report.missing


def ranks(result: IndexResult, kind: str) -> list[int | None]:
    return sorted((unit.rank for unit in result.units_of(kind)), key=lambda rank: rank or 0)


def test_every_plan_that_ships_is_walked_here():
    assert set(available().campaigns) == {
        "bo_trach_2020", "thanh_xuan_2023", "ha_noi_2019", "commune_2024",
        "commune_satisfaction_2024", "two_tier_2026", "sipas_sample",
    }  # fmt: skip


def test_a_district_ranks_its_departments_and_its_communes_apart():
    campaigns.load_campaign(thinned("bo_trach_2020", *BO_TRACH), actor=CLERK)
    campaign = opened("bo_trach_2020")
    sent = answered(campaign)
    Scorer(campaign).import_all(Round.SELF, Round.ROUND_1)

    result = published("bo_trach_2020")

    assert sent == 2 * (3 + 3 * BALLOTS) + 2 * (2 + 4 * BALLOTS)
    assert ranks(result, "department")[0] == ranks(result, "commune")[0] == 1
    assert all(unit.rank and unit.index for unit in result.units)


def test_one_district_has_an_index_and_a_class_but_no_rank():
    campaigns.load_campaign(thinned("thanh_xuan_2023"), actor=CLERK)
    campaign = opened("thanh_xuan_2023")
    sent = answered(campaign)
    Scorer(campaign).import_all(Round.SELF, Round.ROUND_1)

    result = published("thanh_xuan_2023")

    (district,) = result.units
    assert sent == 5 * BALLOTS
    assert district.index is not None
    assert district.band in {"Xuất sắc", "Tốt", "Khá", "Trung bình"}
    assert district.rank is None
    assert district.points_by_source["self"] == Decimal(56)
    assert 0 < district.points_by_source["survey"] < 30


def test_an_institutes_table_takes_the_place_of_the_survey():
    (district,) = district_with_an_institutes_table().units

    assert (district.index, district.rank) == (Decimal("80.00"), None)
    assert district.points_by_source == {"self": Decimal(56), "imported": Decimal(24)}


def test_the_councils_workbook_counts_no_place_for_the_only_unit():
    result = district_with_an_institutes_table()

    data = exports.council_workbook(result.campaign, 1, actor=CLERK).data
    sheet = load_workbook(io.BytesIO(data))["Xếp hạng"]

    (row,) = (row for row in sheet.iter_rows(values_only=True) if row[1] == "Q01")
    assert row[0].endswith(',"","")')  # neither with nor without an index


def district_with_an_institutes_table() -> IndexResult:
    slug = campaigns.load_campaign(thinned("thanh_xuan_2023"), actor=CLERK)
    campaigns.import_criteria(slug, with_imported_points("district"), "", actor=CLERK)
    campaign = opened(slug)
    Scorer(campaign).import_all(Round.SELF, Round.ROUND_1)
    points_from_an_institute(campaign, {"Q01": {}})
    return published(slug)


def with_imported_points(code: str) -> CriteriaSet:
    """The criteria set as an office changes it: survey to imported, in the workbook."""
    out = io.BytesIO()
    write_template(out, load_criteria(code))
    book = load_workbook(io.BytesIO(out.getvalue()))
    column = criteria_columns.SOURCE.letter
    labels = {source: criteria_columns.SOURCES[source].label for source in Source}
    for cell in book[criteria_columns.CRITERIA][column]:
        if cell.value == labels[Source.SURVEY]:
            cell.value = labels[Source.IMPORTED]
    out = io.BytesIO()
    book.save(out)
    return read_workbook(out.getvalue(), "bo_tieu_chi.xlsx")


def test_a_city_ranks_departments_and_districts_apart_on_imported_survey_points():
    campaigns.load_campaign(thinned("ha_noi_2019", *HA_NOI), actor=CLERK)
    campaign = opened("ha_noi_2019")
    scorer = Scorer(campaign)
    scorer.import_all(Round.SELF, Round.ROUND_1)
    points_from_an_institute(
        campaign,
        {
            unit: {
                leaf.code: Given(leaf.max_points * share / 10, evidence="Báo cáo của Viện")
                for leaf in scorer.criteria(kind).leaves_from(Source.IMPORTED)
            }
            for unit, kind, share in (
                ("S01", "city_department", 9), ("S02", "city_department", 8),
                ("H01", "district", 6), ("H13", "district", 8), ("H30", "district", 8),
            )
        },
    )  # fmt: skip

    result = published("ha_noi_2019")

    assert {unit.code: unit.rank for unit in result.units} == {
        "S01": 1, "S02": 2, "H01": 3, "H13": 1, "H30": 1,
    }  # fmt: skip
    assert result.ballots == ()
    assert result.unit_by_code["S01"].points_by_source["imported"] == Decimal(27)


def test_a_satisfaction_campaign_gives_the_communes_their_survey_points():
    definition = thinned("commune_satisfaction_2024", *COMMUNES)
    campaigns.load_campaign(definition, actor=CLERK)
    answered(opened("commune_satisfaction_2024"))
    surveyed = published("commune_satisfaction_2024")

    campaigns.load_campaign(thinned("commune_2024", *COMMUNES), actor=CLERK)
    campaign = opened("commune_2024")
    Scorer(campaign).import_all(Round.SELF, Round.ROUND_1)
    points_from_an_institute(
        campaign,
        {
            unit.code: {
                leaf.code: Given(leaf.points, evidence="Khảo sát hài lòng năm 2024")
                for leaf in unit.criteria
            }
            for unit in surveyed.units
        },
    )
    result = published("commune_2024")

    for unit in result.units:
        before = surveyed.unit_by_code[unit.code]
        assert unit.points_by_source["imported"] == before.points
        assert unit.index == Decimal(56) + before.points
    assert ranks(result, "commune") == ranks(surveyed, "commune")
    assert min(ranks(result, "commune")) == 1


def test_a_province_ranks_communes_wards_and_special_zones_together():
    campaigns.load_campaign(thinned("two_tier_2026", *TWO_TIER), actor=CLERK)
    campaign = opened("two_tier_2026")
    sent = answered(campaign)
    Scorer(campaign).import_all(Round.SELF, Round.ROUND_1)

    result = published("two_tier_2026")

    assert sent == 3 * (2 + 4 * BALLOTS)
    assert {unit.name.split()[0] for unit in result.units} == {"Xã", "Phường", "Đặc"}
    assert ranks(result, "commune")[0] == 1
    assert all(unit.rank and unit.index for unit in result.units)


def test_satisfaction_is_the_mean_of_its_two_halves():
    campaigns.load_campaign(thinned("sipas_sample"), actor=CLERK)
    answered(opened("sipas_sample"))

    (province,) = published("sipas_sample").units

    policies, services = (half.index for half in province.components)
    assert province.index == (policies + services) / 2
    assert province.rank is None
