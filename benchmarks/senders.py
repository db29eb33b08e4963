"""Respondents who send until they have a receipt, whatever is cut or killed meanwhile.

Each behaves as ``respond.js`` does: asks what the code opens, keeps a draft, sends the form,
and after a reply that did not come or that was no answer sends the same letter again. Now
and then one sends a second, different form after the receipt; it must change nothing. What
they saw is in ``Tally``; whether the server kept its word is counted by ``reckoning``.
"""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import click
from field import World

RECEIPT: Final = re.compile(rb"\b(\d{5}-\d{5})\b")
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
PAUSE: Final = 0.1
"""Between two tries; a phone waits longer. [s]"""
PATIENCE: Final = 180.0
"""Longest time one respondent goes on trying. [s]"""
GLANCE: Final = 0.02
"""Between two looks at how far the respondents are. [s]"""
DRAFTED: Final = 4
"""One in this many keeps a draft before sending."""
SENDS_AGAIN: Final = 8
"""One in this many sends another form after the receipt."""


@dataclass
class Tally:
    """What the respondents saw.

    Attributes
    ----------
    receipts
        Code to the number of the receipt.
    replies
        What came instead of an answer, and how often: a status or the name of an error.
    failures
        Answers that no respondent should ever see, in words.

    """

    receipts: dict[str, str] = field(default_factory=dict)
    replies: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def letter(world: World, code: str) -> dict[str, str]:
    """Return the answers of one code: always the same, and unlike its neighbours'."""
    dice = random.Random(code)  # noqa: S311 - no secret
    answers = {question: dice.choice(codes) for question, codes in world.choices.items()}
    return answers | {text: f"Ý kiến số T{dice.randrange(10**9):09d}T" for text in world.texts}


def add_arguments(parser: ArgumentParser, ballots: int) -> None:
    """Add what every run of respondents is asked for."""
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--ballots", type=int, default=ballots)
    parser.add_argument("--places", type=int, help="of the cell; four fifths of the ballots")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6)
    parser.add_argument("--log", type=Path, help="file that keeps what the server said")


class Respondents:
    """Threads that share the slips among them; each request has a connection of its own."""

    def __init__(self, world: World, port: int, clients: int) -> None:
        self.world, self.port = world, port
        self.tally = Tally()
        self._left = list(reversed(list(enumerate(world.codes))))
        self._threads = [threading.Thread(target=self._go, daemon=True) for _ in range(clients)]

    def run(self, meanwhile: Callable[[int], None] | None = None) -> None:
        """Let them send until each has a receipt; ``meanwhile`` is told how many have."""
        total = len(self.world.codes)
        for thread in self._threads:
            thread.start()
        with click.progressbar(length=total, label="Ballots") as bar:
            while any(thread.is_alive() for thread in self._threads):
                done = len(self.tally.receipts)
                bar.update(done - bar.pos)
                if meanwhile:
                    meanwhile(done)
                time.sleep(GLANCE)
            bar.update(total - bar.pos)

    def _go(self) -> None:
        while True:
            try:
                place, code = self._left.pop()
            except IndexError:
                return
            try:
                self._answer(place, code)
            except Exception as error:  # noqa: BLE001 - a respondent who fails fails the run
                self.tally.failures.append(f"{type(error).__name__}: {error}")
                self._left.clear()

    def _answer(self, place: int, code: str) -> None:
        """Answer one slip, and keep its receipt."""
        _, _, short, rule, unit = self.world.path.split("/")
        here = {"campaign": short, "rule": rule, "unit": unit, "code": code}
        answers = letter(self.world, code)
        opened = self._until_answered("/p/state", here)
        if b'"open":true' not in opened.replace(b" ", b""):
            self.tally.failures.append("a fresh code does not open its form")
        if place % DRAFTED == 0:
            self._ask("/p/draft", here | answers)
        receipt = self._send(code, answers)
        self.tally.receipts[code] = receipt
        if place % SENDS_AGAIN == 0:
            other = {question: codes[-1] for question, codes in self.world.choices.items()}
            if self._send(code, other) != receipt:
                self.tally.failures.append("a second sending got another receipt")

    def _send(self, code: str, answers: dict[str, str]) -> str:
        page = self._until_answered(self.world.path, {"code": code, **answers})
        found = RECEIPT.search(page)
        if found is None:
            message = "an answer without a receipt"
            raise ValueError(message)
        return found[1].decode()

    def _until_answered(self, path: str, fields: dict[str, str]) -> bytes:
        """Send the same again until the server has answered; a refusal is a failure."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            status, page = self._ask(path, fields)
            if status == http.client.OK:
                return page
            if 0 < status < http.client.INTERNAL_SERVER_ERROR:
                message = f"{path.split('/')[2]}: refused with {status}"
                raise ValueError(message)
            time.sleep(PAUSE)
        message = f"no answer in {PATIENCE:.0f} s"
        raise TimeoutError(message)

    def _ask(self, path: str, fields: dict[str, str]) -> tuple[int, bytes]:
        """Send one request; status 0 where no whole reply came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        accept = "text/html" if path == self.world.path else "application/json"
        try:
            connection.request("POST", path, urlencode(fields), FORM | {"Accept": accept})
            reply = connection.getresponse()
            page = reply.read()
        except (OSError, http.client.HTTPException) as error:
            self.tally.replies[type(error).__name__] += 1
            return 0, b""
        finally:
            connection.close()
        if "Content-Length" not in reply.headers:  # half a head passes for a whole one
            self.tally.replies["half a head"] += 1
            return 0, b""
        if reply.status != http.client.OK:
            self.tally.replies[str(reply.status)] += 1
        return reply.status, page
