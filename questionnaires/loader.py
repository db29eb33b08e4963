"""Definition files to the model: every mistake of a file at once, each with its remedy.

``load_*`` read a file that ships with the product (by code) or any other (by path) and
refuse one that is wrong or ambiguous. ``*_from`` turn a mapping into the model without
judging it: definitions frozen in the database are read back that way, so a check that a later
version adds never locks out a form that has been published. The way back is
``questionnaires.freezing``; whether files fit each other, and whether the plan adds up, is
asked of ``questionnaires.checks.check_together`` before a campaign opens.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from questionnaires.building import (
    Build,
    UnreadableError,
    Value,
    campaign_from,
    criteria_from,
    questionnaire_from,
    readable_part,
    shared_scales,
)
from questionnaires.checks import (
    campaign_items,
    check_campaign_without_sums,
    check_criteria,
    check_questionnaire,
    criteria_items,
    questionnaire_items,
)
from questionnaires.errors import DefinitionError, Mistake
from questionnaires.freezing import canonical_json, digest, to_mapping
from questionnaires.model import Campaign, CriteriaSet, Questionnaire
from questionnaires.yaml_text import parse_yaml

__all__ = [
    "Shipped",
    "available",
    "campaign_from",
    "canonical_json",
    "criteria_from",
    "digest",
    "load_campaign",
    "load_criteria",
    "load_questionnaire",
    "questionnaire_from",
    "shared_scales",
    "to_mapping",
]

ROOT: Final = Path(__file__).parent
SAFE_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Shipped:
    """Codes of the definitions that come with the product, sorted."""

    forms: tuple[str, ...]
    campaigns: tuple[str, ...]
    criteria: tuple[str, ...]


def available() -> Shipped:
    """List what ships; every code can be given to its ``load_`` function."""
    return Shipped(
        forms=tuple(code.upper() for code in _codes_in("forms")),
        campaigns=_codes_in("campaigns"),
        criteria=_codes_in("criteria"),
    )


def load_questionnaire(code_or_path: str | Path) -> Questionnaire:
    """Read a form by code (``CH1``) or from a file.

    Raises
    ------
    DefinitionError
        With every mistake of the file.

    """
    file = _file("forms", code_or_path, str.lower)
    return _load(file, questionnaire_from, check_questionnaire, questionnaire_items)


def load_campaign(slug_or_path: str | Path) -> Campaign:
    """Read a campaign by slug (``bo_trach_2020``) or from a file.

    A plan that does not add up can be read, so that it can be shown and corrected; it
    cannot be opened (``questionnaires.checks.check_together``).

    Raises
    ------
    DefinitionError
        With every mistake of the file but those of its sums.

    """
    file = _file("campaigns", slug_or_path)
    return _load(file, campaign_from, check_campaign_without_sums, campaign_items)


def load_criteria(code_or_path: str | Path) -> CriteriaSet:
    """Read a criteria set by code (``department``) or from a file.

    Raises
    ------
    DefinitionError
        With every mistake of the file.

    """
    file = _file("criteria", code_or_path)
    return _load(file, criteria_from, check_criteria, criteria_items)


# --- from a file to a mapping ------------------------------------------------------------


def _codes_in(folder: str) -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in (ROOT / folder).glob("*.yaml")))


def _file(folder: str, code_or_path: str | Path, as_stem: Callable[[str], str] = str) -> Path:
    """Find the file of a code that ships, or take a path as it is."""
    if isinstance(code_or_path, Path) or code_or_path.endswith((".yaml", ".yml")):
        return Path(code_or_path)
    file = ROOT / folder / f"{as_stem(code_or_path)}.yaml"
    if not SAFE_CODE.fullmatch(code_or_path) or not file.is_file():
        problem = f"không có “{code_or_path}” trong {folder}"
        remedy = f"dùng một trong: {', '.join(_codes_in(folder)) or '(chưa có tệp nào)'}"
        raise DefinitionError([Mistake(folder, "mã", problem, remedy)])
    return file


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        problem = f"không mở được tệp ({error.strerror})"
        remedy = "kiểm tra đường dẫn và quyền đọc tệp"
        raise DefinitionError([Mistake(file.name, "cả tệp", problem, remedy)]) from error
    except UnicodeDecodeError as error:
        problem = f"tệp không phải UTF-8 (byte {error.start})"
        remedy = "lưu lại tệp với mã hóa UTF-8"
        raise DefinitionError([Mistake(file.name, "cả tệp", problem, remedy)]) from error


def _load(
    file: Path,
    build: Build[Value],
    check: Callable[[Value, str], list[Mistake]],
    check_parts: Callable[[Value, str], list[Mistake]],
) -> Value:
    """Read, build and check one file; where it is unreadable, judge the parts that are not."""
    path = str(file.relative_to(ROOT)) if file.is_relative_to(ROOT) else file.name
    source = parse_yaml(_text_of(file), path)
    mistakes = list(source.mistakes)
    try:
        value = build(source.data, path, source)
    except UnreadableError as error:
        rest = readable_part(source.data, error, build)
        further = check_parts(rest, path) if rest else ()
        raise DefinitionError([*mistakes, *error.mistakes, *further]) from error
    mistakes += check(value, path)
    if mistakes:
        raise DefinitionError(mistakes)
    return value
