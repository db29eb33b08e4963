"""Vietnamese is the text itself; English stands beside every sentence of the pages."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2] / "survey_app"
CATALOGUE = ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "_l": None}


@pytest.fixture(scope="module")
def english():
    return {m.id: m.string for m in read_po(io.BytesIO(CATALOGUE.read_bytes())) if m.id}


def test_every_sentence_of_the_pages_has_english(english):
    said = {
        message: f"{place}:{line}"
        for place, line, message, _comments, _context in extract_from_dir(
            str(ROOT), METHODS, keywords=KEYWORDS,
            options_map={"**/templates/**.html": {"trimmed": "true"}},
        )
    }  # fmt: skip

    missing = {place: message for message, place in said.items() if not english.get(message)}

    assert len(said) > 500
    assert missing == {}


def test_english_keeps_the_places_where_numbers_and_names_go(english):
    import re

    def holes(text):
        return sorted(re.findall(r"%\(\w+\)\w", text))

    assert [m for m, said in english.items() if holes(m) != holes(said)] == []


def test_what_pages_read_is_what_the_catalogue_says(english):
    compiled = {
        m.id: m.string
        for m in read_mo(io.BytesIO(CATALOGUE.with_suffix(".mo").read_bytes()))
        if m.id
    }

    assert compiled == english, "run: make messages"


def test_a_page_asked_for_in_english_is_english(client):
    page = client.get("/login?lang=en").get_data(as_text=True)

    assert '<html lang="en"' in page
    assert "Đăng nhập" not in page
