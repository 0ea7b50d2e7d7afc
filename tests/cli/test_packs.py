"""By which law a case is judged: seen, kept, compared; what an organisation lays over it is never unseen."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from breachdesk.cli.main import app, collect
from breachdesk.ground.shelf import BadPack, Shelf, our_shelf, shipped
from breachdesk.law import kept, shelf

collect()
AT = ("--at", "2026-11-27T08:00:00Z")
SHEET = """\
breach.personal_data: true
breach.confidentiality: true
data.encrypted: false
time.discovered: 2026-11-25
people:
  - {residence: US-CA, count: 501, elements: [name, gov_id.us.ssn], minor: false}
"""


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "facts.yaml"
    path.write_text(SHEET, encoding="utf-8")
    return path


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Files of an organisation's own, laid over ours while the test lasts."""
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv("BREACHDESK_PACKS", str(folder))
    our_shelf.cache_clear()

    def lay(path: str, text: str) -> Path:
        goal = folder / path
        goal.parent.mkdir(parents=True, exist_ok=True)
        goal.write_text(text, encoding="utf-8")
        return folder

    yield lay
    monkeypatch.undo()
    our_shelf.cache_clear()


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def duties(document: str) -> dict[str, Any]:
    return {duty["id"]: duty for duty in json.loads(document)["duties"]}


REMOVED = 'removed: true\nwhy: "counsel: not our business"\n'


def test_a_duty_goes_only_by_a_file_that_says_so_and_every_output_tells_it(own: Any, sheet: Path) -> None:
    own("law/us/ca/ag.yaml", REMOVED)
    done = run("duties", sheet, "--json", *AT)
    assert done.exit_code == 1
    assert "us.ca.ag" not in duties(done.stdout)
    (warning,) = [line for line in json.loads(done.stdout)["warnings"] if "us/ca/ag.yaml" in line]
    assert "takes law/us/ca/ag.yaml out of the law: counsel: not our business" in warning
    assert warning in run("duties", sheet, *AT).stderr
    russian = run("duties", sheet, "--language", "ru", *AT)
    assert "убирает из законов law/us/ca/ag.yaml" in russian.stderr
    shown = run("packs", "show")
    assert "REMOVES law/us/ca/ag.yaml" in shown.stdout
    assert shown.exit_code == 1


def test_a_duty_that_is_weakened_is_told_with_what_was_changed(own: Any, sheet: Path) -> None:
    ours = (shipped() / "law/us/ca/ag.yaml").read_text(encoding="utf-8")
    assert "n: 500" in ours
    own("law/us/ca/ag.yaml", ours.replace("n: 500", "n: 5000"))
    done = run("duties", sheet, "--json", *AT)
    assert duties(done.stdout)["us.ca.ag"]["verdict"] == "not_owed"
    assert any("law/us/ca/ag.yaml (people)" in line for line in json.loads(done.stdout)["warnings"])
    laid = json.loads(run("packs", "show", "--json").stdout)["laid"]
    assert [(one["path"], one["how"], one["keys"]) for one in laid] == [("law/us/ca/ag.yaml", "changed", ["people"])]


def test_what_only_adds_or_says_the_same_is_no_warning(own: Any, sheet: Path) -> None:
    ours = (shipped() / "law/us/ca/ag.yaml").read_text(encoding="utf-8")
    own("law/us/ca/ag.yaml", ours + "# read by counsel\n")
    own("law/us/ca/own_rule.yaml", ours.replace("us.ca.ag", "us.ca.own_rule"))
    done = run("duties", sheet, "--json", *AT)
    assert done.exit_code == 0, done.output
    assert "us.ca.own_rule" in duties(done.stdout)
    shown = run("packs", "show")
    assert "adds law/us/ca/own_rule.yaml" in shown.stdout
    assert "law/us/ca/ag.yaml" not in shown.stdout


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("law/us/ca/ag.yaml", "removed: true\n"),
        ("law/us/ca/ag.yaml", "removed: true\nwhy: ' '\n"),
        ("law/us/ca/ag.yaml", "removed: yes\nwhy: because\n"),
        ("law/us/ca/ag.yaml", "removed: true\nwhy: because\nid: us.ca.ag\n"),
        ("law/us/ca/nothing_there.yaml", REMOVED),
    ],
)
def test_a_removal_that_does_not_say_why_or_removes_nothing_is_refused(
    own: Any, sheet: Path, path: str, text: str
) -> None:
    own(path, text)
    done = run("duties", sheet, *AT)
    assert done.exit_code == 2
    assert Path(path).name in done.stderr


