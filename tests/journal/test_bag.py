"""MANIFEST lists every file of a pack, and tells of each change."""

import shutil
import subprocess
from pathlib import Path

import pytest

from breachdesk.ground.files import sha256_of
from breachdesk.journal import attach_all, check_manifest, write_manifest
from breachdesk.journal.bag import BadBag, refresh_manifest


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    (folder / "notices" / "de").mkdir(parents=True)
    (folder / "journal").mkdir()
    (folder / "report.html").write_text("<p>", encoding="utf-8")
    (folder / "notices" / "de" / "100 %.txt").write_text("", encoding="utf-8")
    (folder / "notices" / "line\nbreak.txt").write_text("x", encoding="utf-8")
    (folder / "journal" / "checkpoint").write_text("y", encoding="utf-8")
    write_manifest(folder)
    return folder


def faults(pack: Path) -> list[tuple[str, str]]:
    return [(code, details.get("name", "")) for code, details in check_manifest(pack).faults]


def test_the_list_is_in_the_syntax_of_bagit(pack: Path) -> None:
    lines = (pack / "MANIFEST").read_text(encoding="utf-8").splitlines()
    assert [line.split("  ", 1)[1] for line in lines] == [
        "journal/checkpoint",
        "notices/de/100 %25.txt",
        "notices/line%0Abreak.txt",
        "report.html",
    ]
    assert lines[-1].split("  ")[0] == sha256_of(pack / "report.html")
    assert check_manifest(pack).verdict == "intact"


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_sha256sum_reads_it_too(pack: Path) -> None:
    (pack / "notices" / "line\nbreak.txt").unlink()
    (pack / "notices" / "de" / "100 %.txt").unlink()
    write_manifest(pack)
    ask = ["sha256sum", "--check", "--strict", "--quiet", "MANIFEST"]
    assert subprocess.run(ask, cwd=pack, capture_output=True, timeout=60).returncode == 0
    (pack / "report.html").write_text("<b>", encoding="utf-8")
    assert subprocess.run(ask, cwd=pack, capture_output=True, timeout=60).returncode == 1


def test_changed_missing_and_added_files_are_told(pack: Path) -> None:
    (pack / "report.html").write_text("<b>", encoding="utf-8")
    (pack / "notices" / "de" / "100 %.txt").unlink()
    (pack / "extra").write_text("", encoding="utf-8")
    assert faults(pack) == [
        ("manifest_missing", "notices/de/100 %.txt"),
        ("manifest_changed", "report.html"),
        ("manifest_extra", "extra"),
    ]


@pytest.mark.parametrize(
    "line", ["no digest", "0" * 64 + "  ../outside", "0" * 64 + "  /etc/hostname", "0" * 64 + "  a//b", ""]
)
def test_a_line_that_leads_out_or_is_none_is_told_and_not_followed(pack: Path, line: str) -> None:
    with (pack / "MANIFEST").open("a") as file:
        file.write(line + "\n")
    assert [code for code, _ in faults(pack)] == ["manifest_line"]


def test_a_doubled_line_is_told(pack: Path) -> None:
    text = (pack / "MANIFEST").read_text()
    (pack / "MANIFEST").write_text(text + text.splitlines()[-1] + "\n")
    assert [code for code, _ in faults(pack)] == ["manifest_line"]


def test_links_are_not_listed_and_not_believed(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "same").write_text("<p>", encoding="utf-8")
    (pack / "report.html").unlink()
    (pack / "report.html").symlink_to(tmp_path / "same")
    assert faults(pack) == [("manifest_missing", "report.html")]
    with pytest.raises(BadBag):
        write_manifest(pack)


def test_a_pack_without_a_list_is_not_finished(tmp_path: Path) -> None:
    assert check_manifest(tmp_path).verdict == "unfinished"


def test_refreshing_touches_the_named_lines_alone(pack: Path) -> None:
    (pack / "report.html").write_text("changed behind our back", encoding="utf-8")
    (pack / "journal" / "checkpoint").write_text("grown", encoding="utf-8")
    (pack / "journal" / "verify.py").write_text("new", encoding="utf-8")
    refresh_manifest(pack, ["journal/checkpoint", "journal/verify.py"])
    assert faults(pack) == [("manifest_changed", "report.html")]


def test_what_a_run_binds_is_everything_but_journal_and_list(pack: Path) -> None:
    assert [item.name for item in attach_all(pack)] == [
        "pack:notices/de/100 %.txt",
        "pack:notices/line\nbreak.txt",
        "pack:report.html",
    ]
