"""A duty to tell people is met when all of them are told, or lawfully told otherwise, and opens again."""

from typing import Any

import pytest
from django.urls import reverse

from breachdesk.case.app.actions import asks
from breachdesk.case.app.models import Answer, Case
from breachdesk.ground import clock
from breachdesk.journal.app.models import Line
from breachdesk.law.app.models import Deadline
from breachdesk.notify.app import carrier, fulfilling, in_hand, ledger, pens, published, sendings, tasks
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import Delivery, Met, Reckoned, Sending
from breachdesk.notify.app.transports import ByRelay
from breachdesk.notify.app.writing import Letters
from breachdesk.notify.smtp import Relay
from breachdesk.notify.states import Channel, State
from tests.cast import AT, browser, hand
from tests.law.app.bakery import answer, judge
from tests.notify.app.sending import WITH_CODE, case_with, going, named, planned, rows
from tests.notify.app.sending import states as sending_states
from tests.notify.relay import Box, relaying
from tests.scope.app.filling import read, take


@pytest.fixture
def box(settings_of: Any) -> Any:
    with relaying(Box()) as one:
        relay = Relay("127.0.0.1", one.port, seconds=10, seconds_for_end=10, connections=3)
        settings_of(RELAY=relay, NOTICE_FROM="privacy@bakery.example", NOTICE_RETURN="back@bakery.example")
        yield one


def owed(cast: Any, count: int) -> Case:
    """The bakery in Berlin has to tell its people."""
    case = case_with(cast, rows(count))
    answer(
        case, entity__role="controller", entity__establishments=["DE"], breach__personal_data=True, risk__gdpr="high",
        breach__malicious=True,
    )  # fmt: skip
    judge(case)
    return case


def carried(sending: Sending) -> None:
    from django.conf import settings

    carrier.carry(sending, ByRelay(settings.RELAY), idle=0)
    sendings.settle(sending, by=pens.hand())


def states(case: Case) -> set[str]:
    """How the duties to tell the people of the case stand, after what follows has followed."""
    tasks.fulfil()
    judge(case)
    return {
        one.state
        for one in Deadline.objects.filter(case=case, recipient_type="individuals", verdict="owed")
        if not one.remote
    }


def types(case: Case) -> list[str]:
    found = Line.objects.filter(case=case.number, type__startswith="notify.duty.").order_by("seq")
    return list(found.values_list("type", flat=True))


def test_it_is_met_by_the_last_one_and_opens_when_a_letter_comes_back(cast: Any, box: Box) -> None:
    case = owed(cast, 6)
    sending = planned(case, cast.ada)
    assert sending.duties == ["eu.gdpr.art34"]
    going(cast, sending)
    box.say = lambda at, said: "550 5.1.1 nobody" if at == "rcpt" and "ada3@" in said else None
    carried(sending)
    assert states(case) == {"open"}
    assert types(case) == []
    sendings.substitute(sending, reason="on our page since noon, by § 34", by=hand(cast.ada))
    assert states(case) == {"filed"}
    assert set(types(case)) == {"notify.duty.met"}
    met = Met.objects.filter(case=case).first()
    assert met is not None
    assert met.people == 6
    assert met.at <= clock.now()
    row = Delivery.objects.filter(state="accepted").first()
    assert row is not None
    ledger.tell(sending, [Word(row.id, State.BOUNCED, 550, "5.1.1 gone")], source="dsn", by=pens.hand())
    assert states(case) == {"open"}
    assert types(case)[-1] == "notify.duty.reopened"
    assert not Met.objects.filter(case=case).exists()


def test_people_found_later_open_it_until_they_are_told_too(cast: Any, box: Box) -> None:
    case = owed(cast, 4)
    first = planned(case, cast.ada)
    going(cast, first)
    carried(first)
    assert states(case) == {"filed"}
    take(case, cast.ada, rows(2, begin=4))
    read(case, cast.ada)
    assert states(case) == {"open"}
    second = planned(case, cast.ada)
    assert second.people == 2
    going(cast, second)
    carried(second)
    assert states(case) == {"filed"}


