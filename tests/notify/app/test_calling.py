"""Whoever is told by telephone: one call at a time, and a wrong number leads to the ways of the sending."""

import re
from typing import Any

import pytest

from breachdesk.journal.app.models import Line
from breachdesk.notify.app import calling, caring, carrier, ledger
from breachdesk.notify.app.models import Delivery
from breachdesk.notify.states import Channel, State
from tests.cast import browser, hand
from tests.notify.app.sending import case_with, going, planned, rows, tallied, text, to
from tests.notify.relay import Box

pytestmark = pytest.mark.usefixtures("by_relay")


def test_whoever_is_to_be_telephoned_is_called_by_one_at_a_time(cast: Any, box: Box) -> None:
    case = case_with(cast, rows(3))
    for n in range(2):
        caring.mind(case, f"ada{n}@d{n}.example", "vulnerable", reason="cannot read", by=hand(cast.ada))
    sending = planned(case, cast.ada, channels=(Channel.EMAIL, Channel.PHONE))
    going(cast, sending)
    carrier.carry(sending, to(box), idle=0)
    here = f"/case/{case.number}/sendings/1/calls/"
    cara, ada = browser(cast.cara), browser(cast.ada)
    assert "2 people to telephone" in text(cara, here)
    assert "+49" not in text(cara, here)
    cara.post(here)
    assert re.search(r"tel:\+49305550\d{3}", text(cara, here))
    ada.post(here)
    first, second = calling.in_hand(sending, cast.cara.email), calling.in_hand(sending, cast.ada.email)
    assert first is not None
    assert second is not None
    assert first.id != second.id
    ben = browser(cast.ben)
    ben.post(here)
    assert calling.in_hand(sending, cast.ben.email) is None  # both are in hand
    ada.post(here, {"row": first.id, "outcome": "reached"})  # not hers
    first.refresh_from_db()
    assert first.state == State.SENDING
    cara.post(here, {"row": first.id, "outcome": "reached", "note": "calm"})
    ada.post(here, {"row": second.id, "outcome": "no_answer"})
    assert {one.state: one.told for one in Delivery.objects.filter(channel="phone")} == {
        "delivered": "reached calm",
        "deferred": "no_answer",
    }
    assert tallied(sending)
    Delivery.objects.filter(state=State.DEFERRED).update(next_at=second.at)
    cara.post(here)
    assert "called 2 times" in text(cara, here)
    cara.post(here, {"row": second.id, "outcome": "wrong_number"})
    assert ledger.counts(ledger.standing(sending)).failed == 1
    assert [line.type for line in Line.objects.filter(case=case.number)].count("notify.call.taken") == 3


def test_a_wrong_number_of_somebody_vulnerable_leads_to_the_ways_of_the_sending(cast: Any, box: Box) -> None:
    case = case_with(cast, rows(1))
    caring.mind(case, "ada0@d0.example", "vulnerable", reason="cannot read", by=hand(cast.ada))
    sending = planned(case, cast.ada)
    sending = going(cast, sending)
    call = calling.take(sending, by=hand(cast.ada))
    assert call is not None
    calling.tell(sending, call.row, calling.Outcome.WRONG_NUMBER, note="", by=hand(cast.ada))
    carrier.carry(sending, to(box), idle=0)
    assert box.recipients() == ["ada0@d0.example"]
