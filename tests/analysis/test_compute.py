"""The whole line on small worlds that can be computed by hand, and on Bố Trạch 2020."""

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from analysis.compute import compute_index
from analysis.explain import explain_criterion
from analysis.index import LeafState
from analysis.publish import PublishState, Reason, determined
from analysis.results import IndexResult
from analysis.tables import (
    ballot_table,
    band_table,
    component_table,
    criteria_table,
    group_table,
    question_table,
    satisfaction_table,
    settings_table,
    summary_table,
)
from questionnaires.model import NotApplicable, Settings, Source
from tests.analysis.builders import (
    S5,
    ballots,
    branch,
    campaign,
    criteria_set,
    form,
    leaf,
    question,
    rule,
    scores,
)

BANDS = [("Tốt", "80"), ("Khá", "70"), ("Yếu", "0")]
CRITERIA = criteria_set(
    branch("1"),
    leaf("1.1", "6", parent="1"),
    leaf("1.2", "2", parent="1"),
    branch("2"),
    leaf("2.1", "8", parent="2"),
    leaf("2.2", "4", Source.SURVEY, parent="2"),
    bands=BANDS,
)
FORMS = {
    "CH1": form("CH1", question("Q1", "2.2")),
    "CH2": form("CH2", question("Q1", "2.2")),
    "CH4": form("CH4", question("Q1", "2.2", on=S5), question("Q2", "2.2", on=S5)),
}
RULES = (rule("CH1", 3, cross=True), rule("CH2", 15), rule("CH4", 30))
GIVEN = {
    ("A", "1.1"): "5", ("A", "1.2"): "1", ("A", "2.1"): "6.4",
    ("B", "1.1"): "4", ("B", "1.2"): "2", ("B", "2.1"): "7",
}  # fmt: skip
OF_A = [
    ("A", "CH1", [{"Q1": "1"}, {"Q1": "2"}, {"Q1": "2"}]),  # 73,33 from 3
    ("A", "CH2", [{"Q1": "1"}] * 10 + [{"Q1": "3"}] * 2),  # 86,67 from 12
    ("A", "CH4", [{"Q1": "4", "Q2": "5"}] * 20 + [{"Q1": "1", "Q2": "9"}]),  # 85,71 from 21
]
OF_B = [
    ("B", "CH1", [{"Q1": "1"}] * 3),
    ("B", "CH2", [{"Q1": "1"}] * 5 + [{"Q1": "2"}] * 7),
    ("B", "CH4", [{"Q1": "5", "Q2": "4"}] * 30),
]


def compute(given=(*OF_A, *OF_B), points=GIVEN, settings=None, criteria=CRITERIA, **options):
    return compute_index(
        campaign(RULES, "AB", settings or Settings()),
        {"office": criteria},
        FORMS,
        ballots(*given),
        scores(points),
        **options,
    )


def test_a_small_campaign_comes_out_as_on_paper():
    result = compute()

    unit = result.unit_by_code["A"]
    ch4 = (Fraction(20 * 75, 21) + 100) / 2
    survey = Fraction(4, 100) * (Fraction(220, 3) + Fraction(260, 3) + ch4) / 3
    assert unit.criterion("2.2").points == Decimal("3.28") == round(Decimal(float(survey)), 2)
    assert unit.points == Decimal("15.68")
    assert unit.component("1").index == Decimal("75.00")
    assert unit.component("2").index == Decimal("80.67")
    assert (unit.index, unit.rank, unit.band) == (Decimal("78.40"), 2, "Khá")
    assert unit.points_by_source == {"self": Decimal("12.40"), "survey": Decimal("3.28")}


def test_a_number_walks_back_to_its_counts_for_the_council():
    opened = explain_criterion(compute(), "A", "2.2", restricted=True)

    assert opened.points == Decimal("3.28")
    assert opened.component.code == "2"
    ch2 = next(group for group in opened.groups if group.rules == ("CH2",))
    assert (ch2.people, ch2.questions[0].valid) == (12, 12)
    assert {c: n for c, n in ch2.questions[0].counts.items() if n} == {"1": 10, "3": 2}
    assert set(opened.alternatives) == {"equal", "pooled"}
    assert sum(group.weight for group in opened.groups) == pytest.approx(1)


