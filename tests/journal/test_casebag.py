"""One case leaves a log of many: whole, alone, and in a shape in which no change goes unseen."""

import functools
import hashlib
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from breachdesk.ground.canonical import canonical
from breachdesk.ground.keys import Purpose, new_key
from breachdesk.journal import Attachment, BadBag, verify, write_case_bag
from breachdesk.journal import entry as entries
from breachdesk.journal.note import Signer, consistency_text, proof_text
from breachdesk.journal.tree import Tree, leaf_hash
from tests.journal.conftest import ADA

Line = dict[str, Any]
Files = dict[str, bytes]  # a bag in memory, by path
ORIGIN = "breachdesk/house"
ROUNDS = 40
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


# --- what is written -------------------------------------------------------------------------------------------------


def test_a_stranger_finds_it_intact_and_complete(made: Made) -> None:
    report = judged(made, made.bag, made.anchors[0], made.anchors[3])
    assert (report.verdict, report.faults, report.unfinished) == ("intact", [], [])
    assert report.held == [
        ("signature", {"name": ORIGIN, "size": 28}),
        ("case", {"case": "alfa", "last": 15}),
        ("contents", {"count": 15}),
        ("proofs", {"count": 15}),
        ("claim", {"claimed": 14}),
        ("earlier", {"file": "data/checkpoints/001.note", "size": 9}),
        ("earlier", {"file": "data/checkpoints/002.note", "size": 14}),
        ("since", {"file": "anchor-9", "size": 9}),
        ("since", {"file": "anchor-28", "size": 28}),
        ("bag", {"count": len(made.files)}),
        ("items", {"count": 2}),
    ]
    assert ("one_case", {"size": 28, "others": 13}) in report.notes
    assert ("token", {"file": "data/tokens/checkpoint.one.tsr", "checkpoint": "data/checkpoint"}) in report.notes


def test_it_holds_what_the_format_says_and_nothing_half_written_beside_it(made: Made) -> None:
    proofs = {f"data/proofs/{json.loads(line)['envelope']['seq']}.tlog-proof" for line in made.log.of("alfa", 28)}
    checkpoints = {f"data/checkpoints/00{number}.{kind}" for number in (1, 2) for kind in ("note", "consistency")}
    lists = {f"{tag}manifest-{algorithm}.txt" for tag in ("", "tag") for algorithm in ("sha256", "sha512")}
    payload = {"journal.jsonl", "checkpoint", "log.vkey", "tokens/checkpoint.one.tsr", "items/shop/dump 100 %.csv"}
    payload.add("extras/timeline.csv")
    tags = {"bagit.txt", "bag-info.txt", "VERIFY.md", "verify.py"}
    assert set(made.files) == proofs | checkpoints | lists | tags | {f"data/{name}" for name in payload}
    assert made.files["data/journal.jsonl"] == b"".join(line + b"\n" for line in made.log.of("alfa", 28))
    assert b"External-Identifier: alfa\n" in made.files["bag-info.txt"]
    assert not list(made.bag.parent.glob(".*"))


def test_nothing_of_other_cases_is_in_any_file(made: Made) -> None:
    others = [line for line in made.log.lines if line["envelope"]["case"] != "alfa"]
    hidden = [*SECRETS, *(line["salt"] for line in others), *(line["envelope"]["payload_hash"] for line in others)]
    assert len(others) == 13
    for name, content in made.files.items():
        assert not [word for word in hidden if word.encode() in content or word in name], name


def test_a_library_of_others_takes_it_for_a_bag(made: Made, tmp_path: Path) -> None:
    bagit = pytest.importorskip("bagit")
    made.log.export(tmp_path / "bag", 28, case="bravo", items=[("shop/dump.csv", io.BytesIO(DUMP))])
    assert bagit.Bag(str(tmp_path / "bag")).is_valid()
    (tmp_path / "bag" / "data" / "items" / "shop" / "dump.csv").write_bytes(b"x")
    assert not bagit.Bag(str(tmp_path / "bag")).is_valid()


def test_the_file_laid_in_checks_it_alone(made: Made, tmp_path: Path) -> None:
    bag = laid(made.files, tmp_path / "bag")
    ask = [sys.executable, "-I", "-S", str(bag / "verify.py"), "--vkey", made.log.signer.vkey, "--lang", "ru"]
    told = subprocess.run(ask, capture_output=True, text=True, encoding="utf-8", cwd="/", timeout=60)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == verify.tell(judged(made, bag), "ru") + "\n"
    assert "выписка объявлена полной до записи дела (case_seq) 14" in told.stdout
    assert "openssl ts -verify -data data/checkpoint -in data/tokens/checkpoint.one.tsr -CAfile TSA.pem" in told.stdout
    (bag / "data" / "checkpoint").unlink()
    assert subprocess.run(ask, capture_output=True, timeout=60).returncode == 1


