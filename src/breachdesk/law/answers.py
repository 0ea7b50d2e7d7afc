"""The answers of a fact sheet: who said what, when and why; every version stays (docs/formats/facts.md).

The sheet stays a flat file for the hand; its history lies beside it in a log of lines, each bound to the one before by
its digest. What was said lies beside the chain under a salted promise, as in the journal: erased, the chain holds.
A line is on disk before the sheet is written, so a kill between the two is made good by the next run.
"""

import fcntl
import hashlib
import json
import math
import os
import secrets
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from breachdesk.ground.canonical import canonical
from breachdesk.ground.clock import Clock, rfc3339
from breachdesk.ground.files import sync_folder, write_whole
from breachdesk.law import facts, written
from breachdesk.law.facts import BadFacts
from breachdesk.law.vocabulary import Facts

VERSION = 1
_LONGEST_LINE = 8 << 20
_EXACT = 2**53


class State(StrEnum):
    ANSWERED = "answered"
    UNKNOWN = "unknown"  # asked, and nobody knows (yet)
    FOUND = "found"  # the sheet said so, or no longer did, when it was opened: written by hand


class BadLog(Exception):
    """A log that cannot be used, or somebody else is writing it: says which, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The law an answer was judged by."""

    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of the log. `value` None: not known; `erased`: it was, and was taken out for good."""

    seq: int
    at: str  # RFC 3339
    by: str
    fact: str
    state: State
    value: Any
    why: str
    rules: Rules
    erased: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    answer: Answer
    digest: str  # of its entry: what the next line names
    before: str
    after: str


def log_of(sheet: Path) -> Path:
    """`facts.yaml` -> `facts.log.jsonl`."""
    return sheet.with_name(f"{sheet.stem}.log.jsonl")


def history(sheet: Path) -> tuple[Answer, ...]:
    """Every answer, the oldest first; none where there is no log. Raises BadLog when the log was changed."""
    return tuple(line.answer for line in _read(log_of(sheet))[0])


def head(sheet: Path) -> str:
    """The digest that stands for the whole history; empty without one."""
    lines = _read(log_of(sheet))[0]
    return lines[-1].digest if lines else ""


def latest(answers: Sequence[Answer]) -> dict[str, Answer]:
    """The last word on each fact."""
    return {answer.fact: answer for answer in answers}


class Book:
    """A sheet with its history, open for one writer."""

    def __init__(self, sheet: Path, words: Facts, clock: Clock, by: str, rules: Rules) -> None:
        self.path, self.by, self.rules = sheet.resolve(), by, rules
        self._words, self._clock = words, clock
        self._handle = -1

    @classmethod
    def open(cls, sheet: Path, *, words: Facts, clock: Clock, by: str, rules: Rules) -> Self:
        """Take up a sheet (made with the first answer when absent). What a killed run left half-done is finished, what
        was changed by hand is noted. Raises BadFacts (the sheet), BadLog."""
        book = cls(sheet, words, clock, by, rules)
        text = book._text()
        facts.load(text, str(sheet))
        book._lock()
        try:
            book._take_up()
        except BaseException:
            book.close()
            raise
        return book

    @property
    def answers(self) -> tuple[Answer, ...]:
        return tuple(line.answer for line in self._lines)

    @property
    def noted(self) -> tuple[Answer, ...]:
        """What this run found written by hand."""
        return tuple(one for one in self.answers[self._before :] if one.state is State.FOUND)

    def value(self, name: str) -> Any:
        """What the sheet says of it; None: nothing."""
        raw, _ = facts.load(self._text(), str(self.path))
        return written.value_of(raw, name)

    def answer(self, name: str, value: Any, *, why: str = "", state: State | None = None) -> bool:
        """Keep one answer; `value` None: nobody knows yet. Whether the sheet changed. Raises BadFacts, BadLog."""
        text = self._text()
        self._note_hand(text)
        raw, _ = facts.load(text, str(self.path))
        there = written.value_of(raw, name)
        made = text if value is None and there is None else written.put(text, name, value, str(self.path))
        self._check(name, value)
        said = state or (State.UNKNOWN if value is None else State.ANSWERED)
        self._append([(name, said, value, why)], _sha(text), _sha(made))
        if made != text or not self.path.exists():
            self._write(made)
        return made != text

    def _check(self, name: str, value: Any) -> None:
        """One answer alone, as the sheet will be read. A people list named by its path is read when it is counted."""
        if value is not None and not (name == "people" and isinstance(value, str)):
            facts.parse({name: plain(value)}, where=str(self.path), vocabulary=self._words)

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
        self._handle = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- the sheet

    def _text(self) -> str:
        if not self.path.exists():
            return ""
        return text_of(self.path)

    def _write(self, text: str) -> None:
        mode = stat.S_IMODE(self.path.stat().st_mode) if self.path.exists() else 0o600
        try:
            write_whole(self.path, text, mode=mode)
        except OSError as error:
            raise BadFacts(
                [f"{self.path}: cannot be written ({error.strerror}); the answer is in {log_of(self.path).name}"]
            ) from error

    # --- the log

    def _lock(self) -> None:
        log = log_of(self.path)
        if self.path.exists() and not self.path.stat().st_mode & 0o222:
            raise BadFacts([f"{self.path}: is read-only; allow yourself to write it (chmod u+w) and ask again"])
        try:
            new = not log.exists()
            self._handle = os.open(log, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
            if new:
                sync_folder(log.parent)
        except OSError as error:
            raise BadLog(f"{log}: cannot be written ({error.strerror}); answers are kept beside the sheet") from error
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.close()
            raise BadLog(f"{log}: another run is asking on this sheet; wait for it to end") from error

    def _take_up(self) -> None:
        self._lines, whole = _read(log_of(self.path))
        self._before = len(self._lines)
        if os.fstat(self._handle).st_size > whole:  # a line that was never acknowledged
            os.ftruncate(self._handle, whole)
        text = self._text()
        if self._lines and self._lines[-1].after != _sha(text) and self._lines[-1].before == _sha(text):
            last = self._lines[-1].answer
            if last.state is not State.FOUND:
                text = written.put(text, last.fact, last.value, str(self.path))
                self._write(text)
        self._note_hand(text)

    def _note_hand(self, text: str) -> None:
        """What the sheet says otherwise than the log: somebody wrote it by hand."""
        raw, _ = facts.load(text, str(self.path))
        there = {name: plain(value) for name, value in written.flat(raw, self._words.find).items()}
        told = {name: one.value for name, one in latest(self.answers).items() if not one.erased}
        erased = {name for name, one in latest(self.answers).items() if one.erased}
        found = [
            (name, State.FOUND, there.get(name), "")
            for name in dict.fromkeys((*there, *told))
            if name not in erased and there.get(name) != told.get(name)
        ]
        if found:
            self._append(found, _sha(text), _sha(text))

    def _append(self, said: Sequence[tuple[str, State, Any, str]], before: str, after: str) -> None:
        lines: list[_Line] = []
        data = b""
        for name, state, value, why in said:
            last = lines[-1] if lines else self._lines[-1] if self._lines else None
            salt = secrets.token_bytes(32)
            content = {"value": plain(value), "why": why}
            entry = {
                "v": VERSION,
                "seq": last.answer.seq + 1 if last else 1,
                "prev": last.digest if last else "",
                "at": rfc3339(self._clock()),
                "by": self.by,
                "fact": name,
                "state": state.value,
                "before": before,
                "after": after,
                "law": {"version": self.rules.version, "sha256": self.rules.sha256},
                "said_hash": hashlib.sha256(salt + canonical(content)).hexdigest(),
            }
            whole = canonical({"entry": entry, "said": content, "salt": salt.hex()})
            if len(whole) >= _LONGEST_LINE:
                raise BadFacts([f"{self.path}: {name} is too long for an answer; name the people list by its path"])
            data += whole + b"\n"
            lines.append(_parsed(entry, content))
        try:
            rest = memoryview(data)
            size = os.fstat(self._handle).st_size
            while rest:
                rest = rest[os.write(self._handle, rest) :]
            os.fsync(self._handle)
        except OSError as error:
            os.ftruncate(self._handle, size)
            raise BadLog(
                f"{log_of(self.path)}: the answer could not be written ({error.strerror}); make room"
            ) from error
        self._lines = (*self._lines, *lines)

    _lines: tuple[_Line, ...] = ()
    _before: int = 0  # lines that were there when it was opened


def text_of(path: Path) -> str:
    """A sheet that answers may edit. Raises BadFacts."""
    try:
        if not path.is_file():
            raise BadFacts([f"{path}: is no file; give the path of a fact sheet"])
        if path.stat().st_size > written.LARGEST:
            size = path.stat().st_size
            raise BadFacts([f"{path}: {size:,} bytes are too many to answer in; name the people list by its path"])
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFacts([f"{path}: cannot be read ({type(error).__name__}); give the path of a UTF-8 file"]) from error
    return text


def plain(value: Any) -> Any:
    """A value of a sheet as JSON holds it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _EXACT:
        return str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _parsed(entry: Mapping[str, Any], said: Mapping[str, Any] | None) -> _Line:
    law = entry["law"]
    answer = Answer(
        seq=entry["seq"],
        at=entry["at"],
        by=entry["by"],
        fact=entry["fact"],
        state=State(entry["state"]),
        value=said["value"] if said else None,
        why=said["why"] if said else "",
        rules=Rules(law["version"], law["sha256"]),
        erased=said is None,
    )
    return _Line(answer, hashlib.sha256(canonical(entry)).hexdigest(), entry["before"], entry["after"])


