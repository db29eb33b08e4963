"""Which languages a form speaks, and what each of them is called.

Vietnamese and English stand in every text. A form file may bring any other, under its code
of BCP 47 (``hmn``, ``tyz``, ``km``); the form is offered in it only where every text of the
form has it, because half a translation is a form in two languages. ``missing`` says what a
language that was begun still needs; ``questionnaires.check_forms`` refuses a file for it, and
a form that was frozen before that is simply not offered in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from babel import Locale

from questionnaires.model import Questionnaire, Text

BOTH: Final = ("vi", "en")
"""Languages of every text."""

PATTERN: Final = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"
"""Language, script and region as BCP 47 writes them; nothing finer is needed on a form."""

NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "vi": "Tiếng Việt",
        "en": "English",
        # as their speakers write them in Viet Nam, where that is settled
        "hmn": "Hmoob",
        "mww": "Hmoob Dawb",
        "hnj": "Moob Leeg",
        "ium": "Iu Mienh",
        "tyz": "Tày",
        "nut": "Nùng",
        "mtq": "Mường",
        "km": "ខ្មែរ",
        "jra": "Jrai",
        "rad": "Êđê",
        "bdq": "Bahnar",
        "bru": "Bru",
        "zh": "中文",
        "yue": "粵語",
        # else by the Vietnamese name of the people: scripts differ, and phones lack their letters
        "blt": "Thái Đen",
        "twh": "Thái Trắng",
        "cjm": "Chăm",
        "cja": "Chăm (An Giang)",
        "sed": "Xơ Đăng",
        "kpm": "Cơ Ho",
        "hre": "Hrê",
        "cmo": "Mnông",
        "mnn": "Mnông",
        "sti": "Xtiêng",
        "pac": "Pa Kô",
        "ktv": "Cơ Tu",
        "rog": "Raglai",
        "hni": "Hà Nhì",
        "kjg": "Khơ Mú",
        "pcc": "Giáy",
    }
)
"""ISO 639 code to what a person who speaks it looks for in a list; a form file may say better."""


def name_of(code: str, named: Mapping[str, str] = MappingProxyType({})) -> str | None:
    """Return what a language is called, or None where nobody says.

    Parameters
    ----------
    code
        BCP 47.
    named
        Names of a form file; they go before ours. What neither knows has its English name.

    """
    main = code.partition("-")[0]
    known = _english()
    return (
        named.get(code)
        or NAMES.get(code)
        or NAMES.get(main)
        or known.get(code.replace("-", "_"))
        or known.get(main)
    )


@cache
def _english() -> Mapping[str, str]:
    return Locale("en").languages


def offered(form: Questionnaire) -> tuple[str, ...]:
    """Return the languages a form can be shown in, Vietnamese first.

    >>> from questionnaires.loader import load_questionnaire
    >>> offered(load_questionnaire("CH1"))
    ('vi', 'en')
    """
    whole = dict.fromkeys(form.title.others)
    for _place, text in texts_of(form) if whole else ():
        whole = {code: None for code in whole if code in text.others}
    return (*BOTH, *whole)


def missing(form: Questionnaire) -> dict[str, list[str]]:
    """Return the places where a language that the form uses somewhere is not written.

    Returns
    -------
    dict
        Language code -> places as an author knows them (``title``, ``Q03``, ``Q4 › 9``); a
        language that is complete is absent.

    """
    texts = list(texts_of(form))
    used = [code for _place, text in texts for code in text.others]
    begun = dict.fromkeys([*form.languages, *used])
    gaps = {
        code: [place for place, text in texts if code not in text.others]
        for code in begun
        if code not in BOTH
    }
    return {code: places for code, places in gaps.items() if places}


def texts_of(form: Questionnaire) -> Iterator[tuple[str, Text]]:
    """Yield every text of a form with its place, in the order of the paper; scales once."""
    yield "title", form.title
    yield "intro", form.intro
    seen: set[str] = set()
    for section in form.sections:
        yield section.code, section.title
        for question in section.questions:
            yield question.code, question.label
            if question.hint is not None:
                yield f"{question.code} › hint", question.hint
            if question.scale is not None and question.scale.code not in seen:
                seen.add(question.scale.code)
                for choice in question.scale.choices:
                    yield f"{question.scale.code} › {choice.code}", choice.label
