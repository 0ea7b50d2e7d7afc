"""A leaked sample in a case: held against sealed exports by the worker; our own data are not read as stolen."""

import json
from typing import Any

import pytest

from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.scope.app import actions, comparing
from breachdesk.scope.app.models import Comparison, State
from breachdesk.vault.app import keys
from tests.cast import browser, hand
from tests.scope.app.filling import ROWS, take

LEAK = b"who,tel,mail\nAda Petrova,+49 (30) 1234567,ADA@example.org\nMallory,+1 555 0100 123,mallory@example.net\n"


def filled(cast: Any) -> Any:
    take(cast.bakery, cast.ada, LEAK, "leak.csv")
    take(cast.bakery, cast.ada, ROWS, "export.csv")
    return cast.bakery


def test_it_is_compared_in_a_process_of_its_own_and_told_in_words(cast: Any) -> None:
    case = filled(cast)
    client = browser(cast.ada)
    answer = client.post(f"/case/{case.number}/sources/sample/", {"sample": "E-001", "own": ["E-002"]})
    assert answer.status_code == 302
    made = Comparison.objects.get()
    comparing.work(made.id, hand(cast.ada))
    made.refresh_from_db()
    assert made.state == State.DONE, made.fault
    best = made.result["tables"][0]
    assert (best["item"], best["found"], best["full"], best["missing"]) == ("E-002", 1, 1, 1)
    assert not any(word in json.dumps(made.result).lower() for word in ("petrova", "mallory", "@example"))
    assert not any(b"petrova" in bytes(line.payload or b"").lower() for line in Line.objects.all())
    assert not list(keys.vault().place(case.number, "x").parent.glob("w-*"))  # nothing in the clear is left
    for language, told in (("en", "The same in every column"), ("ru", "Совпали во всех столбцах")):
        page = browser(cast.ada, language).get(f"/case/{case.number}/sources/sample/").content.decode()
        assert told in page
    assert [line.type for line in Line.objects.filter(type__startswith="scope.sample").order_by("seq")] == [
        "scope.sample.asked",
        "scope.sample.compared",
    ]


def test_what_is_ours_is_not_read_as_stolen(cast: Any) -> None:
    case = filled(cast)
    comparing.ask(case, "E-001", ["E-002"], by=hand(cast.ada))
    assert actions.read_evidence(case, by=hand(cast.ada)).items == ["E-001"]


def test_what_cannot_be_compared_is_refused_or_told(cast: Any) -> None:
    case = filled(cast)
    for sample, own in (("E-001", []), ("E-009", ["E-002"]), ("E-001", ["E-009"]), ("E-001", ["E-001"])):
        with pytest.raises(Refused):
            comparing.ask(case, sample, own, by=hand(cast.ada))
    assert not Comparison.objects.exists()
    made = comparing.ask(case, "E-001", ["E-002"], by=hand(cast.ada))
    with pytest.raises(Refused):
        comparing.ask(case, "E-001", ["E-002"], by=hand(cast.ada))
    item = case.items.get(label="E-002")
    path = keys.vault().place(case.number, item.sealed)
    sealed = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    comparing.work(made.id, hand(cast.ada))
    made.refresh_from_db()
    assert (made.state, made.result) == (State.FAILED, None)
    assert "could not be compared" in browser(cast.ada).get(f"/case/{case.number}/sources/sample/").content.decode()
