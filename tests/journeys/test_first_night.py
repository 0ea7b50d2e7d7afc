"""The first night, from stolen files to letters: the standing breach through the commands its reader would type."""

import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bench.score import score
from breachdesk.standing import breach, facts
from tests.report.reading import read as page_of

HERE = Path(__file__).resolve().parents[2]
AT = "2026-11-20T20:00+01:00"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Evidence of the standing breach, with a pack made of it."""
    out = tmp_path_factory.mktemp("night")
    breach.write(out, seed=7, people=90)
    facts.write(out / "facts.yaml")
    done = typed(out, "assess", "evidence", "--facts", "facts.yaml", "--out", "pack", "--at", AT)
    assert done.returncode == 0, done.stderr  # every place has its law on the shelf: nothing to warn of
    assert not done.stderr
    return out


def typed(room: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a person would type in the folder of the room; keys and home lie in the room."""
    command = [sys.executable, "-c", "from breachdesk.cli.main import run; run()", *words]
    around = {**os.environ, "HOME": str(room), "XDG_DATA_HOME": str(room / "data"), **environment}
    return subprocess.run(command, cwd=room, env=around, text=True, capture_output=True, timeout=300)


def test_the_list_is_true_to_what_was_stolen(room: Path) -> None:
    found = score(room / "pack" / "scope", room / "truth.json")
    assert found.mixed == 0
    assert found.people_error <= 0.1  # of ninety, each pair that no key joins weighs much
    assert found.recall >= 0.95
    assert found.fields_false == []


def test_the_report_answers_in_both_languages(room: Path) -> None:
    english = page_of((room / "pack" / "report.html").read_text(encoding="utf-8"))
    russian = page_of((room / "pack" / "report.ru.html").read_text(encoding="utf-8"))
    assert "Personal data was copied by an attacker" in english.text()
    assert "1 h 40 min" in english.text()
    assert "1 ч 40 мин" in russian.text()
    for page in (english, russian):
        for link in page.all("a"):
            target = link.attributes.get("href", "")
            if target and not target.startswith("#") and "://" not in target:
                assert (room / "pack" / target).exists(), f"the report links to {target}"


def test_each_duty_to_tell_an_authority_has_its_filing(room: Path) -> None:
    duties = json.loads((room / "pack" / "duties.json").read_text())["duties"]
    owed = [d["id"] for d in duties if d["verdict"] == "owed" and d["recipient"]["type"] == "authority" and d["due"]]
    assert owed
    for duty in owed:
        assert (room / "pack" / "filings" / f"{duty}.html").is_file(), duty


def test_a_stranger_with_python_alone_can_check_the_pack(room: Path) -> None:
    vkey = (room / "pack" / "journal" / "log.vkey").read_text().strip()
    command = [sys.executable, "-I", "-S", str(room / "pack" / "journal" / "verify.py"), "--vkey", vkey]
    done = subprocess.run(command, cwd="/", text=True, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("INTACT")


def test_an_answer_moves_the_duties_and_keeps_what_was(room: Path) -> None:
    asked = json.loads((room / "pack" / "duties.json").read_text())["questions"]
    fact = next(q["fact"] for q in asked if q["fact"] == "ru.subjects_rights_violated")
    before = (room / "facts.yaml").read_text(encoding="utf-8")
    (room / "facts.yaml").write_text(f"{before}\n{fact}: true\n", encoding="utf-8")
    done = typed(room, "assess", "evidence", "--facts", "facts.yaml", "--out", "pack", "--at", AT)
    assert done.returncode == 0, done.stderr
    assert "The earlier version was kept in pack/previous/20261120T190000Z" in done.stdout
    after = {duty["id"]: duty for duty in json.loads((room / "pack" / "duties.json").read_text())["duties"]}
    assert after["ru.pdn.primary"]["verdict"] == "owed"
    assert typed(room, "journal", "verify", "pack").returncode == 0
    (room / "facts.yaml").write_text(before, encoding="utf-8")


def test_evidence_from_criminals_is_named_and_the_rest_read(room: Path) -> None:
    evil = room / "evil"
    evil.mkdir()
    (evil / "good.csv").write_text("name,email\n" + "".join(f"Person N{n},n{n}@example.com\n" for n in range(40)))
    (evil / "cut.gz").write_bytes(gzip.compress(b"name,email\n" + b"Ann,ann@example.org\n" * 9000)[:-400])
    (evil / "bomb.zip").write_bytes(bomb())
    (evil / "climb.zip").write_bytes(zipped({"../../../etc/cron.d/x": b"name,email\nBob,bob@example.org\n"}))
    (evil / "<img src=x onerror=alert(1)>.csv").write_text("name,email\n=cmd|' /C calc'!A0,eve@example.org\n")
    (evil / "xml.xlsx").write_bytes(zipped({"[Content_Types].xml": b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'}))
    (evil / "lying.parquet").write_text("just a letter to nobody\n")
    for name in (b"\xff\xfe.csv", b"a\x1b[31m\nb.csv", b"\xe2\x80\xae<b>.csv", b"x" * 240 + b".csv"):
        Path(os.fsdecode(os.fsencode(evil) + b"/" + name)).write_text("name,email\nZoe,zoe@example.org\n")
    (evil / "nul.csv").write_bytes(b"name,email\nNul\0,nul@example.org\n")
    (evil / "way-out").symlink_to("/etc/passwd")
    (evil / "long.txt").write_text("x" * 10_000_000)
    done = typed(room, "assess", "evil", "--facts", "facts.yaml", "--out", "pack-evil", "--at", AT)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    told = {
        name: name in done.stderr for name in ("cut.gz", "bomb.zip", "climb.zip", "lying.parquet", "way-out", "nul")
    }
    assert all(told.values()), told
    summary = json.loads((room / "pack-evil" / "scope" / "summary.json").read_text())
    assert summary["people"]["by_source"]["good.csv"] == 40
    assert not any("passwd" in source["source"] for source in summary["sources"])
    report = (room / "pack-evil" / "report.html").read_text(encoding="utf-8")
    assert "<img" not in report
    assert "\x1b" not in report + done.stderr + done.stdout
    assert "\u202e" not in report + done.stderr
    assert "bomb.zip" in report
    assert not Path("/etc/cron.d/x").exists()
    assert typed(room, "journal", "verify", "pack-evil").returncode == 0


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def bomb() -> bytes:
    return zipped({"zeros.csv": b"0" * 300_000_000})
