"""Coming in by invitation: once, in time, and only with the link."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand
from breachdesk.journal.app.models import Line
from breachdesk.journal.shapes import Actor, Via
from breachdesk.staff.app import actions
from breachdesk.staff.app.models import Account, Invitation
from tests.cast import browser

FORM = {"name": "Faye", "password": "violet-kettle-orbit-9", "language": "ru", "zone": "Asia/Tokyo", "page": "/"}


def now() -> Hand:
    return Hand(Actor("serve", "system"), Via.CLI, clock.now())


def path(link: str) -> str:
    return urlsplit(link).path


def last() -> Line:
    found = Line.objects.filter(type__startswith="staff.").order_by("seq").last()
    assert found is not None
    return found


def test_the_first_administrator_comes_in_by_a_link_that_works_once(desk: str) -> None:
    link = path(actions.invite_first(by=now()))
    client = browser()
    assert "first one here" in client.get(link).content.decode()
    answer = client.post(link, FORM | {"email": "Faye@Bakery.Example"})
    assert answer["Location"] == "/me/second-factor/"
    faye = Account.objects.get()
    assert (faye.email, faye.administrator, faye.language, faye.zone) == (
        "faye@bakery.example",
        True,
        "ru",
        "Asia/Tokyo",
    )
    assert client.get("/").status_code == 200
    assert Line.objects.filter(type="staff.account.joined").count() == 1
    again = browser().post(link, FORM | {"email": "mallory@evil.example"})
    assert again.status_code == 404
    assert Account.objects.count() == 1
    assert actions.invite_first(by=now()) == ""


def test_a_newer_first_link_ends_the_older(desk: str) -> None:
    older, newer = actions.invite_first(by=now()), actions.invite_first(by=now())
    assert browser().get(path(older)).status_code == 404
    assert browser().get(path(newer)).status_code == 200


def test_a_first_link_is_worth_nothing_once_there_is_an_administrator(desk: str, cast: Any) -> None:
    link = path(actions.invite_first(by=now()))
    cast.eli  # noqa: B018 - comes by being named
    client = browser()
    assert client.post(link, FORM | {"email": "mallory@evil.example"}).status_code == 302
    assert not Account.objects.filter(email="mallory@evil.example").exists()


def test_a_link_ends_after_its_time_and_cannot_be_guessed(desk: str) -> None:
    link = path(actions.invite_first(by=now()))
    assert browser().get(link[:-2] + "x/").status_code == 404
    Invitation.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert browser().post(link, FORM | {"email": "faye@bakery.example"}).status_code == 404
    assert not Account.objects.exists()


def test_the_secret_of_a_link_is_kept_nowhere(desk: str) -> None:
    secret = path(actions.invite_first(by=now())).split("/")[2]
    assert len(secret) >= 43
    kept = [str(value) for value in Invitation.objects.values().get().values()]
    assert not any(secret in value for value in kept)
    assert secret.encode() not in bytes(last().payload or b"") + bytes(last().envelope)


def test_whoever_is_invited_gets_the_address_and_flags_of_the_invitation_whatever_they_send(cast: Any) -> None:
    link = path(actions.invite("Gus@bakery.example", triage=True, by=now()))
    page = browser().get(link).content.decode()
    assert "gus@bakery.example" in page
    assert 'name="email"' not in page
    browser().post(link, FORM | {"email": "other@evil.example", "administrator": "on"})
    gus = Account.objects.get(email="gus@bakery.example")
    assert (gus.administrator, gus.triage, gus.external) == (False, True, False)


def test_a_weak_password_is_refused_with_a_reason_and_the_link_still_holds(desk: str) -> None:
    link = path(actions.invite("gus@bakery.example", by=now()))
    answer = browser().post(link, FORM | {"password": "gus"})
    assert answer.status_code == 200
    assert "has-wrong" in answer.content.decode()
    assert browser().post(link, FORM).status_code == 302


def test_who_has_an_account_is_not_invited_again(cast: Any) -> None:
    with pytest.raises(Refused, match="has_account"):
        actions.invite(cast.ada.email.upper(), by=now())
    with pytest.raises(Refused, match="no_address"):
        actions.invite("nobody", by=now())


def test_a_withdrawn_invitation_lets_nobody_in(desk: str) -> None:
    link = path(actions.invite("gus@bakery.example", by=now()))
    actions.withdraw(Invitation.objects.get(), by=now())
    assert browser().get(link).status_code == 404
    assert last().type == "staff.invitation.withdrawn"
    with pytest.raises(Refused, match="invitation_over"):
        actions.withdraw(Invitation.objects.get(), by=now())


def test_only_active_accounts_are_found(cast: Any) -> None:
    ada = cast.ada
    assert actions.find_account(" ADA@bakery.example ") == ada
    Account.objects.filter(id=cast.ada.id).update(is_active=False)
    assert actions.find_account("ada@bakery.example") is None
