"""Codes, serials and the keys that keep an answer apart from the person who gave it.

A slip carries 15 random digits and a check digit; the database keeps only its HMAC under
a pepper that lives outside the database. Three further HMACs of the code, each under a
key of its own, make the submission key (one ballot per unit), the rater mark (ballots of
one person) and the receipt (design, section 3a): none can be computed from another, so a
paid receipt cannot be joined to a ballot.

Why 15 digits are enough although ASVS 5.0 point 6.5.2 asks for 112 bits: a pepper, wrong
tries limited per address and watched per campaign, 10^15 codes against a few thousand
slips that live for weeks, and nothing personal behind a code.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from functools import cache
from typing import Final

CODE_DIGITS: Final = 16
SERIAL_DIGITS: Final = 8

# Damm's totally anti-symmetric quasigroup of order 10 (Damm 2004, doctoral thesis,
# Marburg): catches every single wrong digit and every swap of neighbours.
_DAMM: Final = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(digits: str) -> str:
    """Damm check digit of a string of digits."""
    state = 0
    for digit in digits:
        state = _DAMM[state][int(digit)]
    return str(state)


def is_sound(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it."""
    return len(digits) > 1 and digits.isascii() and digits.isdigit() and check_digit(digits) == "0"


def random_number(length: int) -> str:
    """Random digits of ``length`` with their check digit last; the first is never 0."""
    body = str(secrets.randbelow(9) + 1) + "".join(
        str(secrets.randbelow(10)) for _ in range(length - 2)
    )
    return body + check_digit(body)


def new_code() -> str:
    """Draw a slip code: 15 random digits and a check digit."""
    return random_number(CODE_DIGITS)


def new_serial() -> str:
    """Draw a sheet serial: 7 random digits and a check digit."""
    return random_number(SERIAL_DIGITS)


def grouped(digits: str) -> str:
    """Digits in groups of four, as they are printed: ``1234-5678``."""
    return "-".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def typed_digits(text: str) -> str:
    """Digits a person or a hand scanner typed, without spaces, dashes or full stops.

    Anything else is kept, so that a letter makes the code wrong instead of vanishing.
    Full-width and other Unicode digits become ASCII ones.
    """
    if text.isascii() and text.isdigit():
        return text
    kept = re.sub(r"[\s\-–—.·_]", "", text)
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in kept)


@cache
def _key_for(pepper: bytes, purpose: str) -> bytes:
    """Derive the key of one purpose; a process has one pepper and some ten purposes."""
    return hmac.digest(pepper, purpose.encode(), "sha256")


@dataclass(frozen=True, slots=True)
class Keys:
    """The pepper and what is derived from it; lives outside the database.

    Every method takes the code as its 16 digits and returns lower-case hexadecimal.
    """

    pepper: bytes

    def _mac(self, purpose: str, *parts: str) -> str:
        key = _key_for(self.pepper, purpose)
        return hmac.digest(key, "\x1f".join(parts).encode(), "sha256").hex()

    def slip_hash(self, code: str) -> str:
        """Return what the database keeps of a code."""
        return self._mac("slip", code)

    def submission_key(self, code: str, unit: str) -> str:
        """Return a key unique per slip and unit: a second sending meets the first ballot."""
        return self._mac("submission", code, unit)

    def rater_mark(self, code: str) -> str:
        """Shared by the ballots of one person and by nothing else."""
        return self._mac("rater", code)[:32]

    def receipt(self, code: str) -> str:
        """Nine digits and a check digit shown after answering; not kept anywhere."""
        number = int(self._mac("receipt", code), 16) % 10**9
        body = f"{number:09d}"
        return body + check_digit(body)

    def draft_mark(self, code: str, unit: str) -> str:
        """Name the draft of one slip about one unit; it joins nothing else."""
        return self._mac("draft", code, unit)

    def draft_key(self, code: str) -> bytes:
        """Return the key that opens the drafts of one slip. [32 bytes]."""
        return bytes.fromhex(self._mac("draft-key", code))

    def sheet_key(self, serial: str, unit: str, revision: int) -> str:
        """Submission key of a paper sheet's answer about one unit."""
        return self._mac("sheet", serial, unit, str(revision))

    def sheet_rater(self, serial: str) -> str:
        """Rater mark of the person behind one paper sheet or booklet."""
        return self._mac("sheet-rater", serial)[:32]

    def place_key(self, place: str, key: str) -> str:
        """Submission key of a ballot given without a slip, from the key its page drew."""
        return self._mac("place-submission", place, key)

    def place_receipt(self, place: str, key: str) -> str:
        """Nine digits and a check digit for a ballot given without a slip; kept nowhere."""
        body = f"{int(self._mac('place-receipt', place, key), 16) % 10**9:09d}"
        return body + check_digit(body)

    def kiosk_hash(self, place: str, secret: str) -> str:
        """Return what the database keeps of the secret of a kiosk."""
        return self._mac("kiosk", place, secret)

    def guard_mark(self, kind: str, *parts: str) -> str:
        """Mark something to be counted for a while; the day is one of its parts."""
        return self._mac(f"guard-{kind}", *parts)

    def address_mark(self, address: str, day: str) -> str:
        """Mark a network address for counting on one day; it is never stored as it is."""
        return self._mac("address", day, address)[:32]
