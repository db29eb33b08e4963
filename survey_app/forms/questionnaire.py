"""From a definition to the form people fill in, and to the judge of what they send.

``form_class`` builds the WTForms class that draws a form: once when its page is compiled,
and again only to show a form with mistakes. ``validator`` compiles the judge that every
ballot passes; it is a hundred times quicker than binding the form and accepts exactly
the same answers. Both read one :class:`Questionnaire`, already filtered by ``asked_of``.
Pages are compiled in ``survey_app.forms.compiled``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from flask_babel import gettext as _
from wtforms import Field, Form, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from questionnaires.model import Kind, Question, Questionnaire
from survey_app.edges import is_readable
from survey_app.errors import SurveyError
from survey_app.formats import number

LONGEST_TEXT: Final = 2000
"""Longest free-text answer. [characters]"""

FURNITURE: Final = frozenset({"code", "campaign", "rule", "unit", "met", "keep"})
"""Fields of the page itself that travel with the answers."""


class Sent(Protocol):
    """Fields as they arrive, several values under one name included."""

    def __iter__(self) -> Any: ...  # noqa: ANN401 - werkzeug's mapping
    def getlist(self, key: str) -> list[str]: ...  # noqa: D102 - werkzeug's name


class ForeignFormError(SurveyError):
    """What was sent cannot have come from the page: nothing of it is taken."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Nội dung gửi lên không khớp với mẫu phiếu nên chưa được nhận. "
                "Xin mở lại phiếu từ mã QR rồi trả lời lại."
            )
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """What the validator found.

    Attributes
    ----------
    answers
        Question code to choice code or text; questions left empty are absent.
    errors
        Question code to a sentence; empty when the ballot may be taken.

    """

    answers: Mapping[str, str]
    errors: Mapping[str, str]


Validator = Callable[[Sent], Checked]


def without_profile(form: Questionnaire) -> Questionnaire:
    """Return the form without questions about the person (they are asked once)."""
    return replace(form, sections=tuple(part for part in form.sections if not part.profile))


def numbers(form: Questionnaire) -> dict[str, int]:
    """Return the printed number of each question about the unit; profile ones have none."""
    return {question.code: place for place, question in enumerate(form.unit_questions, 1)}


def tidy(text: str) -> str:
    """Return free text in NFC, with plain line ends and no space around it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _missing(question: Question) -> str:
    if question.kind is Kind.TEXT:
        return _("Xin viết câu trả lời.")
    return _("Xin chọn một câu trả lời.")


def _too_long() -> str:
    return _(
        "Câu trả lời dài quá %(most)s ký tự. Xin viết ngắn lại.",
        most=number(LONGEST_TEXT),
    )


def _refuse_unreadable(_form: Form, field: Field) -> None:
    if not is_readable(field.data or ""):
        raise ValidationError(_("Câu trả lời có ký tự không đọc được."))


def _tidied(text: str | None) -> str | None:
    return None if text is None else tidy(text)


def _field(question: Question, language: str) -> Any:  # noqa: ANN401 - an unbound field
    rules: list[Any] = [
        InputRequired(_missing(question)) if question.required else Optional(strip_whitespace=False)
    ]
    settings: dict[str, Any] = {
        "label": question.label.in_language(language),
        "description": question.hint.in_language(language) if question.hint else "",
    }
    if question.scale is None:
        rules += [Length(max=LONGEST_TEXT, message=_too_long()), _refuse_unreadable]
        return TextAreaField(validators=rules, filters=[_tidied], **settings)
    return RadioField(
        validators=rules,
        choices=[
            SelectChoice(value=choice.code, label=choice.label.in_language(language))
            for choice in question.scale.choices
        ],
        **settings,
    )


def form_class(form: Questionnaire, language: str) -> type[Form]:
    """Build the form respondents fill in; fields keep the order of the paper.

    Parameters
    ----------
    form
        As the people of one rule are asked it.
    language
        Of labels; sentences about mistakes follow the page being made.

    """
    fields = {question.code: _field(question, language) for question in form.questions}
    return type(f"{form.code}Form", (Form,), fields)


def validator(form: Questionnaire, *, ignored: frozenset[str] = frozenset()) -> Validator:
    """Compile the judge of one form.

    Parameters
    ----------
    form
        As the people of one rule are asked it.
    ignored
        Codes that may be sent but are not taken: the profile of somebody who gave it with
        an earlier unit.

    Returns
    -------
    callable
        Takes the fields sent and returns a :class:`Checked`.

    Raises
    ------
    ForeignFormError
        From the judge: an unknown field, a field sent twice, a choice that is not on the
        scale, an unreadable character.

    """
    known = FURNITURE | ignored | {question.code for question in form.questions}
    lines = [(question.code, _reader(question)) for question in form.questions]
    missing = {
        question.code: _missing(question) for question in form.questions if question.required
    }
    too_long = _too_long()

    def check(sent: Sent) -> Checked:
        if not known.issuperset(sent):
            raise ForeignFormError
        answers: dict[str, str] = {}
        errors: dict[str, str] = {}
        for code, read in lines:
            value = read(sent.getlist(code))
            if len(value) > LONGEST_TEXT:
                errors[code] = too_long
            elif value:
                answers[code] = value
            elif code in missing:
                errors[code] = missing[code]
        return Checked(answers, errors)

    return check


def _reader(question: Question) -> Callable[[list[str]], str]:
    """Compile what takes the values sent under one code and returns the answer or ""."""
    legal = frozenset(("", *question.scale.codes)) if question.scale else None

    def read(values: list[str]) -> str:
        if not values:
            return ""
        if len(values) > 1:
            raise ForeignFormError
        if legal is None:
            text = tidy(values[0])
            if is_readable(text):
                return text
        elif values[0] in legal:
            return values[0]
        raise ForeignFormError

    return read
