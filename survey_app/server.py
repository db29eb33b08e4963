"""The product's own server: granian, on Linux and Windows, plain, over TLS or behind nginx.

``python -m wsgi --workers 2 --socket /run/cchc/respond.sock`` is how ``deploy/`` starts it
(:func:`main`); ``cchc serve`` and ``cchc demo`` come through :func:`serve`. The app is put
together before the workers are made, so that on Linux they share its memory. Nothing is
written about who asked for what.
"""

from __future__ import annotations

import argparse
import gc
from pathlib import Path
from typing import Final

from flask import Flask
from granian import Granian
from granian.constants import Interfaces, SSLProtocols
from granian.log import LogLevels

WORKERS: Final = 2
THREADS: Final = 4
"""Ballots that wait in one process share a commit, so threads are worth more than processes."""

PATIENCE_SECONDS: Final = 30
"""How long a worker that is told to stop may finish what it has begun."""

LIFETIME_SECONDS: Final = 24 * 3600
"""A worker gives way to a fresh one every day, between two requests."""

SOCKET_MODE: Final = 0o660


def serve(
    app: Flask,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    socket: Path | None = None,
    workers: int = 1,
    threads: int = THREADS,
    certificate: tuple[Path, Path] | None = None,
) -> None:
    """Serve until told to stop; a worker that dies is replaced.

    Parameters
    ----------
    app
        What is served.
    host, port
        Where; not used with a ``socket``.
    socket
        Unix socket for a proxy on the same machine.
    workers, threads
        Processes (one on Windows) and threads of each.
    certificate
        Certificate and key to serve over TLS, as files.

    """
    files = certificate or (None, None)
    server = Granian(
        "wsgi:app",
        address=host,
        port=port,
        uds=socket,
        uds_permissions=SOCKET_MODE if socket else None,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        log_level=LogLevels.error,
        ssl_cert=files[0],
        ssl_key=files[1],
        ssl_protocol_min=SSLProtocols.tls12,
        respawn_failed_workers=True,
        workers_lifetime=LIFETIME_SECONDS,
        workers_kill_timeout=PATIENCE_SECONDS,
    )
    gc.freeze()  # what is shared stays shared: the collector writes into what it looks at
    server.serve(target_loader=lambda *_: app, wrap_loader=False)


def main(app: Flask) -> None:
    """Serve as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--socket", type=Path, help="Unix socket instead of host and port")
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--threads", type=int, default=THREADS)
    serve(app, **vars(parser.parse_args()))
