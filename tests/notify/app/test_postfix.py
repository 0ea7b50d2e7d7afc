"""With a real Postfix between the desk and whoever gets the letters: its log settles what a killed carrier left, and
what it sends back leads to the next way."""

import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from breachdesk.notify import marks
from breachdesk.notify.app import carrier, looking_up, pens, returning
from breachdesk.notify.app.looking_up import Looked
from breachdesk.notify.app.models import Delivery, Sending
from breachdesk.notify.app.transports import ByRelay
from breachdesk.notify.smtp import Relay
from breachdesk.notify.states import Channel, State
from tests.detect import imap
from tests.notify import postfix
from tests.notify.app.apart import Run
from tests.notify.app.sending import case_with, going, planned, rows
from tests.notify.app.test_returning import looked
from tests.notify.postfix import Postfix
from tests.notify.relay import Box, relaying

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(postfix.missing()), reason=postfix.missing())]
PEOPLE = 60
_ID = re.compile(rb"^Message-ID: (<[^>]+>)", re.MULTILINE | re.IGNORECASE)


def until(true: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return found


def relay_to(mx: Postfix) -> Relay:
    return Relay("127.0.0.1", mx.port, seconds=10, seconds_for_end=10, connections=1)


def look(sending: Sending, *, seconds: float = 0, **zone: Any) -> Looked:
    return looking_up.look_up(sending, by=pens.hand(), settled=timedelta(seconds=seconds), **zone)


def sending_by(mx: Postfix, cast: Any, settings_of: Any, people: int, *ways: Channel) -> Sending:
    """To so many people, and under way."""
    settings_of(
        RELAY=relay_to(mx), NOTICE_FROM="privacy@bakery.example", NOTICE_RETURN="back@bakery.example", RELAY_LOG=mx.log
    )
    sending = planned(case_with(cast, rows(people)), cast.ada, channels=ways)
    return going(cast, sending)


def taken(mx: Postfix) -> int:
    return mx.said().count("(queue active)")


def test_a_carrier_killed_before_postfix_loses_nobody_and_nobody_gets_two(run: Run) -> None:
    with relaying(Box(offers=("PIPELINING",))) as box, postfix.running(box.port, most=2) as mx:
        run("tests.notify.app.many", "lay", str(PEOPLE))

        def at_work() -> None:
            before = taken(mx)
            assert until(lambda: taken(mx) > before + 5, 20), mx.said()

        run("tests.notify.app.many", "carry", str(mx.port), str(mx.log), kill=at_work)
        assert taken(mx) < PEOPLE
        run("tests.notify.app.many", "carry", str(mx.port), str(mx.log))
        stood = run("tests.notify.app.many", "stand")
        assert until(lambda: len(box.recipients()) >= PEOPLE), mx.said()
        assert until(lambda: mx.said().count(": removed") == taken(mx)), mx.said()
    letters = Counter(name for _, _, content in box.got for name in _ID.findall(content))
    people = Counter(box.recipients())
    assert (len(letters), max(letters.values()), len(people), max(people.values())) == (PEOPLE, 1, PEOPLE, 1)
    assert stood.pop("kills") == 1
    assert 0 < stood.pop("most") <= PEOPLE
    assert set(stood) == {"accepted", "delivered"}  # the log knew of some that they had arrived
    assert sum(stood.values()) == PEOPLE


def broken_off(mx: Postfix, row: int) -> None:
    """A carrier that dies inside a letter."""
    name = marks.message_id(marks.mark(row, pens.mark_key()), "bakery.example")
    with socket.create_connection(("127.0.0.1", mx.port), 5) as wire, wire.makefile("rb") as said:
        for line in ("", "EHLO desk", "MAIL FROM:<back@bakery.example>", "RCPT TO:<ada@d.example>", "DATA"):
            wire.sendall(f"{line}\r\n".encode() if line else b"")
            while said.readline()[3:4] == b"-":
                pass
        wire.sendall(f"Message-ID: {name}\r\n\r\n".encode() + b"Data about you was stolen.\r\n" * 400)
        assert until(lambda: name in mx.said()), mx.said()


def test_what_waits_behind_a_full_queue_is_not_sent_again_and_what_broke_off_is(cast: Any, settings_of: Any) -> None:
    """The queue manager has two letters that nobody takes from it; of the others its log has only the names."""
    free = threading.Event()

    def say(stage: str, words: str) -> None:
        if stage == "end":
            free.wait(15)

    full = {"hands": 1, "more": "qmgr_message_active_limit = 2\n", "zone": "Europe/Berlin"}
    with relaying(Box(say=say, offers=("PIPELINING",))) as box, postfix.running(box.port, **full) as mx:
        sending = sending_by(mx, cast, settings_of, 5, Channel.EMAIL)
        first = Delivery.objects.earliest("id")
        broken_off(mx, first.id)
        Delivery.objects.filter(id=first.id).update(state=State.DOUBT, sent_at=pens.hand().at, tries=1)
        assert carrier.carry(sending, ByRelay(relay_to(mx)), idle=0) == 4
        Delivery.objects.filter(state=State.ACCEPTED).update(state=State.DOUBT)
        time.sleep(1.5)  # the log has to go on; somebody else knocks

        assert look(sending, zone=UTC) == Looked(2, 0, 3)  # times from an hour ahead: nothing is said not to be there
        assert look(sending, zone=ZoneInfo("Europe/Berlin")) == Looked(0, 1, 2)
        again = Delivery.objects.get(id=first.id)
        assert (again.state, again.told) == (State.DEFERRED, "the relay did not get the whole of it")
        assert carrier.carry(sending, ByRelay(relay_to(mx)), idle=0) == 1
        free.set()
        assert until(lambda: look(sending, zone=UTC).unsure == 0), mx.said()
        assert until(lambda: len(box.recipients()) >= 5), mx.said()
        assert until(lambda: mx.said().count(": removed") == taken(mx)), mx.said()
    assert sorted(box.recipients()) == [f"ada{n}@d{n}.example" for n in range(5)]
    assert Delivery.objects.filter(state__in=[State.ACCEPTED, State.DELIVERED]).count() == 5


@pytest.fixture
def returns(settings_of: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[imap.Imap]:
    """The mailbox that bounces come to."""
    if imap.found() is None:
        pytest.skip("Dovecot is not installed (tools/system-packages)")
    server = imap.Imap()
    try:
        server.start()
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        settings_of(RETURNS_URL=server.url, RETURNS_PASSWORD="secret")
        yield server
    finally:
        server.stop()


def test_what_postfix_sends_back_leads_to_the_next_way_and_a_quiet_log_goes_on(
    returns: imap.Imap, cast: Any, settings_of: Any
) -> None:
    def say(stage: str, words: str) -> str | None:
        return "550 5.1.1 <ada2@d2.example>: no such user" if stage == "rcpt" and "<ada2@" in words else None

    with relaying(Box(say=say, offers=("PIPELINING",))) as box, postfix.running(box.port, alone=True) as mx:
        sending = sending_by(mx, cast, settings_of, 4, Channel.EMAIL, Channel.PHONE)
        first = Delivery.objects.earliest("id")
        Delivery.objects.filter(id=first.id).update(state=State.DOUBT, tries=1)
        assert carrier.carry(sending, ByRelay(relay_to(mx)), idle=0) == 3
        assert until(lambda: len(box.got) == 3 and mx.said().count(": removed") == 4), mx.said()
        Delivery.objects.filter(id=first.id).update(sent_at=pens.hand().at)
        time.sleep(1.1)
        assert look(sending, seconds=1) == Looked(0, 0, 1)  # nobody comes by any more but the desk itself
        assert until(lambda: look(sending, seconds=1) == Looked(0, 1, 0)), mx.said()
        assert carrier.carry(sending, ByRelay(relay_to(mx)), idle=0) == 1
        assert Delivery.objects.filter(state=State.ACCEPTED).count() == 4
        assert until(lambda: len(box.got) == 4), mx.said()
    (back,) = [(to, content) for sender, to, content in box.got if not sender]
    one = Delivery.objects.get(channel="email", domain="d2.example")
    assert back[0] == marks.return_path(marks.mark(one.id, pens.mark_key()), "back", "bakery.example")
    returns.put(back[1])
    assert looked(1) == 1
    one.refresh_from_db()
    assert (one.state, one.code, one.last) == (State.BOUNCED, 550, False)
    assert one.told == "5.1.1 <…@d2.example>: no such user"
    last = Delivery.objects.filter(last=True).order_by("id").values_list("channel", "state")
    assert Counter(last) == {("email", "accepted"): 3, ("phone", "queued"): 1}
    assert returning.look() == 0
