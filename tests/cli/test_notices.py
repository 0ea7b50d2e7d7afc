"""`breachdesk notices` as counsel and other programs see it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from breachdesk.cli.main import app, collect
from breachdesk.notify.drafts import write_notices
from breachdesk.notify.library import our_library
from breachdesk.scope.shapes import Cohort
from tests.notify.bakery import FACTS, brief

collect()
BAD = "We write to you.\n\nHackers took the files of 1,204 residents.\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["notices", *map(str, arguments)], env={"COLUMNS": "200"})


def letter(folder: Path, text: str = BAD, name: str = "letter.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def pack(folder: Path) -> Path:
    people = [
        Cohort("US-MA", frozenset({"name", "gov_id.us.ssn"}), "en", "no", 600_000),
        Cohort("DE", frozenset({"name", "email"}), "de", "no", 4),
    ]
    facts = {**FACTS, "hold.law_enforcement": None}
    write_notices(folder, people, brief(facts))
    (folder / "facts.used.json").write_text(json.dumps(facts), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("language", "words"), [("en", "May not stand in this letter"), ("ru", "Здесь этого писать нельзя")]
)
def test_a_letter_that_fails_says_where_and_by_which_law(tmp_path: Path, language: str, words: str) -> None:
    done = run("check", letter(tmp_path), "--residence", "US-MA", "--language", language)
    assert done.exit_code == 1
    assert words in done.stdout
    assert "1,204 residents" in done.stdout
    assert "c. 93H s. 3(b)" in done.stdout


def test_one_document_for_other_programs(tmp_path: Path) -> None:
    done = run("check", letter(tmp_path), "--law", "us-ma", "--elements", "name,gov_id.us.ssn", "--json")
    told = json.loads(done.stdout)
    assert told["format"] == "breachdesk.notice-check/1"
    (one,) = told["letters"]
    assert (one["rules"], one["residence"]) == (["us-ma"], "US-MA")
    hit = next(row for row in one["findings"] if row["check"] == "number_of_people")
    assert (hit["outcome"], hit["line"], hit["words"]) == ("failed", 3, "1,204 residents")
    assert told["substitute"][0]["allowed"] == "unknown"


def test_a_pack_is_checked_draft_by_draft_and_an_edited_draft_is_caught(tmp_path: Path) -> None:
    folder = pack(tmp_path / "pack")
    good = run("check", folder, "--json")
    assert good.exit_code == 0, good.stdout[-2000:]
    told = json.loads(good.stdout)
    assert len(told["letters"]) == 4
    assert {row["rule"]: row["allowed"] for row in told["substitute"]}["us-ma"] == "yes"
    draft = next(folder.glob("notices/us-ma-*/en.html"))
    draft.write_text(draft.read_text().replace("</main>", "<p>An intruder used malware.</p></main>"))
    assert run("check", folder).exit_code == 1
    assert run("check", folder, "--law", "gdpr").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "say whom it goes to"),
        (["--law", "us-xx"], "no rules named us-xx"),
        (["--residence", "Atlantis"], "is no place"),
        (["--residence", "DE", "--elements", "shoe_size"], "no such kind of data"),
        (["--residence", "DE", "--channel", "pigeon"], "--channel"),
        (["--residence", "DE", "--written-in", "fr"], "only en and ru"),
        (["--residence", "DE", "--language", "fr"], "not spoken here"),
        (["--residence", "DE", "--facts", "gone.yaml"], "gone.yaml"),
    ],
)
def test_unusable_input_is_named_and_ends_with_2(tmp_path: Path, arguments: list[str], words: str) -> None:
    done = run("check", letter(tmp_path), *arguments)
    assert done.exit_code == 2
    assert words in done.stderr


def test_files_that_are_no_letters_and_folders_that_are_no_packs_end_with_2(tmp_path: Path) -> None:
    assert run("check", letter(tmp_path, "", "empty.txt"), "--residence", "DE").exit_code == 2
    assert run("check", tmp_path).exit_code == 2
    (tmp_path / "notices").mkdir()
    (tmp_path / "notices" / "index.json").write_text('{"format": "breachdesk.notices/1", "cohorts": [{"files": []}]}')
    assert run("check", tmp_path).exit_code == 2


def test_a_pack_cannot_point_outside_itself(tmp_path: Path) -> None:
    folder = pack(tmp_path / "pack")
    index = folder / "notices" / "index.json"
    document = json.loads(index.read_text())
    document["cohorts"][0]["files"]["en"]["html"] = "../letter.html"
    letter(tmp_path, "<p>The words for you.</p>", "letter.html")
    index.write_text(json.dumps(document))
    done = run("check", folder)
    assert done.exit_code == 2
    assert "outside the pack" in done.stderr


@pytest.mark.parametrize(("language", "words"), [("en", "months of free"), ("ru", "Бесплатная защита")])
def test_rules_are_printed(language: str, words: str) -> None:
    done = run("rules", "--law", "us-ct", "--language", language)
    assert done.exit_code == 0
    assert "36a-701b" in done.stdout
    assert words in done.stdout or "Free services for 24 months" in done.stdout
    assert len(json.loads(run("rules", "--json").stdout)["rules"]) == len(our_library().rules)
