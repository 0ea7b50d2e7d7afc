"""Closing, keeping, erasing: by four eyes, what is open named; the journal stays provable when the data are gone."""

import io
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from breachdesk.case.app import closing_checks
from breachdesk.case.app import tasks as worker
from breachdesk.case.app.actions import asks, closing, still_open, tasks
from breachdesk.case.app.models import Case, State
from breachdesk.ground import clock
from breachdesk.ground.keys import Purpose, new_key
from breachdesk.ground.refused import Refused
from breachdesk.journal import verify
from breachdesk.journal.app.export import export_case
from breachdesk.journal.app.models import Line
from breachdesk.journal.note import Signer
from breachdesk.vault.app import keys
from breachdesk.vault.app.models import CaseKey
from breachdesk.vault.store import BadVault
from tests.cast import AT, browser, hand


def approved(cast: Any, deed: str, at: datetime = AT) -> Case:
    case = Case.objects.get(id=cast.bakery.id)
    ask = asks.ask(case, deed, {}, reason="Everyone is told", by=hand(cast.ada, at=at))
    asks.answer(ask, approved=True, reason="", by=hand(cast.ben, "counsel", at))
    return case


def closed(cast: Any, at: datetime = AT) -> Case:
    return closing.close(approved(cast, asks.CLOSE, at), by=hand(cast.ada, at=at))


def test_a_case_is_closed_by_two_and_refuses_every_write(cast: Any) -> None:
    case, ada = cast.bakery, hand(cast.ada)
    with pytest.raises(Refused, match="no_approval"):
        closing.close(case, by=ada)
    tasks.make_task(case, "Left over", by=ada)
    case = closed(cast)
    line = Line.objects.latest("seq")
    assert line.type == "case.case.closed"
    assert b"closing.open.tasks" in bytes(line.payload or b"")
    assert case.keep_until == date(2026, 11, 20) + timedelta(days=settings.KEEP_DAYS)
    with pytest.raises(Refused, match="closed"):
        tasks.make_task(case, "Too late", by=ada)
    client, number = browser(cast.ada), case.number
    before = Line.objects.count()
    for page, sent in (
        ("tasks/new/", {"title": "x"}),
        ("tasks/checklists/notice/", {"do": "done", "point": "notice.take_in"}),
        ("decisions/new/", {"title": "x", "decided": "x", "reasons": "x", "at": "2026-11-20T10:00"}),
        ("decisions/notes/", {"text": "x"}),
        ("costs/", {"day": "2026-11-20", "who": "x", "what": "x", "hours": "1"}),
        ("closing/", {"do": "ask_close", "close-reason": "x"}),
        ("closing/", {"do": "close"}),
    ):
        client.post(f"/case/{number}/{page}", sent)
    assert Line.objects.count() == before


def test_whoever_writes_holds_the_case_open_until_the_deed_is_done(cast: Any) -> None:
    case, order = approved(cast, asks.CLOSE), []

    def close() -> None:
        closing.close(case, by=hand(cast.ada))
        order.append("closed")
        connection.close()

    thread = threading.Thread(target=close)
    with transaction.atomic(), connection.cursor() as cursor:
        still_open(case)
        thread.start()
        waits = False
        while thread.is_alive() and not waits:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid())")
            waits = cursor.fetchone()[0]
        assert waits, "the case was closed while somebody wrote to it"
        order.append("written")
    thread.join()
    assert order == ["written", "closed"]


def test_what_is_open_is_named_and_rooms_below_add_theirs(cast: Any) -> None:
    case, ada = cast.bakery, hand(cast.ada)
    tasks.make_task(case, "Left over", by=ada)
    extra = lambda case: [("closing.open.asks", {"n": 7}, "/there/")]  # noqa: E731
    closing_checks.register(extra)
    try:
        found = closing_checks.still(case)
        said = browser(cast.ada).get(f"/case/{case.number}/closing/").content.decode()
    finally:
        closing_checks._checks.remove(extra)
    keys_ = [key for key, _, _ in found]
    assert {"closing.open.aware", "closing.open.tasks", "closing.open.points"} <= set(keys_)
    assert "1 task is open." in said
    assert "7 requests were never answered." in said
    assert 'href="/there/"' in said


def test_a_case_is_opened_again_by_two_with_a_reason(cast: Any) -> None:
    case = closed(cast)
    with pytest.raises(Refused, match="no_approval"):
        closing.reopen(case, by=hand(cast.ada))
    with pytest.raises(Refused, match="not_now"):
        asks.ask(case, asks.CLOSE, {}, reason="x", by=hand(cast.ada))
    case = closing.reopen(approved(cast, asks.REOPEN), by=hand(cast.ben))
    assert (case.state, case.closed_at, case.keep_until) == (State.OPEN, None, None)
    tasks.make_task(case, "Again", by=hand(cast.ada))
    with pytest.raises(Refused, match="not_closed"):
        closing.reopen(case, by=hand(cast.ben))


