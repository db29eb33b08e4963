"""What a solver written in C says aloud, kept off standard output.

HiGHS prints lines of its own (``HighsMipSolverData::…``) while it works, and no option of it
or of scipy silences them. They would stand among the rows a command prints, so while a solver
runs, file descriptor 1 leads where descriptor 2 leads: to standard error.

A descriptor belongs to the whole process. Several threads may be inside at once: the first
turns it and the last turns it back, under a lock that nobody holds while solving. Whatever
another thread prints meanwhile is not lost; it comes out on standard error.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock

OUTPUT, ERRORS = 1, 2

_lock = Lock()
_inside = 0
_kept: int | None = None


@contextmanager
def quiet_output() -> Iterator[None]:
    """Send what is printed inside to standard error."""
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _inside, _kept  # noqa: PLW0603 - the descriptor is the process's own
    with _lock:
        if not _inside:
            _flush()
            with suppress(OSError):  # a service without standard output has nothing to keep clean
                _kept = os.dup(OUTPUT)
                os.dup2(ERRORS, OUTPUT)
        _inside += 1


def _leave() -> None:
    global _inside, _kept  # noqa: PLW0603
    with _lock:
        _inside -= 1
        if not _inside and _kept is not None:
            _flush()
            os.dup2(_kept, OUTPUT)
            os.close(_kept)
            _kept = None


def _flush() -> None:
    """Write out what C and Python still hold back, so that it goes where it belongs."""
    with suppress(OSError, AttributeError, ValueError):
        sys.stdout.flush()
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None) if os.name == "posix" else ctypes.CDLL("ucrtbase")
        library.fflush(None)
