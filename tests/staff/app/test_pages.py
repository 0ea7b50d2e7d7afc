"""Every page of signing in and of accounts opens in both languages, in our look, and closed ones are not there."""

from typing import Any

import pytest
from django.urls import reverse

from breachdesk.staff.app.models import Account
from tests.cast import PASSWORD, browser

CLOSED = (
    "signup/",
    "email/",
    "confirm-email/",
    "login/code/",
    "login/code/confirm/",
    "reauthenticate/code/",
    "3rdparty/",
    "3rdparty/signup/",
    "oidc/house/login/",
    "oidc/other/login/callback/",
    "2fa/webauthn/login/",
    "2fa/webauthn/signup/",
    "2fa/trust/",
)
OUTSIDE = ("account_login", "account_inactive", "account_reset_password", "account_reset_password_done")
INSIDE = (
    "staff_me",
    "staff_tokens",
    "staff_token_new",
    "staff_accounts",
    "staff_invite",
    "account_logout",
    "account_reauthenticate",
    "account_change_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "usersessions_list",
)


def again(client: Any) -> Any:
    """The password once more, so that what asks for it opens."""
    assert client.post("/enter/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return client


@pytest.mark.parametrize("path", CLOSED)
def test_what_nobody_needs_has_no_address(path: str, cast: Any) -> None:
    for client in (browser(), browser(cast.ada)):
        assert client.get(f"/enter/{path}").status_code == 404
        assert client.post(f"/enter/{path}").status_code == 404


@pytest.mark.parametrize("language", ["en", "ru"])
def test_pages_before_the_door_open(language: str, desk: str) -> None:
    for name in OUTSIDE:
        answer = browser(language=language).get(reverse(name))
        assert answer.status_code == 200, name
        page = answer.content.decode()
        assert f'lang="{language}"' in page
        assert "<h1>" in page, name
        assert " style=" not in page, name


@pytest.mark.parametrize("language", ["en", "ru"])
def test_pages_behind_the_door_open(language: str, cast: Any) -> None:
    eli = cast.eli
    client = browser(eli, language)
    client.force_login(eli)
    again(client)
    for name in INSIDE:
        answer = client.get(reverse(name))
        assert answer.status_code == 200, f"{name}: {answer.status_code} {answer.headers.get('Location')}"
        page = answer.content.decode()
        assert f'lang="{language}"' in page, name
        assert page.count("<h1>") == 1, name
        assert "{{" not in page, name


def test_somebody_without_a_second_factor_is_told_why_and_comes_back_to_the_page_they_wanted(cast: Any) -> None:
    from tests.cast import SECRET, account
    from tests.staff.app.test_entering import code

    plain = account("Plain", second_factor=False, administrator=True)
    client = again(browser(plain))
    wanted = client.get("/accounts/")["Location"]
    assert wanted == "/me/second-factor/?next=%2Faccounts%2F"
    page = client.get(wanted).content.decode()
    assert reverse("mfa_activate_totp") in page
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    secret = client.session["mfa.totp.secret"]
    assert secret != SECRET
    answer = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    shown = client.get(answer["Location"]).content.decode()
    assert "/me/second-factor/" in shown
    assert client.get("/me/second-factor/")["Location"] == "/accounts/"
    assert Account.objects.get(id=plain.id).authenticator_set.count() == 2


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_out_of_the_desk(there: str, cast: Any) -> None:
    from tests.cast import account

    plain = account("Plain", second_factor=False)
    client = browser()
    answer = client.post(f"/enter/login/?next={there}", {"login": plain.email, "password": PASSWORD, "next": there})
    assert answer["Location"] == "/"
    page = client.get("/me/second-factor/", {"next": there})
    assert page.status_code == 200
    assert client.session.get("wanted") is None
    assert client.post("/enter/logout/", {"next": there})["Location"] == "/"


def test_my_page_keeps_what_i_choose(cast: Any) -> None:
    ada = cast.ada
    client = browser(ada)
    client.post("/me/", {"name": "Ada B.", "language": "ru", "zone": "Asia/Tokyo", "scheme": "dark", "page": "/me/"})
    page = client.get("/me/").content.decode()
    assert 'lang="ru"' in page
    assert 'data-scheme="dark"' in page
    ada.refresh_from_db()
    assert (ada.name, ada.zone) == ("Ada B.", "Asia/Tokyo")
    form = {"name": "Ada B.", "language": "ru", "zone": "Asia/Tokyo", "scheme": "device", "page": "/me/"}
    client.post("/me/", form)
    ada.refresh_from_db()
    assert ada.scheme == ""
    refused = client.post("/me/", {"name": "Ada", "language": "xx", "zone": "Mars/Base", "scheme": "pink"})
    assert refused.status_code == 200
    assert refused.content.decode().count("has-wrong") == 3
