"""Notices go to exactly whom two people approved, each once, and the ledger knows what became of every one."""

import email
import email.policy
import hashlib
import html
import json
import random
import re
from collections import Counter
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import OperationalError, transaction

from breachdesk.case.app.actions import asks
from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.journal.verify import inclusion_holds
from breachdesk.notify.app import caring, carrier, fixing, in_hand, ledger, pens, sendings
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import Delivery, Event, Sending, Stage, Standing
from breachdesk.notify.app.transports import ByRelay
from breachdesk.notify.app.writing import Letters
from breachdesk.notify.recipients import Place
from breachdesk.notify.smtp import Relay
from breachdesk.notify.states import Channel, State
from breachdesk.notify.values import in_words
from breachdesk.vault.app import errands, keys
from breachdesk.vault.app.models import Errand
from tests.cast import browser, hand
from tests.law.app.bakery import answer
from tests.notify.app.sending import WITH_CODE, case_with, going, named, planned, rows, states, tallied, text, to
from tests.notify.relay import Box
from tests.scope.app.filling import read, take

pytestmark = pytest.mark.usefixtures("by_relay")


def test_everybody_gets_their_own_letter_once(cast: Any, box: Box) -> None:
    sending = planned(case_with(cast, rows(23)), cast.ada)
    assert (sending.standing, sending.people) == (Standing.READY, 23), sending.fault
    going(cast, sending)
    assert carrier.carry(sending, to(box), idle=0) == 23
    assert sorted(box.recipients()) == sorted(f"ada{n}@d{n % 7}.example" for n in range(23))
    today = in_words(clock.now().date(), "en", "DE")  # not the day that was planned
    for _, recipient, raw in box.got:
        read = email.message_from_bytes(raw, policy=email.policy.default)
        assert read["To"] == recipient
        number = int(recipient.partition("@")[0].removeprefix("ada"))
        assert f"Date of this letter: {today}." in read.get_body(("plain",)).get_content()
        assert "Your code: NORTH-2026" in read.get_body(("plain",)).get_content()
        assert f"Ada {named(number)}\r\n" in read.get_body(("plain",)).get_content()
    counts = ledger.counts(ledger.standing(sending))
    assert (counts.told, counts.unresolved) == (23, 0)
    assert not Delivery.objects.exclude(state=State.ACCEPTED).exists()


def told_by(box: Box, stage: str, words: dict[str, str]) -> None:
    """The relay answers so to whoever's address begins with that, at that stage."""
    box.say = lambda at, said: next((text for name, text in words.items() if at == stage and name in said), None)


