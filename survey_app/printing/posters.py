"""Posters of a campaign's places, from the database to PDF; they carry no secret."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO
from urllib.parse import urlsplit

from questionnaires.paper.render import write_pdf
from questionnaires.paper.wall_posters import Poster, PosterStyle, poster_pages
from survey_app.formats import day
from survey_app.models import Campaign
from survey_app.models import Poster as Place
from survey_app.printing.common import ticking
from survey_app.services.definitions import definition_of
from survey_app.services.places import place_url


def write_posters(
    campaign: Campaign,
    places: Sequence[Place],
    stream: BinaryIO,
    *,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Draw the posters of ``places`` as one PDF, a page each.

    Parameters
    ----------
    campaign, places
        The campaign, and places whose posters may be printed
        (``services.places.posters_to_print``).
    stream
        Where the file goes.
    progress
        Called with 1 after each poster.

    Returns
    -------
    int
        Pages. [A4]

    Raises
    ------
    ValueError
        If there is no place.

    """
    groups = {group.code: group.label.vi for group in definition_of(campaign).groups}
    style = PosterStyle(
        title=campaign.title,
        organisation=campaign.organisation,
        deadline=day(campaign.closes),
        simulated=campaign.simulated,
    )
    posters = (_poster(place, groups[place.rule.group]) for place in ticking(places, progress))
    return write_pdf(
        stream,
        poster_pages(posters, style),
        title=f"Mã dán {campaign.short_code}",
        author=campaign.organisation,
    )


def _poster(place: Place, group: str) -> Poster:
    url = place_url(place.number)
    parts = urlsplit(url)
    return Poster(
        address=url.upper(),
        typed=f"{parts.netloc}{parts.path}",
        number=place.number,
        unit=place.unit.name,
        group=group,
        place=place.name,
    )
