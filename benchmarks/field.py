"""A survey in the field, for the scripts beside this file: an open campaign and its server.

``prepare`` opens Bố Trạch 2020 with slips to spend for one cell of CX4, our longest form;
``Server`` is the product's own server over it. ``command`` is the one place that says which
server that is and how ``deploy/`` starts it.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Self

import flask_migrate

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
BASE_URL = "https://ks.example.gov.vn"
CLERK = Actor.system("benchmark")
RULE, UNIT = "CX4", "X01"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class World:
    """An open campaign with slips to spend.

    Attributes
    ----------
    path
        Address of the page.
    codes
        Of the slips.
    choices
        Question code to the codes of its scale.
    texts
        Codes of the questions answered in words.
    slug
        The campaign.

    """

    path: str
    codes: list[str]
    choices: dict[str, tuple[str, ...]]
    texts: tuple[str, ...]
    slug: str

    @cached_property
    def answers(self) -> dict[str, str]:
        """The first choice of every scale."""
        return {question: codes[0] for question, codes in self.choices.items()}


def prepare(home: Path, database: str, count: int, *, places: int | None = None) -> World:
    """Open a campaign and print ``count`` slips for one cell with ``places`` places."""
    app = create_app(Config(home=home, database_url=database, base_url=BASE_URL))
    with app.app_context():
        flask_migrate.upgrade()
        plan = load_campaign("bo_trach_2020")
        rules = tuple(replace(r, per_unit=places or max(r.per_unit, count)) if r.code == RULE else r
                      for r in plan.rules)  # fmt: skip
        plan = restated(replace(plan, rules=rules, opens=today(), closes=today() + timedelta(4)))
        slug = campaigns.load_campaign(plan, actor=CLERK)
        sheet = campaigns.opening_sheet(slug)
        campaigns.open_campaign(slug, confirmed_sha256=sheet.sha256, actor=CLERK)
        numbers = slips.issue_slips(slug, RULE, UNIT, count, actor=CLERK)
        codes = [slip.code for slip in slips.print_slips(slug, numbers=numbers, actor=CLERK)]
        campaign = campaigns.campaign_by_slug(slug)
        form = rule_form(campaign, rule_by_code(campaign, RULE))
        choices = {q.code: q.scale.codes for q in form.questions if q.scale}
        texts = tuple(q.code for q in form.questions if not q.scale)
        return World(f"/p/{campaign.short_code}/{RULE}/{UNIT}", codes, choices, texts, slug)


def command(port: int, workers: int, threads: int) -> list[str]:
    """Say how the product's server is started, as ``deploy/`` does."""
    return [
        sys.executable, "-m", "wsgi",
        "--port", str(port),
        "--workers", str(workers),
        "--threads", str(threads),
    ]  # fmt: skip


class Server:
    """The respondents' server: a master and its workers, in a process group of their own.

    Parameters
    ----------
    home, database
        As ``prepare`` left them.
    workers, threads
        Of the server.
    preload
        Library put before all others.
    flush_ms
        Added to every flush of a file, for a slow disk. [ms]
    log
        File that takes what the server says; this process's own output when left out.

    """

    def __init__(
        self,
        home: Path,
        database: str,
        *,
        workers: int = 2,
        threads: int = 4,
        preload: str | None = None,
        flush_ms: float = 0,
        log: Path | None = None,
    ) -> None:
        self.port = free_port()
        self.command = command(self.port, workers, threads)
        self.surroundings = os.environ | {
            "CCHC_HOME": str(home),
            "CCHC_DATABASE_URL": database,
            "CCHC_BASE_URL": BASE_URL,
            "CCHC_SURFACE": "respond",
        }
        if flush_ms:
            preload = str(slow_flush(home))
            self.surroundings["SLOW_FLUSH_MS"] = str(flush_ms)
        if preload:
            self.surroundings["LD_PRELOAD"] = preload
        self.log = log
        self.start()

    def start(self) -> None:
        """Start it; it does not answer yet."""
        with self.log.open("ab") if self.log else nullcontext() as words:
            self.process = subprocess.Popen(  # noqa: S603 - our own server
                self.command,
                cwd=ROOT,
                env=self.surroundings,
                start_new_session=True,
                stdout=words,
                stderr=words,
            )

    def __enter__(self) -> Self:
        self.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=30)
        self.kill()

    def wait(self) -> None:
        """Wait until it answers."""
        for _ in range(600):
            with suppress(OSError, http.client.HTTPException):
                connection = self.connection()
                connection.request("GET", "/live")
                if connection.getresponse().status == http.client.OK:
                    connection.close()
                    return
            time.sleep(0.1)
        sys.exit("the server does not answer")

    def kill(self) -> None:
        """End master and workers at once, by SIGKILL."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def connection(self) -> http.client.HTTPConnection:
        """Return a new connection."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def workers(self) -> list[int]:
        """Return the processes below the master."""
        return _below(self.process.pid)

    def processes(self) -> list[int]:
        """Return the master and its workers."""
        return [self.process.pid, *self.workers()]

    def seconds(self) -> float:
        """Return the processor time spent so far, in seconds."""
        spent = 0
        for pid in self.processes():
            stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            spent += int(stat[11]) + int(stat[12])
        return spent / TICKS

    def pss(self) -> float:
        """Return the memory of all processes, shared pages counted once, in MiB."""
        return sum(map(_pss_kib, self.processes())) / 1024


@dataclass(frozen=True)
class OwnDatabase:
    """An empty database of this run's own; ``restart`` kills its server where it has one."""

    url: str
    restart: Callable[[], None] | None = None


@contextmanager
def own_database(kind: str, folder: str) -> Iterator[OwnDatabase]:
    """Lend a database that flushes what it commits: ``sqlite`` or ``postgresql``."""
    if kind == "sqlite":
        yield OwnDatabase(f"sqlite:///{Path(folder) / 'cchc.sqlite'}")
        return
    sys.path.append(str(ROOT))  # the tests know how to run a PostgreSQL of one's own
    from tests.postgres import start_cluster  # noqa: PLC0415 - not importable before

    with start_cluster(durable=True) as cluster:

        def restart() -> None:
            cluster.kill()
            cluster.start()

        yield OwnDatabase(cluster.create(), restart)


def slow_flush(folder: Path) -> Path:
    """Compile the library that makes every flush slower; it reads ``SLOW_FLUSH_MS``."""
    compiler = shutil.which("cc")
    if compiler is None:
        sys.exit("A slow disk is made with a C compiler: apt-get install gcc libc6-dev")
    source, library = Path(__file__).with_name("slow_flush.c"), folder / "slow_flush.so"
    build = [compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
    subprocess.run(build, check=True)  # noqa: S603 - our own source
    return library


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _below(pid: int) -> list[int]:
    """Return the children of a process and theirs."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [found for child in map(int, children) for found in (child, *_below(child))]


def _pss_kib(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)
    return int(found[1]) if found else 0
