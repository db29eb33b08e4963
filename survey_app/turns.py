"""Whose turn it is to write to SQLite: first come, first served.

SQLite lets one transaction write at a time and leaves the others to knock again after a
pause, so a busy hour can keep one of them out until it gives up. Writers of this product
queue at a file beside the database instead: the system wakes them one after another, and a
killed one leaves the queue by dying. PostgreSQL queues by itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

try:
    import fcntl
except ImportError:  # Windows: SQLite's own waiting is all there is
    fcntl = None  # type: ignore[assignment]  # the library declares it otherwise


@contextmanager
def turn_to_write(engine: Engine) -> Iterator[None]:
    """Hold the turn until the block ends; at once where nobody queues.

    One person must not take a second turn inside the block: both would wait for ever.
    """
    database = engine.url.database
    if fcntl is None or engine.dialect.name != "sqlite" or not database:
        yield
        return
    queue = os.open(f"{database}-turn", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield
    finally:
        os.close(queue)
