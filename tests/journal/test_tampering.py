"""A thousand ways to change a finished pack, by somebody who may rewrite every file and list in it; all are told.

The receiver holds two things the forger cannot reach: the vkey and one earlier checkpoint.
"""

import base64
import copy
import hashlib
import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from breachdesk.ground.canonical import canonical
from breachdesk.ground.keys import KeyRing, Purpose, new_key
from breachdesk.journal import Journal, attach_all, verify, write_manifest
from breachdesk.journal.note import Signer
from breachdesk.journal.tree import Tree, leaf_hash
from tests.journal.conftest import ADA, Ticking

Lines = list[dict[str, Any]]
ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Made:
    """A finished pack, its state at an earlier time, and what its makers could do."""

    pack: Path
    early: Path  # the pack as it stood when the anchor was taken
    anchor: Path
    vkey: str
    signer: Signer

    def entries(self, pack: Path | None = None) -> Lines:
        text = ((pack or self.pack) / "journal" / "entries.jsonl").read_bytes()
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    place = tmp_path_factory.mktemp("tampering")
    pack, ring = place / "pack", KeyRing(place / "keys")
    journal = Journal.open(pack / "journal", case="one", keyring=ring, clock=Ticking())
    for number in range(10):
        journal.write(
            "scope.source.read",
            actor=ADA,
            via="cli",
            refs={"source": f"table-{number}"},
            payload={"records": number, "elements": ["email", "phone"]},
            case="one" if number % 3 else "two",
        )
    journal.publish()
    early = shutil.copytree(pack, place / "early")
    (place / "anchor").write_bytes(journal.checkpoint())
    (pack / "scope").mkdir()
    (pack / "report.html").write_text("<p>12 people", encoding="utf-8")
    (pack / "scope" / "summary.json").write_text("{}", encoding="utf-8")
    for number in range(10, 20):
        journal.write("law.duty.arose", actor=ADA, via="flow", payload={"duty": f"us.ca.{number}"}, case="one")
    journal.write("assess.pack.written", actor=ADA, via="cli", attachments=attach_all(pack))
    journal.publish()
    write_manifest(pack)
    name = ring.names()[0]
    signer = Signer(f"breachdesk/{name}", ring.get(name))
    journal.close()
    return Made(pack, early, place / "anchor", journal.vkey, signer)


# --- what a forger does ----------------------------------------------------------------------------------------------

Forgery = Callable[[Made, Path, random.Random], None]


def put(pack: Path, lines: Lines) -> None:
    (pack / "journal" / "entries.jsonl").write_bytes(b"".join(canonical(line) + b"\n" for line in lines))


def renumbered(lines: Lines) -> Lines:
    """The cleverest numbering: gapless again in the log and in each case."""
    cases: dict[str, int] = {}
    for seq, line in enumerate(lines, 1):
        inner = line["envelope"]
        inner["seq"] = seq
        inner["case_seq"] = cases[inner["case"]] = cases.get(inner["case"], 0) + 1
    return lines


def committed(line: dict[str, Any]) -> dict[str, Any]:
    salt = bytes.fromhex(line["salt"])
    line["envelope"]["payload_hash"] = hashlib.sha256(salt + canonical(line["payload"])).hexdigest()
    return line


def signed(pack: Path, signer: Signer) -> None:
    tree = Tree()
    for line in (pack / "journal" / "entries.jsonl").read_bytes().splitlines():
        tree.add(leaf_hash(canonical(json.loads(line)["envelope"])))
    (pack / "journal" / "checkpoint").write_bytes(signer.checkpoint(tree.size, tree.root()))
    (pack / "journal" / "log.vkey").write_text(signer.vkey + "\n")


def flipped(path: Path, luck: random.Random, *, end: int = 0) -> None:
    content = bytearray(path.read_bytes())
    at = luck.randrange(len(content) - end)
    content[at] ^= 1 << luck.randrange(8)
    path.write_bytes(content)


def flip_a_bit_of_the_entries(made: Made, pack: Path, luck: random.Random) -> None:
    flipped(pack / "journal" / "entries.jsonl", luck)


