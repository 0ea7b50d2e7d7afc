"""Other programs are told: signed as the standard's own library checks it, again until they answer, never inward."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from breachdesk.case.app import actions as cases
from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.staff.app import hooks, post, programs
from breachdesk.staff.app.models import Delivery, Hook
from tests.answering import answering
from tests.cast import account, browser, hand
from tests.staff.app.test_pages import again

EVENTS = ["case.case.opened", "case.task.made"]


class Receiver:
    """What came in, and what is answered."""

    def __init__(self) -> None:
        self.came: list[tuple[bytes, dict[str, str]]] = []
        self.says: tuple[int, bytes] | bytes = (204, b"")

    def answer(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes] | bytes:
        self.came.append((body, {name.lower(): value for name, value in headers.items()}))
        return self.says


@pytest.fixture
def inside(settings_of: Any) -> None:
    settings_of(HOOKS_INSIDE=["127.0.0.0/8"])


def send_all() -> None:
    for one in Delivery.objects.filter(state=Delivery.WAITING).order_by("id"):
        Hook.objects.update(rest_until=None)
        hooks.deliver(one.id)


def test_an_event_arrives_signed_and_says_nothing_of_what_was_written(cast: Any, inside: None) -> None:
    receiver = Receiver()
    with answering(receiver.answer) as url:
        hook, secret = hooks.make("tickets", url, events=EVENTS, by=hand(cast.eli))
        case = cases.open_case("Bakery North: stolen by X", lead=cast.ada, by=hand(cast.ada))
        assert ProcrastinateJob.objects.filter(task_name="staff.deliver").count() == 1
        send_all()
    body, headers = receiver.came[0]
    assert json.loads(body)["data"]["case"] == case.number
    assert b"Bakery" not in body
    assert b"ada@" not in body
    assert Webhook(secret).verify(body.decode(), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.decode() + " ", headers)
    assert Delivery.objects.get().state == Delivery.DONE
    kept = " ".join(str(value) for value in Hook.objects.values().get(id=hook.id).values())
    assert secret[6:] not in kept


def test_no_event_of_a_deed_that_was_not_done(cast: Any, inside: None) -> None:
    hooks.make("tickets", "http://127.0.0.1:1", events=EVENTS, by=hand(cast.eli))

    def broken_off() -> None:
        with transaction.atomic():
            cases.open_case("never", lead=cast.ada, by=hand(cast.ada))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    assert not Delivery.objects.exists()
    assert not ProcrastinateJob.objects.filter(task_name="staff.deliver").exists()


def test_only_what_was_asked_for_and_only_of_those_cases(cast: Any, inside: None) -> None:
    first = cases.open_case("one", lead=cast.ada, by=hand(cast.ada))
    hooks.make("tickets", "http://127.0.0.1:1", events=["case.aware.decided"], cases=[first.number], by=hand(cast.eli))
    second = cases.open_case("two", lead=cast.ada, by=hand(cast.ada))
    for case in (first, second):
        cases.decide_aware(case, hand(cast.ada).at, reason="x", by=hand(cast.ada))
    assert [json.loads(one.body)["data"]["case"] for one in Delivery.objects.all()] == [first.number]


def test_it_is_tried_for_days_and_then_paused_with_a_note(cast: Any, inside: None) -> None:
    account("Rita", administrator=True, language="ru")
    receiver = Receiver()
    receiver.says = (500, b"")
    with answering(receiver.answer) as url:
        hook, _ = hooks.make("tickets", url, events=EVENTS, by=hand(cast.eli))
        cases.open_case("one", lead=cast.ada, by=hand(cast.ada))
        for _ in range(len(hooks.WAITS) + 1):
            before = Delivery.objects.get()
            assert before.state == Delivery.WAITING
            send_all()
    assert len(receiver.came) == len(hooks.WAITS) + 1
    assert len({headers["webhook-id"] for _, headers in receiver.came}) == 1
    assert sum(hooks.WAITS, timedelta()) > timedelta(days=3)
    assert Delivery.objects.get().state == Delivery.FAILED
    hook.refresh_from_db()
    assert hook.paused_at is not None
    assert Line.objects.filter(type="staff.hook.paused", actor="breachdesk").count() == 1
    post.settle()
    assert sorted((one.to[0], one.subject) for one in mail.outbox) == [
        ("eli@bakery.example", "“tickets” does not answer"),
        ("rita@bakery.example", "«tickets» не отвечает"),
    ]
    assert f"/hooks/{hook.id}/" in mail.outbox[0].body
    assert "500" in mail.outbox[0].body
    cases.open_case("two", lead=cast.ada, by=hand(cast.ada))
    assert Delivery.objects.count() == 1  # nothing is kept for it while it is paused
    hooks.again(Delivery.objects.get(), by=hand(cast.eli))
    hooks.resume(hook, by=hand(cast.eli))
    receiver.says = (200, b"")
    assert Delivery.objects.get().state == Delivery.WAITING


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ((302, b"http://169.254.169.254/"), "302"),
        ((200, b"x" * (1 << 20)), "large"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "unreachable"),
        (b"\0" * 100, "unreachable"),
        (b"", "unreachable"),
    ],
)
def test_whatever_is_answered_it_is_bounded_and_told(cast: Any, inside: None, says: Any, told: str) -> None:
    receiver = Receiver()
    receiver.says = says
    with answering(receiver.answer) as url:
        hooks.make("tickets", url, events=EVENTS, by=hand(cast.eli))
        cases.open_case("one", lead=cast.ada, by=hand(cast.ada))
        send_all()
    found = Delivery.objects.get()
    assert (found.state, found.tries) == (Delivery.WAITING, 1)
    assert found.told.startswith(told)
    assert len(receiver.came) == 1  # no redirect was followed


def test_one_that_hangs_holds_up_the_others_only_once(cast: Any, inside: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "SECONDS", 0.3)

    def hang(*asked: Any) -> tuple[int, bytes]:
        time.sleep(1)
        return 200, b""

    with answering(hang) as url:
        hooks.make("tickets", url, events=EVENTS, by=hand(cast.eli))
        for number in range(3):
            cases.open_case(f"case {number}", lead=cast.ada, by=hand(cast.ada))
        for one in Delivery.objects.order_by("id"):
            hooks.deliver(one.id)
    assert sorted(Delivery.objects.values_list("tries", flat=True)) == [0, 0, 1]


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://127.0.0.1/", "inside"),
        ("https://169.254.169.254/latest/meta-data", "inside"),
        ("https://[::ffff:10.0.0.1]/", "inside"),
        ("http://93.184.216.34/", "plain"),
        ("javascript:alert(1)", "address"),
    ],
)
def test_an_address_into_the_house_is_refused(cast: Any, address: str, key: str) -> None:
    with pytest.raises(Refused) as error:
        hooks.make("x", address, events=EVENTS, by=hand(cast.eli))
    assert error.value.key == f"hooks.refused.{key}"
    assert not Hook.objects.exists()


def test_a_name_that_means_another_address_by_now_is_not_followed(
    cast: Any, settings_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: judged anew at each delivery, and connected to what was judged."""
    import socket

    real = socket.getaddrinfo
    means = ["93.184.216.34"]

    def look_up(host: Any, port: Any, *args: Any, **more: Any) -> Any:
        return real(means[0] if host == "hook.example" else host, port, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    receiver = Receiver()
    with answering(receiver.answer) as url:
        hooks.make("x", f"https://hook.example:{url.rpartition(':')[2]}", events=EVENTS, by=hand(cast.eli))
        means[0] = "127.0.0.1"
        cases.open_case("one", lead=cast.ada, by=hand(cast.ada))
        send_all()
    assert Delivery.objects.get().told.startswith("inside")
    assert not receiver.came


def test_for_a_day_both_secrets_hold(cast: Any, inside: None) -> None:
    receiver = Receiver()
    with answering(receiver.answer) as url:
        hook, old = hooks.make("tickets", url, events=EVENTS, by=hand(cast.eli))
        new = hooks.turn(hook, by=hand(cast.eli, at=clock.now()))
        assert new != old
        cases.open_case("one", lead=cast.ada, by=hand(cast.ada))
        send_all()
    body, headers = receiver.came[0]
    assert Webhook(old).verify(body.decode(), headers)
    assert Webhook(new).verify(body.decode(), headers)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_an_administrator_does_it_all_on_pages(cast: Any, inside: None, language: str) -> None:
    client = browser(cast.eli, language)
    again(client)
    said = {"hook_name": "tickets", "address": "http://127.0.0.1:1/x", "events": EVENTS, "case_numbers": ""}
    page = client.post("/hooks/new/", said).content.decode()
    hook = Hook.objects.get()
    assert programs.secret_of(hook) in page
    assert programs.secret_of(hook) not in client.get(f"/hooks/{hook.id}/").content.decode()
    wrong = client.post("/hooks/new/", {**said, "case_numbers": "2020-999"}).content.decode()
    assert "2020-999" in wrong
    cases.open_case("one", lead=cast.ada, by=hand(cast.ada))
    send_all()
    shown = client.get(f"/hooks/{hook.id}/").content.decode()
    assert "unreachable" in shown
    for do in ("pause", "resume", "turn", "remove"):
        assert client.post(f"/hooks/{hook.id}/", {"do": do}).status_code in (200, 302)
    assert client.get("/hooks/").status_code == 200
    assert Hook.objects.get().gone_at is not None
    assert browser(account("Zoe")).get("/hooks/").status_code == 403


def test_every_event_has_its_words() -> None:
    from breachdesk.web import sayings

    for language in ("en", "ru"):
        assert all(f"journal.types.{one}" in sayings.words(language) for one in hooks.EVENTS)
