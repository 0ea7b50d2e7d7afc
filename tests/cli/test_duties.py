"""`duties` and `risk` as another program sees them: one document, clear errors, exit codes by contract."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from breachdesk.cli.main import app, collect

collect()
SHEET = """\
breach.personal_data: true
entity.role: controller
entity.main_establishment: FR
risk.gdpr: risk
time.aware: 2026-05-22T17:40:00+02:00
"""


def run(tmp_path: Path, text: str, *arguments: str) -> Result:
    path = tmp_path / "facts.yaml"
    path.write_text(text, encoding="utf-8")
    return CliRunner().invoke(app, [arguments[0], str(path), *arguments[1:]])


def test_duties_prints_one_document(tmp_path: Path) -> None:
    done = run(tmp_path, SHEET, "duties", "--json", "--at", "2026-05-23T00:00:00Z")
    found = json.loads(done.stdout)
    assert done.exit_code == 0
    assert found["evaluated_at"] == "2026-05-23T00:00:00Z"
    cnil = next(d for d in found["duties"] if d["ref"] == "eu-gdpr-33-sa")
    assert (cnil["verdict"], cnil["due"], cnil["recipient"]["name"]) == ("owed", "2026-05-25T17:40:00+02:00", "CNIL")


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Tell the supervisory authority"), ("ru", "Уведомить надзорный орган")]
)
def test_duties_are_read_in_two_languages(tmp_path: Path, language: str, word: str) -> None:
    done = run(tmp_path, SHEET, "duties", "--language", language, "--at", "2026-05-23T00:00:00Z")
    assert done.exit_code == 0
    assert word in " ".join(done.stdout.split())


def test_risk_prints_one_document(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        SHEET + "breach.malicious: true\nbreach.confidentiality: true\ndata.classes: [health]\n",
        "risk",
        "--json",
    )
    found = json.loads(done.stdout)
    assert done.exit_code == 0
    assert found["proposals"]["risk.gdpr"] == "high"
    assert found["severity"]["method"] == "ENISA"
    assert found["factors"]


@pytest.mark.parametrize("command", ["duties", "risk"])
def test_unusable_input_ends_with_two_and_a_line_per_problem(tmp_path: Path, command: str) -> None:
    done = run(tmp_path, "risk.gdpr: hgih\nbreach.malicios: true\n", command, "--json")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert [line.rpartition("facts.yaml:")[2][:1] for line in done.stderr.strip().splitlines()] == ["1", "2"]


def test_contradictions_end_with_one_and_the_answer_all_the_same(tmp_path: Path) -> None:
    done = run(tmp_path, SHEET + "time.occurred: 2026-06-01\n", "duties", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["duties"]
    assert "time.aware lies before time.occurred" in done.stderr


@pytest.mark.parametrize("arguments", [("--at", "yesterday"), ("--language", "de")])
def test_unusable_arguments_end_with_two(tmp_path: Path, arguments: tuple[str, str]) -> None:
    done = run(tmp_path, SHEET, "duties", *arguments)
    assert done.exit_code == 2
    assert arguments[0] in done.stderr


def test_duties_since_an_earlier_answer_say_what_changed(tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text(run(tmp_path, SHEET, "duties", "--json", "--at", "2026-05-23T00:00:00Z").stdout, encoding="utf-8")
    changed = SHEET.replace("risk.gdpr: risk", "risk.gdpr: unlikely")
    arguments = ("duties", "--since", str(old), "--at", "2026-05-24T00:00:00Z")
    told = " ".join(run(tmp_path, changed, *arguments).stdout.split())
    assert "No longer owed: Tell the supervisory authority" in told
    assert "a risk is unlikely (was: there is a risk)" in told
    russian = " ".join(run(tmp_path, changed, *arguments, "--language", "ru").stdout.split())
    assert "Больше не требуется: Уведомить надзорный орган" in russian
    assert "риск маловероятен (прежде: риск есть)" in russian
    document = json.loads(run(tmp_path, changed, *arguments, "--json").stdout)
    assert document["format"] == "breachdesk.changes/1"
    assert "fell_away" in {change["kind"] for change in document["changes"]}
    assert "Nothing has changed." in run(tmp_path, SHEET, *arguments).stdout


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"[]", b'{"format": "breachdesk.duties/1"}'])
def test_an_earlier_answer_that_is_none_ends_with_two(tmp_path: Path, content: bytes) -> None:
    old = tmp_path / "old.json"
    old.write_bytes(content)
    for path in (old, tmp_path / "nowhere.json"):
        done = run(tmp_path, SHEET, "duties", "--since", str(path))
        assert done.exit_code == 2
        assert len(done.stderr.strip().splitlines()) == 1
        assert "--since" in done.stderr
