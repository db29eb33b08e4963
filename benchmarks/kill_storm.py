"""Ballots under ``kill -9``: nothing acknowledged is lost, nothing doubled, quotas exact.

``python benchmarks/kill_storm.py [--ballots 10000] [--kills 50] [--database postgresql]``
starts the product's own server on a database of its own and lets respondents send. In turn a
worker, the whole server and, with ``--database postgresql``, PostgreSQL itself are ended by
SIGKILL and started again. The cell has fewer places than ballots come. At the end every row
is compared with what the respondents were told; any difference ends with status 1.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import cycle
from pathlib import Path

from common import machine
from field import Server, own_database, prepare
from reckoning import conclude, listed, reckon
from senders import GLANCE, Respondents, add_arguments


def main() -> None:
    """Prepare, storm, count, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser, 10_000)
    parser.add_argument("--kills", type=int, default=50)
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory() as folder, own_database(arguments.database, folder) as own:
        home, log = Path(folder), arguments.log or Path(folder) / "server.log"
        places = arguments.places or arguments.ballots * 4 // 5
        world = prepare(home, own.url, arguments.ballots, places=places)
        machine()
        began = time.perf_counter()
        with Server(home, own.url, workers=arguments.workers, log=log) as server:
            victims = {"worker": lambda: _kill_worker(server, dice), "server": _restart(server)}
            if own.restart:
                victims["PostgreSQL"] = own.restart
            people = Respondents(world, server.port, arguments.clients)
            killer = Killer(victims, arguments.kills, arguments.ballots, dice)
            people.run(killer)
        elapsed = time.perf_counter() - began
        count = reckon(home, own.url, world, people.tally, log)
    print(
        f"{arguments.database}, {arguments.clients} clients, {elapsed:.0f} s, "
        f"seed {arguments.seed}; killed: {listed(killer.killed)}"
    )
    conclude(count, people.tally, ["some kills came too late"] if killer.due else [])


class Killer:
    """Kills in turn, spread at random over the ballots.

    Parameters
    ----------
    victims
        Name to what ends it by SIGKILL and starts it again.
    kills, ballots
        How many of each.
    dice
        What decides when.

    """

    def __init__(
        self, victims: dict[str, Callable[[], None]], kills: int, ballots: int, dice: random.Random
    ) -> None:
        self.victims, self.turns = victims, cycle(victims)
        self.killed: Counter[str] = Counter()
        self.due = [int(ballots * (turn + dice.random()) / (kills + 1)) for turn in range(kills)]

    def __call__(self, done: int) -> None:
        """Kill one if it is time: ``done`` respondents have their receipt."""
        if self.due and done >= self.due[0]:
            self.due.pop(0)
            name = next(self.turns)
            self.victims[name]()
            self.killed[name] += 1


def _kill_worker(server: Server, dice: random.Random) -> None:
    """End one worker, waiting for one where the last is being replaced."""
    while not (workers := server.workers()):
        time.sleep(GLANCE)
    with suppress(ProcessLookupError):
        os.kill(dice.choice(workers), signal.SIGKILL)


def _restart(server: Server) -> Callable[[], None]:
    def again() -> None:
        server.kill()
        server.start()
        server.wait()

    return again


if __name__ == "__main__":
    main()
