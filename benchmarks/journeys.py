"""A respondent's journey on the product's own server: page, state of the code, ballot.

``python benchmarks/journeys.py [--database URL] [--clients 16] [--runs 5]`` starts gunicorn
with two workers, opens Bố Trạch 2020 in it and lets clients answer CX4, our longest form, on
connections of their own. It prints journeys per second, the wait of a journey at its 95th
percentile, the processor time of the server for one journey and the memory of its processes,
each as the median of the runs. Anything but a receipt fails the run.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

import flask_migrate
from common import machine

from questionnaires.loader import load_campaign
from questionnaires.plan_taking import restated
from survey_app import create_app
from survey_app.config import Config
from survey_app.formats import today
from survey_app.services import campaigns, slips
from survey_app.services.audit import Actor
from survey_app.services.definitions import rule_form
from survey_app.services.plans import rule_by_code

ROOT = Path(__file__).parents[1]
CLERK = Actor.system("benchmark")
RULE, UNIT = "CX4", "X01"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Encoding": "gzip"}
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class World:
    """An open campaign with slips to spend."""

    path: str
    codes: list[str]
    answers: dict[str, str]


@dataclass
class Tally:
    """What one run of the clients saw."""

    waits: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def main() -> None:
    """Prepare, serve, measure, print."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        database = arguments.database or f"sqlite:///{home / 'cchc.sqlite'}"
        total = arguments.journeys * (arguments.runs + 1)
        world = prepare(home, database, total)
        machine()
        with Server(home, database, arguments) as server:
            rows = [
                measure(server, world, arguments.clients, arguments.journeys)
                for _ in range(arguments.runs + 1)
            ][1:]
    rate, p95, cost, memory = (statistics.median(column) for column in zip(*rows, strict=True))
    spread = ", ".join(f"{row[0]:.0f}" for row in rows)
    print(
        f"{arguments.clients} clients, {arguments.runs} runs of {arguments.journeys}: "
        f"{rate:.0f} journeys/s ({spread}), p95 {p95 * 1000:.0f} ms, "
        f"{cost * 1000:.2f} ms server processor per journey, {memory:.0f} MiB PSS"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="address of an empty database; SQLite when left out")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--journeys", type=int, default=2000, help="journeys in a run")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--preload", help="library put before all others, for a slow disk")
    return parser.parse_args()


def prepare(home: Path, database: str, count: int) -> World:
    """Open a campaign and print slips for one cell."""
    app = create_app(Config(home=home, database_url=database, base_url="https://ks.example.gov.vn"))
    with app.app_context():
        flask_migrate.upgrade()
        plan = load_campaign("bo_trach_2020")
        rules = tuple(replace(r, per_unit=max(r.per_unit, count)) if r.code == RULE else r
                      for r in plan.rules)  # fmt: skip
        plan = restated(replace(plan, rules=rules, opens=today(), closes=today() + timedelta(4)))
        slug = campaigns.load_campaign(plan, actor=CLERK)
        sheet = campaigns.opening_sheet(slug)
        campaigns.open_campaign(slug, confirmed_sha256=sheet.sha256, actor=CLERK)
        numbers = slips.issue_slips(slug, RULE, UNIT, count, actor=CLERK)
        codes = [slip.code for slip in slips.print_slips(slug, numbers=numbers, actor=CLERK)]
        campaign = campaigns.campaign_by_slug(slug)
        form = rule_form(campaign, rule_by_code(campaign, RULE))
        answers = {q.code: q.scale.codes[0] for q in form.questions if q.scale}
        return World(f"/p/{campaign.short_code}/{RULE}/{UNIT}", codes, answers)


class Server:
    """gunicorn, as ``deploy/`` runs it."""

    def __init__(self, home: Path, database: str, arguments: argparse.Namespace) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        surroundings = os.environ | {
            "CCHC_HOME": str(home),
            "CCHC_DATABASE_URL": database,
            "CCHC_BASE_URL": "https://ks.example.gov.vn",
            "CCHC_SURFACE": "respond",
        }
        if arguments.preload:
            surroundings["LD_PRELOAD"] = arguments.preload
        self.process = subprocess.Popen(  # noqa: S603 - our own server
            [
                sys.executable, "-m", "gunicorn", "wsgi:app",
                "--bind", f"127.0.0.1:{self.port}",
                "--workers", str(arguments.workers),
                "--threads", str(arguments.threads),
                "--worker-class", "gthread",
                "--log-level", "warning",
            ],
            cwd=ROOT,
            env=surroundings,
        )  # fmt: skip

    def __enter__(self) -> Self:
        for _ in range(300):
            try:
                _ask(self, "GET", "/live", None, 200)
            except OSError:
                time.sleep(0.1)
            else:
                return self
        sys.exit("the server does not answer")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def connection(self) -> http.client.HTTPConnection:
        """Return a new connection."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def processes(self) -> list[int]:
        """Return the workers and their master."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [self.process.pid, *map(int, children.split())]

    def seconds(self) -> float:
        """Return the processor time spent so far, in seconds."""
        spent = 0
        for pid in self.processes():
            stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            spent += int(stat[11]) + int(stat[12])
        return spent / TICKS

    def pss(self) -> float:
        """Return the memory of all processes, shared pages counted once, in MiB."""
        return (
            sum(
                int(
                    re.search(
                        r"^Pss:\s+(\d+)",
                        Path(f"/proc/{pid}/smaps_rollup").read_text(),
                        re.MULTILINE,
                    )[1]
                )
                for pid in self.processes()
            )
            / 1024
        )


def measure(server: Server, world: World, clients: int, journeys: int) -> tuple[float, ...]:
    """Let clients answer; return journeys/s, p95 [s], processor [s] a journey, PSS [MiB]."""
    mine = [world.codes.pop() for _ in range(journeys)]
    tally = Tally()
    before, start = server.seconds(), time.perf_counter()
    threads = [threading.Thread(target=client, args=(server, world, mine, tally))
               for _ in range(clients)]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed, spent = time.perf_counter() - start, server.seconds() - before
    if tally.failures or len(tally.waits) != journeys:
        sys.exit(f"{len(tally.failures)} failures, first: {tally.failures[:1]}")
    p95 = sorted(tally.waits)[int(0.95 * journeys)]
    return journeys / elapsed, p95, spent / journeys, server.pss()


def client(server: Server, world: World, codes: list[str], tally: Tally) -> None:
    """Answer until no slip is left: each request on a connection of its own."""
    _, _, short, rule, unit = world.path.split("/")
    while True:
        try:
            code = codes.pop()
        except IndexError:
            return
        start = time.perf_counter()
        try:
            _ask(server, "GET", world.path, None, 200)
            state = {"campaign": short, "rule": rule, "unit": unit, "code": code}
            _ask(server, "POST", "/p/state", state, 200)
            _ask(server, "POST", world.path, {"code": code, **world.answers}, 200)
        except (OSError, ValueError, http.client.HTTPException) as error:
            tally.failures.append(repr(error))
            continue
        tally.waits.append(time.perf_counter() - start)


def _ask(server: Server, verb: str, path: str, fields: dict[str, str] | None, status: int) -> bytes:
    connection = server.connection()
    headers = FORM | ({"Accept": "application/json"} if path == "/p/state" else {})
    body = urlencode(fields) if fields is not None else None
    connection.request(verb, path, body, headers if body else {"Accept-Encoding": "gzip"})
    reply = connection.getresponse()
    data = reply.read()
    connection.close()
    if reply.status != status:
        message = f"{verb} {path}: {reply.status} {data[:300]!r}"
        raise ValueError(message)
    return data


if __name__ == "__main__":
    main()