def test_what_is_withheld_is_counted_and_proven_and_its_item_stays_bound(made: Made, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in made.log.of("alfa", 28)]
    for line in (*lines[:3], lines[9], lines[-1]):
        line.update(payload=None, salt=None, names=None)
    made.log.export(tmp_path / "bag", 28, lines=[canonical(line) for line in lines], extras={})
    report = judged(made, tmp_path / "bag", made.anchors[3])
    assert (report.verdict, ("withheld", {"count": 5}) in report.notes) == ("intact", True)
    assert ("items", {"count": 1}) in report.held
    assert b"police" in made.files["data/journal.jsonl"]


def test_the_key_in_the_folder_alone_proves_less_and_that_is_said(made: Made) -> None:
    report = verify.verify(str(made.bag))
    assert report.verdict == "intact"
    assert {"own_vkey", "no_anchor"} <= set(codes(report.notes))


def test_an_earlier_checkpoint_of_which_the_bag_says_nothing_cannot_be_compared(made: Made) -> None:
    report = judged(made, made.bag, made.anchors[2])
    assert (report.verdict, report.unfinished) == (
        "unfinished",
        [("since_unknown", {"file": "anchor-20", "size": 20})],
    )


def test_an_export_that_does_not_say_where_it_ends_is_not_finished(made: Made, tmp_path: Path) -> None:
    made.log.export(tmp_path / "no-claim", 26, extras={})
    made.log.export(tmp_path / "open", 28, lines=made.log.of("alfa", 20))
    assert codes(judged(made, tmp_path / "no-claim").unfinished) == ["no_claim"]
    assert codes(judged(made, tmp_path / "open").unfinished) == ["open_end"]


def test_an_item_that_no_entry_names_is_not_signed(made: Made, tmp_path: Path) -> None:
    made.log.export(
        tmp_path / "bag", 28, items=[("shop/dump 100 %.csv", io.BytesIO(DUMP)), ("b", io.BytesIO(b"b"))],
        extras={"timeline.csv": b"a;b\n", "more.csv": b""},
    )  # fmt: skip
    report = judged(made, tmp_path / "bag")
    assert report.unfinished == [("item_unnamed", {"name": "data/items/b"})]
    assert ("extras_unsigned", {"count": 1}) in report.notes


# --- what is refused -------------------------------------------------------------------------------------------------

HOSTILE = [
    "", ".", "..", "/etc/passwd", "../up", "a/../../b", "a//b", "a/./b", "a/", "a\\b", "C:/x", "c:x", "a\x00b", "a\nb",
    "a\rb", "a\x1b[2J", "a\x7f", "a\x85b", "a\u2028b", "gpj.\u202eexe", "\ud800", "x" * 256, "я" * 128,
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_hostile_name_is_refused_and_nothing_stays(made: Made, tmp_path: Path, name: str) -> None:
    for more in ({"items": [(name, io.BytesIO(b"x"))]}, {"extras": {name: b"x"}}, {"tokens": {name: b"x"}}):
        with pytest.raises(BadBag):
            made.log.export(tmp_path / "bag", 28, **more)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("names", [("a", "a"), ("a", "A"), ("a", "a/b"), ("a/b", "A"), ("e\u0301", "\u00e9")])
def test_two_names_that_are_one_somewhere_are_refused(made: Made, tmp_path: Path, names: tuple[str, str]) -> None:
    with pytest.raises(BadBag, match="another file"):
        made.log.export(tmp_path / "bag", 28, items=[(name, io.BytesIO(b"x")) for name in names])


def test_names_of_every_writing_are_taken(made: Made, tmp_path: Path) -> None:
    names = ["улики/база 1.sql", "証拠.txt", "...", "a b", "100%25", "-rf", "it's", ".hidden/x"]
    made.log.export(tmp_path / "bag", 28, items=[
        ("shop/dump 100 %.csv", io.BytesIO(DUMP)), *((name, io.BytesIO(b"x")) for name in names)
    ])  # fmt: skip
    report = judged(made, tmp_path / "bag")
    assert (report.faults, set(codes(report.unfinished))) == ([], {"item_unnamed"})


def test_a_folder_in_use_is_refused_and_an_empty_one_is_taken(made: Made, tmp_path: Path) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("used", "used/file", "link"):
        with pytest.raises(BadBag, match="empty"):
            made.log.export(tmp_path / name, 28)
    (tmp_path / "empty").mkdir()
    made.log.export(tmp_path / "empty", 28)
    assert judged(made, tmp_path / "empty").verdict == "intact"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "link", "used"]


