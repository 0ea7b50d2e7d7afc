"""Decisions: what, why, what else; replaced and never edited; privileged ones are not there for others."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from breachdesk.case.app.actions import decisions
from breachdesk.case.app.models import Decision
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from tests.cast import AT, browser, hand

SAID = {"decided": "We tell everybody", "reasons": "The sample is real", "at": AT}


def test_a_decision_is_written_down_and_replaced_by_a_newer_one(cast: Any) -> None:
    case, client = cast.bakery, browser(cast.ben)
    form = {"title": "Tell all", "decided": "We tell all 2,041", "reasons": "Cards", "at": "2026-11-20T19:00"}
    client.post(f"/case/{case.number}/decisions/new/", form)
    older = Decision.objects.get()
    client.post(f"/case/{case.number}/decisions/new/", form | {"title": "Tell 612", "replaces": older.id})
    newer = Decision.objects.latest("id")
    assert newer.replaces == older
    said = client.get(f"/case/{case.number}/decisions/{older.id}/").content.decode()
    assert "No longer in force" in said
    assert "Tell 612" in said
    assert (
        "1 decision is in force. 1 older one was replaced."
        in client.get(f"/case/{case.number}/decisions/").content.decode()
    )
    assert Line.objects.filter(type="case.decision.taken").count() == 2


def test_what_is_incomplete_or_still_to_come_is_refused(cast: Any) -> None:
    case, by = cast.bakery, hand(cast.ada)
    for wrong in ({"reasons": " "}, {"decided": ""}, {"at": AT + timedelta(minutes=1)}):
        with pytest.raises(Refused):
            decisions.decide(case, "Tell all", **(SAID | wrong), by=by)
    with pytest.raises(Refused):
        decisions.note(case, " \n", by=by)
    assert not Decision.objects.exists()


def test_privileged_things_are_nowhere_for_whoever_may_not_read_them(cast: Any) -> None:
    case, by = cast.bakery, hand(cast.ada)
    secret = decisions.decide(case, "Settle with the bank", **SAID, privileged=True, by=by)
    decisions.note(case, "Counsel thinks we lose", privileged=True, by=by)
    assert [line.privileged for line in Line.objects.order_by("-seq")[:2]] == [True, True]
    top = f"/case/{case.number}/decisions/"
    for page in (top, f"{top}?q=Settle", f"{top}notes/"):
        seen, hidden = browser(cast.ben).get(page).content.decode(), browser(cast.cara).get(page).content.decode()
        assert "Settle with the bank" in seen or "Counsel thinks" in seen
        assert "Settle with the bank" not in hidden
        assert "Counsel thinks" not in hidden
    assert "No decision has been written down yet." in browser(cast.cara).get(top).content.decode()
    assert "No note has been written yet." in browser(cast.cara).get(top).content.decode()
    assert browser(cast.cara).get(f"{top}{secret.id}/").status_code == 404
    assert browser(cast.cara).get(f"{top}new/?replaces={secret.id}").status_code == 404


def test_what_replaces_a_privileged_decision_is_privileged_and_an_open_one_stays_open(cast: Any) -> None:
    case, by = cast.bakery, hand(cast.ada)
    secret = decisions.decide(case, "Settle", **SAID, privileged=True, by=by)
    assert decisions.decide(case, "Do not settle", **SAID, replaces=secret, by=by).privileged
    known = decisions.decide(case, "Tell all", **SAID, by=by)
    assert not decisions.decide(case, "Tell some", **SAID, privileged=True, replaces=known, by=by).privileged


def test_two_who_replace_the_same_decision_at_once_leave_one(cast: Any) -> None:
    case, by, said = cast.bakery, hand(cast.ada), []
    older = decisions.decide(case, "Tell all", **SAID, by=by)

    def replace() -> None:
        try:
            decisions.decide(case, "Tell some", **SAID, replaces=older, by=by)
            said.append("")
        except Refused as refusal:
            said.append(refusal.key)
        finally:
            connection.close()

    threads = [threading.Thread(target=replace) for _ in range(3)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert sorted(said) == ["", "decisions.refused.replaced", "decisions.refused.replaced"]


def test_only_who_decides_writes_decisions_and_whoever_works_writes_notes(cast: Any) -> None:
    case, cara = cast.bakery, browser(cast.cara)
    assert cara.post(f"/case/{case.number}/decisions/new/", {"title": "x"}).status_code == 403
    cara.post(f"/case/{case.number}/decisions/notes/", {"text": "Three called", "privileged": "on"})
    note = case.notes.get()
    assert (note.text, note.privileged) == ("Three called", False)
