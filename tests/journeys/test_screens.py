"""Every page on a phone and on a desk, on simulated data; and the pictures of the README.

``pytest tests/journeys/test_screens.py --screenshots`` fills the whole of Bố Trạch and puts
the pictures into ``docs/screenshots``; without the option six units are enough.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from questionnaires.model import Design
from survey_app import create_app
from survey_app.config import Config
from survey_app.extensions import db, without_durability
from survey_app.formats import today
from survey_app.models import CallState, Campaign, Capacity, RosterKind, Round
from survey_app.services import accounts, campaigns, draws, rosters
from survey_app.services.ballots import submit_ballot
from survey_app.services.definitions import rule_form
from survey_app.services.draw_plans import DrawOrder
from survey_app.services.entries import print_sheets
from survey_app.services.index_runs import run_index
from survey_app.services.money import pay_advance
from survey_app.services.participation import add_people
from survey_app.services.plans import cells_of, rule_by_code
from survey_app.services.rechecks import Said, draw_calls, enter_call
from survey_app.services.roster_reading import RosterChoices, grid_of_paste
from survey_app.services.selfscores import import_scores
from survey_app.services.simulation import Simulation
from survey_app.services.substitutions import ask_substitution
from tests.builders import CLERK, bo_trach, full_answers, make_slips, small_definition
from tests.conftest import migrate
from tests.journeys.axe import violations
from tests.journeys.conftest import DESK, PHONE, LiveServer, faults_of, serving

PICTURES = Path(__file__).parents[2] / "docs" / "screenshots"
HEAVIEST = 150_000
"""What a picture of the README may weigh. [bytes]"""

PASSWORD = "mat-khau-thu-nghiem"
HERE = "/campaigns/bo_trach_2020"
SIMULATED = re.compile("DỮ LIỆU MÔ PHỎNG|SIMULATED DATA")
SIZES = {"phone": PHONE, "desk": DESK}


@dataclass(frozen=True)
class Screen:
    """A page: where it is, what shows that it is ready, and the size of its picture.

    ``opens`` is pressed in turn before anybody looks; a page with a ``rule`` is a respondent's
    and is opened with a slip of it.
    """

    name: str
    path: str
    ready: str
    picture: tuple[str, ...] = ("desk",)
    staff: bool = True
    rule: str = ""
    unit: str = ""
    opens: tuple[str, ...] = ()


FREE = "one unit"
"""Stands for the unit whose cell is short: its form says nothing about being full."""

HALF_WAY = ("progress",)
"""Screens whose pictures show a campaign in the middle of its days."""

FIRST = ".component-walk[open] > summary"
COMPONENT = ".component-walk:not([open]):has(.counts) > summary"
SURVEYED = ".component-walk[open] .leaf-walk:has(.counts) > summary"
GROUP = ".leaf-walk[open] .group-walk:has(.counts) > summary"

SCREENS = (
    Screen("respond-form", "", "#answers", ("phone",), staff=False, rule="CX4", unit=FREE),
    Screen(
        "respond-form-en", "?lang=en", "#answers", ("phone",), staff=False, rule="CX4", unit=FREE
    ),
    Screen("respond-full", "", "#answers", (), staff=False, rule="CX4", unit="X01"),
    Screen("respond-code", "/p/BT20/CX4/X01", "#start", (), staff=False),
    Screen("respond-units", "", "form.units", ("phone",), staff=False, rule="CH3"),
    Screen("respond-receipt", "", ".receipt", ("phone",), staff=False, rule="CX4", unit=FREE),
    Screen("login", "/login", "main form", staff=False),
    Screen("home", "/", ".campaign-card", ()),
    Screen("overview", HERE, "dl.stats", ()),
    Screen("plan", f"{HERE}/plan", "table"),
    Screen("plan-table", f"{HERE}/plan/table", "textarea", ()),
    Screen("plan-versions", f"{HERE}/plan/versions", "article.version", ()),
    Screen("plan-line", f"{HERE}/plan/rules/CX4", "table.desk-table"),
    Screen("papers", f"{HERE}/papers", ".card", ()),
    Screen("rosters", f"{HERE}/rosters", "main table", ()),
    Screen("roster", f"{HERE}/rosters/1", "table.roll", ()),
    Screen("roster-new", f"{HERE}/rosters/new", "textarea", ()),
    Screen("draw-new", f"{HERE}/rosters/1/draw", "table.desk-table", ()),
    Screen("draw", f"{HERE}/rosters/1/draws/1?verify=1", ".notice-good", ()),
    Screen("proposal", f"{HERE}/people/proposal", "table", ()),
    Screen("opening", f"{HERE}/open", "table.settings"),
    Screen("people", f"{HERE}/people", "main form", ()),
    Screen("slips", f"{HERE}/slips", "table"),
    Screen("preview", f"{HERE}/preview/CX3", ".phone-frame iframe", ()),
    Screen("sheets", f"{HERE}/sheets", "details"),
    Screen("progress", f"{HERE}/field", "#field table", ("desk", "phone")),
    Screen("cell", f"{HERE}/field/CX4/X01", ".headline"),
    Screen("lists", f"{HERE}/participants", "table.lists-table", ()),
    Screen("list", f"{HERE}/participants/CX4/X01", "table.people", ()),
    Screen("substitutions", f"{HERE}/participants/substitutions", "table.kinds", ()),
    Screen("money", f"{HERE}/money", "main tfoot", ()),
    Screen("money-unit", f"{HERE}/money/units/X01", "table.advances", ()),
    Screen("money-line", f"{HERE}/money/units/X01/CX4", "main form", ()),
    Screen("rechecks", f"{HERE}/rechecks", "article", ()),
    Screen("recheck-calls", f"{HERE}/rechecks/1/calls", "table.work", ()),
    Screen("recheck-call", f"{HERE}/rechecks/1/calls/2", ".call form", ()),
    Screen("recheck", f"{HERE}/rechecks/1?again=1", "main tbody", ()),
    Screen("key-list", f"{HERE}/key", "table.work", ()),
    Screen("keying", f"{HERE}/key/{{sheet}}", ".key-row.current"),
    Screen("scores", f"{HERE}/scores", "main table"),
    Screen("scores-unit", f"{HERE}/scores/P02", "table.scores", ()),
    Screen("index", f"{HERE}/index/1", "table.ranking"),
    Screen(
        "unit", f"{HERE}/index/1/P02", "table.counts", opens=(FIRST, COMPONENT, SURVEYED, GROUP)
    ),
    Screen("criteria", f"{HERE}/criteria", "table.criteria-tree"),
    Screen("users", "/users", "table"),
    Screen("trail", "/trail", "table", ()),
    Screen("backups", "/backups", "main form", ()),
)


@dataclass
class World:
    """A filled campaign being served, and what a person holds in the hand."""

    server: LiveServer
    codes: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    sheet: str = ""
    free: str = ""
    half: str = ""
    session: dict[str, object] = field(default_factory=dict)

    def path(self, screen: Screen) -> str:
        """Each look at a respondent's page uses up a slip of its own."""
        if screen.rule:
            unit = self.free if screen.unit == FREE else screen.unit
            place = "/".join(filter(None, (screen.rule, unit)))
            return f"/p/BT20/{place}{screen.path}#{self.codes[screen.rule, screen.unit].pop()}"
        path = screen.path.format(sheet=self.sheet)
        half = self.half and screen.name in HALF_WAY
        return path.replace(HERE, f"/campaigns/{self.half}") if half else path


