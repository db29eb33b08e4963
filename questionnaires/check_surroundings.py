"""Whether what stands around the quotas fits: offices that help, dates of steps, stages of draws.

An office that is not assessed sends the people of some groups; a step of the timetable
begins before it is due; a draw in stages comes to the ballots its line asks about each unit.
The quotas themselves are judged in ``questionnaires.check_campaigns``.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from questionnaires.check_forms import repeated
from questionnaires.errors import Mistake
from questionnaires.model import Campaign, Design, Office, QuotaRule, Step
from questionnaires.wording import vi_number


def check_surroundings(campaign: Campaign, path: str) -> Iterator[Mistake]:
    """Yield the mistakes in offices, timetable and stages, but for the sums of stages."""
    yield from repeated(path, "cơ quan", (office.code for office in campaign.offices))
    yield from repeated(path, "bước", (step.code for step in campaign.timetable))
    for office in campaign.offices:
        yield from _office(campaign, office, path)
    for step in campaign.timetable:
        yield from _step(step, path)
    for rule in campaign.rules:
        yield from _stages(rule, path)


def check_draws(campaign: Campaign, path: str) -> Iterator[Mistake]:
    """Yield the lines whose stages do not come to the ballots wanted about each unit."""
    for rule in campaign.rules:
        drawn = prod(stage.taken for stage in rule.stages)
        if rule.stages and drawn != rule.per_unit:
            steps = " × ".join(f"{vi_number(stage.taken)} {stage.label}" for stage in rule.stages)
            problem = (
                f"các bước chọn mẫu {steps} = {vi_number(drawn)} người, nhưng dòng này cần "
                f"{vi_number(rule.per_unit)} phiếu về mỗi đơn vị"
            )
            yield Mistake(path, rule.code, problem, "sửa taken của các bước hoặc per_unit")


def _office(campaign: Campaign, office: Office, path: str) -> Iterator[Mistake]:
    if office.code in campaign.unit_by_code:
        problem = f"mã cơ quan “{office.code}” trùng mã một đơn vị được đánh giá"
        yield Mistake(path, office.code, problem, "cho cơ quan một mã riêng")
    known = {group.code for group in campaign.groups}
    for code in office.groups:
        if code not in known:
            remedy = f"dùng một trong: {', '.join(sorted(known)) or '(chưa khai báo)'}"
            yield Mistake(path, office.code, f"không có đối tượng “{code}”", remedy)


def _step(step: Step, path: str) -> Iterator[Mistake]:
    if step.starts is not None and step.due is not None and step.starts > step.due:
        problem = f"bắt đầu {step.starts:%d/%m/%Y} sau hạn {step.due:%d/%m/%Y}"
        yield Mistake(path, f"timetable {step.code}", problem, "đổi lại thứ tự hai ngày")


def _stages(rule: QuotaRule, path: str) -> Iterator[Mistake]:
    if rule.stages and (rule.targets or rule.design is Design.CROSS):
        problem = "chọn mẫu nhiều bước chỉ dùng khi mỗi đơn vị có cùng một số người riêng"
        yield Mistake(path, rule.code, problem, "bỏ stages, hoặc bỏ targets và dùng design: own")
    for stage in rule.stages:
        if stage.listed is not None and stage.listed < stage.taken:
            problem = (
                f"bước “{stage.label}” lấy {vi_number(stage.taken)} từ danh sách chỉ có "
                f"{vi_number(stage.listed)}"
            )
            yield Mistake(path, rule.code, problem, "sửa taken hoặc listed")
