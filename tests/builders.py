"""Small things tests are about; everything a test does not say has a boring default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from flask import Flask
from flask.testing import FlaskClient

from questionnaires import loader
from questionnaires.model import Campaign as Definition
from questionnaires.model import Design, Kind, Questionnaire, Settings, StatedTotal
from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import Campaign, Capacity, QuotaCell, User
from survey_app.services import accounts, campaigns, slips
from survey_app.services.audit import Actor
from survey_app.services.plans import cell_of
from survey_app.services.slips import PrintedSlip

CLERK = Actor.system("test")


@cache
def bo_trach() -> Definition:
    return loader.load_campaign("bo_trach_2020")


def small_definition(
    *,
    units: Sequence[str] = ("P01", "P02", "P03", "X01", "X02", "X03"),
    per_unit: dict[str, int] | None = None,
    settings: Settings | None = None,
    opens: date | None = None,
    closes: date | None = None,
) -> Definition:
    """Bố Trạch with a few units; ``per_unit`` changes rules' ballots per unit."""
    whole = bo_trach()
    chosen = tuple(unit for unit in whole.units if unit.code in units)
    rules = tuple(
        replace(
            rule,
            per_unit=(per_unit or {}).get(rule.code, rule.per_unit),
            stated_total=(per_unit or {}).get(rule.code, rule.per_unit)
            * sum(unit.kind == rule.unit_kind for unit in chosen),
        )
        for rule in whole.rules
    )
    stated = {rule.code: rule.stated_total for rule in rules}
    totals = tuple(
        StatedTotal(total.label, total.rules, sum(stated[code] for code in total.rules))
        for total in whole.stated_totals
    )
    return replace(
        whole,
        units=chosen,
        rules=rules,
        stated_totals=totals,
        settings=settings or whole.settings,
        opens=opens or today(),
        closes=closes or today() + timedelta(days=4),
    )


class CampaignBuilder:
    """``make_campaign()`` stores a small campaign and opens it unless told not to."""

    def __call__(self, *, opened: bool = True, whole: bool = False, **changes: object) -> Campaign:
        definition = (
            replace(bo_trach(), opens=today(), closes=today() + timedelta(days=4))
            if whole
            else small_definition(**changes)  # type: ignore[arg-type]
        )
        slug = campaigns.load_campaign(definition, actor=CLERK)
        if opened:
            sheet = campaigns.opening_sheet(slug)
            campaigns.open_campaign(slug, confirmed_sha256=sheet.sha256, actor=CLERK)
        return campaigns.campaign_by_slug(slug)


def make_slips(
    campaign: Campaign, rule: str, unit: str | None = None, count: int = 1
) -> list[PrintedSlip]:
    """Issue and print slips; the codes are in the answer."""
    numbers = slips.issue_slips(campaign.slug, rule, unit, count, actor=CLERK)
    return slips.print_slips(campaign.slug, numbers=numbers, actor=CLERK)


def cell(campaign: Campaign, rule: str, unit: str) -> QuotaCell:
    """The cell as the database has it now."""
    db.session.expire_all()
    return cell_of(campaign, rule, unit)


def full_answers(form: Questionnaire, code: str | None = None) -> dict[str, str]:
    """Answer every question; ``code`` where the scale has it, else its first choice."""
    answers = {}
    for question in form.questions:
        if question.kind is Kind.TEXT or question.scale is None:
            continue
        codes = question.scale.codes
        answers[question.code] = code if code in codes else codes[0]
    return answers


@dataclass
class Staff:
    """``staff("analyst")`` is a signed-in client; ``staff.user`` makes an account only."""

    app: Flask
    password: str = "mat-khau-thu-nghiem"

    def user(
        self,
        *roles: str,
        email: str | None = None,
        keys: Sequence[str] = (),
        belongs: Sequence[str] = (),
        slug: str | None = None,
    ) -> User:
        email = email or f"{'-'.join(roles)}@cchc.test"
        if db.session.query(User).filter_by(email=email).first() is None:
            accounts.add_user(email, email, roles, password=self.password, actor=CLERK)
        for codes, capacity in ((keys, Capacity.KEYS), (belongs, Capacity.BELONGS)):
            if codes and slug:
                accounts.assign(email, slug, codes, capacity=capacity, actor=CLERK)
        return db.session.query(User).filter_by(email=email).one()

    def actor(self, *roles: str, **options: object) -> Actor:
        return accounts.actor_of(self.user(*roles, **options))  # type: ignore[arg-type]

    def __call__(self, *roles: str, **options: object) -> FlaskClient:
        """Sign in through the login page itself."""
        user = self.user(*roles, **options)  # type: ignore[arg-type]
        email = user.email
        client = self.app.test_client()
        page = client.get("/login").get_data(as_text=True)
        answer = client.post(
            "/login",
            data={"email": email, "password": self.password, "csrf_token": token_in(page)},
        )
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return client


def token_in(page: str) -> str:
    """The CSRF token of a page."""
    import re

    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page[:2000]
    return found[1]


__all__ = ["Design", "Staff", "bo_trach", "cell", "full_answers", "make_slips", "small_definition"]
