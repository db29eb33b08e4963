"""A PostgreSQL cluster of the test run's own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

INSTALL = "apt-get install postgresql"


@dataclass
class Cluster:
    """A running server; ``create`` makes databases on it."""

    port: int
    folder: Path
    command: list[str]
    as_user: dict[str, int]
    server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers, after a kill too."""
        with (self.folder / "log").open("ab") as log:
            self.server = subprocess.Popen(
                self.command, stdout=log, stderr=log, cwd=self.folder, **self.as_user
            )
        _wait(self.port, self.server)

    def kill(self) -> None:
        """End the postmaster and its children by SIGKILL, the master first."""
        if self.server is None:
            return
        master = self.server.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        self.server.kill()
        self.server.wait()
        for child in map(int, children):  # each leads a session of its own
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def stop(self) -> None:
        """End it in good order; who is still connected is let go."""
        if self.server is not None:
            self.server.send_signal(signal.SIGINT)
            self.server.wait(timeout=30)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://cchc@127.0.0.1:{self.port}/{name}"

    def create(self, name: str | None = None, template: str = "template1") -> str:
        """Create a database and return its SQLAlchemy address."""
        name = name or f"t{uuid.uuid4().hex[:12]}"
        with psycopg.connect(
            f"postgresql://cchc@127.0.0.1:{self.port}/postgres", autocommit=True
        ) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)


def binaries() -> Path:
    """Folder of initdb and postgres, or a clear failure."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    msg = f"PostgreSQL is not installed. Run: {INSTALL}"
    raise RuntimeError(msg)


@contextmanager
def start_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Run a server on a free loopback port until the block ends.

    ``durable`` makes it flush what it commits, for those who kill it.
    """
    folder = binaries()
    data = Path(tempfile.mkdtemp(prefix="cchc-pg-"))
    as_user: dict[str, int] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        person = pwd.getpwnam("postgres" if _exists("postgres") else "nobody")
        os.chown(data, person.pw_uid, person.pw_gid)
        as_user = {"user": person.pw_uid, "group": person.pw_gid}
    subprocess.run(
        [folder / "initdb", "-D", data / "db", "-U", "cchc", "-A", "trust", "-E", "UTF8",
         "--locale=C.UTF-8", "--no-sync"],
        check=True, capture_output=True, cwd=data, **as_user,
    )  # fmt: skip
    port = free_port()
    command = [
        folder / "postgres", "-D", data / "db", "-p", str(port), "-c",
        "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={data}",
        "-c", "max_connections=200", "-c", f"fsync={'on' if durable else 'off'}",
    ]  # fmt: skip
    cluster = Cluster(port, data, [str(part) for part in command], as_user)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(data, ignore_errors=True)


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    import time

    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            psycopg.connect(f"postgresql://cchc@127.0.0.1:{port}/postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    msg = "PostgreSQL did not start"
    raise RuntimeError(msg)
