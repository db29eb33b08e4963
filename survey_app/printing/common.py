"""What every print needs: a file without a name, units named together, a count of progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import Final, TypeVar

IN_MEMORY: Final = 32 * 1024 * 1024
"""A print up to this size never touches a disk. [bytes]"""

Thing = TypeVar("Thing")


def passing_file() -> SpooledTemporaryFile[bytes]:
    """Return a file without a name: in memory, or unlinked from the start when it is large."""
    return SpooledTemporaryFile(max_size=IN_MEMORY)


def counted(number: int, label: str) -> str:
    """Name several units together: ``13 phòng chuyên môn``, ``28 UBND xã, thị trấn``."""
    starts_a_word = label[1:2].islower()
    return f"{number} {label[0].lower() + label[1:] if starts_a_word else label}"


def ticking(things: Iterable[Thing], progress: Callable[[int], None] | None) -> Iterator[Thing]:
    """Yield the things, saying 1 to ``progress`` after each."""
    for thing in things:
        yield thing
        if progress is not None:
            progress(1)
