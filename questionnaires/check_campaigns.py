"""Whether a plan is sound in itself, and whether it adds up.

A plan whose numbers do not add up can be loaded and shown, but not opened; so the sums are
judged apart from everything else: ``check_sums`` says what the plan prints, what it comes to
and in which line. Forms and criteria are laid beside the plan in ``questionnaires.checks``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from questionnaires.check_forms import FORM_CODE, repeated
from questionnaires.check_surroundings import check_draws, check_surroundings
from questionnaires.errors import Mistake
from questionnaires.model import Campaign, Design, GroupWeights, QuotaRule
from questionnaires.wording import vi_number

ADDRESS_CODE: Final = FORM_CODE
"""What may stand between the slashes of a slip's address (design, section 3a)."""

SLUG: Final = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


def check_campaign(campaign: Campaign, path: str | None = None) -> list[Mistake]:
    """Return every mistake of a plan, its sums included; empty when it is sound."""
    path = _path(campaign, path)
    return [*check_campaign_without_sums(campaign, path), *check_sums(campaign, path)]


def check_campaign_without_sums(campaign: Campaign, path: str | None = None) -> list[Mistake]:
    """Return the mistakes that keep a plan from being loaded at all."""
    path = _path(campaign, path)
    return [
        *campaign_items(campaign, path),
        *_heading(campaign, path),
        *_references(campaign, path),
        *_settings(campaign, path),
        *check_surroundings(campaign, path),
    ]


def campaign_items(campaign: Campaign, path: str) -> list[Mistake]:
    """Return the mistakes that can be seen in single units, groups and rules."""
    units, rules = campaign.units, campaign.rules
    mistakes = [
        *repeated(path, "đơn vị", (unit.code for unit in units)),
        *repeated(path, "đối tượng", (group.code for group in campaign.groups)),
        *repeated(path, "dòng phân bổ", (rule.code for rule in rules)),
        *_address_codes(path, "đơn vị", (unit.code for unit in units)),
        *_address_codes(path, "dòng phân bổ", (rule.code for rule in rules)),
    ]
    names = Counter((unit.kind, unit.name) for unit in units)
    for unit in units:
        if names[unit.kind, unit.name] > 1:
            problem = f"đơn vị “{unit.name}” được liệt kê {names[unit.kind, unit.name]} lần"
            mistakes.append(Mistake(path, unit.code, problem, "xóa dòng thừa hoặc sửa tên"))
    for rule in rules:
        if rule.top_up_from is not None and rule.top_up_from == rule.group:
            problem = f"lấy bổ sung từ chính đối tượng {rule.group}"
            mistakes.append(Mistake(path, rule.code, problem, "chọn đối tượng khác hoặc bỏ"))
        if rule.top_up_from is not None and rule.design is Design.CROSS:
            problem = "cùng một nhóm người đánh giá mọi đơn vị nên không lấy bổ sung được"
            mistakes.append(Mistake(path, rule.code, problem, "bỏ top_up_from hoặc dùng own"))
    return mistakes


def check_sums(campaign: Campaign, path: str | None = None) -> list[Mistake]:
    """Return where the plan does not add up: what it says, what it comes to, and where."""
    path = _path(campaign, path)
    mistakes = []
    for rule in campaign.rules:
        target = campaign.ballots_of(rule)
        if rule.stated_total != target:
            problem = (
                f"kế hoạch ghi {vi_number(rule.stated_total)} phiếu, nhưng "
                f"{_sum_in_words(campaign, rule)} = {vi_number(target)} phiếu"
            )
            remedy = "sửa số người mỗi đơn vị, danh sách đơn vị hoặc stated_total"
            mistakes.append(Mistake(path, f"{rule.code} (mục {rule.clause})", problem, remedy))
    for stated in campaign.stated_totals:
        lines = [rule for rule in campaign.rules if rule.code in stated.rules]
        targets = [campaign.ballots_of(rule) for rule in lines]
        if sum(targets) != stated.total:
            parts = " + ".join(
                f"{rule.code} {vi_number(n)}" for rule, n in zip(lines, targets, strict=True)
            )
            problem = (
                f"kế hoạch ghi {vi_number(stated.total)} phiếu, nhưng cộng lại được "
                f"{vi_number(sum(targets))} phiếu ({parts})"
            )
            remedy = "đối chiếu với văn bản kế hoạch rồi sửa dòng sai hoặc tổng"
            mistakes.append(Mistake(path, stated.label, problem, remedy))
    every = set(campaign.rule_by_code)
    if every and not any(set(stated.rules) == every for stated in campaign.stated_totals):
        problem = "không có tổng nào gồm mọi dòng phân bổ, nên không kiểm tra được tổng số phiếu"
        mistakes.append(Mistake(path, "stated_totals", problem, "thêm dòng tổng cộng của kế hoạch"))
    return [*mistakes, *check_draws(campaign, path)]


