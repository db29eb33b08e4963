"""Headers of every reply, unless the view has set its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from flask import Response, request

OFFICE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)

EVERY_REPLY: Final = (
    ("Content-Security-Policy", OFFICE_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=()"),
)
OVER_TLS: Final = {"Strict-Transport-Security": "max-age=31536000"}


def harden(response: Response) -> Response:
    """Set what the reply does not carry yet."""
    add_missing(response, EVERY_REPLY)
    if request.is_secure:
        add_missing(response, OVER_TLS.items())
    return response


def add_missing(response: Response, headers: Iterable[tuple[str, str]]) -> None:
    """Add headers whose names are not there; one walk through those that are."""
    there = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 - Headers yields pairs
    response.headers.extend([pair for pair in headers if pair[0].lower() not in there])
