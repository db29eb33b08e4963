"""Draws from lists, in memory: ``python benchmarks/selection.py``.

Measures ``sampling.selection.draw_sample`` on a million transactions, by size on the 3.321
communes of the country, the household design of the national survey (6 × 3 × 2 × 250 of
which only the drawn lists are made), and the margins of the plan of Bố Trạch. The bar of a
plan of Bố Trạch's size is 50 ms.
"""

from __future__ import annotations

from dataclasses import replace

from common import machine, measure, peak_mib

from questionnaires.loader import load_campaign
from sampling.frames import Frame, make_frame
from sampling.plan_precision import cell_precisions, rule_precisions
from sampling.selection import Draw, DrawPlan, Method, draw_sample, verify_draw
from sampling.stages import Path, Stage, StagedDraw, draw_stages

SEED = "20250614314159265358"
TRANSACTIONS = 1_000_000
COMMUNES = 3_321
NATIONAL = (Stage("huyện", 6), Stage("xã", 3), Stage("thôn", 2), Stage("hộ", 250, reserve=60))
CHILDREN = (24, 16, 9, 420)
"""Districts of a province, communes, hamlets, households: invented, of the usual size."""


def province(path: Path) -> Frame:
    """Make the list below a unit of an invented province."""
    return make_frame("/".join(("HN24", *path)), [f"{i:03}" for i in range(CHILDREN[len(path)])])


def main() -> None:
    """Make the lists, then time the draws."""
    machine()
    keys = [f"HS-{i:07}" for i in range(TRANSACTIONS)]
    measure(f"a list of {TRANSACTIONS:,}", lambda: make_frame("DV", keys), runs=3)
    transactions = make_frame("DV", keys)
    for method in Method:
        plan = DrawPlan(method, SEED, 400, reserve=90)
        label = f"{method.value}: 400 of {TRANSACTIONS:,}"
        measure(label, lambda plan=plan: draw_sample(transactions, plan), runs=3)
    measure("digest of that list", lambda: replace(transactions).digest, runs=3)

    communes = make_frame(
        "xã",
        [f"X{i:04}" for i in range(COMMUNES)],
        strata=[f"T{i % 34:02}" for i in range(COMMUNES)],
        sizes=[1_000 + 7_919 * i % 40_000 for i in range(COMMUNES)],
    )
    by_province = DrawPlan(
        Method.PPS_SYSTEMATIC, SEED, dict.fromkeys(communes.rows_of, 12), reserve=3
    )
    draw: Draw = draw_sample(communes, by_province)
    measure(
        f"{len(draw.chosen)} of {COMMUNES:,} communes by size in 34 provinces",
        lambda: draw_sample(communes, by_province),
    )
    measure("the same verified", lambda: verify_draw(draw, communes))

    staged: StagedDraw = draw_stages(province, NATIONAL, seed=SEED)
    measure(
        f"6 × 3 × 2 × 250 = {len(staged.units):,} households",
        lambda: draw_stages(province, NATIONAL, seed=SEED),
    )

    campaign = load_campaign("bo_trach_2020")
    measure(
        "192 margins and 9 sentences of Bố Trạch",
        lambda: (cell_precisions(campaign), rule_precisions(campaign)),
    )
    print(f"peak memory {peak_mib():.0f} MiB")


if __name__ == "__main__":
    main()
