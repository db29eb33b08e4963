"""Which language a respondent's page speaks: the words of its form, and the page around them.

A page is furnished in Vietnamese or English; the form on it may speak a further language of
its file (``questionnaires.languages``). ``?lang=`` asks for one and counts only where the form
has it; the page around a further language is Vietnamese, and every part says which it is in,
so that a screen reader changes its voice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import has_request_context, request
from markupsafe import Markup

from questionnaires.languages import name_of, offered
from questionnaires.model import Questionnaire

LANGUAGES: Final = ("vi", "en")
"""Languages a page is furnished in."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A language a page can be had in.

    Attributes
    ----------
    code, name
        BCP 47, and what its speakers call it.
    asked
        Value of ``?lang=``; None where it is the default and needs no asking.

    """

    code: str
    name: str
    asked: str | None


def spoken(form: Questionnaire, language: str) -> str:
    """Return the language of a form's words on the page being made.

    Parameters
    ----------
    form
        What is asked.
    language
        Of the page; taken where the address asks for nothing further that the form has.

    """
    wish = request.args.get("lang") if has_request_context() else None
    if wish is None or wish in LANGUAGES or wish not in offered(form):
        return language
    return wish


def furniture(language: str) -> str:
    """Return the language of the page around words in ``language``."""
    return language if language in LANGUAGES else LANGUAGES[0]


def foreign(spoken_here: str, around: str) -> Markup:
    """Return the attribute that marks words unlike the page around them; often empty."""
    return Markup("") if spoken_here == around else Markup(' lang="{}"').format(spoken_here)


def offers(form: Questionnaire | None, current: str) -> list[Offer]:
    """Return the other languages of a page; without a form those of the furniture."""
    codes = LANGUAGES if form is None else offered(form)
    named = {} if form is None else form.languages
    return [
        Offer(code, name_of(code, named) or code, None if code == LANGUAGES[0] else code)
        for code in codes
        if code != current
    ]
