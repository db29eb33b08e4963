"""The list people are drawn from, laid in an order that no file can change.

``make_frame`` takes rows as they come, checks them all, and sorts them; the digest of the
result is published before a draw, so that the list cannot be mended afterwards. Rows are
persons, households, transactions or units; a key names one of them and is whatever the
office can find it by. Samples are drawn in ``sampling.selection``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from typing import Final
from unicodedata import normalize

from questionnaires.model import Text
from sampling.arguments import require
from sampling.wording import written

Size = int | Decimal | Fraction
"""An exact number; 21.6 is not one in floating point, ``Decimal("21.6")`` is."""

SHOWN: Final = 5
"""Keys an error message shows before it stops."""


@dataclass(frozen=True)
class Frame:
    """A list in its one order; made by :func:`make_frame`.

    Attributes
    ----------
    frame_id
        Name of the list; part of every permanent random number.
    keys : (N,)
        Names of the rows, all different.
    strata : (N,)
        Stratum of each row; all ``""`` where there are none.
    sizes : (N,)
        Measure of size, for unequal probabilities; all 1 where there is none.
    sort_keys : (N,)
        What the rows are sorted by before their keys; all ``""`` where by keys alone.
    sorted_by
        The same in words, for the minutes: "xã, thôn, tên chủ hộ".

    """

    frame_id: str
    keys: tuple[str, ...]
    strata: tuple[str, ...]
    sizes: tuple[Size, ...]
    sort_keys: tuple[str, ...]
    sorted_by: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the list: a heading, then key, stratum, size, sort key; tabs and lines."""
        lines = [f"{self.frame_id}\t{self.sorted_by}"]
        lines += [
            f"{key}\t{stratum}\t{size if isinstance(size, int) else Fraction(size)}\t{sort_key}"
            for key, stratum, size, sort_key in zip(
                self.keys, self.strata, self.sizes, self.sort_keys, strict=True
            )
        ]
        return sha256("\n".join(lines).encode()).hexdigest()

    @cached_property
    def rows_of(self) -> dict[str, tuple[int, ...]]:
        """Places of the rows of each stratum; strata by name, rows in list order."""
        places: dict[str, list[int]] = {stratum: [] for stratum in sorted(set(self.strata))}
        for place, stratum in enumerate(self.strata):
            places[stratum].append(place)
        return {stratum: tuple(rows) for stratum, rows in places.items()}


def make_frame(
    frame_id: str,
    keys: Iterable[str],
    *,
    strata: Iterable[str] | None = None,
    sizes: Iterable[Size] | None = None,
    sort_keys: Iterable[str] | None = None,
    sorted_by: str = "",
) -> Frame:
    """Check a list and lay it in order: by sort key, then by key.

    Parameters
    ----------
    frame_id
        Name of the list, such as ``"BT20/CX4/X17"``; another list, another name.
    keys : (N,)
        What names the rows: one line of text each, all different (after NFC).
    strata : (N,), optional
        Stratum of each row.
    sizes : (N,), optional
        Measure of size, exact and not negative: persons, households, transactions.
    sort_keys : (N,), optional
        Text that rows are sorted by, sign by sign: give numbers leading zeros. Systematic
        samples spread evenly over this order.
    sorted_by
        What the sort keys are, in words; needed with them.

    Returns
    -------
    Frame
        The same whatever the order of the rows.

    Raises
    ------
    ValueError
        If a key is empty or comes twice, a text holds a tab or a line break, a size is
        inexact or negative, or the columns differ in length; names all of them.

    """
    given = [_plain(key) for key in keys]
    count = len(given)
    columns = (
        [_plain(stratum) for stratum in strata] if strata is not None else [""] * count,
        list(sizes) if sizes is not None else [1] * count,
        [_plain(key) for key in sort_keys] if sort_keys is not None else [""] * count,
    )
    twice = [key for key, times in Counter(given).items() if times > 1]
    texts = (frame_id, sorted_by, *given, *columns[0], *columns[2])
    broken = [text for text in texts if "\t" in text or "\n" in text]
    inexact = [size for size in columns[1] if not _is_exact(size)]
    require(
        (bool(frame_id), Text("Danh sách phải có tên.", "a list needs a name")),
        (count > 0, Text("Danh sách không có dòng nào.", "the list is empty")),
        (all(given), Text("Có dòng chưa ghi mã.", "a key is empty")),
        (
            not twice,
            Text(
                f"Mỗi mã chỉ được ghi một lần; mã trùng: {_some(twice, 'mã khác')}.",
                f"keys come twice: {_some(twice)}",
            ),
        ),
        (
            not broken,
            Text(
                f"Có ô chứa dấu tab hoặc dấu xuống dòng: {_some(broken, 'ô khác')}.",
                f"texts hold a tab or a line break: {_some(broken)}",
            ),
        ),
        (
            not inexact,
            Text(
                f"Quy mô phải là số từ 0 trở lên; có ô ghi {_some(inexact, 'ô khác')}.",
                f"sizes must be exact numbers from 0 on, not {_some(inexact)}",
            ),
        ),
        (
            all(len(column) == count for column in columns),
            Text(
                f"Có {written(count)} mã nhưng cột tầng, quy mô, thứ tự không đủ chừng ấy dòng.",
                f"{count} keys, but strata, sizes and sort keys of {[len(c) for c in columns]} "
                "rows",
            ),
        ),
        (
            sort_keys is None or bool(sorted_by),
            Text(
                "Hãy ghi danh sách được xếp theo thứ tự nào.",
                "say in words what the list is sorted by",
            ),
        ),
    )
    rows = sorted(zip(columns[2], given, *columns[:2], strict=True), key=lambda row: row[:2])
    in_order, ordered, of_strata, of_sizes = zip(*rows, strict=True)
    return Frame(
        frame_id=_plain(frame_id),
        keys=ordered,
        strata=of_strata,
        sizes=of_sizes,
        sort_keys=in_order,
        sorted_by=_plain(sorted_by) or "key",
    )


def _plain(text: str) -> str:
    return normalize("NFC", text)


def _is_exact(size: object) -> bool:
    if isinstance(size, Decimal):
        return size.is_finite() and size >= 0
    return isinstance(size, int | Fraction) and size >= 0


def _some(items: Sequence[object], others: str = "") -> str:
    """Name a few; ``others`` is the Vietnamese of the rest, English without it."""
    if others:
        shown = ", ".join(f"“{item}”" for item in items[:SHOWN])
        rest = f" và {written(len(items) - SHOWN)} {others}"
    else:
        shown = ", ".join(repr(item) for item in items[:SHOWN])
        rest = f" and {len(items) - SHOWN} more"
    return shown + rest if len(items) > SHOWN else shown
