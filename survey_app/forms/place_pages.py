"""Pages of places with an open code, drawn once and sent as the same bytes to everyone.

A place asks the questions of its cell (``forms.compiled``), at once and without a code; its
page carries one more script, which solves a challenge while the person answers and wipes the
screen of a kiosk. What a place is, and whether it takes a ballot, is asked of
``services.posters``.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from flask import current_app, render_template, request
from flask_babel import force_locale
from markupsafe import Markup

from survey_app.forms.compiled import POLICY, Script, compiled_form, page_look, policy
from survey_app.forms.page_languages import furniture, spoken
from survey_app.services.pages import Phase, SlipAddress
from survey_app.services.place_numbers import Place

_STATIC: Final = Path(__file__).parents[1] / "static"

SCRIPTS: Final = {"poster": "poster.js", "solver": "vendor/altcha.pbkdf2.js"}
"""What a page of a place loads beside ``respond.js``: name in its address -> file."""


@dataclass(frozen=True, slots=True)
class PlacePage:
    """The page of one place in one language, as bytes.

    Attributes
    ----------
    place, address
        Everything the page shows; others mean another page.
    html, gzip
        The page, plain and compressed. [bytes]
    etag
        Hash of ``html``.

    """

    place: Place
    address: SlipAddress
    html: bytes
    gzip: bytes
    etag: str


def place_page(place: Place, address: SlipAddress, language: str) -> PlacePage:
    """Return the page of a place, drawn when it is new or shows something old."""
    language = spoken(address.form, language)
    pages = current_app.extensions.setdefault("cchc.place_pages", {})
    page: PlacePage | None = pages.get((place.number, language))
    if page is None or (page.place, page.address) != (place, address):
        page = pages[place.number, language] = _draw(place, address, language)
    return page


def _draw(place: Place, address: SlipAddress, language: str) -> PlacePage:
    asks = address.phase is Phase.OPEN and not place.closed
    with force_locale(furniture(language)):
        form = compiled_form(address, language).drawn if asks else None
        html = draw_place(place, address, drawn=form, welcome=True).encode()
    return PlacePage(
        place=place,
        address=address,
        html=html,
        gzip=gzip.compress(html, 9, mtime=0),
        etag=hashlib.sha256(html).hexdigest()[:32],
    )


def draw_place(place: Place, address: SlipAddress, **subject: object) -> str:
    """Draw a page of a place: its questions, a refusal, mistakes, or a receipt."""
    html = render_template(
        "posters/page.html",
        place=place,
        address=address,
        look=page_look(),
        tags={name: script(name).tag for name in SCRIPTS},
        **subject,
    )
    request.environ[POLICY] = place_policy()
    return html


def draw_part(name: str, place: Place, address: SlipAddress, **subject: object) -> Markup:
    """Draw one piece of such a page."""
    text = render_template(
        f"posters/{name}.html", place=place, address=address, look=page_look(), **subject
    )
    return Markup(text)  # noqa: S704 - made by our own template, which escapes


@cache
def place_policy() -> str:
    """Content policy of pages of places: that of slips, and our own worker."""
    return f"{policy()}; worker-src 'self'"


@cache
def script(name: str) -> Script:
    """Read a script of the places once per process."""
    text = (_STATIC / SCRIPTS[name]).read_bytes()
    return Script(text, gzip.compress(text, 9, mtime=0), hashlib.sha256(text).hexdigest()[:12])
