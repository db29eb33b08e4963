"""Slips in a hand and a phone before them: what journeys over respondents' pages stand on.

``serve_respondents`` puts three campaigns behind one server on SQLite: BT20 takes answers,
BT21 opens in three days (and is simulated), BT22 is over. ``Phone`` is a browser's context
that knows how a person goes: scan or type, answer, send. Each phone has a network address of
its own, so that one who mistypes too often stops nobody else.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import func, select

from questionnaires.model import Questionnaire
from survey_app import create_app
from survey_app.config import Config
from survey_app.extensions import db, without_durability
from survey_app.formats import today
from survey_app.models import Ballot, PlaceKind, QuotaCell
from survey_app.security import grouped
from survey_app.services import campaigns, slips
from survey_app.services.ballots import submit_ballot
from survey_app.services.definitions import rule_form
from survey_app.services.drafts import keep_draft
from survey_app.services.places import add_place
from survey_app.services.plans import cell_of, rule_by_code
from survey_app.services.poster_guards import Guards
from survey_app.services.slips import PrintedSlip
from tests.builders import CLERK, full_answers, make_slips, small_definition
from tests.conftest import migrate
from tests.journeys.conftest import PHONE, LiveServer, faults_of, serving

OPEN, LATER, OVER = "BT20", "BT21", "BT22"
FULL = ("CX4", "X03")
"""The cell of BT20 that takes no more."""

SENT = "Đã nộp phiếu"
NO_GUARDS = Guards(burst=0, same_answers=0, seconds_per_item=0, night_from=0, night_to=0)

_addresses = itertools.count(1)


@dataclass(frozen=True)
class Respondents:
    """Three campaigns being served."""

    app: Flask
    server: LiveServer
    slugs: Mapping[str, str]

    def slip(self, rule: str, unit: str | None = None, campaign: str = OPEN) -> PrintedSlip:
        """Print one more slip."""
        with self.app.app_context(), without_durability(db.engine):
            made = campaigns.campaign_by_slug(self.slugs[campaign])
            return make_slips(made, rule, unit)[0]

    def revoke(self, slip: PrintedSlip) -> None:
        with self.app.app_context():
            slips.revoke_slip(self.slugs[OPEN], slip.number, "phiếu bị mất", actor=CLERK)

    def answered(self, slip: PrintedSlip, rule: str, *units: str) -> None:
        """Send a whole ballot about each unit."""
        with self.app.app_context(), without_durability(db.engine):
            campaign = campaigns.campaign_by_slug(self.slugs[OPEN])
            answers = full_answers(rule_form(campaign, rule_by_code(campaign, rule)))
            for unit in units:
                submit_ballot(OPEN, rule, unit, slip.code, answers, address="test")

    def begun(self, slip: PrintedSlip, rule: str, unit: str) -> None:
        """Leave a form half filled."""
        with self.app.app_context():
            keep_draft(OPEN, rule, unit, slip.code, {"Q01": "1", "Q02": "1"}, address="test")

    def place(self, kind: PlaceKind = PlaceKind.POSTER, unit: str = "X01") -> str:
        """Open one more poster or kiosk; a kiosk's address has its secret after the #."""
        with self.app.app_context():
            made = add_place(
                self.slugs[OPEN],
                "CX4",
                unit,
                "Bộ phận một cửa – bàn 2",
                kind=kind,
                guards=NO_GUARDS,
                actor=CLERK,
            )
        return "#".join(filter(None, (f"/q/{made.number}", made.secret)))

    def ballots(self) -> int:
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(Ballot)) or 0


