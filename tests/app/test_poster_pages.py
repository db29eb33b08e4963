"""The door of a poster, the desk of places, their print and their commands."""

from __future__ import annotations

import gzip
import io
import json
import re
import secrets
from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp
from altcha import Challenge, Payload, solve_challenge
from click.testing import CliRunner
from sqlalchemy import MetaData, func, select

from survey_app.cli import cli
from survey_app.extensions import db
from survey_app.formats import today
from survey_app.forms.place_pages import script
from survey_app.models import Ballot, PlaceKind, Poster, Status
from survey_app.services import challenges
from survey_app.services.definitions import rule_form
from survey_app.services.places import add_place, place_lines
from survey_app.services.plans import rule_by_code
from survey_app.services.poster_guards import Guards
from tests.builders import CLERK, cell, full_answers, token_in

NEVER = Guards(burst=0, same_answers=0, seconds_per_item=0, night_from=0, night_to=0)
HOSTILE = [
    "\0", "\x1b[31m", "\ud800", "e\u0301" * 50, "\u202eabc", "👍" * 500,
    "<script>alert(1)</script>", "{{ 7*7 }}", "=cmd|' /C calc'!A0", "' OR 1=1 --", "%00",
    "A" * 100_000,
]  # fmt: skip


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    monkeypatch.setattr(challenges, "COST", 1)
    monkeypatch.setattr(challenges, "MOST_TRIES", 101)


@pytest.fixture
def campaign(make_campaign):
    return make_campaign()


@pytest.fixture
def number(campaign) -> str:
    return add_place(
        campaign.slug, "CX4", "X01", "Bộ phận một cửa – bàn 2", guards=NEVER, actor=CLERK
    ).number


@pytest.fixture
def answers(campaign) -> dict[str, str]:
    return full_answers(rule_form(campaign, rule_by_code(campaign, "CX4")))


def begin(client, number, **more):
    return client.post("/q/challenge", data={"place": number} | more)


def work(client, number) -> str:
    challenge = Challenge.from_dict(begin(client, number).get_json()["challenge"])
    return Payload(challenge, solve_challenge(challenge)).to_base64()


def send(client, number, answers, **more):
    sent = {"key": secrets.token_hex(16), "altcha": work(client, number)} | more
    return client.post(f"/q/{number}", data=answers | sent)


def everything() -> dict[str, str]:
    tables = MetaData()
    tables.reflect(db.engine)
    with db.engine.connect() as connection:
        return {
            name: repr(sorted(map(repr, connection.execute(select(table)))))
            for name, table in tables.tables.items()
        }


# --- the page of a poster ------------------------------------------------------------------


def test_opening_shows_the_same_bytes_to_everyone_and_writes_nothing(client, number):
    before = everything()
    first = client.get(f"/q/{number}")
    second = client.get(f"/Q/{number}", headers={"User-Agent": "Zalo", "X-Forwarded-For": "1.2.3"})

    assert first.data == second.data
    assert everything() == before
    assert "Set-Cookie" not in first.headers
    assert first.headers["Cache-Control"].startswith("public")
    page = first.get_data(as_text=True)
    for said in ("Bộ phận một cửa – bàn 2", "Hạn trả lời", "không phải là mẫu", "/p/BT20"):
        assert said in page
    assert 'name="Q01"' in page
    assert 'name="code"' not in page


def test_the_page_is_light_and_allows_its_own_worker_and_nothing_inline(client, number):
    answer = client.get(f"/q/{number}", headers={"Accept-Encoding": "gzip"})
    page = gzip.decompress(answer.data).decode()
    scripts = re.findall(r'src="(/[^"]+)"|data-solver="(/[^"]+)"', page)
    sent = [client.get(one or other, headers={"Accept-Encoding": "gzip"}) for one, other in scripts]

    assert len(answer.data) <= 10_000
    assert len(sent) == 3
    assert sum(len(one.data) for one in sent) <= 14_000
    assert all("immutable" in one.headers["Cache-Control"] for one in sent)
    policy = answer.headers["Content-Security-Policy"]
    assert "worker-src 'self'" in policy
    assert "unsafe" not in policy
    assert " style=" not in page
    assert "<script>" not in page