def test_whatever_batch_it_went_with_what_went_can_be_shown_again(
    cast: Any, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is taken in hand while the last is still going is of its own moment."""
    monkeypatch.setattr(ByRelay, "batch", 4)
    sending = planned(case_with(cast, rows(23)), cast.ada)
    going(cast, sending)
    begun, hours = clock.now(), count()
    monkeypatch.setattr(clock, "now", lambda: begun + timedelta(hours=next(hours)))
    assert carrier.carry(sending, to(box), idle=0) == 23
    assert Delivery.objects.values("sent_at").distinct().count() > 5
    went = {email.message_from_bytes(raw)["Message-ID"]: raw for _, _, raw in box.got}
    with pens.recipients_of(sending) as people:
        pen = pens.Pen(pens.wording_of(sending), pens.mark_key())
        for row in Delivery.objects.all():
            recipient = people.at([Place(row.offset, row.length)])[0]
            mail = pen.write(row.id, row.attempt, recipient, row.sent_at)
            assert went.pop(email.message_from_bytes(mail.content)["Message-ID"]) == mail.content
    assert not went


def test_what_the_relay_says_of_each_is_kept_and_what_was_put_off_is_tried_again(cast: Any, box: Box) -> None:
    sending = planned(case_with(cast, rows(12)), cast.ada)
    going(cast, sending)
    told_by(box, "rcpt", {"ada3@": "550 5.1.1 no such user ada3@d3.example", "ada5@": "451 4.7.1 greylisted"})
    carrier.carry(sending, to(box), idle=0)
    assert states(sending) == {"accepted": 10, "refused": 1, "queued": 1}
    refused = Delivery.objects.get(state=State.REFUSED)
    assert (refused.code, refused.told) == (550, "5.1.1 no such user …@d3.example")
    late = Delivery.objects.get(state=State.DEFERRED)
    assert late.next_at is not None
    assert not sendings.settle(sending, by=pens.hand())
    Delivery.objects.filter(id=late.id).update(next_at=late.at)
    box.say = lambda stage, words: None
    carrier.carry(sending, to(box), idle=0)
    late.refresh_from_db()
    assert (late.state, late.tries) == (State.ACCEPTED, 2)
    assert [one.state for one in late.events.order_by("id")] == ["deferred", "accepted"]
    assert tallied(sending)
    assert len(box.got) == 11


def test_an_approval_is_good_for_this_wording_and_this_list_alone(cast: Any) -> None:
    case = case_with(cast, rows(5))
    sending = planned(case, cast.ada)
    with pytest.raises(Refused, match="no_approval"):
        sendings.go(sending, by=hand(cast.ada))
    asked = sendings.ask(sending, reason="now", by=hand(cast.ada))
    with pytest.raises(Refused, match="own"):
        asks.answer(asked, approved=True, reason="", by=hand(cast.ada))
    asks.answer(asked, approved=True, reason="", by=hand(cast.ben))
    answer(case, organisation={**WITH_CODE, "reference": "2026-015"})
    with pytest.raises(Refused, match="worded_anew"):
        sendings.go(sending, by=hand(cast.ada))
    answer(case, organisation=WITH_CODE)
    take(case, cast.ada, rows(3, 50), "more.csv")
    read(case, cast.ada)
    with pytest.raises(Refused, match="counted_anew"):
        sendings.go(sending, by=hand(cast.ada))
    assert not Event.objects.exists()


def test_a_letter_that_a_check_stops_goes_by_no_door(cast: Any) -> None:
    case = case_with(cast, rows(5))
    ready = planned(case, cast.ada)
    answer(case, organisation={**WITH_CODE, "what_happened": {"en": ""}})
    with pytest.raises(Refused, match="stopped"):
        planned(case, cast.ada)
    with pytest.raises(Refused, match="stopped"):
        sendings.ask(ready, reason="now", by=hand(cast.ada))
    browser(cast.ada).post(f"/case/{case.number}/sendings/{ready.number}/ask/", {"reason": "now"})
    assert not case.asks.exists()
    assert Sending.objects.get(id=ready.id).standing == Standing.READY


def test_who_was_told_the_same_is_not_told_again(cast: Any, box: Box) -> None:
    case = case_with(cast, rows(6))
    first = planned(case, cast.ada)
    going(cast, first)
    carrier.carry(first, to(box))
    take(case, cast.ada, rows(9), "more.csv")
    read(case, cast.ada)
    second = planned(case, cast.ada)
    assert (second.people, second.left_out) == (3, {"told_already": 6})
    early = planned(case, cast.ada, stage=Stage.EARLY)
    assert early.fault == "sendings.refused.nobody"  # nobody is warned of what they were told in full


def test_bait_the_dead_the_vulnerable_and_the_held_are_minded(cast: Any, box: Box) -> None:
    case = case_with(cast, rows(8))
    for n, kind in enumerate(("honey", "deceased", "vulnerable", "held")):
        caring.mind(case, f"ADA{n}@d{n}.example", kind, reason="they are", by=hand(cast.ada))
    sending = planned(case, cast.ada)
    assert (sending.people, sending.left_out) == (6, {"deceased": 1, "honey": 1})
    going(cast, sending)
    carrier.carry(sending, to(box), idle=0)
    assert sorted(box.recipients()) == sorted(f"ada{n}@d{n % 7}.example" for n in range(4, 8))
    assert states(sending) == {"accepted": 4, "queued": 1, "held": 1}
    assert Delivery.objects.get(channel="phone").state == State.QUEUED
    assert sendings.wake(sending, by=pens.hand()) == 0
    caring.forget(case.minded.get(kind="held"), reason="the police are done", by=hand(cast.ada))
    assert sendings.wake(sending, by=pens.hand()) == 1
    carrier.carry(sending, to(box), idle=0)
    assert "ada3@d3.example" in box.recipients()
    assert tallied(sending)


def test_the_next_way_is_tried_and_nothing_ends_while_somebody_is_not_told(cast: Any, box: Box) -> None:
    sending = planned(case_with(cast, rows(4)), cast.ada, channels=(Channel.EMAIL, Channel.PHONE))
    going(cast, sending)
    told_by(box, "rcpt", {"ada1@": "550 5.1.1 no"})
    carrier.carry(sending, to(box), idle=0)
    assert ledger.standing(sending) == {
        (Channel.EMAIL, State.ACCEPTED): 3,
        (Channel.PHONE, State.QUEUED): 1,
    }
    other = Delivery.objects.get(channel=Channel.PHONE)
    assert Delivery.objects.get(channel=Channel.EMAIL, state=State.REFUSED).person == other.person
    ledger.tell(sending, [Word(other.id, State.REFUSED)], source="hand", by=pens.hand())
    assert ledger.counts(ledger.standing(sending)).failed == 1
    assert not sendings.settle(sending, by=pens.hand())
    assert sendings.substitute(sending, reason="on our site for 90 days, § 1", by=hand(cast.ada)) == 1
    assert Sending.objects.get(id=sending.id).standing == Standing.ENDED
    assert tallied(sending)


@pytest.mark.parametrize("turn", range(6))
def test_what_comes_twice_late_or_out_of_order_only_moves_forward(cast: Any, box: Box, turn: int) -> None:
    sending = planned(case_with(cast, rows(1)), cast.ada)
    going(cast, sending)
    carrier.carry(sending, to(box), idle=0)
    row = Delivery.objects.get()
    told = [
        Word(row.id, State.DELIVERED, outside="p1"),
        Word(row.id, State.ACCEPTED, outside="p2"),
        Word(row.id, State.BOUNCED, 550, "5.1.1", outside="p3"),
        Word(row.id, State.DEFERRED, outside="p4"),
    ]
    random.Random(turn).shuffle(told)
    for one in [*told, *told]:
        ledger.tell(sending, [one], source="provider", by=pens.hand())
    row.refresh_from_db()
    assert row.state == State.BOUNCED
    assert row.events.count() == 5
    assert tallied(sending)


def test_paused_nothing_more_is_taken_and_stopped_nothing_more_goes(cast: Any, box: Box) -> None:
    sending = planned(case_with(cast, rows(5)), cast.ada)
    going(cast, sending)
    sendings.pause(sending, reason="a wrong number in it", by=hand(cast.ada))
    assert carrier.carry(sending, to(box), idle=0) == 0
    sendings.resume(sending, by=hand(cast.ada))
    sendings.pause(sending, reason="again", by=hand(cast.ada))
    sendings.stop(sending, reason="it was wrong", by=hand(cast.ada))
    with pytest.raises(Refused):
        sendings.resume(sending, by=hand(cast.ada))
    assert states(sending) == {"cancelled": 5}
    assert tallied(sending)
    assert not box.got


@pytest.mark.parametrize("code", [None, "at delivery", "ask us"])
def test_a_letter_that_promises_a_code_nobody_has_goes_by_no_door(cast: Any, code: str | None) -> None:
    case = case_with(cast, rows(2))
    answer(case, organisation={**WITH_CODE, "services": {**WITH_CODE["services"], "code": code}})
    with pytest.raises(Refused, match="no_code"):
        planned(case, cast.ada)


def test_while_the_police_ask_to_wait_nothing_is_sent(cast: Any) -> None:
    case = case_with(cast, rows(2))
    sending = planned(case, cast.ada)
    answer(case, hold__law_enforcement={"from": "2026-11-20T00:00:00Z", "until": None, "written": True})
    with pytest.raises(Refused, match="held"):
        sendings.ask(sending, reason="now", by=hand(cast.ada))


def test_a_rate_holds_for_all_and_for_a_domain(cast: Any, box: Box) -> None:
    sending = planned(case_with(cast, rows(14)), cast.ada, domains={"d0.example": 0.001})
    going(cast, sending)
    carrier.carry(sending, to(box), idle=0)
    at = Delivery.objects.filter(domain="d0.example")
    assert sorted(one.state for one in at) == ["accepted", "queued"]
    assert states(sending) == {"accepted": 13, "queued": 1}


def test_a_clock_that_was_put_back_holds_nobody_up(cast: Any, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was to wait five minutes waits no day for it, and a rate is a rate again at once."""
    sending = planned(case_with(cast, rows(6)), cast.ada, per_second=50)
    going(cast, sending)
    told_by(box, "rcpt", {"ada3@": "451 4.7.1 greylisted"})
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=2))
    carrier.carry(sending, to(box), idle=0)
    assert states(sending)["accepted"] == 5
    box.say = lambda at, said: None
    monkeypatch.setattr(clock, "now", lambda: now)
    assert in_hand.ready(sending, now, [Channel.EMAIL])
    carrier.carry(sending, to(box), idle=0)
    assert states(sending) == {"accepted": 6}
    assert len(box.got) == 6


