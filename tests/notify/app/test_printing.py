"""Letters on paper: a batch of what waits, drawn by the real press, handed over or given back; what comes back is known
by its code and leads to the next way."""

import base64
import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.notify.app import carrier, fulfilling, ledger, pens, printing, proof, returned, sendings
from breachdesk.notify.app.models import Delivery, Event, Met, Printed, Printing, Sending, Standing
from breachdesk.notify.app.returned import Reason
from breachdesk.notify.app.transports import ByRelay
from breachdesk.notify.codes import Came, shown
from breachdesk.notify.recipients import Place
from breachdesk.notify.smtp import Relay
from breachdesk.notify.states import Channel, State
from breachdesk.vault.app import errands, keys
from breachdesk.vault.app.models import Errand
from tests.cast import browser, hand
from tests.law.app.bakery import answer, judge
from tests.notify.app.sending import case_with, going, named, planned, states
from tests.notify.mail import read_pages, scanned
from tests.notify.relay import Box, relaying
from tests.notify.test_paper import bare
from tests.web.test_api import call, client

HEAD = "id,name,email,phone,street,zip,city,country\n"
LETTER, PHONE, EMAIL = Channel.LETTER, Channel.PHONE, Channel.EMAIL


def rows(count: int) -> bytes:
    lines = (
        f"{n},Ada {named(n)},ada{n}@d{n % 7}.example,+49 30 555 {n:04},Musterstr. {n + 1},10115,Berlin,DE\n"
        for n in range(count)
    )
    return (HEAD + "".join(lines)).encode()


def by_letter(cast: Any, content: bytes | None = None, **other: Any) -> Sending:
    sending = planned(case_with(cast, content or rows(6)), cast.ada, channels=other.pop("channels", (LETTER,)))
    return going(cast, sending)


def drawn(sending: Sending, who: Any, most: int = 500) -> Printing:
    """One batch, as the worker makes it."""
    made = printing.make(sending, most=most, by=hand(who))
    errands.do(Errand.objects.get(said__printing=made.id))
    return Printing.objects.select_related("sending__case").get(id=made.id)


def unpacked(one: Printing, who: Any) -> dict[str, bytes]:
    with printing.fetch(one, by=hand(who)) as content, zipfile.ZipFile(io.BytesIO(content.readall())) as files:
        return {name: files.read(name) for name in files.namelist()}


def handed(one: Printing, who: Any) -> Printing:
    return printing.hand_over(one, on=one.dated_at.date(), by=hand(who, at=clock.now()))


def codes(one: Printing) -> list[str]:
    return list(one.printed.order_by("delivery").values_list("code", flat=True))


def tallied(sending: Sending) -> bool:
    found: dict[tuple[str, str], int] = {}
    for channel, state in Delivery.objects.filter(sending=sending, last=True).values_list("channel", "state"):
        key = (channel, "queued" if state in ("sending", "deferred") else state)
        found[key] = found.get(key, 0) + 1
    return found == {(channel.value, state.value): n for (channel, state), n in ledger.standing(sending).items()}


def test_each_gets_the_letter_that_was_approved_with_their_address_and_code(cast: Any) -> None:
    sending = by_letter(cast)
    one = drawn(sending, cast.ada)
    assert (one.standing, one.letters, one.refused) == ("ready", 6, {}), one.fault
    assert states(sending) == {"queued": 6}  # in hand, and nobody is told by that
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sending"}
    files = unpacked(one, cast.ada)
    name = one.files[0]["name"]
    assert hashlib.sha256(files[name]).hexdigest() == one.files[0]["sha256"]
    manifest, pages = json.loads(files[name.replace(".pdf", ".json")]), read_pages(files[name])
    assert len(list(csv.DictReader(io.StringIO(files[name.replace(".pdf", ".csv")].decode())))) == 6
    wording = pens.wording_of(sending)
    with pens.recipients_of(sending) as people:
        for told in manifest["letters"]:
            row = Delivery.objects.get(id=told["id"])
            who = people.at([Place(row.offset, row.length)])[0]
            own = pages[told["first_page"] - 1 : told["last_page"]]
            assert scanned(own[0]) == told["code"] == row.printed.code
            assert bytes(row.printed.content).hex() == told["content_sha256"]
            head = " ".join([shown(told["code"]), who.name, *who.addresses[0].splitlines()])
            assert head in own[0].said
            assert who.addresses[0].splitlines()[1] == "10115 Berlin"
            said = " ".join([own[0].said.replace(head, who.name, 1), *(page.said for page in own[1:])])
            for number in range(1, len(own) + 1):
                said = said.replace(f"Page {number} / {len(own)}", "", 1)
            letter = wording.letters[who.letter]
            assert bare(said) == bare(letter.cast(pens.person_of(letter, who), row.sent_at.date()).text)
    kept = next(iter(keys.vault().folder.glob(f"{sending.case.number}/n-print-*"))).read_bytes()
    assert not any(clear in kept for clear in (b"%PDF", b"Musterstr", b"letters-0001"))


