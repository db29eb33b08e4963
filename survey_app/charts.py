"""Small pictures drawn by the server as SVG: no script, no library, no inline style.

Colours come from classes (``static/field.css``); a number always stands beside a picture,
so each is hidden from screen readers or says its content in ``aria-label``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from markupsafe import Markup

from survey_app.formats import day, number


def strip(parts: Sequence[tuple[int, str]], total: int) -> Markup:
    """Draw one bar of ``total`` filled from the left by ``parts``: (value, class) each.

    Values are cut where the bar is full; a total of 0 is an empty bar.
    """
    left = 0.0
    drawn = []
    for value, name in parts:
        width = min(100 * value / total if total else 0.0, 100 - left)
        if width > 0:
            drawn.append(
                Markup('<rect class="{}" x="{:.2f}" y="0" width="{:.2f}" height="6"/>').format(
                    name, left, width
                )
            )
            left += width
    return Markup(
        '<svg class="strip" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        "{}</svg>"
    ).format(Markup("").join(drawn))


def daily_bars(by_day: Mapping[date, int], first: date, last: date, wanted: int) -> Markup:
    """Draw ballots per day as columns from ``first`` to ``last``, with the number wanted.

    Parameters
    ----------
    by_day
        Ballots by day; days without any may be missing. [ballots]
    first, last
        Days shown, both included; at most the last 31 of them.
    wanted
        Ballots needed a day from now on, drawn as a line; none when 0. [ballots/day]

    """
    first = max(first, last - timedelta(days=30))
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    most = max([wanted, 1, *(by_day.get(one, 0) for one in days)])
    width, height = 40, 64
    drawn = []
    for place, one in enumerate(days):
        n = by_day.get(one, 0)
        tall = round((height - 14) * n / most, 1)
        middle = place * width + width / 2
        drawn.append(
            Markup(
                '<g><title>{}: {}</title><rect class="bar-day" x="{}" y="{}" width="{}" '
                'height="{}"/><text x="{}" y="{}">{}</text><text class="axis" x="{}" y="{}">{}'
                "</text></g>"
            ).format(
                day(one),
                number(n),
                place * width + 5,
                height - tall,
                width - 10,
                tall,
                middle,
                height - tall - 3,
                number(n),
                middle,
                height + 12,
                f"{one.day}/{one.month}",
            )
        )
    if wanted:
        y = round(height - (height - 14) * wanted / most, 1)
        drawn.append(
            Markup('<line class="wanted" x1="0" x2="{}" y1="{}" y2="{}"/>').format(
                len(days) * width, y, y
            )
        )
    label = "; ".join(f"{day(one)}: {number(by_day.get(one, 0))}" for one in days)
    return Markup(
        '<svg class="days" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(len(days) * width, height + 16, label, Markup("").join(drawn))