def test_a_script_of_another_version_is_not_kept(client):
    assert client.get("/q/poster-old.js").headers["Cache-Control"] == "no-store"
    assert client.get(f"/q/solver-{script('solver').tag}.js").data == script("solver").plain
    assert client.get("/q/evil-1.js").status_code == 404


def test_a_ballot_is_taken_and_sending_it_again_shows_the_same_receipt(client, number, answers):
    sent = {"key": secrets.token_hex(16), "altcha": work(client, number)}
    pages = [client.post(f"/q/{number}", data=answers | sent) for _ in range(2)]

    found = [re.search(r"\d{5}-\d{5}", page.get_data(as_text=True))[0] for page in pages]
    assert found[0] == found[1]
    assert pages[0].headers["Cache-Control"] == "no-store"
    assert db.session.scalar(select(func.count()).select_from(Ballot)) == 1


def test_without_a_challenge_the_way_out_is_said(client, number, answers):
    answer = send(client, number, answers, altcha="")

    assert answer.status_code == 428
    assert "/p/BT20/CX4/X01" in answer.get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(Ballot)) == 0


def test_mistakes_keep_the_answers_and_the_key(client, number, answers):
    mine = secrets.token_hex(16)
    del answers["Q02"]
    answer = send(client, number, answers, key=mine)
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert "Chưa nộp được: còn 1 câu" in page
    assert mine in page
    assert "checked" in page


@pytest.mark.parametrize("sign", HOSTILE)
def test_hostile_text_is_refused_with_a_sentence_or_kept_as_it_is(client, number, answers, sign):
    def fields(**more):
        return {k: v.encode("utf-8", "surrogatepass") for k, v in (answers | more).items()}

    mine = {"key": secrets.token_hex(16), "altcha": work(client, number)}
    replies = [
        client.post(f"/q/{number}", data=fields(**mine | {field: sign}))
        for field in ("key", "altcha", "secret", "seconds", "late", "Q01", "evil")
    ]
    replies.append(begin(client, sign.encode("utf-8", "surrogatepass")))
    replies.append(client.get(f"/q/{sign[:50].encode('utf-8', 'surrogatepass').hex()}"))

    assert all(reply.status_code < 500 for reply in replies)
    assert all("Traceback" not in reply.get_data(as_text=True) for reply in replies)
    assert "<script>alert" not in "".join(reply.get_data(as_text=True) for reply in replies)


@pytest.mark.parametrize("wrong", ["12345678", "1", "x" * 300, "%00", "poster", "challenge"])
def test_a_number_nobody_printed_is_not_there(client, campaign, wrong):
    for answer in (client.get(f"/q/{wrong}"), client.post(f"/q/{wrong}x", data={})):
        assert answer.status_code in (404, 405)


def test_a_page_asked_for_in_english_is_english(client, number):
    page = client.get(f"/q/{number}?lang=en").get_data(as_text=True)

    assert '<html lang="en"' in page
    assert "not a random sample" in page
    assert "Nộp phiếu" not in page


def test_what_a_place_says_about_a_ballot_it_keeps_aside(client, campaign, answers):
    quick = add_place(
        campaign.slug, "CX4", "X01", "Bàn 1", guards=replace(NEVER, seconds_per_item=9), actor=CLERK
    )

    page = send(client, quick.number, answers).get_data(as_text=True)

    assert "để riêng để người phụ trách xem" in page
    assert "nhanh" not in page  # which flag it was is not told to whom it may serve


# --- the desk ------------------------------------------------------------------------------


HERE = "/campaigns/bo_trach_2020/places"


@pytest.fixture
def desk(campaign, staff):
    client = staff("coordinator")

    def post(path: str = "", **fields):
        token = token_in(client.get(HERE).get_data(as_text=True))
        return client.post(f"{HERE}{path}", data={"csrf_token": token} | fields)

    post.client = client
    return post


USUAL = {
    "kind": "poster", "cell": "CX4/X01", "name": "Bàn 2", "per_day": "200", "per_address": "100",
    "burst": "12", "same_answers": "3", "seconds_per_item": "1", "night_from": "22",
    "night_to": "5",
}  # fmt: skip


