"""Folders: a steady order, names that do not clash, links and devices and closed files named."""

import os
from pathlib import Path

import pytest

from breachdesk.scope.readers import Limits, intake
from breachdesk.scope.readers.formats import plain
from tests.scope.readers.gathered import gather

CSV = "id,mail\n1,ann@example.org\n2,bob@example.org\n3,cy@example.org\n"


def test_sources_are_named_by_their_path_in_the_folder(tmp_path: Path) -> None:
    for name in ("b/x.csv", "a/x.csv", "x.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(CSV)
    sink = gather(tmp_path)
    assert sorted(sink.tables) == ["a/x.csv", "b/x.csv", "x.csv"]
    assert sink.advanced == 3 * len(CSV)


def test_two_files_of_one_name_stay_apart(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.csv").write_text(CSV)
    sink = gather(tmp_path / "a" / "x.csv", tmp_path / "b" / "x.csv")
    assert [table.count for table in sink.tables.values()] == [3, 3]


def test_links_devices_and_closed_files_are_named_and_the_rest_read(tmp_path: Path) -> None:
    folder, outside = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    outside.mkdir()
    (outside / "secret.csv").write_text(CSV)
    (folder / "good.csv").write_text(CSV)
    (folder / "inside.csv").symlink_to(folder / "good.csv")
    (folder / "file.csv").symlink_to(outside / "secret.csv")
    (folder / "folder").symlink_to(outside)
    (folder / "nowhere").symlink_to(outside / "gone")
    os.mkfifo(folder / "pipe")
    sink = gather(folder, tmp_path / "missing")
    assert sink.codes == {
        "file.csv": ["link_outside"],
        "folder": ["link_outside"],
        "nowhere": ["link_outside"],
        "pipe": ["not_a_file"],
        "missing": ["not_found"],
    }
    assert list(sink.tables) == ["good.csv"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_nobody_may_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(CSV)
    (tmp_path / "x.csv").chmod(0)
    assert gather(tmp_path).codes == {"x.csv": ["no_permission"]}


def test_a_link_that_closes_a_circle_does_not_go_round(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(CSV)
    (tmp_path / "again").symlink_to(tmp_path)
    sink = gather(tmp_path)
    assert list(sink.tables) == ["x.csv"]


def test_names_that_would_play_with_a_terminal_are_made_harmless(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m\n.csv").write_text(CSV)
    sink = gather(tmp_path)
    assert list(sink.tables) == ["a\ufffd[31m\ufffd.csv"]


def test_too_many_files_are_named(tmp_path: Path) -> None:
    for place in range(5):
        (tmp_path / f"{place}.csv").write_text(CSV)
    sink = gather(tmp_path, limits=Limits(members=3))
    assert len(sink.tables) == 3
    assert ["too_many_members"] in sink.codes.values()


@pytest.mark.parametrize(
    ("name", "content", "code", "kind"),
    [
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(100), "not_read_yet", "image"),
        ("report.txt", b"%PDF-1.7\n%%EOF", "not_read_yet", "pdf"),
        (
            "letter.eml",
            b"From: a@example.org\nTo: b@example.org\nMessage-ID: <1@example.org>\n\nhello\n",
            "not_read_yet",
            "mail",
        ),
        ("box", b"From a@example.org Sat Jan  3\nFrom: a@example.org\nReceived: x\n\nhi\n", "not_read_yet", "mail"),
        ("x.bin", bytes(range(256)) * 20, "unknown_kind", "unknown"),
        ("x.dump", b"PGDMP\x01\x0e\x00" + bytes(50), "not_read_yet", "pg-custom-dump"),
        ("x.gpg", b"-----BEGIN PGP MESSAGE-----\n\nabc\n", "encrypted", "encrypted"),
    ],
)
def test_what_is_not_read_is_said_plainly(tmp_path: Path, name: str, content: bytes, code: str, kind: str) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "good.csv").write_text(CSV)
    sink = gather(tmp_path)
    assert code in sink.codes[name]
    assert sink.refused[0][1] == kind
    assert list(sink.tables) == ["good.csv"]


def test_a_name_that_lies_is_named_and_the_content_read(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_text(CSV)
    (tmp_path / "data.xlsx").write_text(CSV)
    (tmp_path / "data.txt").write_text(CSV)
    sink = gather(tmp_path)
    assert [table.count for table in sink.tables.values()] == [3, 3, 3]
    assert sink.codes == {"data.xlsx": ["lying_name"], "photo.png": ["lying_name"]}


def test_an_empty_file_is_read_and_empty(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"")
    sink = gather(tmp_path)
    assert sink.tables["x.csv"].count == 0
    assert not sink.codes


def test_text_is_read_line_by_line_whatever_the_ends_of_lines(tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_bytes("Позвонить Анне\r\nthen Bob\n\nlast".encode("cp1251"))
    table = gather(tmp_path).tables["n.txt"]
    assert table.kind == "text"
    assert table.rows == [("Позвонить Анне",), ("then Bob",), (None,), ("last",)]


def test_a_long_line_of_text_is_read_in_pieces_and_named(tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_bytes(b"first\n" + b"word " * 2_000_000 + b"ann@example.org\nlast\n")
    table = gather(tmp_path).tables["n.txt"]
    assert set(table.codes) == {"split_line"}
    assert "ann@example.org" in (table.rows[-2][0] or "")
    assert table.rows[-1] == ("last",)


def test_every_file_in_formats_brings_a_reader() -> None:
    assert len(intake.readers()) >= 13


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_lines_of_text_are_the_same_however_the_file_is_cut(
    tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Анна звонила\r\n\r\nthen Bob\rthen\n\n\r\nlast\r\n" * 5 + "no end"
    (tmp_path / "n.txt").write_bytes(text.encode())
    monkeypatch.setattr(plain, "_BLOCK", size)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert gather(tmp_path).tables["n.txt"].rows == [(line or None,) for line in lines]