@pytest.fixture(scope="module")
def shooting(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--screenshots", default=False))


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser, *, shooting: bool
) -> Iterator[World]:
    home = tmp_path_factory.mktemp("screens")
    config = Config(
        home=home,
        database_url=f"sqlite:///{home / 'cchc.sqlite'}",
        base_url="https://ks.example.gov.vn",
        testing=True,
        secure_cookies=False,
    )
    migrate(config)
    app = create_app(config)
    with app.app_context(), without_durability(db.engine):
        made = filled(whole=shooting)
    with serving(app) as server:
        world = replace(made, server=server)
        world.session = signed_in(browser, server)
        yield world
    with app.app_context():
        db.engine.dispose()


def filled(*, whole: bool) -> World:
    """Load, open and fill a simulated campaign, score it, compute it, leave work to be done."""
    dates = {"opens": today() - timedelta(days=2), "closes": today() + timedelta(days=2)}
    definition = replace(bo_trach(), **dates) if whole else small_definition(**dates)
    slug = campaigns.load_campaign(definition, simulated=True, actor=CLERK)
    sheet = campaigns.opening_sheet(slug)
    campaigns.open_campaign(slug, confirmed_sha256=sheet.sha256, actor=CLERK)
    simulation = Simulation(slug, coordinator=CLERK, enumerator=CLERK, rng=np.random.default_rng(7))
    simulation.fill()
    for round_ in (Round.SELF, Round.ROUND_1):
        import_scores(slug, [("diem.zip", simulation.score_files(round_))], round_, actor=CLERK)
    run_index(slug, actor=CLERK)
    the_staff(slug)
    campaign = campaigns.campaign_by_slug(slug)
    names_and_money(campaign)
    (paper,) = print_sheets(slug, "CX2", "X02", 1, actor=CLERK)
    free = campaign.units[-1].code
    return World(
        server=LiveServer(""),
        codes={
            ("CX4", FREE): codes(campaign, "CX4", free, 3 * len(SIZES)),
            ("CX4", "X01"): codes(campaign, "CX4", "X01", len(SIZES)),
            ("CH3", ""): [half_answered(campaign, "CH3") for _ in SIZES],
        },
        sheet=paper.serial,
        free=free,
        half=half_way() if whole else "",
    )


