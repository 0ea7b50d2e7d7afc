"""The list of people, and evidence, leave with four eyes: asked, approved by another, done once, fetched once."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from breachdesk.case.app.actions import asks
from breachdesk.case.app.models import Ask
from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand
from breachdesk.journal.app.models import Line
from breachdesk.scope.app import actions, release
from breachdesk.scope.app.release import Wanted
from breachdesk.staff.app.models import Account
from breachdesk.vault.app import keys, sweeping
from breachdesk.vault.app.models import Custody, Errand, Released
from tests.cast import browser, hand
from tests.scope.app import filling
from tests.vault.app.test_items import work

ROWS = (
    b"id,name,email,country\n"
    b"1,Ada Petrova,ada@example.org,DE\n"
    b'2,"=HYPERLINK(""http://evil"")",ben@example.org,FR\n'
    b"3,Cara \xe2\x80\xaeLund,cara@example.org,SE\n"
) + b"".join(b"%d,Ben Oderman,ben%d@example.org,FR\n" % (number, number) for number in range(4, 24))


def listed(cast: Any) -> str:
    filling.take(cast.bakery, cast.ada, ROWS, "customers.csv")
    filling.read(cast.bakery, cast.ada)
    return f"/case/{cast.bakery.number}/people/release/"


def now(who: Account) -> Hand:
    return hand(who, at=clock.now())


def approved(cast: Any, wanted: Wanted) -> Ask:
    made = release.ask(cast.bakery, wanted, reason="letters", by=now(cast.ada))
    return asks.answer(made, approved=True, reason="", by=now(cast.ben))


def payload(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(Line.objects.filter(type=kind).latest("seq").payload or b"{}"))
    return found


def test_the_list_goes_to_a_mailing_house_asked_approved_written_and_fetched_once(cast: Any) -> None:
    page = listed(cast)
    lead, counsel = browser(cast.ada), browser(cast.ben)
    said = {"what": "people", "form": "csv", "to": "Letters & Co", "purpose": "to write to everybody", "reason": "law"}
    assert lead.post(page, {**said, "purpose": ""}).status_code == 200  # what for is missing
    assert lead.post(page, said).status_code == 302
    ask = Ask.objects.get()
    begin = f"{page}asks/{ask.id}/"
    lead.post(begin)
    assert not Errand.objects.exists()  # nobody approved it
    lead.post(f"/case/{cast.bakery.number}/closing/asks/{ask.id}/answer/", {"do": "approve"})
    counsel.post(begin)
    assert not Errand.objects.exists()
    counsel.post(f"/case/{cast.bakery.number}/closing/asks/{ask.id}/answer/", {"do": "approve"})
    counsel.post(begin)
    assert not Errand.objects.exists()  # only whoever asked
    assert "Write the file, once" in lead.get(page).content.decode()
    lead.post(begin)
    lead.post(begin)
    assert work() == ["people"]
    made = Released.objects.get()
    raw = keys.vault().place(cast.bakery.number, made.sealed)
    assert b"Petrova" not in raw.read_bytes()
    fetch = f"{page}R-001/fetch/"
    assert "Letters &amp; Co" in lead.get(page).content.decode()
    assert counsel.post(fetch).status_code == 302
    cut = lead.post(fetch)
    next(iter(cut.streaming_content))
    cut.close()  # it broke off
    sent = b"".join(lead.post(fetch).streaming_content)
    assert lead.post(fetch).status_code == 302
    assert not raw.exists()
    text = sent.decode("utf-8-sig")
    assert "Petrova" in text
    assert "\u202e" not in text
    entry = Line.objects.get(type="scope.people.exported")
    assert hashlib.sha256(sent).hexdigest() in bytes(entry.envelope).decode()
    assert hashlib.sha256(sent).hexdigest() == made.sha256
    told = payload("scope.people.exported")
    assert (told["people"], told["to"], told["reason"]) == (23, "Letters & Co", "law")
    assert "Petrova" not in json.dumps(told)
    lines = list(Custody.objects.filter(released=made).order_by("id").values_list("deed", "giver", "taker"))
    assert lines == [("released", "", "Letters & Co"), *[("handed", cast.ada.email, "Letters & Co")] * 2]
    assert actions.read_evidence(cast.bakery, by=hand(cast.ada)).items == ["E-001"]  # it is no evidence


def test_who_may_unmask_may_ask_for_all_of_a_place_and_nobody_outside_is_named(cast: Any) -> None:
    page = listed(cast)
    support = browser(cast.cara)
    assert support.post(page, {"what": "people", "form": "jsonl", "place": "DE", "reason": "calls"}).status_code == 302
    ask = Ask.objects.get()
    assert (ask.deed, ask.what["people"], ask.what["place"]) == (asks.UNMASK_BULK, 1, "DE")
    outside = {"what": "people", "form": "csv", "to": "me", "purpose": "x", "reason": "y"}
    support.post(page, outside)
    assert Ask.objects.count() == 1  # releasing needs who may end a case
    assert support.post(page, {**outside, "what": "E-001"}).status_code == 200
    asks.answer(ask, approved=True, reason="", by=now(cast.ben))
    support.post(f"{page}asks/{ask.id}/")
    work()
    sent = b"".join(support.post(f"{page}R-001/fetch/").streaming_content)
    assert [json.loads(line)["emails"] for line in sent.splitlines()] == [["ada@example.org"]]


def test_an_approval_is_good_for_the_list_it_was_given_for_and_for_nothing_else(cast: Any) -> None:
    listed(cast)
    ask = approved(cast, Wanted())
    close = asks.ask(cast.bakery, asks.CLOSE, {}, reason="done", by=now(cast.ada))
    asks.answer(close, approved=True, reason="", by=now(cast.ben))
    with pytest.raises(Refused, match="not_yours"):  # an approval of something else is not used up
        release.begin(close, by=now(cast.ada))
    close.refresh_from_db()
    assert close.used_at is None
    for deed, what in (  # asked by the API, in other words than the page would
        (asks.UNMASK_BULK, {"items": "E-001"}),
        (asks.UNMASK_BULK, {**ask.what, "people": 1}),
        (asks.UNMASK_BULK, {**ask.what, "to": "me", "purpose": "x"}),
    ):
        other = asks.ask(cast.bakery, deed, what, reason="x", by=now(cast.ada))
        asks.answer(other, approved=True, reason="", by=now(cast.ben))
        with pytest.raises(Refused, match="counted_anew"):
            release.begin(other, by=now(cast.ada))
    filling.take(cast.bakery, cast.ada, b"email,of\nx@example.org,1\n", "more.csv")
    filling.read(cast.bakery, cast.ada)
    with pytest.raises(Refused, match="counted_anew"):
        release.begin(ask, by=now(cast.ada))
    again = approved(cast, Wanted())
    late = hand(cast.ada, at=clock.now() + timedelta(days=8))
    with pytest.raises(Refused, match="no_approval"):
        release.begin(again, by=late)
    with pytest.raises(Refused, match="nobody"):
        release.ask(cast.bakery, Wanted(place="JP"), reason="x", by=hand(cast.ada))


def test_what_nobody_fetches_is_forgotten_and_can_be_fetched_no_more(cast: Any) -> None:
    listed(cast)
    release.begin(approved(cast, Wanted()), by=now(cast.ada))
    work()
    made = Released.objects.get()
    sweeping.sweep(made.made_at + timedelta(days=6))
    assert keys.vault().place(cast.bakery.number, made.sealed).exists()
    sweeping.sweep(made.made_at + timedelta(days=8))
    assert not keys.vault().place(cast.bakery.number, made.sealed).exists()
    made.refresh_from_db()
    with pytest.raises(Refused, match="gone"):
        release.fetch(made, by=now(cast.ada))
    assert not list(settings.DATA.glob("export-*"))


def test_evidence_goes_to_somebody_outside_with_four_eyes_and_its_custody_says_so(cast: Any) -> None:
    listed(cast)
    with pytest.raises(Refused, match="to_whom"):
        release.ask(cast.bakery, Wanted(item="E-001"), reason="x", by=hand(cast.ada))
    ask = approved(cast, Wanted(item="E-001", to="Police Berlin", purpose="complaint"))
    release.begin(ask, by=now(cast.ada))
    assert work() == ["check"]
    lead = browser(cast.ada)
    sent = lead.post(f"/case/{cast.bakery.number}/people/release/R-001/fetch/")
    assert b"".join(sent.streaming_content) == ROWS
    page = lead.get(f"/case/{cast.bakery.number}/evidence/E-001/").content.decode()
    assert "Police Berlin" in page
    assert "being checked" not in page
    assert Line.objects.filter(type="vault.item.released").count() == 1
    assert lead.post(f"/case/{cast.bakery.number}/people/release/R-001/fetch/").status_code == 302
