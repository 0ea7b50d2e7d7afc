"""Evidence: sealed as it came, with its fingerprints, a chain of custody, and an end."""

import hashlib
import io
from typing import Any

import pytest
from django.db import connection

from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.vault.app import actions, keys, tasks
from breachdesk.vault.app.models import OPEN, CaseKey, Custody, Errand, Item, Upload
from breachdesk.vault.store import BadVault
from tests.cast import browser, hand
from tests.vault.app.filling import origin

DUMP = b"id,email\n1,ada@example.org\n" * 4_000


def take(cast: Any, content: bytes = DUMP) -> Item:
    return actions.take_in(cast.bakery, io.BytesIO(content), name="shop.csv", origin=origin(), by=hand(cast.ada))


def work() -> list[str]:
    """What the worker would do, done here: kinds of errands, in order."""
    done = []
    for errand in Errand.objects.filter(state__in=OPEN).order_by("id"):
        tasks.do.func(errand.id)
        done.append(errand.kind)
    return done


def types(number: str) -> list[str]:
    return list(
        Line.objects.filter(case=number, type__startswith="vault.").order_by("seq").values_list("type", flat=True)
    )


def test_what_comes_in_lies_sealed_with_its_fingerprints(cast: Any) -> None:
    item = take(cast)
    assert (item.label, item.size) == ("E-001", len(DUMP))
    assert item.sha256 == hashlib.sha256(DUMP).hexdigest()
    assert item.sha512 == hashlib.sha512(DUMP).hexdigest()
    raw = keys.vault().place(cast.bakery.number, item.sealed).read_bytes()
    assert b"ada@example.org" not in raw
    with actions.open_item(item, reason="to look", by=hand(cast.ada)) as content:
        assert content.read() == DUMP
    assert types(cast.bakery.number) == ["vault.item.taken", "vault.item.opened"]
    assert take(cast).label == "E-002"


