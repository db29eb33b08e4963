"""Boring definitions: a small form, plan and criteria set in which nothing is wrong."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from questionnaires.loader import shared_scales
from questionnaires.model import (
    Band,
    Campaign,
    CriteriaSet,
    Criterion,
    Design,
    Group,
    Kind,
    Question,
    Questionnaire,
    QuotaRule,
    Section,
    Source,
    StatedTotal,
    Text,
    Unit,
)

WORD = Text("chữ", "word")


def make_question(code="Q01", **changes):
    question = Question(code, WORD, Kind.SCALE, shared_scales()["Q4"], "1.1")
    return replace(question, **changes)


def make_form(*questions, **changes):
    section = Section("A", WORD, questions or (make_question(),))
    return replace(Questionnaire("F1", WORD, WORD, (section,)), **changes)


def make_rule(code="F1", **changes):
    rule = QuotaRule(
        code=code, clause="II.1", wording="2 người x 3 xã = 6 phiếu", form="F1", group="people",
        unit_kind="commune", per_unit=2, design=Design.OWN, stated_total=6,
    )  # fmt: skip
    return replace(rule, **changes)


def make_campaign(**changes):
    campaign = Campaign(
        slug="small_2020",
        short_code="SM20",
        year=2020,
        title="Đợt nhỏ",
        organisation="UBND huyện",
        legal_basis=(),
        opens=date(2021, 3, 1),
        closes=date(2021, 3, 4),
        assessed_from=date(2020, 1, 1),
        assessed_to=date(2020, 12, 31),
        unit_kinds={"commune": WORD},
        groups=(Group("people", WORD), Group("citizens", WORD)),
        units=tuple(Unit(f"X{n}", f"Xã {n}", "commune") for n in (1, 2, 3)),
        rules=(make_rule(),),
        stated_totals=(StatedTotal("Tổng", ("F1",), 6),),
        criteria={"commune": "small"},
        enumerator_fees_vnd={},
    )
    return replace(campaign, **changes)


def make_leaf(code="1.1", **changes):
    leaf = Criterion(code, WORD, "1", Decimal(40), Source.SURVEY)
    return replace(leaf, **changes)


def make_criteria(*leaves, **changes):
    leaves = leaves or (make_leaf(), make_leaf("1.2", max_points=Decimal(60), source=Source.SELF))
    total = sum(leaf.max_points for leaf in leaves)
    criteria = CriteriaSet(
        code="small",
        title=WORD,
        unit_kind="commune",
        criteria=(Criterion("1", WORD, None, total, None), *leaves),
        bands=(Band("Đạt", Decimal(50)), Band("Chưa đạt", Decimal(0))),
    )
    return replace(criteria, **changes)
