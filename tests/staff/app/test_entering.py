"""Signing in: what is asked, what is counted, what is told to nobody, and what the journal hears."""

import json
import struct
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import hotp_value
from django.conf import settings
from django.core import mail
from django.test import Client

from breachdesk.journal.app.models import Line
from breachdesk.staff.app import post
from breachdesk.staff.app.models import Account
from breachdesk.staff.app.watch import IDLE, LONGEST
from tests.cast import PASSWORD, SECRET, account, browser

LOGIN = "/enter/login/"


def code(secret: str = SECRET, steps: int = 0) -> str:
    """What an app shows now, or `steps` half minutes later."""
    return f"{hotp_value(secret, int(time.time()) // 30 + steps):06}"


def told(type: str) -> list[dict[str, Any]]:
    return [json.loads(bytes(line.payload or b"")) for line in Line.objects.filter(type=type).order_by("seq")]


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(LOGIN, {"login": email, "password": password}, **more)


def test_a_password_alone_does_not_let_in_whoever_has_a_second_factor(cast: Any) -> None:
    ada, client = cast.ada, browser()
    answer = sign_in(client, ada.email.upper())
    assert answer["Location"].startswith("/enter/2fa/authenticate/")
    assert client.get("/")["Location"].startswith(LOGIN)
    wrong = client.post("/enter/2fa/authenticate/", {"code": "000000" if code() != "000000" else "111111"})
    assert "was used already" in wrong.content.decode()
    assert client.post("/enter/2fa/authenticate/", {"code": code()})["Location"] == "/"
    assert client.get("/").status_code == 200
    assert told("staff.factor.failed")[0]["account"] == ada.email
    entered = told("staff.account.entered")
    assert entered == [{"by": ["password", "mfa totp"], "from": "127.0.0.1"}]


def test_a_code_is_good_once(cast: Any) -> None:
    ada, used = cast.ada, code()
    first, second = browser(), browser()
    for client in (first, second):
        sign_in(client, ada.email)
    assert first.post("/enter/2fa/authenticate/", {"code": used}).status_code == 302
    assert second.post("/enter/2fa/authenticate/", {"code": used}).status_code == 200
    assert second.get("/").status_code == 302


def test_what_makes_codes_is_not_readable_in_the_database(cast: Any) -> None:
    kept = Authenticator.objects.get(user=cast.ada).data["secret"]
    assert SECRET not in kept
    assert kept.startswith("sealed:")


def test_unknown_addresses_are_answered_as_known_ones_with_similar_work(cast: Any) -> None:
    ada = cast.ada
    answers, seconds = [], []
    for email in (ada.email, "nobody@bakery.example"):
        client = browser()
        began = time.perf_counter()
        answer = sign_in(client, email, "wrong-password-wrong")
        seconds.append(time.perf_counter() - began)
        page = answer.content.decode().replace(email, "")
        answers.append(
            (answer.status_code, page.count("do not belong together"), len(page.split("<h1>")[1].split("csrf")))
        )
    assert answers[0] == answers[1]
    assert answers[0][:2] == (200, 1)
    assert 0.3 < seconds[0] / seconds[1] < 3


def test_a_failed_sign_in_is_told_without_what_was_typed(cast: Any) -> None:
    sign_in(browser(), cast.ada.email, "my-other-secret-password")
    sign_in(browser(), "typed-by-mistake-password@x.example", "my-other-secret-password")
    assert told("staff.login.failed") == [
        {"known": True, "account": "ada@bakery.example", "from": "127.0.0.1"},
        {"known": False, "account": "", "from": "127.0.0.1"},
    ]
    everything = b"".join(bytes(line.payload or b"") + bytes(line.envelope) for line in Line.objects.all())
    assert b"secret-password" not in everything
    assert b"typed-by-mistake" not in everything


