"""`assess` as its user meets it: words, exit codes, and refusals that name what, where and what to do."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from breachdesk.cli.main import app, collect
from tests.assess.bakery import NOW, Desk, lay_out

collect()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return lay_out(tmp_path)


def run(desk: Desk, *more: str, **options: str) -> Result:
    given = {"--facts": desk.facts, "--out": desk.pack, "--key-folder": desk.keys, "--at": NOW.isoformat(), **options}
    words = [str(part) for pair in given.items() for part in pair]
    return CliRunner().invoke(app, ["assess", str(desk.evidence), *words, *more])


def test_it_ends_with_the_report_to_open(desk: Desk) -> None:
    done = run(desk)
    assert done.exit_code == 0, done.output
    assert done.stdout.rstrip().endswith(f"Open {desk.pack / 'report.html'}")
    assert "4 people in 3 places" in done.stdout
    assert (desk.pack / "journal" / "log.vkey").read_text().strip() in done.stdout


def test_it_speaks_russian(desk: Desk) -> None:
    done = run(desk, "--language", "ru")
    assert done.exit_code == 0, done.output
    assert f"Откройте {desk.pack / 'report.ru.html'}" in done.stdout
    assert "4 человека, 3 места жительства" in done.stdout


def test_what_was_not_read_is_named_with_what_to_do(desk: Desk) -> None:
    (desk.evidence / "old.zip").write_bytes(b"PK\x03\x04 half an archive")
    done = run(desk)
    assert done.exit_code == 1
    assert "old.zip" in done.stderr
    assert "1 source was not read" in done.stderr
    assert "quittenbaum" not in done.output.casefold()


def test_overdue_is_said_aloud(desk: Desk) -> None:
    done = run(desk, **{"--at": "2026-12-24T00:00:00Z"})
    assert done.exit_code == 1
    assert "overdue" in done.stderr


def refused(done: Result, *words: str) -> None:
    assert done.exit_code == 2, done.output
    assert len(done.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in done.stderr


def test_unusable_arguments_are_refused_with_one_line(desk: Desk) -> None:
    refused(run(desk, **{"--key-folder": str(desk.pack / "keys")}), "keys must lie outside")
    refused(run(desk, **{"--out": str(desk.evidence / "pack")}), "lies in the evidence")
    refused(run(desk, **{"--facts": str(desk.room / "none.yaml")}), "none.yaml")
    refused(run(desk, **{"--at": "yesterday"}), "--at")
    refused(run(desk, **{"--language": "tlh"}), "--language")
    inside = desk.evidence / "facts.yaml"
    inside.write_text(desk.facts.read_text())
    refused(run(desk, **{"--facts": str(inside)}), "lies in the evidence")
    inside.unlink()
    missing = CliRunner().invoke(app, ["assess", "nowhere", "--facts", str(desk.facts), "--out", str(desk.pack)])
    refused(missing, "nowhere", "no such file")
    assert not desk.pack.exists()


def test_a_plain_list_is_a_loud_exception(desk: Desk) -> None:
    done = run(desk, "--plain")
    assert done.exit_code == 0
    assert "NOT sealed" in done.stderr
    assert (desk.pack / "scope" / "people.parquet").read_bytes()[:4] == b"PAR1"
