"""A crossed slip question by question: the same drafts, the same ballots, another order."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from questionnaires.model import Kind, Question, Section, Text
from survey_app.extensions import db
from survey_app.forms.questionnaire import LONGEST_TEXT
from survey_app.models import Ballot, Draft, Status
from survey_app.services import campaigns
from survey_app.services.by_question import (
    PROFILE,
    SECONDS_PER_QUESTION,
    keep_page,
    minutes_left,
    needed_of,
    resumed_at,
    steps_of,
)
from survey_app.services.definitions import rule_form
from survey_app.services.opened_slips import open_slip
from survey_app.services.what_if import SECONDS_PER_ITEM
from tests.builders import CLERK, cell, make_slips

UNITS = ("P01", "P02", "P03")


@pytest.fixture
def campaign(make_campaign):
    return make_campaign(units=(*UNITS, "X01", "X02"))


@pytest.fixture
def slip(campaign):
    return make_slips(campaign, "CH3")[0]


@pytest.fixture
def form(campaign, slip):
    return rule_form(campaign, slip.rule)


def turn(client, slip, path="", **fields):
    data = {"campaign": "BT20", "rule": slip.rule.code, "code": slip.code, **fields}
    return client.post(f"/p/by-question{path}", data=data)


def page_of(client, slip, question, *, units=UNITS, go="next", answer="3", path="", **more):
    fields = {f"{question}.{unit}": answer for unit in units}
    return turn(client, slip, path, at=question, go=go, **fields, **more)


def ballots():
    db.session.rollback()
    return list(db.session.scalars(select(Ballot)))


def drafts(slip):
    return open_slip("BT20", slip.rule.code, None, slip.code, address="a").drafts


def shown(page):
    """Code of the page that is shown."""
    return re.search(r'name="at" value="(\w+)"', page.text)[1]


def chosen(page):
    boxes = re.findall(r'name="([\w.]+)" id="[^"]+" value="(\w)" checked', page.text)
    return dict(boxes)


def receipt_in(page):
    return re.search(r"\b\d{5}-\d{5}\b", page.text)[0]


# --- the way -----------------------------------------------------------------------------


def test_all_questions_for_all_units_end_in_one_ballot_each_and_one_profile(
    campaign, client, slip, form
):
    opened = turn(client, slip)
    assert shown(opened) == PROFILE
    profile = {question.code: question.scale.codes[0] for question in form.profile_questions}
    page = turn(client, slip, at=PROFILE, go="next", **profile)

    for number, question in enumerate(needed_of(form), 1):
        assert shown(page) == question.code
        assert f"Câu {number} trên {len(needed_of(form))}" in page.text
        assert ballots() == []
        page = page_of(client, slip, question.code)

    assert "Đã nộp phiếu" in page.text
    stored = ballots()
    assert len(stored) == len(UNITS)
    assert sum(bool(ballot.answers.keys() & profile.keys()) for ballot in stored) == 1
    for ballot in stored:
        assert {question.code for question in needed_of(form)} <= ballot.answers.keys()
    assert [cell(campaign, "CH3", unit).accepted for unit in UNITS] == [1, 1, 1]
    assert db.session.scalars(select(Draft)).all() == []


def test_a_refresh_of_any_page_repeats_it_and_changes_nothing(client, slip, form):
    codes = [question.code for question in needed_of(form)]
    turn(client, slip, at=PROFILE, go="next")
    for code in codes[:-1]:
        first, again = page_of(client, slip, code), page_of(client, slip, code)
        assert again.text == first.text
    first, again = page_of(client, slip, codes[-1]), page_of(client, slip, codes[-1])

    assert receipt_in(first) == receipt_in(again)
    assert len(ballots()) == len(UNITS)


def test_both_ways_share_their_drafts_and_may_be_changed_at_any_time(client, slip, form):
    first, second = needed_of(form)[:2]
    page_of(client, slip, first.code, answer="4")

    unit = client.post(
        "/p/state", data={"campaign": "BT20", "rule": "CH3", "unit": "P02", "code": slip.code}
    )
    assert re.search(rf'checked[^>]*name="{first.code}"[^>]*value="4"', unit.text)
    client.post(
        "/p/BT20/CH3/P02",
        data={"code": slip.code, "keep": "1", first.code: "4", second.code: "1"},
    )
    page = turn(client, slip)

    assert shown(page) == second.code
    assert chosen(page) == {f"{second.code}.P02": "1"}


def test_a_unit_filled_in_on_its_own_form_is_not_asked_again(client, slip, form):
    answers = {question.code: "3" for question in needed_of(form)}
    client.post("/p/BT20/CH3/P01", data={"code": slip.code, **answers})

    page = turn(client, slip)

    assert shown(page) == needed_of(form)[0].code  # the profile went with the first unit
    assert '.P01"' not in page.text
    assert '.P02"' in page.text


def test_a_unit_one_did_not_work_with_leaves_the_page_and_the_other_answers_stay(
    campaign, client, slip, form
):
    code = needed_of(form)[0].code

    page = turn(client, slip, at=code, none="P02", **{f"{code}.P01": "2"})

    assert shown(page) == code
    assert '.P02"' not in page.text
    assert chosen(page) == {f"{code}.P01": "2"}
    assert "không làm việc với" in page.text
    assert [(ballot.met, ballot.status) for ballot in ballots()] == [(False, Status.INVALID)]
    assert cell(campaign, "CH3", "P02").accepted == 0


def test_when_nobody_was_worked_with_the_receipt_comes_at_once(client, slip, form):
    code = needed_of(form)[0].code

    pages = [turn(client, slip, at=code, none=unit) for unit in UNITS]

    assert "Đã nộp phiếu" in pages[-1].text
    assert len(ballots()) == 3


def test_a_unit_finished_early_is_announced_and_sent_at_once(client, slip, form):
    codes = [question.code for question in needed_of(form)]
    keep_page("BT20", "CH3", slip.code, {"P01": dict.fromkeys(codes[1:], "3")}, address="a")

    before = turn(client, slip, show=codes[0])
    after = page_of(client, slip, codes[0])

    assert "1 đơn vị trả lời đủ ở câu này" in before.text
    assert "Đã nộp phiếu về" in after.text
    assert shown(after) == codes[1]
    assert [ballot.answers[codes[0]] for ballot in ballots()] == ["3"]
    assert set(drafts(slip)) == {"P02", "P03"}


def test_before_the_last_page_and_on_it_one_is_told_that_finishing_sends(client, slip, form):
    codes = [question.code for question in needed_of(form)]
    for code in codes[:-3]:
        page_of(client, slip, code)

    before = page_of(client, slip, codes[-3])
    last = page_of(client, slip, codes[-2])

    assert shown(before) == codes[-2]
    assert "Câu sau là câu cuối" in before.text
    assert "nộp phiếu về 3 đơn vị, sau đó không sửa được nữa" in last.text
    assert not ballots()


def test_full_cells_are_said_and_their_ballots_kept_aside(make_campaign, client):
    campaign = make_campaign(units=(*UNITS, "X01", "X02"), per_unit={"CH3": 1})
    first, second = make_slips(campaign, "CH3", count=2)
    form = rule_form(campaign, first.rule)
    pages = {}
    for slip in (first, second):
        opened = turn(client, slip)  # one person needs no profile
        for question in needed_of(form):
            pages[slip.code] = page_of(client, slip, question.code)

    assert opened.text.count("Đã đủ số phiếu") == 3
    assert "được để riêng" not in pages[first.code].text
    assert "3 phiếu được để riêng" in pages[second.code].text
    assert sorted(ballot.status for ballot in ballots()) == [*["counted"] * 3, *["over_target"] * 3]


# --- gaps --------------------------------------------------------------------------------


def test_a_forgotten_unit_is_named_with_a_link_and_the_others_are_kept(client, slip, form):
    code = needed_of(form)[0].code

    page = page_of(client, slip, code, units=("P01", "P03"))

    assert page.status_code == 422
    assert "<title>Lỗi:" in page.text
    assert "còn 1 đơn vị cần xem lại" in page.text
    assert f'href="#{code}.P02-0"' in page.text
    assert f'id="{code}.P02-0"' in page.text
    assert chosen(page) == {f"{code}.P01": "3", f"{code}.P03": "3"}


def test_on_the_last_page_finished_units_are_sent_though_one_was_forgotten(client, slip, form):
    codes = [question.code for question in needed_of(form)]
    for code in codes[:-1]:
        page_of(client, slip, code)

    page = page_of(client, slip, codes[-1], units=("P01", "P03"))

    assert page.status_code == 422
    assert "Đã nộp phiếu về" in page.text
    assert len(ballots()) == 2
    assert "Đã nộp phiếu. Xin cảm ơn" in page_of(client, slip, codes[-1], units=("P02",)).text


def test_going_back_and_to_the_list_asks_for_nothing_and_loses_nothing(client, slip, form):
    first, second = (question.code for question in needed_of(form)[:2])
    page_of(client, slip, first)

    back = page_of(client, slip, second, units=("P01",), go="back")
    listed = page_of(client, slip, second, units=("P01", "P02"), go="list")

    assert shown(back) == first
    assert len(chosen(back)) == 3
    assert "Còn 3 trên 3 đơn vị" in listed.text
    assert f"đã trả lời 2 trên {len(needed_of(form))} câu" in listed.text
    assert chosen(turn(client, slip)) == {f"{second}.P01": "3", f"{second}.P02": "3"}


# --- time left ---------------------------------------------------------------------------


def test_the_list_says_how_long_what_is_left_takes(client, slip, form):
    listed = client.post("/p/state", data={"campaign": "BT20", "rule": "CH3", "code": slip.code})

    questions = len(UNITS) * len(needed_of(form))
    assert f"Còn khoảng {-(-questions * SECONDS_PER_QUESTION // 60)} phút" in listed.text
    assert "Trả lời theo từng câu hỏi" in listed.text


def test_time_left_counts_what_must_be_answered_and_is_not(form):
    codes = [question.code for question in needed_of(form)]

    assert SECONDS_PER_QUESTION == SECONDS_PER_ITEM  # one estimate, told twice
    assert minutes_left(form, ["A"], {}) == -(-len(codes) * 12 // 60)
    assert minutes_left(form, ["A", "B"], {"A": dict.fromkeys(codes, "1")}) == minutes_left(
        form, ["B"], {}
    )
    assert minutes_left(form, ["A"], {"A": dict.fromkeys(codes[1:], "1")}) == 1
    assert minutes_left(form, [], {}) == 0


# --- optional questions ------------------------------------------------------------------


def with_opinion(form):
    opinion = Question("Q90", Text("Ý kiến khác", "Other"), Kind.TEXT, required=False)
    section = Section("Z", Text("Ý kiến", "Opinion"), (opinion,))
    return replace(form, sections=(section, *form.sections))


def test_what_may_be_left_out_waits_for_the_last_page(form):
    steps = steps_of(with_opinion(form), profile=True)

    assert [step.code for step in steps] == [PROFILE, *(q.code for q in needed_of(form))]
    assert [step.code for step in steps if "Q90" in {q.code for q in step.optional}] == [
        steps[-1].code
    ]
    assert steps[-1].last
    assert not steps_of(replace(form, sections=()), profile=True)


def test_free_text_goes_with_its_unit_and_too_much_of_it_holds_only_that_unit(
    campaign, client, slip, monkeypatch
):
    from survey_app.services import pages

    whole = pages.slip_address
    monkeypatch.setattr(
        "survey_app.views.by_question.slip_address",
        lambda *path: replace(a := whole(*path), form=with_opinion(a.form)),
    )
    codes = [question.code for question in needed_of(rule_form(campaign, slip.rule))]
    for code in codes[:-1]:
        page_of(client, slip, code)
    texts = {"Q90.P01": "Cần thêm biển chỉ dẫn", "Q90.P02": "dài " * 600}

    page = page_of(client, slip, codes[-1], **texts)

    assert page.status_code == 422
    assert "Xin viết ngắn lại" in page.text
    assert 'href="#Q90.P02-0"' in page.text
    assert "dài dài" in page.text
    assert len(ballots()) == 2


# --- who may, and nonsense ---------------------------------------------------------------


def test_each_refusal_is_the_same_page_as_elsewhere(campaign, client, slip, form):
    other = make_slips(campaign, "CX4", "X01")[0]
    wrong = turn(client, slip, code="1234")
    elsewhere = turn(client, slip, code=other.code)
    campaigns.close_campaign(campaign.slug, "hết thời gian", actor=CLERK)
    closed = page_of(client, slip, needed_of(form)[0].code)

    assert "Mã phiếu chưa đúng" in wrong.text
    assert "Mã này thuộc một phiếu khác" in elsewhere.text
    assert "Đã kết thúc nhận phiếu" in closed.text
    assert not ballots()


def test_own_rules_have_no_such_way(campaign, client):
    slip = make_slips(campaign, "CX4", "X01")[0]

    page = turn(client, slip)

    assert page.status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"Q01.P01": "8"},
        {"Q02.P01": "3"},
        {"Q99.P01": "3"},
        {"Q01": "3"},
        {"P1.P01": "1"},
        {"Q01.P01": ["3", "4"]},
        {"at": "Q99"},
        {"csrf_token": "x"},
    ],
)
def test_what_no_page_sends_is_refused_and_nothing_of_it_is_kept(client, slip, fields):
    page = turn(client, slip, **{"at": "Q01", "go": "next", **fields})

    assert page.status_code == 400
    assert "không khớp với mẫu phiếu" in page.text
    assert drafts(slip) == {}


@pytest.mark.parametrize(
    "body",
    [
        b"code=%ED%A0%80&at=Q01",
        b"code=%00&campaign=%00&rule=%FF&at=%F0%9F%92%A9",
        b"campaign=BT20&rule=CH3&at=Q01&Q01.%00=3&code=1",
        b"campaign=BT20&rule=CH3&none=X99&at=Q01&code=" + b"9" * 100_000,
    ],
)
@pytest.mark.parametrize("path", ["/p/by-question", "/p/by-question/keep"])
def test_garbage_is_answered_with_a_page_and_never_breaks_the_server(campaign, client, path, body):
    page = client.post(path, data=body, content_type="application/x-www-form-urlencoded")

    assert 400 <= page.status_code < 500
    assert "<h1" in page.text or "<h2" in page.text


def test_a_unit_nobody_asked_about_is_no_ballot(client, slip, form):
    code = needed_of(form)[0].code

    strange = turn(client, slip, at=code, none="X01")
    page = page_of(client, slip, code, units=(*UNITS, "X01"))

    assert strange.status_code == 404
    assert page.status_code == 200
    assert set(drafts(slip)) == set(UNITS)


def test_opening_writes_nothing_and_no_reply_is_kept_by_anybody(client, slip):
    opened = turn(client, slip)

    assert db.session.scalars(select(Draft)).all() == []
    assert opened.headers["Cache-Control"] == "no-store"
    assert opened.headers["Referrer-Policy"] == "no-referrer"
    assert "style-src 'sha256-" in opened.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in opened.headers
    assert not re.findall(r"<[^>]+ (?:style|on\w+)=", opened.text)
    assert client.get("/p/by-question").status_code in (404, 405)


def test_the_script_keeps_a_page_answer_by_answer(client, slip, form):
    code = needed_of(form)[0].code

    kept = turn(client, slip, "/keep", at=code, **{f"{code}.P01": "4"})
    later = turn(client, slip, "/keep", at=code, **{f"{code}.P01": "2", f"{code}.P03": "1"})

    assert kept.get_json() == later.get_json() == {"kept": True}
    assert drafts(slip) == {"P01": {code: "2"}, "P03": {code: "1"}}


# --- texts too long, pages too late ------------------------------------------------------


@pytest.fixture
def opinions(monkeypatch):
    """Let the form of the slip ask for two texts, as others do."""
    from survey_app.services import pages

    whole = pages.slip_address

    def with_opinions(*path):
        address = whole(*path)
        more = with_opinion(address.form)
        opinion = replace(more.sections[0].questions[0], code="Q91")
        section = Section("Y", Text("Góp ý", "Advice"), (opinion,))
        return replace(address, form=replace(more, sections=(section, *more.sections)))

    monkeypatch.setattr("survey_app.views.by_question.slip_address", with_opinions)


def test_a_text_too_long_is_said_and_leaves_the_one_kept_before(client, slip, form, opinions):
    last = needed_of(form)[-1].code
    turn(client, slip, "/keep", at=last, **{"Q90.P01": "Cần thêm ghế", f"{last}.P01": "4"})

    texts = {"Q90.P01": "dài " * 600, "Q90.P02": "Tốt", f"{last}.P01": "2"}
    refused = turn(client, slip, "/keep", at=last, **texts)

    assert refused.status_code == 422
    assert refused.get_json()["kept"] is False
    assert "Xin viết ngắn lại" in refused.get_json()["why"]
    assert drafts(slip) == {"P01": {last: "2", "Q90": "Cần thêm ghế"}, "P02": {"Q90": "Tốt"}}
    turn(client, slip, "/keep", at=last, **{"Q90.P01": ""})
    assert "Q90" not in drafts(slip)["P01"]


@pytest.mark.parametrize("go", ["list", "back"])
def test_nobody_leaves_a_page_without_hearing_that_a_text_was_refused(
    client, slip, form, opinions, go
):
    last = needed_of(form)[-1].code

    page = turn(client, slip, at=last, go=go, **{"Q90.P01": "dài " * 600})

    assert page.status_code == 422
    assert shown(page) == last
    assert "Xin viết ngắn lại" in page.text
    assert "Xin chọn một câu trả lời" not in page.text


def test_the_page_itself_says_how_long_a_text_may_be(client, slip, form, opinions):
    page = turn(client, slip, show=needed_of(form)[-1].code)

    assert page.text.count(f'maxlength="{LONGEST_TEXT}"') == 2 * len(UNITS)


def test_a_page_that_comes_late_fills_gaps_only(client, slip, form):
    code = needed_of(form)[0].code
    person = form.profile_questions[0]
    turn(client, slip, "/keep", at=code, **{f"{code}.P01": "4"})

    late = page_of(client, slip, code, answer="1", path="/keep", late="1")
    turn(client, slip, "/keep", at=PROFILE, late="1", **{person.code: person.scale.codes[0]})
    again = {person.code: person.scale.codes[1]}
    turn(client, slip, "/keep", at=PROFILE, late="1", **again)

    assert late.get_json() == {"kept": True}
    about = {unit: told[code] for unit, told in drafts(slip).items()}
    assert about == {"P01": "4", "P02": "1", "P03": "1"}
    assert {told[person.code] for told in drafts(slip).values()} == {person.scale.codes[0]}


def test_a_page_that_comes_late_sends_no_ballot_and_takes_nothing_back(client, slip, form):
    codes = [question.code for question in needed_of(form)]
    whole = {unit: dict.fromkeys(codes, "3") for unit in UNITS}
    keep_page("BT20", "CH3", slip.code, whole, address="a")
    emptied = {f"{codes[-1]}.P01": ""}

    late = turn(client, slip, "/keep", at=codes[-1], late="1", go="next", none="P02", **emptied)

    assert late.get_json() == {"kept": True}
    assert ballots() == []
    assert drafts(slip) == whole


def test_a_page_that_comes_after_its_units_were_sent_changes_no_ballot(client, slip, form):
    turn(client, slip)
    for question in needed_of(form):
        page_of(client, slip, question.code)

    late = page_of(client, slip, needed_of(form)[0].code, answer="1", path="/keep", late="1")

    assert late.get_json() == {"kept": True}
    assert {ballot.answers[needed_of(form)[0].code] for ballot in ballots()} == {"3"}
    assert db.session.scalars(select(Draft)).all() == []


def test_the_last_page_of_thirteen_units_full_of_vietnamese_words_is_taken(
    make_campaign, client, opinions
):
    units = tuple(f"P{n:02}" for n in range(1, 14))
    campaign = make_campaign(units=(*units, "X01", "X02"))
    slip = make_slips(campaign, "CH3")[0]
    last = needed_of(rule_form(campaign, slip.rule))[-1].code
    words = "ế" * LONGEST_TEXT
    texts = {f"{code}.{unit}": words for unit in units for code in ("Q90", "Q91")}

    page = page_of(client, slip, last, units=units, go="list", **texts)

    assert page.status_code == 200
    assert drafts(slip) == {unit: {last: "3", "Q90": words, "Q91": words} for unit in units}
    assert turn(client, slip, at=last, **{"Q90.P01": "ế" * 180_000}).status_code == 413


# --- the science of it -------------------------------------------------------------------


def test_one_comes_back_to_the_first_question_that_some_unit_lacks(form):
    steps = steps_of(form, profile=True)
    codes = [question.code for question in needed_of(form)]
    person = {form.profile_questions[0].code: "1"}

    assert resumed_at(steps, ["A", "B"], {}).code == PROFILE
    assert resumed_at(steps, ["A", "B"], {"A": person}).code == codes[0]
    both = dict.fromkeys(codes[:2], "1")
    assert resumed_at(steps, ["A", "B"], {"A": both, "B": both}).code == codes[2]
    assert resumed_at(steps, ["A", "B"], {"A": both}).code == PROFILE
    whole = dict.fromkeys(codes, "1")
    assert resumed_at(steps, ["A"], {"A": whole}).code == codes[-1]


def test_the_other_language_stays_on_the_same_page(client, slip, form):
    code = needed_of(form)[1].code

    page = turn(client, slip, show=code)
    english = client.post(
        "/p/by-question?lang=en",
        data={"campaign": "BT20", "rule": "CH3", "code": slip.code, "show": code},
    )

    assert 'action="/p/by-question?lang=en"' in page.text
    assert f'name="show" value="{code}"' in page.text
    assert shown(english) == code
    assert needed_of(form)[1].label.en in english.text