def test_a_sending_is_planned_by_place_or_by_single_letters(cast: Any) -> None:
    """Two in Germany who lost the same, one there who lost less, one in France."""
    homes = rows(4).decode().replace("Musterstr. 4,10115 Berlin,DE", "1 rue d'Exemple,75001 Paris,FR")
    case = case_with(cast, homes.replace("2,Ada Examplec,ada2@d2.example,", "2,Ada Examplec,,").encode())
    here, ada = f"/case/{case.number}", browser(cast.ada)
    cohorts = {(one.residence, one.count): one.slug for one in Letters(case).cohorts}
    page = text(ada, f"{here}/sendings/new/")
    assert page.count('name="places"') == 2
    assert page.index("Germany · 3 people") < page.index("2 letters") < page.index("France · 1 person")
    assert page.count('name="slugs"') == 2  # of France there is only the one
    choices: list[tuple[dict[str, list[str]], int]] = [
        ({}, 4),
        ({"places": ["DE"]}, 3),
        ({"places": ["FR"], "slugs": [cohorts["DE", 1]]}, 2),
        ({"places": ["DE"], "slugs": [cohorts["DE", 1]]}, 3),
        ({"slugs": [cohorts["DE", 2]]}, 2),
    ]
    for said, people in choices:
        ada.post(f"{here}/sendings/new/", {"stage": "full", "channels": ["email", "letter"], **said})
        made = Sending.objects.latest("id")
        errands.do(Errand.objects.get(said={"sending": made.id}))
        made.refresh_from_db()
        assert (made.people, sum(ledger.standing(made).values())) == (people, people)
        sendings.drop(made, by=hand(cast.ada))
    again = ada.post(f"{here}/sendings/new/", {"stage": "full", "slugs": [cohorts["DE", 1]]}).content.decode()
    assert '<details class="inline" open>' in again  # what was ticked is seen
    refused = ada.post(f"{here}/sendings/new/", {"stage": "full", "channels": ["email"], "places": ["XX"]})
    assert 'class="error"' in refused.content.decode()
    assert Sending.objects.count() == len(choices)


