"""Hostile texts in the answer in words: kept to the last sign or refused with a sentence.

Every text of ``tests.app.hostile`` is written where a respondent may write. What is kept comes
back harmless: on the page that resumes a draft, on the page that names mistakes, on the page
where paper is keyed again, and in every export. Other fields: ``test_hostile_requests``.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections import Counter
from html.parser import HTMLParser

import pytest
from flask import Flask
from sqlalchemy import select, update

from survey_app.extensions import db
from survey_app.models import Ballot, Campaign, Round
from survey_app.services import exports, index_runs
from survey_app.services.campaigns import close_campaign
from survey_app.services.definitions import rule_form
from survey_app.services.entries import key_sheet, print_sheets
from survey_app.services.plans import rule_by_code
from survey_app.services.slips import PrintedSlip
from tests.app.hostile import ALL, KEPT, RAW, REFUSED, as_kept
from tests.app.scores import Scorer, fill_ballots
from tests.app.strangers import PAGE, RULE, TEXT, UNIT, Strangers, complaint, encoded, stored
from tests.builders import CLERK, Staff, full_answers, make_slips


@pytest.fixture
def send(app: Flask) -> Strangers:
    app.config["PROPAGATE_EXCEPTIONS"] = False  # as in the field: a failure is a page
    return Strangers(app)


@pytest.fixture
def campaign(make_campaign) -> Campaign:
    return make_campaign(per_unit={RULE: 200})


@pytest.fixture
def slips(campaign: Campaign) -> list[PrintedSlip]:
    return make_slips(campaign, RULE, UNIT, len(KEPT) + 1)


@pytest.fixture
def slip(campaign: Campaign) -> PrintedSlip:
    return make_slips(campaign, RULE, UNIT)[0]


@pytest.fixture
def answers(campaign: Campaign) -> dict[str, str]:
    return full_answers(rule_form(campaign, rule_by_code(campaign, RULE)))


class Tags(HTMLParser):
    """Tags and attributes of a page, and what its textareas hold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.typed: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.seen[tag, tuple(name for name, _value in attrs)] += 1
        if tag == "textarea":
            self.typed.append("")

    def handle_data(self, data):
        if self.lasttag == "textarea":
            self.typed[-1] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.typed[-1] = re.sub(r"^\r?\n", "", self.typed[-1])  # a browser drops it too
            self.lasttag = ""


# --- the answer in words -----------------------------------------------------------------


def test_the_table_is_as_long_as_promised():
    assert len(KEPT) >= 90
    assert len(ALL) == len(KEPT) + len(REFUSED) + len(RAW)


def test_odd_text_is_stored_exactly_in_nfc(app, send, slips, answers):
    keys = app.extensions["cchc.keys"]
    replies = {
        name: send(PAGE, encoded({"code": slip.code, **answers, TEXT: text}))
        for (name, text), slip in zip(KEPT.items(), slips, strict=False)
    }

    rows = stored()
    kept = {
        name: rows.get(keys.submission_key(slip.code, UNIT), {}).get(TEXT, "")
        for name, slip in zip(KEPT, slips, strict=False)
    }
    assert {name: r.status_code for name, r in replies.items() if r.status_code != 200} == {}
    assert kept == {name: as_kept(text) for name, text in KEPT.items()}


def test_text_nobody_can_keep_is_refused_with_a_sentence_and_costs_nothing(send, slip, answers):
    wrong = {
        name: complaint(send(PAGE, encoded({"code": slip.code, **answers, TEXT: text})))
        for name, text in {**REFUSED, **RAW}.items()
    }

    assert {name: what for name, what in wrong.items() if what} == {}
    assert stored() == {}
    assert send(PAGE, encoded({"code": slip.code, **answers})).status_code == 200
    assert len(stored()) == 1


# --- what is kept comes back harmless ----------------------------------------------------


