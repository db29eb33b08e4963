"""Every page and state a respondent may see, and how a person comes to it.

A new page is one more line of ``STATES``; ``test_accessibility`` judges and measures each.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from unittest import mock

from playwright.sync_api import expect
from sqlalchemy.exc import OperationalError

from survey_app.models import PlaceKind
from survey_app.services import challenges
from survey_app.views import respond_answers
from tests.journeys.respondents import FULL, LATER, OPEN, OVER, Phone

HERE = ("CX4", "X01")
UNITS = ("P01", "P02", "P03")
SOUND = "1234567890123456"


# --- how a person comes to a state --------------------------------------------------------


def typed_wrong(one: Phone) -> None:
    one.go("/p/BT20/CX4/X01")
    one.type_code("1234 5678")


def unknown(one: Phone) -> None:
    one.go("/p/BT21/CX4/X01")
    one.type_code(one.world.slip(*HERE).code)


def limited(one: Phone) -> None:
    for _ in range(31):
        one.context.request.post(
            "/p/state", form={"campaign": OPEN, "rule": "CX4", "unit": "X01", "code": "1"}
        )
    typed_wrong(one)


def revoked(one: Phone) -> None:
    slip = one.world.slip(*HERE)
    one.world.revoke(slip)
    one.open(slip, *HERE)


def used(one: Phone) -> None:
    slip = one.world.slip(*HERE)
    one.world.answered(slip, *HERE)
    one.open(slip, *HERE)


def form(one: Phone) -> None:
    one.open_form(one.world.slip(*HERE), *HERE)


def resumed(one: Phone) -> None:
    slip = one.world.slip(*HERE)
    one.world.begun(slip, *HERE)
    one.open_form(slip, *HERE)


def mistakes(one: Phone) -> None:
    form(one)
    one.page.locator("[data-ask]").nth(2).locator("label").nth(1).click()
    one.send()


def over_target(one: Phone) -> None:
    one.open_form(one.world.slip(*FULL), *FULL)


def receipt(one: Phone) -> None:
    form(one)
    one.answer_all()
    one.send()


def kept_aside(one: Phone) -> None:
    over_target(one)
    one.answer_all()
    one.send()


def kept_for_later(one: Phone) -> None:
    form(one)
    one.page.locator("[name=keep]").click()


def units_fresh(one: Phone) -> None:
    one.open(one.world.slip("CH3"), "CH3")


def units_half_done(one: Phone) -> None:
    slip = one.world.slip("CH3")
    one.world.answered(slip, "CH3", UNITS[0])
    one.world.begun(slip, "CH3", UNITS[1])
    one.open(slip, "CH3")


def unit_form(one: Phone) -> None:
    units_half_done(one)
    one.page.locator("button.unit").nth(1).click()


def thanks(one: Phone) -> None:
    unit_form(one)
    one.answer_all()
    one.send()


def unit_kept(one: Phone) -> None:
    unit_form(one)
    one.page.locator("[name=keep]").click()


def too_large(one: Phone) -> None:
    one.go("/p/BT20/CX4/X01")
    one.page.evaluate(
        "() => { const box = document.getElementById('code');"
        " box.removeAttribute('maxlength'); box.value = '1'.repeat(300000); box.form.submit(); }"
    )


def submitted_plainly(one: Phone) -> None:
    """Send the code as a browser without script does."""
    one.go("/p/BT20/CX4/X01")
    one.page.locator("#code").fill(SOUND)
    one.page.evaluate("document.getElementById('start').submit()")


def waiting(one: Phone) -> None:
    form(one)
    one.answer_all()
    one.page.route("**/*", lambda route: route.abort())
    one.send()


def unreachable(one: Phone) -> None:
    one.go("/p/BT20/CX4/X01")
    one.page.route("**/*", lambda route: route.abort())
    one.type_code(SOUND)


def by_question(one: Phone) -> None:
    units_half_done(one)
    one.page.get_by_role("button", name=re.compile("từng câu hỏi|question by question")).click()


def by_question_mistakes(one: Phone) -> None:
    by_question(one)
    for _ in range(2):  # past the profile, and on with nothing ticked
        one.page.locator("#answers .send button").click()


def poster(one: Phone) -> None:
    one.go(one.world.place())


def poster_plain(one: Phone) -> None:
    """What stands there where scripts are off, shown to a browser that runs axe."""
    one.page.route("**/*.js", lambda route: route.abort())
    poster(one)
    one.page.evaluate(
        "() => { document.getElementById('unable').className = '';"
        " document.getElementById('answers').hidden = true; }"
    )


def poster_mistakes(one: Phone) -> None:
    poster(one)
    one.page.locator("[data-ask]").nth(2).locator("label").nth(1).click()
    one.send()


def poster_receipt(one: Phone) -> None:
    poster(one)
    one.answer_all()
    one.send()


def kiosk(one: Phone) -> None:
    one.page.clock.install()
    one.go(one.world.place(PlaceKind.KIOSK))
    expect(one.page.locator("#answers")).to_be_visible()


def kiosk_receipt(one: Phone) -> None:
    kiosk(one)
    one.answer_all()
    one.send()
    one.page.locator("#wipe-stay").click()


def kiosk_asks(one: Phone) -> None:
    kiosk(one)
    one.page.locator("[data-ask] label").first.click()
    one.page.clock.run_for(91_000)


def kiosk_locked(one: Phone) -> None:
    one.go(one.world.place(PlaceKind.KIOSK).partition("#")[0])


def the_server(**trouble: Any) -> Callable[[], Any]:
    return lambda: mock.patch.object(respond_answers, "open_slip", **trouble)


def quick() -> Any:
    """Challenges a machine of tests solves at once."""
    return mock.patch.object(challenges, "COST", 50)


@dataclass(frozen=True)
class State:
    """A page as it stands before a person.

    Attributes
    ----------
    name
        What it is called in a test's name.
    comes
        What the person does to get there.
    ready
        Shows that it is there.
    script
        Whether it exists only where scripts run.
    meanwhile
        What holds on the server in that time.
    pictures
        How it is drawn for ``docs/screenshots`` (``pytest --screenshots``).

    """

    name: str
    comes: Callable[[Phone], None]
    ready: str
    script: bool = False
    meanwhile: Callable[[], Any] = nullcontext
    pictures: tuple[str, ...] = ()


def at(path: str) -> Callable[[Phone], None]:
    return lambda one: one.go(path)


STATES = (
    State("code", at("/p/BT20/CX4/X01"), "#start", pictures=("phone", "desk")),
    State("code-of-a-crossed-rule", at("/p/BT20/CH3"), "#start"),
    State("wrong-code", typed_wrong, ".note.bad", pictures=("phone",)),
    State("unknown-code", unknown, ".note.bad"),
    State("too-many-wrong-codes", limited, ".note.bad"),
    State("revoked", revoked, ".note.bad"),
    State("elsewhere", lambda one: one.open(one.world.slip(*FULL), *HERE), ".note.warn button"),
    State("not-open", at(f"/p/{LATER}/CX4/X01"), ".note.info"),
    State(
        "not-open-code",
        lambda one: one.open(one.world.slip(*HERE, LATER), *HERE, LATER),
        "#said .note.info",
    ),
    State("over", at(f"/p/{OVER}/CX4/X01"), ".note.info"),
    State("used", used, ".receipt"),
    State("form", form, "#answers", pictures=("dark",)),
    State("form-resumed", resumed, "#answers input:checked"),
    State("form-with-mistakes", mistakes, ".note.bad a", pictures=("phone",)),
    State("form-over-target", over_target, ".note.info", pictures=("phone",)),
    State("receipt", receipt, ".receipt"),
    State("receipt-kept-aside", kept_aside, ".receipt .became"),
    State("kept-for-later", kept_for_later, ".note.good", pictures=("phone",)),
    State("units", units_fresh, "form.units"),
    State("units-half-done", units_half_done, ".units .done"),
    State("unit-form", unit_form, "#answers"),
    State("thanks-between-units", thanks, ".note.good", pictures=("phone",)),
    State("unit-kept-for-later", unit_kept, ".note.good"),
    State("waiting-for-a-network", waiting, "#state", script=True, pictures=("phone",)),
    State("no-network-for-the-code", unreachable, "#doing:not(:empty)", script=True),
    State("by-question", by_question, "#answers", pictures=("phone",)),
    State("by-question-with-mistakes", by_question_mistakes, ".note.bad a"),
    State("privacy", at("/p/privacy-BT20"), "main ul", pictures=("phone",)),
    State("poster", poster, "#answers", script=True, meanwhile=quick, pictures=("phone",)),
    State("poster-with-mistakes", poster_mistakes, ".note.bad a", script=True, meanwhile=quick),
    State("poster-receipt", poster_receipt, ".receipt", script=True, meanwhile=quick),
    State("poster-without-script", poster_plain, "#unable .note"),
    State("kiosk", kiosk, "#answers", script=True, meanwhile=quick, pictures=("desk",)),
    State("kiosk-receipt", kiosk_receipt, ".receipt", script=True, meanwhile=quick),
    State("kiosk-asks-who-is-there", kiosk_asks, "#idle[open]", script=True, meanwhile=quick),
    State("kiosk-locked", kiosk_locked, "#locked .note"),
    State("nothing-there", at("/p/BT20/CX4/X99"), ".note.bad"),
    State("too-large", too_large, ".note.bad"),
    State(
        "server-busy",
        submitted_plainly,
        ".note.bad",
        meanwhile=the_server(side_effect=OperationalError("select", {}, Exception("locked"))),
        pictures=("phone",),
    ),
    State("server-failed", submitted_plainly, ".note.bad", meanwhile=the_server(return_value=None)),
)
