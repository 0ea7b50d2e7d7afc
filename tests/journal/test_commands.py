"""`breachdesk journal show` and `verify`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from breachdesk.journal import attach_all, verify, write_manifest
from tests.journal.casebags import Made
from tests.journal.conftest import ADA, Open

COMMAND = "import sys; from breachdesk.cli.main import run; sys.argv[0] = 'breachdesk'; run()"


def breachdesk(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", COMMAND, "journal", *arguments], capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def pack(tmp_path: Path, open_journal: Open) -> Path:
    folder = tmp_path / "pack"
    with open_journal(folder / "journal") as journal:
        (folder / "report.html").write_text("<p>", encoding="utf-8")
        journal.write("scope.source.read", actor=ADA, via="cli", payload={"source": "a\x1b[2Jb"})
        journal.write("assess.pack.written", actor=ADA, via="cli", attachments=attach_all(folder))
        journal.publish()
    write_manifest(folder)
    return folder


def test_show_prints_each_entry_on_a_line_of_its_own(pack: Path) -> None:
    told = breachdesk("show", str(pack))
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines() == [
        '     1  2026-11-20T18:05:01Z  ada/lead  scope.source.read  source="a\\u001b[2Jb"',
        "     2  2026-11-20T18:05:02Z  ada/lead  assess.pack.written",
    ]


def test_show_as_json_and_by_type(pack: Path) -> None:
    told = breachdesk("show", str(pack), "--json", "--type", "assess.")
    shown = json.loads(told.stdout)
    assert shown["format"] == "breachdesk.journal/1"
    assert [(entry["seq"], entry["type"], entry["actor"]) for entry in shown["entries"]] == [
        (2, "assess.pack.written", "ada")
    ]
    assert shown["entries"][0]["names"] == ["pack:report.html"]


def test_verify_answers_as_the_verifier_in_the_pack_does(pack: Path) -> None:
    vkey = (pack / "journal" / "log.vkey").read_text().strip()
    told = breachdesk("verify", str(pack), "--vkey", vkey)
    assert (told.returncode, told.stdout) == (0, verify.tell(verify.verify(str(pack), vkey)) + "\n")
    (pack / "report.html").write_text("<b>", encoding="utf-8")
    told = breachdesk("verify", str(pack), "--json", "--lang", "ru")
    assert (told.returncode, json.loads(told.stdout)["verdict"]) == (1, "broken")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["verify", "/nowhere"], "no journal here"),
        (["show", "/nowhere"], "no journal here"),
        (["verify", ".", "--lang", "xx"], "en, ru"),
    ],
)
def test_unusable_arguments_are_one_clear_line(arguments: list[str], said: str) -> None:
    told = breachdesk(*arguments)
    assert (told.returncode, told.stdout) == (2, "")
    assert said in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_show_reads_the_export_of_a_case_too(made: Made) -> None:
    told = breachdesk("show", str(made.bag), "--json")
    assert told.returncode == 0, told.stderr
    assert {entry["case"] for entry in json.loads(told.stdout)["entries"]} == {"alfa"}


def test_a_reader_that_has_had_enough_is_no_fault(made: Made) -> None:
    alone = subprocess.Popen(
        [sys.executable, str(made.bag / "verify.py"), str(made.bag)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert alone.stdout is not None
    assert alone.stderr is not None
    alone.stdout.close()
    assert (alone.wait(60), alone.stderr.read()) == (0, b"")
    alone.stderr.close()
