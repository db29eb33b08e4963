"""One ballot through the respondents' service, on SQLite: ``python benchmarks/ballots.py``.

Measures ``open_slip`` and ``submit_ballot`` (slip, place, ballot, one durable commit) for
CX4, our longest form; nothing of the web is in it.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import flask_migrate
from common import machine, measure

from questionnaires.loader import load_campaign
from survey_app import create_app
from survey_app.config import Config
from survey_app.formats import today
from survey_app.services import campaigns, slips
from survey_app.services.audit import Actor
from survey_app.services.ballots import submit_ballot
from survey_app.services.definitions import rule_form
from survey_app.services.opened_slips import open_slip
from survey_app.services.plans import rule_by_code

CLERK = Actor.system("benchmark")
BALLOTS = 200
RUNS = 5


def main() -> None:
    """Open a campaign in a temporary folder and answer."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        app = create_app(
            Config(
                home=home,
                database_url=f"sqlite:///{home / 'cchc.sqlite'}",
                base_url="https://ks.example.gov.vn",
            )
        )
        with app.app_context():
            flask_migrate.upgrade()
            plan = load_campaign("bo_trach_2020")
            plan = replace(plan, opens=today(), closes=today() + timedelta(days=4))
            slug = campaigns.load_campaign(plan, actor=CLERK)
            sheet = campaigns.opening_sheet(slug)
            campaigns.open_campaign(slug, confirmed_sha256=sheet.sha256, actor=CLERK)
            count = BALLOTS * (RUNS + 1)
            numbers = slips.issue_slips(slug, "CX4", "X01", count, actor=CLERK)
            codes = [slip.code for slip in slips.print_slips(slug, numbers=numbers, actor=CLERK)]
            campaign = campaigns.campaign_by_slug(slug)
            form = rule_form(campaign, rule_by_code(campaign, "CX4"))
            answers = {q.code: q.scale.codes[0] for q in form.questions if q.scale}
        machine()
        left = iter(codes)
        with app.app_context():

            def opened() -> None:
                for code in codes[:BALLOTS]:
                    open_slip("BT20", "CX4", "X01", code, address="benchmark")

            def sent() -> None:
                for _ in range(BALLOTS):
                    submit_ballot("BT20", "CX4", "X01", next(left), answers, address="benchmark")

            measure("open_slip", opened, runs=RUNS, per=BALLOTS)
            measure("submit_ballot", sent, runs=RUNS, per=BALLOTS)


if __name__ == "__main__":
    main()