def flip_a_bit_of_the_checkpoint(made: Made, pack: Path, luck: random.Random) -> None:
    flipped(pack / "journal" / "checkpoint", luck)


def flip_a_bit_of_the_key(made: Made, pack: Path, luck: random.Random) -> None:
    flipped(pack / "journal" / "log.vkey", luck, end=1)


def edit_an_envelope(made: Made, pack: Path, luck: random.Random) -> None:
    lines = made.entries()
    inner = luck.choice(lines)["envelope"]
    field = luck.choice(["ts", "actor", "role", "via", "type", "refs", "case"])
    new = {"ts": "2026-11-20T00:00:00Z", "refs": {"source": "other"}, "case": "three", "via": "web"}
    inner[field] = new.get(field, "other")
    put(pack, renumbered(lines))


def edit_contents(made: Made, pack: Path, luck: random.Random) -> None:
    lines = made.entries()
    line = luck.choice(lines)
    line["payload"]["records"] = 10**6 + luck.randrange(9)
    put(pack, lines)


def edit_contents_and_their_promise(made: Made, pack: Path, luck: random.Random) -> None:
    lines = made.entries()
    line = luck.choice(lines)
    line["payload"]["records"] = 10**6
    committed(line)
    put(pack, lines)


def swap_salts(made: Made, pack: Path, luck: random.Random) -> None:
    lines = made.entries()
    one, two = luck.sample(lines, 2)
    one["salt"], two["salt"] = two["salt"], one["salt"]
    put(pack, lines)


def swap_contents_with_their_salts(made: Made, pack: Path, luck: random.Random) -> None:
    lines = made.entries()
    one, two = luck.sample(lines[:-1], 2)
    for part in ("salt", "payload"):
        one[part], two[part] = two[part], one[part]
    put(pack, lines)


def take_the_salt_and_leave_the_contents(made: Made, pack: Path, luck: random.Random) -> None:
    lines = made.entries()
    luck.choice(lines)[luck.choice(["salt", "payload", "names"])] = None
    put(pack, lines)


def rename_a_file_in_the_journal(made: Made, pack: Path, luck: random.Random) -> None:
    lines = made.entries()
    names = lines[-1]["names"]
    names[luck.randrange(len(names))] = "pack:other.html"
    put(pack, lines)


def delete_an_entry(made: Made, pack: Path, luck: random.Random) -> None:
    lines = made.entries()
    del lines[luck.randrange(len(lines))]
    put(pack, renumbered(lines) if luck.random() < 0.5 else lines)


def insert_an_entry(made: Made, pack: Path, luck: random.Random) -> None:
    lines = made.entries()
    new = copy.deepcopy(luck.choice(lines[:-1]))
    new["payload"]["records"] = 5
    lines.insert(luck.randrange(len(lines)), committed(new))
    put(pack, renumbered(lines) if luck.random() < 0.5 else lines)


def double_an_entry(made: Made, pack: Path, luck: random.Random) -> None:
    lines = made.entries()
    at = luck.randrange(len(lines))
    put(pack, lines[: at + 1] + lines[at:])


def reorder_entries(made: Made, pack: Path, luck: random.Random) -> None:
    lines = made.entries()
    one, two = luck.sample(range(len(lines)), 2)
    lines[one], lines[two] = lines[two], lines[one]
    put(pack, renumbered(lines) if luck.random() < 0.5 else lines)


def say_the_same_in_another_form(made: Made, pack: Path, luck: random.Random) -> None:
    """What one reader takes for this and another for that: spaces, escapes, a name said twice."""
    path = pack / "journal" / "entries.jsonl"
    lines = path.read_bytes().splitlines()
    at = luck.randrange(len(lines))
    old, new = luck.choice(
        [(b'"v":1', b'"v": 1'), (b'"v":1', b'"v":1.0'), (b'"salt":', b'"salt":"","salt":'), (b'"ada"', b'"\\u0061da"')]
    )
    lines[at] = lines[at].replace(old, new, 1)
    path.write_bytes(b"\n".join(lines) + b"\n")


def cut_the_tail(made: Made, pack: Path, luck: random.Random) -> None:
    lines = made.entries()
    put(pack, lines[: luck.randrange(len(lines))])


