"""Short messages to a message centre by SMPP: what it answers, and what it does not, is told exactly."""

import contextlib
import struct
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.notify import centre, smpp
from breachdesk.notify.centre import Centre
from breachdesk.notify.outcomes import End, Outcome, Unusable
from breachdesk.notify.smpp import BadUnit
from breachdesk.notify.texts import Fate, Receipt, Text
from tests.notify.smsc import HANG_UP, SILENCE, TAKEN_HANG_UP, Smsc, smsc

LONG = "Bakery North: data about you was stolen [names]. " * 5
RUSSIAN = "Пекарня Север: у нас похитили данные о вас 😀. " * 4


@pytest.fixture
def there() -> Any:
    with smsc() as one:
        yield one


def to(one: Smsc, **other: Any) -> Centre:
    return Centre(**{"host": "127.0.0.1", "port": one.port, "tls": False, "system_id": "desk", "password": "secret",
                     "seconds": 5.0, **other})  # fmt: skip


def texts(count: int, said: str = "hello", sender: str = "Bakery") -> list[Text]:
    return [Text(n, sender, f"+49170000{n:04}", said) for n in range(count)]


def sent(gate: Centre, items: Iterable[Text], heard: Any = lambda one: None) -> dict[int, Outcome]:
    told: dict[int, Outcome] = {}
    taken = centre.send(gate, iter(items), told.__setitem__, heard)
    assert taken == len(told)
    return told


def test_each_is_taken_once_with_its_number_and_several_are_in_flight(there: Smsc) -> None:
    told = sent(to(there), texts(60))
    assert {one.end for one in told.values()} == {End.ACCEPTED}
    assert [len(one.refs) for one in told.values()] == [1] * 60
    by_number = {part.to: part for part in there.got}
    assert len(there.got) == len(by_number) == 60
    assert told[7].refs == (by_number["+491700000007"].ref,)
    assert {(part.sender, part.receipt, part.coding, part.kind) for part in there.got} == {("Bakery", 1, 0, 0)}
    assert there.most_open > 1


