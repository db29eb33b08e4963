"""Ballots over a bad network: cut requests and lost replies lose nothing and double nothing.

``python benchmarks/lossy.py [--ballots 2000] [--cut 0.1] [--lost 0.2] [--database postgresql]``
puts a small proxy between respondents and the product's own server. Of the requests it cuts a
tenth, half of them somewhere in the body; of the replies to the others it loses a fifth, half
of them somewhere on the way. Respondents send the same letter again until they have their
receipt. At the end every row is compared with what they were told; any difference ends with
status 1.
"""

from __future__ import annotations

import argparse
import random
import re
import socket
import socketserver
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from common import machine
from field import Server, own_database, prepare
from reckoning import conclude, listed, reckon
from senders import Respondents, add_arguments

LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
READ: Final = 65536
TIMEOUT: Final = 60


class BadNetwork(socketserver.ThreadingTCPServer):
    """Carries one request a connection to ``port``, or half of it, or not its reply.

    Parameters
    ----------
    port
        Where the server listens.
    cut, lost
        Shares of the requests cut and of the replies lost. [0-1]
    dice
        What decides.

    """

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, *, cut: float, lost: float, dice: random.Random) -> None:
        super().__init__(("127.0.0.1", 0), Carrier)
        self.to, self.cut, self.lost, self.dice = port, cut, lost, dice
        self.done: Counter[str] = Counter()

    @property
    def port(self) -> int:
        """Where respondents connect."""
        return int(self.server_address[1])


class Carrier(socketserver.BaseRequestHandler):
    """One connection of one respondent."""

    server: BadNetwork

    def handle(self) -> None:
        """Carry one request there and its reply back, as the dice fall."""
        network, dice = self.server, self.server.dice
        head, body = _read_request(self.request)
        if dice.random() < network.cut:
            halfway = dice.random() < 0.5  # noqa: PLR2004 - half of them
            if halfway:
                self._carry(head, body[: int(len(body) * dice.random())], whole=False)
            network.done["requests cut in the body" if halfway else "requests cut before"] += 1
            return
        reply = self._carry(head, body, whole=True)
        if dice.random() < network.lost:
            halfway = dice.random() < 0.5  # noqa: PLR2004 - half of them
            self.request.sendall(reply[: int(len(reply) * dice.random())] if halfway else b"")
            network.done["replies cut" if halfway else "replies lost"] += 1
            return
        self.request.sendall(reply)
        network.done["carried"] += 1

    def _carry(self, head: bytes, body: bytes, *, whole: bool) -> bytes:
        """Send what is left of a request and read all of the reply; none to half a request."""
        with socket.create_connection(("127.0.0.1", self.server.to), TIMEOUT) as there:
            there.sendall(head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1) + body)
            reply = b""
            while whole and (more := there.recv(READ)):
                reply += more
        return reply


def _read_request(connection: socket.socket) -> tuple[bytes, bytes]:
    """Return head and body of one request."""
    connection.settimeout(TIMEOUT)
    sent = b""
    while b"\r\n\r\n" not in sent:
        sent += _more(connection)
    head, _, body = sent.partition(b"\r\n\r\n")
    found = LENGTH.search(head)
    while found and len(body) < int(found[1]):
        body += _more(connection)
    return head + b"\r\n\r\n", body


def _more(connection: socket.socket) -> bytes:
    read: bytes = connection.recv(READ)
    if not read:
        message = "the respondent hung up"
        raise ConnectionError(message)
    return read


@contextmanager
def bad_network(port: int, *, cut: float, lost: float, seed: int) -> Iterator[BadNetwork]:
    """Stand between respondents and a server until the block ends."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    with BadNetwork(port, cut=cut, lost=lost, dice=dice) as network:
        thread = threading.Thread(target=network.serve_forever)
        thread.start()
        try:
            yield network
        finally:
            network.shutdown()
            thread.join()


def main() -> None:
    """Prepare, send, count, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser, 2000)
    parser.add_argument("--cut", type=float, default=0.1, help="share of requests cut [0-1]")
    parser.add_argument("--lost", type=float, default=0.2, help="share of replies lost [0-1]")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, own_database(arguments.database, folder) as own:
        home, log = Path(folder), arguments.log or Path(folder) / "server.log"
        places = arguments.places or arguments.ballots * 4 // 5
        world = prepare(home, own.url, arguments.ballots, places=places)
        machine()
        began = time.perf_counter()
        chances = {"cut": arguments.cut, "lost": arguments.lost, "seed": arguments.seed}
        with (
            Server(home, own.url, workers=arguments.workers, log=log) as server,
            bad_network(server.port, **chances) as network,
        ):
            people = Respondents(world, network.port, arguments.clients)
            people.run()
        elapsed = time.perf_counter() - began
        count = reckon(home, own.url, world, people.tally, log)
    print(
        f"{arguments.database}, {arguments.clients} clients, {elapsed:.0f} s, "
        f"seed {arguments.seed}; the network: {listed(network.done)}"
    )
    conclude(count, people.tally, [])


if __name__ == "__main__":
    main()
