"""Text messages to a provider by HTTP: what it answers, and what it does not, is told exactly; reports are signed."""

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from breachdesk.notify import webgate
from breachdesk.notify.outcomes import End, Outcome, Unusable
from breachdesk.notify.texts import Fate, Receipt, Text
from breachdesk.notify.webgate import WebGate
from tests.notify.texting import ACCOUNT, TOKEN, Box, Said, signed, texting


@pytest.fixture
def box() -> Any:
    with texting(Box()) as one:
        yield one


def to(box: Box, **other: Any) -> WebGate:
    return WebGate(**{"base": box.base, "user": ACCOUNT, "password": TOKEN, "secret": TOKEN, "seconds": 5.0, **other})


def texts(count: int, sender: str = "+4930123456") -> list[Text]:
    return [Text(n, sender, f"+49170000{n:04}", "привет & hello", f"https://desk.example/{n}") for n in range(count)]


def sent(gate: WebGate, items: Iterable[Text]) -> dict[int, Outcome]:
    told: dict[int, Outcome] = {}
    assert webgate.send(gate, iter(items), told.__setitem__) == len(told)
    return told


def test_each_is_taken_once_with_its_number(box: Box) -> None:
    told = sent(to(box), texts(40))
    assert {one.end for one in told.values()} == {End.ACCEPTED}
    assert len(box.got) == len(set(box.numbers())) == 40
    by_number = {form["To"]: form for form in box.got}
    form = by_number["+491700000007"]
    assert told[7].refs == (form["sid"],)
    assert form["Body"] == "привет & hello"
    assert form["From"] == "+4930123456"
    assert form["StatusCallback"] == "https://desk.example/7"


def test_a_service_of_several_numbers_is_named_as_one(box: Box) -> None:
    service = "MG" + "1" * 32
    sent(to(box), texts(1, service))
    assert box.got[0]["MessagingServiceSid"] == service
    assert "From" not in box.got[0]


@pytest.mark.parametrize(
    ("said", "end"),
    [
        (Said(400, {"code": 21211, "message": "Invalid 'To' Phone Number"}), End.REFUSED),
        (Said(400, {"code": 21610, "message": "unsubscribed"}), End.REFUSED),
        (Said(400, {"code": 21614, "message": "not a mobile"}), End.REFUSED),
        (Said(400, {"code": 29999, "message": "something new"}), End.LATER),
        (Said(503, {"message": "maintenance"}), End.LATER),
        (Said(500, {"message": "oops"}), End.DOUBT),
        (Said(504), End.DOUBT),
        (Said(201, {"status": "queued"}), End.DOUBT),  # taken, perhaps, by somebody who is no provider
        (Said(202, {}), End.DOUBT),
        (Said(0, silent=True), End.DOUBT),
        (Said(0, silent=True, taken=True), End.DOUBT),
        (Said(201, {"sid": "SM9", "status": "failed", "error_code": 30004}), End.REFUSED),
    ],
)  # fmt: skip
def test_what_it_says_of_one_is_told_of_that_one(box: Box, said: Said, end: End) -> None:
    box.say = lambda form: said if form["To"].endswith("3") else None
    told = sent(to(box, connections=1), texts(5))
    assert told[3].end is end
    assert [told[n].end for n in (0, 1, 2, 4)] == [End.ACCEPTED] * 4


@pytest.mark.parametrize(
    "said",
    [Said(401, {"code": 20003, "message": "Authenticate"}), Said(403), Said(404), Said(302, {}, {"Location": "/"}),
     Said(400, {"code": 21606, "message": "From is not yours"}), Said(400, {"code": 21661, "message": "no texts"})],
)  # fmt: skip
def test_when_it_takes_nothing_of_ours_nobody_is_refused(box: Box, said: Said) -> None:
    box.say = lambda form: said
    told: dict[int, Outcome] = {}
    items = iter(texts(20))
    with pytest.raises(Unusable, match="takes nothing"):
        webgate.send(to(box, connections=1), items, told.__setitem__)
    assert {one.end for one in told.values()} == {End.LATER}
    assert len(list(items)) == 19


def test_too_much_at_once_waits_and_nobody_is_lost_or_written_to_twice(box: Box) -> None:
    many = iter([Said(429, {"code": 20429}, {"Retry-After": "0"})] * 3)
    box.say = lambda form: next(many, None)
    told = sent(to(box), texts(9))
    assert {one.end for one in told.values()} == {End.ACCEPTED}
    assert sorted(box.numbers()) == sorted(one.to for one in texts(9))


