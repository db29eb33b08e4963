"""A page compressed once although it says a number that differs for everybody.

What stands between the numbers is compressed when the page is drawn; each reply only joins
the pieces around its numbers, which travel as they are (deflate's stored blocks, RFC 1951,
3.2.4), and adds the checksum of the whole (RFC 1952).
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Final

HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
"""gzip, deflate, no name, no time, compressed as well as can be, any system."""

EMPTY_LAST: Final = b"\x03\x00"
"""The last deflate block, with nothing in it."""


class Spliced:
    """A page with gaps.

    Parameters
    ----------
    html
        The page; each gap is marked by one of ``marks``.
    marks
        What marks a gap; a mark may come more than once or not at all.

    """

    def __init__(self, html: str, marks: Sequence[str]) -> None:
        parts = re.split("(" + "|".join(map(re.escape, marks)) + ")", html)
        self._plain = [part.encode() for part in parts[::2]]
        self._squeezed = [_squeezed(part) for part in self._plain]
        self._marks = parts[1::2]

    def plain(self, values: Mapping[str, bytes]) -> bytes:
        """Return the page with ``values``, given by mark."""
        return b"".join(_joined(self._plain, [values[mark] for mark in self._marks]))

    def gzip(self, values: Mapping[str, bytes]) -> bytes:
        """Return the page with ``values``, compressed."""
        whole = self.plain(values)
        stored = {mark: _stored(value) for mark, value in values.items()}
        pieces = _joined(self._squeezed, [stored[mark] for mark in self._marks])
        end = struct.pack("<LL", zlib.crc32(whole), len(whole) & 0xFFFFFFFF)
        return b"".join((HEADER, *pieces, EMPTY_LAST, end))


def _joined(pieces: Sequence[bytes], between: Sequence[bytes]) -> list[bytes]:
    """Return the pieces with what stands between them, in order."""
    return [part for pair in zip(pieces, (*between, b""), strict=True) for part in pair]


def _squeezed(part: bytes) -> bytes:
    """Return deflate blocks that end on a whole byte and look back at nothing before them."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return squeeze.compress(part) + squeeze.flush(zlib.Z_FULL_FLUSH)


def _stored(value: bytes) -> bytes:
    """Return one deflate block that holds the bytes as they are."""
    return struct.pack("<BHH", 0, len(value), len(value) ^ 0xFFFF) + value
