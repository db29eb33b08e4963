"""The text of a plan as a paper has it, in the office's order: purpose to who does what when.

Every sentence says what stands in the definition, lines of the plan in its own words; what
stands nowhere is left to be written by hand, as dots. What goes around the text (grounds,
recipients, signature) is ``services.plan_papers``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from questionnaires.model import Campaign as CampaignDefinition
from questionnaires.model import Design, QuotaRule
from questionnaires.vietnamese_numbers import dong_in_words
from questionnaires.wording import vi_number
from sampling.fees import Payee, plan_fees
from sampling.quotas import people, people_by_rule, quota_totals
from survey_app.services.paper_words import (
    LONG_DOTS,
    SENTENCE_ENDS,
    Align,
    Column,
    Line,
    Part,
    Section,
    Table,
    roman,
    units_named,
    written_day,
)

MONEY_COLUMNS: Final = (
    Column("STT", 12, Align.CENTER),
    Column("Nội dung chi", 67),
    Column("Số lượng", 26, Align.RIGHT),
    Column("Mức chi (đồng)", 25, Align.RIGHT),
    Column("Thành tiền (đồng)", 30, Align.RIGHT),
)
STEP_COLUMNS: Final = (
    Column("STT", 12, Align.CENTER),
    Column("Nội dung", 56),
    Column("Thời gian", 32),
    Column("Chủ trì", 30),
    Column("Phối hợp", 30),
)
_BALLOTS: Final = re.compile(r"(\d[\d.]*)\s+phiếu")


@dataclass(frozen=True, slots=True)
class PaidLine:
    """One line of the budget: a rule paid by the ballot, or a kind of unit paid by the unit.

    ``code`` names the rule or the kind; ``quantity`` is in ballots or in units.
    """

    code: str
    what: str
    by_ballot: bool
    quantity: int
    rate_vnd: int
    amount_vnd: int


def sections_of(definition: CampaignDefinition) -> tuple[Section, ...]:
    """Write the text of a plan, part by part; a plan that asks nobody has no quotas."""
    asking = bool(definition.rules)
    written = [
        ("MỤC ĐÍCH, YÊU CẦU", _purpose(definition)),
        ("PHẠM VI", _scope(definition)),
        *([("ĐỐI TƯỢNG VÀ SỐ PHIẾU ĐIỀU TRA", _quotas(definition))] if asking else []),
        ("THỜI GIAN", _dates(definition)),
        ("KINH PHÍ", _money(definition)),
        ("TỔ CHỨC THỰC HIỆN", _steps(definition)),
    ]
    return tuple(
        Section(f"{roman(place)}. {heading}", tuple(parts))
        for place, (heading, parts) in enumerate(written, 1)
    )


def _purpose(definition: CampaignDefinition) -> Iterator[Part]:
    aim = definition.title[0].lower() + definition.title[1:]
    yield Line("1. Mục đích", strong=True)
    if not definition.rules:
        yield Line(f"Kế hoạch này để {aim}.")
    else:
        forms = ", ".join(definition.forms)
        yield Line(
            f"Lấy ý kiến các đối tượng tại mục III bằng mẫu phiếu {forms}; kết quả dùng để {aim}."
        )
    yield Line("2. Yêu cầu", strong=True)
    if definition.rules:
        yield Line("- Lấy đủ số phiếu của từng dòng, từng đơn vị theo Phụ lục kèm theo.")
        yield Line(
            "- Phiếu không ghi tên người trả lời; danh sách người trả lời và danh sách ký nhận "
            "thù lao lập riêng, không gắn với phiếu."
        )
    yield Line(f"- {LONG_DOTS}")


def _scope(definition: CampaignDefinition) -> Iterator[Part]:
    units = "; ".join(assessed(definition))
    where = " (danh sách tại Phụ lục)" if definition.rules else ""
    yield Line(f"- Đơn vị được đánh giá: {units}{where}.")
    if definition.offices:
        names = "; ".join(office.name for office in definition.offices)
        yield Line(f"- Cơ quan tham gia, không được đánh giá: {names}.")
    yield Line(
        f"- Thời kỳ đánh giá: từ ngày {written_day(definition.assessed_from)} đến hết ngày "
        f"{written_day(definition.assessed_to)}."
    )


def _quotas(definition: CampaignDefinition) -> Iterator[Part]:
    totals = quota_totals(definition)
    kinds = [kind for kind in definition.unit_kinds if totals.by_unit_kind[kind]]
    for place, kind in enumerate(kinds):
        rules = [rule for rule in definition.rules if rule.unit_kind == kind]
        if len(kinds) > 1:
            heading = _heading(definition, rules, place, kind)
            yield Line(f"{heading}: {vi_number(totals.by_unit_kind[kind])} phiếu", strong=True)
        for rule in rules:
            yield Line(f"- {_rule_line(definition, rule)}")
            yield from _stages(rule)
    everybody = vi_number(sum(people_by_rule(definition).values()))
    yield Line(
        f"Tổng số: {vi_number(totals.total)} phiếu của {everybody} người trả lời; "
        "phân bổ cho từng đơn vị tại Phụ lục kèm theo.",
        strong=True,
    )
    if crossed := [rule for rule in definition.rules if rule.design is Design.CROSS]:
        listed = "; ".join(
            f"{rule.code}: {vi_number(people(definition, rule))} người" for rule in crossed
        )
        yield Line(
            f"Người trả lời chung, mỗi người trả lời về mọi đơn vị của dòng ({listed}); ở các "
            "dòng khác mỗi đơn vị có người trả lời riêng, mỗi người một phiếu."
        )


def _heading(definition: CampaignDefinition, rules: list[QuotaRule], place: int, kind: str) -> str:
    """Return the plan's own heading over lines of one kind of unit, or say what they are about."""
    codes = {rule.code for rule in rules}
    own = [total.label for total in definition.stated_totals if set(total.rules) == codes]
    if own:
        return own[0].rstrip(SENTENCE_ENDS)
    names = [unit.name for unit in definition.units if unit.kind == kind]
    about = units_named(names, definition.unit_kinds[kind].vi)
    return f"{chr(ord('a') + place)}) Đánh giá {about}"