def test_a_draft_comes_back_as_text_on_the_page_and_to_the_script(send, slips, answers):
    here = {"campaign": "BT20", "rule": RULE, "unit": UNIT}
    plain = None
    for (name, text), slip in zip({"plain": "a", **KEPT}.items(), slips, strict=True):
        code = {**here, "code": slip.code}

        kept = send("/p/draft", encoded({**code, **answers, TEXT: text}))
        page = send("/p/state", encoded(code))
        json = send("/p/state", encoded(code), headers={"Accept": "application/json"})

        assert (kept.status_code, page.status_code, json.status_code) == (200, 200, 200), name
        tags = Tags(page.get_data(as_text=True))
        plain = plain or tags.seen
        assert tags.seen == plain, f"{name} changes the page"
        assert tags.typed == [as_kept(text)], name
        assert json.get_json()["draft"].get(TEXT, "") == as_kept(text), name


def test_a_draft_nobody_can_keep_is_refused_and_the_older_one_stays(send, slip, answers):
    code = {"campaign": "BT20", "rule": RULE, "unit": UNIT, "code": slip.code}
    send("/p/draft", encoded({**code, TEXT: "trước đó"}))
    refused = {name: text for name, text in {**REFUSED, **RAW}.items() if "too_long" not in name}

    wrong = {
        name: complaint(send("/p/draft", encoded({**code, **answers, TEXT: text})))
        for name, text in refused.items()
        if name not in ("ten_thousand_marks", "hundred_kilobytes")  # kept without the long text
    }

    assert {name: what for name, what in wrong.items() if what} == {}
    found = send("/p/state", encoded(code), headers={"Accept": "application/json"})
    assert found.get_json()["draft"] == {TEXT: "trước đó"}


def test_a_form_with_mistakes_shows_every_text_again_as_text(send, slip):
    plain = None
    for name, text in {"plain": "a", **KEPT}.items():
        reply = send(PAGE, encoded({"code": slip.code, "Q01": "5", TEXT: text}))

        assert reply.status_code == 422, name
        tags = Tags(reply.get_data(as_text=True))
        plain = plain or tags.seen
        assert tags.seen == plain, f"{name} changes the page"
        assert tags.typed == [as_kept(text)], name


def test_paper_keyed_with_such_a_text_shows_it_as_text_when_it_is_keyed_again(
    campaign: Campaign, staff: Staff, answers
):
    texts = {name: text for name, text in KEPT.items() if re.search(r"[<>&{}'\"]", text)}
    desk = staff("coordinator", "enumerator")
    actor = staff.actor("coordinator", "enumerator")
    sheets = print_sheets(campaign.slug, RULE, UNIT, len(texts), actor=CLERK)
    for (name, text), sheet in zip(texts.items(), sheets, strict=True):
        key_sheet(campaign.slug, sheet.serial, UNIT, {**answers, TEXT: text}, actor=actor)

        page = desk.get(f"/campaigns/{campaign.slug}/key/{sheet.serial}").get_data(as_text=True)

        typed = [html.unescape(found) for found in re.findall(r"<textarea[^>]*>([^<]*)<", page)]
        assert as_kept(text) in [as_kept(one) for one in typed], name


def test_no_export_carries_a_free_text_and_no_cell_computes_one(campaign: Campaign):
    fill_ballots(campaign)
    ids = db.session.scalars(select(Ballot.id).limit(len(KEPT))).all()
    for id_, text in zip(ids, KEPT.values(), strict=True):
        marked = f"{as_kept(text)[:1900]} dấu-vết"
        answers = db.session.get(Ballot, id_).answers | {TEXT: marked}
        db.session.execute(update(Ballot).where(Ballot.id == id_).values(answers=answers))
    db.session.commit()
    Scorer(campaign).import_all(Round.SELF, Round.ROUND_1)
    close_campaign(campaign.slug, "hết hạn thu phiếu", actor=CLERK)
    index_runs.run_index(campaign.slug, actor=CLERK)
    index_runs.approve_run(campaign.slug, 1, actor=CLERK)
    index_runs.publish_run(campaign.slug, 1, "công bố kết quả", actor=CLERK)

    for export in (exports.council_workbook, exports.public_workbook, exports.results_csv):
        data = export(campaign.slug, 1, actor=CLERK).data
        assert "dấu-vết" not in "".join(parts_of(data)), export.__name__


def parts_of(data: bytes) -> list[str]:
    """Every text file of a workbook, or a CSV as it is."""
    if not data.startswith(b"PK"):
        return [data.decode("utf-8-sig")]
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
