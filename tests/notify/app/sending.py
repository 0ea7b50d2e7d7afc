"""A case with people and letters that are ready to go, and a sending of it."""

import html
from collections.abc import Sequence
from typing import Any

from breachdesk.case.app.actions import asks
from breachdesk.case.app.models import Case
from breachdesk.notify.app import ledger, sendings
from breachdesk.notify.app.models import Delivery, Sending, Stage
from breachdesk.notify.app.transports import ByRelay
from breachdesk.notify.smtp import Relay
from breachdesk.notify.states import Channel
from breachdesk.vault.app import errands
from breachdesk.vault.app.models import Errand, Item
from tests.cast import hand
from tests.law.app.bakery import answer, judge, lay
from tests.notify.bakery import FACTS, SAID
from tests.notify.relay import Box
from tests.scope.app.filling import read, take

#: What the bakery says of itself, with the code everybody signs up with for the free service.
WITH_CODE = {
    **SAID,
    "services": {**SAID["services"], "code": "NORTH-2026"},
    "next_update": "2026-12-01",
    "early": {"known": {"en": "An outsider got into our shop.", "ru": "Посторонний проник в наш магазин."}},
}
HEAD = "id,name,email,phone,street,city,country\n"


def named(n: int) -> str:
    """A last name for each number: `Exampleab`."""
    return "Example" + "".join(chr(ord("a") + int(digit)) for digit in str(n))


def rows(count: int, begin: int = 0) -> bytes:
    """Customers of the bakery in Berlin, each with an address of every kind."""
    lines = [
        f"{n},Ada {named(n)},ada{n}@d{n % 7}.example,+49 30 555 {n:04},Musterstr. {n % 90 + 1},10115 Berlin,DE\n"
        for n in range(begin, begin + count)
    ]
    return (HEAD + "".join(lines)).encode()


def case_with(cast: Any, content: bytes) -> Case:
    """Bakery North, its people read from `content`, every letter ready to go."""
    case = cast.bakery
    take(case, cast.ada, content)
    read(case, cast.ada)
    lay(case, {name: value for name, value in FACTS.items() if name != "subjects.count"})
    answer(case, organisation=WITH_CODE)
    judge(case)
    return case


def planned(case: Case, lead: Any, *, channels: Sequence[Channel] = (Channel.EMAIL,), **other: Any) -> Sending:
    """A sending whose wording and list are fixed, as the worker does it."""
    made = sendings.plan(case, stage=other.pop("stage", Stage.FULL), channels=channels, by=hand(lead), **other)
    errands.do(Errand.objects.get(said={"sending": made.id}))
    return Sending.objects.select_related("case").get(id=made.id)


def going(cast: Any, sending: Sending) -> Sending:
    """Asked for by Ada, approved by Ben, sent by Ada."""
    asked = sendings.ask(sending, reason="they have to know", by=hand(cast.ada))
    asks.answer(asked, approved=True, reason="", by=hand(cast.ben))
    return sendings.go(sending, by=hand(cast.ada))


def states(sending: Sending) -> dict[str, int]:
    return {state.value: n for (_, state), n in ledger.standing(sending).items()}


def renumbered(case: Any, cast: Any) -> None:
    """Three more people, of whom the evidence speaks first from now on: everybody else has another number."""
    take(case, cast.ada, rows(3, begin=90), "more.csv")
    for was, now in (("E-001", "E-X"), ("E-002", "E-001"), ("E-X", "E-002")):
        Item.objects.filter(case=case, label=was).update(label=now)
    read(case, cast.ada)


def relay(box: Box) -> Relay:
    return Relay("127.0.0.1", box.port, seconds=10, seconds_for_end=10, connections=3)


def to(box: Box) -> ByRelay:
    return ByRelay(relay(box))


def tallied(sending: Sending) -> bool:
    """Whether the sums say what the rows say."""
    rows_: dict[tuple[str, str], int] = {}
    for channel, state in Delivery.objects.filter(sending=sending, last=True).values_list("channel", "state"):
        key = (channel, "queued" if state in ("sending", "deferred") else state)
        rows_[key] = rows_.get(key, 0) + 1
    return rows_ == {(channel.value, state.value): n for (channel, state), n in ledger.standing(sending).items()}


def text(who: Any, address: str) -> str:
    found = who.get(address)
    assert found.status_code == 200
    return html.unescape("".join(found.content.decode()))