def _read(log: Path) -> tuple[tuple[_Line, ...], int]:
    """The lines that hold, and how many bytes they are; a half-written last line does not count."""
    try:
        data = log.read_bytes()
    except FileNotFoundError:
        return (), 0
    except OSError as error:
        raise BadLog(f"{log}: cannot be read ({error.strerror})") from error
    found: list[_Line] = []
    whole = data.rfind(b"\n") + 1
    for number, text in enumerate(data[:whole].splitlines(), 1):
        line = _whole(text, found[-1] if found else None)
        if line is None:
            raise BadLog(
                f"{log}:{number}: was changed after it was written, or is damaged; keep the file as evidence under "
                "another name, and a new history begins"
            )
        found.append(line)
    return tuple(found), whole


def _whole(text: bytes, last: _Line | None) -> _Line | None:
    try:
        raw = json.loads(text)
        entry, said, salt = raw["entry"], raw["said"], raw["salt"]
        if said is not None:
            promised = hashlib.sha256(bytes.fromhex(salt) + canonical(said)).hexdigest()
            if promised != entry["said_hash"]:
                return None
        if entry["v"] != VERSION or entry["prev"] != (last.digest if last else ""):
            return None
        if entry["seq"] != (last.answer.seq + 1 if last else 1):
            return None
        return _parsed(entry, said)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def versions(answers: Sequence[Answer], fact: str) -> Iterator[Answer]:
    """Every answer to one fact, the oldest first."""
    return (answer for answer in answers if answer.fact == fact)
