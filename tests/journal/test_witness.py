"""A witness on another machine: growth is believed with its proof, everything else is an alarm and loses nothing."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from typer.testing import CliRunner

from breachdesk.cli.main import app, collect
from breachdesk.ground.keys import KeyRing, Purpose
from breachdesk.ground.reach import Unreached
from breachdesk.journal.note import Signer, consistency_text
from breachdesk.journal.tree import Tree, leaf_hash
from breachdesk.journal.verify import read_note, read_vkey
from breachdesk.journal.witness import Cosigner, Memory, Verdict, look
from tests.answering import answering


class Desk:
    """The two public addresses of a desk, over a log that can be told to lie."""

    def __init__(self, signer: Signer) -> None:
        self.signer, self.entries = signer, [b"first", b"second", b"third"]
        self.knows_all, self.note = True, b""

    def tree(self, size: int | None = None) -> Tree:
        tree = Tree()
        for entry in self.entries[:size]:
            tree.add(leaf_hash(entry))
        return tree

    def signed(self, size: int | None = None) -> bytes:
        tree = self.tree(size)
        return self.signer.checkpoint(tree.size, tree.root())

    def answer(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        if path == "/journal/checkpoint":
            return (200, self.note or self.signed()) if self.entries else (204, b"")
        size = int(path.partition("from=")[2])
        if not self.knows_all:
            return 400, b""
        return 200, consistency_text(self.signed(size), self.tree().consistency(size), self.signed())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Signer("breachdesk/tests", KeyRing(tmp_path / "keys").create("journal", Purpose.SIGN)))


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with answering(desk.answer) as url:
        yield url


def test_growth_is_believed_with_its_proof(desk: Desk, address: str) -> None:
    vkey = desk.signer.vkey
    first = look(address, vkey, None)
    assert (first.verdict, first.size) == (Verdict.FIRST, 3)
    assert look(address, vkey, first.note).verdict is Verdict.SAME
    desk.entries += [b"fourth", b"fifth"]
    grown = look(address, vkey, first.note)
    assert (grown.verdict, grown.before, grown.size) == (Verdict.GROWN, 3, 5)
    assert look(address, vkey, grown.note).verdict is Verdict.SAME


def test_whatever_is_no_growth_is_an_alarm(desk: Desk, address: str, tmp_path: Path) -> None:
    vkey = desk.signer.vkey
    desk.entries += [b"fourth", b"fifth"]
    seen = look(address, vkey, None).note
    told = {}
    desk.entries = desk.entries[:4]
    told["taken away"] = look(address, vkey, seen).verdict
    desk.entries = []
    told["emptied"] = look(address, vkey, seen).verdict
    desk.entries = [b"first", b"SECOND", b"third", b"fourth", b"fifth"]
    told["another of the same size"] = look(address, vkey, seen).verdict
    desk.entries += [b"sixth"]
    told["another that grew"] = look(address, vkey, seen).verdict
    desk.knows_all = False
    told["no proof"] = look(address, vkey, seen).verdict
    stranger = Signer("breachdesk/tests", KeyRing(tmp_path / "other").create("journal", Purpose.SIGN))
    desk.note = stranger.checkpoint(9, hashlib.sha256(b"9").digest())
    told["another key"] = look(address, vkey, seen).verdict
    desk.note = b"<html>hello</html>"
    told["no note"] = look(address, vkey, seen).verdict
    assert told == {
        "taken away": Verdict.SHRUNK,
        "emptied": Verdict.SHRUNK,
        "another of the same size": Verdict.REWRITTEN,
        "another that grew": Verdict.REWRITTEN,
        "no proof": Verdict.UNPROVEN,
        "another key": Verdict.UNSIGNED,
        "no note": Verdict.UNSIGNED,
    }
    assert all(verdict.alarm for verdict in told.values())


def test_what_is_no_desk_is_no_alarm_and_bounded(desk: Desk) -> None:
    for said in ((404, b"nothing here"), (200, b"x" * (1 << 20)), b"SSH-2.0-OpenSSH\r\n"):
        with answering(lambda *asked, said=said: said) as url, pytest.raises(Unreached):
            look(url, desk.signer.vkey, None, seconds=5)
    with pytest.raises(Unreached):
        look("http://127.0.0.1:1", desk.signer.vkey, None)
    with pytest.raises(Unreached):
        look("file:///etc/passwd", desk.signer.vkey, None)


def test_a_cosignature_is_over_the_time_and_the_text(desk: Desk, tmp_path: Path) -> None:
    """C2SP tlog-cosignature: cosignature/v1."""
    cosigner = Cosigner("counsel.example/witness", KeyRing(tmp_path / "w").create("witness", Purpose.SIGN))
    at = datetime(2026, 11, 27, 12, tzinfo=UTC)
    text, signatures = read_note(cosigner.sign(desk.signed(), at))
    assert [name for name, _, _ in signatures] == ["breachdesk/tests", "counsel.example/witness"]
    _, key_id, said = signatures[1]
    name, own, public = cosigner.vkey.split("+", 2)
    import base64

    material = base64.b64decode(public)
    assert material[:1] == b"\4"
    assert key_id.hex() == own == hashlib.sha256(name.encode() + b"\n" + material).digest()[:4].hex()
    assert int.from_bytes(said[:8], "big") == int(at.timestamp())
    message = f"cosignature/v1\ntime {int(at.timestamp())}\n".encode() + text
    Ed25519PublicKey.from_public_bytes(material[1:]).verify(said[8:], message)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_command_remembers_and_an_alarm_changes_no_memory(
    desk: Desk, address: str, tmp_path: Path, language: str
) -> None:
    folder = tmp_path / "seen here"

    def run(*more: str) -> tuple[int, str]:
        found = CliRunner().invoke(
            collect("witness") and app,
            ["witness", address, "--vkey", desk.signer.vkey, "--folder", str(folder), "--language", language, *more],
        )
        return found.exit_code, found.output

    assert run("--name", "counsel.example")[0] == 0
    desk.entries += [b"fourth"]
    code, told = run("--name", "counsel.example")
    assert code == 0
    assert ("1 new entries" if language == "en" else "новых записей — 1") in told
    memory = Memory(folder)
    kept = memory.last()
    assert kept is not None
    assert b"counsel.example" in kept
    desk.entries = [b"x"] * 9
    code, told = run()
    assert code == 1
    assert ("ALARM" if language == "en" else "ТРЕВОГА") in told
    assert memory.last() == kept
    assert len(list(folder.glob("alarm-*.note"))) == 1
    read_vkey(desk.signer.vkey)


def test_the_command_says_what_it_cannot_use(desk: Desk, address: str, tmp_path: Path) -> None:
    asked = ["witness", address, "--folder", str(tmp_path / "w"), "--vkey"]
    for vkey in ("no key", "breachdesk/tests+00000000+AAAA"):
        found = CliRunner().invoke(collect("witness") and app, [*asked, vkey])
        assert found.exit_code == 2, found.output
        assert "--vkey" in found.output
    assert not (tmp_path / "w" / "seen").exists()
