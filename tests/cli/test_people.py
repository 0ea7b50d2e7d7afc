"""A people list is opened with a reason, masked unless asked otherwise, and every look is in the journal first."""

import csv
import hashlib
import io
import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from breachdesk.cli.main import app, collect
from breachdesk.journal import read
from breachdesk.journal.verify import verify
from breachdesk.scope.leaving import cell
from tests.assess.bakery import SECRETS, Desk, lay_out

collect()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = lay_out(tmp_path)
    done = run(desk, "scope", str(desk.evidence), "--out", str(desk.pack))
    assert done.exit_code == 0, done.output
    return desk


def run(desk: Desk, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--key-folder", str(desk.keys)])


def test_scope_prints_the_summary_as_one_document(desk: Desk) -> None:
    done = run(desk, "scope", str(desk.evidence), "--out", str(desk.pack), "--json")
    found = json.loads(done.stdout)
    assert found["format"] == "breachdesk.scope/1"
    assert found["people"]["count"] == 4
    assert found["people"]["by_residence"] == {"DE": 2, "GB": 1, "US-CA": 1}
    assert found["people"]["by_element"]["card.number"] == 4
    assert (desk.pack / "people.parquet").read_bytes()[:4] != b"PAR1"


def test_files_of_somebody_else_are_not_overwritten(desk: Desk) -> None:
    out = desk.room / "desktop"
    out.mkdir()
    (out / "summary.json").write_text('{"my": "thesis"}')
    done = run(desk, "scope", str(desk.evidence), "--out", str(out))
    assert done.exit_code == 2
    assert "summary.json" in done.stderr
    assert [path.name for path in out.iterdir()] == ["summary.json"]
    assert (out / "summary.json").read_text() == '{"my": "thesis"}'


def test_people_are_shown_masked(desk: Desk) -> None:
    done = run(desk, "people", "show", str(desk.pack), "--reason", "check")
    assert done.exit_code == 0, done.output
    assert "4 people, shown 1 to 4" in done.stdout
    assert not any(secret in done.output for secret in SECRETS)


def test_whole_values_are_shown_when_asked_for_and_that_is_written_down(desk: Desk) -> None:
    done = run(desk, "people", "show", str(desk.pack), "--reason", "call  her", "--unmasked", "--person", "P00000001")
    assert "Quittenbaum" in done.stdout
    assert "Zwetschge" not in done.stdout
    entry = list(read(desk.pack))[-1]
    assert entry.type == "scope.people.shown"
    assert entry.payload is not None
    assert entry.payload["reason"] == "call her"
    assert (entry.payload["unmasked"], entry.payload["people"]) == (True, 1)
    assert verify(str(desk.pack), None, []).faults == []


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_without_a_reason_nothing_is_shown(desk: Desk, reason: str) -> None:
    done = run(desk, "people", "show", str(desk.pack), "--reason", reason, "--unmasked")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert not (desk.pack / "journal").exists()


def test_an_export_is_a_new_file_whose_digest_is_in_the_journal(desk: Desk) -> None:
    to = desk.room / "list.csv"
    done = run(desk, "people", "export", str(desk.pack), "--to", str(to), "--reason", "printer", "--unmasked")
    assert done.exit_code == 0, done.output
    entry = list(read(desk.pack))[-1]
    assert entry.payload is not None
    assert entry.payload["sha256"] == hashlib.sha256(to.read_bytes()).hexdigest()
    rows = list(csv.DictReader(io.StringIO(to.read_text("utf-8-sig"))))
    assert [row["names"] for row in rows][:2] == ["Anneliese Quittenbaum", "Berthold Zwetschge"]
    assert rows[0]["phones"].startswith("'+")
    assert to.stat().st_mode & 0o777 == 0o600
    again = run(desk, "people", "export", str(desk.pack), "--to", str(to), "--reason", "printer")
    assert again.exit_code == 2
    assert "not overwritten" in again.stderr


def test_an_export_to_parquet_is_masked_unless_asked_otherwise(desk: Desk) -> None:
    to = desk.room / "list.parquet"
    done = run(desk, "people", "export", str(desk.pack), "--to", str(to), "--reason", "r", "--residence", "US")
    assert done.exit_code == 0, done.output
    found = pl.read_parquet(to)
    assert found["residence"].to_list() == ["US-CA"]
    assert found["emails"].to_list() == [["c•••@example.com"]]


@pytest.mark.parametrize(
    "text", ["=1+1", "+49", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "\ufeff=1", "|cmd", "%0A", "＝1"]
)
def test_no_cell_begins_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"
    assert cell(f"a{text}") == f"a{text}"


def test_what_cannot_be_opened_is_told_in_one_line(desk: Desk, tmp_path: Path) -> None:
    lost = CliRunner().invoke(
        app, ["people", "show", str(desk.pack), "--reason", "r", "--key-folder", str(tmp_path / "other")]
    )
    assert lost.exit_code == 2
    assert "no key" in lost.stderr
    sealed = desk.pack / "people.parquet"
    sealed.write_bytes(sealed.read_bytes()[:-40])
    broken = run(desk, "people", "show", str(desk.pack), "--reason", "r")
    assert broken.exit_code == 2
    assert broken.stdout == ""
    assert len(broken.stderr.strip().splitlines()) == 1
    nothing = run(desk, "people", "show", str(desk.evidence), "--reason", "r")
    assert nothing.exit_code == 2
    assert "people.parquet" in nothing.stderr


def test_duties_open_a_list_that_the_fact_sheet_names(desk: Desk) -> None:
    desk.facts.write_text(desk.facts.read_text() + f"people: {desk.pack}\n")
    done = run(desk, "duties", str(desk.facts), "--json", "--at", "2026-11-21T00:00:00Z")
    assert done.exit_code == 0, done.output
    found = {duty["id"]: duty for duty in json.loads(done.stdout)["duties"]}
    assert found["us.ca.individuals"]["people"] == 1
