"""A form speaks every language of its file; the page around it says which part is in which.

The further language here is made up letter by letter: nobody could take it for a translation.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from questionnaires.languages import texts_of
from questionnaires.loader import load_questionnaire, questionnaire_from, to_mapping
from survey_app.services import campaigns, opening
from survey_app.services.definitions import rule_form
from tests.builders import full_answers, make_slips, token_in

MADE_UP = "hmn"


def in_made_up_language(form, code=MADE_UP, **names):
    """Give every text of a form a further language: its own words, each in brackets."""
    mapping = to_mapping(form)

    def speak(value):
        if isinstance(value, dict):
            if {"vi", "en"} <= value.keys():
                return {**value, code: f"[{value['en']}]"}
            return {key: speak(inner) for key, inner in value.items()}
        return [speak(inner) for inner in value] if isinstance(value, list) else value

    return questionnaire_from(speak(mapping) | {"languages": names})


@pytest.fixture
def spoken_form(monkeypatch):
    """Let every form of the next campaign speak a further language."""

    def speaking(**names):
        ships = load_questionnaire
        for place in (campaigns, opening):
            if hasattr(place, "load_questionnaire"):
                monkeypatch.setattr(
                    place,
                    "load_questionnaire",
                    lambda code: in_made_up_language(ships(code), **names),
                )

    return speaking


@pytest.fixture
def campaign(make_campaign, spoken_form):
    spoken_form()
    return make_campaign()


def test_a_page_offers_every_language_of_its_form_by_its_own_name(campaign, client):
    page = client.get("/p/BT20/CX4/X01").text

    menu = page[page.index("<details") : page.index("</header>")]
    assert re.findall(r'lang="(\w+)" hreflang="\w+">([^<]+)</a>', menu) == [
        ("en", "English"),
        (MADE_UP, "Hmoob"),
    ]
    assert 'href="/p/BT20/CX4/X01?lang=hmn"' in menu


def test_a_form_of_two_languages_keeps_its_one_link(make_campaign, client):
    make_campaign()

    page = client.get("/p/BT20/CX4/X01").text

    assert page.count("hreflang") == 1
    assert "<details class=" not in page


def test_words_of_the_form_are_marked_and_the_furniture_is_vietnamese(campaign, client):
    form = campaigns.form_of(campaign, "CX4")

    page = client.get(f"/p/BT20/CX4/X01?lang={MADE_UP}").text

    assert '<html lang="vi">' in page
    assert "Nộp phiếu" in page
    question = form.unit_questions[0]
    assert f'<span lang="hmn">{question.label.others[MADE_UP]}</span>' in page
    assert re.search(r'<label lang="hmn"><input[^>]+> \[', page)
    assert 'action="/p/BT20/CX4/X01?lang=hmn"' in page
    for place, text in texts_of(form):
        assert text.vi not in re.sub(r"<title>.*?</title>", "", page), place


@pytest.mark.parametrize("lang", ["fr", "xx", "", "HMN", "'\"><script>", "vi", "en-US"])
def test_only_languages_of_the_form_are_spoken(campaign, client, lang):
    asked = client.get("/p/BT20/CX4/X01", query_string={"lang": lang})

    assert asked.data == client.get("/p/BT20/CX4/X01").data


def test_the_language_stays_through_every_step_to_the_receipt(campaign, client):
    slip = make_slips(campaign, "CX4", "X01")[0]
    form = rule_form(campaign, slip.rule)
    where = {"campaign": "BT20", "rule": "CX4", "unit": "X01", "code": slip.code}

    opened = client.post(f"/p/state?lang={MADE_UP}", data=where).text
    gaps = client.post(f"/p/BT20/CX4/X01?lang={MADE_UP}", data={"code": slip.code}).text
    client.post(f"/p/BT20/CX4/X01?lang={MADE_UP}", data={"code": slip.code, **full_answers(form)})
    receipt = client.post(f"/p/state?lang={MADE_UP}", data=where).text

    words = form.unit_questions[0].label.others[MADE_UP]
    assert words in opened
    assert words in gaps
    assert "Chưa nộp được" in gaps
    assert 'formaction="/p/state?lang=en"' in opened
    assert 'formaction="/p/state"' in opened
    assert "đã được trả lời" in receipt


def test_question_by_question_speaks_it_too(make_campaign, spoken_form, client):
    spoken_form()
    campaign = make_campaign()
    slip = make_slips(campaign, "CH3")[0]
    data = {"campaign": "BT20", "rule": "CH3", "code": slip.code, "show": "Q01"}

    page = html.unescape(client.post(f"/p/by-question?lang={MADE_UP}", data=data).text)

    words = rule_form(campaign, slip.rule).unit_questions[0].label.others[MADE_UP]
    assert f'<span lang="hmn">{words}</span>' in page
    assert 'action="/p/by-question?lang=hmn"' in page


def test_a_name_in_the_file_goes_before_ours(make_campaign, spoken_form, client):
    spoken_form(**{MADE_UP: "Tiếng thử"})
    make_campaign()

    assert ">Tiếng thử</a>" in client.get("/p/BT20/CX4/X01").text


def test_staff_see_a_form_in_every_language_and_their_own_pages_stay(campaign, staff):
    hoa = staff("coordinator")
    at = f"/campaigns/{campaign.slug}/preview/CX4"

    frame = hoa.get(f"{at}?form={MADE_UP}").get_data(as_text=True)
    page = hoa.get(f"{at}/page?form={MADE_UP}").get_data(as_text=True)
    english = hoa.get(f"{at}/page?form=en").get_data(as_text=True)
    judged = hoa.post(f"{at}/page?form={MADE_UP}", data={"csrf_token": token_in(page)})
    after = hoa.get(at).get_data(as_text=True)

    assert "Ngôn ngữ của phiếu" in frame
    assert f'src="{at}/page?form=hmn"' in frame
    assert '<html lang="vi">' in page
    assert 'lang="hmn">[' in page
    assert '<html lang="en">' in english
    assert judged.status_code == 422
    assert 'lang="hmn">[' in judged.get_data(as_text=True)
    assert "Ngôn ngữ của phiếu" in after


def test_a_form_with_half_a_language_is_offered_without_it(make_campaign, client, monkeypatch):
    from survey_app.services import pages

    make_campaign()
    whole = pages.slip_address
    half = in_made_up_language(whole("BT20", "CX4", "X01").form)
    half = replace(half, intro=replace(half.intro, others={}))
    monkeypatch.setattr(
        "survey_app.forms.compiled.slip_address", lambda *at: replace(whole(*at), form=half)
    )

    page = client.get(f"/p/BT20/CX4/X01?lang={MADE_UP}").text

    assert page.count("hreflang") == 1
    assert "[" not in re.sub(r"<(style|script).*?</\1>", "", page, flags=re.DOTALL)
