"""The plan as a paper: what it says, drawn from the definition and from nothing else.

``plan_paper`` puts the text of a plan version together with its annexes; a sentence nobody
stored is not written, and what only a person can know stays dots. How the paper looks is
``survey_app.printing.docx_plan``; its text is ``services.plan_sections``, its annexes
``services.plan_annex``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import select

from questionnaires.model import Campaign as CampaignDefinition
from questionnaires.wording import vi_number
from sampling.quotas import quota_totals, stated_differences
from survey_app.errors import ConflictError
from survey_app.extensions import db
from survey_app.models import IN_FORCE, Campaign, PlanState, PlanVersion
from survey_app.services.campaigns import campaign_by_slug
from survey_app.services.definitions import definition_under
from survey_app.services.paper_words import (
    DOTS,
    LONG_DOTS,
    SENTENCE_ENDS,
    Imprint,
    Letterhead,
    Section,
    imprint,
    is_committee,
    is_own_number,
    letterhead,
    named_decision,
    written_day,
)
from survey_app.services.plan_annex import Annex, annexes_of
from survey_app.services.plan_sections import PaidLine, assessed, budget_of, sections_of
from survey_app.services.plan_versions import version_of
from survey_app.services.plans import plan_of

CLOSING: Final = "Các cơ quan, đơn vị có tên trong Kế hoạch này tổ chức thực hiện./."
_BASIS: Final = re.compile(r"(?:căn cứ|theo|thực hiện|xét)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PlanPaper:
    """A plan as it goes to be signed.

    ``kind`` and ``subject`` are the title, ``basis`` the legal grounds, ``opening`` the
    sentence after them, ``closing`` the one before the signature, which ``signed_as`` stands over.
    """

    imprint: Imprint
    letterhead: Letterhead
    kind: str
    subject: str
    basis: tuple[str, ...]
    opening: str
    sections: tuple[Section, ...]
    closing: str
    recipients: tuple[str, ...]
    signed_as: tuple[str, ...]
    attached: str
    """Says under the title of an annex which paper it belongs to."""
    annexes: tuple[Annex, ...]
    budget: tuple[PaidLine, ...]
    stated: tuple[tuple[str, tuple[str, ...], int], ...]
    """Totals the decision itself prints: label, lines, ballots."""


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A version of the plan that can be put on paper, unless its totals are ``wrong``."""

    number: int
    in_force: bool
    ballots: int
    wrong: int


def plan_paper(slug: str, number: int | None = None) -> PlanPaper:
    """Put the plan of a campaign into words.

    Parameters
    ----------
    slug
        The campaign.
    number
        A version of its plan, for example one that waits for its decision; the one in
        force when left out.

    Raises
    ------
    NotFoundError
        If there is no such campaign or version.
    ConflictError
        If the version was given up, or its totals do not add up: nobody can sign that.

    """
    campaign = campaign_by_slug(slug)
    version = plan_of(campaign) if number is None else version_of(campaign, number)
    if version.state is PlanState.WITHDRAWN:
        raise ConflictError(f"Bản kế hoạch số {version.number} đã rút; không lập văn bản.")
    definition = _definition(campaign, version)
    if wrong := stated_differences(definition):
        raise ConflictError(
            f"Kế hoạch chưa cộng khớp ở {len(wrong)} chỗ nên chưa lập được văn bản. "
            "Hãy sửa kế hoạch rồi tải lại.",
            details=[difference.sentence.vi for difference in wrong],
        )
    replaced = version.state is PlanState.SUPERSEDED
    marks = (f"BẢN PHÂN BỔ SỐ {version.number} ĐÃ ĐƯỢC THAY",) if replaced else ()
    head = letterhead(campaign.organisation, "KH", version.decision, version.approved_on)
    return PlanPaper(
        imprint=imprint(campaign, version, "Kế hoạch", *marks),
        letterhead=head,
        kind="KẾ HOẠCH",
        subject=definition.title,
        basis=tuple(_basis(definition, version)),
        opening=f"{definition.organisation} ban hành Kế hoạch với các nội dung sau:",
        sections=sections_of(definition),
        closing=CLOSING,
        recipients=tuple(_recipients(definition)),
        signed_as=_signed_as(campaign),
        attached=_attached(campaign, head),
        annexes=annexes_of(definition),
        budget=budget_of(definition),
        stated=tuple((t.label, t.rules, t.total) for t in definition.stated_totals),
    )


def papers_of(campaign: Campaign) -> tuple[PaperLine, ...]:
    """Return the versions somebody may want on paper: in force, and waiting for a decision."""
    lines = []
    for version in db.session.scalars(
        select(PlanVersion)
        .where(
            PlanVersion.campaign_id == campaign.id,
            PlanVersion.state.in_((*IN_FORCE, PlanState.PROPOSED)),
        )
        .order_by(PlanVersion.number)
    ):
        definition = definition_under(campaign, version)
        lines.append(
            PaperLine(
                version.number,
                in_force=version.state in IN_FORCE,
                ballots=quota_totals(definition).total,
                wrong=len(stated_differences(definition)),
            )
        )
    return tuple(lines)


def need_annex(paper: PlanPaper) -> PlanPaper:
    """Return the paper if it has an annex.

    Raises
    ------
    ConflictError
        If the plan asks nobody, so that there is nothing to share out.

    """
    if not paper.annexes:
        raise ConflictError("Kế hoạch này không phân bổ phiếu điều tra nên không có phụ lục.")
    return paper


def _definition(campaign: Campaign, version: PlanVersion) -> CampaignDefinition:
    """Return a version of the plan with the dates the campaign has now."""
    return replace(
        definition_under(campaign, version),
        opens=campaign.opens,
        closes=campaign.closes,
    )


# --- around the text ---------------------------------------------------------------------


def _basis(definition: CampaignDefinition, version: PlanVersion) -> Iterator[str]:
    for ground in definition.legal_basis:
        text = ground.strip().rstrip(SENTENCE_ENDS)
        yield text if _BASIS.match(text) else f"Căn cứ {text}"
    if version.decision and not is_own_number(version.decision):
        day = f" ngày {written_day(version.approved_on)}" if version.approved_on else ""
        yield (
            f"Căn cứ {named_decision(version.decision)}{day} phê duyệt phân bổ số phiếu điều tra "
            f"(bản số {version.number})"
        )


def _attached(campaign: Campaign, head: Letterhead) -> str:
    number = head.number or DOTS
    day = written_day(head.day) if head.day else f"{DOTS} tháng {DOTS} năm {DOTS}"
    return f"(Kèm theo Kế hoạch số {number}/{head.symbol} ngày {day} của {campaign.organisation})"


def _recipients(definition: CampaignDefinition) -> Iterator[str]:
    yield from assessed(definition)
    if definition.offices:
        yield f"{vi_number(len(definition.offices))} cơ quan phối hợp"
    yield LONG_DOTS[:8]
    yield f"Lưu: VT, {DOTS}"


def _signed_as(campaign: Campaign) -> tuple[str, ...]:
    """Name the body the paper is signed for; who signs it, a person writes."""
    in_name = ("TM. ỦY BAN NHÂN DÂN",) if is_committee(campaign.organisation) else ()
    return (*in_name, LONG_DOTS[:10])