def _rule_line(definition: CampaignDefinition, rule: QuotaRule) -> str:
    """Return the line in the plan's own words, with the number it has now if they say another."""
    total = vi_number(definition.ballots_of(rule))
    text = rule.wording.strip().rstrip(SENTENCE_ENDS)
    said = _BALLOTS.findall(text)
    form = "" if rule.form in text else f" (mẫu phiếu {rule.form})"
    if not said:
        return f"{text}: {total} phiếu{form};"
    if total in said:
        return f"{text}{form};"
    return f"{text}{form}; số phiếu theo bản phân bổ này: {total} phiếu;"


def _stages(rule: QuotaRule) -> Iterator[Part]:
    """Say how the people of a line are drawn."""
    if rule.stages:
        steps = ", mỗi nơi ".join(
            f"{vi_number(stage.taken)} {stage.label.vi}"
            + (f" (danh sách {vi_number(stage.listed)})" if stage.listed else "")
            for stage in rule.stages
        )
        yield Line(f"+ Chọn mẫu nhiều bước: {steps};")


def _dates(definition: CampaignDefinition) -> Iterator[Part]:
    first, last = written_day(definition.opens), written_day(definition.closes)
    what = "Thu phiếu" if definition.rules else "Thực hiện"
    yield Line(f"{what} từ ngày {first} đến hết ngày {last}.")


def _money(definition: CampaignDefinition) -> Iterator[Part]:
    budget = budget_of(definition)
    if not budget:
        yield Line("Kế hoạch không ghi thù lao.")
    else:
        total = sum(line.amount_vnd for line in budget)
        yield Table(
            MONEY_COLUMNS,
            tuple(
                (
                    str(place),
                    line.what,
                    f"{vi_number(line.quantity)} {'phiếu' if line.by_ballot else 'đơn vị'}",
                    vi_number(line.rate_vnd),
                    vi_number(line.amount_vnd),
                )
                for place, line in enumerate(budget, 1)
            ),
            (("", "Tổng cộng", "", "", vi_number(total)),),
        )
        words = dong_in_words(total)
        yield Line(f"Tổng kinh phí: {vi_number(total)} đồng (bằng chữ: {words}).")
        if any(line.by_ballot for line in budget):
            basis = "thu về" if definition.settings.fee_basis == "returned" else "hợp lệ"
            yield Line(f"Thù lao người trả lời quyết toán theo số phiếu {basis}.")
    yield Line(f"Nguồn kinh phí: {LONG_DOTS}")


def budget_of(definition: CampaignDefinition) -> tuple[PaidLine, ...]:
    """Return what the plan pays, line by line; a line nobody is paid for is left out."""
    lines = []
    for line in plan_fees(definition).lines:
        by_ballot = line.payee is Payee.RESPONDENT
        who = f"Người trả lời phiếu {line.code}" if by_ballot else "Điều tra viên"
        lines.append(
            PaidLine(
                line.code,
                f"{who} ({line.label.vi})",
                by_ballot,
                line.quantity,
                line.rate_vnd,
                line.amount_vnd,
            )
        )
    return tuple(line for line in lines if line.quantity)


def _steps(definition: CampaignDefinition) -> Iterator[Part]:
    if not definition.timetable:
        yield Line(f"1. Cơ quan chủ trì: {LONG_DOTS}")
        yield Line(f"2. Cơ quan phối hợp: {LONG_DOTS}")
        yield Line(f"3. Các đơn vị được đánh giá: {LONG_DOTS}")
        return
    yield Table(
        STEP_COLUMNS,
        tuple(
            (step.code, step.title.vi, step.wording, step.lead, "; ".join(step.partners))
            for step in definition.timetable
        ),
    )


def assessed(definition: CampaignDefinition) -> list[str]:
    """Name the assessed units, those of one kind together."""
    return [
        units_named([unit.name for unit in definition.units if unit.kind == kind], label.vi)
        for kind, label in definition.unit_kinds.items()
        if any(unit.kind == kind for unit in definition.units)
    ]
