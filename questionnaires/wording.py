"""What pydantic found, in words an official can act on.

A place is named by the codes printed in the file (``B › Q05 › scale``) and, where the file
is at hand, by its line. Nothing here judges a definition: see ``questionnaires.checks``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from questionnaires.errors import Mistake
from questionnaires.yaml_text import YamlText

Place = tuple[str | int, ...]

NAMES: Final = ("code", "slug", "label", "title")
"""Fields that name the mapping they stand in, best first."""

SAYINGS: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("thiếu trường này", "thêm “{field}” vào mục"),
    "extra_forbidden": ("không có trường nào tên như vậy", "sửa tên hoặc xóa “{field}”"),
    "unquoted": (
        "“{given}” được YAML hiểu là số, ngày hoặc đúng/sai, không phải chữ",
        'đặt trong ngoặc kép đúng như trên giấy, ví dụ "3.10"',
    ),
    "string_type": ("phải là chữ", "viết một đoạn chữ cho “{field}”"),
    "string_too_short": ("để trống", "điền nội dung cho “{field}”"),
    "string_pattern_mismatch": (
        "“{given}” không phải mã ngôn ngữ",
        "dùng mã ISO 639 viết thường, ví dụ hmn, tyz, km; cần rõ chữ viết thì hmn-Latn",
    ),
    "int_type": ("“{given}” không phải số nguyên", "viết số nguyên, không dấu chấm, không ngoặc"),
    "bool_type": ("“{given}” không phải đúng/sai", "viết true hoặc false"),
    "date_type": ("“{given}” không phải ngày", "viết ngày dạng 2021-03-15"),
    "not_a_day": ("“{given}” không phải ngày có thật", "viết ngày dạng 2021-03-15"),
    "not_a_number": ("“{given}” không phải số", 'viết số, phần lẻ sau dấu chấm: "2.5"'),
    "inexact_number": (
        "số “{given}” không giữ được chính xác khi đọc",
        'đặt số trong ngoặc kép: "{given}"',
    ),
    "greater_than": ("“{given}” quá nhỏ, phải lớn hơn {gt}", "sửa lại số"),
    "greater_than_equal": ("“{given}” quá nhỏ, ít nhất là {ge}", "sửa lại số"),
    "less_than_equal": ("“{given}” quá lớn, nhiều nhất là {le}", "sửa lại số"),
    "enum": ("“{given}” không phải giá trị được dùng", "chọn một trong {expected}"),
    "literal_error": ("“{given}” không phải giá trị được dùng", "chọn một trong {expected}"),
    "list_type": ("phải là danh sách", "mỗi mục một dòng, bắt đầu bằng dấu “-”"),
    "dict_type": ("phải là các cặp khóa: giá trị", "viết lại dạng “khóa: giá trị”"),
    "model_type": ("phải là các cặp khóa: giá trị", "viết lại dạng “khóa: giá trị”"),
}

LISTS: Final = frozenset(
    (
        *("sections", "questions", "scales", "bands"),
        *("groups", "units", "rules", "stated_totals", "offices", "timetable", "stages"),
    )
)
"""Headings that say nothing a place needs; the codes under them do."""

ENGLISH_MISSING: Final = ("thiếu bản tiếng Anh", "thêm “en: …” bên cạnh “vi: …”")


def normalised(value: Any) -> Any:  # noqa: ANN401 - a file holds any plain value
    """Return the value with all its text, keys included, in Unicode NFC."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {normalised(key): normalised(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [normalised(inner) for inner in value]
    return value


def mistakes_of(
    error: ValidationError, data: object, path: str, source: YamlText | None
) -> list[Mistake]:
    """Word every error pydantic reports about ``data``, in the order of the file."""
    mistakes = []
    for detail in error.errors(include_url=False):
        place = place_of(detail)
        where = _where(place, data)
        if source is not None:
            where = f"{where} (dòng {source.line_of(place)})"
        problem, remedy = _say(detail, place)
        mistakes.append(Mistake(path, where, problem, remedy))
    return mistakes


def place_of(detail: ErrorDetails) -> Place:
    """Return keys and indexes that lead to the error, without pydantic's own marks."""
    return tuple(step for step in detail["loc"] if step != "[key]")


def without(data: object, places: Sequence[Place]) -> object:
    """Return a copy of ``data`` without the list items or fields that ``places`` lie in.

    What is left can still be judged: one wrong question must not hide the mistakes of
    the others.
    """
    wounds = {_item_around(place) for place in places}
    return _copy_without(data, (), wounds)


def _item_around(place: Place) -> Place:
    """Shorten a place to the innermost list item it lies in, or else to its first key."""
    positions = [number for number, step in enumerate(place) if isinstance(step, int)]
    return place[: positions[-1] + 1] if positions else place[:1]


def _copy_without(data: object, here: Place, wounds: set[Place]) -> object:
    if isinstance(data, Mapping):
        return {
            key: _copy_without(inner, (*here, key), wounds)
            for key, inner in data.items()
            if (*here, key) not in wounds
        }
    if isinstance(data, list):
        return [
            _copy_without(inner, (*here, number), wounds)
            for number, inner in enumerate(data)
            if (*here, number) not in wounds
        ]
    return data


def _where(place: Place, data: object) -> str:
    """Name a place by the codes on the way to it: ``B › Q05 › label``."""
    words: list[str] = []
    for number, step in enumerate(place):
        data = _inner(data, step)
        if isinstance(step, int):
            words.append(_name_of(data) or f"{place[number - 1]}[{step + 1}]")
        elif step not in LISTS or number == len(place) - 1:
            words.append(step)
    return " › ".join(words) or "cả tệp"


def _inner(data: object, step: str | int) -> object:
    if isinstance(data, Mapping):
        return data.get(step)
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return None


def _name_of(data: object) -> str | None:
    if not isinstance(data, Mapping):
        return None
    return next((str(data[name]) for name in NAMES if isinstance(data.get(name), str)), None)


def _say(detail: ErrorDetails, place: Place) -> tuple[str, str]:
    kind = detail["type"]
    if kind == "missing" and place and place[-1] == "en":
        return ENGLISH_MISSING
    problem, remedy = SAYINGS.get(kind, (detail["msg"], "sửa lại theo tài liệu về tệp định nghĩa"))
    words = {
        "given": detail["input"],
        "field": place[-1] if place else "tệp",
        **detail.get("ctx", {}),
    }
    words["expected"] = str(words.get("expected", "")).replace(" or ", " hoặc ")
    return problem.format_map(words), remedy.format_map(words)


def vi_number(value: Decimal | int) -> str:
    """Print a number the Vietnamese way.

    >>> vi_number(1092), vi_number(Decimal("2.50"))
    ('1.092', '2,5')
    """
    plain = f"{Decimal(value):,f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.translate(str.maketrans(",.", ".,"))
