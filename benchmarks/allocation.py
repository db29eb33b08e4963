"""Planning a sample: ``python benchmarks/allocation.py``.

The exact integer optimum of 10.000 strata (bar: 20 ms), and everything the planner computes for
the 192 cells of Bố Trạch (bar: 50 ms together). Sizes and spreads are drawn from a seed; the
decision names none.
"""

from __future__ import annotations

import numpy as np
from common import machine, measure, peak_mib

from questionnaires.loader import load_campaign
from sampling.allocation import Strata
from sampling.allocation_rules import allocate_proportional
from sampling.apportionment import Apportionment, apportion
from sampling.budget_allocation import integer_for_budget
from sampling.continuous_allocation import continuous_for_total
from sampling.controlled_rounding import round_table
from sampling.equal_precision import equal_precision
from sampling.integer_allocation import integer_for_total, integer_for_variance
from sampling.precision_targets import cv_target, meet_targets
from sampling.quotas import expand_quotas, quota_totals

STRATA = 10_000
COMMUNES = 3_321
SEED = 2020


def drawn(count: int, rng: np.random.Generator) -> Strata:
    """Draw sizes and spreads of strata."""
    return Strata.of(rng.integers(50, 5000, count), rng.uniform(0.2, 2, count), minimum=2)


def national(rng: np.random.Generator) -> None:
    """Ten thousand strata, and a country of communes."""
    strata = drawn(STRATA, rng)
    same = Strata.of(np.full(STRATA, 300), 0.9, minimum=2)
    variance = integer_for_total(300_000, strata).objective or 0.0
    print(f"{STRATA} strata")
    measure("integer optimum of 300.000 forms", lambda: integer_for_total(300_000, strata))
    measure("the same, strata all equal", lambda: integer_for_total(25_003, same))
    measure("fewest forms for a variance", lambda: integer_for_variance(variance, strata))
    measure("real numbers", lambda: continuous_for_total(300_000, strata))
    measure("equal precision", lambda: equal_precision(300_000, strata))
    communes = drawn(COMMUNES, rng)
    weights = [int(size) for size in communes.sizes]
    print(f"{COMMUNES} communes")
    measure("proportional", lambda: allocate_proportional(99_630, communes))
    measure("equal precision", lambda: equal_precision(99_630, communes))
    for method in Apportionment:
        measure(f"apportionment, {method}", lambda m=method: apportion(99_630, weights, method=m))


def bo_trach(rng: np.random.Generator) -> None:
    """Everything for the plan of one district."""
    campaign = load_campaign("bo_trach_2020")
    cells = expand_quotas(campaign)
    total = quota_totals(campaign).total
    costs = [10_000 if rng.random() < 0.5 else 15_000 for _ in cells]  # noqa: PLR2004 - half
    sizes, deviations = rng.integers(40, 3000, len(cells)), rng.uniform(0.5, 1.3, len(cells))
    strata = Strata.of(sizes, deviations, minimum=2)
    dear = Strata.of(sizes, deviations, minimum=2, costs=costs)
    table = rng.uniform(2, 30, (28, 5))

    def plan() -> None:
        expand_quotas(campaign)
        quota_totals(campaign)
        allocate_proportional(total, strata)
        integer_for_total(total, strata)
        equal_precision(total, strata)
        round_table(table)

    print(f"Bố Trạch: {len(cells)} cells, {total} forms")
    measure("cells, three allocations and a rounded table", plan)
    measure("within a budget", lambda: integer_for_budget(36_000_000, dear))
    targets = [
        cv_target(cell, dear, means=3, deviations=deviations, cv=0.06, domain=place % 41 == number)
        for place in [np.arange(len(cells))]
        for number, cell in enumerate(sorted({cell.unit for cell in cells}))
    ]
    measure("41 precision targets, one for each unit", lambda: meet_targets(strata, targets))


def main() -> None:
    """Time both."""
    rng = np.random.default_rng(SEED)
    machine()
    national(rng)
    bo_trach(rng)
    print(f"peak memory {peak_mib():.0f} MiB")


if __name__ == "__main__":
    main()
