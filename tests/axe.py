"""What axe-core (WCAG 2.2 AA) finds wrong with the page a browser shows."""

from typing import Any

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],  # the rest is counted, not described: it is megabytes
}


def wrong(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES)["violations"]
    return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found for node in one["nodes"][:3]]
