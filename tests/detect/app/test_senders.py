"""Programs report by webhooks of theirs: signed as the standard's own library signs, each event once, none lost."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from standardwebhooks.webhooks import Webhook

from breachdesk.detect.app import senders
from breachdesk.detect.app.models import Heard, Sender, Signal
from breachdesk.journal.app.models import Line
from breachdesk.staff.app import programs
from breachdesk.vault.app import keys
from tests.cast import browser, hand
from tests.staff.app.test_pages import again

EVENT = {"type": "alert.raised", "timestamp": "2026-11-27T03:12:00Z", "data": {"text": "4 GB left db-1"}}


def now() -> datetime:
    return datetime.now(UTC)


def made(cast: Any, **more: Any) -> tuple[Sender, str]:
    return senders.make("Monitor", by=hand(cast.eli, at=now()), **more)


def send(
    sender: Sender, secret: str, event: Any = EVENT, *, message: str = "msg_1", at: datetime | None = None, **more: str
) -> Any:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    at = at or now()
    headers = {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message, at, body.decode("utf-8", "replace")),
        **more,
    }
    enforcing = Client(enforce_csrf_checks=True)
    return enforcing.post(f"/in/{sender.slug}/", body, content_type="application/json", headers=headers)


def test_a_signed_event_becomes_a_signal_and_is_kept_as_it_came(cast: Any) -> None:
    sender, secret = made(cast)
    answer = send(sender, secret)
    assert (answer.status_code, answer.json()) == (200, {"signal": "S-2026-0001"})
    signal = Signal.objects.get()
    assert (signal.text, signal.channel, signal.who) == ("4 GB left db-1", "webhook", "monitoring")
    assert (signal.by, signal.noticed) == ("webhook Monitor", "2026-11-27T03:12:00Z")
    kept = signal.attachments.get()
    with keys.vault().open(keys.SIGNALS, kept.sealed, keys.key_of(keys.SIGNALS)) as content:
        assert json.loads(content.read()) == EVENT
    assert "webhook Monitor" in browser(cast.ada).get(f"/signals/{signal.number}/").content.decode()


def test_the_same_event_is_taken_once_however_often_it_comes(cast: Any) -> None:
    sender, secret = made(cast)
    first = send(sender, secret).json()

    def more(_: int) -> tuple[int, Any]:
        try:
            answer = send(sender, secret)
            return answer.status_code, answer.json()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(map(str, pool.map(more, range(8)))) == {str((200, first))}
        told = [one.json()["signal"] for one in (send(sender, secret, message=f"new {n}") for n in range(2))]
    assert told == ["S-2026-0002", "S-2026-0003"]
    assert Signal.objects.count() == Heard.objects.count() == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,%%%,,"},
        {"webhook-signature": ""},
        {"webhook-timestamp": "yesterday"},
        {"webhook-timestamp": "1e999"},
        {"webhook-id": "msg_2"},
    ],
)
def test_what_is_not_signed_is_refused_and_administrators_see_it(wrong: dict[str, str], cast: Any) -> None:
    sender, secret = made(cast)
    answer = send(sender, secret, **wrong)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not Signal.objects.exists()
    sender.refresh_from_db()
    assert (sender.refused, sender.refused_at is not None) == ("unsigned", True)
    assert "does not fit the secret" in browser(cast.eli).get(f"/senders/{sender.id}/").content.decode()


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_event_of_another_time_is_refused(minutes: int, cast: Any) -> None:
    sender, secret = made(cast)
    assert send(sender, secret, at=now() + timedelta(minutes=minutes)).status_code == 401


@pytest.mark.parametrize("body", [b"[]", b"{}", b"no", b"", b"1", b"[" * 100_000, b'{"a":' * 50_000])
def test_what_is_no_event_is_refused(body: bytes, cast: Any) -> None:
    sender, secret = made(cast)
    answer = send(sender, secret, body)
    assert (answer.status_code, answer.json()["refused"]) == (400, "senders.unheard.shape")
    assert not Signal.objects.exists()


def test_bytes_that_are_no_text_are_refused(cast: Any) -> None:
    sender, secret = made(cast)
    assert send(sender, secret, b'{"a": "\xff\xfe"}').status_code == 401


def test_an_endless_event_is_refused_and_a_long_one_is_cut_and_kept_whole(cast: Any) -> None:
    sender, secret = made(cast)
    assert send(sender, secret, {"data": {"text": "x" * 300_000}}).status_code == 413
    assert Sender.objects.get().refused == "large"
    assert send(sender, secret, {"data": {"text": "x" * 5_000_000}}).status_code == 413
    assert send(sender, secret, {"data": {"text": "x" * 100_000}}).status_code == 200
    signal = Signal.objects.get()
    assert len(signal.text) == 20_000
    assert signal.attachments.get().size > 100_000


def test_hostile_letters_and_shapes_are_taken_as_text(cast: Any) -> None:
    sender, secret = made(cast)
    hostile = b'{"type":"x","timestamp":7,"data":{"text":"a\\u0000\\ud800b","who":["police"],"contact":{"a":1}}}'
    assert send(sender, secret, hostile).status_code == 200
    signal = Signal.objects.get()
    assert (signal.text, signal.who, signal.contact, signal.noticed) == ("a\ufffd?b", "monitoring", "", "")
    assert send(sender, secret, {"alert": "<script>", "data": 7}, message="m2").status_code == 200
    assert '"alert": "<script>"' in Signal.objects.get(number="S-2026-0002").text


def test_who_reports_may_be_said_by_the_event(cast: Any) -> None:
    sender, secret = made(cast, who="customer")
    send(sender, secret)
    send(sender, secret, {"data": {"text": "x", "who": "police", "contact": "a@b.example"}}, message="m2")
    assert list(Signal.objects.order_by("id").values_list("who", flat=True)) == ["customer", "police"]


def test_of_two_secrets_the_old_one_is_taken_for_a_day(cast: Any) -> None:
    sender, old = made(cast)
    new = senders.turn(sender, by=hand(cast.eli, at=now()))
    assert new != old
    assert [send(sender, one, message=one[:20]).status_code for one in (old, new)] == [200, 200]
    Sender.objects.update(turned_at=now() - timedelta(days=1, minutes=1))
    assert [send(sender, one, message=one[:21]).status_code for one in (old, new)] == [401, 200]


def test_a_flood_is_asked_to_come_later(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "MOST_SIGNALS", 2)
    sender, secret = made(cast)
    told = [send(sender, secret, message=f"m{n}") for n in range(4)]
    assert [one.status_code for one in told] == [200, 200, 429, 429]
    assert told[2].headers["Retry-After"] == "600"
    assert send(sender, secret, message="m0").status_code == 200  # known: no new signal
    assert Signal.objects.count() == 2


def test_what_is_paused_waits_and_what_is_removed_is_gone(cast: Any) -> None:
    sender, secret = made(cast)
    senders.pause(sender, by=hand(cast.eli))
    assert send(sender, secret).status_code == 503
    senders.resume(sender, by=hand(cast.eli))
    assert send(sender, secret).status_code == 200
    senders.remove(sender, by=hand(cast.eli))
    assert send(sender, secret, message="m2").status_code == 404
    assert Signal.objects.count() == 1


def test_an_administrator_makes_one_and_sees_its_secret_once(cast: Any) -> None:
    eli = again(browser(cast.eli))
    page = eli.post("/senders/new/", {"sender_name": "Help desk", "sender_who": "customer"}).content.decode()
    sender = Sender.objects.get()
    assert programs.secret_of(sender) in page
    assert f"/in/{sender.slug}/" in page
    assert "whsec_" not in eli.get(f"/senders/{sender.id}/").content.decode()
    assert "Help desk" in eli.get("/senders/").content.decode()
    eli.post(f"/senders/{sender.id}/", {"do": "remove"})
    assert "cannot report any more" in eli.get("/senders/").content.decode()
    assert "Help desk" not in eli.get("/senders/").content.decode()
    types = list(Line.objects.filter(type__startswith="detect.sender").values_list("type", flat=True))
    assert types == ["detect.sender.made", "detect.sender.removed"]


def test_old_ids_go_and_their_signals_stay(cast: Any) -> None:
    sender, secret = made(cast)
    send(sender, secret)
    assert senders.forget_old(now() + timedelta(days=29)) == 0
    assert senders.forget_old(now() + timedelta(days=31)) == 1
    assert Signal.objects.count() == 1