@pytest.mark.parametrize("payload", [False, True])
@pytest.mark.parametrize("said", [LONG, RUSSIAN])
def test_a_long_text_arrives_whole(there: Smsc, said: str, payload: bool) -> None:
    told = sent(to(there, payload=payload), texts(3, said))
    assert there.texts() == {one.to: [said] for one in texts(3)}
    assert all(len(one.refs) == (1 if payload else len(there.got) // 3) for one in told.values())
    assert all(len(part.octets) <= 140 or part.coding == 0 for part in there.got)


@pytest.mark.parametrize(("sender", "kind"), [("+4930123456", (1, 1)), ("40404", (3, 0)), ("Bakery", (5, 0))])
def test_whom_it_is_from_is_named_by_its_kind(sender: str, kind: tuple[int, int]) -> None:
    (body,) = smpp.bodies(texts(1, sender=sender)[0], payload=False)
    assert tuple(body[1:3]) == kind


@pytest.mark.parametrize(
    ("status", "end"),
    [(0x0B, End.REFUSED), (0x65, End.REFUSED), (0x08, End.LATER), (0x64, End.LATER), (0x45, End.LATER),
     (0x0411, End.LATER)],
)  # fmt: skip
def test_what_it_says_of_one_is_told_of_that_one(there: Smsc, status: int, end: End) -> None:
    there.say = lambda to, n: status if to.endswith("3") else None
    told = sent(to(there), texts(5))
    assert (told[3].end, told[3].code) == (end, status)
    assert [told[n].end for n in (0, 1, 2, 4)] == [End.ACCEPTED] * 4


def test_throttled_it_waits_and_nobody_is_lost_or_written_to_twice(there: Smsc) -> None:
    there.say = lambda to, n: 0x58 if n in (2, 3, 6) else None
    told = sent(to(there), texts(8))
    assert {one.end for one in told.values()} == {End.ACCEPTED}
    assert sorted(part.to for part in there.got) == sorted(one.to for one in texts(8))
    assert there.asked == 11


def test_throttled_without_end_it_is_put_off(there: Smsc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(centre, "MOST_WAITS", 1)
    there.say = lambda to, n: 0x14
    told = sent(to(there), texts(1))
    assert (told[0].end, told[0].code) == (End.LATER, 0x14)


@pytest.mark.parametrize(("how", "taken"), [(HANG_UP, 0), (TAKEN_HANG_UP, 1)])
def test_what_was_written_and_not_answered_is_in_doubt_and_nothing_else_is(there: Smsc, how: int, taken: int) -> None:
    there.say = lambda to, n: how if to.endswith("0") else None
    told: dict[int, Outcome] = {}
    items = iter(texts(30))
    with pytest.raises(Unusable, match="closed"):
        centre.send(to(there), items, told.__setitem__, lambda one: None)
    assert told[0].end is End.DOUBT
    assert len(told) == 1  # a session begins with one alone
    assert len(list(items)) == 29
    assert len(there.got) == taken


def test_an_answer_that_does_not_come_is_a_doubt(there: Smsc) -> None:
    there.say = lambda to, n: SILENCE
    told: dict[int, Outcome] = {}
    with pytest.raises(Unusable, match="no answer"):
        centre.send(to(there, seconds=0.2), iter(texts(3)), told.__setitem__, lambda one: None)
    assert {one: what.end for one, what in told.items()} == {0: End.DOUBT}


def test_a_text_that_lacks_its_last_part_was_not_taken_and_one_with_it_is_in_doubt(there: Smsc) -> None:
    parts = len(smpp.bodies(texts(1, LONG)[0], payload=False))
    for at, end in ((1, End.LATER), (parts, End.DOUBT)):
        there.asked = 0
        there.say = lambda to, n, at=at: TAKEN_HANG_UP if n == at else None  # type: ignore[misc]
        told: dict[int, Outcome] = {}
        with pytest.raises(Unusable):
            centre.send(to(there), iter(texts(1, LONG)), told.__setitem__, lambda one: None)
        assert told[0].end is end


@pytest.mark.parametrize("status", [0x0A, 0x48, 0x53, 0x04])
def test_when_it_takes_nothing_of_ours_nobody_is_refused(there: Smsc, status: int) -> None:
    there.say = lambda to, n: status
    told: dict[int, Outcome] = {}
    items = iter(texts(20))
    with pytest.raises(Unusable, match="takes nothing"):
        centre.send(to(there), items, told.__setitem__, lambda one: None)
    assert {one.end for one in told.values()} == {End.LATER}
    assert len(list(items)) == 19


def test_who_is_not_let_in_takes_nothing(there: Smsc) -> None:
    items = iter(texts(2))
    with pytest.raises(Unusable, match="bad password"):
        centre.send(to(there, password="wrong"), items, lambda key, outcome: None, lambda one: None)
    with pytest.raises(Unusable):
        centre.send(to(there, port=1), items, lambda key, outcome: None, lambda one: None)
    assert len(list(items)) == 2
    assert not there.asked


def test_receipts_that_come_meanwhile_are_kept_before_they_are_acknowledged(there: Smsc) -> None:
    there.after = lambda one, part: one.receipt(part.ref, "DELIVRD", tlv=part.to.endswith("1"))
    heard: list[Receipt] = []
    told = sent(to(there), texts(12), heard.append)
    assert {one.ref for one in heard} == {ref for one in told.values() for ref in one.refs}
    assert {one.fate for one in heard} == {Fate.DELIVERED}
    assert {status for _, status in there.acknowledged} == {0}  # the last may be told again: it came after our goodbye


def test_a_receipt_that_cannot_be_kept_comes_again(there: Smsc) -> None:
    there.receipt("m9", "UNDELIV", err="027", now=False)

    def away(one: Receipt) -> None:
        raise OSError("no database")

    centre.listen(to(there), away, quiet=0.3)
    assert [status for _, status in there.acknowledged] == [0x64]
    there.receipt("m9", "UNDELIV", err="027", now=False)
    heard: list[Receipt] = []
    assert centre.listen(to(there), heard.append, quiet=0.3) == 1
    assert heard == [Receipt("m9", Fate.UNDELIVERED, 27, "UNDELIV")]


def test_somebody_who_answers_is_no_receipt(there: Smsc) -> None:
    said = b"id:m1 stat:DELIVRD err:000"
    there.deliver(b"\0\1\1491\0\5\0B\0\0\0\0\0\0" + bytes((0, 0, 0, 0, len(said))) + said, now=False)
    heard: list[Receipt] = []
    assert centre.listen(to(there), heard.append, quiet=0.3) == 0
    assert (heard, [status for _, status in there.acknowledged]) == ([], [0])


def test_it_is_asked_for_a_sign_of_life_and_looked_at_without_sending(there: Smsc) -> None:
    centre.check(to(there))
    assert there.binds == 1

    def slow() -> Any:
        yield from texts(1)

    there.say = lambda to, n: SILENCE
    told: dict[int, Outcome] = {}
    with pytest.raises(Unusable):
        centre.send(to(there, seconds=0.6, idle=0.1), slow(), told.__setitem__, lambda one: None)
    assert told[0].end is End.DOUBT


# --- what goes over the wire


@pytest.mark.parametrize(
    "name", ["DELIVRD", "UNDELIV", "EXPIRED", "REJECTD", "ENROUTE", "ACCEPTD", "UNKNOWN", "DELETED"]
)
def test_states_of_receipts(name: str) -> None:
    fate = {"DELIVRD": Fate.DELIVERED, "ENROUTE": Fate.ON_ITS_WAY, "ACCEPTD": Fate.ON_ITS_WAY,
            "UNKNOWN": Fate.ON_ITS_WAY}.get(name, Fate.UNDELIVERED)  # fmt: skip
    said = (
        f"id:0A1f sub:001 dlvrd:001 submit date:2611 done date:2611 stat:{name} err:0A1 text:id:x stat:DELIVRD".encode()
    )
    body = b"\0\0\0\0\0\0\0" + bytes((4, 0, 0)) + b"\0\0" + bytes((0, 0, 0, 0, len(said))) + said
    found = smpp.receipt_of(body)
    assert found is not None
    assert (found.ref, found.fate, found.code) == ("0A1f", fate, 0)


@given(st.binary(max_size=80))
def test_whatever_a_receipt_looks_like_it_is_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(BadUnit):
        smpp.receipt_of(body)


@given(st.binary(max_size=60))
def test_whatever_comes_over_the_wire_is_a_unit_waits_or_is_refused(octets: bytes) -> None:
    buffer = bytearray(octets)
    try:
        while smpp.taken(buffer) is not None:
            pass
    except BadUnit:
        assert not 16 <= int.from_bytes(buffer[:4], "big") <= smpp.LONGEST


def test_units_come_out_as_they_went_in_however_they_are_cut() -> None:
    units = [smpp.Unit(4, 0, n, b"x" * n) for n in range(5)]
    raw = b"".join(one.written() for one in units)
    for size in (1, 3, 16, 17):
        buffer, found = bytearray(), []
        for at in range(0, len(raw), size):
            buffer += raw[at : at + size]
            while (one := smpp.taken(buffer)) is not None:
                found.append(one)
        assert found == units


def test_what_is_no_smpp_is_said_to_be_none() -> None:
    with pytest.raises(BadUnit):
        smpp.taken(bytearray(struct.pack(">I", 1 << 30) + b"HTTP"))


def test_words_that_have_no_room_are_not_cut() -> None:
    with pytest.raises(ValueError, match="at most 8"):
        smpp.bind(1, system_id="desk", password="longer than it", system_type="")
