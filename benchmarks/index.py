"""The index of Bố Trạch from 3.108 simulated ballots, in memory: ``python benchmarks/index.py``.

Measures ``analysis.compute.compute_index`` alone: tallies, criterion scores, publication
states, components, ranks and bands of 41 units. The bar is 200 ms.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from common import machine, measure, peak_mib

from analysis.compute import compute_index
from questionnaires.loader import load_campaign, load_criteria, load_questionnaire
from sampling.quotas import expand_quotas
from sampling.simulate import (
    simulate_answers,
    simulate_qualities,
    simulate_scores,
    simulate_severity,
)


def main() -> None:
    """Simulate the frames, then time the computation."""
    campaign = load_campaign("bo_trach_2020")
    forms = {code: load_questionnaire(code) for code in campaign.forms}
    sets = {kind: load_criteria(code) for kind, code in campaign.criteria.items()}
    rng = np.random.default_rng(2020)
    quality = simulate_qualities([unit.code for unit in campaign.units], rng)
    ballots = []
    for cell in expand_quotas(campaign):
        rule = campaign.rule_by_code[cell.rule]
        form = forms[rule.form].asked_of(rule)
        for person in range(cell.target):
            severity = simulate_severity(rng, outsider=rule.form in {"CH4", "CX4"})
            ballots.append(
                {
                    "unit": cell.unit,
                    "rule": cell.rule,
                    "status": "counted",
                    "met": True,
                    "rater": f"{cell.rule}{person}",
                    "answers": simulate_answers(form, quality[cell.unit], severity, rng),
                }
            )
    scores = [
        {
            "unit": unit.code,
            "criterion": code,
            "round": "round_1",
            "points": score.appraised_score,
            "not_applicable": False,
        }
        for unit in campaign.units
        for code, score in simulate_scores(sets[unit.kind], quality[unit.code], rng).items()
    ]
    frame, points = pd.DataFrame(ballots), pd.DataFrame(scores)
    machine()
    print(f"{len(frame)} ballots, {len(points)} appraised scores, {len(campaign.units)} units")
    measure("compute_index", lambda: compute_index(campaign, sets, forms, frame, points))
    print(f"peak memory {peak_mib():.0f} MiB")


if __name__ == "__main__":
    main()
