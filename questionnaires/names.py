"""Names of units as people type them: which known one is meant.

A table copied from a decision writes ``Hoà Trạch`` where the list has ``Hòa Trạch``,
``TT. Hoàn Lão`` for ``Thị trấn Hoàn Lão``, ``Phòng Kế hoạch - Tài chính`` for ``Phòng Tài
chính - Kế hoạch``. A :class:`NameBook` takes what leaves no doubt and proposes the rest; a
person confirms it. Used by ``questionnaires.plan_table`` and by the import of rosters.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Final

TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
"""Combining grave, acute, tilde, hook above and dot below."""

RANKS: Final = re.compile(
    r"^(?:ubnd|hđnd|phòng|sở|xã|phường|thị trấn|thị xã|thành phố|quận|huyện|đặc khu"
    r"|tt|tx|tp|p|x|h)\b[ .]*"
)
"""What may stand before the name of a place and be left out of a table."""

RANK: Final = re.compile(
    r"^(?:(?:ubnd|hđnd)\b[ .]*)?(?P<rank>phòng|sở|xã|phường|thị trấn|thị xã|thành phố|quận|huyện"
    r"|đặc khu|tt|tx|tp|p|x|h)\b"
)

ABBREVIATED: Final = {
    "tt": "thị trấn", "tx": "thị xã", "tp": "thành phố", "p": "phòng|phường", "x": "xã",
    "h": "huyện",
}  # fmt: skip

NEAR: Final = 0.78
"""Likeness from which another name is worth proposing. [0-1]"""

MOST_PROPOSALS: Final = 3

MOST_COMPARED: Final = 40
"""Names a guess is compared with letter by letter."""


class Likeness(StrEnum):
    """How a typed name agrees with a known one, from no doubt to a mere guess."""

    SAME = "same"
    TONE_PLACE = "tone_place"
    """Only the tone marks stand on another vowel: ``Hoà``, ``Hòa``."""
    RANK = "rank"
    """Only "xã", "phường", "UBND" is missing or abbreviated."""
    ORDER = "order"
    """The same words in another order."""
    NO_MARKS = "no_marks"
    """The same without any diacritics."""
    NEAR = "near"
    """A few letters differ."""

    @property
    def is_certain(self) -> bool:
        """Whether it may be taken without being asked about."""
        return self in (Likeness.SAME, Likeness.TONE_PLACE, Likeness.RANK)


@dataclass(frozen=True, slots=True)
class Match:
    """What a typed name may mean.

    Attributes
    ----------
    typed
        As it stood in the table, NFC, spaces folded.
    code
        Code of the one name it certainly means, or None.
    likeness
        How the best candidate agrees; None without any.
    proposals
        Codes worth offering, best first; the certain one alone when there is one.

    """

    typed: str
    code: str | None
    likeness: Likeness | None
    proposals: tuple[str, ...]


class NameBook:
    """Known names, laid open for looking up the many ways they are typed.

    Parameters
    ----------
    known
        Code -> name.

    """

    def __init__(self, known: Mapping[str, str]) -> None:
        self.known = dict(known)
        self._by_code = {code.casefold(): code for code in known}
        self._by_key: dict[Likeness, dict[str, list[str]]] = {kind: {} for kind in KEYS}
        for kind, key in KEYS.items():
            for code, name in known.items():
                self._by_key[kind].setdefault(key(name), []).append(code)

    def match(self, typed: str) -> Match:
        """Find which known name is meant.

        A name is certain when exactly one known name agrees with it in the strongest way
        that any does, and that way leaves no doubt. A typed code (``X17``) is certain too.

        Parameters
        ----------
        typed
            A heading or a cell, in any Unicode form.

        """
        typed = tidy(typed)
        if code := self._by_code.get(typed.casefold()):
            return Match(typed, code, Likeness.SAME, (code,))
        if (exact := self._exact(typed)) is not None:
            likeness, found = exact
            certain = len(found) == 1 and likeness.is_certain
            if likeness is Likeness.RANK and certain:
                certain = _same_rank(typed, self.known[found[0]])
            return Match(typed, found[0] if certain else None, likeness, tuple(found))
        near = self._near(typed)
        return Match(typed, None, Likeness.NEAR if near else None, near)

    def knows(self, typed: str) -> bool:
        """Whether a name is known but for its spelling; quicker than :meth:`match`."""
        typed = tidy(typed)
        return typed.casefold() in self._by_code or self._exact(typed) is not None

    def _exact(self, typed: str) -> tuple[Likeness, list[str]] | None:
        """Find the names that agree in the strongest way any does."""
        for likeness, key in KEYS.items():
            if (wanted := key(typed)) and (found := self._by_key[likeness].get(wanted)):
                return likeness, found
        return None

    def _near(self, typed: str) -> tuple[str, ...]:
        wanted = _plain_without_rank(typed)
        matcher = SequenceMatcher(b=wanted, autojunk=False)
        likeness: dict[str, float] = {}
        for name in self._alike(wanted):
            codes = self._by_key[Likeness.NO_MARKS][name]
            matcher.set_seq1(name)
            if matcher.real_quick_ratio() >= NEAR and matcher.quick_ratio() >= NEAR:
                likeness |= dict.fromkeys(codes, matcher.ratio())
        best = sorted(
            (code for code, ratio in likeness.items() if ratio >= NEAR),
            key=lambda code: -likeness[code],
        )
        return tuple(best[:MOST_PROPOSALS])

    def _alike(self, wanted: str) -> list[str]:
        """Names that share most pairs of letters, so that few have to be compared."""
        shared = Counter(name for pair in _pairs(wanted) for name in self._by_pair.get(pair, ()))
        return [name for name, _ in shared.most_common(MOST_COMPARED)]

    @cached_property
    def _by_pair(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for name in self._by_key[Likeness.NO_MARKS]:
            for pair in _pairs(name):
                names.setdefault(pair, []).append(name)
        return names


def _pairs(name: str) -> set[str]:
    return {name[i : i + 2] for i in range(len(name) - 1)}


def _same_rank(one: str, other: str) -> bool:
    """Whether two names are of one rank, as far as both say theirs."""
    ranks = _rank(one), _rank(other)
    return "" in ranks or bool(set(ranks[0].split("|")) & set(ranks[1].split("|")))


def _rank(name: str) -> str:
    """Return the rank before a name, written out; what it may be, where it is abbreviated."""
    found = RANK.match(_words(name))
    return ABBREVIATED.get(found["rank"], found["rank"]) if found else ""


def tidy(text: str) -> str:
    """Return NFC text with single spaces and plain dashes."""
    folded = re.sub("[‐‑‒–—−]", "-", unicodedata.normalize("NFC", text))
    return " ".join(folded.split())


def bare(name: str) -> str:
    """Return a name in lower case, without punctuation."""
    return " ".join(re.sub(r"[^\w\s]", " ", tidy(name).casefold()).split())


def spoken(name: str) -> str:
    """Return what two spellings of one name share: each syllable, its tone behind it.

    Where the tone mark stands, case, spaces and punctuation do not matter. Nothing is
    remembered, so that it may be given names of persons.
    """
    return " ".join(_tone_apart(word) for word in bare(name).split())


_words = lru_cache(maxsize=20_000)(bare)
_tones_apart = lru_cache(maxsize=20_000)(spoken)


def _tone_apart(word: str) -> str:
    signs = unicodedata.normalize("NFD", word)
    tones = "".join(sign for sign in signs if sign in TONES)
    letters = "".join(sign for sign in signs if sign not in TONES)
    return unicodedata.normalize("NFC", letters) + tones


@lru_cache(maxsize=20_000)
def _without_rank(name: str) -> str:
    rest = _words(name)
    while (shorter := RANKS.sub("", rest)) not in ("", rest):
        rest = shorter
    return _tones_apart(rest)


def _in_order(name: str) -> str:
    return " ".join(sorted(_without_rank(name).split()))


def plain(name: str) -> str:
    """Return a name in small ASCII letters: ``Đồng Trạch`` becomes ``dong trach``."""
    letters = unicodedata.normalize("NFD", bare(name).replace("đ", "d"))
    return "".join(sign for sign in letters if not unicodedata.combining(sign))


@lru_cache(maxsize=20_000)
def _plain_without_rank(name: str) -> str:
    return plain(_without_rank(name))


KEYS: Final[Mapping[Likeness, Callable[[str], str]]] = {
    Likeness.SAME: _words,
    Likeness.TONE_PLACE: _tones_apart,
    Likeness.RANK: _without_rank,
    Likeness.ORDER: _in_order,
    Likeness.NO_MARKS: _plain_without_rank,
}
