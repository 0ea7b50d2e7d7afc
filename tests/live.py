"""The desk on a free port of this machine, for tests with a real browser: `live.url`, `live.sign_in(page, account)`."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.report import browser


@dataclass(frozen=True, slots=True)
class Live:
    """`url`: the address of the desk, without a last slash. By the name `localhost`, so that security keys work."""

    url: str

    def sign_in(self, page: Page, account: Any) -> None:
        """The browser of that page is `account`'s from now on, without a form."""
        from django.test import Client

        client = Client()
        client.force_login(account)
        page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self.url}])


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """The desk on whatever database and vault this process works in."""
    import waitress
    from django.conf import settings

    from breachdesk.web.wsgi import application

    server: Any = waitress.create_server(
        application, host="127.0.0.1", port=0, threads=6, clear_untrusted_proxy_headers=True
    )
    url = f"http://localhost:{server.effective_port}"
    monkeypatch.setattr(settings, "SITE_URL", url)
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["localhost", "testserver"])
    monkeypatch.setattr(settings, "CSRF_TRUSTED_ORIGINS", [url])

    def run() -> None:
        with suppress(OSError):  # it is closed while it waits
            server.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield Live(url)
    finally:
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(5)


@pytest.fixture
def live(desk: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """Works on the database and the vault of `desk`; what tests write is seen at once."""
    with serving(monkeypatch) as there:
        yield there


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    """Chromium without a head; the test skips where it is absent.

    One for the whole run: the loop of playwright runs in the thread of the tests from its start to its end, and a
    second one beside it is refused.
    """
    if browser.found() is None:
        pytest.skip("Chromium is not installed (tools/system-packages installs it on Debian)")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with browser.chromium() as chrome:
        yield chrome