def cut_the_tail_within_a_line(made: Made, pack: Path, luck: random.Random) -> None:
    path = pack / "journal" / "entries.jsonl"
    content = path.read_bytes()
    path.write_bytes(content[: luck.randrange(len(content) - 1)])


def sign_with_another_key(made: Made, pack: Path, luck: random.Random) -> None:
    lines = made.entries()
    if luck.random() < 0.5:
        lines = renumbered(lines[: luck.randrange(1, len(lines))])
    put(pack, lines)
    signed(pack, Signer(made.signer.origin, new_key("forged", Purpose.SIGN)))


def bring_the_checkpoint_of_another_log(made: Made, pack: Path, luck: random.Random) -> None:
    signed(pack, Signer(f"breachdesk/other-{luck.randrange(99)}", new_key("forged", Purpose.SIGN)))
    (pack / "journal" / "log.vkey").write_text(made.vkey + "\n")


def claim_a_larger_tree(made: Made, pack: Path, luck: random.Random) -> None:
    note = made.signer.checkpoint(len(made.entries()) + luck.randrange(1, 9), bytes(32))
    (pack / "journal" / "checkpoint").write_bytes(note)


def change_a_file(made: Made, pack: Path, luck: random.Random) -> None:
    flipped(pack / luck.choice(["report.html", "scope/summary.json"]), luck)


def put_a_link_in_the_place_of_a_file(made: Made, pack: Path, luck: random.Random) -> None:
    (pack / "report.html").rename(pack.parent / f"{pack.name}-elsewhere")
    (pack / "report.html").symlink_to(pack.parent / f"{pack.name}-elsewhere")


# With the true key in hand, only the earlier checkpoint convicts.


def cut_back_to_before_the_anchor_and_sign(made: Made, pack: Path, luck: random.Random) -> None:
    put(pack, made.entries()[: luck.randrange(1, 10)])
    signed(pack, made.signer)


def rewrite_history_and_sign(made: Made, pack: Path, luck: random.Random) -> None:
    lines = made.entries()
    line = luck.choice(lines[:10])
    line["payload"]["records"] = 10**6
    committed(line)
    put(pack, lines)
    signed(pack, made.signer)


def fork_at_the_size_of_the_anchor_and_sign(made: Made, pack: Path, luck: random.Random) -> None:
    lines = made.entries()[:10]
    del lines[luck.randrange(10)]
    lines.insert(luck.randrange(9), copy.deepcopy(made.entries()[luck.randrange(10, 20)]))
    put(pack, renumbered(lines))
    signed(pack, made.signer)


INSIDER = [
    cut_back_to_before_the_anchor_and_sign,
    rewrite_history_and_sign,
    fork_at_the_size_of_the_anchor_and_sign,
]
OUTSIDER: list[Forgery] = [
    flip_a_bit_of_the_entries,
    flip_a_bit_of_the_checkpoint,
    flip_a_bit_of_the_key,
    edit_an_envelope,
    edit_contents,
    edit_contents_and_their_promise,
    swap_salts,
    swap_contents_with_their_salts,
    take_the_salt_and_leave_the_contents,
    rename_a_file_in_the_journal,
    delete_an_entry,
    insert_an_entry,
    double_an_entry,
    reorder_entries,
    say_the_same_in_another_form,
    cut_the_tail,
    cut_the_tail_within_a_line,
    sign_with_another_key,
    bring_the_checkpoint_of_another_log,
    claim_a_larger_tree,
    change_a_file,
    put_a_link_in_the_place_of_a_file,
]


def forged(made: Made, forgery: Forgery, place: Path, luck: random.Random) -> Path:
    pack = shutil.copytree(made.pack, place / f"pack-{luck.getrandbits(64):x}")
    forgery(made, pack, luck)
    if forgery is not put_a_link_in_the_place_of_a_file:
        write_manifest(pack)  # a list is not signed: the forger brings it up to date as well
    return pack


def rounds(forgery: Forgery) -> Iterator[random.Random]:
    for number in range(ROUNDS):
        yield random.Random(f"{forgery.__name__} {number}")