def test_what_breaks_on_the_way_leaves_nothing(made: Made, tmp_path: Path) -> None:
    class Torn(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the disk failed")

    with pytest.raises(OSError, match="the disk failed"):
        made.log.export(tmp_path / "bag", 28, items=[("a", io.BytesIO(DUMP)), ("b", Torn())])
    assert not list(tmp_path.iterdir())


def test_what_would_not_verify_is_not_handed_out(made: Made, tmp_path: Path) -> None:
    log, note = made.log, made.log.note(28)
    mixed = [*log.of("alfa", 28), *log.of("bravo", 28)]
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("another case", {"lines": mixed}),
        ("another case", {"lines": log.of("bravo", 28)}),
        ("twice", {"lines": log.of("alfa", 28)[:2] * 2}),
        ("no journal entry", {"lines": [b"{}"]}),
        ("no entry", {"lines": []}),
        ("should be at its entry 2", {"lines": log.of("alfa", 28)[::2]}),
        ("its proof", {"proof": lambda seq: [bytes(32)]}),
        ("not signed by this key", {"vkey": Signer(ORIGIN, new_key("x", Purpose.SIGN)).vkey}),
        ("not proven", {"checkpoints": [(log.note(9), [])]}),
        ("stamps something else", {"tokens": {"checkpoint.tsr": stamp(b"")}}),
        ("time stamp is named", {"tokens": {"003.tsr": stamp(note)}}),
        ("differs from what", {"items": [("shop/dump 100 %.csv", io.BytesIO(b"other"))]}),
        ("is not here", {"items": []}),
    ]
    for said, more in wrong:
        with pytest.raises(BadBag, match=said):
            log.export(tmp_path / "bag", 28, **more)
    assert not list(tmp_path.iterdir())


