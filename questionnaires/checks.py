"""How the plan, its forms and its criteria sets fit together.

``check_together`` is what opening a campaign asks: an empty list means that every answer
counts for a criterion, every survey criterion is asked about, and the plan adds up. The
judgements of one definition alone are gathered here too; they stand in ``check_forms``,
``check_campaigns`` and ``check_criteria_sets``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from questionnaires.check_campaigns import (
    campaign_items,
    check_campaign,
    check_campaign_without_sums,
    check_sums,
)
from questionnaires.check_criteria_sets import check_criteria, criteria_items
from questionnaires.check_forms import check_questionnaire, questionnaire_items
from questionnaires.errors import Mistake
from questionnaires.model import Campaign, CriteriaSet, Questionnaire, QuotaRule, Source

__all__ = [
    "campaign_items",
    "check_campaign",
    "check_campaign_without_sums",
    "check_criteria",
    "check_questionnaire",
    "check_sums",
    "check_together",
    "criteria_items",
    "questionnaire_items",
]


def check_together(
    campaign: Campaign, forms: Iterable[Questionnaire], criteria_sets: Iterable[CriteriaSet]
) -> list[Mistake]:
    """Return everything that keeps a campaign from being opened; empty when nothing does.

    Parameters
    ----------
    campaign
        The plan.
    forms, criteria_sets
        The definitions it names; further ones are not looked at.

    """
    path = f"campaigns/{campaign.slug}.yaml"
    form_by_code = {form.code: form for form in forms if form.code in campaign.forms}
    named = set(campaign.criteria.values())
    set_by_code = {chosen.code: chosen for chosen in criteria_sets if chosen.code in named}
    mistakes = check_campaign(campaign, path)
    for form in form_by_code.values():
        mistakes += check_questionnaire(form)
        mistakes += _rules_of_items(campaign, form)
    for chosen in set_by_code.values():
        mistakes += check_criteria(chosen)
    for code in campaign.forms:
        if code not in form_by_code:
            remedy = f"thêm tệp forms/{code.lower()}.yaml hoặc sửa form của dòng phân bổ"
            mistakes.append(Mistake(path, code, f"không có mẫu phiếu “{code}”", remedy))
    for kind, code in campaign.criteria.items():
        rules = [rule for rule in campaign.rules if rule.unit_kind == kind]
        if code not in set_by_code:
            remedy = f"thêm tệp criteria/{code}.yaml hoặc sửa mục criteria"
            mistakes.append(Mistake(path, kind, f"không có bộ tiêu chí “{code}”", remedy))
            continue
        chosen = set_by_code[code]
        if chosen.unit_kind != kind:
            problem = f"bộ tiêu chí “{code}” dành cho loại đơn vị “{chosen.unit_kind}”"
            mistakes.append(Mistake(path, kind, problem, f"chọn bộ tiêu chí cho “{kind}”"))
        mistakes += _answers_count(rules, form_by_code, chosen)
        mistakes += _criteria_are_asked(rules, form_by_code, chosen)
    return mistakes


def _rules_of_items(campaign: Campaign, form: Questionnaire) -> Iterator[Mistake]:
    """Items for one rule only must name rules that use their form."""
    path = f"forms/{form.code.lower()}.yaml"
    own = [rule.code for rule in campaign.rules if rule.form == form.code]
    for question in form.questions:
        for code in question.rules:
            if code not in own:
                problem = f"dòng phân bổ “{code}” không dùng mẫu phiếu này"
                yield Mistake(path, question.code, problem, f"dùng một trong: {', '.join(own)}")


def _asked(
    rules: Iterable[QuotaRule], forms: Mapping[str, Questionnaire]
) -> dict[str, dict[str, list[str]]]:
    """Return criterion -> rule -> codes of the questions that its people are asked."""
    asked: dict[str, dict[str, list[str]]] = {}
    for rule in rules:
        form = forms.get(rule.form)
        for question in form.asked_of(rule).scored_questions if form else ():
            by_rule = asked.setdefault(str(question.criterion), {})
            by_rule.setdefault(rule.code, []).append(question.code)
    return asked


def _answers_count(
    rules: list[QuotaRule], forms: Mapping[str, Questionnaire], criteria: CriteriaSet
) -> Iterator[Mistake]:
    """Every scored question must name a survey leaf of the set of the unit's kind.

    An imported leaf will do too: where an institute's points take the place of the survey's,
    the same forms may still be used, and their answers are reported without counting.
    """
    survey = {leaf.code for leaf in criteria.leaves_from(Source.SURVEY)}
    answered = survey | {leaf.code for leaf in criteria.leaves_from(Source.IMPORTED)}
    seen: set[tuple[str, str]] = set()
    for rule in rules:
        form = forms.get(rule.form)
        for question in form.asked_of(rule).scored_questions if form else ():
            if question.criterion in answered or (rule.form, question.code) in seen:
                continue
            seen.add((rule.form, question.code))
            problem = (
                f"tiêu chí “{question.criterion}” không phải tiêu chí điều tra xã hội học của bộ "
                f"“{criteria.code}”"
            )
            yield Mistake(
                f"forms/{rule.form.lower()}.yaml",
                question.code,
                problem,
                f"dùng một trong: {', '.join(sorted(survey)) or '(bộ chưa có tiêu chí nào)'}",
            )
        if form and not form.asked_of(rule).scored_questions:
            problem = f"người của dòng {rule.code} không được hỏi câu nào tính điểm"
            yield Mistake(
                f"forms/{rule.form.lower()}.yaml", rule.code, problem, "sửa rules của các câu hỏi"
            )


def _criteria_are_asked(
    rules: list[QuotaRule], forms: Mapping[str, Questionnaire], criteria: CriteriaSet
) -> Iterator[Mistake]:
    """Every survey leaf needs a question, and its weights the rules that answer it."""
    path = f"criteria/{criteria.code}.yaml"
    asked = _asked(rules, forms)
    for leaf in criteria.leaves_from(Source.SURVEY):
        answering = asked.get(leaf.code, {})
        if not answering:
            problem = "tiêu chí điều tra xã hội học không có câu hỏi nào trong các mẫu phiếu"
            yield Mistake(path, leaf.code, problem, "gắn ít nhất một câu hỏi với tiêu chí này")
        for code in leaf.group_weights:
            if code not in answering:
                problem = f"có trọng số cho “{code}” nhưng dòng này không được hỏi về tiêu chí"
                remedy = f"dùng các dòng: {', '.join(answering) or '(chưa có dòng nào)'}"
                yield Mistake(path, leaf.code, problem, remedy)
        missing = [code for code in answering if code not in leaf.group_weights]
        if leaf.group_weights and missing:
            problem = f"thiếu trọng số của {', '.join(missing)}"
            yield Mistake(path, leaf.code, problem, "ghi trọng số cho mọi dòng trả lời tiêu chí")