def test_after_some_silence_nothing_more_is_put_in_doubt(box: Box) -> None:
    box.say = lambda form: Said(0, silent=True)
    told: dict[int, Outcome] = {}
    items = iter(texts(30))
    with pytest.raises(Unusable):
        webgate.send(to(box, connections=1), items, told.__setitem__)
    assert {one.end for one in told.values()} == {End.DOUBT}
    assert len(told) == webgate.MOST_TROUBLES
    assert len(list(items)) == 27


def test_where_nobody_listens_nothing_is_taken(box: Box) -> None:
    items = iter(texts(3))
    with pytest.raises(Unusable):
        webgate.send(to(box, base="http://127.0.0.1:1/x"), items, lambda key, outcome: None)
    assert len(list(items)) == 3


def test_a_connection_that_was_closed_meanwhile_is_no_doubt(box: Box) -> None:
    """The other side may close a connection that was kept open: what is written into it then would be in doubt."""
    box.closing = True

    def when_it_is_closed() -> Iterator[Text]:
        for one in texts(4):
            time.sleep(0.1)
            yield one

    told = sent(to(box, connections=1), when_it_is_closed())
    assert {one.end for one in told.values()} == {End.ACCEPTED}


def test_what_it_has_can_be_looked_up(box: Box) -> None:
    sent(to(box), texts(3))
    (one,) = webgate.listed(to(box), "+491700000002", date(2026, 11, 24))
    assert (one.text, one.fate) == ("привет & hello", Fate.ON_ITS_WAY)
    assert one.sid in {form["sid"] for form in box.got}
    assert one.at is not None
    assert datetime.now(UTC) - one.at < timedelta(hours=1)
    assert "DateSent%3E=2026-11-24" in box.asked[-1]
    assert "%2B491700000002" in box.asked[-1]
    webgate.check(to(box))
    assert len(box.got) == 3
    with pytest.raises(Unusable, match="401"):
        webgate.check(to(box, password="wrong"))
    box.listed = False
    with pytest.raises(Unusable, match="503"):
        webgate.listed(to(box), "+491700000002", None)


# --- reports

ADDRESS = "https://mycompany.example/myapp.php?foo=1&bar=2"
FORM = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675310", "Digits": "1234", "From": "+14158675310",
        "To": "+18005551212"}  # fmt: skip


def test_a_report_is_signed_over_its_address_and_its_sorted_fields() -> None:
    """By the recipe of the provider's own documents, worked out anew in tests/notify/texting.py."""
    said = {name: [value] for name, value in FORM.items()}
    right = signed(ADDRESS, FORM, "12345")
    assert webgate.signature("12345", ADDRESS, said) == right
    assert webgate.is_signed("12345", ADDRESS, said, right)
    assert not webgate.is_signed("12345", ADDRESS + "3", said, right)
    assert not webgate.is_signed("12345", ADDRESS, {**said, "Digits": ["1235"]}, right)
    assert not webgate.is_signed("12346", ADDRESS, said, right)
    assert not webgate.is_signed("", ADDRESS, said, signed(ADDRESS, FORM, ""))
    assert not webgate.is_signed("12345", ADDRESS, said, "ключ")


@pytest.mark.parametrize(
    ("status", "fate"),
    [("queued", Fate.ON_ITS_WAY), ("sent", Fate.ON_ITS_WAY), ("delivered", Fate.DELIVERED), ("read", Fate.DELIVERED),
     ("undelivered", Fate.UNDELIVERED), ("failed", Fate.UNDELIVERED)],
)  # fmt: skip
def test_what_a_report_tells(status: str, fate: Fate) -> None:
    said = {"MessageSid": ["SM1"], "MessageStatus": [status], "ErrorCode": ["30003"]}
    assert webgate.receipt_of(said) == Receipt("SM1", fate, 30003, status)
    large = webgate.receipt_of({**said, "ErrorCode": ["63016"]})
    assert large == Receipt("SM1", fate, 0, f"{status} 63016")


def test_what_tells_nothing_is_no_report() -> None:
    assert webgate.receipt_of({}) is None
    assert webgate.receipt_of({"MessageSid": ["SM1"]}) is None