def test_it_is_written_as_a_stream(made: Made, tmp_path: Path) -> None:
    """Neither lines nor items are asked for before the one before is written."""
    seen: list[str] = []

    def lines() -> Iterator[bytes]:
        for line in made.log.of("alfa", 28):
            seen.append(f"line after {len(list(tmp_path.rglob('*.tlog-proof')))} proofs")
            yield line

    class Large(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert 0 < size <= 1 << 20
            return super().read(size)

    made.log.export(tmp_path / "bag", 28, lines=lines(), items=[("shop/dump 100 %.csv", Large(DUMP))])
    assert seen == [f"line after {number} proofs" for number in range(15)]


# --- with the tools of others ----------------------------------------------------------------------------------------

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


@needs_openssl
@pytest.mark.skipif(shutil.which("sha512sum") is None, reason="coreutils are not installed")
def test_the_commands_of_the_page_say_the_same(made: Made, tmp_path: Path) -> None:
    made.log.export(tmp_path / "bag", 28)
    blocks = re.findall(r"```sh\n(.*?)```", (tmp_path / "bag" / "VERIFY.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 2

    def run(block: str) -> int:
        ask = ["sh", "-euc", block.replace("$(mktemp -d)", str(tmp_path))]
        return subprocess.run(ask, cwd=tmp_path / "bag", capture_output=True, timeout=60).returncode

    assert run(blocks[1]) == 0
    note = made.files["data/checkpoint"]
    (tmp_path / "bag" / "data" / "checkpoint").write_bytes(note.replace(b"\n28\n", b"\n29\n"))
    assert run(blocks[1]) != 0
    (tmp_path / "bag" / "data" / "checkpoint").write_bytes(note)
    (tmp_path / "bag" / "data" / "items" / "shop" / "dump 100 %.csv").unlink()
    for name in ("sha256", "sha512"):  # sha256sum does not know the escape of BagIt for the percent sign
        path = tmp_path / "bag" / f"manifest-{name}.txt"
        path.write_text("".join(line for line in path.read_text().splitlines(True) if "%25" not in line))
    tags = taken(tmp_path / "bag")
    relisted(tags)
    laid(tags, tmp_path / "bag")
    assert run(blocks[0]) == 0
    (tmp_path / "bag" / "data" / "journal.jsonl").write_bytes(b"")
    assert run(blocks[0]) != 0


CONFIG = """
[req]
distinguished_name=name
x509_extensions=tsa
prompt=no
[name]
CN=Nobody's clock
[tsa]
extendedKeyUsage=critical,timeStamping
[stamp]
serial=serial
default_policy=1.2.3.4.1
digests=sha256
signer_digest=sha256
"""


@needs_openssl
def test_a_true_time_stamp_is_found_and_openssl_checks_it_with_the_command_we_print(made: Made, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(CONFIG)
    (tmp_path / "serial").write_text("01\n")
    for size, name in ((28, "checkpoint.tsr"), (9, "001.tsr")):
        (tmp_path / "note").write_bytes(made.log.note(size))
        for ask in (
            "req -x509 -newkey rsa:2048 -nodes -config config -keyout key.pem -out TSA.pem -days 2",
            "ts -query -data note -sha256 -cert -out query",
            f"ts -reply -config config -section stamp -queryfile query -signer TSA.pem -inkey key.pem -out {name}",
        ):
            if "TSA.pem -days" not in ask or size == 28:
                subprocess.run(["openssl", *ask.split()], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    tokens = {name: (tmp_path / name).read_bytes() for name in ("checkpoint.tsr", "001.tsr")}
    made.log.export(tmp_path / "bag", 28, tokens=tokens)
    report = judged(made, tmp_path / "bag")
    told = [verify.sentence("note", found, "en") for found in report.notes if found[0] == "token"]
    assert (report.verdict, len(told)) == ("intact", 2)
    for words in told:
        command = words.partition("authority: ")[2].replace("TSA.pem", "../TSA.pem").split()
        assert subprocess.run(command, cwd=tmp_path / "bag", capture_output=True, timeout=60).returncode == 0, command
    with pytest.raises(BadBag, match="stamps something else"):
        made.log.export(tmp_path / "swapped", 28, tokens={"checkpoint.tsr": tokens["001.tsr"]})


# --- what a forger does ----------------------------------------------------------------------------------------------

Forgery = Callable[[Made, Files, random.Random], None]


def relisted(files: Files) -> None:
    """A forger brings the lists up to date: they are not signed."""
    for tag in ("", "tag"):
        for algorithm in ("sha256", "sha512"):
            of = sorted(
                name for name in files if name.startswith("data/") is (not tag) and not name.startswith("tagmanifest")
            )
            listed = [f"{hashlib.new(algorithm, files[name]).hexdigest()}  {name.replace('%', '%25')}\n" for name in of]
            files[f"{tag}manifest-{algorithm}.txt"] = "".join(listed).encode()


def put(files: Files, lines: list[Line]) -> None:
    files["data/journal.jsonl"] = b"".join(canonical(line) + b"\n" for line in lines)


def proof_of(line: Line) -> str:
    return f"data/proofs/{line['envelope']['seq']}.tlog-proof"


def committed(line: Line) -> Line:
    salt = bytes.fromhex(line["salt"])
    line["envelope"]["payload_hash"] = hashlib.sha256(salt + canonical(line["payload"])).hexdigest()
    return line


def counted(lines: list[Line]) -> list[Line]:
    for number, line in enumerate(lines, 1):
        line["envelope"]["case_seq"] = number
    return lines


def copied(line: Line) -> Line:
    new: Line = json.loads(canonical(line))
    return new


def edit_an_envelope(made: Made, files: Files, luck: random.Random) -> None:
    lines = made.lines()
    inner = luck.choice(lines)["envelope"]
    name = luck.choice(["ts", "actor", "role", "via", "type", "refs", "case", "seq", "case_seq"])
    new = {"ts": "2026-11-20T00:00:00Z", "refs": {"duty": "other"}, "seq": 1 + luck.randrange(28), "case_seq": 99}
    inner[name] = new[name] if name in new and inner[name] != new[name] else 77 if name == "seq" else "other"
    put(files, lines)


def edit_contents(made: Made, files: Files, luck: random.Random) -> None:
    lines = made.lines()
    luck.choice(lines)["payload"]["records"] = 10**6 + luck.randrange(99)
    put(files, lines)


def edit_contents_and_their_promise(made: Made, files: Files, luck: random.Random) -> None:
    lines = made.lines()
    line = luck.choice(lines)
    line["payload"]["records"] = 10**6
    committed(line)
    put(files, lines)


def swap_salts(made: Made, files: Files, luck: random.Random) -> None:
    lines = made.lines()
    one, two = luck.sample(lines, 2)
    one["salt"], two["salt"] = two["salt"], one["salt"]
    put(files, lines)


def swap_contents_with_their_salts(made: Made, files: Files, luck: random.Random) -> None:
    lines = made.lines()
    one, two = luck.sample([line for line in lines if not line["names"]], 2)
    for part in ("salt", "payload"):
        one[part], two[part] = two[part], one[part]
    put(files, lines)


def take_half_of_what_is_withheld_together(made: Made, files: Files, luck: random.Random) -> None:
    lines = made.lines()
    luck.choice(lines)[luck.choice(["salt", "payload", "names"])] = None
    put(files, lines)


def rename_an_item_in_the_journal(made: Made, files: Files, luck: random.Random) -> None:
    lines = made.lines()
    luck.choice([line for line in lines if line["names"]])["names"][0] = f"item:other-{luck.randrange(99)}.csv"
    put(files, lines)


def insert_an_entry(made: Made, files: Files, luck: random.Random) -> None:
    lines = made.lines()
    at = luck.randrange(1, len(lines))
    new = copied(lines[at - 1])
    new["payload"] = {"records": 5 + luck.randrange(99)}
    new["envelope"]["seq"] += luck.choice([0, 1])
    lines.insert(at, committed(new))
    put(files, counted(lines) if luck.random() < 0.7 else lines)
    files.setdefault(proof_of(new), files.get(proof_of(lines[at - 1]), b""))


def delete_an_entry(made: Made, files: Files, luck: random.Random) -> None:
    lines = made.lines()
    gone = lines.pop(luck.randrange(len(lines) - 1))
    if luck.random() < 0.7:
        del files[proof_of(gone)]
    put(files, counted(lines) if luck.random() < 0.5 else lines)


def double_an_entry(made: Made, files: Files, luck: random.Random) -> None:
    lines = made.lines()
    at = luck.randrange(len(lines))
    put(files, lines[: at + 1] + lines[at:])


def reorder_entries(made: Made, files: Files, luck: random.Random) -> None:
    lines = made.lines()
    one, two = luck.sample(range(len(lines)), 2)
    lines[one], lines[two] = lines[two], lines[one]
    put(files, counted(lines) if luck.random() < 0.5 else lines)


def cut_the_tail(made: Made, files: Files, luck: random.Random) -> None:
    """Neatly, with the proofs; at times back to the export before."""
    lines = made.lines()
    at = luck.choice([11, luck.randrange(len(lines))])
    for line in lines[at:]:
        del files[proof_of(line)]
    put(files, lines[:at])


def cut_the_tail_within_a_line(made: Made, files: Files, luck: random.Random) -> None:
    content = files["data/journal.jsonl"]
    files["data/journal.jsonl"] = content[: luck.randrange(len(content) - 1)]


def cut_the_tail_and_its_checkpoint_to_one_in_the_bag(made: Made, files: Files, luck: random.Random) -> None:
    number = luck.choice(["001", "002"])
    files["data/checkpoint"] = files[f"data/checkpoints/{number}.note"]
    cut_the_tail(made, files, luck)


def say_the_same_in_another_form(made: Made, files: Files, luck: random.Random) -> None:
    lines = files["data/journal.jsonl"].splitlines()
    at = luck.randrange(len(lines))
    old, new = luck.choice(
        [(b'"v":1', b'"v": 1'), (b'"v":1', b'"v":1.0'), (b'"salt":', b'"salt":"","salt":'), (b'"ada"', b'"\\u0061da"')]
    )
    lines[at] = lines[at].replace(old, new, 1)
    files["data/journal.jsonl"] = b"\n".join(lines) + b"\n"


def sign_with_another_key(made: Made, files: Files, luck: random.Random) -> None:
    """All of it, coherently; with the vkey of the forger in the folder, or with ours."""
    other = Log(Signer(ORIGIN, new_key("forged", Purpose.SIGN)), made.log.lines)
    if luck.random() < 0.5:
        other.lines = [copied(line) for line in other.lines]
        other.lines[0]["payload"] = {"records": luck.randrange(10**6)}
        committed(other.lines[0])
    rebuilt(other, files, 28)
    if luck.random() < 0.5:
        files["data/log.vkey"] = f"{made.log.signer.vkey}\n".encode()


def rebuilt(log: Log, files: Files, size: int) -> None:
    """The bag that this log would give."""
    tree, note = log.tree(), log.note(size)
    for name in [name for name in files if name.startswith(("data/proofs/", "data/checkpoints/"))]:
        del files[name]
    lines = [line for line in log.lines[:size] if line["envelope"]["case"] == "alfa"]
    put(files, lines)
    for line in lines:
        seq = line["envelope"]["seq"]
        files[proof_of(line)] = proof_text(seq - 1, tree.inclusion(seq - 1, size), note)
    for number, early in enumerate((early for early in (9, 14) if early <= size), 1):
        files[f"data/checkpoints/{number:03d}.note"] = log.note(early)
        text = consistency_text(log.note(early), tree.consistency(early, size), note)
        files[f"data/checkpoints/{number:03d}.consistency"] = text
    files["data/checkpoint"] = note
    files["data/log.vkey"] = f"{log.signer.vkey}\n".encode()
    files["data/tokens/checkpoint.one.tsr"] = stamp(note)


def change_an_item(made: Made, files: Files, luck: random.Random) -> None:
    content = bytearray(DUMP)
    content[luck.randrange(len(content))] ^= 1 << luck.randrange(8)
    files[luck.choice(["data/items/shop/dump 100 %.csv", "data/extras/timeline.csv"])] = bytes(content)


def take_an_item_away(made: Made, files: Files, luck: random.Random) -> None:
    del files[luck.choice(["data/items/shop/dump 100 %.csv", "data/extras/timeline.csv"])]


def plant_an_item(made: Made, files: Files, luck: random.Random) -> None:
    files[f"data/items/shop/planted-{luck.randrange(99)}.csv"] = luck.randbytes(9)


def plant_a_file_elsewhere(made: Made, files: Files, luck: random.Random) -> None:
    place = luck.choice(["", "data/", "data/proofs/", "data/checkpoints/", "data/tokens/", "journal/", "meta/"])
    name = luck.choice(["fetch.txt", "entries.jsonl", "2.tlog-proof", "004.note", "004.tsr", "x"])
    files[place + name] = luck.choice([b"", files["data/tokens/checkpoint.one.tsr"], files["data/checkpoint"]])


def reuse_the_proof_of_another_entry(made: Made, files: Files, luck: random.Random) -> None:
    one, two = luck.sample(made.lines(), 2)
    files[proof_of(one)] = files[proof_of(two)]
    if luck.random() < 0.5:
        seqs = [line["envelope"]["seq"] - 1 for line in (one, two)]
        files[proof_of(one)] = files[proof_of(one)].replace(b"index %d\n" % seqs[1], b"index %d\n" % seqs[0])


def drop_a_proof(made: Made, files: Files, luck: random.Random) -> None:
    del files[proof_of(luck.choice(made.lines()))]


def bring_proofs_of_an_older_checkpoint(made: Made, files: Files, luck: random.Random) -> None:
    seq = luck.choice([line["envelope"]["seq"] for line in made.lines() if line["envelope"]["seq"] <= 14])
    path = made.log.tree().inclusion(seq - 1, 14)
    files[f"data/proofs/{seq}.tlog-proof"] = proof_text(seq - 1, path, made.log.note(14))


def swap_entries_of_two_cases(made: Made, files: Files, luck: random.Random) -> None:
    """The entry of another case is as true as ours and comes with its true proof, in the place of one of ours."""
    lines = made.lines()
    at = luck.randrange(len(lines) - 1)
    low = lines[at - 1]["envelope"]["seq"] if at else 0
    high = lines[at + 1]["envelope"]["seq"]
    foreign = [copied(line) for line in made.log.lines if line["envelope"]["case"] != "alfa"]
    near = [line for line in foreign if low < line["envelope"]["seq"] < high]
    other = luck.choice(near or foreign)
    seq = other["envelope"]["seq"]
    if luck.random() < 0.5:
        other["envelope"].update(case="alfa", case_seq=lines[at]["envelope"]["case_seq"])
    del files[proof_of(lines[at])]
    lines[at] = other
    files[proof_of(other)] = proof_text(seq - 1, made.log.tree().inclusion(seq - 1, 28), files["data/checkpoint"])
    put(files, lines)


def add_the_entries_of_another_case(made: Made, files: Files, luck: random.Random) -> None:
    """All true, counted without a gap, each with its true proof; and still not what the export says it is."""
    case = luck.choice(["bravo", "charlie"])
    foreign = [line for line in made.log.lines if line["envelope"]["case"] == case]
    for line in foreign:
        seq = line["envelope"]["seq"]
        files[proof_of(line)] = proof_text(seq - 1, made.log.tree().inclusion(seq - 1, 28), files["data/checkpoint"])
    put(files, sorted([*made.lines(), *foreign], key=lambda line: int(line["envelope"]["seq"])))


def break_an_earlier_checkpoint(made: Made, files: Files, luck: random.Random) -> None:
    name = luck.choice([name for name in files if name.startswith("data/checkpoints/")])
    others = [files[other] for other in files if other.startswith("data/checkpoints/") and other != name]
    lines = files[name].split(b"\n")
    at = luck.randrange(3)
    lines[at] = lines[at][:-2] + (b"1" if lines[at][-2:-1] != b"1" else b"2") + lines[at][-1:]
    files[name] = luck.choice([b"", b"\n".join(lines), luck.choice(others)])


def drop_an_earlier_checkpoint(made: Made, files: Files, luck: random.Random) -> None:
    for name in luck.choice([["001.note"], ["001.note", "001.consistency"], ["002.consistency"], ["001.consistency"]]):
        del files[f"data/checkpoints/{name}"]


def fork_an_earlier_checkpoint(made: Made, files: Files, luck: random.Random) -> None:
    """Two signed checkpoints of one size, by the true key."""
    size = luck.choice([9, 14, 28])
    note = made.log.signer.checkpoint(size, luck.randbytes(32))
    path = made.log.tree().consistency(size, 28)
    files["data/checkpoints/003.note"] = note
    files["data/checkpoints/003.consistency"] = consistency_text(note, path, files["data/checkpoint"])


def bring_a_stamp_of_something_else(made: Made, files: Files, luck: random.Random) -> None:
    files["data/tokens/checkpoint.one.tsr"] = stamp(luck.randbytes(9))


def change_what_the_bag_is(made: Made, files: Files, luck: random.Random) -> None:
    files["bagit.txt"] = files["bagit.txt"].replace(*luck.choice([(b"1.0", b"0.97"), (b"UTF-8", b"UTF-16")]))


def lose_a_list(made: Made, files: Files, luck: random.Random) -> None:
    name = luck.choice([*(name for name in files if "manifest-" in name), "bagit.txt", "bag-info.txt"])
    relisted(files)
    del files[name]
    if "manifest-" not in name:
        relisted(files)


# Without bringing the lists up to date.


def flip_a_bit(made: Made, files: Files, luck: random.Random) -> None:
    name = luck.choice(sorted(name for name in files if files[name]))
    content = bytearray(files[name])
    content[luck.randrange(len(content))] ^= 1 << luck.randrange(8)
    files[name] = bytes(content)


def change_a_line_of_a_list(made: Made, files: Files, luck: random.Random) -> None:
    name = luck.choice([name for name in files if "manifest-" in name])
    lines = files[name].splitlines(keepends=True)
    at = luck.randrange(len(lines))
    digest, _, path = lines[at].partition(b"  ")
    lines[at] = luck.choice(
        [
            b"",
            lines[at] * 2,
            digest[::-1] + b"  " + path,
            digest.upper() + b"  " + path,
            digest + b"  ../" + path,
            digest + b"  other-" + path,
            digest + b" *" + path,
            lines[at].rstrip(b"\n"),
            b"\n" + lines[at],
        ]
    )
    files[name] = b"".join(lines)


def lose_a_file(made: Made, files: Files, luck: random.Random) -> None:
    del files[luck.choice([name for name in files if name != "data/journal.jsonl"])]


# By the holder of the key: only a checkpoint kept elsewhere convicts.


def rewrite_history_and_sign(made: Made, files: Files, luck: random.Random) -> None:
    forged = Log(made.log.signer, [copied(line) for line in made.log.lines])
    line = luck.choice([line for line in forged.lines if line["envelope"]["seq"] <= 9])
    line["payload"] = {"records": luck.randrange(10**6, 10**7)}
    committed(line)
    rebuilt(forged, files, 28)


def leave_an_entry_out_and_sign(made: Made, files: Files, luck: random.Random) -> None:
    forged = Log(made.log.signer, [copied(line) for line in made.log.lines])
    del forged.lines[luck.choice([0, 2, 4, 6])]
    counts: dict[str, int] = {}
    for seq, line in enumerate(forged.lines, 1):
        case = line["envelope"]["case"]
        counts[case] = counts.get(case, 0) + 1
        line["envelope"].update(seq=seq, case_seq=counts[case])
    forged.lines[-1]["envelope"]["refs"]["case_seq"] = 14
    rebuilt(forged, files, 27)


def restore_an_older_bag(made: Made, files: Files, luck: random.Random) -> None:
    files.clear()
    files.update(taken(made.older))


INSIDER: list[Forgery] = [rewrite_history_and_sign, leave_an_entry_out_and_sign, restore_an_older_bag]
UNLISTED: list[Forgery] = [flip_a_bit, change_a_line_of_a_list, lose_a_file, lose_a_list]
OUTSIDER: list[Forgery] = [
    edit_an_envelope,
    edit_contents,
    edit_contents_and_their_promise,
    swap_salts,
    swap_contents_with_their_salts,
    take_half_of_what_is_withheld_together,
    rename_an_item_in_the_journal,
    insert_an_entry,
    delete_an_entry,
    double_an_entry,
    reorder_entries,
    cut_the_tail,
    cut_the_tail_within_a_line,
    cut_the_tail_and_its_checkpoint_to_one_in_the_bag,
    say_the_same_in_another_form,
    sign_with_another_key,
    change_an_item,
    take_an_item_away,
    plant_an_item,
    plant_a_file_elsewhere,
    reuse_the_proof_of_another_entry,
    drop_a_proof,
    bring_proofs_of_an_older_checkpoint,
    swap_entries_of_two_cases,
    add_the_entries_of_another_case,
    break_an_earlier_checkpoint,
    drop_an_earlier_checkpoint,
    fork_an_earlier_checkpoint,
    bring_a_stamp_of_something_else,
    change_what_the_bag_is,
]
OPEN = {cut_the_tail, plant_an_item}  # told as not finished: nothing signed is contradicted


def forged(made: Made, forgery: Forgery, place: Path, luck: random.Random) -> Path:
    files = dict(made.files)
    forgery(made, files, luck)
    if forgery not in UNLISTED:
        relisted(files)
    assert files != made.files
    return laid(files, place / "bag")


def test_the_lists_the_forger_makes_are_believed(made: Made, tmp_path: Path) -> None:
    files = dict(made.files)
    relisted(files)
    assert judged(made, laid(files, tmp_path / "bag"), made.anchors[3]).verdict == "intact"


@pytest.mark.slow
@pytest.mark.parametrize("forgery", OUTSIDER + UNLISTED + INSIDER, ids=lambda forgery: forgery.__name__)
def test_every_forgery_is_told(made: Made, tmp_path: Path, forgery: Forgery) -> None:
    for number in range(ROUNDS):
        luck = random.Random(f"{forgery.__name__} {number}")
        anchors = (made.anchors[0], made.anchors[3]) if forgery in INSIDER else ()
        report = judged(made, forged(made, forgery, tmp_path, luck), *anchors)
        assert report.verdict == "broken" or (report.verdict == "unfinished" and forgery in OPEN), (number, report.held)
        assert report.exit_code == 1


def test_the_campaign_is_a_thousand_forgeries_and_more() -> None:
    assert len(OUTSIDER + UNLISTED + INSIDER) * ROUNDS >= 1000


@pytest.mark.parametrize("forgery", INSIDER, ids=lambda forgery: forgery.__name__)
def test_the_holder_of_the_key_is_found_by_a_kept_checkpoint_only_and_we_say_so(
    made: Made, tmp_path: Path, forgery: Forgery
) -> None:
    bag = forged(made, forgery, tmp_path, random.Random(1))
    report = judged(made, bag)
    assert (report.verdict, "no_anchor" in codes(report.notes)) == ("intact", True)
    assert set(codes(judged(made, bag, made.anchors[3]).faults)) <= {"since_later", "anchor_root"}
    assert judged(made, bag, made.anchors[3]).faults


def test_an_older_bag_names_the_later_checkpoint_that_convicts_it(made: Made) -> None:
    report = judged(made, made.older, made.anchors[3])
    assert report.faults == [("since_later", {"file": "anchor-28", "size": 28, "last": 20})]


def test_a_fork_of_one_size_is_two_histories(made: Made, tmp_path: Path) -> None:
    bag = forged(made, rewrite_history_and_sign, tmp_path, random.Random(2))
    assert judged(made, bag, made.anchors[0]).faults == [("anchor_root", {"file": "anchor-9", "size": 9})]
    assert judged(made, bag, made.anchors[3]).faults == [("anchor_root", {"file": "anchor-28", "size": 28})]


def test_a_tail_cut_back_to_an_earlier_export_is_told_by_the_checkpoint(made: Made, tmp_path: Path) -> None:
    files, lines = dict(made.files), made.lines()
    for line in lines[11:]:
        del files[proof_of(line)]
    put(files, lines[:11])
    del files["data/extras/timeline.csv"]
    relisted(files)
    report = judged(made, laid(files, tmp_path / "bag"))
    assert (report.faults, report.unfinished) == ([], [("open_end", {"count": 8})])
    assert ("claim", {"claimed": 10}) in report.held


def test_a_false_claim_is_told(made: Made, tmp_path: Path) -> None:
    log = Log(made.log.signer, [copied(line) for line in made.log.lines])
    log.lines[-1]["envelope"]["refs"]["case_seq"] = 16
    with pytest.raises(BadBag, match="claims to be complete up to case_seq 16, but its last entry is 15"):
        log.export(tmp_path / "bag", 28)


def test_an_order_of_the_case_that_is_not_that_of_the_log_is_told(made: Made, tmp_path: Path) -> None:
    log = Log(made.log.signer, [copied(line) for line in made.log.lines])
    log.lines[2]["envelope"]["case_seq"], log.lines[4]["envelope"]["case_seq"] = 3, 2
    lines = log.of("alfa", 28)
    lines[1], lines[2] = lines[2], lines[1]
    with pytest.raises(BadBag, match="line 3: entry 3 stands behind a later one"):
        log.export(tmp_path / "bag", 28, lines=lines)


def test_a_file_that_no_list_names_and_a_line_without_end_are_told(made: Made, tmp_path: Path) -> None:
    bag = laid({**made.files, "data/extras/more": b""}, tmp_path / "bag")
    assert set(codes(judged(made, bag).faults)) == {"bag_extra"}
    bag = laid({**made.files, "verify.py": b"", "x": b""}, tmp_path / "bag")
    assert {"bag_changed", "bag_extra", "bag_stray"} == set(codes(judged(made, bag).faults))
    for name in ("tagmanifest-sha256.txt", "tagmanifest-sha512.txt"):
        bag = laid({**made.files, name: made.files[name][:-1]}, tmp_path / "bag")
        assert ("bag_line", {"file": name, "line": 6}) in judged(made, bag).faults
    files = {**made.files, "data/journal.jsonl": made.files["data/journal.jsonl"][:-1]}
    relisted(files)
    assert ("line_form", {"line": 15}) in judged(made, laid(files, tmp_path / "bag")).faults


def test_nothing_is_called_complete_that_has_a_gap(made: Made, tmp_path: Path) -> None:
    for forgery in (delete_an_entry, drop_a_proof, swap_entries_of_two_cases):
        bag = forged(made, forgery, tmp_path, random.Random(1))
        assert "claim" not in codes(judged(made, bag).held)


@pytest.mark.parametrize("what", ["link", "folder link", "pipe"])
def test_what_is_no_plain_file_is_told_and_not_opened(made: Made, tmp_path: Path, what: str) -> None:
    bag = laid(made.files, tmp_path / "bag")
    if what == "link":
        (bag / "data" / "checkpoint").rename(tmp_path / "checkpoint")
        (bag / "data" / "checkpoint").symlink_to(tmp_path / "checkpoint")
    elif what == "folder link":
        (bag / "data" / "items").rename(tmp_path / "items")
        (bag / "data" / "items").symlink_to(tmp_path / "items")
    else:
        (bag / "data" / "checkpoint").unlink()
        os.mkfifo(bag / "data" / "checkpoint")
    assert "bag_link" in codes(judged(made, bag).faults)


@pytest.mark.parametrize("name", sorted({"bagit.txt", "data/checkpoint", "data/log.vkey", "data/journal.jsonl"}))
@pytest.mark.parametrize("content", [b"", b"\xff" * 50, b"\n\n\n", b"[" * 100_000, b'{"envelope":null}\n', b"\0" * 9])
def test_rubbish_in_the_place_of_a_file_is_a_finding_not_a_crash(
    made: Made, tmp_path: Path, name: str, content: bytes
) -> None:
    files = {**made.files, name: content}
    relisted(files)
    report = judged(made, laid(files, tmp_path / "bag"))
    assert report.verdict == "broken"
    assert verify.tell(report, "en")
    assert verify.tell(report, "ru")


def test_names_from_a_forged_bag_cannot_steer_the_terminal(made: Made, tmp_path: Path) -> None:
    files = {**made.files, "data/items/\x1b[2J\u202egpj.exe": b""}
    relisted(files)
    told = verify.tell(judged(made, laid(files, tmp_path / "bag")))
    assert "\\x1b[2J" in told
    assert "\x1b" not in told
    assert "\u202e" not in told