def test_an_item_that_cannot_be_entered_leaves_nothing_in_the_vault(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    take(cast)
    folder = keys.vault().place(cast.bakery.number, "any").parent
    before = sorted(folder.iterdir())

    def full(*_: Any, **__: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(actions, "write", full)
    with pytest.raises(OSError, match="no space"):
        take(cast)
    assert sorted(folder.iterdir()) == before
    assert Item.objects.count() == 1


def test_an_upload_that_broke_off_goes_on_where_it_stood(cast: Any) -> None:
    lead, number = browser(cast.ada), cast.bakery.number
    said = {
        "name": "big.sql",
        "size": str(len(DUMP)),
        "acquired_at": "2026-11-20T10:00",
        "acquired_by": "Ada",
        "mark": "ab" * 32,
    }
    begun = lead.post(f"/case/{number}/evidence/uploads/", said).json()
    top = f"/case/{number}/evidence/uploads/{begun['upload']}/"

    def part(at: int, content: bytes) -> tuple[int, Any]:
        answer = lead.post(f"{top}part/?at={at}", content, content_type="application/octet-stream")
        return answer.status_code, answer.json().get("at")

    assert part(0, DUMP[:50_000]) == (200, 50_000)
    assert part(40_000, DUMP[40_000:50_000]) == (409, 50_000)
    assert lead.post(top, {"do": "finish"}, headers={"accept": "application/json"}).status_code == 409
    again = lead.post(f"/case/{number}/evidence/uploads/", said).json()
    assert (again["upload"], again["at"]) == (begun["upload"], 50_000)
    for other in ({"mark": "cd" * 32}, {"mark": ""}):  # the same name and size, another file
        new = lead.post(f"/case/{number}/evidence/uploads/", {**said, **other}).json()
        assert (new["upload"] != begun["upload"], new["at"]) == (True, 0)
        lead.post(f"/case/{number}/evidence/uploads/{new['upload']}/", {"do": "abandon"})
    assert lead.post(f"/case/{number}/evidence/uploads/", {**said, "size": "²"}).status_code == 400
    assert part(50_000, DUMP[50_000:] + b"more")[0] == 400
    assert part(50_000, DUMP[50_000:]) == (200, len(DUMP))
    ended = lead.post(top, {"do": "finish"}, headers={"accept": "application/json"})
    assert ended.json()["url"].endswith("/evidence/")
    lead.post(top, {"do": "finish"})  # twice is once
    page = lead.get(f"/case/{number}/evidence/").content.decode()
    assert "<progress" in page
    assert 'http-equiv="refresh"' in page
    assert work() == ["seal"]
    page = lead.get(f"/case/{number}/evidence/").content.decode()
    assert "E-001 is sealed, hashed" in page
    assert "<progress max=" not in page
    item = Item.objects.get()
    assert item.sha256 == hashlib.sha256(DUMP).hexdigest()
    assert not Upload.objects.exists()
    assert [path.name for path in keys.vault().place(number, "any").parent.iterdir()] == [item.sealed]
    assert types(number)[0] == "vault.upload.started"
    assert types(number)[-1] == "vault.item.taken"
    assert types(number).count("vault.upload.abandoned") == 2


def test_a_damaged_item_is_told_by_its_check_and_does_not_open(cast: Any) -> None:
    item = take(cast)
    assert actions.check(item, by=hand(cast.ben)).whole
    path = keys.vault().place(cast.bakery.number, item.sealed)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    assert actions.check(item, by=hand(cast.ben)).whole is False
    page = browser(cast.ada).get(f"/case/{cast.bakery.number}/evidence/E-001/").content.decode()
    assert "not whole" in page
    path.unlink()
    with pytest.raises(Refused, match="damaged"):
        actions.open_item(item, reason="to look", by=hand(cast.ada))


def test_it_goes_out_only_with_a_reason_and_as_a_file_nobody_shows(cast: Any) -> None:
    take(cast, b"<script>alert(1)</script>")
    lead, page = browser(cast.ada), f"/case/{cast.bakery.number}/evidence/E-001/"
    assert lead.post(page, {"do": "open", "reason": ""}).headers["Content-Type"].startswith("text/html")
    sent = lead.post(page, {"do": "open", "reason": "for the police"})
    assert b"".join(sent.streaming_content) == b"<script>alert(1)</script>"
    assert sent.headers["Content-Type"] == "application/octet-stream"
    assert sent.headers["Content-Disposition"].startswith("attachment;")
    assert Custody.objects.filter(deed="opened", purpose="for the police").count() == 1


def test_with_its_key_the_evidence_of_a_case_is_gone_and_the_journal_stays(cast: Any) -> None:
    item = take(cast)
    number = cast.bakery.number
    actions.destroy_key(number, reason="kept long enough", by=hand(cast.ada))
    assert CaseKey.objects.get(case=number).wrapped is None
    assert not keys.vault().place(number, "any").parent.exists()
    with pytest.raises(BadVault, match="destroyed"):
        keys.key_of(number)
    item.refresh_from_db()
    with pytest.raises(Refused, match="forgotten"):
        actions.open_item(item, reason="to look", by=hand(cast.ada))
    with pytest.raises(Refused, match="no_key"):
        actions.destroy_key(number, reason="again", by=hand(cast.ada))
    assert types(number)[-1] == "vault.key.destroyed"
    assert browser(cast.ada).get(f"/case/{number}/evidence/E-001/").status_code == 200


def test_two_who_bring_evidence_at_once_get_labels_without_a_gap(cast: Any) -> None:
    from threading import Thread

    case, by = cast.bakery, hand(cast.ada)
    keys.key_for(case.number, by.at)

    def bring() -> None:
        actions.take_in(case, io.BytesIO(DUMP), name="a.csv", origin=origin(), by=by)
        connection.close()

    threads = [Thread(target=bring) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert list(Item.objects.values_list("label", flat=True)) == [f"E-00{number}" for number in range(1, 6)]


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\0b", "x" * 256])
def test_a_name_that_is_none_is_refused(cast: Any, name: str) -> None:
    with pytest.raises(Refused, match="name"):
        actions.take_in(cast.bakery, io.BytesIO(b"x"), name=name, origin=origin(), by=hand(cast.ada))
