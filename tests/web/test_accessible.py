"""Every page by axe-core (WCAG 2.2 AA) in a real browser: wide, light and English; narrow, dark and Russian."""

import html
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage

from tests.axe import wrong
from tests.cast import browser
from tests.live import Live, serving
from tests.web.filled import value
from tests.web.routes import Route, routes

pytestmark = pytest.mark.browser
ROUTES = [route for route in routes() if route.door]
LOOKS = {"wide": (1280, "light", "en"), "phone": (390, "dark", "ru")}


@pytest.fixture(scope="module")
def served(shared: Any) -> Iterator[tuple[Live, Any]]:
    """The desk with two cases, and its lead, who may everything in the house as well."""
    lead = shared.accounts["lead"]
    type(lead).objects.filter(id=lead.id).update(administrator=True, triage=True)
    with pytest.MonkeyPatch.context() as patch, serving(patch) as live:
        yield live, lead


@pytest.fixture(scope="module")
def windows(served: tuple[Live, Any], chrome: Browser) -> Iterator[Callable[[str, bool], BrowserContext]]:
    """(look, whether signed in) -> a browser of that look, one for all tests."""
    (live, lead), made = served, {}

    def window(look: str, within: bool) -> BrowserContext:
        if (look, within) not in made:
            width, scheme, language = LOOKS[look]
            context = made[look, within] = chrome.new_context(
                viewport={"width": width, "height": 800},
                color_scheme=scheme,  # type: ignore[arg-type]
                locale=language,
            )
            if within:
                page = context.new_page()
                live.sign_in(page, lead)
                page.close()
        return made[look, within]

    yield window
    for one in made.values():
        one.close()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_page_can_be_used_by_everybody(
    route: Route, look: str, served: tuple[Live, Any], shared: Any, windows: Callable[[str, bool], BrowserContext]
) -> None:
    live, lead = served
    width, _, language = LOOKS[look]
    within = route.door.kind != "public"
    address = route.address({name: value(route.name, name, shared.own) for name in route.names})
    plain = browser(lead if within else None, language).get(address)
    if plain.status_code != 200 or not plain.headers.get("Content-Type", "").startswith("text/html"):
        return  # no page
    page, heard = windows(look, within).new_page(), list[str]()

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            heard.append(message.text)

    page.on("console", hear)
    page.goto(live.url + address)
    assert page.title() in html.unescape(plain.content.decode())
    assert not heard, heard
    assert wrong(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page is wider than its window"
    page.close()