def _sum_in_words(campaign: Campaign, rule: QuotaRule) -> str:
    units = campaign.units_of(rule)
    if rule.targets:
        return f"cộng theo từng đơn vị của {len(units)} đơn vị"
    return f"{rule.per_unit} người × {len(units)} đơn vị"


def _path(campaign: Campaign, path: str | None) -> str:
    return path or f"campaigns/{campaign.slug}.yaml"


def _address_codes(path: str, what: str, codes: Iterable[str]) -> Iterator[Mistake]:
    for code in codes:
        if not ADDRESS_CODE.fullmatch(code):
            problem = f"mã {what} “{code}” không đặt được vào địa chỉ trên phiếu mời"
            yield Mistake(path, code, problem, "chỉ dùng A–Z, 0–9 và dấu gạch nối, ví dụ X17")


def _heading(campaign: Campaign, path: str) -> Iterator[Mistake]:
    yield from _address_codes(path, "ngắn của đợt", [campaign.short_code])
    if not SLUG.fullmatch(campaign.slug):
        remedy = "chỉ dùng a–z, 0–9 và gạch dưới, ví dụ bo_trach_2020"
        yield Mistake(path, "slug", f"tên tệp “{campaign.slug}” không dùng được", remedy)
    spans = (
        ("opens", campaign.opens, "closes", campaign.closes),
        ("assessed_from", campaign.assessed_from, "assessed_to", campaign.assessed_to),
        ("assessed_from", campaign.assessed_from, "opens", campaign.opens),
    )
    for first_name, first, last_name, last in spans:
        if first > last:
            problem = f"{first_name} {first:%d/%m/%Y} đứng sau {last_name} {last:%d/%m/%Y}"
            yield Mistake(path, first_name, problem, "đổi lại thứ tự hai ngày")
    if not campaign.assessed_from.year <= campaign.year <= campaign.assessed_to.year:
        problem = f"năm đánh giá {campaign.year} nằm ngoài thời kỳ đánh giá"
        yield Mistake(path, "year", problem, "sửa year, assessed_from hoặc assessed_to")


def _references(campaign: Campaign, path: str) -> Iterator[Mistake]:
    """Everything named by a code must exist."""
    kinds = set(campaign.unit_kinds)
    for unit in campaign.units:
        yield from _known(path, unit.code, "loại đơn vị", unit.kind, kinds)
        if unit.parent == unit.code:
            yield Mistake(path, unit.code, "đơn vị trực thuộc chính nó", "sửa hoặc bỏ parent")
    for rule in campaign.rules:
        yield from _references_of_rule(campaign, rule, path)
    for stated in campaign.stated_totals:
        yield from repeated(path, f"dòng phân bổ trong “{stated.label}”", stated.rules)
        for code in stated.rules:
            yield from _known(path, stated.label, "dòng phân bổ", code, campaign.rule_by_code)
    for field in ("enumerator_fees_vnd", "criteria"):
        for kind in getattr(campaign, field):
            yield from _known(path, field, "loại đơn vị", kind, kinds)
    for kind in campaign.unit_kinds:
        if kind not in campaign.criteria:
            problem = f"loại đơn vị “{kind}” chưa có bộ tiêu chí"
            yield Mistake(path, "criteria", problem, f"thêm “{kind}: <mã bộ tiêu chí>”")


