"""A small world for the analysis tests: two scales, short forms, a flat or a deep set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import pandas as pd

from questionnaires.model import (
    NO_OPINION,
    Band,
    Campaign,
    Choice,
    CriteriaSet,
    Criterion,
    Design,
    Kind,
    NotApplicable,
    Question,
    Questionnaire,
    QuotaRule,
    Scale,
    Section,
    Settings,
    Source,
    Text,
    Unit,
)


def label(words: str) -> Text:
    return Text(words, words)


def scale(code: str, percents: Mapping[str, str]) -> Scale:
    graded = [Choice(key, label(key), Decimal(value)) for key, value in percents.items()]
    return Scale(code, (*graded, Choice(NO_OPINION, label("không biết"))))


Q4 = scale("Q4", {"1": "100", "2": "60", "3": "20", "4": "0"})
S5 = scale("S5", {"1": "0", "2": "25", "3": "50", "4": "75", "5": "100"})


def question(
    code: str, criterion: str | None, *, on: Scale = Q4, rules: tuple[str, ...] = ()
) -> Question:
    return Question(code, label(code), Kind.SCALE, on, criterion, rules)


def form(code: str, *questions: Question) -> Questionnaire:
    return Questionnaire(code, label(code), label(""), (Section("A", label("A"), questions),))


def rule(code: str, per_unit: int, *, form: str | None = None, cross: bool = False) -> QuotaRule:
    return QuotaRule(
        code=code,
        clause="1",
        wording=code,
        form=form or code.split("-", maxsplit=1)[0],
        group=code,
        unit_kind="office",
        per_unit=per_unit,
        design=Design.CROSS if cross else Design.OWN,
        stated_total=per_unit,
    )


def leaf(
    code: str,
    max_points: str,
    source: Source = Source.SELF,
    *,
    parent: str | None = None,
    policy: NotApplicable = NotApplicable.EXCLUDE,
    weights: Mapping[str, Decimal] | None = None,
) -> Criterion:
    return Criterion(
        code=code,
        title=label(code),
        parent=parent,
        max_points=Decimal(max_points),
        source=source,
        not_applicable=policy,
        group_weights=weights or {},
    )


def branch(code: str, parent: str | None = None) -> Criterion:
    return Criterion(code, label(code), parent, Decimal(0), None)


def criteria_set(*criteria: Criterion, bands: Sequence[tuple[str, str]] = ()) -> CriteriaSet:
    return CriteriaSet(
        code="set",
        title=label("bộ tiêu chí mẫu"),
        unit_kind="office",
        criteria=criteria,
        bands=tuple(Band(name, Decimal(minimum)) for name, minimum in bands),
    )


def campaign(
    rules: Sequence[QuotaRule] = (),
    units: Iterable[str] = ("A",),
    settings: Settings | None = None,
) -> Campaign:
    day = date(2021, 3, 15)
    return Campaign(
        slug="small",
        short_code="SM",
        year=2020,
        title="Đợt nhỏ",
        organisation="",
        legal_basis=(),
        opens=day,
        closes=day,
        assessed_from=day,
        assessed_to=day,
        unit_kinds={"office": label("phòng")},
        groups=(),
        units=tuple(Unit(code, f"Phòng {code}", "office") for code in units),
        rules=tuple(rules),
        stated_totals=(),
        criteria={"office": "set"},
        enumerator_fees_vnd={},
        settings=settings or Settings(),
    )


def ballots(*given: tuple[str, str, Sequence[Mapping[str, str]]]) -> pd.DataFrame:
    """Counted ballots from (unit, rule, answers of each person)."""
    return pd.DataFrame(
        [
            {"unit": unit, "rule": code, "status": "counted", "answers": dict(answers)}
            for unit, code, people in given
            for answers in people
        ],
        columns=["unit", "rule", "status", "answers"],
        dtype=object,
    )


def scores(given: Mapping[tuple[str, str], str | None], step: str = "round_1") -> pd.DataFrame:
    """Appraised points from (unit, criterion) -> points."""
    return pd.DataFrame(
        [
            {
                "unit": unit,
                "criterion": criterion,
                "round": step,
                "points": None if points is None else Decimal(points),
            }
            for (unit, criterion), points in given.items()
        ],
        columns=["unit", "criterion", "round", "points"],
        dtype=object,
    )