@pytest.mark.parametrize(
    ("stage", "lacks", "blank", "early"),
    [("full", "what_happened", "what happened", ""), ("early", "early", "what is known so far", "?early")],
)
def test_what_keeps_letters_from_going_is_said_once_with_a_way_to_mend_it(
    stage: str, lacks: str, blank: str, early: str, cast: Any
) -> None:
    case = case_with(cast, rows(4).decode().replace("2,Ada Examplec,ada2@d2.example,", "2,Ada Examplec,,").encode())
    answer(case, organisation={name: said for name, said in WITH_CODE.items() if name != lacks})
    here, ada = f"/case/{case.number}", browser(cast.ada)
    most, fewest = Letters(case).cohorts
    assert (most.count, fewest.count) == (3, 1)
    found = ada.post(f"{here}/sendings/new/", {"stage": stage, "channels": ["email"], "places": ["DE"]})
    page = html.unescape(found.content.decode())
    assert "2 texts must not go as they are. Nothing was fixed." in page
    assert page.count(f"Still blank: {blank}") == 1
    assert "2 texts, 4 people" in page
    assert f'href="{here}/notices/{most.slug}/en/{early}"' in page
    assert f"notices/{fewest.slug}" not in page  # what is said at the one is said at both
    assert re.search(r'name="places" value="DE"[^>]*checked', page)  # what was chosen stays chosen
    assert not Sending.objects.exists()


