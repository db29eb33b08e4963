"""What the commands share: who acts, and how a table is printed."""

from __future__ import annotations

import getpass
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import click

from survey_app.services.audit import Actor


def _name() -> str:
    try:
        return f"cchc:{getpass.getuser()}"
    except (KeyError, OSError):  # a container without a name for its user
        return "cchc"


COMMAND_LINE = Actor.system(_name())


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns; numbers to the right."""
    cells = [[unicodedata.normalize("NFC", str(cell)) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    for line, row in enumerate(cells):
        out = [
            cell.rjust(width) if line and cell[:1].isdigit() else cell.ljust(width)
            for cell, width in zip(row, widths, strict=True)
        ]
        click.echo("  ".join(out).rstrip())


def write(path: Path, data: bytes) -> None:
    """Write a file and say so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    click.echo(f"Đã ghi {path} ({len(data) / 1024:.0f} kB).")