def test_a_place_is_added_printed_and_closed_from_its_page(desk):
    added = desk(**USUAL)
    number = db.session.scalars(select(Poster.number)).one()
    printed = desk("/print", number=number)
    page = desk.client.get(f"{HERE}/{number}").get_data(as_text=True)
    closed = desk(f"/{number}/close", reason="hết đợt trực")
    drawn = printed.data
    printed.close()

    assert added.location.endswith(f"/places/{number}")
    assert f"https://ks.example.gov.vn/q/{number}" in page
    with pypdfium2.PdfDocument(io.BytesIO(drawn)) as pdf:
        codes = zxingcpp.read_barcodes(pdf[0].render(scale=1.5).to_pil())
        text = pdf[0].get_textpage().get_text_bounded()
    assert [code.text for code in codes] == [f"HTTPS://KS.EXAMPLE.GOV.VN/Q/{number}"]
    for said in (f"ks.example.gov.vn/q/{number}", "Bàn 2", "Hoàn Lão", "không phải là"):
        assert said in text
    assert closed.status_code == 302
    assert desk("/print", number=number).status_code == 409
    assert "đã đóng" in desk.client.get(HERE).get_data(as_text=True)


def test_the_secret_of_a_kiosk_is_shown_once(desk):
    shown = desk(**USUAL | {"kind": "kiosk"})
    number = db.session.scalars(select(Poster.number)).one()
    secret = re.search(
        rf"/q/{number}#(\d{{4}}-\d{{4}}-\d{{4}}-\d{{4}})", shown.get_data(as_text=True)
    )
    again = desk.client.get(f"{HERE}/{number}").get_data(as_text=True)
    changed = desk(f"/{number}/secret", reason="mất tờ ghi mã").get_data(as_text=True)

    assert secret
    assert shown.headers["Cache-Control"] == "no-store"
    assert secret[1] not in again
    assert secret[1] not in changed
    assert f"/q/{number}#" in changed
    assert desk("/print", number=number).status_code == 409


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"name": ""}, 400), ({"name": "   "}, 400), ({"cell": "CX3/X01"}, 400), ({"cell": "x"}, 400),
     ({"kind": "drone"}, 400), ({"per_day": "0"}, 400), ({"night_to": "24"}, 400),
     ({"burst": "nhiều"}, 400), ({"per_day": "9" * 30}, 400)],
)  # fmt: skip
def test_a_place_that_makes_no_sense_is_not_added(desk, wrong, status):
    assert desk(**USUAL | wrong).status_code == status
    assert db.session.scalar(select(func.count()).select_from(Poster)) == 0


def test_what_was_set_aside_is_judged_from_the_page_without_an_answer_in_sight(
    desk, client, campaign, answers
):
    new = add_place(
        campaign.slug, "CX4", "X01", "Bàn 1", guards=replace(NEVER, seconds_per_item=9), actor=CLERK
    )
    for choice in ("5", "4", "3"):
        send(client, new.number, answers | {"Q01": choice})
    page = desk.client.get(f"{HERE}/{new.number}").get_data(as_text=True)

    taken = desk(f"/{new.number}/set-aside", flag="", reason="đã hỏi quầy", verb="admit")
    left = desk(
        f"/{new.number}/set-aside", flag="speed", reason="một người gửi", verb="exclude", every="1"
    )
    none = desk(f"/{new.number}/set-aside", flag="speed", reason="một người gửi", verb="exclude")

    assert "Trả lời quá nhanh" in page
    assert "Rất hài lòng" not in page
    assert (taken.status_code, left.status_code, none.status_code) == (302, 302, 409)
    became = db.session.execute(select(Ballot.status, func.count()).group_by(Ballot.status)).all()
    assert dict(map(tuple, became)) == {Status.COUNTED: 1, Status.EXCLUDED: 2}
    assert cell(campaign, "CX4", "X01").accepted == 1
    cell_page = desk.client.get("/campaigns/bo_trach_2020/field/CX4/X01").get_data(as_text=True)
    assert "Mã dán 1" in cell_page


