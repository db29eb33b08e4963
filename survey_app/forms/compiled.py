"""Respondents' pages, drawn once and sent as the same bytes to everyone.

``compiled_page`` draws the page of one address in one language, compresses it and gives it
a tag; it is drawn again when anything it shows has changed. ``compiled_form`` is its heart:
the questions drawn from their WTForms class, with the validator made from the same
definition. Nothing about a person is in either. What an address stands for is read by
``survey_app.services.pages``; answers are taken by ``survey_app.views.respond``.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from flask import current_app, render_template, request
from flask_babel import force_locale
from markupsafe import Markup
from wtforms import Form

from questionnaires.model import Questionnaire
from survey_app import formats
from survey_app.forms.page_languages import LANGUAGES, Offer, foreign, furniture, offers, spoken
from survey_app.forms.parts import parts_of
from survey_app.forms.questionnaire import (
    Checked,
    Sent,
    Validator,
    form_class,
    numbers,
    validator,
    without_profile,
)
from survey_app.forms.spliced import Spliced
from survey_app.services.pages import Phase, SlipAddress, slip_address

BLANK_CODE: Final = "\ue000" * 16
BLANK_RECEIPT: Final = "\ue001" * 10
SPLIT_RECEIPT: Final = f"{BLANK_RECEIPT[:5]}-{BLANK_RECEIPT[5:]}"
"""Stand where the numbers come in a page that is drawn once; no language writes them."""

POLICY: Final = "cchc.respond_policy"
"""Where a request keeps the content policy its reply needs."""

_STATIC: Final = Path(__file__).parents[1] / "static"


@dataclass(frozen=True, slots=True)
class CompiledForm:
    """One form of one rule in one language.

    Attributes
    ----------
    questionnaire
        What is asked; without the profile where that has been given.
    fields
        WTForms class, to draw the form again with answers and mistakes.
    drawn
        The empty form as HTML.
    validate
        Judge of what is sent; see ``forms.questionnaire.validator``.

    """

    questionnaire: Questionnaire
    fields: type[Form]
    drawn: Markup
    validate: Validator

    def drawn_with(self, answers: Mapping[str, str], language: str) -> Markup:
        """Return the questions with what has been answered before."""
        if not answers:
            return self.drawn
        return draw(self.questionnaire, self.fields(data=dict(answers)), language)


@dataclass(frozen=True, slots=True)
class CompiledPage:
    """The page of one address in one language, as bytes.

    Attributes
    ----------
    address
        Everything the page shows; another address means another page.
    html, gzip
        The page, plain and compressed. [bytes]
    etag
        Hash of ``html``.
    csp
        Content policy: this page's own style by its hash, our script, our server.

    """

    address: SlipAddress
    language: str
    html: bytes
    gzip: bytes
    etag: str
    csp: str

    def validate(self, sent: Sent, *, profile: bool = True) -> Checked:
        """Judge what was sent from this page; ``profile`` says whether it was asked."""
        return compiled_form(self.address, self.language, profile=profile).validate(sent)


def compiled_page(
    campaign: str, rule: str, unit: str | None = None, language: str = "vi"
) -> CompiledPage:
    """Return the page of an address, drawn when it is new or shows something old.

    Raises
    ------
    NotFoundError
        If nothing stands at the address.

    """
    address = slip_address(campaign, rule, unit)
    language = spoken(address.form, language)
    pages = current_app.extensions.setdefault("cchc.pages", {})
    key = (address.campaign, address.rule, address.unit, language)
    page: CompiledPage | None = pages.get(key)
    if page is None or page.address != address:
        page = pages[key] = _draw_page(address, language)
    return page


def _draw_page(address: SlipAddress, language: str) -> CompiledPage:
    asks = address.unit is not None and address.phase is Phase.OPEN
    with force_locale(furniture(language)):
        html = render_template(
            "respond/page.html",
            address=address,
            head=True,
            welcome=True,
            box=True,
            drawn=compiled_form(address, language).drawn if asks else None,
            locked=True,
            look=page_look(),
        ).encode()
    return CompiledPage(
        address=address,
        language=language,
        html=html,
        gzip=gzip.compress(html, 9, mtime=0),
        etag=hashlib.sha256(html).hexdigest()[:32],
        csp=policy(),
    )


@dataclass(frozen=True, slots=True)
class CompiledReceipt:
    """The page that thanks; its two numbers are put in each time."""

    address: SlipAddress
    page: Spliced

    def filled(self, code: str, receipt: str, *, squeezed: bool) -> bytes:
        """Return the page with the digits of a right code and of its receipt."""
        numbers = {
            BLANK_CODE: code.encode(),
            SPLIT_RECEIPT: f"{receipt[:5]}-{receipt[5:]}".encode(),
        }
        return self.page.gzip(numbers) if squeezed else self.page.plain(numbers)


def compiled_receipt(address: SlipAddress, language: str, *, became: str) -> CompiledReceipt:
    """Return the page shown when a slip is wholly answered.

    Parameters
    ----------
    address
        Where the person is.
    language
        Of the page.
    became
        What is said of a ballot that takes no place; empty for one that does.

    """
    language = spoken(address.form, language)
    pages = current_app.extensions.setdefault("cchc.receipts", {})
    key = (address.campaign, address.rule, address.unit, language, became)
    page: CompiledReceipt | None = pages.get(key)
    if page is None or page.address is not address:
        look = page_look()
        said = render_template(
            "respond/receipt.html", address=address, look=look, number=BLANK_RECEIPT, became=became
        )
        html = render_template(
            "respond/page.html",
            address=address,
            look=look,
            code=BLANK_CODE,
            said=Markup(said),  # noqa: S704 - made by our own template, which escapes
        )
        page = pages[key] = CompiledReceipt(address, Spliced(html, (BLANK_CODE, SPLIT_RECEIPT)))
    else:
        request.environ[POLICY] = policy()
    return page


def kept_receipt(address: SlipAddress, language: str) -> CompiledReceipt | None:
    """Return the receipt of a counted ballot if it has been drawn; asks nothing of Flask."""
    key = (address.campaign, address.rule, address.unit, language, "")
    page: CompiledReceipt | None = current_app.extensions.get("cchc.receipts", {}).get(key)
    return page if page is not None and page.address is address else None


def kept_form(address: SlipAddress, language: str) -> CompiledForm | None:
    """Return the questions of an address if they have been drawn; asks nothing of Flask."""
    key = (address.campaign, address.rule, language, True)
    whole, compiled = current_app.extensions.get("cchc.forms", {}).get(key, (None, None))
    form: CompiledForm | None = compiled
    return form if whole == address.form else None


def compiled_form(address: SlipAddress, language: str, *, profile: bool = True) -> CompiledForm:
    """Return the questions of an address; the same for every unit of its rule.

    Parameters
    ----------
    address
        Where the person is.
    language
        Of labels and mistakes.
    profile
        Whether questions about the person are still to be asked.

    """
    language = spoken(address.form, language)
    forms = current_app.extensions.setdefault("cchc.forms", {})
    key = (address.campaign, address.rule, language, profile)
    whole, compiled = forms.get(key, (None, None))
    if compiled is None or whole != address.form:
        compiled = _compile(address.form, language, profile=profile)
        forms[key] = (address.form, compiled)
    return compiled


def _compile(whole: Questionnaire, language: str, *, profile: bool) -> CompiledForm:
    asked = whole if profile else without_profile(whole)
    ignored = {question.code for question in whole.questions}
    with force_locale(furniture(language)):
        fields = form_class(asked, language)
        return CompiledForm(
            questionnaire=asked,
            fields=fields,
            drawn=draw(asked, fields(), language),
            validate=validator(asked, ignored=frozenset(ignored)),
        )


def draw(questionnaire: Questionnaire, form: Form, language: str) -> Markup:
    """Draw the questions with the answers and mistakes ``form`` holds."""
    language = spoken(questionnaire, language)
    return Markup(  # noqa: S704 - made by our own template, which escapes
        render_template(
            "respond/questions.html",
            parts=parts_of(questionnaire),
            form=form,
            numbers=numbers(questionnaire),
            language=language,
            foreign=foreign(language, furniture(language)),
        )
    )


@dataclass(frozen=True, slots=True)
class Look:
    """What a template needs besides its subject: style, script and language.

    Attributes
    ----------
    css, script_tag
        The style as it stands in the page; hash of the script as it stands in its address.
    language
        Of the page; the words of its form may be in another (``forms.page_languages``).

    """

    css: Markup
    script_tag: str
    language: str

    def words(self, form: Questionnaire) -> str:
        """Code of the language the form speaks here."""
        return spoken(form, self.language)

    def foreign(self, form: Questionnaire) -> Markup:
        """Attribute that marks words of the form where the page speaks another language."""
        return foreign(self.words(form), self.language)

    def keeps(self, form: Questionnaire) -> str | None:
        """Value of ``?lang=`` that keeps what the form speaks; None where it is the default."""
        code = self.words(form)
        return None if code == LANGUAGES[0] else code

    @property
    def asked(self) -> str | None:
        """Value of ``?lang=`` that keeps this page's own language, where no form is shown."""
        return None if self.language == LANGUAGES[0] else self.language

    def offers(self, form: Questionnaire | None) -> list[Offer]:
        """Other languages of this page."""
        return offers(form, self.language if form is None else self.words(form))


@dataclass(frozen=True, slots=True)
class Script:
    """The one script of respondents' pages, as it is sent."""

    plain: bytes
    gzip: bytes
    tag: str


@cache
def script() -> Script:
    """Read the script once per process."""
    text = (_STATIC / "respond.js").read_bytes()
    return Script(text, gzip.compress(text, 9, mtime=0), hashlib.sha256(text).hexdigest()[:12])


@cache
def style() -> Markup:
    """Read the style once per process, without what only its readers need."""
    text = (_STATIC / "respond.css").read_text(encoding="utf-8")
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    tight = re.sub(r"\s*([{};,>])\s*", r"\1", re.sub(r"\s+", " ", bare)).strip()
    return Markup(tight)  # noqa: S704 - our own file


@cache
def policy() -> str:
    """Content policy of respondents' pages: the style by its hash, our script, our server."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; script-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


def page_look() -> Look:
    """Return the look of the page being made, and note that it needs our policy."""
    request.environ[POLICY] = policy()
    return Look(style(), script().tag, formats.language())
