"""What the commands share: who acts, and how a table is printed."""

from __future__ import annotations

import getpass
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import click

from survey_app.formats import typed_number
from survey_app.services.audit import Actor


def _name() -> str:
    try:
        return f"cchc:{getpass.getuser()}"
    except (KeyError, OSError):  # a container without a name for its user
        return "cchc"


COMMAND_LINE = Actor.system(_name())


class Day(click.ParamType[date]):
    """A day as ``2021-03-18`` or ``18/3/2021``."""

    name = "ngày"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Read a day."""
        if isinstance(value, date):
            return value
        for form in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                return datetime.strptime(str(value), form).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
        return self.fail(f"“{value}” không phải ngày; ghi như 18/3/2021", param, ctx)


class Amount(click.ParamType[int]):
    """An amount as ``790000`` or ``790.000``."""

    name = "số tiền"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read an amount."""
        found = typed_number(str(value))
        if found is None:
            return self.fail(f"“{value}” không phải số tiền; ghi như 3.000.000", param, ctx)
        return found


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
