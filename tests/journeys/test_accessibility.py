"""Every page and state of a respondent for people who see, hear, point or type differently.

``respondent_states.STATES`` names them. Each is judged by axe-core (WCAG 2.2 AA and its best
practices) in light and dark, in both languages, with the script and without, and measured by
hand where axe cannot: targets of 44 px, text of 18 px, text at 200 % and a page at 400 %
without scrolling sideways. ``pytest --screenshots`` draws some of them for
``docs/screenshots``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.axe import violations
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.respondent_states import HERE, STATES, State, form, mistakes, unreachable
from tests.journeys.respondents import Phone, Respondents, phone, serve_respondents
from tests.journeys.test_screens import keep_picture

CUT = """() => {
  const root = document.documentElement, width = root.clientWidth, found = [];
  const cuts = (overflow) => overflow === "hidden" || overflow === "clip";
  if (root.scrollWidth > width) found.push(`sideways: ${root.scrollWidth}`);
  for (const one of document.body.querySelectorAll("*")) {
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    if (!box.width || !box.height || one.closest(".unseen, input, textarea")) continue;
    const hides = cuts(style.overflowX) && one.scrollWidth > one.clientWidth + 1
      || cuts(style.overflowY) && one.scrollHeight > one.clientHeight + 1;
    if (box.right > width + 1 || box.left < -1 || hides)
      found.push(`cut: ${one.outerHTML.slice(0, 120)} from ${box.left} to ${box.right}`);
  }
  return found;
}"""
SMALL_TARGETS = """() => {
  const targets = "a, button, summary, textarea, select, input:not([type=hidden])";
  return [...document.querySelectorAll(targets)]
    .map((one) => one.matches("[type=radio], [type=checkbox]") ? one.closest("label") : one)
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.matches(".unseen"))
    .map((one) => [one.outerHTML.slice(0, 120), one.getBoundingClientRect()])
    .filter(([, box]) => box.height < 44 || box.width < 44)
    .map(([html, box]) => `small: ${html} ${box.width} x ${box.height}`);
}"""
SMALL_TEXT = """() => {
  const asides = ".hint, .hint *, .quiet, .quiet *, .tag"; // what may be passed over
  return [...document.querySelectorAll("main :is(p, label, legend, li, button, a)")]
    .filter((one) => one.checkVisibility() && !one.closest("small, .unseen"))
    .filter((one) => parseFloat(getComputedStyle(one).fontSize) < (one.matches(asides) ? 17 : 18))
    .map((one) => `small text: ${one.outerHTML.slice(0, 120)}`);
}"""


@pytest.fixture(scope="module")
def shooting(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--screenshots", default=False))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, *, shooting: bool) -> Iterator[Respondents]:
    home = tmp_path_factory.mktemp("respondents")
    with serve_respondents(home, simulated=shooting) as served:
        yield served


# --- what axe finds -----------------------------------------------------------------------


@pytest.mark.parametrize(("language", "scripts"), [("vi", True), ("en", False)])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_a_state_is_for_everybody(
    browser: Browser,
    world: Respondents,
    state: State,
    language: str,
    *,
    scripts: bool,
    shooting: bool,
):
    scripts = scripts or state.script
    scale = 1.5 if shooting else 1
    with (
        phone(browser, world, language=language, device_scale_factor=scale) as one,
        state.meanwhile(),
    ):
        if not scripts:  # kept from arriving: with scripts off, axe could not run either
            one.scripts = False
            one.page.route("**/*.js", lambda route: route.abort())
        state.comes(one)
        expect(one.page.locator(state.ready).first).to_be_visible()

        assert one.page.evaluate("document.documentElement.lang") == language
        if shooting and language == "vi":
            draw(one.page, state)
        faults = [fault for fault in one.faults if "status of 50" not in fault]
        assert [*judged(one.page), *measured(one.page), *faults] == []


def draw(page: Page, state: State) -> None:
    for picture in state.pictures:
        page.set_viewport_size(DESK if picture == "desk" else PHONE)
        page.emulate_media(color_scheme="dark" if picture == "dark" else "light")
        suffix = "" if picture == "phone" else f"-{picture}"
        keep_picture(page, f"respond-{state.name}{suffix}", whole=False)
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="light")


def judged(page: Page) -> list[str]:
    """What axe finds in light, and of colours in dark."""
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    return found + violations(page, rules=("color-contrast", "link-in-text-block"))


def measured(page: Page) -> list[str]:
    """What is too small to hit or to read, or is cut off where space is short."""
    found = page.evaluate(SMALL_TARGETS) + page.evaluate(SMALL_TEXT)
    for width in (320, 1280):  # 320 px is also a page of 1280 at 400 %
        page.set_viewport_size({"width": width, "height": 740})
        found += page.evaluate(CUT)
    page.set_viewport_size(PHONE)
    page.evaluate("document.documentElement.style.fontSize = '225%'")  # text at 200 %
    return found + page.evaluate(CUT)


# --- with a keyboard, with other eyes -----------------------------------------------------

FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  const over = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const tapped = one.closest("label") || one;
  const group = one.type === "radio" && one.form.querySelectorAll(`[name="${one.name}"]`);
  return {
    tag: one.tagName, id: one.id, name: one.name, place: box.top + scrollY,
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    seen: box.top >= 0 && box.bottom <= innerHeight && (tapped.contains(over) || one === over),
    open: !!group && ![...group].some((choice) => choice.checked),
    sends: !!one.closest(".send"),
  };
}"""


