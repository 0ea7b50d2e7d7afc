"""Bounces out of a real mailbox: each moves its own delivery, once, whatever its order, and nothing else."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from breachdesk.detect.app import mailbox
from breachdesk.detect.app.models import Mailbox
from breachdesk.notify import marks
from breachdesk.notify.app import carrier, ledger, pens, returning, sendings
from breachdesk.notify.app.models import Delivery
from breachdesk.notify.app.transports import ByRelay
from breachdesk.notify.smtp import Relay
from breachdesk.notify.states import Channel, State
from tests.detect.imap import Imap, found
from tests.notify.app.sending import case_with, going, planned, rows
from tests.notify.relay import Box, relaying

pytestmark = pytest.mark.skipif(found() is None, reason="Dovecot is not installed (tools/system-packages)")


@pytest.fixture(scope="module")
def server() -> Iterator[Imap]:
    imap = Imap()
    imap.start()
    yield imap
    imap.stop()


@pytest.fixture
def sent(server: Imap, cast: Any, settings_of: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Four people written to, with a call as the next way; and the mailbox their bounces come to."""
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    settings_of(RETURNS_URL=server.url, RETURNS_PASSWORD="secret", NOTICE_FROM="privacy@bakery.example",
                NOTICE_RETURN="back@bakery.example")  # fmt: skip
    returning.look()  # what earlier tests left
    with relaying(Box()) as box:
        relay = Relay("127.0.0.1", box.port, seconds=10, seconds_for_end=10, connections=1)
        settings_of(RELAY=relay)
        sending = planned(case_with(cast, rows(4)), cast.ada, channels=(Channel.EMAIL, Channel.PHONE))
        going(cast, sending)
        carrier.carry(sending, ByRelay(relay), idle=0)
    return sending


def report(row: int, action: str, status: str, said: str = "smtp; 550 no such user", to: str = "") -> bytes:
    """A report of delivery (RFC 3464), addressed to the mark of a row."""
    back = to or marks.return_path(marks.mark(row, pens.mark_key()), "back", "bakery.example")
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {back}\r\nSubject: delivery\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nso it is\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; ada@d.example\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: {said}\r\n\r\n--b--\r\n"
    ).encode()


def looked(wanted: int) -> int:
    """How many moved something, within ten seconds: a server may show a letter a second after it was laid down."""
    moved, deadline = returning.look(), time.monotonic() + 10
    while moved < wanted and time.monotonic() < deadline:
        time.sleep(0.2)
        moved += returning.look()
    return moved


def states(sending: Any) -> dict[tuple[Channel, State], int]:
    return ledger.standing(sending)


def test_a_bounce_leads_to_a_call_and_counts_once(server: Imap, sent: Any) -> None:
    first, second, third, _ = Delivery.objects.filter(channel="email").order_by("id")
    server.put(report(first.id, "failed", "5.1.1"))
    server.put(report(second.id, "delivered", "2.0.0", "smtp; 250 ok"))
    server.put(report(third.id, "delayed", "4.4.1", "smtp; 451 later"))
    server.put(report(0, "failed", "5.1.1", to="back+aaaaaaaaaaaaaaaaaaaaaaaaaa@bakery.example"))  # a mark made up
    server.put(b"From: ada@d0.example\r\nTo: back@bakery.example\r\nSubject: what is this?\r\n\r\nI am afraid.\r\n")
    seen = server.seen()
    assert looked(3) == 3
    assert server.seen() == seen + 3  # a question, and what is not ours, waits for a person
    told = {
        (Channel.EMAIL, State.ACCEPTED): 2,
        (Channel.EMAIL, State.DELIVERED): 1,
        (Channel.PHONE, State.QUEUED): 1,
    }
    assert states(sent) == told
    first.refresh_from_db()
    assert (first.state, first.last, first.code) == (State.BOUNCED, False, 550)
    assert first.told == "5.1.1 no such user"
    Mailbox.objects.filter(id=mailbox.RETURNS).update(validity=1)  # made anew: all is there once more
    returning.look()
    assert states(sent) == told
    assert first.events.count() == 2


def test_a_late_bounce_still_counts_and_a_late_good_word_does_not(server: Imap, sent: Any) -> None:
    row = Delivery.objects.filter(channel="email").order_by("id")[0].id
    for action, status in (("delivered", "2.0.0"), ("failed", "5.2.1"), ("delivered", "2.0.1")):
        server.put(report(row, action, status))
        assert looked(1) == 1
    one = Delivery.objects.get(id=row)
    assert one.state == State.BOUNCED
    assert [event.moved for event in one.events.order_by("id")] == [True, True, True, False]


def test_a_bounce_after_the_end_leads_on(server: Imap, sent: Any) -> None:
    assert sendings.settle(sent, by=pens.hand())
    row = Delivery.objects.filter(channel="email").order_by("id")[0].id
    server.put(report(row, "failed", "5.1.1"))
    assert looked(1) == 1
    sent.refresh_from_db()
    assert sent.standing == "going"
    assert Delivery.objects.get(channel="phone").state == State.QUEUED


def test_trouble_is_kept_and_goes_with_the_next_good_look(server: Imap, sent: Any, settings_of: Any) -> None:
    settings_of(RETURNS_PASSWORD="wrong")
    assert returning.look() == 0
    assert mailbox.trouble(mailbox.RETURNS)
    settings_of(RETURNS_PASSWORD="secret")
    returning.look()
    assert not mailbox.trouble(mailbox.RETURNS)