def test_everyone_sees_the_points_but_not_the_three_leaders_nor_what_gives_them_away():
    opened = explain_criterion(compute(), "A", "2.2", restricted=False)

    state = {group.rules: (group.state, group.reason) for group in opened.groups}
    assert opened.points == Decimal("3.28")
    assert state["CH1",] == (PublishState.SUPPRESSED, Reason.SMALL)
    assert state["CH2",] == (PublishState.SUPPRESSED, Reason.COMPLEMENTARY)
    assert state["CH4",] == (PublishState.PUBLISHED, Reason.NONE)
    for group in opened.groups:
        if group.state is PublishState.SUPPRESSED:
            assert (group.mean, group.people) == (None, None)
            assert all(q.counts is None and q.valid is None for q in group.questions)
    assert opened.alternatives == {}


def test_a_missing_leaf_is_refused_named_and_leaves_the_others_in_peace():
    partial = {key: value for key, value in GIVEN.items() if key != ("A", "2.1")}

    result = compute(points=partial)

    refused, other = (result.unit_by_code[code] for code in "AB")
    assert (refused.index, refused.rank, refused.band) == (None, None, None)
    assert refused.missing == ("2.1",)
    assert refused.component("1").index == Decimal("75.00")
    assert (refused.component("2").index, refused.points_by_source["self"]) == (None, None)
    assert other.rank == 1
    assert any("Phòng A: chưa có điểm của 2.1" in notice.vi for notice in result.warnings)


def test_a_missing_leaf_may_be_rescaled_and_the_result_says_so():
    partial = {key: value for key, value in GIVEN.items() if key != ("A", "2.1")}

    result = compute(points=partial, missing="rescale")

    unit = result.unit_by_code["A"]
    assert unit.criterion("2.1").state is LeafState.RESCALED
    assert unit.index == Decimal("77.33")  # (5 + 1 + 3,28) / 12
    assert any("loại khỏi cả tử số và mẫu số" in notice.vi for notice in result.warnings)


def test_a_unit_nobody_answered_about_is_missing_its_survey_points_not_zero():
    unit = compute(given=OF_B).unit_by_code["A"]

    assert (unit.criterion("2.2").points, unit.index, unit.missing) == (None, None, ("2.2",))


def test_points_that_are_not_appraised_yet_are_used_and_announced():
    frame = scores(GIVEN, step="self")
    appraised = scores({("A", "1.1"): "3"})
    both = pd.concat([appraised, frame], ignore_index=True)

    result = compute_index(
        campaign(RULES, "AB"), {"office": CRITERIA}, FORMS, ballots(*OF_A, *OF_B), both
    )

    assert result.unit_by_code["A"].criterion("1.1").points == Decimal("3.00")
    assert result.unit_by_code["A"].criterion("1.1").round == "round_1"
    assert "5 điểm mới là điểm tự chấm, chưa qua thẩm định." in [n.vi for n in result.warnings]


def test_only_an_appraiser_makes_a_criterion_not_applicable():
    own_word = scores({("A", "1.1"): None}, step="self").assign(not_applicable=True)
    appraised = scores({("B", "1.1"): None}).assign(not_applicable=True)
    rest = scores({key: value for key, value in GIVEN.items() if key[1] != "1.1"})
    frame = pd.concat([own_word, appraised, rest.assign(not_applicable=False)])

    result = compute_index(
        campaign(RULES, "AB"), {"office": CRITERIA}, FORMS, ballots(*OF_A, *OF_B), frame
    )

    assert result.unit_by_code["A"].missing == ("1.1",)
    assert result.unit_by_code["B"].criterion("1.1").state is LeafState.EXCLUDED
    assert result.unit_by_code["B"].max_points == 14


def test_bonus_penalty_and_declared_criteria_are_taken_by_unit():
    result = compute(not_applicable={"A": ["1"]}, adjustments={"B": Decimal("-1.5")})

    a, b = (result.unit_by_code[code] for code in "AB")
    assert a.component("1").index is None
    assert a.index == Decimal("80.67")
    assert b.index == compute().unit_by_code["B"].index - Decimal("1.5")
    with pytest.raises(ValueError, match="unknown units: Z"):
        compute(adjustments={"Z": Decimal(1)})


def test_every_mistake_in_the_scores_is_named_at_once():
    wrong = scores({("Z", "1.1"): "1", ("A", "9"): "1", ("A", "2.2"): "1", ("A", "1.1"): "1"})
    wrong = pd.concat([wrong, wrong.tail(1), wrong.tail(1).assign(round="last")])

    with pytest.raises(ValueError, match="unknown unit") as error:
        compute_index(campaign(RULES, "AB"), {"office": CRITERIA}, FORMS, ballots(*OF_A), wrong)

    for part in ("A 9 round_1: no leaf", "come from the survey", "given twice", "unknown round"):
        assert part in str(error.value)