def test_guessing_is_stopped_and_says_how_long_while_others_still_come_in(cast: Any) -> None:
    ada, ben, guesser = cast.ada, cast.ben, browser()
    for _ in range(5):
        sign_in(guesser, ada.email, "guess")
    page = sign_in(guesser, ada.email).content.decode()  # the right one, too late
    assert "Wait 15 minutes" in page
    assert len(told("staff.login.failed")) == 5
    assert len(told("staff.login.locked")) == 1
    assert sign_in(guesser, ben.email).status_code == 302
    elsewhere = browser()
    assert sign_in(elsewhere, ada.email, REMOTE_ADDR="192.0.2.7").status_code == 302  # ada herself, at her place


def test_guessing_from_everywhere_is_stopped_too(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        settings, "ACCOUNT_RATE_LIMITS", {**settings.ACCOUNT_RATE_LIMITS, "login_failed_anywhere": "8/h/key"}
    )
    ada = cast.ada
    for number in range(8):
        sign_in(browser(), ada.email, "guess", REMOTE_ADDR=f"192.0.2.{number}")
    page = sign_in(browser(), ada.email, REMOTE_ADDR="192.0.2.99").content.decode()
    assert "Wait 60 minutes" in page


def test_second_factors_cannot_be_guessed(cast: Any) -> None:
    client = browser()
    sign_in(client, cast.ada.email)
    wrong = "000000" if code() not in ("000000", code(steps=1), code(steps=-1)) else "999999"
    for _ in range(5):
        client.post("/enter/2fa/authenticate/", {"code": wrong})
    assert "Too many wrong tries" in client.post("/enter/2fa/authenticate/", {"code": code()}).content.decode()
    assert client.get("/").status_code == 302


def test_a_closed_account_does_not_come_in_and_says_so_only_to_whoever_has_the_password(cast: Any) -> None:
    Account.objects.filter(id=cast.dan.id).update(is_active=False)
    assert sign_in(browser(), "dan@bakery.example", "guess").status_code == 200
    assert sign_in(browser(), "dan@bakery.example")["Location"] == "/enter/inactive/"


def test_a_session_known_before_signing_in_is_worth_nothing_after(cast: Any) -> None:
    plain, client = account("Plain", second_factor=False), browser()
    client.get(LOGIN)
    session = client.session
    session["planted"] = "yes"
    session.save()
    client.cookies["sessionid"] = session.session_key or ""
    sign_in(client, plain.email)
    assert client.cookies["sessionid"].value != session.session_key
    thief = browser()
    thief.cookies["sessionid"] = session.session_key or ""
    assert thief.get("/").status_code == 302


def test_nobody_stays_for_ever(cast: Any) -> None:
    for name, since, idle, why in (
        ("fresh", timedelta(), IDLE - timedelta(minutes=5), ""),
        ("idle", timedelta(), IDLE + timedelta(minutes=1), "idle"),
        ("long", LONGEST + timedelta(minutes=1), timedelta(), "long"),
    ):
        client = browser(cast.ada)
        client.get("/")
        session = client.session
        session["here_since"] -= since.total_seconds()
        session["seen_at"] -= idle.total_seconds()
        session.save()
        answer = client.get("/")
        assert answer.status_code == (302 if why else 200), name
        if why:
            assert told("staff.account.left")[-1] == {"why": why}
            assert "Nothing you had sent is lost" in client.get(LOGIN).content.decode()
            assert client.get("/").status_code == 302


def test_a_step_now_and_then_keeps_one_signed_in(cast: Any) -> None:
    client = browser(cast.ada)
    client.get("/")
    for _ in range(3):
        session = client.session
        session["seen_at"] -= (IDLE - timedelta(minutes=5)).total_seconds()
        session.save()
        assert client.get("/").status_code == 200


def test_a_new_password_ends_other_sessions_and_is_told(cast: Any) -> None:
    plain = account("Plain", second_factor=False)
    here, there = browser(), browser()
    for client in (here, there):
        sign_in(client, plain.email)
    new = "quiet-lantern-mosaic-4"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/enter/password/change/", form | {"oldpassword": "wrong"}).status_code == 200
    assert here.post("/enter/password/change/", form).status_code == 302
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302
    assert told("staff.password.changed") == [{"how": "changed"}]
    post.settle()
    assert [one.to for one in mail.outbox] == [[plain.email]]
    assert "tell an administrator" in mail.outbox[0].body


