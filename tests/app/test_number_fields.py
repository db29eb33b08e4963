"""A whole number as an office types it, in every box that asks for one."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField
from wtforms.fields.numeric import DecimalField

from survey_app.formats import typed_number
from survey_app.forms import money, numbers, office, planning, rechecks, rosters
from survey_app.forms.numbers import WholeNumberField


class AmountForm(office.OfficeForm):
    class Meta(office.OfficeForm.Meta):
        csrf = False

    amount = WholeNumberField("Số tiền", least=1, most=90_000_000_000, needed="Hãy ghi số tiền.")
    spare = WholeNumberField("Thêm", most=10)


@pytest.fixture
def read(app):
    def filled(amount, spare="", language="vi"):
        with app.test_request_context(f"/?lang={language}"):
            form = AmountForm(MultiDict({"amount": amount, "spare": spare}))
            form.validate()
            return form.amount.data, [str(e) for e in form.amount.errors], form

    return filled


@pytest.mark.parametrize(
    "text",
    ["3000000", "3.000.000", "3 000 000", "3\u00a0000\u00a0000", " 3.000.000 đ", "3.000.000đồng"],
)
def test_three_million_is_read_however_it_is_typed(read, text):
    assert read(text)[:2] == (3_000_000, [])


@pytest.mark.parametrize("number", [1, 999, 1_092, 28_360_000, 90_000_000_000])
def test_what_a_box_shows_is_read_as_the_same_number(app, number):
    with app.test_request_context():
        shown = AmountForm(data={"amount": number}).amount._value()

    assert typed_number(shown) == number


@pytest.mark.parametrize(
    "text", ["3.000.000,5", "3,5", "ba triệu", "-5", "1.00", "3.000 000", "1e6"]
)
def test_what_is_no_whole_number_gets_one_sentence_and_stays_in_the_box(read, text):
    data, errors, form = read(text)

    assert data is None
    assert errors == ["Hãy ghi một số nguyên, ví dụ 25 hoặc 3.000.000."]
    assert f'value="{text}"' in form.amount()


def test_a_number_that_cannot_be_is_told_its_bound(read):
    assert read("0")[1] == ["Số này phải từ 1 trở lên."]
    assert read("900.000.000.000")[1] == ["Số này nhiều nhất là 90.000.000.000."]
    assert read("5", spare="11")[2].spare.errors == ["Số này nhiều nhất là 10."]


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_box_is_empty_and_not_zero(read, text):
    data, errors, form = read(text, spare=text)

    assert (data, errors) == (None, ["Hãy ghi số tiền."])
    assert (form.spare.data, form.spare.errors) == (None, [])


def test_the_sentences_have_english(read):
    assert read("ba", language="en")[1] == ["Enter a whole number, for example 25 or 3.000.000."]
    assert read("0", language="en")[1] == ["This number must be 1 or more."]


def test_the_box_is_a_line_of_text_with_a_keyboard_of_digits(app):
    with app.test_request_context():
        box = AmountForm(data={"amount": 3_000_000}).amount()

    assert 'type="text"' in box
    assert 'inputmode="numeric"' in box
    assert 'value="3.000.000"' in box


@pytest.mark.parametrize("module", [money, numbers, office, planning, rechecks, rosters])
def test_no_staff_form_asks_for_a_number_with_the_browsers_own_box(module):
    forms = [one for one in vars(module).values() if isinstance(one, type)]
    fields = [
        field.field_class
        for form in forms
        for field in vars(form).values()
        if hasattr(field, "field_class")
    ]

    assert not [one for one in fields if issubclass(one, IntegerField | DecimalField)]


def test_lengths_are_told_in_vietnamese(app):
    with app.test_request_context():
        form = money.AdvanceForm(
            MultiDict({"receiver": "x", "note": "y" * 500}), meta={"csrf": False}
        )
        form.validate()

    assert form.receiver.errors == ["Dài từ 2 đến 200 ký tự."]
    assert form.note.errors == ["Dài nhất 400 ký tự."]
