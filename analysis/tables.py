"""Results laid out as tidy tables, for the screen, the workbook and CSV.

Every function takes an ``IndexResult`` and returns a frame with one row per thing and codes
beside labels; formatting numbers the Vietnamese way is left to whoever prints. Tables below
the component take ``restricted``: True for the council, False for everyone, where the
publish states of ``analysis.publish`` are applied and a figure that is closed is None with
its reason beside it. One criterion is opened by ``analysis.explain``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from analysis.explain import ExplainedGroup, public_groups, restricted_groups
from analysis.index import shares_of
from analysis.publish import PublishState
from analysis.results import CriterionResult, IndexResult, UnitResult
from analysis.secrets import SOURCE


def summary_table(result: IndexResult, kind: str, *, restricted: bool) -> pd.DataFrame:
    """One row per unit of a kind, best first; units without an index last, in plan order.

    Columns: ``rank``, ``unit``, ``name``, one column per source of points (``self``,
    ``survey``, ``imported``, as far as the set has them), ``points``, ``max_points``,
    ``adjustment``, ``index``, ``band``, ``missing`` (codes joined by a comma).
    """
    sources = list(
        dict.fromkeys(source for unit in result.units_of(kind) for source in unit.points_by_source)
    )
    units = sorted(result.units_of(kind), key=lambda unit: (unit.rank is None, unit.rank or 0))
    return pd.DataFrame(
        [
            {
                "rank": unit.rank,
                "unit": unit.code,
                "name": unit.name,
                **{source: _by_source(unit, source, restricted=restricted) for source in sources},
                "points": unit.points,
                "max_points": unit.max_points,
                "adjustment": unit.adjustment,
                "index": unit.index,
                "band": unit.band,
                "missing": ", ".join(unit.missing),
            }
            for unit in units
        ],
        dtype=object,
    )


def component_table(result: IndexResult, kind: str, *, restricted: bool) -> pd.DataFrame:
    """One row per unit and component.

    Columns: ``unit``, ``name``, ``component``, ``title``, ``title_en``, ``points``,
    ``max_points``, ``index`` (percent), ``state``, ``reason``.
    """
    criteria = result.criteria[kind]
    return pd.DataFrame(
        [
            {
                "unit": unit.code,
                "name": unit.name,
                "component": component.code,
                "title": criteria.by_code[component.code].title.vi,
                "title_en": criteria.by_code[component.code].title.en,
                "points": component.points
                if restricted or component.code not in unit.hidden
                else None,
                "max_points": component.max_points,
                "index": component.index if restricted else component.published.value,
                "state": component.published.state.value,
                "reason": component.published.reason.text.vi,
            }
            for unit in result.units_of(kind)
            for component in unit.components
        ],
        dtype=object,
    )


def criteria_table(result: IndexResult, kind: str, *, restricted: bool) -> pd.DataFrame:
    """One row per unit and leaf.

    Columns: ``unit``, ``name``, ``criterion``, ``title``, ``title_en``, ``source``,
    ``max_points``, ``points``, ``leaf_state`` (``scored``, ``full``, ``excluded``,
    ``missing``, ``rescaled``), ``round``, ``state``, ``reason``; and, restricted only, one
    column per weighting that is not official (``equal``, ``pooled``, ``by_form``).
    """
    criteria = result.criteria[kind]
    return pd.DataFrame(
        [
            {
                "unit": unit.code,
                "name": unit.name,
                "criterion": leaf.code,
                "title": criteria.by_code[leaf.code].title.vi,
                "title_en": criteria.by_code[leaf.code].title.en,
                "source": str(criteria.by_code[leaf.code].source),
                "max_points": leaf.max_points,
                "points": leaf.points if restricted else leaf.published.value,
                "leaf_state": leaf.state.value,
                "round": leaf.round,
                "state": leaf.published.state.value,
                "reason": leaf.published.reason.text.vi,
                **(dict(leaf.alternatives or {}) if restricted else {}),
            }
            for unit in result.units_of(kind)
            for leaf in unit.criteria
        ],
        dtype=object,
    )


def group_table(result: IndexResult, kind: str, *, restricted: bool) -> pd.DataFrame:
    """One row per unit, survey criterion and group (or groups shown as one).

    Columns: ``unit``, ``criterion``, ``rules`` (joined by ``+``), ``form``, ``people``,
    ``weight`` (0-1), ``mean`` (percent of full marks), ``state``, ``reason``.
    """
    return pd.DataFrame(
        [
            {
                "unit": unit.code,
                "criterion": leaf.code,
                "rules": "+".join(group.rules),
                "form": group.form,
                "people": group.people,
                "weight": group.weight,
                "mean": group.mean,
                "state": group.state.value,
                "reason": group.reason.text.vi,
            }
            for unit, leaf, group in _groups(result, kind, restricted=restricted)
        ],
        columns=[
            "unit",
            "criterion",
            "rules",
            "form",
            "people",
            "weight",
            "mean",
            "state",
            "reason",
        ],
        dtype=object,
    )


def question_table(result: IndexResult, kind: str, *, restricted: bool) -> pd.DataFrame:
    """One row per unit, group, question and choice, scored questions only.

    Columns: ``unit``, ``criterion``, ``rules``, ``form``, ``question``, ``choice`` (a code,
    ``9``, ``.`` or ``/``), ``n`` (answers). A closed question has one row with ``choice``
    and ``n`` None; ``state`` and ``reason`` stand beside it.
    """
    rows: list[dict[str, Any]] = []
    for unit, leaf, group in _groups(result, kind, restricted=restricted):
        for question in group.questions:
            shown: dict[Any, Any] = dict(question.counts) if question.counts else {None: None}
            rows += [
                {
                    "unit": unit.code,
                    "criterion": leaf.code,
                    "rules": "+".join(group.rules),
                    "form": group.form,
                    "question": question.question,
                    "choice": choice,
                    "n": n,
                    "state": question.state.value,
                    "reason": question.reason.text.vi,
                }
                for choice, n in shown.items()
            ]
    return pd.DataFrame(
        rows,
        columns=[
            "unit",
            "criterion",
            "rules",
            "form",
            "question",
            "choice",
            "n",
            "state",
            "reason",
        ],
        dtype=object,
    )


def satisfaction_table(result: IndexResult, *, restricted: bool) -> pd.DataFrame:
    """One row per unit and form that asks for satisfaction.

    Columns: ``unit``, ``form``; ``people``, ``valid`` (None where nothing is shown);
    ``top2_share``, ``mean_percent`` (percent); ``official`` (name of the official one);
    ``state``, ``reason`` of the official one.
    """
    official = result.settings.satisfaction
    rows = []
    for row in result.satisfaction:
        published = row.published
        closed = not restricted and all(
            p.state is PublishState.SUPPRESSED for p in published.values()
        )
        rows.append(
            {
                "unit": row.unit,
                "form": row.form,
                "people": None if closed else row.people,
                "valid": None if closed else row.valid,
                "top2_share": row.top2_share if restricted else published["top2_share"].value,
                "mean_percent": row.mean_percent if restricted else published["mean_percent"].value,
                "official": official,
                "state": published[official].state.value,
                "reason": published[official].reason.text.vi,
            }
        )
    return pd.DataFrame(
        rows,
        columns=[
            "unit",
            "form",
            "people",
            "valid",
            "top2_share",
            "mean_percent",
            "official",
            "state",
            "reason",
        ],
        dtype=object,
    )


def ballot_table(result: IndexResult) -> pd.DataFrame:
    """One row per unit, rule and status: ``unit``, ``rule``, ``status``, ``n`` [ballots]."""
    return pd.DataFrame(
        [(row.unit, row.rule, row.status, row.n) for row in result.ballots],
        columns=["unit", "rule", "status", "n"],
    )


def band_table(result: IndexResult, kind: str) -> pd.DataFrame:
    """One row per band in the order of the criteria set, then one for the whole.

    Columns: ``band`` (None for the whole), ``n`` [units], ``percent``. The percent of the
    whole comes from the counts, not from adding printed percents.
    """
    bands = [unit.band for unit in result.units_of(kind)]
    counts = {band.label: bands.count(band.label) for band in result.criteria[kind].bands}
    shares = shares_of(counts, result.settings.decimals)
    total = sum(counts.values())
    rows: list[tuple[str | None, int, Any]] = [
        (label, n, shares[label]) for label, n in counts.items()
    ]
    rows.append((None, total, shares_of({"": total}, result.settings.decimals)[""]))
    return pd.DataFrame(rows, columns=["band", "n", "percent"], dtype=object)


def settings_table(result: IndexResult) -> pd.DataFrame:
    """One row per setting: ``setting``, ``value`` (text)."""
    settings = result.to_dict()["settings"]
    return pd.DataFrame(
        [
            *((name, "" if value is None else str(value)) for name, value in settings.items()),
            ("missing", result.missing.value),
        ],
        columns=["setting", "value"],
    )


def _groups(
    result: IndexResult, kind: str, *, restricted: bool
) -> Iterator[tuple[UnitResult, CriterionResult, ExplainedGroup]]:
    settings = result.settings
    for unit in result.units_of(kind):
        for leaf in unit.criteria:
            groups = (
                restricted_groups(leaf)
                if restricted
                else public_groups(
                    leaf, k_mean=settings.k_mean, k_distribution=settings.k_distribution
                )
            )
            for group in groups:
                yield unit, leaf, group


def _by_source(unit: UnitResult, source: str, *, restricted: bool) -> Any:  # noqa: ANN401  a cell
    closed = f"{SOURCE}{source}" in unit.hidden
    return unit.points_by_source.get(source) if restricted or not closed else None