def test_other_sessions_can_be_ended(cast: Any) -> None:
    plain = account("Plain", second_factor=False)
    here, there = browser(), browser()
    for client in (here, there):
        sign_in(client, plain.email)
    assert "In 2 places" in here.get("/enter/sessions/").content.decode()
    here.post("/enter/sessions/")
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == 200
    assert told("staff.session.ended") == [{"count": 1}]


def test_a_forgotten_password_is_set_by_a_link_that_works_once_and_tells_nobody_who_is_here(cast: Any) -> None:
    plain = account("Plain", second_factor=False)
    known = browser().post("/enter/password/reset/", {"email": plain.email})
    unknown = browser().post("/enter/password/reset/", {"email": "nobody@bakery.example"})
    assert known["Location"] == unknown["Location"] == "/enter/password/reset/done/"
    post.settle()
    assert [one.to for one in mail.outbox] == [[plain.email]]
    link = next(word for word in mail.outbox[0].body.split() if "/reset/key/" in word)
    assert link.startswith(settings.SITE_URL)
    client = browser()
    page = client.get(link.removeprefix(settings.SITE_URL), follow=True)
    new = "quiet-lantern-mosaic-4"
    answer = client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert answer["Location"] == "/enter/password/reset/key/done/"
    assert told("staff.password.changed") == [{"how": "by a link"}]
    assert "works no longer" in browser().get(link.removeprefix(settings.SITE_URL)).content.decode()
    assert sign_in(browser(), plain.email, new).status_code == 302


def test_without_mail_nobody_is_offered_a_link_by_mail(desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend")
    assert browser().get("/enter/password/reset/").status_code == 404
    assert "/enter/password/reset/" not in browser().get(LOGIN).content.decode()


def test_second_factors_come_and_go_with_an_entry_each(cast: Any) -> None:
    from tests.staff.app.test_pages import again

    client = again(browser(cast.ada))
    client.post("/enter/2fa/recovery-codes/generate/")
    client.post("/enter/2fa/recovery-codes/generate/")
    client.post("/enter/2fa/totp/deactivate/")
    kinds = [(line.type, json.loads(bytes(line.payload or b""))["kind"]) for line in Line.objects.order_by("seq")]
    assert kinds == [
        ("staff.factor.added", "recovery_codes"),
        ("staff.factor.renewed", "recovery_codes"),
        ("staff.factor.removed", "recovery_codes"),
        ("staff.factor.removed", "totp"),
    ]


def test_a_change_of_second_factors_without_its_entry_does_not_happen(
    cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from breachdesk.staff.app import heard
    from tests.staff.app.test_pages import again

    client = again(browser(cast.ada))

    def broken(*_: Any, **__: Any) -> None:
        raise struct.error("the disk is full")

    monkeypatch.setattr(heard, "write", broken)
    with pytest.raises(struct.error):
        client.post("/enter/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=cast.ada).count() == 1


def test_what_protects_the_desk_asks_again(cast: Any) -> None:
    client = browser(cast.eli)
    for path in ("/enter/2fa/totp/deactivate/", "/accounts/invite/", "/me/tokens/new/"):
        assert client.get(path)["Location"].startswith("/enter/reauthenticate/"), path


def test_what_was_asked_for_is_done_after_the_password_was_asked_again(cast: Any) -> None:
    eli, dan = cast.eli, cast.dan
    client = browser(eli)
    path = f"/accounts/{dan.id}/off/"
    answer = client.post(path, {"reason": "left the company", "page": f"/accounts/{dan.id}/"})
    assert answer["Location"].startswith("/enter/reauthenticate/")
    done = client.post(answer["Location"], {"password": PASSWORD, "next": path})
    assert done["Location"] == f"/accounts/{dan.id}/"
    dan.refresh_from_db()
    assert dan.is_active is False
