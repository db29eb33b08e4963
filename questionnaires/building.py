"""Mappings to the model: everything a definition names must be there, of its type.

The edge between plain values and the vocabulary. ``*_from`` judge only what the model cannot
do without (fields, types, scales and parents that exist); whether a form is sound is asked in
``questionnaires.checks``, files are read by ``questionnaires.loader``, and the way back is
``questionnaires.freezing``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from questionnaires.errors import DefinitionError, Mistake
from questionnaires.model import Campaign, CriteriaSet, Questionnaire, Scale
from questionnaires.schema_campaigns import CampaignIn
from questionnaires.schema_criteria import CriteriaSetIn
from questionnaires.schema_edge import Edge
from questionnaires.schema_forms import QuestionnaireIn, ScalesIn
from questionnaires.wording import Place, mistakes_of, normalised, place_of, vi_number, without
from questionnaires.yaml_text import YamlText, parse_yaml

SCALES: Final = Path(__file__).parent / "scales.yaml"

Value = TypeVar("Value", bound=Questionnaire | Campaign | CriteriaSet)
Schema = TypeVar("Schema", bound=Edge)
Build = Callable[[Any, str, YamlText | None], Value]


class UnreadableError(DefinitionError):
    """A definition that does not become a value; remembers which parts are to blame."""

    def __init__(self, mistakes: Sequence[Mistake], places: Sequence[Place]) -> None:
        super().__init__(mistakes)
        self.places = tuple(places)


@cache
def shared_scales() -> Mapping[str, Scale]:
    """Return the scales of ``scales.yaml`` by code (``Q4``, ``S5``, ``YN``, ``NV``)."""
    source = parse_yaml(SCALES.read_text(encoding="utf-8"), SCALES.name)
    return _validated(ScalesIn, source.data, source.path, source).values()


def questionnaire_from(
    mapping: Mapping[str, Any], path: str = "phiếu", source: YamlText | None = None
) -> Questionnaire:
    """Turn a mapping into a form; ``path`` names it in mistakes.

    Raises
    ------
    DefinitionError
        If a field is missing, unknown or of the wrong type, or a scale does not exist.

    """
    own = mapping.get("scales") if isinstance(mapping, Mapping) else None
    known = {*shared_scales(), *(own if isinstance(own, Mapping) else ())}
    unknown: dict[Place, Mistake] = {}
    for section_place, section in _rows(mapping, "sections"):
        for place, question in _rows(section, "questions"):
            scale = question.get("scale")
            if isinstance(scale, str) and scale not in known:
                unknown[section_place + place] = Mistake(
                    path,
                    str(question.get("code")),
                    f"không có thang “{scale}”",
                    f"dùng một trong {', '.join(sorted(known))}, hoặc khai báo ở mục scales",
                )
    return _validated(QuestionnaireIn, mapping, path, source, unknown).value(shared_scales())


def campaign_from(
    mapping: Mapping[str, Any], path: str = "kế hoạch", source: YamlText | None = None
) -> Campaign:
    """Turn a mapping into a campaign; ``path`` names it in mistakes.

    Raises
    ------
    DefinitionError
        If a field is missing, unknown or of the wrong type.

    """
    return _validated(CampaignIn, mapping, path, source).value()


def criteria_from(
    mapping: Mapping[str, Any], path: str = "bộ tiêu chí", source: YamlText | None = None
) -> CriteriaSet:
    """Turn a mapping into a criteria set; ``path`` names it in mistakes.

    Raises
    ------
    DefinitionError
        If a field is missing, unknown or of the wrong type, a parent does not stand before
        its children (a tree with a ring in it could not be walked), or the set's own
        ``max_points`` is not what its criteria add up to.

    """
    orphans: dict[Place, Mistake] = {}
    above: set[object] = {None}
    for place, row in _rows(mapping, "criteria"):
        if (parent := row.get("parent")) not in above:
            problem = f"tiêu chí cha “{parent}” không đứng trước nó"
            remedy = "sửa mã tiêu chí cha, hoặc xếp tiêu chí cha lên trên"
            orphans[place] = Mistake(path, str(row.get("code")), problem, remedy)
        above.add(row.get("code"))
    parsed = _validated(CriteriaSetIn, mapping, path, source, orphans)
    criteria = parsed.value()
    if parsed.max_points not in (None, criteria.max_points):
        problem = (
            f"bộ tiêu chí ghi tổng {vi_number(parsed.max_points)} điểm nhưng các tiêu chí "
            f"cộng lại được {vi_number(criteria.max_points)} điểm"
        )
        remedy = "sửa điểm tối đa của tiêu chí hoặc tổng điểm"
        raise UnreadableError([Mistake(path, "max_points", problem, remedy)], [("max_points",)])
    return criteria


def readable_part(data: object, error: UnreadableError, build: Build[Value]) -> Value | None:
    """Build what is left when unreadable items are taken out, or None if nothing is.

    Unreadable headings get a placeholder. Taking a criterion out orphans its children, so
    it may need one round per level of the tree.
    """
    for _ in range(DEEPEST):
        data = without(data, error.places)
        if not isinstance(data, dict):
            return None
        data.pop("max_points", None)  # it can no longer add up
        data = {**HEADINGS[build], **data}
        try:
            return build(data, "", None)
        except UnreadableError as further:
            error = further
    return None


def _rows(mapping: object, key: str) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Yield place and content of the mappings listed under ``key``, unread as they are."""
    listed = mapping.get(key) if isinstance(mapping, Mapping) else None
    for number, row in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(row, Mapping):
            yield (key, number), row


def _validated(
    schema: type[Schema],
    mapping: object,
    path: str,
    source: YamlText | None,
    dangling: Mapping[Place, Mistake] = MappingProxyType({}),
) -> Schema:
    """Validate a mapping; ``dangling`` are references already found to lead nowhere."""
    try:
        value = schema.model_validate(normalised(mapping))
    except ValidationError as error:
        mistakes = [*mistakes_of(error, mapping, path, source), *dangling.values()]
        places = [*(place_of(detail) for detail in error.errors()), *dangling]
        raise UnreadableError(mistakes, places) from error
    if dangling:
        raise UnreadableError(list(dangling.values()), list(dangling))
    return value


TITLE: Final = {"vi": "?", "en": "?"}
DAY: Final = date(2000, 1, 1)
DEEPEST: Final = 6
"""Levels a criteria tree may lose one after the other."""
HEADINGS: Final[Mapping[Callable[..., Any], Mapping[str, Any]]] = {
    questionnaire_from: {"code": "X", "title": TITLE, "intro": TITLE, "sections": []},
    campaign_from: {
        **dict.fromkeys(("slug", "short_code", "title", "organisation"), "X"),
        **dict.fromkeys(("opens", "closes", "assessed_from", "assessed_to"), DAY),
        **{key: [] for key in ("legal_basis", "groups", "units", "rules", "stated_totals")},
        "unit_kinds": {},
        "criteria": {},
        "year": 2000,
    },
    criteria_from: {"code": "X", "title": TITLE, "unit_kind": "X", "criteria": [], "bands": []},
}
"""Stand in for headings that cannot be read, so that the rows below them can be judged."""
