"""What axe-core finds on a page, a respondent's or the office's."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""WCAG 2.2 AA and what its authors hold to be good practice."""


def violations(page: Page, *, rules: tuple[str, ...] = ()) -> list[str]:
    """Say what axe-core finds, one line an element; nothing when all is well."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    found = page.evaluate(
        "(only) => axe.run({ runOnly: only, resultTypes: ['violations'],"
        " rules: { 'target-size': { enabled: true } } })",
        only,
    )
    return [
        f"{broken['id']}: {node['html'][:160]}: {node['failureSummary']}"
        for broken in found["violations"]
        for node in broken["nodes"]
    ]