def test_handed_over_it_counts_as_gone_with_the_digest_of_each_letter(cast: Any) -> None:
    sending = by_letter(cast)
    one = drawn(sending, cast.ada)
    for day in (one.dated_at.date() - timedelta(days=2), one.dated_at.date() + timedelta(days=2)):
        with pytest.raises(Refused, match="day"):
            printing.hand_over(one, on=day, by=hand(cast.ada, at=clock.now()))
    handed(one, cast.ada)
    assert states(sending) == {"accepted": 6}
    assert tallied(sending)
    for event in Event.objects.filter(state="accepted"):
        assert (event.source, bytes(event.content)) == ("print", bytes(event.delivery.printed.content))
        assert event.told == f"{one.name} {one.dated_at.date()}"
    assert Sending.objects.get(id=sending.id).standing == Standing.ENDED
    with pytest.raises(Refused):
        printing.give_back(one, by=hand(cast.ada))
    told = [line.type for line in Line.objects.order_by("seq") if line.type.startswith("notify.print")]
    assert told == ["notify.print.made", "notify.print.handed"]


def test_at_most_so_many_and_given_back_they_wait_again(cast: Any) -> None:
    sending = by_letter(cast)
    one = drawn(sending, cast.ada, most=4)
    assert (one.letters, printing.waiting(sending)) == (4, 2)
    before = codes(one)
    printing.give_back(one, by=hand(cast.ada))
    assert (printing.waiting(sending), Printed.objects.count()) == (6, 0)
    assert not list(keys.vault().folder.glob(f"{sending.case.number}/n-print-*"))
    with pytest.raises(Refused):
        printing.fetch(Printing.objects.select_related("sending__case").get(id=one.id), by=hand(cast.ada))
    again = drawn(sending, cast.ada)
    assert codes(again)[:4] == before
    assert (again.letters, tallied(sending)) == (6, True)


def test_a_wrong_address_or_a_strange_sign_stops_no_batch(cast: Any) -> None:
    content = HEAD + (
        "1,Ada Example,,+49 30 555 0001,Musterstr. 1,10115,Berlin,DE\n"
        f"2,Ada Exampleb,,+49 30 555 0002,{'Sehrlangestrasse' * 4} 1,10115,Berlin,DE\n"
        "3,Ada \U00013080 Examplec,,+49 30 555 0003,Musterstr. 3,10115,Berlin,DE\n"
        "4,Ada Exampled,,+49 30 555 0004,Musterstr. 4,10115,Berlin,DE\n"
    )
    sending = by_letter(cast, content.encode(), channels=(LETTER, PHONE))
    one = drawn(sending, cast.ada)
    assert (one.standing, one.letters, one.refused) == ("ready", 3, {"long_line": 1})
    refused = Delivery.objects.get(state=State.REFUSED)
    assert (refused.channel, refused.told, refused.last) == ("letter", "long_line", False)
    assert Delivery.objects.get(channel="phone").state == State.QUEUED
    assert [file["letters"] for file in one.files if file["boxes"]] in ([], [1])  # by the fonts of the machine
    assert tallied(sending)