def test_a_sending_that_was_stopped_meets_nothing_until_the_rest_is_told(cast: Any, box: Box) -> None:
    case = owed(cast, 3)
    first = planned(case, cast.ada)
    going(cast, first)
    one = in_hand.begin(first, "here", pens.hand().at)
    held = in_hand.claim(one, Channel.EMAIL, most=1, at=pens.hand().at)
    ledger.tell(first, [Word(held[0].id, State.ACCEPTED)], source="relay", by=pens.hand())
    in_hand.end(one, pens.hand().at)
    sendings.stop(first, reason="a wrong number in it", by=hand(cast.ada))
    assert states(case) == {"open"}
    second = planned(case, cast.ada)
    assert second.people == 2
    going(cast, second)
    carried(second)
    assert states(case) == {"filed"}


def test_it_is_reckoned_when_something_happened_and_only_then(cast: Any, box: Box) -> None:
    case = owed(cast, 2)
    sending = planned(case, cast.ada)
    assert list(fulfilling.changed()) == []
    going(cast, sending)
    carried(sending)
    assert [one for one, _, _ in fulfilling.changed()] == [case]
    tasks.fulfil()
    assert list(fulfilling.changed()) == []
    assert Reckoned.objects.get(case=case).batch > 0


def test_when_it_goes_the_case_knows_since_when_and_says_how_many_know(cast: Any, box: Box) -> None:
    case = owed(cast, 5)
    sending = planned(case, cast.ada)
    going(cast, sending)
    sent = Answer.objects.get(case=case, fact="time.individual_notice_sent", last=True)
    assert sent.source == "sending 1"
    assert str(sent.value).startswith(str(hand(cast.ada).at.date()))
    carried(sending)
    page = browser(cast.ada).get(f"/case/{case.number}/").content.decode()
    assert "5 of 5 people told." in page
    assert states(case) == {"filed"}
    duty = Deadline.objects.filter(case=case, state="filed").first()
    assert duty is not None
    page = browser(cast.ada).get(reverse("case_duty", args=[case.number, duty.duty])).content.decode()
    assert "Everybody it is about is told" in page


CALIFORNIA = [
    f"{n},Ada {named(n)},ada{n}@mail.example,{220 + n}-45-67{n:02},{n + 1} Main Street,Sacramento,CA,95814,US"
    for n in range(6)
]


def test_whom_nothing_reaches_is_told_by_a_public_notice_once_all_of_it_stands(cast: Any, box: Box) -> None:
    head = "id,name,email,ssn,street,city,state,zip,country"
    case = case_with(cast, "\n".join([head, *CALIFORNIA]).encode())
    said = {**WITH_CODE, "letters": {"without_address": 1}, "public_notice": {"on": "2026-11-21"}}
    answer(
        case, organisation=said, entity__kinds=["business"], entity__role="controller", breach__personal_data=True,
        data__encrypted=False, breach__malicious=True, breach__unauthorized_acquisition=True,
    )  # fmt: skip
    judge(case)
    assert {one.residence for one in Letters(case).cohorts} == {"US-CA"}
    sending = planned(case, cast.ada)
    going(cast, sending)
    box.say = lambda at, said: "550 5.1.1 nobody" if at == "rcpt" and "ada3@" in said else None
    carried(sending)
    assert sending_states(sending) == {"accepted": 5, "refused": 1}
    notice = published.put_up(case, "posting-us-ca", "en", reason="no address", by=hand(cast.ada))
    asks.answer(case.asks.get(deed=asks.PUBLISH), approved=True, reason="", by=hand(cast.ben))
    published.release(notice, by=hand(cast.ada))
    tasks.fulfil()
    for part in published.parts(notice):
        assert sending_states(sending) == {"accepted": 5, "refused": 1}
        published.publish(notice, f"by {part}", AT, part=part, by=hand(cast.ada))
        tasks.fulfil()
    assert sending_states(sending) == {"accepted": 5, "substituted": 1}
    row = Delivery.objects.get(sending=sending, state=State.SUBSTITUTED)
    assert row.told == "public notice: us-ca"
    assert sendings.settle(sending, by=pens.hand())