def test_letters_of_a_sending_are_told_apart_by_place_and_by_what_was_lost(cast: Any) -> None:
    sending = planned(
        case_with(cast, rows(4).decode().replace("2,Ada Examplec,ada2@d2.example,", "2,Ada Examplec,,").encode()),
        cast.ada,
        channels=[Channel.EMAIL, Channel.LETTER],
    )
    page = text(browser(cast.ada), f"/case/{sending.case.number}/sendings/1/")
    told = page[page.index("2 letters · 4 people") :]
    assert told.index("3 people") < told.index("E-mail address") < told.index("1 person")
    assert told.count("E-mail address, ") == 1  # of whom none was known none was lost
    numbers = [int(one) for one in re.findall(r"sendings/1/letters/(\d+)/", told)]
    assert [sendings.letters_of(sending)[n].slug for n in numbers] == [
        one.slug for one in Letters(sending.case).cohorts
    ]


def test_the_pages_tell_how_it_stands_and_lead_on(cast: Any, box: Box) -> None:
    case = case_with(cast, rows(6))
    here = f"/case/{case.number}"
    ada, ben = browser(cast.ada), browser(cast.ben)
    planning = ada.post(f"{here}/sendings/new/", {"stage": "full", "channels": ["email"], "quiet": ""})
    assert planning.headers["Location"] == f"{here}/sendings/1/"
    assert "is being written" in text(ada, f"{here}/sendings/1/")
    errands.do(Errand.objects.get(kind=fixing.KIND))
    assert "Everything is fixed for 6 people" in text(ada, f"{here}/sendings/1/")
    ada.post(f"{here}/sendings/1/ask/", {"reason": "they have to know"})
    assert "Waits for a second person" in text(ada, f"{here}/sendings/1/")
    asked = case.asks.get()
    ben.post(f"{here}/closing/asks/{asked.id}/answer/", {"do": "approve", "reason": ""})
    assert "Send now" not in text(ben, f"{here}/sendings/1/")
    assert "Send now" in text(ada, f"{here}/sendings/1/")
    ada.post(f"{here}/sendings/1/go/")
    sending = Sending.objects.select_related("case").get()
    carrier.carry(sending, to(box), idle=0)
    assert "6 of 6 people have been told" in text(ada, f"{here}/sendings/1/")
    assert "Sending 1" in text(ada, f"{here}/notices/")
    told = text(ada, f"{here}/told/?who=ada3@d3.example")
    assert "taken for delivery" in told
    assert named(3) not in told  # masked
    person = re.search(r"/told/([^/\"]+)/", told)
    assert person is not None
    proof = ada.post(f"{here}/told/{person[1]}/", {"reason": "she asked"}).json()
    (one,) = proof["deliveries"]
    assert one["same_as_sent"]
    (event,) = one["events"]
    batch = event["batch"]
    leaf = hashlib.sha256(b"\0" + batch["leaf"].encode()).digest()
    path = [bytes.fromhex(step) for step in batch["path"]]
    assert inclusion_holds(batch["index"], batch["size"], leaf, path, bytes.fromhex(batch["root"]))
    assert json.loads(batch["leaf"])["content_sha256"] == hashlib.sha256(one["message"].encode()).hexdigest()
    line = Line.objects.get(seq=batch["entry"])
    assert json.loads(bytes(line.payload or b""))["root"] == batch["root"]
    assert sendings.settle(sending, by=pens.hand())
    assert "everybody is told" in text(ada, f"{here}/sendings/1/")
    keys.vault().forget_case(case.number)  # as when its data are erased
    assert ada.post(f"{here}/told/{person[1]}/", {"reason": "she asked"}).status_code != 500
    assert "everybody is told" in text(ada, f"{here}/sendings/1/")


def test_what_a_carrier_was_given_and_never_heard_of_goes_back(cast: Any, box: Box) -> None:
    """The database went away between taking in hand and saying so: the carrier lives, and does not know."""
    sending = planned(case_with(cast, rows(3)), cast.ada)
    going(cast, sending)
    one = in_hand.begin(sending, "here", pens.hand().at)
    assert len(in_hand.claim(one, Channel.EMAIL, most=3, at=pens.hand().at)) == 3
    in_hand.end(one, pens.hand().at)
    assert set(Delivery.objects.values_list("state", "tries")) == {("queued", 0)}
    carrier.carry(sending, to(box), idle=0)
    assert len(box.got) == 3


