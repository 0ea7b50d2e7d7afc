"""Whatever a relay, the network or the disk does: nobody is lost, nobody is written to twice, and states only move
forward."""

import email
import random
import ssl
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from breachdesk.ground import clock
from breachdesk.notify.app import carrier, pens, sendings
from breachdesk.notify.app.models import Delivery, Event, Sending, Standing
from breachdesk.notify.app.transports import ByRelay
from breachdesk.notify.recipients import Place
from breachdesk.notify.smtp import Relay
from breachdesk.notify.states import State, may_follow
from tests.notify.app.sending import case_with, going, planned, rows
from tests.notify.relay import HANG_UP, SILENCE, Box, relaying
from tests.notify.tls import certificate_in, served

_PEOPLE = 150
#: What comes at each stage in a bad hour, and how often of a hundred.
_BAD = {
    "connect": (("421 4.3.2 too many connections", 10), (HANG_UP, 10), ("nonsense", 5)),
    "ehlo": (("500 what?", 5), (HANG_UP, 5)),
    "mail": (("421 4.7.0 closing", 3), ("452 4.3.1 no room", 3), (HANG_UP, 2)),
    "rcpt": (("451 4.7.1 greylisted", 20), ("450 4.2.1 busy", 5), (HANG_UP, 2)),
    "data": (("451 4.3.0 try later", 3), (HANG_UP, 3)),
    "end": (("taken, " + HANG_UP, 3), (HANG_UP, 3), ("452 4.2.2 over quota", 3), (SILENCE, 1)),
}


def relay_of(box: Box, **more: Any) -> Relay:
    said = {"host": "localhost", "port": box.port, "seconds": 2, "seconds_for_end": 1, "connections": 3, **more}
    return Relay(**said)


def due_again(sending: Sending) -> None:
    """What was put off is due: an hour goes by."""
    Delivery.objects.filter(sending=sending, state=State.DEFERRED).update(next_at=clock.now())


def asked(sending: Sending, box: Box) -> int:
    """Somebody looks up in the relay which of those in doubt it has; how many there were."""
    doubts = list(Delivery.objects.filter(sending=sending, state=State.DOUBT).order_by("id"))
    if not doubts:
        return 0
    with pens.recipients_of(sending) as people:
        found = people.at([Place(one.offset, one.length) for one in doubts])
    there = set(box.recipients())
    taken = [one.id for one, who in zip(doubts, found, strict=True) if who.emails[0] in there]
    if taken:
        sendings.decide_doubt(sending, taken=True, rows=taken, reason="it is in its log", by=pens.hand())
    if len(taken) < len(doubts):
        sendings.decide_doubt(sending, taken=False, reason="it is not in its log", by=pens.hand())
    return len(doubts)


def only_forward(sending: Sending) -> None:
    """Each event led on from where its delivery stood."""
    stands: dict[int, State] = {}
    for row, state in Event.objects.filter(delivery__sending=sending).order_by("id").values_list("delivery", "state"):
        before, after = stands.get(row, State.QUEUED), State(state)
        if before in (State.QUEUED, State.DEFERRED) and after not in (State.QUEUED, State.CANCELLED):
            before = State.SENDING  # it was taken in hand again
        assert may_follow(before, after), (before, after)
        stands[row] = after


def test_through_an_hour_of_hang_ups_greylists_and_silence_everybody_is_written_to_once(
    cast: Any, settings_of: Any
) -> None:
    dice, gone = random.Random(4), {f"ada{n}@" for n in range(0, _PEOPLE, 10)}
    calm = threading.Event()

    def say(stage: str, words: str) -> str | None:
        if stage == "rcpt" and any(name in words for name in gone):
            return "550 5.1.1 no such user"
        throw = dice.uniform(0, 100)
        for said, often in () if calm.is_set() else _BAD.get(stage, ()):
            throw -= often
            if throw < 0:
                return said
        return None

    with relaying(Box(say)) as box:
        settings_of(RELAY=relay_of(box), NOTICE_FROM="privacy@bakery.example", NOTICE_RETURN="back@bakery.example")
        sending = going(cast, planned(case_with(cast, rows(_PEOPLE)), cast.ada))
        doubts = troubles = 0
        for turn in range(40):
            if turn == 25:
                calm.set()
            sending.refresh_from_db()
            carrier.carry(sending, ByRelay(relay_of(box)), idle=0)
            sending.refresh_from_db()
            troubles += bool(sending.trouble)
            doubts += asked(sending, box)
            if not Delivery.objects.filter(sending=sending, state__in=[State.QUEUED, State.DEFERRED]).exists():
                break
            due_again(sending)
        assert troubles or turn > 3
        states = Counter(Delivery.objects.filter(sending=sending).values_list("state", flat=True))
        assert states == {"accepted": _PEOPLE - len(gone), "refused": len(gone)}
        got = Counter(box.recipients())
    assert len(got) == _PEOPLE - len(gone)
    assert set(got.values()) == {1}
    assert not any(to.startswith(tuple(gone)) for to in got)
    assert doubts  # it was a storm
    only_forward(sending)
    messages = Counter(email.message_from_bytes(raw)["Message-ID"] for _, _, raw in box.got)
    assert set(messages.values()) == {1}


def test_while_encryption_fails_nothing_goes_and_the_page_says_why(cast: Any, settings_of: Any, tmp_path: Path) -> None:
    certificate = certificate_in(tmp_path)
    trusted = ssl.create_default_context(cafile=str(certificate))
    answers = iter(["454 4.7.0 TLS not available", HANG_UP])
    hostile = Box(lambda at, words: next(answers, None) if at == "starttls" else None, tls=served(certificate))
    with relaying(hostile) as box:
        settings_of(RELAY=relay_of(box), NOTICE_FROM="privacy@bakery.example", NOTICE_RETURN="back@bakery.example")
        sending = going(cast, planned(case_with(cast, rows(9)), cast.ada))

        def carried(**more: Any) -> str:
            sending.refresh_from_db()
            relay = relay_of(box, tls="starttls", connections=1, **more)
            carrier.carry(sending, ByRelay(relay), idle=0)
            sending.refresh_from_db()
            return str(sending.trouble)

        assert "TLS not available" in carried(trusted=trusted)
        assert carried(trusted=trusted)  # hung up
        assert "certificate" in carried()  # nobody vouches for it
        assert not box.got
        assert set(Delivery.objects.values_list("state", "tries")) == {("queued", 0)}
        assert carried(trusted=trusted) == ""
        assert len(box.got) == 9
    assert sendings.settle(sending, by=pens.hand())
    assert Sending.objects.get().standing == Standing.ENDED
