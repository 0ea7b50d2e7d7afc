"""What a killed carrier left is looked up in the log of the relay, from where that ended when the carrier began."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from breachdesk.ground import clock
from breachdesk.notify import marks
from breachdesk.notify.app import carrier, in_hand, ledger, looking_up, pens
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.looking_up import Looked
from breachdesk.notify.app.models import Carrier, Delivery
from breachdesk.notify.app.transports import ByRelay
from breachdesk.notify.logfiles import end_of
from breachdesk.notify.smtp import Relay
from breachdesk.notify.states import Channel, State
from tests.notify.app.sending import case_with, going, planned, rows, states
from tests.notify.relay import Box, relaying


@pytest.fixture
def log(tmp_path: Path, settings_of: Any) -> Path:
    path = tmp_path / "mail.log"
    path.write_text("".join(taken(n, f"<stranger{n}@x.example>", clock.now()) for n in range(3)), encoding="utf-8")
    settings_of(
        RELAY=Relay("127.0.0.1", 9), RELAY_LOG=path,
        NOTICE_FROM="privacy@bakery.example", NOTICE_RETURN="back@bakery.example",
    )  # fmt: skip
    return path


def taken(number: int, name: str, at: datetime) -> str:
    begin, queue = f"{at.isoformat()} mx postfix", f"4F{number:03}"
    return (
        f"{begin}/cleanup[2]: {queue}: message-id={name}\n"
        f"{begin}/qmgr[3]: {queue}: from=<n+a@x.example>, size=12000, nrcpt=1 (queue active)\n"
    )


def name_of(row: Delivery) -> str:
    domain = pens.wording_of(row.sending).sender.return_domain
    return marks.message_id(marks.mark(row.id, pens.mark_key()), domain)


def in_doubt(cast: Any, log: Path, people: int) -> list[Delivery]:
    """So many of whom a carrier that is no more said nothing."""
    sending = going(cast, planned(case_with(cast, rows(people)), cast.ada))
    at = clock.now()
    one = in_hand.begin(sending, "here", at, log=end_of(log))
    held = in_hand.claim(one, Channel.EMAIL, most=people, at=at)
    ledger.tell(sending, [Word(row.id, State.DOUBT) for row in held], source="carrier", by=pens.hand(at))
    in_hand.end(one, at)
    return list(Delivery.objects.filter(sending=sending).order_by("id"))


def look(row: Delivery) -> Looked:
    return looking_up.look_up(row.sending, by=pens.hand(), settled=timedelta(seconds=1))


def write(log: Path, *lines: str) -> None:
    with open(log, "a", encoding="utf-8") as file:
        file.writelines(lines)


def test_a_log_that_was_put_aside_meanwhile_is_read_on(cast: Any, log: Path) -> None:
    first, second, third = in_doubt(cast, log, 3)
    now = clock.now()
    write(log, taken(11, name_of(first), now))
    log.rename(log.with_name("mail.log.1"))
    write(log, taken(12, name_of(second), now), taken(13, "<stranger@x.example>", now + timedelta(seconds=3)))
    assert look(third) == Looked(taken=2, again=1, unsure=0)
    assert states(third.sending) == {"accepted": 2, "queued": 1}


def test_of_a_log_that_was_put_aside_and_taken_away_nobody_says_what_it_said(cast: Any, log: Path) -> None:
    first, second = in_doubt(cast, log, 2)
    now = clock.now()
    write(log, taken(11, name_of(first), now))
    log.unlink()
    write(log, taken(12, name_of(second), now), taken(13, "<stranger@x.example>", now + timedelta(seconds=3)))
    assert look(first) == Looked(taken=1, again=0, unsure=1)
    assert states(first.sending) == {"accepted": 1, "doubt": 1}


def test_what_the_log_said_before_the_carrier_began_is_not_gone_through(cast: Any, log: Path) -> None:
    """It may be gigabytes; and an older word on the same letter is of a try that was settled."""
    (row,) = in_doubt(cast, log, 1)
    before = log.read_text(encoding="utf-8")
    later = taken(13, "<stranger@x.example>", clock.now() + timedelta(seconds=3))
    begun = Carrier.objects.get()
    log.write_text(before + taken(11, name_of(row), begun.begun_at), encoding="utf-8")
    Carrier.objects.update(log=end_of(log))
    write(log, later)
    assert look(row) == Looked(taken=0, again=1, unsure=0)
    Delivery.objects.update(state=State.DOUBT, carrier=None)  # of before desks kept where the log ended
    assert look(row) == Looked(taken=1, again=0, unsure=0)


def test_a_carrier_remembers_where_the_log_ended(cast: Any, log: Path, settings_of: Any) -> None:
    with relaying(Box()) as box:
        settings_of(RELAY=Relay("127.0.0.1", box.port, seconds=10, seconds_for_end=10))
        sending = going(cast, planned(case_with(cast, rows(2)), cast.ada))
        end = end_of(log)
        assert carrier.carry(sending, ByRelay(Relay("127.0.0.1", box.port, connections=1)), idle=0) == 2
    assert Carrier.objects.get().log == end
    assert set(Delivery.objects.values_list("carrier", flat=True)) == {None}  # nothing in doubt
