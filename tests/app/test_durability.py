"""Acknowledged is durable: a killed worker loses nothing it confirmed (promise 1)."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

from sqlalchemy import func, select

from survey_app.extensions import db
from survey_app.models import Ballot, Status
from survey_app.services import quota
from survey_app.services.ballots import submit_ballot
from tests.builders import make_slips

WORKERS = 4
KILLED_AFTER = 25

SENDER = """
import json, sys
from pathlib import Path
from survey_app import create_app
from survey_app.config import Config
from survey_app.services.ballots import submit_ballot

app = create_app(
    Config(home=Path(sys.argv[1]), database_url=sys.argv[2], testing=True), surface="respond"
)
with app.app_context():
    for code in json.loads(sys.stdin.readline()):
        receipt = submit_ballot("BT20", "CX4", "X01", code, {"Q01": "5"}, address="kill")
        sys.stdout.write(f"{code} {receipt.number}\\n")
        sys.stdout.flush()
"""


def test_a_killed_worker_loses_nothing_acknowledged_and_doubles_nothing(make_campaign, config):
    campaign = make_campaign(per_unit={"CX4": 150})
    codes = [slip.code for slip in make_slips(campaign, "CX4", "X01", 200)]
    acknowledged = {}
    for round_ in range(2):
        workers = [
            subprocess.Popen(
                [sys.executable, "-c", SENDER, config.home, config.database_url],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for _ in range(WORKERS)
        ]  # fmt: skip
        for place, worker in enumerate(workers):
            worker.stdin.write(json.dumps(codes[place + round_ * 100 :: WORKERS]) + "\n")
            worker.stdin.flush()
        for worker in workers:
            for _ in range(KILLED_AFTER):
                acknowledged.update([worker.stdout.readline().split()])
            worker.send_signal(signal.SIGKILL)
        for worker in workers:
            lines = worker.communicate()[0].splitlines()
            acknowledged.update(line.split() for line in lines if len(line.split()) == 2)

    again = {
        code: submit_ballot("BT20", "CX4", "X01", code, {"Q01": "1"}, address="again")
        for code in codes
    }

    assert len(acknowledged) >= WORKERS * KILLED_AFTER
    assert {code: again[code].number for code in acknowledged} == acknowledged
    assert not any(again[code].first for code in acknowledged)
    db.session.rollback()
    assert db.session.scalar(select(func.count(Ballot.id))) == len(codes)
    counted = select(func.count(Ballot.id)).where(Ballot.status == Status.COUNTED)
    assert db.session.scalar(counted) == 150
    assert quota.recount(campaign.slug).wrong == ()
