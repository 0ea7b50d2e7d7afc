"""A case leaves the database as a bag that verify.py judges alone."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from breachdesk.journal import BadBag, verify
from breachdesk.journal.note import Signer
from breachdesk.journal.shapes import Attachment, BadEntry


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
    import hashlib

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


def test_a_bag_that_cannot_be_written_was_not_given_away(desk: str, ada: Any, signer: Signer, tmp_path: Path) -> None:
    from breachdesk.journal.app.export import export_case
    from breachdesk.journal.app.models import CaseCount, Checkpoint

    _write(ada, "bakery")
    with pytest.raises(BadBag):
        export_case("bakery", tmp_path / "bag", signer=signer, by=ada, items=[("../../etc/passwd", io.BytesIO(b"x"))])
    assert CaseCount.objects.get(case="bakery").count == 1
    assert not Checkpoint.objects.exists()
    assert not (tmp_path / "bag").exists()
    with pytest.raises(BadEntry, match="no entry of case"):
        export_case("nobody's", tmp_path / "bag", signer=signer, by=ada)


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
