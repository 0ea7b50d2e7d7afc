"""Where and in which languages people have been told."""

from datetime import timedelta
from typing import Any

import pytest

from breachdesk.notify.app import carrier, pens, sendings
from breachdesk.notify.app.spreading import count, spread
from breachdesk.notify.app.transports import ByRelay
from breachdesk.notify.smtp import Relay
from tests.cast import browser
from tests.notify.app.sending import case_with, going, named, planned, rows
from tests.notify.relay import Box, relaying
from tests.web.test_api import call, client

_ABROAD = "".join(f"{n},Ada {named(n)},ada{n}@d{n}.example,,1 rue X,75001 Paris,FR\n" for n in (90, 91)).encode()


def relay_of(box: Box) -> Relay:
    return Relay("127.0.0.1", box.port, seconds=10, seconds_for_end=10, connections=3)


@pytest.fixture
def box(settings_of: Any) -> Any:
    with relaying(Box()) as one:
        settings_of(RELAY=relay_of(one), NOTICE_FROM="privacy@bakery.example", NOTICE_RETURN="back@bakery.example")
        yield one


def test_it_says_where_they_are_told_and_in_which_language(cast: Any, box: Box) -> None:
    case = case_with(cast, rows(4) + _ABROAD)
    sending = planned(case, cast.ada)

    def seen() -> dict[str, dict[str, int]]:
        found = spread(sending, sendings.letters_of(sending))
        assert found is not None
        assert sum(one.people for one in found.places) == sum(one.people for one in found.languages) == 6
        return {one.name: dict(one.groups) for one in (*found.places, *found.languages)}

    assert seen() == {"DE": {"waiting": 4}, "FR": {"waiting": 2}, "en": {"waiting": 6}}
    going(cast, sending)
    box.say = lambda stage, words: "550 5.1.1 no such user" if stage == "rcpt" and "ada3@" in words else None
    carrier.carry(sending, ByRelay(relay_of(box)), idle=0)
    sending.refresh_from_db()
    sendings.look_after(sending, by=pens.hand())
    sending.refresh_from_db()
    assert seen() == {"DE": {"told": 3, "failed": 1}, "FR": {"told": 2}, "en": {"told": 5, "failed": 1}}
    assert sending.spread_at is not None
    page = browser(cast.ada).get(f"/case/{case.number}/sendings/1/").content.decode()
    assert "Where, and in which language" in page
    got = call(client(cast.ada), "GET", f"/cases/{case.number}/sendings/1/spread").json()
    assert got["places"] == [
        {"name": "DE", "people": {"told": 3, "failed": 1}}, {"name": "FR", "people": {"told": 2}}
    ]  # fmt: skip
    assert count(sending, sending.spread_at + timedelta(minutes=11))
    assert not count(sending, sending.spread_at + timedelta(minutes=1))  # nothing has moved for a while
