"""Coming in with a real browser: the invitation, an app, a security key; every page of it clean to axe-core."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, Page

from breachdesk.ground import clock
from breachdesk.journal.app.actions import Hand
from breachdesk.journal.shapes import Actor, Via
from breachdesk.staff.app import actions
from breachdesk.staff.app.models import Account
from tests.axe import wrong
from tests.cast import PASSWORD, account
from tests.staff.app.test_entering import code, told

pytestmark = pytest.mark.browser
KEY = {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True}


def clean(page: Page) -> None:
    found = wrong(page)
    assert not found, f"{page.url}: {found}"


def judged(page: Page, url: str) -> None:
    page.goto(url)
    assert page.locator("h1").count() == 1, url
    clean(page)


@pytest.fixture
def page(chrome: Browser) -> Any:
    context = chrome.new_context(locale="en", timezone_id="Asia/Tokyo")
    page = context.new_page()
    page.set_default_timeout(10_000)
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    yield page
    context.close()
    assert not [text for text in said if "Content Security Policy" in text or "rror:" in text]


def with_key(page: Page) -> Any:
    """A security key in the socket of this browser; what it answers to is its id."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]


def test_somebody_invited_comes_in_and_sets_up_an_app(live: Any, page: Page, desk: str) -> None:
    link = actions.invite_first(by=Hand(Actor("serve", "system"), Via.CLI, clock.now()))
    page.goto(link)
    clean(page)
    page.fill("[name=email]", "faye@bakery.example")
    page.fill("[name=name]", "Faye")
    page.fill("[name=password]", PASSWORD)
    assert page.input_value("[name=zone]") == "Asia/Tokyo"  # as the device says
    page.click("text=Make my account")
    page.wait_for_url("**/me/second-factor/")
    clean(page)
    page.click("text=Set up an app")
    clean(page)
    assert page.locator("img.qr").evaluate("one => one.naturalWidth") > 0  # drawn, under our policy
    page.click("summary")
    secret = page.inner_text("p.mono")
    page.fill("[name=code]", code(secret))
    page.click("button:has-text('Done')")
    page.wait_for_url("**/recovery-codes/")
    clean(page)
    assert len(page.inner_text("pre").split()) == 10
    page.click("text=I have put them away")
    page.goto(live.url + "/accounts/")
    assert page.get_by_role("link", name="Faye").first.is_visible()
    faye = Account.objects.get()
    assert faye.administrator
    assert {one.type for one in faye.authenticator_set.all()} == {"totp", "recovery_codes"}


def test_a_security_key_is_added_renamed_lets_in_and_is_removed(live: Any, page: Page, desk: str) -> None:
    plain = account("Plain", second_factor=False)
    session, key = with_key(page)
    page.goto(live.url + "/enter/login/?next=/me/")
    page.fill("[name=login]", plain.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button:has-text('Sign in')")
    page.wait_for_url(live.url + "/me/")
    page.goto(live.url + "/enter/2fa/webauthn/add/")
    page.fill("[name=password]", PASSWORD)
    page.click("text=Go on")
    page.wait_for_url(live.url + "/enter/2fa/webauthn/add/")
    clean(page)
    page.fill("[name=name]", "Blue key")
    page.click("#add-key")
    page.wait_for_url("**/recovery-codes/")
    assert len(session.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]) == 1
    made = Authenticator.objects.get(user=plain, type="webauthn")
    judged(page, live.url + "/enter/2fa/webauthn/")
    judged(page, f"{live.url}/enter/2fa/webauthn/keys/{made.id}/edit/")
    page.fill("[name=name]", "Red key")
    page.click("text=Keep the name")
    page.wait_for_url("**/2fa/webauthn/")
    assert page.get_by_role("rowheader", name="Red key").is_visible()

    page.context.clear_cookies()
    page.goto(live.url + "/enter/login/?next=/me/tokens/")
    page.fill("[name=login]", plain.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button:has-text('Sign in')")
    page.wait_for_url("**/2fa/authenticate/**")
    clean(page)
    page.click("#use-key")
    page.wait_for_url(live.url + "/me/tokens/")
    assert told("staff.account.entered")[-1]["by"] == ["password", "mfa webauthn"]

    judged(page, live.url + "/enter/2fa/webauthn/reauthenticate/?next=/me/tokens/new/")
    page.click("#use-key")
    page.wait_for_url(live.url + "/me/tokens/new/")
    judged(page, f"{live.url}/enter/2fa/webauthn/keys/{made.id}/remove/")
    page.click("main button:has-text('Remove the key')")
    page.wait_for_url("**/2fa/webauthn/")
    assert not plain.authenticator_set.exists()  # recovery codes go with the last one
    assert [line["kind"] for line in told("staff.factor.removed")] == ["recovery_codes", "webauthn"]


def test_another_key_does_not_let_in_and_the_page_says_so(live: Any, page: Page, chrome: Browser, desk: str) -> None:
    plain = account("Plain", second_factor=False)
    session, key = with_key(page)
    live.sign_in(page, plain)
    page.goto(live.url + "/enter/2fa/webauthn/add/")
    page.fill("[name=password]", PASSWORD)
    page.click("text=Go on")
    page.wait_for_url(live.url + "/enter/2fa/webauthn/add/")
    page.click("#add-key")
    page.wait_for_url("**/recovery-codes/")
    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    page.context.clear_cookies()
    page.goto(live.url + "/enter/login/")
    page.fill("[name=login]", plain.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button:has-text('Sign in')")
    page.wait_for_url("**/2fa/authenticate/**")
    page.click("#use-key")
    page.wait_for_selector("#key-wrong:visible")
    assert urlsplit(page.url).path == "/enter/2fa/authenticate/"
    page.goto(live.url + "/me/")
    assert urlsplit(page.url).path == "/enter/2fa/authenticate/"  # still before the door


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_signing_in_are_clean(language: str, scheme: Any, live: Any, chrome: Browser, cast: Any) -> None:
    eli = cast.eli
    Account.objects.filter(id=eli.id).update(language=language)
    context = chrome.new_context(locale=language, color_scheme=scheme, viewport={"width": 390, "height": 800})
    page = context.new_page()
    for path in ("login/", "password/reset/", "password/reset/done/", "password/reset/key/1-x/", "inactive/"):
        judged(page, f"{live.url}/enter/{path}")
    live.sign_in(page, eli)
    page.goto(live.url + "/enter/reauthenticate/")
    clean(page)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url(live.url + "/")
    for path in (
        "/enter/2fa/",
        "/enter/2fa/totp/deactivate/",
        "/enter/2fa/recovery-codes/generate/",
        "/enter/2fa/webauthn/",
        "/enter/sessions/",
        "/enter/password/change/",
        "/enter/logout/",
        "/me/",
        "/me/tokens/new/",
        "/accounts/",
        "/accounts/invite/",
        f"/accounts/{cast.ada.id}/",
    ):
        judged(page, live.url + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    context.close()
