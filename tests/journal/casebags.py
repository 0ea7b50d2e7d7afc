"""A log of three cases, the export of one of them, and what tests of it share."""

import functools
import hashlib
import io
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from breachdesk.ground.canonical import canonical
from breachdesk.ground.keys import Purpose, new_key
from breachdesk.journal import Actor, Attachment, verify, write_case_bag
from breachdesk.journal import entry as entries
from breachdesk.journal.note import Signer
from breachdesk.journal.tree import Tree, leaf_hash

ADA = Actor("ada", "lead")
Line = dict[str, Any]
Files = dict[str, bytes]  # a bag in memory, by path
ORIGIN = "breachdesk/house"
DUMP = b"id;mail\n1;nobody@example.org\n" * 50
SECRETS = ("bravo", "charlie", "cousin-of-the-mayor", "ransom-of-nine")


@dataclass
class Log:
    """A log of many cases, as an installation keeps one."""

    signer: Signer
    lines: list[Line] = field(default_factory=list)

    def write(self, case: str, type: str, payload: Line, *attachments: Attachment, **refs: Any) -> None:
        seq = len(self.lines) + 1
        salt = hashlib.sha256(b"salt %d" % seq).digest()
        envelope = entries.envelope(
            type,
            seq=seq,
            case=case,
            case_seq=sum(line["envelope"]["case"] == case for line in self.lines) + 1,
            at=datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=seq),
            actor=ADA,
            via="web",
            refs=refs,
            payload=payload,
            attachments=attachments,
            salt=salt,
        )
        names = [item.name for item in attachments]
        self.lines.append({"envelope": envelope, "payload": payload, "salt": salt.hex(), "names": names})

    def tree(self) -> Tree:
        tree = Tree()
        for line in self.lines:
            tree.add(leaf_hash(canonical(line["envelope"])))
        return tree

    def note(self, size: int) -> bytes:
        return self.signer.checkpoint(size, self.tree().root(size))

    def of(self, case: str, size: int) -> list[bytes]:
        return [canonical(line) for line in self.lines[:size] if line["envelope"]["case"] == case]

    def export(
        self, folder: Path, size: int, *, case: str = "alfa", early: Sequence[int] = (9, 14), **more: Any
    ) -> None:
        tree, note = self.tree(), self.note(size)
        given: dict[str, Any] = {
            "case": case,
            "lines": self.of(case, size),
            "proof": lambda seq: tree.inclusion(seq - 1, size),
            "checkpoint": note,
            "vkey": self.signer.vkey,
            "checkpoints": [(self.note(at), tree.consistency(at, size)) for at in early if at <= size],
            "tokens": {"checkpoint.one.tsr": stamp(note)},
            "items": [("shop/dump 100 %.csv", io.BytesIO(DUMP))],
            "extras": {"timeline.csv": b"a;b\n"},
        }
        write_case_bag(folder, **{**given, **more})


def stamp(note: bytes) -> bytes:
    """What a search for the imprint finds; the true thing is tried with openssl below."""
    return b"\x30\x31\x04\x20" + hashlib.sha256(note).digest() + b"rest"


def item(content: bytes, name: str) -> Attachment:
    return Attachment(hashlib.sha256(content).hexdigest(), len(content), name)


def begun() -> Log:
    log = Log(Signer(ORIGIN, new_key("house", Purpose.SIGN)))
    for number in range(18):
        case = ("alfa", "bravo", "alfa", "charlie")[number % 4]
        others = {"note": SECRETS[2 + number % 2]} if case != "alfa" else {"records": number}
        log.write(case, "law.duty.arose", others, duty=f"{'eu' if case == 'alfa' else case}.{number}")
    log.write("alfa", "vault.item.taken", {"by": "ada"}, item(DUMP, "item:shop/dump 100 %.csv"))
    log.write("alfa", "journal.case.exported", {"to": "police"}, case_seq=10)  # entry 20, its 11th
    for number in range(20, 26):
        log.write("alfa" if number % 2 else "bravo", "law.duty.arose", {"records": number}, duty=f"x.{number}")
    log.write("bravo", "law.duty.arose", {"note": SECRETS[3]}, item(b"other", "item:bravo.csv"))
    named = item(DUMP, "item:shop/dump 100 %.csv"), item(b"a;b\n", "extra:timeline.csv")
    log.write("alfa", "journal.case.exported", {"to": "court"}, *named, case_seq=14)  # entry 28, its 15th
    return log


@dataclass(frozen=True)
class Made:
    log: Log
    bag: Path
    older: Path  # the export at entry 20
    files: Files
    anchors: list[Path]  # checkpoints a receiver kept: at 9, 14, 20 (not in the bag) and 28

    def lines(self) -> list[Line]:
        return [json.loads(line) for line in self.files["data/journal.jsonl"].splitlines()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    place, log = tmp_path_factory.mktemp("casebag"), begun()
    log.export(place / "bag", 28)
    log.export(place / "older", 20)
    anchors = [place / f"anchor-{size}" for size in (9, 14, 20, 28)]
    for path in anchors:
        path.write_bytes(log.note(int(path.name[7:])))
    with pytest.MonkeyPatch.context() as patch:  # the same notes a thousand times
        patch.setattr(verify, "signature_holds", functools.cache(verify.signature_holds))
        yield Made(log, place / "bag", place / "older", taken(place / "bag"), anchors)


def taken(folder: Path) -> Files:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def laid(files: Files, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def judged(made: Made, bag: Path, *anchors: Path) -> verify.Report:
    return verify.verify(str(bag), made.log.signer.vkey, [str(path) for path in anchors])


def codes(found: list[Any]) -> list[str]:
    return [code for code, _ in found]


def relisted(files: Files) -> None:
    """A forger brings the lists up to date: they are not signed."""
    for tag in ("", "tag"):
        for algorithm in ("sha256", "sha512"):
            of = sorted(
                name for name in files if name.startswith("data/") is (not tag) and not name.startswith("tagmanifest")
            )
            listed = [f"{hashlib.new(algorithm, files[name]).hexdigest()}  {name.replace('%', '%25')}\n" for name in of]
            files[f"{tag}manifest-{algorithm}.txt"] = "".join(listed).encode()
