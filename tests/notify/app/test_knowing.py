"""Whoever is written to is the same from one list to the next, however the readings number people."""

from typing import Any

import pytest

from breachdesk.ground.refused import Refused
from breachdesk.notify.app import caring, carrier, knowing, pens, proof
from breachdesk.notify.app.choosing import key_of
from breachdesk.notify.app.knowing import Handles, handle_of
from breachdesk.notify.app.models import Delivery, Sending
from breachdesk.notify.app.transports import ByRelay
from breachdesk.notify.recipients import Recipient
from breachdesk.notify.smtp import Relay
from breachdesk.vault.app.models import Item
from tests.cast import hand
from tests.notify.app.sending import HEAD, case_with, going, named, planned, renumbered, rows
from tests.notify.relay import Box, relaying
from tests.scope.app.filling import read, take


@pytest.fixture
def box(settings_of: Any) -> Any:
    with relaying(Box()) as one:
        relay = Relay("127.0.0.1", one.port, seconds=10, seconds_for_end=10, connections=3)
        settings_of(RELAY=relay, NOTICE_FROM="privacy@bakery.example", NOTICE_RETURN="back@bakery.example")
        yield one


def carried(cast: Any, sending: Sending, box: Box) -> None:
    going(cast, sending)
    relay = Relay("127.0.0.1", box.port, seconds=10, seconds_for_end=10, connections=3)
    carrier.carry(sending, ByRelay(relay), idle=0)


def test_numbered_anew_everybody_is_told_once_and_nobody_is_taken_for_another(cast: Any, box: Box) -> None:
    case = case_with(cast, rows(6))
    carried(cast, planned(case, cast.ada), box)
    assert len(box.got) == 6
    renumbered(case, cast)
    second = planned(case, cast.ada)
    assert (second.people, second.left_out) == (3, {"told_already": 6})
    carried(cast, second, box)
    assert sorted(box.recipients()[6:]) == [f"ada{n}@d{n % 7}.example" for n in (90, 91, 92)]
    assert Delivery.objects.values("person").distinct().count() == 9


def test_the_proof_is_of_this_person_alone(cast: Any, box: Box) -> None:
    case = case_with(cast, rows(6))
    carried(cast, planned(case, cast.ada), box)
    renumbered(case, cast)
    (told,) = proof.find(case, "ada3@d3.example", by=hand(cast.ada))
    (row,) = told.deliveries
    document = proof.document(case, told.person, reason="she asked", by=hand(cast.ada))
    assert document is not None
    (one,) = document["deliveries"]
    assert (one["delivery"], one["to"]) == (row.id, "ada3@d3.example")
    for wanted in ("ada90@d6.example", f"Ada {named(90)}"):  # has the number now that somebody else had
        (untold,) = proof.find(case, wanted, by=hand(cast.ada))
        assert not untold.deliveries
        assert proof.document(case, untold.person, reason="he asked", by=hand(cast.ada)) is None


def test_somebody_whose_name_was_read_anew_is_the_same_and_a_family_is_not_one_person(
    cast: Any, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case_with(cast, rows(2))
    first = planned(case, cast.ada)
    lines = [
        Recipient("ada", "Ada Example", 0, "DE", ("home@x.example",)),
        Recipient("nameless", "To whom it may concern", 0, "DE", ("solo@x.example",), ("+49305550001",)),
        Recipient("bare", "Cem Example", 0, "DE", (), (), ("Musterstr. 1\n10115 Berlin",)),
        Recipient("misread", "shopper77", 0, "DE", ("eve@x.example",)),
    ]

    class Lists:
        def __enter__(self) -> "Lists":
            return self

        def __exit__(self, *_: object) -> None: ...

        def everybody(self) -> list[Recipient]:
            return lines

    monkeypatch.setattr(knowing.pens, "recipients_of", lambda sending: Lists())
    second = Sending.objects.create(
        case=case, number=2, stage="full", standing="making", channels=["email"], run=first.run, made_at=first.made_at
    )

    def person(number: int, name: str, email: str = "", phone: str = "", address: str = "") -> dict[str, Any]:
        said = {"names": [name] if name else [], "emails": [email] if email else [], "phones": [phone] if phone else []}
        return {"person_id": f"P{number:08}", **said, "addresses": [address] if address else [], "residence": "DE"}

    people = [
        person(1, "Ben Example", "home@x.example"),  # her brother, who shares the mailbox
        person(2, "Ada Example", "HOME@x.example"),
        person(3, "Dora Example", "solo@x.example"),
        person(4, "Cem Example", address="Musterstr. 1, 10115 Berlin"),
        person(5, "Eve Example", "eve@x.example"),
        person(6, "Eve Example", "eve@x.example"),  # a second one by that address and name
        person(7, "Cem Example", address="Otherstr. 9, 10115 Berlin"),
    ]
    handles = Handles(second, ["To whom it may concern"])
    handles.look(people)
    assert first.run_id is not None
    new = [handle_of(f"P{n:08}", first.run_id) for n in range(8)]
    assert [handles.of(one["person_id"]) for one in people] == [
        new[1], "ada", "nameless", "bare", "misread", new[6], new[7]
    ]  # fmt: skip
    assert len({key_of(handles.of(one["person_id"])) for one in people}) == len(people)


def test_who_is_minded_by_their_number_is_minded_whatever_number_they_get(cast: Any, box: Box) -> None:
    case = case_with(cast, rows(3))
    caring.mind(case, "P00000002", "honey", reason="bait", by=hand(cast.ada))
    renumbered(case, cast)
    sending = planned(case, cast.ada)
    assert sending.left_out == {"honey": 1}
    with pens.recipients_of(sending) as people:
        assert sorted(one.emails[0] for one in people.everybody()) == [
            "ada0@d0.example", "ada2@d2.example", *(f"ada{n}@d{n % 7}.example" for n in (90, 91, 92))
        ]  # fmt: skip
    with pytest.raises(Refused, match="whose"):
        caring.mind(case, "P00000077", "honey", reason="nobody has it", by=hand(cast.ada))


def test_whose_name_was_misread_before_is_found_by_the_name_of_now(cast: Any, box: Box) -> None:
    """They were told under the misread name: the proof does not say that nothing was sent."""
    case = case_with(cast, rows(2))
    carried(cast, planned(case, cast.ada), box)
    told = proof.find(case, "ada1@d1.example", by=hand(cast.ada))[0].person
    take(case, cast.ada, f"{HEAD}1,Eve Other,ada1@d1.example,,,,DE\n".encode(), "corrected.csv")
    first = Item.objects.get(case=case, label="E-001")
    first.delete()
    read(case, cast.ada)
    found = {one.name: one for one in proof.find(case, "Eve Other", by=hand(cast.ada))}
    assert set(found) == {"Eve Other", f"Ada {named(1)}"}
    assert not found["Eve Other"].deliveries
    assert (found[f"Ada {named(1)}"].person, len(found[f"Ada {named(1)}"].deliveries)) == (told, 1)
