"""Plans of a province and of the whole country: ``python benchmarks/plans.py``.

A plan for 124 communes (8.928 ballots) and one for 3.321 are loaded into SQLite, checked, read
again from its pasted table, and shown as pages: the plan with every cell, one line on the
desk, the coordinator's matrix. The bars are 1 s and 5 s of waiting for each of these steps.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from common import machine, peak_mib
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

from questionnaires.loader import load_campaign
from questionnaires.model import Campaign
from questionnaires.plan_taking import Choices, restated
from survey_app import create_app
from survey_app.config import Config
from survey_app.services import accounts, campaigns
from survey_app.services.audit import Actor
from survey_app.services.plan_reading import preview_plan
from survey_app.services.transactions import transaction

COUNTRY = 3321
CLERK = Actor.system("benchmark")
PASSWORD = "do-thoi-gian-trang"  # noqa: S105 - of an account in a temporary folder


def main() -> None:
    """Time the steps for both plans."""
    machine()
    province = load_campaign("two_tier_2026")
    for plan in (province, stretched(province, COUNTRY)):
        with TemporaryDirectory() as folder:
            weigh(plan, Path(folder))
    print(f"peak memory {peak_mib():.0f} MiB")


def stretched(plan: Campaign, units: int) -> Campaign:
    """Return the same plan with as many communes as the country has."""
    some = plan.units
    return restated(
        replace(
            plan,
            units=tuple(
                replace(some[n % len(some)], code=f"Z{n}", name=f"Xã số {n}", parent=None)
                for n in range(units)
            ),
        )
    )


def weigh(plan: Campaign, home: Path) -> None:
    """Load, check and show one plan."""
    app = create_app(Config(home=home, database_url=f"sqlite:///{home / 'b.sqlite'}",
                            base_url="https://ks.example.gov.vn", testing=True,
                            secure_cookies=False))  # fmt: skip
    cells = len(plan.units) * len(plan.rules)
    print(f"{len(plan.units)} units, {cells} cells")
    with app.app_context():
        upgrade(directory=str(app.extensions["cchc"].migrations))
        with transaction():
            pass
        timed("  load", lambda: campaigns.load_campaign(plan, actor=CLERK))
        timed("  check", lambda: campaigns.check_campaign(plan.slug))
        text = table_of(plan)
        timed("  paste", lambda: preview_plan(plan.slug, text, Choices()))
        accounts.add_user("a@b.test", "A B", ("coordinator",), password=PASSWORD, actor=CLERK)
    browser = signed_in(app)
    for page in ("plan", f"plan/rules/{plan.rules[0].code}", "field"):
        timed(f"  show {page}", lambda page=page: shown(browser, plan.slug, page))


def table_of(plan: Campaign) -> str:
    """Write a plan as a decision prints it: units down, groups across, totals around."""
    groups = {group.code: group.label.vi for group in plan.groups}
    rows = [
        [f"UBND {unit.name}", *(str(rule.target_of(unit.code)) for rule in plan.rules)]
        for unit in plan.units
    ]
    for row in rows:
        row.append(str(sum(map(int, row[1:]))))
    heads = [f"{groups[rule.group]} ({rule.code})" for rule in plan.rules]
    sums = [str(sum(int(row[i]) for row in rows)) for i in range(1, len(rows[0]))]
    table = [["Đơn vị", *heads, "Tổng cộng"], *rows, ["Tổng cộng", *sums]]
    return "\n".join("\t".join(row) for row in table)


def signed_in(app: Flask) -> FlaskClient:
    """Sign the clerk in."""
    browser = app.test_client()
    page = browser.get("/login").get_data(as_text=True)
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    browser.post("/login", data={"email": "a@b.test", "password": PASSWORD, "csrf_token": token})
    return browser


def shown(browser: FlaskClient, slug: str, page: str) -> None:
    """Ask for a page and see that it is there."""
    answer = browser.get(f"/campaigns/{slug}/{page}")
    if answer.status_code != 200:  # noqa: PLR2004 - a page that is not there has no speed
        msg = f"{page}: {answer.status_code}"
        raise RuntimeError(msg)


def timed(label: str, action: Callable[[], object]) -> None:
    """Print how long one step takes the first time and the second."""
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    print(f"{label}: {seconds[0]:.2f} s, again {seconds[1]:.2f} s")


if __name__ == "__main__":
    main()
