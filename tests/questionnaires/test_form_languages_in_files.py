"""Further languages of a form file: known by code, named, and whole or refused."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from questionnaires.errors import DefinitionError
from questionnaires.languages import NAMES, PATTERN, missing, name_of, offered, texts_of
from questionnaires.loader import (
    available,
    canonical_json,
    digest,
    load_questionnaire,
    questionnaire_from,
    to_mapping,
)
from questionnaires.model import Text
from tests.questionnaires.builders import make_form, make_question

CH1_DIGEST = "d860713173ab3d5cd25905f03c1e3982074fe7f06b215c296d80f627cc257e39"

FORM = """\
code: F9
title: {{vi: Phiếu thử, en: Test form, {lang}: TTT}}
intro: {{vi: Xin trả lời, en: Please answer, {lang}: III}}
{names}scales:
  L2:
    - {{code: "1", label: {{vi: Tốt, en: Good, {lang}: GGG}}, percent: 100}}
    - {{code: "2", label: {{vi: Kém, en: Poor, {lang}: PPP}}, percent: 0}}
    - {{code: "9", label: {{vi: Không biết, en: Do not know, {lang}: NNN}}}}
sections:
  - code: A
    title: {{vi: Phần, en: Part, {lang}: SSS}}
    questions:
      - code: Q01
        label: {{vi: Hỏi, en: Ask, {lang}: QQQ}}
        kind: scale
        scale: L2
        criterion: "1"
"""


@pytest.fixture
def load(tmp_path):
    def load_text(text):
        file = tmp_path / "thu.yaml"
        file.write_text(text, encoding="utf-8")
        return load_questionnaire(file)

    return load_text


def mistakes_of(load, text):
    with pytest.raises(DefinitionError) as caught:
        load(text)
    return caught.value.mistakes


@pytest.mark.parametrize("code", ["hmn", "tyz", "km", "hmn-Latn", "zh-Hans", "fr", "en-GB"])
def test_a_whole_language_is_read_and_offered_after_the_two(load, code):
    form = load(FORM.format(lang=code, names=""))

    assert offered(form) == ("vi", "en", code)
    assert form.title.in_language(code) == "TTT"
    assert missing(form) == {}
    assert questionnaire_from(to_mapping(form)) == form


def test_what_a_begun_language_lacks_is_one_report_of_every_place(load):
    text = FORM.format(lang="hmn", names="").replace(", hmn: QQQ", "").replace(", hmn: PPP", "")

    (mistake,) = mistakes_of(load, text)

    assert mistake.where == "ngôn ngữ hmn"
    assert mistake.problem == "ngôn ngữ “hmn” còn thiếu 2 chỗ: Q01, L2 › 2"
    assert "bỏ hẳn ngôn ngữ này" in mistake.remedy


def test_a_language_that_is_only_named_is_begun(load):
    text = FORM.format(lang="hmn", names='languages: {tyz: "Tày"}\n')

    (mistake,) = mistakes_of(load, text)

    assert mistake.problem.startswith("ngôn ngữ “tyz” còn thiếu 7 chỗ: title, intro, A, Q01")


@pytest.mark.parametrize("code", ["Hmong", "HMN", "h", "hmn_Latn", "hmn-latn", "tiếng"])
def test_an_ill_formed_code_is_refused_with_its_place(load, code):
    mistakes = mistakes_of(load, FORM.format(lang=code, names=""))

    assert {mistake.problem for mistake in mistakes} == {f"“{code}” không phải mã ngôn ngữ"}
    assert any("dòng 2" in mistake.where for mistake in mistakes)


def test_an_unknown_code_needs_a_name_in_the_file(load):
    (mistake,) = mistakes_of(load, FORM.format(lang="xqx", names=""))
    named = load(FORM.format(lang="xqx", names="languages: {xqx: Tiếng thử}\n"))

    assert mistake.problem == "không rõ “xqx” là tiếng gì"
    assert name_of("xqx", named.languages) == "Tiếng thử"


def test_a_language_is_called_by_the_file_then_by_us_then_in_english():
    assert name_of("tyz") == "Tày"
    assert name_of("hmn-Latn") == "Hmoob"
    assert name_of("hmn", {"hmn": "Mông Trắng"}) == "Mông Trắng"
    assert name_of("fr") == "French"
    assert name_of("xqx") is None
    assert all(re.fullmatch(PATTERN, code) and name.strip() for code, name in NAMES.items())


def test_a_shared_scale_without_the_language_keeps_a_form_from_being_offered():
    form = make_form(make_question())
    spoken = replace(form, title=Text("chữ", "word", {"hmn": "W"}))

    assert offered(spoken) == ("vi", "en")
    assert "Q4 › 4" in missing(spoken)["hmn"]


def test_forms_without_further_languages_keep_the_digest_they_were_frozen_with():
    # as it was before forms could name their languages; ballots name forms by it
    assert digest(load_questionnaire("CH1")) == CH1_DIGEST
    for code in available().forms:
        form = load_questionnaire(code)
        assert "languages" not in to_mapping(form)
        assert offered(form) == ("vi", "en")
        assert all(not text.others for _place, text in texts_of(form))


def test_a_name_given_in_the_file_is_part_of_what_is_frozen(load):
    named = load(FORM.format(lang="hmn", names="languages: {hmn: Hmoob}\n"))
    plain = load(FORM.format(lang="hmn", names=""))

    assert digest(named) != digest(plain)
    assert '"languages":{"hmn":"Hmoob"}' in canonical_json(named)
