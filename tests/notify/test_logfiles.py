"""A log that is put aside, packed, emptied or taken away while somebody reads it."""

import gzip
import os
import shutil
from pathlib import Path

import pytest

from breachdesk.notify.logfiles import end_of, reading


def write(path: Path, text: str, at: int) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)
    os.utime(path, (at, at))


def read(path: Path, end: str = "") -> tuple[list[str], bool]:
    with reading(path, end) as (lines, whole):
        return [line.rstrip("\n") for line in lines], whole


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "mail.log"
    write(path, "before\n", 100)
    return path


def test_it_is_read_on_from_where_it_ended(log: Path) -> None:
    end = end_of(log)
    assert read(log, end) == ([], True)
    write(log, "Привет\nafter\n", 101)
    assert read(log, end) == (["Привет", "after"], True)
    assert read(log) == (["before", "Привет", "after"], False)


def test_what_was_put_aside_since_is_read_in_its_order(log: Path, tmp_path: Path) -> None:
    end = end_of(log)
    write(log, "one\n", 101)
    log.rename(tmp_path / "mail.log.3")
    with gzip.open(tmp_path / "mail.log.2.gz", "wt") as file:
        file.write("two\n")
    os.utime(tmp_path / "mail.log.2.gz", (102, 102))
    write(tmp_path / "mail.log.1", "three\n", 103)
    write(tmp_path / "mail.log.4", "long ago\n", 50)
    write(log, "four\n", 104)
    assert read(log, end) == (["one", "two", "three", "four"], True)


def test_where_something_is_missing_it_says_so(log: Path, tmp_path: Path) -> None:
    end = end_of(log)
    write(log, "one\n", 101)
    log.rename(tmp_path / "mail.log-20261128")
    assert read_fails(log, end)  # put aside, and nothing there yet
    write(log, "two\n", 103)
    write(tmp_path / "mail.log-20261129.xz", "nobody can read it", 102)
    assert read(log, end) == (["two"], False)
    (tmp_path / "mail.log-20261129.xz").unlink()
    assert read(log, end) == (["one", "two"], True)
    with (
        open(tmp_path / "mail.log-20261128", "rb") as plain,
        gzip.open(tmp_path / "mail.log-20261128.gz", "wb") as file,
    ):
        shutil.copyfileobj(plain, file)
    (tmp_path / "mail.log-20261128").unlink()
    assert read(log, end) == (["two"], False)  # packed, it is another file


def read_fails(path: Path, end: str) -> bool:
    with pytest.raises(OSError, match=path.name):
        read(path, end)
    return True


def test_emptied_in_place_and_grown_again_it_is_not_taken_for_the_same(log: Path) -> None:
    end = end_of(log)
    os.truncate(log, 0)
    write(log, "x" * 90 + "\nnew\n", 102)
    assert read(log, end) == (["x" * 90, "new"], False)


def test_put_aside_at_the_moment_of_reading_nothing_is_believed(log: Path, tmp_path: Path) -> None:
    end = end_of(log)
    write(log, "one\n", 101)
    with reading(log, end) as (lines, whole):
        log.rename(tmp_path / "mail.log.1")
        write(log, "two\n", 102)
        assert whole
        with pytest.raises(OSError, match="put aside"):
            next(lines)


def test_a_log_that_cannot_be_seen_has_no_end(tmp_path: Path) -> None:
    assert end_of(tmp_path / "nothing") == ""
