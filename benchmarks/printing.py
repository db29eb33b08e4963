"""3.108 personalised one-page sheets as one PDF: ``python benchmarks/printing.py``."""

from __future__ import annotations

import io
import time

from common import machine, peak_mib

from questionnaires.loader import load_campaign, load_questionnaire
from questionnaires.paper.blank_forms import Sheet, SheetStyle, blank_form, sheet_pages
from questionnaires.paper.render import write_pdf

SHEETS = 3108


def main() -> None:
    """Print CX2 for everybody and say what it took."""
    campaign = load_campaign("bo_trach_2020")
    rule = campaign.rule_by_code["CX2"]
    group = next(group.label.vi for group in campaign.groups if group.code == rule.group)
    style = SheetStyle(
        title=campaign.title,
        organisation=campaign.organisation,
        year=campaign.year,
        deadline="18/3/2021",
        base_url="https://ks.example.gov.vn",
    )
    units = campaign.units_of(rule)
    machine()
    cpu, clock = time.process_time(), time.perf_counter()
    form = blank_form(load_questionnaire(rule.form).asked_of(rule), rule, group, style)
    sheets = (Sheet(f"{n:08d}", units[n % len(units)].name) for n in range(SHEETS))
    out = io.BytesIO()
    pages = write_pdf(out, sheet_pages(form, sheets), title="benchmark")
    print(
        f"{pages} pages: {time.process_time() - cpu:.1f} s processor, "
        f"{time.perf_counter() - clock:.1f} s wall, {out.tell() / 1e6:.2f} MB, "
        f"peak memory {peak_mib():.0f} MiB"
    )


if __name__ == "__main__":
    main()
