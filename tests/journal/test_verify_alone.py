"""verify.py is one file that needs nothing: no package, no network, no new Python; it says plainly what it found."""

import ast
import json
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

from breachdesk.ground.canonical import canonical
from breachdesk.journal import Journal, attach_all, verify, write_manifest
from breachdesk.journal.journal import verify as shipped
from tests.journal.conftest import ADA, Open

SOURCE = Path(shipped.__file__)


@pytest.fixture
def pack(tmp_path: Path, open_journal: Open) -> Path:
    folder = tmp_path / "pack"
    with open_journal(folder / "journal") as journal:
        (folder / "report.html").write_text("<p>", encoding="utf-8")
        journal.write("assess.pack.written", actor=ADA, via="cli", attachments=attach_all(folder))
        journal.publish()
    write_manifest(folder)
    return folder


def alone(pack: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Isolated, without site-packages, from an empty place: standard library or nothing."""
    ask = [sys.executable, "-I", "-S", str(pack / "journal" / "verify.py"), *arguments]
    return subprocess.run(ask, capture_output=True, text=True, encoding="utf-8", cwd="/", timeout=60)


def test_started_bare_it_checks_the_pack_it_lies_in(pack: Path) -> None:
    told = alone(pack)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("INTACT.")
    assert "not whose key it is" in told.stdout
    assert "What this does not prove" in told.stdout
    assert not list(pack.rglob("__pycache__"))


def test_it_says_the_same_as_the_module_of_the_product(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "vkey").write_bytes((pack / "journal" / "log.vkey").read_bytes())
    (tmp_path / "earlier").write_bytes((pack / "journal" / "checkpoint").read_bytes())
    vkey = (tmp_path / "vkey").read_text().strip()
    (pack / "report.html").write_text("<b>", encoding="utf-8")
    told = alone(
        pack, str(pack), "--vkey", str(tmp_path / "vkey"), "--since", str(tmp_path / "earlier"), "--lang", "ru"
    )
    assert told.returncode == 1
    assert told.stdout == verify.tell(verify.verify(str(pack), vkey, [str(tmp_path / "earlier")]), "ru") + "\n"
    assert "report.html: отличается от записанного в журнале" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["/nowhere"], "no journal here"),
        (["--since", "/nowhere"], "no such checkpoint"),
        (["--proof", "a"], "go together"),
        (["--proof", "/nowhere", "--entry", "/nowhere"], "needs --vkey"),
        (["--proof", "/nowhere", "--entry", "/nowhere", "--vkey", "x"], "/nowhere"),
    ],
)
def test_nothing_to_check_is_exit_code_two(pack: Path, arguments: list[str], said: str) -> None:
    told = alone(pack, *arguments)
    assert (told.returncode, said in told.stderr, told.stdout) == (2, True, "")


def test_one_entry_can_be_proven_alone(pack: Path, tmp_path: Path, open_journal: Open) -> None:
    with open_journal(pack / "journal") as journal:
        (tmp_path / "one.tlog-proof").write_bytes(journal.proof(1))
        vkey = journal.vkey
    line = (pack / "journal" / "entries.jsonl").read_bytes().splitlines()[0]
    (tmp_path / "one.json").write_bytes(canonical(json.loads(line)["envelope"]))
    ask = ["--proof", str(tmp_path / "one.tlog-proof"), "--entry", str(tmp_path / "one.json"), "--vkey", vkey]
    assert alone(pack, *ask).returncode == 0
    (tmp_path / "one.json").write_bytes(b"{}")
    assert alone(pack, *ask).returncode == 1


def test_names_from_a_forged_pack_cannot_steer_the_terminal(pack: Path) -> None:
    (pack / "\x1b[2J\u202egpj.txt").write_text("", encoding="utf-8")
    told = alone(pack)
    assert told.returncode == 1
    assert "\x1b" not in told.stdout
    assert "\u202e" not in told.stdout
    assert "\\x1b[2J" in told.stdout


def test_it_imports_the_standard_library_alone_and_speaks_python_38() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {
        name.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    imported |= {str(node.module).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= set(sys.stdlib_module_names)
    assert not imported & {"socket", "urllib", "http", "ssl", "subprocess", "pickle", "ctypes"}
    newer = re.compile(
        r"removeprefix|removesuffix|file_digest|zip\(.*strict=|int\.bit_count|\bmatch\b.*:$", re.MULTILINE
    )
    assert not newer.search(SOURCE.read_text(encoding="utf-8"))


def test_every_word_is_said_in_both_languages_with_the_same_blanks() -> None:
    english, russian = verify.WORDS["en"], verify.WORDS["ru"]
    assert english.keys() == russian.keys()
    for code in english:
        blanks = [
            sorted(field for _, field, _, _ in string.Formatter().parse(text[code]) if field)
            for text in (english, russian)
        ]
        assert blanks[0] == blanks[1], code


def test_every_finding_has_words() -> None:
    text = SOURCE.read_text(encoding="utf-8")
    kinds = {"faults": "fault", "held": "held", "notes": "note", "unfinished": "unfinished"}
    said = re.findall(r'report\.(\w+)\.append\(\("(\w+)"', text)
    assert len(said) > 25
    assert {f"{kinds[where]}.{code}" for where, code in said} <= verify.WORDS["en"].keys()


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"envelope":null}', b"1" * 5000, b"\x00" * 100],
)
def test_rubbish_in_the_place_of_an_entry_is_a_finding_not_a_crash(pack: Path, line: bytes) -> None:
    path = pack / "journal" / "entries.jsonl"
    path.write_bytes(line + b"\n" + path.read_bytes())
    told = alone(pack)
    assert (told.returncode, told.stderr) == (1, "")
    assert told.stdout.startswith("NOT INTACT.")


@pytest.mark.parametrize("name", ["checkpoint", "log.vkey", "entries.jsonl", "../MANIFEST"])
@pytest.mark.parametrize("content", [b"", b"\xff" * 50, b"\n\n\n", b"x" * 5000, "\u2014 a b\n\n\u2014 a b\n".encode()])
def test_rubbish_in_the_place_of_a_file_is_a_finding_not_a_crash(pack: Path, name: str, content: bytes) -> None:
    (pack / "journal" / name).write_bytes(content)
    told = alone(pack)
    assert (told.returncode, told.stderr) == (1, "")


def test_a_journal_without_checkpoint_is_not_finished(tmp_path: Path, open_journal: Open) -> None:
    with open_journal(tmp_path / "journal") as journal:
        assert isinstance(journal, Journal)
        journal.write("scope.source.read", actor=ADA, via="cli")
        report = journal.verify()
    assert (report.verdict, report.exit_code) == ("unfinished", 1)
    assert [code for code, _ in report.unfinished] == ["no_checkpoint", "no_manifest"]
