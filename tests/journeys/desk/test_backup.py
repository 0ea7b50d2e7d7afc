"""The whole desk in one sealed file and back: proven before anything is written, opened by its key alone."""

import hashlib
import io
import json
import os
import shutil
import tarfile
import threading
from pathlib import Path
from typing import Any

import pytest

from breachdesk.ground.keys import KeyRing, new_key
from breachdesk.ground.sealing import SealedReader, SealedWriter
from breachdesk.web.backup import BadBackup, files_of, may_be_in
from breachdesk.web.postgres import Postgres
from breachdesk.web.restore import prove
from tests.journeys.desk.conftest import CONTENT, Kept
from tests.journeys.desk.running import typed


def lies_in(data: Path) -> list[str]:
    return sorted(path.name for path in data.iterdir() if path.name != "lock")


def restored_item(data: Path) -> tuple[list[str], Any]:
    """Case numbers of the restored database, and its one item checked in the restored vault."""
    from django.conf import settings
    from django.db import connection

    from breachdesk.case.app.models import Case
    from breachdesk.vault.app import keys
    from breachdesk.vault.app.models import Item
    from tests.rooms import joined

    database = Postgres(data / "postgres")
    database.start()
    before, settings.DATA = settings.DATA, data
    try:
        joined(database.url())
        item = Item.objects.get()
        taken = keys.vault().check(item.case.number, item.sealed, keys.key_of(item.case.number))
        return list(Case.objects.order_by("number").values_list("number", flat=True)), (taken.sha256, item.sha256)
    finally:
        settings.DATA = before
        connection.close()
        database.stop()


def test_made_while_people_work_it_holds_one_moment_and_comes_back_whole(kept: Kept) -> None:
    from django.db import connection

    from breachdesk.case.app.actions import open_case
    from breachdesk.journal.app.models import Line
    from breachdesk.staff.app.models import Account
    from tests.cast import hand
    from tests.rooms import joined

    joined(kept.desk.postgres.url())
    done = threading.Event()

    def work() -> None:
        ada = Account.objects.get(email="ada@bakery.example")
        while not done.is_set():
            open_case("while it is backed up", lead=ada, by=hand(ada))
        connection.close()

    working = threading.Thread(target=work)
    working.start()
    try:
        path, said = kept.backup("busy.backup", "--with-keys")
    finally:
        done.set()
        working.join()
    made = Line.objects.get(type="web.backup.made")
    payload = json.loads(bytes(made.payload or b""))
    connection.close()
    assert payload["sha256"] in said
    assert "whoever opens this file can read everything" in said
    assert path.stat().st_mode & 0o077 == 0
    code, said, data = kept.restore(path, "again")
    assert code == 0, said
    assert f"Entries: {payload['entries']}," in said
    numbers, (found, expected) = restored_item(data)
    assert found == expected
    assert "2026-001" in numbers
    assert KeyRing(kept.folder / "again-keys").names() == KeyRing(kept.keys).names()
    assert (data / "restoring").exists() is False


def test_without_its_keys_it_says_so_and_evidence_stays_closed(kept: Kept) -> None:
    path, said = kept.backup("bare.backup")
    assert "NOT in it" in said
    assert not [name for name in members(path, kept.key) if name.startswith("keys/")]
    code, said, data = kept.restore(path, "bare")
    assert code == 0
    assert "another master key" in said
    assert CONTENT not in b"".join(found.read_bytes() for _, found in files_of(data))


def members(path: Path, key: Path) -> list[str]:
    with SealedReader(path, KeyRing(key).get("backup")) as plain, tarfile.open(fileobj=plain) as tar:
        return tar.getnames()


@pytest.fixture(scope="module")
def whole(kept: Kept) -> Path:
    return kept.backup("whole.backup")[0]


def test_neither_names_nor_values_can_be_read_in_it_without_the_key(kept: Kept, whole: Path) -> None:
    held = whole.read_bytes()
    assert b"maria@example.org" not in held
    assert b"ada@bakery" not in held
    KeyRing(kept.folder / "other").create("backup")
    code, said, data = kept.restore(whole, "never", kept.folder / "other")
    assert (code, said.count("\n")) == (2, 1)
    assert "sealed under key" in said
    assert lies_in(data) == []


@pytest.mark.parametrize("place", [0.1, 0.5, 0.98])
def test_one_changed_byte_is_found_before_anything_is_written(kept: Kept, whole: Path, place: float) -> None:
    broken = kept.folder / "broken.backup"
    shutil.copyfile(whole, broken)
    with broken.open("r+b") as file:
        file.seek(int(broken.stat().st_size * place))
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    code, said, data = kept.restore(broken, "never")
    assert (code, said.count("\n")) == (2, 1)
    assert lies_in(data) == []