def test_the_pack_they_start_from_is_intact(made: Made) -> None:
    report = verify.verify(str(made.pack), made.vkey, [str(made.anchor)])
    assert (report.verdict, report.faults) == ("intact", [])


@pytest.mark.slow
@pytest.mark.parametrize("forgery", OUTSIDER + INSIDER, ids=lambda forgery: forgery.__name__)
def test_every_forgery_is_told(made: Made, tmp_path: Path, forgery: Forgery) -> None:
    for luck in rounds(forgery):
        pack = forged(made, forgery, tmp_path, luck)
        report = verify.verify(str(pack), made.vkey, [str(made.anchor)])
        assert report.verdict == "broken", (forgery.__name__, report.held)
        shutil.rmtree(pack)


def test_the_campaign_is_a_thousand_forgeries_and_more() -> None:
    assert len(OUTSIDER + INSIDER) * ROUNDS >= 1000


@pytest.mark.parametrize("forgery", INSIDER, ids=lambda forgery: forgery.__name__)
def test_without_an_earlier_checkpoint_the_holder_of_the_key_is_not_found_out_and_we_say_so(
    made: Made, tmp_path: Path, forgery: Forgery
) -> None:
    pack = forged(made, forgery, tmp_path, random.Random(1))
    report = verify.verify(str(pack), made.vkey)
    assert not report.faults
    assert ("no_anchor", {}) in report.notes


def test_an_old_backup_put_back_is_whole_in_itself_and_told_only_by_a_later_checkpoint(made: Made) -> None:
    later = made.pack / "journal" / "checkpoint"
    assert not verify.verify(str(made.early), made.vkey).faults
    report = verify.verify(str(made.early), made.vkey, [str(later)])
    assert ("anchor_short", {"file": "checkpoint", "size": 21, "entries": 10}) in report.faults


def test_a_fork_of_one_size_convicts_whoever_signed_both(made: Made, tmp_path: Path) -> None:
    pack = forged(made, fork_at_the_size_of_the_anchor_and_sign, tmp_path, random.Random(2))
    report = verify.verify(str(pack), made.vkey, [str(made.anchor)])
    assert report.faults == [("anchor_root", {"file": "anchor", "size": 10})]


def test_with_the_key_of_the_folder_alone_a_forged_key_passes_and_we_say_that_it_proves_less(
    made: Made, tmp_path: Path
) -> None:
    pack = forged(made, sign_with_another_key, tmp_path, random.Random(3))
    report = verify.verify(str(pack))
    assert not report.faults
    assert ("own_vkey", {}) in report.notes
    assert ("vkey_differs", {}) in verify.verify(str(pack), made.vkey).faults


def test_a_proof_does_not_serve_another_entry_nor_another_case(made: Made) -> None:
    envelopes = [canonical(line["envelope"]) for line in made.entries()]
    tree = Tree()
    for envelope in envelopes:
        tree.add(leaf_hash(envelope))
    note = made.signer.checkpoint(tree.size, tree.root())
    for index, envelope in enumerate(envelopes):
        path = "".join(base64.b64encode(node).decode() + "\n" for node in tree.inclusion(index))
        proof = f"c2sp.org/tlog-proof@v1\nindex {index}\n{path}\n".encode() + note
        case = json.loads(envelope)["case"]
        assert verify.proof_holds(proof, envelope, made.vkey, case=case)
        assert not verify.proof_holds(proof, envelope, made.vkey, case="two" if case == "one" else "one")
        for other, stranger in enumerate(envelopes):
            assert verify.proof_holds(proof, stranger, made.vkey) is (other == index)


def test_entries_after_the_last_signature_are_told_as_unfinished_not_as_forged(made: Made, tmp_path: Path) -> None:
    pack = shutil.copytree(made.pack, tmp_path / "pack")
    shutil.copy(made.anchor, pack / "journal" / "checkpoint")
    write_manifest(pack)
    report = verify.verify(str(pack), made.vkey)
    assert (report.verdict, report.unfinished) == ("unfinished", [("unsigned", {"count": 11})])
    assert report.exit_code == 1
