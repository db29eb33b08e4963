"""Acknowledged is durable, exactly once and exactly counted (promises 1 to 3).

The storms of ``benchmarks/`` in small, each with the product's own server on a database of its
own; how to run them in full is in ``docs/performance.md``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.parametrize(
    "storm",
    [
        ["kill_storm.py", "--ballots", "150", "--kills", "3"],
        ["lossy.py", "--ballots", "100"],
    ],
    ids=["processes_killed", "network_cut"],
)
def test_nothing_acknowledged_is_lost_nothing_doubled_and_quotas_are_exact(database, storm):
    script, *size = storm

    run = subprocess.run(
        [sys.executable, BENCHMARKS / script, "--database", database, *size],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert run.returncode == 0, run.stdout + run.stderr
    assert "every promise kept" in run.stdout
