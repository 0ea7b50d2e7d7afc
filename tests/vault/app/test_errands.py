"""What takes long is the worker's: hashing, sealing, copying; told on the page, begun again when broken off."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from breachdesk.journal.app.models import Line
from breachdesk.scope.app import tasks as scope
from breachdesk.vault.app import actions, errands, keys, sweeping
from breachdesk.vault.app.models import Custody, Errand, Item, State, Upload
from tests.cast import AT, browser, hand
from tests.vault.app.filling import origin
from tests.vault.app.test_items import DUMP, take, types, work

LATER = timedelta(days=1)


def begun(cast: Any, content: bytes = DUMP) -> Upload:
    upload = actions.begin_upload(cast.bakery, name="big.sql", size=len(DUMP), origin=origin(), by=hand(cast.ada))
    actions.add_part(upload, 0, content, now=AT)
    return upload


def test_handing_over_is_entered_at_once_and_hashed_by_the_worker(cast: Any) -> None:
    item = take(cast)
    lead, page = browser(cast.ada), f"/case/{cast.bakery.number}/evidence/E-001/"
    said = {"do": "hand", "giver": "Ada", "taker": "Police", "purpose": "complaint", "place": "Berlin"}
    assert lead.post(page, said).status_code == 302
    assert "being checked" in lead.get(page).content.decode()
    lead.post(page, {"do": "check"})
    assert work() == ["check", "check"]
    assert list(Custody.objects.order_by("id").values_list("deed", "whole")) == [
        ("taken", True),
        ("handed", True),
        ("checked", True),
    ]
    assert types(cast.bakery.number)[-3:] == ["vault.item.handed", "vault.item.checked", "vault.item.checked"]
    assert Line.objects.filter(type="vault.item.checked")[0].actor == cast.ada.email
    path = keys.vault().place(cast.bakery.number, item.sealed)
    path.write_bytes(path.read_bytes()[:-1])
    lead.post(page, {"do": "check"})
    work()
    told = lead.get(page).content.decode()
    assert "is not what was taken in" in told
    for errand in Errand.objects.all():
        lead.post(f"/case/{cast.bakery.number}/evidence/errands/{errand.id}/seen/")
    assert "is not what was taken in" not in lead.get(page).content.decode()


def test_sealing_that_was_broken_off_begins_again_and_leaves_one_item(
    cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begun(cast)
    errand = actions.finish_upload(upload, by=hand(cast.ada))
    folder = keys.vault().place(cast.bakery.number, "any").parent

    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    monkeypatch.setattr(actions, "_entered", killed)  # sealed, and not entered yet
    with pytest.raises(Killed):
        errands.do(errand)
    monkeypatch.undo()
    (folder / errand.said["sealed"]).write_bytes(b"what a killed process left")
    errand.refresh_from_db()
    assert errand.open
    assert work() == ["seal"]
    item = Item.objects.get()
    with actions.open_item(item, reason="to look", by=hand(cast.ada)) as content:
        assert content.read() == DUMP
    assert sorted(path.name for path in folder.iterdir()) == [item.sealed]
    assert not Upload.objects.exists()


def test_what_cannot_be_done_is_told_with_its_reason_and_nothing_is_lost(cast: Any) -> None:
    upload = begun(cast)
    actions.finish_upload(upload, by=hand(cast.ada))
    type(cast.bakery).objects.update(state="closed")
    work()
    errand = Errand.objects.get()
    assert (errand.state, errand.fault) == (State.FAILED, "case.refused.closed")
    assert actions.parts_of(upload, AT).size == len(DUMP)
    assert not Item.objects.exists()
    assert types(cast.bakery.number)[-1] == "vault.errand.failed"
    page = browser(cast.ada).get(f"/case/{cast.bakery.number}/evidence/").content.decode()
    assert "could not be sealed" in page


def test_a_file_of_the_servers_folder_is_copied_by_the_worker(cast: Any, tmp_path: Path) -> None:
    settings.INBOX = str(tmp_path)
    (tmp_path / "dump.sql").write_bytes(DUMP)
    number = cast.bakery.number
    said = {"name": "dump.sql", "acquired_at": "2026-11-20T10:00", "acquired_by": "Ada"}
    try:
        assert browser(cast.ada).post(f"/case/{number}/evidence/inbox/", said).status_code == 302
        assert work() == ["inbox"]
        assert Item.objects.get().name == "dump.sql"
        browser(cast.ada).post(f"/case/{number}/evidence/inbox/", said)
        (tmp_path / "dump.sql").unlink()
        work()
    finally:
        settings.INBOX = ""
    assert Errand.objects.latest("id").fault == "evidence.refused.not_in_inbox"


def test_an_upload_nobody_goes_on_with_is_told_after_a_week_and_abandoned_after_two(cast: Any) -> None:
    upload = begun(cast, DUMP[:100])
    folder = keys.vault().place(cast.bakery.number, f"u-{upload.id.hex}")
    os.utime(folder, (AT.timestamp(), AT.timestamp()))
    sweeping.sweep(AT + timedelta(days=6))
    upload.refresh_from_db()
    assert upload.told_at is None
    for day in (8, 9):
        sweeping.sweep(AT + timedelta(days=day))
    assert "stood still" in browser(cast.ada).get(f"/case/{cast.bakery.number}/evidence/").content.decode()
    assert types(cast.bakery.number) == ["vault.upload.started", "vault.upload.delayed"]
    os.utime(folder, (AT.timestamp() + 9 * 86400,) * 2)  # it went on after all
    sweeping.sweep(AT + timedelta(days=15))
    assert Upload.objects.exists()
    sweeping.sweep(AT + timedelta(days=24))
    assert not Upload.objects.exists()
    assert not folder.exists()
    assert types(cast.bakery.number)[-1] == "vault.upload.abandoned"


def test_what_killed_processes_left_in_clear_is_swept_and_what_is_in_use_is_not(cast: Any) -> None:
    take(cast)
    clear = keys.vault().place(cast.bakery.number, "w-s-gone")
    used = keys.vault().place(cast.bakery.number, "w-s-used")
    bag = settings.DATA / "export-77"
    for folder in (clear, used, bag):
        folder.mkdir(parents=True)
        (folder / "people.csv").write_bytes(DUMP)
    scope.Run.objects.create(case=cast.bakery, folder="s-used", state="reading", made_at=AT, made_by="ada")
    half = clear.parent / ".i-1.abc.part"
    half.write_bytes(b"half")
    os.utime(half, (AT.timestamp(), AT.timestamp()))
    (clear.parent / "aside").symlink_to(used)
    sweeping.sweep(AT + timedelta(days=2))
    assert [folder.exists() for folder in (clear, used, bag, half)] == [False, True, False, False]
