"""People are told by text message: once, with the approved words, to mobile numbers; what became of each is known."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.notify.app import carrier, fixing, ledger, looking_up, pens, receipts, sendings
from breachdesk.notify.app.looking_up import Looked
from breachdesk.notify.app.models import Delivery, Event, Piece, Report, Sending, Standing
from breachdesk.notify.app.transports import ByGateway, ByRelay
from breachdesk.notify.centre import Centre
from breachdesk.notify.smtp import Relay
from breachdesk.notify.states import Channel, State
from breachdesk.notify.webgate import WebGate
from breachdesk.vault.app import errands
from breachdesk.vault.app.models import Errand
from tests.cast import browser, hand
from tests.law.app.bakery import answer
from tests.notify.app.sending import HEAD, WITH_CODE, case_with, going, named, planned, rows
from tests.notify.relay import Box as Mail
from tests.notify.relay import relaying
from tests.notify.smsc import HANG_UP, TAKEN_HANG_UP, Smsc, smsc
from tests.notify.texting import ACCOUNT, TOKEN, Box, Said, signed, texting

BOTH = (Channel.SMS, Channel.PHONE)
ENGLISH = (
    "Bakery North Ltd: data about you was stolen from us: name, e-mail, phone, address, customer number. What "
    "to do: example.org/incident, +49 30 555 0101. In doubt? Type this address yourself. We never ask for passwords, "
    "codes or money."
)  # fmt: skip
SITE = "http://desk.example"


def people(count: int, *, landlines: int = 0) -> bytes:
    """Customers in Berlin with a mobile number each; the last `landlines` have none."""
    lines = []
    for n in range(count):
        phone = f"+49 30 555 0{n:03}" if n >= count - landlines else f"0170 1234{n:03}"
        lines.append(f"{n},Ada {named(n)},ada{n}@d{n % 7}.example,{phone},Musterstr. {n % 90 + 1},10115 Berlin,DE\n")
    return (HEAD + "".join(lines)).encode()


def number(n: int) -> str:
    return f"+491701234{n:03}"


@pytest.fixture
def box() -> Iterator[Box]:
    with texting(Box()) as one:
        yield one


@pytest.fixture
def there() -> Iterator[Smsc]:
    with smsc() as one:
        yield one


def webgate(box: Box) -> WebGate:
    return WebGate(box.base, ACCOUNT, TOKEN, TOKEN, seconds=5.0)


def centre(there: Smsc) -> Centre:
    return Centre("127.0.0.1", there.port, False, there.system_id, there.password, seconds=5.0)


@pytest.fixture(params=["provider", "centre"])
def gate(request: Any, settings_of: Any) -> Any:
    """Each of the two: (gateway, what stands behind it)."""
    kind = request.param
    behind = request.getfixturevalue("box" if kind == "provider" else "there")
    gateway = webgate(behind) if kind == "provider" else centre(behind)
    settings_of(GATEWAY=gateway, SMS_FROM="Bakery", SMS_PER_SECOND=None, SITE_URL=SITE)
    return gateway, behind


@pytest.fixture
def by_http(box: Box, settings_of: Any) -> Box:
    settings_of(GATEWAY=webgate(box), SMS_FROM="Bakery", SMS_PER_SECOND=None, SITE_URL=SITE)
    return box


@pytest.fixture
def by_smpp(there: Smsc, settings_of: Any) -> Smsc:
    settings_of(GATEWAY=centre(there), SMS_FROM="Bakery", SMS_PER_SECOND=None, SITE_URL=SITE)
    return there


def carry(sending: Sending, gateway: Any = None) -> int:
    from django.conf import settings

    return carrier.carry(sending, ByGateway(gateway or settings.GATEWAY, settings.SMS_PER_SECOND), idle=0)


def states(sending: Sending) -> dict[tuple[str, str], int]:
    return {(channel.value, state.value): n for (channel, state), n in ledger.standing(sending).items()}


def texts(behind: Any) -> dict[str, list[str]]:
    """What came on each telephone."""
    if isinstance(behind, Smsc):
        return behind.texts()
    found: dict[str, list[str]] = {}
    for form in behind.got:
        found.setdefault(form["To"], []).append(form["Body"])
    return found


def test_everybody_with_a_mobile_number_gets_the_words_once(cast: Any, gate: Any) -> None:
    gateway, behind = gate
    sending = planned(case_with(cast, people(12, landlines=3)), cast.ada, channels=BOTH)
    assert (sending.standing, sending.people) == (Standing.READY, 12), sending.fault
    going(cast, sending)
    assert carry(sending, gateway) == 9
    assert texts(behind) == {number(n): [ENGLISH] for n in range(9)}
    assert states(sending) == {("sms", "accepted"): 9, ("phone", "queued"): 3}
    parts = 1 if isinstance(behind, Box) else 2
    assert Piece.objects.count() == 9 * parts
    assert not Delivery.objects.filter(channel="sms").exclude(domain="DE").exists()


def test_an_approval_binds_the_words_the_sender_and_the_way(cast: Any, by_http: Box, settings_of: Any) -> None:
    case = case_with(cast, people(3))
    sending = planned(case, cast.ada, channels=BOTH)
    assert [one.short for one in sendings.letters_of(sending)] == [ENGLISH]
    settings_of(SMS_FROM="Other")
    with pytest.raises(Refused, match="worded_anew"):
        sendings.ask(sending, reason="now", by=hand(cast.ada))
    settings_of(SMS_FROM="Bakery")
    answer(case, organisation={**WITH_CODE, "short_name": "Bakery"})
    with pytest.raises(Refused, match="worded_anew"):
        sendings.ask(sending, reason="now", by=hand(cast.ada))
    answer(case, organisation=WITH_CODE)
    sendings.ask(sending, reason="now", by=hand(cast.ada))
    settings_of(GATEWAY=None)
    with pytest.raises(Refused, match="no_gateway"):
        sendings.ask(sending, reason="now", by=hand(cast.ada))
    sendings.drop(sending, by=hand(cast.ada))
    by_mail = planned(case, cast.ada, channels=(Channel.EMAIL,))
    assert [one.short for one in sendings.letters_of(by_mail)] == [""]
    assert sending.wording_sha256 != by_mail.wording_sha256


def test_a_text_that_a_check_stops_goes_by_no_door(cast: Any, by_http: Box) -> None:
    case = case_with(cast, people(2))
    answer(case, organisation={**WITH_CODE, "incident_page": "https://bit.ly/3abc"})
    with pytest.raises(Refused, match="stopped_text"):
        planned(case, cast.ada, channels=BOTH)
    page = text(browser(cast.ada), f"/case/{case.number}/sendings/new/")
    assert "Not to be sent by text message: bit.ly/3abc" in page
    refused = (
        browser(cast.ada)
        .post(f"/case/{case.number}/sendings/new/", {"stage": "full", "channels": ["sms"]})
        .content.decode()
    )
    held = refused[refused.index("What keeps them from going") :].partition("</ul>")[0]
    assert "Not to be sent by text message: bit.ly/3abc" in held
    assert "/notices/" not in held  # the letter is not what is wrong
    planned(case, cast.ada, channels=(Channel.EMAIL,))


def test_whom_mail_does_not_reach_gets_a_text_and_whom_that_does_not_is_telephoned(
    cast: Any, gate: Any, settings_of: Any
) -> None:
    gateway, behind = gate
    with relaying(Mail()) as mail:
        relay = Relay("127.0.0.1", mail.port, seconds=10, seconds_for_end=10, connections=1)
        settings_of(RELAY=relay, NOTICE_FROM="privacy@bakery.example", NOTICE_RETURN="back@bakery.example")
        mail.say = lambda stage, words: "550 5.1.1 no" if stage == "rcpt" and "ada1@" not in words else None
        sending = planned(case_with(cast, people(4, landlines=1)), cast.ada, channels=(Channel.EMAIL, *BOTH))
        going(cast, sending)
        carrier.carry(sending, ByRelay(relay), idle=0)
    assert states(sending) == {("email", "accepted"): 1, ("sms", "queued"): 2, ("phone", "queued"): 1}
    if isinstance(behind, Smsc):
        behind.say = lambda to, n: 0x0B if to == number(2) else None
    else:
        behind.say = lambda form: Said(400, {"code": 21211, "message": "no"}) if form["To"] == number(2) else None
    carry(sending, gateway)
    assert states(sending) == {("email", "accepted"): 1, ("sms", "accepted"): 1, ("phone", "queued"): 2}
    assert list(texts(behind)) == [number(0)]


# --- what a provider tells later


def told(mark: str, sid: str, status: str, *, code: str = "", secret: str = TOKEN, site: str = SITE) -> Any:
    form = {"MessageSid": sid, "MessageStatus": status, "AccountSid": ACCOUNT, **({"ErrorCode": code} if code else {})}
    address = f"/in/texted/{mark}/"
    return _post(address, form, signed(site + address, form, secret))


def _post(address: str, form: dict[str, str], seal: str) -> Any:
    return browser().post(
        address, urlencode(form), content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": seal},
    )  # fmt: skip


def mark_in(form: dict[str, str]) -> str:
    assert form["StatusCallback"].startswith(f"{SITE}/in/texted/")
    return form["StatusCallback"].rstrip("/").rpartition("/")[2]


def test_a_provider_tells_and_the_ledger_only_goes_forward(cast: Any, by_http: Box) -> None:
    sending = planned(case_with(cast, people(3)), cast.ada, channels=BOTH)
    going(cast, sending)
    carry(sending)
    forms = {form["To"]: form for form in by_http.got}
    one, two = forms[number(0)], forms[number(1)]
    for status in ("delivered", "sent", "queued", "delivered"):  # late, out of order, twice
        assert told(mark_in(one), one["sid"], status).status_code == 204
    assert told(mark_in(two), two["sid"], "undelivered", code="30003").status_code == 204
    sendings.hear(by=pens.hand())
    assert states(sending) == {("sms", "delivered"): 1, ("sms", "accepted"): 1, ("phone", "queued"): 1}
    bounced = Delivery.objects.get(state=State.BOUNCED)
    assert (bounced.code, bounced.told) == (30003, "undelivered")
    for status in ("delivered", "undelivered", "sent"):
        told(mark_in(one), one["sid"], status)
    sendings.hear(by=pens.hand())
    assert states(sending) == {("sms", "delivered"): 1, ("sms", "accepted"): 1, ("phone", "queued"): 1}
    counted = receipts.counted()
    assert (counted.forged, counted.repeated, counted.stray) == (0, 3, 1)
    assert not Report.objects.exists()


def test_what_is_not_signed_is_refused_and_counted(cast: Any, by_http: Box, settings_of: Any) -> None:
    sending = planned(case_with(cast, people(1)), cast.ada, channels=BOTH)
    going(cast, sending)
    carry(sending)
    (form,) = by_http.got
    mark = mark_in(form)
    assert told(mark, form["sid"], "delivered", secret="guessed").status_code == 403
    assert told(mark, form["sid"], "delivered", site="http://other.example").status_code == 403
    unsigned = {"MessageSid": form["sid"], "MessageStatus": "delivered"}
    assert _post(f"/in/texted/{mark}/", unsigned, "").status_code == 403
    assert told("a" * 26, form["sid"], "delivered").status_code == 404
    assert _post(f"/in/texted/{mark}/", {"a": "b" * 20_000}, "x").status_code == 413
    assert _post(f"/in/texted/{mark}/", {f"a{n}": "b" for n in range(200)}, "x").status_code == 400
    assert browser().get(f"/in/texted/{mark}/").status_code == 405
    sendings.hear(by=pens.hand())
    assert states(sending) == {("sms", "accepted"): 1}
    assert receipts.counted().forged == 3
    assert "3 reports about text messages had a wrong signature" in text(
        browser(cast.ada), f"/case/{sending.case.number}/sendings/1/"
    )
    settings_of(GATEWAY=None)
    assert told(mark, form["sid"], "delivered").status_code == 404


def test_a_report_of_what_is_in_doubt_ends_the_doubt(cast: Any, by_http: Box) -> None:
    by_http.say = lambda form: Said(0, silent=True, taken=True)
    sending = planned(case_with(cast, people(1)), cast.ada, channels=BOTH)
    going(cast, sending)
    carry(sending)
    assert states(sending) == {("sms", "doubt"): 1}
    (form,) = by_http.got
    told(mark_in(form), form["sid"], "sent")
    sendings.hear(by=pens.hand())
    assert states(sending) == {("sms", "accepted"): 1}
    assert Piece.objects.get().ref == form["sid"]


def test_what_is_in_doubt_is_looked_up_and_only_what_was_not_taken_goes_again(cast: Any, by_http: Box) -> None:
    lost = {number(0): True, number(1): False}  # taken or not
    by_http.say = lambda form: Said(0, silent=True, taken=lost[form["To"]]) if form["To"] in lost else None
    sending = planned(case_with(cast, people(3)), cast.ada, channels=BOTH)
    going(cast, sending)
    carry(sending, WebGate(by_http.base, ACCOUNT, TOKEN, TOKEN, connections=1, seconds=5.0))
    assert states(sending) == {("sms", "doubt"): 2, ("sms", "accepted"): 1}
    by_http.listed = False
    assert looking_up.look_up_texts(sending, by=pens.hand()) == Looked(0, 0, 2)
    by_http.listed = True
    assert looking_up.look_up_texts(sending, by=pens.hand()) == Looked(1, 0, 1)  # it may be under way still
    Delivery.objects.filter(state=State.DOUBT).update(sent_at=pens.hand().at - looking_up.SETTLED)
    assert looking_up.look_up_texts(sending, by=pens.hand()) == Looked(0, 1, 0)
    by_http.say = lambda form: None
    carry(sending)
    assert texts(by_http) == {number(n): [ENGLISH] for n in range(3)}
    assert states(sending) == {("sms", "accepted"): 3}


def test_people_who_share_a_telephone_are_told_apart_by_how_many_texts_it_got(cast: Any, by_http: Box) -> None:
    shared = HEAD + "".join(
        f"{n},Ada {named(n)},ada{n}@d.example,0170 1234000,Musterstr. {n + 1},10115 Berlin,DE\n" for n in range(3)
    )
    turns = iter([True, False, False])
    by_http.say = lambda form: Said(0, silent=True, taken=next(turns))
    sending = planned(case_with(cast, shared.encode()), cast.ada, channels=BOTH)
    going(cast, sending)
    carry(sending, WebGate(by_http.base, ACCOUNT, TOKEN, TOKEN, connections=1, seconds=5.0))
    assert states(sending) == {("sms", "doubt"): 3}
    Delivery.objects.update(sent_at=pens.hand().at - looking_up.SETTLED)
    by_http.got[0]["created"] = "Sat, 01 Jan 2000 00:00:00 +0000"  # of another time: not ours
    assert looking_up.look_up_texts(sending, by=pens.hand()) == Looked(0, 3, 0)


# --- what a message centre tells later


def test_a_centre_tells_of_each_part_and_a_text_has_come_when_all_have(cast: Any, by_smpp: Smsc) -> None:
    sending = planned(case_with(cast, people(3)), cast.ada, channels=BOTH)
    going(cast, sending)
    carry(sending)
    parts: dict[str, list[str]] = {}
    for part in by_smpp.got:
        parts.setdefault(part.to, []).append(part.ref)
    for ref in parts[number(0)]:
        by_smpp.receipt(ref, "DELIVRD", now=False)
    by_smpp.receipt(parts[number(1)][0], "DELIVRD", tlv=True, now=False)
    by_smpp.receipt(parts[number(2)][1], "EXPIRED", err="00b", now=False)
    by_smpp.receipt("forged", "UNDELIV", now=False)
    assert receipts.fetch(by=pens.hand()) == 5
    sendings.hear(by=pens.hand())
    assert states(sending) == {("sms", "delivered"): 1, ("sms", "accepted"): 1, ("phone", "queued"): 1}
    by_smpp.receipt(parts[number(0)][0], "DELIVRD", now=False)  # twice
    by_smpp.receipt(parts[number(1)][1], "DELIVRD", now=False)
    by_smpp.receipt(parts[number(0)][0], "UNDELIV", now=False)  # a lie, or late
    receipts.fetch(by=pens.hand())
    sendings.hear(by=pens.hand())
    assert states(sending) == {("sms", "delivered"): 2, ("phone", "queued"): 1}
    assert (receipts.counted().repeated, receipts.counted().stray) == (1, 1)
    assert Report.objects.get().ref == "forged"
    Report.objects.update(at=pens.hand().at - 2 * receipts.WAITS)
    sendings.hear(by=pens.hand())
    assert not Report.objects.exists()
    assert receipts.counted().stray == 2


def test_a_receipt_that_comes_before_the_answer_was_written_down_waits_for_it(cast: Any, by_smpp: Smsc) -> None:
    by_smpp.after = lambda there, part: there.receipt(part.ref, "DELIVRD")
    sending = planned(case_with(cast, people(5)), cast.ada, channels=BOTH)
    going(cast, sending)
    carry(sending)
    receipts.fetch(by=pens.hand())
    sendings.hear(by=pens.hand())
    assert states(sending) == {("sms", "delivered"): 5}


def test_a_centre_that_writes_its_numbers_otherwise_in_receipts_is_understood(cast: Any, by_smpp: Smsc) -> None:
    by_smpp.hexadecimal, by_smpp.sent = True, 0xABC0
    sending = planned(case_with(cast, people(1)), cast.ada, channels=BOTH)
    going(cast, sending)
    carry(sending)
    for part in by_smpp.got:
        by_smpp.receipt(str(int(part.ref, 16)), "DELIVRD", now=False)
    receipts.fetch(by=pens.hand())
    sendings.hear(by=pens.hand())
    assert states(sending) == {("sms", "delivered"): 1}


@pytest.mark.parametrize(("how", "taken"), [(HANG_UP, False), (TAKEN_HANG_UP, True)])
def test_when_a_centre_hangs_up_a_person_decides_and_nobody_else_is_touched(
    cast: Any, by_smpp: Smsc, how: int, taken: bool
) -> None:
    by_smpp.say = lambda to, n: how if n == 2 else None  # the last part of the first text
    sending = planned(case_with(cast, people(4)), cast.ada, channels=BOTH)
    going(cast, sending)
    carry(sending)
    by_smpp.say = lambda to, n: None
    carry(sending)
    assert states(sending) == {("sms", "doubt"): 1, ("sms", "accepted"): 3}
    sending.refresh_from_db()
    assert looking_up.look_up_texts(sending, by=pens.hand()) == Looked(0, 0, 1)
    sendings.act(sending, "taken" if taken else "again", reason="asked the centre", by=hand(cast.ada))
    carry(sending)
    assert texts(by_smpp) == {number(n): [ENGLISH] for n in range(4)}
    assert states(sending) == {("sms", "accepted"): 4}


def test_a_sending_that_had_ended_goes_on_when_a_text_did_not_arrive(cast: Any, by_http: Box) -> None:
    sending = planned(case_with(cast, people(2)), cast.ada, channels=BOTH)
    going(cast, sending)
    carry(sending)
    assert sendings.settle(sending, by=pens.hand())
    form = by_http.got[0]
    told(mark_in(form), form["sid"], "undelivered", code="30005")
    sendings.hear(by=pens.hand())
    sending.refresh_from_db()
    assert sending.standing == Standing.GOING
    assert states(sending) == {("sms", "accepted"): 1, ("phone", "queued"): 1}
    assert Line.objects.filter(type="notify.sending.reopened").count() == 1


def test_a_rate_of_the_gateway_holds_for_all_sendings(cast: Any, by_http: Box, settings_of: Any) -> None:
    settings_of(SMS_PER_SECOND=2)
    sending = planned(case_with(cast, people(9)), cast.ada, channels=BOTH)
    going(cast, sending)
    carry(sending)
    assert 0 < len(by_http.got) < 9


# --- pages, the API, the proof


def text(who: Any, address: str) -> str:
    found = who.get(address)
    assert found.status_code == 200
    return html.unescape("".join(found.content.decode()))


def test_the_pages_offer_it_show_it_and_prove_it(cast: Any, by_http: Box) -> None:
    case = case_with(cast, people(4, landlines=1))
    here = f"/case/{case.number}"
    ada, ben = browser(cast.ada), browser(cast.ben)
    planning = text(ada, f"{here}/sendings/new/")
    assert ENGLISH in planning
    assert "2 parts" in planning
    assert 'value="sms"' in planning
    ada.post(f"{here}/sendings/new/", {"stage": "full", "channels": ["sms", "phone"], "quiet": ""})
    errands.do(Errand.objects.get(kind=fixing.KIND))
    fixed = text(ada, f"{here}/sendings/1/letters/0/")
    assert ENGLISH in fixed
    assert "160 fit one part" in fixed
    ada.post(f"{here}/sendings/1/ask/", {"reason": "they have to know"})
    ben.post(f"{here}/closing/asks/{case.asks.get().id}/answer/", {"do": "approve", "reason": ""})
    ada.post(f"{here}/sendings/1/go/")
    sending = Sending.objects.select_related("case").get()
    carry(sending)
    page = text(ada, f"{here}/sendings/1/")
    assert "3 of 4 people have been told" in page
    assert "taken by the gateway" in page
    looked = text(ada, f"{here}/told/?who=ada1@d1.example")
    person = re.search(r"/told/([^/\"?]+)/", looked)
    assert person is not None
    proof = ada.post(f"{here}/told/{person[1]}/", {"reason": "she asked"}).json()
    (one,) = proof["deliveries"]
    assert one["same_as_sent"]
    assert json.loads(one["message"]) == {"from": "Bakery", "text": ENGLISH, "to": number(1)}
    assert one["numbers"] == [form["sid"] for form in by_http.got if form["To"] == number(1)]
    assert Event.objects.filter(source="gateway").exists()


def test_without_a_gateway_it_is_not_offered_and_the_page_says_why(cast: Any, settings_of: Any) -> None:
    settings_of(GATEWAY=None)
    case = case_with(cast, rows(2))
    page = text(browser(cast.ada), f"/case/{case.number}/sendings/new/")
    assert 'value="sms"' not in page
    assert "Text messages are not offered: no gateway is set (BREACHDESK_SMS_URL)." in page
    with pytest.raises(Refused, match="no_gateway"):
        sendings.plan(case, stage="full", channels=[Channel.SMS], by=hand(cast.ada))  # type: ignore[arg-type]
