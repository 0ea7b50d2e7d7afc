"""A case leaves the database as a bag that verify.py judges alone."""

import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from breachdesk.journal import BadBag, verify
from breachdesk.journal.note import Signer
from breachdesk.journal.shapes import Attachment, BadEntry
from tests.journal.app.test_writing import WRITER


def _write(ada: Any, case: str, **more: Any) -> None:
    from django.db import transaction

    from breachdesk.journal.app.actions import write

    with transaction.atomic():
        write("case.note.added", by=ada, case=case, **more)


def test_one_case_of_several_is_whole_and_says_nothing_of_the_others(
    desk: str, ada: Any, signer: Signer, tmp_path: Path
) -> None:
    from breachdesk.journal.app.actions import checkpoint
    from breachdesk.journal.app.export import export_case

    for number in range(9):
        _write(ada, ("bakery", "rye-and-sons")[number % 2], payload={"number": number})
    early = checkpoint(signer, ada.at)
    assert early is not None
    (tmp_path / "early").write_bytes(bytes(early.note))
    _write(ada, "bakery", payload={"advice": "between counsel and client"}, privileged=True)
    made = export_case("bakery", tmp_path / "bag", signer=signer, by=ada)
    _write(ada, "bakery")

    report = verify.verify(str(tmp_path / "bag"), signer.vkey, [str(tmp_path / "early")])
    assert report.verdict == "intact", report.faults
    entries = [json.loads(line) for line in (tmp_path / "bag/data/journal.jsonl").read_bytes().splitlines()]
    assert [one["envelope"]["case_seq"] for one in entries] == list(range(1, 8))
    assert entries[-2]["payload"] is None
    assert made.size == entries[-1]["envelope"]["seq"] == 11
    for path in (path for path in (tmp_path / "bag").rglob("*") if path.is_file()):
        assert b"rye-and-sons" not in path.read_bytes()
        assert b"between counsel" not in path.read_bytes()


def test_items_and_extras_go_with_it_by_their_digests(desk: str, ada: Any, signer: Signer, tmp_path: Path) -> None:
    from breachdesk.journal.app.export import export_case

    _write(ada, "bakery")
    item = b"id,name\n1,Ada\n"
    named = Attachment(hashlib.sha256(item).hexdigest(), len(item), "item:E-001/shop.csv")
    export_case(
        "bakery",
        tmp_path / "bag",
        signer=signer,
        by=ada,
        attachments=[named],
        items=[("E-001/shop.csv", io.BytesIO(item))],
    )
    assert verify.verify(str(tmp_path / "bag"), signer.vkey, []).verdict == "intact"
    (tmp_path / "bag/data/items/E-001/shop.csv").write_bytes(b"id,name\n1,Eve\n")
    assert verify.verify(str(tmp_path / "bag"), signer.vkey, []).verdict == "broken"


def test_a_bag_that_cannot_be_written_leaves_nothing_and_the_case_says_so(
    desk: str, ada: Any, signer: Signer, tmp_path: Path
) -> None:
    from breachdesk.journal.app.export import export_case
    from breachdesk.journal.app.models import Line

    _write(ada, "bakery")
    with pytest.raises(BadBag):
        export_case("bakery", tmp_path / "bag", signer=signer, by=ada, items=[("../../etc/passwd", io.BytesIO(b"x"))])
    assert list(tmp_path.glob("**/bag*")) == []
    types = Line.objects.order_by("seq").values_list("type", flat=True)
    assert list(types) == ["case.note.added", "journal.case.exported", "journal.export.failed"]
    export_case("bakery", tmp_path / "bag", signer=signer, by=ada)
    assert verify.verify(str(tmp_path / "bag"), signer.vkey, []).verdict == "intact"
    with pytest.raises(BadEntry, match="no entry of case"):
        export_case("nobody's", tmp_path / "none", signer=signer, by=ada)


def test_others_go_on_writing_while_a_bag_is_made(desk: str, ada: Any, signer: Signer, tmp_path: Path) -> None:
    """The item is as slow as a large one; what is written meanwhile is no part of the export."""
    from breachdesk.journal.app.export import export_case

    _write(ada, "bakery")
    ready = _writer_beside(desk)

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if not self.tell():
                assert ready() == "written\n"  # by another process, in the same case
            return super().read(size)

    named = Attachment(hashlib.sha256(b"large").hexdigest(), 5, "item:large")
    export_case(
        "bakery", tmp_path / "bag", signer=signer, by=ada, attachments=[named], items=[("large", Slow(b"large"))]
    )
    assert verify.verify(str(tmp_path / "bag"), signer.vkey, []).verdict == "intact"
    entries = (tmp_path / "bag/data/journal.jsonl").read_bytes().splitlines()
    assert json.loads(entries[-1])["envelope"]["type"] == "journal.case.exported"
    assert len(entries) == 2


def _writer_beside(desk: str) -> Callable[[], str]:
    """A process that writes one entry of the same case when it is told to; the answer is what it says."""

    def write() -> str:
        environment = {**os.environ, "BREACHDESK_DATABASE_URL": desk, "DJANGO_SETTINGS_MODULE": "breachdesk.settings"}
        code = WRITER.replace("print(number, flush=True)", 'print("written", flush=True)')
        done = subprocess.run(
            [sys.executable, "-c", code, "bakery", "1"], env=environment, capture_output=True, text=True, timeout=30
        )
        return done.stdout

    return write


def test_dated_checkpoints_go_with_the_case(desk: str, ada: Any, signer: Signer, tmp_path: Path) -> None:
    from breachdesk.journal.app.actions import checkpoint
    from breachdesk.journal.app.export import export_case
    from breachdesk.journal.app.models import Checkpoint

    _write(ada, "bakery")
    checkpoint(signer, ada.at)
    _write(ada, "bakery")
    made = checkpoint(signer, ada.at)
    assert made is not None
    token = b"\x30\x31\x04\x20" + hashlib.sha256(bytes(made.note)).digest()
    Checkpoint.objects.filter(size=made.size).update(token=token, token_from="an authority")
    export_case("bakery", tmp_path / "bag", signer=signer, by=ada)
    assert (tmp_path / "bag/data/tokens/002.tsr").read_bytes() == token
    report = verify.verify(str(tmp_path / "bag"), signer.vkey, [])
    assert report.verdict == "intact"
    assert [code for code, _ in report.notes].count("token") == 1


def test_the_whole_log_reads_as_the_journal_in_files(desk: str, ada: Any, signer: Signer, tmp_path: Path) -> None:
    from breachdesk.journal.app import reading
    from breachdesk.journal.app.actions import checkpoint

    for number in range(5):
        _write(ada, "ab"[number % 2], payload={"number": number})
    made = checkpoint(signer, ada.at)
    assert made is not None
    again = checkpoint(signer, ada.at)
    assert again is not None
    assert bytes(again.note) == bytes(made.note)
    folder = tmp_path / "journal"
    folder.mkdir()
    (folder / "entries.jsonl").write_bytes(b"".join(line + b"\n" for line in reading.lines()))
    (folder / "checkpoint").write_bytes(bytes(made.note))
    (folder / "log.vkey").write_text(signer.vkey + "\n")
    report = verify.verify(str(folder), signer.vkey, [])
    assert report.faults == []
    assert [code for code, _ in report.unfinished] == ["no_manifest"]  # a pack would have one; nothing else is amiss
