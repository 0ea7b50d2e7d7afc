"""What a forger does to a case bag, and how each change is told."""

import hashlib
import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from breachdesk.ground.canonical import canonical
from breachdesk.ground.keys import Purpose, new_key
from breachdesk.journal import BadBag, verify
from breachdesk.journal.note import Signer, consistency_text, proof_text
from tests.journal.casebags import DUMP, ORIGIN, Files, Line, Log, Made, codes, judged, laid, relisted, stamp, taken

ROUNDS = 40

# --- what a forger does ----------------------------------------------------------------------------------------------

Forgery = Callable[[Made, Files, random.Random], None]


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
