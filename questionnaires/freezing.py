"""The model back to plain values, so that a definition can be kept, compared and told apart.

A form that has been sent out must never change (design, promise 6). The database keeps its
:func:`canonical_json` under its :func:`digest`, and ``questionnaires.loader`` reads it back
with ``questionnaire_from``, ``campaign_from`` or ``criteria_from``. The mapping holds all it
needs: a frozen form carries its scales with it, a frozen campaign its settings, so that a
later change of ``scales.yaml`` or of a default touches neither.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from questionnaires.model import Campaign, CriteriaSet, Questionnaire, Scale, Text

Definition = Questionnaire | Campaign | CriteriaSet


def to_mapping(definition: Definition) -> dict[str, Any]:
    """Return a definition as JSON-able mappings and lists; nothing is lost.

    Raises
    ------
    ValueError
        If two different scales of a form share a code, so that one would be lost.

    """
    mapping: dict[str, Any] = _plain(definition)
    if isinstance(definition, Questionnaire):
        mapping["scales"] = _scales(definition)
        if not definition.languages:
            del mapping["languages"]  # forms that were frozen before keep their digest
    if isinstance(definition, CriteriaSet):
        mapping["max_points"] = _plain(definition.max_points)
    return mapping


def canonical_json(definition: Definition) -> str:
    """Return the one JSON text of a definition: sorted keys, no spaces, NFC as loaded."""
    return json.dumps(
        to_mapping(definition), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def digest(definition: Definition) -> str:
    """Return the SHA-256 of :func:`canonical_json`, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(definition).encode()).hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401 - walks every field of the model
    plain: Any = value
    match value:
        case Text():
            plain = {"vi": value.vi, "en": value.en, **value.others}
        case Decimal():
            # 100 and 1E+2 are one number and must have one digest
            plain = f"{value.normalize():f}"
        case StrEnum():
            plain = str(value)
        case date():
            plain = value.isoformat()
        case Mapping():
            plain = {key: _plain(inner) for key, inner in value.items()}
        case tuple():
            plain = [_plain(inner) for inner in value]
        case Scale():
            plain = value.code  # its choices stand once, in the form's own list
        case _ if is_dataclass(value):
            plain = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return plain


def _scales(form: Questionnaire) -> dict[str, Any]:
    """Return choices by scale code, in the order the form first uses them."""
    scales: dict[str, Any] = {}
    for question in form.questions:
        if question.scale is None:
            continue
        choices = _plain(question.scale.choices)
        if scales.setdefault(question.scale.code, choices) != choices:
            msg = f"{form.code}: two scales share the code {question.scale.code!r}"
            raise ValueError(msg)
    return scales