def test_what_was_counted_is_set_aside_later_from_the_page(desk, client, campaign, number, answers):
    send(client, number, answers)
    form = desk.client.get(f"{HERE}/{number}").get_data(as_text=True)
    path = f"/{number}/since"
    wrong = [
        desk(path, **fields).status_code
        for fields in (
            {"since": "hôm qua", "reason": "gửi hàng loạt"},
            {"since": "", "reason": "gửi hàng loạt"},
            {"since": today().isoformat(), "reason": "x"},
        )
    ]
    late = desk(path, since="2999-01-01", reason="gửi hàng loạt")
    done = desk(path, since=today().isoformat(), reason="gửi hàng loạt")
    page = desk.client.get(f"{HERE}/{number}").get_data(as_text=True)

    assert f"{HERE}{path}" in form
    assert wrong == [400, 400, 400]
    assert (late.status_code, done.status_code) == (409, 302)
    assert "Đã để riêng 1 phiếu đã tính" in page
    assert "Để riêng sau khi nhận" in page
    assert f"{HERE}{path}" not in page  # nothing is left to be set aside
    assert cell(campaign, "CX4", "X01").accepted == 0


def test_beyond_the_cap_of_the_day_a_finished_ballot_is_thanked_and_the_next_form_refused(
    client, campaign, answers
):
    place = add_place(
        campaign.slug, "CX4", "X01", "Bàn 1", guards=replace(NEVER, per_day=1), actor=CLERK
    )
    under_way = work(client, place.number)
    send(client, place.number, answers)

    sent = {"key": secrets.token_hex(16), "altcha": under_way}
    late = client.post(f"/q/{place.number}", data=answers | sent)

    assert begin(client, place.number).status_code == 429
    assert late.status_code == 200
    assert "để riêng để người phụ trách xem" in late.get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(Ballot)) == 2


def test_only_who_decides_about_ballots_judges_them(campaign, number, staff):
    for role in ("viewer", "analyst", "enumerator"):
        client = staff(role)
        assert client.get(f"{HERE}/{number}").status_code == 403


# --- commands ------------------------------------------------------------------------------


def test_the_commands_add_list_print_and_close(campaign, tmp_path):
    def run(*words: str, exits: int = 0) -> str:
        done = CliRunner().invoke(cli, ["poster", *words])
        assert done.exit_code == exits, done.output
        return done.output

    slug = campaign.slug
    run("add", slug, "--rule", "CX4", "--unit", "X01", "--name", "Bàn 1", "--burst", "5")
    kiosk = run("add", slug, "--rule", "CX4", "--unit", "X02", "--name", "Máy", "--kiosk")
    place = next(
        line.poster for line in place_lines(campaign) if line.poster.kind is PlaceKind.POSTER
    )
    out = tmp_path / "ma_dan.pdf"

    assert re.search(r"/q/\d{8}#\d{4}-\d{4}-\d{4}-\d{4}", kiosk)
    assert place.burst == 5
    assert "Bàn 1" in run("list", slug)
    assert "1 tờ dán" in run("print", slug, "--out", str(out))
    assert out.read_bytes().startswith(b"%PDF")
    aside = ("set-aside", slug, place.number, "--since", "1/1/2020", "--reason", "gửi hàng loạt")
    assert "không có phiếu nào" in run(*aside, exits=1)
    assert "Ví dụ: cchc poster set-aside" in run("set-aside", "--help")
    run("close", slug, place.number, "--reason", "hết đợt trực")
    assert "đã đóng" in run("list", slug)
    run("close", slug, place.number, "--reason", "hết đợt trực", exits=1)
    assert "chỉ dùng phiếu mời" in run(
        "add", slug, "--rule", "CX3", "--unit", "X01", "--name", "x", exits=1
    )


def test_a_challenge_tells_the_place_and_the_moment_and_nothing_else(client, number):
    told = begin(client, number).get_json()

    assert told["open"] is True
    assert set(told["challenge"]["parameters"]["data"]) == {"place", "made"}
    assert "127.0.0.1" not in json.dumps(told)