def test_a_database_that_goes_away_just_after_it_wrote_costs_a_carrier_nobody(
    cast: Any, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It committed what was taken in hand, and the answer never came: the same carrier goes on and writes to them."""
    monkeypatch.setattr(ByRelay, "batch", 5)
    sending = planned(case_with(cast, rows(23)), cast.ada)
    going(cast, sending)
    claim, cuts = in_hand.claim, count()

    def cut() -> None:
        raise OperationalError("server closed the connection unexpectedly")

    def taking(*given: Any, **more: Any) -> list[in_hand.Held]:
        found = claim(*given, **more)
        if found and next(cuts) in (0, 2):
            transaction.on_commit(cut)
        return found

    monkeypatch.setattr(in_hand, "claim", taking)
    assert carrier.carry(sending, to(box), idle=0) == 23
    assert next(cuts) > 3
    assert Counter(Counter(box.recipients()).values()) == {1: 23}
    assert set(Delivery.objects.values_list("state", "tries")) == {("accepted", 1)}
    assert tallied(sending)


def test_stopped_with_somebody_in_doubt_it_is_still_found_out_and_nobody_is_written_to(cast: Any, box: Box) -> None:
    sending = planned(case_with(cast, rows(4)), cast.ada)
    going(cast, sending)
    one = in_hand.begin(sending, "here", pens.hand().at)
    held = in_hand.claim(one, Channel.EMAIL, most=2, at=pens.hand().at)
    ledger.tell(sending, [Word(row.id, State.DOUBT) for row in held], source="carrier", by=pens.hand())
    in_hand.end(one, pens.hand().at)
    sendings.stop(sending, reason="wrong", by=hand(cast.ada))
    sending.refresh_from_db()
    assert states(sending) == {"doubt": 2, "cancelled": 2}
    assert sendings.decide_doubt(sending, taken=True, reason="log", by=hand(cast.ada), rows=[held[0].id]) == 1
    assert sendings.decide_doubt(sending, taken=False, reason="log", by=hand(cast.ada)) == 1
    assert states(sending) == {"accepted": 1, "cancelled": 3}
    assert tallied(sending)
    assert set(Event.objects.filter(state="cancelled").values_list("delivery", flat=True)) == set(
        Delivery.objects.filter(state="cancelled").values_list("id", flat=True)
    )
    again = planned(sending.case, cast.ada)
    assert (again.people, again.left_out) == (3, {"told_already": 1})


def test_what_holds_one_channel_up_does_not_hide_what_holds_up_another(cast: Any, box: Box) -> None:
    sending = planned(case_with(cast, rows(2)), cast.ada)
    going(cast, sending)
    in_hand.trouble(sending.id, Channel.SMS, "the gateway is away")
    carrier.carry(sending, ByRelay(Relay("127.0.0.1", 9)), idle=0)
    sending.refresh_from_db()
    assert "sms: the gateway is away" in sending.trouble
    assert "email: 127.0.0.1:9" in sending.trouble
    assert carrier.carry(sending, to(box), idle=0) == 2
    sending.refresh_from_db()
    assert sending.trouble == "the gateway is away"
    in_hand.trouble(sending.id, Channel.SMS, "")
    sending.refresh_from_db()
    assert sending.trouble == ""


def test_a_list_that_could_not_be_made_leaves_nothing_behind_and_hinders_no_other(cast: Any) -> None:
    case = case_with(cast, rows(2))
    for n in range(2):
        caring.mind(case, f"ada{n}@d{n}.example", "honey", reason="bait", by=hand(cast.ada))
    failed = planned(case, cast.ada)
    assert (failed.standing, failed.fault) == (Standing.DROPPED, "sendings.refused.nobody")
    assert not list((keys.vault().folder / case.number).glob("n-*"))
    stuck = sendings.plan(case, stage=Stage.FULL, channels=[Channel.EMAIL], by=hand(cast.ada))
    with pytest.raises(Refused, match="making"):
        sendings.plan(case, stage=Stage.FULL, channels=[Channel.EMAIL], by=hand(cast.ada))
    Errand.objects.filter(said={"sending": stuck.id}).update(state="failed")  # as when the disk was full at its end
    caring.forget(case.minded.first(), reason="it is a customer", by=hand(cast.ada))
    assert planned(case, cast.ada).people == 1
    assert Sending.objects.get(id=stuck.id).standing == Standing.DROPPED