def test_how_long_it_is_kept_is_changed_with_a_reason_and_told_once_when_it_ends(cast: Any) -> None:
    with pytest.raises(Refused, match="not_closed"):
        closing.keep(cast.bakery, date(2027, 1, 1), reason="x", by=hand(cast.ada))
    case, ada = closed(cast), hand(cast.ada)
    for day, reason, key in ((date(2026, 11, 19), "x", "past"), (date(2027, 1, 1), " ", "no_reason")):
        with pytest.raises(Refused, match=key):
            closing.keep(case, day, reason=reason, by=ada)
    closing.keep(case, date(2026, 12, 1), reason="The claim was settled", by=ada)
    assert not closing.lapse(case, by=hand(cast.ada, at=datetime(2026, 11, 30, 22, 59, tzinfo=UTC)))
    assert closing.lapse(case, by=hand(cast.ada, at=datetime(2026, 11, 30, 23, 0, tzinfo=UTC)))  # midnight in Berlin
    assert not closing.lapse(case, by=hand(cast.ada, at=datetime(2026, 12, 9, tzinfo=UTC)))
    assert Line.objects.filter(type="case.keeping.lapsed").count() == 1


def test_the_worker_tells_of_every_case_that_was_kept_to_its_day(cast: Any) -> None:
    case = closed(cast)
    worker.keeping(0)
    assert not Line.objects.filter(type="case.keeping.lapsed").exists()
    Case.objects.filter(id=case.id).update(keep_until=clock.now().date() - timedelta(days=1))
    worker.keeping(0)
    worker.keeping(0)
    line = Line.objects.get(type="case.keeping.lapsed")
    assert (line.case, line.actor) == (case.number, "breachdesk")
    assert "have been kept to their day" in browser(cast.ada).get(f"/case/{case.number}/closing/").content.decode()


def test_erasing_takes_key_and_files_and_leaves_a_journal_that_proves_itself(cast: Any, tmp_path: Path) -> None:
    case = cast.bakery
    key = keys.key_for(case.number, AT)
    keys.vault().seal(case.number, "one", io.BytesIO(b"4929 1234 5678 9012"), key)
    place = keys.vault().place(case.number, "one")
    with pytest.raises(Refused, match="not_closed"):
        closing.erase(case, by=hand(cast.ada))
    case = closed(cast)
    with pytest.raises(Refused, match="no_approval"):
        closing.erase(case, by=hand(cast.ada))
    assert place.exists()
    client, address = browser(cast.ada), f"/case/{case.number}/closing/"
    now = clock.now()
    approved(cast, asks.ERASE, now)
    assert "not the number of this case" in client.post(address, {"do": "erase", "number": "2026-1"}).content.decode()
    assert place.exists()
    client.post(address, {"do": "erase", "number": case.number})
    assert not place.exists()
    kept = CaseKey.objects.get(case=case.number)
    assert (kept.wrapped, kept.destroyed_at is None) == (None, False)
    with pytest.raises(BadVault):
        keys.key_of(case.number)
    said = client.get(address).content.decode()
    assert "The data of this case are erased." in said
    assert "What remains" in said
    assert client.get(f"/case/{case.number}/").status_code == 200
    signer = Signer("desk.example/breachdesk", new_key("journal", Purpose.SIGN))
    export_case(case.number, tmp_path / "bag", signer=signer, by=hand(cast.ada, at=now))
    assert verify.verify(str(tmp_path / "bag"), signer.vkey, []).verdict == "intact"
    told = "".join(path.read_text("utf-8") for path in (tmp_path / "bag").rglob("*.jsonl"))
    assert "case.case.erased" in told
    assert "vault.key.destroyed" in told


def test_a_case_that_never_sealed_anything_is_erased_too(cast: Any) -> None:
    case = closed(cast)
    assert closing.erase(approved(cast, asks.ERASE), by=hand(cast.ben)).state == State.ERASED
    with pytest.raises(Refused, match="not_closed"):
        closing.reopen(case, by=hand(cast.ada))


def test_only_lead_and_counsel_see_the_page(cast: Any) -> None:
    address = f"/case/{cast.bakery.number}/closing/"
    assert browser(cast.ben, "ru").get(address).status_code == 200
    assert browser(cast.cara).get(address).status_code == 403
