"""`breachdesk exposure`: ranges with sources, who must confirm, in both languages."""

import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from breachdesk.cli.exposure import _show
from breachdesk.cli.main import app, collect
from breachdesk.ground.shelf import our_shelf
from breachdesk.report.words import read

collect()
FACTS = """\
entity.role: controller
entity.establishments: [DE]
entity.main_establishment: DE
entity.turnover: {amount: 800000000, currency: EUR}
breach.personal_data: true
breach.confidentiality: true
risk.gdpr: high
time.aware: 2026-11-20T16:25:00+01:00
"""


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "facts.yaml"
    path.write_text(FACTS, encoding="utf-8")
    return path


def told(sheet: Path, *words: str) -> str:
    done = CliRunner().invoke(app, ["exposure", str(sheet), "--at", "2026-11-20T20:00+01:00", *words])
    assert done.exit_code in (0, 1), done.output
    return " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("up to 10,000,000 EUR or 2 % of the worldwide turnover, the higher of the two", "up to 16,000,000 EUR",
                "Not legal advice: counsel confirms every sum", "GDPR Art. 33(1)", "Checked on 2026-11-")),
        ("ru", ("до 10 000 000 EUR или 2 % мирового оборота, большее из двух", "до 16 000 000 EUR",
                "Не юридическая консультация", "Проверено: 2026-11-")),
    ],
)  # fmt: skip
def test_it_says_the_law_the_range_and_who_confirms(sheet: Path, language: str, words: tuple[str, ...]) -> None:
    text = told(sheet, "--language", language).replace("\xa0", " ").replace("\u202f", " ")
    assert not [one for one in words if one not in text]


def test_without_turnover_it_asks_for_it(sheet: Path) -> None:
    sheet.write_text(FACTS.replace("entity.turnover: {amount: 800000000, currency: EUR}\n", ""), encoding="utf-8")
    assert "Give entity.turnover" in told(sheet)


def test_as_one_document(sheet: Path) -> None:
    document = json.loads(told(sheet, "--json"))
    assert document["format"] == "breachdesk.exposure/1"
    assert "Not legal advice" in document["legal"]
    assert "eu.gdpr" in {one["order"] for one in document["laws"]}


def test_nothing_at_stake_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    _show([], read(our_shelf(), "en"), Console(width=200))
    told = capsys.readouterr().out
    assert "does not mean that nothing can be imposed" in told
    assert "Not legal advice" in told
