"""Results as CSV that a Vietnamese Excel opens with a double click.

Semicolons between fields, decimal commas, UTF-8 with a byte-order mark, CRLF: the list
separator and the decimal sign of a machine set to Vietnamese. Text that a spreadsheet would
take for a formula gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any, Final

from analysis.results import IndexResult
from analysis.rounding import half_up
from survey_app.services.exports.look import SIMULATED
from survey_app.services.exports.words import Naming
from survey_app.services.index_runs import is_provisional

DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")


def results_text(result: IndexResult, naming: Naming, *, simulated: bool) -> str:
    """One line per unit: rank, index, band, points, and the index of each component.

    Figures that are not published are empty. Kinds of unit stand one after the other, each
    under its own headings, because their components differ.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    decimals = result.settings.decimals
    for kind, criteria in result.criteria.items():
        writer.writerow(
            [
                "Loại đơn vị",
                "Hạng",
                "Mã",
                "Đơn vị",
                "Chỉ số (%)",
                "Xếp loại",
                "Tổng điểm",
                "Tối đa được tính",
                *(safe(f"{c.code} {c.title.vi} (%)") for c in criteria.components),
                "Ghi chú",
            ]
        )
        units = sorted(result.units_of(kind), key=lambda unit: (unit.rank is None, unit.rank or 0))
        for unit in units:
            notes = [SIMULATED] if simulated else []
            if unit.missing:
                notes.append(f"chưa có điểm: {', '.join(unit.missing)}")
            if is_provisional(unit):
                notes.append("tạm tính theo điểm tự chấm")
            writer.writerow(
                [
                    safe(naming.kind(kind)),
                    field(unit.rank),
                    safe(unit.code),
                    safe(unit.name),
                    field(unit.index),
                    field(unit.band),
                    field(None if unit.points is None else half_up(unit.points, decimals)),
                    field(half_up(unit.max_points, decimals)),
                    *(field(component.published.value) for component in unit.components),
                    "; ".join(notes),
                ]
            )
    return out.getvalue()


def field(value: Any) -> str:  # noqa: ANN401 - whatever a result holds
    """Write one value: ``86,50``, nothing for None, text made safe."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    return str(value) if isinstance(value, int) else safe(str(value))


def safe(text: str) -> str:
    """Keep a spreadsheet from computing what somebody wrote."""
    return f"'{text}" if text.startswith(DANGEROUS) else text
