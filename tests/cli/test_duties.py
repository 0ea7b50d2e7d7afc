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
