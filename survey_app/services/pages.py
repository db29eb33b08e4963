"""What stands behind the address of a slip: campaign, rule, unit, form and deadline.

The address is public and read at every opening, so what it stands for is kept for a few
seconds in each process (``FRESH_SECONDS``): a deadline that moves is on the page at once
for nearly everybody and soon for the rest. Nothing is decided here: whether a code opens
the form, and whether a ballot counts, is asked of the database each time by
``services.opened_slips``. Pages are drawn from this by ``survey_app.forms.compiled``.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from flask import current_app
from sqlalchemy import select

from questionnaires.model import Design, Questionnaire
from survey_app.errors import NotFoundError
from survey_app.extensions import db
from survey_app.formats import today
from survey_app.models import Campaign, QuotaRule, State
from survey_app.services.definitions import form_version, questionnaire_of, rule_definition
from survey_app.services.plans import cell_of, rule_by_code

FRESH_SECONDS: Final = 3.0

PRINTABLE: Final = re.compile(r"[\w.-]{1,64}")
"""What the code of a campaign, rule or unit may look like in an address."""

NOWHERE: Final = (
    "Không có phiếu nào ở địa chỉ này. Xin kiểm tra lại địa chỉ in trên phiếu mời, "
    "hoặc quét lại mã QR."
)
INCOMPLETE: Final = (
    "Địa chỉ còn thiếu mã đơn vị. Xin gõ đủ địa chỉ in trên phiếu mời, kể cả phần cuối."
)


class Phase(StrEnum):
    """Whether a campaign takes answers online today."""

    BEFORE = "before"
    OPEN = "open"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class SlipAddress:
    """What one address stands for.

    Attributes
    ----------
    campaign, rule, unit
        Codes as printed; ``unit`` is None for the list of a crossed rule.
    unit_name
        None where ``unit`` is.
    title, organisation, year
        Of the campaign; ``year`` is the one assessed.
    form
        As the people of the rule are asked it, with the hash of its frozen version.
    phase
        Today, in Hanoi.
    paid
        Whether people of the rule get a fee, for which they show their receipt.

    """

    campaign: str
    rule: str
    unit: str | None
    unit_name: str | None
    design: Design
    title: str
    organisation: str
    year: int
    opens: date
    closes: date
    phase: Phase
    simulated: bool
    paid: bool
    form: Questionnaire
    form_sha256: str

    @property
    def asks_for_contact(self) -> bool:
        """Whether "I did not deal with this unit" is an answer here.

        People of a crossed rule rate every unit of a kind, also those they never met;
        people of an own rule were chosen because they deal with the unit or belong to it.
        """
        return self.design is Design.CROSS


def slip_address(campaign: str, rule: str, unit: str | None = None) -> SlipAddress:
    """Return what an address stands for; upper and lower case mean the same.

    Raises
    ------
    NotFoundError
        If there is no such campaign, rule or unit, or the unit is left out where people
        belong to one.

    """
    if not all(PRINTABLE.fullmatch(part) for part in (campaign, rule, unit or rule)):
        raise NotFoundError(NOWHERE)  # not to be shown to a database at all
    key = (campaign.upper(), rule.upper(), None if unit is None else unit.upper())
    kept: dict[tuple[str, str, str | None], tuple[float, SlipAddress]]
    kept = current_app.extensions.setdefault("cchc.addresses", {})
    until, address = kept.get(key, (0.0, None))
    if address is None or time.monotonic() > until:
        address = _read(*key)  # an unknown address raises and is never kept
        kept[key] = (time.monotonic() + FRESH_SECONDS, address)
    return address


def organisation_of(campaign: str) -> str:
    """Return who runs the campaign of an address.

    Raises
    ------
    NotFoundError
        If there is no such campaign.

    """
    name = None
    if PRINTABLE.fullmatch(campaign):
        name = db.session.scalar(
            select(Campaign.organisation).where(Campaign.short_code == campaign.upper())
        )
    if name is None:
        raise NotFoundError(NOWHERE)
    return name


def _read(campaign_code: str, rule_code: str, unit_code: str | None) -> SlipAddress:
    try:
        campaign, rule = _page_of(campaign_code, rule_code)
        unit = cell_of(campaign, rule.code, unit_code).unit if unit_code is not None else None
    except NotFoundError:  # worded for staff, who see codes rather than a slip
        raise NotFoundError(NOWHERE) from None
    if unit is None and rule.design is Design.OWN:
        raise NotFoundError(INCOMPLETE)
    version = form_version(campaign, rule.form)
    return SlipAddress(
        campaign=campaign.short_code,
        rule=rule.code,
        unit=unit.code if unit else None,
        unit_name=unit.name if unit else None,
        design=rule.design,
        title=campaign.title,
        organisation=campaign.organisation,
        year=campaign.year,
        opens=campaign.opens,
        closes=campaign.closes,
        phase=_phase(campaign),
        simulated=campaign.simulated,
        paid=rule.fee_vnd > 0,
        form=questionnaire_of(version).asked_of(rule_definition(campaign, rule)),
        form_sha256=version.sha256,
    )


def _page_of(short_code: str, rule_code: str) -> tuple[Campaign, QuotaRule]:
    """Return the campaign and rule of a respondent's page.

    Raises
    ------
    NotFoundError
        If the path names none.

    """
    campaign = db.session.scalar(select(Campaign).where(Campaign.short_code == short_code.upper()))
    if campaign is None:
        raise NotFoundError(
            "Địa chỉ này không thuộc đợt lấy ý kiến nào. Hãy quét lại mã QR trên phiếu mời."
        )
    return campaign, rule_by_code(campaign, rule_code)


def _phase(campaign: Campaign) -> Phase:
    if campaign.state in (State.DRAFT, State.PLANNED) or today() < campaign.opens:
        return Phase.BEFORE
    if campaign.state is not State.COLLECTING or today() > campaign.closes:
        return Phase.OVER
    return Phase.OPEN