def test_a_batch_that_failed_leaves_nothing_in_hand(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sending = by_letter(cast)
    made = printing.make(sending, most=500, by=hand(cast.ada))
    with pytest.raises(Refused, match="making"):
        printing.make(sending, most=500, by=hand(cast.ada))
    place = keys.vault().place(sending.case.number, sending.recipients)
    place.rename(place.with_suffix(".away"))
    errands.do(Errand.objects.get(said__printing=made.id))
    assert Printing.objects.get(id=made.id).standing == "failed"
    assert (printing.waiting(sending), Delivery.objects.filter(state="sending").count()) == (6, 0)
    place.with_suffix(".away").rename(place)
    made = printing.make(sending, most=500, by=hand(cast.ada))
    sendings.stop(sending, reason="not now", by=hand(cast.ada))  # while it is drawn
    errands.do(Errand.objects.get(said__printing=made.id))
    assert printing.of(sending)[0].standing == "failed"
    assert states(sending) == {"cancelled": 6}
    assert not Printed.objects.exists()


def test_stopped_with_a_batch_in_hand_it_may_still_be_told_what_became_of_it(cast: Any) -> None:
    sending = by_letter(cast)
    one = drawn(sending, cast.ada, most=3)
    sendings.stop(sending, reason="enough", by=hand(cast.ada))
    assert states(sending) == {"cancelled": 3, "queued": 3}
    printing.give_back(one, by=hand(cast.ada))
    assert states(sending) == {"cancelled": 6}
    assert tallied(sending)


def test_what_the_post_brings_back_leads_to_the_next_way(cast: Any) -> None:
    sending = by_letter(cast, channels=(LETTER, PHONE))
    one = drawn(sending, cast.ada, most=5)
    found = codes(one)
    early = returned.take(sending.case, found[0], Reason.MOVED, by=hand(cast.ada))
    assert (early.known, early.wrong[0].came) == (0, Came.UNKNOWN)  # nobody has handed it over
    handed(one, cast.ada)
    other = drawn(sending, cast.ada)
    handed(other, cast.ada)
    assert Sending.objects.get(id=sending.id).standing == Standing.ENDED
    scan = f"\ufeff]C0{found[0]}\n\n{shown(found[1]).lower()}\n{found[1]}\n{found[2][:-1]}\nno code at all\n"
    taken = returned.take(sending.case, scan, Reason.MOVED, by=hand(cast.ada))
    assert (taken.known, taken.other_way, taken.again) == (2, 2, 0)
    assert [one.line for one in taken.wrong] == [5, 6]
    assert states(sending) == {"accepted": 4, "queued": 2}
    back = Delivery.objects.filter(state=State.RETURNED)
    assert {(row.told, row.last) for row in back} == {("moved", False)}
    assert Sending.objects.get(id=sending.id).standing == Standing.GOING
    assert returned.take(sending.case, found[0], Reason.MOVED, by=hand(cast.ada)).again == 1
    assert tallied(sending)
    assert Line.objects.filter(type="notify.sending.reopened").count() == 1
    with pytest.raises(Refused):
        returned.take(sending.case, " \n", Reason.MOVED, by=hand(cast.ada))
    with pytest.raises(Refused):
        returned.take(sending.case, "\n" * 6000, Reason.MOVED, by=hand(cast.ada))


def test_mail_first_then_a_letter_and_who_has_an_address_alone_gets_it_first(cast: Any, settings_of: Any) -> None:
    content = rows(3) + b"9,Cem Examplej,,,Musterstr. 9,10115,Berlin,DE\n"
    with relaying(Box()) as box:
        relay = Relay("127.0.0.1", box.port, seconds=10, seconds_for_end=10, connections=2)
        settings_of(RELAY=relay, NOTICE_FROM="privacy@bakery.example", NOTICE_RETURN="back@bakery.example")
        box.say = lambda at, said: "550 5.1.1 no such user" if at == "rcpt" and "ada1@" in said else None
        sending = by_letter(cast, content, channels=(EMAIL, LETTER, PHONE))
        assert Delivery.objects.filter(channel="letter").count() == 1
        carrier.carry(sending, ByRelay(relay), idle=0)
        assert Delivery.objects.filter(channel="letter", state="queued").count() == 2
        handed(drawn(sending, cast.ada), cast.ada)
    assert ledger.standing(sending) == {(EMAIL, State.ACCEPTED): 2, (LETTER, State.ACCEPTED): 2}
    assert Sending.objects.get(id=sending.id).standing == Standing.ENDED


def test_the_proof_draws_the_letter_again_and_it_is_the_same(cast: Any) -> None:
    sending = by_letter(cast, channels=(LETTER, PHONE))
    one = drawn(sending, cast.ada)
    row = Delivery.objects.order_by("id").first()
    with pens.recipients_of(sending) as people:
        who = people.at([Place(row.offset, row.length)])[0]
    before = proof.document(sending.case, who.person, reason="court", by=hand(cast.ada))
    assert before is not None
    assert before["deliveries"][0]["same_as_sent"] is False  # it has not gone
    handed(one, cast.ada)
    returned.take(sending.case, row.printed.code, Reason.UNKNOWN, by=hand(cast.ada))
    told = proof.document(sending.case, who.person, reason="court", by=hand(cast.ada))
    assert told is not None
    letter = next(each for each in told["deliveries"] if each["channel"] == "letter")
    assert letter["same_as_sent"] is True
    assert letter["letter_sha256"] == bytes(row.printed.content).hex()
    assert (letter["batch"], letter["handed_over"]) == (one.name, one.dated_at.date().isoformat())
    page = read_pages(base64.b64decode(letter["letter_pdf"]))[0]
    assert scanned(page) == row.printed.code
    assert who.name in page.said
    assert [event["state"] for event in letter["events"]] == ["accepted", "returned"]


def test_at_the_desk_a_batch_is_made_fetched_handed_over_and_what_comes_back_is_entered(cast: Any) -> None:
    sending = by_letter(cast, channels=(LETTER, PHONE))
    desk, ada = f"/case/{sending.case.number}", browser(cast.ada)
    page = f"{desk}/sendings/{sending.number}/batches/"
    assert "6 letters wait to be printed" in ada.get(f"{desk}/sendings/{sending.number}/").content.decode()
    assert ada.post(page, {"most": "9999"}).status_code == 422
    assert ada.post(page, {"most": "4"}).status_code == 302
    errands.do(Errand.objects.get(kind="print"))
    one = Printing.objects.select_related("sending__case").get()
    told = ada.get(page).content.decode()
    assert one.name in told
    assert "ready, in hand" in told
    answer = ada.post(f"{page}1/file")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{one.name}.zip"'
    content = b"".join(answer)
    assert hashlib.sha256(content).hexdigest() == one.sha256
    assert Line.objects.filter(type="notify.print.fetched").count() == 1
    assert "still to come" in ada.post(f"{page}1/handed/", {"on": "2031-01-01"}, follow=True).content.decode()
    ada.post(f"{page}1/handed/", {"on": one.dated_at.date().isoformat()})
    assert "handed over to the print house" in ada.get(page).content.decode()
    found = codes(one)
    answer = ada.post(f"{desk}/returned/", {"reason": "moved", "codes": f"{shown(found[0])}\n{found[1][::-1]}\n"})
    told = answer.content.decode()
    assert "1 letter came back" in told
    assert "1 person is told another way." in told
    assert f'Line 2: <span class="mono">{found[1][::-1]}</span>' in told
    assert ada.post(f"{desk}/returned/", {"reason": "moved", "codes": "\n"}).status_code == 422
    ru = browser(cast.ada, "ru")
    assert "передана в типографию" in ru.get(page).content.decode()
    assert "В типографию передано 4 письма." in ru.get(f"{desk}/returned/").content.decode()


def test_a_program_does_the_same(cast: Any) -> None:
    sending = by_letter(cast, channels=(LETTER, PHONE))
    program, where = client(cast.ada), f"/cases/{sending.case.number}"
    batches = f"{where}/sendings/{sending.number}/batches"
    assert call(program, "POST", batches, most=5).status_code == 202
    errands.do(Errand.objects.get(kind="print"))
    (one,) = call(program, "GET", batches).json()
    assert (one["standing"], one["letters"], one["number"]) == ("ready", 5, 1)
    assert hashlib.sha256(b"".join(call(program, "POST", f"{batches}/1/file"))).hexdigest() == one["sha256"]
    assert call(program, "POST", f"{batches}/1/back").json()["standing"] == "back"
    call(program, "POST", batches)
    errands.do(Errand.objects.get(kind="print", state="waiting"))
    day = Printing.objects.get(number=2).dated_at.date().isoformat()
    assert call(program, "POST", f"{batches}/2/handed", on=day).json()["handed_on"] == day
    found = codes(Printing.objects.get(number=2))
    told = call(program, "POST", f"{where}/returned", reason="deceased", codes=[found[0], "x", "7K3Q9D2MX4TBE"]).json()
    assert (told["known"], told["dead"], told["other_way"], [one["line"] for one in told["wrong"]]) == (1, 1, 0, [2, 3])


def test_of_somebody_who_has_died_the_next_of_kin_are_told_by_letter_in_words_of_their_own(cast: Any) -> None:
    case = case_with(cast, rows(3))
    answer(case, entity__role="controller", breach__personal_data=True, risk__gdpr="high", breach__malicious=True)
    judge(case)
    sending = going(cast, planned(case, cast.ada, channels=(LETTER, PHONE)))
    one = handed(drawn(sending, cast.ada), cast.ada)
    taken = returned.take(case, codes(one)[1], Reason.DECEASED, by=hand(cast.ada), why="the post says so")
    assert (taken.known, taken.dead, taken.other_way) == (1, 1, 0)
    assert states(sending) == {"accepted": 2, "cancelled": 1}  # nobody telephones the dead
    assert tallied(sending)
    assert Sending.objects.get(id=sending.id).standing == Standing.ENDED
    (minded,) = case.minded.filter(last=True)
    assert (minded.kind, minded.reason) == ("deceased", "the post says so")
    assert returned.take(case, codes(one)[1], Reason.DECEASED, by=hand(cast.ada)).dead == 0
    fulfilling.reckon(case, by=hand(cast.ada))
    assert not Met.objects.exists()
    by_mail = planned(case, cast.ada, channels=(EMAIL, PHONE))
    assert (by_mail.standing, by_mail.fault) == (Standing.DROPPED, "sendings.refused.nobody")
    second = planned(case, cast.ada, channels=(LETTER, PHONE))
    assert (second.people, second.left_out) == (1, {"told_already": 2})
    with pens.recipients_of(second) as people:
        (line,) = people.everybody()
    assert (line.name, line.emails, line.phones) == (f"Ada {named(1)}", (), ())
    batch = drawn(going(cast, second), cast.ada)
    (content,) = [held for name, held in unpacked(batch, cast.ada).items() if name.endswith(".pdf")]
    text = " ".join(" ".join(one.said for one in read_pages(content)).split())
    assert f"To the next of kin of Ada {named(1)}" in text
    assert "a member of your family who has died" in text
    handed(batch, cast.ada)
    sendings.go_on(second, by=pens.hand())
    assert Sending.objects.get(id=second.id).standing == Standing.ENDED
    fulfilling.reckon(case, by=hand(cast.ada))
    assert {one.people for one in Met.objects.all()} == {3}
    again = planned(case, cast.ada, channels=(LETTER,))
    assert (again.standing, again.fault) == (Standing.DROPPED, "sendings.refused.nobody")


def test_a_letter_abroad_names_the_country_and_one_at_home_does_not(cast: Any) -> None:
    content = HEAD + ("1,Ada Example,,,Musterstr. 1,10115,Berlin,DE\n2,Ada Exampleb,,,12 rue Fictive,75001,Paris,FR\n")
    sending = by_letter(cast, content.encode())
    with pens.recipients_of(sending) as people:
        assert sorted(one.addresses[0].splitlines() for one in people.everybody()) == [
            ["12 rue Fictive", "75001 Paris", "FRANKREICH"],
            ["Musterstr. 1", "10115 Berlin"],
        ]
    one = drawn(sending, cast.ada)
    assert (one.letters, one.refused) == (2, {})
