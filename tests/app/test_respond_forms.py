"""What may be sent: the compiled validator, the WTForms form and the definition agree."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from questionnaires.loader import load_questionnaire
from questionnaires.model import Kind, Questionnaire
from survey_app.forms.questionnaire import (
    LONGEST_TEXT,
    ForeignFormError,
    form_class,
    numbers,
    validator,
    without_profile,
)
from tests.builders import full_answers

FORMS = {
    code: load_questionnaire(code)
    for code in ("CH1", "CH2", "CH3", "CH4", "CX1", "CX2", "CX3", "CX4")
}
CH4 = FORMS["CH4"]


@st.composite
def sendings(draw: st.DrawFn) -> tuple[Questionnaire, dict[str, str]]:
    """A form and what some browser sends for it; most of it legal, some of it not."""
    form = FORMS[draw(st.sampled_from(sorted(FORMS)))]
    sent = full_answers(form)
    for question in form.questions:
        codes = question.scale.codes if question.scale else ()
        if draw(st.integers(0, 9)) > 0 and codes:
            sent[question.code] = draw(st.sampled_from(codes))
            continue
        value = draw(
            st.none()
            | st.sampled_from(["", " ", "0", "8", "10", "٥", "5 ", "x" * (LONGEST_TEXT + 1)])
            | st.text(max_size=20)
        )
        sent.pop(question.code, None)
        if value is not None:
            sent[question.code] = value
    return form, sent


def is_legal(form: Questionnaire, sent: dict[str, str]) -> bool:
    """The rule in the words of the definition, written a second time."""
    for question in form.questions:
        value = sent.get(question.code, "")
        if question.kind is Kind.TEXT or question.scale is None:
            plain = value.replace("\r\n", "\n").replace("\r", "\n")
            text = unicodedata.normalize("NFC", plain).strip()
            kinds = {unicodedata.category(sign) for sign in text if sign not in "\n\t"}
            if kinds & {"Cc", "Cs"} or "\ufffd" in text or len(text) > LONGEST_TEXT:
                return False
            if question.required and not text:
                return False
        elif value not in (*question.scale.codes, *(() if question.required else ("",))):
            return False
    return True


@given(sendings())
def test_exactly_the_legal_answers_are_taken_and_the_form_agrees(sending):
    form, sent = sending

    try:
        checked = validator(form)(MultiDict(sent))
        taken = not checked.errors
    except ForeignFormError:
        taken = False
    bound = form_class(form, "vi")(MultiDict(sent))

    assert taken is is_legal(form, sent)
    assert taken is bound.validate()
    if taken:
        assert checked.answers == {code: value for code, value in bound.data.items() if value}


@given(sendings())
def test_what_is_missing_is_said_in_the_same_words_by_form_and_validator(sending):
    form, sent = sending
    legal = {
        question.code: sent[question.code]
        for question in form.questions
        if question.scale and sent.get(question.code) in question.scale.codes
    }
    bound = form_class(form, "vi")(MultiDict(legal))

    checked = validator(form)(MultiDict(legal))

    bound.validate()
    assert checked.errors == {code: errors[0] for code, errors in bound.errors.items()}


@pytest.mark.parametrize(
    "strange",
    [
        {"Q99": "5"},
        {"Q01": "7"},
        {"Q01": ["5", "4"]},
        {"Q14": "tên\x00tôi"},
        {"Q14": "nửa chữ \ud800"},
        {"Q14": "byte lạ \ufffd"},
        {"status": "counted"},
    ],
)
def test_what_the_page_cannot_have_sent_is_refused_whole(strange):
    with pytest.raises(ForeignFormError):
        validator(CH4)(MultiDict({**full_answers(CH4), **strange}))


def test_free_text_is_kept_in_nfc_with_plain_line_ends():
    text = unicodedata.normalize("NFD", " Phục vụ tốt.\r\nXin cảm ơn! ")

    checked = validator(CH4)(MultiDict({**full_answers(CH4), "Q14": text}))

    assert checked.answers["Q14"] == "Phục vụ tốt.\nXin cảm ơn!"


def test_a_text_too_long_is_a_mistake_to_correct_not_a_foreign_form():
    checked = validator(CH4)(MultiDict({**full_answers(CH4), "Q14": "a" * (LONGEST_TEXT + 1)}))

    assert checked.errors == {"Q14": "Câu trả lời dài quá 2.000 ký tự. Xin viết ngắn lại."}


def test_a_profile_given_with_an_earlier_unit_is_not_taken_again():
    ch3 = FORMS["CH3"]
    profile = frozenset(question.code for question in ch3.profile_questions)

    checked = validator(without_profile(ch3), ignored=profile)(MultiDict(full_answers(ch3)))

    assert profile
    assert not checked.errors
    assert not profile & checked.answers.keys()


def test_questions_about_the_unit_are_numbered_and_those_about_the_person_are_not():
    printed = numbers(CH4)

    assert [printed[question.code] for question in CH4.unit_questions] == list(range(1, 15))
    assert not printed.keys() & {question.code for question in CH4.profile_questions}
