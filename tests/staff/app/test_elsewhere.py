"""Signing in at the organisation's own provider: a real one on this machine, and those it must not let in."""

import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.test import Client

from breachdesk.staff.app import actions
from breachdesk.staff.app.models import Account
from tests.cast import account, browser, hand
from tests.staff.app.provider import Provider, running
from tests.staff.app.test_entering import code, told

DOOR = "/enter/elsewhere/"
FLAGS = {"administrator": False, "triage": False, "external": False}


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with running() as there:
        app = {
            "provider_id": "house",
            "name": "Bakery sign-in",
            "client_id": there.client,
            "secret": there.secret,
            "settings": {"server_url": there.url},
        }
        setting = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        monkeypatch.setattr(settings, "SOCIALACCOUNT_PROVIDERS", setting)
        yield there


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def back_from(there: str) -> str:
    """Where the provider sends the browser."""
    try:
        urllib.request.build_opener(_Stays).open(there)
    except urllib.error.HTTPError as answer:
        parts = urlsplit(answer.headers["Location"])
        return f"{parts.path}?{parts.query}"
    raise AssertionError("the provider sends nobody on")


def walk(client: Client, door: str = DOOR) -> Any:
    """The whole way: to the provider and back."""
    return client.get(back_from(client.get(door)["Location"]))


def person(email: str, *, sub: str = "1001", verified: object = True) -> dict[str, Any]:
    return {"sub": sub, "email": email, "email_verified": verified, "name": "Somebody"}


def turned_away(client: Client, answer: Any) -> bool:
    page = client.get("/enter/login/").content.decode()
    inside = client.get("/").status_code == 200
    return answer["Location"] == "/enter/login/" and "not let in this way" in page and not inside


def test_an_account_that_may_comes_in_and_is_tied_to_that_person(provider: Provider, desk: str) -> None:
    plain = account("Plain", second_factor=False, elsewhere=True)
    provider.person = person("Plain@bakery.example")
    client = browser()
    assert "Bakery sign-in" in client.get("/enter/login/").content.decode()
    assert walk(client, f"{DOOR}?next=/me/")["Location"] == "/me/"
    assert client.get("/me/").status_code == 200
    assert SocialAccount.objects.get().user_id == plain.id
    assert len(told("staff.account.tied")) == 1
    assert told("staff.account.entered")[-1]["by"] == ["socialaccount"]
    provider.person = person("renamed@bakery.example")  # the same person there, under a new address
    again = browser()
    assert walk(again)["Location"] == "/"
    assert len(told("staff.account.tied")) == 1


def test_the_second_factor_is_asked_for_here_all_the_same(provider: Provider, cast: Any) -> None:
    ada = cast.ada
    Account.objects.filter(id=ada.id).update(elsewhere=True)
    provider.person = person(ada.email)
    client = browser()
    assert walk(client)["Location"].startswith("/enter/2fa/authenticate/")
    assert client.get("/").status_code == 302
    client.post("/enter/2fa/authenticate/", {"code": code()})
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        (person("nobody@bakery.example"), "no account"),
        (person("dan@bakery.example"), "no administrator allowed it"),
        (person("plain@bakery.example", verified=False), "the provider does not vouch for the address"),
        (person("plain@bakery.example", verified=None), "nor says so"),
        (person("closed@bakery.example"), "the account is closed"),
        (person(""), "no address"),
    ],
)
def test_everybody_else_gets_one_and_the_same_answer(
    claims: dict[str, Any], why: str, provider: Provider, cast: Any
) -> None:
    account("Plain", second_factor=False, elsewhere=True)
    account("Closed", second_factor=False, elsewhere=True, is_active=False)
    cast.dan  # noqa: B018 - comes by being named
    provider.person = claims
    client = browser()
    assert turned_away(client, walk(client)), why
    assert not SocialAccount.objects.exists()
    assert Account.objects.filter(email="nobody@bakery.example").count() == 0


def test_a_successor_at_the_same_address_is_not_the_same_person(provider: Provider, desk: str) -> None:
    account("Plain", second_factor=False, elsewhere=True)
    provider.person = person("plain@bakery.example")
    walk(browser())
    provider.person = person("plain@bakery.example", sub="2002")
    client = browser()
    assert turned_away(client, walk(client))
    assert SocialAccount.objects.get().uid == "1001"


def test_what_was_allowed_can_be_taken_back(provider: Provider, cast: Any) -> None:
    plain = account("Plain", second_factor=False, elsewhere=True)
    provider.person = person(plain.email)
    walk(browser())
    actions.change_flags(plain, **FLAGS, elsewhere=False, by=hand(cast.eli))
    assert not SocialAccount.objects.exists()
    client = browser()
    assert turned_away(client, walk(client))


def test_an_answer_meant_for_another_client_or_asked_by_nobody_lets_nobody_in(provider: Provider, desk: str) -> None:
    account("Plain", second_factor=False, elsewhere=True)
    provider.person, provider.audience = person("plain@bakery.example"), "another-client"
    client = browser()
    walk(client)
    assert client.get("/").status_code == 302
    assert "did not answer as it should" in client.get("/enter/login/").content.decode()
    provider.audience = provider.client
    stolen = back_from(browser().get(DOOR)["Location"])  # begun in another browser
    victim = browser()
    victim.get(stolen)
    assert victim.get("/").status_code == 302
    assert not SocialAccount.objects.exists()


def test_nobody_signed_in_is_tied_to_a_person_of_the_provider_by_a_link(provider: Provider, desk: str) -> None:
    """Whoever lures a colleague to the provider's way in does not put their own person on that account."""
    plain = account("Plain", second_factor=False)
    provider.person = person("mallory@evil.example", sub="666")
    client = browser(plain)
    walk(client, f"{DOOR}?process=connect&next=/me/")
    assert not SocialAccount.objects.exists()
    assert client.get("/enter/oidc/house/login/?process=connect").status_code == 404


def test_a_provider_that_is_not_there_is_said_calmly(provider: Provider, desk: str, monkeypatch: Any) -> None:
    monkeypatch.setitem(
        settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0], "settings", {"server_url": "http://127.0.0.1:9"}
    )
    client = browser()
    assert client.get(DOOR)["Location"] == "/enter/login/"
    assert "did not answer as it should" in client.get("/enter/login/").content.decode()


def test_it_asks_with_a_secret_of_its_own_and_never_leads_out_of_the_desk(provider: Provider, desk: str) -> None:
    plain = account("Plain", second_factor=False, elsewhere=True)
    provider.person = person(plain.email)
    client = browser()
    asked = parse_qs(urlsplit(client.get(f"{DOOR}?{urlencode({'next': 'https://evil.example/'})}")["Location"]).query)
    assert set(asked) >= {"state", "code_challenge", "client_id", "redirect_uri"}
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert walk(browser(), f"{DOOR}?{urlencode({'next': '//evil.example/'})}")["Location"] == "/"


def test_without_a_provider_there_is_no_such_door(desk: str) -> None:
    assert browser().get(DOOR).status_code == 404
    assert DOOR not in browser().get("/enter/login/").content.decode()
