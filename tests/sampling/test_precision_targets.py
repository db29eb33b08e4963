"""The smallest sample that meets several precision targets."""

import csv
import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling.allocation import Goal, Strata
from sampling.integer_allocation import integer_for_variance
from sampling.precision_targets import PrecisionTarget, cv_target, meet_targets

ORACLES = Path(__file__).parent / "oracles"
BETHEL = json.loads((ORACLES / "S07" / "oracle.json").read_text("utf-8"))["expected"]["bethel"]
ENUMERATED = json.loads((ORACLES / "S02" / "oracle.json").read_text("utf-8"))["expected"]


def variance(strata, target, forms):
    """Variance of the estimated total of the domain, by the formula and nothing else."""
    inside = target.domain
    size, deviation = strata.sizes[inside], target.deviations[inside]
    return float((size**2 * deviation**2 * (1 / forms[inside] - 1 / size)).sum())


def met(strata, targets, forms):
    return all(variance(strata, t, forms) <= t.variance * (1 + 1e-8) + 1e-9 for t in targets)


@pytest.fixture(scope="module")
def domains():
    """Thirty-six strata in four domains, three variables each."""
    with (ORACLES / "S07" / "bethel_strata.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    with (ORACLES / "S07" / "bethel_cv.csv").open(encoding="utf-8", newline="") as lines:
        wanted = list(csv.DictReader(lines))

    def column(name):
        return np.array([float(row[name]) for row in rows])

    codes = np.array([row["DOM1"] for row in rows])
    strata = Strata.of(column("N"), minimum=BETHEL["minnumstrat"])
    targets = [
        cv_target(
            f"biến {v}, {row['domainvalue']}",
            strata,
            means=column(f"M{v}"),
            deviations=column(f"S{v}"),
            cv=float(row[f"CV{v}"]),
            domain=codes == row["domainvalue"],
        )
        for row in wanted
        for v in (1, 2, 3)
    ]
    return strata, targets, codes


def test_the_continuous_optimum_of_four_domains_is_reached_and_certified(domains):
    strata, targets, codes = domains
    exact = BETHEL["exact"]

    allocation = meet_targets(strata, targets, integer=False)

    assert allocation.total == pytest.approx(exact["continuous_total"], rel=1e-9)
    assert allocation.gap <= 1e-9
    assert allocation.proved
    assert max(variance(strata, t, allocation.n) / t.variance for t in targets) <= 1 + 1e-9
    for domain in exact["by_domain"]:
        forms = allocation.n[codes == domain["domain"]]
        assert forms == pytest.approx(domain["continuous_alloc"], rel=1e-4)


def test_the_integer_optimum_of_four_domains_is_464_and_proved(domains):
    strata, targets, codes = domains

    allocation = meet_targets(strata, targets)

    assert allocation.total == BETHEL["exact"]["integer_total"] == 464 < BETHEL["r2beat_total"]
    assert allocation.proved
    assert met(strata, targets, allocation.n)
    assert [
        int(allocation.n[codes == d["domain"]].sum()) for d in BETHEL["exact"]["by_domain"]
    ] == [d["integer_total"] for d in BETHEL["exact"]["by_domain"]]


@pytest.mark.parametrize("case", ENUMERATED["min_n_multi_cv"])
def test_no_smaller_sample_meets_two_cvs_when_all_are_tried(case):
    strata = Strata.of(case["N"], minimum=case["min_per_stratum"])
    targets = [
        cv_target(f"biến {v}", strata, means=means, deviations=deviations, cv=cv)
        for v, (means, deviations, cv) in enumerate(
            zip(case["M"], case["S"], case["cv_target"], strict=True)
        )
    ]

    allocation = meet_targets(strata, targets)

    assert allocation.total == case["n_min"]
    assert allocation.proved
    if case["n_optima"] <= 50:
        assert allocation.n.tolist() in case["optima"]


@st.composite
def demands(draw):
    size = draw(st.integers(1, 4))

    def row(values):
        return np.array(draw(st.lists(values, min_size=size, max_size=size)))

    strata = Strata.of(
        row(st.integers(3, 8)), minimum=1, costs=row(st.sampled_from([1.0, 1.0, 2.0, 2.5]))
    )
    targets = [
        cv_target(
            f"biến {v}",
            strata,
            means=row(st.integers(20, 50)) / 10,
            deviations=row(st.integers(0, 30)) / 10,
            cv=draw(st.integers(5, 40)) / 100,
            domain=np.append(row(st.booleans())[1:], True),
        )
        for v in range(draw(st.integers(1, 3)))
    ]
    return strata, targets


@settings(max_examples=60)
@given(demands())
def test_the_cheapest_allocation_is_found_and_proved_when_all_are_tried(plan):
    strata, targets = plan

    allocation = meet_targets(strata, targets)
    real = meet_targets(strata, targets, integer=False)

    best = min(
        float(strata.costs @ np.array(forms))
        for forms in product(*(range(1, int(size) + 1) for size in strata.sizes))
        if met(strata, targets, np.array(forms))
    )
    assert met(strata, targets, allocation.n)
    assert allocation.objective == pytest.approx(best)
    assert allocation.proved
    assert real.gap <= 1e-9
    assert real.objective <= best + 1e-9


@given(
    st.lists(st.integers(20, 900), min_size=1, max_size=6),
    st.lists(st.integers(1, 30), min_size=6, max_size=6),
    st.integers(3, 20),
)
def test_one_target_alone_needs_what_wright_needs(sizes, tenths, percent):
    deviations = np.array(tenths[: len(sizes)]) / 10
    strata = Strata.of(sizes, deviations, minimum=2)
    target = cv_target("một", strata, means=3, deviations=deviations, cv=percent / 100)

    allocation = meet_targets(strata, [target])

    assert allocation.total == integer_for_variance(target.variance, strata).total
    assert allocation.proved


def test_targets_that_share_no_stratum_do_not_disturb_each_other(domains):
    strata, targets, codes = domains
    first = codes == "d1"
    alone = Strata.of(strata.sizes[first], minimum=2)
    own = [
        PrecisionTarget(t.name, t.deviations[first], t.variance, t.domain[first])
        for t in targets[:3]
    ]

    together = meet_targets(strata, targets, integer=False)

    assert meet_targets(alone, own, integer=False).n == pytest.approx(together.n[first])


def test_a_national_target_over_the_domains_is_met_as_well(domains):
    strata, targets, _ = domains
    country = cv_target("cả nước", strata, means=50, deviations=40, cv=0.02)

    allocation = meet_targets(strata, [*targets, country])

    assert allocation.total > 464
    assert met(strata, [*targets, country], allocation.n)
    assert allocation.bound <= allocation.objective
    assert allocation.gap < 0.005


def test_costs_make_the_objective_a_cost_and_move_forms_to_cheap_strata():
    means, deviations = 3, 1
    even = Strata.of([1000, 1000], minimum=2)
    dear = Strata.of([1000, 1000], minimum=2, costs=[1, 9])
    target = cv_target("hài lòng", even, means=means, deviations=deviations, cv=0.02)

    cheap = meet_targets(dear, [target], integer=False)

    assert meet_targets(even, [target]).goal is Goal.FORMS
    assert cheap.goal is Goal.COST
    assert cheap.n[0] / cheap.n[1] == pytest.approx(3)


def test_strata_no_target_needs_get_their_minimum():
    strata = Strata.of([100, 100, 100], minimum=[2, 0, 3])
    target = cv_target(
        "một tầng", strata, means=3, deviations=[1, 1, 0], cv=0.05, domain=[True, False, True]
    )

    allocation = meet_targets(strata, [target])

    # people of the third are all alike; of the first, 100² / (30² + 100) must be asked
    assert allocation.n.tolist() == [10, 0, 3]


def test_what_cannot_be_met_is_named_all_at_once():
    strata = Strata.of([100, 100], maximum=50)

    def wanted(name, cv):
        return cv_target(name, strata, means=3, deviations=1, cv=cv)

    with pytest.raises(ValueError, match="A: even the upper bounds do not reach it") as caught:
        meet_targets(strata, [wanted("A", 0.001), wanted("B", 0.1), wanted("C", 0.002)])

    assert "C: even" in str(caught.value)
    assert "B" not in str(caught.value)


def test_a_census_meets_a_target_of_no_variance():
    strata = Strata.of([7, 9])
    target = PrecisionTarget("không sai số", np.ones(2), 0.0, np.array([True, False]))

    assert meet_targets(strata, [target]).n.tolist() == [7, 0]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (
            PrecisionTarget("A", np.ones(3), 1.0, np.ones(2, bool)),
            "A: deviations and domain need 2",
        ),
        (PrecisionTarget("A", -np.ones(2), 1.0, np.ones(2, bool)), "finite and not negative"),
        (PrecisionTarget("A", np.ones(2), float("nan"), np.ones(2, bool)), "finite and not"),
    ],
)
def test_a_target_that_does_not_fit_the_strata_is_refused(target, message):
    with pytest.raises(ValueError, match=message):
        meet_targets(Strata.of([10, 20]), [target])