def half_way() -> str:
    """Open a second campaign two days old, as a coordinator has it most of the time."""
    dates = {"opens": today() - timedelta(days=2), "closes": today() + timedelta(days=2)}
    definition = replace(bo_trach(), slug="bo_trach_2021", short_code="BT21", **dates)
    slug = campaigns.load_campaign(definition, simulated=True, actor=CLERK)
    sheet = campaigns.opening_sheet(slug)
    campaigns.open_campaign(slug, confirmed_sha256=sheet.sha256, actor=CLERK)
    campaign = campaigns.campaign_by_slug(slug)
    rng = np.random.default_rng(21)
    places = [(cell.rule.code, cell.unit.code, cell.target) for cell in cells_of(campaign)]
    crossed = {rule.code for rule in definition.rules if rule.design is Design.CROSS}
    pace = {unit.code: rng.uniform(0.1, 1.1) for unit in definition.units}
    for rule, unit, target in places:
        if rule in crossed:
            continue
        back = max(1, int(rng.binomial(target, min(1.0, pace[unit]))))
        for slip in make_slips(campaign, rule, unit, back):
            submit_ballot("BT21", rule, unit, slip.code, {"Q01": "4"}, address="simulated")
    print_sheets(slug, "CX2", "X03", 12, actor=CLERK)
    return slug


def the_staff(slug: str) -> None:
    roles = ("administrator", "coordinator", "analyst")
    people = (
        ("hoa@botrach.local", "Trần Thị Hoà", roles),
        ("lan@botrach.local", "Lê Văn Lan", ("enumerator",)),
        ("minh@botrach.local", "Phạm Thu Minh", ("viewer",)),
    )
    for email, name, held in people:
        accounts.add_user(email, name, held, password=PASSWORD, actor=CLERK)
    units = ["X01", "X02"]
    accounts.assign("lan@botrach.local", slug, units, capacity=Capacity.KEYS, actor=CLERK)


