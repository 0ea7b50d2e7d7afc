"""The desk in a real browser: the fixture that other tests stand on."""

from typing import Any

import pytest


@pytest.mark.browser
def test_somebody_signed_in_sees_the_desk_in_a_browser(live: Any, chrome: Any, cast: Any) -> None:
    cast.bakery  # noqa: B018 - opened by being named
    page = chrome.new_page()
    page.goto(live.url + "/")
    assert "/enter/login/" in page.url
    live.sign_in(page, cast.ada)
    page.goto(live.url + "/")
    assert page.get_by_role("link", name="Bakery North").is_visible()
    page.get_by_role("button", name="Русский").click()
    page.get_by_text("Открыто 1 дело.").wait_for(timeout=5000)
    page.close()
