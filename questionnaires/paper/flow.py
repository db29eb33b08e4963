"""Down the page and over to the next: groups of rows become columns of blocks.

A :class:`Group` is a heading with the rows under it; the heading is drawn again when the
rows go on over the page. Bricks come from ``blocks``, groups from ``own_form`` and
``booklet``; ``blank_forms`` puts head and foot around the columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from questionnaires.paper.blocks import Block


@dataclass(frozen=True, slots=True)
class Group:
    """A heading and its rows; at least ``keep`` rows stay with the heading.

    ``head_again`` opens the next page when the rows go on there.
    """

    head: Block
    rows: tuple[Block, ...]
    head_again: Block
    space: float
    keep: int = 2


def flow(
    groups: Sequence[Group], first_top: float, next_top: float, bottom: float, *, whole: bool
) -> list[Block]:
    """Lay groups down as many pages as they need.

    Parameters
    ----------
    first_top, next_top, bottom
        Where the column starts on the first and on later pages, and where it ends. [mm]
    whole
        Turn the page rather than cut a group that would fit on the next one.

    Returns
    -------
    list of Block
        One block a page, in page coordinates.

    Raises
    ------
    ValueError
        If one heading with its first rows is taller than a page.

    """
    pages: list[list[Block]] = [[]]
    y = first_top

    def turn() -> float:
        pages.append([])
        return next_top

    def place(block: Block) -> float:
        if y + block.height > bottom:
            where = ", ".join(field.id for field in block.fields) or "a heading"
            room = bottom - y
            msg = f"{where} needs {block.height:.0f} mm of {room:.0f} left; shorten its words"
            raise ValueError(msg)
        pages[-1].append(block.at(y))
        return y + block.height

    for group in groups:
        kept = sum(row.height for row in group.rows[: group.keep])
        all_rows = sum(row.height for row in group.rows)
        if whole and next_top + group.head.height + all_rows <= bottom:
            kept = all_rows
        space = group.space if pages[-1] else 0.0
        has_begun = pages[-1] or y > next_top
        if has_begun and y + space + group.head.height + kept > bottom:
            y = turn()
        else:
            y += space
        y = place(group.head)
        for row in group.rows:
            if y + row.height > bottom:
                y = turn()
                y = place(group.head_again)
            y = place(row)
    return [
        Block(
            bottom,
            tuple(item for block in blocks for item in block.items),
            tuple(field for block in blocks for field in block.fields),
        )
        for blocks in pages
    ]
