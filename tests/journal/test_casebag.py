"""One case leaves a log of many: whole, alone, and in a shape a stranger can judge."""

import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from breachdesk.ground.canonical import canonical
from breachdesk.ground.keys import Purpose, new_key
from breachdesk.journal import BadBag, verify
from breachdesk.journal.note import Signer
from tests.journal.casebags import DUMP, ORIGIN, SECRETS, Made, codes, judged, laid, relisted, stamp, taken

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
