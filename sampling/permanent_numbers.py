r"""A random number for every person that can be worked out again in ten years.

The number of a person is the first 53 bits of SHA-256 over three lines, *seed*, *list* and
*person*, read as a fraction of 2⁵³. It depends on nothing else: not on the order of rows, the
machine or the version of a library, and a person who is added changes nobody's number. An
inspector repeats one with any tool::

    printf 'seed\nlist\nperson' | sha256sum        # first 13 hex digits and one bit

``seed_digest`` is published before the draw and the seed after it: then nobody can have
tried seeds until the sample pleased. A seed must be long and random (20 digits thrown in
public will do), or it could be guessed from its digest. Samples are drawn from these numbers
in ``sampling.selection``.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final
from unicodedata import normalize

import numpy as np
import numpy.typing as npt

from questionnaires.model import Text
from sampling.arguments import require

BITS: Final = 53
"""Bits of a number: as many as a double holds exactly."""

START: Final = "start"
"""Second line of four that are hashed for the random start of a stratum."""


def permanent_numbers(
    keys: Iterable[str], *, seed: str, frame_id: str, shifted: bool = False
) -> npt.NDArray[np.float64]:
    """Give every person a permanent random number.

    Parameters
    ----------
    keys : (N,)
        What names the persons in the list. Letters are compared in composed form (NFC), so
        that a file from another system gives the same numbers.
    seed, frame_id
        The public seed and the name of the list.
    shifted
        Negative coordination: add 1/2 modulo 1, so that who was chosen with this seed last
        year stands at the far end this year. Without it the same seed and list choose the
        same people as far as they can.

    Returns
    -------
    (N,) ndarray of float
        In the order of ``keys``, at least 0 and below 1, each exactly a multiple of 2⁻⁵³.

    Raises
    ------
    ValueError
        If the seed or the list has no name, or a text holds a line break.

    References
    ----------
    Ohlsson (1995), Coordination of samples using permanent random numbers, in *Business
    Survey Methods*. FIPS 180-4 (SHA-256).

    """
    texts = [normalize("NFC", key) for key in keys]
    head = _head(seed, frame_id)
    broken = any("\n" in text for text in texts)
    require(
        (
            not broken,
            Text("Mã của một người có dấu xuống dòng.", "a person's key holds a line break"),
        )
    )
    first = b"".join(sha256(head + text.encode()).digest()[:8] for text in texts)
    bits = np.frombuffer(first, dtype=">u8").astype(np.uint64) >> np.uint64(64 - BITS)
    numbers = bits.astype(np.float64) * 2.0**-BITS
    if not shifted:
        return numbers
    return np.where(numbers < 0.5, numbers + 0.5, numbers - 0.5)  # noqa: PLR2004  both are exact


def start_bits(*, seed: str, frame_id: str, stratum: str = "", shifted: bool = False) -> int:
    """Draw the random start of a systematic sample: ``bits / 2**53`` is in [0, 1).

    It comes from four lines, *seed*, *list*, ``start`` and *stratum*, so it is nobody's
    number.

    Raises
    ------
    ValueError
        As :func:`permanent_numbers`.

    """
    text = f"{START}\n{normalize('NFC', stratum)}".encode()
    bits = int.from_bytes(sha256(_head(seed, frame_id) + text).digest()[:8]) >> (64 - BITS)
    return (bits + 2 ** (BITS - 1)) % 2**BITS if shifted else bits


def seed_digest(seed: str) -> str:
    """Return the SHA-256 of a seed, to be published before the draw."""
    return sha256(normalize("NFC", seed).encode()).hexdigest()


def _head(seed: str, frame_id: str) -> bytes:
    require(
        (
            bool(seed) and "\n" not in seed,
            Text("Số công khai phải là một dòng chữ.", "the seed must be one line of text"),
        ),
        (
            bool(frame_id) and "\n" not in frame_id,
            Text("Tên danh sách phải là một dòng chữ.", "the list's name must be one line of text"),
        ),
    )
    return normalize("NFC", f"{seed}\n{frame_id}\n").encode()