def test_no_target_or_one_without_a_total_is_refused():
    strata = Strata.of([10, 20])

    with pytest.raises(ValueError, match="there is no target"):
        meet_targets(strata, [])
    with pytest.raises(ValueError, match="A: the total of the domain is 0"):
        cv_target("A", strata, means=0, deviations=1, cv=0.1)
    with pytest.raises(ValueError, match="cv=0 must be positive; A: means, deviations and domain"):
        cv_target("A", strata, means=[1, 2, 3], deviations=1, cv=0)


def test_the_explanation_names_the_targets_that_decide():
    strata = Strata.of([1000, 1000], minimum=2)
    targets = [
        cv_target(name, strata, means=3, deviations=1, cv=cv)
        for name, cv in (("hài lòng chung", 0.02), ("thái độ", 0.05))
    ]

    allocation = meet_targets(strata, targets)

    assert allocation.explanation.vi.startswith(
        "Cỡ mẫu nhỏ nhất đáp ứng 2 yêu cầu về độ chính xác (phương pháp Bethel–Chromy, số nguyên):"
    )
    assert "Yêu cầu quyết định cỡ mẫu: hài lòng chung." in allocation.explanation.vi


def test_costs_too_fine_for_whole_forms_do_no_harm_in_real_numbers():
    strata = Strata.of([100, 100], costs=[1 / 3, 2 / 7])
    target = cv_target("x", strata, means=3, deviations=1, cv=0.05)

    assert meet_targets(strata, [target], integer=False).proved
    with pytest.raises(ValueError, match="round them"):
        meet_targets(strata, [target])
