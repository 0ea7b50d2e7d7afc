"""What the documents say is there is there: links, commands, options, settings, formats, packs in the recipes."""

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from breachdesk.cli.main import app, collect

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
SETTING = re.compile(r"BREACHDESK_[A-Z_]+")
collect()


def command(words: str) -> list[str]:
    """The names of options that a command takes."""
    found = typer.main.get_command(app)
    for word in words.split():
        found = found.commands[word]  # type: ignore[attr-defined]
    return [option for parameter in found.params for option in (*parameter.opts, *parameter.secondary_opts)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs/guide").glob("*.md")])
def test_commands_and_options_that_pages_show_exist(page: Path) -> None:
    shown = re.findall(r"^ +(?:\.venv/bin/)?breachdesk ([^#\n]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    for line in shown:
        words = line.split()
        name = " ".join(words[: 2 if words[0] in ("people", "journal", "notices", "facts", "packs", "law") else 1])
        known = command(name)
        for option in re.findall(r"--[a-z-]+", line):
            assert option in known, f"{page.name}: breachdesk {name} has no {option}"


def test_the_readme_shows_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in typer.main.get_command(app).commands if f"breachdesk {name}" not in readme]  # type: ignore[attr-defined]
    assert not missing


def test_every_setting_in_the_code_is_documented_and_the_other_way_round() -> None:
    code = {name for path in (ROOT / "src").rglob("*.py") for name in SETTING.findall(path.read_text(encoding="utf-8"))}
    told = set(SETTING.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")))
    assert code == told


def test_every_public_format_has_its_page() -> None:
    formats = {
        found
        for path in (ROOT / "src").rglob("*.py")
        for found in re.findall(r'"breachdesk\.([a-z-]+)/\d+"', path.read_text(encoding="utf-8"))
    }
    inner = {"scope-work", "key", "people-index"}  # between two runs of one program, or within the vault
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs/formats").glob("*.md"))
    assert {name for name in formats - inner if f"breachdesk.{name}/" not in pages} == set()


def test_pages_that_the_code_names_are_there() -> None:
    named = {
        found
        for path in (*(ROOT / "src").rglob("*.py"), *(ROOT / "packs").rglob("*.yaml"))
        for found in re.findall(r"docs/[\w/-]+\.md", path.read_text(encoding="utf-8"))
    }
    assert len(named) > 10
    assert {one for one in named if not (ROOT / one).exists()} == set()


def test_every_language_of_the_commands_says_the_same_things() -> None:
    from breachdesk.ground.languages import LANGUAGES
    from breachdesk.ground.shelf import our_shelf
    from breachdesk.report.words import read_sayings

    said = {}
    for language in LANGUAGES:
        words = read_sayings(our_shelf(), f"messages/cli/{language}.yaml", language)
        said[language] = {key: places(saying) for key, saying in words.sayings.items()}
    assert said["en"] == said["ru"]


def places(saying: object) -> frozenset[str]:
    texts = saying.values() if isinstance(saying, dict) else [saying]
    return frozenset(place for text in texts for place in re.findall(r"\{(\w+)\}", str(text)))


def test_help_is_there_for_every_command() -> None:
    for name in ("assess", "scope", "duties", "risk", "people", "journal", "notices", "law"):
        done = CliRunner().invoke(app, [name, "--help"])
        assert done.exit_code == 0
        assert "Usage" in done.stdout