def names_and_money(campaign: Campaign) -> None:
    """Take in a list and draw from it, note who answered, hand out cash, call somebody."""
    slug = campaign.slug
    towns = [unit.name for unit in campaign.units if unit.kind == "commune"][:3]
    people = "\n".join(
        f"Người Thứ {n}\t{towns[n % len(towns)]}\t0912{n:06}\tThôn {n % 5}" for n in range(60)
    )
    group = rule_by_code(campaign, "CX4").group
    roster_id = rosters.take_roster(
        slug,
        grid_of_paste(f"Họ và tên\tXã, thị trấn\tĐiện thoại\tĐịa chỉ\n{people}"),
        RosterChoices(),
        rosters.RosterFacts(
            "Hồ sơ một cửa quý III", RosterKind.PEOPLE, group, rosters.contacts_until(campaign)
        ),
        actor=CLERK,
    )
    order = DrawOrder(rule="CX4", seed="48210573911264870335", take_short=True)
    draws.draw_people(slug, roster_id, order, actor=CLERK)
    answered = "\n".join(f"Người Thứ {n}; Thôn {n % 5}; 0912{n:06}" for n in range(18))
    add_people(slug, "CX4", "X01", answered, actor=CLERK)
    ask_substitution(slug, "CX4", "X01", 12, "cả xã chỉ có 18 doanh nghiệp", actor=CLERK)
    pay_advance(slug, "X01", 790_000, receiver="Trần Văn Bình", paid_on=today(), actor=CLERK)
    draw_calls(slug, "84310 27755 90126 33841", Decimal("0.2"), Decimal("0.8"), actor=CLERK)
    enter_call(slug, 1, 1, Said(CallState.REACHED, was_asked=True, was_paid=True), actor=CLERK)


def codes(campaign: Campaign, rule: str, unit: str, count: int) -> list[str]:
    return [slip.code for slip in make_slips(campaign, rule, unit, count)]


def half_answered(campaign: Campaign, rule: str) -> str:
    """A slip of a crossed rule whose person has stopped after two units."""
    (slip,) = make_slips(campaign, rule)
    answers = full_answers(rule_form(campaign, rule_by_code(campaign, rule)), "4")
    for unit in ("P01", "P03"):
        submit_ballot("BT20", rule, unit, slip.code, answers, address="simulated")
    return slip.code


def signed_in(browser: Browser, server: LiveServer) -> dict[str, object]:
    context = browser.new_context(base_url=server.url)
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Tên đăng nhập").fill("hoa@botrach.local")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.locator(".campaign-card").first).to_be_visible()
    state = context.storage_state()
    context.close()
    return dict(state)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_page_fits_says_what_it_is_and_asks_nobody_else(
    browser: Browser, world: World, screen: Screen, size: str, *, shooting: bool
):
    context = browser.new_context(
        base_url=world.server.url,
        viewport=SIZES[size],
        locale="vi-VN",
        device_scale_factor=2 if shooting and size == "phone" else 1,
        storage_state=world.session if screen.staff else None,
    )
    page = context.new_page()
    faults = faults_of(page)
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))

    page.goto(world.path(screen), wait_until="networkidle")
    if screen.name == "respond-receipt":
        answer_and_send(page)
    for summary in screen.opens:
        page.locator(summary).first.click()
    expect(page.locator(screen.ready).first).to_be_visible()

    assert page.title().strip()
    assert sum(heading.is_visible() for heading in page.locator("h1").all()) == 1
    expect(page.get_by_text(SIMULATED).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
    assert {url for url in asked if not url.startswith((world.server.url, "data:"))} == set()
    assert violations(page) == []
    assert faults == []
    if shooting and size in screen.picture:
        name = screen.name if size == screen.picture[0] else f"{screen.name}-{size}"
        keep_picture(page, name, whole=bool(screen.opens))
    context.close()


def answer_and_send(page: Page) -> None:
    expect(page.locator("#answers")).to_be_visible()
    page.locator("[data-ask]").evaluate_all(
        "all => all.forEach((question) => question.querySelector('label').click())"
    )
    page.get_by_role("button", name="Nộp phiếu").click()


def keep_picture(page: Page, name: str, *, whole: bool) -> None:
    """Draw what the screen shows, or the whole page where something was unfolded."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    picture = Image.open(io.BytesIO(page.screenshot(full_page=whole))).convert("RGB")
    path = PICTURES / f"{name}.png"
    picture.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    assert path.stat().st_size < HEAVIEST
