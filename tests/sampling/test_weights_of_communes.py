"""840 citizens of 28 communes, from the draw to calibrated weights, against R's survey."""

import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sampling.calibration import Distance, calibrate, margin_columns
from sampling.nonresponse import adjust_for_nonresponse
from sampling.raking import Margin, poststratify, rake
from sampling.weights import WeightSteps, design_weights, weight_quality

FOLDER = Path(__file__).parent / "oracles/S11"
ORACLE = json.loads((FOLDER / "oracle.json").read_text("utf-8"))
ESTIMATES = ORACLE["expected"]["weights_estimates"]
WEIGHTS = ORACLE["tolerance"]["weights"]["rel"]


def rows_of(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ASKED = rows_of("commune_citizens.csv")
ANSWERED = np.array([row["responded"] == "1" for row in ASKED])
RESPONDENTS = [row for row in ASKED if row["responded"] == "1"]


def population(*keys):
    counts = Counter()
    for row in rows_of("commune_population.csv"):
        counts[" ".join(row[key] for key in keys)] += int(row["N"])
    return dict(counts)


def expected(column):
    by_id = {row["id"]: float(row[column]) for row in rows_of("commune_weights.csv")}
    return np.array([by_id[row["id"]] for row in RESPONDENTS])


@pytest.fixture(scope="module")
def steps():
    """Every step of the weighting, the respondents' rows of each column."""
    design = design_weights([int(row["n_h"]) / int(row["N_h"]) for row in ASKED])
    adjusted = adjust_for_nonresponse(
        design, ANSWERED, [f"{row['sex']} {row['age']}" for row in ASKED]
    ).weights[ANSWERED]
    margins = [
        Margin(key, tuple(row[key] for row in RESPONDENTS), population(key))
        for key in ("sex", "age")
    ]
    known = margin_columns(adjusted, margins)
    logit = tuple(ORACLE["expected"]["logit_bounds"])
    linear = tuple(ORACLE["expected"]["linear_bounds"])
    cells = [f"{row['sex']} {row['age']}" for row in RESPONDENTS]
    columns = {
        "design": design[ANSWERED],
        "nonresponse": adjusted,
        "poststrat": poststratify(adjusted, cells, population("sex", "age")).weights,
        "rake": rake(adjusted, margins).weights,
        "linear": calibrate(adjusted, known).weights,
        "raking": calibrate(adjusted, known, distance=Distance.RAKING).weights,
        "logit_b": calibrate(adjusted, known, distance=Distance.LOGIT, bounds=logit).weights,
        "linear_b": calibrate(
            adjusted, known, distance=Distance.BOUNDED_LINEAR, bounds=linear
        ).weights,
    }
    kept = WeightSteps()
    for name, weights in columns.items():
        kept = kept.then(name, weights)
    return kept


@pytest.mark.parametrize("step", ["design", *ESTIMATES])
def test_every_step_gives_every_respondent_the_weight_r_gives(steps, step):
    assert steps[step] == pytest.approx(expected(f"w_{step}"), rel=WEIGHTS)


@pytest.mark.parametrize("step", ESTIMATES)
def test_means_totals_and_the_cost_of_unequal_weights_are_those_of_r(steps, step):
    weights, want = steps[step], ESTIMATES[step]
    known = np.array([row["q1"] != "" for row in RESPONDENTS])
    q1 = np.array([float(row["q1"] or "nan") for row in RESPONDENTS])
    visits = np.array([float(row["visits"]) for row in RESPONDENTS])
    quality = weight_quality(weights)
    rel = ORACLE["tolerance"]["est"]["rel"]

    assert weights[known] @ q1[known] / weights[known].sum() == pytest.approx(
        want["mean_q1"], rel=rel
    )
    assert weights @ visits == pytest.approx(want["total_visits"], rel=rel)
    assert quality.kish_deff == pytest.approx(want["kish_deff"], rel=rel)
    assert quality.total == pytest.approx(want["sum_w"], rel=rel)
    assert (quality.smallest, quality.largest) == pytest.approx(
        (want["min_w"], want["max_w"]), rel=rel
    )


@pytest.mark.parametrize("step", ["rake", "linear", "raking", "logit_b", "linear_b"])
def test_known_margins_are_hit_to_eight_digits(steps, step):
    for key in ("sex", "age"):
        for category, people in population(key).items():
            inside = np.array([row[key] == category for row in RESPONDENTS])
            assert steps[step][inside].sum() == pytest.approx(people, rel=1e-8)