def tab(one: Phone) -> dict[str, Any]:
    """Go on with the Tab key: what is reached is marked, in sight, and below the last."""
    one.page.keyboard.press("Tab")
    reached = one.page.evaluate(FOCUS)
    assert reached["outline"] >= 2, reached
    assert reached["seen"], reached
    return reached


def test_a_slip_is_answered_from_code_to_receipt_with_a_keyboard_alone(
    browser: Browser, world: Respondents
):
    slip = world.slip(*HERE)
    with phone(browser, world) as one:
        one.go("/p/BT20/CX4/X01")
        while tab(one)["id"] != "code":
            pass
        one.page.keyboard.type(slip.code)
        one.page.keyboard.press("Enter")
        expect(one.page.locator("h1")).to_be_focused()

        last = 0.0
        while not (reached := tab(one))["sends"]:
            assert reached["place"] >= last
            last = reached["place"]
            if reached["open"]:
                one.page.keyboard.press("Space")
        one.page.keyboard.press("Enter")

        expect(one.page.locator(".receipt h1")).to_be_focused()
        assert one.receipt()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_summary_of_mistakes_is_read_first_and_leads_to_each_place(
    browser: Browser, world: Respondents, *, scripts: bool
):
    with phone(browser, world, scripts=scripts) as one:
        mistakes(one)
        summary = one.page.get_by_role("alert")
        expect(summary.locator("h2")).to_be_focused()
        links = summary.get_by_role("link")

        assert links.count() == one.page.locator(".ask.wrong").count() > 0
        for number in (0, links.count() - 1):
            links.nth(number).focus()
            one.page.keyboard.press("Enter")
            place = one.page.locator(links.nth(number).get_attribute("href"))
            expect(place).to_be_focused()
            expect(place).to_be_in_viewport()
            told = one.page.locator(".ask.wrong").nth(number)
            assert f"{told.locator('.error').get_attribute('id')}" in (
                told.get_attribute("aria-describedby")
                or told.locator("[aria-describedby]").get_attribute("aria-describedby")
            )


def test_what_changes_without_a_new_page_is_announced(browser: Browser, world: Respondents):
    with phone(browser, world) as one:
        unreachable(one)
        expect(one.page.get_by_role("status")).to_contain_text("Chưa kết nối được máy chủ")
        one.page.unroute_all()
        form(one)
        expect(one.page.locator("h1")).to_be_focused()
        one.page.locator("[data-ask] label").first.click()
        expect(one.page.get_by_role("status").filter(has_text="Đã lưu")).to_be_visible()
        one.answer_all()
        one.page.route("**/*", lambda route: route.abort())
        one.send()
        expect(one.page.get_by_role("status").filter(has_text="Đang chờ mạng")).to_be_visible()


def test_every_question_has_its_name_and_every_choice_its_label(
    browser: Browser, world: Respondents
):
    with phone(browser, world) as one:
        form(one)
        groups = one.page.locator("#answers fieldset")

        for group in groups.all():
            words = group.locator("legend").inner_text()
            expect(group).to_have_accessible_name(" ".join(words.split()))
        for box in one.page.locator("#answers textarea").all():
            assert box.evaluate("one => one.labels.length") == 1
        unnamed = "all => all.filter((one) => !one.labels[0].innerText.trim()).length"
        assert one.page.locator("#answers input[type=radio]").evaluate_all(unnamed) == 0


def test_colours_of_ones_own_and_no_movement_are_respected(browser: Browser, world: Respondents):
    with phone(browser, world, forced_colors="active", reduced_motion="reduce") as one:
        form(one)
        assert violations(one.page) == []
        borders = one.page.locator("#answers .send button, #answers .later button").evaluate_all(
            "all => all.map((one) => parseFloat(getComputedStyle(one).borderTopWidth))"
        )
        assert min(borders) >= 1
        one.page.locator("#answers .send button").focus()
        one.page.keyboard.press("Tab")
        assert one.page.evaluate(FOCUS)["outline"] >= 2
        moving = one.page.evaluate(
            "() => [...document.querySelectorAll('*')].map((one) => getComputedStyle(one)).filter("
            "(style) => style.animationName !== 'none' || parseFloat(style.transitionDuration)"
            " || style.scrollBehavior === 'smooth').length"
        )
        assert moving == 0
