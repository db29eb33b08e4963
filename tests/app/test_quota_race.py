"""Sixteen processes at once: nobody over, nobody lost, nobody doubled (promises 2 and 3)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

from sqlalchemy import func, select

from survey_app.extensions import db
from survey_app.models import Ballot, QuotaCell, Status
from survey_app.services import quota
from tests.builders import make_slips

PROCESSES = 16
CELLS = 28
TARGET = 30
ATTEMPTS = 4000

SENDER = """
import json, sys
from pathlib import Path
from survey_app import create_app
from survey_app.config import Config
from survey_app.services.ballots import submit_ballot

config = Config(home=Path(sys.argv[1]), database_url=sys.argv[2], testing=True)
app = create_app(config, surface="respond")
said = []
with app.app_context():
    sys.stdout.write("ready\\n"); sys.stdout.flush()
    for unit, code in json.loads(sys.stdin.readline()):
        receipt = submit_ballot("BT20", "CX4", unit, code, {"Q01": "5"}, address="race")
        said.append((code, receipt.number, receipt.status.value, receipt.first))
print(json.dumps(said))
"""


def test_4000_sendings_from_16_processes_fill_every_cell_exactly(make_campaign, config):
    campaign = make_campaign(units=["P01", "P02", *(f"X{n:02d}" for n in range(1, CELLS + 1))])
    people = [
        (slip.unit.code, slip.code)
        for unit in range(1, CELLS + 1)
        for slip in make_slips(campaign, "CX4", f"X{unit:02d}", TARGET + 6)
    ]
    sendings = [people[n % len(people)] for n in range(ATTEMPTS)]
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", SENDER, config.home, config.database_url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(PROCESSES)
    ]  # fmt: skip
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"

    for place, worker in enumerate(workers):
        worker.stdin.write(json.dumps(sendings[place::PROCESSES]) + "\n")
        worker.stdin.flush()
    said = [line for worker in workers for line in json.loads(worker.communicate()[0])]

    assert len(said) == ATTEMPTS
    by_code = Counter(code for code, _number, _status, first in said if first)
    assert set(by_code.values()) == {1}
    assert len(by_code) == len(people) == db.session.scalar(select(func.count(Ballot.id)))
    assert len({(code, number, status) for code, number, status, _ in said}) == len(people)
    cells = db.session.scalars(select(QuotaCell).where(QuotaCell.returned > 0)).all()
    assert [cell.accepted for cell in cells] == [TARGET] * CELLS
    counted = db.session.scalar(
        select(func.count(Ballot.id)).where(Ballot.status == Status.COUNTED)
    )
    assert counted == TARGET * CELLS
    assert quota.recount(campaign.slug).wrong == ()
