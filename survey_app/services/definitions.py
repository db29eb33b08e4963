"""Definitions as the database froze them, read back into the vocabulary.

A definition is kept as JSON under its hash; the same hash is parsed once per process.
``definition_of`` is the plan as it stands now (dates may have been moved, a criteria set
replaced); ``form_of`` is the form that ballots name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import select

from questionnaires.loader import campaign_from, criteria_from, questionnaire_from
from questionnaires.model import Campaign as CampaignDefinition
from questionnaires.model import CriteriaSet, Questionnaire
from questionnaires.model import QuotaRule as RuleDefinition
from survey_app.errors import NotFoundError
from survey_app.extensions import db
from survey_app.models import (
    IN_FORCE,
    Campaign,
    CriteriaVersion,
    FormVersion,
    PlanVersion,
    QuotaRule,
)

Definition = TypeVar("Definition", CampaignDefinition, Questionnaire, CriteriaSet)

_PARSED: dict[str, Any] = {}


def _parsed(
    sha256: str, parse: Callable[[Mapping[str, Any]], Definition], frozen: Mapping[str, Any]
) -> Definition:
    if sha256 not in _PARSED:
        _PARSED[sha256] = parse(frozen)
    return _PARSED[sha256]


def definition_of(campaign: Campaign) -> CampaignDefinition:
    """Return the plan in force with today's dates and criteria sets."""
    plan = db.session.scalar(
        select(PlanVersion).where(
            PlanVersion.campaign_id == campaign.id, PlanVersion.state.in_(IN_FORCE)
        )
    )
    versions = current_criteria(campaign)
    return replace(
        definition_under(campaign, plan) if plan else _blueprint(campaign),
        opens=campaign.opens,
        closes=campaign.closes,
        criteria={kind: version.code for kind, version in versions.items()},
        sample=campaign.simulated,
    )


def definition_under(campaign: Campaign, plan: PlanVersion) -> CampaignDefinition:
    """Return the campaign as loaded, with the groups, rules and totals of a plan version."""
    return _parsed(
        f"{campaign.blueprint_sha256}:{plan.sha256}",
        campaign_from,
        campaign.blueprint | plan.definition,
    )


def _blueprint(campaign: Campaign) -> CampaignDefinition:
    return _parsed(campaign.blueprint_sha256, campaign_from, campaign.blueprint)


def form_version(campaign: Campaign, code: str) -> FormVersion:
    """Return the newest frozen version of a form of the campaign."""
    version = db.session.scalar(
        select(FormVersion)
        .where(FormVersion.campaign_id == campaign.id, FormVersion.code == code)
        .order_by(FormVersion.id.desc())
    )
    if version is None:
        raise NotFoundError(f"Đợt “{campaign.title}” không có mẫu phiếu {code}.")
    return version


def questionnaire_of(version: FormVersion) -> Questionnaire:
    """Return a frozen form version as a questionnaire."""
    return _parsed(version.sha256, questionnaire_from, version.definition)


def form_of(campaign: Campaign, code: str) -> Questionnaire:
    """Return a form of the campaign, whole."""
    return questionnaire_of(form_version(campaign, code))


def rule_definition(campaign: Campaign, rule: QuotaRule) -> RuleDefinition:
    """Return a quota rule of the plan in force in the words of the vocabulary."""
    return definition_of(campaign).rule_by_code[rule.code]


def rule_form(campaign: Campaign, rule: QuotaRule) -> Questionnaire:
    """Return the form as the people of one rule are asked it."""
    return form_of(campaign, rule.form).asked_of(rule_definition(campaign, rule))


def current_criteria(campaign: Campaign) -> dict[str, CriteriaVersion]:
    """Return the criteria version in force for each unit kind."""
    found = db.session.scalars(
        select(CriteriaVersion).where(
            CriteriaVersion.campaign_id == campaign.id, CriteriaVersion.current
        )
    )
    return {version.unit_kind: version for version in found}


def criteria_set_of(version: CriteriaVersion) -> CriteriaSet:
    """Return a frozen criteria version as a criteria set."""
    return _parsed(version.sha256, criteria_from, version.definition)


def criteria_of(campaign: Campaign, unit_kind: str) -> CriteriaSet | None:
    """Return the criteria set in force for a unit kind, or None."""
    version = current_criteria(campaign).get(unit_kind)
    return None if version is None else criteria_set_of(version)
