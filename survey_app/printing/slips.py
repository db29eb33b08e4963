"""Slip cards of a campaign: the one place where an address and a code are put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO
from urllib.parse import urlsplit

from questionnaires.model import Campaign as Definition
from questionnaires.paper.cards import Card, CardStyle, card_pages
from questionnaires.paper.render import write_pdf
from survey_app.formats import day
from survey_app.models import Campaign
from survey_app.printing.common import counted, ticking
from survey_app.security import grouped
from survey_app.services.definitions import definition_of
from survey_app.services.slips import PrintedSlip, base_url


def write_cards(
    campaign: Campaign,
    slips: Sequence[PrintedSlip],
    stream: BinaryIO,
    *,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Draw the cards of ``slips`` as one PDF.

    Parameters
    ----------
    campaign, slips
        The campaign, and slips just printed (``services.slips.print_slips``).
    stream
        Where the codes go; they are written nowhere else.
    progress
        Called with 1 after each card.

    Returns
    -------
    int
        Pages. [A4]

    Raises
    ------
    ValueError
        If there is no slip.

    """
    definition = definition_of(campaign)
    address = base_url() or ""
    style = CardStyle(
        title=campaign.title,
        organisation=campaign.organisation,
        deadline=day(campaign.closes),
        base_url_words=urlsplit(address).netloc,
        simulated=campaign.simulated,
    )
    cards = (_card(slip, campaign, definition, address) for slip in ticking(slips, progress))
    return write_pdf(
        stream,
        card_pages(cards, style),
        title=f"Phiếu mời {campaign.short_code}",
        author=campaign.organisation,
    )


def slip_address(host: str, campaign: str, rule: str, unit: str | None, code: str) -> str:
    """Return what the QR says: ``HTTPS://HOST/P/BT20/CX4/X17#1234-5678-9012-3456``.

    The code stands in the fragment, which no server sees. Capitals are read the same and
    fit the smaller alphabet of QR codes.
    """
    path = "/".join(part for part in (host, "p", campaign, rule, unit) if part)
    return f"{path}#{grouped(code)}".upper()


def _card(slip: PrintedSlip, campaign: Campaign, definition: Definition, host: str) -> Card:
    rule = definition.rule_by_code[slip.rule.code]
    kind = definition.unit_kinds[rule.unit_kind].vi
    group = next(group.label.vi for group in definition.groups if group.code == rule.group)
    unit = slip.unit
    return Card(
        address=slip_address(
            host, campaign.short_code, rule.code, unit.code if unit else None, slip.code
        ),
        code=slip.code,
        number=f"{slip.number:04d}",
        unit=unit.name if unit else counted(len(definition.units_of(rule)), kind),
        group=group,
        form=rule.code,
    )
