"""A respondent's journey on the product's own server: page, state of the code, ballot.

``python benchmarks/journeys.py [--database URL] [--clients 16] [--runs 5]`` starts our server
with two workers, opens Bố Trạch 2020 in it and lets clients answer CX4, our longest form, on
connections of their own. It prints journeys per second, the wait of a journey at its 95th
percentile, the processor time of the server for one journey and the memory of its processes,
each as the median of the runs. Anything but a receipt fails the run.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from common import machine
from field import Server, World, prepare

FORM = "application/x-www-form-urlencoded"


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
        with Server(
            home,
            database,
            workers=arguments.workers,
            threads=arguments.threads,
            preload=arguments.preload,
            flush_ms=arguments.slow_flush,
        ) as server:
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
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--preload", help="library put before all others")
    parser.add_argument(
        "--slow-flush", type=float, default=0, metavar="MS", help="added to every flush [ms]"
    )
    return parser.parse_args()


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
            _ask(server.port, "GET", world.path)
            state = {"campaign": short, "rule": rule, "unit": unit, "code": code}
            _ask(server.port, "POST", "/p/state", state, accept="application/json")
            _ask(server.port, "POST", world.path, {"code": code, **world.answers})
        except (OSError, ValueError) as error:
            tally.failures.append(repr(error))
            continue
        tally.waits.append(time.perf_counter() - start)


def _ask(
    port: int, verb: str, path: str, fields: dict[str, str] | None = None, accept: str = "text/html"
) -> None:
    """Send one request and read its reply whole; by hand, since both share the processors."""
    body = urlencode(fields).encode() if fields else b""
    length = f"Content-Type: {FORM}\r\nContent-Length: {len(body)}\r\n" if fields else ""
    head = (
        f"{verb} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: {accept}\r\n"
        f"Accept-Encoding: gzip\r\nConnection: close\r\n{length}\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(head.encode() + body)
        reply = bytearray()
        while part := connection.recv(65536):
            reply += part
    if not reply.startswith(b"HTTP/1.1 200 "):
        message = f"{verb} {path}: {bytes(reply[:300])!r}"
        raise ValueError(message)


if __name__ == "__main__":
    main()