def test_a_float_is_no_number_of_points():
    frame = scores({("A", "1.1"): "1"}).assign(points=1.1)

    with pytest.raises(ValueError, match="must be Decimal, not float"):
        compute_index(campaign(RULES, "AB"), {"office": CRITERIA}, FORMS, ballots(*OF_A), frame)


def test_ranks_follow_printed_or_unrounded_values_as_the_campaign_says():
    flat = criteria_set(leaf("1", "100"), bands=[("Tốt", "90"), ("Khá", "0")])
    points = {("A", "1"): "89.996", ("B", "1"): "90.001"}

    def result(rank_on):
        settings = Settings(rounding="none", rank_on=rank_on)
        return compute((), points, settings, flat).units

    assert [(u.index, u.rank, u.band) for u in result("printed")] == [
        (Decimal("90.00"), 1, "Tốt"), (Decimal("90.00"), 1, "Tốt"),
    ]  # fmt: skip
    assert [(u.rank, u.band) for u in result("unrounded")] == [(2, "Khá"), (1, "Tốt")]


def test_a_unit_compared_with_nobody_is_classed_but_not_ranked():
    (unit,) = compute_index(
        campaign(RULES, "A"), {"office": CRITERIA}, FORMS, ballots(*OF_A),
        scores({key: points for key, points in GIVEN.items() if key[0] == "A"}),
    ).units  # fmt: skip

    assert (unit.index, unit.rank, unit.band) == (Decimal("78.40"), None, "Khá")


def test_points_that_rest_on_three_people_are_hidden_with_enough_around_them():
    only_leaders = {**FORMS, "CH2": form("CH2", question("Q1", None)), "CH4": form("CH4")}
    deeper = criteria_set(
        branch("1"), leaf("1.1", "6", parent="1"), leaf("1.2", "2", parent="1"),
        branch("2"), leaf("2.1", "8", parent="2"), leaf("2.2", "4", Source.SURVEY, parent="2"),
        bands=BANDS,
    )  # fmt: skip

    result = compute_index(
        campaign(RULES, "AB"),
        {"office": deeper},
        only_leaders,
        ballots(*OF_A, *OF_B)[:3],
        scores(GIVEN),
    )

    unit = result.unit_by_code["A"]
    assert unit.criterion("2.2").points == Decimal("2.93")
    assert unit.criterion("2.2").published.reason is Reason.SMALL
    assert unit.criterion("2.1").published.reason is Reason.COMPLEMENTARY
    assert "source:survey" in unit.hidden
    assert unit.index is not None
    attack(result, unit)
    assert any("quá ít người trả lời: Phòng A" in notice.vi for notice in result.warnings)


def attack(result: IndexResult, unit) -> None:
    """Solve for the hidden leaves of a unit from every sum that the public tables show."""
    kind = unit.kind
    mine = {
        table: frame[frame["unit"] == unit.code]
        for table, frame in (
            ("criteria", criteria_table(result, kind, restricted=False)),
            ("components", component_table(result, kind, restricted=False)),
            ("summary", summary_table(result, kind, restricted=False)),
        )
    }
    criteria = result.criteria[kind]
    scored = [c.code for c in unit.criteria if c.state is LeafState.SCORED]
    row = {code: np.array([float(code == other) for other in scored]) for code in scored}
    known = [sum(row.values())]
    shown = mine["criteria"].dropna(subset="points")
    known += [row[code] for code in shown["criterion"] if code in row]
    for _, line in mine["components"].iterrows():
        if line["index"] is not None:
            known.append(
                sum(row[c] for c in scored if criteria.component_of(c).code == line["component"])
            )
    for source in Source:
        if mine["summary"].get(source.value) is not None and mine["summary"][source.value].item():
            known.append(sum(row[c] for c in scored if criteria.by_code[c].source is source))
    secret = [row[c.code] for c in unit.criteria if c.published.reason is Reason.SMALL]
    assert secret
    assert not determined(np.array(secret), np.array(known)).any()


# --- Bố Trạch 2020 -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def result(world) -> IndexResult:
    return run(world)


def untied(form, criterion):
    """The form with its questions on one criterion no longer counting for it."""
    return replace(
        form,
        sections=tuple(
            replace(
                section,
                questions=tuple(
                    replace(q, criterion=None if q.criterion == criterion else q.criterion)
                    for q in section.questions
                ),
            )
            for section in form.sections
        ),
    )


def run(world, **changes):
    given = {"ballots": world.ballots, "scores": world.scores, **changes}
    return compute_index(
        world.campaign, world.criteria_sets, world.forms, given["ballots"], given["scores"]
    )


