"""Sheets and columns of a form as an XLSForm workbook, named once for writing and reading.

What XLSForm knows stands in its own columns; what only an index needs stands in columns that
begin with ``cchc::``, which other programs pass over.
"""

from __future__ import annotations

import re
from typing import Final

SURVEY, CHOICES, SETTINGS = "survey", "choices", "settings"

LABEL, HINT, TITLE = "label", "hint", "cchc::ten"
"""Columns that stand once per language: ``label::Tiếng Việt (vi)``."""

SPOKEN: Final = re.compile(r"(label|hint|cchc::ten)::(.+?) ?\(([A-Za-z0-9-]+)\)")

CRITERION, KIND, RULES = "cchc::tieu_chi", "cchc::loai", "cchc::dong_phan_bo"
PROFILE, PERCENT, SAMPLE = "cchc::ve_ban_than", "cchc::phan_tram", "cchc::minh_hoa"

INTRO: Final = "intro"
"""Name of the note that holds the introduction."""

UNUSED: Final = (
    "relevant",
    "constraint",
    "calculation",
    "choice_filter",
    "repeat_count",
    "read_only",
)
"""Columns that would change what is asked, which our forms cannot do."""


def heading(column: str, name: str, code: str) -> str:
    """Return the heading of a column in one language."""
    return f"{column}::{name} ({code})"
