"""Whatever speaks of law says: not legal advice, who must confirm it, what is uncertain; in both languages."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from breachdesk.cli.main import app, collect
from breachdesk.ground.shelf import shipped

collect()
FACTS = """\
entity.role: controller
entity.establishments: [DE, TH]
breach.personal_data: true
breach.confidentiality: true
risk.gdpr: high
time.aware: 2026-11-20T16:25:00+01:00
"""
SHEET = "facts.yaml"
COMMANDS = {
    "duties": ("duties", SHEET),
    "since": ("duties", SHEET, "--since", "before.json"),
    "risk": ("risk", SHEET),
    "exposure": ("exposure", SHEET),
    "search": ("law", "search", "california"),
    "show": ("law", "show", "eu.gdpr.art33"),
    "deadlines": ("law", "deadlines"),
    "check": ("law", "check", "us.wa"),
    "packs": ("packs", "show"),
    "diff": ("packs", "diff", SHEET, "--with", str(shipped())),
}
SAID = {
    "en": ("not legal advice", ("counsel", "confirm")),
    "ru": ("не юридическая консультация", ("юрист",)),
}


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / SHEET).write_text(FACTS, encoding="utf-8")
    done = CliRunner().invoke(app, ["duties", SHEET, "--json", "--at", "2026-11-20T20:00+01:00"])
    (tmp_path / "before.json").write_text(done.stdout, encoding="utf-8")
    return tmp_path


def run(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code in (0, 1), done.output
    return done.stdout


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", COMMANDS)
def test_every_answer_says_that_it_is_no_advice_and_who_confirms(room: Path, name: str, language: str) -> None:
    told = " ".join(run(*COMMANDS[name], "--language", language).split()).lower()
    advice, who = SAID[language]
    assert advice in told
    assert all(word in told for word in who)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("search", "show", "deadlines")])
def test_programs_are_told_as_well(room: Path, name: str) -> None:
    document = json.loads(run(*COMMANDS[name], "--json"))
    assert "not legal advice" in document["legal"].lower()


@pytest.mark.parametrize("name", ["search", "show", "deadlines"])
def test_programs_that_read_a_law_are_told_as_well(room: Path, name: str) -> None:
    assert "not legal advice" in json.loads(run(*COMMANDS[name], "--json"))["legal"]


def test_uncertain_duties_are_counted_where_duties_are_listed(room: Path) -> None:
    (room / SHEET).write_text(FACTS.replace("[DE, TH]", "[QA, KZ, BY, RU]"), encoding="utf-8")
    document = json.loads(run("duties", SHEET, "--json"))
    named = [
        one for one in document["duties"] if one["verdict"] not in ("not_owed",) and one["confidence"] == "uncertain"
    ]
    told = " ".join(run("duties", SHEET).split())
    assert named
    assert f"{len(named)} of the duties" in told