@contextmanager
def serve_respondents(
    home: Path, forms: Mapping[str, Questionnaire] | None = None, *, simulated: bool = False
) -> Iterator[Respondents]:
    """Serve the three campaigns; ``forms`` and ``simulated`` are about BT20."""
    config = Config(
        home=home,
        database_url=f"sqlite:///{home / 'cchc.sqlite'}",
        base_url="https://ks.example.gov.vn",
        testing=True,
        secure_cookies=False,
        proxies=1,
    )
    migrate(config)
    app = create_app(config)
    app.testing = False  # what fails is answered with a page, as it is for people
    day = timedelta(days=1)
    with app.app_context(), without_durability(db.engine):
        slugs = {
            OPEN: _opened(OPEN, today(), today() + 4 * day, forms, simulated=simulated),
            LATER: _opened(LATER, today() + 3 * day, today() + 9 * day, simulated=True),
            OVER: _opened(OVER, today(), today()),
        }
        campaigns.campaign_by_slug(slugs[OVER]).opens -= 2 * day
        campaigns.campaign_by_slug(slugs[OVER]).closes -= day
        cell = cell_of(campaigns.campaign_by_slug(slugs[OPEN]), *FULL)
        db.session.get_one(QuotaCell, cell.id).accepted = cell.target
        db.session.commit()
    with serving(app) as server:
        yield Respondents(app, server, slugs)
    with app.app_context():
        db.engine.dispose()


def _opened(
    short_code: str,
    opens: date,
    closes: date,
    forms: Mapping[str, Questionnaire] | None = None,
    *,
    simulated: bool = False,
) -> str:
    definition = replace(
        small_definition(opens=opens, closes=closes),
        slug=f"bo_trach_{short_code.lower()}",
        short_code=short_code,
    )
    slug = campaigns.load_campaign(definition, forms=forms, simulated=simulated, actor=CLERK)
    sheet = campaigns.opening_sheet(slug)
    campaigns.open_campaign(slug, confirmed_sha256=sheet.sha256, actor=CLERK)
    return slug


@dataclass
class Phone:
    """A person before a browser; ``scripts`` says whether it runs any."""

    page: Page
    world: Respondents
    language: str = "vi"
    scripts: bool = True
    faults: list[str] = field(default_factory=list)

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    def go(self, path: str) -> None:
        """Open an address in the person's language."""
        path, mark, code = path.partition("#")
        asked = "?lang=en" if self.language == "en" else ""
        self.page.goto(f"{path}{asked}{mark}{code}")

    def type_code(self, code: str) -> None:
        self.page.locator("#code").fill(code)
        self.page.locator("#start button:not(.note button)").click()

    def open(self, slip: PrintedSlip, rule: str, unit: str | None = None, at: str = OPEN) -> None:
        """Scan a slip; where no script runs, its code is typed."""
        place = "/".join(filter(None, ("/p", at, rule, unit)))
        if self.scripts:
            self.go(f"{place}#{grouped(slip.code)}")
        else:
            self.go(place)
            self.type_code(slip.code)

    def open_form(self, slip: PrintedSlip, rule: str, unit: str) -> None:
        self.open(slip, rule, unit)
        expect(self.page.locator("#answers")).to_be_visible()

    def answer_all(self, row: int = 0) -> None:
        """Tap the same row of every question that has to be answered."""
        asked = self.page.locator("[data-ask]")
        asked.first.wait_for()
        asked.evaluate_all(
            "(all, row) => all.forEach((one) => one.querySelectorAll('label')[row].click())", row
        )

    def send(self) -> None:
        self.page.locator("#answers .send button").click()

    def receipt(self) -> str:
        """Read the receipt's number once it is there."""
        expect(self.page.locator(".receipt .number")).to_be_visible()
        return re.search(r"\b\d{5}-\d{5}\b", self.page.locator("main").inner_text())[0]


@contextmanager
def phone(
    browser: Browser,
    world: Respondents,
    *,
    language: str = "vi",
    scripts: bool = True,
    init: str = "",
    **options: Any,
) -> Iterator[Phone]:
    """Take a fresh phone; whatever goes wrong on its pages is in ``faults``."""
    context = browser.new_context(
        base_url=world.server.url,
        java_script_enabled=scripts,
        extra_http_headers={"X-Forwarded-For": f"10.0.{next(_addresses)}.1"},
        **{"viewport": PHONE, "locale": "vi-VN", **options},
    )
    try:
        if init:
            context.add_init_script(init)
        page = context.new_page()
        yield Phone(page, world, language, scripts, faults_of(page))
    finally:
        context.close()