def test_bo_trach_gives_every_unit_an_index_a_rank_and_a_band(result):
    assert len(result.units) == 41
    for kind, count in (("department", 13), ("commune", 28)):
        units = result.units_of(kind)
        assert len(units) == count
        assert min(u.rank for u in units) == 1
        assert all(unit.band and 65 < unit.index < 98 for unit in units)
        assert sum(band_table(result, kind)["n"][:-1]) == count
    assert ballot_table(result)["n"].sum() == 3108


def test_every_printed_column_of_bo_trach_adds_up_to_the_digit(result):
    for unit in result.units:
        printed = [c.points for c in unit.criteria if c.points is not None]
        assert sum(printed) == unit.points == sum(c.points for c in unit.components)
        assert sum(unit.points_by_source.values()) == unit.points
        assert sum(c.max_points for c in unit.components) == unit.max_points
        assert all(0 <= c.points <= c.max_points for c in unit.criteria if c.points is not None)


def test_the_order_of_rows_does_not_move_a_digit(world, result):
    shuffled = world.ballots.sample(frac=1, random_state=1)
    scores_backwards = world.scores.iloc[::-1]

    assert run(world, ballots=shuffled, scores=scores_backwards) == result


def test_a_result_survives_being_kept_as_json(result):
    assert IndexResult.from_dict(json.loads(json.dumps(result.to_dict()))) == result


def test_no_published_table_of_bo_trach_gives_the_three_leaders_away(world, result):
    # As shipped every survey criterion is asked of more than the three leaders; here one is not.
    theirs = {**world.forms, "CH2": untied(world.forms["CH2"], "1.6")}
    alone = compute_index(world.campaign, world.criteria_sets, theirs, world.ballots, world.scores)

    for unit in alone.units_of("department"):
        attack(alone, unit)
    shown = group_table(result, "department", restricted=False)
    assert shown.loc[shown["rules"] == "CH1", "mean"].isna().all()
    assert not group_table(result, "department", restricted=True)["mean"].isna().all()


def test_two_commune_leaders_are_never_shown_alone(result):
    groups = group_table(result, "commune", restricted=False)
    questions = question_table(result, "commune", restricted=False)

    assert "CX1-LD" not in set(groups["rules"])
    assert "CX1-LD" not in set(questions["rules"])
    assert "CX1-LD" in set(question_table(result, "commune", restricted=True)["rules"])
    shown = questions.dropna(subset="n")
    assert shown.groupby(["unit", "rules", "question"])["n"].sum().min() >= 10


def test_hidden_points_take_their_group_means_with_them(result):
    for unit in result.units:
        for criterion in unit.criteria:
            if criterion.code in unit.hidden:
                assert criterion.published.value is None
                assert all(g.published.value is None for g in criterion.groups)


def test_satisfaction_is_shown_by_both_definitions_and_closed_where_it_must_be(world, result):
    shown = satisfaction_table(result, restricted=False)
    raw = satisfaction_table(result, restricted=True)

    assert len(shown) == 41
    assert set(shown["form"]) == {"CH4", "CX4"}
    assert raw["top2_share"].between(30, 100).all()
    assert shown[shown["form"] == "CX4"]["top2_share"].notna().mean() > 0.5
    nine = raw["people"] < world.campaign.settings.k_distribution
    assert shown.loc[nine, "top2_share"].isna().all()


def test_settings_are_echoed_with_every_result(world, result):
    settings = settings_table(result).set_index("setting")["value"]

    assert settings["group_weights"] == "by_form"
    assert settings["missing"] == "refuse"
    assert result.settings == world.campaign.settings


def test_a_department_without_procedures_leaves_the_third_domain_out_of_both_sums(world):
    leaves = [
        leaf for leaf in world.criteria_sets["department"].leaves if leaf.code.startswith("3.")
    ]
    excluded = [leaf for leaf in leaves if leaf.not_applicable is NotApplicable.EXCLUDE]
    unit = world.campaign.units[0].code

    without = compute_index(
        world.campaign, world.criteria_sets, world.forms, world.ballots, world.scores,
        not_applicable={unit: [leaf.code for leaf in excluded]},
    )  # fmt: skip

    whole = run(world).unit_by_code[unit]
    changed = without.unit_by_code[unit]
    assert changed.max_points == 100 - sum(leaf.max_points for leaf in excluded)
    assert [c for c in changed.components if c.code != "3"] == [
        replace(c, published=changed.component(c.code).published)
        for c in whole.components
        if c.code != "3"
    ]