def _references_of_rule(campaign: Campaign, rule: QuotaRule, path: str) -> Iterator[Mistake]:
    groups = [group.code for group in campaign.groups]
    yield from _known(path, rule.code, "loại đơn vị", rule.unit_kind, campaign.unit_kinds)
    yield from _known(path, rule.code, "đối tượng", rule.group, groups)
    if rule.top_up_from is not None:
        yield from _known(path, rule.code, "đối tượng", rule.top_up_from, groups)
    if rule.unit_kind not in campaign.unit_kinds:
        return
    meant = [unit.code for unit in campaign.units if unit.kind == rule.unit_kind]
    for name in ("targets", "populations"):
        for unit in getattr(rule, name):
            yield from _known(path, f"{rule.code} {name}", "đơn vị", unit, meant)
    if rule.design is Design.CROSS and len(set(rule.populations.values())) > 1:
        problem = "cùng một nhóm người đánh giá mọi đơn vị nên chỉ có một số người"
        yield Mistake(path, rule.code, problem, "ghi cùng một số trong populations")
    if rule.targets and rule.design is Design.CROSS:
        problem = "cùng một nhóm người đánh giá mọi đơn vị nên số phiếu không khác nhau được"
        yield Mistake(path, rule.code, problem, "bỏ targets hoặc dùng design: own")
    units = len(campaign.units_of(rule))
    if units == 0:
        problem = f"không lấy phiếu về đơn vị nào thuộc loại “{rule.unit_kind}”"
        yield Mistake(path, rule.code, problem, "thêm đơn vị hoặc bỏ dòng phân bổ")
    elif units == 1 and rule.design is Design.CROSS:
        problem = "cùng một nhóm người đánh giá mọi đơn vị (cross) nhưng chỉ có một đơn vị"
        yield Mistake(path, rule.code, problem, "dùng design: own")


def _known(path: str, where: str, what: str, code: str, known: Iterable[str]) -> Iterator[Mistake]:
    if code not in known:
        remedy = f"dùng một trong: {', '.join(sorted(known)) or '(chưa khai báo)'}"
        yield Mistake(path, where, f"không có {what} “{code}”", remedy)


def _settings(campaign: Campaign, path: str) -> Iterator[Mistake]:
    settings, where = campaign.settings, "settings"
    for name in ("valid_share", "no_opinion_warning"):
        value = getattr(settings, name)
        if not 0 < value <= 1:
            problem = f"{name} = {vi_number(value)} nằm ngoài khoảng 0–1"
            yield Mistake(path, where, problem, 'viết tỷ lệ, ví dụ "0.70"')
    if settings.index_cap is not None and settings.index_cap <= 0:
        yield Mistake(path, where, "index_cap phải lớn hơn 0", "viết 100 hoặc bỏ giới hạn: null")
    if settings.k_distribution < settings.k_mean:
        problem = "phân bố không được công bố với ít người hơn điểm trung bình"
        yield Mistake(path, where, problem, "đặt k_distribution ít nhất bằng k_mean")
    weights = settings.explicit_weights
    for code in weights:
        yield from _known(path, where, "dòng phân bổ", code, campaign.rule_by_code)
    for code, weight in weights.items():
        if weight <= 0:
            problem = f"trọng số {vi_number(weight)} của {code} không dương"
            yield Mistake(path, where, problem, "dùng số lớn hơn 0")
    explicit = settings.group_weights is GroupWeights.EXPLICIT
    if explicit and (missing := [code for code in campaign.rule_by_code if code not in weights]):
        problem = f"thiếu trọng số của {', '.join(missing)}"
        yield Mistake(path, where, problem, "ghi explicit_weights cho mọi dòng phân bổ")
    if weights and not explicit:
        problem = f"có explicit_weights nhưng group_weights là {settings.group_weights}"
        yield Mistake(path, where, problem, "đặt group_weights: explicit hoặc bỏ trọng số")