def test_wherever_a_byte_is_changed_it_is_the_backup_that_is_to_blame(kept: Kept, whole: Path) -> None:
    """Also where it is found while the contents of a file are read, not the list of files."""
    broken, content, key = kept.folder / "broken.backup", bytearray(whole.read_bytes()), KeyRing(kept.key).get("backup")
    for place in range(0, len(content), 20_011):
        content[place] ^= 1
        broken.write_bytes(content)
        content[place] ^= 1
        with pytest.raises(BadBackup, match=r"broken\.backup"):
            prove(broken, key)


def test_a_cut_one_is_found(kept: Kept, whole: Path) -> None:
    cut = kept.folder / "cut.backup"
    cut.write_bytes(whole.read_bytes()[:-300_000])
    code, said, data = kept.restore(cut, "never")
    assert (code, said.count("\n")) == (2, 1)
    assert lies_in(data) == []


def test_it_is_put_back_into_an_empty_folder_only(kept: Kept, whole: Path) -> None:
    (kept.folder / "used").mkdir()
    (kept.folder / "used" / "letter.txt").write_text("mine")
    code, said, data = kept.restore(whole, "used")
    assert (code, lies_in(data)) == (2, ["letter.txt"])
    assert "not empty (letter.txt)" in said
    code, said, _ = kept.restore(whole, "desk")
    assert code == 2
    assert "at work in this folder" in said


def test_a_restore_that_was_broken_off_is_not_opened_as_a_desk(kept: Kept) -> None:
    half = kept.folder / "half"
    half.mkdir()
    (half / "restoring").write_text("")
    done = typed("serve", "--port", "18597", BREACHDESK_DATA=str(half))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "broken off" in done.stderr


def test_a_file_of_that_name_is_never_written_over(kept: Kept, whole: Path) -> None:
    before = whole.read_bytes()
    done = typed("backup", str(whole), "--key", str(kept.key), **kept.settings)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert whole.read_bytes() == before


def test_its_key_may_not_lie_with_the_desk_or_with_its_keys(kept: Kept) -> None:
    for place in (kept.desk.folder / "key", kept.keys):
        done = typed("backup", str(kept.folder / "no.backup"), "--key", str(place), **kept.settings)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert not (kept.folder / "no.backup").exists()


@pytest.mark.parametrize(
    "name",
    [
        "files/../x",
        "files/.hidden",
        "files/postgres/pg_hba.conf",
        "files/lock",
        "/etc/passwd",
        "keys/../x.key",
        "files/",
        "x",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused_even_under_the_right_key(name: str, tmp_path: Path) -> None:
    key, path = new_key(), tmp_path / "hostile.backup"
    with SealedWriter(path, key) as sealed, tarfile.open(fileobj=sealed, mode="w|") as tar:
        member = tarfile.TarInfo(name)
        member.size = 1
        tar.addfile(member, io.BytesIO(b"x"))
    with pytest.raises(BadBackup, match="no part of a backup"):
        prove(path, key)
    assert not may_be_in(name)


def test_a_link_in_it_is_refused(tmp_path: Path) -> None:
    key, path = new_key(), tmp_path / "link.backup"
    with SealedWriter(path, key) as sealed, tarfile.open(fileobj=sealed, mode="w|") as tar:
        member = tarfile.TarInfo("files/vault/a/b")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)
    with pytest.raises(BadBackup, match="no part of a backup"):
        prove(path, key)


@pytest.mark.parametrize(("content", "fits"), [(b"sealed", True), (b"Sealed", False)])
def test_its_manifest_speaks_of_every_byte(content: bytes, fits: bool, tmp_path: Path) -> None:
    key, path = new_key(), tmp_path / "made.backup"
    about = json.dumps({"format": "breachdesk.backup/1"}).encode()
    sums = {
        name: [len(said), hashlib.sha256(said).hexdigest()]
        for name, said in (("about.json", about), ("files/a", b"sealed"))
    }
    manifest = json.dumps({"files": sums}).encode()
    with SealedWriter(path, key) as sealed, tarfile.open(fileobj=sealed, mode="w|") as tar:
        for name, said in (("about.json", about), ("files/a", content), ("manifest.json", manifest)):
            member = tarfile.TarInfo(name)
            member.size = len(said)
            tar.addfile(member, io.BytesIO(said))
    if fits:
        assert prove(path, key)["files"] == 1
        return
    with pytest.raises(BadBackup, match="not what its manifest says"):
        prove(path, key)
