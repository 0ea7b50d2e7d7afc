"""Every page by axe-core (WCAG 2.2 AA) in a real browser: wide, light and English; narrow, dark and Russian."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.cast import browser
from tests.live import Live, serving
from tests.web.filled import value
from tests.web.routes import Route, routes

pytestmark = pytest.mark.browser
ROUTES = [route for route in routes() if route.door]
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
LOOKS = {"wide": (1280, "light", "en"), "phone": (390, "dark", "ru")}


@pytest.fixture
def desk_of_lead(filled: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Live, Any]]:
    lead = filled.accounts["lead"]
    type(lead).objects.filter(id=lead.id).update(administrator=True, triage=True)
    with serving(monkeypatch) as live:
        yield live, filled


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_page_can_be_used_by_everybody(
    route: Route, look: str, desk_of_lead: tuple[Live, Any], chrome: Browser
) -> None:
    live, filled = desk_of_lead
    width, scheme, language = LOOKS[look]
    lead = filled.accounts["lead"]
    address = route.address({name: value(route.name, name, filled.own) for name in route.names})
    plain = browser(lead if route.door.kind != "public" else None, language).get(address)
    if plain.status_code != 200 or not plain.headers.get("Content-Type", "").startswith("text/html"):
        return  # no page
    context = chrome.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        if route.door.kind != "public":
            live.sign_in(page, lead)
        heard: list[str] = []
        page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
        page.goto(live.url + address)
        assert not heard, heard
        assert _wrong(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page is wider than its window"
    finally:
        context.close()


def _wrong(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES)["violations"]
    return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found for node in one["nodes"][:3]]
