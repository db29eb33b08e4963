"""Builders the analysis tests share: the shipped campaign, and seeded ballots for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from questionnaires.loader import load_campaign, load_criteria, load_questionnaire
from questionnaires.model import Campaign, CriteriaSet, Design, Questionnaire
from sampling.simulate import (
    simulate_answers,
    simulate_not_met,
    simulate_qualities,
    simulate_scores,
    simulate_severity,
)


@dataclass(frozen=True)
class World:
    campaign: Campaign
    criteria_sets: dict[str, CriteriaSet]
    forms: dict[str, Questionnaire]
    ballots: pd.DataFrame
    scores: pd.DataFrame


def simulated_world(slug: str = "bo_trach_2020", seed: int = 2020) -> World:
    campaign = load_campaign(slug)
    sets = {kind: load_criteria(code) for kind, code in campaign.criteria.items()}
    forms = {code: load_questionnaire(code) for code in campaign.forms}
    rng = np.random.default_rng(seed)
    quality = simulate_qualities([unit.code for unit in campaign.units], rng)
    rows = []
    for rule in campaign.rules:
        form = forms[rule.form].asked_of(rule)
        outsider = rule.form in {"CH4", "CX4"}
        severities = [simulate_severity(rng, outsider=outsider) for _ in range(rule.per_unit)]
        for unit in campaign.units_of(rule):
            for person in range(rule.per_unit):
                crossed = rule.design is Design.CROSS
                severity = (
                    severities[person] if crossed else simulate_severity(rng, outsider=outsider)
                )
                met = not simulate_not_met(rule, rng)
                rows.append(
                    {
                        "unit": unit.code,
                        "rule": rule.code,
                        "rater": f"{rule.code}-{person}" + ("" if crossed else f"-{unit.code}"),
                        "status": "counted",
                        "met": met,
                        "answers": simulate_answers(form, quality[unit.code], severity, rng)
                        if met
                        else {},
                    }
                )
    scores = [
        {"unit": unit.code, "criterion": code, "round": step, "points": points}
        for unit in campaign.units
        for code, score in simulate_scores(sets[unit.kind], quality[unit.code], rng).items()
        for step, points in (("self", score.self_score), ("round_1", score.appraised_score))
    ]
    return World(campaign, sets, forms, pd.DataFrame(rows), pd.DataFrame(scores))


@pytest.fixture(scope="session")
def world() -> World:
    return simulated_world()
