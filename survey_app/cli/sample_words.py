"""How ``cchc sample`` reads numbers and lists of them, and prints what comes back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import click

from survey_app.cli.common import table
from survey_app.services.sampling_files import Answer, read_number, refused


def show(action: Callable[[], Answer]) -> None:
    """Compute and print: rows in columns, then what they mean."""
    answer = refused(action)
    if answer.rows:
        table(answer.head, answer.rows)
    click.echo(answer.said.vi)


def decimal(text: str, *, counted: bool = False) -> Decimal:
    """Read a number; ``counted`` as in :func:`survey_app.services.sampling_files.read_number`."""
    found = read_number(text, counted=counted)
    if found is None:
        msg = f"“{text}” không phải số"
        raise click.BadParameter(msg)
    return found


def decimals(texts: list[str] | tuple[str, ...], *, counted: bool = False) -> list[Decimal]:
    """Read several numbers; all that are none are named."""
    found = [read_number(text, counted=counted) for text in texts]
    wrong = [f"“{text}”" for text, number in zip(texts, found, strict=True) if number is None]
    if wrong:
        msg = f"{', '.join(wrong)} không phải số"
        raise click.BadParameter(msg)
    return [number for number in found if number is not None]


def wholes(text: str) -> list[int]:
    """Read whole numbers with commas between them: ``6,3,2,31``."""
    parts = text.split(",")
    wrong = [f"“{part}”" for part in parts if not part.strip().isdecimal()]
    if wrong:
        msg = f"{', '.join(wrong)} không phải số nguyên"
        raise click.BadParameter(msg)
    return [int(part) for part in parts]


def one_or_each(text: str) -> int | list[int]:
    """Read one whole number, or one for each part."""
    found = wholes(text)
    return found[0] if len(found) == 1 else found


def one_or_named(text: str) -> int | dict[str, int]:
    """Read one whole number, or one by name: ``nam=10,nữ=12``."""
    if text.strip().isdecimal():
        return int(text)
    pairs = [pair.rpartition("=") for pair in text.split(",")]
    if not all(mark for _, mark, _ in pairs):
        msg = f"“{text}” phải là một số nguyên, hoặc có dạng tầng=số,tầng=số"
        raise click.BadParameter(msg)
    counts = wholes(",".join(value for _, _, value in pairs))
    return {name.strip(): n for (name, _, _), n in zip(pairs, counts, strict=True)}


def numbers(pairs: tuple[str, ...], *, counted: bool = False) -> dict[str, float]:
    """Read ``name=number``, several times."""
    found = {}
    for pair in pairs:
        name, mark, value = pair.rpartition("=")
        if not mark:
            msg = f"“{pair}” phải có dạng tên=số"
            raise click.BadParameter(msg)
        found[name.strip()] = float(decimal(value, counted=counted))
    return found


def by_domain(pairs: tuple[str, ...]) -> dict[tuple[str, str], float]:
    """Read ``variable=number`` or ``variable:column=number``, several times."""
    read = numbers(pairs)
    split = {name: name.partition(":") for name in read}
    return {(split[name][0].strip(), split[name][2].strip()): n for name, n in read.items()}


def totals(given: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """Read ``column:group=people,group=people``, several times."""
    found: dict[str, dict[str, float]] = {}
    for text in given:
        name, mark, rest = text.partition(":")
        if not mark:
            msg = f"“{text}” phải có dạng cột:nhóm=số,nhóm=số"
            raise click.BadParameter(msg)
        found[name.strip()] = numbers(tuple(rest.split(",")), counted=True)
    return found