def test_a_case_is_judged_again_by_the_packs_that_were_kept(own: Any, sheet: Path, tmp_path: Path) -> None:
    own("law/us/ca/ag.yaml", REMOVED)
    file = tmp_path / "then.json.gz"
    assert run("packs", "export", "--to", file).exit_code == 0
    then = json.loads(run("duties", sheet, "--json", *AT).stdout)
    (tmp_path / "own/law/us/ca/ag.yaml").unlink()
    now = json.loads(run("duties", sheet, "--json", *AT).stdout)
    assert now["packs"]["sha256"] != then["packs"]["sha256"]
    again = json.loads(run("duties", sheet, "--json", "--packs", file, *AT).stdout)
    assert again["packs"] == then["packs"]
    assert again["duties"] == then["duties"]
    assert any(line.startswith("own takes law/us/ca/ag.yaml") for line in again["warnings"])
    twice = run("packs", "export", "--to", file)
    assert twice.exit_code == 2
    assert "not overwritten" in twice.stderr


def test_what_an_update_changes_for_an_open_case_is_told(own: Any, sheet: Path, tmp_path: Path) -> None:
    ours = (shipped() / "law/us/ca/ag.yaml").read_text(encoding="utf-8")
    own("law/us/ca/ag.yaml", ours.replace("n: 500", "n: 5000"))
    file = tmp_path / "update.json.gz"
    run("packs", "export", "--to", file)
    (tmp_path / "own/law/us/ca/ag.yaml").unlink()
    done = run("packs", "diff", sheet, "--with", file, *AT)
    told = " ".join(done.stdout.split())
    assert "changed law/us/ca/ag.yaml in: people" in told
    assert "No longer owed: Sample letter to the Attorney General" in told
    document = json.loads(run("packs", "diff", sheet, "--with", file, "--json", *AT).stdout)
    assert document["files"] == [{"path": "law/us/ca/ag.yaml", "how": "changed", "keys": ["people"]}]
    assert [(one["id"], one["kind"]) for one in document["changes"]] == [("us.ca.ag", "fell_away")]
    same = run("packs", "diff", sheet, "--with", shipped(), "--language", "ru", *AT)
    assert "Это один и тот же набор." in same.stdout
    assert same.exit_code == 0


def test_a_case_that_was_judged_by_other_packs_says_so(own: Any, sheet: Path) -> None:
    run("facts", "set", sheet, "breach.malicious=yes", *AT)
    assert "other packs" not in run("duties", sheet, *AT).stderr
    ours = (shipped() / "law/us/ca/ag.yaml").read_text(encoding="utf-8")
    own("law/us/ca/own_rule.yaml", ours.replace("us.ca.ag", "us.ca.own_rule"))
    done = run("duties", sheet, "--json", *AT)
    assert done.exit_code == 1
    assert "This case was last judged by other packs of law" in done.stderr
    assert any("other packs of law" in line for line in json.loads(done.stdout)["warnings"])


def test_the_same_packs_make_the_same_file() -> None:
    law = shelf.load()
    assert kept.bundle(our_shelf(), law.version) == kept.bundle(our_shelf(), law.version)


@pytest.mark.parametrize(
    "name", ["../../evil.yaml", "/etc/evil.yaml", "law/../../evil.yaml", "law/a.py", "law/\x00.yaml", "x.yaml"]
)
def test_a_file_of_packs_cannot_write_elsewhere(tmp_path: Path, name: str) -> None:
    layer = {"folder": "x", "files": {name: "a: 1"}}
    document = {"format": "breachdesk.packs/1", "version": "1", "sha256": "0" * 64, "layers": [layer]}
    file = tmp_path / "evil.json.gz"
    file.write_bytes(gzip.compress(json.dumps(document).encode()))
    with pytest.raises(BadPack, match="no file of packs holds"), kept.opened(file):
        pass
    assert not list(tmp_path.rglob("evil.yaml"))


def test_what_is_no_file_of_packs_or_was_changed_is_refused(sheet: Path, tmp_path: Path) -> None:
    whole = json.loads(gzip.decompress(kept.bundle(our_shelf(), "v")))
    whole["layers"][0]["files"]["law/us/ca/ag.yaml"] += "# changed\n"
    wrong = {
        "text": b"packs",
        "empty": b"",
        "cut": kept.bundle(our_shelf(), "v")[:-2000],
        "list": gzip.compress(b"[]"),
        "changed": gzip.compress(json.dumps(whole).encode()),
    }
    for name, content in wrong.items():
        file = tmp_path / name
        file.write_bytes(content)
        done = run("duties", sheet, "--packs", file)
        assert done.exit_code == 2, name
        assert len(done.stderr.strip().splitlines()) == 1
    assert run("duties", sheet, "--packs", tmp_path).exit_code == 2
    assert run("duties", sheet, "--packs", tmp_path / "nowhere").exit_code == 2


def test_packs_in_a_folder_are_judged_by(sheet: Path) -> None:
    with kept.opened(shipped()) as there:
        assert shelf.sha256_of(there) == shelf.load(Shelf()).sha256
    assert run("duties", sheet, "--packs", shipped(), *AT).exit_code == 0
