"""Drafts are listed and shown; a receipt is kept, journalled, and known to the next run."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from breachdesk.cli.main import app, collect
from breachdesk.journal import read
from breachdesk.journal.verify import verify
from tests.assess.bakery import NOW, Desk, lay_out

collect()
DUTY = "eu.gdpr.art33"
FILED = "2026-11-21T09:30:00+00:00"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = lay_out(tmp_path)
    desk.assess()
    return desk


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["filings", *map(str, words)])


def receipt(desk: Desk, *words: object, number: str = "DE-2026-77", at: str = FILED) -> Result:
    given = ("--number", number, "--filed-at", at, "--key-folder", desk.keys, "--actor", "ada")
    return run("receipt", desk.pack, DUTY, *given, *words)


def test_drafts_are_listed_with_what_is_open(desk: Desk) -> None:
    done = run("list", desk.pack)
    assert done.exit_code == 0, done.output
    assert DUTY in done.output
    assert "not filed" in done.output
    assert "not legal advice" in done.output
    russian = run("list", desk.pack, "--language", "ru")
    assert "не подано" in russian.output
    told = json.loads(run("list", desk.pack, "--json").output)
    assert told["format"] == "breachdesk.filings/1"
    art33 = next(one for one in told["drafts"] if one["duty"] == DUTY)
    assert 0 < art33["open"] < art33["fields"]
    assert art33["filed"] == []


def test_one_draft_is_shown_field_by_field(desk: Desk) -> None:
    done = run("show", desk.pack, "eu-gdpr-33-sa")  # by its ref as well
    assert done.exit_code == 0, done.output
    assert "not yet known: organisation.what_happened" in done.output
    assert json.loads(run("show", desk.pack, DUTY, "--json").output)["duty"] == DUTY


def test_a_receipt_is_kept_journalled_and_known_to_the_next_run(desk: Desk) -> None:
    proof = desk.room / "answer.pdf"
    proof.write_bytes(b"%PDF-1.7 received")
    done = receipt(desk, "--proof", proof)
    assert done.exit_code == 0, done.output
    assert "DE-2026-77" in done.output
    assert verify(str(desk.pack), None, []).verdict == "intact"
    entry = [one for one in read(desk.pack) if one.type == "filing.receipt.recorded"][-1]
    assert entry.payload is not None
    assert (entry.actor.name, entry.payload["number"], entry.payload["late"]) == ("ada", "DE-2026-77", False)
    assert hashlib.sha256(proof.read_bytes()).hexdigest() in {one["sha256"] for one in entry.attachments}
    again = desk.assess(now=NOW + timedelta(hours=5))
    assert not again.unchanged
    assert DUTY in again.filed
    assert verify(str(desk.pack), None, []).verdict == "intact"
    assert (desk.pack / "filed" / DUTY / "1" / "proof.pdf").read_bytes() == proof.read_bytes()
    report = (desk.pack / "report.html").read_text(encoding="utf-8")
    assert "DE-2026-77" in report
    assert "1 of them is filed" in report
    assert DUTY not in (desk.pack / "calendar.ics").read_text(encoding="utf-8").replace("\r\n ", "")
    assert "Follow-up" in run("show", desk.pack, DUTY).output
    assert desk.assess(now=NOW + timedelta(hours=6)).unchanged


def test_a_late_filing_is_recorded_as_late(desk: Desk) -> None:
    late = receipt(desk, at="2026-11-24T09:30:00+00:00")
    assert late.exit_code == 0, late.output
    assert "after the due time" in late.output
    desk.assess(now=datetime(2026, 11, 26, tzinfo=UTC), at=datetime(2026, 11, 26, tzinfo=UTC))
    assert "after the due time" in (desk.pack / "report.html").read_text(encoding="utf-8")
    assert "late" in run("list", desk.pack).output


def test_a_plug_pulled_before_the_journal_is_mended_by_the_same_command(desk: Desk, monkeypatch: Any) -> None:
    def pulled(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as power:
        power.setattr("breachdesk.cli.filings._enter", pulled)
        assert receipt(desk).exit_code != 0
    assert (desk.pack / "filed" / DUTY / "1" / "receipt.json").is_file()
    done = receipt(desk)
    assert done.exit_code == 0, done.output
    assert [path.name for path in (desk.pack / "filed" / DUTY).iterdir()] == ["1"]
    assert [one.type for one in read(desk.pack)].count("filing.receipt.recorded") == 1
    assert verify(str(desk.pack), None, []).verdict == "intact"
    assert receipt(desk).exit_code == 2  # now it is recorded, once


@pytest.mark.parametrize(
    ("number", "at", "words"),
    [
        ("N", "2026-11-21", "write the hour and the zone"),
        ("N", "yesterday", "--filed-at"),
        ("", FILED, "write what the authority gave"),
        ("N", "2099-01-01T00:00:00Z", "lies in the future"),
    ],
)
def test_what_cannot_be_right_is_refused_and_leaves_no_trace(desk: Desk, number: str, at: str, words: str) -> None:
    before = sum(1 for _ in read(desk.pack))
    done = receipt(desk, number=number, at=at)
    assert done.exit_code == 2
    assert words in done.output
    assert not (desk.pack / "filed").exists()
    assert sum(1 for _ in read(desk.pack)) == before
    assert verify(str(desk.pack), None, []).verdict == "intact"


def test_a_folder_that_is_no_pack_is_named(tmp_path: Path) -> None:
    for words in (("list",), ("show", DUTY)):
        done = run(words[0], tmp_path, *words[1:])
        assert done.exit_code == 2
        assert str(tmp_path) in done.output


def test_what_follows_a_filing_runs_from_its_receipt(tmp_path: Path) -> None:
    desk = lay_out(tmp_path)
    sheet = desk.room / "facts.yaml"
    sheet.write_text(sheet.read_text().replace("main_establishment: DE", "main_establishment: DE-BE"))
    desk.assess()
    before = _duty(desk, "de.berlin.supplement")
    assert "time.notification_sent" in before["missing"]
    assert receipt(desk).exit_code == 0
    desk.assess(now=NOW + timedelta(hours=5))
    after = _duty(desk, "de.berlin.supplement")
    assert "time.notification_sent" not in after["missing"]
    assert after["clock"]["from"] == "time.notification_sent"
    assert "as its receipt says: 2026-11-21 10:30 +01:00" in after["clock"]["steps"][0]
    assert after["due"] != before["due"]
    changes = json.loads((desk.pack / "changes.json").read_text(encoding="utf-8"))
    moved = next(one for one in changes["changes"] if one["id"] == "de.berlin.supplement")
    assert (moved["kind"], moved["reasons"][0]["cause"]) == ("moved", "clock")


def _duty(desk: Desk, name: str) -> dict[str, Any]:
    told = json.loads((desk.pack / "duties.json").read_text(encoding="utf-8"))
    return next(one for one in told["duties"] if one["id"] == name)


def test_a_damaged_receipt_stops_the_next_run_before_it_writes(desk: Desk) -> None:
    receipt(desk)
    (desk.pack / "filed" / DUTY / "1" / "receipt.json").write_text("{")
    with pytest.raises(Exception, match=r"receipt\.json: damaged"):
        desk.assess()
